"""An upload speaks for the performances it names: preview, confirmation and undo."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from ingest.receive import Receipt, confirm, undo
from ingest.replace import PerformanceChange, Preview, UnknownExtractError, WrongStatusError
from ingest.store import ExtractStatus, extracts, productions
from tests.unit.ingest_receive.desk import NOW, Desk, a_ticket, changed, lines, open_desk, performances

LATER = NOW + timedelta(hours=1)


def _confirm(desk: Desk, receipt: Receipt) -> ExtractStatus:
    with desk.engine.begin() as connection:
        return confirm(connection, receipt.extract_id or "", by="kees", now=LATER).status


def _undo(desk: Desk, receipt: Receipt) -> ExtractStatus:
    with desk.engine.begin() as connection:
        return undo(connection, receipt.extract_id or "", by="kees", now=LATER).status


def test_a_first_upload_counts_at_once(desk: Desk) -> None:
    receipt = desk.send(performances({"a": 12, "b": 8}))
    assert receipt.status is ExtractStatus.RECEIVED
    assert receipt.preview == Preview(2, 2, 0, 20, ())
    assert desk.current() == {"a": (receipt.extract_id, 12), "b": (receipt.extract_id, 8)}


def test_a_later_upload_replaces_only_what_it_names(desk: Desk) -> None:
    first = desk.send(performances({"a": 12, "b": 8}))
    second = desk.send(performances({"b": 9, "c": 5}))
    assert second.preview == Preview(2, 1, 8, 14, ())
    assert desk.current() == {
        "a": (first.extract_id, 12), "b": (second.extract_id, 9), "c": (second.extract_id, 5),
    }  # fmt: skip
    assert desk.states()[("b", first.extract_id or "")] == "superseded"


def test_venues_do_not_replace_each_other(desk: Desk) -> None:
    desk.send(performances({"a": 12}))
    other = desk.send(performances({"a": 2}, changed(venue="de-es")))
    assert other.preview == Preview(1, 1, 0, 2, ())
    assert sorted(desk.states().values()) == ["current", "current"]


@pytest.mark.parametrize(("after", "asks"), [(10, False), (11, False), (9, False), (8, True), (1, True)])
def test_shrinking_by_more_than_a_tenth_asks_for_a_confirmation(desk: Desk, after: int, asks: bool) -> None:
    first = desk.send(performances({"a": 10, "b": 50}))
    second = desk.send(performances({"a": after, "b": 60}))
    assert second.preview is not None
    assert second.preview.shrinks is asks
    assert second.preview.shrinking == ((PerformanceChange("a", 10, after),) if asks else ())
    assert second.status is (ExtractStatus.NEEDS_CONFIRMATION if asks else ExtractStatus.RECEIVED)
    assert desk.current()["b"][0] == (first if asks else second).extract_id


def test_refunds_shrink_a_performance(desk: Desk) -> None:
    desk.send(performances({"a": 10}))
    receipt = desk.send(performances({"a": 10}, status="refunded"))
    assert receipt.preview == Preview(1, 0, 10, 0, (PerformanceChange("a", 10, 0),))


def test_a_confirmed_extract_replaces(desk: Desk) -> None:
    first = desk.send(performances({"a": 10}))
    second = desk.send(performances({"a": 5}))
    assert desk.states() == {("a", first.extract_id): "current", ("a", second.extract_id): "proposed"}
    assert _confirm(desk, second) is ExtractStatus.RECEIVED
    assert desk.states() == {("a", first.extract_id): "superseded", ("a", second.extract_id): "current"}
    with desk.engine.connect() as connection:
        row = connection.execute(sa.select(extracts).where(extracts.c.id == second.extract_id)).one()
    assert (row.status, row.changed_by, row.changed_at, row.received_at) == ("received", "kees", LATER, NOW)


def test_a_confirmation_of_what_has_changed_meanwhile_is_asked_again(desk: Desk) -> None:
    desk.send(performances({"a": 10}))
    waiting = desk.send(performances({"a": 5}))
    between = desk.send(performances({"a": 40}))
    assert _confirm(desk, waiting) is ExtractStatus.NEEDS_CONFIRMATION
    assert desk.current() == {"a": (between.extract_id, 40)}
    with desk.engine.connect() as connection:
        shown = connection.scalars(
            sa.select(extracts.c.preview).where(extracts.c.id == waiting.extract_id)
        ).one()
    assert Preview.from_dict(shown) == Preview(1, 0, 40, 5, (PerformanceChange("a", 40, 5),))
    assert _confirm(desk, waiting) is ExtractStatus.RECEIVED
    assert desk.current() == {"a": (waiting.extract_id, 5)}


def test_undo_restores_what_was_replaced(desk: Desk) -> None:
    first = desk.send(performances({"a": 10, "b": 3}))
    second = desk.send(performances({"a": 12, "c": 4}))
    assert _undo(desk, second) is ExtractStatus.UNDONE
    assert desk.current() == {"a": (first.extract_id, 10), "b": (first.extract_id, 3)}
    assert desk.states()[("c", second.extract_id or "")] == "undone"


def test_undo_restores_nothing_of_another_venue(desk: Desk) -> None:
    header = changed(venue="de-es")
    first = desk.send(performances({"a": 10}, header))
    second = desk.send(performances({"a": 12}, header))
    desk.send(performances({"a": 10}))
    other = desk.send(performances({"a": 12}))
    _undo(desk, second)
    assert desk.states()[("a", first.extract_id or "")] == "current"
    assert desk.states()[("a", other.extract_id or "")] == "current"


def test_undo_of_an_older_extract_leaves_the_newer_one(desk: Desk) -> None:
    first = desk.send(performances({"a": 10}))
    second = desk.send(performances({"a": 12}))
    third = desk.send(performances({"a": 13}))
    _undo(desk, second)
    assert desk.current() == {"a": (third.extract_id, 13)}
    _undo(desk, third)
    assert desk.current() == {"a": (first.extract_id, 10)}
    _undo(desk, first)
    assert desk.current() == {}


def test_undo_of_a_waiting_extract_discards_it(desk: Desk) -> None:
    first = desk.send(performances({"a": 10}))
    waiting = desk.send(performances({"a": 5}))
    assert _undo(desk, waiting) is ExtractStatus.DISCARDED
    assert desk.current() == {"a": (first.extract_id, 10)}
    with pytest.raises(WrongStatusError):
        _confirm(desk, waiting)


def test_an_undone_extract_may_be_sent_again(desk: Desk) -> None:
    first = desk.send(performances({"a": 10}))
    second = desk.send(performances({"a": 12}))
    _undo(desk, second)
    again = desk.send(performances({"a": 12}))
    assert (again.extract_id, again.duplicate, again.status) == (
        second.extract_id,
        False,
        ExtractStatus.RECEIVED,
    )
    assert desk.current() == {"a": (second.extract_id, 12)}
    _undo(desk, again)
    assert desk.current() == {"a": (first.extract_id, 10)}


def test_titles_follow_what_counts(desk: Desk) -> None:
    def titles() -> dict[str, str]:
        with desk.engine.connect() as connection:
            return {row.production_ref: row.title for row in connection.execute(sa.select(productions))}

    desk.send(lines([a_ticket(1)]))
    renamed = a_ticket(1, production_title="Hamlet (NL)")
    second = desk.send(lines([renamed, a_ticket(2, production_ref="lear", performance_ref="lear:1")]))
    assert titles() == {"hamlet": "Hamlet (NL)", "lear": "Hamlet"}
    _undo(desk, second)
    assert titles() == {"hamlet": "Hamlet"}


@pytest.mark.parametrize("deed", [confirm, undo])
def test_an_unknown_extract_is_told_apart(desk: Desk, deed: Any) -> None:
    with desk.engine.begin() as connection, pytest.raises(UnknownExtractError):
        deed(connection, "0" * 12, by="a", now=NOW)


def test_an_extract_is_undone_or_confirmed_once(desk: Desk) -> None:
    receipt = desk.send(performances({"a": 10}))
    with pytest.raises(WrongStatusError):
        _confirm(desk, receipt)
    _undo(desk, receipt)
    with pytest.raises(WrongStatusError):
        _undo(desk, receipt)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_tenth_is_exact(before: int, after: int) -> None:
    assert PerformanceChange("a", before, after).shrinks is (10 * (before - after) > before)


class Uploads(RuleBasedStateMachine):
    """Any order of uploads, confirmations and undos leaves what a plain list of standing extracts says."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.desk = open_desk(Path(self.folder.name))
        # standing: the extracts that were accepted and not taken back, oldest first
        self.standing: list[tuple[str, dict[str, int]]] = []
        self.waiting: dict[str, dict[str, int]] = {}

    def teardown(self) -> None:
        self.desk.engine.dispose()
        self.folder.cleanup()

    def _expected(self) -> dict[str, tuple[str, int]]:
        return {ref: (extract, size) for extract, sizes in self.standing for ref, size in sizes.items()}

    @rule(sizes=st.dictionaries(st.sampled_from("abc"), st.integers(1, 4), min_size=1, max_size=3))
    def send(self, sizes: dict[str, int]) -> None:
        receipt = self.desk.send(performances(sizes))
        assert receipt.extract_id is not None
        if not receipt.duplicate and receipt.status is ExtractStatus.RECEIVED:
            self.standing.append((receipt.extract_id, sizes))
        elif not receipt.duplicate:
            self.waiting[receipt.extract_id] = sizes
        assert self.desk.current() == self._expected()

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        extract = data.draw(st.sampled_from(sorted(self.waiting)))
        with self.desk.engine.begin() as connection:
            status = confirm(connection, extract, by="a", now=NOW).status
        if status is ExtractStatus.RECEIVED:
            self.standing.append((extract, self.waiting.pop(extract)))
        assert self.desk.current() == self._expected()

    @precondition(lambda self: self.standing)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(self.standing) - 1))
        with self.desk.engine.begin() as connection:
            undo(connection, self.standing.pop(at)[0], by="a", now=NOW)
        assert self.desk.current() == self._expected()


TestUploads = Uploads.TestCase
TestUploads.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)
