"""A seed and a scale → raw exports, venue.json files, network.json and the truth, in bounded memory.

People are drawn in blocks; each block is sold to, written and counted before the next is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ingest.seasons import Season
from sample_data import network, orders, people, programme, truth, writers
from sample_data.network import ExportFile, Network
from sample_data.office import BoxOffice
from sample_data.places import GeographyLike, Places, lay_out
from sample_data.profile import write_profile
from sample_data.venues import SMALL, VENUES, Venue

SEED = 20261101
SEASONS = (Season(2024), Season(2025))
TICKETS = 1_200_000
PEOPLE = 248_000
SMALL_TICKETS = 20_000
SCHOOL_SHARE = 0.0030
BLOCK = 130_000
# Numbers of people leave room for the schools of each block.
STRIDE = 2 * BLOCK

Progress = Callable[[str], None]


def build(
    out: Path,
    *,
    scale: float = 1.0,
    seed: int = SEED,
    geography: GeographyLike | None = None,
    progress: Progress | None = None,
    small: bool = False,
) -> Network:
    """Write the whole sample under `out`. The same arguments give the same bytes."""
    if not 0 < scale <= 100:
        raise ValueError(f"The scale must lie above 0 and be at most 100, not {scale}.")
    venues = tuple(v for v in VENUES if v.slug in SMALL) if small else VENUES
    scale = SMALL_TICKETS / TICKETS if small else scale
    say = progress or (lambda _: None)
    places = lay_out(geography or _netherlands(), venues, seed)
    plan = programme.plan(venues, places, SEASONS, round(TICKETS * scale), scale, seed)
    office = BoxOffice(venues, places, plan)
    out.mkdir(parents=True, exist_ok=True)
    exports = _exports(venues)
    for number, venue in enumerate(venues):
        write_profile(out / "venues" / venue.slug, venue, number, plan)
    with (
        writers.open_exports(out, venues, SEASONS, seed) as sheets,
        truth.Tally(out, venues, places, plan) as tally,
    ):
        blocks = _blocks(round(PEOPLE * scale))
        for done, block in enumerate(blocks, start=1):
            _one_block(block, seed, office, places, sheets, tally)
            say(f"{done / len(blocks):.0%} of the people have booked")
        tally.write(exports)
    regions = dict(zip((v.slug for v in venues), places.venue_regions, strict=True))
    described = network.describe(venues, regions, tuple(s.label for s in SEASONS), seed, scale, exports)
    described.write(out)
    _write_inhabitants(out, places)
    _write_readme(out, described)
    return described


def build_small(out: Path, *, seed: int = SEED, geography: GeographyLike | None = None) -> Network:
    """Six venues and about 20,000 tickets, all exported from pretix."""
    return build(out, seed=seed, geography=geography, small=True)


@dataclass(frozen=True, slots=True)
class _Block:
    first: int
    count: int
    schools: int


def _blocks(total: int) -> list[_Block]:
    """People in blocks; each brings its share of schools."""
    blocks: list[_Block] = []
    first = 0
    while first < total:
        count = min(BLOCK, total - first)
        schools = max(1, round(count * SCHOOL_SHARE))
        blocks.append(_Block(len(blocks) * STRIDE, count, schools))
        first += count
    return blocks


def _one_block(
    block: _Block,
    seed: int,
    office: BoxOffice,
    places: Places,
    sheets: writers.Sheets,
    tally: truth.Tally,
) -> None:
    rng = np.random.default_rng([seed, 4, block.first])
    crowd = people.draw_people(rng, places, block.first, block.count, block.schools)
    lines = orders.sell(rng, office, crowd)
    contacts = people.contact_table(seed, crowd)
    tally.add(lines, crowd, contacts)
    for (venue, season), part in lines.partition_by("venue", "season", as_dict=True).items():
        sheets.append(int(venue), int(season), part, contacts, places, office.programme)


def _exports(venues: Sequence[Venue]) -> tuple[ExportFile, ...]:
    return tuple(
        ExportFile(v.slug, s.label, f"venues/{v.slug}/{s.slug}.csv", f"venues/{v.slug}/venue.json")
        for v in venues
        for s in SEASONS
    )


def _netherlands() -> GeographyLike:
    from aggregation.geography import load_pack

    return load_pack("NL")


README = """# A sample network. Everything in it is invented.

The venues, organisations, people, addresses, phone numbers, streets, titles and sales in this folder were
drawn by a random number generator (seed {seed}, scale {scale:g}). None of them comes from a real box office,
and no real rows were used to make them. E-mail addresses end in `.example`, a domain that exists nowhere, and
the phone numbers belong to a range that is given to nobody. The places and postcode areas are real; the
population in them is invented. Any likeness to a real venue or person is chance.

- `venues/*/*.csv`: raw exports, as a box-office system would write them, one per venue and season.
- `venues/*/venue.json`: what each venue tells once about its own export.
- `inhabitants.csv`: the invented population, as an installation would load a statistics office's.
- `network.json`: organisations, venues, peer groups and the people who may log in.
- `truth/counts.parquet`: the exact, unbounded counts per measure and season (cells of zero are left out).
- `truth/bookers.parquet`: every booker who was drawn, with address and home area per season.
- `truth/exports.parquet`: what was written to each export, by kind of row.
- `truth/productions.parquet`: what each venue played; a title that tours stands at several venues.
"""


def _write_inhabitants(out: Path, places: Places) -> None:
    rows = zip(places.codes, places.population.tolist(), strict=True)
    lines = ["area,inhabitants", *(f"{code},{number}" for code, number in rows)]
    (out / "inhabitants.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _write_readme(out: Path, described: Network) -> None:
    (out / "README.md").write_text(
        README.format(seed=described.seed, scale=described.scale), encoding="utf-8"
    )
