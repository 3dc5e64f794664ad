"""Section 11.5: Pods."""
