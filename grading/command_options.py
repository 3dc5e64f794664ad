"""What several commands have in common: options, and how they end on bad input."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from grading.text.i18n import marked
from grading.text.sanitize import printable

EXIT_BAD_INPUT: Final = 4
"""The exit status on bad input, pytest's own for a usage error (docs/exit-status.md)."""

GivenCourses = Annotated[
    list[Path] | None,
    typer.Option(
        "--course",
        metavar="DIR",
        help=marked(
            "The folder of a course of your own, used instead of the installed courses; may be repeated."
        ),
    ),
]
OwnRubric = Annotated[
    Path | None, typer.Option(help=marked("A rubric of your own that changes the points of the courses."))
]
Patience = Annotated[
    float,
    typer.Option(
        metavar="FACTOR",
        help=marked("For a slow machine: multiply all time limits by this factor, from 1 to 20."),
    ),
]


def bad_input(message: str) -> NoReturn:
    """End the command: print what is wrong, for a person.

    Raises:
        typer.Exit: always, with `EXIT_BAD_INPUT`.
    """
    print(printable(message), file=sys.stderr)
    raise typer.Exit(EXIT_BAD_INPUT)
