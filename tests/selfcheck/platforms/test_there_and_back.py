"""Twelve submissions in each platform's form go in, and come back out in its own grade file.

What is graded live once is replayed here: the grader is a program that gives each submission the report of
the same files, recorded from a live run (`recording`). All else is what an instructor uses.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import typer
from markupsafe import escape
from typer.testing import CliRunner, Result

from fixtures.class_run import class_run
from fixtures.class_run.class_run import Options
from fixtures.faults.catalogue import load_faults
from fixtures.faults.judging import compared
from fixtures.faults.model import Loss
from grading import class_page
from grading.exercise.loader import choose_rubric
from grading.gradebook.commands import export, feedback
from grading.gradebook.gradebook_csv import FILE as GRADEBOOK
from grading.gradebook.model import SUBMISSIONS, Entry
from grading.gradebook.read_class import read_record
from grading.platforms.grade_files.encoding import decoded
from grading.report.model import Report
from tests.selfcheck.class_run.classes import FIRST_SLOT, Garage
from tests.selfcheck.platforms import recording, replaying
from tests.selfcheck.platforms.giving_back import enrolled
from tests.selfcheck.platforms.twelve import KINDS, Student, twelve
from tests.selfcheck.platforms.ways import TERMS, WAYS, Way
from tests.selfcheck.platforms.writing import canvas_name

MAX = 100
APP = typer.Typer()
APP.command()(export)
APP.command()(feedback)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_costs_what_it_names_in_the_live_run(kind: str) -> None:
    report = Report.model_validate_json(gzip.decompress(recording.path_of(kind).read_bytes()))
    assert compared(kind, load_faults().get(kind, Loss()), report).problem == ""
    assert (report.max_score, report.submission) == (MAX, kind)  # and not where it lay


@dataclass(frozen=True)
class Graded:
    """A class that was graded.

    Attributes:
        way: through which platform.
        place: the folder of the download and the grade file.
        told: what the run printed.
    """

    way: Way
    place: Path
    told: str

    @property
    def out(self) -> Path:
        return self.place / "out"

    @property
    def entries(self) -> Sequence[Entry]:
        return read_record(self.out).entries

    def command(self, *words: object) -> Result:
        return CliRunner().invoke(APP, list(map(str, words)))

    def export(self) -> tuple[Result, bytes]:
        """Return what ``kubegrade export`` says, and the file that it writes."""
        column = ["--column", self.way.column] if self.way.column else []
        target = self.place / "filled"
        into = self.place / self.way.name
        return self.command("export", self.out, "--into", into, "--to", target, *column), target.read_bytes()


@pytest.fixture(scope="module")
def _index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("replaying") / "index.json"
    path.write_text(recording.index(), "utf-8")
    return path


@pytest.fixture
def grade(
    tmp_path: Path, _index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Any]:
    (tmp_path / "clusters").mkdir()

    def command(folder: Path, report_dir: Path, slot: int) -> list[str]:
        return [sys.executable, replaying.__file__, str(_index), str(folder), str(report_dir)]

    monkeypatch.setattr(class_run, "Clusters", lambda *_arguments: Garage(tmp_path / "clusters"))
    monkeypatch.setattr(class_run._ClassRun, "_command", lambda _self: command)

    def graded(way: Way, **options: Any) -> Graded:
        way.write(tmp_path, twelve())
        given: dict[str, Any] = {
            **TERMS,
            "rubric": tmp_path / "rubric.yaml",
            "jobs": 4,
            "first_slot": FIRST_SLOT,
        }
        given |= {"roster": tmp_path / "roster.csv"} if way.roster else {}
        status = class_run.run(Options(way.archive(tmp_path), tmp_path / "out", **given | options))
        assert status == 3  # two archives that nobody can unpack
        return Graded(way, tmp_path, capsys.readouterr().out)

    yield graded
    choose_rubric(None)


@pytest.mark.parametrize("name", WAYS)
def test_there_and_back(name: str, grade: Any) -> None:
    graded: Graded = grade(WAYS[name])
    assert "9 of 9 have a score" in graded.told
    assert "bomb.zip: files in it overlap" in graded.told
    assert "s.zip: it is encrypted" in graded.told
    check_gradebook(graded)
    check_page(graded)
    check_grade_file(graded)
    check_feedback(graded)


def check_gradebook(graded: Graded) -> None:
    """Check that everybody in the class has a row, with the right grade or why there is none."""
    way = graded.way
    text = (graded.out / GRADEBOOK).read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    points = [way.points(student, MAX) for student in twelve() for _person in way.receivers(student)]
    finals = [float(row["final"]) for row in rows if row["final"]]
    assert sorted(finals) == sorted(value for value in points if value is not None)
    assert all(bool(row["final"]) != bool(row["why there is no grade"]) for row in rows)
    penalties = [float(row["late penalty"]) for row in rows if float(row["late penalty"] or 0)]
    assert penalties == ([20] if way.tells_when else [])


def check_page(graded: Graded) -> None:
    """Check that the page names everybody, and leads to a report for each submission that was graded."""
    page = (graded.out / class_page.FILE).read_text("utf-8")
    reports = sorted((graded.out / SUBMISSIONS).iterdir())
    assert len(reports) == 9
    assert all(f'href="{SUBMISSIONS}/{report.name}/report.html"' in page for report in reports)
    names = [person.name for entry in graded.entries for person in entry.persons]
    assert all(str(escape(name)) in page for name in names)


def check_grade_file(graded: Graded) -> None:
    """Check that the grade file is, byte for byte, that of the platform with the right grades in it."""
    way, students = graded.way, twelve()
    done, data = graded.export()
    wanted = way.cells(students, MAX)
    found = feedback_in(data) if way.has_feedback else {}
    given = {user: replace(cells, feedback=found.get(user, "")) for user, cells in wanted.items()}
    assert decoded(data)[0] == decoded(way.file(students, given))[0]
    assert data == way.file(students, given)
    if way.has_feedback:
        beginnings = {user: f"kubegrade: {cells.grade} / {MAX} points" for user, cells in given.items()}
        assert all(given[user].feedback.startswith(beginning) for user, beginning in beginnings.items())
    # Whoever has no grade is told of, by what the class or the file knows.
    assert done.exit_code == 3
    told = done.stdout.partition("No grade; the cell is left unchanged:")[2]
    without = [one for one in enrolled(students) if one.user not in wanted]
    assert {"Ida", "Li_Na", "Nele", "Piet"} <= {one.first for one in without}
    for one in without:
        names = (one.name, canvas_name(one), f"{one.number}", one.user, one.user.replace("_", " "))
        assert any(name in told for name in names), told


def feedback_in(data: bytes) -> Mapping[str, str]:
    """Return the feedback in a grade file, by user name."""
    text = decoded(data)[0]
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    head, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    titles = {"Feedback comments", "Feedback tekstvak", "Feedback to Learner", "Opmerkingen"}
    [place] = [number for number, title in enumerate(head) if title in titles]
    return {one.user: row[place] for one, row in zip(enrolled(twelve()), rows, strict=True)}


def check_feedback(graded: Graded) -> None:
    """Check that each page is that of the student, under the name that the platform wants."""
    target = graded.place / "pages"
    done = graded.command("feedback", graded.out, "--to", target)
    assert done.exit_code == 3
    graded_ones = [one for one in twelve() if one.hand_ins and not one.hand_ins[-1].problem]
    wanted = {name: one.hand_ins[-1].kind for one in graded_ones for name in pages_of(graded, one)}
    pages = {path.relative_to(target).as_posix(): path.read_text("utf-8") for path in target.rglob("*.html")}
    assert pages == wanted, done.stdout
    is_told = bool(graded.way.tells_when and wanted)
    assert len(list(target.rglob("*grade.txt"))) == is_told  # the page does not say what lateness costs


def pages_of(graded: Graded, student: Student) -> list[str]:
    """Return the names of the pages of a student, or of the members of a group."""
    way, form = graded.way, graded.way.download.id
    if form == "moodle":
        names = [("Participant" if way.is_blind else one.name, one.number) for one in way.receivers(student)]
        known = names if way.roster else []  # only a worksheet tells students from groups
        return [f"{name}_{number}_assignsubmission_file_/report.html" for name, number in known]
    if form == "canvas":
        late = "_LATE" if student.hand_ins[-1].is_late else ""
        return [f"{canvas_name(student)}{late}_{student.number}_900000_report.html"]
    if form == "brightspace":
        last = replace(student, hand_ins=student.hand_ins[-1:])
        folders = {name.partition("/")[0] for name in way.download.write([last])}
        return [f"{folder}/report.html" for folder in folders - {"index.html"}]
    return [
        f"{entry.key}/report.html" for entry in graded.entries if entry.attempts and _is_of(entry, student)
    ]


def _is_of(entry: Entry, student: Student) -> bool:
    known = {person.username for person in entry.persons}
    ids = {value for person in entry.persons for value in person.ids.values()}
    return student.user in {entry.key, *known, *ids}


@pytest.mark.parametrize(
    ("policy", "kind"), [("first", "dep-no-replicas"), ("latest-in-time", "cluster-no-agents")]
)
def test_the_attempt_that_the_rubric_says(policy: str, kind: str, grade: Any, tmp_path: Path) -> None:
    rubric = tmp_path / "attempts.yaml"
    rubric.write_text(f"version: autumn\nattempts: {policy}\n", "utf-8")
    graded: Graded = grade(WAYS["blackboard"], rubric=rubric)
    page = graded.out / SUBMISSIONS / "lotte.claes" / "report.html"
    assert page.read_text("utf-8") == kind


def test_namesakes_are_listed_so_that_they_are_found(grade: Any) -> None:
    graded: Graded = grade(WAYS["brightspace"])
    done, _data = graded.export()
    for number in (100_001, 100_011):
        assert (
            f"An Peeters (an-peeters-{number}-2557369): more than one student in the file has this name"
            in done.stdout
        )


def test_grades_of_another_course_are_refused(grade: Any) -> None:
    graded: Graded = grade(WAYS["canvas"])
    others = [replace(one, first="X", last=f"Y{n}", user=f"y{n}", number=n) for n, one in enumerate(twelve())]
    (graded.place / graded.way.name).write_bytes(
        graded.way.file([replace(one, partner=None) for one in others], {})
    )
    column = ["--column", str(graded.way.column)]
    done = graded.command("export", graded.out, "--into", graded.place / graded.way.name, *column)
    assert (done.exit_code, done.stderr.count("\n")) == (4, 1)
    assert "from another course?" in done.stderr
