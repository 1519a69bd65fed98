"""Commitment under learning and shifting power: wars between sides that know, or come to know, what they would settle for.

Five small models of promises that nobody believes: a surprise attack that the destruction of war makes pointless in the
end; a settlement that lets the other grow; a ruler that cannot promise not to squeeze who gave in; a rival that may arm
in secret; and a rise of power over many periods. Except for the last, which is a condition derived here, they are
reductions in the spirit of the papers and no replications of them.

References: B. Leventoglu and B. L. Slantchev, "The Armed Peace", *American Journal of Political Science* 51 (2007)
755–771; S. Wolford, D. Reiter and C. J. Carrubba, "Information, Commitment, and War", *Journal of Conflict Resolution*
55 (2011) 556–579; J. D. Fearon, "Fighting rather than Bargaining", working paper (2007, 2013); A. Debs and
N. P. Monteiro, "Known Unknowns", *International Organization* 68 (2014) 1–31; J. Krainin, "Preventive War as a Result
of Long-Term Shifts in Power", *Political Science Research and Methods* 5 (2017) 103–121.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.special import lambertw

from armistice.core.model import CHECKED, DERIVED, MEMORY, REDUCTION, Input, Model, Output, Rule

Array = Any
"""A number or an array of numbers."""

_EVEN = 1e-12
"""Differences below this are none: at indifference nobody arms, strikes or goes to war."""


def armed_peace(
    y0: float, harm: float, cost: float, p_first: float, p_second: float, l: float, discount: float,  # noqa: E741
    periods: int,
) -> dict[str, Any]:  # fmt: skip
    """When a peace that a surprise attack could end becomes credible, while war destroys what is fought over.

    Players: two alike; the stake y_t = y_0 (1 - harm)^t shrinks with every period.
    Timing: each period of peace is a chance for a surprise attack; each period of war may decide the war.
    Information: complete.
    Payoffs: peace is worth y_t / 2 to each; an attack -(1-δ) k + δ [p_F y' + (1 - p_F - p_L) W'], with y' and W' of the
        next period; a period of war -(1-δ) k + δ [l y' + (1 - 2 l) W'].
    Equilibrium: peace in period t where y_t / 2 is at least the worth of an attack, and W_t = y_t / 2 then; else war.
    Comparative statics: lasting peace comes sooner with cost, harm and p_second, later with y_0 and p_first.
    Cannot say: what is fought over in the settlements, or how unequal sides would share.
    """
    pie = [float(y0)]
    # Once the next stake is worth less than the cost of a period of war no attack pays ever after, so that backward
    # induction from there is exact.
    while discount * pie[-1] > (1 - discount) * cost:
        pie.append(pie[-1] * (1 - harm))
    peace, war = [True] * len(pie), pie[-1] / 2
    for t in range(len(pie) - 2, -1, -1):
        attack = discount * (p_first * pie[t + 1] + (1 - p_first - p_second) * war) - (1 - discount) * cost
        peace[t] = pie[t] / 2 >= attack - _EVEN * pie[t]
        war = pie[t] / 2 if peace[t] else discount * (l * pie[t + 1] + (1 - 2 * l) * war) - (1 - discount) * cost
    lasting = max((t + 1 for t, kept in enumerate(peace) if not kept), default=0)
    kept = np.array([t >= len(peace) or peace[t] for t in range(periods)], dtype=bool)
    return {
        "peace_periods": np.flatnonzero(kept), "peace": kept, "lasting_from": lasting, "first_peace": peace.index(True),
        "value": war,
    }  # fmt: skip


def growing_rival(
    p: Array, c: Array, k: Array, alpha: Array, beta: Array, weight: Array, shift: Array
) -> dict[str, Array]:
    """How far the other side may grow after a settlement before a side that knows all fights on for outright victory.

    Players: side A, which fears what comes after a settlement, and side B.
    Timing: A settles or fights a battle that A wins outright with chance α, B with β; then a second stage of weight w.
    Information: complete; it is the part of the paper's model in which battles have left nothing to learn.
    Payoffs: in the second stage A has p + c_B, and p - Δ + c_B if it settled; the battle costs it k; victory gives 1 + w.
    Equilibrium: war where -k + α (1 + w) + (1 - α - β) w (p + c_B) exceeds 1 + w (p - Δ + c_B), even if B concedes all.
    Comparative statics: the tolerable shift Δ rises with k, β and p + c_B, and falls with α; a greater w lowers it.
    Cannot say: how battles resolve the uncertainty, which is the other half of the paper.
    """
    share = p + c
    war = -k + alpha * (1 + weight) + (1 - alpha - beta) * weight * share
    settled = 1 + weight * (share - shift)
    threshold = (1 - alpha + k) / weight + (alpha + beta) * share - alpha
    return {
        "threshold": threshold, "war_value": war, "settled_value": settled, "war": shift > threshold + _EVEN,
        "war_possible": p > threshold + _EVEN,
    }  # fmt: skip


def screening_by_fighting(
    discount: float, c_g: float, c_r: float, win_strong: float, elim_strong: float, win_weak: float, elim_weak: float,
    mu: float,
) -> dict[str, Any]:  # fmt: skip
    """How long a government fights a rebel of unknown strength, because whoever accepts little would be squeezed for it.

    Players: a government and a rebel, which is strong or weak.
    Timing: each period the government concedes what a strong rebel fights for, or they fight: the rebel wins or is
        eliminated, by the chances of its type, or survives.
    Information: the rebel knows its type; the government believes with chance μ that it is strong.
    Payoffs: shares of a flow of 1, discounted by δ; fighting costs c_g and c_r a period.
    Equilibrium: an offer cannot screen, since accepting less shows weakness; the government fights while the belief is
        below a cutoff and concedes W_S, the worth of war to the strong, once survival has raised it that far.
    Comparative statics: rounds fall with μ and with the cost to the government; without a difference in survival they never end.
    Cannot say: whether a third party could make terms stick, and so let offers screen.
    """
    stay_s, stay_w = max(1 - win_strong - elim_strong, 0.0), max(1 - win_weak - elim_weak, 0.0)
    worth = (discount * win_strong - (1 - discount) * c_r) / (1 - discount * stay_s)
    strong = max(worth, 0.0)
    keep = 1 - strong
    # Against each type: what fighting forever earns the government above conceding now.
    gain_s, gain_w = (
        (discount * elim - (1 - discount) * c_g) / (1 - discount * stay) - keep
        for elim, stay in ((elim_strong, stay_s), (elim_weak, stay_w))
    )
    apart = stay_s - stay_w
    teaches = apart > _EVEN
    # Where survival speaks for strength one more round is what counts; elsewhere it is fighting on forever.
    round_s, round_w = (
        ((1 - discount * stay_s) * gain_s, (1 - discount * stay_w) * gain_w) if teaches else (gain_s, gain_w)
    )
    cutoff = round_w / (round_w - round_s) if round_w > 0 else 0.0
    if mu >= cutoff - _EVEN:
        rounds: int | None = 0
    elif not teaches or mu == 0:
        rounds = None
    elif stay_w <= 0:
        rounds = 1
    else:
        odds = math.log(cutoff) - math.log1p(-cutoff) - math.log(mu) + math.log1p(-mu)
        rounds = math.ceil(odds / math.log(stay_s / stay_w) - 1e-9)
    lost_s, lost_w = (
        1.0 if rounds is None else 1 - (discount * stay) ** rounds if rounds else 0.0 for stay in (stay_s, stay_w)
    )
    return {
        "w_strong": strong, "cutoff": cutoff, "rounds": rounds,
        "value": keep + mu * gain_s * lost_s + (1 - mu) * gain_w * lost_w, "screens": rounds is not None,
        "survival_teaches": teaches,
        "p_concession": 0.0 if rounds is None else mu * stay_s**rounds + (1 - mu) * stay_w**rounds,
    }  # fmt: skip


def secret_arming(z0: Array, z1: Array, w_d: Array, w_t: Array, k: Array, sigma: Array) -> dict[str, Array]:
    """War on suspicion: a strike against a rival that may be arming, and may not.

    Players: a deterrer, and a target that could arm in secret.
    Timing: the target arms or does not; arming is seen with chance σ; the deterrer strikes or keeps the peace.
    Information: the deterrer knows only what it has seen, and strikes what it has seen.
    Payoffs: peace gives the deterrer z_0 with an unarmed, z_1 with an armed target, and the target the rest, less k for
        arming; a strike gives W_D and W_T, with z_0 above W_D above z_1.
    Equilibrium: no arming where (1-σ) (1 - z_1 - W_T) - (1 - z_0 - W_T) is at most k; else both mix: strike without a
        sign with chance 1 - k / (that difference), arm so that the belief after silence is (z_0 - W_D) / (z_0 - z_1).
    Comparative statics: strikes on suspicion fall with k and with σ; a sharper eye or dearer arms end them at once.
    Cannot say: how inspections would be agreed on; σ is given.
    """
    temptation = (1 - sigma) * (1 - z1 - w_t) - (1 - z0 - w_t)
    tempted = temptation > k + _EVEN
    suspicion = (z0 - w_d) / (z0 - z1)
    arm = np.where(tempted, suspicion / (suspicion + (1 - suspicion) * (1 - sigma)), 0.0)
    strike = np.where(tempted, 1 - k / np.where(tempted, temptation, 1.0), 0.0)
    seen = arm * sigma
    return {
        "arm": arm, "strike": strike, "p_war": seen + (1 - seen) * strike, "p_war_unarmed": (1 - arm) * strike,
        "peace": np.logical_not(tempted), "sigma_peace": np.clip(1 - (1 - z0 - w_t + k) / (1 - z1 - w_t), 0.0, 1.0),
    }  # fmt: skip


def long_shift(p: Array, step: Array, destruction: Array, discount: Array) -> dict[str, Array]:
    """Whether a slow rise of power over many periods brings a preventive war, though no single step would.

    Players: a rising side, which would win a war with chance p, and a declining side, which makes the offers.
    Timing: each period an offer of a share of the flow, or a war that decides it for good; p rises by `step`, up to 1.
    Information: complete.
    Payoffs: shares of a flow of 1, discounted by δ; war destroys the share d of it for good, so that the rising side has
        M(t) = (1 - d) p_t from a war.
    Equilibrium: war where δ^T M(T) - M(0) exceeds d for some number of periods T of 1 or more: then the rising side
        cannot give up enough, since the most that it can concede in T periods is all of it.
    Comparative statics: war is more likely with a greater step and with less destruction.
    Cannot say: whether war comes where the rise is uncertain or could be slowed.
    """
    p, step, destruction, discount = np.broadcast_arrays(
        *(np.asarray(v, dtype=float) for v in (p, step, destruction, discount))
    )
    decay = -np.log(discount)
    slope = np.maximum(step, 1e-300)
    peak, cap = 1 / decay - p / slope, (1 - p) / slope
    horizon = np.clip(np.stack([np.ones_like(p), *(f(t) for t in (peak, cap) for f in (np.floor, np.ceil))]), 1, 1e15)
    rises = np.exp(-decay * horizon) * np.minimum(1, p + step * horizon)
    best = np.lexsort((horizon, -rises), axis=0)[:1]
    left = (1 - destruction) * (np.take_along_axis(rises, best, axis=0)[0] - p)

    # Least step at each horizon T: p + T step must reach need · δ^-T, which T can ask for only up to 1.
    need = np.maximum(p + destruction / (1 - destruction), 1e-300)
    latest = -np.log(need) / decay
    bottom = (1 + lambertw(-p / need / math.e).real) / decay
    longest = np.maximum(np.floor(latest), 1)
    tried = np.clip(np.stack([np.ones_like(p), np.floor(bottom), np.ceil(bottom), longest]), 1, longest)
    able = decay * tried < -np.log(need) - _EVEN
    asked = (need * np.exp(np.where(able, decay * tried, 0.0)) - p) / tried
    threshold = np.where(able, asked, 1.0).min(axis=0).clip(0, 1)
    return {
        "war": left > destruction + _EVEN, "best_horizon": np.take_along_axis(horizon, best, axis=0)[0],
        "left": left, "right": destruction, "threshold": threshold, "any_step": able.any(axis=0),
        "left_one": (1 - destruction) * (discount * np.minimum(1, p + step) - p),
    }  # fmt: skip


_STAKE, _FLOW, _CHANCE = "share of the stake", "share of the flow", "probability"
_ABSTRACT = "Our reduction in the spirit of the paper, of which only the abstract was read; no replication."


def _total(first: str, second: str) -> Rule:
    return Rule(
        f"{first} and {second} to sum to at most 1", (first, second), lambda v: np.add(v[first], v[second]) <= 1 + _EVEN
    )


MODELS = (
    Model(
        "leventoglu_slantchev2007", "Peace that only destruction makes credible", armed_peace,
        (
            Input("y0", "worth of the stake at the start", 100, 0, 1e9),
            Input("harm", "share of the stake that each period destroys", 0.12, 0.001, 1),
            Input("cost", "cost of a period of war to each, in the unit of the stake", 20, 1e-6, 1e9),
            Input("p_first", "chance that a surprise attack wins at once", 0.5, 0, 1),
            Input("p_second", "chance that a surprise attack loses at once", 0.05, 0, 1),
            Input("l", "chance of each side to win a period of war", 0.1, 0, 0.5),
            Input("discount", "discount factor δ, of a period", 0.9, 0, 1, open_high=True),
            Input("periods", "periods that are listed", 14, 1, 10_000, "integer"),
        ),
        (
            Output("peace_periods", "periods, counted from 0, in which peace is credible", "periods"),
            Output("peace", "whether peace is credible, in each of the periods listed"),
            Output("lasting_from", "first period from which peace is credible for good", "periods"),
            Output("first_peace", "first period in which peace is credible", "periods"),
            Output("value", "expected payoff of each side at the start", "unit of the stake"),
        ),
        'B. Leventoglu and B. L. Slantchev, "The Armed Peace: A Punctuated Equilibrium Theory of War", '
        "American Journal of Political Science 51 (2007) 755–771",
        (CHECKED, REDUCTION, DERIVED), "commitment", elementwise=True, rules=(_total("p_first", "p_second"),),
        notes=(_ABSTRACT, "Over a grid the list of periods differs in length; solve one by one then."),
    ),
    Model(
        "wolford_reiter_carrubba2011", "A settlement that lets the other side grow", growing_rival,
        (
            Input("p", "chance that A wins the second stage", 0.6, 0, 1),
            Input("c", "cost of the second stage to B, share of the stake", 0.1, 0, 1),
            Input("k", "cost of the battle to A, share of the stake", 0.1, 0, 1000),
            Input("alpha", "chance that A wins outright in the battle", 0.5, 0, 1),
            Input("beta", "chance that B wins outright in the battle", 0.1, 0, 1),
            Input("weight", "weight of the second stage, the first weighing 1", 3.6, 0.001, 1e6),
            Input("shift", "fall of p that a settlement allows", 0.1, 0, 1),
        ),
        (
            Output("threshold", "largest fall of p that A bears without war; below 0: war in any case", "chance"),
            Output("war_value", "expected payoff of A from the battle", "shares of the stake over both stages"),
            Output("settled_value", "payoff of A from a settlement in which B concedes all", "shares of the stake over both stages"),
            Output("war", "whether A fights on at the shift given"),
            Output("war_possible", "whether some fall of p would make A fight on"),
        ),
        'S. Wolford, D. Reiter and C. J. Carrubba, "Information, Commitment, and War", '
        "Journal of Conflict Resolution 55 (2011) 556–579",
        (MEMORY, REDUCTION, DERIVED), "commitment",
        rules=(
            _total("p", "c"), _total("alpha", "beta"),
            Rule("shift at most p", ("shift", "p"), lambda v: np.less_equal(v["shift"], v["p"])),
        ),
        notes=("Our reduction: only the leg in which the types are known; reconstructed from memory, no replication.",),
    ),
    Model(
        "fearon2013", "Fighting as the only screen", screening_by_fighting,
        (
            Input("discount", "discount factor δ, of a period", 0.98, 0, 0.999999),
            Input("c_g", "cost of a period of war to the government, share of the flow", 0.1, 0, 1000),
            Input("c_r", "cost of a period of war to the rebel, share of the flow", 0.05, 0, 1000),
            Input("win_strong", "chance that a strong rebel wins in a period", 0.1, 0, 1),
            Input("elim_strong", "chance that a strong rebel is eliminated in a period", 0.01, 0, 1),
            Input("win_weak", "chance that a weak rebel wins in a period", 0.0, 0, 1),
            Input("elim_weak", "chance that a weak rebel is eliminated in a period", 0.16, 0, 1),
            Input("mu", "belief that the rebel is strong", 0.3, 0, 1),
        ),
        (
            Output("w_strong", "worth of war to a strong rebel, which is what is conceded; at least 0", _FLOW),
            Output("cutoff", "belief from which the government concedes", _CHANCE),
            Output("rounds", "periods of war before it concedes; none where it never does", "periods"),
            Output("value", "expected payoff of the government", _FLOW),
            Output("screens", "whether fighting ever leads to a concession"),
            Output("survival_teaches", "whether a rebel that survives is more likely to be strong"),
            Output("p_concession", "chance that the war ends by a concession", _CHANCE),
        ),
        'J. D. Fearon, "Fighting rather than Bargaining", working paper, Stanford University (2007, 2013)',
        (CHECKED, REDUCTION, DERIVED), "commitment", elementwise=True,
        rules=(
            _total("win_strong", "elim_strong"), _total("win_weak", "elim_weak"),
            Rule("win_weak at most win_strong", ("win_weak", "win_strong"), lambda v: np.less_equal(v["win_weak"], v["win_strong"])),
            Rule("elim_strong at most elim_weak", ("elim_strong", "elim_weak"), lambda v: np.less_equal(v["elim_strong"], v["elim_weak"])),
        ),
        notes=(
            _ABSTRACT,
            "Where both types survive alike, fighting teaches nothing: the government concedes at once or never.",
            "Where war is worth less than nothing to the strong rebel it gives up for 0.",
            "Offers below W_S are left out altogether, so that a rebel known to be weak (mu = 0) is fought to the end.",
        ),
    ),
    Model(
        "debs_monteiro2014", "A strike on the suspicion of arming", secret_arming,
        (
            Input("z0", "share of the deterrer in peace with an unarmed target", 0.7, 0, 1),
            Input("z1", "share of the deterrer in peace with an armed target", 0.4, 0, 1),
            Input("w_d", "worth of a strike to the deterrer, share of the stake", 0.6, 0, 1),
            Input("w_t", "worth of a strike to the target, share of the stake", 0.1, -100, 1),
            Input("k", "cost of arming, share of the stake", 0.05, 0, 100),
            Input("sigma", "chance that arming is seen", 0.3, 0, 1),
        ),
        (
            Output("arm", "chance that the target arms", _CHANCE),
            Output("strike", "chance of a strike where no arming was seen", _CHANCE),
            Output("p_war", "chance of a strike, on a sign or without", _CHANCE),
            Output("p_war_unarmed", "chance of a strike on a target that had not armed", _CHANCE),
            Output("peace", "whether there is neither arming nor war"),
            Output("sigma_peace", "chance of being seen from which there is peace", _CHANCE),
        ),
        'A. Debs and N. P. Monteiro, "Known Unknowns: Power Shifts, Uncertainty, and War", '
        "International Organization 68 (2014) 1–31",
        (CHECKED, REDUCTION, DERIVED), "commitment",
        rules=(
            Rule("z1 below w_d below z0, by 1e-9 at least", ("z1", "w_d", "z0"),
                 lambda v: (np.subtract(v["w_d"], v["z1"]) >= 1e-9) & (np.subtract(v["z0"], v["w_d"]) >= 1e-9)),
            Rule("w_t at most 1 - z0", ("w_t", "z0"), lambda v: np.add(v["w_t"], v["z0"]) <= 1 + _EVEN),
        ),
        notes=(_ABSTRACT, "Arming that is seen is always struck, since w_d is above z1."),
    ),
    Model(
        "krainin2017", "A shift of power over many periods", long_shift,
        (
            Input("p", "chance that the rising side wins a war now", 0.3, 0, 1),
            Input("step", "rise of that chance per period, until it is 1", 0.02, 0, 1),
            Input("destruction", "share of the flow that war destroys for good", 0.1, 0, 1, open_high=True),
            Input("discount", "discount factor δ, of a period", 0.99, 0.001, 1, open_high=True),
        ),
        (
            Output("war", "whether the declining side goes to war"),
            Output("best_horizon", "periods over which the rise weighs most", "periods"),
            Output("left", "what the rising side gains over these periods and cannot give up", _FLOW),
            Output("right", "what war destroys", _FLOW),
            Output("threshold", "step above which there is war; 1 where no step is enough", "chance per period"),
            Output("any_step", "whether some step would bring war"),
            Output("left_one", "the same gain over a single period, as in Powell's condition", _FLOW),
        ),
        'J. Krainin, "Preventive War as a Result of Long-Term Shifts in Power", '
        "Political Science Research and Methods 5 (2017) 103–121",
        (CHECKED, DERIVED), "commitment",
        notes=("Only the abstract was read; the condition is derived here, for a steady rise.",),
    ),
)  # fmt: skip
"""The models of this family."""
