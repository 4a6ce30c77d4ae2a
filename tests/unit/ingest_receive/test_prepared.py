"""What `foyer prepare` writes is what receiving expects: the two meet only through the extract."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.identity.oprf import RFC_TEST_KEY, TRIAL_KEY_ID, Evaluator, key_check, local_identify
from ingest.prepare import VenueProfile, prepare_export
from ingest.receive import Expected, examine
from tests.unit.ingest_receive.desk import codes

PROFILE = {
    "organisation": "theater-de-linde", "venue": "de-linde", "name": "De Linde", "country": "NL",
    "timezone": "Europe/Amsterdam", "currency": "EUR", "layout": "generic",
    "programme": [{"match": "Hamlet", "production": "hamlet", "title": "Hamlet, prins", "genre": "theatre",
                   "capacity": 420, "start": "2025-10-03T20:15"}],
    "generic": {
        "delimiter": ";", "encoding": "cp1252", "date": "%d-%m-%Y %H:%M", "decimal": ",",
        "columns": {"order_ref": "Bestelnr", "ticket_ref": "Kaartnr", "email": "E-mail",
                    "postcode": "Postcode",
                    "country": "Land", "production": "Voorstelling", "performance_start": "Aanvang",
                    "purchased_at": "Besteld op", "product": "Kaartsoort",
                    "price": "Prijs", "status": "Status",
                    "channel": "Kanaal", "scanned": "Scan"},
        "statuses": {"Betaald": "sold", "Retour": "refunded"},
    },
}  # fmt: skip
EXPORT = """\
Bestelnr;Kaartnr;E-mail;Postcode;Land;Voorstelling;Aanvang;Besteld op;Kaartsoort;Prijs;Status;Kanaal;Scan
A1;1;Jan@Café.example;1011 AB;Nederland;Hamlet;03-10-2025 20:15;01-09-2025 10:00;Normaal;25,00;Betaald;Web;ja
A1;2;Jan@Café.example;1011 AB;Nederland;Hamlet;03-10-2025 20:15;01-09-2025 10:00;Normaal;25,00;Betaald;Web;nee
A2;3;;;;Hamlet;03-10-2025 20:15;03-10-2025 19:50;Normaal;25,00;Retour;Kassa;
"""


def _prepare(folder: Path, key_id: str, trial: bool) -> tuple[Path, str]:
    evaluator = Evaluator(key_id, RFC_TEST_KEY)
    (folder / "export.csv").write_bytes(EXPORT.encode("cp1252"))
    out = folder / "out.foyer.csv"
    profile = VenueProfile.from_dict(PROFILE)
    prepare_export(folder / "export.csv", out, profile, local_identify(evaluator), key_id, trial=trial)
    return out, key_check(evaluator)


def _expected(key_id: str, check: str) -> Expected:
    return Expected("theater-de-linde", frozenset({"de-linde"}), {key_id: check})


def test_every_row_of_a_prepared_extract_is_accepted_without_a_finding(tmp_path: Path) -> None:
    path, check = _prepare(tmp_path, "2026a", trial=False)
    examined = examine(path, _expected("2026a", check))
    assert codes(examined) == {}
    assert examined.frame is not None
    assert examined.frame["token"].is_not_null().to_list() == [True, True, False]
    assert examined.frame["area"].to_list() == ["NL-1011", "NL-1011", None]


@pytest.mark.parametrize("key_id", ["2026a", TRIAL_KEY_ID])
def test_a_trial_is_refused_whatever_key_made_it(tmp_path: Path, key_id: str) -> None:
    path, check = _prepare(tmp_path, key_id, trial=True)
    assert codes(examine(path, _expected(key_id, check))) == {"trial": (1,)}


def test_an_extract_made_with_another_key_is_refused(tmp_path: Path) -> None:
    path, _ = _prepare(tmp_path, "2026a", trial=False)
    assert codes(examine(path, _expected("2026a", "2026a.other"))) == {"wrong_key": (1,)}
