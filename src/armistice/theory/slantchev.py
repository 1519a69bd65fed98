"""Slantchev 2003: fighting and talking at once, until the war stops being informative.

Two players alternate offers over a flow of 1; a rejected offer is followed by a battle that player 1 wins with chance p,
and the state k counts its net victories, 0 to N, with total defeat at either end. One player may not know how strong
the other is: offers and refusals then tell it more than battles do, and the war ends when there is no more to learn.

References: B. L. Slantchev, "The Principle of Convergence in Wartime Negotiations", *American Political Science Review*
97 (2003) 621–632; "The Power to Hurt: Costly Conflict with Completely Informed States", *APSR* 97 (2003) 123–133.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from armistice.theory.screening import ENGINE, Pair, require


@dataclass(frozen=True)
class ConvergenceScreening:
    """Screening over three periods: the weak type settles at once, the moderate after one battle, the strong after two.

    Attributes
    ----------
    q_win, q_loss : float
        Belief of player 1 that player 2 is strong, once its first demand is rejected and the battle won or lost.
    x0, y_win, y_loss : float
        Share that player 1 demands at first, and the weak type leaves it; shares that the moderate type demands, and
        gets, after player 1 has won or lost the first battle.
    conditions : tuple of (str, float, float)
        What the equilibrium needs: the left number above the right one. If one fails, the expected battles are NaN.
    """

    q_win: float
    q_loss: float
    x0: float
    y_win: float
    y_loss: float
    conditions: tuple[tuple[str, float, float], ...]
    exists: bool
    expected_battles: float
    engine: str = ENGINE


def slantchev_complete(states: int, p: float, delta: float, flows: Pair) -> tuple[np.ndarray, ...]:
    """Alternating offers, a battle after each rejection, nobody uncertain: the stationary equilibrium without delay.

    :math:`x_k = 1 - (1-\\delta) b_2 - \\delta [p y_{k+1} + (1-p) y_{k-1}]` and its mirror for y,
    with x = 0, y = 1 at k = 0 and the reverse at N: one linear system (Slantchev 2003).

    Parameters
    ----------
    states, p, delta : int, float, float
        N (net battles won by player 1; at 0 it has lost the war); chance that it wins a battle; discount factor.
    flows : tuple of float
        Flow to player 1 and 2 while they fight (b); the stake flows at 1.

    Returns
    -------
    x, y, fight_1, fight_2 : array, shape (states + 1,)
        Share of player 1 when it proposes, of 2 when it proposes; fighting to the finish; all per period.

    Raises
    ------
    QueryError
        If a number is out of range.
    """
    require(
        "slantchev_complete", p=(p, 0, 1), b_1=(flows[0], 0, 1), b_2=(flows[1], 0, 1), b_1_plus_b_2=(sum(flows), 0, 1),
        delta=(delta, 1e-9, 1 - 1e-9), states=(states, 2, 10_000),
    )  # fmt: skip
    one, inner = np.eye(states + 1), np.arange(1, states)
    step = np.zeros_like(one)
    step[inner, inner + 1], step[inner, inner - 1] = delta * p, delta * (1 - p)
    rest_1, rest_2 = (np.full(states - 1, (1 - delta) * flow) for flow in flows)
    right = np.r_[0, 1 - rest_2, 1, 1, 1 - rest_1, 0]
    x, y = np.split(np.linalg.solve(np.block([[one, step], [step, one]]), right), 2)
    fights = np.linalg.solve(one - step, np.stack([np.r_[0, rest_1, 1], np.r_[1, rest_2, 0]], axis=1))
    return x, y, fights[:, 0], fights[:, 1]


def slantchev_screening(
    states: int, start: int, p: tuple[float, float, float], q: tuple[float, float, float], delta: float, flows: Pair
) -> ConvergenceScreening:
    """One-sided private information under alternating offers: the screening equilibrium, and whether it is one.

    Slantchev (2003), Proposition 2: by the first three conditions the strong type does not settle with the moderate,
    and player 1 would rather leave out the strong type than content all. The last two, derived here, compare what the
    first demand earns player 1 with contenting weak and moderate, and with contenting all.

    Parameters
    ----------
    states, delta, flows
        As in `slantchev_complete`.
    start : int
        State at the start, at least 2 from either end.
    p, q : tuple of float
        For the weak, moderate and strong type of player 2: probability that player 1 wins a battle, falling, and prior.

    Raises
    ------
    QueryError
        If a number is out of range.
    """
    (p_weak, p_moderate, p_strong), (q_weak, q_moderate, q_strong) = p, q
    ordered = abs(sum(q) - 1) < 1e-9 and min(q) > 0 and 1 >= p_weak > p_moderate > p_strong >= 0
    wanted = "expected p to fall and q, above 0, to sum to 1; list weak, moderate, strong"
    require("slantchev_screening", *([] if ordered else [f"p, q: {p}, {q}; {wanted}"]), start=(start, 2, states - 2))
    x, y, _, _ = slantchev_complete(states, p_strong, delta, flows)
    up, down, (b_1, b_2) = start + 1, start - 1, flows
    q_win = q_strong * p_strong / (q_strong * p_strong + q_moderate * p_moderate)
    q_loss = q_strong * (1 - p_strong) / (q_strong * (1 - p_strong) + q_moderate * (1 - p_moderate))

    def fought(flow: float, p_win: float, won: float, lost: float) -> float:
        return float((1 - delta) * flow + delta * (p_win * won + (1 - p_win) * lost))

    y_win = 1 - fought(b_1, q_win * p_strong + (1 - q_win) * p_moderate, x[up + 1], x[up - 1])
    y_loss = 1 - fought(b_1, q_loss * p_strong + (1 - q_loss) * p_moderate, x[down + 1], x[down - 1])
    x0 = 1 - fought(b_2, p_weak, y_win, y_loss)
    twice = fought(b_1, p_strong, *(fought(b_1, p_strong, x[k + 1], x[k - 1]) for k in (up, down)))
    earned = q_weak * x0 + q_moderate * fought(b_1, p_moderate, 1 - y_win, 1 - y_loss) + q_strong * twice
    to_two, to_all = (1 - fought(b_2, chance, y[up], y[down]) for chance in (p_moderate, p_strong))
    two = (1 - q_strong) * to_two + q_strong * fought(b_1, p_strong, 1 - y[up], 1 - y[down])
    apart, lost = p_moderate - p_strong, (1 - delta) * (1 - b_1 - b_2) / delta
    after_win, after_loss = (1 - q_win) * (x[up + 1] - x[start]), (1 - q_loss) * (x[start] - x[down - 1])
    all_in = q_strong * lost / ((1 - q_strong) * (y[down] - y[up]))
    conditions = (
        ("strong type fights on after a victory of player 1", apart, float(lost / after_win)),
        ("strong type fights on after a defeat of player 1", apart, float(lost / after_loss)),
        ("leaving out the strong type beats contenting all", apart, float(all_in)),
        ("the first demand beats contenting weak and moderate", earned, two),
        ("the first demand beats contenting all", earned, to_all),
    )
    exists = all(left > right for _, left, right in conditions)
    battles = q_moderate + 2 * q_strong if exists else math.nan
    return ConvergenceScreening(q_win, q_loss, x0, y_win, y_loss, conditions, exists, battles)
