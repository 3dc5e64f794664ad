"""The clusters that a scenario of commands knows by the names of the course, and the kubeconfig for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from grading.cluster.client import Cluster
from grading.commands.calls import Call
from grading.evidence.commands import ClusterMade, NodeSeen
from grading.k8s.pod_diagnosis import is_node_ready
from grading.runner.commands.fleet import Fleet, Lent
from grading.runner.commands.kubeconfig import PrivateKubeconfig
from grading.text.i18n import _

DEFAULT_NAME: Final = "k3s-default"
"""What k3d calls a cluster without a name."""
MOST_CREATED: Final = 3
"""Clusters that the commands of one file may create."""

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
"""k3d's rule for the name of a cluster: that of a host, and no longer than 32 characters."""
_CONTROL_PLANE: Final = "node-role.kubernetes.io/control-plane"

Seed = Callable[[Cluster], None]


class CommandFailed(Exception):
    """A command of k3d does not do what it says; the message is for the student."""


@dataclass
class _Member:
    """A cluster of the course.

    Attributes:
        lent: the cluster behind it, None as long as no command has needed it.
        seed: brings it to the state that the course has reached.
    """

    lent: Lent | None = None
    seed: Seed | None = None


@dataclass
class World:
    """The clusters of a scenario.

    Attributes:
        fleet: where they come from.
        kubeconfig: in which they have the names of the course.
        created: how many clusters commands have created.
    """

    fleet: Fleet
    kubeconfig: PrivateKubeconfig
    created: int = 0
    _members: dict[str, _Member] = field(default_factory=dict)

    def begin(self, clusters: Iterable[str], current: str, seeds: Mapping[str, Seed | None]) -> None:
        """Bring the clusters to the course's state; each is created when needed.

        Args:
            clusters: their names.
            current: the one whose context is the current one.
            seeds: by cluster, what is to be on it.
        """
        for name in clusters:
            self._members[name] = _Member(seed=seeds.get(name))
            self.kubeconfig.add(name, None, switch=name == current)

    def reached(self, call: Call) -> tuple[str, Lent] | None:
        """Return the name and the cluster that a command reaches, None if none.

        Raises:
            InfrastructureError: it could not be created.
        """
        state = self.kubeconfig.state()
        context = state.contexts.get(call.value("context") or state.current)
        entry = call.value("cluster") or (context.cluster if context else "")
        name = entry.removeprefix("k3d-")
        if name not in self._members or entry not in state.clusters:
            return None
        return name, self._bound(name)

    def namespace(self, call: Call) -> str:
        """Return the namespace that a command of kubectl works in."""
        state = self.kubeconfig.state()
        context = state.contexts.get(call.value("context") or state.current)
        return call.value("namespace") or (context.namespace if context else "") or "default"

    def lent(self, name: str) -> Lent | None:
        """Return the cluster behind a course's name, None if it is not needed yet."""
        member = self._members.get(name)
        return member.lent if member else None

    def create(self, call: Call) -> ClusterMade:
        """Create a cluster as ``k3d cluster create`` was typed, on this machine's terms.

        Returns:
            The cluster as it was asked for, with the nodes that it has.

        Raises:
            CommandFailed: k3d would not create it, or it is too large.
            InfrastructureError: it could not be created.
        """
        made = asked(call)
        if len(call.arguments) > 1:
            raise CommandFailed(
                _("k3d cluster create takes one name, and {n} are given", n=len(call.arguments))
            )
        if not _NAME.fullmatch(made.name):
            raise CommandFailed(
                _(
                    "{name} is not a valid name for a cluster: use lower case letters, digits and hyphens",
                    name=made.name,
                )
            )
        if made.name in self._members:
            raise CommandFailed(_("a cluster {name} already exists", name=made.name))
        if made.servers < 1 or made.agents < 0:
            raise CommandFailed(_("a cluster needs at least 1 server and 0 agents"))
        if self.created == MOST_CREATED:
            raise CommandFailed(_("the commands may create at most {n} clusters", n=MOST_CREATED))
        self.created += 1
        lent = self.fleet.create(made.name, made.servers, made.agents)
        self._members[made.name] = _Member(lent)
        if call.is_set("kubeconfig-update-default", default=True):
            switch = call.is_set("kubeconfig-switch-context", default=True)
            self.kubeconfig.add(made.name, lent.kubeconfig, switch=switch)
        if len(lent.nodes) != made.servers + made.agents:  # more were asked for than this machine bears
            return made
        made.nodes = [
            NodeSeen(
                name=self.in_course(node["metadata"]["name"]),
                ready=is_node_ready(node),
                control_plane=_CONTROL_PLANE in node["metadata"].get("labels", {}),
            )
            for node in lent.api.items("Node")
        ]
        return made

    def delete(self, call: Call) -> None:
        """Delete clusters as ``k3d cluster delete`` was typed.

        Raises:
            CommandFailed: k3d would not.
            InfrastructureError: one could not be deleted.
        """
        names = list(self._members) if call.is_set("all") else call.arguments or (DEFAULT_NAME,)
        missing = [name for name in names if name not in self._members]
        for name in names:
            if member := self._members.pop(name, None):
                self.kubeconfig.remove(name)
                if member.lent:
                    self.fleet.delete(member.lent)
        if missing:
            raise CommandFailed(_("the cluster {name} does not exist", name=missing[0]))

    def in_course(self, text: str) -> str:
        """Return a text with the names of the course in place of those of the run."""
        for name, member in self._members.items():
            if member.lent:
                text = text.replace(member.lent.name, name)
        return text

    def close(self) -> None:
        """Give all clusters back."""
        for member in self._members.values():
            if member.lent:
                self.fleet.give_back(member.lent)
        self._members.clear()

    def _bound(self, name: str) -> Lent:
        member = self._members[name]
        if member.lent is None:
            member.lent = self.fleet.lend(name)
            self.kubeconfig.bind(name, member.lent.kubeconfig)
            if member.seed:
                member.seed(member.lent.api)
        return member.lent


def asked(call: Call) -> ClusterMade:
    """Return the cluster that a command asks for, with k3d's default numbers."""
    return ClusterMade(
        name=call.arguments[0] if call.arguments else DEFAULT_NAME,
        servers=int(call.value("servers") or 1),
        agents=int(call.value("agents") or 0),
        ports=call.values("port"),
    )
