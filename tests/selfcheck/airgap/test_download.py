"""k3d is downloaded if it is the file that is known, and compiled if not; the server is our own."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from rich.console import Console

from fixtures.airgap import download, golang, run
from fixtures.airgap.download import fetch_k3d, is_released_k3d, k3d_step
from fixtures.airgap.errors import KitError, RequirementMissing, StepFailed, Stopped
from fixtures.airgap.graph import Build, Digests
from fixtures.airgap.programs import K3D_VERSION
from fixtures.airgap.ready import Setup
from fixtures.airgap.store import Store
from tests.selfcheck.airgap.conftest import HAS_ALL, FakeProgram

K3D = f"#!/bin/sh\necho k3d version v{K3D_VERSION}\n".encode()
ASSET = f"v{K3D_VERSION}/k3d-linux-amd64"


class Release(BaseHTTPRequestHandler):
    """As much of a server as a release needs: a redirect to where the file is, and the file."""

    content: bytes
    status: int
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        path = urlsplit(self.path).path  # a proxy is asked for a whole address
        if not path.startswith("/stored/"):
            self.send_response(302)
            self.send_header("Location", f"/stored{path}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(K3D) if self.status == 200 else 0))
        self.end_headers()
        if self.status == 200:
            self.wfile.write(self.content)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Release]]:
    """The release of a k3d that is a script, on a machine for which there is one."""
    handler = type("Fresh", (Release,), {"content": K3D, "status": 200, "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(download, "architecture", lambda: "amd64")
    monkeypatch.setattr(download, "RELEASES", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setitem(download.SHA256, ASSET, hashlib.sha256(K3D).hexdigest())
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    yield handler
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_release_is_downloaded_and_can_be_run(release: type[Release], tmp_path: Path) -> None:
    fetch_k3d(tmp_path / "k3d")
    assert (tmp_path / "k3d").read_bytes() == K3D
    assert (tmp_path / "k3d").stat().st_mode & 0o777 == 0o755
    assert release.asked == [f"/{ASSET}", f"/stored/{ASSET}"]
    assert is_released_k3d(tmp_path / "k3d")
    (tmp_path / "k3d").write_bytes(K3D + b"\n")
    assert not is_released_k3d(tmp_path / "k3d")
    assert not is_released_k3d(tmp_path / "nowhere")


def refused(folder: Path) -> StepFailed:
    with pytest.raises(StepFailed) as caught:
        fetch_k3d(folder / "k3d")
    assert list(folder.iterdir()) == []
    return caught.value


def test_another_file_is_refused(release: type[Release], tmp_path: Path) -> None:
    release.content = K3D.replace(b"echo", b"Echo")
    error = refused(tmp_path)
    assert error.what == f"The downloaded file is not k3d v{K3D_VERSION}, so it is not used"
    assert hashlib.sha256(release.content).hexdigest() in error.detail
    assert hashlib.sha256(K3D).hexdigest() in error.detail


def test_half_a_file_is_refused(release: type[Release], tmp_path: Path) -> None:
    release.content = K3D[:20]
    refused(tmp_path)


@pytest.mark.parametrize("status", [404, 403, 500])
def test_an_answer_that_is_no_file_is_named(release: type[Release], tmp_path: Path, status: int) -> None:
    release.status = status
    error = refused(tmp_path)
    assert error.what == f"k3d v{K3D_VERSION} cannot be downloaded"
    assert error.where.endswith(ASSET)
    assert str(status) in error.detail


def test_a_server_that_is_not_there_is_named(
    release: type[Release], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "RELEASES", "http://127.0.0.1:9")
    assert "refused" in refused(tmp_path).detail


def test_a_server_that_says_nothing_is_not_waited_for(
    release: type[Release], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = threading.Event()
    monkeypatch.setattr(release, "do_GET", lambda _self: quiet.wait(20))
    monkeypatch.setattr(download, "_ANSWER_WITHIN", (0.2, 0.2))
    try:
        assert "timed out" in refused(tmp_path).detail
    finally:
        quiet.set()


def test_a_download_has_limits_of_size_and_time(
    release: type[Release], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "_WITHIN", -1.0)
    assert "took longer" in refused(tmp_path).what
    monkeypatch.setattr(download, "_MOST", 10)
    assert "larger than" in refused(tmp_path).what


def test_a_machine_without_a_release_is_named(
    release: type[Release], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "architecture", lambda: "riscv64")
    assert "for linux riscv64" in refused(tmp_path).what
    assert release.asked == []


def test_it_ends_when_setup_is_stopped(release: type[Release], tmp_path: Path) -> None:
    run.stop_all()
    try:
        with pytest.raises(Stopped):
            fetch_k3d(tmp_path / "k3d")
    finally:
        run.resume()
    assert list(tmp_path.iterdir()) == []


def test_the_proxies_of_the_environment_are_used(
    release: type[Release], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = download.RELEASES
    monkeypatch.setattr(download, "RELEASES", "http://releases.invalid")
    monkeypatch.setenv("http_proxy", proxy)
    fetch_k3d(tmp_path / "k3d")
    assert release.asked[0] == f"http://releases.invalid/{ASSET}"


@pytest.mark.parametrize("system", ["linux", "darwin"])
@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_a_digest_is_known_for_the_version_that_is_downloaded(system: str, architecture: str) -> None:
    digest = download.SHA256[f"v{K3D_VERSION}/k3d-{system}-{architecture}"]
    assert len(bytes.fromhex(digest)) == 32


def compiled(store: Store, error: KitError | None = None) -> Build:
    def build(folder: Path, _before: Digests) -> None:
        if error is not None:
            raise error
        (folder / "k3d").write_text("compiled", "utf-8")

    return Build(
        name="program k3d", title="compile k3d", inputs=("go",), store=store, recipe=["x"], build=build
    )


def test_the_step_downloads_once_and_needs_no_go(release: type[Release], tmp_path: Path) -> None:
    said: list[str] = []
    step = k3d_step(compiled(Store(tmp_path)), said.append)
    assert (step.name, step.inputs) == ("program k3d", ())
    digest = step.do({})
    assert (step.folder({}) / "k3d").read_bytes() == K3D
    assert step.current({}) == digest
    assert said == []


def test_k3d_is_compiled_if_it_cannot_be_downloaded_and_the_reason_is_said(
    release: type[Release], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release.status = 404
    fetched: list[str] = []
    monkeypatch.setattr(golang, "find_go", lambda: None)
    monkeypatch.setattr(golang, "fetch_go", lambda: fetched.append("go"))
    said: list[str] = []
    step = k3d_step(compiled(Store(tmp_path)), said.append)
    step.do({})
    assert (step.folder({}) / "k3d").read_text("utf-8") == "compiled"
    assert fetched == ["go"]
    assert "cannot be downloaded" in said[0]
    assert "404" in said[0]
    assert said[1] == "Therefore k3d is compiled on this machine."


@pytest.mark.parametrize(
    "error", [StepFailed("no Go proxy"), RequirementMissing("no pip", todo="Install Go")]
)
def test_if_neither_works_the_user_can_still_install_k3d(
    release: type[Release], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: KitError
) -> None:
    release.status = 404
    monkeypatch.setattr(golang, "find_go", lambda: Path("go"))
    step = k3d_step(compiled(Store(tmp_path), error), lambda _text: None)
    with pytest.raises(StepFailed, match=error.what) as caught:
        step.do({})
    assert caught.value.todo.startswith("Install k3d 5.8")


def test_a_stop_is_no_reason_to_compile(release: type[Release], tmp_path: Path) -> None:
    step = k3d_step(compiled(Store(tmp_path)), pytest.fail)
    run.stop_all()
    try:
        with pytest.raises(Stopped):
            step.do({})
    finally:
        run.resume()
    assert step.current({}) is None


@pytest.mark.usefixtures("full_mirror")
def test_setup_with_released_images_takes_the_released_k3d(release: type[Release], fake: FakeProgram) -> None:
    fake("docker", HAS_ALL)
    fake("kubectl", "")
    out = io.StringIO()
    kit = Setup(console=Console(file=out, width=200), ask=lambda _: True).run()
    assert kit.k3d.read_bytes() == K3D
    assert kit.k3d_version == f"v{K3D_VERSION}"
    assert f"setup provides k3d v{K3D_VERSION}, because the PATH has no k3d." in out.getvalue()
    assert "compile" not in out.getvalue()
    assert "Go" not in out.getvalue()
