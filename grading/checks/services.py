"""Section 11.8: Services."""

from __future__ import annotations

from grading.errors import CriterionFailure
from grading.evidence.services import NodePortEvidence


def check_nodeport_reachable(evidence: NodePortEvidence) -> None:
    """Check that the page came back on the host through the mapping ``30050:30050@server:0``."""
    answer = evidence.need(evidence.host)
    if answer.is_nginx:
        return
    service = evidence.need(evidence.service)
    port = service["spec"]["ports"][0]
    raise CriterionFailure(
        f"{answer.url} on the host does not answer with the page of nginx",
        help="nodePort 30050, targetPort 80 and a selector that matches the labels of the Pod in "
        "svc-nginx.yaml; see `kubectl get endpointslices` (11.8.3.2).",
        expected="HTTP 200, “Welcome to nginx!”",
        actual=f"{answer}; the Service has nodePort {port.get('nodePort')}, port {port.get('port')}, "
        f"targetPort {port.get('targetPort')}, selector {service['spec'].get('selector')}",
    )
