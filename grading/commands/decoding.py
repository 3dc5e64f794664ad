"""The text of a file of commands, whatever wrote it."""

from __future__ import annotations

from typing import Final

_MARKS: Final = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8"))
"""Byte order marks, such as PowerShell writes with ``>`` and ``Out-File``."""
_WIDE: Final = 4
"""Bytes at the beginning that tell UTF-16 without a mark: every other one of plain letters is 0."""


def decoded(raw: bytes) -> str:
    """Return the text of a file, by its byte order mark, else as UTF-8.

    Without a mark, zeros between its letters tell UTF-16.

    What no text has (U+0000) is left out, as bash does.
    """
    encoding = _encoding(raw)
    for mark, name in _MARKS:
        if raw.startswith(mark):
            raw, encoding = raw[len(mark) :], name
    return raw.decode(encoding, "replace").replace("\0", "")


def _encoding(raw: bytes) -> str:
    begin = raw[:_WIDE]
    if len(begin) == _WIDE and not any(begin[1::2]) and all(begin[::2]):
        return "utf-16-le"
    if len(begin) == _WIDE and not any(begin[::2]) and all(begin[1::2]):
        return "utf-16-be"
    return "utf-8"
