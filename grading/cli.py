"""The command ``kubegrade``."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from grading.command_options import EXIT_BAD_INPUT, GivenCourses, OwnRubric, Patience, bad_input
from grading.pytest_startup import start_pytest
from grading.text.i18n import Language, _, from_environment, language, marked, use
from grading.text.sanitize import printable, shown_path
from grading.text.streams import replace_unencodable

if TYPE_CHECKING:
    from grading.exercise.course import Courses

EXIT_INCOMPLETE: Final = 3
"""Exit status if a report has no score."""

app = typer.Typer(
    name="kubegrade",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=marked("Grade manifests of the Kubernetes course on a real k3d cluster."),
)


@app.callback()
def every_command(
    lang: Annotated[
        Language | None,
        typer.Option(help=marked("The language of all messages; by default that of the environment.")),
    ] = None,
) -> None:
    """Take the options of every command; `main` has looked at them before."""
    if lang is not None:
        use(lang)


@app.command()
def grade(
    submission: Annotated[
        Path, typer.Argument(help=marked("The folder of manifests to grade, or an archive of it."))
    ],
    report_dir: Annotated[Path, typer.Option(help=marked("The folder for the report."))] = Path("report"),
    marker: Annotated[
        str | None,
        typer.Option(
            "-m",
            help=marked("What to grade: the marker of a course or a section; by default the first course."),
        ),
    ] = None,
    keep_cluster: Annotated[bool, typer.Option(help=marked("Keep the cluster for the next run."))] = False,
    topology: Annotated[
        Literal["default", "course"],
        typer.Option(
            help=marked(
                "The clusters to grade on: default (one for everything), or course (those of the course)."
            )
        ),
    ] = "default",
    rubric: OwnRubric = None,
    patience: Patience = 1.0,
    slot: Annotated[
        int,
        typer.Option(
            metavar="N",
            help=marked(
                "Grade in parallel with other runs, on a separate cluster whose host ports are N higher."
            ),
        ),
    ] = 0,
    retry_errors: Annotated[
        bool,
        typer.Option(help=marked("Grade criteria that ended in error a second time, on a new cluster.")),
    ] = False,
    course: GivenCourses = None,
) -> None:
    """Grade one submission and write its report; the exit status is pytest's, see docs/exit-status.md."""
    courses = _courses(course, rubric, submission)
    arguments = [
        "-m",
        marker or courses.default_marker,
        f"--submission={submission}",
        "-q",
        f"--lang={language().value}",
        f"--topology={topology}",
        f"--patience={patience}",
        f"--slot={slot}",
    ]
    arguments += [f"--course={folder}" for folder in course or ()]
    arguments += [f"--rubric={rubric}"] if rubric else []
    arguments += ["--keep-cluster"] if keep_cluster else []
    if not retry_errors:
        start_pytest([*arguments, f"--report-dir={report_dir}"])
    from rich.console import Console

    from grading.renderers.terminal import print_report
    from grading.report.student_view import for_student
    from grading.retry import grade_twice

    report, status = grade_twice(arguments, report_dir)
    if report is not None:
        console = Console(highlight=False)
        print_report(for_student(report), console)
        console.print(
            printable(_("report: {path}", path=shown_path(report_dir / "report.html"))), markup=False
        )
    raise typer.Exit(status)


@app.command()
def check(
    submission: Annotated[
        Path, typer.Argument(help=marked("The folder of manifests to check, or an archive of it."))
    ],
    marker: Annotated[
        str | None,
        typer.Option(
            "-m",
            help=marked(
                "What to check: the marker of a course or a section; by default everything that the "
                "submission contains."
            ),
        ),
    ] = None,
    rubric: Annotated[
        Path | None,
        typer.Option(
            help=marked("A rubric of your own, which can set how strict file names are and what is hidden.")
        ),
    ] = None,
    course: GivenCourses = None,
) -> None:
    """Check a submission without a cluster: YAML, fields, the values of the course, labels and names.

    Exit status 0: nothing that costs points; 1: findings that do; 4: the submission cannot be checked.
    """
    from rich.console import Console

    from grading.errors import InfrastructureError, SubmissionError
    from grading.precheck import check_folder
    from grading.precheck.output import show

    courses = _courses(course, rubric, submission)
    known = [name for item in courses.exercises if item.files for name in courses.markers(item)]
    if marker is not None and marker not in known:
        bad_input(
            _(
                "{marker!r}: this marker does not exist; choose one of {markers}",
                marker=marker,
                markers=", ".join(dict.fromkeys(known)),
            )
        )
    try:
        findings = check_folder(submission, marker)
    except (SubmissionError, InfrastructureError) as error:
        bad_input(str(error))
    show(findings, Console())
    raise typer.Exit(int(any(finding.costs for finding in findings)))


@app.command()
def render(
    context: typer.Context,
    report: Annotated[Path, typer.Argument(help=marked("The report.json of a graded run."))],
    to: Annotated[
        str, typer.Option(help=marked("The form: html, md, junit, gradescope, ...; see docs/forms.md."))
    ],
    out: Annotated[
        Path | None, typer.Option(help=marked("The file to write; by default standard output."))
    ] = None,
) -> None:
    """Write a report in another form, in its own language or that of --lang. This needs no cluster.

    Exit status 4: the report cannot be read, the form does not exist, or the file cannot be written.
    """
    from grading.files import write_out
    from grading.renderers import FORMS, render
    from grading.renderers.read import UnreadableReport, read_report

    if to not in FORMS:
        bad_input(
            _("--to {form}: this form does not exist; choose one of {forms}", form=to, forms=", ".join(FORMS))
        )
    lang = context.parent.params.get("lang") if context.parent else None
    try:
        text = render(read_report(report), FORMS[to], report.parent, Language(lang) if lang else None)
        if out is None:
            _to_stdout(text)
        else:
            write_out(out, text)
    except BrokenPipeError:
        raise  # nobody reads on, which is no fault
    except UnreadableReport as error:
        bad_input(str(error))
    except OSError as error:
        where = out or _("standard output")
        bad_input(_("{out}: {error}; give another file with --out", out=where, error=error.strerror))


@app.command()
def regrade(
    out: Annotated[
        Path,
        typer.Argument(
            help=marked("The report folder of a graded run, or a folder that contains several of them.")
        ),
    ],
    rubric: OwnRubric = None,
    course: GivenCourses = None,
) -> None:
    """Judge stored runs or a class again from their evidence, and say what changed and why.

    It needs neither a cluster nor the submissions. Exit status 0: every run has a score; 3: some run is
    incomplete, or could not be written; 4: a report, or the rubric, cannot be read.
    """
    from grading.errors import RubricError
    from grading.gradebook.errors import GradebookError
    from grading.regrade import regrade_folder
    from grading.renderers.read import UnreadableReport

    _courses(course, rubric)
    _write_only_in(out)
    try:
        outcome = regrade_folder(out, rubric, lambda line: print(printable(line), flush=True))
    except (RubricError, UnreadableReport, GradebookError) as error:
        bad_input(str(error))
    for line in outcome.unreadable:
        print(printable(line), file=sys.stderr)
    print(_("{changed} of {number} runs changed", changed=outcome.changed, number=outcome.number))
    raise typer.Exit(EXIT_BAD_INPUT if outcome.unreadable else 0 if outcome.is_complete else EXIT_INCOMPLETE)


@app.command(name="class-page")
def class_page(
    out: Annotated[Path, typer.Argument(help=marked("The folder of a class that was graded."))],
    anonymous: Annotated[
        bool,
        typer.Option(
            help=marked("Write a page without anything about single students, to show to the class.")
        ),
    ] = False,
    course: GivenCourses = None,
) -> None:
    """Write the page about a class again, or with --anonymous a page that you can show to the class.

    Exit status 4: the folder does not contain a class, or the page cannot be written.
    """
    from grading.class_page import write_class_page
    from grading.errors import RubricError
    from grading.gradebook.errors import GradebookError
    from grading.gradebook.read_class import read_class

    _courses(course, None)
    try:
        path = write_class_page(read_class(out), out, anonymous)
    except (RubricError, GradebookError) as error:
        bad_input(str(error))
    except OSError as error:
        bad_input(f"{shown_path(out)}: {error.strerror}")
    print(printable(shown_path(path)))


def _write_only_in(folder: Path) -> None:
    """Keep this process from writing elsewhere, if it can.

    It reads what others may have written.

    Processes that it starts share locks in ``/dev/shm``, and draw with the fonts that are known.
    """
    from grading.confinement import Unconfined, confinement
    from grading.renderers.page.drawing_cache import drawing_cache

    with suppress(OSError, Unconfined):
        drawing_cache().mkdir(mode=0o700, parents=True, exist_ok=True)
        devices = filter(Path.exists, map(Path, ("/dev/null", "/dev/shm", "/dev/tty")))  # noqa: S108 - none of ours
        with confinement([folder, drawing_cache(), *devices]) as confined:
            confined.enter()


def _courses(given: list[Path] | None, rubric: Path | None, submission: Path | None = None) -> Courses:
    """Return the courses that a command line chooses; end if it cannot.

    They are those of this process from here on.
    """
    from grading.errors import RubricError
    from grading.exercise.loader import choose_courses, choose_rubric, load_courses

    choose_rubric(rubric)
    try:
        choose_courses(given or (), submission)
        return load_courses()
    except RubricError as error:
        bad_input(str(error))


def _to_stdout(text: str) -> None:
    """Print text in UTF-8 to a file or pipe, else in the terminal's encoding."""
    if os.isatty(1):
        print(text, end="", flush=True)
        return
    with os.fdopen(os.dup(1), "wb") as stream:  # sys.stdout would tell of a full disk at exit once more
        stream.write(text.encode())


def split_lang(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Return the ``--lang`` of a command line, and the rest of the line."""
    for index, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--lang" or argument.startswith("--lang="):
            end = index + (2 if argument == "--lang" else 1)
            return arguments[index:end], [*arguments[:index], *arguments[end:]]
    return [], arguments


def main() -> None:
    """Run the command, with what other packages add to it."""
    replace_unencodable()
    given, rest = split_lang(sys.argv[1:])
    use(from_environment())
    with suppress(ValueError):  # what is no language, the option itself says
        use(Language("".join(given).removeprefix("--lang").removeprefix("=")))
    # What they bring takes a while to load, which a command of this module need not wait for.
    own = {
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    }
    if not rest or rest[0] not in own:
        for entry in entry_points(group="kubegrade.commands"):
            app.command(entry.name)(entry.load())
    # A usage error is bad input too: its own 2 is the status of a run that was interrupted.
    usage_error: Any = typer.BadParameter.__base__
    usage_error.exit_code = EXIT_BAD_INPUT
    command = typer.main.get_command(app)
    _translate_help(command)
    command([*given, *rest], prog_name="kubegrade")


def _translate_help(command: Any) -> None:
    """Translate the text of ``--help``, which was declared before."""
    for holder in (command, *command.params):
        if getattr(holder, "help", None):
            holder.help = _(holder.help)
    for member in getattr(command, "commands", {}).values():
        _translate_help(member)


if __name__ == "__main__":
    main()
