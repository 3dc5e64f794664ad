"""Grades of a class: who handed in what, what it earned, and the grade after lateness and overrides."""
