"""``kubegrade regrade``: judge stored runs again, without a cluster and without the submissions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grading.evidence.base import VERSION, Evidence
from grading.exercise.course import Courses
from grading.exercise.loader import load_courses
from grading.files import read_regular
from grading.renderers import write_reports
from grading.renderers.labels import points, verdict_word
from grading.renderers.read import MAX_BYTES, UnreadableReport, read_report
from grading.report.evidence_files import CONTROL, SECOND
from grading.report.model import EVIDENCE, FILE, CriterionResult, Report, Verdict
from grading.report.results import Results
from grading.text.i18n import _, joined, speaking
from grading.text.sanitize import one_line


@dataclass(frozen=True)
class Change:
    """A criterion whose verdict or points are others than before; None if it was, or is, not there."""

    before: CriterionResult | None
    after: CriterionResult | None


@dataclass(frozen=True)
class Regraded:
    """A stored run, judged again.

    Attributes:
        folder: its report folder.
        report: as it is now.
        changes: the criteria whose verdict or points changed.
        kept: the criteria that keep their verdict, because there is no evidence to judge.
        is_changed: whether anything of the report changed, the words of a reason too.
        unwritten: what could not be written, one line each.
    """

    folder: Path
    report: Report
    changes: tuple[Change, ...]
    kept: tuple[str, ...]
    is_changed: bool
    unwritten: tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        """Yield what changed and why, a line for each criterion; nothing if nothing did."""
        for change in self.changes:
            result = change.after or change.before
            assert result is not None  # noqa: S101 - one of them is there
            words = _(
                "{folder}: {criterion}: {before} → {after}",
                folder=self.folder,
                criterion=result.id,
                before=_shown(change.before),
                after=_shown(change.after),
            )
            yield one_line(joined(": ", [words, result.rationale]) if result.rationale else words)
        if self.is_changed and not self.changes:
            yield _("{folder}: the same points, told in other words", folder=self.folder)
        if self.kept:
            yield _(
                "{folder}: without evidence of this version these keep their verdict: {criteria}",
                folder=self.folder,
                criteria=", ".join(self.kept),
            )
        yield from self.unwritten


def stored_runs(out: Path) -> list[Path]:
    """Return the report folders in a folder, which may be one itself.

    Args:
        out: the report folder of a run, or a folder of such folders.

    Raises:
        UnreadableReport: it holds no report.
    """
    found = [out] if (out / FILE).is_file() else sorted(path.parent for path in out.glob(f"*/{FILE}"))
    if not found:
        raise UnreadableReport(
            _(
                "{folder}: no {file} in it or in a folder of it; give the report folder of a graded run, or "
                "a folder of such",
                folder=out,
                file=FILE,
            )
        )
    return found


def regrade(folder: Path) -> Regraded:
    """Judge a stored run again, and write its report and forms anew if anything changed.

    Args:
        folder: its report folder.

    Raises:
        UnreadableReport: it holds no report that can be read.
    """
    old = read_report(folder / FILE)
    with speaking(old.lang):
        old = read_report(folder / FILE)
        new, kept = _judged(old, _Tries(folder))
        is_changed = _judgement(new) != _judgement(old)
        unwritten: tuple[str, ...] = ()
        if is_changed:
            try:
                unwritten = tuple(write_reports(new, folder))
            except OSError as error:
                words = _("{file} could not be written: {error}", file=FILE, error=error.strerror)
                unwritten = (words,)
    return Regraded(folder, new, tuple(_changes(old, new)), kept, is_changed, unwritten)


class _Stored:
    """The evidence of one run, read when it is asked for.

    Args:
        folder: the folder of the evidence.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, Evidence | None] = {}

    def evidence(self, courses: Courses, scenario: str) -> Evidence | None:
        """Return what a scenario recorded, None if nothing can be read that this version judges."""
        if scenario not in self._read:
            self._read[scenario] = self._load(courses.scenario(scenario).evidence, scenario)
        return self._read[scenario]

    def text(self, path: str) -> str | None:
        """Return the text of a manifest by its path in the submission."""
        known = (found.texts.get(path) for found in self._read.values() if found)
        return next((text for text in known if text is not None), None)

    def _load(self, model: type[Evidence], scenario: str) -> Evidence | None:
        try:
            data = json.loads(read_regular(self._folder / f"{scenario}.json", MAX_BYTES))
            # Of an earlier form there is too little to judge; a file of that names no version.
            is_judged = isinstance(data, dict) and data.get("version") == VERSION
            return model.model_validate(data) if is_judged else None
        except (OSError, ValueError, RecursionError):
            return None


class _Tries:
    """The evidence of one run, of a second try, and of the control of that try.

    Args:
        folder: the report folder.
    """

    def __init__(self, folder: Path) -> None:
        self.first = _Stored(folder / EVIDENCE)
        self.second = _Stored(folder / EVIDENCE / SECOND)
        self.control = _Stored(folder / EVIDENCE / CONTROL)

    def text(self, path: str) -> str | None:
        """Return the text of a manifest by its path in the submission."""
        return self.first.text(path) or self.second.text(path)


def _judged(old: Report, tries: _Tries) -> tuple[Report, tuple[str, ...]]:
    """Return the report as the courses judge the evidence now, and the criteria that keep their verdict."""
    courses = load_courses()
    before = {result.id: result for result in old.criteria}
    results = Results(courses.rubric, old.submission)
    results.texts = lambda path: tries.text(path) or old.sources.get(path)
    graded = {result.section for result in old.selected}
    chosen = [
        name
        for name, (exercise, _spec) in courses.criteria.items()
        # One that was left out of the rubric then is graded now, as its section was.
        if (before[name].selected if name in before else exercise.spec.section in graded)
    ]
    kept = []
    for name in chosen:
        evidence = tries.first.evidence(courses, courses.scenario_of(name))
        known = before.get(name)
        if evidence is None and known is None:
            continue
        results.select([name])
        if evidence:
            error, remark = _judge(courses, name, evidence)
            seconds, path = known.duration_s if known else 0.0, f"{EVIDENCE}/{evidence.scenario}.json"
            results.record(name, error, duration_s=seconds, evidence=[path], remark=remark)
        elif known:
            results.keep(known)
        if not _judge_again(courses, name, tries, results) and evidence is None:
            kept.append(name)
    results.selection = tuple(old.selection)
    same = {"started": old.started, "duration_s": old.duration_s, "environment": old.environment}
    return results.report().model_copy(update=same), tuple(kept)


def _judge_again(courses: Courses, criterion: str, tries: _Tries, results: Results) -> bool:
    """Judge the second try of a criterion; return False if there is none."""
    scenario = courses.scenario_of(criterion)
    evidence = tries.second.evidence(courses, scenario)
    if evidence is None:
        return False
    control = tries.control.evidence(courses, scenario)
    error, remark = _judge(courses, criterion, evidence)
    results.try_again(
        criterion,
        error,
        evidence=[f"{EVIDENCE}/{SECOND}/{scenario}.json"],
        remark=remark,
        control_passed=control is not None and _judge(courses, criterion, control)[0] is None,
    )
    return True


def _judge(courses: Courses, criterion: str, evidence: Evidence) -> tuple[Exception | None, str]:
    try:
        return None, courses.judge(criterion)(evidence) or ""
    except Exception as error:  # what it means, the results say
        return error, ""


def _judgement(report: Report) -> dict[str, Any]:
    """Return what a judgement decides of a report."""
    return report.model_dump(include={"rubric", "score", "max_score", "outcome", "reason", "criteria"})


def _changes(old: Report, new: Report) -> Iterator[Change]:
    """Yield the criteria that have another verdict, or other points, than before."""
    before = {result.id: result for result in old.selected}
    after = {result.id: result for result in new.selected}
    for name in {**before, **after}:
        pair = before.get(name), after.get(name)
        if _points(pair[0]) != _points(pair[1]):
            yield Change(*pair)


def _shown(result: CriterionResult | None) -> str:
    """Return a verdict with its points."""
    return f"{verdict_word(result.verdict)} {points(result)}" if result else _("not graded")


def _points(result: CriterionResult | None) -> tuple[Verdict, int | None, int] | None:
    return (result.verdict, result.earned, result.points) if result else None
