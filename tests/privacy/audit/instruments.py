"""What the audit measures with one or two releases: a release and the exact numbers go in, findings come out.

`alpha` is how often correct code may be accused, over everything one call looks at.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from unittest.mock import patch

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.stats import chi2, norm

import privacy.publish
from tests.privacy.audit import pipeline
from tests.privacy.audit.chance import mu_of
from tests.privacy.audit.pipeline import Published, Tables, Truth, drawn_tables
from tests.privacy.audit.worlds import WIDE, Pair

LAGS = (*range(1, 25), *range(len(WIDE.areas) - 1, len(WIDE.areas) + 4))


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found against the release, and by which instrument."""

    instrument: str
    said: str


@dataclass(frozen=True, slots=True)
class Noise:
    """Noise of every drawn cell of a release: what was read minus what is true, and the stated scale."""

    table: NDArray[np.object_]
    noise: NDArray[np.int64]
    scale: NDArray[np.float64]

    @property
    def standard(self) -> NDArray[np.float64]:
        return self.noise / self.scale


def noise_of(published: Published, exact: Truth) -> Noise:
    """Noise by cell, in the order of the release; cells that are told without a raw integer are left out."""
    cells, stated = published.read(), drawn_tables(published.facts)
    places = list(zip(cells["measure"].to_pylist(), cells["level"].to_pylist(), strict=True))
    numbers = cells["noisy"].to_pylist()
    raw = [n for n, number in enumerate(numbers) if number is not None and places[n] in stated]
    told = cells.take(pa.array(raw, pa.int64()))
    names = [places[n] for n in raw]
    noisy = told["noisy"].to_numpy() - np.array([exact[cell].number for cell in told["cell_id"].to_pylist()])
    return Noise(
        np.array(["@".join(name) for name in names], dtype=object),
        noisy.astype(np.int64),
        np.array([stated[name] for name in names]),
    )


def calibration(published: Published, exact: Truth, alpha: float) -> list[Finding]:
    """Is the noise the stated discrete Gaussian, in every cell, independent of every other? (A-1)"""
    seen = noise_of(published, exact)
    part = alpha / 4
    said = [
        *_spread(seen.standard, part),
        *_laws(seen, part),
        *_tail(seen.standard, part),
        *_together(seen.standard, part),
    ]
    if missing := len(exact) - len(seen.noise):
        said.append(f"{missing} declared cells carry no raw integer")
    return [Finding("calibration", one) for one in said]


def _spread(standard: NDArray[np.float64], alpha: float) -> Iterator[str]:
    """Squares over scale squared are chi-squared."""
    n, total = len(standard), float((standard**2).sum())
    low, high = chi2.ppf(alpha / 2, n), chi2.isf(alpha / 2, n)
    if not low <= total <= high:
        yield f"the noise is {math.sqrt(total / n):.3f} of its stated scale in {n} cells"


def _laws(seen: Noise, alpha: float) -> Iterator[str]:
    """Every table against its own law, by the bound of Dvoretzky, Kiefer, Wolfowitz and Massart.

    The bound holds for any number of cells and any law, steps included.
    """
    tables = sorted(set(seen.table))
    for table in tables:
        chosen = seen.table == table
        noise, scale = np.sort(seen.noise[chosen]), float(seen.scale[chosen][0])
        n = len(noise)
        law = discrete_gaussian_cdf(noise, scale)
        before = discrete_gaussian_cdf(noise - 1, scale)
        up = np.searchsorted(noise, noise, side="right") / n - law
        down = before - np.searchsorted(noise, noise, side="left") / n
        apart = max(float(up.max()), float(down.max()))
        if apart > math.sqrt(math.log(2 * len(tables) / alpha) / (2 * n)):
            yield f"{table} is not the discrete Gaussian of scale {scale} (apart by {apart:.3f})"


def discrete_gaussian_cdf(values: NDArray[np.int64], scale: float) -> NDArray[np.float64]:
    """P(X <= value) where P(X = k) is in proportion to exp(-k^2 / (2 scale^2))."""
    reach = math.ceil(12 * scale)
    weights = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * scale**2))
    below = np.concatenate([[0.0], np.cumsum(weights / weights.sum())])
    return below[np.clip(values + reach + 1, 0, len(below) - 1)]


def _tail(standard: NDArray[np.float64], alpha: float) -> Iterator[str]:
    """Noise without an end: among so many cells one lies far out (T-04)."""
    least = float(norm.ppf((1 + alpha ** (1 / len(standard))) / 2))
    furthest = float(np.abs(standard).max())
    if furthest < least:
        yield f"no cell is more than {furthest:.2f} scales off: the noise is cut off"


def _together(standard: NDArray[np.float64], alpha: float) -> Iterator[str]:
    """Cells that stand near one another, or at the same place in the next venue, are uncorrelated."""
    lags = [lag for lag in LAGS if lag < len(standard) // 2]
    for lag in lags:
        n = len(standard) - lag
        r = float(standard[lag:] @ standard[:-lag]) / n
        if abs(r) > norm.isf(alpha / (2 * len(lags))) / math.sqrt(n):
            yield f"cells {lag} apart are correlated (r {r:.2f})"


def per_table(releases: Sequence[Published], exact: Truth, alpha: float) -> list[Finding]:
    """Is every table's noise as wide as stated, also where a table has one cell? Over several releases.

    A dozen releases see a table that is left bare; hundreds see one whose noise is a fifth too small.
    """
    seen = [noise_of(release, exact) for release in releases]
    tables = sorted(set(seen[0].table))
    found = []
    for table in tables:
        standard = np.concatenate([one.standard[one.table == table] for one in seen])
        said = _spread(standard, alpha / len(tables))
        found += [Finding("calibration", f"{table}: {one}") for one in said]
    return found


def repeats(first: Published, second: Published, exact: Truth, alpha: float) -> list[Finding]:
    """Asking again gives the same, publishing again does not (A-4, A-8)."""
    found = []
    answers = [first.read() for _ in range(3)]
    if any(not answer.equals(answers[0]) for answer in answers[1:]):
        found.append(Finding("repeats", "the same question has several answers"))
    one, other = noise_of(first, exact).standard, noise_of(second, exact).standard
    if len(one) == len(other):
        r = float(one @ other) / len(one)
        if abs(r) > norm.isf(alpha / 2) / math.sqrt(len(one)):
            found.append(Finding("repeats", f"two releases carry the same noise (r {r:.2f})"))
    return found


def distance(pair: Pair, there: Truth, gone: Truth, published: Published) -> list[Finding]:
    """How far one person moves the release, in scales of its noise, against what the season was charged.

    What calibration has shown of the noise makes this exact: no chance is in it.
    """
    moved = mu_moved(there, gone, published)
    claimed = mu_of(published.claimed(pair.season))
    if moved <= claimed * (1 + 1e-9):
        return []
    return [Finding("distance", f"pair {pair.name}: {moved:.3f} is moved where {claimed:.3f} was charged")]


def mu_moved(there: Truth, gone: Truth, published: Published) -> float:
    """The distance of two worlds' exact tables in scales: infinite where their cells differ."""
    if there.keys() != gone.keys():
        return math.inf
    stated = drawn_tables(published.facts)
    squares = (
        ((one.number - gone[cell].number) / stated[one.table]) ** 2
        for cell, one in there.items()
        if one != gone[cell]
    )
    return math.sqrt(sum(squares))


def post_processing(one: Tables, other: Tables, regions: Mapping[str, str]) -> list[Finding]:
    """Everything told comes from the drawn integers: with the same ones, other data give the same release.

    The integers of the first release are handed to the second where it draws. What still differs came
    from the exact counts by another way. Certain both ways: no chance is in it.
    """
    drawn: list[Mapping[str, NDArray[np.int64]]] = []
    real = privacy.publish.draw

    def recording(*given: object) -> Mapping[str, NDArray[np.int64]]:
        drawn.append(real(*given))
        return drawn[-1]

    with patch.object(privacy.publish, "draw", recording):
        first = pipeline.publish(one, regions).read()
    with patch.object(privacy.publish, "draw", lambda *_: drawn[0]):
        second = pipeline.publish(other, regions).read()
    if first.equals(second):
        return []
    if not first["cell_id"].equals(second["cell_id"]):
        return [Finding("post-processing", "which cells there are depends on the data")]
    differ = [name for name in first.column_names if not first[name].equals(second[name])]
    return [Finding("post-processing", f"{', '.join(differ)} depend on more than the drawn integers")]
