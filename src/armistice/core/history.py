"""The war-termination game at every month of the record: what it said of the sides then, and what the record says of it.

Records only. Shares of the stake, which is the land of the axis and what side A has taken before it since the first month.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

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
