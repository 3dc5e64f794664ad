"""The control of an image whose host name is unknown: do nodes resolve others, and reach registries?"""

from __future__ import annotations

import contextlib
from typing import Any, Final

from grading import timeouts
from grading.cluster.client import Cluster
from grading.errors import ApiError, InfrastructureError
from grading.k8s.diagnosis import containers
from grading.k8s.image_pull import BACK_OFF, FAILED, is_answered
from grading.runner.own_names import own_name
from grading.runner.own_pod import own_pod
from grading.text.i18n import _

Object = dict[str, Any]

_NOBODYS: Final = "registry-1.docker.io/library/kubegrade-control:none"
"""An image that does not exist, by Docker Hub's own name: nodes ask it there, and not of a mirror."""


def registries_reached(cluster: Cluster, namespace: str, node: str) -> str:
    """Return when a registry told a node that it lacks an image.

    Empty if none did.

    Args:
        cluster: where the node is.
        namespace: where a Pod of the suite's own may run.
        node: its name.

    Returns:
        The time as the node's kubelet dates its events.
    """
    name = own_name("registry")
    container = {"name": "control", "image": _NOBODYS, "imagePullPolicy": "Always"}
    try:
        pod = cluster.apply(own_pod(name, container, component="registry", node=node), namespace)
        what = _("Kubernetes says why kubegrade's Pod {name} has no image", name=name)
        cluster.wait_for("Pod", namespace, name, _has_failed, timeouts.REGISTRY_ANSWER, what)
        about = f"involvedObject.uid={pod['metadata']['uid']}"
        return is_answered(_NOBODYS, cluster.items("Event", namespace, fieldSelector=about))
    except (ApiError, InfrastructureError):
        return ""  # Then nobody can tell.
    finally:
        with contextlib.suppress(ApiError, InfrastructureError):  # it goes with its namespace at the latest
            cluster.delete("Pod", namespace, name, grace=0)


def _has_failed(pod: Object | None) -> bool:
    states = (status.get("state") or {} for status, _spec in containers(pod or {"spec": {}}))
    return any((state.get("waiting") or {}).get("reason") in {FAILED, BACK_OFF} for state in states)
