"""Run kubectl as a student does, with a private kubeconfig and nothing of the user's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from grading import timeouts
from grading.cluster.kubectl import ALIKE
from grading.errors import InfrastructureError
from grading.processes import Output, ProgramError, Unending, run

KEPT: Final = 8 * 1024
"""Bytes that are kept of the beginning of what a command prints, as evidence for a person."""
KILLED: Final = 137
"""The exit status of a command that did not end in time, as a shell gives it."""


class PrivateKubectl:
    """kubectl, with a home of its own.

    Args:
        program: the kubectl to run.
        folder: its home.
        kubeconfig: the file with the contexts.
    """

    def __init__(self, program: Path, folder: Path, kubeconfig: Path) -> None:
        self._program = program
        self._environment = {
            **ALIKE,
            "KUBECONFIG": str(kubeconfig),
            "HOME": str(folder),
            "KUBECACHEDIR": str(folder / "cache"),
        }

    def run(self, arguments: Sequence[str], *, waits: bool) -> Output:
        """Run a command to its end, and keep the beginning and end of its output.

        Args:
            arguments: of kubectl.
            waits: whether it may wait for what a submission does; one that does not waits for the cluster.

        Returns:
            Its output and exit status.

        Raises:
            InfrastructureError: it could not be started, or the cluster did not answer it in time.
        """
        command: list[str | bytes | Path] = [self._program]
        command += [argument.encode("utf-8", "replace") for argument in arguments]
        try:
            return run(command, timeout=timeouts.COMMAND, env=self._environment, most=KEPT, check=False)
        except Unending as unending:
            if not (waits or unending.floods):
                raise InfrastructureError(str(unending)) from unending
            return Output(KILLED, unending.output.stdout, unending.reason)
        except ProgramError as error:
            raise InfrastructureError(str(error)) from error
