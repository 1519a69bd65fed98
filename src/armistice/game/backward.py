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
    Offers,
    Shape,
    Stage,
    by_this_regime,
    chances,
    destinations,
    expect,
    over_offers,
    reserve_of,
    stage,
    worth_of_terms,
    worth_offering,
)  # fmt: skip

TIE = 1e-9
"""Payments nearer than this are alike, in shares of the stake; then the lower line is offered."""


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

    def smaller(offer: Offers, so_far: tuple[Any, Chosen]) -> tuple[Any, Chosen]:
        least, chosen = so_far
        payment = jnp.where(jnp.isneginf(offer.cap), 0.0, jnp.maximum(-offer.cap, kept - offer.theirs))
        alike = (worth_offering(offer, kept) >= best - ACCEPT) & (
            jnp.maximum(offer.theirs - offer.cap, kept) >= answered - ACCEPT
        )
        size = jnp.where(alike, jnp.abs(payment), jnp.inf)
        take = size < least - TIE
        fresh = Chosen(offer.term, offer.other, offer.odds, payment)
        return jnp.where(take, size, least), jax.tree.map(lambda new, old: jnp.where(take, new, old), fresh, chosen)

    zero, none = jnp.zeros(kept.shape), jnp.zeros(kept.shape, jnp.int32)
    first = (jnp.full(kept.shape, jnp.inf), Chosen(none, none, zero, zero))
    return over_offers(shape, mine, theirs, draw.cap, kept, smaller, first)[1]


class Asked(NamedTuple):
    """What was found at the states asked for, [Q, ...]."""

    reserve: Any
    """[Q, 2]"""
    value: Any
    """[Q, 2]"""
    opens: Any
    """[Q] whether a deal is open: some offer suits both. A chance where accept-or-fight is smoothed."""
    settle: Any
    """[Q] chance that one is signed this month."""
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
    """[T, G, X, Y]"""
    chosen: Chosen
    """With [T] in front; left out (zeros) in months that nobody looks ahead to."""
    sweeps: Any
    error: Any
    paths: Any
    """(R, V), [T, 2, G, X, Y] each; or None."""


def _ask(shape: Shape, board: Board, draw: Draw, month: Any, found: Asked, state: tuple[Any, ...]) -> Asked:
    """Write down what this month's states say to those who asked for them."""
    now, chosen, reserve, worth, likely, value = state
    when, g, x, y = board.asked.T
    regimes, positions, points = reserve.shape[1:]
    at = (g * positions + x) * points + y

    def there(part: Any, place: Any = at) -> Any:
        """A part of all states, [..., G, X, Y], at those asked for, [..., Q]."""
        rows = part.reshape(*part.shape[:-3], -1)
        return jnp.take(rows, place, axis=-1, mode="clip")

    index, weight = destinations(shape, board, draw.offset[-1])
    flat = by_this_regime(value, draw.transition).reshape(2, regimes, -1)
    place = g * positions * points + there(index)  # [D, Q]
    share = there(jnp.broadcast_to(weight, index.shape))
    low, up = (jnp.take(flat.reshape(2, -1), p, axis=-1, mode="clip") for p in (place, place + 1))
    then = low + share * (up - low)  # [2, D, Q]
    expected = jnp.sum(there(jnp.broadcast_to(likely, (2, *index.shape)))[:, None] * then[None], axis=2)  # [2, 2, Q]
    offers = jnp.take(worth.reshape(2, regimes, -1, points), g, axis=1, mode="clip")
    offers = jnp.take_along_axis(offers, y[None, :, None, None], axis=3)[..., 0]  # [2, Q, L]
    new = Asked(
        there(reserve).T, there(now.value).T, there(now.opens), there(now.settle), offers.swapaxes(0, 1),
        expected.transpose(2, 0, 1), there(now.answer).T, there(now.best).T, Chosen(*(there(part) for part in chosen)),
    )  # fmt: skip

    def keep(old: Any, fresh: Any) -> Any:
        mine = (when == month).reshape(-1, *([1] * (fresh.ndim - 1)))
        return jnp.where(mine, fresh, old)

    both = jax.tree.map(lambda old, fresh: jnp.where(when == month, fresh, old), found.chosen, new.chosen)
    without: Any = ()
    return jax.tree.map(keep, found._replace(chosen=without), new._replace(chosen=without))._replace(chosen=both)


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
        unset = Chosen(*(jnp.zeros(reserve.shape, kind) for kind in (jnp.int32, jnp.int32, float, float)))
        is_asked = jnp.any(board.asked[:, 0] == month)
        wanted = is_asked | ((month >= board.asked[0, 0]) & (month < board.until))
        chosen = lax.cond(wanted, lambda: choose(shape, draw, worth, reserve, now), lambda: unset)
        state = (now, chosen, reserve, worth, chance, later[-1])
        found = lax.cond(is_asked, lambda: _ask(shape, board, draw, month, found, state), lambda: found)
        policy = (now.settle, chosen)
        path = (reserve, now.value) if shape.paths else None
        return (values, found), (policy, path)

    values, (sweeps, error) = lax.scan(rest, jnp.zeros((phases, 2, regimes, positions, points)), each)
    asked, terms = len(board.asked), len(draw.cap)
    unset = Chosen(*(jnp.zeros((2, asked), kind) for kind in (jnp.int32, jnp.int32, float, float)))
    two = jnp.zeros((asked, 2))
    each_term = jnp.zeros((asked, 2, terms))
    nothing = Asked(two, two, jnp.zeros(asked), jnp.zeros(asked), each_term, jnp.zeros((asked, 2, 2)), two, two, unset)
    months = jnp.arange(shape.horizon - 1, -1, -1)
    (_, found), (policy, path) = lax.scan(back, (values, nothing), months)
    settle, chosen = jax.tree.map(lambda a: a[::-1], policy)
    paths = jax.tree.map(lambda a: a[::-1], path) if shape.paths else None
    return Backward(found, settle, chosen, jnp.sum(sweeps), jnp.max(error), paths)
