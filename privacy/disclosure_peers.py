"""Figures of peer groups and of the venue itself: grids in, columns for one audience out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from privacy.disclosure_areas import Layer, Nesting, shown_areas
from privacy.disclosure_cells import Column, Grid, Grids
from privacy.disclosure_rules import (
    Values,
    by_owner,
    dominance_safe,
    enough_owners,
    order_statistics,
    owner_of,
    protect_partition,
)
from privacy.figures import FIGURES, Estimates, Figure, Kind, ratio

ORDERED = ("q1", "median", "q3")


@dataclass(frozen=True, slots=True)
class FigureGrid:
    """A figure's value for every venue (columns) and label (rows), with the counts behind it.

    `values` come from the signed fit, so that a mean over venues is unbiased; `fitted` from the
    estimates that a venue sees of itself.
    """

    figure: Figure
    labels: tuple[str, ...]
    venues: tuple[str, ...]
    counts: Values
    values: Estimates
    fitted: Values


def figure_grids(grids: Grids) -> tuple[FigureGrid, ...]:
    """Every figure that this release can give."""
    found = (_figure_grid(figure, grids) for figure in FIGURES.values())
    return tuple(grid for grid in found if grid is not None)


def _figure_grid(figure: Figure, grids: Grids) -> FigureGrid | None:
    top = _first(
        grids, figure.numerator, (figure.level, "cell", "total") if not figure.dimension else (figure.level,)
    )
    if top is None:
        return None
    if not figure.denominator:
        return FigureGrid(figure, top.labels, top.venues, top.judged, top.signed, top.fitted)
    below = _first(grids, figure.denominator, ("core", "total", "cell"))
    if below is None or not set(top.venues) <= set(below.venues):
        return None
    at = below.columns(top.venues)
    whole = Estimates(below.fitted[:, at], below.signed.sigma[:, at])
    values = ratio(top.signed, whole)
    return FigureGrid(
        figure,
        top.labels,
        top.venues,
        top.judged,
        values,
        ratio(Estimates(top.fitted, whole.sigma), whole).value,
    )


def _first(grids: Grids, measure: str, levels: Sequence[str]) -> Grid | None:
    return next((grids[measure, level] for level in levels if (measure, level) in grids), None)


def own_columns(grids: Sequence[FigureGrid], venue: str, known: frozenset[str]) -> Iterator[Column]:
    """The venue's own ratios, so that pages and API show one number. `known`: already in the release."""
    for grid in grids:
        if grid.figure.kind is Kind.COUNT or grid.figure.id in known or venue not in grid.venues:
            continue
        at = grid.venues.index(venue)
        value = grid.fitted[:, at]
        column = _column(grid, grid.figure.id, (venue,), value, ~np.isnan(value))
        signed = grid.values
        yield replace(column, centre=signed.value[:, at], sigma=signed.sigma[:, at], venue=venue)


def _column(
    grid: FigureGrid, measure: str, address: tuple[str, ...], value: Values, shown: NDArray[np.bool_]
) -> Column:
    figure = grid.figure
    return Column(
        measure,
        address,
        grid.labels,
        value,
        shown,
        dimension=figure.dimension,
        level=figure.level if figure.dimension else "total",
        most=1.0 if figure.kind is Kind.SHARE else np.inf,
    )


@dataclass(frozen=True, slots=True)
class Others:
    """Whose figures are averaged: the other members of a group, as one audience sees it.

    `ranked`: whether their medians and quartiles are told as well.
    """

    group: str
    audience: str
    venues: tuple[str, ...]
    allowed: bool
    ranked: bool = True


def peer_columns(
    grids: Sequence[FigureGrid], others: Others, owners: Mapping[str, str], nesting: Nesting
) -> Iterator[Column]:
    """Mean and, where allowed, quartiles of the others for every figure and label."""
    judged = [_Judged.of(grid, others, owners) for grid in grids]
    by_area = {one.grid.figure.level: one for one in judged if one.grid.figure.sensitive_cells}
    layers = {level: Layer(one.grid.labels, one.counts, one.safe) for level, one in by_area.items()}
    told = shown_areas(layers, nesting, 1)
    for one in judged:
        shown = told[one.grid.figure.level] if one.grid.figure.sensitive_cells else one.shown
        yield from _group_columns(one, shown, others)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A figure of the others: what enters its mean, the counts behind it, and which labels are safe."""

    grid: FigureGrid
    columns: tuple[int, ...]
    owners: tuple[str, ...]
    values: Values
    counts: Values
    safe: NDArray[np.bool_]

    @classmethod
    def of(cls, grid: FigureGrid, others: Others, owners: Mapping[str, str]) -> _Judged:
        present = [venue for venue in others.venues if venue in grid.venues]
        columns = tuple(grid.venues.index(venue) for venue in present)
        names = tuple(owner_of(owners, venue) for venue in present)
        raw = by_owner(grid.values.value[:, columns], names)
        values, counts = np.nan_to_num(raw), by_owner(np.nan_to_num(grid.counts[:, columns]), names)
        safe = np.zeros(len(grid.labels), dtype=bool)
        if others.allowed and enough_owners(names):
            safe = dominance_safe(values) & ~np.isnan(raw).any(axis=1)
            # A share that known totals turn back into a count is judged as that count as well.
            safe &= dominance_safe(counts) if grid.figure.sensitive_cells else True
        return cls(grid, columns, names, values, counts, safe)

    @property
    def shown(self) -> NDArray[np.bool_]:
        return protect_partition(self.values, self.safe) if self.grid.figure.adds_up else self.safe


def _group_columns(one: _Judged, shown: NDArray[np.bool_], others: Others) -> Iterator[Column]:
    grid, columns = one.grid, list(one.columns)
    figure = grid.figure
    chosen = Estimates(grid.values.value[:, columns], grid.values.sigma[:, columns])
    means = chosen.mean_over_venues() if columns else Estimates(np.zeros(len(shown)), np.zeros(len(shown)))
    address = (others.group, others.audience)
    group, peers = others.group, len(others.venues)
    mean = _column(grid, f"peer_mean/{figure.id}", address, means.value, shown)
    yield replace(mean, sigma=means.sigma, group=group, peers=peers)
    if not figure.ordered:
        return
    ranked = [
        order_statistics(_by_owner_mean(row, one.owners)) if told and others.ranked else {}
        for row, told in zip(chosen.value, shown, strict=True)
    ]
    for name in ORDERED:
        found = np.array([row.get(name, np.nan) for row in ranked])
        column = _column(grid, f"peer_{name}/{figure.id}", address, found, ~np.isnan(found))
        yield replace(column, group=group, peers=peers)


def _by_owner_mean(values: Values, names: Sequence[str]) -> Values:
    """One value per owner, so that a holding is one rank among the others."""
    merged = by_owner(values[None, :], names)[0]
    counts = by_owner(np.ones((1, len(names))), names)[0]
    return np.asarray(merged / counts)
