"""Maps of what drafts would move: small ones on one scale, a region coloured by the share of it that would pass.

A region is coloured as a whole even where the line would cut it: the colour says how much of it passes, not where.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import altair as alt
import shapely
from shapely.geometry.base import BaseGeometry

from armistice.core.appraisal import Appraisal
from armistice.core.errors import QueryError
from armistice.core.settlement import Moved, Settlement
from armistice.core.war import Range, Side, War
from armistice.show.appraisals import draft_title
from armistice.show.canvas import Key, Label, cut_text, legend, shapes, wrap_text, write
from armistice.show.ground import BORDER, Ground, View, frame_view
from armistice.show.style import (
    INK,
    MUTED,
    SIDE_TEXT,
    Chart,
    Figure,
    day_words,
    finish,
    font_size,
    is_narrow,
    join_words,
    number_words,
    short_day,
)

SHARES = (0.005, 0.1, 0.5)
"""Lower ends of the classes: share of a region that would pass."""
TO: dict[Side, tuple[str, str, str]] = {
    "a": ("#F8D2B3", "#EE9A5C", "#C24E00"),
    "b": ("#C6DAEB", "#6C9CC6", "#0B4F8A"),
}
NAMED = "#C3C7CC"
"""Regions of which a draft speaks, and next to nothing would pass."""
REST = "#ECEDEF"
MOST = 8
"""Maps in the picture."""
_SIDES: tuple[Side, Side] = ("a", "b")
_ALTERNATIVE = 3
"""Regions of each draft that the text alternative names."""


def passing(moved: Sequence[Moved], side: Side) -> Range | None:
    """Land that would pass to a side over all regions, km²; None where none would.

    Regions count by their central value: one from which either side might gain counts for the side that gains there.
    """
    sign = 1.0 if side == "a" else -1.0
    own = [m.km2 for m in moved if sign * m.km2.central >= 1.0]
    if not own:
        return None
    ends = [[sign * v for v in (r.low, r.central, r.high)] for r in own]
    low, central, high = (sum(f(row) for row in ends) for f in (min, lambda row: row[1], max))
    return Range(max(low, 0.0), central, high, own[0].source)


def km2_words(spread: Range | None) -> str:
    """Land in words with its range: ``5,770 km² (5,640 to 5,900)``."""
    if spread is None:
        return "none"
    low, middle, high = (number_words(v) for v in (spread.low, spread.central, spread.high))
    return f"{middle} km²" if low == high else f"{middle} km² ({low} to {high})"


def _lines(found: Appraisal) -> Any:
    return found.id, tuple((m.region, m.km2.low, m.km2.high) for m in found.moved)


def mapped(appraisals: Sequence[Appraisal], most: int = MOST) -> list[Appraisal]:
    """The latest drafts, oldest first; variants that would move the same land are drawn once."""
    seen: set[Any] = set()
    distinct = []
    for found in appraisals:
        if _lines(found) not in seen:
            distinct.append(found)
            seen.add(_lines(found))
    return distinct[-most:] if most else []


def map_title(drafts: Sequence[Settlement], appraisals: Sequence[Appraisal], found: Appraisal) -> str:
    """Title of a map: that of the draft alone where all its variants would move the same land."""
    same = len({_lines(one) for one in appraisals if one.id == found.id}) == 1
    return found.title if same else draft_title(drafts, found)


def draw_plans(
    war: War,
    ground: Ground,
    drafts: Sequence[Settlement],
    appraisals: Sequence[Appraisal],
    *,
    day: date | None = None,
    most: int = MOST,
    width: int = 760,
) -> Figure:
    """What each of the latest drafts would move: small maps of the regions, coloured by the share that would pass.

    Parameters
    ----------
    war : War
    ground : Ground
    drafts : sequence of Settlement
    appraisals : sequence of Appraisal
        By date; they hold the land that each would move.
    day : date, optional
        On which the land was looked at; the day of the appraisals if not given.
    most : int
        Maps at most.
    width : int
        Of the picture, px.

    Raises
    ------
    QueryError
        If there is no draft, or no outline of a region.
    """
    drawn = mapped(appraisals, most)
    if not drawn or not ground.layer("region"):
        raise QueryError(f"{war.title}: no draft, or no outline of a region; expected both; add them to the pack")
    narrow, size = is_narrow(width), font_size(width)
    across = min(2 if narrow else 4, len(drawn))
    gap = 14.0
    panel = min((width - gap * (across - 1)) / across, 250.0)
    titles = [map_title(drafts, appraisals, found) for found in drawn]
    words = [_panel_words(war, t, found, panel - 2, size) for t, found in zip(titles, drawn, strict=True)]
    deep = max(map(len, words)) * (size + 3) + 6
    view = frame_view(ground, *ground.centres, int(panel), deep, False, tallest=0.8)
    places = {k: shapely.simplify(view.draw(v), 0.6) for k, v in _places(war, ground).items()}
    head, top = _legend(war, width, size)
    maps = [
        alt.layer(*_panel(war, found, view, places), *_panel_labels(text, size)).properties(
            width=panel, height=view.top + view.height
        )
        for found, text in zip(drawn, words, strict=True)
    ]
    below = alt.concat(*maps, columns=across, spacing={"row": 12, "column": gap})
    above = alt.layer(*head).properties(width=width, height=top)
    spec = finish(alt.vconcat(above, below, spacing=6), width, 0)
    return _figure(war, ground, drafts, (appraisals, drawn), day or drawn[0].as_of, spec)


def _places(war: War, ground: Ground) -> dict[str, BaseGeometry]:
    """Outlines by region of the war, in degrees; those of no region of the war under a name of their own."""
    out: dict[str, BaseGeometry] = {}
    regions = [r for r in war.regions.values() if r.level == 1]
    for number, shape in enumerate(ground.layer("region")):
        whole = shapely.make_valid(shape)
        inside = [r.id for r in regions if whole.contains(shapely.Point(r.lon, r.lat))]
        out[inside[0] if inside else f"outline {number}"] = whole
    return out


def _panel(war: War, found: Appraisal, view: View, places: dict[str, BaseGeometry]) -> list[alt.Chart]:
    """One map: all regions, and over them those that the draft would move, by class."""
    moved = {m.region: m for m in found.moved}
    groups: dict[str, list[dict[str, Any]]] = {}
    for region, shape in places.items():
        # All regions go into the first group, the same for every draft: equal data are stored once in a picture.
        for color, spoken in (
            (REST, None),
            *(((_color(war, moved[region]), moved[region]),) if region in moved else ()),
        ):
            drawn = view.feature(shape, **_tip(war, region, spoken))
            if drawn:
                groups.setdefault(color, []).append(drawn)
    tips = [alt.Tooltip(f"properties.{f}:N", title=f) for f in ("Region", "Passes", "Range")]
    return [
        shapes(features, fill=color, stroke="#FFFFFF", strokeWidth=0.6).encode(tooltip=tips)
        for color, features in groups.items()
    ]


def _color(war: War, moved: Moved | None) -> str:
    if moved is None:
        return REST
    share = moved.km2.central / war.regions[moved.region].area_km2
    rank = sum(abs(share) >= least for least in SHARES)
    return TO["a" if share > 0 else "b"][rank - 1] if rank else NAMED


def _tip(war: War, region: str, moved: Moved | None) -> dict[str, str]:
    name = war.regions[region].name if region in war.regions else "outside the record"
    if moved is None:
        return {"Region": name, "Passes": "not spoken of", "Range": "–"}
    km2 = moved.km2
    if max(abs(km2.low), abs(km2.high)) < 1:
        return {"Region": name, "Passes": "nothing", "Range": "–"}
    to = war.side("a" if km2.central > 0 else "b").name
    ends = " to ".join(number_words(abs(v)) for v in sorted((km2.low, km2.high), key=abs))
    return {"Region": name, "Passes": f"{number_words(abs(km2.central))} km² to {to}", "Range": f"{ends} km²"}


def _legend(war: War, width: int, size: float) -> tuple[list[alt.Chart], float]:
    """The classes, a line for each side, and below them the greys; with the height of all."""
    lines = [
        [Key(f"to {war.side(side).name}: under a tenth", TO[side][0]), Key("up to half", TO[side][1]), Key("over half", TO[side][2])]
        for side in _SIDES
    ]  # fmt: skip
    lines.append([Key("spoken of, under 0.5 % passes", NAMED), Key("not spoken of", REST, stroke=BORDER)])
    layers: list[alt.Chart] = []
    bottom = 4.0
    for keys in lines:
        drawn, bottom = legend(keys, width, size, bottom)
        layers += drawn
    return layers, bottom


def _panel_words(war: War, name: str, found: Appraisal, room: float, size: float) -> list[tuple[str, str, bool]]:
    """Lines over a map: text, ink, bold."""
    title = wrap_text(name, room, size, True)
    title = title if len(title) <= 3 else [*title[:2], cut_text(" ".join(title[2:]), room, size, True)]
    out = [(line, INK, True) for line in title]
    out.append((short_day(found.date), MUTED, False))
    for side in _SIDES:
        spread = passing(found.moved, side)
        if spread is not None:
            text = f"{number_words(spread.central)} km² to {war.side(side).name}"
            out.append((cut_text(text, room, size), SIDE_TEXT[side], False))
    if len(out) == len(title) + 1:
        out.append(("moves no land", MUTED, False))
    return out


def _panel_labels(words: Sequence[tuple[str, str, bool]], size: float) -> list[alt.Chart]:
    layers = []
    for ink in dict.fromkeys(ink for _, ink, _ in words):
        own = [
            Label(text, 2.0, (n + 0.6) * (size + 3), "left", size, bold)
            for n, (text, color, bold) in enumerate(words)
            if color == ink
        ]
        layers += write(own, ink)
    return layers


def _figure(
    war: War,
    ground: Ground,
    drafts: Sequence[Settlement],
    found: tuple[Sequence[Appraisal], Sequence[Appraisal]],
    day: date,
    spec: Chart,
) -> Figure:
    appraisals, drawn = found
    rest = len({f.id for f in appraisals} - {f.id for f in drawn})
    older = f" The {rest} older drafts are in the table only." if rest > 1 else " One older draft is in the table only." if rest else ""  # fmt: skip
    caption = (
        f"Land that would pass from one side's control to the other's if each draft took effect, against the line of {day_words(day)}; km² at the middle of the sources and of the "
        f"readings that a draft allows. A region is coloured as a whole, by the share of it that would pass: how much, not where. Lines of control and exchanges of land count; "
        f"withdrawals and questions left for later do not by themselves. Where a draft is silent all stays as it is.{older} Source: own computation from the pack's drafts and the "
        f"maps of control."
    )
    told = "; ".join(f"{map_title(drafts, appraisals, f)}: {_moved_words(war, f)}" for f in drawn)
    credit = tuple(sorted(ground.outline_sources))
    return Figure(
        "plans", "What the drafts would move", caption, f"Small maps of {len(drawn)} drafts. {told}.", credit, spec
    )


def _moved_words(war: War, found: Appraisal) -> str:
    parts = []
    for side in _SIDES:
        spread = passing(found.moved, side)
        if spread is not None:
            sign = 1.0 if side == "a" else -1.0
            own = sorted((m for m in found.moved if sign * m.km2.central >= 1.0), key=lambda m: -sign * m.km2.central)
            names = [war.regions[m.region].name for m in own[:_ALTERNATIVE]]
            more = len(own) - len(names)
            named = join_words([*names, *([f"{more} more"] if more else [])])
            parts.append(f"{number_words(spread.central)} km² to {war.side(side).name} ({named})")
    return join_words(parts) or "no land"
