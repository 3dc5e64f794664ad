"""Ask the Pods of a Deployment, or a Pod behind a Service, for their page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from operator import attrgetter
from typing import Any, Final

from grading import timeouts
from grading.cluster.logs import follow_log
from grading.evidence.base import HttpAnswer
from grading.evidence.timeline import HttpSample
from grading.k8s.service_routing import target_port
from grading.runner import http_probes
from grading.runner.client_pod import confirmed
from grading.runner.context import Context, Object
from grading.runner.http_probes import read_log
from grading.runner.own_names import own_name
from grading.runner.pod_requests import ExecFailed
from grading.runner.recorder import DeploymentRecorder
from grading.text.i18n import _

_SAME_CLOCK: Final = 0.5
"""Seconds by which two clocks may differ that are set by the same source."""
REQUESTS: Final = "requests"
"""The role of the Pod that asks a Deployment's Service for its page in a loop."""


def start_service_probe(context: Context, deployment: dict[str, Any]) -> str:
    """Create a Service for a Deployment, and ask it for its page in a loop.

    The suite's own, so that a slip in another file of the submission does not count here.

    Returns:
        The name of the Pod that asks.
    """
    url = offer_service(context, deployment)
    name = context.start_probe(own_name(REQUESTS), url)
    http_probes.until(lambda answer: answer.status == HTTPStatus.OK, lambda: context.ask(url, name))
    return name


def offer_service(context: Context, deployment: dict[str, Any]) -> str:
    """Create the Service of `start_service_probe` and return its address."""
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    service = context.cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": own_name("target")},
            "spec": {"selector": labels, "ports": [{"port": 80, "targetPort": 80}]},
        },
        context.namespace,
    )
    # By address: the cluster's DNS may start later than the Pods of a new cluster.
    return f"http://{service['spec']['clusterIP']}:80/"


def read_probe(context: Context, probe: str, recorder: DeploymentRecorder) -> list[HttpSample]:
    """Return the requests that the looping probe made so far.

    And the one that is under way.

    That one may have begun long ago: after a Pod was deleted a connection to it can take a second to fail.

    Args:
        context: where the probe is.
        probe: the name of its Pod.
        recorder: of the Deployment, whose timeline the requests are for.
    """
    started = recorder.timeline.started + timedelta(seconds=_ahead(context, probe, recorder))
    now = recorder.now()
    samples: list[HttpSample] = []
    query = {"timestamps": "true"}
    for line in follow_log(context.cluster, context.namespace, probe, query, timeouts.PROBE_LINE):
        samples += read_log(line, started)
        if samples and samples[-1].t > now:
            break
    return samples


def _ahead(context: Context, probe: str, recorder: DeploymentRecorder) -> float:
    """Return how many seconds the clock of the probe's log is ahead of the timeline's.

    The timeline began by the clock of this machine, which usually is the same one; then this is 0 exactly.
    Otherwise it is right to half a second: not every ``date`` tells more than whole seconds.

    Raises:
        ExecFailed: the time could not be read in the probe's Pod.
    """
    before = recorder.now()
    output = context.kubectl.exec(context.namespace, probe, "date", "+%s")
    if output.status != 0:
        raise ExecFailed(probe, output)
    after = recorder.now()
    began = recorder.timeline.started.timestamp()
    least, most = int(output.stdout) - began - after, int(output.stdout) + 1 - began - before
    return 0.0 if least < _SAME_CLOCK and most > -_SAME_CLOCK else (least + most) / 2


def direct_answer(
    context: Context, port: Object, pod: Object, right: Callable[[HttpAnswer], bool] = attrgetter("is_nginx")
) -> HttpAnswer:
    """Ask a Pod itself for its page until it is right.

    On the port that a Service's port leads to.

    Args:
        context: where the Pod is.
        port: of the Service, in its spec.
        pod: the Pod.
        right: judges an answer; by default a page of nginx is right.

    Returns:
        The last answer, right or not.
    """
    number = target_port(port, pod)
    if number is None:
        return HttpAnswer(
            url="", error=_("the Pod has no port named {target!s:.60}", target=port["targetPort"])
        )
    url = f"http://{pod['status']['podIP']}:{number}/"
    answer = context.until(right, lambda: context.ask(url))
    return confirmed(context, pod["metadata"]["name"], answer)
