"""A header → the layout that can read it. One module per box-office system; copy one to add yours.

A layout module has `NAME` and `bind(header, profile, source)`. `bind` returns an object that reads rows
into `Sale`s (the protocol is in ingest/prepare/sale.py), or `Missing` with the columns that it lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ingest.prepare.layouts import generic, helloasso_tickets, pretix_positions
from ingest.prepare.profile import VenueProfile
from ingest.prepare.sale import Layout, Missing

Bind = Callable[[Sequence[str], VenueProfile, str], Layout | Missing]

# Known systems first: the venue's own mapping is for what is left.
BINDERS: dict[str, Bind] = {
    pretix_positions.NAME: pretix_positions.bind,
    helloasso_tickets.NAME: helloasso_tickets.bind,
    generic.NAME: generic.bind,
}


def recognise(header: Sequence[str], profile: VenueProfile, source: str) -> Layout | Missing:
    """The layout whose columns are all there, whatever venue.json calls it; else the nearest miss."""
    misses = []
    for bind in BINDERS.values():
        found = bind(header, profile, source)
        if not isinstance(found, Missing):
            return found
        misses.append(found)
    doubled = next((miss for miss in misses if miss.doubled and not miss.columns), None)
    expected = next((miss for miss in misses if miss.layout == profile.layout), None)
    return doubled or expected or min(misses, key=lambda miss: len(miss.columns))
