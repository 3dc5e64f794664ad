"""What twelve students handed in comes back the same from the download of every platform."""

from __future__ import annotations

import itertools
import os
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grading.errors import SubmissionError
from grading.platforms.downloads import FORMS, recognise, said
from grading.platforms.downloads.found import key_of
from grading.platforms.handed_in import Attempt, Download, HandedIn
from grading.platforms.person import IdKind, Person
from tests.selfcheck.platforms import packing, writing
from tests.selfcheck.platforms.twelve import HandIn, Student, twelve
from tests.selfcheck.platforms.writing import Form

BY_NAME = {form.name: form for form in writing.FORMS}


def put(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files below a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def contents(attempt: Attempt) -> dict[str, bytes]:
    """Return what is in the folder of an attempt."""
    return {
        path.relative_to(attempt.folder).as_posix(): path.read_bytes()
        for path in attempt.folder.rglob("*")
        if not path.is_dir()
    }


def read(path: Path, form: str | None = None) -> Download:
    """Read a download into a folder beside it."""
    return recognise(path, form).read(path.parent / "into")


def check(download: Download, form: Form, students: list[Student]) -> None:
    """Check that a download holds what students handed in, and nothing else."""
    assert download.form == form.id
    assert [one.key for one in download.handed_in] == sorted({one.key for one in download.handed_in})
    expected = [one for one in students if form.attempts(one) or form.has_missing]
    assert len(download.handed_in) == len(expected)
    left = list(download.handed_in)
    for student in expected:
        persons, hand_ins = form.persons(student), form.attempts(student)
        # Of two of one name the contents tell who is who.
        fitting = [one for one in left if one.persons == persons and _is_all(one, hand_ins)]
        assert fitting, (student.name, persons, [one.persons for one in left])
        left.remove(fitting[0])
        for attempt, hand_in in zip(fitting[0].attempts, hand_ins, strict=True):
            check_attempt(attempt, hand_in, form)


def _is_all(one: HandedIn, hand_ins: tuple[HandIn, ...]) -> bool:
    if len(one.attempts) != len(hand_ins):
        return False
    pairs = zip(one.attempts, hand_ins, strict=True)
    return all(hand_in.problem or contents(attempt) == dict(hand_in.files) for attempt, hand_in in pairs)


def check_attempt(attempt: Attempt, hand_in: HandIn, form: Form) -> None:
    """Check what is told of an attempt beside its files."""
    assert hand_in.problem in attempt.problem
    assert bool(attempt.problem) == bool(hand_in.problem)
    assert contents(attempt) == ({} if hand_in.problem else dict(hand_in.files))
    assert any(hand_in.remark in remark for remark in attempt.remarks) or not hand_in.remark
    assert attempt.is_late == (hand_in.is_late if form.tells_late else None)
    when = attempt.handed_in.replace(tzinfo=None, second=0) if attempt.handed_in else None
    assert when == (hand_in.when if form.tells_when else None)
    assert len(attempt.sources) == len(hand_in.uploaded)


@pytest.mark.parametrize("kind", ["folder", "zip", "tar.gz", "wrapped"])
@pytest.mark.parametrize("name", BY_NAME)
def test_twelve_come_back_the_same(tmp_path: Path, name: str, kind: str) -> None:
    form, students = BY_NAME[name], twelve()
    written = form.write(students)
    path = tmp_path / form.name
    if kind == "folder":
        put(path, written)
    else:
        path = tmp_path / f"{form.name}.{'zip' if kind == 'wrapped' else kind}"
        inner = (
            {f"{form.name}/{file}": data for file, data in written.items()} if kind == "wrapped" else written
        )
        path.write_bytes(packing.FORMS["zip" if kind == "wrapped" else kind]({**inner, "__MACOSX/._x": b"x"}))
    check(read(path), form, students)
    names = {entry.name for entry in (tmp_path / "into").iterdir()}
    assert not any(entry.startswith(".") for entry in names)
    assert not list(tmp_path.rglob("outside.yaml"))


@pytest.mark.parametrize("name", [name for name, form in BY_NAME.items() if form.id != "folder"])
def test_the_one_archive_of_a_folder_is_the_download(tmp_path: Path, name: str) -> None:
    """Whatever else an instructor keeps there, such as the platform's grade file."""
    form, students = BY_NAME[name], twelve()
    archive = packing.zipped(form.write(students))
    path = put(tmp_path / "Downloads", {f"{form.name}.zip": archive, "grades.csv": b"x"})
    check(read(path), form, students)


def test_the_one_archive_of_a_folder_may_be_that_of_a_student(tmp_path: Path) -> None:
    path = put(tmp_path / "class", {"jan.zip": packing.zipped({"dep.yaml": b"x", "ns.yaml": b"x"})})
    [one] = read(path).handed_in
    assert (one.key, contents(one.attempts[0])) == (
        "jan",
        {"jan.zip/dep.yaml": b"x", "jan.zip/ns.yaml": b"x"},
    )
    assert recognise(path, "archives").id == "archives"


@pytest.mark.parametrize("name", BY_NAME)
def test_reading_twice_gives_the_same(tmp_path: Path, name: str) -> None:
    form, students = BY_NAME[name], twelve()
    path = put(tmp_path / form.name, form.write(students))
    first = read(path)
    (first.handed_in[0].attempts[0].folder / "left over").write_text("x", "utf-8")
    assert read(path) == first
    check(first, form, students)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_key_does_not_depend_on_who_else_is_there(tmp_path: Path, name: str) -> None:
    form, students = BY_NAME[name], twelve()
    whole = read(put(tmp_path / "whole" / form.name, form.write(students)))
    part = read(put(tmp_path / "part" / form.name, form.write(students[1:4])))
    assert {one.key for one in part.handed_in} < {one.key for one in whole.handed_in}


WORDS = st.text(
    st.sampled_from("abcdefghijklmnopqrstuvwxyzABCXYZéèëïöüçñßŁøÅ王'- .")
    | st.characters(categories=["Lu", "Ll"]),
    min_size=1,
    max_size=12,
).map(lambda text: unicodedata.normalize("NFC", " ".join(text.split()).strip(".- '")))
USERS = st.from_regex(r"[a-z][a-z0-9]{0,6}([._-][a-z][a-z0-9]{0,4}){0,2}", fullmatch=True)


@st.composite
def classes(draw: st.DrawFn) -> list[Student]:
    """Return some students of any names; the same ones may occur twice."""
    users = draw(st.lists(USERS, min_size=1, max_size=4, unique=True))
    name = WORDS.filter(lambda text: any(map(str.isalpha, text)))
    return [
        Student(draw(name), draw(name), user, 100_000 + number, (HandIn({"dep.yaml": user.encode()}),))
        for number, user in enumerate(users)
    ]


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@pytest.mark.parametrize("name", BY_NAME)
@given(students=classes())
def test_any_names_come_back(
    tmp_path_factory: pytest.TempPathFactory, name: str, students: list[Student]
) -> None:
    form = BY_NAME[name]
    place = tmp_path_factory.mktemp("names")
    check(read(put(place / form.name, form.write(students))), form, students)


# What the platforms do besides


def of(path: Path, form: str | None = None) -> dict[str, HandedIn]:
    """Return what was handed in by its key."""
    return {one.key: one for one in read(path, form).handed_in}


def test_canvas_renames_what_is_handed_in_again(tmp_path: Path) -> None:
    names = ("ns-1.yaml", "dep-2.yaml", "dep.yaml", "lab-3.yaml", "commands-1.zip")
    uploads = {f"a_7_{number}_{name}": packing.zipped({"x": b"x"}) for number, name in enumerate(names)}
    [one] = of(put(tmp_path / "d", uploads)).values()
    assert set(contents(one.attempts[0])) == {
        "ns.yaml",
        "dep-2.yaml",
        "dep.yaml",
        "lab-3.yaml",
        "commands-1.zip/x",
    }
    assert one.attempts[0].remarks == ("ns-1.yaml was renamed by Canvas; the original name is ns.yaml",)


def test_canvas_without_names_with_texts_and_late(tmp_path: Path) -> None:
    uploads = {
        "anon_aB3_77_dep.yaml": b"1", "LATE_anon_Ab3_78_dep.yaml": b"2", "jan_55_text.html": b"3",
        "peeters_an_LATE_12_link.html": b"4", "peeters_an_LATE_12_99_dep.yaml": b"5",
    }  # fmt: skip
    download = read(put(tmp_path / "Lab_11 submissions", uploads))
    found = [
        (
            one.persons[0].name,
            one.persons[0].ids[IdKind.CANVAS_USER_ID],
            one.attempts[0].is_late,
            one.attempts[0].problem,
        )
        for one in download.handed_in
    ]
    assert sorted(found) == [
        ("", "anon_Ab3", True, ""),
        ("", "anon_aB3", False, ""),
        ("jan", "55", False, "a text was handed in instead of a file"),
        ("peeters_an", "12", True, ""),
    ]
    assert download.title == "Lab_11"
    assert said(download) == "Canvas download, 4 students, 2 late, 1 unreadable"


def test_a_file_of_canvas_may_be_called_as_a_text(tmp_path: Path) -> None:
    uploads = {"jan_123_456_text.html": b"1", "jan_123_457_dep.yaml": b"2"}
    (jan,) = read(put(tmp_path / "d", uploads)).handed_in
    assert jan.persons[0].ids == {IdKind.CANVAS_USER_ID: "123"}
    assert contents(jan.attempts[0]) == {"text.html": b"1", "dep.yaml": b"2"}


def test_a_file_of_canvas_that_is_named_as_an_entry_is_told(tmp_path: Path) -> None:
    download = read(put(tmp_path / "d", {"evil_1_2_3_4_dep.yaml": b"x", "victim_3_9_dep.yaml": b"y"}))
    assert contents({one.key: one for one in download.handed_in}["victim-3"].attempts[0]) == {
        "dep.yaml": b"y"
    }
    assert download.remarks == (
        "the name evil_1_2_3_4_dep.yaml can be read in two ways; it is treated as a file of user 1",
    )


def test_a_file_of_canvas_that_is_named_as_a_text_is_of_who_uploaded_it(tmp_path: Path) -> None:
    uploads = {"jan_123_456_text.html": b"1", "an_7_8_dep.yaml": b"2", "an_7_9_link.html": b"3"}
    download = read(put(tmp_path / "d", uploads))
    found = {one.persons[0].name: one for one in download.handed_in}
    assert {name: one.persons[0].ids[IdKind.CANVAS_USER_ID] for name, one in found.items()} == {
        "jan": "123",
        "an": "7",
    }
    assert contents(found["jan"].attempts[0]) == {"text.html": b"1"}
    assert set(contents(found["an"].attempts[0])) == {"dep.yaml", "link.html"}
    assert found["jan"].attempts[0].problem == ""
    assert download.remarks == (
        "the name an_7_9_link.html can be read in two ways; it is treated as a file of user 7",
        "the name jan_123_456_text.html can be read in two ways; it is treated as a file of user 123",
    )


@pytest.mark.parametrize("name", ["evil_101_55_text.html", "evil_101_55_900_dep.yaml"])
def test_nobody_hands_in_for_another_on_canvas(tmp_path: Path, name: str) -> None:
    """Canvas writes one name for each user: a name with numbers makes nobody another."""
    download = read(put(tmp_path / "d", {name: b"forged", "victim_101_1_dep.yaml": b"own"}))
    found = {one.persons[0].ids[IdKind.CANVAS_USER_ID]: one for one in download.handed_in}
    assert contents(found["101"].attempts[0]) == {"dep.yaml": b"own"}
    assert found["55"].persons[0].name == "evil_101"
    assert download.remarks == (
        f"the name {name} can be read in two ways; it is treated as a file of user 55",
    )


def test_what_canvas_may_have_of_either_of_two_is_nobodys(tmp_path: Path) -> None:
    uploads = {"evil_1_2_3_dep.yaml": b"x", "jan_1_8_dep.yaml": b"1", "an_2_9_dep.yaml": b"2"}
    download = read(put(tmp_path / "d", uploads))
    assert [contents(one.attempts[0]) for one in download.handed_in] == [
        {"dep.yaml": b"2"},
        {"dep.yaml": b"1"},
    ]
    assert download.remarks == (
        "ignored, because the names do not belong to this kind of download: evil_1_2_3_dep.yaml",
    )


def test_moodle_texts_groups_and_subfolders(tmp_path: Path) -> None:
    uploads = {
        "Jan Peeters_12_assignsubmission_file_/commands/1.2.sh": b"1",
        "Jan Peeters_12_assignsubmission_onlinetext_/onlinetext.html": b"2",
        "An Dhondt_13_assignsubmission_onlinetext_onlinetext.html": b"3",
        "Default group_assignsubmission_file_/dep.yaml": b"4",
        "Participant_14_assignsubmission_file_/dep.yaml": b"5",
        "readme.txt": b"",
    }
    download = read(put(tmp_path / "d", uploads))
    found = {one.key: one for one in download.handed_in}
    assert set(found) == {"jan-peeters-12", "an-dhondt-13", "participant-14"} | {
        key for key in found if key.startswith("default-group-")
    }
    assert set(contents(found["jan-peeters-12"].attempts[0])) == {"commands/1.2.sh", "onlinetext.html"}
    assert found["an-dhondt-13"].attempts[0].problem == "a text was handed in instead of a file"
    assert found["participant-14"].persons == (Person(ids={IdKind.MOODLE_IDENTIFIER: "14"}),)
    assert download.remarks == (
        "ignored, because the names do not belong to this kind of download: readme.txt",
    )


def test_nobody_hands_in_for_another_on_blackboard(tmp_path: Path) -> None:
    """What a student names a file, or writes, says nothing about anybody else."""
    start, victim = "Lab_evil_attempt_2026-01-02-03-04-05", "Lab_vic_tim_attempt_2026-01-01-00-00-00"
    uploads = {
        f"{start}.txt": f"Name: Evil (x) (evil)\nComments:\n\tA: dep.yaml\n\tB: {victim}_dep.yaml\n".encode(),
        f"{start}_{victim}_dep.yaml": b"forged",
        f"{start}_{victim}.txt": b"Name: Victim (vic_tim)\n",
        f"{victim}_dep.yaml": b"own",
        f"{victim}.txt": f"Name: Vic (vic_tim)\n\tA: ../../d ep.yaml\n\tB: {victim}_dep.yaml\n".encode(),
    }
    found = of(put(tmp_path / "d", uploads))
    assert {key: contents(one.attempts[0]) for key, one in found.items()} == {
        "evil": {f"{victim}_dep.yaml": b"forged", f"{victim}.txt": b"Name: Victim (vic_tim)\n"},
        next(key for key in found if key.startswith("vic_tim")): {"d ep.yaml": b"own"},
    }


def test_blackboard_without_its_texts(tmp_path: Path) -> None:
    uploads = {
        "My_Lab_jan_attempt_2026-01-01-00-00-00.txt": b"Name: Jan (jan)\n",
        "My_Lab_jan_attempt_2026-01-01-00-00-00_dep.yaml": b"1",
        "My_Lab_an_na_attempt_2026-01-01-00-00-00_dep.yaml": b"2",
        "My_Lab_piet_attempt_2026-99-01-00-00-00_dep.yaml": b"3",
    }
    found = read(put(tmp_path / "d", uploads)).handed_in
    assert [one.persons[0].username for one in found] == ["an_na", "jan", "piet"]
    assert [one.attempts[0].handed_in is None for one in found] == [False, False, True]


def test_blackboard_without_any_text_knows_no_user_names(tmp_path: Path) -> None:
    """Where the title ends is not known: a part of a user name may be that of somebody else."""
    names = [f"My_Lab_{user}_attempt_2026-01-0{day}-00-00-00_dep.yaml"
             for user, day in (("a_smith", 1), ("b_smith", 2), ("a_smith", 3))]  # fmt: skip
    download = read(put(tmp_path / "d", {name: name.encode() for name in names}))
    assert [[contents(attempt) for attempt in one.attempts] for one in download.handed_in] == [
        [{"dep.yaml": names[0].encode()}, {"dep.yaml": names[2].encode()}],
        [{"dep.yaml": names[1].encode()}],
    ]
    assert [one.persons for one in download.handed_in] == [(Person(),), (Person(),)]
    assert download.remarks == (
        "2 students have no user name, because Blackboard's text next to their files is missing or "
        "unreadable; download again, and leave the texts where they are",
    )


def test_blackboard_with_two_titles_takes_neither(tmp_path: Path) -> None:
    date = "attempt_2026-01-01-00-00-00"
    uploads = {
        f"Lab_an_{date}.txt": b"Name: An (an)\n",
        f"Lab_two_bo_{date}.txt": b"Name: Bo (bo)\n",
        f"Lab_two_cy_{date}_dep.yaml": b"x",
        f"Lab_di_{date}_dep.yaml": b"x",
    }
    found = {one.persons[0].username for one in read(put(tmp_path / "d", uploads)).handed_in}
    assert found == {"an", "bo", "di", ""}


def test_two_files_of_one_name_are_both_kept(tmp_path: Path) -> None:
    start = "L_jan_attempt_2026-01-01-00-00-00"
    text = f"Name: Jan (jan)\n\tA: a.txt\n\tB: {start}_a.txt\n\n\tA: a.txt\n\tB: {start}_a(1).txt\n"
    uploads = {f"{start}.txt": text.encode(), f"{start}_a.txt": b"1", f"{start}_a(1).txt": b"2"}
    [one] = of(put(tmp_path / "d", uploads)).values()
    assert sorted(contents(one.attempts[0])) == ["a (2).txt", "a.txt"]


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("Sep 24, 2024 926 PM", "2024-09-24T21:26:00"),
        ("Sep 4, 2024 12:05 AM", "2024-09-04T00:05:00"),
        ("24 september 2024 2126", "2024-09-24T21:26:00"),
        ("24 foo 2024 926", None),
    ],
)
def test_dates_of_brightspace(tmp_path: Path, date: str, moment: str | None) -> None:
    [one] = of(put(tmp_path / "d", {f"1-2 - Mary-Ann O - Brien - {date}/dep.yaml": b"x"})).values()
    assert one.persons == (Person(name="Mary-Ann O - Brien"),)
    assert (one.attempts[0].handed_in and one.attempts[0].handed_in.isoformat()) == moment


def test_folders_of_one_name_are_other_students_of_brightspace(tmp_path: Path) -> None:
    folders = ("1-2 - An Peeters - Sep 1, 2024 926 PM", "3-2 - An Peeters - Sep 2, 2024 926 PM")
    download = read(put(tmp_path / "d", {f"{folder}/dep.yaml": b"x" for folder in folders}))
    assert len(download.handed_in) == 2
    assert download.remarks == (
        "An Peeters has folders with different numbers; they are treated as 2 students",
    )


def test_gradescope_with_ruby_and_without_metadata_for_all(tmp_path: Path) -> None:
    text = (
        "submission_1: !ruby/hash:ActiveSupport::HashWithIndifferentAccess\n  :submitters:\n"
        "  - :name: An\n    :sid: !ruby/string '007'\n  :created_at: 2026-01-01 00:00:00.5 Z\n"
        "submission_3:\n  :submitters:\n  - :name: Jo\n    :sid: x\n"
    )
    uploads = {
        "submission_metadata.yml": text.encode(),
        "submission_1/dep.yaml": b"x",
        "submission_2/dep.yaml": b"x",
    }
    download = read(put(tmp_path / "assignment_1_export", uploads))
    found = {one.persons[0].name: one for one in download.handed_in}
    assert set(found) == {"An", "Jo", "submission_2"}
    assert found["An"].persons[0].ids == {IdKind.GRADESCOPE_SID: "007"}
    assert str(found["An"].attempts[0].handed_in) == "2026-01-01 00:00:00.500000+00:00"
    assert found["Jo"].attempts == ()
    assert said(download) == "Gradescope export, 3 students, 1 without a file"


def test_metadata_of_gradescope_that_cannot_be_read(tmp_path: Path) -> None:
    uploads = {"submission_metadata.yml": b"{", "submission_1/dep.yaml": b"x"}
    assert read(put(tmp_path / "d", uploads)).remarks == (
        "submission_metadata.yml cannot be read: it contains no names",
    )


def test_clones_of_a_folder_that_was_renamed_have_no_user_names(tmp_path: Path) -> None:
    uploads = {f"lab-jan-{end}/{name}": b"x" for end in "ab" for name in (".git/HEAD", "dep.yaml")}
    assert [one.persons for one in read(put(tmp_path / "mine", uploads)).handed_in] == [
        (Person(username="lab-jan-a"),), (Person(username="lab-jan-b"),),
    ]  # fmt: skip


def test_classroom_50_says_what_is_late_whatever_its_dates(tmp_path: Path) -> None:
    scores = (
        "username,first_name,last_name,email,score,max_score,datetime,late\n"
        "jan,Jan,De Smet,jan@school.be,,,27 brumaire,true\n"
    )
    uploads = {"scores.csv": scores.encode(), "jan/dep.yaml": b"x", "jan/result.json": b"{}"}
    [one] = of(put(tmp_path / "lab_submissions_2026_11_21_T_10_00_00", uploads)).values()
    assert (one.attempts[0].handed_in, one.attempts[0].is_late) == (None, True)


def test_a_class_of_archives(tmp_path: Path) -> None:
    pack = packing.zipped({"dep.yaml": b"x"})
    tar = packing.FORMS["tar.gz"]({"dep.yaml": b"y"})
    uploads = {"Jan Peeters.zip": pack, "r01.tar.gz": tar, "list.csv": b"",
               "bad.zip": b"", "a@b.be.zip": pack}  # fmt: skip
    download = read(put(tmp_path / "class", uploads))
    found = {
        (one.persons[0].name, one.persons[0].username, one.persons[0].email): one
        for one in download.handed_in
    }
    assert set(found) == {("Jan Peeters", "", ""), ("", "r01", ""), ("", "bad", ""), ("", "", "a@b.be")}
    assert contents(found["", "r01", ""].attempts[0]) == {"r01.tar.gz/dep.yaml": b"y"}
    assert found["", "bad", ""].attempts[0].problem == "bad.zip: it is empty. Download or upload it again."
    assert download.remarks == (
        "ignored, because the names do not belong to this kind of download: list.csv",
    )
    assert said(download) == "folder of archives, 4 students, 1 unreadable"


@pytest.mark.parametrize("name", ["R0712345", "zoe_dhondt", "Jan-Peeters", "É.Maes"])
def test_a_name_without_blanks_may_be_a_user_name(tmp_path: Path, name: str) -> None:
    [one] = of(put(tmp_path / "class", {f"{name}/dep.yaml": b"x"})).values()
    assert one.persons == (Person(name=name.replace("_", " "), ids={IdKind.FOLDER: name}),)


def test_folders_beside_archives(tmp_path: Path) -> None:
    uploads = {
        "jan/dep.yaml": b"1",
        "jan.zip": packing.zipped({"dep.yaml": b"2"}),
        "an.zip": packing.zipped({"a": b""}),
    }
    download = read(put(tmp_path / "class", uploads))
    assert [one.key for one in download.handed_in] == ["an", "jan"]
    assert download.remarks == ("jan.zip is also present as a folder; the folder is used",)
    assert contents(download.handed_in[1].attempts[0]) == {"dep.yaml": b"1"}


def test_an_empty_folder_is_a_student_without_a_file(tmp_path: Path) -> None:
    put(tmp_path / "class", {"jan/dep.yaml": b"1", "an/.DS_Store": b""})
    (tmp_path / "class/piet/empty").mkdir(parents=True)
    download = read(tmp_path / "class")
    assert [(one.key, len(one.attempts)) for one in download.handed_in] == [
        ("an", 0),
        ("jan", 1),
        ("piet", 0),
    ]
    assert said(download) == "folder of folders, 3 students, 2 without a file"


def test_links_and_pipes_of_a_folder_are_left_out(tmp_path: Path) -> None:
    put(tmp_path / "class", {"jan/dep.yaml": b"1", "secret/key": b"s", "an/x": b""})
    (tmp_path / "class/jan/secret.yaml").symlink_to(tmp_path / "class/secret/key")
    (tmp_path / "class/jan/folder").symlink_to(tmp_path / "class/secret")
    os.mkfifo(tmp_path / "class/jan/pipe.yaml")
    attempt = of(tmp_path / "class")["jan"].attempts[0]
    assert contents(attempt) == {"dep.yaml": b"1"}
    assert attempt.remarks == (
        "left out, because they are links: folder, secret.yaml",
        "left out, because they are not files: pipe.yaml",
    )


# Which form it is


def test_the_form_can_be_forced(tmp_path: Path) -> None:
    put(tmp_path / "class", {"Jan_1_assignsubmission_file_/dep.yaml": b"1", "piet/dep.yaml": b"2"})
    assert recognise(tmp_path / "class").id == "moodle"
    assert sorted(of(tmp_path / "class", "folder"))[1] == "piet"
    assert sorted(of(tmp_path / "class", "moodle")) == ["jan-1"]


@pytest.mark.parametrize(
    ("files", "form", "words"),
    [
        (
            {"dep.yaml": b"", "ns.yaml": b"", "commands/1.2.sh": b""},
            None,
            "not recognised as one of these: moodle, ",
        ),
        ({"jan/dep.yaml": b""}, "canvas", "none of its file names look like those of a Canvas download"),
        (
            {"jan/dep.yaml": b""},
            "sakai",
            "--from sakai: this kind of download does not exist; choose one of moodle, blackboard",
        ),
        ({".DS_Store": b""}, None, "it is empty"),
    ],
)
def test_what_is_not_recognised(
    tmp_path: Path, files: dict[str, bytes], form: str | None, words: str
) -> None:
    with pytest.raises(SubmissionError) as caught:
        recognise(put(tmp_path / "class", files), form)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "it is empty"), (b"<html>", "it is not an archive"), (packing.zipped({}), "it is empty")],
)
def test_a_wrong_archive(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "class.zip").write_bytes(data)
    with pytest.raises(SubmissionError, match=words):
        recognise(tmp_path / "class.zip")


def test_no_such_download(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="this folder or archive does not exist"):
        recognise(tmp_path / "none")


def test_no_form_takes_the_download_of_another() -> None:
    """Each writer's names fit its own form better than any that comes before."""
    assert {form.id for form in writing.FORMS} == set(FORMS) - {"archives"}


def test_keys_are_of_one_student_each() -> None:
    names = ["Jan Peeters", "jan peeters", "jan-peeters", "JAN-PEETERS", "jan_peeters", "",
             ".", "..", "é", "e", "É",
             "王", "芳", "x" * 90, "x" * 91, "jan-0123abcd", "a/b", "a\\b", "a b"]  # fmt: skip
    keys = [key_of(name) for name in names] + [
        key_of(name, id) for name, id in itertools.product("ab", ["1", "x y", "x-y"])
    ]
    assert len({key.casefold() for key in keys}) == len(keys)
    assert all(
        len(key) <= 80
        and key.strip("-.") == key
        and set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-")
        for key in keys
    )
