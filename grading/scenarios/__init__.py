"""The scenarios: each plays one piece of the course and records what happened. They judge nothing."""

from __future__ import annotations

from typing import Any, Final

from grading.scenarios.claim import CLAIM
from grading.scenarios.clusterip import CLUSTERIP
from grading.scenarios.deployment import DEPLOYMENT
from grading.scenarios.dynamic import DYNAMIC
<<<<<<< HEAD
from grading.scenarios.emptydir import EMPTYDIR
from grading.scenarios.ephemeral import EPHEMERAL
=======
from grading.scenarios.namespaces import NAMESPACES
>>>>>>> h4
from grading.scenarios.nodeport import NODEPORT
from grading.scenarios.pod import POD
from grading.scenarios.rolling import ROLLING
from grading.stage import Scenario

ALL: Final[dict[str, Scenario[Any]]] = {
    scenario.name: scenario
<<<<<<< HEAD
    for scenario in (POD, NODEPORT, DEPLOYMENT, ROLLING, EPHEMERAL, EMPTYDIR, CLAIM, DYNAMIC)
}

__all__ = ["ALL", "CLAIM", "DEPLOYMENT", "DYNAMIC", "EMPTYDIR", "EPHEMERAL", "NODEPORT", "POD", "ROLLING"]
=======
    for scenario in (POD, NAMESPACES, CLUSTERIP, NODEPORT, DEPLOYMENT, ROLLING, CLAIM, DYNAMIC)
}

__all__ = ["ALL", "CLAIM", "CLUSTERIP", "DEPLOYMENT", "DYNAMIC", "NAMESPACES", "NODEPORT", "POD", "ROLLING"]
>>>>>>> h4
