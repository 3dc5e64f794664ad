"""Is the hub as ill as it is told to be, and no more?"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from fixtures.airgap.archive import ImageFolder
from tests.selfcheck.hub.client import IMAGE, OTHER, SIZE, Start, digest_of_layer
from tests.selfcheck.hub.hosts import DOCKER_AUTH, DOCKER_HUB, GHCR, PORTAL
from tests.selfcheck.hub.ills import ALWAYS, ILLS, Ill


def test_the_limit_is_reached_after_so_many_manifests(start: Start) -> None:
    client = start(Ill(manifests=1))
    token, path = client.token(), f"/v2/{IMAGE}/manifests"
    digest = client("GET", f"{path}/1", token=token).json()["manifests"][0]["digest"]
    assert client("GET", f"{path}/{digest}", token=token).status_code == 200
    for reference in ("1", digest):
        late = client("GET", f"{path}/{reference}", token=token)
        assert late.status_code == 429
        assert late.headers["ratelimit-remaining"] == "0;w=21600"
        [error] = late.json()["errors"]
        assert error["code"] == "TOOMANYREQUESTS"
        assert error["message"].startswith("You have reached your unauthenticated pull rate limit.")
    assert client("HEAD", f"{path}/1", token=token).status_code == 200
    assert client("GET", f"/v2/{OTHER}/manifests/5", GHCR, token=client.token(OTHER, GHCR)).status_code == 200


@pytest.mark.parametrize(("times", "seen"), [(2, [500, 500, 200]), (ALWAYS, [500] * 3)])
def test_errors_at_first_or_always(start: Start, times: int, seen: list[int]) -> None:
    client = start(Ill(errors=times))
    path, token = f"/v2/{IMAGE}/manifests/1", client.token()
    assert [client("GET", path, token=token).status_code for _ in seen] == seen


def test_a_blob_breaks_off_in_its_middle_at_first(start: Start, image: Path) -> None:
    client = start(Ill(resets=1))
    digest, size = digest_of_layer(image), ImageFolder(image).layers[0].stat().st_size
    with pytest.raises(requests.exceptions.RequestException):
        client.blob(digest)
    broken = client.log[-1]
    assert broken.status == 499
    assert 0 < broken.bytes < size
    assert len(client.blob(digest).content) == size


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_portal_takes_everybody_to_its_page(start: Start, scheme: str) -> None:
    client = start(Ill(portal=scheme))
    for path, host in (("/v2/", DOCKER_HUB), ("/token", DOCKER_AUTH), (f"/v2/{OTHER}/manifests/5", GHCR)):
        sent = client("GET", path, host)
        assert (sent.status_code, sent.headers["Location"]) == (302, f"{scheme}://{PORTAL}/login")
    page = client("GET", "/login", PORTAL)
    assert page.headers["Content-Type"].startswith("text/html")


def test_all_connections_share_a_slow_line(start: Start, image: Path) -> None:
    client = start(Ill(bytes_per_second=SIZE, delay=0.2))
    size = ImageFolder(image).layers[0].stat().st_size
    begun = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: len(client.blob(digest_of_layer(image)).content), range(2)))
    assert both == [size, size]
    assert time.monotonic() - begun >= 0.2 + 2 * size / SIZE


def test_an_authority_that_nobody_knows(start: Start) -> None:
    client = start()
    client.session.verify = True
    with pytest.raises(requests.exceptions.SSLError):
        client("GET", "/v2/")


def test_ills_go_through_json() -> None:
    assert [Ill.from_json(ill.to_json()) for ill in ILLS.values()] == list(ILLS.values())
