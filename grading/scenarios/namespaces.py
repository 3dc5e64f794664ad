"""Section 11.7: the namespace dev and a Pod in it. The only scenario with the namespace `dev`."""

from __future__ import annotations

from typing import Any, Final

from grading import timeouts
from grading.errors import InfrastructureError, Unplayable
from grading.evidence.namespaces import NamespaceEvidence
from grading.i18n import _
from grading.manifest import Manifest
from grading.scene import OWNED, Object, Scene
from grading.stage import Scenario

NAMESPACE: Final = "dev"
DEFAULT: Final = "default"
NAMESPACE_FILE: Final = "ns.yaml"
POD_FILE: Final = "ns-pod.yaml"


def play(scene: Scene, evidence: NamespaceEvidence) -> None:
    """Apply ns.yaml and ns-pod.yaml, see where the Pod runs, and delete both."""
    _clear(scene)
    dev = scene.within(NAMESPACE)
    try:
        with evidence.declared.attempt():
            _make(scene, evidence)
        # A slip in ns.yaml is not to cost what ns-pod.yaml shows.
        if scene.cluster.get("Namespace", None, NAMESPACE) is None:
            dev.open()
            scene.note(
                _(
                    "made the namespace {namespace} as `kubectl create ns {namespace}` does",
                    namespace=NAMESPACE,
                )
            )
        dev.wait_usable()
        _place(scene, evidence)
    finally:
        scene.cluster.delete("Namespace", None, NAMESPACE)


def _clear(scene: Scene) -> None:
    """Delete what an earlier run left, and nothing that is not this suite's."""
    found = scene.cluster.get("Namespace", None, NAMESPACE)
    if found is None:
        return
    ours = OWNED.items() <= (found["metadata"].get("labels") or {}).items()
    if not ours:
        raise InfrastructureError(
            _(
                "the cluster has a namespace {namespace} of its own; delete it first: "
                "kubectl delete namespace {namespace}",
                namespace=NAMESPACE,
            )
        )
    scene.cluster.delete("Namespace", None, NAMESPACE)
    scene.cluster.wait_for(
        "Namespace",
        None,
        NAMESPACE,
        lambda namespace: namespace is None,
        timeouts.NAMESPACE_GONE,
        _("the namespace {namespace} of an earlier run gone", namespace=NAMESPACE),
    )


def _make(scene: Scene, evidence: NamespaceEvidence) -> None:
    name = scene.submission.manifest(NAMESPACE_FILE, "Namespace").data["metadata"]["name"]
    if name != NAMESPACE:
        scene.note(_("{file} names {name}: not applied", file=NAMESPACE_FILE, name=name))
        return
    scene.apply(NAMESPACE_FILE, "Namespace", _own)
    evidence.declared.namespaces = scene.cluster.items("Namespace")


def _own(data: dict[str, Any]) -> None:
    metadata = data["metadata"]
    metadata["labels"] = {**(metadata.get("labels") or {}), **OWNED}


def _place(scene: Scene, evidence: NamespaceEvidence) -> None:
    manifest = scene.submission.manifest(POD_FILE, "Pod")
    evidence.target = str(manifest.data["metadata"].get("namespace") or DEFAULT)
    if evidence.target not in {NAMESPACE, DEFAULT}:
        raise _elsewhere(manifest, evidence.target)
    before = _uids(scene)
    target = scene.within(evidence.target)
    name = manifest.data["metadata"]["name"]
    if evidence.target == DEFAULT and name in before.values():
        raise InfrastructureError(
            _(
                "the namespace {namespace} has a Pod {name} of its own; delete it first",
                namespace=DEFAULT,
                name=name,
            )
        )
    try:
        target.apply(POD_FILE, "Pod")
        evidence.default_pods = [n for uid, n in _uids(scene).items() if uid not in before]
        if evidence.target == NAMESPACE:
            evidence.pod = target.ready_pod(POD_FILE, name)
    finally:
        if evidence.target == DEFAULT:
            scene.cluster.delete("Pod", DEFAULT, name, grace=1)


def _uids(scene: Scene) -> dict[str, str]:
    pods: list[Object] = scene.cluster.items("Pod", DEFAULT)
    return {pod["metadata"]["uid"]: pod["metadata"]["name"] for pod in pods}


def _elsewhere(manifest: Manifest, target: str) -> Unplayable:
    return Unplayable(
        _("{file} sends its Pod to the namespace {namespace}", file=manifest.file, namespace=target[:80]),
        help=_("Write `namespace: {namespace}` below metadata (11.7.2).", namespace=NAMESPACE),
        expected=f"metadata.namespace: {NAMESPACE}",
        actual=f"metadata.namespace: {target[:80]}",
        location=manifest.at("metadata", "namespace"),
    )


NAMESPACES: Final = Scenario("namespaces", NamespaceEvidence, play)
