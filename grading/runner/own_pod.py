"""Pods of the suite's own."""

from __future__ import annotations

from typing import Any, Final

from grading.runner.own_namespace import OWNED
from grading.submission.guards import SUITES_OWN

Object = dict[str, Any]

PROBE_IMAGE: Final = "nginx:latest"
"""An image of the course that has curl and a shell; the nodes have it."""


def own_pod(name: str, container: Object, *, component: str = "", node: str = "", **spec: Any) -> Object:
    """Return a Pod of the suite's own, which ends at once and gets no token.

    Nor does it get variables of Services.

    Args:
        name: its name.
        container: its one container; by default of `PROBE_IMAGE`.
        component: what part of the suite it is, for its label; nothing by default.
        node: where it is to run, by name and whatever taints that node has, so that nothing of it waits for
            the scheduler; anywhere by default.
        spec: more of its spec.
    """
    labels = {**OWNED, SUITES_OWN: "true"}
    if component:
        labels["app.kubernetes.io/component"] = component
    placed = {"nodeName": node, "tolerations": [{"operator": "Exists"}]} if node else {}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "containers": [{"image": PROBE_IMAGE, "imagePullPolicy": "IfNotPresent", **container}],
            "terminationGracePeriodSeconds": 0,
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            **placed,
            **spec,
        },
    }
