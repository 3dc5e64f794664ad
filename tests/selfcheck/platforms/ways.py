"""The way of twelve submissions through each platform: its download, and its grade file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fixtures.faults.catalogue import load_faults
from grading.exercise.loader import load_courses
from tests.selfcheck.platforms import giving_back as back
from tests.selfcheck.platforms import packing, writing
from tests.selfcheck.platforms.giving_back import Cells, Given, Write
from tests.selfcheck.platforms.twelve import DEADLINE, HandIn, Student
from tests.selfcheck.platforms.writing import Form

PENALTY = 10
"""Percent of the maximum for each day."""
RUBRIC = f"version: autumn\nlate: {{penalty_per_day: {PENALTY}}}\n"
TERMS = {"deadline": f"{DEADLINE:%Y-%m-%d %H:%M}", "timezone": "UTC"}
_BY_NAME = {form.name: form for form in writing.FORMS}


def _whole(points: float) -> str:
    return f"{points:g}"


def _two_digits(points: float) -> str:
    return f"{points:.2f}"


@dataclass(frozen=True)
class Way:
    """A platform's download, and the grade file that takes the grades back.

    Attributes:
        download: the form of the download.
        file: writes the grade file.
        name: of the grade file.
        column: that takes the grades; None if the file is about one assignment only.
        out_of: what the column is out of.
        shown: returns a grade as the platform reads it.
        roster: writes the file that says who is in the class; None if none is given.
        tells_when: whether anything tells dates; None if it tells no more than that something is late.
        has_members: whether all members of a group are known.
        unknown: user names of those who are not in the grade file beyond doubt.
        has_feedback: whether the grade file has a column for it.
        is_blind: whether it hides names.
    """

    download: Form
    file: Write
    name: str
    column: str | None = None
    out_of: int = 100
    shown: Callable[[float], str] = _whole
    roster: Write | None = None
    tells_when: bool | None = True
    has_members: bool = False
    unknown: frozenset[str] = frozenset()
    has_feedback: bool = False
    is_blind: bool = False

    def write(self, folder: Path, students: Sequence[Student]) -> None:
        """Write the download, the roster and the grade file into a folder."""
        self.archive(folder).write_bytes(packing.zipped(self.download.write(students)))
        (folder / self.name).write_bytes(self.file(students, {}))
        if self.roster:
            (folder / "roster.csv").write_bytes(self.roster(students, {}))
        (folder / "rubric.yaml").write_text(RUBRIC, "utf-8")

    def archive(self, folder: Path) -> Path:
        """Return where the download is."""
        return folder / f"{self.download.name}.zip"

    def receivers(self, student: Student) -> tuple[Student, ...]:
        """Return who gets the grade of a submission."""
        return student.members if self.has_members else (student,)

    def points(self, student: Student, max_score: int, marker: str = "chapter11") -> float | None:
        """Return the grade of a student, on the points of the class; None if there is none."""
        if not student.hand_ins or student.hand_ins[-1].problem:
            return None
        last = student.hand_ins[-1]
        if last.is_late and self.tells_when is None:
            return None
        raw = max_score - lost(last, marker)
        penalty = PENALTY * last.days * max_score / 100 if last.is_late and self.tells_when else 0
        return max(0.0, raw - penalty)

    def cells(self, students: Sequence[Student], max_score: int, marker: str = "chapter11") -> Given:
        """Return what the grade file holds in the end, by user name; feedback is for the caller to see."""
        found = {}
        for student in students:
            points = self.points(student, max_score, marker)
            for one in self.receivers(student):
                if points is not None and one.user not in self.unknown:
                    found[one.user] = Cells(self.shown(points * self.out_of / max_score))
        return found


def lost(hand_in: HandIn, marker: str) -> int:
    """Return the points that a submission loses: those of what its fault names, of the criteria selected."""
    courses, fault = load_courses(), load_faults().get(hand_in.kind)
    found = [courses.criteria[name] for name in (fault.loses if fault else ())]
    return sum(
        spec.points
        for exercise, spec in found
        if {exercise.chapter, exercise.spec.marker} & {*marker.split(" or ")}
    )


TWO_OF_ONE_NAME = frozenset({"r0100001", "r0100011"})
WAYS = {
    "canvas": Way(
        _BY_NAME["K8S-Lab_11 submissions"], back.canvas, "grades.csv", writing.TITLE, 20, _two_digits,
        tells_when=None,
    ),
    "canvas-dates": Way(
        _BY_NAME["K8S-Lab_11 submissions"], back.canvas, "grades.csv", writing.TITLE, 20, _two_digits,
        roster=back.canvas_with_dates,
    ),
    "moodle": Way(
        _BY_NAME["K8S-Lab 11-4711"], back.moodle(), "worksheet.csv", roster=back.moodle(), has_feedback=True
    ),
    "moodle-old": Way(_BY_NAME["old"], back.moodle(), "worksheet.csv", tells_when=False, has_feedback=True),
    "moodle-flat": Way(
        _BY_NAME["flat"], back.moodle(dutch=True), "Cijfers.csv", roster=back.moodle(dutch=True),
        has_feedback=True,
    ),
    "moodle-blind": Way(
        _BY_NAME["blind"], back.moodle(dutch=True, blind=True), "Cijfers.csv",
        roster=back.moodle(dutch=True, blind=True), has_feedback=True, is_blind=True,
    ),
    "moodle-teams": Way(
        _BY_NAME["teams"], back.moodle(teams=True), "worksheet.csv", roster=back.moodle(teams=True),
        has_members=True, has_feedback=True,
    ),
    "blackboard": Way(_BY_NAME["original"], back.blackboard(), "gc_full.csv"),
    "blackboard-ultra": Way(
        _BY_NAME["ultra"], back.blackboard(tabs=True), "gc_column.xls", has_feedback=True,
    ),
    "blackboard-dutch": Way(_BY_NAME["dutch"], back.blackboard(dutch=True), "gc_full.csv"),
    "brightspace": Way(
        _BY_NAME["Lab 11 Download"], back.brightspace, "grades.csv", writing.TITLE, 20, _two_digits,
        unknown=TWO_OF_ONE_NAME,
    ),
    "gradescope": Way(
        _BY_NAME["assignment_815_export"], back.by_sid, "list.csv", "Lab 11", has_members=True,
        has_feedback=True,
    ),
    "classroom": Way(
        _BY_NAME["lab-11-submissions"], back.canvas, "grades.csv", writing.TITLE, 20, _two_digits,
        roster=back.by_github,
    ),
    "classroom50": Way(
        _BY_NAME["k8s-lab-11_submissions_2026_11_21_T_10_00_00"], back.classroom50, "scores.csv",
    ),
    "folder": Way(
        _BY_NAME["class"], back.by_username, "list.csv", "Lab 11", tells_when=False, has_feedback=True,
    ),
}  # fmt: skip
"""By name. A file of Canvas takes the grades of those who handed in on GitHub."""
