"""The record of past wars, and how long each lasted under a definition that is said.

Published durations of wars differ by up to fifteen times because they count different things; `duration_of` takes what is
counted as arguments, so that each can be made anew. The shipped record stands in ``wars/record`` with its sources beside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd

from armistice.core.errors import QueryError
from armistice.core.packs import RECORD, find_record
from armistice.core.past import PHASES, UNITS, Definition, Durations, Phases, Unit

DAYS_PER_MONTH = 365.25 / 12

Level = Literal["war", "minor", "all"]

COLUMNS = {
    "war": str, "title": str, "source": str, "basis": str, "level": str, "start": "day", "end": "day", "months": float,
    "months_low": float, "months_high": float, "ended": bool, "ending": str, "side_a": str, "side_b": str,
    "initiator": str, "target": str, "deaths": float, "capability_share_a": float, "democracy_a": float,
    "democracy_b": float, "contiguous": float, "rivals": float, "territory": float, "battles_a": float,
    "battles_b": float, "battles_by": str, "year": int, "numbered": str, "note": str,
}  # fmt: skip
"""Column → kind. ``contiguous``, ``rivals`` and ``territory`` are 0, 1 or unknown."""

ENDING = ("settlement", "victory_a", "victory_b", "stalemate", "")
BASIS = ("dates", "battles", "years")


def read_record(path: str | Path | None = None, *, level: Level = "war") -> pd.DataFrame:
    """The record of past wars, one row a war.

    Parameters
    ----------
    path : path, optional
        A table of `armistice build record`; the shipped one by default.
    level : {"war", "minor", "all"}
        Wars (1,000 deaths in battle in a year, or listed as a war), lesser clashes between states, or both.

    Returns
    -------
    DataFrame
        Columns of `COLUMNS`, by year of beginning. ``months`` counts the last day (`OF_THE_RECORD`) and is the duration so
        far where ``ended`` is false; it is NaN where no source has days good enough. ``months_low`` and ``months_high`` hold
        it between bounds. ``basis`` says where it is from: ``dates`` of the war, first to last of its ``battles`` on
        record (which is too short), or ``years`` alone. Side a is the initiator where ``initiator`` is known, and the side
        that the source names first where it is empty.

    Raises
    ------
    QueryError
        If there is no such table, or it is not one of these.
    """
    if level not in get_args(Level):
        raise QueryError(f"level {level!r}; expected {', '.join(get_args(Level))}; choose one")
    file = Path(path) if path is not None else find_record(RECORD)
    if file.is_dir():
        file = file / "record.csv"
    try:
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
    except (OSError, ValueError, pd.errors.ParserError) as error:
        reason = str(error).splitlines()[0][:120]
        raise QueryError(f"{file}: {reason}; expected a table of wars; make one with armistice build record") from error
    missing = [name for name in COLUMNS if name not in table]
    if missing:
        raise QueryError(f"{file}: no column {missing[0]}; expected {', '.join(COLUMNS)}; build it anew")
    table = pd.DataFrame({name: _parsed(table[name], kind, f"{file} {name}") for name, kind in COLUMNS.items()})
    for name, allowed in (("ending", ENDING), ("basis", BASIS)):
        wrong = sorted(set(table[name]) - set(allowed))
        if wrong:
            raise QueryError(f"{file}: {name} {wrong[0]!r}; expected {', '.join(filter(None, allowed))}; mend the row")
    return table if level == "all" else table[table["level"] == level].reset_index(drop=True)


def _parsed(cells: pd.Series, kind: object, where: str) -> pd.Series:
    try:
        if kind == "day":
            return days_since_1600(cells.where(cells != "", "NaT"))
        if kind is bool:
            return cells.astype(int).astype(bool)
        if kind is float:
            return pd.to_numeric(cells.where(cells != "")).astype(float)
        return cells.astype(int) if kind is int else cells
    except ValueError as error:
        raise QueryError(f"{where}: {str(error).splitlines()[0]}; expected {kind}; mend the row") from error


def days_since_1600(cells: pd.Series) -> pd.Series:
    """Days of years that nanoseconds since 1970 do not reach, from text as YYYY-MM-DD or NaT."""
    return pd.Series(cells.to_numpy(dtype=str).astype("datetime64[s]"), index=cells.index)


def duration_of(
    rows: pd.DataFrame,
    phases: Phases = "first",
    missing_day: int = 15,
    plus_one: bool = False,
    unit: Unit = "war",
) -> pd.Series:
    """How long each war lasted, in days, under one definition.

    Parameters
    ----------
    rows : DataFrame
        Phases or episodes with the columns of `armistice.past.rows.ROWS`.
    phases, missing_day, plus_one, unit
        As in `armistice.core.past.Definition`. With ``unit="conflict"`` each row is an episode, measured from the first
        start of its conflict: the count that makes a month of fighting in a long quarrel last for decades.

    Returns
    -------
    Series
        Days by id of the unit, sorted; NaN where a year or month is missing or the fighting goes on.

    Raises
    ------
    QueryError
        If the definition is none of those known, or an end lies before its start.
    """
    if phases not in PHASES or unit not in UNITS or not 1 <= missing_day <= 28:
        raise QueryError(
            f"definition {phases}, {missing_day}, {unit}; expected phases of {', '.join(PHASES)}, a day of 1 to 28 and a "
            f"unit of {', '.join(UNITS)}; choose among them"
        )
    start = _dates(rows, "first" if unit == "conflict" else "start", missing_day)
    end = _dates(rows, "end", missing_day)
    ids = rows["episode"] if unit == "conflict" else rows[unit]
    spans = pd.DataFrame({"id": ids, "phase": rows["phase"], "start": start, "end": end, "ended": rows["ended"]})
    if phases == "first":
        spans = spans[spans["phase"] == 1]
    if phases == "span":
        spans = spans.assign(phase=1)
    if unit == "conflict":
        spans["id"] = spans["id"] + "#" + spans.groupby("id").cumcount().astype(str)
    grouped = spans.groupby(["id", "phase"]).agg(start=("start", "min"), end=("end", "max"), ended=("ended", "all"))
    days = (grouped["end"] - grouped["start"]).dt.days.where(grouped["ended"]) + int(plus_one)
    if (days < 0).any():
        raise QueryError(f"war {days.idxmin()[0]}: an end before its start; expected it after; mend the dates")
    return days.groupby("id").sum(min_count=1).where(grouped["ended"].groupby("id").all()).rename("days")


def _dates(rows: pd.DataFrame, name: str, missing_day: int) -> pd.Series:
    parts = rows[[f"{name}_year", f"{name}_month", f"{name}_day"]].set_axis(["year", "month", "day"], axis=1)
    return pd.to_datetime(parts.assign(day=parts["day"].fillna(missing_day)), errors="coerce")


def summary_of(days: pd.Series, definition: Definition) -> Durations:
    """Count, median, mean and extremes of durations in days."""
    known = days.dropna()
    if not len(known):
        return Durations(definition, 0, *(np.nan,) * 4, "", "")
    return Durations(
        definition, len(known), float(known.median()), float(known.mean()), float(known.max()), float(known.min()),
        str(known.idxmax()), str(known.idxmin()),
    )  # fmt: skip


def durations(rows: pd.DataFrame, definition: Definition) -> Durations:
    """Durations of rows under a definition, summed up."""
    days = duration_of(rows, definition.phases, definition.missing_day, definition.plus_one, definition.unit)
    return summary_of(days, definition)
