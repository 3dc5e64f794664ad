"""From recorded evidence to plots: what to show of a scenario that ran Pods."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from operator import attrgetter
from typing import Final, TypeVar

from grading.evidence.base import Evidence
from grading.evidence.timeline import (
    ClientSample,
    Connections,
    PodSample,
    ReplicaSetSample,
    Timeline,
    connected_at,
)
from grading.k8s.image_reference import short
from grading.renderers.page.plot import Layer, Limit, Plot
from grading.text.i18n import _, joined, n_
from grading.text.sanitize import one_line

LEAD: Final = 0.12
"""How much of the time before the first mark is shown, as a part of what follows it."""

LABEL: Final = 48
"""Characters of the name of an axis, or of a mark, that fit beside a plot on a telephone."""

MOST_LAYERS: Final = 8
"""Names of Pods that a plot of connections tells apart; the lab has three."""

MOST_MOMENTS: Final = 2000
"""Moments of connections that are drawn: more than a plot has pixels."""

OTHERS: Final = ""
"""Stands for the Pods without a layer of their own; no Pod has this name."""

T = TypeVar("T")
Counts = Counter[tuple[str, bool]]


def plots_of(evidence: Evidence) -> Iterator[Plot]:
    """Yield the plots of a scenario's evidence.

    None if it is not to be plotted, or ran no Pods.
    """
    pods = plot_of(evidence)
    if pods is None:
        return
    yield pods
    if evidence.clients and evidence.timeline and evidence.plot:
        yield _connections(pods, evidence.clients, evidence.timeline, evidence.plot.zero)


def plot_of(evidence: Evidence) -> Plot | None:
    """Return the plot of a timeline, None if it holds no Pods to be shown.

    Times count from the first mark of its settings, as the messages of the checks do; if the scenario never
    came that far, from the beginning, and no limit is drawn, for none was judged.
    """
    timeline, settings = evidence.timeline, evidence.plot
    if timeline is None or settings is None:
        return None
    moments = [
        *(sample.t for sample in timeline.pods),
        *(sample.t for sample in timeline.deployments),
        *(sample.t for sample in timeline.http),
    ]
    replayed = list(states(timeline, bounded=settings.most is not None))
    layers = _layers(timeline, [counts for _t, counts in replayed])
    if not layers:
        return None
    zero, end = timeline.when(settings.zero), timeline.when(settings.end)
    shift = min(moments) if zero is None else zero
    until = max(shift, *moments) if end is None else end
    judged = zero is not None and end is not None
    lead = min(LEAD * (until - shift), shift - min(moments))

    def at(t: float) -> float:
        return round(t - shift, 3)

    deletion = timeline.when(settings.deletion) if settings.deletion else None
    return Plot(
        title=one_line(_(settings.title or evidence.title)),
        since=_("seconds after the recording began")
        if zero is None
        else one_line(_(settings.since), limit=LABEL),
        begin=-lead,
        end=max(1.0, at(until) + LEAD / 3 * (until - shift)),
        judged=(0.0, at(until)),
        times=tuple(at(t) for t, _counts in replayed),
        layers=layers,
        line_name=_("available"),
        line=tuple((at(sample.t), float(sample.available)) for sample in timeline.deployments),
        line_end=None if deletion is None else at(deletion),
        most=Limit(_("limit: at most {n} Pods", n=settings.most), settings.most)
        if judged and settings.most
        else None,
        fewest=Limit(_("limit: at least {n} available", n=settings.fewest), settings.fewest)
        if judged and settings.fewest
        else None,
        requests=tuple((at(sample.t), sample.ok) for sample in timeline.http),
        marks=tuple(
            (at(mark.t), one_line(_(mark.label or mark.name), limit=LABEL)) for mark in timeline.marks
        ),
    )


def states(timeline: Timeline, *, bounded: bool) -> Iterator[tuple[float, Counts]]:
    """Yield the Pods that are not terminating, by image and readiness, over time.

    The times are in seconds.

    Args:
        timeline: what was recorded.
        bounded: count no more Pods than the ReplicaSets ask for, as a check of the surge
            does: each ReplicaSet makes and deletes its Pods on its own, some milliseconds apart.
    """
    pods: dict[str, PodSample] = {}
    sets: dict[str, ReplicaSetSample] = {}
    samples: list[PodSample | ReplicaSetSample] = [*timeline.pods, *timeline.replica_sets]
    for sample in sorted(samples, key=lambda sample: sample.t):
        if isinstance(sample, ReplicaSetSample):
            sets[sample.uid] = sample
        elif sample.event == "DELETED" or sample.terminating or sample.phase in {"Succeeded", "Failed"}:
            pods.pop(sample.uid, None)
        else:
            pods[sample.uid] = sample
        counts = Counter((short(pod.image), pod.ready) for pod in pods.values())
        if bounded:
            _bound(counts, [item for item in sets.values() if item.event != "DELETED"])
        yield sample.t, counts


def _bound(counts: Counts, sets: Iterable[ReplicaSetSample]) -> None:
    """Remove Pods beyond those asked for from the versions with too many."""
    asked: Counter[str] = Counter()
    for item in sets:
        asked[short(item.image)] += item.asked
    excess = counts.total() - asked.total()
    for image, ready in sorted(counts):
        surplus = counts[image, False] + counts[image, True] - asked[image]
        cut = max(0, min(excess, surplus, counts[image, ready]))
        counts[image, ready] -= cut
        excess -= cut


def _layers(timeline: Timeline, replayed: list[Counts]) -> tuple[Layer, ...]:
    """Return a layer for each version and state.

    Versions are in the order in which they appeared.
    """
    images = list(dict.fromkeys(short(sample.image) for sample in timeline.pods))
    layers = []
    for image, ready in ((image, ready) for image in images for ready in (True, False)):
        counts = tuple(state[image, ready] for state in replayed)
        if any(counts):
            name = _("{image}, ready", image=image) if ready else _("{image}, not ready", image=image)
            layers.append(Layer(name, sorted(images).index(image), ready, counts))
    return tuple(layers)


def _connections(pods: Plot, clients: list[ClientSample], timeline: Timeline, mark: str) -> Plot:
    """Return the connections of each Pod, over the time of the Pods' plot.

    Args:
        pods: the plot of the Pods.
        clients: what the connections saw.
        timeline: what happened to the Pods.
        mark: the mark that times are counted from.
    """
    zero = timeline.when(mark)
    shift = min(sample.t for sample in timeline.pods) if zero is None else zero
    names, further = _names_of(clients)
    states = thinned(list(_replayed(clients, frozenset(names))))
    before = connected_at(clients, timeline.mark(mark))
    words = [_("Connections before it: {counts}.", counts=_spread(before, names))]
    if zero is not None:
        words.append(_("In the end: {counts}.", counts=_spread(connected_at(clients, None), names)))
    if further:
        words.append(
            n_(
                "{n} further name is counted as “others”.",
                "{n} further names are counted as “others”.",
                further,
            )
        )
    layers = [(name, tuple(state[name] for _t, state in states)) for name in (*names, OTHERS)]
    seen = [(_shown(name), counts) for name, counts in layers if any(counts)]
    return replace(
        pods,
        title=_("Connections of each Pod"),
        times=tuple(round(t - shift, 3) for t, _state in states),
        layers=tuple(Layer(name, number, True, counts) for number, (name, counts) in enumerate(seen)),
        line=(),
        words=tuple(words),
    )


def _names_of(clients: list[ClientSample]) -> tuple[list[str], int]:
    """Return the most frequent names of Pods, and how many more there are.

    A program of a student's may call itself otherwise with each event.
    """
    told = Counter(sample.pod for sample in clients if sample.event == "count")
    names = sorted(name for name, _count in told.most_common(MOST_LAYERS))
    return names, len(told) - len(names)


def _replayed(clients: list[ClientSample], names: frozenset[str]) -> Iterator[tuple[float, Counter[str]]]:
    """Yield the connections of each Pod after each moment.

    Those without a name of their own count together.
    """
    connections = Connections()
    for t, samples in itertools.groupby(sorted(clients, key=attrgetter("t")), attrgetter("t")):
        for sample in samples:
            connections.take(sample)
        yield t, _by_name(connections.standing, names)


def _by_name(standing: dict[int, ClientSample], names: Container[str]) -> Counter[str]:
    return Counter(sample.pod if sample.pod in names else OTHERS for sample in standing.values())


def _spread(standing: dict[int, ClientSample], names: Container[str]) -> str:
    counts = sorted(_by_name(standing, names).items())
    return joined(", ", [joined(" ", [_shown(name), count]) for name, count in counts]) or "0"


def _shown(name: str) -> str:
    return _("others") if name == OTHERS else name


def thinned(states: list[T]) -> list[T]:
    """Return at most `MOST_MOMENTS` of some states, with the first and last."""
    if len(states) <= MOST_MOMENTS:
        return states
    last = len(states) - 1
    return [states[round(number * last / (MOST_MOMENTS - 1))] for number in range(MOST_MOMENTS)]
