"""The output of ``kubectl rollout``."""

from __future__ import annotations

from pydantic import BaseModel


class Revision(BaseModel):
    """One line of ``kubectl rollout history``; `cause` is None if it shows ``<none>``."""

    number: int
    cause: str | None = None

    def __str__(self) -> str:
        return f"{self.number} {self.cause or '<none>'}"


class Command(BaseModel):
    """A command of the course as it was run: `output` is what it printed."""

    command: str
    status: int
    output: str
