"""Why an image was not pulled: the kubelet says so in an event, and in the Pod only that it waits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from grading.k8s.image_reference import canonical, short
from grading.k8s.pod_diagnosis import Diagnosis
from grading.text.i18n import _
from grading.text.sanitize import one_line

BACK_OFF: Final = "ImagePullBackOff"

_FAILED: Final = "Failed to pull image "
_BUSY: Final = (
    "toomanyrequests",
    "too many requests",
    "500 internal",
    "502 bad",
    "503 service",
    "504 gateway",
)
"""What a registry answers that has the image, or does not say."""


def with_cause(diagnosis: Diagnosis, pod: dict[str, Any], events: list[dict[str, Any]]) -> Diagnosis:
    """Return a diagnosis of images that are not pulled with the reason that the kubelet gave.

    Args:
        diagnosis: of the Pod.
        pod: as the API server sent it.
        events: the Pod's, in any order.
    """
    image = next((name for name in _images(pod) if short(name) in diagnosis.message), "")
    start = f'{_FAILED}"{image}": '
    told = [event for event in events if str(event.get("message", "")).startswith(start)]
    if not image or not told:
        return diagnosis
    words = str(max(told, key=lambda event: str(event.get("lastTimestamp")))["message"]).removeprefix(start)
    busy = any(answer in words.lower() for answer in _BUSY)
    # containerd wraps the reason in what it was about to do with which image.
    reason = one_line(words.rpartition(f'"{canonical(image)}": ')[2])
    return replace(
        diagnosis,
        message=_("the image {image} cannot be pulled: {words}", image=short(image), words=reason),
        infrastructure=diagnosis.infrastructure or busy,
    )


def _images(pod: dict[str, Any]) -> list[str]:
    containers = [*(pod["spec"].get("initContainers") or []), *pod["spec"]["containers"]]
    return [str(container.get("image", "")) for container in containers]
