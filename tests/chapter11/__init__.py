"""The graded tests of chapter 11, one per criterion; the docstring is what the student reads."""
