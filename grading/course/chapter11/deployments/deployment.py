"""Section 11.9.3: a Deployment: one of its Pods deleted, scaled from 2 to 6, and deleted itself."""

from __future__ import annotations

from typing import Any, Final

from grading import timeouts
from grading.course.chapter11.deployments.course_values import DEPLOYMENT_FILE, SCALED
from grading.course.chapter11.deployments.evidence import DeploymentEvidence
from grading.course.chapter11.deployments.pages import ask_each
from grading.evidence.timeline import Mark, PlotSettings
from grading.runner.context import Context
from grading.runner.recorder import DeploymentRecorder
from grading.runner.rollouts import wait_complete, wait_replaced
from grading.runner.scenario import Scenario
from grading.runner.service_probe import read_probe, start_service_probe
from grading.text.i18n import _, marked, n_


def play(context: Context, evidence: DeploymentEvidence) -> None:
    """Apply dep.yaml, delete a Pod, scale to 6, and delete the Deployment (11.9.3)."""
    name = context.manifest(DEPLOYMENT_FILE, "Deployment").name
    recorder = DeploymentRecorder(context.cluster, context.namespace, name)
    evidence.timeline = recorder.timeline
    recorder.start()
    try:
        deployment = context.apply(DEPLOYMENT_FILE, "Deployment")
        with context.part("running"):
            wait_complete(context, recorder, DEPLOYMENT_FILE, deployment, _("2 of 2 Pods ready"))
            evidence.deployment = recorder.deployment
            evidence.replica_sets = recorder.replica_sets
            evidence.pods = recorder.pods
            if evidence.pods:
                probe = start_service_probe(context, deployment)
                begin, end = _delete_one(context, evidence, recorder)
                evidence.timeline.http = read_probe(context, probe, recorder)
                requests = evidence.timeline.requests(begin, end)
                # Without any, one may have been under way for all that time, and have failed.
                if not requests or any(sample.connects > 1 for sample in requests):
                    evidence.pages = ask_each(context, recorder.standing, probe)
            else:
                evidence.pods_after = []  # With replicas: 0 there is none to delete.
            _scale(context, evidence, recorder)
        _delete(context, evidence, recorder, name)
    finally:
        recorder.stop()


def _delete_one(
    context: Context, evidence: DeploymentEvidence, recorder: DeploymentRecorder
) -> tuple[Mark, Mark]:
    """Delete a Pod, wait until it is replaced, and return the marks of both."""
    victim = recorder.pods[0]
    uid = victim["metadata"]["uid"]
    begin = recorder.mark("delete", marked("Pod deleted"))
    context.cluster.delete("Pod", context.namespace, victim["metadata"]["name"])
    evidence.deleted_uid = uid
    context.step(_("Delete Pod {name}", name=victim["metadata"]["name"]), _("accepted"))
    wait_replaced(context, recorder, DEPLOYMENT_FILE, uid)
    end = recorder.mark("replaced", marked("replaced"))
    evidence.pods_after = recorder.pods
    return begin, end


def _scale(context: Context, evidence: DeploymentEvidence, recorder: DeploymentRecorder) -> None:
    recorder.mark("scale", marked("scale"))
    scaled = context.apply(DEPLOYMENT_FILE, "Deployment", _six, _("Set replicas: {n}", n=SCALED))
    wait_complete(
        context, recorder, DEPLOYMENT_FILE, scaled, _("{number} of {number} Pods ready", number=SCALED)
    )
    recorder.mark("scaled", marked("scaled"))
    evidence.scaled = recorder.deployment
    evidence.scaled_pods = recorder.pods


def _six(data: dict[str, Any]) -> None:
    # Without a spec the API server rejects the Deployment either way.
    data.setdefault("spec", {})["replicas"] = SCALED


def _delete(context: Context, evidence: DeploymentEvidence, recorder: DeploymentRecorder, name: str) -> None:
    """Delete the Deployment as ``kubectl delete -f`` does, with all of it."""
    recorder.mark("deletion", marked("deletion"))
    step = context.step(_("Delete the Deployment {name}", name=name))
    context.cluster.delete("Deployment", context.namespace, name)

    def gone() -> bool:
        return not (recorder.deployment or recorder.replica_sets or recorder.pods)

    recorder.wait(gone, timeouts.POD_GONE, _("the Deployment, its ReplicaSets and its Pods are gone"))
    recorder.mark("deleted", marked("all gone"))
    evidence.left = [
        f"{kind} {item['metadata']['name']}"
        for kind in ("Deployment", "ReplicaSet", "Pod")
        for item in context.cluster.items(kind, context.namespace)
        if kind == "Deployment" or item["metadata"].get("ownerReferences")
    ]
    step.see(n_("{n} object is left", "{n} objects are left", len(evidence.left)))


DEPLOYMENT: Final = Scenario(
    "deployment",
    DeploymentEvidence,
    play,
    title=marked("A Deployment that heals itself"),
    plot=PlotSettings(
        title=marked("A Pod is deleted and replaced, then the Deployment is scaled and deleted"),
        zero="delete",
        since=marked("seconds after the Pod was deleted"),
        end="deleted",
        deletion="deletion",
    ),
)
