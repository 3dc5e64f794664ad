"""The identity that applies a submission's objects: the run's own, with rights in its namespaces alone.

The suite impersonates it, so that no credential has to be made and none can be taken; the API server decides
what it may do as for any user (Kubernetes: User impersonation).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from grading import timeouts
from grading.cluster.client import Cluster
from grading.cluster.kubectl import Kubectl
from grading.errors import InfrastructureError
from grading.submission.guards import SUBMITTER, cluster_guards, namespace_guards
from grading.text.i18n import _
from grading.waiting import until

Object = dict[str, Any]


@dataclass(frozen=True)
class Submitter:
    """The identity that applies what was handed in.

    Args:
        owner: the suite's own client, which grants it what it may do.
        owners: the suite's own kubectl.
        user: its name.
    """

    owner: Cluster
    owners: Kubectl
    user: str

    @cached_property
    def cluster(self) -> Cluster:
        """The client of the identity."""
        return self.owner.acting_as(self.user, SUBMITTER)

    @cached_property
    def kubectl(self) -> Kubectl:
        """kubectl of the identity."""
        return self.owners.acting_as(self.user, SUBMITTER)

    def admit(self, namespace: str, kinds: Iterable[str]) -> None:
        """Let it apply objects in a namespace, and wait until it can.

        Source: Kubernetes: Using RBAC Authorization.

        Args:
            namespace: one that holds objects of the submission alone.
            kinds: of the objects.

        Raises:
            InfrastructureError: it cannot in time.
        """
        guards = namespace_guards(self.user, kinds)
        for item in guards:
            self.owner.apply(item, namespace)
        role, _binding, quota, *_others = guards
        # Until a quota is counted the API server rejects whatever it counts, as "status unknown for quota".
        self.owner.wait_for(
            "ResourceQuota",
            namespace,
            quota["metadata"]["name"],
            lambda found: bool(found and (found.get("status") or {}).get("hard")),
            timeouts.NAMESPACE_READY,
            _("Kubernetes has counted the quota of {namespace}", namespace=namespace),
        )
        self._wait_granted(role, namespace)

    def admit_to_cluster(self, kind: str, name: str, labels: dict[str, str]) -> list[tuple[str, str]]:
        """Let it apply one object of the whole cluster.

        Source: Kubernetes: Using RBAC Authorization.

        Args:
            kind: of the object.
            name: of the object.
            labels: of what lets it, by which a later run finds what is left.

        Returns:
            The kind and the name of what permits it.

        Raises:
            InfrastructureError: it cannot in time.
        """
        role, binding = cluster_guards(self.user, kind, name, labels)
        for item in (role, binding):
            self.owner.apply(item)
        self._wait_granted(role)
        return [(item["kind"], item["metadata"]["name"]) for item in (role, binding)]

    def _wait_granted(self, role: Object, namespace: str = "") -> None:
        """Wait until the API server has read a new role and its binding.

        Raises:
            InfrastructureError: it has not in time.
        """
        rule = role["rules"][-1]
        asked = {
            "namespace": namespace,
            "verb": "create",
            "group": rule["apiGroups"][0],
            "resource": rule["resources"][0],
        }
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": asked},
        }

        def is_granted() -> bool:
            path = "apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
            return bool(self.cluster.request("POST", path, body=review)["status"]["allowed"])

        if not until(
            is_granted, bool, timeouts.NAMESPACE_READY, every=0.05, cancelled=self.cluster.cancelled
        ):
            raise InfrastructureError(
                _("kubegrade did not get the right to create {resource}", resource=asked["resource"])
            )


def submitter(cluster: Cluster, kubectl: Kubectl, run: str) -> Submitter:
    """Return the identity of a run.

    Args:
        cluster: the suite's own client.
        kubectl: the suite's own kubectl.
        run: the name of the run.
    """
    return Submitter(cluster, kubectl, f"kubegrade:run:{run}")
