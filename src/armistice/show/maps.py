"""Maps of the land: who holds it on a day, what changed hands between two days, and how many people lived there.

Each map is a canvas in pixels: sea and land, classes of hexagons, borders that answer the pointer, front lines, and names
kept apart. Occupied land is drawn as the country's own, held by the other side's forces.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import altair as alt
import h3
import numpy as np
import pandas as pd
import shapely
import shapely.affinity
from shapely.geometry.base import BaseGeometry

from armistice.core.errors import QueryError
from armistice.core.posterior import LineEstimate
from armistice.core.war import War
from armistice.show.canvas import Key, Label, Layer, data, legend, pixel, place_labels, shapes, text_width, write
from armistice.show.ground import (
    Ground,
    View,
    apart,
    baseline_cells,
    cell_name,
    control_change,
    dissolve,
    focus,
    frame_view,
    fronts,
    held_cells,
    land_words,
    map_day,
    region_shapes,
)
from armistice.show.style import (
    INK,
    MUTED,
    SIDE,
    Chart,
    Figure,
    day_words,
    finish,
    font_size,
    is_narrow,
    line_sentence,
    number_words,
    region_words,
    short_day,
    signed_words,
    source_words,
)

SEA, LAND, HOME, BORDER = "#DDE7EE", "#ECEBE7", "#FAF9F6", "#B9BBB8"
HELD = ("#FBE0CB", "#F5BE94", "#EE9A5C")
"""Land held by side A since the baseline day: 5 to 50 %, 50 to 95 % and over 95 % of a hexagon."""
BEFORE = "#B98560"
"""Land held by side A since before the baseline day."""
HELD_B = ("#D3E2EF", "#9FC0DC", "#6C9CC6")
FRONT = "#5B2300"
DENSITY = ((10, "#E9E3F0"), (30, "#CFC1E0"), (100, "#A98FC8"), (300, "#7D5CA8"), (1000, "#4B2A78"))
"""People per km², lower bound of the class, and its colour; one hue, so that lightness alone carries the number."""
_SHAPES = ("diamond", "triangle-up", "square", "cross", "triangle-down", "circle", "triangle-left", "triangle-right")


def _filled(view: View, shape: BaseGeometry | None, color: str, **look: Any) -> list[alt.Chart]:
    feature = None if shape is None else view.feature(shape)
    return [shapes([feature], fill=color, **({"stroke": None} | look))] if feature else []


def _lined(
    view: View, lines: Sequence[BaseGeometry], color: str, size: float, dash: Sequence[int] = (1, 0)
) -> list[alt.Chart]:
    found = [f for f in (view.feature(line) for line in lines) if f]
    look: dict[str, Any] = {
        "filled": False,
        "fill": None,
        "stroke": color,
        "strokeWidth": size,
        "strokeDash": list(dash),
    }
    return [shapes(found, **look, strokeJoin="round", strokeCap="round")] if found else []


def _backdrop(ground: Ground, view: View) -> tuple[list[alt.Chart], BaseGeometry]:
    """Sea, land and rivers; and side B's country as a shape in pixels."""
    frame = Layer(data([{"x0": 0.0, "y0": view.top, "x1": float(view.width), "y1": view.top + view.height}]))
    sea = frame.mark_rect(color=SEA).encode(x=alt.X(**pixel("x0")), x2="x1", y=alt.Y(**pixel("y0")), y2="y1")
    country = shapely.buffer(shapely.union_all([shapely.buffer(r, 2.0) for r in region_shapes(ground, view)]), -2.0)
    layers = [sea]
    around = ground.layer("land")
    if around:
        layers += _filled(view, view.draw(shapely.union_all(shapely.make_valid(around))), LAND)
    layers += _filled(view, country, HOME)
    return layers, country


def _borders(
    war: War, ground: Ground, view: View, country: BaseGeometry, tips: dict[str, dict[str, str]]
) -> list[alt.Chart]:
    """Rivers, borders of regions and of the country; each region answers the pointer with its figures."""
    rivers = ground.layer("river")
    layers = _lined(view, [view.draw(shapely.line_merge(shapely.union_all(rivers)))], "#AFC6D6", 1.0) if rivers else []
    fields = list(next(iter(tips.values()), {}))
    found = []
    for shape, drawn in zip(ground.layer("region"), region_shapes(ground, view), strict=True):
        inside = [r for r in war.regions.values() if r.level == 1 and shape.contains(shapely.Point(r.lon, r.lat))]
        place = {"Region": inside[0].name} if inside else {}
        tip = dict.fromkeys(fields, "no figure") | place | (tips.get(inside[0].id, {}) if inside else {})
        feature = view.feature(drawn, **tip)
        if feature:
            found.append(feature)
    regions = shapes(found, fill="transparent", stroke=BORDER, strokeWidth=0.7)
    if fields:
        regions = regions.encode(tooltip=[alt.Tooltip(f"properties.{f}:N", title=f.replace("_", " ")) for f in fields])
    return [*layers, regions, *_lined(view, [country.boundary], "#8E918E", 1.0)]


def _scale_bar(
    view: View, size: float, busy: BaseGeometry
) -> tuple[list[alt.Chart], tuple[float, float, float, float]]:
    """A bar of a round number of km in the quietest lower or upper corner, and the box it takes."""
    unit = view.to_px.px_per_km(*view.centre)
    km = max((k for k in (5, 10, 20, 50, 100, 200) if k * unit < view.width * 0.2), default=5)
    left, right, up, down = 10.0, view.width - km * unit - 10.0, view.top + 22.0, view.top + view.height - 10.0
    corners = ((left, down), (right, down), (left, up), (right, up))
    x, y = min(
        corners,
        key=lambda p: (
            shapely.intersection(busy, shapely.box(p[0] - 6, p[1] - 22, p[0] + km * unit + 6, p[1] + 8)).length
        ),
    )
    spot = Layer(
        data([{"x0": x, "x1": x + km * unit, "y": y, "ym": y - 8, "xm": x + km * unit / 2, "text": f"{km} km"}])
    )
    bar = spot.mark_rule(color=MUTED, strokeWidth=2).encode(x=alt.X(**pixel("x0")), x2="x1", y=alt.Y(**pixel("y")))
    ground = Layer(data([{"x0": x - 4, "x1": x + km * unit + 4, "y": y - 18, "ym": y + 5}]))
    back = ground.mark_rect(color="#FFFFFF", opacity=0.75).encode(
        x=alt.X(**pixel("x0")), x2="x1", y=alt.Y(**pixel("y")), y2="ym"
    )
    word = spot.mark_text(color=MUTED, fontSize=size - 1).encode(
        x=alt.X(**pixel("xm")), y=alt.Y(**pixel("ym")), text="text:N"
    )
    return [back, bar, word], (x - 4, y - 20, x + max(km * unit, 34) + 4, y + 6)


def _within(view: View, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    left, top, right, bottom = view.box
    return (x > left + 4) & (x < right - 4) & (y > top + 4) & (y < bottom - 4)


def _towns(ground: Ground, view: View, size: float, taken: list[Any], soft: list[Any], limit: int) -> list[alt.Chart]:
    """Capitals, seats of regions and, where there is room, the largest towns, with their names kept apart."""
    x, y = view.to_px(ground.places["lon"], ground.places["lat"])
    places = ground.places.assign(x=x, y=y)[_within(view, x, y)]
    places = places if view.close else places[places["capital"] > 0]
    rank = places["capital"].map({1: 0, 2: 1}).fillna(2)
    places = places.assign(rank=rank).sort_values(["rank", "people"], ascending=[True, False], kind="stable")
    places = apart(places, 2 * limit, 34.0) if view.close else places
    named = [
        (str(n), float(px), float(py), c == 1)
        for n, px, py, c in places[["name", "x", "y", "capital"]].itertuples(index=False)
    ]
    dots = [(px - 4, py - 4, px + 4, py + 4) for _, px, py, _ in named[:limit]]
    labels = place_labels(named, size, view.box, [*taken, *dots], soft, limit=limit)
    shown = {n.text for n in labels}
    rows = [
        {"x": px, "y": py, "name": name, "people": number_words(people), "form": "square" if capital == 1 else "circle"}
        for name, px, py, people, capital in places[["name", "x", "y", "people", "capital"]].itertuples(index=False)
        if name in shown or capital > 0
    ]
    spots = Layer(data(rows)).mark_point(filled=True, fill=INK, stroke="#FFFFFF", strokeWidth=1, size=34, opacity=1).encode(
        x=alt.X(**pixel("x")), y=alt.Y(**pixel("y")), shape=alt.Shape("form:N", scale=None),
        tooltip=[alt.Tooltip("name:N", title="Place"), alt.Tooltip("people:N", title="People before the war")],
    )  # fmt: skip
    return [spots, *write(labels, INK, halo="#FFFFFF")]


def _asset_rows(war: War, ground: Ground, view: View, cells: pd.DataFrame) -> pd.DataFrame:
    """Assets inside the frame, those of one kind within a few pixels of each other as one mark."""
    x, y = view.to_px(ground.assets["lon"], ground.assets["lat"])
    rows = ground.assets.assign(x=x, y=y)[_within(view, x, y)]
    held = dict(zip(cells["cell"].map(cell_name), zip(cells["held"], cells["owner"], strict=True), strict=True))
    spacing = 9.0
    kind = rows["kind"] if view.close else pd.Series("asset", index=rows.index)
    rows = rows.assign(group=kind, gx=(rows["x"] / spacing).round(), gy=(rows["y"] / spacing).round())
    out = rows.groupby(["group", "gx", "gy"], sort=True).agg(
        x=("x", "first"), y=("y", "first"), lon=("lon", "first"), lat=("lat", "first"), count=("name", "size"),
        name=("name", lambda n: "; ".join(sorted(n)[:4]) + (f" and {len(n) - 4} more" if len(n) > 4 else "")),
        kind=("kind", lambda k: ", ".join(sorted({w.replace("-", " ") for w in k}))),
    ).reset_index()  # fmt: skip
    holder = []
    for lon, lat in zip(out["lon"], out["lat"], strict=True):
        share, owner = held.get(
            h3.latlng_to_cell(lat, lon, h3.get_resolution(cell_name(cells["cell"].iloc[0]))), (0.0, "b")
        )
        side = owner if share < 0.5 else ("a" if owner == "b" else "b")
        holder.append(war.side("a" if side == "a" else "b").adjective)
    return out.assign(holder=holder)


def _asset_forms(rows: pd.DataFrame) -> dict[str, str]:
    """The shape of each kind of asset, the most frequent kinds first."""
    return {str(g): _SHAPES[i % len(_SHAPES)] for i, g in enumerate(rows["group"].value_counts().index)}


def _asset_keys(rows: pd.DataFrame) -> list[Key]:
    words = {"asset": "mine, plant, power station or terminal"}
    return [
        Key(words.get(g, g.replace("-", " ")), "#FFFFFF", "point", stroke=INK, shape=f)
        for g, f in _asset_forms(rows).items()
    ]


def _asset_marks(rows: pd.DataFrame, view: View) -> tuple[list[alt.Chart], list[tuple[float, float, float, float]]]:
    """Marks of assets by kind, and the boxes they take."""
    forms = _asset_forms(rows)
    marks = [
        {
            "x": float(r.x),
            "y": float(r.y),
            "name": r.name_,
            "kind": r.kind,
            "holder": f"{r.holder} forces",
            "form": forms[r.group],
        }
        for r in rows.rename(columns={"name": "name_"}).itertuples()
    ]
    if not marks:
        return [], []
    look: dict[str, Any] = {"size": 40, "stroke": INK} if view.close else {"size": 14, "stroke": "#62676D"}
    chart = Layer(data(marks)).mark_point(fill="#FFFFFF", strokeWidth=1, opacity=1, **look).encode(
        x=alt.X(**pixel("x")), y=alt.Y(**pixel("y")), shape=alt.Shape("form:N", scale=None),
        tooltip=[alt.Tooltip("name:N", title="Asset"), alt.Tooltip("kind:N", title="Kind"), alt.Tooltip("holder:N", title="In land held by")],
    )  # fmt: skip
    return [chart], [(r["x"] - 3.5, r["y"] - 3.5, r["x"] + 3.5, r["y"] + 3.5) for r in marks]


def _names(war: War, view: View, own: BaseGeometry, abroad: BaseGeometry, dots: list[Any], size: float) -> list[Label]:
    """Names of the two countries, on land of their own that nothing covers."""
    names = []
    for side, land in (("b", own), ("a", abroad)):
        text = " ".join(war.side("b" if side == "b" else "a").name.upper())
        slim = size * 1.6 / (text_width(text, size) + 8)
        free = shapely.difference(land, shapely.union_all([shapely.box(*d) for d in dots])) if dots else land
        parts = shapely.get_parts(shapely.affinity.scale(free, slim, 1.0, origin=(0, 0)))
        if side == "a":
            inside = [r for r in war.regions.values() if r.owner == "a"]
            x, y = view.to_px(np.array([r.lon for r in inside]), np.array([r.lat for r in inside]))
            near = shapely.buffer(shapely.MultiPoint(np.column_stack([x * slim, y])), 0.1 * view.width * slim)
            parts = shapely.get_parts(shapely.intersection(shapely.union_all(parts), near))
        circles = [shapely.maximum_inscribed_circle(p, tolerance=1.0) for p in parts if p.geom_type == "Polygon"]
        best = max(circles, key=lambda c: c.length, default=None)
        if best is not None and best.length > size * 0.9:
            x0, y0 = shapely.get_coordinates(best)[0]
            names.append(Label(text, float(x0) / slim, float(y0), "center", size))
    return names


def _tips(war: War, cells: pd.DataFrame) -> dict[str, dict[str, str]]:
    """What a region answers to the pointer: who holds how much of it, from the cells of the map."""
    out = {}
    for region, part in cells.groupby("region"):
        if part["owner"].iloc[0] == "b":
            held, area = float((part["held"] * part["area_km2"]).sum()), float(part["area_km2"].sum())
            out[str(region)] = {
                "Region": war.regions[str(region)].name,
                f"Held_by_{war.side('a').adjective}_forces": f"{100 * held / area:.1f} % ({number_words(held)} km²)",
            }
    return out


def _finished(layers: list[alt.Chart], view: View, width: int) -> Chart:
    whole = alt.layer(*layers).properties(width=width, height=view.top + view.height)
    return finish(whole, width, padding=0, autosize="none")


def _over(
    war: War,
    ground: Ground,
    view: View,
    held: BaseGeometry | None,
    country: BaseGeometry,
    lines: list[BaseGeometry],
    assets: pd.DataFrame | None = None,
) -> list[alt.Chart]:
    """What lies over the colours: scale, names, assets and towns, kept apart."""
    size = font_size(int(view.width))
    busy = shapely.union_all([*lines, country.boundary])
    marks, boxes = ([], []) if assets is None else _asset_marks(assets, view)
    bar, bar_box = _scale_bar(view, size, busy)
    names: list[Label] = []
    if not view.close:
        frame = shapely.box(*view.box).buffer(-6)
        own = country if held is None else shapely.difference(country, shapely.buffer(held, 10))
        land = shapely.union_all([view.draw(shapely.make_valid(g)) for g in ground.layer("land")])
        abroad = shapely.difference(shapely.intersection(land, frame), shapely.buffer(country, 6))
        x, y = view.to_px(ground.places["lon"], ground.places["lat"])
        towns = (ground.places["capital"] > 0).to_numpy()
        dots = [(px - 30, py - 8, px + 30, py + 8) for px, py in zip(x[towns], y[towns], strict=True)]
        names = _names(war, view, own, abroad, [*boxes, *dots], size + 1)
    limit = (12 if is_narrow(int(view.width)) else 26) if view.close else (9 if is_narrow(int(view.width)) else 20)
    towns_and_names = _towns(
        ground, view, size if view.close else size - 1, [bar_box, *(n.box for n in names)], boxes, limit
    )
    return [*bar, *write(names, "#757B82", halo=HOME), *marks, *towns_and_names]


def _map_note(war: War) -> str:
    note = war.notes.get("borders", "")
    return f" {note}" if note else ""


def draw_control_map(
    war: War,
    ground: Ground,
    day: date,
    source: str | None = None,
    region: str | None = None,
    width: int = 760,
    line: LineEstimate | None = None,
) -> Figure:
    """Who holds what on a day: hexagons by share held, the front line, the line before the baseline day.

    Parameters
    ----------
    war : War
    ground : Ground
    day : date
        The last map on or before it is drawn, and the caption says of which day it is.
    source : str, optional
        Id of the source; the one with the latest map if not given.
    region : str, optional
        A region of level 1 to look at closely; the whole country if not given.
    width : int
        Of the picture, px.
    line : LineEstimate, optional
        Of the place that is drawn: the caption says its area by the true line.

    Raises
    ------
    QueryError
        If there is no such map or region.
    """
    source, shown = map_day(ground, day, source)
    cells = held_cells(war, ground, shown, source)
    before, base_day = baseline_cells(war, ground)
    a, b = war.side("a"), war.side("b")
    view = frame_view(ground, *focus(war, ground, region), width, 0, region is not None)
    kinds = _asset_keys(_asset_rows(war, ground, view, cells))
    of_a, of_b = cells["owner"] == "a", cells["owner"] == "b"
    old = of_b & (before["held"] > 0.5 if before is not None else False)
    keys = [Key(f"held by {a.adjective} forces", HELD[2]), Key("in part", HELD[0])]
    if old.any():
        keys.append(Key(f"already held before {day_words(war.baseline)}", BEFORE))
    if (cells["held"][of_a] > 0.5).any():
        keys.append(Key(f"held by {b.adjective} forces abroad", HELD_B[2]))
    keys.append(Key("front line", FRONT, "line"))
    if base_day is not None:
        keys.append(Key(f"line before {day_words(war.baseline)}", "#444444", "line", (3, 3)))
    head, top = legend([*keys, *kinds], width, font_size(width))
    view = view.lowered(top)
    assets = _asset_rows(war, ground, view, cells)
    layers, country = _backdrop(ground, view)
    held = dissolve(ground, view, cells["cell"][of_b & (cells["held"] >= 0.5)], country)
    for who, colors, land in ((of_b, HELD, country), (of_a, HELD_B, None)):
        for low, color in zip((0.05, 0.5, 0.95), colors, strict=True):
            layers += _filled(view, dissolve(ground, view, cells["cell"][who & (cells["held"] >= low)], land), color)
    layers += _filled(view, dissolve(ground, view, cells["cell"][old & (cells["held"] > 0.5)], country), BEFORE)
    layers += _borders(war, ground, view, country, _tips(war, cells))
    if before is not None:
        layers += _lined(view, fronts(ground, view, before, country), "#444444", 1.0, (3, 3))
    lines = fronts(ground, view, cells, country)
    layers += _lined(view, lines, FRONT, 2.0)
    layers = [*head, *layers, *_over(war, ground, view, held, country, lines, assets)]
    part = cells[of_b] if region is None else cells[cells["region"] == region]
    area, whole = float((part["held"] * part["area_km2"]).sum()), float(part["area_km2"].sum())
    holder = a if region is None or war.regions[region].owner == "b" else b
    place = war.regions[war.root].name if region is None else region_words(war, region)
    inside = land_words(war, "b") if region is None else place
    kept = sorted(set(ground.assets["source"]))
    listed = f"; assets: {source_words(war, kept)}" if kept else ""
    title = f"Who holds what: {place}, {day_words(shown)}"
    caption = (
        f"Share of each hexagon (about {number_words(cells['area_km2'].median())} km²) held by {a.adjective} forces on {day_words(shown)}. "
        f"Source: {source_words(war, [source])}{listed}. "
        f"Lines are contours of one half.{line_sentence(line)}" + _map_note(war)
    )
    words = (
        f"Map of {place} on {day_words(shown)}. {holder.adjective} forces hold about {number_words(area)} km² of {inside}, "
        f"{100 * area / whole:.1f} %, by {source_words(war, [source])}."
    )
    credit = (source, *sorted(ground.outline_sources | set(ground.places["source"]) | set(ground.assets["source"])))
    name = f"control-{shown}-{source}" + (f"-{region}" if region else "")
    return Figure(name, title, caption, words, credit, _finished(layers, view, width))


def draw_control_change(
    war: War,
    ground: Ground,
    start: date,
    end: date,
    source: str | None = None,
    region: str | None = None,
    width: int = 760,
) -> Figure:
    """What changed hands between two maps of one source, with both front lines and the area of each kind.

    Parameters
    ----------
    start, end : date
        The last maps on or before these days are compared.
    source, region, width
        As in `draw_control_map`; without a region the map shows all that changed.

    Raises
    ------
    QueryError
        If a map is missing, or both days fall on one map.
    """
    source, last = map_day(ground, end, source)
    _, first = map_day(ground, start, source)
    if first == last:
        raise QueryError(f"{start} to {end}: one map, of {last}, for both; expected two; choose days further apart")
    change = control_change(war, ground, first, last, source)
    old, new = held_cells(war, ground, first, source), held_cells(war, ground, last, source)
    share = change["after"] - change["before"]
    moved = (share.abs() >= 0.2) if region is None else None
    if moved is not None and moved.sum() < 4:
        moved = (old["held"] + new["held"]) > 0
    view = frame_view(
        ground, *focus(war, ground, region, moved), width, 0, True, tallest=1.05 if is_narrow(width) else 0.9
    )
    a, b = war.side("a"), war.side("b")
    within = float(change["change_km2"][change["owner"] == "b"].sum())
    total = change.groupby("kind")["change_km2"].sum().reindex(["taken", "lost"]).fillna(0.0)
    keys = [
        Key(f"taken by {a.adjective} forces, {number_words(total['taken'])} km²", SIDE["a"]), Key("in part", "#F3B48A"),
        Key(f"taken by {b.adjective} forces, {number_words(-total['lost'])} km²", "#3B7DB8"), Key("in part", "#A9CBE6"),
        Key(f"held by {a.adjective} forces on both days", "#D9CFC6"),
        Key(f"front line {short_day(last)}", FRONT, "line"), Key(f"front line {short_day(first)}", "#444444", "line", (3, 3)),
    ]  # fmt: skip
    head, top = legend(keys, width, font_size(width))
    view = view.lowered(top)
    layers, country = _backdrop(ground, view)
    around = shapely.union_all([view.draw(g) for g in map(shapely.make_valid, ground.layer("land"))])
    lands = {"b": country, "a": shapely.difference(around, country)}
    both = (change["before"] >= 0.5) & (change["after"] >= 0.5) & (change["owner"] == "b")
    layers += _filled(view, dissolve(ground, view, change["cell"][both], country), "#D9CFC6")
    for low, high, color in (
        (0.05, 0.5, "#F3B48A"),
        (0.5, 2.0, SIDE["a"]),
        (-0.5, -0.05, "#A9CBE6"),
        (-2.0, -0.5, "#3B7DB8"),
    ):
        chosen = (share >= low) & (share < high) if low > 0 else (share > low) & (share <= high)
        for owner, land in lands.items():
            layers += _filled(
                view, dissolve(ground, view, change["cell"][chosen & (change["owner"] == owner)], land), color
            )
    layers += _borders(war, ground, view, country, _change_tips(war, change))
    layers += _lined(view, fronts(ground, view, old, country), "#444444", 1.2, (3, 3))
    lines = fronts(ground, view, new, country)
    layers += _lined(view, lines, FRONT, 2.0)
    layers += _over(war, ground, view, None, country, lines)
    place = "" if region is None else f" in {region_words(war, region)}"
    home = land_words(war, "b")
    title = f"Land that changed hands{place}, {day_words(first)} to {day_words(last)}"
    caption = (
        f"Hexagons of about {number_words(change['area_km2'].median())} km² of which at least 5 % changed hands between the maps of "
        f"{day_words(first)} and {day_words(last)}; full colour from one half. Areas in km² over all hexagons; within {home}, the net change is {signed_words(within)} km². "
        f"Source: {source_words(war, [source])}. A map is also redrawn when its makers learn more." + _map_note(war)
    )
    words = (
        f"Map of the change in control{place} from {day_words(first)} to {day_words(last)} by {source_words(war, [source])}: "
        f"{a.adjective} forces took {number_words(total['taken'])} km² and {b.adjective} forces {number_words(-total['lost'])} km²; net within {home} {signed_words(within)} km²."
    )
    credit = (source, *sorted(ground.outline_sources | set(ground.places["source"])))
    name = f"change-{first}-{last}-{source}" + (f"-{region}" if region else "")
    return Figure(name, title, caption, words, credit, _finished([*head, *layers], view, width))


def _change_tips(war: War, change: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Net change by region, for the pointer."""
    sums = change.groupby("region")["change_km2"].sum()
    return {
        str(r): {
            "Region": war.regions[str(r)].name,
            f"Net_gain_of_{war.side('a').adjective}_forces": f"{signed_words(v)} km²",
        }
        for r, v in sums.items()
    }


def draw_density_map(
    war: War, ground: Ground, day: date, source: str | None = None, region: str | None = None, width: int = 760
) -> Figure:
    """People per km² before they fled, with the front line of a day over it.

    Parameters
    ----------
    day, source, region, width
        As in `draw_control_map`; the day is that of the line, not of the count.
    """
    source, shown = map_day(ground, day, source)
    cells = held_cells(war, ground, shown, source)
    uncounted = cells["region"].map({r.id: r.population is None for r in war.regions.values()}).fillna(True)
    uncounted |= cells["population"].isna()
    a = war.side("a")
    bounds = [low for low, _ in DENSITY] + [np.inf]
    keys = [Key(f"under {bounds[0]}", HOME, stroke="#B4B9BF")]
    keys += [
        Key(
            f"{number_words(low)}–{number_words(high)}"
            if np.isfinite(high)
            else f"over {number_words(low)} people per km²",
            color,
        )
        for (low, color), high in zip(DENSITY, bounds[1:], strict=True)
    ]
    keys += [Key("not counted", "#D5D5D2")] if (uncounted & (cells["owner"] == "b")).any() else []
    head, top = legend(
        [*keys, Key(f"front line {short_day(shown)}, shaded on the side of {a.adjective} forces", SIDE["a"], "line")],
        width,
        font_size(width),
    )
    view = frame_view(ground, *focus(war, ground, region), width, top, region is not None)
    layers, country = _backdrop(ground, view)
    layers += _filled(
        view, dissolve(ground, view, cells["cell"][uncounted & (cells["owner"] == "b")], country), "#D5D5D2"
    )
    density = _density(cells[~uncounted], coarser=region is None)
    for low, color in DENSITY:
        layers += _filled(view, dissolve(ground, view, density.index[density >= low], country), color)
    layers += _borders(war, ground, view, country, _people_tips(war, cells[~uncounted]))
    lines = fronts(ground, view, cells, country)
    held = dissolve(ground, view, cells["cell"][(cells["owner"] == "b") & (cells["held"] >= 0.5)], country)
    if held is not None and lines:
        beside = shapely.intersection(held, shapely.buffer(shapely.union_all(lines), 9.0))
        layers += _filled(view, beside, SIDE["a"], opacity=0.35)
    layers += [*_lined(view, lines, "#FFFFFF", 4.0), *_lined(view, lines, SIDE["a"], 2.0)]
    layers += _over(war, ground, view, None, country, lines)
    place = land_words(war, "b") if region is None else region_words(war, region)
    counted = cells[~uncounted & (cells["owner"] == "b") & ((cells["region"] == region) if region else True)]
    behind = float((counted["population"] * counted["held"]).sum())
    note = war.notes.get("population", "")
    people = source_words(war, [ground.people_source]) if ground.people_source else "as in the pack's table of regions"
    caption = (
        f"People per km² on the day of the count, by hexagon; front line of {day_words(shown)}. Sources: line, "
        f"{source_words(war, [source])}; people, {people}. {note}"
    ).strip()
    words = (
        f"Map of population density of {place} with the front line of {day_words(shown)}. Of {number_words(counted['population'].sum())} "
        f"people counted, about {number_words(behind)} lived in land held by {a.adjective} forces that day."
    )
    counts = {ground.people_source} - {""}
    credit = (source, *sorted(ground.outline_sources | set(ground.places["source"]) | counts))
    name = f"density-{shown}-{source}" + (f"-{region}" if region else "")
    return Figure(
        name,
        f"Where people lived, and the front line: {place}",
        caption,
        words,
        credit,
        _finished([*head, *layers], view, width),
    )


def _density(cells: pd.DataFrame, coarser: bool) -> pd.Series:
    """People per km² by cell; by the next coarser cell where the map is small."""
    fine = h3.get_resolution(cell_name(cells["cell"].iloc[0])) if len(cells) else 0
    names = (
        cells["cell"].map(lambda c: h3.str_to_int(h3.cell_to_parent(cell_name(c), fine - 1)))
        if coarser
        else cells["cell"]
    )
    sums = cells[["population", "area_km2"]].groupby(names.to_numpy()).sum()
    return sums["population"] / sums["area_km2"]


def _people_tips(war: War, cells: pd.DataFrame) -> dict[str, dict[str, str]]:
    """People by region, for the pointer."""
    out = {}
    for region, part in cells.groupby("region"):
        people, area = float(part["population"].sum()), float(part["area_km2"].sum())
        out[str(region)] = {
            "Region": war.regions[str(region)].name,
            "People": number_words(people),
            "Per_km²": number_words(people / area),
        }
    return out
