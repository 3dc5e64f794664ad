"""Decide who is to blame for a loss: the cluster, if it was disturbed, or what the submission's Pods did.

A check that saw a loss, and no field of the manifest that allows it, asks `explain`. Without a cause that is
shown to lie in the submission, nobody can tell, and the verdict is ``error`` (rules of judgement).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from grading.errors import InfrastructureError
from grading.evidence.base import Evidence
from grading.evidence.disturbances import disturbances, disturbed
from grading.evidence.surroundings import LINGERS, Surroundings
from grading.evidence.window import Window
from grading.exercise.own_causes import Cause, own_causes, shift_of
from grading.text.i18n import _


def explain(evidence: Evidence, window: Window, loss: str) -> Cause:
    """Return what the submission's own Pods did in a window that explains a loss.

    Args:
        evidence: of the scenario.
        window: what is judged of the timeline of its Deployment.
        loss: what was lost, as text.

    Raises:
        InfrastructureError: the cluster was disturbed, or nothing explains it.
    """
    raise_if_disturbed(evidence, window, loss)
    cause = next(own_causes(evidence, window), None)
    if cause is None:
        raise _unexplained(loss)
    return cause


def nobodys_fault(evidence: Evidence, loss: str) -> InfrastructureError:
    """Return the error for a loss that no submission can cause.

    It names what disturbed the cluster.

    Args:
        evidence: of the scenario, all of whose time counts.
        loss: what was lost, as text.
    """
    found = disturbances(evidence.surroundings or Surroundings())
    return disturbed(loss, found) if found else _unexplained(loss)


def _unexplained(loss: str) -> InfrastructureError:
    return InfrastructureError(_("{loss}; no cause was found in the submission", loss=loss))


def raise_if_disturbed(evidence: Evidence, window: Window, loss: str) -> None:
    """Check that the cluster was not disturbed in a window; see `explain`.

    Raises:
        InfrastructureError: it was.
    """
    found = disturbed_by(evidence, window)
    if found:
        raise disturbed(loss, found)


def disturbed_by(evidence: Evidence, window: Window) -> list[str]:
    """Return what disturbed the cluster in a window, or shortly before, as text."""
    shift = shift_of(evidence, window.timeline)
    since, until = window.begin.t + shift - LINGERS, window.end.t + shift
    around = (evidence.surroundings or Surroundings()).between(since, until)
    return [*disturbances(around, since), *_of_control(window)]


@contextmanager
def naming_disturbances(evidence: Evidence) -> Iterator[None]:
    """Add what disturbed the cluster to an error of the infrastructure.

    Raises:
        InfrastructureError: the one of the body, naming what disturbed the cluster during its scenario.
    """
    try:
        yield
    except InfrastructureError as error:
        found = disturbances(evidence.surroundings or Surroundings())
        if not found or any(words in str(error) for words in found):
            raise
        raise disturbed(error.args[0], found) from error


def _of_control(window: Window) -> Iterator[str]:
    requests = window.of(window.timeline.http)
    # Its Pods may start later than the probe that asks; one that never answers is trouble too.
    up = next((sample for sample in window.timeline.http if not sample.control_suffered), None)
    suffered = sum(s.control_suffered and not (up and s.precedes(up)) for s in requests)
    if suffered:
        yield _(
            "the control, kubegrade's own Service on this cluster, did not answer {suffered} of {number} "
            "requests made at the same moments",
            suffered=suffered,
            number=len(requests),
        )
