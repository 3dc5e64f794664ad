"""Write the grade file of each platform for the twelve, with nothing in it or with grades."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.selfcheck.platforms.twelve import HandIn, Student
from tests.selfcheck.platforms.writing import TITLE

LATER = Student("Piet", "Later", "plater", 100_099)
"""Came to the course after the download."""
_MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
    "november", "december",
)  # fmt: skip


@dataclass(frozen=True)
class Cells:
    """What goes into the row of a student: a grade, and feedback where the file has a column for it."""

    grade: str = ""
    feedback: str = ""


EMPTY = Cells()
Given = Mapping[str, Cells]
"""By the user name of the student."""
Write = Callable[[Sequence[Student], Given], bytes]


def enrolled(students: Iterable[Student]) -> list[Student]:
    """Return everybody who has a row, the members of groups and `LATER` too."""
    return [*(one for student in students for one in student.members), LATER]


def _table(
    rows: Iterable[Iterable[str]], *, delimiter: str = ",", end: str = "\n", quoted: bool = False
) -> str:
    stream = io.StringIO()
    write = csv.writer(stream, delimiter=delimiter, lineterminator=end)
    if quoted:
        write = csv.writer(stream, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    write.writerows(rows)
    return stream.getvalue()


def canvas(students: Sequence[Student], given: Given) -> bytes:
    """Return the gradebook of Canvas, on 20 points; it writes four blanks before what is no student."""
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Quiz (77)", f"{TITLE} (4821)"]
    rows = [[*head, "Current Score"], ["    Points Possible", *[""] * 4, "10.00", "20.00", "(read only)"]]
    for one in enrolled(students):
        grade = given.get(one.user, EMPTY).grade
        name = f"{one.last}, {one.first}"
        rows.append([name, str(one.number), f"u{one.number}", one.user, "A", "7,5", grade, "75.0"])
    return _table(rows, end="\r\n").encode()


def canvas_with_dates(students: Sequence[Student], given: Given) -> bytes:
    """Return the gradebook of Canvas with a column for dates, as a spreadsheet saves it."""
    text = canvas(students, given).decode()
    dates = {one.user: one.hand_ins[-1].when for one in students if one.hand_ins}
    head, points, *rows = csv.reader(io.StringIO(text, newline=""))
    added = [[*row, f"{dates[row[3]]:%d/%m/%Y %H:%M}" if row[3] in dates else ""] for row in rows]
    whole = [[*head, "Ingediend"], [*points, ""], *added]
    return _table(whole, delimiter=";", end="\r\n").encode("utf-8-sig")


def _moodle_head(dutch: bool, teams: bool, blind: bool) -> list[str]:
    head = (
        ["Identificatie", "Volledige naam", "E-mailadres", "Status", "Groep", "Cijfer", "Maximaal cijfer",
         "Het cijfer kan gewijzigd worden", "Laatst gewijzigd (inzending)",
         "Laatst gewijzigd (beoordeling)", "Feedback tekstvak"]
        if dutch
        else ["Identifier", "Full name", "Email address", "Status", "Group", "Grade", "Maximum grade",
              "Grade can be changed", "Last modified (submission)", "Last modified (grade)",
              "Feedback comments"]
    )  # fmt: skip
    return _without(head, teams, blind)


def _without(cells: list[str], teams: bool, blind: bool) -> list[str]:
    """Return a row without the columns that an assignment does not have."""
    left_out = {*(() if teams else (4,)), *((1, 2) if blind else ())}
    return [cell for index, cell in enumerate(cells) if index not in left_out]


def moodle(*, dutch: bool = False, teams: bool = False, blind: bool = False) -> Write:
    """Return what writes a grading worksheet of Moodle, on 100 points.

    Args:
        dutch: the site's language; English otherwise.
        teams: whether groups hand in.
        blind: whether names are hidden.
    """

    def write(students: Sequence[Student], given: Given) -> bytes:
        rows = [_moodle_head(dutch, teams, blind)]
        for student in [*students, LATER]:
            for one in student.members:
                last = student.hand_ins[-1] if student.hand_ins and (teams or one is student) else None
                row = _moodle_row(one, last, given.get(one.user, EMPTY), dutch, student.team)
                rows.append(_without(row, teams, blind))
        text = _table(rows, delimiter=";" if dutch else ",", quoted=not dutch)
        return text.encode("utf-8-sig" if dutch else "utf-8")

    return write


def _moodle_row(one: Student, last: HandIn | None, cells: Cells, dutch: bool, team: str) -> list[str]:
    status = ("Ingestuurd voor beoordeling" if dutch else "Submitted for grading") if last else "-"
    if last and last.is_late:
        status += " - 1 dag 23 uren laat" if dutch else " - 1 day 23 hours late"
    when = _moodle_moment(last.when, dutch) if last else "-"
    who = f"Deelnemer{one.number}" if dutch else f"Participant {one.number}"
    yes = "Ja" if dutch else "Yes"
    return [who, one.name, f"{one.user}@example.org", status, team, cells.grade, "100.00", yes, when,
            "-", cells.feedback]  # fmt: skip


def _moodle_moment(when: datetime, dutch: bool) -> str:
    if dutch:
        return f"vrijdag, {when.day} {_MONTHS[when.month - 1]} {when.year}, {when:%H:%M}"
    return f"Friday, {when.day} {when:%B %Y}, {when.hour % 12 or 12}:{when:%M %p}"


def blackboard(*, tabs: bool = False, dutch: bool = False) -> Write:
    """Return what writes the download of Blackboard's Grade Center, on 100 points.

    Args:
        tabs: whether it is the file ``.xls``, which is text in UTF-16; commas otherwise.
        dutch: the language of the headings.
    """

    def write(students: Sequence[Student], given: Given) -> bytes:
        names = (
            ["Achternaam", "Voornaam", "Gebruikersnaam"] if dutch else ["Last Name", "First Name", "Username"]
        )
        head = [*names, f"{TITLE} [Total Pts: 100 Score] |337483"]
        feedback = (
            ["Feedback to Learner", "Feedback Format"] if tabs else ["Total [Total Pts: up to 505 Score] |1"]
        )
        rows = [head + feedback]
        for one in enrolled(students):
            cells = given.get(one.user, EMPTY)
            rest = [cells.feedback, "SMART_TEXT"] if tabs else ["0"]
            rows.append([one.last, one.first, one.user, cells.grade, *rest])
        text = _table(rows, delimiter="\t" if tabs else ",", end="\r\n" if tabs else "\n", quoted=True)
        return text.encode("utf-16" if tabs else "utf-8-sig")

    return write


def brightspace(students: Sequence[Student], given: Given) -> bytes:
    """Return the export of grades of Brightspace, on 20 points."""
    column = f"{TITLE} Points Grade <Numeric MaxPoints:20 Category:Labs>"
    rows = [["OrgDefinedId", "Username", "Last Name", "First Name", "Email", column, "End-of-Line Indicator"]]
    rows += [
        [f"#{one.number}", f"#{one.user}", one.last, one.first, f"{one.user}@example.org",
         given.get(one.user, EMPTY).grade, "#"]
        for one in enrolled(students)
    ]  # fmt: skip
    return _table(rows, end="\r\n").encode("utf-8-sig")


def classroom50(students: Sequence[Student], given: Given) -> bytes:
    """Return the scores of Classroom 50, with a row for each submission and one for who has none."""
    rows = [
        ["username", "first_name", "last_name", "email", "section", "score", "max_score", "datetime",
         "submission_tag", "submitted_by", "review_url", "late", "override"]
    ]  # fmt: skip
    for one in enrolled(students):
        start = [one.user, one.first, one.last, f"{one.user}@example.org", ""]
        for number, hand_in in enumerate(one.hand_ins, 1):
            is_last = number == len(one.hand_ins)
            grade = given.get(one.user, EMPTY).grade if is_last else "1"
            late = str(hand_in.is_late).lower()
            rows.append(
                [
                    *start,
                    grade,
                    "100",
                    f"{hand_in.when:%Y-%m-%dT%H:%M:%SZ}",
                    f"submit/{number}",
                    one.user,
                    "",
                    late,
                    "",
                ]
            )
        if not one.hand_ins:
            rows.append([*start, *[""] * 8])
    return _table(rows).encode()


def plain(head: Sequence[str], row: Callable[[Student], Sequence[str]]) -> Write:
    """Return what writes a list of students with semicolons, as a spreadsheet in Belgium does.

    Args:
        head: of the columns about the student.
        row: returns their cells.
    """

    def write(students: Sequence[Student], given: Given) -> bytes:
        rows = [[*head, "Lab 11", "Opmerkingen"]]
        for one in enrolled(students):
            cells = given.get(one.user, EMPTY)
            rows.append([*row(one), cells.grade, cells.feedback])
        return _table(rows, delimiter=";", end="\r\n").encode("utf-8-sig")

    return write


by_username = plain(["Naam", "Gebruikersnaam"], lambda one: [one.name, one.user])
by_sid = plain(["Name", "SID", "Email"], lambda one: [one.name, one.user, f"{one.user}@example.org"])
by_github = plain(["Name", "Username", "github_username"], lambda one: [one.name, one.user, one.user])
