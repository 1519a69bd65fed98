"""Where many actors pull one issue: what each stands to gain by challenging each other, and who gives way to whom.

Actors k have positions x_k on a line, salience s_k and capability c_k; positions are measured in shares of their range.
An actor votes with :math:`c_k s_k (|x_k-x_j| - |x_k-x_i|)` for the position of i against that of j, and i prevails with
the chance :math:`P_{ij}`, the votes for i over all votes cast. With risk exponents r, u the distance from i to j and m
that from i to the weighted median, i expects of a challenge to j

.. math::

   E_{ij} = s_j (P_{ij} U_s + (1 - P_{ij}) U_f) + (1 - s_j) U_s - Q U_q - (1 - Q)(T U_b + (1 - T) U_w),

   U_s, U_f = 2 - 4 (1/2 ∓ u/2)^r, \\quad U_b, U_w = 2 - 4 (1/2 ∓ (m + u)/4)^r, \\quad U_q = 2 - 4 (1/2)^r.

All votes of one draw need only sums over actors in the order of their positions, so that a round of n actors costs
n² log n rather than n³ steps.

Reference: J. B. Scholz, G. J. Calbert and G. A. Smith, "Unravelling Bueno De Mesquita's Group Decision Model", *Journal
of Theoretical Politics* 23 (2011) 510–531.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from armistice.core.model import CHECKED, DERIVED, MEMORY, Input, Model, Output, Rule

REFERENCE = (
    'J. B. Scholz, G. J. Calbert and G. A. Smith, "Unravelling Bueno De Mesquita\'s Group Decision Model", '
    "Journal of Theoretical Politics 23 (2011) 510–531"
)
Array = Any
"""A number or an array of numbers."""
NOTHING = 1e-12
"""What counts as zero: an expected utility, or a distance in shares of the range."""
NO_VOTES = 1e-13
"""Votes cast, as a share of all weight, below which nobody cares who prevails and the chance is one half."""
CHUNK = 2**16
"""Pairs of actors solved at once in one thread; more would leave the fast memory of a core."""
MOST_ROUNDS = 1000


def expected_utility(
    positions: Array, salience: Array, capability: Array, rounds: int = 1, risk: str = "yes", q: float = 1.0,
    t: float = 0.5,
) -> dict[str, Array]:  # fmt: skip
    """Which position a group of actors ends up with, by challenges, confrontations and compromises.

    Players: actors with a position, a salience (the share of their capability that they put in) and a capability.
    Timing: in every round all see what they expect of challenging each other; then each takes one offer or none.
    Information: complete, but each judges the utilities of others by its own risk exponent.
    Payoffs: i expects E_ij = s_j (P_ij U_s + (1 - P_ij) U_f) + (1 - s_j) U_s - Q U_q - (1 - Q)(T U_b + (1 - T) U_w) of
        challenging j, with s_j its salience, P_ij the chance to prevail, and U_s, U_f the utilities of success and
        failure, U_q, U_b, U_w of what stays as it is, gets better or gets worse without a challenge.
    Equilibrium: none; of the offers with E_ji > 0 (all of the way where E_ji > E_ij > 0 or E_ij <= -E_ji, else the part
        |E_ij / E_ji| of it) an actor takes the one that asks it to move least, of two alike the lower position.
    Comparative statics: the mean moves toward an actor as its salience or capability rises; scaling all capabilities changes nothing.
    Cannot say: what actors outside the list do, or what a lasting agreement would need; positions are one number each.

    Positions, salience and capability are arrays [..., actors] with any leading axes that broadcast, say draws of
    uncertain inputs. Of the first round, `votes` and `p` are [..., actors, actors] and `r` is [..., actors]; `rounds` is
    [..., 1 + rounds, actors], `means` and `medians` are [..., 1 + rounds]. The function `forecast`
    beside it is for many draws.
    """
    x, s, w, _, _ = _scaled(positions, salience, capability)
    distance = np.abs(x[..., :, None] - x[..., None, :])
    toward = (distance * w[..., None, :]).sum(-1)
    first = _round(x, s, w, risk == "yes", q, t)
    answer = forecast(positions, salience, capability, rounds, risk, q, t)
    return {
        "mean": answer["means"][..., 0], "median": answer["medians"][..., 0],
        "votes": toward[..., None, :] - toward[..., :, None],
        "p": first[1], "r": first[2], **answer,
    }  # fmt: skip


def forecast(
    positions: Array, salience: Array, capability: Array, rounds: int = 1, risk: str = "yes", q: float = 1.0,
    t: float = 0.5, threads: int | None = None,
) -> dict[str, Array]:  # fmt: skip
    """Positions round by round for many draws, without the matrices of votes and chances.

    Parameters
    ----------
    positions, salience, capability : array, [..., actors]
        Leading axes broadcast; they are solved in parts of bounded memory, several at a time.
    rounds : int
    risk : {"yes", "no"}
        Whether risk exponents follow from how exposed an actor is; 1 for all otherwise.
    q, t : float
        Chance that without a challenge all stays as it is, and that it gets better where it does not.
    threads : int, optional
        As many as there are processors by default.

    Returns
    -------
    dict
        `rounds` [..., 1 + rounds, actors], `means` and `medians` [..., 1 + rounds], weighted by capability and salience;
        the first are the inputs' own.
    """
    x, s, w, low, span = _scaled(positions, salience, capability)
    shape, n = x.shape[:-1], x.shape[-1]
    x, s, w = (v.reshape(-1, n) for v in (x, s, w))
    walked = np.empty((x.shape[0], rounds + 1, n))
    size = max(1, CHUNK // n**2)

    def walk(start: int) -> None:
        part = slice(start, start + size)
        at = walked[part, 0] = x[part]
        for k in range(rounds):
            at = walked[part, k + 1] = _round(at, s[part], w[part], risk == "yes", q, t)[0]

    starts = range(0, x.shape[0], size)
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        list(pool.map(walk, starts))
    walked = walked.reshape(*shape, rounds + 1, n)
    w = w.reshape(*shape, 1, n)
    rows = low[..., None] + span[..., None] * walked
    rows[..., 0, :] = positions
    total = w.sum(-1)
    return {"rounds": rows, "means": (rows * w).sum(-1) / total, "medians": _median(rows, w)}


def _scaled(positions: Array, salience: Array, capability: Array) -> tuple[Array, Array, Array, Array, Array]:
    """Positions in shares of their range, salience, votes, and lowest position and range, [..., 1]."""
    position, s, c = np.broadcast_arrays(*(np.asarray(v, float) for v in (positions, salience, capability)))
    low = position.min(-1, keepdims=True)
    span = position.max(-1, keepdims=True) - low
    span = np.where(span > 0, span, 1.0)
    return (position - low) / span, s, c * s, low, span


def _median(rows: Array, w: Array) -> Array:
    """Position that half of the weight lies at or below, [...]; the lower one where two do."""
    order = np.argsort(rows, axis=-1, kind="stable")
    reached = np.cumsum(np.take_along_axis(np.broadcast_to(w, rows.shape), order, -1), axis=-1)
    place = (reached >= reached[..., -1:] / 2 * (1 - NOTHING)).argmax(-1)[..., None]
    return np.take_along_axis(np.take_along_axis(rows, order, -1), place, -1)[..., 0]


def _chances(x: Array, w: Array, apart: Array) -> Array:
    """Chance that the position of i prevails over that of j, [..., i, j].

    With i to the left of j and h the midpoint, the votes for i are :math:`\\sum_{x_k<h} w_k \\min(x_j-x_i, x_i+x_j-2x_k)`:
    sums up to x_i and to h of weights and of weighted positions are enough.
    """
    n = x.shape[-1]
    shape, x, w = x.shape, x.reshape(-1, n), w.reshape(-1, n)
    order = np.argsort(x, axis=-1, kind="stable")
    sorted_x, sorted_w = np.take_along_axis(x, order, -1), np.take_along_axis(w, order, -1)
    sums = np.zeros((2, len(x), n + 1))
    np.cumsum(sorted_w, axis=-1, out=sums[0, :, 1:])
    np.cumsum(sorted_w * sorted_x, axis=-1, out=sums[1, :, 1:])
    one, two = np.triu_indices(n)
    both = sorted_x[:, one] + sorted_x[:, two]
    # One search for all draws of the part: each has its own stretch of the line. A midpoint that rounding puts on the
    # wrong side of an actor does no harm, for that actor's vote is next to nothing.
    offset = 2.0 * np.arange(len(x))[:, None]
    place = np.searchsorted((sorted_x + offset).ravel(), (both / 2 + offset).ravel(), side="right").reshape(both.shape)
    place += np.arange(len(x))[:, None]  # each row of sums has one entry more than there are actors
    under = 2 * sums[1].ravel()[place] - both * sums[0].ravel()[place]
    level = np.arange(n)
    own = 2 * (sums[1, :, :n] - sorted_x * sums[0, :, :n])
    pair = np.empty((n, n), int)
    pair[one, two] = pair[two, one] = np.arange(len(one))
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, level[None], -1)
    where = pair[rank[:, :, None], rank[:, None, :]]
    where += len(one) * np.arange(len(x))[:, None, None]
    under = under.ravel().take(where)
    own = np.take_along_axis(own, rank, -1)
    total = sums[0, :, -1][:, None, None]
    apart = apart.reshape(-1, n, n)
    ahead = np.maximum(x[:, :, None] - x[:, None, :], 0.0)
    votes = np.maximum(own[:, :, None] + total * ahead - under, 0.0)
    cast = own[:, :, None] + own[:, None, :] + total * apart - 2 * under
    some = (cast > NO_VOTES * total) & (apart > 0)
    p = np.where(some, votes / np.where(some, cast, 1.0), 0.5)
    return np.minimum(p, 1.0, out=p).reshape(*shape, n)


def _round(x: Array, s: Array, w: Array, risk: bool, q: float, t: float) -> tuple[Array, Array, Array]:
    """Positions after a round, chances to prevail and risk exponents; positions in shares of the range."""
    apart = np.abs(x[..., :, None] - x[..., None, :])
    p = _chances(x, w, apart)
    median = np.abs(x - _median(x, w)[..., None])
    r = _risk_exponents(apart, p, s, median, q, t) if risk else np.ones(x.shape)
    power = r[..., None]
    half = 0.5 * apart
    lost = (0.5 - half) ** power  # U_s = 2 - 4 lost
    spread = (0.5 + half) ** power
    spread -= lost
    spread *= 4
    success = (2 - q * (2 - 4 * 0.5**power)) - 4 * lost
    # A challenge fails where it is contested and lost; the column's actor loses with the chance that the row's prevails.
    # Both sides are judged with the exponent of the row's actor.
    risked = p * spread
    theirs = success - s[..., :, None] * risked
    spread -= risked
    spread *= s[..., None, :]
    mine = np.subtract(success, spread, out=success)
    if q < 1:
        mine -= (1 - q) * _without(median[..., :, None], apart, power, t)
        theirs -= (1 - q) * _without(median[..., None, :], apart, power, t)
    asked = (theirs > NOTHING) & (apart > NOTHING)
    yields = asked & (mine < -NOTHING)
    asked &= (mine > NOTHING) & (theirs > mine + NOTHING)
    part = np.minimum(-mine / np.where(yields, theirs, 1.0), 1.0, out=mine)
    move = np.where(yields, part * apart, np.where(asked, apart, np.inf))
    lower = x[..., None, :] < x[..., :, None]
    left = np.where(lower, move, np.inf).min(-1)
    right = np.where(lower, np.inf, move).min(-1)
    down = left <= right + NOTHING
    least = np.where(down, -left, right)
    return x + np.where(np.isfinite(least), least, 0.0), p, r


def _without(from_median: Array, apart: Array, power: Array, t: float) -> Array:
    """Utility of what comes without a challenge where things do not stay as they are."""
    shift = 0.25 * (from_median + apart)
    return 2 - 4 * (t * np.maximum(0.5 - shift, 0.0) ** power + (1 - t) * (0.5 + shift) ** power)


def _risk_exponents(apart: Array, p: Array, s: Array, median: Array, q: float, t: float) -> Array:
    """From 1/2 for the actor whom challenges promise most, to 2 for the one whom they promise least.

    With the exponent 1 utilities are linear: U_s = 2 u, U_f = -2 u, U_q = 0, U_b = m + u and U_w = -(m + u).
    """
    n = apart.shape[-1]
    gain = (2 * apart * (1 - 2 * s[..., :, None] * p)).sum(-1)
    others = median.sum(-1, keepdims=True) - median + apart.sum(-1)
    danger = gain - (1 - q) * (2 * t - 1) * others
    high, low = danger.max(-1, keepdims=True), danger.min(-1, keepdims=True)
    differ = high - low > NOTHING * n
    taken = np.where(differ, (2 * danger - high - low) / np.where(differ, high - low, 1.0), 0.0)
    return (3 - taken) / (3 + taken)


def _alike(values: Any) -> bool:
    return len({len(values[name]) for name in ("positions", "salience", "capability")}) == 1


MODELS = (
    Model(
        "expected_utility", "The expected-utility model of a group decision", expected_utility,
        (
            Input("positions", "where each actor stands on the issue, in any unit", (4, 7, 4, 4, 10, 10, 10, 7, 4, 7), -1e9, 1e9, kind="vector"),
            Input("salience", "share of its capability that each actor puts into the issue", (0.8, 0.4, 0.2, 0.8, 0.6, 0.6, 0.9, 0.1, 1, 0.7), 0, 1, kind="vector"),
            Input("capability", "of each actor, in any unit", (0.08, 0.08, 0.03, 0.16, 0.16, 0.16, 0.16, 0.05, 0.05, 0.08), 0, 1e9, kind="vector"),
            Input("rounds", "rounds of challenges", 1, 0, MOST_ROUNDS, kind="integer"),
            Input("risk", "whether risk exponents follow from how exposed an actor is; 1 for all otherwise", "yes", kind="choice", choices=("yes", "no")),
            Input("q", "Q, chance that without a challenge all stays as it is", 1.0, 0, 1),
            Input("t", "T, chance that it gets better where it does not stay as it is", 0.5, 0, 1),
        ),
        (
            Output("mean", "mean position, weighted by capability and salience", "as positions"),
            Output("median", "weighted median position", "as positions"),
            Output("votes", "net votes for the position of the row's actor against the column's", "capability, with distances in shares of the range"),
            Output("p", "chance that the row's actor prevails over the column's", "probability"),
            Output("r", "risk exponent of each actor in the first round, from 0.5 to 2"),
            Output("rounds", "position of each actor at the start and after each round", "as positions"),
            Output("means", "weighted mean position at the start and after each round", "as positions"),
            Output("medians", "weighted median position at the start and after each round", "as positions"),
        ),
        REFERENCE, (CHECKED, DERIVED, MEMORY), "third parties", elementwise=True,
        rules=(
            Rule("one number per actor in each", ("positions", "salience", "capability"), _alike),
            Rule("some actor with salience and capability", ("salience", "capability"),
                 lambda v: len(v["salience"]) != len(v["capability"]) or np.max(v["salience"] * v["capability"]) > 1e-9),
        ),
        notes=(
            "Mean, median, votes and chances follow the paper; public replications disagree on what comes after, and none reproduces its rounds in full.",
            "Here a chance is the votes for a position over the votes cast between the two, without regard to risk, and risk exponents compare actors with each other.",
            "The rule for offers, the part of Q below 1, and the range held at its start are our reading; take the rounds as one scenario.",
        ),
    ),
)  # fmt: skip
"""The models of this family."""
