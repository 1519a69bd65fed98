"""Bargaining solutions on plain arrays: which of several outcomes, or which lottery over them, two sides should choose.

Utilities are an array [..., n, 2] of n outcomes for the sides A and B, disagreement is an array [..., 2]; leading axes
broadcast. With gains :math:`g_A = u_A - d_A` and :math:`g_B = u_B - d_B` and the weight w of side A, the Nash solution
maximises :math:`g_A^w g_B^{1-w}`; the egalitarian solution gives gains in the ratio w : 1 - w; the Kalai–Smorodinsky
solution does so with gains in shares of the largest that each side could have. Where no outcome has exactly that ratio,
the last two take what is best for the side that falls short of it, and then for the other.

References: J. F. Nash, "The Bargaining Problem", *Econometrica* 18 (1950) 155–162; E. Kalai and M. Smorodinsky, "Other
Solutions to Nash's Bargaining Problem", *Econometrica* 43 (1975) 513–518; E. Kalai, "Proportional Solutions to
Bargaining Situations", *Econometrica* 45 (1977) 1623–1630.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Array = Any
"""A number or an array of numbers."""
Solution = Literal["nash", "kalai_smorodinsky", "egalitarian"]
SOLUTIONS: tuple[Solution, ...] = ("nash", "kalai_smorodinsky", "egalitarian")
"""The solutions by name."""
ALIKE = 1e-12
"""Outcomes whose worth differs by less than this share of the best tie, so that rounding breaks no tie."""


@dataclass(frozen=True)
class Choice:
    """One outcome chosen, for each problem of the leading axes.

    Attributes
    ----------
    index : ndarray of int, [...]
        Of the outcome, counted from 0; -1 where no outcome is at least as good for both sides as disagreement.
    utilities : ndarray, [..., 2]
        Of the outcome; of disagreement where there is none.
    ties : ndarray of int, [...]
        Outcomes that do as well, this one included; 0 where there is none. Dominated outcomes do not count.
    """

    index: Array
    utilities: Array
    ties: Array


@dataclass(frozen=True)
class Lottery:
    """Two outcomes and the chance of the second, for each problem of the leading axes.

    Attributes
    ----------
    first, second : ndarray of int, [...]
        The outcomes, counted from 0; -1 where no lottery is at least as good for both sides as disagreement.
    chance : ndarray, [...]
        Of the second.
    utilities : ndarray, [..., 2]
        Expected; of disagreement where there is no lottery.
    """

    first: Array
    second: Array
    chance: Array
    utilities: Array


def pareto(utilities: Array, eligible: Array = True) -> Array:
    """Outcomes that no other one dominates: none is as good for both sides and better for one.

    Parameters
    ----------
    utilities : array, [..., n, 2]
    eligible : array of bool, [..., n]
        The others are left out: they neither stand nor dominate.

    Returns
    -------
    ndarray of bool, [..., n]
        Outcomes that are alike to the last digit stand together.
    """
    u = np.asarray(utilities, float)
    allowed = np.broadcast_to(eligible, u.shape[:-1])
    a, b = (np.where(allowed, u[..., side], -np.inf) for side in (0, 1))
    order = np.lexsort((-b, -a), axis=-1)
    a, b = np.take_along_axis(a, order, -1), np.take_along_axis(b, order, -1)
    best = np.maximum.accumulate(b, axis=-1)
    before = np.concatenate([np.full((*b.shape[:-1], 1), -np.inf), best[..., :-1]], axis=-1)
    repeated = np.zeros(a.shape, bool)
    repeated[..., 1:] = (a[..., 1:] == a[..., :-1]) & (b[..., 1:] == b[..., :-1])
    # A repetition stands where the first of its kind does: as good as the best so far, and that first one set it.
    place = np.maximum.accumulate(np.where(repeated, 0, np.arange(a.shape[-1])), axis=-1)
    stands = np.take_along_axis(b > before, place, -1)
    out = np.empty(a.shape, bool)
    np.put_along_axis(out, order, stands, -1)
    return out & allowed


def choose(solution: Solution, utilities: Array, disagreement: Array, weight: Array = 0.5) -> Choice:
    """The outcome that a solution picks from a list, without lotteries.

    Parameters
    ----------
    solution : {"nash", "kalai_smorodinsky", "egalitarian"}
    utilities : array, [..., n, 2]
    disagreement : array, [..., 2]
    weight : array, [...]
        Of side A, above 0 and below 1.

    Returns
    -------
    Choice
        The first of those that tie.
    """
    u, d, w = _aligned(utilities, disagreement, weight)
    gains = _gains(u, d)
    rational = (gains >= 0).all(-1)
    some = rational.any(-1)
    tied = pareto(u, _best(solution, gains, rational, w))
    index = np.where(some, tied.argmax(-1), -1)
    picked = np.take_along_axis(u, np.maximum(index, 0)[..., None, None], -2)[..., 0, :]
    return Choice(index, np.where(some[..., None], picked, d), tied.sum(-1))


def draw(
    solution: Solution, utilities: Array, disagreement: Array, weight: Array = 0.5, chain: bool = False
) -> Lottery:
    """What a solution picks where lots may be drawn between outcomes.

    The solution lies on the edge of the convex hull, so that the best point of all segments between two outcomes is
    the answer; memory grows with the square of n.

    Parameters
    ----------
    solution, utilities, disagreement, weight
        As in `choose`.
    chain : bool
        Whether the outcomes are the corners of a concave frontier in order, so that segments between neighbours do.

    Returns
    -------
    Lottery
        Of side A's and side B's expected utilities.
    """
    u, d, w = _aligned(utilities, disagreement, weight)
    n = u.shape[-2]
    one, two = _pairs(n, chain)
    gains = _gains(u, d)
    start, step = gains[..., one, :], gains[..., two, :] - gains[..., one, :]
    low, high, exists = _rational_stretch(start, step)
    ends = [np.where(exists[..., None], start + step * at[..., None], 0.0) for at in (low, high)]
    scale = _above_zero(np.maximum(*ends).max(-2))
    inner = np.clip(_best_on_segment(solution, start, step, scale[..., None, :], w[..., None]), low, high)
    held = np.maximum(np.where(exists[..., None], start + step * inner[..., None], 0.0), 0.0)
    some, place = exists.any(-1), pareto(held, _best(solution, held, exists, w, scale)).argmax(-1)
    chance = np.take_along_axis(inner, place[..., None], -1)[..., 0]
    first, second = one[place], two[place]
    at_first, at_second = (np.take_along_axis(u, k[..., None, None], -2)[..., 0, :] for k in (first, second))
    mixed = at_first + (at_second - at_first) * chance[..., None]
    return Lottery(
        np.where(some, first, -1), np.where(some, second, -1),
        np.where(some, chance, 0.0), np.where(some[..., None], mixed, d),
    )  # fmt: skip


def _aligned(utilities: Array, disagreement: Array, weight: Array) -> tuple[Array, Array, Array]:
    u, d, w = (np.asarray(v, float) for v in (utilities, disagreement, weight))
    shape = np.broadcast_shapes(u.shape[:-2], d.shape[:-1], w.shape)
    return np.broadcast_to(u, (*shape, *u.shape[-2:])), np.broadcast_to(d, (*shape, 2)), np.broadcast_to(w, shape)


def _above_zero(scale: Array) -> Array:
    return np.where(scale > 0, scale, 1.0)


def _gains(utilities: Array, disagreement: Array) -> Array:
    """Gains over disagreement; one within rounding of nothing is nothing, for at indifference a side agrees."""
    d = disagreement[..., None, :]
    gains = utilities - d
    return np.where(np.abs(gains) <= ALIKE * np.maximum(np.abs(utilities), np.abs(d)), 0.0, gains)


def _best(solution: Solution, gains: Array, rational: Array, w: Array, scale: Array | None = None) -> Array:
    """Which outcomes are best by a solution; `scale` is the largest gain of each side, of these outcomes by default."""
    held, w = np.where(rational[..., None], gains, 0.0), w[..., None]
    if scale is None:
        scale = _above_zero(held.max(-2))
    # In shares of the largest gains, so that products do not vanish.
    unit = scale.max(-1, keepdims=True) if solution == "egalitarian" else scale
    a, b = np.moveaxis(held / unit[..., None, :], -1, 0)
    if solution == "nash":
        return _largest(a**w * b ** (1 - w), rational)
    short, other = np.minimum(a * (1 - w), b * w), np.maximum(a * (1 - w), b * w)
    return _largest(other, _largest(short, rational))


def _largest(worth: Array, among: Array) -> Array:
    held = np.where(among, worth, -1.0)
    best = held.max(-1, keepdims=True)
    return among & (held >= best - ALIKE * np.maximum(best, 0.0))


def _pairs(n: int, chain: bool) -> tuple[Array, Array]:
    if n == 1:
        return np.array([0]), np.array([0])
    return (np.arange(n - 1), np.arange(1, n)) if chain else np.triu_indices(n, 1)


def _rational_stretch(start: Array, step: Array) -> tuple[Array, Array, Array]:
    """From where to where on each segment both gains are at least 0, and whether there is such a stretch."""
    still = step == 0
    with np.errstate(over="ignore"):
        crossing = -start / np.where(still, 1.0, step)
    low = np.where(step > 0, crossing, 0.0).max(-1)
    high = np.where(step < 0, crossing, 1.0).min(-1)
    low, high = np.maximum(low, 0.0), np.minimum(high, 1.0)
    exists = (low <= high + ALIKE) & ~(still & (start < 0)).any(-1)
    return np.where(exists, low, 0.0), np.where(exists, np.maximum(low, high), 0.0), exists


def _best_on_segment(solution: Solution, start: Array, step: Array, scale: Array, w: Array) -> Array:
    """Place of the best point on each segment, before it is cut to the stretch that both sides accept."""
    (a0, b0), (a1, b1) = np.moveaxis(start / scale, -1, 0), np.moveaxis(step / scale, -1, 0)
    if solution == "nash":
        top, bottom = -(w * a1 * b0 + (1 - w) * b1 * a0), a1 * b1
        opposed = bottom < 0
    else:
        if solution == "egalitarian":
            (a0, b0), (a1, b1) = np.moveaxis(start, -1, 0), np.moveaxis(step, -1, 0)
        top, bottom = b0 * w - a0 * (1 - w), a1 * (1 - w) - b1 * w
        opposed = a1 * b1 < 0
    with np.errstate(over="ignore"):
        crossing = top / np.where(opposed, bottom, 1.0)
    # Where both sides like the same end better, that end is best, whatever the solution.
    return np.where(opposed, crossing, np.where(a1 + b1 > 0, 1.0, 0.0))
