"""Opening an installation: what a crash left is swept, what somebody is still sending stays."""

from __future__ import annotations

import os
import time
from pathlib import Path

from ingest.lake import SWEEP_AFTER
from privacy.release import ReleaseStore
from service.runtime import INCOMING_SECONDS, open_runtime
from service.settings import Settings


def aged(path: Path, seconds: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"left")
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def test_an_upload_that_a_crash_cut_off_is_swept_and_one_under_way_is_not(tmp_path: Path) -> None:
    old = aged(tmp_path / "incoming" / "old", INCOMING_SECONDS + 60)
    young = aged(tmp_path / "incoming" / "young", INCOMING_SECONDS - 600)
    open_runtime(Settings(data=tmp_path)).close()
    assert (old.exists(), young.exists()) == (False, True)


def test_rows_that_no_extract_names_are_swept_and_young_ones_are_not(tmp_path: Path) -> None:
    """Young ones may be of an upload that another process is about to name."""
    bucket = tmp_path / "lake" / "season=2025" / "bucket=00"
    old = aged(bucket / "0123456789ab.parquet", SWEEP_AFTER.total_seconds() + 60)
    young = aged(bucket / "ba9876543210.parquet", SWEEP_AFTER.total_seconds() - 600)
    open_runtime(Settings(data=tmp_path)).close()
    assert (old.exists(), young.exists()) == (False, True)


def test_a_release_that_a_crash_left_unfinished_is_swept_and_one_being_written_is_not(tmp_path: Path) -> None:
    """`foyer publish` may be writing while the service starts."""
    store = ReleaseStore(tmp_path / "releases")
    left, under_way = (store.root / f".unfinished-{name}-0123456789ab" for name in ("left", "under-way"))
    for folder in (left, under_way):
        (folder / "audiences").mkdir(parents=True)
    with store.lock("under-way"):
        open_runtime(Settings(data=tmp_path)).close()
    assert (left.exists(), under_way.exists()) == (False, True)
