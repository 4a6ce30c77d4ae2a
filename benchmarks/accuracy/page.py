"""benchmarks/ACCURACY.md as text: figures in, Markdown out. Nothing is measured here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import polars as pl

from benchmarks.accuracy.against import ALONE, BEST_FOR_DISTRICTS, BEST_TOGETHER, Beside, Row
from benchmarks.accuracy.draws import Floor
from benchmarks.accuracy.peers import Cost
from benchmarks.accuracy.targets import TARGETS, Verdict
from benchmarks.accuracy.visits_file import TABLES

Cells = Sequence[object]


def table(columns: Cells, rows: Sequence[Cells]) -> list[str]:
    """A Markdown table with an empty line before it."""
    lines = ["", f"| {' | '.join(map(str, columns))} |", f"|{'---|' * len(columns)}"]
    return lines + [f"| {' | '.join(map(str, row))} |" for row in rows]


def percent(value: float | None) -> str:
    """Two places; nothing where there is no number."""
    return "" if value is None or math.isnan(value) else f"{value:.2%}"


def verdict_lines(verdicts: Sequence[Verdict]) -> list[str]:
    """The count, what was missed, and every target."""
    missed = [f"{v.what} ({v.found}, asked {v.asked})" for v in verdicts if not v.met]
    said = f"**{len(verdicts) - len(missed)} of {len(verdicts)} targets met.**"
    if missed:
        said += f" MISSED: {'; '.join(missed)}."
    rows = [(v.what, v.asked, v.found, v.word) for v in verdicts]
    return [said, *table(("target", "asked", "found", "verdict"), rows)]


def evaluation_lines(found: pl.DataFrame, *, judged: bool) -> list[str]:
    """Every table and level of an evaluation; targets and verdicts where they are `judged`."""
    columns = [
        "table", "cells", "of 100 and more", *(("target", "verdict") if judged else ()), "100 and more",
        "20 to 99", "1 to 19", "raw, 100 and more", "RMSE", "RMSE raw", "holds the bounded",
        "holds the truth",
    ]  # fmt: skip
    return table(columns, [_evaluated(row, judged=judged) for row in found.iter_rows(named=True)])


def _evaluated(row: Mapping[str, float | None], *, judged: bool) -> list[str]:
    value, target = row["100 and more"], TARGETS.get((str(row["measure"]), str(row["level"])))
    found = [f"{row['measure']}@{row['level']}", f"{row['cells']:,}", f"{row['cells of 100 and more']:,}"]
    if judged:
        met = target is not None and value is not None and value <= target
        found += [percent(target), "" if target is None else "met" if met else "**MISSED**"]
    found += [percent(row[name]) for name in ("100 and more", "20 to 99", "1 to 19", "raw, 100 and more")]
    found += ["" if row[name] is None else f"{row[name]:,.2f}" for name in ("rmse", "rmse raw")]
    return found + [percent(row[name]) for name in ("holds the bounded", "holds the truth")]


def floor_lines(floors: Sequence[Floor]) -> list[str]:
    """What each error is made of."""
    columns = (
        "table",
        "share of rho, per mille",
        "target",
        "found",
        "from noise alone",
        "from bounding alone",
    )
    return table(
        columns,
        [
            (f.name, f.per_mille, *(percent(v) for v in (f.target, f.found, f.noise, f.bounding)))
            for f in floors
        ],
    )


def beside_lines(
    found: Beside, ours: Mapping[str, float], medians: Mapping[str, float], cost: Cost
) -> list[str]:
    """One table: ourselves, then every release of every peer; and who is missing."""
    columns = ["who", "release", "bound and noise"]
    columns += [f"RMSE {name}, raw / processed" for name in TABLES]
    columns += [f"median {name} of 100 and more, raw / processed" for name in TABLES]
    own: list[object] = ["Foyer", "all twelve tables", "by table, Gaussian"]
    own += [f"{ours[name]:,.1f}" for name in TABLES] + [percent(medians[name]) for name in TABLES]
    rows: list[Cells] = [[*own, f"{cost.cpu:.0f}", f"{cost.peak:,.0f}"]]
    for peer in dict.fromkeys(row.peer for row in found.rows):
        mine = [row for row in found.rows if row.peer == peer]
        used = found.costs[peer]
        for release in (BEST_FOR_DISTRICTS, BEST_TOGETHER, ALONE):
            by = {row.table: row for row in mine if row.request.name == _title(release, row.table)}
            rows.append([*_release(peer, release, by), f"{used.cpu:.0f}", f"{used.peak:,.0f}"])
    lines = table([*columns, "CPU s", "MB"], rows)
    lines += [""] + [f"- {title} could not be asked: {why}" for title, why in found.missing.items()]
    return lines if found.missing else [*lines, "Every peer could be installed and asked."]


def _title(release: str, table: str) -> str:
    """A request's name: that of tables alone ends with the table."""
    return f"{release} {table}" if release == ALONE else release


def _release(peer: str, release: str, by: Mapping[str, Row]) -> list[object]:
    asked = dict.fromkeys(f"{by[name].request.bound} {by[name].request.noise}" for name in TABLES)
    title = "each table alone, with all of epsilon" if release == ALONE else release
    errors = [f"{by[name].raw:,.1f} / {by[name].processed:,.1f}" for name in TABLES]
    medians = [f"{percent(by[name].median_raw)} / {percent(by[name].median_processed)}" for name in TABLES]
    return [peer, title, ", ".join(asked), *errors, *medians]
