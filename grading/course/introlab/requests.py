"""The requests that are made while a Pod of the introductory lab is replaced."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import Final, NoReturn

from grading.course.introlab.course_values import FILE
from grading.course.introlab.evidence import LabEvidence, is_page
from grading.course.introlab.faults import CONTAINER, READINESS_PROBE, SERVICE_FILE, runs_course_program
from grading.errors import CriterionFailure, InfrastructureError
from grading.evidence.base import HttpAnswer
from grading.evidence.timeline import Arrival
from grading.evidence.window import Window
from grading.exercise.blame import raise_if_disturbed
from grading.exercise.rules import MISSING, lookup
from grading.text.i18n import _, decimal

LEFT_ALONE: Final = 12.0
"""Seconds for which k3d's load balancer may have no node left, and what the request in it takes itself."""


def judge_pods(evidence: LabEvidence) -> None:
    """Check that the Pods themselves answered, during the replacement and after it.

    Neither Service nor load balancer is between, so that what excuses a failed request there excuses
    nothing here. Silence for a while is no cause, as a machine under load is silent too: it is one if it
    lasts, in the Pod's own network as well, to a program of the suite's that runs there.

    Source: step 5 of the lab.

    Raises:
        CriterionFailure: a program that is not the course's refused, was silent or showed another page.
        InfrastructureError: one did not answer, and nothing in the manifests explains it.
    """
    failover = evidence.failover
    for name, answer in (failover.answers or {}).items():
        if not is_page(answer, [name]):
            _lose_page(evidence, name, answer, is_shown=name in failover.inside)
    begin = evidence.need(evidence.need(evidence.timeline).mark("delete"), failover)
    told = [one.answer for one in failover.direct if not one.precedes(begin)]
    lost = next((one for one in told if one.was_refused or one.status not in {0, 200}), None)
    if lost:
        _lose_page(evidence, failover.stayed, lost, is_shown=False)


def _lose_page(evidence: LabEvidence, name: str, answer: HttpAnswer, *, is_shown: bool) -> NoReturn:
    words = _(
        "after {deleted} was deleted, Pod {name} is Ready and does not show its page: {answer}",
        deleted=evidence.failover.deleted,
        name=name,
        answer=answer,
    )
    is_cause = answer.was_refused or bool(answer.status) or is_shown
    if runs_course_program(evidence) or not is_cause:
        raise InfrastructureError(words)
    timeline = evidence.need(evidence.timeline)
    begin = evidence.need(timeline.mark("delete"))
    raise_if_disturbed(evidence, Window(timeline, begin, Arrival(t=inf)), words)
    raise CriterionFailure(
        words,
        help=_(
            "Each Pod must be able to answer without the others; see `kubectl logs {name}`. Use the image "
            "of the course with its own command (step 3).",
            name=name,
        ),
        expected=_("HTTP 200, the page with the name {name}", name=name),
        actual=str(answer),
        location=evidence.at(FILE, *CONTAINER),
    )


def judge_requests(evidence: LabEvidence, window: Window, old: set[str]) -> str:
    """Check that requests were answered, unless k3d's load balancer explains failures.

    Source: step 5 of the lab.

    Args:
        evidence: of the lab.
        window: from when the Pod was deleted until it was replaced and all connections were back.
        old: the uids of the Pods before that.

    Returns:
        A remark for the student, empty text if there is none.

    Raises:
        CriterionFailure: a field of the Service is the cause.
        InfrastructureError: nothing in the manifests is, or no request was made.
    """
    requests = window.of(window.timeline.http)
    failed = [sample for sample in requests if not sample.ok]
    if not requests:
        raise InfrastructureError(_("no request was made while the Pod was replaced"))
    if not failed:
        return ""
    refusing = _refusing(evidence, window, old)
    if all(any(one.holds(sample) for one in refusing) for sample in failed):
        return _(
            "{failed} of {requests} requests failed. This costs no points: when a Pod refuses a connection, "
            "k3d's load balancer sends nothing to that node for 10 s. A Pod refuses connections while it "
            "shuts down, and, without a readinessProbe, until its program listens.",
            failed=len(failed),
            requests=len(requests),
        )
    spec = evidence.need(evidence.running.service)["spec"]
    reasons = {
        "publishNotReadyAddresses": (
            bool(spec.get("publishNotReadyAddresses")),
            _("publishNotReadyAddresses sends requests to Pods that are not Ready"),
        ),
        "externalTrafficPolicy": (
            spec.get("externalTrafficPolicy") == "Local",
            _("with externalTrafficPolicy: Local only nodes that run one of the Pods answer"),
        ),
    }
    field, reason = next(((key, words) for key, (true, words) in reasons.items() if true), ("", ""))
    first = decimal(window.seconds(failed[0]), 1)
    if not field:
        raise InfrastructureError(
            _(
                "{failed} of {requests} requests failed, the first one {seconds} s after the Pod was "
                "deleted; no cause was found in the manifests",
                failed=len(failed),
                requests=len(requests),
                seconds=first,
            )
        )
    loss = _("requests failed while a Pod was replaced: {reason}", reason=reason)
    raise_if_disturbed(evidence, window, loss)
    raise CriterionFailure(
        loss,
        help=_("Leave {field} out, as the lab does (step 3).", field=field),
        expected=_("every request is answered"),
        actual=_(
            "{failed} of {requests} requests failed, the first one {seconds} s after the Pod was deleted",
            failed=len(failed),
            requests=len(requests),
            seconds=first,
        ),
        location=evidence.at(SERVICE_FILE, "spec", field),
    )


def _refusing(evidence: LabEvidence, window: Window, old: set[str]) -> list[Window]:
    """Return when requests may have failed although a Pod was there to answer.

    Connections are refused by the deleted Pod until kube-proxy has followed, and by the new one until its
    program listens: the lab's manifest has no readiness probe, so that it is Ready as soon as its container
    runs. A request is tried again for a second. But k3d's load balancer leaves a node alone for 10 s when
    one connection was refused there (max_fails=1, fail_timeout=10s), and soon there is no node left. From
    when on the new Pod listens is asked of itself (`served`); older evidence does not tell.
    """
    timeline, deleted = window.timeline, evidence.failover.deleted
    ends = (sample for sample in timeline.pods if sample.name == deleted and sample.event == "DELETED")
    windows = [replace(window, end=_left_alone_after(next(ends, window.begin)))]
    if lookup(evidence.need(evidence.deployment), READINESS_PROBE) is MISSING:
        started = [sample for sample in timeline.pods if sample.uid not in old and sample.ready]
        served = timeline.mark("served")
        until = _left_alone_after(served) if served else window.end
        windows += [Window(timeline, started[0], until)] if started else []
    return windows


def _left_alone_after(refused: Arrival) -> Arrival:
    """Return until when a node may be left alone after a refused connection."""
    return Arrival(t=refused.t + LEFT_ALONE)
