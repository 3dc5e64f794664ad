"""Courses as somebody else's are given, with ``--course``: those of examples/ and of docs/new-exercise.md."""

import re
from pathlib import Path
from typing import Final

from fixtures.courses.new import write_exercise

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = [ROOT / "examples" / name for name in ("settings", "sums")]
PAGE: Final = ROOT / "docs" / "new-exercise.md"


def follow_page(folder: Path) -> Path:
    """Write the course `hello` as docs/new-exercise.md says, and return its folder.

    Args:
        folder: for the new folder.
    """
    course = folder / "hello"
    write_exercise(course)
    steps, criterion, fault = re.findall(
        r"^```yaml\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    _edit(course / "exercise.yaml", "".join(steps.splitlines(keepends=True)[:-1]), steps)
    _edit(course / "exercise.yaml", "", criterion)
    _edit(course / "course.yaml", "points: 2", "points: 3")
    _edit(course / "faults.yaml", "fails: [hello.declared]\n", "fails: [hello.declared, hello.hostname]\n")
    _edit(course / "faults.yaml", "", fault)
    return course


def _edit(path: Path, old: str, new: str) -> None:
    """Replace a text that a file holds once; empty text stands for its end."""
    text = path.read_text("utf-8")
    if old:
        assert text.count(old) == 1
    path.write_text(text.replace(old, new) if old else text + new, "utf-8")
