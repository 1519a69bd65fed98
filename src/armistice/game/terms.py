"""What a solution says at a state: the gap, the lines each side would accept, the terms they would settle on.

The gap is the smallest outside payment with which some term suits both today, with what the sides can pay each other
counted in:

.. math:: \\min_τ \\max(0,\\; a + b,\\; a - \\bar m,\\; b - \\bar m), \\qquad a = R_A - U_A(τ),\\; b = R_B - U_B(τ).

It is 0 exactly where a deal is open. Whether it is signed this month is another matter, where talks take time.
"""

from __future__ import annotations

import itertools

import numpy as np

from armistice.core.endings import BargainingRange, Equilibrium, Outlook
from armistice.game.form import WarGame
from armistice.game.kernel import ACCEPT
from armistice.game.outlook import EDGES
from armistice.game.solve import ENGINE, Solution


def need_of(reserve: np.ndarray, worth: np.ndarray, cap: np.ndarray) -> np.ndarray:
    """Smallest outside payment with which some term suits both; negative where there is that much to share.

    Parameters
    ----------
    reserve : array, shape (draws, states, 2)
    worth : array, shape (draws, states, 2, terms)
    cap : array, shape (draws, terms)

    Returns
    -------
    array, shape (draws, states)
        The gap without its floor at 0; lots are not looked at.
    """
    need = reserve[..., None] - worth
    a, b, most = need[:, :, 0], need[:, :, 1], cap[:, None]
    return np.maximum.reduce([a + b, a - most, b - most]).min(-1)


def gap_of(found: Solution) -> np.ndarray:
    """The gap at each state asked for, shape (draws, states), in shares of the stake."""
    need = found.asked.reserve[..., None] - found.asked.worth
    a, b = need[:, :, 0], need[:, :, 1]
    cap = found.draws.cap[:, None]
    gaps = [np.maximum(need_of(found.asked.reserve, found.asked.worth, found.draws.cap), 0.0)]
    for lo, hi in found.shape.pairs:
        least = np.broadcast_to(np.minimum(cap[..., lo], cap[..., hi]), a.shape[:2])
        paid = np.where(np.isfinite(least), least, 0.0)
        ends = [
            np.stack([
                a[..., n] + b[..., n], np.zeros(a.shape[:2]),
                *(np.where(np.isposinf(least), 0.0, side[..., n] - paid) for side in (a, b)),
            ])
            for n in (lo, hi)
        ]  # fmt: skip
        gaps.append(np.where(np.isneginf(least), np.inf, _least_of_lots(*ends)))
    return np.min(gaps, axis=0)


def _least_of_lots(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Least, over the odds of a lot, of the largest of some lines between `low` and `high`, [lines, ...]."""
    odds = [np.zeros(low.shape[1:]), np.ones(low.shape[1:])]
    with np.errstate(divide="ignore", invalid="ignore"):
        for m, n in itertools.combinations(range(len(low)), 2):
            crossing = (low[n] - low[m]) / ((high[m] - low[m]) - (high[n] - low[n]))
            odds.append(np.clip(np.nan_to_num(crossing, nan=0.0, posinf=0.0, neginf=0.0), 0, 1))
    q = np.stack(odds)
    return (low[:, None] + q * (high - low)[:, None]).max(0).min(0)


def total_gap(found: Solution) -> np.ndarray:
    """The gap if payments were free: what fighting on is worth to both, less the best term; may be negative."""
    joint = found.asked.worth.sum(2) + np.where(np.isneginf(found.draws.cap), -np.inf, 0.0)[:, None]
    return found.asked.reserve.sum(-1) - joint.max(-1)


def acceptable_lines(found: Solution) -> tuple[np.ndarray, np.ndarray]:
    """Least line that A would accept and furthest that B would, payments included; (draws, states), NaN for none."""
    line = found.layout.at[found.layout.landing].sum(1).astype(float)
    cap = np.where(found.layout.final, -np.inf, found.draws.cap)[:, None, None]
    takes = found.asked.worth + cap >= found.asked.reserve[..., None] - ACCEPT
    least = np.where(takes[:, :, 0], line, np.inf).min(-1)
    most = np.where(takes[:, :, 1], line, -np.inf).max(-1)
    return np.where(np.isfinite(least), least, np.nan), np.where(np.isfinite(most), most, np.nan)


def settlements(found: Solution) -> tuple[np.ndarray, np.ndarray]:
    """Share of A (land and payment) and line of the deal, expected over who proposes; NaN where none is open."""
    chosen, layout = found.asked.chosen, found.layout
    line = layout.at[layout.landing].sum(1).astype(float)
    draw = np.arange(len(found.games))[:, None]
    regime = [state.regime for state in found.states]
    chance = found.draws.proposer[:, regime]
    shares, lines = [], []
    for side, sign in ((0, 1.0), (1, -1.0)):
        term, other, odds = chosen.term[:, side], chosen.other[:, side], chosen.odds[:, side]
        worth = found.draws.share[:, 0]
        land = (1 - odds) * worth[draw, term] + odds * worth[draw, other]
        shares.append(land - sign * chosen.payment[:, side])
        lines.append((1 - odds) * line[term] + odds * line[other])
    opens = found.asked.opens > 0.5
    share, at = (np.where(opens, chance * a + (1 - chance) * b, np.nan) for a, b in (shares, lines))
    return share, at


def regret_of(found: Solution) -> np.ndarray:
    """Most that anyone could gain at each state asked for by one move of their own, (draws, states).

    By definition, not by the solver's formula: every term with every payment of a fine grid is put to the other side,
    who accepts if it is worth more than fighting on; and whoever answers is given the choice again. A deal that is not
    signed this month gains nobody anything, so that all of it counts by the chance that it is.
    """
    asked, cap = found.asked, found.draws.cap[:, None, :, None]
    opens = asked.opens > 0.5
    most = np.where(np.isfinite(cap), np.maximum(cap, 0.0), 2.0)
    worst = np.zeros(opens.shape)
    for i in (0, 1):
        mine, theirs = asked.worth[:, :, i, :, None], asked.worth[:, :, 1 - i, :, None]
        reserve, own = asked.reserve[:, :, 1 - i, None, None], asked.reserve[:, :, i]
        exact = np.clip(reserve - theirs, -most, most)
        even = np.broadcast_to(most * np.linspace(-1, 1, 81), (*exact.shape[:3], 81))
        payment = np.concatenate([even, exact], -1)
        accepted = (theirs + payment >= reserve - ACCEPT) & ~np.isneginf(cap)
        best = np.where(accepted, mine - payment, -np.inf).max((2, 3))
        had = np.where(opens, asked.best[:, :, i], own)
        short = np.where(opens, asked.reserve[:, :, 1 - i] - asked.answer[:, :, 1 - i], 0.0)
        worst = np.maximum.reduce([worst, np.maximum(best, own) - had, short])
    return worst * found.draws.talks[:, None]


def equilibrium_of(found: Solution, state: int = 0) -> Equilibrium:
    """The solution at one of the states asked for, as a record."""
    share, line = settlements(found)
    least, most = acceptable_lines(found)
    asked = found.asked
    return Equilibrium(
        ENGINE, found.status, found.converged, asked.reserve[:, state, 0], asked.reserve[:, state, 1],
        asked.value[:, state, 0], asked.value[:, state, 1], asked.opens[:, state] > 0.5, gap_of(found)[:, state],
        share[:, state], line[:, state], least[:, state], most[:, state], regret_of(found)[:, state],
    )  # fmt: skip


def range_of(found: Solution, along: str, at: np.ndarray, first: int) -> BargainingRange:
    """The states asked for from `first` on as a row, one for each of `at`."""
    row = slice(first, first + len(at))
    held = np.array([float(_held(found.games[0], state.steps)) for state in found.states[row]])
    least, most = acceptable_lines(found)
    asked = found.asked
    return BargainingRange(
        along, at, held, asked.reserve[:, row, 0], asked.reserve[:, row, 1], asked.opens[:, row] > 0.5,
        gap_of(found)[:, row], least[:, row], most[:, row],
    )  # fmt: skip


def _held(game: WarGame, steps: tuple[int, ...]) -> float:
    return sum(sum(front.value_a[:n]) for front, n in zip(game.axes, steps, strict=True))


def outlook_of(found: Solution, months: int | None = None) -> Outlook:
    """What lies ahead of the start, month by month, as a record.

    Parameters
    ----------
    months : int, optional
        Last month; the last that was looked at by default, and never beyond it (nor beyond the last but one before
        the horizon).
    """
    ahead, start = found.ahead, found.states[0].month
    last = min(found.months, found.shape.horizon - 1 - start)
    stop = start + 1 + (last if months is None else min(months, last))
    row = slice(start, stop)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(ahead.settled > 1e-15, ahead.share / ahead.settled, np.nan)
    return Outlook(
        np.arange(stop - start), ahead.settled[:, row], ahead.victory[:, row, 0], ahead.victory[:, row, 1],
        ahead.ongoing[:, row], share[:, row], ahead.lines[:, row], EDGES, ahead.shares[:, row],
        ahead.ongoing[:, start:].sum(1),
    )  # fmt: skip


def p_settled_within(found: Solution, months: int) -> np.ndarray:
    """Chance of a settlement within some months of the start (or by the horizon), shape (draws,)."""
    outlook = outlook_of(found, months)
    return outlook.p_settlement[:, -1]
