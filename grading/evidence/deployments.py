"""What the scenarios of section 11.9 record."""

from __future__ import annotations

from grading.evidence.base import Evidence, Object
from grading.timeline import Timeline


class DeploymentEvidence(Evidence):
    """Section 11.9.3: a Deployment, and one of its Pods deleted."""

    deployment: Object | None = None
    replica_sets: list[Object] | None = None
    pods: list[Object] | None = None
    deleted_uid: str | None = None
    pods_after: list[Object] | None = None
    timeline: Timeline | None = None


class RollingEvidence(Evidence):
    """Section 11.9.4: the first rollout and the update to nginx:1.26."""

    edited: bool = False
    deployment: Object | None = None
    pods: list[Object] | None = None
    updated: bool | None = None
    timeline: Timeline | None = None
