"""Benchmarks: ratios against a baseline in the same run. `make bench` runs them all and writes BENCHMARKS.md."""
