"""Simple forecasters of the land taken, through one door: a monthly record in, draws of the months ahead out.

Let :math:`d_t = A_t - A_{t-1}` be the monthly change of the area A held by side A. The rules are

- ``last month``, ``mean of 3 months``, ``mean of 6 months``, ``mean of 12 months``: the mean change v of the last
  w months goes on, with the errors that this rule has made one month ahead at its last `ERROR_ORIGINS` origins, both
  signs, widened with the root of the horizon: :math:`h v \\pm \\sqrt{h}\\, e`;
- ``AR(1) on log pace``: :math:`u_t = \\operatorname{arsinh}(d_t / c)`, a logarithm that keeps its sign, returns to
  its median by :math:`u_{t+1} = m + \\varphi (u_t - m) + \\varepsilon`; φ by least squares, shrunk towards
  `AR_PRIOR` with the weight of `AR_WEIGHT` months; simulated, and :math:`c \\sinh u` summed;
- ``scaled pace``: the pace goes on, and its error is a factor rather than so many km²:
  :math:`h\\, c \\sinh(z + \\sigma_h \\varepsilon)`, with z the mean of u, months weighted by a half-life of
  `PACE_HALF_LIFE`, and :math:`\\sigma_h^2 = \\sigma_0^2 + \\sigma_1^2 h`;
- ``latent pace``: the latent process of `armistice.infer.filtered`, on one region alone;
- ``mixture of means``: the equal mixture of the rules in `MEANS`, nothing tuned;
- ``ensemble``: the equal mixture of the forecasters in `ENSEMBLE`;
- ``pool of all``: the equal mixture of all single rules, nothing tuned.

Here c is a fixed part of the usual size s of a month's change, :math:`s = s_0 \\sinh(\\text{mean of }
\\operatorname{arsinh}(|d_t| / s_0))`, months weighted by a half-life of `SCALE_HALF_LIFE`, with s₀ the median of
:math:`|d|` over twelve months; at least `LEAST_SCALE_KM2`, since maps are no more exact.

The choice. All constants were set on 22 November 2026 on the origins from March 2023 to June 2024 alone, by the sum of
the logarithms of the mean CRPS 3, 6 and 12 months ahead for the whole country and for its contested regions; within
0.02 of the lowest sum, by which 80 % ranges covered best. The ensemble won (33.03; its parts alone 33.20 and 34.06;
the best rule of the mean kind, the last month, 35.07). Tried and dropped, since they scored worse there: errors of one sign, errors read off
at the horizon itself or over 9 to 36 months, normal and Student errors in km² with a smoothed or a median pace, a
pace that shrinks towards zero, other mixtures of two and three rules. A season was not tried: the record holds too few
years. The outcomes of those origins reach to June 2025. ``mixture of means`` was added after the later origins had been
scored, as a mark to measure by; the choice was left as it was. So were ``latent pace`` (33.93) and ``pool of all`` (34.95);
with them in the race the same criterion on the same origins chooses the ensemble again. Whoever added them had seen how the
other rules fared later. Draws are cut at what is held and at what is left.

A still front. After n months without a change of `LEAST_SCALE_KM2`, n at least `STILL_MONTHS`, every rule has forgotten that
this front ever moved: all its errors are small, and its range shrinks to a few km². To the draws of each rule is then added
that the stillness may break. By Laplace's rule of succession (*Essai philosophique sur les probabilités*, 1814) a month comes
to a change, after n that did not, with the chance 1 / (n + 2), so that the chance that one comes within h months is

.. math:: \\frac{h}{n + 1 + h},

and a broken front moves as the record once did: from a month of the record that had a change, drawn with even odds, the path
repeats the changes of that month and of those after it, signs as they were, to the end of the record. A record that never moved
has nothing to repeat and is left alone, and so is one that moved within the last `STILL_MONTHS`. Nothing in the rule was
tuned: it was written down before it was tried. No series of the tuning origins had been still for longer than ten months, so
that the sum is 33.03 with and without it, to the bit; on the later origins, where two regions stood still, 35.09 and 35.08.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from armistice.core.errors import QueryError
from armistice.infer.filtered import latent_forecast

Forecaster = Callable[[np.ndarray, float, int, int, int], np.ndarray]
"""(area of month ends, oldest first, km²; whole of the region, km²; horizon, months; draws; seed) → cumulative net
area taken, km², of shape (draws, horizon)."""
_Rule = Callable[[np.ndarray, float, int, int, np.random.Generator], np.ndarray]

LEAST_MONTHS = 14
"""Month ends on record with which the longest window has one past error."""
MOST_MONTHS = 60
ERROR_ORIGINS = 6
SCALE_HALF_LIFE = 4.0
LEAST_SCALE_KM2 = 1.0
STILL_MONTHS = 12
"""Months without a change after which a front counts as still: by then the median month of `usual_change` is one of them."""
PACE_HALF_LIFE, PACE_PART, PACE_SIGMA_NOW, PACE_SIGMA_MONTH = 1.0, 0.5, 0.5, 0.25
AR_PART, AR_PRIOR, AR_WEIGHT, AR_MEMORY = 1.0, 0.5, 5.0, 24
_MOST_LOG_PACE = 7.0
"""A simulated pace stays below sinh 7 = 548 times its usual size."""
MEANS = ("last month", "mean of 3 months", "mean of 6 months", "mean of 12 months")
ENSEMBLE = ("scaled pace", "AR(1) on log pace")
CHOICE = "ensemble"
"""The forecaster with the best score on the tuning origins."""
BASELINES = (*MEANS, "AR(1) on log pace")
"""Single baselines, which a better forecaster must beat."""


def _ranks(draws: int, rng: np.random.Generator) -> np.ndarray:
    """Evenly spread probabilities in random order: one rank a draw, kept over the horizon."""
    return (rng.permutation(draws) + 0.5) / draws


def _mean_pace(window: int) -> _Rule:
    def rule(area: np.ndarray, whole_km2: float, horizon: int, draws: int, rng: np.random.Generator) -> np.ndarray:
        pace = (area[-1] - area[-1 - window]) / window
        at = np.arange(window, len(area) - 1)[-ERROR_ORIGINS:]
        missed = (area[at + 1] - area[at]) - (area[at] - area[at - window]) / window
        ahead = np.arange(1, horizon + 1)
        error = np.quantile(np.concatenate([missed, -missed]), _ranks(draws, rng))
        return ahead * pace + np.sqrt(ahead) * error[:, None]

    return rule


def smooth(values: np.ndarray, half_life: float) -> float:
    """Mean with weights that halve every `half_life` months back."""
    weights = 0.5 ** (np.arange(len(values))[::-1] / half_life)
    return float(np.sum(weights * values) / np.sum(weights))


def usual_change(area: np.ndarray) -> float:
    """The usual size of a month's change, km² (s of the module)."""
    size = np.abs(np.diff(area))
    middle = max(float(np.median(size[-12:])), 1e-9)
    return max(middle * float(np.sinh(smooth(np.arcsinh(size / middle), SCALE_HALF_LIFE))), LEAST_SCALE_KM2)


def log_pace(area: np.ndarray) -> tuple[float, np.ndarray]:
    """The unit c of the scaled pace, km², and the log pace u of each month in it."""
    unit = PACE_PART * usual_change(area)
    return unit, np.arcsinh(np.diff(area) / unit)


def scaled_draws(area: np.ndarray, horizon: int, draws: int, rng: np.random.Generator, push: float = 0.0) -> np.ndarray:
    """Draws of the scaled pace, its log pace moved by `push`; km², shape (draws, horizon), not cut at the bounds."""
    unit, past = log_pace(area)
    pace = smooth(past, PACE_HALF_LIFE) + push
    ahead = np.arange(1, horizon + 1)
    sigma = np.sqrt(PACE_SIGMA_NOW**2 + PACE_SIGMA_MONTH**2 * ahead)
    normal = NormalDist()
    score = np.array([normal.inv_cdf(p) for p in _ranks(draws, rng)])
    return ahead * unit * np.sinh(pace + sigma * score[:, None])


def _scaled_pace(area: np.ndarray, whole_km2: float, horizon: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    return scaled_draws(area, horizon, draws, rng)


def _ar_log_pace(area: np.ndarray, whole_km2: float, horizon: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    unit = AR_PART * usual_change(area)
    log_pace = np.arcsinh(np.diff(area) / unit)
    middle = float(np.median(log_pace[-AR_MEMORY:]))
    before, after = log_pace[:-1] - middle, log_pace[1:] - middle
    prior = AR_WEIGHT * float(np.var(log_pace))
    phi = (float(before @ after) + AR_PRIOR * prior) / (float(before @ before) + prior + 1e-12)
    phi = min(max(phi, 0.0), 0.98)
    sigma = 1.4826 * float(np.median(np.abs(after - phi * before)))
    now, taken = np.full(draws, log_pace[-1]), np.zeros(draws)
    out = np.empty((draws, horizon))
    for month in range(horizon):
        now = middle + phi * (now - middle) + sigma * rng.standard_normal(draws)
        taken = taken + unit * np.sinh(np.clip(now, -_MOST_LOG_PACE, _MOST_LOG_PACE))
        out[:, month] = taken
    return out


def _latent_pace(area: np.ndarray, whole_km2: float, horizon: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    return latent_forecast(area, whole_km2, horizon, draws, int(rng.integers(2**32)))


_RULES: dict[str, _Rule] = {
    "last month": _mean_pace(1),
    "mean of 3 months": _mean_pace(3),
    "mean of 6 months": _mean_pace(6),
    "mean of 12 months": _mean_pace(12),
    "AR(1) on log pace": _ar_log_pace,
    "scaled pace": _scaled_pace,
    "latent pace": _latent_pace,
}
"""All single rules."""


def _mixture(names: tuple[str, ...]) -> _Rule:
    """As many draws of each rule, one after another."""

    def rule(area: np.ndarray, whole_km2: float, horizon: int, draws: int, rng: np.random.Generator) -> np.ndarray:
        counts = [len(part) for part in np.array_split(np.arange(draws), len(names))]
        parts = [
            _RULES[name](area, whole_km2, horizon, count, rng)
            for name, count in zip(names, counts, strict=True)
            if count
        ]
        return np.concatenate(parts)

    return rule


def still_months(area: np.ndarray) -> int:
    """Months since the last change of at least `LEAST_SCALE_KM2`; all on record where there was none.

    Parameters
    ----------
    area : array, shape (months + 1,)
        km², oldest first.
    """
    moved = np.flatnonzero(np.abs(np.diff(area)) >= LEAST_SCALE_KM2)
    return len(area) - 1 if not len(moved) else len(area) - 2 - int(moved[-1])


def _broken_stillness(area: np.ndarray, horizon: int, draws: int, seed: int) -> np.ndarray:
    """Area taken by the months in which a still front moves again, km², shape (draws, horizon); 0 while it does not."""
    change, still = np.diff(area), still_months(area)
    moved = np.flatnonzero(np.abs(change) >= LEAST_SCALE_KM2)
    taken = np.zeros((draws, horizon))
    if still < STILL_MONTHS or not len(moved):
        return taken
    rng = np.random.default_rng([seed, STILL_MONTHS])  # a stream of its own: the draws of the rule stay as they are
    rank = _ranks(draws, rng)
    first = np.ceil(rank * (still + 1) / (1 - rank)).astype(int)
    begin = rng.permutation(np.resize(moved, draws))
    month = np.arange(1, horizon + 1) - first[:, None]
    at = begin[:, None] + month
    repeats = (month >= 0) & (at < len(change))
    taken[repeats] = change[at[repeats]]
    return np.cumsum(taken, axis=1)


def _checked(rule: _Rule) -> Forecaster:
    """Put the door before a rule: refuse what it cannot use, let a still front move, and cut draws at what can be taken or lost."""

    def forecaster(area: np.ndarray, whole_km2: float, horizon: int, draws: int, seed: int) -> np.ndarray:
        level = np.asarray(area, dtype=float)
        if level.ndim != 1 or not np.isfinite(level).all():
            raise QueryError("area: missing months; expected a finite area for each month; leave out the months before")
        if len(level) < LEAST_MONTHS:
            raise QueryError(
                f"area: {len(level)} months on record; expected at least {LEAST_MONTHS}; choose a later origin"
            )
        if not 1 <= horizon <= MOST_MONTHS:
            raise QueryError(f"horizon {horizon}: out of range; expected 1 to {MOST_MONTHS} months")
        if draws < 1:
            raise QueryError(f"draws {draws}: out of range; expected at least 1")
        found = rule(level, whole_km2, horizon, draws, np.random.default_rng(seed))
        if still_months(level) >= STILL_MONTHS:
            found = found + _broken_stillness(level, horizon, draws, seed)
        return np.clip(found, -level[-1], max(whole_km2 - level[-1], 0.0))

    return forecaster


FORECASTERS: dict[str, Forecaster] = {
    **{name: _checked(rule) for name, rule in _RULES.items()},
    "mixture of means": _checked(_mixture(MEANS)),
    "ensemble": _checked(_mixture(ENSEMBLE)),
    "pool of all": _checked(_mixture(tuple(_RULES))),
}
"""All forecasters by name; a model of the front enters as one more line."""
