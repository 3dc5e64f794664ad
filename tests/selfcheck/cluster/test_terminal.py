"""A graded run at a terminal, and without one."""

from __future__ import annotations

import os
import pty
import subprocess
import termios
from pathlib import Path

import pytest

from tests.selfcheck.cluster import runs


def at_terminal(report_dir: Path, columns: int, *options: str) -> tuple[int, str]:
    """Run at a pseudo-terminal of so many columns; return exit status and all that it was sent."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, columns))
    environment = {**os.environ, "TERM": "xterm-256color"} | {"COLUMNS": str(columns)}
    process = subprocess.Popen(
        runs.command(report_dir, *options),
        cwd=runs.ROOT,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={name: value for name, value in environment.items() if name not in {"CI", "NO_COLOR"}},
    )
    os.close(theirs)
    output = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        output += chunk
    os.close(ours)
    return process.wait(timeout=60), output.decode("utf-8", "replace")


@pytest.mark.parametrize("columns", [48, 120])
def test_a_terminal_shows_what_goes_on(tmp_path: Path, columns: int) -> None:
    status, output = at_terminal(tmp_path / "report", columns, "-k", "11_7", "--slot=7")
    assert status == 0, output[-2000:]
    assert "creating the cluster" in output
    assert "namespaces" in output
    assert "\x1b[2K" in output  # lines that are written anew
    assert "4 / 4 points" in output


def test_elsewhere_there_are_plain_lines(tmp_path: Path) -> None:
    result = runs.run(tmp_path / "report", "-k", "11_7", "--slot=7")
    assert result.status == 0, result.last_words
    assert "\x1b" not in result.output
    assert "4 / 4 points" in result.output
