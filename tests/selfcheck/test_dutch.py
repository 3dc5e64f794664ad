"""What a student reads is wholly in the language that was chosen: verdicts, reports and findings in Dutch."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from fixtures.faults.building import REFERENCE, build
from fixtures.faults.catalogue import load_faults
from grading.errors import CriterionFailure, InfrastructureError
from grading.evidence.base import Evidence
from grading.precheck import check_folder
from grading.renderers.markdown import to_markdown
from grading.renderers.page import to_html
from grading.renderers.terminal import to_terminal
from grading.report.student_view import for_student
from grading.submission.loader import load_submission
from grading.text.i18n import Language, speaking, spoken
from grading.text.sanitize import one_line
from tests.selfcheck.manifests import check as check_declaration
from tests.selfcheck.manifests import declaration
from tests.selfcheck.manifests import known as known_files
from tests.selfcheck.recorded import FOLDER, Judge, judges, load
from tests.selfcheck.replayed import replay

ENGLISH: Final = re.compile(r"\b(the|and|with|does|which|that|its|from|were|not|this|there|has|see)\b", re.I)


def recordings() -> list[tuple[str, str]]:
    """Return the submission and the scenario of every recording."""
    names = [path.name.removesuffix(".json.gz").rpartition("-") for path in sorted(FOLDER.glob("*.json.gz"))]
    return [(submission, scenario) for submission, _dash, scenario in names]


def strings(data: Any) -> Iterator[str]:
    """Yield every text in plain data, and, for those that are shown as one line, that line."""
    if isinstance(data, str):
        yield from (data, one_line(data))
    elif isinstance(data, dict | list):
        for item in data.values() if isinstance(data, dict) else data:
            yield from strings(item)


def judged(check: Judge, evidence: Evidence, language: Language) -> tuple[str, ...]:
    with speaking(language):
        try:
            check(evidence)
        except CriterionFailure as failure:
            problem = failure.problem
            return problem.rationale, problem.help, problem.expected, problem.actual
        except InfrastructureError as error:
            return (str(error),)
    return ()


@pytest.mark.parametrize(("submission", "scenario"), recordings())
def test_a_recording_is_judged_in_dutch(submission: str, scenario: str) -> None:
    evidence = load(submission, scenario)
    said = sorted(strings(evidence.model_dump()), key=len, reverse=True)
    for check in judges(scenario).values():
        english, dutch = judged(check, evidence, Language.EN), judged(check, evidence, Language.NL)
        assert len(english) == len(dutch)
        if not english or english[0] in said:
            continue  # it passed, or says what was said, in English, when it was recorded
        assert english[:2] != dutch[:2]
        with speaking(Language.NL):
            assert tuple(map(spoken, english)) == dutch
        for text in dutch:
            for known in (words for words in said if len(words) > 12):
                # What curl, a page and Kubernetes said is shown as it is, or its beginning.
                text = text.replace(known, "").replace(known.strip()[:200], "")
            text = re.sub("`[^`]*`", "", text)  # commands, and fields with the student's own values
            assert not ENGLISH.search(text)
            assert not re.search(r"\{\w+\}", text)


def test_recordings_are_judged_at_all() -> None:
    lost = [
        check
        for submission, scenario in recordings()
        for check in judges(scenario).values()
        if judged(check, load(submission, scenario), Language.NL)
    ]
    assert len(lost) > 30


FAULTS: Final = {
    "rolling": "rolling-recreate",
    "clusterip": "svc-ports-swapped",
    "nodeport": "nodeport-other-number",
    "claim": "pv-delete",
    "dynamic": "dynamic-size",
}


def test_a_whole_report_is_in_dutch() -> None:
    with speaking(Language.NL):
        report, files = replay(REFERENCE, FAULTS)
        view = for_student(report)
        evidence = {Path(path).stem: data for path, data in files.items()}
        forms = [to_markdown(view, evidence), to_terminal(view, evidence), to_html(view, evidence)]
    assert len(view.lost) > 5
    assert all(f"{report.score} / {report.max_score}" in form.replace("\n", "") for form in forms[:2])
    said = sorted(
        {*strings(files), *strings(report.sources), *strings(report.environment.model_dump())}, key=len
    )
    for form in forms:
        text = html.unescape(re.sub(r"<style.*?</style>|<[^>]*>", " ", form, flags=re.DOTALL))
        shown = " ".join(text.replace("\\", "").split())
        for known in reversed([words for words in said if len(words) > 11]):
            shown = shown.replace(known, "")
        assert [found[0] for found in ENGLISH.finditer(re.sub(r"[\w.-]+[.-][\w.-]+", "", shown))] == []


def test_a_declaration_is_judged_in_dutch(tmp_path: Path) -> None:
    reference = (REFERENCE / "svc.yaml").read_text("utf-8")
    (tmp_path / "svc.yaml").write_text(reference.replace("8080", "80").replace("nginx-svc", "other"), "utf-8")
    submission = load_submission(tmp_path, known_files("svc.yaml"))
    with speaking(Language.NL), pytest.raises(CriterionFailure) as caught:
        check_declaration(submission, declaration("svc.yaml"))
    problem = caught.value.problem
    assert problem.rationale == "svc.yaml: metadata.name verschilt van de cursus (en nog 1)"
    assert problem.help == (
        "Schrijf `name: nginx-svc` op regel 4 in plaats van `'other'`. "
        "Schrijf `port: 8080` op regel 10 in plaats van `80`. De cursus toont het bestand in 11.8.3.1."
    )


BUILT: Final = load_faults()


@pytest.mark.parametrize("name", BUILT)
def test_what_the_files_tell_is_told_again_in_dutch(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "submission"
    build(BUILT[name], folder)

    def problems() -> list[tuple[str, ...]]:
        found = [finding.problem for finding in check_folder(folder)]
        return [(p.rationale, p.help, p.expected, p.actual) for p in found]

    english = problems()
    with speaking(Language.NL):
        dutch = problems()
        again = [tuple(map(spoken, texts)) for texts in english]
    assert sorted(again) == sorted(dutch)
