"""How a check deep inside the intake says that a whole file is refused; never leaves the intake."""

from __future__ import annotations

from ingest.findings import Finding, FindingKind


class RefusedFileError(Exception):
    """Carries the finding. Reading stops here: what follows in the file cannot be trusted or afforded."""

    def __init__(
        self, kind: FindingKind, *, row: int | None = None, column: str | None = None, **detail: str
    ) -> None:
        super().__init__(kind.code)
        self.finding = Finding(kind, rows=() if row is None else (row,), column=column, detail=detail)
