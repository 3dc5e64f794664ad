"""Section 11.5: Pods."""

from __future__ import annotations

import ipaddress

from grading.errors import CriterionFailure
from grading.evidence.pods import PodEvidence

POD_RANGE = ipaddress.ip_network("10.42.0.0/16")
"""k3s's default cluster CIDR, from which the Pods of the course have their addresses (11.5.4.2)."""


def check_running(evidence: PodEvidence) -> None:
    """Check that the Pod is Ready with an address of its own and serves nginx's page to another Pod."""
    pod = evidence.need(evidence.pod)
    address = pod["status"].get("podIP", "")
    if not address or address == pod["status"].get("hostIP"):
        raise CriterionFailure(
            "the Pod has no address of its own",
            help="See `kubectl get pods -o wide` (11.5.3).",
            expected=f"an address in {POD_RANGE}",
            actual=address or "none",
        )
    answer = evidence.need(evidence.http)
    if not answer.is_nginx:
        raise CriterionFailure(
            "the Pod does not answer with the page of nginx on port 80",
            help="Check image and containerPort; `kubectl logs` shows what the container does (11.5.4.2).",
            expected="HTTP 200, “Welcome to nginx!”",
            actual=str(answer),
        )
