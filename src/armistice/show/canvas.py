"""Canvases whose marks are placed in pixels: maps, tables, timelines; and the measuring of words that they need.

Vega-Lite cannot keep labels apart, so that they are placed here, before ink, with the widths of Arial and Helvetica
(the metrics of Adobe's font files), and their boxes can be tested.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import altair as alt
import numpy as np


class Layer(alt.Chart):
    """An Altair chart that is cheap to build: the same chart, without what Altair spends most of its time on.

    Altair copies every layer, down to its last channel, at each step of putting a picture together. Charts here are
    never changed once they are made, so that copies share their parts. And it looks for the channel that a bare name
    means through its whole schema; here the channel is named at once.
    """

    def __deepcopy__(self, memo: object = None) -> Self:
        return self.copy(deep=False)

    def encode(self, *args: Any, **channels: Any) -> Self:
        """Channels by keyword, as in Altair."""
        return super().encode(*args, **{name: _channel(name, value) for name, value in channels.items()})


def _channel(name: str, value: Any) -> Any:
    """A channel for a field given by its name or for an `alt.value`; anything else as it is."""
    kind = name[0].upper() + name[1:]
    if isinstance(value, str):
        return getattr(alt, kind)(value)
    if isinstance(value, dict) and set(value) == {"value"}:
        return getattr(alt, f"{kind}Value")(value["value"])
    return value


_WIDTHS = {
    278: " !,./:;I[\\]t", 222: "'ijl‘’", 355: '"', 556: "#$0123456789_?Labdeghnopqu–«»", 889: "%", 667: "&ABEKPSVXY",
    333: "()-`rf•·²“”", 389: "*", 584: "+<=>~−≤≥±→", 1015: "@", 722: "CDHNRUw", 611: "FTZ", 778: "GOQ", 500: "Jckvsxyz",
    833: "Mm", 944: "W", 1000: "—…",
}  # fmt: skip
_WIDTH = {letter: width for width, letters in _WIDTHS.items() for letter in letters}


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width of a line of text set in Arial or Helvetica, px; a few per cent generous."""
    return sum(_WIDTH.get(letter, 556) for letter in text) / 1000 * size * (1.07 if bold else 1.01)


def wrap_text(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """Text broken at spaces into lines no wider than `width` px; a single long word stands alone."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines or [""]


def cut_text(text: str, width: float, size: float, bold: bool = False) -> str:
    """Text cut at a word, with an ellipsis, to fit `width` px."""
    if text_width(text, size, bold) <= width:
        return text
    words = text.split()
    while words and text_width(" ".join(words) + " …", size, bold) > width:
        words.pop()
    return (" ".join(words).rstrip(",;:") + " …") if words else "…"


@dataclass(frozen=True)
class Label:
    """Words at a place: `x`, `y` in px, middle of the line; `align` left, center or right of `x`."""

    text: str
    x: float
    y: float
    align: str
    size: float
    bold: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom, px."""
        wide = text_width(self.text, self.size, self.bold)
        left = self.x - {"left": 0.0, "center": wide / 2, "right": wide}[self.align]
        return left, self.y - self.size * 0.6, left + wide, self.y + self.size * 0.6


def overlaps(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    """Whether two boxes (left, top, right, bottom) share any area."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def place_labels(
    points: Iterable[tuple[str, float, float, bool]],
    size: float,
    frame: tuple[float, float, float, float],
    taken: Sequence[tuple[float, float, float, float]] = (),
    soft: Sequence[tuple[float, float, float, float]] = (),
    gap: float = 6.0,
    limit: int = 1000,
) -> list[Label]:
    """Place names beside their points, in order of importance, leaving out those for which there is no room.

    Parameters
    ----------
    points : iterable of (text, x, y, bold)
        Most important first, px.
    size : float
        Of the type, px.
    frame : tuple
        Left, top, right, bottom of the picture: no label leaves it.
    taken : sequence of boxes
        Already occupied.
    soft : sequence of boxes
        Better left free, but a label may cover them where there is no other room.
    gap : float
        From point to word, px.
    limit : int
        At most so many labels.
    """
    boxes = list(taken)
    placed: list[Label] = []
    for text, x, y, bold in points:
        if len(placed) == limit:
            break
        for avoid in (soft, ()):
            label = _free_place(Label(text, x, y, "left", size, bold), gap, frame, [*boxes, *avoid])
            if label is not None:
                left, top, right, bottom = label.box
                placed.append(label)
                boxes.append((left - 2, top, right + 2, bottom))
                break
    return placed


def _free_place(label: Label, gap: float, frame: tuple[float, float, float, float], boxes: list[Any]) -> Label | None:
    """The first place beside a point where a label covers nothing."""
    tall = label.size
    for dx, dy, align in (
        (gap, 0.0, "left"), (-gap, 0.0, "right"), (0.0, -gap - tall * 0.55, "center"), (0.0, gap + tall * 0.55, "center"),
        (gap * 0.7, -tall * 0.8, "left"), (gap * 0.7, tall * 0.8, "left"), (-gap * 0.7, -tall * 0.8, "right"),
        (-gap * 0.7, tall * 0.8, "right"),
    ):  # fmt: skip
        moved = Label(label.text, label.x + dx, label.y + dy, align, tall, label.bold)
        left, top, right, bottom = moved.box
        inside = left >= frame[0] and top >= frame[1] and right <= frame[2] and bottom <= frame[3]
        if inside and not any(overlaps((left - 2, top, right + 2, bottom), other) for other in boxes):
            return moved
    return None


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions nearest to those wanted that keep `gap` px apart inside low to high; order is kept.

    For labels at the end of lines: sweeps down, then pushes back up from the bottom.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    out = [0.0] * len(wanted)
    last = low - gap
    for i in order:
        last = out[i] = max(wanted[i], last + gap)
    limit = high + gap
    for i in reversed(order):
        limit = out[i] = min(out[i], limit - gap)
    return out


def pixel(field: str) -> dict[str, Any]:
    """Arguments of an encoding that takes a field as pixels: no scale, no axis."""
    return {"shorthand": f"{field}:Q", "scale": None, "axis": None}


def inline(rows: list[dict[str, Any]]) -> alt.InlineData:
    """Rows as inline data, held as text: charts copy and check their data at every step, and text costs nothing."""
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return alt.InlineData(values=text, format=alt.JsonDataFormat(type="json"))


def data(rows: Iterable[dict[str, Any]]) -> alt.InlineData:
    """Rows as inline data, pixels to a tenth."""
    return inline([{k: round(v, 1) if isinstance(v, float) else v for k, v in row.items()} for row in rows])


def write(labels: Iterable[Label], color: str, halo: str | None = None) -> list[alt.Chart]:
    """Layers that write labels, one per alignment, size and weight; a halo keeps them legible on a map."""
    groups: dict[tuple[str, float, bool], list[Label]] = {}
    for label in labels:
        groups.setdefault((label.align, label.size, label.bold), []).append(label)
    layers = []
    for (align, size, bold), group in groups.items():
        base = Layer(data({"x": n.x, "y": n.y, "text": n.text} for n in group)).encode(
            x=alt.X(**pixel("x")), y=alt.Y(**pixel("y")), text="text:N"
        )
        look: dict[str, Any] = {
            "align": align,
            "fontSize": size,
            "fontWeight": "bold" if bold else "normal",
            "baseline": "middle",
        }
        if halo is not None:
            layers.append(base.mark_text(**look, color=halo, stroke=halo, strokeWidth=3, strokeJoin="round"))
        layers.append(base.mark_text(**look, color=color))
    return layers


@dataclass(frozen=True)
class Key:
    """One entry of a legend: a filled box, a line or a point, and its words."""

    words: str
    color: str
    mark: str = "box"
    dash: tuple[int, int] = (1, 0)
    stroke: str | None = None
    shape: str = "circle"


def legend(
    keys: Sequence[Key], width: float, size: float, top: float = 4.0, left: float = 2.0
) -> tuple[list[alt.Chart], float]:
    """A legend set in rows from the top left.

    Returns
    -------
    layers : list of charts
    height : float
        Of the legend with its margins, px.
    """
    step, x, y = size + 8, left, top + size * 0.7
    layers: list[alt.Chart] = []
    words: list[Label] = []
    for key in keys:
        wide = 22 + text_width(key.words, size)
        if x > left and x + wide > width:
            x, y = left, y + step
        layers.append(_swatch(key, x, y, size))
        words.append(Label(key.words, x + 21, y, "left", size))
        x += wide + 16
    return layers + write(words, "#3A4048"), y + size * 0.7 + 6


def _swatch(key: Key, x: float, y: float, size: float) -> alt.Chart:
    spot = Layer(data([{"x": x + 8.0, "y": y, "x0": x, "x1": x + 16.0, "y0": y - size * 0.45, "y1": y + size * 0.45}]))
    if key.mark == "line":
        return spot.mark_rule(color=key.color, strokeWidth=2, strokeDash=list(key.dash)).encode(
            x=alt.X(**pixel("x0")), x2="x1", y=alt.Y(**pixel("y"))
        )
    if key.mark == "point":
        return spot.mark_point(
            shape=key.shape, fill=key.color, stroke=key.stroke or key.color, size=60, opacity=1
        ).encode(x=alt.X(**pixel("x")), y=alt.Y(**pixel("y")))
    return spot.mark_rect(color=key.color, stroke=key.stroke, strokeWidth=0.8).encode(
        x=alt.X(**pixel("x0")), x2="x1", y=alt.Y(**pixel("y0")), y2="y1"
    )


@dataclass(frozen=True)
class Conic:
    """Lambert's conformal conic projection onto pixels, y downwards (Snyder, Map Projections, 1987, section 15).

    Attributes
    ----------
    lon0 : float
        Central meridian, degrees.
    n, f : float
        Constant of the cone, and of the standard parallels.
    scale : float
        Pixels per radian.
    x0, y0 : float
        Where the projected origin falls, px.
    """

    lon0: float
    n: float
    f: float
    scale: float = 1.0
    x0: float = 0.0
    y0: float = 0.0

    @classmethod
    def fit(cls, lon: np.ndarray, lat: np.ndarray, frame: tuple[float, float, float]) -> tuple[Conic, float]:
        """A projection that puts points (degrees) into left, top and width of a frame (px), and the height it needs."""
        left, top, width = frame
        low, high = np.radians(np.nanmin(lat)), np.radians(np.nanmax(lat))
        one, two = low + (high - low) / 6, high - (high - low) / 6
        n = float(np.log(np.cos(one) / np.cos(two)) / np.log(np.tan(np.pi / 4 + two / 2) / np.tan(np.pi / 4 + one / 2)))
        f = float(np.cos(one) * np.tan(np.pi / 4 + one / 2) ** n / n)
        plain = cls(float((np.nanmin(lon) + np.nanmax(lon)) / 2), n, f)
        x, y = plain(lon, lat)
        scale = width / float(np.nanmax(x) - np.nanmin(x))
        height = float(np.nanmax(y) - np.nanmin(y)) * scale
        return cls(
            plain.lon0, n, f, scale, left - float(np.nanmin(x)) * scale, top - float(np.nanmin(y)) * scale
        ), height

    def __call__(self, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pixels of points in degrees."""
        radius = self.f / np.tan(np.pi / 4 + np.radians(np.asarray(lat, float)) / 2) ** self.n
        turn = self.n * np.radians(np.asarray(lon, float) - self.lon0)
        return self.x0 + self.scale * radius * np.sin(turn), self.y0 + self.scale * radius * np.cos(turn)

    def px_per_km(self, lon: float, lat: float) -> float:
        """Local scale at a point."""
        _, y = self(np.array([lon, lon]), np.array([lat - 0.05, lat + 0.05]))
        return float(abs(y[1] - y[0]) / (0.1 * 111.2))


def shapes(features: Iterable[dict[str, Any]], **look: Any) -> alt.Chart:
    """A layer of GeoJSON features whose coordinates are pixels already."""
    chart = Layer(inline(list(features))).mark_geoshape(clip=True, **look)
    return chart.project(type="identity", scale=1, translate=[0, 0])


def rules(
    rows: Iterable[dict[str, Any]],
    color: str,
    size: float = 1.0,
    dash: Sequence[int] = (1, 0),
    cap: Literal["butt", "round", "square"] = "butt",
) -> alt.Chart:
    """Straight lines from (x, y) to (x1, y1), px."""
    chart = Layer(data(rows)).mark_rule(color=color, strokeWidth=size, strokeDash=list(dash), strokeCap=cap)
    return chart.encode(x=alt.X(**pixel("x")), x2="x1", y=alt.Y(**pixel("y")), y2="y1")


def boxes(
    rows: Iterable[dict[str, Any]],
    color: str,
    opacity: float = 1.0,
    radius: float = 0.0,
    tips: Sequence[tuple[str, str]] = (),
) -> alt.Chart:
    """Filled boxes from (x, y) to (x1, y1), px; `tips` are pairs of a field and its title for the pointer."""
    chart = Layer(data(rows)).mark_rect(color=color, opacity=opacity, cornerRadius=radius)
    return chart.encode(x=alt.X(**pixel("x")), x2="x1", y=alt.Y(**pixel("y")), y2="y1", tooltip=_tips(tips))


def points(rows: Iterable[dict[str, Any]], look: dict[str, Any], tips: Sequence[tuple[str, str]] = ()) -> alt.Chart:
    """Points at (x, y), px, with the marks' own properties in `look`; `tips` as in `boxes`."""
    chart = Layer(data(rows)).mark_point(opacity=1, **look)
    return chart.encode(x=alt.X(**pixel("x")), y=alt.Y(**pixel("y")), tooltip=_tips(tips))


def _tips(tips: Sequence[tuple[str, str]]) -> Any:
    return [alt.Tooltip(f"{field}:N", title=title) for field, title in tips] if tips else alt.value(None)
