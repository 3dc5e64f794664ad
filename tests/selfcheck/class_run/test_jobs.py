"""What becomes of a job, whatever its grader does: nobody else pays for it, and no verdict is tried again."""

from __future__ import annotations

import json
from pathlib import Path

import psutil
import pytest

from fixtures.class_run.errors import MachineNotReady
from fixtures.class_run.processes import MARK
from grading import timeouts
from grading.report.model import Verdict
from tests.selfcheck.class_run.classes import FIRST_SLOT, Class

OTHERS = {"an": "passes", "bo": "passes"}


def graded(root: Path, behaviour: str, **others: object) -> Class:
    made = Class(root, {**OTHERS, "cy": behaviour}, **others)  # type: ignore[arg-type]
    assert made.grade()
    return made


def is_theirs_untouched(made: Class) -> bool:
    return all(made.states()[key] == "graded" and made.begun().count(key) == 1 for key in OTHERS)


def test_all_pass(tmp_path: Path) -> None:
    made = graded(tmp_path, "passes")
    assert made.states() == {"an": "graded", "bo": "graded", "cy": "graded"}
    assert sorted(job.key for job in made.watcher.jobs) == ["an", "bo", "cy"]
    assert made.garage.clusters() == []


@pytest.mark.parametrize(("behaviour", "tries"), [("crashes", 2), ("full", 2), ("bad-input", 1)])
def test_a_grader_without_a_report_costs_an_error(tmp_path: Path, behaviour: str, tries: int) -> None:
    made = graded(tmp_path, behaviour)
    assert is_theirs_untouched(made)
    assert made.states()["cy"] == "error"
    assert made.begun().count("cy") == tries
    report = made.reports.read("cy")
    assert report is not None
    assert (report.outcome, report.score, report.score_at_most) == ("incomplete", None, 100)
    assert {result.verdict for result in report.criteria} == {Verdict.ERROR}
    assert report.reason == made.ledger.read()["cy"].problem != ""


def test_one_that_hangs_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeouts, "CLASS_JOB", 2.0)
    made = graded(tmp_path, "hangs")
    assert is_theirs_untouched(made)
    assert made.states()["cy"] == "error"
    assert "did not end within 2" in made.ledger.read()["cy"].problem
    assert marked(made) == []


def marked(made: Class) -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            found += [process.pid] if str(made.out) in process.environ().get(MARK, "") else []
        except psutil.Error:
            continue
    return found


def test_what_passes_in_its_second_try_passes(tmp_path: Path) -> None:
    made = graded(tmp_path, "crashes passes")
    assert made.states()["cy"] == "graded"
    assert made.begun().count("cy") == 2
    slot = made.ledger.read()["cy"].slot
    told = [line for line in made.garage.told if line.endswith(f" {slot}")]
    assert "remove" in told[1]  # the cluster of the first try may be why


def test_an_error_that_was_tried_twice_by_the_grader_is_not_tried_again(tmp_path: Path) -> None:
    made = graded(tmp_path, "error")
    assert made.states()["cy"] == "error"
    assert made.begun().count("cy") == 1
    assert made.ledger.read()["cy"].problem == "the node went away"


def test_a_verdict_counts_if_the_grader_crashes_behind_it(tmp_path: Path) -> None:
    made = graded(tmp_path, "crashes-late")
    assert made.states()["cy"] == "graded"
    assert made.begun().count("cy") == 1
    assert (made.reports.folder("cy") / "report.html").exists()


def test_a_slot_without_a_cluster_is_left_out(tmp_path: Path) -> None:
    made = graded(tmp_path, "passes", without=frozenset({FIRST_SLOT}))
    assert set(made.states().values()) == {"graded"}
    assert made.watcher.said == [f"slot {FIRST_SLOT} is no longer used: no cluster for slot {FIRST_SLOT}"]


def test_without_any_cluster_nobody_pays(tmp_path: Path) -> None:
    made = Class(tmp_path, OTHERS, without=frozenset(range(FIRST_SLOT, FIRST_SLOT + 10)))
    with pytest.raises(MachineNotReady, match="no cluster for slot"):
        made.grade()
    assert set(made.states().values()) == {"waiting"}


def test_a_machine_that_is_not_ready_is_no_error_of_a_submission(tmp_path: Path) -> None:
    made = Class(tmp_path, {"an": "no-cluster no-cluster no-cluster passes"})
    with pytest.raises(MachineNotReady, match="port 30051 is taken"):
        made.grade()
    assert made.states() == {"an": "waiting"}


def test_the_log_of_a_submission_holds_no_commands(tmp_path: Path) -> None:
    made = graded(tmp_path, "bad-input")
    text = (made.out / "logs" / "cy.log").read_text("utf-8")
    assert "no file of the course in it" in text
    assert "\x1b" not in text
    assert "::error::" not in text


def test_a_job_is_under_way_in_the_ledger_while_its_grader_runs(tmp_path: Path) -> None:
    made = Class(tmp_path, {"an": "passes"})
    seen = []
    command = made.command

    def look(folder: Path, report_dir: Path, slot: int) -> list[str]:
        seen.append(json.loads((made.ledger.folder / "an.job.json").read_text("utf-8"))["state"])
        return command(folder, report_dir, slot)

    made.command = look  # type: ignore[method-assign]
    made.grade()
    assert seen == ["running"]
