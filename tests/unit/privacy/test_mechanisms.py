"""The door to OpenDP: scales, losses and margins; nothing without noise passes for a loss."""

from __future__ import annotations

import numpy as np
import pytest

from privacy import mechanisms
from privacy.budget import NOTHING, PrivacyLoss
from privacy.mechanisms import (
    Draw,
    LossExceededError,
    Sensitivity,
    draw,
    epsilon,
    raw_margin,
    release_loss,
    scale_for,
    table_loss,
)


def test_a_table_without_a_share_is_not_drawn():
    with pytest.raises(ValueError, match="without a share"):
        scale_for(Sensitivity(1, 1), NOTHING)


def test_the_loss_without_noise_cannot_be_charged():
    with pytest.raises(ValueError, match="infinite"):
        table_loss(Sensitivity(1, 1), 0.0)


def test_nothing_costs_nothing():
    assert release_loss([], []) == NOTHING
    assert epsilon(NOTHING, 1e-6) == 0.0


def test_a_scale_has_four_digits_and_is_rounded_up():
    assert scale_for(Sensitivity(1, 1), PrivacyLoss(500_000_000)) == 1.0
    assert scale_for(Sensitivity(2, 1), PrivacyLoss(500_000_000)) == 1.415


@pytest.mark.parametrize(
    ("rho", "delta", "known"),
    # As measured with OpenDP for the design; the closed form rho + 2 sqrt(rho ln(1/delta)) is a ceiling.
    [(0.024355, 1e-6, 1.0), (0.088152, 1e-6, 2.0)],
)
def test_epsilon_agrees_with_the_published_conversion(rho, delta, known):
    ceiling = rho + 2 * np.sqrt(rho * np.log(1 / delta))
    assert epsilon(PrivacyLoss.from_rho(rho), delta) == pytest.approx(known, abs=1e-4)
    assert known < ceiling


def test_a_margin_of_95_percent_is_about_two_scales_and_a_whole_number():
    assert raw_margin(0.0) == 0
    assert 196 <= raw_margin(100.0) <= 198
    assert raw_margin(100.0, alpha=1e-6) > 480


def test_tables_are_drawn_in_one_go_each_under_its_own_name():
    tables = {
        "wide": Draw(np.arange(6), Sensitivity(6, 1), 0.0),
        "narrow": Draw(np.array([7]), Sensitivity(1, 1), 0.0),
    }
    drawn = draw(tables)
    assert drawn["wide"].tolist() == [0, 1, 2, 3, 4, 5]
    assert drawn["narrow"].tolist() == [7]


COSTING = {
    "wide": Draw(np.zeros(6, dtype=np.int64), Sensitivity(6, 20), 800.0),
    "narrow": Draw(np.zeros(1, dtype=np.int64), Sensitivity(1, 1), 60.0),
}
LOSS = release_loss([t.sensitivity for t in COSTING.values()], [t.scale for t in COSTING.values()])
ONE_LESS = PrivacyLoss(LOSS.nano_rho - 1)


def test_what_was_charged_to_the_last_nano_rho_is_let_through():
    assert {name: len(cells) for name, cells in draw(COSTING, LOSS).items()} == {"wide": 6, "narrow": 1}


def test_what_costs_more_than_was_charged_is_not_drawn_and_the_filter_is_not_asked(monkeypatch):
    monkeypatch.setattr(mechanisms, "_filter", lambda _: pytest.fail("a filter that refused would be dead"))
    with pytest.raises(LossExceededError, match="Nothing was drawn"):
        draw(COSTING, ONE_LESS)


def test_opendp_refuses_by_itself_what_our_own_check_lets_through(monkeypatch):
    """Half the scale costs four times as much; our own arithmetic, made blind, does not see it."""
    halved = {name: Draw(t.counts, t.sensitivity, t.scale / 2) for name, t in COSTING.items()}
    monkeypatch.setattr(mechanisms, "release_loss", lambda *_: NOTHING)
    with pytest.raises(Exception, match="would exceed privacy budget"):
        draw(halved, LOSS)
