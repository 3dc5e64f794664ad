"""How this machine reaches the cluster that is graded on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Host:
    """How this machine reaches the cluster: the ports that k3d maps.

    Attributes:
        ports: by port of the cluster, a node port or one of the load balancer's, the port of this machine.
        cluster: k3d's name of the cluster, which its containers and its network have theirs from.
        nodes: the names of the nodes that k3d made.
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
