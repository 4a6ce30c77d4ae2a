"""Building is repeatable, bounded and says no to scales it was not made for."""

from __future__ import annotations

import gc
import hashlib
import json
from pathlib import Path

import polars as pl
import pytest

from aggregation.geography import Geography
from sample_data import generate
from sample_data.__main__ import main
from sample_data.generate import build, build_small
from sample_data.network import Network
from sample_data.office import Orders
from sample_data.people import People
from sample_data.rows import Rows
from tests.unit.sample_data.reading import BY_SLUG, Sample


def _digests(out: Path) -> dict[str, str]:
    files = (path for path in sorted(out.rglob("*")) if path.is_file())
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_ones(
    sample: Sample, geography: Geography, tmp_path: Path
) -> None:
    build(tmp_path / "again", scale=0.01, seed=12, geography=geography)
    build(tmp_path / "other", scale=0.01, seed=13, geography=geography)
    first, again, other = (_digests(out) for out in (sample.out, tmp_path / "again", tmp_path / "other"))
    assert first == again
    assert set(first) == set(other)
    assert all(first[name] != other[name] for name in first if name.endswith(".csv"))


def test_network_json_reads_back_as_it_was_written(sample: Sample) -> None:
    assert Network.read(sample.out) == sample.network
    assert json.loads((sample.out / "network.json").read_text(encoding="utf-8"))["clock"] == "2026-11-01"
    assert all(
        (sample.out / e.path).is_file() and (sample.out / e.profile).is_file() for e in sample.network.exports
    )


def test_the_small_sample_is_six_pretix_venues_and_about_20_000_tickets(
    geography: Geography, tmp_path: Path
) -> None:
    network = build_small(tmp_path, geography=geography)
    assert len(network.venues) == 6
    assert {BY_SLUG[v.slug].export.layout for v in network.venues} == {"pretix-positions"}
    tickets = Sample(tmp_path, network).truth("exports")["tickets"].sum()
    assert 16_000 < tickets < 24_000
    assert [group.id for group in network.peer_groups] == ["all"]


def test_tickets_follow_the_scale(sample: Sample) -> None:
    tickets = sample.truth("exports")["tickets"].sum()
    assert 9_000 < tickets < 15_000


@pytest.mark.parametrize("scale", [0, -1, 101])
def test_a_scale_that_makes_no_sense_is_refused(scale: float, tmp_path: Path, geography: Geography) -> None:
    with pytest.raises(ValueError, match="scale"):
        build(tmp_path, scale=scale, geography=geography)


def test_people_in_several_blocks_add_up_to_one_truth(
    geography: Geography, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generate, "BLOCK", 700)
    seen: list[str] = []
    network = build(tmp_path, scale=0.01, seed=12, geography=geography, progress=seen.append)
    assert len(seen) == 4
    sample = Sample(tmp_path, network)
    bookers = sample.truth("bookers")
    assert bookers["booker"].is_unique().all()
    reach = sample.truth("counts").filter(measure="network_reach", season="2025/26")["count"].item()
    assert reach == (bookers["visits_1"] > 0).sum()


def test_memory_holds_one_block_however_many_there_are(
    geography: Geography, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generate, "BLOCK", 650)
    held: list[int] = []

    def weigh(_: str) -> None:
        gc.collect()
        alive = gc.get_objects()
        assert sum(isinstance(each, People | Orders | Rows) for each in alive) <= 1
        held.append(sum(int(each.estimated_size()) for each in alive if isinstance(each, pl.DataFrame)))

    build(tmp_path, scale=0.01, seed=12, geography=geography, progress=weigh)
    assert len(held) == 4
    # What grows are the cells of the truth, a few per area and venue, and one line per export.
    assert held[-1] - held[1] < 5 * 100_000


def test_the_command_writes_a_sample_and_says_what_it_made(
    tmp_path: Path, geography: Geography, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate, "_netherlands", lambda: geography)
    assert main([str(tmp_path / "out"), "--scale", "0.002", "--seed", "3"]) == 0
    assert "24 venues and 48 exports" in capsys.readouterr().out
    assert Network.read(tmp_path / "out").seed == 3
