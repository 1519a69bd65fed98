"""The forecast that any better one must beat: the recent pace goes on, with the errors it has made before.

For each window of w months (1, 3, 6, 12) the pace is the mean net area taken per month over the last w months,
and the forecast h months ahead is h times the pace. The same rule, applied at every past month t for which the
truth is known, has left errors

.. math:: e_{w,h,t} = [A_{t+h} - A_t] - h \\, \\frac{A_t - A_{t-w}}{w},

with A the area held by side A, averaged over the sources that map both ends. The forecast is the mixture, with
equal weight on the windows, of h · pace ± each past error, so that the width of the band is what this rule
deserves; both signs count, since errors on one side in the past are no reason to expect the same side again. Only what was published by the as-of day enters, and of that the last 36 months: a
front that has settled should not be judged by the months in which it ran.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import xarray as xr

from armistice.core.errors import QueryError
from armistice.core.panel import on_day
from armistice.core.results import Forecast, ForecastMonth

WINDOWS = (1, 3, 6, 12)
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
MEMORY = 36
"""Months of record that count."""
ENGINE = "recent pace goes on, with the errors it made before"
_DRAWS = 4000
_LEAST = max(WINDOWS) + 2
"""Months on record with which the longest window has one past error."""


def monthly_area(panel: xr.Dataset, region: str) -> tuple[np.ndarray, np.ndarray]:
    """Area held by side A at equal steps of a month back from the as-of day.

    Changes are averaged over the sources that have a map near both ends of a month (within seven days), and
    summed backwards from the level of the last day, so that a source that begins or ends does not make a jump.

    Returns
    -------
    days : array of datetime64[D], shape (months,)
        The as-of day and the same day of earlier months, oldest first.
    area : array, shape (months,)
        km²; NaN before the first month that any source covers.
    """
    return monthly_level(panel, panel["control"].sel(region=region, belligerent=panel.attrs["side_a"]))


def monthly_level(panel: xr.Dataset, values: xr.DataArray) -> tuple[np.ndarray, np.ndarray]:
    """What sources say of one quantity at equal steps of a month back from the as-of day, as `monthly_area` does.

    Parameters
    ----------
    panel : Dataset
        Cut at the as-of day.
    values : DataArray
        With the dimensions ``time, source``, in any unit.

    Returns
    -------
    days : array of datetime64[D], shape (months,)
    level : array, shape (months,)
        In the unit of `values`; NaN before the first month that any source covers.
    """
    last = np.datetime64(panel.attrs["as_of"], "D")
    days = _months_back(last, np.datetime64(panel["time"].values[0], "D"))
    told = np.stack([on_day(values, day).values for day in days])
    level = np.full(len(days), np.nan)
    if not np.isfinite(told[-1]).any():
        return days, level
    level[-1] = np.nanmean(told[-1])
    for row in range(len(days) - 1, 0, -1):
        change = told[row] - told[row - 1]
        if not np.isfinite(change).any():
            break
        level[row - 1] = level[row] - float(np.nanmean(change))
    return days, level


def _months_back(last: np.datetime64, first: np.datetime64) -> np.ndarray:
    """The same day of the month going back, clipped to the length of each month; oldest first."""
    month = last.astype("datetime64[M]")
    offset = int((last - month.astype("datetime64[D]")).astype(int))
    out = []
    for back in range(int((month - first.astype("datetime64[M]")).astype(int)) + 1):
        start = (month - back).astype("datetime64[D]")
        length = int(((month - back + 1).astype("datetime64[D]") - start).astype(int))
        day = start + min(offset, length - 1)
        if day >= first:
            out.append(day)
    return np.array(out[::-1], dtype="datetime64[D]")


def forecast_area(panel: xr.Dataset, region: str, horizon: int, seed: int = 0) -> Forecast:
    """Fan of the net area taken in a region in the months after the as-of day.

    Parameters
    ----------
    panel : Dataset
        Cut at the as-of day.
    region : str
        A region of the panel; the country as a whole too.
    horizon : int
        Months ahead, 1 to 60.
    seed : int
        Seed of the draws that join the months into paths (for the time to completion).

    Returns
    -------
    Forecast

    Raises
    ------
    QueryError
        If the region is not in the panel, the horizon is out of range, or fewer than 14 months are on record.
    """
    area = region_record(panel, region, horizon)
    known = area[-MEMORY - 1 :]
    if len(known) < _LEAST:
        raise too_short(panel, region, len(known), _LEAST)
    whole = float(panel["area"].sel(region=region))
    left = max(whole - known[-1], 0.0)
    pace = {w: float(known[-1] - known[-1 - w]) / w for w in WINDOWS}
    draws = np.clip(_paths(known, pace, horizon, seed), -known[-1], left)
    return fan_of(draws, draws >= left - 1e-9, Forecast(
        region, date.fromisoformat(panel.attrs["as_of"]), ENGINE, float(known[-1]), left, pace, (),
        len(_errors(known, 1, min(WINDOWS))), {},
    ))  # fmt: skip


def region_record(panel: xr.Dataset, region: str, horizon: int) -> np.ndarray:
    """Months on record of the area held in a region, km², oldest first.

    Raises
    ------
    QueryError
        If the region is not in the panel or the horizon is out of range.
    """
    if region not in panel["region"].values:
        known = ", ".join(map(str, panel["region"].values[:6]))
        raise QueryError(f"region {region!r}: no daily areas; expected the country or one of its regions ({known}, …)")
    if not 1 <= horizon <= 60:
        raise QueryError(f"horizon {horizon}: out of range; expected 1 to 60 months; choose such a number")
    _, area = monthly_area(panel, region)
    return area[np.isfinite(area)]


def too_short(panel: xr.Dataset, what: str, months: int, least: int) -> QueryError:
    """The error for a record from which nothing can be forecast."""
    return QueryError(
        f"{what} as of {panel.attrs['as_of']}: {months} months on record; expected at least {least}; choose a later --as-of"
    )


def fan_of(draws: np.ndarray, whole: np.ndarray, bare: Forecast) -> Forecast:
    """A forecast with its months and its time to completion, read off draws.

    Parameters
    ----------
    draws : array, shape (draws, horizon)
        Cumulative net area taken, km²; a row is a path.
    whole : array of bool, shape (draws, horizon)
        Whether the region is held whole at the end of the month; taken whole once is taken whole.
    bare : Forecast
        All else.
    """
    done = np.maximum.accumulate(whole, axis=1)
    last = np.datetime64(bare.as_of, "M")
    months = tuple(
        ForecastMonth(
            str(last + h + 1),
            {f"{q:g}": float(v) for q, v in zip(QUANTILES, np.quantile(draws[:, h], QUANTILES), strict=True)},
            float(done[:, h].mean()),
        )
        for h in range(draws.shape[1])
    )
    return replace(bare, months=months, months_to_complete=time_to_complete(done))


def time_to_complete(done: np.ndarray) -> dict[int, float | None]:
    """Months until a region is taken whole, by probability in per cent; None for not within the horizon.

    Parameters
    ----------
    done : array of bool, shape (draws, horizon)
    """
    first = np.where(done.any(axis=1), done.argmax(axis=1) + 1.0, np.inf)
    found = {round(100 * q): float(np.quantile(first, q, method="higher")) for q in (0.1, 0.25, 0.5, 0.75, 0.9)}
    return {k: v if np.isfinite(v) else None for k, v in found.items()}


def _errors(area: np.ndarray, ahead: int, window: int) -> np.ndarray:
    """Past errors of one window at one horizon, one for each origin on record."""
    origin = np.arange(window, len(area) - ahead)
    return (area[origin + ahead] - area[origin]) - ahead * (area[origin] - area[origin - window]) / window


def _paths(area: np.ndarray, pace: dict[int, float], horizon: int, seed: int) -> np.ndarray:
    """Draws of the cumulative area taken; shape (draws, horizon).

    Each draw takes one window and one rank among the past errors, the same at every horizon: a month that runs
    ahead of the rule stays ahead. Horizons beyond the record scale the longest known errors with the root of time.
    """
    rng = np.random.default_rng(seed)
    windows = np.array(WINDOWS)[rng.integers(0, len(WINDOWS), _DRAWS)]
    rank = (rng.permutation(_DRAWS) + 0.5) / _DRAWS
    out = np.empty((_DRAWS, horizon))
    for window in WINDOWS:
        own = windows == window
        longest = len(area) - window - 6
        for h in range(1, horizon + 1):
            ahead = max(1, min(h, longest))
            errors = _errors(area, ahead, window) * np.sqrt(h / ahead)
            errors = np.concatenate([errors, -errors])
            out[own, h - 1] = h * pace[window] + np.quantile(errors, rank[own], method="linear")
    return out
