"""Sections 11.9.4 and 11.9.5: revisions, their causes, and how many of them are kept."""

from __future__ import annotations

from typing import Final

from grading.course.chapter11.deployments.course_values import ROLLING_FILE, SECOND, Version
from grading.course.chapter11.deployments.evidence import HistoryEvidence
from grading.course.chapter11.deployments.versions import first, reverted, scaled, second, to
from grading.evidence.rollout import Revision
from grading.k8s.revision import revision_of
from grading.runner import revisions
from grading.runner.context import Context
from grading.runner.recorder import DeploymentRecorder, recording
from grading.runner.scenario import Scenario
from grading.submission.preparation import Edit
from grading.text.i18n import _, marked, n_

FURTHER: Final = tuple(Version(f"{SECOND.image}-update-{n}", f"Update {n}") for n in range(1, 6))
"""Five updates after the course's own, seven versions in all; without Pods no image is asked for."""


def play(context: Context, evidence: HistoryEvidence) -> None:
    """Play the course's updates without Pods, and read the history after each.

    Kubernetes keeps these books by the template alone, whether or not a Pod runs, so that the whole of it
    takes seconds.

    Source: sections 11.9.4 and 11.9.5 of the course.
    """
    name = context.manifest(ROLLING_FILE, "Deployment").name
    context.offer(ROLLING_FILE, "Deployment")
    with recording(context.cluster, context.namespace, name) as recorder:
        evidence.timeline = recorder.timeline
        context.step(_("Set replicas: {n}", n=0), _("only changes of the template create a revision"))
        books = _Books(context, recorder, name)
        books.apply(first, new=True)
        update = _("Update to {image}", image=SECOND.image)
        evidence.updated = books.apply(second, new=True, mark="updated", done=update)
        evidence.undo = revisions.undo(context, name, to=1)
        if evidence.undo.status == 0:
            evidence.undone = books.read("undone", new=True)
            again = _("Apply the first version again")
            evidence.applied_again = books.apply(first, new=False, mark="applied_again", done=again)
            again = _("Apply {image} again", image=SECOND.image)
            evidence.second_again = books.apply(second, new=True, mark="second_again", done=again)
            back = _("Apply the manifest edited back")
            evidence.reverted = books.apply(reverted, new=True, mark="reverted", done=back)
        for version in FURTHER:
            books.apply(to(version), new=True, done=_("Update to {image}", image=version.image))
        recorder.mark("kept")
        evidence.kept = sorted(
            item["metadata"]["name"]
            for item in recorder.replica_sets
            if revision_of(item) != revision_of(recorder.deployment)
        )
        kept = n_("{n} old ReplicaSet is kept", "{n} old ReplicaSets are kept", len(evidence.kept))
        context.step(_("Count the ReplicaSets"), kept)


class _Books:
    """Applies versions one after another and reads the history after each."""

    def __init__(self, context: Context, recorder: DeploymentRecorder, name: str) -> None:
        self._scene = context
        self._recorder = recorder
        self._name = name
        self._revision = 0

    def apply(self, edit: Edit, *, new: bool, mark: str = "", done: str = "") -> list[Revision]:
        """Return the history after a version was applied, none without a mark.

        See `read` for ``new``.

        Args:
            edit: makes the version of the student's file.
            new: whether it makes a revision.
            mark: the name of the moment after it; without one nothing is read.
            done: what the step is called.
        """
        applied = self._scene.apply(ROLLING_FILE, "Deployment", scaled(edit, 0), done)
        return self._settle(applied, mark, new)

    def read(self, mark: str, *, new: bool) -> list[Revision]:
        """Return the history after a command; ``new`` says whether it made a revision."""
        current = self._scene.cluster.get("Deployment", self._scene.namespace, self._name)
        return self._settle(current or {}, mark, new)

    def _settle(self, applied: dict[str, object], mark: str, new: bool) -> list[Revision]:
        self._revision += new
        revisions.wait_revision(self._scene, self._recorder, ROLLING_FILE, applied, self._revision)
        if not mark:
            return []
        self._recorder.mark(mark)
        return revisions.history(self._scene, self._name)


HISTORY: Final = Scenario(
    "history", HistoryEvidence, play, title=marked("The history of a Deployment"), usual=5.0
)
