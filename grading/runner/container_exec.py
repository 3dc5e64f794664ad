"""Run a command in the first container of a student's Pod, which may hang there or print without end.

Whose fault that is, a second command tells: one in a container of the suite's own that joins the same Pod.
If it ends, then the API server, the kubelet and the Pod's sandbox do what they are for.
"""

from __future__ import annotations

from typing import Final

from grading.cluster.kubectl import CommandUnending
from grading.errors import InfrastructureError, Location, Unplayable
from grading.k8s.exec_errors import has_run
from grading.processes import Output
from grading.runner import client_pod
from grading.runner.context import Context
from grading.text.i18n import _
from grading.text.sanitize import one_line

_CONTROL: Final = ("sh", "-c", "true")
_CONTAINER: Final = ("spec", "containers", 0)


def run_in(context: Context, file: str, pod: str, *command: str) -> Output:
    """Run a command of the suite's in the first container of a student's Pod.

    Args:
        context: where the Pod is.
        file: the Pod's manifest, for messages.
        pod: its name.
        command: the program and its arguments. It may be run twice.

    Returns:
        Its output and exit status.

    Raises:
        Unplayable: it does not end there, and the suite's own command in the same Pod does.
        InfrastructureError: neither ends, or kubectl could not be started.
    """
    try:
        return context.kubectl.exec(context.namespace, pod, *command)
    except CommandUnending as error:
        if not error.floods:
            # Silence has a cause only if it lasts: a machine under load is silent too.
            asker = client_pod.join(context, pod)
            client_pod.wait_joined(context, pod, asker)
            _run_control(context, pod, asker, error)
            try:
                return context.kubectl.exec(context.namespace, pod, *command)
            except CommandUnending as again:
                error = again
            _run_control(context, pod, asker, error)
        raise _unending(context, file, pod, command, error) from error


def _run_control(context: Context, pod: str, asker: str, error: CommandUnending) -> None:
    """Run a command in the suite's own container of a Pod.

    Raises:
        InfrastructureError: it does not end well either.
    """
    output = context.kubectl.exec(context.namespace, pod, *_CONTROL, container=asker)
    if not has_run(output.status, output.stderr):
        raise InfrastructureError(str(error)) from error


def _unending(
    context: Context, file: str, pod: str, command: tuple[str, ...], error: CommandUnending
) -> Unplayable:
    line = one_line(" ".join(command))
    place = context.evidence.at(file, *_CONTAINER)
    words = (
        _("`{command}` in Pod {pod} never stops printing", command=line, pod=pod)
        if error.floods
        else _("`{command}` in Pod {pod} does not end", command=line, pod=pod)
    )
    return Unplayable(
        words,
        help=_(
            "Try it: `kubectl exec {pod} -- {command}`. Use the image of the course.", pod=pod, command=line
        ),
        expected=_("a command that ends"),
        actual=str(error),
        location=place if place.line else Location(context.submission.location(file)),
    )
