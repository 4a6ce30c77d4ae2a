"""Who is promised what, what is not protected, what cannot be measured: a language in, plain words out."""

from __future__ import annotations

from privacy.disclosure_rules import MIN_OTHER_OWNERS
from privacy.policy import POLICY
from reports.wording import translator

PROMISES: tuple[tuple[str, str], ...] = (
    (
        "Whoever books a ticket",
        "Nobody who reads the figures can tell whether you are in them. With or without your whole season, "
        "at all venues together, everything published comes out about as likely. That holds whatever the "
        "reader knows already, and it does not wear off with time.",
    ),
    (
        "Whoever buys without giving a name",
        "Each sale without a name is protected by itself, one order at a time. It counts as visits and never "
        "as a person, and nobody tries to find out whose it was.",
    ),
    (
        "Venues",
        "No other venue sees your figures. Others meet them only inside a group of at least {others} other "
        "owners, and nowhere where one venue would stand out.",
    ),
    (
        "Whoever uses the figures",
        "Every figure has a margin, and the margin is true: in 95 of 100 cases the number counted within the "
        "limits lies inside it. Every release is signed, and what it cost is on the public ledger.",
    ),
)

NOT_PROTECTED: tuple[str, ...] = (
    "What is true of a large group. If most people of a town like jazz, the figures say so, and anyone may "
    "guess that you do.",
    "A venue’s own exact figures. That venue alone sees them, and what it does with them is its own affair.",
    "All of somebody who books under two addresses. That is two bookers here, each protected by itself, and "
    "the two together less.",
    "Somebody’s address from a venue that tries it out. A venue can have guessed addresses evaluated and "
    "find its own bookers among them; how many it may have evaluated in a month is limited, and more is told "
    "to the operator.",
    "The programme, the list of venues, and whether a venue delivered. All of these are public.",
)

NOT_MEASURED: tuple[str, ...] = (
    "Who never books by name is not in reach. Door sales and other sales without a name count as visits; "
    "each venue sees how large that part is.",
    "Who came along. A party of four is one booker and four visits.",
    "Where somebody lives whose order has no postcode, or one that fits no country. They stand under "
    "“unknown”, and are not spread over the map.",
    "People as such. Two addresses are two bookers, and a household with one address is one.",
    "Everything of very busy visitors. Of one booker at most {visits} visits count at a venue, and the "
    "detailed figures take in at most {venues} venues. What lies beyond is estimated for the network, and "
    "margins reach up for it.",
    "Loyalty of more than two seasons. Returning looks back one season and no further.",
    "Venues that did not deliver. They are missing, and not counted as nothing.",
)


def promises(language: str = "en") -> tuple[tuple[str, str], ...]:
    """To whom, and what."""
    say = translator(language)
    return tuple((say(whom), say(what).format(others=MIN_OTHER_OWNERS)) for whom, what in PROMISES)


def not_protected(language: str = "en") -> tuple[str, ...]:
    say = translator(language)
    return tuple(say(text) for text in NOT_PROTECTED)


def not_measured(language: str = "en") -> tuple[str, ...]:
    say = translator(language)
    facts = {"visits": POLICY.bounds.tickets_per_venue, "venues": POLICY.bounds.core_venues}
    return tuple(say(text).format(**facts) for text in NOT_MEASURED)
