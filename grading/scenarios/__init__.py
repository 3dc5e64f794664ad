"""The scenarios: each plays one piece of the course and records what happened. They judge nothing."""

from __future__ import annotations

from typing import Any, Final

from grading.scenarios.bad_image import BAD_IMAGE_SCENARIO
from grading.scenarios.claim import CLAIM
from grading.scenarios.clusterip import CLUSTERIP
from grading.scenarios.deployment import DEPLOYMENT
from grading.scenarios.dynamic import DYNAMIC
from grading.scenarios.emptydir import EMPTYDIR
from grading.scenarios.ephemeral import EPHEMERAL
from grading.scenarios.history import HISTORY
from grading.scenarios.introlab import INTROLAB
from grading.scenarios.namespaces import NAMESPACES
from grading.scenarios.nodeport import NODEPORT
from grading.scenarios.pause import PAUSE
from grading.scenarios.pod import POD
from grading.scenarios.rollback import ROLLBACK
from grading.scenarios.rolling import ROLLING
from grading.stage import Scenario

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
