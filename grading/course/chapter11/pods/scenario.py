"""Section 11.5.4.2: a bare Pod, asked for its page from another Pod, entered, and deleted."""

from __future__ import annotations

from typing import Final

from grading import timeouts
from grading.course.chapter11.pods.evidence import CONTAINER_GONE, PodEvidence
from grading.evidence import summary
from grading.evidence.base import CommandOutput
from grading.runner import http_probes
from grading.runner.context import OWNED, Context, Object
from grading.runner.scenario import Scenario
from grading.text.i18n import _, joined, marked, n_

FILE: Final = "second-pod.yaml"


def play(context: Context, evidence: PodEvidence) -> None:
    """Apply second-pod.yaml, ask for its page on port 80, run ``ls -al`` in it, and delete it."""
    name = context.apply(FILE, "Pod")["metadata"]["name"]
    running = evidence.running
    with context.attempt(running):
        address = context.ready_pod(FILE, name)["status"]["podIP"]
        answer = http_probes.until_nginx(lambda: context.ask(f"http://{address}:80/"))
        context.step(_("Ask for its page from another Pod"), summary.answer(answer))
        # Still: another of its containers may have ended since.
        running.pod, running.http = context.ready_pod(FILE, name), answer
    # A Pod that is not Ready can be entered and deleted all the same.
    if _runs(context.cluster.get("Pod", context.namespace, name)):
        evidence.listing = _list(context, name)
        if running.pod and CONTAINER_GONE in evidence.listing.stderr:
            # The container ended in this very moment. It is started again, or keeps ending.
            running.pod = None
            with context.attempt(running):
                running.pod = context.ready_pod(FILE, name)
            evidence.listing = _list(context, name)
    _delete(context, evidence, name)


def _list(context: Context, name: str) -> CommandOutput:
    output = context.kubectl.exec(context.namespace, name, "ls", "-al")
    status = _("exit status {n}", n=output.status)
    context.step(_("Run ls -al in it"), joined("", [status, summary.lines(output.stdout or output.stderr)]))
    return CommandOutput(status=output.status, stdout=output.stdout, stderr=output.stderr)


def _runs(pod: Object | None) -> bool:
    """Return whether the container that kubectl enters runs: the first of the manifest.

    Their statuses are sorted by name, so that the first of those may be another's.
    """
    if pod is None:
        return False
    name = pod["spec"]["containers"][0]["name"]
    statuses = (pod.get("status") or {}).get("containerStatuses") or []
    return any(item["name"] == name and "running" in (item.get("state") or {}) for item in statuses)


def _delete(context: Context, evidence: PodEvidence, name: str) -> None:
    listing = context.cluster.listing("Pod", context.namespace)
    known = {item["metadata"]["uid"] for item in listing["items"]}
    uid = next(p["metadata"]["uid"] for p in listing["items"] if p["metadata"]["name"] == name)
    # What is looked at is what remains, not how it ends; a shell would take its 30 s.
    context.delete_pod(name, grace=1)
    evidence.deleted_uid = uid
    step = context.step(_("Watch for {seconds} s whether it comes back", seconds=timeouts.STAYS_GONE))
    path = context.cluster.path("Pod", context.namespace)
    watch = context.cluster.watch(
        path, listing["metadata"]["resourceVersion"], timeoutSeconds=str(timeouts.STAYS_GONE)
    )
    seen = [item for event, item in watch.until_closed() if event == "ADDED"]
    # The API server may have closed the watch early; a last look shows what it missed.
    seen += context.cluster.items("Pod", context.namespace)
    evidence.appeared = list(
        {
            item["metadata"]["uid"]: {"metadata": item["metadata"]}
            for item in seen
            if item["metadata"]["uid"] not in known and not _is_ours(item)
        }.values()
    )
    came = len(evidence.appeared)
    words = n_("{n} Pod came in its place", "{n} Pods came in its place", came)
    step.see(words if came else _("no Pod came in its place"))


def _is_ours(pod: Object) -> bool:
    return OWNED.items() <= (pod["metadata"].get("labels") or {}).items()


POD: Final = Scenario("pod", PodEvidence, play, title=marked("A Pod of its own"), usual=12.0)
