"""The true line on a day, from the sources alone and without sampling: quick enough to stand wherever an area stands.

On day t source s draws in region r, between the low and the high end of its range (the grey zone, of width g),

.. math:: y_{s,t} = L_t + b_{s,r} + e_{s,t}, \\qquad b_{s,r} \\sim N(0, \\omega_r^2), \\quad
          e_{s,t} \\sim N(0, \\varepsilon_r^2 + g_{s,t}^2 / 12),

with a standing bias b and an error e of the day. The priors are those of the latent model (`armistice.infer.observe`):
:math:`\\log \\omega \\sim N(\\log 100, 1)` km² for all regions together, and :math:`\\omega_r^2` is :math:`\\omega^2`
times an inverse chi-square with four degrees of freedom, so that a bias has the tails of Student's t. The line of the
country is the sum of its F fronts, so that there :math:`F \\omega^2` stands for :math:`\\omega^2`.

What the record tells of ω is how far the sources stand apart over the last 36 months. A redraw cuts it: of a region only
the months after the last listed redraw count (the country's own record is not cut, since the redraw of one region is
small against it). With a free level for each month, the biases are least-squares effects of the sources; along each
eigenvector of their normal equations with eigenvalue :math:`\\lambda > 0`

.. math:: \\hat\\beta \\sim N(0, \\omega_r^2 + \\varepsilon_r^2 / \\lambda),

and what is left over gives :math:`\\varepsilon_r^2`, at least (2 km²)². So a pair of maps gives one number, however
many months it stands: years of the same disagreement say no more of who is right than a day of it. The integrals over
ω and ω_r are sums on a grid. Given ω_r the line is normal, by generalised least squares with a flat prior,

.. math:: L_t \\sim N\\left(\\frac{\\sum_s y_s / v_s}{\\sum_s 1 / v_s}, \\frac{1}{\\sum_s 1 / v_s}\\right), \\qquad
          v_s = \\omega_r^2 + \\varepsilon_r^2 + g_s^2 / 12,

and the quantiles are those of the mixture over ω_r, kept within the region. One source says nothing of its own bias: there
the prior, and what other regions tell of ω, alone make the width. What all sources get wrong alike, none can tell. In a
region through which no line runs, the sources err by 2 km² alone. Random-effects models of this kind: Gelman and others
2013, chapter 5.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import xarray as xr

from armistice.core.errors import QueryError
from armistice.core.panel import on_day
from armistice.core.posterior import LineEstimate
from armistice.core.war import War
from armistice.infer.baseline import MEMORY, monthly_area

QUANTILES = (0.1, 0.5, 0.9)
OFFSET_KM2 = 100.0
"""Median of the prior of ω."""
OFFSET_LOG_SD = 1.0
TAIL = 4.0
"""Degrees of freedom of biases and errors of reporting."""
ROUNDING_KM2 = 2.0
"""Least error of a map: a line is drawn by hand, and an exact zero is not measured exactly."""
LEAST_MOVED_KM2 = 50.0
"""Movement in the months on record, summed without sign, that makes a region a front."""
CROSSED = 0.005
"""A line runs through a region of which more than this share is held by either side."""
_STEP = 0.1
_GRID = np.arange(math.log(1.0), math.log(20_000.0), _STEP)
"""Logarithms of ω and ω_r, km²."""
_HALVINGS = 32
Redraw = tuple[str, str, date, float]
"""Source, region, day, change in km²: a row of the pack's list of redraws."""


@dataclass(frozen=True)
class Biases:
    """How far sources stand from the line, as learnt from how far they stand apart.

    Attributes
    ----------
    weight : dict of array, shape (grid,)
        Region → probability of each ω_r of the grid.
    error : dict of float
        Region → error of a day, km².
    elsewhere, elsewhere_error
        The same for a region that was no front in the months on record.
    """

    weight: dict[str, np.ndarray]
    error: dict[str, float]
    elsewhere: np.ndarray
    elsewhere_error: float

    def spread(self, region: str) -> float:
        """Median of ω_r, km²."""
        total = np.cumsum(self.weight.get(region, self.elsewhere))
        return float(math.exp(_GRID[int(np.searchsorted(total, 0.5))]))


@dataclass(frozen=True)
class _Apart:
    """What the record of one region says: effects of the sources, their information λ, and the error of a day."""

    effects: np.ndarray
    information: np.ndarray
    error: float

    def log_likelihood(self) -> np.ndarray:
        variance = np.exp(2 * _GRID)[:, None] + self.error**2 / self.information
        return -0.5 * (np.log(variance) + self.effects**2 / variance).sum(axis=1)


def listed_redraws(table: Any) -> list[Redraw]:
    """The rows of a pack's table of redraws, as they are read here."""
    return [(row.source, row.region, row.date.date(), float(row.change_km2)) for row in table.itertuples()]


def learn_biases(panel: xr.Dataset, war: War, redraws: Iterable[Redraw] = ()) -> Biases:
    """Learn how far sources stand from the line, in every region that was a front of late and in the country.

    Parameters
    ----------
    panel : Dataset
        Cut at the as-of day.
    war : War
    redraws : iterable of Redraw
        The pack's list; those after the as-of day are passed over.
    """
    root, listed = panel.attrs["root"], list(redraws)
    days = monthly_area(panel, root)[0][-MEMORY - 1 :]
    told = np.stack([_middle(panel, day)[0] for day in days], axis=1)  # [source, month, region]
    names = [str(r) for r in panel["region"].values]
    fronts = [r for n, r in enumerate(names) if r != root and _is_front(told[:, :, n], float(panel["area"].values[n]))]
    apart = {r: _apart(told[:, _first(listed, r, days) :, names.index(r)]) for r in fronts}
    kernel = _kernel(0.0)
    likelihood = {r: np.exp(_scaled(found.log_likelihood())) for r, found in apart.items()}
    common = {r: np.log(np.maximum(kernel @ values, 1e-300)) for r, values in likelihood.items()}
    prior = -0.5 * ((_GRID - math.log(OFFSET_KM2)) / OFFSET_LOG_SD) ** 2
    whole = prior + sum(common.values(), np.zeros(len(_GRID)))
    weight = {r: _normed(likelihood[r] * (_chances(whole - common[r]) @ kernel)) for r in fronts}
    inside = max(sum(is_inside(war, r, root) for r in fronts), 1)
    country = _apart(told[:, :, names.index(root)])
    weight[root] = _normed(
        np.exp(_scaled(country.log_likelihood())) * (_chances(whole) @ _kernel(math.log(inside) / 2))
    )
    error = {r: found.error for r, found in apart.items()} | {root: country.error}
    usual = float(np.median([found.error for found in apart.values()])) if apart else ROUNDING_KM2
    return Biases(weight, error, _chances(whole) @ kernel, usual)


def line_of(
    panel: xr.Dataset, war: War, region: str, day: date, redraws: Iterable[Redraw] = (), biases: Biases | None = None
) -> LineEstimate:
    """The true line of a region, or of the country, on a day: km² held by side A.

    Parameters
    ----------
    panel : Dataset
        Cut at the as-of day.
    war : War
    region : str
    day : date
    redraws : iterable of Redraw
        Read only where `biases` are not given.
    biases : Biases, optional
        As learnt before, where the lines of many days or regions are wanted.

    Raises
    ------
    QueryError
        If the panel does not know the region, or no source has a map of the day or the six days before.
    """
    if region not in panel["region"].values:
        raise QueryError(f"region {region!r}: no daily areas; expected the country or one of its regions; choose one")
    return lines_of(panel, [region], day, biases or learn_biases(panel, war, redraws))[region]


def lines_of(panel: xr.Dataset, regions: Sequence[str], day: date, biases: Biases) -> dict[str, LineEstimate]:
    """The same for several regions of one day."""
    found = _lines(panel, regions, day, biases)
    if not found:
        raise QueryError(f"{day}: no source has a map of this day or the six before; expected one; choose another day")
    return found


def line_over(panel: xr.Dataset, region: str, days: Sequence[date], biases: Biases) -> tuple[LineEstimate, ...]:
    """The true line of a region on several days; those without a map are left out."""
    return tuple(line for day in days for line in _lines(panel, [region], day, biases).values())


def _lines(panel: xr.Dataset, regions: Sequence[str], day: date, biases: Biases) -> dict[str, LineEstimate]:
    """The true lines of a day; none where no source has a map of it."""
    middle, grey = _middle(panel, np.datetime64(day, "D"))
    known = np.isfinite(middle).any(axis=1)
    sources = tuple(str(s) for s in panel["source"].values[known])
    names = [str(r) for r in panel["region"].values]
    out = {}
    for region in regions if sources else ():
        at = names.index(region)
        area = float(panel["area"].values[at])
        told, width = middle[known, at], grey[known, at]
        weight, error = biases.weight.get(region), biases.error.get(region, biases.elsewhere_error)
        if weight is None and _is_crossed(told, area):
            weight = biases.elsewhere
        low, central, high = _quantiles(told, width, weight, error, area)
        out[region] = LineEstimate(region, day, low, central, high, sources)
    return out


def _middle(panel: xr.Dataset, day: np.datetime64) -> tuple[np.ndarray, np.ndarray]:
    """Middle of what each source draws, and the width of its grey zone, km², shape (sources, regions)."""
    side = panel.attrs["side_a"]
    low, high = (
        on_day(panel[k if k in panel else "control"].sel(belligerent=side), day).values
        for k in ("control_low", "control_high")
    )
    return (low + high) / 2, high - low


def _is_crossed(told: np.ndarray, area: float) -> bool:
    share = told[np.isfinite(told)] / area
    return bool(((share > CROSSED) & (share < 1 - CROSSED)).any())


def _is_front(told: np.ndarray, area: float) -> bool:
    """Whether a line runs through a region on the last day, or moved in the months told of, [source, month]."""
    known = np.isfinite(np.diff(told, axis=1))
    change = np.where(known, np.diff(told, axis=1), 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return _is_crossed(told[:, -1], area) or float(np.abs(change).sum()) >= LEAST_MOVED_KM2


def is_inside(war: War, region: str, root: str) -> bool:
    """Whether a region is part of the country as a whole."""
    at = region
    while at in war.regions and war.regions[at].parent:
        at = war.regions[at].parent
    return at == root


def _first(redraws: Sequence[Redraw], region: str, days: np.ndarray) -> int:
    """The first month after the last redraw of a region."""
    cut = [
        np.datetime64(day, "D") for _, name, day, _ in redraws if name == region and np.datetime64(day, "D") <= days[-1]
    ]
    return min(int(np.searchsorted(days, max(cut), side="left")), len(days) - 1) if cut else 0


def _apart(told: np.ndarray) -> _Apart:
    """Effects of sources on what they tell of one region, [source, month], with a free level for each month."""
    known = np.isfinite(told)
    shared = known.sum(axis=0) >= 2
    told, known = told[:, shared], known[:, shared]
    count = known.sum(axis=0)
    apart = np.where(known, told - np.where(known, told, 0.0).sum(axis=0) / np.maximum(count, 1), 0.0)
    normal = np.diag(known.sum(axis=1).astype(float)) - (known / np.maximum(count, 1)) @ known.T
    information, directions = np.linalg.eigh(normal)
    kept = information > 1e-6
    effects = directions[:, kept].T @ apart.sum(axis=1) / information[kept]
    left = float((apart**2).sum() - (information[kept] * effects**2).sum())
    free = int(known.sum() - len(count) - kept.sum())
    error = math.sqrt(ROUNDING_KM2**2 + (max(left, 0.0) / free if free > 0 else 0.0))
    return _Apart(effects, information[kept], error)


@functools.cache
def _kernel(more: float) -> np.ndarray:
    """Probability of each ω_r (columns) given each ω (rows), whose logarithm is raised by `more`."""
    u = _GRID[None, :] - _GRID[:, None] - more
    return np.apply_along_axis(_chances, 1, -TAIL * u - TAIL / 2 * np.exp(np.clip(-2 * u, None, 50.0)))


def _scaled(log: np.ndarray) -> np.ndarray:
    return np.asarray(log - log.max())


def _normed(weight: np.ndarray) -> np.ndarray:
    return np.asarray(weight / weight.sum())


def _chances(log: np.ndarray) -> np.ndarray:
    """Probabilities of sum 1 from their logarithms."""
    return _normed(np.exp(_scaled(log)))


def _quantiles(
    told: np.ndarray, grey: np.ndarray, weight: np.ndarray | None, error: float, area: float
) -> tuple[float, float, float]:
    """Quantiles of the mixture over ω_r of normal lines, within the region."""
    if weight is None:
        weight, offset, error = np.ones(1), np.zeros(1), ROUNDING_KM2
    else:
        kept = weight > 1e-5
        weight, offset = _normed(weight[kept]), np.exp(_GRID[kept])
    precision = 1 / (offset[:, None] ** 2 + error**2 + grey[None, :] ** 2 / 12)
    mean = (precision * told).sum(axis=1) / precision.sum(axis=1)
    sd = 1 / np.sqrt(precision.sum(axis=1))
    low, central, high = (float(np.clip(_mixed(q, weight, mean, sd), 0.0, area)) for q in QUANTILES)
    return low, central, high


def _mixed(q: float, weight: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> float:
    """Quantile of a mixture of normals, by halving."""
    low, high = float((mean - 8 * sd).min()), float((mean + 8 * sd).max())
    parts = list(zip(weight.tolist(), mean.tolist(), (sd * math.sqrt(2)).tolist(), strict=True))
    for _ in range(_HALVINGS):
        at = (low + high) / 2
        below = sum(w * (1 + math.erf((at - m) / s)) for w, m, s in parts) / 2
        low, high = (at, high) if below < q else (low, at)
    return (low + high) / 2
