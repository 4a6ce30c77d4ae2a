"""How accurate a release is: a made world with its exact truth, releases of it, and what they are off by."""
