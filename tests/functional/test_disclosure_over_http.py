"""What the service tells of its own privacy: the same numbers on pages, in the API and in manifests."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml

from ingest.seasons import Season
from privacy.signing import carries_signature
from service import publication, workflow
from tests.functional.house import SLUGS, Running, extract, running, season_of_sales, settings
from tests.functional.test_publishing import coordinators, deliver
from tests.unit.reports.test_deployment import SHAPE, problems

SEASONS = (Season(2024), Season(2025))
WHOLE = re.compile(r"\d{1,3}(?:[.,]\d{3})+")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Two seasons published; the second looks back at the first, which so is charged twice."""
    folder = tmp_path_factory.mktemp("told") / "var"
    with running(settings(folder)) as found:
        runtime = found.runtime
        for venue in SLUGS:
            clerk = workflow.person_by_email(runtime, f"box_office@{venue}.example")
            path = folder / "earlier.csv"
            path.write_bytes(
                extract(runtime, venue, season_of_sales(venue, 40, 2024), first=date(2024, 9, 6))
            )
            assert workflow.receive_extract(runtime, clerk, path).status == "received"
        deliver(runtime)
        els, murat = coordinators(runtime)
        for season in SEASONS:
            workflow.publish_season(runtime, season, proposer=els, approver=murat)
        yield found


def manifests(app: Running) -> dict[str, dict]:
    guest = app.guest()
    return {
        one["id"]: guest.get(f"/api/v1/releases/{one['id']}").json()
        for one in guest.get("/api/v1/releases").json()
    }


def touching(app: Running, season: Season) -> int:
    """The sum of what every release that touches the season states of it."""
    return sum(
        loss["nano_rho"]
        for manifest in manifests(app).values()
        for loss in manifest["losses"]
        if loss["season"] == season.label
    )


def whole_numbers(text: str) -> set[int]:
    plain = html.unescape(re.sub(r"<[^>]*>", " ", text))
    return {int(re.sub(r"\D", "", found)) for found in WHOLE.findall(plain)}


def test_D_03_two_releases_touch_the_earlier_season(app: Running) -> None:
    """Else the tests below would add up one number."""
    stated = [loss["season"] for manifest in manifests(app).values() for loss in manifest["losses"]]
    assert sorted(stated) == ["2024/25", "2024/25", "2025/26"]


@pytest.mark.parametrize("season", SEASONS)
@pytest.mark.parametrize("language", ["en", "nl"])
def test_D_03_every_page_that_states_a_seasons_cost_states_the_sum_over_its_releases(
    app: Running, season: Season, language: str
) -> None:
    told = touching(app, season)
    asked = {"Accept-Language": language}
    manager, coordinator, public = app.guest("manager@aak.example"), app.guest("els@net.example"), app.guest()
    for guest in (manager, coordinator, public):
        guest.post("/language", data={"language": language})
    pages = {
        "/ledger": public.get("/ledger", headers=asked),
        "/publish": coordinator.get("/publish", headers=asked),
        **{
            name: manager.get(f"/{name}/aak?season={season.slug}", headers=asked)
            for name in ("reach", "postcodes", "loyalty")
        },
    }
    for name, page in pages.items():
        assert page.status_code == 200
        assert told in whole_numbers(page.text), name


def test_D_03_the_api_states_the_same_sums_and_their_epsilons_with_the_unit(app: Running) -> None:
    ledger = app.guest().get("/api/v1/ledger").json()
    assert {a["season"]: a["total"] for a in ledger["accounts"]} == {
        s.label: touching(app, s) for s in SEASONS
    }
    assert {sum(a["spent"].values()) - a["total"] for a in ledger["accounts"]} == {0}
    charges: dict[str, int] = {}
    for entry in ledger["entries"]:
        charges[entry["season"]] = charges.get(entry["season"], 0) + entry["nano_rho"]
    assert charges == {s.label: touching(app, s) for s in SEASONS}
    for account in ledger["accounts"]:
        assert "one booker's whole season" in account["unit"]  # N-06
        assert set(account["epsilon"]) == {"1e-6", "1e-10"}  # N-05


def test_N_06_the_odometer_tells_several_seasons_at_both_deltas_in_api_and_page(app: Running) -> None:
    ledger = app.guest().get("/api/v1/ledger").json()
    both = sum(touching(app, season) for season in SEASONS)
    spent = {one["seasons"]: one["spent"] for one in ledger["lifetimes"]}
    assert spent == {1: max(touching(app, s) for s in SEASONS), 2: both, 3: both, 5: both, 10: both}
    for one in ledger["lifetimes"]:
        assert one["planned"] == one["seasons"] * ledger["accounts"][0]["plan"]
        assert set(one["epsilon_spent"]) == set(one["epsilon_planned"]) == {"1e-6", "1e-10"}
        assert str(one["seasons"]) in one["unit"]
    page = app.guest().get("/ledger").text
    assert both in whole_numbers(page)
    for one in ledger["lifetimes"]:
        for told in (*one["epsilon_spent"].values(), *one["epsilon_planned"].values()):
            shown = -(-told * 1000 // 1) / 1000  # rounded up, so that it is never told smaller than it is
            assert f"{shown:.3f}" in page


def test_D_04_every_noisy_number_of_the_api_comes_with_an_interval(app: Running) -> None:
    """Each cell that a venue may see and that was drawn: an estimate within an interval of finite ends."""
    guest, seen = app.guest("manager@aak.example"), 0
    for season in SEASONS:
        cursor: str | None = "c0"
        while cursor:
            place = f"/api/v1/releases/{season.slug}.season.e1/cells?limit=5000&cursor={cursor}"
            page = guest.get(place).json()
            for cell in page["cells"]:
                if cell["noisy"] is not None:
                    assert cell["low"] <= cell["estimate"] <= cell["high"], cell["cell_id"]
                    assert isinstance(cell["noisy"], int)
                    assert cell["sigma"] > 0
                    seen += 1
            cursor = page["next"]
    assert seen > 8000


def test_a_manifest_is_served_byte_for_byte_as_the_ledger_names_it(app: Running) -> None:
    guest = app.guest()
    signed = guest.get("/api/v1/ledger/signed").json()
    named = {e["publication"]: e["digest"] for e in signed["entries"] if e["kind"] == "finalise"}
    assert len(named) == 2
    for release, digest in named.items():
        assert hashlib.sha256(guest.get(f"/api/v1/releases/{release}").content).hexdigest() == digest


def test_R_7_the_signed_checkpoint_is_public_and_is_the_ledgers(app: Running) -> None:
    guest = app.guest()
    checkpoint = guest.get("/api/v1/ledger/checkpoint").json()
    assert carries_signature(checkpoint, app.runtime.keys.signing.public_key())
    entries = guest.get("/api/v1/ledger").json()["entries"]
    assert (checkpoint["size"], checkpoint["head"]) == (len(entries), entries[-1]["hash"])
    assert checkpoint["totals"] == {season.label: touching(app, season) for season in SEASONS}
    assert guest.get("/api/v1/ledger/signed").json()["checkpoint"] == checkpoint


def test_before_anything_was_spent_there_is_no_checkpoint(tmp_path: Path) -> None:
    with running(settings(tmp_path / "var")) as fresh:
        for name in ("checkpoint", "signed"):
            assert fresh.guest().get(f"/api/v1/ledger/{name}").status_code == 404
        assert json.loads(fresh.guest().get("/api/v1/ledger").content)["lifetimes"][0]["spent"] == 0


ENTRY = "/.well-known/dp-deployment.yaml"


def test_D_01_the_registry_entry_is_public_asked_for_anew_and_of_this_ledger(app: Running) -> None:
    guest = app.guest()
    answer = guest.get(ENTRY)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/yaml; charset=utf-8")
    assert answer.headers["cache-control"] == "private, no-cache"
    found = yaml.safe_load(answer.content)
    assert problems(found, SHAPE) == []
    assert found["deployment"]["basic"]["data_curators"] == ["Het net"]
    details = found["deployment"]["privacy_loss"]["privacy_parameters_details"]
    for season in SEASONS:
        assert f"- {season.label}: rho {touching(app, season) / 1e9:.9f}" in details
    again = guest.get(ENTRY, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_D_01_the_registry_entry_is_found_from_the_methods_page(app: Running) -> None:
    assert f'href="{ENTRY}"' in app.guest().get("/methods").text


def test_D_01_a_release_that_is_held_back_stays_told(app: Running) -> None:
    """What was spent on it was spent: the entry is of the ledger, not of what is in view."""
    els, _ = coordinators(app.runtime)
    with app.runtime.reading() as connection:
        one = publication.everything(connection)[0]
    before = app.guest().get(ENTRY).content
    for view in ("held", "shown"):
        workflow.set_view(app.runtime, els, one.id, view, "a question from a member")
        assert app.guest().get(ENTRY).content == before


def test_D_01_before_the_first_release_there_is_no_entry(tmp_path: Path) -> None:
    with running(settings(tmp_path / "var")) as fresh:
        assert fresh.guest().get(ENTRY).status_code == 404
