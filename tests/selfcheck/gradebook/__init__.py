"""Tests of grade files, matching and the gradebook."""
