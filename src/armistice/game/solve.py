"""Problem and method in, result out: many games of one form solved in one call, on every core or accelerator there is.

On processors each device works through its draws one after another (a draw fits into the cache, a batch of them does
not); on an accelerator all draws of a chunk go at once. Either way a draw's numbers do not depend on its neighbours.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.sharding import Mesh, PartitionSpec

from armistice.core.errors import ArmisticeError
from armistice.game.arrays import Layout, Method, State, board_of, draws_of, lay_out, shape_of
from armistice.game.backward import Asked, solve_backwards
from armistice.game.form import WarGame
from armistice.game.kernel import Board, Draw, Shape
from armistice.game.outlook import Ahead, look_ahead, settled_within

CHUNK = 64
"""Draws that a device is given at once; bounds memory."""
ENGINE = "war-termination game with public beliefs: both sides learn from the front, and offers reveal nothing"


class NotConverged(ArmisticeError):
    """The value at the horizon did not come to rest; says what to try."""


@dataclass(frozen=True)
class Solution:
    """Games of one form, solved.

    Attributes
    ----------
    games : tuple of WarGame
        One a draw.
    layout : Layout
    shape : Shape
    states : tuple of State
        Those asked for, the start first.
    draws : Draw
        The arrays that were solved.
    asked : Asked
        What was found at the states, [draw, state, ...].
    months : int
        Months looked ahead of the start.
    ahead : Ahead
        What lies ahead of the start, [draw, month, ...].
    sweeps, error : array, shape (draws,)
        Sweeps at the horizon, and the change of the last.
    paths : tuple of array or None
        R and V at all states, [draw, month, side, regime, position, statistic].
    """

    games: tuple[WarGame, ...]
    layout: Layout
    shape: Shape
    states: tuple[State, ...]
    draws: Draw
    months: int
    asked: Asked
    ahead: Ahead
    sweeps: np.ndarray
    error: np.ndarray
    paths: tuple[np.ndarray, np.ndarray] | None
    within: np.ndarray
    """Chance of a settlement within some months of the states asked for in month 0, [draw, horizon asked for, state]."""

    @property
    def at_rest(self) -> np.ndarray:
        """Whether the value at the horizon came to rest, shape (draws,)."""
        return self.error < TOLERANCE

    @property
    def converged(self) -> bool:
        """Whether it did in every draw."""
        return bool(self.at_rest.all())

    @property
    def status(self) -> str:
        """A sentence: converged or not, sweeps, error, and what to try."""
        sweeps, error = int(self.sweeps.max()), float(self.error.max())
        where = (
            "fight to the finish at the horizon"
            if self.shape.terminal == "fight"
            else f"{sweeps} sweeps at the horizon"
        )
        if self.converged:
            return f"converged: {where}, last change {error:.1e}"
        bad = int(np.sum(~self.at_rest))
        kind = "cycles" if error > 1e-6 else "has not come to rest"
        return (
            f"not converged: the value at the horizon {kind} after {sweeps} sweeps (last change {error:.1e}, {bad} of "
            f"{len(self.error)} draws); smooth accept-or-fight (--acceptance 0.001), or let the horizon end in a fight to the finish"
        )

    def part(self, start: int, stop: int) -> Solution:
        """Some of the draws."""

        def cut(value: Any) -> Any:
            return jax.tree.map(lambda a: a[start:stop], value)

        return replace(
            self, games=self.games[start:stop], draws=cut(self.draws), asked=cut(self.asked), ahead=cut(self.ahead),
            sweeps=cut(self.sweeps), error=cut(self.error), paths=cut(self.paths), within=cut(self.within),
        )  # fmt: skip


TOLERANCE = 1e-10
"""Change in the last sweep below which the value at the horizon counts as come to rest."""


def start_of(game: WarGame) -> State:
    """The state from which a game starts."""
    return State(0, tuple(f.start for f in game.axes), 0.0, game.regimes.start if game.regimes else 0)


def solve(
    games: WarGame | Sequence[WarGame],
    states: Sequence[State] = (),
    method: Method | None = None,
    months: int | None = None,
    paths: bool = False,
    strict: bool = True,
    progress: Callable[[float], None] = lambda share: None,
    within: tuple[int, ...] = (),
) -> Solution:
    """Solve a game, or many of one form.

    Parameters
    ----------
    games : WarGame or sequence of them
        They may differ in numbers, values, beliefs, barriers and blocks, not in the sizes of their arrays.
    states : sequence of State
        To be looked at besides the start; the first one stands for the start where `games` is looked at from later on.
    method : Method, optional
    months : int, optional
        To look ahead of the start; to the horizon by default, 0 for this month alone.
    paths : bool
        Whether to hand back values at all states (large).
    strict : bool
        Whether a solution that did not converge is an error.
    progress : callable
        Called with the share that is done.
    within : tuple of int
        Months within which the chance of a settlement is wanted from the states asked for in month 0; none of them
        beyond what is looked ahead.

    Returns
    -------
    Solution

    Raises
    ------
    NotConverged
        If `strict` and the value at the horizon did not come to rest.
    QueryError
        If the games differ in form, or a state lies outside.
    """
    games = (games,) if isinstance(games, WarGame) else tuple(games)
    layout = lay_out(games[0])
    states = tuple(states) or (start_of(games[0]),)
    shape = shape_of(games, method or Method(), paths, within)
    draws = draws_of(games, layout, shape)
    board = board_of(games[0], layout, states, months)
    looked = int(board.until) - 1 - states[0].month
    found = Solution(games, layout, shape, states, draws, looked, *solve_arrays(shape, board, draws, progress))
    if strict and not found.converged:
        raise NotConverged(found.status)
    return found


Answer = tuple[Asked, Ahead, np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray] | None, np.ndarray]


def solve_arrays(
    shape: Shape, board: Board, draws: Draw, progress: Callable[[float], None] = lambda share: None
) -> Answer:
    """Solve games given as arrays, batch axis first; the door for games that a game file cannot express.

    Returns
    -------
    tuple
        What was found at the states asked for, ahead, sweeps, error, values at all states; NumPy arrays.
    """
    devices = jax.devices()
    number = len(draws.discount)
    each = 1 if shape.paths or len(board.over) * len(board.statistic) > 200_000 else CHUNK
    program = _program(shape, tuple(devices), each)
    room = each * len(devices)
    parts = []
    for start in range(0, number, room):
        stop = min(start + room, number)
        order = np.minimum(np.arange(start, start + room), stop - 1).reshape(each, len(devices)).T.ravel()
        share = [(stop - start - d + len(devices) - 1) // len(devices) for d in range(len(devices))]
        chunk = Draw(*(part[order] for part in draws))
        out = program(board, chunk, np.array([max(s, 0) for s in share], dtype=np.int32))
        back = np.arange(stop - start)
        place = (back % len(devices)) * each + back // len(devices)
        parts.append(jax.tree.map(lambda a, place=place: np.asarray(a)[place], out))
        progress(stop / number)
    whole = jax.tree.map(lambda *rows: np.concatenate(rows), *parts) if len(parts) > 1 else parts[0]
    return whole


def _one(shape: Shape, board: Board, draw: Draw) -> Answer:
    solved = solve_backwards(shape, board, draw)
    ahead, within = look_ahead(shape, board, draw, solved), settled_within(shape, board, draw, solved)
    return solved.asked, ahead, solved.sweeps, solved.error, solved.paths, within


@functools.lru_cache(maxsize=32)
def _program(shape: Shape, devices: tuple[jax.Device, ...], each: int) -> Callable[..., Answer]:
    """The compiled program for `each` draws a device."""
    if devices[0].platform != "cpu":
        return jax.jit(lambda board, draws, count: jax.vmap(functools.partial(_one, shape, board))(draws))

    one = jax.jit(functools.partial(_one, shape))  # traced once, for its shapes and for the loop

    def work(board: Board, draws: Draw, count: jax.Array) -> Answer:
        """One device: its draws in turn, as many as it was given."""
        first = jax.eval_shape(one, board, jax.tree.map(lambda a: a[0], draws))
        room = jax.tree.map(lambda a: jnp.zeros((each, *a.shape), a.dtype), first)

        def turn(n: jax.Array, out: Answer) -> Answer:
            answer = one(board, jax.tree.map(lambda a: lax.dynamic_index_in_dim(a, n, keepdims=False), draws))
            return jax.tree.map(lambda a, b: lax.dynamic_update_index_in_dim(a, b, n, 0), out, answer)

        return lax.fori_loop(0, count[0], turn, room)

    mesh = Mesh(np.array(devices), ("draws",))
    whole, split = PartitionSpec(), PartitionSpec("draws")
    return jax.jit(jax.shard_map(work, mesh=mesh, in_specs=(whole, split, split), out_specs=split, check_vma=False))
