"""The scenarios: each plays one piece of the course and records what happened. They judge nothing."""

from __future__ import annotations

from typing import Any, Final

from grading.scenarios.bad_image import BAD_IMAGE_SCENARIO
from grading.scenarios.claim import CLAIM
from grading.scenarios.clusterip import CLUSTERIP
from grading.scenarios.deployment import DEPLOYMENT
from grading.scenarios.dynamic import DYNAMIC
<<<<<<< HEAD
<<<<<<< HEAD
from grading.scenarios.emptydir import EMPTYDIR
from grading.scenarios.ephemeral import EPHEMERAL
=======
from grading.scenarios.namespaces import NAMESPACES
>>>>>>> h4
=======
from grading.scenarios.history import HISTORY
>>>>>>> h5
from grading.scenarios.nodeport import NODEPORT
from grading.scenarios.pause import PAUSE
from grading.scenarios.pod import POD
from grading.scenarios.rollback import ROLLBACK
from grading.scenarios.rolling import ROLLING
from grading.stage import Scenario

ALL: Final[dict[str, Scenario[Any]]] = {
    scenario.name: scenario
<<<<<<< HEAD
<<<<<<< HEAD
    for scenario in (POD, NODEPORT, DEPLOYMENT, ROLLING, EPHEMERAL, EMPTYDIR, CLAIM, DYNAMIC)
}

__all__ = ["ALL", "CLAIM", "DEPLOYMENT", "DYNAMIC", "EMPTYDIR", "EPHEMERAL", "NODEPORT", "POD", "ROLLING"]
=======
    for scenario in (POD, NAMESPACES, CLUSTERIP, NODEPORT, DEPLOYMENT, ROLLING, CLAIM, DYNAMIC)
}

__all__ = ["ALL", "CLAIM", "CLUSTERIP", "DEPLOYMENT", "DYNAMIC", "NAMESPACES", "NODEPORT", "POD", "ROLLING"]
>>>>>>> h4
=======
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
>>>>>>> h5
