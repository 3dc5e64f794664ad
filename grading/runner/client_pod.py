"""Ask a Service for its page from a Pod of the submission, with what its image has.

A course may install curl in it from the internet; grading must not depend on that.
"""

from __future__ import annotations

from typing import Final

from grading import timeouts
from grading.errors import InfrastructureError
from grading.evidence.base import HttpAnswer
from grading.runner.context import Context
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


def find_means(context: Context, pod: str) -> str:
    """Return with what a Pod can ask for a page: ``curl``, ``bash``, or ``probe`` where it has neither."""
    output = context.kubectl.exec(context.namespace, pod, "sh", "-c", _FIND)
    program = output.stdout.strip().rpartition("/")[2] if output.status == 0 else ""
    return program if program in {CURL, BASH} else PROBE


def ask(context: Context, pod: str, means: str, host: str, port: int) -> HttpAnswer:
    """Ask once for the page at ``http://host:port/`` from a Pod, by the means that it has.

    Args:
        host: a name of the course, no text of a submission.
    """
    url = f"http://{host}:{port}"
    if means == CURL:
        return context.ask(url, pod)
    if means == PROBE:
        return context.ask(url)
    limit = f"{timeouts.HTTP_REQUEST:.0f}"
    words = ("timeout", limit, "bash", "-c", _ASK, host, str(port))
    output = context.kubectl.exec(context.namespace, pod, *words)
    head, _blank, body = output.stdout.partition("\r\n\r\n")
    status = head.split()[1:2]
    if head.startswith("HTTP/") and status and status[0].isdigit():
        return HttpAnswer(url=url, status=int(status[0]), body=body)
    return HttpAnswer(
        url=url, error=one_line(output.stderr) or _("no answer ({status})", status=output.status)
    )


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
