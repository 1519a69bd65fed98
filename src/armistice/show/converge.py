"""What is left between the sides over time, issue by issue, and which of them moved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import altair as alt

from armistice.core.convergence import IssueConvergence, State
from armistice.core.errors import QueryError
from armistice.core.war import Side, War
from armistice.show.canvas import Key, Label, boxes, cut_text, legend, rules, write
from armistice.show.style import (
    GRID,
    INK,
    MUTED,
    SIDE_TEXT,
    Figure,
    day_words,
    finish,
    font_size,
    is_narrow,
    join_words,
    short_day,
    signed_words,
)

BANDS: dict[State, str] = {"open": "#6F757D", "within reach": "#B4BAC1", "closed": "#DFE2E6", "not stated": "#DFE2E6"}
_WORDS: dict[State, str] = {
    "open": "apart, and so is what each is judged to accept",
    "within reach": "apart, but what each is judged to accept meets",
    "closed": "the ranges stated last meet",
    "not stated": "",
}
_SIDES: tuple[Side, Side] = ("a", "b")


def draw_convergence(
    war: War,
    found: Sequence[IssueConvergence],
    since: date | None = None,
    minor: bool = False,
    width: int = 760,
) -> Figure:
    """Distance between the sides on each issue over time, what is left of it, and how far each side moved.

    Parameters
    ----------
    war : War
        Its as-of day is the last day drawn.
    found : sequence of IssueConvergence
        In the order in which they are to be drawn.
    since : date, optional
        The day from which they were reckoned; the war's baseline day if not given.
    minor : bool
        Whether minor issues are drawn as well.
    width : int
        Of the picture, px.

    Raises
    ------
    QueryError
        If there is no issue on which both sides stated a position.
    """
    first, last = since or war.baseline, war.as_of
    drawn = [c for c in found if c.course and (minor or not c.minor)]
    if not drawn:
        raise QueryError(
            f"{war.title}: no issue on which both sides stated a position by {last}; expected one; choose a later day"
        )
    narrow, size = is_narrow(width), font_size(width)
    states = [s for s in _WORDS if any(c.state == s for c in drawn)]
    head, top = legend([Key(_WORDS[s], BANDS[s]) for s in states], width, size)
    columns = [width - x for x in ((78.0, 38.0, 2.0) if narrow else (128.0, 66.0, 4.0))]
    left, right = (4.0, columns[0] - 36.0) if narrow else (214.0, columns[0] - 56.0)
    step, tall = (44.0, 20.0) if narrow else (30.0, 24.0)
    start = top + size * (3.6 if narrow else 2.6)

    def x_of(day: date) -> float:
        return left + (right - left) * (day - first).days / max((last - first).days, 1)

    layers = [*head, *_heads(war, columns, start, size)]
    bases = [start + (n + 1) * step for n in range(len(drawn))]
    bands = [
        b for item, base in zip(drawn, bases, strict=True) for b in _band(item, base, tall, x_of, last)
    ]  # fmt: skip
    bottom = start + len(drawn) * step
    layers += _years(first, last, x_of, (start + step - tall, bottom), size)
    for state in states:
        own = [b for b in bands if b["state"] == state]
        tips = (("issue", "Issue"), ("span", "Days"), ("left", "Distance"))
        layers += [boxes(own, BANDS[state], tips=tips)] if own else []
    layers.append(rules([{"x": left, "x1": right, "y": base, "y1": base} for base in bases], "#B4B9BF"))
    title_at = (left, -tall - 8, right - left) if narrow else (left - 8, -8.0, left - 12)
    layers += _words_of_rows(drawn, bases, title_at, columns, (size, narrow))
    spec = alt.layer(*layers).properties(width=width, height=bottom + size * 1.6 + 6)
    caption, told = _caption(war, first, last), _alternative(war, drawn, last)
    title = "What is left between the sides, and who moved"
    return Figure("convergence", title, caption, told, (), finish(spec, width, 0, "none"))


def _words_of_rows(
    drawn: Sequence[IssueConvergence],
    bases: Sequence[float],
    title_at: tuple[float, float, float],
    columns: Sequence[float],
    look: tuple[int, bool],
) -> list[alt.Chart]:
    """Title and numbers of each row; `title_at` is x, distance from the base and room, `look` type size and narrow."""
    size, narrow = look
    x, above, room = title_at
    words: list[Label] = []
    moves: dict[Side, list[Label]] = {"a": [], "b": []}
    for item, base in zip(drawn, bases, strict=True):
        title = cut_text(item.title, room, size, narrow)
        words.append(Label(title, x, base + above, "left" if narrow else "right", size, narrow))
        now = item.course[-1][1]
        words.append(Label(f"{now:.2f}" if now >= 0.005 else "meet", columns[0], base - 8, "right", size, True))
        for side, column in zip(_SIDES, columns[1:], strict=True):
            moves[side].append(Label(_moved(item, side), column, base - 8, "right", size))
    return [*write(words, INK), *write(moves["a"], SIDE_TEXT["a"]), *write(moves["b"], SIDE_TEXT["b"])]


def _heads(war: War, columns: Sequence[float], start: float, size: float) -> list[alt.Chart]:
    """Titles of the columns of numbers."""
    room = columns[2] - columns[1] - 6
    y = start - size * 0.4
    layers = write([Label("left", columns[0], y, "right", size)], MUTED)
    layers += write([Label("moved toward the other", columns[2], y - size * 1.4, "right", size)], MUTED)
    for side, x in zip(_SIDES, columns[1:], strict=True):
        name = cut_text(war.side(side).name, room, size)
        shown = war.side(side).name[:4] + "." if name == "…" else name
        layers += write([Label(shown, x, y, "right", size)], SIDE_TEXT[side])
    return layers


def _band(item: IssueConvergence, base: float, tall: float, x_of: Any, last: date) -> list[dict[str, Any]]:
    """The distance over time as boxes, one for each stretch of days between two statements."""
    course = [step for n, step in enumerate(item.course) if n == 0 or step[1] != item.course[n - 1][1]]
    days = [*course, (last + timedelta(days=1), 0.0)]
    return [
        {
            "x": x_of(day), "x1": x_of(min(after, last)), "y": base - max(left * tall, 1.0), "y1": base,
            "state": item.state, "issue": item.title, "span": f"{short_day(day)} to {short_day(min(after, last))}",
            "left": f"{left:.2f}" if left >= 0.005 else "ranges meet",
        }
        for (day, left), (after, _) in pairwise(days)
        if after > day
    ]  # fmt: skip


def _moved(item: IssueConvergence, side: Side) -> str:
    move = item.moves[side]
    if move.start == move.now:
        return "–"
    return signed_words(move.toward, 2) if abs(move.toward) >= 0.005 else "0"


def _years(first: date, last: date, x_of: Any, span: tuple[float, float], size: float) -> list[alt.Chart]:
    years = [date(y, 1, 1) for y in range(first.year, last.year + 1) if first <= date(y, 1, 1) <= last]
    lines = rules([{"x": x_of(d), "x1": x_of(d), "y": span[0], "y1": span[1]} for d in years], GRID)
    return [lines, *write([Label(str(d.year), x_of(d), span[1] + size * 0.9, "center", size) for d in years], MUTED)]


def _caption(war: War, first: date, last: date) -> str:
    a, b = war.side("a").name, war.side("b").name
    return (
        f"Distance between the near ends of the ranges that {a} and {b} stated last, from 0 (they meet) to 1, {day_words(first)} to {day_words(last)}; a band "
        f"starts when both have spoken. Movement of each near end since the last text by {day_words(first)}, or since the first after it (a dash where there is only one); negative is away "
        f"from the other side. Order and spacing of the options, and what a side would accept, are judgements. Sources: texts and reports named in the "
        f"pack's positions."
    )


def _alternative(war: War, drawn: Sequence[IssueConvergence], last: date) -> str:
    parts = []
    for state in _WORDS:
        own = [c for c in drawn if c.state == state]
        if own:
            named = [c.title if state == "closed" else f"{c.title} {c.course[-1][1]:.2f}" for c in own]
            parts.append(f"{state.capitalize()}: {join_words(named)}")
    return f"Chart of the distance on {len(drawn)} issues up to {day_words(last)}. {'. '.join(parts)}."
