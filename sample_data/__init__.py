"""A seeded, imagined network in real places. Everything here is synthetic."""
