"""Split a file into its documents as kubectl does, before any of them is read as YAML.

The rules are those of Go: ``YAMLOrJSONDecoder`` and ``YAMLReader`` of k8s.io/apimachinery 0.31, package
util/yaml, and encoding/json.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from grading.submission.yaml_nodes import YamlProblem, too_deep
from grading.text.i18n import _

MAX_DOCUMENTS: Final = 20
"""Documents of one file, at most."""

_SEPARATOR: Final = "---"
_MARK: Final = "\ufeff"
_LOOKED_AT: Final = 4096
"""Characters at the start of a file in which kubectl looks for the brace of JSON."""
_SPACES: Final = " \t\n\v\f\r\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""What Go takes for blank."""
_DIRECTIVE: Final = re.compile(r"(?:\s|#[^\n\r\x85\u2028\u2029]*[\n\r\x85\u2028\u2029])*%")
_JSON_BLANKS: Final = re.compile(r"[ \t\r\n]*")
_ONLY_IN_JSON: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\."
    r"|[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]"
)
"""Escapes, of which some are unknown to YAML, and characters that it does not allow in a text."""


@dataclass(frozen=True)
class Part:
    """The text of one document.

    Attributes:
        text: YAML, of which kubectl reads the first document and no more.
        line: of the file, where the text begins; counted from 1.
    """

    text: str
    line: int


def split(text: str) -> Iterator[Part]:
    """Yield the documents of a file, without those that hold nothing.

    Args:
        text: the file, without a byte order mark at its start.

    Raises:
        YamlProblem: kubectl cannot tell the documents apart, or there are too many.
    """
    is_json = text[:_LOOKED_AT].lstrip(_SPACES).startswith("{")
    for number, part in enumerate(_of_json(text) if is_json else _of_yaml(text), 1):
        if number > MAX_DOCUMENTS:
            raise YamlProblem(
                _("the file contains more than {number} documents", number=MAX_DOCUMENTS), part.line, 1
            )
        yield part


def _of_yaml(text: str) -> Iterator[Part]:
    """Yield the parts between the lines ``---``, with ends of lines as on Unix.

    Raises:
        YamlProblem: something else than a comment follows ``---``, or a part cannot be read.
    """
    lines: list[str] = []
    begun = 1
    for number, line in enumerate(_lines(text), 1):
        is_separator = line.startswith(_SEPARATOR)
        behind = line.removeprefix(_SEPARATOR).strip(_SPACES) if is_separator else ""
        if behind and behind[0] != "#":
            raise YamlProblem(
                _("only a comment may follow the --- between two documents"),
                number,
                len(_SEPARATOR) + 1,
                _("Put it on a line of its own."),
            )
        if is_separator and lines:
            yield from _content(lines, begun)
            lines, begun = [], number + 1
        else:
            lines.append(line)
    yield from _content(lines, begun)


def _lines(text: str) -> list[str]:
    *lines, last = text.split("\n")
    ended = [line.removesuffix("\r") for line in lines]
    return [*ended, last] if last else ended


def _content(lines: list[str], begun: int) -> Iterator[Part]:
    """Yield a part, unless it holds nothing.

    Raises:
        YamlProblem: kubectl cannot read it.
    """
    if all(line.startswith(_SEPARATOR) or line.strip(" \t\r")[:1] in {"", "#"} for line in lines):
        return
    text = "".join(f"{line}\n" for line in lines).removeprefix(_MARK)
    if directive := _DIRECTIVE.match(text):
        line, column = _place(text, directive.end() - 1)
        raise YamlProblem(
            _("kubectl does not read YAML directives, lines that start with %"),
            begun + line - 1,
            column,
            _("Remove this line: a manifest needs no directives."),
        )
    # libyaml skips a mark there; for kubectl it is a character of the key.
    if (at := f"\n{text}".find(f"\n{_MARK}")) >= 0:
        line, column = _place(text, at)
        raise YamlProblem(_("the line begins with a byte order mark (U+FEFF)"), begun + line - 1, column)
    yield Part(text, begun)


def _of_json(text: str) -> Iterator[Part]:
    """Yield the values of a stream of JSON, each as YAML of the same meaning.

    Raises:
        YamlProblem: one is no JSON, or nested too deep.
    """
    decoder = json.JSONDecoder(parse_constant=_refuse, parse_int=_check_size, parse_float=_check_size)
    at = _after_blanks(text, 0)
    while at < len(text):
        line, column = _place(text, at)
        try:
            end = decoder.raw_decode(text, at)[1]
        except RecursionError as error:
            raise too_deep(line, column) from error
        except json.JSONDecodeError as error:
            raise _no_json(error.msg, *_place(text, error.pos)) from error
        except ValueError as error:
            raise _no_json(str(error), line, column) from error
        yield Part(_ONLY_IN_JSON.sub(_as_yaml, text[at:end]), line)
        at = _after_blanks(text, end)


def _after_blanks(text: str, at: int) -> int:
    blanks = _JSON_BLANKS.match(text, at)
    return blanks.end() if blanks else at


def _place(text: str, at: int) -> tuple[int, int]:
    """Return line and column of a character, both counted from 1."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _no_json(words: str, line: int, column: int) -> YamlProblem:
    return YamlProblem(
        _(
            "kubectl reads a file that begins with a brace as JSON, and this is not JSON: {words}",
            words=words,
        ),
        line,
        column,
        _(
            "Write the manifest as the course does, without braces around it, or as JSON: every name and "
            "every text in double quotes."
        ),
    )


def _refuse(word: str) -> Any:
    raise ValueError(word)


def _check_size(number: str) -> str:
    """Check that Go has a number of this size.

    Returns:
        The number as it is written.

    Raises:
        ValueError: it has not.
    """
    if not math.isfinite(float(number)):
        raise ValueError(f"{number:.80}")
    return number


def _as_yaml(found: re.Match[str]) -> str:
    """Write an escape or a character of a JSON string as YAML does."""
    text = found[0]
    if text[0] != "\\":
        return f"\\u{ord(text):04x}"
    if len(text) == len("\\ud83d"):
        return "\\ufffd"  # Half of a pair.
    if len(text) > len("\\ud83d"):
        high, low = int(text[2:6], 16), int(text[8:], 16)
        return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"
    return "/" if text == "\\/" else text
