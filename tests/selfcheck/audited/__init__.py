"""Runs of kubegrade whose writes are noted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


def noting(log: Path) -> dict[str, Any]:
    """Return the environment in which Python processes note in a file what they write to."""
    # Compiled modules are written beside them, by whoever imports one first.
    return {"WRITES_LOG": str(log), "PYTHONPATH": str(Path(__file__).parent), "PYTHONDONTWRITEBYTECODE": "1"}


def outside(log: Path, *folders: Path) -> set[str]:
    """Return the paths that were written to and are in none of these folders."""
    paths = set(os.fsdecode(log.read_bytes()).splitlines()) - {os.devnull}
    return {path for path in paths if not any(Path(path).is_relative_to(folder) for folder in folders)}
