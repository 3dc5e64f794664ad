"""Let this process, and what it starts, write to a few folders only: by Landlock of the Linux kernel.

System calls, structures and numbers are those of https://docs.kernel.org/userspace-api/landlock.html. In
Python there is no released library for them: the package landlock has only pre-releases.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Flag
from pathlib import Path
from typing import Final

from grading import timeouts

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""Numbers of the system calls, the same on every architecture."""
_VERSION: Final = 1
"""The flag with which `_CREATE_RULESET` returns the version that the kernel has."""
_PATH_BENEATH: Final = 1
_NO_NEW_PRIVS: Final = 38
_LEAST_VERSION: Final = 2
"""The first (Linux 5.19) with which a file can be moved to another folder at all."""
_TRUNCATE_VERSION: Final = 3


class Unconfined(Exception):
    """Writes cannot be confined here; nothing has changed."""


class _Write(Flag):
    """The rights to change what is in a file system."""

    FILE = 1 << 1
    REMOVE_FOLDER = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHARACTER_DEVICE = 1 << 6
    MAKE_FOLDER = 1 << 7
    MAKE_FILE = 1 << 8
    MAKE_SOCKET = 1 << 9
    MAKE_PIPE = 1 << 10
    MAKE_BLOCK_DEVICE = 1 << 11
    MAKE_LINK = 1 << 12
    MOVE = 1 << 13
    TRUNCATE = 1 << 14


_OF_A_FILE: Final = _Write.FILE | _Write.TRUNCATE
"""The rights that mean something for a path that is no folder."""


class _Ruleset(ctypes.Structure):
    _fields_ = (("handled_access_fs", ctypes.c_uint64),)


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def version() -> int:
    """Return the version of Landlock in the kernel, 0 if it is off or missing."""
    try:
        return _call(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))
    except Unconfined:
        return 0


def is_there() -> bool:
    """Return whether writes can be confined on this system."""
    return version() >= _LEAST_VERSION


@contextlib.contextmanager
def confinement(paths: Iterable[Path]) -> Iterator[Confinement]:
    """Yield a confinement, and release it afterwards; who entered it stays confined.

    Args:
        paths: folders that are written to with all below them, and files.

    Raises:
        Unconfined: the kernel has no Landlock, or a path does not exist.
    """
    known = version()
    if known < _LEAST_VERSION:
        raise Unconfined(f"Landlock {known}")
    rights = ~_Write(0) if known >= _TRUNCATE_VERSION else ~_Write.TRUNCATE
    ruleset = _Ruleset(rights.value)
    size = ctypes.c_size_t(ctypes.sizeof(ruleset))
    descriptor = _call(_CREATE_RULESET, ctypes.byref(ruleset), size, ctypes.c_uint32(0))
    try:
        for path in paths:
            _allow(descriptor, path, rights)
        yield Confinement(descriptor)
    finally:
        os.close(descriptor)


class Confinement:
    """What may be written to, ready to be entered.

    Args:
        descriptor: of the set of rules.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def enter(self) -> None:
        """Confine this thread, and all that it starts from now on, for good.

        Set-user-ID programs that it starts do not get the rights of their owners any more.

        Raises:
            Unconfined: the kernel rejects it.
        """
        # All arguments as C's unsigned long, as the kernel reads them.
        one, zero = ctypes.c_ulong(1), ctypes.c_ulong(0)
        if _libc().prctl(_NO_NEW_PRIVS, one, zero, zero, zero) != 0:
            raise Unconfined(os.strerror(ctypes.get_errno()))
        _call(_RESTRICT_SELF, ctypes.c_int(self._descriptor), ctypes.c_uint32(0))

    def works_for(self, words: Sequence[str]) -> bool:
        """Return whether a program that is confined ends well."""
        try:
            done = subprocess.run(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=timeouts.CONFINED,
                check=False,
                preexec_fn=self.enter,
            )
        except (OSError, subprocess.SubprocessError):
            return False
        return done.returncode == 0


def _allow(ruleset: int, path: Path, rights: _Write) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError as error:
        raise Unconfined(str(error)) from error
    try:
        is_folder = stat.S_ISDIR(os.fstat(place).st_mode)
        rule = _Beneath((rights if is_folder else rights & _OF_A_FILE).value, place)
        _call(
            _ADD_RULE,
            ctypes.c_int(ruleset),
            ctypes.c_int(_PATH_BENEATH),
            ctypes.byref(rule),
            ctypes.c_uint32(0),
        )
    finally:
        os.close(place)


def _call(number: int, *arguments: object) -> int:
    syscall: Callable[..., int] = _libc().syscall
    result = syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        raise Unconfined(os.strerror(ctypes.get_errno()))
    return result


def _libc() -> ctypes.CDLL:
    if sys.platform != "linux":
        raise Unconfined(sys.platform)
    return ctypes.CDLL(None, use_errno=True)
