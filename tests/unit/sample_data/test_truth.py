"""The truth agrees with itself, with what prepare reads, and with what is counted when nothing is bounded."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from aggregation.bounds import Bounds
from aggregation.counts import count_tables
from aggregation.engines.duckdb import DuckDBEngine
from aggregation.geography import Geography
from aggregation.keysets import Keysets
from aggregation.measures import MEASURES
from ingest.identity.normalise import CHECK_INPUT
from ingest.lake import Lake
from ingest.prepare import Scorecard, VenueProfile, prepare_export
from ingest.receive import Expected, receive
from ingest.seasons import Season
from ingest.snapshot import Snapshot, current_snapshot
from ingest.store import metadata
from tests.unit.sample_data.reading import Sample

NO_BOUND = 1_000_000
OPEN = Bounds(30, 30, 60, 60, *[NO_BOUND] * 8)
TODAY = datetime(2026, 11, 1, tzinfo=UTC)


def _token(value: bytes) -> str:
    return "k1." + base64.urlsafe_b64encode(hashlib.sha256(value).digest()).rstrip(b"=").decode()


def _tokens(values: list[bytes]) -> list[str]:
    return [_token(value) for value in values]


BEYOND = {"reach_beyond", "visits_beyond", "kinds_beyond"}


@pytest.fixture(scope="module")
def scorecards(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Scorecard]:
    """Every export, prepared: extract → scorecard."""
    folder = tmp_path_factory.mktemp("extracts")
    cards = {}
    for export in sample.network.exports:
        profile = VenueProfile.read(sample.out / export.profile)
        extract = folder / f"{export.venue}.{Season.parse(export.season).slug}.foyer.csv"
        cards[extract] = prepare_export(sample.out / export.path, extract, profile, _tokens, "k1")
    return cards


@pytest.fixture(scope="module")
def snapshots(
    sample: Sample, scorecards: dict[Path, Scorecard], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Snapshot, Snapshot]:
    """Both seasons, received."""
    lake = Lake(tmp_path_factory.mktemp("lake"))
    database = sa.create_engine("sqlite://")
    metadata.create_all(database)
    organisation = {v.slug: v.organisation for v in sample.network.venues}
    with database.begin() as connection:
        for extract in scorecards:
            venue = extract.name.split(".")[0]
            expected = Expected(organisation[venue], frozenset({venue}), {"k1": _token(CHECK_INPUT)})
            receipt = receive(
                connection,
                lake,
                extract,
                expected=expected,
                pepper=b"p" * 32,
                tombstone_key=b"t" * 32,
                by="test",
                now=TODAY,
            )
            assert (receipt.status.value, receipt.rows_rejected) == ("received", 0)
        first, second = (
            current_snapshot(connection, lake, Season(year), matured_before=TODAY.date())
            for year in (2024, 2025)
        )
    database.dispose()
    return first, second


def test_prepare_reads_every_row_and_leaves_out_just_what_was_planted(
    sample: Sample, scorecards: dict[Path, Scorecard]
) -> None:
    truth = {(row["venue"], row["season"]): row for row in sample.truth("exports").to_dicts()}
    for export, card in zip(sample.network.exports, scorecards.values(), strict=True):
        planted = truth[export.venue, export.season]
        assert card.written
        assert card.rows_read == planted["rows"]
        assert card.tickets_used == planted["tickets"]
        besides = ("parking", "merchandise", "donations", "taken_back")
        assert sum(card.left_out.values()) == sum(planted[name] for name in besides)
        assert (card.performances, card.productions) == (planted["performances"], planted["productions"])
        days = tuple(date.fromisoformat(day) for day in (card.first_day, card.last_day))
        assert days == (planted["first_day"], planted["last_day"])
        assert round(card.identified_share * card.tickets_used) == planted["identified"]
        assert round(card.postcode_share * card.tickets_used) == planted["with_postcode"]


def test_counting_without_bounds_gives_the_planted_truth_in_every_cell(
    sample: Sample, geography: Geography, snapshots: tuple[Snapshot, Snapshot]
) -> None:
    first, second = snapshots
    keysets = Keysets(tuple(v.slug for v in sample.network.venues), geography.codes())
    for snapshot, previous in ((first, None), (second, first)):
        planted = sample.truth("counts").filter(season=snapshot.season.label)
        for table in count_tables(DuckDBEngine(), snapshot, previous, keysets, OPEN, b"salt"):
            names = [axis.dimension.value for axis in table.keyset.axes]
            found = {}
            for labels, count in zip(table.keyset.cells(), table.counts.tolist(), strict=True):
                if count:
                    cell = dict(zip(names, labels, strict=True))
                    found[cell.pop("venue", ""), next(iter(cell.values()), "")] = count
            wanted = planted.filter(measure=table.measure.removesuffix("_first")).select(
                "venue", "label", "count"
            )
            assert found == {(venue, label): n for venue, label, n in wanted.iter_rows()}, table.measure
            # Nobody is beyond a bound that does not bind.
            assert found or table.measure in BEYOND


def test_the_truth_names_only_measures_and_seasons_that_exist(sample: Sample) -> None:
    counts = sample.truth("counts")
    # Reach is published as what follows from its parts; beyond the bound nothing lies when there is none.
    assert set(counts["measure"]) == set(MEASURES) - BEYOND - {"reach_by_area_first"} | {
        "reach",
        "network_reach",
    }
    assert set(counts["season"]) == set(sample.network.seasons)
    assert counts["count"].min() == 1
    assert not counts.select("season", "measure", "venue", "label").is_duplicated().any()


@pytest.mark.parametrize("measure", ["reach_by_area", "attendance_bands", "reach_by_channel"])
def test_parts_of_reach_add_up_to_reach(sample: Sample, measure: str) -> None:
    for prefix, cell in (("", ["season", "venue"]), ("network_", ["season"])):
        counts = sample.truth("counts")
        parts = counts.filter(measure=prefix + measure).group_by(cell).agg(pl.col("count").sum()).sort(cell)
        whole = counts.filter(measure=prefix + "reach").select(*cell, "count").sort(cell)
        assert parts.equals(whole)


def test_bookers_of_the_table_are_those_who_are_counted(sample: Sample) -> None:
    bookers = sample.truth("bookers")
    assert bookers["booker"].is_unique().all()
    named = bookers.filter(kind="email")["address"]
    assert named.is_unique().all()
    counts = sample.truth("counts")
    for number, season in enumerate(sample.network.seasons):
        came = bookers.filter(pl.col(f"visits_{number}") > 0)
        reach = counts.filter(measure="network_reach", season=season)["count"].item()
        assert len(came) == reach
        visits = counts.filter(measure="visits", season=season)["count"].sum()
        assert came[f"visits_{number}"].sum() == visits


def test_crossover_of_two_venues_is_less_than_the_reach_of_either(sample: Sample) -> None:
    counts = sample.truth("counts")
    reach = {
        (s, v): n for s, v, n in counts.filter(measure="reach").select("season", "venue", "count").iter_rows()
    }
    pairs = counts.filter(measure="crossover").select("season", "label", "count")
    assert len(pairs) > 100
    for season, label, n in pairs.iter_rows():
        one, other = label.split("|")
        assert one < other
        assert n <= min(reach[season, one], reach[season, other])
