"""What the draws say of the months ahead: fans, the time to take a region whole, and the drift for the game.

Each draw carries the movement on by the equations of `armistice.infer.process`, one path a draw, all fronts together,
with new lasting changes and new shocks; what is held and left is carried along, so that an advance slows as its region
nears completion. A region counts as whole within half a per cent of its area: maps are no more exact.

`latent_forecast` is the same process for one region without sampling: the persistent part is filtered (Kalman 1960,
with the weight :math:`(\\nu + 1) / (\\nu + r^2)` on a surprise of r standard deviations, after West 1981) on a grid of
persistence, innovation and shock, each point weighed by its prior and its likelihood. It sees one record, so that the
errors of the maps are part of the shocks, and it knows no season and no common movement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from armistice.core.errors import QueryError, near
from armistice.core.panel import on_day
from armistice.core.posterior import Posterior
from armistice.core.results import Forecast, ForecastMonth
from armistice.core.war import War
from armistice.infer.baseline import QUANTILES
from armistice.infer.observe import LEAST_MONTHS, LEAST_UNIT_KM2, RECENT
from armistice.infer.pace import LEAST, YEAR, FrontPace
from armistice.infer.process import HEAVY, MOST_LOG_PACE, PARAMETERS, START_SPREAD

MOST_MONTHS = 60
TAIL = 3.0
"""Degrees of freedom ν of the t distribution that stands for the shocks in the filter; its tails are nearly theirs."""
WHOLE_SHARE = 0.995
"""Share of its area from which a region counts as taken whole."""
TIMES = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Probabilities at which the time to completion is told."""


@dataclass(frozen=True)
class _Course:
    """The state from which paths set out; arrays [draw, front], or [draw] for what the fronts share."""

    log_pace: np.ndarray
    long_run: np.ndarray
    innovation: np.ndarray
    shock: np.ndarray
    persistence: np.ndarray
    common: np.ndarray
    season: np.ndarray
    unit: np.ndarray
    held: np.ndarray
    whole: np.ndarray

    def walk(self, months: Sequence[int], rng: np.random.Generator) -> np.ndarray:
        """Movement of the months ahead, given as months of the year, km²; shape (draws, months, fronts)."""
        now, held = self.log_pace, self.held
        draws, fronts = now.shape
        angle = 2 * np.pi * np.asarray(months) / 12
        waves = np.stack([np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle)])
        factor = np.exp(self.season @ waves)
        out = np.empty((draws, len(months), fronts))
        for at in range(len(months)):
            push = np.sqrt(self.common)[:, None] * rng.standard_normal((draws, 1))
            push = push + np.sqrt(1 - self.common)[:, None] * rng.standard_normal((draws, fronts))
            now = self.long_run + self.persistence[:, None] * (now - self.long_run) + self.innovation * push
            pace = now + self.shock * np.sinh(HEAVY * rng.standard_normal((draws, fronts))) / HEAVY
            raw = self.unit * factor[:, at, None] * np.sinh(np.clip(pace, -MOST_LOG_PACE, MOST_LOG_PACE))
            out[:, at] = _bounded(raw, held, self.whole - held)
            held = held + out[:, at]
        return out


def _bounded(raw: np.ndarray, held: np.ndarray, left: np.ndarray) -> np.ndarray:
    """The slow-down of `armistice.infer.process.bounded`, where nothing held or left means no movement."""
    room = np.maximum(np.where(raw > 0, left, held), 0.0)
    share = np.abs(raw) / np.maximum(room, 1e-9)
    return np.sign(raw) * room * -np.expm1(-share)


def paths(posterior: Posterior, horizon: int, seed: int = 0) -> np.ndarray:
    """Net area taken in each month ahead and front, one path a draw, km²; shape (draws, horizon, fronts).

    Raises
    ------
    QueryError
        If the horizon is out of range.
    """
    if not 1 <= horizon <= MOST_MONTHS:
        raise QueryError(f"horizon {horizon}: out of range; expected 1 to {MOST_MONTHS} months")
    last = int(posterior.months[-1][5:])
    months = [(last + h) % 12 + 1 for h in range(horizon)]
    return _course(posterior).walk(months, np.random.default_rng(seed))


def _course(posterior: Posterior) -> _Course:
    whole = posterior.record["whole"]
    return _Course(
        log_pace=posterior.flat("log_pace"),
        long_run=posterior.flat("long_run"),
        innovation=posterior.flat("innovation")[:, None],
        shock=posterior.flat("shock")[:, None],
        persistence=posterior.flat("persistence"),
        common=posterior.flat("common"),
        season=posterior.flat("season"),
        unit=posterior.record["unit"],
        held=np.clip(posterior.flat("level"), 0.0, whole),
        whole=whole,
    )


def fan(posterior: Posterior, region: str, horizon: int = 24, seed: int = 0) -> Forecast:
    """Fan of the net area taken in a region, and the time until it is taken whole.

    Parameters
    ----------
    posterior : Posterior
    region : str
        A front, or the country as a whole: the sum of the fronts inside it, which is never taken whole.
    horizon : int
        Months ahead, 1 to 60.
    seed : int
        Seed of the paths; the draws of the posterior are fixed.

    Returns
    -------
    Forecast
        Its engine names the model and whether the sampling passed its gates.

    Raises
    ------
    QueryError
        If the line of the region does not move, or the horizon is out of range.
    """
    inside = np.array(posterior.inside_root) if region == posterior.root else None
    chosen = np.flatnonzero(inside) if inside is not None else np.array([posterior.front(region)])
    moved = paths(posterior, horizon, seed)
    taken = np.cumsum(moved[:, :, chosen].sum(axis=2), axis=1)
    course = _course(posterior)
    held, whole = course.held[:, chosen].sum(axis=1), float(course.whole[chosen].sum())
    done = np.maximum.accumulate(held[:, None] + taken >= WHOLE_SHARE * whole, axis=1)
    if inside is not None:
        done = np.zeros_like(done)
    last = np.datetime64(posterior.as_of, "M")
    months = tuple(
        ForecastMonth(
            str(last + h + 1),
            {f"{q:g}": float(v) for q, v in zip(QUANTILES, np.quantile(taken[:, h], QUANTILES), strict=True)},
            float(done[:, h].mean()),
        )
        for h in range(horizon)
    )
    past = posterior.flat("moved")[:, :, chosen].sum(axis=2)
    pace = {w: float(np.median(past[:, -w:].mean(axis=1))) for w in (1, 3, 6, 12) if w <= past.shape[1]}
    return Forecast(
        region, posterior.as_of, f"{posterior.engine}; {posterior.verdict}", float(np.median(held)),
        max(whole - float(np.median(held)), 0.0), pace, months, past.shape[1], time_to_complete(done),
    )  # fmt: skip


def time_to_complete(done: np.ndarray) -> dict[int, float | None]:
    """Months until a region is taken whole, by probability in per cent; None for not within the horizon.

    Parameters
    ----------
    done : array of bool, shape (draws, horizon)
    """
    first = np.where(done.any(axis=1), done.argmax(axis=1) + 1.0, np.inf)
    found = {round(100 * q): float(np.quantile(first, q, method="higher")) for q in TIMES}
    return {k: v if np.isfinite(v) else None for k, v in found.items()}


def drift(posterior: Posterior, panel: xr.Dataset, war: War, axis: str, seed: int = 0) -> FrontPace:
    """The drift of the front on an axis for the war-termination game, as `armistice.infer.pace.front_pace` gives it.

    On paths of a year, a path's drift is its mean step. The mean and the sd are those of a normal distribution with
    the median and the middle 68 per cent of the drifts, less what chance in twelve months puts into them; sigma is the
    median over paths of the standard deviation of the months around their mean. Medians, since a rare collapse
    would otherwise set all three.

    Raises
    ------
    QueryError
        If there is no such axis, or none of its regions moves.
    """
    axes = {a.id: a for a in war.axes}
    if axis not in axes:
        raise QueryError(f"axis {axis!r}: not in {war.title}; expected an axis of the war; {near(axis, axes)}")
    found = set()
    for step in axes[axis].steps:
        at = step.region
        while at not in posterior.fronts and at in war.regions and war.regions[at].parent:
            at = war.regions[at].parent
        found.add(at)
    chosen = [k for k, f in enumerate(posterior.fronts) if f in found]
    if not chosen:
        raise QueryError(f"axis {axis}: no line moved in its regions; expected one of {', '.join(posterior.fronts)}")
    size = float(np.mean([step.area_km2 for step in axes[axis].steps]))
    steps = paths(posterior, YEAR, seed)[:, :, chosen].sum(axis=2) / size
    means = steps.mean(axis=1)
    sigma = max(float(np.median(steps.std(axis=1, ddof=1))), LEAST)
    low, middle, high = np.quantile(means, (0.16, 0.5, 0.84))
    sd = max(float(np.sqrt(max(((high - low) / 2) ** 2 - sigma**2 / YEAR, 0.0))), LEAST)
    told = on_day(panel["front"].sel(axis=axis), np.datetime64(panel.attrs["as_of"], "D")).values
    return FrontPace(axis, float(np.nanmean(told)), float(middle), sd, sigma, len(posterior.months))


# --- one region, without sampling -----------------------------------------------------------------------------------

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
    course = _Course(
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
