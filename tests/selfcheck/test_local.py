"""No proxy between this machine and the clusters on it, and the user's own exceptions stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from fixtures import k3d, local
from fixtures.local import bypass_proxies, proxies_for_nodes
from grading.cluster.client import Cluster
from tests.selfcheck.kits import released_kit

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


def test_nodes_go_by_the_users_proxy_but_not_to_each_other_nor_to_the_mirror() -> None:
    environment = {"https_proxy": "http://proxy.school.example:3128", "NO_PROXY": ".school.example"}
    bypass_proxies(environment)
    found = proxies_for_nodes(environment, "mirror")
    assert found["HTTPS_PROXY"] == "http://proxy.school.example:3128"
    assert "HTTP_PROXY" not in found
    direct = found["NO_PROXY"].split(",")
    assert direct[0] == ".school.example"
    assert {"127.0.0.1", "mirror", "10.42.0.0/16", "10.43.0.0/16", ".svc", ".cluster.local"} < set(direct)
    assert len(direct) == len(set(direct))


@pytest.mark.parametrize("value", ["http://127.0.0.1:3128", "localhost:3128", "http://[::1]:8080", ""])
def test_a_proxy_on_this_machines_loopback_is_none_for_a_node(value: str) -> None:
    assert proxies_for_nodes({"HTTPS_PROXY": value}) == {}


@pytest.mark.parametrize("fetches", [True, False])
def test_a_cluster_gets_the_proxies_and_the_schools_cache_where_its_nodes_fetch(
    monkeypatch: pytest.MonkeyPatch, fetches: bool
) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.school.example:3128")
    kit = released_kit(
        registry="mirror:5000",
        fetches=fetches,
        upstream="https://cache.school.example" if fetches else None,
    )
    config = yaml.safe_load(k3d.configuration(kit))
    mirrors = yaml.safe_load(config["registries"]["config"])["mirrors"]["docker.io"]["endpoint"]
    if fetches:
        assert mirrors == ["http://mirror:5000", "https://cache.school.example"]
        assert config["env"][0] == {
            "envVar": "HTTPS_PROXY=http://proxy.school.example:3128", "nodeFilters": ["all"]
        }  # fmt: skip
        assert "mirror" in config["env"][1]["envVar"]
    else:
        assert mirrors == ["http://mirror:5000"]
        assert "env" not in config
