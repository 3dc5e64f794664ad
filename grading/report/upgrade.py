"""Reports of ``kubegrade/report/v1`` as those of v2."""

from __future__ import annotations

from typing import Any, Final

from grading.report.model import SCHEMA

V1: Final = "kubegrade/report/v1"

_TEXTS: Final = ("title", "rationale", "help", "expected", "actual")
_UNDECIDED: Final = {"error", "not_run"}


def upgrade(data: dict[str, Any]) -> dict[str, Any]:
    """Return a report of v1, as plain data, as one of v2.

    It knows neither the version of the rubric nor titles of chapters, and its texts in its own language only.

    Args:
        data: a report that its JSON Schema accepts.
    """
    lang = data.get("lang", "en")
    criteria = [_criterion(result, lang) for result in data["criteria"]]
    selected = [result for result in criteria if result["selected"]]
    least = sum(result["earned"] or 0 for result in selected)
    undecided = sum(result["points"] for result in selected if result["earned"] is None)
    environment = dict(data["environment"])
    environment["stand_ins"] = [_told(item, ("note",), lang) for item in environment.get("stand_ins", [])]
    return _told(data, ("reason",), lang) | {
        "schema": SCHEMA,
        "environment": environment,
        "rubric": "",
        "score_at_least": least,
        "score_at_most": least + undecided,
        "chapters": [],
        "criteria": criteria,
    }


def _criterion(result: dict[str, Any], lang: str) -> dict[str, Any]:
    verdict = result.get("verdict", "not_run")
    earned = None if verdict in _UNDECIDED else result.get("earned", 0)
    return _told(result, _TEXTS, lang) | {"earned": earned, "selected": verdict != "not_run"}


def _told(part: dict[str, Any], names: tuple[str, ...], lang: str) -> dict[str, Any]:
    """Return a part with the sources of its texts, in the one known language."""
    return {**part, "messages": {name: {"texts": {lang: part[name]}} for name in names if part.get(name)}}
