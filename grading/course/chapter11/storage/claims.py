"""Functions that the checks of claims and their volumes share (section 11.10.7)."""

from __future__ import annotations

from typing import Any, Final

from grading.errors import CriterionFailure, Unplayable
from grading.text.i18n import _

Object = dict[str, Any]

POD: Final = "pod"
"""The part of a scenario in which the Pod of the course is played."""


def require_name(item: Object, wanted: str, file: str, course: str) -> None:
    """Check that an object has the name that the course gives it.

    Args:
        item: the object.
        wanted: the name in the course.
        file: its manifest, for messages.
        course: the section of the course that shows it.

    Raises:
        CriterionFailure: it has another name.
    """
    name = item["metadata"]["name"]
    if name != wanted:
        raise CriterionFailure(
            _(
                "{file} uses the name {name}; in the course it is {wanted}",
                file=file,
                name=name,
                wanted=wanted,
            ),
            help=_("Write `name: {wanted}` (section {course}).", wanted=wanted, course=course),
            expected=wanted,
            actual=name,
        )


def other_name(pod: Object | None, file: str, wanted: str) -> str:
    """Return a remark on a Pod with another name than the course's; it costs nothing."""
    name = pod["metadata"]["name"] if pod else wanted
    if name == wanted:
        return ""
    return _(
        "{file} calls its Pod {name}; in the course it is {wanted}.", file=file, name=name, wanted=wanted
    )


def bound_words(claim: Object) -> str:
    """Return what a claim is bound to, or the phase that it is in."""
    volume = claim["spec"].get("volumeName", "")
    if volume:
        return _("Bound to {volume}", volume=volume)
    return str((claim.get("status") or {}).get("phase") or _("not Bound"))


def never_bound(claim: Object, volume: str) -> Unplayable:
    """Return the failure of a claim that was never Bound (11.10.7)."""
    name = claim["metadata"]["name"]
    return Unplayable(
        _(
            "the claim {name} was never Bound to {volume}, so the effect of deleting it cannot be tested",
            name=name,
            volume=volume,
        ),
        help=_("See `kubectl get pvc` (11.10.7)."),
        expected=_("{name} Bound to {volume}", name=name, volume=volume),
        actual=bound_words(claim),
    )
