"""Domestic politics: leaders who pay for defeat, or gain from war, differently from the country they lead.

The bargaining range of two unitary states is never empty while war is costly. It can be once a leader loses office or
freedom after a poor settlement, for then :math:`x_{min} = \\min(w + D, \\max(\\tau, w))` with the value of war
:math:`w = p - c - (1-p) D'`; or once those who decide hold a larger part of the spoils than of the wealth at risk.

References: H. E. Goemans, *War and Punishment: The Causes of War Termination and the First World War* (Princeton
University Press, 2000); M. O. Jackson and M. Morelli, "Political Bias and War", *American Economic Review* 97 (2007)
1353–1373.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from armistice.core.model import DERIVED, MEMORY, REDUCTION, Input, Model, Output, Rule

GOEMANS = (
    "H. E. Goemans, War and Punishment: The Causes of War Termination and the First World War, "
    "Princeton University Press, 2000"
)
JACKSON_MORELLI = 'M. O. Jackson and M. Morelli, "Political Bias and War", American Economic Review 97 (2007) 1353–1373'
Array = Any
"""A number or an array of numbers."""

_SHARE = "share of the stake"
_TIE = 1e-12
"""Rounding: differences below it are indifference, and the indifferent accept."""


def goemans2000(
    p: Array, c_a: Array, c_b: Array, tau: Array, penalty: Array, penalty_total: Array | None = None
) -> dict[str, Array]:
    """The least settlement that a leader accepts who is punished for terms that are too poor.

    Players: the leader of side A, who is punished at home for defeat, and side B, which acts as one; both neutral to
        risk.
    Timing: a settlement that leaves A a share x, or a war that A wins whole or loses whole.
    Information: complete.
    Payoffs: a settlement gives the leader x, less D = penalty if x < tau; a war won gives 1 - c_a, a war lost -D' -
        c_a, with D' = penalty_total.
    Equilibrium: with w = p - c_a - (1-p) D' the leader accepts x from min(w + D, max(tau, w)), and at least 0; side B
        leaves up to p + c_b, and at most 1.
    Comparative statics: the minimum rises with D and tau and falls with D'. With D = D' and tau above p + c_b the range
        is empty if and only if D > (c_a + c_b) / p.
    Cannot say: how large the penalty is, which the type of regime is only a sign of; nor what replaces a leader.
    """
    total = penalty if penalty_total is None else penalty_total
    war = p - c_a - (1 - p) * total
    least = np.maximum(np.minimum(war + penalty, np.maximum(tau, war)), 0.0)
    unitary, top = np.maximum(p - c_a, 0.0), np.minimum(p + c_b, 1.0)
    return {
        "minimum": least,
        "top": top,
        "empty": least > top + _TIE,
        "gambles": least > unitary + _TIE,
        "unitary": unitary,
    }


def jackson_morelli2007(
    w_i: Array, w_j: Array, p: Array, gain: Array, cost: Array, bias_i: Array, bias_j: Array
) -> dict[str, Array]:
    """How biased the decision makers of a country must be to want war.

    Players: country i and country j, each led by people who hold part of its wealth and get part of its spoils.
    Timing: war or no war; no transfer is paid.
    Information: complete.
    Payoffs: war costs each country cost of its own wealth; the winner takes gain of the loser's wealth. Bias is the
        decision makers' part of the spoils over their part of the wealth at risk; 1 is no bias.
    Equilibrium: i wants war if and only if bias_i p gain w_j > w_i [cost + (1-p) gain], which is so above the threshold
        w_i [cost + (1-p) gain] / (p gain w_j); for j alike, with 1-p for p.
    Comparative statics: the threshold falls with p, gain and w_j, and rises with cost and w_i. Two unbiased countries
        never both want war: what it would bring the one is never more than what it would cost the other.
    Cannot say: what a transfer achieves against biased decision makers, who may keep part of that too; nor where the
        bias is from.
    """
    at_risk_i, at_risk_j = w_i * (cost + (1 - p) * gain), w_j * (cost + p * gain)
    spoils_i, spoils_j = p * gain * w_j, (1 - p) * gain * w_i
    wants_i = bias_i * spoils_i > at_risk_i * (1 + _TIE)
    wants_j = bias_j * spoils_j > at_risk_j * (1 + _TIE)
    return {
        "bias": at_risk_i / spoils_i,
        "wants_war_i": wants_i,
        "wants_war_j": wants_j,
        "peace": np.logical_not(wants_i | wants_j),
    }


MODELS = (
    Model(
        "goemans2000", "The least settlement that a leader accepts who is punished for defeat", goemans2000,
        (
            Input("p", "chance that side A wins the war", 0.3, 0, 1),
            Input("c_a", "cost of the war to side A, share of the stake", 0.1, 0, 1e6),
            Input("c_b", "cost of the war to side B, share of the stake", 0.1, 0, 1e6),
            Input("tau", "share below which the leader is punished", 0.5, 0, 1),
            Input("penalty", "loss of the leader under a settlement below tau, share of the stake", 0.4, 0, 1e6),
            Input("penalty_total", "loss of the leader after a lost war, share of the stake; the same penalty where not given", None, 0, 1e6),
        ),
        (
            Output("minimum", "least share that the leader accepts", _SHARE),
            Output("top", "largest share that side B leaves", _SHARE),
            Output("empty", "whether no share suits both"),
            Output("gambles", "whether the leader asks for more than a leader without penalties (gambling for resurrection)"),
            Output("unitary", "least share that a leader without penalties accepts", _SHARE),
        ),
        GOEMANS, (MEMORY, REDUCTION, DERIVED), "domestic",
        notes=(
            "A reduction of the book's argument to one threshold and two penalties, written from memory; the book has no such formula.",
            "Equal penalties stand for a semi-repressive regime, small ones for a democracy, one for a lost war only for a dictator.",
        ),
    ),
    Model(
        "jackson_morelli2007", "The political bias at which a country wants war", jackson_morelli2007,
        (
            Input("w_i", "wealth of country i, in any unit", 1.0, 1e-3, 1e6),
            Input("w_j", "wealth of country j, in the same unit", 1.0, 1e-3, 1e6),
            Input("p", "chance that country i wins the war", 0.5, 1e-3, 1),
            Input("gain", "part of the loser's wealth that the winner takes", 0.5, 1e-3, 1),
            Input("cost", "part of its own wealth that the war costs each country", 0.1, 0, 1),
            Input("bias_i", "bias of the decision makers of country i; 1 is none", 1.0, 0, 1e6),
            Input("bias_j", "bias of the decision makers of country j; 1 is none", 1.0, 0, 1e6),
        ),
        (
            Output("bias", "bias above which country i wants war", "ratio"),
            Output("wants_war_i", "whether country i wants war at its bias"),
            Output("wants_war_j", "whether country j wants war at its bias"),
            Output("peace", "whether neither wants war, before any transfer"),
        ),
        JACKSON_MORELLI, (MEMORY, DERIVED), "domestic",
        rules=(
            Rule("cost and gain together at most 1, since a loser has no more to lose", ("cost", "gain"),
                 lambda v: v["cost"] + v["gain"] <= 1 + _TIE),
        ),
        notes=("Written from memory of the paper; transfers, which it treats at length, are left out.",),
    ),
)  # fmt: skip
"""The models of this family."""
