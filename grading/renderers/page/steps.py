"""What a scenario did and what it saw, in order, for the sections whose exercises are no timelines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from grading.evidence.base import Evidence, HttpAnswer, Object
from grading.evidence.deployments import HistoryEvidence, Revision
from grading.evidence.namespaces import NamespaceEvidence
from grading.evidence.pods import PodEvidence
from grading.evidence.services import ClusterIpEvidence, NodePortEvidence
from grading.evidence.storage import ClaimEvidence, DynamicEvidence, EmptyDirEvidence, EphemeralEvidence
from grading.i18n import _, marked, n_
from grading.routing import endpoints


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
    """Return what a scenario is called; its own name where it has no sequence here."""
    return SEQUENCES[name].title if name in SEQUENCES else name


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


def _pod(evidence: PodEvidence) -> Iterator[tuple[str, str | None]]:
    yield _("Wait for the Pod"), _pod_state(evidence.running.pod)
    if evidence.running.trouble:
        yield _("Wait for the Pod"), evidence.running.trouble.rationale
    yield _("Ask for its page from another Pod"), _answer(evidence.running.http)
    if evidence.listing:
        status = _("exit status {n}", n=evidence.listing.status)
        yield _("Run ls -al in it"), status + _lines(evidence.listing.stdout or evidence.listing.stderr)
    if evidence.appeared is not None:
        came = len(evidence.appeared)
        words = n_("{n} Pod came in its place", "{n} Pods came in its place", came)
        yield _("Delete it, and watch"), words if came else _("no Pod came in its place")


def _namespaces(evidence: NamespaceEvidence) -> Iterator[tuple[str, str | None]]:
    names = [item["metadata"]["name"] for item in evidence.declared.namespaces or []]
    theirs = [name for name in names if name in _COURSE_NAMESPACES]
    yield _("List the namespaces"), ", ".join(theirs) or None
    if evidence.declared.trouble:
        yield _("Make the namespace"), evidence.declared.trouble.rationale
    yield _("Look where ns-pod.yaml sends its Pod"), evidence.target
    yield _("Wait for the Pod"), _pod_state(evidence.pod)
    pods = evidence.default_pods
    yield _("List the new Pods in default"), None if pods is None else ", ".join(pods) or _("none")


_COURSE_NAMESPACES: Final = ("default", "dev", "kube-node-lease", "kube-public", "kube-system")


def _clusterip(evidence: ClusterIpEvidence) -> Iterator[tuple[str, str | None]]:
    server, client = evidence.server, evidence.client
    yield _("Look at the Service"), _service(evidence.service)
    yield _("Wait for the web server"), _pod_state(server.pod)
    if server.trouble:
        yield _("Wait for the web server"), server.trouble.rationale
    yield _("Ask the Pod itself"), _answer(server.direct)
    if server.slices is not None:
        yield _("Look at the endpoints"), ", ".join(sorted(endpoints(server.slices, ready=True))) or _("none")
    yield _("Ask the Service by its name"), _answer(server.before)
    yield _("Wait for the client"), _pod_state(client.pod)
    if client.trouble:
        yield _("Wait for the client"), client.trouble.rationale
    yield _("Ask http://nginx-svc:8080 from the client"), _answer(client.answer)
    for answer in evidence.host or []:
        yield _("Ask from the host"), _answer(answer)
    yield _("Delete the web server and make it again"), _pod_state(server.again)
    yield _("Ask the Service again"), _answer(server.after)


def _nodeport(evidence: NodePortEvidence) -> Iterator[tuple[str, str | None]]:
    yield _("Look at the Service"), _service(evidence.service)
    yield _("Wait for the web server"), _pod_state(evidence.pod)
    yield _("Ask the Pod itself"), _answer(evidence.direct)
    yield _("Ask on the host"), _answer(evidence.host)
    for node, answer in (evidence.nodes or {}).items():
        yield _("Ask port 30050 of {node}", node=node), _answer(answer)
    yield _("Ask through a port-forward"), _answer(evidence.forward)


def _history(evidence: HistoryEvidence) -> Iterator[tuple[str, str | None]]:
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


def _ephemeral(evidence: EphemeralEvidence) -> Iterator[tuple[str, str | None]]:
    yield _("Wait for the Pod"), _pod_state(evidence.first_pod)
    yield _("Add a line to its log"), _file(evidence.log_before)
    yield _("Delete the Pod and make it again"), _pod_state(evidence.second_pod)
    yield _("Read its log"), _file(evidence.log_after)


def _emptydir(evidence: EmptyDirEvidence) -> Iterator[tuple[str, str | None]]:
    yield _("Wait for the Pod"), _pod_state(evidence.first_pod)
    yield _("Read /data/file.txt"), _file(evidence.file_before)
    yield _("Write another file beside it"), evidence.nonce
    yield _("Restart the container"), _pod_state(evidence.restarted_pod)
    yield _("Read /data/file.txt"), _file(evidence.file_restarted)
    yield _("Read the other file"), _file(evidence.nonce_restarted)
    yield _("Delete the Pod and make it again"), _pod_state(evidence.second_pod)
    yield _("Read the other file"), _file(evidence.nonce_after)


def _claim(evidence: ClaimEvidence) -> Iterator[tuple[str, str | None]]:
    yield _("Look at the volume"), _phase(evidence.volume)
    yield _("Look at the claim"), _phase(evidence.claim)
    yield _("Wait for the Pod"), _pod_state(evidence.first_pod)
    yield _("Read file.txt"), _file(evidence.file_before)
    yield _("Write important.txt"), evidence.nonce
    yield _("Delete the Pod and make it again"), _pod_state(evidence.second_pod)
    yield _("Read file.txt"), _file(evidence.file_after)
    yield _("Read important.txt"), _file(evidence.important_after)
    yield (
        _("Delete the claim, then look at the volume"),
        _gone(evidence.volume_gone, evidence.released_volume),
    )
    yield _("Read what is still on the volume"), _file(evidence.kept)


def _dynamic(evidence: DynamicEvidence) -> Iterator[tuple[str, str | None]]:
    yield _("Look at the claim before any Pod uses it"), _phase(evidence.unused_claim)
    volumes = evidence.unused_volumes
    yield (
        _("Look for volumes that belong to it"),
        None if volumes is None else ", ".join(item["metadata"]["name"] for item in volumes) or _("none"),
    )
    yield _("Wait for the Pod"), _pod_state(evidence.first_pod)
    yield _("Write a page"), evidence.nonce
    yield _("Ask for it through a port-forward"), _answer(evidence.page_before)
    yield _("Delete the Pod and make it again"), _pod_state(evidence.second_pod)
    yield _("Ask for the page again"), _answer(evidence.page_after)
    yield _("Look at the claim"), _phase(evidence.claim)
    yield _("Look at its volume"), _phase(evidence.volume)
    yield _("Delete the claim, then look at the volume"), _gone(evidence.volume_gone, evidence.volume)


SEQUENCES: Final[Mapping[str, Sequence]] = {
    "pod": Sequence(marked("A Pod of its own"), PodEvidence, _pod),
    "namespaces": Sequence(marked("A namespace and a Pod in it"), NamespaceEvidence, _namespaces),
    "clusterip": Sequence(marked("A ClusterIP Service between two Pods"), ClusterIpEvidence, _clusterip),
    "nodeport": Sequence(marked("A NodePort Service"), NodePortEvidence, _nodeport),
    "history": Sequence(marked("The history of a Deployment"), HistoryEvidence, _history),
    "ephemeral": Sequence(marked("A log in a container"), EphemeralEvidence, _ephemeral),
    "emptydir": Sequence(marked("A volume of type emptyDir"), EmptyDirEvidence, _emptydir),
    "claim": Sequence(marked("A volume made by hand, its claim and a Pod"), ClaimEvidence, _claim),
    "dynamic": Sequence(marked("A claim on the default class and a web server"), DynamicEvidence, _dynamic),
}


def _pod_state(pod: Object | None) -> str | None:
    if pod is None:
        return None
    conditions = pod["status"].get("conditions") or []
    ready = any(item["type"] == "Ready" and item["status"] == "True" for item in conditions)
    restarts = sum(item["restartCount"] for item in pod["status"].get("containerStatuses") or [])
    parts = [_("Ready") if ready else str(pod["status"].get("phase", ""))]
    parts += [str(pod["status"].get("podIP") or ""), _on(pod["spec"].get("nodeName"))]
    parts += [n_("{n} restart", "{n} restarts", restarts)] if restarts else []
    return f"{pod['metadata']['name']}: {', '.join(filter(None, parts))}"


def _on(node: str | None) -> str:
    return _("on {node}", node=node) if node else ""


def _service(service: Object | None) -> str | None:
    if service is None:
        return None
    spec = service["spec"]
    ports = ", ".join(
        f"{port['port']} → {port.get('targetPort', port['port'])}"
        + (f", nodePort {port['nodePort']}" if port.get("nodePort") else "")
        for port in spec.get("ports") or []
    )
    selector = ", ".join(f"{key}={value}" for key, value in (spec.get("selector") or {}).items())
    return f"{service['metadata']['name']}: {spec.get('type')}, {ports}, selector {selector or '<none>'}"


def _phase(item: Object | None) -> str | None:
    if item is None:
        return None
    spec = item["spec"]
    capacity = (spec.get("capacity") or (spec.get("resources") or {}).get("requests") or {}).get("storage")
    policy = spec.get("persistentVolumeReclaimPolicy")
    parts = [item["status"].get("phase"), capacity, *(spec.get("accessModes") or []), policy]
    return f"{item['metadata']['name']}: {', '.join(str(part) for part in parts if part)}"


def _gone(gone: bool | None, volume: Object | None) -> str | None:
    if gone is None:
        return None
    return _("gone") if gone else _phase(volume)


def _answer(answer: HttpAnswer | None) -> str | None:
    if answer is None:
        return None
    where = f"{answer.url}: " if answer.url else ""
    body = "\n" + _("the page of nginx") if answer.is_nginx else _lines(answer.body, 1)
    return f"{where}{answer}" + (body if answer.status else "")


def _lines(text: str, most: int = 3) -> str:
    lines = text.strip().splitlines()
    return "".join(f"\n{line}" for line in lines[:most]) + ("\n…" if len(lines) > most else "")


def _file(text: str | None) -> str | None:
    if text is None:
        return None
    return _lines(text, 4).removeprefix("\n") or _("empty, or not there")


def _revisions(revisions: list[Revision] | None) -> str | None:
    return None if revisions is None else "\n".join(map(str, revisions)) or _("no revisions")
