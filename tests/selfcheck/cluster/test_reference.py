"""The reference earns everything on a cluster that the run makes, and nothing is left of it."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from fixtures.airgap import paths
from grading import confinement
from grading.exercise.loader import load_courses
from grading.renderers.page.drawing_cache import drawing_cache
from grading.report.model import Verdict
from grading.report.schema import stored_schema
from tests.selfcheck.audited import noting, outside
from tests.selfcheck.cluster import runs

CLUSTER = "pytest-kubegrade"
WRITES = "writes"
"""The file in the report folder in which a run notes what it writes to."""
SLOT = "--slot=7"
SLOT_CLUSTER = "pytest-kubegrade-7"


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> runs.Run:
    folder = tmp_path_factory.mktemp("reference") / "report"
    folder.mkdir()
    return runs.run(folder, **noting(folder / WRITES))


def test_earns_every_point(reference: runs.Run) -> None:
    assert reference.status == 0, reference.last_words
    report = reference.report
    assert (report.score, report.max_score, report.outcome) == (100, 100, "graded")
    assert {r.verdict for r in report.criteria} == {Verdict.PASSED}
    assert [r.id for r in report.criteria] == [c.id for c in load_courses().rubric.chapters[0].criteria]


def test_report_is_valid_and_says_where_it_was_graded(reference: runs.Run) -> None:
    import json

    data = json.loads((reference.report_dir / "report.json").read_text("utf-8"))
    Draft202012Validator(stored_schema()).validate(data)
    assert data["environment"]["kubernetes"].startswith("v1.31.")
    assert data["environment"]["k3d"]
    for result in data["criteria"]:
        assert all((reference.report_dir / path).is_file() for path in result["evidence"])


def test_nothing_was_written_outside_the_runs_own_folders(reference: runs.Run) -> None:
    """The kernel keeps a run from it, if it can; here is what Python processes tried."""
    known = reference.report.environment
    assert known.unconfined == ("" if confinement.is_there() else "system")
    own = (paths.clusters(), paths.k3d(), paths.temporary(), drawing_cache(), runs.ROOT / ".pytest_cache")
    # Folders that are there already are asked for by making them.
    shared = {str(paths.cache()), str(paths.state())}
    assert outside(reference.report_dir / WRITES, reference.report_dir, *own) <= shared


def test_nothing_is_left(reference: runs.Run) -> None:
    assert reference.status == 0
    assert runs.containers(CLUSTER) == []
    assert networks(CLUSTER) == []


def networks(cluster: str) -> list[str]:
    return runs.docker("network", "ls", "--quiet", "--filter", f"name=^k3d-{cluster}$")


def test_kept_cluster_is_taken_up_and_then_removed_with_a_network_that_was_left(tmp_path: Path) -> None:
    if not networks(SLOT_CLUSTER):  # as a creation leaves it that is cut short
        runs.docker("network", "create", "--label", "app=k3d", f"k3d-{SLOT_CLUSTER}")
    first = runs.run(tmp_path / "1", "-k", "11_7", SLOT, "--keep-cluster")
    made = runs.containers(SLOT_CLUSTER)
    second = runs.run(tmp_path / "2", "-k", "11_7", SLOT, "--keep-cluster")
    taken_up = runs.containers(SLOT_CLUSTER)
    third = runs.run(tmp_path / "3", "-k", "11_7", SLOT)
    assert [first.status, second.status, third.status] == [0, 0, 0], third.last_words
    assert made
    assert taken_up == made
    assert runs.containers(SLOT_CLUSTER) == []
    assert networks(SLOT_CLUSTER) == []


def _wait_for_cluster(deadline: float = 120) -> None:
    end = time.monotonic() + deadline
    while not runs.containers(SLOT_CLUSTER):
        assert time.monotonic() < end, "no container of the cluster appeared"
        time.sleep(0.2)


def test_ctrl_c_cleans_up_and_says_incomplete(tmp_path: Path) -> None:
    process = runs.start(tmp_path / "report", SLOT)
    try:
        _wait_for_cluster()
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=180)
    finally:
        process.kill()
    assert process.returncode == 2, output
    assert runs.containers(SLOT_CLUSTER) == []
    report = runs.Run(2, output, tmp_path / "report").report
    assert (report.outcome, report.score) == ("incomplete", None)


def test_leftover_of_a_killed_run_is_replaced(tmp_path: Path) -> None:
    process = runs.start(tmp_path / "killed", SLOT)
    _wait_for_cluster()
    process.kill()
    process.communicate()
    leftover = runs.containers(SLOT_CLUSTER)
    after = runs.run(tmp_path / "after", "-k", "11_7", SLOT)
    assert leftover
    assert after.status == 0, after.last_words
    assert runs.containers(SLOT_CLUSTER) == []
