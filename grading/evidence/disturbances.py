"""Disturbances of a cluster as text: what no submission does to its own Pods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from typing import Final

from grading.errors import InfrastructureError
from grading.evidence.surroundings import Displacement, NodeState, Surroundings, Unreached
from grading.k8s.pod_end import EVICTED, LOST, OUT_OF_MEMORY, is_own_eviction
from grading.text.i18n import _, decimal, joined

_MOST_NAMED: Final = 3
"""Disturbances that an error message names."""


def disturbances(around: Surroundings, since: float = -inf) -> list[str]:
    """Return what disturbed a cluster, each as text and once.

    Args:
        around: what happened.
        since: in seconds of the evidence; a node that was in trouble only before is left out.
    """
    return list(dict.fromkeys(_told(around, since)))


def disturbed(loss: str, found: Sequence[str]) -> InfrastructureError:
    """Return the error for a loss while something disturbed the cluster.

    Args:
        loss: what was lost, as text.
        found: what disturbed it.
    """
    named = joined("; ", found[:_MOST_NAMED])
    return InfrastructureError(
        _("{loss}; but there was a problem with the cluster at that moment: {found}", loss=loss, found=named)
    )


def is_own(pod: Displacement) -> bool:
    """Return whether a Pod was evicted for a limit of its own."""
    return pod.reason == EVICTED and is_own_eviction(pod.message)


def _told(around: Surroundings, since: float) -> Iterator[str]:
    for state, until in _with_ends(around.nodes):
        if until >= since:
            yield from _trouble_of(state)
    for event in around.node_events:
        if event.reason == "Starting":
            yield _("the kubelet of node {node} restarted", node=event.node)
        else:
            words = joined(": ", filter(None, [event.reason, event.message]))
            yield _("node {node}: {words}", node=event.node, words=words)
    for ended in around.ends:
        if ended.reason == OUT_OF_MEMORY and not ended.limited:
            yield _(
                "node {node} ran out of memory: the container {container} of Pod {pod}, which has no memory "
                "limit, was killed",
                node=ended.node,
                container=ended.container,
                pod=ended.pod,
            )
        elif ended.reason in LOST:
            yield _("the containers of all Pods on node {node} were lost", node=ended.node)
    for pod in around.displaced:
        if not is_own(pod):
            words = joined(": ", filter(None, [pod.reason, pod.message]))
            yield _(
                "Pod {pod} was evicted from node {node}: {words}", pod=pod.pod, node=pod.node, words=words
            )
    for silence in around.unreached:
        yield _unreached(silence)
    for outage in around.outages:
        yield _(
            "for {seconds} s the cluster could not be watched: {reason}",
            seconds=decimal(outage.until - outage.t, 1),
            reason=outage.reason,
        )


def _unreached(silence: Unreached) -> str:
    if not silence.target:
        return _(
            "the cluster's DNS does not answer on node {node}: {reason}",
            node=silence.node,
            reason=silence.reason,
        )
    return _(
        "kubegrade's control Pod on node {node} cannot reach the one on node {target}: {reason}",
        node=silence.node,
        target=silence.target,
        reason=silence.reason,
    )


def _with_ends(states: list[NodeState]) -> Iterator[tuple[NodeState, float]]:
    """Yield each state of a node, and the time of its next one."""
    ends: dict[str, float] = {}
    for state in reversed(states):
        yield state, ends.get(state.node, inf)
        ends[state.node] = state.t


def _trouble_of(state: NodeState) -> Iterator[str]:
    if not state.exists:
        yield _("node {node} was deleted", node=state.node)
    elif not state.ready:
        yield _("node {node} was not Ready", node=state.node)
    if state.problems:
        yield _("node {node} reported {problems}", node=state.node, problems=", ".join(state.problems))
