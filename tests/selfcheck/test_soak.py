"""The reference 20 times in a row: ``make soak``."""

from pathlib import Path

import pytest

from fixtures.faults.judging import Outcome
from fixtures.faults.nightly import append, done
from tests.selfcheck import soak


@pytest.fixture
def outcomes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "commit.jsonl"
    monkeypatch.setattr(soak, "outcomes", lambda: path)
    return path


def test_five_of_twenty_are_under_load() -> None:
    names = soak.names()
    assert len(set(names)) == 20
    assert sum(name.endswith("-loaded") for name in names) == 5


def test_what_is_left_is_graded_until_all_are_right(outcomes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graded: list[str] = []

    def grade(name: str, _folder: Path) -> Outcome:
        graded.append(name)
        return Outcome(name, "pods.exec is error" if graded.count(name) == 1 and "03" in name else "")

    monkeypatch.setattr(soak, "grade", grade)
    append(outcomes, Outcome("soak/01", ""))
    assert soak.main() == 1
    assert graded == soak.names()[1:]
    assert soak.main() == 0
    assert graded[19:] == ["soak/03"]
    assert done(outcomes) == set(soak.names())
