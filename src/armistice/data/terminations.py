"""Public forecasts of the end of a war: the table `forecasts` of a pack, its faults, and what was known of it on a day."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from armistice.core.errors import FaultCollector
from armistice.core.termination import TerminationForecast
from armistice.data.checks import show


def check_forecasts(rows: pd.DataFrame, place: str, faults: FaultCollector) -> None:
    """Report forecasts that cannot be: days out of order, outcomes known too early, chances that fall as time is added.

    Parameters
    ----------
    rows : DataFrame
        The table `forecasts`, its index the line in the file.
    place : str
        How rows are named in messages.
    faults : FaultCollector
    """
    days = {name: pd.to_datetime(rows[name], errors="coerce") for name in ("made", "by", "resolved")}
    rows = rows.assign(**days)  # a column that is missing altogether was reported when the table was read
    for row in rows.itertuples():
        where = f"{place} {row.Index}"
        if row.by < row.made:
            found = f"by {_day(row.by)} before made {_day(row.made)}"
            faults.add(where, found, "by on or after made", "mend one of them")
        known, decided = pd.notna(row.resolved), pd.notna(row.outcome)
        if known != decided:
            found = f"{'a day' if known else 'an outcome'} without {'an outcome' if known else 'the day it was known'}"
            faults.add(where, found, "outcome and resolved together, or neither", "fill or empty both")
        if known and row.resolved < row.made:
            found = f"resolved {_day(row.resolved)} before made {_day(row.made)}"
            faults.add(where, found, "resolved on or after made", "mend one of them")
        elif known and row.outcome == 0 and row.resolved < row.by:
            found = f"outcome 0 known on {_day(row.resolved)}, before by {_day(row.by)}"
            faults.add(where, found, "resolved on or after by where it did not happen", "mend one of them")
    for (forecaster, made, _), group in rows.sort_values("by", kind="stable").groupby(
        ["forecaster", "made", "question"]
    ):
        for column, what in (("probability", "chance"), ("outcome", "outcome")):
            told = group[column].dropna()
            for line in told.index[1:][np.diff(told.to_numpy(float)) < 0]:
                found = f"{what} of {show(forecaster)} made {_day(made)} falls to {told[line]:g} by {_day(group['by'][line])}"
                expected = "a chance by a later day no smaller than by an earlier one"
                faults.add(f"{place} {line}", found, expected, "add up the chances of the days before")


def _day(value: pd.Timestamp) -> str:
    return str(value)[:10]


def known_outcomes(rows: pd.DataFrame, day: date) -> pd.DataFrame:
    """Forecasts made by a day, with the outcomes that became known only later left open."""
    now = np.datetime64(day, "s")
    out = rows[rows["made"] <= now].copy()
    later = out["resolved"].isna() | (out["resolved"] > now)
    out["outcome"] = out["outcome"].where(~later, np.nan)
    out["resolved"] = out["resolved"].where(~later, np.datetime64("NaT", "s")).astype("datetime64[s]")
    return out.reset_index(drop=True)


def public_forecasts(rows: pd.DataFrame) -> tuple[TerminationForecast, ...]:
    """The table `forecasts` of a pack as records, in the order of their days."""
    ordered = rows.sort_values(["made", "by", "forecaster"], kind="stable")
    return tuple(
        TerminationForecast(
            row.forecaster, row.made.date(), row.by.date(), float(row.probability),
            None if pd.isna(row.outcome) else bool(row.outcome), row.source, row.question,
        )
        for row in ordered.itertuples()
    )  # fmt: skip
