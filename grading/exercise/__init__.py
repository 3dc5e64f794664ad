"""What exercises are written with: rules for fields, and where a failure points."""
