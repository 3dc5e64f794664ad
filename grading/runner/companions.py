"""Apply the ConfigMaps and Secrets of a submission that one of its objects refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grading.errors import Unplayable
from grading.runner.sending import submit
from grading.submission.companions import usable
from grading.submission.course_objects import Placed
from grading.submission.manifest import Manifest
from grading.submission.namespace_agreement import DEFAULT
from grading.text.i18n import _

if TYPE_CHECKING:
    from grading.runner.context import Context


def bring(context: Context, file: str, manifest: Manifest) -> None:
    """Apply what an object refers to in the namespace that the object goes to, once.

    One that cannot be used, or that the API server rejects, does not keep the object from being applied, as
    with kubectl. Why it does not exist is told if a Pod waits for it.

    Source: Kubernetes: ConfigMaps; Secrets.

    Args:
        context: where it is applied.
        file: the name of the object's file in the course.
        manifest: the object.
    """
    if context.namespace == DEFAULT:
        return  # Nothing of a submission stays there, and no exercise asks for a Pod there.
    for item in context.submission.companions(manifest):
        if item.id not in context.brought:
            context.brought.add(item.id)
            try:
                _apply(context, file, item, manifest)
            except Unplayable as failure:
                context.pods.rejected[item.id] = failure.problem


def _apply(context: Context, file: str, item: Placed, of: Manifest) -> None:
    kind, name = item.id
    step = context.step(_("Apply {kind} {name} of {file}", kind=kind, name=name, file=item.path))
    try:
        manifest = usable(item, of)
    except Unplayable as failure:
        step.see(failure.problem.rationale)
        raise
    submit(context, file, manifest, manifest.object(context.namespace), step)
