"""Ask a Service for its page from a Pod of the submission, with what its image has.

A course may install curl in it from the internet; grading must not depend on that.
"""

from __future__ import annotations

import functools
from typing import Final

from grading import timeouts
from grading.errors import InfrastructureError
from grading.evidence.base import HttpAnswer
from grading.k8s.exec_errors import RAN, has_run, lacks_program
from grading.processes import Output
from grading.runner.container_files import check_ran
from grading.runner.context import Context
from grading.runner.http_probes import MAX_BODY
from grading.runner.pod_requests import REFUSED, ExecFailed, request
from grading.text.i18n import _
from grading.text.sanitize import one_line
from grading.waiting import until

CURL: Final = "curl"
BASH: Final = "bash"
PROBE: Final = "probe"

# Constants of this module: nothing of a submission reaches a shell.
_FIND: Final = "command -v curl || command -v bash"
_ASK: Final = (
    r"exec 3<>/dev/tcp/$0/$1 && "
    r"printf 'GET / HTTP/1.0\r\nHost: %s\r\nConnection: close\r\n\r\n' $0 >&3 && cat <&3"
)


def find_means(context: Context, file: str, pod: str) -> str:
    """Return with what a Pod can ask for a page: ``curl``, ``bash``, or ``probe`` if it has neither.

    Args:
        context: where the Pod is.
        file: its manifest, for messages.
        pod: its name.

    Raises:
        Unplayable: the container has ended, by Kubernetes' own account.
        InfrastructureError: kubectl could not look.
    """
    output = context.kubectl.exec(context.namespace, pod, "sh", "-c", _FIND)
    if lacks_program(output.stderr):
        return PROBE
    check_ran(context, file, pod, output)
    program = output.stdout.strip().rpartition("/")[2] if output.status == 0 else ""
    return program if program in {CURL, BASH} else PROBE


def ask(context: Context, file: str, pod: str, means: str, host: str, port: int) -> HttpAnswer:
    """Ask once for the page at ``http://host:port/`` from a Pod, by the means that it has.

    Args:
        context: where the Pod is.
        file: its manifest, for messages.
        pod: its name.
        means: of `find_means`.
        host: a name of the course, no text of a submission.
        port: the port there.

    Raises:
        Unplayable: the container has ended, by Kubernetes' own account.
        InfrastructureError: kubectl could not run anything in the Pod.
    """
    url = f"http://{host}:{port}"
    if means == PROBE:
        return context.ask(url)
    try:
        if means == CURL:
            return context.ask(url, pod)
        limit = f"{timeouts.HTTP_REQUEST:.0f}"
        words = ("timeout", limit, "bash", "-c", _ASK, host, str(port))
        read = functools.partial(read_bash, url)
        return request(context.kubectl, context.namespace, pod, words, read, context.cluster.cancelled)
    except ExecFailed as failed:
        check_ran(context, file, pod, failed.output)
        raise


def read_bash(url: str, output: Output) -> HttpAnswer | None:
    """Return the answer that bash got, None if kubectl did not run it to its end."""
    if not has_run(output.status, output.stderr):
        return None
    head, _blank, body = output.stdout.partition("\r\n\r\n")
    status = head.split()[1:2]
    if head.startswith("HTTP/") and status and status[0].isdigit():
        return HttpAnswer(url=url, status=int(status[0]), body=body[:MAX_BODY])
    words = one_line(RAN.sub("", output.stderr)) or _("no answer ({status})", status=output.status)
    return HttpAnswer(url=url, error=words, refused=REFUSED in output.stderr)


def wait_dns(context: Context) -> None:
    """Wait until the cluster's DNS answers a Pod of the suite's own; it starts after the nodes.

    Raises:
        InfrastructureError: it does not.
    """
    answer = until(
        lambda: context.ask("http://kubernetes.default.svc:443"),
        _is_resolved,
        timeouts.DNS_READY,
        cancelled=context.cluster.cancelled,
    )
    if not _is_resolved(answer):
        raise InfrastructureError(_("the cluster's DNS does not answer: {answer}", answer=answer))


def _is_resolved(answer: HttpAnswer) -> bool:
    return "resolv" not in answer.error.lower()
