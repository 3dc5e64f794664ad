"""The checks of section 11.7 on recordings of real runs."""

from __future__ import annotations

from typing import Final

import pytest

from grading.errors import CriterionFailure
from tests.selfcheck.recorded import assert_lost, load, seen

ACTIVE: Final = seen("namespaces.declared")
PLACED: Final = seen("namespaces.pod-placed")
BREAKS: Final = {
    "ns-pod-without-namespace": "in the namespace default",
    "ns-pod-other-namespace": "namespace development",
}


@pytest.mark.parametrize("submission", BREAKS)
def test_pod_in_another_namespace_is_not_placed(submission: str) -> None:
    assert_lost(PLACED, load(submission, "namespaces"), BREAKS[submission])


def test_namespace_that_is_not_active() -> None:
    evidence = load("reference", "namespaces")
    for namespace in evidence.records["namespaces"].objects:
        if namespace["metadata"]["name"] == "dev":
            namespace["status"]["phase"] = "Terminating"
    with pytest.raises(CriterionFailure, match=r"dev status\.phase: 'Terminating'"):
        ACTIVE(evidence)
