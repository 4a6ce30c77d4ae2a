"""In Chromium: a person uploads, compares, publishes; the content policy stays silent, all is in reach."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from ingest.seasons import Season
from service import intake, publication, workflow
from service.cli import build_parser
from tests.functional.house import PASSWORD, SLUGS, Running, Sale, extract, running, season_of_sales, settings
from tests.functional.windows import open_page

pytestmark = pytest.mark.browser
PICTURES = Path(__file__).parents[2] / "var" / "screenshots"
WIDTHS = {"desktop": 1280, "phone": 390}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A network with two published seasons."""
    with running(settings(tmp_path_factory.mktemp("browser"))) as served:
        path = tmp_path_factory.mktemp("extracts") / "x.csv"
        for venue in SLUGS:
            clerk = workflow.person_by_email(served.runtime, f"box_office@{venue}.example")
            for year in (2024, 2025):
                sales = season_of_sales(venue, 300, year)
                path.write_bytes(extract(served.runtime, venue, sales, first=Season(year).first_day))
                workflow.receive_extract(served.runtime, clerk, path)
        els, murat = (workflow.person_by_email(served.runtime, f"{n}@net.example") for n in ("els", "murat"))
        for season in (Season(2024), Season(2025)):
            workflow.publish_season(served.runtime, season, proposer=els, approver=murat)
        yield served


PAGES = [
    (None, "/login"),
    (None, "/methods"),
    (None, "/ledger"),
    (None, "/api"),
    ("manager@dok.example", "/"),
    ("manager@dok.example", "/reach/dok"),
    ("manager@dok.example", "/postcodes/dok"),
    ("manager@dok.example", "/loyalty/dok"),
    ("manager@dok.example", "/own/dok"),
    ("manager@dok.example", "/upload"),
    ("manager@dok.example", "/people"),
    ("manager@dok.example", "/account"),
    ("els@net.example", "/publish"),
    (None, "/forgot"),
    ("manager@dok.example", "/extracts/{extract}"),
    ("els@net.example", "/publish/{publication}"),
    ("els@net.example", "/people"),
]


@pytest.fixture(scope="module")
def known(app: Running) -> dict[str, str]:
    """An upload of dok, and a publication: what addresses name."""
    clerk = workflow.person_by_email(app.runtime, "box_office@dok.example")
    with app.runtime.reading() as connection:
        return {
            "extract": intake.history(connection, clerk.organisation)[0].id,
            "publication": publication.everything(connection)[0].id,
        }


@pytest.mark.parametrize(("email", "path"), PAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_pages_fit_and_keep_to_the_content_policy(
    browser: Browser, app: Running, known: dict[str, str], email: str | None, path: str, width: str
) -> None:
    """In Dutch, at both widths: nothing sticks out, pictures load, no rule is broken."""
    page = open_page(
        browser,
        app,
        email,
        width=WIDTHS[width],
        language="nl-NL",
        scheme="dark" if width == "phone" else "light",
    )
    page.goto(app.address + path.format(**known))
    page.evaluate("document.querySelectorAll('img').forEach(image => { image.loading = 'eager' })")
    page.wait_for_load_state("networkidle")
    assert page.locator("html").get_attribute("lang") == "nl"
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(
        path=PICTURES / f"{width}-{path.strip('/{}').replace('/{', '-').replace('/', '-') or 'home'}.png",
        full_page=True,
    )
    assert app.app.state.csp_reports == 0
    page.context.close()


@pytest.mark.parametrize(("email", "path"), PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible(
    browser: Browser, app: Running, known: dict[str, str], email: str | None, path: str, scheme: str
) -> None:
    """No serious finding of axe, in light and in dark."""
    page = open_page(browser, app, email, scheme=scheme)
    page.goto(app.address + path.format(**known))
    found = Axe().run(page).response["violations"]
    serious = [
        (one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in {"serious", "critical"}
    ]
    assert serious == []
    page.context.close()


def test_the_map_opens_where_most_live_and_the_country_is_one_link_further(
    browser: Browser, app: Running
) -> None:
    """Two pictures of the same figures: the wider one shows towns that the closer one leaves out."""
    page = open_page(browser, app, "manager@dok.example")
    page.goto(f"{app.address}/postcodes/dok")
    closer = page.locator(".map img")
    assert "/map.svg" in (closer.get_attribute("src") or "")
    near = page.request.get(app.address + str(closer.get_attribute("src"))).text()
    page.click("text=Whole country")
    wider = page.locator(".map img")
    assert "/map-country.svg" in (wider.get_attribute("src") or "")
    far = page.request.get(app.address + str(wider.get_attribute("src"))).text()
    assert "Groningen" in far
    assert "Groningen" not in near
    page.context.close()


def test_every_comparison_says_in_words_whether_a_difference_can_be_told(
    browser: Browser, app: Running
) -> None:
    """Above each chart stands a sentence, and beside visits the bound that own counts do not have."""
    page = open_page(browser, app, "manager@dok.example")
    page.goto(f"{app.address}/reach/dok")
    for card in page.locator("section.card:has(figure)").all():
        said = card.inner_text()
        assert any(
            words in said for words in ("ore than", "ess than", "cannot be told", "ot shown", "differs")
        )
    assert "at most 20 visits" in page.inner_text("main")
    page.goto(f"{app.address}/own/dok")
    assert "at most 20 visits" in page.inner_text("main")
    page.context.close()


def test_a_manager_logs_in_and_out(browser: Browser, app: Running) -> None:
    """Through the form; afterwards the door is shut again."""
    page = open_page(browser, app, None)
    page.goto(f"{app.address}/login")
    page.fill("#email", "manager@fort.example")
    page.fill("#password", PASSWORD)
    page.click("main button.main")
    page.wait_for_url(f"{app.address}/")
    assert "Theater Fort" in page.inner_text("h1")
    page.click("text=Log out")
    page.goto(f"{app.address}/reach/fort")
    assert page.url.endswith("/login")
    page.context.close()


def test_a_broken_rule_would_be_reported(browser: Browser, app: Running) -> None:
    """The silence of the other tests means something: an inline script is blocked and counted."""
    before = app.app.state.csp_reports
    window = browser.new_context()
    page = window.new_page()
    page.goto(f"{app.address}/login")
    with page.expect_request("**/csp-report"):
        page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {text: 'window.x = 1'}))"
        )
    page.wait_for_timeout(300)
    assert page.evaluate("window.x") is None
    assert app.app.state.csp_reports > before
    app.app.state.csp_reports = before
    window.close()


def test_a_raw_export_is_refused_before_a_byte_is_sent(
    browser: Browser, app: Running, tmp_path: Path
) -> None:
    """The page shows the command to copy, which the command line understands, and asks the server nothing."""
    page = open_page(browser, app, "box_office@dok.example")
    page.goto(f"{app.address}/upload")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "/static/" not in request.url else None)
    raw = tmp_path / "orders o'neill.csv"
    raw.write_text("Order code;E-mail\nA;anna@post.example\n", encoding="utf-8")
    page.set_input_files("#file", raw)
    command = page.locator("[data-says=raw] code")
    command.wait_for()
    program, *words = shlex.split(command.inner_text())
    asked = build_parser().parse_args(words)
    assert (program, asked.command, asked.exports) == ("foyer", "prepare", [Path(raw.name)])
    assert asked.server == app.address
    assert sent == []
    page.context.close()


def test_a_trial_extract_is_refused_before_a_byte_is_sent(
    browser: Browser, app: Running, tmp_path: Path
) -> None:
    page = open_page(browser, app, "box_office@dok.example")
    page.goto(f"{app.address}/upload")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "/static/" not in request.url else None)
    trial = tmp_path / "trial.foyer.csv"
    trial.write_bytes(extract(app.runtime, "dok", [Sale("1", 1, "a@post.example")], trial=True))
    page.set_input_files("#file", trial)
    page.locator("[data-says=trial]").wait_for()
    assert sent == []
    page.context.close()


def test_a_refused_extract_says_why_in_the_language_of_the_page(
    browser: Browser, app: Running, tmp_path: Path
) -> None:
    """What was seen and what to do; the history stays as it was."""
    page = open_page(browser, app, "box_office@gracht.example", language="nl-NL")
    page.goto(f"{app.address}/upload")
    rows = page.locator("table tbody tr").count()
    cut = tmp_path / "cut.foyer.csv"
    whole = extract(app.runtime, "gracht", [Sale(str(n), 1, "a@post.example") for n in range(9)])
    cut.write_bytes(b"\n".join(whole.split(b"\n")[:-3]) + b"\n")
    page.set_input_files("#file", cut)
    said = page.locator("[data-says=refused]")
    said.wait_for()
    assert "Er is niets opgeslagen" in said.inner_text()
    assert "De eerste regel noemt 9 rijen en er staan er 7" in said.inner_text()
    assert "Stuur het bestand nog eens" in said.inner_text()
    page.goto(f"{app.address}/upload")
    assert page.locator("table tbody tr").count() == rows
    page.context.close()


def test_an_extract_goes_from_the_page_to_the_own_counts(
    browser: Browser, app: Running, tmp_path: Path
) -> None:
    """Chosen, sent, shown with its findings; from there to the own counts."""
    page = open_page(browser, app, "box_office@eik.example")
    path = tmp_path / "eik.foyer.csv"
    path.write_bytes(
        extract(app.runtime, "eik", [Sale(str(n), 30 + n, f"n{n}@post.example") for n in range(5)])
    )
    page.goto(f"{app.address}/upload")
    page.set_input_files("#file", path)
    page.wait_for_url("**/extracts/*")
    assert "Nothing to mend" in page.inner_text("main")
    page.click("text=See your own counts")
    assert "Own counts" in page.inner_text("h1")
    page.context.close()


def test_without_scripts_there_is_no_file_field(browser: Browser, app: Running) -> None:
    page = open_page(browser, app, "box_office@dok.example", scripts=False)
    page.goto(f"{app.address}/upload")
    assert not page.locator("#file").is_visible()
    assert "foyer upload" in page.inner_text("main")
    page.context.close()


def test_the_keyboard_reaches_the_content_and_the_form(browser: Browser, app: Running) -> None:
    """The first stop skips to the content."""
    page = open_page(browser, app, None)
    page.goto(f"{app.address}/login")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"
    page.context.close()
