"""The standard streams of this process, whatever the terminal and the locale are."""

from __future__ import annotations

import io
import sys
from typing import Final

_BY_DEFAULT: Final = {"strict", "surrogateescape", "backslashreplace"}
"""Error handlers that Python chooses: two raise, that of stderr shows a letter as ``\\xe9``."""


def replace_unencodable() -> None:
    """Replace characters that a standard stream cannot encode or decode.

    Call it before anything is read or printed. pytest's terminal writer and rich's consoles print to these
    same objects.
    """
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors in _BY_DEFAULT:
            stream.reconfigure(errors="replace")
