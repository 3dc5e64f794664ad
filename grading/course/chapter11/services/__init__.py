"""Section 11.8: Services."""
