"""The commands of ``kubectl rollout``, and the revisions that they show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from grading import timeouts
from grading.errors import Correction, InfrastructureError, Unplayable
from grading.evidence.rollout import Command, Revision
from grading.k8s.revision import CHANGE_CAUSE, revision_of
from grading.runner.context import Context
from grading.runner.recorder import DeploymentRecorder
from grading.text.i18n import _

Object = dict[str, Any]

_NO_REVISION: Final = ("unable to find specified revision", "no rollout history found", "no last revision")
"""kubectl's error message if the revision to go back to is no longer kept."""


def history(context: Context, name: str) -> list[Revision]:
    """Return the history of a Deployment, as ``kubectl rollout history`` shows it.

    It is read from the ReplicaSets, as kubectl does it: a change-cause of several lines, which kubectl prints
    as it is, would make rows of its own.
    """
    _rollout(context, "history", name)
    return history_of(context.cluster.items("ReplicaSet", context.namespace), name)


def history_of(sets: Iterable[Object], deployment: str) -> list[Revision]:
    """Return the revisions that ReplicaSets keep.

    As kubectl does it (pkg/polymorphichelpers/history.go).

    Args:
        sets: the ReplicaSets of a namespace.
        deployment: the name of the Deployment whose they are.
    """
    owned = (item for item in sets if _is_owned(item, deployment))
    causes = {revision_of(item): _cause_of(item) or _cause_of(item["spec"]["template"]) for item in owned}
    return [Revision(number=number, cause=causes[number]) for number in sorted(causes) if number]


def _is_owned(item: Object, deployment: str) -> bool:
    owners = item["metadata"].get("ownerReferences") or []
    return any((owner["kind"], owner["name"]) == ("Deployment", deployment) for owner in owners)


def _cause_of(item: Object) -> str | None:
    cause = ((item.get("metadata") or {}).get("annotations") or {}).get(CHANGE_CAUSE)
    return cause.rstrip() if cause else None


def pause(context: Context, name: str) -> None:
    """Pause a Deployment (Kubernetes: Deployments)."""
    _rollout(context, "pause", name)


def resume(context: Context, name: str) -> None:
    """Resume a Deployment (Kubernetes: Deployments)."""
    _rollout(context, "resume", name)


def undo(context: Context, name: str, to: int | None = None) -> Command:
    """Undo a rollout, to the previous revision or to a given one (Kubernetes: Deployments).

    Args:
        context: where it is played.
        name: of the Deployment.
        to: the revision; the previous one by default.

    Returns:
        The output of kubectl; its status is not 0 if the revision is no longer kept.

    Raises:
        InfrastructureError: kubectl failed for another reason.
    """
    return _rollout(context, "undo", name, *([f"--to-revision={to}"] if to else []))


def _rollout(context: Context, verb: str, name: str, *options: str) -> Command:
    arguments = ("rollout", verb, "deployment", name, *options)
    line = " ".join(("kubectl", *arguments))
    step = context.step(line)
    output = context.kubectl.run(*arguments, "--namespace", context.namespace)
    words = (output.stdout if output.status == 0 else output.stderr).strip()
    command = Command(command=line, status=output.status, output=words)
    if output.status and not any(known in words for known in _NO_REVISION):
        raise InfrastructureError(f"{command.command}: {words[:300]}")
    step.see(words or _("exit status {n}", n=output.status))
    return command


def wait_revision(
    context: Context, recorder: DeploymentRecorder, file: str, applied: Object, revision: int
) -> None:
    """Wait until the Deployment is at a revision, and old ReplicaSets are gone.

    No more are left than it keeps.

    Source: Kubernetes: Deployments, Clean up Policy.

    Args:
        context: where it is played.
        recorder: watches the Deployment.
        file: the manifest, for messages.
        applied: the Deployment as the API server returned it; an older state is not looked at.
        revision: the number of the revision.

    Raises:
        Unplayable: the manifest holds the Deployment back.
        InfrastructureError: it was not seen in time.
    """

    def done() -> bool:
        deployment = recorder.deployment
        if not has_seen(deployment, applied):
            return False
        assert deployment is not None  # noqa: S101 - has_seen is false for None
        raise_paused(context, deployment, file)
        sets = recorder.replica_sets
        return (
            revision_of(deployment) == revision
            and any(revision_of(item) == revision for item in sets)
            # The controller clears away what is above the limit a moment after the rollout is over.
            and len(sets) - 1 <= deployment["spec"].get("revisionHistoryLimit", 10)
        )

    recorder.wait(done, timeouts.REVISION, _("revision {revision} of the Deployment", revision=revision))


def has_seen(deployment: Object | None, applied: Object) -> bool:
    """Return whether a state is as new as what was applied.

    And the controller has seen it.

    Source: Kubernetes: Deployments, Complete Deployment.
    """
    if deployment is None or deployment["metadata"]["generation"] < applied["metadata"]["generation"]:
        return False
    observed: int = (deployment.get("status") or {}).get("observedGeneration", 0)
    return observed >= int(deployment["metadata"]["generation"])


def raise_paused(context: Context, deployment: Object, file: str) -> None:
    """Check that the manifest does not keep the Deployment paused.

    No rollout would begin.

    Args:
        context: where it is played.
        deployment: as the API server has it.
        file: its manifest, for messages.

    Raises:
        Unplayable: it does.
    """
    if deployment["spec"].get("paused"):
        place = context.manifest(file, "Deployment").at("spec", "paused")
        raise Unplayable(
            _("the manifest pauses the Deployment, so no rollout begins"),
            help=_(
                "Remove `paused: true`; pause a Deployment with `kubectl rollout pause` when you need to."
            ),
            expected=_("a Deployment that is not paused"),
            actual="spec.paused: true",
            location=place,
            corrections=[Correction(place)],
        )
