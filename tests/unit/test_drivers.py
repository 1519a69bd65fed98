"""Losses and aid as drivers: a driver that works, one that does not, what is published late, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from armistice.core.errors import QueryError
from armistice.data.estimate import estimate_panel
from armistice.data.pack import read_pack
from armistice.hindcast import HORIZONS, DriverCase, compare_drivers, driver_scores, drivers_of
from armistice.infer.drivers import LAGS, RIDGE, driven_pace, driver_effect, monthly_driver, moved_by
from armistice.infer.forecasters import FORECASTERS, PACE_HALF_LIFE, log_pace, smooth

WHOLE = 1e6
WORKS = 2
"""Months after which the made-up driver moves the front."""


def driven_record(months: int = 60, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A front whose pace is 60 km² a month, more after months with much of the driver and less after others."""
    rng = np.random.default_rng(seed)
    driver = rng.normal(0, 1, months)
    push = np.r_[np.zeros(WORKS), driver[:-WORKS]]
    steps = 60 * np.sinh(1 + 0.8 * push + rng.normal(0, 0.1, months))
    return 50_000 + np.cumsum(np.r_[0, steps]), driver


def cases_of(area: np.ndarray, drivers: dict[str, np.ndarray]) -> list[DriverCase]:
    """Forecasts of one and three months ahead from each of the last thirty months."""
    found = []
    for end in range(len(area) - 34, len(area) - 4):
        truth = {h: float(area[end + h] - area[end]) for h in (1, 3)}
        known = {name: told[:end] for name, told in drivers.items()}
        found.append(DriverCase("land", WHOLE, area[: end + 1], known, truth))
    return found


def test_a_driver_that_works_lowers_the_error_at_its_lag_and_one_that_does_not_raises_it() -> None:
    area, driver = driven_record()
    idle = np.random.default_rng(9).normal(0, 1, len(driver))
    found = {
        (s.driver, s.lag, s.horizon): s
        for s in compare_drivers(cases_of(area, {"works": driver, "idle": idle}), "land", 0, 200)
    }
    assert {k[1] for k in found} == set(LAGS)
    assert found["works", WORKS, 1].ratio < 0.8
    assert found["works", WORKS, 1].informed == 30
    assert all(found["works", lag, 1].ratio > 0.9 for lag in LAGS if lag != WORKS)
    assert all(found["idle", lag, 1].ratio > 0.95 for lag in LAGS)


def test_a_driver_that_is_moved_works_no_more() -> None:
    area, driver = driven_record()
    moved = [
        DriverCase(c.region, c.whole_km2, c.area, {"m": moved_by(c.drivers["d"], 11)}, c.truth_km2)
        for c in cases_of(area, {"d": driver})
    ]
    assert min(s.ratio for s in compare_drivers(moved, "land", 0, 200) if s.horizon == 1) > 0.9
    held = np.array([np.nan, 1.0, 2.0, 3.0, np.nan])
    np.testing.assert_array_equal(moved_by(held, 1), [np.nan, 3.0, 1.0, 2.0, np.nan])


def test_the_effect_by_hand() -> None:
    area, driver = driven_record(20)
    _, pace = log_pace(area)
    pairs = [(driver[t - 2], pace[t] - smooth(pace[:t], PACE_HALF_LIFE)) for t in range(3, 20)]
    x, e = np.array(pairs).T
    z = (x - x.mean()) / x.std()
    slope = (z * e).sum() / ((z**2).sum() + RIDGE)
    assert driver_effect(area, driver, 2) == pytest.approx(slope * (driver[18] - x.mean()) / x.std())


def test_a_driver_that_was_not_published_in_time_changes_nothing() -> None:
    area, driver = driven_record(40)
    late = driver.copy()
    late[-2:] = np.nan
    plain = FORECASTERS["scaled pace"](area, WHOLE, 6, 300, 4)
    for lag in (1, 2):
        assert driver_effect(area, late, lag) == 0
        np.testing.assert_array_equal(driven_pace(area, late, lag, WHOLE, 6, 300, 4), plain)
    assert driver_effect(area, late, 3) != 0
    flat = np.full(40, 5.0)
    assert driver_effect(area, flat, 1) == 0


def test_months_of_counts_and_of_amounts() -> None:
    days = pd.date_range("2020-01-01", "2020-04-20")
    months = np.array(["2020-02", "2020-03", "2020-04"], dtype="datetime64[M]")
    counts = xr.DataArray(10.0 * np.arange(len(days)), {"time": days}, ("time",))
    assert monthly_driver(counts, months, True)[:2] == pytest.approx(np.log1p([290, 310]))
    assert np.isnan(monthly_driver(counts, months, True)[2])
    flows = xr.DataArray(np.full(len(days), np.nan), {"time": days}, ("time",))
    flows.loc["2020-02-29"], flows.loc["2020-03-10"], flows.loc["2020-03-31"] = 7.0, 1.0, 2.0
    assert monthly_driver(flows, months, False)[:2] == pytest.approx(np.log1p([7, 3]))
    assert np.isnan(monthly_driver(flows, months, False)[2])


def test_the_toy_war_has_drivers_and_only_those_published_by_the_origin(toy: Path) -> None:
    months = np.arange(np.datetime64("2012-01"), np.datetime64("2012-07"))
    early, late = (
        drivers_of(estimate_panel(read_pack(toy, day)), months) for day in (date(2012, 6, 30), date(2013, 6, 30))
    )
    assert early
    gone = 0
    for name, told in early.items():
        known = np.isfinite(told)
        gone += int((np.isfinite(late[name]) & ~known).sum()) if name in late else 0
        assert name not in late or told[known] == pytest.approx(late[name][known])
    assert gone > 0


def test_drivers_are_scored_on_a_war(toy: Path) -> None:
    found = driver_scores(toy, draws=50, first=date(2012, 12, 31), last=date(2012, 12, 31))
    assert {s.lag for s in found} == set(LAGS)
    assert {s.horizon for s in found} <= set(HORIZONS)
    assert {s.scope for s in found} == {"total", "regions"}
    assert all(s.ratio == 1 for s in found if not s.informed)
    assert any(s.informed for s in found)
    lucky = driver_scores(toy, draws=50, first=date(2012, 12, 31), last=date(2012, 12, 31), moved=5)
    assert [(s.driver, s.lag, s.horizon) for s in lucky] == [(s.driver, s.lag, s.horizon) for s in found]
    assert [s.ratio for s in lucky] != [s.ratio for s in found]


@pytest.mark.parametrize(
    ("months", "lag", "sentence"), [(10, 1, "expected at least 14"), (30, 0, "lag 0"), (30, 40, "lag 40: out of range")]
)
def test_what_cannot_be_used_gets_a_sentence(months: int, lag: int, sentence: str) -> None:
    area, driver = driven_record(months)
    with pytest.raises(QueryError, match=sentence):
        driven_pace(area, driver, lag, WHOLE, 3, 100, 0)


def test_a_driver_of_another_length_is_refused() -> None:
    area, driver = driven_record(30)
    with pytest.raises(QueryError, match="one for each change of the area"):
        driver_effect(area, driver[1:], 1)
