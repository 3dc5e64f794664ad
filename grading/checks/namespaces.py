"""Section 11.7: namespaces."""

from __future__ import annotations

from grading.errors import CriterionFailure
from grading.evidence.namespaces import NamespaceEvidence

NAMESPACE = "dev"
STANDARD = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})
"""The namespaces of every new cluster (11.7.1)."""


def check_active(evidence: NamespaceEvidence) -> None:
    """Check that `dev` is Active beside the four namespaces that every cluster has."""
    namespaces = evidence.need(evidence.declared.namespaces, evidence.declared)
    phases = {item["metadata"]["name"]: (item.get("status") or {}).get("phase") for item in namespaces}
    lacking = sorted(name for name in STANDARD | {NAMESPACE} if phases.get(name) != "Active")
    if lacking:
        raise CriterionFailure(
            f"not Active: {', '.join(lacking)}",
            help="See `kubectl get namespaces` (11.7.1).",
            expected=f"{NAMESPACE} and {', '.join(sorted(STANDARD))}, all Active",
            actual=", ".join(f"{name} {phases.get(name, 'missing')}" for name in lacking),
            location=evidence.at("ns.yaml"),
        )


def check_pod_placed(evidence: NamespaceEvidence) -> None:
    """Check that the Pod of ns-pod.yaml runs in `dev`, and that `default` does not show it."""
    strays = evidence.need(evidence.default_pods)
    if strays:
        raise CriterionFailure(
            f"the Pod {strays[0]} is in the namespace default",
            help=f"Write `namespace: {NAMESPACE}` below metadata, two spaces in; without it a Pod goes to "
            f"`default` (11.7.2). See `kubectl get pods -n {NAMESPACE}`.",
            expected=f"the Pod in {NAMESPACE} and not in default",
            actual=f"the Pod in {evidence.target}",
            location=evidence.at("ns-pod.yaml", "metadata"),
        )
    pod = evidence.need(evidence.pod)
    namespace, phase = pod["metadata"]["namespace"], pod["status"].get("phase")
    if namespace != NAMESPACE or phase != "Running":
        raise CriterionFailure(
            f"the Pod does not run in {NAMESPACE}",
            help=f"See `kubectl get pods -n {NAMESPACE}` (11.7.3).",
            expected=f"Running in {NAMESPACE}",
            actual=f"{phase} in {namespace}",
            location=evidence.at("ns-pod.yaml", "metadata", "namespace"),
        )
