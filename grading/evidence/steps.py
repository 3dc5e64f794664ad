"""The story of a scenario: what was done, and what was seen then, step by step."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from grading.text.stored import Said

MAX_LINES: Final = 20
"""Lines that a step keeps of a text; the rest of a log stands, if anywhere, in the evidence itself."""
MAX_LENGTH: Final = 2000
"""Characters that a step keeps of a text."""


class Step(BaseModel):
    """One step of a scenario.

    Attributes:
        done: what was done, in the imperative, such as "Apply pod.yaml".
        seen: what was seen then, in a line or a few; empty while the step is under way, and for good if
            it ended the scenario. Text of unknown origin: it is sanitized when it is shown.
        t: seconds from the `started` of the evidence until the step began.
    """

    done: Said
    seen: Said = ""
    t: float | None = None

    def see(self, seen: str) -> None:
        """Record what was seen, cut to a length that a reader takes in."""
        self.seen = bounded(seen)


def bounded(text: str) -> str:
    """Return a text, cut to `MAX_LINES` lines and `MAX_LENGTH` characters."""
    if len(text) <= MAX_LENGTH and text.count("\n") < MAX_LINES:
        return text
    lines = text[:MAX_LENGTH].split("\n")[:MAX_LINES]
    return "\n".join(lines) + "…"
