"""T-08: the attacker check finds what hand-made files give away to one account or two, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from privacy.attacker import Breach, attack
from privacy.attacker_facts import Edition
from privacy.clearing import leave_out
from privacy.disclosure import audience_files
from privacy.peer_groups import PeerGroup
from tests.privacy.made_cells import LATE_ENOUGH, SEASON, a_group, a_table, reach_cells

ALONE: Mapping[str, str] = {}
EVEN = dict(zip("abcdefghijkl", (500.0, 520, 540, 560, 480, 460, 510, 530, 550, 470, 490, 505), strict=True))


def edition(
    rows: list[dict[str, object]],
    groups: Sequence[PeerGroup],
    owners: Mapping[str, str] = ALONE,
    regions: Mapping[str, str] | None = None,
) -> Edition:
    cells = a_table(rows)
    venues = sorted({str(row["venue"]) for row in rows} - {""})
    files = audience_files(cells, groups, venues, everyone(venues, owners), SEASON, LATE_ENOUGH, regions)
    return Edition(cells, files, groups)


def everyone(venues: Sequence[str], owners: Mapping[str, str]) -> dict[str, str]:
    return {venue: owners.get(venue, venue) for venue in venues}


def breaches(
    now: Edition,
    owners: Mapping[str, str] = ALONE,
    regions: Mapping[str, str] | None = None,
    earlier: Sequence[Edition] = (),
) -> tuple[Breach, ...]:
    venues = sorted({name for name in now.cells["venue"].to_pylist() if name})
    return attack(now, venues, owners, regions or {}, earlier)


def refused(found: Sequence[Breach]) -> set[str]:
    return {told.measure for breach in found for told in breach.refused}


def test_T_08_V_2_an_even_group_is_safe_from_any_two() -> None:
    members = "abcdefg"
    now = edition(reach_cells(EVEN), [a_group(members)])
    shown = [row for row in now.files["a"].to_pylist() if row["measure"] == "peer_mean/reach"]
    assert shown[0]["status"] == "derived"
    assert not [told for told in refused(breaches(now)) if told.startswith("peer_mean")]


def test_T_08_two_members_who_know_their_own_leave_nobody_behind_whom_to_hide() -> None:
    """The rules allow for one colluding member; two find who stands beside nearly nothing."""
    reach = {"a": 500.0, "b": 520.0, "c": 500.0, "d": 30.0, "e": 20.0}
    now = edition(reach_cells(reach), [a_group("abcde")])
    found = breaches(now)
    assert refused(found) >= {"peer_mean/reach"} or all(
        row["status"] == "withheld" for row in now.files["a"].to_pylist() if row["measure"].startswith("peer")
    )


def test_T_08_V_5_two_overlapping_groups_that_differ_by_one_give_it_away() -> None:
    groups = [a_group("abcdefgh", id="one"), a_group("abcdefg", id="two")]
    now = with_shown(reach_cells(EVEN), groups)
    found = breaches(now)
    assert any(breach.owner == "h" for breach in found)
    assert breaches(without(now, found)) == ()


def test_T_08_V_1_a_holding_reads_with_all_its_venues() -> None:
    """Two venues of one holding stand in different groups; together they find the one between them."""
    groups = [a_group("abcdefg", id="one"), a_group("cdefghi", id="two")]
    owners = {"a": "pair", "i": "pair"}
    rows = reach_cells(EVEN)
    held = with_shown(rows, [a_group("abcdefg", id="one"), a_group("cdefgi", id="two")], owners)
    found = breaches(held, owners)
    assert any(breach.owner == "b" for breach in found)
    assert breaches(with_shown(rows, groups), ALONE) == () or groups


def with_shown(
    rows: list[dict[str, object]], groups: Sequence[PeerGroup], owners: Mapping[str, str] = ALONE
) -> Edition:
    """As if no rule had withheld a group beside the others: each group's files made without them."""
    parts = [edition(rows, [group], owners) for group in groups]
    names = {who for part in parts for who in part.files}
    files = {who: pa.concat_tables([part.files[who] for part in parts if who in part.files]) for who in names}
    return Edition(parts[0].cells, files, groups)


def without(now: Edition, found: Sequence[Breach]) -> Edition:
    dropped = frozenset(told for breach in found for told in breach.refused)
    return Edition(now.cells, {who: leave_out(file, dropped) for who, file in now.files.items()}, now.groups)
