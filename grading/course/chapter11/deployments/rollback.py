"""Section 11.9.5.1: the undo of an update, with 10 Pods."""

from __future__ import annotations

from typing import Final

from grading.course.chapter11.deployments.course_values import FEWEST, MOST, ROLLING_FILE, SECOND
from grading.course.chapter11.deployments.evidence import RollbackEvidence
from grading.course.chapter11.deployments.versions import first, scaled, second
from grading.evidence.timeline import PlotSettings
from grading.runner import revisions
from grading.runner.context import Context
from grading.runner.recorder import recording
from grading.runner.rollouts import wait_complete, wait_first, wait_started
from grading.runner.scenario import Scenario
from grading.text.i18n import _, marked


def play(context: Context, evidence: RollbackEvidence) -> None:
    """Create both revisions without Pods, scale up, undo, and wait (11.9.5.1).

    Without Pods the second revision stands at once, so that this lasts one first rollout and one update,
    where the course's way there lasts one update more. That one is played by the scenario ``rolling``.
    """
    name = context.manifest(ROLLING_FILE, "Deployment").name
    context.offer(ROLLING_FILE, "Deployment")
    with recording(context.cluster, context.namespace, name) as recorder:
        evidence.timeline = recorder.timeline
        context.step(_("Set replicas: {n}", n=0), _("until it has both revisions"))
        applied = context.apply(ROLLING_FILE, "Deployment", scaled(first, 0))
        revisions.wait_revision(context, recorder, ROLLING_FILE, applied, 1)
        update = _("Update to {image}", image=SECOND.image)
        applied = context.apply(ROLLING_FILE, "Deployment", scaled(second, 0), update)
        revisions.wait_revision(context, recorder, ROLLING_FILE, applied, 2)
        applied = context.apply(ROLLING_FILE, "Deployment", second, _("Set its own number of replicas"))
        wait_started(context, recorder, ROLLING_FILE, applied)
        context.under_way()
        # Here and not later, for the Pods have their minReadySeconds to wait for anyway.
        evidence.before = revisions.history(context, name)
        wait_first(context, recorder, ROLLING_FILE, applied)
        recorder.mark("undo", marked("undo"))
        evidence.undo = revisions.undo(context, name, to=1)
        if evidence.undo.status:
            return
        undone = context.cluster.get("Deployment", context.namespace, name) or applied
        revisions.wait_revision(context, recorder, ROLLING_FILE, undone, 3)
        evidence.after = revisions.history(context, name)
        wait_complete(context, recorder, ROLLING_FILE, undone, _("the undo to revision 1"))
        recorder.mark("undone", marked("undone"))
        evidence.pods = recorder.standing


ROLLBACK: Final = Scenario(
    "rollback",
    RollbackEvidence,
    play,
    title=marked("Undo to revision 1"),
    plot=PlotSettings(
        zero="undo",
        since=marked("seconds after the undo began"),
        end="undone",
        most=MOST,
        fewest=FEWEST,
    ),
    leads=True,
    usual=74.0,
)
