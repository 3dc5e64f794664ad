"""Whether the mirror is filled with what changed only, against a registry that only pretends."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from fixtures.airgap import mirror, registry_probe
from fixtures.airgap.archive import ImageFolder, write_image
from fixtures.airgap.errors import StepFailed
from fixtures.airgap.kit import Mirror
from fixtures.airgap.tree import Tree


class Registry(BaseHTTPRequestHandler):
    """As much of a registry as pushing an image needs."""

    blobs: dict[str, bytes]
    manifests: dict[str, bytes]
    uploads: list[str]

    def _answer(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_HEAD(self) -> None:
        if "/manifests/" in self.path and self.path in self.manifests:
            digest = hashlib.sha256(self.manifests[self.path]).hexdigest()
            self._answer(200, Docker_Content_Digest=f"sha256:{digest}")
        else:
            self._answer(200 if self.path.rsplit("/", 1)[1] in self.blobs else 404)

    def do_POST(self) -> None:
        self._answer(202, Location=f"http://{self.headers['Host']}{self.path}1?state=x")

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if "/manifests/" in self.path:
            self.manifests[self.path] = body
            self._answer(201)
            return
        digest = parse_qs(urlsplit(self.path).query)["digest"][0]
        right = digest == "sha256:" + hashlib.sha256(body).hexdigest()
        if right:
            self.blobs[digest] = body
            self.uploads.append(digest)
        self._answer(201 if right else 400)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def registry() -> Iterator[tuple[Mirror, type[Registry]]]:
    handler = type("Fresh", (Registry,), {"blobs": {}, "manifests": {}, "uploads": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Mirror(container="m", image="i", port=server.server_port), handler
    server.shutdown()
    thread.join()
    server.server_close()


def image(folder: Path, text: bytes) -> Path:
    tree = Tree()
    tree.add_file("/file", text, 0o644)
    folder.mkdir()
    write_image(folder, "x", ["x:1"], tree, {}, ["library/x:1", "library/x:latest"])
    return folder


def serves(place: Mirror, folder: Path) -> bool:
    return mirror.serves(place, ImageFolder(folder).image.publish, mirror.digest(folder))


def test_an_image_is_served_under_all_its_names(
    tmp_path: Path, registry: tuple[Mirror, type[Registry]]
) -> None:
    place, server = registry
    folder = image(tmp_path / "a", b"1")
    assert not serves(place, folder)
    mirror.publish(place, folder)
    assert serves(place, folder)
    assert sorted(server.manifests) == ["/v2/library/x/manifests/1", "/v2/library/x/manifests/latest"]
    known = ImageFolder(folder).image
    sent = json.loads(server.manifests["/v2/library/x/manifests/1"])
    assert [layer["digest"] for layer in sent["layers"]] == list(known.layers)
    assert sent["config"]["digest"] == known.id
    assert server.blobs[known.layers[0]] == ImageFolder(folder).layers[0].read_bytes()


def test_what_is_there_is_not_sent_again(tmp_path: Path, registry: tuple[Mirror, type[Registry]]) -> None:
    place, server = registry
    mirror.publish(place, image(tmp_path / "a", b"1"))
    assert len(server.uploads) == 2
    mirror.publish(place, image(tmp_path / "b", b"1"))
    assert len(server.uploads) == 2
    changed = image(tmp_path / "c", b"2")
    assert not serves(place, changed)
    mirror.publish(place, changed)
    assert len(server.uploads) == 4


def test_a_mirror_that_is_gone_is_an_error_in_words(tmp_path: Path) -> None:
    place = Mirror(container="m", image="i", port=1)
    folder = image(tmp_path / "a", b"1")
    assert not serves(place, folder)
    with pytest.raises(StepFailed, match="mirror registry did not take x"):
        mirror.publish(place, folder)


def test_a_page_that_is_no_registry_is_not_taken_for_one(registry: tuple[Mirror, type[Registry]]) -> None:
    place, _ = registry
    assert not registry_probe.registry_answers(f"http://127.0.0.1:{place.port}/v2/")
    assert not registry_probe.registry_answers("http://127.0.0.1:1/v2/")
