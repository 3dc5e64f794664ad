"""The report: its model, its results and the student's view of it."""
