"""The methods page in words: twelve points, what is promised, and odds that are what they are said to be."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from statistics import NormalDist

import pytest

from privacy.mechanisms import epsilon
from privacy.policy import DELTAS, POLICY
from reports import changes, methods, odds, promises
from reports.wording import LANGUAGES

# NIST SP 800-226, the twelve key takeaways in its order; other pages link to these anchors.
TWELVE = [
    "about-the-same", "not-against-inference", "guarantee-and-unit", "smaller-is-noisier", "it-adds-up",
    "variants", "delta", "sensitivity", "large-groups", "bounds-unseen", "no-models", "sample-data",
]  # fmt: skip
PLAN = POLICY.budget.plan


@pytest.mark.parametrize("language", LANGUAGES)
def test_n25_twelve_takeaways_stand_first_in_every_language(language: str) -> None:
    found = methods.sections(language)
    assert [section.anchor for section in found[: methods.TAKEAWAYS]] == TWELVE
    assert len({section.anchor for section in found}) == len(found)
    for section, english in zip(found, methods.sections("en"), strict=True):
        assert section.text.endswith(".")
        assert "{" not in section.title + section.text
        assert language == "en" or (section.title != english.title and section.text != english.text)


def test_the_rules_of_venues_are_told_with_the_rules_own_numbers() -> None:
    venues = next(section for section in methods.sections("nl") if section.anchor == "venues")
    assert "minstens 4 andere eigenaren" in venues.text


def test_the_two_deltas_are_those_that_are_said() -> None:
    assert DELTAS == (1e-6, 1e-10)
    said = next(section for section in methods.sections() if section.anchor == "delta").text
    assert "one in a million and one in ten thousand million" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_promises_and_limits_are_whole_sentences_in_every_language(language: str) -> None:
    told = [what for _, what in promises.promises(language)]
    told += [*promises.not_protected(language), *promises.not_measured(language)]
    assert len(told) >= 14
    assert all(text.endswith(".") and "{" not in text for text in told)
    assert any(str(POLICY.bounds.tickets_per_venue) in text for text in promises.not_measured(language))


def test_a_guess_moves_by_the_odds_and_no_further() -> None:
    assert odds.most_after(0.5, 1.0) == pytest.approx(0.7311, abs=1e-4)
    assert odds.most_after(0.01, 1.0) == pytest.approx(0.0267, abs=1e-4)
    assert odds.most_after(0.3, 0.0) == pytest.approx(0.3)


def test_the_pictures_odds_are_those_of_the_two_curves() -> None:
    sigma = odds.scale(PLAN)
    beside, without = NormalDist(odds.WITH, sigma), NormalDist(odds.WITHOUT, sigma)
    said = odds.times_as_likely(odds.SEEN, sigma)
    assert said == pytest.approx(beside.pdf(odds.SEEN) / without.pdf(odds.SEEN))
    assert 1 < said < 2.8


def test_the_usual_range_holds_95_of_100_draws() -> None:
    sigma = odds.scale(PLAN)
    low, high = odds.usual_range(0.5, sigma)
    beside = NormalDist(odds.WITH, sigma)
    for end, chance in ((low, 0.025), (high, 0.975)):
        seen = beside.inv_cdf(chance)
        factor = odds.times_as_likely(seen, sigma)
        assert factor / (1 + factor) == pytest.approx(end, abs=1e-6)


def test_the_limit_is_passed_in_fewer_than_one_draw_in_ten_thousand() -> None:
    """The sentence under the picture: by the bound for any release, exactly for the picture's own figure."""
    eps, sigma = epsilon(PLAN, DELTAS[0]), odds.scale(PLAN)
    assert odds.beyond(PLAN, eps) < 1e-4
    passed = 1 - NormalDist(1 / (2 * sigma**2), 1 / sigma).cdf(eps)
    assert 0 < passed < odds.beyond(PLAN, eps)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_worked_picture_is_drawn_without_styles_or_scripts(language: str) -> None:
    plain = odds.in_plain_words(language)
    drawing = ET.fromstring(plain.picture)  # our own picture
    assert {element.tag for element in drawing.iter()} <= {"svg", "title", "path", "line", "text", "circle"}
    assert not any("style" in element.attrib for element in drawing.iter())
    dots = [float(element.attrib["cy"]) for element in drawing.iter("circle")]
    heights = [odds._FLOOR - at for at in dots]
    assert heights[1] / heights[0] == pytest.approx(
        odds.times_as_likely(odds.SEEN, odds.scale(PLAN)), rel=0.01
    )
    assert [row.head for row in plain.seasons] == ["1", "2", "3", "5", "10"]
    assert re.search(r"73\s?%", plain.guesses[2].cells[0])
    assert "{" not in "".join((*plain.before, plain.caption, *plain.after))


@pytest.mark.parametrize("language", LANGUAGES)
def test_changes_are_dated_newest_first_in_every_language(language: str) -> None:
    days = [one.day for one in changes.changes(language)]
    assert days == sorted(days, reverse=True)
    assert POLICY.version == days[0].isoformat()
