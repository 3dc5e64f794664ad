"""A page about a program that sent as much as is recorded: bounded, and the rest is told."""

from __future__ import annotations

import time
import tracemalloc
from datetime import UTC, datetime
from itertools import cycle, islice

from grading.evidence.base import Evidence
from grading.evidence.timeline import MOST, ClientSample, Mark, PlotSettings, PodSample, Timeline
from grading.renderers.page import timelines
from grading.runner.socketio_bounds import MAX_SAMPLES

SECONDS = 20.0
MEMORY = 128 * 2**20
SETTINGS = PlotSettings(zero="delete", since="seconds", end="reconnected")


def pod(t: float) -> PodSample:
    return PodSample(
        t=t, event="ADDED", name="p", uid="u", owner="o", image="i", phase="Running", ready=True,
        terminating=False,
    )  # fmt: skip


def evidence(clients: list[ClientSample]) -> Evidence:
    last = clients[-1].t
    marks = [Mark(t=0.5 * last, name="delete"), Mark(t=last, name="reconnected")]
    timeline = Timeline(started=datetime.now(UTC), deployment="d", marks=marks, pods=[pod(0.0), pod(last)])
    return Evidence(
        scenario="lab", started=datetime.now(UTC), timeline=timeline, clients=clients, plot=SETTINGS
    )


def told(t: float, client: int, name: str) -> ClientSample:
    return ClientSample(t=t, client=client, event="count", pod=name, count=1)


def connected(clients: int) -> list[ClientSample]:
    return [ClientSample(t=0.0, client=client, event="connect") for client in range(clients)]


def test_a_name_with_each_event() -> None:
    names = (told(number / 100, number % 40, f"pod-{number}") for number in range(MAX_SAMPLES))
    begun = time.monotonic()
    tracemalloc.start()
    try:
        [_pods, plot] = timelines.plots_of(evidence([*connected(40), *names]))
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()
    assert time.monotonic() - begun < SECONDS
    assert len(plot.layers) == timelines.MOST_LAYERS + 1
    assert len(plot.times) == timelines.MOST_MOMENTS
    assert plot.total[-1][1] == 40
    assert plot.words[-1] == f"{MAX_SAMPLES - timelines.MOST_LAYERS} further names are counted as “others”."
    assert plot.words[1] == "In the end: others 40."


def test_the_names_of_a_right_program_are_all_told() -> None:
    names = [told(number, number, name) for number, name in enumerate(islice(cycle("ab"), 4))]
    [_pods, plot] = timelines.plots_of(evidence([*connected(4), *names]))
    assert [layer.name for layer in plot.layers] == ["a", "b"]
    assert [layer.counts for layer in plot.layers] == [(1, 1, 2, 2), (0, 1, 1, 2)]
    assert plot.words == ("Connections before it: a 1, b 1.", "In the end: a 2, b 2.")


def test_of_many_states_the_first_and_the_last_are_drawn() -> None:
    states = list(range(timelines.MOST_MOMENTS * 3))
    drawn = timelines.thinned(states)
    assert (drawn[0], drawn[-1], len(drawn)) == (0, states[-1], timelines.MOST_MOMENTS)
    assert drawn == sorted(set(drawn))
    assert timelines.thinned(states[:9]) == states[:9]


def test_samples_beyond_the_limit_are_counted_and_judged_by_nobody() -> None:
    timeline = Timeline(started=datetime.now(UTC), deployment="d")
    for number in range(MOST + 3):
        timeline.keep(timeline.pods, pod(float(number)))
    assert (len(timeline.pods), timeline.omitted) == (MOST, 3)
    assert timeline.interrupted == f"there were more than {MOST} changes"
