"""Numbers and sentences: rounding follows the interval, and every text exists in every language."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.disclosure import FIGURES, WITHHELD, Kind
from reports import methods, promises, sentences
from reports.benchmark import Benchmark, Quartiles
from reports.changes import CHANGES
from reports.uncertainty import Value
from reports.wording import (
    CATALOGUES,
    LANGUAGES,
    count,
    ends,
    language_of,
    margin,
    number,
    rounded,
    share,
    translator,
)

REPORTS = Path(sentences.__file__).parent
OTHERS = LANGUAGES[1:]


@pytest.mark.parametrize(
    ("estimate", "half_width", "said"),
    [
        (12387, 285, (12400, 300)),
        (12387, 301, (12400, 400)),
        (12387, 120, (12400, 150)),
        (12387, 31, (12390, 40)),
        (347, 2.1, (347, 2.5)),
        (5, 940, (0, 1000)),
        (100, 0, (100, 0)),
    ],
)
def test_a_number_is_rounded_as_its_interval_bears(
    estimate: float, half_width: float, said: tuple[float, float]
) -> None:
    assert rounded(estimate, half_width) == said


@given(st.floats(0, 1e7), st.floats(0.5, 1e5))
def test_what_is_said_still_covers_and_is_not_much_wider(estimate: float, half_width: float) -> None:
    value, said = rounded(estimate, half_width)
    assert said >= half_width * (1 - 1e-9)
    assert said <= 1.5 * half_width + 1e-9
    assert abs(value - estimate) <= 0.25 * half_width + 1e-9 or abs(value - estimate) <= said / 2


@pytest.mark.parametrize(
    ("kind", "value", "half", "language", "said"),
    [
        ("count", 12387, 285, "en", ("12,400", "300")),
        ("count", 12387, 285, "nl", ("12.400", "300")),
        ("count", 7, 0.2, "en", ("7", "1")),
        ("share", 0.3412, 0.021, "en", ("34%", "3")),
        ("share", 0.3412, 0.0021, "nl", ("34,1%", "0,3")),
        ("share", 0.3412, 0.3, "en", ("34%", "30")),
        ("ratio", 2.347, 0.04, "en", ("2.35", "0.04")),
        ("ratio", 2.347, 0.4, "nl", ("2,3", "0,4")),
        ("count", 12387, 285, "fr", ("12\N{NARROW NO-BREAK SPACE}400", "300")),
        ("share", 0.3412, 0.0021, "fr", ("34,1\N{NO-BREAK SPACE}%", "0,3")),
        ("count", 12387, 285, "de", ("12.400", "300")),
        ("share", 0.3412, 0.021, "de", ("34\N{NO-BREAK SPACE}%", "3")),
    ],
)
def test_numbers_by_language_and_kind(
    kind: str, value: float, half: float, language: str, said: tuple[str, str]
) -> None:
    assert (number(kind, value, language, half), margin(kind, half, language)) == said


def test_a_number_without_an_interval_is_told_in_full() -> None:
    assert number("count", 12387, "en") == "12,387"
    assert count(0.4, "en") == "0"
    assert share(0.125, "nl", 1) == "12,5%"


def test_an_unknown_language_reads_english() -> None:
    assert (language_of("nl-BE"), language_of("pt"), language_of("en_US")) == ("nl", "en", "en")
    assert translator("xx")("You") == "You"
    assert translator("nl")("no such text") == "no such text"


def test_a_further_catalogue_adds_texts_and_keeps_ours(tmp_path: Path) -> None:
    (tmp_path / "nl.po").write_text('msgid "Log in"\nmsgstr "Aanmelden"\n', encoding="utf-8")
    say = translator("nl", tmp_path)
    assert (say("Log in"), say("You")) == ("Aanmelden", "U")


def texts_in_code() -> set[str]:
    """Every text that the code of reports/ hands to a translator or keeps in a table of texts."""
    found: set[str] = set()
    for path in REPORTS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"say", "translate"}
            )
            if called and isinstance(node.args[0], ast.Constant):  # type: ignore[attr-defined]
                found.add(node.args[0].value)  # type: ignore[attr-defined]
    tables = (
        sentences.OWN,
        sentences.OWN_BETWEEN,
        sentences.AT_MOST,
        sentences.POSITIONS,
        sentences.CHANGES,
        sentences.PARTS,
    )
    found |= {text for table in tables for text in table.values()} | {
        sentences.NOT_TOLD,
        sentences.NONE_APART,
        sentences.BEYOND,
    }
    found |= {"bookers", "visits", "visits per booker", "middle half of your peers", "mean of your peers"}
    found |= {part for pair in promises.PROMISES for part in pair}
    found |= {*promises.NOT_PROTECTED, *promises.NOT_MEASURED, *(change.text for change in CHANGES)}
    return found | {part for section in methods._SECTIONS for part in section[1:]}


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_exists_in_every_language_and_keeps_its_places(language: str) -> None:
    say = translator(language)
    texts = texts_in_code()
    assert len(texts) > 60
    assert [text for text in texts if say(text) == text] == []
    for text in texts:
        assert sorted(part.split("}")[0] for part in text.split("{")[1:]) == sorted(
            part.split("}")[0] for part in say(text).split("{")[1:]
        )


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalogue_holds_no_text_that_is_not_used(language: str) -> None:
    from babel.messages.pofile import read_po

    with (CATALOGUES / f"{language}.po").open("rb") as file:
        kept = {str(message.id) for message in read_po(file) if message.id}
    assert kept - texts_in_code() == set()


def test_every_figure_has_its_sentence() -> None:
    assert set(sentences.OWN) == set(FIGURES)


def a_comparison(
    own: float | Value = 12387, mean: float = 9800, previous: float | None = None, **more: object
) -> Benchmark:
    facts: dict[str, object] = {
        "figure": "reach",
        "kind": Kind.COUNT,
        "label": "",
        "own": own if isinstance(own, Value) else Value.of(own, 145),
        "peer_mean": Value.of(mean, 60),
        "median": None,
        "quartiles": None,
        "peers": 9,
        "distinguishable": not isinstance(own, Value) and abs(own - mean) > 320,
        "withheld": False,
        "previous": None if previous is None else Value.of(previous, 145),
    }
    return Benchmark(**{**facts, **more})  # type: ignore[arg-type]


def test_a_comparison_in_english_and_dutch() -> None:
    item = a_comparison(previous=12100, quartiles=Quartiles(7000, 11000), median=9500)
    assert sentences.describe(item, group="theatres of your size") == (
        "You reach about 12,400 people, 300 more or fewer.",
        "That is more than at three quarters of theatres of your size.",
        "Whether it changed since last season (about 12,100) cannot be told.",
    )
    assert sentences.describe(item, group="huizen zo groot als u", language="nl") == (
        "U bereikt ongeveer 12.400 mensen, 300 meer of minder.",
        "Dat is meer dan bij driekwart van huizen zo groot als u.",
        "Of het sinds vorig seizoen (ongeveer 12.100) veranderd is, is niet te zeggen.",
    )


@pytest.mark.parametrize(
    ("own", "quartiles", "expected"),
    [
        (12387, None, "That is more than the mean of them, which is about 9,800."),
        (7000, None, "That is less than the mean of them, which is about 9,800."),
        (9900, None, "Whether that is more or less than the mean of them (about 9,800) cannot be told."),
        (7000, Quartiles(7400, 11000), "That is less than at three quarters of them."),
        (11100, Quartiles(7400, 11000), "That is more than the mean of them, which is about 9,800."),
    ],
)
def test_only_what_the_noise_cannot_explain_is_said(
    own: float, quartiles: Quartiles | None, expected: str
) -> None:
    assert sentences.position_sentence(a_comparison(own, quartiles=quartiles), "them", "en") == expected


def test_many_parts_are_compared_in_words_each_in_one_sentence() -> None:
    items = [
        a_comparison(12387, label="theatre"),
        a_comparison(12900, label="dance"),
        a_comparison(7000, label="film"),
        a_comparison(9900, label="opera"),
        a_comparison(label="family", peer_mean=None, withheld=True, distinguishable=None),
    ]
    assert sentences.compare_parts(items, group="them", label=str.capitalize) == (
        "More than the mean of them: Theatre and Dance.",
        "Less than the mean of them: Film.",
        "No difference that can be told apart: Opera.",
        "Peers not shown, so that no single venue can be recognised: Family.",
    )
    assert sentences.compare_parts(items[:1], group="hen", language="nl") == (
        "Meer dan het gemiddelde van hen: theatre.",
    )
    assert sentences.compare_parts(items[3:4], group="them") == (
        "No part differs from the mean of them by more than the margin of error.",
    )
    assert sentences.compare_parts([], group="them") == ()


def test_a_share_that_may_be_nothing_is_told_by_its_upper_end() -> None:
    few = a_comparison(figure="genre_share", kind=Kind.SHARE, own=Value.of(0.02, 0.05, least=0.0))
    assert sentences.own_sentence(few, "en", "dance") == "At most 12% of your bookers came for dance."
    assert sentences.own_sentence(few, "nl", "dans") == "Hoogstens 12% van uw boekers kwam voor dans."
    some = a_comparison(figure="genre_share", kind=Kind.SHARE, own=Value.of(0.2, 0.05))
    assert sentences.own_sentence(some, "en", "dance").startswith(
        "About 20% of your bookers came for dance, 10 "
    )


def test_a_lopsided_interval_is_told_by_its_longer_side() -> None:
    lopsided = a_comparison(own=Value(900.0, 88.0, 695.0, 1041.0))
    assert sentences.own_sentence(lopsided, "en") == "You reach about 900 people, 250 more or fewer."


def test_a_change_is_told_only_when_it_is_one() -> None:
    assert sentences.change_sentence(a_comparison(previous=9000), "en").startswith("That is more than last")
    assert sentences.change_sentence(a_comparison(previous=15000), "en").startswith("That is less than last")
    assert sentences.change_sentence(a_comparison(), "en") == ""


def test_withheld_and_missing_have_their_words() -> None:
    hidden = a_comparison(peer_mean=None, distinguishable=None, withheld=True)
    assert sentences.position_sentence(hidden, "them", "nl") == WITHHELD.nl
    missing = a_comparison(own=0, distinguishable=None)
    missing = Benchmark(**{**{n: getattr(missing, n) for n in Benchmark.__slots__}, "own": None})
    assert sentences.describe(missing, group="them") == ("This figure cannot be told yet.",)


def test_where_the_bounds_stretch_one_side_both_ends_are_said_not_a_margin() -> None:
    own = Value(18819.0, 1022.0, 16815.9, 26058.4, 18819.0, 1745.0)
    visits = a_comparison(figure="visits", kind=Kind.COUNT, own=own)
    assert own.lopsided
    assert sentences.own_sentence(visits, "en") == (
        "They made about 19,000 visits, at least 16,500 and at most 26,500."
    )
    assert "minstens 16.500 en hoogstens 26.500" in sentences.own_sentence(visits, "nl")


def test_ends_are_rounded_outwards() -> None:
    assert ends("count", 16815.9, 26058.4, 2003.0, "en") == ("16,500", "26,500")
    assert ends("share", 0.0671, 0.1249, 0.0201, "en") == ("6%", "13%")
    assert ends("ratio", 2.31, 3.62, 0.3, "en") == ("2.3", "3.7")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_has_both_ends_in_every_language(language: str) -> None:
    say = translator(language)
    assert set(sentences.OWN_BETWEEN) == set(sentences.OWN)
    for text in sentences.OWN_BETWEEN.values():
        assert {"{value}", "{low}", "{high}"} <= set(re.findall(r"\{\w+\}", say(text)))
        assert language == "en" or say(text) != text
