"""Filson and Werner 2002: offers between battles of a war in which each side has few military units to lose.

One side makes all the offers and does not know whether the other is weak or strong; refusals and battles tell it. The
loser of a battle loses a unit and who has none left loses everything. With known strength the informed side is held to

.. math:: W(n_A, n_D) = -k_D + p W(n_A, n_D - 1) + (1 - p) W(n_A - 1, n_D), \\; W(\\cdot, 0) = 0, \\; W(0, \\cdot) = 1,

the value of fighting to the finish, and there is no war; with hidden strength the recursion of
`armistice.theory.screening` gives the perfect Bayesian equilibrium exactly.

Reference: D. Filson and S. Werner, "A Bargaining Model of War and Peace: Anticipating the Onset, Duration, and Outcome
of War", *American Journal of Political Science* 46 (2002) 819–837.
"""

from __future__ import annotations

from typing import Any

from armistice.core.model import DERIVED, MEMORY, REDUCTION, Input, Model, Output, Rule
from armistice.theory.screening import STRONG, WEAK, filson_werner, play, solve_screening

REFERENCE = (
    'D. Filson and S. Werner, "A Bargaining Model of War and Peace: Anticipating the Onset, Duration, and Outcome of '
    'War", American Journal of Political Science 46 (2002) 819–837'
)

_SHARE = "share of the stake"
_APART = 1e-6
"""The least difference between the types that the recursion can tell from rounding."""


def offers_between_battles(
    n_a: int, n_d: int, p_weak: float, p_strong: float, k_a: float, k_d: float, mu: float
) -> dict[str, Any]:
    """The first offer of a war of few units, who accepts it, and what a refusal gives away.

    Players: side A, which makes all offers, and side D, weak or strong; n_a and n_d military units.
    Timing: A offers D a share; D accepts, or a battle is fought, its loser loses a unit, and A offers again; a side
        without units has lost the whole stake.
    Information: D knows its type, A the chance mu that it is strong; battles are seen by both.
    Payoffs: an offer y gives y to D and 1 - y to A; each battle costs k_a and k_d; all in shares of the stake.
    Equilibrium: A contents both types, for 1 - W_strong, or offers R(m), at which the weak type is indifferent and
        mixes so that a refusal leaves the belief m, for (1 - mu/m)(1 - R(m)) + (mu/m) C(m), C the worth of war.
        For one unit each the cutoff is (p_weak - p_strong) / (p_weak - p_strong + k_a + k_d), while W_weak >= 0.
    Comparative statics: the offer rises and A's value falls with mu; above the cutoff nobody refuses. After a lost
        battle A offers more than before it, and more than after a won one.
    Cannot say: what happens where both sides have something to hide, or where D too can make offers.
    """
    game = filson_werner((n_a, n_d), (p_weak, p_strong), (k_a, k_d))
    solution = solve_screening(game, points=2)
    course = play(solution, (n_a, n_d), mu)
    first = course.turns[0]
    return {
        "value": course.uninformed,
        "offer": first.offer,
        "p_accept": first.p_accept,
        "posterior": first.rejected,
        "cutoff": float(solution.cutoff[-1]),
        "strong": float(solution.fight[-1, STRONG]),
        "weak": float(solution.fight[-1, WEAK]),
        "battles": course.expected_battles,
    }


MODELS = (
    Model(
        "filson_werner2002", "Offers between the battles of a war of few units", offers_between_battles,
        (
            Input("n_a", "military units of side A", 1, 1, 12, "integer"),
            Input("n_d", "military units of side D", 1, 1, 12, "integer"),
            Input("p_weak", "chance that side A wins a battle against the weak type", 0.7, 0, 1),
            Input("p_strong", "chance that side A wins a battle against the strong type", 0.4, 0, 1),
            Input("k_a", "cost of a battle to side A, share of the stake", 0.05, 0, 1),
            Input("k_d", "cost of a battle to side D, share of the stake", 0.05, 0, 1),
            Input("mu", "chance that side D is strong", 0.3, 0, 1),
        ),
        (
            Output("value", "expected payoff of side A", _SHARE),
            Output("offer", "share that side A offers to side D first", _SHARE),
            Output("p_accept", "chance that side D accepts the first offer", "probability"),
            Output("posterior", "chance that side D is strong, once it has refused the first offer", "probability"),
            Output("cutoff", "chance of a strong side D above which side A contents both types at once", "probability"),
            Output("strong", "worth to the strong type of fighting to the finish, before any right to quit", _SHARE),
            Output("weak", "worth to the weak type of fighting to the finish, before any right to quit", _SHARE),
            Output("battles", "expected number of battles", "battles"),
        ),
        REFERENCE, (MEMORY, REDUCTION, DERIVED), "information", elementwise=True,
        rules=(
            Rule("p_strong below p_weak by 1e-6 or more", ("p_strong", "p_weak"),
                 lambda v: v["p_weak"] - v["p_strong"] >= _APART),
        ),
        notes=(
            "Our reduction, after a structure reconstructed from memory; it replicates no number of the paper.",
            "A fight to the finish can be worth less than nothing: such a type would rather quit, and takes anything.",
            "Where no refusal is expected, the posterior is 1 by assumption. At the cutoff the lower offer is given.",
        ),
    ),
)  # fmt: skip
"""The models of this family."""
