"""Watches of the API server: every change after a resource version, or an error if some may be missing."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final

import urllib3

from grading.errors import ApiError, InfrastructureError
from grading.text.i18n import _

Object = dict[str, Any]

_GONE: Final = 410
"""The code with which the API server says that it no longer has the changes since a resource version."""
_IN_VAIN: Final = 20
"""Times that a watch is opened again without an event from it before it is given up."""
MAX_LINE: Final = 8 * 2**20
"""Bytes of a line that are read; etcd keeps no object of more than 1.5 MiB, which JSON may write larger."""
_BETWEEN: Final = 0.5
"""Seconds before it is opened again."""


class WatchInterrupted(InfrastructureError):
    """A watch ended before `stop` was called, so that changes may have been missed."""


class WatchExpired(WatchInterrupted):
    """The API server no longer has the changes that a watch asks for."""


class Watch:
    """The changes of one watch, in the order of their resource versions."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self._response = response
        self._stopped = False

    def stop(self) -> None:
        """End the watch; safe from another thread while it is being read."""
        self._stopped = True
        # close() alone would not wake a thread that is reading.
        with contextlib.suppress(OSError, ValueError, RuntimeError):
            self._response.shutdown()

    def __iter__(self) -> Iterator[tuple[str, Object]]:
        """Yield (ADDED, MODIFIED, DELETED or BOOKMARK, object) until `stop`.

        Raises:
            WatchInterrupted: the stream ended before `stop` was called.
        """
        try:
            for line in lines_of(self._response):
                if self._stopped:
                    return
                event = json.loads(line)
                if event["type"] == "ERROR":
                    kind = WatchExpired if event["object"].get("code") == _GONE else WatchInterrupted
                    raise kind(_("the watch ended: {words}", words=event["object"].get("message")))
                yield event["type"], event["object"]
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            if not self._stopped:
                raise WatchInterrupted(_("the watch ended: {error}", error=error)) from error
        finally:
            self._response.close()
        if not self._stopped:
            raise WatchInterrupted(_("the API server closed the watch"))

    def until_closed(self) -> Iterator[tuple[str, Object]]:
        """Yield changes until either side ends the watch.

        For a caller that looks again afterwards.
        """
        with contextlib.suppress(WatchInterrupted):
            yield from ((event, item) for event, item in self if event != "BOOKMARK")


class ResumedWatch:
    """The changes after a resource version, over as many connections as it takes.

    A watch that breaks is opened again from the last change that was seen, so that none is missed
    (Kubernetes: Efficient detection of changes).

    Args:
        begin: opens a watch from a resource version.
        version: the one to begin from.
    """

    def __init__(self, begin: Callable[[str], Watch], version: str) -> None:
        self._begin = begin
        self._version = version
        self._stopped = threading.Event()
        self._watch = begin(version)

    def stop(self) -> None:
        """End it; safe from another thread while it is being read."""
        self._stopped.set()
        self._watch.stop()

    def __iter__(self) -> Iterator[tuple[str, Object]]:
        """Yield (ADDED, MODIFIED, DELETED or BOOKMARK, object) until `stop`.

        Raises:
            WatchExpired: the API server no longer has the changes since the last one.
            WatchInterrupted: the watch cannot be opened again.
            InfrastructureError: the API server is away for too long.
        """
        in_vain = 0
        while not self._stopped.is_set():
            try:
                for event, item in self._watch:
                    in_vain, self._version = 0, item["metadata"]["resourceVersion"]
                    yield event, item
            except WatchExpired:
                raise
            except WatchInterrupted:
                in_vain += 1
                if in_vain > _IN_VAIN:
                    raise
                self._again()

    def _again(self) -> None:
        if self._stopped.wait(_BETWEEN):
            return
        try:
            self._watch = self._begin(self._version)
        except ApiError as error:
            raise WatchInterrupted(_("the watch ended: {error}", error=error)) from error
        if self._stopped.is_set():
            self._watch.stop()


class LineTooLong(OSError):
    """A line of an answer is longer than any object or log line can be."""


def lines_of(response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    """Yield the lines of an answer as they come, without the empty ones.

    Raises:
        LineTooLong: one does not end.
    """
    rest = bytearray()
    for chunk in response.stream(amt=None):
        first, *others = chunk.split(b"\n")
        rest += first
        if others:
            yield from (line for line in (bytes(rest), *others[:-1]) if line)
            rest = bytearray(others[-1])
        if len(rest) > MAX_LINE:
            raise LineTooLong(_("a line is larger than {n} MiB", n=MAX_LINE // 2**20))
