"""From recorded evidence to plots: what to show of each scenario that ran Pods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from grading.course.chapter11.deployments.rolling_checks import FEWEST, MOST
from grading.evidence.timeline import (
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
from grading.text.i18n import _, marked
from grading.text.sanitize import one_line


@dataclass(frozen=True)
class Shape:
    """How a scenario is shown.

    Attributes:
        title: of its plot, to be translated.
        zero: the mark that times are counted from, as the messages of its checks do.
        since: the same in words.
        end: the mark at which what is judged ends.
        most, fewest: the course's limits, where there are any.
    """

    title: str
    zero: str
    since: str
    end: str
    most: int | None = None
    fewest: int | None = None


SHAPES: Final[Mapping[str, Shape]] = {
    "deployment": Shape(
        marked("A Pod is deleted and replaced, then the Deployment is scaled and deleted"),
        "delete",
        marked("seconds after the Pod was deleted"),
        "deleted",
    ),
    "rolling": Shape(
        marked("Rolling update to nginx:1.26"),
        "update",
        marked("seconds after the update began"),
        "updated",
        MOST,
        FEWEST,
    ),
    "pause": Shape(
        marked("A rolling update that is paused and resumed"),
        "update",
        marked("seconds after the new version was applied"),
        "resumed",
    ),
    "rollback": Shape(
        marked("Undo to revision 1"), "undo", marked("seconds after the undo began"), "undone", MOST, FEWEST
    ),
    "introlab": Shape(
        marked("A Pod is deleted while connections are open"),
        "delete",
        marked("seconds after the Pod was deleted"),
        "reconnected",
    ),
    "bad_image": Shape(
        marked("Update to an image that does not exist, and its undo"),
        "update",
        marked("seconds after the update began"),
        "recovered",
        None,
        FEWEST,
    ),
}

LAB: Final = "introlab"

MARKS: Final[Mapping[str, str]] = {
    "update": marked("update"),
    "updated": marked("updated"),
    "undo": marked("undo"),
    "undone": marked("undone"),
    "paused": marked("paused"),
    "held": marked("held"),
    "resume": marked("resume"),
    "resumed": marked("resumed"),
    "failing": marked("image cannot be pulled"),
    "recovered": marked("recovered"),
    "delete": marked("Pod deleted"),
    "replaced": marked("replaced"),
    "scale": marked("scale"),
    "scaled": marked("scaled"),
    "deletion": marked("deletion"),
    "deleted": marked("all gone"),
    "connected": marked("connected"),
    "more": marked("more connected"),
    "reconnected": marked("all connected again"),
}

LEAD: Final = 0.12
"""How much of the time before the first mark is shown, as a part of what follows it."""

DELETION: Final = "deletion"
"""The mark after which a Deployment is no more; it takes its account of itself with it."""

Counts = Counter[tuple[str, bool]]


def plots_of(name: str, data: Mapping[str, Any]) -> Iterator[Plot]:
    """Yield what to show of a scenario's evidence; nothing where it is not known here, or ran no Pods.

    Raises:
        ValueError: the evidence is not of the form that it should be.
    """
    if name not in SHAPES or not data.get("timeline"):
        return
    timeline = Timeline.model_validate(data["timeline"])
    pods = plot_of(SHAPES[name], timeline)
    if pods is None:
        return
    yield pods
    clients = [ClientSample.model_validate(sample) for sample in data.get("clients") or []]
    if clients:
        yield _connections(pods, clients, timeline)


def plot_of(shape: Shape, timeline: Timeline) -> Plot | None:
    """Return what to show of a timeline, None where it holds no Pods to be shown.

    Times count from the shape's first mark, as the messages of the checks do; where the scenario never
    came that far, from the beginning, and no limit is drawn, for none was judged.
    """
    moments = [
        *(sample.t for sample in timeline.pods),
        *(sample.t for sample in timeline.deployments),
        *(sample.t for sample in timeline.http),
    ]
    replayed = list(states(timeline, bounded=shape.most is not None))
    layers = _layers(timeline, [counts for _t, counts in replayed])
    if not layers:
        return None
    zero, end = timeline.when(shape.zero), timeline.when(shape.end)
    shift = min(moments) if zero is None else zero
    until = max(shift, *moments) if end is None else end
    judged = zero is not None and end is not None
    lead = min(LEAD * (until - shift), shift - min(moments))

    def at(t: float) -> float:
        return round(t - shift, 3)

    deletion = timeline.when(DELETION)
    return Plot(
        title=_(shape.title),
        since=_("seconds after the recording began") if zero is None else _(shape.since),
        begin=-lead,
        end=max(1.0, at(until) + LEAD / 3 * (until - shift)),
        judged=(0.0, at(until)),
        times=tuple(at(t) for t, _counts in replayed),
        layers=layers,
        line_name=_("available"),
        line=tuple((at(sample.t), float(sample.available)) for sample in timeline.deployments),
        line_end=None if deletion is None else at(deletion),
        most=Limit(_("limit: at most {n} Pods", n=shape.most), shape.most) if judged and shape.most else None,
        fewest=Limit(_("limit: at least {n} available", n=shape.fewest), shape.fewest)
        if judged and shape.fewest
        else None,
        requests=tuple((at(sample.t), sample.ok) for sample in timeline.http),
        marks=tuple((at(mark.t), _mark(mark.name)) for mark in timeline.marks),
    )


def _mark(name: str) -> str:
    return _(MARKS[name]) if name in MARKS else one_line(name, limit=30)


def states(timeline: Timeline, *, bounded: bool) -> Iterator[tuple[float, Counts]]:
    """Replay a timeline: yield the Pods that are not terminating, by image and whether they are Ready.

    Args:
        timeline: what was recorded.
        bounded: count no more Pods than the ReplicaSets ask for, as the check of rolling.surge
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


def _connections(pods: Plot, clients: list[ClientSample], timeline: Timeline) -> Plot:
    """Return the connections of each Pod, over the time that the plot of the Pods shows."""
    deleted = timeline.when(SHAPES[LAB].zero)
    shift = min(sample.t for sample in timeline.pods) if deleted is None else deleted
    moments = sorted({sample.t for sample in clients})
    counts = [per_pod(connected_at(clients, t)) for t in moments]
    names = sorted({name for state in counts for name in state})
    before = spread(connected_at(clients, shift if deleted is not None else moments[-1]))
    words = [_("Connections before it: {counts}.", counts=before)]
    if deleted is not None:
        words.append(_("In the end: {counts}.", counts=spread(connected_at(clients, moments[-1]))))
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
