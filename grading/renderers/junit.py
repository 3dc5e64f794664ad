"""The report as JUnit XML, one test suite per section.

It is of the form that the xUnit plugin of Jenkins describes and that pytest writes too:
https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
Points, of which JUnit knows nothing, are properties of the suites; so is ``part``, the headline of a part.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree

from grading.renderers.labels import headline, plain, rationale
from grading.report.model import CriterionResult, Verdict
from grading.report.student_view import SectionView, StudentView
from grading.text.sanitize import printable

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(view: StudentView) -> str:
    """Render a report."""
    totals = _counts(view.results) | {"name": "kubegrade"}
    del totals["skipped"]  # which the schema knows on a testsuite only
    root = ElementTree.Element("testsuites", totals)
    for section in view.sections:
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            _counts(section.results)
            | {
                "name": _clean(f"{section.chapter}.{section.section}"),
                "timestamp": f"{view.report.started:%Y-%m-%dT%H:%M:%S}",
            },
        )
        _points(suite, section, view)
        for result in section.results:
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


def _points(suite: ElementTree.Element, section: SectionView, view: StudentView) -> None:
    """Add the section's points, and the headline of a part.

    No points are earned if grading was not done.
    """
    properties = ElementTree.SubElement(suite, "properties")
    values: dict[str, object] = {"max_score": section.points}
    values |= {"score": section.earned} if view.report.score is not None else {}
    values |= {"part": _clean(headline(view))} if view.scope.is_part else {}
    for name, value in values.items():
        ElementTree.SubElement(properties, "property", {"name": name, "value": str(value)})


def _case(suite: ElementTree.Element, result: CriterionResult) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        {
            "classname": _clean(f"{result.chapter}.{result.section}"),
            "name": _clean(result.id),
            "time": f"{result.duration_s:.3f}",
        },
    )
    if result.verdict is Verdict.PASSED:
        if told := plain(result):
            ElementTree.SubElement(case, "system-out").text = _clean(told)
        return
    tag = "error" if result.verdict is Verdict.ERROR else "failure"
    problem = ElementTree.SubElement(
        case, tag, {"type": result.verdict.value, "message": _clean(rationale(result))}
    )
    problem.text = _clean(plain(result))


def _clean(text: str) -> str:
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", printable(text))
