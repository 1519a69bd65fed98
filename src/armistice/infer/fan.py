"""What the draws say of the months ahead: fans, and the time to take a region whole.

Each draw carries the movement on by the equations of `armistice.infer.process`, one path a draw, all fronts together,
with new lasting changes and new shocks; what is held and left is carried along, so that an advance slows as its region
nears completion. A region counts as whole within half a per cent of its area: maps are no more exact.
"""

from __future__ import annotations

import numpy as np

from armistice.core.errors import QueryError
from armistice.core.posterior import Posterior
from armistice.core.results import Forecast
from armistice.infer.baseline import fan_of
from armistice.infer.course import MOST_MONTHS, Course

WHOLE_SHARE = 0.995
"""Share of its area from which a region counts as taken whole."""


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
    done = (held[:, None] + taken >= WHOLE_SHARE * whole) & (inside is None)
    past = posterior.flat("moved")[:, :, chosen].sum(axis=2)
    pace = {w: float(np.median(past[:, -w:].mean(axis=1))) for w in (1, 3, 6, 12) if w <= past.shape[1]}
    return fan_of(taken, done, Forecast(
        region, posterior.as_of, f"{posterior.engine}; {posterior.verdict}", float(np.median(held)),
        max(whole - float(np.median(held)), 0.0), pace, (), past.shape[1], {},
    ))  # fmt: skip
