"""Does the hub speak as the real registries do?"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import requests

from fixtures.airgap.archive import ImageFolder
from tests.selfcheck.hub import journal
from tests.selfcheck.hub.client import IMAGE, OTHER, Client, digest_of_layer
from tests.selfcheck.hub.hosts import DOCKER_AUTH, DOCKER_BLOBS, DOCKER_HUB, GHCR
from tests.selfcheck.hub.shelf import INDEX, MANIFEST
from tests.selfcheck.hub.tokens import PASSWORD, USER

UNKNOWN = "made-up"


@pytest.mark.parametrize(
    ("host", "challenge"),
    [
        (DOCKER_HUB, 'Bearer realm="https://auth.docker.io/token",service="registry.docker.io"'),
        (GHCR, 'Bearer realm="https://ghcr.io/token",service="ghcr.io"'),
    ],
)
def test_who_shows_no_token_is_told_where_to_get_one(client: Client, host: str, challenge: str) -> None:
    answer = client("GET", "/v2/", host)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == challenge
    assert answer.headers["Docker-Distribution-Api-Version"] == "registry/2.0"
    assert answer.json()["errors"][0]["code"] == "UNAUTHORIZED"
    path = "/v2/library/x/manifests/1"
    assert 'scope="repository:library/x:pull"' in client("GET", path, host).headers["WWW-Authenticate"]


def test_a_token_is_for_the_repository_that_was_named_and_exists(client: Client) -> None:
    token = client.token()
    assert client("GET", "/v2/", token=token).status_code == 200
    assert client("GET", f"/v2/{IMAGE}/manifests/1", token=token).status_code == 200
    assert client("GET", f"/v2/{IMAGE}/manifests/1", token=UNKNOWN).status_code == 401
    for other in ("library/none", OTHER):
        assert client("GET", f"/v2/{other}/manifests/1", token=client.token(other)).status_code == 401
    github = client.token(OTHER, GHCR)
    assert client("GET", f"/v2/{OTHER}/manifests/5", GHCR, token=github).status_code == 200


def test_a_login_counts_by_either_way_and_a_wrong_password_does_not(client: Client) -> None:
    anonymous, known = client.token(), client.token(headers=basic(USER, PASSWORD))
    path = f"/v2/{IMAGE}/manifests/1"
    assert client("HEAD", path, token=anonymous).headers["ratelimit-limit"] == "100;w=21600"
    assert client("HEAD", path, token=known).headers["ratelimit-limit"] == "200;w=21600"
    assert [request.user for request in client.log if request.method == "HEAD"] == ["", USER]
    wrong = client("GET", "/token", DOCKER_AUTH, headers=basic(USER, "no"))
    assert (wrong.status_code, wrong.json()) == (401, {"details": "incorrect username or password"})
    form = {
        "grant_type": "password",
        "username": USER,
        "password": PASSWORD,
        "scope": f"repository:{IMAGE}:pull",
    }
    given = client("POST", "/token", DOCKER_AUTH, data=form).json()["access_token"]
    assert client("GET", path, token=given).status_code == 200
    assert client("POST", "/token", DOCKER_AUTH, data={**form, "password": "no"}).status_code == 401


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": requests.auth._basic_auth_str(user, password)}


def test_an_image_is_an_index_of_two_platforms_with_their_own_configs(client: Client, image: Path) -> None:
    token = client.token()
    index = client("GET", f"/v2/{IMAGE}/manifests/1", token=token)
    assert index.headers["Content-Type"] == INDEX
    assert named(index) == "sha256:" + hashlib.sha256(index.content).hexdigest()
    entries = {entry["platform"]["architecture"]: entry for entry in index.json()["manifests"]}
    assert set(entries) == {"amd64", "arm64"}
    for name, entry in entries.items():
        manifest = client("GET", f"/v2/{IMAGE}/manifests/{entry['digest']}", token=token)
        assert manifest.headers["Content-Type"] == MANIFEST
        assert (named(manifest), len(manifest.content)) == (entry["digest"], entry["size"])
        config = client.blob(manifest.json()["config"]["digest"]).json()
        assert config["architecture"] == name
        assert config["rootfs"]["diff_ids"] == [part["digest"] for part in manifest.json()["layers"]]
        assert config["rootfs"]["diff_ids"] == [digest_of_layer(image)]


def named(answer: requests.Response) -> str:
    return answer.headers["Docker-Content-Digest"]


def test_head_tells_what_get_would(client: Client, image: Path) -> None:
    token = client.token()
    for path in (f"/v2/{IMAGE}/manifests/1", f"/v2/{IMAGE}/blobs/{digest_of_layer(image)}"):
        head, get = client("HEAD", path, token=token), client("GET", path, token=token)
        assert head.content == b""
        assert head.status_code == get.status_code
        if get.content:
            assert head.headers["Content-Length"] == str(len(get.content))
        for name in ("Content-Type", "Docker-Content-Digest", "Location"):
            assert head.headers.get(name) == get.headers.get(name)


def test_what_is_not_there_is_said_in_a_registrys_words(client: Client) -> None:
    token = client.token()
    tag = client("GET", f"/v2/{IMAGE}/manifests/none", token=token)
    blob = client("GET", f"/v2/{IMAGE}/blobs/sha256:{'0' * 64}", token=token)
    assert (tag.status_code, blob.status_code) == (404, 404)
    assert tag.json()["errors"] == [
        {"code": "MANIFEST_UNKNOWN", "message": "manifest unknown", "detail": {"Tag": "none"}}
    ]
    assert blob.json()["errors"][0]["code"] == "BLOB_UNKNOWN"
    assert client("GET", "/v2/library/x/tags/list", token=token).status_code == 404


def test_docker_hub_sends_to_another_host_for_blobs_and_github_does_not(client: Client, image: Path) -> None:
    digest = digest_of_layer(image)
    sent = client("GET", f"/v2/{IMAGE}/blobs/{digest}", token=client.token())
    assert sent.status_code == 307
    assert sent.headers["Location"].startswith(f"https://{DOCKER_BLOBS}/")
    content = ImageFolder(image).layers[0].read_bytes()
    assert client.blob(digest).content == content
    github = client("GET", f"/v2/{OTHER}/blobs/{digest}", GHCR, token=client.token(OTHER, GHCR))
    assert github.content == content


@pytest.mark.parametrize(
    ("asked", "first", "end"), [("bytes=100-", 100, None), ("bytes=0-9", 0, 10), ("bytes=-5", -5, None)]
)
def test_a_part_of_a_blob(client: Client, image: Path, asked: str, first: int, end: int | None) -> None:
    content = ImageFolder(image).layers[0].read_bytes()
    part = client.blob(digest_of_layer(image), headers={"Range": asked})
    assert (part.status_code, part.content) == (206, content[first:end])
    assert part.headers["Content-Range"].endswith(f"/{len(content)}")
    late = client.blob(digest_of_layer(image), headers={"Range": f"bytes={len(content)}-"})
    assert (late.status_code, late.headers["Content-Range"]) == (416, f"bytes */{len(content)}")


def test_manifests_count_for_the_limit_but_neither_indexes_nor_heads(client: Client) -> None:
    token, path = client.token(), f"/v2/{IMAGE}/manifests"
    index = client("GET", f"{path}/1", token=token)
    assert index.headers["ratelimit-remaining"] == "100;w=21600"
    digest = index.json()["manifests"][0]["digest"]
    client("HEAD", f"{path}/{digest}", token=token)
    pulled = client("GET", f"{path}/{digest}", token=token)
    assert pulled.headers["ratelimit-remaining"] == "99;w=21600"
    github = client("GET", f"/v2/{OTHER}/manifests/5", GHCR, token=client.token(OTHER, GHCR))
    assert "ratelimit-limit" not in github.headers


def test_every_request_is_written_down_and_downloads_are_counted(client: Client, image: Path) -> None:
    digest = digest_of_layer(image)
    for _ in range(2):
        client.blob(digest)
    client("HEAD", f"/v2/{IMAGE}/manifests/1", token=client.token())
    size = ImageFolder(image).layers[0].stat().st_size
    assert [(r.method, r.host, r.status, r.bytes, r.client) for r in client.log if "/blobs/" in r.path] == [
        ("GET", DOCKER_BLOBS, 200, size, "127.0.0.1")
    ] * 2
    assert [(r.path, r.bytes) for r in client.log if r.method == "HEAD"] == [(f"/v2/{IMAGE}/manifests/1", 0)]
    assert journal.downloads(client.log) == {digest: 2}
