"""Say why a Pod does not start, from what Kubernetes itself reports, and whose doing it is."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from grading import timeouts
from grading.k8s.image_reference import canonical, short
from grading.k8s.shortages import is_shortage
from grading.text.i18n import _, joined

Object = dict[str, Any]

_PULL: Final = {"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"}
_CREATE: Final = {"CreateContainerConfigError", "CreateContainerError", "RunContainerError"}
_NOT_PULLED: Final = "ErrImageNeverPull"
_NOT_STARTED: Final = {"StartError", "ContainerCannotRun"}
"""Why a container ended that never ran: containerd's word for it, and Docker's."""
_CLUSTER_FULL: Final = ("Too many pods", "node.kubernetes.io/")
"""What the scheduler says where no manifest could do better: nodes that are full, or tainted by Kubernetes
itself because they are not ready or short of something."""
_HELD_UP: Final = {
    "FailedMount": ("hostPath type check failed", "not found", "references non-existent"),
    "FailedCreatePodSandBox": ("memory limit too low",),
}
"""What the kubelet says in events where trying again cannot help: a folder, a ConfigMap or a key that is not
there, a limit such as ``128m``, which is a part of a byte."""
_OWN_VOLUME: Final = "kube-api-access"
"""The volume that Kubernetes itself adds to a Pod. It lies in memory, as large as the Pod's limit allows."""
_NO_ROOM: Final = "no space left on device"


@dataclass(frozen=True)
class Diagnosis:
    """Why a Pod is not Ready.

    Attributes:
        reason: Kubernetes' word for it.
        message: what is wrong.
        infrastructure: whether it is not the submission's doing.
        log_of: the container whose last lines tell more.
        may_pass: whether the kubelet tries again, and nothing says that it will fail again.
        was_ready: whether the Pod has been Ready before.
    """

    reason: str
    message: str
    infrastructure: bool = False
    log_of: str | None = None
    may_pass: bool = False
    was_ready: bool = False


def is_ready(pod: Object | None) -> bool:
    """Return whether a Pod is Ready and not being deleted."""
    return (
        pod is not None
        and not pod["metadata"].get("deletionTimestamp")
        and _condition(pod, "Ready").get("status") == "True"
    )


def is_node_ready(node: Object | None) -> bool:
    """Return whether a node is Ready."""
    return node is not None and _condition(node, "Ready").get("status") == "True"


def ready_since(pod: Object) -> datetime | None:
    """Return when a Pod became Ready, by the cluster's clock in whole seconds; None where it is not."""
    since = _condition(pod, "Ready").get("lastTransitionTime")
    return datetime.fromisoformat(since) if since and is_ready(pod) else None


def unsteady_for(pod: Object, now: datetime | None = None) -> float:
    """Return for how many seconds more its youngest container has to run until it counts as started."""
    moment = now or datetime.now(UTC)
    running = [(status.get("state") or {}).get("running") or {} for status, _spec in _containers(pod)]
    ages = [_age(state["startedAt"], moment) for state in running if state.get("startedAt")]
    return min(timeouts.STEADY, max(0.0, timeouts.STEADY - min(ages, default=timeouts.STEADY)))


def diagnose(pod: Object, images: Container[str], now: datetime | None = None) -> Diagnosis | None:
    """Return why a Pod will not become Ready, or what keeps it for now; None if nothing is known.

    Args:
        pod: the Pod as the API server sent it.
        now: the time to judge by; the present by default.
    """
    moment = now or datetime.now(UTC)
    passing: Diagnosis | None = None
    for status, spec in _containers(pod):
        found = _waiting(status, spec, images) or _ended(pod, status) or _hangs(pod, status, moment)
        if found and not found.may_pass:
            return found
        passing = passing or found
    return (
        _failed(pod)
        or _unschedulable(pod, moment)
        or _ignored(pod, moment)
        or _never_ready(pod, moment)
        or _gated(pod)
        or passing
    )


def may_be_held_up(pod: Object, now: datetime | None = None) -> bool:
    """Return whether a Pod has a node and has waited there for its containers so long that it is odd."""
    moment = now or datetime.now(UTC)
    waits = [
        ((status.get("state") or {}).get("waiting") or {}).get("reason") for status, _ in _containers(pod)
    ]
    scheduled = _condition(pod, "PodScheduled")
    return (
        bool({"ContainerCreating", "PodInitializing"} & set(waits))
        and scheduled.get("status") == "True"
        and _age(scheduled["lastTransitionTime"], moment) > timeouts.CONTAINERS_CREATED
    )


def held_up(events: Iterable[Object]) -> Diagnosis | None:
    """Return why a Pod's containers cannot be made, by the events about it; its status does not tell."""
    for event in events:
        reason, message = str(event.get("reason", "")), str(event.get("message", ""))
        signs = (_NO_ROOM,) if _OWN_VOLUME in message else _HELD_UP.get(reason, ())
        if any(words in message for words in signs):
            return Diagnosis(reason, _first(message))
    return None


def _waiting(status: Object, spec: Object, images: Container[str]) -> Diagnosis | None:
    waiting = (status.get("state") or {}).get("waiting") or {}
    reason, message = waiting.get("reason", ""), waiting.get("message", "")
    if reason in _PULL:
        image = str(spec.get("image") or status.get("image", ""))
        known = canonical(image) in images
        # The first failed pull may be a hiccup of the network; `image_pull` finds the reason.
        if reason == "ErrImagePull" and (known or "not found" not in message):
            return None
        return Diagnosis(
            reason,
            _("the image {image} cannot be pulled: {words}", image=short(image), words=_first(message)),
            known and reason != _NOT_PULLED,
        )
    if reason in _CREATE:
        passing = is_shortage(message)
        return Diagnosis(reason, _first(message) or reason, infrastructure=passing, may_pass=passing)
    if reason == "CrashLoopBackOff":
        passing = _lacked_something((status.get("lastState") or {}).get("terminated") or {})
        log_of = None if passing else status["name"]
        return Diagnosis(reason, _exit_words(status), infrastructure=passing, log_of=log_of, may_pass=passing)
    return None


def _lacked_something(ended: Object) -> bool:
    """Return whether a container could not be started because the machine was short of something."""
    return ended.get("reason") in _NOT_STARTED and is_shortage(ended.get("message", ""))


def _ended(pod: Object, status: Object) -> Diagnosis | None:
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
        infrastructure=_lacked_something(terminated),
        log_of=status["name"],
    )


def _hangs(pod: Object, status: Object, now: datetime) -> Diagnosis | None:
    started = ((status.get("state") or {}).get("running") or {}).get("startedAt")
    spec = _inits(pod).get(status["name"])
    # One that is always restarted is a sidecar, and runs as long as its Pod (Kubernetes: Sidecar Containers).
    if spec is None or spec.get("restartPolicy") == "Always" or not started:
        return None
    if _age(started, now) <= timeouts.INIT_ENDED:
        return None
    return Diagnosis(
        "Initializing",
        _("the init container {container} does not end, and the others wait for it", container=spec["name"]),
        log_of=spec["name"],
    )


def _failed(pod: Object) -> Diagnosis | None:
    """Say why a Pod as a whole has failed, where no container of it says so."""
    status = pod.get("status") or {}
    if status.get("phase") != "Failed" or not status.get("reason"):
        return None
    reason, message = status["reason"], _first(status.get("message", ""))
    # A node that runs short of something evicts whatever it likes; a limit of the manifest is named.
    evicted = reason == "Evicted" and "exceed" not in message
    return Diagnosis(reason, message or reason, evicted or reason in {"NodeShutdown", "NodeLost"})


def _ignored(pod: Object, now: datetime) -> Diagnosis | None:
    """Say where a Pod asks for a node or a scheduler that does not take it on.

    The scheduler of the cluster leaves a condition, and so does a node that runs the Pod.
    """
    spec = pod["spec"]
    scheduler = spec.get("schedulerName", "default-scheduler")
    if (
        _condition(pod, "PodScheduled")
        or _age(pod["metadata"]["creationTimestamp"], now) <= timeouts.TAKEN_ON
    ):
        return None
    if spec.get("nodeName"):
        return Diagnosis("Pending", _("no node {node} takes the Pod on (nodeName)", node=spec["nodeName"]))
    if scheduler != "default-scheduler":
        words = _("no scheduler {scheduler} takes the Pod on (schedulerName)", scheduler=scheduler)
        return Diagnosis("Pending", words)
    return None


def _gated(pod: Object) -> Diagnosis | None:
    """Say where a Pod waits for what nobody will set: its readinessGates, or its schedulingGates."""
    for kind, key in (("Ready", "ReadinessGatesNotReady"), ("PodScheduled", "SchedulingGated")):
        condition = _condition(pod, kind)
        if condition.get("status") == "False" and condition.get("reason") == key:
            return Diagnosis(key, _first(condition.get("message", "")) or key)
    return None


def _exit_words(status: Object) -> str:
    last = (status.get("lastState") or {}).get("terminated") or {}
    words = _(
        "the container {container} keeps ending with exit code {code}",
        container=status["name"],
        code=last.get("exitCode", "?"),
    )
    return joined(": ", [words, _first(last["message"])]) if last.get("message") else words


def _unschedulable(pod: Object, now: datetime) -> Diagnosis | None:
    condition = _condition(pod, "PodScheduled")
    if condition.get("status") != "False" or condition.get("reason") != "Unschedulable":
        return None
    if _age(pod["metadata"]["creationTimestamp"], now) < timeouts.SCHEDULED:
        return None
    message = _first(condition.get("message", ""))
    return Diagnosis("Unschedulable", message, any(words in message for words in _CLUSTER_FULL))


def _never_ready(pod: Object, now: datetime) -> Diagnosis | None:
    for status, spec in _containers(pod):
        probe = spec.get("readinessProbe")
        started = ((status.get("state") or {}).get("running") or {}).get("startedAt")
        if not probe or not started or status.get("ready"):
            continue
        patience = min(
            float(probe.get("initialDelaySeconds", 0)) + 3 * float(probe.get("periodSeconds", 10)), 140.0
        )
        if _age(started, now) > timeouts.NEVER_READY + patience:
            return Diagnosis(
                "Unready",
                _(
                    "the container {container} runs, and its readiness probe never passes",
                    container=status["name"],
                ),
            )
    return None


def _containers(pod: Object) -> Iterator[tuple[Object, Object]]:
    specs = {c["name"]: c for g in ("initContainers", "containers") for c in pod["spec"].get(g) or []}
    status = pod.get("status") or {}
    for group in ("initContainerStatuses", "containerStatuses"):
        for item in status.get(group) or []:
            yield item, specs.get(item["name"], {})


def _inits(pod: Object) -> dict[str, Object]:
    return {container["name"]: container for container in pod["spec"].get("initContainers") or []}


def _is_init(pod: Object, status: Object) -> bool:
    return status["name"] in _inits(pod)


def _condition(pod: Object, kind: str) -> Object:
    conditions = (pod.get("status") or {}).get("conditions") or []
    return next((c for c in conditions if c["type"] == kind), {})


def _age(timestamp: str, now: datetime) -> float:
    return (now - datetime.fromisoformat(timestamp)).total_seconds()


def _first(text: str) -> str:
    return " ".join(text.split())[:300]
