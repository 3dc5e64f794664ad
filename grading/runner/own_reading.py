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

import posixpath
import secrets
from typing import Any, Final

from grading.errors import InfrastructureError, Unplayable
from grading.k8s.volume_mounts import mount_of, path_in_volume
from grading.processes import Output
from grading.runner import client_pod
from grading.runner.context import Context
from grading.text.i18n import _, marked
from grading.text.sanitize import one_line

Object = dict[str, Any]

_FOLDER: Final = "/kubegrade-volume"
_PROCESS: Final = "/proc/1/root"
_LINK, _CLOSED, _NO_FILE = 90, 91, 92
_READING: Final = f"""
place=$1 rest=$2
[ -d "$place/." ] || exit {_CLOSED}
while [ "$rest" ]; do
  place=$place/${{rest%%/*}}
  case $rest in */*) rest=${{rest#*/}} ;; *) rest= ;; esac
  [ ! -L "$place" ] || {{ echo "$rest"; readlink -- "$place"; exit {_LINK}; }}
done
[ -e "$place" ] || exit 0
for kind in d p S b c; do
  [ "-$kind" "$place" ] && {{ echo "$kind"; exit {_NO_FILE}; }}
done
cat -- "$place"
"""
"""Prints a file, or nothing if there is none. At a link, which would lead to a place in the suite's own
container, it prints what is left of the path behind it, and where the link leads; of what is no file, the
letter of its kind."""
_MOST_LINKS: Final = 8
"""Links that are followed on the way to one file."""
_KINDS: Final = {
    "d": marked("a folder"),
    "p": marked("a FIFO"),
    "S": marked("a socket"),
    "b": marked("a device"),
    "c": marked("a device"),
}
_WRITING: Final = 'echo control > "$1/$2" && rm -- "$1/$2"'


def is_on_volume(pod: Object, path: str) -> bool:
    """Return whether a volume of a Pod holds a path of its first container."""
    return bool(_mount(pod, path))


def is_writable(context: Context, pod: Object, path: str) -> bool:
    """Return whether the suite can write a file beside one in a container.

    In a Pod's first container.

    Args:
        context: where the Pod is.
        pod: the Pod, running.
        path: of the file, absolute.

    Raises:
        InfrastructureError: it cannot be tried.
    """
    return not write_error(context, pod, path)


def write_error(context: Context, pod: Object, path: str) -> str:
    """Return why the suite cannot write a file beside one, empty if it can.

    Args:
        context: where the Pod is.
        pod: the Pod, running.
        path: of the file, absolute.

    Raises:
        InfrastructureError: it cannot be tried.
    """
    output = _run(context, pod, f"{path}.{secrets.token_hex(4)}", _WRITING)
    return one_line(output.stderr or str(output.status)) if output.status else ""


def read(context: Context, file: str, pod: Object, path: str) -> str:
    """Return the text of a file in a Pod's first container, empty if there is none.

    Links are followed as in the container, but not out of the volume that is to hold the file.

    Args:
        context: where the Pod is.
        file: the Pod's manifest, for messages.
        pod: the Pod, running.
        path: of the file, absolute.

    Raises:
        Unplayable: a link leads out of the volume, or there is something else than a file.
        InfrastructureError: the file cannot be seen from outside of the container.
    """
    name, place, volume = pod["metadata"]["name"], path, _mount(pod, path)
    for _time in range(_MOST_LINKS):
        output = _run(context, pod, place, _READING)
        if output.status == 0:
            return output.stdout.strip()
        if output.status == _NO_FILE:
            kind: str = _(_KINDS[output.stdout.strip()])
            words = _("{path} in Pod {pod} is {kind}, not a file", path=place, pod=name, kind=kind)
            raise _no_file(context, file, path, words, kind)
        target = _target(pod, place, output.stdout) if output.status == _LINK else ""
        if not target:
            told = _("the contents of {path} in Pod {pod} cannot be confirmed", path=path, pod=name)
            raise InfrastructureError(told)
        if volume and _mount(pod, target) != volume:
            words = _(
                "{path} in Pod {pod} is a link to {target}, which is not on its volume",
                path=place,
                pod=name,
                target=target,
            )
            raise _no_file(context, file, path, words, _("a link to {target}", target=target))
        place = target
    words = _("{path} in Pod {pod} is a link to a link, too many times in a row", path=path, pod=name)
    raise _no_file(context, file, path, words, _("a link to {target}", target=place))


def _target(pod: Object, path: str, printed: str) -> str:
    """Return the path in the container that a link on the way to a file leads to.

    Empty if only the kubelet knows: if the link is in the path that a mount takes within its volume.
    """
    rest, _newline, link = printed.removesuffix("\n").partition("\n")
    mount = _mount(pod, path)
    inside = path_in_volume({**mount, "subPath": ""}, path) if mount else path.strip("/")
    if not link or rest.count("/") + bool(rest) >= inside.count("/") + bool(inside):
        return ""
    folder = posixpath.dirname(path.removesuffix(f"/{rest}") if rest else path)
    return posixpath.normpath(posixpath.join(folder, link, rest))


def _no_file(context: Context, file: str, path: str, words: str, actual: str) -> Unplayable:
    return Unplayable(
        words,
        help=_("Let the container write {path} itself, as an ordinary file.", path=path),
        expected=_("an ordinary file"),
        actual=actual,
        location=context.evidence.at(file, "spec", "containers", 0),
    )


def _mount(pod: Object, path: str) -> Object:
    return mount_of(pod["spec"]["containers"][0], path)


def _run(context: Context, pod: Object, path: str, script: str) -> Output:
    """Run a script of the suite's own on a file of a Pod's first container.

    Returns:
        Its output and exit status.

    Raises:
        ExecFailed: it could not be run.
    """
    mount = _mount(pod, path)
    if mount and not mount.get("subPathExpr"):
        top, place, reader = _FOLDER, path_in_volume(mount, path), _by_volume(mount)
    else:
        top, place, reader = _PROCESS, path.strip("/"), _by_process(pod)
    container = _joined(context, pod, reader)
    command = ("sh", "-c", script, "sh", top, place)
    return client_pod.run_joined(context, pod["metadata"]["name"], container, *command)


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
    """Return the name of a suite's own container in a Pod.

    It joins unless it is there.
    """
    name = pod["metadata"]["name"]
    found = context.cluster.get("Pod", context.namespace, name) or pod
    known = found["spec"].get("ephemeralContainers") or []
    alike = (item["name"] for item in known if all(item.get(key) == reader[key] for key in reader))
    joined = next(alike, "") or client_pod.join(context, name, **reader)
    client_pod.wait_joined(context, name, joined)
    return joined
