"""The evidence of the scenarios of section 11.9."""

from __future__ import annotations

from grading.evidence.base import Evidence, HttpAnswer, Object
from grading.evidence.rollout import Command, Revision


class DeploymentEvidence(Evidence):
    """Section 11.9.3: a Deployment, one of its Pods deleted, scaled to 6, and deleted.

    Parts: `running` is all that needs Pods that run.

    Attributes:
        scaled: the Deployment after it was applied again with 6 replicas.
        scaled_pods: its Pods then.
        left: what was left of it after its deletion, as kind and name.
        pages: by Pod, what it answered itself after the replacement; asked if the Service did not answer
            each connection.
    """

    deployment: Object | None = None
    replica_sets: list[Object] | None = None
    pods: list[Object] | None = None
    deleted_uid: str | None = None
    pods_after: list[Object] | None = None
    scaled: Object | None = None
    scaled_pods: list[Object] | None = None
    left: list[str] | None = None
    pages: dict[str, HttpAnswer] | None = None


class RollingEvidence(Evidence):
    """Section 11.9.4: the first rollout and the update to nginx:1.26.

    Marks of the timeline: ``update``, ``updated``.

    Attributes:
        answer: that of the Service before the update.
        direct: that of a Pod by its own address, asked if the Service did not show a page.
        pages: by Pod, what it answered itself after the update; asked if requests failed, or many took more
            than one connection.
    """

    edited: bool = False
    answer: HttpAnswer | None = None
    direct: HttpAnswer | None = None
    deployment: Object | None = None
    pods: list[Object] | None = None
    updated: bool | None = None
    pages: dict[str, HttpAnswer] | None = None


class PauseEvidence(Evidence):
    """Section 11.9.4: an update held by ``kubectl rollout pause``, and resumed.

    Marks of the timeline: ``paused``, ``update``, ``held`` when the controller had seen the new version,
    ``resume``, ``resumed``.
    """

    pods: list[Object] | None = None


class BadImageEvidence(Evidence):
    """Section 11.9.5: an update to an image that does not exist, and its undo.

    Marks of the timeline: ``update``, ``failing`` when every new Pod failed to get its image, ``undo``,
    ``recovered``. `failing` holds their reasons by Pod.
    """

    failing: dict[str, str] | None = None
    undo: Command | None = None
    pods: list[Object] | None = None


class RollbackEvidence(Evidence):
    """Section 11.9.5.1: the undo to revision 1 of a Deployment that runs revision 2.

    Marks of the timeline: ``undo``, ``undone``.
    """

    before: list[Revision] | None = None
    undo: Command | None = None
    after: list[Revision] | None = None
    pods: list[Object] | None = None


class HistoryEvidence(Evidence):
    """Sections 11.9.4 and 11.9.5: a history of updates, without Pods.

    Attributes:
        updated: the history after the update to nginx:1.26.
        undo: the undo to revision 1.
        undone: the history after it.
        applied_again: after "Initial release" was applied, which changes nothing.
        second_again: after nginx:1.26 was applied again.
        reverted: after nginx:1.24 was applied with a cause of its own.
        kept: the names of the old ReplicaSets after the further updates.

    Marks of the timeline: each of these names, at the same moment.
    """

    updated: list[Revision] | None = None
    undo: Command | None = None
    undone: list[Revision] | None = None
    applied_again: list[Revision] | None = None
    second_again: list[Revision] | None = None
    reverted: list[Revision] | None = None
    kept: list[str] | None = None
