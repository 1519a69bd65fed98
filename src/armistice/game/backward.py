"""One draw of the war-termination game solved backwards from the horizon, and the offers behind its values."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from armistice.game.horizon import come_to_rest
from armistice.game.kernel import (
    ACCEPT,
    Board,
    Draw,
    Shape,
    Stage,
    by_this_regime,
    chances,
    destinations,
    expect,
    offers_of,
    reserve_of,
    stage,
    worth_of_terms,
)  # fmt: skip


class Chosen(NamedTuple):
    """What each proposer (first axis) offers at each state, [2, G, X, Y]; a lot draws between two terms."""

    term: Any
    other: Any
    """The second term of a lot; the same as `term` where none is drawn."""
    odds: Any
    """Chance of the second term."""
    payment: Any
    """From the proposer to the answerer, in shares of the stake."""


def choose(shape: Shape, draw: Draw, worth: Any, reserve: Any, now: Stage) -> Chosen:
    """The offers behind a stage: among those alike for both, the smallest payment, then the lowest line."""
    return jax.vmap(lambda *side: _choose(shape, draw, *side))(
        worth, worth[::-1], reserve[::-1], now.best, now.answer[::-1]
    )


def _choose(shape: Shape, draw: Draw, mine: Any, theirs: Any, kept: Any, best: Any, answered: Any) -> Chosen:
    """The offers of one proposer; [G, X, Y] each."""
    payments, alike, second, chance = [], [], [], []
    first = [jnp.arange(len(draw.cap))]
    for n, (u, v, cap) in enumerate(offers_of(shape, mine, theirs, draw.cap, kept)):
        payment = jnp.where(jnp.isneginf(cap), 0.0, jnp.maximum(-cap, kept - v))  # none where there is no such term
        value = jnp.where(v + cap >= kept - ACCEPT, u + jnp.minimum(cap, v - kept), -jnp.inf)
        alike.append((value >= best - ACCEPT) & (jnp.maximum(v - cap, kept) >= answered - ACCEPT))
        payments.append(jnp.broadcast_to(payment, alike[-1].shape))
        if n == 0:
            second.append(first[0])
            chance.append(jnp.zeros(alike[-1].shape))
        else:
            lo, hi = shape.pairs[(n - 1) // 2]
            first.append(jnp.array([lo]))
            second.append(jnp.array([hi]))
            low, high = theirs[:, lo][:, None], theirs[:, hi][:, None]
            gap = jnp.where(jnp.abs(high - low) < 1e-300, 1.0, high - low)
            chance.append(((v[0] - low) / gap)[None])
    size = jnp.concatenate(payments)
    order = jnp.abs(size) + 1e-9 * jnp.arange(len(size))[:, None, None, None]
    pick = jnp.argmin(jnp.where(jnp.concatenate(alike), order, jnp.inf), axis=0)
    odds = jnp.take_along_axis(jnp.concatenate(chance), pick[None], 0)[0] if shape.pairs else jnp.zeros(pick.shape)
    payment = jnp.take_along_axis(size, pick[None], 0)[0]
    return Chosen(jnp.concatenate(first)[pick], jnp.concatenate(second)[pick], odds, payment)


class Asked(NamedTuple):
    """What was found at the states asked for, [Q, ...]."""

    reserve: Any
    """[Q, 2]"""
    value: Any
    """[Q, 2]"""
    settle: Any
    """[Q]"""
    worth: Any
    """[Q, 2, L]"""
    expected: Any
    """[Q, 2, 2] E_i[V_j(next)], by whose belief i and whose value j."""
    answer: Any
    """[Q, 2] what each side gets as answerer where they settle."""
    best: Any
    """[Q, 2] what each side gets as proposer."""
    chosen: Chosen
    """[2, Q] what each side would propose."""


class Backward(NamedTuple):
    """The solved game: states asked for, policies by month, how the horizon came to rest, values on request."""

    asked: Asked
    settle: Any
    """[T, G, X, Y], or None."""
    chosen: Chosen | None
    """With [T] in front."""
    sweeps: Any
    error: Any
    paths: Any
    """(R, V), [T, 2, G, X, Y] each; or None."""


def _ask(shape: Shape, board: Board, draw: Draw, month: Any, found: Asked, state: tuple[Any, ...]) -> Asked:
    """Write down what this month's states say to those who asked for them."""
    now, reserve, worth, likely, value = state
    index, weight = destinations(shape, board, draw.offset[-1])
    when, g, x, y = board.asked.T
    positions, points = reserve.shape[2], reserve.shape[3]
    flat = by_this_regime(value, draw.transition).reshape(2, draw.transition.shape[0], -1)
    place = index[:, g, x, y]  # [D, Q]
    up = jnp.minimum(place + 1, positions * points - 1)
    share = jnp.broadcast_to(weight, (*index.shape[:3], weight.shape[-1]))[
        :, g, x, jnp.minimum(y, weight.shape[-1] - 1)
    ]
    then = (1 - share) * flat[:, g, place] + share * flat[:, g, up]  # [2, D, Q]
    likely = jnp.broadcast_to(likely, (2, *index.shape))[:, :, g, x, y]  # [2, D, Q]
    offers = jnp.stack([worth[i][g, :, y].T for i in (0, 1)])[..., None]  # [2, L, Q, 1]
    here = Stage(*(part[..., g, x, y][..., None, None] for part in now))
    chosen = choose(shape, draw, offers.swapaxes(1, 2), reserve[:, g, x, y][..., None, None], here)
    new = Asked(
        reserve[:, g, x, y].T, now.value[:, g, x, y].T, now.settle[g, x, y], offers[..., 0].transpose(2, 0, 1),
        jnp.einsum("idq,jdq->qij", likely, then), now.answer[:, g, x, y].T, now.best[:, g, x, y].T,
        Chosen(*(part[..., 0, 0] for part in chosen)),
    )  # fmt: skip

    def keep(old: Any, fresh: Any) -> Any:
        mine = (when == month).reshape(-1, *([1] * (fresh.ndim - 1)))
        return jnp.where(mine, fresh, old)

    chosen = jax.tree.map(lambda old, fresh: jnp.where(when == month, fresh, old), found.chosen, new.chosen)
    without: Any = ()
    return jax.tree.map(keep, found._replace(chosen=without), new._replace(chosen=without))._replace(chosen=chosen)


def solve_backwards(shape: Shape, board: Board, draw: Draw) -> Backward:
    """Solve one draw: in each month the games after the shift first, then the war, from the horizon back."""
    regimes, positions, points = draw.transition.shape[0], board.following.shape[1], len(board.statistic)
    phases = 1 + shape.ladder
    each = (jnp.arange(phases), draw.offset, draw.prior if shape.learning == "known" else None)

    def likely(offset: Any, prior: Any, month: Any) -> Any:
        prior = draw.prior if prior is None else prior
        return jax.vmap(lambda belief: chances(shape, board, draw, belief, offset, month))(prior)

    def rest(values: Any, phase: tuple[Any, Any, Any]) -> tuple[Any, tuple[Any, Any]]:
        n, offset, prior = phase
        worth = worth_of_terms(shape, board, draw, values, n == shape.ladder)
        found = come_to_rest(shape, board, draw, worth, likely(offset, prior, float(shape.horizon)))
        return values.at[n].set(found.value), (found.sweeps, found.error)

    def back(carry: tuple[Any, Asked], month: Any) -> tuple[Any, Any]:
        later, found = carry

        def one(values: Any, phase: tuple[Any, Any, Any]) -> tuple[Any, Any]:
            n, offset, prior = phase
            worth = worth_of_terms(shape, board, draw, values, n == shape.ladder)
            chance, place = likely(offset, prior, month), destinations(shape, board, offset)
            expected = jax.vmap(lambda c, v: expect(c, v, draw.transition, *place))(chance, later[n])
            reserve = reserve_of(board, draw, month, expected)
            now = stage(shape, board, draw, worth, reserve)
            return values.at[n].set(now.value), (now, reserve, worth, chance)

        values, told = lax.scan(one, jnp.zeros_like(later), each)
        now, reserve, worth, chance = jax.tree.map(lambda a: a[-1], told)
        state = (now, reserve, worth, chance, later[-1])
        found = lax.cond(
            jnp.any(board.asked[:, 0] == month), lambda: _ask(shape, board, draw, month, found, state), lambda: found
        )
        policy = (now.settle, choose(shape, draw, worth, reserve, now)) if shape.outlook else None
        path = (reserve, now.value) if shape.paths else None
        return (values, found), (policy, path)

    values, (sweeps, error) = lax.scan(rest, jnp.zeros((phases, 2, regimes, positions, points)), each)
    asked, terms = len(board.asked), len(draw.cap)
    unset = Chosen(*(jnp.zeros((2, asked), kind) for kind in (int, int, float, float)))
    two = jnp.zeros((asked, 2))
    each_term = jnp.zeros((asked, 2, terms))
    nothing = Asked(two, two, jnp.zeros(asked), each_term, jnp.zeros((asked, 2, 2)), two, two, unset)
    months = jnp.arange(shape.horizon - 1, -1, -1)
    (_, found), (policy, path) = lax.scan(back, (values, nothing), months)
    settle, chosen = jax.tree.map(lambda a: a[::-1], policy) if shape.outlook else (None, None)
    paths = jax.tree.map(lambda a: a[::-1], path) if shape.paths else None
    return Backward(found, settle, chosen, jnp.sum(sweeps), jnp.max(error), paths)
