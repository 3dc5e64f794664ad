"""Section 11.9.3: a Deployment: one of its Pods deleted, scaled from 2 to 6, and deleted itself."""

from __future__ import annotations

from typing import Any, Final

from grading import probes, timeouts
from grading.diagnosis import is_ready
from grading.evidence.deployments import DeploymentEvidence
from grading.i18n import _, n_
from grading.probes import read_log
from grading.recorder import DeploymentRecorder
from grading.rollouts import is_over, wait_complete
from grading.scene import Scene
from grading.stage import Scenario
from grading.timeline import HttpSample

FILE: Final = "dep.yaml"
SCALED: Final = 6
REQUESTS: Final = "kubegrade-requests"
"""The name of the Pod that asks a Deployment's Service for its page in a loop."""


def play(scene: Scene, evidence: DeploymentEvidence) -> None:
    """Apply dep.yaml, wait for its Pods, delete one, scale to 6, and delete the Deployment."""
    name = scene.submission.manifest(FILE, "Deployment").data["metadata"]["name"]
    recorder = DeploymentRecorder(scene.cluster, scene.namespace, name)
    evidence.timeline = recorder.timeline
    recorder.start()
    try:
        deployment = scene.apply(FILE, "Deployment")
        with scene.part("running"):
            wait_complete(scene, recorder, FILE, deployment, _("2 of 2 Pods ready"))
            evidence.deployment = recorder.deployment
            evidence.replica_sets = recorder.replica_sets
            evidence.pods = recorder.pods
            if evidence.pods:
                probe = start_service_probe(scene, deployment)
                _delete_one(scene, evidence, recorder)
                evidence.timeline.http = read_probe(scene, probe, recorder)
            else:
                evidence.pods_after = []  # With replicas: 0 there is none to delete.
            _scale(scene, evidence, recorder)
        _delete(scene, evidence, recorder, name)
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


def read_probe(scene: Scene, probe: str, recorder: DeploymentRecorder) -> list[HttpSample]:
    """Return the requests that the looping probe made so far, and the one that is under way.

    That one may have begun long ago: after a Pod was deleted a connection to it can take a second to fail.
    """
    now = recorder.now()
    path = scene.cluster.path("Pod", scene.namespace, probe) + "/log"
    samples: list[HttpSample] = []
    for line in scene.cluster.follow(path, {"timestamps": "true"}, timeouts.PROBE_LINE):
        samples += read_log(line, recorder.timeline.started)
        if samples and samples[-1].t > now:
            break
    return samples


def _delete_one(scene: Scene, evidence: DeploymentEvidence, recorder: DeploymentRecorder) -> None:
    victim = recorder.pods[0]
    uid = victim["metadata"]["uid"]
    recorder.mark("delete")
    scene.cluster.delete("Pod", scene.namespace, victim["metadata"]["name"])
    evidence.deleted_uid = uid
    scene.note(_("deleted Pod {name}", name=victim["metadata"]["name"]))
    wait_replaced(scene, recorder, FILE, uid)
    recorder.mark("replaced")
    evidence.pods_after = recorder.pods


def wait_replaced(scene: Scene, recorder: DeploymentRecorder, file: str, uid: str) -> None:
    """Wait until a deleted Pod is gone and the Deployment has all its Pods again.

    Args:
        file: the Deployment's manifest, for messages.
        uid: of the deleted Pod.

    Raises:
        Unplayable: a Pod cannot become Ready.
    """
    replicas = recorder.deployment["spec"].get("replicas", 1) if recorder.deployment else 0

    def replaced() -> bool:
        for pod in recorder.pods:
            if not pod["metadata"].get("deletionTimestamp"):
                scene.check_pod(file, pod)
        ready = [pod for pod in recorder.pods if is_ready(pod)]
        gone = all(pod["metadata"]["uid"] != uid for pod in recorder.pods)
        return gone and len(ready) == replicas and is_over(recorder)

    recorder.wait(replaced, timeouts.POD_READY + timeouts.POD_GONE, _("the deleted Pod replaced"))


def _scale(scene: Scene, evidence: DeploymentEvidence, recorder: DeploymentRecorder) -> None:
    recorder.mark("scale")
    scaled = scene.apply(FILE, "Deployment", _six)
    wait_complete(scene, recorder, FILE, scaled, _("{number} of {number} Pods ready", number=SCALED))
    recorder.mark("scaled")
    evidence.scaled = recorder.deployment
    evidence.scaled_pods = recorder.pods


def _six(data: dict[str, Any]) -> None:
    # Without a spec the API server rejects the Deployment either way.
    data.setdefault("spec", {})["replicas"] = SCALED


def _delete(scene: Scene, evidence: DeploymentEvidence, recorder: DeploymentRecorder, name: str) -> None:
    """Delete the Deployment as ``kubectl delete -f dep.yaml`` does, and wait until all of it is gone."""
    recorder.mark("deletion")
    scene.cluster.delete("Deployment", scene.namespace, name)

    def gone() -> bool:
        return not (recorder.deployment or recorder.replica_sets or recorder.pods)

    recorder.wait(gone, timeouts.POD_GONE, _("the Deployment, its ReplicaSets and its Pods gone"))
    recorder.mark("deleted")
    evidence.left = [
        f"{kind} {item['metadata']['name']}"
        for kind in ("Deployment", "ReplicaSet", "Pod")
        for item in scene.cluster.items(kind, scene.namespace)
        if kind == "Deployment" or item["metadata"].get("ownerReferences")
    ]
    scene.note(
        n_(
            "deleted the Deployment {name}; {n} object is left",
            "deleted the Deployment {name}; {n} objects are left",
            len(evidence.left),
            name=name,
        )
    )


DEPLOYMENT: Final = Scenario("deployment", DeploymentEvidence, play)
