"""Section 11.9.5: an update that goes wrong, because its image does not exist, and its undo."""

from __future__ import annotations

from typing import Any, Final

from grading import timeouts
from grading.course.chapter11.deployments.course_values import FEWEST, ROLLING_FILE
from grading.course.chapter11.deployments.evidence import BadImageEvidence
from grading.course.chapter11.deployments.versions import BAD_IMAGE, first, to
from grading.errors import Unplayable
from grading.evidence.timeline import PlotSettings
from grading.k8s.pod_diagnosis import is_ready
from grading.runner import revisions
from grading.runner.context import Context
from grading.runner.recorder import DeploymentRecorder, recording
from grading.runner.rollouts import wait_complete
from grading.runner.scenario import Scenario
from grading.text.i18n import _, marked

_PULL: Final = {"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull"}


def play(context: Context, evidence: BadImageEvidence) -> None:
    """Apply dep-rolling.yaml, update it to an image that does not exist, and undo.

    Each step is waited for; of the update, until every Pod that it could create has failed.

    Source: section 11.9.5 of the course.

    Raises:
        Unplayable: the Deployment has no Pods, so that no update can fail.
    """
    name = context.manifest(ROLLING_FILE, "Deployment").name
    with recording(context.cluster, context.namespace, name) as recorder:
        evidence.timeline = recorder.timeline
        deployment = context.apply(ROLLING_FILE, "Deployment", first)
        wait_complete(context, recorder, ROLLING_FILE, deployment, _("the first rollout"))
        if not recorder.standing:
            raise _no_pods(context)
        recorder.mark("update", marked("update"))
        update = _("Update to {image}", image=BAD_IMAGE.image)
        updated = context.apply(ROLLING_FILE, "Deployment", to(BAD_IMAGE), update)
        step = context.step(_("Wait until its Pods fail"))
        _wait_failing(recorder, updated)
        recorder.mark("failing", marked("image cannot be pulled"))
        evidence.failing = {pod["metadata"]["name"]: _reason(pod) for pod in _bad(recorder)}
        step.see("\n".join(f"{pod}: {reason}" for pod, reason in evidence.failing.items()))
        recorder.mark("undo", marked("undo"))
        evidence.undo = revisions.undo(context, name)
        if evidence.undo.status:
            return
        undone = context.cluster.get("Deployment", context.namespace, name) or updated
        wait_complete(context, recorder, ROLLING_FILE, undone, _("the undo"), doomed=BAD_IMAGE.image)
        recorder.mark("recovered", marked("recovered"))
        evidence.pods = recorder.standing


def _no_pods(context: Context) -> Unplayable:
    return Unplayable(
        _("the Deployment has no Pods, so an update of it cannot fail"),
        help=_("Set `replicas: 10` (11.9.4)."),
        expected="spec.replicas: 10",
        actual="spec.replicas: 0",
        location=context.manifest(ROLLING_FILE, "Deployment").at("spec", "replicas"),
    )


def _wait_failing(recorder: DeploymentRecorder, updated: dict[str, Any]) -> None:
    """Wait until all Pods that the update could create fail, by the status too."""

    def done() -> bool:
        deployment = recorder.deployment
        if not revisions.has_seen(deployment, updated) or deployment is None:
            return False
        bad = _bad(recorder)
        asked = sum(item["spec"].get("replicas", 1) for item in recorder.replica_sets)
        ready = sum(is_ready(pod) for pod in recorder.pods)
        return (
            bool(bad)
            and all(_reason(pod) in _PULL for pod in bad)
            and len(recorder.standing) == asked
            and deployment["status"].get("readyReplicas", 0) == ready
        )

    recorder.wait(done, timeouts.POD_READY, _("the Pods with the image that does not exist fail"))


def _bad(recorder: DeploymentRecorder) -> list[dict[str, Any]]:
    image = BAD_IMAGE.image
    return [pod for pod in recorder.standing if pod["spec"]["containers"][0].get("image") == image]


def _reason(pod: dict[str, Any]) -> str:
    for status in (pod.get("status") or {}).get("containerStatuses") or []:
        waiting = (status.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") in _PULL:
            return str(waiting["reason"])
    return ""


BAD_IMAGE_SCENARIO: Final = Scenario(
    "bad_image",
    BadImageEvidence,
    play,
    title=marked("Update to an image that does not exist, and its undo"),
    plot=PlotSettings(
        zero="update",
        since=marked("seconds after the update began"),
        end="recovered",
        fewest=FEWEST,
    ),
    usual=36.0,
)
