"""Manifests for the self-checks: the reference, and edits of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from grading.checks import declared
from grading.submission import Submission, load_submission

REFERENCE = Path(__file__).parent.parent.parent / "manifests" / "reference"

DECLARATIONS = [found for found in vars(declared).values() if isinstance(found, declared.Declaration)]

Edit = Callable[[Any], object]


def text_of(file: str) -> str:
    return (REFERENCE / file).read_text("utf-8")


def data_of(file: str) -> Any:
    return yaml.safe_load(text_of(file))


def submit(root: Path, file: str, raw: str | bytes) -> Submission:
    """A submission of one file."""
    (root / file).write_bytes(raw.encode() if isinstance(raw, str) else raw)
    return load_submission(root, [file])


def check(submission: Submission, declaration: declared.Declaration) -> str:
    """Check a declaration on the file alone; return what the student is told."""
    if declaration is declared.ROLLING:
        return declared.check_rolling_declared(submission, None)
    declared.check_declared(submission, declaration, None)
    return ""
