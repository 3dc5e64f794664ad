"""The clusters of a class run's slots: which are removed, and what the program that makes one is told."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from fixtures import k3d
from fixtures.airgap import teardown
from fixtures.claims import Claim, Record
from fixtures.class_run import clusters, make_ready
from fixtures.class_run.clusters import Clusters
from fixtures.class_run.processes import LONGEST_LOG, Log
from grading import timeouts
from grading.processes import LAST_LINES
from grading.text import i18n

CLUSTERS = ["pytest-kubegrade-3", "pytest-kubegrade-30", "kubegrade-commands-3-1", "kubegrade-commands-30-1"]


@pytest.fixture
def deleted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The clusters that were deleted, of those on a machine that has `CLUSTERS`."""
    found: list[str] = []
    monkeypatch.setattr(teardown, "clusters", lambda: list(CLUSTERS))
    monkeypatch.setattr(clusters, "load_kit", lambda: SimpleNamespace(k3d="k3d"))
    monkeypatch.setattr(k3d, "end_orphans", lambda _name: None)
    monkeypatch.setattr(k3d, "delete", lambda _k3d, name: found.append(name))
    return found


def made(root: Path, patience: float = 1.0) -> Clusters:
    return Clusters(root, root / "logs", threading.Event(), patience)


def test_of_a_slot_all_clusters_are_removed_and_no_others(tmp_path: Path, deleted: list[str]) -> None:
    claim = Claim("pytest-kubegrade-3")
    claim.write(Record(fingerprint="of its configuration"))
    claim.contents.write_text("{}", "utf-8")
    made(tmp_path).remove(3)
    assert deleted == ["pytest-kubegrade-3", "kubegrade-commands-3-1"]
    assert claim.read() is None
    assert not claim.contents.exists()


def test_a_cluster_that_another_run_holds_stays_and_is_no_trouble(tmp_path: Path, deleted: list[str]) -> None:
    other = Claim("pytest-kubegrade-3")
    other.take()
    made(tmp_path).remove(3)
    assert deleted == ["kubegrade-commands-3-1"]
    other.release()


def test_the_program_that_makes_it_is_as_patient_and_speaks_as_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def ended(words: list[str], _marked: str, log: Log, *_limits: object) -> SimpleNamespace:
        told.extend(words[words.index("fixtures.class_run.make_ready") + 1 :])
        log.write("made")
        return SimpleNamespace(status=0)

    monkeypatch.setattr(clusters, "run", ended)
    with i18n.speaking(i18n.Language.NL):
        assert made(tmp_path, 2.5).make_ready(3) == "made"
    assert told == ["3", "2.5", "nl"]

    begun: dict[str, object] = {}
    monkeypatch.setattr(timeouts, "stretch", lambda factor: begun.update(patience=factor))
    monkeypatch.setattr(i18n, "use", lambda language: begun.update(language=language))
    monkeypatch.setattr(make_ready, "make_ready", lambda slot: begun.update(slot=slot))
    monkeypatch.setattr(sys, "argv", ["make_ready", *told])
    assert make_ready.main() == 0
    assert begun == {"patience": 2.5, "language": i18n.Language.NL, "slot": 3}


def test_of_a_log_that_is_full_the_last_lines_are_known(tmp_path: Path) -> None:
    with Log(tmp_path / "an.log") as log:
        log.write("x" * LONGEST_LOG)
        for number in range(LAST_LINES):
            log.write(f"why {number}")
        assert log.tail().splitlines() == [f"why {number}" for number in range(LAST_LINES)]
    assert (tmp_path / "an.log").stat().st_size <= LONGEST_LOG
