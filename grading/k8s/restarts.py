"""Find out from Kubernetes' reports why a running container ended, and who is responsible."""

from __future__ import annotations

from collections.abc import Sequence

from grading import timeouts
from grading.k8s.diagnosis import Diagnosis, Object
from grading.k8s.pod_end import LOST, is_own_end
from grading.k8s.probes import DEFAULTS, LIVENESS, is_answered, last_failure
from grading.text.i18n import _, joined
from grading.text.sanitize import one_line


def outlives_probes(pod: Object) -> float:
    """Return the seconds after which a liveness probe that fails is noticed.

    Source: Kubernetes: Configure Liveness, Readiness and Startup Probes.

    Returns:
        0 if the Pod has none. At most `timeouts.LONGEST_PROBE`.
    """
    probes = [DEFAULTS | found for item in pod["spec"]["containers"] if (found := item.get("livenessProbe"))]
    seconds = [
        probe["initialDelaySeconds"]
        + probe["failureThreshold"] * probe["periodSeconds"]
        + probe["timeoutSeconds"]
        for probe in probes
    ]
    return min(timeouts.LONGEST_PROBE, float(max(seconds, default=0)))


def ended_since(before: Object, now: Object | None) -> Object | None:
    """Return the status of a container that ended between two looks, else None.

    Args:
        before: the Pod at the first look.
        now: the Pod at the second, None if it was deleted.
    """
    known = {item["name"]: item["restartCount"] for item in _statuses(before)}
    for status in _statuses(now or {}):
        ended = "terminated" in (status.get("state") or {})
        if ended or status["restartCount"] > known.get(status["name"], 0):
            return status
    return None


def why_ended(pod: Object, status: Object, events: Sequence[Object]) -> Diagnosis:
    """Return why a container of a Pod ended.

    Source: Kubernetes: Pod Lifecycle, Container states.

    Args:
        pod: the Pod.
        status: of the container, from `ended_since`.
        events: about the Pod.
    """
    states = (status.get("state") or {}, status.get("lastState") or {})
    ended: Object = next((state["terminated"] for state in states if "terminated" in state), {})
    reason, code = str(ended.get("reason") or "Error"), ended.get("exitCode")
    spec = next(item for item in pod["spec"]["containers"] if item["name"] == status["name"])
    words: str = _(
        "the container {container} ended with exit code {code} ({reason})",
        container=status["name"],
        code="?" if code is None else code,
        reason=reason,
    )
    failure = last_failure(status["name"], LIVENESS, events) if spec.get("livenessProbe") else ""
    if failure:
        words = joined("; ", [words, one_line(failure)])
    seen = reason not in LOST
    own = (
        seen and is_answered(pod, spec["livenessProbe"], failure) if failure else is_own_end(pod, spec, ended)
    )
    return Diagnosis(reason, words, infrastructure=not own, log_of=status["name"], was_ready=True)


def _statuses(pod: Object) -> list[Object]:
    found: list[Object] = (pod.get("status") or {}).get("containerStatuses") or []
    return found
