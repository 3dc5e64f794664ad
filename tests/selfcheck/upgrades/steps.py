"""From notes, and a story that the page told from the evidence, to recorded steps."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

from grading.course.chapter11.deployments.evidence import (
    BadImageEvidence,
    DeploymentEvidence,
    HistoryEvidence,
    PauseEvidence,
    RollbackEvidence,
    RollingEvidence,
)
from grading.course.chapter11.namespaces.evidence import NamespaceEvidence
from grading.course.chapter11.pods.evidence import PodEvidence
from grading.course.chapter11.services.evidence import ClusterIpEvidence, NodePortEvidence
from grading.course.chapter11.storage.evidence import (
    ClaimEvidence,
    DynamicEvidence,
    EmptyDirEvidence,
    EphemeralEvidence,
)
from grading.course.introlab.evidence import LabEvidence
from grading.evidence import summary
from grading.evidence.base import Evidence, Object, Part
from grading.evidence.rollout import Command, Revision
from grading.evidence.steps import Step, bounded
from grading.evidence.timeline import connected_at, spread
from grading.exercise.loader import load_courses
from grading.k8s.service_routing import endpoints
from grading.text.i18n import _, joined, n_

VERSION: Final = "kubegrade/evidence/v2"
LABELS: Final = {
    "failing": "image cannot be pulled",
    "delete": "Pod deleted",
    "deleted": "all gone",
    "more": "more connected",
    "reconnected": "all connected again",
}
"""The labels of marks that are not their names."""

T = TypeVar("T")
Told = tuple[str, str | None]


def upgrade(data: dict[str, Any], name: str) -> dict[str, Any]:
    """Return evidence with steps, title, plot and the labels of marks; as it is if it has them.

    Args:
        data: the evidence as it was recorded.
        name: the name of the recording: that of the submission, a dash, and that of the scenario.
    """
    if data.get("version") == VERSION:
        return data
    scenario = load_courses().scenario(name.rpartition("-")[2])
    evidence = scenario.evidence.model_validate(data)
    told = [*_applied(evidence), *STORIES[scenario.name](evidence), *_stopped(evidence)]
    steps = [Step(done=done, seen=bounded(seen)) for done, seen in told if seen is not None]
    timeline = data.get("timeline")
    if timeline:
        marks = [{**mark, "label": LABELS.get(mark["name"], "")} for mark in timeline["marks"]]
        timeline = {**timeline, "marks": marks}
    return {
        **{key: value for key, value in data.items() if key != "notes"},
        "version": VERSION,
        "title": scenario.title,
        "plot": scenario.plot.model_dump() if scenario.plot else None,
        "steps": [step.model_dump() for step in steps],
        "timeline": timeline,
    }


def _said(told: Callable[[T], str], value: T | None) -> str | None:
    return None if value is None else told(value)


def _stopped(evidence: Evidence) -> Iterator[Told]:
    for trouble in evidence.parts.values():
        yield _("Stopped there"), trouble.rationale


def _gone(gone: bool | None, volume: Object | None) -> str | None:
    if gone is None:
        return None
    return _("gone") if gone else _said(summary.phase, volume)


def _revisions(revisions: list[Revision] | None) -> str | None:
    return None if revisions is None else "\n".join(map(str, revisions)) or _("none")


def _applied(evidence: Evidence) -> Iterator[Told]:
    for file, message in evidence.admissions.items():
        yield _("Apply {file}", file=file), message or _("accepted")


def _pod(evidence: PodEvidence) -> Iterator[Told]:
    yield _("Wait for the Pod"), _said(summary.pod_state, evidence.running.pod)
    if evidence.running.trouble:
        yield _("Wait for the Pod"), evidence.running.trouble.rationale
    yield _("Ask for its page from another Pod"), _said(summary.answer, evidence.running.http)
    if evidence.listing:
        status = _("exit status {n}", n=evidence.listing.status)
        yield (
            _("Run ls -al in it"),
            joined("", [status, summary.lines(evidence.listing.stdout or evidence.listing.stderr)]),
        )
    if evidence.appeared is not None:
        came = len(evidence.appeared)
        words = n_("{n} Pod came in its place", "{n} Pods came in its place", came)
        yield _("Delete it, and watch"), words if came else _("no Pod came in its place")


def _namespaces(evidence: NamespaceEvidence) -> Iterator[Told]:
    names = [item["metadata"]["name"] for item in evidence.declared.namespaces or []]
    theirs = [name for name in names if name in _COURSE_NAMESPACES]
    yield _("List the namespaces"), ", ".join(theirs) or None
    if evidence.declared.trouble:
        yield _("Make the namespace"), evidence.declared.trouble.rationale
    yield _("Look where ns-pod.yaml sends its Pod"), evidence.target
    yield _("Wait for the Pod"), _said(summary.pod_state, evidence.pod)
    pods = evidence.default_pods
    yield _("List the new Pods in default"), None if pods is None else ", ".join(pods) or _("none")


_COURSE_NAMESPACES: Final = ("default", "dev", "kube-node-lease", "kube-public", "kube-system")


def _clusterip(evidence: ClusterIpEvidence) -> Iterator[Told]:
    server, client = evidence.server, evidence.client
    yield _("Look at the Service"), _said(summary.service, evidence.service)
    yield _("Wait for the web server"), _said(summary.pod_state, server.pod)
    if server.trouble:
        yield _("Wait for the web server"), server.trouble.rationale
    yield _("Ask the Pod itself"), _said(summary.answer, server.direct)
    if server.slices is not None:
        yield _("Look at the endpoints"), ", ".join(sorted(endpoints(server.slices, ready=True))) or _("none")
    yield _("Ask the Service by its name"), _said(summary.answer, server.before)
    yield _("Wait for the client"), _said(summary.pod_state, client.pod)
    if client.trouble:
        yield _("Wait for the client"), client.trouble.rationale
    yield _("Ask http://nginx-svc:8080 from the client"), _said(summary.answer, client.answer)
    for answer in evidence.host or []:
        yield _("Ask from the host"), _said(summary.answer, answer)
    yield _("Delete the web server and make it again"), _said(summary.pod_state, server.again)
    yield _("Ask the Service again"), _said(summary.answer, server.after)


def _nodeport(evidence: NodePortEvidence) -> Iterator[Told]:
    yield _("Look at the Service"), _said(summary.service, evidence.service)
    yield _("Wait for the web server"), _said(summary.pod_state, evidence.pod)
    yield _("Ask the Pod itself"), _said(summary.answer, evidence.direct)
    yield _("Ask on the host"), _said(summary.answer, evidence.host)
    for node, answer in (evidence.nodes or {}).items():
        yield _("Ask port 30050 of {node}", node=node), _said(summary.answer, answer)
    yield _("Ask through a port-forward"), _said(summary.answer, evidence.forward)


def _history(evidence: HistoryEvidence) -> Iterator[Told]:
    yield _("Update to nginx:1.26, then the history"), _revisions(evidence.updated)
    yield _("Undo to revision 1"), evidence.undo.output if evidence.undo else None
    yield _("The history after the undo"), _revisions(evidence.undone)
    yield _("Apply the first version again"), _revisions(evidence.applied_again)
    yield _("Apply nginx:1.26 again"), _revisions(evidence.second_again)
    yield _("Apply the manifest edited back"), _revisions(evidence.reverted)
    kept = evidence.kept
    yield (
        _("Five more updates"),
        None if kept is None else n_("{n} old ReplicaSet is kept", "{n} old ReplicaSets are kept", len(kept)),
    )


def _ephemeral(evidence: EphemeralEvidence) -> Iterator[Told]:
    yield _("Wait for the Pod"), _said(summary.pod_state, evidence.first_pod)
    yield _("Add a line to its log"), _said(summary.file, evidence.log_before)
    yield _("Delete the Pod and make it again"), _said(summary.pod_state, evidence.second_pod)
    yield _("Read its log"), _said(summary.file, evidence.log_after)


def _emptydir(evidence: EmptyDirEvidence) -> Iterator[Told]:
    yield _("Wait for the Pod"), _said(summary.pod_state, evidence.first_pod)
    yield _("Read /data/file.txt"), _said(summary.file, evidence.file_before)
    yield _("Write another file beside it"), evidence.nonce
    yield _("Restart the container"), _said(summary.pod_state, evidence.restarted_pod)
    yield _("Read /data/file.txt"), _said(summary.file, evidence.file_restarted)
    yield _("Read the other file"), _said(summary.file, evidence.nonce_restarted)
    yield _("Delete the Pod and make it again"), _said(summary.pod_state, evidence.second_pod)
    yield _("Read the other file"), _said(summary.file, evidence.nonce_after)


def _claim(evidence: ClaimEvidence) -> Iterator[Told]:
    yield _("Look at the volume"), _said(summary.phase, evidence.volume)
    yield _("Look at the claim"), _said(summary.phase, evidence.claim)
    yield _("Wait for the Pod"), _said(summary.pod_state, evidence.first_pod)
    yield _("Read file.txt"), _said(summary.file, evidence.file_before)
    yield _("Write important.txt"), evidence.nonce
    yield _("Delete the Pod and make it again"), _said(summary.pod_state, evidence.second_pod)
    yield _("Read file.txt"), _said(summary.file, evidence.file_after)
    yield _("Read important.txt"), _said(summary.file, evidence.important_after)
    yield (
        _("Delete the claim, then look at the volume"),
        _gone(evidence.volume_gone, evidence.released_volume),
    )
    yield _("Read what is still on the volume"), _said(summary.file, evidence.kept)


def _dynamic(evidence: DynamicEvidence) -> Iterator[Told]:
    yield _("Look at the claim before any Pod uses it"), _said(summary.phase, evidence.unused_claim)
    volumes = evidence.unused_volumes
    yield (
        _("Look for volumes that belong to it"),
        None if volumes is None else ", ".join(item["metadata"]["name"] for item in volumes) or _("none"),
    )
    yield _("Wait for the Pod"), _said(summary.pod_state, evidence.first_pod)
    yield _("Write a page"), evidence.nonce
    yield _("Ask for it through a port-forward"), _said(summary.answer, evidence.page_before)
    yield _("Delete the Pod and make it again"), _said(summary.pod_state, evidence.second_pod)
    yield _("Ask for the page again"), _said(summary.answer, evidence.page_after)
    yield _("Look at the claim"), _said(summary.phase, evidence.claim)
    yield _("Look at its volume"), _said(summary.phase, evidence.volume)
    yield _("Delete the claim, then look at the volume"), _gone(evidence.volume_gone, evidence.volume)


def _introlab(evidence: LabEvidence) -> Iterator[Told]:
    running, page, balance, failover, agent = (
        evidence.running,
        evidence.page,
        evidence.balance,
        evidence.failover,
        evidence.agent,
    )
    for pod in running.pods or []:
        yield _("Wait for the Pods"), _said(summary.pod_state, pod)
    yield _("Wait for the Pods"), _cut(running)
    yield _("Look at the Service"), _said(summary.service, running.service)
    yield _("Open the page on the host"), _said(summary.answer, page.answer)
    yield _("Ask the Pod itself"), _said(summary.answer, page.direct)
    if balance.opened is not None:
        opened = connected_at(evidence.clients, _when(evidence, "delete"))
        yield _("Open {n} connections", n=balance.opened), spread(opened)
    yield _("Open connections"), _cut(balance)
    yield _("Delete a Pod while they are open"), failover.deleted
    for pod in failover.pods or []:
        yield _("Look at the Pods when it was replaced"), _said(summary.pod_state, pod)
    if failover.deleted and not (failover.trouble or failover.error):
        yield _("Look at the connections in the end"), spread(connected_at(evidence.clients, math.inf))
    yield _("Wait for all connections"), _cut(failover)
    yield _("Let another agent join by docker run"), agent.node or _cut(agent)


def _when(evidence: LabEvidence, mark: str) -> float:
    t = evidence.timeline.when(mark) if evidence.timeline else None
    return math.inf if t is None else t


def _cut(part: Part) -> str | None:
    """Return why a part ended early, None where it did not."""
    return part.trouble.rationale if part.trouble else part.error or None


def _command(command: Command | None) -> Iterator[Told]:
    if command:
        yield command.command, command.output


def _rolling(evidence: RollingEvidence) -> Iterator[Told]:
    yield _("Ask a Service in front of its Pods"), _said(summary.answer, evidence.answer)
    yield _("Ask the Pod itself"), _said(summary.answer, evidence.direct)
    if evidence.updated is not None:
        yield _("Update to {image}", image="nginx:1.26"), _("accepted")
    yield _("Wait for the end of the rollout"), _said(summary.deployment, evidence.deployment)
    if evidence.updated and evidence.timeline:
        yield _("Count the requests of the whole time"), summary.requests(evidence.timeline.http)


def _rollback(evidence: RollbackEvidence) -> Iterator[Told]:
    yield "kubectl rollout history deployment nginx-deployment", _revisions(evidence.before)
    yield from _command(evidence.undo)
    yield "kubectl rollout history deployment nginx-deployment", _revisions(evidence.after)


def _pause(evidence: PauseEvidence) -> Iterator[Told]:
    marks = {mark.name for mark in evidence.timeline.marks} if evidence.timeline else set()
    for verb, mark in (("pause", "paused"), ("resume", "resumed")):
        if mark in marks:
            words = f"deployment.apps/nginx-deployment {mark}"
            yield f"kubectl rollout {verb} deployment nginx-deployment", words


def _bad_image(evidence: BadImageEvidence) -> Iterator[Told]:
    failing = (evidence.failing or {}).items()
    yield _("Wait until its Pods fail"), "\n".join(f"{pod}: {reason}" for pod, reason in failing) or None
    yield from _command(evidence.undo)


def _deployment(evidence: DeploymentEvidence) -> Iterator[Told]:
    yield _("Wait for the end of the rollout"), _said(summary.deployment, evidence.deployment)
    victims = [pod for pod in evidence.pods or [] if pod["metadata"]["uid"] == evidence.deleted_uid]
    for pod in victims:
        yield _("Delete Pod {name}", name=pod["metadata"]["name"]), _("accepted")
    if evidence.scaled:
        yield _("Set replicas: {n}", n=6), summary.deployment(evidence.scaled)
    if evidence.left is not None:
        left = n_("{n} object is left", "{n} objects are left", len(evidence.left))
        yield _("Delete the Deployment {name}", name="nginx-deployment"), left


STORIES: Final[Mapping[str, Callable[[Any], Iterator[Told]]]] = {
    "pod": _pod,
    "namespaces": _namespaces,
    "clusterip": _clusterip,
    "nodeport": _nodeport,
    "deployment": _deployment,
    "rolling": _rolling,
    "pause": _pause,
    "rollback": _rollback,
    "bad_image": _bad_image,
    "history": _history,
    "ephemeral": _ephemeral,
    "emptydir": _emptydir,
    "claim": _claim,
    "dynamic": _dynamic,
    "introlab": _introlab,
}
