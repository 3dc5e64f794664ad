"""Section 11.9.4: a first rollout of 10 Pods of nginx:1.24 and the update to nginx:1.26."""

from __future__ import annotations

from typing import Any, Final

from grading import probes
from grading.evidence.base import HttpAnswer
from grading.evidence.deployments import RollingEvidence
from grading.i18n import _
from grading.recorder import DeploymentRecorder, recording
from grading.rollouts import wait_complete, wait_first, wait_started
from grading.scenarios.deployment import REQUESTS, offer_service, read_probe
from grading.scenarios.versions import FILE, first, is_second, second
from grading.scene import Scene
from grading.stage import Scenario


def play(scene: Scene, evidence: RollingEvidence) -> None:
    """Apply dep-rolling.yaml, wait, apply it again with nginx:1.26 and its change-cause, wait."""
    manifest = scene.submission.manifest(FILE, "Deployment")
    evidence.edited = is_second(manifest.data)
    with recording(scene.cluster, scene.namespace, manifest.data["metadata"]["name"]) as recorder:
        evidence.timeline = recorder.timeline
        deployment = scene.apply(FILE, "Deployment", first)
        url = offer_service(scene, deployment)
        # Started beside the first Pods, so that the update need not wait for it.
        scene.cluster.apply(probes.probe_pod(REQUESTS, url), scene.namespace)
        wait_started(scene, recorder, FILE, deployment)
        scene.under_way()
        # Here and not later, for the Pods have their minReadySeconds to wait for anyway.
        probe = scene.start_probe(REQUESTS, url)
        evidence.answer = probes.until_nginx(lambda: scene.ask(url, probe))
        if not evidence.answer.is_nginx:
            evidence.direct = _ask_pod(scene, recorder, probe)
        wait_first(scene, recorder, FILE, deployment)
        recorder.mark("update")
        updated = scene.apply(FILE, "Deployment", second)
        evidence.updated = False
        wait_complete(scene, recorder, FILE, updated, _("the update to nginx:1.26"))
        recorder.mark("updated")
        evidence.updated = True
        evidence.deployment = recorder.deployment
        evidence.pods = standing(recorder)
        evidence.timeline.http = read_probe(scene, probe, recorder)


def _ask_pod(scene: Scene, recorder: DeploymentRecorder, probe: str) -> HttpAnswer | None:
    """Ask one of the Pods, without the Service in between; None where there is no Pod to ask."""
    addresses = ((pod.get("status") or {}).get("podIP") for pod in standing(recorder))
    address = next((address for address in addresses if address), None)
    return scene.ask(f"http://{address}:80/", probe) if address else None


def standing(recorder: DeploymentRecorder) -> list[dict[str, Any]]:
    """Return the Deployment's Pods that are not being deleted."""
    return [pod for pod in recorder.pods if not pod["metadata"].get("deletionTimestamp")]


ROLLING: Final = Scenario("rolling", RollingEvidence, play, leads=True, usual=72.0)
