"""Released images: pulled one after the other, each once, and put into the mirror under their names."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path

import pytest
import tenacity
from rich.console import Console

from fixtures.airgap import mirror, pulling, rate_limit, registry_digests, released, upstream
from fixtures.airgap.archive import write_archive, write_image
from fixtures.airgap.errors import KitError
from fixtures.airgap.graph import Action, do_all
from fixtures.airgap.kit import Mirror
from fixtures.airgap.paths import cache
from fixtures.airgap.programs import K3d
from fixtures.airgap.progress import Progress
from fixtures.airgap.pull_causes import Cause, cause_of
from fixtures.airgap.pulling import Pull
from fixtures.airgap.released import ReleasedPlan, Served, served_images
from fixtures.airgap.store import Store
from fixtures.airgap.tree import Tree
from tests.selfcheck.airgap.conftest import FakeProgram


def test_the_first_pull_decides_and_each_waits_for_the_one_before(tmp_path: Path) -> None:
    k3d = K3d(program=None, version="v5.8.3", reason="")
    plan = ReleasedPlan(Store(tmp_path), k3d=k3d, install=[], upstream=None, tell=print)
    steps = {step.name: step for step in plan.steps}
    assert steps["load registry"].inputs == ("machine",)
    pulls = [step for step in plan.steps if step.title.startswith("pull ")]
    assert len(pulls) == 4 + len(served_images())
    for step, before in zip(pulls[1:], pulls, strict=False):
        assert before.name in step.inputs


def test_the_mirror_serves_the_courses_images_and_what_the_node_itself_runs() -> None:
    names = {name for image in served_images() for name in image.names}
    assert {
        "library/nginx:1.24",
        "library/nginx:1.26",
        "library/nginx:latest",
        "library/debian:latest",
    } < names
    assert {"rancher/mirrored-pause:3.6", "rancher/klipper-lb:v0.4.9"} < names
    assert len({image.name for image in served_images()}) == len(served_images())


@pytest.fixture
def serving(fake: FakeProgram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Action, Path, Path]:
    """The step that serves x:1, the log of a docker that has it after a pull, and what came to the mirror."""
    tree = Tree()
    tree.add_file("/file", b"text", 0o644)
    folder = tmp_path / "image"
    folder.mkdir()
    write_image(folder, "x", ["x:1"], tree, {})
    archive = tmp_path / "x.tar"
    with archive.open("wb") as out:
        write_archive([folder], out)
    log, sent = tmp_path / "log", tmp_path / "sent"
    (tmp_path / "digest").write_text("one", "utf-8")
    fake(
        "docker",
        f"""echo "$@" >> {log}
case "$1 $2" in
"image inspect")
  if [ -e {tmp_path}/here ]; then echo '[{{"Id": "sha256:i", "RepoTags": ["x:1"], "Size": 67100000}}]'
  else echo '[]'; echo "Error: No such image" >&2; exit 1; fi ;;
"pull x:1")
  echo "1: Pulling from library/x"
  echo "0123456789ab: Pulling fs layer"; echo "ba9876543210: Pulling fs layer"
  echo "0123456789ab: Pull complete"; echo "Digest: sha256:$(/bin/cat {tmp_path}/digest)"
  /usr/bin/touch {tmp_path}/here ;;
"save --output") /bin/cp {archive} "$3" ;;
esac""",
    )
    served: set[str] = set()

    def publish(place: Mirror, image: Path) -> None:
        sent.write_bytes(mirror.manifest(image))
        served.add(mirror.digest(image))

    monkeypatch.setattr(mirror, "publish", publish)
    monkeypatch.setattr(mirror, "serves", lambda place, names, wanted: wanted in served)
    step = released._serve(Served("x", "x:1", ("library/x:1",)), "machine", None, print)
    assert isinstance(step, Action)
    return step, log, sent


BEFORE = {"mirror": Mirror(container="m", image="i", port=1).model_dump_json()}


def test_an_image_is_pulled_once_and_its_size_is_told(serving: tuple[Action, Path, Path]) -> None:
    step, log, sent = serving
    assert step.check(BEFORE) is None
    digest = step.act(BEFORE)
    assert step.check(BEFORE) == digest
    assert str(step) == "pull x:1 for the mirror: 67 MB"
    assert [layer["mediaType"] for layer in json.loads(sent.read_bytes())["layers"]] == [mirror._LAYER]
    assert not list(cache().glob(".served*"))
    step.act(BEFORE)  # the mirror was made anew: Docker still has the image
    assert log.read_text("utf-8").count("pull x:1") == 1


def test_an_image_of_the_users_own_is_asked_for_again(
    serving: tuple[Action, Path, Path], tmp_path: Path
) -> None:
    step, log, _sent = serving
    (tmp_path / "here").touch()
    step.act(BEFORE)
    assert "pull x:1" in log.read_text("utf-8")


def test_a_tag_that_moved_is_told_and_the_digest_of_the_last_pull_is_kept(
    serving: tuple[Action, Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    step, _log, _sent = serving
    step.act(BEFORE)
    assert registry_digests.known(["x:1"]) == {"x:1": "sha256:one"}
    assert capsys.readouterr().out == ""
    for digest in ("one", "two"):
        (tmp_path / "here").unlink()
        (tmp_path / "digest").write_text(digest, "utf-8")
        step.act(BEFORE)
    assert registry_digests.known(["x:1"]) == {"x:1": "sha256:two"}
    [told] = capsys.readouterr().out.splitlines()
    assert told.startswith("x:1 has changed since it was last pulled")
    assert "sha256:two" in told
    assert "sha256:one" in told


def test_docker_knows_the_digests_of_what_the_user_pulled(fake: FakeProgram) -> None:
    entries = [
        {"Id": "i", "RepoTags": ["x:1", "y:1"], "RepoDigests": ["x@sha256:1"]},
        {"Id": "j", "RepoTags": ["z:1"]},
    ]
    fake("docker", f"echo '{json.dumps(entries)}'")
    assert registry_digests.known(["x:1", "y:1", "z:1"]) == {"x:1": "sha256:1"}


def test_how_far_a_pull_is_stands_beside_it() -> None:
    pull = Pull("x:1")
    assert str(pull) == ""
    for line in ("0123456789ab: Pulling fs layer", "ba9876543210: Already exists", "Digest: sha256:1", "x"):
        pull._see(line + "\n")
    assert str(pull) == "1 of 2 layers"
    pull.attempt = 2
    assert str(pull) == "1 of 2 layers, attempt 2 of 3"


def test_a_pull_of_which_nothing_comes_is_ended_and_the_next_word_starts_the_clock_again(
    fake: FakeProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "STALLED", 2.0)
    fake("docker", 'for n in 1 2 3; do /bin/sleep 1; echo "0123456789ab: Waiting"; done; exec /bin/sleep 60')
    pull, begun = Pull("x:1"), time.monotonic()
    with pytest.raises(pulling.NotPulled, match="the download stopped halfway") as caught:
        pull.run()
    assert (caught.value.cause, pull.attempt, pull.layers) == (Cause.stalled, 1, {"0123456789ab"})
    assert caught.value.elsewhere
    assert 5 <= time.monotonic() - begun < 30


def test_a_pull_that_fails_once_is_tried_again(
    fake: FakeProgram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "WAIT", tenacity.wait_none())
    failed = tmp_path / "failed"
    fake(
        "docker",
        f"""if [ "$1" = pull ] && [ ! -e {failed} ]; then
  /usr/bin/touch {failed}; echo "read: connection reset by peer" >&2; exit 1
fi
[ "$1" != image ] || echo '[{{"Id": "i", "RepoTags": ["x:1"], "Size": 5000000}}]'""",
    )
    pull = Pull("x:1")
    pull.run()
    assert (pull.attempt, str(pull)) == (2, "5 MB")


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ("toomanyrequests: You have reached your pull rate limit.", Cause.rate_limit),
        ("Error response from daemon: error from registry: 429 Too Many Requests", Cause.rate_limit),
        ("x509: certificate signed by unknown authority", Cause.certificate),
        ("http: server gave HTTP response to HTTPS client", Cause.plain_http),
        ("error parsing HTTP 200 response body: invalid character '<' looking for value", Cause.portal),
        ("no matching manifest for linux/arm64/v8 in the manifest list entries", Cause.platform),
        ("pull access denied for x, repository does not exist or may require 'docker login'", Cause.login),
        ("unauthorized: incorrect username or password", Cause.login),
        ("manifest for x:2 not found: manifest unknown: manifest unknown", Cause.missing),
        ("received unexpected HTTP status: 500 Internal Server Error", Cause.server),
        ("dial tcp: lookup registry-1.docker.io on 10.0.0.1:53: no such host", Cause.unreachable),
        (
            "net/http: request canceled while waiting for connection (Client.Timeout exceeded)",
            Cause.unreachable,
        ),
        ("proxyconnect tcp: dial tcp 10.0.0.1:3128: connect: connection refused", Cause.unreachable),
        ("write /var/lib/docker/tmp/x: no space left on device", Cause.unknown),
    ],
)
def test_docker_says_why(words: str, cause: Cause) -> None:
    assert cause_of(words) is cause
    error = pulling.not_pulled("x:1", words)
    assert error.elsewhere == (cause in (Cause.server, Cause.unreachable))
    assert words in str(error)
    assert error.todo


def test_the_limit_says_what_is_left_and_when(monkeypatch: pytest.MonkeyPatch) -> None:
    assert rate_limit.parse("100;w=21600", "76;w=21600") == rate_limit.RateLimit(76, 100, 21600)
    assert rate_limit.parse("", "") is None
    assert rate_limit.parse("unlimited", "1") is None
    monkeypatch.setattr(rate_limit, "ask", lambda: rate_limit.RateLimit(0, 100, 21600))
    todo = pulling.not_pulled("x:1", "toomanyrequests").todo
    assert "This network has 0 of 100 pulls left per 6 hours" in todo
    assert "docker login" in todo


@pytest.mark.parametrize(
    ("value", "endpoint", "reference"),
    [
        (
            "https://cache.school.example",
            "https://cache.school.example",
            "cache.school.example/library/nginx:1.26",
        ),
        ("http://10.0.0.5:5000/", "http://10.0.0.5:5000", "10.0.0.5:5000/library/nginx:1.26"),
        ("https://h.example/hub", "https://h.example/v2/hub", "h.example/hub/library/nginx:1.26"),
    ],
)
def test_a_schools_cache_is_asked_in_the_place_of_docker_io(
    monkeypatch: pytest.MonkeyPatch, value: str, endpoint: str, reference: str
) -> None:
    monkeypatch.setenv("KUBEGRADE_MIRROR", value)
    found = upstream.from_environment()
    assert found is not None
    assert (found.endpoint, found.reference("nginx:1.26")) == (endpoint, reference)
    assert found.reference("ghcr.io/k3d-io/k3d-tools:5.8.3") is None


@pytest.mark.parametrize(
    "value", ["cache.school.example", "ftp://x", "https://user:secret@x", "https://[", "https://"]
)
def test_an_address_that_is_none_is_told_without_what_may_be_a_secret(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("KUBEGRADE_MIRROR", value)
    with pytest.raises(KitError, match="KUBEGRADE_MIRROR is not the address of a registry") as caught:
        upstream.from_environment()
    assert "secret" not in str(caught.value)


def test_an_image_of_a_schools_cache_gets_its_own_name(fake: FakeProgram, tmp_path: Path) -> None:
    log = tmp_path / "log"
    fake("docker", f"""echo "$@" >> {log}; [ "$1 $2" != "image inspect" ] || echo '[]'""")
    Pull("nginx:1.26", upstream.Upstream("https", "c.example")).run()
    assert log.read_text("utf-8").splitlines()[:3] == [
        "pull c.example/library/nginx:1.26",
        "tag c.example/library/nginx:1.26 nginx:1.26",
        "image rm c.example/library/nginx:1.26",
    ]


def test_what_a_step_says_of_itself_is_shown() -> None:
    out = io.StringIO()
    step = Action(name="a", title="pull a", check=lambda _: None, act=lambda _: "1", detail=lambda: "67 MB")
    progress = Progress(Console(file=out, width=200), 1)
    with progress.showing([step]):
        do_all([step], progress)
    assert "done   pull a: 67 MB in 0 s" in out.getvalue()
