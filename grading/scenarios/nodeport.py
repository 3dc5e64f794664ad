"""Section 11.8.3.2: a NodePort Service, reached from the host. The only scenario with nodePort 30050."""

from __future__ import annotations

from typing import Final

from grading import probes
from grading.evidence.services import NodePortEvidence
from grading.scene import Scene
from grading.stage import Scenario


def play(scene: Scene, evidence: NodePortEvidence) -> None:
    """Apply nodeport.yaml and then svc-nginx.yaml, as the course does, and ask from the host."""
    evidence.service = scene.apply("nodeport.yaml", "Service")
    name = scene.apply("svc-nginx.yaml", "Pod")["metadata"]["name"]
    evidence.pod = scene.ready_pod("svc-nginx.yaml", name)
    evidence.host = probes.until_nginx(lambda: probes.from_host(scene.host.node_port_url))
    scene.note(f"asked {scene.host.node_port_url} on the host: {evidence.host}")


NODEPORT: Final = Scenario("nodeport", NodePortEvidence, play)
