"""The real registry, with a name of its own: nobody on its network or on this machine can change it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from fixtures.airgap import mirror, registry_store
from fixtures.airgap.archive import ImageFolder, write_image
from fixtures.airgap.docker import container, image_ids
from fixtures.airgap.kit import Kit, KitMissing, Mirror, check_served, load_kit
from fixtures.airgap.tree import Tree
from fixtures.k3d import cluster_name
from grading.report.model import Verdict
from tests.selfcheck.cluster import runs
from tests.selfcheck.cluster.runs import docker

TAG = "library/x:1"


@dataclass(frozen=True)
class Filled:
    """A mirror with one image.

    Attributes:
        folder: of the image.
        client: an image that holds busybox.
    """

    mirror: Mirror
    folder: Path
    client: str

    @property
    def kit(self) -> Kit:
        return load_kit().model_copy(
            update={"mirror": self.mirror, "served": {TAG: mirror.digest(self.folder)}}
        )

    @property
    def blob(self) -> str:
        """Path of the layer, as it is asked for."""
        return f"/v2/library/x/blobs/{ImageFolder(self.folder).image.layers[0]}"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    known = load_kit()
    assert known.mirror is not None
    image = known.mirror.image
    name = f"kubegrade-test-{secrets.token_hex(4)}"
    try:
        made = mirror.ensure(image, image_ids([image])[image], name)
        folder = tmp_path_factory.mktemp("image")
        tree = Tree()
        tree.add_file("/file", b"text", 0o644)
        write_image(folder, "x", ["x:1"], tree, {}, [TAG])
        mirror.publish(made, folder)
        yield Filled(made, folder, image)
    finally:
        mirror.remove(name)


def ask(filled: Filled, method: str, path: str) -> int:
    """Return the status of an answer to a request of a program on this machine."""
    with requests.Session() as session:
        session.trust_env = False
        url = f"http://127.0.0.1:{filled.mirror.port}{path}"
        return session.request(method, url, data=b"x", timeout=10).status_code


CHANGES = [
    ("POST", "/v2/library/x/blobs/uploads/"),
    ("POST", f"/v2/library/x/blobs/uploads/?mount=sha256:{'0' * 64}&from=library/y"),
    ("PUT", "/v2/library/x/manifests/1"),
    ("DELETE", f"/v2/library/x/manifests/sha256:{'0' * 64}"),
    ("DELETE", f"/v2/library/x/blobs/sha256:{'0' * 64}"),
]


def test_what_setup_put_there_is_served(filled: Filled) -> None:
    assert ask(filled, "GET", filled.blob) == 200
    check_served(filled.kit)


@pytest.mark.parametrize(("method", "path"), CHANGES, ids=lambda value: value.split("?")[0])
def test_a_program_of_this_machine_cannot_change_it(filled: Filled, method: str, path: str) -> None:
    assert ask(filled, method, path) == 405
    check_served(filled.kit)


def test_a_container_on_its_network_cannot_push(filled: Filled) -> None:
    """As the Pods of a submission are, whose node shares a network with it."""
    address = (container(filled.mirror.container) or {})["NetworkSettings"]["Networks"]["bridge"]["IPAddress"]
    words = ("run", "--rm", "--entrypoint", "busybox", filled.client, "wget", "-q", "-O", "-")
    url = f"http://{address}:5000"
    assert docker(*words, f"{url}/v2/library/x/tags/list") == ['{"name":"library/x","tags":["1"]}']
    script = f"busybox wget -O - --post-data x {url}/v2/library/x/blobs/uploads/ 2>&1; true"
    shell = ("run", "--rm", "--entrypoint", "/bin/sh", filled.client, "-c", script)
    assert "HTTP/1.1 405" in " ".join(docker(*shell))
    check_served(filled.kit)


def test_the_registry_itself_cannot_write(filled: Filled) -> None:
    """What takes over its process is kept from the files by the kernel."""
    for place in (registry_store.FOLDER, ""):
        script = f"{{ echo x > {place}/file; }} 2>&1; true"
        words = docker("exec", filled.mirror.container, "sh", "-c", script)
        assert "Read-only file system" in " ".join(words)
    known = container(filled.mirror.container) or {}
    assert not known["HostConfig"]["Privileged"]
    assert known["HostConfig"]["CapDrop"] == ["ALL"]


def test_it_stays_the_same_when_setup_asks_for_it_again(filled: Filled) -> None:
    before = (container(filled.mirror.container) or {})["Id"]
    image = filled.mirror.image
    docker("stop", filled.mirror.container)
    assert mirror.ensure(image, image_ids([image])[image], filled.mirror.container) == filled.mirror
    assert (container(filled.mirror.container) or {})["Id"] == before
    check_served(filled.kit)


def test_content_that_was_changed_below_it_is_told_and_mended(filled: Filled) -> None:
    number = ImageFolder(filled.folder).image.layers[0].removeprefix("sha256:")
    file = f"{registry_store.FOLDER}/docker/registry/v2/blobs/sha256/{number[:2]}/{number}/data"
    volume = f"type=volume,source={filled.mirror.container},target={registry_store.FOLDER}"
    script = f"echo spoilt >> {file}"
    docker("run", "--rm", "--mount", volume, "--entrypoint", "/bin/sh", filled.client, "-c", script)
    with pytest.raises(KitMissing, match="does not serve the image that setup put into it") as told:
        check_served(filled.kit)
    assert (told.value.where, told.value.todo) == ("x:1", "Run: kubegrade setup")
    mirror.publish(filled.mirror, filled.folder)
    check_served(filled.kit)


def test_a_run_ends_before_it_makes_a_cluster(filled: Filled, tmp_path: Path) -> None:
    changed = filled.kit.model_copy(update={"served": {TAG: f"sha256:{'0' * 64}"}})
    (tmp_path / "kubegrade").mkdir()
    (tmp_path / "kubegrade" / "kit.json").write_text(changed.model_dump_json(), "utf-8")
    slot = 40
    options = ("-m", "s11_9", "--slot", str(slot))
    run = runs.run(tmp_path / "out", *options, XDG_CACHE_HOME=str(tmp_path))
    assert run.status >= 2, run.last_words
    assert {result.verdict for result in run.report.selected} == {Verdict.ERROR}
    for told in ("does not serve the image that setup put into it. (x:1)", "Run: kubegrade setup"):
        assert all(told in result.rationale for result in run.report.selected)
    assert runs.containers(cluster_name(slot)) == []


def test_one_of_another_version_is_made_anew_in_the_networks_of_kept_clusters(filled: Filled) -> None:
    name, image = f"{filled.mirror.container}-older", filled.mirror.image
    network = f"k3d-{name}"
    docker("network", "create", network)
    try:
        # As versions before had it: its files could be changed.
        docker("run", "--detach", "--name", name, "--network", network, image)
        made = mirror.ensure(image, image_ids([image])[image], name)
        known = container(name) or {}
        assert {mount["RW"] for mount in known["Mounts"]} == {False}
        assert set(known["NetworkSettings"]["Networks"]) == {"bridge", network}
        assert docker(
            "run",
            "--rm",
            "--network",
            network,
            "--entrypoint",
            "busybox",
            image,
            "wget",
            "-q",
            "-O",
            "-",
            f"http://{name}:5000/v2/",
        ) == ["{}"]
        mirror.publish(made, filled.folder)
        assert mirror.serves(made, [TAG], mirror.digest(filled.folder))
    finally:
        mirror.remove(name)
        docker("network", "rm", network)
