"""Namespaces of the whole cluster that belong to one scenario, because the course names them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from grading import timeouts
from grading.errors import InfrastructureError, Unplayable
from grading.runner.context import Context
from grading.runner.own_namespace import OWNED
from grading.submission.guards import PREFIX, namespace_labels
from grading.submission.manifest import Manifest
from grading.submission.namespace_agreement import DEFAULT, namespace_of
from grading.text.i18n import _

Object = dict[str, Any]


class OwnedNamespaces:
    """The namespaces of a scenario beside its own.

    Its objects go to the one that they name, or to `default`.

    Args:
        context: the scenario's.
        names: the namespaces; if there are none, everything goes to the scenario's own.
    """

    def __init__(self, context: Context, names: Iterable[str]) -> None:
        self._context = context
        self._names = list(names)
        self._contexts = {context.namespace: context}
        self._brought: list[tuple[str, str]] = []

    def clear(self) -> None:
        """Delete what an earlier run left, and nothing that is not this suite's.

        Raises:
            InfrastructureError: the cluster has such a namespace of its own.
        """
        for name in self._names:
            found = self._context.cluster.get("Namespace", None, name)
            if found is None:
                continue
            if not is_ours(found):
                raise InfrastructureError(
                    _(
                        "the cluster already has a namespace {namespace}, which kubegrade did not create; "
                        "delete it first: kubectl delete namespace {namespace}",
                        namespace=name,
                    )
                )
            self._context.cluster.delete("Namespace", None, name)
            self._context.cluster.wait_for(
                "Namespace",
                None,
                name,
                lambda namespace: namespace is None,
                timeouts.NAMESPACE_GONE,
                _("the namespace {namespace} of an earlier run is gone", namespace=name),
            )

    def close(self) -> None:
        """Delete the namespaces, and what the scenario brought into `default`."""
        for kind, name in self._brought:
            self._context.cluster.delete(kind, DEFAULT, name, grace=1)
        for name in self._names:
            self._context.cluster.delete("Namespace", None, name)

    def within(self, namespace: str) -> Context:
        """Return the scenario's context in a namespace that it has to do with."""
        if namespace not in self._contexts:
            self._contexts[namespace] = self._context.within(namespace)
        return self._contexts[namespace]

    def apply(self, file: str, kind: str, course: str) -> Object:
        """Apply a manifest in the namespace that it goes to (Kubernetes: Namespaces).

        Args:
            file: its name in the course.
            kind: the kind that it must hold.
            course: the section of the course that shows it.

        Returns:
            The object as the API server then has it.

        Raises:
            Unplayable: it goes to a namespace that is not the scenario's, or `Context.apply` raises it.
            InfrastructureError: `default` has an object of that name.
        """
        manifest = self._context.submission.manifest(file, kind)
        if not self._names or kind == "PersistentVolume":
            return self._context.apply(file, kind)
        if kind == "Namespace":
            self._check_owned(manifest, manifest.data["metadata"]["name"], course, "name")
            self._context.admit_to_cluster(kind, manifest.data["metadata"]["name"])
            labels = partial(label, ports=self._context.ports, opened=self._context.opened)
            made = self._context.apply(file, kind, labels)
            self.within(made["metadata"]["name"]).admit()
            return made
        namespace = namespace_of(manifest)
        if namespace == DEFAULT:
            self._bring(kind, manifest.data["metadata"]["name"])
        else:
            self._check_owned(manifest, namespace, course, "namespace")
            self._open(namespace)
        return self.within(namespace).apply(file, kind)

    def _check_owned(self, manifest: Manifest, namespace: str, course: str, field: str) -> None:
        if namespace in self._names:
            return
        wanted = self._names[0]
        raise Unplayable(
            _(
                "{file} sets the namespace {namespace}; in the course it is {wanted}",
                file=manifest.file,
                namespace=namespace[:80],
                wanted=wanted,
            ),
            help=_(
                "Write `{field}: {wanted}` below metadata ({course}).",
                field=field,
                wanted=wanted,
                course=course,
            ),
            expected=f"metadata.{field}: {wanted}",
            actual=f"metadata.{field}: {namespace[:80]}",
            location=manifest.at("metadata", field),
        )

    def _bring(self, kind: str, name: str) -> None:
        if (kind, name) in self._brought:
            return
        if self._context.cluster.get(kind, DEFAULT, name) is not None:
            raise InfrastructureError(
                _(
                    "the namespace {namespace} already has a {kind} {name}, which kubegrade did not create; "
                    "delete it first",
                    namespace=DEFAULT,
                    kind=kind,
                    name=name,
                )
            )
        self._brought.append((kind, name))
        self.within(DEFAULT).admit()

    def has_brought(self, item: Object) -> bool:
        """Return whether an object of `default` comes from the scenario: itself, or its owner does.

        Whoever else uses the cluster creates objects there too.
        """
        metadata = item["metadata"]
        owners = {str(owner["name"]) for owner in metadata.get("ownerReferences") or []}
        return (item["kind"], metadata["name"]) in self._brought or any(
            owner == name or owner.startswith(f"{name}-") for owner in owners for _kind, name in self._brought
        )

    def is_anothers(self, item: Object) -> bool:
        """Return whether an object is a namespace in which another scenario plays."""
        return item["kind"] == "Namespace" and is_ours(item) and item["metadata"]["name"] not in self._names

    def _open(self, namespace: str) -> None:
        """Create a namespace if it does not exist.

        A slip in its file is not to cost what goes into it.
        """
        inside = self.within(namespace)
        if self._context.cluster.get("Namespace", None, namespace) is None:
            step = self._context.step(_("Run kubectl create ns {namespace}", namespace=namespace))
            inside.open()
            step.see(_("created"))
        inside.wait_usable()


def label(item: Object, ports: Iterable[int] = (), opened: Iterable[str] = ()) -> None:
    """Label an object of a submission as the suite's own, so that a later run may delete it.

    Args:
        item: belongs to the whole cluster.
        ports: those of the nodes that the course fixes for Services in it, if it is a namespace.
        opened: the fields that the exercise allows in it besides; see `Table.on_request`.
    """
    metadata = item["metadata"]
    written = metadata.get("labels") or {}
    kept = {key: value for key, value in written.items() if not key.startswith(PREFIX)}
    metadata["labels"] = {**kept, **namespace_labels(ports, opened), **OWNED}


def is_ours(item: Object) -> bool:
    """Return whether an object is the suite's own."""
    return OWNED.items() <= (item["metadata"].get("labels") or {}).items()
