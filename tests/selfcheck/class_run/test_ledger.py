"""What a later run grades again: what changed, what was asked for, and nothing else."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from fixtures.class_run.errors import ClassError
from fixtures.class_run.ledger import Job, Ledger, State, job_id
from fixtures.class_run.planning import Choice
from tests.selfcheck.class_run.classes import Class

BEHAVIOURS = {"an": "passes", "bo": "error passes"}


@pytest.fixture
def made(tmp_path: Path) -> Class:
    made = Class(tmp_path, dict(BEHAVIOURS))
    made.grade()
    made.notes.write_text("", "utf-8")
    made.garage.told.clear()
    return made


def test_no_cluster_if_nothing_changed(made: Class) -> None:
    assert made.grade()
    assert made.begun() == []
    assert made.garage.told == []


def test_a_changed_submission_is_graded_again_and_the_earlier_report_kept(made: Class) -> None:
    made.behaviours["an"] = "passes passes"
    assert made.grade()
    assert made.begun() == ["an"]
    assert (made.out / "earlier" / "an" / "1" / "report.json").exists()
    assert made.reports.is_graded("an")


def test_until_it_was_graded_a_changed_submission_has_no_report(made: Class) -> None:
    made.behaviours["an"] = "passes passes"
    made.plan()
    assert made.reports.read("an") is None


def test_a_changed_rubric_grades_all_again(made: Class) -> None:
    made.rubric_digest = "another"
    assert made.grade()
    assert sorted(made.begun()) == ["an", "bo"]


def test_only_errors(made: Class) -> None:
    made.behaviours["cy"] = "passes"
    made.notes.write_text("begin bo 1\n", "utf-8")  # its second behaviour is next
    assert made.grade(Choice(only_errors=True))
    assert made.begun()[1:] == ["bo"]
    assert made.states() == {"an": "graded", "bo": "graded", "cy": "waiting"}


def test_only_errors_after_a_run_of_only_errors_that_did_not_come_to_its_end(made: Class) -> None:
    made.plan(Choice(only_errors=True))
    made.behaviours["cy"] = "passes"
    assert [job.key for job in made.plan(Choice(only_errors=True)).due] == ["bo"]


def test_one_student_is_graded_again_by_key(made: Class) -> None:
    assert made.grade(Choice(key="an"))
    assert made.begun() == ["an"]
    assert made.grade()
    assert made.begun() == ["an"]


def test_a_report_that_is_gone_is_made_again(made: Class) -> None:
    shutil.rmtree(made.reports.folder("an"))
    assert made.grade()
    assert made.begun() == ["an"]


def test_shards_are_the_whole_and_do_not_move_if_a_student_comes(tmp_path: Path) -> None:
    keys = [f"student-{number}" for number in range(60)]
    parts = [[key for key in keys if Choice(part=part, parts=3).has(key)] for part in (1, 2, 3)]
    assert sorted(key for part in parts for key in part) == sorted(keys)
    assert min(map(len, parts)) > 10
    made = Class(tmp_path, dict.fromkeys(keys, "passes"))
    assert [job.key for job in made.plan(Choice(part=2, parts=3)).due] == parts[1]


def test_an_id_is_of_what_is_graded() -> None:
    assert job_id("an", "files", "rubric") == job_id("an", "files", "rubric")
    assert len({job_id(*words) for words in (("a", "b", "c"), ("b", "a", "c"), ("ab", "", "c"))}) == 3


def test_a_job_is_read_as_it_was_written(tmp_path: Path) -> None:
    job = Job(id="1", key="an", attempt=2, state=State.ERROR, problem="de node is weg: é")
    ledger = Ledger(tmp_path)
    ledger.write(job)
    assert ledger.read() == {"an": job}


@pytest.mark.parametrize("change", [{"schema": "kubegrade/job/v2"}, {"state": "lost"}, {"more": 1}])
def test_a_ledger_of_another_version(tmp_path: Path, change: dict[str, object]) -> None:
    ledger = Ledger(tmp_path)
    ledger.write(Job(id="1", key="an", attempt=1))
    path = ledger.folder / "an.job.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), "utf-8")
    with pytest.raises(ClassError, match="written by another version"):
        ledger.read()
