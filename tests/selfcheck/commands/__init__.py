"""Tests of how commands are read, decided on and played."""
