"""The scenarios: each plays one piece of the course and records what happened. They judge nothing."""

from __future__ import annotations

from typing import Any, Final

from grading.scenarios.bad_image import BAD_IMAGE_SCENARIO
from grading.scenarios.claim import CLAIM
from grading.scenarios.deployment import DEPLOYMENT
from grading.scenarios.dynamic import DYNAMIC
from grading.scenarios.history import HISTORY
from grading.scenarios.nodeport import NODEPORT
from grading.scenarios.pause import PAUSE
from grading.scenarios.pod import POD
from grading.scenarios.rollback import ROLLBACK
from grading.scenarios.rolling import ROLLING
from grading.stage import Scenario

ALL: Final[dict[str, Scenario[Any]]] = {
    scenario.name: scenario
    for scenario in (
        *(POD, NODEPORT),
        *(DEPLOYMENT, ROLLING, PAUSE, BAD_IMAGE_SCENARIO, HISTORY, ROLLBACK),
        *(CLAIM, DYNAMIC),
    )
}

__all__ = [
    "ALL",
    "BAD_IMAGE_SCENARIO",
    "CLAIM",
    "DEPLOYMENT",
    "DYNAMIC",
    "HISTORY",
    "NODEPORT",
    "PAUSE",
    "POD",
    "ROLLBACK",
    "ROLLING",
]
