"""What the user sees while the work goes on."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from rich.console import Console

from fixtures.airgap.errors import StepFailed
from fixtures.airgap.graph import Action, Digests, do_all, left
from fixtures.airgap.progress import Progress, length
from fixtures.airgap.run import run
from grading.processes import last_lines


def action(name: str, *inputs: str, fails: bool = False, done: bool = False) -> Action:
    def act(_: Digests) -> str:
        if fails:
            raise StepFailed("no")
        return name

    return Action(
        name=name, title=f"do {name}", inputs=inputs, check=lambda _: "x" if done else None, act=act
    )


def test_plain_lines_where_there_is_no_terminal() -> None:
    out = io.StringIO()
    progress = Progress(Console(file=out, width=200), 2)
    steps = [action("a", done=True), action("b", "a"), action("[red]c", "b")]
    with progress.showing(steps):
        do_all(steps, progress)
    lines = out.getvalue().splitlines()
    assert len(lines) == 4
    assert "begin  do b (1 of 3 steps done" in lines[0]
    assert "done   do [red]c" in lines[3]
    assert "\x1b" not in out.getvalue()
    assert progress.seconds.keys() == {"b", "[red]c"}


def test_a_live_table_on_a_terminal() -> None:
    out = io.StringIO()
    console = Console(file=out, width=100, force_terminal=True)
    progress = Progress(console, 2)
    steps = [action("a"), action("b", "a", fails=True), action("c", "b")]
    with pytest.raises(StepFailed), progress.showing(steps):
        do_all(steps, progress)
    console.print(progress)
    text = out.getvalue()
    assert all(word in text for word in ("done", "failed", "later", "do a", "do b", "do c", "left"))


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "0 s"), (99.4, "99 s"), (100, "1 min 40 s"), (605, "10 min 05 s")]
)
def test_lengths_are_in_words(seconds: float, text: str) -> None:
    assert length(seconds) == text


def test_a_step_that_takes_longer_is_not_said_to_end_any_moment() -> None:
    assert left(action("a"), 600) == 60


def test_a_programs_last_words_are_kept_and_a_missing_one_is_named(tmp_path: Path) -> None:
    script = "import sys; [print(n) for n in range(50)]; print('why', file=sys.stderr); sys.exit(3)"
    with pytest.raises(StepFailed, match=r"trying failed \(exit code 3\)") as caught:
        run([sys.executable, "-c", script], doing="trying")
    assert caught.value.detail.splitlines()[-2:] == ["49", "why"]
    assert len(caught.value.detail.splitlines()) == 12
    with pytest.raises(StepFailed, match="cannot start"):
        run([tmp_path / "nowhere"], doing="trying")
    with pytest.raises(StepFailed, match="not finished after"):
        run([sys.executable, "-c", "import time; time.sleep(60)"], doing="trying", timeout=0.2)


def test_last_lines_leaves_out_empty_ones() -> None:
    assert last_lines("a\n\n  \nb\n") == "a\nb"
