"""Check the contexts that the commands of section 11.6 lead to."""

from __future__ import annotations

from grading.course.chapter11.contexts.course_values import CLUSTER, CONTEXT, FINAL, NAMESPACE, USER
from grading.evidence.commands import CommandRun, CommandsEvidence, ContextEntry
from grading.exercise.command_failure import command_failure
from grading.text.i18n import _


def check_used(evidence: CommandsEvidence) -> None:
    """Check that use-context made the course's context the current one (11.6.2).

    Raises:
        CriterionFailure: another context is current in the end, or use-context was not used.
    """
    current = evidence.need(evidence.after).current
    used = [run for run in evidence.runs if run.verb == ["config", "use-context"] and run.status == 0]
    if used and current == FINAL:
        return
    changed = [run for run in evidence.runs if run.kubeconfig]
    actual = _("current context {name}", name=current or _("none"))
    if current == FINAL:
        actual = _("no use-context command")
    raise command_failure(
        evidence,
        _("the commands do not switch to the context {name} at the end with use-context", name=FINAL),
        help=_(
            "Write `kubectl config use-context {name}` (11.6.2); "
            "`kubectl config current-context` shows the result.",
            name=FINAL,
        ),
        expected=_("current context {name}", name=FINAL),
        actual=actual,
        run=changed[-1] if changed and current != FINAL else None,
        concerns=lambda run: _is_about(run, "use-context", "use"),
    )


def check_set(evidence: CommandsEvidence) -> str | None:
    """Check that the course's context existed after one of the commands (11.6.2).

    A namespace that is left out is `default` for kubectl too. A context that was deleted later counts.

    Returns:
        A remark for the student if the context names no namespace, else None.

    Raises:
        CriterionFailure: there was none with that cluster, user and namespace.
    """
    evidence.need(evidence.before)
    seen = [state.contexts[CONTEXT] for state in evidence.kubeconfigs() if CONTEXT in state.contexts]
    right = [entry for entry in seen if _is_right(entry)]
    if right:
        if any(entry.namespace for entry in right):
            return None
        return _(
            "the context {name} sets no namespace, so it uses {namespace}",
            name=CONTEXT,
            namespace=NAMESPACE,
        )
    makers = [run for run in evidence.runs if run.kubeconfig and CONTEXT in run.kubeconfig.contexts]
    raise command_failure(
        evidence,
        _("the commands do not create the context {name} of the course", name=CONTEXT),
        help=_(
            "Write `kubectl config set-context {name} --cluster={cluster} --user={user} "
            "--namespace={namespace}` (11.6.2); `kubectl config get-contexts` shows the result.",
            name=CONTEXT,
            cluster=CLUSTER,
            user=USER,
            namespace=NAMESPACE,
        ),
        expected=_told(ContextEntry(cluster=CLUSTER, user=USER, namespace=NAMESPACE)),
        actual=_told(seen[-1]) if seen else _("no context {name}", name=CONTEXT),
        run=makers[-1] if makers else None,
        concerns=lambda run: _is_about(run, "set-context", "set", "rename-context"),
    )


def _is_right(entry: ContextEntry) -> bool:
    return (entry.cluster, entry.user, entry.namespace or NAMESPACE) == (CLUSTER, USER, NAMESPACE)


def _told(entry: ContextEntry) -> str:
    return _(
        "cluster {cluster}, user {user}, namespace {namespace}",
        cluster=entry.cluster or "-",
        user=entry.user or "-",
        namespace=entry.namespace or "-",
    )


def _is_about(run: CommandRun, *verbs: str) -> bool:
    """Return whether a command is one of these, or was not understood at all."""
    return not run.verb or run.verb[-1] in verbs
