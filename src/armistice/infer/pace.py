"""What the record says of the drift of the front on an axis: the analyst's belief in the war-termination game.

The steps of an axis begin only a little behind the line of the as-of day, so that land taken a year ago lies before
the first of them and the position on the axis says little of earlier months. The movement of the front is therefore
read off the land that side A holds in the regions to which the steps belong, divided by the mean area of a step:

.. math:: x_t = A_t / \\bar a, \\qquad d_t = x_t - x_{t-1},

monthly, with changes averaged over the sources as in `armistice.infer.baseline`.

The drift is that of the forecaster which the hindcast chose (`armistice.infer.forecasters.CHOICE`), applied to that
record. Its draws of the land taken in the next twelve months, divided by twelve, are draws of the mean month; their
median is the drift m. One month's movement strays from its drift by

.. math:: \\sigma^2 = \\frac{12}{13} \\, \\overline{\\left(d_t - \\frac{x_{t-1} - x_{t-13}}{12}\\right)^2},

the mean square, over the last 36 months, of what the pace of the twelve months before a month missed of it; the factor
takes out that a mean of twelve movements strays itself. How unsure the drift is, is half the width s' of the middle
68 per cent of the draws less the part that is chance in the twelve months themselves,

.. math:: s^2 = s'^2 - \\sigma^2 / 12;

half the width of a middle part rather than a standard deviation, since a rare collapse would otherwise set it. Both
numbers are at least 0.01, since maps are no more exact. The rule stands here because it errs least on past months
twelve months ahead (`docs/explanation/hindcast.md`); that the game's drift is constant is the game's simplification.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from armistice.core.errors import QueryError, near
from armistice.core.panel import on_day
from armistice.core.war import Axis, War
from armistice.infer.baseline import MEMORY, monthly_level, too_short
from armistice.infer.forecasters import CHOICE, FORECASTERS

YEAR = 12
"""Months ahead for which the drift is wanted."""
LEAST = 0.01
"""Smallest sd and sigma, in steps per month."""
DRAWS = 4000
_LEAST_MONTHS = 2 * YEAR + 1
"""Months on record with which sigma rests on a year of misses."""


@dataclass(frozen=True)
class FrontPace:
    """What the record says of the drift of the front on one axis; positive towards side A.

    Attributes
    ----------
    axis : str
    position : float
        Steps held by side A on the as-of day, parts of steps counted as parts.
    mean : float
        Drift, steps per month.
    sd : float
        How unsure the drift of the next twelve months is, steps per month.
    sigma : float
        Standard deviation of one month's movement around its drift, steps per month.
    months : int
        Months of record that it rests on.
    """

    axis: str
    position: float
    mean: float
    sd: float
    sigma: float
    months: int


@dataclass(frozen=True)
class AxisRecord:
    """The land that side A holds in the regions of an axis, at equal steps of a month back from the as-of day.

    Attributes
    ----------
    area : array, shape (months,)
        km², oldest first; months without a map are left out before the first.
    whole_km2 : float
        Area of these regions.
    step_km2 : float
        Mean area of a step of the axis.
    position : float
        Steps of the axis held on the as-of day, mean of the sources.
    """

    area: np.ndarray
    whole_km2: float
    step_km2: float
    position: float


def axis_record(panel: xr.Dataset, war: War, axis: str, least_months: int) -> AxisRecord:
    """What the maps say of the movement along an axis.

    Raises
    ------
    QueryError
        If there is no such axis, fewer than `least_months` months are on record, or no source has a map of the as-of
        day or the six days before.
    """
    axes = {a.id: a for a in war.axes}
    if axis not in axes:
        raise QueryError(f"axis {axis!r}: not in {war.title}; expected an axis of the war; {near(axis, axes)}")
    regions = _regions(panel, war, axes[axis])
    held = panel["control"].sel(region=regions, belligerent=panel.attrs["side_a"]).sum("region", skipna=False)
    _, area = monthly_level(panel, held)
    known = area[np.isfinite(area)]
    if len(known) < least_months:
        raise too_short(panel, f"axis {axis}", len(known), least_months)
    told = on_day(panel["front"].sel(axis=axis), np.datetime64(panel.attrs["as_of"], "D")).values
    size = float(np.mean([step.area_km2 for step in axes[axis].steps]))
    whole = float(panel["area"].sel(region=regions).sum())
    return AxisRecord(known, whole, size, float(np.nanmean(told)))


def front_pace(panel: xr.Dataset, war: War, axis: str, seed: int = 0, rule: str = CHOICE) -> FrontPace:
    """The drift of the front on an axis, from the land taken in its regions.

    Parameters
    ----------
    panel : Dataset
        Cut at the as-of day.
    war : War
    axis : str
        Identifier of an axis of the war.
    seed : int
        Seed of the forecaster's draws.
    rule : str
        Name of a forecaster; the one that the hindcast chose by default.

    Returns
    -------
    FrontPace

    Raises
    ------
    QueryError
        If there is no such axis, fewer than 25 months are on record, or no source has a map of the as-of day or the
        six days before.
    """
    record = axis_record(panel, war, axis, _LEAST_MONTHS)
    recent = record.area[-MEMORY - 1 :] / record.step_km2
    sigma = movement_sigma(recent)
    taken = FORECASTERS[rule](record.area, record.whole_km2, YEAR, DRAWS, seed)[:, -1]
    drift, sd = drift_of(taken / record.step_km2 / YEAR, sigma)
    return FrontPace(axis, record.position, drift, sd, sigma, len(recent) - 1)


def _regions(panel: xr.Dataset, war: War, axis: Axis) -> list[str]:
    """Regions of the panel in which the steps of an axis lie."""
    found = []
    for step in axis.steps:
        at = step.region
        while at not in panel["region"].values and war.regions[at].parent:
            at = war.regions[at].parent
        found.append(at)
    return list(dict.fromkeys(found))


def movement_sigma(steps: np.ndarray) -> float:
    """Standard deviation of one month's movement around the pace of the twelve months before it, steps per month."""
    at = np.arange(YEAR + 1, len(steps))
    missed = (steps[at] - steps[at - 1]) - (steps[at - 1] - steps[at - 1 - YEAR]) / YEAR
    return max(float(np.sqrt(np.mean(missed**2) * YEAR / (YEAR + 1))), LEAST)


def drift_of(draws: np.ndarray, sigma: float) -> tuple[float, float]:
    """Median of draws of the mean month of a year, and how unsure it is without the chance in single months.

    Parameters
    ----------
    draws : array, shape (draws,)
        Mean movement of a month over the next twelve, steps per month.
    sigma : float
        Standard deviation of one month's movement, steps per month.
    """
    low, middle, high = np.quantile(draws, (0.16, 0.5, 0.84))
    variance = ((high - low) / 2) ** 2 - sigma**2 / YEAR
    return float(middle), max(float(np.sqrt(max(variance, 0.0))), LEAST)
