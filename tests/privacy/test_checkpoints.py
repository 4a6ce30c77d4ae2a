"""R-7: what was spent stays spent, whatever is restored; and no noise is drawn that no checkpoint counts."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from privacy import ledger
from privacy.budget import BudgetExhaustedError
from privacy.checkpoints import FILE, Checkpoints, LedgerBehindError, LedgerRefusedError
from privacy.ledger import ledger_entries
from privacy.mechanisms import draw
from privacy.publish import Desk, visible
from privacy.signing import carries_signature
from service.verifier import verify
from tests.privacy.desk import KEY, NOW, a_desk, a_publication, kinds, processes, publish_now, spent
from tests.privacy.small_network import SEASON
from tests.privacy.test_ledger import chain_of

DATABASE = "foyer.sqlite"


def kept(folder: Path) -> dict:
    return json.loads((folder / FILE).read_bytes())


def keep_database(folder: Path, to: Path) -> Path:
    """A backup of the database, as `.backup` of SQLite makes it."""
    to.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(folder / DATABASE) as source, sqlite3.connect(to) as target:
        source.backup(target)
    source.close()
    target.close()
    return to


def restore(desk: Desk, backup: Path, folder: Path) -> Desk:
    """Put an old database back, as someone would who means well: nothing else is touched."""
    desk.engine.dispose()
    for left in folder.glob(f"{DATABASE}*"):
        left.unlink()
    shutil.copy(backup, folder / DATABASE)
    return a_desk(folder)


@pytest.fixture
def old_and_new(tmp_path: Path) -> tuple[Path, Path]:
    """A folder in which a season was published, and a backup of its database from before that."""
    folder = tmp_path / "var"
    backup = keep_database((a_desk(folder), folder)[1], tmp_path / "backup.sqlite")
    publish_now(a_desk(folder), a_publication())
    return folder, backup


# ------------------------------------------------------------------ what is signed


def test_a_checkpoint_states_size_head_and_what_each_season_has_spent(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    publish_now(desk, a_publication())
    found = kept(tmp_path)
    with desk.engine.begin() as connection:
        last = ledger.head(connection)
        totals = {s: ledger.account(connection, s, desk.policy.budget).total.nano_rho
                  for s in ledger.seasons(connection)}  # fmt: skip
        assert found["entries"] == [asdict(entry) for entry in ledger.entries(connection)]
    signed = found["checkpoint"]
    assert (signed["size"], signed["head"]) == (last.number, last.hash)
    assert signed["totals"] == {season.label: total for season, total in totals.items()}
    assert signed["at"] == NOW.isoformat(timespec="seconds")
    assert carries_signature(signed, KEY.public_key())


def test_no_noise_is_drawn_before_a_synced_checkpoint_counts_its_charge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked at in the moment of the draw: the file names the charge, and was synced after it was written."""
    seen, synced = [], []

    def drawing(*given):
        file = tmp_path / FILE
        seen.append(
            (kept(tmp_path)["checkpoint"]["totals"], (file.stat().st_ino, file.stat().st_dev) in synced)
        )
        return draw(*given)

    def syncing(descriptor: int, fsync=os.fsync) -> None:
        found = os.fstat(descriptor)
        synced.append((found.st_ino, found.st_dev))
        fsync(descriptor)

    monkeypatch.setattr("privacy.publish.draw", drawing)
    monkeypatch.setattr("os.fsync", syncing)
    desk = a_desk(tmp_path)
    publish_now(desk, a_publication())
    [(totals, on_disk)] = seen
    assert totals[SEASON.label] == spent(desk)
    assert on_disk


def test_where_no_checkpoint_can_be_written_nothing_is_charged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    desk = a_desk(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("privacy.checkpoints.os.fsync", full)
        with pytest.raises(LedgerRefusedError, match="No space left"):
            publish_now(desk, a_publication(), count=lambda: pytest.fail("nothing may be counted"))
    assert kinds(desk) == []
    assert [path.name for path in tmp_path.glob(f"*{FILE}*") if path.suffix != ".lock"] == []
    publish_now(desk, a_publication())


# ------------------------------------------------------------------ restoring


def test_R_7_an_old_database_gives_nothing_back(old_and_new: tuple[Path, Path], tmp_path: Path) -> None:
    folder, backup = old_and_new
    desk = restore(a_desk(folder), backup, folder)
    assert spent(desk) == 0
    with pytest.raises(LedgerBehindError, match=r"ends at entry 0, .*foyer ledger catch-up"):
        publish_now(desk, a_publication(), count=lambda: pytest.fail("nothing may be counted"))
    assert kinds(desk) == []


def test_R_7_an_old_database_without_its_checkpoint_is_given_away_by_a_stored_release(
    old_and_new: tuple[Path, Path],
) -> None:
    folder, backup = old_and_new
    desk = restore(a_desk(folder), backup, folder)
    (folder / FILE).unlink()
    with pytest.raises(LedgerBehindError, match=r"release 2025-26\.season\.e1 has entry 2"):
        publish_now(desk, a_publication())


def test_R_7_a_whole_folder_of_an_old_day_is_given_away_by_the_checkpoint_elsewhere(tmp_path: Path) -> None:
    """Database, checkpoint and releases all go back to the same old day; the copy elsewhere does not."""
    folder, elsewhere = tmp_path / "var", tmp_path / "elsewhere"
    elsewhere.mkdir()
    desk = a_desk(folder, elsewhere=elsewhere)
    publish_now(desk, a_publication(season=SEASON), approved=a_publication().digest)
    desk.engine.dispose()
    shutil.copytree(folder, tmp_path / "old")
    publish_now(a_desk(folder, elsewhere=elsewhere), a_publication(edition=2), beyond_plan="a second one")
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "old", folder)
    desk = a_desk(folder, elsewhere=elsewhere)
    with pytest.raises(LedgerBehindError, match="the checkpoint kept elsewhere has entry 6"):
        publish_now(desk, a_publication(edition=2), beyond_plan="once more")
    assert len(kinds(desk)) == 3


def test_R_7_catching_up_enters_what_was_signed_and_the_same_release_is_found_again(
    old_and_new: tuple[Path, Path],
) -> None:
    folder, backup = old_and_new
    before = spent(a_desk(folder))
    desk = restore(a_desk(folder), backup, folder)
    with desk.engine.begin() as connection:
        assert desk.checkpoints.catch_up(connection) == 3
        assert desk.checkpoints.catch_up(connection) == 0
        assert ledger.verify(connection) == ()
        assert [stored.id for stored in visible(connection, desk.store)] == ["2025-26.season.e1"]
    assert spent(desk) == before
    publish_now(desk, a_publication(), count=lambda: pytest.fail("nothing may be drawn again"))
    assert spent(desk) == before
    with pytest.raises(BudgetExhaustedError):
        publish_now(desk, a_publication(edition=2))


def test_R_7_two_ledgers_that_both_went_on_are_not_made_one(
    old_and_new: tuple[Path, Path], tmp_path: Path
) -> None:
    folder, backup = old_and_new
    desk = restore(a_desk(folder), backup, folder)
    other = keep_database((publish_now(a_desk(tmp_path / "o"), a_publication(edition=7)), tmp_path / "o")[1],
                          tmp_path / "other.sqlite")  # fmt: skip
    desk = restore(desk, other, folder)
    with desk.engine.begin() as connection:
        connection.execute(delete(ledger_entries).where(ledger_entries.c.number == 3))
        with pytest.raises(LedgerRefusedError, match="both went on"):
            desk.checkpoints.catch_up(connection)
    with pytest.raises(LedgerBehindError):
        publish_now(desk, a_publication())


def test_R_7_a_rewritten_ledger_of_the_same_length_is_refused(old_and_new: tuple[Path, Path]) -> None:
    """Every hash made right again after a smaller charge: only what was signed tells."""
    folder, _ = old_and_new
    desk = a_desk(folder)
    with desk.engine.begin() as connection:
        previous = ledger.GENESIS
        for entry in list(ledger.entries(connection)):
            fields = asdict(entry) | {"nano_rho": 1 if entry.nano_rho else 0, "previous_hash": previous}
            previous = fields["hash"] = ledger.Entry(**fields).expected_hash()
            here = update(ledger_entries).where(ledger_entries.c.number == entry.number)
            connection.execute(here.values(fields))
        assert ledger.verify(connection) == ()
    with pytest.raises(LedgerRefusedError, match="is not the entry that was pinned"):
        publish_now(desk, a_publication(edition=2))


HARM: dict[str, Callable[[dict], object]] = {
    "fewer entries": lambda found: found["checkpoint"].update(size=1),
    "another head": lambda found: found["checkpoint"].update(head="f" * 64),
    "smaller totals": lambda found: found["checkpoint"].update(totals={"2025/26": 1}),
    "another day": lambda found: found["checkpoint"].update(at="2031-01-01T00:00:00+00:00"),
    "no signature": lambda found: found["checkpoint"].pop("signature"),
    "an entry less": lambda found: found["entries"].pop(),
    "no checkpoint": lambda found: found.pop("checkpoint"),
}  # fmt: skip


@pytest.mark.parametrize("name", HARM)
def test_a_changed_checkpoint_is_refused_and_not_written_over(
    old_and_new: tuple[Path, Path], name: str
) -> None:
    folder, _ = old_and_new
    found = kept(folder)
    HARM[name](found)
    (folder / FILE).write_text(json.dumps(found))
    with pytest.raises(LedgerRefusedError, match="does not carry this service's signature"):
        publish_now(a_desk(folder), a_publication(edition=2))
    assert kept(folder) == found


def test_a_copy_whose_entries_were_changed_is_not_entered(old_and_new: tuple[Path, Path]) -> None:
    folder, backup = old_and_new
    desk = restore(a_desk(folder), backup, folder)
    found = kept(folder)
    found["entries"][0]["nano_rho"] = 1
    (folder / FILE).write_text(json.dumps(found))
    with desk.engine.begin() as connection, pytest.raises(LedgerRefusedError, match="was changed"):
        desk.checkpoints.catch_up(connection)
    assert kinds(desk) == []


def test_a_folder_elsewhere_that_is_not_mounted_stops_everything(tmp_path: Path) -> None:
    desk = a_desk(tmp_path / "var", elsewhere=tmp_path / "not mounted")
    with pytest.raises(LedgerRefusedError, match="Mount it"):
        publish_now(desk, a_publication())
    assert kinds(desk) == []


def test_another_services_checkpoint_does_not_do(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    desk = a_desk(tmp_path)
    publish_now(desk, a_publication())
    other = Checkpoints(tmp_path, Ed25519PrivateKey.generate())
    with desk.engine.begin() as connection, pytest.raises(LedgerRefusedError, match="this service's"):
        other.check(connection, desk.store)


def test_R_6_ten_thousand_entries_are_signed_and_caught_up_with_to_the_last_nano_rho(tmp_path: Path) -> None:
    """Sums of ten thousand charges in checkpoint, caught-up database and verifier are one number."""
    amounts = [10**8 + n * 7919 % 1_000_003 for n in range(10_000)]
    desk = a_desk(tmp_path / "var")
    backup = keep_database(tmp_path / "var", tmp_path / "backup.sqlite")
    with desk.engine.begin() as connection:
        connection.execute(ledger_entries.insert(), chain_of(amounts))
    desk.checkpoints.advance(desk.engine, desk.store, NOW)
    assert kept(tmp_path / "var")["checkpoint"]["totals"] == {SEASON.label: sum(amounts)}
    desk = restore(desk, backup, tmp_path / "var")
    with desk.engine.begin() as connection:
        assert desk.checkpoints.catch_up(connection) == 10_000
    assert spent(desk) == sum(amounts)
    report = verify(tmp_path / "var")
    assert (report.problems, report.entries, report.totals) == ([], 10_000, {SEASON.label: sum(amounts)})


# ------------------------------------------------------------------ kills and races

POINTS = {"reserved": 0, "writing": 0, "signed": 2, "drawn": 2, "stored": 2, "finalised": 2}


def _killed_at(folder: Path, point: str) -> None:
    def kill(here: str) -> None:
        if here == point:
            os.kill(os.getpid(), signal.SIGKILL)

    publish_now(a_desk(folder), a_publication(), checkpoint=kill)


def _killed_while_writing(folder: Path) -> None:
    """Die between writing the checkpoint of the charge and putting it in the old one's place."""

    def die(_: int) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def from_here(point: str) -> None:
        if point == "reserved":
            os.fsync = die

    publish_now(a_desk(folder), a_publication(), checkpoint=from_here)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What publishers left that were killed at each point, with an empty database kept beside."""
    folders = {point: tmp_path_factory.mktemp(point) for point in POINTS}
    for folder in folders.values():
        a_desk(folder).engine.dispose()
        keep_database(folder, folder / "backup" / DATABASE)
    workers = [
        processes().Process(target=_killed_while_writing, args=(folder,))
        if point == "writing"
        else processes().Process(target=_killed_at, args=(folder, point))
        for point, folder in folders.items()
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(300)
    assert [worker.exitcode for worker in workers] == [-signal.SIGKILL] * len(POINTS)
    return folders


@pytest.mark.parametrize(("point", "signed"), POINTS.items())
def test_R_7_killed_anywhere_the_checkpoint_is_never_ahead_of_the_ledger_and_start_up_signs_the_rest(
    killed: dict[str, Path], tmp_path: Path, point: str, signed: int
) -> None:
    folder = shutil.copytree(killed[point], tmp_path / "left")
    desk = a_desk(folder)
    assert len(list(folder.glob(".*.tmp"))) == (point == "writing")
    assert kept(folder)["checkpoint"]["size"] == signed <= len(kinds(desk))
    desk.checkpoints.advance(desk.engine, desk.store, NOW)
    assert kept(folder)["checkpoint"]["size"] == len(kinds(desk))
    assert not list(folder.glob("*.tmp")) + list(folder.glob(".*.tmp"))


@pytest.mark.parametrize(("point", "signed"), POINTS.items())
def test_R_7_killed_anywhere_an_old_database_takes_back_no_charge_that_noise_was_drawn_for(
    killed: dict[str, Path], tmp_path: Path, point: str, signed: int
) -> None:
    """Killed before the checkpoint, nothing was drawn, and nothing was seen. Ever after, it is refused."""
    folder = shutil.copytree(killed[point], tmp_path / "left")
    desk = restore(a_desk(folder), folder / "backup" / DATABASE, folder)
    if signed == 0:
        assert desk.store.ids() == ()
        publish_now(desk, a_publication())
        assert kinds(desk) == ["reserve", "reserve", "finalise"]
    else:
        with pytest.raises(LedgerBehindError):
            publish_now(desk, a_publication())
        assert kinds(desk) == []


def _publish_editions(folder: Path, worker: int) -> int:
    done = 0
    for edition in range(3):
        publication = a_publication(edition=10 * worker + edition + 1)
        try:
            publish_now(a_desk(folder), publication, beyond_plan="many at once")
            done += 1
        except BudgetExhaustedError:
            pass
    return done


def test_R_7_eight_publishers_at_once_leave_one_checkpoint_of_everything(tmp_path: Path) -> None:
    """A slower one never puts an older checkpoint back; the hard limit holds; and the copy is the ledger."""
    desk = a_desk(tmp_path)
    with processes().Pool(8) as pool:
        done = pool.starmap(_publish_editions, [(tmp_path, n) for n in range(8)], chunksize=1)
    limit, once = desk.policy.budget.limit.nano_rho, spent(desk) // sum(done)
    assert sum(done) == limit // once
    found = kept(tmp_path)
    with desk.engine.begin() as connection:
        assert found["entries"] == [asdict(entry) for entry in ledger.entries(connection)]
        assert ledger.verify(connection) == ()
        desk.checkpoints.check(connection, desk.store)
    assert found["checkpoint"]["totals"][SEASON.label] == spent(desk)
