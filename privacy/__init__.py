"""The only way out: spend, draw noise, estimate, release."""
