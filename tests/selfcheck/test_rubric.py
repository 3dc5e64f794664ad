"""The rubric: its own consistency, and that an invalid one is refused with the place."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from grading.errors import RubricError
from grading.report.rubric import load_rubric

Edit = Callable[[dict[str, Any]], object]


def small() -> dict[str, Any]:
    criteria = [
        {"id": "a.one", "title": "The first criterion", "points": 60, "files": ["one.yaml"]},
        {
            "id": "a.two",
            "title": "The second criterion",
            "points": 40,
            "needs": ["a.one"],
            "files": ["b.yaml"],
        },
    ]
    section = {"section": "1.1", "marker": "s1_1", "title": "First", "criteria": criteria}
    return {"chapters": [{"chapter": "one", "title": "One", "sections": [section]}]}


def criterion(data: dict[str, Any], index: int) -> dict[str, Any]:
    found: dict[str, Any] = data["chapters"][0]["sections"][0]["criteria"][index]
    return found


def test_shipped_rubric_is_valid_and_every_chapter_is_worth_100() -> None:
    rubric = load_rubric()
    for chapter in rubric.chapters:
        assert sum(criterion.points for criterion in chapter.criteria) == 100
    assert list(rubric.by_id) == [criterion.id for criterion in rubric.criteria]
    assert "dep-rolling.yaml" in rubric.files


def test_small_rubric_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "rubric.yaml"
    path.write_text(yaml.safe_dump(small()), "utf-8")
    rubric = load_rubric(path)
    assert rubric.files == ["b.yaml", "one.yaml"]
    assert rubric.sections_by_id["a.two"].section == "1.1"
    assert rubric.chapters_by_id["a.two"].chapter == "one"


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        pytest.param(lambda d: criterion(d, 0).update(points=59), "one: 99 points, not 100", id="99 points"),
        pytest.param(lambda d: criterion(d, 1).update(points=0), "criteria.1.points", id="no points"),
        pytest.param(lambda d: criterion(d, 1).update(points=1.5), "criteria.1.points", id="half points"),
        pytest.param(lambda d: criterion(d, 1).pop("points"), "criteria.1.points", id="points missing"),
        pytest.param(lambda d: criterion(d, 1).update(id="a.one"), "a.one is there 2 times", id="id twice"),
        pytest.param(lambda d: criterion(d, 1).update(id="A one"), "criteria.1.id", id="id spelled wrong"),
        pytest.param(
            lambda d: criterion(d, 1).update(title="short"), "criteria.1.title", id="title too short"
        ),
        pytest.param(lambda d: criterion(d, 1).update(weight=1), "criteria.1.weight", id="unknown key"),
        pytest.param(
            lambda d: criterion(d, 1).update(needs=["a.none"]), "a.two needs a.none", id="unknown need"
        ),
        pytest.param(
            lambda d: criterion(d, 1).update(needs=["a.two"]), "a.two needs a.two", id="needs itself"
        ),
        pytest.param(
            lambda d: criterion(d, 0).update(needs=["a.two"]), "a.one needs a.two", id="needs later"
        ),
        pytest.param(lambda d: d["chapters"][0].pop("title"), "chapters.0.title", id="no title"),
        pytest.param(lambda d: d["chapters"][0].update(sections=7), "chapters.0.sections", id="a number"),
        pytest.param(lambda d: d.clear(), "chapters", id="nothing in it"),
    ],
)
def test_invalid_rubric_names_the_place(tmp_path: Path, edit: Edit, words: str) -> None:
    data = small()
    edit(data)
    path = tmp_path / "rubric.yaml"
    path.write_text(yaml.safe_dump(data), "utf-8")
    with pytest.raises(RubricError) as caught:
        load_rubric(path)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize("raw", [b"", b"[1]", b"a: [", b"\tx", b"caf\xe9: 1", b"a: \x00"])
def test_file_that_is_no_rubric(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "rubric.yaml"
    path.write_bytes(raw)
    with pytest.raises(RubricError, match="rubric"):
        load_rubric(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match="none"):
        load_rubric(tmp_path / "none.yaml")
