"""`kubegrade feedback`: pages under the names that platforms take back."""

import shutil
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from grading.gradebook.commands import feedback
from grading.gradebook.errors import GradebookError
from grading.gradebook.feedback import hand_out
from grading.gradebook.model import OVERRIDES, AttemptRecord, Entry
from grading.gradebook.read_class import read_class
from grading.platforms.person import IdKind, Person
from grading.report.model import Detail
from tests.selfcheck.gradebook.classes import attempt, entry, folder, lost, passed, record, undecided

APP = typer.Typer()
APP.command()(feedback)


def tree(target: Path) -> list[str]:
    return sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file())


def handed_out(tmp_path: Path, form: str, *entries: Entry) -> list[str]:
    out = folder(tmp_path / "out", record(*entries, form=form), {item.key: lost() for item in entries})
    hand_out(read_class(out), out, tmp_path / "to")
    return tree(tmp_path / "to")


def sent(*sources: str) -> list[AttemptRecord]:
    return [attempt(number, sources=(source,)) for number, source in enumerate(sources, 1)]


def test_moodle(tmp_path: Path) -> None:
    persons = [
        Person(name="An_Sofie D'hondt-Maes", ids={IdKind.MOODLE_IDENTIFIER: "4703"}),
        Person(ids={IdKind.MOODLE_IDENTIFIER: "4704"}),
        Person(name="../../x", ids={IdKind.MOODLE_IDENTIFIER: "4705"}),
    ]
    assert handed_out(tmp_path, "moodle", *(entry(f"k{n}", person) for n, person in enumerate(persons))) == [
        "An Sofie D'hondt-Maes_4703_assignsubmission_file_/report.html",
        "Participant_4704_assignsubmission_file_/report.html",
        "x_4705_assignsubmission_file_/report.html",
    ]


def test_a_number_of_moodle_that_may_be_that_of_a_group_is_nobodys(tmp_path: Path) -> None:
    """Participant 812 is somebody else than group 812, and would get its page."""
    group = entry("g", Person(name="Groep 4", ids={IdKind.MOODLE_NUMBER: "812"}))
    out = folder(tmp_path / "out", record(group), {"g": lost()})
    done = hand_out(read_class(out), out, tmp_path / "to")
    assert tree(tmp_path / "to") == []
    assert "with the grading worksheet as --roster" in done.missing[0]


def test_each_member_of_a_group_of_moodle_has_a_page(tmp_path: Path) -> None:
    persons = [Person(name=name, ids={IdKind.MOODLE_IDENTIFIER: name}) for name in ("1", "2")]
    assert len(handed_out(tmp_path, "moodle", entry("g1", *persons))) == 2


def of_canvas(key: str, student: str, *sources: str) -> Entry:
    return entry(key, Person(name=key, ids={IdKind.CANVAS_USER_ID: student}), attempts=sent(*sources))


def test_canvas(tmp_path: Path) -> None:
    entries = [
        of_canvas("jan", "101", "desmetjan_101_5678_x.zip", "desmetjan_LATE_101_56789_my_11_22_files.zip"),
        of_canvas("ann", "7", "ann_2_b_7_5_a.zip"),  # a name may hold underscores and digits
        of_canvas("zoe", "104", "zoë_104_text.html", "submissions/zoë_104_5_a.zip"),
        of_canvas("anon", "anon_x1", "anon_x1_8_a.zip"),
    ]
    assert handed_out(tmp_path, "canvas", *entries) == [
        "ann_2_b_7_5_report.html",
        "anon_x1_8_report.html",
        "desmetjan_LATE_101_56789_report.html",
        "zoë_104_5_report.html",
    ]


def test_brightspace(tmp_path: Path) -> None:
    name = "397063-2557369 - Mary-Ann Smith - Sep 24, 2024 926 PM"
    assert handed_out(tmp_path, "brightspace", entry("mary", attempts=sent(f"{name}/a.zip"))) == [
        f"{name}/report.html"
    ]


@pytest.mark.parametrize(
    "form", ["blackboard", "gradescope", "classroom", "classroom50", "folder", "archives"]
)
def test_other_platforms_have_a_folder_for_each(form: str, tmp_path: Path) -> None:
    assert handed_out(tmp_path, form, entry("jan"), entry("an")) == ["an/report.html", "jan/report.html"]


def test_whom_the_platform_would_not_know_is_listed(tmp_path: Path) -> None:
    out = folder(
        tmp_path / "out", record(of_canvas("jan", "1", "jan_1_text.html"), form="canvas"), {"jan": lost()}
    )
    done = hand_out(read_class(out), out, tmp_path / "to")
    assert (done.written, done.is_incomplete) == (0, True)
    assert done.missing == (
        "jan (1): the download does not contain this student's identity on the platform; the page is "
        "submissions/jan/report.html",
    )


def test_what_the_page_does_not_say_stands_beside_it(tmp_path: Path) -> None:
    made = passed()
    bad, good = made.criteria
    hidden = made.model_copy(update={"criteria": [bad, good.model_copy(update={"detail": Detail.NONE})]})
    out = folder(
        tmp_path / "out", record(entry("jan"), entry("an"), form="folder"), {"jan": hidden, "an": lost()}
    )
    (out / OVERRIDES).write_text(
        "student,criterion,points,reason\njan,a.bad,50,copied\njan,a.good,30,secret\n", "utf-8"
    )
    hand_out(read_class(out), out, tmp_path / "to")
    assert tree(tmp_path / "to") == ["an/report.html", "jan/grade.txt", "jan/report.html"]
    assert (tmp_path / "to/jan/grade.txt").read_text("utf-8") == (
        "80 / 100 points.\nDecided by the instructor: a.bad 50/60 (copied).\n"
    )


def test_a_page_is_made_if_it_is_missing(tmp_path: Path) -> None:
    out = folder(tmp_path / "out", record(entry("jan"), form="folder"), {"jan": lost("why it was lost")})
    (out / "submissions/jan/report.html").unlink()
    hand_out(read_class(out), out, tmp_path / "to")
    assert "why it was lost" in (tmp_path / "to/jan/report.html").read_text("utf-8")


def test_pages_are_not_mixed_with_others(tmp_path: Path) -> None:
    out = folder(tmp_path / "out", record(entry("jan"), form="folder"), {"jan": lost()})
    (tmp_path / "to").mkdir()
    (tmp_path / "to/old.html").touch()
    with pytest.raises(GradebookError, match="is not empty"):
        hand_out(read_class(out), out, tmp_path / "to")


def test_two_pages_never_have_one_name(tmp_path: Path) -> None:
    twins = [of_canvas(key, "1", "jan_1_2_a.zip") for key in ("a", "b")]
    with pytest.raises(GradebookError, match="two students would get the same page"):
        handed_out(tmp_path, "canvas", *twins)


def test_the_command(tmp_path: Path) -> None:
    entries = [entry("jan"), entry("an"), entry("piet", attempts=[])]
    out = folder(tmp_path / "out", record(*entries, form="folder"), {"jan": lost(), "an": undecided()})

    def run() -> Result:
        return CliRunner().invoke(APP, [str(out), "--to", str(tmp_path / "to")])

    done = run()
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"{tmp_path}/to: 2 pages",
        "No page:",
        "  Piet (piet): nothing was handed in",
    ]
    assert run().exit_code == 4
    shutil.rmtree(tmp_path / "to")
    shutil.rmtree(out / "submissions/jan")
    assert run().exit_code == 3
