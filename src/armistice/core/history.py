"""The war-termination game at every month of the record: what it said of the sides then, and what the record says of it.

Records only. Shares of the stake, which is the land of the axis and what side A has taken before it since the first month.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

import numpy as np

from armistice.core.matched import Matched


@dataclass(frozen=True)
class History:
    """The game as it stood at the end of each month on record, with the judged numbers of today.

    Attributes
    ----------
    axis : str
    days : tuple of date
        Oldest first; the last is the as-of day.
    position : array, shape (months,)
        Steps of the axis held by side A; negative where the front had not come to its first step.
    drift : array, shape (months,)
        What the record up to that day said of the movement to come, steps per month.
    reservation_a, reservation_b : array, shape (draws, months)
        What each side expected of fighting on.
    need : array, shape (draws, months)
        Smallest outside payment with which some term would have suited both; negative where there was room.
    p_within : dict of array
        Months ahead → chance of a settlement within them, shape (draws, months).
    matched : Matched
        The draws weighed by what the two sides did.
    converged : bool
        Whether the value at the horizon came to rest in every draw.
    earlier : tuple of date
        Ends of months before `days`, back to the day from which the war is counted, oldest first: beliefs are told of
        them, but no game is put in them.
    earlier_drift : array, shape (earlier,)
        As `drift`; 0 where no month of movement was on record.
    earlier_months : array of int, shape (earlier,)
        Months of movement then on record.
    """

    axis: str
    days: tuple[datetime.date, ...]
    position: np.ndarray
    drift: np.ndarray
    reservation_a: np.ndarray
    reservation_b: np.ndarray
    need: np.ndarray
    p_within: dict[int, np.ndarray]
    matched: Matched
    converged: bool
    earlier: tuple[datetime.date, ...] = ()
    earlier_drift: np.ndarray = field(default_factory=lambda: np.zeros(0))
    earlier_months: np.ndarray = field(default_factory=lambda: np.zeros(0, int))

    @property
    def all_days(self) -> tuple[datetime.date, ...]:
        """Days of which beliefs are told, oldest first."""
        return (*self.earlier, *self.days)

    @property
    def all_drift(self) -> np.ndarray:
        """`drift` on `all_days`."""
        return np.concatenate([self.earlier_drift, self.drift])

    @property
    def unrecorded(self) -> int:
        """How many of `all_days` had no month of movement on record: beliefs there are the judged leads alone."""
        return int(np.sum(self.earlier_months == 0))
