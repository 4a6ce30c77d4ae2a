"""A correction draws anew what was announced and nothing else, and is charged whatever it finds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from scipy.stats import chi2

from aggregation.counts import ExactTable
from ingest.seasons import Season
from privacy import corrections, ledger
from privacy.budget import BudgetExhaustedError, Purpose
from privacy.corrections import NotCorrectableError, blocks
from privacy.expectation import plan_scale
from privacy.explain import explain
from privacy.policy import POLICY, at_one_venue
from privacy.publish import Desk, NotApprovedError
from privacy.release import StoredRelease
from privacy.workload import Publication
from service.verifier import verify
from tests.privacy.desk import KEY, a_desk, a_publication, publish_now, spent
from tests.privacy.small_network import SEASON, VENUES, exact_tables, keyset_of
from tests.privacy.test_verifier import rewrite

WRONG = "venue-3"
E1, E2, E3 = (f"2025-26.season.e{n}" for n in (1, 2, 3))
PUBLIC = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
IGNORED = shutil.ignore_patterns("foyer.sqlite*")
ROOT = Path(__file__).resolve().parents[2]
ALARM = 1e-6  # that a sound draw is taken for an unsound one


def of(venue: str, edition: int = 2) -> Publication:
    return replace(a_publication(edition=edition), corrects=venue)


def corrected() -> tuple[ExactTable, ...]:
    """The venue delivers twice as many of everything, and the network has what that adds."""
    return tuple(_doubled(table) for table in exact_tables())


def _doubled(table: ExactTable) -> ExactTable:
    counts = table.counts.copy()
    if table.measure in at_one_venue(POLICY.bounds):
        counts.reshape(len(VENUES), -1)[VENUES.index(WRONG)] *= 2
    else:
        counts += counts // len(VENUES)
    return replace(table, counts=counts)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A season published, and one of its venues corrected."""
    desk = a_desk(tmp_path_factory.mktemp("corrected"))
    publish_now(desk, a_publication())
    publish_now(desk, of(WRONG), count=corrected)
    return desk


def drawn(release: StoredRelease) -> pa.Table:
    cells = release.cells()
    return cells.filter(pc.is_valid(cells["noisy"]))


def integers(release: StoredRelease, mine: bool) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Those that are drawn anew for this venue, or all others."""
    cells = drawn(release)
    anew = pc.is_in(cells["venue"], value_set=pa.array([WRONG, ""]))
    numbers: np.ndarray[tuple[int], np.dtype[np.int64]] = cells.filter(anew if mine else pc.invert(anew))[
        "noisy"
    ].to_numpy()
    return numbers


def test_D_06_of_all_other_venues_every_integer_stands(desk: Desk) -> None:
    first, second = desk.store.open(E1), desk.store.open(E2)
    assert first.cells()["cell_id"] == second.cells()["cell_id"]
    assert (integers(first, mine=False) == integers(second, mine=False)).all()
    assert len(integers(first, mine=False)) > 500


def test_D_06_the_named_venue_and_what_spans_venues_is_drawn_anew_zeros_included(desk: Desk) -> None:
    """Noise of such scales falls on the same integer in one or two cells of a hundred."""
    first, second = (integers(desk.store.open(one), mine=True) for one in (E1, E2))
    assert len(first) > 200
    assert (first != second).mean() > 0.9


def test_D_06_the_earlier_edition_stays_byte_for_byte(desk: Desk) -> None:
    first = desk.store.open(E1)
    assert first.verify(KEY.public_key()) == ()
    assert "corrects" not in first.manifest
    assert desk.store.open(E2).manifest["corrects"] == {"venue": WRONG, "release": E1}


def test_D_06_a_correction_is_charged_to_the_part_for_it_in_each_season_that_it_reads(desk: Desk) -> None:
    told = desk.store.open(E2).manifest["losses"]
    expected = corrections.expected_charges(POLICY, SEASON, look_back=True)
    assert [(one["season"], one["purpose"], one["nano_rho"]) for one in told] == [
        (charge.season.label, "correction", charge.loss.nano_rho) for charge in expected
    ]
    with desk.engine.begin() as connection:
        for charge in expected:
            account = ledger.account(connection, charge.season, POLICY.budget)
            assert account.spent[Purpose.CORRECTION] == charge.loss
            assert charge.loss <= POLICY.budget.part(Purpose.CORRECTION)
    assert 0.99 < expected[0].loss.rho / POLICY.budget.part(Purpose.CORRECTION).rho <= 1


def test_D_06_it_costs_the_same_and_draws_the_same_cells_when_nothing_changed(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    publish_now(desk, a_publication())
    before = spent(desk)
    second = publish_now(desk, of(WRONG))
    assert (integers(desk.store.open(E1), mine=True) != integers(second, mine=True)).mean() > 0.9
    assert (
        spent(desk) - before == corrections.expected_charges(POLICY, SEASON, look_back=True)[0].loss.nano_rho
    )


@pytest.mark.parametrize("page", ["METHODOLOGY.md", "DECISIONS.md"])
def test_how_much_noisier_a_correction_is_stands_in_the_documents(page: str) -> None:
    """One factor for all tables: scales are rounded up to four digits."""
    ratios = [block.scale / _usual(name) for name, block in blocks(POLICY).items()]
    assert max(ratios) - min(ratios) < 0.01
    assert f"{np.median(ratios):.2f}" in (ROOT / page).read_text("utf-8")


def test_D_06_a_second_correction_keeps_the_first_ones_noise_and_needs_a_reason(desk: Desk) -> None:
    with pytest.raises(BudgetExhaustedError):
        publish_now(desk, of("venue-5", 3), count=corrected)
    third = publish_now(desk, of("venue-5", 3), count=corrected, beyond_plan="two files were wrong")
    table = next(one for one in third.manifest["tables"] if one["name"] == "visits")
    scale = {venue: part["scale"] for part in table["kept"] for venue in part["venues"]}
    assert scale[WRONG] == table["scale"] == blocks(POLICY)["visits"].scale
    assert scale["venue-1"] == _usual("visits") < table["scale"]
    assert "venue-5" not in scale
    assert (integers(desk.store.open(E2), mine=False) != integers(third, mine=False)).any()
    kept = drawn(third).filter(pc.equal(drawn(third)["venue"], WRONG))["noisy"]
    second = drawn(desk.store.open(E2))
    assert kept == second.filter(pc.equal(second["venue"], WRONG))["noisy"]


def _usual(name: str) -> float:
    return plan_scale(POLICY, next(plan for plan in POLICY.tables if plan.name == name))


def faults(folder: Path) -> str:
    return "; ".join(verify(folder, public_key=PUBLIC).problems)


def test_D_06_the_verifier_recomputes_what_a_correction_cost_and_what_stands(
    desk: Desk, tmp_path: Path
) -> None:
    """What a lying service would sign: another scale for a venue that stands, another venue as the named."""
    folder = shutil.copytree(desk.store.root.parent, tmp_path / "there", ignore=IGNORED)
    assert faults(folder) == ""
    manifest = folder / "releases" / E2 / "manifest.json"
    whole = manifest.read_bytes()

    def scale(document: dict[str, Any]) -> None:
        document["tables"][0]["kept"][0]["scale"] *= 2

    rewrite(manifest, scale)
    assert "states another scale than the noise of venue-1 was drawn with" in faults(folder)
    manifest.write_bytes(whole)
    rewrite(manifest, lambda document: document["corrects"].update(venue="venue-5"))
    assert "of another venue than the named one an integer was drawn anew" in faults(folder)
    assert "what two people approved is not what its digests make" in faults(folder)
    manifest.write_bytes(whole)
    rewrite(manifest, lambda document: document["corrects"].update(release="2024-25.season.e1"))
    assert "the edition that it corrects cannot be read" in faults(folder)


def test_A_1_noise_of_a_correction_is_what_its_manifest_says(tmp_path: Path) -> None:
    """Every integer drawn anew, with the truth known: its squares add up as the stated scales say."""
    desk = a_desk(tmp_path)
    publish_now(desk, a_publication())
    second = publish_now(desk, of(WRONG), count=corrected)
    scales = {table["name"]: table["scale"] for table in second.manifest["tables"]}
    squares = [z**2 for z in _standardised(second.cells(), corrected(), scales)]
    total, cells = sum(squares), len(squares)
    assert cells > 200
    assert chi2.ppf(ALARM / 2, cells) < total < chi2.ppf(1 - ALARM / 2, cells)


def _standardised(cells: pa.Table, tables: Sequence[ExactTable], scales: dict[str, float]) -> Iterator[float]:
    for table in tables:
        here = pc.and_(pc.equal(cells["measure"], table.measure), pc.equal(cells["level"], "cell"))
        found = cells.filter(pc.and_(here, pc.is_valid(cells["noisy"])))
        if not found.num_rows:
            continue
        assert found.num_rows == keyset_of(table.measure).size
        for row, exact in zip(found.to_pylist(), table.counts.tolist(), strict=True):
            if row["venue"] in (WRONG, ""):
                yield (row["noisy"] - exact) / scales[table.measure]


def test_a_corrected_venue_is_told_with_its_own_margin_and_the_others_with_theirs(desk: Desk) -> None:
    first, second = desk.store.open(E1).cells(), desk.store.open(E2).cells()

    def sigma(cells: pa.Table, venue: str) -> float:
        row = cells.filter(pc.equal(cells["cell_id"], f"visits/{venue}")).to_pylist()[0]
        return float(row["sigma"])

    assert sigma(second, WRONG) == pytest.approx(blocks(POLICY)["visits"].scale)
    assert sigma(second, "venue-1") == sigma(first, "venue-1") == pytest.approx(_usual("visits"))
    twice = second.filter(pc.equal(second["cell_id"], f"reach/{WRONG}"))["estimate"][0].as_py()
    once = first.filter(pc.equal(first["cell_id"], f"reach/{WRONG}"))["estimate"][0].as_py()
    assert twice == pytest.approx(2 * once, rel=0.25)


@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_the_account_of_a_correction_says_what_it_was_and_what_stands(desk: Desk, language: str) -> None:
    """The finest margin told is that of figures that stand, as in the first edition."""
    first, second = (explain(desk.store.open(one).manifest, language) for one in (E1, E2))
    least = min(table["margin95"] for table in desk.store.open(E1).manifest["tables"])
    new = [paragraph for paragraph in second if paragraph.heading not in {one.heading for one in first}]
    assert E1 in new[0].text
    assert WRONG in new[0].text
    assert all(f" {least} " in one[2].text for one in (first, second))


def test_nothing_is_charged_for_a_correction_of_what_is_not_there(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    with pytest.raises(NotApprovedError, match="no finished edition"):
        publish_now(desk, of(WRONG))
    publish_now(desk, a_publication())
    before = spent(desk)
    with pytest.raises(NotCorrectableError, match="venue-9"):
        publish_now(desk, of("venue-9"))
    fewer = tuple(table for table in exact_tables() if table.measure != "crossover")
    with pytest.raises(NotCorrectableError, match="crossover"):
        publish_now(desk, of(WRONG), count=lambda: fewer)
    assert spent(desk) == before
    assert spent(desk, Season(2024)) > 0


def test_what_is_approved_is_a_correction_of_this_venue_and_of_no_other() -> None:
    assert len({of(WRONG).digest, of("venue-5").digest, a_publication(edition=2).digest}) == 3
