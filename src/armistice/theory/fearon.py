"""Fearon 1995: why rational states fight at all, given that war is costly and a bargain is there to be had.

Two sides divide a stake worth 1. War is a lottery that side A wins with chance p, at costs c_A and c_B in shares of
the stake. Every share x of side A with :math:`p - c_A \\le x \\le p + c_B` is better for both than war, so that war
needs a reason: private information with a reason to misrepresent it, a shift of power that nobody can promise not to
use, the advantage of striking first, or a good that cannot be divided. Mistaken beliefs about power, which Fearon
takes up first, empty the range too: when :math:`p_A + p_B - 1 > c_A + c_B`.

At indifference a side prefers peace; differences below 1e-12 are rounding and count as indifference.

Reference: J. D. Fearon, "Rationalist Explanations for War", *International Organization* 49 (1995) 379–414.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from armistice.core.model import CHECKED, DERIVED, Input, Model, Output, Rule

REFERENCE = 'J. D. Fearon, "Rationalist Explanations for War", International Organization 49 (1995) 379–414'
Array = Any
"""A number or an array of numbers."""

_ROUNDING = 1e-12
_SHARE = "share of the stake"
_FLOWS = "flows of one period"
_P = Input("p", "chance that side A wins the war", 0.5, 0, 1)
_C_A = Input("c_a", "cost of the war to side A, share of the stake", 0.1, 0, 100)
_C_B = Input("c_b", "cost of the war to side B, share of the stake", 0.1, 0, 100)


def bargaining_range(p: Array, c_a: Array, c_b: Array) -> dict[str, Array]:
    """Terms that both sides prefer to war when all is known.

    Players: side A, which likes a share of 1, and side B, which likes 0; both neutral to risk.
    Timing: a settlement, or a war that decides the whole stake.
    Information: complete.
    Payoffs: a settlement gives x to A and 1 - x to B; war gives p - c_a and 1 - p - c_b; all in shares of the stake.
    Equilibrium: any share from p - c_a to p + c_b, cut to [0, 1]; who proposes takes the end that suits it.
    Comparative statics: the width never falls with either cost; p moves both ends together, until one meets 0 or 1.
    Cannot say: why there is war at all; with positive costs the range is never empty.
    """
    low, high = np.maximum(p - c_a, 0.0), np.minimum(p + c_b, 1.0)
    return {"low": low, "high": high, "width": high - low}


def disagreement(p_a: Array, p_b: Array, c_a: Array, c_b: Array) -> dict[str, Array]:
    """Whether beliefs about power are too far apart for any terms that both prefer to war.

    Players: side A, which thinks that it wins with chance p_a, and side B, which thinks that it wins with chance p_b.
    Timing: a settlement, or a war that decides the whole stake.
    Information: each side holds its belief whatever the other says; nobody learns from offers.
    Payoffs: a settlement gives x to A and 1 - x to B; war is worth p_a - c_a to A and p_b - c_b to B by their own
        beliefs; all in shares of the stake.
    Equilibrium: no share contents both if and only if p_a + p_b - 1 > c_a + c_b.
    Comparative statics: room for terms shrinks with either belief in victory and grows with either cost.
    Cannot say: why the beliefs differ, or how battles and offers would bring them together.
    """
    optimism = p_a + p_b - 1
    return {
        "empty": optimism > c_a + c_b + _ROUNDING,
        "optimism": optimism,
        "low": np.maximum(p_a - c_a, 0.0),
        "high": np.minimum(1 - p_b + c_b, 1.0),
    }


def screening(p: Array, c_a: Array, low: Array, high: Array) -> dict[str, Array]:
    """The demand of a side that does not know how costly the other finds war, and the risk that it runs.

    Players: side A, which makes one demand; side B, which knows its cost c_b.
    Timing: A demands x; B accepts or fights.
    Information: A knows only that c_b is uniform on [low, high], in shares of the stake.
    Payoffs: a settlement gives x to A and 1 - x to B; war gives p - c_a and 1 - p - c_b; all in shares of the stake.
    Equilibrium: B fights where c_b < x - p; A demands x = p + z with z = (high - c_a) / 2, kept within [low, high], and
        x = 1 where that exceeds 1.
    Comparative statics: the risk of war falls with c_a, rises when costs spread about their mean, and does not depend
        on p while x < 1.
    Cannot say: what later rounds of talks or battles would reveal.
    """
    z = np.minimum(np.clip((high - c_a) / 2, low, high), 1 - p)
    demand = p + z
    span = np.where(high > low, high - low, 1.0)
    p_war = np.clip(z - low, 0.0, span) / span
    return {"demand": demand, "p_war": p_war, "value": p_war * (p - c_a) + (1 - p_war) * demand}


def two_types(p: Array, c_a: Array, c_tough: Array, c_weak: Array, mu: Array) -> dict[str, Array]:
    """The choice between a demand that all accept and a larger one that only the weak type accepts.

    Players: side A, which makes one demand; side B, tough (cost c_tough) or weak (cost c_weak, which is higher).
    Timing: A demands x; B accepts or fights.
    Information: B knows its type; A knows the chance mu that it is tough.
    Payoffs: a settlement gives x to A and 1 - x to B; war gives p - c_a and 1 - p - c_b; all in shares of the stake.
    Equilibrium: A plays safe, x = p + c_tough, if mu >= (c_weak - c_tough) / (c_weak + c_a); otherwise it demands
        p + c_weak and the tough type fights. Demands stop at 1, and the cutoff follows.
    Comparative statics: the cutoff falls with c_a and with c_tough, and rises with c_weak.
    Cannot say: what happens when the weak type can pass for tough by holding out; there is one demand only.
    """
    safe_gain, risky_gain = np.minimum(c_tough, 1 - p), np.minimum(c_weak, 1 - p)
    at_risk = risky_gain + c_a
    cutoff = np.where(at_risk > 0, (risky_gain - safe_gain) / np.where(at_risk > 0, at_risk, 1.0), 0.0)
    safe = mu >= cutoff - _ROUNDING
    demand = p + np.where(safe, safe_gain, risky_gain)
    p_war = np.where(safe, 0.0, mu)
    return {"cutoff": cutoff, "demand": demand, "p_war": p_war, "value": p_war * (p - c_a) + (1 - p_war) * demand}


def preventive(p1: Array, p2: Array, discount: Array, c_b: Array) -> dict[str, Array]:
    """War by a side that grows weaker, because the other cannot promise not to use the power it will have.

    Players: side A, which makes a demand in each period, and side B, which accepts or fights.
    Timing: periods without end; A wins a war with chance p1 in the first and p2 in all later ones; war is final.
    Information: complete, the shift included.
    Payoffs: a flow of 1 a period is divided; war gives B (1 - p) / (1 - discount) - c_b; all in flows of one period.
    Equilibrium: later A demands x2 = min(1, p2 + c_b (1 - discount)); B fights at once if and only if
        (1 - p1) / (1 - discount) - c_b > 1 + discount (1 - x2) / (1 - discount), even though A would now concede all.
        While x2 < 1 this says discount p2 - p1 > c_b (1 - discount)^2.
    Comparative statics: war comes with larger p2 and smaller p1, with smaller c_b, and with patience.
    Cannot say: what a guarantee, or a shift that B can slow by other means, would change; A never attacks.
    """
    impatience = 1 - discount
    x2 = np.minimum(1.0, p2 + c_b * impatience)
    fight, accept = 1 - p1 - c_b * impatience, impatience + discount * (1 - x2)
    # Even to hand over everything for ever leaves B one period's flow: some p2 brings war only where war pays more.
    reachable = p1 + c_b * impatience < discount
    needed = (p1 + c_b * impatience**2) / np.where(reachable, discount, 1.0)
    return {
        "war": fight > accept + _ROUNDING,
        "threshold": np.where(reachable, needed, 1.0),
        "value_fight": fight / impatience,
        "value_accept": accept / impatience,
    }


def first_strike(p_first: Array, p_second: Array, c_a: Array, c_b: Array) -> dict[str, Array]:
    """Terms that neither side would break by a surprise attack, when it is better to strike than to be struck.

    Players: side A and side B, either of which can attack by surprise.
    Timing: a settlement stands unless one side attacks; then war decides the whole stake.
    Information: complete.
    Payoffs: A wins with chance p_first if it strikes first and p_second if struck; costs c_a and c_b; a settlement
        gives x and 1 - x; all in shares of the stake.
    Equilibrium: x is safe from attack if p_first - c_a <= x <= p_second + c_b, cut to [0, 1]; there is no such x if and
        only if p_first - p_second > c_a + c_b.
    Comparative statics: the range shrinks with the advantage p_first - p_second and grows with either cost.
    Cannot say: what warning, or forces posted so that surprise does not pay, would do.
    """
    low, high = np.maximum(p_first - c_a, 0.0), np.minimum(p_second + c_b, 1.0)
    return {"low": low, "high": high, "empty": p_first - p_second > c_a + c_b + _ROUNDING}


def indivisible(low: Array, high: Array, alpha: Array, parts: Array) -> dict[str, Array]:
    """Whether a good that cannot be divided blocks all terms, and the lotteries over it that would not.

    Players: side A and side B, each of which accepts shares of A from low to high.
    Timing: a settlement, or war.
    Information: complete.
    Payoffs: the good is worth alpha and falls into `parts` equal parts that stay whole; the rest, 1 - alpha, is
        divided at will; all in shares of the stake. Both sides are neutral to risk.
    Equilibrium: with j parts A can have any share from j alpha / parts to j alpha / parts + 1 - alpha; terms are
        blocked if none of these meets [low, high], for one part if 1 - alpha < low and alpha > high. A lottery
        that gives A the good with chance q restores them if 1 - (1 - low) / alpha <= q <= high / alpha.
    Comparative statics: terms are the sooner blocked the larger alpha and the narrower the range; doubling the parts
        cannot hurt.
    Cannot say: why the sides do not pay each other or keep to a lottery; that is a problem of commitment.
    """
    scarce, bulky = alpha > 1 - low, alpha > high
    lottery_low = np.where(scarce, 1 - (1 - low) / np.where(scarce, alpha, 1.0), 0.0)
    lottery_high = np.where(bulky, high / np.where(bulky, alpha, 1.0), 1.0)
    least, most = np.ceil(parts * lottery_low - 1e-9), np.floor(parts * lottery_high + 1e-9)
    blocked = least > most
    return {
        "blocked": blocked,
        "lottery_low": lottery_low,
        "lottery_high": lottery_high,
        "lowest": np.where(blocked, np.nan, np.clip(least * alpha / parts, low, high)),
        "highest": np.where(blocked, np.nan, np.clip(most * alpha / parts + 1 - alpha, low, high)),
    }


_ORDER = Rule("low at most high", ("low", "high"), lambda v: v["low"] <= v["high"])

MODELS = (
    Model(
        "fearon1995.range", "The bargaining range under complete information", bargaining_range,
        (_P, _C_A, _C_B),
        (
            Output("low", "least share of side A that it prefers to war", _SHARE),
            Output("high", "largest share of side A that side B prefers to war", _SHARE),
            Output("width", "of the range", _SHARE),
        ),
        REFERENCE, (CHECKED, DERIVED), "bargaining",
    ),
    Model(
        "fearon1995.disagreement", "A range emptied by disagreement about power", disagreement,
        (
            Input("p_a", "chance that side A wins the war, as side A believes", 0.7, 0, 1),
            Input("p_b", "chance that side B wins the war, as side B believes", 0.6, 0, 1),
            _C_A, _C_B,
        ),
        (
            Output("empty", "whether no share contents both sides"),
            Output("optimism", "by how much the two beliefs in victory exceed certainty", "sum of chances less 1"),
            Output("low", "least share of side A that it prefers to war; above high where empty", _SHARE),
            Output("high", "largest share of side A that side B prefers to war", _SHARE),
        ),
        REFERENCE, (CHECKED, DERIVED), "information",
    ),
    Model(
        "fearon1995.screening", "A demand under uncertainty about the other side's cost", screening,
        (
            _P, _C_A,
            Input("low", "least cost of side B, share of the stake", 0.0, 0, 100),
            Input("high", "largest cost of side B, share of the stake", 0.4, 0, 100),
        ),
        (
            Output("demand", "share that side A demands", _SHARE),
            Output("p_war", "chance that side B fights", "probability"),
            Output("value", "expected payoff of side A", _SHARE),
        ),
        REFERENCE, (CHECKED, DERIVED), "information", rules=(_ORDER,),
    ),
    Model(
        "fearon1995.two_types", "A safe or a risky demand of a tough or weak side", two_types,
        (
            Input("p", "chance that side A wins the war", 0.6, 0, 1), _C_A,
            Input("c_tough", "cost of the war to a tough side B, share of the stake", 0.05, 0, 100),
            Input("c_weak", "cost of the war to a weak side B, share of the stake", 0.30, 0, 100),
            Input("mu", "chance that side B is tough", 0.2, 0, 1),
        ),
        (
            Output("cutoff", "chance of a tough side B from which side A plays safe", "probability"),
            Output("demand", "share that side A demands", _SHARE),
            Output("p_war", "chance that side B fights", "probability"),
            Output("value", "expected payoff of side A", _SHARE),
        ),
        REFERENCE, (CHECKED, DERIVED), "information",
        rules=(Rule("c_tough at most c_weak", ("c_tough", "c_weak"), lambda v: v["c_tough"] <= v["c_weak"]),),
    ),
    Model(
        "fearon1995.preventive", "Preventive war by a side in decline", preventive,
        (
            Input("p1", "chance that side A wins a war now", 0.35, 0, 1),
            Input("p2", "chance that side A wins a war later", 0.65, 0, 1),
            Input("discount", "worth today of a payoff one period later", 0.9, 0, 1, open_high=True),
            Input("c_b", "cost of the war to side B, in flows of one period", 0.25, 0, 1e6),
        ),
        (
            Output("war", "whether side B fights now"),
            Output("threshold", "chance p2 above which war comes; 1 where no shift is large enough", "probability"),
            Output("value_fight", "payoff of side B from war now", _FLOWS),
            Output("value_accept", "payoff of side B if it is given everything now and its due later", _FLOWS),
        ),
        REFERENCE, (CHECKED, DERIVED), "commitment",
        notes=(
            "War comes exactly where p2 exceeds the threshold; the threshold is set to 1 where side B would not fight "
            "even if it were to lose everything later, because peace still gives it all of the first period's flow.",
        ),
    ),
    Model(
        "fearon1995.first_strike", "A range narrowed by the advantage of striking first", first_strike,
        (
            Input("p_first", "chance that side A wins if it strikes first", 0.75, 0, 1),
            Input("p_second", "chance that side A wins if it is struck first", 0.45, 0, 1),
            _C_A, _C_B,
        ),
        (
            Output("low", "least share of side A for which it does not strike; above high where empty", _SHARE),
            Output("high", "largest share of side A for which side B does not strike", _SHARE),
            Output("empty", "whether every settlement invites an attack"),
        ),
        REFERENCE, (CHECKED, DERIVED), "commitment",
        rules=(Rule("p_second at most p_first", ("p_second", "p_first"), lambda v: v["p_second"] <= v["p_first"]),),
    ),
    Model(
        "fearon1995.indivisible", "Terms blocked by a good that cannot be divided", indivisible,
        (
            Input("low", "least share that side A accepts, share of the stake", 0.4, 0, 1),
            Input("high", "largest share of side A that side B accepts, share of the stake", 0.6, 0, 1),
            Input("alpha", "worth of the good, share of the stake", 1.0, 0, 1),
            Input("parts", "equal parts into which the good falls", 1, 1, 1000, "integer"),
        ),
        (
            Output("blocked", "whether no feasible division contents both sides"),
            Output("lottery_low", "least chance of side A to get the good by lot that can content both", "probability"),
            Output("lottery_high", "largest such chance", "probability"),
            Output("lowest", "least feasible share of side A that contents both; not a number where blocked", _SHARE),
            Output("highest", "largest such share; not a number where blocked", _SHARE),
        ),
        REFERENCE, (CHECKED, DERIVED), "indivisibility", rules=(_ORDER,),
        notes=(
            "Between the ends of the lottery the rest of the stake can be divided so that both sides are content; "
            "the chances are those of a single good, before it is split into parts.",
        ),
    ),
)  # fmt: skip
"""The models of this family."""
