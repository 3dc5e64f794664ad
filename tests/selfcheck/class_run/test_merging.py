"""Parts of a class that were graded apart are laid together, and nothing of another class gets in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fixtures.class_run import merging, outputs
from fixtures.class_run.errors import ClassError
from fixtures.class_run.folder import write_record
from fixtures.class_run.planning import Choice
from grading.gradebook.model import LOCK, AttemptRecord, ClassRecord, Entry
from grading.gradebook.read_class import read_record
from tests.selfcheck.class_run.classes import Class

KEYS = {f"student-{number}": "passes" for number in range(4)}


@pytest.fixture(autouse=True)
def _no_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs.Outputs, "finish", lambda _self: None)


def part(root: Path, number: int, form: str = "folder", digest: str = "rubric", **facts: object) -> Path:
    """Grade a half of the class."""
    root.mkdir()
    made = Class(root, KEYS)
    made.grade(Choice(part=number, parts=2))
    (made.out / LOCK).touch()
    attempt = AttemptRecord(number=1, digest="passes")
    entries = tuple(Entry(key=key, persons=(), attempts=(attempt,), graded=1) for key in KEYS)
    record = ClassRecord(
        title="class", form=form, marker="a", rubric="a", rubric_digest=digest, max_score=100, entries=entries
    )
    write_record(record.model_copy(update=facts), made.out)
    return made.out


def test_two_halves_are_the_whole_and_again(tmp_path: Path) -> None:
    parts = [part(tmp_path / str(number), number) for number in (1, 2)]
    root = tmp_path / "whole"
    root.mkdir()
    for _time in range(2):
        assert merging.merge(parts, root / "out") == 0
    whole = Class(root, KEYS)
    assert set(whole.states().values()) == {"graded"}
    assert all(whole.reports.is_graded(key) for key in KEYS)
    assert not (whole.out / "ledger" / "slots.json").exists()


def test_a_half_alone_is_incomplete(tmp_path: Path) -> None:
    assert merging.merge([part(tmp_path / "1", 1)], tmp_path / "out") == 3


@pytest.mark.parametrize(
    ("change", "words"), [({"form": "moodle"}, "another class"), ({"digest": "other"}, "another rubric")]
)
def test_another_class(tmp_path: Path, change: dict[str, str], words: str) -> None:
    parts = [part(tmp_path / "1", 1), part(tmp_path / "2", 2, **change)]
    with pytest.raises(ClassError, match=words):
        merging.merge(parts, tmp_path / "out")


def test_parts_with_another_deadline(tmp_path: Path) -> None:
    monday, friday = (datetime(2026, 11, day, tzinfo=UTC) for day in (23, 27))
    parts = [part(tmp_path / "1", 1, deadline=monday), part(tmp_path / "2", 2, deadline=friday)]
    with pytest.raises(ClassError, match="another deadline"):
        merging.merge(parts, tmp_path / "out")


def test_a_deadline_that_was_corrected_since_counts(tmp_path: Path) -> None:
    monday, friday = (datetime(2026, 11, day, tzinfo=UTC) for day in (23, 27))
    parts = [part(tmp_path / str(number), number, deadline=monday) for number in (1, 2)]
    merging.merge(parts, tmp_path / "out")
    for out in parts:
        write_record(read_record(out).model_copy(update={"deadline": friday}), out)
    merging.merge(parts, tmp_path / "out")
    assert read_record(tmp_path / "out").deadline == friday


def test_a_folder_that_is_no_class(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.jpg").touch()
    with pytest.raises(ClassError, match="does not contain a class"):
        merging.merge([tmp_path / "photos"], tmp_path / "out")
    assert not (tmp_path / "photos" / LOCK).exists()
