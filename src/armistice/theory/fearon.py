"""Fearon 1995: why rational states fight at all, given that war is costly and a bargain is there to be had.

Two sides divide a stake worth 1. War is a lottery that side A wins with chance p, at costs c_A and c_B in shares of
the stake. Every share x of side A with :math:`p - c_A \\le x \\le p + c_B` is better for both than war, so that war
needs a reason: private information with a reason to misrepresent it, a shift of power that nobody can promise not to
use, the advantage of striking first, or a good that cannot be divided.

Reference: J. D. Fearon, "Rationalist Explanations for War", *International Organization* 49 (1995) 379–414.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from armistice.core.model import CHECKED, DERIVED, Input, Model, Output, Rule

REFERENCE = 'J. D. Fearon, "Rationalist Explanations for War", International Organization 49 (1995) 379–414'
Array = Any
"""A number or an array of numbers."""

_SHARE = "share of the stake"
_P = Input("p", "chance that side A wins the war", 0.5, 0, 1)
_C_A = Input("c_a", "cost of the war to side A, share of the stake", 0.1, 0)
_C_B = Input("c_b", "cost of the war to side B, share of the stake", 0.1, 0)


def bargaining_range(p: Array, c_a: Array, c_b: Array) -> dict[str, Array]:
    """Terms that both sides prefer to war when all is known.

    Players: side A, which likes a share of 1, and side B, which likes 0; both neutral to risk.
    Timing: a settlement, or a war that decides the whole stake.
    Information: complete.
    Payoffs: a settlement gives x to A and 1 - x to B; war gives p - c_a and 1 - p - c_b.
    Equilibrium: any share from p - c_a to p + c_b, cut to [0, 1]; who proposes takes the end that suits it.
    Comparative statics: the width rises with either cost; p moves both ends together.
    Cannot say: why there is war at all; with positive costs the range is never empty.
    """
    low, high = np.maximum(p - c_a, 0.0), np.minimum(p + c_b, 1.0)
    return {"low": low, "high": high, "width": high - low}


def screening(p: Array, c_a: Array, low: Array, high: Array) -> dict[str, Array]:
    """The demand of a side that does not know how costly the other finds war, and the risk that it runs.

    Players: side A, which makes one demand; side B, which knows its cost c_b.
    Timing: A demands x; B accepts or fights.
    Information: A knows only that c_b is uniform on [low, high].
    Payoffs: as in the bargaining range.
    Equilibrium: B fights where c_b < x - p; A demands p + z with z = (high - c_a) / 2, kept within [low, high] and x within [0, 1].
    Comparative statics: the risk of war falls with c_a and with the least cost `low`; inside it does not depend on p.
    Cannot say: what later rounds of talks or battles would reveal.
    """
    demand = np.minimum(p + np.clip((high - c_a) / 2, low, high), 1.0)
    z = demand - p
    span = np.where(high > low, high - low, 1.0)
    p_war = np.where(high > low, np.clip((z - low) / span, 0.0, 1.0), np.where(z > low, 1.0, 0.0))
    return {"demand": demand, "p_war": p_war, "value": p_war * (p - c_a) + (1 - p_war) * demand}


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
        "fearon1995.screening", "A demand under uncertainty about the other side's cost", screening,
        (_P, _C_A, Input("low", "least cost of side B, share of the stake", 0.0, 0), Input("high", "largest cost of side B, share of the stake", 0.4, 0)),
        (
            Output("demand", "share that side A demands", _SHARE),
            Output("p_war", "chance that side B fights", "probability"),
            Output("value", "expected payoff of side A", _SHARE),
        ),
        REFERENCE, (CHECKED, DERIVED), "information",
        rules=(Rule("low at most high", ("low", "high"), lambda v: v["low"] <= v["high"]),),
    ),
)  # fmt: skip
"""The models of this family."""
