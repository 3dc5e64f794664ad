"""Characters that are not seen, or look like others, and encodings."""

from __future__ import annotations

import codecs
from typing import Final

from tests.selfcheck.yamlcorpus.whole_files import HEAD, JSON

CHARACTERS: Final = (
    "\N{NO-BREAK SPACE}",
    "\N{ZERO WIDTH SPACE}",
    "\N{SOFT HYPHEN}",
    "\N{EN SPACE}",
    "\N{NARROW NO-BREAK SPACE}",
    "\N{WORD JOINER}",
    "\N{LEFT-TO-RIGHT MARK}",
    "\N{RIGHT-TO-LEFT OVERRIDE}",
    "\N{LEFT DOUBLE QUOTATION MARK}",
    "\N{RIGHT SINGLE QUOTATION MARK}",
    "\N{EN DASH}",
    "\N{MINUS SIGN}",
    "\N{NON-BREAKING HYPHEN}",
    "\N{FULLWIDTH COLON}",
    "\N{IDEOGRAPHIC SPACE}",
    "\N{LINE SEPARATOR}",
    *"\x00\x01\x07\x0b\x0c\x1b\x7f\x80\x85\x9f\ufffd\ufffe\uffff\ue000\N{GRINNING FACE}",
)
"""Each stands in each of the `PLACES`."""

PLACES: Final = (
    "a: x@y\n",
    "a: '@'\n",
    "a:@x\n",
    "a@: x\n",
    "@a: x\n",
    "# @\n",
    "a:\n @ b: x\n",
    "a: [x@, @y]\n",
)
"""Where a character stands, which is written @."""

ENCODED: Final = (
    codecs.BOM_UTF8 + HEAD.encode(),
    codecs.BOM_UTF8 + f"---\n{HEAD}".encode(),
    codecs.BOM_UTF8 + f"{JSON}}}".encode(),
    codecs.BOM_UTF8 * 2 + HEAD.encode(),
    codecs.BOM_UTF8,
    HEAD.encode("utf-16"),
    f"{HEAD}a: é\r\n---\r\n{HEAD}".encode("utf-16"),
    codecs.BOM_UTF16_BE + HEAD.encode("utf-16-be"),
    codecs.BOM_UTF16_BE + f"{JSON}}}".encode("utf-16-be"),
    HEAD.encode("utf-16-le"),
    HEAD.encode("utf-16-be"),
    HEAD.encode("utf-16") + b"a",
    HEAD.encode("utf-32"),
    f"{HEAD}a: é\n".encode("latin-1"),
    f"{HEAD}# é\n".encode("latin-1"),
    f"{HEAD}a: \N{EN DASH}\n".encode("cp1252"),
    f"{HEAD}a: ".encode() + b"\xc3",
    f"{HEAD}a: ".encode() + b"\xed\xa0\x80\n",
    f"{HEAD}a: ".encode() + b"\xf8\x88\x80\x80\x80\n",
    f"{HEAD}a: ".encode() + b"\xc0\xaf\n",
    f"{HEAD}---\n".encode() + codecs.BOM_UTF16_LE + HEAD.encode("utf-16-le"),
    f'{JSON}, "a": "'.encode() + b'\xe9"}',
)
"""Files that are not plain UTF-8."""
