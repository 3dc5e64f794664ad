"""What the scenario of section 11.7 records."""

from __future__ import annotations

from pydantic import Field

from grading.evidence.base import Evidence, Object, Part


class DeclaredPart(Part):
    """Section 11.7.1: the namespaces after ns.yaml was applied."""

    namespaces: list[Object] | None = None


class NamespaceEvidence(Evidence):
    """Section 11.7: the namespace dev and a Pod in it.

    Attributes:
        target: the namespace that ns-pod.yaml names, `default` where it names none.
        pod: the Pod, Ready, in the namespace that it was sent to.
        default_pods: the Pods that the scenario brought into `default`.
    """

    declared: DeclaredPart = Field(default_factory=DeclaredPart)
    target: str | None = None
    pod: Object | None = None
    default_pods: list[str] | None = None
