"""The numbers of Pods that the strategy of a Deployment allows during an update."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

Object = dict[str, Any]

DEFAULT: Final = "25%"
"""maxSurge and maxUnavailable of a Deployment that sets none (Kubernetes: Deployments, Strategy)."""


@dataclass(frozen=True)
class RolloutLimits:
    """What an update of a Deployment may do by its own fields.

    Attributes:
        replicas: its number of Pods.
        surge: how many Pods more may exist.
        unavailable: how many Pods fewer may be available.
    """

    replicas: int
    surge: int
    unavailable: int

    @property
    def most(self) -> int:
        """The most Pods that may exist."""
        return self.replicas + self.surge

    @property
    def fewest(self) -> int:
        """The fewest Pods that may be available."""
        return max(0, self.replicas - self.unavailable)


def rollout_limits(spec: Object) -> RolloutLimits:
    """Return the limits of a Deployment's spec, which the API server accepts.

    A percentage of maxSurge is rounded up, one of maxUnavailable down; if both are 0 then, one Pod may be
    unavailable (Kubernetes: Deployments, Rolling Update Deployment).
    """
    replicas = spec.get("replicas", 1)
    strategy = spec.get("strategy") or {}
    if strategy.get("type", "RollingUpdate") == "Recreate":
        return RolloutLimits(replicas, surge=0, unavailable=replicas)
    limits = strategy.get("rollingUpdate") or {}
    surge = _count(limits.get("maxSurge", DEFAULT), replicas, math.ceil)
    unavailable = _count(limits.get("maxUnavailable", DEFAULT), replicas, math.floor)
    return RolloutLimits(replicas, surge, unavailable if surge or unavailable else 1)


def _count(limit: int | str, replicas: int, rounded: Callable[[float], int]) -> int:
    return limit if isinstance(limit, int) else rounded(replicas * int(limit.rstrip("%")) / 100)
