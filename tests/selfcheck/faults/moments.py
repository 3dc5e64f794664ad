"""Moments of a graded run, seen by a watch on its cluster from beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from grading.cluster.client import Cluster
from grading.errors import ApiError, InfrastructureError
from grading.k8s.image_reference import canonical
from grading.k8s.pod_diagnosis import is_ready
from grading.runner.rollouts import is_complete

Object = dict[str, Any]

_LEG: Final = "5"
"""Seconds of one watch, so that the end of the run is noticed."""


@dataclass(frozen=True)
class Moment:
    """A state of an object in the namespace of a scenario.

    Attributes:
        title: the moment in words, for messages.
        kind: the kind of the object.
        scenario: the scenario in whose namespace it is; its namespace itself if `kind` is Namespace.
        holds: whether an object is in the state.
    """

    title: str
    kind: str
    scenario: str
    holds: Callable[[Object], bool]

    def look(self, api: Cluster) -> Object | None:
        """Return an object in the state, or None if there is none within some seconds."""
        try:
            listing = api.listing(self.kind)
            for item in listing["items"]:
                if self._is_it(item):
                    return item  # type: ignore[no-any-return]
            version = listing["metadata"]["resourceVersion"]
            watch = api.watch(api.path(self.kind), version, timeoutSeconds=_LEG)
            for event, item in watch.until_closed():
                if event != "DELETED" and self._is_it(item):
                    watch.stop()
                    return item
        except (InfrastructureError, ApiError):
            pass  # The cluster is just starting.
        return None

    def _is_it(self, item: Object) -> bool:
        metadata = item["metadata"]
        namespace = metadata.get("namespace") or metadata["name"]
        # The runner names a namespace after its scenario, with a few drawn characters.
        return namespace.rpartition("-")[0] == self.scenario.replace("_", "-") and self.holds(item)


def begun(scenario: str) -> Moment:
    """Return the moment at which a scenario has a namespace."""
    return Moment(f"the scenario {scenario} begins", "Namespace", scenario, _is_active)


def pod_ready(scenario: str, name: str) -> Moment:
    """Return the moment at which a Pod of a scenario is Ready."""

    def holds(pod: Object) -> bool:
        return bool(pod["metadata"]["name"] == name and is_ready(pod))

    return Moment(f"Pod {name} of the scenario {scenario} is Ready", "Pod", scenario, holds)


def pod_exists(scenario: str, name: str) -> Moment:
    """Return the moment at which a Pod of a scenario exists."""

    def holds(pod: Object) -> bool:
        return bool(pod["metadata"]["name"] == name)

    return Moment(f"Pod {name} of the scenario {scenario} exists", "Pod", scenario, holds)


def complete(scenario: str, replicas: int) -> Moment:
    """Return the moment at which a Deployment of a scenario has all its Pods."""

    def holds(deployment: Object) -> bool:
        return bool(deployment["spec"]["replicas"] == replicas and is_complete(deployment))

    title = f"the Deployment of the scenario {scenario} has {replicas} Pods"
    return Moment(title, "Deployment", scenario, holds)


def updating(scenario: str, image: str, updated: int) -> Moment:
    """Return the moment at which a rolling update has made some new Pods.

    Args:
        scenario: whose Deployment is updated.
        image: the new version.
        updated: the number of new Pods.
    """

    def holds(deployment: Object) -> bool:
        wanted = deployment["spec"]["template"]["spec"]["containers"][0]["image"]
        status = deployment.get("status") or {}
        return canonical(wanted) == canonical(image) and status.get("updatedReplicas", 0) >= updated

    title = f"{updated} Pods of the scenario {scenario} are updated to {image}"
    return Moment(title, "Deployment", scenario, holds)


def _is_active(namespace: Object) -> bool:
    return bool(namespace["status"]["phase"] == "Active")


CLUSTER_EXISTS: Final = Moment("the cluster exists", "Namespace", "kube", _is_active)
"""It has ``kube-system``, which stays: whoever looks late sees it too."""

READY_TO_GRADE: Final = Moment(
    "the cluster is ready to grade on",
    "Namespace",
    "kubegrade-canary",
    lambda namespace: bool(namespace["metadata"].get("deletionTimestamp")),
)
"""The suite's Pods on each node have ended well, and their namespace is deleted; the scenarios begin."""
