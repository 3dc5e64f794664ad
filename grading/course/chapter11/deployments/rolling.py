"""Section 11.9.4: a first rollout of 10 Pods of nginx:1.24 and the update to nginx:1.26."""

from __future__ import annotations

from typing import Final

from grading.course.chapter11.deployments.course_values import FEWEST, MOST, ROLLING_FILE, SECOND
from grading.course.chapter11.deployments.evidence import RollingEvidence
from grading.course.chapter11.deployments.pages import PORT, ask_each, has_suffered, is_page
from grading.course.chapter11.deployments.versions import first, is_second, second
from grading.evidence import summary
from grading.evidence.base import HttpAnswer
from grading.evidence.timeline import PlotSettings
from grading.runner import http_probes
from grading.runner.client_pod import confirmed
from grading.runner.context import Context
from grading.runner.own_names import own_name
from grading.runner.recorder import DeploymentRecorder, recording
from grading.runner.rollouts import wait_complete, wait_first, wait_started
from grading.runner.scenario import Scenario
from grading.runner.service_probe import REQUESTS, offer_service, read_probe
from grading.text.i18n import _, marked


def play(context: Context, evidence: RollingEvidence) -> None:
    """Apply dep-rolling.yaml, then again with nginx:1.26 and its cause (11.9.4).

    Wait for the end of both rollouts.
    """
    manifest = context.manifest(ROLLING_FILE, "Deployment")
    evidence.edited = is_second(manifest.data)
    with recording(context.cluster, context.namespace, manifest.name) as recorder:
        evidence.timeline = recorder.timeline
        deployment = context.apply(ROLLING_FILE, "Deployment", first)
        url = offer_service(context, deployment)
        # Started beside the first Pods, so that the update need not wait for it.
        probe = own_name(REQUESTS)
        context.create_own(http_probes.probe_pod(probe, url, context.around.control))
        wait_started(context, recorder, ROLLING_FILE, deployment)
        context.under_way()
        # Here and not later, for the Pods have their minReadySeconds to wait for anyway.
        context.wait_own(probe)
        evidence.answer = context.until(is_page, lambda: context.ask(url, probe))
        context.step(_("Ask a Service in front of its Pods"), summary.answer(evidence.answer))
        if not is_page(evidence.answer):
            evidence.direct = _ask_pod(context, recorder, probe)
            if evidence.direct:
                context.step(_("Ask the Pod itself"), summary.answer(evidence.direct))
        wait_first(context, recorder, ROLLING_FILE, deployment)
        began = recorder.mark("update", marked("update"))
        update = _("Update to {image}", image=SECOND.image)
        updated = context.apply(ROLLING_FILE, "Deployment", second, update)
        evidence.updated = False
        wait_complete(context, recorder, ROLLING_FILE, updated, _("the update to nginx:1.26"))
        ended = recorder.mark("updated", marked("updated"))
        evidence.updated = True
        evidence.deployment = recorder.deployment
        evidence.pods = recorder.standing
        evidence.timeline.http = read_probe(context, probe, recorder)
        context.step(_("Count the requests of the whole time"), summary.requests(evidence.timeline.http))
        if has_suffered(evidence.timeline.between(evidence.timeline.http, began, ended)):
            evidence.pages = ask_each(context, evidence.pods, probe)


def _ask_pod(context: Context, recorder: DeploymentRecorder, probe: str) -> HttpAnswer | None:
    """Ask one of the Pods, without the Service between; None without a Pod."""
    pods = [pod for pod in recorder.standing if (pod.get("status") or {}).get("podIP")]
    if not pods:
        return None
    answer = context.ask(f"http://{pods[0]['status']['podIP']}:{PORT}/", probe)
    return confirmed(context, pods[0]["metadata"]["name"], answer)


ROLLING: Final = Scenario(
    "rolling",
    RollingEvidence,
    play,
    title=marked("Rolling update to nginx:1.26"),
    plot=PlotSettings(
        zero="update",
        since=marked("seconds after the update began"),
        end="updated",
        most=MOST,
        fewest=FEWEST,
    ),
    leads=True,
    usual=72.0,
)
