"""The recipe: bounded exact tables go in, a paid-for, signed, stored release comes out.

Reserve, sign, draw, store, finalise. A crash between the reservation and the draw costs the reservation;
a later one costs nothing: the same integers become the release, the same bytes are finalised. Nothing is ever
drawn twice for one charge, nothing is drawn that no checkpoint counts, and nothing is visible that the
account does not name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Engine

from privacy import kept_draws, ledger
from privacy.checkpoints import Checkpoints
from privacy.corrections import plan_correction
from privacy.estimate import estimate_cells
from privacy.fitting import NoisyTable
from privacy.kept_draws import Drawn
from privacy.ledger import Reservation
from privacy.manifest import Code, build_manifest
from privacy.mechanisms import draw
from privacy.nearness import NOWHERE, Nearness
from privacy.policy import POLICY, Policy
from privacy.release import Release, ReleaseDamagedError, ReleaseStore, StoredRelease
from privacy.workload import Planned, Publication, plan_release, regions_digest

if TYPE_CHECKING:
    from aggregation.counts import ExactTable

Audiences = Callable[[pa.Table], Mapping[str, pa.Table]]
Spread = Callable[[pa.Table], Mapping[str, float]]


def even_spread(_: pa.Table) -> Mapping[str, float]:
    """Nothing is known of how the network is spread over areas."""
    return {}


class NotApprovedError(Exception):
    """What would be drawn is not what two people approved; nothing was charged."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What publishing needs besides the publication: account, checkpoints, store, key, and who sees what.

    `engine` must begin SQLite transactions with BEGIN IMMEDIATE.
    """

    engine: Engine
    store: ReleaseStore
    signing_key: Ed25519PrivateKey
    audiences: Audiences
    regions: Mapping[str, str]
    code: Code
    policy: Policy = POLICY
    spread: Spread = even_spread
    near: Nearness = NOWHERE
    _: KW_ONLY
    checkpoints: Checkpoints


def protect(
    tables: Sequence[ExactTable],
    policy: Policy = POLICY,
    regions: Mapping[str, str] | None = None,
    spread: Spread = even_spread,
    near: Nearness = NOWHERE,
) -> Release:
    """Plan, draw and estimate: pure and random, no input or output beyond its arguments.

    `regions` maps areas to the region they roll up to; `spread` says how the network is spread over areas,
    as far as everyone may see it (privacy.disclosure.network_spread), `near` what the geography says of them.
    """
    planned = plan_release(tables, policy, regions or {})
    return _released(planned, _drawn(planned), regions or {}, spread, near)


def publish(
    publication: Publication,
    count: Callable[[], Sequence[ExactTable]],
    desk: Desk,
    *,
    approved: str,
    actor: str,
    now: datetime,
    beyond_plan: str = "",
    checkpoint: Callable[[str], None] = lambda _: None,
) -> StoredRelease:
    """Publish once: a repeat returns the stored bytes and costs nothing.

    `approved` is the publication's digest as two people approved it; `count` runs only when something
    must be drawn; `beyond_plan` is the approved reason for passing the plan, where there is one.
    """
    with desk.store.lock(publication.key):
        # Anew, so that a place that cannot be written shows now and not after the charge.
        desk.checkpoints.advance(desk.engine, desk.store, now, anew=True)
        with desk.engine.begin() as connection:
            state = ledger.state_of(connection, publication.key)
        if (stored := _finished(publication.key, state, desk, actor, now)) is not None:
            return stored
        _check_approved(publication, desk, approved)
        planned = _planned(publication, count(), desk)
        if (paid := _paid_before(publication, planned, desk, actor, now)) is not None:
            reservation, noisy = paid
        else:
            _rehearse(planned, desk)
            with desk.engine.begin() as connection:
                reservation = _reserve(connection, publication, planned, desk, actor, now, beyond_plan)
            checkpoint("reserved")
            desk.checkpoints.advance(desk.engine, desk.store, now)
            checkpoint("signed")
            noisy = _drawn(planned)
            kept_draws.keep(desk.store.root, reservation, noisy)
        checkpoint("drawn")
        release = _released(planned, noisy, desk.regions, desk.spread, desk.near)
        manifest = build_manifest(release, publication, reservation, desk.policy, now=now, code=desk.code)
        files = desk.audiences(release.cells)
        stored = desk.store.write(publication.key, release.cells, files, manifest, desk.signing_key)
        checkpoint("stored")
        _finalise(stored, reservation, desk, actor, now)
        checkpoint("finalised")
        desk.checkpoints.advance(desk.engine, desk.store, now)
        kept_draws.drop(desk.store.root, publication.key)
        return stored


def resume(publication_key: str, desk: Desk, *, actor: str, now: datetime) -> StoredRelease | None:
    """At start-up: finalise what was stored before a crash. None when nothing of this release is stored."""
    with desk.store.lock(publication_key):
        with desk.engine.begin() as connection:
            state = ledger.state_of(connection, publication_key)
        return _finished(publication_key, state, desk, actor, now)


def visible(connection: Connection, store: ReleaseStore) -> tuple[StoredRelease, ...]:
    """The releases that may be shown: stored, finalised, with the very manifest that the account names."""
    shown = []
    for release_id in store.ids():
        final = ledger.state_of(connection, release_id).finalised
        stored = store.open(release_id)
        if final is not None and final.digest == stored.manifest_digest:
            shown.append(stored)
    return tuple(shown)


def _check_approved(publication: Publication, desk: Desk, approved: str) -> None:
    if desk.policy.noiseless:
        raise NotApprovedError("A policy without noise is for tests and cannot be published.")
    here = (desk.policy.digest, regions_digest(desk.regions, desk.near))
    if (publication.policy_digest, publication.regions_digest) != here:
        raise NotApprovedError(
            "The policy or the geography changed since this was proposed. Propose it again."
        )
    if approved != publication.digest:
        raise NotApprovedError("The data, cells or policy changed since this was approved. Propose it again.")


def _planned(publication: Publication, tables: Sequence[ExactTable], desk: Desk) -> Planned:
    """What is drawn: all of it, or what a correction draws anew of the edition before."""
    planned = plan_release(tables, desk.policy, desk.regions)
    if not publication.corrects:
        return planned
    with desk.engine.begin() as connection:
        final = ledger.state_of(connection, publication.before).finalised
    before = desk.store.open(publication.before) if desk.store.exists(publication.before) else None
    if before is None or final is None or final.digest != before.manifest_digest:
        raise NotApprovedError("There is no finished edition to correct.")
    if problems := before.verify(desk.signing_key.public_key()):
        raise ReleaseDamagedError(f"Release {before.id}: {'; '.join(problems)}. Restore it from a backup.")
    return plan_correction(planned, publication.corrects, before.cells(), before.manifest, desk.policy)


def _paid_before(
    publication: Publication, planned: Planned, desk: Desk, actor: str, now: datetime
) -> tuple[Reservation, Drawn] | None:
    """What an earlier run drew for the very same publication; without it, its reservation is forfeited."""
    with desk.engine.begin() as connection:
        reserved = ledger.state_of(connection, publication.key).reserved
    if reserved is None:
        return None
    sizes = {name: len(table.counts) for name, table in planned.draws.items()}
    noisy = kept_draws.kept(desk.store.root, reserved, sizes)
    if noisy is not None and reserved.digest == publication.digest:
        return reserved, noisy
    with desk.engine.begin() as connection:
        ledger.forfeit(
            connection, reserved, actor=actor, at=now, reason="stopped before the release was stored"
        )
    kept_draws.drop(desk.store.root, publication.key)
    return None


def _finished(
    key: str, state: ledger.PublicationState, desk: Desk, actor: str, now: datetime
) -> StoredRelease | None:
    if not desk.store.exists(key):
        if state.finalised is not None:
            raise ReleaseDamagedError(
                f"Release {key} is in the account but not in the store. Restore it from a backup."
            )
        return None
    stored = desk.store.open(key)
    if problems := stored.verify(desk.signing_key.public_key()):
        raise ReleaseDamagedError(f"Release {key}: {'; '.join(problems)}. Restore it from a backup.")
    if state.finalised is not None:
        if state.finalised.digest != stored.manifest_digest:
            raise ReleaseDamagedError(f"Release {key} is not the one that the account names. Restore it.")
        return stored
    if state.reserved is None or state.reserved.id != stored.manifest["ledger"]["reservation"]:
        raise ReleaseDamagedError(
            f"Release {key} was stored without a reservation in the account. It stays hidden."
        )
    _finalise(stored, state.reserved, desk, actor, now)
    desk.checkpoints.advance(desk.engine, desk.store, now)
    return stored


def _rehearse(planned: Planned, desk: Desk) -> None:
    """Take zeros through all that follows, so that a fault there shows before anything is charged."""
    zeros = {name: np.zeros_like(table.counts) for name, table in planned.draws.items()}
    desk.audiences(_cells(planned, zeros, desk.regions, desk.spread, desk.near))


def _reserve(
    connection: Connection,
    publication: Publication,
    planned: Planned,
    desk: Desk,
    actor: str,
    now: datetime,
    beyond_plan: str,
) -> Reservation:
    if planned.season != publication.season:
        raise NotApprovedError("The counted tables are of another season than the one approved.")
    return ledger.reserve(
        connection,
        publication=publication.key,
        digest=publication.digest,
        charges=planned.charges,
        budget=desk.policy.budget,
        actor=actor,
        at=now,
        beyond_plan=beyond_plan,
    )


def _drawn(planned: Planned) -> Drawn:
    charged = {charge.season: charge.loss for charge in planned.charges}
    return draw(planned.draws, charged.get(planned.season))


def _released(
    planned: Planned, noisy: Drawn, regions: Mapping[str, str], spread: Spread, near: Nearness
) -> Release:
    cells = _cells(planned, noisy, regions, spread, near)
    return Release(planned.season, planned.facts, planned.charges, cells)


def _cells(
    planned: Planned,
    noisy: Drawn,
    regions: Mapping[str, str],
    spread: Spread,
    near: Nearness,
) -> pa.Table:
    tables = [
        NoisyTable(
            f.name, f.measure, f.level, f.keyset, planned.whole(f, noisy[f.name]), f.scale, kept=f.kept
        )
        for f in planned.facts
    ]
    # What may be seen of the network does not hang on how areas lean, so it is found with none leaning on it.
    cells = estimate_cells(tables, regions, near=near, bounds=planned.bounds)
    seen = spread(cells)
    return estimate_cells(tables, regions, seen, near, planned.bounds) if seen else cells


def _finalise(stored: StoredRelease, reservation: Reservation, desk: Desk, actor: str, now: datetime) -> None:
    with desk.engine.begin() as connection:
        ledger.finalise(connection, reservation, manifest_digest=stored.manifest_digest, actor=actor, at=now)
