"""Control polygons of many days → area held by region and day, without clipping a single polygon.

Write every control polygon as directed edges. The indicator of the polygon is a signed sum of the trapezoids
that lie beneath its edges, so that the area it shares with a region is a sum over edges of a number that
belongs to the edge and the region alone:

.. math:: |P \\cap R| = \\sum_{e \\in \\partial P} s_e \\, c(e, R), \\qquad
          c(e, R) = \\sum_{f \\in \\partial R} s_f \\int \\min(e(x), f(x)) \\, dx ,

with the integral over the common range of x. Each distinct edge is therefore priced once, however many days
it stands on the map, and a day's areas follow from the day before by adding the edges that came and taking
away those that went. On daily maps of a slow front almost no edge changes, which is where the speed comes
from; the sums are exact (no grid, no simplification), and points (towns, plants) are located by the same
sum, since a point lies under :math:`\\sum_e s_e` edges more than over them exactly if it lies in the polygon.

All coordinates are planar, in an equal-area projection; lengths in metres, areas returned in km².
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_KM2 = 1e-6
_PAIRS = 4_000_000
"""Edge pairs priced at a time; bounds memory to a few hundred megabytes."""


@dataclass(frozen=True)
class Edges:
    """Distinct edges, each pointing right: from (`x0`, `y0`) to (`x1`, `y1`) with x0 ≤ x1. Shapes (n,)."""

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats

    def __len__(self) -> int:
        return len(self.x0)


@dataclass(frozen=True)
class Ledger:
    """A series of maps as the distinct edges they use and the changes from one map to the next.

    Attributes
    ----------
    edges : Edges
    step : array of int, shape (changes,)
        Index of the map at which the change happens.
    edge : array of int, shape (changes,)
    change : array of int, shape (changes,)
        What is added to the edge's count: +1 when an upper edge appears or a lower edge goes, and so on.
    n_steps : int
        How many maps there are.
    n_vertices : int
        How many edges all maps have together, counted again on each map (for the benchmark).
    """

    edges: Edges
    step: Ints
    edge: Ints
    change: Ints
    n_steps: int
    n_vertices: int


def directed_edges(geometry: shapely.Geometry | Sequence[shapely.Geometry]) -> tuple[Floats, Ints]:
    """Edges of polygons, pointing right, with the sign with which each counts.

    Parameters
    ----------
    geometry : polygon, multipolygon or a sequence of them, in planar coordinates

    Returns
    -------
    edges : array, shape (n, 4)
        x0, y0, x1, y1, from the lower end in x (of vertical edges: in y) to the higher.
    sign : array of int, shape (n,)
        +1 for edges with the interior beneath them, -1 for edges with the interior above.
    """
    parts = shapely.get_parts(shapely.get_parts(np.atleast_1d(np.asarray(geometry, dtype=object))))
    rings = shapely.get_rings(shapely.orient_polygons(parts, exterior_cw=True))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    start, stop = xy[:-1][same], xy[1:][same]
    right = (start[:, 0] < stop[:, 0]) | ((start[:, 0] == stop[:, 0]) & (start[:, 1] < stop[:, 1]))
    edges = np.where(right[:, None], np.hstack([start, stop]), np.hstack([stop, start]))
    return edges, np.where(right, 1, -1)


_MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5], dtype=np.uint64)


def _edge_key(edges: Floats) -> NDArray[np.uint64]:
    """A 64-bit name for each edge, equal only for edges equal to the bit (up to a chance of 2⁻⁶⁴ a pair)."""
    with np.errstate(over="ignore"):
        bits = np.ascontiguousarray(edges + 0.0).view(np.uint64).reshape(-1, 4)
        key = np.zeros(len(bits), dtype=np.uint64)
        for column in range(4):
            key = (key ^ bits[:, column]) * _MIX[column]
            key ^= key >> np.uint64(29)
    return key


def ledger(maps: Iterable[shapely.Geometry | None]) -> Ledger:
    """Write a series of maps as edges and changes.

    Parameters
    ----------
    maps : iterable of polygons
        One a map, in order of time; None or an empty shape where nothing is held.
    """
    known: dict[str, NDArray] = {"key": np.empty(0, np.uint64), "number": np.empty(0, np.int64)}
    found: list[Floats] = []
    n_known = 0
    before_key, before_count = np.empty(0, np.uint64), np.empty(0, np.int64)
    steps, edges_changed, changes = [], [], []
    n_steps = n_vertices = 0
    for number, shape in enumerate(maps):
        n_steps = number + 1
        edges, sign = directed_edges([] if shape is None else shape)
        n_vertices += len(edges)
        names = _edge_key(edges)
        order = np.argsort(names)
        names, sign = names[order], sign[order]
        new = np.concatenate([[True], names[1:] != names[:-1]]) if len(names) else np.empty(0, bool)
        begin = np.flatnonzero(new)
        count = np.add.reduceat(sign, begin) if len(begin) else np.empty(0, np.int64)
        key, first = names[begin][count != 0], order[begin][count != 0]
        count = count[count != 0]

        both = np.sort(np.concatenate([key, before_key]))
        both = both[np.concatenate([[True], both[1:] != both[:-1]])] if len(both) else both
        change = np.zeros(len(both), np.int64)
        change[np.searchsorted(both, key)] += count
        change[np.searchsorted(both, before_key)] -= before_count
        moved = both[change != 0]

        place = np.searchsorted(known["key"], moved)
        place_in = np.minimum(place, max(len(known["key"]) - 1, 0))
        is_known = known["key"][place_in] == moved if len(known["key"]) else np.zeros(len(moved), bool)
        fresh = moved[~is_known]
        if len(fresh):
            found.append(edges[first[np.searchsorted(key, fresh)]])
            merged = np.concatenate([known["key"], fresh])
            numbers = np.concatenate([known["number"], np.arange(n_known, n_known + len(fresh))])
            order = np.argsort(merged, kind="stable")
            known = {"key": merged[order], "number": numbers[order]}
            n_known += len(fresh)
        steps.append(np.full(len(moved), number))
        edges_changed.append(known["number"][np.searchsorted(known["key"], moved)])
        changes.append(change[change != 0])
        before_key, before_count = key, count
    table = np.concatenate(found) if found else np.empty((0, 4))
    none = [np.empty(0, np.int64)]
    return Ledger(
        edges=Edges(*np.ascontiguousarray(table.T)),
        step=np.concatenate(steps or none),
        edge=np.concatenate(edges_changed or none),
        change=np.concatenate(changes or none),
        n_steps=n_steps,
        n_vertices=n_vertices,
    )


def project(book: Ledger, to_plane: Callable[[Floats, Floats], tuple[Floats, Floats]]) -> Ledger:
    """The same ledger with its edges in another plane; only the distinct edges are projected.

    An edge that points left after projection is turned round, and its changes change sign.
    """
    e = book.edges
    (x0, y0), (x1, y1) = to_plane(e.x0, e.y0), to_plane(e.x1, e.y1)
    left = x1 < x0
    edges = Edges(np.where(left, x1, x0), np.where(left, y1, y0), np.where(left, x0, x1), np.where(left, y0, y1))
    change = np.where(left[book.edge], -book.change, book.change)
    return Ledger(edges, book.step, book.edge, change, book.n_steps, book.n_vertices)


@dataclass(frozen=True)
class Outline:
    """A region prepared for pricing: its edges sorted by x, and the area to the left of any x."""

    edges: Floats
    sign: Floats
    widest: float
    box: tuple[float, float, float, float]
    breaks: Floats
    left: Floats
    height: Floats
    slope: Floats

    @classmethod
    def of(cls, region: shapely.Geometry) -> Outline:
        """Prepare a polygon in planar coordinates."""
        edges, sign = directed_edges(region)
        upright = edges[:, 0] == edges[:, 2]
        edges, sign = edges[~upright], sign[~upright]
        order = np.argsort(edges[:, 0], kind="stable")
        edges, sign = edges[order], sign[order].astype(float)
        # The height H(x) of the region over x is piecewise linear: sum its changes of slope and of value at
        # every vertex. Extended precision, because steep edges make slopes that nearly cancel.
        slope = (edges[:, 3] - edges[:, 1]).astype(np.longdouble) / (edges[:, 2] - edges[:, 0])
        breaks, where = np.unique(np.concatenate([edges[:, 0], edges[:, 2]]), return_inverse=True)
        origin = edges[:, 1] - slope * edges[:, 0]
        steep = np.zeros(len(breaks), np.longdouble)
        base = np.zeros(len(breaks), np.longdouble)
        np.add.at(steep, where, np.concatenate([sign * slope, -sign * slope]))
        np.add.at(base, where, np.concatenate([sign * origin, -sign * origin]))
        steep, base = np.cumsum(steep), np.cumsum(base)
        height = base + steep * breaks
        width = np.diff(breaks)
        pieces = (height[:-1] + steep[:-1] * width / 2) * width
        left = np.concatenate([[np.longdouble(0)], np.cumsum(pieces)])
        x0, y0, x1, y1 = shapely.bounds(region)
        widest = float(np.max(edges[:, 2] - edges[:, 0], initial=0.0))
        return cls(
            edges, sign, widest, (x0, y0, x1, y1), breaks,
            left.astype(float), height.astype(float), steep.astype(float),
        )  # fmt: skip

    def area_left_of(self, x: Floats) -> Floats:
        """Area of the region to the left of each x, m²."""
        k = np.clip(np.searchsorted(self.breaks, x, side="right") - 1, 0, len(self.breaks) - 1)
        d = np.clip(x, self.breaks[0], self.breaks[-1]) - self.breaks[k]
        return self.left[k] + (self.height[k] + self.slope[k] * d / 2) * d


@dataclass(frozen=True)
class Coverage:
    """What each edge is worth to each region: rows sorted by edge; `area` in km²."""

    edge: Ints
    region: Ints
    area: Floats


def coverage(edges: Edges, regions: Sequence[shapely.Geometry]) -> Coverage:
    """Price every edge for every region: the part of the region beneath the edge, km².

    Parameters
    ----------
    edges : Edges
    regions : sequence of polygons, in the plane of the edges
    """
    low, high = np.minimum(edges.y0, edges.y1), np.maximum(edges.y0, edges.y1)
    groups = _by_width(edges)
    none = np.empty(0, np.int64)
    out_edge, out_region, out_area = [none], [none], [np.empty(0)]
    for number, region in enumerate(regions):
        if region.is_empty:
            continue
        x_min, y_min, x_max, y_max = shapely.bounds(region)
        near = np.concatenate([_overlapping(group, x_min, x_max) for group in groups] or [none])
        near = near[(edges.x1[near] > x_min) & (high[near] > y_min)]
        if not len(near):
            continue
        outline = Outline.of(region)
        over, inside = near[low[near] >= y_max], near[low[near] < y_max]
        out_edge += [over, inside]
        out_area += [outline.area_left_of(edges.x1[over]) - outline.area_left_of(edges.x0[over])]
        out_area += [_beneath(edges, inside, outline)]
        out_region.append(np.full(len(near), number))
    edge, which = np.concatenate(out_edge), np.concatenate(out_region)
    order = np.argsort(edge, kind="stable")
    return Coverage(edge[order], which[order], np.concatenate(out_area)[order] * _KM2)


_Group = tuple[Ints, Floats, float]
"""Edges of similar width: their numbers by left end, their left ends, the widest."""


def _by_width(edges: Edges) -> list[_Group]:
    """Sort edges into groups of similar width, so that a few long ones don't widen every search."""
    width = edges.x1 - edges.x0
    groups: list[_Group] = []
    floor = 0.0
    for ceiling in (*np.unique(np.quantile(width, [0.5, 0.9, 0.99])), np.inf) if len(width) else ():
        own = np.flatnonzero((width > floor) & (width <= ceiling))
        own = own[np.argsort(edges.x0[own], kind="stable")]
        if len(own):
            groups.append((own, edges.x0[own], float(width[own].max())))
        floor = ceiling
    return groups


def _overlapping(group: _Group, x_min: float, x_max: float) -> Ints:
    own, lefts, widest = group
    first, last = np.searchsorted(lefts, [x_min - widest, x_max])
    return own[first:last]


def _beneath(edges: Edges, which: Ints, outline: Outline) -> Floats:
    """Area of a region beneath each of some edges, by the pairwise formula; m², shape of `which`."""
    total = np.zeros(len(which))
    left, right = outline.edges[:, 0], outline.edges[:, 2]
    start = np.searchsorted(left, edges.x0[which] - outline.widest)
    stop = np.searchsorted(left, edges.x1[which])
    size = stop - start
    cuts = np.concatenate([[0], np.cumsum(size)])
    begin = 0
    while begin < len(which):
        end = max(int(np.searchsorted(cuts, cuts[begin] + _PAIRS, side="right")) - 1, begin + 1)
        rows = np.repeat(np.arange(begin, end), size[begin:end])
        pair = np.arange(cuts[begin], cuts[end]) - np.repeat(cuts[begin:end] - start[begin:end], size[begin:end])
        touching = right[pair] > edges.x0[which[rows]]
        rows, pair = rows[touching], pair[touching]
        e = which[rows]
        f = outline.edges[pair]
        ours = (edges.x0[e], edges.y0[e], edges.x1[e], edges.y1[e])
        value = _integral_of_lower(ours, (f[:, 0], f[:, 1], f[:, 2], f[:, 3]), outline.box[1])
        total[begin:end] = np.bincount(rows - begin, weights=outline.sign[pair] * value, minlength=end - begin)
        begin = end
    return total


_Ends = tuple[Floats, Floats, Floats, Floats]


def _integral_of_lower(a: _Ends, b: _Ends, base: float) -> Floats:
    """Integral of min(a(x), b(x)) - base over the x that two edges have in common."""
    (ax0, ay0, ax1, ay1), (bx0, by0, bx1, by1) = a, b
    x0, x1 = np.maximum(ax0, bx0), np.minimum(ax1, bx1)
    width = np.maximum(x1 - x0, 0.0)
    a_slope, b_slope = (ay1 - ay0) / (ax1 - ax0), (by1 - by0) / (bx1 - bx0)
    a0, a1 = ay0 + a_slope * (x0 - ax0), ay1 - a_slope * (ax1 - x1)
    b0, b1 = by0 + b_slope * (x0 - bx0), by1 - b_slope * (bx1 - x1)
    d0, d1 = a0 - b0, a1 - b1
    lower = (np.minimum(a0, b0) + np.minimum(a1, b1)) / 2
    # Where the edges cross, the straight line between the lower ends runs above the true minimum by a triangle.
    crossing = (d0 < 0) != (d1 < 0)
    gap = np.abs(d0) + np.abs(d1)
    triangle = np.where(crossing & (gap > 0), np.abs(d0) * np.abs(d1) / np.where(gap > 0, gap, 1.0) / 2, 0.0)
    return (lower - base + np.where(crossing, triangle, 0.0)) * width


def _running(book: Ledger, prices: Coverage, n: int) -> Floats:
    """Sum the prices of the edges on each map; shape (maps, n)."""
    start = np.searchsorted(prices.edge, book.edge)
    size = np.searchsorted(prices.edge, book.edge, side="right") - start
    out = np.zeros(book.n_steps * n)
    ends = np.concatenate([[0], np.cumsum(size)])
    begin = 0
    while begin < len(size):
        stop = max(int(np.searchsorted(ends, ends[begin] + _PAIRS, side="right")) - 1, begin + 1)
        rows = np.repeat(np.arange(begin, stop), size[begin:stop])
        place = np.arange(ends[begin], ends[stop]) - np.repeat(ends[begin:stop] - start[begin:stop], size[begin:stop])
        cell = book.step[rows] * n + prices.region[place]
        out += np.bincount(cell, weights=book.change[rows] * prices.area[place], minlength=len(out))
        begin = stop
    return np.cumsum(out.reshape(book.n_steps, n), axis=0)


def areas_by_map(book: Ledger, prices: Coverage, n_regions: int) -> Floats:
    """Area of each region inside the polygons of each map, km²; shape (maps, regions)."""
    areas = _running(book, prices, n_regions)
    return np.where(np.abs(areas) < 1e-6, 0.0, areas)


def points_by_map(book: Ledger, x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Which points lie inside the polygons of each map; shape (maps, points)."""
    edges = book.edges
    order = np.argsort(x, kind="stable")
    first, last = np.searchsorted(x[order], edges.x0), np.searchsorted(x[order], edges.x1)
    size = last - first
    which = np.repeat(np.arange(len(edges)), size)
    ends = np.concatenate([[0], np.cumsum(size)])
    point = order[np.arange(ends[-1]) - np.repeat(ends[:-1] - first, size)]
    t = (x[point] - edges.x0[which]) / (edges.x1[which] - edges.x0[which])  # never upright: no x lies inside
    under = y[point] < edges.y0[which] + t * (edges.y1[which] - edges.y0[which])
    prices = Coverage(which[under], point[under], np.ones(int(under.sum())))
    return _running(book, prices, len(x)) > 0.5
