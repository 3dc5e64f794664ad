"""The options of a graded run, registered as an installed plugin so that pytest knows them early.

pytest looks for its configuration before it has loaded any plugin, and takes the value of an option
that it does not know yet for a test path. With ``--submission DIR`` and an existing DIR elsewhere it
would therefore look for its configuration in DIR. ``--submission=DIR`` does not have that trouble, so a
command line of the first form is started once more in the second.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import pytest

from grading.i18n import Language

_PATHS: Final = ("--submission", "--report-dir")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the options of a graded run."""
    joined = join_paths(sys.argv)
    if joined != sys.argv and Path(sys.argv[0]).name in {"pytest", "py.test", "__main__.py"}:
        program = ["-m", "pytest"] if Path(sys.argv[0]).name == "__main__.py" else [sys.argv[0]]
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(sys.executable, [sys.executable, *program, *joined[1:]])  # noqa: S606
    group = parser.getgroup("kubegrade", "grading a submission on a k3d cluster")
    group.addoption(
        "--submission",
        type=Path,
        default=Path("manifests/reference"),
        metavar="DIR",
        help="the folder of manifests to grade (default: manifests/reference)",
    )
    group.addoption(
        "--report-dir",
        type=Path,
        default=Path("report"),
        metavar="OUT",
        help="the folder for report.json and its other forms (default: report)",
    )
    group.addoption(
        "--keep-cluster",
        action="store_true",
        help="leave the cluster in place afterwards; the next run takes it up again",
    )
    group.addoption(
        "--lang",
        choices=[language.value for language in Language],
        help="the language of all messages (default: that of the environment, or English)",
    )
    group.addoption(
        "--topology",
        choices=["default", "course"],
        default="default",
        help="the clusters to grade on: one with all of the course's port mappings, or, for -m introlab, the "
        "course's own demo-cluster (default: default)",
    )
    group.addoption(
        "--slot",
        type=int,
        default=0,
        metavar="N",
        help="grade on a cluster of its own with host ports N higher, beside other runs (default: 0)",
    )


def join_paths(arguments: list[str]) -> list[str]:
    """Return a command line with ``--submission DIR`` written as ``--submission=DIR``."""
    joined: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        value = next(rest, None) if argument in _PATHS else None
        joined.append(argument if value is None else f"{argument}={value}")
    return joined
