"""Pack → panel: observations laid out by day, source, region and side.

No smoothing and no averaging between sources happens here: where sources disagree, the panel keeps them
apart. What a source does not map on a day is missing; what it maps and does not colour is zero.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import xarray as xr

from armistice.core.errors import QueryError, near
from armistice.core.panel import check_panel
from armistice.core.results import Holding
from armistice.core.war import Region, War
from armistice.data.pack import Pack
from armistice.data.tables import QUANTITIES

_MAPPED = ("control", "people", "assets")
_BEFORE = np.timedelta64(90, "D")
"""The panel begins this long before the baseline day, so that the months before it are seen."""


def estimate_panel(pack: Pack) -> xr.Dataset:
    """Lay out a pack's observations as a panel.

    Returns
    -------
    Dataset
        As `armistice.core.panel` promises.

    Raises
    ------
    QueryError
        If no map was published by the as-of day.
    """
    war = pack.war
    start = np.datetime64(war.baseline, "D") - _BEFORE
    time = np.arange(start, np.datetime64(war.as_of, "D") + 1)
    rows = pack.observations
    if not ((rows["quantity"] == "control") & (rows["region"] == war.root)).any():
        raise _no_map(pack)
    rows = rows[(rows["end"] >= time[0]) & (rows["start"] <= time[-1])]
    sources = sorted(rows["source"].unique())
    regions = [r.id for r in war.regions.values() if r.level <= 1]
    sides = [war.side("a").id, war.side("b").id]
    area = np.array([war.regions[r].area_km2 for r in regions])
    population = np.array([np.nan if (p := war.regions[r].population) is None else p for r in regions])
    rows = without_spoiled(rows, pack.tables["redraws"])
    frame = _Frame(time, sources, regions, sides)
    mapped = frame.mapped(rows, war)
    data: dict[str, tuple] = {"area": ("region", area), "population": ("region", population)}
    four = ("time", "source", "region", "belligerent")
    for name, triple in (
        ("control", _control(frame, rows, war, mapped, area)),
        ("people", _people(frame, rows, war, mapped, population)),
    ):
        for suffix, values in zip(("_low", "", "_high"), triple, strict=True):
            data[name + suffix] = (four, values)
    axes = [a.id for a in war.axes]
    if axes:
        data["front"] = (("time", "source", "axis"), _front(frame, rows, war, mapped))
    others = rows[~rows["quantity"].isin(_MAPPED)]
    donors = sorted(set(war.third_parties))
    for quantity, part in others.groupby("quantity", sort=True):
        columns, dimension = (donors, "donor") if str(quantity).startswith("aid_given") else (sides, "belligerent")
        values = frame.plain(part, str(quantity), columns)
        if np.isfinite(values).any():
            data[str(quantity)] = (("time", "source", dimension), values)
    panel = xr.Dataset(
        data,
        coords={
            "time": time.astype("datetime64[ns]"), "source": sources, "region": regions, "belligerent": sides,
            "donor": donors, "axis": axes,
        },
        attrs={
            "slug": war.slug, "as_of": war.as_of.isoformat(), "digest": pack.digest, "root": war.root,
            "side_a": sides[0], "side_b": sides[1], "baseline": war.baseline.isoformat(),
        },
    )  # fmt: skip
    return check_panel(panel)


def _no_map(pack: Pack) -> QueryError:
    first = pack.mapped_from
    expected = "a pack with one" if first is None else f"a day from {first} on, when the first was"
    return QueryError(
        f"{pack.war.as_of}: no map of {pack.war.title} was published by then; expected {expected}; choose a later --as-of"
    )


def without_spoiled(rows: pd.DataFrame, redraws: pd.DataFrame) -> pd.DataFrame:
    """Observations without the days on which a source's map was plainly spoiled.

    A map is spoiled from a redraw of at least 100 km² until, within ten days, a redraw of the same region and size
    takes it back; all that the source says of those days is left out, as if it had drawn none.
    """
    spans = []
    for (source, _), jumps in redraws.sort_values("date").groupby(["source", "region"]):
        for (_, one), (_, two) in zip(jumps.iterrows(), jumps.iloc[1:].iterrows(), strict=False):
            back = abs(one["change_km2"] + two["change_km2"]) <= 0.1 * abs(one["change_km2"])
            if back and abs(one["change_km2"]) >= 100 and two["date"] - one["date"] <= pd.Timedelta(days=10):
                spans.append((source, one["date"], two["date"] - pd.Timedelta(days=1)))
    for source, first, last in sorted(set(spans)):
        hit = (
            (rows["source"] == source)
            & (rows["start"] <= last)
            & (rows["end"] >= first)
            & rows["quantity"].isin(_MAPPED)
        )
        before, after = rows[hit & (rows["start"] < first)].copy(), rows[hit & (rows["end"] > last)].copy()
        before["end"], after["start"] = first - pd.Timedelta(days=1), last + pd.Timedelta(days=1)
        rows = pd.concat([part for part in (rows[~hit], before, after) if len(part)], ignore_index=True)
    return rows


class _Frame:
    """Positions of days, sources, regions and sides, and how rows are spread over them."""

    def __init__(self, time: np.ndarray, sources: list[str], regions: list[str], sides: list[str]) -> None:
        self.time, self.sources, self.regions, self.sides = time, sources, regions, sides

    def empty(self, *last: int) -> np.ndarray:
        return np.full((len(self.time), len(self.sources), *last), np.nan)

    def spans(self, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """First and one-past-last position in time of each row."""
        first = (rows["start"].to_numpy("datetime64[D]") - self.time[0]).astype(int)
        last = (rows["end"].to_numpy("datetime64[D]") - self.time[0]).astype(int) + 1
        return np.clip(first, 0, None), np.clip(last, 0, len(self.time))

    def fill(self, rows: pd.DataFrame, column: str, names: list[str], key: str) -> np.ndarray:
        """States of one belligerent by day, source and `key`."""
        out = self.empty(len(names))
        place = {n: i for i, n in enumerate(names)}
        source = {n: i for i, n in enumerate(self.sources)}
        rows = rows[rows[key].isin(names)]
        for s, k, begin, end, value in zip(
            rows["source"].map(source), rows[key].map(place), *self.spans(rows), rows[column], strict=True
        ):
            out[begin:end, s, k] = value
        return out

    def mapped(self, rows: pd.DataFrame, war: War) -> np.ndarray:
        """Days on which a source drew a map: those with a figure for the whole country. Shape (time, source)."""
        own = rows[(rows["quantity"] == "control") & (rows["region"] == war.root)]
        return np.isfinite(self.fill(own, "value", [war.root], "region")[:, :, 0])

    def plain(self, rows: pd.DataFrame, quantity: str, columns: list[str]) -> np.ndarray:
        """A quantity without regions, by day, source and party."""
        rows = rows.copy()
        if QUANTITIES[quantity].kind != "state":
            rows["start"] = rows["end"]
        return self.fill(rows, "value", columns, "belligerent")


def _triple(frame: _Frame, rows: pd.DataFrame, names: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    value = frame.fill(rows, "value", names, "region")
    low = np.fmin(np.nan_to_num(frame.fill(rows, "low", names, "region"), nan=np.inf), value)
    high = np.fmax(np.nan_to_num(frame.fill(rows, "high", names, "region"), nan=-np.inf), value)
    return np.where(np.isnan(value), np.nan, low), value, np.where(np.isnan(value), np.nan, high)


def _control(
    frame: _Frame, rows: pd.DataFrame, war: War, mapped: np.ndarray, area: np.ndarray
) -> tuple[np.ndarray, ...]:
    """Land held by both sides: what is drawn for one side, and the rest of the region for the other."""
    control = rows[rows["quantity"] == "control"]
    drawn = []
    for side in ("a", "b"):
        own = control[control["belligerent"] == war.side(side).id]
        drawn.append([np.where(mapped[:, :, None] & np.isnan(v), 0.0, v) for v in _triple(frame, own, frame.regions)])
    (a_low, a, a_high), (b_low, b, b_high) = drawn
    abroad = np.array([war.regions[r].owner == "a" for r in frame.regions])
    a_value = np.where(abroad, area - b, np.minimum(a, area))
    a_lo, a_hi = (
        np.where(abroad, area - b_high, np.minimum(a_low, area)),
        np.where(abroad, area - b_low, np.minimum(a_high, area)),
    )
    return tuple(
        np.stack(pair, axis=-1) for pair in ((a_lo, area - a_hi), (a_value, area - a_value), (a_hi, area - a_lo))
    )


def _people(
    frame: _Frame, rows: pd.DataFrame, war: War, mapped: np.ndarray, population: np.ndarray
) -> tuple[np.ndarray, ...]:
    own = rows[(rows["quantity"] == "people") & (rows["belligerent"] == war.side("a").id)]
    counted = mapped[:, :, None] & np.isfinite(population)
    low, value, high = (np.where(counted & np.isnan(v), 0.0, v) for v in _triple(frame, own, frame.regions))
    return tuple(
        np.stack(pair, axis=-1)
        for pair in ((low, population - high), (value, population - value), (high, population - low))
    )


def _front(frame: _Frame, rows: pd.DataFrame, war: War, mapped: np.ndarray) -> np.ndarray:
    """Position of the front on each axis: steps held by side A, parts of steps counted as parts."""
    own = rows[(rows["quantity"] == "control") & (rows["belligerent"] == war.side("a").id)]
    out = frame.empty(len(war.axes))
    for number, axis in enumerate(war.axes):
        steps = [s.region for s in axis.steps]
        held = np.nan_to_num(frame.fill(own, "value", steps, "region"))
        share = np.clip(held / np.array([s.area_km2 for s in axis.steps]), 0.0, 1.0).sum(axis=2)
        out[:, :, number] = np.where(mapped, share, np.nan)
    return out


def find_region(war: War, name: str) -> str:
    """The id of a region, from its id or its name.

    Raises
    ------
    QueryError
        With the nearest names, if there is none.
    """
    wanted = name.strip().lower()
    for region in war.regions.values():
        if wanted in (region.id, region.name.lower()):
            return region.id
    known = [r.id for r in war.regions.values() if r.level <= 2] or list(war.regions)
    raise QueryError(f"region {name!r}: not in {war.title}; expected the id of a region; {near(wanted, known)}")


def holdings(pack: Pack, region: str, day: date) -> dict[str, Holding]:
    """Who holds what of a region on a day, by source; a source without a map that day is left out.

    Parameters
    ----------
    pack : Pack
    region : str
        A region of any level.
    day : date

    Raises
    ------
    QueryError
        If the region is unknown, the day is later than the pack's as-of day, or no source has a map that day.
    """
    war = pack.war
    place = war.regions[find_region(war, region)]
    stamp = np.datetime64(day, "s")
    if day > war.as_of:
        raise QueryError(f"{day}: later than {war.as_of}, the day of the pack; expected an earlier day; choose one")
    rows = pack.observations
    at = without_spoiled(rows[(rows["start"] <= stamp) & (rows["end"] >= stamp)], pack.tables["redraws"])
    at = at[(at["start"] <= stamp) & (at["end"] >= stamp)]
    control = at[at["quantity"] == "control"]
    mapped = control[(control["region"] == war.root) & (control["belligerent"] == war.side("a").id)]
    out: dict[str, Holding] = {}
    drawn = war.side("a") if place.owner == "b" else war.side("b")
    here = control[(control["region"] == place.id) & (control["belligerent"] == drawn.id)]
    for source in sorted(mapped["source"]):
        own = here[here["source"] == source]
        value, low, high = (float(own[c].iloc[0]) if len(own) else 0.0 for c in ("value", "low", "high"))
        low, high = (value if np.isnan(low) else low), (value if np.isnan(high) else high)
        area = place.area_km2
        if drawn.side == "a":
            a, a_low, a_high = min(value, area), min(low, area), min(high, area)
        else:
            a, a_low, a_high = area - value, area - high, area - low
        people_low, people_high = _people_of_b(at, source, place, war)
        out[source] = Holding(source, a, area - a, a_low, a_high, a / area if area else 0.0, people_low, people_high)
    if not out:
        record = pack.observations[
            (pack.observations["quantity"] == "control") & (pack.observations["region"] == war.root)
        ]
        if record.empty:
            raise _no_map(pack)
        spans = record.groupby("source").agg(a=("start", "min"), b=("end", "max"))
        known = "; ".join(f"{s} {r.a:%Y-%m-%d} to {r.b:%Y-%m-%d}" for s, r in spans.iterrows())
        raise QueryError(
            f"{day}: no map of that day; expected a day that a source covers ({known}, with gaps); choose one"
        )
    return out


def _people_of_b(at: pd.DataFrame, source: str, place: Region, war: War) -> tuple[float | None, float | None]:
    if place.population is None or place.level > 2 or place.owner == "a":
        return None, None
    people = at[(at["quantity"] == "people") & (at["source"] == source) & (at["belligerent"] == war.side("a").id)]
    if people.empty:
        return None, None
    own = people[people["region"] == place.id]
    low, high = (float(own[c].iloc[0]) if len(own) else 0.0 for c in ("low", "high"))
    return place.population - high, place.population - low
