"""The exports look like those of the real systems: headers, styles, encodings, decimals, status words."""

from __future__ import annotations

import hashlib
import re

import pytest

from sample_data import pretix_header
from tests.unit.sample_data.reading import BY_SLUG, Sample

# SHA-256 over the 56 columns that pretix 2026.8.0 wrote in each language, joined by line feeds.
REAL_HEADERS = {
    "en": "088306d4c5b0c086d1defdd1bd7686fb17070cf0cd6e9865868582bf47c199d0",
    "nl": "5df504a3c19ec40683ce869c497acc75e78e7849c9b6916656ec91226588d510",
    "fr": "e2623f32f92f2ba2e59aefeb54f81479b03455a7900bbb3f778ed48f1b623dfa",
    "de": "a221d9f35628ac975b17cd64328b3872bf2c501badcb1ced98738f2377900522",
}
SERIES = {
    "en": ("Date", "Start date", "End date"),
    "nl": ("Datum", "Startdatum", "Einddatum"),
    "fr": ("Date", "Date de début", "Date de fin"),
    "de": ("Termin", "Beginn", "Ende"),
}
HELLOASSO = (
    "Référence commande;Date de la commande;Statut de la commande;Nom participant;Prénom participant;"
    "Nom payeur;Prénom payeur;Email payeur;Raison sociale;Moyen de paiement;Billet;Numéro de billet;"
    "Tarif;Montant tarif;Code Promo;Montant code promo"
)
PRICE, STATUS, POSITION = 16, 4, 3


@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_pretix_headers_are_the_real_ones_in_each_language(language: str) -> None:
    columns = pretix_header.header(language, series=False)
    assert hashlib.sha256("\n".join(columns).encode()).hexdigest() == REAL_HEADERS[language]
    assert pretix_header.header(language, series=True)[9:12] == SERIES[language]


def test_each_pretix_export_carries_its_header_and_rows_of_its_width(sample: Sample) -> None:
    languages, styles = set(), set()
    for export in sample.exports("pretix-positions"):
        kind = BY_SLUG[export.venue].export
        header, *rows = sample.rows(export)
        assert tuple(header) == pretix_header.header(kind.language, series=not kind.single_events)
        assert {len(row) for row in rows} == {len(header)}
        languages.add(kind.language)
        styles.add((kind.style, kind.single_events))
    assert languages == {"en", "nl", "fr", "de"}
    assert {style for style, _ in styles} == {"commas", "excel", "semicolons"}
    assert {single for _, single in styles} == {True, False}


def test_the_french_header_has_one_name_twice(sample: Sample) -> None:
    (header, *_) = sample.rows(next(e for e in sample.network.exports if e.venue == "oude-ijssel"))
    assert [name for name in set(header) if header.count(name) > 1] == ["Nom du siège"]


def test_only_the_style_with_commas_quotes_every_text_and_no_number(sample: Sample) -> None:
    for export in sample.exports("pretix-positions"):
        first = (sample.out / export.path).read_bytes().split(b"\r\n")[1]
        if BY_SLUG[export.venue].export.style == "commas":
            assert first.startswith(b'"')
            assert re.search(rb'",\d+,"', first), "the position's number stands bare"
        else:
            assert not first.startswith(b'"')
            assert b'""' not in first, "an empty cell is nothing, not two quotation marks"


def test_rows_end_in_crlf_and_addresses_hold_bare_line_feeds(sample: Sample) -> None:
    streets = sample.column("pretix-positions", 26) + sample.column("pretix-positions", 23)
    assert any("\n2e verdieping" in street for street in streets)
    for export in sample.network.exports:
        end = (sample.out / export.path).read_bytes()[-4:]
        assert end.endswith((b"\r\n", "\r\n".encode("utf-16-le")))


def test_decimals_follow_the_language_also_between_commas(sample: Sample) -> None:
    for export in sample.exports("pretix-positions"):
        kind = BY_SLUG[export.venue].export
        mark = r"\." if kind.language == "en" else ","
        place = PRICE - 3 * kind.single_events
        assert all(re.fullmatch(rf"\d+{mark}\d\d", row[place]) for row in sample.rows(export)[1:])


def test_status_words_are_translated_and_unpaid_rows_are_there(sample: Sample) -> None:
    words = set(sample.column("pretix-positions", STATUS))
    assert {"paid", "canceled", "betaald", "geannuleerd", "verlopen", "Payé", "bezahlt", "storniert"} <= words


def test_helloasso_has_a_mark_semicolons_and_its_own_header(sample: Sample) -> None:
    exports = sample.exports("helloasso-tickets")
    assert {export.venue for export in exports} == {"spinnerij", "hanzesteiger"}
    for export in exports:
        raw = (sample.out / export.path).read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf" + HELLOASSO.encode())
        assert not any("postal" in name.lower() for name in sample.rows(export)[0])
        assert all(re.fullmatch(r"\d+,\d\d", row[13]) for row in sample.rows(export)[1:])


def test_the_three_generic_exports_are_in_three_encodings(sample: Sample) -> None:
    starts = {e.venue: (sample.out / e.path).read_bytes() for e in sample.exports("generic")}
    assert starts["golfslag"].startswith(b"\xff\xfe")
    assert starts["zilverberg"].startswith(b"\xef\xbb\xbf")
    with pytest.raises(UnicodeDecodeError):
        starts["waalzicht"].decode("utf-8")


def test_positions_count_up_within_an_order_and_add_ons_point_at_the_first(sample: Sample) -> None:
    export = next(e for e in sample.network.exports if e.venue == "de-vaart")
    header, *rows = sample.rows(export)
    order, add_on = header.index("Order code"), header.index("Add-on to position ID")
    seen: dict[str, int] = {}
    for row in rows:
        seen[row[order]] = seen.get(row[order], 0) + 1
        assert int(row[POSITION]) == seen[row[order]]
    assert any(row[add_on] == "1" and int(row[POSITION]) > 1 for row in rows)
    assert all(re.fullmatch(r"[A-Z0-9]{5}", code) for code in seen)
