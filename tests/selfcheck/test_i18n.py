"""Every message has a Dutch translation, every text that people read is a message, and numbers are local."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from typing import Any, Final

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from grading.cli import split_lang
from grading.exercise.loader import load_courses
from grading.report.results import Results
from grading.text import i18n
from grading.text.i18n import Language, _, decimal, from_environment, moment, n_, speaking
from grading.text.i18n_extract import extract_commands

ROOT: Final = Path(__file__).resolve().parents[2]
KEYWORDS: Final[dict[str, Any]] = {"_": None, "marked": None, "n_": (1, 2)}

# The catalogue


@functools.cache
def catalogue() -> Catalog:
    with (ROOT / "grading/locale/nl/LC_MESSAGES/kubegrade.po").open("rb") as stream:
        return read_po(stream, locale="nl")


@functools.cache
def extracted() -> dict[Any, str]:
    """Every message of the sources, a pair of them where it counts, and where it was seen first."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as stream:
        methods, options = parse_mapping_cfg(stream)  # type: ignore[no-untyped-call]
    found: dict[Any, str] = {}
    for name, _line, message, _comments, _context in extract_from_dir(ROOT, methods, options, KEYWORDS):
        found.setdefault(message, name)
    return found


def singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def fields(template: str) -> list[str]:
    return sorted(name for _text, name, _spec, _conversion in Formatter().parse(template) if name)


MESSAGES: Final = [message for message in catalogue() if message.id]


def test_there_are_messages() -> None:
    assert len(extracted()) > 600


def test_every_message_is_in_the_catalogue_and_nothing_else() -> None:
    """`make messages` puts new ones in."""
    wanted, known = set(extracted()), {message.id for message in MESSAGES}
    assert sorted(map(str, wanted - known)) == []
    assert sorted(map(str, known - wanted)) == []
    assert not catalogue().obsolete


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: singular(message)[:50])
def test_it_is_translated(message: Message) -> None:
    assert not message.fuzzy
    originals, translations = texts(message.id), texts(message.string)
    assert len(translations) == len(originals)
    assert all(translation.strip() for translation in translations)
    for original, translation in zip(originals, translations, strict=True):
        assert fields(translation) == fields(original)
        assert original.strip() == original or translation.strip() != translation
        commands = re.findall(r"`[^`]*`", original)
        assert sorted(re.findall(r"`[^`]*`", translation)) == sorted(commands)
        assert re.findall(r"\(1[0-9.]+\)", translation) == re.findall(r"\(1[0-9.]+\)", original)


def test_messages_within_f_strings_are_found(tmp_path: Path) -> None:
    source = tmp_path / "x.py"
    source.write_text("""x = f"{_('one')} {n_('{n} a', '{n} b', 2)} {_(y)}"\n_('two')\n""", "utf-8")
    with source.open("rb") as stream:
        found = {message for _line, _name, message, _comments in extract_commands(stream, KEYWORDS, [], {})}
    assert found == {("{n} a", "{n} b", None), "one", "two"}


def test_plural_forms_are_those_of_dutch() -> None:
    assert catalogue().num_plurals == 2
    assert catalogue().plural_expr == "(n != 1)"


def test_every_title_of_the_courses_is_in_both_languages() -> None:
    rubric = load_courses().rubric
    titles = [criterion.title for criterion in rubric.criteria]
    titles += [chapter.title for chapter in rubric.chapters]
    titles += [section.title for chapter in rubric.chapters for section in chapter.sections]
    assert all(title.en and title.nl for title in titles)


def test_a_report_has_titles_in_its_language() -> None:
    with speaking(Language.NL):
        results = Results(load_courses().rubric, "x")
        results.select(["pods.exec"])
        report = results.report()
    assert report.lang is Language.NL
    assert {c.title for c in report.criteria if c.id == "pods.exec"} == {"Een commando werkt in de Pod"}
    assert report.reason == "het nakijken stopte voor dit criterium aan de beurt was"


# Nothing bypasses it

RAISED: Final = {
    "BadBundle", "Busy", "Cancelled", "ClusterTrouble", "CriterionFailure", "DeclarationFailure",
    "DockerMissing", "DockerNotRunning", "DockerPermission", "InfrastructureError", "KitError", "KitMissing",
    "RequirementMissing", "ServiceFault", "StepFailed", "Stopped", "SubmissionError", "TimedOut",
    "Unplayable", "WatchInterrupted", "YamlProblem",
}  # fmt: skip
SAID: Final = {"say", "_say", "echo", "confirm", "_bad_input", "phase", "section", "add_column"}
PLACES: Final = {
    **dict.fromkeys(RAISED | SAID, (0,)),
    "Diagnosis": (1,),
    "Problem": (0, 1, 2, 3),
    "at": (1, 2),
    "mark": (1,),
    "step": (0, 1),
    "wait": (2,),
    "wait_complete": (4,),
    "wait_for": (5,),
    "_failure": (2, 3, 4),
    "_must_answer": (3, 4),
    "same_history": (2, 3),
}
NAMED: Final = {"actual", "doing", "expected", "help", "message", "remark", "title", "todo", "words"}
VARIABLES: Final = {"help", "help_text", "message", "rationale", "reason", "told", "what", "why", "words"}
NOT_OURS: Final = {
    # What Kubernetes, kubectl and HTTP say, in their own words.
    "Deployment, ReplicaSet, Pod",
    "HTTP 200, “Welcome to nginx!”",
    "app: nginx",
    "READY /, UP-TO-DATE , AVAILABLE ",
    "deployment.apps/nginx-deployment rolled back",
    "kind: ",
    "metadata.namespace: ",
    "spec.paused: true",
}
DEVELOPERS: Final = {
    "i18n_extract.py",
    "compact.py",
    "archive.py",
    "images.py",
    "tree.py",
    "recipes.py",
    "options.py",
}
"""Modules whose messages are for whoever works on the suite, are in the fingerprint of an image, or are
shown by ``pytest --help`` before a language is chosen."""


def sources() -> list[Path]:
    found = [*(ROOT / "grading").rglob("*.py"), *(ROOT / "fixtures").rglob("*.py")]
    return [path for path in found if "sources" not in path.parts and path.name not in DEVELOPERS]


def bare(node: ast.expr) -> Iterator[tuple[int, str]]:
    """Yield the texts with at least two words that an expression may be, and that are no message."""
    if isinstance(node, ast.IfExp):
        yield from bare(node.body)
        yield from bare(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from bare(value)
    elif isinstance(node, ast.BinOp):
        yield from bare(node.left)
        yield from bare(node.right)
    else:
        parts = node.values if isinstance(node, ast.JoinedStr) else [node]
        text = "".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
        if isinstance(node, ast.Constant | ast.JoinedStr) and re.search(
            r"[a-z]{2,}:? +[a-z]{2,}|[A-Z].+ .*\.", text
        ):
            yield node.lineno, text


def offered(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield every expression that people are to read."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            yield from (node.args[place] for place in PLACES.get(name, ()) if place < len(node.args))
            yield from (keyword.value for keyword in node.keywords if keyword.arg in NAMED)
        elif isinstance(node, ast.Assign) and VARIABLES & {getattr(t, "id", "") for t in node.targets}:
            yield node.value


def bypassing(path: Path) -> list[str]:
    tree = ast.parse(path.read_text("utf-8"))
    found = {place for expression in offered(tree) for place in bare(expression)}
    return sorted(f"{path.name}:{line}: {text}" for line, text in found if text not in NOT_OURS)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_bypasses_the_catalogue(path: Path) -> None:
    assert bypassing(path) == []


@pytest.mark.parametrize(
    "code",
    [
        "raise InfrastructureError('the API server is gone')",
        "raise Unplayable(x, help=f'Set {y} to 2.')",
        "words = a if b else f'the Pod {name} is gone'",
        "context.step('Apply the file', seen)",
        "context.step(done, 'the file is there')",
        "Finding.at(place, message or 'it is wrong here')",
    ],
)
def test_the_guard_sees_it(code: str, tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_text(code, "utf-8")
    assert len(bypassing(path)) == 1


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_are_literal(path: Path) -> None:
    """A template that is put together from values would never be found in the catalogue."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"_", "n_", "marked"}:
            count = 2 if getattr(node.func, "id", "") == "n_" else 1
            assert not any(isinstance(part, ast.JoinedStr) for part in node.args[:count]), node.lineno


# Languages, numbers and dates


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, Language.EN),
        ({"LANG": "nl_BE.UTF-8"}, Language.NL),
        ({"LANG": "nl-BE"}, Language.NL),
        ({"LANG": "nl_BE.UTF-8", "LC_ALL": "C"}, Language.EN),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "nl_NL"}, Language.NL),
        ({"LANGUAGE": "fr:nl:en", "LANG": "en_US"}, Language.NL),
        ({"LANG": "de_DE.UTF-8"}, Language.EN),
    ],
)
def test_the_environment_chooses(environment: dict[str, str], expected: Language) -> None:
    assert from_environment(environment) is expected


def test_values_are_no_templates() -> None:
    for language in Language:
        with speaking(language):
            assert "{field}" in _("{path} is empty", path="{field}")


def test_an_empty_text_stays_empty() -> None:
    with speaking(Language.NL):
        assert _("") == ""


def test_counting() -> None:
    one, more = "{n} finding that costs points", "{n} findings that cost points"
    with speaking(Language.NL):
        assert [n_(one, more, n) for n in (0, 1, 2)] == [
            "0 bevindingen die punten kosten",
            "1 bevinding die punten kost",
            "2 bevindingen die punten kosten",
        ]


def test_numbers_and_dates() -> None:
    when = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
    assert (decimal(1234.56, 1), moment(when)) == ("1,234.6", "2 March 2026 14:05 UTC")
    with speaking(Language.NL):
        assert (decimal(1234.56, 1), moment(when)) == ("1.234,6", "2 maart 2026 14:05 UTC")


def test_an_unknown_message_is_shown_as_it_is() -> None:
    with speaking(Language.NL):
        assert _("no such message {x}", x=1) == "no such message 1"


# The command line


@pytest.mark.parametrize(
    ("line", "given", "rest"),
    [
        ("check DIR", "", "check DIR"),
        ("--lang nl check DIR", "--lang nl", "check DIR"),
        ("check DIR --lang nl", "--lang nl", "check DIR"),
        ("check --lang=nl DIR", "--lang=nl", "check DIR"),
        ("check -- --lang nl", "", "check -- --lang nl"),
        ("check DIR --lang", "--lang", "check DIR"),
    ],
)
def test_lang_may_stand_anywhere(line: str, given: str, rest: str) -> None:
    assert split_lang(line.split()) == (given.split(), rest.split())


def kubegrade(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grading.cli", *arguments]
    return subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", cwd=ROOT, check=False
    )


def test_the_command_speaks_dutch() -> None:
    done = kubegrade("check", "--lang", "nl", "manifests/reference")
    assert done.stdout.startswith("niets gevonden dat punten kost")
    assert done.returncode == 0
    assert "De map met manifests" in kubegrade("--lang=nl", "check", "--help").stdout


def test_the_environment_speaks_dutch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "nl")
    assert kubegrade("check", "nowhere").stderr.startswith("nowhere: deze map bestaat niet.")
    assert kubegrade("check", "nowhere", "--lang", "en").stderr.startswith(
        "nowhere: this folder does not exist."
    )


def test_a_graded_run_speaks_dutch(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-m", "s11_5", "--lang=nl", f"--submission={tmp_path}"]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", cwd=ROOT, check=False
    )
    assert "in deze map staat geen bestand van de cursus" in done.stderr + done.stdout
    assert done.returncode == 4


def test_a_language_that_is_none_is_refused() -> None:
    done = kubegrade("check", "--lang", "xx", "manifests/reference")
    assert done.returncode == 4
    assert "'en', 'nl'" in done.stderr


def test_messages_are_kept_for_constants() -> None:
    assert i18n.marked("x") == "x"
