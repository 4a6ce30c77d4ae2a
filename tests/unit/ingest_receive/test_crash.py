"""kill -9 at random moments: nothing acknowledged is lost, nothing unfinished is shown.

A kill leaves the page cache alive, so this proves order and atomicity; that fsync is called where it
must be is proved in test_lake.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from ingest.seasons import Season
from ingest.snapshot import current_snapshot
from ingest.store import extracts, performance_versions
from tests.unit.ingest_receive.desk import Desk, performances

KILLS = 15
LINES_PER_EXTRACT = 40

# Sends one extract after the other and acknowledges each on its own line once it is committed.
SENDER = f"""
import sys
from pathlib import Path
from tests.unit.ingest_receive.desk import open_desk, performances
desk = open_desk(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(100_000):
    receipt = desk.send(performances({{f"{{sys.argv[2]}}.{{number}}": {LINES_PER_EXTRACT}}}))
    print(receipt.extract_id, flush=True)
"""


def _send_until_killed(folder: Path, run: int, acknowledgements: int, seconds: float) -> list[str]:
    """Kill the sender so long after so many acknowledgements, somewhere within its next upload."""
    sender = subprocess.Popen(
        [sys.executable, "-c", SENDER, str(folder), str(run)], stdout=subprocess.PIPE, text=True
    )
    assert sender.stdout is not None
    assert sender.stdout.readline() == "ready\n"
    said = [sender.stdout.readline().strip() for _ in range(acknowledgements)]
    time.sleep(seconds)
    sender.send_signal(signal.SIGKILL)
    rest, _ = sender.communicate(timeout=60)
    assert sender.returncode == -signal.SIGKILL
    return [*said, *(line for line in rest.split("\n")[:-1])]


def _check_whole(desk: Desk, acknowledged: set[str]) -> None:
    with desk.engine.connect() as connection:
        stored = set(connection.scalars(sa.select(extracts.c.id)))
        versions = connection.execute(sa.select(performance_versions)).all()
        snapshot = current_snapshot(connection, desk.lake, Season(2025), matured_before=date(2026, 11, 1))
    assert acknowledged <= stored
    assert {version.extract_id for version in versions} == stored
    assert {(version.state, version.tickets) for version in versions} <= {("current", LINES_PER_EXTRACT)}
    assert snapshot.current.num_rows == len(stored)
    heights = dict.fromkeys(stored, 0)
    for path in snapshot.files:
        heights[path.stem] += pl.read_parquet(path, hive_partitioning=False).height
    assert set(heights.values()) <= {LINES_PER_EXTRACT}


def test_fifteen_kills_lose_nothing_acknowledged_and_show_nothing_unfinished(desk: Desk) -> None:
    moments = random.Random(20261121)
    acknowledged: set[str] = set()
    for run in range(KILLS):
        acknowledged |= set(
            _send_until_killed(desk.folder, run, moments.randrange(4), moments.uniform(0.0, 0.1))
        )
        _check_whole(desk, acknowledged)
    assert len(acknowledged) >= KILLS
    with desk.engine.connect() as connection:
        named = set(connection.scalars(sa.select(extracts.c.id)))
    desk.lake.sweep(named, older_than=timedelta(0))
    assert {path.stem for path in desk.stored_files()} == named
    _check_whole(desk, acknowledged)


STAGES = """
import os, signal, sys
from pathlib import Path
from ingest.receive import Limits, receive
from tests.unit.ingest_receive.desk import EXPECTED, NOW, PEPPER, TOMBSTONE_KEY, open_desk, performances
desk = open_desk(Path(sys.argv[1]))
path = desk.folder / "x.part"
path.write_bytes(performances({"a": 40}))
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "before the rename":
    os.rename = die
connection = desk.engine.connect()
receive(connection, desk.lake, path, expected=EXPECTED, limits=Limits(), pepper=PEPPER,
        tombstone_key=TOMBSTONE_KEY, by="a", now=NOW,
        after_write=die if sys.argv[2] == "after the write" else None)
if sys.argv[2] == "before the commit":
    die()
connection.commit()
die()
"""


@pytest.mark.parametrize(
    ("stage", "visible"),
    [
        ("before the rename", False),
        ("after the write", False),
        ("before the commit", False),
        ("after the commit", True),
    ],
)
def test_a_kill_at_each_step_shows_all_or_nothing_and_a_repeat_completes_it(
    desk: Desk, stage: str, visible: bool
) -> None:
    run = subprocess.run([sys.executable, "-c", STAGES, str(desk.folder), stage], check=False)
    assert run.returncode == -signal.SIGKILL
    assert bool(desk.states()) is visible
    again = desk.send(performances({"a": 40}))
    assert again.duplicate is visible
    desk.lake.sweep({again.extract_id or ""}, older_than=timedelta(0))
    assert desk.current() == {"a": (again.extract_id, 40)}
    assert {path.stem for path in desk.stored_files()} == {again.extract_id}
