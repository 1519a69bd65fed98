"""The geometry under the maps: cells by who holds them, as shapes and front lines in pixels.

Cells of the hexagon grid are dissolved by class into a few shapes and projected here, so that a map of thousands of
cells stays small. The front line is the contour of one half in the share held, interpolated linearly over the triangles
between cell centres (marching triangles) and rounded at its corners (Chaikin 1974).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import h3
import numpy as np
import pandas as pd
import shapely
import shapely.affinity
from shapely.geometry.base import BaseGeometry

from armistice.core.errors import QueryError
from armistice.core.war import Side, War
from armistice.show.canvas import Conic
from armistice.show.style import join_words, short_day

SEA, LAND, HOME, BORDER = "#DDE7EE", "#ECEBE7", "#FAF9F6", "#B9BBB8"


@dataclass(frozen=True, eq=False)
class Ground:
    """What maps are drawn from.

    Attributes
    ----------
    cells, control, places, assets : DataFrame
        The tables `cells`, `control_cells`, `places` and `assets` of a pack.
    outlines : dict
        GeoJSON with a property `layer`: region (of side B's country), land (all land around), river.
    people_source : str
        Id of the source of the cells' population, for captions; empty if there is none.
    """

    cells: pd.DataFrame
    control: pd.DataFrame
    places: pd.DataFrame
    assets: pd.DataFrame
    outlines: dict[str, Any]
    people_source: str = ""

    @cached_property
    def centres(self) -> tuple[np.ndarray, np.ndarray]:
        """Longitude and latitude of each cell's centre, degrees."""
        spots = np.array([h3.cell_to_latlng(cell_name(cell)) for cell in self.cells["cell"]]).reshape(-1, 2)
        return spots[:, 1], spots[:, 0]

    def layer(self, name: str) -> list[BaseGeometry]:
        """Shapes of one layer of the outlines, in degrees."""
        return [
            shapely.geometry.shape(f["geometry"]) for f in self.outlines["features"] if f["properties"]["layer"] == name
        ]

    @property
    def outline_sources(self) -> set[str]:
        """Ids of the sources of the outlines."""
        return {str(f["properties"]["source"]) for f in self.outlines["features"] if f["properties"].get("source")}


def cell_name(cell: Any) -> str:
    """The grid's own name of a cell, from its number."""
    return h3.int_to_str(int(cell))


def map_day(ground: Ground, day: date, source: str | None = None) -> tuple[str, date]:
    """The source and the day of the last map on or before a day.

    Raises
    ------
    QueryError
        If there is none.
    """
    rows = ground.control[ground.control["date"] <= np.datetime64(day, "s")]
    rows = rows if source is None else rows[rows["source"] == source]
    if rows.empty:
        known = ", ".join(f"{s} from {short_day(d)}" for s, d in ground.control.groupby("source")["date"].min().items())
        raise QueryError(
            f"{day}: no map by {source or 'any source'} until then; expected a later day; choose one ({known})"
        )
    last = rows.groupby("source")["date"].max().sort_index()
    best = last.idxmax()
    return str(best), last[best].date()


def held_cells(war: War, ground: Ground, day: date, source: str) -> pd.DataFrame:
    """The cells, with `owner` (side) and `held`: the share held by the side that does not own the land.

    Parameters
    ----------
    day : date
        Day of a map of that source, as `map_day` finds it.
    """
    rows = ground.control[(ground.control["date"] == np.datetime64(day, "s")) & (ground.control["source"] == source)]
    cells = ground.cells[["cell", "region", "area_km2", "population"]].reset_index(drop=True)
    owner = cells["region"].map({r.id: r.owner for r in war.regions.values()}).fillna("b")
    out = cells.assign(owner=owner, held=0.0)
    for side, other in (("a", "b"), ("b", "a")):
        shares = rows[rows["belligerent"] == war.side("a" if side == "a" else "b").id].set_index("cell")["share"]
        theirs = out["owner"] == other
        out.loc[theirs, "held"] = out.loc[theirs, "cell"].map(shares).fillna(0.0)
    return out


def control_change(war: War, ground: Ground, start: date, end: date, source: str) -> pd.DataFrame:
    """What changed hands in each cell between two maps of one source.

    Returns
    -------
    DataFrame
        `cell, region, owner, area_km2, before, after` (shares held by side A), `change_km2` (gain of side A) and
        `kind`: taken, lost, or same. The sum over a region equals the change in the land its cells show.
    """
    old, new = held_cells(war, ground, start, source), held_cells(war, ground, end, source)
    own = new["owner"] == "a"
    before, after = (f["held"].where(~own, 1 - f["held"]) for f in (old, new))
    kind = np.select([after > before, after < before], ["taken", "lost"], "same")
    return new[["cell", "region", "owner", "area_km2"]].assign(
        before=before, after=after, change_km2=(after - before) * new["area_km2"], kind=kind
    )


@dataclass(frozen=True, eq=False)
class View:
    """A frame in pixels and the projection that fills it."""

    to_px: Conic
    width: float
    top: float
    height: float
    close: bool
    centre: tuple[float, float]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom, px."""
        return 0.0, self.top, self.width, self.top + self.height

    def lowered(self, by: float) -> View:
        """The same view further down, to make room above it."""
        return replace(self, top=self.top + by, to_px=replace(self.to_px, y0=self.to_px.y0 + by))

    @property
    def tolerance(self) -> float:
        """How far a simplified outline may lie from the true one, px."""
        return 0.25 if self.close else 0.45

    def draw(self, geometry: BaseGeometry) -> BaseGeometry:
        """A shape in degrees as pixels."""
        return shapely.transform(geometry, lambda xy: np.column_stack(self.to_px(xy[:, 0], xy[:, 1])))

    def feature(self, geometry: BaseGeometry, **properties: Any) -> dict[str, Any] | None:
        """A shape in pixels as a compact feature: clipped, simplified, to a tenth of a pixel."""
        left, top, right, bottom = self.box
        cut = shapely.clip_by_rect(shapely.make_valid(geometry), left - 3, top - 3, right + 3, bottom + 3)
        cut = shapely.simplify(cut, self.tolerance, preserve_topology=True)
        if cut.is_empty:
            return None
        if cut.geom_type in ("Polygon", "MultiPolygon", "GeometryCollection"):
            parts = [p for p in shapely.get_parts(cut) if p.geom_type == "Polygon" and p.area > 0.4]
            cut = shapely.orient_polygons(shapely.MultiPolygon(parts), exterior_cw=True)
        if cut.is_empty:
            return None
        return {"type": "Feature", "geometry": _rounded(cut.__geo_interface__), "properties": properties}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    if isinstance(value, (tuple, list)):
        return [_rounded(v) for v in value]
    return round(value, 1) if isinstance(value, float) else value


def frame_view(
    ground: Ground, lon: np.ndarray, lat: np.ndarray, width: int, top: float, close: bool, tallest: float = 0.72
) -> View:
    """A view that holds all given points (degrees), with a margin, no taller than a share of its width."""
    across, up = np.ptp(lon), np.ptp(lat)
    margin = 0.06 if close else 0.02
    west, east = lon.min() - margin * across, lon.max() + margin * across
    south, north = lat.min() - margin * up, lat.max() + margin * up
    mid = float((south + north) / 2)
    need = (north - south) / np.cos(np.radians(mid)) / tallest
    if east - west < need:
        west, east = (west + east - need) / 2, (west + east + need) / 2
    edge_lon = np.concatenate([np.linspace(west, east, 30)] * 2)
    edge_lat = np.concatenate([np.full(30, south), np.full(30, north)])
    inside = slice(8, 22)
    projection, _ = Conic.fit(edge_lon, edge_lat, (0, top, width))
    _, y = projection(edge_lon, edge_lat)
    upper, lower = float(y[30:][inside].min()), float(y[:30][inside].max())
    shifted = replace(projection, y0=projection.y0 - (upper - top))
    return View(shifted, width, top, lower - upper, close, (float((west + east) / 2), mid))


def dissolve(ground: Ground, view: View, cells: Iterable[Any], land: BaseGeometry | None) -> BaseGeometry | None:
    """Cells as one shape in pixels, cut at the coast."""
    names = [cell_name(cell) for cell in cells]
    if not names:
        return None
    shape = view.draw(shapely.make_valid(shapely.geometry.shape(h3.cells_to_h3shape(names).__geo_interface__)))
    return shape if land is None else shapely.intersection(shape, land)


def _contour(ground: Ground, view: View, values: pd.Series, inside: pd.Series, shortest: float) -> BaseGeometry | None:
    """Lines where a value over cell centres crosses one half, among the cells inside, in pixels."""
    x, y = view.to_px(*ground.centres)
    inside = inside & (ground.cells["area_km2"] >= 0.4 * ground.cells["area_km2"].median()).to_numpy()
    near = (
        inside.to_numpy() & (x > -60) & (x < view.width + 60) & (y > view.top - 60) & (y < view.top + view.height + 60)
    )
    if not (values.to_numpy()[near] > 0.5).any():
        return None
    points, level = np.column_stack([x, y])[near], values.to_numpy()[near] + 1e-7
    corners = shapely.get_coordinates(shapely.get_parts(shapely.delaunay_triangles(shapely.MultiPoint(points))))
    keys, order = np.unique(np.round(points @ [1, 1j], 4), return_index=True)
    tri = order[np.searchsorted(keys, np.round(corners @ [1, 1j], 4))].reshape(-1, 4)[:, :3]
    sides = np.stack([np.hypot(*(points[tri[:, i]] - points[tri[:, (i + 1) % 3]]).T) for i in range(3)], axis=1)
    above = level[tri] > 0.5
    tri = tri[(sides.max(axis=1) < 1.6 * np.median(sides)) & above.any(axis=1) & ~above.all(axis=1)]
    ends = []
    for i, j in ((0, 1), (1, 2), (2, 0)):
        a, b = level[tri[:, i]], level[tri[:, j]]
        crossed = (a > 0.5) != (b > 0.5)
        part = np.where(crossed, (0.5 - a) / np.where(crossed, b - a, 1.0), np.nan)[:, None]
        ends.append(np.round(points[tri[:, i]] + part * (points[tri[:, j]] - points[tri[:, i]]), 3))
    segments = [[p for p in triple if np.isfinite(p[0])] for triple in zip(*ends, strict=True)]
    lines = shapely.get_parts(shapely.line_merge(shapely.MultiLineString([s for s in segments if len(s) == 2])))
    smooth = [shapely.LineString(_chaikin(shapely.get_coordinates(n))) for n in lines if n.length >= shortest]
    return shapely.MultiLineString(smooth) if smooth else None


def _chaikin(line: np.ndarray, rounds: int = 2) -> np.ndarray:
    """A line with its corners cut; its ends stay, or it stays closed."""
    for _ in range(rounds):
        cut = np.empty((2 * (len(line) - 1), 2))
        cut[0::2], cut[1::2] = line[:-1] * 0.75 + line[1:] * 0.25, line[:-1] * 0.25 + line[1:] * 0.75
        closed = np.allclose(line[0], line[-1])
        line = np.vstack([cut, cut[:1]]) if closed else np.vstack([line[:1], cut, line[-1:]])
    return line


def fronts(ground: Ground, view: View, cells: pd.DataFrame, country: BaseGeometry) -> list[BaseGeometry]:
    """Front lines of a map: inside side B's country, and around what side B holds of side A's."""
    least = 24.0 if view.close else 10.0
    inside, abroad = (_contour(ground, view, cells["held"], cells["owner"] == side, least) for side in ("b", "a"))
    found = [] if abroad is None else [abroad]
    if inside is not None:
        parts = shapely.get_parts(shapely.line_merge(shapely.intersection(inside, shapely.buffer(country, 1.0))))
        found.append(shapely.MultiLineString([n for n in parts if n.length >= least]))
    return found


def region_shapes(ground: Ground, view: View) -> list[BaseGeometry]:
    """Regions of side B's country in pixels, coarse enough for a background."""
    return [
        shapely.simplify(view.draw(shapely.make_valid(r)), 0.4 if view.close else 0.7) for r in ground.layer("region")
    ]


def apart(places: pd.DataFrame, most: int, gap: float) -> pd.DataFrame:
    """The first places that lie at least `gap` px from all those before them: no suburbs beside their city."""
    kept: list[int] = []
    spots = places[["x", "y"]].to_numpy()
    for i, spot in enumerate(spots[:4000]):
        if len(kept) < most and all(np.hypot(*(spots[kept] - spot).T) >= gap):
            kept.append(i)
    return places.iloc[kept]


def focus(
    war: War, ground: Ground, region: str | None, cells: pd.Series | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes that a map has to show."""
    lon, lat = ground.centres
    chosen = cells.to_numpy() if cells is not None else np.ones(len(lon), bool)
    if region is not None:
        if region not in war.regions:
            raise QueryError(
                f"region {region!r}: not in {war.title}; expected the id of a region; take one of war.regions"
            )
        chosen = (ground.cells["region"] == region).to_numpy()
        if not chosen.any():
            raise QueryError(f"region {region!r}: no cells of the grid; expected a region of level 1; take its parent")
    return lon[chosen], lat[chosen]


def baseline_cells(war: War, ground: Ground) -> tuple[pd.DataFrame | None, date | None]:
    """Cells on the last map before the baseline day, if any source drew one."""
    try:
        source, day = map_day(ground, war.baseline - timedelta(days=1))
    except QueryError:
        return None, None
    return held_cells(war, ground, day, source), day


def land_words(war: War, side: Side) -> str:
    """The land of a side in a sentence: the country on the map where all of it is the side's, else its own regions by name."""
    own = [r for r in war.regions.values() if r.level == 1 and r.parent == war.root]
    return (
        war.regions[war.root].name
        if all(r.owner == side for r in own)
        else join_words([r.name for r in own if r.owner == side])
    )
