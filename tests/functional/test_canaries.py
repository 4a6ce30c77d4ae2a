"""Canaries over HTTP: extracts are uploaded, a season is published, all accounts read, and coins are guessed.

Each of 1,800 bookers alone in an area, and of 100 with 24 places, was there or not by a coin. Correct code is
accused here less often than once in a million runs: every limit lies five standard errors beyond what the
claimed loss allows, or further. Beside each attack stands the same attack on exact counts, which succeeds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from scipy.stats import norm, rankdata

from aggregation.geography import load_pack
from privacy.workload import districts
from tests.functional.attacked import RELEASE, Attacked, others, sales_of
from tests.functional.house import extract
from tests.privacy.audit import instruments, one_run
from tests.privacy.audit.chance import mu_of
from tests.privacy.audit.instruments import noise_of
from tests.privacy.audit.one_run import Canary

Map = Mapping[tuple[str, str], float]
ALPHA = 0.001


def noisy_map(seen: Attacked) -> Map:
    """The postcode table as read over HTTP."""
    return one_run.raw_map(seen.published().read())


def exact_map(seen: Attacked) -> Map:
    """The same from the exact counts: what an attack on a system without noise would read."""
    cells = seen.published().read()
    numbers = [seen.exact[c].number if c in seen.exact else None for c in cells["cell_id"].to_pylist()]
    at = cells.schema.get_field_index("noisy")
    return one_run.raw_map(cells.set_column(at, "noisy", pa.array(numbers, pa.int64())))


def test_A_1_noise_read_over_http_is_the_stated_law(seen: Attacked) -> None:
    """At 1e-7. More than 2,000 cells: what two venues read of their own is enough."""
    published = seen.published()
    assert len(noise_of(published, seen.exact).noise) > 20_000
    assert instruments.calibration(published, seen.exact, 1e-7) == []


def test_A_3_one_run_proves_no_more_than_is_claimed(seen: Attacked) -> None:
    """600 guesses of canaries in one cell, 100 of canaries in 24."""
    for canaries, guesses in ((seen.alone, 600), (seen.everywhere, 100)):
        found = one_run.guess(canaries, noisy_map(seen), guesses, ALPHA)
        assert found.epsilon <= seen.claimed_epsilon()


def test_A_3_the_same_guesses_on_exact_counts_prove_more(seen: Attacked) -> None:
    found = one_run.guess(seen.alone, exact_map(seen), 600, ALPHA)
    assert found.right == 600
    assert found.epsilon > seen.claimed_epsilon()


def membership(seen: Attacked, told: Map) -> tuple[float, float]:
    """Area under the curve, and hits where one in a hundred who were not there is accused."""
    scores = np.array([told[canary.places[0]] for canary in seen.alone])
    there = np.array([canary.present for canary in seen.alone])
    ranks, n = rankdata(scores), int(there.sum())
    area = (ranks[there].sum() - n * (n + 1) / 2) / (n * (len(there) - n))
    accused = scores > np.quantile(scores[~there], 0.99)
    return float(area), float(accused[there].mean())


def test_T_05_membership_is_told_no_better_than_the_claim_allows(seen: Attacked) -> None:
    """1,800 likelihood-ratio trials: the area in which a person was alone, as their own venue reads it."""
    area, hits = membership(seen, noisy_map(seen))
    mu = mu_of(seen.published().losses[max(seen.published().losses)])
    n = len(seen.alone) / 2
    assert area <= norm.cdf(mu / math.sqrt(2)) + 5 / math.sqrt(6 * n)
    most = math.exp(seen.claimed_epsilon()) * 0.01
    # The threshold itself is estimated from as many who were not there.
    assert hits <= most + 5 * math.sqrt(2 * most / n)


def test_T_05_membership_shows_where_there_is_no_noise(seen: Attacked) -> None:
    area, _ = membership(seen, exact_map(seen))
    assert area > 0.99


def reconstruct(seen: Attacked, told: Mapping[str, float]) -> float:
    """Solve for who of the canaries was there, from all raw integers of the map; the share that is right.

    The attacker knows everybody else, and the venue's every total: areas, districts, regions and core.
    """
    areas = {area.code: area.region for area in load_pack("NL").areas}
    district = dict(zip(areas, districts(list(areas), areas), strict=True))
    right = 0
    for venue in sorted({canary.places[0][0] for canary in seen.alone}):
        mine = [canary for canary in seen.alone if canary.places[0][0] == venue]
        rows, values = [], []
        for cell in _cells_of(seen, venue, mine, district, areas):
            touched = np.array([_counts(cell, canary, district, areas) for canary in mine], dtype=float)
            others = seen.exact[cell].number - sum(t for t, c in zip(touched, mine, strict=True) if c.present)
            scale = _scale(seen, cell)
            rows.append(touched / scale)
            values.append((told[cell] - others) / scale)
        bits = np.linalg.lstsq(np.array(rows), np.array(values), rcond=None)[0] > 0.5
        right += sum(bool(bit) == canary.present for bit, canary in zip(bits, mine, strict=True))
    return right / len(seen.alone)


def _cells_of(
    seen: Attacked, venue: str, mine: list[Canary], district: Mapping[str, str], region: Mapping[str, str]
) -> list[str]:
    places = {canary.places[0][1] for canary in mine}
    wanted = {f"reach_by_area_first/{venue}/{area}" for area in places}
    wanted |= {f"reach_by_area/{venue}/district:{district[area]}" for area in places}
    wanted |= {f"reach_by_area/{venue}/region:{region[area]}" for area in places}
    wanted.add(f"reach/{venue}/core")
    return sorted(cell for cell in wanted if cell in seen.exact)


def _counts(cell: str, canary: Canary, district: Mapping[str, str], region: Mapping[str, str]) -> bool:
    label, area = cell.rpartition("/")[2], canary.places[0][1]
    return label in {"core", area, f"district:{district[area]}", f"region:{region[area]}"}


def _scale(seen: Attacked, cell: str) -> float:
    level = {"core": "core"}.get(cell.rpartition("/")[2], cell.rpartition("/")[2].partition(":")[0])
    name = f"reach_by_area@{level}" if level in {"core", "district", "region"} else "reach_by_area_first"
    return float(next(t["scale"] for t in seen.manifest["tables"] if t["name"] == name))


def test_T_03_people_cannot_be_reconstructed(seen: Attacked) -> None:
    """Least squares over everything read: hardly better than a coin, as the claimed loss foretells."""
    told = {cell: float(seen.union[cell]["noisy"]) for cell in seen.exact}
    mu = mu_of(seen.published().losses[max(seen.published().losses)])
    most = norm.cdf(mu / 2) + 5 * math.sqrt(0.25 / len(seen.alone))
    assert most < math.exp(1) / (1 + math.exp(1))
    assert reconstruct(seen, told) <= most


def test_T_03_the_same_attack_on_exact_counts_finds_them(seen: Attacked) -> None:
    assert reconstruct(seen, {cell: float(one.number) for cell, one in seen.exact.items()}) > 0.99


def what_is_read(seen: Attacked) -> list[str]:
    """The account, and a page of what several accounts read with the header that says whether it changed."""
    found = [seen.app.guest().get("/api/v1/ledger").text]
    for account in ("manager@brug.example", "manager@dok.example", "els@net.example"):
        answer = seen.app.guest(account).get(f"/api/v1/releases/{RELEASE}/cells?limit=2000")
        found += [answer.headers["etag"], answer.text]
    return found


def test_T_06_A_5_one_buyer_fewer_sent_again_gives_no_new_number_without_a_charge(seen: Attacked) -> None:
    """The season can be proposed no second time; what everyone reads stays as it was, and so the account.

    This stands last: it changes the data of the network that the other tests read.
    """
    before = what_is_read(seen)
    gone = next(canary for canary in seen.alone if canary.present and canary.places[0][0] == "dok")
    kept = [*seen.everywhere, *(canary for canary in seen.alone if canary is not gone)]
    office = seen.app.guest("box_office@dok.example")
    body = extract(seen.app.runtime, "dok", [*others("dok"), *sales_of(kept, "dok")])
    sent = office.post("/api/v1/extracts", content=body)
    assert sent.status_code == 201
    if sent.json()["status"] == "needs_confirmation":
        assert office.post(f"/api/v1/extracts/{sent.json()['id']}/confirm").status_code == 200
    again = seen.app.guest("els@net.example").post("/api/v1/releases", json={"season": "2025-26"})
    assert again.status_code == 409
    assert what_is_read(seen) == before
