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
from tests.selfcheck.upgrades import manifests, yamlsteps

E = TypeVar("E", bound=Evidence)

FOLDER = Path(__file__).parent / "recordings"


def recorded(scenario: str, model: type[E], submission: str = "reference") -> E:
    """Read a recording; every call returns an object of its own."""
    raw = (FOLDER / f"{submission}-{scenario}.json.gz").read_bytes()
    return model.model_validate(upgraded(json.loads(gzip.decompress(raw)), submission))


def upgraded(data: dict[str, Any], name: str) -> dict[str, Any]:
    """Bring evidence of an earlier version to the present one.

    Args:
        data: as it was recorded.
        name: of the submission.
    """
    for upgrade in (manifests.upgrade, yamlsteps.upgrade):
        data = upgrade(data, name)
    return data


def assert_verdict(check: Callable[[Any], object], evidence: Evidence, words: str | None) -> None:
    """See a check pass, or, with ``words``, fail in these words and say all that a student needs."""
    if words is None:
        check(evidence)
        return
    with pytest.raises(CriterionFailure, match=words) as caught:
        check(evidence)
    assert caught.value.help
    assert caught.value.expected
    assert caught.value.actual


def recorded_events(name: str, pod: str) -> list[dict[str, Any]]:
    """Read the events about a Pod from a recording of a cluster's events."""
    events = json.loads(gzip.decompress((FOLDER / "events" / f"{name}.json.gz").read_bytes()))
    return [event for event in events if event["involvedObject"]["name"] == pod]
