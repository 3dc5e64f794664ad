"""How this machine reaches the cluster that is graded on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Host:
    """How this machine reaches the cluster: the host ports that k3d maps (11.8.3.2, introductory lab).

    Attributes:
        cluster: k3d's name of the cluster, which its containers and its network have theirs from.
        nodes: the names of the nodes that k3d made.
    """

    node_port: int = 30050
    load_balancer_port: int = 8080
    cluster: str = ""
    nodes: tuple[str, ...] = ()

    @classmethod
    def of_slot(cls, slot: int, cluster: str = "", nodes: tuple[str, ...] = ()) -> Host:
        """Return the ports of one of several clusters side by side."""
        return cls(cls.node_port + slot, cls.load_balancer_port + slot, cluster, nodes)

    @property
    def node_port_url(self) -> str:
        """The address of NodePort 30050 on the host."""
        return f"http://localhost:{self.node_port}"

    @property
    def load_balancer_url(self) -> str:
        """The address on the host that k3d maps to port 30080 of its load balancer (introductory lab)."""
        return f"http://localhost:{self.load_balancer_port}"
