"""The war of a pack among past wars: how long it has lasted, which rows of the record are this very war, what the others say.

A war says nothing about itself. Its row is known by its days and its sides: a past war is taken to be the war of the pack
if some of its days lie within those of the pack, and each of its sides shares a word of its name with another side of the
pack. What is left out is told, so that a reader can see whether the rule was right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from armistice.core.durations import PastWars
from armistice.core.errors import QueryError
from armistice.core.packs import find_record
from armistice.core.termination import SettlementRate
from armistice.core.war import Side, War
from armistice.data.pack import Pack
from armistice.past.chances import fits_without, settlement_rate, without
from armistice.past.record import DAYS_PER_MONTH, read_record
from armistice.past.spells import measured
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
        Day from which the fighting is counted.
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
    """Months for which the fighting has lasted on a day, the last day with it.

    Each stretch of fighting between two pauses is an episode with a clock of its own, as in the record of past wars. The
    first is counted from the day from which the war is counted; 0 before it, and in a pause.
    """
    if war.rests(day):
        return 0.0
    return max((day - war.fighting_since(day)).days + 1, 0) / DAYS_PER_MONTH


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
        If there is no such record, no past war lasted as long as this one, or the fighting rests on the pack's day.
    """
    lasted, rows = _lasted_by_now(pack.war), read_record(record)
    rate = settlement_rate(rows, own_wars(rows, pack.war))
    rate(lasted, 1)
    return rate


def _lasted_by_now(war: War) -> float:
    if war.rests(war.as_of):
        raise QueryError(
            f"{war.title} as of {war.as_of}: the fighting rests; expected a day of fighting, which past wars can be held beside; choose one"
        )
    return months_lasted(war, war.as_of)


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
    others = without(rows, own)
    described = described_of(pack)
    wars = past_of(
        others, _lasted_by_now(pack.war), described, source=makers_of(others), cases=cases_file(),
        fits=fits_without(rows, own), draws=draws, seed=seed,
    )  # fmt: skip
    empty = tuple(name for name in others if others[name].isna().all())
    return OwnPast(
        wars, pack.war.fighting_since(pack.war.as_of), tuple(_titles(rows[rows["war"].isin(own)])), described, empty
    )


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


def _titles(rows: pd.DataFrame) -> list[str]:
    """Titles of wars of the record, each with its note."""
    return [f"{row.title} ({row.note.rstrip('.')})" if row.note else row.title for row in rows.itertuples()]
