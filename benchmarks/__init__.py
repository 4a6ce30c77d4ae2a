"""Ratios against a baseline in the same run. `make bench` runs all and writes BENCHMARKS.md."""
