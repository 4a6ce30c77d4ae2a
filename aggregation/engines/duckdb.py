"""The embedded engine: files and lists in, tables out, in a DuckDB that can reach nothing else."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa

from aggregation.engines import Value
from ingest.lake import LAKE_SCHEMA

# Spark writes :name where DuckDB writes $name; quoted text and comments are left alone.
PARAMETER = re.compile(r"'[^']*'|--[^\n]*|:(?P<name>[a-z_]+)")


@dataclass(frozen=True, slots=True)
class DuckDBEngine:
    """Settings of the embedded engine. It spills into `temp` (a fresh folder under it for each session)."""

    memory_limit: str = "2GB"
    threads: int = 2
    temp: Path | None = None

    @contextmanager
    def open(
        self, files: Mapping[str, Sequence[Path]], lists: Mapping[str, pa.Table]
    ) -> Iterator[DuckDBSession]:
        """A sealed in-memory session: it sees these files and its spill folder, and no setting can change."""
        with tempfile.TemporaryDirectory(prefix="foyer-count-", dir=self.temp) as spill:
            connection = duckdb.connect(":memory:", config=self._settings(Path(spill)))
            try:
                session = DuckDBSession(connection)
                session.load(files, lists)
                yield session
            finally:
                connection.close()

    def _settings(self, spill: Path) -> dict[str, str | bool | int | float | list[str]]:
        return {
            "memory_limit": self.memory_limit,
            "threads": self.threads,
            "temp_directory": str(spill),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }


class DuckDBSession:
    """One sealed connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def load(self, files: Mapping[str, Sequence[Path]], lists: Mapping[str, pa.Table]) -> None:
        """Give the files and lists their names, then seal the connection."""
        run = self._connection.execute
        run("SET enable_progress_bar = false")
        run("SET TimeZone = 'UTC'")
        run("CREATE MACRO sha2(x, bits) AS sha256(x)")
        allowed = [str(path.resolve()) for paths in files.values() for path in paths]
        run(f"SET allowed_paths = {_text_list(allowed)}")
        run("SET enable_external_access = false")
        run("SET lock_configuration = true")
        for name, table in lists.items():
            self._connection.register(f"_{name}", table)
            run(f"CREATE TEMP TABLE {name} AS SELECT * FROM _{name}")
            self._connection.unregister(f"_{name}")
        for name, paths in files.items():
            self._load_files(name, [str(path.resolve()) for path in paths])

    def view(self, name: str, sql: str) -> None:
        """Name a text; it runs wherever it is read."""
        self._connection.execute(f"CREATE TEMP VIEW {name} AS {sql}")

    def keep(self, name: str, sql: str, values: Mapping[str, Value]) -> None:
        """Run a text once and keep its rows under the name."""
        text, used = _bind(sql, values)
        self._connection.execute(f"CREATE TEMP TABLE {name} AS {text}", used)

    def ask(self, sql: str, values: Mapping[str, Value]) -> pa.Table:
        """Run a text and hand back its rows."""
        text, used = _bind(sql, values)
        return self._connection.sql(text, params=used).to_arrow_table()

    def _load_files(self, name: str, paths: list[str]) -> None:
        if paths:
            source = f"read_parquet({_text_list(paths)}, hive_partitioning = false)"
            self._connection.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM {source}")
            return
        empty = pl.DataFrame(schema=LAKE_SCHEMA).to_arrow()
        self._connection.register(f"_{name}", empty)
        self._connection.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM _{name}")


def _bind(sql: str, values: Mapping[str, Value]) -> tuple[str, dict[str, Value]]:
    """The text in DuckDB's spelling, with exactly the values that it names."""
    used: dict[str, Value] = {}

    def spell(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return match[0]
        used[name] = values[name]
        return f"${name}"

    return PARAMETER.sub(spell, sql), used


def _text_list(values: Sequence[str]) -> str:
    """A list of texts as SQL; a view and SET take no bound values, so quotes are doubled."""
    return "[" + ", ".join("'" + value.replace("'", "''") + "'" for value in values) + "]"
