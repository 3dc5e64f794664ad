"""Objects of Kubernetes, answers and texts in a line or a few, None where there are none."""

from __future__ import annotations

from grading.evidence.base import HttpAnswer, Object
from grading.evidence.rollout import Revision
from grading.text.i18n import _, joined, n_


def pod_state(pod: Object | None) -> str | None:
    """Return a Pod's name, state, address and node."""
    if pod is None:
        return None
    conditions = pod["status"].get("conditions") or []
    ready = any(item["type"] == "Ready" and item["status"] == "True" for item in conditions)
    restarts = sum(item["restartCount"] for item in pod["status"].get("containerStatuses") or [])
    parts = [_("Ready") if ready else str(pod["status"].get("phase", ""))]
    parts += [str(pod["status"].get("podIP") or ""), _on(pod["spec"].get("nodeName"))]
    parts += [n_("{n} restart", "{n} restarts", restarts)] if restarts else []
    return joined(": ", [pod["metadata"]["name"], joined(", ", filter(None, parts))])


def _on(node: str | None) -> str:
    return _("on {node}", node=node) if node else ""


def service(service: Object | None) -> str | None:
    """Return a Service's name, type, ports and selector."""
    if service is None:
        return None
    spec = service["spec"]
    ports = ", ".join(
        f"{port['port']} → {port.get('targetPort', port['port'])}"
        + (f", nodePort {port['nodePort']}" if port.get("nodePort") else "")
        for port in spec.get("ports") or []
    )
    selector = ", ".join(f"{key}={value}" for key, value in (spec.get("selector") or {}).items())
    return f"{service['metadata']['name']}: {spec.get('type')}, {ports}, selector {selector or '<none>'}"


def phase(item: Object | None) -> str | None:
    """Return the phase of a volume or a claim, and what it offers or asks for."""
    if item is None:
        return None
    spec = item["spec"]
    capacity = (spec.get("capacity") or (spec.get("resources") or {}).get("requests") or {}).get("storage")
    policy = spec.get("persistentVolumeReclaimPolicy")
    parts = [item["status"].get("phase"), capacity, *(spec.get("accessModes") or []), policy]
    return f"{item['metadata']['name']}: {', '.join(str(part) for part in parts if part)}"


def gone(gone: bool | None, volume: Object | None) -> str | None:
    """Return whether a volume went, or what became of it."""
    if gone is None:
        return None
    return _("gone") if gone else phase(volume)


def answer(answer: HttpAnswer | None) -> str | None:
    """Return who was asked, and the answer."""
    if answer is None:
        return None
    where = f"{answer.url}: " if answer.url else ""
    body = joined("\n", ["", _("the page of nginx")]) if answer.is_nginx else lines(answer.body, 1)
    return joined("", [where, answer, body if answer.status else ""])


def lines(text: str, most: int = 3) -> str:
    """Return the first lines of a text, each after a newline."""
    found = text.strip().splitlines()
    return "".join(f"\n{line}" for line in found[:most]) + ("\n…" if len(found) > most else "")


def file(text: str | None) -> str | None:
    """Return the first lines of a file."""
    if text is None:
        return None
    return lines(text, 4).removeprefix("\n") or _("empty, or not there")


def revisions(revisions: list[Revision] | None) -> str | None:
    """Return a history, a revision a line."""
    return None if revisions is None else "\n".join(map(str, revisions)) or _("no revisions")
