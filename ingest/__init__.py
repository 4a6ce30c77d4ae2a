"""From a box-office export to verified, pseudonymous rows in the lake."""
