"""D-01: the registry entry has every field of tier 3, of the right type, its numbers from where they are.

The official schema is not in this repository; its facts are written out here, and the file itself was
validated against it by hand (METHODOLOGY says when).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from privacy.budget import Budget, PrivacyLoss, Purpose
from privacy.ledger import Reservation
from privacy.manifest import build_manifest, epsilons
from privacy.policy import POLICY
from privacy.publish import protect
from reports.deployment import Facts, deployment
from reports.deployment_texts import TEXTS
from tests.privacy.desk import CODE, NOW, a_publication
from tests.privacy.small_network import REGIONS, exact_tables

STATUS = {"Converted", "Draft", "Pending", "Changes Required", "Approved", "Approved (Update Requested)",
          "Approved (Pending)"}  # fmt: skip
PRODUCTS = {"Summary statistics", "Machine learning model", "Dataset", "Synthetic data", "Interactive API",
            "SQL queries"}  # fmt: skip
SECTORS = {"Technology", "Healthcare", "Education", "Government", "Energy", "Finance"}
VARIANTS = {"Pure DP", "Approximate DP", "Zero-concentrated DP", "Renyi DP", "Custom"}
MODELS = {"Local", "Central", "Shuffle", "Federated", "Varies"}
TEXT, WORDS = str, list
# Every field that the registry knows: a type, the values it allows, or what lies below.
SHAPE: dict[str, Any] = {
    "url_slug": TEXT,
    "status": STATUS,
    "tier": {3},
    "deployment": {
        "basic": {
            "name": TEXT,
            "data_curators": WORDS,
            "intended_use": TEXT,
            "data_product_type": PRODUCTS,
            "data_product_region": TEXT,
            "description": TEXT,
            "publication_date": TEXT,
            "data_product_sector": SECTORS,
        },
        "dp_variant": {"variant_name": VARIANTS, "data_domain": TEXT, "unprotected_quantities": TEXT},
        "privacy_loss": {
            "privacy_unit": TEXT,
            "privacy_unit_details": TEXT,
            "privacy_parameters": {"epsilon": float, "delta": float, "rho": float},
            "privacy_parameters_details": TEXT,
        },
        "deployment_model": {
            "model_name": MODELS,
            "model_name_details": TEXT,
            "actors": TEXT,
            "release_type": {"One release", "Many releases"},
            "release_type_details": TEXT,
            "data_source_type": {"Static", "Dynamic"},
            "data_source_type_details": TEXT,
            "access_type": {"Interactive", "Non-interactive"},
            "access_type_details": TEXT,
        },
        "accounting": {"post_processing": TEXT, "composition": TEXT},
        "implementation": {
            "preprocessing_and_hyperparameter_tuning": TEXT,
            "mechanisms": TEXT,
            "justification": TEXT,
        },
        "administrative": {"sources": TEXT, "notes": TEXT, "registry_authors": WORDS},
    },
}
TIER_3_ONLY = (
    "data_domain",
    "unprotected_quantities",
    "privacy_unit_details",
    "privacy_parameters_details",
    "actors",
    "data_source_type_details",
    "access_type_details",
    "post_processing",
    "composition",
    "preprocessing_and_hyperparameter_tuning",
    "mechanisms",
    "justification",
)


@pytest.fixture(scope="module")
def facts() -> Facts:
    """A network with one release."""
    publication = a_publication()
    reservation = Reservation(1, publication.key, publication.digest, (1, 2), "9a" * 32)
    release = protect(exact_tables(), POLICY, REGIONS)
    manifest = build_manifest(release, publication, reservation, POLICY, now=NOW, code=CODE)
    spent = {loss["season"]: loss["nano_rho"] for loss in reversed(manifest["losses"])}
    return Facts(
        "Het net", "net", "Netherlands", "https://foyer.example", "service", 8, POLICY, [manifest], spent, 3
    )


def flat(document: dict[str, Any]) -> dict[str, Any]:
    """Every leaf by its name; no name stands twice."""
    found: dict[str, Any] = {}
    for name, value in document.items():
        for inner, leaf in (flat(value) if isinstance(value, dict) else {name: value}).items():
            assert inner not in found
            found[inner] = leaf
    return found


def problems(document: Any, shape: Any, where: str = "") -> list[str]:
    if isinstance(shape, dict):
        if not isinstance(document, dict) or set(document) != set(shape):
            return [f"{where} has other fields than the registry's"]
        return [p for name in shape for p in problems(document[name], shape[name], f"{where}/{name}")]
    if isinstance(shape, set):
        return [] if document in shape else [f"{where} has a value that is not allowed"]
    if shape is list:
        fine = isinstance(document, list) and document and all(isinstance(w, str) and w for w in document)
    else:
        fine = type(document) is shape and bool(document)
    return [] if fine else [f"{where} is not a filled {shape.__name__}"]


def test_D_01_every_field_of_the_registry_is_there_with_its_type_and_no_other(facts: Facts) -> None:
    assert problems(deployment(facts), SHAPE) == []


@pytest.mark.parametrize(
    "change",
    [{"tier": 2}, {"status": "New"}, {"url_slug": ""}, {"more": 1}, {"deployment": {}}, {"deployment": None}],
)
def test_D_01_the_shape_that_is_asked_refuses_what_is_none(facts: Facts, change: dict[str, Any]) -> None:
    """Or the test above could not fail."""
    assert problems(deployment(facts) | change, SHAPE) != []


@pytest.mark.parametrize("field", TIER_3_ONLY)
def test_D_01_each_of_the_twelve_fields_of_tier_3_alone_says_something(facts: Facts, field: str) -> None:
    text = flat(deployment(facts))[field]
    assert len(text) > 200
    assert text.rstrip().endswith((".", "%", ")"))


def test_D_01_there_are_twelve_of_them() -> None:
    assert len(set(TIER_3_ONLY)) == 12


def test_every_fact_found_its_place(facts: Facts) -> None:
    """No brace, no None, no line that was cut; the day is a day."""
    leaves = [str(leaf) for leaf in flat(deployment(facts)).values()]
    assert not [leaf for leaf in leaves if re.search(r"[{}]|None|nan|  ", leaf)]
    assert date.fromisoformat(deployment(facts)["deployment"]["basic"]["publication_date"]) == date(
        2026, 11, 1
    )
    assert set(TEXTS) - {"keys_together", "keys_apart"} <= set(flat(deployment(facts)))


def test_D_01_the_parameters_are_the_policys(facts: Facts) -> None:
    parameters = deployment(facts)["deployment"]["privacy_loss"]["privacy_parameters"]
    assert parameters == {
        "epsilon": epsilons(POLICY.budget.plan)["1e-6"],
        "delta": 1e-6,
        "rho": POLICY.budget.plan.rho,
    }


def test_D_01_a_season_that_went_beyond_its_plan_is_told_as_what_it_cost(facts: Facts) -> None:
    beyond = replace(facts, spent={"2025/26": 40_000_000})
    told = deployment(beyond)["deployment"]["privacy_loss"]["privacy_parameters"]
    assert (told["rho"], told["epsilon"]) == (0.04, epsilons(PrivacyLoss(40_000_000))["1e-6"])


def changed_manifest(facts: Facts, **changed: Any) -> Facts:
    return replace(facts, manifests=[facts.manifests[0] | changed])


def with_budget(facts: Facts) -> Facts:
    budget = Budget(PrivacyLoss(12_345_678), PrivacyLoss(23_456_789),
                    {Purpose.OWN: 70, Purpose.LOOK_BACK: 25, Purpose.CORRECTION: 5})  # fmt: skip
    return replace(facts, policy=replace(facts.policy, budget=budget))


def with_bounds(facts: Facts, **changed: int) -> Facts:
    return replace(facts, policy=replace(facts.policy, bounds=replace(facts.policy.bounds, **changed)))


STALE: dict[str, tuple[Any, list[str]]] = {
    "the network": (lambda f: replace(f, network="Nog een net"), ["Nog een net"]),
    "the members": (lambda f: replace(f, venues=77), ["of 77 venues"]),
    "the key holder": (lambda f: replace(f, key_holder="Stichting Sleutel"), ["Stichting Sleutel"]),
    "the budget": (with_budget, ["rho 0.012345678", "rho 0.023456789", "70 %", "25 %"]),
    "a bound": (
        lambda f: with_bounds(f, core_venues=5, tail_venues=33),
        ["at 5 in the other detailed", "and at 33 in"],
    ),
    "what was spent": (lambda f: replace(f, spent={"2031/32": 1_234_567}), ["- 2031/32: rho 0.001234567"]),
    "the ledger": (lambda f: replace(f, entries=4321), ["has 4321 entries"]),
    "OpenDP": (lambda f: changed_manifest(f, opendp_version="9.9.9"), ["version 9.9.9"]),
    "the code": (
        lambda f: changed_manifest(f, code={"version": "8.8", "commit": "", "sources": "77" * 32}),
        ["Foyer 8.8; SHA-256 of the source files 7777"],
    ),
    "what is unprotected": (
        lambda f: changed_manifest(f, unprotected_quantities=["the weather"]),
        ["- the weather"],
    ),
    "a scale": (
        lambda f: changed_manifest(f, tables=[f.manifests[0]["tables"][0] | {"scale": 12.34}]),
        ["scale 12.34, one unit", "as 1 tables"],
    ),
    "a second release": (
        lambda f: replace(f, manifests=[*f.manifests, f.manifests[0] | {"id": "2026-27.season.e1"}]),
        ["- 2026-27.season.e1 of 2026-11-01", "Finished releases: 2"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STALE)
def test_D_01_nothing_that_changes_is_written_by_hand(facts: Facts, name: str) -> None:
    """What policy, manifests or ledger say otherwise, the document says otherwise."""
    change, told = STALE[name]
    before, after = (str(flat(deployment(f))) for f in (facts, change(facts)))
    for words in told:
        assert words in after
        assert words not in before
