"""A hub in a thread, with one small image."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from fixtures.airgap.archive import write_image
from fixtures.airgap.tree import Tree
from tests.selfcheck.hub import serving
from tests.selfcheck.hub.client import IMAGE, OTHER, SIZE, Client, Start
from tests.selfcheck.hub.hosts import DOCKER_HUB, GHCR
from tests.selfcheck.hub.ills import WELL, Ill
from tests.selfcheck.hub.journal import Journal
from tests.selfcheck.hub.server import Hub
from tests.selfcheck.hub.shelf import Shelf


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pem")
    serving.certify(folder, "127.0.0.1")
    return folder


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = Tree()
    tree.add_file("/file", b"x" * SIZE, 0o644)
    folder = tmp_path_factory.mktemp("image")
    write_image(folder, "x", ["x:1"], tree, {"Cmd": ["sh"]})
    return folder


@pytest.fixture
def start(tmp_path: Path, pem: Path, image: Path) -> Iterator[Start]:
    with ExitStack() as stack:

        def run(ill: Ill = WELL) -> Client:
            shelf = Shelf()
            shelf.put(DOCKER_HUB, IMAGE, "1", image)
            shelf.put(GHCR, OTHER, "5", image)
            file = tmp_path / "requests.jsonl"
            book = Journal(file)
            stack.callback(book.close)
            port = stack.enter_context(serving.in_thread(Hub(shelf, book, ill), serving.tls(pem)))
            client = Client(port, pem / serving.AUTHORITY, file)
            stack.callback(client.close)
            return client

        yield run


@pytest.fixture
def client(start: Start) -> Client:
    return start()
