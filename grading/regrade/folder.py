"""A folder of stored runs, or of a class: judge them again, and bring what is made of a class up to date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from grading.class_page import write_class_page
from grading.exercise.class_policy import LatePolicy
from grading.exercise.loader import load_courses
from grading.exercise.overlay import late_policy
from grading.files import write_text
from grading.gradebook import gradebook_csv, model
from grading.gradebook.errors import GradebookError
from grading.gradebook.gradebook_csv import write_gradebook
from grading.gradebook.lock import locked
from grading.gradebook.model import SUBMISSIONS, ClassRecord
from grading.gradebook.read_class import read_class, read_record
from grading.gradebook.subject import subject
from grading.regrade.many import Told, regrade_all
from grading.regrade.run import stored_runs
from grading.report.model import FILE
from grading.text.i18n import _, n_


@dataclass
class Outcome:
    """What became of the runs of a folder.

    Attributes:
        number: of runs.
        changed: how many of them changed.
        is_complete: whether every run has a score, and all was written.
        unreadable: the runs without a report to judge, a line each.
        judged: how many are by which rubric, and of how many points.
    """

    number: int
    changed: int = 0
    is_complete: bool = True
    unreadable: list[str] = field(default_factory=list)
    judged: Counter[tuple[str, int]] = field(default_factory=Counter)

    def take(self, told: Told) -> None:
        """Count a run."""
        if told.unreadable:
            self.unreadable.append(told.unreadable)
            return
        self.changed += told.is_changed
        self.is_complete &= told.is_complete
        self.judged[told.rubric, told.max_score] += 1


def regrade_folder(out: Path, rubric: Path | None, tell: Callable[[str], None]) -> Outcome:
    """Judge the runs of a folder again.

    Args:
        out: a report folder, a folder of such, or that of a class.
        rubric: a lecturer's, laid over the courses; it has been chosen in this process already.
        tell: takes each line about what changed, as soon as it is known.

    Returns:
        What became of them.

    Raises:
        UnreadableReport: it holds no report.
        GradebookError: it holds a class of another version, or another program changes it.
        RubricError: the rubric cannot be read.
    """
    if not (out / model.FILE).is_file():
        return _regraded(stored_runs(out), rubric, tell)
    with _held(out):
        record = read_record(out)
        graded = [entry.key for entry in record.entries if entry.counting and not entry.counting.problem]
        runs = [path for key in graded if ((path := out / SUBMISSIONS / key) / FILE).is_file()]
        if len(runs) < len(graded):
            tell(
                n_(
                    "{n} submission is not graded yet",
                    "{n} submissions are not graded yet",
                    len(graded) - len(runs),
                )
            )
        outcome = _regraded(runs, rubric, tell)
        try:
            _bring_up_to_date(out, record, rubric, outcome, tell)
        except OSError as error:
            outcome.is_complete = False
            tell(
                _(
                    "{file} could not be written: {error}",
                    file=error.filename2 or error.filename or out,
                    error=error.strerror,
                )
            )
    return outcome


def _regraded(runs: Sequence[Path], rubric: Path | None, tell: Callable[[str], None]) -> Outcome:
    outcome = Outcome(len(runs))
    for told in regrade_all(runs, rubric) if runs else ():
        outcome.take(told)
        for line in told.lines:
            tell(line)
    return outcome


def _bring_up_to_date(
    out: Path, record: ClassRecord, rubric: Path | None, outcome: Outcome, tell: Callable[[str], None]
) -> None:
    """Write what is made of a class anew: its record, the gradebook and the page."""
    # What lateness costs stays unless the rubric says something of it: that is no part of the courses.
    late = (late_policy(rubric) if rubric else None) or record.late
    now = record.model_copy(update={"late": late} | _judged_by(outcome, record))
    if now.rubric != record.rubric:
        tell(
            _(
                "the class is now judged with {now} instead of {before}",
                now=now.rubric,
                before=record.rubric,
            )
        )
    if now.late != record.late:
        tell(_("late penalty: {now}, before {before}", now=_told(now.late), before=_told(record.late)))
    if now != record:
        write_text(out / model.FILE, now.to_json())
    results = read_class(out)
    write_gradebook(results, out / gradebook_csv.FILE)
    write_class_page(results, out)


def _told(late: LatePolicy) -> str:
    return late.model_dump_json(exclude_none=True)


def _judged_by(outcome: Outcome, record: ClassRecord) -> dict[str, object]:
    """Return what the record says of the rubric: that of most runs.

    If it is that of all, who is graded from then on by it is graded like the others.
    """
    if not outcome.judged:
        return {}
    ((name, points), number), *_others = outcome.judged.most_common(1)
    facts: dict[str, object] = {"rubric": name, "max_score": points}
    about = subject(record.marker, load_courses())
    is_same = (about.rubric, about.max_score, about.exact_names) == (name, points, record.exact_names)
    if is_same and number == outcome.number and about.digest != record.rubric_digest:
        facts["rubric_digest"] = about.digest
        facts["ledger_digest"] = record.ledger_digest or record.rubric_digest
    return facts


@contextmanager
def _held(out: Path) -> Iterator[None]:
    """Hold the folder of a class, so that no run grades into it meanwhile.

    Raises:
        GradebookError: another program holds it, or it cannot be written to.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(out))
        except OSError as error:
            raise GradebookError(f"{out}: {error.strerror}") from error
        yield
