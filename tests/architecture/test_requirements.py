"""The locks install on any day: hashes, no addresses, and every extra that packages ask of each other."""

from __future__ import annotations

import re
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = Path(__file__).resolve().parents[2] / "requirements"


def pins(lock: str) -> dict[str, Requirement]:
    """Each pinned requirement whose marker holds here, by its canonical name."""
    lines = re.findall(r"^([a-z][^\\#\n]*?) *\\?$", (LOCKS / lock).read_text("utf-8"), flags=re.MULTILINE)
    found = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): r for r in found if r.marker is None or r.marker.evaluate()}


@pytest.mark.parametrize("lock", ["runtime.txt", "test.txt"])
def test_every_extra_that_is_asked_is_pinned(lock: str) -> None:
    """pip refuses a hash-checked install when an extra is asked that the lock does not name.

    It does so only from the day a newer version of that package is out, so no fresh install shows it.
    """
    pinned = pins(lock)
    assert pinned
    for name, pin in pinned.items():
        for line in requires(name) or []:
            asked = Requirement(line)
            wanted = [{"extra": extra} for extra in pin.extras] or [{"extra": ""}]
            if asked.marker is None or any(asked.marker.evaluate(one) for one in wanted):
                missing = asked.extras - pinned[canonicalize_name(asked.name)].extras
                assert not missing, f"{name} asks {asked.name}{sorted(missing)}: lock with --no-strip-extras"


@pytest.mark.parametrize("lock", ["runtime.txt", "test.txt", "geodata.txt", "second-opinion.txt"])
def test_every_pin_has_a_hash_and_no_address(lock: str) -> None:
    text = (LOCKS / lock).read_text("utf-8")
    assert "://" not in text
    for pin in re.split(r"\n(?=[a-z])", text.strip()):
        assert "==" in pin
        assert "--hash=sha256:" in pin
