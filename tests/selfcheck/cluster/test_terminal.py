"""A graded run at a terminal, and without one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.selfcheck.cluster import runs
from tests.selfcheck.pseudoterminal import run_at_terminal

DEAD_PROXY = "http://127.0.0.1:9"
BEHIND_A_PROXY = {
    **dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"), DEAD_PROXY),
    **dict.fromkeys(("https_proxy", "http_proxy", "all_proxy"), DEAD_PROXY),
    "NO_PROXY": "intranet.example",
    "no_proxy": "",
}
C_LOCALE = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


def at_terminal(report_dir: Path, columns: int, *options: str, encoding: str) -> tuple[int, str]:
    """Run at a pseudo-terminal of so many columns; return exit status and all that it was sent."""
    environment = {**os.environ, "TERM": "xterm-256color"}
    environment |= {"COLUMNS": str(columns), "PYTHONIOENCODING": encoding}
    environment = {name: value for name, value in environment.items() if name not in {"CI", "NO_COLOR"}}
    command = runs.command(report_dir, *options)
    status, output = run_at_terminal(command, runs.ROOT, environment, columns)
    return status, output.decode(encoding)


@pytest.mark.parametrize(("columns", "encoding", "mark"), [(48, "latin-1", "?"), (120, "utf-8", "▸")])
def test_a_terminal_shows_what_goes_on(tmp_path: Path, columns: int, encoding: str, mark: str) -> None:
    options = ("-k", "11_7", "--slot=7")
    status, output = at_terminal(tmp_path / "report", columns, *options, encoding=encoding)
    assert status == 0, output[-2000:]
    assert "creating the cluster" in output
    assert "namespaces" in output
    assert "\x1b[2K" in output  # lines that are written anew
    assert mark in output  # a scenario that plays
    assert "7 / 7 points" in output


def test_elsewhere_there_are_plain_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a proxy that does not answer, and where nothing is UTF-8."""
    report_dir = tmp_path / "één ✓"
    options = ("-k", "11_7 or ephemeral", "--slot=7", "--lang=nl")
    for name, value in {**BEHIND_A_PROXY, **C_LOCALE}.items():
        monkeypatch.setenv(name, value)
    result = runs.run(report_dir, *options)
    assert result.status == 0, result.last_words
    assert "\x1b" not in result.output
    assert "8 / 8 punten" in result.output
    assert result.output.isascii()
