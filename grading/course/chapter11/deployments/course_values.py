"""Files, numbers, images and change-causes of section 11.9 of the course."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DEPLOYMENT_FILE: Final = "dep.yaml"
REPLICAS: Final = 2
"""The replicas of dep.yaml as it is handed in (11.9.3.1)."""
SCALED: Final = 6
"""The replicas of dep.yaml after it was edited (11.9.3.3)."""

ROLLING_FILE: Final = "dep-rolling.yaml"
ROLLING_REPLICAS: Final = 10
"""The replicas of dep-rolling.yaml (11.9.4)."""
MOST: Final = 11
"""The most Pods at a time during an update: 10 replicas and maxSurge 1 (11.9.4)."""
FEWEST: Final = 9
"""The fewest available Pods during an update: 10 replicas and maxUnavailable 1 (11.9.4)."""
LIMIT: Final = 5
"""The revisionHistoryLimit of dep-rolling.yaml (11.9.4)."""


@dataclass(frozen=True)
class Version:
    """An image, and the change-cause that stands in the history for it."""

    image: str
    cause: str


FIRST: Final = Version("nginx:1.24", "Initial release")
SECOND: Final = Version("nginx:1.26", "Update naar nginx:1.26")
REVERTED: Final = Version(FIRST.image, "Rollback to nginx 1.24 due to bug")
