"""Section 11.9.5: an update that goes wrong, because its image does not exist, and its undo."""

from __future__ import annotations

from typing import Any, Final

from grading import revisions, timeouts
from grading.diagnosis import is_ready
from grading.errors import Unplayable
from grading.evidence.deployments import BadImageEvidence
from grading.i18n import _
from grading.recorder import DeploymentRecorder, recording
from grading.rollouts import wait_complete
from grading.scenarios.rolling import standing
from grading.scenarios.versions import BAD_IMAGE, FILE, first, to
from grading.scene import Scene
from grading.stage import Scenario

_PULL: Final = {"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull"}


def play(scene: Scene, evidence: BadImageEvidence) -> None:
    """Apply dep-rolling.yaml, wait, update it to an image that does not exist, see it fail, undo, wait."""
    name = scene.submission.manifest(FILE, "Deployment").data["metadata"]["name"]
    with recording(scene.cluster, scene.namespace, name) as recorder:
        evidence.timeline = recorder.timeline
        deployment = scene.apply(FILE, "Deployment", first)
        wait_complete(scene, recorder, FILE, deployment, _("the first rollout"))
        if not standing(recorder):
            raise _no_pods(scene)
        recorder.mark("update")
        updated = scene.apply(FILE, "Deployment", to(BAD_IMAGE))
        _wait_failing(recorder, updated)
        recorder.mark("failing")
        evidence.failing = {pod["metadata"]["name"]: _reason(pod) for pod in _bad(recorder)}
        recorder.mark("undo")
        evidence.undo = revisions.undo(scene, name)
        if evidence.undo.status:
            return
        undone = scene.cluster.get("Deployment", scene.namespace, name) or updated
        wait_complete(scene, recorder, FILE, undone, _("the undo"), doomed=BAD_IMAGE.image)
        recorder.mark("recovered")
        evidence.pods = standing(recorder)


def _no_pods(scene: Scene) -> Unplayable:
    return Unplayable(
        _("the Deployment has no Pods, so that no update of it can fail"),
        help=_("Set `replicas: 10` (11.9.4)."),
        expected="spec.replicas: 10",
        actual="spec.replicas: 0",
        location=scene.submission.manifest(FILE, "Deployment").at("spec", "replicas"),
    )


def _wait_failing(recorder: DeploymentRecorder, updated: dict[str, Any]) -> None:
    """Wait until the update stands still: all Pods that it could make fail, and the status says so."""

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
            and len(standing(recorder)) == asked
            and deployment["status"].get("readyReplicas", 0) == ready
        )

    recorder.wait(done, timeouts.POD_READY, _("the Pods of an image that does not exist failing"))


def _bad(recorder: DeploymentRecorder) -> list[dict[str, Any]]:
    image = BAD_IMAGE.image
    return [pod for pod in standing(recorder) if pod["spec"]["containers"][0].get("image") == image]


def _reason(pod: dict[str, Any]) -> str:
    for status in (pod.get("status") or {}).get("containerStatuses") or []:
        waiting = (status.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") in _PULL:
            return str(waiting["reason"])
    return ""


BAD_IMAGE_SCENARIO: Final = Scenario("bad_image", BadImageEvidence, play, usual=36.0)
