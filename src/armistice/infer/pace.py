"""What the record says of the drift of the front on an axis: the analyst's belief in the war-termination game.

The steps of an axis begin only a little behind the line of the as-of day, so that land taken a year ago lies before
the first of them and the position on the axis says little of earlier months. The movement of the front is therefore
read off the land that side A holds in the regions to which the steps belong, divided by the mean area of a step:

.. math:: x_t = A_t / \\bar a, \\qquad d_t = x_t - x_{t-1},

monthly, with changes averaged over the sources as in `armistice.infer.baseline`, for the last 36 months of record.
The rule for the drift is that of the baseline forecast, the mean of the paces of its windows W = (1, 3, 6, 12):

.. math:: m_t = \\frac{1}{4} \\sum_{w \\in W} \\frac{x_t - x_{t-w}}{w}.

One month's movement strays from its drift by

.. math:: \\sigma^2 = \\frac{12}{13} \\, \\overline{\\left(d_t - \\frac{x_{t-1} - x_{t-13}}{12}\\right)^2},

the mean square of what the pace of the twelve months before a month missed of it; the factor takes out that a mean of
twelve movements strays itself. How far the drift of the next twelve months may lie from the rule is read off the
misses that the rule has made,

.. math:: s^2 = \\max\\left(\\overline{\\left(\\frac{x_{t+12} - x_t}{12} - m_t\\right)^2} - \\frac{\\sigma^2}{12}, \\; v \\sigma^2\\right),

less the part that is chance in the twelve months themselves, and never below what chance in the past twelve puts into
the rule: v, the sum of the squared weights that it gives to single months, is 0.21. Both numbers are at least 0.01,
since maps are no more exact. This is a rule of our own: a baseline, not a model of the front.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from armistice.core.errors import QueryError, near
from armistice.core.panel import on_day
from armistice.core.war import Axis, War
from armistice.infer.baseline import MEMORY, WINDOWS, monthly_level

YEAR = 12
"""Months ahead for which the drift is wanted; the longest window too."""
LEAST = 0.01
"""Smallest sd and sigma, in steps per month."""
_LEAST_MONTHS = 2 * YEAR + 1
"""Months on record with which the rule has one past miss."""


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


def front_pace(panel: xr.Dataset, war: War, axis: str) -> FrontPace:
    """The drift of the front on an axis, from the land taken in its regions.

    Parameters
    ----------
    panel : Dataset
        Cut at the as-of day.
    war : War
    axis : str
        Identifier of an axis of the war.

    Returns
    -------
    FrontPace

    Raises
    ------
    QueryError
        If there is no such axis, fewer than 25 months are on record, or no source has a map of the as-of day or the
        six days before.
    """
    axes = {a.id: a for a in war.axes}
    if axis not in axes:
        raise QueryError(f"axis {axis!r}: not in {war.title}; expected an axis of the war; {near(axis, axes)}")
    regions = _regions(panel, war, axes[axis])
    held = panel["control"].sel(region=regions, belligerent=panel.attrs["side_a"]).sum("region", skipna=False)
    size = float(np.mean([step.area_km2 for step in axes[axis].steps]))
    _, level = monthly_level(panel, held / size)
    known = level[np.isfinite(level)][-MEMORY - 1 :]
    if len(known) < _LEAST_MONTHS:
        raise QueryError(
            f"axis {axis} as of {panel.attrs['as_of']}: {len(known)} months on record; expected at least "
            f"{_LEAST_MONTHS}; choose a later --as-of"
        )
    told = on_day(panel["front"].sel(axis=axis), np.datetime64(panel.attrs["as_of"], "D")).values
    sigma = movement_sigma(known)
    return FrontPace(
        axis, float(np.nanmean(told)), float(drift_rule(known)[-1]), drift_sd(known, sigma), sigma, len(known) - 1
    )


def _regions(panel: xr.Dataset, war: War, axis: Axis) -> list[str]:
    """Regions of the panel in which the steps of an axis lie."""
    found = []
    for step in axis.steps:
        at = step.region
        while at not in panel["region"].values and war.regions[at].parent:
            at = war.regions[at].parent
        found.append(at)
    return list(dict.fromkeys(found))


def drift_rule(steps: np.ndarray) -> np.ndarray:
    """The mean of the paces of the windows, at every month from the twelfth on.

    Parameters
    ----------
    steps : array, shape (months,)
        Position of the front in steps.

    Returns
    -------
    array, shape (months - 12,)
        Steps per month.
    """
    at = np.arange(YEAR, len(steps))
    return np.mean([(steps[at] - steps[at - w]) / w for w in WINDOWS], axis=0)


def movement_sigma(steps: np.ndarray) -> float:
    """Standard deviation of one month's movement around the pace of the twelve months before it, steps per month."""
    at = np.arange(YEAR + 1, len(steps))
    missed = (steps[at] - steps[at - 1]) - (steps[at - 1] - steps[at - 1 - YEAR]) / YEAR
    return max(float(np.sqrt(np.mean(missed**2) * YEAR / (YEAR + 1))), LEAST)


def drift_sd(steps: np.ndarray, sigma: float) -> float:
    """How far the drift of the twelve months ahead may lie from the rule, steps per month."""
    missed = (steps[2 * YEAR :] - steps[YEAR:-YEAR]) / YEAR - drift_rule(steps)[:-YEAR]
    weights = np.mean([(np.arange(YEAR) < w) / w for w in WINDOWS], axis=0)
    variance = max(float(np.mean(missed**2)) - sigma**2 / YEAR, float(np.sum(weights**2)) * sigma**2)
    return max(float(np.sqrt(variance)), LEAST)
