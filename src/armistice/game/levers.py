"""What would open a deal: every lever scanned over its range, pairs of levers, and what one must believe.

Levers are not monotone: a stronger guarantee can leave a larger gap where a block stands in the way, since the risk of
renegotiation stood in for a payment that cannot be made. So nothing is bisected from the outside in. A scan finds
every stretch in which the gap closes, and only the edges of those stretches are refined, each inside its own bracket.
Everything is solved again with the analyst's belief for both sides: a weak guarantee can look good merely because both
sides like to bet on what comes after.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from armistice.core.endings import OPEN, WITHIN, BargainingRange, BeliefMap, Lever, LeverPair
from armistice.game.arrays import Method, State
from armistice.game.form import Belief, Learning, WarGame
from armistice.game.solve import solve
from armistice.game.terms import gap_of, p_settled_within, range_of

POINTS = 13
"""Values of a lever in the scan."""
INSIDE = 5
"""Values inside a bracket, to place the edge of a stretch."""
PAIRED = 3
"""Values of each lever in a pair."""
MAPPED = 11
"""Values of each belief in the map."""
REACH = 0.6
"""Half the width of the belief map, and the reach of the drift lever, in steps per month, at least."""


@dataclass(frozen=True)
class Handle:
    """How a lever is moved: its range, and the game at a value."""

    key: str
    title: str
    unit: str
    now: float
    low: float
    high: float
    at: Callable[[float], WarGame]


def _numbers(game: WarGame, key: str) -> Callable[[float], WarGame]:
    return lambda value: game.with_numbers({key: value})


def with_drift(game: WarGame, more: float) -> WarGame:
    """The same game with the drift moved for everybody, steps per month: more or less aid, say."""

    def moved(belief: Belief) -> Belief:
        return Belief(tuple(v + more for v in belief.first), belief.second)

    old = game.learning
    new = Learning(moved(old.prior_a), moved(old.prior_b), moved(old.analyst), old.kind, old.sigma)
    return replace(game, learning=new)


def with_value(game: WarGame, side: str, factor: float) -> WarGame:
    """The same game with the contested land worth `factor` times as much to one side, before all sums to 1 again.

    Contested are the steps of the first axis inside its first block; without one, the three steps ahead of the front.
    """
    front = game.axes[0]
    lo, hi = front.blocks[0] if front.blocks else (front.start, min(front.start + 3, front.steps))
    worth = [list(f.value_a if side == "a" else f.value_b) for f in game.axes]
    for step in range(lo, hi):
        worth[0][step] *= factor
    total = math.fsum(v for row in worth for v in row)
    rows = [tuple(v / total for v in row) for row in worth]
    if side == "a":
        return replace(game, axes=tuple(replace(f, value_a=row) for f, row in zip(game.axes, rows, strict=True)))
    return replace(game, axes=tuple(replace(f, value_b=row) for f, row in zip(game.axes, rows, strict=True)))


def _valued(game: WarGame, side: str) -> Callable[[float], WarGame]:
    return lambda factor: with_value(game, side, factor)


def handles(game: WarGame) -> tuple[Handle, ...]:
    """The levers of a game, each with a range that holds where it stands now."""
    share, rate, monthly = "share of the stake", "per month", "share of the stake's monthly flow"
    plain = [
        ("commitment.guarantee", "Guarantee", "probability that a breach is prevented", 0.0, 1.0),
        (
            "commitment.arrival",
            "Arrival of the shift of power",
            rate,
            0.0,
            min(1.0, max(0.1, 2 * game.commitment.arrival)),
        ),
        ("costs.a", "Cost of the war to side A", monthly, 0.0, max(8.0, 3 * game.costs.a)),
        ("costs.b", "Cost of the war to side B", monthly, 0.0, max(8.0, 3 * game.costs.b)),
        (
            "bargaining.transfer_cap",
            "Largest payment",
            share,
            0.0,
            max(0.4, 2 * min(game.bargaining.transfer_cap, 1.0)),
        ),
        ("domestic.red_line_a", "Red line of side A", share, 0.0, max(0.8, game.domestic.red_line_a)),
        ("domestic.red_line_b", "Red line of side B", share, 0.0, max(0.8, game.domestic.red_line_b)),
    ]
    if game.regimes is not None:  # the regimes' costs stand in place of the game's
        plain = [lever for lever in plain if not lever[0].startswith("costs.")]
    out = [
        Handle(k, title, unit, min(game.number(k), hi), lo, hi, _numbers(game, k)) for k, title, unit, lo, hi in plain
    ]
    if game.learning.kind != "beta":
        out.append(Handle("drift", "Drift of the front, as through aid", "steps per month, to side A", 0.0, -REACH, REACH, lambda v: with_drift(game, v)))  # fmt: skip
    for side in "ab":
        out.append(
            Handle(
                f"value_{side}",
                f"Value of the contested land to side {side.upper()}",
                "times its value now", 1.0, 0.25, 4.0, _valued(game, side),
            )
        )  # fmt: skip
    return tuple(out)


def scan(
    game: WarGame,
    states: Sequence[State] = (),
    method: Method | None = None,
    strict: bool = True,
    progress: Callable[[float], None] = lambda share: None,
) -> tuple[Lever, ...]:
    """Every lever over its range, with all stretches in which peace opens at the first state."""
    levers = handles(game)
    grids = [_grid(lever) for lever in levers]
    games = [lever.at(value) for lever, grid in zip(levers, grids, strict=True) for value in grid]
    found = solve(
        [*games, *(g.at_common_prior() for g in games)], states, method, WITHIN, strict=strict, progress=progress
    )
    gap, within, at_rest = gap_of(found)[:, 0], p_settled_within(found, WITHIN), found.at_rest
    number, start, out, brackets = len(games), 0, [], []
    for lever, grid in zip(levers, grids, strict=True):
        row = slice(start, start + len(grid))
        common = gap[number + start : number + start + len(grid)]
        rest = bool(at_rest[row].all() and at_rest[number + start : number + start + len(grid)].all())
        out.append(
            Lever(lever.key, lever.title, lever.unit, lever.now, grid, gap[row], common, within[row], (), None, rest)
        )
        changes = np.flatnonzero(np.diff(gap[row] < OPEN))
        brackets += [(len(out) - 1, grid[k], grid[k + 1], bool(gap[row][k] < OPEN)) for k in changes]
        start += len(grid)
    edges = _edges(levers, brackets, states, method, strict)
    return tuple(_with_stretches(lever, [e for n, e in edges if n == place]) for place, lever in enumerate(out))


def _grid(lever: Handle) -> np.ndarray:
    even = np.linspace(lever.low, lever.high, POINTS)
    return np.unique(np.concatenate([even, [lever.now]]))


Bracket = tuple[int, float, float, bool]


def _edges(
    levers: Sequence[Handle], brackets: Sequence[Bracket], states: Sequence[State], method: Method | None, strict: bool
) -> list[tuple[int, float]]:
    """Where in each bracket (lever, low, high, open at the low end) peace opens or shuts: the outermost open value."""
    if not brackets:
        return []
    inside = [np.linspace(lo, hi, INSIDE + 2)[1:-1] for _, lo, hi, _ in brackets]
    games = [levers[n].at(v) for (n, *_), values in zip(brackets, inside, strict=True) for v in values]
    is_open = (gap_of(solve(games, states, method, 0, strict=strict))[:, 0] < OPEN).reshape(len(brackets), INSIDE)
    out = []
    for (n, lo, hi, from_low), values, row in zip(brackets, inside, is_open, strict=True):
        if from_low:
            run = int(np.argmin(row)) if not row.all() else INSIDE
            out.append((n, float(values[run - 1]) if run else lo))
        else:
            run = int(np.argmin(row[::-1])) if not row.all() else INSIDE
            out.append((n, float(values[INSIDE - run]) if run else hi))
    return out


def _with_stretches(lever: Lever, edges: list[float]) -> Lever:
    """A lever with its stretches: runs of open values, their ends moved to the edges found between scan values."""
    is_open = lever.gap < OPEN
    stretches, left = [], list(edges)
    start = None
    for k, now in enumerate(is_open):
        if now and start is None:
            start = float(lever.values[0]) if k == 0 else left.pop(0)
        if start is not None and (not now or k == len(is_open) - 1):
            stop = left.pop(0) if not now else float(lever.values[-1])
            stretches.append((start, stop))
            start = None
    nearest = [min(max(lever.now, lo), hi) for lo, hi in stretches]
    least = min(nearest, key=lambda v: abs(v - lever.now), default=None)
    return replace(lever, intervals=tuple(stretches), least=least)


def around(game: WarGame, lost: int, won: int) -> tuple[tuple[State, ...], np.ndarray]:
    """States after some steps lost or won on the first axis, one a month, and those steps (0: now), where inside.

    What was seen on the way is counted in: k steps in k months.
    """
    front, top = game.axes[0], game.grid.statistic_max
    rest = tuple(other.start for other in game.axes[1:])
    first, last = max(-lost, 1 - front.start), min(won, front.steps - 1 - front.start)
    steps = np.arange(first, last + 1)
    regime = game.regimes.start if game.regimes else 0
    states = tuple(
        State(abs(int(k)), (front.start + int(k), *rest), float(np.clip(k, -top, top)), regime) for k in steps
    )
    return states, steps


def price_of_waiting(
    game: WarGame, method: Method | None = None, strict: bool = True, reach: int = 3
) -> BargainingRange:
    """Terms now against terms after some steps lost or won: what each side would settle for there."""
    reach = min(reach, game.time.horizon - 1)
    states, steps = around(game, reach, reach)
    return range_of(solve(game, states, method, 0, strict=strict), "steps", steps, 0)


def pairs(
    game: WarGame,
    levers: Sequence[Lever],
    states: Sequence[State] = (),
    method: Method | None = None,
    strict: bool = True,
    progress: Callable[[float], None] = lambda share: None,
) -> tuple[LeverPair, ...]:
    """The least joint change of two levers that opens peace, for every pair of levers that do not open it alone.

    What land is worth to a side is no lever that anyone can pull on purpose, and stays out.

    Effort is the length of the change, each lever in units of its own range; the least effort stands first.
    """
    known = {handle.key: handle for handle in handles(game)}
    shut = [
        lever for lever in levers if not lever.intervals and lever.key in known and not lever.key.startswith("value_")
    ]
    tried: list[tuple[Lever, float, Lever, float, float]] = []
    games: list[WarGame] = []
    for one, other in itertools.combinations(shut, 2):
        for u, v in itertools.product(_steps(one), _steps(other)):
            moved = _both(game, known[one.key], u, other.key, v)
            effort = float(np.hypot(_part(one, u), _part(other, v)))
            tried.append((one, u, other, v, effort))
            games.append(moved)
    if not games:
        return ()
    is_open = gap_of(solve(games, states, method, 0, strict=strict, progress=progress))[:, 0] < OPEN
    best: dict[tuple[str, str], LeverPair] = {}
    for (one, u, other, v, effort), opens in zip(tried, is_open, strict=True):
        key = (one.key, other.key)
        if opens and (key not in best or effort < best[key].effort):
            best[key] = LeverPair(one.key, other.key, u, v, effort)
    return tuple(sorted(best.values(), key=lambda pair: pair.effort))


def _steps(lever: Lever) -> list[float]:
    """A few values of a lever that differ from where it stands."""
    low, high = float(lever.values[0]), float(lever.values[-1])
    even = np.linspace(low, high, PAIRED + 1)
    return [float(v) for v in even if abs(v - lever.now) > 0.05 * (high - low)]


def _part(lever: Lever, value: float) -> float:
    return (value - lever.now) / float(lever.values[-1] - lever.values[0])


def _both(game: WarGame, one: Handle, value: float, other: str, also: float) -> WarGame:
    """A game with two levers moved, whichever kind they are."""
    moved = one.at(value)
    return next(handle for handle in handles(moved) if handle.key == other).at(also)


def belief_map(
    game: WarGame,
    states: Sequence[State] = (),
    method: Method | None = None,
    strict: bool = True,
    progress: Callable[[float], None] = lambda share: None,
) -> BeliefMap | None:
    """For which pairs of expected drifts a settlement exists at the first state; None unless beliefs are normal."""
    learning = game.learning
    if learning.kind != "gaussian":
        return None
    now_a, now_b, analyst = (belief.first[0] for belief in (learning.prior_a, learning.prior_b, learning.analyst))
    middle = (max(now_a, now_b, analyst) + min(now_a, now_b, analyst)) / 2
    reach = max(REACH, 0.75 * (max(now_a, now_b, analyst) - min(now_a, now_b, analyst)))
    means = np.linspace(middle - reach, middle + reach, MAPPED)
    games = [
        game.with_beliefs(Belief((float(a),), learning.prior_a.second), Belief((float(b),), learning.prior_b.second))
        for a in means
        for b in means
    ]
    found = solve(games, states, method, 0, strict=strict, progress=progress)
    gap = gap_of(found)[:, 0].reshape(MAPPED, MAPPED)
    return BeliefMap(means, means, gap, now_a, now_b, analyst, found.converged)
