"""The graded tests of the introductory lab."""
