"""A war game, or many of one form, laid out as the arrays that the kernel solves."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from armistice.core.errors import QueryError
from armistice.game.form import Belief, WarGame
from armistice.game.kernel import Board, Draw, Shape


@dataclass(frozen=True)
class State:
    """A state of the war: months since the start, steps held by side A on each axis, the statistic, the regime."""

    month: int
    steps: tuple[int, ...]
    statistic: float = 0.0
    regime: int = 0


@dataclass(frozen=True)
class Method:
    """How to solve, apart from what is solved.

    Attributes
    ----------
    most_sweeps : int
        Of the value at the horizon; more, and the solution says that it did not converge.
    accelerate : bool
        Whether an unchanged policy is solved outright.
    acceptance : float
        Smoothing of accept-or-fight, in shares of the stake: a remedy where the hard rule (0) cycles.
    """

    most_sweeps: int = 6000
    accelerate: bool = True
    acceptance: float = 0.0


@dataclass(frozen=True)
class Layout:
    """Positions and terms in order, shared by games of one form.

    Attributes
    ----------
    at : array of int, shape (positions, axes)
        Steps held by side A.
    sizes : tuple of int
        Steps of each axis.
    over : array of bool, shape (positions,)
        Every axis has come to an end.
    landing : array of int, shape (terms,)
        Position of each term; the two surrenders stand last.
    final : array of bool, shape (terms,)
    """

    at: np.ndarray
    sizes: tuple[int, ...]
    over: np.ndarray
    landing: np.ndarray
    final: np.ndarray

    def index(self, steps: tuple[int, ...]) -> int:
        """Place of a position in the order."""
        return int(np.ravel_multi_index(steps, tuple(n + 1 for n in self.sizes)))


def lay_out(game: WarGame) -> Layout:
    """Positions and terms of a game: every line inside, then the surrenders of A and of B."""
    sizes = tuple(front.steps for front in game.axes)
    at = np.array(list(itertools.product(*(range(n + 1) for n in sizes))))
    over = ((at == 0) | (at == np.array(sizes))).all(1)
    lines = np.flatnonzero(~over)
    landing = np.concatenate([lines, [0, len(at) - 1]])
    return Layout(at, sizes, over, landing, np.arange(len(landing)) >= len(lines))


def blocked(game: WarGame, layout: Layout) -> np.ndarray:
    """Terms that a block forbids, shape (terms,)."""
    at = layout.at[layout.landing]
    out = np.zeros(len(at), bool)
    for axis, front in enumerate(game.axes):
        for lo, hi in front.blocks:
            out |= (at[:, axis] > lo) & (at[:, axis] < hi)
    return out & ~layout.final


def lots(game: WarGame, layout: Layout) -> tuple[tuple[int, int], ...]:
    """Pairs of terms between which lots may be drawn: the two ends of each block."""
    if not game.bargaining.lottery:
        return ()
    place = {tuple(layout.at[p]): n for n, p in enumerate(layout.landing)}
    out = set()
    for axis, front in enumerate(game.axes):
        for lo, hi in front.blocks:
            for rest in {tuple(np.delete(row, axis)) for row in layout.at}:
                ends = [tuple(np.insert(np.array(rest, int), axis, end)) for end in (lo, hi)]
                if ends[0] in place and ends[1] in place:
                    out.add((place[ends[0]], place[ends[1]]))
    return tuple(sorted(out))


def shape_of(games: Sequence[WarGame], method: Method, paths: bool, within: tuple[int, ...] = ()) -> Shape:
    """The form that some games share.

    Raises
    ------
    QueryError
        If they differ in more than numbers.
    """
    first = games[0]
    layout = lay_out(first)
    forms = {
        (
            g.learning.kind, tuple(f.steps for f in g.axes), g.time.horizon, g.grid, lots(g, layout),
            len(g.regimes.drift) if g.regimes else 1, g.commitment.strategic_line is None,
        )
        for g in games
    }  # fmt: skip
    if len(forms) > 1:
        raise QueryError(
            "games of one batch: they differ in form; expected games that differ in numbers only; solve them apart"
        )
    ladder = 0
    if any(g.commitment.arrival > 0 for g in games):
        ladder = 1 if first.commitment.strategic_line is None else 2
    return Shape(
        first.learning.kind, first.grid.displacement, len(first.axes), first.time.horizon, first.grid.terminal, ladder,
        lots(first, layout), method.most_sweeps, method.accelerate, method.acceptance, paths, within,
    )  # fmt: skip


def board_of(game: WarGame, layout: Layout, states: Sequence[State], months: int | None = None) -> Board:
    """What all draws share; `months` to look ahead of the first state, to the horizon by default.

    Raises
    ------
    QueryError
        If a state asked for lies outside the game.
    """
    moved = np.array(list(itertools.product(game.grid.displacement, repeat=len(game.axes))))
    at, sizes = layout.at, np.array(layout.sizes)
    stuck = (at == 0) | (at == sizes)  # an axis at its end moves no more
    after = np.clip(at[None] + np.where(stuck[None], 0, moved[:, None]), 0, sizes)
    following = np.ravel_multi_index(tuple(np.moveaxis(after, 2, 0)), tuple(sizes + 1))
    top, points = game.grid.statistic_max, game.grid.statistic_points
    statistic = np.linspace(-top, top, points)
    asked = []
    for state in states:
        place = round((state.statistic + top) / (statistic[1] - statistic[0]))
        inside = len(state.steps) == len(sizes) and all(0 <= s <= n for s, n in zip(state.steps, sizes, strict=True))
        inside &= 0 <= state.regime < (len(game.regimes.drift) if game.regimes else 1)
        if not inside or not 0 <= state.month < game.time.horizon or not 0 <= place < points:
            raise QueryError(
                f"state in month {state.month} with {state.steps} steps held, statistic {state.statistic:g}, regime {state.regime}: outside the game; "
                f"expected a month below {game.time.horizon}, steps within {layout.sizes}, a statistic within {top:g}, a regime of the game; choose such a state"
            )
        asked.append((state.month, state.regime, layout.index(state.steps), place))
    last = game.time.horizon
    until = last if months is None else min(states[0].month + months + 1, last)
    return Board(
        following.astype(np.int32), moved.astype(float), layout.over, layout.landing.astype(np.int32), layout.final,
        statistic, np.array(asked, dtype=np.int32), np.int32(until),
    )  # fmt: skip


def draws_of(games: Sequence[WarGame], layout: Layout, shape: Shape) -> Draw:
    """The numbers of many games, batch axis first."""
    even = not any(any(front.barrier) for game in games for front in game.axes)
    rows = [_draw(game, layout, shape, even) for game in games]
    return Draw(*(np.stack(column) for column in zip(*rows, strict=True)))


def _draw(game: WarGame, layout: Layout, shape: Shape, even: bool) -> Draw:
    at, sizes = layout.at, np.array(layout.sizes)
    held = [np.concatenate([[0.0], np.cumsum(front.value_a)])[at[:, k]] for k, front in enumerate(game.axes)]
    left = []
    for k, front in enumerate(game.axes):
        total = np.concatenate([[0.0], np.cumsum(front.value_b)])
        left.append(total[-1] - total[at[:, k]])
    land = np.stack([np.sum(held, 0), np.sum(left, 0)])
    low, high = (at == 0).all(1), (at == sizes).all(1)
    end = np.stack(
        [
            np.where(high, 1.0, np.where(low, -game.defeat.a, land[0])),
            np.where(low, 1.0, np.where(high, -game.defeat.b, land[1])),
        ]
    )
    delta, commitment = game.time.discount, game.commitment
    cost = np.array([game.regimes.cost_a, game.regimes.cost_b] if game.regimes else [[game.costs.a], [game.costs.b]])
    regimes = cost.shape[1]
    flow = (1 - delta) * (game.costs.land_flow * land[:, None] - cost[:, :, None])
    growth = np.broadcast_to(-(1 - delta) * game.costs.growth * cost[:, :, None], flow.shape)
    share = np.where(layout.final, end[:, layout.landing], land[:, layout.landing])
    domestic = game.domestic
    lines, penalties = (domestic.red_line_a, domestic.red_line_b), (domestic.penalty_a, domestic.penalty_b)
    punished = np.array(
        [np.where((share[i] < lines[i] - 1e-9) & ~layout.final, penalties[i], 0.0) for i in (0, 1)]
    )[:, None].repeat(regimes, axis=1)  # fmt: skip
    cap = np.where(layout.final, 0.0 if game.bargaining.surrender else -np.inf, game.bargaining.transfer_cap)
    cap = np.where(blocked(game, layout), -np.inf, cap)
    weight = delta * commitment.arrival / (1 - delta * (1 - commitment.arrival)) if commitment.arrival else 0.0
    exposure = np.broadcast_to(np.where(layout.final, 0.0, weight * (1 - commitment.guarantee)), (2, len(cap)))
    return Draw(
        flow, growth, np.array([delta, delta]), np.full(regimes, game.bargaining.proposer_a), np.array(game.bargaining.talks), end,
        np.array(game.regimes.transition) if game.regimes else np.eye(1), _offsets(game, layout, shape, even),
        np.array(game.learning.sigma), np.stack([_belief(game.learning.prior_a), _belief(game.learning.prior_b)]),
        _belief(game.learning.analyst), share, punished, cap, exposure, _rungs(game, layout),
        np.array(commitment.penalty), np.array(commitment.smoothing),
    )  # fmt: skip


def _offsets(game: WarGame, layout: Layout, shape: Shape, even: bool) -> np.ndarray:
    """Drift beyond the common one by phase, axis, regime and position (one position where no barrier is)."""
    places = np.zeros((1, len(game.axes)), int) if even else layout.at
    barrier = np.stack([np.array(front.barrier)[places[:, k]] for k, front in enumerate(game.axes)])
    drift = np.array(game.regimes.drift) if game.regimes else np.zeros(1)
    shift = game.commitment.shift
    shifts = np.array([*[shift, shift * game.commitment.strategic_factor][: shape.ladder], 0.0])
    return shifts[:, None, None, None] + drift[None, None, :, None] + barrier[None, :, None, :]


def _rungs(game: WarGame, layout: Layout) -> np.ndarray:
    """Which game after the shift follows each term: the second where the fearful side holds the strategic line."""
    line = game.commitment.strategic_line
    if line is None:
        return np.zeros(len(layout.landing), np.int32)
    at = layout.at[layout.landing, 0]
    held = at <= line if game.commitment.shift > 0 else at >= line
    return held.astype(np.int32)


def _belief(belief: Belief) -> np.ndarray:
    both = np.array([belief.first, belief.second])
    return both[:, 0] if both.shape[1] == 1 else both
