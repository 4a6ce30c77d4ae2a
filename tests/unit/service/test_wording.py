"""Dutch is complete: every sentence of the templates and every label has its translation."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.wording import translator
from service import access
from service.compare import CHARTS
from service.labels import CATALOGUE, LABELS
from service.routes.accounts import ROLE_NAMES
from service.routes.intake_pages import SPLITS

SERVICE = Path(__file__).parents[3] / "service"
SPOKEN = re.compile(r"""\b(?:_|say)\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
# Words that are the same in both languages.
SAME = {"Upload", "Film", "Cabaret", "Musical", "Opera", "Account", "Postcodes", "Manager"}


# Refusals that a page shows: their words are raised, and translated where they are shown.
SHOWN = {"RefusedError", "StandsOtherwiseError", "NotApprovedError", "_Words"}
SHOWN_IN = ("access.py", "errors.py", "people.py", "publication.py", "../privacy/publish.py")


def refusals() -> Iterator[str]:
    """Every refusal that a person meets on a page, and who may do what."""
    yield from access._WHO.values()
    for name in SHOWN_IN:
        for node in ast.walk(ast.parse((SERVICE / name).read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SHOWN:
                words = [one.value for one in node.args if isinstance(one, ast.Constant)]
                yield from (word for word in words if " " in str(word))


def sentences() -> set[str]:
    found = {
        match[1] or match[2]
        for path in [*SERVICE.glob("templates/*.html"), *SERVICE.glob("**/*.py")]
        for match in SPOKEN.finditer(path.read_text("utf-8"))
    }
    titles = {chart.title for chart in CHARTS.values()} | {title for _, title in SPLITS}
    return found | set(LABELS.values()) | titles | set(ROLE_NAMES.values()) | set(refusals())


@pytest.mark.parametrize("sentence", sorted(sentences()))
def test_every_sentence_has_a_translation_with_the_same_fields(sentence: str) -> None:
    dutch = translator("nl", CATALOGUE)(sentence)
    assert dutch != sentence or sentence in SAME
    fields = [
        {name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (sentence, dutch)
    ]
    assert fields[0] == fields[1]


def test_templates_speak_only_through_the_catalogue() -> None:
    """A sentence that stands in a template as it is would stay English."""
    loose = re.compile(r">\s*([A-Z][a-z]+ [a-z]+ [a-z ]+)[.<]")
    for path in SERVICE.glob("templates/*.html"):
        bare = re.sub(r"{[{%].*?[%}]}", "", path.read_text("utf-8"), flags=re.DOTALL)
        assert not loose.findall(bare), path.name
