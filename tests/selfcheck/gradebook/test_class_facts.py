"""Deadlines, attempts that count, and what a roster adds to a class."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from grading.errors import RubricError
from grading.exercise.class_policy import AttemptPolicy, LatePolicy
from grading.exercise.overlay import class_policies
from grading.gradebook.attempts import counting
from grading.gradebook.errors import GradebookError
from grading.gradebook.lateness import deadline_of, time_zone
from grading.gradebook.model import Entry
from grading.gradebook.roster import enrolled
from grading.platforms.grade_files import read_grade_file
from grading.platforms.person import IdKind, Person
from tests.selfcheck.gradebook.classes import DEADLINE, attempt, entry
from tests.selfcheck.gradebook.files import SAMPLES, Sample

BRUSSELS = ZoneInfo("Europe/Brussels")
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-27 23:59", datetime(2026, 11, 27, 22, 59, 59, tzinfo=UTC)),  # the whole minute
        ("2026-11-27T23:59:30", datetime(2026, 11, 27, 22, 59, 30, tzinfo=UTC)),
        ("2026-11-27T23:59+02:00", datetime(2026, 11, 27, 21, 59, 59, tzinfo=UTC)),
        ("27/11/2026 23:59", datetime(2026, 11, 27, 22, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_deadline(text: str, moment: datetime) -> None:
    assert deadline_of(text, BRUSSELS) == moment


def test_a_deadline_without_a_zone_is_local_to_this_machine() -> None:
    assert deadline_of("2026-11-27 23:59:59", None) == datetime(2026, 11, 27, 23, 59, 59).astimezone()


@pytest.mark.parametrize("text", ["tomorrow", "2026-11-27", ""])
def test_no_deadline_is_refused_with_words(text: str) -> None:
    with pytest.raises(GradebookError, match="not a date with a time"):
        deadline_of(text, None)


def test_a_time_zone() -> None:
    assert time_zone("Europe/Brussels") == BRUSSELS
    assert time_zone(None) is None
    for name in ("Europe/Ghent", "../x", ""):
        with pytest.raises(GradebookError, match="this time zone does not exist"):
            time_zone(name)


@pytest.mark.parametrize(
    ("policy", "days", "number"),
    [
        (AttemptPolicy.LATEST, (-2, -1, 1), 3),
        (AttemptPolicy.FIRST, (-2, -1, 1), 1),
        (AttemptPolicy.LATEST_IN_TIME, (-2, -1, 1), 2),
        (AttemptPolicy.LATEST_IN_TIME, (1, 2), 1),
        (AttemptPolicy.LATEST, (), None),
    ],
)
def test_the_attempt_that_counts(policy: AttemptPolicy, days: tuple[int, ...], number: int | None) -> None:
    made = [attempt(index, handed_in=DEADLINE + day * DAY) for index, day in enumerate(days, 1)]
    assert counting(made, policy, DEADLINE, LatePolicy()) == number


def test_without_dates_the_platform_says_what_is_late() -> None:
    made = [attempt(1, handed_in=None, is_late=False), attempt(2, handed_in=None, is_late=True)]
    assert counting(made, AttemptPolicy.LATEST_IN_TIME, None, LatePolicy()) == 1


def test_the_rubric_has_the_policies(tmp_path: Path) -> None:
    path = tmp_path / "rubric.yaml"
    path.write_text(
        "version: spring\nattempts: latest-in-time\nlate: {penalty_per_day: 10, grace_minutes: 30}\n", "utf-8"
    )
    late = LatePolicy(penalty_per_day=10, grace_minutes=30)
    assert class_policies(path) == (late, AttemptPolicy.LATEST_IN_TIME)
    assert class_policies(None) == (LatePolicy(), AttemptPolicy.LATEST)
    path.write_text("version: spring\nlate: {penalty: 10}\n", "utf-8")
    with pytest.raises(RubricError, match=r"late\.penalty"):
        class_policies(path)


def test_a_roster_names_who_handed_in_nothing_and_says_when_others_did(tmp_path: Path) -> None:
    file = read_grade_file(SAMPLES["moodle"].path(tmp_path))
    jan = entry(
        "jan",
        Person(name="Jan De Smet", ids={IdKind.MOODLE_IDENTIFIER: "4701"}),
        attempts=[attempt(1, handed_in=None), attempt(2, handed_in=None)],
    )
    made = enrolled([jan], file, BRUSSELS)
    assert [item.key for item in made.entries] == ["an-school.be", "jan", "renee-school.be"]
    an, found, _renee = made.entries
    assert (an.attempts, an.graded, an.persons[0].name) == ((), None, "An_Sofie Maes")
    assert found.persons[0].email == "jan@school.be"
    first, last = found.attempts
    assert (first.handed_in, first.is_late) == (None, None)  # the file is about the last one
    assert (last.handed_in, last.is_late) == (datetime(2026, 11, 27, 23, 58, tzinfo=BRUSSELS), True)


def test_an_extension_of_the_platform_is_the_deadline_of_that_student(tmp_path: Path) -> None:
    """Of a group it is that of the member with the latest one."""
    data = SAMPLES["moodle"].data.replace(
        b"2 days 3 hours late", b"Extension granted until: Sunday, 29 November 2026, 11:59 PM"
    )
    file = read_grade_file(Sample("moodle", data).path(tmp_path))
    jan, renee = Person(email="jan@school.be"), Person(email="renee@school.be")
    made = enrolled([entry("jan", jan, attempts=[attempt(1)]), entry("renee", renee)], file, BRUSSELS)
    deadlines = {item.key: item.deadline for item in made.entries}
    until = datetime(2026, 11, 29, 23, 59, tzinfo=BRUSSELS)
    assert {key: deadline for key, deadline in deadlines.items() if deadline} == {"jan": until}
    both = Entry(key="group", persons=(jan, renee), deadline=until + DAY)
    made = enrolled([both], file, BRUSSELS)
    assert [item.deadline for item in made.entries if item.key == "group"] == [until + DAY]


def test_dates_of_the_download_come_first(tmp_path: Path) -> None:
    file = read_grade_file(SAMPLES["a list"].path(tmp_path))
    given = datetime(2026, 11, 1, tzinfo=UTC)
    made = enrolled(
        [entry("jan", Person(username="jan_de_smet"), attempts=[attempt(handed_in=given)])], file, None
    )
    assert next(item for item in made.entries if item.key == "jan").attempts[0].handed_in == given


def test_nobody_is_said_to_have_handed_in_nothing_who_may_have(tmp_path: Path) -> None:
    """Two of one name in the file, one in the download: which of them did is not known."""
    file = read_grade_file(SAMPLES["canvas"].path(tmp_path))
    al = entry("al", Person(name="Formula, Al", username="r0105"))
    made = enrolled([entry("jan", Person(name="Jan Peeters")), al], file, None)
    assert made.remarks == ("Jan Peeters (jan): more than one student in the file has this name",)
    names = {item.persons[0].name for item in made.entries if not item.attempts}
    assert names == {"De Smet, Jan", "D'hondt, Zoë", "Student, Test"}


def test_a_list_ties_names_of_github_to_those_of_the_school(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("github_username,naam,e-mailadres\nJanDS,Jan De Smet,jan@school.be\n", "utf-8")
    jan = Person(name="JDS", email="jan@home.example", ids={IdKind.GITHUB_USERNAME: "jands"})
    with pytest.raises(GradebookError):  # nothing ties this one: the names have nothing in common
        enrolled([entry("jan", jan)], read_grade_file(path), None)
    (made,) = enrolled(
        [entry("jan", jan.model_copy(update={"name": ""}))], read_grade_file(path), None
    ).entries
    assert made.persons == (
        Person(name="Jan De Smet", email="jan@school.be", ids={IdKind.GITHUB_USERNAME: "jands"}),
    )


def test_a_roster_of_another_course_is_refused(tmp_path: Path) -> None:
    file = read_grade_file(SAMPLES["canvas"].path(tmp_path))
    with pytest.raises(GradebookError, match="from another course"):
        enrolled([entry("piet", Person(name="Piet Claes"))], file, None)
    assert len(enrolled([], file, None).entries) == 6


def test_a_roster_without_names_says_so(tmp_path: Path) -> None:
    """As Brightspace exports it if nobody ticks them, while its download has nothing else."""
    path = tmp_path / "grades.csv"
    path.write_text("OrgDefinedId,Lab Points Grade,End-of-Line Indicator\n#0101,,#\n", "utf-8")
    with pytest.raises(GradebookError, match="the file has no names, and the class is known by name only"):
        enrolled([entry("jan", Person(name="Jan De Smet"))], read_grade_file(path), None)
    with pytest.raises(GradebookError, match="is the roster from another course"):
        enrolled([entry("jan", Person(ids={IdKind.ORG_DEFINED_ID: "9"}))], read_grade_file(path), None)


def test_a_roster_says_which_of_its_dates_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("name,handed in\nJan,yesterday\n", "utf-8")
    made = enrolled([entry("jan", Person(name="Jan"))], read_grade_file(path), None)
    assert made.remarks == ("1 date cannot be read: 'yesterday'; write 2026-11-27 23:59",)


def test_keys_of_the_roster_are_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("name\nPiet\nJán\njan\n李\n" + "x" * 200 + "\n", "utf-8")
    made = enrolled([entry("jan", Person(name="Piet"))], read_grade_file(path), None)
    keys = [item.key for item in made.entries]
    assert len(set(keys)) == len(keys) == 5
    assert all(len(key) <= 80 for key in keys)
    assert {"jan", "jan-2", "student"} < set(keys)
