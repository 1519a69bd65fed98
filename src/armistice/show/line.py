"""The map of a drawn line: what would change hands, against the line of one source, with the areas of each kind."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from armistice.core.errors import QueryError
from armistice.core.lines import LineChange, Moved, SourceLine
from armistice.core.war import War
from armistice.show.canvas import Key, legend
from armistice.show.ground import Ground, View, dissolve, focus, frame_view, fronts
from armistice.show.maps import (
    FRONT,
    _backdrop,
    _borders,
    _filled,
    _finished,
    _lined,
    _map_note,
    _over,
)
from armistice.show.style import (
    SIDE,
    Figure,
    day_words,
    font_size,
    is_narrow,
    join_words,
    number_words,
    short_day,
    source_words,
)

DRAWN = "#7B1FA2"
"""The drawn line: a hue of neither side."""
BOTH = "#D9CFC6"
GAINS = (("a", 0.05, "#F3B48A"), ("a", 0.5, SIDE["a"]), ("b", 0.05, "#A9CBE6"), ("b", 0.5, "#3B7DB8"))
_NAMED = 5


def draw_line_change(
    war: War, ground: Ground, change: LineChange, source: str | None = None, width: int = 760
) -> Figure:
    """What a drawn line would move: land to either side, the line of the day and the one drawn.

    Parameters
    ----------
    war : War
    ground : Ground
    change : LineChange
        Of the same pack as the ground.
    source : str, optional
        Against whose line; the source with the latest map if not given.
    width : int
        Of the picture, px.

    Raises
    ------
    QueryError
        If the source is none of the change's, or the ground has other cells.
    """
    line = _line_of(change, source)
    cells = _cells(war, ground, change, line)
    moved = ((cells["after"] - cells["before"]).abs() >= 0.2) & (cells["owner"] == "b")
    near = moved if moved.sum() >= 4 else None
    view = frame_view(
        ground, *focus(war, ground, None, near), width, 0, near is not None, tallest=1.05 if is_narrow(width) else 0.85
    )
    a, b = war.side("a"), war.side("b")
    keys = [
        Key(f"to {a.adjective} forces, {number_words(line.to_a.km2)} km²", SIDE["a"]), Key("in part", "#F3B48A"),
        Key(f"to {b.adjective} forces, {number_words(line.to_b.km2)} km²", "#3B7DB8"), Key("in part", "#A9CBE6"),
        Key(f"stays with {a.adjective} forces", BOTH), Key("as drawn", DRAWN, "line"),
        Key(f"front line {short_day(line.map_day)}", FRONT, "line", (3, 3)),
    ]  # fmt: skip
    head, top = legend(keys, width, font_size(width))
    view = view.lowered(top)
    layers, country = _backdrop(ground, view)
    stays = (cells["before"] >= 0.5) & (cells["after"] >= 0.5) & (cells["owner"] == "b")
    layers += _filled(view, dissolve(ground, view, cells["cell"][stays], country), BOTH)
    for side, least, color in GAINS:
        gain = (cells["after"] - cells["before"]) * (1 if side == "a" else -1)
        for owner, land in (("b", country), ("a", None)):
            chosen = cells["cell"][(gain >= least) & (cells["owner"] == owner)]
            layers += _filled(view, dissolve(ground, view, chosen, land), color)
    layers += _borders(war, ground, view, country, _tips(war, line))
    present = fronts(ground, view, _as_map(cells), country)
    drawn = [_clipped(view, outline) for outline in change.outline]
    layers += _lined(view, present, FRONT, 1.4, (3, 3))
    layers += [*_lined(view, drawn, "#FFFFFF", 3.6), *_lined(view, drawn, DRAWN, 2.0)]
    layers += _over(war, ground, view, None, country, [*present, *drawn])
    credit = (line.source, *sorted(ground.outline_sources | set(ground.places["source"])))
    return Figure(
        f"line-{change.day}-{line.source}",
        f"What the line would move: {change.name}",
        _caption(war, change, line),
        _alternative(war, change, line),
        credit,
        _finished([*head, *layers], view, width),
    )


def _line_of(change: LineChange, source: str | None) -> SourceLine:
    found = [line for line in change.sources if source in (None, line.source)]
    if not found:
        known = ", ".join(line.source for line in change.sources)
        raise QueryError(f"{source}: no map by it near {change.day}; expected one of {known}; choose one")
    return found[0]


def _cells(war: War, ground: Ground, change: LineChange, line: SourceLine) -> pd.DataFrame:
    """Cells of the ground with the shares that side A holds before and after."""
    cells = ground.cells[["cell", "region", "area_km2", "population"]].reset_index(drop=True)
    if not np.array_equal(cells["cell"].to_numpy(dtype=np.uint64), change.cells):
        raise QueryError(
            f"{change.name}: measured on other cells than those of the map; expected one pack; measure again"
        )
    owner = cells["region"].map({r.id: r.owner for r in war.regions.values()}).fillna("b")
    return cells.assign(owner=owner, before=line.before, after=line.after)


def _as_map(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells as a map of who holds them: the share held by the side that does not own the land."""
    return cells.assign(held=cells["before"].where(cells["owner"] == "b", 1 - cells["before"]))


def _clipped(view: View, outline: np.ndarray) -> shapely.Geometry:
    """A drawn line in pixels, finely enough that a long straight stretch bends with the projection."""
    return view.draw(shapely.segmentize(shapely.LineString(outline), 0.1))


def _tips(war: War, line: SourceLine) -> dict[str, dict[str, str]]:
    """What would change hands by region, for the pointer."""
    a, b = war.side("a").adjective, war.side("b").adjective
    return {
        r.region: {
            "Region": war.regions[r.region].name,
            f"To_{a}_forces": f"{number_words(r.to_a.km2)} km²",
            f"To_{b}_forces": f"{number_words(r.to_b.km2)} km²",
        }
        for r in line.regions
    }


def _caption(war: War, change: LineChange, line: SourceLine) -> str:
    error = "" if line.recorded_km2 is None else (
        f" By the cells {war.side('a').adjective} forces hold {number_words(line.held_km2)} km² of {war.side('b').name} "
        f"that day, by the source's own record {number_words(line.recorded_km2)} km²."
    )  # fmt: skip
    return (
        f"A hypothetical line, not a forecast or a proposal: {change.how}. Against the line of {day_words(line.map_day)}, "
        f"measured by hexagons of about {number_words(change.cell_km2)} km²; full colour where at least one half of one changes "
        f"hands.{error} Source: {source_words(war, [line.source])}.{_map_note(war)}"
    )


def _alternative(war: War, change: LineChange, line: SourceLine) -> str:
    a, b = war.side("a").adjective, war.side("b").adjective
    parts = [
        f"{_moved_words(moved)} would pass to {who} forces" for who, moved in ((a, line.to_a), (b, line.to_b))
    ]  # fmt: skip
    return (
        f"Map of what the line {change.name} would move against the line of {day_words(line.map_day)} by "
        f"{source_words(war, [line.source])}: {'; '.join(parts)}."
    )


def _moved_words(moved: Moved) -> str:
    people = "" if moved.people is None else f" with {number_words(moved.people)} people"
    places = [s.name for s in moved.places[:_NAMED]]
    more = len(moved.places) - len(places)
    named = join_words([*places, *([f"{more} more"] if more else [])])
    return f"{number_words(moved.km2)} km²{people}" + (f" ({named})" if named else "")
