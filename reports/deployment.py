"""The entry for a registry of differential-privacy deployments: facts in; the document, field by field, out.

The fields are those of the OpenDP deployments registry (github.com/opendp/deployments-registry-data), tier 3.
Every number comes from the policy, the manifests or the ledger; the sentences around them say what the code
does. English only, as the registry is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from privacy.budget import PrivacyLoss, Purpose
from privacy.disclosure_rules import LAG_MONTHS, MIN_OTHER_OWNERS
from privacy.manifest import epsilons
from privacy.policy import DELTAS, LIFETIMES, LOOKS_BACK, Policy
from reports.deployment_texts import TEXTS

DELTA = DELTAS[0]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the document is made of. `manifests`: of every finished release, oldest first, at least one.

    `spent`: nano-rho by season label; `entries`: how many the ledger has; `key_holder`: "service" or a name.
    """

    network: str
    slug: str
    region: str
    url: str
    key_holder: str
    venues: int
    policy: Policy
    manifests: Sequence[Mapping[str, Any]]
    spent: Mapping[str, int]
    entries: int


def deployment(facts: Facts) -> dict[str, Any]:
    """The whole document, ready to be written as YAML: strings, numbers, lists and mappings only."""
    words = _words(facts)

    def text(name: str) -> str:
        return _flowing(TEXTS[name].format(**words))

    promised = _promised(facts)
    return {
        "url_slug": f"foyer-{facts.slug}",
        "status": "Draft",
        "tier": 3,
        "deployment": {
            "basic": {
                "name": f"Foyer: audience benchmarks of {facts.network}",
                "data_curators": [facts.network],
                "intended_use": text("intended_use"),
                "data_product_type": "Summary statistics",
                "data_product_region": facts.region,
                "description": text("description"),
                "publication_date": facts.manifests[0]["date"][:10],
                "data_product_sector": "Technology",
            },
            "dp_variant": {
                "variant_name": "Zero-concentrated DP",
                "data_domain": text("data_domain"),
                "unprotected_quantities": text("unprotected_quantities"),
            },
            "privacy_loss": {
                "privacy_unit": "One booker's whole season at all venues of the network",
                "privacy_unit_details": text("privacy_unit_details"),
                "privacy_parameters": {
                    "epsilon": epsilons(promised)[f"{DELTA:.0e}".replace("e-0", "e-")],
                    "delta": DELTA,
                    "rho": promised.rho,
                },
                "privacy_parameters_details": text("privacy_parameters_details"),
            },
            "deployment_model": {
                "model_name": "Central",
                "model_name_details": text("model_name_details"),
                "actors": text("actors"),
                "release_type": "Many releases",
                "release_type_details": text("release_type_details"),
                "data_source_type": "Dynamic",
                "data_source_type_details": text("data_source_type_details"),
                "access_type": "Non-interactive",
                "access_type_details": text("access_type_details"),
            },
            "accounting": {
                "post_processing": text("post_processing"),
                "composition": text("composition"),
            },
            "implementation": {
                "preprocessing_and_hyperparameter_tuning": text("preprocessing_and_hyperparameter_tuning"),
                "mechanisms": text("mechanisms"),
                "justification": text("justification"),
            },
            "administrative": {
                "sources": text("sources"),
                "notes": text("notes"),
                "registry_authors": [facts.network],
            },
        },
    }


def _flowing(text: str) -> str:
    """A paragraph or a point of a list on one line each, however it was wrapped to be written here."""
    lines: list[str] = []
    for line in text.strip().split("\n"):
        if lines and lines[-1] and line and not line.startswith("- "):
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
    return "\n".join(lines)


def _promised(facts: Facts) -> PrivacyLoss:
    """What one season costs: its plan, or more where two people let a season go beyond it."""
    return PrivacyLoss(max(facts.policy.budget.plan.nano_rho, *facts.spent.values()))


def _words(facts: Facts) -> dict[str, Any]:
    # A correction draws a part anew, and so does not say how a release is made.
    latest = next(one for one in reversed(facts.manifests) if "corrects" not in one)
    policy, bounds = facts.policy, facts.policy.bounds
    return {
        "network": facts.network,
        "url": facts.url,
        "venues": facts.venues,
        "unit": policy.unit,
        "policy_version": policy.version,
        "first": bounds.first_venues,
        "core": bounds.core_venues,
        "tail": bounds.tail_venues,
        "genres": bounds.genres_per_venue,
        "tickets": bounds.tickets_per_venue,
        "releases": len(facts.manifests),
        "tables": len(latest["tables"]),
        "cells": f"{sum(table['cells'] for table in latest['tables']):,}",
        "release_list": "\n".join(_release_line(manifest) for manifest in facts.manifests),
        "season_list": "\n".join(f"- {label}: {_loss(PrivacyLoss(n))}" for label, n in facts.spent.items()),
        "lifetime_list": "\n".join(
            f"- {n} season{'s' if n > 1 else ''}: {_loss(PrivacyLoss(policy.budget.plan.nano_rho * n))}"
            for n in LIFETIMES
        ),
        "plan": _loss(policy.budget.plan),
        "limit": _loss(policy.budget.limit),
        "own": policy.budget.percent[Purpose.OWN],
        "look_back": policy.budget.percent[Purpose.LOOK_BACK],
        "correction": policy.budget.percent[Purpose.CORRECTION],
        "looks_back": " and ".join(f"`{measure}`" for measure in LOOKS_BACK),
        "others": MIN_OTHER_OWNERS,
        "lag": LAG_MONTHS,
        "unprotected_list": "\n".join(f"- {one}" for one in latest["unprotected_quantities"]),
        "mechanism": latest["mechanism"],
        "noise": latest["noise"],
        "opendp": latest["opendp_version"],
        "code": _code(latest["code"]),
        "scale_list": "\n".join(_table_line(table) for table in latest["tables"]),
        "latest": latest["id"],
        "share_list": "\n".join(f"- {p.name}: {p.per_mille / 10:.1f} % ({p.why})" for p in policy.tables),
        "entries": facts.entries,
        "keys": TEXTS["keys_together" if facts.key_holder == "service" else "keys_apart"].format(
            holder=facts.key_holder
        ).strip(),
    }  # fmt: skip


def _loss(loss: PrivacyLoss) -> str:
    """A loss as it is always told: rho, and epsilon at each delta."""
    at = ", ".join(f"epsilon {value:.6f} at delta {delta}" for delta, value in epsilons(loss).items())
    return f"rho {loss.rho:.9f} ({at})"


def _release_line(manifest: Mapping[str, Any]) -> str:
    charged = "; ".join(
        f"season {loss['season']}: {_loss(PrivacyLoss(loss['nano_rho']))}" for loss in manifest["losses"]
    )
    return f"- {manifest['id']} of {manifest['date'][:10]}: {charged}"


def _table_line(table: Mapping[str, Any]) -> str:
    most = max(table["per_season"], key=lambda per: float(per["l2"]))
    # As cells and size: a root such as 1.414 would be read as a count by whoever looks for one.
    bound = f"one unit moves at most {most['cells_per_unit']} cells by {most['size_per_cell']} each"
    return f"- {table['name']}: scale {table['scale']:g}, {bound}, {table['cells']:,} cells"


def _code(code: Mapping[str, str]) -> str:
    commit = f", commit {code['commit']}" if code["commit"] else ""
    return f"Foyer {code['version']}{commit}; SHA-256 of the source files {code['sources']}"
