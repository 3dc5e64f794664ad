"""The rights of a run's identity, and the objects that guard a namespace of a submission from the start."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from grading.k8s import field_types
from grading.k8s.addresses import PODS, PRIVATE, SERVICES
from grading.submission.allowed import load_table

Object = dict[str, Any]

PREFIX: Final = "kubegrade/"
"""Of the labels by which the policies of a cluster know a namespace."""
SUBMISSION: Final = {f"{PREFIX}holds": "submission"}
"""The label of a namespace that holds objects of a submission."""
SUITES_OWN: Final = f"{PREFIX}own"
"""The label of a Pod of the suite's own in such a namespace; the table of `allowed` refuses it to others."""
SUBMITTER: Final = "kubegrade:submissions"
"""The group of the identities that apply objects of a submission."""

RESOURCES: Final = {
    "ConfigMap": ("", "configmaps"),
    "Deployment": ("apps", "deployments"),
    "Job": ("batch", "jobs"),
    "Namespace": ("", "namespaces"),
    "PersistentVolume": ("", "persistentvolumes"),
    "PersistentVolumeClaim": ("", "persistentvolumeclaims"),
    "Pod": ("", "pods"),
    "Secret": ("", "secrets"),
    "Service": ("", "services"),
}
"""The API group and the resource of each kind that a submission may hold."""
OF_THE_CLUSTER: Final = frozenset({"Namespace", "PersistentVolume"})
"""Kinds that are in no namespace."""
KINDS: Final = frozenset(RESOURCES)
"""The kinds of the objects that a submission may hold."""

_RBAC: Final = "rbac.authorization.k8s.io"
_MAY: Final = ["get", "patch", "update"]
GUARD: Final = "kubegrade-submission"
"""The name of the quota of a namespace, and of what else guards it."""


def port_label(port: int) -> str:
    """Return the label of a namespace whose Services may have a node port."""
    return f"{PREFIX}port-{port}"


def field_label(field: str) -> str:
    """Return the label of a namespace whose objects may have a field that an exercise allows.

    Args:
        field: with its type; see `Table.on_request`.
    """
    return f"{PREFIX}allows-{field}"


def namespace_labels(ports: Iterable[int] = (), opened: Iterable[str] = ()) -> dict[str, str]:
    """Return the labels of a namespace that holds objects of a submission; nobody else may set them.

    The level of Pod Security is that of one version, so that another version of the cluster judges alike
    (Kubernetes: Pod Security Admission).

    Args:
        ports: those of the nodes that the course fixes for Services in it.
        opened: the fields that the exercise allows besides; see `Table.on_request`.
    """
    return {
        **SUBMISSION,
        **{field_label(field): "true" for field in sorted(opened)},
        **{port_label(port): "true" for port in sorted(ports)},
        "pod-security.kubernetes.io/enforce": "baseline",
        "pod-security.kubernetes.io/enforce-version": f"v{field_types.VERSION}",
    }


def namespace_guards(user: str, kinds: Iterable[str]) -> list[Object]:
    """Return the objects that a submission's namespace gets first.

    Source: Kubernetes: Resource Quotas; Limit Ranges; Using RBAC Authorization.

    Args:
        user: who applies there, and nowhere else.
        kinds: of the objects that the files of its scenario hold; those that these refer to are added.
    """
    named = {RESOURCES[kind] for kind in {*kinds, "ConfigMap", "Secret"} - OF_THE_CLUSTER}
    rules = [
        {"apiGroups": [group], "resources": [resource], "verbs": ["create", *_MAY]}
        for group, resource in sorted(named)
    ]
    role = {"kind": "Role", "metadata": {"name": GUARD}, "rules": rules}
    return [
        {"apiVersion": f"{_RBAC}/v1", **role},
        _bound("RoleBinding", role, user),
        _quota(),
        *pod_guards(spared=True),
    ]


def pod_guards(*, spared: bool) -> list[Object]:
    """Return what keeps Pods from the machine's memory, disk and networks.

    Source: Kubernetes: Limit Ranges; Network Policies.

    Args:
        spared: whether the suite has Pods of its own there; see `egress_policy`.
    """
    return [_limits(), egress_policy(spared=spared)]


def cluster_guards(user: str, kind: str, name: str, labels: dict[str, str]) -> list[Object]:
    """Return what lets a user create and change one object of the whole cluster.

    Of what is created RBAC does not know the name yet: that is asked by the policy of its kind.

    Source: Kubernetes: Using RBAC Authorization.

    Args:
        user: who applies it.
        kind: of the object.
        name: of the object.
        labels: of what is returned.
    """
    group, resource = RESOURCES[kind]
    at = {"apiGroups": [group], "resources": [resource]}
    rules = [{**at, "verbs": _MAY, "resourceNames": [name]}, {**at, "verbs": ["create"]}]
    metadata = {"name": f"{user}:{resource}:{name}", "labels": labels}
    role = {"kind": "ClusterRole", "metadata": metadata, "rules": rules}
    return [{"apiVersion": f"{_RBAC}/v1", **role}, _bound("ClusterRoleBinding", role, user)]


def _bound(kind: str, role: Object, user: str) -> Object:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": kind,
        "metadata": role["metadata"],
        "roleRef": {"apiGroup": _RBAC, "kind": role["kind"], "name": role["metadata"]["name"]},
        "subjects": [{"apiGroup": _RBAC, "kind": "User", "name": user}],
    }


def _quota() -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": GUARD},
        "spec": {"hard": {name: str(number) for name, number in load_table().quota.items()}},
    }


def _limits() -> Object:
    """Return the limits of containers that name none.

    Without a request of their own they reserve nothing.
    """
    limits = load_table().limits
    item = {"type": "Container", "default": limits, "defaultRequest": dict.fromkeys(limits, "0")}
    metadata = {"name": GUARD}
    return {"apiVersion": "v1", "kind": "LimitRange", "metadata": metadata, "spec": {"limits": [item]}}


def egress_policy(*, spared: bool = True) -> Object:
    """Return what keeps Pods from the machine's networks and other clusters.

    The cluster's own Pods and Services, and the internet, stay within reach. Nobody is kept from them: the
    machine asks them for their pages. The suite's own Pods ask the nodes, as the course does.

    Source: Kubernetes: Network Policies.

    Args:
        spared: whether Pods with the suite's own label are left out. Where a submission may give its Pods any
            label, it keeps all of them.
    """
    internet = {"cidr": "0.0.0.0/0", "except": list(PRIVATE)}
    not_own = {"key": SUITES_OWN, "operator": "DoesNotExist"}
    to = [{"ipBlock": block} for block in (internet, {"cidr": PODS}, {"cidr": SERVICES})]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": GUARD},
        "spec": {
            "podSelector": {"matchExpressions": [not_own]} if spared else {},
            "policyTypes": ["Egress"],
            "egress": [{"to": to}],
        },
    }
