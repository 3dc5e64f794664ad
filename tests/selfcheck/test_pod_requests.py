"""Pages that are asked for by a program in a Pod: answers, refusals, and trouble of kubectl.

The texts are those of curl 7.88 and 8.14, and of bash 5.2.
"""

from __future__ import annotations

import functools
import threading
from typing import cast

import pytest

from grading import timeouts
from grading.cluster.kubectl import Kubectl
from grading.errors import InfrastructureError
from grading.evidence.base import HttpAnswer
from grading.processes import Output
from grading.runner.pod_requests import ExecFailed, curl, read_curl, read_flood, request
from tests.selfcheck.test_exec_errors import CONTAINER, KUBECTL, UNREACHED

URL = "http://10.42.0.9:80/"
ENDED = "command terminated with exit code"
OLD = "curl: (7) Failed to connect to 10.42.0.9 port 80 after 0 ms: Couldn't connect to server"
NEW = "curl: (7) Failed to connect to 10.42.0.9 port 80 after 0 ms: Could not connect to server"
TRYING = "*   Trying 10.42.0.9:80..."
REFUSED = {
    "7.88": f"{TRYING}\n* connect to 10.42.0.9 port 80 failed: Connection refused\n{OLD}",
    "8.14": f"{TRYING}\n* connect to 10.42.0.9 port 80 from 10.42.1.3 port 4785 failed: "
    f"Connection refused\n{NEW}",
    "two addresses": "* connect to 10.42.0.9 port 80 failed: Connection refused\n"
    f"* connect to fd00::9 port 80 failed: Connection refused\n{OLD}",
}
NO_WAY = {
    "no route": f"* connect to 10.42.0.9 port 80 from 10.42.1.3 port 4785 failed: No route to host\n{NEW}",
    "at once": f"{TRYING}\n* Immediate connect fail for 10.42.0.9: No route to host\n{NEW}",
    "no network": f"{TRYING}\n* Immediate connect fail for 10.42.0.9: Network is unreachable\n{OLD}",
    "one of two": "* connect to 10.42.0.9 port 80 failed: Connection refused\n"
    f"* connect to fd00::9 port 80 failed: No route to host\n{NEW}",
    "not said": NEW,
}


def failed(stderr: str, status: int = 7) -> HttpAnswer:
    answer = read_curl(URL, Output(status, "\n000", f"{stderr}\n{ENDED} {status}\n"))
    assert answer is not None
    assert not answer.status
    return answer


def test_an_answer() -> None:
    answer = read_curl(URL, Output(0, "<h1>Welcome to nginx!</h1>\n\n200", "< HTTP/1.1 200 OK\n"))
    assert answer == HttpAnswer(url=URL, status=200, body="<h1>Welcome to nginx!</h1>\n")


def test_an_answer_tells_which_address_gave_it() -> None:
    answer = read_curl(URL, Output(0, "page\n10.43.0.7 200", ""))
    assert answer == HttpAnswer(url=URL, status=200, body="page", address="10.43.0.7")


@pytest.mark.parametrize(
    "connected",
    [
        "* Connected to nginx-svc (10.43.0.7) port 8080 (#0)",
        "* Established connection to nginx-svc (10.43.0.7 port 8080) from 10.42.0.9 port 40000 ",
    ],
)
def test_a_flood_tells_which_address_gave_it(connected: str) -> None:
    flood = read_flood(URL, Output(-9, "page", f"{connected}\n< HTTP/1.1 200 OK\n< Server: nginx\n"))
    assert (flood.address, flood.is_nginx) == ("10.43.0.7", True)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (1, "curl: (1) Received HTTP/0.9 when not allowed"),
        (8, "curl: (8) Weird server reply"),
        (56, "curl: (56) Too large response headers: 307243 > 307200"),
    ],
)
def test_what_is_no_answer_of_http(status: int, words: str) -> None:
    answer = read_curl(URL, Output(status, "\n10.42.0.9 000", f"{words}\n{ENDED} {status}\n"))
    assert answer
    assert (answer.status, str(answer)) == (502, f"HTTP 502: {words}")
    flood = read_flood(URL, Output(-9, "", "< HTTP/1.1 100 Continue\n" * 9))
    assert (flood.status, str(flood)) == (502, "HTTP 502: the HTTP headers do not end")


@pytest.mark.parametrize("stderr", REFUSED.values(), ids=REFUSED)
def test_a_refusal(stderr: str) -> None:
    answer = failed(stderr)
    assert answer.was_refused
    assert answer.error.endswith("connect to server: Connection refused")


@pytest.mark.parametrize("stderr", NO_WAY.values(), ids=NO_WAY)
def test_a_network_without_a_way_is_no_refusal(stderr: str) -> None:
    assert not failed(stderr).was_refused


def test_silence_is_no_refusal_whatever_a_page_says() -> None:
    words = "curl: (28) Operation timed out after 5001 milliseconds with 0 bytes received"
    answer = failed(f"< X: connection refused\n* connect to x failed: Connection refused\n{words}", 28)
    assert not answer.was_refused
    assert answer.error == words


def test_a_program_that_says_nothing() -> None:
    assert failed("", 139).error == "no answer (139)"


@pytest.mark.parametrize(
    "error",
    [
        "curl: (7) Failed to connect to x port 80 after 0 ms: Could not connect to server",
        "connection refused",
    ],
)
def test_older_evidence_is_judged_as_it_was(error: str) -> None:
    assert HttpAnswer(url=URL, error=error).was_refused
    assert not HttpAnswer(url=URL, error="timed out").was_refused


@pytest.mark.parametrize("stderr", [*KUBECTL.values(), *UNREACHED.values(), *CONTAINER.values()])
def test_kubectls_trouble_is_no_answer(stderr: str) -> None:
    assert read_curl(URL, Output(1, "", stderr)) is None


def test_an_output_without_its_end_is_no_answer() -> None:
    assert read_curl(URL, Output(0, "<h1>Welcome to nginx!</h1>", "")) is None
    assert read_curl(URL, Output(7, "", f"{REFUSED['7.88']}\n{ENDED} 7")) is None


class Told:
    """A kubectl whose commands end as they are told to, the last one again and again."""

    def __init__(self, *outputs: Output) -> None:
        self.outputs = list(outputs)
        self.commands: list[tuple[str, ...]] = []

    def exec(self, _namespace: str, _pod: str, *command: str, container: str = "") -> Output:
        self.commands.append(command)
        return self.outputs.pop(0) if len(self.outputs) > 1 else self.outputs[0]


PAGE = Output(0, "<h1>Welcome to nginx!</h1>\n200", "")
DOWN = Output(1, "", UNREACHED["API server"])


def asked(kubectl: Told) -> HttpAnswer:
    read = functools.partial(read_curl, URL)
    return request(cast(Kubectl, kubectl), "n", "p", curl(URL), read, threading.Event())


@pytest.fixture
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "KUBELET_REACHED", 0.0)


def test_an_api_server_that_starts_again_is_waited_for() -> None:
    kubectl = Told(DOWN, PAGE)
    assert asked(kubectl).is_nginx
    assert len(kubectl.commands) == 2
    assert kubectl.commands[0][0] == "curl"


@pytest.mark.usefixtures("_short")
def test_an_api_server_that_stays_away_is_nobodys_fault() -> None:
    with pytest.raises(
        ExecFailed, match="kubectl exec in Pod p failed: The connection to the server"
    ) as caught:
        asked(Told(DOWN))
    assert isinstance(caught.value, InfrastructureError)
    assert caught.value.output == DOWN


@pytest.mark.usefixtures("_short")
def test_what_curl_tells_beside_is_in_no_message() -> None:
    with pytest.raises(ExecFailed, match=r"failed: no answer$"):
        asked(
            Told(
                Output(
                    0,
                    "",
                    "*   Trying 10.42.0.9:80...\n> GET / HTTP/1.1\n< HTTP/1.1 200 OK\n{ [5 bytes data]\n",
                )
            )
        )


def test_a_page_of_nginx_is_known_by_its_header_too() -> None:
    verbose = "> Host: x\n< HTTP/1.1 200 OK\n< Server: nginx/1.26.3\r\n< \n"
    greeting = read_curl(URL, Output(0, "Hallo\n\n200", verbose))
    assert greeting
    assert greeting.is_nginx
    assert greeting.server == "nginx/1.26.3"
    other = read_curl(URL, Output(0, "It works!\n\n200", verbose.replace("nginx/1.26.3", "Apache")))
    assert other
    assert not other.is_nginx
    missing = read_curl(URL, Output(0, "nothing here\n\n404", verbose))
    assert missing
    assert not missing.is_nginx


def test_curl_asks_no_proxy_and_follows_no_redirect() -> None:
    words = curl(URL)
    assert words[words.index("--noproxy") + 1] == "*"
    assert not {"-L", "--location", "--location-trusted", "--proxy", "-x"} & set(words)
