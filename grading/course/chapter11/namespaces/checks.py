"""Section 11.7: namespaces."""

from __future__ import annotations

from grading.course.chapter11.namespaces.evidence import NamespaceEvidence
from grading.errors import CriterionFailure
from grading.text.i18n import _, joined

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
            _("not Active: {names}", names=", ".join(lacking)),
            help=_("See `kubectl get namespaces` (11.7.1)."),
            expected=_(
                "{namespace} and {standard}, all Active",
                namespace=NAMESPACE,
                standard=", ".join(sorted(STANDARD)),
            ),
            actual=joined(", ", (joined(" ", (name, phases.get(name) or _("missing"))) for name in lacking)),
            location=evidence.at("ns.yaml"),
        )


def check_pod_placed(evidence: NamespaceEvidence) -> None:
    """Check that the Pod of ns-pod.yaml runs in `dev`, and that `default` does not show it."""
    strays = evidence.need(evidence.default_pods)
    if strays:
        raise CriterionFailure(
            _("the Pod {pod} is in the namespace default", pod=strays[0]),
            help=_(
                "Write `namespace: {namespace}` below metadata, two spaces in; without it a Pod goes to "
                "`default` (11.7.2). See `kubectl get pods -n {namespace}`.",
                namespace=NAMESPACE,
            ),
            expected=_("the Pod in {namespace} and not in default", namespace=NAMESPACE),
            actual=_("the Pod in {namespace}", namespace=evidence.target),
            location=evidence.at("ns-pod.yaml", "metadata"),
        )
    pod = evidence.need(evidence.pod)
    namespace, phase = pod["metadata"]["namespace"], pod["status"].get("phase")
    if namespace != NAMESPACE or phase != "Running":
        raise CriterionFailure(
            _("the Pod does not run in {namespace}", namespace=NAMESPACE),
            help=_("See `kubectl get pods -n {namespace}` (11.7.3).", namespace=NAMESPACE),
            expected=_("Running in {namespace}", namespace=NAMESPACE),
            actual=_("{phase} in {namespace}", phase=phase, namespace=namespace),
            location=evidence.at("ns-pod.yaml", "metadata", "namespace"),
        )
