"""Recordings of older forms, brought to today's: one module for each change, until all are rewritten."""
