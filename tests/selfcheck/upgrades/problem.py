"""Problems with a location of their own, where a file and a line stood beside their texts."""

from __future__ import annotations

from typing import Any


def upgrade(data: dict[str, Any], name: str) -> dict[str, Any]:
    """Return evidence in which every problem has its location.

    Args:
        data: the evidence, as it is stored.
        name: its scenario, which makes no difference here.
    """
    upgraded: dict[str, Any] = _upgraded(data)
    return upgraded


def _upgraded(value: Any) -> Any:
    if isinstance(value, list):
        return [_upgraded(item) for item in value]
    if not isinstance(value, dict):
        return value
    made = {key: _upgraded(item) for key, item in value.items()}
    if {"rationale", "file", "line"} <= made.keys():
        file, line = made.pop("file"), made.pop("line")
        made["location"] = None if file is None else {"file": file, "line": line}
    return made
