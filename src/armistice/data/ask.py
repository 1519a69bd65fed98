"""Questions put to the record, which every source answers for itself.

No source fills the gaps of another: a day is answered by a source's own map or count of that day, or by its nearest
earlier one, at most seven days older; a period by sources that have all of it.

Let v(t) be what one source has of the regions taken together on day t, with its own range; t₁ and t₂ the first and the
last day asked; A the area of the regions, or their people; v₀ the mean of all sources on the day before the baseline;
w(t) land that the other side holds in the region `also`; x the figures of a flow; u another quantity.

===================  ===========================================================  =======================
question             answer of a source                                           unit
===================  ===========================================================  =======================
level                v(t₂)                                                        of the quantity
share                100 v(t₂) / A                                                %
change               v(t₂) − v(t₁)                                                of the quantity
share_change         100 (v(t₂) − v(t₁)) / A                                      points
taken                v(t₂) − v₀                                                   of the quantity
peak                 max v(t) over t₁ ≤ t ≤ t₂                                    of the quantity
peak_taken           max v(t) − v₀                                                of the quantity
change_with_retaken  v(t₂) − v(t₁) + max w(t) − w(t₂)                             of the quantity
total                Σ x, if the periods of x fill t₁ … t₂ exactly                of the quantity
rate                 change / (t₂ − t₁), or total / (t₂ − t₁ + 1), if a flow      of the quantity per day
months_left          (A − v(t₂)) / rate, if the rate is positive                  months
count                number of regions r with v_r(t₂) / A_r ≥ least share         regions
ratio                v(t₂) / u(t₂), or Σ x / u(t₂), …, for each pair of sources   ratio
===================  ===========================================================  =======================

A month has 365.25 / 12 days. The range of a change is taken between like ends (low with low, high with high), and only
where the source draws a range on both days.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import xarray as xr

from armistice.core.war import War
from armistice.data.pack import Pack
from armistice.data.tables import QUANTITIES

LAND = ("control", "people")
"""Quantities kept by region and read off maps."""
LOOK_BACK = np.timedelta64(7, "D")
"""A map or a count stands for at most so long after its own day."""
MONTH_DAYS = 365.25 / 12


# --- questions and answers -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Query:
    """A question to the record.

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
        return cls(value, min((value, *ends)), max((value, *ends)), note)

    def noted(self, *notes: str) -> Measured:
        """The same with further notes."""
        return replace(self, note=", ".join(n for n in (self.note, *notes) if n))

    def plus(self, amount: float, *notes: str) -> Measured:
        """So much more, with further notes."""
        return Measured(self.value + amount, self.low + amount, self.high + amount, self.note).noted(*notes)

    def times(self, factor: float) -> Measured:
        """So many times as much; the factor is not negative."""
        return Measured(self.value * factor, self.low * factor, self.high * factor, self.note)


Answers = dict[str, Measured]


@dataclass(frozen=True)
class Series:
    """A quantity by day and source; `ends` has shape (low value high, time, source), missing is NaN."""

    days: np.ndarray
    sources: tuple[str, ...]
    ends: np.ndarray

    def known(self, source: str) -> np.ndarray:
        """Days for which a source has a figure."""
        return self.days[np.isfinite(self.ends[1, :, self.sources.index(source)])]

    def on(self, source: str, day: np.datetime64, note: str = "") -> Measured:
        """A source's figure of one day."""
        low, value, high = self.ends[:, (day - self.days[0]).astype(int), self.sources.index(source)]
        return Measured(float(value), float(low), float(high), note)

    def at(self, day: date) -> Answers:
        """Each source's figure for a day, or its nearest earlier one within the look-back."""
        asked, out = np.datetime64(day, "D"), {}
        for source in self.sources:
            known = self.known(source)
            for last in known[(known <= asked) & (known >= asked - LOOK_BACK)][-1:]:
                out[source] = self.on(source, last, "" if last == asked else f"its figure of {last}")
        return out

    def last_range(self, source: str, day: date) -> tuple[np.datetime64, float] | None:
        """Day and width of the last range that a source drew up to a day, if it ever drew one."""
        low, _, high = self.ends[:, :, self.sources.index(source)]
        drawn = np.flatnonzero((high > low) & (self.days <= np.datetime64(day, "D")))
        return (self.days[drawn[-1]], float(high[drawn[-1]] - low[drawn[-1]])) if len(drawn) else None


# --- the record ------------------------------------------------------------------------------------------------------


class Record:
    """A pack and its panel, laid out for questions.

    Parameters
    ----------
    pack : Pack
    panel : Dataset
        Its panel, as `armistice.data.estimate.estimate_panel` makes it; spoiled maps are left out there.
    """

    def __init__(self, pack: Pack, panel: xr.Dataset) -> None:
        self.war, self._panel = pack.war, panel
        self._days = panel["time"].to_numpy().astype("datetime64[D]")
        self._sources = tuple(str(s) for s in panel["source"].to_numpy())
        self._mapped = set(panel["region"].to_numpy())
        self._rows = {str(quantity): part for quantity, part in pack.observations.groupby("quantity")}
        self._none = pack.observations.head(0)
        self._redraws = self._sound(pack.tables["redraws"])

    def rows(self, query: Query) -> pd.DataFrame:
        """Observations of the quantity, of one party and, if asked, by region."""
        rows = self._rows.get(query.quantity, self._none)
        rows = rows[rows["belligerent"] == query.belligerent]
        return rows[rows["region"].isin(query.regions)] if query.regions else rows

    def series(self, query: Query) -> Series:
        """The quantity by day, regions taken together; cumulative counts and flows stand on their last day."""
        if query.quantity in LAND:
            ends = np.sum([self._held(query, region) for region in query.regions], axis=0)
        else:
            first = "start" if QUANTITIES[query.quantity].kind == "state" else "end"
            ends = self._laid_out(self.rows(query), first)
        return Series(self._days, self._sources, ends)

    def spans(self, query: Query) -> dict[str, tuple[np.datetime64, np.datetime64]]:
        """First and last day of each source that has the quantity at all."""
        if query.quantity in LAND:
            series = self.series(query)
            return {s: (days[0], days[-1]) for s in series.sources if len(days := series.known(s))}
        days = self.rows(query).groupby("source").agg({"start": "min", "end": "max"})
        first, last = (days[c].to_numpy("datetime64[D]") for c in days)
        return {str(source): (a, b) for source, a, b in zip(days.index, first, last, strict=True)}

    def redrawn(self, source: str, query: Query) -> float:
        """Change of the area held within the period that came by redraws of a source's map, km²."""
        days = self._redraws["date"].to_numpy("datetime64[D]")
        inside = np.array([self._lies_in(region, query.regions) for region in self._redraws["region"]], dtype=bool)
        inside &= (days > np.datetime64(query.start, "D")) & (days <= np.datetime64(query.end, "D"))
        change = self._redraws["change_km2"][inside & (self._redraws["source"] == source)].sum()
        return float(change) * (1.0 if query.belligerent == self._panel.attrs["side_a"] else -1.0)

    def whole(self, query: Query) -> float:
        """What a share is a share of: area of the regions in km², or their people."""
        places = [self.war.regions[r] for r in query.regions]
        if query.quantity == "people":
            return sum(math.nan if p.population is None else p.population for p in places)
        return sum(p.area_km2 for p in places)

    def _held(self, query: Query, region: str) -> np.ndarray:
        """Land or people in one region; below the regions of the panel, land drawn for one side is not the other's."""
        place = self.war.regions[region]
        if region in self._mapped:
            names = (query.quantity + end for end in ("_low", "", "_high"))
            return np.stack(
                [self._panel[n].sel(region=region, belligerent=query.belligerent).to_numpy() for n in names]
            )
        if query.quantity != "control":
            return np.full((3, len(self._days), len(self._sources)), np.nan)
        drawn = self.war.side("b" if place.owner == "a" else "a").id
        country = self._panel["control"].sel(region=self.war.root, belligerent=drawn).to_numpy()
        held = self._laid_out(self.rows(replace(query, belligerent=drawn, regions=(region,))))
        held = np.where(np.isfinite(country), np.minimum(np.nan_to_num(held), place.area_km2), np.nan)
        return held if query.belligerent == drawn else place.area_km2 - held[::-1]

    def _laid_out(self, rows: pd.DataFrame, first: str = "start") -> np.ndarray:
        """Low, value and high of rows by day and source; where rows overlap, the last one stands."""
        out = np.full((3, len(self._days), len(self._sources)), np.nan)
        rows = rows[rows["source"].isin(self._sources)]
        begin, end = (
            (rows[c].to_numpy("datetime64[D]") - self._days[0]).astype(int) + more
            for c, more in ((first, 0), ("end", 1))
        )
        ends = np.stack([rows[c].fillna(rows["value"]) for c in ("low", "value", "high")])
        source = rows["source"].map({s: i for i, s in enumerate(self._sources)})
        for row, (i, j, s) in enumerate(zip(begin.clip(0), end.clip(0), source, strict=True)):
            out[:, i:j, s] = ends[:, row, None]
        return out

    def _sound(self, redraws: pd.DataFrame) -> pd.DataFrame:
        """Redraws other than those into and out of spoiled maps, which the panel leaves out of the source's record."""
        country = Query("level", "control", self.war.side("a").id, (self.war.root,), self.war.start, self.war.as_of)
        drawn, kept = self._laid_out(self.rows(country))[1], self.series(country).ends[1]
        days, sources = np.nonzero(np.isfinite(drawn) & ~np.isfinite(kept))
        spoiled = {(self._sources[s], self._days[d]) for d, s in zip(days, sources, strict=True)}
        jumps = zip(redraws["source"], redraws["date"].to_numpy("datetime64[D]"), strict=True)
        return redraws[[not {(source, day), (source, day - 1)} & spoiled for source, day in jumps]]

    def _lies_in(self, region: str, regions: tuple[str, ...]) -> bool:
        """Whether a region is one of others or lies in one of them."""
        while region and region not in regions:
            region = self.war.regions[region].parent
        return bool(region)


# --- words for notes -------------------------------------------------------------------------------------------------


def producers(war: War, sources: Iterable[str]) -> str:
    """Who made some sources, for a sentence; with the id of the source if they made several."""
    makers = [s.producer for s in war.sources.values()]

    def maker(source: str) -> str:
        name = war.sources[source].producer
        return name if makers.count(name) == 1 else f"{name} ({source})"

    words = [" over ".join(map(maker, source.split(" / "))) for source in sources]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def rounded(value: float, tolerance: float = 1.0) -> str:
    """A number with the digits that a tolerance deserves."""
    if tolerance > 0:
        digits = min(4, max(0, math.ceil(-math.log10(tolerance))))
    else:
        digits = 0 if abs(value) >= 100 or value == round(value) else 1
    return f"{value:,.{digits}f}".replace("-", "−")


# --- queries ---------------------------------------------------------------------------------------------------------


def level(record: Record, query: Query) -> Answers:
    """Value on the last day."""
    return record.series(query).at(query.end)


def share(record: Record, query: Query) -> Answers:
    """Part of the regions' area (or people) held on the last day, per cent."""
    return _scaled(level(record, query), 100.0 / record.whole(query))


def change(record: Record, query: Query) -> Answers:
    """Value on the last day less value on the first."""
    out = _difference(record, query)
    for source, answer in out.items():
        jump = record.redrawn(source, query) if query.quantity == "control" else 0.0
        if abs(jump) > 0.005 * abs(answer.value):
            out[source] = answer.noted(f"{rounded(jump)} km² of it by redrawing of the map")
    return out


def share_change(record: Record, query: Query) -> Answers:
    """Change of the share held, percentage points."""
    return _scaled(_difference(record, query), 100.0 / record.whole(query))


def taken(record: Record, query: Query) -> Answers:
    """Land held on the last day less land held on the day before the baseline."""
    return _less_before_war(level(record, query), record, query)


def peak(record: Record, query: Query) -> Answers:
    """Highest value in the period, by sources that cover all of it."""
    series, out = record.series(query), {}
    start, end = np.datetime64(query.start, "D"), np.datetime64(query.end, "D")
    for source in series.sources:
        days = series.known(source)
        days = days[(days >= start) & (days <= end)]
        if len(days) and np.diff([start, *days, end]).max() <= LOOK_BACK:
            out[source] = max((series.on(source, day, f"on {day}") for day in days), key=lambda m: m.value)
    return out


def peak_taken(record: Record, query: Query) -> Answers:
    """Highest value in the period less land held on the day before the baseline."""
    return _less_before_war(peak(record, query), record, query)


def change_with_retaken(record: Record, query: Query) -> Answers:
    """Change, plus land of the other side's pocket retaken: its largest extent in the period less its last."""
    enemy = next(b.id for b in record.war.belligerents if b.id != query.belligerent)
    pocket = replace(query, belligerent=enemy, regions=(query.also,))
    largest, last, out = peak(record, pocket), level(record, pocket), {}
    for source, answer in change(record, query).items():
        if source in largest:
            back = largest[source].value - last[source].value
            out[source] = answer.plus(back, f"{rounded(back)} km² of it retaken beyond the border")
    return out


def total(record: Record, query: Query) -> Answers:
    """Sum of a flow over the period, by sources whose periods fill it exactly."""
    rows, out = record.rows(query), {}
    rows = rows[(rows["start"] >= np.datetime64(query.start, "s")) & (rows["end"] <= np.datetime64(query.end, "s"))]
    for source, part in rows.groupby("source"):
        if ((part["end"] - part["start"]).dt.days + 1).sum() == (query.end - query.start).days + 1:
            value, *ends = (float(part[c].fillna(part["value"]).sum()) for c in ("value", "low", "high"))
            out[str(source)] = Measured.of(value, *ends)
    return out


def rate(record: Record, query: Query) -> Answers:
    """Flow or change per day or per month over the period."""
    flow = QUANTITIES[query.quantity].kind == "flow"
    days = (query.end - query.start).days + flow
    answers = total(record, query) if flow else change(record, query)
    return _scaled(answers, (1.0 if query.per == "day" else MONTH_DAYS) / days)


def months_left(record: Record, query: Query) -> Answers:
    """Months until the regions are held whole, at the mean pace of the period."""
    whole, held = record.whole(query), level(record, query)
    pace = rate(record, replace(query, per="month"))
    return {s: Measured.of((whole - held[s].value) / p.value, note=p.note) for s, p in pace.items() if p.value > 0}


def count(record: Record, query: Query) -> Answers:
    """How many of the regions are held to at least the given share."""
    each = [share(record, replace(query, regions=(region,))) for region in query.regions]
    out: Answers = {}
    for source in set.intersection(*(set(a) for a in each)):
        value, low, high = (
            float(sum(getattr(a[source], end) >= 100 * query.least_share for a in each))
            for end in ("value", "low", "high")
        )
        out[source] = Measured(value, low, high, each[0][source].note)
    return out


def ratio(record: Record, query: Query) -> Answers:
    """One quantity over another; every source of the one against every source of the other."""
    below = replace(query, quantity=query.over, belligerent=query.over_belligerent or query.belligerent)
    above, under = (
        total(record, q) if QUANTITIES[q.quantity].kind == "flow" else level(record, q) for q in (query, below)
    )
    return {
        a if a == b else f"{a} / {b}": Measured.of(above[a].value / under[b].value)
        for a in above
        for b in under
        if under[b].value
    }


def _difference(record: Record, query: Query) -> Answers:
    """Last day less first, like ends against like ends; no range unless both days have one."""
    series, out = record.series(query), {}
    earlier = series.at(query.start)
    for source, b in series.at(query.end).items():
        if (a := earlier.get(source)) is not None:
            ends = (b.low - a.low, b.high - a.high) if b.high > b.low and a.high > a.low else ()
            notes = (a.note and f"{a.note} at the beginning", b.note and f"{b.note} at the end")
            out[source] = Measured.of(b.value - a.value, *ends).noted(*notes)
    return out


def _scaled(answers: Answers, factor: float) -> Answers:
    return {s: a.times(factor) for s, a in answers.items()}


def _less_before_war(answers: Answers, record: Record, query: Query) -> Answers:
    """Answers less the land held on the day before the baseline: mean of the sources that draw it; none if none does."""
    before = level(record, replace(query, end=record.war.baseline - timedelta(days=1)))
    if not before:
        return {}
    base = float(np.mean([a.value for a in before.values()]))
    note = f"land held before as drawn by {producers(record.war, sorted(before))}"
    return {s: a.plus(-base, note) for s, a in answers.items()}


@dataclass(frozen=True)
class QueryKind:
    """How a query is answered.

    Attributes
    ----------
    answer : callable
        From the record and the query to each source's answer.
    unit : str
        Unit of the answer; ``{unit}`` stands for that of the quantity, ``{per}`` for day or month.
    period : bool
        Whether it needs a first day.
    kinds : tuple of str
        What it may be asked of: land (control, people), state, cumulative, flow.
    """

    answer: Callable[[Record, Query], Answers]
    unit: str
    period: bool
    kinds: tuple[str, ...]

    def fits(self, quantity: str) -> bool:
        """Whether it may be asked of a quantity."""
        return ("land" if quantity in LAND else QUANTITIES[quantity].kind) in self.kinds


_LEVELS = ("land", "state", "cumulative")
QUERIES: dict[str, QueryKind] = {
    "level": QueryKind(level, "{unit}", False, _LEVELS),
    "share": QueryKind(share, "%", False, ("land",)),
    "change": QueryKind(change, "{unit}", True, _LEVELS),
    "share_change": QueryKind(share_change, "points", True, ("land",)),
    "taken": QueryKind(taken, "{unit}", False, ("land",)),
    "peak": QueryKind(peak, "{unit}", True, _LEVELS),
    "peak_taken": QueryKind(peak_taken, "{unit}", True, ("land",)),
    "change_with_retaken": QueryKind(change_with_retaken, "{unit}", True, ("land",)),
    "total": QueryKind(total, "{unit}", True, ("flow",)),
    "rate": QueryKind(rate, "{unit} per {per}", True, (*_LEVELS, "flow")),
    "months_left": QueryKind(months_left, "months", True, ("land",)),
    "count": QueryKind(count, "regions", False, ("land",)),
    "ratio": QueryKind(ratio, "ratio", False, (*_LEVELS, "flow")),
}


def ask(record: Record, query: Query) -> Answers:
    """Each source's answer to a query, in the order of their ids; none to what the as-of day has not seen the end of."""
    if query.end > record.war.as_of:
        return {}
    found = QUERIES[query.name].answer(record, query)
    return {source: found[source] for source in sorted(found) if math.isfinite(found[source].value)}


def unit_of(query: Query) -> str:
    """Unit of the answer to a query."""
    return QUERIES[query.name].unit.format(unit=QUANTITIES[query.quantity].unit, per=query.per)
