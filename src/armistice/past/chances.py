"""The base rate of a settlement: what past wars that lasted as long say, and nothing of the war at hand."""

from __future__ import annotations

import pandas as pd

from armistice.past.duration import fit_all, not_ruled_out, settles_within
from armistice.past.spells import Spells, spells_of


class BaseRate:
    """Chance of a settlement of a war that has lasted some months, from past wars.

    Parameters
    ----------
    record : DataFrame
        The record of past wars, all of it as known today.
    leave_out : str
        The war at hand in the record, by its ``war``; empty for none.
    """

    def __init__(self, record: pd.DataFrame, leave_out: str = "") -> None:
        self._spells: Spells = spells_of(record[record["war"].astype(str) != leave_out])
        self._fits = not_ruled_out(fit_all(self._spells))

    def within(self, lasted: float, horizons: tuple[int, ...]) -> tuple[float, ...]:
        """Chance of a settlement within some months; empty where no past war lasted so long.

        Parameters
        ----------
        lasted : float
            Months so far.
        horizons : tuple of int
            Months from now, rising.
        """
        if not (self._spells.months > lasted).any():
            return ()
        return tuple(settles_within(self._fits, self._spells, lasted, float(within)) for within in horizons)
