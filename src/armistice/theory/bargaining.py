"""What two sides should agree on by the classical bargaining solutions, once what each gets without agreement is known.

A stake x in [0, 1] gives :math:`u_A = x^a` and :math:`u_B = (1-x)^b`; or the outcomes are listed. The Nash solution
maximises :math:`(u_A-d_A)^w (u_B-d_B)^{1-w}`, the Kalai–Smorodinsky solution gives gains in shares of the largest
possible ones in the ratio w : 1 - w, the egalitarian solution gains themselves in that ratio. Alternating offers lead
to the Nash solution with weights of patience, and several issues are traded by what each side cares for more.

References: J. F. Nash, "The Bargaining Problem", *Econometrica* 18 (1950) 155–162; E. Kalai and M. Smorodinsky, "Other
Solutions to Nash's Bargaining Problem", *Econometrica* 43 (1975) 513–518; A. Rubinstein, "Perfect Equilibrium in a
Bargaining Model", *Econometrica* 50 (1982) 97–109.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from armistice.core.bargaining import ALIKE, SOLUTIONS, Solution, choose, draw
from armistice.core.model import DERIVED, MEMORY, Input, Model, Output, Rule

NASH = 'J. F. Nash, "The Bargaining Problem", Econometrica 18 (1950) 155–162'
KALAI_SMORODINSKY = (
    'E. Kalai and M. Smorodinsky, "Other Solutions to Nash\'s Bargaining Problem", Econometrica 43 (1975) 513–518'
)
EGALITARIAN = (
    'E. Kalai, "Proportional Solutions to Bargaining Situations: Interpersonal Utility Comparisons", '
    "Econometrica 45 (1977) 1623–1630"
)
RUBINSTEIN = 'A. Rubinstein, "Perfect Equilibrium in a Bargaining Model", Econometrica 50 (1982) 97–109'
LOGROLL = (
    'H. Raiffa, "The Art and Science of Negotiation" (Harvard University Press, 1982), on joint gains over many issues; '
    + NASH
)
Array = Any
"""A number or an array of numbers."""
HALVINGS = 60
"""Of the interval of shares; after these it is as narrow as numbers near 1 are apart."""
MOST_ISSUES = 16
"""Issues that cannot be divided; there are 2 to the power of that many allocations."""
MOST_OUTCOMES = 500
"""Outcomes between which lots may be drawn; every pair of them is looked at."""


def nash(
    utilities: Array, lotteries: str, power_a: Array, power_b: Array, disagreement_a: Array, disagreement_b: Array,
    weight_a: Array,
) -> dict[str, Array]:  # fmt: skip
    """The agreement with the largest product of gains over disagreement.

    Players: side A, which likes a share x of 1; side B, which likes 0; or both with utilities of listed outcomes.
    Timing: none; the solution is what four axioms demand of an agreement, and the limit of quick alternating offers.
    Information: complete.
    Payoffs: u_A = x^power_a and u_B = (1 - x)^power_b, or a row of `utilities`; disagreement_a, disagreement_b without agreement.
    Equilibrium: maximises (u_A - d_A)^w (u_B - d_B)^(1 - w) over what both like at least as well as disagreement.
    Comparative statics: a side's utility rises with its own disagreement and weight and falls with the other's; it does
        not depend on the unit in which either side's utility is measured.
    Cannot say: why agreement fails where it would serve both; how long it takes.
    """
    return _solved("nash", utilities, lotteries, power_a, power_b, disagreement_a, disagreement_b, weight_a)


def kalai_smorodinsky(
    utilities: Array, lotteries: str, power_a: Array, power_b: Array, disagreement_a: Array, disagreement_b: Array,
    weight_a: Array,
) -> dict[str, Array]:  # fmt: skip
    """The agreement that gives both sides the same part of the most that each could hope for.

    Players: side A, which likes a share x of 1; side B, which likes 0; or both with utilities of listed outcomes.
    Timing: none; the solution is what four axioms demand, with monotony in the place of independence.
    Information: complete.
    Payoffs: u_A = x^power_a and u_B = (1 - x)^power_b, or a row of `utilities`; disagreement_a, disagreement_b without agreement.
    Equilibrium: (u_A - d_A) / (m_A - d_A) to (u_B - d_B) / (m_B - d_B) as w to 1 - w, where m_A and m_B are the most
        that each side can have while the other does no worse than disagreement.
    Comparative statics: a side gains where the best that it could hope for grows, all else equal, and as its weight
        rises; the agreement does not depend on the unit in which either side's utility is measured.
    Cannot say: why agreement fails where it would serve both; how long it takes.
    """
    return _solved(
        "kalai_smorodinsky", utilities, lotteries, power_a, power_b, disagreement_a, disagreement_b, weight_a
    )


def egalitarian(
    utilities: Array, lotteries: str, power_a: Array, power_b: Array, disagreement_a: Array, disagreement_b: Array,
    weight_a: Array,
) -> dict[str, Array]:  # fmt: skip
    """The agreement that gives both sides the same gain over disagreement.

    Players: side A, which likes a share x of 1; side B, which likes 0; or both with utilities of listed outcomes.
    Timing: none; the solution is what monotony in every agreement that is added demands.
    Information: complete.
    Payoffs: u_A = x^power_a and u_B = (1 - x)^power_b, or a row of `utilities`, in comparable units; disagreement_a,
        disagreement_b without agreement.
    Equilibrium: u_A - d_A to u_B - d_B as w to 1 - w; where a side has its most before that, the other takes the rest.
    Comparative statics: the smaller gain never falls where agreements are added; a side's utility rises with its own
        disagreement and weight.
    Cannot say: how to compare the utilities of two sides; the solution takes the comparison as given.
    """
    return _solved("egalitarian", utilities, lotteries, power_a, power_b, disagreement_a, disagreement_b, weight_a)


def rubinstein(discount_a: Array, discount_b: Array) -> dict[str, Array]:
    """Alternating offers without end, in which delay is the only cost.

    Players: side A, which offers first; side B; both neutral to risk.
    Timing: one side offers a split, the other accepts or offers in its turn in the next period.
    Information: complete.
    Payoffs: a share accepted in period t is worth discount^t of itself, counted from t = 0.
    Equilibrium: the first offer, (1 - d_B) / (1 - d_A d_B) for A, is accepted at once.
    Comparative statics: a side's share rises with its own discount factor and falls with the other's; as the time
        between offers vanishes the gain of offering first does too, and A's share tends to ln d_B / (ln d_A + ln d_B).
    Cannot say: why there is delay or war; agreement is immediate.
    """
    # Written with what is lost of a period, so that factors near 1 keep their digits.
    lost_a, lost_b = 1 - np.asarray(discount_a), 1 - np.asarray(discount_b)
    both = lost_b + discount_b * lost_a
    rate_a, rate_b = -np.log(discount_a), -np.log(discount_b)
    return {
        "share_a": lost_b / both, "share_b": discount_b * lost_a / both,
        "second_share_a": discount_a * lost_b / both, "limit_share_a": rate_b / (rate_a + rate_b),
    }  # fmt: skip


def logroll(
    weights_a: Array, weights_b: Array, disagreement_a: float, disagreement_b: float, divisible: str
) -> dict[str, Any]:
    """Several issues settled together, so that each side gives way where it cares less.

    Players: sides A and B, each with a weight for every issue.
    Timing: none; one agreement over all issues.
    Information: complete.
    Payoffs: u_A = sum of weights_a x and u_B = sum of weights_b (1 - x), with A's share x of each issue; disagreement otherwise.
    Equilibrium: the Nash, Kalai–Smorodinsky and egalitarian solutions, at equal weights of the sides; divisible issues
        go to A in the order of weights_a / weights_b and one at most is split; else every allocation is compared.
    Comparative statics: the sum of gains over splitting every issue in half grows as the sides' weights differ more.
    Cannot say: how stakes that are worth more together than apart are traded; utilities add up over issues.
    """
    a, b = np.asarray(weights_a, float), np.asarray(weights_b, float)
    disagreement = np.array([disagreement_a, disagreement_b])
    solve = _logroll_divisible if divisible == "yes" else _logroll_whole
    answer: dict[str, Any] = {"split_a": a.sum() / 2, "split_b": b.sum() / 2}
    for solution in SOLUTIONS:
        x, utility, ties = solve(solution, a, b, disagreement)
        answer |= {
            f"{solution}_x": x, f"{solution}_a": utility[0], f"{solution}_b": utility[1], f"{solution}_ties": ties,
        }  # fmt: skip
    return answer | {"ties": answer["nash_ties"], "agreement": answer["nash_ties"] > 0}


def _logroll_divisible(solution: Solution, a: Array, b: Array, disagreement: Array) -> tuple[Array, Array, int]:
    """Along the frontier from nothing for A to all of it, whose corners are reached issue by issue."""
    order = np.argsort(np.arctan2(b, a), kind="stable")
    corners = np.zeros((len(a) + 1, 2))
    corners[1:, 0] = np.cumsum(a[order])
    corners[:-1, 1] = np.cumsum(b[order][::-1])[::-1]
    found = draw(solution, corners, disagreement, chain=True)
    if found.first < 0:
        return np.full(len(a), np.nan), found.utilities, 0
    x = np.empty(len(a))
    x[order] = np.clip(found.first + found.chance - np.arange(len(a)), 0.0, 1.0)
    return x, found.utilities, 1


def _logroll_whole(solution: Solution, a: Array, b: Array, disagreement: Array) -> tuple[Array, Array, int]:
    allocations = (np.arange(2 ** len(a))[:, None] >> np.arange(len(a))) & 1
    found = choose(solution, np.stack([allocations @ a, (1 - allocations) @ b], axis=-1), disagreement)
    if found.index < 0:
        return np.full(len(a), np.nan), found.utilities, 0
    return allocations[found.index].astype(float), found.utilities, int(found.ties)


def _solved(
    solution: Solution, utilities: Array, lotteries: str, power_a: Array, power_b: Array, disagreement_a: Array,
    disagreement_b: Array, weight_a: Array,
) -> dict[str, Array]:  # fmt: skip
    if utilities is None:
        return _divided(solution, power_a, power_b, disagreement_a, disagreement_b, weight_a)
    grids = np.broadcast_arrays(power_a, power_b, disagreement_a, disagreement_b, weight_a)
    disagreement, weight = np.stack(grids[2:4], axis=-1), grids[4]
    answer = {"share_a": None, "outcome": None}
    if lotteries == "yes":
        lot = draw(solution, utilities, disagreement, weight)
        found, agreed = lot.utilities, lot.first >= 0
        ties = np.where(agreed, 1, 0)
    else:
        choice = choose(solution, utilities, disagreement, weight)
        found, ties, agreed = choice.utilities, choice.ties, choice.index >= 0
        answer["outcome"] = choice.index
    return answer | {"utility_a": found[..., 0], "utility_b": found[..., 1], "ties": ties, "agreement": agreed}


def _divided(solution: Solution, power_a: Array, power_b: Array, d_a: Array, d_b: Array, w: Array) -> dict[str, Array]:
    """A stake that can be divided: the share at which the solution's condition changes its sign, by halving."""
    power_a, power_b, d_a, d_b, w = np.broadcast_arrays(power_a, power_b, d_a, d_b, w)
    least = np.clip(d_a, 0.0, 1.0) ** (1 / power_a)
    most = 1 - np.clip(d_b, 0.0, 1.0) ** (1 / power_b)
    agreed = (least <= most + ALIKE) & (d_a <= 1) & (d_b <= 1)
    least, most = np.where(agreed, least, 0.0), np.where(agreed, np.maximum(least, most), 1.0)
    hope_a, hope_b = most**power_a - d_a, (1 - least) ** power_b - d_b

    def too_little(x: Array) -> Array:
        """Whether A should have more than x."""
        gain_a, gain_b = x**power_a - d_a, (1 - x) ** power_b - d_b
        if solution == "nash":
            up = w * power_a * (1 - x) ** (1 - power_b) * gain_b
            return up > (1 - w) * power_b * x ** (1 - power_a) * gain_a
        if solution == "kalai_smorodinsky":
            return w * gain_b * hope_a > (1 - w) * gain_a * hope_b
        return w * gain_b > (1 - w) * gain_a

    low, high = least, most
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        more = too_little(middle)
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    x = (low + high) / 2
    # Near the ends of what both accept, halving stops a hair short of them.
    x = np.where(x - least < ALIKE**1.25, least, np.where(most - x < ALIKE**1.25, most, x))
    return {
        "utility_a": np.where(agreed, x**power_a, d_a), "utility_b": np.where(agreed, (1 - x) ** power_b, d_b),
        "share_a": np.where(agreed, x, np.nan), "outcome": None,
        "ties": np.where(agreed, 1, 0), "agreement": agreed,
    }  # fmt: skip


_INPUTS = (
    Input("utilities", "rows of (side A's utility, side B's) of the possible outcomes; without it, a stake of 1 is divided", None, kind="matrix"),
    Input("lotteries", "whether lots may be drawn between listed outcomes", "no", kind="choice", choices=("yes", "no")),
    Input("power_a", "side A's utility of a share x is x to this power; 1 is neutral to risk, less is averse", 0.5, 0.01, 1),
    Input("power_b", "the same for side B and its share 1 - x", 1.0, 0.01, 1),
    Input("disagreement_a", "side A's utility without agreement, say of war", 0.0, -1e9, 1e9),
    Input("disagreement_b", "side B's utility without agreement", 0.0, -1e9, 1e9),
    Input("weight_a", "bargaining weight of side A; side B has the rest of 1", 0.5, 0, 1, open_low=True, open_high=True),
)  # fmt: skip
_OUTPUTS = (
    Output(
        "utility_a", "side A's utility of the agreement, expected where lots are drawn; of disagreement without one"
    ),
    Output("utility_b", "side B's"),
    Output("share_a", "side A's share where a stake is divided", "share of the stake"),
    Output("outcome", "row of the outcome chosen, counted from 0; -1 without agreement; nothing where lots are drawn"),
    Output("ties", "outcomes that do as well, the chosen one included; 0 without agreement"),
    Output("agreement", "whether something is at least as good for both as disagreement"),
)
_RULES = (
    Rule("rows of two utilities, each between -1e9 and 1e9", ("utilities",),
         lambda v: v["utilities"] is None or (v["utilities"].shape[1] == 2 and np.abs(v["utilities"]).max() <= 1e9)),
    Rule(f"at most {MOST_OUTCOMES} outcomes where lots are drawn", ("utilities", "lotteries"),
         lambda v: v["utilities"] is None or v["lotteries"] == "no" or len(v["utilities"]) <= MOST_OUTCOMES),
)  # fmt: skip
_STAKE = "Either a stake of 1 is divided (the default) or `utilities` lists the outcomes; the powers then do nothing."


def _alike(values: Any) -> bool:
    return len(values["weights_a"]) == len(values["weights_b"])


MODELS = (
    Model(
        "bargaining.nash", "The Nash bargaining solution", nash, _INPUTS, _OUTPUTS, NASH, (DERIVED,), "bargaining",
        rules=_RULES, notes=(_STAKE,),
    ),
    Model(
        "bargaining.kalai_smorodinsky", "The Kalai–Smorodinsky bargaining solution", kalai_smorodinsky, _INPUTS,
        _OUTPUTS, KALAI_SMORODINSKY, (DERIVED,), "bargaining", rules=_RULES,
        notes=(_STAKE, "In a list of outcomes none may have the exact ratio; the side that falls short of it then has the most that it can."),
    ),
    Model(
        "bargaining.egalitarian", "The egalitarian bargaining solution", egalitarian, _INPUTS, _OUTPUTS, EGALITARIAN,
        (DERIVED,), "bargaining", rules=_RULES,
        notes=(_STAKE, "Gains of the two sides are compared in the units given; other units give another agreement."),
    ),
    Model(
        "bargaining.rubinstein", "Alternating offers with impatience", rubinstein,
        (
            Input("discount_a", "what a share in the next period is worth to side A, per unit now", 0.9, 0, 1, open_low=True, open_high=True),
            Input("discount_b", "the same for side B", 0.8, 0, 1, open_low=True, open_high=True),
        ),
        (
            Output("share_a", "side A's share, as it offers first", "share of the stake"),
            Output("share_b", "side B's then", "share of the stake"),
            Output("second_share_a", "side A's share if B offers first", "share of the stake"),
            Output("limit_share_a", "side A's share as the time between offers vanishes", "share of the stake"),
        ),
        RUBINSTEIN, (DERIVED,), "bargaining",
    ),
    Model(
        "bargaining.logroll", "Issues traded against each other", logroll,
        (
            Input("weights_a", "what each issue is worth to side A, in its unit of utility", (0.8, 0.2), 0, 1e6, kind="vector"),
            Input("weights_b", "the same for side B, issue by issue", (0.3, 0.7), 0, 1e6, kind="vector"),
            Input("disagreement_a", "side A's utility without agreement", 0.0, -1e9, 1e9),
            Input("disagreement_b", "side B's utility without agreement", 0.0, -1e9, 1e9),
            Input("divisible", "whether an issue can be split in any shares", "yes", kind="choice", choices=("yes", "no")),
        ),
        (
            *(
                Output(f"{solution}_{part}", f"{said}, {name} solution", unit)
                for solution, name in zip(SOLUTIONS, ("Nash", "Kalai–Smorodinsky", "egalitarian"), strict=True)
                for part, said, unit in (
                    ("x", "side A's share of each issue", "share of the issue"), ("a", "side A's utility", ""),
                    ("b", "side B's utility", ""), ("ties", "allocations that do as well, this one included", ""),
                )
            ),
            Output("split_a", "side A's utility if every issue is split in half"),
            Output("split_b", "side B's then"),
            Output("ties", "allocations that do as well by the Nash solution, the one shown included"),
            Output("agreement", "whether some allocation is at least as good for both as disagreement"),
        ),
        LOGROLL, (DERIVED, MEMORY), "bargaining", elementwise=True,
        rules=(
            Rule("as many weights for both sides", ("weights_a", "weights_b"), _alike),
            Rule(
                f"at most {MOST_ISSUES} issues where they cannot be divided", ("weights_a", "divisible"),
                lambda v: v["divisible"] == "yes" or len(v["weights_a"]) <= MOST_ISSUES,
            ),
        ),
        notes=(
            "Where allocations tie, the first of them is shown; lots or side payments would settle which.",
            "Without agreement the shares are not numbers and the utilities are those of disagreement.",
        ),
    ),
)  # fmt: skip
"""The models of this family."""
