"""The log of a probe is read by the timeline, whatever the clock of its node says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from grading.processes import Output
from grading.runner import service_probe
from grading.runner.context import Context
from grading.runner.pod_requests import ExecFailed
from grading.runner.recorder import DeploymentRecorder

STARTED = datetime(2026, 1, 1, tzinfo=UTC)
NOW = 60.0


def read(monkeypatch: pytest.MonkeyPatch, ahead: float, output: Output | None = None) -> list[float]:
    """Return the times of requests at 10, 30 and 61 s, from a log whose clock is ahead."""
    times = (STARTED + timedelta(seconds=t + ahead) for t in (10, 30, 61))
    lines = [f"{moment:%Y-%m-%dT%H:%M:%S.%f}000Z 1 1" for moment in times]

    def log(*_arguments: Any) -> Iterator[str]:
        yield from lines

    def run(*_arguments: str) -> Output:
        moment = STARTED + timedelta(seconds=NOW + ahead)
        return output or Output(0, f"{moment.timestamp():.0f}\n", "")

    monkeypatch.setattr(service_probe, "follow_log", log)
    context = SimpleNamespace(cluster=None, namespace="mine", kubectl=SimpleNamespace(exec=run))
    timeline = SimpleNamespace(started=STARTED)
    recorder = SimpleNamespace(now=lambda: NOW, timeline=timeline)
    samples = service_probe.read_probe(cast(Context, context), "probe", cast(DeploymentRecorder, recorder))
    return [sample.t for sample in samples]


@pytest.mark.parametrize("ahead", [0.0, 0.2, 120.0, -120.0, 7200.0])
def test_requests_are_timed_by_the_timeline(monkeypatch: pytest.MonkeyPatch, ahead: float) -> None:
    # What `date` prints has no fractions of a second.
    assert read(monkeypatch, ahead) == pytest.approx([10, 30, 61], abs=0.5)


def test_a_clock_that_cannot_be_asked_is_nobodys_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ExecFailed):
        read(monkeypatch, 0.0, Output(1, "", "error: unable to upgrade connection"))
