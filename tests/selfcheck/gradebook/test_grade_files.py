"""Grade files: what is read of them, and that nothing changes but what is filled."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grading.platforms.grade_files import GradeFile, GradeFileError, read_grade_file
from grading.platforms.grade_files.encoding import decoded
from grading.platforms.grade_files.file import Graded, harmless
from grading.platforms.grade_files.layout import number_of, shortest, two_decimals
from grading.platforms.grade_files.moments import in_zone, written_moment
from grading.platforms.grade_files.table import DELIMITERS, parsed
from grading.platforms.person import IdKind
from tests.selfcheck.gradebook.files import SAMPLES, Sample

EVERY_SAMPLE = pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)


def read(sample: Sample, folder: Path) -> GradeFile:
    return read_grade_file(sample.path(folder))


def of(name: str, folder: Path) -> GradeFile:
    return read(SAMPLES[name], folder)


@given(st.text("ab\",;:\t\r\n '=é", max_size=40), st.sampled_from(DELIMITERS))
def test_a_table_is_what_the_csv_module_reads_and_keeps_every_character(text: str, delimiter: str) -> None:
    table = parsed(text, delimiter)
    assert table.text() == text
    values = [[] if row.is_blank else list(row.values) for row in table.rows]
    assert values == list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


@given(st.binary(max_size=60))
@example("é;ç".encode("cp1252"))
@example(b"a\x81b")
@example(b"a;b\n".decode().encode("utf-16-be"))
def test_what_is_decoded_is_encoded_as_it_was(data: bytes) -> None:
    try:
        text, encoding = decoded(data)
    except UnicodeDecodeError:
        return
    assert encoding.encode(text) == data


def test_what_an_encoding_cannot_store_becomes_a_question_mark() -> None:
    _text, encoding = decoded("é".encode("cp1252"))
    assert encoding.encode("é→") == b"\xe9?"


@EVERY_SAMPLE
def test_the_form_is_recognised(sample: Sample, tmp_path: Path) -> None:
    assert read(sample, tmp_path).form.id == sample.form


@EVERY_SAMPLE
def test_nothing_filled_is_the_same_file(sample: Sample, tmp_path: Path) -> None:
    file = read(sample, tmp_path)
    assert file.fill(file.column(sample.column, ""), {}) == sample.data


@EVERY_SAMPLE
@given(data=st.data())
def test_filling_changes_nothing_else(
    sample: Sample, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("sample")
    file = read(sample, folder)
    column = file.column(sample.column, "")
    points = st.floats(0, 100).map(lambda number: round(number, 2))
    graded = st.builds(Graded, points, st.text('ab"\\=+;,\t\n', max_size=12))
    cells = data.draw(st.dictionaries(st.sampled_from([s.row for s in file.students]), graded))
    path = folder / "filled.csv"
    path.write_bytes(file.fill(column, cells))
    again = read_grade_file(path)
    assert again.encoding == file.encoding
    assert again.layout.columns == file.layout.columns
    ours = {(row, index) for row in cells for index in (column.index, column.feedback)}
    for number, (row, before) in enumerate(zip(again.table.rows, file.table.rows, strict=True)):
        assert row.end == before.end
        for index, (cell, old) in enumerate(zip(row.raw, before.raw, strict=True)):
            assert (number, index) in ours or cell == old
    for number, filled in cells.items():
        assert number_of(again.table.rows[number].value(column.index)) == pytest.approx(filled.points)


def test_canvas(tmp_path: Path) -> None:
    file = of("canvas", tmp_path)
    jan, *_peeters, zoe, al, test = (student.person for student in file.students)
    assert (jan.name, jan.username) == ("De Smet, Jan", "r0101")
    assert jan.ids == {IdKind.CANVAS_USER_ID: "101", IdKind.SIS_USER_ID: "r01"}
    assert (zoe.name, al.name, test.name) == ("D'hondt, Zoë", "Formula, Al", "Student, Test")
    assert [(column.name, column.maximum) for column in file.layout.columns] == [
        ("Chapter 11", 20),
        ("Quiz", 10),
    ]
    assert "EX" in file.refusal(file.column("Chapter 11", ""), file.students[3])
    filled = file.fill(file.column(None, "chapter_11"), {2: Graded(12.345, "not shown")}).decode()
    assert '"De Smet, Jan",101,r01,r0101,A,12.35,8,40\r\n' in filled


def test_canvas_with_last_and_first_names(tmp_path: Path) -> None:
    """As it exports them if the course separates them."""
    file = of("canvas with two names", tmp_path)
    jan, _an, al = (student.person for student in file.students)
    assert (jan.name, jan.username) == ("Jan De Smet", "r0101")
    assert jan.ids == {IdKind.CANVAS_USER_ID: "101", IdKind.SIS_USER_ID: "r01"}
    assert al.name == "Al Formula"
    column = file.column("Chapter 11", "")
    assert column.maximum == 20
    assert b"De Smet,Jan,101,r01,r0101,A,15.00,40\n" in file.fill(column, {2: Graded(15)})


def test_canvas_takes_nothing_for_a_column_that_is_read_only(tmp_path: Path) -> None:
    data = SAMPLES["canvas"].data.replace(b"20.00", b"(read only)")
    file = read(Sample("canvas", data), tmp_path)
    with pytest.raises(GradeFileError, match="read-only"):
        file.column("Chapter 11", "")


@pytest.mark.parametrize(
    ("name", "maximum"), [("moodle", 100), ("moodle in Dutch", 20), ("moodle in Dutch, from Excel", 20)]
)
def test_moodle(name: str, maximum: float, tmp_path: Path) -> None:
    file = of(name, tmp_path)
    jan, renee, an = file.students
    assert jan.person.ids == {IdKind.MOODLE_IDENTIFIER: "4701", IdKind.MOODLE_NUMBER: "4701"}
    assert (renee.person.name, renee.person.email) == ("Renée D'hondt", "renee@school.be")
    assert (jan.handed_in, jan.is_late) == (datetime(2026, 11, 27, 23, 58), True)
    assert (renee.handed_in, renee.is_late) == (datetime(2026, 11, 26, 9, 5), False)
    assert (an.handed_in, an.is_late) == (None, None)  # overdue, and nothing handed in
    column = file.column(None, "")
    assert column.maximum == maximum
    assert [bool(file.refusal(column, student)) for student in file.students] == [False, False, True]
    again = read(Sample("again", file.fill(column, {jan.row: Graded(17.5, "80 / 100 points")})), tmp_path)
    assert again.table.rows[jan.row].value(column.index) == "17.5"
    assert again.table.rows[jan.row].value(column.feedback) == "80 / 100 points"


def test_moodle_imports_nothing_of_a_file_with_ragged_rows(tmp_path: Path) -> None:
    data = SAMPLES["moodle in Dutch"].data.replace(b";Nee;-;-;", b";Nee;-;-")
    file = read(Sample("moodle", data), tmp_path)
    assert "1 row" in file.layout.remarks[0]
    assert "line 4" in file.refusal(file.column(None, ""), file.students[2])


@pytest.mark.parametrize("name", ["blackboard", "blackboard with tabs", "blackboard with tabs, unmarked"])
def test_blackboard(name: str, tmp_path: Path) -> None:
    file = of(name, tmp_path)
    jan, renee = file.students
    assert (jan.person.username, renee.person.name) == ("jan_de_smet", "Renée D'hondt")
    column = file.column(None, "Chapter 11")
    assert (column.title, column.maximum) == ("Chapter 11 [Total Pts: 100 Score] |337483", 100)
    assert '"80"' in decoded(file.fill(column, {jan.row: Graded(80)}))[0]


def test_blackboard_takes_nothing_for_a_calculated_column(tmp_path: Path) -> None:
    with pytest.raises(GradeFileError, match="calculates"):
        of("blackboard", tmp_path).column("Total", "")


def test_blackboard_takes_no_points_for_a_column_of_percentages(tmp_path: Path) -> None:
    data = SAMPLES["blackboard"].data.replace(b"100 Score", b"20 Percentage")
    with pytest.raises(GradeFileError, match="primary display"):
        read(Sample("blackboard", data), tmp_path).column("Chapter 11", "")


def test_moodle_takes_no_points_for_a_scale(tmp_path: Path) -> None:
    data = SAMPLES["moodle"].data.replace(b"100.00", b"-")
    with pytest.raises(GradeFileError, match="scale"):
        read(Sample("moodle", data), tmp_path).column(None, "")


def test_brightspace(tmp_path: Path) -> None:
    file = of("brightspace", tmp_path)
    jan, renee, an = file.students
    assert jan.person.ids == {IdKind.ORG_DEFINED_ID: "0101"}
    assert (jan.person.username, renee.person.email) == ("jan_de_smet", "renee@school.be")
    column = file.column("Chapter 11", "")
    assert column.maximum == 20
    assert file.refusal(column, an) == "the line does not end with #"
    assert b"jan@school.be,15.00,4,#\r\n" in file.fill(column, {jan.row: Graded(15)})


def test_classroom50_has_the_last_submission(tmp_path: Path) -> None:
    file = of("classroom50", tmp_path)
    jan, renee = file.students
    assert (jan.row, jan.is_late, jan.person.ids) == (2, True, {IdKind.GITHUB_USERNAME: "jandesmet"})
    assert (renee.handed_in, renee.is_late) == (None, None)
    assert file.column(None, "").maximum == 100


def test_a_list(tmp_path: Path) -> None:
    file = of("a list", tmp_path)
    assert [student.handed_in for student in file.students] == [
        datetime(2026, 11, 27, 23, 58),
        datetime(2026, 11, 26, 9, 5),
    ]
    assert file.column(None, "cijfer").title == "Cijfer"
    assert file.column("Groep", "").title == "Groep"
    with pytest.raises(GradeFileError, match="no column has the title 'Chapter 11'"):
        file.column(None, "Chapter 11")  # no guess: it may hold the grades of another test


@pytest.mark.parametrize(
    ("data", "titles"),
    [
        (b",name,email\n0,Jan,j@s.be\n", []),
        (b"name;Lab;\nJan;;\n", ["Lab"]),
        (b"name; ;Lab\nJan;;\n", ["Lab"]),
    ],
)
def test_a_column_without_a_heading_takes_no_grades(data: bytes, titles: list[str], tmp_path: Path) -> None:
    """It is an index, or what is behind a delimiter at the end of a line."""
    file = read(Sample("list", data), tmp_path)
    assert [column.title for column in file.layout.columns] == titles
    with pytest.raises(GradeFileError, match="no column"):
        file.column(None, "Chapter 11")


def test_a_list_says_which_dates_it_cannot_read(tmp_path: Path) -> None:
    file = read(Sample("list", b"username,handed in\nr1,yesterday\nr2,2026-11-26 10:00\n"), tmp_path)
    assert file.layout.dates == ("1 date cannot be read: 'yesterday'; write 2026-11-27 23:59",)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("canvas", "Current Score\r\n", "handed in\r\n"),
        ("moodle", "Friday, 27 November 2026, 11:58 PM", "Freitag, 27. November 2026, 23:58"),
        ("classroom50", "2026-11-27T10:00:00Z", "yesterday"),
        ("a list", "27/11/2026 23:58", "11/27/2026 23:58"),
    ],
)
def test_every_form_says_which_dates_it_cannot_read(
    name: str, before: str, after: str, tmp_path: Path
) -> None:
    text, encoding = decoded(SAMPLES[name].data)
    assert read(SAMPLES[name], tmp_path).layout.dates == ()
    changed = encoding.encode(text.replace(before, after))
    (remark,) = read(Sample(SAMPLES[name].form, changed), tmp_path).layout.dates
    assert remark.startswith("1 date cannot be read: ")


def test_moodle_says_what_is_late_whatever_the_language_of_its_dates(tmp_path: Path) -> None:
    data = SAMPLES["moodle"].data.replace(b"Friday, 27 November 2026, 11:58 PM", b"kl. 23.58, 27.11")
    jan, renee, an = read(Sample("moodle", data), tmp_path).students
    assert (jan.handed_in, jan.is_late, renee.is_late) == (None, True, False)
    assert (an.handed_in, an.is_late) == (None, None)  # overdue, and nothing handed in


@pytest.mark.parametrize(
    ("status", "is_late"),
    [
        ("Submitted for grading - Extension granted until: {}", False),
        ("Submitted for grading - Graded - Extension granted until: {}", False),
        ("Submitted for grading - 1 day late - Extension granted until: {}", True),
        ("Ingestuurd voor beoordeling - 1 dag laat - Beoordeeld - Uitstel tot: {}", True),
    ],
)
def test_a_status_of_moodle_with_an_extension(status: str, is_late: bool, tmp_path: Path) -> None:
    """Late is what Moodle calls so by the extension, which the status ends with."""
    told = status.format("Thursday, 26 November 2026, 11:59 PM")
    before = "Submitted for grading - 2 days 3 hours late"
    data = SAMPLES["moodle"].data.decode().replace(before, told).encode()
    jan, *others = read(Sample("moodle", data), tmp_path).students
    assert (jan.is_late, jan.extension) == (is_late, datetime(2026, 11, 26, 23, 59))
    assert {student.extension for student in others} == {None}


def test_a_column_must_be_one(tmp_path: Path) -> None:
    file = of("canvas", tmp_path)
    with pytest.raises(
        GradeFileError, match=r"no column has the title 'Lab'; choose one of 'Chapter 11 \(4821\)'"
    ):
        file.column(None, "Lab")
    twice = SAMPLES["canvas"].data.replace(b"Quiz (77)", b"Chapter 11 (77)")
    file = read(Sample("canvas", twice), tmp_path)
    with pytest.raises(GradeFileError, match=r"more than one column has the title 'Chapter 11'"):
        file.column("Chapter 11", "")
    assert file.column("Chapter 11 (77)", "").index == 6


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04rest", "an Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "an Excel workbook"),
        (b"", "is empty"),
        (b"\xff\xfea", "encoding"),
        (b"<html><table>", "not one of the known grade files"),
        (b"Course,Room\nA,B\n", "not one of the known grade files"),
    ],
)
def test_another_file_is_refused_with_words(data: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(GradeFileError, match=words):
        read(Sample("other", data), tmp_path)


def test_no_file_is_refused_with_words(tmp_path: Path) -> None:
    with pytest.raises(GradeFileError, match="No such file"):
        read_grade_file(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(1)", "'@SUM(1)"),
        ('a \\" b', 'a " b'),
        ("ends with \\", "ends with "),
        ("two\nlines", "two lines"),
    ],
)
def test_feedback_is_harmless(text: str, shown: str) -> None:
    assert harmless(text) == shown


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("80", 80),
        ("12,5", 12.5),
        ("1.250,00", 1250),
        ("1,250.00", 1250),
        ("-", None),
        ("EX", None),
        ("", None),
    ],
)
def test_numbers(text: str, number: float | None) -> None:
    assert number_of(text) == number


def test_points_are_rounded_as_a_person_does() -> None:
    assert [two_decimals(points) for points in (1.005, 0.125, 20)] == ["1.01", "0.13", "20.00"]
    assert [shortest(points) for points in (17.5, 80.0, 100.0, 0.0)] == ["17.5", "80", "100", "0"]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Tuesday, 21 April 2020, 6:34 AM", datetime(2020, 4, 21, 6, 34)),
        ("dinsdag 1 mei 2026 00:05", datetime(2026, 5, 1, 0, 5)),
        ("Tuesday, 21 April 2020, 12:34 AM", datetime(2020, 4, 21, 0, 34)),
        ("Friday, November 27, 2026, 11:58 PM", datetime(2026, 11, 27, 23, 58)),  # Moodle in US English
        ("Nov 7, 2026 9:05 AM", datetime(2026, 11, 7, 9, 5)),
        ("November 27 2026, 23:58", datetime(2026, 11, 27, 23, 58)),
        ("Friday, Brumaire 27, 2026, 11:58 PM", None),
        ("November 31, 2026, 11:58 PM", None),
        ("21-4-2020 18:34:05", datetime(2020, 4, 21, 18, 34, 5)),
        ("2026-11-27 23:58:00 +0100", datetime(2026, 11, 27, 22, 58, tzinfo=UTC)),  # Gradescope
        ("2026-11-27 23:58:00 UTC", datetime(2026, 11, 27, 23, 58, tzinfo=UTC)),  # GitHub Classroom
        ("2026-11-27T23:58:00Z", datetime(2026, 11, 27, 23, 58, tzinfo=UTC)),
        ("21 Brumaire 2020, 6:34", None),
        ("2020-13-01 10:00", None),
        ("Friday, 27 November 2026, 13:05 PM", None),
        ("-", None),
    ],
)
def test_moments(text: str, moment: datetime | None) -> None:
    assert written_moment(text) == moment


def test_an_hour_that_a_clock_shows_twice_is_in_a_students_favour() -> None:
    from zoneinfo import ZoneInfo

    twice, zone = datetime(2026, 10, 25, 2, 30), ZoneInfo("Europe/Brussels")
    handed_in, deadline = in_zone(twice, zone), in_zone(twice, zone, is_deadline=True)
    assert (deadline.timestamp() - handed_in.timestamp()) == 3600
