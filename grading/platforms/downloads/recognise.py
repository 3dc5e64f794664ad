"""Find out which form a download has, by looking at the names in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from grading.errors import SubmissionError
from grading.platforms.downloads.blackboard import Blackboard
from grading.platforms.downloads.brightspace import Brightspace
from grading.platforms.downloads.canvas import Canvas
from grading.platforms.downloads.clones import Classroom, Classroom50
from grading.platforms.downloads.files import Files, list_files
from grading.platforms.downloads.form import Form, Layout
from grading.platforms.downloads.gradescope import Gradescope
from grading.platforms.downloads.moodle import Moodle
from grading.platforms.downloads.plain import Archives, Folder
from grading.platforms.handed_in import Download
from grading.submission.archives.kinds import is_named_archive
from grading.text.i18n import _, n_
from grading.text.sanitize import shown_path

_PLATFORMS: Final[tuple[Layout, ...]] = (
    Moodle(), Blackboard(), Gradescope(), Brightspace(), Classroom50(), Classroom(), Canvas(),
)  # fmt: skip
"""Those whose names say least come last."""
_PLAIN: Final[tuple[Layout, ...]] = (Archives(), Folder())
FORMS: Final[dict[str, Layout]] = {layout.id: layout for layout in (*_PLATFORMS, *_PLAIN)}
"""Every form by its id, for ``--from``."""
_WRAPPERS: Final = 3
"""Folders around all submissions that are looked through."""


def recognise(path: Path, form: str | None = None) -> Form:
    """Return the form of a download.

    Args:
        path: of the platform's archive, or of a folder.
        form: the id of the form, for who knows better; None to find out.

    Raises:
        SubmissionError: there is no such form, the download cannot be read, or nothing is recognised.
    """
    if form is not None and form not in FORMS:
        raise SubmissionError(
            _(
                "--from {form}: this kind of download does not exist; choose one of {forms}",
                form=form,
                forms=", ".join(FORMS),
            )
        )
    if not path.exists():
        raise SubmissionError(
            _(
                "{path}: this folder or archive does not exist. Give the download from the platform.",
                path=shown_path(path),
            )
        )
    files = list_files(path)
    if not files.tops:
        raise SubmissionError(_("{path}: it is empty", path=shown_path(path)))
    if (archive := _only_archive(files)) is not None:
        inside = list_files(archive)
        found = _forced(inside, FORMS[form]) if form else _of_platform(inside)
        if found is not None:
            return Form(found[0], archive, found[1])
    found = _forced(files, FORMS[form]) if form else _of_platform(files) or _plain(files)
    if found is None:
        raise SubmissionError(_nothing(path, form))
    return Form(found[0], path, found[1])


def _only_archive(files: Files) -> Path | None:
    """Return the archive in a folder that has no other, and no folders: what a platform gave, put away."""
    archives = [name for name in files.loose if is_named_archive(name)]
    return files.place(archives[0]) if files.root and not files.folders and len(archives) == 1 else None


def _levels(files: Files) -> Iterator[Files]:
    """Yield a download, and the folders around all that is in it."""
    level: Files | None = files
    for _number in range(_WRAPPERS + 1):
        if level is None:
            return
        yield level
        level = level.inner()


def _forced(files: Files, layout: Layout) -> tuple[Layout, Files] | None:
    levels = [level for level in _levels(files) if layout.fits(level)]
    return (layout, max(levels, key=layout.fits)) if levels else None


def _of_platform(files: Files) -> tuple[Layout, Files] | None:
    for layout in _PLATFORMS:
        for level in _levels(files):
            if level.tops and 2 * layout.fits(level) >= len(level.tops):
                return layout, level
    return None


def _plain(files: Files) -> tuple[Layout, Files] | None:
    level = _without_wrapper(files)
    layout = max(_PLAIN, key=lambda layout: layout.fits(level))
    of_students = sum(layout.fits(level) for layout in _PLAIN)
    return (layout, level) if level.tops and 2 * of_students >= len(level.tops) else None


def _without_wrapper(files: Files) -> Files:
    """Return the content of the folder that an archive was made of.

    If it holds folders and archives alone.

    Of a folder its only folder is a student's: who meant that one can give it.
    """
    inner = files.inner() if files.root is None else None
    if inner is None:
        return files
    return inner if sum(layout.fits(inner) for layout in _PLAIN) == len(inner.tops) else files


def _nothing(path: Path, form: str | None) -> str:
    if form:
        return _(
            "{path}: none of its file names look like those of a {name}. Leave --from out: kubegrade then "
            "recognises the kind of download itself.",
            path=shown_path(path),
            name=_(FORMS[form].name),
        )
    return _(
        "{path}: not recognised as one of these: {forms}. If it is one of them, say which with --from; "
        "grade a single submission with `kubegrade grade`.",
        path=shown_path(path),
        forms=", ".join(FORMS),
    )


def said(download: Download) -> str:
    """Return what was recognised in one line.

    ``Moodle download, 43 students, 2 without a file``.
    """
    number = len(download.handed_in)
    without = sum(1 for one in download.handed_in if not one.attempts)
    troubled = sum(1 for one in download.handed_in if one.attempts and one.attempts[-1].problem)
    late = sum(1 for one in download.handed_in if one.attempts and one.attempts[-1].is_late)
    has_groups = any(len(one.persons) > 1 for one in download.handed_in)
    who = (
        n_("{n} group", "{n} students and groups", number)
        if has_groups
        else n_("{n} student", "{n} students", number)
    )
    parts = [_(FORMS[download.form].name), who]
    parts += [_("{n} without a file", n=without)] if without else []
    parts += [_("{n} late", n=late)] if late else []
    parts += [n_("{n} unreadable", "{n} unreadable", troubled)] if troubled else []
    return ", ".join(parts)
