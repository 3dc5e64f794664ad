"""Objects of Kubernetes, answers and texts in a line or a few, as a step shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grading.evidence.base import HttpAnswer, Object
from grading.evidence.timeline import HttpSample
from grading.text.i18n import _, joined, n_


def pod_state(pod: Object) -> str:
    """Return a Pod's name, state, address and node."""
    status = pod.get("status") or {}
    conditions = status.get("conditions") or []
    ready = any(item["type"] == "Ready" and item["status"] == "True" for item in conditions)
    restarts = sum(item["restartCount"] for item in status.get("containerStatuses") or [])
    parts = [_("Ready") if ready else str(status.get("phase", ""))]
    parts += [str(status.get("podIP") or ""), _on(pod["spec"].get("nodeName"))]
    parts += [n_("{n} restart", "{n} restarts", restarts)] if restarts else []
    return joined(": ", [pod["metadata"]["name"], joined(", ", filter(None, parts))])


def _on(node: str | None) -> str:
    return _("on {node}", node=node) if node else ""


def deployment(deployment: Object | None) -> str:
    """Return the counts of a Deployment as ``kubectl get deployment`` shows them."""
    spec, status = (deployment or {}).get("spec") or {}, (deployment or {}).get("status") or {}
    counts = [status.get(key, 0) for key in ("readyReplicas", "updatedReplicas", "availableReplicas")]
    return f"READY {counts[0]}/{spec.get('replicas', 1)}, UP-TO-DATE {counts[1]}, AVAILABLE {counts[2]}"


def service(service: Object) -> str:
    """Return a Service's name, type, ports and selector."""
    spec = service["spec"]
    ports = ", ".join(
        f"{port['port']} → {port.get('targetPort', port['port'])}"
        + (f", nodePort {port['nodePort']}" if port.get("nodePort") else "")
        for port in spec.get("ports") or []
    )
    selector = ", ".join(f"{key}={value}" for key, value in (spec.get("selector") or {}).items())
    return f"{service['metadata']['name']}: {spec.get('type')}, {ports}, selector {selector or '<none>'}"


def phase(item: Object) -> str:
    """Return the phase of a volume or a claim, and what it offers or asks for."""
    spec, status = item["spec"], item.get("status") or {}
    capacity = (spec.get("capacity") or (spec.get("resources") or {}).get("requests") or {}).get("storage")
    policy = spec.get("persistentVolumeReclaimPolicy")
    parts = [status.get("phase"), capacity, *(spec.get("accessModes") or []), policy]
    return f"{item['metadata']['name']}: {', '.join(str(part) for part in parts if part)}"


def names(items: Iterable[str]) -> str:
    """Return names in a line, or that there are none."""
    return ", ".join(items) or _("none")


def answer(answer: HttpAnswer) -> str:
    """Return who was asked, and the answer."""
    where = f"{answer.url}: " if answer.url else ""
    body = joined("\n", ["", _("the page of nginx")]) if answer.is_nginx else lines(answer.body, 1)
    return joined("", [where, answer, body if answer.status else ""])


def requests(samples: Sequence[HttpSample]) -> str:
    """Return how many requests were made, and how many of them failed."""
    failed = sum(not sample.ok for sample in samples)
    return n_("{n} request, {failed} failed", "{n} requests, {failed} failed", len(samples), failed=failed)


def lines(text: str, most: int = 3) -> str:
    """Return the first lines of a text, each after a newline."""
    found = text.strip().splitlines()
    return "".join(f"\n{line}" for line in found[:most]) + ("\n…" if len(found) > most else "")


def file(text: str) -> str:
    """Return the first lines of a file."""
    return lines(text, 4).removeprefix("\n") or _("empty or missing")
