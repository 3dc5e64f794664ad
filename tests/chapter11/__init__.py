"""The graded tests of chapter 11."""
