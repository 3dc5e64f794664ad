"""No file, archive or output of a program is read or written in the encoding of the locale."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    path
    for folder in ("grading", "fixtures", "tests", "benchmarks")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if ROOT / "fixtures/airgap/sources" not in path.parents  # run in images, whose locale is known
]
TEXT_MODES = {"r", "w", "a", "x", "r+", "w+", "rt", "wt"}


def by_locale(code: str) -> Iterator[str]:
    """Yield the calls that take their encoding from the locale, or that end at what they cannot decode."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and (what := _trouble(node)):
            yield f"line {node.lineno}: {what}"


def _trouble(call: ast.Call) -> str:
    function, keywords = ast.unparse(call.func), {keyword.arg for keyword in call.keywords}
    name = function.rpartition(".")[2]
    if name in {"run", "Popen", "check_output", "check_call"} and "subprocess" in function:
        if keywords & {"text", "universal_newlines"}:
            return "text=True: give encoding and errors"
        return "encoding without errors" if "encoding" in keywords and "errors" not in keywords else ""
    if "encoding" in keywords:
        return ""
    if name in {"read_text", "write_text"} and function != "write_text":
        # Of a path: its encoding is the last argument that is given by place.
        return "no encoding" if len(call.args) < (1 if name == "read_text" else 2) else ""
    if function == "tarfile.open":
        return "names in the encoding of the file system"
    if name in {"open", "fdopen"} and _mode(call, 0 if "." in function and name == "open" else 1):
        return "no encoding"
    return ""


def _mode(call: ast.Call, place: int) -> bool:
    """Return whether the mode, an argument by this place or by name, is one of text."""
    given = [keyword.value for keyword in call.keywords if keyword.arg == "mode"] or call.args[place:]
    if given:
        return isinstance(given[0], ast.Constant) and given[0].value in TEXT_MODES
    return isinstance(call.func, ast.Name) or ast.unparse(call.func) == "os.fdopen"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_read_or_written_by_the_locale(path: Path) -> None:
    assert list(by_locale(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "code",
    [
        "subprocess.run(['a'], text=True)",
        "subprocess.Popen(['a'], universal_newlines=True)",
        "subprocess.run(['a'], encoding='utf-8')",
        "path.read_text()",
        "(a / 'b').write_text('c')",
        "open('a')",
        "open('a', 'w')",
        "path.open('w')",
        "os.fdopen(3)",
        "os.fdopen(3, 'w')",
        "tarfile.open(path)",
    ],
)
def test_the_test_sees_it(code: str) -> None:
    assert len(list(by_locale(code))) == 1


@pytest.mark.parametrize(
    "code",
    [
        "subprocess.run(['a'], encoding='utf-8', errors='replace')",
        "subprocess.run(['a'], capture_output=True)",
        "path.read_text('utf-8')",
        "path.write_text('c', encoding='utf-8')",
        "path.open('rb')",
        "tabs.open(20)",
        "dev.open()",
        "os.open(path, os.O_RDONLY)",
        "os.fdopen(3, 'wb')",
        "write_text(path, text)",
        "tarfile.open(path, encoding='utf-8')",
    ],
)
def test_the_test_lets_the_rest_be(code: str) -> None:
    assert list(by_locale(code)) == []
