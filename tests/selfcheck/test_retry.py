"""A second try on a new cluster, with a control: which verdict counts, and what a report says of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from grading import renderers, retry
from grading.errors import CriterionFailure, InfrastructureError, Unplayable
from grading.files import write_text
from grading.regrade import regrade
from grading.renderers import FORMS, render
from grading.renderers.read import UnreadableReport, read_report
from grading.report.model import Report, Verdict
from grading.report.results import Results
from tests.selfcheck.manifests import REFERENCE
from tests.selfcheck.replayed import replay
from tests.selfcheck.test_score import rubric

GRADED = ("pods.declared", "pods.running", "pods.exec", "pods.not-replaced")
CUT = "the node went away"
AGAIN = "the node went away again"

Evidence = dict[str, Any]


@pytest.fixture(autouse=True)
def _no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renderers, "write_page", lambda folder: "")  # half a second a run


def twice(second: Exception | None, *, control_passed: bool) -> Results:
    results = Results(rubric(), "folder")
    results.select(["a.one"])
    results.record("a.one", InfrastructureError(CUT), evidence=["evidence/x.json"])
    results.try_again("a.one", second, evidence=["evidence/second/x.json"], control_passed=control_passed)
    return results


@pytest.mark.parametrize(
    ("second", "control_passed", "verdict", "gradable"),
    [
        (None, False, Verdict.PASSED, True),
        (CriterionFailure("wrong"), False, Verdict.FAILED, True),
        (CriterionFailure("wrong"), True, Verdict.FAILED, True),
        (InfrastructureError(AGAIN), False, Verdict.ERROR, True),
        (InfrastructureError(AGAIN), True, Verdict.ERROR, False),
    ],
)
def test_which_verdict_counts(
    second: Exception | None, control_passed: bool, verdict: Verdict, gradable: bool
) -> None:
    report = twice(second, control_passed=control_passed).report()
    result = report.criteria[0]
    assert (result.verdict, result.gradable) == (verdict, gradable)
    assert result.first_error == CUT
    assert result.evidence == ["evidence/x.json", "evidence/second/x.json"]
    undecided = verdict is Verdict.ERROR
    earned = 50 if verdict is Verdict.PASSED else 0
    assert (report.score is None, report.outcome == "incomplete") == (undecided, undecided)
    assert (report.score_at_least, report.score_at_most) == (earned, 50 if undecided else earned)
    assert ("Your instructor decides" in result.help) is not gradable


@pytest.mark.parametrize("first", [None, CriterionFailure("wrong")])
def test_a_verdict_is_never_tried_again(first: Exception | None) -> None:
    results = Results(rubric(), "folder")
    results.select(["a.one"])
    before = results.record("a.one", first)
    results.try_again("a.one", InfrastructureError(AGAIN), evidence=["second"], control_passed=True)
    assert results.report().criteria[0] == before


def test_what_is_blocked_in_the_second_try_is_blocked_by_a_verdict_of_the_first() -> None:
    results = Results(rubric(), "folder")
    results.select(["a.one", "a.two"])
    results.record("a.one", CriterionFailure("wrong"))
    results.record("a.two", InfrastructureError(CUT))
    results.try_again("a.two", Unplayable("not there"), evidence=[], control_passed=False)
    result = results.report().criteria[1]
    assert (result.verdict, result.blocked_by) == (Verdict.BLOCKED, "a.one")


def passing() -> Evidence:
    return replay(REFERENCE, {}, criteria=GRADED)[1]["evidence/pod.json"]  # type: ignore[no-any-return]


def cut(words: str = CUT) -> Evidence:
    """What the scenario records if it is cut short behind its first step."""
    seen = passing()
    return {**seen, "records": {}, "error": words}


def failing() -> Evidence:
    seen = passing()
    answer = {**seen["records"]["page"]["answer"], "status": 404, "body": "not found"}
    return {**seen, "records": {**seen["records"], "page": {**seen["records"]["page"], "answer": answer}}}


def stored(folder: Path, second: Evidence | None = None, control: Evidence | None = None) -> Path:
    """Store a run that was cut short, and what was recorded since."""
    report, _files = replay(REFERENCE, {}, criteria=GRADED)
    for name, data in (("", cut()), ("second", second), ("control", control)):
        if data is not None:
            (folder / "evidence" / name).mkdir(parents=True, exist_ok=True)
            write_text(folder / "evidence" / name / "pod.json", json.dumps(data))
    renderers.write_reports(report, folder)
    regrade(folder)
    return folder


def verdicts(folder: Path) -> list[tuple[str, bool]]:
    return [(r.verdict.value, r.gradable) for r in read_report(folder / "report.json").selected]


@pytest.mark.parametrize(
    ("second", "control", "expected"),
    [
        (None, None, [("passed", True), *[("error", True)] * 3]),
        (passing, None, [("passed", True)] * 4),
        (failing, passing, [("passed", True), ("failed", True), ("passed", True), ("passed", True)]),
        (cut, None, [("passed", True), *[("error", True)] * 3]),
        (cut, cut, [("passed", True), *[("error", True)] * 3]),
        (cut, failing, [("passed", True), ("error", True), ("error", False), ("error", False)]),
        (cut, passing, [("passed", True), *[("error", False)] * 3]),
    ],
)
def test_stored_tries_are_judged(
    tmp_path: Path,
    second: Callable[[], Evidence] | None,
    control: Callable[[], Evidence] | None,
    expected: list[tuple[str, bool]],
) -> None:
    folder = stored(tmp_path, second and second(), control and control())
    assert verdicts(folder) == expected
    report = read_report(folder / "report.json")
    assert not report.criteria[0].first_error
    assert not regrade(folder).is_changed


def test_a_first_try_without_evidence_is_tried_again_too(tmp_path: Path) -> None:
    folder = stored(tmp_path)
    (folder / "evidence" / "pod.json").unlink()
    (folder / "evidence" / "second").mkdir()
    write_text(folder / "evidence" / "second" / "pod.json", json.dumps(passing()))
    for _again in range(2):
        regrade(folder)
        assert verdicts(folder) == [("passed", True)] * 4
        result = read_report(folder / "report.json").selected[1]
        assert CUT in result.first_error


def form(report: Report, name: str) -> str:
    return render(report, FORMS[name], Path("no evidence")).replace("\\", "")


@pytest.fixture
def not_gradable(tmp_path: Path) -> Report:
    return read_report(stored(tmp_path, cut(AGAIN), passing()) / "report.json")


@pytest.mark.parametrize("name", sorted(set(FORMS) - {"classroom50"}))
def test_every_form_says_what_is_not_gradable(not_gradable: Report, name: str) -> None:
    text = " ".join(form(not_gradable, name).split())
    assert AGAIN in text
    assert f"This was tried twice, on two clusters. The first attempt ended with: {CUT}" in text
    if name in {"html", "md", "terminal", "gradescope", "github"}:
        assert "not gradable" in text
    if name in {"html", "md", "terminal", "annotations", "gradescope"}:
        assert "2 and 6 of 6 points" in text
        assert "the instructor decides" in text


def test_what_is_not_gradable_brings_no_score(not_gradable: Report) -> None:
    made = json.loads(form(not_gradable, "classroom50"))
    assert (made["max-score"], made["tests"]) == (0, [])
    assert json.loads(form(not_gradable, "github"))["max_score"] == 0
    assert '"score"' not in form(not_gradable, "gradescope")


@pytest.mark.parametrize("name", sorted(set(FORMS) - {"classroom50", "github"}))
def test_every_form_says_that_a_verdict_is_of_a_second_try(tmp_path: Path, name: str) -> None:
    report = read_report(stored(tmp_path, passing()) / "report.json")
    assert report.score == 6
    text = " ".join(form(report, name).split())
    assert "This is the verdict of a second attempt, on a new cluster." in text
    assert CUT in text


def test_both_tries_are_shown_on_the_page(tmp_path: Path) -> None:
    folder = stored(tmp_path, cut(AGAIN), passing())
    page = render(read_report(folder / "report.json"), FORMS["html"], folder)
    assert "A Pod of its own (second try)" in page
    assert 'id="f-pod"' in page
    assert 'id="f-second-pod"' in page
    assert "control" not in page


def test_a_verdict_that_is_not_gradable_is_an_error(not_gradable: Report, tmp_path: Path) -> None:
    passed = next(result for result in not_gradable.criteria if result.verdict is Verdict.PASSED)
    passed.gradable = False
    write_text(tmp_path / "edited.json", not_gradable.to_json())
    with pytest.raises(UnreadableReport, match="is passed, but it is marked as not gradable"):
        read_report(tmp_path / "edited.json")


class Pytest:
    """Stands in for the graded runs: writes what they would."""

    def __init__(self, statuses: Sequence[int], second: Evidence | None, control: Evidence | None) -> None:
        self.calls: list[list[str]] = []
        self.control_files: set[str] = set()
        self._statuses = list(statuses)
        self._second, self._control = second, control

    def __call__(self, arguments: Sequence[str]) -> int:
        folder = Path(next(word for word in arguments if word.startswith("--report-dir=")).partition("=")[2])
        if not self.calls:
            stored(folder)
        else:
            for name, data in (("", self._second), ("control", self._control)):
                if data is not None:
                    (folder / name / "evidence").mkdir(parents=True)
                    write_text(folder / name / "evidence" / "pod.json", json.dumps(data))
            [control] = [word.partition("=")[2] for word in arguments if word.startswith("--control=")]
            self.control_files = {path.name for path in Path(control).iterdir()}
        self.calls.append(list(arguments))
        return self._statuses.pop(0)


@pytest.mark.parametrize(
    ("second", "control", "second_status", "status"),
    [
        (passing, None, 0, 0),
        (failing, None, 1, 1),
        (cut, passing, 3, 3),
        (cut, cut, 3, 3),
        (lambda: None, lambda: None, 6, 3),
    ],
)
def test_a_run_and_its_second_try(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    second: Callable[[], Evidence],
    control: Callable[[], Evidence] | None,
    second_status: int,
    status: int,
) -> None:
    runs = Pytest([3, second_status], second(), control and control())
    monkeypatch.setattr(retry, "_pytest", runs)
    report, ended = retry.grade_twice(["-m", "s11_5"], tmp_path)
    assert report is not None
    assert ended == status
    assert report == read_report(tmp_path / "report.json")
    assert (report.score is None) == (status == 3)
    first, again = runs.calls
    assert first == ["-m", "s11_5", "--maxfail=0", f"--report-dir={tmp_path}"]
    only = [word.partition("=")[2] for word in again if word.startswith("--criterion=")]
    assert only == ["pods.running", "pods.exec", "pods.not-replaced"]
    assert "--new-cluster" in again
    assert runs.control_files == {path.name for path in REFERENCE.iterdir()}


@pytest.mark.parametrize("first", [0, 1, 2, 4, 5, 6])
def test_only_a_run_to_the_end_with_errors_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    runs = Pytest([first], None, None)
    monkeypatch.setattr(retry, "_pytest", runs)
    assert retry.grade_twice([], tmp_path) == (None, first)


def test_an_interrupted_second_try_leaves_the_first_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "_pytest", Pytest([3, 2], cut(), None))
    assert retry.grade_twice([], tmp_path) == (None, 2)
    assert not (tmp_path / "evidence" / "second").exists()
    assert read_report(tmp_path / "report.json").outcome == "incomplete"


CHILD = """
import os, signal, sys, time
def end(number, frame):
    os.write(1, b"signal %d\\n" % number)
    time.sleep(0.2)  # a second one would be seen
    sys.exit(2)
signal.signal(signal.SIGINT, end)
signal.signal(signal.SIGTERM, end)
os.write(1, b"ready\\n")
while True:
    signal.pause()
"""
PARENT = f"""
import sys
from grading import retry
retry.command = lambda arguments: ([sys.executable, "-c", {CHILD!r}], {{}})
sys.exit(10 + retry._pytest([]))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("to_group", [False, True], ids=["to the command", "to its group"])
def test_a_run_is_told_once_that_it_is_to_end(number: signal.Signals, to_group: bool) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        errors="strict",
        process_group=0,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        (os.killpg if to_group else os.kill)(process.pid, number)
        rest = process.stdout.read()
    assert (process.returncode, rest) == (12, f"signal {number.value}\n")
