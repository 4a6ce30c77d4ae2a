"""Writes the generated tables of METHODOLOGY.md from the code: `python -m tests.docs.generated`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from aggregation.bounds import Bounds
from aggregation.measures import MEASURES
from privacy.budget import PrivacyLoss
from privacy.mechanisms import epsilon
from privacy.policy import DELTAS, LIFETIMES, POLICY
from reports.changes import CHANGES

PAGE = Path(__file__).resolve().parents[2] / "METHODOLOGY.md"

BOUND_WORDS = {
    "first_venues": "venues of one booker in the postcode table",
    "core_venues": "venues of one booker in the core",
    "tail_venues": "venues of one booker in core and tail together",
    "crossover_venues": "venues of one booker that are paired for crossover",
    "genres_per_venue": "genres of one booker at one venue",
    "classes_per_venue": "product classes of one booker at one venue",
    "network_genres": "genres of one booker in the network's table",
    "network_classes": "product classes of one booker in the network's table",
    "tickets_per_venue": "tickets, and visits, of one booker at one venue",
    "tickets_per_order": "tickets of one order without a booker",
    "visits_beyond": "visits, and tickets, of one booker that lie beyond the other bounds",
    "kinds_beyond": "genres, and product classes, of one booker that lie beyond the other bounds",
}


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    head = list(head)
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows)])


def measures() -> str:
    return _table(
        ("measure", "whose", "unit", "definition", "source"),
        (
            (f"`{m.id}`", m.scope.value, m.unit.value, m.definitions["en"], m.source)
            for m in MEASURES.values()
        ),
    )


def bounds() -> str:
    values: Bounds = POLICY.bounds
    return _table(
        ("bound", "value", "of what"),
        ((f"`{name}`", getattr(values, name), words) for name, words in BOUND_WORDS.items()),
    )


def policy() -> str:
    budget = POLICY.budget
    promise = _table(
        ("constant", "value"),
        [
            ("policy version", POLICY.version),
            ("unit", POLICY.unit),
            ("plan per season", f"{budget.plan.nano_rho} nano-rho"),
            ("hard limit per season", f"{budget.limit.nano_rho} nano-rho"),
            *(
                (f"part for `{purpose.value}`", f"{percent} % of the plan")
                for purpose, percent in budget.percent.items()
            ),
        ],
    )
    seasons = _table(
        ("seasons in a row", *(f"epsilon at delta {delta:g}" for delta in DELTAS)),
        (
            (n, *(f"{epsilon(PrivacyLoss(budget.plan.nano_rho * n), delta):.3f}" for delta in DELTAS))
            for n in LIFETIMES
        ),
    )
    parts = _table(
        ("table", "share of the season's own part", "error aimed at", "why"),
        (
            (f"`{plan.name}`", f"{plan.per_mille / 10:.1f} %", f"{plan.aim:.1%}", plan.why)
            for plan in POLICY.tables
        ),
    )
    return "\n\n".join(
        (
            promise,
            "What that means for somebody who is there in each of several seasons:",
            seasons,
            "How a season's own part is divided:",
            parts,
        )
    )


def changes() -> str:
    """The list that the methods page shows, in the same words."""
    return "\n".join(f"- {one.day.isoformat()}: {one.text[0].lower()}{one.text[1:]}" for one in CHANGES)


SECTIONS: dict[str, Callable[[], str]] = {
    "measures": measures,
    "bounds": bounds,
    "policy": policy,
    "changes": changes,
}


def render(text: str) -> str:
    """The page with every generated section brought up to date."""
    for name, write in SECTIONS.items():
        pattern = re.compile(rf"<!-- {name} -->\n.*?<!-- /{name} -->", flags=re.DOTALL)
        text, found = pattern.subn(lambda _, n=name, w=write: f"<!-- {n} -->\n{w()}\n<!-- /{n} -->", text)
        assert found == 1, f"METHODOLOGY.md has no section marked {name}"
    return text


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text("utf-8")), "utf-8")
