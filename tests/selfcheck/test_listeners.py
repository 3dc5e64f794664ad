"""Who has a port that a cluster needs."""

from __future__ import annotations

import os
import socket

import psutil
import pytest

from fixtures import k3d
from fixtures.k3d import ClusterTrouble
from fixtures.listeners import listening


def test_who_has_a_port_is_told_once_it_was_looked_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        listening.cache_clear()
        assert listening()[port] == (psutil.Process().name(), os.getpid())
        with pytest.raises(ClusterTrouble, match=rf"port {port} .* \(process {os.getpid()}\)"):
            k3d.check_ports([("127.0.0.1", port)])
    listening.cache_clear()


def test_a_port_that_nobody_is_known_to_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(k3d, "listening", dict)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(ClusterTrouble, match=f"needs port {port} of this machine, but another program"):
            k3d.check_ports([("127.0.0.1", port)])
