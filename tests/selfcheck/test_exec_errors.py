"""kubectl's own trouble, and that of a command which it ran, as kubectl and the API server word them."""

import pytest

from grading.k8s.exec_errors import has_reached_container, has_run, is_unreached, was_not_tried

ENDED = "sh: 1: nginx: not found\ncommand terminated with exit code 127\n"
NO_PROGRAM = (
    "error: Internal error occurred: error executing command in container: failed to exec in container: "
    'failed to start exec "f7cb": OCI runtime exec failed: exec failed: unable to start container process: '
    "exec: "
)
CONTAINER = {
    "no ls": f'{NO_PROGRAM}"ls": executable file not found in $PATH: unknown',
    "no such path": f'{NO_PROGRAM}"/bin/ls": stat /bin/ls: no such file or directory: unknown',
    "gone": 'error: unable to upgrade connection: container not found ("nginxcont")',
}
UNREACHED = {
    "tunnel": "Error from server: error dialing backend: proxy error from 127.0.0.1:6443 while dialing "
    "172.18.0.4:10250, code 502: 502 Bad Gateway",
    "kubelet": "Error from server: error dialing backend: dial tcp 172.18.0.4:10250: connect: "
    "connection refused",
    "503": "error: unable to upgrade connection: 503 Service Unavailable",
    "API server": "The connection to the server 0.0.0.0:39983 was refused - did you specify the right host "
    "or port?",
    "handshake": "Unable to connect to the server: net/http: TLS handshake timeout",
    "no API server": "Unable to connect to the server: dial tcp 172.18.0.2:6443: i/o timeout",
    "busy": "Error from server (ServiceUnavailable): the server is currently unable to handle the request",
}
KUBECTL = {
    "containerd": "error: Internal error occurred: error executing command in container: rpc error: code = "
    "Unavailable desc = dial unix /run/k3s/containerd/containerd.sock: connect: no such file or directory",
    "certificate": "Unable to connect to the server: tls: failed to verify certificate",
    "streams": "error: error reading from error stream: next reader: EOF",
    "nothing": "",
}
LOGS = (
    'Get "https://172.18.0.4:10250/containerLogs/n/p/c": proxy error from 127.0.0.1:6443 while dialing '
    "172.18.0.4:10250, code 503: 503 Service Unavailable",
    'Get "https://172.18.0.4:10250/containerLogs/n/p/c": dial tcp 172.18.0.4:10250: connect: connection '
    "refused",
)


def test_a_command_that_ran() -> None:
    assert has_run(0, "")
    assert has_run(127, ENDED)
    assert has_reached_container(127, ENDED)


@pytest.mark.parametrize("words", CONTAINER.values(), ids=CONTAINER)
def test_a_container_in_which_a_command_cannot_run(words: str) -> None:
    assert not has_run(1, words)
    assert has_reached_container(1, words)
    assert not was_not_tried(1, "", words)


@pytest.mark.parametrize("words", [*KUBECTL.values(), *UNREACHED.values()], ids=[*KUBECTL, *UNREACHED])
def test_trouble_of_kubectl_tells_nothing_of_the_container(words: str) -> None:
    assert not has_run(1, words)
    assert not has_reached_container(1, words)


@pytest.mark.parametrize("words", UNREACHED.values(), ids=UNREACHED)
def test_a_command_that_did_not_get_to_the_node_may_be_tried_again(words: str) -> None:
    assert was_not_tried(1, "", words)
    assert was_not_tried(1, "", f"Defaulted container one out of: one, two\n{words}\n")
    assert not was_not_tried(1, "it printed", words)
    assert not was_not_tried(1, "", f"{words}\ncommand terminated with exit code 1")
    assert not was_not_tried(0, "", words)


@pytest.mark.parametrize("words", KUBECTL.values(), ids=KUBECTL)
def test_nothing_else_is_tried_again(words: str) -> None:
    assert not was_not_tried(1, "", words)


@pytest.mark.parametrize("words", ["< HTTP/1.1 502 Bad Gateway", "page: error dialing backend"])
def test_what_a_command_prints_is_no_message_of_kubectl(words: str) -> None:
    assert not was_not_tried(1, "", f"{words}\nerror: error reading from error stream: next reader: EOF")


@pytest.mark.parametrize("words", LOGS)
def test_a_log_that_the_kubelet_was_not_asked_for(words: str) -> None:
    assert is_unreached(words)
    assert not is_unreached('container "c" in pod "p" is waiting to start: ContainerCreating')
    assert not is_unreached("dial tcp 10.43.0.1:443: connect: connection refused")


@pytest.mark.parametrize(
    "words", [*CONTAINER.values(), "command terminated with exit code 1"], ids=[*CONTAINER, "ended"]
)
def test_what_a_command_prints_tells_nothing_of_the_container(words: str) -> None:
    trouble = f"it says {words} and goes on\n{KUBECTL['streams']}"
    assert not has_run(1, trouble)
    assert not has_reached_container(1, trouble)


def test_a_command_without_an_end_of_its_last_line_ran() -> None:
    assert has_run(3, "no end of linecommand terminated with exit code 3\n")
