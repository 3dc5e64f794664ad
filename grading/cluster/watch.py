"""One watch of the API server: every change after a resource version, or word that some may be missing."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import urllib3

from grading.errors import InfrastructureError
from grading.text.i18n import _

Object = dict[str, Any]


class WatchInterrupted(InfrastructureError):
    """A watch ended before it was told to, so that changes may have gone unseen."""


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
                    raise WatchInterrupted(
                        _("the watch ended: {words}", words=event["object"].get("message"))
                    )
                yield event["type"], event["object"]
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            if not self._stopped:
                raise WatchInterrupted(_("the watch ended: {error}", error=error)) from error
        finally:
            self._response.close()
        if not self._stopped:
            raise WatchInterrupted(_("the API server closed the watch"))

    def until_closed(self) -> Iterator[tuple[str, Object]]:
        """Yield changes until either side ends the watch, for a caller that looks again afterwards."""
        with contextlib.suppress(WatchInterrupted):
            yield from ((event, item) for event, item in self if event != "BOOKMARK")


def lines_of(response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    """Yield the lines of an answer as they come, without the empty ones."""
    rest = b""
    for chunk in response.stream(amt=None):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line for line in lines if line)
