"""Run kubectl the way the course does, with argument lists, for what is a command in the course."""

from __future__ import annotations

import contextlib
import os
import re
import selectors
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from grading import timeouts
from grading.errors import InfrastructureError
from grading.text.i18n import _, decimal

MAX_OUTPUT = 64 * 1024


@dataclass(frozen=True)
class Output:
    """What a command printed, and its exit status."""

    status: int
    stdout: str
    stderr: str


_BY_SPDY: Final = {"KUBECTL_REMOTE_COMMAND_WEBSOCKETS": "false"}
"""Over WebSockets ``kubectl exec`` now and then loses the streams of a command that ends at once ("Unknown
stream id 1, discarding message"), seen on a machine under load; SPDY is the road that it had before."""


class Kubectl:
    """kubectl, bound to one cluster.

    Args:
        kubeconfig: the file with the connection.
        context: the context in it; the current one by default.
        program: the kubectl to run.
    """

    def __init__(self, kubeconfig: Path, context: str | None = None, program: str = "kubectl") -> None:
        self._base = [program, "--kubeconfig", str(kubeconfig)]
        if context:
            self._base += ["--context", context]

    def run(self, *arguments: str) -> Output:
        """Run one command to its end.

        Raises:
            InfrastructureError: it did not end in time.
        """
        # In UTF-8, as the Pod reads them: Python would encode them by the locale, or end there.
        command: list[str | bytes] = [
            *self._base,
            *(argument.encode("utf-8", "replace") for argument in arguments),
        ]
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=timeouts.EXEC,
                check=False,
                env=os.environ | _BY_SPDY,
            )
        except subprocess.TimeoutExpired as error:
            words = " ".join(arguments[:4])
            raise InfrastructureError(
                _(
                    "kubectl {words} did not end within {seconds} s",
                    words=words,
                    seconds=decimal(timeouts.EXEC),
                )
            ) from error
        return Output(done.returncode, _text(done.stdout), _text(done.stderr))

    def exec(self, namespace: str, pod: str, *command: str) -> Output:
        """Run a command in a Pod's first container."""
        return self.run("exec", "--namespace", namespace, pod, "--", *command)

    @contextlib.contextmanager
    def port_forward(self, namespace: str, target: str, port: int) -> Iterator[int]:
        """Forward a free port of this machine to ``port`` of a Pod or Service; yield the free port.

        Raises:
            InfrastructureError: kubectl did not start to listen; its own words are in the message.
        """
        process = subprocess.Popen(
            [*self._base, "port-forward", "--namespace", namespace, target, f":{port}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        try:
            assert process.stdout is not None  # noqa: S101 - for the type checker
            yield _listening_port(process.stdout)
        finally:
            process.terminate()
            process.communicate()


def _listening_port(stdout: IO[str]) -> int:
    words = ""
    deadline = time.monotonic() + timeouts.PORT_FORWARD
    with selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if not selector.select(left):
                break
            line = stdout.readline()
            if not line:
                break
            words += line
            found = re.search(r"Forwarding from 127\.0\.0\.1:(\d+)", line)
            if found:
                return int(found.group(1))
    raise InfrastructureError(_("kubectl port-forward did not listen: {words}", words=words.strip()[:300]))


def _text(raw: bytes) -> str:
    return raw[:MAX_OUTPUT].decode("utf-8", "replace")
