"""Section 11.9.4: the requests to the Service while a Deployment is updated."""

from __future__ import annotations

import itertools
from typing import Final

from grading.course.chapter11.deployments.course_values import ROLLING_FILE
from grading.course.chapter11.deployments.evidence import RollingEvidence
from grading.course.chapter11.deployments.pages import connect_again, is_page, silent
from grading.course.chapter11.deployments.rolling_checks import BEGIN, END
from grading.course.chapter11.deployments.update_limits import (
    declared_limits,
    fields_to_set,
    to_write,
    window,
)
from grading.errors import CriterionFailure, InfrastructureError
from grading.evidence.timeline import Arrival, HttpSample
from grading.evidence.window import Window
from grading.exercise.blame import disturbed_by, explain, raise_if_disturbed
from grading.exercise.field_location import about
from grading.text.i18n import _, decimal, joined, n_

LOOK_BACK: Final = 5.0
"""Seconds before a failed request in which too few Pods may have been its cause: its own attempts, and
the moment until kube-proxy has followed."""
LAPSE: Final = 1
"""Available Pods at which requests fail for want of Pods: kube-proxy may not have found the last one yet."""
WIDEST_GAP: Final = 20.0
"""Seconds between two requests; the longest one may take is 10 attempts of a second to connect."""


@about(ROLLING_FILE, "spec", "strategy")
def check_no_downtime(evidence: RollingEvidence) -> None:
    """Check that every request to the Service was answered during the update (11.9.4).

    Raises:
        CriterionFailure: a request failed, and a field of the manifest or its Pods explain it.
        InfrastructureError: a request failed and neither explains it, or none were made.
    """
    update = window(evidence, evidence.timeline, BEGIN, END)
    _check_page(evidence, update)
    requests = _requests(update)
    failed = [sample for sample in requests if not sample.ok]
    again = [sample for sample in requests if sample.connects > 1]
    if failed:
        loss = _(
            "during the update, {failed} of {number} requests to the Service failed",
            failed=len(failed),
            number=len(requests),
        )
        _raise_failed(evidence, update, failed[0], loss)
    starved = [sample for sample in again if not _fewest(update, sample)]
    if not (starved or connect_again(requests)):
        return
    loss = _(
        "during the update, {again} of {number} requests to the Service needed more than one connection",
        again=len(again),
        number=len(requests),
    )
    _raise_failed(evidence, update, (starved or again)[0], loss)


def _check_page(evidence: RollingEvidence, update: Window) -> None:
    """Check that the Service showed a page before the update.

    Raises:
        CriterionFailure: it did not, and its Pods serve no page themselves.
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
    loss = _("the Service in front of the Pods served no page, even before the update")
    if direct:
        raise_if_disturbed(evidence, Window(update.timeline, Arrival(t=0.0), update.begin), loss)
    raise CriterionFailure(
        loss,
        help=_(
            "Use the image nginx, which listens on port 80; see `kubectl logs` and `kubectl get endpoints`."
        ),
        expected=_("the page of nginx on port 80"),
        actual=str(answer),
        corrections=[] if direct else to_write(evidence, "replicas"),
    )


def _check_pods(evidence: RollingEvidence, update: Window, loss: str) -> None:
    """Check that each Pod served a page itself after the update, if they were asked.

    Raises:
        CriterionFailure: one did not.
        InfrastructureError: one did not, and the cluster was disturbed.
    """
    mute = silent(evidence.pages)
    if not mute:
        return
    raise_if_disturbed(evidence, update, loss)
    raise CriterionFailure(
        loss,
        help=_(
            "Use the image nginx in the Pod template: it listens on port 80 in every Pod; see `kubectl logs "
            "{pod}`.",
            pod=mute[0],
        ),
        expected=_("a page on port 80 of each Pod"),
        actual=_(
            "{mute} of {number} Pods serve no page: {names}",
            mute=len(mute),
            number=len(evidence.pages or {}),
            names=", ".join(mute),
        ),
    )


def _raise_failed(evidence: RollingEvidence, update: Window, first: HttpSample, loss: str) -> None:
    """Raise the failure for requests that failed, or the error if nobody can tell why.

    Args:
        evidence: of the scenario.
        update: the window of the update.
        first: the first of the requests that failed at first or for good.
        loss: what was lost, as text.

    Raises:
        CriterionFailure: the fields of the manifest or its Pods explain it.
        InfrastructureError: neither does.
    """
    fewest = _fewest(update, first)
    actual: str = n_(
        "the first failed request was {seconds} s after the update began; {n} Pod was available then",
        "the first failed request was {seconds} s after the update began; {n} Pods were available then",
        fewest,
        seconds=decimal(update.seconds(first), 1),
    )
    limits = declared_limits(evidence)
    allowed = limits is not None and limits.fewest <= fewest <= LAPSE
    # Without a single Pod nobody could have answered; with some of them they, or a node, may be the cause.
    if not allowed or fewest:
        _check_pods(evidence, update, loss)
    fields: tuple[str, ...] = ()
    if allowed and (not fewest or not disturbed_by(evidence, update)):
        fields = ("replicas", "type", "maxUnavailable")
        help = fields_to_set(evidence, *fields)
    else:
        cause = explain(evidence, update, joined("; ", [loss, actual]))
        actual, help = joined("; ", [actual, cause.words]), cause.help
    raise CriterionFailure(
        loss,
        help=help,
        expected=_("every request is answered"),
        actual=actual,
        corrections=to_write(evidence, *fields),
    )


def _requests(update: Window) -> list[HttpSample]:
    """Return the requests that ended during the update.

    Raises:
        InfrastructureError: none were made, or for too long.
    """
    requests = update.of(update.timeline.http)
    moments = [sample.t for sample in (update.begin, *requests, update.end)]
    gap = max(after - before for before, after in itertools.pairwise(moments))
    if not requests or gap > WIDEST_GAP:
        raise InfrastructureError(
            _("for {seconds} s of the update kubegrade made no requests", seconds=decimal(gap))
        )
    return requests


def _fewest(update: Window, failed: HttpSample) -> int:
    """Return the fewest available Pods before a failed request.

    From the update on, or `LOOK_BACK` before.

    The state at the beginning of that window counts too.
    """
    since = max(update.begin.t, failed.t - LOOK_BACK)
    until = [sample for sample in update.timeline.deployments if sample.precedes(failed)]
    before = [sample for sample in until if sample.precedes(update.begin) or sample.t < since]
    return min((sample.available for sample in [*before[-1:], *until[len(before) :]]), default=0)
