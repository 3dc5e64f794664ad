"""The command ``kubegrade``."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from grading.plainly import visible

EXIT_BAD_INPUT: Final = 4
"""Exit status where a submission, or an argument, is not usable; pytest's own number for that."""

app = typer.Typer(
    name="kubegrade",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Grade manifests of the Kubernetes course on a real k3d cluster.",
)


@app.command()
def grade(
    submission: Annotated[Path, typer.Argument(help="The folder of manifests to grade.")],
    report_dir: Annotated[Path, typer.Option(help="The folder for the report.")] = Path("report"),
    marker: Annotated[str, typer.Option("-m", help="What to grade: chapter11, s11_9, ...")] = "chapter11",
    keep_cluster: Annotated[bool, typer.Option(help="Leave the cluster for the next run.")] = False,
) -> None:
    """Grade one submission and write its report; the exit status is pytest's, see docs/exit-status.md."""
    import pytest  # Takes a third of a second, which the other commands need not spend.

    root = Path(__file__).resolve().parent.parent
    arguments = [
        "-m",
        marker,
        "--submission",
        str(submission.absolute()),
        "--report-dir",
        str(report_dir.absolute()),
        "--rootdir",
        str(root),
        "-c",
        str(root / "pyproject.toml"),
        str(root / "tests"),
        "-q",
    ]
    raise typer.Exit(int(pytest.main([*arguments, *(["--keep-cluster"] if keep_cluster else [])])))


@app.command()
def check(
    submission: Annotated[Path, typer.Argument(help="The folder of manifests to look through.")],
    marker: Annotated[str, typer.Option("-m", help="What to look at: chapter11, s11_9, ...")] = "chapter11",
) -> None:
    """Look through a submission without a cluster: YAML, fields, the course's values, labels and names.

    Exit status 0: nothing that costs points; 1: findings that do; 4: the folder cannot be looked through.
    """
    from rich.console import Console

    from grading.errors import SubmissionError
    from grading.precheck import check_folder
    from grading.precheck.files import MARKERS
    from grading.precheck.show import show

    if marker not in MARKERS:
        _bad_input(f"{marker!r}: nothing has this marker; there are {', '.join(MARKERS)}")
    try:
        findings = check_folder(submission, marker)
    except SubmissionError as error:
        _bad_input(str(error))
    show(findings, Console())
    raise typer.Exit(int(any(finding.costs for finding in findings)))


@app.command()
def render(
    report: Annotated[Path, typer.Argument(help="The report.json of a graded run.")],
    to: Annotated[str, typer.Option(help="The form: html, md, junit, gradescope, ...; see docs/forms.md.")],
    out: Annotated[Path | None, typer.Option(help="The file to write; standard output by default.")] = None,
    lang: Annotated[str | None, typer.Option(help="nl or en; the report's own language by default.")] = None,
) -> None:
    """Show a report in another form: no cluster, no grading. Exit status 4: it cannot be read or written."""
    from grading.i18n import Language, _
    from grading.renderers import FORMS, render
    from grading.renderers.read import UnreadableReport, read_report
    from grading.report import write_text

    if to not in FORMS:
        _bad_input(_("--to {form}: no such form; there are {forms}", form=to, forms=", ".join(FORMS)))
    if lang is not None and lang not in set(Language):
        languages = ", ".join(Language)
        _bad_input(
            _("--lang {lang}: no such language; there are {languages}", lang=lang, languages=languages)
        )
    try:
        text = render(read_report(report), FORMS[to], report.parent, Language(lang) if lang else None)
        if out is not None:
            write_text(out, text)
    except UnreadableReport as error:
        _bad_input(str(error))
    except OSError as error:
        _bad_input(_("{out}: {error}; give another file with --out", out=out, error=error.strerror))
    if out is None:
        sys.stdout.buffer.write(text.encode())  # UTF-8 whatever the terminal, as in a file


def _bad_input(message: str) -> NoReturn:
    typer.echo(visible(message), err=True)
    raise typer.Exit(EXIT_BAD_INPUT)


def main() -> None:
    """Run the command, with what other packages add to it."""
    # What they bring takes a while to load, which a command of this module need not wait for.
    own = {
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    }
    if len(sys.argv) < 2 or sys.argv[1] not in own:
        for entry in entry_points(group="kubegrade.commands"):
            app.command(entry.name)(entry.load())
    app(prog_name="kubegrade")


if __name__ == "__main__":
    main()
