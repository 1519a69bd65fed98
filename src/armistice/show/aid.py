"""Charts of aid: who gave how much, in bars and on a map of donors, and what arrived month by month.

Amounts are allocations in EUR million as the sources count them. The map draws a circle at each donor whose area grows
with the amount; donors outside the map's frame stand in a row beside it, to the same scale.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import xarray as xr

from armistice.core.errors import QueryError
from armistice.core.war import War
from armistice.show.canvas import Conic, Label, Layer, cut_text, data, pixel, place_labels, shapes, text_width, write
from armistice.show.style import (
    INK,
    MUTED,
    Figure,
    day_words,
    finish,
    font_size,
    is_narrow,
    join_words,
    number_words,
    records,
    source_words,
    unit_title,
)

KINDS = (("military", "#3B3F46"), ("financial", "#3E9C86"), ("humanitarian", "#D9A5C4"))
"""Kinds of aid and their colours: dark, middle and light, so that they part in grey as well."""
_CIRCLE = "#3E9C86"


def aid_by_donor(war: War, panel: xr.Dataset, until: date | None = None) -> pd.DataFrame:
    """Aid given by each donor since the start of the record, EUR million: a column a kind, and `total`.

    Parameters
    ----------
    until : date, optional
        Last day that counts; all if not given. Donors with no figure at all are left out.

    Raises
    ------
    QueryError
        If the panel has no aid by donor.
    """
    sums = {}
    for kind, _ in KINDS:
        if f"aid_given_{kind}" in panel:
            given = panel[f"aid_given_{kind}"].sel(time=slice(None, None if until is None else str(until)))
            by_source = given.sum("time", min_count=1).to_pandas()
            sums[kind] = by_source.max(axis=0)
    table = pd.DataFrame(sums).dropna(how="all").fillna(0.0) if sums else pd.DataFrame()
    if table.empty:
        raise QueryError(
            f"{war.title}: no aid by donor in the panel; expected aid_given_military and the like; add observations"
        )
    table["total"] = table.sum(axis=1)
    return table.rename_axis("donor").sort_values(["total", "donor"], ascending=[False, True])


def _sources(panel: xr.Dataset, prefix: str) -> tuple[list[str], Any, Any]:
    """Sources of the quantities with a prefix, and the first and last day of their figures."""
    names = [f"{prefix}{kind}" for kind, _ in KINDS if f"{prefix}{kind}" in panel]
    known = xr.concat(
        [panel[n].notnull().any([d for d in panel[n].dims if d not in ("time", "source")]) for n in names], "kind"
    ).any("kind")
    days = panel["time"].values[known.any("source").values]
    return [str(s) for s in panel["source"].values[known.any("time").values]], days[0], days[-1]


def _donor_name(war: War, donor: str) -> str:
    return war.third_parties.get(donor, donor)


def _missing(war: War, table: pd.DataFrame) -> str:
    absent = sorted(_donor_name(war, d) for d in war.third_parties if d not in table.index)
    return f" The record has no figures by donor for {join_words(absent)}." if absent else ""


def billions(millions: float) -> str:
    """EUR million as words: ``12.3 bn`` or ``340 m``."""
    return f"{millions / 1000:,.1f} bn" if millions >= 995 else f"{number_words(millions)} m"


def draw_aid_by_donor(
    war: War, panel: xr.Dataset, until: date | None = None, donors: int = 20, width: int = 760
) -> Figure:
    """Aid given by the largest donors, by kind: stacked bars with their totals.

    Parameters
    ----------
    war : War
    panel : Dataset
    until : date, optional
        Last day that counts.
    donors : int
        How many bars; the rest is summed in one.
    width : int
        Of the picture, px.

    Raises
    ------
    QueryError
        If the panel has no aid by donor.
    """
    narrow, size = is_narrow(width), font_size(width)
    donors = min(donors, 14) if narrow else donors
    table = aid_by_donor(war, panel, until)
    sources, first, last = _sources(panel, "aid_given_")
    last = last if until is None else min(last, np.datetime64(until, "ns"))
    shown = table.head(donors)
    names = {str(d): _donor_name(war, str(d)) for d in shown.index}
    rest = table.iloc[donors:]
    rest = rest[rest["total"] > 0]
    if len(rest):
        shown = pd.concat([shown, rest.sum().to_frame("rest").T])
        names["rest"] = f"{len(rest)} others"
    order = [names[str(d)] for d in shown.index]
    kinds = [k for k, _ in KINDS if k in shown]
    rows, start = [], dict.fromkeys(shown.index, 0.0)
    for kind in kinds:
        for donor, amount in shown[kind].items():
            rows.append(
                {
                    "donor": names[str(donor)],
                    "kind": kind,
                    "from": start[donor],
                    "to": start[donor] + amount,
                    "words": f"EUR {billions(amount)}",
                }
            )
            start[donor] += amount
    top = float(shown["total"].max())
    room = max(text_width(n, size) for n in order)
    plot = width - room - 16
    x_scale = alt.Scale(domain=[0, top / 1000 * (1 + 58 / (plot - 58))], nice=False)
    x = alt.X(
        "start:Q",
        scale=x_scale,
        axis=alt.Axis(title=None, format=",.0f", tickCount=5 if narrow else 8, domain=False, ticks=False),
    )
    y = alt.Y(
        "donor:N",
        sort=order,
        axis=alt.Axis(title=None, labelLimit=220, domain=False, ticks=False, labelColor=INK),
        scale=alt.Scale(paddingInner=0.28),
    )
    scaled = [{**r, "start": r["from"] / 1000, "end": r["to"] / 1000} for r in rows]
    bars = Layer(records({k: v for k, v in r.items() if k not in ("from", "to")} for r in scaled)).mark_bar().encode(
        x=x, x2="end:Q", y=y,
        color=alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[dict(KINDS)[k] for k in kinds]), legend=alt.Legend(orient="top", title=None, labelFontSize=size, labelColor=INK, offset=4, symbolType="square", symbolSize=110)),
        tooltip=[alt.Tooltip("donor:N", title="Donor"), alt.Tooltip("kind:N", title="Kind"), alt.Tooltip("words:N", title="Given")],
    )  # fmt: skip
    sums = [{"donor": names[str(d)], "start": t / 1000, "text": billions(t)} for d, t in shown["total"].items()]
    totals = (
        Layer(records(sums)).mark_text(align="left", dx=4, fontSize=size, color=INK).encode(x=x, y=y, text="text:N")
    )
    step = 17 if narrow else 20
    spec = alt.layer(bars, totals).properties(
        width=width, height=step * len(order) + 66, title=unit_title("EUR billion", width)
    )
    b = war.side("b")
    best = "; ".join(f"{names[str(d)]} EUR {billions(t)}" for d, t in shown["total"].head(5).items())
    caption = f"Aid to {b.name} allocated by donor, EUR billion, {day_words(first)} to {day_words(last)}. Source: {source_words(war, sources)}.{_missing(war, table)}"
    words = f"Bar chart of aid to {b.name} by donor, {day_words(first)} to {day_words(last)}. The largest: {best}."
    return Figure(
        "aid-by-donor",
        f"Aid to {b.name} by donor",
        caption,
        words,
        tuple(sources),
        finish(spec, width, padding=4, autosize="fit"),
    )


def draw_aid_by_month(war: War, panel: xr.Dataset, width: int = 760) -> Figure:
    """Aid received by side B in each month, by kind: stacked columns.

    Parameters
    ----------
    war, panel, width
        As in `draw_aid_by_donor`.

    Raises
    ------
    QueryError
        If the panel has no such aid.
    """
    narrow, size = is_narrow(width), font_size(width)
    b = war.side("b")
    kinds = [k for k, _ in KINDS if f"aid_{k}" in panel]
    if not kinds:
        raise QueryError(
            f"{war.title}: no aid received in the panel; expected aid_military and the like; add observations"
        )
    frame = pd.DataFrame({k: panel[f"aid_{k}"].sel(belligerent=b.id).max("source").to_series().dropna() for k in kinds})
    frame = frame.groupby(frame.index.to_period("M")).sum()
    frame = frame.reindex(pd.period_range(frame.index[0], frame.index[-1], freq="M"), fill_value=0.0)
    sources, first, last = _sources(panel, "aid_")
    rows = []
    for month, row in frame.iterrows():
        start = 0.0
        for kind in kinds:
            rows.append(
                {
                    "month": str(month),
                    "kind": kind,
                    "start": start / 1000,
                    "end": (start + row[kind]) / 1000,
                    "when": f"{pd.Period(month, 'M').start_time:%B %Y}",
                    "words": f"EUR {billions(row[kind])}",
                }
            )
            start += row[kind]
    starts = [str(m) for m in frame.index if pd.Period(m, "M").month == 1]
    x = alt.X(
        "month:O",
        axis=alt.Axis(
            title=None,
            values=starts,
            labelAngle=0,
            labelExpr="substring(datum.value, 0, 4)",
            grid=False,
            labelAlign="left",
            labelOffset=-4,
        ),
        scale=alt.Scale(paddingInner=0.15),
    )
    y = alt.Y("start:Q", axis=alt.Axis(title=None, format=",.0f", tickCount=5, domain=False, ticks=False))
    bars = Layer(records(rows)).mark_bar().encode(
        x=x, y=y, y2="end:Q",
        color=alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[dict(KINDS)[k] for k in kinds]), legend=alt.Legend(orient="top", title=None, labelFontSize=size, labelColor=INK, offset=4, symbolType="square", symbolSize=110)),
        tooltip=[alt.Tooltip("when:N", title="Month"), alt.Tooltip("kind:N", title="Kind"), alt.Tooltip("words:N", title="Allocated")],
    )  # fmt: skip
    spec = alt.layer(bars).properties(
        width=width, height=260 if narrow else 320, title=unit_title("EUR billion a month", width)
    )
    total = float(frame.to_numpy().sum())
    caption = f"Aid to {b.name} allocated in each month, EUR billion, {day_words(first)} to {day_words(last)}. Source: {source_words(war, sources)}."
    words = f"Column chart of aid to {b.name} by month, {day_words(first)} to {day_words(last)}, EUR {billions(total)} in all."
    return Figure(
        "aid-by-month",
        f"Aid to {b.name}, month by month",
        caption,
        words,
        tuple(sources),
        finish(spec, width, padding=4, autosize="fit"),
    )


def draw_donor_map(
    war: War, panel: xr.Dataset, countries: dict[str, Any], until: date | None = None, width: int = 760
) -> Figure:
    """Where the aid came from: a circle for each donor, its area in proportion to what it gave.

    Parameters
    ----------
    war, panel, until, width
        As in `draw_aid_by_donor`.
    countries : dict
        GeoJSON of the countries in the frame of the map; properties `id` (a third party or belligerent of the war, or
        empty), `name`, `source`. Donors that are not on it stand in a row below.

    Raises
    ------
    QueryError
        If the panel has no aid by donor.
    """
    narrow, size = is_narrow(width), font_size(width)
    table = aid_by_donor(war, panel, until)
    table = table[table["total"] > 0]
    sources, first, last = _sources(panel, "aid_given_")
    last = last if until is None else min(last, np.datetime64(until, "ns"))
    known = {str(f["properties"]["id"]): f for f in countries["features"] if f["properties"].get("id")}
    inside = [str(d) for d in table.index if str(d) in known]
    beyond = [str(d) for d in table.index if str(d) not in known]
    top_radius = width * (0.105 if narrow else 0.075)
    radius = {str(d): float(np.sqrt(t / table["total"].max()) * top_radius) for d, t in table["total"].items()}
    b = war.side("b")
    projection, box, layers = _donor_backdrop(
        war, countries, [known[d] for d in [*inside, *([b.id] if b.id in known else [])]], width
    )
    spots = {d: projection(*(np.array([c]) for c in _middle(known[d]["geometry"]))) for d in inside}
    circles = [_circle(war, table, d, float(spots[d][0][0]), float(spots[d][1][0]), radius[d]) for d in inside]
    tiny = [d for d in beyond if radius[d] < 0.9]
    row, bottom = _row_below(
        war, table, [d for d in beyond if d not in tiny], radius, (box[3] + 26, float(width), size)
    )
    points = [(_label(war, table, c["id"], narrow), c["x"], c["y"], False) for c in circles]
    own = Label(b.name.upper(), *_spot(projection, known[b.id]), "center", size) if b.id in known else None
    labels = _circle_labels(points, circles, (size - 1, box, 12 if narrow else 24), [own.box] if own else [])
    below = [_below_words(war, table, c, size - 1) for c in row]
    layers += [_circles([*circles, *row]), *write(labels, INK, halo="#FFFFFF")]
    layers += write([n for pair in below for n in pair], INK)
    layers += write([own], MUTED, halo="#FFFFFF") if own else []
    if row:
        layers += write([Label("Donors beyond the map, to the same scale", 2.0, box[3] + 14, "left", size)], MUTED)
    spec = alt.layer(*layers).properties(width=width, height=bottom)
    best = "; ".join(f"{_donor_name(war, str(d))} EUR {billions(t)}" for d, t in table["total"].head(5).items())
    left_out = f" Too small to draw: {join_words([_donor_name(war, d) for d in tiny])}." if tiny else ""
    outline = sorted({str(f["properties"]["source"]) for f in countries["features"] if f["properties"].get("source")})
    caption = (
        f"Aid to {b.name} allocated by donor, all kinds, EUR, {day_words(first)} to {day_words(last)}: area of the circle in proportion. "
        f"Sources: {source_words(war, [*sources, *outline])}.{left_out}{_missing(war, aid_by_donor(war, panel, until))}"
    )
    words = f"Map of donors to {b.name} with circles by amount, {day_words(first)} to {day_words(last)}. The largest: {best}."
    return Figure(
        "donor-map",
        f"Where the aid to {b.name} came from",
        caption,
        words,
        (*sources, *outline),
        finish(spec, width, padding=0, autosize="none"),
    )


def _rings(geometry: dict[str, Any]) -> list[np.ndarray]:
    """Outer rings of a polygon or of many, degrees."""
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [np.asarray(part[0], float) for part in parts]


def _ring_area(ring: np.ndarray) -> float:
    x, y = ring[:, 0] * np.cos(np.radians(ring[:, 1].mean())), ring[:, 1]
    return float(abs(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2)


def _middle(geometry: dict[str, Any]) -> tuple[float, float]:
    """Centroid of the largest ring, degrees."""
    ring = max(_rings(geometry), key=_ring_area)
    x, y = ring[:, 0], ring[:, 1]
    cross = x[:-1] * y[1:] - x[1:] * y[:-1]
    area = cross.sum() / 2
    return float(((x[:-1] + x[1:]) * cross).sum() / (6 * area)), float(((y[:-1] + y[1:]) * cross).sum() / (6 * area))


def _spot(projection: Conic, feature: dict[str, Any]) -> tuple[float, float]:
    x, y = projection(*(np.array([c]) for c in _middle(feature["geometry"])))
    return float(x[0]), float(y[0])


def _donor_backdrop(
    war: War, countries: dict[str, Any], shown: list[dict[str, Any]], width: int
) -> tuple[Conic, tuple[float, float, float, float], list[alt.Chart]]:
    """The land of the map, in a frame that holds the middle of every country shown, with room for its circle."""
    middles = np.array([_middle(f["geometry"]) for f in shown])
    lon, lat = middles[:, 0], middles[:, 1]
    edge_lon = np.concatenate([np.linspace(lon.min() - 4, lon.max() + 5, 20)] * 2)
    edge_lat = np.concatenate([np.full(20, max(lat.min() - 3, 33.5)), np.full(20, min(lat.max() + 3, 70.5))])
    projection, _ = Conic.fit(edge_lon, edge_lat, (0, 0, width))
    _, y = projection(edge_lon, edge_lat)
    upper, lower = float(y[20:][5:15].min()), float(y[:20].max())
    projection = Conic(
        projection.lon0, projection.n, projection.f, projection.scale, projection.x0, projection.y0 - upper
    )
    height = min(lower - upper, width * (1.0 if is_narrow(width) else 0.78))
    own = {b.id for b in war.belligerents if b.side == "b"}
    frame = Layer(data([{"x0": 0.0, "y0": 0.0, "x1": float(width), "y1": height}]))
    sea = frame.mark_rect(color="#EEF2F5").encode(x=alt.X(**pixel("x0")), x2="x1", y=alt.Y(**pixel("y0")), y2="y1")
    land = []
    for feature in countries["features"]:
        rings = []
        for ring in _rings(feature["geometry"]):
            px, py = projection(ring[:, 0], ring[:, 1])
            if px.max() > 0 and px.min() < width and py.max() > 0 and py.min() < height:
                rings.append(
                    [
                        [
                            [round(float(np.clip(u, -9, width + 9)), 1), round(float(np.clip(v, -9, height)), 1)]
                            for u, v in zip(px, py, strict=True)
                        ]
                    ]
                )
        if rings:
            color = "#CFE0DB" if feature["properties"].get("id") in own else "#DEDEDA"
            land.append(
                {
                    "type": "Feature",
                    "geometry": {"type": "MultiPolygon", "coordinates": rings},
                    "properties": {"color": color},
                }
            )
    chart = shapes(land, stroke="#FFFFFF", strokeWidth=0.7).encode(fill=alt.Fill("properties.color:N", scale=None))
    return projection, (0.0, 0.0, float(width), height), [sea, chart]


def _circle(war: War, table: pd.DataFrame, donor: str, x: float, y: float, r: float) -> dict[str, Any]:
    row = table.loc[donor]
    parts = ", ".join(f"{k} {billions(row[k])}" for k, _ in KINDS if k in row and row[k] > 0)
    return {
        "id": donor,
        "x": x,
        "y": y,
        "r": r,
        "name": _donor_name(war, donor),
        "total": f"EUR {billions(row['total'])}",
        "parts": parts,
    }


def _circles(rows: list[dict[str, Any]]) -> alt.Chart:
    spots = [
        {
            "x": r["x"],
            "y": r["y"],
            "size": float(np.pi * r["r"] ** 2),
            "name": r["name"],
            "total": r["total"],
            "parts": r["parts"],
        }
        for r in rows
    ]
    return Layer(data(spots)).mark_point(shape="circle", filled=True, fill=_CIRCLE, fillOpacity=0.55, stroke="#1E5C4E", strokeWidth=0.8, opacity=1).encode(
        x=alt.X(**pixel("x")), y=alt.Y(**pixel("y")), size=alt.Size("size:Q", scale=None),
        tooltip=[alt.Tooltip("name:N", title="Donor"), alt.Tooltip("total:N", title="Given"), alt.Tooltip("parts:N", title="Of which")],
    )  # fmt: skip


def _label(war: War, table: pd.DataFrame, donor: str, narrow: bool) -> str:
    return _donor_name(war, donor) + ("" if narrow else f" {billions(table.loc[donor, 'total'])}")


def _circle_labels(
    points: list[tuple[str, float, float, bool]],
    circles: list[dict[str, Any]],
    look: tuple[float, tuple[float, float, float, float], int],
    taken: list[tuple[float, float, float, float]],
) -> list[Label]:
    """Names of the largest circles, beside them, kept apart from each other and, where there is room, from the circles.

    `look` is the size of the type, the frame and the most labels.
    """
    size, frame, most = look
    labels: list[Label] = []
    for point, circle in list(zip(points, circles, strict=True))[:most]:
        spots = [
            ((c["x"] - 0.7 * c["r"], c["y"] - 0.7 * c["r"], c["x"] + 0.7 * c["r"], c["y"] + 0.7 * c["r"]), c["r"] >= 5)
            for c in circles
            if c is not circle
        ]
        hard = [*taken, *(box for box, big in spots if big), *(n.box for n in labels)]
        soft = [box for box, big in spots if not big]
        labels += place_labels([point], size, frame, hard, soft, gap=max(4.0, circle["r"] + 3))
    return labels


def _row_below(
    war: War, table: pd.DataFrame, donors: list[str], radius: dict[str, float], place: tuple[float, float, float]
) -> tuple[list[dict[str, Any]], float]:
    """Circles of the donors beyond the map, set in rows; `place` is top, width and type size, px."""
    top, width, size = place
    rows: list[dict[str, Any]] = []
    x, y, tallest = 4.0, top, 0.0
    for donor in donors:
        r = radius[donor]
        wide = max(2 * r, text_width(_donor_name(war, donor), size - 1), 44.0) + 12
        if x > 4 and x + wide > width:
            x, y, tallest = 4.0, y + tallest + 2 * size + 16, 0.0
        rows.append(_circle(war, table, donor, x + wide / 2, y, r))
        x, tallest = x + wide, max(tallest, 2 * r)
    for row in rows:
        line = [other["r"] for other in rows if other["y"] == row["y"]]
        row["base"] = row["y"] + 2 * max(line)
    for row in rows:
        row["y"] = row["base"] - row["r"]
    return rows, (rows[-1]["base"] + 2 * size + 12 if rows else top - 20)


def _below_words(war: War, table: pd.DataFrame, row: dict[str, Any], size: float) -> tuple[Label, Label]:
    return (
        Label(cut_text(row["name"], 200, size), row["x"], row["base"] + size * 0.9, "center", size),
        Label(billions(table.loc[row["id"], "total"]), row["x"], row["base"] + size * 2.1, "center", size),
    )
