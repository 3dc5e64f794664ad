"""Find out from Kubernetes' reports why a Pod does not start, and whether the manifest is the cause.

The manifest is the cause only if what is reported is known to come from one of its fields.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Final

from grading import timeouts
from grading.k8s.container_errors import has_too_little_memory, is_of_a_field
from grading.k8s.diagnosis import (
    Age,
    Diagnosis,
    Object,
    condition,
    containers,
    first,
    passing,
    running_since,
)
from grading.k8s.image_reference import canonical, short
from grading.k8s.placing import gated, ignored, unscheduled
from grading.k8s.pod_end import failed, is_own_end
from grading.k8s.probes import delayed
from grading.text.i18n import _, joined

_PULL: Final = {"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"}
_CREATE: Final = {"CreateContainerConfigError", "CreateContainerError", "RunContainerError"}
_NOT_PULLED: Final = "ErrImageNeverPull"
_NOT_MADE: Final = frozenset({"FailedMount", "FailedCreatePodSandBox"})
"""Reasons of the events by which the kubelet reports that the containers of a Pod cannot be created yet."""
_STARTED: Final = "Started"
"""The reason of the event about a container that runs, be its hook under way still."""
_OWN_VOLUME: Final = "kube-api-access"
"""The volume that Kubernetes itself adds to a Pod. It lies in memory, as large as the Pod's limit allows."""
_NO_ROOM: Final = "no space left on device"


def is_ready(pod: Object | None) -> bool:
    """Return whether a Pod is Ready and not being deleted (Kubernetes: Pod Lifecycle)."""
    return pod is not None and not is_going(pod) and condition(pod, "Ready").get("status") == "True"


def is_going(pod: Object) -> bool:
    """Return whether a Pod is being deleted."""
    return bool(pod["metadata"].get("deletionTimestamp"))


def is_node_ready(node: Object | None) -> bool:
    """Return whether a node is Ready (Kubernetes: Node Status)."""
    return node is not None and condition(node, "Ready").get("status") == "True"


def unsteady_for(pod: Object, age: Age) -> float:
    """Return the seconds until a Pod's youngest container counts as started."""
    starts = [running_since(status) for status, _spec in containers(pod)]
    youngest = min((age(pod, since) for since in starts if since), default=timeouts.STEADY)
    return max(0.0, timeouts.STEADY - youngest)


def diagnose(pod: Object, images: Container[str], age: Age) -> Diagnosis | None:
    """Return why a Pod will not become Ready, or is not yet; None if unknown.

    Source: Kubernetes: Debug Pods.

    Args:
        pod: the Pod as the API server sent it.
        images: the courses' own, each in full.
        age: for how long its states have been seen.
    """
    whole = failed(pod)
    if whole:
        return whole
    kept: Diagnosis | None = None
    for status, spec in containers(pod):
        found = _waiting(pod, status, spec, images) or _ended(pod, status, spec) or _hangs(pod, status, age)
        if found and not found.may_pass:
            return found
        kept = kept or found
    return unscheduled(pod, age) or ignored(pod, age) or gated(pod) or delayed(pod) or kept


def may_be_held_up(pod: Object, age: Age) -> bool:
    """Return whether a Pod with a node has waited oddly long for its containers."""
    waits = [
        ((status.get("state") or {}).get("waiting") or {}).get("reason") for status, _ in containers(pod)
    ]
    scheduled = condition(pod, "PodScheduled")
    return (
        bool({"ContainerCreating", "PodInitializing"} & set(waits))
        and scheduled.get("status") == "True"
        and age(pod, scheduled["lastTransitionTime"]) > timeouts.CONTAINERS_CREATED
    )


def held_up(pod: Object, events: Iterable[Object]) -> Diagnosis | None:
    """Return why a Pod's containers cannot be created, by the events about it.

    Its status does not tell.
    """
    kept: Diagnosis | None = None
    for event in events:
        reason, message = str(event.get("reason", "")), str(event.get("message", ""))
        if reason not in _NOT_MADE:
            continue
        if _is_of_its_volumes(message, pod) if _OWN_VOLUME in message else is_of_a_field(message, pod):
            return Diagnosis(reason, first(message))
        kept = passing(reason, first(message))
    return kept


def hooked(pod: Object, events: Iterable[Object], age: Age) -> Diagnosis | None:
    """Return that a container waits for a hook postStart that does not end.

    (Kubernetes: Container Lifecycle Hooks).

    Its status shows nothing of it until then; that it has started, only an event tells.

    Args:
        pod: the Pod.
        events: about it.
        age: for how long a start has been seen.
    """
    started = {
        (event.get("involvedObject") or {}).get("fieldPath")
        for event in events
        if event.get("reason") == _STARTED
    }
    for status, spec in containers(pod):
        name, hook = status["name"], (spec.get("lifecycle") or {}).get("postStart")
        waits = "waiting" in (status.get("state") or {}) and f"spec.containers{{{name}}}" in started
        if hook and waits and age(pod, f"{name} {_STARTED}") > timeouts.INIT_ENDED:
            words = _(
                "the postStart hook of the container {container} does not end, so the Pod does not become "
                "Ready",
                container=name,
            )
            return Diagnosis("PostStartHook", words)
    return None


def _is_of_its_volumes(message: str, pod: Object) -> bool:
    """Return whether the token's volume exceeds the Pod's own memory limit."""
    return _NO_ROOM in message and has_too_little_memory(pod)


def _waiting(pod: Object, status: Object, spec: Object, images: Container[str]) -> Diagnosis | None:
    waiting = (status.get("state") or {}).get("waiting") or {}
    reason, message = waiting.get("reason", ""), waiting.get("message", "")
    if reason in _PULL:
        return _not_pulled(status, spec, images)
    if reason in _CREATE:
        words = first(message) or reason
        return Diagnosis(reason, words) if is_of_a_field(message, pod) else passing(reason, words)
    if reason == "CrashLoopBackOff":
        ended = (status.get("lastState") or {}).get("terminated") or {}
        words = _exit_words(status)
        if not is_own_end(pod, spec, ended):
            return passing(reason, words)
        return Diagnosis(reason, words, log_of=status["name"])
    return None


def _not_pulled(status: Object, spec: Object, images: Container[str]) -> Diagnosis | None:
    waiting = status["state"]["waiting"]
    reason, message = waiting["reason"], waiting.get("message", "")
    image = str(spec.get("image") or status.get("image", ""))
    known = canonical(image) in images
    # The first failed pull may be a hiccup of the network; `image_pull` finds the reason.
    if reason == "ErrImagePull" and (known or "not found" not in message):
        return None
    return Diagnosis(
        reason,
        _("the image {image} cannot be pulled: {words}", image=short(image), words=first(message)),
        known and reason != _NOT_PULLED,
    )


def _ended(pod: Object, status: Object, spec: Object) -> Diagnosis | None:
    terminated = (status.get("state") or {}).get("terminated")
    policy = pod["spec"].get("restartPolicy", "Always")
    if not terminated or policy == "Always":
        return None
    code = terminated.get("exitCode")
    # One of initContainers is to end; with OnFailure a container that failed is started again.
    if (code == 0 and _is_init(pod, status)) or (code != 0 and policy == "OnFailure"):
        return None
    return Diagnosis(
        terminated.get("reason", "Terminated"),
        _("the container {container} ended with exit code {code}", container=status["name"], code=code),
        infrastructure=not is_own_end(pod, spec, terminated),
        log_of=status["name"],
    )


def _hangs(pod: Object, status: Object, age: Age) -> Diagnosis | None:
    since, spec = running_since(status), _inits(pod).get(status["name"])
    # One that is always restarted is a sidecar, and runs as long as its Pod (Kubernetes: Sidecar Containers).
    if spec is None or spec.get("restartPolicy") == "Always" or not since:
        return None
    if age(pod, since) <= timeouts.INIT_ENDED:
        return None
    return Diagnosis(
        "Initializing",
        _(
            "the init container {container} does not end, so the other containers do not start",
            container=spec["name"],
        ),
        log_of=spec["name"],
    )


def _exit_words(status: Object) -> str:
    last = (status.get("lastState") or {}).get("terminated") or {}
    words = _(
        "the container {container} keeps ending with exit code {code}",
        container=status["name"],
        code=last.get("exitCode", "?"),
    )
    return joined(": ", [words, first(last["message"])]) if last.get("message") else words


def _inits(pod: Object) -> dict[str, Object]:
    return {container["name"]: container for container in pod["spec"].get("initContainers") or []}


def _is_init(pod: Object, status: Object) -> bool:
    return status["name"] in _inits(pod)
