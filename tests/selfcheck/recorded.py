"""Evidence that was recorded on a real cluster.

Each file of recordings/ is the evidence of one scenario as a run leaves it in its report folder,
compressed, and named after the submission and the scenario.
"""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from grading.errors import CriterionFailure
from grading.evidence.base import Evidence

E = TypeVar("E", bound=Evidence)

FOLDER = Path(__file__).parent / "recordings"


def recorded(scenario: str, model: type[E], submission: str = "reference") -> E:
    """Read a recording; every call returns an object of its own."""
    return model.model_validate(recording(f"{submission}-{scenario}"))


def recording(name: str) -> dict[str, Any]:
    """Read a recording as plain data."""
    data: dict[str, Any] = json.loads(gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes()))
    return data


def assert_verdict(check: Callable[[Any], object], evidence: Evidence, words: str | None) -> None:
    """See a check pass, or, with ``words``, fail in these words and say all that a student needs."""
    if words is None:
        check(evidence)
        return
    with pytest.raises(CriterionFailure, match=words) as caught:
        check(evidence)
    assert caught.value.problem.help
    assert caught.value.problem.expected
    assert caught.value.problem.actual


def recorded_events(name: str, pod: str) -> list[dict[str, Any]]:
    """Read the events about a Pod from a recording of a cluster's events."""
    events = json.loads(gzip.decompress((FOLDER / "events" / f"{name}.json.gz").read_bytes()))
    return [event for event in events if event["involvedObject"]["name"] == pod]
