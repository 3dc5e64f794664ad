"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grading.text.i18n import marked

GivenCourses = Annotated[
    list[Path] | None,
    typer.Option(
        "--course",
        metavar="DIR",
        help=marked(
            "The folder of a course of your own, in place of the installed ones; may be given several times."
        ),
    ),
]
