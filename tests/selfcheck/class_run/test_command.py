"""`kubegrade class` from a folder to the gradebook, with a small program in place of the grader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from fixtures.class_run import class_run
from fixtures.class_run.class_run import Options, chosen_key
from fixtures.class_run.errors import ClassError, MachineNotReady
from fixtures.class_run.progress import Progress
from grading import timeouts
from grading.exercise.loader import choose_rubric
from grading.gradebook.model import LOCK, Entry
from grading.platforms.person import Person
from tests.selfcheck.class_run import grader
from tests.selfcheck.class_run.classes import FIRST_SLOT, Class


class Command:
    """The command, for a class in a folder."""

    def __init__(self, root: Path) -> None:
        self.made = Class(root, {})
        self.submissions = root / "autumn"

    def hand_in(self, **behaviours: str) -> None:
        for key, behaviour in behaviours.items():
            folder = self.submissions / key
            folder.mkdir(parents=True, exist_ok=True)
            (folder / grader.BEHAVIOUR).write_text(behaviour, "utf-8")

    def run(self, **options: Any) -> int:
        first = {"submissions": self.submissions, "out": self.made.out, "form": "folder", "jobs": 2}
        return class_run.run(Options(**{**first, "first_slot": FIRST_SLOT, **options}))


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    command = Command(tmp_path)
    monkeypatch.setattr(class_run, "Clusters", lambda *_arguments: command.made.garage)
    monkeypatch.setattr(class_run._ClassRun, "_command", lambda _self: command.made.command)
    monkeypatch.setattr(timeouts, "CLASS_JOB", 20.0)
    yield command
    choose_rubric(None)


def test_from_the_folder_to_the_gradebook(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    command.hand_in(an="passes", bo="error")
    assert command.run() == 3
    told = capsys.readouterr().out
    assert "1 of 2 have a score" in told
    assert "without a score: bo" in told
    rows = (command.made.out / "gradebook.csv").read_text("utf-8").splitlines()
    assert [row.split(";")[0].strip('\N{BYTE ORDER MARK}"') for row in rows] == ["student", "an", "bo"]
    assert (command.made.out / "class.html").exists()


def test_again_without_a_cluster_and_with_a_change(command: Command) -> None:
    command.hand_in(an="passes", bo="passes")
    assert command.run() == 0
    command.made.garage.told.clear()
    assert command.run() == 0
    assert command.made.garage.told == []
    command.hand_in(bo="passes passes")
    assert command.run() == 0
    assert sorted(command.made.begun()) == ["an", "bo", "bo"]


def test_a_student_who_is_not_in_a_later_download_stays(command: Command) -> None:
    command.hand_in(an="passes", bo="passes")
    assert command.run() == 0
    (command.submissions / "an" / grader.BEHAVIOUR).unlink()
    (command.submissions / "an").rmdir()
    assert command.run() == 0
    record = json.loads((command.made.out / "class.json").read_text("utf-8"))
    assert [entry["key"] for entry in record["entries"]] == ["an", "bo"]
    assert "the submissions of an earlier download are kept: an" in record["remarks"][-1]


def test_one_student_by_key(command: Command) -> None:
    command.hand_in(an="passes", bo="passes")
    assert command.run() == 0
    assert command.run(student="an") == 0
    assert sorted(command.made.begun()) == ["an", "an", "bo"]


def test_another_class_in_the_folder(command: Command) -> None:
    command.hand_in(an="passes")
    command.run()
    other = command.submissions.with_name("spring")
    (other / "zoë").mkdir(parents=True)
    (other / "zoë" / grader.BEHAVIOUR).write_text("passes", "utf-8")
    with pytest.raises(ClassError, match="the results of another class"):
        command.run(submissions=other)
    assert command.made.reports.is_graded("an")


def test_what_has_changed_since_the_last_run_is_said(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command.hand_in(an="passes")
    assert command.run() == 0
    capsys.readouterr()
    command.submissions = command.submissions.rename(tmp_path / "autumn, again")
    rubric = tmp_path / "rubric.yaml"
    rubric.write_text("version: spring\ncriteria: {pods.exec: {points: 7}}\n", "utf-8")
    assert command.run(rubric=rubric) == 0
    told = capsys.readouterr().out
    assert "newer download of the same assignment: autumn, again (before: autumn)\n" in told
    assert "has changed since the last run" in told
    assert command.made.begun() == ["an", "an"]
    assert (command.made.out / "earlier" / "an" / "1" / "report.json").exists()


def test_a_class_of_a_newer_version(command: Command) -> None:
    command.hand_in(an="passes")
    command.run()
    path = command.made.out / "class.json"
    path.write_text(path.read_text("utf-8").replace("class/v1", "class/v2"), "utf-8")
    with pytest.raises(ClassError, match="class/v2"):
        command.run()


@pytest.mark.parametrize("option", [{"student": "an"}, {"only_errors": True}])
def test_one_student_by_another_rubric_costs_nobody_a_report(
    command: Command, tmp_path: Path, option: dict[str, object]
) -> None:
    command.hand_in(an="passes", bo="passes")
    command.run()
    rubric = tmp_path / "other.yaml"
    rubric.write_text("version: other\ncriteria: {pods.exec: {points: 9}}\n", "utf-8")
    with pytest.raises(ClassError, match="give the same --rubric") as caught:
        command.run(**option, rubric=rubric)
    assert caught.value.status == 4
    assert all(command.made.reports.read(key) is not None for key in ("an", "bo"))


def test_a_folder_of_something_else(command: Command, tmp_path: Path) -> None:
    command.hand_in(an="passes")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.jpg").touch()
    with pytest.raises(ClassError, match="does not contain a class"):
        command.run(out=tmp_path / "photos")


def test_two_runs_on_one_folder(command: Command) -> None:
    command.hand_in(an="passes")
    command.run()
    with FileLock(command.made.out / LOCK), pytest.raises(MachineNotReady, match="Another run"):
        command.run()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"shard": "4/3"}, "--shard 4/3"),
        ({"student": "nobody"}, "no student matches"),
        ({"marker": "s99"}, "selects nothing"),
        ({"form": "paper"}, "this kind of download does not exist"),
        ({"deadline": "tomorrow"}, "tomorrow"),
        ({"patience": 21.0}, r"--patience: '21.0' is not a number from 1 to 20"),
        ({"patience": 0.5}, r"--patience: '0.5' is not a number from 1 to 20"),
        ({"submissions": Path("/nowhere/to/be/found")}, "this folder or archive does not exist"),
    ],
)
def test_bad_input(command: Command, options: dict[str, object], words: str) -> None:
    command.hand_in(an="passes")
    with pytest.raises(ClassError, match=words) as caught:
        command.run(**options)
    assert caught.value.status == 4
    assert command.made.begun() == []


def test_without_clusters_what_was_graded_before_is_in_the_gradebook(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    command.hand_in(an="passes", bo="passes", cy="passes")

    def make_ready(_slot: int) -> str:
        if not command.made.begun():
            return "made"
        raise MachineNotReady("no cluster any more")

    monkeypatch.setattr(command.made.garage, "make_ready", make_ready)
    monkeypatch.setattr(Progress, "ended", lambda *_arguments: None)
    with pytest.raises(MachineNotReady, match="no cluster any more"):
        command.run(jobs=1)
    assert (command.made.out / "gradebook.csv").exists()


def test_a_roster_of_another_course_leaves_nothing_behind(command: Command, tmp_path: Path) -> None:
    command.hand_in(an="passes")
    (tmp_path / "roster.csv").write_text("name,e-mail\nZoë Maes,zoe@school.example\n", "utf-8")
    with pytest.raises(ClassError, match="from another course"):
        command.run(roster=tmp_path / "roster.csv")
    assert [path.name for path in command.made.out.iterdir()] == [LOCK]


def test_a_student_by_name() -> None:
    one, two = Person(name="Zoë Peeters", username="zpeeters"), Person(name="Jan Jans", username="jj")
    entries = [Entry(key="a", persons=(one, two)), Entry(key="b", persons=(Person(name="Jan Jans"),))]
    assert chosen_key("zoë peeters", entries) == chosen_key("zpeeters", entries) == chosen_key("a", entries)
    with pytest.raises(ClassError, match="more than one student matches: a, b"):
        chosen_key("Jan Jans", entries)
