"""The page of a report in a browser: what it loads, shows, prints, and how it is used by keyboard."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from grading.report.model import Detail, Verdict
from tests.selfcheck.browser.conftest import DESK, PHONE, Scheme
from tests.selfcheck.browser.keyboard import assert_reached_by_keyboard
from tests.selfcheck.pages import FAULTY, Made, graded, hostile, incomplete, lab, page, reduced

PAGES: dict[str, Callable[[], Made]] = {
    "full": graded,
    "faulty": lambda: graded(*FAULTY),
    "lab": lab,
    "incomplete": incomplete,
    "hidden": lambda: reduced(
        reduced(graded(*FAULTY), Detail.NONE, "rolling.surge", "pods.exec"), Detail.VERDICT, "rollback.undo"
    ),
    "hostile": lambda: hostile("</p><script>alert(1)</script> a_long_word" * 20),
}

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "element that closes": "</code></pre></td></p><img src=x onerror=alert(1)>",
    "attribute that closes": "\"><svg onload=alert(1)> ' onmouseover='alert(1)",
    "style": "</style><style>*{display:none}</style>",
    "comment": "<!-- --> ]]> <![CDATA[ </svg></title>",
    "entity": "&lt;b&gt; &amp;amp; &#x3c;",
    "template": "{{ 7*7 }}{% raw %}{# x #}${7*7}",
    "mathtext": r"$\frac{1}{2}$ $x^",
    "link": "javascript:alert(1) http://192.0.2.1/x",
    "control": "a\x1b[2J\x07b\x00c\x08d",
    "right to left": "abc\u202edef\u2066ghi\u200fjkl\u200b",
    "not UTF-8": b"caf\xe9 \xff\xfe".decode("utf-8", "replace"),
    "noncharacters": "a\ufffe\uffffb",
    "long": "x" * 1_000_000,
    "many lines": "y\n" * 20_000,
    "marks": "Z" + "\u0301\u0336" * 500,
    "backticks": "`a` ``b`` `<b>`",
}


@pytest.fixture(scope="module", params=PAGES)
def html(request: pytest.FixtureRequest) -> str:
    return page(PAGES[request.param]())


@pytest.mark.parametrize(("width", "scheme"), [(DESK, "light"), (DESK, "dark"), (PHONE, "light")])
def test_accessible(visit: Callable[..., Page], html: str, width: int, scheme: Scheme) -> None:
    shown = visit(html, width, scheme)
    # What is closed has no colours to look at.
    shown.evaluate("document.querySelectorAll('details').forEach(item => item.open = true)")
    result = Axe().run(shown)
    assert not result.violations_count, result.generate_report()
    checked = {rule["id"] for rule in result.response["passes"]}
    assert {"color-contrast", "heading-order", "landmark-one-main", "html-has-lang"} <= checked


@pytest.mark.parametrize("opened", [False, True], ids=["closed", "opened"])
def test_fits_a_phone(visit: Callable[..., Page], html: str, opened: bool) -> None:
    shown = visit(html, PHONE)
    shown.evaluate(
        f"document.querySelectorAll('details').forEach(item => item.open ||= {str(opened).lower()})"
    )
    assert shown.evaluate("document.documentElement.scrollWidth") == PHONE
    beyond = shown.evaluate(
        f"""[...document.querySelectorAll('body *:not(.skip, .unseen)')].filter(
            item => item.checkVisibility() && item.getBoundingClientRect().right > {PHONE} + 1
        ).map(item => item.outerHTML.slice(0, 200))"""
    )
    assert not beyond


def test_plots_are_drawn_for_the_width(visit: Callable[..., Page]) -> None:
    html = page(graded())
    for width, drawn, other in ((DESK, "wide", "narrow"), (PHONE, "narrow", "wide")):
        shown = visit(html, width)
        assert shown.locator(f".plot.{drawn}:visible").count() == 5
        assert shown.locator(f".plot.{other}:visible").count() == 0
        heights = shown.evaluate(
            f"[...document.querySelectorAll('.plot.{drawn} text')].map(t => t.getBoundingClientRect().height)"
        )
        assert min(heights) > 9  # CSS pixels: still to be read
        names = [image.get_attribute("aria-label") for image in shown.get_by_role("img").all()]
        assert "Rolling update to nginx:1.26" in names
        assert len(names) == 5


def test_plot_takes_the_colours_of_the_scheme(visit: Callable[..., Page]) -> None:
    html = page(graded())
    colour = "getComputedStyle(document.querySelector('.plot.wide text')).fill"
    light, dark = (visit(html, DESK, scheme).evaluate(colour) for scheme in ("light", "dark"))
    assert light != dark


def test_everything_is_reached_by_keyboard(visit: Callable[..., Page], html: str) -> None:
    shown = visit(html)
    assert_reached_by_keyboard(shown)
    for summary in shown.locator("summary:visible").all():
        before = summary.evaluate("item => item.parentElement.open")
        summary.focus()
        shown.keyboard.press("Enter")
        assert summary.evaluate("item => item.parentElement.open") != before


def test_links_lead_to_what_they_name(visit: Callable[..., Page]) -> None:
    shown = visit(page(graded(*FAULTY)))
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.textContent") == "Skip to the report"
    shown.keyboard.press("Enter")
    assert shown.evaluate("document.activeElement.id") == "main"
    shown.locator(".advice").get_by_role("link", name="rolling.declared").press("Enter")
    assert shown.locator(".lost:target h3").inner_text().endswith("the rolling update of the course")
    file = shown.locator("details:target")
    shown.locator(".lost:target").get_by_role("link", name="the whole file").press("Enter")
    assert file.locator("summary").inner_text() == "dep-rolling.yaml"


def test_print_shows_what_is_folded_away(visit: Callable[..., Page]) -> None:
    shown = visit(page(graded(*FAULTY)), scheme="dark")
    hidden = "[...document.querySelectorAll('details:not([open]) > :not(summary)')]"
    seen = f"{hidden}.map(item => item.checkVisibility())"
    assert not any(shown.evaluate(seen))
    shown.emulate_media(media="print")
    folded = shown.evaluate(seen)
    assert folded
    assert all(folded)
    number = "getComputedStyle(document.querySelector('.advice > li'), '::before').printColorAdjust"
    assert shown.evaluate(number) == "exact"  # light on dark: without its ground it is not to be seen
    ink, paper = shown.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert (ink, paper) == ("rgb(27, 31, 36)", "rgb(255, 255, 255)")
    assert shown.pdf().startswith(b"%PDF")


def test_tables_and_landmarks(visit: Callable[..., Page]) -> None:
    shown = visit(page(graded(*FAULTY)))
    for role in ("banner", "navigation", "main", "contentinfo"):
        assert shown.get_by_role(role).count() == 1
    table = shown.get_by_role("table").first
    assert [cell.inner_text() for cell in table.get_by_role("columnheader").all()] == [
        "Verdict",
        "Criterion",
        "Points",
    ]
    assert table.get_by_role("rowheader").count() == 1
    assert shown.get_by_role("heading", level=1).inner_text() == "69 / 100 points"
    assert shown.get_by_text("marked line").count() > 0


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        *(pytest.param(text, Verdict.FAILED, id=name) for name, text in HOSTILE.items()),
        *(pytest.param(HOSTILE[name], Verdict.ERROR, id=f"{name}, error") for name in ("script", "control")),
    ],
)
def test_hostile_text_is_text(visit: Callable[..., Page], text: str, verdict: Verdict) -> None:
    html = page(hostile(text, verdict))
    assert len(html) < 3_000_000
    shown = visit(html, PHONE)
    counts = shown.evaluate(
        """() => ({
            bad: document.querySelectorAll('script, img, iframe, object, svg svg, [onload], [onerror], '
                + '[onmouseover], a:not([href^="#"])').length,
            styles: document.querySelectorAll('style').length,
            sections: document.querySelectorAll('main > section').length,
            figures: document.querySelectorAll('figure > .plot > svg').length,
        })"""
    )
    assert counts == {"bad": 0, "styles": 1, "sections": 4, "figures": 2}
    read: str = shown.evaluate("document.body.textContent")
    assert not [c for c in read if c in "\x00\x07\x08\x1b\u202e\u2066\u200b\u200f"]
    assert shown.evaluate("document.documentElement.scrollWidth") == PHONE
    line: Any = (
        text.split("\n")[0][:40].split("\x1b")[0].split("\u202e")[0].split("\ufffe")[0].split("\u0301")[0]
    )
    assert shown.locator(".submission").inner_text().startswith(line.strip())
    marked = shown.evaluate(
        "[...document.querySelectorAll('.lost .marked .text')].map(item => item.textContent)"
    )
    assert marked
    assert all(found.startswith(line) for found in marked)
