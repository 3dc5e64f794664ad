"""Write what students handed in as each platform lets it be downloaded."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import yaml

from grading.platforms.person import IdKind, Person
from tests.selfcheck.platforms.cloning import history
from tests.selfcheck.platforms.packing import Files
from tests.selfcheck.platforms.twelve import HandIn, Student

TITLE = "Lab 11_Kubernetes"
Written = dict[str, bytes]


@dataclass(frozen=True)
class Form:
    """How a platform writes a download.

    Attributes:
        id: that it is recognised as.
        name: of the folder or archive.
        write: returns the files of a download.
        persons: returns who is read back.
        has_all: whether earlier attempts are in it too.
        has_missing: whether those who handed in nothing are in it.
        tells_when: whether it tells the date; with a zone or not.
        tells_late: whether it tells who is late.
    """

    id: str
    name: str
    write: Callable[[Sequence[Student]], Written]
    persons: Callable[[Student], tuple[Person, ...]]
    has_all: bool = False
    has_missing: bool = False
    tells_when: bool = False
    tells_late: bool = False

    def attempts(self, student: Student) -> tuple[HandIn, ...]:
        """Return the attempts that are in the download."""
        return student.hand_ins if self.has_all else student.hand_ins[-1:]


def below(folder: str, files: Files) -> Written:
    """Return files in a folder."""
    return {f"{folder}/{name}": data for name, data in files.items()}


def _named(student: Student) -> tuple[Person, ...]:
    return (Person(name=student.name),)


# Canvas


def canvas_name(student: Student) -> str:
    """Return a name as Canvas writes it."""
    return re.sub(r"[^\w]", "", f"{student.last}, {student.first}".lower())


def _canvas(students: Sequence[Student]) -> Written:
    found = {}
    for student in students:
        for hand_in in student.hand_ins[-1:]:
            late = "_LATE" if hand_in.is_late else ""
            for number, (name, data) in enumerate(hand_in.uploaded.items()):
                # A file that was handed in before, if only for another assignment, gets a number.
                shown = name.replace(".yaml", "-1.yaml") if name == "ns.yaml" else name
                shown = re.sub(r'[\0/\\:*?"<>|]', "_", shown)
                found[f"{canvas_name(student)}{late}_{student.number}_{900000 + number}_{shown}"] = data
    return found


def _canvas_persons(student: Student) -> tuple[Person, ...]:
    return (Person(name=canvas_name(student), ids={IdKind.CANVAS_USER_ID: str(student.number)}),)


# Moodle


def _moodle(students: Sequence[Student], *, trailing: str = "_", flat: bool = False) -> Written:
    found: Written = {}
    for student in students:
        for hand_in in student.hand_ins[-1:]:
            prefix = f"{student.name.replace('_', ' ')}_{student.number}_assignsubmission_file"
            found |= (
                {f"{prefix}_{name}": data for name, data in hand_in.uploaded.items()}
                if flat
                else below(prefix + trailing, hand_in.uploaded)
            )
    return found


def _moodle_persons(student: Student) -> tuple[Person, ...]:
    name = student.name.replace("_", " ")
    return (Person(name=name, ids={IdKind.MOODLE_NUMBER: str(student.number)}),)


def _moodle_teams(students: Sequence[Student]) -> Written:
    """Return what groups hand in: the number is that of the group, which is also that of some student."""
    return {
        f"{student.team.replace('_', ' ')}_{student.number + 1}_assignsubmission_file/{name}": data
        for student in students
        for hand_in in student.hand_ins[-1:]
        for name, data in hand_in.uploaded.items()
    }


def _moodle_team(student: Student) -> tuple[Person, ...]:
    number = {IdKind.MOODLE_NUMBER: str(student.number + 1)}
    return (Person(name=student.team.replace("_", " "), ids=number),)


def _moodle_blind(students: Sequence[Student]) -> Written:
    return {re.sub(r"^[^_]+_", "Deelnemer_", name): data for name, data in _moodle(students).items()}


def _moodle_numbers(student: Student) -> tuple[Person, ...]:
    return (Person(ids={IdKind.MOODLE_IDENTIFIER: str(student.number)}),)


# Blackboard


def _blackboard(students: Sequence[Student], *, ultra: bool = False, dutch: bool = False) -> Written:
    found: Written = {}
    for student in students:
        for hand_in in student.hand_ins:
            start = f"{TITLE}_{student.user}_attempt_{hand_in.when:%Y-%m-%d-%H-%M-%S}"
            names = {name: f"{start}_{name}" for name in hand_in.uploaded}
            found |= {names[name]: data for name, data in hand_in.uploaded.items()}
            found[f"{start}.txt"] = _receipt(student, hand_in, names, ultra=ultra, dutch=dutch).encode()
    return found


def _receipt(student: Student, hand_in: HandIn, names: dict[str, str], *, ultra: bool, dutch: bool) -> str:
    heads = (
        (
            "Naam",
            "Opdracht",
            "Datum van inzending",
            "Bestanden",
            "Oorspronkelijke bestandsnaam",
            "Bestandsnaam",
        )
        if dutch
        else ("Name", "Assignment", "Date Submitted", "Files", "Original filename", "Filename")
    )
    field = "Submission Field: <br>\n<p>Zie bijlage</p>" if ultra else "Submission Field:\nThere is no text."
    files = "".join(f"\t{heads[4]}: {name}\n\t{heads[5]}: {shown}\n\n" for name, shown in names.items())
    return (
        f"{heads[0]}: {student.name} ({student.user})\n{heads[1]}: {TITLE}\n"
        f"{heads[2]}: {hand_in.when:%A, %d %B %Y %H:%M:%S} o'clock CET\nCurrent Mark: Needs Marking\n\n"
        f"{field}\n\nComments:\nThere are no student comments for this assignment.\n\n{heads[3]}:\n{files}"
    )


def _blackboard_persons(student: Student) -> tuple[Person, ...]:
    return (Person(name=student.name, username=student.user),)


# Brightspace


def _brightspace(students: Sequence[Student]) -> Written:
    found: Written = {"index.html": b"<html></html>"}
    for student in students:
        for hand_in in student.hand_ins:
            moment = f"{hand_in.when:%b} {hand_in.when.day}, {hand_in.when:%Y} {hand_in.when:%I%M %p}"
            folder = f"{student.number}-2557369 - {student.name} - {moment.replace(' 0', ' ')}"
            found |= below(folder, hand_in.uploaded)
    return found


# Gradescope


def _gradescope(students: Sequence[Student]) -> Written:
    found: Written = {}
    metadata = {}
    for student in students:
        for hand_in in student.hand_ins[-1:]:
            folder = f"submission_{student.number}"
            submitters = [
                {":name": one.name, ":sid": one.user, ":email": f"{one.user}@example.org"}
                for one in student.members
            ]
            created = f"{hand_in.when:%Y-%m-%d %H:%M:%S}.000000000 Z"
            metadata[folder] = {":submitters": submitters, ":created_at": created, ":score": 0.0}
            found |= below(folder, hand_in.uploaded)
    found["submission_metadata.yml"] = yaml.safe_dump(metadata, allow_unicode=True).encode()
    return found


def _gradescope_persons(student: Student) -> tuple[Person, ...]:
    return tuple(
        Person(name=one.name, email=f"{one.user}@example.org", ids={IdKind.GRADESCOPE_SID: one.user})
        for one in student.members
    )


# Clones


def _classroom(students: Sequence[Student]) -> Written:
    found: Written = {}
    for student in students:
        for hand_in in student.hand_ins[-1:]:
            cloned = {**hand_in.uploaded, **history(hand_in.uploaded, hand_in.when)}
            found |= below(f"lab-11-{student.user}", cloned)
    return found


def _github(student: Student) -> tuple[Person, ...]:
    return (Person(ids={IdKind.GITHUB_USERNAME: student.user}),)


def _classroom50(students: Sequence[Student]) -> Written:
    head = "username,first_name,last_name,email,section,score,max_score,datetime,submission_tag,submitted_by,"
    rows = [f"{head}review_url,late,override"]
    found: Written = {}
    for student in students:
        start = f"{student.user},{student.first},{student.last},{student.user}@example.org,"
        for hand_in in student.hand_ins:
            late = str(hand_in.is_late).lower()
            rows.append(
                f"{start},1,2,{hand_in.when:%Y-%m-%dT%H:%M:%SZ},submit/1,{student.user},,{late},false"
            )
        if not student.hand_ins:
            rows.append(f"{start},,,,,,,,")
        for hand_in in student.hand_ins[-1:]:
            files = {**hand_in.uploaded, "result.json": b"{}", "results.json": b"[]"}
            found |= below(f"k8s-lab-11-{student.user}", files)
    found["scores.csv"] = "\n".join([*rows, ""]).encode()
    return found


def _classroom50_persons(student: Student) -> tuple[Person, ...]:
    mail = f"{student.user}@example.org"
    return (Person(name=student.name, email=mail, ids={IdKind.GITHUB_USERNAME: student.user}),)


# Folders and archives


def _folders(students: Sequence[Student]) -> Written:
    return {
        name: data
        for student in students
        for hand_in in student.hand_ins[-1:]
        for name, data in below(student.user, hand_in.uploaded).items()
    }


def _username(student: Student) -> tuple[Person, ...]:
    # A name with an underscore may be one of words, or one to log in with.
    if "_" in student.user:
        return (Person(name=student.user.replace("_", " "), ids={IdKind.FOLDER: student.user}),)
    return (Person(username=student.user),)


FORMS = [
    Form("canvas", "K8S-Lab_11 submissions", _canvas, _canvas_persons, tells_late=True),
    Form("moodle", "K8S-Lab 11-4711", _moodle, _moodle_persons),
    Form("moodle", "old", lambda students: _moodle(students, trailing=""), _moodle_persons),
    Form("moodle", "flat", lambda students: _moodle(students, flat=True), _moodle_persons),
    Form("moodle", "blind", _moodle_blind, _moodle_numbers),
    Form("moodle", "teams", _moodle_teams, _moodle_team),
    Form("blackboard", "original", _blackboard, _blackboard_persons, has_all=True, tells_when=True),
    Form(
        "blackboard", "ultra", lambda students: _blackboard(students, ultra=True), _blackboard_persons,
        has_all=True, tells_when=True,
    ),
    Form(
        "blackboard", "dutch", lambda students: _blackboard(students, dutch=True), _blackboard_persons,
        has_all=True, tells_when=True,
    ),
    Form("brightspace", "Lab 11 Download", _brightspace, _named, has_all=True, tells_when=True),
    Form("gradescope", "assignment_815_export", _gradescope, _gradescope_persons, tells_when=True),
    Form("classroom", "lab-11-submissions", _classroom, _github, tells_when=True),
    Form(
        "classroom50", "k8s-lab-11_submissions_2026_11_21_T_10_00_00", _classroom50, _classroom50_persons,
        has_missing=True, tells_when=True, tells_late=True,
    ),
    Form("folder", "class", _folders, _username),
]  # fmt: skip
