"""P-4: whatever points to a person refuses the whole file, wherever it stands; ordinary words do not."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.extract import COLUMN_NAMES
from ingest.findings.receive import to_stored
from ingest.forbidden import forbidden_in, forbidden_in_cell
from ingest.guessable import unkeyed_tokens
from tests.unit.ingest_receive.desk import KEY, Desk, a_ticket, codes, lines, look

ADDRESS = "jan.jansen@gmail.com"
PERSONAL = [
    (ADDRESS, "forbidden_email"),
    ("Jan <jan@kpn.example>", "forbidden_email"),
    ("+31 6 12345678", "forbidden_phone"),
    ("0612345678", "forbidden_phone"),
    ("020-123 45 67", "forbidden_phone"),
    ("0032470123456", "forbidden_phone"),
    ("NL91 ABNA 0417 1643 00", "forbidden_iban"),
    ("NL91ABNA0417164300", "forbidden_iban"),
    ("BE68539007547034", "forbidden_iban"),
    (hashlib.md5(ADDRESS.encode()).hexdigest(), "forbidden_hash"),
    (hashlib.sha1(ADDRESS.encode()).hexdigest(), "forbidden_hash"),
    (hashlib.sha256(ADDRESS.encode()).hexdigest(), "forbidden_hash"),
    (hashlib.sha256(ADDRESS.encode()).hexdigest().upper(), "forbidden_hash"),
]
TITLES = [
    "Romeo en Julia", "An evening with Jan de Vries", "1984", "2001: A Space Odyssey", "24/25", "007",
    "10.000 uren", "08-11-2025 20:15", "Zo 8.11.2025 - 20.15", "Seizoen 2025-2026", "Apollo 13", "50/50",
    "Cinderella @ the Opera", "Symfonie nr. 9, op. 125", "1812 Ouverture", "00:30", "3 x 3",
    "Deadbeef", "NL 2025 FEST 2026",
]  # fmt: skip


@pytest.mark.parametrize(("text", "code"), PERSONAL)
@pytest.mark.parametrize("column", COLUMN_NAMES)
def test_N_24_a_personal_cell_refuses_the_file_in_every_column(
    tmp_path: Path, column: str, text: str, code: str
) -> None:
    examined = look(tmp_path, lines([a_ticket(1), a_ticket(2, **{column: text})]))
    assert examined.frame is None
    assert codes(examined)[code] == (4,)
    assert examined.report.rejects_file
    assert examined.report.findings[0].column == column


@pytest.mark.parametrize(
    "column", ["order_ref", "ticket_ref", "booker_token", "country", "postcode_area", "status"]
)
@pytest.mark.parametrize(
    "name", ["Jan Jansen", "Anna de Vries", "Émilie du Châtelet", "Jansen, Jan", "Jan van den Berg"]
)
def test_a_persons_name_refuses_the_file(tmp_path: Path, column: str, name: str) -> None:
    quoted = f'"{name}"' if "," in name else name
    examined = look(tmp_path, lines([a_ticket(1), a_ticket(2, **{column: quoted})]))
    assert codes(examined)["forbidden_name"] == (4,)


@pytest.mark.parametrize("title", TITLES)
def test_an_ordinary_title_is_no_personal_data(title: str) -> None:
    assert forbidden_in(title) is None


@pytest.mark.parametrize("title", [f"Gala van {ADDRESS}", "Bel 06-12345678 voor kaarten"])
def test_a_title_is_exempt_from_name_checks_only(tmp_path: Path, title: str) -> None:
    assert look(tmp_path, lines([a_ticket(1, production_title=title)])).frame is None


def test_plain_hashes_of_ten_thousand_common_addresses_are_refused_in_a_tokens_clothes(
    tmp_path: Path,
) -> None:
    assert len(unkeyed_tokens(KEY)) >= 10_000
    tail = base64.urlsafe_b64encode(hashlib.sha256(ADDRESS.encode()).digest()).decode().rstrip("=")
    examined = look(tmp_path, lines([a_ticket(1), a_ticket(2, booker_token=f"{KEY}.{tail}")]))
    assert codes(examined) == {"forbidden_hash": (4,)}


@settings(max_examples=300, deadline=None)
@given(st.binary(min_size=12, max_size=12))
def test_our_own_hashed_references_are_never_taken_for_personal_data(digest: bytes) -> None:
    assert forbidden_in_cell(digest.hex()) is None


def test_a_reference_that_only_looks_like_a_bank_number_passes() -> None:
    assert forbidden_in_cell("NL92ABNA0417164300") is None


def test_N_24_nothing_of_a_refused_file_is_kept_or_repeated(desk: Desk) -> None:
    receipt = desk.send(lines([a_ticket(1, production_title=ADDRESS)]))
    assert (receipt.extract_id, receipt.status.value) == (None, "refused")
    assert (receipt.rows_in, receipt.rows_accepted, receipt.rows_rejected) == (1, 0, 1)
    assert (desk.stored_files(), desk.states()) == ([], {})
    assert ADDRESS not in repr(to_stored(receipt.report)) + repr(receipt.report.to_list("nl"))
