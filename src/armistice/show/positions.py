"""Stated positions as numbers: where each party stands on an issue, and what is left between the sides.

A position is a range on an issue, from 0 (what side B would like best) to 1 (what side A would). The distance between
the sides is from the near end of one range to the near end of the other, and zero where the ranges meet.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from armistice.core.convergence import distance_between
from armistice.core.errors import QueryError
from armistice.core.war import Side, War

SIDES: tuple[Side, Side] = ("a", "b")


def stated_positions(war: War, positions: pd.DataFrame, issue: str, as_of: date | None = None) -> pd.DataFrame:
    """Coded positions on an issue: one row a party and day, `low` and `high` on the issue's scale.

    Parameters
    ----------
    positions : DataFrame
        Table `positions` of a pack.
    as_of : date, optional
        Last day that counts.

    Returns
    -------
    DataFrame
        `date, party, side, document, text, source, basis, low, high`, by date; side is a, b or empty.

    Raises
    ------
    QueryError
        If the war has no such issue.
    """
    if issue not in {i.id for i in war.issues}:
        raise QueryError(f"issue {issue!r}: not in {war.title}; expected one of its issues; see issues.toml")
    values = {o.id: o.value for o in war.issue(issue).options}
    rows = positions[
        (positions["issue"] == issue)
        & positions["option_low"].isin(list(values))
        & positions["option_high"].isin(list(values))
    ]
    if as_of is not None:
        rows = rows[rows["date"] <= np.datetime64(as_of, "s")]
    low, high = rows["option_low"].map(values).astype(float), rows["option_high"].map(values).astype(float)
    rows = rows.assign(low=np.minimum(low, high), high=np.maximum(low, high))
    sides = {war.side(s).id: s for s in SIDES}
    out = rows.groupby(["date", "party"], sort=True).agg(
        document=("document", "last"), text=("text", "last"), source=("source", "last"), basis=("basis", "last"),
        low=("low", "min"), high=("high", "max")
    ).reset_index()  # fmt: skip
    return out.assign(side=out["party"].map(sides).fillna(""))


def latest_positions(
    war: War, positions: pd.DataFrame, issue: str, as_of: date | None = None
) -> dict[Side, tuple[float, float]]:
    """The last stated range of each side on an issue; a side that stated none is left out."""
    stated = stated_positions(war, positions, issue, as_of)
    found: dict[Side, tuple[float, float]] = {}
    for side in SIDES:
        own = stated[stated["side"] == side]
        if len(own):
            found[side] = (float(own["low"].iloc[-1]), float(own["high"].iloc[-1]))
    return found


def distance(latest: dict[Side, tuple[float, float]]) -> float | None:
    """What is left between the two ranges, on the issue's scale; None unless both sides have stated one."""
    return distance_between(latest["a"], latest["b"]) if len(latest) == 2 else None


def distance_words(left: float | None) -> str:
    """The distance as words for a label."""
    return "not stated by both" if left is None else "ranges meet" if left < 0.005 else f"distance {left:.2f}"


def party_name(war: War, party: str) -> str:
    """A short name of a party: its abbreviation where its id is one, its id in place of a name too long for a label."""
    known = {b.id: b.name for b in war.belligerents} | war.third_parties
    name = known.get(party, party)
    if party in war.third_parties and len(party) <= 4 and (name.isupper() or " " in name):
        return party.upper()
    return name if len(name) <= 16 else party.replace("-", " ").capitalize()
