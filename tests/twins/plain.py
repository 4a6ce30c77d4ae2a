"""The measures a second time, in plain Python over rows: what the SQL must agree with, cell by cell."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import combinations

from aggregation.bounds import Bounds
from aggregation.keysets import Keysets
from aggregation.measures import VENUE_BANDS
from tests.spec.rows import Row

Cells = Counter[tuple[str, ...]]


class Visitor:
    """What one booker did, at one venue or at all."""

    def __init__(self) -> None:
        self.attended: set[tuple[str, ...]] = set()
        self.visits = self.tickets = 0
        self.genres: set[str] = set()
        self.classes: set[str] = set()
        self.sides: set[str] = set()
        self.places: list[tuple[bool, float, str, str, int, str]] = []

    @property
    def band(self) -> str:
        return band(len(self.attended), (1, 2, 5), ("1", "2", "3-5", "6+"))

    @property
    def mix(self) -> str:
        return "both" if len(self.sides) == 2 else next(iter(self.sides))


def band(number: int, tops: tuple[int, ...], labels: tuple[str, ...]) -> str:
    return labels[sum(number > top for top in tops)]


class Twin:
    """One season's rows, read one at a time."""

    def __init__(
        self,
        rows: Iterable[Row],
        current: Iterable[tuple[str, str, str]],
        keysets: Keysets,
        bounds: Bounds,
        salt: bytes,
    ) -> None:
        self.keysets, self.bounds, self.salt = keysets, bounds, salt.hex()
        self.at: dict[tuple[str, str], Visitor] = defaultdict(Visitor)
        self.anywhere: dict[str, Visitor] = defaultdict(Visitor)
        self.door: Counter[tuple[str, str]] = Counter()
        named = set(current)
        for row in rows:
            known = (row["venue"], row["performance_ref"], row["extract_id"]) in named
            if known and row["venue"] in keysets.venues and row["status"] == "sold":
                self.read(row)
        self.ranks = {booker: self.in_order(booker) for booker in {booker for booker, _ in self.at}}

    def read(self, row: Row) -> None:
        used = row["scanned"] is not False
        if row["booker"] is None:
            self.door[row["venue"], row["order_ref"]] += used
            return
        booker = row["booker"].hex()
        for visitor in (self.at[booker, row["venue"]], self.anywhere[booker]):
            visitor.tickets += 1
            self.read_place(visitor, row)
            if used:
                visitor.visits += 1
                self.read_visit(visitor, row)

    def read_visit(self, visitor: Visitor, row: Row) -> None:
        online = row["channel"] == "online_vod"
        if online:
            visitor.attended.add((row["venue"], "online", row["production_ref"], str(row["local_day"])))
        else:
            visitor.attended.add((row["venue"], "hall", row["performance_ref"]))
        visitor.sides.add("online" if online else "hall")
        visitor.genres.add(row["genre"] if row["genre"] in self.keysets.genres else "other")
        if row["product_class"] in self.keysets.product_classes:
            visitor.classes.add(row["product_class"])

    def read_place(self, visitor: Visitor, row: Row) -> None:
        area, country = row["area"], row["country"]
        home = country in self.keysets.countries
        if area in self.keysets.areas:
            number, label = self.keysets.areas.index(area), area
        elif country and not home:
            number, label = -1, "abroad"
        elif area:
            number, label = -2, "unknown"
        else:
            return
        at = row["purchased_at"]
        moment = at.timestamp() if at else 0.0
        visitor.places.append((at is not None, moment, row["order_ref"], row["venue"], number, label))

    def keyed(self, *parts: str) -> str:
        return hashlib.sha256(":".join((self.salt, *parts)).encode()).hexdigest()

    def in_order(self, booker: str) -> list[str]:
        venues = [venue for other, venue in self.at if other == booker]
        return sorted(
            venues, key=lambda venue: (not self.at[booker, venue].visits, self.keyed(booker, venue))
        )

    def core(self) -> list[tuple[str, str, Visitor]]:
        first = self.bounds.core_venues
        return [(b, v, self.at[b, v]) for b, venues in self.ranks.items() for v in venues[:first]]

    def visitors(self) -> list[tuple[str, Visitor]]:
        return [(booker, visitor) for booker, visitor in self.anywhere.items() if visitor.attended]

    def first(self, labels: set[str], bound: int, *who: str) -> list[str]:
        return sorted(labels, key=lambda label: self.keyed(*who, label))[:bound]

    def per_venue(self, label: Callable[[Visitor], str]) -> Cells:
        return Counter((venue, label(visitor)) for _, venue, visitor in self.core() if visitor.attended)

    def tables(self, previous: Twin) -> dict[str, Cells]:
        bound, core, people = self.bounds, self.core(), self.visitors()
        attended = [(b, v, x) for b, v, x in core if x.attended]
        before = {pair for pair, visitor in previous.at.items() if visitor.attended}
        seen = {booker for booker, _ in before}
        visited = {b: [v for v in venues if self.at[b, v].attended] for b, venues in self.ranks.items()}
        unidentified: Cells = Counter()
        for (venue, _), visits in self.door.items():
            unidentified[(venue,)] += min(visits, bound.tickets_per_order)
        return {
            "reach_by_area": self.per_venue(place),
            "reach_by_area_first": Counter(
                (v, place(self.at[b, v]))
                for b, venues in visited.items()
                for v in venues[: bound.first_venues]
            ),
            "returning": Counter((v,) for b, v, _ in attended if (b, v) in before),
            "attendance_bands": self.per_venue(lambda visitor: visitor.band),
            "reach_by_genre": Counter(
                (v, g) for b, v, x in core for g in self.first(x.genres, bound.genres_per_venue, b, v)
            ),
            "reach_by_product_class": Counter(
                (v, c) for b, v, x in core for c in self.first(x.classes, bound.classes_per_venue, b, v)
            ),
            "reach_by_channel": self.per_venue(lambda visitor: visitor.mix),
            "visits": summed((v, min(x.visits, bound.tickets_per_venue)) for _, v, x in core),
            "tickets": summed((v, min(x.tickets, bound.tickets_per_venue)) for _, v, x in core),
            "reach_beyond": Counter(
                (v,) for venues in visited.values() for v in venues[bound.core_venues : bound.tail_venues]
            ),
            "unidentified_visits": unidentified,
            "network_reach_by_area": Counter((place(x),) for _, x in people),
            "network_returning": Counter(() for b, _ in people if b in seen),
            "network_attendance_bands": Counter((x.band,) for _, x in people),
            "network_reach_by_genre": Counter(
                (g,) for b, x in people for g in self.first(x.genres, bound.network_genres, b)
            ),
            "network_reach_by_product_class": Counter(
                (c,) for b, x in people for c in self.first(x.classes, bound.network_classes, b)
            ),
            "network_reach_by_channel": Counter((x.mix,) for _, x in people),
            "network_venues_per_booker": Counter(
                (band(len(v), (1, 2, 3, 4, 6, 12, 20), VENUE_BANDS),) for v in visited.values() if v
            ),
            "visits_beyond": self.visits_beyond(),
            "kinds_beyond": self.kinds_beyond(visited),
            "crossover": Counter(
                ("|".join(sorted(pair)),)
                for venues in visited.values()
                for pair in combinations(venues[: bound.crossover_venues], 2)
            ),
        }

    def visits_beyond(self) -> Cells:
        bound = self.bounds
        found: Cells = Counter()
        for booker, venues in self.ranks.items():
            here = [self.at[booker, venue] for venue in venues]
            for cut in ("visits", "tickets"):
                numbers = [getattr(visitor, cut) for visitor in here]
                kept = sum(min(number, bound.tickets_per_venue) for number in numbers[: bound.core_venues])
                found[(cut,)] += min(sum(numbers) - kept, bound.visits_beyond)
        return found

    def kinds_beyond(self, visited: dict[str, list[str]]) -> Cells:
        bound = self.bounds
        found: Cells = Counter()
        for cut, kinds, most, network in (
            ("genre", "genres", bound.genres_per_venue, bound.network_genres),
            ("product_class", "classes", bound.classes_per_venue, bound.network_classes),
        ):
            for booker, venues in visited.items():
                numbers = [len(getattr(self.at[booker, venue], kinds)) for venue in venues]
                kept = sum(min(number, most) for number in numbers[: bound.core_venues])
                found[(cut,)] += min(sum(numbers) - kept, bound.kinds_beyond)
                anywhere = len(getattr(self.anywhere[booker], kinds))
                found[(f"network_{cut}",)] += min(max(anywhere - network, 0), bound.kinds_beyond)
        return found


def place(visitor: Visitor) -> str:
    return max(visitor.places)[-1] if visitor.places else "unknown"


def summed(pairs: Iterable[tuple[str, int]]) -> Cells:
    total: Cells = Counter()
    for venue, number in pairs:
        total[(venue,)] += number
    return total
