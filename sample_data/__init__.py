"""An imagined network of theatres: a seed → raw box-office exports, and the exact truth beside them."""
