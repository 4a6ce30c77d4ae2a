"""Profiles and small exports by hand, and the extract read back as rows."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.extract import ExtractHeader
from ingest.identity.oprf import RFC_TEST_KEY, TRIAL_KEY_ID, Evaluator, local_identify
from ingest.prepare import Limits, Scorecard, VenueProfile, prepare_export

HERE = Path(__file__).parent
EXPORTS = HERE / "exports"
GOLDEN = HERE / "golden"

IDENTIFY = local_identify(Evaluator(TRIAL_KEY_ID, RFC_TEST_KEY))

HAMLET = {
    "match": "hamlet-2025", "production": "hamlet", "title": "Hamlet", "genre": "theatre", "capacity": 420,
    "start": "2025-10-03T20:15",
}  # fmt: skip
PROFILE: dict[str, Any] = {
    "organisation": "theater-de-linde",
    "venue": "de-linde",
    "name": "Theater De Linde",
    "country": "NL",
    "timezone": "Europe/Amsterdam",
    "currency": "EUR",
    "layout": "pretix-positions",
    "products": [
        {"match": "Normaal*", "class": "single"},
        {"match": "Podiumpas*", "class": "pass", "scheme": "podiumpas"},
        {"match": "Parkeer*", "audience": False},
        {"match": "*vrijkaart*", "class": "comp"},
        {"match": "Kijk thuis", "class": "single", "channel": "online_vod"},
    ],
    "channels": [{"match": "Kassa*", "channel": "desk"}],
    "own_addresses": ["kassa@delinde.example"],
    "programme": [HAMLET],
}
CID = {
    "match": "le cid*", "production": "le-cid", "title": "Le Cid", "genre": "theatre", "capacity": 90,
    "start": "2026-03-14T20:30",
}  # fmt: skip
GENERIC: dict[str, Any] = {
    "delimiter": ";",
    "encoding": "cp1252",
    "date": "%d-%m-%Y %H:%M",
    "decimal": ",",
    "columns": {
        "order_ref": "Bestelnr", "ticket_ref": "Kaartnr", "email": "E-mail", "customer_number": "Relatienr",
        "postcode": "Postcode", "country": "Land", "production": "Voorstelling",
        "performance_start": "Aanvang", "purchased_at": "Besteld op", "product": "Kaartsoort",
        "price": "Prijs", "status": "Status", "channel": "Kanaal", "quantity": "Aantal", "scanned": "Gescand",
    },
    "statuses": {"Betaald": "sold", "Retour": "refunded", "Vervallen": "void", "Optie": "reserved"},
}  # fmt: skip
STAVOREN = {"match": "de vrouw van stavoren", "production": "stavoren", "genre": "musical", "capacity": 300}


def a_profile(**changed: Any) -> VenueProfile:
    """Theater De Linde, but for what is changed."""
    return VenueProfile.from_dict({**PROFILE, **changed})


def helloasso_profile(**changed: Any) -> VenueProfile:
    return a_profile(**{"layout": "helloasso-tickets", "programme": [CID], **changed})


def generic_profile(**changed: Any) -> VenueProfile:
    return a_profile(**{"layout": "generic", "generic": GENERIC, "programme": [STAVOREN], **changed})


@dataclass(frozen=True, slots=True)
class Prepared:
    """A scorecard and what was written, if anything."""

    card: Scorecard
    text: str
    header: ExtractHeader | None
    rows: list[dict[str, str]]

    @property
    def codes(self) -> set[str]:
        return {finding.kind.code for finding in self.card.findings.findings}

    def finding(self, code: str) -> Any:
        [found] = [finding for finding in self.card.findings.findings if finding.kind.code == code]
        return found

    def column(self, name: str) -> list[str]:
        return [row[name] for row in self.rows]


def prepared(
    tmp_path: Path, source: Path | bytes | str, profile: VenueProfile | None = None, **options: Any
) -> Prepared:
    """Prepare a file, or these bytes, and read the extract back."""
    if not isinstance(source, Path):
        raw = source if isinstance(source, bytes) else source.encode()
        source = tmp_path / "export.csv"
        source.write_bytes(raw)
    out = tmp_path / "out.foyer.csv"
    out.unlink(missing_ok=True)
    identify = options.pop("identify", IDENTIFY)
    card = prepare_export(source, out, profile or a_profile(), identify, TRIAL_KEY_ID, trial=True, **options)
    if not out.exists():
        return Prepared(card, "", None, [])
    text = out.read_text("utf-8")
    lines = text.split("\n")
    return Prepared(card, text, ExtractHeader.parse(lines[0]), list(csv.DictReader(lines[1:-1])))


def pretix(*rows: dict[str, str], header: list[str] | None = None) -> str:
    """An English positions sheet of these rows; what a row does not say is an ordinary paid ticket."""
    names = header or list(TICKET)
    lines = [names, *([{**TICKET, **row}.get(name, "") for name in names] for row in rows)]
    return "".join(",".join(_quoted(cell) for cell in line) + "\r\n" for line in lines)


TICKET = {
    "Event slug": "hamlet-2025", "Event name": "Hamlet", "Order code": "AAA11", "Position ID": "1",
    "Status": "paid", "Email": "anna@mail.example", "Order date": "2025-09-01", "Order time": "09:00:00",
    "Product": "Normaal", "Variation": "", "Price": "27.50", "ZIP code": "", "Country": "",
    "Add-on to position ID": "", "Invoice address ZIP code": "", "Invoice address country": "",
    "Sales channel": "Webshop", "External customer ID": "", "Check-in lists": "",
}  # fmt: skip


def json_of(card: Scorecard) -> Any:
    return json.loads(json.dumps(card.to_dict()))


def small_limits(**changed: int) -> Limits:
    return Limits(**{"bytes": 1 << 20, "rows": 100, "columns": 60, **changed})


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'
