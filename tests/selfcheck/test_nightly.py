"""The slow tests in shards, taken up again: `make nightly`."""

import json
from pathlib import Path

import pytest

from tests.selfcheck.nightly import conftest

pytest_plugins = ["pytester"]

BODY = """
import pytest
def test_a(): pass
def test_b(): assert not "the line is slow"
def test_c(request): request.getfixturevalue("none")
@pytest.fixture
def broken(): raise OSError("no room")
def test_d(broken): pass
@pytest.mark.skip
def test_e(): pass
"""


@pytest.fixture
def outcomes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "commit.jsonl"
    monkeypatch.setattr(conftest, "outcomes", lambda: path)
    return path


def run(pytester: pytest.Pytester, body: str = BODY) -> pytest.RunResult:
    pytester.makepyfile(test_slow=body)
    return pytester.runpytest_inprocess("-p", "tests.selfcheck.nightly.conftest")


def test_every_outcome_is_a_line_and_what_was_right_is_left_out(
    pytester: pytest.Pytester, outcomes: Path
) -> None:
    run(pytester).assert_outcomes(passed=1, failed=2, errors=1, skipped=1)
    told = {
        entry["id"]: entry["problem"] for entry in map(json.loads, outcomes.read_text("utf-8").splitlines())
    }
    assert list(told) == [f"test_slow.py::test_{name}" for name in "abcd"]
    assert told["test_slow.py::test_a"] == ""
    assert "the line is slow" in told["test_slow.py::test_b"]
    assert "OSError: no room" in told["test_slow.py::test_d"]
    run(pytester).assert_outcomes(failed=2, errors=1, skipped=1, deselected=1)


def test_when_all_was_right_there_is_nothing_to_do(pytester: pytest.Pytester, outcomes: Path) -> None:
    body = "def test_a(): pass"
    assert [run(pytester, body).ret for _ in range(2)] == [pytest.ExitCode.OK] * 2
    assert len(outcomes.read_text("utf-8").splitlines()) == 1


def test_shards(pytester: pytest.Pytester, outcomes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = "\n".join(f"def test_{name}(): pass" for name in "abc")
    monkeypatch.setenv("SHARD", "2/3")
    run(pytester, body).assert_outcomes(passed=1, deselected=2)
    assert "test_b" in outcomes.read_text("utf-8")
    monkeypatch.setenv("SHARD", "4/3")
    assert run(pytester, body).ret == pytest.ExitCode.USAGE_ERROR
