"""Files that belong together, such as a Service and its Pod, must send their objects to one namespace."""

from __future__ import annotations

from typing import Final

from grading.errors import Unplayable
from grading.submission.manifest import Manifest
from grading.text.i18n import _

DEFAULT: Final = "default"
"""The namespace of everything that names none."""


def check_together(first: Manifest, manifest: Manifest) -> None:
    """Check that two files which belong together send their objects to one namespace.

    All of a scenario's objects go to its own namespace, so that the cluster would not show it.

    Source: Kubernetes: Namespaces.

    Raises:
        Unplayable: they do not, so that their objects would not find each other.
    """
    namespaces = [namespace_of(item) for item in (first, manifest)]
    if namespaces[0] == namespaces[1]:
        return
    astray = first if namespaces[1] == DEFAULT else manifest
    raise Unplayable(
        _(
            "{file} is in the namespace {namespace}, but {other} is in {elsewhere}",
            file=manifest.file,
            namespace=namespaces[1],
            other=first.file,
            elsewhere=namespaces[0],
        ),
        help=_("Remove `namespace`: a Service or a claim works only for Pods in its own namespace."),
        expected=_("both in one namespace"),
        actual=f"metadata.namespace: {namespace_of(astray)}",
        location=astray.at("metadata", "namespace"),
    )


def namespace_of(manifest: Manifest) -> str:
    """Return the namespace that an object goes to (Kubernetes: Namespaces)."""
    return str(manifest.data["metadata"].get("namespace") or DEFAULT)[:80]
