"""A small client for one cluster: plain JSON objects, server-side apply, and watches without gaps."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote

from grading import timeouts
from grading.cluster.api_server import ApiServer
from grading.cluster.watch import ResumedWatch, Watch
from grading.errors import ApiError, Cancelled, TimedOut
from grading.text.i18n import _, decimal

Object = dict[str, Any]

_PATHS: Final[dict[str, tuple[str, str, bool]]] = {
    "ConfigMap": ("api/v1", "configmaps", True),
    "ClusterRole": ("apis/rbac.authorization.k8s.io/v1", "clusterroles", False),
    "ClusterRoleBinding": ("apis/rbac.authorization.k8s.io/v1", "clusterrolebindings", False),
    "LimitRange": ("api/v1", "limitranges", True),
    "Namespace": ("api/v1", "namespaces", False),
    "NetworkPolicy": ("apis/networking.k8s.io/v1", "networkpolicies", True),
    "Node": ("api/v1", "nodes", False),
    "PersistentVolume": ("api/v1", "persistentvolumes", False),
    "PersistentVolumeClaim": ("api/v1", "persistentvolumeclaims", True),
    "Pod": ("api/v1", "pods", True),
    "ResourceQuota": ("api/v1", "resourcequotas", True),
    "Role": ("apis/rbac.authorization.k8s.io/v1", "roles", True),
    "RoleBinding": ("apis/rbac.authorization.k8s.io/v1", "rolebindings", True),
    "Secret": ("api/v1", "secrets", True),
    "Service": ("api/v1", "services", True),
    "ServiceAccount": ("api/v1", "serviceaccounts", True),
    "Event": ("api/v1", "events", True),
    "Deployment": ("apis/apps/v1", "deployments", True),
    "Job": ("apis/batch/v1", "jobs", True),
    "ReplicaSet": ("apis/apps/v1", "replicasets", True),
    "EndpointSlice": ("apis/discovery.k8s.io/v1", "endpointslices", True),
    "StorageClass": ("apis/storage.k8s.io/v1", "storageclasses", False),
    "ValidatingAdmissionPolicy": (
        "apis/admissionregistration.k8s.io/v1",
        "validatingadmissionpolicies",
        False,
    ),
    "ValidatingAdmissionPolicyBinding": (
        "apis/admissionregistration.k8s.io/v1",
        "validatingadmissionpolicybindings",
        False,
    ),
}
"""kind: API group and version as a path, plural, namespaced."""

FIELD_MANAGER: Final = "kubegrade"

_WAIT_LEG: Final = 5
"""Seconds of one watch within a wait."""


class Cluster(ApiServer):
    """One cluster, reached through a kubeconfig; see `ApiServer`."""

    # Objects

    def path(self, kind: str, namespace: str | None = None, name: str | None = None) -> str:
        """Return the path of a kind, of its objects in a namespace, or of one object."""
        group, plural, namespaced = _PATHS[kind]
        middle = f"/namespaces/{namespace}" if namespaced and namespace else ""
        return f"{group}{middle}/{plural}" + (f"/{quote(name, safe='')}" if name else "")

    def apply(self, manifest: Object, namespace: str | None = None) -> Object:
        """Apply an object of the suite's own, as ``kubectl apply --server-side`` does.

        One of a submission is applied by `grading.cluster.kubectl_apply.apply`.

        Returns:
            The object as the API server then has it.
        """
        path = self.path(manifest["kind"], namespace, manifest["metadata"]["name"])
        query = {"fieldManager": FIELD_MANAGER, "force": "true", "fieldValidation": "Strict"}
        result: Object = self.request(
            "PATCH", path, body=manifest, query=query, content_type="application/apply-patch+yaml"
        )
        return result

    def create(
        self,
        manifest: Object,
        namespace: str | None,
        *,
        manager: str,
        dry_run: bool = False,
        warn: Callable[[str], object] | None = None,
    ) -> Object:
        """Create an object, with strict validation of its fields.

        Args:
            manifest: the object.
            namespace: where to create it.
            manager: who is noted down as having set its fields.
            dry_run: whether the API server only says what it would do.
            warn: is called with each warning of the API server.

        Returns:
            The object as the API server then has it.

        Raises:
            ApiError: the API server rejects it, or has such an object.
        """
        query = {"fieldManager": manager, "fieldValidation": "Strict"}
        if dry_run:
            query["dryRun"] = "All"
        result: Object = self.request(
            "POST", self.path(manifest["kind"], namespace), body=manifest, query=query, warn=warn
        )
        return result

    def patch(self, kind: str, namespace: str | None, name: str, body: Object) -> Object:
        """Change an object by a merge patch (RFC 7386).

        Args:
            kind: of the object.
            namespace: of the object; None if it has none.
            name: of the object.
            body: the fields that change.

        Returns:
            The object as the API server then has it.
        """
        result: Object = self.request(
            "PATCH",
            self.path(kind, namespace, name),
            body=body,
            query={"fieldManager": FIELD_MANAGER},
            content_type="application/merge-patch+json",
        )
        return result

    def get(self, kind: str, namespace: str | None, name: str) -> Object | None:
        """Return an object, None if it does not exist.

        Args:
            kind: of the object.
            namespace: of the object; None if it has none.
            name: of the object.

        Raises:
            ApiError: the API server answered with another error.
        """
        try:
            result: Object = self.request("GET", self.path(kind, namespace, name))
        except ApiError as error:
            if error.code == 404:
                return None
            raise
        return result

    def listing(self, kind: str, namespace: str | None = None, **query: str) -> Object:
        """Return a list object: its ``items`` with kinds, and its resource version."""
        result: Object = self.request("GET", self.path(kind, namespace), query=query)
        for item in result.get("items") or []:
            item["kind"] = kind
        return result

    def items(self, kind: str, namespace: str | None = None, **query: str) -> list[Object]:
        """Return the objects of a kind."""
        found: list[Object] = self.listing(kind, namespace, **query).get("items") or []
        return found

    def delete(self, kind: str, namespace: str | None, name: str, grace: int | None = None) -> None:
        """Delete an object and what it owns, in the background.

        An object that does not exist is no error.

        Args:
            kind: of the object.
            namespace: of the object; None if it has none.
            name: of the object.
            grace: seconds that its Pods get to end; by default those of each Pod.

        Raises:
            ApiError: the API server rejects the request.
        """
        options: Object = {"propagationPolicy": "Background"}
        if grace is not None:
            options["gracePeriodSeconds"] = grace
        try:
            self.request("DELETE", self.path(kind, namespace, name), body=options)
        except ApiError as error:
            if error.code != 404:
                raise

    # Watches

    def watch(
        self, path: str, resource_version: str, silent_for: float | None = None, /, **query: str
    ) -> Watch:
        """Return a watch on every change after ``resource_version``.

        Args:
            path: what is watched.
            resource_version: where it begins.
            silent_for: seconds without a word after which it ends; None for never, as nothing may change.
            query: further options.
        """
        query |= {"watch": "true", "resourceVersion": resource_version, "allowWatchBookmarks": "true"}
        return Watch(self._repeated(lambda: self.stream(path, query, silent_for)))

    def resumed_watch(self, path: str, resource_version: str) -> ResumedWatch:
        """Open a watch after ``resource_version`` that outlives its connections."""
        return ResumedWatch(lambda version: self.watch(path, version), resource_version)

    def wait_for(
        self,
        kind: str,
        namespace: str | None,
        name: str,
        done: Callable[[Object | None], bool],
        timeout: float,
        what: str,
        selector: str = "",
    ) -> Object | None:
        """Watch one object until ``done`` returns true, and return it as it then was.

        Args:
            kind: of the object.
            namespace: of the object; None if it has none.
            name: of the object.
            done: called with each state of the object, None if it does not exist. What it raises ends the
                wait.
            timeout: in seconds.
            what: the condition, for messages.
            selector: watches the objects that these fields select, in place of the one of that name.

        Returns:
            The object, None if it does not exist.

        Raises:
            TimedOut: with the last state.
            Cancelled: the run was stopped.
        """
        deadline = time.monotonic() + timeout
        selector = selector or f"metadata.name={name}"
        while True:
            listing = self.listing(kind, namespace, fieldSelector=selector)
            current: Object | None = None
            for current in listing.get("items") or [None]:
                if done(current):
                    return current
            if self.cancelled.is_set():
                raise Cancelled(_("the run was stopped"))
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimedOut(
                    _("{what}: not seen within {seconds} s", what=what, seconds=decimal(timeout)), current
                )
            # Short legs, so that a cancelled run ends soon; each starts from a fresh look at the object.
            leg = str(max(1, min(_WAIT_LEG, int(left))))
            watch = self.watch(
                self.path(kind, namespace),
                listing["metadata"]["resourceVersion"],
                # The server ends it, unless it is silent for good.
                int(leg) + timeouts.API_REQUEST,
                fieldSelector=selector,
                timeoutSeconds=leg,
            )
            for event, item in watch.until_closed():
                current = None if event == "DELETED" else item
                if done(current):
                    watch.stop()
                    return current
