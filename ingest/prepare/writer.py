"""Rows of the extract → a file beside its place that is renamed at the end, or leaves no trace."""

from __future__ import annotations

import os
import secrets
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from ingest.extract import COLUMN_NAMES, ExtractHeader

# What holds the place of what is known last: as long as it can become.
_NO_DAY = "0000-00-00"
_MOST_ROWS = 9_999_999_999


class ExtractWriter:
    """Use as a context manager; only `finish` puts the file in its place."""

    def __init__(self, out: Path, header: ExtractHeader) -> None:
        self._out = out
        self._header = header
        self._rows = 0
        self._beside = out.with_name(f".{out.name}.{secrets.token_hex(6)}")
        self._file = self._beside.open("x", encoding="utf-8", newline="")
        self._file.write(header.line() + "\n" + ",".join(COLUMN_NAMES) + "\n")

    def write(self, text: str) -> None:
        """Whole rows, each with its line end; no cell holds another."""
        self._file.write(text)
        self._rows += text.count("\n")

    def finish(self, first_day: str, last_day: str) -> None:
        """Days and rows are known last and stand first: the line is as long as what kept its place."""
        header = replace(self._header, first_day=first_day, last_day=last_day, rows=self._rows)
        self._file.seek(0)
        self._file.write(header.line(len(self._header.line())) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._beside.replace(self._out)

    def __enter__(self) -> ExtractWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._beside.unlink(missing_ok=True)


def open_header(
    organisation: str, venue: str, layout: str, key_id: str, check: str, trial: bool
) -> ExtractHeader:
    """A header whose days and rows are not known yet."""
    return ExtractHeader(organisation, venue, layout, key_id, check, _NO_DAY, _NO_DAY, _MOST_ROWS, trial)
