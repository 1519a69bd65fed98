"""Slantchev 2003: fighting and talking at once, until the war stops being informative; and wars that nobody wants.

Two players alternate offers over a flow of 1; a rejected offer is followed by a battle that player 1 wins with chance p,
and the state k counts its net victories, 0 to N, with total defeat at either end. Where all is known they settle at once,

.. math:: x_k = 1 - (1-\\delta) b_2 - \\delta [p y_{k+1} + (1-p) y_{k-1}], \\quad
          y_k = 1 - (1-\\delta) b_1 - \\delta [p x_{k+1} + (1-p) x_{k-1}],

with x = 0, y = 1 at k = 0 and the reverse at N: one linear system. One player may not know how strong the other is:
offers and refusals then tell it more than battles do, and the war ends when there is no more to learn. Where both can
hurt each other between offers, the threat of a worse bargain sustains a costly war among the fully informed.

References: B. L. Slantchev, "The Principle of Convergence in Wartime Negotiations", *American Political Science Review*
97 (2003) 621–632; "The Power to Hurt: Costly Conflict with Completely Informed States", *APSR* 97 (2003) 123–133;
for the second also L.-A. Busch and Q. Wen, "Perfect Equilibria in a Negotiation Model", *Econometrica* 63 (1995).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from armistice.core.model import CHECKED, DERIVED, MEMORY, REDUCTION, Input, Model, Output, Rule

REFERENCE = (
    'B. L. Slantchev, "The Principle of Convergence in Wartime Negotiations", '
    "American Political Science Review 97 (2003) 621–632"
)
POWER = (
    'B. L. Slantchev, "The Power to Hurt: Costly Conflict with Completely Informed States", '
    "American Political Science Review 97 (2003) 123–133"
)
Array = Any
"""A number or an array of numbers."""


def convergence(n: int, p: float, discount: float, b1: float, b2: float) -> dict[str, Any]:
    """Offers and battles in turn when all is known: the terms in every state, and what fighting to the end is worth.

    Players: player 1, which wins all in state n, and player 2, which wins all in state 0; both neutral to risk.
    Timing: player 1 proposes in even periods, player 2 in odd ones; after a rejection a battle moves the state by one.
    Information: complete.
    Payoffs: shares of a flow of 1, discounted by δ; while they fight the players get the flows b_1 and b_2.
    Equilibrium: the first offer is accepted: x_k = 1 - (1-δ) b_2 - δ [p y_{k+1} + (1-p) y_{k-1}], and its mirror for y.
    Comparative statics: x_k rises with the state, with p and with b_1, and falls with b_2.
    Cannot say: why there is war at all; with b_1 + b_2 below 1 a settlement is always better for both.
    """
    one, inner = np.eye(n + 1), np.arange(1, n)
    step = np.zeros_like(one)
    step[inner, inner + 1], step[inner, inner - 1] = discount * p, discount * (1 - p)
    rest_1, rest_2 = (np.full(n - 1, (1 - discount) * flow) for flow in (b1, b2))
    right = np.r_[0, 1 - rest_2, 1, 1, 1 - rest_1, 0]
    x, y = np.split(np.linalg.solve(np.block([[one, step], [step, one]]), right), 2)
    fights = np.linalg.solve(one - step, np.stack([np.r_[0, rest_1, 1], np.r_[1, rest_2, 0]], axis=1))
    return {"x": x, "y": y, "w1": fights[:, 0], "w2": fights[:, 1]}


def screening(
    n: int, start: int, p_low: float, p_mid: float, p_high: float, q_weak: float, q_strong: float, b1: float, b2: float,
    discount: float,
) -> dict[str, Any]:  # fmt: skip
    """Three types told apart in three periods: the weak settle at once, the moderate after a battle, the strong after two.

    Players: player 1; player 2, which is weak, moderate or strong.
    Timing: player 1 proposes first, in state `start`, then player 2, and so on in turn; after a rejection a battle moves
        the state by one, up if player 1 wins; player 1 has won all in state n, player 2 in state 0.
    Information: player 2 knows its type; player 1 knows the chances q_weak, q_strong and what is left for the moderate.
    Payoffs: shares of a flow of 1, discounted by δ; b_1 and b_2 while they fight. Player 1 wins a battle with chance
        p_high, p_mid or p_low against the weak, the moderate or the strong type.
    Equilibrium: the demand x0 leaves the weak type what it would get as a moderate; the moderate demands what leaves
        player 1 indifferent to fighting on; it exists where five comparisons (`margins`) hold.
    Comparative statics: patience favours it; beliefs that player 2 is strong rise by defeat more than by victory.
    Cannot say: what is played where a condition fails, or with more types than three.
    """
    q_mid, up, down = 1 - q_weak - q_strong, start + 1, start - 1
    known = convergence(n, p_low, discount, b1, b2)
    x, y = known["x"], known["y"]
    q_win = q_strong * p_low / (q_strong * p_low + q_mid * p_mid)
    q_loss = q_strong * (1 - p_low) / (q_strong * (1 - p_low) + q_mid * (1 - p_mid))

    def fought(flow: float, chance: float, won: float, lost: float) -> float:
        return float((1 - discount) * flow + discount * (chance * won + (1 - chance) * lost))

    y_win = 1 - fought(b1, q_win * p_low + (1 - q_win) * p_mid, x[up + 1], x[up - 1])
    y_loss = 1 - fought(b1, q_loss * p_low + (1 - q_loss) * p_mid, x[down + 1], x[down - 1])
    x0 = 1 - fought(b2, p_high, y_win, y_loss)
    twice = fought(b1, p_low, *(fought(b1, p_low, x[k + 1], x[k - 1]) for k in (up, down)))
    earned = q_weak * x0 + q_mid * fought(b1, p_mid, 1 - y_win, 1 - y_loss) + q_strong * twice
    to_two, to_all = (1 - fought(b2, chance, y[up], y[down]) for chance in (p_mid, p_low))
    two = (1 - q_strong) * to_two + q_strong * fought(b1, p_low, 1 - y[up], 1 - y[down])
    gap, burnt = p_mid - p_low, (1 - discount) * (1 - b1 - b2)
    stakes = (
        (burnt, discount * (1 - q_win) * (x[up + 1] - x[start])),
        (burnt, discount * (1 - q_loss) * (x[start] - x[down - 1])),
        (q_strong * burnt, discount * (1 - q_strong) * (y[down] - y[up])),
    )
    # A gap between two chances is below 1, so that 1 stands for a need that no gap can meet.
    needed = np.array([lost / gain if gain > lost else 1.0 for lost, gain in stakes])
    margins = np.r_[gap - needed, earned - two, earned - to_all]
    holds = bool((margins > 0).all())
    return {
        "q_win": q_win, "q_loss": q_loss, "x0": x0, "y_win": y_win, "y_loss": y_loss, "conditions": holds,
        "expected_battles": q_mid + 2 * q_strong if holds else None, "margins": margins, "gaps_needed": needed,
        "demand_values": np.array([earned, two, to_all]), "weak_share": 1 - x0,
        "weak_share_known": float(1 - convergence(n, p_high, discount, b1, b2)["x"][start]),
    }  # fmt: skip


def power_to_hurt(s: Array, b: Array, discount: Array) -> dict[str, Array]:
    """How long a war fully informed states can bear, when each step out of it is answered by a worse bargain.

    Players: two alike, which alternate offers over a flow of 1.
    Timing: after a rejection each may start a conflict for one period; then the other proposes.
    Information: complete.
    Payoffs: while they bargain each has the flow s in peace and b in conflict, in shares of the flow.
    Equilibrium: the least a proposer gets is m = (1 - max(s, b) + δ b) / (1 + δ), a responder (1-δ) b + δ m; a war of n
        periods is an equilibrium while δ^n is at least (m_1 + m_2 - 2 b) / (1 - 2 b).
    Comparative statics: the range of terms is max(s, b) - b wide; war may last longer with s and patience, less with b.
    Cannot say: which of the many equilibria is played; the length is a bound, not a forecast.
    """
    hurt = np.maximum(s, b) - b
    proposer = (1 - b - hurt + discount * b) / (1 + discount)
    responder = (1 - discount) * b + discount * proposer
    patient = np.where(discount > 0, discount, 0.5)
    # The addend keeps a war that is just bearable from being lost to rounding.
    longest = np.where(discount > 0, np.floor(np.log1p(-hurt / (1 - 2 * b)) / np.log(patient) + 1e-9), 0.0)
    return {
        "proposer_min": proposer, "responder_min": responder, "low": proposer, "high": 1 - responder,
        "longest_war": longest,
    }  # fmt: skip


_FLOW = "share of the flow"
_N = Input("n", "states between the two total defeats: battles from one to the other", 6, 2, 400, "integer")
_DISCOUNT = Input("discount", "discount factor δ, of a period", 0.9, 0, 1, open_high=True)
_B1 = Input("b1", "flow to player 1 while they fight, share of the flow", 0.3, 0, 1)
_B2 = Input("b2", "flow to player 2 while they fight, share of the flow", 0.3, 0, 1)
_FLOWS = Rule("b1 and b2 to sum to at most 1", ("b1", "b2"), lambda v: np.add(v["b1"], v["b2"]) <= 1)

MODELS = (
    Model(
        "slantchev2003.convergence", "Offers and battles in turn under complete information", convergence,
        (_N, Input("p", "chance that player 1 wins a battle", 0.5, 0, 1), _DISCOUNT, _B1, _B2),
        (
            Output("x", "share of player 1 when it proposes, in states 0 to n", _FLOW),
            Output("y", "share of player 2 when it proposes, in states 0 to n", _FLOW),
            Output("w1", "worth of fighting to the finish to player 1, in states 0 to n", _FLOW),
            Output("w2", "worth of fighting to the finish to player 2, in states 0 to n", _FLOW),
        ),
        REFERENCE, (CHECKED, DERIVED), "bargaining", elementwise=True, rules=(_FLOWS,),
        notes=("Vectors hold the states 0 to n, so that the element k is the state k; 0 and n are the total defeats.",),
    ),
    Model(
        "slantchev2003.screening", "Three types told apart by offers, refusals and two battles", screening,
        (
            Input("n", "states between the two total defeats: battles from one to the other", 6, 4, 400, "integer"),
            Input("start", "state at the start, two battles or more from either end", 3, 2, 398, "integer"),
            Input("p_low", "chance that player 1 wins a battle against the strong type", 0.3, 0, 1),
            Input("p_mid", "chance that player 1 wins a battle against the moderate type", 0.5, 0, 1),
            Input("p_high", "chance that player 1 wins a battle against the weak type", 0.7, 0, 1),
            Input("q_weak", "chance that player 2 is weak", 0.3, 0, 1, open_low=True, open_high=True),
            Input("q_strong", "chance that player 2 is strong", 0.3, 0, 1, open_low=True, open_high=True),
            _B1, _B2, Input("discount", "discount factor δ, of a period", 0.99, 0, 1, open_high=True),
        ),
        (
            Output("q_win", "belief that player 2 is strong once it refused the first demand and lost the battle", "probability"),
            Output("q_loss", "belief that player 2 is strong once it refused the first demand and won the battle", "probability"),
            Output("x0", "share that player 1 demands at first, and the weak type leaves it", _FLOW),
            Output("y_win", "share that the moderate type demands, and gets, after a victory of player 1", _FLOW),
            Output("y_loss", "share that the moderate type demands, and gets, after a defeat of player 1", _FLOW),
            Output("conditions", "whether this is an equilibrium: all margins above 0"),
            Output("expected_battles", "battles until they settle; none where this is no equilibrium", "battles"),
            Output("margins", "by how much each condition holds: strong type fights on after a victory and after a defeat of player 1, leaving it out beats contenting all (differences of chances); the first demand beats contenting two types and all (shares of the flow)"),
            Output("gaps_needed", "least p_mid - p_low for each of the first three conditions; 1 where none is enough", "probability"),
            Output("demand_values", "worth to player 1 of its first demand, of contenting weak and moderate, and of contenting all", _FLOW),
            Output("weak_share", "share of the weak type", _FLOW),
            Output("weak_share_known", "share of the weak type were its type known", _FLOW),
        ),
        REFERENCE, (CHECKED, DERIVED), "information", elementwise=True,
        rules=(
            _FLOWS,
            Rule("start from 2 to n - 2", ("start", "n"), lambda v: np.less_equal(v["start"], np.subtract(v["n"], 2))),
            Rule("p_low below p_mid below p_high, by 1e-9 at least", ("p_low", "p_mid", "p_high"),
                 lambda v: (np.subtract(v["p_mid"], v["p_low"]) >= 1e-9) & (np.subtract(v["p_high"], v["p_mid"]) >= 1e-9)),
            Rule("q_weak and q_strong to leave a chance of 1e-9 at least for the moderate type", ("q_weak", "q_strong"),
                 lambda v: 1 - np.add(v["q_weak"], v["q_strong"]) >= 1e-9),
        ),
        notes=("The last two margins, the comparisons of profits, were derived here; the paper's own wording was not read.",
               "Where a condition fails the offers are still given, but nobody would play them."),
    ),
    Model(
        "slantchev2003.power_to_hurt", "The longest war among fully informed states", power_to_hurt,
        (
            Input("s", "flow to each in peace while they bargain, share of the flow", 0.5, 0, 0.5),
            Input("b", "flow to each in conflict, share of the flow", 0.1, 0, 0.5, open_high=True), _DISCOUNT,
        ),
        (
            Output("proposer_min", "least that a proposer gets in any equilibrium", _FLOW),
            Output("responder_min", "least that a responder gets in any equilibrium", _FLOW),
            Output("low", "least share of the proposer in an immediate settlement", _FLOW),
            Output("high", "largest share of the proposer in an immediate settlement", _FLOW),
            Output("longest_war", "longest war that an equilibrium sustains", "periods"),
        ),
        POWER, (MEMORY, REDUCTION, DERIVED), "bargaining",
        notes=("Our reduction to alternating offers with a conflict game between them; the paper itself was not read.",
               "The two players are alike here; the paper lets them differ."),
    ),
)  # fmt: skip
"""The models of this family."""
