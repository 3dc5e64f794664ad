"""Remove from an object what Kubernetes adds by itself, as ``kubectl get -o yaml`` prints it.

What is left is what the student meant. So a field is removed only if nobody would write it: a nodeName of a
cluster of k3d, or of any cluster that the object was printed by; a clusterIP of a cluster, but not None.
"""

from __future__ import annotations

import copy
import ipaddress
import re
from collections.abc import Callable
from typing import Any, Final

from grading.k8s.addresses import SERVICES
from grading.k8s.container_errors import LIMITS_SET
from grading.k8s.field_types import Path

Object = dict[str, Any]

_METADATA: Final = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)
_ANNOTATIONS: Final = (
    "deployment.kubernetes.io/revision",
    "kubectl.kubernetes.io/last-applied-configuration",
    LIMITS_SET,
    "pv.kubernetes.io/bind-completed",
    "pv.kubernetes.io/bound-by-controller",
    "pv.kubernetes.io/provisioned-by",
    "volume.beta.kubernetes.io/storage-provisioner",
    "volume.kubernetes.io/selected-node",
    "volume.kubernetes.io/storage-provisioner",
)
_FINALIZERS: Final = frozenset(
    {
        "kubernetes.io/pv-protection",
        "kubernetes.io/pvc-protection",
        "service.kubernetes.io/load-balancer-cleanup",
    }
)
"""Kubernetes adds them to each volume, claim and balanced Service, and removes them itself."""

_OF_A_JOB: Final = ("batch.kubernetes.io/controller-uid", "controller-uid")
"""The labels by which a Job knows its Pods: the uid of that Job."""
_TOKEN: Final = re.compile("kube-api-access-[a-z0-9]{5}")
"""The volume with the token of a ServiceAccount that the API server adds to each Pod."""
_NODE: Final = re.compile("k3d-[a-z0-9-]+-[0-9]+")
"""A node of k3d: created with its cluster, such as ``k3d-storage-lab-agent-0``, or by ``k3d node create``."""
_PROVISIONED: Final = re.compile("pvc-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""A volume that a provisioner made for a claim: another claim gets another one."""
_SERVICES: Final = ipaddress.ip_network(SERVICES)


def cleaned(data: Object) -> tuple[Object, list[Path]]:
    """Return an object without Kubernetes' additions, and the removed fields.

    Args:
        data: the object as the API server decodes it; it stays as it is.

    Returns:
        The object, and the path of each field that said something. Empty ones, such as those that
        ``kubectl create --dry-run -o yaml`` prints, are removed too and not told.
    """
    made = copy.deepcopy(data)
    cleaner = _Cleaner(made)
    cleaner.clean()
    return made, cleaner.removed


class _Cleaner:
    """Removes fields of one object, in place."""

    def __init__(self, data: Object) -> None:
        self.removed: list[Path] = []
        self._data = data
        metadata = data.get("metadata") or {}
        self._is_exported = bool(metadata.get("uid") or metadata.get("resourceVersion"))

    def clean(self) -> None:
        """Remove what is not the student's."""
        self._remove((), "status")
        for key in _METADATA:
            self._remove(("metadata",), key)
        for key in _ANNOTATIONS:
            self._remove(("metadata", "annotations"), key)
        self._filter(("metadata", "finalizers"), lambda item: item in _FINALIZERS)
        match self._data.get("kind"):
            case "Pod":
                self._pod(("spec",))
            case "Deployment":
                self._remove(("spec", "template", "metadata"), "creationTimestamp")
                self._remove(("spec", "template", "metadata", "annotations"), LIMITS_SET)
                self._pod(("spec", "template", "spec"))
            case "Job":
                self._job()
            case "Service":
                self._service()
            case "PersistentVolume":
                claim = self._at(("spec", "claimRef")) or {}
                # The binder notes the claim's uid; a student who reserves a volume does not know it.
                if claim.get("uid"):
                    self._remove(("spec",), "claimRef")
            case "PersistentVolumeClaim":
                volume = str((self._at(("spec",)) or {}).get("volumeName", ""))
                if self._is_exported or _PROVISIONED.fullmatch(volume):
                    self._remove(("spec",), "volumeName")

    def _pod(self, at: Path) -> None:
        # The scheduler writes it into a Pod, and nobody into the template of a Deployment.
        is_scheduled = self._is_exported and self._data.get("kind") == "Pod"
        if is_scheduled or _NODE.fullmatch(str((self._at(at) or {}).get("nodeName", ""))):
            self._remove(at, "nodeName")
        self._filter((*at, "volumes"), _is_token)
        for group in ("containers", "initContainers", "ephemeralContainers"):
            for index, _container in enumerate(self._at((*at, group)) or []):
                self._filter((*at, group, index, "volumeMounts"), _is_token)

    def _job(self) -> None:
        """Remove a Job's selector and the labels that fit it (Kubernetes: Jobs).

        The API server added them.
        """
        at: Path = ("spec", "template", "metadata")
        self._remove(at, "creationTimestamp")
        if not (self._at((*at, "labels")) or {}).keys().isdisjoint(_OF_A_JOB):
            self._remove(("spec",), "selector")
        for key in _OF_A_JOB:
            self._remove((*at, "labels"), key)
            self._remove(("metadata", "labels"), key)
        self._pod(("spec", "template", "spec"))

    def _service(self) -> None:
        spec = self._at(("spec",)) or {}
        addresses = [spec.get("clusterIP"), *(spec.get("clusterIPs") or [])]
        if all(self._is_given(address) for address in addresses if address):
            self._remove(("spec",), "clusterIP")
            self._remove(("spec",), "clusterIPs")
        if self._is_exported:
            self._remove(("spec",), "healthCheckNodePort")
        if self._is_exported and spec.get("type") == "LoadBalancer":
            for index, _port in enumerate(spec.get("ports") or []):
                self._remove(("spec", "ports", index), "nodePort")

    def _is_given(self, address: str) -> bool:
        """Return whether a cluster gave a Service an address.

        ``None``, and other text, is the student's.
        """
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return self._is_exported or found in _SERVICES

    def _at(self, path: Path) -> Any:
        found: Any = self._data
        for part in path:
            if isinstance(found, dict):
                found = found.get(str(part))
            elif isinstance(found, list) and isinstance(part, int):
                found = found[part]
            else:
                return None
        return found

    def _remove(self, above: Path, key: str) -> None:
        """Remove a field, and annotations with the last of them."""
        fields = self._at(above)
        if not isinstance(fields, dict) or key not in fields:
            return
        if fields.pop(key):
            self.removed.append((*above, key))
        if not fields and above[-1:] == ("annotations",):
            self._at(above[:-1]).pop("annotations")

    def _filter(self, at: Path, is_added: Callable[[Any], bool]) -> None:
        """Remove items of a list, and the list with the last of them."""
        items = self._at(at)
        if not isinstance(items, list) or not any(map(is_added, items)):
            return
        self.removed += [(*at, index) for index, item in enumerate(items) if is_added(item)]
        items[:] = [item for item in items if not is_added(item)]
        if not items:
            self._at(at[:-1]).pop(at[-1])


def _is_token(item: Any) -> bool:
    return isinstance(item, dict) and _TOKEN.fullmatch(str(item.get("name"))) is not None
