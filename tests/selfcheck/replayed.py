"""Whole reports made from recordings: the graded tests of a chapter, run on recorded evidence."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from grading.exercise.loader import load_courses
from grading.report.model import Egress, Environment, Report, StandIn
from grading.report.results import Results
from grading.submission.loader import load_submission
from tests.selfcheck.recorded import recorded

ENVIRONMENT = Environment(
    kubegrade="0.1.0",
    k3d="v5.8.3",
    kubernetes="v1.31.5+k3s1",
    node_image="rancher/k3s:v1.31.5-k3s1",
    cluster="kubegrade",
    stand_ins=[StandIn(image="nginx", note="built here from Debian's nginx")],
    egress=Egress.BLOCKED,
)


def replay(
    folder: Path,
    recordings: Mapping[str, str],
    chapter: str = "chapter11",
    criteria: Collection[str] | None = None,
) -> tuple[Report, dict[str, Any]]:
    """Grade a submission on recordings.

    Args:
        folder: its manifests.
        recordings: by scenario, of which submission its recording is; the reference's otherwise.
        chapter: what is graded.
        criteria: what is graded of it; all by default.

    Returns:
        The report, and the files of evidence by path in the report folder.
    """
    courses = load_courses()
    results = Results(courses.rubric, "submissions/jan")
    results.texts = load_submission(folder, courses.files.values()).text
    results.environment = ENVIRONMENT
    graded = [
        criterion
        for criterion, (exercise, _spec) in courses.criteria.items()
        if exercise.chapter == chapter and (criteria is None or criterion in criteria)
    ]
    names = dict.fromkeys(map(courses.scenario_of, graded))
    evidence = {
        name: recorded(name, courses.scenario(name).evidence, recordings.get(name, "reference"))
        for name in names
    }
    results.select(graded)
    for criterion in graded:
        scenario = courses.scenario_of(criterion)
        ended: Exception | None = None
        remark: str | None = ""
        try:
            remark = courses.judge(criterion)(evidence[scenario])
        except Exception as error:
            ended = error
        results.record(
            criterion, ended, duration_s=1.0, evidence=[f"evidence/{scenario}.json"], remark=remark or ""
        )
    files = {f"evidence/{name}.json": found.model_dump(mode="json") for name, found in evidence.items()}
    return results.report(), files
