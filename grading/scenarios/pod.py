"""Section 11.5.4.2: a bare Pod, asked for its page from another Pod."""

from __future__ import annotations

from typing import Final

from grading import probes
from grading.evidence.pods import PodEvidence
from grading.scene import Scene
from grading.stage import Scenario


def play(scene: Scene, evidence: PodEvidence) -> None:
    """Apply second-pod.yaml, wait until the Pod is Ready, ask for its page on port 80."""
    name = scene.apply("second-pod.yaml", "Pod")["metadata"]["name"]
    evidence.pod = scene.ready_pod("second-pod.yaml", name)
    address = evidence.pod["status"]["podIP"]
    evidence.http = probes.until_nginx(lambda: scene.ask(f"http://{address}:80/"))
    scene.note(f"asked {address}:80 from another Pod: {evidence.http}")


POD: Final = Scenario("pod", PodEvidence, play)
