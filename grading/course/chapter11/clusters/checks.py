"""Check the cluster that the commands of section 11.4 create."""

from __future__ import annotations

from grading.course.chapter11.clusters.course_values import AGENTS, CLUSTER, SERVERS
from grading.errors import CriterionFailure, InfrastructureError
from grading.evidence.commands import ClusterMade, CommandRun, CommandsEvidence
from grading.exercise.command_failure import command_failure
from grading.text.i18n import _


def check_created(evidence: CommandsEvidence) -> None:
    """Check that the course's cluster was created, with its number of nodes (11.4).

    A cluster that was created and deleted later counts: a machine may be tidied up.

    Raises:
        CriterionFailure: no command creates such a cluster.
        InfrastructureError: it was created, and not all its nodes became Ready.
    """
    evidence.need(evidence.before)
    made = [(run, run.made) for run in evidence.runs if run.made]
    named = [(run, cluster) for run, cluster in made if cluster.name == CLUSTER]
    asked = [(run, cluster) for run, cluster in named if _is_asked(cluster)]
    if not asked:
        raise _failure(evidence, named or made)
    created = [cluster for run, cluster in asked if run.status == 0]
    if not created:
        raise _failure(evidence, named)
    if not any(_is_whole(cluster) for cluster in created):
        raise InfrastructureError(
            _(
                "the cluster was created, but not all its nodes are Ready: {nodes}",
                nodes=_nodes(created[-1]),
            )
        )


def _is_asked(cluster: ClusterMade) -> bool:
    return (cluster.servers, cluster.agents) == (SERVERS, AGENTS)


def _is_whole(cluster: ClusterMade) -> bool:
    nodes = cluster.nodes or []
    return (
        len(nodes) == SERVERS + AGENTS
        and all(node.ready for node in nodes)
        and sum(node.control_plane for node in nodes) == SERVERS
    )


def _nodes(cluster: ClusterMade) -> str:
    return ", ".join(f"{node.name} {'Ready' if node.ready else 'NotReady'}" for node in cluster.nodes or [])


def _failure(evidence: CommandsEvidence, made: list[tuple[CommandRun, ClusterMade]]) -> CriterionFailure:
    created = [(run, cluster) for run, cluster in made if run.status == 0]
    run, cluster = next(reversed(created or made), (None, None))
    actual = _told(cluster.name, cluster.servers, cluster.agents) if cluster else _("no cluster")
    return command_failure(
        evidence,
        _("the commands do not create the cluster {name} of the course", name=CLUSTER),
        help=_(
            "Write `k3d cluster create {name} --servers {servers} --agents {agents}` (11.4). "
            "`k3d cluster list` and `kubectl get nodes` show what there is.",
            name=CLUSTER,
            servers=SERVERS,
            agents=AGENTS,
        ),
        expected=_told(CLUSTER, SERVERS, AGENTS),
        actual=actual,
        run=run,
        concerns=lambda found: found.program != "kubectl",
    )


def _told(name: str, servers: int, agents: int) -> str:
    return _("{name}: servers {servers}, agents {agents}", name=name, servers=servers, agents=agents)
