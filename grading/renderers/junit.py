"""The report as JUnit XML, one test suite per section (the schema that Jenkins' xUnit plugin uses)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from xml.etree import ElementTree

from grading.plainly import visible
from grading.report import CriterionResult, Report, Verdict

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(report: Report) -> str:
    """Render a report."""
    selected = report.selected
    totals = _counts(selected) | {"name": "kubegrade"}
    del totals["skipped"]  # which the schema knows on a testsuite only
    root = ElementTree.Element("testsuites", totals)
    for section, results in groupby(selected, key=lambda result: (result.chapter, result.section)):
        members = list(results)
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            _counts(members)
            | {"name": ".".join(section), "timestamp": f"{report.started:%Y-%m-%dT%H:%M:%S}"},
        )
        for result in members:
            _case(suite, result)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _counts(results: Iterable[CriterionResult]) -> dict[str, str]:
    members = list(results)
    return {
        "tests": str(len(members)),
        "failures": str(sum(result.verdict.is_lost for result in members)),
        "errors": str(sum(result.verdict is Verdict.ERROR for result in members)),
        "skipped": "0",
        "time": f"{sum(result.duration_s for result in members):.3f}",
    }


def _case(suite: ElementTree.Element, result: CriterionResult) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        {
            "classname": f"{result.chapter}.{result.section}",
            "name": result.id,
            "time": f"{result.duration_s:.3f}",
        },
    )
    if result.verdict is Verdict.PASSED:
        return
    tag = "error" if result.verdict is Verdict.ERROR else "failure"
    problem = ElementTree.SubElement(
        case, tag, {"type": result.verdict.value, "message": _clean(result.rationale)}
    )
    problem.text = _clean(f"{result.help}\nexpected: {result.expected}\nactual: {result.actual}")


def _clean(text: str) -> str:
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", visible(text))
