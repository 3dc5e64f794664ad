"""Exceptions for a class that cannot be worked on, with what to do about it."""

from __future__ import annotations


class GradebookError(Exception):
    """The folder, a file or an option of a class cannot be used.

    The message says why, and what to do.
    """


class FolderInUse(GradebookError):
    """Another program changes the folder of the class."""
