"""The introductory lab: two Pods behind a load balancer, read off what the scenario recorded.

As with the Services of section 11.8, nothing that stays away costs points unless the manifests say why:
silence, and chance, are nobody's fault.
"""

from __future__ import annotations

from typing import Any

from grading.course.introlab.connections import HELP, PODS, connected, judge_balance, unbalanced
from grading.course.introlab.course_values import FILE
from grading.course.introlab.evidence import LabEvidence, is_page, labelled_name
from grading.course.introlab.faults import (
    SERVICE_FILE,
    leads_nowhere,
    renamed,
)
from grading.course.introlab.requests import judge_pods, judge_requests
from grading.errors import CriterionFailure, InfrastructureError, Unplayable
from grading.evidence.timeline import connected_at, per_pod, spread
from grading.evidence.window import Window
from grading.exercise.service_fault import ServiceFault
from grading.k8s.pod_diagnosis import is_node_ready
from grading.text.i18n import _, joined, n_
from grading.text.sanitize import one_line

Object = dict[str, Any]


def check_ready(evidence: LabEvidence) -> None:
    """Check that both Pods are Ready and the Service has an address (step 3).

    Raises:
        CriterionFailure: the manifest asks for fewer Pods, or for another type of Service.
        InfrastructureError: the cluster does not have the nodes that it was made with.
    """
    running = evidence.running
    nodes = {node["metadata"]["name"]: node for node in evidence.need(running.nodes, running)}
    away = [name for name in running.expected_nodes if not is_node_ready(nodes.get(name))]
    if away or len(nodes) != len(running.expected_nodes):
        raise InfrastructureError(
            _(
                "the cluster has the nodes {nodes}; {expected} should be Ready",
                nodes=", ".join(sorted(nodes)),
                expected=", ".join(running.expected_nodes),
            )
        )
    pods = evidence.need(running.pods, running)
    if len(pods) < PODS:
        raise _too_few(CriterionFailure, evidence, pods)
    service = evidence.need(running.service, running)
    spec = service["spec"]
    if service["status"].get("loadBalancer", {}).get("ingress"):
        return
    field = "loadBalancerClass" if spec.get("loadBalancerClass") else "type"
    raise CriterionFailure(
        _("the Service has no external address"),
        help=_("Write `type: LoadBalancer`; see EXTERNAL-IP in `kubectl get service` (step 3)."),
        expected=_("type: LoadBalancer, and an external address"),
        actual=f"{field}: {spec.get(field)}",
        location=evidence.at(SERVICE_FILE, "spec", field),
    )


def check_reachable(evidence: LabEvidence) -> None:
    """Check that the host got the page of a Pod at ``http://localhost:8080`` (step 4).

    Raises:
        CriterionFailure: it did not, and a field of the manifest is the cause.
        Unplayable: there are no Pods.
        InfrastructureError: it did not, and no field explains it.
    """
    page, running = evidence.page, evidence.running
    if not evidence.need(running.pods, running):
        raise _too_few(Unplayable, evidence, [])
    answer = evidence.need(page.answer, page, running)
    if is_page(answer, running.names):
        return
    other = labelled_name(answer.body) if answer.status == 200 else ""
    fault = (renamed(evidence, answer) if answer.status == 200 else None) or (
        None if other else leads_nowhere(evidence)
    )
    seen = _("the page of {name}", name=other) if other else str(answer)
    if fault is None:
        why = page.error or _("no cause was found in the manifests")
        begun = "" if other else one_line(answer.body, limit=200)
        raise InfrastructureError(
            _(
                "{url} on the host: {answer}; {why}",
                url=answer.url,
                answer=joined(": ", filter(None, [seen, begun])),
                why=why,
            )
        )
    raise CriterionFailure.of(
        fault.problem(
            evidence,
            _(
                "{url} on the host does not show the page of one of the Pods: {reason}",
                url=answer.url,
                reason=fault.reason,
            ),
            _("See {commands} (step 3).", commands=HELP),
            _(
                "HTTP 200, the page with the name of one of the Pods {names}",
                names=", ".join(sorted(running.names)),
            ),
            seen,
        )
    )


def check_balanced(evidence: LabEvidence) -> None:
    """Check that connections are spread over the Pods, which count them (step 4).

    About half of them each, says the course; whatever chance gives is right, a Pod without any is not.

    Raises:
        CriterionFailure: a field of the manifest, or a program that is not the course's, is the cause.
        Unplayable: there are not two Pods, or no page.
        InfrastructureError: neither is the cause.
    """
    pods = _play_with(evidence)
    service = evidence.need(evidence.running.service)
    if service["spec"].get("sessionAffinity") == "ClientIP":
        # Whatever the spread was: each node of k3d remembers clients for itself, and may send them elsewhere.
        raise unbalanced(
            evidence,
            ServiceFault(
                _("sessionAffinity: ClientIP sends a client to the same Pod each time"),
                SERVICE_FILE,
                ("spec", "sessionAffinity"),
            ),
            spread(connected(evidence)),
        )
    judge_balance(evidence, pods)


def check_failover(evidence: LabEvidence) -> str:
    """Check that connections and requests outlived the deletion of a Pod (step 5).

    Returns:
        A remark for the student, empty text if there is none.

    Raises:
        CriterionFailure: requests failed, and the submission is the cause.
        Unplayable: there are not two Pods, or no connections.
        InfrastructureError: something was lost, and the submission does not explain it.
    """
    _play_with(evidence)
    try:
        connected(evidence)
    except CriterionFailure as failure:
        raise Unplayable.of(failure.problem) from failure
    failover = evidence.failover
    deleted = evidence.need(failover.deleted, failover)
    timeline = evidence.need(evidence.timeline)
    begin = evidence.need(timeline.mark("delete"), failover)
    evidence.need(timeline.mark("replaced"), failover)
    judge_pods(evidence)
    end = evidence.need(timeline.mark("reconnected"), failover)
    if timeline.interrupted:
        raise InfrastructureError(_("the watch broke: {reason}", reason=timeline.interrupted))
    before, after = (connected_at(evidence.clients, mark) for mark in (begin, end))
    if not per_pod(before)[deleted] or per_pod(after)[deleted] or len(after) != len(before):
        raise InfrastructureError(
            _(
                "{name} was deleted; connections before: {before}; after: {after}",
                name=deleted,
                before=spread(before),
                after=spread(after),
            )
        )
    old = {pod["metadata"]["uid"] for pod in evidence.need(evidence.running.pods)}
    uids = {pod["metadata"]["uid"] for pod in evidence.need(failover.pods, failover)}
    if not uids - old or len(uids) < len(old):
        raise InfrastructureError(
            _(
                "{number} Pods after {name} was deleted, {new} of them new",
                number=len(uids),
                name=deleted,
                new=len(uids - old),
            )
        )
    return judge_requests(evidence, Window(timeline, begin, end), old)


def check_agent(evidence: LabEvidence) -> None:
    """Check that an agent joined the lab's cluster, and became Ready (extra step).

    Nothing that a student hands in can keep it from doing so.

    Raises:
        InfrastructureError: it did not.
    """
    evidence.need(evidence.deployment)
    states = evidence.need(evidence.agent.states, evidence.agent)
    if not states or not states[-1].ready:
        raise InfrastructureError(
            evidence.agent.error or _("node {name} is not Ready", name=evidence.agent.node)
        )


def _play_with(evidence: LabEvidence) -> list[Object]:
    """Return the Pods, if there is something to balance between them.

    Raises:
        Unplayable: there are fewer than two Pods, or no page; the criterion is blocked then.
    """
    pods = evidence.need(evidence.running.pods, evidence.running)
    if len(pods) < PODS:
        raise _too_few(Unplayable, evidence, pods)
    try:
        check_reachable(evidence)
    except CriterionFailure as failure:
        raise Unplayable.of(failure.problem) from failure
    return pods


def _too_few(kind: type[CriterionFailure], evidence: LabEvidence, pods: list[Object]) -> CriterionFailure:
    return kind(
        n_(
            "the Deployment has {n} Pod, but the lab balances the load between two",
            "the Deployment has {n} Pods, but the lab balances the load between two",
            len(pods),
        ),
        help=_("Write `replicas: 2`; see `kubectl get pods` (step 3)."),
        expected=_("2 Pods, both Ready"),
        actual=", ".join(pod["metadata"]["name"] for pod in pods) or "0",
        location=evidence.at(FILE, "spec", "replicas"),
    )
