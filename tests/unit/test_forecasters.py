"""The simple forecasters: their formulas by hand, what they must do on simple fronts, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armistice.core.errors import QueryError
from armistice.infer import forecasters
from armistice.infer.filtered import latent_forecast
from armistice.infer.forecasters import BASELINES, CHOICE, ENSEMBLE, FORECASTERS, LEAST_MONTHS, MEANS, usual_change

WHOLE = 1e6
SINGLE = (*BASELINES, "scaled pace", "latent pace")
WINDOWS = {"last month": 1, "mean of 3 months": 3, "mean of 6 months": 6, "mean of 12 months": 12}
each = pytest.mark.parametrize("name", FORECASTERS)


def wandering(months: int = 40, seed: int = 3, pace: float = 60.0, spread: float = 40.0) -> np.ndarray:
    return 50_000 + np.cumsum(np.random.default_rng(seed).normal(pace, spread, months))


def test_names_in_lists_are_forecasters() -> None:
    assert {CHOICE, *BASELINES, *ENSEMBLE, *MEANS, *SINGLE} <= set(FORECASTERS)
    assert set(WINDOWS) == set(MEANS)


@pytest.mark.parametrize(("name", "window"), WINDOWS.items())
def test_a_mean_goes_on_with_its_own_errors(name: str, window: int) -> None:
    level = wandering()
    errors = []
    for t in range(len(level) - 7, len(level) - 1):
        said = np.mean([level[k] - level[k - 1] for k in range(t - window + 1, t + 1)])
        errors += [level[t + 1] - level[t] - said, -(level[t + 1] - level[t] - said)]
    pace = np.mean(np.diff(level)[-window:])
    found = FORECASTERS[name](level, WHOLE, 9, 4001, 0)
    for h in (1, 4, 9):
        expected = h * pace + np.sqrt(h) * np.quantile(errors, [0.1, 0.5, 0.9])
        assert np.quantile(found[:, h - 1], [0.1, 0.5, 0.9]) == pytest.approx(expected, abs=0.02 * np.ptp(expected))


def test_the_usual_change_is_that_of_a_steady_front() -> None:
    for pace in (3.0, 400.0, -25.0):
        assert usual_change(50_000 + pace * np.arange(30.0)) == pytest.approx(abs(pace))
    assert usual_change(np.full(30, 7.0)) == forecasters.LEAST_SCALE_KM2


def test_one_month_that_stands_out_moves_the_usual_change_little() -> None:
    steps = np.full(29, 50.0)
    steps[-5] = -5000.0
    assert 50 < usual_change(50_000 + np.cumsum(steps)) < 150


def test_the_scaled_pace_errs_by_a_factor() -> None:
    """On a steady front: pace v, c = v/2, so the quantiles are h · v/2 · sinh(arsinh 2 + sigma z), by the definition."""
    level = 50_000 + 80.0 * np.arange(30.0)
    found = FORECASTERS["scaled pace"](level, WHOLE, 6, 20_001, 0)
    for h in (1, 3, 6):
        sigma = np.sqrt(0.5**2 + 0.25**2 * h)
        expected = [h * 40 * np.sinh(np.arcsinh(2) + sigma * z) for z in (-1.2815515655, 0, 1.2815515655)]
        assert np.quantile(found[:, h - 1], [0.1, 0.5, 0.9]) == pytest.approx(expected, rel=2e-3)


def test_the_log_pace_returns_to_its_median() -> None:
    """After one month far above the others, the months ahead are nearer to the others than to it."""
    steps = np.random.default_rng(0).normal(50, 5, 39)
    steps[-1] = 400
    found = FORECASTERS["AR(1) on log pace"](50_000 + np.cumsum(np.r_[0, steps]), WHOLE, 12, 4000, 0)
    monthly = np.diff(np.median(found, axis=0))
    assert monthly[-1] == pytest.approx(50, abs=15)


def test_mixtures_are_made_of_their_parts() -> None:
    level = wandering()
    for name, parts in (("ensemble", ENSEMBLE), ("mixture of means", MEANS), ("pool of all", SINGLE)):
        mixed = FORECASTERS[name](level, WHOLE, 6, 8000, 0)[:, 5]
        for q in (-400, 0, 200, 400, 800):
            share = np.mean([np.mean(FORECASTERS[p](level, WHOLE, 6, 8000, 0)[:, 5] < q) for p in parts])
            assert np.mean(mixed < q) == pytest.approx(share, abs=0.02)


def test_the_latent_pace_is_the_filter_of_the_front_model() -> None:
    level = wandering()
    ends = [0.1, 0.5, 0.9]
    found = np.quantile(FORECASTERS["latent pace"](level, WHOLE, 6, 8000, 0)[:, 5], ends)
    direct = np.quantile(latent_forecast(level, WHOLE, 6, 8000, 5)[:, 5], ends)
    assert found == pytest.approx(direct, abs=0.05 * np.ptp(direct))


STORMY = np.array([8000.0, -3000.0, 5000.0, 1000.0, -12000.0, 2000.0])
"""Changes of a front that moved, and then not, km²."""


def stilled(months: int) -> np.ndarray:
    """A front that moved for six months, and stood still for as many as wanted."""
    return 50_000 + np.cumsum(np.concatenate([[0.0], STORMY, np.zeros(months)]))


@each
def test_a_month_ahead_may_break_a_long_stillness_with_the_chance_of_laplace(name: str) -> None:
    still, draws = 30, 8000
    found = FORECASTERS[name](stilled(still), WHOLE, 24, draws, 0)
    # What breaks moves by at least 1000 km² in its first month; a rule that knows only stillness moves by far less.
    broken = np.abs(found) > 600
    assert broken[:, 0].mean() == pytest.approx(1 / (still + 2), abs=1e-3)
    assert broken.any(axis=1).mean() == pytest.approx(24 / (still + 25), abs=2e-3)
    first = found[broken[:, 0]]
    near = np.abs(first[:, :1] - STORMY).argmin(axis=1)
    assert np.abs(first[:, 0] - STORMY[near]).max() < 50, "sizes that the record has shown, signs as seen"
    assert set(near) == set(range(len(STORMY)))
    from_the_first = first[near == 0, :6] - np.cumsum(STORMY)
    assert np.abs(from_the_first).max() < 300, "and it goes on as the record did"


@each
def test_a_front_that_moved_within_the_year_is_forecast_as_before(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    level = stilled(forecasters.STILL_MONTHS - 1)
    assert forecasters.still_months(level) == forecasters.STILL_MONTHS - 1
    found = [FORECASTERS[name](a, WHOLE, 12, 300, 4).tobytes() for a in (level, wandering())]
    monkeypatch.setattr(forecasters, "STILL_MONTHS", 10_000)
    assert found == [FORECASTERS[name](a, WHOLE, 12, 300, 4).tobytes() for a in (level, wandering())]


def test_what_never_moved_has_nothing_to_repeat() -> None:
    assert forecasters.still_months(np.full(30, 900.0)) == 29
    assert not FORECASTERS["last month"](np.full(30, 900.0), 2000.0, 12, 500, 0).any()


@each
def test_a_front_that_stands_still_stays_near(name: str) -> None:
    found = FORECASTERS[name](np.full(30, 900.0), 2000.0, 12, 500, 0)
    assert np.isfinite(found).all()
    assert np.median(found[:, -1]) == pytest.approx(0, abs=1 if name == "latent pace" else 1e-6)
    assert np.quantile(np.abs(found[:, -1]), 0.9) < 40


@each
@settings(max_examples=12)
@given(st.integers(0, 10_000), st.floats(-3000, 3000), st.integers(LEAST_MONTHS, 48), st.integers(1, 60))
def test_draws_are_whole_and_within_what_can_be_taken(
    name: str, seed: int, pace: float, months: int, horizon: int
) -> None:
    level = np.clip(wandering(months, seed, pace, abs(pace) + 1), 1, 99_000)
    found = FORECASTERS[name](level, 100_000.0, horizon, 201, seed)
    assert found.shape == (201, horizon)
    assert np.isfinite(found).all()
    assert found.min() >= -level[-1]
    assert found.max() <= 100_000 - level[-1]


@each
def test_nothing_but_the_seed_changes_the_draws(name: str) -> None:
    level = wandering()
    one, same, other = (FORECASTERS[name](level, WHOLE, 6, 900, s) for s in (1, 1, 2))
    assert one.tobytes() == same.tobytes()
    assert one.tobytes() != other.tobytes()
    assert np.median(one[:, 5]) == pytest.approx(np.median(other[:, 5]), rel=0.15)


@each
def test_swapping_the_direction_swaps_the_forecast(name: str) -> None:
    level = wandering()
    there = FORECASTERS[name](level, WHOLE, 6, 4000, 0)[:, 5]
    back = FORECASTERS[name](2 * level[-1] - level, WHOLE, 6, 4000, 0)[:, 5]
    ends = [0.1, 0.5, 0.9]
    assert np.quantile(there, ends) == pytest.approx(-np.quantile(back, ends)[::-1], abs=0.06 * np.ptp(there))


# --- what it refuses ------------------------------------------------------------------------------------------------


@each
@pytest.mark.parametrize(
    ("level", "sentence"),
    [
        (np.array([5.0]), "1 months on record; expected at least 14"),
        (np.array([]), "0 months on record; expected at least 14"),
        (np.full(20, np.nan), "missing months; expected a finite area"),
        (np.r_[np.nan, np.arange(20.0)], "missing months; expected a finite area"),
    ],
)
def test_a_record_that_cannot_be_used_gets_a_sentence(name: str, level: np.ndarray, sentence: str) -> None:
    with pytest.raises(QueryError, match=sentence):
        FORECASTERS[name](level, 100.0, 3, 100, 0)


@pytest.mark.parametrize(("horizon", "draws"), [(0, 10), (61, 10), (3, 0)])
def test_numbers_out_of_range_are_refused(horizon: int, draws: int) -> None:
    with pytest.raises(QueryError, match="out of range; expected"):
        FORECASTERS["ensemble"](wandering(), WHOLE, horizon, draws, 0)
