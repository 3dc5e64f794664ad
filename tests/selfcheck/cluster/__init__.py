"""Tests of the grader that need Docker, k3d and a real cluster."""
