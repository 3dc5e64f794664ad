"""Section 11.10.7.2: a PersistentVolume made by hand, its claim, and a Pod that is deleted and made again.

The only scenario that makes the volume of the course: it belongs to the whole cluster.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from typing import Any, Final

from grading import timeouts
from grading.cleanup import afterwards
from grading.course.chapter11.storage.course_values import (
    IMPORTANT_NAME,
    IMPORTANT_TEXT,
    MANUAL_CLAIM_FILE,
    MANUAL_POD_FILE,
    MANUAL_VOLUME_FILE,
    WRITTEN_NAME,
)
from grading.course.chapter11.storage.evidence import ClaimEvidence
from grading.course.chapter11.storage.keeper import KEPT_FILE, start_keeper
from grading.errors import Unplayable
from grading.evidence import summary
from grading.k8s.binding import Path, unfit
from grading.k8s.field_types import dotted
from grading.runner import volumes
from grading.runner.container_files import read_file, read_own_file, read_written, write_file
from grading.runner.context import Context
from grading.runner.owned_namespaces import label
from grading.runner.placement import pin
from grading.runner.scenario import Scenario
from grading.runner.volume_room import ready_pod
from grading.submission.namespace_agreement import DEFAULT, namespace_of
from grading.text.i18n import _, joined, marked

Object = dict[str, Any]

FOLDER: Final = "/mydata"


def play(context: Context, evidence: ClaimEvidence) -> None:
    """Play the volume, claim and Pod of the course; then delete the claim (11.10.7.2).

    The Pod writes, is deleted and created again, and reads.
    """
    manifest = context.manifest(MANUAL_VOLUME_FILE, "PersistentVolume")
    volumes.clear_volume(context, manifest.name)
    home = _home_of_claim(context)
    edited = context.apply(MANUAL_VOLUME_FILE, "PersistentVolume", lambda data: own(context, data, home))
    volume = edited["metadata"]["name"]
    evidence.volume = volumes.wait_available(context, volume)
    claim = context.apply(MANUAL_CLAIM_FILE, "PersistentVolumeClaim")["metadata"]["name"]
    seen = _bound(context, claim, evidence.volume)
    if volumes.phase(seen) == "Bound":
        evidence.claim = seen
    with context.part("pod"):
        _demo(context, evidence)
    evidence.claim = context.cluster.get("PersistentVolumeClaim", context.namespace, claim)
    if evidence.claim:
        context.step(_("Look at the claim"), summary.phase(evidence.claim))
    evidence.volume = context.cluster.get("PersistentVolume", None, volume)
    if evidence.volume:
        context.step(_("Look at the volume"), summary.phase(evidence.volume))
    if volumes.phase(evidence.volume) == "Bound":
        _release(context, evidence, claim, volume)


def own(context: Context, data: Object, home: str = DEFAULT) -> None:
    """Label a volume, give it a folder of its own, and keep it for its claim.

    A hostPath stays on its node, so that what an earlier submission wrote on a cluster that is kept would
    pass for this one's.

    Args:
        context: of the scenario, whose namespace is in the place of that of the claim.
        data: the volume.
        home: the namespace of the claim as it was handed in. A volume that is kept for a claim of another one
            is so here, too.
    """
    label(data)
    spec = data.get("spec", {})
    path, claim = spec.get("hostPath", {}), spec.get("claimRef", {})
    if "path" in path:
        path["path"] = f"{path['path'].rstrip('/')}/{context.namespace}"
    if named := claim.get("namespace"):
        claim["namespace"] = context.namespace if named == home else f"other-{context.namespace}"


def _home_of_claim(context: Context) -> str:
    """Return the namespace that the claim goes to as it was handed in."""
    with contextlib.suppress(Unplayable):
        return namespace_of(context.submission.manifest(MANUAL_CLAIM_FILE, "PersistentVolumeClaim"))
    return DEFAULT


def _demo(context: Context, evidence: ClaimEvidence) -> None:
    """Play the Pod of the course: write, delete it, make it again, read."""
    name = context.apply(MANUAL_POD_FILE, "Pod")["metadata"]["name"]
    with afterwards(lambda: context.delete_pod(name, grace=1)):
        evidence.first_pod = ready_pod(context, MANUAL_POD_FILE, name)
        nonce = f"{IMPORTANT_TEXT} {secrets.token_hex(8)}"
        path, help_text = (
            f"{FOLDER}/{IMPORTANT_NAME}",
            _("Mount the volume at {folder} (11.10.7.2).", folder=FOLDER),
        )
        write_file(context, MANUAL_POD_FILE, name, path, nonce, help=help_text)
        evidence.nonce = nonce
        evidence.file_before = read_written(context, MANUAL_POD_FILE, name, f"{FOLDER}/{WRITTEN_NAME}")
        # Its first process is a shell, which ignores SIGTERM: the default grace period would be 30 s
        # of waiting, and what is looked at is what remains, not how it ends.
        context.delete_pod(name, grace=1)
        node = evidence.first_pod["spec"]["nodeName"]
        context.apply(MANUAL_POD_FILE, "Pod", lambda data: pin(data, node))
        evidence.second_pod = ready_pod(context, MANUAL_POD_FILE, name)
        evidence.file_after = read_written(context, MANUAL_POD_FILE, name, f"{FOLDER}/{WRITTEN_NAME}")
        evidence.important_after = read_file(context, MANUAL_POD_FILE, name, path)


def _release(context: Context, evidence: ClaimEvidence, claim: str, volume: str) -> None:
    """Delete the claim, look at the volume, and read it through a claim made again.

    With Pods of the suite's own, so that a slip in the student's Pod does not count here; they find its
    file if it could write one.
    """
    node = evidence.first_pod["spec"]["nodeName"] if evidence.first_pod else None
    evidence.written = evidence.nonce
    if (
        evidence.nonce is None
        or evidence.important_after != evidence.nonce
        or _in_subfolder(evidence.first_pod)
    ):
        evidence.written = f"{IMPORTANT_TEXT} {secrets.token_hex(8)}"
        keeper = start_keeper(context, claim, node)
        name, node = keeper["metadata"]["name"], keeper["spec"]["nodeName"]
        write_file(context, MANUAL_VOLUME_FILE, name, KEPT_FILE, evidence.written, help="")
        context.delete_pod(name, grace=0)
    volumes.delete_claim(context, claim)
    evidence.released_volume = volumes.wait_released(context, volume)
    evidence.volume_gone = evidence.released_volume is None
    released = evidence.released_volume
    if released is None or released["spec"].get("persistentVolumeReclaimPolicy") != "Retain":
        return
    # What an administrator does who wants to use the data again (Kubernetes: Reclaiming, Retain).
    context.cluster.patch("PersistentVolume", None, volume, {"spec": {"claimRef": None}})
    volumes.wait_available(context, volume)
    context.apply(MANUAL_CLAIM_FILE, "PersistentVolumeClaim")
    keeper = start_keeper(context, claim, node)
    evidence.kept = read_own_file(context, MANUAL_VOLUME_FILE, keeper["metadata"]["name"], KEPT_FILE)


def _in_subfolder(pod: Object | None) -> bool:
    """Return whether a Pod mounts a folder of a volume only.

    Then its files are not at the top.
    """
    containers = pod["spec"]["containers"] if pod else []
    mounts = [mount for container in containers for mount in container.get("volumeMounts") or []]
    return any(mount.get("subPath") or mount.get("subPathExpr") for mount in mounts)


def _bound(context: Context, claim: str, volume: Object) -> Object:
    """Wait until the claim is Bound, or waits for a Pod to use it."""
    step = context.step(_("Wait until the claim {claim} is Bound", claim=claim))
    applied = time.monotonic()

    def done(found: Object | None) -> bool:
        if found is None:
            return False
        if volumes.phase(found) == "Bound":
            return True
        if volumes.lacks_volume(context, found):
            raise _unknown_volume(context, found)
        last = next(reversed(volumes.claim_events(context, claim)), None)
        if last is None:
            return False
        if last.get("reason") == volumes.WAITING:
            # Its class binds later than the course's; whether it is right then, the check says.
            return True
        field = unfit(volume, found)
        if field and time.monotonic() - applied > timeouts.CLAIM_PENDING:
            raise _unfit(context, found, volume, field, volumes.message(context, last))
        # If nothing keeps the two apart Kubernetes is late, which is not the manifests' fault.
        return False

    found = context.cluster.wait_for(
        "PersistentVolumeClaim",
        context.namespace,
        claim,
        done,
        timeouts.CLAIM_BOUND,
        _("claim {claim} Bound", claim=claim),
    )
    assert found is not None  # noqa: S101 - done() is false for None
    step.see(summary.phase(found))
    return found


def _unfit(context: Context, claim: Object, volume: Object, field: Path, words: str) -> Unplayable:
    name = claim["metadata"]["name"]
    return Unplayable(
        _(
            "the claim {claim} stays Pending: its {field} does not fit the volume",
            claim=name,
            field=dotted(field),
        ),
        help=_(
            "Volume and claim must agree; see `kubectl describe pvc {claim}` and "
            "`kubectl describe pv {volume}` (11.10.7.2).",
            claim=name,
            volume=volume["metadata"]["name"],
        ),
        expected=_("Bound to {volume}", volume=volume["metadata"]["name"]),
        actual=joined(": ", ["Pending", words]),
        location=context.manifest(MANUAL_CLAIM_FILE, "PersistentVolumeClaim").at(*field),
    )


def _unknown_volume(context: Context, claim: Object) -> Unplayable:
    manifest = context.manifest(MANUAL_CLAIM_FILE, "PersistentVolumeClaim")
    name = claim["spec"]["volumeName"]
    return Unplayable(
        _(
            "the claim {claim} requests the volume {name}, which does not exist",
            claim=claim["metadata"]["name"],
            name=name,
        ),
        help=_("Leave `volumeName` out, or write the name of the volume in manual-pv.yaml (11.10.7.2)."),
        expected=_("a volume that exists"),
        actual=f"spec.volumeName: {name}",
        location=manifest.at("spec", "volumeName"),
    )


CLAIM: Final = Scenario(
    "claim",
    ClaimEvidence,
    play,
    title=marked("A volume made by hand, its claim and a Pod"),
    usual=20.0,
)
