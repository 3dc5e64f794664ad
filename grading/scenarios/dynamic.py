"""Section 11.10.7.3: a claim on the default StorageClass and a web server whose page is on it."""

from __future__ import annotations

import secrets
from typing import Any, Final

from grading import probes
from grading.errors import InfrastructureError, Location, Unplayable
from grading.evidence.base import HttpAnswer
from grading.evidence.storage import DynamicEvidence
from grading.i18n import _
from grading.scenarios import volumes
from grading.scenarios.files import write_file
from grading.scene import Scene
from grading.stage import Scenario

Object = dict[str, Any]

POD_FILE: Final = "dynamic-pod.yaml"
CLAIM_FILE: Final = "dynamic-pvc.yaml"
WEB_ROOT: Final = "/usr/share/nginx/html"


def play(scene: Scene, evidence: DynamicEvidence) -> None:
    """Apply the claim and look; apply the Pod, write a page, make the Pod again; delete the claim."""
    claim = scene.apply(CLAIM_FILE, "PersistentVolumeClaim", lambda data: volumes.apart(scene, data))
    name = claim["metadata"]["name"]
    evidence.unused_claim = volumes.wait_until_seen(scene, name)
    evidence.unused_reasons = [str(e.get("reason", "")) for e in volumes.claim_events(scene, name)]
    evidence.unused_volumes = _volumes_of(scene, name)
    with scene.part("pod"):
        _serve(scene, evidence, name)
    evidence.claim = scene.cluster.get("PersistentVolumeClaim", scene.namespace, name)
    volume = str((evidence.claim or {}).get("spec", {}).get("volumeName", ""))
    if volume:
        evidence.volume = scene.cluster.get("PersistentVolume", None, volume)
        volumes.delete_claim(scene, name)
        evidence.volume_gone = volumes.wait_released(scene, volume) is None


def _serve(scene: Scene, evidence: DynamicEvidence, claim: str) -> None:
    """Play the Pod of the course: write a page and ask for it; make the Pod again and ask again."""
    name = scene.apply(POD_FILE, "Pod")["metadata"]["name"]
    try:
        evidence.first_pod = scene.ready_pod(POD_FILE, name, also=lambda: _check_provisioned(scene, claim))
        page = f"<h1>Persistent Web Content {secrets.token_hex(8)}</h1>"
        help_text = _("Mount the volume at {folder}, the web root of nginx (11.10.7.3).", folder=WEB_ROOT)
        write_file(scene, POD_FILE, name, f"{WEB_ROOT}/index.html", page, help=help_text)
        evidence.nonce = page
        evidence.page_before = _forwarded(scene, name)
        scene.delete_pod(name)
        scene.apply(POD_FILE, "Pod")
        evidence.second_pod = scene.ready_pod(POD_FILE, name)
        evidence.page_after = _forwarded(scene, name)
    finally:
        scene.delete_pod(name, grace=1)


def _check_provisioned(scene: Scene, claim: str) -> None:
    """Raise where the class says that it cannot make a volume for the claim.

    The Pod itself then only waits: the scheduler gives up on such a claim after ten minutes.
    """
    for event in volumes.claim_events(scene, claim):
        if event.get("reason") == "ProvisioningFailed":
            message = volumes.message(scene, event)
            if not any(words in message for words in _REFUSED):
                raise InfrastructureError(
                    _("no volume is made for the claim {claim}: {message}", claim=claim, message=message)
                )
            raise Unplayable(
                _("no volume is made for the claim {claim}: {message}", claim=claim, message=message),
                help=_(
                    "The class local-path gives volumes of access mode ReadWriteOnce; see "
                    "`kubectl describe pvc {claim}` (11.10.7.3).",
                    claim=claim,
                ),
                expected=_("a volume made by local-path"),
                actual=message,
                location=Location(scene.submission.location(CLAIM_FILE)),
            )


_REFUSED: Final = ("only support", "Only support", "not found", "not supported")
"""Parts of the messages in which a provisioner, or Kubernetes for a class that does not exist, turns a
claim down for what it asks."""


def _volumes_of(scene: Scene, claim: str) -> list[Object]:
    found = []
    for volume in scene.cluster.items("PersistentVolume"):
        owner = volume["spec"].get("claimRef") or {}
        if owner.get("namespace") == scene.namespace and owner.get("name") == claim:
            found.append(volume)
    return found


def _forwarded(scene: Scene, pod: str) -> HttpAnswer:
    # The course forwards host port 8080; that one may be mapped to the cluster, so a free one is used.
    with scene.kubectl.port_forward(scene.namespace, f"pod/{pod}", 80) as port:
        answer = probes.from_host(f"http://127.0.0.1:{port}/")
    scene.note(_("asked Pod {pod} through a port-forward: {answer}", pod=pod, answer=answer))
    return answer


DYNAMIC: Final = Scenario("dynamic", DynamicEvidence, play, usual=20.0)
