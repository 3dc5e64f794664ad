"""Requests to an API server that may be away for a while.

It is reached through the connection of the official `kubernetes` client. Objects are handed out as the API
server sent them, because evidence has to be stored, replayed and compared as it was seen.
"""

from __future__ import annotations

import copy
import json
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlencode

import kubernetes.config
import urllib3

from grading import timeouts
from grading.errors import ApiError, InfrastructureError
from grading.text.i18n import _
from grading.waiting import until

Object = dict[str, Any]
T = TypeVar("T")

_AWAY: Final = {429, 503, 504}
"""Statuses by which an API server says that it is starting, or has too much to do."""


_WARNING: Final = re.compile(r'299 \S+ "((?:[^"\\]|\\.)*)"')
_QUOTED_PAIR: Final = re.compile(r"\\(.)")
_ESCAPED: Final = re.compile("[\x7f-\uffff]")


def encoded(body: object) -> bytes:
    """Return an object in JSON that YAML reads alike.

    Server-side apply takes it for YAML.

    YAML has no pairs of escapes, as JSON has for an emoji; and it takes some characters below U+FFFF, such as
    U+2028, for ends of lines if they are not escaped.
    """
    text = json.dumps(body, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()


class ApiServer:
    """The API server of a cluster, reached through a kubeconfig.

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
        self._impersonated: dict[str, str] = {}
        self.cancelled = threading.Event()

    def acting_as(self, user: str, group: str) -> Self:
        """Return a client that acts as another user, over the same connections.

        Args:
            user: whose rights its requests have (Kubernetes: User impersonation).
            group: the only one that the user is in; the API server adds `system:authenticated`.
        """
        other = copy.copy(self)
        other._impersonated = {"Impersonate-User": user, "Impersonate-Group": group}
        return other

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        body: Object | list[Object] | None = None,
        query: dict[str, str] | None = None,
        content_type: str = "application/json",
        warn: Callable[[str], object] | None = None,
    ) -> Any:
        """Send one request.

        It is repeated while the API server is away: every request of the suite may reach it twice.

        Args:
            method: of HTTP.
            path: what is asked.
            body: what is sent.
            query: options.
            content_type: of the body.
            warn: is called with each warning of the API server (RFC 7234, 5.5).

        Returns:
            The decoded answer.

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
        if warn:
            for text in _WARNING.findall(", ".join(response.headers.getlist("Warning"))):
                warn(_QUOTED_PAIR.sub(r"\1", text))
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
        """Return the answer of an API server that may be away for a while.

        Args:
            ask: sends the request.

        Raises:
            ApiError: it answered with an error.
            InfrastructureError: it does not answer in time.
        """

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
        headers.update(self._impersonated)
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


def _api_error(response: urllib3.BaseHTTPResponse) -> ApiError:
    try:
        status = json.loads(response.data)
        return ApiError(response.status, str(status.get("reason", "")), str(status.get("message", "")))
    except ValueError:
        return ApiError(response.status, "", response.data.decode("utf-8", "replace")[:500])
