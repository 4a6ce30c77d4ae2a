"""The verifier finds what a careless, a broken and a lying service would leave behind, and names it.

What a lying service leaves is signed by its own key and hashed as it stands: only recomputing tells.
"""

from __future__ import annotations

import base64
import json
import math
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from privacy.checkpoints import FILE
from privacy.release import sha256_file
from privacy.signing import readable, signed
from service.verifier import Unreadable, chain, losses, verify
from service.verifier.releases import FACTS
from service.verifier.second_opinion import NoOpinionError, Opinion, ask
from tests.privacy.desk import KEY, a_desk, a_publication, publish_now

PUBLIC = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
E1 = "2025-26.season.e1"
Harm = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two editions of a season, published by the real recipe."""
    folder = tmp_path_factory.mktemp("made")
    publish_now(a_desk(folder), a_publication())
    publish_now(a_desk(folder), a_publication(edition=2), beyond_plan="a venue's file was wrong")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "folder", ignore=shutil.ignore_patterns("foyer.sqlite*"))


@pytest.fixture
def documents(made: Path, tmp_path: Path) -> Path:
    """The documents alone, as anyone may have them."""
    target = tmp_path / "documents"
    (target / "releases" / E1).mkdir(parents=True)
    for name in (FILE, f"releases/{E1}/manifest.json"):
        shutil.copy(made / name, target / name)
    return target


def problems(where: Path, **more: Any) -> list[str]:
    return verify(where, **{"public_key": PUBLIC, **more}).problems


def rewrite(path: Path, harm: Harm, key: Ed25519PrivateKey = KEY) -> None:
    """Change a signed document and sign it again, as only the service itself can."""
    document = json.loads(path.read_bytes())
    harm(document)
    document.pop("signature", None)
    path.write_bytes(readable(signed(document, key)))


def test_what_the_recipe_leaves_holds(folder: Path) -> None:
    report = verify(folder, public_key=PUBLIC)
    assert report.problems == []
    assert (report.entries, len(report.found)) == (6, 2)
    assert report.found[0].tables == len(report.found[0].noise["2025/26"]) > 20


def test_N_09_the_verifier_loads_none_of_what_it_verifies() -> None:
    """In a fresh process neither our layers nor OpenDP nor a database library came along with it."""
    script = (
        "import sys, service.verifier, service.verifier.second_opinion\n"
        "ours = {'ingest', 'aggregation', 'privacy', 'reports', 'opendp', 'sqlalchemy', 'polars', 'duckdb'}\n"
        "loaded = {name for name in sys.modules if name.split('.')[0] in ours}\n"
        "other = {n for n in sys.modules if n.startswith('service.') and 'service.verifier' not in n}\n"
        "sys.exit(str(loaded | other) if loaded | other else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# ------------------------------------------------------------------ one byte


@pytest.mark.parametrize("name", [FILE, f"releases/{E1}/manifest.json"])
def test_R_10_a_flip_of_one_bit_in_a_signed_document_is_found(documents: Path, name: str) -> None:
    """Braces, white space, names, numbers, the signature's own last letters: in the ledger every byte,
    in the long manifest every seventh and all of the signature."""
    if name == FILE:
        shutil.rmtree(documents / "releases")
    named = ("Checkpoint: ", "Ledger: ") if name == FILE else (f"Release {E1}: manifest.json",)
    path = documents / name
    whole = path.read_bytes()
    assert problems(documents, public=True) == []
    missed = []
    signature = range(whole.index(b'"signature"'), whole.index(b"}", whole.index(b'"signature"')))
    places = range(len(whole)) if name == FILE else sorted({*range(0, len(whole), 7), *signature})
    flips = [(place, bit) for place in places for bit in ((1, 2, 4) if place in signature else (1,))]
    for at, bit in flips:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
        if not any(p.startswith(named) for p in found_or_said(documents)):
            missed.append((at, bit))
    assert missed == []


def found_or_said(where: Path) -> list[str]:
    try:
        return problems(where, public=True)
    except Unreadable as said:
        return [f"Checkpoint: {said}"]


@pytest.mark.parametrize("name", ["cells.parquet", "audiences/coordinator.parquet"])
def test_R_10_a_flip_of_one_byte_in_a_release_is_found_and_the_file_named(folder: Path, name: str) -> None:
    path = folder / "releases" / E1 / name
    whole = path.read_bytes()
    for at in (0, len(whole) // 3, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert f"Release {E1}: {name} was changed" in problems(folder)


# ------------------------------------------------------------------ a lying manifest


def table(manifest: dict[str, Any], name: str = "reach_by_area_first") -> dict[str, Any]:
    return next(one for one in manifest["tables"] if one["name"] == name)


def season(manifest: dict[str, Any], name: str = "reach_by_area_first") -> dict[str, Any]:
    found: dict[str, Any] = table(manifest, name)["per_season"][0]
    return found


LIES: dict[str, tuple[Harm, str]] = {
    "half the noise": (
        lambda m: table(m).update(scale=table(m)["scale"] / 2),
        "table reach_by_area_first, season 2025/26: it states",
    ),
    "a scale of one digit less": (
        lambda m: table(m).update(scale=table(m)["scale"] * 0.9999),
        "table reach_by_area_first, season 2025/26: it states",
    ),
    "a bound of one cell more": (
        lambda m: season(m).update(cells_per_unit=7),
        "table reach_by_area_first, season 2025/26: it states",
    ),
    "a loss of two nano-rho less": (
        lambda m: season(m).update(rho_nano=season(m)["rho_nano"] - 2),
        "table reach_by_area_first, season 2025/26: it states",
    ),
    "L2 taken as 1": (lambda m: season(m).update(l2=1.0), "its L2 bound is not size times the root of cells"),
    "no noise": (lambda m: table(m).update(scale=0.0), "without noise or bound the loss has no end"),
    "a smaller loss of the season": (
        lambda m: m["losses"][0].update(nano_rho=m["losses"][0]["nano_rho"] - 30),
        "season 2025/26: it states",
    ),
    "no loss for the season that is looked back to": (
        lambda m: m["losses"].pop(),
        "it charges other seasons than its tables read",
    ),
    "a smaller epsilon": (
        lambda m: m["losses"][0]["epsilon"].update({"1e-6": m["losses"][0]["epsilon"]["1e-6"] - 2e-6}),
        "season 2025/26: it states epsilon",
    ),
    "a smaller epsilon over ten seasons": (
        lambda m: m["losses"][0]["epsilon_over_seasons"]["10"].update({"1e-10": 1.0}),
        "season 2025/26: it states epsilon 1.0 at delta 1e-10 for 10 such seasons",
    ),
    "another delta than it says": (
        lambda m: m["losses"][0].update(epsilon={"1e-3": 0.1, "1e-10": m["losses"][0]["epsilon"]["1e-10"]}),
        "it states epsilon at other deltas",
    ),
    "another law": (lambda m: m.update(noise="Laplace"), "another law of the noise"),
    "another input than was approved": (
        lambda m: m.update(input_digest="0" * 64),
        "what two people approved is not what its digests make",
    ),
    "charges that are not there": (
        lambda m: m["ledger"].update(entries=[1, 99]),
        "the ledger lacks entries that it was charged with",
    ),
    "charges of the other edition": (
        lambda m: m["ledger"].update(entries=[4, 5]),
        "the ledger's entries that it names are charges of something else",
    ),
    "another ledger": (
        lambda m: m["ledger"].update(head="f" * 64),
        "entry 2 of the ledger is not the one that it was charged with",
    ),
    "one charge of two": (
        lambda m: m["ledger"].update(entries=[2]),
        "the ledger charged other amounts than it states",
    ),
    "another release's name": (lambda m: m.update(id="another"), "manifest.json is of another release"),
    "cells that were never declared": (
        lambda m: table(m, "visits").update(keyset_digest="0" * 64),
        "table visits has other cells than were declared",
    ),
    "fewer cells": (lambda m: table(m, "visits").update(cells=7), "has 8 cells where 7 were declared"),
    "a table left out": (
        lambda m: m["tables"].remove(table(m, "network_returning")),
        "network_returning (cell) was drawn but is no table of the manifest",
    ),
    "a part of another shape": (lambda m: m.update(losses=["none"]), "has another shape than a manifest's"),
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_D_02_a_manifest_that_states_what_is_not_so_is_found_although_it_is_signed(
    folder: Path, name: str
) -> None:
    harm, named = LIES[name]
    rewrite(folder / "releases" / E1 / "manifest.json", harm)
    found = problems(folder)
    assert any(p.startswith(f"Release {E1}: ") and named in p for p in found), found
    assert f"Release {E1}: manifest.json is not the one that the ledger names" in found or name.startswith(
        ("another release", "a part")
    )


@pytest.mark.parametrize("fact", sorted(FACTS.keys() - {"signature"}))
def test_D_02_a_manifest_that_leaves_out_a_fact_is_found(folder: Path, fact: str) -> None:
    rewrite(folder / "releases" / E1 / "manifest.json", lambda m: m.pop(fact))
    assert f"Release {E1}: manifest.json does not state {fact}" in problems(folder)


def test_another_services_release_is_found(folder: Path) -> None:
    rewrite(folder / "releases" / E1 / "manifest.json", lambda _: None, Ed25519PrivateKey.generate())
    assert f"Release {E1}: manifest.json does not carry the service's signature" in problems(folder)


# ------------------------------------------------------------------ lying cells


def change_cells(folder: Path, name: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Write other cells and sign the manifest that names them."""
    release = folder / "releases" / E1
    pq.write_table(change(pq.read_table(release / name)), release / name)
    rewrite(release / "manifest.json", lambda m: m["files"].update({name: sha256_file(release / name)}))


def with_column(cells: pa.Table, name: str, values: pa.Array) -> pa.Table:
    return cells.set_column(cells.column_names.index(name), name, values)


def changed_row(cells: pa.Table, column: str, row: int, value: object) -> pa.Table:
    values = cells[column].to_pylist()
    values[row] = value
    return with_column(cells, column, pa.array(values, cells[column].type))


def first(cells: pa.Table) -> int:
    """The first row of a venue's areas: a cell that was drawn."""
    areas = pc.and_(pc.equal(cells["measure"], "reach_by_area_first"), pc.equal(cells["level"], "cell"))
    return int(areas.to_pylist().index(True))


DRAWN: dict[str, tuple[Callable[[pa.Table], pa.Table], str]] = {
    "fractions": (lambda c: with_column(c, "noisy", c["noisy"].cast(pa.float64())), "not whole numbers"),
    "a released cell without its number": (
        lambda c: changed_row(c, "noisy", first(c), None),
        "a released cell has no noisy value",
    ),
    "a cell left out": (lambda c: c.take([n for n in range(c.num_rows) if n != first(c)]), "cells where"),
    "a cell twice": (lambda c: pa.concat_tables([c, c.slice(0, 1)]), "two cells have the same name"),
    "another label": (lambda c: changed_row(c, "label", first(c), "NL-9999"), "has other cells than were"),
    "two labels in another order": (
        lambda c: c.take([*range(first(c)), first(c) + 1, first(c), *range(first(c) + 2, c.num_rows)]),
        "has other cells than were declared",
    ),
    "a number where nothing was drawn": (
        lambda c: changed_row(c, "noisy", c["status"].to_pylist().index("derived"), 7),
        "a cell that was not drawn has a noisy value",
    ),
    "another number": (lambda c: changed_row(c, "noisy", first(c), 10**6), ""),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWN)
def test_D_02_cells_that_were_not_drawn_as_declared_are_found(folder: Path, name: str) -> None:
    change, named = DRAWN[name]
    change_cells(folder, "cells.parquet", change)
    found = [p for p in problems(folder) if "the one that the ledger names" not in p]
    assert (found == []) == (named == "")  # another value in an own cell is a draw like any other
    assert named in "".join(found)


def test_N_19_an_audience_that_is_shown_a_number_of_its_own_is_found(folder: Path) -> None:
    """A second draw for one audience would be a second loss: each is shown the very same numbers."""

    def nudge(cells: pa.Table) -> pa.Table:
        return with_column(cells, "noisy", pc.add(cells["noisy"], 1))

    change_cells(folder, "audiences/coordinator.parquet", nudge)
    assert any("coordinator.parquet shows a noisy value that was not drawn" in p for p in problems(folder))


# ------------------------------------------------------------------ the ledger


def change_ledger(folder: Path, harm: Harm, *, sign: bool = True) -> None:
    """Change the entries, make every hash right again, and sign what comes out."""
    path = folder / FILE
    document = json.loads(path.read_bytes())
    harm(document)
    previous = chain.NOTHING
    for entry in document["entries"]:
        entry["previous_hash"] = previous
        entry["hash"] = previous = chain.hash_of(entry)
    if sign:
        found = {k: v for k, v in document["checkpoint"].items() if k != "signature"}
        found |= {
            "size": len(document["entries"]),
            "head": previous,
            "totals": chain.totals(document["entries"]),
        }
        document["checkpoint"] = signed(found, KEY)
    path.write_bytes(readable(document))


LEDGERS: dict[str, tuple[Harm, str]] = {
    "a smaller charge": (
        lambda d: d["entries"][0].update(nano_rho=1),
        f"Release {E1}: the ledger charged other amounts than it states",
    ),
    "budget given back": (
        lambda d: d["entries"][2].update(nano_rho=-5),
        "Ledger: entry 3 is neither a charge nor the end of one",
    ),
    "another kind": (
        lambda d: d["entries"][2].update(kind="refund"),
        "Ledger: entry 3 is neither a charge nor the end of one",
    ),
    "an entry less": (lambda d: d["entries"].pop(3), "Ledger: entry 4 is missing"),
    "the last charges cut off": (
        lambda d: d["entries"].__delitem__(slice(3, None)),
        "Release 2025-26.season.e2: the ledger lacks entries that it was charged with",
    ),
    "a release's end taken away": (
        lambda d: d["entries"][2].update(kind="forfeit"),
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LEDGERS)
def test_D_03_a_ledger_that_tells_another_story_than_the_releases_is_found_although_it_is_signed(
    folder: Path, name: str
) -> None:
    harm, named = LEDGERS[name]
    change_ledger(folder, harm)
    found = problems(folder)
    assert found
    assert named == "" or named in found


def test_S_14_a_ledger_cut_off_and_signed_again_is_found_by_the_pin_kept_elsewhere(
    documents: Path, tmp_path: Path
) -> None:
    """Releases and ledger of an old day, all signed and in agreement: only somebody else's memory tells."""
    pin = tmp_path / "pin.json"
    pin.write_bytes(readable(json.loads((documents / FILE).read_bytes())["checkpoint"]))
    assert problems(documents, public=True, pins=[pin]) == []
    change_ledger(documents, lambda d: d["entries"].__delitem__(slice(3, None)))
    assert problems(documents, public=True) == []
    assert problems(documents, public=True, pins=[pin]) == [
        "Pin pin.json: the ledger ends at entry 3, but this knows entry 6"
    ]


def test_S_14_a_ledger_that_was_begun_anew_is_found_by_the_pin(documents: Path, tmp_path: Path) -> None:
    shutil.copy(documents / FILE, tmp_path / "pin.json")
    change_ledger(documents, lambda d: d["entries"][5].update(actor="somebody else"))
    found = problems(documents, public=True, pins=[tmp_path / "pin.json"])
    assert (
        "Pin pin.json: entry 6 is not the one that was pinned: the ledger was begun anew or rewritten"
        in found
    )


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"kind": "checkpoint of a Foyer ledger"}'])
def test_a_pin_that_is_none_is_said(documents: Path, tmp_path: Path, content: str) -> None:
    (tmp_path / "pin.json").write_text(content)
    [found] = problems(documents, public=True, pins=[tmp_path / "pin.json"])
    assert found.startswith("Pin pin.json: it ")


def test_a_copy_that_differs_from_its_own_signature_is_found(documents: Path) -> None:
    change_ledger(documents, lambda d: d["entries"][5].update(actor="somebody else"), sign=False)
    assert "Checkpoint: the copied entries are not those that were signed" in problems(documents, public=True)


def test_totals_that_are_no_sums_are_found_although_they_are_signed(documents: Path) -> None:
    path = documents / FILE
    document = json.loads(path.read_bytes())
    document["checkpoint"]["totals"]["2025/26"] -= 1
    document["checkpoint"] = signed(
        {k: v for k, v in document["checkpoint"].items() if k != "signature"}, KEY
    )
    path.write_bytes(readable(document))
    assert problems(documents, public=True) == ["Checkpoint: its totals are not the sums of its entries"]


def test_without_a_key_the_checkpoints_own_is_taken_and_all_must_agree_with_it(folder: Path) -> None:
    report = verify(folder)
    assert (report.problems, report.public_key) == ([], base64.b64encode(PUBLIC).decode())
    other = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert len(problems(folder, public_key=other)) == 3


def test_a_folder_with_nothing_in_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="Name another folder"):
        verify(tmp_path)


# ------------------------------------------------------------------ arithmetic


@pytest.mark.parametrize("nano_rho", [1, 1_000, 194_823, 1_752_897, 24_355_000, 88_152_000, 881_520_000])
def test_N_07_epsilon_by_our_own_formula_is_opendps_to_nine_decimals(nano_rho: int) -> None:
    from privacy.budget import PrivacyLoss
    from privacy.mechanisms import epsilon

    for delta in (1e-6, 1e-10):
        assert losses.epsilon(nano_rho, delta) == pytest.approx(
            epsilon(PrivacyLoss(nano_rho), delta), abs=1e-9
        )
    assert losses.epsilon(0, 1e-6) == 0.0


def test_rho_is_exact_where_floats_are_not() -> None:
    """A third of a nano-rho too much is one more nano-rho, however large the rest."""
    assert losses.rho(1, 1, 0.5) == 2
    assert losses.nano(losses.rho(6, 20, 877.5)) == math.ceil(2400 * 10**9 / (2 * 770006.25))
    assert losses.nano(losses.rho(10**18 + 1, 1, 2.0**30)) == -(-(10**18 + 1) * 10**9 // 2**61)


# ------------------------------------------------------------------ the second opinion

NOISE = {"a release": [(6, 1, 35.83), (6, 20, 877.5), (66, 1, 205.8)]}


def test_D_02_dp_accounting_agrees_with_every_epsilon() -> None:
    """Google's accountants, asked in a process of their own, about tables and about whole seasons."""
    found = ask(
        NOISE, {"a season": 24_355_000, "ten seasons": 243_550_000}, (1e-6, 1e-10), Path(sys.executable)
    )
    assert [one.problem for one in found] == [None] * 6
    assert [one.what for one in found[::2]] == ["a release", "a season", "ten seasons"]
    assert found[2].by_zcdp == pytest.approx(1.0, abs=1e-4)
    assert [one.by_distribution is not None for one in found] == [True, True, False, False, False, False]
    assert all(one.by_distribution is None or one.by_distribution < one.ours for one in found)


@pytest.mark.parametrize(
    ("opinion", "said"),
    [
        (
            Opinion("x", 1e-6, 1.0, 1.002, None),
            "epsilon is 1.000000 at delta 1e-06 here, dp-accounting says 1.002",
        ),
        (Opinion("x", 1e-6, 1.0, 0.998, None), "dp-accounting says 0.998"),
        (Opinion("x", 1e-6, 1.0, 1.0, 1.1), "dp-accounting finds a loss of 1.1"),
    ],
)
def test_where_dp_accounting_differs_it_is_said(opinion: Opinion, said: str) -> None:
    assert said in str(opinion.problem)


def test_a_scale_that_is_not_the_one_drawn_with_is_found_by_the_distribution_too() -> None:
    """Asked about half the noise under the stated rho, the sharper accountant finds more than is stated."""
    [honest] = ask({"x": [(1, 1, 10.0)]}, {}, (1e-6,), Path(sys.executable))
    [halved] = ask({"x": [(1, 1, 5.0)]}, {}, (1e-6,), Path(sys.executable))
    assert Opinion("x", 1e-6, honest.ours, honest.by_zcdp, halved.by_distribution).problem is not None


@pytest.mark.parametrize("interpreter", ["no/such/python", "/bin/false"])
def test_an_interpreter_that_cannot_be_asked_is_said_with_how_to_make_one(interpreter: str) -> None:
    with pytest.raises(NoOpinionError, match="make second-opinion"):
        ask({}, {"a season": 1}, (1e-6,), Path(interpreter))
