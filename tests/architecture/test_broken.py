"""What `make broken` breaks is still there to break: an edit that no longer fits would test nothing."""

from __future__ import annotations

import pytest

from tests.broken.__main__ import ROOT, broken
from tests.broken.breaks import BREAKS, Break


@pytest.mark.parametrize("edit", BREAKS, ids=lambda edit: edit.what)
def test_a_break_fits_the_code_of_today(edit: Break) -> None:
    source = (ROOT / edit.path).read_text("utf-8")
    assert broken(source, edit) != source
    for name in edit.tests.split():
        assert name.startswith("--") or (ROOT / name).exists()
