"""Reads releases, knows no bookers: benchmarks, charts and wording."""
