"""Load courses, and hold what exercises are written with: rules for fields, steps and checks."""
