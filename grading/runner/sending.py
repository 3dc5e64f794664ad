"""Send an object of a submission to the API server, and record what is said to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from grading.errors import ApiError
from grading.evidence.steps import Step
from grading.k8s.field_types import place_in
from grading.submission.admission_errors import refused
from grading.submission.manifest import Manifest
from grading.text.i18n import _, joined
from grading.text.sanitize import one_line

if TYPE_CHECKING:
    from grading.runner.context import Context

Object = dict[str, Any]

MOST_WARNINGS: Final = 5
"""Warnings about one object that are told."""


def submit(
    context: Context,
    file: str,
    manifest: Manifest,
    data: Object,
    step: Step,
    key: str = "",
    *,
    dry_run: bool = False,
) -> Object:
    """Send an object as kubectl does.

    Args:
        context: where it is sent.
        file: the name of the course's file that it belongs to.
        manifest: what was handed in.
        data: the object as it is sent.
        step: tells it.
        key: the name by which the object is known; empty for one that no exercise asks for.
        dry_run: whether the API server only says what it would do.

    Returns:
        The object as the API server then has it.

    Raises:
        Unplayable: the API server rejects it; the error message is its own.
    """
    evidence, warned = context.evidence, list[str]()
    try:
        answer = context.send(data, warned.append, dry_run=dry_run)
    except ApiError as error:
        if key:
            evidence.admissions[key] = error.message
        step.see(error.message)
        raise refused(manifest, data["kind"], error) from error
    if key:
        evidence.admissions.setdefault(key, "")
    # Each once, as kubectl prints them.
    told = [_warning(manifest, text) for text in list(dict.fromkeys(warned))[:MOST_WARNINGS]]
    if told:
        known = evidence.warnings.setdefault(file, [])
        known += [text for text in told if text not in known]
    step.see(joined("\n", [_("accepted"), *told]))
    return answer


def _warning(manifest: Manifest, text: str) -> str:
    """Return a warning of kubectl, with the place of the field it names."""
    place = manifest.at(*place_in(text))
    return _("{place}: kubectl warns: {words}", place=place, words=one_line(text))
