"""Delete a Pod of the introductory lab while connections are open, and look at those that answer then."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from grading import timeouts, waiting
from grading.course.introlab.course_values import FILE, PORT
from grading.course.introlab.evidence import DirectAnswer, LabEvidence, is_page
from grading.errors import InfrastructureError
from grading.evidence import summary
from grading.evidence.base import HttpAnswer
from grading.evidence.timeline import Arrival, per_pod, spread
from grading.k8s.service_routing import service_port, target_port
from grading.runner import client_pod, http_probes
from grading.runner.context import Context, Object
from grading.runner.recorder import DeploymentRecorder
from grading.runner.rollouts import wait_replaced
from grading.text.i18n import _, marked

if TYPE_CHECKING:
    from grading.runner.socketio_clients import Tabs

TERMINATION_SECONDS: Final = 2
"""The grace period with which the Pod is deleted, in whole seconds. ``kubectl delete pod``
gives 30 s; but the course's program is its container's first process and has no handler for SIGTERM, so it
would go on until it is killed, and the tabs would notice nothing for that long. What follows is the same."""
_BETWEEN: Final = 0.3
"""Seconds between two questions to the Pod that stays."""


def lose_pod(context: Context, evidence: LabEvidence, recorder: DeploymentRecorder, tabs: Tabs) -> None:
    """Delete the Pod with the most connections while they are open (step 5).

    The page is asked for all the while. The Pods that stay and that come are asked themselves, too: k3d's
    load balancer may leave all nodes alone for a while, and does not show what they answer then.

    Args:
        context: where the lab is played.
        evidence: of the lab, which has a timeline.
        recorder: watches the Deployment.
        tabs: the connections.

    Raises:
        InfrastructureError: no Pod has a connection, or not all of them stand again in time.
    """
    assert evidence.timeline is not None  # noqa: S101 - play() has set it
    uids = {pod["metadata"]["name"]: pod["metadata"]["uid"] for pod in recorder.standing}
    victim = next((name for name, _ in per_pod(tabs.connected).most_common() if name in uids), None)
    if victim is None:
        raise InfrastructureError(
            _("no connection goes to one of the Pods {pods}", pods=", ".join(sorted(uids)))
        )
    staying = next(pod for pod in recorder.standing if pod["metadata"]["name"] != victim)
    failover = evidence.failover
    failover.stayed = staying["metadata"]["name"]
    with (
        http_probes.asking_from_host(context.host.url(PORT), recorder.arrival) as requests,
        asking_pod(context, _url(evidence, staying), recorder.arrival) as failover.direct,
    ):

        def all_back() -> bool:
            connected = tabs.connected
            standing_again = len(connected) == tabs.opened and victim not in per_pod(connected)
            return standing_again and bool(requests) and requests[-1].ok

        try:
            recorder.mark("delete", marked("Pod deleted"))
            context.cluster.delete("Pod", context.namespace, victim, grace=TERMINATION_SECONDS)
            failover.deleted = victim
            context.step(_("Delete a Pod while they are open"), victim)
            wait_replaced(context, recorder, FILE, uids[victim])
            recorder.mark("replaced", marked("replaced"))
            failover.pods = recorder.standing
            states = "\n".join(map(summary.pod_state, failover.pods))
            context.step(_("Look at the Pods when it was replaced"), states or _("none"))
            if not ask_each(context, evidence, failover.pods):
                return
            recorder.mark("served", marked("both Pods answer"))
            step = context.step(_("Wait for all connections"))
            tabs.wait(
                all_back,
                timeouts.RECONNECT,
                _("all connections are back after {name} was deleted", name=victim),
            )
            recorder.mark("reconnected", marked("all connected again"))
            step.see(spread(tabs.connected))
        finally:
            evidence.timeline.http = list(requests)


def _url(evidence: LabEvidence, pod: Object) -> str:
    assert evidence.running.service is not None  # noqa: S101 - play() has asked it for the page
    port = service_port(evidence.running.service, "port", PORT)
    return f"http://{pod['status']['podIP']}:{target_port(port, pod)}/"


def asking_pod(
    context: Context, url: str, arrival: Callable[[], Arrival]
) -> contextlib.AbstractContextManager[list[DirectAnswer]]:
    """Return a context manager that asks a Pod itself while its body runs.

    It yields the answers so far.

    Args:
        context: where the Pod is.
        url: its page, by its own address.
        arrival: returns the time and the number of what arrives now.
    """
    probe = context.probe  # started before the thread, and before anything is measured

    def ask(_ended: threading.Event) -> DirectAnswer | None:
        try:
            answer = context.ask(url, probe)
        except InfrastructureError:
            return None  # of kubectl, which says nothing of the Pod
        return DirectAnswer(**arrival().model_dump(), answer=answer.model_copy(update={"body": ""}))

    return waiting.meanwhile(ask, _BETWEEN, "direct")


def ask_each(context: Context, evidence: LabEvidence, pods: list[Object]) -> bool:
    """Ask each Pod itself until it shows its page.

    Args:
        context: where the Pods are.
        evidence: of the lab, which keeps the answers.
        pods: those to ask.

    Returns:
        Whether all of them do.
    """
    failover = evidence.failover
    failover.answers = {}
    names = [pod["metadata"]["name"] for pod in pods]

    def right(answer: HttpAnswer) -> bool:
        return is_page(answer, names)

    for name, pod in zip(names, pods, strict=True):
        url = _url(evidence, pod)
        answer = context.until(right, functools.partial(context.ask, url))
        answer = client_pod.confirmed(context, name, answer)
        if not answer.status and not answer.was_refused:
            # Its own network, so that nothing but the program can be silent.
            port = url.rpartition(":")[2]
            answer = client_pod.ask_inside(context, name, f"http://127.0.0.1:{port}")
            failover.inside.append(name)
        failover.answers[name] = answer
        context.step(_("Ask the Pod itself"), summary.answer(answer))
    return all(map(right, failover.answers.values()))
