"""Charts of the talks: positions by issue and what is left between them, the run of proposals, and checked claims.

A position is a range on an issue, from 0 (what side B would like best) to 1 (what side A would). The distance between
the sides is from the near end of one range to the near end of the other, and zero where the ranges meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from armistice.core.errors import QueryError
from armistice.core.war import Issue, Side, War
from armistice.show.canvas import (
    Key,
    Label,
    Layer,
    boxes,
    cut_text,
    legend,
    place_labels,
    points,
    rules,
    wrap_text,
    write,
)
from armistice.show.positions import SIDES, distance, distance_words, latest_positions, party_name, stated_positions
from armistice.show.style import (
    GRID,
    INK,
    MUTED,
    SIDE,
    SIDE_PALE,
    SIDE_TEXT,
    Chart,
    Figure,
    day_words,
    finish,
    font_size,
    is_narrow,
    join_words,
    records,
    short_day,
    time_axis,
)


def draw_positions(
    war: War,
    positions: pd.DataFrame,
    issue: str,
    as_of: date | None = None,
    since: date | None = None,
    width: int = 760,
) -> Figure:
    """What each side has asked for on one issue, over time, with the options in order and what is left between them.

    Parameters
    ----------
    war : War
    positions : DataFrame
        Table `positions` of a pack.
    issue : str
        Id of the issue.
    as_of, since : date, optional
        Last and first day; the war's as-of and baseline days if not given.
    width : int
        Of the picture, px.

    Raises
    ------
    QueryError
        If the issue is unknown or nobody stated a position on it in that time.
    """
    narrow, size = is_narrow(width), font_size(width)
    last, first = as_of or war.as_of, since or war.baseline
    stated = stated_positions(war, positions, issue, last)
    shown = stated[stated["date"] >= np.datetime64(first, "s")]
    if shown.empty:
        raise QueryError(
            f"{war.issue(issue).title}: no position between {first} and {last}; expected one; choose an earlier first day"
        )
    matter = war.issue(issue)
    a, b = war.side("a"), war.side("b")
    keys = [
        Key(a.name, SIDE["a"], "point", shape="circle"),
        Key(b.name, SIDE["b"], "point", shape="square"),
        Key("third parties", "#FFFFFF", "point", stroke=MUTED, shape="diamond"),
    ]
    head, top = legend(keys, width, size)
    left = 128.0 if narrow else 236.0
    right = 14.0 if narrow else 96.0
    rows, bottom = _option_rows(matter, left - 12, size - (1 if narrow else 0), top + 4)
    y_of = _between({value: middle for value, (_, middle) in rows.items()})
    days = max((last - first).days, 1)

    def x_of(day: Any) -> float:
        return left + 10 + (width - left - right - 20) * (pd.Timestamp(day).date() - first).days / days

    layers = [
        *head,
        *_option_lines(rows, left, width - right, size, narrow),
        *_year_marks(first, last, x_of, top, bottom, size),
    ]
    for side in SIDES:
        layers += _path(shown[shown["side"] == side], side, x_of, y_of, width - right)
    own = shown[shown["side"] != ""]
    busy = [(x_of(r.date) - 6, y_of(r.high) - 9, x_of(r.date) + 6, y_of(r.low) + 9) for r in own.itertuples()]
    layers += _others(
        war, shown[shown["side"] == ""], (x_of, y_of), [(left, top, width - right, bottom), *busy], size - 1
    )
    latest = latest_positions(war, positions, issue, last)
    left_over = distance(latest)
    layers += _gap_mark(latest, left_over, y_of, width - right + 8, size) if not narrow else []
    spec = alt.layer(*layers).properties(width=width, height=bottom + size + 14)
    caption = (
        f"Stated positions on a scale from 0 (what {b.name} would like best) to 1 (what {a.name} would), {day_words(first)} to {day_words(last)}; a bar where "
        f"a text leaves a range. {distance_words(left_over).capitalize()} on {day_words(last)}, from near end to near end. The order and spacing of the options are "
        f"judgements. Sources: texts and reports named in the pack's positions."
    )
    words = (
        f"Chart of the positions on {matter.title.lower() if matter.title[1:2].islower() else matter.title}. "
        + _latest_words(war, positions, matter, last)
        + f" {distance_words(left_over).capitalize()}."
    )
    return Figure(
        f"positions-{issue}",
        f"{matter.title}: what each side asks for",
        caption,
        words,
        (),
        finish(spec, width, 0, "none"),
    )


def _latest_words(war: War, positions: pd.DataFrame, issue: Issue, as_of: date) -> str:
    latest = latest_positions(war, positions, issue.id, as_of)
    parts = []
    for side, ends in latest.items():
        labels = list(dict.fromkeys(next(o.label for o in issue.options if o.value == v) for v in ends))
        parts.append(f"{war.side(side).name}: {' to '.join(labels)}.")
    return " ".join(parts)


def _option_rows(
    issue: Issue, wide: float, size: float, top: float
) -> tuple[dict[float, tuple[list[str], float]], float]:
    """Each option's wrapped words and the middle of its row, px, side A's ideal on top."""
    rows, y = {}, top
    for option in sorted(issue.options, key=lambda o: -o.value):
        lines = wrap_text(option.label, wide, size)
        lines = lines if len(lines) <= 5 else [*lines[:4], cut_text(" ".join(lines[4:]), wide, size)]
        tall = max(len(lines) * (size + 2) + 10, 30.0)
        rows[option.value] = (lines, y + tall / 2)
        y += tall
    return rows, y


def _between(places: dict[float, float]) -> Any:
    """A map from the issue's scale to pixels that is straight between options."""
    values = sorted(places)
    return lambda value: float(np.interp(value, values, [places[v] for v in values]))


def _option_lines(
    rows: dict[float, tuple[list[str], float]], left: float, right: float, size: float, narrow: bool
) -> list[alt.Chart]:
    small = size - (1 if narrow else 0)
    labels = [
        Label(line, left - 8, middle + (i - (len(lines) - 1) / 2) * (small + 2), "right", small)
        for lines, middle in rows.values() for i, line in enumerate(lines)
    ]  # fmt: skip
    return [
        rules([{"x": left, "x1": right, "y": m, "y1": m} for _, m in rows.values()], GRID),
        *write(labels, "#3A4048"),
    ]


def _year_marks(first: date, last: date, x_of: Any, top: float, bottom: float, size: float) -> list[alt.Chart]:
    years = [date(y, 1, 1) for y in range(first.year, last.year + 1) if first <= date(y, 1, 1) <= last]
    lines = rules([{"x": x_of(d), "x1": x_of(d), "y": top, "y1": bottom} for d in years], GRID)
    return [lines, *write([Label(str(d.year), x_of(d), bottom + size * 0.8, "center", size) for d in years], MUTED)]


def _path(rows: pd.DataFrame, side: Side, x_of: Any, y_of: Any, end: float) -> list[alt.Chart]:
    """A side's positions: marks joined by steps, with bars where a text leaves a range."""
    if rows.empty:
        return []
    shift = -3.0 if side == "a" else 3.0
    spots = [
        {
            "x": x_of(r.date), "y": y_of((r.low + r.high) / 2) + shift, "low": y_of(r.low) + shift, "high": y_of(r.high) + shift,
            "when": short_day(r.date), "document": r.document, "text": r.text, "source": r.source,
        }
        for r in rows.itertuples()
    ]  # fmt: skip
    across = [
        {"x": p["x"], "y": p["y"], "x1": q["x"], "y1": p["y"]}
        for p, q in zip(spots, [*spots[1:], {"x": end}], strict=True)
    ]
    up = [{"x": q["x"], "y": p["y"], "x1": q["x"], "y1": q["y"]} for p, q in pairwise(spots)]
    spans = [
        {"x": p["x"], "x1": p["x"], "y": p["high"], "y1": p["low"]} for p in spots if abs(p["high"] - p["low"]) > 1
    ]
    layers = [rules([*across, *up], SIDE[side], 1.4)]
    layers += [rules(spans, SIDE[side], 6, cap="round")] if spans else []
    look: dict[str, Any] = {
        "shape": "circle" if side == "a" else "square",
        "fill": SIDE[side],
        "stroke": "#FFFFFF",
        "size": 52,
        "strokeWidth": 1,
    }
    return [
        *layers,
        points(spots, look, (("when", "Day"), ("document", "Text"), ("text", "Position"), ("source", "Source"))),
    ]


def _others(
    war: War,
    rows: pd.DataFrame,
    places: tuple[Any, Any],
    taken_boxes: list[tuple[float, float, float, float]],
    size: float,
) -> list[alt.Chart]:
    """Positions of third parties, each named once a row where there is room; `taken_boxes` are the frame and what is taken."""
    x_of, y_of = places
    frame, *busy = taken_boxes
    spots = [
        {"x": x_of(r.date), "y": y_of((r.low + r.high) / 2), "party": party_name(war, r.party)}
        | {"when": short_day(r.date), "document": r.document, "text": r.text}
        for r in rows.itertuples()
    ]
    if not spots:
        return []
    look: dict[str, Any] = {"shape": "diamond", "fill": "#FFFFFF", "stroke": MUTED, "size": 42, "strokeWidth": 1.2}
    taken = [(p["x"] - 5, p["y"] - 5, p["x"] + 5, p["y"] + 5) for p in spots]
    first = {(p["party"], round(p["y"])): (p["party"], p["x"], p["y"], False) for p in reversed(spots)}
    names = place_labels(first.values(), size, frame, [*taken, *busy], gap=8)
    tips = (("party", "Party"), ("when", "Day"), ("document", "Text"), ("text", "Position"))
    return [points(spots, look, tips), *write(names, MUTED, halo="#FFFFFF")]


def _gap_mark(
    latest: dict[Side, tuple[float, float]], left: float | None, y_of: Any, x: float, size: float
) -> list[alt.Chart]:
    """A bracket at the right from the near end of one side to that of the other, with its length."""
    if left is None or left < 0.005:
        return write(
            [Label(distance_words(left), x, y_of(latest["a"][0]) if "a" in latest else 60.0, "left", size)], MUTED
        )
    high, low = y_of(latest["a"][0]) - 3, y_of(latest["b"][1]) + 3
    lines = [
        {"x": x, "x1": x, "y": high, "y1": low},
        {"x": x - 5, "x1": x, "y": high, "y1": high},
        {"x": x - 5, "x1": x, "y": low, "y1": low},
    ]
    middle = (high + low) / 2
    return [
        rules(lines, INK, 1.2),
        *write(
            [
                Label("distance", x + 6, middle - size * 0.6, "left", size),
                Label(f"{left:.2f}", x + 6, middle + size * 0.7, "left", size, True),
            ],
            INK,
        ),
    ]


def draw_position_paths(
    war: War,
    positions: pd.DataFrame,
    issues: Sequence[str] = (),
    as_of: date | None = None,
    since: date | None = None,
    width: int = 760,
) -> Figure:
    """Positions on many issues over time: small charts on one scale, the space between the sides shaded.

    Parameters
    ----------
    issues : sequence of str
        Ids; all issues that are not minor and on which both sides have stated a position, if none is given.
    war, positions, as_of, since, width
        As in `draw_positions`.

    Raises
    ------
    QueryError
        If an issue is unknown, or there is nothing to draw.
    """
    narrow, size = is_narrow(width), font_size(width)
    last, first = as_of or war.as_of, since or war.baseline
    chosen = list(issues) or [i.id for i in war.issues if not i.minor]
    found = {i: latest_positions(war, positions, i, last) for i in chosen}
    drawn = [i for i in chosen if len(found[i]) == 2]
    if not drawn:
        raise QueryError(
            f"{war.title}: no issue on which both sides stated a position by {last}; expected one; choose a later day"
        )
    across = min(2 if narrow else 4, len(drawn))
    plot = (width - 8 - 12 * (across - 1)) / across - 4
    frame = pd.DataFrame(index=pd.DatetimeIndex([first, last]))
    charts = [
        _small_paths(war, positions, i, (first, last), (plot, 64.0 if narrow else 72.0), (size, frame)) for i in drawn
    ]
    spec = alt.concat(*charts, columns=across, spacing={"row": 12, "column": 12})
    a, b = war.side("a"), war.side("b")
    absent = [war.issue(i).title for i in chosen if i not in drawn]
    tail = f" Not drawn, since only one side stated a position: {join_words(absent)}." if absent else ""
    caption = (
        f"Middle of the last stated position of {a.name} (orange) and {b.name} (blue), from 0 at the bottom (best for {b.name}) to 1 at the top (best for "
        f"{a.name}), {day_words(first)} to {day_words(last)}; the grey space is what lies between. "
        f"The distance is between the near ends of the stated ranges, on {day_words(last)}. A line starts with the first text that "
        f"speaks of the issue.{tail} Sources: texts and reports named in the pack's positions."
    )
    words = (
        f"Small charts of positions, {day_words(last)}. "
        + "; ".join(f"{war.issue(i).title}: {distance_words(distance(found[i]))}" for i in drawn)
        + "."
    )
    return Figure("position-paths", "How positions moved, issue by issue", caption, words, (), finish(spec, width))


def _small_paths(
    war: War,
    positions: pd.DataFrame,
    issue: str,
    span: tuple[date, date],
    space: tuple[float, float],
    look: tuple[int, pd.DataFrame],
) -> Chart:
    """One small chart of the two sides' positions on an issue; `look` is the type size and the frame of days."""
    first, last = span
    size, frame = look
    stated = stated_positions(war, positions, issue, last)
    steps: dict[Side, pd.Series] = {}
    for side in SIDES:
        own = stated[stated["side"] == side].set_index("date")
        middle = (own["low"] + own["high"]) / 2
        steps[side] = middle[~middle.index.duplicated(keep="last")]
    days = sorted(
        {
            pd.Timestamp(first),
            pd.Timestamp(last),
            *(d for s in steps.values() for d in s.index if d >= pd.Timestamp(first)),
        }
    )
    table = pd.DataFrame({side: s.reindex(s.index.union(days)).ffill().reindex(days) for side, s in steps.items()})
    x = alt.X(
        "day:T",
        axis=time_axis(frame.index[0], frame.index[1], True),
        scale=alt.Scale(type="utc", domain=[str(first), str(last)], nice=False),
    )
    scale, axis = (
        alt.Scale(domain=[-0.06, 1.06], nice=False),
        alt.Axis(title=None, values=[0, 1], labels=False, ticks=False, domain=False),
    )
    both = records({"day": d, "a": r["a"], "b": r["b"]} for d, r in table.iterrows() if r.notna().all())
    layers = [
        Layer(both)
        .mark_area(color="#DFE2E6", interpolate="step-after")
        .encode(x=x, y=alt.Y("a:Q", axis=axis, scale=scale), y2="b:Q")
    ]
    for side in SIDES:
        known = table[side].dropna()
        rows = [{"day": d, "value": v} for d, v in known.items()]
        layers.append(
            Layer(records(rows))
            .mark_line(color=SIDE[side], strokeWidth=2, interpolate="step-after")
            .encode(x=x, y=alt.Y("value:Q", axis=axis, scale=scale))
        )
        told = [
            {
                "day": r.date,
                "value": (r.low + r.high) / 2,
                "when": short_day(r.date),
                "document": r.document,
                "text": r.text,
            }
            for r in stated[(stated["side"] == side) & (stated["date"] >= np.datetime64(first, "s"))].itertuples()
        ]
        tip = [
            alt.Tooltip("when:N", title="Day"),
            alt.Tooltip("document:N", title="Text"),
            alt.Tooltip("text:N", title="Position"),
        ]
        if told:
            layers.append(
                Layer(records(told))
                .mark_point(filled=True, size=18, opacity=1, color=SIDE[side])
                .encode(x=x, y=alt.Y("value:Q", axis=axis, scale=scale), tooltip=tip)
            )
    lines = wrap_text(war.issue(issue).title, space[0], size, bold=True)
    lines = [*lines, ""][:2] if len(lines) < 2 else [lines[0], cut_text(" ".join(lines[1:]), space[0], size, bold=True)]
    left = distance(latest_positions(war, positions, issue, last))
    title = alt.Title(
        lines,
        subtitle=distance_words(left),
        fontSize=size,
        subtitleFontSize=size,
        subtitleColor=MUTED,
        offset=5,
        frame="group",
    )
    return alt.layer(*layers).properties(width=space[0], height=space[1], title=title)


def draw_distances(war: War, positions: pd.DataFrame, as_of: date | None = None, width: int = 760) -> Figure:
    """Where the sides stand on each main issue, what is left between them, and the red lines.

    Parameters
    ----------
    war, positions, as_of, width
        As in `draw_positions`.
    """
    narrow, size = is_narrow(width), font_size(width)
    last = as_of or war.as_of
    found = {i.id: latest_positions(war, positions, i.id, last) for i in war.issues if not i.minor}
    left = {i: distance(f) for i, f in found.items()}
    order = sorted(
        (war.issue(i) for i in found if found[i]),
        key=lambda i: (-(left[i.id] or (0.0 if left[i.id] == 0 else -1.0)), i.title),
    )
    a, b = war.side("a"), war.side("b")
    keys = [
        Key(f"{a.name}, stated", SIDE["a"]),
        Key(f"{b.name}, stated", SIDE["b"]),
        Key("could live with", SIDE_PALE["a"]),
        Key("could live with", SIDE_PALE["b"]),
        Key("red lines", INK, "line", (3, 2)),
    ]
    head, top = legend(keys, width, size)
    start, right = (4.0, 64.0) if narrow else (232.0, 84.0)
    step = 46.0 if narrow else 30.0
    x0, x1 = start + 6, width - right
    ends_y = top + size * 0.7
    layers = [
        *head,
        *write([Label(f"← best for {b.name}", x0, ends_y, "left", size)], SIDE_TEXT["b"]),
        *write([Label(f"best for {a.name} →", x1, ends_y, "right", size)], SIDE_TEXT["a"]),
    ]
    table, titles, numbers = [], [], []
    for n, issue in enumerate(order):
        y = top + size * 1.8 + 12 + n * step + (10 if narrow else 0)
        table.append((issue, y))
        room = width - 12 if narrow else start - 6
        spot = (4.0, y - 17, "left") if narrow else (start - 4, y, "right")
        titles.append(Label(cut_text(issue.title, room, size, narrow), *spot, size, narrow))
        now = left[issue.id]
        numbers.append(
            Label(
                "–" if now is None else f"{now:.2f}" if now >= 0.005 else "meet", width - 10.0, y, "right", size, True
            )
        )
    layers += _distance_marks(war, table, found, (x0, x1))
    layers += [
        *write(titles, INK),
        *write(numbers, INK),
        *write([Label("distance", width - 10.0, ends_y, "right", size)], MUTED),
    ]
    bottom = top + size * 1.8 + 12 + len(order) * step + (4 if narrow else -4)
    spec = alt.layer(*layers).properties(width=width, height=bottom)
    known = [d for d in left.values() if d is not None]
    caption = (
        f"Last stated positions on {day_words(last)}, from 0 (best for {b.name}) to 1 (best for {a.name}); the distance runs from near end to near end. Pale: the range "
        f"each side could live with (judgement). Dashed, in the colour of its side: the first option that it says it will not accept. Sources: texts and reports named in the pack's positions."
    )
    words = (
        f"Chart of {len(order)} issues on {day_words(last)}. "
        + "; ".join(f"{i.title}: {distance_words(left[i.id])}" for i in order)
        + (f". Mean {np.mean(known):.2f}." if known else ".")
    )
    return Figure("distances", "What is left between the sides", caption, words, (), finish(spec, width, 0, "none"))


def _distance_marks(
    war: War,
    table: list[tuple[Issue, float]],
    found: dict[str, dict[Side, tuple[float, float]]],
    ends: tuple[float, float],
) -> list[alt.Chart]:
    """Scales, acceptable ranges, stated ranges and red lines of each issue."""
    x0, x1 = ends

    def x_of(value: float) -> float:
        return x0 + (x1 - x0) * value

    layers = [rules([{"x": x0, "x1": x1, "y": y, "y1": y} for _, y in table], GRID, 1.5)]
    for side, off in (("b", 4.5), ("a", -4.5)):
        who: Side = "a" if side == "a" else "b"
        pale, stated, lines = [], [], []
        for issue, y in table:
            low, high = sorted(issue.value(o) for o in issue.preference[who].acceptable)
            pale.append(
                {
                    "x": x_of(low) - 3,
                    "x1": x_of(high) + 3,
                    "y": y + off - 3.5,
                    "y1": y + off + 3.5,
                    "words": " to ".join(issue.preference[who].acceptable),
                    "why": issue.preference[who].why,
                }
            )
            if who in found[issue.id]:
                near, far = found[issue.id][who]
                labels = list(dict.fromkeys(next(o.label for o in issue.options if o.value == v) for v in (near, far)))
                stated.append(
                    {
                        "x": x_of(near) - 4,
                        "x1": x_of(far) + 4,
                        "y": y + off - 3.5,
                        "y1": y + off + 3.5,
                        "words": " to ".join(labels),
                        "issue": issue.title,
                    }
                )
            lines += [
                {
                    "x": x_of(issue.value(r.option)),
                    "x1": x_of(issue.value(r.option)),
                    "y": y + off - 6,
                    "y1": y + off + 6,
                }
                for r in war.red_lines
                if r.issue == issue.id and r.side == who
            ]
        layers.append(boxes(pale, SIDE_PALE[who], 0.75, 3, (("words", "Judged acceptable"), ("why", "Why"))))
        layers.append(
            boxes(stated, SIDE[who], 1, 3.5, (("issue", "Issue"), ("words", f"{war.side(who).name}, stated")))
        )
        layers += [rules(lines, SIDE_TEXT[who], 1.6, (3, 2))] if lines else []
    return layers
