"""The account is exact, append-only and safe when many write at once."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from ingest.seasons import Season
from privacy import ledger
from privacy.budget import Budget, BudgetExhaustedError, Charge, PrivacyLoss, Purpose
from privacy.ledger import ledger_entries
from tests.privacy.desk import NOW, processes, sqlite_engine

SEASON = Season(2025)
THIRDS = {Purpose.OWN: 80, Purpose.LOOK_BACK: 15, Purpose.CORRECTION: 5}
BUDGET = Budget(PrivacyLoss(1_000), PrivacyLoss(4_000), THIRDS)


def _charge(nano: int, season: Season = SEASON, purpose: Purpose = Purpose.OWN) -> Charge:
    return Charge(season, purpose, PrivacyLoss(nano))


def _reserve(connection, name, *charges, budget=BUDGET, **more):
    return ledger.reserve(
        connection,
        publication=name,
        digest="d" * 64,
        charges=charges,
        budget=budget,
        actor="ans",
        at=NOW,
        **more,
    )


@pytest.fixture
def engine(tmp_path):
    return sqlite_engine(tmp_path / "account.sqlite")


@pytest.fixture
def five_entries(engine):
    for n in range(5):
        with engine.begin() as connection:
            _reserve(connection, f"p{n}", _charge(100 + n))
    with engine.begin() as connection:
        assert ledger.verify(connection) == ()
        pin = ledger.head(connection)
    return engine, pin


def _spend_until_refused(path: Path, worker: int) -> int:
    engine = sqlite_engine(path)
    done = 0
    for n in range(40):
        try:
            with engine.begin() as connection:
                _reserve(connection, f"w{worker}-{n}", _charge(10))
        except BudgetExhaustedError:
            return done
        done += 10
    return done


def test_R_4_eight_processes_at_once_spend_exactly_the_cap(tmp_path):
    path = tmp_path / "account.sqlite"
    engine = sqlite_engine(path)
    with processes().Pool(8) as pool:
        spent = pool.starmap(_spend_until_refused, [(path, n) for n in range(8)])
    cap = BUDGET.part(Purpose.OWN).nano_rho
    assert sum(spent) == cap == 800
    with engine.begin() as connection:
        assert ledger.account(connection, SEASON, BUDGET).total.nano_rho == cap
        assert ledger.verify(connection) == ()


def chain_of(amounts: list[int]) -> list[dict]:
    """Entries as `reserve` writes them, in one go: ten thousand reservations one by one take a minute."""
    made: list[dict] = []
    previous = ledger.GENESIS
    for number, nano in enumerate(amounts, start=1):
        fields = {"kind": "reserve", "season": SEASON.start_year, "purpose": "own", "digest": "d" * 64}
        fields |= {"actor": "ans", "at": NOW.isoformat(timespec="seconds"), "reason": "", "hash": ""}
        fields |= {"publication": f"p{number}", "reservation": number, "previous_hash": previous}
        entry = ledger.Entry(number=number, nano_rho=nano, **fields)
        previous = entry.expected_hash()
        made.append(asdict(entry) | {"hash": previous})
    return made


def test_R_6_ten_thousand_entries_add_up_to_the_last_nano_rho(engine):
    """Of the sum of ten thousand, what is left is left exactly: five fit, one more does not."""
    amounts = [10**8 + n * 7919 % 1_000_003 for n in range(10_000)]
    budget = Budget(PrivacyLoss(0), PrivacyLoss(sum(amounts) + 5), THIRDS)
    with engine.begin() as connection:
        connection.execute(ledger_entries.insert(), chain_of(amounts))
        assert ledger.account(connection, SEASON, budget).total == PrivacyLoss(sum(amounts))
        assert ledger.verify(connection) == ()
        _reserve(connection, "five", _charge(5), budget=budget, beyond_plan="to the limit")
        with pytest.raises(BudgetExhaustedError, match="1 nano-rho asked, 0 left"):
            _reserve(connection, "one", _charge(1), budget=budget, beyond_plan="past it")
        assert ledger.verify(connection) == ()


def test_a_publication_that_reads_two_seasons_is_charged_in_both_or_in_neither(engine):
    with pytest.raises(BudgetExhaustedError), engine.begin() as connection:
        _reserve(connection, "p", _charge(500), _charge(151, SEASON.previous, Purpose.LOOK_BACK))
    with engine.begin() as connection:
        assert ledger.account(connection, SEASON, BUDGET).total == PrivacyLoss(0)
        _reserve(connection, "p", _charge(500), _charge(150, SEASON.previous, Purpose.LOOK_BACK))
        assert ledger.account(connection, SEASON, BUDGET).total == PrivacyLoss(500)
        assert ledger.account(connection, SEASON.previous, BUDGET).total == PrivacyLoss(150)
        assert ledger.seasons(connection) == (SEASON.previous, SEASON)


def test_beyond_the_plan_needs_a_reason_and_never_passes_the_limit(engine):
    with engine.begin() as connection:
        _reserve(connection, "a", _charge(800))
    with (
        pytest.raises(BudgetExhaustedError, match="800 nano-rho asked, 0 left"),
        engine.begin() as connection,
    ):
        _reserve(connection, "b", _charge(800))
    with engine.begin() as connection:
        _reserve(connection, "b", _charge(3_200), beyond_plan="the first draw was lost in a crash")
    with pytest.raises(BudgetExhaustedError), engine.begin() as connection:
        _reserve(connection, "c", _charge(1), beyond_plan="once more")


def test_a_forfeited_reservation_stays_spent(engine):
    with engine.begin() as connection:
        reservation = _reserve(connection, "p", _charge(700))
        ledger.forfeit(connection, reservation, actor="ans", at=NOW, reason="crash")
        assert ledger.account(connection, SEASON, BUDGET).total == PrivacyLoss(700)
        assert ledger.state_of(connection, "p") == ledger.PublicationState(None, None)


def test_an_account_tells_what_is_left_of_plan_and_limit(engine):
    with engine.begin() as connection:
        _reserve(connection, "a", _charge(800))
        account = ledger.account(connection, SEASON, BUDGET)
        assert (account.left_in_plan, account.left_to_limit) == (PrivacyLoss(200), PrivacyLoss(3_200))
        _reserve(connection, "b", _charge(1_000), beyond_plan="a correction")
        account = ledger.account(connection, SEASON, BUDGET)
        assert (account.left_in_plan, account.left_to_limit) == (PrivacyLoss(0), PrivacyLoss(2_200))


def test_a_reservation_is_closed_once(engine):
    with engine.begin() as connection:
        reservation = _reserve(connection, "p", _charge(700))
        final = ledger.finalise(connection, reservation, manifest_digest="e" * 64, actor="ans", at=NOW)
        assert final.digest == "e" * 64
        with pytest.raises(ValueError, match="closed already"):
            ledger.forfeit(connection, reservation, actor="ans", at=NOW, reason="oops")


def test_a_season_is_charged_once_in_a_reservation(engine):
    with engine.begin() as connection, pytest.raises(ValueError, match="once"):
        _reserve(connection, "p", _charge(1), _charge(2))


def test_R_10_verify_names_an_edited_entry(five_entries):
    engine, _ = five_entries
    with engine.begin() as connection:
        connection.execute(update(ledger_entries).where(ledger_entries.c.number == 3).values(nano_rho=1))
        assert [(f.number, f.problem) for f in ledger.verify(connection)] == [
            (3, "was changed after it was written")
        ]


def test_verify_notices_an_edit_whose_own_hash_was_made_right_again(five_entries):
    engine, _ = five_entries
    with engine.begin() as connection:
        connection.execute(update(ledger_entries).where(ledger_entries.c.number == 3).values(nano_rho=1))
        forged = next(ledger.entries(connection, after=2, limit=1)).expected_hash()
        connection.execute(update(ledger_entries).where(ledger_entries.c.number == 3).values(hash=forged))
        assert 4 in {fault.number for fault in ledger.verify(connection)}


@pytest.mark.parametrize("gone", [1, 3])
def test_verify_notices_a_deleted_entry(five_entries, gone):
    engine, _ = five_entries
    with engine.begin() as connection:
        connection.execute(delete(ledger_entries).where(ledger_entries.c.number == gone))
        assert {fault.number for fault in ledger.verify(connection)} >= {gone + 1}


def test_verify_notices_entries_put_in_another_order(five_entries):
    engine, _ = five_entries
    with engine.begin() as connection:
        for number, place in ((2, 99), (3, 2), (99, 3)):
            connection.execute(
                update(ledger_entries).where(ledger_entries.c.number == number).values(number=place)
            )
        assert {fault.number for fault in ledger.verify(connection)} >= {2, 3}


def test_S_14_a_cut_off_end_is_noticed_by_the_pin_kept_elsewhere(five_entries):
    engine, pin = five_entries
    with engine.begin() as connection:
        connection.execute(delete(ledger_entries).where(ledger_entries.c.number >= 4))
        assert ledger.verify(connection) == ()
        assert [fault.number for fault in ledger.verify(connection, [pin])] == [pin.number]


def test_two_writers_cannot_both_follow_the_same_entry(engine):
    """Without BEGIN IMMEDIATE too: the link to the entry before is unique."""
    with engine.begin() as connection:
        _reserve(connection, "p", _charge(1))
        entry = next(ledger.entries(connection))
        duplicate = {c.name: getattr(entry, c.name) for c in ledger_entries.columns}
        with pytest.raises(Exception, match="UNIQUE"):
            connection.execute(ledger_entries.insert().values(duplicate | {"number": 2, "hash": "f" * 64}))
