"""Ask a Service or Pod for its page, from the host or from a Pod of the suite's own in the cluster.

A client Pod of a course may install curl from the internet; grading must not depend on that, so the suite's
probe uses the curl that the nginx image has.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from grading import timeouts, waiting
from grading.evidence.base import HttpAnswer
from grading.evidence.timeline import Arrival, HttpSample
from grading.runner.http_get import NoAnswer, NotHttp, get
from grading.runner.own_pod import own_pod
from grading.text.sanitize import one_line

Object = dict[str, Any]

# One line a request: 1 or 0, the number of connections it took, and how many of as many to the control were
# answered in the same moments. A Pod that is being deleted may refuse a new connection in the moment
# between its SIGTERM and the update of kube-proxy's rules (Kubernetes: Pod Lifecycle, termination of Pods).
# That is so for every Deployment without a preStop hook, the course's too, and a browser connects anew
# without a word; so a request may connect again for a second, and has failed when it has no answer then.
# The connections are recorded.
_LOOP: Final = """
ask() {
  set -- --output /dev/null "$URL" ${CONTROL:+--output /dev/null "$CONTROL"}
  answers=$(curl --silent --no-progress-meter --fail --parallel --parallel-immediate \\
    --noproxy '*' --connect-timeout 1 --max-time 3 --write-out '%{url} %{exitcode}\\n' "$@")
  case "$answers" in *"$CONTROL 0"*) control=$((control + 1)) ;; esac
  case "$answers" in *"$URL 0"*) return 0 ;; esac
  return 1
}
while true; do
  tries=1 ok=1 control=0
  until ask; do
    if [ "$tries" -ge 10 ]; then ok=0; break; fi
    tries=$((tries + 1)); sleep 0.1
  done
  echo "$ok $tries ${CONTROL:+$control}"
  sleep 0.2
done
"""


_TRIES: Final = 10
_BETWEEN_TRIES: Final = 0.1
_BETWEEN_REQUESTS: Final = 0.2
_LOOP_TIMEOUT: Final = (1.0, 3.0)
"""Seconds to connect and for the whole answer. With the three above, what `_LOOP` does, on the host. They say
what a request is, on a slow machine too: `timeouts` does not stretch them."""


def from_host(url: str, limits: tuple[float, float] | None = None) -> HttpAnswer:
    """Ask once, from this machine, as ``curl`` does; without proxies.

    Args:
        url: the page.
        limits: seconds to connect, and for the whole answer; by default those of any request.

    Returns:
        The answer, or why there was none.
    """
    connect, total = limits or (timeouts.HTTP_REQUEST, timeouts.HTTP_REQUEST)
    try:
        page = get(url, connect=connect, total=total)
    except NotHttp as error:
        return HttpAnswer(url=url, status=HTTPStatus.BAD_GATEWAY, error=one_line(str(error)))
    except NoAnswer as error:
        refused = isinstance(error.__cause__, ConnectionRefusedError)
        return HttpAnswer(url=url, error=_reason(error), refused=refused)
    return HttpAnswer(
        url=url,
        status=page.status,
        body=page.body.decode("utf-8", "replace"),
        server=one_line(page.server),
    )


def asking_from_host(url: str, arrival: Callable[[], Arrival]) -> AbstractContextManager[list[HttpSample]]:
    """Return a context manager that asks for a page in a loop while its body runs.

    It yields the requests so far.

    From this machine.

    Args:
        url: the page.
        arrival: returns the time and the number of what arrives now, by the timeline.
    """
    return waiting.meanwhile(functools.partial(_request, url, arrival), _BETWEEN_REQUESTS, "requests")


def _request(url: str, arrival: Callable[[], Arrival], stop: threading.Event) -> HttpSample | None:
    """Make one request; None if it was cut short."""
    for connects in range(1, _TRIES + 1):
        if from_host(url, _LOOP_TIMEOUT).status == 200:
            return HttpSample(**arrival().model_dump(), ok=True, connects=connects)
        if stop.wait(_BETWEEN_TRIES):
            return None
    return HttpSample(**arrival().model_dump(), ok=False, connects=_TRIES)


def until(
    right: Callable[[HttpAnswer], bool],
    ask: Callable[[], HttpAnswer],
    limit: float | None = None,
) -> HttpAnswer:
    """Ask again until the answer is right.

    kube-proxy needs a moment after a Pod is Ready.

    Args:
        right: looks at an answer.
        ask: asks once.
        limit: in seconds, that of any Service by default; the last answer is returned when it runs out.

    Returns:
        The last answer, right or not.
    """
    return waiting.until(ask, right, timeouts.HTTP_ANSWER if limit is None else limit)


def probe_pod(name: str, url: str | None = None, control: str = "", node: str = "") -> Object:
    """Return a probe Pod: idle, or asking for ``url`` in a loop.

    Its log records the answers.

    Args:
        name: its name.
        url: what it asks for.
        control: what it asks for in the same moments, if anything.
        node: where it is to run, whatever Pods are there already; anywhere by default.
    """
    container: Object = {
        "name": "probe",
        "command": ["sh", "-c", _LOOP if url else "sleep 86400"],
        "env": [{"name": "URL", "value": url or ""}, {"name": "CONTROL", "value": control}],
    }
    return own_pod(name, container, component="probe", node=node)


def read_log(log: str, started: datetime) -> list[HttpSample]:
    """Return the samples in the log of a looping probe, fetched with timestamps.

    Args:
        log: lines of an RFC 3339 time, 1 or 0, a number of connections, and of answers of the control.
        started: the beginning of the timeline.
    """
    samples = []
    for line in log.splitlines():
        moment, *words = line.split()
        if len(words) in {2, 3} and all(word.isdigit() for word in words):
            t = (datetime.fromisoformat(moment) - started).total_seconds()
            ok, connects, *control = map(int, words)
            samples.append(
                HttpSample(t=round(t, 3), ok=ok == 1, connects=connects, control=next(iter(control), None))
            )
    return samples


def _reason(error: NoAnswer) -> str:
    text = str(error)
    for words in ("Connection refused", "Connection reset", "timed out", "Remote end closed"):
        if words in text:
            return words.lower()
    return one_line(text, limit=200)
