"""Read and write a file of a student's container by programs of the suite's own.

What `kubectl exec` prints is the word of the container: its image, or its command, may have put another `cat`
or `sh` in place. So an ephemeral container of the suite's own joins the Pod, and decides what a file holds
(Kubernetes: Ephemeral Containers).

If a volume holds the file, that container mounts the same volume, and shares no process with the Pod's
others: both walls refuse ``shareProcessNamespace``, so that none of them reaches it. A file in the
container's own filesystem has no other way in than the container's first process (`/proc/1/root`), whose
processes see the suite's then; what lies there ends with the Pod by Kubernetes' own rule, whatever is read.
"""

from __future__ import annotations

import secrets
from typing import Any, Final

from grading.errors import InfrastructureError
from grading.k8s.volume_mounts import mount_of, path_in_volume
from grading.processes import Output
from grading.runner import client_pod
from grading.runner.context import Context
from grading.text.i18n import _
from grading.text.sanitize import one_line

Object = dict[str, Any]

_FOLDER: Final = "/kubegrade-volume"
_PROCESS: Final = "/proc/1/root"
_LINK, _CLOSED = 90, 91
_READING: Final = f"""
[ -d "$1/." ] || exit {_CLOSED}
[ ! -L "$2" ] || exit {_LINK}
[ ! -f "$2" ] || cat -- "$2"
"""
"""Prints a file; nothing if it is no regular file. A link would lead to a place in the suite's container."""
_WRITING: Final = 'echo control > "$2" && rm -- "$2"'


def is_on_volume(pod: Object, path: str) -> bool:
    """Return whether a volume of a Pod holds a path of its first container."""
    return bool(mount_of(pod["spec"]["containers"][0], path))


def is_writable(context: Context, pod: Object, path: str) -> bool:
    """Return whether the suite's own program can write a file beside one in a Pod's first container.

    Raises:
        InfrastructureError: it cannot be tried.
    """
    return not write_error(context, pod, path)


def write_error(context: Context, pod: Object, path: str) -> str:
    """Return why the suite's own program cannot write a file beside one, empty if it can.

    Raises:
        InfrastructureError: it cannot be tried.
    """
    output = _run(context, pod, f"{path}.{secrets.token_hex(4)}", _WRITING)
    return one_line(output.stderr or str(output.status)) if output.status else ""


def read(context: Context, pod: Object, path: str) -> str:
    """Return the text of a file in a Pod's first container, empty if there is no such regular file.

    Args:
        context: where the Pod is.
        pod: the Pod, running.
        path: of the file, absolute.

    Raises:
        InfrastructureError: the file cannot be seen from outside of the container.
    """
    output = _run(context, pod, path, _READING)
    if output.status:
        name = pod["metadata"]["name"]
        raise InfrastructureError(
            _("what {path} holds in Pod {pod} cannot be confirmed", path=path, pod=name)
        )
    return output.stdout.strip()


def _run(context: Context, pod: Object, path: str, script: str) -> Output:
    """Run a script of the suite's own on a file of a Pod's first container.

    Raises:
        ExecFailed: it could not be run.
    """
    name, mount = pod["metadata"]["name"], mount_of(pod["spec"]["containers"][0], path)
    if mount and not mount.get("subPathExpr"):
        top, reader = _FOLDER, _by_volume(mount)
        place = f"{top}/{path_in_volume(mount, path)}"
    else:
        top, reader = _PROCESS, _by_process(pod)
        place = f"{top}{path}"
    container = _joined(context, pod, reader)
    return client_pod.run_joined(context, name, container, "sh", "-c", script, "sh", top, place)


def _by_volume(mount: Object) -> Object:
    """Return a container that mounts a volume: as root, for the file may be anybody's."""
    return {
        "volumeMounts": [{"name": mount["name"], "mountPath": _FOLDER}],
        "securityContext": {"runAsUser": 0, "runAsNonRoot": False, "allowPrivilegeEscalation": False},
    }


def _by_process(pod: Object) -> Object:
    """Return a container among the processes of a Pod's first one.

    As the same user, if the manifest names one: the kernel shows a process's files to nobody else
    (proc_pid_root(5), ptrace(2)). The process that is looked at ends with its container, so the reader
    names the one that it belongs to.
    """
    container = pod["spec"]["containers"][0]
    statuses = pod["status"].get("containerStatuses") or []
    own = next((item.get("containerID", "") for item in statuses if item["name"] == container["name"]), "")
    user = {
        key: value
        for key, value in (container.get("securityContext") or {}).items()
        if key in {"runAsUser", "runAsGroup", "runAsNonRoot"}
    }
    return {
        "targetContainerName": container["name"],
        "env": [{"name": "TARGET", "value": own}],
        "securityContext": user,
    }


def _joined(context: Context, pod: Object, reader: Object) -> str:
    """Return the name of a container of the suite's own that runs in a Pod; it joins unless it is there."""
    name = pod["metadata"]["name"]
    found = context.cluster.get("Pod", context.namespace, name) or pod
    known = found["spec"].get("ephemeralContainers") or []
    alike = (item["name"] for item in known if all(item.get(key) == reader[key] for key in reader))
    joined = next(alike, "") or client_pod.join(context, name, **reader)
    client_pod.wait_joined(context, name, joined)
    return joined
