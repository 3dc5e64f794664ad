"""What cannot be done about a class, and what to do about it."""

from __future__ import annotations


class GradebookError(Exception):
    """The folder, a file or an option of a class cannot be used: the message says why, and what to do."""
