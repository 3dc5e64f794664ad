"""Faults of the infrastructure, injected into graded runs on a real cluster."""
