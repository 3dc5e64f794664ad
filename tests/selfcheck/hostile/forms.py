"""The forms of a report on a submission, and what in them is more than text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from markdown_it import MarkdownIt  # comes with rich
from markdown_it.token import Token

from grading.evidence.base import Evidence
from grading.exercise.declared import check_declared
from grading.exercise.loader import load_courses
from grading.renderers import FORMS, render
from grading.report.results import Results
from grading.submission.loader import load_submission
from grading.submission.record import record_manifests
from grading.text.sanitize import shown_path

SHOWING: Final = frozenset({"alt", "aria-label", "id", "title", "data-search"})
"""Attributes of HTML that hold text, and nothing that a browser opens or runs."""
_HIDDEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
_COMMAND: Final = re.compile(r"^\s*::|##\[", re.MULTILINE)
_ANNOTATION: Final = re.compile(r"^::(?:error|warning|notice) .*$", re.MULTILINE)
"""The commands that are meant; the runner takes a line for one command."""


def forms(folder: Path) -> dict[str, str]:
    """Return all forms of a report on what the files of a submission declare, by the name of the form."""
    courses = load_courses()
    submission = load_submission(folder, courses.files.values())
    results = Results(courses.rubric, shown_path(folder))
    results.texts = submission.text
    for exercise in courses.exercises:
        evidence = Evidence(scenario="", started=datetime.now(UTC))
        record_manifests(submission, exercise.files.values(), evidence)
        for name, file in exercise.spec.files.items():
            if criterion := exercise.declares(name):
                results.select([criterion.id])
                ended: Exception | None = None
                try:
                    check_declared(evidence, name, file)
                except Exception as error:
                    ended = error
                results.record(criterion.id, ended)
    report = results.report()
    return {name: render(report, form, folder / "nowhere") for name, form in FORMS.items()}


def active(form: str, text: str, words: str) -> list[str]:
    """Return what is more than text in a form of a report.

    Args:
        form: its name.
        text: the report.
        words: of the submission, which stand in it somewhere.
    """
    found = [
        f"a hidden character: {text[max(0, at.start() - 20) : at.end()]!r}" for at in _HIDDEN.finditer(text)
    ]
    match form:
        case "html":
            found += _Page(text, words).found
        case "md":
            found += _in_markdown(text, words)
        case "junit":
            ElementTree.fromstring(text)  # noqa: S314 - made here; an entity would raise
            found += [f"a declaration: {part}" for part in ("<!DOCTYPE", "<!ENTITY") if part in text]
        case "annotations":
            text = _ANNOTATION.sub("", text)
    return found + _commands(text)


def _commands(text: str) -> list[str]:
    return [f"a command: {text[at.start() : at.end() + 30]!r}" for at in _COMMAND.finditer(text)]


def _in_markdown(text: str, words: str) -> Iterator[str]:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    yield from (_shown(token) for token in _all(tokens) if _is_active(token, words))


def _all(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or [])


def _is_active(token: Token, words: str) -> bool:
    """Return whether a part of a page is markup that the words of a submission are in."""
    if token.type in {"html_block", "html_inline"}:
        return re.fullmatch(r"</?(?:br|details|summary)>\s*", token.content) is None
    if token.type == "heading_open":
        return False
    return any(words in str(value) for value in token.attrs.values())


def _shown(token: Token) -> str:
    return f"{token.type}: {token.content[:80]} {token.attrs}"


class _Page(HTMLParser):
    """Finds where the words of a submission are more than text in a page."""

    def __init__(self, text: str, words: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._words = words
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.found += [
            f"<{tag} {name}={value!r}>"
            for name, value in attrs
            if self._words in (value or "") + name and name not in SHOWING
        ]
        if tag in {"iframe", "object", "embed", "base", "img"}:
            self.found.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in {"script", "style"} and self._words in data:
            self.found.append(f"in <{self._inside}>")

    def handle_comment(self, data: str) -> None:
        if self._words in data:
            self.found.append(f"in a comment: {data[:80]}")
