"""A read-only registry as Docker Hub and GitHub's are: the OCI's distribution specification, with tokens."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import socket
import struct
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from tests.selfcheck.hub.hosts import CACHE, DOCKER_AUTH, DOCKER_BLOBS, DOCKER_HUB, GHCR, PORTAL, REALMS
from tests.selfcheck.hub.ills import WELL, Firsts, Ill, Line
from tests.selfcheck.hub.journal import Journal, Request
from tests.selfcheck.hub.shelf import INDEX, Shelf, Stored
from tests.selfcheck.hub.tokens import SECONDS, Token, Tokens, is_right

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LIMITS: Final = {True: 200, False: 100}
"""Pulls in six hours, with a login and without."""
_WINDOW: Final = ";w=21600"
_SENT: Final = web.RequestKey("sent", int)
_VERSION: Final = {"Docker-Distribution-Api-Version": "registry/2.0"}
_PAGE: Final = "<!doctype html><title>Campus Wi-Fi</title><p>Please log in to use the network.</p>"
_MORE: Final = "https://www.docker.com/increase-rate-limit"


class Hub:
    """The registries and their token servers, told apart by the host that a request names.

    Args:
        shelf: what they serve.
        journal: where requests are written down.
        ill: what is wrong with them.
    """

    def __init__(self, shelf: Shelf, journal: Journal, ill: Ill = WELL) -> None:
        self._shelf, self._journal, self._ill = shelf, journal, ill
        self._tokens = Tokens(shelf.has)
        self._line = Line(ill.bytes_per_second)
        self._errors, self._resets = Firsts(ill.errors), Firsts(ill.resets)
        self._pulled = 0

    def application(self) -> web.Application:
        """Return the server's application."""
        app = web.Application(middlewares=[self._write_down, self._suffer])
        app.add_routes(
            [
                web.get("/token", self._token, allow_head=False),
                web.post("/token", self._oauth),
                web.get("/v2/", self._version),
                web.get("/v2/{repository:.+}/manifests/{reference}", self._manifest),
                web.get("/v2/{repository:.+}/blobs/{digest}", self._blob),
                web.get("/registry-v2/docker/registry/v2/blobs/sha256/{two}/{hex}/data", self._data),
            ]
        )
        return app

    @web.middleware
    async def _write_down(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        status = 499  # the client went away, or was sent away, before it had everything
        request[_SENT] = 0
        try:
            try:
                response = await handler(request)
            except web.HTTPException as error:
                response = web.Response(status=error.status, text=error.text)
            if isinstance(response, web.Response) and request.method != "HEAD":
                await self._line.pass_on(response.content_length or 0)
                request[_SENT] = response.content_length or 0
            status = response.status
            return response
        finally:
            token = self._tokens.find(request.headers.get("Authorization", ""))
            self._journal.add(
                Request(
                    method=request.method,
                    host=_host(request),
                    path=request.path,
                    status=status,
                    bytes=request[_SENT],
                    client=request.remote or "",
                    user=token.user if token else "",
                )
            )

    @web.middleware
    async def _suffer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        ill = self._ill
        await asyncio.sleep(ill.delay)
        if _host(request) == PORTAL:
            return web.Response(text=_PAGE, content_type="text/html")
        if ill.portal:
            return web.Response(status=302, headers={"Location": f"{ill.portal}://{PORTAL}/login"})
        if re.search(r"/(manifests|blobs)/", request.path) and self._errors.strikes():
            return _trouble(500, "UNKNOWN", "unknown error")
        return await handler(request)

    async def _version(self, request: web.Request) -> web.StreamResponse:
        if self._tokens.find(request.headers.get("Authorization", "")) is None:
            return _unauthorized(_host(request))
        return web.json_response({}, headers=_VERSION)

    async def _token(self, request: web.Request) -> web.StreamResponse:
        user, password = _basic(request)
        if (user or password) and not is_right(user, password):
            return web.json_response({"details": "incorrect username or password"}, status=401)
        return self._new_token(request, user, request.query.getall("scope", []))

    async def _oauth(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        user, password = str(form.get("username", "")), str(form.get("password", ""))
        if form.get("grant_type") != "password" or not is_right(user, password):
            return web.json_response({"details": "incorrect username or password"}, status=401)
        return self._new_token(request, user, [str(form.get("scope", ""))])

    def _new_token(self, request: web.Request, user: str, scopes: list[str]) -> web.Response:
        registry = {DOCKER_AUTH: DOCKER_HUB, GHCR: GHCR, CACHE: CACHE}.get(_host(request))
        if registry is None:
            raise web.HTTPNotFound
        token = self._tokens.give(registry, user, scopes)
        issued = datetime.now(UTC).isoformat()
        return web.json_response(
            {"token": token, "access_token": token, "expires_in": SECONDS, "issued_at": issued}
        )

    async def _manifest(self, request: web.Request) -> web.StreamResponse:
        host, repository = _host(request), request.match_info["repository"]
        token = self._tokens.find(request.headers.get("Authorization", ""))
        if token is None or (host, repository) not in token.repositories:
            return _unauthorized(host, repository)
        counted = host == DOCKER_HUB and request.method == "GET"
        if counted and self._ill.manifests is not None and self._pulled >= self._ill.manifests:
            return _too_many(token)
        reference = request.match_info["reference"]
        found = self._shelf.manifest(host, repository, reference)
        if found is None:
            return _trouble(404, "MANIFEST_UNKNOWN", "manifest unknown", {"Tag": reference})
        # An index is the first half of a pull, and not counted.
        self._pulled += counted and found.media_type != INDEX
        headers = {"Docker-Content-Digest": found.digest, "ETag": f'"{found.digest}"', **_VERSION}
        if host == DOCKER_HUB:
            headers |= self._limits(token)
        assert isinstance(found.content, bytes)
        return web.Response(body=found.content, content_type=found.media_type, headers=headers)

    def _limits(self, token: Token) -> dict[str, str]:
        limit = LIMITS[bool(token.user)]
        most = limit if self._ill.manifests is None else self._ill.manifests
        remaining = max(0, most - self._pulled)
        return {"ratelimit-limit": f"{limit}{_WINDOW}", "ratelimit-remaining": f"{remaining}{_WINDOW}"}

    async def _blob(self, request: web.Request) -> web.StreamResponse:
        host, repository = _host(request), request.match_info["repository"]
        token = self._tokens.find(request.headers.get("Authorization", ""))
        if token is None or (host, repository) not in token.repositories:
            return _unauthorized(host, repository)
        digest = request.match_info["digest"]
        found = self._shelf.blob(host, repository, digest)
        if found is None:
            return _trouble(404, "BLOB_UNKNOWN", "blob unknown to registry", {"digest": digest})
        if host == DOCKER_HUB:
            hexadecimal = digest.removeprefix("sha256:")
            path = f"registry-v2/docker/registry/v2/blobs/sha256/{hexadecimal[:2]}/{hexadecimal}/data"
            return web.Response(
                status=307, headers={"Location": f"https://{DOCKER_BLOBS}/{path}", **_VERSION}
            )
        return await self._send(request, found)

    async def _data(self, request: web.Request) -> web.StreamResponse:
        found = self._shelf.any_blob("sha256:" + request.match_info["hex"])
        if found is None or _host(request) != DOCKER_BLOBS:
            raise web.HTTPNotFound
        return await self._send(request, found)

    async def _send(self, request: web.Request, blob: Stored) -> web.StreamResponse:
        part = request.http_range
        start, stop, _ = slice(part.start, part.stop).indices(blob.size)
        whole = part.start is None and part.stop is None
        if not whole and start >= stop:
            return web.Response(status=416, headers={"Content-Range": f"bytes */{blob.size}"})
        response = web.StreamResponse(status=200 if whole else 206)
        response.content_type = "application/octet-stream"
        response.content_length = stop - start
        response.headers.update({"Docker-Content-Digest": blob.digest, "Accept-Ranges": "bytes"})
        if not whole:
            response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{blob.size}"
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        middle = (start + stop) // 2 if self._resets.strikes(request.path) else None
        for piece in _pieces(blob, start, stop):
            if middle is not None and start + request[_SENT] + len(piece) > middle:
                _reset(request)
                raise ConnectionResetError
            await self._line.pass_on(len(piece))
            await response.write(piece)
            request[_SENT] += len(piece)
        await response.write_eof()
        return response


def _pieces(blob: Stored, start: int, stop: int) -> Iterator[bytes]:
    if isinstance(blob.content, bytes):
        for at in range(start, stop, Line.CHUNK):
            yield blob.content[at : min(at + Line.CHUNK, stop)]
        return
    with blob.content.open("rb") as stream:
        stream.seek(start)
        left = stop - start
        while left > 0 and (piece := stream.read(min(left, Line.CHUNK))):
            left -= len(piece)
            yield piece


def _reset(request: web.Request) -> None:
    """End a connection by a reset, as a broken line does, and not in good order."""
    if request.transport is None:
        return
    linger = struct.pack("ii", 1, 0)
    request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    request.transport.abort()


def _host(request: web.Request) -> str:
    return request.host.partition(":")[0]


def _basic(request: web.Request) -> tuple[str, str]:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    user, _, password = base64.b64decode(text).decode("utf-8", "replace").partition(":")
    return user, password


def _trouble(status: int, code: str, message: str, detail: object = None, **headers: str) -> web.Response:
    error: dict[str, object] = {"code": code, "message": message}
    if detail is not None:
        error["detail"] = detail
    text = json.dumps({"errors": [error]})
    return web.Response(
        status=status, text=text, content_type="application/json", headers={**_VERSION, **headers}
    )


def _unauthorized(host: str, repository: str = "") -> web.Response:
    if host not in REALMS:
        raise web.HTTPNotFound
    realm, service = REALMS[host]
    challenge = f'Bearer realm="{realm}",service="{service}"'
    detail = None
    if repository:
        challenge += f',scope="repository:{repository}:pull"'
        detail = [{"Type": "repository", "Class": "", "Name": repository, "Action": "pull"}]
    challenge_header = {"WWW-Authenticate": challenge}
    return _trouble(401, "UNAUTHORIZED", "authentication required", detail, **challenge_header)


def _too_many(token: Token) -> web.Response:
    whose = "" if token.user else "unauthenticated "
    message = f"You have reached your {whose}pull rate limit. {_MORE}"
    limits = {
        "ratelimit-limit": f"{LIMITS[bool(token.user)]}{_WINDOW}",
        "ratelimit-remaining": f"0{_WINDOW}",
    }
    return _trouble(429, "TOOMANYREQUESTS", message, **limits)
