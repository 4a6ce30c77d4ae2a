"""Hypothesis data: small seasons of lake rows that press on every bound and rule at once."""

from __future__ import annotations

from hypothesis import strategies as st

from aggregation.bounds import Bounds
from aggregation.keysets import Keysets
from tests.spec.rows import Row, a_ticket

VENUES = ("v1", "v2", "v3", "v4", "v5")
DECLARED = Keysets(VENUES[:4], ("NL-1011", "NL-1012", "NL-1013"), genres=("dance", "film", "opera", "other"))
TIGHT = Bounds(
    first_venues=1,
    core_venues=2,
    tail_venues=3,
    crossover_venues=3,
    genres_per_venue=1,
    classes_per_venue=1,
    network_genres=2,
    network_classes=1,
    tickets_per_venue=3,
    tickets_per_order=2,
    visits_beyond=4,
    kinds_beyond=2,
)
GENRES = ("dance", "film", "opera", "jazz_world")
PLACES = (
    (None, None),
    ("NL-1011", "NL"),
    ("NL-1012", "NL"),
    ("NL-9999", "NL"),
    (None, "NL"),
    (None, "DE"),
    ("BE-1000", "BE"),
)
STATES = (("sold", None), ("sold", True), ("sold", False), ("refunded", None), ("void", True))
PERFORMANCES = 6


def bookers(count: int) -> st.SearchStrategy[str | None]:
    return st.sampled_from([None, *(f"b{number}" for number in range(count))])


@st.composite
def ticket(draw: st.DrawFn, year: int = 2025, people: int = 4) -> list[Row]:
    """One to five equal tickets of one order; what belongs to the performance follows from it."""
    performance = draw(st.integers(0, PERFORMANCES - 1))
    venue = draw(st.sampled_from(VENUES))
    area, country = draw(st.sampled_from(PLACES))
    status, scanned = draw(st.sampled_from(STATES))
    booker = draw(bookers(people))
    order = draw(st.integers(0, 2))
    row = a_ticket(
        booker=booker,
        venue=venue,
        performance=f"p{performance}",
        production=f"production-{performance // 3}",
        day=f"{year}-10-{1 + performance // 2:02d}",
        genre=GENRES[performance % len(GENRES)],
        order=f"{booker}-{order}",
        area=area,
        country=country,
        bought=draw(st.sampled_from([None, f"{year}-09-01", f"{year}-09-02"])),
        channel=draw(st.sampled_from(["web", "desk", "online_vod"])),
        product_class=draw(st.sampled_from(["single", "pass", "comp"])),
        status=status,
        scanned=scanned,
    )
    return [row] * draw(st.integers(1, 5))


def season_rows(year: int = 2025, people: int = 4, most: int = 25) -> st.SearchStrategy[list[Row]]:
    """A season's rows, in any order; half the seasons are full enough for the bounds to bite."""
    one = ticket(year, people)
    lists = st.lists(one, max_size=most) | st.lists(one, min_size=most // 2, max_size=most)
    return lists.map(lambda groups: [row for group in groups for row in group])


CURRENT = [(venue, f"p{number}", "x") for venue in VENUES for number in range(PERFORMANCES - 1)]
"""Every performance but the last: that one has not matured."""
