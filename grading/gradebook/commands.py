"""The commands ``kubegrade export`` and ``kubegrade feedback``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from grading.command_options import bad_input
from grading.text.i18n import marked
from grading.text.sanitize import printable

EXIT_SOME_MISSING: Final = 3
"""Exit status if somebody who handed something in got no grade, or no page."""


def export(
    out: Annotated[Path, typer.Argument(help=marked("The folder of a class."))],
    into: Annotated[
        Path,
        typer.Option(help=marked("The grade file that you downloaded from the platform; it is not changed.")),
    ],
    to: Annotated[
        Path | None,
        typer.Option(
            help=marked("The file to write; by default next to the grade file, with -filled in its name.")
        ),
    ] = None,
    column: Annotated[
        str | None,
        typer.Option(help=marked("The title of the column to fill; by default that of the assignment.")),
    ] = None,
    out_of: Annotated[
        float | None,
        typer.Option(
            metavar="MAX",
            min=0.01,
            help=marked("The maximum grade; by default the maximum of the column."),
        ),
    ] = None,
) -> None:
    """Write a copy of a platform's grade file that contains the grades of a class; the rest stays the same.

    Exit status 0: everybody who handed something in has a grade; 3: somebody has none, and is listed; 4: bad
    input, and nothing is written.
    """
    from grading.gradebook.errors import GradebookError
    from grading.gradebook.export import filled, write_export
    from grading.gradebook.read_class import read_class
    from grading.platforms.grade_files import GradeFileError, read_grade_file

    target = to or into.with_name(f"{into.stem}-filled{into.suffix}")
    try:
        results = read_class(out)
        done = filled(results, out, read_grade_file(into), column, out_of)
        write_export(done, into, target)
    except (GradebookError, GradeFileError) as error:
        bad_input(str(error))
    for line in (*results.remarks, *done.lines(), str(target)):
        print(printable(line))
    raise typer.Exit(0 if done.is_complete else EXIT_SOME_MISSING)


def feedback(
    out: Annotated[Path, typer.Argument(help=marked("The folder of a class."))],
    to: Annotated[Path, typer.Option(help=marked("A new folder for the pages."))],
) -> None:
    """Write each student's page under the file name that the platform's bulk upload of feedback expects.

    Exit status 0: everybody who handed something in has a page; 3: somebody has none, and is listed; 4: bad
    input.
    """
    from grading.gradebook.errors import GradebookError
    from grading.gradebook.feedback import hand_out
    from grading.gradebook.read_class import read_class

    try:
        done = hand_out(read_class(out), out, to)
    except GradebookError as error:
        bad_input(str(error))
    for line in done.lines(to):
        print(printable(line))
    raise typer.Exit(EXIT_SOME_MISSING if done.is_incomplete else 0)
