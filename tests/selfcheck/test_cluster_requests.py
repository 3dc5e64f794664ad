"""What is sent to the API server, and that one which is away for a while is waited for."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grading.cluster.api_server import encoded
from grading.cluster.client import Cluster
from grading.errors import ApiError, InfrastructureError

# What no YAML can hold, not even escaped, is refused as a manifest is read.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
OBJECTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(OBJECTS)
@example({"note": "mine \N{ROCKET}", "\N{ROCKET}": "\\ud83d\\ude80"})
@example({"a": "x\x85\u2028\u2029y\ufeff\ufffe\uffff\x7f\0\x1b", "b": "é \U0010ffff"})
def test_a_body_is_the_same_as_json_and_as_yaml(body: Any) -> None:
    assert json.loads(encoded(body)) == body
    assert yaml.load(encoded(body), yaml.CSafeLoader) == body


class Server(HTTPServer):
    """An API server that answers its requests by these statuses, one after the other, and then by 200."""

    statuses: list[int]
    asked = 0
    users: list[str | None]
    warnings: tuple[str, ...] = ()


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked += 1
        self.server.users.append(self.headers["Impersonate-User"])
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        body = json.dumps({"message": f"answer {self.server.asked}", "items": []}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for text in self.server.warnings:
            self.send_header("Warning", text)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), Handler)
    server.users = []
    server.statuses = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def client(folder: Path, port: int, back_within: float) -> Cluster:
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
        "clusters": [{"name": "here", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "me", "user": {}}],
    }
    path = folder / "kubeconfig"
    path.write_text(json.dumps(config), "utf-8")
    return Cluster(path, back_within=back_within)


def test_warnings_are_read_off_the_answer(tmp_path: Path, server: Server) -> None:
    server.warnings = ('299 - "spec.a: \\"x\\" \\\\ is old"', '299 - "b", 299 kube "c"', "no warning")
    told: list[str] = []
    client(tmp_path, server.server_port, 30).request("GET", "api/v1/pods", warn=told.append)
    assert told == ['spec.a: "x" \\ is old', "b", "c"]


@pytest.mark.parametrize("status", [429, 503, 504])
def test_an_api_server_that_starts_is_asked_again(tmp_path: Path, server: Server, status: int) -> None:
    server.statuses = [status]
    assert client(tmp_path, server.server_port, 30).items("Pod", "default") == []
    assert server.asked == 2


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500])
def test_an_answer_is_an_answer(tmp_path: Path, server: Server, status: int) -> None:
    server.statuses = [status]
    with pytest.raises(ApiError, match="answer 1"):
        client(tmp_path, server.server_port, 30).items("Pod", "default")
    assert server.asked == 1


def test_one_that_is_away_too_long_is_told_of_by_its_own_words(tmp_path: Path, server: Server) -> None:
    server.statuses = [503]
    with pytest.raises(ApiError, match="answer 1"):
        client(tmp_path, server.server_port, 0).items("Pod", "default")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(InfrastructureError, match="did not answer"):
            client(tmp_path, free.getsockname()[1], 0).items("Pod", "default")


def test_nothing_is_asked_again_of_a_run_that_is_stopped(tmp_path: Path, server: Server) -> None:
    server.statuses = [503] * 9
    api = client(tmp_path, server.server_port, 30)
    api.cancelled.set()
    with pytest.raises(ApiError):
        api.items("Pod", "default")
    assert server.asked == 1


def test_a_watch_that_is_silent_for_good_ends(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()

        def begin() -> None:
            connection, _address = silent.accept()
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            held.append(connection)

        held: list[socket.socket] = []
        thread = threading.Thread(target=begin)
        thread.start()
        watch = client(tmp_path, silent.getsockname()[1], 0).watch("api/v1/pods", "1", 0.2)
        assert list(watch.until_closed()) == []
        thread.join()
        held[0].close()


def test_another_user_has_the_same_connections(tmp_path: Path, server: Server) -> None:
    own = client(tmp_path, server.server_port, 0)
    other = own.acting_as("somebody", "some")
    assert other.cancelled is own.cancelled
    for asked in (own, other, own):
        asked.items("Pod", "default")
    assert server.users == [None, "somebody", None]
