"""The command line against the real service: prepare and upload, publish, ledger, verify, admin, demo."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingest.seasons import Season
from privacy.release import StoredRelease
from service import auth, intake, publication_job, workflow
from service import demo as demo_command
from service.access import Role
from service.app import create_app
from service.cli import main
from service.people import disable
from service.runtime import Runtime, open_runtime
from service.settings import Settings
from tests.conftest import BuiltDemo
from tests.functional.house import Running, Sale, extract, populate, running, serving, settings
from tests.functional.test_publishing import deliver
from tests.unit.ingest_prepare.helpers import EXPORTS, GENERIC, PROFILE, STAVOREN

ELS, MURAT = "els@net.example", "murat@net.example"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No command of a test finds the token or the data of whoever runs the tests."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("FOYER_DATA", str(tmp_path / "none"))


# ------------------------------------------------------------------ prepare and upload


@pytest.fixture
def desk(house: Running, tmp_path: Path) -> Callable[..., list[str]]:
    """Where the server is and a token of this person, as words for a command."""

    def words(email: str = "box_office@aak.example") -> list[str]:
        person = workflow.person_by_email(house.runtime, email)
        with house.runtime.writing() as connection:
            _, secret = auth.issue_token(connection, person.id, "foyer upload")
        path = tmp_path / f"{email}.token"
        path.write_text(secret + "\n")
        return ["--server", house.address, "--token-file", str(path)]

    return words


def profile(tmp_path: Path, slug: str, **changed: Any) -> str:
    path = tmp_path / f"{slug}.json"
    path.write_text(
        json.dumps({**PROFILE, "organisation": f"huis-{slug}", "venue": slug, **changed}), "utf-8"
    )
    return str(path)


@pytest.mark.parametrize(
    ("slug", "export", "changed"),
    [
        ("aak", "pretix_nl_semicolons", {}),
        ("brug", "generic_cp1252", {"layout": "generic", "generic": GENERIC, "programme": [STAVOREN]}),
    ],
)
def test_an_export_goes_from_the_box_office_to_the_service(
    desk: Callable[..., list[str]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    slug: str,
    export: str,
    changed: dict[str, Any],
) -> None:
    """Identities are evaluated over HTTP, and every row that was written is received."""
    where = desk(f"box_office@{slug}.example")
    out = tmp_path / "season.foyer.csv"
    words = [str(EXPORTS / f"{export}.csv"), "--venue", profile(tmp_path, slug, **changed), "--out", str(out)]
    assert main(["prepare", *words, "--json", *where]) == 0
    [card] = json.loads(capsys.readouterr().out)
    assert main(["upload", str(out), "--json", *where]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["status"], answer["venue"], answer["rows_rejected"]) == ("received", slug, 0)
    written = out.read_text("utf-8").count("\n") - 2
    assert answer["rows_accepted"] == written > 0
    assert card["tickets_used"] > 0
    assert main(["upload", str(out), *where]) == 0
    assert f"Extract {answer['id']}: received" in capsys.readouterr().out


def test_a_trial_extract_is_refused_with_what_to_do(
    desk: Callable[..., list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "trial.foyer.csv"
    words = [
        str(EXPORTS / "pretix_nl_semicolons.csv"),
        "--venue",
        profile(tmp_path, "aak"),
        "--out",
        str(out),
    ]
    assert main(["prepare", *words, "--try"]) == 0
    assert main(["upload", str(out), *desk()]) == 1
    said = capsys.readouterr().err
    assert "trial" in said
    assert said.strip().endswith(".")


def test_a_raw_export_is_refused(desk: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["upload", str(EXPORTS / "pretix_nl_semicolons.csv"), *desk()]) == 1
    assert "foyer prepare" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["prepare", "upload"])
def test_a_token_that_is_not_known_is_said(
    house: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    (tmp_path / "token").write_text("foyer_made-up")
    export, out = str(EXPORTS / "pretix_nl_semicolons.csv"), str(tmp_path / "x.foyer.csv")
    words = {"prepare": [export, "--venue", profile(tmp_path, "aak"), "--out", out], "upload": [export]}
    where = ["--server", house.address, "--token-file", str(tmp_path / "token")]
    assert main([command, *words[command], *where]) == 1
    assert "Make a new one on your account page" in capsys.readouterr().err
    assert not Path(out).exists()


def test_coordinators_have_no_identities_evaluated(
    desk: Callable[..., list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The refusal comes while the file is prepared: nothing is left beside its place."""
    out = tmp_path / "out" / "x.foyer.csv"
    words = [
        str(EXPORTS / "pretix_nl_semicolons.csv"),
        "--venue",
        profile(tmp_path, "aak"),
        "--out",
        str(out),
    ]
    assert main(["prepare", *words, *desk(ELS)]) == 1
    assert "Only the box office and managers of a venue" in capsys.readouterr().err
    assert list(out.parent.iterdir()) == []


def test_what_shrinks_waits_for_a_confirmation(
    house: Running, desk: Callable[..., list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = desk("box_office@dok.example")
    path = tmp_path / "dok.foyer.csv"
    sales = [Sale(str(n), 1, f"b{n}@post.example") for n in range(40)]
    path.write_bytes(extract(house.runtime, "dok", sales))
    assert main(["upload", str(path), *where]) == 0
    path.write_bytes(extract(house.runtime, "dok", sales[:20]))
    capsys.readouterr()
    assert main(["upload", str(path), *where]) == 1
    assert "send it again with --confirm" in capsys.readouterr().out
    assert main(["upload", str(path), "--json", *where]) == 1
    assert json.loads(capsys.readouterr().out)["status"] == "needs_confirmation"
    assert main(["upload", str(path), "--confirm", *where]) == 0
    assert "20 accepted" in capsys.readouterr().out
    assert main(["upload", str(path), "--confirm", *where]) == 0


def test_findings_of_a_received_extract_are_told(
    house: Running, desk: Callable[..., list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Some rows are rejected: what we saw, why it matters and how to put it right, without any cell."""
    path = tmp_path / "eik.foyer.csv"
    sales = [Sale(str(n), 1, f"b{n}@post.example") for n in range(30)]
    path.write_bytes(extract(house.runtime, "eik", sales).replace(b",2000,EUR", b",2x00,EUR", 2))
    assert main(["upload", str(path), *desk("box_office@eik.example")]) == 0
    said = capsys.readouterr().out
    assert "28 accepted, 2 rejected" in said
    assert "(2×)" in said
    assert "2x00" not in said


# ------------------------------------------------------------------ publish, ledger, verify


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation in which six venues delivered 2025/26."""
    where = settings(tmp_path_factory.mktemp("delivered") / "var")
    runtime = open_runtime(where)
    populate(runtime)
    deliver(runtime)
    runtime.close()
    return where.data


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Path], Path]:
    """A copy of an installation, on whose machine the commands of the test run."""

    def copy(folder: Path) -> Path:
        target = tmp_path / "var"
        shutil.copytree(folder, target)
        monkeypatch.setenv("FOYER_DATA", str(target))
        monkeypatch.setenv("FOYER_CLOCK", "2026-11-01")
        return target

    return copy


@pytest.fixture(scope="module")
def published(delivered: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, after two coordinators published it by command."""
    folder = tmp_path_factory.mktemp("published") / "var"
    shutil.copytree(delivered, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOYER_DATA", str(folder))
        patch.setenv("FOYER_CLOCK", "2026-11-01")
        assert main(["publish", "2025-26", "--as", ELS]) == 0
        assert main(["publish", "2025-26", "--as", MURAT]) == 0
    return folder


def test_two_coordinators_publish_by_command(
    machine: Callable[[Path], Path], delivered: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine(delivered)
    assert main(["publish", "2025-26", "--as", ELS]) == 0
    assert "A second coordinator approves it" in capsys.readouterr().out
    assert main(["publish", "2025-26", "--as", ELS]) == 1
    assert "A second person approves" in capsys.readouterr().err
    assert main(["publish", "2025/26", "--as", f" {MURAT.upper()} "]) == 0
    assert capsys.readouterr().out == "Published 2025/26 as release 2025-26.season.e1.\n"
    assert main(["publish", "2025-26", "--as", ELS]) == 1
    assert "was published as release 2025-26.season.e1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["2025", "--as", ELS], "A season reads like"),
        (["2025-26", "--as", "nobody@net.example"], "Invite them first"),
        (["2025-26", "--as", "manager@aak.example"], "Only the network's coordinators"),
        (["2026-27", "--as", ELS], "three months after its end"),
        (["2023-24", "--as", ELS], "No venue has delivered"),
    ],
)
def test_what_cannot_be_published_is_said(
    machine: Callable[[Path], Path],
    delivered: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    machine(delivered)
    assert main(["publish", *words]) == 1
    assert said in capsys.readouterr().err


def test_who_was_removed_publishes_no_more(
    machine: Callable[[Path], Path], delivered: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = settings(machine(delivered))
    runtime = open_runtime(where)
    els, murat = (workflow.person_by_email(runtime, email) for email in (ELS, MURAT))
    with runtime.writing() as connection:
        disable(connection, where, els, murat.id)
    runtime.close()
    assert main(["publish", "2025-26", "--as", MURAT]) == 1
    assert "Nobody here has the address" in capsys.readouterr().err


def test_a_publication_that_failed_says_how_to_begin_again(
    machine: Callable[[Path], Path],
    delivered: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("no space at /secret/place")

    machine(delivered)
    assert main(["publish", "2025-26", "--as", ELS]) == 0
    with monkeypatch.context() as patch:
        patch.setattr(publication_job, "publish", broken)
        assert main(["publish", "2025-26", "--as", MURAT]) == 1
    assert main(["publish", "2025-26", "--as", MURAT]) == 1
    said = capsys.readouterr().err
    assert (
        len(re.findall(r"Cancel it at http://127\.0\.0\.1:8000/publish/\w+ and propose it again\.", said))
        == 2
    )
    assert "secret" not in said


def test_an_approval_whose_job_waits_is_finished_by_the_same_command(
    machine: Callable[[Path], Path], delivered: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Approved on the page while no worker ran: the command does the job."""
    runtime = open_runtime(settings(machine(delivered)))
    els, murat = (workflow.person_by_email(runtime, email) for email in (ELS, MURAT))
    proposed = workflow.propose_publication(runtime, els, Season(2025))
    workflow.approve_publication(runtime, murat, proposed)
    runtime.close()
    assert main(["publish", "2025-26", "--as", ELS]) == 0
    assert "Published 2025/26" in capsys.readouterr().out


def test_a_published_season_is_corrected_by_the_same_command(
    machine: Callable[[Path], Path], delivered: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proposed by one and approved by the other; what waits is not approved under another name."""
    machine(delivered)
    publish, correct = ["publish", "2025-26"], ["publish", "2025-26", "--corrects", "dok"]
    assert main([*correct, "--as", ELS]) == 1
    assert "nothing to correct" in capsys.readouterr().err
    assert main([*publish, "--as", ELS]) == main([*publish, "--as", MURAT]) == 0
    assert main([*correct, "--as", ELS]) == 0
    assert "Proposed the correction of 2025/26 for dok." in capsys.readouterr().out
    assert main([*publish, "--as", MURAT]) == 1
    assert "is its correction for dok. Name that" in capsys.readouterr().err
    assert main([*correct, "--as", MURAT]) == 0
    assert "as release 2025-26.season.e2." in capsys.readouterr().out
    assert main([*publish, "--as", ELS]) == 1
    assert "There is nothing left to do." in capsys.readouterr().err


def test_a_job_that_the_running_service_takes_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever is quicker does it; the command ends when it is done, either way."""
    with running(settings(tmp_path / "var")) as app:
        deliver(app.runtime)
        monkeypatch.setenv("FOYER_DATA", str(tmp_path / "var"))
        monkeypatch.setenv("FOYER_CLOCK", "2026-11-01")
        monkeypatch.setattr("service.commands.publish.Worker", Idle)
        assert main(["publish", "2025-26", "--as", ELS]) == 0
        assert main(["publish", "2025-26", "--as", MURAT]) == 0
    assert "Published 2025/26 as release" in capsys.readouterr().out


class Idle:
    """A worker of the command that is never the quicker one."""

    def __init__(self, *_: object) -> None:
        pass

    def run_one(self) -> bool:
        return False


def test_the_ledger_says_what_was_spent_and_is_left(
    machine: Callable[[Path], Path], published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine(published)
    assert main(["ledger"]) == 0
    said = capsys.readouterr().out
    lines = re.findall(r"2025/26  \w+ +\w+ +([\d,]+) nano-rho", said)
    spent = [int(number.replace(",", "")) for number in lines]
    total = re.search(r"2025/26: ([\d,]+) nano-rho spent, [\d,]+ left in the plan, [\d,]+ to the hard", said)
    assert total is not None
    assert sum(spent) == int(total[1].replace(",", "")) > 0
    assert [word in said for word in ("reserve", "finalise")] == [True, True]


def test_verify_finds_that_all_holds(
    machine: Callable[[Path], Path], published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = machine(published)
    assert main(["verify"]) == 0
    said = capsys.readouterr().out
    assert re.match(
        r"All holds: 3 entries of the ledger, \d+ deeds of the audit trail, 1 releases with", said
    )
    manifest = StoredRelease("2025-26.season.e1", folder / E1).manifest
    for loss in manifest["losses"]:
        assert f"Season {loss['season']}: {loss['nano_rho']:,} nano-rho, which is epsilon" in said
    assert manifest["signature"]["public_key"] in said


def test_D_02_verify_asks_googles_dp_accounting_for_a_second_opinion(
    machine: Callable[[Path], Path], published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine(published)
    assert main(["verify", "--second-opinion"]) == 0
    assert "dp-accounting agrees on all 8 epsilons" in capsys.readouterr().out
    assert main(["verify", "--second-opinion", "--dp-accounting-python", "/bin/false"]) == 1
    assert "make second-opinion" in capsys.readouterr().err


def test_verify_changes_nothing(machine: Callable[[Path], Path], published: Path) -> None:
    folder = machine(published)

    def everything() -> dict[Path, bytes]:
        # SQLite makes these two for any reader, and they hold nothing of their own.
        left_out = {"foyer.db-shm", "foyer.db-wal"}
        return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name not in left_out}

    before = everything()
    assert main(["verify"]) == 0
    assert everything() == before


def test_R_7_a_pin_kept_elsewhere_gives_an_old_installation_away(
    machine: Callable[[Path], Path],
    delivered: Path,
    published: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Everything is put back to the day before; nothing there knows better, but the exported checkpoint."""
    machine(published)
    pin = tmp_path / "pin.json"
    assert main(["ledger", "checkpoint", "--out", str(pin)]) == 0
    assert main(["verify", "--pin", str(pin)]) == 0
    old = shutil.copytree(delivered, tmp_path / "old")
    shutil.copytree(published / "keys", old / "keys", dirs_exist_ok=True)
    monkeypatch.setenv("FOYER_DATA", str(old))
    assert main(["verify"]) == 0
    capsys.readouterr()
    assert main(["verify", "--pin", str(pin)]) == 1
    assert capsys.readouterr().out == "Pin pin.json: the ledger ends at entry 0, but this knows entry 3\n"
    pins = tmp_path / "pins"
    pins.mkdir()
    shutil.copy(published / "ledger.json", pins)
    monkeypatch.setenv("FOYER_PINS", str(pins))
    for words in (["ledger"], ["serve"], ["publish", "2025-26", "--as", ELS]):
        assert main(words) == 1
        assert "foyer ledger catch-up" in capsys.readouterr().err
    assert main(["ledger", "catch-up"]) == 0
    capsys.readouterr()
    assert (
        main(["verify", "--pin", str(pin)]) == 1
    )  # what was paid is paid; only the release has to be restored
    assert capsys.readouterr().out == f"Release {E1[9:]}: is missing, though the ledger names it\n"


def test_R_7_catching_up_by_command_finds_the_same_release_again(
    machine: Callable[[Path], Path],
    delivered: Path,
    published: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Only the database is an old one: refused, caught up, proposed again, shown for no further charge."""
    folder = machine(published)
    assert main(["ledger", "catch-up"]) == 0
    assert "lacks no entry" in capsys.readouterr().out
    for left in folder.glob("foyer.db*"):
        left.unlink()
    shutil.copy(delivered / "foyer.db", folder)
    assert main(["ledger"]) == 1
    assert "an older database was restored" in capsys.readouterr().err
    assert main(["verify"]) == 1
    assert "Checkpoint: the ledger ends at entry 0, but entry 3 was signed" in capsys.readouterr().out
    assert main(["ledger", "catch-up"]) == 0
    assert "Entered 3 entries" in capsys.readouterr().out
    assert main(["publish", "2025-26", "--as", ELS]) == 0
    assert main(["publish", "2025-26", "--as", MURAT]) == 0
    capsys.readouterr()
    assert main(["verify"]) == 0
    assert "3 entries of the ledger" in capsys.readouterr().out


def test_S_14_a_cut_off_end_of_the_audit_trail_is_found_by_the_pin_kept_elsewhere(
    machine: Callable[[Path], Path], published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, pin = machine(published), tmp_path / "trail.json"
    assert main(["ledger", "checkpoint", "--of", "trail", "--out", str(pin)]) == 0
    assert main(["verify", "--pin", str(pin)]) == 0
    size = json.loads(pin.read_bytes())["size"]
    edit(folder, f"delete from audit where number = {size}")
    assert main(["verify"]) == 0
    capsys.readouterr()
    assert main(["verify", "--pin", str(pin)]) == 1
    assert capsys.readouterr().out == (
        f"Pin trail.json: the audit trail ends at entry {size - 1}, but this knows entry {size}\n"
    )


def test_a_ledger_without_entries_has_no_checkpoint_yet(
    machine: Callable[[Path], Path], delivered: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine(delivered)
    assert main(["ledger", "checkpoint"]) == 1
    assert "Publish a season first" in capsys.readouterr().err


def test_anyone_verifies_what_a_server_shows(
    machine: Callable[[Path], Path], published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From outside, with nothing but the address: the ledger, the manifests, and what was kept of them."""
    folder = machine(published)
    pin = tmp_path / "pin.json"
    key = StoredRelease("2025-26.season.e1", folder / E1).manifest["signature"]["public_key"]
    with serving(create_app(settings(folder))) as address:
        pin.write_bytes(httpx.get(f"{address}/api/v1/ledger/checkpoint").content)
        words = ["verify", "--server", address, "--public-key", key, "--pin", str(pin)]
        assert main([*words, "--second-opinion"]) == 0
    said = capsys.readouterr().out
    assert "All holds: 3 entries of the ledger, 1 releases with" in said
    assert main(["verify", "--server", "http://127.0.0.1:1"]) == 1
    assert "Check the address" in capsys.readouterr().err
    assert main(["verify", "--public-key", "AAAA"]) == 1
    assert "32 bytes in base64" in capsys.readouterr().err
    assert main(["verify", "--folder", str(tmp_path)]) == 1
    assert "Name another folder" in capsys.readouterr().err
    assert main(["verify", "--folder", str(folder)]) == 0


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def edit(folder: Path, statement: str) -> None:
    with sqlite3.connect(folder / "foyer.db") as connection:
        assert connection.execute(statement).rowcount == 1
    connection.close()


E1 = "releases/2025-26.season.e1"
HARM: dict[str, tuple[Callable[[Path], object], str]] = {
    "a byte of the cells": (
        lambda folder: flip(folder / E1 / "cells.parquet", 500),
        "Release 2025-26.season.e1: cells.parquet was changed",
    ),
    "a byte of a venue's file": (
        lambda folder: flip(folder / E1 / "audiences" / "dok.parquet", 77),
        "Release 2025-26.season.e1: audiences/dok.parquet was changed",
    ),
    "a brace of the manifest": (
        lambda folder: flip(folder / E1 / "manifest.json", 0),
        "Release 2025-26.season.e1: manifest.json was changed and cannot be read",
    ),
    "a number of the manifest": (
        lambda folder: (folder / E1 / "manifest.json").write_text(
            (folder / E1 / "manifest.json").read_text("utf-8").replace('"edition": 1', '"edition": 2'),
            "utf-8",
        ),
        "Release 2025-26.season.e1: manifest.json does not carry the service's signature",
    ),
    "white space of the manifest": (
        lambda folder: (folder / E1 / "manifest.json").write_text(
            (folder / E1 / "manifest.json").read_text("utf-8") + "\n", "utf-8"
        ),
        "Release 2025-26.season.e1: manifest.json is not the one that the ledger names",
    ),
    "a release taken away": (
        lambda folder: shutil.rmtree(folder / E1),
        "Release 2025-26.season.e1: is missing, though the ledger names it",
    ),
    "a file put beside": (
        lambda folder: (folder / E1 / "audiences" / "more.parquet").touch(),
        "Release 2025-26.season.e1: audiences/more.parquet is not named in the manifest",
    ),
    "a byte of the signed ledger": (
        lambda folder: flip(folder / "ledger.json", 60),
        "Checkpoint: it does not carry the service's signature",
    ),
    "the signed ledger taken away": (
        lambda folder: (folder / "ledger.json").unlink(),
        "Checkpoint: ledger.json is missing. Start the service, which signs the ledger.",
    ),
    "a smaller spending": (
        lambda folder: edit(folder, "update ledger_entries set nano_rho = nano_rho - 1 where number = 1"),
        "Ledger: entry 1 was changed after it was written",
    ),
    "an entry taken away": (
        lambda folder: edit(folder, "delete from ledger_entries where number = 1"),
        "Ledger: entry 1 is missing",
    ),
    "another actor": (
        lambda folder: edit(folder, "update audit set actor = 'user:99' where number = 3"),
        "Audit trail: entry 3 was changed, removed or put elsewhere",
    ),
    "a deed taken away": (
        lambda folder: edit(folder, "delete from audit where number = 2"),
        "Audit trail: entry 2 was changed, removed or put elsewhere",
    ),
    "a moment that is none": (
        lambda folder: edit(folder, "update audit set at = 'long ago' where number = 2"),
        "Audit trail: an entry holds something that is no moment",
    ),
}


@pytest.mark.parametrize("name", HARM)
def test_R_10_verify_finds_and_names_what_was_changed(
    machine: Callable[[Path], Path], published: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    harm, named = HARM[name]
    harm(machine(published))
    assert main(["verify"]) == 1
    said = capsys.readouterr()
    assert named in said.out.split("\n")
    assert "Restore what is named here" in said.err


# ------------------------------------------------------------------ admin and demo


def test_the_first_coordinators_link_works_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Init leaves a letter; its link sets a password and logs in; a second use finds nothing."""
    folder = tmp_path / "var"
    monkeypatch.setenv("FOYER_DATA", str(folder))
    assert main(["admin", "init", "--name", "Het grote net", "--email", "Zoe@net2.example"]) == 0
    [letter] = (folder / "outbox").iterdir()
    assert str(letter) in capsys.readouterr().out
    link = "/join/" + letter.read_text("utf-8").strip().rsplit("/join/", 1)[1]
    with running(settings(folder)) as app:
        guest = app.guest()
        assert guest.get(link).status_code == 200
        assert guest.post(link, data={"password": "kort"}).status_code == 422
        assert guest.post(link, data={"password": "een heel lange zin"}).status_code == 303
        assert guest.get("/publish").status_code == 200
        again = app.guest()
        assert again.get(link).status_code == 404
        assert again.post(link, data={"password": "een andere lange zin"}).status_code == 404
        assert again.log_in("zoe@net2.example", "een heel lange zin").status_code == 303


@pytest.mark.demo
def test_a_built_demo_starts_without_building(
    demo_copy: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was built answers the first question over its API, and nothing was built for it."""
    monkeypatch.setattr(demo_command, "build", None)
    words = ["--data", str(demo_copy.data.parent), "--scale", "0.05", "--build-only"]
    assert main(["demo", *words]) == 0
    said = capsys.readouterr().out
    assert "marketing@delinde.example" in said
    assert '"measure": "reach"' in said


@pytest.fixture
def demo_copy(demo: BuiltDemo, tmp_path: Path) -> Settings:
    shutil.copytree(demo.settings.data, tmp_path / "demo" / "service")
    facts = replace(demo.facts, fingerprint=demo_command._fingerprint(0.05, 20261101))
    marker = {name: getattr(facts, name) for name in type(facts).__slots__}
    (tmp_path / "demo" / demo_command.MARKER).write_text(json.dumps(marker), "utf-8")
    return replace(demo.settings, data=tmp_path / "demo" / "service")


@pytest.mark.demo
def test_the_demos_extracts_are_sent_by_people_who_can_log_in(demo: BuiltDemo) -> None:
    """Where a venue has a box office, the history names that person."""
    runtime: Runtime = open_runtime(demo.settings)
    with runtime.reading() as connection:
        clerk = workflow.person_by_email(runtime, "kassa@delinde.example")
        sent = intake.history(connection, clerk.organisation)
    runtime.close()
    assert clerk.role is Role.BOX_OFFICE
    assert {one.received_by for one in sent} == {clerk.email}
    assert len(sent) == 2


def test_a_stored_release_is_what_verify_reads(published: Path) -> None:
    """The files that the harm above is done to are really there, one for each venue and more."""
    stored = StoredRelease("2025-26.season.e1", published / E1)
    assert len(stored.audiences) >= 8
