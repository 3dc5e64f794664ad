"""Section 11.9.4: a first rollout of 10 Pods of nginx:1.24 and the update to nginx:1.26."""

from __future__ import annotations

from typing import Any, Final

from grading.evidence.deployments import RollingEvidence
from grading.images import canonical
from grading.recorder import DeploymentRecorder
from grading.rollouts import wait_complete
from grading.scenarios.deployment import read_probe, start_service_probe
from grading.scene import Scene
from grading.stage import Scenario

FILE: Final = "dep-rolling.yaml"
CAUSE: Final = "kubernetes.io/change-cause"
FIRST: Final = ("nginx:1.24", "Initial release")
SECOND: Final = ("nginx:1.26", "Update naar nginx:1.26")


def play(scene: Scene, evidence: RollingEvidence) -> None:
    """Apply dep-rolling.yaml, wait, apply it again with nginx:1.26 and its change-cause, wait."""
    manifest = scene.submission.manifest(FILE, "Deployment")
    evidence.edited = is_second_version(manifest.data)
    recorder = DeploymentRecorder(scene.cluster, scene.namespace, manifest.data["metadata"]["name"])
    evidence.timeline = recorder.timeline
    recorder.start()
    try:
        deployment = scene.apply(FILE, "Deployment", _first if evidence.edited else None)
        wait_complete(scene, recorder, FILE, deployment, "the first rollout")
        probe = start_service_probe(scene, deployment)
        recorder.mark("update")
        updated = scene.apply(FILE, "Deployment", _second)
        evidence.updated = False
        wait_complete(scene, recorder, FILE, updated, "the update to nginx:1.26")
        recorder.mark("updated")
        evidence.updated = True
        evidence.deployment = recorder.deployment
        evidence.pods = [pod for pod in recorder.pods if not pod["metadata"].get("deletionTimestamp")]
        evidence.timeline.http = read_probe(scene, probe, recorder)
    finally:
        recorder.stop()


def is_second_version(data: dict[str, Any]) -> bool:
    """Return whether the file is the one that the course has after its edit (11.9.4)."""
    try:
        image = data["spec"]["template"]["spec"]["containers"][0]["image"]
    except (KeyError, IndexError, TypeError):
        return False
    return isinstance(image, str) and canonical(image) == canonical(SECOND[0])


def set_version(data: dict[str, Any], image: str, cause: str) -> None:
    """Edit a manifest as the course does with nano: the image, and the annotation."""
    data["spec"]["template"]["spec"]["containers"][0]["image"] = image
    metadata = data["metadata"]
    metadata["annotations"] = {**(metadata.get("annotations") or {}), CAUSE: cause}


def _first(data: dict[str, Any]) -> None:
    set_version(data, *FIRST)


def _second(data: dict[str, Any]) -> None:
    set_version(data, *SECOND)


ROLLING: Final = Scenario("rolling", RollingEvidence, play)
