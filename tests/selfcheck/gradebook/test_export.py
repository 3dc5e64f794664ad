"""`kubegrade export`: grades of a class in the platform's own file."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from grading.exercise.class_policy import LatePolicy
from grading.gradebook.commands import export
from grading.gradebook.errors import GradebookError
from grading.gradebook.export import Exported, filled, write_export
from grading.gradebook.model import OVERRIDES, ClassRecord
from grading.gradebook.read_class import read_class
from grading.platforms.grade_files import read_grade_file
from grading.platforms.grade_files.encoding import decoded
from grading.platforms.person import IdKind, Person
from grading.report.model import Detail, Report
from tests.selfcheck.gradebook.classes import (
    DEADLINE,
    attempt,
    entry,
    folder,
    lost,
    passed,
    record,
    undecided,
)
from tests.selfcheck.gradebook.files import SAMPLES

JAN = Person(
    name="Jan De Smet",
    username="jan_de_smet",
    ids={IdKind.CANVAS_USER_ID: "101", IdKind.MOODLE_IDENTIFIER: "4701", IdKind.GITHUB_USERNAME: "jandesmet"},
)
RENEE = Person(name="Renée D'hondt")
"""In every sample but those of Canvas."""


def exported(
    tmp_path: Path, sample: str, given: ClassRecord, reports: dict[str, Report], out_of: float | None = None
) -> Exported:
    out = folder(tmp_path / "out", given, reports)
    file = read_grade_file(SAMPLES[sample].path(tmp_path))
    return filled(read_class(out), out, file, SAMPLES[sample].column, out_of)


@pytest.mark.parametrize("name", [name for name in SAMPLES if "canvas" not in name])
def test_each_form_takes_the_grades_back(name: str, tmp_path: Path) -> None:
    reports = {"jan": lost(), "renee": passed()}
    done = exported(tmp_path, name, record(entry("jan", JAN), entry("renee", RENEE)), reports)
    assert done.ungraded == ()
    assert done.is_complete
    again = tmp_path / "again.csv"
    write_export(done, tmp_path / f"{SAMPLES[name].form}.csv", again)
    table = read_grade_file(again).table
    jan, renee = (done.file.students[index].row for index in (0, 1))
    maximum = done.column.maximum or 100
    assert float(table.rows[jan].value(done.column.index)) == 0.4 * maximum
    assert float(table.rows[renee].value(done.column.index)) == maximum


def test_canvas(tmp_path: Path) -> None:
    """Two of one name, of whom the download tells one by the id, and one is excused."""
    given = record(
        entry("jan", JAN),
        entry("peeters-1", Person(name="peetersjan", ids={IdKind.CANVAS_USER_ID: "102"})),
        entry("peeters-2", Person(name="Jan Peeters")),
        entry("zoe", Person(name="D'hondt, Zoë")),
        entry("al", Person(name="=Formula, Al", username="r0105")),
    )
    done = exported(
        tmp_path, "canvas", given, dict.fromkeys(["jan", "peeters-1", "peeters-2", "zoe", "al"], lost())
    )
    before = SAMPLES["canvas"].data.decode()
    assert done.data.decode() == before.replace("A,,8,40", "A,8.00,8,40").replace(
        "A,12.00,,", "A,8.00,,"
    ).replace("r0105,B,,,", "r0105,B,8.00,,")
    assert {item.person.name: item.why for item in done.ungraded} == {
        "Jan Peeters": "more than one student in the file has this name",
        "D'hondt, Zoë": "the cell contains EX, so no grade can be written there",
    }
    assert "1 cell contained another grade before" in list(done.lines())


@pytest.mark.parametrize("made", [undecided(), undecided(gradable=False)])
def test_no_grade_without_every_verdict(made: Report, tmp_path: Path) -> None:
    given = record(entry("jan", JAN), entry("renee", RENEE))
    done = exported(tmp_path, "moodle", given, {"jan": passed(), "renee": made})
    file, (renee,) = done.file, done.ungraded
    again = decoded(done.data)[0]
    assert '"12","100.00"' in again  # as it was
    assert renee.why.endswith("; the cell in the file contains 12")
    assert not done.is_complete
    assert any(line.startswith("  Renée D'hondt (renee): ") for line in done.lines())
    assert file.students[2] in done.unknown


def test_who_handed_in_nothing_gets_no_grade_and_is_no_fault(tmp_path: Path) -> None:
    given = record(entry("jan", JAN), entry("renee", RENEE, attempts=[]))
    done = exported(tmp_path, "moodle", given, {"jan": passed()})
    assert [item.person for item in done.ungraded] == [RENEE]
    assert done.is_complete


def test_a_locked_row_gets_no_grade(tmp_path: Path) -> None:
    an = Person(name="An Sofie Maes", ids={IdKind.MOODLE_IDENTIFIER: "4703"})
    done = exported(tmp_path, "moodle", record(entry("an", an)), {"an": passed()})
    assert "cannot be changed" in done.ungraded[0].why
    assert done.data == SAMPLES["moodle"].data


def test_a_file_of_another_course_is_refused(tmp_path: Path) -> None:
    stranger = entry("piet", Person(name="Piet", ids={IdKind.MOODLE_IDENTIFIER: "1"}))
    with pytest.raises(GradebookError, match="from another course"):
        exported(tmp_path, "moodle", record(stranger), {"piet": passed()})


def test_a_file_without_names_is_refused_as_such(tmp_path: Path) -> None:
    """It may be the right course: a download of Brightspace has nothing but names."""
    path = tmp_path / "grades.csv"
    path.write_text("Username,Lab Points Grade,End-of-Line Indicator\n#jan,,#\n", "utf-8")
    out = folder(tmp_path / "out", record(entry("jan", Person(name="Jan De Smet"))), {"jan": passed()})
    with pytest.raises(GradebookError, match=r"the file has no names, .* with last and first names"):
        filled(read_class(out), out, read_grade_file(path), "Lab", None)


def test_a_group_of_moodle_is_not_the_participant_of_its_number(tmp_path: Path) -> None:
    """The worksheet of an assignment for groups names them; its members get the grade, and nobody else."""
    sheet = (
        "Identifier,Full name,Status,Group,Grade,Maximum grade,Last modified (grade)\n"
        "Participant 1,Jan De Smet,,Team Jan,,100,-\nParticipant 2,Jan Maes,,Team_2,,100,-\n"
        "Participant 3,An Maes,,Team_2,,100,-\n"
    )
    into = write(sheet.encode(), tmp_path / "worksheet.csv")
    given = record(
        entry("a", Person(name="Team 2", ids={IdKind.MOODLE_NUMBER: "1"})),
        entry("b", Person(name="Team Jans", ids={IdKind.MOODLE_NUMBER: "2"})),
    )
    out = folder(tmp_path / "out", given, {"a": lost(), "b": passed()})
    done = filled(read_class(out), out, read_grade_file(into), None, None)
    assert done.data.decode() == sheet.replace("Team_2,,", "Team_2,40,")
    assert [(item.person.name, item.why) for item in done.ungraded] == [("Team Jans", "not in the file")]


def test_a_profile_field_called_group_is_no_group_that_hands_in(tmp_path: Path) -> None:
    sheet = (
        "Identifier,Full name,Group,Status,Grade,Maximum grade,Last modified (grade)\n"
        "Participant 1,Jan De Smet,1TIN,,,100,-\n"
    )
    file = read_grade_file(write(sheet.encode(), tmp_path / "worksheet.csv"))
    assert file.students[0].group == ""
    assert file.students[0].person.ids[IdKind.MOODLE_NUMBER] == "1"
    head, row = sheet.replace("Status", "Status,Group").replace("1TIN,", "1TIN,,Team 2").splitlines()
    both = read_grade_file(write(f"{head}\n{row}\n".encode(), tmp_path / "both.csv"))
    assert both.students[0].group == "Team 2"


def test_the_number_of_another_name_gets_no_grade(tmp_path: Path) -> None:
    piet = Person(name="Piet Claes", ids={IdKind.MOODLE_IDENTIFIER: "4701"})
    given = record(entry("piet", piet), entry("renee", RENEE))
    done = exported(tmp_path, "moodle", given, {"piet": passed(), "renee": lost()})
    assert [item.person for item in done.ungraded] == [piet]


def test_a_share_of_another_maximum_is_said(tmp_path: Path) -> None:
    given, reports = record(entry("jan", JAN)), {"jan": lost()}
    as_it_is = exported(tmp_path / "a", "blackboard", given, reports)
    assert "points are written as they are, out of 100" in next(as_it_is.lines())
    own = exported(tmp_path / "b", "moodle in Dutch", given, reports)
    assert "points out of 100 are converted to grades out of 20" in next(own.lines())
    told = exported(tmp_path / "c", "a list", given, reports, 10)
    assert [graded.points for graded in told.cells.values()] == [4]
    unknown = exported(tmp_path / "d", "a list", given, reports)
    assert "--out-of MAX" in next(unknown.lines())
    with pytest.raises(GradebookError, match=r"the maximum of the column .* is 20"):
        exported(tmp_path / "e", "moodle in Dutch", given, reports, 25)


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path) -> None:
    for name in "abcde":
        (tmp_path / name).mkdir()


def test_feedback_is_written_to_its_end(tmp_path: Path) -> None:
    """All criteria of a course, and what was decided on them, are longer than a line of a table."""
    reason = "it worked in class " * 100 + "indeed"
    out = folder(tmp_path / "out", record(entry("jan", JAN)), {"jan": lost()})
    (out / OVERRIDES).write_text(f"student,criterion,points,reason\njan,a.bad,30,{reason}\n", "utf-8")
    done = filled(read_class(out), out, read_grade_file(SAMPLES["moodle"].path(tmp_path)), None, None)
    assert f"({reason})." in decoded(done.data)[0]


def test_moodle_and_its_zeros(tmp_path: Path) -> None:
    (bad, good), made = lost().criteria, lost()
    zero = made.model_copy(
        update={
            "criteria": [bad, good.model_copy(update={"earned": 0, "verdict": bad.verdict})],
            "score": 0,
            "score_at_least": 0,
            "score_at_most": 0,
        }
    )
    done = exported(tmp_path, "moodle", record(entry("jan", JAN)), {"jan": zero})
    assert "1 grade is 0, which Moodle may not import: check it in Moodle after the import" in list(
        done.lines()
    )


def test_feedback_tells_points_lateness_and_decisions(tmp_path: Path) -> None:
    late = attempt(handed_in=DEADLINE + timedelta(hours=1))
    given = record(
        entry("jan", JAN, attempts=[late]), entry("renee", RENEE), late=LatePolicy(penalty_per_day=10)
    )
    out = folder(tmp_path / "out", given, {"jan": lost("<b>hostile</b>"), "renee": passed()})
    (out / OVERRIDES).write_text("student,criterion,points,reason\njan,a.bad,30,it worked\n", "utf-8")
    file = read_grade_file(SAMPLES["moodle"].path(tmp_path))
    done = filled(read_class(out), out, file, None, None)
    jan, renee = done.cells.values()
    assert jan.feedback == (
        "kubegrade: 60 / 100 points: 70, minus 10 for handing in late. Lost points: a.bad 30/60. "
        "Decided by the instructor: a.bad 30/60 (it worked)."
    )
    assert renee.feedback == ""  # there is some of the teacher's own
    again = read_grade_file(write(done.data, tmp_path / "again.csv"))
    assert [graded.feedback for graded in filled(read_class(out), out, again, None, None).cells.values()] == [
        jan.feedback,
        "",
    ]


def write(data: bytes, path: Path) -> Path:
    path.write_bytes(data)
    return path


def test_feedback_hides_what_is_hidden(tmp_path: Path) -> None:
    made = lost()
    hidden = made.model_copy(
        update={"criteria": [item.model_copy(update={"detail": Detail.NONE}) for item in made.criteria]}
    )
    done = exported(tmp_path, "moodle", record(entry("jan", JAN)), {"jan": hidden})
    assert [graded.feedback for graded in done.cells.values()] == ["kubegrade: 40 / 100 points."]


def test_nothing_is_exported_while_an_override_counts_for_nothing(tmp_path: Path) -> None:
    out = folder(tmp_path / "out", record(entry("jan", JAN)), {"jan": lost()})
    (out / OVERRIDES).write_text("student,criterion,points\nyan,a.bad,30\n", "utf-8")
    file = read_grade_file(SAMPLES["moodle"].path(tmp_path))
    with pytest.raises(GradebookError, match="this student is not in the class"):
        filled(read_class(out), out, file, None, None)


APP = typer.Typer()
APP.command()(export)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(APP, list(map(str, arguments)))


def test_it_is_a_command_of_kubegrade() -> None:
    command = [sys.executable, "-m", "grading.cli", "export", "--help"]
    assert b"--into" in subprocess.run(command, capture_output=True, check=True).stdout


def test_the_command_writes_a_copy_and_says_what_it_did(tmp_path: Path) -> None:
    given = record(entry("jan", JAN), entry("renee", RENEE))
    out = folder(tmp_path / "out", given, {"jan": passed(), "renee": undecided()})
    into = SAMPLES["moodle"].path(tmp_path)
    done = run(out, "--into", into)
    assert (done.exit_code, done.stderr) == (3, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith(
        "Moodle grading worksheet: 1 student has a grade in the column 'Grade'; points are"
    )
    assert (
        "  Renée D'hondt (renee): grading is incomplete: a reason; the cell in the file contains 12" in lines
    )
    assert lines[-1] == str(tmp_path / "moodle-filled.csv")
    assert into.read_bytes() == SAMPLES["moodle"].data
    assert b',100,"100.00"' in (tmp_path / "moodle-filled.csv").read_bytes()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--column", "Lab"], "no column has the title 'Lab'"),
        (["--to", "{into}"], "is the downloaded file itself"),
        (["--to", "{into}/x.csv"], "Not a directory"),
        (["--out-of", "101"], "is 100"),
    ],
)
def test_bad_input_writes_nothing(options: list[str], words: str, tmp_path: Path) -> None:
    out = folder(tmp_path / "out", record(entry("jan", JAN)), {"jan": passed()})
    into = SAMPLES["moodle"].path(tmp_path)
    before = sorted(tmp_path.iterdir())
    done = run(out, "--into", into, *(option.format(into=into) for option in options))
    assert done.exit_code == 4
    assert words in done.stderr
    assert sorted(tmp_path.iterdir()) == before
    assert into.read_bytes() == SAMPLES["moodle"].data


def test_a_folder_without_a_class_is_bad_input(tmp_path: Path) -> None:
    done = run(tmp_path, "--into", SAMPLES["moodle"].path(tmp_path))
    assert done.exit_code == 4
    assert "class.json" in done.stderr
