"""Section 11.10.7.3: a claim on the default StorageClass and a web server whose page is on it."""

from __future__ import annotations

import secrets
from typing import Final

from grading import probes
from grading.errors import Location, Unplayable
from grading.evidence.base import HttpAnswer
from grading.evidence.storage import DynamicEvidence
from grading.scene import Scene
from grading.stage import Scenario

POD_FILE: Final = "dynamic-pod.yaml"
CLAIM_FILE: Final = "dynamic-pvc.yaml"
WEB_ROOT: Final = "/usr/share/nginx/html"


def play(scene: Scene, evidence: DynamicEvidence) -> None:
    """Apply claim and Pod; write a page and ask for it; make the Pod again and ask again."""
    claim = scene.apply(CLAIM_FILE, "PersistentVolumeClaim")["metadata"]["name"]
    name = scene.apply(POD_FILE, "Pod")["metadata"]["name"]
    evidence.first_pod = scene.ready_pod(POD_FILE, name)
    evidence.claim = scene.cluster.get("PersistentVolumeClaim", scene.namespace, claim)
    evidence.nonce = f"<h1>Persistent Web Content {secrets.token_hex(8)}</h1>"
    _write(scene, name, evidence.nonce)
    evidence.page_before = _forwarded(scene, name)
    scene.delete_pod(name)
    scene.apply(POD_FILE, "Pod")
    evidence.second_pod = scene.ready_pod(POD_FILE, name)
    evidence.page_after = _forwarded(scene, name)


def _write(scene: Scene, pod: str, page: str) -> None:
    command = f"echo '{page}' > {WEB_ROOT}/index.html"
    output = scene.kubectl.exec(scene.namespace, pod, "sh", "-c", command)
    if output.status != 0:
        raise Unplayable(
            f"{WEB_ROOT}/index.html cannot be written in Pod {pod}: {output.stderr.strip()[:300]}",
            help=f"Mount the volume at {WEB_ROOT}, the web root of nginx (11.10.7.3).",
            expected=f"a folder {WEB_ROOT} in the container",
            actual=output.stderr.strip()[:300],
            location=Location(scene.submission.location(POD_FILE)),
        )


def _forwarded(scene: Scene, pod: str) -> HttpAnswer:
    # The course forwards host port 8080; that one may be mapped to the cluster, so a free one is used.
    with scene.kubectl.port_forward(scene.namespace, f"pod/{pod}", 80) as port:
        answer = probes.from_host(f"http://127.0.0.1:{port}/")
    scene.note(f"asked Pod {pod} through a port-forward: {answer}")
    return answer


DYNAMIC: Final = Scenario("dynamic", DynamicEvidence, play)
