"""Section 11.9.3: a Deployment with 2 replicas, and what happens when one of its Pods is deleted."""

from __future__ import annotations

from typing import Any, Final

from grading import probes, timeouts
from grading.diagnosis import is_ready
from grading.evidence.deployments import DeploymentEvidence
from grading.probes import read_log
from grading.recorder import DeploymentRecorder
from grading.rollouts import is_complete, wait_complete
from grading.scene import Scene
from grading.stage import Scenario

FILE: Final = "dep.yaml"
REQUESTS: Final = "kubegrade-requests"
"""The name of the Pod that asks a Deployment's Service for its page in a loop."""


def play(scene: Scene, evidence: DeploymentEvidence) -> None:
    """Apply dep.yaml, wait for its Pods, delete one, and wait until it is replaced."""
    name = scene.submission.manifest(FILE, "Deployment").data["metadata"]["name"]
    recorder = DeploymentRecorder(scene.cluster, scene.namespace, name)
    evidence.timeline = recorder.timeline
    recorder.start()
    try:
        deployment = scene.apply(FILE, "Deployment")
        wait_complete(scene, recorder, FILE, deployment, "2 of 2 Pods ready")
        evidence.deployment = recorder.deployment
        evidence.replica_sets = recorder.replica_sets
        evidence.pods = recorder.pods
        probe = start_service_probe(scene, deployment)
        _delete_one(scene, evidence, recorder)
        evidence.timeline.http = read_probe(scene, probe, recorder)
    finally:
        recorder.stop()


def start_service_probe(scene: Scene, deployment: dict[str, Any]) -> str:
    """Put a Service of the suite's own before a Deployment and ask it for its page in a loop.

    The suite's own, so that a slip in another file of the submission does not count here.
    """
    url = offer_service(scene, deployment)
    name = scene.start_probe(REQUESTS, url)
    probes.until_nginx(lambda: scene.ask(url, name))
    return name


def offer_service(scene: Scene, deployment: dict[str, Any]) -> str:
    """Make the Service of `start_service_probe` and return its address."""
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    service = scene.cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "kubegrade-target"},
            "spec": {"selector": labels, "ports": [{"port": 80, "targetPort": 80}]},
        },
        scene.namespace,
    )
    # By address: the cluster's DNS may start later than the Pods of a new cluster.
    return f"http://{service['spec']['clusterIP']}:80/"


def read_probe(scene: Scene, probe: str, recorder: DeploymentRecorder) -> list[Any]:
    """Return the requests that the looping probe made so far."""
    path = scene.cluster.path("Pod", scene.namespace, probe) + "/log"
    return read_log(scene.cluster.text(path, {"timestamps": "true"}), recorder.timeline.started)


def _delete_one(scene: Scene, evidence: DeploymentEvidence, recorder: DeploymentRecorder) -> None:
    victim = next(iter(recorder.pods), None)
    if victim is None:
        return
    uid = victim["metadata"]["uid"]
    replicas = recorder.deployment["spec"].get("replicas", 1) if recorder.deployment else 0
    recorder.mark("delete")
    scene.cluster.delete("Pod", scene.namespace, victim["metadata"]["name"])
    evidence.deleted_uid = uid
    scene.note(f"deleted Pod {victim['metadata']['name']}")

    def replaced() -> bool:
        for pod in recorder.pods:
            if not pod["metadata"].get("deletionTimestamp"):
                scene.check_pod(FILE, pod)
        ready = [pod for pod in recorder.pods if is_ready(pod)]
        gone = all(pod["metadata"]["uid"] != uid for pod in recorder.pods)
        return gone and len(ready) == replicas and is_complete(recorder.deployment)

    recorder.wait(replaced, timeouts.POD_READY + timeouts.POD_GONE, "the deleted Pod replaced")
    recorder.mark("replaced")
    evidence.pods_after = recorder.pods


DEPLOYMENT: Final = Scenario("deployment", DeploymentEvidence, play)
