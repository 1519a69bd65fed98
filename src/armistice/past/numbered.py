"""The numbered list of interstate wars with its covariates: capabilities, democracy, borders, rivalries, losses.

These files are free for research and may not be passed on, so that nothing here is shipped; a user who has them gets one row
a war from them. Covariates are those of the last year before the war, or of its first year for a state that is new, of the
state that began it and of the first to fight on the other side (the strongest, where several began on one day).

References
----------
Sarkees, M. R. and Wayman, F. W. (2010). Resort to War. CQ Press. Singer, J. D. (1987). International Interactions 14
(capabilities). Stinnett, D. and others (2002). Conflict Management and Peace Science 19 (borders). Thompson, W. R. and
Dreyer, D. (2012). Handbook of International Rivalries. CQ Press. Marshall, M. G. and Gurr, T. R. (2020). Polity 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from armistice.core.past import OF_THE_RECORD
from armistice.data.raw import columns, read_rows
from armistice.past.record import DAYS_PER_MONTH, duration_of
from armistice.past.rows import read_wars, war_rows

COVARIATES = ("capabilities", "democracy", "contiguity", "rivalries")
"""Inputs beside the list of wars itself; each is used where it is there."""

_ENDING = {1: "victory_a", 2: "victory_b", 3: "settlement", 6: "stalemate"}
"""By the outcome of the initiator: won, lost, compromise or tie, stalemate; a war that changed its kind has none."""

_LAND = 1
"""Type of contiguity: a border by land or river."""


def numbered_wars(files: Mapping[str, Path], source: str) -> pd.DataFrame:
    """One row a war, under the definition of the record.

    Parameters
    ----------
    files : mapping
        ``interstate-wars`` and those of `COVARIATES` that are there.
    source : str
        Id of the source.

    Returns
    -------
    DataFrame
        Columns of the record as far as these files have them; side a is that of the state that began the war.
    """
    path = files["interstate-wars"]
    table = read_wars(path)
    rows = war_rows(path)
    definition = OF_THE_RECORD
    days = duration_of(rows, definition.phases, definition.missing_day, definition.plus_one, definition.unit)
    known = {name: _covariate(name, files[name]) for name in COVARIATES if name in files}
    return pd.DataFrame(
        [_row(str(number), part, int(days[str(number)]), known, source) for number, part in table.groupby("WarNum")]
    )


def _row(number: str, part: pd.DataFrame, days: int, known: Mapping[str, pd.DataFrame], source: str) -> dict[str, Any]:
    first = part[part["Initiator"] == 1].iloc[0]
    side_a, side_b = part[part["Side"] == first["Side"]], part[part["Side"] != first["Side"]]
    starts = part["StartYear1"] * 10_000 + part["StartMonth1"] * 100 + part["StartDay1"]
    begun_on = part.loc[starts.idxmin()]
    start = pd.Timestamp(int(begun_on["StartYear1"]), int(begun_on["StartMonth1"]), int(begun_on["StartDay1"]))
    power = _then(known.get("capabilities"), "cinc", start.year)
    earliest = side_b[starts[side_b.index] == starts[side_b.index].min()]
    target = int(max(earliest["ccode"], key=lambda code: (power.get(code, -1.0), -code)))
    row = {
        "war": f"numbered-{number}", "title": f"{part['WarName'].iloc[0]} {start.year}", "source": source,
        "basis": "dates", "level": "war", "start": start, "end": start + pd.Timedelta(days=days - 1), "ended": True,
        "months": days / DAYS_PER_MONTH, "months_low": days / DAYS_PER_MONTH, "months_high": days / DAYS_PER_MONTH,
        "ending": _ENDING.get(int(first["Outcome"]), ""), "initiator": str(first["StateName"]),
        "target": str(side_b.loc[side_b["ccode"] == target, "StateName"].iloc[0]),
        "side_a": "; ".join(dict.fromkeys(side_a["StateName"])), "side_b": "; ".join(dict.fromkeys(side_b["StateName"])),
        "deaths": float(part["BatDeath"].sum()) if (part["BatDeath"] >= 0).all() else np.nan,
        "year": start.year, "numbered": number,
    }  # fmt: skip
    sums = [sum(power.get(int(code), np.nan) for code in set(side["ccode"])) for side in (side_a, side_b)]
    row["capability_share_a"] = sums[0] / sum(sums) if sum(sums) > 0 else np.nan
    begun = int(first["ccode"])
    polity = _then(known.get("democracy"), "polity2", start.year)
    row |= {"democracy_a": polity.get(begun, np.nan), "democracy_b": polity.get(target, np.nan)}
    row["contiguous"] = _together(known.get("contiguity"), begun, target, start.year)
    row["rivals"] = _together(known.get("rivalries"), begun, target, start.year)
    return row


def _covariate(name: str, path: Path) -> pd.DataFrame:
    table = read_rows(path)
    if name == "capabilities":
        columns(table, path, "ccode", "year", "cinc")
    elif name == "democracy":
        columns(table, path, "ccode", "year", "polity2")
    elif name == "contiguity":
        columns(table, path, "ccode1", "ccode2", "conttype", "stdate", "enddate")
        table = table[table["conttype"] == _LAND]
        table = table.assign(
            **{k: pd.to_datetime(table[f"{p}date"]).dt.year for k, p in (("from", "st"), ("to", "end"))}
        )
    else:
        columns(table, path, "ccode1", "ccode2", "start", "end")
        table = table.rename(columns={"start": "from", "end": "to"})
    return table


def _then(table: pd.DataFrame | None, column: str, year: int) -> dict[int, float]:
    """A column by state in the year before, or in the year itself for a state that was not there or not rated."""
    found: dict[int, float] = {}
    if table is not None:
        for taken in (year, year - 1):
            rows = table[(table["year"] == taken) & table[column].notna()]
            found |= dict(zip(rows["ccode"].astype(int), rows[column].astype(float), strict=True))
    return found


def _together(table: pd.DataFrame | None, one: int, other: int, year: int) -> float:
    """Whether a list of pairs with years has this pair, in either order, in a year."""
    if table is None:
        return np.nan
    pair = (table["ccode1"] == one) & (table["ccode2"] == other) | (table["ccode1"] == other) & (table["ccode2"] == one)
    open_end = table["to"].fillna(np.inf)
    return float((pair & (table["from"] <= year) & (open_end >= year)).any())
