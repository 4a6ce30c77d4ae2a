"""The manifest holds what anyone needs to check the loss by hand, and nothing of the input."""

from __future__ import annotations

import json
import math
from importlib.metadata import version

import pytest

from privacy.budget import PrivacyLoss
from privacy.explain import explain
from privacy.ledger import Reservation
from privacy.manifest import build_manifest, epsilons, lifetime, salted_digest
from privacy.mechanisms import MECHANISM
from privacy.policy import LOOKS_BACK, POLICY
from privacy.publish import protect
from privacy.signing import canonical
from tests.privacy.desk import CODE, NOW, a_publication
from tests.privacy.small_network import REGIONS, exact_tables


@pytest.fixture(scope="module")
def manifest():
    release = protect(exact_tables(), POLICY, REGIONS)
    publication = a_publication()
    reservation = Reservation(4, publication.key, publication.digest, (4, 5), "9a" * 32)
    return build_manifest(release, publication, reservation, POLICY, now=NOW, code=CODE)


def test_D_02_rho_is_recomputed_from_scale_and_bound(manifest):
    for table in manifest["tables"]:
        for season in table["per_season"]:
            rho = season["cells_per_unit"] * season["size_per_cell"] ** 2 / (2 * table["scale"] ** 2)
            assert 0 <= season["rho_nano"] - rho * 1e9 < 1.001
            assert season["l2"] == pytest.approx(
                season["size_per_cell"] * math.sqrt(season["cells_per_unit"])
            )


def test_D_03_the_tables_of_a_season_add_up_to_its_loss(manifest):
    for loss in manifest["losses"]:
        parts = [
            per["rho_nano"]
            for table in manifest["tables"]
            for per in table["per_season"]
            if per["season"] == loss["season"]
        ]
        assert sum(parts) == loss["nano_rho"]


def test_D_02_every_fact_that_is_promised_is_there(manifest):
    """The manifest before it is signed; the store adds the files' hashes and the signature."""
    assert manifest["id"] == "2025-26.season.e1"
    assert manifest["workload"] == "season"
    assert manifest["unit"] == POLICY.unit
    assert manifest["bounds"]["core_venues"] == 6
    assert manifest["mechanism"] == MECHANISM
    assert "exp(-x^2 / (2 scale^2))" in manifest["noise"]
    assert manifest["deltas"] == [1e-6, 1e-10]
    assert manifest["policy"] == {"version": POLICY.version, "digest": POLICY.digest}
    assert {len(manifest[name]) for name in ("keyset_digest", "regions_digest", "input_digest")} == {64}
    assert manifest["ledger"] == {"reservation": 4, "entries": [4, 5], "head": "9a" * 32}
    assert manifest["opendp_version"] == version("opendp")
    assert manifest["code"] == {"version": "0.0.0", "commit": "a commit", "sources": "ef" * 32}
    assert manifest["date"] == "2026-11-01T12:00:00+00:00"
    assert len(manifest["unprotected_quantities"]) == 3
    assert json.loads(canonical(manifest)) == manifest


def test_D_02_every_table_states_scale_bound_and_loss_of_each_season_it_reads(manifest):
    assert [table["name"] for table in manifest["tables"]] == [plan.name for plan in POLICY.tables]
    for table in manifest["tables"]:
        read = [per["season"] for per in table["per_season"]]
        looks_back = table["measure"] in LOOKS_BACK
        assert read == (["2024/25", "2025/26"] if looks_back else ["2025/26"])
        assert table["scale"] > 0 < table["cells"]
        assert all(per["rho_nano"] > 0 for per in table["per_season"])


def test_N_07_epsilon_is_printed_at_both_deltas_and_over_seasons():
    whole = PrivacyLoss(24_355_000)
    assert epsilons(whole) == {"1e-6": pytest.approx(1.0, abs=1e-3), "1e-10": pytest.approx(1.373, abs=1e-3)}
    assert set(lifetime(whole)) == {"1", "2", "3", "5", "10"}
    assert lifetime(whole)["10"]["1e-6"] > 3 * lifetime(whole)["1"]["1e-6"]
    assert epsilons(PrivacyLoss(0)) == {"1e-6": 0.0, "1e-10": 0.0}


def test_the_input_digest_says_nothing_without_the_salt():
    assert salted_digest(b"one salt", ["a", "b"]) != salted_digest(b"another", ["a", "b"])
    assert salted_digest(b"one salt", ["a", "b"]) == salted_digest(b"one salt", ["a", "b"])
    assert salted_digest(b"one salt", ["a", "b"]) != salted_digest(b"one salt", ["b", "a"])


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_account_in_plain_words_states_every_season_bound_and_loss(manifest, language):
    paragraphs = explain(manifest, language)
    text = "\n".join(f"{p.heading}: {p.text}" for p in paragraphs)
    assert "2025/26" in text
    assert "2024/25" in text
    assert "{" not in text
    assert len(paragraphs) == 6
    own = manifest["losses"][0]["nano_rho"]
    assert (f"{own:,}" if language == "en" else f"{own:,}".replace(",", ".")) in text


def test_a_loss_is_never_told_smaller_than_it_is(manifest):
    text = "\n".join(p.text for p in explain(manifest, "en"))
    at6 = manifest["losses"][0]["epsilon"]["1e-6"]
    told = float(text.split("which is epsilon ")[1].split(" ")[0])
    assert at6 <= told < at6 + 0.001


def test_the_languages_tell_the_same_numbers_and_differ_in_words(manifest):
    english, dutch = (explain(manifest, language) for language in ("en", "nl"))
    assert all(e.text != d.text for e, d in zip(english, dutch, strict=True))
