"""Section 11.6: kubectl and contexts."""
