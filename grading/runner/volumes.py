"""Claims and volumes as scenarios follow them."""

from __future__ import annotations

from typing import Any, Final

from grading import timeouts
from grading.errors import InfrastructureError
from grading.evidence import summary
from grading.runner.context import Context
from grading.runner.own_namespace import OWNED
from grading.runner.owned_namespaces import is_ours
from grading.text.i18n import _

Object = dict[str, Any]

WAITING: Final = "WaitForFirstConsumer"


def phase(item: Object | None) -> str:
    """Return the phase of a claim or a volume."""
    return str(((item or {}).get("status") or {}).get("phase", ""))


def claim_events(context: Context, claim: str) -> list[Object]:
    """Return the events about a claim, the oldest first."""
    found = context.cluster.items("Event", context.namespace, fieldSelector=_about(claim))
    return sorted(found, key=lambda event: str(event.get("lastTimestamp") or event.get("eventTime") or ""))


def message(context: Context, event: Object) -> str:
    """Return what an event says, in the names of the submission (see `apart`)."""
    return str(event.get("message", "")).replace(f"-{context.namespace}", "")[:300]


def apart(context: Context, data: Object) -> None:
    """Keep a claim away from a volume that was created by hand (Kubernetes: Persistent Volumes).

    A course has deleted that volume when it comes to other claims; here it may be at play at the same
    time, in another scenario.
    """
    spec = data.get("spec", {})
    wanted = spec.get("storageClassName")
    if wanted:
        classes = {item["metadata"]["name"] for item in context.cluster.items("StorageClass")}
        if wanted not in classes:
            spec["storageClassName"] = f"{wanted}-{context.namespace}"


def wait_class(context: Context, name: str) -> None:
    """Wait until the cluster has a StorageClass that it brings itself.

    A new cluster may be late with it.

    Raises:
        InfrastructureError: it does not come.
    """
    context.cluster.wait_for(
        "StorageClass",
        None,
        name,
        lambda found: found is not None,
        timeouts.STORAGE_CLASS,
        _("the StorageClass {name}", name=name),
    )


def wait_until_seen(context: Context, claim: str) -> Object:
    """Wait until Kubernetes has looked at a new claim.

    The controller says in an event why it leaves a claim Pending, such as `WAITING`; a claim that it
    binds is Bound.

    Source: Kubernetes: Persistent Volumes, Binding.

    Returns:
        The claim then.

    Raises:
        InfrastructureError: it is not in time, or the claim does not exist any more.
    """
    known = context.cluster.get("PersistentVolumeClaim", context.namespace, claim)
    if phase(known) == "Pending":
        context.cluster.wait_for(
            "Event",
            context.namespace,
            "",
            lambda event: event is not None or _is_bound(context, claim) or lacks_volume(context, known),
            timeouts.CLAIM_SEEN,
            _("an event about the claim {claim}", claim=claim),
            selector=_about(claim),
        )
        known = context.cluster.get("PersistentVolumeClaim", context.namespace, claim)
    if known is None:
        raise InfrastructureError(_("the claim {claim} is gone", claim=claim))
    return known


def lacks_volume(context: Context, claim: Object | None) -> bool:
    """Return whether a claim names a volume that does not exist.

    Kubernetes waits for one silently.

    Source: Kubernetes: Persistent Volumes, Reserving a PersistentVolume.
    """
    name = str((claim or {}).get("spec", {}).get("volumeName", ""))
    return bool(name) and context.cluster.get("PersistentVolume", None, name) is None


def _is_bound(context: Context, claim: str) -> bool:
    return phase(context.cluster.get("PersistentVolumeClaim", context.namespace, claim)) == "Bound"


def delete_claim(context: Context, claim: str) -> None:
    """Delete a claim and wait until it is gone."""
    step = context.step(_("Delete the claim {claim}", claim=claim))
    context.cluster.delete("PersistentVolumeClaim", context.namespace, claim)
    context.cluster.wait_for(
        "PersistentVolumeClaim",
        context.namespace,
        claim,
        lambda found: found is None,
        timeouts.POD_GONE,
        _("the claim {claim} is gone", claim=claim),
    )
    step.see(_("gone"))


def wait_released(context: Context, volume: str) -> Object | None:
    """Wait until a volume whose claim was deleted changes no more, and return it.

    One with the policy Retain stays as Released; one with Delete is deleted, or Failed if it cannot be. What
    becomes of one with Recycle depends on a Pod that Kubernetes starts for it, and is not waited for
    (Kubernetes: Persistent Volumes, Reclaiming).

    Returns:
        The volume, None if it was deleted.
    """

    def done(found: Object | None) -> bool:
        if found is None:
            return True
        deleted = found["spec"].get("persistentVolumeReclaimPolicy") == "Delete"
        return phase(found) == "Failed" or (not deleted and phase(found) != "Bound")

    step = context.step(_("Look what becomes of the volume {volume}", volume=volume))
    released = context.cluster.wait_for(
        "PersistentVolume",
        None,
        volume,
        done,
        timeouts.VOLUME_GONE,
        _("the volume {volume} is Released", volume=volume),
    )
    step.see(summary.phase(released) if released else _("gone"))
    return released


def wait_available(context: Context, volume: str) -> Object:
    """Wait until a volume may be claimed (Kubernetes: Persistent Volumes, Binding).

    A claim that is made before its volume is Available is looked at again only 15 s later.

    Returns:
        The volume.
    """
    step = context.step(_("Wait until the volume {volume} may be claimed", volume=volume))
    found = context.cluster.wait_for(
        "PersistentVolume",
        None,
        volume,
        lambda item: phase(item) in {"Available", "Bound"},
        timeouts.VOLUME_AVAILABLE,
        _("the volume {volume} is Available", volume=volume),
    )
    assert found is not None  # noqa: S101 - the phase of None is empty
    step.see(summary.phase(found))
    return found


def clear_volume(context: Context, volume: str) -> None:
    """Remove what a killed run left of a volume, which has no namespace.

    Raises:
        InfrastructureError: there is such a volume that is not of this suite, which nobody else may
            take away.
    """
    found = context.cluster.get("PersistentVolume", None, volume)
    if found is None:
        return
    if not is_ours(found):
        raise InfrastructureError(
            _(
                "this cluster already has a PersistentVolume {volume}, which kubegrade did not create; "
                "delete it with `kubectl delete pv {volume}`",
                volume=volume,
            )
        )
    claim = found["spec"].get("claimRef") or {}
    namespace = context.cluster.get("Namespace", None, str(claim.get("namespace", "")) or "-")
    if namespace and namespace["metadata"].get("labels", {}).items() >= OWNED.items():
        context.cluster.delete("Namespace", None, namespace["metadata"]["name"])
    step = context.step(_("Delete the volume {volume} of an earlier run", volume=volume))
    context.cluster.delete("PersistentVolume", None, volume)
    context.cluster.wait_for(
        "PersistentVolume",
        None,
        volume,
        lambda item: item is None,
        timeouts.VOLUME_GONE,
        _("the volume {volume} of an earlier run is gone", volume=volume),
    )
    step.see(_("gone"))


def _about(claim: str) -> str:
    return f"involvedObject.kind=PersistentVolumeClaim,involvedObject.name={claim}"
