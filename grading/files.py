"""Read and write single files whose path may lead to something that others put there."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from grading.text.i18n import _

TEMPORARY: Final = ".tmp"
"""The end of the name of a file that is being written."""
_STREAMS: Final = ("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/self/fd/")


class NotRegular(OSError):
    """A path leads to neither a file nor a folder: a device, a pipe, a socket."""

    def __init__(self, path: Path) -> None:
        super().__init__(errno.EINVAL, _("it is not a regular file"), str(path))


@contextmanager
def open_regular(path: Path, *, follow: bool = False) -> Iterator[BinaryIO]:
    """Open a regular file to read.

    Nothing else is opened, as it could hang or never end.

    Args:
        path: of the file.
        follow: whether the path may be a link.

    Yields:
        The file.

    Raises:
        NotRegular: it is no file.
        OSError: it cannot be opened, is a link, or is a folder.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW))
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise NotRegular(path)
        with open(descriptor, "rb", closefd=False) as stream:
            yield stream
    finally:
        os.close(descriptor)


def read_regular(path: Path, limit: int, *, follow: bool = False) -> bytes:
    """Return the bytes of a regular file.

    Args:
        path: of the file.
        limit: bytes that it may have at most.
        follow: whether the path may be a link.

    Raises:
        OSError: as `open_regular` does, or it is too large.
    """
    with open_regular(path, follow=follow) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return data


def write_text(path: Path, text: str, *, mode: int | None = None, durable: bool = False) -> None:
    """Write a file in UTF-8, whole or not at all.

    It replaces what has its name, a link too.

    Args:
        path: of the file.
        text: what goes into it.
        mode: its permissions, from the beginning; by default those of what it replaces, or the usual ones.
        durable: whether it is on the disk when this returns, so that a power cut does not undo it.

    Raises:
        OSError: the file cannot be written.
    """
    with replacing(path, mode=mode, durable=durable) as stream:
        stream.write(text.encode())


@contextmanager
def replacing(path: Path, *, mode: int | None = None, durable: bool = False) -> Iterator[BinaryIO]:
    """Yield a file to write to, which replaces another if the body ends well.

    Args:
        path: the name.
        mode: its permissions, from the beginning; by default those of what it replaces, or the usual ones.
        durable: as in `write_text`.

    Raises:
        OSError: the file cannot be written.
    """
    # A name that nobody can have foreseen: a file or link that is there already is never opened.
    temporary = path.with_name(f"kubegrade-{secrets.token_hex(8)}{TEMPORARY}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else mode)
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            if durable:
                stream.flush()
                os.fsync(descriptor)
        if mode is None and path.is_file() and not path.is_symlink():
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        temporary.replace(path)
        if durable:
            sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Write the names in a folder to the disk.

    Of files that were created, renamed or removed in it.

    Raises:
        OSError: the system could not do it.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_out(path: Path, text: str) -> None:
    """Write to a user's path: a file as `write_text` does, or a stream or device.

    Raises:
        NotRegular: it is none of these.
        OSError: it cannot be written.
    """
    # //dev/stdout and /dev/../dev/stdout are the same place.
    name = "/" + os.path.normpath(path).lstrip("/") if path.is_absolute() else ""
    mode = path.stat().st_mode if path.exists() else stat.S_IFREG
    if name.startswith(_STREAMS) or stat.S_ISCHR(mode):
        path.write_text(text, "utf-8")
    elif stat.S_ISREG(mode) or path.is_symlink():
        write_text(path, text)
    else:
        raise NotRegular(path)
