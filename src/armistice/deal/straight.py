"""Amendments as straight lines: sums over moves that stand in for the value of a draft, or bound it.

In a draw side A accepts where V - d, divided by the share a of the future in peace, is not below 0:

.. math:: u - d + q\\,\\kappa s \\ge 0, \\qquad q = (1 - a) / a,

and side B where u - d - q κ s is not. Gains u and the shift s of power add up over moves; the odds q that peace fails do not, nor
does what bundles add: for the product of the shares of their goods stands the mean, which is never below it. With the odds held at
those of one set all is a straight line, which serves to rank sets. With bounds of q, the chord over the range of s is a straight
line that is never below the truth: what it rules out is ruled out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armistice.deal.appraise import Stakes
from armistice.deal.durability import renewal_hazard, share_in_peace
from armistice.deal.wordings import Room, surpluses

_WEIGHTS = np.linspace(0, 1, 21)
_ROUNDS = 3
_ROUNDING = 1e-12
"""Bounds are drawn so much wider, so that rounding takes no set away."""


@dataclass(frozen=True)
class Lines:
    """Sums over moves that are never below what decides acceptance.

    Attributes
    ----------
    start : ndarray, shape (2, draws)
        Of the draft as it is.
    each : ndarray, shape (moves, 2, draws)
    """

    start: np.ndarray
    each: np.ndarray


def failing_odds(room: Room, stakes: Stakes, moves: tuple[int, ...]) -> np.ndarray:
    """Odds q of the discounted future in which peace has failed to that in which it holds: array of shape (draws,)."""
    rows = list(moves)
    shift = room.shift + room.more_shift[rows].sum(0)
    utility = surpluses(room, stakes, [moves])[:, 0] + stakes.fights
    return _odds(room, stakes, room.factors + room.more_factors[rows].sum(0), stakes.lean(utility), shift)


def _odds(room: Room, stakes: Stakes, factors: np.ndarray, lean: np.ndarray, shift: np.ndarray) -> np.ndarray:
    hazard = renewal_hazard(factors, lean, room.imposed, shift, stakes.numbers)
    return 1 / np.maximum(share_in_peace(hazard, stakes.numbers["shape"], stakes.discount), 1e-9) - 1


def as_sums(room: Room, stakes: Stakes) -> tuple[np.ndarray, np.ndarray]:
    """Surplus of the draft and gains of moves, which add up to no less than the surplus of a set, and without bundles to just that.

    Returns
    -------
    start : ndarray, shape (2, draws)
    each : ndarray, shape (moves, 2, draws)
    """
    bundles = stakes.bundles
    start = room.surplus - bundles.utility(room.met) + bundles.as_sum(room.met)
    return start, room.gains + np.moveaxis(bundles.as_sum(np.moveaxis(room.more_met, 0, 1)), 1, 0)


def straight(room: Room, stakes: Stakes, odds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Surpluses over the share of the future in peace, the odds held.

    Parameters
    ----------
    room : Room
    stakes : Stakes
    odds : ndarray, shape (draws,)

    Returns
    -------
    start : ndarray, shape (2, draws)
    each : ndarray, shape (moves, 2, draws)
    """
    sign = np.array([[1.0], [-1.0]]) * stakes.decided * odds
    start, each = as_sums(room, stakes)
    return start + sign * room.shift, each + sign * room.more_shift[:, None]


def bounding_lines(room: Room, stakes: Stakes) -> Lines:
    """Lines that no set of moves passes above, in any draw in which both sides accept it.

    The odds lie between those of the least and the greatest hazard that any set brings. In a draw in which both accept, each
    gains at least -t with t = max q κ |s|, so that the terms lean by at most half the largest joint gain, and t.
    """
    low, high = _reach(room, room.shift, room.more_shift)
    strongest = np.maximum(np.abs(low), np.abs(high))
    safest, riskiest = _reach(room, room.factors, room.more_factors)
    zero = np.zeros(stakes.draws)
    least = _odds(room, stakes, safest, zero, zero)
    start, each = as_sums(room, stakes)
    plain = room.surplus - stakes.bundles.utility(room.met)
    apart = _reach(room, plain[0] - plain[1], room.gains[:, 0] - room.gains[:, 1])
    all_of_it = stakes.bundles.utility(np.ones_like(room.met))
    joint = _reach(room, start.sum(0), each.sum(1))[1]
    lean = np.abs([apart[0] - all_of_it[1], apart[1] + all_of_it[0]]).max(0) / 2
    for _ in range(_ROUNDS):
        most = _odds(room, stakes, riskiest, lean, strongest)
        lean = np.minimum(lean, np.maximum(joint, 0) / 2 + most * stakes.decided.max(0) * strongest)
    start, each = start.copy(), each.copy()
    for side, sign in enumerate((1.0, -1.0)):
        ends = [stakes.decided[side] * np.maximum(most * sign * s, least * sign * s) for s in (low, high)]
        width = high - low
        slope = np.where(width > 0, (ends[1] - ends[0]) / np.where(width > 0, width, 1.0), 0.0)
        start[side] += ends[0] + slope * (room.shift - low) + _ROUNDING
        each[:, side] += slope * room.more_shift
    return Lines(start, each)


def _reach(room: Room, start: np.ndarray, each: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least and largest value of a sum over any set of moves, by draw."""
    low, high = start.copy(), start.copy()
    for k in np.unique(room.issue):
        low += np.minimum(each[room.issue == k].min(0), 0)
        high += np.maximum(each[room.issue == k].max(0), 0)
    return low, high


def least_changes(room: Room, lines: Lines) -> np.ndarray:
    """Changes without which both sides cannot accept, draw by draw, each draw with moves of its own: shape (draws,).

    Infinite where no set of moves is acceptable to both: then some weighing of the two sides has no gain to offer.
    """
    issues = [np.flatnonzero(room.issue == k) for k in np.unique(room.issue)]
    found = np.full(lines.start.shape[-1], float(len(room.must)))
    for weight in _WEIGHTS:
        weights = np.array([[weight], [1 - weight]])
        best = np.stack([(weights * lines.each[rows]).sum(1).max(0) for rows in issues])
        forced = np.isin(np.unique(room.issue), room.bound)
        start = (weights * lines.start).sum(0) + best[forced].sum(0)
        free = -np.sort(-np.maximum(best[~forced], 0), axis=0)
        reached = np.vstack([start, start + np.cumsum(free, axis=0)]) >= 0
        found = np.maximum(found, np.where(reached.any(0), reached.argmax(0) + forced.sum(), np.inf))
    return found
