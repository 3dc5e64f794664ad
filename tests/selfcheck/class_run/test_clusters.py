"""The clusters of a class run's slots: what the program that makes one is told."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from fixtures import k3d, slot_clusters
from fixtures.class_run import clusters, make_ready
from fixtures.class_run.clusters import Clusters
from fixtures.class_run.errors import MachineNotReady
from fixtures.class_run.processes import LONGEST_LOG, Log
from grading import timeouts
from grading.processes import LAST_LINES
from grading.text import i18n


def made(root: Path, patience: float = 1.0) -> Clusters:
    return Clusters(root, root / "logs", threading.Event(), patience)


def test_a_cluster_that_cannot_be_removed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def remove(slot: int) -> None:
        raise k3d.ClusterTrouble(f"{slot} stays")

    monkeypatch.setattr(slot_clusters, "remove", remove)
    with pytest.raises(MachineNotReady, match="3 stays"):
        made(tmp_path).remove(3)


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
