"""How far two sides are apart on an issue, and how that came about.

A position is a range on an issue, from 0 (what side B would like best) to 1 (what side A would). The near end of side
A's range is its low one, of side B's its high one; the distance runs from near end to near end and is zero where the
ranges meet. A side moves toward the other by as much as its near end does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from armistice.core.war import Side

State = Literal["open", "within reach", "closed", "not stated"]


def distance_between(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Distance from side A's range (low, high) to side B's, 0 to 1."""
    return max(0.0, a[0] - b[1])


@dataclass(frozen=True)
class Stated:
    """What one side stated on one day: the ends of the range, as values and as options, and where it stands."""

    date: date
    low: float
    high: float
    option_low: str
    option_high: str
    document: str
    text: str
    basis: str
    source: str


@dataclass(frozen=True)
class Move:
    """How one side moved on one issue.

    Attributes
    ----------
    start : Stated
        The position from which it is reckoned: the last by the first day, or the first after it.
    now : Stated
        The last position.
    toward : float
        How far the near end moved toward the other side; negative if away from it.
    """

    start: Stated
    now: Stated
    toward: float


@dataclass(frozen=True)
class IssueConvergence:
    """One issue between two days.

    Attributes
    ----------
    issue, title : str
    minor : bool
    state : {"open", "within reach", "closed", "not stated"}
        ``closed``: the ranges stated last meet. ``within reach``: they do not, but what each side is judged to accept
        does. ``open``: neither. ``not stated``: one side has no coded position.
    distance : float or None
        On the last day; None unless both sides have stated a position.
    course : tuple of (date, float)
        The distance on the first day on which it is known, not before the day from which it is reckoned, and on each
        day on which either side stated something since.
    moves : dict of side to Move
        A side that stated nothing is left out.
    """

    issue: str
    title: str
    minor: bool
    state: State
    distance: float | None
    course: tuple[tuple[date, float], ...]
    moves: dict[Side, Move]

    @property
    def narrowed(self) -> float | None:
        """By how much the distance fell since it is known; negative if it grew."""
        return self.course[0][1] - self.course[-1][1] if self.course else None
