"""The suite's own objects have names that no submission has."""

from __future__ import annotations

import re

from grading.exercise.loader import load_courses
from grading.runner.own_names import own_name
from grading.submission.loader import load_submission
from tests.selfcheck.manifests import REFERENCE
from tests.selfcheck.played import StandIn, context_on


def test_a_name_is_drawn_for_each_object() -> None:
    names = {own_name("probe") for _ in range(20)}
    assert len(names) == 20
    assert all(re.fullmatch(r"kubegrade-probe-[0-9a-f]{8}", name) for name in names)


def test_a_pod_of_the_submission_may_have_any_name() -> None:
    cluster = StandIn()
    submission = load_submission(REFERENCE, load_courses().files.values())
    taken = {"kind": "Pod", "metadata": {"name": "kubegrade-probe"}, "spec": {"containers": []}}
    cluster.apply(taken, "mine")
    contexts = [context_on(cluster, None, submission) for _ in range(2)]
    probes = [context.start_probe(own_name("probe")) for context in contexts]
    assert len({"kubegrade-probe", *probes}) == 3
    assert cluster.get("Pod", "mine", "kubegrade-probe")
