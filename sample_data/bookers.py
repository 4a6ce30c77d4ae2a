"""Tickets and the people behind them → the table of bookers, with what no service may ever know."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from aggregation.measures import AREA_ABROAD
from sample_data import terms
from sample_data.office import Ints
from sample_data.people import People

_COLUMNS = (
    "booker person kind address venue number home_0 home_1 visits_0 visits_1 performances_0 performances_1 "
    "critic school gives moved two_addresses"
)
COLUMNS = tuple(_COLUMNS.split())


def list_bookers(
    tickets: pl.DataFrame, people: People, contacts: pl.DataFrame, slugs: Sequence[str], codes: Sequence[str]
) -> pl.DataFrame:
    """Who booked: one row per booker with what identifies them, home per season, and visits per season.

    `booker` is the truth's own number. `person` joins the two addresses of one person. Those whose every
    order was cancelled are listed as well, without visits.
    """
    known = tickets.filter(pl.col("booker") >= 0)
    found = (
        known.group_by("booker")
        .agg(
            pl.col("address").first(),
            pl.col("venue").first(),
            (pl.col("contact") == terms.NUMBER).any().alias("numbered"),
            *(pl.col("visits").filter(pl.col("season") == s).sum().alias(f"visits_{s}") for s in (0, 1)),
            *(
                pl.col("attended")
                .filter((pl.col("season") == s) & (pl.col("visits") > 0))
                .n_unique()
                .alias(f"performances_{s}")
                for s in (0, 1)
            ),
        )
        .sort("booker")
    )
    number = found["booker"].to_numpy() // 64
    person = number - people.first
    homes = {f"home_{s}": _home(people.area[s][person], codes) for s in (0, 1)}
    address = contacts["address"].gather(found["address"].cast(pl.UInt32))
    return found.with_columns(
        pl.Series("person", number),
        pl.when("numbered").then(pl.lit("number")).otherwise(pl.lit("email")).alias("kind"),
        pl.when("numbered").then(None).otherwise(address).alias("address"),
        pl.when("numbered")
        .then(pl.col("venue").replace_strict(dict(enumerate(slugs)), return_dtype=pl.String))
        .alias("venue"),
        pl.when("numbered")
        .then(pl.lit("R") + (pl.col("booker") // 32 + 20_000).cast(pl.String))
        .alias("number"),
        *(pl.Series(name, values) for name, values in homes.items()),
        pl.Series("critic", people.critic[person]),
        pl.Series("school", people.school[person]),
        pl.Series("gives", people.gives[person]),
        pl.Series("moved", people.area[0][person] != people.area[1][person]),
        pl.Series("two_addresses", people.second[person] >= 0),
    ).select(COLUMNS)


def _home(area: Ints, codes: Sequence[str]) -> list[str]:
    return [codes[a] if a >= 0 else AREA_ABROAD for a in area.tolist()]
