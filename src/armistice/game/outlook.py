"""How the war may end, and when: the distribution of its states carried forward, month by month.

The analyst believes something of the drift, cut into points (Gauss–Hermite for a normal belief; the hypotheses
themselves; or the predictive chances where battles are counted, which are exact). Given a point, the front moves by
known chances, the sides settle with the chance that the solved game says, and what is left goes on:

.. math:: \\mu_{t+1}(s') = \\sum_s (1 - \\text{settle}_t(s))\\, \\mu_t(s)\\, P(s' | s, \\theta).

Nothing is simulated. A surrender counts as the other side's victory.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from armistice.game.backward import Backward, Chosen
from armistice.game.kernel import Board, Draw, Shape, believed, chances, destinations, displaced, expect

POINTS = 15
"""Points into which a normal belief is cut."""
EDGES = np.linspace(-0.5, 1.5, 81)
"""Of the bins of side A's share in a settlement; what lies beyond falls into the outermost."""


class Ahead(NamedTuple):
    """What happens in each month from the first state asked for on; [M] months of the game, cumulative."""

    settled: Any
    """[M] chance of a settlement so far."""
    victory: Any
    """[M, 2] of A, of B."""
    ongoing: Any
    """[M]"""
    share: Any
    """[M] chance-weighted share of side A in settlements so far."""
    lines: Any
    """[M, X] chance of a settlement at each position so far."""
    shares: Any
    """[M, bins] chance of a settlement with each share so far."""


def _drifts(shape: Shape, board: Board, draw: Draw) -> tuple[Any, Any]:
    """The analyst's belief at the first state asked for as points: weight, drift [H]."""
    month, _, _, place = board.asked[0]
    weight, mean, sd = believed(shape, board, draw, draw.analyst, month)
    if shape.learning != "gaussian" or shape.axes > 1:
        return jnp.broadcast_to(weight, mean.shape)[:, place], mean[:, place]
    nodes, weights = np.polynomial.hermite_e.hermegauss(POINTS)
    return jnp.asarray(weights / weights.sum()), mean[0, place] + jnp.asarray(nodes) * sd[0]


def _mass_of_terms(shape: Shape, board: Board, draw: Draw, chosen: Chosen, now: Any) -> tuple[Any, ...]:
    """This month's settlements `now` [G, X, Y] by line, by side A's share, and the victories by surrender."""
    lam = draw.proposer[:, None, None]
    width = EDGES[1] - EDGES[0]

    def made(term: Any, chance: Any, sign: Any, payment: Any) -> tuple[Any, ...]:
        mass = now * chance
        by_term = jnp.zeros(board.landing.shape[0]).at[term.ravel()].add(mass.ravel())
        share = draw.share[0][term] - sign * payment
        agreed = jnp.where(board.final[term], 0.0, mass)
        bins = jnp.clip(jnp.floor((share - EDGES[0]) / width + 1e-9), 0, len(EDGES) - 2).astype(jnp.int32)
        by_share = jnp.zeros(len(EDGES) - 1).at[bins.ravel()].add(agreed.ravel())
        return by_term, by_share, jnp.sum(agreed * share)

    signs = jnp.array([1.0, -1.0])
    chance = jnp.broadcast_to(jnp.stack([lam, 1 - lam]), chosen.odds.shape)
    parts = [(chosen.term, chance * (1 - chosen.odds) if shape.pairs else chance)]
    if shape.pairs:
        parts.append((chosen.other, chance * chosen.odds))
    told = [jax.vmap(made)(term, odds, signs, chosen.payment) for term, odds in parts]
    by_term, by_share, total = (sum(jnp.sum(row, axis=0) for row in rows) for rows in zip(*told, strict=True))
    lines = jnp.zeros(board.over.shape[0]).at[board.landing].add(jnp.where(board.final, 0.0, by_term))
    surrender = jnp.where(board.final, by_term, 0.0)
    return lines, by_share, total, jnp.array([surrender[-1], surrender[-2]])


def look_ahead(shape: Shape, board: Board, draw: Draw, solved: Backward) -> Ahead:
    """Carry the state forward from the first one asked for, as far as is asked; chances stay as they are after that."""
    start, regime, position, place = board.asked[0]
    regimes, positions, points = draw.transition.shape[0], board.over.shape[0], len(board.statistic)
    index, upper = destinations(shape, board, draw.offset[-1])
    by_drift = shape.learning in ("gaussian", "hypotheses")
    if by_drift:
        weight, drift = _drifts(shape, board, draw)
        spread = jnp.moveaxis(displaced(shape, drift[:, None, None] + draw.offset[-1][:, None], draw.sigma), 1, -1)
        likely = spread[:, :, :, None]
    else:
        weight, likely = jnp.ones(1), jnp.zeros(())
    mass = jnp.zeros((regimes, positions, points, len(weight))).at[regime, position, place].set(weight)
    rows = regimes * positions * points
    base = (jnp.arange(regimes) * positions * points)[None, :, None, None]
    ahead_a = draw.end[0] >= draw.end[1]
    ends = board.over & ahead_a, board.over & ~ahead_a

    def forward(mass: Any, policy: tuple[Any, Any, Any]) -> tuple[Any, tuple[Any, ...]]:
        month, settle, chosen = policy
        settle = settle[..., None]
        found = _mass_of_terms(shape, board, draw, chosen, jnp.sum(mass * settle, axis=-1))
        left = mass * (1 - settle)
        chance = likely if by_drift else chances(shape, board, draw, draw.analyst, draw.offset[-1], month)[..., None]
        flow = (chance * left[None]).reshape(-1, left.shape[-1])
        to = (index + base).reshape(-1)
        share = jnp.broadcast_to(upper, index.shape).reshape(-1)[:, None]
        moved = jnp.zeros((rows + 1, left.shape[-1])).at[to].add(flow * (1 - share))
        if points > 1:
            moved = moved.at[to + 1].add(flow * share)
        moved = moved[:rows].reshape(left.shape)
        if regimes > 1:
            moved = jnp.einsum("gh,gxyn->hxyn", draw.transition, moved)
        at = jnp.sum(moved, axis=(0, 2, 3))
        won = jnp.stack([jnp.sum(jnp.where(e, at, 0.0)) for e in ends])
        moved = jnp.where(board.over[None, :, None, None], 0.0, moved)
        return moved, (*found, won, jnp.sum(left))

    def skip(mass: Any, policy: tuple[Any, Any, Any]) -> tuple[Any, tuple[Any, ...]]:
        return mass, jax.tree.map(lambda a: jnp.zeros(a.shape, a.dtype), jax.eval_shape(forward, mass, policy)[1])

    def month_by_month(mass: Any, policy: tuple[Any, Any, Any]) -> tuple[Any, tuple[Any, ...]]:
        wanted = (policy[0] >= start) & (policy[0] < board.until)
        return lax.cond(wanted, forward, skip, mass, policy)

    _, (lines, shares, total, surrender, won, left) = lax.scan(
        month_by_month, mass, (jnp.arange(shape.horizon), solved.settle, solved.chosen)
    )
    lines, shares, total = jnp.cumsum(lines, 0), jnp.cumsum(shares, 0), jnp.cumsum(total)
    won = jnp.concatenate([jnp.zeros((1, 2)), jnp.cumsum(won, 0)[:-1]])
    return Ahead(jnp.sum(lines, 1), jnp.cumsum(surrender, 0) + won, left, total, lines, shares)


def settled_within(shape: Shape, board: Board, draw: Draw, solved: Backward) -> Any:
    """Chance that the sides settle within each of `shape.within` months of a state of the start, [H, Q].

    For normal beliefs only, and for states of month 0 in which nothing has been learnt yet (statistic 0); NaN for
    others. As in `look_ahead`, given each point of the analyst's belief, but backwards, which serves all states at once:

    .. math:: P_t(s) = \\text{settle}_t(s) + (1 - \\text{settle}_t(s))\\, E[P_{t+1}(s') | s, \\theta].
    """
    if not shape.within:
        return jnp.zeros((0, len(board.asked)))
    offset, lam = draw.offset[-1], draw.proposer[:, None, None]
    index, upper = destinations(shape, board, offset)
    nodes, weights = np.polynomial.hermite_e.hermegauss(POINTS)
    drifts = draw.analyst[0] + jnp.asarray(nodes) * draw.analyst[1]
    nothing = jnp.zeros((len(lam), len(board.over), len(board.statistic)))

    def given(drift: Any) -> Any:
        chance = displaced(shape, drift + offset, draw.sigma)[..., None]  # [D, G, X, 1]

        def back(later: Any, month: Any) -> tuple[Any, None]:
            settle, (by_a, by_b) = solved.settle[month], board.final[solved.chosen.term[month]]
            agreed = settle * (lam * ~by_a + (1 - lam) * ~by_b)
            now = agreed + (1 - settle) * expect(chance, later, draw.transition, index, upper)
            return jnp.where(board.over[None, :, None], 0.0, now), None

        # One after another: side by side they would be ten times as slow.
        return jnp.stack([lax.scan(back, nothing, jnp.arange(end, -1, -1))[0] for end in shape.within])

    found = jnp.tensordot(jnp.asarray(weights / weights.sum()), lax.map(given, drifts), axes=1)
    when, regime, position, place = board.asked.T
    fresh = (when == 0) & (jnp.abs(board.statistic[place]) < 1e-9)
    return jnp.where(fresh, found[:, regime, position, place], jnp.nan)
