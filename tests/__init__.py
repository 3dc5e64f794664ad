"""Tests: what a student reads, and the tests of the grader itself."""
