"""The page about a class in a browser: with 1, 40 and 1000 students, and the page that can be shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from grading.class_page import to_html
from grading.text.i18n import Language, speaking
from tests.selfcheck.browser.conftest import DESK, PHONE, Scheme
from tests.selfcheck.browser.keyboard import assert_reached_by_keyboard
from tests.selfcheck.classes.results import results
from tests.selfcheck.test_class_page import hostile

Visit = Callable[..., Page]
NONE = "\N{EN DASH}"


@cache
def page(students: int, anonymous: bool = False) -> str:
    return to_html(results(students), anonymous=anonymous)


PAGES: dict[str, Callable[[], str]] = {
    "1": lambda: page(1),
    "40": lambda: page(40),
    "anonymous": lambda: page(40, anonymous=True),
    "hostile": lambda: to_html(hostile(results(12))),
}


@pytest.fixture(scope="module", params=PAGES)
def html(request: pytest.FixtureRequest) -> str:
    return PAGES[request.param]()


def names(shown: Page) -> list[str]:
    return [cell.split("\n")[0] for cell in shown.locator("#table tbody tr:visible th").all_inner_texts()]


def assert_accessible(shown: Page) -> None:
    shown.evaluate("document.querySelectorAll('details').forEach(item => item.open = true)")
    result = Axe().run(shown)
    assert not result.violations_count, result.generate_report()
    assert {"color-contrast", "heading-order", "landmark-one-main"} <= {
        rule["id"] for rule in result.response["passes"]
    }


@pytest.mark.parametrize(("width", "scheme"), [(DESK, "light"), (DESK, "dark"), (PHONE, "light")])
def test_accessible(visit: Visit, html: str, width: int, scheme: Scheme) -> None:
    assert_accessible(visit(html, width, scheme))


@pytest.mark.parametrize("opened", [False, True], ids=["closed", "opened"])
def test_fits_a_phone(visit: Visit, html: str, opened: bool) -> None:
    shown = visit(html, PHONE)
    shown.evaluate(
        f"document.querySelectorAll('details').forEach(item => item.open ||= {str(opened).lower()})"
    )
    assert shown.evaluate("document.documentElement.scrollWidth") == PHONE
    letters = shown.evaluate("[...document.querySelectorAll('svg text')].map(t => t.getBoundingClientRect())")
    assert all(box["height"] > 9 and box["right"] <= PHONE for box in letters)


@pytest.mark.parametrize("spoken", Language)
def test_a_state_is_not_broken_within_a_word(visit: Visit, spoken: Language) -> None:
    with speaking(spoken):
        shown = visit(to_html(results(40)), PHONE)
    assert shown.evaluate("document.documentElement.scrollWidth") == PHONE
    lines = """badges => badges.map(badge => {
        const words = badge.textContent.trim().split(/\\s+/);
        return [badge.getClientRects().length, words.length, badge.textContent];
    })"""
    found = shown.locator("#table .badge").evaluate_all(lines)
    assert [text for number, words, text in found if number > words] == []


def test_the_columns_are_told_as_a_table(visit: Visit) -> None:
    shown = visit(page(40))
    drawing = shown.get_by_role(
        "img", name="Number of submissions per grade; the table below shows the same numbers"
    )
    drawn = drawing.locator(".count").all_text_contents()
    shown.get_by_text("The same numbers as a table").click()
    cells = shown.locator("figure tbody td").all_inner_texts()
    assert len(cells) == 10
    assert [cell for cell in cells if cell != "0"] == drawn


def test_sorting_by_keyboard(visit: Visit) -> None:
    shown = visit(page(40))
    before = names(shown)
    head = shown.locator("#table thead th")
    button = shown.get_by_role("button", name="Grade", exact=True)
    button.focus()
    shown.keyboard.press("Enter")
    assert [head.nth(n).get_attribute("aria-sort") for n in range(4)] == [None, None, None, "ascending"]
    grades = shown.locator("#table td.grade").all_inner_texts()
    numbers = [float(grade) for grade in grades if grade != NONE]
    assert numbers == sorted(numbers)
    shown.keyboard.press("Space")
    assert head.nth(3).get_attribute("aria-sort") == "descending"
    grades = shown.locator("#table td.grade").all_inner_texts()
    assert [float(grade) for grade in grades if grade != NONE] == numbers[::-1]
    # What has no grade stays at the end, and nobody is lost.
    assert grades[len(numbers) :] == [NONE] * (40 - len(numbers))
    shown.get_by_role("button", name="Student", exact=True).press("Enter")
    assert head.nth(3).get_attribute("aria-sort") is None
    assert sorted(names(shown)) == sorted(before)
    assert names(shown) != before
    shown.get_by_role("button", name="State", exact=True).press("Enter")
    assert shown.locator("#table tbody td .badge").first.inner_text() == "error"


@pytest.mark.parametrize(
    ("wanted", "count"), [("aicha", 2), ("  PEETERS aicha ", 1), ("went away", 2), ("late by", 4), ("zzz", 0)]
)
def test_searching(visit: Visit, wanted: str, count: int) -> None:
    shown = visit(page(40))
    status = shown.get_by_role("status")
    assert status.inner_text() == ""
    field = shown.get_by_role("searchbox", name="Search names, states and remarks")
    field.press_sequentially(wanted)
    found = shown.locator("#table tbody tr:visible").count()
    assert status.inner_text() == f"{found} of 40 shown"
    assert found == count
    field.press("Enter")
    assert shown.locator("#table tbody tr:visible").count() == found
    field.fill("")
    assert shown.locator("#table tbody tr:visible").count() == 40
    assert status.inner_text() == ""


def test_without_scripts_the_table_is_there(browser: Browser, visit: Visit) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": DESK, "height": 800})
    shown = context.new_page()
    shown.set_content(page(40))
    assert shown.locator("#table tbody tr").count() == 40
    assert shown.get_by_role("columnheader", name="Student", exact=True).count() == 1
    assert shown.locator("form").is_hidden()
    assert shown.get_by_role("button").count() == 0
    context.close()


def test_a_thousand_are_usable(visit: Visit) -> None:
    shown = visit(page(1000))
    assert shown.locator("#table tbody tr").count() == 1000
    shown.locator("#table thead button").first.click()
    shown.locator("#wanted").fill("peeters")
    count = shown.locator("#table tbody tr:visible").count()
    assert shown.get_by_role("status").inner_text() == f"{count} of 1000 shown"
    assert 0 < count < 1000
    # The rules of axe see every row of a search; of a thousand rows they would see the same again.
    assert_accessible(shown)


def test_everything_is_reached_by_keyboard(visit: Visit, html: str) -> None:
    shown = visit(html)
    assert_reached_by_keyboard(shown)


def test_hostile_text_is_text(visit: Visit) -> None:
    shown = visit(PAGES["hostile"](), PHONE)
    assert shown.evaluate("document.querySelectorAll('img, iframe, [onerror], [onload]').length") == 0
    assert shown.locator("script").count() == 1
    assert shown.locator("h1").inner_text().startswith("</td><script>alert(1)</script>")
    assert shown.locator("#table tbody tr").count() == 12


def test_in_dutch(visit: Visit) -> None:
    with speaking(Language.NL):
        shown = visit(to_html(results(12)))
    assert shown.evaluate("document.documentElement.lang") == "nl"
    assert shown.locator("#table").get_attribute("data-lang") == "nl"


def test_print_has_the_table_and_no_controls(visit: Visit) -> None:
    shown = visit(page(12), scheme="dark")
    shown.emulate_media(media="print")
    assert shown.locator("form").is_hidden()
    assert shown.locator("#table tbody tr:visible").count() == 12
    colour = shown.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colour == "rgb(255, 255, 255)"
