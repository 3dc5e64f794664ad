"""Run other programs: by argument lists, never by a shell, and with no argument in an error message.

A program reads nothing from this process's own standard input, prints UTF-8 or what is near it, and has a
session of its own: Ctrl-C is for this process, which ends the program or lets it finish a clean-up.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from grading import timeouts
from grading.captured import Kept, TooMuch, capture
from grading.text.i18n import _

LAST_LINES: Final = 12
"""Lines of a program's output that an error message shows."""

Word = str | bytes | Path


@dataclass(frozen=True)
class Output:
    """The output of a program, and its exit status."""

    status: int
    stdout: str
    stderr: str


PRINTED: Final = 8 * 2**20
"""Bytes that a program whose output is bounded may print beyond what is kept; then it is killed."""


class ProgramError(Exception):
    """A program could not be started, did not end in time, or failed.

    The message names the program, and none of its arguments: one may be a secret.

    Args:
        program: its name or path.
        reason: why, in a few words.
        output: what it printed.

    Attributes:
        reason: as given.
        words: the last lines of the output, empty if it printed nothing.
    """

    def __init__(self, program: str, reason: str, output: str = "") -> None:
        super().__init__(f"{program}: {reason}")
        self.reason = reason
        self.words = last_lines(output)


class Unending(ProgramError):
    """A program did not end in time, or printed too much, and was killed.

    Attributes:
        output: what is kept of its output.
        floods: whether it printed too much.
    """

    def __init__(self, program: str, reason: str, output: Output, *, floods: bool) -> None:
        super().__init__(program, reason, output.stderr or output.stdout)
        self.output = output
        self.floods = floods


def run(
    words: Sequence[Word],
    *,
    timeout: float,
    env: Mapping[str, str] | None = None,
    text: bytes | None = None,
    most: int | None = None,
    check: bool = True,
) -> Output:
    """Run a program to its end.

    Args:
        words: the program and its arguments.
        timeout: in seconds; after that it is killed, with all that it started.
        env: added to the environment of this process.
        text: what it reads from its standard input, nothing by default.
        most: bytes of the beginning of each output that are kept, with a part of its end; by default all
            is. With it the program must not print more than `PRINTED`, and is given no text.
        check: whether an exit status other than 0 is an error.

    Returns:
        Its output and exit status.

    Raises:
        Unending: it did not end in time, or printed too much.
        ProgramError: it could not be started, or failed.
    """
    stdin = subprocess.DEVNULL if text is None else subprocess.PIPE
    with started(words, env=env, stdin=stdin) as process:
        if most is None:
            out, err = _all(process, words, text, timeout)
        else:
            out, err = _bounded(process, words, timeout, most)
    output = Output(process.returncode, _text(out), _text(err))
    if check and output.status != 0:
        reason = _("exit status {n}", n=output.status)
        raise ProgramError(_name(words), reason, output.stderr.strip() or output.stdout)
    return output


def _all(
    process: subprocess.Popen[bytes], words: Sequence[Word], text: bytes | None, timeout: float
) -> tuple[bytes, bytes]:
    try:
        return process.communicate(text, timeout=timeout)
    except subprocess.TimeoutExpired as late:
        send(process, signal.SIGKILL)
        raise _late(words, timeout, late.stderr or late.stdout or b"") from None


def _bounded(
    process: subprocess.Popen[bytes], words: Sequence[Word], timeout: float, most: int
) -> tuple[bytes, bytes]:
    """Return the bounded output of a program that may never stop printing.

    Raises:
        Unending: it did not end in time, or printed too much.
    """
    assert process.stdout is not None  # noqa: S101 - for the type checker
    assert process.stderr is not None  # noqa: S101 - for the type checker
    begun, out, err = time.monotonic(), Kept(most), Kept(most)
    try:
        capture({process.stdout: out, process.stderr: err}, timeout, PRINTED)
        process.wait(max(0.1, timeout - (time.monotonic() - begun)))
    except TooMuch:
        send(process, signal.SIGKILL)
        reason = _("it printed more than {n} MiB of output", n=PRINTED // 2**20)
        flood = Output(-signal.SIGKILL, _text(out.data), _text(err.data))
        raise Unending(_name(words), reason, flood, floods=True) from None
    except (TimeoutError, subprocess.TimeoutExpired):
        send(process, signal.SIGKILL)
        raise _late(words, timeout, out.data, err.data) from None
    return out.data, err.data


def _late(words: Sequence[Word], timeout: float, out: bytes, err: bytes = b"") -> Unending:
    reason = _("it was not finished within {n} s", n=f"{timeout:g}")
    return Unending(_name(words), reason, Output(-signal.SIGKILL, _text(out), _text(err)), floods=False)


@contextlib.contextmanager
def started(
    words: Sequence[Word],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    stderr: int = subprocess.PIPE,
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program with pipes for its output; it does not outlive the block.

    Args:
        words: the program and its arguments.
        env: added to the environment of this process.
        cwd: the folder to start it in.
        stdin: what it reads, nothing by default.
        stderr: where its error output goes, a pipe of its own by default.

    Yields:
        The process.

    Raises:
        ProgramError: it could not be started.
    """
    try:
        process = subprocess.Popen(
            list(words),
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
        )
    except OSError as error:
        raise ProgramError(_name(words), error.strerror or type(error).__name__) from None
    try:
        yield process
    finally:
        _end(process)


def send(process: subprocess.Popen[bytes], number: int) -> None:
    """Send a signal to a program that was `started` here, and to all that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def last_lines(output: str, count: int = LAST_LINES) -> str:
    """Return the last lines of a program's output that are not blank."""
    return "\n".join([line.rstrip() for line in output.splitlines() if line.strip()][-count:])


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        send(process, signal.SIGTERM)
        try:
            process.wait(timeouts.PROCESS_ENDED)
        except subprocess.TimeoutExpired:
            send(process, signal.SIGKILL)
            process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _name(words: Sequence[Word]) -> str:
    return Path(os.fsdecode(words[0])).name


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
