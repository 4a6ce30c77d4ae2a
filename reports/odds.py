"""Epsilon in plain words and one picture: the plan of a season goes in, odds, guesses and an SVG come out.

The example is one figure that spends a whole season's plan by itself, counted with and without one
booker. Every release spends less on each of its figures, so nothing published moves a guess further.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

from privacy.budget import PrivacyLoss
from privacy.mechanisms import epsilon
from privacy.policy import DELTAS, LIFETIMES, POLICY
from reports.wording import decimal, share, translator

GUESSES = (0.01, 0.10, 0.50, 0.90)
WITH, WITHOUT = 100, 99
SEEN = 104
_Z95 = 1.959964
_FROM, _TO, _LEFT, _RIGHT = 86.0, 114.0, 14.0, 386.0
_FLOOR, _PEAK = 128.0, 14.0


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a small table, worded."""

    head: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plain:
    """What the page shows: paragraphs before and after the picture, the picture, and two tables."""

    before: tuple[str, ...]
    picture: str
    caption: str
    after: tuple[str, ...]
    guesses: tuple[Row, ...]
    seasons: tuple[Row, ...]


def most_after(guess: float, eps: float) -> float:
    """The most that a guess (a chance between 0 and 1) can become at this epsilon."""
    odds = guess / (1 - guess) * math.exp(eps)
    return odds / (1 + odds)


def scale(loss: PrivacyLoss) -> float:
    """The standard error of the noise of one count that spends this loss by itself."""
    return 1 / math.sqrt(2 * loss.rho)


def times_as_likely(seen: float, sigma: float) -> float:
    """How many times as often `seen` comes out with the booker as without."""
    return math.exp(((seen - WITHOUT) ** 2 - (seen - WITH) ** 2) / (2 * sigma * sigma))


def usual_range(guess: float, sigma: float) -> tuple[float, float]:
    """Between what a guess about somebody who is there ends in 95 of 100 draws."""
    start, shift = math.log(guess / (1 - guess)), 1 / (2 * sigma * sigma)
    low, high = (start + shift + side * _Z95 / sigma for side in (-1, 1))
    return 1 / (1 + math.exp(-low)), 1 / (1 + math.exp(-high))


def beyond(loss: PrivacyLoss, eps: float) -> float:
    """No draw passes e^epsilon with more than this chance: the tail bound of zCDP (Bun and Steinke 2016)."""
    return math.exp(-((eps - loss.rho) ** 2) / (4 * loss.rho))


def in_plain_words(language: str = "en") -> Plain:
    """Everything of the section, in one language."""
    say = translator(language)
    plan = POLICY.budget.plan
    eps, sigma = epsilon(plan, DELTAS[0]), scale(plan)
    low, high = usual_range(0.5, sigma)
    facts = {
        "epsilon": decimal(eps, language, 1),
        "odds": decimal(math.exp(eps), language, 1),
        "with": str(WITH),
        "without": str(WITHOUT),
        "seen": str(SEEN),
        "ratio": decimal(times_as_likely(SEEN, sigma), language, 1),
        "half": share(0.5, language),
        "low": share(low, language),
        "high": share(high, language),
    }
    return Plain(
        before=(
            say(
                "Epsilon says how much everything published about a season can give away about one person. "
                "Imagine two worlds that differ in one thing: in one you came that season, in the other you "
                "did not. Noise is added to each figure, so both worlds can publish the same number. Epsilon "
                "is a limit on how much more likely a result may be in one world than in the other."
            ),
        ),
        picture=_picture(sigma, say(
            "Two bell curves that nearly cover each other: which numbers can be published with you, and "
            "which without you."
        )),
        caption=say(
            "One figure that spends a whole season’s allowance by itself: {with} counted with you, {without} "
            "without you. The height says how often each number would be published."
        ).format(**facts),
        after=(
            say(
                "Say {seen} is published. That happens {ratio} times as often with you as without you: "
                "hardly a clue. The plan for a whole season is epsilon {epsilon}. Then no result is more "
                "than {odds} times as likely in one world as in the other, but for fewer than one draw in "
                "ten thousand."
            ).format(**facts),
            say(
                "Somebody who guesses, and then reads everything that was ever published about the season, "
                "gets no further than the table says. That is the limit, seldom reached: in 95 of 100 draws "
                "a guess of {half} about somebody who was there ends between {low} and {high}."
            ).format(**facts),
        ),
        guesses=tuple(
            Row(share(guess, language), (share(most_after(guess, eps), language, int(guess < 0.1)),))
            for guess in GUESSES
        ),
        seasons=tuple(_season(n, plan, language) for n in LIFETIMES),
    )  # fmt: skip


def _season(n: int, plan: PrivacyLoss, language: str) -> Row:
    eps = epsilon(PrivacyLoss(plan.nano_rho * n), DELTAS[0])
    return Row(str(n), (decimal(eps, language, 3), share(most_after(0.5, eps), language)))


def _picture(sigma: float, title: str) -> str:
    without, beside = (_curve(mean, sigma) for mean in (WITHOUT, WITH))
    marks = "".join(
        f'<line x1="{_x(at):.1f}" x2="{_x(at):.1f}" y1="{_FLOOR}" y2="{_FLOOR + 5}" class="axis"/>'
        f'<text x="{_x(at):.1f}" y="{_FLOOR + 19}" text-anchor="middle">{at}</text>'
        for at in (90, 95, 100, 105, 110)
    )
    seen = _x(SEEN)
    dots = "".join(
        f'<circle cx="{seen:.1f}" cy="{_y(SEEN, mean, sigma):.1f}" r="3.5" class="{kind}"/>'
        for mean, kind in ((WITHOUT, "f-peer"), (WITH, "f-own"))
    )
    return (
        f'<svg viewBox="0 0 400 150" role="img" class="odds"><title>{escape(title)}</title>'
        f'<path d="{without} Z" class="f-band"/><path d="{without}" class="l-peer"/>'
        f'<path d="{beside}" class="l-own"/>'
        f'<line x1="{_LEFT}" x2="{_RIGHT}" y1="{_FLOOR}" y2="{_FLOOR}" class="axis"/>{marks}'
        f'<line x1="{seen:.1f}" x2="{seen:.1f}" y1="{_PEAK}" y2="{_FLOOR}" class="seen"/>'
        f'{dots}<text x="{seen + 6:.1f}" y="{_PEAK + 8}">{SEEN}</text></svg>'
    )


def _curve(mean: float, sigma: float) -> str:
    steps = 84
    points = (_FROM + (_TO - _FROM) * step / steps for step in range(steps + 1))
    return "M" + " L".join(f"{_x(at):.1f},{_y(at, mean, sigma):.1f}" for at in points)


def _x(value: float) -> float:
    return _LEFT + (value - _FROM) / (_TO - _FROM) * (_RIGHT - _LEFT)


def _y(value: float, mean: float, sigma: float) -> float:
    return _FLOOR - (_FLOOR - _PEAK) * math.exp(-((value - mean) ** 2) / (2 * sigma * sigma))
