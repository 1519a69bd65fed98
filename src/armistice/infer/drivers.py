"""Losses and aid as drivers of the pace: does what a side lost or was given some months ago tell of the next month?

The scaled pace of `armistice.infer.forecasters` says that the log pace u of the next month is its smoothed value z. What
it has missed in the past, :math:`e_{t+1} = u_{t+1} - z_t`, is held against the driver of k months before,

.. math:: b = \\frac{\\sum_t \\tilde x_{t+1-k}\\, e_{t+1}}{\\sum_t \\tilde x_{t+1-k}^2 + \\lambda},

with :math:`\\tilde x` the logarithm of one plus the driver, less its mean and over its standard deviation, and λ, `RIDGE`
months' worth of no effect, which shrinks a short record towards nothing (ridge regression, Hoerl and Kennard 1970). The driven rule is the
scaled pace with :math:`z_t + b\\, \\tilde x_{t+1-k}` in place of z. Only months that were published by the origin enter: a driver that is
published two months late has nothing to say at lags of one and two months, and there the rule is the scaled pace itself.
Of many drivers at many lags some do well by luck; `moved_by` makes drivers of the same kind that can only be lucky.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from armistice.core.errors import QueryError
from armistice.core.panel import on_day
from armistice.infer.forecasters import LEAST_MONTHS, PACE_HALF_LIFE, log_pace, scaled_draws, smooth

LAGS = (1, 2, 3, 4, 5, 6)
"""Months from a driver to the month that it is to tell of."""
RIDGE = 12.0
"""Months of no effect that are added to the record."""
LEAST_PAIRS = 8
"""Months with driver and outcome below which there is no effect to speak of."""
_FIRST = 3
"""Months of pace before the first that is held against a driver."""
_FAR = 3.0
"""A driver counts as at most so many standard deviations from its mean."""


def monthly_driver(values: xr.DataArray, months: np.ndarray, cumulative: bool) -> np.ndarray:
    """What a source said of each month, as the logarithm of one plus the amount.

    Parameters
    ----------
    values : DataArray
        With the dimension ``time`` alone, as known on the origin: counts up to a day, or amounts that stand on the last
        day of their period.
    months : array of datetime64[M]
    cumulative : bool
        Whether these are counts up to a day, of which the difference between ends of months is meant.

    Returns
    -------
    array, shape (months,)
        NaN where the month was not published.
    """
    ends = (months.astype("datetime64[M]") + 1).astype("datetime64[D]") - 1
    if cumulative:
        first = months[0].astype("datetime64[M]").astype("datetime64[D]") - 1
        told = np.array([float(on_day(values, day)) for day in (first, *ends)])
        amount = np.diff(told)
    else:
        by_month = values.to_series().dropna()
        by_month = by_month.groupby(by_month.index.to_period("M")).sum()
        amount = np.array([by_month.get(str(m), np.nan) for m in months.astype("datetime64[M]")])
    return np.log1p(np.maximum(amount, 0.0))


def moved_by(driver: np.ndarray, months: int) -> np.ndarray:
    """A driver with its published values moved on by some months, the last ones put in front: it can tell of nothing."""
    out, known = driver.copy(), np.isfinite(driver)
    out[known] = np.roll(driver[known], months)
    return out


def driver_effect(area: np.ndarray, driver: np.ndarray, lag: int) -> float:
    """What a driver adds to the log pace of the months ahead; 0 where it was not published in time or tells too little.

    Parameters
    ----------
    area : array, shape (months + 1,)
        Area held at month ends, oldest first, km².
    driver : array, shape (months,)
        Of the months that end with ``area[1:]``; NaN where not published.
    lag : int
        Months from the driver to the month it tells of, at least 1.

    Raises
    ------
    QueryError
        If the driver does not go with the area, or the lag is out of range.
    """
    _, pace = log_pace(area)
    if driver.shape != pace.shape:
        raise QueryError(f"driver: {driver.shape} months; expected {pace.shape}, one for each change of the area")
    if not 1 <= lag < len(pace) - _FIRST:
        raise QueryError(f"lag {lag}: out of range; expected 1 to {len(pace) - _FIRST - 1} months")
    at = np.arange(max(_FIRST, lag), len(pace))
    missed = np.array([pace[t] - smooth(pace[:t], PACE_HALF_LIFE) for t in at])
    told = driver[at - lag]
    both, latest = np.isfinite(told), driver[len(driver) - lag]
    if both.sum() < LEAST_PAIRS or not np.isfinite(latest):
        return 0.0
    middle, spread = float(np.mean(told[both])), float(np.std(told[both]))
    if spread < 1e-9:
        return 0.0
    x = (told[both] - middle) / spread
    slope = float(x @ missed[both]) / (float(x @ x) + RIDGE)
    return slope * float(np.clip((latest - middle) / spread, -_FAR, _FAR))


def driven_pace(
    area: np.ndarray, driver: np.ndarray, lag: int, whole_km2: float, horizon: int, draws: int, seed: int
) -> np.ndarray:
    """Draws of the cumulative net area taken by the scaled pace with the effect of a driver, km²; shape (draws, horizon).

    Raises
    ------
    QueryError
        As `driver_effect`, or with fewer than `LEAST_MONTHS` months.
    """
    if len(area) < LEAST_MONTHS:
        raise QueryError(f"area: {len(area)} months on record; expected at least {LEAST_MONTHS}; choose a later origin")
    push = driver_effect(area, driver, lag)
    found = scaled_draws(area, horizon, draws, np.random.default_rng(seed), push)
    return np.clip(found, -area[-1], max(whole_km2 - area[-1], 0.0))
