"""Read and write files in the container of a student's Pod, as the course does with ``kubectl exec``.

What a file holds is decided by the suite's own reading (`own_reading`): what the container's programs print
is their word. That one was written is seen when it is read.
"""

from __future__ import annotations

import secrets

from grading import timeouts
from grading.errors import InfrastructureError, Location, Unplayable
from grading.evidence import summary
from grading.k8s.exec_errors import RAN, has_run, lacks_program
from grading.k8s.file_errors import is_of_the_manifest
from grading.processes import Output
from grading.runner import own_reading
from grading.runner.container_ends import explained_by_end
from grading.runner.container_exec import run_in
from grading.runner.context import Context
from grading.runner.pod_requests import ExecFailed
from grading.text.i18n import _, joined
from grading.text.sanitize import one_line
from grading.waiting import until


def read_file(context: Context, file: str, pod: str, path: str) -> str:
    """Return the text of a file in a Pod's first container, empty if none.

    Args:
        context: where the Pod is.
        file: the Pod's manifest, for messages.
        pod: its name.
        path: the file, in the container.

    Raises:
        Unplayable: the container has ended, by Kubernetes' own account, or its path leads to something that
            is not a file of its volume.
        InfrastructureError: the command could not be run for another reason, or the file could not be read
            from outside of the container.
    """
    step = context.step(_("Read {path} in Pod {pod}", path=path, pod=pod))
    with explained_by_end(context, file, pod):
        text, claimed = _confirmed(context, file, pod, path)
    step.see(_told(text, claimed))
    return text


def read_own_file(context: Context, file: str, pod: str, path: str) -> str:
    """Return the text of a file in a Pod of the suite's own, empty if none.

    Args:
        context: where the Pod is.
        file: the manifest that is looked at with the Pod, for messages.
        pod: its name.
        path: the file.

    Raises:
        InfrastructureError: the command could not be run.
    """
    step = context.step(_("Read {path} in Pod {pod}", path=path, pod=pod))
    text = _read(context, file, pod, path)
    step.see(summary.file(text))
    return text


def _confirmed(context: Context, file: str, pod: str, path: str) -> tuple[str, str]:
    """Return the content of a file, and what the container's ``cat`` printed.

    Raises:
        Unplayable: as in `read_file`.
        InfrastructureError: as in `read_file`, or the Pod does not exist any more.
    """
    claimed = _read(context, file, pod, path)
    found = context.cluster.get("Pod", context.namespace, pod)
    if found is None:
        raise InfrastructureError(_("Pod {name} is gone, but kubegrade did not delete it", name=pod))
    if not claimed and not own_reading.is_on_volume(found, path):
        return "", ""
    return own_reading.read(context, file, found, path), claimed


def _told(text: str, claimed: str) -> str:
    """Return what was read, and what the container printed if that is something else."""
    if text.startswith(claimed):
        return summary.file(text)
    return joined("\n", [summary.file(text), _("`cat` in the container printed:"), summary.file(claimed)])


def _read(context: Context, file: str, pod: str, path: str) -> str:
    return _run(context, file, pod, path, "cat", path).stdout.strip()


def read_written(context: Context, file: str, pod: str, path: str) -> str:
    """Return the text of a file once the container has written anything to it.

    As `read_file` does.

    Args:
        context: where the Pod is.
        file: the Pod's manifest, for messages.
        pod: its name.
        path: the file, in the container.

    Raises:
        Unplayable: as in `read_file`.
        InfrastructureError: the command could not be run for another reason, or nothing is there because the
            suite itself cannot write there either, through no fault of the manifest.
    """
    step = context.step(_("Read {path} in Pod {pod}", path=path, pod=pod))
    with explained_by_end(context, file, pod):
        text, claimed = until(
            lambda: _confirmed(context, file, pod, path), lambda read: bool(read[0]), timeouts.FIRST_LINE
        )
        step.see(_told(text, claimed))
        if not text:
            _try_writing(context, file, pod, path)
    return text


def _try_writing(context: Context, file: str, pod: str, path: str) -> None:
    """Write a file beside a missing one, and remove it: the control.

    Raises:
        InfrastructureError: it cannot be written, through no fault of the manifest.
    """
    control = f"{path}.{secrets.token_hex(4)}"
    step = context.step(_("Write {path} in Pod {pod}", path=control, pod=pod))
    command = f"echo control > {control} && rm {control}"
    output = _run(context, file, pod, control, "sh", "-c", command)
    step.see(_("exit status {n}", n=output.status))


def _run(context: Context, file: str, pod: str, path: str, *command: str) -> Output:
    """Run a command on a file in a Pod's first container.

    If it fails, something in the Pod is why.

    That the machine's disk is why, the container only says. It is so unless the suite's own program can write
    there, and the command fails again after that.

    Returns:
        Its output and exit status.

    Raises:
        Unplayable: its command does not end, or the container lacks the program.
        InfrastructureError: the command could not be run, or the disk is why it failed.
    """
    for _time in range(2):
        output = run_in(context, file, pod, *command)
        _check_ran(context, file, pod, output)
        words = _said(output)
        found = context.cluster.get("Pod", context.namespace, pod)
        if output.status == 0 or (found and is_of_the_manifest(words, found, path)):
            break
        if found is None or not own_reading.is_writable(context, found, path):
            raise InfrastructureError(
                _("{path} cannot be used in Pod {pod}: {words}", path=path, pod=pod, words=words)
            )
    return output


def _said(output: Output) -> str:
    """Return what a command that failed said, without what kubectl adds."""
    return RAN.sub("", output.stderr).strip()[:300]


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
        help: what to do if it cannot be written.
        append: whether to keep what the file holds.

    Raises:
        Unplayable: the container rejects it, with an error message, or has ended.
        InfrastructureError: the command could not be run for another reason, or the disk takes no file.
    """
    command = f"echo '{text}' {'>>' if append else '>'} {path}"
    step = context.step(_("Write {path} in Pod {pod}", path=path, pod=pod))
    with explained_by_end(context, file, pod):
        output = _run(context, file, pod, path, "sh", "-c", command)
    if output.status != 0:
        words = _said(output)
        raise Unplayable(
            _("{path} cannot be written in Pod {pod}: {words}", path=path, pod=pod, words=words),
            help=help,
            expected=_("a folder {folder} in the container", folder=path.rpartition("/")[0]),
            actual=words,
            location=Location(context.submission.location(file)),
        )
    step.see(text)


def _check_ran(context: Context, file: str, pod: str, output: Output) -> None:
    """Check that a command ran in a Pod's first container, whatever came of it.

    Raises:
        Unplayable: the container has no such program.
        ExecFailed: the command could not be run for another reason.
    """
    if has_run(output.status, output.stderr):
        return
    if not lacks_program(output.stderr):
        raise ExecFailed(pod, output)
    words = one_line(output.stderr)
    raise Unplayable(
        _("the container of Pod {pod} cannot run a command of the course: {words}", pod=pod, words=words),
        help=_("Use the image of the course, which has a shell and its tools."),
        expected=_("an image with the programs sh and cat"),
        actual=words,
        location=context.evidence.at(file, "spec", "containers", 0, "image"),
    )
