"""The pytest plugin, in pytest runs of its own: verdicts, exit statuses, and the report as it grows."""

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grading import renderers, timeouts
from grading.errors import RubricError
from grading.exercise.loader import load_courses
from grading.pytest_plugin import plugin
from grading.pytest_plugin.reporter import EXIT_NOT_READY, NAME
from grading.renderers.page import child
from tests.selfcheck.courses import courses_of

pytest_plugins = ["pytester"]

CRITERIA = [
    {"id": "a.one", "points": 60, "title": "The first criterion"},
    {"id": "a.two", "points": 40, "title": "The second criterion", "needs": ["a.one"]},
]

HEAD = """
import pytest
from grading.errors import CriterionFailure, InfrastructureError, Unplayable
from grading.pytest_plugin.reporter import not_ready
def graded(name):
    return lambda test: pytest.mark.chapter1(pytest.mark.criterion(name)(test))
"""

BOTH = """
@graded("a.one")
def test_one(): pass
@graded("a.two")
def test_two(): pass
"""


@pytest.fixture(autouse=True)
def _prepared(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugin, "load_courses", lambda: courses_of(CRITERIA))
    pytester.makeini("[pytest]\nmarkers =\n  chapter1\n  s1_1\n  other\n  criterion(id)\n")
    # Half a second a run, and looked at in test_page.py.
    monkeypatch.setattr(renderers, "write_page", lambda folder: "")
    (pytester.path / "work").mkdir()
    (pytester.path / "work" / "one.yaml").write_text("a: 1\n", "utf-8")


def run(pytester: pytest.Pytester, body: str, *options: str) -> pytest.RunResult:
    pytester.makepyfile(test_graded=HEAD + body)
    return pytester.runpytest_inprocess(
        "-p", "grading.pytest_plugin.options", "-p", "grading.pytest_plugin.plugin",
        "--submission=work", "--report-dir=out", *options,
        no_reraise_ctrlc=True,
    )  # fmt: skip


def report(pytester: pytest.Pytester) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((pytester.path / "out" / "report.json").read_text("utf-8"))
    return data


def verdicts(pytester: pytest.Pytester) -> list[str]:
    return [criterion["verdict"] for criterion in report(pytester)["criteria"]]


def test_all_passed(pytester: pytest.Pytester) -> None:
    result = run(pytester, BOTH)
    assert result.ret == 0
    assert verdicts(pytester) == ["passed", "passed"]
    assert report(pytester)["score"] == 100
    assert report(pytester)["submission"] == "work"
    assert {path.name for path in (pytester.path / "out").iterdir()} >= {
        "report.json",
        "report.md",
        "junit.xml",
    }
    result.stdout.fnmatch_lines(["*graded report*", "*100 / 100 points*"])


def test_no_summary(pytester: pytest.Pytester) -> None:
    result = run(pytester, BOTH, "--no-summary")
    assert verdicts(pytester) == ["passed", "passed"]
    result.stdout.no_fnmatch_line("*points*")


@pytest.mark.parametrize(
    ("raised", "verdict", "status"),
    [
        ("CriterionFailure('wrong')", "failed", 1),
        ("Unplayable('not deployed')", "failed", 1),
        ("InfrastructureError('no Docker')", "error", 3),
        ("AssertionError('suite')", "error", 3),
        ("ValueError('suite')", "error", 3),
        ("pytest.skip.Exception('skipped')", "error", 3),
        ("pytest.fail.Exception('failed')", "error", 3),
    ],
)
@pytest.mark.parametrize("place", ["call", "setup"])
def test_verdict_and_status(
    pytester: pytest.Pytester, raised: str, verdict: str, status: int, place: str
) -> None:
    first = {
        "call": f"@graded('a.one')\ndef test_one(): raise {raised}\n",
        "setup": f"@pytest.fixture\ndef broken(): raise {raised}\n"
        "@graded('a.one')\ndef test_one(broken): pass\n",
    }[place]
    result = run(pytester, first + "@graded('a.two')\ndef test_two(): pass\n")
    assert result.ret == status
    assert verdicts(pytester) == [verdict, "passed"]
    assert report(pytester)["score"] == (None if verdict == "error" else 40)
    assert report(pytester)["outcome"] == ("incomplete" if verdict == "error" else "graded")


def test_blocked(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        "@graded('a.two')\ndef test_two(): raise Unplayable('gone')\n"
        "@graded('a.one')\ndef test_one(): raise CriterionFailure('wrong')\n",
    )
    assert result.ret == 1
    assert verdicts(pytester) == ["failed", "blocked"]
    assert report(pytester)["criteria"][1]["blocked_by"] == "a.one"
    result.stdout.fnmatch_lines(["test_graded.py FB*"])


def test_remark(pytester: pytest.Pytester) -> None:
    body = BOTH.replace("test_one(): pass", "test_one(tell): tell('by the way')")
    assert run(pytester, body).ret == 0
    assert report(pytester)["criteria"][0]["rationale"] == "by the way"


def test_workflow_command_in_a_failure_does_nothing(pytester: pytest.Pytester) -> None:
    body = BOTH.replace(
        "test_one(): pass", "test_one(): raise CriterionFailure('::error::x', actual='a\\n::add-mask::y')"
    )
    result = run(pytester, body)
    assert result.ret == 1
    printed = str(result.stdout).partition("FAILURES")[2]
    assert not [line for line in printed.splitlines() if line.strip().startswith("::")]


def test_selection(pytester: pytest.Pytester) -> None:
    result = run(pytester, BOTH, "-k", "test_two")
    assert result.ret == 0
    assert verdicts(pytester) == ["not_run", "passed"]
    assert (report(pytester)["score"], report(pytester)["max_score"]) == (40, 40)
    assert report(pytester)["selection"] == ["-k test_two"]
    result.stdout.fnmatch_lines(["40 / 40 points for 1 of 2 criteria: part of the chapter"])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["-m", "other"], ["-m other"]),
        (["test_graded.py::test_two"], ["test_graded.py::test_two"]),
        (["--deselect=test_graded.py::test_one"], ["--deselect=test_graded.py::test_one"]),
    ],
)
@pytest.mark.parametrize("by", ["command line", "PYTEST_ADDOPTS"])
def test_what_selects_is_recorded(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, options: list[str], told: list[str], by: str
) -> None:
    body = BOTH.replace('@graded("a.two")', '@pytest.mark.other\n@graded("a.two")')
    if by == "PYTEST_ADDOPTS":
        monkeypatch.setenv(by, shlex.join(["-q", *options]))
        options, told = [], [f"{option} (PYTEST_ADDOPTS)" for option in told]
    result = run(pytester, body, *options)
    assert verdicts(pytester) == ["not_run", "passed"]
    assert report(pytester)["selection"] == told
    result.stdout.fnmatch_lines([f"Selected with {told[0].replace('::', '??')}."])


def test_criteria_by_their_ids(pytester: pytest.Pytester) -> None:
    run(pytester, BOTH, "--criterion=a.two")
    assert verdicts(pytester) == ["not_run", "passed"]
    assert report(pytester)["selection"] == ["--criterion=a.two"]
    result = run(pytester, BOTH, "--criterion=a.two", "--criterion=a.three")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*--criterion a.three: this criterion does not exist"])


def test_what_selects_everything_is_no_selection(pytester: pytest.Pytester) -> None:
    result = run(pytester, BOTH, "-m", "chapter1")
    assert report(pytester)["selection"] == []
    result.stdout.fnmatch_lines(["100 / 100 points"])


@pytest.mark.parametrize("option", ["--ff", "--nf"])
def test_another_order_changes_no_verdict(pytester: pytest.Pytester, option: str) -> None:
    body = BOTH.replace("test_one(): pass", "test_one(): raise CriterionFailure('x')")
    body = body.replace("test_two(): pass", "test_two(): raise Unplayable('gone')")
    assert run(pytester, BOTH.replace("test_two(): pass", "test_two(): raise CriterionFailure('x')")).ret == 1
    run(pytester, body, option)
    assert verdicts(pytester) == ["failed", "blocked"]
    assert report(pytester)["selection"] == []


@pytest.mark.parametrize("option", ["--lf", "--sw"])
def test_only_what_failed_before_is_a_selection(pytester: pytest.Pytester, option: str) -> None:
    body = BOTH.replace("test_two(): pass", "test_two(): raise CriterionFailure('x')")
    assert run(pytester, body, "--sw").ret == 2
    result = run(pytester, BOTH, option)
    assert result.ret == 0
    assert verdicts(pytester) == ["not_run", "passed"]
    assert report(pytester)["selection"] == ["--last-failed" if option == "--lf" else "--stepwise"]
    result.stdout.fnmatch_lines(["40 / 40 points for 1 of 2 criteria: part of the chapter"])


def test_nothing_selected_writes_nothing(pytester: pytest.Pytester) -> None:
    assert run(pytester, BOTH, "-k", "nothing").ret == 5
    assert not (pytester.path / "out").exists()


def test_collect_only_writes_nothing(pytester: pytest.Pytester) -> None:
    assert run(pytester, BOTH, "--collect-only").ret == 0
    assert not (pytester.path / "out").exists()


def test_stays_out_of_the_way_of_other_tests(pytester: pytest.Pytester) -> None:
    other = f"def test_other(pytestconfig): assert not pytestconfig.pluginmanager.has_plugin({NAME!r})\n"
    result = run(pytester, other + "def test_bad(): assert False\n")
    assert result.ret == 1
    result.assert_outcomes(passed=1, failed=1)
    assert not (pytester.path / "out").exists()
    result.stdout.no_fnmatch_line("*graded report*")


def test_form_that_cannot_be_written_is_told_and_changes_nothing(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renderers, "write_page", child.write_page)
    monkeypatch.setattr(timeouts, "PAGE", 0.001)
    result = run(pytester, BOTH)
    assert result.ret == 0
    assert verdicts(pytester) == ["passed", "passed"]
    assert (pytester.path / "out" / "junit.xml").exists()
    result.stdout.fnmatch_lines(["*100 / 100 points*", "report.html could not be written: *"])


def test_interrupted(pytester: pytest.Pytester) -> None:
    result = run(pytester, BOTH.replace("test_two(): pass", "test_two(): raise KeyboardInterrupt"))
    assert result.ret == 2
    assert verdicts(pytester) == ["passed", "error"]
    assert (report(pytester)["score"], report(pytester)["outcome"]) == (None, "incomplete")
    assert (pytester.path / "out" / "junit.xml").exists()


@pytest.mark.parametrize(
    ("option", "told", "status"),
    [("-x", "-x", 3), ("--maxfail=1", "-x", 3), ("--sw", "--stepwise", 2)],
)
def test_stopped_at_the_first_failure(pytester: pytest.Pytester, option: str, told: str, status: int) -> None:
    body = BOTH.replace("test_one(): pass", "test_one(): raise CriterionFailure('x')")
    result = run(pytester, body, option)
    assert result.ret == status
    assert verdicts(pytester) == ["failed", "error"]
    assert report(pytester)["score"] is None
    assert (
        report(pytester)["reason"] == f"the run stopped early because of {told}, so not everything was graded"
    )
    result.stdout.fnmatch_lines(["Not graded: incomplete", "the run stopped early because of *"])


def test_an_option_that_ended_nothing_early_changes_nothing(pytester: pytest.Pytester) -> None:
    body = BOTH.replace("test_two(): pass", "test_two(): raise CriterionFailure('x')")
    assert run(pytester, body, "-x").ret == 1
    assert (report(pytester)["score"], report(pytester)["reason"]) == (60, "")


def test_machine_not_ready(pytester: pytest.Pytester) -> None:
    body = BOTH.replace(
        "test_one(): pass", "test_one(pytestconfig): not_ready(pytestconfig, 'Docker is not there')"
    )
    result = run(pytester, body)
    assert result.ret == EXIT_NOT_READY
    assert verdicts(pytester) == ["error", "error"]
    assert report(pytester)["reason"] == "Docker is not there"
    assert report(pytester)["score"] is None


def test_trouble_while_cleaning_up_does_not_change_what_was_graded(pytester: pytest.Pytester) -> None:
    body = "@pytest.fixture(scope='session', autouse=True)\n"
    body += "def cleaned():\n    yield\n    raise OSError('disk')\n"
    result = run(pytester, body + BOTH)
    assert verdicts(pytester) == ["passed", "passed"]
    assert report(pytester)["score"] == 100
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*OSError: disk*"])


def test_report_is_there_after_each_test(pytester: pytest.Pytester) -> None:
    look = "import json, pathlib\n    "
    look += "data = json.loads(pathlib.Path('out/report.json').read_text())\n    "
    look += "assert [c['verdict'] for c in data['criteria']] == ['passed', 'error'] and data['score'] is None"
    assert run(pytester, BOTH.replace("test_two(): pass", f"test_two():\n    {look}")).ret == 0


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("@pytest.mark.chapter1\ndef test_one(): pass\n", "test_one has no criterion"),
        ("@graded('a.three')\ndef test_one(): pass\n", "the rubric has no criterion a.three"),
        (BOTH + "@graded('a.one')\ndef test_again(): pass\n", "a.one has two tests"),
        (
            "@pytest.mark.parametrize('n', [1, 2])\n@graded('a.one')\ndef test_one(n): pass\n",
            "a.one has two tests",
        ),
    ],
)
def test_tests_that_disagree_with_the_rubric(pytester: pytest.Pytester, body: str, words: str) -> None:
    result = run(pytester, body)
    assert result.ret == 4
    result.stderr.fnmatch_lines([f"*{words}*"])
    assert not (pytester.path / "out").exists()


def test_criterion_without_a_test(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nmarkers =\n  chapter1\n  criterion(id)\ntestpaths = .\n")
    result = run(pytester, BOTH.partition('@graded("a.two")')[0])
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*a.two has no test*"])


@pytest.mark.parametrize("folder", ["none", "work/one.yaml", "empty"])
def test_submission_that_cannot_be_graded(pytester: pytest.Pytester, folder: str) -> None:
    (pytester.path / "empty").mkdir()
    result = run(pytester, BOTH, f"--submission={folder}")
    assert result.ret == 4
    result.stderr.fnmatch_lines([f"ERROR: {folder}*"])


def test_report_folder_that_cannot_be_made(pytester: pytest.Pytester) -> None:
    result = run(pytester, BOTH, "--report-dir=work/one.yaml/out")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*cannot be written there*--report-dir*"])


def test_invalid_rubric(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    def invalid() -> None:
        raise RubricError("exercise.yaml: 99 points")

    monkeypatch.setattr(plugin, "load_courses", invalid)
    result = run(pytester, BOTH)
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*99 points*"])


def collect(*options: str) -> subprocess.CompletedProcess[str]:
    """Collect the graded tests of this project, in a process that says what it had to import."""
    code = (
        "import sys, pytest\n"
        "status = pytest.main(sys.argv[1:])\n"
        "names = ('aiohttp', 'socketio', 'grading.runner.socketio_clients')\n"
        "print([name for name in names if name in sys.modules])\n"
        "sys.exit(status)"
    )
    root = Path(__file__).resolve().parents[2]
    return subprocess.run(
        [sys.executable, "-c", code, "-q", "--collect-only", *options],
        cwd=root,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


@pytest.mark.parametrize("marker", ["chapter11", "introlab", "chapter11 or introlab"])
def test_graded_tests_of_a_marker(marker: str) -> None:
    done = collect("-m", marker)
    assert done.returncode == 0, done.stdout
    chapters = [chapter for chapter in load_courses().rubric.chapters if chapter.chapter in marker]
    tests = [line for line in done.stdout.splitlines() if line.startswith("tests/")]
    assert len(tests) == sum(len(chapter.criteria) for chapter in chapters)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("marker", ["introlab", "chapter11 or introlab"])
def test_clusters_of_the_courses_have_no_slot(marker: str) -> None:
    done = collect("--topology=course", "-m", marker, "--slot=3")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "Leave --slot out" in done.stderr
    assert collect("--topology=course", "-m", marker).returncode == 0


HOSTILE = "\\n::error::x\\n##[group]y\\x1b[2J\\u202e"


@pytest.mark.parametrize(
    "raised", ["InfrastructureError(WORDS)", "CriterionFailure(WORDS)", "ValueError(WORDS)"]
)
def test_what_a_submission_says_is_text_in_tracebacks_and_captured_logs(
    pytester: pytest.Pytester, raised: str
) -> None:
    body = f"""
import logging, sys
WORDS = "{HOSTILE}"
@graded("a.one")
def test_one():
    logging.getLogger("some").warning(WORDS)
    print(WORDS)
    print(WORDS, file=sys.stderr)
    raise {raised}
"""
    result = run(pytester, body, "-rA", "--showlocals", "--junitxml=junit-of-pytest.xml")
    printed = result.stdout.str() + result.stderr.str()
    assert "\x1b" not in printed
    assert "\u202e" not in printed
    assert "##[" not in printed
    assert not any(line.lstrip().startswith("::") for line in printed.splitlines())


@pytest.mark.parametrize("name", ["::error::x", "##[group]", "a\n::error::x", "a\x1b[2J", "\u202ea"])
def test_what_a_folder_is_called_is_text(pytester: pytest.Pytester, name: str) -> None:
    for option in (f"--submission={name}", "--submission=work"):
        result = run(pytester, BOTH, option, f"--report-dir=out/{name}")
        printed = result.stdout.str() + result.stderr.str()
        assert "\x1b[2J" not in printed
        assert "\u202e" not in printed
        assert "##[" not in printed
        assert not any(line.lstrip().startswith("::") for line in printed.splitlines())
