"""The collection of attacks: what is stopped before there is a cluster, each by the proof that it names."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from jsonpatch import JsonPointer

from grading.errors import SubmissionError
from tests.selfcheck.hostile.building import make
from tests.selfcheck.hostile.catalogue import course_of, load_attacks, stopped_by
from tests.selfcheck.hostile.forms import active, forms
from tests.selfcheck.hostile.model import Attack
from tests.selfcheck.hostile.seen import look
from tests.selfcheck.hostile.table import table
from tests.selfcheck.planted import BIN, ROOT, run

LEAST = 150
SHOWN = {
    "html": "<p onclick='words'>",
    "md": "a [b](http://words)",
    "junit": "<!DOCTYPE a><a/>",
    "terminal": "\x1b[2J",
    "annotations": "::error file=a::b\n::add-mask::words",
}
"""A form in which words are more than text."""


@pytest.fixture(autouse=True)
def _course(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the course be chosen whose reference the attack of a test changes."""
    spec = getattr(request.node, "callspec", None)
    with course_of(spec.params.get("attack") if spec else None):
        yield


def each(wall: str) -> pytest.MarkDecorator:
    """Parametrize a test with the attacks that something stops."""
    return pytest.mark.parametrize("attack", [pytest.param(item, id=item.id) for item in stopped_by(wall)])


def test_there_are_many() -> None:
    assert len(load_attacks()) >= LEAST


@each("first wall")
def test_a_field_is_not_deployed(tmp_path: Path, attack: Attack) -> None:
    folder = make(attack, tmp_path)
    seen = look(folder)
    problem = seen.refusal(attack.stopped.first_wall)
    assert problem in [finding.problem for finding in seen.told]
    # The line is that of the field, or of the item of a list.
    written = re.search(r"([^.'\[\]]+)'?\]? is not allowed(?: to be ([^:\n]+))?", problem.rationale)
    assert written
    assert problem.location
    assert problem.location.line
    text = (folder / problem.location.file).read_bytes().decode("utf-8", "replace")
    if (name := written[2] or written[1]) in text:
        assert name in text.splitlines()[problem.location.line - 1]


@each("bounds")
def test_too_much_is_not_deployed(tmp_path: Path, attack: Attack) -> None:
    look(make(attack, tmp_path)).refusal(attack.stopped.bounds)


@each("reader")
def test_a_file_is_not_read(tmp_path: Path, attack: Attack) -> None:
    seen = look(make(attack, tmp_path))
    problem = seen.refusal(attack.stopped.reader)
    costly = [finding for finding in seen.told if finding.costs]
    if problem.location:
        assert problem.location.file in [finding.location.file for finding in costly]
    else:
        assert problem.rationale in [finding.problem.rationale for finding in costly]


@each("folder")
def test_a_folder_is_not_graded(tmp_path: Path, attack: Attack) -> None:
    with pytest.raises(SubmissionError) as caught:
        look(make(attack, tmp_path))
    assert attack.stopped.folder in str(caught.value)


@each("selection")
def test_an_object_is_not_applied(tmp_path: Path, attack: Attack) -> None:
    applied = {
        f"{item['kind']}/{item['metadata'].get('name')}" for item in look(make(attack, tmp_path)).objects
    }
    assert applied
    assert attack.stopped.selection not in applied


@each("preparation")
def test_another_value_is_applied(tmp_path: Path, attack: Attack) -> None:
    applied = look(make(attack, tmp_path)).applied
    objects = [item for file in attack.files for item in applied[file]]
    for pointer, value in attack.stopped.preparation.items():
        assert value in [JsonPointer(pointer).resolve(item, None) for item in objects]


@each("report")
def test_a_text_is_shown_as_text(tmp_path: Path, attack: Attack) -> None:
    words = attack.stopped.report
    made = forms(make(attack, tmp_path))
    for name, text in made.items():
        assert active(name, text, words) == [], name
    assert words in unescape(made["html"])


@pytest.mark.parametrize("form", ["html", "md", "junit", "terminal", "annotations"])
def test_what_is_more_than_text_is_found(form: str) -> None:
    assert active(form, SHOWN[form], "words")


@each("isolation")
def test_nothing_runs(tmp_path: Path, attack: Attack) -> None:
    folder = make(attack, tmp_path)
    done = run(folder, BIN / "kubegrade", "check", ".")
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    assert not list(tmp_path.rglob("witness"))


@pytest.mark.parametrize(
    "command", [["pytest", "-m", "s11_5", "--submission=."], ["kubegrade", "grade", "."]]
)
def test_nothing_of_all_together_runs(tmp_path: Path, command: list[str]) -> None:
    """Up to the cluster, for which nothing is set up here."""
    folder = tmp_path / "submission"
    for attack in stopped_by("isolation"):
        shutil.copytree(make(attack, tmp_path / attack.id), folder, dirs_exist_ok=True)
    home = str(tmp_path / "home")
    done = run(folder, BIN / command[0], *command[1:], HOME=home, XDG_CACHE_HOME=home, XDG_STATE_HOME=home)
    assert done.returncode == 6, done.stdout + done.stderr
    assert not list(tmp_path.rglob("witness"))
    # It would, if it were let.
    run(folder, sys.executable, "-c", "import planted")
    assert (folder / "witness").exists()


def test_the_page_tells_of_all() -> None:
    """`.venv/bin/python -m tests.selfcheck.hostile` prints what it is to hold."""
    assert table() in (ROOT / "docs" / "security.md").read_text("utf-8")
