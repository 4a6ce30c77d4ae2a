"""Every address that answers GET, asked by everyone: no exact figure of a venue reaches anybody else.

Two proofs. One compares: every number in every answer against the exact counts of the other venues.
The other changes a venue's data after publication and asks again: nobody else's answer may change by a byte,
headers (ETag, Content-Length) included. The second cannot give a false alarm; the first says which figure.

False alarms of the first: a fresh draw of noise shows thousands of numbers, and some equal an exact count of
somebody by chance. So numbers that the caller's own file of the release explains are set aside, and from the
exact counts are taken: those below 1,000 (any could be anything), multiples of ten (rounded words and axis
ticks land there), years, and the caller's own. What is then left in an answer does not come from noise: it is
constant (budget, areas in a region, scales) and meets an exact count in every run or in none. Setting aside
may hide single figures of a leak, never a leak: of the dozens of figures that are looked for, at least one in
two stays, which a test of its own holds.
"""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import httpx
import polars as pl
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy import select

from aggregation.counts import count_own
from ingest.store import extracts
from service import auth, compare, exactness, intake, publication, workflow
from service.app import create_app
from service.identity import cookie_name
from service.routes.compare_pages import PAGES
from service.runtime import Runtime
from service.settings import Settings
from tests.conftest import BuiltDemo
from tests.functional.house import extract, season_of_sales, serving

pytestmark = pytest.mark.demo

A, B, C = "de-linde", "nachtvlinder", "rijnoever"
PEOPLE: dict[str, tuple[str, str]] = {
    "public": ("", ""),
    "manager A": ("marketing@delinde.example", A),
    "box office A": ("kassa@delinde.example", A),
    "manager B": ("marketing@nachtvlinder.example", B),
    "manager C": ("marketing@rijnoever.example", C),
    "coordinator": ("els@publieksnetwerk.example", ""),
}
SEASONS = ("2024-25", "2025-26")
LEAST = 1000
YEARS = range(2000, 2040)
# A venue's own intake, to that venue: what stands there may equal somebody else's by chance.
OWN_PAGES = ("/", "/upload", "/own", "/own/{venue}", "/api/v1/extracts")
UPLOAD = re.compile(r"(?:/api/v1)?/extracts/(\w+)")
CHANGING = {"date", "set-cookie"}
LINK = re.compile(r"""(?:href|src|data-src)="(/[^"#]*)""")
# "NL-1014" is a postcode area, not a number.
NUMBER = re.compile(r"(?<![\w.,-])\d[\d.,\u00a0\u202f]*(?!\w)")
WORDS = re.compile(r"""(?<=>)[^<]+|(?<=aria-label=")[^"]*""")
GROUPED = re.compile(r"\d{1,3}([.,\u00a0\u202f])\d{3}(\1\d{3})*")


@dataclass(frozen=True)
class Answer:
    """What somebody got: nothing of it may tell an exact figure."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @classmethod
    def of(cls, response: httpx.Response) -> Answer:
        kept = tuple((n, v) for n, v in response.headers.items() if n not in CHANGING)
        return cls(response.status_code, kept, response.content)

    @property
    def kind(self) -> str:
        return dict(self.headers).get("content-type", "")

    @property
    def text(self) -> str:
        return "" if self.kind.startswith("image/png") else self.body.decode("utf-8")


Answers = dict[str, Answer]


@contextmanager
def served(settings: Settings) -> Iterator[tuple[FastAPI, dict[str, httpx.Client]]]:
    """A freshly started app and everybody's browser; what an earlier process kept in memory is gone."""
    for kept in (compare._tables, compare._cells, compare._pictures, exactness._kept):
        kept._items.clear()
    app = create_app(replace(settings, worker=False))
    runtime: Runtime = app.state.runtime
    with serving(app) as address, ExitStack() as closing:
        guests = {n: closing.enter_context(httpx.Client(base_url=address, timeout=60)) for n in PEOPLE}
        for name, (email, _) in PEOPLE.items():
            if email:
                person = workflow.person_by_email(runtime, email)
                with runtime.writing() as connection:
                    secret = auth.open_session(connection, person, settings)
                guests[name].cookies.set(cookie_name(settings), secret)
        yield app, guests


def things(runtime: Runtime) -> dict[str, list[str]]:
    """What the parameters of the paths can name, one's own and others' and what does not exist."""
    with runtime.reading() as connection:
        standing = publication.everything(connection)
        sent = connection.execute(
            select(extracts.c.id).where(extracts.c.venue.in_((A, B, C))).order_by(extracts.c.id)
        ).scalars()
        return {
            "venue": [A, B, C, "nergens"],
            "season": list(SEASONS),
            "name": [*compare.CHARTS, "map"],
            "kind": ["svg"],
            "page_name": list(PAGES),
            "release_id": [str(one.release) for one in standing],
            "publication_id": [one.id for one in standing],
            "job_id": [str(one.job) for one in standing],
            "extract_id": list(sent),
            "secret": ["none"],
        }


def addresses(app: FastAPI) -> list[str]:
    """Every GET route with everything its parameters can name."""
    named = things(app.state.runtime)
    paths = sorted(c.path for c in iter_route_contexts(app.routes) if "GET" in (c.methods or ()))
    found = []
    for path in paths:
        fields = re.findall(r"{(\w+)}", path)
        for values in product(*(named[field] for field in fields)):
            address = path
            for field, value in zip(fields, values, strict=True):
                address = address.replace(f"{{{field}}}", value)
            found.append(address)
    cells = [address for address in found if address.endswith("/cells")]
    found += [f"{address}?limit=5000&cursor=c{5000 * page}" for address in cells for page in range(5)]
    found += [f"{address}?venue={venue}" for address in cells for venue in named["venue"]]
    found += [f"/api/v1/benchmarks/{venue}?season={s}" for venue, s in product((A, B, C), SEASONS)]
    found += [f"/charts/{A}/2025-26/{name}.png" for name in ("reach", "map")]
    return found


def ask_everything(app: FastAPI, guest: httpx.Client) -> Answers:
    """All of that, and every link that stands on a page that came back."""
    answers: Answers = {}
    waiting = addresses(app)
    while waiting:
        address = waiting.pop()
        if address in answers or address.startswith("/static"):
            continue
        answers[address] = answer = Answer.of(guest.get(address, headers={"Accept": "text/html"}))
        if answer.kind.startswith("text/html"):
            waiting += [html.unescape(link) for link in LINK.findall(answer.text)]
    return answers


def numbers_in(answer: Answer) -> set[int]:
    """Every whole number of an answer, however it is written."""
    if answer.kind.startswith(("application/json", "application/problem+json")):
        return set(_leaves(json.loads(answer.body)))
    if answer.kind.startswith("image/svg"):
        # The words of a picture. Its sizes and places are pixels; the second proof holds those.
        return set(_written(" ".join(WORDS.findall(answer.text))))
    return set(_written(answer.text))


def _leaves(value: Any) -> Iterator[int]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    elif isinstance(value, str):
        yield from _written(value)
    elif isinstance(value, (int, float)) and value == int(value):
        yield int(value)


def _written(text: str) -> Iterator[int]:
    for found in NUMBER.findall(html.unescape(text)):
        token = found.rstrip(".,\u00a0\u202f")
        if GROUPED.fullmatch(token):
            yield int(re.sub(r"\D", "", token))
        yield from (int(part) for part in token.split(",") if part.isdigit())


def exact_figures(demo: BuiltDemo, runtime: Runtime) -> dict[str, set[int]]:
    """For each venue every exact count that comes from persons: planted, counted, and rows that were sent."""
    truth = pl.read_parquet(demo.truth).filter(pl.col("venue") != "")
    found = {
        venue: set(part["count"]) for (venue,), part in truth.partition_by("venue", as_dict=True).items()
    }
    rows = pl.read_parquet(demo.truth.with_name("exports.parquet"))
    for venue, count in rows.select("venue", "rows").iter_rows():
        found[venue].add(count)
    with runtime.reading() as connection:
        for row in connection.execute(select(extracts)):
            found[row.venue] |= {row.rows_in, row.rows_accepted}
        for season in intake.seasons_with_data(connection):
            now, earlier = intake.snapshots(runtime, connection, season)
            before = earlier if earlier.current.num_rows else None
            for venue in found:
                found[venue] |= set(_leaves(count_own(runtime.count_engine(), now, before, venue, ("NL",))))
    return found


def looked_for(figures: dict[str, set[int]], own: str) -> set[int]:
    others = set().union(*(values for venue, values in figures.items() if venue != own))
    large = {value for value in others if value >= LEAST and value % 10 and value not in YEARS}
    return large - figures.get(own, set())


def explained(runtime: Runtime, name: str) -> set[int]:
    """The numbers that the caller's own file of each release holds, and so may be shown to the caller."""
    with runtime.reading() as connection:
        shown = publication.releases_in_view(runtime, connection)
    audience = name if name in ("public", "coordinator") else PEOPLE[name][1]
    found: set[int] = set()
    for release in shown:
        table = pl.DataFrame(release.audience(audience))
        for column in table.select(pl.selectors.numeric()).iter_columns():
            found |= set(column.drop_nulls().round().cast(pl.Int64))
    return found


@dataclass(frozen=True)
class Asked:
    """Everything that everybody got."""

    runtime: Runtime
    answers: dict[str, Answers]
    figures: dict[str, set[int]]
    sent: dict[str, str]

    def is_own(self, name: str, address: str) -> bool:
        """Whether this shows somebody their own venue's exact counts."""
        venue, path = PEOPLE[name][1], address.split("?", maxsplit=1)[0]
        upload = UPLOAD.match(path)
        theirs = upload is not None and self.sent.get(upload[1]) == venue
        return bool(venue) and (theirs or path in {own.format(venue=venue) for own in OWN_PAGES})


@pytest.fixture(scope="module")
def copied(demo: BuiltDemo, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A copy of the demo's service, since one of the tests changes its data."""
    folder = tmp_path_factory.mktemp("leaks") / "service"
    shutil.copytree(demo.settings.data, folder)
    return replace(demo.settings, data=folder)


@pytest.fixture(scope="module")
def asked(demo: BuiltDemo, copied: Settings) -> Iterator[Asked]:
    with served(copied) as (app, guests):
        answers = {name: ask_everything(app, guest) for name, guest in guests.items()}
        runtime: Runtime = app.state.runtime
        with runtime.reading() as connection:
            sent = {row.id: row.venue for row in connection.execute(select(extracts))}
        yield Asked(runtime, answers, exact_figures(demo, runtime), sent)


def test_everybody_gets_what_is_theirs(asked: Asked) -> None:
    """The crawl is no crawl of refusals: pages, tables, pictures and streams came back."""
    manager, public = asked.answers["manager A"], asked.answers["public"]
    kinds = {a.kind.split(";")[0] for a in manager.values() if a.status == 200}
    assert kinds >= {"text/html", "application/json", "text/csv", "image/svg+xml", "image/png"}
    assert sum(a.status == 200 for a in manager.values()) > 60
    assert public["/ledger"].status == public["/methods"].status == 200
    assert {a.kind.split(";")[0] for a in asked.answers["coordinator"].values()} >= {"text/event-stream"}
    assert not any(a.status >= 500 for answers in asked.answers.values() for a in answers.values())


@pytest.mark.parametrize("name", PEOPLE)
def test_N_08_no_exact_figure_of_another_venue_is_shown(asked: Asked, name: str) -> None:
    wanted = looked_for(asked.figures, PEOPLE[name][1]) - explained(asked.runtime, name)
    found = {
        address: hits
        for address, answer in asked.answers[name].items()
        if not asked.is_own(name, address) and (hits := numbers_in(answer) & wanted)
    }
    assert found == {}


@pytest.mark.parametrize("name", PEOPLE)
def test_most_of_what_is_looked_for_stays_after_setting_aside(asked: Asked, name: str) -> None:
    wanted = looked_for(asked.figures, PEOPLE[name][1])
    assert len(wanted) > 50
    assert len(wanted - explained(asked.runtime, name)) > len(wanted) / 2


@pytest.mark.parametrize(("name", "page"), [("manager A", f"/own/{A}"), ("box office A", "/upload")])
def test_the_search_finds_exact_figures_where_they_belong(asked: Asked, name: str, page: str) -> None:
    """The very same search, told that A's figures were somebody else's, finds them on A's own pages."""
    shown = numbers_in(asked.answers[name][page])
    assert shown & {value for value in asked.figures[A] if value >= LEAST and value % 10}


@pytest.mark.parametrize("name", PEOPLE)
def test_N_08_no_cell_of_another_venue_is_named(asked: Asked, name: str) -> None:
    """Neither in the cells of the API nor anywhere in a page, a table or a picture."""
    others = "|".join(venue for venue in asked.figures if venue != PEOPLE[name][1])
    foreign = re.compile(rf"\b[a-z][a-z_/]*/(?:{others})(?=[/\"'&<\s]|$)")
    pairs = re.compile(rf"(?:{others})\|")
    ours = ("/api/", "/charts/", "/reach/", "/own/", "/postcodes/", "/loyalty/", "/download/")
    for address, answer in asked.answers[name].items():
        named = [
            hit for hit in foreign.findall(answer.text) if not any(part.strip("/") in hit for part in ours)
        ]
        assert named == [], address
        assert not pairs.search(answer.text), address
        if "/cells" in address and answer.status == 200:
            assert {cell["venue"] for cell in json.loads(answer.body)["cells"]} <= {"", PEOPLE[name][1]}


@pytest.mark.parametrize("name", PEOPLE)
def test_no_shared_cache_keeps_what_somebody_was_shown(asked: Asked, name: str) -> None:
    """Kept by nobody, or by that person's own browser alone."""
    kept = {
        address: dict(answer.headers).get("cache-control", "")
        for address, answer in asked.answers[name].items()
    }
    assert {a: k for a, k in kept.items() if not {"no-store", "private"} & set(re.split(r"[ ,]+", k))} == {}


def test_coordinators_see_who_delivered_and_no_more(asked: Asked) -> None:
    """Each member with yes or no; uploads, findings and own counts are closed to them."""
    answers = asked.answers["coordinator"]
    with asked.runtime.reading() as connection:
        names = [html.escape(venue.name) for venue in publication.people.all_venues(connection)]
    page = answers["/publish"].text
    assert [name for name in names if name not in page] == []
    for address, answer in answers.items():
        if re.match(r"/(upload|own|extracts|api/v1/extracts)", address):
            assert answer.status in {403, 404}, address


@pytest.mark.parametrize(
    "place", ["/reach/{}", "/own/{}", "/api/v1/benchmarks/{}", "/charts/{}/2025-26/map.svg"]
)
def test_other_venues_are_as_absent_as_venues_that_never_were(asked: Asked, place: str) -> None:
    """The same answer to the byte, but for the address itself, which a page repeats to switch language."""
    bodies = {
        (answer.status, answer.body.replace(venue.encode(), b"-"))
        for venue in (B, C, "nergens")
        if (answer := asked.answers["manager A"][place.format(venue)])
    }
    assert len(bodies) == 1
    assert {status for status, _ in bodies} == {404}


def test_A_4_the_same_question_gives_the_same_bytes(copied: Settings) -> None:
    """Twenty times each, half of them after a restart that forgot what was kept in memory."""
    questions = [
        "/api/v1/releases/2025-26.season.e1/cells?limit=5000", f"/api/v1/benchmarks/{A}",
        f"/charts/{A}/2025-26/genre.svg", f"/charts/{A}/2025-26/map.svg", f"/charts/{A}/2024-25/reach.png",
        f"/download/loyalty/{A}.csv", f"/reach/{A}", "/methods", "/ledger",
        "/api/v1/releases/2024-25.season.e1",
    ]  # fmt: skip
    seen: dict[str, list[Answer]] = {question: [] for question in questions}
    for _ in range(2):
        with served(copied) as (_, guests):
            for question, _ in product(questions, range(10)):
                seen[question].append(Answer.of(guests["manager A"].get(question)))
    assert {len(answers) for answers in seen.values()} == {20}
    assert [q for q, answers in seen.items() if len(set(answers)) > 1 or answers[0].status != 200] == []


@pytest.mark.parametrize("name", ["public", "manager A", "coordinator"])
def test_N_19_nobody_sends_a_question_of_their_own(copied: Settings, name: str) -> None:
    """Nothing asks for cells by a condition: a POST is refused, and unknown words change nothing."""
    place = "/api/v1/releases/2025-26.season.e1/cells"
    with served(copied) as (_, guests):
        for asked_for in (
            {"where": "booker = 1"},
            {"area": "NL-1011", "genre": "dance"},
            {"sql": "select 1"},
        ):
            home = {"Origin": str(guests[name].base_url), "Sec-Fetch-Site": "same-origin"}
            answer = guests[name].post(place, json=asked_for, headers=home)
            assert 400 <= answer.status_code < 500
        plain, dressed = (guests[name].get(p) for p in (place, f"{place}?area=NL-1011&label=dance&where=1"))
    assert plain.content == dressed.content


def test_N_08_T_10_another_venues_new_data_changes_nothing_for_anyone_else(
    asked: Asked, copied: Settings
) -> None:
    """B sends a thousand tickets more: to everyone but B every answer stays as it was, headers included.

    This stands last: it changes the copy that the other tests of this module read.
    """
    with served(copied) as (app, _):
        runtime: Runtime = app.state.runtime
        clerk = workflow.person_by_email(runtime, "kassa@nachtvlinder.example")
        body = extract(runtime, B, season_of_sales(B, 700, 2025), organisation=clerk.organisation)
        path = runtime.settings.data / "more.csv"
        path.write_bytes(body)
        assert workflow.receive_extract(runtime, clerk, path).status == "received"
    with served(copied) as (app, guests):
        own = Answer.of(guests["manager B"].get(f"/own/{B}"))
        assert own.body != asked.answers["manager B"][f"/own/{B}"].body
        changed = {}
        for name in [one for one in PEOPLE if one != "manager B"]:
            after = ask_everything(app, guests[name])
            if others := [a for a, answer in asked.answers[name].items() if after[a] != answer]:
                changed[name] = others
    assert changed == {}
