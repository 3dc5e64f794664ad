"""Read and write files in the container of a student's Pod, as the course does with ``kubectl exec``."""

from __future__ import annotations

from grading import timeouts
from grading.errors import Location, Unplayable
from grading.evidence import summary
from grading.k8s.exec_errors import RAN, has_run
from grading.k8s.pod_diagnosis import is_ready
from grading.processes import Output
from grading.runner.context import Context
from grading.runner.pod_requests import ExecFailed
from grading.text.i18n import _
from grading.waiting import until


def read_file(context: Context, file: str, pod: str, path: str) -> str:
    """Return the text of a file in a Pod's first container, empty where there is no such file.

    Raises:
        Unplayable: the container has ended, by Kubernetes' own account.
        InfrastructureError: the command could not be run for another reason.
    """
    step = context.step(_("Read {path} in Pod {pod}", path=path, pod=pod))
    text = _read(context, file, pod, path)
    step.see(summary.file(text))
    return text


def _read(context: Context, file: str, pod: str, path: str) -> str:
    output = context.kubectl.exec(context.namespace, pod, "cat", path)
    check_ran(context, file, pod, output)
    return output.stdout.strip()


def read_written(context: Context, file: str, pod: str, path: str) -> str:
    """Return the text of a file as `read_file` does, once the container has written anything to it."""
    step = context.step(_("Read {path} in Pod {pod}", path=path, pod=pod))
    text = until(lambda: _read(context, file, pod, path), bool, timeouts.FIRST_LINE)
    step.see(summary.file(text))
    return text


def write_file(
    context: Context, file: str, pod: str, path: str, text: str, *, help: str, append: bool = False
) -> None:
    """Write a line to a file in a Pod's first container.

    Args:
        context: where the Pod is.
        file: the Pod's manifest, for messages.
        pod: its name.
        path: the file, in the container.
        text: the line, of the suite's own and without quotes in it.
        help: what to do where it cannot be written.
        append: whether to keep what the file holds.

    Raises:
        Unplayable: the container refuses, in its own words, or has ended.
        InfrastructureError: the command could not be run for another reason.
    """
    command = f"echo '{text}' {'>>' if append else '>'} {path}"
    step = context.step(_("Write {path} in Pod {pod}", path=path, pod=pod))
    output = context.kubectl.exec(context.namespace, pod, "sh", "-c", command)
    check_ran(context, file, pod, output)
    if output.status != 0:
        words = RAN.sub("", output.stderr).strip()[:300]
        raise Unplayable(
            _("{path} cannot be written in Pod {pod}: {words}", path=path, pod=pod, words=words),
            help=help,
            expected=_("a folder {folder} in the container", folder=path.rpartition("/")[0]),
            actual=words,
            location=Location(context.submission.location(file)),
        )
    step.see(text)


def check_ran(context: Context, file: str, pod: str, output: Output) -> None:
    """Check that a command ran in a Pod's first container, whatever came of it.

    Args:
        context: where the Pod is.
        file: the Pod's manifest, for messages.
        pod: its name.
        output: of kubectl.

    Raises:
        Unplayable: the container has ended, by Kubernetes' own account.
        InfrastructureError: the command could not be run for another reason.
    """
    if has_run(output.status, output.stderr):
        return
    found = context.cluster.get("Pod", context.namespace, pod)
    if found is not None:
        context.pods.check(file, found)
        ended = _ended(found)
        if ended and not is_ready(found):
            raise Unplayable(
                _("Pod {pod} does not keep running: {ended}", pod=pod, ended=ended),
                help=_("See `kubectl describe pod {pod}` and `kubectl logs {pod} --previous`.", pod=pod),
                expected=_("a container that goes on running"),
                actual=ended,
                location=Location(context.submission.location(file)),
            )
    raise ExecFailed(pod, output)


def _ended(pod: dict[str, object]) -> str:
    status = pod.get("status")
    containers = status.get("containerStatuses") if isinstance(status, dict) else None
    for container in containers or []:
        ended = (container.get("state") or {}).get("terminated") or (container.get("lastState") or {}).get(
            "terminated"
        )
        if ended:
            return _(
                "the container {container} ended with exit code {code}",
                container=container["name"],
                code=ended.get("exitCode"),
            )
    return ""
