"""Tell an error of the container runtime that a field of the manifest causes from one of the machine.

A message counts against a submission only if it is known to come from a field. All others, such as "too many
open files", "cannot allocate memory", "ttrpc: closed" or one that nobody has seen yet, are the machine's.
"""

from __future__ import annotations

import re
from typing import Any, Final

from grading.k8s.quantity import amount_of

Object = dict[str, Any]

LIMITS_SET: Final = "kubernetes.io/limit-ranger"
"""The annotation of a Pod in which the API server notes the limits that it has set."""

_OF_A_FIELD: Final = re.compile(
    "|".join(
        (
            # command, args (runc: libcontainer/standard_init_linux.go; containerd: pkg/oci/spec_opts.go)
            r'exec: "[^"]*": (?:executable file not found|permission denied|is a directory|no such file)',
            r'exec: "[^"]*": stat [^:]*: (?:no such file or directory|not a directory|permission denied)',
            r"no command specified",
            # workingDir (runc: libcontainer/init_linux.go, rootfs_linux.go)
            r'chdir to cwd \("[^"]*"\) set in config\.json failed: '
            r"(?:no such file|not a directory|permission denied)",
            r"mkdir [^:\s]+: (?:not a directory|file exists)",
            # mountPath (runc: libcontainer/rootfs_linux.go)
            r'error mounting "[^"]*" to rootfs at "[^"]*": .*: (?:not a directory|is a directory)',
            r"cannot be mounted because it is inside /proc|is on the top of rootfs",
            # subPath, subPathExpr (kubelet: kubelet_pods.go)
            r"failed to (?:prepare subPath|create subPath directory) for volumeMount",
            r'(?:error|unable to provision) SubPath `|missing value for "',
            # env, envFrom (kubelet: kubelet_pods.go)
            r"couldn't find key \S+ in (?:ConfigMap|Secret) |references non-existent (?:config|secret) key",
            r'(?:configmap|secret) "[^"]+" not found',
            # securityContext (kubelet: kuberuntime/security_context_others.go; containerd: cri/server)
            r"runAsNonRoot|breaks non-root policy|unknown capability",
            r"apparmor profile not found|cannot load seccomp profile",
            # volumes (kubelet: volumemanager/populator, volume/hostpath, volume/configmap)
            r"hostPath type check failed",
            r"has volumeMode (?:Block|Filesystem), but is specified in",
        )
    )
)
_TOO_LITTLE_MEMORY: Final = "memory limit too low"
"""What runc adds if its own first process was killed in a container's control group, whatever the reason."""
_LEAST_MEMORY: Final = 16 * 2**20
"""Bytes that runc needs to start a container: some 6 MiB, more on some kernels. A limit of ``128m`` is a part
of a byte."""


def is_of_a_field(message: str, pod: Object) -> bool:
    """Return whether a container's error comes from a field of the manifest.

    The error is the kubelet's or the container runtime's.

    Args:
        message: of the status of a container, or of an event.
        pod: which it is about.
    """
    if _TOO_LITTLE_MEMORY in message:
        return has_too_little_memory(pod)
    return _OF_A_FIELD.search(" ".join(message.split())) is not None


def has_too_little_memory(pod: Object) -> bool:
    """Return whether a container's memory limit is too small to start it.

    Such as 128m.

    Source: Kubernetes: Resource Management for Pods and Containers.
    """
    return any(0 < limit < _LEAST_MEMORY for limit in _memory_limits(pod))


def has_memory_limit(pod: Object, spec: Object) -> bool:
    """Return whether a container's memory limit is its own, not its namespace's.

    The API server notes on a Pod which limits it has set, such as "LimitRanger plugin set: memory request for
    container a; ephemeral-storage, memory limit for container a" (Kubernetes: Limit Ranges).

    Args:
        pod: the Pod.
        spec: of the container.
    """
    if "memory" not in ((spec.get("resources") or {}).get("limits") or {}):
        return False
    annotations = (pod.get("metadata") or {}).get("annotations") or {}
    noted = str(annotations.get(LIMITS_SET) or "").partition(": ")[2]
    given = (part.partition(" limit for container ") for part in noted.split("; "))
    return not any(name == spec.get("name") and "memory" in what.split(", ") for what, _for, name in given)


def _memory_limits(pod: Object) -> list[float]:
    specs = [c for group in ("initContainers", "containers") for c in pod["spec"].get(group) or []]
    limits = [spec["resources"]["limits"]["memory"] for spec in specs if has_memory_limit(pod, spec)]
    return [float(amount_of(limit) or 0) for limit in limits]
