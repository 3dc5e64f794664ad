"""Run kubectl as the course does, with argument lists, for what is a command in the course."""

from __future__ import annotations

import contextlib
import copy
import os
import re
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Final, Self

from grading import timeouts
from grading.errors import InfrastructureError
from grading.k8s.exec_errors import is_unreached, was_not_tried
from grading.processes import Output, ProgramError, Unending, run, send, started
from grading.text.i18n import _
from grading.waiting import until

MAX_OUTPUT: Final = 64 * 1024
"""Bytes that are kept of the beginning of a command's output."""

_BY_SPDY: Final = {"KUBECTL_REMOTE_COMMAND_WEBSOCKETS": "false"}
"""Over WebSockets ``kubectl exec`` sometimes loses the streams of a command that ends at once ("Unknown
stream id 1, discarding message"), seen on a machine under load; SPDY was used before them.
"""

ALIKE: Final = {"LC_ALL": "C", "KUBECTL_KUBERC": "false", "KUBERC": "off"}
"""In English, and without the user's own defaults of options: https://kubernetes.io/docs/reference/kubectl/kuberc/"""

_BRIEF: Final = {"GOGC": "off"}
"""A command of 0.2 s ends before it has filled the memory (it takes 80 MB in place of 55): without Go's
garbage collection it takes a quarter less of the CPU."""

_FORWARDING: Final = re.compile(rb"Forwarding from 127\.0\.0\.1:(\d+) ")
"""The line that kubectl prints when it listens."""


def cache_of(kubeconfig: Path) -> Path:
    """Return the folder in which kubectl caches what an API server offers."""
    return kubeconfig.with_suffix(".cache")


class CommandUnending(InfrastructureError):
    """A command did not end in time, or printed too much, and was killed.

    Attributes:
        output: what is kept of its output.
        floods: whether it printed too much.
    """

    def __init__(self, words: str, unending: Unending) -> None:
        super().__init__(_("kubectl {words}: {reason}", words=words, reason=unending.reason))
        self.output = unending.output
        self.floods = unending.floods


class Kubectl:
    """kubectl, bound to one cluster.

    Args:
        kubeconfig: the file with the connection.
        context: the context in it; the current one by default.
        program: the kubectl to run.
        cancelled: is set when the run is stopped, so that nothing is tried again.
    """

    def __init__(
        self,
        kubeconfig: Path,
        context: str | None = None,
        program: str = "kubectl",
        cancelled: threading.Event | None = None,
    ) -> None:
        self._cancelled = cancelled
        # What the API server offers, as it was asked before; the user's own is of other clusters too.
        self._environment = {**ALIKE, "KUBECACHEDIR": str(cache_of(kubeconfig))}
        self._base = [program, "--kubeconfig", str(kubeconfig)]
        if context:
            self._base += ["--context", context]

    def acting_as(self, user: str, group: str) -> Self:
        """Return a kubectl that acts as another user; see `ApiServer.acting_as`."""
        other = copy.copy(self)
        other._base = [*self._base, "--as", user, "--as-group", group]
        return other

    def run(self, *arguments: str) -> Output:
        """Run a command to its end, and keep the beginning and end of its output.

        Returns:
            Its output and exit status.

        Raises:
            CommandUnending: it did not end in time, or printed too much.
            InfrastructureError: it could not be started.
        """
        return self._run(arguments, env=_BY_SPDY, most=MAX_OUTPUT)

    def apply(self, namespace: str, manifest: str, *options: str) -> Output:
        """Run ``kubectl apply`` on a manifest in JSON, and print the object.

        Returns:
            Its output and exit status.

        Raises:
            InfrastructureError: it did not end in time.
        """
        arguments = ("apply", "--namespace", namespace, "--filename", "-", "--output", "json", *options)
        return self._run(arguments, env=_BRIEF, text=manifest.encode())

    def _run(
        self,
        arguments: Sequence[str],
        *,
        env: Mapping[str, str],
        text: bytes | None = None,
        most: int | None = None,
    ) -> Output:
        # In UTF-8, as the Pod reads them: Python would encode them by the locale, or end there.
        command: list[str | bytes] = [
            *self._base,
            *(argument.encode("utf-8", "replace") for argument in arguments),
        ]
        try:
            return run(
                command,
                timeout=timeouts.EXEC,
                env={**self._environment, **env},
                text=text,
                most=most,
                check=False,
            )
        except Unending as error:
            raise CommandUnending(" ".join(arguments[:4]), error) from error
        except ProgramError as error:
            words = " ".join(arguments[:4])
            raise InfrastructureError(
                _("kubectl {words}: {reason}", words=words, reason=error.reason)
            ) from error

    def exec(self, namespace: str, pod: str, *command: str, container: str = "") -> Output:
        """Run a command in a container of a Pod.

        Again, if the API server could not reach the kubelet.

        Args:
            namespace: the Pod's.
            pod: its name.
            command: the program and its arguments.
            container: where it runs; by default in the Pod's first container.

        Returns:
            Its output and exit status.

        Raises:
            CommandUnending: it did not end in time, or printed too much.
            InfrastructureError: kubectl could not be started.
        """
        where = ["--container", container] if container else []
        return until(
            lambda: self.run("exec", "--namespace", namespace, pod, *where, "--", *command),
            lambda output: not was_not_tried(output.status, output.stdout, output.stderr),
            timeouts.KUBELET_REACHED,
            cancelled=self._cancelled,
        )

    @contextlib.contextmanager
    def port_forward(self, namespace: str, target: str, port: int) -> Iterator[int]:
        """Forward a free port of this machine to a Pod or Service.

        Args:
            namespace: of the Pod or Service.
            target: its kind and name, such as ``svc/nginx``.
            port: of the Pod or Service.

        Yields:
            The free port.

        Raises:
            InfrastructureError: kubectl did not start to listen; with its error message.
        """
        command = [*self._base, "port-forward", "--namespace", namespace, target, f":{port}"]
        with contextlib.ExitStack() as processes:

            def forward() -> int | str:
                process = processes.enter_context(
                    started(command, env=self._environment, stderr=subprocess.STDOUT)
                )
                assert process.stdout is not None  # noqa: S101 - for the type checker
                found = _listening_port(process.stdout)
                if isinstance(found, int):
                    processes.enter_context(_drained(process))
                return found

            try:
                found = until(
                    forward,
                    lambda found: isinstance(found, int) or not is_unreached(found),
                    timeouts.KUBELET_REACHED,
                    cancelled=self._cancelled,
                )
            except ProgramError as error:
                raise _not_listening(error.reason) from error
            if isinstance(found, str):
                raise _not_listening(found)
            yield found


def _listening_port(stdout: IO[bytes]) -> int | str:
    """Return the port that kubectl listens on, or what it said if it does not."""
    words = b""
    deadline = time.monotonic() + timeouts.PORT_FORWARD
    with selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0 and len(words) < MAX_OUTPUT:
            if not selector.select(left):
                break
            piece = os.read(stdout.fileno(), MAX_OUTPUT)
            words += piece
            if found := _FORWARDING.search(words):
                return int(found[1])
            if not piece:
                break
    return words.decode("utf-8", "replace").strip()[:300]


@contextlib.contextmanager
def _drained(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Read on while the body runs, and keep nothing.

    A kubectl with a full pipe would forward no more.

    It writes a line for every connection that the Pod refuses.
    """
    assert process.stdout is not None  # noqa: S101 - for the type checker
    descriptor = process.stdout.fileno()

    def read() -> None:
        with contextlib.suppress(OSError):
            while os.read(descriptor, MAX_OUTPUT):
                pass

    thread = threading.Thread(target=read, name="port-forward", daemon=True)
    thread.start()
    try:
        yield
    finally:
        send(process, signal.SIGKILL)  # with it the pipe ends
        thread.join(timeouts.PROCESS_ENDED)


def _not_listening(words: str) -> InfrastructureError:
    return InfrastructureError(_("kubectl port-forward did not start listening: {words}", words=words))
