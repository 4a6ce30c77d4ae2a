"""Publishing: once, paid first, and whole after a crash at any of its points."""

from __future__ import annotations

import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from privacy import ledger
from privacy.budget import BudgetExhaustedError
from privacy.checkpoints import LedgerBehindError
from privacy.mechanisms import draw
from privacy.policy import POLICY
from privacy.publish import NotApprovedError, resume, visible
from privacy.release import ReleaseDamagedError
from privacy.workload import plan_release
from tests.privacy.desk import KEY, NOW, a_desk, a_publication, kinds, processes, publish_now, spent
from tests.privacy.small_network import REGIONS, SEASON, exact_tables

COST = plan_release(exact_tables(), POLICY, REGIONS).charges[0].loss.nano_rho


def _bytes(stored) -> dict[str, bytes]:
    return {
        p.relative_to(stored.path).as_posix(): p.read_bytes() for p in stored.path.rglob("*") if p.is_file()
    }


def test_the_same_publication_twice_gives_the_same_bytes_and_is_charged_once(tmp_path):
    desk = a_desk(tmp_path)
    first = publish_now(desk, a_publication())
    before, paid, entries = _bytes(first), spent(desk), kinds(desk)
    again = publish_now(desk, a_publication(), count=lambda: pytest.fail("nothing may be counted again"))
    assert _bytes(again) == before
    assert spent(desk) == paid == COST
    assert kinds(desk) == entries == ["reserve", "reserve", "finalise"]


def test_a_published_release_is_signed_whole_and_visible(tmp_path):
    desk = a_desk(tmp_path)
    stored = publish_now(desk, a_publication())
    assert stored.verify(KEY.public_key()) == ()
    assert stored.audiences == ("coordinator",)
    assert set(stored.audience("coordinator")["venue"].to_pylist()) == {""}
    with desk.engine.begin() as connection:
        assert [r.id for r in visible(connection, desk.store)] == ["2025-26.season.e1"]
        final = ledger.state_of(connection, stored.id).finalised
    assert final is not None
    assert final.digest == stored.manifest_digest


def test_another_edition_is_another_charge_and_needs_a_reason_beyond_the_plan(tmp_path):
    desk = a_desk(tmp_path)
    publish_now(desk, a_publication())
    with pytest.raises(BudgetExhaustedError):
        publish_now(desk, a_publication(edition=2))
    assert spent(desk) == COST
    publish_now(desk, a_publication(edition=2), beyond_plan="a venue's file was wrong")
    assert spent(desk) == 2 * COST


def test_nothing_is_charged_when_the_policy_or_the_regions_changed_since_the_proposal(tmp_path):
    desk = a_desk(tmp_path)
    for changed in ({"policy_digest": "0" * 64}, {"regions_digest": "0" * 64}):
        with pytest.raises(NotApprovedError, match="geography"):
            publish_now(desk, replace(a_publication(), **changed))
    assert kinds(desk) == []


def test_a_release_that_is_not_the_one_in_the_account_is_refused(tmp_path):
    desk, other = a_desk(tmp_path / "one"), a_desk(tmp_path / "other")
    publish_now(desk, a_publication()).path.rename(tmp_path / "kept")
    publish_now(other, a_publication()).path.rename(desk.store.path("2025-26.season.e1"))
    with pytest.raises(ReleaseDamagedError, match="not the one that the account names"):
        publish_now(desk, a_publication())
    with desk.engine.begin() as connection:
        assert visible(connection, desk.store) == ()


def test_there_is_nothing_to_resume_where_nothing_was_stored(tmp_path):
    assert resume("2025-26.season.e1", a_desk(tmp_path), actor="start-up", now=NOW) is None


def test_nothing_is_charged_for_what_was_not_approved(tmp_path):
    desk = a_desk(tmp_path)
    with pytest.raises(NotApprovedError, match="changed since this was approved"):
        publish_now(desk, a_publication(), approved="0" * 64)
    assert kinds(desk) == []


def test_tables_of_another_season_are_refused_before_anything_is_charged(tmp_path):
    desk = a_desk(tmp_path)
    with pytest.raises(NotApprovedError, match="another season"):
        publish_now(desk, a_publication(season=SEASON.previous))
    assert kinds(desk) == []


def test_a_fault_in_sorting_out_who_sees_what_shows_before_the_charge_and_without_a_count(tmp_path):
    shown = []

    def broken(cells):
        shown.append(cells["noisy"].drop_null().to_pylist())
        raise LookupError("a peer group without members")

    desk = replace(a_desk(tmp_path), audiences=broken)
    with pytest.raises(LookupError):
        publish_now(desk, a_publication())
    assert kinds(desk) == []
    assert set(shown[0]) == {0}


def test_R_4_nothing_is_drawn_before_the_charge_is_committed(tmp_path, monkeypatch):
    """Read through a second connection at the moment of the draw: what it sees has been committed."""
    desk, seen = a_desk(tmp_path), []

    def drawing(tables, allowed):
        seen.append((spent(a_desk(tmp_path)), allowed.nano_rho))
        return draw(tables, allowed)

    monkeypatch.setattr("privacy.publish.draw", drawing)
    publish_now(desk, a_publication())
    assert seen == [(COST, COST)]


def test_a_count_that_fails_costs_nothing(tmp_path):
    desk = a_desk(tmp_path)

    def broken():
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        publish_now(desk, a_publication(), count=broken)
    assert kinds(desk) == []


def _killed_at(folder: Path, point: str) -> None:
    """Publish in this process and be killed, as by the machine, at one point."""

    def kill(here: str) -> None:
        if here == point:
            os.kill(os.getpid(), signal.SIGKILL)

    publish_now(a_desk(folder), a_publication(), checkpoint=kill)


POINTS = ("reserved", "signed", "drawn", "stored", "finalised")


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """What publishers left behind that were killed with signal 9, one at each point."""
    folders = {point: tmp_path_factory.mktemp(point) for point in POINTS}
    workers = [processes().Process(target=_killed_at, args=(folders[point], point)) for point in POINTS]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(300)
    assert [worker.exitcode for worker in workers] == [-signal.SIGKILL] * len(POINTS)
    return folders


def _left_at(killed, point, tmp_path):
    """A desk on a copy of what was left."""
    shutil.copytree(killed[point], tmp_path / "left")
    return a_desk(tmp_path / "left")


@pytest.mark.parametrize("point", ["reserved", "signed"])
def test_R_4_killed_before_the_draw_the_reservation_stays_spent_and_a_new_draw_is_a_new_charge(
    killed, tmp_path, point
):
    desk = _left_at(killed, point, tmp_path)
    assert desk.store.ids() == ()
    assert spent(desk) == COST
    assert kinds(desk) == ["reserve", "reserve"]
    with pytest.raises(BudgetExhaustedError):
        publish_now(desk, a_publication())
    assert spent(desk) == COST
    publish_now(desk, a_publication(), beyond_plan="the first draw was lost in a crash")
    assert spent(desk) == 2 * COST
    assert kinds(desk) == ["reserve", "reserve", "forfeit", "reserve", "reserve", "finalise"]


def test_R_4_killed_after_the_draw_the_same_integers_are_released_for_the_one_charge(
    killed, tmp_path, monkeypatch
):
    desk = _left_at(killed, "drawn", tmp_path)
    assert desk.store.ids() == ()
    assert resume("2025-26.season.e1", desk, actor="start-up", now=NOW) is None
    left = pq.read_table(desk.store.root / ".drawn-2025-26.season.e1.parquet")
    monkeypatch.setattr("privacy.publish.draw", lambda *_: pytest.fail("drawn twice for one charge"))
    stored = publish_now(desk, a_publication())
    noisy = (
        stored.cells().filter(pc.equal(stored.cells()["measure"], "attendance_bands"))["noisy"].to_pylist()
    )
    assert noisy == left.filter(pc.equal(left["table"], "attendance_bands"))["noisy"].to_pylist()
    assert kinds(desk) == ["reserve", "reserve", "finalise"]
    assert spent(desk) == COST
    assert not list(desk.store.root.glob(".drawn-*"))


def test_R_4_a_draw_that_was_damaged_is_neither_released_nor_given_up(killed, tmp_path):
    desk = _left_at(killed, "drawn", tmp_path)
    drawn = desk.store.root / ".drawn-2025-26.season.e1.parquet"
    content = bytearray(drawn.read_bytes())
    content[len(content) // 2] ^= 1
    drawn.write_bytes(content)
    with pytest.raises(ReleaseDamagedError, match="or remove it, and its charge is lost"):
        publish_now(desk, a_publication())
    assert kinds(desk) == ["reserve", "reserve"]
    assert desk.store.ids() == ()


def test_R_4_a_draw_of_another_publication_or_reservation_is_never_released(killed, tmp_path):
    """Other data was approved since: what was drawn is forfeited, and the new draw is a new charge."""
    desk = _left_at(killed, "drawn", tmp_path)
    other = replace(a_publication(), input_digest="of other rows")
    with pytest.raises(BudgetExhaustedError):
        publish_now(desk, other)
    assert kinds(desk) == ["reserve", "reserve", "forfeit"]
    assert not list(desk.store.root.glob(".drawn-*"))
    again = _left_at(killed, "drawn", tmp_path / "again")
    drawn = again.store.root / ".drawn-2025-26.season.e1.parquet"
    table = pq.read_table(drawn)
    pq.write_table(table.replace_schema_metadata({"reservation": "of an older account"}), drawn)
    with pytest.raises(BudgetExhaustedError):
        publish_now(again, a_publication())


def test_R_4_killed_after_the_store_the_release_is_hidden_then_resumes_to_the_same_bytes(killed, tmp_path):
    desk = _left_at(killed, "stored", tmp_path)
    with desk.engine.begin() as connection:
        assert visible(connection, desk.store) == ()
    left = _bytes(desk.store.open("2025-26.season.e1"))
    stored = resume("2025-26.season.e1", desk, actor="start-up", now=NOW)
    assert stored is not None
    assert _bytes(stored) == left == _bytes(publish_now(desk, a_publication()))
    assert spent(desk) == COST
    with desk.engine.begin() as connection:
        assert len(visible(connection, desk.store)) == 1


def test_R_4_killed_after_the_end_everything_stands(killed, tmp_path):
    desk = _left_at(killed, "finalised", tmp_path)
    with desk.engine.begin() as connection:
        assert len(visible(connection, desk.store)) == 1
    assert kinds(desk) == ["reserve", "reserve", "finalise"]
    assert spent(desk) == COST


@pytest.mark.parametrize("point", POINTS)
def test_R_4_killed_anywhere_nothing_stored_lacks_its_entry_in_the_account(killed, tmp_path, point):
    desk = _left_at(killed, point, tmp_path)
    with desk.engine.begin() as connection:
        reserved = {e.number for e in ledger.entries(connection) if e.kind == "reserve"}
        assert ledger.verify(connection) == ()
    for release_id in desk.store.ids():
        assert set(desk.store.open(release_id).manifest["ledger"]["entries"]) == reserved
    assert spent(desk) == COST


def _publish_in_worker(folder: Path) -> str:
    return publish_now(a_desk(folder), a_publication()).manifest_digest


def test_two_coordinators_at_once_spend_once_and_get_the_same_release(tmp_path):
    a_desk(tmp_path)
    with processes().Pool(2) as pool:
        digests = pool.map(_publish_in_worker, [tmp_path] * 2, chunksize=1)
    assert len(set(digests)) == 1
    assert spent(a_desk(tmp_path)) == COST


def _publish_edition(folder: Path, edition: int) -> str:
    try:
        publish_now(a_desk(folder), a_publication(edition=edition))
    except BudgetExhaustedError:
        return "refused"
    return "published"


def test_R_4_eight_publications_with_budget_for_one_publish_one(tmp_path):
    a_desk(tmp_path)
    with processes().Pool(8) as pool:
        outcomes = pool.starmap(_publish_edition, [(tmp_path, n) for n in range(1, 9)], chunksize=1)
    assert sorted(outcomes) == ["published"] + ["refused"] * 7
    assert spent(a_desk(tmp_path)) == COST <= POLICY.budget.plan.nano_rho


def test_a_stored_release_that_nobody_paid_for_stays_hidden(tmp_path):
    paid, other = a_desk(tmp_path / "paid"), a_desk(tmp_path / "other")
    stored = publish_now(paid, a_publication())
    stored.path.rename(other.store.path(stored.id))
    with other.engine.begin() as connection:
        assert visible(connection, other.store) == ()
    with pytest.raises(LedgerBehindError, match=r"release 2025-26\.season\.e1 has entry 2"):
        publish_now(other, a_publication())
    with pytest.raises(ReleaseDamagedError, match="without a reservation"):
        resume(stored.id, other, actor="start-up", now=NOW)


def test_a_finalised_release_that_is_gone_is_never_drawn_again(tmp_path):
    desk = a_desk(tmp_path)
    stored = publish_now(desk, a_publication())
    stored.path.rename(tmp_path / "lost")
    with pytest.raises(ReleaseDamagedError, match="Restore it from a backup"):
        publish_now(desk, a_publication(), beyond_plan="draw again")
    assert spent(desk) == COST


def test_a_release_changed_on_disk_is_refused(tmp_path):
    desk = a_desk(tmp_path)
    stored = publish_now(desk, a_publication())
    path = stored.path / "audiences" / "coordinator.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    with pytest.raises(ReleaseDamagedError, match=r"coordinator\.parquet was changed"):
        publish_now(desk, a_publication())


def test_A_8_draws_of_the_same_data_differ_between_publications(tmp_path):
    one, two = (a_desk(tmp_path / name) for name in ("one", "two"))
    cells = [publish_now(desk, a_publication(), count=lambda: exact_tables()).cells() for desk in (one, two)]
    assert not cells[0]["noisy"].equals(cells[1]["noisy"])
    assert cells[0]["cell_id"].equals(cells[1]["cell_id"])
    assert one.regions == REGIONS
