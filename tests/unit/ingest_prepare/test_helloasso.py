"""What HelloAsso writes, row by row."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.prepare.layouts.helloasso_tickets import local_time
from tests.unit.ingest_prepare.helpers import CID, EXPORTS, helloasso_profile, prepared

HEADER = "Référence commande;Date de la commande;Statut de la commande;Email payeur;Tarif;Montant tarif"
ROW = "48;04/03/2026 14:25;Validé;zoe@mail.example;Plein tarif;25,00"


def test_a_gift_inside_an_order_is_left_out_and_counted(tmp_path: Path) -> None:
    found = prepared(tmp_path, EXPORTS / "helloasso.csv", helloasso_profile())
    assert found.card.left_out["donation"] == 1
    assert "1000" not in found.column("price_paid_cents")


@pytest.mark.parametrize("fare", ["Don", "don libre", "Dons", "Don supplémentaire"])
def test_a_gift_is_known_by_its_fare(fare: str, tmp_path: Path) -> None:
    found = prepared(tmp_path, f"{HEADER}\n{ROW}\n{ROW.replace('Plein tarif', fare)}\n", PERFORMANCE)
    assert found.card.left_out == {"donation": 1}


PERFORMANCE = helloasso_profile(performance="Le Cid")


@pytest.mark.parametrize("fare", ["Donateur fidèle", "Jeudi"])
def test_a_fare_that_merely_begins_like_a_gift_is_a_ticket(fare: str, tmp_path: Path) -> None:
    found = prepared(tmp_path, f"{HEADER}\n{ROW.replace('Plein tarif', fare)}\n", PERFORMANCE)
    assert found.card.tickets_used == 1


def test_what_a_code_took_off_is_not_paid(tmp_path: Path) -> None:
    sheet = f"{HEADER};Montant code promo\n{ROW};5,00\n{ROW};30,00\n{ROW};\n"
    assert prepared(tmp_path, sheet, PERFORMANCE).column("price_paid_cents") == ["2000", "0", "2500"]


@pytest.mark.parametrize(
    ("column", "cell"),
    [("Campagne", "Le Cid du 14 mars"), ("Billet", "Le Cid, 14-03-2026 20:30")],
)
def test_the_performance_is_found_by_campaign_or_ticket(column: str, cell: str, tmp_path: Path) -> None:
    found = prepared(tmp_path, f"{HEADER};{column}\n{ROW};{cell}\n", helloasso_profile())
    assert found.column("performance_ref") == ["le-cid:20260314T2030"]


def test_the_performance_is_found_by_the_fare(tmp_path: Path) -> None:
    found = prepared(tmp_path, f"{HEADER}\n{ROW.replace('Plein tarif', 'Le Cid plein tarif')}\n",
                     helloasso_profile())  # fmt: skip
    assert found.column("production_ref") == ["le-cid"]


def test_the_performance_is_found_by_the_name_of_the_file(tmp_path: Path) -> None:
    source = tmp_path / "Le Cid-2026-03-14.csv"
    source.write_text(f"{HEADER}\n{ROW}\n", "utf-8")
    assert prepared(tmp_path, source, helloasso_profile()).column("production_ref") == ["le-cid"]


def test_the_profiles_own_performance_is_the_last_resort(tmp_path: Path) -> None:
    sheet = f"{HEADER}\n{ROW}\n"
    assert prepared(tmp_path, sheet, helloasso_profile()).card.left_out == {"no_performance": 1}
    assert prepared(tmp_path, sheet, PERFORMANCE).column("production_title") == ["Le Cid"]


def test_several_evenings_of_one_production_are_told_apart_by_their_patterns(tmp_path: Path) -> None:
    programme = [{**CID, "match": "*14-03*"}, {**CID, "match": "*15-03*", "start": "2026-03-15T20:30"}]
    sheet = f"{HEADER};Billet\n{ROW};Le Cid 15-03\n{ROW};Le Cid 14-03\n"
    found = prepared(tmp_path, sheet, helloasso_profile(programme=programme))
    assert found.column("performance_ref") == ["le-cid:20260315T2030", "le-cid:20260314T2030"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [("Validé", "sold"), ("Remboursée", "refunded"), ("Annulé", "void"), ("En attente", "reserved")],
)
def test_a_status_is_one_of_four(status: str, expected: str, tmp_path: Path) -> None:
    found = prepared(tmp_path, f"{HEADER}\n{ROW.replace('Validé', status)}\n", PERFORMANCE)
    assert found.column("status") == [expected]


def test_cash_was_paid_at_the_desk(tmp_path: Path) -> None:
    sheet = f"{HEADER};Moyen de paiement\n{ROW};Espèces\n{ROW};Carte bancaire\n"
    assert prepared(tmp_path, sheet, PERFORMANCE).column("channel") == ["desk", "web"]


def test_an_export_with_postcodes_keeps_their_area(tmp_path: Path) -> None:
    sheet = f"{HEADER};Code Postal acheteur;Pays acheteur\n{ROW};1000;France\n"
    found = prepared(tmp_path, sheet, helloasso_profile(performance="le cid", country="FR"))
    assert (found.column("country"), found.column("postcode_area")) == (["FR"], ["01000"])
    assert "no_postcodes" not in found.codes


@pytest.mark.parametrize(
    ("text", "expected"),
    [("04/03/2026 14:25", "2026-03-04T14:25:00"), ("4/3/2026", "2026-03-04T00:00:00"),
     ("03/04/2026 18:23:13", "2026-04-03T18:23:13"), ("04/03/2026 à 14h05", "2026-03-04T14:05:00"),
     ("", ""), ("hier", "?")],
)  # fmt: skip
def test_a_french_date_is_read(text: str, expected: str) -> None:
    assert local_time(text) == expected
