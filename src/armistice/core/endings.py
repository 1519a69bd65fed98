"""What the war-termination game says of a war: equilibrium, outlook, what stands in the way, what would open it.

Records of arrays only; each says its shape and unit. The stake of the war is worth 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armistice.core.war import Range

OPEN = 1e-9
"""A gap below this is none."""
WITHIN = 12
"""Months within which a settlement is looked for, where mechanisms and levers are compared."""


@dataclass(frozen=True)
class Equilibrium:
    """The war-termination game solved on its draws, at the state from which it starts.

    Every array has one entry a draw. Values are shares of the stake, which is worth 1.

    Attributes
    ----------
    engine : str
        What made it, in words a reader understands.
    status : str
        A sentence: whether the solution converged, after how many sweeps, with which error.
    converged : bool
    reservation_a, reservation_b : array, shape (draws,)
        What each side expects of fighting on.
    value_a, value_b : array, shape (draws,)
        What each side expects before it is known who makes this month's proposal.
    settles : array of bool, shape (draws,)
        Whether some term suits both; where talks take time, it need not be signed this month.
    gap : array, shape (draws,)
        Smallest outside payment with which some term suits both; 0 where they settle.
    net_share_a : array, shape (draws,)
        What side A would have of the stake in the settlement (land and payment), expected over who proposes; NaN where
        they fight.
    line : array, shape (draws,)
        Where the front would be drawn, in steps, expected over who proposes; NaN where they fight.
    least_line_a, most_line_b : array, shape (draws,)
        Least line that side A would accept and furthest line that side B would, payments included; NaN for none.
    regret : array, shape (draws,)
        Most that either side could gain by one move of its own, by definition; 0 but for rounding.
    """

    engine: str
    status: str
    converged: bool
    reservation_a: np.ndarray
    reservation_b: np.ndarray
    value_a: np.ndarray
    value_b: np.ndarray
    settles: np.ndarray
    gap: np.ndarray
    net_share_a: np.ndarray
    line: np.ndarray
    least_line_a: np.ndarray
    most_line_b: np.ndarray
    regret: np.ndarray


@dataclass(frozen=True)
class Outlook:
    """How the war may end, month by month, under the analyst's belief about the drift.

    Attributes
    ----------
    months : array of int, shape (months,)
        From 0 (now); probabilities are cumulative.
    p_settlement, p_victory_a, p_victory_b, p_ongoing : array, shape (draws, months)
        A surrender counts as the other side's victory.
    expected_share_a : array, shape (draws, months)
        Share of side A in the settlements made so far; NaN where there are none.
    p_line : array, shape (draws, months, positions)
        Chance that a settlement was made at each line so far.
    net_share : array, shape (edges,)
        Edges of the bins of `p_net_share`.
    p_net_share : array, shape (draws, months, bins)
        Chance that a settlement was made so far with side A's share in each bin.
    expected_months : array, shape (draws,)
        Expected months of war from now, counted up to the last month looked at.
    """

    months: np.ndarray
    p_settlement: np.ndarray
    p_victory_a: np.ndarray
    p_victory_b: np.ndarray
    p_ongoing: np.ndarray
    expected_share_a: np.ndarray
    p_line: np.ndarray
    net_share: np.ndarray
    p_net_share: np.ndarray
    expected_months: np.ndarray


@dataclass(frozen=True)
class BargainingRange:
    """Reservation values along a row of states: as the front moves, or as the months pass.

    Attributes
    ----------
    along : {"steps", "months"}
        What `at` counts: steps won (positive) or lost by side A since now, or months from now.
    at : array, shape (points,)
    held_a : array, shape (points,)
        Share of the stake's value that side A holds there, in side A's eyes.
    reservation_a, reservation_b : array, shape (draws, points)
    settles : array of bool, shape (draws, points)
    gap : array, shape (draws, points)
    least_line_a, most_line_b : array, shape (draws, points)
        As in `Equilibrium`.
    """

    along: str
    at: np.ndarray
    held_a: np.ndarray
    reservation_a: np.ndarray
    reservation_b: np.ndarray
    settles: np.ndarray
    gap: np.ndarray
    least_line_a: np.ndarray
    most_line_b: np.ndarray


MECHANISMS: dict[str, str] = {
    "information": "the sides disagree about the next months",
    "commitment": "a settlement may not hold",
    "indivisibility": "some land cannot be split",
    "domestic": "leaders are punished for settling past a red line",
}
"""What can stand in the way of peace, as the game has it, with a clause for readers."""


@dataclass(frozen=True)
class Blockers:
    """Why there is no peace now: an identity, and what happens when mechanisms are taken out.

    Every array has one entry a draw first. Shares of the stake, unless said otherwise.

    Attributes
    ----------
    identity : dict of array
        Term → value: information, cost, wedge_now, waste_future, flow_adjustment, transferability, with which
        ``tu_gap = information - cost + wedge_now - discount · waste_future + flow_adjustment`` and
        ``gap = max(0, tu_gap) + transferability``.
    gap_without, p12_without : dict of array
        Set of mechanisms taken out (a sorted tuple of names, the empty one included) → gap, chance of a settlement
        within 12 months.
    minimal_sets : tuple of tuple of str
        Smallest sets of mechanisms without which peace opens, in the first draw.
    opens : dict of array
        Set → whether peace opens without it, per draw.
    shapley_gap, shapley_p12 : dict of array
        Mechanism → its share of the gap, and of the chance of a settlement within 12 months that is missing.
    common_prior : bool
        Whether both sides were given the analyst's belief throughout, so that no result rests on a bet.
    converged : bool
        Whether the value at the horizon came to rest in every one of these games.
    """

    identity: dict[str, np.ndarray]
    gap_without: dict[tuple[str, ...], np.ndarray]
    p12_without: dict[tuple[str, ...], np.ndarray]
    minimal_sets: tuple[tuple[str, ...], ...]
    opens: dict[tuple[str, ...], np.ndarray]
    shapley_gap: dict[str, np.ndarray]
    shapley_p12: dict[str, np.ndarray]
    common_prior: bool
    converged: bool = True


@dataclass(frozen=True)
class Lever:
    """One number of the game, moved over a range; peace opens where the gap is 0.

    Attributes
    ----------
    key, title, unit : str
    now : float
        Where it stands.
    values : array, shape (points,)
    gap, gap_common : array, shape (points,)
        Gap with the sides' own beliefs, and with the analyst's for both.
    p12 : array, shape (points,)
        Chance of a settlement within 12 months.
    intervals : tuple of (float, float)
        All stretches of `values` in which peace opens.
    least : float or None
        Value nearest to `now` at which it opens.
    converged : bool
        Whether the value at the horizon came to rest at every value.
    """

    key: str
    title: str
    unit: str
    now: float
    values: np.ndarray
    gap: np.ndarray
    gap_common: np.ndarray
    p12: np.ndarray
    intervals: tuple[tuple[float, float], ...]
    least: float | None
    converged: bool = True


@dataclass(frozen=True)
class LeverPair:
    """The least joint change of two levers that opens peace; `effort` is its length in units of each lever's range."""

    first: str
    second: str
    first_value: float
    second_value: float
    effort: float


@dataclass(frozen=True)
class BeliefMap:
    """What one must believe: for which pairs of expected drifts a settlement exists.

    Attributes
    ----------
    mean_a, mean_b : array, shape (points_a,), (points_b,)
        Drift that each side expects, steps per month, positive towards side A.
    gap : array, shape (points_a, points_b)
        0 where they settle.
    now_a, now_b, analyst : float
        Where the sides' and the analyst's beliefs stand.
    converged : bool
        Whether the value at the horizon came to rest for every pair.
    """

    mean_a: np.ndarray
    mean_b: np.ndarray
    gap: np.ndarray
    now_a: float
    now_b: float
    analyst: float
    converged: bool = True


@dataclass(frozen=True)
class WhatIf:
    """One change of the game, run beside the game as judged."""

    title: str
    equilibrium: Equilibrium
    outlook: Outlook


@dataclass(frozen=True)
class Ending:
    """What the war-termination game says of a war: all that the report shows of it.

    Attributes
    ----------
    axis : str
        The axis on which it is played.
    parameters : dict of Range
        ``table.key`` → the number with its range and source.
    draws : int
    by_steps, by_months : BargainingRange
    blockers, blockers_common : Blockers
    levers : tuple of Lever
    pairs : tuple of LeverPair
    beliefs : BeliefMap
    what_if : tuple of WhatIf
        The game as judged stands first.
    """

    axis: str
    parameters: dict[str, Range]
    draws: int
    equilibrium: Equilibrium
    outlook: Outlook
    by_steps: BargainingRange
    by_months: BargainingRange
    blockers: Blockers
    blockers_common: Blockers
    levers: tuple[Lever, ...]
    pairs: tuple[LeverPair, ...]
    beliefs: BeliefMap
    what_if: tuple[WhatIf, ...]


@dataclass(frozen=True)
class Weighed:
    """What is run on few draws or on one set of inputs, run again by the weights of the negotiating record.

    Attributes
    ----------
    order : array of int, shape (changes' draws,)
        Draws on which the changes were run, taken in proportion to their weights; a draw may stand more than once.
    blockers, blockers_common : Blockers
        On as many draws as without weights, taken likewise; no draw of theirs is central.
    central : dict of float
        ``table.key`` → central value, moved by as much as the record moves the mean of the draws.
    levers : tuple of Lever
        At these central values.
    what_if : tuple of WhatIf
        The same changes in the same order.
    """

    order: np.ndarray
    blockers: Blockers
    blockers_common: Blockers
    central: dict[str, float]
    levers: tuple[Lever, ...]
    what_if: tuple[WhatIf, ...]
