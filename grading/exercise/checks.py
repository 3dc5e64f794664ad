"""The checks of the engine, which ``exercise.yaml`` names with their arguments; see `check_model`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from grading.errors import CriterionFailure, InfrastructureError
from grading.evidence.base import Evidence, Object
from grading.evidence.manifest import RecordedManifest
from grading.evidence.records import Record, StepsEvidence, shows
from grading.exercise.check_model import Answered, Declared, Empty, Holds, OfRecord, OwnAddress, Ran
from grading.exercise.declared import check_admitted, check_declared
from grading.exercise.fixed import parse_path, rules_of
from grading.exercise.model import CriterionSpec, ExerciseSpec
from grading.exercise.references import manifest_of
from grading.exercise.rules import mismatches
from grading.exercise.steps import Ask, Exec, Step, Watch
from grading.k8s.exec_errors import has_reached_container
from grading.k8s.field_types import Path, dotted
from grading.text.i18n import _
from grading.text.sanitize import one_line

_CONTAINER: Path = ("spec", "containers", 0)


def engine_check(
    check: Declared | OfRecord, criterion: CriterionSpec, exercise: ExerciseSpec
) -> Callable[[Any], str | None]:
    """Return the function that does a check of the engine.

    Args:
        check: the check.
        criterion: the criterion that it decides.
        exercise: the section that both stand in.
    """
    if isinstance(check, Declared):
        return _declared(check.file, exercise)
    steps = exercise.scenarios[criterion.scenario].steps
    step = next(step for step in steps if step.name == check.record)
    manifest = manifest_of(steps, exercise.kinds, check.record)

    def judge(evidence: StepsEvidence) -> None:
        _judge(check, _Judged(evidence, evidence.record(check.record), step, manifest, criterion))

    return judge


def _declared(name: str, exercise: ExerciseSpec) -> Callable[[Evidence], str]:
    file = exercise.files[name]

    def declared(evidence: Evidence) -> str:
        remark = check_declared(evidence, name, file)
        check_admitted(evidence, name, file)
        return remark

    return declared


@dataclass(frozen=True)
class _Judged:
    """A record that is judged.

    Attributes:
        evidence: of its scenario.
        record: what the step recorded.
        step: the step.
        manifest: the key of the manifest that the record is about; empty text if there is none.
        criterion: the criterion that is decided.
    """

    evidence: StepsEvidence
    record: Record
    step: Step
    manifest: str
    criterion: CriterionSpec

    @property
    def objects(self) -> list[Object]:
        """The objects that were recorded, if the step did not fail."""
        return self.evidence.need(self.record.objects, self.record)

    def failure(self, rationale: str, expected: str, actual: str, path: Path = ()) -> CriterionFailure:
        """Return a failure that points at a field, or at the nearest part of it."""
        return CriterionFailure(
            rationale,
            help=self.criterion.help.spoken if self.criterion.help else "",
            expected=expected,
            actual=actual,
            location=self.evidence.at(self.manifest, *path) if self.manifest else None,
        )


def _judge(check: OfRecord, judged: _Judged) -> None:
    match check:
        case OwnAddress():
            _own_address(judged)
        case Answered():
            _answered(judged)
        case Ran():
            _ran(judged, check.prints)
        case Empty():
            _empty(judged, parse_path(check.field)[0])
        case Holds():
            _holds(judged, check)


def _own_address(judged: _Judged) -> None:
    """Check that the Pod has an address, and that it is not its node's.

    Raises:
        CriterionFailure: it has not.
    """
    status = judged.objects[0]["status"]
    address = status.get("podIP", "")
    if not address or address == status.get("hostIP"):
        raise judged.failure(
            _("the Pod has no IP address of its own"),
            _("an IP address that differs from that of its node"),
            address or _("none"),
            ("spec",),
        )


def _answered(judged: _Judged) -> None:
    """Check that a page came back.

    Silence is no cause: a machine under load is silent too.

    Raises:
        CriterionFailure: the answer is another page, or a refusal.
        InfrastructureError: there was no answer.
    """
    assert isinstance(judged.step, Ask)  # noqa: S101 - seen to on load
    answer, text = judged.evidence.need(judged.record.answer, judged.record), judged.step.until
    if shows(answer, text):
        return
    if not answer.status and not answer.was_refused:
        raise InfrastructureError(
            _("{url} did not answer a request from another Pod: {answer}", url=answer.url, answer=answer)
        )
    rationale, expected = _("{url} does not answer with a page", url=answer.url), "HTTP 200"
    if text:
        rationale = _("{url} does not answer with “{text}”", url=answer.url, text=text)
        expected = _("HTTP 200, “{text}”", text=text)
    raise judged.failure(rationale, expected, str(answer), _CONTAINER)


def _ran(judged: _Judged, words: str) -> None:
    """Check that the command ended with status 0 and printed some words.

    Raises:
        CriterionFailure: it did not.
        InfrastructureError: it did not run.
    """
    assert isinstance(judged.step, Exec)  # noqa: S101 - seen to on load
    output = judged.evidence.need(judged.record.output, judged.record)
    command = " ".join(judged.step.command)
    if output.status == 0 and _follow(words.split(), output.stdout.split()):
        return
    if not has_reached_container(output.status, output.stderr):
        raise InfrastructureError(
            _(
                "kubectl exec could not run {command}: {words}",
                command=command,
                words=one_line(output.stderr),
            )
        )
    expected = _("exit status {status}: {words}", status=0, words=words)
    rationale = _("`{command}` fails in the Pod", command=command)
    if output.status == 0:
        rationale = _("`{command}` does not print “{words}” in the Pod", command=command, words=words)
    raise judged.failure(
        rationale,
        expected if words else _("exit status {n}", n=0),
        one_line(output.stderr)
        or _("exit status {status}: {words}", status=output.status, words=one_line(output.stdout)),
        _CONTAINER,
    )


def _follow(words: list[str], printed: list[str]) -> bool:
    """Return whether words follow each other somewhere among those that were printed."""
    starts = range(len(printed) - len(words) + 1)
    return any(printed[start : start + len(words)] == words for start in starts)


def _empty(judged: _Judged, path: Path) -> None:
    """Check that nothing was found.

    Raises:
        CriterionFailure: something was.
    """
    if not judged.objects:
        return
    kind, metadata = judged.objects[0]["kind"], judged.objects[0]["metadata"]
    name, owners = metadata["name"], metadata.get("ownerReferences") or []
    found = f"{kind} {name}"
    if owners:
        made_by = ", ".join(f"{owner['kind']} {owner['name']}" for owner in owners)
        found = _("{kind} {name} of {owners}", kind=kind, name=name, owners=made_by)
    elif "namespace" in metadata:
        found = _(
            "{kind} {name} in the namespace {namespace}",
            kind=kind,
            name=name,
            namespace=metadata["namespace"],
        )
    came = isinstance(judged.step, Watch)
    rationale = _("another {kind} was created: {name}", kind=kind, name=name) if came else ""
    raise judged.failure(
        rationale or _("{found} must not exist", found=found), _("no {kind}", kind=kind), found, path
    )


def _holds(judged: _Judged, check: Holds) -> None:
    """Check that objects exist, and that their fields have their values.

    Raises:
        CriterionFailure: an object is missing, or a field has another value.
    """
    by_name = {item["metadata"]["name"]: item for item in judged.objects}
    names = check.named or list(by_name)
    rules = rules_of(check.fields, {})
    lacking: list[tuple[str, Path]] = [] if names else [(_("none"), ())]
    for name in names:
        if name in by_name:
            found = mismatches(RecordedManifest(file="", data=by_name[name]), rules)
            lacking += [(f"{name} {dotted(item.path)}: {item.actual}", item.path) for item in found]
        else:
            lacking.append((_("{name} is missing", name=name), ()))
    if lacking:
        actual = ", ".join(words for words, _path in lacking)
        fields = ", ".join(f"{dotted(rule.path)}: {rule.expected}" for rule in rules)
        raise judged.failure(
            _("{found} differs from the course", found=actual),
            _("{names}, with {fields}", names=", ".join(names), fields=fields) if names else fields,
            actual,
            lacking[0][1],
        )
