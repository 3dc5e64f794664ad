"""The control: a Pod of the suite's own on each node, and a Service in front of them.

It is asked by the same probes in the same moments as a Service of a submission: if it does not answer either,
the cluster is the cause.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from typing import Any, Final

from grading.cluster import docker_agent
from grading.cluster.client import Cluster
from grading.errors import ApiError, InfrastructureError
from grading.runner.own_namespace import OWNED, create_namespace, wait_usable
from grading.runner.own_pod import own_pod

Object = dict[str, Any]

_log = logging.getLogger(__name__)

_NAME: Final = "control"
_LABELS: Final = {**OWNED, "app.kubernetes.io/component": _NAME}


class Control:
    """The control of one run, in a namespace of its own.

    Args:
        cluster: where it runs.
        namespace: the namespace to create; its label lets a later run delete it.

    Attributes:
        url: the address of its Service; empty if it could not be created, and nothing is asked of it then.
    """

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self.url = ""
        self._cluster = cluster
        self._namespace = namespace

    def start(self) -> None:
        """Create the Service, and its Pods in the background: nothing waits for them."""
        with self._without_it():
            create_namespace(self._cluster, self._namespace)
            service = self._cluster.apply(_service(), self._namespace)
            # By address: the cluster's DNS is not what it is the control of.
            self.url = f"http://{service['spec']['clusterIP']}:80/"
            threading.Thread(target=self._start_pods, name=_NAME, daemon=True).start()

    def close(self) -> None:
        """Delete the namespace, without waiting for it to be gone."""
        with self._without_it():
            self._cluster.delete("Namespace", None, self._namespace)

    def _start_pods(self) -> None:
        with self._without_it():
            wait_usable(self._cluster, self._namespace)
            for node in self._cluster.items("Node"):
                if docker_agent.NODE_LABEL not in (node["metadata"].get("labels") or {}):
                    self._cluster.apply(_pod(node["metadata"]["name"]), self._namespace)

    @contextlib.contextmanager
    def _without_it(self) -> Iterator[None]:
        """Let a run go on without its control: what it cannot tell is nobody's fault."""
        try:
            yield
        except (InfrastructureError, ApiError):
            _log.warning("the control was not created", exc_info=True)


def _service() -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": _NAME, "labels": _LABELS},
        "spec": {"selector": _LABELS, "ports": [{"port": 80, "targetPort": 80}]},
    }


def _pod(node: str) -> Object:
    return own_pod(f"{_NAME}-{node}", {"name": _NAME}, component=_NAME, node=node)
