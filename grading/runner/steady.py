"""See whether a Pod that is Ready goes on running."""

from __future__ import annotations

from typing import Any

from grading.errors import InfrastructureError, TimedOut
from grading.evidence import summary
from grading.k8s.restarts import ended_since, outlives_probes, why_ended
from grading.runner.context import Context
from grading.text.i18n import _

Object = dict[str, Any]


def see_running(context: Context, file: str, pod: Object, seconds: float) -> None:
    """Watch a Ready Pod for some seconds, or until its liveness probe would fail.

    A container that runs now may end later, again and again: by itself, or because a liveness probe asks at
    the wrong place.

    Source: Kubernetes: Configure Liveness, Readiness and Startup Probes.

    Args:
        context: where the Pod is.
        file: its manifest, for messages.
        pod: as it was Ready.
        seconds: how long to watch at least.

    Raises:
        Unplayable: a container of it ended, and the manifest is the cause.
        InfrastructureError: a container of it ended for another reason, or the Pod was deleted.
    """
    name = pod["metadata"]["name"]
    lasts = max(seconds, outlives_probes(pod))
    step = context.step(
        _("See whether Pod {name} runs for {seconds} s more", name=name, seconds=f"{lasts:.0f}")
    )

    def is_over(now: Object | None) -> bool:
        return now is None or ended_since(pod, now) is not None

    try:
        now = context.cluster.wait_for("Pod", context.namespace, name, is_over, lasts, name)
    except TimedOut as quiet:
        step.see(summary.pod_state(quiet.last or pod))
        return
    status = ended_since(pod, now)
    if now is None or status is None:
        raise InfrastructureError(_("Pod {name} was deleted while it was watched", name=name))
    context.pods.lose(file, now, why_ended(now, status, context.pods.events(now)))
