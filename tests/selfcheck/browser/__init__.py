"""Tests that look at what the project makes in a real browser."""
