"""What the pages have in common for a keyboard."""

from playwright.sync_api import Page


def assert_reached_by_keyboard(shown: Page) -> None:
    """See that the key Tab leads to everything that can be used, in the order in which it stands there."""
    wanted = shown.evaluate(
        """() => [...document.querySelectorAll('a[href], summary, button, input')]
        .filter(item => item.checkVisibility())
        .map((item, index) => { item.dataset.at = index; return index })"""
    )
    reached = []
    for _press in wanted:
        shown.keyboard.press("Tab")
        reached.append(int(shown.evaluate("document.activeElement.dataset.at ?? -1")))
    assert reached == wanted
