"""The latent process of one region without sampling, from one monthly record.

The persistent part is filtered (Kalman 1960, with the weight :math:`(\\nu + 1) / (\\nu + r^2)` on a surprise of r standard deviations, after West 1981) on a grid of
persistence, innovation and shock, each point weighed by its prior and its likelihood. It sees one record, so that the
errors of the maps are part of the shocks, and it knows no season and no common movement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armistice.core.errors import QueryError
from armistice.infer.course import MOST_MONTHS, Course
from armistice.infer.observe import LEAST_MONTHS, LEAST_UNIT_KM2, RECENT
from armistice.infer.process import PARAMETERS, START_SPREAD

TAIL = 3.0
"""Degrees of freedom ν of the t distribution that stands for the shocks in the filter; its tails are nearly theirs."""
_PERSISTENCE = np.array([0.5, 0.65, 0.75, 0.82, 0.88, 0.93, 0.97])
_INNOVATION = 0.3 * np.exp(0.5 * np.linspace(-2.4, 2.4, 9))
_SHOCK = 0.3 * np.exp(0.5 * np.linspace(-2.4, 3.6, 11))


@dataclass(frozen=True)
class _Filtered:
    """Mean and covariance of (deviation, long run) after the last month, and the weight, at each point of the grid."""

    mean: np.ndarray
    covariance: np.ndarray
    weight: np.ndarray


def latent_forecast(area: np.ndarray, whole_km2: float, horizon: int, draws: int, seed: int) -> np.ndarray:
    """Draws of the cumulative net area taken in one region, from its monthly record alone.

    Parameters
    ----------
    area : array, shape (months,)
        Area held at month ends, oldest first, km².
    whole_km2 : float
    horizon : int
        Months ahead, 1 to 60.
    draws, seed : int

    Returns
    -------
    array, shape (draws, horizon)

    Raises
    ------
    QueryError
        If months are missing, fewer than six changes are on record, or a number is out of range.
    """
    level = np.asarray(area, dtype=float)
    if level.ndim != 1 or not np.isfinite(level).all():
        raise QueryError("area: missing months; expected a finite area for each month; leave out the months before")
    if len(level) < LEAST_MONTHS + 1:
        raise QueryError(f"area: {len(level)} months on record; expected at least {LEAST_MONTHS + 1}")
    if not 1 <= horizon <= MOST_MONTHS:
        raise QueryError(f"horizon {horizon}: out of range; expected 1 to {MOST_MONTHS} months")
    if draws < 1:
        raise QueryError(f"draws {draws}: out of range; expected at least 1")
    changes = np.diff(level)[-RECENT:]
    unit = max(float(np.median(np.abs(changes))), LEAST_UNIT_KM2)
    grid = np.stack([g.ravel() for g in np.meshgrid(_PERSISTENCE, _INNOVATION, _SHOCK, indexing="ij")])
    filtered = _filter(np.arcsinh(changes / unit), grid)
    rng = np.random.default_rng(seed)
    at = rng.choice(len(filtered.weight), size=draws, p=filtered.weight)
    root = np.linalg.cholesky(filtered.covariance[at] + 1e-12 * np.eye(2))
    state = filtered.mean[at] + np.einsum("nij,nj->ni", root, rng.standard_normal((draws, 2)))
    persistence, innovation, shock = grid[:, at]
    course = Course(
        log_pace=state.sum(axis=1, keepdims=True),
        long_run=state[:, 1:],
        innovation=innovation[:, None],
        shock=shock[:, None],
        persistence=persistence,
        common=np.zeros(draws),
        season=np.zeros((draws, 4)),
        unit=np.array([unit]),
        held=np.full((draws, 1), max(level[-1], 0.0)),
        whole=np.array([max(whole_km2, level[-1])]),
    )
    return np.cumsum(course.walk([1] * horizon, rng)[:, :, 0], axis=1)


def _filter(pace: np.ndarray, grid: np.ndarray) -> _Filtered:
    """Filter the deviation from the long run, and the long run itself, at each point of the grid."""
    persistence, innovation, shock = grid
    points = grid.shape[1]
    mean = np.zeros((points, 2))
    mean[:, 1] = PARAMETERS["long_run"].first
    covariance = np.zeros((points, 2, 2))
    covariance[:, 0, 0], covariance[:, 1, 1] = START_SPREAD**2, PARAMETERS["long_run"].second ** 2
    total = _log_prior(grid)
    for month, seen in enumerate(pace):
        if month:
            mean[:, 0] *= persistence
            covariance[:, 0, :] *= persistence[:, None]
            covariance[:, :, 0] *= persistence[:, None]
            covariance[:, 0, 0] += innovation**2
        cross = covariance.sum(axis=2)
        known = cross.sum(axis=1)
        surprise, scale = seen - mean.sum(axis=1), known + shock**2
        square = surprise**2 / scale
        total += -0.5 * np.log(scale) - 0.5 * (TAIL + 1) * np.log1p(square / TAIL)
        noise = shock**2 * (TAIL + square) / (TAIL + 1)
        gain = cross / (known + noise)[:, None]
        mean = mean + gain * surprise[:, None]
        covariance = covariance - gain[:, :, None] * cross[:, None, :]
    weight = np.exp(total - total.max())
    return _Filtered(mean, covariance, weight / weight.sum())


def _log_prior(grid: np.ndarray) -> np.ndarray:
    """Prior of persistence, innovation and shock, whose logarithms the grid steps through evenly."""
    persistence, innovation, shock = grid
    beta = PARAMETERS["persistence"]
    width = np.gradient(_PERSISTENCE)[np.searchsorted(_PERSISTENCE, persistence)]
    total = (beta.first - 1) * np.log(persistence) + (beta.second - 1) * np.log1p(-persistence) + np.log(width)
    for name, value in (("innovation", innovation), ("shock", shock)):
        declared = PARAMETERS[name]
        total = total - 0.5 * ((np.log(value) - declared.first) / declared.second) ** 2
    return total
