"""Finding columns by their names, whatever the case, spaces and apostrophes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

from ingest.prepare.sale import Pick


def plain(name: str) -> str:
    """A column's name for comparing: one kind of apostrophe, single spaces, no case."""
    return " ".join(name.replace("’", "'").replace("\ufeff", "").split()).casefold()


class Header:
    """The columns of one export."""

    def __init__(self, names: Sequence[str]) -> None:
        self._places: dict[str, list[int]] = {}
        for place, name in enumerate(names):
            self._places.setdefault(plain(name), []).append(place)

    def places(self, names: Iterable[str]) -> list[int]:
        """Every place where one of the names stands, in the order of the file."""
        found = {place for name in names for place in self._places.get(plain(name), ())}
        return sorted(found)

    def first(self, names: Iterable[str]) -> int | None:
        """The first place where one of the names stands."""
        return next(iter(self.places(names)), None)


def place(found: int | None) -> int:
    """An absent column reads as empty: the row's last place, where the table puts an empty cell."""
    return -1 if found is None else found


def picker(places: Mapping[str, int | None], fields: str) -> Pick:
    """Takes these of our columns (two or more) out of a row, in this order."""
    return itemgetter(*(place(places[field]) for field in fields.split()))
