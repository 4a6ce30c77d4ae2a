"""A release's manifest: public facts of the draw go in, the document that gets signed comes out."""

from __future__ import annotations

import hmac
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from ingest.seasons import Season
from privacy.budget import PrivacyLoss
from privacy.ledger import Reservation
from privacy.mechanisms import MECHANISM, OPENDP_VERSION, epsilon, raw_margin
from privacy.policy import DELTAS, LIFETIMES, UNPROTECTED, Policy
from privacy.release import Release
from privacy.workload import Publication, TableFacts

LAW = "P(x) proportional to exp(-x^2 / (2 scale^2)) on the whole numbers, drawn for each cell on its own"
RHO = "cells_per_unit * size_per_cell^2 / (2 scale^2), added up over the tables that read the season"


@dataclass(frozen=True, slots=True)
class Code:
    """Which code drew: its version, its commit where that is known, and the SHA-256 of its source files."""

    version: str
    commit: str
    sources: str


def salted_digest(salt: bytes, parts: Sequence[str]) -> str:
    """HMAC-SHA-256 of the snapshots' digests under a season's salt: binds the input, reveals nothing."""
    return hmac.digest(salt, b"foyer input snapshot\n" + "\n".join(parts).encode(), "sha256").hex()


def build_manifest(
    release: Release,
    publication: Publication,
    reservation: Reservation,
    policy: Policy,
    *,
    now: datetime,
    code: Code,
) -> dict[str, Any]:
    """Everything needed to check the loss by hand: bounds, scales, charges and where the account says so."""
    return {
        "id": publication.key,
        "workload": publication.workload,
        "season": publication.season.label,
        "edition": publication.edition,
        "publication_digest": publication.digest,
        **_corrects(publication),
        "unit": policy.unit,
        "bounds": asdict(policy.bounds),
        "mechanism": MECHANISM,
        "noise": LAW,
        "rho": RHO,
        "deltas": list(DELTAS),
        "tables": [_table(fact) for fact in release.facts],
        "losses": [_loss(c.season, c.purpose.value, c.loss) for c in release.charges],
        "input_digest": publication.input_digest,
        "keyset_digest": publication.keyset_digest,
        "regions_digest": publication.regions_digest,
        "policy": {"version": policy.version, "digest": policy.digest},
        "ledger": {
            "reservation": reservation.id,
            "entries": list(reservation.entries),
            "head": reservation.hash,
        },
        "code": asdict(code),
        "opendp_version": OPENDP_VERSION,
        "unprotected_quantities": list(UNPROTECTED),
        "date": now.astimezone(UTC).isoformat(timespec="seconds"),
    }


def _corrects(publication: Publication) -> dict[str, Any]:
    """For which venue which edition is corrected; nothing in a first edition."""
    if not publication.corrects:
        return {}
    return {"corrects": {"venue": publication.corrects, "release": publication.before}}


def epsilons(loss: PrivacyLoss) -> dict[str, float]:
    """Epsilon at each delta that we state, to six decimals, rounded up: never told smaller than it is."""
    return {f"{delta:.0e}".replace("e-0", "e-"): _up(epsilon(loss, delta)) for delta in DELTAS}


def _up(value: float) -> float:
    return math.ceil(value * 1e6) / 1e6


def lifetime(loss: PrivacyLoss) -> dict[str, dict[str, float]]:
    """Epsilon for someone who is there in each of so many seasons, all charged like this one."""
    return {str(n): epsilons(PrivacyLoss(loss.nano_rho * n)) for n in LIFETIMES}


def _loss(season: Season, purpose: str, loss: PrivacyLoss) -> dict[str, Any]:
    return {
        "season": season.label,
        "purpose": purpose,
        "nano_rho": loss.nano_rho,
        "epsilon": epsilons(loss),
        "epsilon_over_seasons": lifetime(loss),
    }


def _table(fact: TableFacts) -> dict[str, Any]:
    return {
        "name": fact.name,
        "measure": fact.measure,
        "level": fact.level,
        "scale": fact.scale,
        "margin95": raw_margin(fact.scale),
        "cells": fact.keyset.size,
        "keyset_digest": fact.keyset.digest,
        "per_season": [
            {
                "season": season.label,
                "cells_per_unit": bound.cells,
                "size_per_cell": bound.size,
                "l2": bound.l2,
                "rho_nano": fact.losses[season].nano_rho,
            }
            for season, bound in sorted(fact.bounds.items())
        ],
        **_kept(fact),
    }


def _kept(fact: TableFacts) -> dict[str, Any]:
    """In a correction: whose integers stand as drawn before, by the scale of their noise."""
    if not fact.kept:
        return {}
    scales = sorted(set(fact.kept.values()))
    by_scale = {s: sorted(venue for venue, own in fact.kept.items() if own == s) for s in scales}
    return {
        "kept": [
            {"scale": scale, "margin95": raw_margin(scale), "venues": venues}
            for scale, venues in by_scale.items()
        ]
    }
