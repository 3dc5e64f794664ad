"""Is the registry in front of the mirror as ill as it is told to be, and no more?"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests

from tests.selfcheck.faults.registry import Ill, Server

BLOB = b"x" * 100_000


class Mirror(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(BLOB)))
        self.send_header("Docker-Content-Digest", f"of {self.path} for {self.headers['Accept']}")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(BLOB)

    do_HEAD = do_GET  # noqa: N815 - a name of the library

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def server() -> Iterator[Server]:
    mirror = HTTPServer(("127.0.0.1", 0), Mirror)
    server = Server(("127.0.0.1", 0), f"http://127.0.0.1:{mirror.server_port}")
    threads = [threading.Thread(target=found.serve_forever, args=(0.01,)) for found in (mirror, server)]
    for thread in threads:
        thread.start()
    yield server
    server.stop()
    mirror.shutdown()
    mirror.server_close()
    for thread in threads:
        thread.join()


def ask(server: Server, method: str = "GET") -> requests.Response:
    url = f"http://127.0.0.1:{server.server_port}/v2/library/nginx/manifests/latest"
    return requests.request(method, url, headers={"Accept": "a manifest"}, timeout=10)


@pytest.mark.parametrize(("method", "body"), [("GET", BLOB), ("HEAD", b"")])
def test_one_that_is_well_passes_everything_on(server: Server, method: str, body: bytes) -> None:
    answer = ask(server, method)
    assert (answer.status_code, answer.content) == (200, body)
    assert answer.headers["Docker-Content-Digest"] == ("of /v2/library/nginx/manifests/latest for a manifest")
    assert answer.headers["Content-Length"] == str(len(BLOB))


@pytest.mark.parametrize("status", [429, 500])
def test_one_that_answers_by_a_status_gets_well(server: Server, status: int) -> None:
    server.ill = Ill(status=status)
    assert [ask(server, method).status_code for method in ("GET", "HEAD")] == [status] * 2
    server.ill = Ill()
    assert ask(server).status_code == 200
    assert server.asked == 3


def test_one_that_resets_connections(server: Server) -> None:
    server.ill = Ill(resets=True)
    with pytest.raises(requests.ConnectionError, match="reset"):
        ask(server)


def test_one_that_is_stopped_refuses_connections_and_may_be_stopped_again(server: Server) -> None:
    server.stop()
    with pytest.raises(requests.ConnectionError, match="refused"):
        ask(server)


def test_a_slow_one_takes_its_time(server: Server) -> None:
    server.ill = Ill(bytes_per_second=len(BLOB) * 2)
    begun = time.monotonic()
    assert ask(server).content == BLOB
    assert time.monotonic() - begun > 0.3
