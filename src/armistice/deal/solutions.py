"""What could be agreed on the frontier: solution points, the range of each draw, and where a plan lies beside it.

With gains :math:`g_p = u_p - d_p` over the utilities d of fighting on, four solutions pick a point of the frontier that is
acceptable to all: Nash the largest product of gains; Kalai–Smorodinsky the largest smallest share of what each party could hope
for, then the next smallest; egalitarian the same with the gains themselves; utilitarian the largest sum. The last two take
utilities of different parties as comparable; the first two do not.

References: J. F. Nash, "The Bargaining Problem", *Econometrica* 18 (1950) 155–162; E. Kalai and M. Smorodinsky, "Other Solutions
to Nash's Bargaining Problem", *Econometrica* 43 (1975) 513–518; E. Kalai, "Proportional Solutions to Bargaining Situations",
*Econometrica* 45 (1977) 1623–1630; H. Raiffa, *The Art and Science of Negotiation* (Harvard University Press, 1982), chapter 11.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from armistice.core.bargaining import ALIKE
from armistice.core.errors import QueryError
from armistice.deal.frontier import Frontier, Utilities, least_accepted, merge_frontier, space_of
from armistice.deal.preferences import Preferences

SOLUTIONS = ("nash", "kalai_smorodinsky", "egalitarian", "utilitarian")
"""The solution points by name."""


@dataclass(frozen=True)
class Point:
    """What a solution picks.

    Attributes
    ----------
    row : int
        In the frontier.
    outcome : dict
        Issue → option.
    utilities, gains : ndarray, shape (parties,)
        Gains over reservation utilities.
    ties : int
        Points of the frontier that do as well, this one included; the first in the order of the options is taken.
    """

    row: int
    outcome: dict[str, str]
    utilities: np.ndarray
    gains: np.ndarray
    ties: int


@dataclass(frozen=True)
class Standing:
    """Where one outcome lies against the frontier.

    Attributes
    ----------
    utilities : ndarray, shape (parties,)
    efficient : bool
        Whether it is on the frontier: nothing possible dominates it and nobody's law bars it.
    left : ndarray, shape (parties,)
        What each party alone could have more at most, no other having less.
    better : dict or None
        Issue → option of the outcome that is better for all: its smallest gain over this one is the largest there is, and then the
        sum of gains. None where nothing dominates.
    gains : ndarray, shape (parties,)
        Of `better` over this one; 0 where there is none.
    barred : tuple of str
        Issues on which it takes an option past somebody's hard red line.
    """

    utilities: np.ndarray
    efficient: bool
    left: np.ndarray
    better: dict[str, str] | None
    gains: np.ndarray
    barred: tuple[str, ...]


@dataclass(frozen=True)
class RangeByDraw:
    """The bargaining range of each draw.

    Attributes
    ----------
    parties : tuple of str
    open : ndarray of bool, shape (draws,)
        Whether some outcome is at least as good as fighting on for all.
    low, high : ndarray, shape (draws, parties)
        The least and the most utility that a party has on the frontier within the range; not a number where it is empty.
    points : dict of ndarray, each of shape (draws, parties)
        Utilities at each solution point; not a number where the range is empty.
    """

    parties: tuple[str, ...]
    open: np.ndarray
    low: np.ndarray
    high: np.ndarray
    points: dict[str, np.ndarray]

    @property
    def p_open(self) -> float:
        """Share of draws with a range."""
        return float(self.open.mean())


def solution_points(frontier: Frontier, reservation: Utilities) -> dict[str, Point | None]:
    """Nash, Kalai–Smorodinsky, egalitarian and utilitarian points among the outcomes acceptable to all.

    Parameters
    ----------
    frontier : Frontier
    reservation : sequence of float
        Utility of fighting on, for each party; at indifference a party agrees.

    Returns
    -------
    dict
        Solution → its point; None where nothing is acceptable to all.
    """
    floor = least_accepted(frontier.space, reservation)
    rows = np.flatnonzero((frontier.utilities >= floor).all(-1))
    if not len(rows):
        return dict.fromkeys(SOLUTIONS)
    utilities = frontier.utilities[rows]
    gains = np.maximum(utilities - np.asarray(tuple(reservation), float), 0.0)
    hope = gains.max(0)
    in_shares = gains / np.where(hope > 0, hope, 1.0)
    best = {
        "nash": _largest(in_shares.prod(-1), np.arange(len(rows))),
        "kalai_smorodinsky": _largest_smallest(in_shares),
        "egalitarian": _largest_smallest(gains),
        "utilitarian": _largest(utilities.sum(-1), np.arange(len(rows))),
    }
    out: dict[str, Point | None] = {}
    for solution, tied in best.items():
        first = tied[np.lexsort(frontier.outcomes[rows[tied]].T[::-1])[0]]
        row = int(rows[first])
        out[solution] = Point(row, frontier.named(row), utilities[first], gains[first], len(tied))
    return out


def standing(frontier: Frontier, outcome: Mapping[str, str]) -> Standing:
    """Where an outcome lies against the frontier, and what it leaves on the table.

    Parameters
    ----------
    frontier : Frontier
        Of all outcomes, found without reservation utilities.
    outcome : mapping
        Issue → option, for each issue of the space; options past hard red lines are judged like others, and named.

    Raises
    ------
    QueryError
        Where the outcome does not fit the space, or the frontier was cut to what is acceptable.
    """
    if frontier.reservation is not None:
        raise QueryError("frontier: cut to what all accept; expected all of it; find it without reservation utilities")
    space = frontier.space
    numbers = space.numbers(outcome)
    here = space.utilities(numbers[None])[0]
    barred = tuple(i for i, keep, n in zip(space.issues, space.allowed, numbers, strict=True) if not keep[n])
    gains = frontier.utilities - here
    above = np.flatnonzero((gains >= 0).all(-1))
    left = gains[above].max(0) if len(above) else np.zeros(len(here))
    above = above[(gains[above] > 0).any(-1)]
    if not len(above):
        return Standing(here, not barred, left, None, np.zeros(len(here)), barred)
    over = gains[above]
    best = above[np.lexsort((-over.sum(-1), -over.min(-1)))[0]]
    return Standing(here, False, left, frontier.named(int(best)), gains[best], barred)


def range_by_draw(preferences: Preferences, reservation: Utilities, issues: Iterable[str] | None = None) -> RangeByDraw:
    """The bargaining range and the solution points of each draw.

    Parameters
    ----------
    preferences : Preferences
    reservation : array, shape (parties,) or (draws, parties)
        Utility of fighting on, in the unit of the preferences.
    issues : iterable of str, optional
        Some of the issues; all by default.
    """
    held = preferences if issues is None else preferences.only(issues)
    shape = (held.draws, len(held.parties))
    given = np.asarray(reservation if isinstance(reservation, np.ndarray) else tuple(reservation), float)
    if given.shape not in (shape, shape[1:]):
        raise QueryError(
            f"reservation utilities: an array of shape {given.shape}; expected {shape[1:]} or {shape}; give one for each party"
        )
    fights = np.broadcast_to(given, shape)
    low, high = np.full(shape, np.nan), np.full(shape, np.nan)
    points = {solution: np.full(shape, np.nan) for solution in SOLUTIONS}
    for draw, fight in enumerate(fights):
        frontier = merge_frontier(space_of(held, draw), fight)
        if len(frontier):
            low[draw], high[draw] = frontier.utilities.min(0), frontier.utilities.max(0)
        for solution, point in solution_points(frontier, fight).items():
            if point is not None:
                points[solution][draw] = point.utilities
    return RangeByDraw(held.parties, ~np.isnan(low[:, 0]), low, high, points)


def _largest(worth: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Which of some rows have the largest worth; those within rounding of it tie."""
    best = worth[among].max()
    return among[worth[among] >= best - ALIKE * abs(best)]


def _largest_smallest(gains: np.ndarray) -> np.ndarray:
    """Which rows have the largest smallest gain, then the largest second smallest, and so on."""
    among = np.arange(len(gains))
    for column in np.sort(gains, axis=-1).T:
        among = _largest(column, among)
    return among
