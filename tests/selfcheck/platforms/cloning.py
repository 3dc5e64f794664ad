"""Make clones with commits of any date."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory


def git(clone: Path, *words: str, when: datetime) -> None:
    """Run git in a clone, at a time, whatever the developer's configuration says.

    Args:
        clone: its folder.
        words: behind ``git``.
        when: with a zone.
    """
    moment = when.isoformat()
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(clone), "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment,
    }  # fmt: skip
    who = ("-c", "user.name=Jan", "-c", "user.email=j@x")
    subprocess.run(["git", *who, *words], cwd=clone, env=environment, check=True, capture_output=True)


def history(files: Mapping[str, bytes], when: datetime) -> Mapping[str, bytes]:
    """Return the files in ``.git`` of a clone in which files were committed.

    Args:
        files: by name.
        when: local to the platform, whose clocks are set to UTC.
    """
    return _history(tuple(files.items()), when.replace(tzinfo=UTC))


@cache
def _history(files: tuple[tuple[str, bytes], ...], when: datetime) -> Mapping[str, bytes]:
    with TemporaryDirectory() as work:
        clone = Path(work)
        git(clone, "init", "-q", "-b", "main", "--template=", when=when)
        for name, data in files:
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            (clone / name).write_bytes(data)
        git(clone, "add", "-A", "-f", when=when)
        git(clone, "commit", "-qm", "x", when=when)
        found = [path for path in (clone / ".git").rglob("*") if path.is_file()]
        return {path.relative_to(clone).as_posix(): path.read_bytes() for path in found}
