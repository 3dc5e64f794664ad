"""Find when the files of an exercise were last changed in a clone, by its commits.

The clone is a student's: its configuration can name programs that git runs for almost any command
(``gpg.program``, ``core.fsmonitor``, ``core.sshCommand`` of a missing object, pagers, filters). So git never
sees it. The objects alone are copied into a repository of our own, with a configuration of our own, and git
walks the commits there. What a commit says of its date is the student's word.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from grading import timeouts
from grading.files import read_regular
from grading.processes import ProgramError, run

_ID: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REF: Final = re.compile(r"ref: (refs/[^\s\\:?*\[~^]+)")
_TEXT: Final = 2**20
"""Bytes of a file with references."""
_OBJECTS: Final = 256 * 2**20
"""Bytes of all objects of a clone together."""
_FILES: Final = 50_000
_OUTPUT: Final = 4096
_PACK: Final = re.compile(r"pack-[0-9a-f]+\.(?:pack|idx)")
_LOOSE: Final = re.compile(r"[0-9a-f]{38}(?:[0-9a-f]{24})?")


class _Unknown(Exception):
    """The clone tells no date."""


def last_change(clone: Path, names: Iterable[str]) -> datetime | None:
    """Return when the last commit changed one of some files, None if unknown.

    Args:
        clone: its folder, with ``.git`` in it.
        names: of the files, in any of its folders.
    """
    patterns = [f":(top,glob,icase)**/{_literal(name)}" for name in names]
    git = clone / ".git"
    if not patterns or not _is_folder(git):
        return None
    try:
        with TemporaryDirectory(prefix="kubegrade-dates-") as folder:
            commit = _head(git)
            _copy(git, Path(folder), commit)
            words = ["log", "-1", "--format=%ct", "--no-show-signature", commit, "--", *patterns]
            return _moment(_git(Path(folder), words))
    except (OSError, ValueError, ProgramError, _Unknown):
        return None


def _literal(name: str) -> str:
    return re.sub(r"([\\*?\[\]])", r"\\\1", name)


def _moment(printed: str) -> datetime | None:
    return datetime.fromtimestamp(int(printed), UTC) if printed.strip().lstrip("-").isdigit() else None


def _git(folder: Path, words: list[str]) -> str:
    """Run git on our own repository, without this process's environment."""
    settings = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
    }
    environment = [f"{name}={value}" for name, value in settings.items()]
    command = ["env", "-i", *environment, "git", "--no-pager", f"--git-dir={folder}", *words]
    return run(command, timeout=timeouts.GIT_DATES, most=_OUTPUT).stdout


def _head(git: Path) -> str:
    """Return the commit that is checked out.

    Raises:
        _Unknown: it cannot be told.
    """
    head = _text(git / "HEAD").strip()
    if _ID.fullmatch(head):
        return head
    found = _REF.fullmatch(head)
    if not found or ".." in found[1]:
        raise _Unknown
    for line in _references(git, found[1]):
        if _ID.fullmatch(line):
            return line
    raise _Unknown


def _references(git: Path, name: str) -> Iterator[str]:
    """Yield possible commits of a branch.

    Its own file is newer than the file of all of them.
    """
    places = [git.joinpath(*name.split("/")[:depth]) for depth in range(1, name.count("/") + 1)]
    if all(map(_is_folder, places)):
        with contextlib.suppress(OSError):  # then it stands in the other file
            yield _text(git / name).strip()
    for line in _text(git / "packed-refs").splitlines():
        commit, _blank, packed = line.partition(" ")
        if packed == name:
            yield commit


def _text(path: Path) -> str:
    return read_regular(path, _TEXT).decode("utf-8", "replace")


def _is_folder(path: Path) -> bool:
    return stat.S_ISDIR(path.lstat().st_mode) if os.path.lexists(path) else False


def _copy(git: Path, folder: Path, commit: str) -> None:
    """Make a repository with the objects of another, and nothing else of it.

    Raises:
        _Unknown: they are too many or too large.
    """
    format_ = "sha1" if len(commit) == 40 else "sha256"
    (folder / "HEAD").write_text("ref: refs/heads/none\n", "utf-8")
    (folder / "refs").mkdir()
    (folder / "config").write_text(
        f"[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectFormat = {format_}\n",
        "utf-8",
    )
    objects, left = folder / "objects", _OBJECTS
    (objects / "pack").mkdir(parents=True)
    for number, source in enumerate(_objects(git / "objects")):
        if number >= _FILES:
            raise _Unknown
        data = read_regular(source, left)
        left -= len(data)
        target = objects / source.parent.name / source.name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(data)
    if (git / "shallow").is_file():
        # Commits whose parents are not in the clone.
        lines = [line for line in _text(git / "shallow").splitlines() if _ID.fullmatch(line)]
        (folder / "shallow").write_text("".join(f"{line}\n" for line in lines), "utf-8")


def _objects(objects: Path) -> Iterator[Path]:
    """Yield the files with objects, and no other.

    No alternates, no graphs, no promises to fetch.

    Raises:
        _Unknown: there is no such folder.
    """
    if not _is_folder(objects):
        raise _Unknown
    for entry in sorted(objects.iterdir()):
        pattern = (
            _PACK if entry.name == "pack" else _LOOSE if re.fullmatch("[0-9a-f]{2}", entry.name) else None
        )
        if pattern and _is_folder(entry):
            yield from (path for path in sorted(entry.iterdir()) if pattern.fullmatch(path.name))
