"""Judge the stored evidence of a run; nothing is written."""

from __future__ import annotations

from pathlib import Path

from pydantic_core import from_json

from grading.evidence.base import VERSION, Evidence
from grading.exercise.course import Courses
from grading.exercise.loader import load_courses
from grading.files import read_regular
from grading.renderers.read import MAX_BYTES
from grading.report.evidence_files import CONTROL, SECOND
from grading.report.model import EVIDENCE, Report
from grading.report.results import Results


class _Stored:
    """The evidence of one run, read when it is asked for.

    Args:
        folder: the folder of the evidence.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, Evidence | None] = {}

    def evidence(self, courses: Courses, scenario: str) -> Evidence | None:
        """Return what a scenario recorded, None if this version cannot judge it."""
        if scenario not in self._read:
            self._read[scenario] = self._load(courses.scenario(scenario).evidence, scenario)
        return self._read[scenario]

    def text(self, path: str) -> str | None:
        """Return the text of a manifest by its path in the submission."""
        known = (found.texts.get(path) for found in self._read.values() if found)
        return next((text for text in known if text is not None), None)

    def _load(self, model: type[Evidence], scenario: str) -> Evidence | None:
        try:
            data = from_json(read_regular(self._folder / f"{scenario}.json", MAX_BYTES))
            # Of an earlier form there is too little to judge; a file of that names no version.
            is_judged = isinstance(data, dict) and data.get("version") == VERSION
            return model.model_validate(data) if is_judged else None
        except (OSError, ValueError, RecursionError):
            return None


class Tries:
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


def judged(old: Report, tries: Tries) -> tuple[Report, tuple[str, ...]]:
    """Return the report as the courses judge the evidence now.

    Args:
        old: the report as it was.
        tries: the evidence of the run.

    Returns:
        The report, and the criteria that keep their verdict, because there is no evidence to judge.
    """
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


def _judge_again(courses: Courses, criterion: str, tries: Tries, results: Results) -> bool:
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
