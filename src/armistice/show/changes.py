"""The chart of changes: sets of changes that would be enough, which side each change serves, and who accepts then.

A row is one set of changes. Marks tell by colour and by shape whom a change serves; the strip tells in how many of the draws each
side accepts, and both do, as the draft stands (hollow) and with the changes (filled).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from armistice.core.amendment import Amended, Amendment, Change
from armistice.core.appraisal import Appraisal
from armistice.core.errors import QueryError
from armistice.core.settlement import Settlement
from armistice.core.war import War
from armistice.show.appraisals import draft_title, option_words, scale_of, source_of_worth
from armistice.show.bargaining import percent_words, stacked
from armistice.show.canvas import Key, Label, cut_text, legend, points, rules, text_width, wrap_text, write
from armistice.show.style import (
    GRID,
    INK,
    MUTED,
    PAPER,
    SIDE,
    SIDE_TEXT,
    Figure,
    finish,
    font_size,
    is_narrow,
)

MOST_SETS = 4
"""Sets of changes that are drawn: fewest changes first."""
_LANES = ("a", "b", "both")
_INK = {"a": SIDE["a"], "b": SIDE["b"], "both": INK, "": MUTED}
_TEXT = {"a": SIDE_TEXT["a"], "b": SIDE_TEXT["b"], "both": INK}
_SHAPE = {"a": "circle", "b": "square", "both": "diamond", "": "cross"}
_LANE = 20.0
"""Height of a lane, px."""
_LINES = 4
"""Lines of text that one change may take."""


@dataclass(frozen=True)
class _Told:
    """One change in a row: the mark, its words and where its first line stands, px."""

    change: Change
    lines: list[str]
    y: float


@dataclass(frozen=True)
class _Set:
    """One set of changes: its heading, its changes, the middle of its first lane and where the row starts and ends, px."""

    found: Amendment
    title: str
    told: list[_Told]
    lane: float
    y: float
    end: float


def draw_changes(
    war: War,
    drafts: Sequence[Settlement],
    found: Appraisal,
    amended: Amended,
    *,
    name: str = "changes",
    width: int = 760,
) -> Figure:
    """Sets of changes that are enough: whom each change serves, and who accepts before and after.

    Parameters
    ----------
    war : War
    drafts : sequence of Settlement
        For the title of the variant.
    found : Appraisal
        Of the draft as it stands.
    amended : Amended
        Of the same draft.
    name : str
        Of the figure.
    width : int
        Of the picture, px.

    Raises
    ------
    QueryError
        If no set of changes was found.
    """
    if not amended.amendments:
        raise QueryError(
            f"{amended.id}: no set of changes was found; expected one to draw; ask for less, or for another draft"
        )
    narrow, size = is_narrow(width), font_size(width)
    shown = amended.amendments[:MOST_SETS]
    head, top = legend(_keys(war, shown), width, size)
    names = {"a": war.side("a").name, "b": war.side("b").name, "both": "both"}
    labels = max(text_width(n, size, True) for n in names.values()) + 8
    start = (4.0 if narrow else width * 0.53) + min(labels, 88.0)
    end = width - text_width("100 → 100 %", size, True) - 12
    x_of = scale_of(0.0, 1.0, start + 6, end)
    ground = top + size * 3.6
    rows = _rows(war, shown, ground, (width - 8.0 if narrow else width * 0.5, size, narrow))
    layers = [*head, *_scale(rows, x_of, amended.wanted, (top + size * 0.9, size))]
    layers.append(rules([{"x": 2.0, "x1": width - 2.0, "y": row.y, "y1": row.y} for row in rows[1:]], GRID))
    layers += _words(rows, size)
    before = (found.sides["a"].p_accept, found.sides["b"].p_accept, amended.p_accept_both)
    for n, lane in enumerate(_LANES):
        layers += _lane(rows, n, before[n], x_of, (names[lane], start, width - 2.0, size))
    spec = finish(alt.layer(*layers).properties(width=width, height=rows[-1].end + 4), width, 0, "none")
    return _figure(war, drafts, found, amended, (name, spec))


def _keys(war: War, shown: Sequence[Amendment]) -> list[Key]:
    """Whom the changes serve, as far as they do."""
    served = {c.favours for m in shown for c in m.changes}
    words = {
        "a": f"serves {war.side('a').name}", "b": f"serves {war.side('b').name}", "both": "serves both", "": "serves neither by itself",
    }  # fmt: skip
    return [Key(words[k], _INK[k], "point", shape=_SHAPE[k]) for k in words if k in served]


def change_words(war: War, change: Change) -> str:
    """A change in words: the issue, and what it goes from and to."""
    issue = war.issue(change.issue)
    before, after = (option_words(issue, options) for options in (change.before, change.after))
    return f"{issue.title}: {after} in place of {before}{'' if change.wording else ', struck out'}"


def _rows(war: War, shown: Sequence[Amendment], top: float, look: tuple[float, int, bool]) -> list[_Set]:
    """Rows with their words; on a phone the strip stands below the words, else beside them."""
    room, size, narrow = look
    rows, y, deep = [], top, size + 3
    for n, found in enumerate(shown, 1):
        count = len(found.changes)
        told, at = [], y + 10 + deep
        for change in found.changes:
            lines = wrap_text(change_words(war, change), room - 18, size)
            if len(lines) > _LINES:
                lines = [*lines[: _LINES - 1], cut_text(" ".join(lines[_LINES - 1 :]), room - 18, size)]
            told.append(_Told(change, lines, at + size * 0.6))
            at += len(lines) * deep + 4
        lane = at + 12 if narrow else y + 10 + size * 0.6 + 2
        end = max(at, lane + 2.5 * _LANE) + 6
        rows.append(_Set(found, f"Set {n}: {'one change' if count == 1 else f'{count} changes'}", told, lane, y, end))
        y = end
    return rows


def _scale(
    rows: Sequence[_Set], x_of: Callable[[float], float], wanted: float, place: tuple[float, float]
) -> list[alt.Chart]:
    """Lines of the scale behind each strip, the share asked for, and what is read from it."""
    top, size = place
    spans = [(row.lane - 9, row.lane + 2 * _LANE + 9) for row in rows]
    lines = [{"x": x_of(t), "x1": x_of(t), "y": y, "y1": y1} for t in (0.0, 0.5, 1.0) for y, y1 in spans]
    asked = [{"x": x_of(wanted), "x1": x_of(wanted), "y": y, "y1": y1} for y, y1 in spans]
    ticks = [
        Label(text, x_of(t), top + size * 1.5, "center", size) for t, text in ((0.0, "0"), (0.5, "50"), (1.0, "100"))
    ]
    title = Label("accept, % of draws: ○ as it stands, ● changed", x_of(1.0) + 12, top, "right", size)
    return [rules(lines, GRID), rules(asked, MUTED, 1, (3, 3)), *write([title, *ticks], MUTED)]


def _words(rows: Sequence[_Set], size: float) -> list[alt.Chart]:
    """Headings, and each change with its mark."""
    titles = [Label(row.title, 4.0, row.y + 10 + size * 0.6, "left", size, True) for row in rows]
    lines = [label for row in rows for t in row.told for label in stacked(t.lines, 20.0, t.y, size)]
    layers = [*write(titles, INK), *write(lines, INK)]
    for key, shape in _SHAPE.items():
        marks = [{"x": 10.0, "y": t.y} for row in rows for t in row.told if t.change.favours == key]
        if marks:
            layers.append(points(marks, {"shape": shape, "fill": _INK[key], "stroke": _INK[key], "size": 60}))
    return layers


def _lane(
    rows: Sequence[_Set],
    n: int,
    before: float,
    x_of: Callable[[float], float],
    place: tuple[str, float, float, float],
) -> list[alt.Chart]:
    """One lane of every strip: who, from where to where, and in numbers."""
    name, start, right, size = place
    lane = _LANES[n]
    bold = lane == "both"
    moves, hollow, filled = [], [], []
    names, told = [], []
    for row in rows:
        after = (row.found.p_accept_a, row.found.p_accept_b, row.found.p_accept_both)[n]
        y = row.lane + n * _LANE
        numbers = f"{_short(before)} → {_short(after)} %"
        tip = {"who": name, "accepts": numbers}
        moves.append({"x": x_of(before), "x1": x_of(after), "y": y, "y1": y})
        hollow.append({"x": x_of(before), "y": y, **tip})
        filled.append({"x": x_of(after), "y": y, **tip})
        names.append(Label(cut_text(name, 84.0, size, bold), start - 4, y, "right", size, bold))
        told.append(Label(numbers, right, y, "right", size, bold))
    tips = (("who", "Who"), ("accepts", "Accepts, of draws"))
    look = {"shape": _SHAPE[lane], "stroke": _INK[lane], "strokeWidth": 1.5, "size": 55}
    return [
        rules(moves, _INK[lane], 1.5), points(hollow, {**look, "fill": PAPER}, tips), points(filled, {**look, "fill": _INK[lane]}, tips),
        *write([*names, *told], _TEXT[lane]),
    ]  # fmt: skip


def _short(share: float) -> str:
    return percent_words(share).removesuffix(" %").replace("under ", "<").replace("over ", ">")


def _figure(
    war: War, drafts: Sequence[Settlement], found: Appraisal, amended: Amended, made: tuple[str, Any]
) -> Figure:
    title, (name, spec) = draft_title(drafts, found), made
    left = len(amended.amendments) - MOST_SETS
    more = f" {left} more {'sets stand' if left > 1 else 'set stands'} in the table." if left > 0 else ""
    caption = (
        f"{title}: sets of changes with which both sides would prefer it to fighting on in at least {percent_words(amended.wanted)} of the draws (dashed), and peace would hold "
        f"{amended.years:g} years with a median chance of at least {percent_words(amended.lasting)}; fewest changes first.{more} A mark tells whom a change serves by itself. A share of judged draws is not a forecast, "
        f"and what both would prefer is not what both would sign. {source_of_worth(war, found)}"
    )
    a, b = war.side("a").name, war.side("b").name
    told = "; ".join(
        f"{', '.join(war.issue(c.issue).title for c in m.changes)}: {a} {percent_words(m.p_accept_a)}, {b} {percent_words(m.p_accept_b)}, both {percent_words(m.p_accept_both)}"
        for m in amended.amendments[:MOST_SETS]
    )
    alt_text = (
        f"Sets of changes of {title}, which both accept in {percent_words(amended.p_accept_both)} of draws as it stands. Changed issues and share of draws in which each accepts then: {told}."
    )  # fmt: skip
    return Figure(name, f"What would have to change: {title}", caption, alt_text, (), spec)
