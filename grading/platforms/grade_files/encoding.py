"""The encoding of a file of unknown origin, so that it can be written back byte for byte."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE: Final = 1000
"""Bytes of a file without a byte order mark that show whether it is UTF-16."""


@dataclass(frozen=True)
class Encoding:
    """How the text of a file is stored.

    Attributes:
        codec: Python's name of the encoding.
        mark: the byte order mark at the beginning of the file; may be empty.
    """

    codec: str
    mark: bytes = b""

    @property
    def is_unicode(self) -> bool:
        """Whether it can store every character."""
        return self.codec != _ANSI

    def decode(self, data: bytes) -> str:
        """Return the text of a whole file.

        Raises:
            UnicodeDecodeError: the bytes are not of this encoding.
        """
        return data[len(self.mark) :].decode(self.codec, self._errors)

    def encode(self, text: str) -> bytes:
        """Return the bytes of a whole file; what the encoding cannot store becomes ``?``."""
        try:
            return self.mark + text.encode(self.codec, self._errors)
        except UnicodeEncodeError:
            return self.mark + b"".join(map(self._character, text))

    @property
    def _errors(self) -> str:
        # Five bytes mean nothing in cp1252; they are kept all the same.
        return "strict" if self.is_unicode else "surrogateescape"

    def _character(self, character: str) -> bytes:
        try:
            return character.encode(self.codec, self._errors)
        except UnicodeEncodeError:
            return b"?"


_ANSI: Final = "cp1252"
"""What Excel on Windows writes in Western Europe if it is not told otherwise."""


def decoded(data: bytes) -> tuple[str, Encoding]:
    """Return the text of a file and its encoding.

    By its byte order mark, else by what its bytes can be.

    Raises:
        UnicodeDecodeError: its byte order mark promises an encoding that its bytes are not of.
    """
    for mark, codec in _MARKS:
        if data.startswith(mark):
            found = Encoding(codec, mark)
            return found.decode(data), found
    for codec in (*_utf16(data[:_SAMPLE]), "utf-8"):
        try:
            return data.decode(codec), Encoding(codec)
        except UnicodeDecodeError:
            continue
    ansi = Encoding(_ANSI)
    return ansi.decode(data), ansi


def _utf16(sample: bytes) -> tuple[str, ...]:
    """Return the forms of UTF-16 that a text may be in.

    In Western languages every other byte is zero.
    """
    for start, codec in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = sample[start::2].count(0)
        if zeros * 4 > len(sample) and not sample[1 - start :: 2].count(0):
            return (codec,)
    return ()
