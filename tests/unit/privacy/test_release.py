"""A stored release is whole, signed and never replaced."""

from __future__ import annotations

import json
import multiprocessing
import time

import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privacy.release import CELLS_SCHEMA, ReleaseStore

KEY = Ed25519PrivateKey.from_private_bytes(b"a signing key of the tests only.")
ROW = {"cell_id": "visits/de-linde", "measure": "visits", "venue": "de-linde", "dimension": "", "label": ""}
ROW |= {
    "level": "cell",
    "noisy": 5,
    "sigma": 2.0,
    "fit": 5.0,
    "estimate": 5.0,
    "low": 1.0,
    "high": 9.0,
    "beyond": 0.0,
    "status": "released",
}
CELLS = pa.Table.from_pylist([ROW], schema=CELLS_SCHEMA)


@pytest.fixture
def store(tmp_path):
    return ReleaseStore(tmp_path / "releases")


def _write(store, release_id="2025-26.season.e1"):
    return store.write(
        release_id, CELLS, {"de-linde": CELLS, "public": CELLS.slice(0, 0)}, {"id": release_id}, KEY
    )


def test_what_is_stored_comes_back(store):
    stored = _write(store)
    assert store.ids() == ("2025-26.season.e1",)
    assert store.open(stored.id).cells().equals(CELLS)
    assert stored.audience("de-linde").equals(CELLS)
    assert stored.audience("public").num_rows == 0
    assert stored.audiences == ("de-linde", "public")
    assert stored.verify(KEY.public_key()) == ()


@pytest.mark.parametrize("who", ["coordinator", "../cells", "de-linde/../../x", ""])
def test_an_audience_without_a_file_gets_nothing(store, who):
    stored = _write(store)
    with pytest.raises(KeyError):
        stored.audience(who)


@pytest.mark.parametrize("release_id", ["../escape", "", "UPPER", ".hidden", "a/b"])
def test_a_release_id_is_a_plain_name(store, release_id):
    with pytest.raises(ValueError, match="small letters"):
        store.path(release_id)


def test_an_audience_with_a_path_in_its_name_is_refused(store):
    with pytest.raises(ValueError, match="named like a venue"):
        store.write("r1", CELLS, {"../cells": CELLS}, {}, KEY)
    assert store.ids() == ()


def test_a_stored_release_is_never_replaced(store):
    before = _write(store).manifest_digest
    with pytest.raises(OSError):
        _write(store)
    assert store.open("2025-26.season.e1").manifest_digest == before


def test_an_unknown_release_is_a_key_error(store):
    with pytest.raises(KeyError):
        store.open("2031-32.season.e1")


def test_one_changed_byte_is_found(store):
    stored = _write(store)
    path = stored.path / "cells.parquet"
    data = bytearray(path.read_bytes())
    data[20] ^= 1
    path.write_bytes(bytes(data))
    assert stored.verify(KEY.public_key()) == ("cells.parquet was changed",)


def test_a_missing_and_an_extra_file_are_found(store):
    stored = _write(store)
    (stored.path / "audiences" / "public.parquet").rename(stored.path / "audiences" / "rival.parquet")
    assert stored.verify(KEY.public_key()) == (
        "audiences/public.parquet is missing",
        "audiences/rival.parquet is not named in the manifest",
    )


@pytest.mark.parametrize("change", [{"id": "other"}, {"signature": {}}, {"signature": {"value": "AAAA"}}])
def test_a_changed_manifest_does_not_carry_the_signature(store, change):
    stored = _write(store)
    path = stored.path / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    assert stored.verify(KEY.public_key()) == ("manifest.json does not carry the service's signature",)


def test_another_services_signature_does_not_do(store):
    stored = _write(store)
    other = Ed25519PrivateKey.from_private_bytes(b"somebody else's key, 32 bytes ..").public_key()
    assert "signature" in stored.verify(other)[0]


def test_a_crashed_write_is_not_a_release_and_is_swept(store):
    left = store.root / ".unfinished-2025-26.season.e1-0123456789ab"
    (left / "audiences").mkdir(parents=True)
    (left / "manifest.json").write_text("{}")
    assert store.ids() == ()
    assert store.sweep() == 1
    assert not left.exists()


def _unfinished(store, release_id, mark="0123456789ab"):
    left = store.root / f".unfinished-{release_id}-{mark}"
    (left / "audiences").mkdir(parents=True)
    return left


def test_what_is_being_written_beside_us_is_not_swept(store):
    under_way, left = _unfinished(store, "r1"), _unfinished(store, "r1-b")
    with ReleaseStore(store.root).lock("r1"):
        assert store.sweep() == 1
    assert (under_way.exists(), left.exists()) == (True, False)
    assert store.sweep() == 1
    assert not under_way.exists()


def test_a_write_that_ends_while_we_look_keeps_its_release(store, monkeypatch):
    left = _unfinished(store, "r1")
    lock_file = store._lock_file

    def finished_meanwhile(release_id):
        left.rename(store.path(release_id))
        return lock_file(release_id)

    monkeypatch.setattr(store, "_lock_file", finished_meanwhile)
    assert store.sweep() == 0
    assert (store.path("r1") / "audiences").is_dir()


def test_what_no_write_can_have_made_is_left_alone(store):
    odd = store.root / ".unfinished-UPPER-1"
    odd.mkdir()
    assert store.sweep() == 0
    assert odd.exists()


def _hold(root, seconds, seen, name):
    # A file, not a queue: what a queue's threads send may arrive after what another process sent later.
    with ReleaseStore(root).lock("r1"):
        with seen.open("a") as file:
            file.write(str(name))
        time.sleep(seconds)
        with seen.open("a") as file:
            file.write(str(name))


def test_two_publishers_of_one_release_take_turns(store, tmp_path):
    context = multiprocessing.get_context("forkserver")
    written = tmp_path / "order"
    workers = [context.Process(target=_hold, args=(store.root, 0.3, written, n)) for n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seen = written.read_text()
    assert len(seen) == 4
    assert seen[0] == seen[1]
    assert seen[2] == seen[3]
