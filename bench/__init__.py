"""Measurements: every claim of speed as a ratio to a raw floor measured in the same run (`make bench`)."""
