"""Who is who: beyond doubt, or listed."""

import unicodedata

import pytest

from grading.platforms.matching import comparable_name, match
from grading.platforms.person import IdKind, Person

CANVAS, MOODLE = IdKind.CANVAS_USER_ID, IdKind.MOODLE_IDENTIFIER


def test_the_id_comes_first() -> None:
    persons = [Person(name="Jan Peeters", ids={CANVAS: "2"}), Person(name="Jan Peeters", ids={CANVAS: "1"})]
    rows = [Person(name="Peeters, Jan", ids={CANVAS: "1"}), Person(name="Peeters, Jan", ids={CANVAS: "2"})]
    assert match(persons, rows).found == {0: 1, 1: 0}


def test_then_the_user_name_then_the_address_then_the_name() -> None:
    persons = [
        Person(name="A", username="R0101"),
        Person(email="B@school.be"),
        Person(name="Renée D\N{RIGHT SINGLE QUOTATION MARK}hondt"),
    ]
    rows = [
        Person(name="D'hondt, Renée"),
        Person(name="B", email="b@school.be"),
        Person(name="A", username="r0101"),
    ]
    assert match(persons, rows).found == {0: 2, 1: 1, 2: 0}


@pytest.mark.parametrize(
    ("name", "is_found"),
    [("Smith, Johnny", True), ("Smithson, Al", False), ("Jo, Al", False), ("Peeters, Jan", False)],
)
def test_a_name_without_blanks_is_that_of_whom_it_names(name: str, is_found: bool) -> None:
    """Canvas's download has the sortable name, and the gradebook the one that is shown."""
    found = match([Person(name="smithjohn", ids={CANVAS: "1"})], [Person(name=name, ids={CANVAS: "1"})]).found
    assert found == ({0: 0} if is_found else {})


@pytest.mark.parametrize(
    ("persons", "rows"),
    [(["Jan Peeters"] * 2, ["Jan Peeters"]), (["Jan Peeters"], ["Peeters, Jan", "Jan Peeters"])],
)
def test_two_of_one_name_are_nobody(persons: list[str], rows: list[str]) -> None:
    result = match([Person(name=name) for name in persons], [Person(name=name) for name in rows])
    assert result.found == {}
    assert set(result.unsure.values()) == {"more than one student in the file has this name"}


def test_a_name_does_not_overrule_an_id() -> None:
    result = match(
        [Person(name="Jan Peeters", ids={CANVAS: "1"})], [Person(name="Jan Peeters", ids={CANVAS: "2"})]
    )
    assert result.unsure == {
        0: "the file contains the same name, but its other data belong to another student"
    }
    assert result.candidates == set()


def test_an_address_to_log_in_with_is_an_address() -> None:
    persons = [Person(name="A", email="A@school.be"), Person(name="B", username="b@school.be")]
    rows = [Person(name="B", email="b@school.be"), Person(name="A", username="a@school.be")]
    assert match(persons, rows).found == {0: 1, 1: 0}


def test_rows_that_may_be_of_somebody_unsure_are_told() -> None:
    rows = [Person(name="Jan Peeters", username="r1"), Person(name="Jan Peeters"), Person(name="An")]
    assert match([Person(name="Jan Peeters")], rows).candidates == {0, 1}


def test_an_id_of_another_name_is_no_match() -> None:
    """Another assignment of Moodle may know the number too."""
    result = match(
        [Person(name="Jan Peeters", ids={MOODLE: "1"})], [Person(name="An Maes", ids={MOODLE: "1"})]
    )
    assert result.found == {}
    assert "another name" in result.unsure[0]


def test_a_name_without_blanks_is_the_same_name() -> None:
    """Canvas writes names so in its bulk download."""
    persons = [Person(name="desmetjan", ids={CANVAS: "1"})]
    assert match(persons, [Person(name="De Smet, Jan", ids={CANVAS: "1"})]).found == {0: 0}


@pytest.mark.parametrize(
    ("zipped", "written", "is_found"),
    [
        ("smithjohn", "Johnny Smith", True),
        ("smithjohn", "Smith, Johnny", True),
        ("vandenberghejeanpierre", "J.P. Van den Berghe", True),
        ("smithjohn", "An Maes", False),
        ("vandammejef", "Ward Van Peel", False),  # "van" says nothing about who it is
        ("smithjohn", "Th. Jo", False),
    ],
)
def test_a_name_without_blanks_has_a_name_in_common(zipped: str, written: str, is_found: bool) -> None:
    """An instructor, or the student, has changed it in the gradebook."""
    persons = [Person(name=zipped, ids={CANVAS: "101"})]
    result = match(persons, [Person(name=written, ids={CANVAS: "101"})])
    assert result.found == ({0: 0} if is_found else {})


def test_only_canvas_writes_names_without_blanks() -> None:
    persons, rows = [Person(name="Ivana", ids={MOODLE: "1"})], [Person(name="Iva Maes", ids={MOODLE: "1"})]
    assert match(persons, rows).found == {}


def test_particles_are_nothing_in_common() -> None:
    persons = [Person(name="Jan De Smet", ids={MOODLE: "1"})]
    assert match(persons, [Person(name="An De Maes", ids={MOODLE: "1"})]).found == {}
    assert match(persons, [Person(name="J. De Smet", ids={MOODLE: "1"})]).found == {0: 0}


def folder(name: str) -> Person:
    """Return who the name of a folder means, which is a user name or a full name."""
    return Person(name=name.replace("_", " "), ids={IdKind.FOLDER: name})


@pytest.mark.parametrize("name", ["R0712345", "zoe_dhondt"])
def test_the_name_of_a_folder_may_be_a_user_name(name: str) -> None:
    rows = [Person(name="An", username="r1"), Person(name="Zoë D'hondt", username=name.swapcase())]
    assert match([folder(name)], rows).found == {0: 1}


def test_the_name_of_a_folder_may_be_a_full_name() -> None:
    rows = [Person(name="An", username="r1"), Person(name="Peeters, Jan", username="r2")]
    assert match([folder("Jan_Peeters")], rows).found == {0: 1}


def test_the_name_of_a_folder_is_nobodys_if_it_may_be_of_two() -> None:
    rows = [Person(name="Jan Peeters", username="r1"), Person(name="An Maes", username="jan_peeters")]
    result = match([folder("Jan_Peeters")], rows)
    assert result.found == {}
    assert result.unsure == {0: "folder jan_peeters is the user name of one student and the name of another"}
    assert result.candidates == {0, 1}
    same = [Person(name="Jan Peeters", username="jan_peeters")]
    assert match([folder("Jan_Peeters")], same).found == {0: 0}


def test_two_folders_of_one_user_name_are_nobodys() -> None:
    rows = [Person(name="Jan", username="r07")]
    assert match([folder("R07"), Person(username="r07")], rows).found == {}
    assert match([folder("R07"), folder("r07")], rows).found == {}


def test_the_name_of_a_folder_overrules_nothing() -> None:
    """Not the user name, nor the name, that a roster gave."""
    jan = folder("Jan_Peeters").model_copy(update={"username": "r1"})
    rows = [Person(name="Jan Peeters", username="r1"), Person(name="An Maes", username="jan_peeters")]
    assert match([jan], rows).found == {0: 0}
    assert match([jan], rows[1:]).found == {}
    named = folder("r2").model_copy(update={"name": "Jan Peeters"})
    assert match([named], [Person(name="An Maes", username="r2")]).found == {}


def test_two_who_are_led_to_one_row_are_nobody() -> None:
    rows = [Person(name="Jan Peeters", email="jan@school.be")]
    result = match([Person(email="jan@school.be"), Person(name="Jan Peeters")], rows)
    assert result.found == {}
    assert set(result.unsure.values()) == {"more than one student matches the same row"}


def test_nobody_is_matched_by_what_is_empty() -> None:
    assert match([Person(), Person()], [Person(), Person()]).found == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Renée Désirée", unicodedata.normalize("NFD", "Renée Désirée")),
        ("De Smet, Jan", "Jan De Smet"),
        ("Dhondt An", "D'hondt An"),
        ("An_Sofie  Maes", "An Sofie Maes"),
        ("STRASSE", "straße"),
    ],
)
def test_equal_names(one: str, other: str) -> None:
    assert comparable_name(one) == comparable_name(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Renée", "Renee"), ("Jan Pieter", "Pieter Jan"), ("Jan-Pieter", "Jan Pieter")]
)
def test_other_names(one: str, other: str) -> None:
    assert comparable_name(one) != comparable_name(other)
