"""Measurements: seconds, memory and CPU seconds, by hand; CONTRIBUTING.md lists them."""
