"""The options of pytest that make a run a quick look: they select criteria, or end the run early."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

import pytest

ADDED: Final = "PYTEST_ADDOPTS"
"""The variable with more arguments of pytest; who starts a run may not know what is in it."""


def selecting(config: pytest.Config) -> list[str]:
    """Return the options that select tests; those in PYTEST_ADDOPTS say so."""
    return list(_selecting(config))


def ending(config: pytest.Config) -> list[str]:
    """Return the options that end a run at a failure; those in PYTEST_ADDOPTS say so."""
    return list(_ending(config))


def _selecting(config: pytest.Config) -> Iterator[str]:
    option = config.option
    if config.args_source is pytest.Config.ArgsSource.ARGS:
        yield from (_told(path, path) for path in option.file_or_dir)
    if option.markexpr:
        yield _told(f"-m {option.markexpr}", option.markexpr)
    if option.keyword:
        yield _told(f"-k {option.keyword}", option.keyword)
    yield from (f"--criterion={name}" for name in option.criterion or ())
    for name in ("deselect", "ignore", "ignore_glob"):
        for value in getattr(option, name) or ():
            yield _told(f"--{name.replace('_', '-')}={value}", value)
    # These two are of plugins, which `-p no:NAME` leaves out.
    if config.getoption("lf", False):
        yield _told("--last-failed", "--lf", "--last-failed")
    if config.getoption("stepwise", False):
        yield _told("--stepwise", "--sw", "--stepwise")


def _ending(config: pytest.Config) -> Iterator[str]:
    most = config.option.maxfail
    if most:
        yield _told("-x" if most == 1 else f"--maxfail={most}", "-x", "--exitfirst", "--maxfail")
    if config.getoption("stepwise", False):
        yield _told("--stepwise", "--sw", "--stepwise")


def _told(option: str, *spellings: str) -> str:
    """Return an option, with the variable's name if it stands there."""
    is_added = any(spelling in os.environ.get(ADDED, "") for spelling in spellings)
    return f"{option} ({ADDED})" if is_added else option
