"""Section 11.5: Pods."""

from __future__ import annotations

import ipaddress

from grading.course.chapter11.pods.evidence import CONTAINER_GONE, PodEvidence
from grading.errors import CriterionFailure, InfrastructureError
from grading.text.i18n import _
from grading.text.sanitize import one_line

POD_RANGE = ipaddress.ip_network("10.42.0.0/16")
"""k3s's default cluster CIDR, from which the Pods of the course have their addresses (11.5.4.2)."""

FILE = "second-pod.yaml"
_COMMAND_ENDED = ("terminated with exit code", "executable file not found", "no such file", CONTAINER_GONE)


def check_running(evidence: PodEvidence) -> None:
    """Check that the Pod is Ready with an address of its own and serves nginx's page to another Pod."""
    pod = evidence.need(evidence.running.pod, evidence.running)
    address = pod["status"].get("podIP", "")
    if not address or address == pod["status"].get("hostIP"):
        raise CriterionFailure(
            _("the Pod has no address of its own"),
            help=_("See `kubectl get pods -o wide` (11.5.3)."),
            expected=_("an address in {range}", range=POD_RANGE),
            actual=address or _("none"),
            location=evidence.at(FILE, "spec"),
        )
    answer = evidence.need(evidence.running.http, evidence.running)
    if answer.is_nginx:
        return
    if not answer.status and not answer.was_refused:
        raise InfrastructureError(
            _("{url} did not answer another Pod: {answer}", url=answer.url, answer=answer)
        )
    raise CriterionFailure(
        _("the Pod does not answer with the page of nginx on port 80"),
        help=_("Check image and containerPort; `kubectl logs` shows what the container does (11.5.4.2)."),
        expected="HTTP 200, “Welcome to nginx!”",
        actual=str(answer),
        location=evidence.at(FILE, "spec", "containers", 0),
    )


def check_exec(evidence: PodEvidence) -> None:
    """Check that ``ls -al`` ran in the container and listed a folder."""
    output = evidence.need(evidence.listing, evidence.running)
    lines = output.stdout.splitlines()
    if output.status == 0 and any(line.split()[-1:] == [".."] for line in lines):
        return
    if output.status != 0 and not any(words in output.stderr for words in _COMMAND_ENDED):
        raise InfrastructureError(
            _("kubectl exec could not run ls -al: {words}", words=one_line(output.stderr))
        )
    raise CriterionFailure(
        _("`ls -al` does not run in the Pod"),
        help=_(
            "Use the image of the course, and leave its PATH alone; "
            "`kubectl exec nginx-pod2 -- ls -al` shows the same (11.5.4.2)."
        ),
        expected=_("the list of a folder"),
        actual=one_line(output.stderr)
        or _("exit status {status}: {words}", status=output.status, words=one_line(output.stdout)),
        location=evidence.at(FILE, "spec", "containers", 0),
    )


def check_not_replaced(evidence: PodEvidence) -> None:
    """Check that nothing came in the place of the deleted Pod."""
    evidence.need(evidence.deleted_uid, evidence.running)
    appeared = evidence.need(evidence.appeared)
    if not appeared:
        return
    metadata = appeared[0]["metadata"]
    owners = [f"{owner['kind']} {owner['name']}" for owner in metadata.get("ownerReferences") or []]
    raise CriterionFailure(
        _("another Pod came in the place of the deleted one"),
        help=_("Declare a Pod and nothing that makes Pods: a bare Pod has nobody to bring it back (11.5.2)."),
        expected=_("no Pod"),
        actual=_("Pod {name} of {owners}", name=metadata["name"], owners=", ".join(owners))
        if owners
        else _("Pod {name}", name=metadata["name"]),
        location=evidence.at(FILE),
    )
