"""Bring recordings of an earlier version of the evidence to this one; gone once they are rewritten."""
