"""Graded runs from recordings: the reference, submissions with some faults, and two that have no score."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate, chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from fixtures.faults.building import REFERENCE, build
from fixtures.faults.catalogue import load_faults
from fixtures.faults.combining import SEPARATOR, combined
from fixtures.faults.model import Fault
from grading.exercise.course import Courses
from grading.exercise.loader import load_courses
from grading.files import write_text
from grading.regrade.judging import Tries, judged
from grading.report.evidence_files import CONTROL, SECOND
from grading.report.model import EVIDENCE, Report
from tests.selfcheck.recorded import FOLDER
from tests.selfcheck.replayed import replay

CUT: Final = "the node k3d-kubegrade-agent-0 went away"
CUT_SCENARIO: Final = "dynamic"
LOST: Final = 24
"""Submissions with faults."""
MOST_FAULTS: Final = 4


@dataclass(frozen=True, eq=False)
class Run:
    """A graded submission: its report, and the evidence by its path in the report folder."""

    report: Report
    evidence: Mapping[str, Any]

    @cached_property
    def files(self) -> dict[str, str]:
        """Return the texts of its evidence, by path in the report folder."""
        return {path: json.dumps(data) for path, data in self.evidence.items()}


@cache
def passed() -> Run:
    """Return the run of the reference."""
    return Run(*replay(REFERENCE, {}))


@cache
def lost() -> Sequence[Run]:
    """Return runs of submissions with faults."""
    courses = load_courses()
    return tuple(_with(faults, courses) for faults in _chosen(courses))


@cache
def cut() -> Run:
    """Return a run of which the infrastructure ended a scenario early."""
    whole = passed()
    return _judged(whole, {**whole.evidence, f"{EVIDENCE}/{CUT_SCENARIO}.json": _cut(whole)})


@cache
def not_gradable() -> Run:
    """Return a run that ended so in two tries, while the control passed."""
    first = cut()
    path = f"{CUT_SCENARIO}.json"
    second = {
        f"{EVIDENCE}/{SECOND}/{path}": _cut(first),
        f"{EVIDENCE}/{CONTROL}/{path}": passed().evidence[f"{EVIDENCE}/{path}"],
    }
    return _judged(first, {**first.evidence, **second})


def _chosen(courses: Courses) -> list[list[Fault]]:
    """Choose the faults of each submission, some faults far more often than others."""
    known = {
        name: fault
        for name, fault in load_faults().items()
        if fault.loses and _is_recorded(name, courses.playing(fault.files)) and _chapter(fault, courses)
    }
    chance = random.Random(1)  # noqa: S311 - the same faults each time
    names = chance.sample(list(known), len(known))
    odds = list(accumulate(1 / rank for rank in range(1, len(names) + 1)))
    chosen = [chance.choices(names, cum_weights=odds, k=1 + number % MOST_FAULTS) for number in range(LOST)]
    return [[known[name] for name in dict.fromkeys(some)] for some in chosen]


def _is_recorded(name: str, scenarios: Sequence[str]) -> bool:
    return all((FOLDER / f"{name}-{scenario}.json.gz").exists() for scenario in scenarios)


def _chapter(fault: Fault, courses: Courses) -> bool:
    return all(courses.criteria[name][0].chapter == "chapter11" for name in fault.loses)


def _with(faults: Sequence[Fault], courses: Courses) -> Run:
    """Return the run of a submission with those of some faults that have nothing to do with each other."""
    fault = combined(faults, courses)[0]
    recordings = chain.from_iterable(
        dict.fromkeys(courses.playing(part.files), part.id).items()
        for part in faults
        if part.id in fault.id.split(SEPARATOR)
    )
    with TemporaryDirectory() as work:
        folder = Path(work) / "submission"
        build(fault, folder)
        return Run(*replay(folder, dict(recordings)))


def _cut(whole: Run) -> dict[str, Any]:
    data = whole.evidence[f"{EVIDENCE}/{CUT_SCENARIO}.json"]
    return {name: data[name] for name in ("version", "scenario", "started")} | {"error": CUT}


def _judged(run: Run, evidence: Mapping[str, Any]) -> Run:
    """Return a run with other evidence, judged by it."""
    with TemporaryDirectory() as work:
        folder = Path(work)
        for path, data in evidence.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            write_text(folder / path, json.dumps(data))
        return Run(judged(run.report, Tries(folder))[0], evidence)
