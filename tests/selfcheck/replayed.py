"""Whole reports made from recordings: the graded tests of a chapter, run on recorded evidence."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from grading.course.scenarios import ALL
from grading.report.model import Environment, Report, StandIn
from grading.report.results import Results
from grading.report.rubric import load_rubric
from grading.submission.loader import load_submission
from grading.text.i18n import joined
from tests.selfcheck.recorded import recorded

TESTS = Path(__file__).parent.parent

ENVIRONMENT = Environment(
    kubegrade="0.1.0",
    k3d="v5.8.3",
    kubernetes="v1.31.5+k3s1",
    node_image="rancher/k3s:v1.31.5-k3s1",
    cluster="kubegrade",
    stand_ins=[StandIn(image="nginx", note="built here from Debian's nginx")],
)


def replay(
    folder: Path, recordings: Mapping[str, str], chapter: str = "chapter11"
) -> tuple[Report, dict[str, Any]]:
    """Grade a submission on recordings.

    Args:
        folder: its manifests.
        recordings: by scenario, of which submission its recording is; the reference's otherwise.
        chapter: what is graded.

    Returns:
        The report, and the files of evidence by path in the report folder.
    """
    rubric = load_rubric()
    submission = load_submission(folder, rubric.files)
    results = Results(rubric, "submissions/jan")
    results.texts = submission.text
    results.environment = ENVIRONMENT
    tests = dict(_tests(chapter))
    taken = {name for test in tests.values() for name in inspect.signature(test).parameters}
    evidence = {
        name: recorded(name, scenario.evidence, recordings.get(name, "reference"))
        for name, scenario in ALL.items()
        if name in taken
    }
    results.select(tests)
    for criterion in (found.id for found in rubric.criteria if found.id in tests):
        remarks: list[str] = []
        offered = {**evidence, "submission": submission, "tell": remarks.append}
        takes = inspect.signature(tests[criterion]).parameters
        ended: Exception | None = None
        try:
            tests[criterion](**{name: offered[name] for name in takes})
        except Exception as error:
            ended = error
        results.record(
            criterion,
            ended,
            duration_s=1.0,
            evidence=[f"evidence/{name}.json" for name in takes if name in ALL],
            remark=joined("; ", filter(None, remarks)),
        )
    files = {f"evidence/{name}.json": found.model_dump(mode="json") for name, found in evidence.items()}
    return results.report(), files


def _tests(chapter: str) -> Iterator[tuple[str, Callable[..., None]]]:
    """Yield each graded test by its criterion."""
    for path in sorted((TESTS / chapter).glob("test_*.py")):
        for test in vars(import_module(f"tests.{chapter}.{path.stem}")).values():
            for mark in getattr(test, "pytestmark", ()):
                if mark.name == "criterion":
                    yield mark.args[0], test
