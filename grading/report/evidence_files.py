"""The places of evidence in a report folder: of the run, of a second try, and of that try's control."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

SECOND: Final = "second"
"""The folder in that of the evidence for what a second try recorded (``--retry-errors``)."""
CONTROL: Final = "control"
"""The folder beside it for what the course's own manifests showed then, on the same cluster."""


def relative(path: str) -> PurePosixPath:
    """Return the file that a report's path names, relative to the evidence.

    It never leads out of that folder, whatever the path says.
    """
    named = PurePosixPath(path)
    file = PurePosixPath(f"{named.stem}.json")
    return SECOND / file if named.parent.name == SECOND else file


def name_of(path: str) -> str:
    """Return the name by which forms know the evidence that a path in a report names."""
    return "-".join(relative(path).with_suffix("").parts)


def is_second(path: str) -> bool:
    """Return whether a path in a report names evidence of a second try."""
    return len(relative(path).parts) > 1
