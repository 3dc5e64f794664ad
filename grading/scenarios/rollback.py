"""Section 11.9.5.1: the undo of an update, with 10 Pods."""

from __future__ import annotations

from typing import Final

from grading import revisions
from grading.evidence.deployments import RollbackEvidence
from grading.i18n import _
from grading.recorder import recording
from grading.rollouts import wait_complete, wait_first, wait_started
from grading.scenarios.rolling import standing
from grading.scenarios.versions import FILE, first, scaled, second
from grading.scene import Scene
from grading.stage import Scenario


def play(scene: Scene, evidence: RollbackEvidence) -> None:
    """Give a Deployment both revisions while it has no Pods, scale it to its own number, undo, wait.

    Without Pods the second revision stands at once, so that this lasts one first rollout and one update,
    where the course's way there lasts one update more. That one is played by the scenario ``rolling``.
    """
    name = scene.submission.manifest(FILE, "Deployment").data["metadata"]["name"]
    scene.offer(FILE, "Deployment")
    with recording(scene.cluster, scene.namespace, name) as recorder:
        evidence.timeline = recorder.timeline
        scene.note(_("with replicas: 0 until it has both revisions"))
        applied = scene.apply(FILE, "Deployment", scaled(first, 0))
        revisions.wait_revision(scene, recorder, FILE, applied, 1)
        applied = scene.apply(FILE, "Deployment", scaled(second, 0))
        revisions.wait_revision(scene, recorder, FILE, applied, 2)
        applied = scene.apply(FILE, "Deployment", second)
        wait_started(scene, recorder, FILE, applied)
        scene.under_way()
        # Here and not later, for the Pods have their minReadySeconds to wait for anyway.
        evidence.before = revisions.history(scene, name)
        wait_first(scene, recorder, FILE, applied)
        recorder.mark("undo")
        evidence.undo = revisions.undo(scene, name, to=1)
        if evidence.undo.status:
            return
        undone = scene.cluster.get("Deployment", scene.namespace, name) or applied
        revisions.wait_revision(scene, recorder, FILE, undone, 3)
        evidence.after = revisions.history(scene, name)
        wait_complete(scene, recorder, FILE, undone, _("the undo to revision 1"))
        recorder.mark("undone")
        evidence.pods = standing(recorder)


ROLLBACK: Final = Scenario("rollback", RollbackEvidence, play, leads=True, usual=74.0)
