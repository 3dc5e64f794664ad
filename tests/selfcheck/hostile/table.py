"""The collection as tables of docs/security.md."""

from __future__ import annotations

from collections.abc import Iterator

from tests.selfcheck.hostile.catalogue import load_files
from tests.selfcheck.hostile.model import Attack, Attacks


def table() -> str:
    """Return what was tried and what stopped it, in Markdown; last what nothing stops."""
    files = load_files()
    stopped = [file for file in files.values() if not _open(file)]
    return "\n".join(line for file in (*stopped, *filter(_open, files.values())) for line in _section(file))


def _open(file: Attacks) -> bool:
    return all(attack.unstopped for attack in file.attacks)


def _section(file: Attacks) -> Iterator[str]:
    yield f"### {file.title}"
    yield ""
    yield "| it tries to | it is not stopped, because |" if _open(file) else "| it tries to | what stops it |"
    yield "| --- | --- |"
    for attack in file.attacks:
        yield f"| {_text(attack.tries)} | {_text(attack.unstopped or _names(attack))} |"
    yield ""


def _names(attack: Attack) -> str:
    return ", ".join(attack.stopped.names)


def _text(words: str) -> str:
    words = words[0].lower() + words[1:] if words[1:2].islower() else words
    return words.removesuffix(".").replace("|", "\\|").replace("<", "&lt;")
