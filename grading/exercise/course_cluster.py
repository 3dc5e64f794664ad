"""The clusters that a course makes for its sections: configuration files of k3d in its folder."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

FOLDER: Final = "k3d"
"""The folder of a course that holds its configuration files of k3d."""

_Name = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$")]
"""k3d's rule for the names of clusters and nodes: that of a host, and no longer than 32 characters."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Metadata(_Model):
    """What a cluster is called."""

    name: _Name


class PortMapping(_Model):
    """A port of this machine that leads to a node or the load balancer.

    As ``--port`` of k3d says it.
    """

    port: Annotated[str, Field(pattern=r"^[0-9]+:[0-9]+$")]
    node_filters: Annotated[tuple[str, ...], Field(alias="nodeFilters", min_length=1)]


class KubeApi(_Model):
    """The port of this machine for the API server, as k3d's ``--api-port`` says."""

    host_port: Annotated[str, Field(alias="hostPort", pattern=r"^[0-9]+$")]


class ClusterFile(_Model):
    """A cluster of a course, as a configuration file of k3d (k3d: Config File).

    Everything else, such as the image of its nodes, is that of the machine that grades.
    """

    api_version: Annotated[Literal["k3d.io/v1alpha5"], Field(alias="apiVersion")]
    kind: Literal["Simple"]
    metadata: Metadata
    servers: Annotated[int, Field(ge=1, le=3)]
    agents: Annotated[int, Field(ge=0, le=3)] = 0
    ports: tuple[PortMapping, ...] = ()
    kube_api: Annotated[KubeApi | None, Field(alias="kubeAPI")] = None

    @property
    def host_ports(self) -> list[str]:
        """The ports of this machine that lead to the cluster."""
        mapped = [mapping.port.partition(":")[0] for mapping in self.ports]
        return [*mapped, self.kube_api.host_port] if self.kube_api else mapped


FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.yaml$")]
"""The name of a configuration file of k3d, in the folder `FOLDER` of the course."""


class ClusterSpec(_Model):
    """The key ``cluster`` of ``exercise.yaml``.

    Attributes:
        k3d: the configuration file.
        joins: the names of agents that join the cluster later, by ``k3d node create``.
    """

    k3d: FileName
    joins: tuple[_Name, ...] = ()


class CourseCluster(_Model):
    """A cluster that a course makes.

    Attributes:
        made: how it is created.
        joins: the names of agents that join it then.
    """

    made: ClusterFile
    joins: tuple[_Name, ...] = ()

    @property
    def name(self) -> str:
        """k3d's name of the cluster."""
        return self.made.metadata.name

    @property
    def nodes(self) -> tuple[str, ...]:
        """The names of its nodes.

        k3d derives them from those of the cluster and of the agents.
        """
        created = [
            f"k3d-{self.name}-{role}-{number}"
            for role, count in (("server", self.made.servers), ("agent", self.made.agents))
            for number in range(count)
        ]
        return (*created, *(f"k3d-{name}-0" for name in self.joins))
