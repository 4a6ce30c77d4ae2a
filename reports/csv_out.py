"""What is seen, as CSV: rows go in, text comes out that no spreadsheet runs as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

# A cell that begins like this is run by Excel, LibreOffice or Sheets; a leading quote makes it text.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def guarded(value: object) -> object:
    """Text that could run as a formula gets a leading quote; numbers stay numbers."""
    if isinstance(value, bool) or not isinstance(value, str):
        return value
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


def csv_text(
    rows: Iterable[Mapping[str, object]],
    columns: Sequence[tuple[str, str]],
    *,
    notes: Sequence[str] = (),
) -> str:
    """RFC 4180 with a byte-order mark, which Excel needs for accents. `columns`: key and heading.

    `notes` (what it is, how it was made) follow below an empty line, so the table still opens as one.
    """
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([guarded(heading) for _, heading in columns])
    for row in rows:
        writer.writerow([guarded(row.get(key)) for key, _ in columns])
    if notes:
        writer.writerow([])
        writer.writerows([guarded(note)] for note in notes)
    return out.getvalue()
