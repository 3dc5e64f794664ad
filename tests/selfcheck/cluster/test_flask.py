"""The stand-in for the program of the introductory lab, seen in a browser: the Pod's name and its open tabs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
import tenacity
from playwright.sync_api import Browser, Page, expect

from fixtures.airgap.kit import load_kit
from tests.selfcheck.browser.conftest import browser, chromium  # noqa: F401 - fixtures
from tests.selfcheck.cluster.runs import docker

IMAGE = "arneduyver/loadbalancetester-flask:latest"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, str]]:
    """The address of the program in a container of its own, and the container's host name."""
    kit = load_kit()
    if not any(image.stand_in for image in kit.images if image.name == IMAGE):
        pytest.skip("the real program is used, whose page fetches its script from outside")
    assert kit.mirror is not None
    image = f"127.0.0.1:{kit.mirror.port}/{IMAGE}"
    (container,) = docker("run", "--detach", "--publish", "127.0.0.1::5000", image)
    try:
        url = f"http://{docker('port', container, '5000/tcp')[0]}/"
        tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(requests.ConnectionError),
            stop=tenacity.stop_after_delay(60),
            wait=tenacity.wait_fixed(0.2),
            reraise=True,
        )(requests.get, url, timeout=5)
        yield url, container[:12]
    finally:
        docker("rm", "--force", "--volumes", container)


def tab(browser: Browser, url: str) -> Page:  # noqa: F811
    page = browser.new_context().new_page()
    page.goto(url)
    return page


def test_a_tab_shows_the_pod_and_counts_the_others(
    browser: Browser,  # noqa: F811
    served: tuple[str, str],
) -> None:
    url, name = served
    first = tab(browser, url)
    expect(first.locator("#server")).to_have_text(name)
    expect(first.locator("#count")).to_have_text("1")
    expect(first.locator("#sid")).to_contain_text("session: ")
    second = tab(browser, url)
    expect(second.locator("#count")).to_have_text("2")
    expect(first.locator("#count")).to_have_text("2")
    second.close()
    expect(first.locator("#count")).to_have_text("1")
