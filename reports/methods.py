"""How Foyer makes its numbers, in plain words: a language goes in, sections with stable anchors come out.

The first twelve sections answer the twelve points that NIST SP 800-226 asks every publisher to explain.
"""

from __future__ import annotations

from dataclasses import dataclass

from privacy.disclosure_rules import (
    LAG_MONTHS,
    LARGEST_SHARE,
    MIN_FOR_MEDIAN,
    MIN_FOR_QUARTILES,
    MIN_OTHER_OWNERS,
    P_PERCENT,
)
from reports.wording import translator

TAKEAWAYS = 12
"""So many sections, the first ones, answer NIST's points, in its order."""


@dataclass(frozen=True, slots=True)
class Section:
    """One answer. `anchor` is stable: other pages link to it."""

    anchor: str
    title: str
    text: str


_SECTIONS: tuple[tuple[str, str, str], ...] = (
    (
        "about-the-same",
        "With or without you, the figures look about the same",
        "Every published figure comes out about as likely whether or not one booker's whole season is in "
        "the data.",
    ),
    (
        "not-against-inference",
        "What it does not promise",
        "The figures can still teach something about people like you. They cannot teach what only you did.",
    ),
    (
        "guarantee-and-unit",
        "The guarantee has a size and a unit",
        "The unit is one booker's whole season at all venues together. The size is on the public ledger.",
    ),
    (
        "smaller-is-noisier",
        "More protection means more noise",
        "A smaller epsilon protects better and makes figures less exact. That is why each comes with a "
        "margin.",
    ),
    (
        "it-adds-up",
        "Protection is spent",
        "Each release uses part of a season's allowance. When it is used up, nothing more can be published.",
    ),
    (
        "variants",
        "The account is kept in one measure",
        "We count in rho (zero-concentrated differential privacy) and print epsilon at two fixed values "
        "of delta.",
    ),
    (
        "delta",
        "Delta is small",
        "Epsilon holds but for a tiny remainder, delta. We state epsilon at the same two deltas everywhere, "
        "one in a million and one in ten thousand million, so that two epsilons can be compared.",
    ),
    (
        "sensitivity",
        "One person counts for a limited amount",
        "Before anything is counted, one booker's part in every table is limited. The noise fits that limit.",
    ),
    (
        "large-groups",
        "Large groups are told well, small ones badly",
        "The noise is the same for large and small figures. So small groups get wide margins or are left "
        "blank.",
    ),
    (
        "bounds-unseen",
        "Limits are set without looking",
        "All limits and lists are fixed before the data is read, or from figures that were published "
        "earlier.",
    ),
    (
        "no-models",
        "No models are trained on bookers",
        "Foyer publishes counts and what follows from them. It trains no model on anybody's visits.",
    ),
    (
        "sample-data",
        "The sample data is imagined",
        "The demonstration network was made up by a program. No real booker was used to make it.",
    ),
    (
        "venues",
        "How venues are protected from each other",
        "Figures of others are shown only with at least {others} other owners, none with more than {half}"
        " of the whole, and the largest hidden by at least {p} from anyone who knows the next. Your own "
        "figure is never in the figure you compare with. A median needs {median} owners, quartiles "
        "{quartiles}, and both are rounded. Figures of others are at least {months} months old. Whatever "
        "is left out is worded the same.",
    ),
    (
        "margins",
        "What the margin means",
        "In 95 of 100 such figures the number counted within the limits lies within the margin. "
        "Differences that the noise could explain are not reported as differences.",
    ),
    (
        "map",
        "Why much of the map is blank",
        "An area gets a colour where bookers are surely found in it or in its district, with at most one "
        "in twenty by mistake. Faded colours are less sure. Areas without a place on the map are listed "
        "beside it.",
    ),
)


def sections(language: str = "en") -> tuple[Section, ...]:
    """All sections in page order."""
    say = translator(language)
    facts = {
        "others": MIN_OTHER_OWNERS,
        "half": f"{LARGEST_SHARE:.0%}",
        "p": f"{P_PERCENT:.0%}",
        "median": MIN_FOR_MEDIAN,
        "quartiles": MIN_FOR_QUARTILES,
        "months": LAG_MONTHS,
    }
    return tuple(Section(anchor, say(title), say(text).format(**facts)) for anchor, title, text in _SECTIONS)
