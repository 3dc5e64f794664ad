"""A client of a hub in a thread, for the tests of the hub itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from fixtures.airgap.archive import ImageFolder
from tests.selfcheck.hub import journal
from tests.selfcheck.hub.hosts import DOCKER_AUTH, DOCKER_BLOBS, DOCKER_HUB

IMAGE = "library/x"
"""An image of Docker Hub with the tag 1, of one layer of a little more than SIZE bytes."""
OTHER = "k3d-io/y"
"""The same image on GitHub's registry, with the tag 5."""
SIZE = 300_000


class Client:
    """Asks a hub as an HTTP client does, with the host that it is told."""

    def __init__(self, port: int, authority: Path, journal_file: Path) -> None:
        self._base = f"https://127.0.0.1:{port}"
        self._journal = journal_file
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(authority)

    def __call__(
        self, method: str, path: str, host: str = DOCKER_HUB, token: str = "", **options: Any
    ) -> requests.Response:
        headers = {"Host": host, **options.pop("headers", {})}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        options = {"timeout": 10, "allow_redirects": False, **options}
        return self.session.request(method, self._base + path, headers=headers, **options)

    def token(self, repository: str = IMAGE, auth: str = DOCKER_AUTH, **options: Any) -> str:
        answer = self("GET", f"/token?service=s&scope=repository:{repository}:pull", auth, **options)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])

    def blob(self, digest: str, **options: Any) -> requests.Response:
        hexadecimal = digest.removeprefix("sha256:")
        path = f"/registry-v2/docker/registry/v2/blobs/sha256/{hexadecimal[:2]}/{hexadecimal}/data"
        return self("GET", path, DOCKER_BLOBS, **options)

    @property
    def log(self) -> list[journal.Request]:
        return journal.read(self._journal)

    def close(self) -> None:
        self.session.close()


Start = Callable[..., Client]


def digest_of_layer(image: Path) -> str:
    return ImageFolder(image).image.layers[0]
