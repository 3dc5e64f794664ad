"""Section 11.10.7.3: a claim on the default StorageClass and a web server whose page is on it."""

from __future__ import annotations

import secrets
from typing import Any, Final

from grading import timeouts
from grading.cleanup import afterwards
from grading.course.chapter11.storage.course_values import (
    DYNAMIC_CLAIM_FILE,
    DYNAMIC_CLASS,
    DYNAMIC_POD_FILE,
    PORT,
)
from grading.course.chapter11.storage.evidence import DynamicEvidence
from grading.errors import InfrastructureError, Unplayable
from grading.evidence import summary
from grading.evidence.base import HttpAnswer
from grading.k8s.binding import Path
from grading.k8s.field_types import dotted
from grading.runner import http_probes, own_reading, volumes
from grading.runner.container_ends import explained_by_end
from grading.runner.container_files import write_file
from grading.runner.context import Context
from grading.runner.scenario import Scenario
from grading.runner.volume_room import ready_pod
from grading.text.i18n import _, marked

Object = dict[str, Any]

WEB_ROOT: Final = "/usr/share/nginx/html"
PAGE: Final = f"{WEB_ROOT}/index.html"


def play(context: Context, evidence: DynamicEvidence) -> None:
    """Play the claim and web server of the course; then delete the claim (11.10.7.3).

    The claim is looked at before any Pod uses it. The Pod is created again after a page was written.
    """
    volumes.wait_class(context, DYNAMIC_CLASS)
    claim = context.apply(
        DYNAMIC_CLAIM_FILE, "PersistentVolumeClaim", lambda data: volumes.apart(context, data)
    )
    name = claim["metadata"]["name"]
    step = context.step(_("Look at the claim before any Pod uses it"))
    evidence.unused_claim = volumes.wait_until_seen(context, name)
    step.see(summary.phase(evidence.unused_claim))
    evidence.unused_reasons = [str(e.get("reason", "")) for e in volumes.claim_events(context, name)]
    evidence.unused_volumes = _volumes_of(context, name)
    found = summary.names(item["metadata"]["name"] for item in evidence.unused_volumes)
    context.step(_("Look for volumes that belong to it"), found)
    with context.part("pod"):
        _serve(context, evidence, name)
    evidence.claim = context.cluster.get("PersistentVolumeClaim", context.namespace, name)
    if evidence.claim:
        context.step(_("Look at the claim"), summary.phase(evidence.claim))
    volume = str((evidence.claim or {}).get("spec", {}).get("volumeName", ""))
    if volume:
        evidence.volume = context.cluster.get("PersistentVolume", None, volume)
        if evidence.volume:
            context.step(_("Look at its volume"), summary.phase(evidence.volume))
        volumes.delete_claim(context, name)
        evidence.volume_gone = volumes.wait_released(context, volume) is None


def _serve(context: Context, evidence: DynamicEvidence, claim: str) -> None:
    """Play the Pod of the course: write a page, ask for it, and ask a new Pod again."""
    name = context.apply(DYNAMIC_POD_FILE, "Pod")["metadata"]["name"]
    with afterwards(lambda: context.delete_pod(name, grace=1)):
        evidence.first_pod = ready_pod(
            context, DYNAMIC_POD_FILE, name, also=lambda: _check_provisioned(context, claim)
        )
        page = f"<h1>Persistent Web Content {secrets.token_hex(8)}</h1>"
        help_text = _("Mount the volume at {folder}, the web root of nginx (11.10.7.3).", folder=WEB_ROOT)
        write_file(context, DYNAMIC_POD_FILE, name, PAGE, page, help=help_text)
        evidence.nonce = page
        evidence.page_before, evidence.direct_before = _ask(context, evidence.first_pod)
        # What is looked at is what remains, not how the Pod ends.
        context.delete_pod(name, grace=1)
        context.apply(DYNAMIC_POD_FILE, "Pod")
        evidence.second_pod = ready_pod(context, DYNAMIC_POD_FILE, name)
        step = context.step(_("Look at {path} on the volume", path=PAGE))
        with explained_by_end(context, DYNAMIC_POD_FILE, name):
            evidence.file_after = own_reading.read(context, DYNAMIC_POD_FILE, evidence.second_pod, PAGE)
        step.see(summary.file(evidence.file_after))
        evidence.page_after, evidence.direct_after = _ask(context, evidence.second_pod)


def _check_provisioned(context: Context, claim: str) -> None:
    """Check that the class does not refuse to make a volume for the claim.

    The Pod itself then only waits: the scheduler gives up on such a claim after ten minutes. The provisioner
    tries again after any other failure.

    Raises:
        Unplayable: it says so, and a field of the claim is the cause.
    """
    for event in volumes.claim_events(context, claim):
        message = volumes.message(context, event)
        field = next((path for words, path in _REFUSED.items() if words in message), None)
        if event.get("reason") != "ProvisioningFailed" or field is None:
            continue
        manifest = context.manifest(DYNAMIC_CLAIM_FILE, "PersistentVolumeClaim")
        raise Unplayable(
            _("no volume is made for the claim {claim}: {message}", claim=claim, message=message),
            help=_(
                "The class local-path makes no volume for this {field}; see `kubectl describe pvc {claim}` "
                "(11.10.7.3).",
                field=dotted(field),
                claim=claim,
            ),
            expected=_("a volume made by local-path"),
            actual=message,
            location=manifest.at(*field),
        )


_REFUSED: Final[dict[str, Path]] = {
    "only support": ("spec", "accessModes"),
    "Only support": ("spec", "accessModes"),
    "does not support block volume": ("spec", "volumeMode"),
    "Selector is not supported": ("spec", "selector"),
    "storageclass.storage.k8s.io": ("spec", "storageClassName"),
}
"""Parts of the messages in which a provisioner, or Kubernetes for a class that does not exist, turns a claim
down for what it asks, and the field. The default class exists: it was waited for."""


def _volumes_of(context: Context, claim: str) -> list[Object]:
    found = []
    for volume in context.cluster.items("PersistentVolume"):
        owner = volume["spec"].get("claimRef") or {}
        if owner.get("namespace") == context.namespace and owner.get("name") == claim:
            found.append(volume)
    return found


def _ask(context: Context, pod: Object) -> tuple[HttpAnswer, HttpAnswer | None]:
    """Ask for the page through a port-forward; if it is silent, ask the Pod too."""
    step = context.step(_("Ask for the page through a port-forward"))
    name = pod["metadata"]["name"]
    answer = context.until(_has_answered, lambda: _forwarded(context, name))
    step.see(summary.answer(answer))
    if answer.status:
        return answer, None
    step = context.step(_("Ask the Pod itself"))
    url = f"http://{pod['status']['podIP']}:{PORT}/"
    direct = context.until(_has_answered, lambda: context.ask(url), timeouts.FIRST_LOOK)
    step.see(summary.answer(direct))
    return answer, direct


def _has_answered(answer: HttpAnswer) -> bool:
    return answer.status != 0


def _forwarded(context: Context, pod: str) -> HttpAnswer:
    # The course forwards host port 8080; that one may be mapped to the cluster, so a free one is used.
    try:
        with context.kubectl.port_forward(context.namespace, f"pod/{pod}", PORT) as port:
            return http_probes.from_host(f"http://127.0.0.1:{port}/")
    except InfrastructureError as error:
        return HttpAnswer(url=f"pod/{pod}:{PORT}", error=str(error))


DYNAMIC: Final = Scenario(
    "dynamic",
    DynamicEvidence,
    play,
    title=marked("A claim on the default class and a web server"),
    usual=20.0,
)
