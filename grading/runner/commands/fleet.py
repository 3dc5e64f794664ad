"""The clusters on which commands are played: those of the run's own, behind the names of the course."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from grading.cluster.client import Cluster


@dataclass(frozen=True)
class Lent:
    """A cluster of the run's own that holds nothing but what commands create.

    Attributes:
        name: its real name.
        api: the suite's own client for it.
        kubeconfig: the file with the connection.
        nodes: the names of its nodes.
    """

    name: str
    api: Cluster
    kubeconfig: Path
    nodes: tuple[str, ...]


class Fleet(Protocol):
    """Lends clusters."""

    kubectl: Path
    """The kubectl that commands are played with."""

    def create(self, name: str, servers: int, agents: int) -> Lent:
        """Create a cluster, with no more nodes than this machine bears.

        Args:
            name: the name that was typed; the cluster has it if it may.
            servers: nodes of its control plane that were asked for.
            agents: other nodes that were asked for.

        Raises:
            InfrastructureError: it could not be created.
        """

    def lend(self, name: str) -> Lent:
        """Return an empty cluster: one that was given back, or a new one.

        Args:
            name: the course's name for it.

        Raises:
            InfrastructureError: it could not be created.
        """

    def give_back(self, lent: Lent) -> None:
        """Take a cluster back; it may be lent again."""

    def delete(self, lent: Lent) -> None:
        """Delete a cluster.

        Raises:
            InfrastructureError: it could not be deleted.
        """
