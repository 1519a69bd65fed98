"""Published lists of wars, as rows that can be measured: one row a phase of a state's war, or an episode of fighting.

Rows have the columns of `ROWS`; a part of a date that the source leaves out is missing, so that the reader chooses what to
take for it (`armistice.past.record.duration_of`).

References
----------
Sarkees, M. R. and Wayman, F. W. (2010). Resort to War. CQ Press (list of interstate wars, version 4.0).
Davies, S., Pettersson, T., Sollenberg, M. and Öberg, M. (2025). Organized violence 1989–2024. Journal of Peace Research 62
(conflict-years, version 25.1).
Kreutz, J. (2010). How and when armed conflicts end. Journal of Peace Research 47(2) (endings by dyad, version 3-2021).
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from armistice.data.raw import columns, read_rows

ROWS = (
    "war", "participant", "episode", "conflict", "phase", "start_year", "start_month", "start_day", "end_year",
    "end_month", "end_day", "first_year", "first_month", "first_day", "ended",
)  # fmt: skip
"""Identity, phase, days from and to, first start of the conflict, and whether it is over."""

INTERSTATE = 2
"""Code of fighting between states in the list of endings."""

_PARTS = ("year", "month", "day")


def war_rows(path: Path) -> pd.DataFrame:
    """The list of interstate wars: one row for each phase of each state in each war.

    The list stops in 2003. Negative codes (−7, −8, −9) are missing values.
    """
    table = read_wars(path)
    found = []
    for phase in (1, 2):
        part = pd.DataFrame(
            {
                "war": table["WarNum"].astype(str),
                "participant": table["WarNum"].astype(str) + "/" + table.index.astype(str),
                "phase": phase,
                **{f"start_{p}": table[f"Start{p.title()}{phase}"] for p in _PARTS},
                **{f"end_{p}": table[f"End{p.title()}{phase}"] for p in _PARTS},
            }
        )
        found.append(part[part["start_year"] > 0])
    rows = pd.concat(found, ignore_index=True)
    dates = [c for c in rows if c.startswith(("start_", "end_"))]
    rows[dates] = rows[dates].where(rows[dates] > 0)
    rows["ended"] = rows["end_year"].notna()
    return rows.assign(episode=rows["war"], conflict=rows["war"]).reindex(columns=[*ROWS])


def read_wars(path: Path) -> pd.DataFrame:
    """The list of interstate wars as it is, with its columns checked."""
    table = read_rows(path)
    columns(
        table, path, "WarNum", "WarName", "ccode", "StateName", "Side", "Initiator", "Outcome", "BatDeath",
        *(f"{e}{p.title()}{k}" for e in ("Start", "End") for p in _PARTS for k in (1, 2)),
    )  # fmt: skip
    return table


def ending_rows(path: Path, kinds: tuple[int, ...] = (INTERSTATE,)) -> pd.DataFrame:
    """The list of endings: one row for each episode of a pair of sides that has ended, between states by default.

    ``first_…`` is the column ``start_date`` of the source, the first death of the whole conflict, and ``start_…`` its
    ``start_date2``, the start of the episode.
    """
    table = read_rows(path)
    columns(
        table, path, "dyadterm", "ependdate", "type_of_conflict2", "conflict_id", "dyad_id", "year", "start_date",
        "start_date2",
    )  # fmt: skip
    table = table[table["dyadterm"].eq(1) & table["type_of_conflict2"].isin(kinds)]
    return _of_days(table, "dyad_id", pd.to_datetime(table["ependdate"].astype(str).str[:10], errors="coerce"))


def conflict_rows(path: Path, kind: str = "interstate") -> pd.DataFrame:
    """The list of conflict-years, joined to one row for each episode of a conflict of a kind."""
    table = read_years(path, kind)
    grouped = table.sort_values("year").groupby(["conflict_id", "start_date2"], as_index=False)
    last = grouped.agg(start_date=("start_date", "min"), ended=("ep_end_date", "max"))
    return _of_days(last, "conflict_id", last["ended"])


def read_years(path: Path, kind: str = "interstate") -> pd.DataFrame:
    """Conflict-years of one kind (interstate, intrastate, extrasystemic, II) as they are, with their columns checked."""
    table = read_rows(path)
    columns(
        table, path, "conflict_id", "year", "gwno_a", "gwno_b", "incompatibility", "intensity_level",
        "type_of_conflict", "start_date", "start_date2", "start_prec2", "ep_end", "ep_end_date",
    )  # fmt: skip
    return table[table["type_of_conflict"] == kind]


def calendar_years(path: Path, kind: str = "interstate") -> pd.Series:
    """In how many calendar years each episode of a kind of conflict passed the threshold of 25 deaths.

    A fight of two days counts as one year.
    """
    return read_years(path, kind).groupby(["conflict_id", "start_date2"])["year"].nunique()


def _of_days(table: pd.DataFrame, conflict: str, end: pd.Series) -> pd.DataFrame:
    conflicts = table[conflict].astype(int).astype(str)
    episodes = conflicts + "/" + table["start_date2"].dt.strftime("%Y-%m-%d")
    rows = pd.DataFrame(
        {"war": episodes, "participant": episodes, "episode": episodes, "conflict": conflicts, "phase": 1}
    )
    for name, days in (("start", table["start_date2"]), ("end", end), ("first", table["start_date"])):
        for part in _PARTS:
            rows[f"{name}_{part}"] = getattr(days.dt, part).astype(float)
    rows["ended"] = end.notna()
    return rows.reset_index(drop=True).reindex(columns=[*ROWS])
