"""The evidence of the scenarios of section 11.8."""

from __future__ import annotations

from pydantic import Field

from grading.evidence.base import Evidence, HttpAnswer, Object, Part
from grading.text.stored import Said


class ServerPart(Part):
    """Section 11.8.3.1: the Pod of svc-nginx.yaml behind the Service.

    Attributes:
        pod: as it was when Ready.
        direct: the Pod itself asked for its page, on the port that the Service sends to.
        unready: a Pod of the suite's own with the same labels, running and not Ready.
        slices: the Service's EndpointSlices with both Pods there.
        before: the Service asked from a Pod of the suite's own, by its name and port.
        again: the Pod after it was deleted and made again.
        after: the Service asked again by the same name.
    """

    pod: Object | None = None
    direct: HttpAnswer | None = None
    unready: Object | None = None
    slices: list[Object] | None = None
    before: HttpAnswer | None = None
    again: Object | None = None
    after: HttpAnswer | None = None


class ClientPart(Part):
    """Section 11.8.3.1: the client Pod of svc-debian.yaml.

    Attributes:
        direct: itself asked for a page, if the Service selects it too.
        answer: the Service asked by its name from the network of the Pod.
        offline: why the Pod does not run, if it fetches something from an internet that the cluster has not.
    """

    pod: Object | None = None
    direct: HttpAnswer | None = None
    answer: HttpAnswer | None = None
    offline: Said = ""


class ClusterIpEvidence(Evidence):
    """Section 11.8.3.1: a ClusterIP Service between two Pods.

    Attributes:
        host: the Service asked from the host, at every address that could lead to it.
    """

    service: Object | None = None
    server: ServerPart = Field(default_factory=ServerPart)
    client: ClientPart = Field(default_factory=ClientPart)
    host: list[HttpAnswer] | None = None


class NodePortEvidence(Evidence):
    """Section 11.8.3.2: a NodePort Service in front of the Pod of svc-nginx.yaml.

    Attributes:
        direct: the Pod itself asked for its page, on the port that the Service sends to.
        nodes: port 30050 of each node, by its name, asked from another node.
        mapped: the node to which the host's port leads; empty in evidence of before it was recorded.
        forward: asked through a port-forward to the Service; its error is kubectl's if that ended.
    """

    service: Object | None = None
    pod: Object | None = None
    direct: HttpAnswer | None = None
    host: HttpAnswer | None = None
    nodes: dict[str, HttpAnswer] | None = None
    mapped: str = ""
    forward: HttpAnswer | None = None
