"""Section 11.9.4: an update that is held with ``kubectl rollout pause`` and let go with ``resume``."""

from __future__ import annotations

from typing import Final

from grading import timeouts
from grading.course.chapter11.deployments.course_values import ROLLING_FILE, SECOND
from grading.course.chapter11.deployments.evidence import PauseEvidence
from grading.course.chapter11.deployments.versions import first, scaled, second
from grading.evidence import summary
from grading.evidence.timeline import PlotSettings
from grading.runner import revisions
from grading.runner.context import Context, Object
from grading.runner.recorder import recording
from grading.runner.rollouts import wait_complete
from grading.runner.scenario import Scenario
from grading.submission.preparation import Edit
from grading.text.i18n import _, marked

REPLICAS: Final = 2


def play(context: Context, evidence: PauseEvidence) -> None:
    """Pause a Deployment, apply nginx:1.26, see that nothing changes, resume (11.9.4).

    Paused before the new version is applied, so that not one Pod of it may appear. A Deployment that is
    paused halfway through an update is still scaled in proportion (Kubernetes: Deployments, Proportional
    scaling), and what then appears depends on the moment.
    """
    name = context.manifest(ROLLING_FILE, "Deployment").name
    context.offer(ROLLING_FILE, "Deployment")
    with recording(context.cluster, context.namespace, name) as recorder:
        evidence.timeline = recorder.timeline
        context.step(_("Set replicas: {n}", n=REPLICAS), _("an update can be paused with any number of Pods"))
        deployment = context.apply(ROLLING_FILE, "Deployment", _held(scaled(first, REPLICAS)))
        wait_complete(context, recorder, ROLLING_FILE, deployment, _("the first rollout"))
        revisions.pause(context, name)
        recorder.mark("paused", marked("paused"))
        recorder.mark("update", marked("update"))
        update = _("Update to {image}", image=SECOND.image)
        updated = context.apply(ROLLING_FILE, "Deployment", _held(scaled(second, REPLICAS)), update)
        step = context.step(_("Wait until the controller has seen it"))
        # The controller acts on what it sees, not on time: having seen this generation, it is done with it.
        recorder.wait(
            lambda: revisions.has_seen(recorder.deployment, updated),
            timeouts.REVISION,
            _("the controller has seen the paused update"),
        )
        step.see(summary.deployment(recorder.deployment))
        recorder.mark("held", marked("held"))
        recorder.mark("resume", marked("resume"))
        revisions.resume(context, name)
        resumed = context.cluster.get("Deployment", context.namespace, name) or updated
        wait_complete(context, recorder, ROLLING_FILE, resumed, _("the resumed update"))
        recorder.mark("resumed", marked("resumed"))
        evidence.pods = recorder.standing


def _held(edit: Edit) -> Edit:
    """Return an edit that leaves the pause to kubectl.

    ``paused: false``, a default, would end it here.

    Neither may the first apply have it: the next one would take out what it no longer finds in the file.
    """

    def without(data: Object) -> None:
        edit(data)
        if not data.get("spec", {}).get("paused"):
            data.get("spec", {}).pop("paused", None)

    return without


PAUSE: Final = Scenario(
    "pause",
    PauseEvidence,
    play,
    title=marked("A rolling update that is paused and resumed"),
    plot=PlotSettings(
        zero="update",
        since=marked("seconds after the new version was applied"),
        end="resumed",
    ),
    usual=26.0,
)
