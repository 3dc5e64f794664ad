"""Load the collection of attacks."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import yaml

from fixtures.faults.building import ROOT
from grading.exercise.loader import choose_courses
from tests.selfcheck.hostile.model import Attack, Attacks

FOLDER: Final = Path(__file__).parent


@functools.cache
def load_files() -> dict[str, Attacks]:
    """Return the files of the collection by name.

    Raises:
        ValueError: one is not as the model says, or an id appears twice.
    """
    found = {
        path.stem: Attacks.model_validate(yaml.load(path.read_text("utf-8"), yaml.CSafeLoader))
        for path in sorted(FOLDER.glob("*.yaml"))
    }
    ids = [attack.id for file in found.values() for attack in file.attacks]
    if twice := {id for id in ids if ids.count(id) > 1}:
        raise ValueError(f"there are several attacks of one name: {', '.join(sorted(twice))}")
    return found


def load_attacks() -> dict[str, Attack]:
    """Return all attacks by id; see `load_files`."""
    return {attack.id: attack for file in load_files().values() for attack in file.attacks}


def stopped_by(wall: str) -> list[Attack]:
    """Return the attacks that something stops, by its name in the data."""
    return [attack for attack in load_attacks().values() if wall in attack.stopped.names]


@contextmanager
def course_of(attack: Attack | None) -> Iterator[None]:
    """Let the course whose reference an attack changes be the one that is loaded meanwhile."""
    names = [file.course for file in load_files().values() if attack in file.attacks and file.course]
    choose_courses(ROOT / "examples" / name for name in names)
    try:
        yield
    finally:
        choose_courses(())
