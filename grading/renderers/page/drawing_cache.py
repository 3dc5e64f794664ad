"""The folder in which matplotlib caches the fonts of this machine."""

from __future__ import annotations

from pathlib import Path

import platformdirs


def drawing_cache() -> Path:
    """Return the folder; it need not exist."""
    return Path(platformdirs.user_cache_dir("kubegrade", appauthor=False)) / "matplotlib"
