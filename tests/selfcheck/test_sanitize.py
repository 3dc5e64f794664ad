"""Text of unknown origin made harmless."""

import re

import pytest

from grading.text.sanitize import fenced, inert, markdown, markdown_prose, one_line, printable, visible

MARK = "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("plain é ✅", "plain é ✅", id="plain"),
        pytest.param("a\x1b[31mb", f"a{MARK}[31mb", id="colour"),
        pytest.param("a\x1b]0;title\x07b", f"a{MARK}]0;title{MARK}b", id="window title"),
        pytest.param("a\x9b31m", f"a{MARK}31m", id="8-bit control sequence"),
        pytest.param("a\rb", f"a{MARK}b", id="carriage return"),
        pytest.param("a\r\nb", "a\nb", id="CRLF"),
        pytest.param("a\bb\x00c\x7f", f"a{MARK}b{MARK}c{MARK}", id="backspace, NUL, delete"),
        pytest.param("a\u202eb\u2066c", f"a{MARK}b{MARK}c", id="right to left"),
        pytest.param("a\u200bb\u2060\ufeff", f"a{MARK}b{MARK}{MARK}", id="invisible"),
        pytest.param("a\u2028b\u2029c", f"a{MARK}b{MARK}c", id="line separators"),
        pytest.param("a\ud800b", f"a{MARK}b", id="half of a surrogate pair"),
        pytest.param("a\ue000\U000e0041", f"a{MARK}{MARK}", id="private use and tags"),
        pytest.param("a\tb", "a   b", id="tab"),
        pytest.param("Vie\u0323\u0302t", "Vie\u0323\u0302t", id="marks on a letter"),
        pytest.param("Z" + "\u0336" * 9, "Z" + "\u0336" * 6 + MARK * 3, id="a pile of marks"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_long_lines_are_cut() -> None:
    assert visible("x" * 11 + "\n" + "y" * 10, limit=10) == "x" * 10 + "…\n" + "y" * 10


def test_one_line() -> None:
    assert one_line(" a\n\n b\tc\x0bd\u2028e ") == "a b c d e"
    assert len(one_line("x" * 1000)) == 301


@pytest.mark.parametrize(
    "text",
    ["**bold**", "[a](http://x)", "<script>", "| a | b |", "`code`", "# head", "- item", "1. item", "~~a~~",
     "![x](y)", "&lt;", "a\\", "\\<b>", "\\|", "@someone", "http://x.y", "$$x$$", "::error::x", "<!-- x"],
)  # fmt: skip
def test_markdown_shows_it_literally(text: str) -> None:
    result = markdown(text)
    assert not re.search(r"(?<!\\)(\\\\)*[`*_\[\]<>#|~@:$!]", result.replace("&lt;", "").replace("&amp;", ""))
    plain = result.replace("&lt;", "<").replace("&amp;", "&")
    assert re.sub(r"\\([^\w\s<&])", r"\1", plain) == text


def test_markdown_is_one_line() -> None:
    assert "\n" not in markdown("a\n\n# b\r\n- c")


@pytest.mark.parametrize("text", ["a", "```\n# out\n```", "`````", "~~~", "``` ````` ```", "a\n````text"])
def test_fence_cannot_be_left(text: str) -> None:
    first, *inside, last = fenced(text).split("\n")
    fence = first.removesuffix("text")
    assert set(fence) == {"`"}
    assert last == fence
    assert "\n".join(inside) == text
    assert all(fence not in line for line in inside)


@pytest.mark.parametrize(
    "text",
    [
        "::error::x",
        "  ::error file=a,line=1::x",
        "::add-mask::x",
        "a ::stop-commands::x",
        "##[error]x",
        ":::warning::",
    ],
)
def test_workflow_commands_do_nothing(text: str) -> None:
    result = inert(text)
    assert not re.search(r"::[A-Za-z]|##\[", result)
    assert len(result) == len(text)


@pytest.mark.parametrize("text", ["http://a", "[::1]:80", "a: b", "# comment", "## head", "10:20"])
def test_ordinary_colons_stay(text: str) -> None:
    assert inert(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("Set `maxSurge: 1` below it.", "Set `maxSurge: 1` below it\\.", id="code"),
        pytest.param("`a` and `<b>`", "`a` and `<b>`", id="code at both ends"),
        pytest.param("a ` b", "a \\` b", id="one backtick"),
        pytest.param("`a``<b>`", "\\`a\\`\\`&lt;b\\>\\`", id="backticks side by side"),
        pytest.param("`` <b> ``", "\\`\\` &lt;b\\> \\`\\`", id="two backticks"),
        pytest.param("`a` `<b>`", "\\`a\\` \\`&lt;b\\>\\`", id="nothing between"),
    ],
)
def test_markdown_prose(text: str, shown: str) -> None:
    assert markdown_prose(text) == shown


@pytest.mark.parametrize(
    "text",
    ["::error::x", "a\n  ::add-mask::x", "a ##[group]b", "a\x1b[2J", "a\r::stop-commands::x", "\u202ea"],
)
def test_what_is_printed_moves_no_cursor_and_is_no_command(text: str) -> None:
    shown = printable(text)
    assert not re.search(r"(^|\n)\s*::\w|##\[|[\x00-\x09\x0b-\x1f\x7f\u202e]", shown)
    assert printable(shown) == shown


def test_a_code_block_is_no_command_either() -> None:
    assert "\n::error" not in fenced("a\n::error::x")
