"""What a scenario did and what it saw, in order, for the sections whose exercises are no timelines."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from grading.course.chapter11.deployments.evidence import HistoryEvidence
from grading.course.chapter11.services.evidence import ClusterIpEvidence, NodePortEvidence
from grading.course.chapter11.storage.evidence import (
    ClaimEvidence,
    DynamicEvidence,
    EmptyDirEvidence,
    EphemeralEvidence,
)
from grading.course.introlab.evidence import LabEvidence
from grading.evidence import summary
from grading.evidence.base import Evidence, Part
from grading.evidence.timeline import connected_at, spread
from grading.k8s.service_routing import endpoints
from grading.text.i18n import _, marked, n_


@dataclass(frozen=True)
class Step:
    """One step: what was done, and what was seen then; `seen` is text of unknown origin."""

    done: str
    seen: str


@dataclass(frozen=True)
class Sequence:
    """How to tell a scenario: its title, what it recorded, and its steps from that."""

    title: str
    model: type[Evidence]
    steps: Callable[[Any], Iterator[tuple[str, str | None]]]


def title_of(name: str) -> str:
    """Return what a scenario is called; its own name where it is not known here."""
    return TITLES.get(name) or (SEQUENCES[name].title if name in SEQUENCES else name)


def steps_of(name: str, data: Any) -> list[Step]:
    """Return the steps that a scenario took; the notes of its recording where it has no sequence here.

    Raises:
        ValueError: the evidence is not of the scenario's form; KeyError and the like where an object in
            it is not.
    """
    sequence = SEQUENCES.get(name)
    evidence = (sequence.model if sequence else Evidence).model_validate(data)
    steps = [*_applied(evidence)]
    if sequence:
        steps += [Step(done, seen) for done, seen in sequence.steps(evidence) if seen is not None]
    else:
        steps += [Step(note, "") for note in evidence.notes]
    return [*steps, *ending(data)]


def ending(data: Any) -> Iterator[Step]:
    """Yield why a scenario, or a part of it, ended early; nothing where it was played to its end.

    Raises:
        ValueError: the evidence is not of a scenario's form.
    """
    evidence = Evidence.model_validate(data)
    for trouble in (evidence.trouble, *evidence.parts.values()):
        if trouble:
            yield Step(_("Stopped there"), trouble.rationale)
    if evidence.error:
        yield Step(_("Cut short, not by the submission"), evidence.error)


def _applied(evidence: Evidence) -> Iterator[Step]:
    for file, message in evidence.admissions.items():
        yield Step(_("Apply {file}", file=file), message or _("accepted"))


def _clusterip(evidence: ClusterIpEvidence) -> Iterator[tuple[str, str | None]]:
    server, client = evidence.server, evidence.client
    yield _("Look at the Service"), summary.service(evidence.service)
    yield _("Wait for the web server"), summary.pod_state(server.pod)
    if server.trouble:
        yield _("Wait for the web server"), server.trouble.rationale
    yield _("Ask the Pod itself"), summary.answer(server.direct)
    if server.slices is not None:
        yield _("Look at the endpoints"), ", ".join(sorted(endpoints(server.slices, ready=True))) or _("none")
    yield _("Ask the Service by its name"), summary.answer(server.before)
    yield _("Wait for the client"), summary.pod_state(client.pod)
    if client.trouble:
        yield _("Wait for the client"), client.trouble.rationale
    yield _("Ask http://nginx-svc:8080 from the client"), summary.answer(client.answer)
    for answer in evidence.host or []:
        yield _("Ask from the host"), summary.answer(answer)
    yield _("Delete the web server and make it again"), summary.pod_state(server.again)
    yield _("Ask the Service again"), summary.answer(server.after)


def _nodeport(evidence: NodePortEvidence) -> Iterator[tuple[str, str | None]]:
    yield _("Look at the Service"), summary.service(evidence.service)
    yield _("Wait for the web server"), summary.pod_state(evidence.pod)
    yield _("Ask the Pod itself"), summary.answer(evidence.direct)
    yield _("Ask on the host"), summary.answer(evidence.host)
    for node, answer in (evidence.nodes or {}).items():
        yield _("Ask port 30050 of {node}", node=node), summary.answer(answer)
    yield _("Ask through a port-forward"), summary.answer(evidence.forward)


def _history(evidence: HistoryEvidence) -> Iterator[tuple[str, str | None]]:
    yield _("Update to nginx:1.26, then the history"), summary.revisions(evidence.updated)
    yield _("Undo to revision 1"), evidence.undo.output if evidence.undo else None
    yield _("The history after the undo"), summary.revisions(evidence.undone)
    yield _("Apply the first version again"), summary.revisions(evidence.applied_again)
    yield _("Apply nginx:1.26 again"), summary.revisions(evidence.second_again)
    yield _("Apply the manifest edited back"), summary.revisions(evidence.reverted)
    kept = evidence.kept
    yield (
        _("Five more updates"),
        None if kept is None else n_("{n} old ReplicaSet is kept", "{n} old ReplicaSets are kept", len(kept)),
    )


def _ephemeral(evidence: EphemeralEvidence) -> Iterator[tuple[str, str | None]]:
    yield _("Wait for the Pod"), summary.pod_state(evidence.first_pod)
    yield _("Add a line to its log"), summary.file(evidence.log_before)
    yield _("Delete the Pod and make it again"), summary.pod_state(evidence.second_pod)
    yield _("Read its log"), summary.file(evidence.log_after)


def _emptydir(evidence: EmptyDirEvidence) -> Iterator[tuple[str, str | None]]:
    yield _("Wait for the Pod"), summary.pod_state(evidence.first_pod)
    yield _("Read /data/file.txt"), summary.file(evidence.file_before)
    yield _("Write another file beside it"), evidence.nonce
    yield _("Restart the container"), summary.pod_state(evidence.restarted_pod)
    yield _("Read /data/file.txt"), summary.file(evidence.file_restarted)
    yield _("Read the other file"), summary.file(evidence.nonce_restarted)
    yield _("Delete the Pod and make it again"), summary.pod_state(evidence.second_pod)
    yield _("Read the other file"), summary.file(evidence.nonce_after)


def _claim(evidence: ClaimEvidence) -> Iterator[tuple[str, str | None]]:
    yield _("Look at the volume"), summary.phase(evidence.volume)
    yield _("Look at the claim"), summary.phase(evidence.claim)
    yield _("Wait for the Pod"), summary.pod_state(evidence.first_pod)
    yield _("Read file.txt"), summary.file(evidence.file_before)
    yield _("Write important.txt"), evidence.nonce
    yield _("Delete the Pod and make it again"), summary.pod_state(evidence.second_pod)
    yield _("Read file.txt"), summary.file(evidence.file_after)
    yield _("Read important.txt"), summary.file(evidence.important_after)
    yield (
        _("Delete the claim, then look at the volume"),
        summary.gone(evidence.volume_gone, evidence.released_volume),
    )
    yield _("Read what is still on the volume"), summary.file(evidence.kept)


def _dynamic(evidence: DynamicEvidence) -> Iterator[tuple[str, str | None]]:
    yield _("Look at the claim before any Pod uses it"), summary.phase(evidence.unused_claim)
    volumes = evidence.unused_volumes
    yield (
        _("Look for volumes that belong to it"),
        None if volumes is None else ", ".join(item["metadata"]["name"] for item in volumes) or _("none"),
    )
    yield _("Wait for the Pod"), summary.pod_state(evidence.first_pod)
    yield _("Write a page"), evidence.nonce
    yield _("Ask for it through a port-forward"), summary.answer(evidence.page_before)
    yield _("Delete the Pod and make it again"), summary.pod_state(evidence.second_pod)
    yield _("Ask for the page again"), summary.answer(evidence.page_after)
    yield _("Look at the claim"), summary.phase(evidence.claim)
    yield _("Look at its volume"), summary.phase(evidence.volume)
    yield _("Delete the claim, then look at the volume"), summary.gone(evidence.volume_gone, evidence.volume)


def _introlab(evidence: LabEvidence) -> Iterator[tuple[str, str | None]]:
    running, page, balance, failover, agent = (
        evidence.running,
        evidence.page,
        evidence.balance,
        evidence.failover,
        evidence.agent,
    )
    for pod in running.pods or []:
        yield _("Wait for the Pods"), summary.pod_state(pod)
    yield _("Wait for the Pods"), _cut(running)
    yield _("Look at the Service"), summary.service(running.service)
    yield _("Open the page on the host"), summary.answer(page.answer)
    yield _("Ask the Pod itself"), summary.answer(page.direct)
    if balance.opened is not None:
        opened = connected_at(evidence.clients, _when(evidence, "delete"))
        yield _("Open {n} connections", n=balance.opened), spread(opened)
    yield _("Open connections"), _cut(balance)
    yield _("Delete a Pod while they are open"), failover.deleted
    for pod in failover.pods or []:
        yield _("Look at the Pods when it was replaced"), summary.pod_state(pod)
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


SEQUENCES: Final[Mapping[str, Sequence]] = {
    "clusterip": Sequence(marked("A ClusterIP Service between two Pods"), ClusterIpEvidence, _clusterip),
    "nodeport": Sequence(marked("A NodePort Service"), NodePortEvidence, _nodeport),
    "history": Sequence(marked("The history of a Deployment"), HistoryEvidence, _history),
    "ephemeral": Sequence(marked("A log in a container"), EphemeralEvidence, _ephemeral),
    "emptydir": Sequence(marked("A volume of type emptyDir"), EmptyDirEvidence, _emptydir),
    "claim": Sequence(marked("A volume made by hand, its claim and a Pod"), ClaimEvidence, _claim),
    "introlab": Sequence(marked("Load balancing and failover"), LabEvidence, _introlab),
    "dynamic": Sequence(marked("A claim on the default class and a web server"), DynamicEvidence, _dynamic),
}


TITLES: Final[Mapping[str, str]] = {
    "pod": marked("A Pod of its own"),
    "namespaces": marked("A namespace and a Pod in it"),
    "deployment": marked("A Deployment that heals itself"),
    "rolling": marked("Rolling update to nginx:1.26"),
    "pause": marked("A rolling update that is paused and resumed"),
    "rollback": marked("Undo to revision 1"),
    "bad_image": marked("Update to an image that does not exist, and its undo"),
}
"""Those that plots tell, or notes."""
