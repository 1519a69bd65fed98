"""Third parties: what a mediator, an arbitrator, a guarantor or an imposed ceasefire can do, and what it cannot.

Mathematics: a procedure of any kind is a mechanism, so that linear programmes and two-line bounds say what the best one
achieves. In Horner, Morelli & Squintani two sides may each be strong (chance q) or weak; equals win with chance 1/2, the
strong beat the weak with chance p, and war shrinks a pie of 1 to theta. With :math:`\\lambda = q/(1-q)` and
:math:`\\gamma = (p\\theta - 1/2) / (1/2 - \\theta/2)` an equal split keeps the peace if and only if
:math:`\\lambda \\ge \\gamma`; below that some war is the price of learning who is strong.

References: J. Hörner, M. Morelli and F. Squintani, "Mediation and Peace", *Review of Economic Studies* 82 (2015)
1483–1501; M. Fey and K. W. Ramsay, "Mechanism Design Goes to War", *Review of Economic Design* 13 (2009) 233–250, and
"Uncertainty and Incentives in Crisis Bargaining", *American Journal of Political Science* 55 (2011) 149–169; A. H. Kydd,
"Which Side Are You On? Bias, Credibility, and Mediation", *AJPS* 47 (2003) 597–611; S. Werner and A. Yuen, "Making and
Keeping Peace", *International Organization* 59 (2005) 261–292; V. P. Fortna, "Scraps of Paper? Agreements and the
Durability of Peace", *IO* 57 (2003) 337–372.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import block_array, coo_array, csr_array, eye_array, kron, vstack

from armistice.core.model import CHECKED, DERIVED, MEMORY, REDUCTION, Input, Model, Output, Rule

HORNER = 'J. Hörner, M. Morelli and F. Squintani, "Mediation and Peace", Review of Economic Studies 82 (2015) 1483–1501'
FEY_RAMSAY = (
    'M. Fey and K. W. Ramsay, "Mechanism Design Goes to War", Review of Economic Design 13 (2009) 233–250; '
    '"Uncertainty and Incentives in Crisis Bargaining", American Journal of Political Science 55 (2011) 149–169'
)
KYDD = (
    'A. H. Kydd, "Which Side Are You On? Bias, Credibility, and Mediation", '
    "American Journal of Political Science 47 (2003) 597–611"
)
WERNER_YUEN_FORTNA = (
    'S. Werner and A. Yuen, "Making and Keeping Peace", International Organization 59 (2005) 261–292; '
    'V. P. Fortna, "Scraps of Paper? Agreements and the Durability of Peace", International Organization 57 (2003) 337–372'
)
Array = Any
"""A number or an array of numbers."""

_SHARE = "share of the stake"
_TIE = 1e-12
"""Rounding: differences below it are indifference, and the indifferent accept."""


def mediation_closed_form(p: Array, theta: Array, q: Array) -> dict[str, Array]:
    """The best a mediator achieves, by formula; numbers or arrays.

    Parameters
    ----------
    p, theta, q : float or array
        As in `mediation`; theta and q anywhere between 0 and 1, both ends excluded.

    Returns
    -------
    dict
        `p_peace`, `q_m`, `q_h`, `lambda` and `gamma`: the chance of peace, the chance of peace between unequals and between
        the strong, and the two ratios (Hörner, Morelli & Squintani 2015, derived anew).
    """
    lam = q / (1 - q)
    gamma = (p * theta - 0.5) / (0.5 - theta / 2)
    fair, low, middle = lam >= gamma, lam < gamma / 2, (gamma / 2 <= lam) & (lam < gamma)
    # Outside its own region a quotient is not used; 1 stands in so that none divides by zero.
    below = np.where(low, (1 - q) * theta * (p - 0.5) - q * (1 - theta), 1.0)
    q_m = np.where(low, (1 - q) * (1 - theta) / 2 / below, 1.0)
    above = np.where(middle, lam * (0.5 - (1 - p) * theta - (1 + lam) * (1 - theta) / 2), 1.0)
    q_h = np.where(fair, 1.0, np.where(middle, (lam * (1 - theta) - (p * theta - 0.5)) / above, 0.0))
    q_m, q_h = np.clip(q_m, 0.0, 1.0), np.clip(q_h, 0.0, 1.0)
    p_peace = 1 - 2 * q * (1 - q) * (1 - q_m) - q**2 * (1 - q_h)
    return {"p_peace": p_peace, "q_m": q_m, "q_h": q_h, "lambda": lam, "gamma": gamma}


def mediation(p: float, theta: float, q: float, grid: int) -> dict[str, Any]:
    """The best chance of peace with a mediator who can only propose, and with an arbitrator who can bind.

    Players: two sides alike, each strong or weak, and a third party that wants peace and nothing else.
    Timing: each side tells the third party its type; it proposes a split or steps back; a mediator's split needs both
        to accept.
    Information: each side knows its own type; each is strong with chance q, independently.
    Payoffs: a split of 1; war gives theta/2 to equals, p theta to the strong and (1-p) theta to the weak when they
        differ.
    Equilibrium: with lambda = q / (1-q) and gamma = (p theta - 1/2) / (1/2 - theta/2), always peace if lambda >= gamma;
        if lambda < gamma/2 the strong fight each other and unequals agree with chance q_m; in between all agree but the
        strong, who do with chance q_h.
    Comparative statics: the chance of peace falls with p and with theta, and is the same for mediator and arbitrator,
        so that not being able to bind costs nothing here.
    Cannot say: what a mediator does who has interests or knowledge of its own, nor what happens where the sides differ.
    """
    splits = _splits(p * theta, grid)
    return {
        **mediation_closed_form(p, theta, q),
        "lp_arbitration": _best_peace(p, theta, q, splits, binding=True),
        "lp_mediation": _best_peace(p, theta, q, splits, binding=False),
    }


def _splits(strong: float, grid: int) -> np.ndarray:
    """Splits on the grid: evenly spaced, with 1/2 and what the strong get from the weak in war, either way round.

    The best mechanism uses no others, so that the programmes reach the formula and not only come near it.
    """
    return np.unique(np.concatenate([np.linspace(0, 1, grid), [0.5, strong, 1 - strong]]))


def _best_peace(p: float, theta: float, q: float, splits: np.ndarray, binding: bool) -> float:
    """The largest chance of peace over all mechanisms, by linear programming.

    Variables: the chance m[r, s, x] of split x after reports r and s of the two sides; what is left is war. For a
    mediator also z[k, x], what a side of type t gains from split x after a false report, or 0 where it would refuse.
    """
    n = len(splits)
    prior = np.array([1 - q, q])
    total = csr_array(np.ones((1, n)))
    told = [
        (_gains(p, theta, prior, splits, side, true, true), _gains(p, theta, prior, splits, side, true, 1 - true))
        for side in (0, 1)
        for true in (0, 1)
    ]
    honest = vstack([total @ right for right, _ in told])
    one_outcome = kron(eye_array(4), total)
    if binding:
        rows = block_array([[one_outcome], [-honest], [vstack([total @ (wrong - right) for right, wrong in told])]])
    else:
        rows = block_array(
            [
                [one_outcome, None],
                [-vstack([right for right, _ in told]), None],
                [-honest, kron(eye_array(4), total)],
                [vstack([wrong for _, wrong in told]), -eye_array(4 * n)],
            ]
        )
    peace = np.zeros(rows.shape[1])
    peace[: 4 * n] = np.repeat(np.outer(prior, prior).ravel(), n)
    limits = np.zeros(rows.shape[0])
    limits[:4] = 1.0
    exact = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    best = linprog(-peace, A_ub=rows.tocsr(), b_ub=limits, bounds=(0, None), method="highs", options=exact)
    if not best.success:
        raise ArithmeticError(f"the linear programme of mediation was not solved: {best.message}")
    return float(np.clip(-best.fun, 0.0, 1.0))


def _gains(p: float, theta: float, prior: np.ndarray, splits: np.ndarray, side: int, true: int, report: int) -> Any:
    """What a side expects to gain over war from each split: a matrix (splits, chances m of splits by both reports)."""
    n = len(splits)
    war = theta * np.array([[0.5, 1 - p], [p, 0.5]])
    split, other = np.tile(np.arange(n), 2), np.repeat([0, 1], n)
    first, second = (report, other) if side == 0 else (other, report)
    share = (splits if side == 0 else 1 - splits)[split]
    value = prior[other] * (share - war[true, other])
    return coo_array((value, (split, (2 * first + second) * n + split)), shape=(n, 4 * n)).tocsr()


def fey_ramsay(w_a: np.ndarray, w_b: np.ndarray, prior_a: np.ndarray, prior_b: np.ndarray) -> dict[str, Any]:
    """Whether any procedure, however clever, can guarantee peace.

    Players: side A and side B, each of one of several types.
    Timing: any talks, with or without a third party, that end in a settlement or in war.
    Information: each side knows its own type; types are independent, with chances prior_a and prior_b.
    Payoffs: a split of 1; war gives w_a[t][s] and w_b[t][s] when A is of type t and B of type s.
    Equilibrium: peace for sure is possible if and only if max_t E_s w_a[t][s] + max_s E_t w_b[t][s] is at most 1; then
        a fixed split between `low` and `high` suits every type.
    Comparative statics: the bound falls as war costs more. It holds always where costs alone are private, and may fail
        where strength is.
    Cannot say: how likely war is where peace cannot be guaranteed; types that depend on each other are left out.
    """
    a = np.where(prior_a > 0, w_a @ prior_b, -np.inf).max()
    b = np.where(prior_b > 0, prior_a @ w_b, -np.inf).max()
    low, high = np.maximum(a, 0.0), np.minimum(1 - b, 1.0)
    return {"always_peaceful": a + b <= 1 + _TIE, "bound": a + b, "low": low, "high": high}


def kydd2003(
    weight: Array, cost: Array, p_tough: Array, p_weak: Array, c_a: Array, c_b: Array, prior: Array
) -> dict[str, Array]:
    """A mediator with a bias and a dislike of war, who knows whether side B is tough: whom can it convince?

    Players: side A; side B, tough or weak; a mediator, whose payoff is weight A's share + (1 - weight) B's share.
    Timing: the mediator says "tough" or "weak" to A; A demands a share; B accepts or fights.
    Information: B and the mediator know B's type; A knows only the chance `prior` that B is tough.
    Payoffs: A wins a war with chance p_tough or p_weak; war costs c_a, c_b, and the mediator `cost` besides.
    Equilibrium: A demands x = p_tough + c_b of a tough B and y = p_weak + c_b of a weak one, at most 1. The mediator
        says "weak" of a weak B if and only if (2 weight - 1) (y - x) >= 0, and "tough" of a tough B always, as war is
        costly.
    Comparative statics: with weight below 1/2 A learns nothing and fights with chance `prior` if its bold demand pays;
        with weight from 1/2 there is no war. A higher cost does not make a mediator leaning to B credible.
    Cannot say: how mediators come by what they know, or what they can do besides talking.
    """
    modest, bold = np.minimum(p_tough + c_b, 1.0), np.minimum(p_weak + c_b, 1.0)
    of_modest, of_bold = (weight * x + (1 - weight) * (1 - x) for x in (modest, bold))
    of_war = weight * (p_tough - c_a) + (1 - weight) * (1 - p_tough - c_b) - cost
    says_tough, says_weak = of_modest >= of_war - _TIE, of_bold >= of_modest - _TIE
    truthful = says_tough & says_weak
    risky = (1 - prior) * bold + prior * (p_tough - c_a)
    alone = np.where(risky > modest + _TIE, prior, 0.0)
    value_alone = np.maximum(risky, modest)
    return {
        "truthful": truthful,
        "says_tough_truthful": says_tough,
        "says_weak_truthful": says_weak,
        "p_war": np.where(truthful, 0.0, alone),
        "p_war_alone": alone,
        "value": np.where(truthful, (1 - prior) * bold + prior * modest, value_alone),
        "value_alone": value_alone,
    }


def werner_yuen_fortna(
    share: Array, war_value: Array, imposed: Array, strength: Array, shift: Array,
    h0: Array, b1: Array, b2: Array, b3: Array, b4: Array, years: Array,
) -> dict[str, Array]:  # fmt: skip
    """How long a ceasefire lasts: a hazard that rises as terms drift from what war would yield.

    Players: none; a rate of failure in place of choices.
    Timing: after the ceasefire, in years, at a constant rate.
    Information: none is modelled.
    Payoffs: none; `share` is what side A holds under the terms, `war_value` what war would yield it now.
    Equilibrium: none; h = h0 exp(b1 |share - war_value| + b2 imposed - b3 strength + b4 shift), and peace holds for T
        years with chance exp(-h T).
    Comparative statics: h rises with the gap, with imposition and with a shift of power, and falls with the strength of
        the agreement.
    Cannot say: any number of its own: the coefficients are judgements of whoever uses it.
    """
    gap = np.abs(share - war_value)
    hazard = h0 * np.exp(b1 * gap + b2 * imposed - b3 * strength + b4 * shift)
    return {"hazard": hazard, "gap": gap, "p_peace": np.exp(-hazard * years), "mean_years": 1 / hazard}


def _alike(v: Mapping[str, Any]) -> bool:
    """Whether tables and chances of types fit each other."""
    return np.shape(v["w_a"]) == np.shape(v["w_b"]) == (len(v["prior_a"]), len(v["prior_b"]))


def _sums_to_one(name: str) -> Any:
    return lambda v: abs(np.sum(v[name]) - 1) <= 1e-9


_COEFFICIENT = "a judgement of the user"

MODELS = (
    Model(
        "horner2015.mediation", "The best chance of peace with a mediator and with an arbitrator", mediation,
        (
            Input("p", "chance that a strong side beats a weak one", 0.8, 0.5, 1, open_low=True),
            Input("theta", "what war leaves of the stake, a share of it", 0.8, 1e-4, 0.9999),
            Input("q", "chance that a side is strong", 0.2, 1e-4, 0.9999),
            Input("grid", "evenly spaced splits of the linear programmes, besides those of the formula", 101, 2, 1001, kind="integer"),
        ),
        (
            Output("p_peace", "largest chance of peace, by formula", "probability"),
            Output("q_m", "chance of peace between a strong and a weak side", "probability"),
            Output("q_h", "chance of peace between strong sides", "probability"),
            Output("lambda", "chance of strong over chance of weak", "ratio"),
            Output("gamma", "least lambda at which an equal split keeps the peace", "ratio"),
            Output("lp_arbitration", "largest chance of peace of an arbitrator, by linear programming", "probability"),
            Output("lp_mediation", "largest chance of peace of a mediator, by linear programming", "probability"),
        ),
        HORNER, (CHECKED, DERIVED), "third parties", elementwise=True,
        notes=(
            "The theorem is checked against the abstract; the programmes and formulae are derived here.",
            "Half, and what the strong get from the weak in war, are always among the splits, whatever the grid.",
            "theta and q stop short of 0 and 1, where gains over war are too small for a solver of linear programmes to see.",
        ),
    ),
    Model(
        "fey_ramsay", "Whether any procedure can guarantee peace", fey_ramsay,
        (
            Input("w_a", "value of war to side A, by its type (row) and that of side B (column)", ((0.4, 0.16), (0.64, 0.4)), -1e6, 1, kind="matrix"),
            Input("w_b", "value of war to side B, by the type of side A (row) and its own (column)", ((0.4, 0.64), (0.16, 0.4)), -1e6, 1, kind="matrix"),
            Input("prior_a", "chances of the types of side A", (0.8, 0.2), 0, 1, kind="vector"),
            Input("prior_b", "chances of the types of side B", (0.8, 0.2), 0, 1, kind="vector"),
        ),
        (
            Output("always_peaceful", "whether a procedure exists that always ends in peace"),
            Output("bound", "what the most demanding types want together; at most 1 for peace", _SHARE),
            Output("low", "least fixed share of side A that all its types accept", _SHARE),
            Output("high", "largest fixed share of side A that all types of side B accept; below `low` where peace cannot be guaranteed", _SHARE),
        ),
        FEY_RAMSAY, (MEMORY, DERIVED), "third parties",
        rules=(
            Rule("tables of one shape, with a row for each chance in prior_a and a column for each in prior_b",
                 ("w_a", "w_b", "prior_a", "prior_b"), _alike),
            Rule("chances that sum to 1", ("prior_a",), _sums_to_one("prior_a")),
            Rule("chances that sum to 1", ("prior_b",), _sums_to_one("prior_b")),
            Rule("at most 1 together, since war makes nothing", ("w_a", "w_b"),
                 lambda v: not _alike(v) or v["w_a"] + v["w_b"] <= 1 + _TIE),
        ),
        notes=("A type of chance 0 does not count.", "Written from memory of the papers; the bound is derived here for independent types."),
    ),
    Model(
        "kydd2003", "Whether a biased mediator can be believed", kydd2003,
        (
            Input("weight", "weight of side A's share in the mediator's payoff; that of side B's is 1 - weight", 0.6, 0, 1),
            Input("cost", "cost of a war to the mediator, share of the stake", 0.1, 0, 1e6),
            Input("p_tough", "chance that side A beats a tough side B", 0.3, 0, 1),
            Input("p_weak", "chance that side A beats a weak side B", 0.6, 0, 1),
            Input("c_a", "cost of a war to side A, share of the stake", 0.1, 0, 1e6),
            Input("c_b", "cost of a war to side B, share of the stake", 0.1, 0, 1e6),
            Input("prior", "chance that side B is tough", 0.3, 0, 1),
        ),
        (
            Output("truthful", "whether the mediator tells the truth of either type"),
            Output("says_tough_truthful", "whether it says tough of a tough side B, when believed"),
            Output("says_weak_truthful", "whether it says weak of a weak side B, when believed"),
            Output("p_war", "chance of war with the mediator", "probability"),
            Output("p_war_alone", "chance of war without it", "probability"),
            Output("value", "expected payoff of side A with the mediator", _SHARE),
            Output("value_alone", "expected payoff of side A without it", _SHARE),
        ),
        KYDD, (MEMORY, REDUCTION, DERIVED), "third parties",
        rules=(Rule("p_tough at most p_weak", ("p_tough", "p_weak"), lambda v: v["p_tough"] <= v["p_weak"]),),
        notes=("A reduction of the paper's game to one demand and two types, written from memory.",),
    ),
    Model(
        "werner_yuen_fortna", "The rate at which a ceasefire fails", werner_yuen_fortna,
        (
            Input("share", "share of side A under the terms", 0.5, 0, 1),
            Input("war_value", "share of side A that war would now yield", 0.6, 0, 1),
            Input("imposed", "1 if third parties imposed the ceasefire before the fighting told much, 0 if not", 0.0, 0, 1),
            Input("strength", "measures in the agreement: zones, arms control, peacekeepers, guarantees", 2.0, 0, 10),
            Input("shift", "expected shift of power, share of the stake", 0.0, 0, 1),
            Input("h0", f"rate of failure of an agreement of strength 0 at the value of war, per year; {_COEFFICIENT}", 0.1, 1e-6, 10),
            Input("b1", f"effect of the gap between share and value of war; {_COEFFICIENT}", 3.0, 0, 10),
            Input("b2", f"effect of imposition; {_COEFFICIENT}", 0.7, 0, 10),
            Input("b3", f"effect of one measure; {_COEFFICIENT}", 0.3, 0, 10),
            Input("b4", f"effect of a shift; {_COEFFICIENT}", 2.0, 0, 10),
            Input("years", "time for which peace is to hold, years", 5.0, 0, 1000),
        ),
        (
            Output("hazard", "rate at which peace breaks", "per year"),
            Output("gap", "between the share and the value of war", _SHARE),
            Output("p_peace", "chance that peace holds for those years", "probability"),
            Output("mean_years", "mean length of peace", "years"),
        ),
        WERNER_YUEN_FORTNA, (MEMORY, REDUCTION), "third parties",
        notes=(
            "The coefficients h0, b1, b2, b3 and b4 are the user's own judgements, not estimates quoted from the papers.",
            "The signs follow the papers from memory; the form of the hazard is a reduction.",
        ),
    ),
)  # fmt: skip
"""The models of this family."""
