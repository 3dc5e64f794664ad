"""Pages that this machine asks for: how much of one is read, however it comes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from grading import timeouts
from grading.runner.http_probes import MAX_BODY, from_host

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
