"""The scenarios: each plays one piece of the course and records what happened. They judge nothing."""

from __future__ import annotations

from typing import Any, Final

from grading.course.chapter11.deployments.bad_image import BAD_IMAGE_SCENARIO
from grading.course.chapter11.deployments.deployment import DEPLOYMENT
from grading.course.chapter11.deployments.history import HISTORY
from grading.course.chapter11.deployments.pause import PAUSE
from grading.course.chapter11.deployments.rollback import ROLLBACK
from grading.course.chapter11.deployments.rolling import ROLLING
from grading.course.chapter11.namespaces.scenario import NAMESPACES
from grading.course.chapter11.pods.scenario import POD
from grading.course.chapter11.services.clusterip import CLUSTERIP
from grading.course.chapter11.services.nodeport import NODEPORT
from grading.course.chapter11.storage.claim import CLAIM
from grading.course.chapter11.storage.dynamic import DYNAMIC
from grading.course.chapter11.storage.emptydir import EMPTYDIR
from grading.course.chapter11.storage.ephemeral import EPHEMERAL
from grading.course.introlab.scenario import INTROLAB
from grading.runner.runner import Scenario

ALL: Final[dict[str, Scenario[Any]]] = {
    scenario.name: scenario
    for scenario in (
        # The longest first: they start in this order.
        *(ROLLING, ROLLBACK, BAD_IMAGE_SCENARIO, PAUSE, HISTORY, DEPLOYMENT),
        *(POD, NAMESPACES, CLUSTERIP, NODEPORT),
        *(EPHEMERAL, EMPTYDIR, CLAIM, DYNAMIC),
        INTROLAB,
    )
}

__all__ = [
    "ALL",
    "BAD_IMAGE_SCENARIO",
    "CLAIM",
    "CLUSTERIP",
    "DEPLOYMENT",
    "DYNAMIC",
    "EMPTYDIR",
    "EPHEMERAL",
    "HISTORY",
    "INTROLAB",
    "NAMESPACES",
    "NODEPORT",
    "PAUSE",
    "POD",
    "ROLLBACK",
    "ROLLING",
]
