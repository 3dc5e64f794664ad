"""Let a machine of its own join a cluster as an agent, by ``docker run``.

Docker is talked to by its command line with argument lists; nothing of a submission is among them.
"""

from __future__ import annotations

import json
from typing import Final

from grading import timeouts
from grading.errors import InfrastructureError
from grading.processes import ProgramError, run
from grading.text.i18n import _

NODE_LABEL: Final = "kubegrade.agent"
"""The label of the Node of such an agent."""

TAINT: Final = f"{NODE_LABEL}=true:NoSchedule"
"""Keeps Pods from it: it goes away again, and other exercises may be under way on the cluster."""

_TOKEN: Final = "/var/lib/rancher/k3s/server/node-token"  # noqa: S105 - where k3s writes it
_SERVER: Final = "[{{json .Config.Image}}, {{json .HostConfig.Memory}}, {{json .Config.Cmd}}]"
"""Asked of `docker inspect` for the server: its image, its memory in bytes (0: no limit), its arguments."""
_CONTAINER_LABEL: Final = "kubegrade.role=external-agent"


def join(cluster: str, name: str) -> str:
    """Start an agent in a container.

    It joins by the server's node-token.

    What bounds the server and its Pods bounds the agent too: memory, and the options of the kubelet.

    Args:
        cluster: k3d's name of the cluster.
        name: of the container.

    Returns:
        Its Node's name.

    Raises:
        InfrastructureError: Docker could not do it.
    """
    server = f"k3d-{cluster}-server-0"
    token = _docker("exec", server, "cat", _TOKEN).strip()
    image, memory, command = json.loads(_docker("inspect", "--format", _SERVER, server))
    limit = ("--memory", str(memory), "--memory-swap", str(memory)) if memory else ()
    # k3d's label lets whoever removes the cluster find the container.
    labels = ("kubegrade=true", f"k3d.cluster={cluster}", _CONTAINER_LABEL)
    container = _docker(
        *("run", "--detach", "--name", name, "--privileged", "--network", f"k3d-{cluster}"),
        *(word for label in labels for word in ("--label", label)),
        *limit,
        *(image, "agent", "--server", f"https://{server}:6443", "--token", token),
        *("--node-label", f"{NODE_LABEL}=true", "--node-taint", TAINT),
        *(word for word in command if word.startswith("--kubelet-arg=")),
        secret=token,
    )
    # A container's host name, and so the Node's, is the beginning of its id.
    return container.strip()[:12]


def remove(cluster: str) -> list[str]:
    """Remove a cluster's agents of this kind.

    With their volumes.

    Returns:
        Their Nodes' names.

    Raises:
        InfrastructureError: Docker could not do it.
    """
    filters = (f"label={_CONTAINER_LABEL}", f"label=k3d.cluster={cluster}")
    found = _docker("ps", "--all", "--quiet", *(word for f in filters for word in ("--filter", f))).split()
    if found:
        _docker("rm", "--force", "--volumes", *found)
    return found


def _docker(*words: str, secret: str = "") -> str:
    try:
        done = run(["docker", *words], timeout=timeouts.DOCKER, check=False)
    except ProgramError as error:
        raise InfrastructureError(
            _("docker {command} failed: {words}", command=words[0], words=error.reason)
        ) from error
    if done.status:
        said = done.stderr.strip()[-500:]
        raise InfrastructureError(f"docker {words[0]}: {said.replace(secret, '…') if secret else said}")
    return done.stdout
