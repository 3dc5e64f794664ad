"""What pytest itself prints of criteria that a student does not see in full."""

import json
from typing import cast

import pytest

from grading import renderers
from grading.pytest_plugin import plugin
from grading.pytest_plugin.live_view import LiveView
from grading.pytest_plugin.reporter import reporter_of
from grading.renderers import FORMS, Form
from grading.renderers.page import child
from grading.report.model import CriterionResult
from tests.selfcheck.courses import courses_of

pytest_plugins = ["pytester"]

CRITERIA = [
    {"id": "a.seen", "points": 40, "title": "The criterion that is seen"},
    {"id": "a.bare", "points": 30, "title": "Verdict alone, the title", "detail": "verdict"},
    {"id": "a.none", "points": 20, "title": "SECRET is this title", "detail": "none"},
    {"id": "a.after", "points": 10, "title": "The criterion that needs it", "needs": ["a.none"]},
]

TESTS = """
import pytest
from grading.errors import CriterionFailure, InfrastructureError, Unplayable

def graded(name):
    return lambda test: pytest.mark.chapter1(pytest.mark.criterion(name)(test))

def end():
    print("SECRET on standard output")
    %s

@pytest.fixture
def untidy():
    yield
    raise OSError('SECRET')

@graded("a.seen")
def test_seen(): raise CriterionFailure("as it is")
@graded("a.bare")
def test_bare(untidy): end()
@graded("a.none")
def test_SECRET(untidy): end()
@graded("a.after")
def test_after(): %s
"""

ENDS = {
    "passed": "pass",
    "failed": "raise CriterionFailure('SECRET', help='SECRET', expected='SECRET', actual='SECRET')",
    "error": "raise InfrastructureError('SECRET')",
    "assertion": "assert 'SECRET' == ''",
    "skip": "pytest.skip('SECRET')",
}
BLOCKED = {"failed": "raise Unplayable('SECRET', help='SECRET', expected='SECRET', actual='SECRET')"}


@pytest.fixture(autouse=True)
def _prepared(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugin, "load_courses", lambda: courses_of(CRITERIA))
    pytester.makeini("[pytest]\nmarkers =\n  chapter1\n  criterion(id)\n")
    monkeypatch.setattr(renderers, "write_page", lambda folder: "")  # half a second a run
    (pytester.path / "work").mkdir()
    (pytester.path / "work" / "one.yaml").write_text("a: 1\n", "utf-8")


def run(pytester: pytest.Pytester, end: str, *options: str) -> pytest.RunResult:
    pytester.makepyfile(test_graded=TESTS % (ENDS[end], BLOCKED.get(end, "pass")))
    return pytester.runpytest_inprocess(
        "-p", "grading.pytest_plugin.options", "-p", "grading.pytest_plugin.plugin",
        "--submission=work", "--report-dir=out", *options,
        no_reraise_ctrlc=True,
    )  # fmt: skip


@pytest.mark.parametrize("options", [["-q", "-ra"], ["-vv", "-rA", "--durations=0", "-l"]])
@pytest.mark.parametrize("end", ENDS)
def test_nothing_of_them_is_printed(pytester: pytest.Pytester, end: str, options: list[str]) -> None:
    result = run(pytester, end, "--junitxml=pytest.xml", *options)
    written = (pytester.path / "pytest.xml").read_text("utf-8")
    for text in (str(result.stdout), str(result.stderr), written):
        # The title of a criterion may be seen where its verdict may, and so may the name of its test.
        assert "SECRET" not in text
        assert "a.none" not in text
    assert "as it is" in str(result.stdout)
    verdicts = [
        c["verdict"]
        for c in json.loads((pytester.path / "out" / "report.json").read_text("utf-8"))["criteria"]
    ]
    assert verdicts == [
        "failed",
        *[end if end in {"passed", "failed"} else "error"] * 2,
        "blocked" if end in BLOCKED else "passed",
    ]
    assert result.ret == (3 if "error" in verdicts else 1)


def test_report_json_holds_everything(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renderers, "write_page", child.write_page)
    run(pytester, "failed")
    criteria = json.loads((pytester.path / "out" / "report.json").read_text("utf-8"))["criteria"]
    assert [c["rationale"] for c in criteria] == ["as it is", "SECRET", "SECRET", "blocked by a.none: SECRET"]
    assert criteria[2]["id"] == "a.none"
    assert (pytester.path / "out" / "report.html").exists()
    for path in (pytester.path / "out").iterdir():
        assert path.name == "report.json" or "SECRET" not in path.read_text("utf-8"), path.name


def test_a_form_that_could_not_be_written_is_said(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FORMS, "junit", Form("nowhere:to_junit", "junit.xml"))
    result = run(pytester, "passed")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["junit.xml could not be written: ModuleNotFoundError: *", "report: *report.md"]
    )


class Onlooker:
    """Takes the place of the live view, and keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[CriterionResult] = []

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        reporter = reporter_of(session.config)
        assert reporter is not None
        reporter.live = cast(LiveView, self)

    def tell(self, result: CriterionResult) -> None:
        self.told.append(result)

    def stop(self) -> None:
        pass


def test_who_looks_on_live_is_told_no_more(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_graded=TESTS % (ENDS["failed"], BLOCKED["failed"]))
    onlooker = Onlooker()
    pytester.inline_run(
        "-p",
        "grading.pytest_plugin.options",
        "-p",
        "grading.pytest_plugin.plugin",
        "--submission=work",
        "--report-dir=out",
        plugins=[onlooker],
        no_reraise_ctrlc=True,
    )
    assert [(result.id, result.rationale) for result in onlooker.told] == [
        ("a.seen", "as it is"),
        ("a.bare", ""),
        ("a.after", "blocked by a criterion that is not shown"),
    ]
    assert "SECRET" not in repr(onlooker.told)
