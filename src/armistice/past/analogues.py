r"""Past wars most like the one at hand when they had lasted as long, what became of them, and how far to trust that.

Likeness is measured over the columns known of both wars, each standardised over the record and weighted as declared in
`WEIGHTS`: with differences :math:`z_j` in standard deviations,

.. math:: d = \sqrt{\sum_j w_j z_j^2 \big/ \sum_j w_j},

the sums over columns known of both (Gower, *Biometrics* 27 (1971), with squares). How long a past war lasted in all is what
is asked, and never enters: only wars that outlasted the one at hand are compared. Deaths are known of whole wars only, so
that their mean by month stands for their pace so far. The forecast from the nearest is scored with each war left out in turn,
against the share among all other wars that lasted as long.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from armistice.core.durations import ENDINGS, LEVEL, Analogue, Estimate, Likeness, Skill
from armistice.core.errors import QueryError
from armistice.past.spells import DAY

WEIGHTS = {
    "deaths_per_month": 2.0, "capability_share_a": 1.0, "democracy_a": 0.5, "democracy_b": 0.5, "contiguous": 1.0,
    "rivals": 1.0, "territory": 1.0, "battle_share_a": 1.0, "third_parties": 1.0, "front_km_per_month": 1.0,
}  # fmt: skip
"""Column → declared weight, a judgement: deaths by month twice, the two regimes once together, all else once. Those that
the record does not have are left out."""
_LOGGED = ("deaths_per_month", "front_km_per_month")
"""Columns of which the log is compared (of one more), since they range over orders of magnitude."""
COVERED = 0.5
"""Least part of the weight known of the war at hand that a past war must share."""
NEAREST = 7
"""Wars that a forecast takes."""
WITHIN = 12.0
"""Months ahead for which it is scored."""
AGES = (0.0, 3.0, 6.0, 12.0, 24.0, 36.0)
"""Durations, in months, at which the past wars are asked."""


@dataclass(frozen=True)
class _Wars:
    """The record as arrays: `values` of shape (wars, columns), standardised, NaN where unknown."""

    names: tuple[str, ...]
    values: np.ndarray
    weights: np.ndarray
    mean: np.ndarray
    spread: np.ndarray
    months: np.ndarray
    ended: np.ndarray
    ending: np.ndarray


def likeness_of(
    record: pd.DataFrame,
    described: Mapping[str, float],
    *,
    nearest: int = NEAREST,
    draws: int = 500,
    seed: int = 0,
) -> Likeness:
    """Past wars nearest to a war.

    Parameters
    ----------
    record : DataFrame
        One row a war; columns of `WEIGHTS`, or those from which they come: ``deaths``, ``battles_a``, ``battles_b``.
    described : mapping of str to float
        ``months`` so far, and any columns of the record, in its units; NaN where unknown.
    nearest : int
        Wars to find.
    draws, seed : int
        Of the bootstrap over wars, for the range of the skill.

    Raises
    ------
    QueryError
        If the months are not given, nothing that the record knows is known of the war, or no past war is comparable.
    """
    lasted = float(described.get("months", np.nan))
    if not lasted >= 0:
        raise QueryError("described war: no months so far; expected a number, 0 or more; give its months")
    own = _columns(pd.DataFrame([dict(described)]))
    wars = _wars(record, own)
    point = (_plain(own, wars.names)[0] - wars.mean) / wars.spread
    distance = _distances(wars, point)
    able = np.flatnonzero((wars.months > lasted) & np.isfinite(distance))
    if not able.size:
        raise QueryError(
            f"described war: no past war lasted {lasted:g} months with enough known of both; expected one; describe it by more columns"
        )
    order = able[np.argsort(distance[able], kind="stable")][:nearest]
    found = tuple(_analogue(record, wars, point, int(i), float(distance[i]), lasted) for i in order)
    skills = _skills(wars, nearest, draws, seed)
    unknown = tuple(n for n in WEIGHTS if n not in wars.names)
    soon, asked = _comes(wars, order, lasted)
    return Likeness(
        lasted, {n: float(w) for n, w in zip(wars.names, wars.weights, strict=True)}, unknown, int(able.size), found,
        float(soon[asked].mean()) if asked.any() else float("nan"), skills,
    )  # fmt: skip


def _columns(table: pd.DataFrame) -> pd.DataFrame:
    """The columns of likeness, from those of a record."""
    out = {n: pd.to_numeric(table[n]).astype(float) for n in WEIGHTS if n in table}
    if "deaths" in table and "deaths_per_month" not in out:
        # Less than a month counts as one: the deaths of a war of days are its own, not a pace.
        out["deaths_per_month"] = pd.to_numeric(table["deaths"]).astype(float) / np.maximum(table["months"], 1.0)
    if {"battles_a", "battles_b"} <= set(table) and "battle_share_a" not in out:
        won = table[["battles_a", "battles_b"]].apply(pd.to_numeric).astype(float)
        total = won.sum(axis=1, skipna=False)
        out["battle_share_a"] = won["battles_a"].where(total > 0) / total.where(total > 0)
    frame = pd.DataFrame({n: out[n] for n in WEIGHTS if n in out}, index=table.index)
    for name in set(_LOGGED) & set(frame):
        frame[name] = np.log1p(frame[name].clip(lower=0))
    return frame


def _wars(record: pd.DataFrame, own: pd.DataFrame) -> _Wars:
    """The record over the columns that are known of the war at hand and vary over the record."""
    columns = _columns(record)
    names = tuple(
        n for n in columns if n in own and np.isfinite(own[n].iloc[0]) and columns[n].notna().sum() >= 5 and columns[n].std() > 0
    )  # fmt: skip
    if not names:
        raise QueryError(
            f"described war: nothing known of it that the record knows; expected some of {', '.join(columns)}; describe it by one"
        )
    values = _plain(columns, names)
    mean, spread = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
    return _Wars(
        names, (values - mean) / spread, np.array([WEIGHTS[n] for n in names]), mean, spread,
        np.maximum(record["months"].to_numpy(float), DAY), record["ended"].to_numpy(bool), record["ending"].fillna("").to_numpy(str),
    )  # fmt: skip


def _plain(table: pd.DataFrame, names: tuple[str, ...]) -> np.ndarray:
    return table[list(names)].to_numpy(float)


def _distances(wars: _Wars, point: np.ndarray) -> np.ndarray:
    """Distance of each war from a point; infinity where too little is known of both."""
    apart = wars.values - point
    weight = np.where(np.isfinite(apart), wars.weights, 0.0)
    total = weight.sum(axis=1)
    needed = COVERED * wars.weights[np.isfinite(point)].sum()
    square = (weight * np.nan_to_num(apart) ** 2).sum(axis=1) / np.maximum(total, 1e-12)
    return np.where((total >= needed) & (total > 0), np.sqrt(square), np.inf)


def _analogue(
    record: pd.DataFrame, wars: _Wars, point: np.ndarray, place: int, distance: float, lasted: float
) -> Analogue:
    row = record.iloc[place]
    apart = wars.values[place] - point
    known = np.flatnonzero(np.isfinite(apart))
    total = float(wars.weights[known].sum())
    return Analogue(
        str(row["war"]), str(row["title"]), float(row["year"]), distance,
        {wars.names[j]: float(wars.weights[j] / total) for j in known}, {wars.names[j]: float(apart[j]) for j in known},
        float(wars.months[place]), float(wars.months[place] - lasted), bool(wars.ended[place]), str(wars.ending[place]),
        str(row.get("note", "")),
    )  # fmt: skip


def _comes(wars: _Wars, chosen: np.ndarray, lasted: float) -> tuple[np.ndarray, np.ndarray]:
    """Whether each chosen war ended within `WITHIN` of its `lasted` months, and whether that is known."""
    months, ended = wars.months[chosen], wars.ended[chosen]
    soon = ended & (months <= lasted + WITHIN)
    return soon.astype(float), ended | (months > lasted + WITHIN)


# --- how far to trust it -------------------------------------------------------------------------------------


def _skills(wars: _Wars, nearest: int, draws: int, seed: int) -> tuple[Skill, ...]:
    """Scores of both questions with each war left out in turn."""
    soon: list[tuple[int, float, float]] = []
    typed: list[tuple[int, float, float]] = []
    kinds = np.array([wars.ending == e for e in ENDINGS], float)
    for place in range(len(wars.months)):
        distance = _distances(wars, wars.values[place])
        for age in AGES:
            if wars.months[place] <= age:
                break
            others = np.flatnonzero((wars.months > age) & np.isfinite(distance) & (np.arange(len(distance)) != place))
            if others.size < 2 * nearest:
                break
            near = others[np.argsort(distance[others], kind="stable")][:nearest]
            soon += _asked_soon(wars, place, near, others, age)
            if age == 0 and wars.ended[place] and wars.ending[place]:
                told, base = (_shares_of(kinds[:, group]) for group in (near, others))
                came = kinds[:, place]
                typed.append((place, float(((told - came) ** 2).sum()), float(((base - came) ** 2).sum())))
    questions = ((f"ends within {WITHIN:.0f} months", soon), ("how it ends", typed))
    return tuple(_skill(question, rows, draws, seed) for question, rows in questions if len({r[0] for r in rows}) >= 10)


def _asked_soon(
    wars: _Wars, place: int, near: np.ndarray, others: np.ndarray, age: float
) -> list[tuple[int, float, float]]:
    """Brier scores of one war at one age, by its analogues and by all others; nothing where an answer is unknown."""
    came, known = _comes(wars, np.array([place]), age)
    shares = []
    for group in (near, others):
        happened, sure = _comes(wars, group, age)
        if not known[0] or not sure.any():
            return []
        shares.append((happened[sure].sum() + 0.5) / (sure.sum() + 1))
    return [(place, float((shares[0] - came[0]) ** 2), float((shares[1] - came[0]) ** 2))]


def _shares_of(kinds: np.ndarray) -> np.ndarray:
    """Shares of the endings, half a war added to each."""
    counts = kinds.sum(axis=1) + 0.5
    return np.asarray(counts / counts.sum())


def _skill(question: str, rows: list[tuple[int, float, float]], draws: int, seed: int) -> Skill:
    """Skill over rows of (war, score, score of the base rate), with a range by drawing wars anew."""
    table = np.array(rows)
    wars = np.unique(table[:, 0])
    sums = np.array([table[table[:, 0] == w][:, 1:].sum(axis=0) for w in wars])
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(len(wars), np.full(len(wars), 1 / len(wars)), size=draws)
    drawn = weights @ sums
    central = float(1 - sums[:, 0].sum() / sums[:, 1].sum())
    low, high = np.quantile(1 - drawn[:, 0] / drawn[:, 1], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Skill(
        question, float(table[:, 1].mean()), float(table[:, 2].mean()),
        Estimate(central, float(min(low, central)), float(max(high, central))), len(wars), len(table),
    )  # fmt: skip
