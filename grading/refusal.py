"""Why a manifest does not get onto the cluster: too much of it, or the API server will not have it."""

from __future__ import annotations

from typing import Any, Final

from grading.cluster import ApiError
from grading.errors import InfrastructureError, Location, Unplayable
from grading.i18n import _
from grading.policy import MOST_REPLICAS
from grading.submission import Manifest

Object = dict[str, Any]

DEFAULT: Final = "default"


def check_bounds(manifest: Manifest, data: Object) -> None:
    """Raise where a Deployment would fill the cluster, on which other scenarios play too."""
    spec = data.get("spec")
    replicas = spec.get("replicas") if isinstance(spec, dict) and data["kind"] == "Deployment" else None
    if isinstance(replicas, int) and replicas > MOST_REPLICAS:
        raise Unplayable(
            _("{file} is not deployed: it asks for {number} Pods", file=manifest.file, number=replicas),
            help=_("Set `replicas` to the number of the course (11.9)."),
            expected=_("at most {number} Pods", number=MOST_REPLICAS),
            actual=f"spec.replicas: {replicas}",
            location=manifest.at("spec", "replicas"),
        )


def check_together(first: Manifest, manifest: Manifest) -> None:
    """Raise where two files send their objects to different namespaces, where they do not find each other.

    All of a scenario's objects go to its own namespace, so that the cluster would not show it.
    """
    namespaces = [_namespace(item) for item in (first, manifest)]
    if namespaces[0] == namespaces[1]:
        return
    astray = first if namespaces[1] == DEFAULT else manifest
    raise Unplayable(
        _(
            "{file} goes to the namespace {namespace}, and {other} to {elsewhere}",
            file=manifest.file,
            namespace=namespaces[1],
            other=first.file,
            elsewhere=namespaces[0],
        ),
        help=_("Leave `namespace` out: Services and claims serve the Pods of their own namespace (11.7.2)."),
        expected=_("both in one namespace"),
        actual=f"metadata.namespace: {_namespace(astray)}",
        location=astray.at("metadata", "namespace"),
    )


def _namespace(manifest: Manifest) -> str:
    return str(manifest.data["metadata"].get("namespace") or DEFAULT)[:80]


def refused(manifest: Manifest, kind: str, error: ApiError) -> Exception:
    """Return what to raise where the API server does not take a manifest, in its own words."""
    if not error.is_rejection:
        return InfrastructureError(
            _("the API server could not take {file}: {words}", file=manifest.file, words=error.message)
        )
    return Unplayable(
        _("Kubernetes refuses {file}: {words}", file=manifest.file, words=error.message[:600]),
        help=_(
            "Correct the field that the message names; `kubectl apply --dry-run=server -f {file}` "
            "shows the same message.",
            file=manifest.file,
        ),
        expected=_("a {kind} that Kubernetes accepts", kind=kind),
        actual=error.message[:600],
        location=Location(manifest.file, manifest.document.line()),
    )
