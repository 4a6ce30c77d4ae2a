"""The venue rules as pure functions: noisy values of owners go in, yes or no comes out.

Noise for persons protects no venue: with a few overlapping totals every venue's reach is found by
least squares. So these deterministic rules stand on top, and they read noisy values only, because a
decision on exact values would itself give one booker away.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ingest.findings import Text

Values = NDArray[np.float64]

MIN_OTHER_OWNERS = 4
P_PERCENT = 0.10
LARGEST_SHARE = 0.50
MIN_FOR_MEDIAN = 5
MIN_FOR_QUARTILES = 8
NEIGHBOURS = 3
ORDER_STATISTIC_STEP = 0.05
LAG_MONTHS = 3
MIN_CHANGED_OWNERS = 2

# One wording whichever rule hit: a reason by rule would itself say how large the others are.
WITHHELD = Text(
    en="Not shown, so that no single venue can be recognised.",
    nl="Niet getoond, zodat geen enkel huis te herkennen is.",
    fr="Non affiché, afin qu'aucune salle ne puisse être reconnue.",
    de="Nicht gezeigt, damit kein einzelnes Haus zu erkennen ist.",
)


def by_owner(values: Values, owners: Sequence[str]) -> Values:
    """Add the columns (one per venue) of the same owner: (cells, venues) becomes (cells, owners)."""
    names = sorted(set(owners))
    merged = np.zeros((values.shape[0], len(names)))
    for column, owner in enumerate(owners):
        merged[:, names.index(owner)] += values[:, column]
    return merged


def enough_owners(owners: Sequence[str], least: int = MIN_OTHER_OWNERS) -> bool:
    """V-1: at least four other owners, a holding counted once."""
    return len(set(owners)) >= least


def dominance_safe(per_owner: Values, colluders: int = 1) -> NDArray[np.bool_]:
    """V-2 for each row: no owner above half, and the p%-rule against the largest owner.

    `colluders` owners may tell the attacker their own value. What is left must still hide the
    largest one by 10 %. Negative noisy values stay negative in the remainder, so that noise around
    nothing does not pass for protection.
    """
    if per_owner.shape[1] <= colluders:
        return np.zeros(per_owner.shape[0], dtype=bool)
    ordered = -np.sort(-per_owner, axis=1)
    total = ordered.sum(axis=1)
    largest = ordered[:, 0]
    rest = total - ordered[:, : colluders + 1].sum(axis=1)
    safe: NDArray[np.bool_] = (total > 0) & (largest <= LARGEST_SHARE * total) & (rest >= P_PERCENT * largest)
    return safe


def isolates(sets: Sequence[frozenset[str]], owners: Mapping[str, str]) -> bool:
    """Whether sums (or means) over these sets of venues give one venue or one owner away.

    Linear attack (T-08): the sets no longer hold what the attacker knows; is a single venue or owner in
    the row space of what is left?
    """
    venues = sorted(frozenset().union(*sets))
    if not venues:
        return False
    matrix = np.array([[float(venue in group) for venue in venues] for group in sets])
    return _gives_away_one(matrix, np.array([owner_of(owners, venue) for venue in venues]))


def _gives_away_one(matrix: Values, names: NDArray[np.str_]) -> bool:
    projection = np.linalg.pinv(matrix) @ matrix
    targets = np.vstack([np.eye(len(names)), *(names == owner for owner in sorted(set(names)))])
    # A vector in the row space keeps its length under the projection onto that space.
    kept = np.einsum("ti,ij,tj->t", targets, projection, targets)
    return bool((kept > targets.sum(axis=1) - 1e-9).any())


def protect_partition(parts: Values, candidates: NDArray[np.bool_], colluders: int = 1) -> NDArray[np.bool_]:
    """Which parts of a known total may be shown (V-8): what is left out together must be safe as well.

    A lone blank beside its total is found by subtraction, so the smallest shown part joins the
    blanks until their sum is safe; otherwise nothing of this total is shown by part.
    """
    shown = candidates.copy()
    size = parts.sum(axis=1)
    hidden = parts[~shown].sum(axis=0)
    while shown.any() and not shown.all() and not dominance_safe(hidden[None, :], colluders)[0]:
        smallest = int(np.where(shown, size, np.inf).argmin())
        shown[smallest] = False
        hidden = hidden + parts[smallest]
    return shown


def order_blocks(size: int) -> dict[str, tuple[int, int]]:
    """V-7: of which ranks (first and last) each order statistic of so many owners is the mean."""
    found: dict[str, tuple[int, int]] = {}
    if size >= MIN_FOR_MEDIAN:
        found["median"] = _neighbourhood((size - 1) / 2)
    if size >= MIN_FOR_QUARTILES:
        quarter = round((size - 1) * 0.25)
        found["q1"], found["q3"] = _neighbourhood(quarter), _neighbourhood(size - 1 - quarter)
    return found


def order_statistics(values: Values) -> dict[str, float]:
    """V-7: median from five owners, quartiles from eight; each a mean of neighbours, rounded to 5 %."""
    ordered = np.sort(values)
    return {
        name: round_to_step(float(ordered[first : last + 1].mean()))
        for name, (first, last) in order_blocks(ordered.size).items()
    }


def _neighbourhood(position: float) -> tuple[int, int]:
    """Three neighbours, or four around an even median."""
    reach = NEIGHBOURS // 2
    return int(np.floor(position)) - reach, int(np.ceil(position)) + reach


def round_to_step(value: float) -> float:
    """Round to the smallest of 1, 2, 2.5 or 5 times a power of ten that is at least 5 % of the value."""
    if value == 0:
        return 0.0
    finest = abs(value) * ORDER_STATISTIC_STEP
    power = 10.0 ** np.floor(np.log10(finest))
    step = next(power * k for k in (1.0, 2.0, 2.5, 5.0, 10.0) if power * k >= finest * (1 - 1e-12))
    return float(round(round(value / step) * step, 12))


def lag_ends(last_day: date) -> date:
    """V-6: the first day on which others' figures of a period may be seen, three months after its end."""
    month = last_day.month + LAG_MONTHS
    year, month = last_day.year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, min(last_day.day, calendar.monthrange(year, month)[1]))


def owner_of(owners: Mapping[str, str], venue: str) -> str:
    """A venue that names no owner stands for itself."""
    return owners.get(venue) or venue
