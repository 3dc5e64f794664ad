"""The options of a graded run."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import pytest

from grading.pytest_startup import COURSE_OPTION, OPTION
from grading.renderers.folder import REPORT_DIR, SUBMISSION
from grading.report.evidence_files import CONTROL
from grading.text.i18n import Language, _

MOST_PATIENCE: Final = 20
"""The largest factor of ``--patience``: a limit of a minute is then one of 20."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the options of a graded run."""
    group = parser.getgroup("kubegrade", "grading a submission on a k3d cluster")
    group.addoption(
        OPTION,
        type=Path,
        default=SUBMISSION,
        metavar="DIR",
        help="the folder of manifests to grade, or an archive of it (default: manifests/reference)",
    )
    group.addoption(
        "--report-dir",
        type=Path,
        default=REPORT_DIR,
        metavar="OUT",
        help="the folder for report.json and its other forms (default: report)",
    )
    group.addoption(
        "--keep-cluster",
        action="store_true",
        help="keep the cluster after the run; the next run uses it again",
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
        help="the clusters to grade on: default (one cluster with all port mappings), or course (for each "
        "section the cluster that the course creates) (default: default)",
    )
    group.addoption(
        "--slot",
        type=int,
        default=0,
        metavar="N",
        help="grade beside other runs, on a separate cluster whose host ports are N higher (default: 0)",
    )
    group.addoption(
        COURSE_OPTION,
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="the folder of a course of your own, used instead of the installed courses; may be repeated "
        "(--submission then defaults to its folder reference)",
    )
    group.addoption(
        "--rubric",
        type=Path,
        metavar="FILE",
        help="a rubric of your own that changes the points of the courses; see docs/instructor.md",
    )
    group.addoption(
        "--criterion",
        action="append",
        metavar="ID",
        help="grade only this criterion; may be repeated",
    )
    group.addoption(
        "--new-cluster",
        action="store_true",
        help="create a new cluster, even if an earlier run kept one",
    )
    group.addoption(
        "--control",
        type=Path,
        metavar="DIR",
        help="for criteria that end in error, also play the manifests of this folder on the same cluster "
        f"right after; their evidence goes to the folder {CONTROL} of the report folder",
    )
    group.addoption(
        "--patience",
        type=patience,
        default=1.0,
        metavar="FACTOR",
        help=f"for a slow machine: multiply time limits by FACTOR, from 1 to {MOST_PATIENCE} (default: 1)",
    )


def patience(text: str) -> float:
    """Return a factor for `grading.timeouts.stretch`.

    Raises:
        argparse.ArgumentTypeError: it is no number, or out of bounds.
    """
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 1 <= factor <= MOST_PATIENCE:  # not a number is not within either
        raise argparse.ArgumentTypeError(
            _("{text!r} is not a number from 1 to {most}", text=text, most=MOST_PATIENCE)
        )
    return factor
