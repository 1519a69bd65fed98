"""The war of a pack among past wars: how long it has lasted, which rows of the record are this very war, what the others say.

A war says nothing about itself. Its row is known by its days and its sides: a past war is taken to be the war of the pack
if some of its days lie within those of the pack, and each of its sides shares a word of its name with another side of the
pack. What is left out is told, so that a reader can see whether the rule was right.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from armistice.core.digest import digest_of
from armistice.core.durations import DurationFit, PastWars
from armistice.core.errors import QueryError
from armistice.core.packs import find_record
from armistice.core.termination import SettlementRate
from armistice.core.war import Side, War
from armistice.data.pack import Pack
from armistice.past.duration import fit_all, not_ruled_out, settles_within
from armistice.past.record import DAYS_PER_MONTH, read_record
from armistice.past.spells import measured, spells_of
from armistice.past.summary import past_of

DRAWS = 100
"""Of every bootstrap where a pack is asked about."""
_MAKERS = {"ucdp": "UCDP (CC BY 4.0)", "cdb90": "CDB90 (ODC-BY)", "hced-iwd": "HCED and IWD (CC0)"}
"""Source of a row → its makers and terms, for captions."""
_PLAIN = {"with", "allies", "other", "others", "states", "forces"}
"""Words in names of sides that name nobody."""
_DEAD = ("losses_dead_estimated", "losses_dead_named")
"""Quantities of a pack that count the dead of a side, the better first."""


@dataclass(frozen=True)
class OwnPast:
    """What past wars say of the war of a pack.

    Attributes
    ----------
    wars : PastWars
    since : date
        Day from which the war is counted.
    left_out : tuple of str
        Titles of the rows of the record that are this very war.
    described : dict of str to float
        The war by columns of the record, as far as the pack knows them.
    empty : tuple of str
        Columns of the record that are empty in all of its rows.
    """

    wars: PastWars
    since: date
    left_out: tuple[str, ...]
    described: dict[str, float]
    empty: tuple[str, ...]


def months_lasted(war: War, day: date) -> float:
    """Months for which a war has lasted on a day, from the day from which it is counted, the last day with it; 0 before."""
    return max((day - war.baseline).days + 1, 0) / DAYS_PER_MONTH


def own_wars(record: pd.DataFrame, war: War) -> tuple[str, ...]:
    """Ids of the past wars that are the war of a pack.

    Parameters
    ----------
    record : DataFrame
        As `armistice.past.record` reads it.
    war : War
    """
    first, last = np.datetime64(war.baseline), np.datetime64(war.as_of)
    begins = record["start"].to_numpy("datetime64[D]")
    ends = record["end"].to_numpy("datetime64[D]")
    meets = (begins <= last) & (np.isnat(ends) | (ends >= first))
    a, b = (_words_of_side(war, side) for side in ("a", "b"))
    found = []
    for row in record[meets].itertuples():
        one, other = _words(str(row.side_a)), _words(str(row.side_b))
        if (one & a and other & b) or (one & b and other & a):
            found.append(str(row.war))
    return tuple(found)


def _words_of_side(war: War, side: Side) -> set[str]:
    own = war.side(side)
    return _words(f"{own.name} {own.adjective}")


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{4,}", text.lower())) - _PLAIN


def described_of(pack: Pack) -> dict[str, float]:
    """The war of a pack by columns of the record, as far as the pack knows them.

    Deaths are those of both sides together by the last day, each by the largest published estimate or, for want of one, by
    the largest list of names, which is always too short; none where a side has neither.

    Parameters
    ----------
    pack : Pack

    Returns
    -------
    dict of str to float
        ``territory`` (1 if a main issue is land) and ``deaths`` (persons).
    """
    war, found = pack.war, {}
    main = [issue for issue in war.issues if not issue.minor]
    if main:
        found["territory"] = float(any(issue.kind == "territory" for issue in main))
    dead = [_dead_of(pack.observations, war.side(side).id) for side in ("a", "b")]
    if all(dead):
        found["deaths"] = sum(dead)
    return found


def _dead_of(observations: pd.DataFrame, side: str) -> float:
    own = observations[observations["belligerent"] == side]
    for quantity in _DEAD:
        rows = own[own["quantity"] == quantity]
        if len(rows):
            return float(rows["value"].max())
    return 0.0


def base_rate_of(pack: Pack, record: Path | None = None) -> SettlementRate:
    """Chance of a settlement by how long the war of a pack has lasted, from past wars other than itself.

    Parameters
    ----------
    pack : Pack
    record : Path, optional
        A table of `armistice build record`; the shipped one by default.

    Raises
    ------
    QueryError
        If there is no such record, or no past war lasted as long as this one.
    """
    rows = read_record(record)
    own = own_wars(rows, pack.war)
    fits = not_ruled_out(_fits_of(_Rows(rows), own))
    spells = spells_of(rows[~rows["war"].isin(own)])
    settles_within(fits, spells, months_lasted(pack.war, pack.war.as_of), 1)
    return functools.partial(settles_within, fits, spells)


def past_of_pack(pack: Pack, record: Path | None = None, *, draws: int = DRAWS, seed: int = 0) -> OwnPast:
    """What past wars say of the war of a pack, itself left out.

    Parameters
    ----------
    pack : Pack
    record : Path, optional
        A table of `armistice build record`; the shipped one by default.
    draws, seed : int
        Of every bootstrap.

    Raises
    ------
    QueryError
        As in `base_rate_of`.
    """
    rows = read_record(record)
    own = own_wars(rows, pack.war)
    others = rows[~rows["war"].isin(own)].reset_index(drop=True)
    described = described_of(pack)
    wars = past_of(
        others, months_lasted(pack.war, pack.war.as_of), described, source=makers_of(others), cases=cases_file(),
        fits=_fits_of(_Rows(rows), own), draws=draws, seed=seed,
    )  # fmt: skip
    empty = tuple(name for name in others if others[name].isna().all())
    return OwnPast(wars, pack.war.baseline, tuple(rows.loc[rows["war"].isin(own), "title"]), described, empty)


def makers_of(record: pd.DataFrame) -> str:
    """Who made the measured wars of a record, for captions."""
    ids = {source for row in measured(record)["source"] for source in str(row).split("+")}
    return f"record of past wars from {', '.join(_MAKERS.get(s, s) for s in sorted(ids, key=_order))}"


def _order(source: str) -> tuple[int, str]:
    known = list(_MAKERS)
    return (known.index(source) if source in known else len(known), source)


def cases_file() -> Path | None:
    """The written cases beside the shipped record; None where there is none."""
    try:
        file = find_record() / "cases.toml"
    except QueryError:
        return None
    return file if file.exists() else None


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
def _fits_of(rows: _Rows, own: tuple[str, ...]) -> tuple[DurationFit, ...]:
    return fit_all(spells_of(rows.table[~rows.table["war"].isin(own)]))
