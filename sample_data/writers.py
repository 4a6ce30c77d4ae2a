"""Keeps the exports open while blocks of orders are appended to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
import polars as pl

from ingest.seasons import Season
from sample_data import generic, helloasso, pretix
from sample_data.places import Places
from sample_data.programme import Programme
from sample_data.rows import expand
from sample_data.venues import Venue

HEADERS = {
    "pretix-positions": pretix.header_bytes,
    "helloasso-tickets": helloasso.header_bytes,
    "generic": generic.header_bytes,
}


class Sheets:
    """One open file per venue and season."""

    def __init__(self, venues: Sequence[Venue], files: dict[tuple[int, int], BinaryIO], seed: int) -> None:
        self._venues, self._files, self._seed, self._part = venues, files, seed, 0

    def append(
        self,
        venue: int,
        season: int,
        lines: pl.DataFrame,
        contacts: pl.DataFrame,
        places: Places,
        programme: Programme,
    ) -> None:
        """Write these lines at the end of the venue's file of the season."""
        self._part += 1
        rng = np.random.default_rng([self._seed, 5, self._part])
        self._files[venue, season].write(_body(self._venues[venue], lines, contacts, places, programme, rng))


@contextmanager
def open_exports(
    out: Path, venues: Sequence[Venue], seasons: Sequence[Season], seed: int
) -> Iterator[Sheets]:
    """Open every export with its header written."""
    with ExitStack() as stack:
        files: dict[tuple[int, int], BinaryIO] = {}
        for v, venue in enumerate(venues):
            for s, season in enumerate(seasons):
                file = stack.enter_context((out / "venues" / venue.slug / f"{season.slug}.csv").open("wb"))
                file.write(HEADERS[venue.export.layout](venue))
                files[v, s] = file
        yield Sheets(venues, files, seed)


def _body(
    venue: Venue,
    lines: pl.DataFrame,
    contacts: pl.DataFrame,
    places: Places,
    programme: Programme,
    rng: np.random.Generator,
) -> bytes:
    layout = venue.export.layout
    tickets = expand(venue, lines, contacts, per_ticket=layout != "generic")
    if layout == "pretix-positions":
        return pretix.body(tickets, places, programme, rng)
    if layout == "helloasso-tickets":
        return helloasso.body(tickets, programme)
    return generic.body(tickets, places, programme)
