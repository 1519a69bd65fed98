"""Raw tables of numbers (losses, aid, refugees, civilians) → observations, as a recipe describes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from armistice.core.errors import BuildError
from armistice.data.geography import slug
from armistice.data.raw import columns, read_rows
from armistice.data.tables import QUANTITIES


def series_rows(path: Path, step: dict[str, Any]) -> pd.DataFrame:
    """Observations from one raw table.

    Keys of the step: input, source, belligerent (or belligerent_column with belligerent_names), date,
    period (day, month, year), lag_days (from the end of the period to its publication), where (column → allowed
    values), since (first date taken), values: a list of {quantity, columns or column, scale,
    where, cumulate (sum a daily count up)}, note.
    """
    table = read_rows(path)
    date_column = step["date"]
    columns(table, path, date_column, *step.get("where", {}))
    for column, allowed in step.get("where", {}).items():
        table = table[table[column].isin(allowed)]
    if table.empty:
        raise BuildError(
            f"{path}: no rows left after {step.get('where')}; expected some; check the recipe and the file"
        )
    out = []
    for value in step["values"]:
        quantity = QUANTITIES.get(value["quantity"])
        if quantity is None:
            raise BuildError(
                f"build.toml series {step['input']!r}: no quantity {value['quantity']!r}; expected a declared one"
            )
        wanted = value.get("columns") or [value["column"]]
        rows = table
        for column, allowed in value.get("where", {}).items():
            columns(table, path, column)
            rows = _complete(rows[rows[column].isin(allowed)], column, len(allowed), step)
        columns(rows, path, *wanted)
        numbers = rows[wanted].astype(float)
        total = numbers.sum(axis=1, min_count=1) * float(value.get("scale", 1.0))
        frame = pd.DataFrame({"date": rows[date_column].astype(str), "value": total})
        frame["belligerent"] = value.get("belligerent") or _parties(rows, step)
        frame = frame.dropna(subset=["value"])
        frame = frame.groupby(["belligerent", "date"], as_index=False, sort=True)["value"].sum()
        frame = frame[frame["date"] >= str(step.get("since", ""))].reset_index(drop=True)
        start, end = _period(frame["date"], step["period"], path)
        frame["start"], frame["end"] = start, end
        if value.get("cumulate"):
            frame["value"] = frame.sort_values("end").groupby("belligerent")["value"].cumsum()
        if quantity.kind != "flow":
            frame["start"] = frame["end"]
        frame["published"] = frame["end"] + np.timedelta64(int(step.get("lag_days", 0)), "D")
        frame["quantity"], frame["unit"] = quantity.name, quantity.unit
        out.append(frame.drop(columns="date"))
    rows = pd.concat(out, ignore_index=True)
    rows["value"] = rows["value"].round(3)
    rows["region"], rows["source"], rows["note"] = step.get("region", ""), step["source"], step.get("note", "")
    rows["low"] = rows["high"] = np.nan
    return rows


def _complete(rows: pd.DataFrame, column: str, parts: int, step: dict[str, Any]) -> pd.DataFrame:
    """Rows of the dates on which all parts of a sum are reported; a missing part would pass for a fall."""
    keys = [step["date"], *([step["belligerent_column"]] if "belligerent_column" in step else [])]
    return rows[rows.groupby(keys)[column].transform("nunique") == parts]


def _parties(rows: pd.DataFrame, step: dict[str, Any]) -> pd.Series | str:
    if "belligerent_column" not in step:
        return step["belligerent"]
    names: dict[str, str] = step.get("belligerent_names", {})
    return rows[step["belligerent_column"]].map(lambda n: names.get(n, slug(str(n))))


def _period(values: pd.Series, period: str, path: Path) -> tuple[pd.Series, pd.Series]:
    text = values.str.slice(0, {"day": 10, "month": 7, "year": 4}[period])
    try:
        start = pd.to_datetime(text, format={"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}[period])
    except ValueError as error:
        raise BuildError(f"{path}: {error}; expected dates by {period}; restore the file") from error
    if period == "day":
        end = start
    elif period == "month":
        end = start + pd.offsets.MonthEnd(0)
    else:
        end = start + pd.offsets.YearEnd(0)
    return start.astype("datetime64[s]"), end.astype("datetime64[s]")
