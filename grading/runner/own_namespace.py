"""A namespace of the suite's own, and how it is known as such."""

from __future__ import annotations

from typing import Final

from grading import timeouts
from grading.cluster.client import Cluster
from grading.text.i18n import _

OWNED: Final = {"app.kubernetes.io/managed-by": "kubegrade"}
"""The label of every object of the suite's own; a later run deletes what has it."""


def create_namespace(cluster: Cluster, name: str) -> None:
    """Create a namespace with the label of the suite."""
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": OWNED}})


def wait_usable(cluster: Cluster, name: str) -> None:
    """Wait until Pods can be created in a namespace.

    Raises:
        InfrastructureError: the API server does not answer, or time ran out.
    """
    cluster.wait_for(
        "ServiceAccount",
        name,
        "default",
        lambda found: found is not None,
        timeouts.NAMESPACE_READY,
        _("the default ServiceAccount of {namespace}", namespace=name),
    )
