"""Durations as arrays: how long each war lasted, whether that was its end, how it ended, and what is known of it.

What the estimates of this folder start from, so that they work on any list of durations; `spells_of` makes them from the
record of wars.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from armistice.core.durations import ENDINGS
from armistice.core.errors import QueryError

DAY = 1 / 30.4375
"""A day, in months: what a war that began and ended on one day has lasted at least, since its log is taken."""


@dataclass(frozen=True)
class Spells:
    """Wars as spells.

    Attributes
    ----------
    months : array of shape (wars,)
        Duration, positive; the duration so far where the war goes on.
    ended : bool array of shape (wars,)
    ending : array of str of shape (wars,)
        One of `ENDINGS`, or empty where the war goes on or its ending is unknown.
    begun : array of shape (wars,), optional
        Year in which each began, with its fraction: for the hindcast.
    entry : array of shape (wars,), optional
        Months for which a war must have lasted to be in the record at all (left truncation); 0 by default.
    covariates : dict of str to array of shape (wars,)
        NaN where unknown.

    Raises
    ------
    QueryError
        If there is no war, arrays differ in length, or a duration is no positive number above its entry.
    """

    months: np.ndarray
    ended: np.ndarray
    ending: np.ndarray
    begun: np.ndarray | None = None
    entry: np.ndarray | None = None
    covariates: dict[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        extra = [a for a in (self.begun, self.entry) if a is not None]
        lengths = {len(a) for a in (self.months, self.ended, self.ending, *extra, *self.covariates.values())}
        if len(lengths) != 1 or 0 in lengths:
            raise QueryError(
                f"spells: arrays of {', '.join(map(str, sorted(lengths)))} wars; expected one length, above 0; give one value a war"
            )
        if not np.all(np.isfinite(self.months) & (self.months > self.entries)):
            raise QueryError(
                "spells: a duration that is no number above 0 and above its entry; expected months; leave such wars out"
            )
        unknown = sorted(set(self.ending) - {*ENDINGS, ""})
        if unknown:
            raise QueryError(f"spells: ending {unknown[0]!r}; expected {', '.join(ENDINGS)} or nothing; mend the table")

    def __len__(self) -> int:
        return len(self.months)

    @property
    def entries(self) -> np.ndarray:
        """Entry of each war, months."""
        return np.zeros(len(self.months)) if self.entry is None else self.entry

    def take(self, chosen: np.ndarray) -> Spells:
        """The wars chosen by a mask or by places."""
        return Spells(
            self.months[chosen], self.ended[chosen], self.ending[chosen],
            None if self.begun is None else self.begun[chosen], None if self.entry is None else self.entry[chosen],
            {name: values[chosen] for name, values in self.covariates.items()},
        )  # fmt: skip

    def known_by(self, year: float) -> Spells | None:
        """What was known at the beginning of a year: wars begun before, those that went on then censored there."""
        if self.begun is None:
            raise QueryError("spells: no years of beginning; expected one a war for a hindcast; give them")
        earlier = (self.begun < year) & ((year - self.begun) * 12 > np.maximum(self.entries, DAY))
        if not earlier.any():
            return None
        known = self.take(earlier)
        by_then = (year - self.begun[earlier]) * 12
        over = known.ended & (known.months <= by_then)
        return Spells(
            np.minimum(known.months, by_then), over, np.where(over, known.ending, ""), known.begun, known.entry,
            known.covariates,
        )  # fmt: skip

    def design(self, names: Sequence[str]) -> tuple[Spells, np.ndarray]:
        """Wars with every named covariate known, and their covariates with a leading column of ones.

        Raises
        ------
        QueryError
            If a covariate is not there, or no war has all of them.
        """
        missing = [n for n in names if n not in self.covariates]
        if missing:
            raise QueryError(
                f"spells: no covariate {missing[0]!r}; expected some of {', '.join(self.covariates) or 'none'}; choose among them"
            )
        columns = np.column_stack([np.ones(len(self)), *(self.covariates[n] for n in names)])
        known = np.isfinite(columns).all(axis=1)
        if not known.any():
            raise QueryError(f"spells: no war with {', '.join(names)} all known; expected some; leave one out")
        return self.take(known), columns[known]


def measured(record: pd.DataFrame) -> pd.DataFrame:
    """Wars of a record whose duration is known from the days of the war: not from its first and last battle on record,
    which is too short, nor from years."""
    days = record["basis"] == "dates" if "basis" in record else True
    return record[record["months"].notna() & days].reset_index(drop=True)


def spells_of(record: pd.DataFrame, covariates: Sequence[str] = ()) -> Spells:
    """The record of wars as spells; wars whose duration is not `measured` are left out.

    Parameters
    ----------
    record : DataFrame
        One row a war with ``start`` or else ``year``, ``months``, ``ended``, ``ending`` and the covariates.
    covariates : sequence of str
        Columns to take along, as numbers.

    Raises
    ------
    QueryError
        If a column is not there.
    """
    wanted = ["start", "year", "months", "ended", "ending", *covariates]
    missing = [name for name in wanted if name not in record]
    if missing:
        raise QueryError(f"record of wars: no column {missing[0]!r}; expected {', '.join(wanted)}; add it")
    rows = measured(record)
    start = rows["start"].to_numpy("datetime64[s]").astype("datetime64[D]")
    year = start.astype("datetime64[Y]")
    with np.errstate(invalid="ignore"):
        begun = year.astype(float) + 1970 + (start - year.astype("datetime64[D]")).astype(float) / 365.25
    begun = np.where(np.isnat(start), rows["year"].to_numpy(float) + 0.5, begun)
    return Spells(
        np.maximum(rows["months"].to_numpy(float), DAY), rows["ended"].to_numpy(bool),
        rows["ending"].fillna("").to_numpy(str), begun, None,
        {name: pd.to_numeric(rows[name]).to_numpy(float, na_value=np.nan) for name in covariates},
    )  # fmt: skip
