"""All faults in shards, taken up again: ``make nightly``."""

from pathlib import Path

import pytest

from fixtures.faults.judging import Outcome
from fixtures.faults.nightly import append, done, line, shard


def test_shards_are_all_of_it_once() -> None:
    names = ["d", "a", "c", "b", "e"]
    parts = [shard(names, f"{number}/3") for number in (1, 2, 3)]
    assert parts == [["a", "d"], ["b", "e"], ["c"]]
    assert shard(names, "1/1") == sorted(names)


@pytest.mark.parametrize("part", ["", "0/1", "2/1", "1", "1/0", "a/b", "1/3 ", "-1/3"])
def test_a_part_that_is_none(part: str) -> None:
    with pytest.raises(ValueError, match="not a part"):
        shard(["a"], part)


def test_what_was_right_is_not_done_again(tmp_path: Path) -> None:
    path = tmp_path / "commit.jsonl"
    assert done(path) == set()
    outcomes = [Outcome("a", ""), Outcome("b", "loses x too"), Outcome("c", ""), Outcome("c", "error")]
    path.write_text("".join(map(line, outcomes)) + '{"id": "d", "prob', "utf-8")
    assert done(path) == {"a"}


def test_outcomes_are_added_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "new" / "commit.jsonl"
    append(path, Outcome("a", "", duration_s=1.5))
    append(path, Outcome("b", "loses x too"))
    assert path.read_text("utf-8").splitlines() == [
        '{"id": "a", "problem": "", "duration_s": 1.5}',
        '{"id": "b", "problem": "loses x too", "duration_s": 0.0}',
    ]
