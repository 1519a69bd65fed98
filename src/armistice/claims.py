"""Published claims, each put as a question to the panel and judged by what the sources of the pack say.

A claim is never compared with an average: every source answers for itself, and the verdict says whether the claim
agrees with all of them, lies inside their spread, or outside it. Claims of both sides go through the same arithmetic.

Let a claim be the interval [c₋, c₊] (one number if c₋ = c₊) with tolerance t, and let source s answer v_s with its own
range l_s ≤ v_s ≤ h_s. A source that counts only confirmed cases gives a lower bound: h_s = ∞, and so is its v_s where a
claim says "at most". With the spread L = min l_s, H = max h_s, and d(v) = max(c₋ − v, v − c₊, 0):

=====================  =========================  ====================  =====================
verdict                equals                     at most               at least
=====================  =========================  ====================  =====================
holds                  max d(v_s) ≤ t             max v_s ≤ c₊ + t      min v_s ≥ c₋ − t
within the spread      c₊ ≥ L − t, c₋ ≤ H + t     L ≤ c₊ + t            H ≥ c₋ − t
contradicted, by       max(L − c₊, c₋ − H)        L − c₊                c₋ − H
=====================  =========================  ====================  =====================

The first verdict that fits is given. A claim is not checkable if its period ends after the as-of day, or if no source
had by then published figures that cover it. The range of a change is taken between like ends (low with low, high with
high), and only where the source draws a range on both days. A day without a map is answered by the nearest earlier map
of the same source, at most seven days older.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import xarray as xr

from armistice.core.errors import FaultCollector
from armistice.core.results import Verdict
from armistice.core.war import War
from armistice.data.checks import TomlReader, near, read_text, read_toml, show
from armistice.data.pack import Pack
from armistice.data.tables import BASES, QUANTITIES

LOOK_BACK_DAYS = 7
"""A map or a count stands for at most this many days after its own."""
MONTH_DAYS = 365.25 / 12
RELATIONS = ("equals", "at most", "at least")
HOLDS, WITHIN = "holds", "within the spread of sources"
CONTRADICTED, NOT_CHECKABLE = "contradicted", "not checkable"
_LAND = ("control", "people")
_DAY = timedelta(days=1)


# --- questions to the record -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Query:
    """A question to the panel.

    Attributes
    ----------
    name : str
        One of `QUERIES`.
    quantity, belligerent : str
    regions : tuple of str
        Taken together; empty for quantities that are not kept by region.
    start, end : date
        First and last day; a query about one day has them equal.
    also : str
        For ``change_with_retaken``: the region of the same side's country from which the enemy is driven.
    over, over_belligerent : str
        For ``ratio``: the quantity in the denominator, and whose.
    least_share : float
        For ``count``: share of a region that must be held for it to count.
    per : str
        For ``rate``: day or month.
    """

    name: str
    quantity: str
    belligerent: str
    regions: tuple[str, ...]
    start: date
    end: date
    also: str = ""
    over: str = ""
    over_belligerent: str = ""
    least_share: float = 0.5
    per: str = "month"


@dataclass(frozen=True)
class Measured:
    """One source's answer: value and range in the unit of the query, and anything a reader must know of it."""

    value: float
    low: float
    high: float
    note: str = ""

    @classmethod
    def of(cls, value: float, *ends: float, note: str = "") -> Measured:
        """A value with the range that its other readings span."""
        return cls(value, min(value, *ends, value), max(value, *ends, value), note)

    def noted(self, *notes: str) -> Measured:
        """The same with further notes."""
        return replace(self, note=", ".join(n for n in (self.note, *notes) if n))


Answers = dict[str, Measured]


@dataclass(frozen=True)
class Series:
    """A quantity by day and source; arrays have shape (time, source), missing is NaN."""

    days: np.ndarray
    sources: tuple[str, ...]
    low: np.ndarray
    value: np.ndarray
    high: np.ndarray

    def at(self, day: date) -> Answers:
        """Each source's figure for a day, or its nearest earlier one within the look-back."""
        last = int((np.datetime64(day, "D") - self.days[0]).astype(int))
        out: Answers = {}
        if not 0 <= last < len(self.days):
            return out
        for number, source in enumerate(self.sources):
            known = np.flatnonzero(np.isfinite(self.value[max(0, last - LOOK_BACK_DAYS) : last + 1, number]))
            if len(known):
                at = max(0, last - LOOK_BACK_DAYS) + int(known[-1])
                note = "" if at == last else f"its figure of {self.days[at]}"
                out[source] = Measured(
                    float(self.value[at, number]), float(self.low[at, number]), float(self.high[at, number]), note
                )
        return out

    def covers(self, number: int, start: date, end: date) -> bool:
        """Whether a source has figures through a period, with no gap longer than the look-back."""
        days = self.days[np.isfinite(self.value[:, number])]
        days = days[(days >= np.datetime64(start, "D")) & (days <= np.datetime64(end, "D"))]
        edges = np.concatenate(([np.datetime64(start, "D")], days, [np.datetime64(end, "D")]))
        return len(days) > 0 and int(np.diff(edges).astype(int).max()) <= LOOK_BACK_DAYS

    def span(self, number: int) -> tuple[np.datetime64, np.datetime64] | None:
        """First and last day of a source."""
        days = self.days[np.isfinite(self.value[:, number])]
        return (days[0], days[-1]) if len(days) else None


class Record:
    """A pack and its panel, laid out for questions."""

    def __init__(self, pack: Pack, panel: xr.Dataset) -> None:
        self.pack, self.panel, self.war = pack, panel, pack.war
        self.days = panel["time"].to_numpy().astype("datetime64[D]")
        self.sources = tuple(str(s) for s in panel["source"].to_numpy())
        rows = pack.observations
        self.rows = {
            str(q): part for q, part in rows[~rows["quantity"].isin(_LAND)].groupby("quantity") if q in QUANTITIES
        }

    def series(self, quantity: str, belligerent: str, regions: tuple[str, ...]) -> Series:
        """A state or a cumulative count, regions taken together."""
        if quantity not in _LAND:
            return self._plain(quantity, belligerent, regions)
        low, value, high = (
            sum(self._land(quantity + end, region, belligerent) for region in regions) for end in ("_low", "", "_high")
        )
        low, value, high = (np.asarray(a, dtype=float).copy() for a in (low, value, high))
        for source, first, after in self._spoiled(regions):
            days = (self.days >= first) & (self.days < after)
            for array in (low, value, high):
                array[days, self.sources.index(source)] = np.nan
        return Series(self.days, self.sources, low, value, high)

    def _land(self, name: str, region: str, belligerent: str) -> np.ndarray:
        if region in self.panel["region"].to_numpy():
            return self.panel[name].sel(region=region, belligerent=belligerent).to_numpy()
        if not name.startswith("control"):
            return np.full((len(self.days), len(self.sources)), np.nan)
        return self._community(region, belligerent, name.removeprefix("control").removeprefix("_") or "value")

    def _community(self, region: str, belligerent: str, column: str) -> np.ndarray:
        """Land held in a region below those of the panel: drawn for one side, the rest for the other."""
        place = self.war.regions[region]
        drawn = self.war.side("b" if place.owner == "a" else "a").id
        whole = self.panel["control"].sel(region=self.war.root, belligerent=self.panel.attrs["side_a"]).to_numpy()
        column = {"low": "high", "high": "low"}.get(column, column) if belligerent != drawn else column
        rows = self.pack.observations
        rows = rows[(rows["quantity"] == "control") & (rows["region"] == region) & (rows["belligerent"] == drawn)]
        held = np.where(np.isfinite(whole), 0.0, np.nan)
        for row in rows.to_dict("records"):
            value = row["value"] if pd.isna(row[column]) else row[column]
            held[self._days(row["start"], row["end"]), self.sources.index(row["source"])] = value
        held = np.minimum(held, place.area_km2)
        return held if belligerent == drawn else place.area_km2 - held

    def _plain(self, quantity: str, belligerent: str, regions: tuple[str, ...]) -> Series:
        arrays = [np.full((len(self.days), len(self.sources)), np.nan) for _ in range(3)]
        for row in self.chosen(quantity, belligerent, regions).to_dict("records"):
            days = self._days(row["start" if QUANTITIES[quantity].kind == "state" else "end"], row["end"])
            if row["source"] in self.sources:
                for array, column in zip(arrays, ("low", "value", "high"), strict=True):
                    value = row["value"] if pd.isna(row[column]) else row[column]
                    array[days, self.sources.index(row["source"])] = value
        return Series(self.days, self.sources, *arrays)

    def _days(self, first: pd.Timestamp, last: pd.Timestamp) -> slice:
        """Places in time of a span of days; empty outside the panel."""
        begin, end = (
            int((t.to_datetime64().astype("datetime64[D]") - self.days[0]).astype(int)) for t in (first, last)
        )
        return slice(max(begin, 0), max(end + 1, 0))

    def chosen(self, quantity: str, belligerent: str, regions: tuple[str, ...]) -> pd.DataFrame:
        """Observations of a quantity that is not land, of one party and, if asked, by region."""
        rows = self.rows.get(quantity, self.pack.observations.head(0))
        rows = rows[rows["belligerent"] == belligerent]
        return rows[rows["region"].isin(regions)] if regions else rows

    def _inside(self, region: str, regions: tuple[str, ...]) -> bool:
        """Whether a region is one of others or lies in one of them."""
        while region and region not in regions:
            region = self.war.regions[region].parent
        return bool(region)

    def _spoiled(self, regions: tuple[str, ...]) -> list[tuple[str, np.datetime64, np.datetime64]]:
        """Source and days (from, until) on which its map lacks land: a redraw undone within the look-back."""
        out = []
        for (source, region), rows in self.pack.tables["redraws"].groupby(["source", "region"]):
            touches = self._inside(str(region), regions) or any(self._inside(r, (str(region),)) for r in regions)
            if source not in self.sources or not touches:
                continue
            rows = rows.sort_values("date")
            days, jumps = rows["date"].to_numpy("datetime64[D]"), rows["change_km2"].to_numpy(float)
            for i in range(len(rows) - 1):
                undone = abs(jumps[i] + jumps[i + 1]) <= 0.02 * abs(jumps[i])
                if undone and (days[i + 1] - days[i]).astype(int) <= LOOK_BACK_DAYS:
                    out.append((str(source), days[i], days[i + 1]))
        return out

    def redrawn(self, source: str, query: Query) -> float:
        """Change of the area held by redraws of a source's map within the period, spoiled maps aside, km²."""
        spoiled = [day for name, *days in self._spoiled(query.regions) if name == source for day in days]
        rows = self.pack.tables["redraws"]
        days = rows["date"].to_numpy("datetime64[D]")
        rows = rows[
            (rows["source"] == source)
            & rows["region"].map(lambda r: self._inside(r, query.regions)).astype(bool)
            & (days > np.datetime64(query.start, "D"))
            & (days <= np.datetime64(query.end, "D"))
            & ~np.isin(days, spoiled)
        ]
        return float(rows["change_km2"].sum()) * (1.0 if query.belligerent == self.panel.attrs["side_a"] else -1.0)

    def whole(self, query: Query) -> float:
        """What a share is a share of: area of the regions in km², or their people."""
        places = [self.war.regions[r] for r in query.regions]
        if query.quantity == "people":
            return sum(math.nan if p.population is None else p.population for p in places)
        return sum(p.area_km2 for p in places)


def _names(war: War, sources: Iterable[str]) -> str:
    """Producers of sources, for a sentence."""
    words = [" over ".join(_producer(war, s) for s in source.split(" / ")) for source in sources]
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else "".join(words)


def _producer(war: War, source: str) -> str:
    """The producer of a source; with the source's id if it has several."""
    name = war.sources[source].producer
    return name if [s.producer for s in war.sources.values()].count(name) == 1 else f"{name} ({source})"


def _number(value: float, tolerance: float = 1.0) -> str:
    """A number with the digits that a tolerance deserves."""
    if tolerance > 0:
        digits = min(4, max(0, math.ceil(-math.log10(tolerance))))
    else:
        digits = 0 if abs(value) >= 100 or value == round(value) else 1
    return f"{value:,.{digits}f}".replace("-", "−")


# --- queries ---------------------------------------------------------------------------------------------------------


def _difference(later: Answers, earlier: Answers) -> Answers:
    """Like ends against like ends; no range unless both days have one."""
    out: Answers = {}
    for source in later.keys() & earlier.keys():
        b, a = later[source], earlier[source]
        ends = (b.low - a.low, b.high - a.high) if b.high > b.low and a.high > a.low else ()
        notes = (a.note and f"{a.note} at the beginning", b.note and f"{b.note} at the end")
        out[source] = Measured.of(b.value - a.value, *ends).noted(*notes)
    return out


def _scaled(answers: Answers, factor: float) -> Answers:
    return {s: Measured.of(a.value * factor, a.low * factor, a.high * factor, note=a.note) for s, a in answers.items()}


def _own_series(record: Record, query: Query) -> Series:
    return record.series(query.quantity, query.belligerent, query.regions)


def level(record: Record, query: Query) -> Answers:
    """Value on the last day."""
    return _own_series(record, query).at(query.end)


def share(record: Record, query: Query) -> Answers:
    """Part of the regions' area (or people) held on the last day, per cent."""
    return _scaled(level(record, query), 100.0 / record.whole(query))


def change(record: Record, query: Query) -> Answers:
    """Value on the last day less value on the first."""
    series = _own_series(record, query)
    out = _difference(series.at(query.end), series.at(query.start))
    if query.quantity != "control":
        return out
    for source, answer in out.items():
        jump = record.redrawn(source, query)
        if abs(jump) > 0.005 * abs(answer.value):
            out[source] = answer.noted(f"{_number(jump)} km² of it by redrawing of the map")
    return out


def share_change(record: Record, query: Query) -> Answers:
    """Change of the share held, percentage points."""
    series = _own_series(record, query)
    return _scaled(_difference(series.at(query.end), series.at(query.start)), 100.0 / record.whole(query))


def _before_war(record: Record, query: Query) -> tuple[float, str]:
    """Land held on the day before the baseline: mean of the sources that draw it."""
    before = _own_series(record, query).at(record.war.baseline - _DAY)
    if not before:
        return math.nan, ""
    names = _names(record.war, sorted(before))
    return float(np.mean([a.value for a in before.values()])), f"land held before as drawn by {names}"


def _above(answers: Answers, base: float, words: str) -> Answers:
    if math.isnan(base):
        return {}
    return {s: Measured(a.value - base, a.low - base, a.high - base, a.note).noted(words) for s, a in answers.items()}


def taken(record: Record, query: Query) -> Answers:
    """Land held on the last day less land held on the day before the baseline."""
    return _above(level(record, query), *_before_war(record, query))


def peak(record: Record, query: Query) -> Answers:
    """Highest value in the period, by sources that cover all of it."""
    series = _own_series(record, query)
    inside = (series.days >= np.datetime64(query.start, "D")) & (series.days <= np.datetime64(query.end, "D"))
    out: Answers = {}
    for number, source in enumerate(series.sources):
        if series.covers(number, query.start, query.end):
            at = np.flatnonzero(inside)[int(np.nanargmax(series.value[inside, number]))]
            ends = (float(series.low[at, number]), float(series.high[at, number]))
            out[source] = Measured.of(float(series.value[at, number]), *ends, note=f"on {series.days[at]}")
    return out


def peak_taken(record: Record, query: Query) -> Answers:
    """Highest value in the period less land held on the day before the baseline."""
    return _above(peak(record, query), *_before_war(record, query))


def change_with_retaken(record: Record, query: Query) -> Answers:
    """Change, plus land of the other side's pocket retaken: its largest extent in the period less its last."""
    enemy = next(b.id for b in record.war.belligerents if b.id != query.belligerent)
    series = record.series("control", enemy, (query.also,))
    inside = (series.days >= np.datetime64(query.start, "D")) & (series.days <= np.datetime64(query.end, "D"))
    last, out = series.at(query.end), {}
    for source, answer in change(record, query).items():
        if source in last:
            back = float(np.nanmax(series.value[inside, series.sources.index(source)])) - last[source].value
            more = Measured(answer.value + back, answer.low + back, answer.high + back, answer.note)
            out[source] = more.noted(f"{_number(back)} km² of it retaken beyond the border")
    return out


def total(record: Record, query: Query) -> Answers:
    """Sum of a flow over the period, by sources whose periods fill it exactly."""
    rows = record.chosen(query.quantity, query.belligerent, query.regions)
    start, end = np.datetime64(query.start, "s"), np.datetime64(query.end, "s")
    rows = rows[(rows["start"] >= start) & (rows["end"] <= end)]
    out: Answers = {}
    for source, part in rows.groupby("source"):
        days = int(((part["end"] - part["start"]).dt.days + 1).sum())
        if days == (query.end - query.start).days + 1:
            ends = (float(part[c].fillna(part["value"]).sum()) for c in ("low", "high"))
            out[str(source)] = Measured.of(float(part["value"].sum()), *ends)
    return out


def rate(record: Record, query: Query) -> Answers:
    """Flow or change per day or per month over the period."""
    days = (query.end - query.start).days
    if QUANTITIES[query.quantity].kind == "flow":
        days, answers = days + 1, total(record, query)
    else:
        answers = change(record, query)
    return _scaled(answers, (1.0 if query.per == "day" else MONTH_DAYS) / days)


def months_left(record: Record, query: Query) -> Answers:
    """Months until the regions are held whole, at the mean pace of the period."""
    held, out = level(record, query), {}
    for source, pace in rate(record, query).items():
        if pace.value > 0:
            out[source] = Measured.of((record.whole(query) - held[source].value) / pace.value, note=pace.note)
    return out


def count(record: Record, query: Query) -> Answers:
    """How many of the regions are held to at least the given share."""
    each = [
        _scaled(record.series("control", query.belligerent, (r,)).at(query.end), 1 / record.war.regions[r].area_km2)
        for r in query.regions
    ]
    out: Answers = {}
    for source in set.intersection(*(set(a) for a in each)):
        low, value, high = (
            float(sum(getattr(a[source], end) >= query.least_share for a in each)) for end in ("low", "value", "high")
        )
        out[source] = Measured(value, low, high, each[0][source].note)
    return out


def ratio(record: Record, query: Query) -> Answers:
    """One quantity over another; every source of the one against every source of the other."""
    ask = {True: total, False: level}
    above = ask[QUANTITIES[query.quantity].kind == "flow"](record, query)
    other = Query(
        "level", query.over, query.over_belligerent or query.belligerent, query.regions, query.start, query.end
    )
    under = ask[QUANTITIES[query.over].kind == "flow"](record, other)
    return {
        a if a == b else f"{a} / {b}": Measured.of(above[a].value / under[b].value)
        for a in above
        for b in under
        if under[b].value
    }


@dataclass(frozen=True)
class QueryKind:
    """How a query is answered.

    Attributes
    ----------
    answer : callable
        From the record and the query to each source's answer.
    unit : callable
        Unit of the answer.
    period : bool
        Whether it needs a first day.
    kinds : tuple of str
        What it may be asked of: land (control, people), state, cumulative, flow.
    """

    answer: Callable[[Record, Query], Answers]
    unit: Callable[[Query], str]
    period: bool
    kinds: tuple[str, ...]


def _kind(quantity: str) -> str:
    return "land" if quantity in _LAND else QUANTITIES[quantity].kind


def _unit(query: Query) -> str:
    return QUANTITIES[query.quantity].unit


def _fixed(unit: str) -> Callable[[Query], str]:
    return lambda query: unit


_LAND_ONLY, _LEVELS, _ANY = ("land",), ("land", "state", "cumulative"), ("land", "state", "cumulative", "flow")
QUERIES: dict[str, QueryKind] = {
    "level": QueryKind(level, _unit, False, _LEVELS),
    "share": QueryKind(share, _fixed("%"), False, _LAND_ONLY),
    "change": QueryKind(change, _unit, True, _LEVELS),
    "share_change": QueryKind(share_change, _fixed("points"), True, _LAND_ONLY),
    "taken": QueryKind(taken, _unit, False, _LAND_ONLY),
    "peak": QueryKind(peak, _unit, True, _LEVELS),
    "peak_taken": QueryKind(peak_taken, _unit, True, _LAND_ONLY),
    "change_with_retaken": QueryKind(change_with_retaken, _unit, True, _LAND_ONLY),
    "total": QueryKind(total, _unit, True, ("flow",)),
    "rate": QueryKind(rate, lambda q: f"{_unit(q)} per {q.per}", True, _ANY),
    "months_left": QueryKind(months_left, _fixed("months"), True, _LAND_ONLY),
    "count": QueryKind(count, _fixed("regions"), False, _LAND_ONLY),
    "ratio": QueryKind(ratio, _fixed("ratio"), False, _ANY),
}


# --- claims ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SourceNotes:
    """What a reader must know of the sources: which speak for a side, and which count only confirmed cases."""

    party_of: Mapping[str, str] = field(default_factory=dict)
    lower_bound: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claim:
    """A number somebody published.

    Attributes
    ----------
    id, text, claimant : str
    party : str
        Belligerent for which the claimant speaks; empty for third parties.
    source, basis : str
        Where it was published, in words, and how that is known (page, memory, …).
    published : date
    value, low, high : float
        The number, and the ends of what the words allow (``almost a fifth``); equal to it for a plain number.
    unit : str
    tolerance : float
        In the unit: how precise the words are, and not less than two ways of measuring the same map differ.
    relation : str
        equals, at most, at least.
    own : tuple of str
        Sources of the pack that are the claimant's own figures: agreement with them is only a consistency check.
    beside : tuple of str
        Other quantities to be shown for comparison.
    """

    id: str
    text: str
    claimant: str
    party: str
    source: str
    basis: str
    published: date
    value: float
    low: float
    high: float
    unit: str
    tolerance: float
    relation: str
    query: Query
    own: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    notes: SourceNotes = SourceNotes()


@dataclass(frozen=True)
class Judgement:
    """A verdict with the spread it rests on; `by` is None unless contradicted."""

    verdict: str
    low: float
    high: float
    by: float | None


def judge(low: float, high: float, tolerance: float, relation: str, answers: Iterable[Measured]) -> Judgement:
    """Judge a claim by the answers of the sources, as the table above says.

    Parameters
    ----------
    low, high : float
        Ends of the claim, c₋ ≤ c₊.
    tolerance : float
    relation : {"equals", "at most", "at least"}
    answers : iterable of Measured
        At least one; their order does not matter.
    """
    answers = list(answers)
    values = [a.value for a in answers]
    highest = max(a.high if math.isinf(a.high) else a.value for a in answers)
    bottom, top = min(a.low for a in answers), max(a.high for a in answers)
    slack = tolerance + 1e-9 * max(abs(low), abs(high), tolerance)
    below, above = bottom - high, low - top
    if relation == "at most":
        holds, beside = highest <= high + slack, below
    elif relation == "at least":
        holds, beside = min(values) >= low - slack, above
    else:
        holds, beside = max(max(low - v, v - high, 0.0) for v in values) <= slack, max(below, above)
    if holds:
        return Judgement(HOLDS, bottom, top, None)
    if beside <= slack:
        return Judgement(WITHIN, bottom, top, None)
    return Judgement(CONTRADICTED, bottom, top, beside)


# --- claims.toml -----------------------------------------------------------------------------------------------------


def read_claims(pack: Pack) -> list[Claim]:
    """The claims of a pack, from its ``claims.toml``; none if it has no such file.

    Raises
    ------
    PackError
        With every fault found, if there is any.
    """
    path = pack.path / "claims.toml"
    if not path.exists():
        return []
    faults = FaultCollector()
    settings = read_toml(path, pack.path, faults)
    if settings is None:
        faults.raise_if_any()
        return []
    text = (read_text(path, pack.path, faults) or "").splitlines()
    lines = [n for n, line in enumerate(text, 1) if re.match(r"\s*\[\[\s*claim\s*\]\]", line)]
    top = TomlReader(settings, "claims.toml", faults)
    notes = _source_notes(top, pack.war, faults)
    claims = []
    for number, item in enumerate(top.tables("claim")):
        if number < len(lines):
            item.where = f"claims.toml line {lines[number]}"
        claims.append(_read_claim(item, notes, pack.war, faults))
    top.close()
    ids = [c.id for c in claims]
    for again in sorted({i for i in ids if i and ids.count(i) > 1}):
        faults.add("claims.toml", f'claim "{again}" {ids.count(again)} times', "each id once", "rename one")
    faults.raise_if_any()
    return claims


def _source_notes(top: TomlReader, war: War, faults: FaultCollector) -> SourceNotes:
    party_of = top.texts("party_of", required=False)
    bounds = top.words("lower_bound", required=False)
    _known(faults, "claims.toml [party_of]", "source", party_of, war.sources, "a source of sources.csv")
    _known(faults, "claims.toml [party_of]", "party", party_of.values(), _sides(war), "a belligerent of war.toml")
    _known(faults, "claims.toml lower_bound", "source", bounds, war.sources, "a source of sources.csv")
    return SourceNotes(party_of, tuple(bounds))


def _sides(war: War) -> list[str]:
    return [b.id for b in war.belligerents]


def _known(
    faults: FaultCollector, where: str, what: str, words: Iterable[str], known: Iterable[str], expected: str
) -> None:
    known = set(known)
    for word in words:
        if word and word not in known:
            faults.add(where, f"{what} {show(word)}", expected, near(word, known))


def _read_claim(item: TomlReader, notes: SourceNotes, war: War, faults: FaultCollector) -> Claim:
    claim_id = item.identifier("id")
    item.where = f'{item.where} claim "{claim_id}"' if claim_id else item.where
    value = item.number("value", -1e15, 1e15)
    low, high = item.number("low", -1e15, 1e15, value), item.number("high", -1e15, 1e15, value)
    if not low <= value <= high:
        faults.add(item.where, f"low {low:g}, value {value:g}, high {high:g}", "low ≤ value ≤ high", "order them")
    inner = item.table_of("query")
    if inner is not None:
        inner.where = f"{item.where} query"
    query = None if inner is None else _read_query(inner, war, faults)
    claim = Claim(
        claim_id, item.text("text"), item.text("claimant"), item.text("party", ""), item.text("source"),
        item.text("basis", choices=BASES), item.day("published"), value, low, high, item.text("unit"),
        item.number("tolerance", 0, 1e15), item.text("relation", "equals", RELATIONS),
        query or Query("level", "control", "", (), date.min, date.min), tuple(item.words("own", required=False)),
        tuple(item.words("beside", required=False)), notes,
    )  # fmt: skip
    item.text("note", "")
    item.close()
    if date(1900, 1, 1) < claim.published < war.start:
        faults.add(item.where, f"published {claim.published}", f"a day from {war.start}", "mend the day")
    _known(faults, item.where, "party", [claim.party], _sides(war), "a belligerent of war.toml")
    _known(faults, item.where, "own source", claim.own, war.sources, "a source of sources.csv")
    _known(faults, item.where, "quantity beside", claim.beside, QUANTITIES, "a declared quantity")
    if query is not None and query.name in QUERIES and query.quantity in QUANTITIES and claim.unit:
        unit = QUERIES[query.name].unit(query)
        if claim.unit != unit:
            remedy = f'convert the value and write unit = "{unit}"'
            faults.add(item.where, f"unit {show(claim.unit)}", f"{unit}, the unit of the query", remedy)
    return claim


def _read_query(item: TomlReader, war: War, faults: FaultCollector) -> Query:
    name = item.text("name", choices=tuple(QUERIES))
    quantity = item.text("quantity", choices=tuple(QUANTITIES))
    period = name in QUERIES and QUERIES[name].period
    end = item.day("to")
    start = item.day("from") if period or "from" in item.table else end
    query = Query(
        name, quantity, item.text("belligerent"), tuple(item.words("regions", required=quantity in _LAND)), start, end,
        item.text("also", "" if name != "change_with_retaken" else None),
        item.text("over", "" if name != "ratio" else None, tuple(QUANTITIES) if name == "ratio" else ()),
        item.text("over_belligerent", ""), item.number("least_share", 0, 1, 0.5),
        item.text("per", "month", ("day", "month")),
    )  # fmt: skip
    item.close()
    parties = [*_sides(war), *war.third_parties]
    _known(
        faults, item.where, "belligerent", [query.belligerent, query.over_belligerent], parties, "a party of war.toml"
    )
    _known(faults, item.where, "region", [*query.regions, query.also], war.regions, "a region of regions.csv")
    for key, day in {"from": start, "to": end}.items():
        if date(1900, 1, 1) < day < war.start:
            faults.add(item.where, f"{key} {day}, before the war", f"a day from {war.start}", "mend the day")
    if quantity in _LAND and "regions" in item.table and not query.regions:
        faults.add(item.where, "no region", f"at least one region for {quantity}", "name the regions")
    if start > end:
        faults.add(item.where, f"from {start} after to {end}", "from ≤ to", "swap or mend them")
    if period and start == end:
        faults.add(item.where, f"from {start} equal to to {end}", f"a period for {show(name)}", "mend one of them")
    if name in QUERIES and quantity in QUANTITIES and _kind(quantity) not in QUERIES[name].kinds:
        fit = [n for n, q in QUERIES.items() if _kind(quantity) in q.kinds]
        faults.add(item.where, f"query {show(name)} of {quantity}", f"one of {', '.join(fit)}", "choose one of them")
    return query


# --- verdicts --------------------------------------------------------------------------------------------------------


def check_claims(pack: Pack, panel: xr.Dataset) -> tuple[Verdict, ...]:
    """Judge every claim of a pack by its panel, as known on the pack's as-of day.

    Raises
    ------
    PackError
        If ``claims.toml`` has faults.
    """
    record = Record(pack, panel)
    return tuple(check_claim(claim, record) for claim in read_claims(pack))


def check_claim(claim: Claim, record: Record) -> Verdict:
    """Judge one claim."""
    query, as_of = claim.query, record.war.as_of
    answers: Answers = {}
    if query.end <= as_of:
        found = QUERIES[query.name].answer(record, query)
        bounds = claim.notes.lower_bound if query.name in ("level", "peak", "total") else ()
        answers = {
            s: Measured(a.value, a.low, math.inf, a.note) if s in bounds else a
            for s, a in sorted(found.items())
            if math.isfinite(a.value)
        }
    if answers:
        judged = judge(claim.low, claim.high, claim.tolerance, claim.relation, answers.values())
        why = _why(claim, judged, answers, record)
    else:
        judged = Judgement(NOT_CHECKABLE, math.nan, math.nan, None)
        why = _why_not(claim, record)
    low, high = (round(v, 6) if math.isfinite(v) else None for v in (judged.low, judged.high))
    by = None if judged.by is None else round(judged.by, 6)
    return Verdict(
        claim.id, claim.text, claim.claimant, claim.published, claim.source, claim.value, claim.unit,
        {s: round(a.value, 6) for s, a in answers.items()}, low, high, judged.verdict, by, why,
    )  # fmt: skip


def _why_not(claim: Claim, record: Record) -> str:
    query, as_of = claim.query, record.war.as_of
    if query.end > as_of:
        return f"The period it speaks of ends on {query.end}, after {as_of}, the day of this record."
    title = QUANTITIES[query.quantity].title
    known = _spans(query, record)
    if not known and query.regions and len(record.chosen(query.quantity, query.belligerent, ())):
        regions = ", ".join(record.war.regions[r].name for r in query.regions)
        return f"The pack has figures on {title}, but none for {regions}."
    if not known:
        return f"The pack has no figures on {title} published by {as_of}."
    when = f"{query.end}" if query.start == query.end else f"{query.start} to {query.end}"
    spans = "; ".join(f"{_names(record.war, [s])} {first} to {last}" for s, (first, last) in known.items())
    return f"No source has figures on {title} for {when} published by {as_of}; there are: {spans}, with gaps."


def _why(claim: Claim, judged: Judgement, answers: Answers, record: Record) -> str:
    """The finding in plain words: who says what, what the sources have, how far apart they are."""
    war, notes = record.war, claim.notes
    figures = []
    for source, answer in answers.items():
        words, extra = _amount(answer.value, claim.unit, claim.tolerance), [_names(war, [source])]
        if math.isinf(answer.high):
            words = f"at least {words}"
            extra.append("confirmed cases only")
        elif answer.high - answer.low > claim.tolerance:
            extra.append(f"range {_number(answer.low, claim.tolerance)} to {_number(answer.high, claim.tolerance)}")
        if source in notes.party_of:
            extra.append(f"a claim by the {_adjective(war, notes.party_of[source])} side")
        figures.append(f"{words} ({'; '.join([*extra, answer.note] if answer.note else extra)})")
    said = _exact(claim.value) if claim.low == claim.high else f"{_exact(claim.low)} to {_exact(claim.high)}"
    relation = "" if claim.relation == "equals" else f"{claim.relation} "
    found = f"Claimed: {relation}{said}{_unit_words(claim.unit)}; found: {', '.join(figures)}"
    sentences = [f"{found}; {_finding(claim, judged, answers, war)}."]
    if claim.party:
        sentences.append(f"This is a claim by the {_adjective(war, claim.party)} side.")
    own = sorted(set(answers) & set(claim.own))
    if own and len(own) == len(answers):
        sentences.append("The only figures are the claimant's own, so this checks consistency and no more.")
    elif own:
        sentences.append(f"The figure of {_names(war, own)} is the claimant's own.")
    return " ".join([*sentences, *_asides(claim, judged, answers, record)])


def _finding(claim: Claim, judged: Judgement, answers: Answers, war: War) -> str:
    many = len(answers) > 1
    if judged.verdict == CONTRADICTED:
        assert judged.by is not None
        above = claim.low > judged.high
        edge = abs(judged.high if above else judged.low)
        percent = f" ({_number(100 * judged.by / edge, 1 if judged.by > 0.1 * edge else 0.1)} %)" if edge else ""
        size = _amount(judged.by, "points" if claim.unit == "%" else claim.unit, claim.tolerance)
        ends = {abs(a.value) for a in answers.values()}
        end = ("figure" if edge in ends else "end of the ranges") if many else "figure"
        which = ("highest" if above else "lowest") if many else "only"
        return f"the claim lies {size}{percent} {'above' if above else 'below'} the {which} {end}"
    if judged.verdict == HOLDS and claim.relation == "equals" and claim.tolerance > 1e-3 * abs(claim.value):
        slack = _exact(claim.tolerance) + _unit_words("points" if claim.unit == "%" else claim.unit)
        return f"{'each figure' if many else 'the figure'} agrees within {slack}"
    if judged.verdict == HOLDS:
        return f"{'each figure' if many else 'the figure'} agrees"
    agree = [s for s, a in answers.items() if _agrees(claim, a)]
    rest = [s for s in answers if s not in agree]
    if not rest:
        return "nothing speaks against it, and a count of confirmed cases cannot settle it"
    if agree:
        others = _names(war, rest) if len(rest) < 3 else f"the other {len(rest)}"
        return f"it agrees with {_names(war, agree)} but not with {others}"
    values = [a.value for a in answers.values()]
    if claim.relation == "equals" and min(values) <= claim.high and claim.low <= max(values):
        return "it lies between the figures"
    return "it lies inside the range of the sources, allowing for its precision"


def _agrees(claim: Claim, answer: Measured) -> bool:
    """Whether a claim agrees with one source; a lower bound agrees with what is not below it."""
    if math.isinf(answer.high):
        return claim.relation == "at least" or claim.high + claim.tolerance >= answer.value
    alone = Measured.of(answer.value)
    return judge(claim.low, claim.high, claim.tolerance, claim.relation, [alone]).verdict == HOLDS


def _asides(claim: Claim, judged: Judgement, answers: Answers, record: Record) -> list[str]:
    """What else a reader should know: sources without a map, ranges no longer drawn, other counts."""
    query, war, out = claim.query, record.war, []
    spans = _spans(query, record)
    for source, (first, last) in spans.items():
        if query.quantity == "control" and source not in answers and (source in claim.own or len(answers) == 1):
            out.append(f"{_names(war, [source])} has no map for it (its maps: {first} to {last}).")
    for source in claim.own:
        if source not in spans:
            out.append(f"The claimant's own figures ({_names(war, [source])}) are not in this copy of the pack.")
    if query.quantity == "control" and query.name in ("level", "share") and judged.verdict != HOLDS:
        out += _ranges_no_longer_drawn(claim, answers, record)
    end = np.datetime64(query.end, "s")
    for quantity in claim.beside:
        rows = record.chosen(quantity, query.belligerent, ())
        rows = rows[(rows["end"] <= end) & (rows["end"] > end - np.timedelta64(366, "D"))].sort_values("end")
        for row in rows.groupby("source").tail(1).to_dict("records"):
            least = "at least " if row["source"] in claim.notes.lower_bound else ""
            size = f"{least}{_amount(row['value'], row['unit'], 1)} ({_names(war, [row['source']])})"
            out.append(f"Beside it, {QUANTITIES[quantity].title} by {row['end']:%Y-%m-%d}: {size}.")
    return out


def _ranges_no_longer_drawn(claim: Claim, answers: Answers, record: Record) -> list[str]:
    """Sources that once drew land of unknown control: without it a late figure looks surer than it is."""
    query, out = claim.query, []
    series = _own_series(record, query)
    for number, source in enumerate(series.sources):
        width = series.high[:, number] - series.low[:, number]
        drawn = np.flatnonzero((width > 0) & (series.days <= np.datetime64(query.end, "D")))
        if source not in answers or not len(drawn) or answers[source].high > answers[source].low:
            continue
        last = width[drawn[-1]] * (100 / record.whole(query) if query.name == "share" else 1)
        if last > claim.tolerance:
            size = _amount(last, "points" if claim.unit == "%" else claim.unit, claim.tolerance)
            out.append(
                f"{_names(record.war, [source])} last drew land of unknown control here on "
                f"{series.days[drawn[-1]]}, when it came to {size}; its later figures have no such range."
            )
    return out


def _spans(query: Query, record: Record) -> dict[str, tuple[np.datetime64, np.datetime64]]:
    """First and last day of each source that has the quantity at all."""
    if query.quantity in _LAND:
        series = _own_series(record, query)
        return {s: span for n, s in enumerate(series.sources) if (span := series.span(n)) is not None}
    rows = record.chosen(query.quantity, query.belligerent, query.regions)
    return {
        str(source): (part["start"].to_numpy("datetime64[D]").min(), part["end"].to_numpy("datetime64[D]").max())
        for source, part in rows.groupby("source")
    }


# --- words -----------------------------------------------------------------------------------------------------------


def _adjective(war: War, party: str) -> str:
    return next(b.adjective for b in war.belligerents if b.id == party)


def _exact(value: float) -> str:
    """A number as somebody wrote it."""
    return f"{value:,.4f}".rstrip("0").rstrip(".").replace("-", "−")


def _unit_words(unit: str) -> str:
    return {"ratio": ""}.get(unit, " " + unit.replace("km2", "km²"))


def _amount(value: float, unit: str, tolerance: float) -> str:
    return _number(value, tolerance) + _unit_words(unit)
