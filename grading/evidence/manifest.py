"""The manifests of a submission as evidence: what was declared, where, or why it cannot be used."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from grading.errors import Location, Problem

Path = tuple[str | int, ...]


class RecordedManifest(BaseModel):
    """One object of a submission, as the API server decodes it.

    Attributes:
        file: its path in the submission.
        data: the object; every known field has its type, and none is null.
        lines: the line of each field, by its path with ``|`` between the parts.
        surplus: the lines of further documents in the file that no exercise asks for.
        unread: why kubectl does not read the file to its end; None if it does.
        applied: whether a scenario has sent it to the API server.
    """

    file: str
    data: dict[str, Any]
    lines: dict[str, int] = {}
    surplus: list[int | None] = []
    unread: Problem | None = None
    applied: bool = False

    def at(self, *path: str | int) -> Location:
        """Return the place of a field, or of the nearest part of it that exists."""
        lines = (self.lines.get("|".join(map(str, path[:end]))) for end in range(len(path), -1, -1))
        line = next((line for line in lines if line), None)
        return Location(self.file, line, path, str(self.data.get("kind", "")))

    @property
    def name(self) -> str:
        """The object's name."""
        return str(self.data["metadata"]["name"])

    @property
    def surplus_places(self) -> list[Location]:
        """The places of the further documents."""
        return [Location(self.file, line) for line in self.surplus]
