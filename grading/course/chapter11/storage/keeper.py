"""A Pod of the suite's own on the claim of section 11.10.7.2."""

from __future__ import annotations

from typing import Any, Final

from grading.course.chapter11.storage.course_values import IMPORTANT_NAME, MANUAL_VOLUME_FILE
from grading.runner.context import Context
from grading.runner.own_names import own_name
from grading.runner.own_pod import own_pod
from grading.runner.placement import pin
from grading.text.i18n import _

Object = dict[str, Any]

_FOLDER: Final = "/kept"
KEPT_FILE: Final = f"{_FOLDER}/{IMPORTANT_NAME}"


def start_keeper(context: Context, claim: str, node: str | None) -> Object:
    """Start a Pod of the suite's own on a claim (11.10.7.2).

    Args:
        context: where the claim is.
        claim: its name.
        node: where the Pod is to run; anywhere if it is None.

    Returns:
        The Pod once it is Ready.

    Raises:
        Unplayable: no Pod can use the volume, and the manifest of the volume is the cause.
        InfrastructureError: it does not start for another reason.
    """
    name = own_name("keeper")
    mounts = [{"name": "claim", "mountPath": _FOLDER}]
    container = {"name": "keeper", "command": ["sleep", "86400"], "volumeMounts": mounts}
    volumes = [{"name": "claim", "persistentVolumeClaim": {"claimName": claim}}]
    pod = own_pod(name, container, volumes=volumes)
    if node:
        pin(pod, node)
    context.step(_("Start a Pod of the suite's own on the claim"), name)
    context.cluster.apply(pod, context.namespace)
    # A volume that no Pod can use is the manifest's fault, and nothing else here is the student's.
    return context.ready_pod(MANUAL_VOLUME_FILE, name)
