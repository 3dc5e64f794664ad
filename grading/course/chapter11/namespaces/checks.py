"""Check the namespaces that the commands of section 11.7 lead to."""

from __future__ import annotations

from grading.course.chapter11.namespaces.course_values import CREATED, IMAGE, NAMESPACE, POD
from grading.errors import CriterionFailure, InfrastructureError
from grading.evidence.commands import CommandRun, CommandsEvidence
from grading.exercise.command_failure import command_failure
from grading.k8s.image_reference import canonical
from grading.text.i18n import _


def check_imperative(evidence: CommandsEvidence) -> None:
    """Check that commands created the namespace and a running Pod in the other one.

    The namespace is that of 11.7.1, the Pod that of 11.7.2. What was deleted later counts: a cluster may be
    tidied up.

    Raises:
        CriterionFailure: one of them was not created, or a field of the Pod keeps it from becoming Ready.
        InfrastructureError: the Pod is not Ready for another reason.
    """
    evidence.need(evidence.before)
    if not any(_created(evidence, "Namespace", name) for name in CREATED):
        raise command_failure(
            evidence,
            _("the commands do not create the namespace {name}", name=CREATED[0]),
            help=_(
                "Write `kubectl create ns {name}` (11.7.1); `kubectl get namespaces` shows the result.",
                name=CREATED[0],
            ),
            expected=_("namespace {name}", name=CREATED[0]),
            actual=_("no namespace {name}", name=CREATED[0]),
            concerns=lambda run: run.verb[:1] != ["run"],
        )
    made = _created(evidence, "Pod", POD, NAMESPACE)
    if not made:
        raise _no_pod(evidence)
    if any(pod.ready for pod in evidence.pods):
        return
    for pod in evidence.pods:
        if pod.trouble:
            failure = CriterionFailure.of(pod.trouble)
            if not any(map(_has_image, made)):
                failure.advise(_help())
            raise failure
    if evidence.pods:
        raise InfrastructureError(
            evidence.pods[-1].error or _("the commands do not wait for Pod {name}", name=POD)
        )
    # Deleted by a command that names it in no way that is known here: nobody saw whether it ran.
    was_deleted = any(change.change == "deleted" for _run, change in evidence.objects("Pod", POD, NAMESPACE))
    if not was_deleted or not any(map(_has_image, made)):
        evidence.need(None)


def check_context(evidence: CommandsEvidence) -> None:
    """Check that the current context's namespace is the course's in the end (11.7.3).

    Raises:
        CriterionFailure: it is another one.
    """
    evidence.need(evidence.after)
    changed = [run for run in evidence.runs if run.kubeconfig and run.verb != ["cluster", "delete"]]
    # A cluster that is deleted takes its context along: what counts is how it was before.
    state = (changed[-1].kubeconfig if changed else None) or evidence.need(evidence.before)
    found = state.context.namespace if state.context else ""
    if found == NAMESPACE:
        return
    raise command_failure(
        evidence,
        _("the commands do not make {name} the namespace of the current context", name=NAMESPACE),
        help=_(
            "Write `kubectl config set-context --current --namespace {name}` (11.7.3); "
            "`kubectl config get-contexts` shows the result.",
            name=NAMESPACE,
        ),
        expected=_("current context: namespace {name}", name=NAMESPACE),
        actual=_("context {context}: namespace {name}", context=state.current or "-", name=found or "-"),
        run=changed[-1] if changed else None,
        concerns=lambda run: run.verb[:1] in (["config"], []),
    )


def _created(evidence: CommandsEvidence, kind: str, name: str, namespace: str = "") -> list[CommandRun]:
    return [run for run, change in evidence.objects(kind, name, namespace) if change.change == "created"]


def _has_image(run: CommandRun) -> bool:
    found = [change.object for change in run.changes if (change.kind, change.name) == ("Pod", POD)]
    images = [item["image"] for pod in found for item in pod.get("spec", {}).get("containers", [])]
    return any(canonical(image) == canonical(IMAGE) for image in images)


def _no_pod(evidence: CommandsEvidence) -> CriterionFailure:
    """Return the failure for a Pod that is not in the namespace; it may be in another."""
    places = [
        (run, change.namespace)
        for run in evidence.runs
        for change in run.changes
        if (change.kind, change.name, change.change) == ("Pod", POD, "created")
    ]
    run, namespace = places[-1] if places else (None, "")
    return command_failure(
        evidence,
        _(
            "the commands do not create the Pod {name} in the namespace {namespace}",
            name=POD,
            namespace=NAMESPACE,
        ),
        help=_help(),
        expected=_("Pod {name} in {namespace}", name=POD, namespace=NAMESPACE),
        actual=_("Pod {name} in {namespace}", name=POD, namespace=namespace) if places else _("no Pod"),
        run=run,
        concerns=lambda run: run.verb[:1] in (["run"], []),
    )


def _help() -> str:
    return _(
        "Write `kubectl run {name} --image {image} -n {namespace}` (11.7.2); "
        "`kubectl get pods -n {namespace}` shows the result.",
        name=POD,
        image=IMAGE,
        namespace=NAMESPACE,
    )
