"""Reports to render: one that says the same hostile text everywhere, its evidence too, and random ones."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from grading.errors import Correction, Location
from grading.report.model import (
    ChapterTitle,
    CriterionResult,
    Detail,
    Environment,
    LeftOut,
    Report,
    SectionTitle,
    StandIn,
    Verdict,
    bounds,
)

HOSTILE = {
    "HTML": "<script>alert(1)</script>",
    "HTML that closes": "</td><img src=x onerror=alert(1)>",
    "pipes": "a | b | c",
    "fences": "```\n\n# A heading\n```",
    "long fences": "`````\n## 100 / 100\n",
    "rich markup": "[bold red]x[/] [link=http://x]y[/link]",
    "Markdown": "**x** [a](javascript:alert(1)) ![i](http://x/p.png)",
    "workflow commands": "ok\n::error file=x::y\n  ::add-mask::z\n##[group]q\r::stop-commands::x",
    "workflow commands as code": "`##[error]x` and `y\n::error::z`",
    "a command at the start": "::error file=a,line=1::x",
    "escapes of commands": "100%25 %0A::error::x, a=b",
    "control characters": "\x1b[2J\x1b]0;t\x07\x9b1m\r\x00\x08",
    "right to left": "abc\u202edef\u2066\u200b",
    "marks": "Z" + "\u0301\u0336" * 500,
    "XML": "]]> &amp; <!-- -->",
    "characters that XML forbids": "\ufffe\uffff",
    "spreadsheet formula": "=cmd|' /C calc'!A0\n+1\n-1\n@SUM(1)",
    "lone surrogates": "a\ud800b\udcff",
    "long": "x" * 1_000_000,
    "long and wide": "é" * 100_000,
    "many lines": "\n" * 5_000 + "x",
    "empty": "",
}
EVERY_TEXT = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
VERDICTS = pytest.mark.parametrize(
    "verdict", [Verdict.FAILED, Verdict.ERROR, Verdict.BLOCKED, Verdict.PASSED]
)
ANY_REPORT = settings(
    derandomize=True,
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def report(text: str, verdict: Verdict = Verdict.FAILED) -> Report:
    """Return a report of two criteria: one of this verdict and one that passed."""
    bad = CriterionResult(
        id="a.bad",
        chapter="chapter1",
        section="1.1",
        title=text,
        points=60,
        earned=0 if verdict.is_lost else 60 if verdict is Verdict.PASSED else None,
        selected=verdict is not Verdict.NOT_RUN,
        verdict=verdict,
        rationale=text,
        help=text,
        expected=text,
        actual=text,
        location=Location(file=text, line=2),
        corrections=[Correction(Location(text, 2, (text,), text), text)],
        duration_s=1.5,
        evidence=[f"evidence/{name}.json" for name in evidence(text)],
        first_error=text,
    )
    good = bad.model_copy(
        update={"id": "a.good", "section": "1.2", "points": 40, "earned": 40, "verdict": Verdict.PASSED}
        | {"evidence": []}
    )
    incomplete = verdict is Verdict.ERROR
    return Report(
        submission=text,
        started=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        duration_s=12.3,
        environment=Environment(
            k3d="v5",
            kubernetes="v1",
            node_image=text,
            stand_ins=[StandIn(image=text, note=text), StandIn(image="nginx", note="built here")],
        ),
        rubric="2026",
        score=None if incomplete else 40,
        max_score=100,
        score_at_least=40,
        score_at_most=100 if incomplete else 40,
        outcome="incomplete" if incomplete else "graded",
        reason=text if incomplete else "",
        chapters=[
            ChapterTitle(chapter="chapter1", title=text, sections=[SectionTitle(section="1.1", title=text)])
        ],
        criteria=[bad, good],
        sources={text: f"first\n{text}\nlast"},
    )


def part_of(made: Report, section: str, *options: str) -> Report:
    """Return a report that graded all of its criteria, and not another one of this section."""
    other = made.criteria[-1].model_copy(
        update={"id": "a.other", "section": section, "earned": None, "selected": False}
        | {"verdict": Verdict.NOT_RUN, "evidence": []}
    )
    return made.model_copy(update={"criteria": [*made.criteria, other], "selection": list(options)})


def without(made: Report, section: str) -> Report:
    """Return a report of a rubric that leaves out a criterion of this section."""
    left_out = LeftOut(id="a.other", chapter="chapter1", section=section, points=7)
    return made.model_copy(update={"left_out": [left_out]})


def evidence(text: str) -> dict[str, Any]:
    """Return evidence, by scenario, that says a text wherever one from a submission can come."""
    base: Mapping[str, Any] = {
        "started": "2026-01-02T03:04:00Z",
        "title": text,
        "admissions": {text: text},
        "steps": [{"done": text, "seen": text}],
    }
    plot = {"title": text, "zero": text, "since": text, "end": text}
    trouble = {"rationale": text, "help": text, "expected": text, "actual": text}
    sample = {"uid": "u", "owner": text, "phase": "Running", "ready": True, "terminating": False}
    pods = [
        {**sample, "t": t, "event": "ADDED", "name": text, "image": text, "waiting": text} for t in (0.0, 2.0)
    ]
    sets = [
        {**sample, "t": 0.0, "event": "ADDED", "name": text, "hash": text, "image": text, "revision": 1}
        | {"cause": text, "asked": 2, "replicas": 2, "ready": 2, "available": 2}
    ]
    timeline = {
        "started": base["started"],
        "deployment": text,
        "pods": pods,
        "replica_sets": sets,
        "marks": [{"t": 1, "name": text, "label": text}],
    }
    undo = {"command": text, "status": 0, "output": text}
    return {
        "rolling": {**base, "scenario": "rolling", "timeline": timeline, "plot": plot, "trouble": trouble},
        "history": {**base, "scenario": "history", "undo": undo, "updated": [{"number": 1, "cause": text}]},
        "other": {**base, "scenario": text, "error": text},
    }


TEXTS = st.one_of(
    st.sampled_from(sorted(HOSTILE.values(), key=len)[:-3]),
    st.text(max_size=60),
    st.text(st.characters(), max_size=60),
)


@st.composite
def reports(draw: st.DrawFn, texts: st.SearchStrategy[str] = TEXTS) -> Report:
    """Draw a report of some chapters, graded or incomplete, with criteria of every detail and verdict."""
    verdicts = list(Verdict) if draw(st.booleans()) else [v for v in Verdict if v is not Verdict.ERROR]
    criteria: list[CriterionResult] = []
    for chapter in range(draw(st.integers(1, 3))):
        for section in range(draw(st.integers(1, 3))):
            for _number in range(draw(st.integers(1, 4))):
                verdict = draw(st.sampled_from(verdicts))
                points = draw(st.integers(1, 12))
                criteria.append(
                    CriterionResult(
                        id=f"a.c{len(criteria)}",
                        chapter=f"chapter{chapter}",
                        section=f"{chapter}.{section}",
                        title=draw(texts),
                        points=points,
                        earned=points if verdict is Verdict.PASSED else 0 if verdict.is_lost else None,
                        selected=verdict is not Verdict.NOT_RUN,
                        verdict=verdict,
                        rationale=draw(texts),
                        help=draw(texts),
                        expected=draw(texts),
                        actual=draw(texts),
                        location=draw(st.none() | st.builds(Location, texts, st.sampled_from([None, 3]))),
                        blocked_by=draw(st.sampled_from([None, *(c.id for c in criteria)])),
                        duration_s=draw(st.floats(0, 600)),
                        gradable=verdict is not Verdict.ERROR or draw(st.booleans()),
                        first_error=draw(st.just("") | texts),
                        detail=draw(st.sampled_from(Detail)),
                    )
                )
    selected = [result for result in criteria if result.selected]
    least, most = bounds(selected)
    errors = [result for result in selected if result.verdict is Verdict.ERROR]
    return Report(
        submission=draw(texts),
        started=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        duration_s=draw(st.floats(0, 3600)),
        environment=Environment(stand_ins=[StandIn(image=draw(texts), note=draw(texts))]),
        rubric=draw(texts),
        score=None if errors else least,
        max_score=sum(result.points for result in selected),
        score_at_least=least,
        score_at_most=most,
        outcome="incomplete" if errors else "graded",
        reason=errors[0].rationale if errors else "",
        chapters=[],
        criteria=criteria,
    )
