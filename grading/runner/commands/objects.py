"""The objects of a cluster that commands create, and what a command changed about them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from grading import timeouts
from grading.cluster.client import Cluster
from grading.evidence.commands import ObjectChange
from grading.text.i18n import _

Object = dict[str, Any]
Snapshot = dict[tuple[str, str, str], Object]
"""By kind, namespace and name."""

SYSTEM: Final = frozenset({"default", "kube-node-lease", "kube-public", "kube-system"})
"""The namespaces of every cluster (Kubernetes: Initial namespaces)."""
_IN_DEFAULT: Final = ("Deployment", "Service", "PersistentVolumeClaim", "ConfigMap", "Secret")
"""Kinds of the other objects that a manifest of the course may bring."""
_SEEN: Final = ("Namespace", "Pod")
"""What the criteria on commands are about."""
_OURS: Final = frozenset({"kubernetes", "kube-root-ca.crt"})
"""Objects that Kubernetes itself makes in namespaces."""


def snapshot(api: Cluster) -> Snapshot:
    """Return a cluster's namespaces and Pods, without those of Kubernetes."""
    return {
        (kind, item["metadata"].get("namespace", ""), item["metadata"]["name"]): _written(item)
        for kind in _SEEN
        for item in api.items(kind)
        if not item["metadata"].get("namespace", "").startswith("kube-")
    }


def changes(cluster: str, before: Snapshot, after: Snapshot) -> Iterator[ObjectChange]:
    """Yield what is not as it was before.

    Args:
        cluster: its name in the course.
        before: a look at it.
        after: a later one.
    """
    for key in sorted({*before, *after}):
        kind, namespace, name = key
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        was_replaced = (
            old is not None and new is not None and old["metadata"]["uid"] != new["metadata"]["uid"]
        )
        if old is not None and (new is None or was_replaced):
            yield ObjectChange(
                cluster=cluster, change="deleted", kind=kind, namespace=namespace, name=name, object=old
            )
        if new is not None:
            change = "created" if old is None or was_replaced else "changed"
            yield ObjectChange(
                cluster=cluster, change=change, kind=kind, namespace=namespace, name=name, object=new
            )


def empty(api: Cluster) -> None:
    """Delete what commands have created on a cluster, and wait until it is gone.

    Args:
        api: the suite's own client.

    Raises:
        ApiError: the API server rejects it.
        InfrastructureError: it does not answer, or time ran out.
    """
    for item in api.items("Pod"):
        if not item["metadata"]["namespace"].startswith("kube-"):
            api.delete("Pod", item["metadata"]["namespace"], item["metadata"]["name"], grace=0)
    namespaces = [item["metadata"]["name"] for item in api.items("Namespace")]
    made = [name for name in namespaces if name not in SYSTEM]
    for name in made:
        api.delete("Namespace", None, name)
    for kind in _IN_DEFAULT:
        for item in api.items(kind, "default"):
            if item["metadata"]["name"] not in _OURS:
                api.delete(kind, "default", item["metadata"]["name"])
    for name in made:
        what = _("namespace {name} is gone", name=name)
        api.wait_for("Namespace", None, name, lambda found: found is None, timeouts.POD_GONE, what)


def _written(item: Object) -> Object:
    """Return what was written into an object, without Kubernetes' reports."""
    metadata = item["metadata"]
    kept = {
        key: metadata[key] for key in ("name", "namespace", "uid", "labels", "annotations") if key in metadata
    }
    going = {"deletionTimestamp": metadata["deletionTimestamp"]} if "deletionTimestamp" in metadata else {}
    spec = {
        key: value
        for key, value in (item.get("spec") or {}).items()
        if key not in {"nodeName", "tolerations"}
    }
    return {"metadata": kept | going, "spec": spec}
