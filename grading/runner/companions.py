"""Apply the ConfigMaps and Secrets of a submission that one of its objects refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grading.errors import ApiError, Unplayable
from grading.submission.admission_errors import refused
from grading.submission.manifest import Manifest
from grading.submission.namespace_agreement import DEFAULT
from grading.text.i18n import _

if TYPE_CHECKING:
    from grading.runner.context import Context


def bring(context: Context, file: str, manifest: Manifest) -> None:
    """Apply what an object refers to in the namespace that the object goes to, once.

    If it cannot be used, the API server is still asked whether it accepts the object itself.

    Args:
        context: where it is applied.
        file: the name of the object's file in the course.
        manifest: the object.

    Raises:
        Unplayable: one of them cannot be used, or the API server rejects it, in its own words.
    """
    if context.namespace == DEFAULT:
        return  # Nothing of a submission stays there, and no exercise asks for a Pod there.
    try:
        for companion in context.submission.companions(manifest):
            _apply(context, companion)
    except Unplayable:
        context.offer(file, manifest.data["kind"])
        raise


def _apply(context: Context, companion: Manifest) -> None:
    kind, name = companion.data["kind"], companion.data["metadata"]["name"]
    if (kind, name) in context.brought:
        return
    step = context.step(_("Apply {kind} {name} of {file}", kind=kind, name=name, file=companion.file))
    try:
        context.send(companion.object(context.namespace))
    except ApiError as error:
        step.see(error.message)
        raise refused(companion, kind, error) from error
    step.see(_("accepted"))
    context.brought.add((kind, name))
