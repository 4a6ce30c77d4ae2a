"""A world and a size go in; two seasons of lake rows and their snapshots come out, one seed one result.

Who comes how often falls off like a power of the number; most go back to a house they know; one in
300 roams with a pass, and one in 20,000, a critic, goes everywhere. A third of the bookers were there last
season too. People move, state no postcode, live abroad; one ticket in eight is sold at the door.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from benchmarks.accuracy.world import CINEMA, TASTE_SHARES, Floats, Ints, World, pick
from ingest.lake import LAKE_SCHEMA, Lake
from ingest.seasons import Season
from ingest.snapshot import CURRENT_SCHEMA, Snapshot
from ingest.vocabulary import Genre

SEASON = Season(2025)
PERFORMANCES = 150
PERSONS_PER_TICKET = 0.2  # 400,000 bookers for 2 million tickets
AT_THE_DOOR = 0.125
BACK_FROM_LAST_SEASON = 0.35
LOYALTY_POWER, MOST_BOOKINGS = 2.25, 60
KNOWN_HOUSE = 0.62  # of bookings after the first, those at a house visited before
EVERYWHERE, ROAMING = 20_000, 300  # one in so many
FAR = 0.06  # of bookings that have nothing to do with where somebody lives: a family visit, a holiday
MOVED, NO_POSTCODE, ABROAD = 0.06, 0.03, 0.015
PARTY = np.array([0.24, 0.55, 0.07, 0.09, 0.02, 0.02, 0.005, 0.005])  # tickets of an order: 1 to 8
REFUNDED, NOT_SCANNED, DOES_NOT_SCAN = 0.04, 0.05, 5
ONLINE_AT_CINEMAS = 0.12

GENRES = tuple(genre.value for genre in Genre)
# What each kind of house puts on, and what each taste likes (stage, music, family, film).
PROGRAMME = (
    {"theatre": 9, "musical": 3, "cabaret": 6, "dance": 3, "opera": 1, "popular_music": 4, "family": 4},
    {"film": 12, "documentary": 4, "family": 3, "other": 1},
    {"classical": 10, "opera": 1, "popular_music": 5, "jazz_world": 4, "family": 1},
)
LIKES = (
    ("theatre", "cabaret", "musical", "dance"),
    ("classical", "popular_music", "jazz_world", "opera"),
    ("family", "musical"),
    ("film", "documentary"),
)
CLASSES = ("single", "concession", "subscription", "pass", "member", "school", "comp")
HABITS = np.array([0.66, 0.15, 0.10, 0.04, 0.03, 0.005, 0.015])


@dataclass(frozen=True, slots=True)
class People:
    """Parallel arrays, one entry per person; `home` and `moved_to` number areas, -1 abroad, -2 not told."""

    ids: pl.Series
    home: Ints
    moved_to: Ints
    taste: Ints
    habit: Ints
    everywhere: np.ndarray
    roams: np.ndarray
    online: np.ndarray


def write_seasons(lake: Lake, world: World, tickets: int, seed: int) -> tuple[Snapshot, Snapshot]:
    """Both seasons' rows into the lake, `tickets` each; this season's snapshot and the one before."""
    rng = np.random.default_rng([seed, 2])
    persons = int(tickets * PERSONS_PER_TICKET)
    stay = int(persons * BACK_FROM_LAST_SEASON)
    people = _people(rng, world, 2 * persons - stay)
    programme = _programme(rng, world)
    now = np.arange(persons)
    before = np.concatenate([np.arange(stay), np.arange(persons, 2 * persons - stay)])
    for season, active in ((SEASON, now), (SEASON.previous, before)):
        frame = _season(rng, season, world, people, active, programme, tickets)
        lake.write(f"{season.start_year}00000000", season, frame)
    return snapshot(lake, world, SEASON), snapshot(lake, world, SEASON.previous)


def snapshot(lake: Lake, world: World, season: Season) -> Snapshot:
    """What was written of a season: one extract that speaks for every performance."""
    rows = [
        {
            "venue": venue,
            "performance_ref": f"performance-{number}",
            "extract_id": f"{season.start_year}00000000",
        }
        for venue in world.venues
        for number in range(PERFORMANCES)
    ]
    current = pa.Table.from_pylist(rows, schema=CURRENT_SCHEMA)
    return Snapshot(season, lake.files(season), current, season.slug)


def _people(rng: np.random.Generator, world: World, count: int) -> People:
    made = rng.bytes(16 * count)
    home = np.searchsorted(world.homes, rng.random(count), side="right").astype(np.int64)
    elsewhere = np.searchsorted(world.homes, rng.random(count), side="right").astype(np.int64)
    lives = np.where(rng.random(count) < ABROAD, -1, home)
    told = np.where(rng.random(count) < NO_POSTCODE, -2, lives)
    number = np.arange(count)
    return People(
        pl.Series([made[at : at + 16] for at in range(0, 16 * count, 16)], dtype=pl.Binary),
        told,
        np.where((rng.random(count) < MOVED) & (told >= 0), elsewhere, told),
        rng.choice(4, count, p=TASTE_SHARES),
        rng.choice(len(CLASSES), count, p=HABITS),
        number % EVERYWHERE == EVERYWHERE // 2,
        number % ROAMING == ROAMING // 3,
        rng.random(count) < 0.3,
    )


def _programme(rng: np.random.Generator, world: World) -> tuple[Ints, Floats]:
    """Each venue's performances: their genres, four in a row of one production, and how they sell."""
    genre = np.empty((len(world.venues), PERFORMANCES), dtype=np.int64)
    for venue, kind in enumerate(world.kinds):
        offer = PROGRAMME[int(kind)]
        share = np.array(list(offer.values()), dtype=float)
        productions = rng.choice(len(offer), PERFORMANCES // 4 + 1, p=share / share.sum())
        drawn = np.array([GENRES.index(name) for name in offer])[productions]
        genre[venue] = np.repeat(drawn, 4)[:PERFORMANCES]
    sells = rng.lognormal(0.0, 0.7, genre.shape)
    running = np.cumsum(sells / sells.sum(axis=1, keepdims=True), axis=1)
    running[:, -1] = 1.0
    return genre, running


def _season(
    rng: np.random.Generator,
    season: Season,
    world: World,
    people: People,
    active: Ints,
    programme: tuple[Ints, Floats],
    tickets: int,
) -> pl.DataFrame:
    """One season's rows, `tickets` of them, in no order."""
    door_tickets = int(tickets * AT_THE_DOOR)
    person, venue = _bookings(rng, world, people, active)
    party = 1 + rng.choice(len(PARTY), len(person), p=PARTY)
    while party.sum() < tickets - door_tickets:  # regulars fill what is missing to the stated size
        more = rng.integers(0, len(person), int((tickets - door_tickets - party.sum()) / 2.2) + 1)
        person, venue = np.concatenate([person, person[more]]), np.concatenate([venue, venue[more]])
        party = np.concatenate([party, 1 + rng.choice(len(PARTY), len(more), p=PARTY)])
    # Shuffled, so that what is cut to the stated size falls on nobody in particular.
    mixed = rng.permutation(len(person))
    person, venue, party = person[mixed], venue[mixed], party[mixed]
    kept = int(np.searchsorted(np.cumsum(party), tickets - door_tickets)) + 1
    door = _door(rng, world, door_tickets)
    orders = pl.concat(
        [
            _orders(rng, world, people, programme, person[:kept], venue[:kept]),
            _orders(rng, world, people, programme, np.full(len(door[0]), -1), door[0]),
        ]
    )
    sizes = np.concatenate([party[:kept], door[1]])
    return _rows(rng, season, orders, sizes).head(tickets)


def _bookings(rng: np.random.Generator, world: World, people: People, active: Ints) -> tuple[Ints, Ints]:
    """Person and venue of each booking, a person's bookings in a row."""
    share = np.arange(1, MOST_BOOKINGS + 1, dtype=float) ** -LOYALTY_POWER
    often = 1 + np.searchsorted(np.cumsum(share / share.sum()), rng.random(len(active))).clip(
        0, MOST_BOOKINGS - 1
    )
    often = np.where(people.roams[active], rng.integers(6, 40, len(active)), often)
    often = np.where(people.everywhere[active], rng.integers(60, 200, len(active)), often)
    person = np.repeat(active, often)
    nth = np.arange(len(person)) - np.repeat(np.cumsum(often) - often, often)
    home = np.where(people.home[person] >= 0, people.home[person], -1)
    # Who lives abroad or tells nothing lives somewhere all the same.
    unseen = home < 0
    home[unseen] = np.random.default_rng(7).integers(0, len(world.areas), len(people.home))[person[unseen]]
    row = people.taste[person] * len(world.areas) + home
    venue = pick(world.choice.reshape(-1, len(world.venues)), row, rng)
    far = rng.random(len(person)) < np.where(people.roams[person], 0.35, FAR)
    venue[far] = np.searchsorted(world.anywhere, rng.random(int(far.sum())), side="right")
    wide = people.everywhere[person]
    venue[wide] = rng.integers(0, len(world.venues), int(wide.sum()))
    again = (nth > 0) & ~wide & (rng.random(len(person)) < np.where(people.roams[person], 0.3, KNOWN_HOUSE))
    return person, _repeated(rng, venue, nth, again)


def _repeated(rng: np.random.Generator, venue: Ints, nth: Ints, again: np.ndarray) -> Ints:
    """A booking that goes back takes the venue of an earlier one of the same person."""
    here = np.arange(len(venue))
    source = np.where(again, here - nth + (rng.random(len(venue)) * nth).astype(np.int64), here)
    while True:
        further = source[source]
        if np.array_equal(further, source):
            return venue[source]
        source = further


def _door(rng: np.random.Generator, world: World, tickets: int) -> tuple[Ints, Ints]:
    """Venue and size of door orders that make up so many tickets."""
    sizes = 1 + rng.choice(len(PARTY), tickets, p=PARTY)
    orders = int(np.searchsorted(np.cumsum(sizes), tickets)) + 1
    venue = np.searchsorted(world.anywhere, rng.random(orders), side="right").astype(np.int64)
    return venue, sizes[:orders]


def _orders(
    rng: np.random.Generator,
    world: World,
    people: People,
    programme: tuple[Ints, Floats],
    person: Ints,
    venue: Ints,
) -> pl.DataFrame:
    genre, sells = programme
    # Of two performances that come to mind, the one to somebody's taste is taken.
    first, second = (pick(sells, venue, rng) for _ in range(2))
    likes = np.array([[name in liked for name in GENRES] for liked in LIKES])
    prefers = (
        likes[people.taste[person], genre[venue, second]] & ~likes[people.taste[person], genre[venue, first]]
    )
    performance = np.where(prefers, second, first)
    day = (performance * 360) // PERFORMANCES
    ahead = np.minimum(rng.exponential(30.0, len(person)), 300.0)
    known = person >= 0
    moves = np.random.default_rng(8).integers(0, 360, len(people.home))[person]
    place = np.where(day - ahead >= moves, people.moved_to[person], people.home[person])
    codes = pl.Series([*world.areas, None, None], dtype=pl.String)
    online = (
        (world.kinds[venue] == CINEMA)
        & people.online[person]
        & (rng.random(len(person)) < ONLINE_AT_CINEMAS / 0.3)
    )
    return pl.DataFrame(
        {
            "booker": people.ids[np.where(known, person, 0)].zip_with(
                pl.Series(known), pl.Series([None], dtype=pl.Binary)
            ),
            "venue": pl.Series(world.venues)[venue],
            "country": pl.Series(["NL", "BE", None])[np.where(known, np.where(place == -1, 1, 0), 2)],
            "area": codes[np.where(known & (place >= 0), place, len(world.areas))],
            "performance": performance,
            "genre": pl.Series(GENRES)[genre[venue, performance]],
            "day": day,
            "ahead": (ahead * 24 * 60).astype(np.int64),
            "online": online & known,
            "class": np.where(known, people.habit[person], 0),
            "refunded": rng.random(len(person)) < REFUNDED,
            "scans": venue % DOES_NOT_SCAN != 0,
        }
    )


def _rows(rng: np.random.Generator, season: Season, orders: pl.DataFrame, sizes: Ints) -> pl.DataFrame:
    """Each order's tickets, in the lake's columns."""
    orders = orders.with_columns(
        pl.Series("order_ref", np.arange(orders.height)).cast(pl.String).str.zfill(12)
    )
    frame = orders[np.repeat(np.arange(orders.height), sizes)]
    rows = frame.height
    start = pl.lit(season.first_day).cast(pl.Datetime("us")) + pl.duration(days=pl.col("day"), hours=19)
    odd = rng.random(rows) < 0.06
    kind = np.where(odd, rng.choice(len(CLASSES), rows, p=HABITS), frame["class"].to_numpy())
    seen = pl.Series(rng.random(rows) >= NOT_SCANNED)
    return frame.select(
        pl.lit("organisation").alias("organisation"),
        "venue",
        pl.lit(f"{season.start_year}00000000").alias("extract_id"),
        "order_ref",
        (pl.col("order_ref") + "-" + pl.Series(np.arange(rows)).cast(pl.String)).alias("ticket_ref"),
        "booker",
        "country",
        "area",
        (pl.lit("production-") + (pl.col("performance") // 4).cast(pl.String)).alias("production_ref"),
        "genre",
        (pl.lit("performance-") + pl.col("performance").cast(pl.String)).alias("performance_ref"),
        start.cast(pl.Date).alias("local_day"),
        start.dt.replace_time_zone("UTC").alias("starts_at"),
        pl.lit(500, dtype=pl.Int32).alias("hall_capacity"),
        (start - pl.duration(minutes=pl.col("ahead"))).dt.replace_time_zone("UTC").alias("purchased_at"),
        pl.when("online").then(pl.lit("online_vod")).otherwise(pl.lit("web")).alias("channel"),
        pl.Series("product_class", CLASSES)[kind],
        pl.lit(None, dtype=pl.String).alias("pass_scheme"),
        pl.lit(2250, dtype=pl.Int32).alias("price_paid_cents"),
        pl.lit("EUR").alias("currency"),
        pl.when("refunded").then(pl.lit("refunded")).otherwise(pl.lit("sold")).alias("status"),
        pl.when("scans").then(seen).otherwise(None).alias("scanned"),
    ).cast(pl.Schema(LAKE_SCHEMA))
