"""No proxy between this machine and the clusters on it, and the user's own exceptions stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from fixtures import local
from fixtures.local import bypass_proxies
from grading.cluster.client import Cluster

OURS = "0.0.0.0,192.168.7.9,127.0.0.1,localhost,::1"
PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy")
DEAD = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def own_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "own_address", lambda: "192.168.7.9")


@pytest.mark.parametrize(
    ("given", "upper", "lower"),
    [
        ({}, OURS, OURS),
        ({"NO_PROXY": ""}, OURS, OURS),
        ({"NO_PROXY": "a.be,.b.be"}, f"a.be,.b.be,{OURS}", f"a.be,.b.be,{OURS}"),
        ({"no_proxy": "a.be"}, f"a.be,{OURS}", f"a.be,{OURS}"),
        ({"NO_PROXY": "a.be", "no_proxy": "b.be"}, f"a.be,{OURS}", f"b.be,{OURS}"),
        ({"NO_PROXY": "localhost, 0.0.0.0,"}, *["localhost, 0.0.0.0,192.168.7.9,127.0.0.1,::1"] * 2),
        ({"no_proxy": "*"}, "*", "*"),
        ({"NO_PROXY": "*", "no_proxy": "a.be"}, "*", f"a.be,{OURS}"),
    ],
)
def test_this_machine_is_added_and_nothing_is_taken_away(
    given: dict[str, str], upper: str, lower: str
) -> None:
    environment = {"HTTPS_PROXY": DEAD, **given}
    bypass_proxies(environment)
    assert environment == {"HTTPS_PROXY": DEAD, "NO_PROXY": upper, "no_proxy": lower}
    bypass_proxies(environment)
    assert (environment["NO_PROXY"], environment["no_proxy"]) == (upper, lower)


def test_without_a_network_of_its_own_this_machine_is_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "own_address", lambda: "127.0.0.1")
    environment: dict[str, str] = {}
    bypass_proxies(environment)
    assert environment["NO_PROXY"] == "0.0.0.0,127.0.0.1,localhost,::1"


@pytest.mark.parametrize("variable", PROXIES)
@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.7.9", "127.0.0.1", "localhost"])  # noqa: S104
def test_clients_reach_this_machine_directly_and_the_world_by_the_proxy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, host: str
) -> None:
    environment = {variable: DEAD}
    bypass_proxies(environment)
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    url = f"https://{host}:40001"
    assert uses_no_proxy(Cluster(kubeconfig(tmp_path, url)))
    assert requests.utils.get_environ_proxies(url) == {}
    assert requests.utils.get_environ_proxies("https://registry.example.com") != {}


def uses_no_proxy(cluster: Cluster) -> bool:
    pool = cluster._pool
    cluster.close()
    return getattr(pool, "proxy", None) is None


def kubeconfig(folder: Path, server: str) -> Path:
    data: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
    }
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(data), "utf-8")
    return path
