"""The whole path over HTTP: six venues upload, two coordinators publish, a manager reads her benchmark."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from service import compare
from tests.functional.house import (
    SLUGS,
    Guest,
    Running,
    extract,
    running,
    season_of_sales,
    settings,
    wait_for,
)

BOOKERS = {"aak": 500, "brug": 400, "dok": 650, "eik": 300, "fort": 450, "gracht": 550}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An app in which season 2025/26 went the whole way over HTTP."""
    with running(settings(tmp_path_factory.mktemp("published"))) as app:
        for venue in SLUGS:
            office = app.guest(f"box_office@{venue}.example")
            body = extract(
                app.runtime, venue, season_of_sales(venue, BOOKERS[venue], 2025), first=date(2025, 9, 5)
            )
            answer = office.post("/api/v1/extracts", content=body)
            assert answer.status_code == 201, answer.text
            assert answer.json()["status"] == "received"
        els, murat = app.guest("els@net.example"), app.guest("murat@net.example")
        proposed = els.post("/api/v1/releases", json={"season": "2025-26"})
        assert proposed.status_code == 202, proposed.text
        approved = murat.post("/api/v1/releases", json={"approve": proposed.json()["id"]})
        assert approved.status_code == 202, approved.text
        assert wait_for(murat, approved.json()["job"]) == "done"
        yield app


def manager(app: Running, venue: str = "dok") -> Guest:
    return app.guest(f"manager@{venue}.example")


def test_a_manager_reads_her_venue_beside_its_peers(published: Running) -> None:
    """The own reach lies near the truth, and the mean of the five others is there."""
    answer = manager(published).get("/api/v1/benchmarks/dok").json()
    reach = next(row for row in answer["comparisons"] if row["figure"] == "reach")
    assert abs(reach["own"]["estimate"] - BOOKERS["dok"]) < 400
    assert reach["own"]["low"] <= reach["own"]["estimate"] <= reach["own"]["high"]
    assert reach["peers"] == 5
    assert reach["peer_mean"]["estimate"] > 0


@pytest.mark.parametrize("page", ["reach", "postcodes", "loyalty"])
def test_comparing_pages_show_in_both_languages(published: Running, page: str) -> None:
    """Each page opens, in Dutch too, and its pictures and downloads are there."""
    guest = manager(published)
    english = guest.get(f"/{page}/dok")
    assert english.status_code == 200
    guest.post("/language", data={"language": "nl", "back": "/"})
    dutch = guest.get(f"/{page}/dok")
    assert 'lang="nl"' in dutch.text
    assert "Vergelijk met" in dutch.text
    csv = guest.get(f"/download/{page}/dok.csv")
    assert csv.headers["content-type"].startswith("text/csv")
    assert csv.text.startswith("\ufeff")


@pytest.mark.parametrize(
    ("name", "kind", "begins"),
    [
        ("reach", "svg", b"<svg"),
        ("genre", "svg", b"<svg"),
        ("map", "svg", b"<svg"),
        ("reach", "png", b"\x89PNG"),
        ("map", "png", b"\x89PNG"),
    ],
)
def test_pictures_come_as_what_they_say(published: Running, name: str, kind: str, begins: bytes) -> None:
    guest = manager(published)
    answer = guest.get(f"/charts/dok/2025-26/{name}.{kind}?theme=dark")
    assert answer.status_code == 200
    assert answer.content.startswith(begins)
    again = guest.get(
        f"/charts/dok/2025-26/{name}.{kind}?theme=dark", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304


def all_cells(guest: Guest, release: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    cursor = ""
    while True:
        page = guest.get(f"/api/v1/releases/{release}/cells?limit=5000{cursor}").json()
        found += page["cells"]
        if page["next"] is None:
            assert len(found) == page["total"]
            return found
        cursor = f"&cursor={page['next']}"


def test_cells_are_paged_whole_and_never_anothers(published: Running) -> None:
    """Every cell once; those with a venue are the caller's own; a repeat is the same bytes."""
    guest = manager(published)
    release = guest.get("/api/v1/releases").json()[0]["id"]
    cells = all_cells(guest, release)
    assert len({cell["cell_id"] for cell in cells}) == len(cells)
    assert {cell["venue"] for cell in cells} == {"", "dok"}
    first = guest.get(f"/api/v1/releases/{release}/cells?limit=50")
    same = guest.get(f"/api/v1/releases/{release}/cells?limit=50")
    assert first.content == same.content
    unchanged = guest.get(
        f"/api/v1/releases/{release}/cells?limit=50", headers={"If-None-Match": first.headers["etag"]}
    )
    assert unchanged.status_code == 304


def test_coordinators_read_no_venues_cells(published: Running) -> None:
    guest = published.guest("els@net.example")
    release = guest.get("/api/v1/releases").json()[0]["id"]
    assert {cell["venue"] for cell in all_cells(guest, release)} == {""}


@pytest.mark.parametrize("email", ["manager@dok.example", "els@net.example"])
def test_asking_for_another_venues_cells_is_asking_for_nothing(published: Running, email: str) -> None:
    """The same 404 as for a venue that never was; one's own is there by name as well."""
    guest = published.guest(email)
    release = guest.get("/api/v1/releases").json()[0]["id"]
    asked = [guest.get(f"/api/v1/releases/{release}/cells?venue={v}") for v in ("aak", "nergens", "public")]
    assert {answer.status_code for answer in asked} == {404}
    assert len({answer.content for answer in asked}) == 1
    by_name = guest.get(f"/api/v1/releases/{release}/cells?venue=dok")
    assert by_name.status_code == (200 if "dok" in email else 404)


def test_each_venue_gets_its_own_pictures_whoever_asked_first(published: Running) -> None:
    """Pictures are kept in memory: never one venue's for another, and never for a shared cache.

    Of so small a venue all areas may be too few to tell, so that two maps are alike: each is then what it is
    when it is drawn anew for who asks first.
    """

    def pictures(name: str, venues: str) -> dict[str, bytes]:
        asked = {v: manager(published, v).get(f"/charts/{v}/2025-26/{name}.svg") for v in venues.split()}
        assert {answer.headers["cache-control"] for answer in asked.values()} == {"private, no-cache"}
        return {venue: answer.content for venue, answer in asked.items()}

    for name in ("reach", "genre", "map"):
        found = pictures(name, "aak dok eik")
        assert name == "map" or len(set(found.values())) == 3
        assert compare._pictures._items, "kept in this process"
        compare._pictures._items.clear()
        assert pictures(name, "eik dok aak") == found


def test_withheld_cells_hold_no_figures(published: Running) -> None:
    guest = manager(published)
    release = guest.get("/api/v1/releases").json()[0]["id"]
    withheld = [cell for cell in all_cells(guest, release) if cell["status"] == "withheld"]
    assert withheld
    assert all(
        cell[name] is None for cell in withheld for name in ("noisy", "sigma", "estimate", "low", "high")
    )


def test_the_public_ledger_says_what_it_cost(published: Running) -> None:
    """Anyone can read it without a log-in, and it agrees with the manifest."""
    guest = published.guest()
    ledger = guest.get("/api/v1/ledger").json()
    release = guest.get("/api/v1/releases").json()[0]["id"]
    manifest = guest.get(f"/api/v1/releases/{release}").json()
    assert sum(loss["nano_rho"] for loss in manifest["losses"]) == sum(a["total"] for a in ledger["accounts"])
    assert guest.get("/ledger").status_code == 200
    assert release in guest.get("/ledger").text


def test_a_held_release_is_gone_from_every_view(published: Running) -> None:
    """Held, nobody reads it; shown again, the same bytes are back."""
    els, guest = published.guest("els@net.example"), manager(published)
    release = guest.get("/api/v1/releases").json()[0]["id"]
    before = guest.get(f"/api/v1/releases/{release}/cells").content
    with published.runtime.reading() as connection:
        from service import publication

        publication_id = publication.everything(connection)[0].id
    held = els.post(f"/publish/{publication_id}/view", data={"view": "held", "reason": "A venue asked"})
    assert held.status_code == 303
    for path in (
        f"/api/v1/releases/{release}/cells",
        f"/api/v1/releases/{release}",
        "/api/v1/benchmarks/dok",
        "/charts/dok/2025-26/reach.svg",
    ):
        assert guest.get(path).status_code == 404, path
    assert guest.get("/api/v1/releases").json() == []
    els.post(f"/publish/{publication_id}/view", data={"view": "shown", "reason": "Settled"})
    assert guest.get(f"/api/v1/releases/{release}/cells").content == before


def test_names_of_venues_are_inert(published: Running) -> None:
    """A venue called <script> or =HYPERLINK stays a name in pages and in spreadsheets."""
    guest = manager(published, "brug")
    page = guest.get("/reach/brug").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "'=HYPERLINK" in guest.get("/download/reach/brug.csv").text
