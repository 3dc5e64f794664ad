"""Every request goes where it was sent: a submission's program cannot send the grader elsewhere."""

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from grading.evidence.timeline import Arrival
from grading.runner import http_probes
from grading.runner.socketio_clients import NotSeen, Tabs

REDIRECTS = (301, 302, 303, 307, 308)


@contextmanager
def serving(asked: list[str], answers: dict[str, list[tuple[int, str]]]) -> Iterator[str]:
    """Serve on loopback, with a status and where it redirects to for each request for a path in turn."""
    turns = {path: itertools.cycle(answer) for path, answer in answers.items()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            asked.append(path)
            status, location = next(turns[path]) if path in turns else (200, "")
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("path", ["/", "/socket.io/"])
def test_connections_follow_no_redirect(path: str) -> None:
    asked: list[str] = []
    elsewhere: list[str] = []
    with serving(elsewhere, {}) as other:
        answers = [(status, place) for status in REDIRECTS for place in (f"{other}/secret", "/secret")]
        with (
            serving(asked, {path: answers}) as url,
            Tabs(url + "/", lambda: Arrival(t=0.0), threading.Event(), str) as tabs,
        ):
            tabs.open(len(answers))
            # Each asks once more after it was refused.
            tabs.wait(lambda: asked.count(path) >= 2 * len(answers), 30.0, path)
            assert asked.count(path) >= 2 * len(answers)
            with pytest.raises(NotSeen, match=r"redirect|30[12378]"):
                tabs.wait(lambda: False, 0.0, path)
    assert "/secret" not in asked
    assert elsewhere == []


@pytest.mark.parametrize("status", REDIRECTS)
def test_a_page_is_asked_for_where_it_is(status: int) -> None:
    asked: list[str] = []
    elsewhere: list[str] = []
    with serving(elsewhere, {}) as other, serving(asked, {"/": [(status, f"{other}/secret")]}) as url:
        answer = http_probes.from_host(url + "/")
    assert (answer.status, asked, elsewhere) == (status, ["/"], [])
