"""Powell 1999, 2004, 2006: power and the status quo, learning while fighting, and war as a problem of commitment.

Where power and benefits differ, the dissatisfied side must be bought off by one who does not know its price (1999).
Offers and rounds of fighting tell the types apart (2004). Without any hidden information there is war where power
shifts faster than the surplus of peace can pay for (2006): with B the value of the flow of pies and M_j(t) what side j
can lock in by fighting at t, peace at t is impossible if

.. math:: \\delta M_1(t+1) - M_1(t) > B - [M_1(t) + M_2(t)] .

At indifference a side prefers peace; differences below 1e-12 are rounding and count as indifference.

References: R. Powell, *In the Shadow of Power* (Princeton, 1999), and "Bargaining Theory and International Conflict",
*Annual Review of Political Science* 5 (2002) 1–30; "Bargaining and Learning While Fighting", *American Journal of
Political Science* 48 (2004) 344–361; "War as a Commitment Problem", *International Organization* 60 (2006) 169–203.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from armistice.core.model import CHECKED, DERIVED, MEMORY, REDUCTION, Input, Model, Output, Rule
from armistice.theory.screening import play, powell_power, solve_screening

SHADOW = (
    "R. Powell, In the Shadow of Power: States and Strategies in International Politics (Princeton University Press, "
    '1999); "Bargaining Theory and International Conflict", Annual Review of Political Science 5 (2002) 1–30'
)
LEARNING = (
    'R. Powell, "Bargaining and Learning While Fighting", American Journal of Political Science 48 (2004) 344–361'
)
COMMITMENT = 'R. Powell, "War as a Commitment Problem", International Organization 60 (2006) 169–203'
Array = Any
"""A number or an array of numbers."""

_ROUNDING = 1e-12
_APART = 1e-6
"""The least difference of types, and chance of an end in a round, that the recursion can tell from rounding."""
_SHARE = "share of the stake"
_FLOW = "share of the flow of pies"


def status_quo(q: Array, p: Array, s: Array, low: Array, high: Array) -> dict[str, Array]:
    """The offer that keeps a side content whose share of the benefits may lag behind its power.

    Players: side S, satisfied, which can offer more than the status quo; side D, which may be dissatisfied with it.
    Timing: S offers x, at least the share q that D holds; D accepts or fights.
    Information: D knows its cost d of war; S knows only that d is uniform on [low, high], in shares of the stake.
    Payoffs: D wins a war with chance p; war gives p - d to D and 1 - p - s to S, a settlement x and 1 - x; all in
        shares of the stake.
    Equilibrium: D accepts if d >= p - x. If p - q <= low there is no offer and no war; otherwise x = p - z with
        z = (high - s) / 2, kept within [low, high] and at most p - q; war has the chance (z - low) / (high - low).
    Comparative statics: the risk is nought while benefits match power, rises with p - q, and then is flat; it falls
        with s.
    Cannot say: whether S itself would attack; where q > p + s exchange the two sides.
    """
    z = np.minimum(np.clip((high - s) / 2, low, high), p - q)
    dissatisfied = p - q > low + _ROUNDING
    span = np.where(high > low, high - low, 1.0)
    p_war = np.where(dissatisfied, np.clip(z - low, 0.0, span) / span, 0.0)
    offer = np.where(dissatisfied, np.maximum(p - z, q), q)
    return {
        "offer": offer,
        "p_war": p_war,
        "value": p_war * (1 - p - s) + (1 - p_war) * (1 - offer),
        "dissatisfied": dissatisfied,
    }


def learning(
    a_strong: float, b_strong: float, a_weak: float, b_weak: float, s: float, d: float, mu: float, rounds: int
) -> dict[str, Any]:
    """The first of a sequence of offers made while fighting, to a side whose power is hidden.

    Players: side S, which makes the offers, and side D, weak or strong.
    Timing: S offers; D accepts, or a round is fought in which D wins with chance a, loses with chance b, and neither
        otherwise; then S offers again. After `rounds` offers the war is fought to the finish.
    Information: D knows its type, S the chance mu that it is strong; rounds of fighting are seen by both.
    Payoffs: an offer x gives x to D and 1 - x to S; a round costs s and d; victory is worth 1; all in shares of the
        stake.
    Equilibrium: S contents both types, or makes an offer at which the weak type is indifferent and mixes. In the last
        round it contents both if mu > (W_strong - W_weak) / (1 - W_weak - V), with W = (a - d) / (a + b) of each type
        and V = (b_strong - s) / (a_strong + b_strong), while W_weak >= 0.
    Comparative statics: the offer rises and the value of S falls with mu; above the cutoff nobody refuses. The value
        falls with s.
    Cannot say: what happens where the cost of fighting is hidden rather than power, or where offers can be made faster
        than rounds are fought.
    """
    game = powell_power(rounds, weak=(a_weak, b_weak), strong=(a_strong, b_strong), costs=(s, d))
    solution = solve_screening(game, points=2)
    course = play(solution, (rounds,), mu)
    first = course.turns[0]
    return {
        "value": course.uninformed,
        "offer": first.offer,
        "p_accept": first.p_accept,
        "posterior": first.rejected,
        "cutoff": float(solution.cutoff[-1]),
        "battles": course.expected_battles,
    }


def preventive(p: Array, shift: Array, destruction: Array, discount: Array) -> dict[str, Array]:
    """War by a side in decline, where power shifts faster than the surplus of peace can pay for.

    Players: side 1, which rises, and side 2, which makes the offers.
    Timing: a flow of pies is divided without end; side 1 wins a war with chance p now and p + shift from the next
        period on; war is final.
    Information: complete.
    Payoffs: war destroys the fraction `destruction` of the flow for ever; the winner has the rest.
    Equilibrium: peace is impossible if (1 - destruction)(discount (p + shift) - p) > destruction.
    Comparative statics: war comes with a larger shift and with patience; destruction keeps the peace.
    Cannot say: why power shifts, or whether side 1 could slow or hide it.
    """
    burden = destruction + p * (1 - destruction)
    weight = discount * (1 - destruction)
    reachable = burden < weight
    return {
        "war": (1 - destruction) * (discount * (p + shift) - p) > destruction + _ROUNDING,
        "threshold": np.where(reachable, burden / np.where(reachable, weight, 1.0), 1.0) - p,
    }


def first_strike(p: Array, advantage: Array, destruction: Array, discount: Array) -> dict[str, Array]:
    """Divisions safe from a surprise attack, when striking first adds to the chance of victory.

    Players: side 1 and side 2, either of which can attack first.
    Timing: a flow of pies is divided without end; either side can attack in any period; war is final.
    Information: complete.
    Payoffs: side 1 wins with chance p + advantage if it strikes and p - advantage if struck; war destroys the fraction
        `destruction` of the flow; all in shares of the flow.
    Equilibrium: side 1 must have from (p + advantage)(1 - destruction) to (p - advantage)(1 - destruction) +
        destruction; there is no such share if and only if 2 advantage (1 - destruction) > destruction. The general
        condition is ((1 + discount) advantage - (1 - discount) p)(1 - destruction) > destruction.
    Comparative statics: the range shrinks with the advantage and grows with destruction; p moves both ends together.
    Cannot say: what warning time, or agreements about where forces stand, would do.
    """
    left = 1 - destruction
    shift = (1 + discount) * advantage - (1 - discount) * p
    # From a half destroyed no advantage, at most a half, empties the range; the division must not overflow there.
    needed = np.where(destruction < 0.5, destruction / (2 * np.where(destruction < 0.5, left, 1.0)), 0.5)
    return {
        "low": (p + advantage) * left,
        "high": (p - advantage) * left + destruction,
        "empty": 2 * advantage * left > destruction + _ROUNDING,
        "threshold": np.minimum(needed, np.minimum(p, 1 - p)),
        "general": shift * left > destruction + _ROUNDING,
    }


def factions(p: Array, destruction: Array, r: Array, r_other: Array, loss: Array) -> dict[str, Array]:
    """War by a faction that hopes to gain power at home from victory abroad.

    Players: a faction that can take its state to war, and the rest of that state.
    Timing: peace, or a war that the state wins with chance p; then power at home is held.
    Information: complete.
    Payoffs: the faction has the share 1 - loss of its state's pie in power and `loss` out of it; it is in power with
        chance r, and r_other after a victory; war destroys the fraction `destruction` of the pie.
    Equilibrium: the faction keeps the peace if and only if
        destruction (r (1 - loss) + (1 - r) loss) >= p (1 - destruction)(r_other - r)(1 - 2 loss).
    Comparative statics: war comes with larger p and r_other - r; destruction and a softer fall from power (larger
        loss) keep the peace.
    Cannot say: what the rest of the state, or the enemy, would give the faction to keep the peace.
    """
    left = destruction * (r * (1 - loss) + (1 - r) * loss)
    right = p * (1 - destruction) * (r_other - r) * (1 - 2 * loss)
    return {"peace": left >= right - _ROUNDING, "left": left, "right": right}


def _finish(v: Mapping[str, Any], kind: str) -> Array:
    """Worth to a type of a fight to the finish; nought where it would have no end, which another rule refuses."""
    ends = v[f"a_{kind}"] + v[f"b_{kind}"]
    return (v[f"a_{kind}"] - v["d"]) / np.where(ends >= _APART, ends, np.inf)


def _ends(v: Mapping[str, Any], kind: str) -> Array:
    total = v[f"a_{kind}"] + v[f"b_{kind}"]
    return (total >= _APART) & (total <= 1)


_DESTRUCTION = Input("destruction", "fraction of the flow that war destroys", 0.1, 0, 1)
_DISCOUNT = Input("discount", "worth today of a payoff one period later", 0.9, 0, 1, open_high=True)
_ENDS_SAY = "a sum from 1e-6 to 1"

MODELS = (
    Model(
        "powell1999.status_quo", "Power, benefits, and the price of keeping the status quo", status_quo,
        (
            Input("q", "share of the stake that side D holds", 0.3, 0, 1),
            Input("p", "chance that side D wins a war", 0.4, 0, 1),
            Input("s", "cost of a war to side S, share of the stake", 0.05, 0, 100),
            Input("low", "least cost of a war to side D, share of the stake", 0.05, 0, 100),
            Input("high", "largest cost of a war to side D, share of the stake", 0.35, 0, 100),
        ),
        (
            Output("offer", "share that side S offers to side D; q where it offers nothing more", _SHARE),
            Output("p_war", "chance that side D fights", "probability"),
            Output("value", "expected payoff of side S", _SHARE),
            Output("dissatisfied", "whether some type of side D would rather fight than keep q"),
        ),
        SHADOW, (MEMORY, REDUCTION, DERIVED), "information",
        rules=(
            Rule("low at most high", ("low", "high"), lambda v: v["low"] <= v["high"]),
            Rule("q at most p + s, so that side S is satisfied", ("q", "p", "s"),
                 lambda v: v["q"] <= v["p"] + v["s"] + _ROUNDING),
        ),
        notes=("Our reduction to one offer, after a structure reconstructed from memory; not a replication.",),
    ),
    Model(
        "powell2004.learning", "Offers made while fighting to a side of hidden power", learning,
        (
            Input("a_strong", "chance that a strong side D wins outright in a round", 0.25, 0, 1),
            Input("b_strong", "chance that a strong side D loses in a round", 0.10, 0, 1),
            Input("a_weak", "chance that a weak side D wins outright in a round", 0.10, 0, 1),
            Input("b_weak", "chance that a weak side D loses in a round", 0.25, 0, 1),
            Input("s", "cost of a round of fighting to side S, share of the stake", 0.02, 0, 1),
            Input("d", "cost of a round of fighting to side D, share of the stake", 0.02, 0, 1),
            Input("mu", "chance that side D is strong", 0.3, 0, 1),
            Input("rounds", "offers that can still be made", 2, 1, 60, "integer"),
        ),
        (
            Output("value", "expected payoff of side S", _SHARE),
            Output("offer", "share that side S offers to side D first", _SHARE),
            Output("p_accept", "chance that side D accepts the first offer", "probability"),
            Output("posterior", "chance that side D is strong, once it has refused the first offer", "probability"),
            Output("cutoff", "chance of a strong side D at which side S turns, in the current round, from telling the "
                   "types apart to contenting both; 1 where it never does", "probability"),
            Output("battles", "expected rounds of fighting, a fight to the finish included", "rounds"),
        ),
        LEARNING, (MEMORY, REDUCTION, DERIVED), "information", elementwise=True,
        rules=(
            Rule(_ENDS_SAY, ("a_strong", "b_strong"), lambda v: _ends(v, "strong")),
            Rule(_ENDS_SAY, ("a_weak", "b_weak"), lambda v: _ends(v, "weak")),
            Rule("a fight to the finish, (a - d) / (a + b), to be worth more to the strong than to the weak type",
                 ("a_strong", "b_strong", "a_weak", "b_weak", "d"),
                 lambda v: _finish(v, "strong") - _finish(v, "weak") >= _APART),
        ),
        notes=(
            "The variant with hidden power. Our reduction to two types and a last offer, after a structure "
            "reconstructed from memory; not a replication.",
            "Where no refusal is expected, the posterior is 1 by assumption. At the cutoff the lower offer is given.",
        ),
    ),
    Model(
        "powell2006.preventive", "Preventive war as a problem of commitment", preventive,
        (
            Input("p", "chance that side 1 wins a war now", 0.3, 0, 1),
            Input("shift", "rise of that chance from the next period on", 0.3, 0, 1),
            _DESTRUCTION, _DISCOUNT,
        ),
        (
            Output("war", "whether peace is impossible now"),
            Output("threshold", "shift above which it is; 1 - p, the largest there can be, where none suffices",
                   "probability"),
        ),
        COMMITMENT, (CHECKED, DERIVED), "commitment",
        rules=(Rule("p + shift at most 1", ("p", "shift"), lambda v: v["p"] + v["shift"] <= 1 + _ROUNDING),),
    ),
    Model(
        "powell2006.first_strike", "The advantage of striking first as a problem of commitment", first_strike,
        (
            Input("p", "chance that side 1 wins a war if neither strikes first", 0.3, 0, 1),
            Input("advantage", "gain in the chance of victory of who strikes first", 0.1, 0, 0.5),
            _DESTRUCTION, _DISCOUNT,
        ),
        (
            Output("low", "least share of side 1 for which it does not strike; above high where empty", _FLOW),
            Output("high", "largest share of side 1 for which side 2 does not strike", _FLOW),
            Output("empty", "whether every division invites an attack"),
            Output("threshold", "advantage above which the range is empty; min(p, 1 - p), the largest there can be, "
                   "where none suffices", "probability"),
            Output("general", "whether the general condition alone rules out peace; it asks for more than empty"),
        ),
        COMMITMENT, (CHECKED, DERIVED), "commitment",
        rules=(
            Rule("advantage at most p and at most 1 - p", ("advantage", "p"),
                 lambda v: v["advantage"] <= np.minimum(v["p"], 1 - v["p"]) + _ROUNDING),
        ),
        notes=("The discount factor enters the general condition only.",),
    ),
    Model(
        "powell2006.factions", "A faction that gains power at home from war", factions,
        (
            Input("p", "chance that the state wins the war", 0.5, 0, 1),
            Input("destruction", "fraction of the pie that war destroys", 0.1, 0, 1),
            Input("r", "chance that the faction is in power without a victory", 0.4, 0, 1),
            Input("r_other", "chance that the faction is in power after a victory", 0.8, 0, 1),
            Input("loss", "share of the pie of a faction out of power", 0.2, 0, 0.5),
        ),
        (
            Output("peace", "whether the faction keeps the peace"),
            Output("left", "what the faction loses by the destruction of war", "share of the pie"),
            Output("right", "what the faction gains by the hope of power", "share of the pie"),
        ),
        COMMITMENT, (CHECKED, DERIVED), "domestic",
        notes=(
            "The inequality was checked against a source; what r, r_other and loss mean is our reading of it, the one "
            "under which it follows from expected payoffs.",
        ),
    ),
)  # fmt: skip
"""The models of this family."""
