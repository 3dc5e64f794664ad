"""Section 11.10.7.2: a PersistentVolume made by hand, its claim, and a Pod that is deleted and made again."""

from __future__ import annotations

import secrets
import time
from typing import Any, Final

from grading import timeouts
from grading.errors import Location, Unplayable
from grading.evidence.storage import ClaimEvidence
from grading.scene import Scene
from grading.stage import Scenario

POD_FILE: Final = "pod-with-pvc.yaml"
CLAIM_FILE: Final = "manual-pvc.yaml"
FOLDER: Final = "/mydata"
_BINDING_GRACE: Final = 8.0
"""Seconds; binding takes one, and before it has seen the volume Kubernetes may warn that there is none."""


def play(scene: Scene, evidence: ClaimEvidence) -> None:
    """Apply volume, claim and Pod; write; delete the Pod, make it again, and read."""
    volume = scene.apply("manual-pv.yaml", "PersistentVolume")["metadata"]["name"]
    claim = scene.apply(CLAIM_FILE, "PersistentVolumeClaim")["metadata"]["name"]
    evidence.claim = _bound(scene, claim, volume)
    evidence.volume = scene.cluster.get("PersistentVolume", None, volume)
    name = scene.apply(POD_FILE, "Pod")["metadata"]["name"]
    evidence.first_pod = scene.ready_pod(POD_FILE, name)
    evidence.nonce = f"Important data {secrets.token_hex(8)}"
    _write(scene, name, evidence.nonce)
    evidence.file_before = _read(scene, name, "file.txt")
    # Its first process is a shell, which ignores SIGTERM: the default grace period would be 30 s of
    # waiting, and what is looked at is what remains, not how it ends.
    scene.delete_pod(name, grace=1)
    node = evidence.first_pod["spec"]["nodeName"]
    scene.apply(POD_FILE, "Pod", lambda data: pin(data, node))
    evidence.second_pod = scene.ready_pod(POD_FILE, name)
    evidence.file_after = _read(scene, name, "file.txt")
    evidence.important_after = _read(scene, name, "important.txt")


def pin(data: dict[str, Any], node: str) -> None:
    """Send a Pod to a node.

    A hostPath volume lives on one node; on a cluster of several, the second Pod could land on another
    and find nothing, through no fault of the student.
    """
    spec = data["spec"]
    spec["nodeSelector"] = {**(spec.get("nodeSelector") or {}), "kubernetes.io/hostname": node}


def _bound(scene: Scene, claim: str, volume: str) -> dict[str, Any]:
    applied = time.monotonic()

    def done(found: dict[str, Any] | None) -> bool:
        if found is None:
            return False
        if (found.get("status") or {}).get("phase") == "Bound":
            return True
        if time.monotonic() - applied > _BINDING_GRACE and (reason := _why_pending(scene, claim)):
            raise Unplayable(
                f"the claim {claim} stays Pending: {reason}",
                help="Compare class, size and access mode of volume and claim; "
                f"see `kubectl describe pvc {claim}` (11.10.7.2).",
                expected=f"Bound to {volume}",
                actual="Pending",
                location=Location(scene.submission.location(CLAIM_FILE)),
            )
        return False

    found = scene.cluster.wait_for(
        "PersistentVolumeClaim", scene.namespace, claim, done, timeouts.CLAIM_BOUND, f"claim {claim} Bound"
    )
    assert found is not None  # noqa: S101 - done() is false for None
    return found


def _why_pending(scene: Scene, claim: str) -> str | None:
    """Return the last event's message about a claim, None where Kubernetes said nothing about it."""
    selector = f"involvedObject.kind=PersistentVolumeClaim,involvedObject.name={claim}"
    events = scene.cluster.items("Event", scene.namespace, fieldSelector=selector)
    messages = [str(event.get("message", "")) for event in events]
    return messages[-1][:300] if messages else None


def _write(scene: Scene, pod: str, text: str) -> None:
    command = f"echo '{text}' > {FOLDER}/important.txt"
    output = scene.kubectl.exec(scene.namespace, pod, "sh", "-c", command)
    if output.status != 0:
        raise Unplayable(
            f"{FOLDER}/important.txt cannot be written in Pod {pod}: {output.stderr.strip()[:300]}",
            help=f"Mount the volume at {FOLDER} (11.10.7.2).",
            expected=f"a folder {FOLDER} in the container",
            actual=output.stderr.strip()[:300],
            location=Location(scene.submission.location(POD_FILE)),
        )


def _read(scene: Scene, pod: str, name: str) -> str:
    output = scene.kubectl.exec(scene.namespace, pod, "cat", f"{FOLDER}/{name}")
    return output.stdout.strip() if output.status == 0 else ""


CLAIM: Final = Scenario("claim", ClaimEvidence, play)
