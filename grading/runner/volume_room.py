"""Wait for a Pod with volumes; a program that ends because a disk is full is not the student's.

That there is no room the program only says, so a program of the suite's own tries it on the same volume.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from grading.errors import InfrastructureError, Unplayable
from grading.k8s.file_errors import is_full, is_of_the_manifest
from grading.runner import own_reading
from grading.runner.context import Context
from grading.text.i18n import _, joined

Object = dict[str, Any]

_TRIED: Final = "kubegrade"


def ready_pod(context: Context, file: str, name: str, also: Callable[[], None] | None = None) -> Object:
    """Wait until a Pod is Ready, as `Context.ready_pod` does.

    Args:
        context: where it runs.
        file: its manifest, for messages.
        name: its name.
        also: looks at what else the Pod waits for, and raises as this does.

    Returns:
        The Pod.

    Raises:
        Unplayable: it will not become Ready, with the reason that Kubernetes gives.
        InfrastructureError: no reason is given, or it is not the student's, such as a disk that is full.
    """
    try:
        return context.ready_pod(file, name, also)
    except Unplayable as failure:
        if words := without_room(context, name):
            raise InfrastructureError(joined("; ", [failure, words])) from failure
        raise


def without_room(context: Context, name: str) -> str:
    """Return which volume of a Pod takes no file, and why.

    Empty if all of them do, or nobody can try.
    """
    pod = context.cluster.get("Pod", context.namespace, name)
    if pod is None or not _is_restarted(pod):
        return ""
    for mount in pod["spec"]["containers"][0].get("volumeMounts") or []:
        path = f"{mount['mountPath'].rstrip('/')}/{_TRIED}"
        words = own_reading.write_error(context, pod, path)
        if is_full(words) and not is_of_the_manifest(words, pod, path):
            return _(
                "kubegrade's own program cannot write to {folder} either: {words}",
                folder=mount["mountPath"],
                words=words,
            )
    return ""


def _is_restarted(pod: Object) -> bool:
    """Return whether the Pod runs, and a container of it has ended.

    Only then can another one join it.
    """
    statuses = pod["status"].get("containerStatuses") or []
    return pod["status"].get("phase") == "Running" and any(
        "terminated" in (item.get("lastState") or {}) or "terminated" in (item.get("state") or {})
        for item in statuses
    )
