"""What the hub makes of the stand-ins, its names and its certificate."""

from __future__ import annotations

import hashlib
import json
import ssl
from pathlib import Path

import dns.message
import dns.rcode
import pytest
import yaml

from fixtures.airgap.archive import architecture
from fixtures.airgap.paths import SOURCES
from tests.selfcheck.hub import names, parts, real, serving, stock
from tests.selfcheck.hub.client import IMAGE, digest_of_layer
from tests.selfcheck.hub.hosts import DOCKER_AUTH, DOCKER_HUB, GHCR
from tests.selfcheck.hub.shelf import Changes, Shelf, Stored, layer


def test_layers_on_top_and_another_start(image: Path) -> None:
    shelf = Shelf()
    top = layer({"etc/.wh.gone": (b"", 0o644), "bin/run": (b"#!", 0o755)})
    shelf.put(DOCKER_HUB, IMAGE, "1", image, Changes([top], {"Entrypoint": ["/bin/run"], "Cmd": None}))
    index = json.loads(content(shelf.manifest(DOCKER_HUB, IMAGE, "1")))
    [entry] = [part for part in index["manifests"] if part["platform"]["architecture"] == architecture()]
    manifest = json.loads(content(shelf.manifest(DOCKER_HUB, IMAGE, entry["digest"])))
    config = json.loads(content(shelf.blob(DOCKER_HUB, IMAGE, manifest["config"]["digest"])))
    layers = [part["digest"] for part in manifest["layers"]]
    assert layers == [digest_of_layer(image), "sha256:" + hashlib.sha256(top).hexdigest()]
    assert config["rootfs"]["diff_ids"] == layers
    assert len(config["history"]) == 2
    assert (config["config"]["Entrypoint"], config["config"]["Cmd"]) == (["/bin/run"], None)


def content(stored: Stored | None) -> bytes:
    assert stored is not None
    assert isinstance(stored.content, bytes)
    return stored.content


def test_the_node_has_no_images_inside_and_asks_for_those_of_k3s() -> None:
    [top] = stock.node_changes(b"PEM").layers
    text = top.decode("utf-8", "replace")
    assert "usr/share/k3s/images/.wh.system.tar" in text
    assert "image: kubegrade/" not in text
    for name in (stock.PAUSE, stock.HELPER, stock.COREDNS, stock.LOCAL_PATH):
        assert name in text


def test_the_provisioner_of_the_image_takes_the_place_of_the_nodes_own() -> None:
    manifest = (SOURCES / "manifests" / "local-storage.yaml").read_text("utf-8")
    assert "path: /bin/k3s" in manifest
    before, after = (list(yaml.safe_load_all(text)) for text in (manifest, real.local_storage(manifest)))
    pod = after[-1]["spec"]["template"]["spec"]
    [container] = pod["containers"]
    assert container["command"][:2] == ["local-path-provisioner", "start"]
    assert [mount["name"] for mount in container["volumeMounts"]] == ["config"]
    assert [volume["name"] for volume in pod["volumes"]] == ["config"]
    assert after[:-1] == before[:-1]


def test_kine_takes_the_place_of_etcd_and_nothing_else_of_the_node_changes() -> None:
    main = (SOURCES / "node" / "cmd" / "k3s" / "main.go").read_text("utf-8")
    source = parts.with_kine(main)
    assert "etcdmain" not in source
    assert '"/usr/bin/kine"' in source
    assert source.count("case ") == main.count("case ")
    with pytest.raises(ValueError, match="no longer has"):
        parts.with_kine(source)


@pytest.mark.parametrize(
    ("name", "kind", "code", "addresses"),
    [
        (DOCKER_HUB, "A", dns.rcode.NOERROR, ["198.51.100.1"]),
        (DOCKER_HUB.upper(), "A", dns.rcode.NOERROR, ["198.51.100.1"]),
        (DOCKER_HUB, "AAAA", dns.rcode.NOERROR, []),
        ("example.org", "A", dns.rcode.NXDOMAIN, []),
    ],
)
def test_names(name: str, kind: str, code: int, addresses: list[str]) -> None:
    server = names.Names([DOCKER_HUB], "198.51.100.1")
    raw = server.answer(dns.message.make_query(name, kind).to_wire())
    assert raw is not None
    answer = dns.message.from_wire(raw)
    assert answer.rcode() == code
    assert [item.address for rrset in answer.answer for item in rrset] == addresses
    assert server.answer(b"no query") is None


def test_the_certificate_is_for_the_real_names(pem: Path) -> None:
    decoded = ssl._ssl._test_decode_cert(str(pem / serving.CERTIFICATE))  # type: ignore[attr-defined]
    assert {DOCKER_HUB, DOCKER_AUTH, GHCR} <= {value for _, value in decoded["subjectAltName"]}
