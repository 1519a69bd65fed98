"""Attrition: forces that wear each other down, and sides that wait for each other to give in.

The literature on how wars end argues with these models, which is why they are here. The laws of Lanchester fit
historical battles weakly, the model of Epstein is written from memory, and none of them is of use for planning a fight.

Mathematics: the square law :math:`A' = -bB,\\ B' = -aA` keeps :math:`aA^2 - bB^2`; the linear law
:math:`A' = -bAB,\\ B' = -aAB` keeps :math:`aA - bB`. In the war of attrition side i gives in at the rate
:math:`h_i = (c_j + r L_j) / (V - L_j)` that leaves the other side j indifferent between waiting and giving in.

References: F. W. Lanchester, *Aircraft in Warfare* (Constable, 1916); C. C. Langlois and J.-P. P. Langlois, "Does
Attrition Behavior Help Explain the Duration of Interstate Wars?", *International Studies Quarterly* 53 (2009)
1051–1073; J. M. Epstein, *The Calculus of Conventional War: Dynamic Analysis without Lanchester Theory* (Brookings,
1985), and *Conventional Force Reductions* (Brookings, 1990).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from armistice.core.model import CHECKED, DERIVED, MEMORY, Input, Model, Output, Rule

LANCHESTER = "F. W. Lanchester, Aircraft in Warfare: The Dawn of the Fourth Arm, Constable, 1916"
LANGLOIS = (
    'C. C. Langlois and J.-P. P. Langlois, "Does Attrition Behavior Help Explain the Duration of Interstate Wars? '
    'A Game Theoretic and Empirical Analysis", International Studies Quarterly 53 (2009) 1051–1073'
)
EPSTEIN = (
    "J. M. Epstein, The Calculus of Conventional War: Dynamic Analysis without Lanchester Theory, Brookings, 1985; "
    "Conventional Force Reductions: A Dynamic Assessment, Brookings, 1990"
)
Array = Any
"""A number or an array of numbers."""

_TIE = 1e-12
"""Rounding: fighting strengths that differ by less than this part are equal."""
_LEAST = 1e-9
"""Least cost of waiting, and least gain from being the one that waits, of a war of attrition."""


def square(a0: Array, b0: Array, a: Array, b: Array) -> dict[str, Array]:
    """Lanchester's square law: aimed fire, so that each unit puts out of action at a rate of its own.

    Players: two forces without choices.
    Timing: both fire without pause until one has nothing left.
    Information: none is modelled.
    Payoffs: none; A' = -b B and B' = -a A, with a and b the losses that each unit inflicts per unit of time.
    Equilibrium: a A^2 - b B^2 stays as it is; the larger of sqrt(a) a0 and sqrt(b) b0 wins, and A then keeps sqrt(a0^2
        - (b/a) b0^2) units. The time is artanh(q) / sqrt(a b), with q the smaller over the larger.
    Comparative statics: survivors of the winner rise with its own number and rate and fall with the loser's; numbers
        count squared, rates once.
    Cannot say: why a side fights on to the last unit, which sides rarely do; terrain, supply, reserves and will are
        left out.
    """
    strength_a, strength_b = np.sqrt(a) * a0, np.sqrt(b) * b0
    weaker, larger = np.minimum(strength_a, strength_b), np.maximum(strength_a, strength_b)
    ratio = weaker / np.where(larger > 0, larger, 1.0)
    draw = ratio >= 1 - _TIE
    ratio = np.where(draw, 0.0, ratio)
    winner = np.where(draw | (larger == 0), "none", np.where(strength_a > strength_b, "a", "b"))
    survivors = np.where(strength_a > strength_b, a0, b0) * np.sqrt((1 - ratio) * (1 + ratio))
    return {
        "survivors": np.where(draw, 0.0, survivors),
        "time": np.where(draw, np.inf, np.arctanh(ratio) / np.sqrt(a * b)),
        "winner": winner,
    }


def linear(a0: Array, b0: Array, a: Array, b: Array) -> dict[str, Array]:
    """Lanchester's linear law: fire at an area, or duels one against one, so that concentration does not help.

    Players: two forces without choices.
    Timing: both fire without pause until one has nothing left, which takes for ever.
    Information: none is modelled.
    Payoffs: none; A' = -b A B and B' = -a A B, with a and b the losses that each unit inflicts on each unit faced, per
        unit of time.
    Equilibrium: a A - b B stays as it is; the larger of a a0 and b b0 wins, and A then keeps a0 - (b/a) b0 units.
    Comparative statics: survivors of the winner rise with its own number and rate and fall with the loser's; numbers
        and rates count alike.
    Cannot say: how long it takes, since the loser only dwindles, nor why a side fights on so far; terrain, supply,
        reserves and will are left out.
    """
    strength_a, strength_b = a * a0, b * b0
    larger = np.maximum(strength_a, strength_b)
    ratio = np.minimum(strength_a, strength_b) / np.where(larger > 0, larger, 1.0)
    draw = (ratio >= 1 - _TIE) | (larger == 0)
    wins_a = strength_a > strength_b
    return {
        "survivors": np.where(draw, 0.0, np.where(wins_a, a0, b0) * (1 - ratio)),
        "winner": np.where(draw, "none", np.where(wins_a, "a", "b")),
    }


def stochastic(a0: int, b0: int, a: float, b: float) -> dict[str, float]:
    """Lanchester's square law with chance: single units are lost one after another.

    Players: two forces without choices.
    Timing: with i and j units left the next loss is B's with chance a i / (a i + b j), and A's otherwise, until one
        side has none.
    Information: none is modelled.
    Payoffs: none.
    Equilibrium: the chance that A outlasts B is P(i, j) = [a i P(i, j-1) + b j P(i-1, j)] / (a i + b j), with P(i, 0) =
        1 and P(0, j) = 0; mean survivors follow from the same steps.
    Comparative statics: that chance rises with a0 and a and falls with b0 and b; only the ratio of the rates counts.
    Cannot say: why a side fights on to the last unit; terrain, supply, reserves and will are left out. Chance is in
        single losses only, so that large forces leave little to it.
    """
    # Along i + j = d each state needs only the diagonal before, so that a diagonal is one step of arrays. Index: i.
    # Rows: A outlasts B, A's survivors, B's survivors.
    before = np.zeros((3, 1))
    for d in range(1, a0 + b0 + 1):
        first, last = max(0, d - b0), min(a0, d)
        i = np.arange(first, last + 1)
        j = d - i
        first_before = max(0, d - 1 - b0)
        chance = a * i / (a * i + b * j)
        padded = np.concatenate([np.zeros((3, 1)), before, np.zeros((3, 1))], axis=1)
        at = i - first_before + 1
        now = chance * padded[:, at] + (1 - chance) * padded[:, at - 1]
        now[:, j == 0] = np.stack([np.ones(1), [d], np.zeros(1)]) if d <= a0 else now[:, j == 0]
        now[:, i == 0] = np.stack([np.zeros(1), np.zeros(1), [d]]) if d <= b0 else now[:, i == 0]
        before = now
    p_a, left_a, left_b = before[:, -1]
    return {"p_a": float(p_a), "survivors_a": float(left_a), "survivors_b": float(left_b)}


def langlois2009(v: Array, l_1: Array, l_2: Array, c_1: Array, c_2: Array, r: Array) -> dict[str, Array]:
    """A war of attrition: both stand firm, and each gives in at a rate that keeps the other waiting.

    Players: side 1 and side 2.
    Timing: at every moment each side stands firm or gives in; the war ends with the first to give in.
    Information: complete.
    Payoffs: v to the side that outlasts the other and l_i to side i if it gives in, discounted at r; c_i is paid per
        unit of time until then.
    Equilibrium: in mixed strategies, side i gives in at the rate h_i = (c_j + r l_j) / (v - l_j), j being the other
        side; the war lasts 1 / (h_1 + h_2) on average, and side 1 is the one to give in with chance h_1 / (h_1 + h_2).
    Comparative statics: a war that costs one side more makes the other side give in at a higher rate, and the war
        shorter; so does a higher value of giving in.
    Cannot say: which equilibrium is played (there are others, in which one side gives in at once), nor when a war ends.
    """
    h_1, h_2 = (c_2 + r * l_2) / (v - l_2), (c_1 + r * l_1) / (v - l_1)
    return {"h_1": h_1, "h_2": h_2, "mean": 1 / (h_1 + h_2), "p_1_quits": h_1 / (h_1 + h_2)}


def epstein1985(
    attackers: float, defenders: float, alpha_at: float, alpha_dt: float,
    ag_1: float, rho: float, w_max: float, days: int,
) -> dict[str, np.ndarray]:  # fmt: skip
    """Epstein's adaptive dynamic model, ground forces only: the defender trades ground for fewer losses.

    Players: attackers and defenders, who adapt by fixed rules.
    Timing: day by day; the attacker sets how hard it presses, then the defender how far it withdraws.
    Information: each side sees the losses of the day before.
    Payoffs: none; a = g (1 - W / w_max) is the part of the attackers lost on a day with withdrawal W, and rho attackers
        are lost for each defender.
    Equilibrium: none; next day's W is 0 where the defenders' daily loss d is at most alpha_dt, and otherwise W + (w_max
        - W) (d - alpha_dt) / (1 - alpha_dt); next day's g is g - (alpha_at - g) (a - alpha_at) / alpha_at.
    Comparative statics: losses keep the ratio rho while defenders last, the attackers' daily loss never exceeds
        alpha_at, and no ground is lost while the defenders' stays within alpha_dt. More defenders mean less ground lost
        in most cases, not in all.
    Cannot say: who would win anywhere; air forces, reserves and the will to go on are left out.
    """
    rows = np.zeros((4, days))
    loss_rate, withdrawal, lost = ag_1, 0.0, 0.0
    for day in range(days):
        lost += withdrawal
        rows[:, day] = attackers, defenders, withdrawal, lost
        pressed = loss_rate * (1 - withdrawal / w_max) if defenders > 0 else 0.0
        fallen = min(defenders, pressed * attackers / rho)
        share = fallen / defenders if defenders > 0 else 0.0
        attackers, defenders = attackers * (1 - pressed), defenders - fallen
        withdrawal += (w_max - withdrawal) * (share - alpha_dt) / (1 - alpha_dt)
        withdrawal = min(withdrawal, w_max) if share > alpha_dt else 0.0
        loss_rate -= (alpha_at - loss_rate) / alpha_at * (pressed - alpha_at)
    return dict(zip(("attackers", "defenders", "withdrawal", "ground_lost"), rows, strict=True))


_WEAK_FIT = (
    "Lanchester's laws fit historical battles weakly; an argument to reason with, of no use for planning a fight."
)
_RATE_A = Input("a", "rate at which each unit of side A inflicts losses, per unit of time", 0.01, 1e-9, 1e3)
_RATE_B = Input("b", "rate at which each unit of side B inflicts losses, per unit of time", 0.01, 1e-9, 1e3)
_FORCES = (
    Input("a0", "units of side A at the start", 100.0, 0, 1e9),
    Input("b0", "units of side B at the start", 80.0, 0, 1e9),
)
_WINNER = Output("winner", "side with units left: a, b, or none in a draw")

MODELS = (
    Model(
        "lanchester.square", "Lanchester's square law", square, (*_FORCES, _RATE_A, _RATE_B),
        (
            Output("survivors", "units left to the winner; 0 in a draw", "units"),
            Output("time", "until the loser has none left; infinite in a draw between forces, 0 where a side has none", "unit of time of the rates"),
            _WINNER,
        ),
        LANCHESTER, (DERIVED,), "front", notes=(_WEAK_FIT,),
    ),
    Model(
        "lanchester.linear", "Lanchester's linear law", linear, (*_FORCES, _RATE_A, _RATE_B),
        (Output("survivors", "units left to the winner; 0 in a draw", "units"), _WINNER),
        LANCHESTER, (DERIVED,), "front", notes=(_WEAK_FIT,),
    ),
    Model(
        "lanchester.stochastic", "Lanchester's square law with chance", stochastic,
        (
            Input("a0", "units of side A at the start", 10, 1, 1000, kind="integer"),
            Input("b0", "units of side B at the start", 8, 1, 1000, kind="integer"),
            _RATE_A, _RATE_B,
        ),
        (
            Output("p_a", "chance that side A outlasts side B", "probability"),
            Output("survivors_a", "units left to side A on average, none counted where it loses", "units"),
            Output("survivors_b", "units left to side B on average, none counted where it loses", "units"),
        ),
        LANCHESTER, (DERIVED,), "front", elementwise=True, notes=(_WEAK_FIT,),
    ),
    Model(
        "langlois2009", "A war of attrition in mixed strategies", langlois2009,
        (
            Input("v", "value of outlasting the other side", 1.0, 1e-3, 1e6),
            Input("l_1", "value of giving in, side 1", 0.2, 0, 1e6),
            Input("l_2", "value of giving in, side 2", 0.3, 0, 1e6),
            Input("c_1", "cost of the war to side 1 per unit of time", 0.05, 0, 1e6),
            Input("c_2", "cost of the war to side 2 per unit of time", 0.02, 0, 1e6),
            Input("r", "discount rate per unit of time", 0.0, 0, 1e3),
        ),
        (
            Output("h_1", "rate at which side 1 gives in", "per unit of time"),
            Output("h_2", "rate at which side 2 gives in", "per unit of time"),
            Output("mean", "mean length of the war", "unit of time"),
            Output("p_1_quits", "chance that side 1 is the one to give in", "probability"),
        ),
        LANGLOIS, (CHECKED, DERIVED), "front",
        rules=(
            Rule("l_1 below v", ("l_1", "v"), lambda v: v["v"] - v["l_1"] >= _LEAST),
            Rule("l_2 below v", ("l_2", "v"), lambda v: v["v"] - v["l_2"] >= _LEAST),
            Rule("waiting to cost side 1 something: c_1 + r l_1 above 0", ("c_1", "r", "l_1"),
                 lambda v: v["c_1"] + v["r"] * v["l_1"] >= _LEAST),
            Rule("waiting to cost side 2 something: c_2 + r l_2 above 0", ("c_2", "r", "l_2"),
                 lambda v: v["c_2"] + v["r"] * v["l_2"] >= _LEAST),
        ),
        notes=("The structure is from the paper's abstract; the formula is derived here for constant costs.",),
    ),
    Model(
        "epstein1985", "Epstein's adaptive dynamic model, ground forces only", epstein1985,
        (
            Input("attackers", "force of the attackers on day 1, in any unit", 330_000.0, 0, 1e9),
            Input("defenders", "force of the defenders on day 1, in the same unit", 200_000.0, 0, 1e9),
            Input("alpha_at", "daily loss that the attacker is ready to bear, part of its force", 0.075, 1e-6, 1),
            Input("alpha_dt", "daily loss beyond which the defender withdraws, part of its force", 0.05, 0, 0.999),
            Input("ag_1", "daily loss that the attacker accepts on day 1, part of its force", 0.02, 0, 1),
            Input("rho", "attackers lost for each defender lost", 1.5, 1e-3, 1e3),
            Input("w_max", "fastest withdrawal, km a day", 20.0, 1e-3, 1e3),
            Input("days", "days to follow", 10, 1, 3650, kind="integer"),
        ),
        (
            Output("attackers", "force of the attackers at the start of each day", "as given"),
            Output("defenders", "force of the defenders at the start of each day", "as given"),
            Output("withdrawal", "ground given up on each day", "km"),
            Output("ground_lost", "ground given up from day 1 to the end of each day", "km"),
        ),
        EPSTEIN, (MEMORY, DERIVED), "front", elementwise=True,
        rules=(Rule("ag_1 at most alpha_at", ("ag_1", "alpha_at"), lambda v: v["ag_1"] <= v["alpha_at"]),),
        notes=(
            "Written from memory of the books, ground forces only; the parameters are an illustration, not an estimate for any front.",
            "An argument to reason with, of no use for planning a fight.",
        ),
    ),
)  # fmt: skip
"""The models of this family."""
