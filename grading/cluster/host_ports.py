"""The ports by which this machine reaches the cluster that is graded on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Host:
    """The ports of this machine that k3d maps to the cluster.

    Attributes:
        ports: by port of the cluster, a node port or one of the load balancer's, the port of this machine.
        cluster: k3d's name of the cluster; its containers and its network are named after it.
        nodes: the names of the nodes that k3d created.
    """

    ports: Mapping[int, int] = field(default_factory=dict)
    cluster: str = ""
    nodes: tuple[str, ...] = ()

    def url(self, port: int) -> str:
        """Return the address on this machine that leads to a port of the cluster.

        Raises:
            KeyError: the cluster's topology does not map this port.
        """
        return f"http://localhost:{self.ports[port]}"
