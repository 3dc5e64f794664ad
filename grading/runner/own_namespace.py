"""A namespace of the suite's own, and how it is known as such."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from grading import timeouts
from grading.cluster.client import Cluster
from grading.text.i18n import _

OWNED: Final = {"app.kubernetes.io/managed-by": "kubegrade"}
"""The label of every object of the suite's own; a later run deletes what has it."""


def create_namespace(cluster: Cluster, name: str, labels: Mapping[str, str] | None = None) -> None:
    """Create a namespace with the label of the suite.

    Args:
        cluster: the suite's own client.
        name: of the namespace.
        labels: further labels.
    """
    metadata = {"name": name, "labels": {**(labels or {}), **OWNED}}
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})


def wait_usable(cluster: Cluster, name: str) -> None:
    """Wait until Pods can be created in a namespace.

    Source: Kubernetes: Service Accounts, Default service accounts.

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
