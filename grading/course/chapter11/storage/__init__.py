"""Section 11.10: storage."""
