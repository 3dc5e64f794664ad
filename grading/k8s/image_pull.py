"""Find out why an image was not pulled; the kubelet tells it in an event, not in the Pod."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import replace
from typing import Any, Final

from grading.k8s.diagnosis import Diagnosis
from grading.k8s.image_reference import canonical, repository, short
from grading.text.i18n import _
from grading.text.sanitize import one_line

Object = dict[str, Any]

FAILED: Final = "ErrImagePull"
BACK_OFF: Final = "ImagePullBackOff"

_FAILED: Final = "Failed to pull image "
_BUSY: Final = re.compile(
    r"(?<![\w/:.-])toomanyrequests: |too many requests|500 internal|502 bad|503 service|504 gateway"
)
"""Answers of a registry that has the image, or does not say; the first word may be the image's name."""
_DEFINITE: Final = ("not found", "pull access denied", "no match for platform")
"""Answers of a registry, and of containerd, if there is no such image for this machine."""
_UNKNOWN_HOST: Final = "no such host"
"""Answers of a resolver that does not know a name, and of one that reaches no other resolver."""
_NOT_STARTED: Final = frozenset({"ContainerCreating", "PodInitializing", FAILED, BACK_OFF})
_VARIANT: Final = r"(?:alpine(?:\d+\.\d+)?|slim|perl|otel|glibc|musl|uclibc|bookworm|bullseye|buster|trixie)"
_TAG: Final = re.compile(
    rf"(?:\d+(?:\.\d+){{0,2}}|latest|stable|mainline)(?:-{_VARIANT})*|{_VARIANT}(?:-{_VARIANT})*"
)
"""Tags as Docker's official images have them (docker-library: versions and variants)."""
_QUOTED: Final = re.compile(r'"([^"]+)"')


def with_cause(
    diagnosis: Diagnosis,
    pod: Object,
    events: list[Object],
    *,
    fetched: bool = False,
    images: Container[str] = (),
    reached: str = "",
) -> Diagnosis:
    """Return a diagnosis of unpulled images with the kubelet's reason.

    The kubelet shows `BACK_OFF` seconds after the first try that failed, before it tries again.

    Source: Kubernetes: Images, ImagePullBackOff.

    Args:
        diagnosis: of the Pod.
        pod: as the API server sent it.
        events: the Pod's, in any order.
        fetched: whether the nodes can get images from a registry. Then the image is not there only if
            that registry says so; all else is the network. On a machine without one, no image but the
            mirror's is there, and the kubelet's words are always those of a network.
        images: the courses' own, each in full. Without a registry nobody can tell whether another version of
            one exists, or what another registry has.
        reached: when the control showed that nodes resolve names and reach registries, as events are dated;
            empty if it did not. A host that is unknown after that does not exist.
    """
    image = next((name for name in _images(pod) if short(name) in diagnosis.message), "")
    words, when = _last_failure(image, events)
    if not image or not words:
        return replace(diagnosis, may_pass=diagnosis.infrastructure)
    definite = any(answer in words.lower() for answer in _DEFINITE) or (
        _is_elsewhere(image) and _UNKNOWN_HOST in words and bool(reached) and when > reached
    )
    busy = _BUSY.search(words.lower()) is not None
    unknown = fetched or _is_other_version(image, images) or _is_elsewhere(image)
    infrastructure = diagnosis.infrastructure or busy or (unknown and not definite)
    # containerd wraps the reason in what it was about to do with which image.
    reason = one_line(words.rpartition(f'"{canonical(image)}": ')[2])
    return replace(
        diagnosis,
        message=_("the image {image} cannot be pulled: {words}", image=short(image), words=reason),
        infrastructure=infrastructure,
        may_pass=infrastructure and not definite,
    )


def names_unknown_host(pod: Object, events: list[Object]) -> bool:
    """Return whether an image was not pulled because its host is unknown."""
    return any(
        _is_elsewhere(image) and _UNKNOWN_HOST in _last_failure(image, events)[0] for image in _images(pod)
    )


def is_answered(image: str, events: list[Object]) -> str:
    """Return when a registry said that it lacks an image, empty text if none."""
    words, when = _last_failure(image, events)
    is_told = any(answer in words.lower() for answer in _DEFINITE) or _BUSY.search(words.lower())
    return when if is_told else ""


def _last_failure(image: str, events: list[Object]) -> tuple[str, str]:
    """Return why and when the last pull of an image failed.

    Empty if it was pulled.
    """
    start = f'{_FAILED}"{image}": '
    told = [event for event in events if str(event.get("message", "")).startswith(start)]
    last = max(told, key=lambda event: str(event.get("lastTimestamp")), default=None)
    return (str(last["message"]).removeprefix(start), str(last.get("lastTimestamp"))) if last else ("", "")


def _is_elsewhere(image: str) -> bool:
    """Return whether an image is of another registry than docker.io."""
    return not canonical(image).startswith("docker.io/")


def _is_other_version(image: str, images: Container[str]) -> bool:
    """Return whether an image is one of the courses' with another version's tag."""
    tag = canonical(image).rpartition("/")[2].partition(":")[2]
    return _TAG.fullmatch(tag) is not None and f"{repository(image)}:latest" in images


def pulled_for(pod: Object, events: list[Object]) -> str:
    """Return the image that a Pod still waits for, empty text if none.

    A Pod of which its node has said nothing yet waits for the image that all Pods share, of which no event
    tells.

    Args:
        pod: as the API server sent it.
        events: the Pod's, in any order.
    """
    silent = all(event.get("reason") == "Scheduled" for event in events)
    pulling = _named(events, "Pulling") - _named(events, "Pulled")
    waiting = [name for name in _waiting(pod) if silent or name in pulling]
    return short(waiting[0]) if waiting else ""


def _named(events: list[Object], reason: str) -> set[str]:
    """Return the images that events of a kind are about; the message quotes it."""
    found = [
        _QUOTED.search(str(event.get("message", ""))) for event in events if event.get("reason") == reason
    ]
    return {match[1] for match in found if match}


def _waiting(pod: Object) -> list[str]:
    """Return the images of the containers that have not been started yet."""
    status, spec = pod.get("status") or {}, pod["spec"]
    named = {item["name"]: str(item.get("image", "")) for item in _containers(spec)}
    states = [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
    return [
        named.get(item["name"], "")
        for item in states
        if ((item.get("state") or {}).get("waiting") or {}).get("reason") in _NOT_STARTED
    ]


def _images(pod: Object) -> list[str]:
    return [str(container.get("image", "")) for container in _containers(pod["spec"])]


def _containers(spec: Object) -> list[Object]:
    return [*(spec.get("initContainers") or []), *spec["containers"]]
