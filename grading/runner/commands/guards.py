"""Keep the Pods of commands from the machine, as those of manifests are: in every namespace of a cluster."""

from __future__ import annotations

from grading.cluster.client import Cluster
from grading.k8s.pod_diagnosis import is_going
from grading.runner.own_namespace import wait_usable
from grading.submission.allowed import load_table
from grading.submission.guards import pod_guards


class Guards:
    """Puts guards into the namespaces of one scenario's clusters, once into each."""

    def __init__(self) -> None:
        self._guarded: set[str] = set()

    def put_up(self, api: Cluster) -> None:
        """Guard the namespaces that exist, but for those of Kubernetes.

        Each has its default ServiceAccount then, with no token for Pods, before a student's command needs it.

        Raises:
            ApiError: the API server rejects a guard.
            InfrastructureError: it does not answer, or time ran out.
        """
        for namespace in api.items("Namespace"):
            name, uid = namespace["metadata"]["name"], namespace["metadata"]["uid"]
            if name.startswith("kube-") or is_going(namespace) or uid in self._guarded:
                continue
            wait_usable(api, name)
            for item in pod_guards(spared=False):  # commands give Pods any label
                api.apply(item, name)
            api.patch("ServiceAccount", name, "default", load_table().written)
            self._guarded.add(uid)
