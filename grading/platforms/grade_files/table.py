"""A delimited text file that keeps how each cell was written.

Python's csv module gives the value of a cell and forgets its quotes. A platform's file is to come back byte
for byte the same but for the cells that are filled, so every cell keeps its raw text here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

DELIMITERS: Final = ("\t", ";", ",", ":")
_QUOTE: Final = '"'
_LINE_END: Final = ("\r\n", "\n", "\r")


@dataclass(frozen=True)
class Row:
    """A row: the raw text of its cells, and the end of its line.

    Attributes:
        raw: of each cell, quotes included.
        end: of the line; empty at the end of a file without one.
    """

    raw: tuple[str, ...]
    end: str

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The values of the cells."""
        return tuple(map(value_of, self.raw))

    @property
    def is_blank(self) -> bool:
        """Whether it is an empty line."""
        return self.raw == ("",)

    def value(self, index: int | None) -> str:
        """Return the value of a cell without blanks around it, empty if none."""
        return self.values[index].strip() if index is not None and index < len(self.raw) else ""


@dataclass(frozen=True)
class Table:
    """A delimited text.

    Attributes:
        rows: all rows, that of the headers and empty lines included.
        delimiter: between two cells of a row.
    """

    rows: tuple[Row, ...]
    delimiter: str

    @property
    def header(self) -> Row:
        """The first row."""
        return self.rows[0]

    def text(self) -> str:
        """Return the text that it was read from."""
        return "".join(self.delimiter.join(row.raw) + row.end for row in self.rows)

    def filled(self, cells: Mapping[tuple[int, int], str]) -> Table:
        """Return the table with other values in some cells.

        Every other cell keeps its raw text.

        Args:
            cells: values by the numbers of row and column, from 0.
        """
        by_row: dict[int, dict[int, str]] = {}
        for (row, column), value in cells.items():
            by_row.setdefault(row, {})[column] = value
        return Table(
            tuple(self._row(row, by_row.get(number, {})) for number, row in enumerate(self.rows)),
            self.delimiter,
        )

    def _row(self, row: Row, values: Mapping[int, str]) -> Row:
        if not values:
            return row
        raw = list(row.raw)
        for column, value in values.items():
            raw[column] = self._written(value, raw[column])
        return Row(tuple(raw), row.end)

    def _written(self, value: str, before: str) -> str:
        """Return a value as raw text, quoted if it must be or was before."""
        if value == value_of(before):
            return before
        special = (self.delimiter, _QUOTE, "\r", "\n")
        if before.startswith(_QUOTE) or any(character in value for character in special):
            return _QUOTE + value.replace(_QUOTE, _QUOTE * 2) + _QUOTE
        return value


def value_of(raw: str) -> str:
    """Return the value of a cell, as the csv module has it.

    Args:
        raw: its text, quotes included.
    """
    if not raw.startswith(_QUOTE):
        return raw
    value, rest = [], raw[1:]
    while rest:
        inside, quote, rest = rest.partition(_QUOTE)
        value.append(inside)
        if quote and not rest.startswith(_QUOTE):
            return "".join([*value, rest])
        value.append(quote)
        rest = rest[1:]
    return "".join(value)


def parsed(text: str, delimiter: str) -> Table:
    """Return a text as a table; `Table.text` returns the text again.

    Args:
        text: of the file, without its byte order mark.
        delimiter: one character.
    """
    rows: list[Row] = []
    cells: list[str] = []
    position, number = 0, len(text)
    plain = re.compile(f"[^{re.escape(delimiter)}\r\n]*")
    while position < number:
        start = position
        if text.startswith(_QUOTE, position):
            position = _end_of_quotes(text, position + 1)
        found = plain.match(text, position)
        assert found is not None  # noqa: S101 - it matches the empty text too
        position = found.end()
        cells.append(text[start:position])
        if text.startswith(delimiter, position):
            position += 1
            if position < number:
                continue
            cells.append("")
        end = next((end for end in _LINE_END if text.startswith(end, position)), "")
        position += len(end)
        rows.append(Row(tuple(cells), end))
        cells = []
    return Table(tuple(rows), delimiter)


def _end_of_quotes(text: str, position: int) -> int:
    """Return the place behind the closing quote of a cell, else the text's end."""
    while True:
        quote = text.find(_QUOTE, position)
        if quote < 0:
            return len(text)
        if not text.startswith(_QUOTE, quote + 1):
            return quote + 1
        position = quote + 2


def tables(text: str) -> Iterable[Table]:
    """Yield a text as a table by each delimiter.

    The one that gives the header most columns comes first.
    """
    first = re.split("[\r\n]", text, maxsplit=1)[0] + "\n"
    for delimiter in sorted(DELIMITERS, key=lambda name: -len(parsed(first, name).header.raw)):
        yield parsed(text, delimiter)


def positions(header: Sequence[str], headings: Mapping[str, Iterable[str]]) -> dict[str, int | None]:
    """Return by key the number of the first column with one of the key's titles, else None."""
    return {key: position_of(header, titles) for key, titles in headings.items()}


def position_of(header: Sequence[str], names: Iterable[str]) -> int | None:
    """Return the number of the first column with one of some titles, else None.

    Whatever their case.
    """
    wanted = {name.casefold() for name in names}
    found = (index for index, title in enumerate(header) if title.strip().casefold() in wanted)
    return next(found, None)
