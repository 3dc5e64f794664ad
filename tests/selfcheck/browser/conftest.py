"""A headless Chromium of the machine's own, driven by Playwright; nothing is downloaded for it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

Scheme = Literal["light", "dark"]
PHONE, DESK = 360, 1200

NAMES = ("chromium", "chromium-browser", "google-chrome")
# What a test needs is on this machine: the browser itself asks nobody for anything.
SWITCHES = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # /dev/shm is small in containers, and a long page needs more than it has.
    "--disable-dev-shm-usage",
)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a Chromium; the tests are skipped where the machine has none."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"none of {', '.join(NAMES)} is on PATH; `make browser` says how to get one")
    return found


# Not for the session: while Playwright runs, no other test could run an event loop of its own.
@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """Return a browser that runs, with a fresh profile; contexts and pages are the test's to make."""
    with sync_playwright() as playwright:
        # Without a sandbox, for it cannot have one where it runs as root; it opens only our own pages.
        launched = playwright.chromium.launch(
            executable_path=chromium, headless=True, chromium_sandbox=False, args=list(SWITCHES)
        )
        yield launched
        launched.close()


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Open pages, and see in the end that nothing was asked of anybody and nothing complained."""
    heard: list[str] = []
    contexts: list[BrowserContext] = []

    def opened(html: str, width: int = DESK, scheme: Scheme = "light") -> Page:
        path = tmp_path / f"report-{len(contexts)}.html"
        path.write_text(html, "utf-8")
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        contexts.append(context)
        shown = context.new_page()
        shown.on("console", lambda message: heard.append(f"console: {message.text}"))
        shown.on("pageerror", lambda error: heard.append(f"error: {error}"))
        shown.on("dialog", lambda dialog: heard.append(f"dialog: {dialog.message}"))
        shown.on("request", lambda request: heard.append(f"request: {request.url}"))
        shown.goto(path.as_uri())
        heard.remove(f"request: {path.as_uri()}")
        return shown

    yield opened
    for context in contexts:
        context.close()
    assert not heard
