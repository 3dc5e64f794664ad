"""Manifests for the self-checks: the reference, and edits of it."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

from grading.course import declarations, declared
from grading.submission.loader import Submission, load_submission

REFERENCE = Path(__file__).parent.parent.parent / "manifests" / "reference"

DECLARATIONS = [found for found in vars(declared).values() if isinstance(found, declarations.Declaration)]

Edit = Callable[[Any], object]


def text_of(file: str) -> str:
    return (REFERENCE / file).read_text("utf-8")


def data_of(declaration: declarations.Declaration) -> Any:
    """The object of the reference that a declaration is about."""
    return next(data for data in documents(text_of(declaration.file)) if data["kind"] == declaration.kind)


def documents(text: str) -> list[Any]:
    return list(yaml.safe_load_all(text))


def together(texts: Iterable[str]) -> str:
    """One file of some documents."""
    return "---\n".join(texts)


def submit(root: Path, file: str, raw: str | bytes) -> Submission:
    """A submission of one file."""
    (root / file).write_bytes(raw.encode() if isinstance(raw, str) else raw)
    return load_submission(root, [file])


def check(submission: Submission, declaration: declarations.Declaration) -> str:
    """Check a declaration on the file alone; return what the student is told."""
    if declaration is declarations.ROLLING:
        return declared.check_rolling_declared(submission, None)
    if declaration.file == declarations.LAB_DEPLOYMENT.file:
        declared.check_lab_declared(submission, None)
        return ""
    declared.check_declared(submission, declaration, None)
    return ""
