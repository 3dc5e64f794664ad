"""Ask for a page by a program in a Pod, and tell its answer from kubectl's own trouble."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Final

from grading import timeouts
from grading.cluster.kubectl import Kubectl
from grading.errors import InfrastructureError
from grading.evidence.base import HttpAnswer
from grading.k8s.exec_errors import has_run
from grading.processes import Output
from grading.runner.http_get import MAX_BODY
from grading.text.i18n import _, joined
from grading.text.sanitize import one_line
from grading.waiting import until

_NOT_CONNECTED: Final = 7
"""curl's exit status for every reason why there is no connection, a refusal among them."""
_TOO_LARGE: Final = 63
"""Its exit status for a page that is larger than it was told to accept."""
_MAX_FILE: Final = 2**20
"""Bytes of a page that curl accepts; before version 8.4 it counts only those that a server announces."""
_WHY: Final = re.compile(r"^\* .*\bconnect (?:.* failed|fail for \S+): (.+?)\s*$", re.MULTILINE)
"""What curl tells of one address if it is verbose. The error message of newer versions does not say which
reason it was: "Could not connect to server" stands for a network without a way there too."""
_VERBOSE: Final = ("*", ">", "<", "{", "}")
"""How the lines begin that curl prints only because it is to be verbose."""
_SERVER: Final = re.compile(r"^< server: (.+?)\s*$", re.MULTILINE | re.IGNORECASE)
"""The header of an answer that tells which program gave it, as curl shows it if it is verbose."""
_STATUS: Final = re.compile(r"^< HTTP/\S+ (\d{3})\b", re.MULTILINE)
"""The status line of an answer, likewise."""
_CONNECTED: Final = re.compile(
    r"^\* (?:Connected to \S+ \(([^)\s]+)\)|Established connection to \S+ \((\S+) )", re.MULTILINE
)
"""What curl tells of the address that it connected to, in older and in newer versions."""
_LAST_WORDS: Final = re.compile(r"^curl: \(\d+\) .+$", re.MULTILINE)

_NOT_HTTP: Final = re.compile(
    r"Received HTTP/0\.9|Weird server reply|Too (?:large|many) response headers|Nul byte in header"
)
"""What curl says of an answer that is none of HTTP."""

REFUSED: Final = "Connection refused"
"""What the C library says if the other side refuses a connection, as it does if nothing listens there."""


class ExecFailed(InfrastructureError):
    """kubectl could not run a program in a Pod to its end.

    Its error message is in this one.

    Attributes:
        output: of kubectl.
    """

    def __init__(self, pod: str, output: Output) -> None:
        told = [line for line in output.stderr.splitlines() if not line.startswith(_VERBOSE)]
        words = one_line(" ".join(told)) or _("no answer")
        super().__init__(_("kubectl exec in Pod {pod} failed: {words}", pod=pod, words=words))
        self.output = output


def request(
    kubectl: Kubectl,
    namespace: str,
    pod: str,
    command: Sequence[str],
    read: Callable[[Output], HttpAnswer | None],
    cancelled: threading.Event,
    container: str = "",
) -> HttpAnswer:
    """Run a program in a Pod that asks for a page.

    Again for a while, if kubectl itself fails.

    Args:
        kubectl: for the cluster.
        namespace: the Pod's.
        pod: its name.
        command: the program and its arguments. It may be run more than once.
        read: reads the answer off the output; None if the program did not run to its end.
        cancelled: is set when the run is stopped.
        container: of the Pod; its first by default.

    Returns:
        The answer that it got.

    Raises:
        ExecFailed: kubectl failed each time, or the output was lost.
    """

    def attempt() -> HttpAnswer | ExecFailed:
        output = kubectl.exec(namespace, pod, *command, container=container)
        return read(output) or ExecFailed(pod, output)

    found = until(
        attempt, lambda found: isinstance(found, HttpAnswer), timeouts.KUBELET_REACHED, cancelled=cancelled
    )
    if isinstance(found, ExecFailed):
        raise found
    return found


def curl(url: str) -> list[str]:
    """Return the command that asks for a page once, to be read by `read_curl`."""
    limit = f"{timeouts.HTTP_REQUEST:.0f}"
    options = ("--silent", "--show-error", "--verbose", "--noproxy", "*", "--max-time", limit)
    return [
        "curl",
        *options,
        "--max-filesize",
        str(_MAX_FILE),
        "--write-out",
        "\n%{remote_ip} %{http_code}",
        url,
    ]


def read_curl(url: str, output: Output) -> HttpAnswer | None:
    """Return the answer that curl got, None if kubectl did not run it to its end.

    Its output ends with the address that it connected to, if any, and the status of the answer, whatever
    happened; without that a part of it is lost.
    """
    body, _newline, end = output.stdout.rpartition("\n")
    address, _blank, code = end.rpartition(" ")
    if not has_run(output.status, output.stderr) or not code.isdigit():
        return None
    if output.status == 0 or (output.status == _TOO_LARGE and int(code)):
        server = _SERVER.search(output.stderr)
        name = one_line(server[1]) if server else ""
        return HttpAnswer(
            url=url, status=int(code), body=body[:MAX_BODY], server=name, address=one_line(address)
        )
    said = _LAST_WORDS.findall(output.stderr)
    reasons = list(dict.fromkeys(_WHY.findall(output.stderr))) if output.status == _NOT_CONNECTED else []
    words = one_line(said[-1]) if said else _("no answer ({status})", status=output.status)
    error = joined(": ", [words, *map(one_line, reasons)])
    if said and _NOT_HTTP.search(said[-1]):
        return HttpAnswer(url=url, status=HTTPStatus.BAD_GATEWAY, error=error)
    return HttpAnswer(url=url, error=error, refused=reasons == [REFUSED])


def read_flood(url: str, output: Output) -> HttpAnswer:
    """Return the beginning of an answer that did not end.

    curl was killed for printing too much.
    """
    statuses = [code for code in _STATUS.findall(output.stderr) if not code.startswith("1")]
    if not statuses:
        return HttpAnswer(url=url, status=HTTPStatus.BAD_GATEWAY, error=_("the HTTP headers do not end"))
    server, connected = _SERVER.search(output.stderr), _CONNECTED.search(output.stderr)
    name = one_line(server[1]) if server else ""
    address = one_line(connected[1] or connected[2]) if connected else ""
    body = output.stdout[:MAX_BODY]
    return HttpAnswer(url=url, status=int(statuses[-1]), body=body, server=name, address=address)
