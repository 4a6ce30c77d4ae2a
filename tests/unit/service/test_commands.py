"""The command line without a server: what it does, what it says, and its exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingest.extract import ExtractHeader
from service import demo, people, tables
from service.cli import main
from service.client import Client, ClientError
from service.runtime import open_runtime
from service.settings import Settings
from tests.functional.house import declaration
from tests.unit.ingest_prepare.helpers import EXPORTS, PROFILE

PRETIX = EXPORTS / "pretix_nl_semicolons.csv"
SERIES = EXPORTS / "pretix_de_series.csv"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where FOYER_DATA points; nothing is there yet."""
    monkeypatch.setenv("FOYER_DATA", str(tmp_path / "var"))
    return tmp_path / "var"


@pytest.fixture
def venue(tmp_path: Path) -> Path:
    path = tmp_path / "venue.json"
    path.write_text(json.dumps(PROFILE), "utf-8")
    return path


def prepare(venue: Path, out: Path, *words: str | Path) -> int:
    return main(["prepare", *map(str, words), "--venue", str(venue), "--out", str(out)])


# ------------------------------------------------------------------ words


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["dance"],
        ["prepare", "export.csv"],
        ["prepare", "export.csv", "--venue", "v.json", "--out", "x", "--language", "xx"],
        ["upload"],
        ["publish", "2025-26"],
        ["admin"],
        ["admin", "init", "--name", "Het net"],
        ["demo", "--scale", "0"],
        ["demo", "--scale", "101"],
        ["demo", "--scale", "nan"],
        ["demo", "--scale", "much"],
    ],
)
def test_words_that_do_not_parse_end_with_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "usage: foyer" in capsys.readouterr().err


def test_the_command_runs_in_a_process_of_its_own(venue: Path, tmp_path: Path) -> None:
    """As a box office runs it: the exit code is the process's, and no trace of Python shows."""
    words = ["--venue", venue, "--out", tmp_path / "x.foyer.csv", "--try"]
    codes = []
    for export in (PRETIX, tmp_path / "none.csv"):
        command = [sys.executable, "-m", "service.cli", "prepare", export, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        codes.append(done.returncode)
        assert "Traceback" not in done.stdout + done.stderr
    assert codes == [0, 1]


# ------------------------------------------------------------------ prepare


def test_a_trial_needs_no_server_and_marks_its_extract(venue: Path, tmp_path: Path) -> None:
    out = tmp_path / "made" / "hamlet.foyer.csv"
    assert prepare(venue, out, PRETIX, "--try") == 0
    assert ExtractHeader.parse(out.read_text("utf-8").split("\n")[0]).trial


def test_several_exports_go_into_a_folder(
    venue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert prepare(venue, tmp_path / "out", PRETIX, SERIES, "--try", "--json") == 0
    cards = json.loads(capsys.readouterr().out)
    made = [tmp_path / "out" / f"{source.stem}.foyer.csv" for source in (PRETIX, SERIES)]
    assert [card["extract"] for card in cards] == [str(path) for path in made]
    assert all(path.exists() for path in made)
    assert all(card["rows_read"] >= card["rows_used"] > 0 for card in cards)


def test_the_scorecard_speaks_the_language_that_was_asked(
    venue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert prepare(venue, tmp_path / "x.foyer.csv", PRETIX, "--try", "--language", "nl") == 0
    assert "Gebruikt:" in capsys.readouterr().out


def test_a_refused_export_leaves_no_extract(
    venue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.csv").touch()
    assert prepare(venue, tmp_path / "out", tmp_path / "empty.csv", PRETIX, "--try", "--json") == 1
    refused, fine = json.loads(capsys.readouterr().out)
    assert refused["extract"] is None
    assert refused["findings"][0]["fix"]
    assert fine["extract"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == [f"{PRETIX.stem}.foyer.csv"]


def test_an_export_that_is_not_there_hides_nothing_of_the_others(
    venue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What became of the first is printed, and what is printed is still JSON."""
    assert prepare(venue, tmp_path / "out", PRETIX, tmp_path / "none.csv", "--try", "--json") == 1
    said = capsys.readouterr()
    assert [card["export"] for card in json.loads(said.out)] == [str(PRETIX)]
    assert str(tmp_path / "none.csv") in said.err
    assert "Check the path" in said.err


def test_names_that_would_collide_are_refused(
    venue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "export.csv").write_bytes(PRETIX.read_bytes())
    both = (tmp_path / "a" / "export.csv", tmp_path / "b" / "export.csv")
    assert prepare(venue, tmp_path / "out", *both, "--try") == 1
    assert "different folders" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_export_is_never_replaced_by_its_extract(
    venue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export = tmp_path / "export.csv"
    export.write_bytes(PRETIX.read_bytes())
    assert prepare(venue, export, export, "--try") == 1
    assert export.read_bytes() == PRETIX.read_bytes()
    assert "Give --out another name" in capsys.readouterr().err


def test_a_file_is_no_folder_for_several(
    venue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert prepare(venue, venue, PRETIX, SERIES, "--try") == 1
    assert "--out names a folder" in capsys.readouterr().err
    assert prepare(venue, venue / "below", PRETIX, "--try") == 1
    assert str(venue) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (None, ["cannot be read"]),
        ("{", ["cannot be read"]),
        (json.dumps({**PROFILE, "venue": "De Linde", "timezone": "Mars/Base"}), ["venue", "timezone"]),
    ],
)
def test_a_bad_profile_is_refused_with_every_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, named: list[str]
) -> None:
    path = tmp_path / "venue.json"
    if content is not None:
        path.write_text(content, "utf-8")
    assert prepare(path, tmp_path / "x.foyer.csv", PRETIX, "--try") == 1
    said = capsys.readouterr().err
    assert all(name in said for name in [*named, str(path), "Mend the profile"])


# ------------------------------------------------------------------ tokens and servers


@pytest.mark.parametrize("content", [None, b"", b"  \n", b"two words", "tökén".encode(), b"\xff\xfe"])
@pytest.mark.parametrize("command", ["prepare", "upload"])
def test_a_token_that_cannot_be_one_is_said(
    venue: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes | None,
    command: str,
) -> None:
    token = tmp_path / "token"
    if content is not None:
        token.write_bytes(content)
    words = {
        "prepare": [str(PRETIX), "--venue", str(venue), "--out", str(tmp_path / "x.foyer.csv")],
        "upload": [str(PRETIX)],
    }[command]
    assert main([command, *words, "--token-file", str(token)]) == 1
    assert "account page" in capsys.readouterr().err


@pytest.mark.parametrize("server", ["http://127.0.0.1:1", "127.0.0.1", "http://[", "http://a b"])
def test_a_server_that_cannot_be_reached_is_said(
    venue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], server: str
) -> None:
    (tmp_path / "token").write_text("foyer_x\n")
    where = ("--server", server, "--token-file", str(tmp_path / "token"))
    assert prepare(venue, tmp_path / "x.foyer.csv", PRETIX, *where) == 1
    assert main(["upload", str(PRETIX), *where]) == 1
    said = capsys.readouterr().err.strip().split("\n")
    assert len(said) == 2
    assert all("address" in line for line in said)


@pytest.mark.parametrize("body", ["<html>", "[]", '"yes"'])
def test_a_server_that_is_not_foyer_is_said(body: str) -> None:
    other = httpx.MockTransport(lambda _: httpx.Response(200, text=body))
    with (
        Client("http://elsewhere.example", "t", transport=other) as client,
        pytest.raises(ClientError, match="no Foyer at"),
    ):
        client.key_id()


def test_an_extract_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "token").write_text("foyer_x")
    assert main(["upload", str(tmp_path / "none.csv"), "--token-file", str(tmp_path / "token")]) == 1
    assert "none.csv" in capsys.readouterr().err


# ------------------------------------------------------------------ on the service's machine

ON_THE_MACHINE = [["ledger"], ["verify"], ["publish", "2025-26", "--as", "els@net.example"]]


@pytest.mark.parametrize("words", ON_THE_MACHINE)
def test_a_folder_without_an_installation_is_not_made_one(
    data: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    """Or `verify` would find that all holds, in the wrong folder."""
    assert main(words) == 1
    assert "Set FOYER_DATA" in capsys.readouterr().err
    assert not data.exists()


@pytest.mark.parametrize("words", [*ON_THE_MACHINE, ["serve"], ["demo"], ["admin", "network", "n.json"]])
def test_a_setting_that_cannot_be_read_is_named(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    monkeypatch.setenv("FOYER_THREADS", "many")
    assert main(words) == 1
    assert "FOYER_THREADS: expected a whole number" in capsys.readouterr().err


@pytest.mark.parametrize("words", [*ON_THE_MACHINE, ["serve"], ["admin", "network", "n.json"]])
def test_a_database_that_is_none_is_said(
    data: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    data.mkdir()
    (data / "foyer.db").write_bytes(b"not a database, but long enough to be looked at" * 40)
    assert main(words) == 1
    assert "Restore it from a backup" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_said(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data.write_text("a file")
    assert main(["serve"]) == 1
    assert str(data) in capsys.readouterr().err


def test_serving_answers_to_the_host_it_listens_on(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[tuple[Any, dict[str, Any]]] = []
    monkeypatch.setattr("uvicorn.run", lambda app, **how: served.append((app, how)))
    assert main(["serve", "--host", "192.0.2.7", "--port", "8123"]) == 0
    [(app, how)] = served
    app.state.runtime.close()
    assert (how["host"], how["port"]) == ("192.0.2.7", 8123)
    assert "192.0.2.7" in app.state.runtime.settings.answered_hosts


def test_an_empty_ledger_says_so(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_runtime(Settings(data=data)).close()
    assert main(["ledger"]) == 0
    assert capsys.readouterr().out == "Nothing was spent yet.\n"


# ------------------------------------------------------------------ admin


def counted(data: Path, table: Any) -> int:
    runtime = open_runtime(Settings(data=data))
    with runtime.reading() as connection:
        count = len(connection.execute(table.select()).all())
    runtime.close()
    return count


def test_init_refuses_what_is_no_address(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["admin", "init", "--name", "Het net", "--email", "els"]) == 1
    assert "Give --email" in capsys.readouterr().err
    assert counted(data, tables.organisations) == 0


def test_init_is_done_once(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["admin", "init", "--name", "Het net", "--email", "els@net.example"]
    assert main(words) == 0
    assert len(list((data / "outbox").iterdir())) == 1
    assert main(words) == 1
    assert "/forgot" in capsys.readouterr().err
    assert counted(data, tables.users) == 1


def test_a_network_is_read_from_its_declaration(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "network.json"
    file.write_text(json.dumps(declaration()), "utf-8")
    assert main(["admin", "network", str(file)]) == 0
    assert "Made 6 venues and 14 people." in capsys.readouterr().out
    assert (counted(data, tables.venues), counted(data, tables.users)) == (6, 14)


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in declaration().items() if key != name}


BAD_NETWORKS: dict[str, Callable[[], Any]] = {
    "no JSON": lambda: None,
    "a list": lambda: [1],
    "no venues": lambda: without("venues"),
    "no people": lambda: without("people"),
    "people as words": lambda: {**declaration(), "people": ["els"]},
    "an unknown role": lambda: {
        **declaration(),
        "people": [{"email": "x@x.example", "name": "x", "organisation": "net", "role": "boss"}],
    },
    "an unknown organisation": lambda: {
        **declaration(),
        "people": [{"email": "x@x.example", "name": "x", "organisation": "none", "role": "manager"}],
    },
    "a group of two": lambda: {
        **declaration(),
        "peer_groups": [{"id": "g", "name": {"en": "G", "nl": "G"}, "members": ["aak", "brug"]}],
    },
    "a season that is none": lambda: {**declaration(), "seasons": ["2025"]},
    "an organisation twice": lambda: {
        **declaration(),
        "organisations": declaration()["organisations"] * 2,
    },
}


@pytest.mark.parametrize("name", BAD_NETWORKS)
def test_a_bad_declaration_makes_nothing(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    file = tmp_path / "network.json"
    content = BAD_NETWORKS[name]()
    file.write_text("{" if content is None else json.dumps(content), "utf-8")
    assert main(["admin", "network", str(file)]) == 1
    said = capsys.readouterr().err
    assert str(file) in said
    assert "again." in said
    assert counted(data, tables.organisations) == counted(data, tables.users) == 0


def test_a_declaration_that_is_not_there_is_said(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["admin", "network", str(tmp_path / "none.json")]) == 1
    assert "Check the path" in capsys.readouterr().err


def test_declared_people_get_in_by_a_link_they_ask_for(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "network.json"
    file.write_text(json.dumps(declaration()), "utf-8")
    assert main(["admin", "network", str(file)]) == 0
    settings = Settings(data=data)
    runtime = open_runtime(settings)
    with runtime.writing() as connection:
        letter = people.request_reset(connection, settings, "els@net.example")
        assert letter is not None
        secret = letter.read_text("utf-8").strip().rsplit("/", 1)[1]
        assert people.use_link(connection, settings, secret, "een lange zin").role.value == "coordinator"
    runtime.close()


# ------------------------------------------------------------------ demo


class Builds:
    """Stands for the building itself, which other tests do for real, and counts it."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, settings: Settings, scale: float, seed: int, fingerprint: str = "") -> demo.Demo:
        self.count += 1
        settings.data.mkdir(parents=True)
        (settings.data / "foyer.db").touch()
        return demo.Demo(fingerprint, f"secret {self.count}", [], "foyer_t", "2025-26.season.e1", {})


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> Iterator[Builds]:
    counting = Builds()
    monkeypatch.setattr(demo, "build", counting)
    monkeypatch.setattr(demo, "serve", lambda *_: None)
    return counting


def test_a_second_start_builds_nothing(
    builds: Builds, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Same code, same scale, same seed: what was built is introduced again, with the same password."""
    words = ["demo", "--data", str(tmp_path / "demo"), "--scale", "0.05"]
    for _ in range(2):
        assert main(words) == 0
    assert builds.count == 1
    assert capsys.readouterr().out.count("secret 1") == 2
    assert (tmp_path / "demo" / "demo.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("more", [["--seed", "7"], ["--scale", "0.06"], ["--again"]])
def test_another_demo_is_built_anew(builds: Builds, tmp_path: Path, more: list[str]) -> None:
    words = ["demo", "--data", str(tmp_path / "demo")]
    assert main(words) == main([*words, *more]) == 0
    assert builds.count == 2


@pytest.mark.parametrize("damage", ["half a marker", "no database", "another version's marker"])
def test_a_demo_that_is_not_whole_is_built_anew(builds: Builds, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "demo"
    assert main(["demo", "--data", str(folder)]) == 0
    if damage == "half a marker":
        (folder / "demo.json").write_text('{"finger')
    elif damage == "no database":
        (folder / "service" / "foyer.db").unlink()
    else:
        (folder / "demo.json").write_text('{"fingerprint": "x"}')
    assert main(["demo", "--data", str(folder)]) == 0
    assert builds.count == 2


def test_changed_code_changes_the_fingerprint(
    builds: Builds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = tmp_path / "code" / "service"
    code.mkdir(parents=True)
    (code / "a.py").write_text("1")
    monkeypatch.setattr(demo, "ROOT", tmp_path / "code")
    words = ["demo", "--data", str(tmp_path / "demo")]
    assert main(words) == main(words) == 0
    (code / "a.py").write_text("2")
    assert main(words) == 0
    assert builds.count == 2


def test_a_folder_that_is_no_demo_is_never_emptied(
    builds: Builds, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever gives the wrong folder keeps what lies there."""
    (tmp_path / "thesis.txt").write_text("years of work")
    for more in ([], ["--again"]):
        assert main(["demo", "--data", str(tmp_path), *more]) == 1
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
    assert "--data" in capsys.readouterr().err
    assert builds.count == 0


def test_a_build_that_was_cut_short_is_cleared(builds: Builds, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    assert main(["demo", "--data", str(folder)]) == 0
    (folder / "demo.json").unlink()
    assert main(["demo", "--data", str(folder)]) == 0
    assert builds.count == 2


def test_the_demo_stands_after_the_lag_of_its_last_season(tmp_path: Path) -> None:
    found = demo.demo_settings(tmp_path, 8123)
    assert found == replace(
        Settings(), data=tmp_path / "service", url="http://127.0.0.1:8123", clock=found.clock
    )
    assert found.today().isoformat() == "2026-11-01"
