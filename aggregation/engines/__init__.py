"""The doors to the SQL engines: rows and lists enter as relations, a question's answer leaves as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import pyarrow as pa

Value = str | int


class Session(Protocol):
    """One sealed run of an engine over fixed files and lists."""

    def view(self, name: str, sql: str) -> None:
        """Name a text; it runs wherever it is read."""

    def keep(self, name: str, sql: str, values: Mapping[str, Value]) -> None:
        """Run a text once and keep its rows under the name."""

    def ask(self, sql: str, values: Mapping[str, Value]) -> pa.Table:
        """Run a text and hand back its rows."""


class Engine(Protocol):
    """Opens sessions. A list of no files gives an empty relation of lake rows."""

    def open(
        self, files: Mapping[str, Sequence[Path]], lists: Mapping[str, pa.Table]
    ) -> AbstractContextManager[Session]:
        """A session over Parquet files and lists, each under its relation's name."""
