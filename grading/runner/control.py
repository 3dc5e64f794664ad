"""The control: a Pod of the suite's own on each node, and a Service in front of them.

It is asked by the same probes in the same moments as a Service of a submission: if it does not answer either,
the cluster is the cause.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from grading.cluster import docker_agent
from grading.cluster.client import Cluster
from grading.cluster.kubectl import Kubectl
from grading.errors import ApiError, InfrastructureError
from grading.k8s.pod_diagnosis import is_ready
from grading.runner.own_namespace import OWNED, create_namespace, wait_usable
from grading.runner.own_pod import own_pod

Object = dict[str, Any]

_log = logging.getLogger(__name__)

_NAME: Final = "control"
_DNS: Final = "http://kubernetes.default.svc:443/"
"""A name that the cluster's DNS knows; whoever listens there answers what is no TLS too."""
_ASK: Final = (
    *("curl", "--silent", "--no-progress-meter", "--parallel", "--parallel-immediate"),
    *("--connect-timeout", "3", "--max-time", "5", "--write-out", r"%{url} %{exitcode} %{errormsg}\n"),
)
_WORDS: Final = 3
"""What `_ASK` prints for each page: its address, curl's exit status, and its words."""
_LABELS: Final = {**OWNED, "app.kubernetes.io/component": _NAME}


class Control:
    """The control of one run, in a namespace of its own.

    Args:
        cluster: where it runs.
        kubectl: for the same cluster.
        namespace: the namespace to create; its label lets a later run delete it.

    Attributes:
        url: the address of its Service; empty if it could not be created, and nothing is asked of it then.
    """

    def __init__(self, cluster: Cluster, kubectl: Kubectl, namespace: str) -> None:
        self.url = ""
        self._cluster = cluster
        self._kubectl = kubectl
        self._namespace = namespace

    def start(self) -> None:
        """Create the Service, and its Pods in the background: nothing waits for them."""
        with self._without_it():
            create_namespace(self._cluster, self._namespace)
            service = self._cluster.apply(_service(), self._namespace)
            # By address: the cluster's DNS is not what it is the control of.
            self.url = _page(service["spec"]["clusterIP"])
            threading.Thread(target=self._start_pods, name=_NAME, daemon=True).start()

    def unreached(self) -> list[tuple[str, str, str]]:
        """Let each of its Pods ask the others, and the cluster's DNS, at the same time.

        Returns:
            for each that gets no answer: the node of the one that asks, the node of the other or empty text
            for the DNS, and curl's words. Nothing of a Pod that does not run or cannot be entered: why that
            is so is seen in other ways.
        """
        if not self.url:
            return []
        try:
            pods = self._cluster.items("Pod", self._namespace)
        except (InfrastructureError, ApiError):
            return []
        nodes = {_page(pod["status"]["podIP"]): pod["spec"]["nodeName"] for pod in pods if is_ready(pod)}
        with ThreadPoolExecutor(max(1, len(nodes)), thread_name_prefix=_NAME) as pool:
            found = pool.map(functools.partial(self._unreached_from, nodes), nodes)
            return [silence for silences in found for silence in silences]

    def _unreached_from(self, nodes: dict[str, str], own: str) -> list[tuple[str, str, str]]:
        targets = {url: node for url, node in nodes.items() if url != own} | {_DNS: ""}
        pages = [word for url in targets for word in ("--output", "/dev/null", url)]
        try:
            output = self._kubectl.exec(self._namespace, f"{_NAME}-{nodes[own]}", *_ASK, *pages)
        except InfrastructureError:
            return []
        answers = (line.split(" ", 2) for line in output.stdout.splitlines())
        return [
            (nodes[own], targets[url], f"curl: ({status}) {words}")
            for url, status, words in (answer for answer in answers if len(answer) == _WORDS)
            if url in targets and status != "0"
        ]

    def close(self) -> None:
        """Delete the namespace, without waiting until it is gone."""
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


def _page(address: str) -> str:
    return f"http://{address}:80/"


def _service() -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": _NAME, "labels": _LABELS},
        "spec": {"selector": _LABELS, "ports": [{"port": 80, "targetPort": 80}]},
    }


def _pod(node: str) -> Object:
    return own_pod(f"{_NAME}-{node}", {"name": _NAME}, component=_NAME, node=node)
