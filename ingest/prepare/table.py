"""Decoded text → the header and the rows of a table with their numbers, and what is wrong with its shape.

Row numbers are those of a spreadsheet: the header is row 1, and a cell with line breaks is still one row.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TextIO

from ingest.findings import FindingCollector
from ingest.findings import prepare as kinds
from ingest.prepare.decode import Text

DELIMITERS = (";", ",", "\t", "|")
REPLACED = "\ufffd"


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one export may hold. They keep memory bounded whatever is fed in."""

    bytes: int = 1 << 30
    rows: int = 500_000
    columns: int = 150


class Ragged(list[str]):
    """Stands for a row of another width: its cells are under the wrong names, so all of them are empty."""


class Table:
    """An export as rows. Give it a file opened with newline=""."""

    def __init__(
        self, file: TextIO, text: Text, found: FindingCollector, limits: Limits, delimiter: str
    ) -> None:
        self._text = text
        self._found = found
        self._limits = limits
        self.delimiter = _delimiter(file, delimiter)
        self._reader = csv.reader(file, delimiter=self.delimiter, strict=True)
        self._line = 0
        self._number = 0
        self.header = self._first()

    def _first(self) -> list[str]:
        header: list[str] = []
        for _, cells in self._numbered():
            header = cells
            break
        # A delimiter at the end of each line makes a last column without a name.
        while header and not header[-1].strip():
            header.pop()
        if len(header) > self._limits.columns:
            self._found.add(kinds.TOO_WIDE, columns=str(len(header)), limit=str(self._limits.columns))
        return header

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Rows as wide as the header with one empty cell more, `Ragged` for a row of another width.

        A finding that rejects the file ends them.
        """
        header, width, read, ragged_last = self.header, len(self.header), 0, False
        ragged, most, damaged = Ragged([""] * (width + 1)), self._limits.rows, self._text.damaged
        for number, cells in self._numbered():
            read += 1
            if read > most:
                self._found.add(kinds.TOO_MANY_ROWS, row=number, limit=str(self._limits.rows))
                return
            ragged_last = False
            if len(cells) != width:
                if len(cells) < width or any(cells[width:]):
                    ragged_last = len(cells) < width
                    yield number, ragged
                    continue
                del cells[width:]
            if cells == header:
                self._found.add(kinds.REPEATED_HEADER, row=number)
                return
            cells.append("")
            if damaged:
                cells = self._readable(number, cells)
            yield number, cells
        if self._text.cut or (ragged_last and not self._text.ends_with_newline):
            self._found.add(kinds.TRUNCATED, row=self._number)
        elif read == 0 and self._number == 1:
            self._found.add(kinds.NO_ROWS)

    def _numbered(self) -> Iterator[tuple[int, list[str]]]:
        reader = self._reader
        try:
            for cells in reader:
                self._number += 1
                self._line = reader.line_num
                if cells:
                    yield self._number, cells
        except csv.Error as error:
            self._broken(str(error))

    def _broken(self, reason: str) -> None:
        row = self._number + 1
        if reason.startswith("field larger"):
            self._found.add(kinds.CELL_TOO_LONG, row=row, limit=str(csv.field_size_limit()))
            return
        self._found.add(kinds.UNCLOSED_QUOTE, row=row, lines=str(max(1, self._reader.line_num - self._line)))

    def _readable(self, number: int, cells: list[str]) -> list[str]:
        """Bytes that could not be read become replacement signs, and the row is named."""
        try:
            "".join(cells).encode()
        except UnicodeEncodeError:
            self._found.add(kinds.BAD_BYTES, row=number)
            return [_replaced(cell) for cell in cells]
        return cells


def _replaced(cell: str) -> str:
    return "".join(REPLACED if "\ud800" <= c <= "\udfff" else c for c in cell)


def _delimiter(file: TextIO, declared: str) -> str:
    """The declared one where it splits the first row, else the one that splits it into the most cells."""
    start = file.read(1 << 16).splitlines(keepends=True)
    file.seek(0)
    widths = {delimiter: _first_width(csv.reader(start, delimiter=delimiter)) for delimiter in DELIMITERS}
    return declared if widths.get(declared, 0) > 1 else max(DELIMITERS, key=lambda one: widths[one])


def _first_width(reader: Iterable[list[str]]) -> int:
    return next((len(cells) for cells in reader if cells), 0)
