"""Find out from the kubelet's events about a Pod what the probes of its containers found.

A probe that gets no answer in time fails on a machine under load too. It counts against the manifest only if
it was answered: by a status, by a refusal, or by a command that failed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from grading import timeouts
from grading.k8s.container_errors import is_of_a_field
from grading.k8s.diagnosis import (
    MAX_MESSAGE,
    Age,
    Diagnosis,
    Object,
    containers,
    first,
    passing,
    running_since,
)
from grading.text.i18n import _, joined, marked

UNHEALTHY: Final = "Unhealthy"
"""The reason of the kubelet's events about a probe that failed."""
STARTUP, LIVENESS, READINESS = "startup", "liveness", "readiness"
FIELDS: Final = {STARTUP: "startupProbe", LIVENESS: "livenessProbe", READINESS: "readinessProbe"}
_ANSWERED: Final = re.compile(
    r"statuscode: \d|connection refused|server gave HTTP response to HTTPS client|malformed HTTP"
)
"""Parts of the messages about a probe of kind httpGet, tcpSocket or grpc that the container answered."""
_ERRORED: Final = re.compile(r"\w+ probe errored", re.IGNORECASE)
_FAILED: Final = re.compile(r"\w+ probe failed: (.*)", re.IGNORECASE | re.DOTALL)
"""How the messages about a probe begin that could not be run, and about one that failed. If its command did
run to its end, what it printed stands behind that (kubelet: pkg/kubelet/prober)."""
_NOT_ENDED: Final = ('command timed out: "{}" timed out after ', 'command "{}" timed out')
"""What the kubelet says there if the command does not end: since Kubernetes 1.31, and before."""
_OPENING: Final = tuple(words.partition("{}")[0] for words in _NOT_ENDED)
_EXPANDED: Final = re.compile(r"\$\([^)]*\)?|\$\$|[^\x20-\x7e]+")
"""Parts of a command that the kubelet expands, or writes in another way."""
_RESTARTED: Final = marked("the container {container} is restarted because its {probe} fails")
_NEVER: Final = marked("the container {container} runs, but its {probe} never succeeds")
DEFAULTS: Final = {
    "initialDelaySeconds": 0,
    "timeoutSeconds": 1,
    "periodSeconds": 10,
    "successThreshold": 1,
    "failureThreshold": 3,
}
"""Of a probe (Kubernetes: Configure Liveness, Readiness and Startup Probes)."""


def may_be_probed(pod: Object, age: Age) -> bool:
    """Return whether a probe of a Pod has had its time, and may keep it unready."""
    return any(
        _may_be_killed(status, spec) or _is_late(pod, status, spec, age) for status, spec in containers(pod)
    )


def probed(pod: Object, events: Sequence[Object], age: Age) -> Diagnosis | None:
    """Return the probe that keeps a Pod from being Ready.

    It had it restarted, or never passes.

    Source: Kubernetes: Configure Liveness, Readiness and Startup Probes.

    Args:
        pod: as the API server sent it.
        events: the Pod's, in any order.
        age: for how long its states have been seen.
    """
    late = (spec for status, spec in containers(pod) if _is_late(pod, status, spec, age))
    never = next((_told(pod, spec, READINESS, events, _NEVER) for spec in late), None)
    return restarted(pod, events) or never


def restarted(pod: Object, events: Sequence[Object]) -> Diagnosis | None:
    """Return which probe of a Pod had a container restarted, if any.

    Source: Kubernetes: Configure Liveness, Readiness and Startup Probes.

    Args:
        pod: as the API server sent it.
        events: the Pod's, in any order.
    """
    for _status, spec in containers(pod):
        for kind in (STARTUP, LIVENESS):
            if spec.get(FIELDS[kind]) and _was_killed(spec["name"], kind, events):
                return _told(pod, spec, kind, events, _RESTARTED)
    return None


def delayed(pod: Object) -> Diagnosis | None:
    """Return the probe whose own delay is longer than a rollout lasts, if any."""
    for status, spec in containers(pod):
        for field in (FIELDS[STARTUP], FIELDS[READINESS]):
            known = DEFAULTS | (spec.get(field) or {})
            delay = known["initialDelaySeconds"] + (known["successThreshold"] - 1) * known["periodSeconds"]
            if running_since(status) and not status.get("ready") and delay > timeouts.PROGRESS_DEADLINE:
                words = _(
                    "the container {container} runs, but because of its {probe} it is not Ready before {n} s",
                    container=spec["name"],
                    probe=field,
                    n=delay,
                )
                return Diagnosis(UNHEALTHY, words)
    return None


def commands(pod: Object) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the container, field and command of each probe of kind exec."""
    for container in pod["spec"]["containers"]:
        for field in FIELDS.values():
            command = ((container.get(field) or {}).get("exec") or {}).get("command")
            if command:
                yield container["name"], field, command


def speaks_for_kubelet(printed: str) -> bool:
    """Return whether a command prints the kubelet's message about a timeout.

    In an event both look alike.
    """
    return printed.startswith(_OPENING)


def own_delay(spec: Object) -> float:
    """Return the seconds that a Pod's probes give its containers to be Ready.

    Source: Kubernetes: Configure Liveness, Readiness and Startup Probes.

    Args:
        spec: of the Pod.

    Returns:
        The longest of its containers, and no more than a rollout may last.
    """
    longest = max((_delay(container) for container in spec.get("containers") or []), default=0.0)
    return min(longest, timeouts.PROGRESS_DEADLINE)


def _delay(container: Object) -> float:
    limits = ((FIELDS[STARTUP], "failureThreshold"), (FIELDS[READINESS], "successThreshold"))
    probes = ((DEFAULTS | probe, times) for field, times in limits if (probe := container.get(field)))
    return float(
        sum(probe["initialDelaySeconds"] + probe[times] * probe["periodSeconds"] for probe, times in probes)
    )


def _may_be_killed(status: Object, spec: Object) -> bool:
    """Return whether an unready container may have been restarted for a probe."""
    is_down = bool(status.get("restartCount")) and not status.get("ready")
    return is_down and any(spec.get(FIELDS[kind]) for kind in (STARTUP, LIVENESS))


def _is_late(pod: Object, status: Object, spec: Object, age: Age) -> bool:
    """Return whether a container's readiness probe fails after long enough."""
    probe, since = spec.get("readinessProbe"), running_since(status)
    if not probe or not since or status.get("ready") or not status.get("started", True):
        return False
    return age(pod, since) > _patience(probe)


def _patience(probe: Object) -> float:
    """Return the seconds after which a readiness probe is said never to pass."""
    known = DEFAULTS | probe
    times = max(DEFAULTS["failureThreshold"], known["successThreshold"])
    return timeouts.NEVER_READY + float(known["initialDelaySeconds"] + times * known["periodSeconds"])


def _was_killed(container: str, kind: str, events: Sequence[Object]) -> bool:
    killed = f"Container {container} failed {kind} probe"
    return any(
        event.get("reason") == "Killing" and str(event.get("message", "")).startswith(killed)
        for event in events
    )


def _told(pod: Object, spec: Object, kind: str, events: Sequence[Object], words: str) -> Diagnosis:
    """Return the diagnosis of a probe that fails.

    It is the manifest's only if the probe was answered.
    """
    message = last_failure(spec["name"], kind, events)
    said: str = _(words, container=spec["name"], probe=FIELDS[kind])
    if message:
        said = joined(": ", [said, first(message)])
    if is_answered(pod, spec[FIELDS[kind]], message):
        return Diagnosis(UNHEALTHY, said)
    return passing(UNHEALTHY, said)


def last_failure(container: str, kind: str, events: Sequence[Object]) -> str:
    """Return the kubelet's last message on a failed probe, empty text if none.

    Args:
        container: the name of the container.
        kind: `STARTUP`, `LIVENESS` or `READINESS`.
        events: the Pod's, in any order.
    """
    start = f"{kind.capitalize()} probe "
    found = [
        event
        for event in events
        if event.get("reason") == UNHEALTHY
        and str(event.get("message", "")).startswith(start)
        and f"{{{container}}}"
        in str((event.get("involvedObject") or {}).get("fieldPath", f"{{{container}}}"))
    ]
    last = max(found, key=lambda event: str(event.get("lastTimestamp") or ""), default=None)
    return str(last["message"]) if last else ""


def is_answered(pod: Object, probe: Object, message: str) -> bool:
    """Return whether a failed probe was answered, or its command ran and failed.

    Args:
        pod: the Pod.
        probe: as its container defines it.
        message: what the kubelet said, from `last_failure`.
    """
    if not message:
        return False
    if "exec" in probe:
        return is_of_a_field(message, pod) or not _is_silent(probe["exec"].get("command") or [], message)
    return _ANSWERED.search(message) is not None


def _is_silent(command: Sequence[str], message: str) -> bool:
    """Return whether a command did not end, by the kubelet's message.

    Not by what it printed.

    The kubelet names the command, so that other words of this kind are the command's. Of a message that was
    cut off only the beginning tells.
    """
    failed = _FAILED.match(message)
    if not failed:
        return _ERRORED.match(message) is not None
    words = " ".join(failed[1].split())
    line = " ".join(command).replace("\\", r"\\").replace('"', r"\"")
    is_cut = len(message) == MAX_MESSAGE
    return any(_says(words, told.format(line), is_cut=is_cut) for told in _NOT_ENDED)


def _says(words: str, told: str, *, is_cut: bool) -> bool:
    """Return whether a message, or what was kept of it, is one of the kubelet's.

    Args:
        words: the message, with single blanks.
        told: what the kubelet says, but for the parts that it expands.
        is_cut: whether the message goes on.
    """
    parts = " ".join(_EXPANDED.sub("\0", told).split()).split("\0")
    if is_cut:
        return words[: len(parts[0])] == parts[0][: len(words)]
    return re.match(".*".join(map(re.escape, parts)) + r"(?: \d\S*)?\Z", words) is not None
