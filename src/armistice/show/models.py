"""Charts of published models: a share line, a plot of curves and regions, and bars of chances, drawn from plain numbers.

Everything is placed in pixels, so that names stand beside what they name and their boxes can be tested. A name for which
there is no room goes into a legend below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import altair as alt
import numpy as np

from armistice.show.bargaining import (
    APART,
    APART_PALE,
    PEACE,
    PEACE_PALE,
    PEACE_TEXT,
    percent_words,
    round_ticks,
    stacked,
    zone_runs,
)
from armistice.show.canvas import (
    Key,
    Label,
    Layer,
    data,
    legend,
    pixel,
    shapes,
    spread,
    text_width,
    wrap_text,
)
from armistice.show.places import Box, Room, along, around, beside, dense, inside, within
from armistice.show.style import (
    GRID,
    INK,
    MUTED,
    SIDE,
    SIDE_PALE,
    SIDE_TEXT,
    Figure,
    finish,
    font_size,
    is_narrow,
    number_words,
)

INKS = {
    "a": (SIDE["a"], SIDE_TEXT["a"]), "b": (SIDE["b"], SIDE_TEXT["b"]), "ink": (INK, INK), "muted": ("#7A7F87", MUTED),
    "peace": (PEACE, PEACE_TEXT), "apart": (APART, APART),
}  # fmt: skip
"""Look → colour of its lines, colour of its words."""
FILLS = {
    "a": (SIDE_PALE["a"], SIDE_TEXT["a"]), "b": (SIDE_PALE["b"], SIDE_TEXT["b"]), "peace": (PEACE_PALE, PEACE_TEXT),
    "apart": (APART_PALE, APART), "blank": ("#F1F2F4", MUTED), "shade0": ("#EFE9F3", INK), "shade1": ("#D5C5E0", INK),
    "shade2": ("#B294C6", INK), "shade3": ("#855FA3", INK), "shade4": ("#4A2360", INK),
}  # fmt: skip
"""Look → colour of its areas, colour of the words on them."""
_LINE = "#B4B9BF"


@dataclass(frozen=True)
class Story:
    """The words of a figure, as in `Figure`."""

    id: str
    title: str
    caption: str
    alt: str


@dataclass(frozen=True)
class Axis:
    """An axis: its name with the unit, its ends, and whether only whole numbers stand on it."""

    title: str
    low: float = 0.0
    high: float = 1.0
    whole: bool = False


@dataclass(frozen=True)
class Curve:
    """A line through points; where a coordinate is not finite it is broken. `look` as in `INKS`."""

    x: Any
    y: Any
    name: str = ""
    look: str = "ink"
    dashed: bool = False
    thin: bool = False


@dataclass(frozen=True)
class Spot:
    """A marked point; a hollow one is where the inputs given stand."""

    x: float
    y: float
    name: str = ""
    look: str = "ink"
    hollow: bool = True
    size: float = 100.0


@dataclass(frozen=True)
class Guide:
    """A dashed line at a number of the horizontal axis, or across at one of the upright axis."""

    at: float
    name: str = ""
    across: bool = False
    look: str = "muted"


@dataclass(frozen=True)
class Zone:
    """The area between what one side asks and the other gives: room where it gives more, else a gap."""

    x: Any
    ask: Any
    give: Any


@dataclass(frozen=True)
class Cells:
    """Regions of the plot: an array [rows upwards, columns] of places in `kinds`, -1 for none, each (name, look)."""

    kind: np.ndarray
    kinds: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Panel:
    """One plot: axes and what is drawn in them, from the back to the front."""

    x: Axis
    y: Axis
    cells: Cells | None = None
    zones: tuple[Zone, ...] = ()
    guides: tuple[Guide, ...] = ()
    curves: tuple[Curve, ...] = ()
    spots: tuple[Spot, ...] = ()
    ends: tuple[Spot, ...] = ()
    """Points that are named to their right, the names kept apart."""


@dataclass(frozen=True)
class Row:
    """A row of a share line: its name, stretches of the line, a word on them, and their look as in `INKS`."""

    name: str
    spans: tuple[tuple[float, float], ...]
    look: str
    note: str = ""


@dataclass(frozen=True)
class Bar:
    """Two chances of one option."""

    name: str
    first: float
    second: float


# --- the share line ------------------------------------------------------------------------------------------


def share_line(story: Story, axis: Axis, rows: Sequence[Row], marks: Sequence[Guide], *, width: int = 760) -> Figure:
    """Stretches of a line from 0 to 1, one row each, with upright marks through all of them.

    Parameters
    ----------
    story : Story
    axis : Axis
    rows : sequence of Row
    marks : sequence of Guide
    width : int
        Of the picture, px.
    """
    narrow, size = is_narrow(width), font_size(width)
    left, right = (12.0, width - 14.0) if narrow else (236.0, width - 20.0)
    scale = _Scale(axis.low, axis.high, left, right)
    heading = wrap_text(axis.title, width - 8, size)
    y = len(heading) * (size + 3) + 10.0
    named, deep = _mark_names([m for m in marks if m.name], scale, y, width, size)
    y += deep + 4
    first, names, notes, bars, tops = y, [], [], [], []
    for row in rows:
        lines = wrap_text(row.name, width - 8 if narrow else left - 20, size, True)
        told = wrap_text(row.note, width - 8 if narrow else left - 20, size) if row.note else []
        words = (len(lines) + len(told)) * (size + 3)
        names += stacked(lines, 4.0, y + 8, size, True)
        notes += stacked(told, 4.0, y + 8 + len(lines) * (size + 3), size)
        top = y + words + 6 if narrow else y + max(words - 20, 0) / 2
        tops.append(top)
        bars += [{**_stretch(scale, low, high, top), "color": INKS[row.look][0]} for low, high in row.spans]
        y = max(y + words, top + 20) + 12
    ticks = _ticks(axis, 5 if narrow else 10)
    grid = [{"x": scale(t), "x1": scale(t), "y": y if narrow else first, "y1": y + 4, "color": GRID} for t in ticks]
    # On a phone names stand between the rows, so that marks are drawn row by row.
    reach = [(top - 5, top + 23) for top in tops] if narrow else [(first - 4, y)]
    upright = [
        {"x": scale(mark.at), "x1": scale(mark.at), "y": start, "y1": end, "color": INKS[mark.look][0]}
        for mark in marks
        for start, end in reach
    ]
    plain = [*stacked(heading, 2.0, size * 0.7, size), *_tick_words(ticks, scale, y + 13, size)]
    layers = _strokes([*grid, {"x": left, "x1": right, "y": y, "y1": y, "color": _LINE}], 1)
    layers += [*_fills(bars), *_strokes(upright, 1.4, (4, 3)), *_words([(n, MUTED) for n in plain])]
    over = [*((n, INK) for n in names), *((n, MUTED) for n in notes), *named]
    return _figure(story, [*layers, *_words(over, halo=True)], width, y + 24)


def _tick_words(ticks: Sequence[float], scale: _Scale, y: float, size: float) -> list[Label]:
    return [Label(_number(t), scale(t), y, "center", size) for t in ticks]


def _stretch(scale: _Scale, low: float, high: float, top: float) -> dict[str, Any]:
    """A box for a stretch; one of a single value is drawn 3 px wide."""
    room = max(0.0, (3.0 - (scale(high) - scale(low))) / 2)
    return {"x": scale(low) - room, "x1": scale(high) + room, "y": top, "y1": top + 18.0}


def _mark_names(
    marks: Sequence[Guide], scale: _Scale, top: float, width: int, size: float
) -> tuple[list[tuple[Label, str]], float]:
    """Names of the marks in as many lines as keep them apart, and the height that they need."""
    placed: list[tuple[Label, str, int]] = []
    for mark in sorted(marks, key=lambda m: m.at):
        half = text_width(mark.name, size) / 2
        x, level = min(max(scale(mark.at), half + 2), width - half - 2), 0
        while any(level == other and abs(x - n.x) < half + text_width(n.text, size) / 2 + 8 for n, _, other in placed):
            level += 1
        placed.append((Label(mark.name, x, 0.0, "center", size), INKS[mark.look][1], level))
    deep = max((level for _, _, level in placed), default=-1) + 1
    step = size + 4
    # The first line of names stands nearest to the rows.
    return [
        (Label(n.text, n.x, top + (deep - level - 0.5) * step, n.align, size), ink) for n, ink, level in placed
    ], deep * step


# --- bars ----------------------------------------------------------------------------------------------------


def chances(story: Story, title: str, names: tuple[str, str], bars: Sequence[Bar], *, width: int = 760) -> Figure:
    """Two chances of each option, as bars from 0 to 1.

    Parameters
    ----------
    story : Story
    title : str
        What the bars are, with the unit.
    names : tuple of str
        Of the two chances.
    bars : sequence of Bar
    width : int
        Of the picture, px.
    """
    size = font_size(width)
    heading = wrap_text(title, width - 8, size)
    keys, y = legend([Key(n, c) for n, c in zip(names, _PAIR, strict=True)], width, size)
    y += len(heading) * (size + 3) + 2
    lead = max(text_width(bar.name, size, True) for bar in bars) + 12
    left, right = min(lead, width / 3), width - text_width("100 %", size) - 12.0
    labels, numbers, drawn, first = [], [], [], y
    for bar in bars:
        labels.append(Label(bar.name, left - 8, y + 15, "right", size, True))
        for color, value, top in zip(_PAIR, (bar.first, bar.second), (y, y + 15), strict=True):
            end = left + (right - left) * value
            drawn.append({"x": left, "x1": max(end, left + 1), "y": top, "y1": top + 13.0, "color": color})
            numbers.append(Label(percent_words(value), end + 5, top + 7, "left", size))
        y += 40
    shift = len(heading) * (size + 3) + 2.0
    keys, _ = legend([Key(n, c) for n, c in zip(names, _PAIR, strict=True)], width, size, top=shift + 4)
    base = _strokes([{"x": left, "x1": left, "y": first - 4, "y1": y - 8, "color": _LINE}], 1)
    words = [(n, MUTED) for n in stacked(heading, 2.0, size * 0.7, size)] + [(n, INK) for n in (*labels, *numbers)]
    return _figure(story, [*_fills(drawn), *base, *keys, *_words(words)], width, y)


_PAIR = (SIDE["b"], "#B294C6")


# --- plots ---------------------------------------------------------------------------------------------------


def draw_plot(story: Story, panels: Sequence[Panel], *, width: int = 760) -> Figure:
    """Curves, regions and marked points over two axes; two panels stand side by side where there is room.

    Parameters
    ----------
    story : Story
    panels : sequence of Panel
    width : int
        Of the picture, px.
    """
    size, side_by_side = font_size(width), not is_narrow(width) and len(panels) > 1
    each = (width - 24.0 * (len(panels) - 1)) / len(panels) if side_by_side else float(width)
    height = 240.0 if is_narrow(width) else 272.0 if side_by_side else 336.0
    heads = [wrap_text(panel.y.title, each - 8, size) for panel in panels]
    deep = max(len(head) for head in heads)
    layers, x, y, lowest = [], 0.0, 0.0, 0.0
    for panel, head in zip(panels, heads, strict=True):
        lines = deep if side_by_side else len(head)
        top = y + lines * (size + 3) + 12
        layers += _words([(n, MUTED) for n in stacked(head, x + 2, y + size * 0.7, size)])
        drawn, bottom = _draw_panel(panel, (x, top, x + each, top + height), size)
        layers += drawn
        lowest = max(lowest, bottom)
        x, y = (x + each + 24, y) if side_by_side else (x, bottom + 18)
    return _figure(story, layers, width, lowest + 4)


def _figure(story: Story, layers: Sequence[alt.Chart], width: int, height: float) -> Figure:
    spec = finish(alt.layer(*layers, width=width, height=round(height)), width, 0, "none")
    return Figure(story.id, story.title, story.caption, story.alt, (), spec)


@dataclass(frozen=True)
class _Scale:
    """A linear scale from an axis onto pixels; what lies outside is put at the end."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: Any) -> Any:
        span = self.high - self.low if self.high > self.low else 1.0
        part = np.clip((np.asarray(value, float) - self.low) / span, 0.0, 1.0)
        at = self.start + (self.end - self.start) * part
        return float(at) if np.ndim(at) == 0 else at


def _draw_panel(panel: Panel, place: Box, size: float) -> tuple[list[alt.Chart], float]:
    """The layers of one plot and where its words end below."""
    x_ticks = _ticks(panel.x, max(3, int((place[2] - place[0]) / 70)))
    y_ticks = _ticks(panel.y, 6)
    lead = max([text_width(_number(t), size) for t in y_ticks], default=0.0) + 12
    tail = max(14.0, text_width(_number(x_ticks[-1]), size) / 2 + 4 if x_ticks else 0.0)
    frame = (place[0] + lead, place[1], place[2] - tail, place[3])
    sx, sy = (
        _Scale(panel.x.low, panel.x.high, frame[0], frame[2]),
        _Scale(panel.y.low, panel.y.high, frame[3], frame[1]),
    )
    lines = [{"x": frame[0], "x1": frame[2], "y": sy(t), "y1": sy(t), "color": GRID} for t in y_ticks]
    lines = lines if panel.cells is None else []
    lines += [{"x": sx(t), "x1": sx(t), "y": frame[3], "y1": frame[3] + 4, "color": _LINE} for t in x_ticks]
    lines.append({"x": frame[0], "x1": frame[2], "y": frame[3], "y1": frame[3], "color": _LINE})
    labels = [Label(_number(t), frame[0] - 6, sy(t), "right", size) for t in y_ticks]
    labels += _tick_words(x_ticks, sx, frame[3] + 13, size)
    title = wrap_text(panel.x.title, place[2] - place[0] - 8, size)
    long = max(text_width(line, size) for line in title)
    labels += stacked(title, min(frame[0], place[2] - long - 2), frame[3] + 31, size)
    flat, over, left_out = _names(panel, sx, sy, frame, size)
    layers = [*_ground(panel, sx, sy, frame), *_strokes(lines, 1), *_marks(panel, sx, sy, frame)]
    layers += _words([*((n, MUTED) for n in labels), *flat, *(over if panel.cells is not None else ())])
    layers += _words(over, halo=True) if panel.cells is None else []
    bottom = frame[3] + 30 + len(title) * (size + 3)
    if left_out:
        keys, below = legend(left_out, place[2] - place[0], size, bottom + 2, place[0] + 2)
        layers, bottom = [*layers, *keys], below
    return layers, bottom


def _ground(panel: Panel, sx: _Scale, sy: _Scale, frame: Box) -> list[alt.Chart]:
    """Regions and zones."""
    layers = []
    if panel.cells is not None:
        colors = [FILLS[look][0] for _, look in panel.cells.kinds]
        layers += _fills([{**box, "color": colors[kind]} for kind, box in _cell_boxes(panel.cells.kind, frame)])
    for zone in panel.zones:
        for deal, ring in _zone_rings(zone, sx, sy):
            feature = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}}
            layers.append(shapes([feature], color=PEACE_PALE if deal else APART_PALE, strokeWidth=0))
    return layers


def _cell_boxes(kind: np.ndarray, frame: Box) -> list[tuple[int, dict[str, Any]]]:
    """Runs of one kind along each row as boxes; like rows above each other are one."""
    down, across = kind.shape
    # On whole pixels, so that no white shows between boxes.
    ys, xs = np.linspace(frame[3], frame[1], down + 1).round(), np.linspace(frame[0], frame[2], across + 1)
    changes = [0, *(np.flatnonzero((kind[1:] != kind[:-1]).any(axis=1)) + 1).tolist(), down]
    out = []
    for low, high in pairwise(changes):
        row = kind[low]
        cuts = [0, *(np.flatnonzero(row[1:] != row[:-1]) + 1).tolist(), across]
        out += [
            (int(row[i]), {"x": float(xs[i]), "x1": float(xs[j]), "y": float(ys[high]), "y1": float(ys[low])})
            for i, j in pairwise(cuts)
        ]
    return out


def _zone_rings(zone: Zone, sx: _Scale, sy: _Scale) -> list[tuple[bool, list[list[float]]]]:
    """The outline of each part of a zone, px, and whether there is room."""
    rows = zone_runs(np.asarray(zone.x, float), np.asarray(zone.ask, float), np.asarray(zone.give, float))
    out = []
    for run in dict.fromkeys(row["run"] for row in rows):
        own = [row for row in rows if row["run"] == run]
        there = [[sx(row["at"]), sy(row["value"])] for row in own]
        back = [[sx(row["at"]), sy(row["to"])] for row in reversed(own)]
        ring = [[round(v, 1) for v in point] for point in (*there, *back, there[0])]
        if max(abs(one[1] - two[1]) for one, two in zip(there, reversed(back), strict=True)) > 1.5:
            out.append((bool(own[0]["deal"]), ring))
    return out


def _marks(panel: Panel, sx: _Scale, sy: _Scale, frame: Box) -> list[alt.Chart]:
    """Guides, curves and spots."""
    rows = []
    for guide in panel.guides:
        at = sy(guide.at) if guide.across else sx(guide.at)
        line = (frame[0], at, frame[2], at) if guide.across else (at, frame[1], at, frame[3])
        rows.append({**dict(zip(("x", "y", "x1", "y1"), line, strict=True)), "color": INKS[guide.look][0]})
    layers = _strokes(rows, 1.2, (4, 3))
    for dashed, thin in sorted({(curve.dashed, curve.thin) for curve in panel.curves}, key=lambda look: not look[1]):
        rows = [
            {"x": x, "y": y, "part": f"{i}-{part}", "order": order, "color": INKS[curve.look][0]}
            for i, curve in enumerate(panel.curves)
            if (curve.dashed, curve.thin) == (dashed, thin)
            for part, run in enumerate(_runs(curve, sx, sy))
            for order, (x, y) in enumerate(run.tolist())
        ]
        mark = Layer(data(rows)).mark_line(
            strokeWidth=1 if thin else 2.2, strokeJoin="round", strokeDash=[6, 4] if dashed else [1, 0]
        )
        ways = {"detail": alt.Detail("part:N"), "order": alt.Order("order:Q")}
        layers.append(mark.encode(**_places(), **ways, stroke=alt.Stroke("color:N", scale=None, legend=None)))
    rows = []
    for s in (*panel.ends, *panel.spots):
        fill, edge = ("#FFFFFF", INKS[s.look][0]) if s.hollow else (INKS[s.look][0], "#FFFFFF")
        rows.append(
            {"x": sx(s.x), "y": sy(s.y), "fill": fill, "stroke": edge, "size": s.size, "strokeWidth": 1 + s.hollow}
        )
    look: dict[str, Any] = _datum("fill", "stroke", "size", "strokeWidth")
    mark = Layer(data(rows)).mark_point(opacity=1, **look)
    return [*layers, mark.encode(**_places())] if rows else layers


def _runs(curve: Curve, sx: _Scale, sy: _Scale) -> list[np.ndarray]:
    """Stretches of a curve without a break, px."""
    x, y = np.broadcast_arrays(np.asarray(curve.x, float), np.asarray(curve.y, float))
    good = np.isfinite(x) & np.isfinite(y)
    for value, scale in ((x, sx), (y, sy)):
        edge = 1e-6 * abs(scale.high - scale.low)
        good &= (np.nan_to_num(value) >= scale.low - edge) & (np.nan_to_num(value) <= scale.high + edge)
    cuts = [0, *(np.flatnonzero(good[1:] != good[:-1]) + 1).tolist(), len(x)]
    return [np.stack([sx(x[i:j]), sy(y[i:j])], axis=1) for i, j in pairwise(cuts) if j > i and good[i]]


# --- names beside what they name -----------------------------------------------------------------------------


Inked = list[tuple[Label, str]]


def _names(panel: Panel, sx: _Scale, sy: _Scale, frame: Box, size: float) -> tuple[Inked, Inked, list[Key]]:
    """Names on areas, and names over lines, where there is room; and keys of those left out."""
    room = Room(frame)
    lines = [[dense(run) for run in _runs(curve, sx, sy)] or [np.empty((0, 2))] for curve in panel.curves]
    room.lines = [np.concatenate(runs) for runs in lines]
    for guide in panel.guides:
        at = sy(guide.at) if guide.across else sx(guide.at)
        ends = [[frame[0], at], [frame[2], at]] if guide.across else [[at, frame[1]], [at, frame[3]]]
        room.lines.append(dense(np.array(ends)))
    room.taken = [(sx(s.x) - 7, sy(s.y) - 7, sx(s.x) + 7, sy(s.y) + 7) for s in (*panel.spots, *panel.ends)]
    over: Inked = []
    flat: Inked = []
    keys: list[Key] = []

    def put(places: Sequence[Label], ink: str, key: Key, onto: Inked, own: int | None = None) -> None:
        # A name on an area that lines cross is better read in the legend.
        label = room.settle(places, own, 10.0 if onto is flat else np.inf) if key.words else None
        if label is not None:
            onto.append((label, ink))
        elif key.words and key not in keys:
            keys.append(key)

    level = spread([sy(end.y) for end in panel.ends], size + 3, frame[1], frame[3])
    for end, y in zip(panel.ends, level, strict=True):
        over.append((Label(end.name, sx(end.x) + 9, y, "left", size, True), INKS[end.look][1]))
        room.taken.append(over[-1][0].box)
    for spot in panel.spots:
        color, ink = INKS[spot.look]
        key = Key(spot.name, "#FFFFFF" if spot.hollow else color, "point", stroke=color)
        put(around(spot.name, sx(spot.x), sy(spot.y), size), ink, key, over)
    for kind, (name, look) in enumerate(panel.cells.kinds if panel.cells is not None else ()):
        mask = np.asarray(panel.cells.kind) == kind if panel.cells is not None else np.zeros((1, 1), bool)
        if mask.any():
            put(within(mask, name, frame, size), FILLS[look][1], Key(name, FILLS[look][0]), flat)
    for zone in panel.zones:
        for deal, ring in _zone_rings(zone, sx, sy):
            words, ink, fill = ("room for a deal", PEACE_TEXT, PEACE_PALE) if deal else ("gap", APART, APART_PALE)
            put(inside(words, np.array(ring), size), ink, Key(words, fill), flat)
    for guide in panel.guides:
        at = sy(guide.at) if guide.across else sx(guide.at)
        places, (color, ink) = beside(guide.name, at, guide.across, frame, size), INKS[guide.look]
        put(places, ink, Key(guide.name, color, "line", (4, 3)), over)
    for own, (curve, runs) in enumerate(zip(panel.curves, lines, strict=True)):
        color, ink = INKS[curve.look]
        places = [place for run in runs for place in along(curve.name, run, size)]
        put(places, ink, Key(curve.name, color, "line", (6, 4) if curve.dashed else (1, 0)), over, own)
    return flat, over, keys


# --- layers: few, since each costs time; looks stand in the rows ---------------------------------------------


def _datum(*fields: str) -> dict[str, Any]:
    return {name: alt.ExprRef(f"datum.{name}") for name in fields}


def _places(*fields: str) -> dict[str, Any]:
    channels = {"x": alt.X(**pixel("x")), "y": alt.Y(**pixel("y")), "x2": alt.X2("x1"), "y2": alt.Y2("y1")}
    return {name: channels[name] for name in ("x", "y", *fields)}


def _words(labels: Sequence[tuple[Label, str]], halo: bool = False) -> list[alt.Chart]:
    """Labels, each in its ink; a white halo keeps lines out of them."""
    rows = [
        {
            "x": n.x, "y": n.y, "text": n.text, "align": n.align, "fontSize": n.size, "color": ink,
            "fontWeight": "bold" if n.bold else "normal",
        }
        for n, ink in labels
    ]  # fmt: skip
    base = Layer(data(rows)).encode(**_places(), text=alt.Text("text:N"))
    look: dict[str, Any] = {**_datum("align", "fontSize", "fontWeight"), "baseline": "middle"}
    edge = base.mark_text(**look, color="#FFFFFF", stroke="#FFFFFF", strokeWidth=3, strokeJoin="round")
    ink = base.mark_text(**look, color=alt.ExprRef("datum.color"))
    return [] if not rows else [edge, ink] if halo else [ink]


def _strokes(rows: Sequence[dict[str, Any]], size: float, dash: tuple[int, int] = (1, 0)) -> list[alt.Chart]:
    """Straight lines from (x, y) to (x1, y1), px, each of its color."""
    mark = Layer(data(rows)).mark_rule(strokeWidth=size, strokeDash=list(dash), color=alt.ExprRef("datum.color"))
    return [mark.encode(**_places("x2", "y2"))] if rows else []


def _fills(rows: Sequence[dict[str, Any]]) -> list[alt.Chart]:
    """Boxes from (x, y) to (x1, y1), px, each of its color."""
    mark = Layer(data(rows)).mark_rect(color=alt.ExprRef("datum.color"))
    return [mark.encode(**_places("x2", "y2"))] if rows else []


def _ticks(axis: Axis, most: int) -> list[float]:
    """Round values along an axis, of any magnitude."""
    span = axis.high - axis.low
    unit = 10.0 ** np.floor(np.log10(span)) if span > 0 else 1.0
    found = round_ticks(axis.low / unit, axis.high / unit, most, 1.0 / unit if axis.whole else 0.0)
    return [float(f"{t * unit:.10g}") for t in found]


def _number(value: float) -> str:
    """A number for a tick: thousands set apart, powers of ten for the very large and small."""
    if value == 0:
        return "0"
    if 1000 <= abs(value) < 1e6:
        return number_words(value)
    return f"{value:.6g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-").replace("-", "−")
