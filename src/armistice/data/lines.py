"""What a line drawn on the map would move: land, people, places and assets that change hands, both ways.

A pack ships no polygons of control, so that everything is measured by the cells of its grid. Let w be the land of a
cell, h the share of it that side A holds on a source's map and d the share that the drawing gives it. Of the cell,
max(d − h, 0) w passes to side A at least and min(d, 1 − h) w at most (the bounds of Fréchet 1935 on the overlap of two
parts of known size), and likewise to side B with the parts exchanged. The two differ only in cells that both lines cut;
sums of the least are the figures, sums of the most are given beside them. What a source's cells show of a region today
is returned beside its record of that day: the difference is the error of measuring by cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import h3
import numpy as np
import pandas as pd
import shapely
from h3.api import basic_int
from shapely.geometry.base import BaseGeometry

from armistice.core.errors import QueryError
from armistice.core.lines import LineChange, Moved, RegionMoved, SourceLine, Spot
from armistice.core.war import Side, War
from armistice.data.drawing import Drawing, read_drawing
from armistice.data.pack import Pack

LEAST_PEOPLE = 500.0
"""Smaller places are not listed."""
MAP_REACH_DAYS = 31
"""Maps by cells are kept for the ends of months: one stands for at most so many days after its own."""
CLEAR = 0.1
"""By how much the shares held on the two sides of a line must differ to tell which is side A's."""
SIDES: tuple[Side, Side] = ("a", "b")
_CUT = (0.05, 0.95)
_STRETCH, _TILE = 0.05, 0.5
"""Degrees: how long a stretch of a line may be without a point beside it, and the side of a tile."""
_SMALLEST_KM2 = 0.01


@dataclass(frozen=True, eq=False)
class _Grid:
    """The cells of a pack: hexagons in degrees, and what each holds, shape (cells,).

    `land` is the share of each hexagon that is land. `rim` are the cells on side B's border or shore, and `inner` the
    cells of its country beside each of them that are not, shape (rim, 6), −1 for none.
    """

    cell: np.ndarray
    hexagon: np.ndarray
    km2: np.ndarray
    people: np.ndarray
    region: np.ndarray
    of_b: np.ndarray
    land: np.ndarray
    rim: np.ndarray
    inner: np.ndarray

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        left, low, right, high = shapely.total_bounds(self.hexagon)
        return float(left), float(low), float(right), float(high)


@dataclass(frozen=True, eq=False)
class _Given:
    """What a drawing gives to whom; what it gives to neither stays as it is.

    Shares of each cell that go to A and to B, shape (cells,); the shapes of either, in degrees; the side that has the
    rest of side B's country where only one is drawn; and all of it in a sentence.
    """

    to_a: np.ndarray
    to_b: np.ndarray
    shapes: dict[Side, BaseGeometry]
    rest: Side | None
    how: str


def line_change(pack: Pack, file: str | Path | Drawing, day: date | None = None) -> LineChange:
    """What a drawn line would move, against the line of a day by each source that maps cells.

    Polygons are what side A would hold of side B's country (or, with a property `side` of "b", what side B would keep of
    it); of side A's own country they move only what they cover. A line divides side B's country; the side on which side A
    already holds the larger share is taken for its own, unless a property `side` says "left" or "right", in the
    direction of the line. Land apart from it, such as an island that it does not touch, stays as it is.

    Parameters
    ----------
    pack : Pack
    file : path or Drawing
        GeoJSON in degrees, longitude first.
    day : date, optional
        The pack's as-of day by default.

    Raises
    ------
    QueryError
        If the drawing cannot be read or meant, lies outside the war, or no source has a map of that day.
    """
    drawing = file if isinstance(file, Drawing) else read_drawing(file)
    day = day or pack.war.as_of
    maps = _maps(pack, day)
    grid = _grid(pack)
    _check_place(drawing, pack.war, grid)
    held = {source: _held(pack, grid, source, shown) for source, shown in maps.items()}
    if drawing.kind == "polygons":
        given = _of_polygons(drawing, pack.war, grid)
    else:
        given = _of_line(drawing, pack.war, grid, np.mean(list(held.values()), axis=0))
    spots = _spots(pack, grid, given)
    sources = tuple(_against(pack, grid, given, spots, (s, maps[s], held[s])) for s in maps)
    touched = {r.region for s in sources for r in s.regions}
    uncounted = tuple(r for r in pack.war.regions if r in touched and pack.war.regions[r].population is None)
    typical = float(np.median(grid.km2))
    outline = _outline(drawing)
    return LineChange(drawing.name, drawing.kind, day, given.how, outline, grid.cell, typical, sources, uncounted)


def cell_name(value: object) -> str:
    """A hexagon's id in its usual writing, hexadecimal, from that or from the number in ``cells.parquet``; empty if it is none."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63:
        value = h3.int_to_str(value)
    return value.lower() if isinstance(value, str) and h3.is_valid_cell(value.lower()) else ""


def drawing_of_cells(pack: Pack, cells: Iterable[str], where: str) -> Drawing:
    """A drawing of the hexagons, as by `cell_name`, that side A would hold of side B's country.

    Raises
    ------
    QueryError
        If one of them is no hexagon of the pack; `where` is what the message names.
    """
    names = list(dict.fromkeys(cells))
    known = {h3.int_to_str(int(cell)) for cell in pack.tables["cells"]["cell"]}
    strange = [name for name in names if name not in known]
    if strange:
        raise QueryError(
            f"{where}: {len(strange)} of {len(names)} hexagons, such as {strange[0]}, are none of {pack.war.slug}; expected "
            "ids of cells.parquet; take them from there"
        )
    rings = [shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(name)]) for name in names]
    return Drawing(f"{len(names)} hexagons", "polygons", shapely.union_all(rings), "", where)


def _outline(drawing: Drawing) -> tuple[np.ndarray, ...]:
    parts = shapely.get_parts(drawing.shape)
    rings = shapely.get_rings(parts) if drawing.kind == "polygons" else parts
    return tuple(shapely.get_coordinates(ring) for ring in rings)


# --- the ground ---------------------------------------------------------------------------------------------------


def _maps(pack: Pack, day: date) -> dict[str, date]:
    """The last map of each source that stands for a day, the latest first."""
    war, control = pack.war, pack.tables["control_cells"]
    if control.empty or pack.tables["cells"].empty:
        raise QueryError(f"{war.slug}: no maps by cells; expected cells.parquet and control_cells.parquet; build them")
    stamp = np.datetime64(day, "s")
    within = (control["date"] <= stamp) & (control["date"] >= stamp - np.timedelta64(MAP_REACH_DAYS, "D"))
    found = control[within].groupby("source")["date"].max()
    if found.empty or day > war.as_of:
        spans = control.groupby("source")["date"].agg(["min", "max"])
        known = "; ".join(f"{s} {r['min']:%Y-%m-%d} to {r['max']:%Y-%m-%d}" for s, r in spans.iterrows())
        raise QueryError(
            f"{day}: no map by cells in the {MAP_REACH_DAYS} days up to then; expected a day that a source covers "
            f"({known}); choose one"
        )
    order = sorted(found.items(), key=lambda item: (-item[1].toordinal(), str(item[0])))
    return {str(source): last.date() for source, last in order}


def _grid(pack: Pack) -> _Grid:
    cells = pack.tables["cells"]
    regions = pack.war.regions
    corners = [h3.cell_to_boundary(h3.int_to_str(int(cell))) for cell in cells["cell"]]
    rings = shapely.linearrings(
        np.concatenate([[(lon, lat) for lat, lon in ring] for ring in corners]),
        indices=np.repeat(np.arange(len(corners)), [len(ring) for ring in corners]),
    )
    km2 = cells["area_km2"].to_numpy(dtype=float)
    whole = np.array([h3.cell_area(h3.int_to_str(int(cell))) for cell in cells["cell"]])
    of_b = np.array([regions[r].owner == "b" for r in cells["region"]])
    number = cells["cell"].to_numpy(dtype=np.uint64)
    return _Grid(
        number, shapely.polygons(rings), km2, cells["population"].to_numpy(dtype=float),
        cells["region"].to_numpy(dtype=str), of_b, np.clip(km2 / whole, 0.0, 1.0), *_rim(number, of_b),
    )  # fmt: skip


def _rim(cell: np.ndarray, of_b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cells of side B's country at its edge, and the cells further in beside each; those at the edge if there are none."""
    home = {int(c): n for n, c in enumerate(cell) if of_b[n]}
    beside = {n: [home.get(other, -1) for other in basic_int.grid_disk(c, 1) if other != c] for c, n in home.items()}
    rim = [n for n, found in beside.items() if -1 in found]
    at_edge = set(rim)
    inner = np.full((len(rim), 6), -1)
    for row, n in enumerate(rim):
        near = [m for m in beside[n] if m >= 0]
        near = [m for m in near if m not in at_edge] or near
        inner[row, : len(near)] = near
    return np.array(rim, dtype=int), inner


def _held(pack: Pack, grid: _Grid, source: str, shown: date) -> np.ndarray:
    """Share of each cell that side A holds on a map: of its own country, what side B does not hold."""
    rows = pack.tables["control_cells"]
    rows = rows[(rows["source"] == source) & (rows["date"] == np.datetime64(shown, "s"))]
    by_a, by_b = (
        rows[rows["belligerent"] == pack.war.side(side).id].set_index("cell")["share"].reindex(grid.cell).fillna(0.0)
        for side in ("a", "b")
    )
    return np.where(grid.of_b, by_a.to_numpy(), 1.0 - by_b.to_numpy())


def _holdable(grid: _Grid, before: np.ndarray) -> np.ndarray:
    """The most of each cell that side A could hold of side B's country.

    A cell on the border has land abroad, which no map of the country shows as held: behind the line, what side A holds of
    it relative to the cells further in is all that there is.
    """
    out = np.ones(len(before))
    known = grid.inner >= 0
    further = np.where(known, before[grid.inner], 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    own = before[grid.rim]
    out[grid.rim] = np.where(further >= 0.5, np.clip(own / np.where(further > 0, further, 1.0), own, 1.0), 1.0)
    return out


def _check_place(drawing: Drawing, war: War, grid: _Grid) -> None:
    """Refuse a drawing far from the war, and say so where longitude and latitude were exchanged."""
    left, low, right, high = drawing.shape.bounds
    west, south, east, north = grid.bounds

    def meets(x0: float, y0: float, x1: float, y1: float) -> bool:
        return x0 <= east and x1 >= west and y0 <= north and y1 >= south

    if meets(left, low, right, high):
        return
    there = f"longitude {left:.4g} to {right:.4g}, latitude {low:.4g} to {high:.4g}"
    here = f"longitude {west:.3g} to {east:.3g}, latitude {south:.3g} to {north:.3g}"
    if meets(low, left, high, right):
        raise QueryError(
            f"{drawing.where}: latitude before longitude ({there}); expected longitude first, within {here}; "
            "swap the two numbers of each position"
        )
    if max(abs(left), abs(right)) > 360 or max(abs(low), abs(high)) > 90:
        raise QueryError(
            f"{drawing.where}: positions that are no degrees ({there}); expected {here}; reproject the file to WGS 84"
        )
    raise QueryError(f"{drawing.where}: outside {war.title} ({there}); expected {here}; move the drawing")


# --- what the drawing gives to whom -----------------------------------------------------------------------------------


def _of_polygons(drawing: Drawing, war: War, grid: _Grid) -> _Given:
    names: dict[str, Side] = {"": "a", "a": "a", "b": "b"}
    for belligerent in war.belligerents:
        names |= {belligerent.id.lower(): belligerent.side, belligerent.name.lower(): belligerent.side}
    if drawing.side not in names:
        raise QueryError(
            f'{drawing.where}: side {drawing.side[:40]!r}; expected "a" ({war.side("a").name}) or "b" '
            f"({war.side('b').name}), who would hold the polygons; mend the property"
        )
    side = names[drawing.side]
    inside = _shares(drawing.shape, grid.hexagon)
    if not (inside[grid.of_b] > 0).any():
        raise QueryError(
            f"{drawing.where}: covers no land of {war.side('b').name}; expected a drawing on its land; move it"
        )
    # Outlines are drawn along a shore: of a cell with sea, what counts is the share of its land.
    inside[grid.rim] = np.minimum(inside[grid.rim] / np.maximum(grid.land[grid.rim], 1e-6), 1.0)
    rest = np.where(grid.of_b, 1.0 - inside, 0.0)
    other: Side = "b" if side == "a" else "a"
    how = f"{war.side(side).name} holds the polygons, {war.side(other).name} the rest of {war.side('b').name}"
    shares = (inside, rest) if side == "a" else (rest, inside)
    return _Given(*shares, {side: drawing.shape}, other, how)


def _of_line(drawing: Drawing, war: War, grid: _Grid, held: np.ndarray) -> _Given:
    """The parts of side B's country to the left and to the right of a line, one of them side A's."""
    if drawing.side not in ("", "left", "right"):
        raise QueryError(
            f'{drawing.where}: side {drawing.side[:40]!r}; expected "left" or "right", where {war.side("a").name} stands '
            "as the line runs; mend the property"
        )
    left, right = _halves(drawing, war, grid)
    shares = [np.where(grid.of_b, _shares(half, grid.hexagon), 0.0) for half in (left, right)]
    if drawing.side == "":
        weights = [share * grid.km2 for share in shares]
        parts = [float((w * held).sum() / w.sum()) if w.sum() > 0 else 0.0 for w in weights]
        if abs(parts[0] - parts[1]) < CLEAR:
            raise QueryError(
                f"{drawing.where}: {war.side('a').name} holds {100 * parts[0]:.0f} % of the land to the left and "
                f"{100 * parts[1]:.0f} % to the right of the line, which does not tell its side; expected a property "
                'side of "left" or "right", as the line runs; add it'
            )
        side = "left" if parts[0] > parts[1] else "right"
        reason = f", where it holds {100 * max(parts):.0f} % of the land against {100 * min(parts):.0f} %"
    else:
        side, reason = drawing.side, ", as the drawing says"
    how = f"{war.side('a').name} holds the land to the {side} of the line{reason}"
    if side == "left":
        return _Given(shares[0], shares[1], {"a": left, "b": right}, None, how)
    return _Given(shares[1], shares[0], {"a": right, "b": left}, None, how)


def _halves(drawing: Drawing, war: War, grid: _Grid) -> tuple[BaseGeometry, BaseGeometry]:
    """Side B's country to the left and to the right of a line."""
    names = [h3.int_to_str(int(cell)) for cell in grid.cell[grid.of_b]]
    home = shapely.make_valid(shapely.geometry.shape(h3.cells_to_h3shape(names).__geo_interface__))
    border = shapely.boundary(home)
    parts = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.union_all([border, drawing.shape]))))
    shapely.prepare(home)
    parts = parts[shapely.contains(home, shapely.point_on_surface(parts))]
    tree = shapely.STRtree(parts)
    labels = []
    for turn in (1.0, -1.0):
        labels.append(np.unique(tree.query(_beside(drawing.shape, turn), predicate="within")[1]))
    name = war.side("b").name
    if not (len(labels[0]) and len(labels[1])):
        raise QueryError(
            f"{drawing.where}: the line does not divide {name}; expected one from border to border, or closed; extend it"
        )
    if np.intersect1d(labels[0], labels[1]).size:
        ends = [shapely.Point(piece.coords[n]) for piece in shapely.get_parts(drawing.shape) for n in (0, -1)]
        at = next((f" at {end.x:g}, {end.y:g}" for end in ends if home.contains(end)), "")
        raise QueryError(
            f"{drawing.where}: the line ends inside {name}{at}; expected one from border to border, or closed; extend it"
        )
    return shapely.union_all(parts[labels[0]]), shapely.union_all(parts[labels[1]])


def _beside(line: BaseGeometry, turn: float) -> np.ndarray:
    """Points just left (turn 1) or right (turn −1) of each stretch of a line, several on a long one."""
    points = []
    for piece in shapely.get_parts(shapely.segmentize(line, _STRETCH)):
        spots = shapely.get_coordinates(piece)
        ahead = np.diff(spots, axis=0)
        length = np.hypot(*ahead.T)[:, None]
        normal = np.column_stack([-ahead[:, 1], ahead[:, 0]]) / np.where(length > 0, length, 1.0)
        off = np.clip(length * 1e-3, 1e-9, 1e-6)
        points.append(((spots[:-1] + spots[1:]) / 2 + turn * off * normal)[length[:, 0] > 0])
    return shapely.points(np.concatenate(points))


def _shares(shape: BaseGeometry, hexagons: np.ndarray) -> np.ndarray:
    """Share of each hexagon inside a shape, in degrees: across one hexagon the scale changes by a thousandth.

    The shape is cut into tiles first, since each hexagon on its outline would otherwise be cut with all of it.
    """
    out = np.zeros(len(hexagons))
    if shapely.is_empty(shape):
        return out
    shapely.prepare(shape)
    near = np.flatnonzero(shapely.intersects(shape, hexagons))
    whole = shapely.contains(shape, hexagons[near])
    out[near[whole]] = 1.0
    cut = near[~whole]
    if not len(cut):
        return out
    tile = np.floor(shapely.get_coordinates(shapely.centroid(hexagons[cut])) / _TILE)
    for corner in np.unique(tile, axis=0):
        own = cut[(tile == corner).all(axis=1)]
        piece = shapely.intersection(shape, shapely.box(*shapely.total_bounds(hexagons[own])))
        out[own] = shapely.area(shapely.intersection(piece, hexagons[own])) / shapely.area(hexagons[own])
    return np.clip(np.where(out > 1 - 1e-9, 1.0, out), 0.0, 1.0)


# --- what changes hands -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Spots:
    """Places and assets, not yet in doubt; the cell of each, −1 off the grid; who is given it, empty for nobody."""

    rows: list[Spot]
    cell: np.ndarray
    given: np.ndarray
    of_b: np.ndarray


def _spots(pack: Pack, grid: _Grid, given: _Given) -> _Spots:
    regions = pack.war.regions
    places = pack.tables["places"][["name", "region", "lon", "lat", "people"]]
    places = places[places["people"] > LEAST_PEOPLE]
    rows = [
        Spot(str(name), "place", _region_of(pack.war, region), float(lon), float(lat), float(people), "persons", False)
        for name, region, lon, lat, people in places.itertuples(index=False)
    ]
    assets = pack.tables["assets"][["name", "kind", "region", "lon", "lat", "capacity", "unit"]]
    rows += [
        Spot(
            str(name), str(kind), _region_of(pack.war, region), float(lon), float(lat),
            None if pd.isna(capacity) else float(capacity), unit if isinstance(unit, str) else "", False,
        )
        for name, kind, region, lon, lat, capacity, unit in assets.itertuples(index=False)
    ]  # fmt: skip
    resolution = h3.get_resolution(h3.int_to_str(int(grid.cell[0])))
    number = {int(cell): n for n, cell in enumerate(grid.cell)}
    cell = [number.get(h3.str_to_int(h3.latlng_to_cell(s.lat, s.lon, resolution)), -1) for s in rows]
    points = shapely.points(np.array([(s.lon, s.lat) for s in rows]).reshape(-1, 2))
    of_b = np.array([regions[s.region].owner == "b" for s in rows], dtype=bool)
    to = np.where(of_b, given.rest or "", "")
    for side, shape in given.shapes.items():
        shapely.prepare(shape)
        to = np.where(shapely.intersects(shape, points), side, to)
    return _Spots(rows, np.array(cell, dtype=int), to, of_b)


def _region_of(war: War, region: str) -> str:
    """The region of level 1 that another lies in."""
    while war.regions[region].level > 1 and war.regions[region].parent in war.regions:
        region = war.regions[region].parent
    return region


@dataclass(frozen=True, eq=False)
class _Passing:
    """What passes to one side: shares of each cell, least and most, shape (cells,), and the places and assets."""

    least: np.ndarray
    most: np.ndarray
    spots: list[Spot]

    def within(self, grid: _Grid, inside: np.ndarray, counted: np.ndarray, regions: set[str]) -> Moved:
        """The part of it in some cells and regions; `counted` are the cells whose people somebody counted."""
        people, known = np.nan_to_num(grid.people), inside & counted
        spots = [s for s in self.spots if s.region in regions]
        places = (s for s in spots if s.kind == "place")
        assets = (s for s in spots if s.kind != "place")
        return Moved(
            float((self.least * grid.km2)[inside].sum()), float((self.most * grid.km2)[inside].sum()),
            float((self.least * people)[known].sum()) if known.any() else None,
            float((self.most * people)[known].sum()) if known.any() else None,
            tuple(sorted(places, key=lambda s: (-(s.size or 0.0), s.name, s.lon, s.lat))),
            tuple(sorted(assets, key=lambda s: (s.kind, s.name, s.lon, s.lat))),
        )  # fmt: skip


def _passing(
    grid: _Grid, given: _Given, spots: _Spots, before: np.ndarray, after: np.ndarray, limit: np.ndarray
) -> dict[Side, _Passing]:  # fmt: skip
    """What passes to each side; `limit` is the most of each cell that side A could hold."""
    gain, loss = np.maximum(after - before, 0.0), np.maximum(before - after, 0.0)
    most = {
        "a": np.maximum(np.minimum(given.to_a, limit - before), gain),
        "b": np.maximum(np.minimum(given.to_b, before), loss),
    }
    share = np.where(spots.cell >= 0, before[np.clip(spots.cell, 0, None)], np.where(spots.of_b, 0.0, 1.0))
    doubt = (share > _CUT[0]) & (share < _CUT[1])
    holder = np.where(share >= 0.5, "a", "b")
    found: dict[Side, _Passing] = {}
    for side, least in (("a", gain), ("b", loss)):
        which = np.flatnonzero((spots.given == side) & (holder != side))
        rows = [replace(spots.rows[n], in_doubt=bool(doubt[n])) for n in which]
        found["a" if side == "a" else "b"] = _Passing(least, most[side], rows)
    return found


def _against(
    pack: Pack, grid: _Grid, given: _Given, spots: _Spots, of: tuple[str, date, np.ndarray]
) -> SourceLine:  # fmt: skip
    """A drawing against the map of one source, of which `of` has the name, the day and the shares."""
    source, shown, before = of
    war = pack.war
    stays = np.clip(1.0 - given.to_a - given.to_b, 0.0, 1.0)
    limit = _holdable(grid, before)
    after = np.clip(given.to_a + stays * before, 0.0, limit)
    passing = _passing(grid, given, spots, before, after, limit)
    level1 = [r for r in war.regions.values() if r.level == 1]
    counted = np.isin(grid.region, [r.id for r in level1 if r.population is not None])
    record = _record(pack, source, shown)
    regions = []
    for region in level1:
        inside = grid.region == region.id
        to_a, to_b = (passing[side].within(grid, inside, counted, {region.id}) for side in SIDES)
        if any(m.km2 >= _SMALLEST_KM2 or m.places or m.assets for m in (to_a, to_b)):
            held, then = (float((share * grid.km2)[inside].sum()) for share in (before, after))
            regions.append(RegionMoved(region.id, to_a, to_b, held, record.get(region.id), then))
    regions.sort(key=lambda r: (-(r.to_a.km2 + r.to_b.km2), r.region))
    everywhere = np.ones(len(grid.cell), dtype=bool)
    to_a, to_b = (passing[side].within(grid, everywhere, counted, {r.id for r in level1}) for side in SIDES)
    held, then = (float((share * grid.km2)[grid.of_b].sum()) for share in (before, after))
    return SourceLine(source, shown, to_a, to_b, tuple(regions), held, then, record.get(war.root), before, after)


def _record(pack: Pack, source: str, day: date) -> dict[str, float]:
    """Land that side A holds in each region by a source's record of a day, km²."""
    war, rows, stamp = pack.war, pack.observations, np.datetime64(day, "s")
    rows = rows[(rows["quantity"] == "control") & (rows["source"] == source)]
    rows = rows[(rows["start"] <= stamp) & (rows["end"] >= stamp)]
    of_a = rows[rows["belligerent"] == war.side("a").id]
    if not (of_a["region"] == war.root).any():
        return {}
    drawn = dict(zip(of_a["region"], of_a["value"].astype(float), strict=True))
    of_b = rows[rows["belligerent"] == war.side("b").id]
    back = dict(zip(of_b["region"], of_b["value"].astype(float), strict=True))
    return {
        r.id: drawn.get(r.id, 0.0) if r.owner == "b" else r.area_km2 - back.get(r.id, 0.0)
        for r in war.regions.values()
        if r.level <= 1
    }


def line_record(change: LineChange) -> dict[str, Any]:
    """A change as plain values for JSON."""

    def spot(s: Spot) -> dict[str, Any]:
        return {
            "name": s.name,
            "kind": s.kind,
            "region": s.region,
            "lon": s.lon,
            "lat": s.lat,
            "size": s.size,
            "unit": s.unit,
            "in_doubt": s.in_doubt,
        }

    def moved(m: Moved) -> dict[str, Any]:
        return {
            "km2": round(m.km2, 2),
            "high_km2": round(m.high_km2, 2),
            "people": None if m.people is None else round(m.people),
            "high_people": None if m.high_people is None else round(m.high_people),
            "places": [spot(s) for s in m.places],
            "assets": [spot(s) for s in m.assets],
        }

    return {
        "name": change.name,
        "kind": change.kind,
        "date": change.day.isoformat(),
        "how": change.how,
        "cell_km2": round(change.cell_km2, 2),
        "uncounted": list(change.uncounted),
        "sources": {
            s.source: {
                "map_date": s.map_day.isoformat(),
                "held_km2": round(s.held_km2, 2),
                "after_km2": round(s.after_km2, 2),
                "recorded_km2": None if s.recorded_km2 is None else round(s.recorded_km2, 2),
                "to_a": moved(s.to_a),
                "to_b": moved(s.to_b),
                "regions": {
                    r.region: {
                        "to_a": moved(r.to_a),
                        "to_b": moved(r.to_b),
                        "held_km2": round(r.held_km2, 2),
                        "after_km2": round(r.after_km2, 2),
                        "recorded_km2": None if r.recorded_km2 is None else round(r.recorded_km2, 2),
                    }
                    for r in s.regions
                },
            }
            for s in change.sources
        },
    }


def change_in_words(change: LineChange, war: War) -> Iterator[str | list[dict[str, Any]]]:
    """The same in sentences and rows for a terminal."""
    a, b = war.side("a"), war.side("b")
    yield f"{change.name}, against the line of {change.day}: {change.how}."
    for found in change.sources:
        yield f"{found.source}, map of {found.map_day}:"
        parts = [*((war.regions[r.region].name, r.to_a, r.to_b) for r in found.regions)]
        parts.append(("together", found.to_a, found.to_b))
        yield [
            {
                "region": name, "to": side.name, "km²": f"{moved.km2:,.0f}", "at most": f"{moved.high_km2:,.0f}",
                "people": "not counted" if moved.people is None else f"{moved.people:,.0f}",
                "places": str(len(moved.places)), "assets": str(len(moved.assets)),
                "largest": ", ".join(s.name for s in moved.places[:3]) or "–",
            }
            for name, to_a, to_b in parts
            for side, moved in ((a, to_a), (b, to_b))
            if moved.km2 >= 0.5 or moved.places or moved.assets
        ]  # fmt: skip
        if found.recorded_km2 is not None:
            yield (
                f"By cells of {change.cell_km2:,.0f} km² {a.name} holds {found.held_km2:,.0f} km² that day; "
                f"by the record {found.recorded_km2:,.0f} km²."
            )
