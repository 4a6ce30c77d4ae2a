"""The glossary's Dutch words are the words that the Dutch pages use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = re.findall(
    r"^\| \*\*(?P<word>[^*]+)\*\* \| [^|]+ \| (?P<dutch>[^|]*) \|",
    (ROOT / "GLOSSARY.md").read_text("utf-8"),
    flags=re.MULTILINE,
)
PAGES = "\n".join(path.read_text("utf-8") for path in ROOT.glob("*/catalogue/nl.po")).lower()
# Words of the code and of documents that stand on no page.
NOT_ON_PAGES = {
    *("user", "key holder", "production", "supersede", "finding", "scorecard", "dimension", "band", "keyset"),
    *(
        "bound",
        "core",
        "tail",
        "crossover",
        "threshold",
        "limit",
        "noisy",
        "released",
        "loss",
        "spend",
        "estimate",
    ),
}


def test_the_glossary_is_read() -> None:
    assert len(ROWS) > 30


@pytest.mark.parametrize(("word", "dutch"), ROWS)
def test_the_dutch_word_stands_on_a_page(word: str, dutch: str) -> None:
    if word in NOT_ON_PAGES:
        return
    first = dutch.split("/", maxsplit=1)[0].split(",", maxsplit=1)[0].strip().lower()
    assert first[:-2] in PAGES, f"{word}: the glossary says {dutch!r}, no Dutch page does"
