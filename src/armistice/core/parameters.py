"""The numbers of the war-termination game, each declared once: name, symbol, unit, bounds, default, meaning.

The game file, the judged ranges of a pack and the reference pages all read this table, so that a number means the
same wherever it stands. The stake of the war is worth 1; months are the clock.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from typing import NamedTuple

from armistice.core.war import Range


@dataclass(frozen=True)
class Parameter:
    """One number of the game.

    Attributes
    ----------
    key : str
        ``table.key`` of the game file.
    symbol : str
        As in the explanation of the model.
    unit : str
    low, high : float
        Bounds, both allowed unless `open_low` or `open_high`.
    default : float or None
        None where the file must give it.
    meaning : str
    """

    key: str
    symbol: str
    unit: str
    low: float
    high: float
    default: float | None
    meaning: str
    open_low: bool = False

    def holds(self, value: float) -> bool:
        """Whether a number lies within the bounds."""
        return (self.low < value if self.open_low else self.low <= value) and value <= self.high

    @property
    def bounds(self) -> str:
        """The bounds in words: ``from 0 to 1``, ``above 0``, ``a finite number``."""
        least = f"above {self.low:g}" if self.open_low else f"from {self.low:g}"
        if math.isinf(self.low):
            return "a finite number" if math.isinf(self.high) else f"up to {self.high:g}"
        if math.isinf(self.high):
            return least if self.open_low else f"{self.low:g} or more"
        return f"{least} to {self.high:g}"


_INF = math.inf
_MONTH = "share of the stake's monthly flow"

PARAMETERS: dict[str, Parameter] = {
    p.key: p
    for p in (
        Parameter("learning.sigma", "σ", "steps per month", 0.01, 100, 1.0, "how far one month's movement strays from its drift"),
        Parameter("time.discount", "δ", "per month", 0, 1, 0.995, "weight of next month against this one", True),
        Parameter("time.horizon", "T", "months", 1, 600, 96, "months in which the war still teaches something"),
        Parameter("costs.a", "k_A", _MONTH, 0, _INF, 0.0, "what a month of fighting costs side A"),
        Parameter("costs.b", "k_B", _MONTH, 0, _INF, 0.0, "what a month of fighting costs side B"),
        Parameter("costs.growth", "κ", "per month", 0, 10, 0.0, "growth of both costs with each month, as a share of the first"),
        Parameter("costs.land_flow", "ω", "share", 0, 1, 1.0, "share of the value of land held that is enjoyed in wartime"),
        Parameter("bargaining.proposer_a", "λ", "probability", 0, 1, 0.5, "chance that side A makes the month's proposal"),
        Parameter("bargaining.talks", "q", "probability", 0, 1, 1.0, "chance, each month in which some offer suits both, that talks get to a signature"),
        Parameter("bargaining.transfer_cap", "m̄", "share of the stake", 0, _INF, 0.05, "largest payment that can go with a line; inf for free transfers"),
        Parameter("defeat.a", "c_A", "share of the stake", 0, _INF, 0.0, "what total defeat costs side A beyond the land"),
        Parameter("defeat.b", "c_B", "share of the stake", 0, _INF, 0.0, "what total defeat costs side B beyond the land"),
        Parameter("domestic.red_line_a", "r_A", "share of the stake", 0, 1, 0.0, "share of the land's value below which side A's leader is punished"),
        Parameter("domestic.red_line_b", "r_B", "share of the stake", 0, 1, 0.0, "share of the land's value below which side B's leader is punished"),
        Parameter("domestic.penalty_a", "D_A", "share of the stake", 0, _INF, 0.0, "the punishment of side A's leader"),
        Parameter("domestic.penalty_b", "D_B", "share of the stake", 0, _INF, 0.0, "the punishment of side B's leader"),
        Parameter("commitment.arrival", "ρ", "per month", 0, 1, 0.0, "chance each month of peace that power shifts"),
        Parameter("commitment.shift", "Δ", "steps per month", -100, 100, 0.0, "change of the drift after the shift; positive towards side A"),
        Parameter("commitment.guarantee", "γ", "probability", 0, 1, 0.0, "chance that a guarantor prevents a broken settlement"),
        Parameter("commitment.penalty", "pen", "share of the stake", 0, _INF, 0.0, "what breaking a settlement costs the side that breaks it"),
        Parameter("commitment.strategic_factor", "—", "share", -10, 10, 0.0, "multiplies the shift once the strategic line is held; 0 removes the fear"),
        Parameter("commitment.smoothing", "s", "share of the stake", 0, 10, 0.01, "gain from breaking a settlement at which breaking turns likely; 0 for a hard rule"),
        Parameter("grid.statistic_max", "y_max", "steps", 0, 1e4, 12.0, "largest surprise of the war so far that the grid holds", True),
        Parameter("grid.statistic_points", "—", "points", 3, 5001, 49, "points of the grid of surprises; odd"),
    )
}  # fmt: skip
"""Numbers of a game file, by ``table.key``."""

BELIEFS: dict[str, Parameter] = {
    p.key: p
    for p in (
        Parameter("beliefs.lead_a", "—", "steps per month", -10, 10, None, "how much faster the front moves in side A's favour in side A's own belief than on record"),
        Parameter("beliefs.lead_b", "—", "steps per month", -10, 10, None, "how much faster the front moves in side B's favour in side B's own belief than on record"),
        Parameter("beliefs.sd_a", "s_A", "steps per month", 0, 10, None, "how unsure side A is of the drift", True),
        Parameter("beliefs.sd_b", "s_B", "steps per month", 0, 10, None, "how unsure side B is of the drift", True),
    )
}  # fmt: skip
"""What a pack says of the two sides' beliefs, beside the drift that its own record shows."""

JUDGED: tuple[str, ...] = (
    "time.discount", "costs.a", "costs.b", "costs.growth", "bargaining.proposer_a", "bargaining.transfer_cap",
    "defeat.a", "defeat.b", "domestic.red_line_a", "domestic.red_line_b", "domestic.penalty_a", "domestic.penalty_b",
    "commitment.arrival", "commitment.shift", "commitment.guarantee", "commitment.penalty",
    "beliefs.lead_a", "beliefs.lead_b", "beliefs.sd_a", "beliefs.sd_b",
)  # fmt: skip
"""What a pack judges, each with low, central, high and a source; the rest comes from its record or from defaults."""

TALKS = Range(0.05, 1 / 6, 0.5, "a judgement: talks take half a year, from two months to most of two years")
"""Chance of a signature in a month with an offer that suits both, where talks are taken to take time."""


class Block(NamedTuple):
    """Land that cannot be split: no line of a settlement runs strictly between steps `lo` and `hi`."""

    lo: int
    hi: int
    source: str


class LineOfOption(NamedTuple):
    """Where an option of an issue draws the line: at the `start` of the axis, at the `front` of the day, at its `end`, or at
    a fixed place such as a past border, by the steps of the axis that side A holds there."""

    issue: str
    option: str
    line: str | int


LINES = ("start", "front", "end")


class Pressure(NamedTuple):
    """A dated push by a mediator or a third party, run as if it lasted: a factor on one side's costs, and a drift."""

    date: datetime.date
    side: str
    title: str
    costs: float
    drift: float
    source: str


@dataclass(frozen=True)
class Judgements:
    """What a pack judges of the war-termination game.

    Attributes
    ----------
    axis : str
        The axis on which the game is played.
    ranges : dict of Range
        ``table.key`` of `JUDGED` → low, central, high and source. A number that is missing was not judged.
    blocks : tuple of Block
        Steps count from 0, the line before the first step.
    strategic_line : int or None
        A step that makes a settlement safe for the side that fears the shift of power: at or below it where the
        shift is towards side A, at or above it where it is towards side B, the shift is multiplied by
        ``commitment.strategic_factor``. None where there is no such line.
    strategic_source : str
        Empty where there is no such line.
    lines : tuple of LineOfOption
        What options of issues mean on the axis; positions on other issues say nothing of it.
    pressures : tuple of Pressure
        What mediators and third parties did to press a side, by date.
    """

    axis: str
    ranges: dict[str, Range]
    blocks: tuple[Block, ...]
    strategic_line: int | None
    strategic_source: str
    lines: tuple[LineOfOption, ...] = ()
    pressures: tuple[Pressure, ...] = ()
