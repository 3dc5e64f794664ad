"""A registry that the nodes of a run pull from, in front of the mirror, and that can become ill."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import requests

from fixtures.airgap.kit import load_kit
from tests.selfcheck.faults.moments import Moment
from tests.selfcheck.faults.site import NotHurt, Site

_PIECE: Final = 16 << 10
_RESET: Final = struct.pack("ii", 1, 0)
"""The value of SO_LINGER with which closing a socket resets the connection."""


@dataclass(frozen=True)
class Ill:
    """What is wrong with a registry.

    Attributes:
        status: with which it answers everything; 0 if it answers as it should.
        resets: whether it resets every connection.
        bytes_per_second: of all connections together; 0 is no limit.
    """

    status: int = 0
    resets: bool = False
    bytes_per_second: int = 0


@dataclass
class _Line:
    """What all connections share: so many bytes a second."""

    free: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, size: int, rate: int) -> None:
        with self.lock:
            now = time.monotonic()
            self.free = max(now, self.free) + size / rate
            wait = self.free - now
        time.sleep(wait)


class Server(ThreadingHTTPServer):
    """A registry in front of another one.

    Args:
        address: where it listens.
        mirror: the address of the other one, which it passes everything on to.

    Attributes:
        ill: what is wrong with it.
        asked: the number of requests.
    """

    daemon_threads = True

    def __init__(self, address: tuple[str, int], mirror: str) -> None:
        super().__init__(address, _Handler)
        self.mirror = mirror
        self.ill = Ill()
        self.line = _Line()
        self.asked = 0

    def stop(self) -> None:
        """Stop to listen; connections that stand go on. Safe to call twice."""
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """Say nothing: clients go away, and are sent away."""


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        ill = self.server.ill
        self.server.asked += 1
        if ill.resets:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self.close_connection = True
            self.connection.close()
        elif ill.status:
            self._refuse(HTTPStatus(ill.status))
        else:
            self._pass_on(ill.bytes_per_second)

    do_HEAD = do_GET  # noqa: N815 - a name of the library

    def _refuse(self, status: HTTPStatus) -> None:
        body = json.dumps({"errors": [{"code": status.name, "message": status.phrase}]}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def _pass_on(self, rate: int) -> None:
        wanted = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        url = f"{self.server.mirror}{self.path}"
        with requests.request(self.command, url, headers=wanted, stream=True, timeout=60) as answer:
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in {"connection", "server", "date"}:
                    self.send_header(name, value)
            self.end_headers()
            while self.command == "GET" and (piece := answer.raw.read(_PIECE)):
                if rate:
                    self.server.line.take(len(piece), rate)
                self.wfile.write(piece)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def falls_ill(site: Site, moment: Moment, ill: Ill) -> Iterator[None]:
    """Let the nodes pull through a registry of the test's own, which becomes ill at a moment.

    Raises:
        NotHurt: nothing was asked of it afterwards.
    """
    server = _in_front_of_mirror(site)
    site.wait(moment)
    server.ill, server.asked = ill, 0
    yield
    server.ill = Ill()
    if not server.asked:
        raise NotHurt("nothing was asked of the registry")


@contextmanager
def goes_away(site: Site, moment: Moment) -> Iterator[None]:
    """Let the nodes pull through a registry of the test's own, which stops for good at a moment."""
    server = _in_front_of_mirror(site)
    site.wait(moment)
    server.stop()
    yield


def _in_front_of_mirror(site: Site) -> Server:
    """Send the nodes to a registry that passes everything on to the mirror, until the run ends."""
    kit = load_kit()
    assert kit.mirror is not None
    network = f"k3d-{site.cluster}"
    [gateway] = site.docker(
        "network", "inspect", network, "--format", "{{(index .IPAM.Config 0).Gateway}}"
    ).stdout.split()
    place = f'{{{{(index .NetworkSettings.Networks "{network}").IPAddress}}}}'
    [mirror] = site.docker("inspect", kit.mirror.container, "--format", place).stdout.split()
    server = Server((gateway, 0), f"http://127.0.0.1:{kit.mirror.port}")
    site.at_end.callback(server.stop)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
    target = f"{gateway}:{server.server_port}"
    for node in site.nodes:
        site.shell(node, f"iptables -t nat -I OUTPUT -d {mirror} -p tcp -j DNAT --to-destination {target}")
    return server
