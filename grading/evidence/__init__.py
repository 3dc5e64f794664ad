"""Evidence: one module per section of the course, `base` for what they share."""
