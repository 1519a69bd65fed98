"""What the draws say of the months ahead: fans, the time to take a region whole, and the drift for the game.

Each draw carries the movement on by the equations of `armistice.infer.process`, one path a draw, all fronts together,
with new lasting changes and new shocks; what is held and left is carried along, so that an advance slows as its region
nears completion. A region counts as whole within half a per cent of its area: maps are no more exact.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from armistice.core.errors import QueryError, near
from armistice.core.panel import on_day
from armistice.core.posterior import Posterior
from armistice.core.results import Forecast, ForecastMonth
from armistice.core.war import War
from armistice.infer.baseline import QUANTILES
from armistice.infer.course import MOST_MONTHS, Course
from armistice.infer.pace import LEAST, YEAR, FrontPace

WHOLE_SHARE = 0.995
"""Share of its area from which a region counts as taken whole."""
TIMES = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Probabilities at which the time to completion is told."""


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


def _course(posterior: Posterior) -> Course:
    whole = posterior.record["whole"]
    return Course(
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
