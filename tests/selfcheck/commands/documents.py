"""Files of commands as students hand them in, each with what is to be done with its lines.

``documents.txt`` holds them: an id behind ``## ``, the file, and behind ``=> `` what is expected. That is the
lines of a step; ``>`` for played, ``-`` for ignored, ``!`` for failed; the operator before the command; the
command in one spelling, or the reason; in brackets what to type in place of a character. ``shown`` are the
lines of a terminal's output.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from grading.commands.reader import Reading

_MARKS: Final = {"played": ">", "ignored": "-", "failed": "!"}


class Document(NamedTuple):
    """A file of commands, and what is expected."""

    id: str
    text: str
    expected: list[str]


def documents() -> Iterator[Document]:
    """Yield the documents."""
    text = Path(__file__).with_name("documents.txt").read_text("utf-8")
    for entry in text.split("## ")[1:]:
        name, _, body = entry.partition("\n")
        lines = body.split("\n")
        expected = [line[3:] for line in lines if line.startswith("=> ")]
        yield Document(name, "\n".join(line for line in lines if not line.startswith("=> ")), expected)


def told(reading: Reading) -> list[str]:
    """Return what was done with the lines of a file, as ``documents.txt`` writes it."""
    found = []
    for step in reading.steps:
        lines = f"{step.line}" if step.line == step.last else f"{step.line}-{step.last}"
        advice = f"  [{step.advice}]" if step.advice else ""
        for decision in step.decisions:
            call = decision.call
            what = shlex.join([call.program, *call.words]) if call else decision.reason
            words = " ".join(filter(None, [lines, _MARKS[decision.outcome], decision.joint, what]))
            found.append(f"{words}{advice}".replace("\n", "\\n"))
    return [*found, f"shown {reading.shown}"] if reading.shown else found
