"""Find, read, bound and prepare what was handed in."""
