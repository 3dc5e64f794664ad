"""The course: data and small functions, one folder per section."""
