"""The pages of a Deployment's Pods themselves, without a Service in between."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from grading import timeouts
from grading.errors import InfrastructureError
from grading.evidence import summary
from grading.evidence.base import HttpAnswer
from grading.evidence.timeline import HttpSample
from grading.runner.client_pod import confirmed
from grading.runner.context import Context, Object
from grading.text.i18n import _, joined

PORT: Final = 80
"""The containerPort of the course (11.9.3.1, 11.9.4)."""
AGAIN: Final = 0.05
"""The share of requests (0 to 1) that may take more than one connection, as a Pod that ends may refuse one.
That of the reference is below 0.01, on a machine under load too.
"""


def is_page(answer: HttpAnswer) -> bool:
    """Return whether a page came back; which one does not matter here."""
    return answer.status == HTTPStatus.OK


def connect_again(requests: Sequence[HttpSample]) -> bool:
    """Return whether more requests reconnected than the ends of Pods explain."""
    return sum(sample.connects > 1 for sample in requests) > AGAIN * len(requests)


def has_suffered(requests: Sequence[HttpSample]) -> bool:
    """Return whether requests failed, or reconnected, as the ends of Pods do not explain."""
    return connect_again(requests) or any(not sample.ok for sample in requests)


def silent(pages: dict[str, HttpAnswer] | None) -> list[str]:
    """Return the Pods that serve no page (11.9.3.1, 11.9.4).

    They refuse the connection, or answer with an error.
    """
    found = (pages or {}).items()
    return sorted(name for name, answer in found if answer.was_refused or answer.status >= 400)


def ask_each(context: Context, pods: Sequence[Object], probe: str) -> dict[str, HttpAnswer]:
    """Ask Pods themselves for their page.

    Args:
        context: of the scenario.
        pods: which.
        probe: the name of the Pod that asks.

    Returns:
        The answers by the name of the Pod.
    """
    step = context.step(_("Ask each Pod itself"))
    pages: dict[str, HttpAnswer] = {}
    for pod in pods:
        address = (pod.get("status") or {}).get("podIP")
        if address:
            pages[pod["metadata"]["name"]] = _ask(context, pod, f"http://{address}:{PORT}/", probe)
    step.see(joined("\n", (joined(": ", [name, summary.answer(page)]) for name, page in pages.items())))
    return pages


def _ask(context: Context, pod: Object, url: str, probe: str) -> HttpAnswer:
    try:
        answer = context.until(is_page, lambda: context.ask(url, probe), timeouts.FIRST_LOOK)
        return confirmed(context, pod["metadata"]["name"], answer)
    except InfrastructureError as error:
        return HttpAnswer(url=url, error=str(error))  # it tells nothing of the Pod, and the scenario goes on
