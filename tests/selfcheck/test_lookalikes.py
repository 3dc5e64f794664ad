"""Characters that are not seen, or look like others, are named if they are the cause, and only then."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest

from grading.errors import ApiError, Unplayable
from grading.precheck import check_folder
from grading.submission.admission_errors import refused
from grading.submission.loader import load_submission
from grading.text.lookalikes import told
from tests.selfcheck.manifests import REFERENCE, known

POD = (REFERENCE / "second-pod.yaml").read_text("utf-8")


def findings(folder: Path, text: str, name: str = "second-pod.yaml") -> list[str]:
    copytree(REFERENCE, folder / "submission")
    (folder / "submission" / name).write_text(text, "utf-8")
    found = check_folder(folder / "submission", "s11_5")
    return [finding.problem.help for finding in found if finding.costs]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        # YAML that cannot be read.
        (
            "    zone: prod",
            "\u00a0\u00a0\u00a0\u00a0zone: prod",
            "Line 6, column 1 holds NO-BREAK SPACE (U+00A0)",
        ),
        ("name: nginx-pod2", "name:\u00a0nginx-pod2", "Line 4, column 8 holds NO-BREAK SPACE"),
        (
            "image: nginx",
            "image\uff1a nginx",
            "Line 11, column 12 holds FULLWIDTH COLON (U+FF1A). Type : instead",
        ),
        (
            "- containerPort: 80",
            "\u2013 containerPort: 80",
            "Line 13, column 9 holds EN DASH (U+2013). Type - instead",
        ),
        ("image: nginx", "image: [\u201cnginx, x\u201d", ""),
        # An object that is none, or of other types.
        (
            "kind: Pod",
            "kind: Pod\u200b",
            "Line 1, column 10 holds ZERO WIDTH SPACE",
        ),
        (
            "name: nginx-pod2",
            "name: nginx\u2011pod2",
            "column 14 holds NON-BREAKING HYPHEN (U+2011). Type - instead",
        ),
        ("  name: nginx-pod2", "\u00a0 name: nginx-pod2", "Line 4, column 1 holds NO-BREAK SPACE"),
        # Values that the course fixes.
        (
            "image: nginx",
            "image: nginx\u200b",
            "Line 11, column 19 holds ZERO WIDTH SPACE (U+200B), which is invisible",
        ),
        ("zone: prod", "zone: \u201cprod\u201d", 'LEFT DOUBLE QUOTATION MARK (U+201C). Type " instead.'),
        (
            "zone: prod",
            "zone: p\u00adrod",
            "Line 6, column 12 holds SOFT HYPHEN",
        ),
        ("zone: prod", "zone: prod\u200f", "RIGHT-TO-LEFT MARK (U+200F), which is invisible. Delete it."),
        (
            "zone: prod",
            "zone\u2060: prod",
            "Line 6, column 9 holds WORD JOINER",
        ),
    ],
)
def test_the_character_that_is_the_cause(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert POD.count(old) == 1
    advice = findings(tmp_path, POD.replace(old, new))
    assert advice
    assert any(words in text for text in advice), advice


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # It stands there, and changes nothing.
        ("image: nginx", "image: nginx:1.99 # \u201clatest\u201d"),
        ("zone: prod", "zone: test\n    # \u00a0"),
        ("  name: nginx-pod2", "  annotations: {note: \u201cmine\u201d}\n   name: nginx-pod2"),
        ("image: nginx", "image: httpd\u200b"),
    ],
)
def test_another_cause_is_not_hidden_by_it(tmp_path: Path, old: str, new: str) -> None:
    advice = findings(tmp_path, POD.replace(old, new))
    assert advice
    assert not any(" holds " in text for text in advice), advice


def test_it_may_stand_in_a_text(tmp_path: Path) -> None:
    annotated = POD.replace(
        "  name: nginx-pod2", "  name: nginx-pod2\n  annotations: {note: \u201cmine\u201d \u2013\u00a0x}"
    )
    assert findings(tmp_path, annotated) == []


@pytest.mark.parametrize(
    ("new", "words", "told_of"),
    [
        ("zone: pr\u00a0od", 'a valid label must: Invalid value: "pr\\u00a0od"', "6, column 13"),
        ("zone: pr\u00a0od", 'metadata.name: Invalid value: "x"', ""),
        ("zone: prod\n  \u2060labels: {}", 'unknown field "metadata.\u2060labels"', "7, column 3"),
    ],
)
def test_what_the_api_server_rejects(tmp_path: Path, new: str, words: str, told_of: str) -> None:
    (tmp_path / "second-pod.yaml").write_text(
        POD.replace("zone: prod\n", f"{new}\n").replace("    version: v1\n", ""), "utf-8"
    )
    manifest = load_submission(tmp_path, known("second-pod.yaml")).manifest("second-pod.yaml", "Pod")
    failure = refused(manifest, "Pod", ApiError(422, "Invalid", words))
    assert isinstance(failure, Unplayable)
    assert failure.problem.help.startswith(f"Line {told_of}" if told_of else "Correct the field")


def test_a_tab_is_named_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "second-pod.yaml").write_text(
        POD.replace("  name: nginx-pod2", "\tname: nginx-pod2"), "utf-8"
    )
    with pytest.raises(Unplayable) as caught:
        load_submission(tmp_path, known("second-pod.yaml")).manifest("second-pod.yaml", "Pod")
    assert caught.value.problem.actual == "line 4, column 1: a tab is used where YAML allows spaces only"


def test_a_line_that_is_not_there() -> None:
    assert told("a\u00a0b", 1)
    assert told("a\u00a0b", 2) == told("a\u00a0b", None) == told("a b", 1) == ""
