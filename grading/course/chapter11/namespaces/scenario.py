"""Section 11.7: the namespace dev and a Pod in it. The only scenario with the namespace `dev`."""

from __future__ import annotations

from typing import Any, Final

from grading import timeouts
from grading.course.chapter11.namespaces.evidence import NamespaceEvidence
from grading.errors import InfrastructureError, Unplayable
from grading.evidence import summary
from grading.runner.context import OWNED, Context, Object
from grading.runner.scenario import Scenario
from grading.submission.manifest import Manifest
from grading.text.i18n import _, marked

NAMESPACE: Final = "dev"
DEFAULT: Final = "default"
COURSE_NAMESPACES: Final = {DEFAULT, NAMESPACE, "kube-node-lease", "kube-public", "kube-system"}
"""The namespaces that a student sees; those of the other scenarios are there beside them."""
NAMESPACE_FILE: Final = "ns.yaml"
POD_FILE: Final = "ns-pod.yaml"


def play(context: Context, evidence: NamespaceEvidence) -> None:
    """Apply ns.yaml and ns-pod.yaml, see where the Pod runs, and delete both."""
    _clear(context)
    dev = context.within(NAMESPACE)
    try:
        with context.attempt(evidence.declared):
            _make(context, evidence)
        # A slip in ns.yaml is not to cost what ns-pod.yaml shows.
        if context.cluster.get("Namespace", None, NAMESPACE) is None:
            dev.open()
            context.step(
                _("Make the namespace as `kubectl create ns {namespace}` does", namespace=NAMESPACE),
                NAMESPACE,
            )
        dev.wait_usable()
        _place(context, evidence)
    finally:
        context.cluster.delete("Namespace", None, NAMESPACE)


def _clear(context: Context) -> None:
    """Delete what an earlier run left, and nothing that is not this suite's."""
    found = context.cluster.get("Namespace", None, NAMESPACE)
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
    context.cluster.delete("Namespace", None, NAMESPACE)
    context.cluster.wait_for(
        "Namespace",
        None,
        NAMESPACE,
        lambda namespace: namespace is None,
        timeouts.NAMESPACE_GONE,
        _("the namespace {namespace} of an earlier run gone", namespace=NAMESPACE),
    )


def _make(context: Context, evidence: NamespaceEvidence) -> None:
    name = context.submission.manifest(NAMESPACE_FILE, "Namespace").data["metadata"]["name"]
    if name != NAMESPACE:
        context.step(
            _("Look what {file} names", file=NAMESPACE_FILE),
            _("{name}, so that it is not applied", name=name),
        )
        return
    context.apply(NAMESPACE_FILE, "Namespace", _own)
    evidence.declared.namespaces = context.cluster.items("Namespace")
    names = (item["metadata"]["name"] for item in evidence.declared.namespaces)
    context.step(_("List the namespaces"), summary.names(name for name in names if name in COURSE_NAMESPACES))


def _own(data: dict[str, Any]) -> None:
    metadata = data["metadata"]
    metadata["labels"] = {**(metadata.get("labels") or {}), **OWNED}


def _place(context: Context, evidence: NamespaceEvidence) -> None:
    manifest = context.submission.manifest(POD_FILE, "Pod")
    evidence.target = str(manifest.data["metadata"].get("namespace") or DEFAULT)
    context.step(_("Look where {file} sends its Pod", file=POD_FILE), evidence.target)
    if evidence.target not in {NAMESPACE, DEFAULT}:
        raise _elsewhere(manifest, evidence.target)
    before = _uids(context)
    target = context.within(evidence.target)
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
        evidence.default_pods = [n for uid, n in _uids(context).items() if uid not in before]
        context.step(_("List the new Pods in default"), summary.names(evidence.default_pods))
        if evidence.target == NAMESPACE:
            evidence.pod = target.ready_pod(POD_FILE, name)
    finally:
        if evidence.target == DEFAULT:
            context.cluster.delete("Pod", DEFAULT, name, grace=1)


def _uids(context: Context) -> dict[str, str]:
    pods: list[Object] = context.cluster.items("Pod", DEFAULT)
    return {pod["metadata"]["uid"]: pod["metadata"]["name"] for pod in pods}


def _elsewhere(manifest: Manifest, target: str) -> Unplayable:
    return Unplayable(
        _("{file} sends its Pod to the namespace {namespace}", file=manifest.file, namespace=target[:80]),
        help=_("Write `namespace: {namespace}` below metadata (11.7.2).", namespace=NAMESPACE),
        expected=f"metadata.namespace: {NAMESPACE}",
        actual=f"metadata.namespace: {target[:80]}",
        location=manifest.at("metadata", "namespace"),
    )


NAMESPACES: Final = Scenario(
    "namespaces", NamespaceEvidence, play, title=marked("A namespace and a Pod in it")
)
