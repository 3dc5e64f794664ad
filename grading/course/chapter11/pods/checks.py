"""Check the Pod that the commands of section 11.5 create."""

from __future__ import annotations

from grading.course.chapter11.pods.course_values import COMMAND, FIXED, POD
from grading.evidence.commands import CommandRun, CommandsEvidence, ObjectChange
from grading.evidence.manifest import RecordedManifest
from grading.exercise.command_failure import command_failure
from grading.exercise.fixed import rules_of
from grading.exercise.rules import Mismatch, mismatches
from grading.k8s.field_types import dotted
from grading.text.i18n import _, joined


def check_imperative(evidence: CommandsEvidence) -> None:
    """Check that the course's Pod existed after one of the commands (11.5.4.1).

    A Pod that was deleted later counts: the course goes on with another one.

    Raises:
        CriterionFailure: there was none with the values of the course.
    """
    evidence.need(evidence.before)
    seen = [
        (run, change)
        for namespace in _namespaces(evidence)
        for run, change in evidence.objects("Pod", POD, namespace)
        if change.change != "deleted"
    ]
    differing = [(run, _differences(evidence, change)) for run, change in seen]
    if any(not found for _run, found in differing):
        return
    run, found = differing[-1] if differing else (None, [])
    actual = joined("\n", (joined(": ", [dotted(item.path), item.actual]) for item in found))
    raise command_failure(
        evidence,
        _("the commands do not create the Pod {name} of the course", name=POD),
        help=_(
            "Write `{command}` (11.5.4.1); `kubectl get pod {name} -o yaml` shows what it created.",
            command=COMMAND,
            name=POD,
        ),
        expected=joined("\n", (joined(": ", [dotted(item.path), item.expected]) for item in found)) or POD,
        actual=actual or _other(evidence),
        run=run,
        concerns=_creates,
    )


def _namespaces(evidence: CommandsEvidence) -> list[str]:
    return sorted(
        {change.namespace for run in evidence.runs for change in run.changes if change.kind == "Pod"}
    )


def _differences(evidence: CommandsEvidence, change: ObjectChange) -> list[Mismatch]:
    return mismatches(RecordedManifest(file=evidence.commands, data=change.object), rules_of(FIXED, {}))


def _creates(run: CommandRun) -> bool:
    return run.verb[:1] in (["run"], []) and run.program != "k3d"


def _other(evidence: CommandsEvidence) -> str:
    """Return the names of the Pods that the commands created, or that there is none."""
    names = [change.name for run in evidence.runs for change in run.changes if change.kind == "Pod"]
    return ", ".join(dict.fromkeys(names)) or _("no Pod")
