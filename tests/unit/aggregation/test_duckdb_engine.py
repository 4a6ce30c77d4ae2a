"""The embedded engine reaches its own files and nothing else, binds what a text names, and spills."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from aggregation.counts import Bounds, count_tables
from aggregation.engines.duckdb import DuckDBEngine
from tests.spec.rows import SALT, a_ticket, keysets, snapshot_of

NUMBERS = pa.table({"n": pa.array([1, 2, 3], pa.int64())})


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('{folder}/../secret.txt')",
        "SELECT * FROM read_text('{folder}/secret.txt')",
        "SELECT * FROM read_parquet('{folder}/season=2025/bucket=00/../../other.parquet')",
        "SELECT * FROM glob('/etc/*')",
    ],
)
def test_a_session_reads_no_file_but_its_own(tmp_path: Path, sql: str) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    files = snapshot_of(tmp_path, [a_ticket()]).files
    with DuckDBEngine().open({"lake": files}, {}) as session:
        assert session.ask("SELECT count(*) AS n FROM lake", {}).column("n").to_pylist() == [1]
        with pytest.raises(duckdb.Error, match=r"(?i)permission|disabled|cannot access"):
            session.ask(sql.format(folder=tmp_path), {})


@pytest.mark.parametrize(
    "statement",
    [
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "ATTACH '{folder}/other.db' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "SET allowed_paths = ['/etc/passwd']",
        "SET lock_configuration = false",
    ],
)
def test_a_session_writes_nothing_attaches_nothing_and_keeps_its_settings(
    tmp_path: Path, statement: str
) -> None:
    files = snapshot_of(tmp_path, [a_ticket()]).files
    with DuckDBEngine().open({"lake": files}, {}) as session:
        with pytest.raises(duckdb.Error, match=r"(?i)permission|disabled|cannot|locked|unable"):
            session._connection.execute(statement.format(folder=tmp_path))
        assert not (tmp_path / "out.csv").exists()


def test_variables_of_the_calling_code_are_no_tables() -> None:
    secret_rows = NUMBERS
    with DuckDBEngine().open({}, {}) as session, pytest.raises(duckdb.Error, match="secret_rows"):
        session.ask("SELECT * FROM secret_rows", {})
    assert secret_rows is NUMBERS


def test_a_text_gets_exactly_the_values_it_names() -> None:
    with DuckDBEngine().open({}, {"numbers": NUMBERS}) as session:
        answer = session.ask(
            "-- :not_this\nSELECT n, ':nor_this' AS said FROM numbers WHERE n >= :least",
            {"least": 2, "unused": "x"},
        )
        assert answer.to_pylist() == [{"n": 2, "said": ":nor_this"}, {"n": 3, "said": ":nor_this"}]
        with pytest.raises(KeyError, match="least"):
            session.ask("SELECT :least AS n", {})


def test_a_value_stays_a_value_whatever_it_says() -> None:
    with DuckDBEngine().open({}, {"numbers": NUMBERS}) as session:
        nasty = "'; DROP TABLE numbers; --"
        assert session.ask("SELECT :said AS said", {"said": nasty}).to_pylist() == [{"said": nasty}]
        assert session.ask("SELECT count(*) AS n FROM numbers", {}).to_pylist() == [{"n": 3}]


def test_a_path_with_a_quote_in_it_is_read(tmp_path: Path) -> None:
    files = snapshot_of(tmp_path / "it's here", [a_ticket()]).files
    with DuckDBEngine().open({"lake": files}, {}) as session:
        assert session.ask("SELECT venue FROM lake", {}).to_pylist() == [{"venue": "v1"}]


def test_no_files_give_an_empty_lake_with_its_columns() -> None:
    with DuckDBEngine().open({"lake": []}, {}) as session:
        assert session.ask("SELECT booker, purchased_at FROM lake", {}).num_rows == 0


def test_a_kept_step_is_run_once_and_a_view_each_time(tmp_path: Path) -> None:
    with DuckDBEngine(temp=tmp_path).open({}, {"numbers": NUMBERS}) as session:
        session.keep("kept", "SELECT random() AS n FROM numbers", {})
        session.view("drawn", "SELECT random() AS n FROM numbers")
        once, again = (session.ask("SELECT sum(n) AS n FROM kept", {}) for _ in range(2))
        drawn, anew = (session.ask("SELECT sum(n) AS n FROM drawn", {}) for _ in range(2))
    assert once == again
    assert drawn != anew
    assert list(tmp_path.iterdir()) == []


def test_what_does_not_fit_in_memory_spills_inside_the_seal(tmp_path: Path) -> None:
    with DuckDBEngine(memory_limit="40MB", threads=1, temp=tmp_path).open({}, {}) as session:
        session.keep("many", "SELECT range AS n, repeat('x', 40) || range AS label FROM range(2000000)", {})
        assert list(tmp_path.glob("*/*")), "nothing was spilled, so this proved nothing"
        assert session.ask("SELECT count(DISTINCT n) AS n FROM many", {}).to_pylist() == [{"n": 2_000_000}]


def test_threads_and_memory_change_no_count(tmp_path: Path) -> None:
    rows = [
        a_ticket(booker=f"b{n % 300}", venue=f"v{n % 3 + 1}", performance=f"p{n % 7}", order=f"o{n}")
        for n in range(2000)
    ]
    snapshot = snapshot_of(tmp_path, rows)
    engines = (DuckDBEngine(threads=1, memory_limit="200MB"), DuckDBEngine(threads=4))
    one, other = (count_tables(engine, snapshot, None, keysets(), Bounds(), SALT) for engine in engines)
    assert [table.counts.tolist() for table in one] == [table.counts.tolist() for table in other]
