"""From recorded evidence to plots: what to show of a scenario that ran Pods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from grading.evidence.base import Evidence
from grading.evidence.timeline import (
    Arrival,
    ClientSample,
    PodSample,
    ReplicaSetSample,
    Timeline,
    connected_at,
    per_pod,
    spread,
)
from grading.k8s.image_reference import short
from grading.renderers.page.plot import Layer, Limit, Plot
from grading.text.i18n import _
from grading.text.sanitize import one_line

LEAD: Final = 0.12
"""How much of the time before the first mark is shown, as a part of what follows it."""

LABEL: Final = 48
"""Characters of the name of an axis, or of a mark, that fit beside a plot on a telephone."""

Counts = Counter[tuple[str, bool]]


def plots_of(evidence: Evidence) -> Iterator[Plot]:
    """Yield what to show of a scenario's evidence; nothing if it is not to be plotted, or ran no Pods."""
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
    """Replay a timeline: yield the Pods that are not terminating, by image and whether they are Ready.

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
    """Take out what is there beyond what was asked for, from the versions that have too many."""
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
    """Return a layer for each version and state, versions in the order in which they appeared."""
    images = list(dict.fromkeys(short(sample.image) for sample in timeline.pods))
    layers = []
    for image, ready in ((image, ready) for image in images for ready in (True, False)):
        counts = tuple(state[image, ready] for state in replayed)
        if any(counts):
            name = _("{image}, ready", image=image) if ready else _("{image}, not ready", image=image)
            layers.append(Layer(name, sorted(images).index(image), ready, counts))
    return tuple(layers)


def _connections(pods: Plot, clients: list[ClientSample], timeline: Timeline, mark: str) -> Plot:
    """Return the connections of each Pod, over the time that the plot of the Pods shows.

    Args:
        pods: the plot of the Pods.
        clients: what the connections saw.
        timeline: what happened to the Pods.
        mark: the mark that times are counted from.
    """
    zero = timeline.when(mark)
    shift = min(sample.t for sample in timeline.pods) if zero is None else zero
    moments = sorted({sample.t for sample in clients})
    counts = [per_pod(connected_at(clients, Arrival(t=t))) for t in moments]
    names = sorted({name for state in counts for name in state})
    before = spread(connected_at(clients, timeline.mark(mark)))
    words = [_("Connections before it: {counts}.", counts=before)]
    if zero is not None:
        words.append(_("In the end: {counts}.", counts=spread(connected_at(clients, None))))
    return replace(
        pods,
        title=_("Connections of each Pod"),
        times=tuple(round(t - shift, 3) for t in moments),
        layers=tuple(
            Layer(name, number, True, tuple(state[name] for state in counts))
            for number, name in enumerate(names)
        ),
        line=(),
        words=tuple(words),
    )
