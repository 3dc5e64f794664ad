"""The page of a report as text; what a browser makes of it is looked at in browser/."""

import json
import logging
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grading import timeouts
from grading.course.chapter11.deployments import rollback_checks, rolling_checks, update_limits
from grading.course.chapter11.deployments.evidence import BadImageEvidence, RollbackEvidence, RollingEvidence
from grading.errors import CriterionFailure, Unplayable
from grading.evidence.base import Evidence
from grading.evidence.steps import MAX_LENGTH, MAX_LINES
from grading.files import write_text
from grading.renderers import write_reports
from grading.renderers.page import drawing, drawings, timelines, to_html
from grading.renderers.page.child import write_page
from grading.renderers.page.plot import in_words
from grading.report.model import Detail, Verdict
from grading.report.student_view import for_student
from grading.text.i18n import Language
from tests.selfcheck.pages import FAULTY, Made, graded, hostile, incomplete, page, reduced
from tests.selfcheck.recorded import FOLDER, recorded, recording

RECORDINGS = sorted(path.name.removesuffix(".json.gz") for path in FOLDER.glob("*.json.gz"))


def seen(name: str) -> Evidence:
    return Evidence.model_validate(recording(name))


@pytest.mark.parametrize("name", RECORDINGS)
def test_every_recording_can_be_told(name: str) -> None:
    evidence = seen(name)
    told = list(evidence.story())
    assert evidence.title
    assert told
    # What ended a scenario is told last, after the step that was under way.
    cut = told[-2:-1] if evidence.trouble or evidence.error else []
    assert all(step.done and (step.seen or step in cut) for step in told)
    assert all(len(step.seen) <= MAX_LENGTH + 1 for step in told)
    assert all(step.seen.count("\n") < MAX_LINES for step in told)
    assert len(told) < 40
    assert all("".join(in_words(plot)) for plot in timelines.plots_of(evidence))


LIMITS = [
    ("reference", "rolling", RollingEvidence, rolling_checks.check_surge, rolling_checks.check_available),
    (
        "rolling-surge-half",
        "rolling",
        RollingEvidence,
        rolling_checks.check_surge,
        rolling_checks.check_available,
    ),
    (
        "rolling-recreate",
        "rolling",
        RollingEvidence,
        rolling_checks.check_surge,
        rolling_checks.check_available,
    ),
    (
        "rolling-five-replicas",
        "rolling",
        RollingEvidence,
        rolling_checks.check_surge,
        rolling_checks.check_available,
    ),
    (
        "rolling-unavailable-three",
        "rolling",
        RollingEvidence,
        rolling_checks.check_surge,
        rolling_checks.check_available,
    ),
    ("reference", "rollback", RollbackEvidence, rollback_checks.check_undo),
    ("rolling-surge-half", "rollback", RollbackEvidence, rollback_checks.check_undo),
    ("rolling-unavailable-three", "rollback", RollbackEvidence, rollback_checks.check_undo),
    ("reference", "bad_image", BadImageEvidence, rollback_checks.check_bad_image),
    ("rolling-unavailable-three", "bad_image", BadImageEvidence, rollback_checks.check_bad_image),
]


@pytest.mark.parametrize("case", LIMITS, ids=lambda case: f"{case[0]}-{case[1]}")
def test_plot_and_verdict_agree(case: tuple[Any, ...]) -> None:
    submission, scenario, model, *checks = case
    evidence = recorded(scenario, model, submission)
    plot = timelines.plot_of(evidence)
    assert plot
    failures = [failure for check in checks if (failure := _failure(check, evidence))]
    broken = list(plot.broken)
    assert len(broken) == len(failures)
    words = " ".join(in_words(plot))
    for (t, count), failure in zip(broken, failures, strict=True):
        assert re.match(rf"{count:.0f} (Pods|available), {t:.1f} s after", failure.problem.actual)
        assert f"{t:.1f} s after" in words


def _failure(check: Callable[[Any], None], evidence: Any) -> CriterionFailure | None:
    try:
        check(evidence)
    except Unplayable:
        return None  # too few Pods for a limit to be reached
    except CriterionFailure as failure:
        return failure
    return None


@pytest.mark.parametrize("submission", ["reference", "rolling-surge-half", "rolling-recreate"])
def test_stack_is_what_the_surge_is_judged_by(submission: str) -> None:
    timeline = recorded("rolling", RollingEvidence, submission).timeline
    assert timeline
    judged = [min(pods, asked) for _t, pods, asked in update_limits.pods_and_asked(timeline)]
    assert [counts.total() for _t, counts in timelines.states(timeline, bounded=True)] == judged


def test_plot_of_a_scenario_that_ended_early() -> None:
    data = recording("rolling-recreate-rolling")
    data["timeline"]["marks"] = []
    plot = timelines.plot_of(Evidence.model_validate(data))
    assert plot
    assert plot.most is plot.fewest is None  # nothing was judged
    assert not list(plot.broken)
    assert plot.since == "seconds after the recording began"


def test_connections_of_the_lab() -> None:
    pods, connections = timelines.plots_of(seen("reference-introlab"))
    assert [layer.name for layer in connections.layers] == [
        "flask-app-5ffbc584f7-m47gf",
        "flask-app-5ffbc584f7-pxgtb",
    ]
    at_deletion = [count for t, count in connections.total if t <= 0][-1]
    assert at_deletion == connections.total[-1][1] == 20
    assert connections.layers[0].counts[-1] == 0
    assert "flask-app-5ffbc584f7-pxgtb 20" in " ".join(in_words(connections))
    assert pods.requests == connections.requests != ()


def test_full_score_has_nothing_left_to_do() -> None:
    html = page(graded())
    assert "Nothing is left to do" in html
    assert "What to do next" not in html
    assert html.count("<figure") == 5
    assert "cannot be shown" not in html


def test_what_to_do_comes_first_with_the_most_points_at_the_top() -> None:
    html = page(graded(*FAULTY))
    advice = html.partition('class="advice"')[2].partition("</ol>")[0]
    titles = re.findall(r"<h3>(.*)</h3>", advice)
    assert titles == [
        "dep.yaml: apiVersion",
        "dynamic-pvc.yaml: spec.resources.requests.storage, spec.storageClassName",
        "dep-rolling.yaml: spec.strategy.rollingUpdate.maxSurge",
        "second-pod.yaml: spec.containers[0].command",
    ]
    assert "<strong>8 points</strong></p>" in advice
    assert "<strong>2 points</strong> and 8 more possible</p>" in advice
    assert "<code>kubectl logs nginx-pod2</code>" in advice
    assert '<del class="text">      maxSurge: 50%</del>' in advice
    assert '<ins class="text">      maxSurge: 1</ins>' in advice
    assert '<a href="#c-rollback.undo">rollback.<wbr>undo</a>' in advice


def test_blocked_says_by_what() -> None:
    html = page(graded(*FAULTY))
    blocked = html.partition('id="c-deployments.scale"')[2].partition("</article>")[0]
    assert '<a href="#c-deployments.declared">dep.yaml declares the Deployment' in blocked


def test_marked_line() -> None:
    html = page(graded(*FAULTY))
    lost = html.partition('id="c-rolling.declared"')[2].partition("</article>")[0]
    marked = re.findall(r'<code class="marked">.*</code>', lost)
    assert len(marked) == 1
    assert "maxSurge: 50%" in marked[0]
    assert "marked line" in marked[0]


def test_incomplete_says_that_nothing_was_taken() -> None:
    html = page(incomplete())
    assert "<h1>Not graded</h1>" in html
    assert "You lose no points because of this: grade it again." in html
    assert "Docker did not answer" in html
    assert "/ 100 points" not in html
    assert "21 / 21" not in html  # nor points of a section, which could be taken for a grade
    assert "What to do next" not in html


@pytest.mark.parametrize("detail", [Detail.VERDICT, Detail.NONE])
def test_what_is_hidden_is_not_on_the_page(detail: Detail) -> None:
    made = graded(*FAULTY)
    lost = {result.id: result for result in made[0].criteria}["rolling.surge"]
    html = page(reduced(made, detail, "rolling.surge"))
    for text in (
        lost.rationale,
        lost.actual,
        "Rolling update to nginx:1.26",
        "Pods existed at the same time 1.5 s",
    ):
        assert text not in html
    assert ("rolling.<wbr>surge" in html) == (detail is Detail.VERDICT)
    assert ("1 criterion that is not shown" in html) == (detail is Detail.NONE)
    assert ("The details of this criterion are not shown." in html) == (detail is Detail.VERDICT)
    assert "17 / 35" in html  # the points of the section count it


BROKEN: list[Any] = [None, [], "text", 5, {}, {"timeline": 5}, {"timeline": {"pods": [{}]}, "steps": 7}]


@pytest.mark.parametrize("data", BROKEN, ids=str)
def test_broken_evidence_costs_its_own_part_only(data: Any, caplog: pytest.LogCaptureFixture) -> None:
    report, evidence = graded()
    html = page((report, dict.fromkeys(evidence, data)))
    assert html.count("cannot be shown") == len(evidence)
    said = [logging.Formatter().format(record) for record in caplog.records]
    assert len(said) == (0 if data is None else len(evidence))
    assert not [line for line in said if "\n" in line]  # no traceback for who renders a page
    assert "<figure" not in html
    assert "Every criterion passed." in html


@pytest.mark.parametrize("steps", [[{"done": []}], [None], "text", []], ids=str)
def test_steps_in_the_evidence_that_are_none(steps: Any) -> None:
    report, evidence = graded()
    html = page((report, {**evidence, "claim": {**evidence["claim"], "steps": steps}}))
    assert html.count("cannot be shown") == 1


def test_missing_evidence() -> None:
    html = page((graded()[0], {}))
    assert "cannot be shown" not in html
    assert "Every criterion passed." in html


def test_page_speaks_the_language_of_the_report() -> None:
    report, evidence = graded()
    dutch = report.model_copy(update={"lang": Language.NL, "duration_s": 1234.5})
    html = page((dutch, evidence))
    assert '<html lang="nl">' in html
    assert "1.234" in html
    assert "1,234" in page((report.model_copy(update={"duration_s": 1234.5}), evidence))


def test_advice_says_how_much_more_there_is() -> None:
    made = graded(*FAULTY)[0]
    lost = [r for r in made.criteria if r.verdict.is_lost]
    others = [
        r.model_copy(
            update={"rationale": r.id, "corrections": [], "blocked_by": None, "verdict": Verdict.FAILED}
        )
        for r in lost
    ]
    html = page((made.model_copy(update={"criteria": others}), {}))
    assert f"Then {len(others) - 5} more, shown in the sections below." in html


def test_advice_without_a_correction_says_what_was_expected_if_that_is_short() -> None:
    made = graded(*FAULTY)[0]
    short = [r.model_copy(update={"corrections": []}) for r in made.criteria]
    long = [r.model_copy(update={"actual": "x" * 1000}) for r in short]
    for criteria, is_shown in ((short, True), (long, False)):
        html = page((made.model_copy(update={"criteria": criteria}), {}))
        advice = html[html.index('id="next"') : html.index('class="chapter"')]
        assert ('<dl class="compare">' in advice) == is_shown
        assert "xxx" not in advice


def test_same_report_makes_the_same_page() -> None:
    made = graded(*FAULTY)
    assert page(made) == page(made)


def test_page_asks_nobody_for_anything() -> None:
    html = page(graded(*FAULTY))
    assert not re.search(r"<(script|img|link|iframe|object|form)\b", html)
    assert not re.search(r"""(src|href)\s*=\s*["'](?!#)""", html)
    assert not re.search(r"url\((?!#)|@import", html)
    ids = re.findall(r'\bid="([^"]*)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]*)"', html)) <= set(ids)


# In a process of its own


def stored(folder: Path, made: Made) -> Path:
    (folder / "evidence").mkdir(parents=True)
    for name, data in made[1].items():
        write_text(folder / "evidence" / f"{name}.json", json.dumps(data))
    write_text(folder / "report.json", made[0].to_json())
    return folder


def test_page_is_written_by_another_process(tmp_path: Path) -> None:
    made = graded(*FAULTY)
    folder = stored(tmp_path / "out", made)
    assert write_page(folder) == ""
    assert (folder / "report.html").read_text("utf-8") == page(made)


def test_evidence_file_that_is_no_json(tmp_path: Path) -> None:
    folder = stored(tmp_path / "out", graded())
    (folder / "evidence" / "rolling.json").write_bytes(b"\xff{")
    assert write_page(folder) == ""
    assert (folder / "report.html").read_text("utf-8").count("cannot be shown") == 1


def test_page_that_cannot_be_written(tmp_path: Path) -> None:
    folder = stored(tmp_path / "out", graded())
    (folder / "report.json").write_text("{}", "utf-8")
    (folder / "report.html").write_text("of another run", "utf-8")
    line = write_page(folder)
    assert line.startswith("report.html could not be written: ")
    assert "\n" not in line
    assert not (folder / "report.html").exists()


def test_page_that_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "PAGE", 0.001)
    failed = write_reports(graded()[0], tmp_path / "out")
    assert failed == ["report.html could not be written: it was not finished within 0.001 s"]
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"report.json", "report.md", "junit.xml"}


def test_nothing_in_the_current_folder_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = stored(tmp_path / "out", graded())
    for name in ("jinja2", "matplotlib", "grading", "json", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert write_page(folder) == ""
    assert not (tmp_path / "ran").exists()


def test_grading_process_never_loads_matplotlib(tmp_path: Path) -> None:
    folder = stored(tmp_path / "out", graded())
    program = (
        "import pathlib, sys\n"
        "from grading.renderers import write_reports\n"
        "from grading.report.model import Report\n"
        f"folder = pathlib.Path({str(folder)!r})\n"
        "report = Report.model_validate_json((folder / 'report.json').read_bytes())\n"
        "assert write_reports(report, folder) == []\n"
        "assert (folder / 'report.html').exists()\n"
        "print(sorted({'matplotlib', 'numpy'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=timeouts.PAGE,
    )
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_evidence_that_may_be_shown() -> None:
    made = graded(*FAULTY)
    assert "evidence/rolling.json" in for_student(made[0]).evidence
    assert "evidence/rolling.json" not in for_student(reduced(made, Detail.NONE, "rolling.surge")[0]).evidence


def test_a_run_that_is_judged_again_keeps_its_drawings(monkeypatch: pytest.MonkeyPatch) -> None:
    made, seen = graded(*FAULTY)
    earlier = page((made, seen))
    other = page(graded())
    monkeypatch.setattr(drawing, "draw", lambda _plot, _size, ident: f"<svg new {ident}></svg>")
    assert to_html(for_student(made), seen, earlier) == earlier
    # Of another run, only what is the same there.
    drawn = re.findall("<svg new plot-([a-z_]+)-", to_html(for_student(made), seen, other))
    assert "rolling" in drawn
    assert len(drawn) < earlier.count("data-drawing")


def test_a_drawing_of_other_code_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    made, seen = graded()
    earlier = page((made, seen))
    monkeypatch.setattr(drawings, "_code", lambda: "draws otherwise")
    monkeypatch.setattr(drawing, "draw", lambda plot, size, ident: "<svg new></svg>")
    html = to_html(for_student(made), seen, earlier)
    assert html.count("<svg new></svg>") == earlier.count("data-drawing") > 0


def test_a_text_is_no_drawing() -> None:
    forged = f'<div class="plot wide" data-drawing="{"0" * 64}"><svg onload=alert(1)></svg></div>'
    html = page(hostile(forged))
    assert forged not in html
    assert not [kept for kept in drawings.Drawings(html)._kept.values() if "<svg onload" in kept]
