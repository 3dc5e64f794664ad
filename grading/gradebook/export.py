"""Fill the grades of a class into the grade file of a platform."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grading.files import replacing
from grading.gradebook.errors import GradebookError
from grading.gradebook.model import SUBMISSIONS
from grading.gradebook.results import ClassResults, EntryResult
from grading.gradebook.roster import persons_of, shown
from grading.gradebook.words import BEGINNING, feedback
from grading.platforms.grade_files import GradeFile
from grading.platforms.grade_files.file import Graded
from grading.platforms.grade_files.layout import Column, Student, number_of, shortest
from grading.platforms.matching import match, why_nobody
from grading.platforms.person import Person
from grading.renderers.read import read_report
from grading.report.model import FILE
from grading.report.student_view import for_student
from grading.text.i18n import _, joined, n_
from grading.text.sanitize import one_line


@dataclass(frozen=True)
class Scale:
    """How points become grades.

    Attributes:
        points: the most points that the class can earn.
        out_of: the most points that a grade can be.
        is_known: whether the file, or the instructor, says what a grade is out of.
    """

    points: float
    out_of: float
    is_known: bool

    def grade(self, points: float) -> float:
        """Return the grade for points, in the same scale as `out_of`."""
        return points * self.out_of / self.points

    def told(self) -> str:
        """Return what is done, for the instructor."""
        points, out_of = shortest(self.points), shortest(self.out_of)
        if self.points != self.out_of:
            return _(
                "points out of {points} are converted to grades out of {out_of}", points=points, out_of=out_of
            )
        if self.is_known:
            return _("points are written as they are, out of {points}", points=points)
        return _(
            "points are written as they are, out of {points}: the file does not say the maximum of the "
            "column; use --out-of MAX to convert them to another maximum",
            points=points,
        )


@dataclass(frozen=True)
class Ungraded:
    """A student of the class who gets no grade in the file.

    Attributes:
        person: who.
        key: of what they handed in.
        why: for the instructor.
        is_expected: whether nothing was handed in, so that there is none to give.
    """

    person: Person
    key: str
    why: str
    is_expected: bool


@dataclass(frozen=True)
class Exported:
    """A grade file with the grades of a class in it.

    Attributes:
        data: the bytes of the file.
        file: as it was before.
        column: the one that was filled.
        scale: how points became grades.
        cells: what was filled in, by the number of the row.
        ungraded: who of the class got no grade.
        unknown: who of the file is not in the class.
    """

    data: bytes
    file: GradeFile
    column: Column
    scale: Scale
    cells: dict[int, Graded]
    ungraded: tuple[Ungraded, ...]
    unknown: tuple[Student, ...]

    @property
    def is_complete(self) -> bool:
        """Whether everybody who handed something in got a grade."""
        return all(item.is_expected for item in self.ungraded)

    def lines(self) -> Iterator[str]:
        """Yield what was done, and who got no grade and why, a line each."""
        yield n_(
            "{form}: {n} student has a grade in the column {title}; {scale}",
            "{form}: {n} students have a grade in the column {title}; {scale}",
            len(self.cells),
            form=_(self.file.form.name),
            title=repr(one_line(self.column.title)),
            scale=self.scale.told(),
        )
        yield from self.file.layout.remarks
        yield from self._counts()
        if self.ungraded:
            yield _("No grade; the cell is left unchanged:")
        for item in self.ungraded:
            yield "  " + one_line(f"{shown(item.person, item.key)}: {item.why}", limit=1000)
        if self.unknown:
            yield _("In the file, but not in the class:")
        for student in self.unknown:
            yield "  " + one_line(shown(student.person))

    def _counts(self) -> Iterator[str]:
        zeros = sum(not number_of(self._text(row)) for row in self.cells)
        if zeros and self.file.form.id == "moodle":
            yield n_(
                "{n} grade is 0, which Moodle may not import: check it in Moodle after the import",
                "{n} grades are 0, which Moodle may not import: check them in Moodle after the import",
                zeros,
            )
        changed = sum(map(self._is_changed, self.cells))
        if changed:
            yield n_(
                "{n} cell contained another grade before", "{n} cells contained another grade before", changed
            )

    def _is_changed(self, row: int) -> bool:
        held = self.file.table.rows[row].value(self.column.index)
        return bool(held) and number_of(held) != number_of(self._text(row))

    def _text(self, row: int) -> str:
        return self.file.form.grade(self.cells[row].points)


def filled(
    results: ClassResults, out: Path, file: GradeFile, wanted: str | None, out_of: float | None
) -> Exported:
    """Return a grade file with the grades of a class.

    Args:
        results: of the class.
        out: its folder.
        file: the platform's.
        wanted: the title of the column to fill; None for that of the assignment.
        out_of: points that a grade is out of; None for the column's own maximum.

    Raises:
        GradeFileError: which column is meant is not certain.
        GradebookError: overrides are left that count for nothing, the column takes no such grades, or nobody
            of the class is in the file.
    """
    if results.unapplied:
        raise GradebookError(
            "\n".join([*results.unapplied, _("Correct these lines, then run kubegrade export again.")])
        )
    column = file.column(wanted, results.record.title)
    scale = _scale(results.record.max_score, column, out_of)
    members = [(result, person) for result in results.entries for person in persons_of(result.entry, file)]
    matching = match([person for _result, person in members], [item.person for item in file.students])
    if not matching.found:
        why = why_nobody([person for _result, person in members], [item.person for item in file.students])
        raise GradebookError(
            why or _("no student of the class is in the file: is the file from another course?")
        )
    cells: dict[int, Graded] = {}
    ungraded = []
    for number, (result, person) in enumerate(members):
        index = matching.found.get(number)
        student = None if index is None else file.students[index]
        why = _why_not(result, file, column, student) or matching.unsure.get(number, "")
        if why or student is None or result.final is None:
            ungraded.append(Ungraded(person, result.entry.key, why, not result.entry.attempts))
        else:
            words = _words(results, out, result) if _takes_words(file, column, student) else ""
            cells[student.row] = Graded(scale.grade(result.final), words)
    known = set(matching.found.values())
    unknown = tuple(student for index, student in enumerate(file.students) if index not in known)
    return Exported(file.fill(column, cells), file, column, scale, cells, tuple(ungraded), unknown)


def write_export(done: Exported, into: Path, target: Path) -> None:
    """Write a filled grade file, whole or not at all.

    Args:
        done: what to write.
        into: the platform's own file, which stays as it is.
        target: where.

    Raises:
        GradebookError: it would take the place of the platform's own file, or cannot be written.
    """
    try:
        if target.exists() and target.samefile(into):
            raise GradebookError(
                _(
                    "--to {target} is the downloaded file itself: give another name, so that the download "
                    "is not overwritten",
                    target=target,
                )
            )
        with replacing(target) as stream:
            stream.write(done.data)
    except OSError as error:
        raise GradebookError(f"{target}: {error.strerror}") from error


def _scale(max_score: int, column: Column, out_of: float | None) -> Scale:
    """Return how points become grades.

    By the instructor's option, else by the column's own maximum.

    Raises:
        GradebookError: the option is more than the column takes.
    """
    if out_of is None:
        return Scale(max_score, column.maximum or max_score, bool(column.maximum))
    if column.maximum and out_of > column.maximum:
        raise GradebookError(
            _(
                "--out-of {out_of}: the maximum of the column {title} is {maximum}",
                out_of=shortest(out_of),
                title=repr(column.title),
                maximum=shortest(column.maximum),
            )
        )
    return Scale(max_score, out_of, True)


def _why_not(result: EntryResult, file: GradeFile, column: Column, student: Student | None) -> str:
    """Return why a student gets no grade in the file, empty if only unmatched."""
    if result.final is None:
        held = file.held(column, student) if student else ""
        kept = [_("the cell in the file contains {held}", held=one_line(held))] if held else []
        return joined("; ", [result.no_grade, *kept])
    return file.refusal(column, student) if student else ""


def _takes_words(file: GradeFile, column: Column, student: Student) -> bool:
    """Return whether there is a cell for feedback that nobody else wrote into."""
    if column.feedback is None:
        return False
    held = file.table.rows[student.row].value(column.feedback)
    return not held or held.startswith(BEGINNING)


def _words(results: ClassResults, out: Path, result: EntryResult) -> str:
    report = read_report(out / SUBMISSIONS / result.entry.key / FILE)
    return feedback(result, results.record.max_score, for_student(report))
