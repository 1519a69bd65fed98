"""The compiled stage of the war-termination game: arrays in, values and policies out, one call for many draws.

One draw is a finite-horizon stochastic game with public beliefs. In month t at state s = (regime g, position x,
statistic y) side i expects, of fighting on,

.. math:: R_i(s) = f_i(s) + \\delta_i E_i[V_i(s') | s],

with i's own predictive chances. A proposer makes the best offer (term τ, payment m within the term's cap) that the
other side accepts, :math:`U_j(τ) \\pm m \\ge R_j`; a deal is open iff such an offer is worth R_i to it as well; who
proposes is drawn with chance λ. Where one is open, talks get to a signature this month with chance q, and else the war
goes on: with :math:`A_i` what side i has of the deal,

.. math:: V_i = q A_i + (1 - q) R_i \\text{ where a deal is open}, \\qquad V_i = R_i \\text{ elsewhere}.

After a settlement power may shift; the games after the shift are solved first, in the same backward pass and with the
same q, and priced into U (theory of commitment; a ladder, so that no value looks at itself).

Arrays are laid out [side, regime, position, statistic], the statistic contiguous. JAX arrays stay in this folder.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.special import erf, expit

ACCEPT = 1e-12
"""At indifference players accept; so much may be lost to rounding."""


@dataclass(frozen=True)
class Shape:
    """What the compiled program depends on, beside the sizes of its arrays.

    Attributes
    ----------
    learning : {"gaussian", "hypotheses", "beta", "known"}
    moves : tuple of int
        Displacements on one axis, increasing.
    axes : int
    horizon : int
        Months T in which the statistic grows.
    terminal : {"stationary", "fight"}
    ladder : int
        Number of games after a shift of power: 0, 1, or 2 where a strategic line changes the shift.
    pairs : tuple of (int, int)
        Terms between which lots may be drawn.
    most_sweeps : int
    accelerate : bool
    acceptance : float
        Smoothing of accept-or-fight, in shares of the stake; 0 for the hard rule.
    paths : bool
        Whether to hand back values at all states.
    within : tuple of int
        Months within which the chance of a settlement is wanted from states of month 0.
    """

    learning: str
    moves: tuple[int, ...]
    axes: int
    horizon: int
    terminal: str
    ladder: int
    pairs: tuple[tuple[int, int], ...] = ()
    most_sweeps: int = 6000
    accelerate: bool = True
    acceptance: float = 0.0
    paths: bool = False
    within: tuple[int, ...] = ()


class Board(NamedTuple):
    """What all draws share. X positions, D outcomes, L terms, K axes, Y points of the statistic, Q states asked for."""

    following: Any
    """[D, X] next position."""
    moved: Any
    """[D, K] displacement on each axis."""
    over: Any
    """[X] whether the war is over there."""
    landing: Any
    """[L] position at which a term draws the front."""
    final: Any
    """[L] whether a term ends everything (a surrender)."""
    statistic: Any
    """[Y] evenly spaced."""
    asked: Any
    """[Q, 4] states asked for: month, regime, position, index of the statistic. The first is the start."""
    until: Any
    """[] month up to which to look ahead of the start."""


class Draw(NamedTuple):
    """The numbers of one draw (with a batch axis in front: of many). G regimes, P = 1 + ladder phases: the games after
    a shift of power first, the war itself last."""

    flow: Any
    """[2, G, X] what a month of war gives, in month 0."""
    flow_growth: Any
    """[2, G, X] what each further month adds to it."""
    discount: Any
    """[2]"""
    proposer: Any
    """[G] chance that side A proposes."""
    talks: Any
    """[] chance that a deal that suits both is signed within the month."""
    end: Any
    """[2, X] payoff where the war is over."""
    transition: Any
    """[G, G]"""
    offset: Any
    """[P, K, G, X] drift beyond the common one: barrier, regime, shift."""
    sigma: Any
    """[]"""
    prior: Any
    """Belief of each side: gaussian and beta [2, 2] (mean, sd; a, b), hypotheses [2, 2, H] (values, weights), known
    [P, 2, D, G, X] chances."""
    analyst: Any
    """The same for the analyst, without the axis of sides."""
    share: Any
    """[2, L] what a term is worth if it holds."""
    punished: Any
    """[2, G, L] what it costs the leader at home."""
    cap: Any
    """[L] largest payment; minus infinity for a term that is not to be had."""
    exposure: Any
    """[2, L] weight of the reopened game in what a term is worth."""
    rung: Any
    """[L] which game after the shift would follow."""
    penalty: Any
    """[] cost of breaking a settlement."""
    smoothing: Any
    """[]"""


# --- beliefs and moves ---------------------------------------------------------------------------------------


def _bins(mean: Any, sd: Any, moves: tuple[int, ...]) -> Any:
    """Chances of the displacements of a normal drift, edges half-way between them; [D, ...]."""
    edges = np.array([(lo + hi) / 2 for lo, hi in itertools.pairwise(moves)]).reshape(-1, *([1] * jnp.ndim(mean)))
    below = 0.5 * (1 + erf((edges - mean) / (sd * np.sqrt(2))))
    return jnp.diff(below, axis=0, prepend=0.0, append=1.0)


def displaced(shape: Shape, drift: Any, spread: Any) -> Any:
    """Chances of a month's outcomes on all axes, independent given the drift [K, ...]; [D, ...]."""
    out = _bins(drift[0], spread, shape.moves)
    for axis in range(1, shape.axes):
        second = _bins(drift[axis], spread, shape.moves)
        out = (out[:, None] * second[None]).reshape(-1, *out.shape[1:])
    return out


def believed(shape: Shape, board: Board, draw: Draw, prior: Any, month: Any) -> tuple[Any, Any, Any]:
    """A belief about the drift in a month as a mixture of normals: weight, mean [H, Y], sd [H].

    Two axes share one drift: their displacements are independent only given it, so that the belief is cut into nine
    points (Gauss–Hermite).
    """
    y, seen = board.statistic, month * shape.axes
    if shape.learning == "gaussian":
        precision = 1 / prior[1] ** 2 + seen / draw.sigma**2
        mean = (prior[0] / prior[1] ** 2 + y / draw.sigma**2) / precision
        if shape.axes == 1:
            return jnp.ones((1, 1)), mean[None], (1 / jnp.sqrt(precision))[None]
        nodes, weights = np.polynomial.hermite_e.hermegauss(9)
        return (
            jnp.asarray(weights / weights.sum())[:, None],
            mean + jnp.asarray(nodes)[:, None] / jnp.sqrt(precision),
            jnp.zeros(9),
        )
    values, weights = prior[0], prior[1]
    evidence = (values[:, None] * y - seen * values[:, None] ** 2 / 2) / draw.sigma**2
    weight = jax.nn.softmax(jnp.log(weights)[:, None] + evidence, axis=0)
    return weight, values[:, None] + jnp.zeros_like(y), jnp.zeros(len(values))


def chances(shape: Shape, board: Board, draw: Draw, prior: Any, offset: Any, month: Any) -> Any:
    """Predictive chances of the outcomes of a month, for one belief; [D, G, X, Y] (X of 1 where it does not matter)."""
    if shape.learning == "known":
        return prior[..., None] + jnp.zeros_like(board.statistic)
    if shape.learning == "beta":
        wins = jnp.clip((month + board.statistic) / 2, 0, month)
        p = (prior[0] + wins) / (prior[0] + prior[1] + month)
        return jnp.stack([1 - p, p])[:, None, None, :] + jnp.zeros((1, *offset.shape[1:], 1))
    weight, mean, sd = believed(shape, board, draw, prior, month)

    def given(one: tuple[Any, Any, Any]) -> Any:
        weight, mean, sd = one
        return weight * displaced(shape, mean + offset[..., None], jnp.sqrt(sd**2 + draw.sigma**2))

    if len(sd) == 1:
        return given((weight[0], mean[0], sd[0]))
    return jnp.sum(lax.map(given, (weight, mean, sd)), axis=0)


def destinations(shape: Shape, board: Board, offset: Any) -> tuple[Any, Any]:
    """Where a month leads: flat index [D, G, X, Y] of (position, lower point of the statistic), weight of the upper."""
    y = board.statistic
    points, positions = len(y), board.following.shape[1]
    if shape.learning in ("beta", "known"):
        surprise = board.moved.sum(1)[:, None, None] + jnp.zeros(offset.shape[1:])
    else:
        surprise = (board.moved[:, :, None, None] - offset[None]).sum(1)
    if points == 1:
        lower = jnp.zeros((*surprise.shape, 1), dtype=jnp.int32)
        weight = jnp.zeros((*surprise.shape, 1))
    else:
        place = jnp.clip((y + surprise[..., None] - y[0]) / (y[1] - y[0]), 0, points - 1)
        near = jnp.rint(place)
        place = jnp.where(jnp.abs(place - near) < 1e-9, near, place)
        lower = jnp.minimum(place.astype(jnp.int32), points - 2)
        weight = place - lower
    rows = board.following.astype(jnp.int32)[:, None, :, None] * points
    shaped = (surprise.shape[0], surprise.shape[1], positions, points)
    return jnp.broadcast_to(rows + lower, shaped), weight


def by_this_regime(value: Any, transition: Any) -> Any:
    """Value by this month's regime, before the next is drawn: [..., G, X, Y]."""
    if transition.shape[0] == 1:
        return value
    return jnp.einsum("gh,...hxy->...gxy", transition, value)


def expect(chance: Any, value: Any, transition: Any, index: Any, weight: Any) -> Any:
    """E[V(next)]: chance [D, G, X, Y], value [G, X, Y]."""
    mixed = by_this_regime(value, transition)
    flat = mixed.reshape(mixed.shape[0], -1)
    points = value.shape[-1]
    regime = jnp.arange(value.shape[0])[None, :, None, None]
    low = flat.at[regime, index].get(mode="promise_in_bounds")
    if points == 1:
        return jnp.sum(chance * low, axis=0)
    up = flat.at[regime, index + 1].get(mode="promise_in_bounds")
    return jnp.sum(chance * (low + weight * (up - low)), axis=0)


def expect_frozen(chance: Any, value: Any, transition: Any, following: Any) -> Any:
    """The same where the statistic stands still."""
    mixed = by_this_regime(value, transition)
    total = jnp.zeros_like(value)
    for outcome in range(following.shape[0]):
        total = total + chance[outcome] * jnp.take(mixed, following[outcome], axis=1, mode="clip")
    return total


# --- the stage -----------------------------------------------------------------------------------------------


def worth_of_terms(shape: Shape, board: Board, draw: Draw, after: Any, looks: Any) -> Any:
    """U of every term for both sides, [2, G, L, Y].

    `after` holds V of the games after the shift, [ladder, 2, G, X, Y]; `looks` is true in the war and false in those
    games, in which power does not shift again.
    """
    share = draw.share[:, None, :, None]
    worth = share - draw.punished[..., None] + jnp.zeros(len(board.statistic))
    if shape.ladder == 0:
        return worth

    def reopened() -> Any:
        then = after[0][:, :, board.landing]
        if shape.ladder == 2:
            then = jnp.where((draw.rung == 1)[:, None], after[1][:, :, board.landing], then)
        gain = then - draw.penalty - share
        soft = jnp.maximum(draw.smoothing, 1e-300)
        rate = jnp.where(draw.smoothing > 0, expit(gain / soft), (gain > 0).astype(gain.dtype))
        broken = jnp.max(rate, axis=0)
        return worth + draw.exposure[:, None, :, None] * (broken * (then - share) - draw.penalty * rate)

    # A branch, so that the result stands in memory: fused into the stage it would be worked out for every position.
    return lax.cond(looks, reopened, lambda: worth)


class Offers(NamedTuple):
    """Offers of one proposer, [G, X or 1, Y] each: what it and the answerer get before any payment."""

    mine: Any
    theirs: Any
    cap: Any
    """Largest payment."""
    term: Any
    other: Any
    """The second term of a lot; the same as `term` where none is drawn."""
    odds: Any
    """Chance of the second term."""


def over_offers(shape: Shape, mine: Any, theirs: Any, cap: Any, reserve: Any, look: Any, first: Any) -> Any:
    """Go through all offers, terms first and lots after them: ``first = look(offer, first)``, elementwise.

    Term by term, so that each step runs along the states; a reduction over terms would run state by state.
    """

    def term(n: Any, so_far: Any) -> Any:
        place = n.astype(jnp.int32)
        return look(Offers(mine[:, n][:, None], theirs[:, n][:, None], cap[n], place, place, 0.0), so_far)

    found = lax.fori_loop(0, len(cap), term, first)
    for lo, hi in shape.pairs:
        least = jnp.minimum(cap[lo], cap[hi])
        gap = (theirs[:, hi] - theirs[:, lo])[:, None]
        flat = jnp.abs(gap) < 1e-300
        for sign in (-1.0, 1.0):
            target = jnp.where(jnp.isfinite(least), sign * least, 0.0)
            q = jnp.clip((reserve + target - theirs[:, lo][:, None]) / jnp.where(flat, 1.0, gap), 0, 1) * ~flat
            u = mine[:, lo][:, None] + q * (mine[:, hi] - mine[:, lo])[:, None]
            found = look(Offers(u, theirs[:, lo][:, None] + q * gap, least, lo, hi, q), found)
    return found


def worth_offering(offer: Offers, reserve: Any) -> Any:
    """What a proposer has of an offer that is accepted; minus infinity where it would be refused."""
    room = offer.theirs - reserve
    return jnp.where(room + offer.cap >= -ACCEPT, offer.mine + jnp.minimum(offer.cap, room), -jnp.inf)


def bargain(shape: Shape, mine: Any, theirs: Any, cap: Any, reserve: Any) -> tuple[Any, Any]:
    """Best that a proposer can have, and what its answerer then gets; [G, X, Y] each.

    `mine`, `theirs` : U of proposer and answerer, [G, L, Y]; `reserve` : R of the answerer, [G, X, Y]. Among terms
    that the proposer likes alike, the one that the answerer likes best.
    """

    def better(offer: Offers, best: Any) -> Any:
        return jnp.maximum(best, worth_offering(offer, reserve))

    none = jnp.full(reserve.shape, -jnp.inf)
    best = over_offers(shape, mine, theirs, cap, reserve, better, none)

    def kinder(offer: Offers, answer: Any) -> Any:
        alike = worth_offering(offer, reserve) >= best - ACCEPT
        return jnp.maximum(answer, jnp.where(alike, jnp.maximum(offer.theirs - offer.cap, reserve), -jnp.inf))

    return best, over_offers(shape, mine, theirs, cap, reserve, kinder, none)


class Stage(NamedTuple):
    """One month: values [2, G, X, Y], best and answered payoffs; [G, X, Y] whether a deal is open, chance of settling."""

    value: Any
    best: Any
    answer: Any
    opens: Any
    """A chance where accept-or-fight is smoothed."""
    settle: Any
    """The same times the chance of a signature."""


def stage(shape: Shape, board: Board, draw: Draw, worth: Any, reserve: Any) -> Stage:
    """Who proposes what and who accepts, given R of both sides, [2, G, X, Y]."""
    best, answered = jax.vmap(lambda mine, theirs, kept: bargain(shape, mine, theirs, draw.cap, kept))(
        worth, worth[::-1], reserve[::-1]
    )
    answer = answered[::-1]
    lam = draw.proposer[:, None, None]
    chance = jnp.stack([lam, 1 - lam])
    agreed = chance * best + (1 - chance) * answer
    if shape.acceptance > 0:
        margin = jnp.min(best - reserve, axis=0)
        there = jnp.isfinite(margin)
        opens = jnp.where(there, expit(margin / shape.acceptance), 0.0)
    else:
        there = best[0] - reserve[0] >= -ACCEPT
        opens = there.astype(reserve.dtype)
    settle = draw.talks * opens
    value = jnp.where(there, settle * jnp.where(there, agreed, 0.0) + (1 - settle) * reserve, reserve)
    over = board.over[None, :, None]
    value = jnp.where(over, draw.end[:, None, :, None], value)
    return Stage(value, best, answer, jnp.where(over, 0.0, opens), jnp.where(over, 0.0, settle))


def flow_of(draw: Draw, month: Any) -> Any:
    """What a month of war gives to each side, [2, G, X, 1]."""
    return (draw.flow + month * draw.flow_growth)[..., None]


def reserve_of(board: Board, draw: Draw, month: Any, expected: Any) -> Any:
    """R from the expected value of next month, [2, G, X, Y]."""
    fought = flow_of(draw, month) + draw.discount[:, None, None, None] * expected
    return jnp.where(board.over[None, :, None], draw.end[:, None, :, None], fought)
