"""What the scenarios of section 11.9 record."""

from __future__ import annotations

from grading.evidence.base import Evidence, Object
from grading.timeline import Timeline


class DeploymentEvidence(Evidence):
    """Section 11.9.3: a Deployment, one of its Pods deleted, scaled to 6, and deleted.

    Parts: `running` is all that needs Pods that run.

    Attributes:
        scaled: the Deployment after it was applied again with 6 replicas.
        scaled_pods: its Pods then.
        left: what was left of it after its deletion, as kind and name.
    """

    deployment: Object | None = None
    replica_sets: list[Object] | None = None
    pods: list[Object] | None = None
    deleted_uid: str | None = None
    pods_after: list[Object] | None = None
    scaled: Object | None = None
    scaled_pods: list[Object] | None = None
    left: list[str] | None = None
    timeline: Timeline | None = None


class RollingEvidence(Evidence):
    """Section 11.9.4: the first rollout and the update to nginx:1.26."""

    edited: bool = False
    deployment: Object | None = None
    pods: list[Object] | None = None
    updated: bool | None = None
    timeline: Timeline | None = None
