"""Recordings of earlier versions of the evidence, brought to the present one."""
