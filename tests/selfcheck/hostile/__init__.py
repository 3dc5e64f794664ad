"""Submissions that try to get more than points, as data, and the proof that they do not.

``python -m tests.selfcheck.hostile`` prints the table of docs/security.md.
"""
