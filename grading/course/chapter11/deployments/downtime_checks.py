"""Section 11.9.4: the requests to the Service while a Deployment is updated."""

from __future__ import annotations

import itertools
from typing import Final

from grading.course.chapter11.deployments.course_values import FEWEST, ROLLING_FILE
from grading.course.chapter11.deployments.evidence import RollingEvidence
from grading.course.chapter11.deployments.pages import connect_again, is_page, silent
from grading.course.chapter11.deployments.rolling_checks import BEGIN, END
from grading.course.chapter11.deployments.update_limits import declared_limits, fields_to_set, window
from grading.errors import CriterionFailure, InfrastructureError
from grading.evidence.timeline import Arrival, HttpSample, Mark, Timeline
from grading.exercise.blame import disturbed_by, explain, raise_if_disturbed
from grading.exercise.field_location import about
from grading.text.i18n import _, decimal, joined, n_

LOOK_BACK: Final = 5.0
"""Seconds before a failed request in which too few Pods may have been its cause: its own attempts, and
the moment until kube-proxy has followed."""
WIDEST_GAP: Final = 20.0
"""Seconds between two requests; the longest one may take is 10 attempts of a second to connect."""


@about(ROLLING_FILE, "spec", "strategy")
def check_no_downtime(evidence: RollingEvidence) -> None:
    """Check that every request to the Service was answered during the update.

    Raises:
        InfrastructureError: a request failed and neither the fields of the manifest nor its Pods explain it,
            or none were made.
    """
    timeline, begin, end = window(evidence, evidence.timeline, BEGIN, END)
    _check_page(evidence, timeline, begin)
    requests = _requests(timeline, begin, end)
    failed = [sample for sample in requests if not sample.ok]
    again = [sample for sample in requests if sample.connects > 1]
    if failed:
        loss = _(
            "{failed} of {number} requests to the Service failed during the update",
            failed=len(failed),
            number=len(requests),
        )
        _raise_failed(evidence, timeline, (begin, end), failed[0], loss)
    starved = [sample for sample in again if not _fewest(timeline, begin, sample)]
    if not (starved or connect_again(requests)):
        return
    loss = _(
        "{again} of {number} requests to the Service took more than one connection during the update",
        again=len(again),
        number=len(requests),
    )
    _check_pods(evidence, timeline, (begin, end), loss)
    _raise_failed(evidence, timeline, (begin, end), (starved or again)[0], loss)


def _check_page(evidence: RollingEvidence, timeline: Timeline, begin: Mark) -> None:
    """Check that the Service showed a page before the update.

    Raises:
        InfrastructureError: it did not, and its Pods are not shown to be the cause.
    """
    answer = evidence.need(evidence.answer)
    if is_page(answer):
        return
    direct, limits = evidence.direct, declared_limits(evidence)
    # What a Pod itself says: it refuses, or has no such page. None: there is no Pod to ask.
    is_shown = bool(direct and not is_page(direct) and (direct.status or direct.was_refused))
    if not is_shown and (direct or limits is None or limits.replicas):
        raise InfrastructureError(
            _(
                "the Service did not answer before the update: {answer}; Pod: {page}",
                answer=answer,
                page=direct or _("none"),
            )
        )
    loss = _("the Service in front of the Pods shows no page, before the update already")
    if direct:
        raise_if_disturbed(evidence, timeline, Arrival(t=0.0), begin, loss)
    raise CriterionFailure(
        loss,
        help=_("Let the container run nginx on port 80; see `kubectl logs` and `kubectl get endpoints`."),
        expected=_("the page of nginx on port 80"),
        actual=str(answer),
    )


def _check_pods(evidence: RollingEvidence, timeline: Timeline, within: tuple[Mark, Mark], loss: str) -> None:
    """Check that each Pod served a page itself after the update, if they were asked."""
    mute = silent(evidence.pages)
    if not mute:
        return
    raise_if_disturbed(evidence, timeline, *within, loss)
    raise CriterionFailure(
        loss,
        help=_("Let the container of every Pod run nginx on port 80; see `kubectl logs {pod}`.", pod=mute[0]),
        expected=_("a page on port 80 of each Pod"),
        actual=_(
            "{mute} of {number} Pods serve none: {names}",
            mute=len(mute),
            number=len(evidence.pages or {}),
            names=", ".join(mute),
        ),
    )


def _raise_failed(
    evidence: RollingEvidence, timeline: Timeline, within: tuple[Mark, Mark], first: HttpSample, loss: str
) -> None:
    """Raise the failure for requests that failed at first or for good, or the error if nobody can tell why.

    Args:
        evidence: of the scenario.
        timeline: of the Deployment.
        within: the marks of the update.
        first: the first of these requests.
        loss: what was lost, in words.
    """
    begin, end = within
    fewest = _fewest(timeline, begin, first)
    actual: str = n_(
        "the first failed {seconds} s after the update began, when {n} Pod was available",
        "the first failed {seconds} s after the update began, when {n} Pods were available",
        fewest,
        seconds=decimal(first.t - begin.t, 1),
    )
    limits = declared_limits(evidence)
    allowed = limits is not None and limits.fewest <= fewest < FEWEST
    # Without a single Pod nobody could have answered; with some of them a node may be the cause.
    if allowed and (not fewest or not disturbed_by(evidence, timeline, begin, end)):
        help = fields_to_set(evidence, "replicas", "type", "maxUnavailable")
    else:
        cause = explain(evidence, timeline, begin, end, joined("; ", [loss, actual]))
        actual, help = joined("; ", [actual, cause.words]), cause.help
    raise CriterionFailure(loss, help=help, expected=_("every request answered"), actual=actual)


def _requests(timeline: Timeline, begin: Mark, end: Mark) -> list[HttpSample]:
    """Return the requests that ended in a window.

    Raises:
        InfrastructureError: none were made, or for too long.
    """
    requests = timeline.between(timeline.http, begin, end)
    moments = [begin.t, *(sample.t for sample in requests), end.t]
    gap = max(after - before for before, after in itertools.pairwise(moments))
    if not requests or gap > WIDEST_GAP:
        raise InfrastructureError(
            _("for {seconds} s of the update no request was made", seconds=decimal(gap))
        )
    return requests


def _fewest(timeline: Timeline, begin: Mark, failed: HttpSample) -> int:
    """Return the fewest available Pods before a failed request, from the update or `LOOK_BACK` on.

    The state at the beginning of that window counts too.
    """
    since = max(begin.t, failed.t - LOOK_BACK)
    until = [sample for sample in timeline.deployments if sample.precedes(failed)]
    before = [sample for sample in until if sample.precedes(begin) or sample.t < since]
    return min((sample.available for sample in [*before[-1:], *until[len(before) :]]), default=0)
