"""Daily maps of control by one source → areas, people and assets held by region and day.

A source may publish several files and several meanings of colour: land held, land of unknown control, land
held before the war began. The recipe says which is which; nothing is inferred. A day without a map stays a
gap. Values that do not change are kept as one row from the first to the last day on which they hold.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from armistice.core.errors import BuildError
from armistice.data.control import Coverage, Edges, Ledger, areas_by_map, coverage, ledger, points_by_map, project
from armistice.data.raw import columns, days_of, open_shapes

Shapes = list[shapely.Geometry | None]
"""One shape a day, None where the source draws nothing of the kind."""

_TWICE = "drawn twice"
_UNKNOWN = "unknown control"


@dataclass(frozen=True)
class MapSeries:
    """Maps of one source up to a day.

    Attributes
    ----------
    days : array of datetime64[D], shape (days,)
    layers : dict of Shapes
        By status. What several statuses draw twice is a layer of its own, to be taken away again.
    sure : tuple of str
        Statuses that are held for sure; empty where the source does not tell.
    told : array of bool, shape (days,)
        Days on which the source also told which land is of unknown control.
    """

    days: np.ndarray
    layers: dict[str, Shapes]
    sure: tuple[str, ...]
    told: np.ndarray

    def only(self, chosen: np.ndarray) -> MapSeries:
        """The maps of some days, by position."""
        return MapSeries(
            self.days[chosen], {k: [v[i] for i in chosen] for k, v in self.layers.items()}, self.sure, self.told[chosen]
        )


def read_maps(files: dict[str, Path], step: dict[str, Any], until: date, last_only: bool = False) -> MapSeries:
    """Read the maps of a source, known by a day, as its step of the recipe describes them.

    Keys of the step: parts, a list of {input, date, column, held, sure}; of several parts with a map of the same
    day the first in the list counts. unknown, a list of the same form for land of unknown control. lag_days.

    Returns
    -------
    MapSeries
        Without days if the source had drawn nothing by then.
    """
    known = np.datetime64(until, "D") - np.timedelta64(int(step.get("lag_days", 0)), "D")
    held = _shapes_by_day(files, step["parts"], known, last_only)
    unknown = _shapes_by_day(files, step.get("unknown", []), known, last_only)
    days = np.array(sorted(held), dtype="datetime64[D]")
    if last_only:
        days = days[-1:]
    names = sorted({name for by in held.values() for name in by})
    layers: dict[str, Shapes] = {name: [held[day].get(name) for day in days] for name in names}
    if len(names) > 1:
        layers[_TWICE] = [_overlap(list(held[day].values())) for day in days]
    told = np.array([day in unknown for day in days])
    if told.any():
        layers[_UNKNOWN] = [next(iter(unknown[day].values())) if day in unknown else None for day in days]
    sure = tuple(sorted({name for part in step["parts"] for name in part.get("sure", ())}))
    return MapSeries(days, layers, sure, told)


def _shapes_by_day(
    files: dict[str, Path], parts: list[dict[str, Any]], known: np.datetime64, last_only: bool
) -> dict[np.datetime64, dict[str, shapely.Geometry]]:
    """Shapes by day and status; a day that an earlier part covers is not taken from a later one."""
    chosen: dict[np.datetime64, dict[str, shapely.Geometry]] = {}
    for part in parts:
        path = files[part["input"]]
        shapes = open_shapes(path)
        columns(shapes, path, part["date"], part["column"])
        wanted = shapes[part["column"]].isin(part["held"])
        if not wanted.any():
            raise BuildError(
                f"{path}: no {part['held']} in {part['column']}; expected them; adapt build.toml to the file"
            )
        shapes = shapes[wanted].reset_index(drop=True)
        stamps = days_of(shapes[part["date"]], path).to_numpy().astype("datetime64[D]")
        keep = stamps <= known
        if last_only and keep.any():
            keep &= stamps == stamps[keep].max()
        shapes = shapes[keep]
        days: dict[np.datetime64, dict[str, shapely.Geometry]] = {}
        for day, status, shape in zip(stamps[keep], shapes[part["column"]], shapes.geometry.values, strict=True):
            own = days.setdefault(day, {})
            own[status] = shapely.union(own[status], shape) if status in own else shape
        chosen = {**days, **chosen}
    return chosen


def _overlap(shapes: list[shapely.Geometry]) -> shapely.Geometry | None:
    """What the first shape has in common with the others; those are not expected to meet among themselves."""
    if len(shapes) < 2:
        return None
    first, rest = shapes[0], shapes[1] if len(shapes) == 2 else shapely.union_all(shapes[1:])
    try:
        common = shapely.intersection(first, rest)
    except shapely.GEOSException:
        common = shapely.intersection(shapely.make_valid(first), shapely.make_valid(rest))
    areal = [p for p in shapely.get_parts(common) if p.geom_type == "Polygon"]
    return shapely.MultiPolygon(areal) if areal else None


@dataclass(frozen=True)
class Held:
    """What a series of maps holds of some regions: km², shape (days, regions)."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


def ledgers(series: MapSeries, projection: str) -> dict[str, Ledger]:
    """Each layer of a series of maps as a ledger of edges, in the planar projection of the pack."""
    to_plane = _to_plane(projection).transform
    return {name: project(ledger(shapes), to_plane) for name, shapes in series.layers.items()}


@functools.cache
def _to_plane(projection: str) -> pyproj.Transformer:
    """From degrees to the planar projection; kept, because it takes as long to make as to use on a series of maps."""
    return pyproj.Transformer.from_crs(4326, projection, always_xy=True)


def measure(series: MapSeries, books: dict[str, Ledger], regions: list[shapely.Geometry]) -> Held:
    """Area of each region held, surely held, and possibly held, by day.

    The layers are priced together and added: an area is a sum over layers as it is a sum over edges.
    """
    together = Edges(*(np.concatenate([getattr(b.edges, k) for b in books.values()]) for k in ("x0", "y0", "x1", "y1")))
    prices = coverage(together, regions)
    areas, first = {}, 0
    for name, book in books.items():
        begin, end = np.searchsorted(prices.edge, [first, first + len(book.edges)])
        own = Coverage(prices.edge[begin:end] - first, prices.region[begin:end], prices.area[begin:end])
        areas[name] = areas_by_map(book, own, len(regions))
        first += len(book.edges)
    unknown = areas.pop(_UNKNOWN, np.zeros((len(series.days), len(regions))))
    unknown = np.where(series.told[:, None], unknown, np.nan)
    twice = areas.pop(_TWICE, 0.0)
    value = np.clip(sum(areas.values()) - twice, 0.0, None)
    low = np.minimum(sum(areas[name] for name in series.sure if name in areas), value) if series.sure else value
    return Held(value, low, value + unknown)


def points_held(books: dict[str, Ledger], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Which points lie in land that is held, by day; shape (days, points)."""
    inside = [points_by_map(book, x, y) for name, book in books.items() if name not in (_UNKNOWN, _TWICE)]
    return np.logical_or.reduce(inside)


def control_rows(
    series: MapSeries, regions: gpd.GeoDataFrame, step: dict[str, Any],
    places: pd.DataFrame, assets: pd.DataFrame,
) -> pd.DataFrame:  # fmt: skip
    """Observations of area, people and assets held by side A, by region and run of days.

    Parameters
    ----------
    regions : GeoDataFrame
        All levels, with the country in the first row as the sum of its level-1 regions.
    places, assets : DataFrame
        With planar x and y; places with their community.
    """
    below = regions[regions["level"] > 0]
    books = ledgers(series, regions.crs.srs)
    found = measure(series, books, list(below.geometry.values))
    held, low, high = (_with_country(areas, regions) for areas in (found.value, found.low, found.high))
    common = {"belligerent": step["belligerent"], "source": step["source"], "lag": int(step.get("lag_days", 0))}
    names = regions["region"].to_numpy()
    touched = (np.nan_to_num(np.fmax(held, high)) > 0.005).any(axis=0) | (regions["level"] == 0).to_numpy()
    out = [
        run_lengths(
            series.days, names[touched], held[:, touched].round(2), low[:, touched].round(2),
            high[:, touched].round(2), quantity="control", unit="km2", note=step.get("note", ""), **common,
        ),
        _people_rows(series.days, books, held, regions, places, common),
    ]  # fmt: skip
    inside = points_held(books, assets["x"].to_numpy(), assets["y"].to_numpy())
    out.append(_asset_rows(series.days, inside, regions, assets, common))
    return pd.concat([o for o in out if len(o)], ignore_index=True)


def before_rows(first: MapSeries, day: np.datetime64, regions: gpd.GeoDataFrame, step: dict[str, Any]) -> pd.DataFrame:
    """Land held before the war began, as the source's first map draws it, stated for the day before."""
    below = regions[regions["level"] > 0]
    books = ledgers(first, regions.crs.srs)
    held = _with_country(measure(first, books, list(below.geometry.values)).value, regions)
    touched = (held > 0.005).any(axis=0)
    value = held[:, touched].round(2)
    rows = run_lengths(
        np.array([day], dtype="datetime64[D]"), regions["region"].to_numpy()[touched], value, value, value,
        quantity="control", unit="km2", note="held before the war began, as drawn on the source's first map",
        belligerent=step["belligerent"], source=step["source"], lag=0,
    )  # fmt: skip
    rows["published"] = first.days[0].astype("datetime64[s]")
    return rows


def _with_country(areas: np.ndarray, regions: gpd.GeoDataFrame) -> np.ndarray:
    """Put the country in front: the sum over its own regions of level 1."""
    levels = regions["level"].to_numpy()
    parents = regions["parent"].to_numpy()
    below = levels > 0
    out = np.zeros((len(areas), len(regions)))
    out[:, below] = np.clip(areas, 0.0, None)
    for row in np.flatnonzero(levels == 0):
        own = (levels == 1) & (parents == regions["region"].iloc[row])
        out[:, row] = out[:, own].sum(axis=1)
    return out


def _people_rows(
    days: np.ndarray,
    books: dict[str, Ledger],
    held: np.ndarray,
    regions: gpd.GeoDataFrame,
    places: pd.DataFrame,
    common: dict,
) -> pd.DataFrame:
    """People in the part held, split within a cut community by land and by listed places."""
    levels = regions["level"].to_numpy()
    bottom = (levels == 3) & regions["population"].notna().to_numpy()
    if not bottom.any():
        return pd.DataFrame()
    communities = regions[bottom]
    total = communities["population"].to_numpy()
    share = np.clip(held[:, bottom] / communities["area_km2"].to_numpy(), 0.0, 1.0)
    by_land = share * total
    column = {name: i for i, name in enumerate(communities["region"])}
    known = places[places["community"].isin(list(column)) & (places["people"] > 0)]
    inside = points_held(books, known["x"].to_numpy(), known["y"].to_numpy())
    community = known["community"].map(column).to_numpy()
    listed = np.bincount(community, weights=known["people"], minlength=len(total))
    held_listed = np.zeros_like(by_land)
    for place in range(len(known)):
        if inside[:, place].any():
            held_listed[:, community[place]] += inside[:, place] * known["people"].iloc[place]
    by_place = np.where(listed > 0, held_listed / np.maximum(listed, 1.0) * total, by_land)
    ids, sums_land, sums_place = [], [], []
    chain = _ancestors(communities["region"], regions)
    for level in (0, 1, 2):
        for region in regions[(levels == level) & regions["population"].notna().to_numpy()]["region"]:
            own = np.array([region in chain[c] for c in communities["region"]])
            a, b = by_land[:, own].sum(axis=1), by_place[:, own].sum(axis=1)
            if own.any() and ((a > 0.5).any() or (b > 0.5).any()):
                ids.append(region)
                sums_land.append(a)
                sums_place.append(b)
    if not ids:
        return pd.DataFrame()
    land_, place_ = np.array(sums_land).T, np.array(sums_place).T
    return run_lengths(
        days, np.array(ids), ((land_ + place_) / 2).round(0), np.minimum(land_, place_).round(0),
        np.maximum(land_, place_).round(0), quantity="people", unit="persons",
        note="split by land and by listed places", **common,
    )  # fmt: skip


def _ancestors(names: pd.Series, regions: gpd.GeoDataFrame) -> dict[str, set[str]]:
    parent = dict(zip(regions["region"], regions["parent"], strict=True))
    out: dict[str, set[str]] = {}
    for name in names:
        chain, at = set(), parent.get(name, "")
        while at:
            chain.add(at)
            at = parent.get(at, "")
        out[name] = chain
    return out


def _asset_rows(
    days: np.ndarray, inside: np.ndarray, regions: gpd.GeoDataFrame, assets: pd.DataFrame, common: dict
) -> pd.DataFrame:
    ids = [r for r in regions.loc[regions["level"] == 1, "region"] if (assets["region"] == r).any()]
    counts = np.array([inside[:, (assets["region"] == r).to_numpy()].sum(axis=1) for r in ids], dtype=float).T
    keep = counts.any(axis=0) if len(ids) else np.zeros(0, bool)
    if not keep.any():
        return pd.DataFrame()
    value = counts[:, keep]
    return run_lengths(
        days, np.array(ids)[keep], value, value, value, quantity="assets", unit="count", note="", **common
    )


def run_lengths(
    days: np.ndarray, regions: np.ndarray, value: np.ndarray, low: np.ndarray, high: np.ndarray, *,
    quantity: str, unit: str, belligerent: str, source: str, lag: int, note: str,
) -> pd.DataFrame:  # fmt: skip
    """Rows of a daily table, one for each run of consecutive days with the same values.

    Parameters
    ----------
    days : array of datetime64[D], shape (days,)
    regions : array of str, shape (regions,)
    value, low, high : arrays, shape (days, regions)
    """
    gap = np.concatenate([[True], np.diff(days) > np.timedelta64(1, "D")])
    frames = []
    for number, region in enumerate(regions):
        stack = np.stack([value[:, number], low[:, number], high[:, number]])
        same = (stack[:, 1:] == stack[:, :-1]) | (np.isnan(stack[:, 1:]) & np.isnan(stack[:, :-1]))
        start = np.flatnonzero(gap | np.concatenate([[True], ~same.all(axis=0)]))
        stop = np.concatenate([start[1:], [len(days)]]) - 1
        frames.append(
            pd.DataFrame(
                {
                    "region": region, "start": days[start], "end": days[stop], "low": stack[1, start],
                    "value": stack[0, start], "high": stack[2, start],
                }
            )
        )  # fmt: skip
    rows = pd.concat(frames, ignore_index=True)
    for column in ("start", "end"):
        rows[column] = rows[column].astype("datetime64[s]")
    rows["published"] = rows["start"] + np.timedelta64(lag, "D")
    rows["quantity"], rows["belligerent"], rows["unit"] = quantity, belligerent, unit
    rows["source"], rows["note"] = source, note
    return rows


def redraws(control: pd.DataFrame, regions: pd.DataFrame, least_km2: float = 40.0) -> pd.DataFrame:
    """Jumps of one map that no other map shows: redraws, not battles.

    A change from one map to the next of at least `least_km2` in a region of level 1, and more than ten times
    the region's median daily change over the 90 days around it, is a redraw if another source has maps 30 days
    before and after and they differ by less than 40 % of it in the same direction. Where no second map exists
    nothing is judged.
    """
    level1 = set(regions.loc[regions["level"] == 1, "region"])
    rows = control[(control["quantity"] == "control") & control["region"].isin(level1)]
    out = []
    tables = {}
    for (source, belligerent), part in rows.groupby(["source", "belligerent"]):
        daily = daily_values(part)
        tables[source, belligerent] = daily
    for (source, belligerent), daily in tables.items():
        change = daily.diff()
        gap = daily.index.to_series().diff().dt.days
        typical = change.abs().rolling(90, center=True, min_periods=20).median()
        jump = (
            (change.abs() >= least_km2) & (change.abs() > 10 * typical.clip(lower=0.5)) & (gap.to_numpy()[:, None] <= 5)
        )
        for day, region in jump.stack()[lambda s: s].index:
            size = float(change.at[day, region])
            others = [t for (s, b), t in tables.items() if s != source and b == belligerent and region in t]
            seen = [_change_around(t[region], day) for t in others]
            seen = [s for s in seen if np.isfinite(s)]
            if seen and max(s * np.sign(size) for s in seen) < 0.4 * abs(size):
                why = f"{size:+.0f} km² in one map; the other map moved {max(seen, key=abs):+.0f} km² in the 60 days around"
                out.append((source, region, day, round(size, 2), why))
    return pd.DataFrame(out, columns=["source", "region", "date", "change_km2", "why"])


def daily_values(rows: pd.DataFrame) -> pd.DataFrame:
    """Runs of one source and quantity as a table of days by region; days without a map are left out."""
    size = ((rows["end"] - rows["start"]).dt.days + 1).to_numpy()
    at = np.repeat(np.arange(len(rows)), size)
    offset = np.arange(len(at)) - np.repeat(np.cumsum(size) - size, size)
    days = rows["start"].to_numpy()[at] + offset.astype("timedelta64[D]")
    flat = pd.DataFrame({"day": days, "region": rows["region"].to_numpy()[at], "value": rows["value"].to_numpy()[at]})
    return flat.pivot_table(index="day", columns="region", values="value", aggfunc="last").sort_index()


def _change_around(series: pd.Series, day: pd.Timestamp, reach: int = 30) -> float:
    known = series.dropna()
    before = known[(known.index < day) & (known.index >= day - pd.Timedelta(days=reach))]
    after = known[(known.index >= day) & (known.index <= day + pd.Timedelta(days=reach))]
    return float(after.iloc[-1] - before.iloc[0]) if len(before) and len(after) else float("nan")
