"""The mirror is filled with what changed only, and checked by digest: with a registry that only reads."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fixtures.airgap import mirror, registry_probe
from fixtures.airgap.archive import ImageFolder, write_image
from fixtures.airgap.errors import KitError, KitMissing, StepFailed
from fixtures.airgap.kit import Kit, Mirror, check_served
from fixtures.airgap.served import Registry, Unanswered
from fixtures.airgap.tree import Tree
from tests.selfcheck.airgap.conftest import FakeProgram


class Reader(BaseHTTPRequestHandler):
    """As much of a registry as reading from it needs, with files as the distribution project has them."""

    folder: Path

    def do_GET(self) -> None:
        if self.path == "/v2/":
            self._answer(b"{}")
            return
        _v2, *names, kind, last = self.path.strip("/").split("/")
        repository = self.folder / "docker/registry/v2/repositories" / "/".join(names)
        place = f"_layers/{last.replace(':', '/')}" if kind == "blobs" else f"_manifests/tags/{last}/current"
        try:
            digest = (repository / place / "link").read_text("ascii").removeprefix("sha256:")
            self._answer((self.folder / content(digest)).read_bytes())
        except OSError:
            self._answer(b"unknown", 404)

    def _answer(self, body: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def content(number: str) -> str:
    return f"docker/registry/v2/blobs/sha256/{number[:2]}/{number}/data"


@pytest.fixture
def place(tmp_path: Path, fake: FakeProgram) -> Iterator[Mirror]:
    """A mirror, and a docker that unpacks into its volume what is copied there."""
    volume = tmp_path / "volume"
    volume.mkdir()
    fake(
        "docker",
        f"""echo "$@" >> {tmp_path}/log
case "$1" in
create) echo filler ;;
cp) /bin/tar -x -v -C {volume} >> {tmp_path}/written ;;
esac""",
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Reader,), {"folder": volume}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Mirror(container="m", image="i", port=server.server_port)
    server.shutdown()
    thread.join()
    server.server_close()


NAMES = ["library/x:1", "library/x:latest"]


def image(folder: Path, text: bytes) -> Path:
    tree = Tree()
    tree.add_file("/file", text, 0o644)
    folder.mkdir()
    write_image(folder, "x", ["x:1"], tree, {}, NAMES)
    return folder


def serves(place: Mirror, folder: Path) -> bool:
    return mirror.serves(place, ImageFolder(folder).image.publish, mirror.digest(folder))


def written(tmp_path: Path) -> list[str]:
    """The names of the blobs that were copied, of all times."""
    lines = (tmp_path / "written").read_text("utf-8").splitlines()
    return [line.split("/")[-2] for line in lines if line.endswith("/data")]


def test_an_image_is_served_under_all_its_names(tmp_path: Path, place: Mirror) -> None:
    folder = image(tmp_path / "a", b"1")
    assert not serves(place, folder)
    mirror.publish(place, folder)
    assert serves(place, folder)
    sent = json.loads(mirror.manifest(folder))
    known = ImageFolder(folder).image
    assert [layer["digest"] for layer in sent["layers"]] == list(known.layers)
    assert sent["config"]["digest"] == known.id
    assert (tmp_path / "log").read_text("utf-8").splitlines() == [
        "create --mount type=volume,source=m,target=/var/lib/registry i",
        "cp - filler:/var/lib/registry",
        "rm filler",
    ]


def test_content_is_written_before_what_refers_to_it(tmp_path: Path, place: Mirror) -> None:
    mirror.publish(place, image(tmp_path / "a", b"1"))
    kinds = [line.rsplit("/", 1)[1] for line in (tmp_path / "written").read_text("utf-8").splitlines()]
    assert kinds == ["data"] * 3 + ["link"] * (len(kinds) - 3)


def test_what_is_there_is_not_sent_again(tmp_path: Path, place: Mirror) -> None:
    mirror.publish(place, image(tmp_path / "a", b"1"))
    assert len(written(tmp_path)) == 3
    mirror.publish(place, image(tmp_path / "b", b"1"))
    assert len(written(tmp_path)) == 4  # the manifest, which is small
    changed = image(tmp_path / "c", b"2")
    assert not serves(place, changed)
    mirror.publish(place, changed)
    assert len(written(tmp_path)) == 7


def kit(place: Mirror, folder: Path) -> Kit:
    served = dict.fromkeys(NAMES, mirror.digest(folder))
    paths = {"k3d": Path("k3d"), "kubectl": Path("kubectl")}
    return Kit(
        source="built",
        k3d_version="",
        node_image="",
        kubernetes_version="",
        mirror=place,
        served=served,
        **paths,
    )


@pytest.mark.parametrize("part", ["manifest", "configuration", "layer", "tag"])
def test_other_content_than_setup_put_there_is_told_and_mended(
    tmp_path: Path, place: Mirror, part: str
) -> None:
    folder = image(tmp_path / "a", b"1")
    mirror.publish(place, folder)
    known = kit(place, folder)
    check_served(known)
    described = ImageFolder(folder).image
    parts = {"manifest": mirror.digest(folder), "configuration": described.id, "layer": described.layers[0]}
    if part == "tag":
        mirror.publish(place, image(tmp_path / "b", b"2"))
    else:
        file = tmp_path / "volume" / content(parts[part].removeprefix("sha256:"))
        file.write_bytes(file.read_bytes()[:-1] + b"\n")  # of the same size
    with pytest.raises(KitMissing, match=r"does not serve the image that setup put into it. \(x:1\)") as told:
        check_served(known)
    assert told.value.todo == "Run: kubegrade setup"
    assert not serves(place, folder)
    mirror.publish(place, folder)
    check_served(known)


def test_a_mirror_that_is_gone_is_an_error_in_words(tmp_path: Path) -> None:
    place = Mirror(container="m", image="i", port=1)
    folder = image(tmp_path / "a", b"1")
    assert not serves(place, folder)
    with pytest.raises(StepFailed, match="mirror registry does not answer"):
        mirror.publish(place, folder)
    with pytest.raises(KitError, match="mirror registry does not answer"):
        check_served(kit(place, folder))


def test_a_proxy_of_the_environment_is_not_asked(
    tmp_path: Path, place: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    folder = image(tmp_path / "a", b"1")
    mirror.publish(place, folder)
    assert serves(place, folder)


def test_a_registry_that_does_not_answer_says_why() -> None:
    with Registry(1) as registry, pytest.raises(Unanswered, match="Connection refused"):
        registry.answers()


def test_a_page_that_is_no_registry_is_not_taken_for_one(place: Mirror) -> None:
    assert not registry_probe.registry_answers(f"http://127.0.0.1:{place.port}/v2/")
    assert not registry_probe.registry_answers("http://127.0.0.1:1/v2/")
