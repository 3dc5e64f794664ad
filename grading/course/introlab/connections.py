"""The persistent connections of the introductory lab: who got them, and what was told to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from grading.course.introlab.course_values import FILE
from grading.course.introlab.evidence import LabEvidence
from grading.course.introlab.faults import CONTAINER, FLASK, IMAGE, runs_course_program, selects_not
from grading.errors import CriterionFailure, InfrastructureError
from grading.evidence.timeline import ClientSample, Timeline, connected_at, disagreements, per_pod, spread
from grading.exercise.service_fault import ServiceFault
from grading.k8s.service_routing import endpoints, selects
from grading.text.i18n import _, joined

Object = dict[str, Any]

PODS: Final = 2
"""The replicas of flask-app.yaml (step 3)."""
CHANCE: Final = 1e-6
"""What is less probable than this (0 to 1) is taken to have a cause."""
HELP: Final = "`kubectl describe service flask-service`, `kubectl get pods -o wide`"


def judge_balance(evidence: LabEvidence, pods: list[Object]) -> None:
    """Check that each Pod got a connection, and counts them as the clients do.

    Source: step 4 of the lab.

    Args:
        evidence: of the lab.
        pods: the Pods of the Deployment.

    Raises:
        CriterionFailure: it is not so, and the manifests are the cause.
        InfrastructureError: it is not so, and nothing in the manifests is the cause.
    """
    standing = connected(evidence)
    clients = per_pod(standing)
    empty = [pod for pod in pods if not clients[pod["metadata"]["name"]]]
    if empty:
        _judge_empty(evidence, pods, empty, standing)
    wrong = disagreements(standing)
    if wrong:
        _judge_counts(evidence, wrong)
    _judge_sockets(evidence, clients)


def connected(evidence: LabEvidence) -> dict[int, ClientSample]:
    """Return the connections that stood before a Pod was deleted (step 4).

    Raises:
        CriterionFailure: no program of the course's tells them anything.
        InfrastructureError: they did not all stand.
    """
    balance = evidence.balance
    _judge_silence(evidence)
    opened = evidence.need(balance.opened, balance)
    timeline = evidence.need(evidence.timeline)
    moment = timeline.mark("more") or evidence.need(timeline.mark("connected"), balance)
    standing = connected_at(evidence.clients, moment)
    if len(standing) != opened:
        raise InfrastructureError(
            _("{number} of {opened} connections were open", number=len(standing), opened=opened)
        )
    _judge_names(evidence, timeline, standing)
    return standing


def _judge_names(evidence: LabEvidence, timeline: Timeline, standing: dict[int, ClientSample]) -> None:
    """Check that connections are told the names of Pods that were seen.

    Raises:
        CriterionFailure: they are not, and the program is not the course's.
        InfrastructureError: they are not, and it is.
    """
    known = {*evidence.running.names, *(sample.name for sample in timeline.pods)}
    others = sorted(per_pod(standing).keys() - known)
    if not others:
        return
    expected = _("the names of the Pods {names}", names=", ".join(sorted(evidence.running.names)))
    raise _untrue(evidence, _("the Pods report names that are not their own"), expected, others)


def chance_of_empty(pods: int, connections: int) -> float:
    """Return the most probable (0 to 1) that one of the Pods gets no connection.

    Each connection goes to any of them.
    """
    return pods * (1 - 1 / pods) ** connections


def _judge_empty(
    evidence: LabEvidence, pods: list[Object], empty: list[Object], standing: dict[int, ClientSample]
) -> None:
    """Check that each Pod got a connection, unless chance explains that one did not.

    The student's fault is a selector that leaves the Pod out. If the Service had it among its
    endpoints and a connection could go to any of them, something else kept it away.

    Raises:
        CriterionFailure: the selector leaves a Pod out.
        InfrastructureError: something else kept connections from it.
    """
    service = evidence.need(evidence.running.service)
    left_out = next((pod for pod in empty if not selects(service, pod)), None)
    if left_out is not None:
        raise unbalanced(evidence, selects_not(service, left_out), spread(standing))
    if len(per_pod(standing)) >= PODS and chance_of_empty(len(pods), len(standing)) >= CHANCE:
        return
    known = endpoints(evidence.need(evidence.balance.slices, evidence.balance), ready=True)
    raise InfrastructureError(
        _(
            "none of the {number} connections reached {pods}; ready endpoints: {endpoints}",
            number=len(standing),
            pods=", ".join(f"{pod['metadata']['name']} ({pod['status']['podIP']})" for pod in empty),
            endpoints=", ".join(sorted(known)) or "-",
        )
    )


def _judge_silence(evidence: LabEvidence) -> None:
    """Check that connections were told something, or that the program is the course's.

    Raises:
        CriterionFailure: nothing was told by a program that is not the course's.
    """
    told = any(sample.event == "count" for sample in evidence.clients)
    if evidence.balance.opened is not None or told or runs_course_program(evidence):
        return
    evidence.need(evidence.clients or None, evidence.balance)
    raise CriterionFailure(
        _("the Pods do not count their connections"),
        help=_("Use the image of the course, {image} (step 3).", image=FLASK),
        expected=_("each Pod counts its own connections"),
        actual=evidence.balance.error or _("nothing"),
        location=evidence.at(FILE, *IMAGE),
    )


def _judge_sockets(evidence: LabEvidence, clients: Counter[str]) -> None:
    """Check that each Pod's kernel has the connections that the Pod tells of.

    Which Pod has a connection is told by the program in it.

    Raises:
        CriterionFailure: it does not, and the program is not the course's.
        InfrastructureError: it does not, and it is.
    """
    sockets = evidence.balance.sockets
    lacking = [
        _(
            "{name}: it reports {told} connections, and has {found}",
            name=name,
            told=clients[name],
            found=found,
        )
        for name, found in sockets.items()
        if found < clients[name]
    ]
    if not lacking:
        return
    expected = _("each Pod counts its own connections")
    raise _untrue(evidence, _("the Pods report connections that they do not have"), expected, lacking)


def _untrue(
    evidence: LabEvidence, rationale: str, expected: str, found: Sequence[str]
) -> CriterionFailure | InfrastructureError:
    """Return the error for something untrue that Pods say.

    It is the infrastructure's if they run the course's own program, which does not lie.
    """
    if runs_course_program(evidence):
        return InfrastructureError(joined(": ", [rationale, *found]))
    return CriterionFailure(
        rationale,
        help=_("Use the image of the course, {image} (step 3).", image=FLASK),
        expected=expected,
        actual=joined("\n", found),
        location=evidence.at(FILE, *CONTAINER),
    )


def _judge_counts(evidence: LabEvidence, wrong: list[str]) -> None:
    if runs_course_program(evidence):
        raise InfrastructureError(
            _(
                "{counts}: is the page also open in a browser? Close it and grade again",
                counts=joined("; ", wrong),
            )
        )
    raise CriterionFailure(
        _("the Pods report another number of connections than there are"),
        help=_("Use the image of the course, {image} (step 3).", image=FLASK),
        expected=_("each Pod counts its own connections"),
        actual=joined("\n", wrong),
        location=evidence.at(FILE, *IMAGE),
    )


def unbalanced(evidence: LabEvidence, fault: ServiceFault, actual: str) -> CriterionFailure:
    """Return the failure of connections that the Service does not balance."""
    return CriterionFailure.of(
        fault.problem(
            evidence,
            _("the connections are not balanced between the Pods: {reason}", reason=fault.reason),
            _("See {commands} (step 3).", commands=HELP),
            _("connections to both Pods, about half of them each"),
            actual,
        )
    )
