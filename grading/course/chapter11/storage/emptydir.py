"""Section 11.10: a volume of type emptyDir outlives its container, and not its Pod."""

from __future__ import annotations

import secrets
from typing import Any, Final

from grading import timeouts
from grading.course.chapter11.storage.course_values import EMPTYDIR_FILE, WRITTEN_NAME
from grading.course.chapter11.storage.evidence import EmptyDirEvidence
from grading.errors import InfrastructureError
from grading.evidence import summary
from grading.k8s.image_reference import canonical, short
from grading.k8s.pod_diagnosis import is_ready
from grading.k8s.probes import own_delay
from grading.runner.container_files import read_file, read_written, write_file
from grading.runner.context import Context
from grading.runner.scenario import Scenario
from grading.runner.volume_room import ready_pod
from grading.submission.grace_periods import shorten
from grading.text.i18n import _, marked

Object = dict[str, Any]

FOLDER: Final = "/data"
TEXT: Final = f"{FOLDER}/{WRITTEN_NAME}"
# The container writes file.txt anew whenever it starts, so that file alone cannot tell whether the
# volume outlived the container; one that only the suite writes can.
NONCE: Final = f"{FOLDER}/kubegrade.txt"


def play(context: Context, evidence: EmptyDirEvidence) -> None:
    """Write, restart the container and read; replace the Pod and read (11.10)."""
    name = context.apply(EMPTYDIR_FILE, "Pod", _restartable)["metadata"]["name"]
    evidence.first_pod = ready_pod(context, EMPTYDIR_FILE, name)
    evidence.file_before = read_written(context, EMPTYDIR_FILE, name, TEXT)
    evidence.nonce = f"kubegrade {secrets.token_hex(8)}"
    write_file(
        context,
        EMPTYDIR_FILE,
        name,
        NONCE,
        evidence.nonce,
        help=_("Mount the volume at {folder} (11.10).", folder=FOLDER),
    )
    evidence.restarted_pod = _restart(context, name, evidence.first_pod)
    evidence.file_restarted = read_written(context, EMPTYDIR_FILE, name, TEXT)
    evidence.nonce_restarted = read_file(context, EMPTYDIR_FILE, name, NONCE)
    context.delete_pod(name, grace=1)
    context.apply(EMPTYDIR_FILE, "Pod", _restartable)
    evidence.second_pod = ready_pod(context, EMPTYDIR_FILE, name)
    evidence.nonce_after = read_file(context, EMPTYDIR_FILE, name, NONCE)


def _restartable(data: Object) -> None:
    # Its first process is a shell, which ignores SIGTERM: each end of the container would take 30 s.
    shorten(data, 1)
    # What the volume is like is looked at, not whether the Pod lets its container be restarted.
    data.get("spec", {}).pop("restartPolicy", None)


def _restart(context: Context, name: str, pod: Object) -> Object:
    """Have the kubelet restart the first container, and wait until it is Ready.

    Nothing in a container can end its first process by force. A container whose image is given anew is
    restarted by the kubelet in the same Pod (Kubernetes: Pod update and replacement), so the same image
    is written in another way.

    Returns:
        The Pod then.
    """
    step = context.step(_("Restart the container"))
    container = pod["spec"]["containers"][0]
    same = same_image(pod)
    context.cluster.request(
        "PATCH",
        context.cluster.path("Pod", context.namespace, name),
        body={"spec": {"containers": [{"name": container["name"], "image": same}]}},
        content_type="application/strategic-merge-patch+json",
    )
    before = _restarts(pod, container["name"])

    def done(found: Object | None) -> bool:
        if found is None:
            return False
        context.pods.check(EMPTYDIR_FILE, found)
        return _restarts(found, container["name"]) > before and is_ready(found)

    found = context.cluster.wait_for(
        "Pod",
        context.namespace,
        name,
        done,
        timeouts.POD_READY + own_delay(pod["spec"]),
        _("the container of Pod {name} restarted", name=name),
    )
    assert found is not None  # noqa: S101 - done() is false for None
    step.see(summary.pod_state(found))
    return found


def same_image(pod: Object) -> str:
    """Return the image of a running Pod's first container, written otherwise.

    One of another registry than Docker Hub has no shorter name. Its node has it by its digest too.

    Raises:
        InfrastructureError: it has no other name.
    """
    container = pod["spec"]["containers"][0]
    image = str(container["image"])
    if image != canonical(image):
        return canonical(image)
    if image != short(image):
        return short(image)
    statuses = pod["status"].get("containerStatuses") or []
    known = next((item.get("imageID", "") for item in statuses if item["name"] == container["name"]), "")
    if known == image or "@" not in known:
        raise InfrastructureError(
            _("the name of the image {image} has no other form that means the same", image=image)
        )
    return str(known)


def _restarts(pod: Object, container: str) -> int:
    statuses = pod["status"].get("containerStatuses") or []
    return int(next((s["restartCount"] for s in statuses if s["name"] == container), 0))


EMPTYDIR: Final = Scenario("emptydir", EmptyDirEvidence, play, title=marked("A volume of type emptyDir"))
