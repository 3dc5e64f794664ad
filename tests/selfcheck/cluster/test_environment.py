"""A graded run in an environment that is set for other purposes, with Docker by a context of its own."""

from __future__ import annotations

import contextlib
import os
import socket
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.selfcheck.cluster import runs

AROUND = {
    "DOCKER_DEFAULT_PLATFORM": "linux/s390x",
    "DOCKER_CONTENT_TRUST": "1",
    "K3D_FIX_DNS": "1",
    "K3D_IMAGE_LOADBALANCER": "nowhere.invalid/proxy:1",
    "KUBECACHEDIR": "/proc/nowhere",
    "KUBECTL_PORT_FORWARD_WEBSOCKETS": "maybe",
    "GODEBUG": "http2debug=2",
    "LANG": "de_DE.UTF-8",
    "LC_ALL": "fr_FR.UTF-8",
    "TZ": "Pacific/Kiritimati",
    "PYTHONOPTIMIZE": "2",
    "PYTHONWARNINGS": "error",
    "PYTEST_PLUGINS": "nowhere",
    "PYTEST_ADDOPTS": "-q --tb=no --color=yes",
}
DAEMON = "/var/run/docker.sock"


def pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


class _Passage(socketserver.BaseRequestHandler):
    """Passes a connection on to the daemon, and its answers back."""

    def handle(self) -> None:
        with socket.socket(socket.AF_UNIX) as daemon:
            daemon.connect(DAEMON)
            back = threading.Thread(target=pass_on, args=(daemon, self.request))
            back.start()
            pass_on(self.request, daemon)
            back.join()


@pytest.fixture
def other_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A socket elsewhere that leads to the daemon."""
    path = tmp_path_factory.mktemp("d") / "docker.sock"
    with socketserver.ThreadingUnixStreamServer(str(path), _Passage) as server:
        threading.Thread(target=server.serve_forever).start()
        yield path
        server.shutdown()


def test_none_of_it_changes_a_grade(
    tmp_path: Path, other_socket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "docker"
    monkeypatch.setenv("DOCKER_CONFIG", str(config))
    runs.docker("context", "create", "elsewhere", f"--docker=host=unix://{other_socket}")
    runs.docker("context", "use", "elsewhere")
    (tmp_path / "a").write_text("no: kubeconfig: at all\n", "utf-8")
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path / 'a'}:{tmp_path / 'b'}")
    for name, value in AROUND.items():
        monkeypatch.setenv(name, value)
    before = os.umask(0o077)
    try:
        run = runs.run(tmp_path / "report", "-k", "11_7 or ephemeral", "--slot=7", "--lang=en")
    finally:
        os.umask(before)
    assert run.status == 0, run.last_words
    assert (run.report.score, run.report.selection) == (8, ["-m chapter11", "-k 11_7 or ephemeral"])
    assert (tmp_path / "a").read_text("utf-8") == "no: kubeconfig: at all\n"
    assert not (tmp_path / "b").exists()
