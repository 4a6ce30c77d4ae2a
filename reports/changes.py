"""The change list of the method: what moved published numbers, and from when. Newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reports.wording import translator


@dataclass(frozen=True, slots=True)
class Change:
    """One dated change in one or more sentences."""

    day: date
    text: str


CHANGES: tuple[Change, ...] = (
    Change(
        date(2026, 11, 28),
        "Venues per booker in eight bands instead of four; what the bounds leave out is measured and "
        "intervals allow for it; the postcode table counts a booker at two venues instead of six and leans "
        "on inhabitants and distance; crossover pairs eight venues of a booker instead of twelve; an order "
        "without a booker counts ten tickets instead of twenty; shares of the budget by a stated optimum; "
        "look-back by declaration.",
    ),
    Change(date(2026, 11, 21), "First methodology."),
)


def changes(language: str = "en") -> tuple[Change, ...]:
    """The same list in one language."""
    say = translator(language)
    return tuple(Change(one.day, say(one.text)) for one in CHANGES)
