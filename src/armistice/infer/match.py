"""Draws of the judged numbers weighed by the negotiating record: those under which the sides did what they did count more.

Each event of the record has a chance in the game. A side i that answers a term with utility U_i, while fighting on is
worth R_i to it, accepts with chance

.. math:: p = \\frac{1}{1 + e^{-(U_i - R_i) / \\tau}},

and a month without a settlement has the chance :math:`1 - c / (1 + e^{n / \\tau})`, where n is what the sides lack for
a term that suits both (negative where there is room) and c the chance that talks end within the month if there is
room. The weights of draws from the prior are the products of these chances (importance sampling). Their largest are
replaced by quantiles of a generalised Pareto distribution fitted to them,

.. math:: w_{(S-M+z)} \\leftarrow F^{-1}\\left(\\frac{z - 1/2}{M}\\right), \\qquad z = 1 \\dots M,
   \\qquad M = \\lceil \\min(S / 5, 3 \\sqrt S) \\rceil,

never above the largest raw weight, and the shape k of the fit says whether they may be relied on: up to
:math:`\\min(1 - 1/\\log_{10} S, 0.7)` (Vehtari, Simpson, Gelman, Yao and Gabry, Journal of Machine Learning Research
25(72), 2024; the fit is that of Zhang and Stephens, Technometrics 51(3), 2009, with the weak prior on k of the former's
appendix). Where too few draws would carry the result, the likelihood is raised to a power below 1: the record then
counts for less than it says, and the range that is left is too wide rather than too narrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from armistice.core.errors import QueryError
from armistice.core.matched import Learnt, Matched, RecordEvent, Weights
from armistice.core.parameters import TALKS

TEMPERATURE = 0.05
"""Share of the stake by which a side's own reckoning may stray from the game's; a judgement.

A twentieth of the stake is the price of ten months of war where a month costs half a per cent of it, and leaders, who
answer under pressure and see terms that the game does not, can be expected to misjudge by as much; at a surplus of three
times as much a side accepts 19 times in 20. Smaller, and single answers decide everything; larger, and they say nothing.
"""
CHANCE = TALKS.central
"""Share of the months with an open range in which talks would lead to a settlement; a judgement: they take half a year."""
LEAST_SHARE = 0.1
"""Share of the draws that must count for the record to have its full weight."""
PERMUTATIONS = 500
LEVEL = 0.95
"""How often chance alone moves no number as far as the level that is given."""
QUANTILES = (0.1, 0.5, 0.9)
_LEAST_TAIL = 5
"""Weights above the cutoff without which no tail is fitted."""
_TINY = 1e-290
"""Weights below it, relative to the largest, are left out of the tail: their ratios overflow."""
_HALVINGS = 40


# --- chances of single events ---------------------------------------------------------------------------------


def log_acceptance(surplus: np.ndarray | float, temperature: float = TEMPERATURE) -> np.ndarray:
    """Logarithm of the chance that a side accepts.

    Parameters
    ----------
    surplus : array
        Worth of the term less that of fighting on, shares of the stake.
    temperature : float
        As in `TEMPERATURE`.

    Raises
    ------
    QueryError
        If the temperature is not above 0.
    """
    _check_temperature(temperature)
    return -np.logaddexp(0.0, -np.asarray(surplus, float) / temperature)


def log_refusal(surplus: np.ndarray | float, temperature: float = TEMPERATURE) -> np.ndarray:
    """Logarithm of the chance that a side does not accept; as `log_acceptance`."""
    return log_acceptance(-np.asarray(surplus, float), temperature)


def log_no_settlement(
    need: np.ndarray | float, temperature: float = TEMPERATURE, chance: np.ndarray | float = CHANCE
) -> np.ndarray:
    """Logarithm of the chance of a month without a settlement.

    Parameters
    ----------
    need : array
        Smallest outside payment with which some term would suit both, shares of the stake; negative where there is
        that much to share.
    temperature : float
        As in `TEMPERATURE`.
    chance : array
        As in `CHANCE`; one for all, or one for each of `need`.

    Raises
    ------
    QueryError
        If the temperature is not above 0 or the chance not from 0 to 1.
    """
    told = np.asarray(chance, float)
    if not np.all((told >= 0) & (told <= 1)):
        bad = told[~((told >= 0) & (told <= 1))].flat[0]
        raise QueryError(f"chance {bad:g}: no chance; expected a number from 0 to 1; choose such a number")
    closed, opened = (
        log_refusal(-np.asarray(need, float), temperature),
        log_acceptance(-np.asarray(need, float), temperature),
    )
    with np.errstate(divide="ignore"):  # a chance of 1 leaves nothing open
        return np.logaddexp(closed, opened + np.log1p(-told))


def _check_temperature(temperature: float) -> None:
    if not 0 < temperature < np.inf:
        raise QueryError(
            f"temperature {temperature:g}: no answer follows from it; expected above 0; choose such a number"
        )


# --- weights ------------------------------------------------------------------------------------------------


def fit_generalised_pareto(excess: np.ndarray) -> tuple[float, float]:
    """Shape k and scale of a generalised Pareto distribution (Zhang and Stephens 2009), shrunk towards k = 1/2.

    Parameters
    ----------
    excess : array, shape (points,)
        Above the cutoff, positive, in ascending order.
    """
    n = len(excess)
    grid = 30 + int(np.sqrt(n))
    lower_quartile = excess[int(n / 4 + 0.5) - 1]
    theta = 1 / excess[-1] + (1 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))) / (3 * lower_quartile)
    shape = np.log1p(-theta[:, None] * excess).mean(axis=1)
    profile = n * (np.log(-theta / shape) - shape - 1)
    share = np.exp(profile - profile.max())
    best = float(np.sum(theta * share) / share.sum())
    k = float(np.log1p(-best * excess).mean())
    return (k * n + 0.5 * 10) / (n + 10), -k / best


def smooth_tail(log_weights: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights with the largest replaced by quantiles of the tail fitted to them.

    Parameters
    ----------
    log_weights : array, shape (draws,)
        Up to a constant; minus infinity for none.

    Returns
    -------
    log_weights : array, shape (draws,)
        The largest at most 0.
    k : float
        As in `Weights`.
    """
    logs = log_weights - log_weights.max()
    draws, order = len(logs), np.argsort(logs, kind="stable")
    size = min(int(np.ceil(min(0.2 * draws, 3 * np.sqrt(draws)))), int(np.isfinite(logs).sum()) - 1)
    cutoff = max(float(logs[order[-size - 1]]), float(np.log(_TINY)))
    tail = order[logs[order] > cutoff]
    if cutoff == 0 and size >= min(_LEAST_TAIL, draws - 1):
        return logs, -np.inf
    if len(tail) < _LEAST_TAIL:
        return logs, np.inf
    excess = np.exp(logs[tail]) - np.exp(cutoff)
    if excess[-1] - excess[0] <= 1e-12 * excess[-1]:
        return logs, -np.inf
    k, scale = fit_generalised_pareto(excess)
    rest = np.log1p(-(np.arange(1, len(tail) + 1) - 0.5) / len(tail))
    quantile = -scale * rest if k == 0 else scale * np.expm1(-k * rest) / k
    logs[tail] = np.minimum(np.log(quantile + np.exp(cutoff)), 0.0)
    return logs, k


def weigh(log_likelihood: np.ndarray, least_share: float = LEAST_SHARE) -> Weights:
    """Weights of draws from the prior, smoothed, and tempered where too few would count.

    Parameters
    ----------
    log_likelihood : array, shape (draws,)
        Minus infinity where a draw is impossible.
    least_share : float
        Share of the draws below which the effective number may not fall; 0 for no tempering.

    Raises
    ------
    QueryError
        If every draw is impossible, or a value is missing.
    """
    logs = _checked(log_likelihood)
    least = least_share * len(logs)
    weight, k = _normalised(logs, 1.0)
    full, power = _effective(weight), 1.0
    if full < least:
        power, high = 0.0, 1.0
        weight, k = _normalised(logs, 0.0)
        for _ in range(_HALVINGS):
            middle = (power + high) / 2
            tried, shape = _normalised(logs, middle)
            if _effective(tried) < least:
                high = middle
            else:
                power, weight, k = middle, tried, shape
    limit = min(1 - 1 / np.log10(len(logs)), 0.7) if len(logs) > 1 else 0.0
    found = (weight, float(k), float(limit), _effective(weight), power, full)
    return Weights(*found, status=_status(*found, possible=int(np.isfinite(logs).sum())))


def _checked(log_likelihood: np.ndarray) -> np.ndarray:
    logs = np.asarray(log_likelihood, float)
    if logs.ndim != 1 or not len(logs):
        raise QueryError(f"likelihood of shape {logs.shape}: no row of draws; expected one number a draw; give it so")
    bad = np.isnan(logs) | (logs == np.inf)
    if bad.any():
        raise QueryError(
            f"likelihood of draw {int(np.argmax(bad))}: {logs[bad][0]}; expected a number or minus infinity; "
            "check the event that it comes from"
        )
    if not np.isfinite(logs).any():
        raise QueryError(
            f"likelihood: none of {len(logs)} draws can explain the record; expected at least one; "
            "widen the judged ranges or raise the temperature"
        )
    return logs


def _normalised(logs: np.ndarray, power: float) -> tuple[np.ndarray, float]:
    """Weights of sum 1 at a power, and the shape of their tail."""
    raised = np.where(np.isfinite(logs), power * (np.where(np.isfinite(logs), logs, 0.0) - logs.max()), -np.inf)
    smoothed, k = smooth_tail(raised)
    weight = np.exp(smoothed)
    return weight / weight.sum(), k


def _effective(weight: np.ndarray) -> float:
    return float(1 / np.sum(weight**2))


def _status(
    weight: np.ndarray, k: float, limit: float, effective: float, power: float, full: float, possible: int
) -> str:
    draws = len(weight)
    if power == 1:
        told = f"the record has its full weight: {effective:.1f} of {draws} draws count"
    elif power > 0:
        told = (
            f"the record has {power:.2g} of its weight, since at full weight only {full:.1f} of {draws} draws would "
            f"count; {effective:.1f} do"
        )
    else:
        told = f"the record rules out all but {possible} of {draws} draws, which count alike"
    if np.isposinf(k):
        return f"{told}; too few to tell whether other draws would say the same"
    if k > limit:
        return f"{told}; the result rests on a few of them (Pareto k {k:.2f}, expected at most {limit:.2f})"
    return told


def sequential(log_likelihood: np.ndarray, least_share: float = LEAST_SHARE) -> tuple[Weights, ...]:
    """Weights after each event, each from all events up to it.

    Parameters
    ----------
    log_likelihood : array, shape (draws, events)
        In the order of the events.
    least_share : float
        As in `weigh`.
    """
    total = np.cumsum(np.asarray(log_likelihood, float), axis=1)
    return tuple(weigh(column, least_share) for column in total.T)


def resampled_rows(weight: np.ndarray, draws: int) -> np.ndarray:
    """Rows taken as often as they weigh, by systematic resampling from the middle of each part: rising, shape (draws,)."""
    total = np.cumsum(weight) / np.sum(weight)
    return np.minimum(np.searchsorted(total, (np.arange(draws) + 0.5) / draws, side="right"), len(weight) - 1)


# --- what was learnt ----------------------------------------------------------------------------------------


class _Order:
    """Draws of several numbers in order, so that distances between weighted distributions are sums."""

    def __init__(self, columns: np.ndarray) -> None:
        self.order = np.argsort(columns, axis=1, kind="stable")
        ordered = np.take_along_axis(columns, self.order, axis=1)
        # Among ties only the last tells the distribution function.
        self.last = np.concatenate([ordered[:, 1:] != ordered[:, :-1], np.ones((len(columns), 1), bool)], axis=1)

    def distance(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Largest distance between the distribution functions under two weightings, shape (numbers,)."""
        return np.abs(np.where(self.last, np.cumsum((one - other)[self.order], axis=1), 0.0)).max(axis=1)


def weighted_quantiles(values: np.ndarray, weight: np.ndarray, levels: Sequence[float] = QUANTILES) -> np.ndarray:
    """Quantiles of weighted draws, each draw standing at the middle of its step of the distribution function."""
    order = np.argsort(values, kind="stable")
    order = order[weight[order] > 0]
    share = weight[order] / weight[order].sum()
    return np.interp(levels, np.cumsum(share) - share / 2, values[order])


def learnt(
    draws: Mapping[str, np.ndarray], weights: Weights, seed: int = 0, permutations: int = PERMUTATIONS
) -> tuple[Learnt, ...]:
    """What the record taught of each number, that which moved most first.

    The level of chance is found by giving the weights to the draws at random: it is the distance that the farthest
    of all numbers stays below in 95 of 100 such cases, so that one false lesson is expected in twenty records, not in
    twenty numbers (Westfall and Young, Resampling-Based Multiple Testing, 1993).

    Parameters
    ----------
    draws : mapping
        Name → array, shape (draws,).
    weights : Weights
    seed, permutations : int
    """
    if not draws:
        return ()
    columns = np.array([np.asarray(values, float) for values in draws.values()])
    order, weight = _Order(columns), weights.weight
    even = np.full(len(weight), 1 / len(weight))
    distance = order.distance(weight, even)
    rng = np.random.default_rng(seed)
    largest = [order.distance(rng.permutation(weight), even).max() for _ in range(permutations)]
    by_chance = float(np.quantile(largest, LEVEL)) if largest else 1.0
    found = [
        _learnt_of(name, values, weight, even, float(d), by_chance)
        for name, values, d in zip(draws, columns, distance, strict=True)
    ]
    return tuple(sorted(found, key=lambda x: (-x.distance, x.name)))


def _learnt_of(
    name: str, values: np.ndarray, weight: np.ndarray, even: np.ndarray, distance: float, by_chance: float
) -> Learnt:
    before, after = (_three(weighted_quantiles(values, w)) for w in (even, weight))
    prior_mean, mean = float(values.mean()), float(weight @ values)
    prior_sd, sd = float(values.std()), float(np.sqrt(weight @ (values - mean) ** 2))
    if values.min() == values.max():
        prior_sd = sd = 0.0
    contraction = 1 - sd / prior_sd if prior_sd > 0 else 0.0
    return Learnt(name, before, after, prior_mean, prior_sd, mean, sd, contraction, distance, by_chance)


def _three(values: np.ndarray) -> tuple[float, float, float]:
    low, middle, high = (float(v) for v in values)
    return low, middle, high


def influence(draws: Mapping[str, np.ndarray], log_likelihood: np.ndarray, weights: Weights) -> np.ndarray:
    """How far each event moves the posterior: the largest distance over all numbers to that without it.

    Parameters
    ----------
    draws : mapping
        Name → array, shape (draws,).
    log_likelihood : array, shape (draws, events)
    weights : Weights
        Of all events; the others are raised to the same power.

    Returns
    -------
    array, shape (events,)
    """
    logs = np.asarray(log_likelihood, float)
    if not draws or not logs.shape[1]:
        return np.zeros(logs.shape[1])
    order = _Order(np.array([np.asarray(values, float) for values in draws.values()]))
    none = np.zeros((len(logs), 1))
    before = np.concatenate([none, np.cumsum(logs, axis=1)[:, :-1]], axis=1)
    later = np.concatenate([np.cumsum(logs[:, ::-1], axis=1)[:, ::-1][:, 1:], none], axis=1)
    without = (_normalised(column, weights.power)[0] for column in (before + later).T)
    return np.array([order.distance(weights.weight, other).max() for other in without])


def match_record(
    events: Sequence[RecordEvent],
    log_likelihood: np.ndarray,
    draws: Mapping[str, np.ndarray],
    seed: int = 0,
    least_share: float = LEAST_SHARE,
) -> Matched:
    """Weigh draws by a record and say what it taught.

    Parameters
    ----------
    events : sequence of RecordEvent
        In order of their days, at least one.
    log_likelihood : array, shape (draws, events)
        Logarithm of the chance of each event under each draw.
    draws : mapping
        Name → array, shape (draws,).
    seed : int
        Of the level of chance.
    least_share : float
        As in `weigh`.

    Raises
    ------
    QueryError
        If there is no event, the events are out of order, the shapes do not fit, or no draw can explain the record.
    """
    logs = np.asarray(log_likelihood, float)
    if not events:
        raise QueryError("record: no event; expected at least one; add answers to the pack or choose a later --as-of")
    if logs.ndim != 2 or logs.shape[1] != len(events) or any(len(v) != len(logs) for v in draws.values()):
        found = f"likelihood of shape {logs.shape} for {len(events)} events"
        raise QueryError(f"{found}: they do not fit; expected one row a draw and one column an event; give them so")
    if any(one.date > other.date for one, other in pairwise(events)):
        raise QueryError("record: events out of order; expected them by day; sort them with their columns")
    weights = weigh(logs.sum(axis=1), least_share)
    return Matched(
        tuple(events), logs, weights, learnt(draws, weights, seed), influence(draws, logs, weights),
        sequential(logs, least_share),
    )  # fmt: skip
