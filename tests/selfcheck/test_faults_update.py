"""``kubegrade faulty --update`` writes what faults lose into faults.yaml and changes nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from fixtures.faults.catalogue import load_files
from fixtures.faults.judging import Outcome
from fixtures.faults.update import update, updated

TEXT = """\
# Faults of a section.
faults:
- id: first-one   # the first
  title: "a.yaml: 'quoted', with: colons"
  remove: [a.yaml]
  fails: [old.one,
    old.two]  # both
  # about the next one
- id: second-one
  title: b.yaml has no criteria yet
  text:
    file: b.yaml
    old: |
      two
      lines

    new: "\\t"
- id: third-one
  title: "c.yaml: a list in block style"
  fails:
  - old.one
  - old.two  # the second
  blocks: [old.three]
  add:
    c.yaml: |
      a: 1

      b: 2

right:
- id: right-one
  title: d.yaml looks unusual
  remove: [d.yaml]
"""


def test_nothing_to_write_changes_nothing() -> None:
    assert updated(TEXT, {}) == TEXT


def test_criteria_are_replaced_where_they_stand() -> None:
    expected = TEXT.replace("[old.one,\n    old.two]  # both", "[new.one]  # both\n  blocks: [new.two]")
    assert updated(TEXT, {"first-one": {"fails": ["new.one"], "blocks": ["new.two"]}}) == expected


def test_keys_that_are_not_there_follow_the_others() -> None:
    expected = TEXT.replace('new: "\\t"\n', 'new: "\\t"\n  fails: [new.one]\n')
    assert updated(TEXT, {"second-one": {"fails": ["new.one"], "blocks": []}}) == expected


def test_lists_in_block_style_and_none_left() -> None:
    expected = TEXT.replace("fails:\n  - old.one\n  - old.two  # the", "fails: [new.one]  # the")
    expected = expected.replace("blocks: [old.three]", "blocks: []")
    assert updated(TEXT, {"third-one": {"fails": ["new.one"], "blocks": []}}) == expected


def test_key_after_text_in_block_style() -> None:
    text = TEXT.replace("  blocks: [old.three]\n", "")
    expected = text.replace("      b: 2\n", "      b: 2\n  blocks: [new.two]\n")
    result = updated(text, {"third-one": {"fails": ["old.one", "old.two"], "blocks": ["new.two"]}})
    assert result == expected.replace("fails:\n  - old.one\n  - old.two  #", "fails: [old.one, old.two]  #")
    assert yaml.safe_load(result)["faults"][2]["add"] == {"c.yaml": "a: 1\n\nb: 2\n"}


def test_several_faults_at_once() -> None:
    costs = {name: {"fails": [f"{name}.a"], "blocks": [f"{name}.b"]} for name in ("first-one", "third-one")}
    read = yaml.safe_load(updated(TEXT, costs))
    assert {f["id"]: (f.get("fails"), f.get("blocks")) for f in read["faults"]} == {
        "first-one": (["first-one.a"], ["first-one.b"]),
        "second-one": (None, None),
        "third-one": (["third-one.a"], ["third-one.b"]),
    }


def test_file_that_ends_without_a_line_end() -> None:
    text = "faults:\n- id: a-b\n  remove: [x]"
    assert updated(text, {"a-b": {"fails": ["c.d"], "blocks": []}}) == f"{text}\n  fails: [c.d]\n"


def test_long_lists_are_wrapped() -> None:
    criteria = [f"section.some-criterion-{number}" for number in range(10)]
    result = updated(TEXT, {"first-one": {"fails": criteria, "blocks": []}})
    assert yaml.safe_load(result)["faults"][0]["fails"] == criteria
    assert max(map(len, result.splitlines())) <= 120


FILE = """\
faults:
- {id: a-changes, title: a.yaml is missing, remove: [a.yaml], fails: [old.one]}
- {id: a-stays, title: a.yaml is missing, remove: [a.yaml], fails: [old.one], blocks: [old.two]}
right:
- {id: right-one, title: b.yaml is missing, remove: [b.yaml]}
"""


@pytest.mark.parametrize(
    ("name", "fails", "blocks", "is_graded", "changes"),
    [
        ("a-changes", ("new.one",), (), True, True),
        ("a-changes", ("new.one",), (), False, False),
        ("a-changes", (), (), True, False),
        ("a-stays", ("old.one",), ("old.two",), True, False),
        ("right-one", ("new.one",), (), True, False),
    ],
)
def test_only_what_was_graded_and_differs_is_written(
    name: str, fails: tuple[str, ...], blocks: tuple[str, ...], is_graded: bool, changes: bool, tmp_path: Path
) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text(FILE, "utf-8")
    outcome = Outcome(name, "some problem", fails, blocks, is_graded)
    assert update(load_files(tmp_path), {name: outcome}) == ([name] if changes else [])
    expected = FILE.replace("[old.one]}", "[new.one]}") if changes else FILE
    assert path.read_text("utf-8") == expected
