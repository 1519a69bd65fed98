"""The hazard of renewed war: survival, the share of the future in peace, and what raises the danger."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from armistice.core.war import Range
from armistice.deal.durability import RENEWAL, renewal_hazard, share_in_peace

HAZARDS = st.floats(0.0, 20.0)
POWERS = st.floats(0.5, 1.0)
DISCOUNTS = st.floats(0.98, 0.999)


def central() -> dict[str, np.ndarray]:
    return {name: np.array([spread.central]) for name, spread in RENEWAL.items()}


def hazard(factors: float = 0.0, lean: float = 0.0, imposed: bool = False, shift: float = 0.0) -> float:
    return float(renewal_hazard(np.array([factors]), np.array([lean]), imposed, np.array([shift]), central())[0])


def share(h: float, k: float, d: float) -> float:
    return float(share_in_peace(np.array([h]), np.array([k]), np.array([d]))[0])


@given(HAZARDS, POWERS, DISCOUNTS)
def test_share_of_the_future_is_the_integral(h: float, k: float, d: float) -> None:
    rate = -12 * np.log(d)
    found, _ = quad(lambda y: np.exp(y - np.exp(y) - h * (np.exp(y) / rate) ** k), -40, 6, limit=500)
    assert share(h, k, d) == pytest.approx(found, abs=1e-4)


@given(HAZARDS, DISCOUNTS)
def test_a_constant_danger_has_a_closed_form(h: float, d: float) -> None:
    rate = -12 * np.log(d)
    assert share(h, 1.0, d) == pytest.approx(rate / (rate + h), abs=1e-4)


@given(POWERS, DISCOUNTS)
def test_a_peace_without_danger_lasts(k: float, d: float) -> None:
    assert share(0.0, k, d) == pytest.approx(1.0, abs=1e-4)


@given(st.floats(-2, 2), st.floats(0, 1), st.floats(-0.5, 0.5))
def test_what_raises_the_danger(factors: float, lean: float, shift: float) -> None:
    here = hazard(factors, lean, False, shift)
    assert hazard(factors + 0.1, lean, False, shift) == pytest.approx(here * np.exp(0.1))
    assert hazard(factors, lean + 0.1, False, shift) > here
    assert hazard(factors, lean, True, shift) > here
    assert hazard(factors, lean, False, -shift) == here
    assert hazard(factors, lean, False, shift * 1.5) >= here


def test_every_number_is_a_range_with_a_reason() -> None:
    for name, spread in RENEWAL.items():
        assert isinstance(spread, Range)
        assert spread.low <= spread.central <= spread.high, name
        assert spread.source.startswith("judgement"), name
