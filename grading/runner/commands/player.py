"""Play the commands of a file, one after the other, and record the state after each."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any, Final

from grading import timeouts
from grading.commands.calls import Call
from grading.commands.decisions import Decision
from grading.commands.reader import Step
from grading.errors import InfrastructureError, Unplayable
from grading.evidence.commands import CommandRun, CommandsEvidence
from grading.files import write_text
from grading.runner.commands.files import Manifests
from grading.runner.commands.fleet import Lent
from grading.runner.commands.guards import Guards
from grading.runner.commands.objects import changes, snapshot
from grading.runner.commands.private_kubectl import PrivateKubectl
from grading.runner.commands.world import CommandFailed, World, asked
from grading.runner.story import Story
from grading.text.i18n import _, joined
from grading.text.sanitize import one_line

Object = dict[str, Any]

_UNREACHED: Final = re.compile(
    r"Unable to connect to the server|connection to the server \S+ was refused|TLS handshake timeout"
    r"|i/o timeout|context deadline exceeded|etcdserver|ServiceUnavailable|connection reset by peer"
    r"|unexpected EOF|\(Timeout\)|\(InternalError\)"
)
"""What kubectl says if the cluster is in trouble: no command of a student is the cause."""
KUBECONFIG: Final = "~/.kube/config"
"""Where a student's own is (Kubernetes: Organizing Cluster Access Using kubeconfig Files)."""
_NOT_RUN: Final = 127
"""The exit status of a command that a shell does not find."""
_MAKES_PODS: Final = frozenset({("run",), ("apply",), ("create",)})


class Player:
    """Plays commands.

    Args:
        world: the clusters.
        story: tells what is done and seen.
        evidence: what is recorded.
        kubectl: what runs them.
        folder: a private folder for files.
        files: reads the manifests that commands apply.
    """

    def __init__(
        self,
        world: World,
        story: Story,
        evidence: CommandsEvidence,
        kubectl: PrivateKubectl,
        folder: Path,
        files: Manifests,
    ) -> None:
        self._world = world
        self._story = story
        self._evidence = evidence
        self._kubectl = kubectl
        self._folder = folder
        self._files = files
        self._guards = Guards()
        self._deadline = time.monotonic() + timeouts.COMMANDS

    def play(self, step: Step) -> None:
        """Play the commands of a line.

        Raises:
            InfrastructureError: something else than a command went wrong.
        """
        status = 0
        for decision in step.decisions:
            record = CommandRun(
                line=step.line,
                last=step.last,
                typed=step.text,
                outcome=decision.outcome,
                reason=decision.reason,
                advice=step.advice,
            )
            self._evidence.runs.append(record)
            told = self._story.step(
                _("Line {line}: {command}", line=step.line, command=_shown(step, decision))
            )
            if (decision.joint == "&&" and status) or (decision.joint == "||" and not status):
                record.outcome = "skipped"
                record.reason = _("the command before it ended with exit status {n}", n=status)
            elif decision.call:
                self._run(decision.call, record)
            if record.outcome == "failed":
                record.status = None
            if record.outcome != "skipped":
                status = _status(record)
            told.see(_seen(record))

    def _run(self, call: Call, record: CommandRun) -> None:
        if time.monotonic() > self._deadline:
            raise InfrastructureError(_("the commands took longer than {n} s", n=f"{timeouts.COMMANDS:g}"))
        record.program, record.verb, record.arguments = call.program, list(call.verb), call.words
        before = self._world.kubeconfig.state()
        if call.program == "k3d":
            self._run_k3d(call, record)
        else:
            self._run_kubectl(call, record)
        after = self._world.kubeconfig.state()
        record.kubeconfig = after if after != before else None

    def _run_k3d(self, call: Call, record: CommandRun) -> None:
        try:
            if call.verb == ("cluster", "create"):
                record.made = asked(call)
                record.made = self._world.create(call)
            else:
                self._world.delete(call)
        except CommandFailed as failed:
            record.status, record.stderr = 1, str(failed)
            return
        record.status = 0

    def _run_kubectl(self, call: Call, record: CommandRun) -> None:
        is_local = call.verb[:1] == ("config",)
        found = None if is_local else self._world.reached(call)
        if found is None and not is_local:
            # kubectl would ask a port of this machine.
            record.status, record.stderr = 1, _("the context does not point to a cluster")
            return
        namespace = self._world.namespace(call)
        if call.changes and namespace.startswith("kube-"):
            record.outcome = "failed"
            record.reason = _("objects in the namespace {name} must not be changed", name=namespace)
            return
        try:
            words, names = self._with_files(call)
        except Unplayable as failure:
            record.outcome, record.reason = "failed", failure.problem.rationale
            self._ensure(call, found)
            return
        before = snapshot(found[1].api) if found and call.changes else {}
        if found and call.verb in _MAKES_PODS:
            self._guards.put_up(found[1].api)
        # What changes nothing may watch, and a deletion waits for containers and finalizers.
        output = self._kubectl.run(words, waits=not call.changes or call.verb == ("delete",))
        record.status = output.status
        record.stdout = self._in_course(output.stdout, names)
        record.stderr = self._in_course(output.stderr, names)
        if found and output.status and _UNREACHED.search(output.stderr):
            raise InfrastructureError(joined(": ", [_("kubectl did not reach the cluster"), output.stderr]))
        if found and call.changes:
            self._guards.put_up(found[1].api)  # a manifest may bring a namespace and a Pod in it
            record.changes = list(changes(found[0], before, snapshot(found[1].api)))
            self._ensure(call, found)

    def _ensure(self, call: Call, found: tuple[str, Lent] | None) -> None:
        if found is None or call.verb not in _MAKES_PODS:
            return
        for word in call.values("filename"):
            for ensure in self._files.ensured(word):
                ensure(found[1].api)

    def _with_files(self, call: Call) -> tuple[list[str], dict[str, str]]:
        """Return the arguments with own files, and the typed names by file."""
        names: dict[str, str] = {}
        flags: list[tuple[str, str | None]] = []
        for name, value in call.flags:
            if name == "filename" and value:
                path = self._folder / f"manifest-{len(names)}.json"
                write_text(path, self._files.read(value), mode=0o600)
                names[str(path)] = value
                value = str(path)
            flags.append((name, value))
        return Call(call.program, call.verb, call.arguments, tuple(flags), call.rest).words, names

    def _in_course(self, text: str, names: dict[str, str]) -> str:
        own = {str(self._world.kubeconfig.path): KUBECONFIG, **names}
        for path, name in own.items():
            text = text.replace(path, name)
        return self._world.in_course(text)


def _status(record: CommandRun) -> int:
    """Return the exit status of a command for the next one.

    One that is left out is taken to have worked.
    """
    if record.status is not None:
        return record.status
    return _NOT_RUN if record.outcome == "failed" else 0


def _shown(step: Step, decision: Decision) -> str:
    """Return a command as a step tells it."""
    if decision.call and len(step.decisions) > 1:
        return one_line(" ".join([decision.call.program, *decision.call.words]))
    return one_line(step.text)


def _seen(record: CommandRun) -> str:
    """Return what came of a command as a step tells it."""
    if record.outcome == "ignored":
        return joined(": ", [_("ignored"), record.reason])
    if record.outcome in {"failed", "skipped"}:
        return joined(": ", [_("not run"), record.reason])
    printed = joined("\n", filter(None, [record.reason, record.stdout.strip(), record.stderr.strip()]))
    return joined("\n", filter(None, [_("exit status {n}", n=record.status), printed]))
