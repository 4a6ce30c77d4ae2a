"""What travels over HTTP: JSON in and out, each shape stated once. Unknown fields are refused."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from ingest.cells import LAST_43

Blinded = Annotated[str, Field(min_length=64, max_length=64, pattern="^[0-9a-f]{64}$")]
MOST_EVALUATED = 2000
BookerToken = Annotated[str, Field(pattern=rf"^[A-Za-z0-9._-]{{1,80}}\.{LAST_43}$")]
MOST_ERASED = 2000


class Wire(BaseModel):
    """The base of every shape."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


class ProblemBody(BaseModel):
    """The one shape of an error (RFC 9457). `code` is for programs, `title` and `detail` for people."""

    model_config = ConfigDict(extra="allow")
    type: str
    title: str
    status: int
    detail: str
    code: str


class EvaluateIn(Wire):
    """Blinded elements in hex, at most 2,000 at a time."""

    key_id: str
    blinded: Annotated[list[Blinded], Field(max_length=MOST_EVALUATED)]


class EvaluateOut(Wire):
    """Evaluated elements in hex, in the same order."""

    key_id: str
    evaluated: list[str]


class KeyOut(Wire):
    """The identity key that extracts are prepared with."""

    key_id: str
    holder: str


class ExtractOut(Wire):
    """What became of an extract. `preview` says what it changes."""

    id: str
    venue: str
    status: str
    rows_in: int
    rows_accepted: int
    rows_rejected: int
    duplicate: bool
    findings: list[dict[str, Any]]
    preview: dict[str, Any]


class ErasureIn(Wire):
    """Whose rows of which venue are to go: booker tokens, made at the venue as for an extract."""

    venue: str
    tokens: Annotated[list[BookerToken], Field(min_length=1, max_length=MOST_ERASED)]


class ErasureOut(Wire):
    """The receipt of an erasure. The same whether or not there was anything to erase."""

    id: str
    erased_on: date


class ReleaseIn(Wire):
    """Which season to propose (with a reason where it passes the plan), or which proposal to approve.

    With `corrects`, a venue of a published season: a new edition for which its figures are drawn anew.
    """

    season: Annotated[str, Field(pattern=r"^\d{4}[-/]\d{2}$")] | None = None
    corrects: Annotated[str, Field(max_length=80)] = ""
    approve: str | None = None
    beyond_plan: Annotated[str, Field(max_length=500)] = ""


class PublicationOut(Wire):
    """Where a publication stands."""

    id: str
    season: str
    edition: int
    corrects: str
    state: str
    job: str | None


class ReleaseOut(Wire):
    """A release that may be seen."""

    id: str
    season: str
    edition: int
    corrects: str


class JobOut(Wire):
    """How far a job is."""

    id: str
    kind: str
    state: str
    step: str
    done: int
    of: int
    problem: str | None


class Cell(Wire):
    """One published cell as the caller may see it. Withheld cells have no figures."""

    cell_id: str
    measure: str
    venue: str
    dimension: str
    label: str
    level: str
    noisy: int | None
    sigma: float | None
    fit: float | None
    estimate: float | None
    low: float | None
    high: float | None
    beyond: float | None
    status: str
    group: str
    peers: int


class CellsOut(Wire):
    """One page of cells; `next` is the cursor of the following page."""

    release: str
    total: int
    cells: list[Cell]
    next: str | None


class MeasureOut(Wire):
    """One measure of the vocabulary."""

    id: str
    scope: str
    unit: str
    dimensions: list[str]
    looks_back: bool
    names: dict[str, str]
    definitions: dict[str, str]
    source: str


class RegionOut(Wire):
    """A region and how many postcode areas it has."""

    name: str
    areas: int


class ValueOut(Wire):
    """A value with its standard error and 95 % interval."""

    estimate: float
    sigma: float
    low: float
    high: float


class ComparisonOut(Wire):
    """One figure of a venue beside its peers."""

    figure: str
    label: str
    own: ValueOut | None
    peer_mean: ValueOut | None
    q1: float | None
    median: float | None
    q3: float | None
    peers: int
    distinguishable: bool | None
    withheld: bool


class BenchmarksOut(Wire):
    """A venue beside one peer group in one release."""

    release: str
    venue: str
    group: str
    comparisons: list[ComparisonOut]


class LedgerEntryOut(Wire):
    """One line of the public account."""

    number: int
    kind: str
    publication: str
    season: str
    purpose: str
    nano_rho: int
    at: str
    previous_hash: str
    hash: str


class AccountOut(Wire):
    """One season's account, in nano-rho, and the epsilon that its total means at each delta for the unit."""

    season: str
    spent: dict[str, int]
    total: int
    plan: int
    limit: int
    unit: str
    epsilon: dict[str, float]


class LifetimeOut(Wire):
    """What so many seasons in a row have cost at most, and cost when each spends its plan, in nano-rho."""

    seasons: int
    unit: str
    spent: int
    epsilon_spent: dict[str, float]
    planned: int
    epsilon_planned: dict[str, float]
    limit: int


class LedgerOut(Wire):
    """Every account, what several seasons cost together, and one page of entries."""

    accounts: list[AccountOut]
    lifetimes: list[LifetimeOut]
    entries: list[LedgerEntryOut]
    next: int | None


class HealthOut(Wire):
    """Whether the service answers and its stores are there."""

    status: str
    version: str
    today: str


class TokenIn(Wire):
    """What the token is for."""

    name: Annotated[str, Field(min_length=1, max_length=80)]


class TokenOut(Wire):
    """A fresh token; it is shown once."""

    id: int
    token: str


class UploadOut(Wire):
    """One upload of the own organisation."""

    id: str
    venue: str
    status: str
    received_at: datetime
    received_by: str
    rows_in: int
    rows_accepted: int
    rows_rejected: int
    findings: list[dict[str, Any]]
    rejected: list[dict[str, Any]]
    preview: dict[str, Any]
