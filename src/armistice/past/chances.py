"""The base rate of a settlement: what past wars that lasted as long say, and nothing of the war at hand."""

from __future__ import annotations

import functools
from collections.abc import Collection

import pandas as pd

from armistice.core.digest import digest_of
from armistice.core.durations import DurationFit
from armistice.core.termination import SettlementRate
from armistice.past.duration import fit_all, not_ruled_out, settles_within
from armistice.past.spells import spells_of


def settlement_rate(record: pd.DataFrame, leave_out: Collection[str] = ()) -> SettlementRate:
    """Chance of a settlement within some months of a war that has lasted some months, from past wars.

    Parameters
    ----------
    record : DataFrame
        The record of past wars, all of it as known today.
    leave_out : collection of str
        The war at hand in the record, by its ``war``; a war says nothing about itself.

    Returns
    -------
    callable
        Months lasted, months ahead → chance; a QueryError where no past war lasted so long.
    """
    fits = not_ruled_out(fits_without(record, leave_out))
    return functools.partial(settles_within, fits, spells_of(without(record, leave_out)))


def without(record: pd.DataFrame, leave_out: Collection[str]) -> pd.DataFrame:
    """The rows of a record of which none is of some wars."""
    return record[~record["war"].astype(str).isin(list(leave_out))].reset_index(drop=True)


def fits_without(record: pd.DataFrame, leave_out: Collection[str]) -> tuple[DurationFit, ...]:
    """All laws of duration fitted to a record without some wars; once for all rows of the same contents."""
    return _fits_of(_Rows(without(record, leave_out)))


class _Rows:
    """Rows of a record, alike where their contents are, so that laws fitted to them need not be fitted again."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table
        self._digest = digest_of(table.to_csv(index=False))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Rows) and self._digest == other._digest

    def __hash__(self) -> int:
        return hash(self._digest)


@functools.lru_cache(maxsize=8)
def _fits_of(rows: _Rows) -> tuple[DurationFit, ...]:
    return fit_all(spells_of(rows.table))
