"""Section 11.4: clusters."""
