"""Value at the horizon of the war-termination game, where beliefs are frozen.

Beyond the horizon beliefs are frozen. The value there is, by the selection rule, the limit of backward induction from
fighting to the finish. Bargaining month by month reaches it slowly, at the pace of the discount factor; so once the
policy (where a deal is open, on which term, with which payment binding) has stood still for a block of sweeps, the
linear system of that policy is solved outright, and taken only if the same policy is best at its solution.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from armistice.game.kernel import ACCEPT, Board, Draw, Shape, Stage, expect_frozen, flow_of, reserve_of, stage

BLOCK = 24
"""Sweeps after which an unchanged policy is solved outright."""
REST = 1e-13
"""Change of a sweep below which a value counts as come to rest."""
DENSE = 200
"""Regimes times positions up to which that linear system is worth solving."""


class Rest(NamedTuple):
    """Value at the horizon, and how it was reached: sweeps, last change, whether all points came to rest."""

    value: Any
    sweeps: Any
    error: Any


def _moves_matrix(board: Board, draw: Draw, chance: Any) -> Any:
    """Chances of going from one (regime, position) to another at each point of the statistic, [GX, GX, Y]."""
    positions = board.following.shape[1]
    lands = (board.following[:, :, None] == jnp.arange(positions)).astype(chance.dtype)  # [D, X, X']
    lands = jnp.where(board.over[None, :, None], 0.0, lands)
    chance = jnp.broadcast_to(chance, (*chance.shape[:2], positions, chance.shape[-1]))
    move = jnp.einsum("dgxy,dxz->gxzy", chance, lands)[:, :, None] * draw.transition[:, None, :, None, None]
    size = draw.transition.shape[0] * positions
    return move.reshape(size, size, -1)


def _as_rows(value: Any) -> Any:
    return value.reshape(-1, value.shape[-1])


def _eliminate(system: Any, right: Any) -> Any:
    """Solve [n, n, Y] systems for [n, Y] right-hand sides at once, by elimination without pivots.

    The rows of our systems are diagonally dominant (what is discounted sums to less than 1), so none is needed; and the
    work runs along the statistic, which a library's solver for one small matrix at a time would not.
    """
    size = right.shape[0]
    whole = jnp.concatenate([system, right[:, None]], axis=1)
    line = jnp.arange(size)[:, None, None]

    def clear(k: Any, whole: Any) -> Any:
        row = whole[k] / whole[k, k]
        return jnp.where(line == k, row, whole - whole[:, k][:, None] * row)

    return lax.fori_loop(0, size, clear, whole)[:, -1]


def fight_to_the_finish(board: Board, draw: Draw, chance: Any, month: Any, dense: bool) -> Any:
    """Value of fighting to the finish at the frozen belief, [2, G, X, Y]; `chance` [2, D, G, X, Y]."""
    flow = jnp.broadcast_to(flow_of(draw, month), (*draw.flow.shape, chance.shape[-1]))
    flow = jnp.where(board.over[None, :, None], draw.end[:, None, :, None], flow)
    if dense:

        def side(chance: Any, discount: Any, flow: Any) -> Any:
            move = _moves_matrix(board, draw, chance)
            return _eliminate(jnp.eye(len(move))[..., None] - discount * move, _as_rows(flow)).reshape(flow.shape)

        return jax.vmap(side)(chance, draw.discount, flow)

    def sweep(carry: tuple[Any, Any, Any]) -> tuple[Any, Any, Any]:
        value, _, n = carry
        expected = jax.vmap(lambda c, v: expect_frozen(c, v, draw.transition, board.following))(chance, value)
        new = reserve_of(board, draw, month, expected)
        return new, jnp.max(jnp.abs(new - value)), n + 1

    start = (flow, jnp.inf, 0)
    return lax.while_loop(lambda c: (c[1] > 1e-14) & (c[2] < 20_000), sweep, start)[0]


class _Policy(NamedTuple):
    """V_i = level_i + own_i R_i + cross_i R_j, at each state: the policy as far as values are concerned."""

    level: Any
    own: Any
    cross: Any


def _policy(board: Board, draw: Draw, reserve: Any, now: Stage) -> _Policy:
    lam = draw.proposer[:, None, None]
    chance = jnp.stack([jnp.broadcast_to(lam, now.settle.shape), jnp.broadcast_to(1 - lam, now.settle.shape)])
    held = (now.answer <= reserve + 10 * ACCEPT).astype(reserve.dtype)  # the answerer gets no more than R
    own = now.settle * (1 - chance) * held + (1 - now.settle)
    cross = -now.settle * chance * held[::-1]
    over = board.over[None, :, None]
    own, cross = jnp.where(over, 0.0, own), jnp.where(over, 0.0, cross)
    return _Policy(now.value - own * reserve - cross * reserve[::-1], own, cross)


def _same(one: _Policy, other: _Policy) -> Any:
    """Whether two policies are the same at each point of the statistic, [Y]."""
    alike = (one.own == other.own) & (one.cross == other.cross) & (jnp.abs(one.level - other.level) < 1e-10)
    return jnp.all(alike, axis=(0, 1, 2))


class _Sweeps(NamedTuple):
    """Where the sweeps at the horizon stand; by point of the statistic, [Y], where not said otherwise."""

    value: Any
    """[2, G, X, Y]"""
    policy: _Policy
    before: Any
    """[2, G, X, Y] to go back to where a solved policy turns out not to be best."""
    stood: Any
    """Sweeps for which the policy has stood still."""
    tried: Any
    """Whether `value` is the solution of `policy`, still to be looked at."""
    done: Any
    change: Any
    sweeps: Any
    """[]"""


def come_to_rest(shape: Shape, board: Board, draw: Draw, worth: Any, chance: Any) -> Rest:
    """Value at the horizon, [2, G, X, Y]: the limit of bargaining month by month before a fight to the finish."""
    month = float(shape.horizon)
    size = draw.transition.shape[0] * board.following.shape[1]
    dense = size <= DENSE
    start = fight_to_the_finish(board, draw, chance, month, dense)
    if shape.terminal == "fight":
        return Rest(start, jnp.zeros((), jnp.int32), jnp.zeros(()))
    solves = dense and shape.accelerate and not shape.pairs and shape.acceptance == 0

    def look(value: Any) -> tuple[Any, Stage]:
        expected = jax.vmap(lambda c, v: expect_frozen(c, v, draw.transition, board.following))(chance, value)
        reserve = reserve_of(board, draw, month, expected)
        return reserve, stage(shape, board, draw, worth, reserve)

    points = start.shape[-1]
    moves = [_moves_matrix(board, draw, chance[i]) for i in (0, 1)] if solves else []
    base = jnp.where(board.over[None, :, None], draw.end[:, None, :, None], flow_of(draw, month) + jnp.zeros(points))

    def solve_policy(policy: _Policy) -> Any:
        level = policy.level + policy.own * base + policy.cross * base[::-1]
        scale = [draw.discount[i] * moves[i] for i in (0, 1)]
        rows = [
            jnp.concatenate([_as_rows(policy.own[0])[:, None] * scale[0], _as_rows(policy.cross[0])[:, None] * scale[1]], 1),
            jnp.concatenate([_as_rows(policy.cross[1])[:, None] * scale[0], _as_rows(policy.own[1])[:, None] * scale[1]], 1),
        ]  # fmt: skip
        system = jnp.eye(2 * size)[..., None] - jnp.concatenate(rows)
        return _eliminate(system, level.reshape(2 * size, points)).reshape(level.shape)

    def sweep(carry: _Sweeps) -> _Sweeps:
        reserve, now = look(carry.value)
        policy = _policy(board, draw, reserve, now)
        same = _same(policy, carry.policy) if solves else jnp.zeros(points, bool)
        failed = carry.tried & ~same
        done = carry.done | (carry.tried & same)
        value = jnp.where(carry.done, carry.value, jnp.where(failed, carry.before, now.value))
        change = jnp.max(jnp.abs(value - carry.value), axis=(0, 1, 2))
        done = done | (~carry.tried & (change < REST))
        stood = jnp.where(same & ~failed, carry.stood + 1, 0)
        tried = jnp.zeros(points, bool)
        return _Sweeps(
            value,
            policy,
            carry.before,
            stood,
            tried,
            done,
            jnp.where(carry.done, carry.change, change),
            carry.sweeps + 1,
        )

    def block(carry: _Sweeps) -> _Sweeps:
        stop = carry.sweeps + BLOCK
        carry = lax.while_loop(lambda c: (c.sweeps < stop) & ~jnp.all(c.done), sweep, carry)
        if not solves:
            return carry
        ready = (carry.stood >= BLOCK // 2) & ~carry.done
        worth_it = (2 * jnp.sum(ready) >= jnp.sum(~carry.done)) | (carry.sweeps % (4 * BLOCK) < BLOCK)
        tried = ready & worth_it
        value = lax.cond(jnp.any(tried), lambda: solve_policy(carry.policy), lambda: carry.value)
        return carry._replace(value=jnp.where(tried, value, carry.value), before=carry.value, tried=tried)

    nothing = jnp.zeros_like(start)
    first = _Sweeps(
        start, _Policy(nothing, nothing, nothing), start, jnp.zeros(points, jnp.int32), jnp.zeros(points, bool),
        jnp.zeros(points, bool), jnp.full(points, jnp.inf), jnp.zeros((), jnp.int32),
    )  # fmt: skip
    rest = lax.while_loop(lambda c: ~jnp.all(c.done) & (c.sweeps < shape.most_sweeps), block, first)
    return Rest(rest.value, rest.sweeps, jnp.max(rest.change))
