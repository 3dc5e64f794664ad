"""Section 11.7: namespaces."""
