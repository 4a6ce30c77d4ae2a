"""Findings in words: a comparison goes in, sentences come out. No difference that noise could explain."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from babel.lists import format_list

from privacy.disclosure import WITHHELD, Kind
from reports.benchmark import Benchmark
from reports.uncertainty import Value
from reports.wording import Translate, ends, locale, margin, number, share, translator

# One sentence per figure; {label} is the worded band, genre, class, channel, area or region.
OWN = {
    "reach": "You reach about {value} people, {margin} more or fewer.",
    "visits": "They made about {value} visits, {margin} more or fewer.",
    "returning_share": (
        "About {value} of your bookers were there last season too, {margin} points more or less."
    ),
    "visits_per_booker": "Each booker stands for about {value} visits, {margin} more or less.",
    "band_share": "About {value} of your bookers came {label}, {margin} points more or less.",
    "genre_share": "About {value} of your bookers came for {label}, {margin} points more or less.",
    "product_class_share": "About {value} of your bookers came with {label}, {margin} points more or less.",
    "channel_share": "About {value} of your bookers came {label}, {margin} points more or less.",
    "area_share": "About {value} of your bookers live in {label}, {margin} points more or less.",
    "region_share": "About {value} of your bookers live in {label}, {margin} points more or less.",
}
# Where the bounds leave out so much that the interval reaches further up than down (or down than up).
OWN_BETWEEN = {
    "reach": "You reach about {value} people, at least {low} and at most {high}.",
    "visits": "They made about {value} visits, at least {low} and at most {high}.",
    "returning_share": (
        "About {value} of your bookers were there last season too, at least {low} and at most {high}."
    ),
    "visits_per_booker": "Each booker stands for about {value} visits, at least {low} and at most {high}.",
    "band_share": "About {value} of your bookers came {label}, at least {low} and at most {high}.",
    "genre_share": "About {value} of your bookers came for {label}, at least {low} and at most {high}.",
    "product_class_share": (
        "About {value} of your bookers came with {label}, at least {low} and at most {high}."
    ),
    "channel_share": "About {value} of your bookers came {label}, at least {low} and at most {high}.",
    "area_share": "About {value} of your bookers live in {label}, at least {low} and at most {high}.",
    "region_share": "About {value} of your bookers live in {label}, at least {low} and at most {high}.",
}
# Where the interval reaches nothing, only its upper end says something.
AT_MOST = {
    "returning_share": "At most {value} of your bookers were there last season too.",
    "band_share": "At most {value} of your bookers came {label}.",
    "genre_share": "At most {value} of your bookers came for {label}.",
    "product_class_share": "At most {value} of your bookers came with {label}.",
    "channel_share": "At most {value} of your bookers came {label}.",
    "area_share": "At most {value} of your bookers live in {label}.",
    "region_share": "At most {value} of your bookers live in {label}.",
}
# Beside a figure whose bound cuts something off, where that matters.
BEYOND = "Of one booker only so much counts; the margin allows for what lies beyond that."
NOT_TOLD = "This figure cannot be told yet."
POSITIONS = {
    "above_q3": "That is more than at three quarters of {group}.",
    "below_q1": "That is less than at three quarters of {group}.",
    "above": "That is more than the mean of {group}, which is about {mean}.",
    "below": "That is less than the mean of {group}, which is about {mean}.",
    "among": "Whether that is more or less than the mean of {group} (about {mean}) cannot be told.",
}
CHANGES = {
    "more": "That is more than last season, when it was about {before}.",
    "less": "That is less than last season, when it was about {before}.",
    "unclear": "Whether it changed since last season (about {before}) cannot be told.",
}

# Many parts of a whole beside the peers': which can be told apart, and which cannot.
PARTS = {
    "more": "More than the mean of {group}: {parts}.",
    "less": "Less than the mean of {group}: {parts}.",
    "among": "No difference that can be told apart: {parts}.",
    "withheld": "Peers not shown, so that no single venue can be recognised: {parts}.",
}
NONE_APART = "No part differs from the mean of {group} by more than the margin of error."


def compare_parts(
    items: Sequence[Benchmark], *, group: str, language: str = "en", label: Callable[[str], str] = str
) -> tuple[str, ...]:
    """What a chart of many rows shows, in words: one sentence for each kind of answer."""
    say = translator(language)
    found: dict[str, list[str]] = {kind: [] for kind in PARTS}
    for item in items:
        if item.own is not None or item.withheld:
            found[_answer(item)].append(label(item.label))
    compared = found["more"] or found["less"] or not found["among"]
    first = () if compared else (say(NONE_APART).format(group=group),)
    told = (kind for kind, names in found.items() if names and (compared or kind != "among"))
    beyond = (say(BEYOND),) if any(item.own is not None and item.own.widened for item in items) else ()
    return (
        first
        + tuple(
            say(PARTS[kind]).format(group=group, parts=format_list(found[kind], locale=locale(language)))
            for kind in told
        )
        + beyond
    )


def _answer(item: Benchmark) -> str:
    if item.withheld or item.position is None:
        return "withheld"
    return {"above_q3": "more", "above": "more", "below": "less", "below_q1": "less"}.get(
        item.position, "among"
    )


def describe(item: Benchmark, *, group: str, language: str = "en", label: str = "") -> tuple[str, ...]:
    """The comparison in two or three sentences. `group` names the peers: "theatres of your size"."""
    say = translator(language)
    beyond = say(BEYOND) if item.own is not None and item.own.widened else ""
    told = (own_sentence(item, language, label), beyond, position_sentence(item, group, language))
    return tuple(text for text in (*told, change_sentence(item, language, say)) if text)


def own_sentence(item: Benchmark, language: str, label: str = "") -> str:
    """ "You reach about 12,400 people, 300 more or fewer." """
    say = translator(language)
    if item.own is None:
        return say(NOT_TOLD)
    if item.own.lopsided:
        return _between(item.kind.value, item.own, say(OWN_BETWEEN[item.figure]), label, language)
    half = item.own.half_width
    if item.own.low <= 0 and item.figure in AT_MOST:
        most = share(math.ceil(item.own.high * 100 - 1e-9) / 100, language)
        return say(AT_MOST[item.figure]).format(value=most, label=label)
    value = number(item.kind.value, item.own.estimate, language, half)
    return say(OWN[item.figure]).format(
        value=value, margin=margin(item.kind.value, half, language), label=label
    )


def _between(kind: str, own: Value, text: str, label: str, language: str) -> str:
    value = number(kind, own.estimate, language, own.precision)
    low, high = ends(kind, own.low, own.high, own.precision, language)
    return text.format(value=value, low=low, high=high, label=label)


def position_sentence(item: Benchmark, group: str, language: str) -> str:
    """Where it stands among the peers; the one wording for anything withheld."""
    say = translator(language)
    if item.withheld:
        return WITHHELD.in_language(language)
    if item.position is None or item.peer_mean is None:
        return ""
    mean = number(item.kind.value, item.peer_mean.estimate, language, item.peer_mean.precision)
    return say(POSITIONS[item.position]).format(group=group, mean=mean)


def change_sentence(item: Benchmark, language: str, say: Translate | None = None) -> str:
    """Against last season, where there is one."""
    say = say or translator(language)
    if item.own is None or item.previous is None:
        return ""
    before = number(item.kind.value, item.previous.estimate, language, item.previous.precision)
    if not item.changed:
        return say(CHANGES["unclear"]).format(before=before)
    grew = item.own.estimate > item.previous.estimate
    return say(CHANGES["more" if grew else "less"]).format(before=before)


def unit_of(kind: Kind, figure: str, language: str) -> str:
    """The axis title."""
    say = translator(language)
    if kind is Kind.SHARE:
        return say("share of bookers")
    return say({"reach": "bookers", "visits": "visits"}.get(figure, "visits per booker"))
