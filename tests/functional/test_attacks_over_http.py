"""Attacks by legitimate accounts over HTTP: differencing, averaging, re-publishing, pooling what all may see.

Limits that chance could cross stand at one in ten million; everything else is exact.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chi2

from aggregation.geography import load_pack
from privacy.policy import POLICY
from privacy.release import StoredRelease
from privacy.workload import districts
from service import compare
from service.app import create_app
from tests.functional.attacked import RELEASE, Attacked, all_cells
from tests.functional.house import Guest, serving

VENUE = "dok"
ALPHA = 1e-7


def test_T_01_a_filter_picks_stored_cells_and_computes_none(seen: Attacked) -> None:
    """Every filter and page gives rows of the whole list, to the last figure: no subset is counted anew."""
    guest = seen.app.guest(f"manager@{VENUE}.example")
    rows = seen.read[f"manager@{VENUE}.example"]
    whole = {row["cell_id"]: row for row in rows}
    for measure in {row["measure"] for row in rows}:
        theirs = [row for row in rows if row["measure"] == measure]
        page = guest.get(f"/api/v1/releases/{RELEASE}/cells?limit=300&measure={measure}").json()
        assert page["total"] == len(theirs)
        assert page["cells"] == theirs[:300]
    assert all_cells(guest, f"&venue={VENUE}") == rows
    few = guest.get(f"/api/v1/releases/{RELEASE}/cells?limit=7&cursor=c11&area=NL-1011&label=1011").json()
    assert [whole[row["cell_id"]] for row in few["cells"]] == few["cells"]
    assert len(few["cells"]) == 7


def nested(seen: Attacked) -> Iterator[tuple[int, float]]:
    """Each drawn whole less its drawn parts, with the variance that independent noise gives it."""
    scale = {t["name"]: t["scale"] for t in seen.manifest["tables"]}
    region = {area.code: area.region for area in load_pack("NL").areas}
    inside: dict[str, set[str]] = {}
    for area, district in zip(region, districts(list(region), region), strict=True):
        inside.setdefault(region[area], set()).add(district)
    inside |= {"unknown": {"unknown"}, "abroad": {"abroad"}}
    for venue in sorted({row["venue"] for row in seen.union.values()} - {""}):
        parts = [seen.raw(f"reach_by_area/{venue}/region:{name}") for name in inside]
        whole = seen.raw(f"reach/{venue}/core")
        yield _left(whole, parts, scale["reach_by_area@core"], scale["reach_by_area@region"])
        for name, within in inside.items():
            parts = [seen.raw(f"reach_by_area/{venue}/district:{one}") for one in within]
            whole = seen.raw(f"reach_by_area/{venue}/region:{name}")
            yield _left(whole, parts, scale["reach_by_area@region"], scale["reach_by_area@district"])


def _left(whole: int | None, parts: list[int | None], above: float, below: float) -> tuple[int, float]:
    assert whole is not None
    told = [part for part in parts if part is not None]
    assert len(told) == len(parts)
    return whole - sum(told), above**2 + len(parts) * below**2


def test_T_01_a_whole_less_its_parts_keeps_the_noise_of_both(seen: Attacked) -> None:
    """What is exactly nothing in the exact counts is told with all the noise that was paid for."""
    left = list(nested(seen))
    squares = sum(value**2 / variance for value, variance in left)
    assert len(left) >= 80
    assert chi2.ppf(ALPHA / 2, len(left)) <= squares <= chi2.isf(ALPHA / 2, len(left))


def told_everywhere(guest: Guest) -> dict[str, set[float]]:
    """The venue's reach and visits as JSON, in several orders of filters, as benchmark and as CSV."""
    found: dict[str, set[float]] = {"reach": set(), "visits": set()}
    for measure, level in (("reach", "total"), ("visits", "cell")):
        for question in (
            f"measure={measure}",
            f"venue={VENUE}&measure={measure}",
            f"measure={measure}&venue={VENUE}",
            f"measure={measure}&limit=5000&cursor=c0",
        ):
            answer = guest.get(f"/api/v1/releases/{RELEASE}/cells?{question}").json()
            found[measure] |= {
                row["estimate"] for row in answer["cells"] if row["venue"] == VENUE and row["level"] == level
            }
        for group in ("", "?group=all", "?season=2025-26", "?season=2025-26&group=all"):
            rows = guest.get(f"/api/v1/benchmarks/{VENUE}{group}").json()["comparisons"]
            found[measure] |= {row["own"]["estimate"] for row in rows if row["figure"] == measure}
    lines = guest.get(f"/download/reach/{VENUE}.csv").text.lstrip("\ufeff")
    for line in csv.reader(io.StringIO(lines), delimiter=";" if ";" in lines.splitlines()[-1] else ","):
        if line and line[0] in {"Bookers in the season", "Visits in the season"} and line[1] == "":
            found["reach" if line[0].startswith("Bookers") else "visits"].add(float(line[2]))
    return found


def forget() -> None:
    """What this process keeps in memory of releases."""
    for kept in (compare._tables, compare._cells, compare._pictures):
        kept._items.clear()


def test_A_4_T_02_T_04_one_number_however_often_and_however_it_is_asked(seen: Attacked) -> None:
    """JSON, CSV, benchmark and page, filters in any order, before and after a restart: one distinct value."""
    guest, page = seen.app.guest(f"manager@{VENUE}.example"), set()
    found = told_everywhere(guest)
    for _ in range(6):
        page.add(guest.get(f"/reach/{VENUE}").content)
        for measure, values in told_everywhere(guest).items():
            found[measure] |= values
    forget()
    again = create_app(replace(seen.app.runtime.settings, worker=False))
    with serving(again) as address:
        other = Guest(address)
        other.log_in(f"manager@{VENUE}.example")
        for measure, values in told_everywhere(other).items():
            found[measure] |= values
        page.add(other.get(f"/reach/{VENUE}").content)
        other.client.close()
    assert {measure: len(values) for measure, values in found.items()} == {"reach": 1, "visits": 1}
    assert len(page) == 1


def test_A_4_noise_drawn_on_reading_would_be_noticed(seen: Attacked, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant of the check above: a service that draws when it is asked."""
    read, drawing = StoredRelease.audience, np.random.default_rng(5)

    def reading(self: StoredRelease, who: str) -> object:
        table = read(self, who)
        at = table.schema.get_field_index("estimate")
        noise = drawing.integers(1, 100, table.num_rows)
        values = table["estimate"].to_numpy(zero_copy_only=False) + noise
        return table.set_column(at, table.schema.field(at), [values])

    monkeypatch.setattr(StoredRelease, "audience", reading)
    guest = seen.app.guest(f"manager@{VENUE}.example")
    forget()
    found = told_everywhere(guest)
    forget()
    assert any(len(found[m] | values) > 1 for m, values in told_everywhere(guest).items())
    monkeypatch.undo()
    forget()


def test_T_13_N_19_all_accounts_together_hold_one_value_per_cell_and_no_more_than_was_drawn(
    seen: Attacked,
) -> None:
    """Six venues and the coordinators pool everything: nobody's cell adds a second draw to another's."""
    figures = ("noisy", "sigma", "estimate", "low", "high")
    told: dict[str, set[tuple[object, ...]]] = {}
    for account, rows in seen.read.items():
        for row in rows:
            # A peer group's figure leaves its reader out, so it is another figure for each.
            place = f"{row['cell_id']} for {account}" if row["group"] else row["cell_id"]
            if row["status"] != "withheld":
                told.setdefault(place, set()).add(tuple(row[name] for name in figures))
    assert max(map(len, told.values())) == 1
    raw = sum(next(iter(values))[0] is not None for values in told.values())
    drawn = sum(table["cells"] for table in seen.manifest["tables"])
    assert drawn / 2 < raw <= drawn


def test_T_02_N_01_everything_shown_was_charged_once_and_within_the_plan(seen: Attacked) -> None:
    account = seen.app.guest().get("/api/v1/ledger").json()
    charged = [one for one in account["entries"] if one["kind"] == "reserve"]
    assert {(one["season"], one["purpose"]) for one in charged} == {
        (one["season"], one["purpose"]) for one in seen.manifest["losses"]
    }
    assert [one["nano_rho"] for one in charged] == [one["nano_rho"] for one in seen.manifest["losses"]]
    assert all(one["total"] <= POLICY.budget.plan.nano_rho == one["plan"] for one in account["accounts"])
    for loss in seen.manifest["losses"]:
        assert loss["epsilon"]["1e-6"] <= 1.0


def test_N_05_N_06_every_epsilon_has_its_delta_and_the_manifest_its_unit(seen: Attacked) -> None:
    """Numbers that are compared stand at the same delta, and what they protect stands beside them."""
    assert "one booker's whole season" in seen.manifest["unit"]
    told = [
        epsilons
        for loss in seen.manifest["losses"]
        for epsilons in (loss["epsilon"], *loss["epsilon_over_seasons"].values())
    ]
    assert len(told) >= 10
    assert {tuple(sorted(epsilons)) for epsilons in told} == {("1e-10", "1e-6")}


def test_N_11_the_raw_integer_stands_beside_what_is_made_of_it(seen: Attacked) -> None:
    """Cutting at nothing and leaning happen to the estimate alone."""
    drawn = [row for row in seen.union.values() if row["noisy"] is not None]
    assert len(drawn) > 20_000
    assert all(isinstance(row["noisy"], int) for row in drawn)
    assert min(row["noisy"] for row in drawn) < 0 <= min(row["estimate"] for row in drawn)
