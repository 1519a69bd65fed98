"""What published models say of a war as it stands: each model's condition, with the numbers of this war put in.

Most published models know one lottery, the war to its end, and two costs. They are read off the axis of the
war-termination game: front and worth of land as there, beliefs about the drift as each side's, and no bargaining. Let
h(x) be what side A holds at position x, by its own weights, and P the chances of a month's movement under a side's
belief (normal, with the doubt about the drift added to the chance of a month). Fighting to the finish gives

.. math:: p(x) = (1 - \\delta) h(x) + \\delta \\sum_{x'} P(x'|x) p(x'), \\qquad p(0) = 0, \\; p(N) = 1,

and the cost of it, in shares of the stake, follows the same line with the cost of a month in place of h and the cost
of total defeat at a side's own end. So p is the share of the stake that a side expects of a war to the finish, the wait
for it included: what Fearon's lottery is worth on average. All of it is our own reduction of this war to those models.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import erf, sqrt
from typing import Any

import numpy as np

from armistice.core.model import Solution
from armistice.game.form import Belief, WarGame
from armistice.theory import solve

UNSURE = (0.5, 1.5)
"""How far a side's cost may lie from what is judged, as the other side sees it: a judgement of ours."""


@dataclass(frozen=True)
class Finding:
    """What one model says of the war.

    Attributes
    ----------
    question : str
        What it answers, as a reader would ask.
    solution : Solution
        Inputs and values by draw, shape (draws,) each.
    condition : str
        The model's condition, as a clause.
    holds : array of bool, shape (draws,)
    obstacle : bool
        Whether the condition, where it holds, stands in the way of a settlement.
    numbers : dict of str
        Input → where its number comes from.
    first : {"a", "b"}
        Which side of the war plays the model's side A.
    """

    question: str
    solution: Solution
    condition: str
    holds: np.ndarray
    obstacle: bool
    numbers: dict[str, str]
    first: str = "a"


def findings_of(games: Sequence[WarGame]) -> tuple[Finding, ...]:
    """Put the numbers of a war's games, one a draw, into the models that bear on it.

    Parameters
    ----------
    games : sequence of WarGame
        Of one axis, with normal beliefs.
    """
    rows = [_reduced(game) for game in games]
    n = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    share = "share of the stake that {} expects of a war to the finish"
    by_a, by_b = share.format("side A"), share.format("side B")
    p = f"{share.format('the analyst')} for side A"
    c_a, c_b = ("what that war costs {}, its own defeat included".format(f"side {s}") for s in "AB")
    out = []

    def add(
        question: str, name: str, inputs: dict[str, Any], condition: str, holds: str | np.ndarray, obstacle: bool,
        numbers: dict[str, str], first: str = "a",
    ) -> None:  # fmt: skip
        found = solve(name, **inputs)
        told = found[holds] if isinstance(holds, str) else holds
        out.append(Finding(question, found, condition, np.asarray(told, bool), obstacle, numbers, first))

    add(
        "Is there a deal that both prefer to fighting to the finish?", "fearon1995.range",
        {"p": n["p"], "c_a": n["c_a"], "c_b": n["c_b"]}, "some share suits both", n["c_a"] + n["c_b"] > 0, False,
        {"p": p, "c_a": c_a, "c_b": c_b},
    )  # fmt: skip
    add(
        "Do the sides disagree too much about how the war would end?", "fearon1995.disagreement",
        {"p_a": n["p_a"], "p_b": n["p_b"], "c_a": n["c_a_own"], "c_b": n["c_b_own"]},
        "what the two sides expect of the war exceeds the stake by more than both costs", "empty", True,
        {"p_a": by_a, "p_b": by_b, "c_a": f"{c_a}, in its own belief", "c_b": f"{c_b}, in its own belief"},
    )  # fmt: skip
    screened = {
        "p": n["p"], "c_a": n["c_a"], "low": UNSURE[0] * n["c_b"], "high": UNSURE[1] * n["c_b"],
    }  # fmt: skip
    risk = solve("fearon1995.screening", **screened)["p_war"]
    add(
        "Would side A run a risk of war, not knowing what war costs side B?", "fearon1995.screening", screened,
        "the best demand of side A risks a refusal", risk > 0, True,
        {"p": p, "c_a": c_a, "low": "half of what the war costs side B (judgement)", "high": "one and a half times that (judgement)"},
    )  # fmt: skip
    add(
        "Is side A dissatisfied: does it hold less than its power would bring?", "powell1999.status_quo",
        {
            "q": np.minimum(n["held"], n["p"] + n["c_b"]), "p": n["p"], "s": n["c_b"], "low": UNSURE[0] * n["c_a"],
            "high": UNSURE[1] * n["c_a"],
        },
        "side A holds less than war would bring it, by more than its least cost", "dissatisfied", True,
        {"q": "share of the stake that side A holds now", "p": p, "s": c_b, "low": "half of what the war costs side A (judgement)", "high": "one and a half times that (judgement)"},
    )  # fmt: skip
    add(
        "Is the fear of a later shift of power a reason to fight on now?", "powell2006.preventive",
        {"p": n["p_fearful"], "shift": n["shift"], "destruction": n["destruction"], "discount": n["delay"]},
        "the shift of power that is feared is worth more than war destroys", "war", True,
        {
            "p": "expected share of the side that a shift would favour, in the belief of the other",
            "shift": "how far the shift raises it, times the chance that no guarantee prevents its use",
            "destruction": "costs of the war to both, at most the whole stake",
            "discount": "worth today of what comes when power shifts",
        },
    )  # fmt: skip
    if games[0].axes[0].blocks:
        low, high = np.maximum(n["p"] - n["c_a"], 0), np.minimum(n["p"] + n["c_b"], 1)
        add(
            "Does land that cannot be split stand in the way?", "fearon1995.indivisible",
            {"low": low, "high": high, "alpha": n["block"]},
            "the land that cannot be split is worth so much that no share that suits both can be made up", "blocked", True,
            {"low": "least share that suits side A", "high": "largest that suits side B", "alpha": "worth of the land that cannot be split, mean of both sides' weights"},
        )  # fmt: skip
    for side, sign in (("A", "a"), ("B", "b")):
        other = "b" if sign == "a" else "a"
        add(
            f"Does the leader of side {side} need more than any deal would bring?", "goemans2000",
            {
                "p": n["p"] if sign == "a" else 1 - n["p"], "c_a": n[f"c_{sign}"], "c_b": n[f"c_{other}"],
                "tau": n[f"red_line_{sign}"], "penalty": n[f"penalty_{sign}"],
            },
            f"the least that the leader of side {side} can accept is beyond what the other side would give", "empty", True,
            {
                "p": p if sign == "a" else f"{share.format('the analyst')} for side B", "c_a": c_a if sign == "a" else c_b,
                "c_b": c_b if sign == "a" else c_a, "tau": f"share below which the leader of side {side} is punished",
                "penalty": "the punishment, the same after total defeat",
            },
            sign,
        )  # fmt: skip
    return tuple(out)


def _reduced(game: WarGame) -> dict[str, float]:
    """A war's game as the lottery of the older models: expected shares, costs, shift, all from where the front stands."""
    front, learning, shift = game.axes[0], game.learning, game.commitment.shift
    analyst, mine, theirs = (b.first[0] for b in (learning.analyst, learning.prior_a, learning.prior_b))
    p, costs = _finish(game, learning.analyst, analyst)
    p_a, costs_a = _finish(game, learning.prior_a, mine)
    _, costs_b = _finish(game, learning.prior_b, theirs)
    p_b = 1 - _finish(game, learning.prior_b, theirs, "b")[0]
    fearful = learning.prior_b if shift >= 0 else learning.prior_a
    now = _finish(game, fearful, fearful.first[0])[0]
    then = _finish(game, fearful, fearful.first[0] + shift)[0]
    gain = max(then - now if shift >= 0 else now - then, 0.0) * (1 - game.commitment.guarantee)
    favoured = now if shift >= 0 else 1 - now
    delta, rho = game.time.discount, game.commitment.arrival
    block = sum(
        sum(front.value_a[lo:hi]) + sum(front.value_b[lo:hi]) for lo, hi in front.blocks[:1]
    ) / 2  # fmt: skip
    return {
        "p": p, "c_a": costs[0], "c_b": costs[1], "p_a": p_a, "p_b": p_b, "c_a_own": costs_a[0], "c_b_own": costs_b[1],
        "held": sum(front.value_a[: front.start]), "p_fearful": favoured, "shift": min(gain, 1 - favoured),
        "destruction": min(sum(costs), 1.0), "delay": delta * rho / (1 - delta * (1 - rho)), "block": block,
        "red_line_a": game.domestic.red_line_a, "red_line_b": game.domestic.red_line_b,
        "penalty_a": game.domestic.penalty_a, "penalty_b": game.domestic.penalty_b,
    }  # fmt: skip


def _finish(game: WarGame, belief: Belief, drift: float, weights: str = "a") -> tuple[float, tuple[float, float]]:
    """Share of side A expected of a war to the finish, by one side's weights, and what it costs both."""
    front, delta = game.axes[0], game.time.discount
    moves, last = game.grid.displacement, front.steps
    spread = sqrt(belief.second[0] ** 2 + game.learning.sigma**2)
    edges = [(lo + hi) / 2 for lo, hi in itertools.pairwise(moves)]
    move = np.zeros((last + 1, last + 1))
    for x in range(1, last):
        below = [0.0, *(0.5 * (1 + erf((e - drift - front.barrier[x]) / (spread * sqrt(2)))) for e in edges), 1.0]
        for step, chance in zip(moves, np.diff(below), strict=True):
            move[x, min(max(x + step, 0), last)] += chance
    value = front.value_a if weights == "a" else front.value_b
    held = np.concatenate([[0.0], np.cumsum(value)])
    flow = np.stack([held, np.full(last + 1, game.costs.a), np.full(last + 1, game.costs.b)], axis=1) * (1 - delta)
    flow[0], flow[-1] = (0, game.defeat.a, 0), (1, 0, game.defeat.b)
    share, cost_a, cost_b = np.linalg.solve(np.eye(last + 1) - delta * move, flow)[front.start]
    return float(np.clip(share, 0, 1)), (float(cost_a), float(cost_b))
