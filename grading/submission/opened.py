"""The folder of a submission that is given as a folder or as an archive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from grading.errors import SubmissionError
from grading.files import open_regular
from grading.submission.archives.kinds import is_named_archive, kind_of
from grading.submission.archives.unpack import unpack
from grading.text.i18n import Message, _
from grading.text.sanitize import shown_path


@dataclass(frozen=True)
class Opened:
    """A submission that can be looked through.

    Attributes:
        folder: with its files.
        remarks: what was left out of an archive or taken differently, a line each.
    """

    folder: Path
    remarks: tuple[Message, ...] = ()


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Yield a submission.

    An archive is unpacked into a folder that is removed afterwards.

    Args:
        path: of the folder or archive. What is neither is passed on as it is.

    Raises:
        SubmissionError: the archive cannot be unpacked.
        InfrastructureError: there is no room to unpack it.
    """
    if not is_archive(path):
        yield Opened(path)
        return
    with TemporaryDirectory(prefix="kubegrade-submission-") as place:
        folder = Path(place, "unpacked")
        yield Opened(folder, unpack(path, folder).remarks)


def is_archive(path: Path) -> bool:
    """Return whether a path is that of a file which is an archive, or is named as one.

    Raises:
        SubmissionError: the file cannot be read.
    """
    try:
        if not path.is_file():
            return False
    except OSError:
        return False  # the loader says why
    try:
        with open_regular(path, follow=True) as stream:
            return is_named_archive(path.name) or kind_of(stream) is not None
    except OSError as error:
        raise SubmissionError(
            _(
                "{folder}: cannot be read: {reason}. Give yourself read permission.",
                folder=shown_path(path),
                reason=error.strerror,
            )
        ) from error
