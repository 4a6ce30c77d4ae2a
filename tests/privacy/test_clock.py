"""R-8: a clock that jumps gives no period twice, no charge twice and no lag below zero."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from ingest.seasons import Season
from privacy import ledger
from privacy.disclosure import lag_ends, others_may_be_seen
from privacy.publish import visible
from tests.privacy.desk import a_desk, a_publication, kinds, publish_now, spent
from tests.privacy.small_network import SEASON

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
# The hour that comes twice, the hour that is left out, a leap day, and both sides of a season's boundary.
MOMENTS = {
    "summer time ends, first": datetime(2026, 10, 25, 2, 30, tzinfo=AMSTERDAM),
    "summer time ends, again": datetime(2026, 10, 25, 2, 30, tzinfo=AMSTERDAM, fold=1),
    "summer time begins": datetime(2027, 3, 28, 2, 30, tzinfo=AMSTERDAM),
    "leap day": datetime(2028, 2, 29, 23, 59, 59, tzinfo=AMSTERDAM),
    "last moment of a season": datetime(2027, 7, 31, 23, 59, 59, tzinfo=AMSTERDAM),
    "first moment of a season": datetime(2027, 8, 1, 0, 0, tzinfo=AMSTERDAM),
}
DAYS = [date(2023, 1, 1) + timedelta(days=n) for n in range(8 * 366)]


@pytest.mark.parametrize("first", MOMENTS)
@pytest.mark.parametrize("days", [-1, 1])
def test_R_8_a_jump_of_a_day_publishes_and_charges_nothing_twice(tmp_path, first, days):
    """The second publisher's clock stands a day before or after the first one's."""
    desk, now = a_desk(tmp_path), MOMENTS[first]
    stored = publish_now(desk, a_publication(), now=now)
    paid, entries = spent(desk), kinds(desk)
    later = now + timedelta(days=days)
    again = publish_now(desk, a_publication(), now=later, count=lambda: pytest.fail("drawn again"))
    assert again.manifest_digest == stored.manifest_digest
    assert (spent(desk), kinds(desk)) == (paid, entries)


def test_R_8_entries_stand_in_the_order_in_which_they_were_made_whatever_the_clock_said(tmp_path):
    """Charges at every odd moment, the clock going to and fro: chain, checkpoint and account hold."""
    desk = a_desk(tmp_path)
    for edition, name in enumerate(sorted(MOMENTS)[:3], start=1):
        publish_now(desk, a_publication(edition=edition), now=MOMENTS[name], beyond_plan="the clock jumped")
    with desk.engine.begin() as connection:
        found = list(ledger.entries(connection))
        assert ledger.verify(connection) == ()
        assert len(visible(connection, desk.store)) == 3
        desk.checkpoints.check(connection, desk.store)
    at = [entry.at for entry in found]
    assert at != sorted(at)
    assert {entry.season for entry in found} == {SEASON.start_year, SEASON.previous.start_year}
    assert all(entry.at.endswith("+00:00") for entry in found)


def test_R_8_the_hour_that_comes_twice_is_two_moments(tmp_path):
    desk = a_desk(tmp_path)
    for edition, name in enumerate(("summer time ends, first", "summer time ends, again"), start=1):
        publish_now(
            desk, a_publication(edition=edition), now=MOMENTS[name], beyond_plan="the hour came twice"
        )
    with desk.engine.begin() as connection:
        moments = {entry.at for entry in ledger.entries(connection)}
    assert moments == {"2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00+00:00"}


def test_R_8_a_moment_without_a_zone_is_not_guessed(tmp_path):
    desk = a_desk(tmp_path)
    with pytest.raises(ValueError, match="zone"):
        publish_now(desk, a_publication(), now=datetime(2026, 11, 1))
    assert kinds(desk) == []


def test_R_8_every_day_belongs_to_exactly_one_season():
    """Eight years with two leap days: seasons follow each other without a gap and without an overlap."""
    for day, after in pairwise(DAYS):
        season, following = Season.of(day), Season.of(after)
        assert season.first_day <= day <= season.last_day
        assert following in (season, Season(season.start_year + 1))
        assert (season != following) == (after == following.first_day)


def test_R_8_a_lag_is_never_negative_and_never_runs_backwards():
    """Three months after any day, ends of months included; a clock that falls back shows nothing earlier."""
    ends = [lag_ends(day) for day in DAYS]
    assert all(
        timedelta(days=89) <= end - day <= timedelta(days=92) for end, day in zip(ends, DAYS, strict=True)
    )
    assert ends == sorted(ends)
    season = Season(2027)
    seen = [others_may_be_seen(season, day) for day in DAYS]
    assert seen == sorted(seen)
    assert DAYS[seen.index(True)] == date(2028, 10, 31)


def test_R_8_the_account_says_when_in_one_zone(tmp_path):
    desk = a_desk(tmp_path)
    stored = publish_now(desk, a_publication(), now=MOMENTS["leap day"])
    assert stored.manifest["date"] == "2028-02-29T22:59:59+00:00"
    assert datetime.fromisoformat(stored.manifest["date"]).tzinfo == UTC
