"""Smith and Stam 2004: two sides that disagree about who is the stronger fight until battles have taught them enough.

N forts lie in a row and side A holds x of them; a battle moves the line by one, and who holds all has won a prize of 1.
Side i believes that A wins a battle with a chance drawn from Beta(a_i, b_i), both beliefs are known to both, and after
w victories and l defeats of A the mean is :math:`\\pi_i = (a_i + w) / (a_i + b_i + w + l)`. After n battles

.. math:: R_A(x, n) = -k_A + \\pi_A V_A(x+1, n+1) + (1-\\pi_A) V_A(x-1, n+1), \\quad S = 1 - R_A - R_B,

with :math:`V_A = R_A + \\lambda \\max(S, 0)` and :math:`V_B = R_B + (1-\\lambda) \\max(S, 0)`: they settle where the
surplus S is not negative. Backward induction starts so late that hardly any war lasts as long. A fight to the finish at
known p is the gambler's ruin; under a belief it is averaged by Gauss–Jacobi quadrature.

References: A. Smith and A. C. Stam, "Bargaining and the Nature of War", *Journal of Conflict Resolution* 48 (2004)
783–813; A. Smith, "Fighting Battles, Winning Wars", *JCR* 42 (1998) 301–320.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from armistice.core.model import DERIVED, MEMORY, Input, Model, Output, Rule

REFERENCE = (
    'A. Smith and A. C. Stam, "Bargaining and the Nature of War", Journal of Conflict Resolution 48 (2004) 783–813'
)
Array = np.ndarray
Pair = tuple[float, float]

_SETTLED = 1e-12
"""A surplus above minus this counts as none lost: at indifference they settle, whatever the rounding."""


def reservations(
    n: int, start: int, a_A: float, b_A: float, a_B: float, b_B: float, k: float, lambda_: float,
    k_b: float | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Whether two sides with different beliefs settle before the first battle, and what fighting on is worth to each.

    Players: side A, which holds `start` of n forts, and side B; both neutral to risk and patient.
    Timing: A proposes with chance λ, otherwise B; after a rejection a battle moves the line by one fort.
    Information: complete but for the chance of victory in a battle, on which the sides agree to disagree.
    Payoffs: shares of a prize of 1, less k to A and k_b to B for each battle.
    Equilibrium: they settle where the surplus 1 - R_A - R_B is not negative; the proposer takes it.
    Comparative statics: sides of one belief settle at once; war needs beliefs that differ enough for their costs.
        Swapping the sides swaps the answers.
    Cannot say: why beliefs differ, or what a side would hide; shares are not kept within [0, 1] where costs are large.
    """
    cost = (k, k if k_b is None else k_b)
    priors = ((a_A, b_A), (a_B, b_B))
    reserve_a, reserve_b = (side[0, start] for side in _backward(n, start, priors, cost, lambda_, 0))
    surplus = 1 - reserve_a - reserve_b
    shared = max(surplus, 0.0)
    (victory_a, battles_a), (victory_b, battles_b) = (_to_the_finish(n, start, prior) for prior in priors)
    return {
        "reservation_a": reserve_a, "reservation_b": reserve_b, "settles": bool(surplus >= -_SETTLED),
        "surplus": surplus, "value_a": reserve_a + lambda_ * shared, "value_b": reserve_b + (1 - lambda_) * shared,
        "fight_a": victory_a - cost[0] * battles_a, "fight_b": 1 - victory_b - cost[1] * battles_b,
        "p_victory_prior_mean": victory_a, "p_victory_prior_mean_b": victory_b,
        "expected_battles": battles_a, "expected_battles_b": battles_b,
    }  # fmt: skip


def duration(
    n: int, start: int, a_A: float, b_A: float, a_B: float, b_B: float, k: float, lambda_: float, p: float,
    battles: int, k_b: float | None = None,
) -> dict[str, Any]:  # fmt: skip
    """How long two sides with different beliefs fight when A in truth wins a battle with chance p, and how it ends.

    Players: side A, which holds `start` of n forts, and side B; both neutral to risk and patient.
    Timing: A proposes with chance λ, otherwise B; after a rejection a battle moves the line by one fort. The war is
        followed for so many battles.
    Information: both see the battles; each has its belief about the chance p of victory in one, and neither knows p.
    Payoffs: shares of a prize of 1, less k to A and k_b to B for each battle.
    Equilibrium: they settle at the first line at which the surplus 1 - R_A - R_B is not negative; until then battles
        move the line with chance p.
    Comparative statics: the chance of a settlement rises with the battles; in the worked example it comes earlier where
        costs are higher or priors weaker, and first near the ends of the line.
    Cannot say: anything of wars in which p moves; the true p is the reader's assumption.
    """
    cost = (k, k if k_b is None else k_b)
    reserve_a, reserve_b = _backward(n, start, ((a_A, b_A), (a_B, b_B)), cost, lambda_, battles)
    surplus = 1 - reserve_a - reserve_b
    reached = np.zeros((battles + 1, n + 1), dtype=bool)
    chance = np.zeros(n + 1)
    reached[0, start], chance[start] = True, 1.0
    for m in range(battles):
        reached[m + 1, 1:] |= reached[m, :-1] & (np.arange(n) > 0)
        reached[m + 1, :-1] |= reached[m, 1:] & (np.arange(1, n + 1) < n)
    inside = (np.arange(n + 1) > 0) & (np.arange(n + 1) < n)
    settles = reached & inside & (surplus >= -_SETTLED)
    settled, p_settle_by, fought = 0.0, np.empty(battles + 1), 0.0
    for m in range(battles + 1):
        settled += chance[settles[m]].sum()
        chance[settles[m]] = 0.0
        p_settle_by[m] = settled
        if m < battles:
            fighting = np.where(inside, chance, 0.0)
            fought += fighting.sum()
            chance = chance - fighting
            chance[1:] += p * fighting[:-1]
            chance[:-1] += (1 - p) * fighting[1:]
    return {
        "p_settle_by": p_settle_by, "p_victory_a": chance[n], "p_victory_b": chance[0],
        "p_still_fighting": chance[1:-1].sum(), "battles_fought": fought, "settles": settles,
        "terms": np.where(settles, reserve_a + lambda_ * np.maximum(surplus, 0), 0.0),
    }  # fmt: skip


def _backward(
    n: int, start: int, priors: tuple[Pair, Pair], cost: Pair, lambda_: float, battles: int
) -> tuple[Array, Array]:
    """Reservation values of A and B after 0 to `battles` battles, at every line, [battles, line].

    The last battle looked at is so late that at even odds one war in 10^13 lasts as long; there they fight to the finish
    at the mean beliefs of that day.
    """
    last, x, price = battles + max(300, 6 * n * n), np.arange(n + 1), np.array(cost)[:, None]
    prior, split = np.array(priors), np.array([lambda_, 1 - lambda_])[:, None]
    # Lines that so many battles cannot reach are carried along with counts cut to what is possible.
    m = np.arange(last + 1)[:, None, None]
    victories = np.clip((m + x - start) / 2, 0, m)
    mean = (prior[:, :1] + victories) / (prior.sum(axis=1)[:, None] + m)
    won, length = (found.reshape(2, n + 1, n + 1)[:, x, x] for found in _ruin(n, mean[last].ravel()))
    value = np.stack([won[0], 1 - won[1]]) - price * length
    reserve = np.zeros((2, battles + 1, n + 1))
    reserve[0, :, n] = reserve[1, :, 0] = 1.0
    mean = mean[:, :, 1:-1]
    for day in range(last - 1, -1, -1):
        lost = value[:, :-2]
        fight = lost + mean[day] * (value[:, 2:] - lost) - price
        value[:, 1:-1] = fight + split * np.maximum(1 - fight[0] - fight[1], 0)
        if day <= battles:
            reserve[:, day, 1:-1] = fight
    return reserve[0], reserve[1]


@lru_cache(maxsize=256)
def _to_the_finish(n: int, start: int, prior: Pair) -> tuple[float, float]:
    """Expected chance that A wins all, and expected battles, of a fight to the finish under a belief.

    Both are smooth in p, with the nearest pole about 1/n off the real line, so that the nodes needed grow with n.
    """
    p, weight = _beta_nodes(*prior, 8 * n + 40)
    won, length = _ruin(n, p)
    return float(weight @ won[:, start]), float(weight @ length[:, start])


def _ruin(n: int, p: Array) -> tuple[Array, Array]:
    """Gambler's ruin: chance that A wins all and expected battles from every line, [chance, line]."""
    up, down = np.eye(n - 1, k=1), np.eye(n - 1, k=-1)
    at = p[:, None, None]
    right = np.ones((len(p), n - 1, 2))
    right[:, :, 0] = 0.0
    right[:, -1, 0] = p
    inside = np.linalg.solve(np.eye(n - 1) - at * up - (1 - at) * down, right)
    won, length = np.zeros((2, len(p), n + 1))
    won[:, 1:-1], won[:, n], length[:, 1:-1] = inside[:, :, 0], 1.0, inside[:, :, 1]
    return won, length


def _beta_nodes(a: float, b: float, count: int) -> tuple[Array, Array]:
    """Nodes and weights that average over a Beta distribution: eigenvalues of the Jacobi matrix (Golub and Welsch)."""
    j, both = np.arange(count), a + b - 2
    twice = 2 * j[1:] + both
    centre = np.r_[(a - b) / (a + b), (a - b) / twice * (both / (twice + 2))]
    j = j[2:]
    twice = twice[1:]
    square = np.r_[
        4 * (a / (a + b)) * (b / (a + b)) / (a + b + 1),
        4 * j * (j + a - 1) * (j + b - 1) * (j + both) / (twice**2 * (twice + 1) * (twice - 1)),
    ]
    side = np.sqrt(square)
    node, vector = np.linalg.eigh(np.diag(centre) + np.diag(side, 1) + np.diag(side, -1))
    return np.clip((1 + node) / 2, 0, 1), vector[0] ** 2


_INPUTS = (
    Input("n", "forts in the row: A has won when it holds all, B when A holds none", 10, 2, 50, "integer"),
    Input("start", "forts that A holds at the start", 5, 1, 49, "integer"),
    Input("a_A", "victories of A that the belief of A is worth", 6.0, 0.01, 1e6),
    Input("b_A", "defeats of A that the belief of A is worth", 4.0, 0.01, 1e6),
    Input("a_B", "victories of A that the belief of B is worth", 4.0, 0.01, 1e6),
    Input("b_B", "defeats of A that the belief of B is worth", 6.0, 0.01, 1e6),
    Input("k", "cost of a battle to A, and to B unless `k_b` is given, share of the prize", 0.01, 0, 100),
    Input("lambda", "chance that A makes the proposal", 0.5, 0, 1),
)
_K_B = Input("k_b", "cost of a battle to B, share of the prize; none: as for A", None, 0, 100)
_RULES = (Rule("start from 1 to n - 1", ("start", "n"), lambda v: np.less(v["start"], v["n"])),)
_PRIZE = "share of the prize"
_NOTES = (
    "Reconstructed from memory of the paper: the notation is ours.",
    "Each side holds to its own belief although it knows the other's; offers therefore teach nothing, only battles do.",
)

MODELS = (
    Model(
        "smith_stam2004", "Different beliefs about the odds of battle", reservations, (*_INPUTS, _K_B),
        (
            Output("reservation_a", "what fighting one more battle is worth to A", _PRIZE),
            Output("reservation_b", "what fighting one more battle is worth to B", _PRIZE),
            Output("settles", "whether they settle before the first battle"),
            Output("surplus", "what a settlement now saves by the beliefs of both; negative where they fight", _PRIZE),
            Output("value_a", "expected payoff of A by its own belief; its share where they settle", _PRIZE),
            Output("value_b", "expected payoff of B by its own belief; its share where they settle", _PRIZE),
            Output("fight_a", "worth of a fight to the finish to A", _PRIZE),
            Output("fight_b", "worth of a fight to the finish to B", _PRIZE),
            Output("p_victory_prior_mean", "chance that A wins a fight to the finish, by the belief of A", "probability"),
            Output("p_victory_prior_mean_b", "chance that A wins a fight to the finish, by the belief of B", "probability"),
            Output("expected_battles", "battles of a fight to the finish, by the belief of A", "battles"),
            Output("expected_battles_b", "battles of a fight to the finish, by the belief of B", "battles"),
        ),
        REFERENCE, (MEMORY, DERIVED), "information", elementwise=True, rules=_RULES, notes=_NOTES,
    ),
    Model(
        "smith_stam2004.duration", "How long different beliefs last in battle", duration,
        (
            *_INPUTS, Input("p", "true chance that A wins a battle", 0.5, 0, 1),
            Input("battles", "battles for which the war is followed", 15, 0, 1000, "integer"), _K_B,
        ),
        (
            Output("p_settle_by", "chance that they have settled after 0, 1, … battles", "probability"),
            Output("p_victory_a", "chance that A has won all by the last battle followed", "probability"),
            Output("p_victory_b", "chance that B has won all by the last battle followed", "probability"),
            Output("p_still_fighting", "chance that the war goes on after the last battle followed", "probability"),
            Output("battles_fought", "expected battles among those followed", "battles"),
            Output("settles", "whether they settle after so many battles at a line of so many forts, if battles alone lead there: [battles, forts]"),
            Output("terms", "expected share of A where they settle, 0 elsewhere: [battles, forts]", _PRIZE),
        ),
        REFERENCE, (MEMORY, DERIVED), "information", elementwise=True, rules=_RULES, notes=_NOTES,
    ),
)  # fmt: skip
"""The models of this family."""
