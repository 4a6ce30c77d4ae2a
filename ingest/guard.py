"""The bytes of an extract enter; its header and slabs of well-formed lines leave, or the reason why not.

CSV readers guess where a file is broken: they join rows over an unclosed quote, drop short rows and
accept NUL bytes. So every byte is looked at here, in bounded memory, before a reader sees it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from ingest.extract import COLUMN_NAMES, MARK, ExtractHeader
from ingest.findings import FindingKind
from ingest.findings import receive as found
from ingest.head import FIRST_ROW, read_head
from ingest.refusal import RefusedFileError

SLAB_BYTES = 8 * 1024 * 1024
COMMAS_PER_LINE = len(COLUMN_NAMES) - 1
_NEWLINE, _COMMA, _QUOTE = ord("\n"), ord(","), ord('"')
_BESIDE_QUOTES = (_COMMA, _NEWLINE, _QUOTE)
_HEADER_AGAIN = b"\n" + ",".join(COLUMN_NAMES).encode() + b"\n"

Numbers = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is read of one upload."""

    bytes: int = 256 * 1024 * 1024
    rows: int = 500_000
    line_bytes: int = 8 * 1024


@dataclass(frozen=True, slots=True)
class Slab:
    """Some whole lines of the file. `content` holds those with the right number of cells."""

    content: bytes
    # The line number of each row in `content`, and of each row that was left out of it.
    lines: Numbers
    misshapen: Numbers


class GuardedExtract:
    """One extract, read once from front to back. `sha256` is complete after the last slab."""

    header: ExtractHeader

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self._file = file
        self._limits = limits
        self._hash = hashlib.sha256()
        self._size = 0
        self._line = FIRST_ROW
        self.rows = 0
        self.header, self._rest = read_head(self._read(), limits.line_bytes)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def slabs(self) -> Iterator[Slab]:
        """Every row of the file, in order; raises RefusedFileError at the first thing that spoils it."""
        block = self._rest
        more = True
        while more:
            chunk = self._read()
            more = bool(chunk)
            block += chunk
            whole = block.rfind(b"\n") + 1
            if len(block) - whole > self._limits.line_bytes:
                raise self._too_long(self._line + block.count(b"\n"))
            if whole:
                yield self._slab(block[:whole])
            block = block[whole:]
        if block:
            raise RefusedFileError(found.CUT_OFF, row=self._line)
        if self.rows != self.header.rows:
            said, there = f"{self.header.rows:,}", f"{self.rows:,}"
            raise RefusedFileError(found.OTHER_ROW_COUNT, row=1, expected=said, found=there)
        if not self.rows:
            raise RefusedFileError(found.NO_ROWS)

    def _read(self) -> bytes:
        chunk = self._file.read(SLAB_BYTES)
        self._hash.update(chunk)
        self._size += len(chunk)
        # The size on disk may have been small when it was asked: what counts is what was read.
        if self._size > self._limits.bytes:
            raise too_big(self._limits)
        return chunk

    def _slab(self, content: bytes) -> Slab:
        first = self._line
        _check_text(content, first)
        buffer = np.frombuffer(content, np.uint8)
        ends = np.flatnonzero(buffer == _NEWLINE)
        self._line += len(ends)
        self.rows += len(ends)
        if self.rows > self._limits.rows:
            raise RefusedFileError(found.TOO_MANY_ROWS, limit=f"{self._limits.rows:,}")
        lengths = np.diff(ends, prepend=-1)
        if lengths.max() > self._limits.line_bytes:
            raise self._too_long(first + int(lengths.argmax()))
        good = _cells_are_whole(content, buffer, ends, first)
        lines = np.arange(first, first + len(ends))
        if good.all():
            return Slab(content, lines, lines[:0])
        return Slab(buffer[np.repeat(good, lengths)].tobytes(), lines[good], lines[~good])

    def _too_long(self, line: int) -> RefusedFileError:
        return RefusedFileError(found.LINE_TOO_LONG, row=line, limit=f"{self._limits.line_bytes:,}")


def open_guarded(path: Path, limits: Limits) -> BinaryIO:
    """Open an upload for reading; one that is already known to be too big is not read at all."""
    if path.stat().st_size > limits.bytes:
        raise too_big(limits)
    return path.open("rb")


def too_big(limits: Limits) -> RefusedFileError:
    return RefusedFileError(found.TOO_BIG, limit=f"{limits.bytes / 1024 / 1024:,.0f}")


def _check_text(content: bytes, first: int) -> None:
    _refuse_byte(content, b"\0", found.BINARY, first)
    _refuse_byte(content, b"\r", found.CHANGED_SINCE, first)
    if not content.isascii():
        try:
            content.decode()
        except UnicodeDecodeError as error:
            raise RefusedFileError(found.NOT_UTF8, row=_line_at(content, error.start, first)) from None
    # Every slab begins where a line begins, but a search for a whole line needs the newline before it.
    for line in (_HEADER_AGAIN, b"\n" + MARK.encode()):
        at = content.find(line)
        if at >= 0 or content.startswith(line[1:]):
            raise RefusedFileError(found.SECOND_HEADER, row=_line_at(content, at + 1, first))


def _refuse_byte(content: bytes, byte: bytes, kind: FindingKind, first: int) -> None:
    at = content.find(byte)
    if at >= 0:
        raise RefusedFileError(kind, row=_line_at(content, at, first))


def _line_at(content: bytes, position: int, first: int) -> int:
    return first + content.count(b"\n", 0, position)


def _cells_are_whole(content: bytes, buffer: Bytes, ends: Numbers, first: int) -> npt.NDArray[np.bool_]:
    """Which lines have the right number of cells; commas inside quotes are text."""
    commas = np.flatnonzero(buffer == _COMMA)
    counts = np.diff(np.searchsorted(commas, ends), prepend=0)
    if b'"' in content:
        opening, closing = _quoted(buffer, ends, first)
        inside = np.searchsorted(commas, closing) - np.searchsorted(commas, opening)
        np.subtract.at(counts, np.searchsorted(ends, opening), inside)
    return np.asarray(counts == COMMAS_PER_LINE)


def _quoted(buffer: Bytes, ends: Numbers, first: int) -> tuple[Numbers, Numbers]:
    """Where quoted text opens and closes. A doubled quote closes and opens again, which comes to the same."""
    quotes = np.flatnonzero(buffer == _QUOTE)
    upto = np.searchsorted(quotes, ends)
    odd = np.flatnonzero(upto % 2)
    if len(odd):
        raise RefusedFileError(found.BROKEN_QUOTES, row=first + int(odd[0]))
    opening, closing = quotes[0::2], quotes[1::2]
    # A slab begins and ends with a line, so there is a byte before and after, or the start of the first.
    before = np.where(opening > 0, buffer[opening - 1], _NEWLINE)
    after = buffer[closing + 1]
    fits = np.isin(before, _BESIDE_QUOTES) & np.isin(after, _BESIDE_QUOTES)
    if not fits.all():
        at = opening[int(np.argmin(fits))]
        raise RefusedFileError(found.BROKEN_QUOTES, row=first + int(np.searchsorted(ends, at)))
    return opening, closing
