"""A small client for one cluster: plain JSON objects, server-side apply, and watches without gaps.

It uses the connection of the official `kubernetes` client and hands out objects as the API server
sent them, because evidence has to be stored, replayed and compared as it was seen.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

import kubernetes.config
import urllib3

from grading import timeouts
from grading.cluster.watch import Watch
from grading.errors import ApiError, Cancelled, InfrastructureError, TimedOut
from grading.text.i18n import _, decimal
from grading.waiting import until

Object = dict[str, Any]
T = TypeVar("T")

_PATHS: Final[dict[str, tuple[str, str, bool]]] = {
    "Namespace": ("api/v1", "namespaces", False),
    "Node": ("api/v1", "nodes", False),
    "PersistentVolume": ("api/v1", "persistentvolumes", False),
    "PersistentVolumeClaim": ("api/v1", "persistentvolumeclaims", True),
    "Pod": ("api/v1", "pods", True),
    "Service": ("api/v1", "services", True),
    "ServiceAccount": ("api/v1", "serviceaccounts", True),
    "Event": ("api/v1", "events", True),
    "Deployment": ("apis/apps/v1", "deployments", True),
    "ReplicaSet": ("apis/apps/v1", "replicasets", True),
    "EndpointSlice": ("apis/discovery.k8s.io/v1", "endpointslices", True),
    "StorageClass": ("apis/storage.k8s.io/v1", "storageclasses", False),
}
"""kind: API group and version as a path, plural, namespaced."""

FIELD_MANAGER: Final = "kubegrade"

_AWAY: Final = {429, 503, 504}
"""Statuses by which an API server says that it is starting, or has too much to do."""

_WAIT_LEG: Final = 5
"""Seconds of one watch within a wait."""


_ESCAPED: Final = re.compile("[\x7f-\uffff]")


def encoded(body: object) -> bytes:
    """Return an object in JSON that is read alike as YAML, which server-side apply takes it for.

    YAML has no pairs of escapes, as JSON has for an emoji; and it takes some characters below U+FFFF, such as
    U+2028, for ends of lines if they are not escaped.
    """
    text = json.dumps(body, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()


class Cluster:
    """One cluster, reached through a kubeconfig.

    Args:
        kubeconfig: the file to read the connection from.
        context: the context in it; the current one by default.
        back_within: for how many seconds requests for objects are repeated if the API server does not answer
            them, as while it restarts; ``timeouts.API_BACK`` by default.
    """

    def __init__(
        self, kubeconfig: Path, context: str | None = None, *, back_within: float | None = None
    ) -> None:
        self.kubeconfig = kubeconfig
        self.context = context
        self._back_within = back_within
        client = kubernetes.config.new_client_from_config(str(kubeconfig), context=context)  # type: ignore[no-untyped-call]
        client.configuration.connection_pool_maxsize = 64
        self._client = type(client)(client.configuration)
        self._pool = self._client.rest_client.pool_manager
        self._host = client.configuration.host
        self.cancelled = threading.Event()

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    # Requests

    def request(
        self,
        method: str,
        path: str,
        *,
        body: Object | list[Object] | None = None,
        query: dict[str, str] | None = None,
        content_type: str = "application/json",
    ) -> Any:
        """Send one request and return the decoded answer.

        It is repeated while the API server is away: every request of the suite may reach it twice.

        Raises:
            ApiError: the API server answered with an error.
            InfrastructureError: it did not answer at all.
        """
        response = self._repeated(
            lambda: self._send(
                method,
                path,
                query,
                timeout=urllib3.Timeout(total=timeouts.API_REQUEST),
                body=None if body is None else encoded(body),
                content_type=content_type,
            )
        )
        return json.loads(response.data) if response.data else {}

    def text(self, path: str, query: dict[str, str] | None = None) -> str:
        """Return the answer to a GET as text."""
        response = self._send("GET", path, query, timeout=urllib3.Timeout(total=timeouts.API_REQUEST))
        return response.data.decode("utf-8", "replace")

    def stream(self, path: str, query: dict[str, str], timeout: float | None) -> urllib3.BaseHTTPResponse:
        """Return the answer to a GET, to be read while it comes; the caller closes it.

        Args:
            path: what is asked for.
            query: its options.
            timeout: seconds that a part of the answer may be waited for; None for ever.
        """
        limits = urllib3.Timeout(connect=timeouts.CONNECT, read=timeout)
        return self._send("GET", path, query, timeout=limits, stream=True)

    def _repeated(self, ask: Callable[[], T]) -> T:
        """Return the answer of an API server that may be away for a while."""

        def answer() -> T | InfrastructureError | ApiError:
            try:
                return ask()
            except InfrastructureError as error:
                return error
            except ApiError as error:
                if error.code not in _AWAY:
                    raise
                return error

        limit = timeouts.API_BACK if self._back_within is None else self._back_within
        found = until(answer, lambda found: not isinstance(found, Exception), limit, cancelled=self.cancelled)
        if isinstance(found, InfrastructureError | ApiError):
            raise found
        return found

    def _send(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        *,
        timeout: urllib3.Timeout,
        body: bytes | None = None,
        content_type: str = "application/json",
        stream: bool = False,
    ) -> urllib3.BaseHTTPResponse:
        headers: dict[str, str | None] = {"Accept": "application/json", "Content-Type": content_type}
        self._client.update_params_for_auth(headers, [], ["BearerToken"], "", method, None)
        url = f"{self._host}/{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            response: urllib3.BaseHTTPResponse = self._pool.request(
                method,
                url,
                body=body,
                headers=headers,
                timeout=timeout,
                preload_content=not stream,
                redirect=False,
                retries=urllib3.Retry(3, read=False, status=False, other=False, backoff_factor=0.2),
            )
        except urllib3.exceptions.HTTPError as error:
            raise InfrastructureError(_("the API server did not answer: {error}", error=error)) from error
        if response.status >= 300:
            raise _api_error(response)
        return response

    # Objects

    def path(self, kind: str, namespace: str | None = None, name: str | None = None) -> str:
        """Return the path of a kind of object, of one namespace's objects, or of one object."""
        group, plural, namespaced = _PATHS[kind]
        middle = f"/namespaces/{namespace}" if namespaced and namespace else ""
        return f"{group}{middle}/{plural}" + (f"/{quote(name, safe='')}" if name else "")

    def apply(self, manifest: Object, namespace: str | None = None) -> Object:
        """Apply an object of the suite's own, as ``kubectl apply --server-side`` does.

        One of a submission is applied by `grading.cluster.kubectl_apply.apply`.
        """
        path = self.path(manifest["kind"], namespace, manifest["metadata"]["name"])
        query = {"fieldManager": FIELD_MANAGER, "force": "true", "fieldValidation": "Strict"}
        result: Object = self.request(
            "PATCH", path, body=manifest, query=query, content_type="application/apply-patch+yaml"
        )
        return result

    def create(
        self, manifest: Object, namespace: str | None, *, manager: str, dry_run: bool = False
    ) -> Object:
        """Create an object, with strict validation of its fields.

        Args:
            manifest: the object.
            namespace: where to create it.
            manager: who is noted down as having set its fields.
            dry_run: whether the API server only says what it would do.

        Raises:
            ApiError: the API server rejects it, or has such an object.
        """
        query = {"fieldManager": manager, "fieldValidation": "Strict"}
        if dry_run:
            query["dryRun"] = "All"
        result: Object = self.request(
            "POST", self.path(manifest["kind"], namespace), body=manifest, query=query
        )
        return result

    def patch(self, kind: str, namespace: str | None, name: str, body: Object) -> Object:
        """Change an object by a merge patch."""
        result: Object = self.request(
            "PATCH",
            self.path(kind, namespace, name),
            body=body,
            query={"fieldManager": FIELD_MANAGER},
            content_type="application/merge-patch+json",
        )
        return result

    def get(self, kind: str, namespace: str | None, name: str) -> Object | None:
        """Return one object, or None where it does not exist."""
        try:
            result: Object = self.request("GET", self.path(kind, namespace, name))
        except ApiError as error:
            if error.code == 404:
                return None
            raise
        return result

    def listing(self, kind: str, namespace: str | None = None, **query: str) -> Object:
        """Return a list object: its ``items``, each with its kind, and its ``metadata.resourceVersion``."""
        result: Object = self.request("GET", self.path(kind, namespace), query=query)
        for item in result.get("items") or []:
            item["kind"] = kind
        return result

    def items(self, kind: str, namespace: str | None = None, **query: str) -> list[Object]:
        """Return the objects of a kind."""
        found: list[Object] = self.listing(kind, namespace, **query).get("items") or []
        return found

    def delete(self, kind: str, namespace: str | None, name: str, grace: int | None = None) -> None:
        """Delete an object and what it owns, in the background; one that is gone already is fine."""
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
        self, path: str, resource_version: str, *, silent_for: float | None = None, **query: str
    ) -> Watch:
        """Open a watch on every change after ``resource_version``.

        Args:
            path: what is watched.
            resource_version: where it begins.
            silent_for: seconds without a word after which it ends; None for never, as nothing may change.
            query: further options.
        """
        query |= {"watch": "true", "resourceVersion": resource_version, "allowWatchBookmarks": "true"}
        return Watch(self._repeated(lambda: self.stream(path, query, silent_for)))

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
        """Watch one object until ``done`` says so, and return it as it then was.

        Args:
            selector: watches the objects that these fields select, in place of the one of that name.
            done: called with each state of the object, None where it does not exist. What it raises
                ends the wait.
            timeout: in seconds.
            what: the condition in words, for the message.

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
                silent_for=int(leg) + timeouts.API_REQUEST,
                fieldSelector=selector,
                timeoutSeconds=leg,
            )
            for event, item in watch.until_closed():
                current = None if event == "DELETED" else item
                if done(current):
                    watch.stop()
                    return current


def _api_error(response: urllib3.BaseHTTPResponse) -> ApiError:
    try:
        status = json.loads(response.data)
        return ApiError(response.status, str(status.get("reason", "")), str(status.get("message", "")))
    except ValueError:
        return ApiError(response.status, "", response.data.decode("utf-8", "replace")[:500])
