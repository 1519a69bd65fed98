"""The war-termination game as a problem: who holds what, what each side believes, what fighting costs, what can be agreed.

A `WarGame` is a frozen record with the tables of a game file; it neither solves nor draws itself. The stake is worth
1; steps are pieces of land of about one month's movement; months are the clock. Symbols, units and bounds of its
numbers stand in `core.parameters`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from armistice.core.errors import QueryError, near
from armistice.core.parameters import PARAMETERS


@dataclass(frozen=True)
class Front:
    """One axis: an ordered line of steps, of which side A holds the first `start`.

    Attributes
    ----------
    steps, start : int
    value_a, value_b : tuple of float, length steps
        What each step is worth to each side; over all axes they sum to 1.
    barrier : tuple of float, length steps + 1
        What the terrain adds to the drift at each position, steps per month.
    blocks : tuple of (int, int)
        Open intervals of positions in which no line can be drawn.
    """

    steps: int
    start: int
    value_a: tuple[float, ...]
    value_b: tuple[float, ...]
    barrier: tuple[float, ...]
    blocks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Belief:
    """What somebody believes of the drift: a normal (mean, sd), a beta (a, b), or values with weights.

    Attributes
    ----------
    first : tuple of float
        Mean; a; or the values. Steps per month (a beta: pseudo-victories of side A).
    second : tuple of float
        Standard deviation; b; or the weights.
    """

    first: tuple[float, ...]
    second: tuple[float, ...]


@dataclass(frozen=True)
class Learning:
    """How the battlefield teaches; `prior_a`, `prior_b` of the sides, `analyst` of whoever reads the result."""

    prior_a: Belief
    prior_b: Belief
    analyst: Belief
    kind: str = "gaussian"
    sigma: float = 1.0


@dataclass(frozen=True)
class Time:
    """The clock: weight of next month, and months in which the war still teaches."""

    discount: float = 0.995
    horizon: int = 96


@dataclass(frozen=True)
class Costs:
    """What a month of fighting costs, in shares of the stake's monthly flow; `land_flow` is what land gives in war."""

    a: float = 0.0
    b: float = 0.0
    growth: float = 0.0
    land_flow: float = 1.0


@dataclass(frozen=True)
class Bargaining:
    """Who proposes, how soon talks lead to a signature, what can be paid, whether one may surrender or draw lots."""

    proposer_a: float = 0.5
    talks: float = 1.0
    transfer_cap: float = 0.05
    surrender: bool = True
    lottery: bool = False


@dataclass(frozen=True)
class Defeat:
    """What total defeat costs each side beyond the land."""

    a: float = 0.0
    b: float = 0.0


@dataclass(frozen=True)
class Domestic:
    """Red lines of the two leaders, as shares of the land's value, and the punishment for settling below."""

    red_line_a: float = 0.0
    red_line_b: float = 0.0
    penalty_a: float = 0.0
    penalty_b: float = 0.0


@dataclass(frozen=True)
class Commitment:
    """Whether a settlement would hold: the shift of power that may follow it, and what stands against using it.

    `strategic_line` is the line at which the side that fears the shift holds the strategic good: at or above it where
    the shift favours side B, at or below it where the shift favours side A.
    """

    arrival: float = 0.0
    shift: float = 0.0
    guarantee: float = 0.0
    penalty: float = 0.0
    strategic_line: int | None = None
    strategic_factor: float = 0.0
    smoothing: float = 0.01


@dataclass(frozen=True)
class Regimes:
    """States of the world outside the battlefield (aid, exhaustion, leaders), drawn anew each month.

    `cost_a` and `cost_b` stand in place of the costs of the game; `transition` has a row for each regime.
    """

    drift: tuple[float, ...]
    cost_a: tuple[float, ...]
    cost_b: tuple[float, ...]
    transition: tuple[tuple[float, ...], ...]
    start: int = 0


@dataclass(frozen=True)
class Grid:
    """How the game is cut into states: displacements of a month, and the grid of the public statistic."""

    displacement: tuple[int, ...] = (-2, -1, 0, 1, 2)
    statistic_max: float = 12.0
    statistic_points: int = 49
    terminal: str = "stationary"


@dataclass(frozen=True)
class WarGame:
    """The problem; see the module."""

    axes: tuple[Front, ...]
    learning: Learning
    time: Time = field(default_factory=Time)
    costs: Costs = field(default_factory=Costs)
    bargaining: Bargaining = field(default_factory=Bargaining)
    defeat: Defeat = field(default_factory=Defeat)
    domestic: Domestic = field(default_factory=Domestic)
    commitment: Commitment = field(default_factory=Commitment)
    regimes: Regimes | None = None
    grid: Grid = field(default_factory=Grid)

    def number(self, key: str) -> float:
        """One number by its ``table.key``."""
        table, name = key.split(".")
        return float(getattr(getattr(self, table), name))

    def with_numbers(self, numbers: Mapping[str, float]) -> WarGame:
        """The same game with some numbers changed, each by its ``table.key``; the grid is not changed this way.

        Raises
        ------
        QueryError
            If a number is unknown, out of its bounds, infinite (but for free payments), a part where only a whole will
            do, or another grid: whether a grid fits is checked where a game is read.
        """
        game = self
        for key, value in numbers.items():
            if key not in PARAMETERS:
                raise QueryError(f"{key}: no such number of a game; expected table.key; {near(key, PARAMETERS)}")
            whole = isinstance(PARAMETERS[key].default, int)
            bounds = PARAMETERS[key].bounds + (", a whole number" if whole else "")
            finite = math.isfinite(value) or key == "bargaining.transfer_cap"
            if not PARAMETERS[key].holds(value) or not finite or (whole and value != int(value)):
                bounds += "" if finite else ", finite"
                raise QueryError(f"{key} is {value:g}; expected {bounds}; choose such a number")
            table, name = key.split(".")
            if table == "grid" and value != game.number(key):
                raise QueryError(f"{key} is {value:g}; expected the grid as it was read; change it in the game file")
            old = getattr(game, table)
            game = replace(game, **{table: replace(old, **{name: int(value) if whole else float(value)})})
        return game

    def with_beliefs(self, a: Belief | None = None, b: Belief | None = None) -> WarGame:
        """The same game with other priors of the two sides."""
        old = self.learning
        return replace(self, learning=replace(old, prior_a=a or old.prior_a, prior_b=b or old.prior_b))

    def at_common_prior(self) -> WarGame:
        """The same game with the analyst's belief for both sides."""
        return self.with_beliefs(self.learning.analyst, self.learning.analyst)
