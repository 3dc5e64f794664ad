"""Pages that this machine asks for: how much of one is read, however it comes."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from grading import timeouts
from grading.runner.http_get import MAX_BODY
from grading.runner.http_probes import from_host, probe_pod, read_log

PIECE = b"x" * 1000
NAME = b"flask-app-1-a"


@contextmanager
def serving(pieces: list[bytes], *, pause: float = 0.0, chunked: bool = True) -> Iterator[str]:
    """Serve a page on loopback, in pieces; the connection is closed after it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1" if chunked else "HTTP/1.0"

        def do_GET(self) -> None:
            self.send_response(200)
            if chunked:
                self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                for piece in pieces:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
                    time.sleep(pause)
                if chunked:
                    self.wfile.write(b"0\r\n\r\n")
            except OSError:
                pass  # it has enough
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("chunked", [True, False])
def test_a_page_that_comes_in_pieces_is_read_to_its_end(chunked: bool) -> None:
    with serving([*[PIECE] * 9, NAME], chunked=chunked) as url:
        answer = from_host(url)
    assert (answer.status, answer.body) == (200, "x" * 9000 + NAME.decode())


def test_no_more_of_a_page_is_kept_than_the_limit() -> None:
    with serving([PIECE] * 99) as url:
        assert len(from_host(url).body) == MAX_BODY < 99_000


def test_a_page_that_does_not_end_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "HTTP_REQUEST", 1.0)
    begun = time.monotonic()
    with serving([PIECE] * 40, pause=0.5) as url:
        answer = from_host(url)
        assert time.monotonic() - begun < 10
    assert 1000 <= len(answer.body) < 40_000


def test_nobody_listens() -> None:
    answer = from_host("http://127.0.0.1:1/")
    assert (answer.error, answer.was_refused) == ("connection refused", True)


CURL = """#!/bin/sh
case "$*" in *"--noproxy * "*) ;; *) echo "http://proxy/ 5"; exit 5 ;; esac
for word; do case "$word" in http://up/) echo "$word 0";; http://*) echo "$word 7";; esac; done
exit 7
"""
"""A curl without proxies that answers for one address and fails for others, as the real one prints it."""


@pytest.mark.parametrize(
    ("url", "control", "line"),
    [
        ("http://up/", "", "1 1 "),
        ("http://up/", "http://up/", "1 1 1"),
        ("http://up/", "http://down/", "1 1 0"),
        ("http://down/", "http://up/", "0 10 10"),
        ("http://down/", "http://down/", "0 10 0"),
    ],
)
def test_the_loop_asks_for_both_in_the_same_moments(
    url: str, control: str, line: str, tmp_path: Path
) -> None:
    (tmp_path / "curl").write_text(CURL, "utf-8")
    (tmp_path / "curl").chmod(0o755)
    container = probe_pod("x", url, control)["spec"]["containers"][0]
    environment = {item["name"]: item["value"] for item in container["env"]}
    environment["PATH"] = f"{tmp_path}:{os.environ['PATH']}"
    with subprocess.Popen(container["command"], env=environment, stdout=subprocess.PIPE) as loop:
        assert loop.stdout
        assert loop.stdout.readline().decode() == f"{line}\n"
        loop.kill()


def test_the_log_of_a_loop_is_read_with_and_without_a_control() -> None:
    log = "2026-01-01T00:00:01.5Z 1 2 1\n2026-01-01T00:00:02.5Z 0 10 \nnoise\n2026-01-01T00:00:03Z x 1\n"
    found = read_log(log, datetime(2026, 1, 1, tzinfo=UTC))
    assert [(s.t, s.ok, s.connects, s.control, s.control_suffered) for s in found] == [
        (1.5, True, 2, 1, True),
        (2.5, False, 10, None, False),
    ]
