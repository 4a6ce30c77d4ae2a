"""Every language is complete: each sentence of the templates and each label has its translations."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from ingest.seasons import Season
from privacy.peer_groups import PeerGroup
from reports.wording import LANGUAGES, LOCALES, translator
from service import access
from service.compare import CHARTS
from service.exactness import NAMES
from service.labels import CATALOGUE, LABELS
from service.pages import LANGUAGE_NAMES
from service.routes.accounts import ROLE_NAMES
from service.routes.intake_pages import SPLITS

SERVICE = Path(__file__).parents[3] / "service"
SPOKEN = re.compile(r"""\b(?:_|say)\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
# Words that are the same in both languages.
SAME = {
    "nl": {"Upload", "Film", "Cabaret", "Musical", "Opera", "Account", "Postcodes", "Manager", "Epsilon"},
    "fr": {"Film", "Cabaret", "Correction", "Pass", "Publication", "Publications", "points", "Epsilon"},
    "de": {"Film", "Musical", "Pass", "Name", "Region", "Definition", "Median", "Epsilon"},
}


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
    found |= set(LABELS.values()) | titles | set(ROLE_NAMES.values()) | set(NAMES.values())
    return found | set(refusals())


@pytest.mark.parametrize("language", LANGUAGES[1:])
@pytest.mark.parametrize("sentence", sorted(sentences()))
def test_every_sentence_has_a_translation_with_the_same_fields(sentence: str, language: str) -> None:
    said = translator(language, CATALOGUE)(sentence)
    assert said != sentence or sentence in SAME[language]
    assert fields(sentence) == fields(said)


@pytest.mark.parametrize("folder", ["service", "reports"])
def test_the_catalogues_of_all_languages_have_the_same_entries(folder: str) -> None:
    """Also those that no test finds in the code, such as a label that is chosen while running."""
    entries = []
    for path in sorted((SERVICE.parent / folder / "catalogue").glob("*.po")):
        with path.open("rb") as file:
            entries.append({message.id: message.string for message in read_po(file)})
    assert len(entries) == len(LANGUAGES) - 1
    for one in entries:
        assert one.keys() == entries[0].keys()
        assert all(fields(str(key)) == fields(str(text)) for key, text in one.items() if key)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_has_its_name_and_its_words_of_a_group() -> None:
    assert set(LANGUAGE_NAMES) == set(LANGUAGES) == set(LOCALES)
    group = PeerGroup("x", {"en": "Large halls", "nl": "Grote zalen"}, 1, Season(2025), ())
    assert [group.name_in(language) for language in LANGUAGES] == [
        "Large halls", "Grote zalen", "Large halls", "Large halls",
    ]  # fmt: skip


def test_templates_speak_only_through_the_catalogue() -> None:
    """A sentence that stands in a template as it is would stay English."""
    loose = re.compile(r">\s*([A-Z][a-z]+ [a-z]+ [a-z ]+)[.<]")
    for path in SERVICE.glob("templates/*.html"):
        bare = re.sub(r"{[{%].*?[%}]}", "", path.read_text("utf-8"), flags=re.DOTALL)
        assert not loose.findall(bare), path.name
