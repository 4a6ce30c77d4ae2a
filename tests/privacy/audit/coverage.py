"""Coverage, bias and error: many releases of a scene in, how often and how well their numbers hold out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from privacy.mechanisms import raw_margin
from tests.privacy.audit.scenes import Floats, Releases

SIZES = {
    (0, 1): "0",
    (1, 20): "1 to 19",
    (20, 100): "20 to 99",
    (100, 1000): "100 to 999",
    (1000, math.inf): "1,000 and more",
}
AREAS = {"areas": "reach_by_area", "areas of first venues": "reach_by_area_first"}
RATIOS = ("visits_per_booker", "unidentified_share")


@dataclass(frozen=True, slots=True)
class Rate:
    """How often intervals of some cells held; `sure` is one standard error, over releases."""

    name: str
    cells: int
    rate: float
    sure: float

    @classmethod
    def of(cls, name: str, inside: Floats) -> Rate:
        """`inside`: release by cell, not-a-number where untold. Releases are independent, cells are not."""
        per_release = np.nanmean(inside, axis=1)
        # Where all few intervals held, their spread says nothing: it is at least that of independent ones.
        least = 0.05 * 0.95 / inside.size
        sure = math.sqrt(max(float(per_release.var(ddof=1)) / len(per_release), least))
        return cls(name, inside.shape[1], float(np.nanmean(inside)), sure)

    def at_least(self, least: float) -> bool:
        """Whether the rate is not clearly (four standard errors) below this."""
        return self.rate + 4 * self.sure >= least

    def within(self, least: float, most: float) -> bool:
        return self.at_least(least) and self.rate - 4 * self.sure <= most


def raw_rates(seen: Releases) -> list[Rate]:
    """Raw integers give or take the manifest's margin, per drawn table, against the bounded count."""
    margin = np.array([np.nan if np.isnan(scale) else raw_margin(scale) for scale in seen.scale])
    inside = _held(np.abs(seen.numbers["noisy"] - seen.bounded) <= margin, seen.numbers["noisy"])
    return _by_table(seen, inside, ~np.isnan(seen.scale))


def interval_rates(seen: Releases, against: Floats) -> list[Rate]:
    """The released intervals, per measure and level."""
    return _by_table(seen, _inside(seen, against), np.ones(len(seen.cells), dtype=bool))


def _inside(seen: Releases, against: Floats) -> Floats:
    # A ratio's ends are floats: what is exact may miss them by rounding.
    low, high = seen.numbers["low"] - 1e-9, seen.numbers["high"] + 1e-9
    return _held((low <= against) & (against <= high), low)


def _held(inside: NDArray[np.bool_], told: Floats) -> Floats:
    return np.where(np.isnan(told), np.nan, inside.astype(float))


def _by_table(seen: Releases, inside: Floats, where: NDArray[np.bool_]) -> list[Rate]:
    places = list(zip(seen.measure.tolist(), seen.level.tolist(), strict=True))
    chosen = dict.fromkeys(place for place, here in zip(places, where, strict=True) if here)
    found = []
    for place in chosen:
        at = where & np.array([one == place for one in places])
        found.append(Rate.of(" ".join(place), inside[:, at]))
    return found


def by_size(seen: Releases) -> dict[str, NDArray[np.bool_]]:
    """Cells by the size of their bounded count: those of the maps, and all other counts."""
    fine = {name: (seen.measure == measure) & (seen.level == "cell") for name, measure in AREAS.items()}
    rest = ~np.any(list(fine.values()), axis=0) & ~np.isin(seen.measure, RATIOS)
    found = {}
    for name, where in {**fine, "other counts": rest}.items():
        for (least, below), size in SIZES.items():
            found[f"{name}, size {size}"] = where & (seen.bounded >= least) & (seen.bounded < below)
    return {name: chosen for name, chosen in found.items() if chosen.any()}


def by_place(seen: Releases) -> dict[str, NDArray[np.bool_]]:
    """The cells of the map by their area's inhabitants, and by its distance from the venue, in thirds."""
    near, place = seen.scene.near, {area: n for n, area in enumerate(seen.scene.near.areas)}
    on_map = (seen.measure == AREAS["areas"]) & (seen.level == "cell") & np.isin(seen.label, list(place))
    facts = {"inhabitants": np.zeros(len(seen.cells)), "distance": np.zeros(len(seen.cells))}
    for n in np.flatnonzero(on_map):
        facts["inhabitants"][n] = near.inhabitants[seen.label[n]]
        facts["distance"][n] = near.kilometres[seen.venue[n]][place[seen.label[n]]]
    found = {}
    for name, values in facts.items():
        third = np.digitize(values, np.quantile(values[on_map], (1 / 3, 2 / 3)))
        for n, word in enumerate(("least", "middle", "most")):
            found[f"areas, {word} third by {name}"] = on_map & (third == n)
    return found


def stratum_rates(seen: Releases, against: Floats) -> list[Rate]:
    """The released intervals, per stratum (privacy.md section 5 asks 93.5 % of each)."""
    inside = _inside(seen, against)
    return [Rate.of(name, inside[:, at]) for name, at in (by_size(seen) | by_place(seen)).items()]


@dataclass(frozen=True, slots=True)
class Bias:
    """How far numbers lie off on average; `sure` is one standard error of that, over releases."""

    name: str
    cells: int
    mean: float
    sure: float
    typical: float

    @classmethod
    def of(cls, name: str, off: Floats, of: Floats) -> Bias:
        per_release = np.nanmean(off, axis=1)
        sure = float(per_release.std(ddof=1) / math.sqrt(len(per_release)))
        return cls(name, off.shape[1], float(np.nanmean(off)), sure, float(np.median(of)))


def biases(seen: Releases) -> list[Bias]:
    """N-12: raw integers, in scales; estimates by size of the bounded count; ratios against bounded ones."""
    raw = ~np.isnan(seen.scale)
    off = (seen.numbers["noisy"] - seen.bounded)[:, raw] / seen.scale[raw]
    wrong = seen.numbers["estimate"] - seen.bounded
    chosen = by_size(seen) | {f"ratio {ratio}": seen.measure == ratio for ratio in RATIOS}
    return [
        Bias.of("raw integers, in scales of their noise", off, np.ones(1)),
        *(Bias.of(name, wrong[:, at], seen.bounded[at]) for name, at in chosen.items()),
    ]


@dataclass(frozen=True, slots=True)
class Error:
    """The median relative error of a group of cells; raw where raw integers are told."""

    name: str
    cells: int
    raw: float
    estimate: float


def relative_errors(seen: Releases) -> list[Error]:
    """N-10: by size of the group."""
    off = {
        which: np.abs(seen.numbers[which] - seen.bounded) / np.maximum(seen.bounded, 1)
        for which in ("noisy", "estimate")
    }
    drawn = ~np.isnan(seen.scale)
    return [
        Error(
            name,
            int(at.sum()),
            float(np.median(off["noisy"][:, at & drawn])) if (at & drawn).any() else math.nan,
            float(np.nanmedian(off["estimate"][:, at])),
        )
        for name, at in by_size(seen).items()
        if not name.endswith("size 0")
    ]
