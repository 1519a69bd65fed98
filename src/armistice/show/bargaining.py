"""Charts of the war-termination game over time: what each side would settle for, how the war may end, on what terms.

Shares of the stake are side A's. A median line with a band shows the draws over the judged ranges of the inputs: the
band is the 10th to the 90th of a hundred such draws, not a confidence interval from data.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np

from armistice.core.endings import BargainingRange, Ending, Outlook, WhatIf
from armistice.core.war import War
from armistice.show.canvas import Label, Layer, points, rules, spread, text_width, wrap_text, write
from armistice.show.style import (
    GRID,
    INK,
    MUTED,
    SIDE,
    SIDE_TEXT,
    Chart,
    Figure,
    day_words,
    finish,
    font_size,
    is_narrow,
    number_words,
    records,
    short_day,
    unit_title,
)

PEACE, PEACE_TEXT, PEACE_PALE = "#35B39A", "#00695C", "#BFE3DC"
"""Marks, words and areas where a settlement exists."""
APART, APART_PALE = "#6F4A8E", "#DCD3E3"
"""Marks and areas of the gap between the sides."""
_MARGIN = 57.0
"""Axis labels and white at both edges, px."""
_X, _Y = "at:Q", "value:Q"
"""Where the marks of a chart over time stand; the first layer says with which axis and scale."""


def over_draws(values: np.ndarray) -> np.ndarray:
    """10th, 50th and 90th percentile over draws, shape (3, ...); missing draws are left out, NaN where all are missing."""
    flat = np.asarray(values, float).reshape(len(values), -1)
    columns = [column[np.isfinite(column)] for column in flat.T]
    out = [np.quantile(c, (0.1, 0.5, 0.9)) if len(c) else np.full(3, np.nan) for c in columns]
    return np.array(out).T.reshape(3, *np.shape(values)[1:])


def percent_words(share: float) -> str:
    """A share or a chance as per cent, without false precision at either end."""
    if not np.isfinite(share):
        return "none"
    if 0 < share < 0.005 or 0.995 < share < 1:
        return "under 1 %" if share < 0.5 else "over 99 %"
    return f"{number_words(100 * share)} %"


def range_words(triple: np.ndarray, draws: int) -> str:
    """Median with the range of the draws: ``34 % (20 to 51 %)``; the number alone where all draws agree."""
    low, middle, high = (float(v) for v in triple)
    if draws == 1 or not np.isfinite(middle) or percent_words(low) == percent_words(high):
        return percent_words(middle)
    return f"{percent_words(middle)} ({percent_words(low).removesuffix(' %')} to {percent_words(high)})"


def engine_words(war: War, ending: Ending, one: bool = False, draws: int | None = None) -> str:
    """What every caption of the game says: the day, the engine, the draws, and that the inputs are judged.

    Parameters
    ----------
    one : bool
        Whether the picture is of one set of inputs.
    draws : int, optional
        Draws that the picture shows, where it shows not all of them.
    """
    n = draws or ending.draws
    spans = (
        "one set of inputs within them, so without a range"
        if one
        else "one draw within them, so without a range"
        if n == 1
        else f"medians with the 10 to 90 % range of {n} draws over them"
    )
    return (
        f"As of {day_words(war.as_of)}. Engine: {ending.equilibrium.engine.rstrip('.')}. Its inputs are judgements with ranges: {spans}. "
        "Source: own computation from the record and the judged inputs."
    )


def axis_title(war: War, ending: Ending) -> str:
    """Title of the axis on which the game is played."""
    return next((a.title for a in war.axes if a.id == ending.axis), ending.axis)


def draw_bargaining_range(war: War, ending: Ending, *, width: int = 760) -> Figure:
    """What side A would demand at least and side B concede at most, over the months ahead as the line moves at its pace.

    Parameters
    ----------
    war : War
    ending : Ending
        Its `by_months` is drawn.
    width : int
        Of the picture, px.
    """
    along = ending.by_months
    heading = f"Share of the stake that goes to {war.side('a').name}, by months from {short_day(war.as_of)}"
    title = _unit_lines(heading, width)
    spec = _terms_chart(war, along, "datum.value == 0 ? 'now' : datum.label", title, width)
    last = f"in {along.at[-1]:g} months"
    ends = _room_words(war, along, [(_now(along), "now"), (len(along.at) - 1, last)])
    caption = (
        f"Least share of the stake that {war.side('a').name} would settle for and most that {war.side('b').name} would concede, per cent of the stake, "
        f"if the line moves at its pace on record. {_ROOM_NOTE} {ends} {engine_words(war, ending)}"
    )
    words = f"Line chart of what the two sides would settle for over {along.at[-1]:g} months. {ends}"
    return Figure("bargaining-range", "What each side would settle for, month by month", caption, words, (), finish(spec, width))  # fmt: skip


def draw_reservations(war: War, ending: Ending, *, width: int = 760) -> Figure:
    """What side A would demand at least and side B concede at most, if the line were steps away: what waiting costs.

    Parameters
    ----------
    war : War
    ending : Ending
        Its `by_steps` is drawn.
    width : int
        Of the picture, px.
    """
    along, a = ending.by_steps, war.side("a").name
    name = f"steps won (+) or lost (−) by {a}"
    title = _unit_lines(f"Share of the stake that goes to {a}, by {name}", width)
    sign = "datum.value == 0 ? 'now' : (datum.value > 0 ? '+' : '−') + abs(datum.value)"
    spec = _terms_chart(war, along, sign, title, width)
    chosen = dict.fromkeys([0, _now(along), len(along.at) - 1])
    told = [(i, _step_words(war, float(along.at[i]))) for i in chosen]
    ends = _room_words(war, along, told)
    caption = (
        f"Least share of the stake that {a} would settle for and most that {war.side('b').name} would concede, per cent of the stake, at other positions of the "
        f"line on the axis {axis_title(war, ending)}. {_ROOM_NOTE} {ends} {engine_words(war, ending)}"
    )
    words = f"Line chart of what the two sides would settle for as the line moves. {ends}"
    return Figure("reservations", "What waiting costs: terms as the line moves", caption, words, (), finish(spec, width))  # fmt: skip


_ROOM_NOTE = (
    "Where the concession exceeds the demand there is something to share; a settlement further needs terms that hold and can be paid, "
    "so the bars below count the draws in which the game settles."
)


def _step_words(war: War, steps: float) -> str:
    unit, how = "step" if abs(steps) == 1 else "steps", "won" if steps > 0 else "lost"
    return f"after {abs(steps):g} {unit} {how} by {war.side('a').name}" if steps else "now"


def _now(along: BargainingRange) -> int:
    return int(np.argmin(np.abs(along.at)))


def _room_words(war: War, along: BargainingRange, told: Sequence[tuple[int, str]]) -> str:
    """Demand, concession and draws that settle at some of the points, as sentences."""
    a, b, n = war.side("a").name, war.side("b").name, len(along.settles)
    out = []
    for i, when in told:
        ask, give = over_draws(along.reservation_a[:, i]), over_draws(1 - along.reservation_b[:, i])
        settle = int(np.sum(along.settles[:, i]))
        held = f"{settle} of {n} draws settle" if n > 1 else "it settles" if settle else "it does not settle"
        out.append(
            f"{when[:1].upper()}{when[1:]}: {a} demands at least {range_words(ask, n)}, {b} concedes at most {range_words(give, n)}; {held}."
        )
    return " ".join(dict.fromkeys(out))


def _terms_chart(war: War, along: BargainingRange, names: str, title: alt.Title, width: int) -> alt.VConcatChart:
    """Demand and concession with their bands, the zone between them, the share held, and the draws that settle."""
    size, narrow = font_size(width), is_narrow(width)
    plot, height, room = width - _MARGIN, 250.0 if narrow else 290.0, 92.0 if narrow else 132.0
    ask, give = over_draws(along.reservation_a), over_draws(1 - along.reservation_b)
    held = np.asarray(along.held_a, float)
    every = np.concatenate([ask.ravel(), give.ravel(), held])
    low, high = float(np.nanmin(every)), float(np.nanmax(every))
    pad = max(0.06 * (high - low), (0.2 - (high - low)) / 2, 0.0)
    domain = [low - pad, high + pad]
    first, last = float(along.at[0]), float(along.at[-1])
    span = max(last - first, 1.0)
    edge = span * 0.015
    scale = alt.Scale(domain=[first - edge, last + span * room / (plot - room)], nice=False)
    ticks = round_ticks(first, last, 5 if narrow else 9, least=1.0)
    axis = alt.Axis(title=None, grid=False, values=ticks, labelExpr=names)
    x, y_scale = alt.X("at:Q", axis=axis, scale=scale), alt.Scale(domain=domain, nice=False, zero=False)
    y = alt.Y("value:Q", axis=_percent_axis(), scale=y_scale)
    layers = [_zones(along, ask[1], give[1], x, y)]
    for side, triple in (("a", ask), ("b", give)):
        layers += _band_and_line(along.at, triple, (SIDE[side], SIDE[side]), 0.16, "Share of the stake")
    line = Layer(records({"at": t, "value": v} for t, v in zip(along.at, held, strict=True)))
    layers.append(line.mark_line(color=INK, strokeWidth=1, strokeDash=[2, 3]).encode(x=_X, y=_Y))
    space = (height, domain[1] - domain[0], size)
    notes = _now_notes(along, ask[1], give[1])
    words = _zone_words(along, ask[1], give[1], space, "room" if narrow else "room for a deal")
    layers += [_dots(notes, 44), *_write([*words, *notes], size)]
    layers.append(_end_names(war, along, (ask[1], give[1], held), (height, domain, room, size)))
    upper = alt.layer(*layers).properties(width=plot, height=height, title=title)
    bar = max(2.0, min(14.0, (plot - room) / len(along.at) * 0.7))
    strip_title = unit_title("Draws in which the game settles there", width)
    lower = alt.layer(_settling(along, x, bar)).properties(width=plot, height=42, title=strip_title)
    return alt.vconcat(upper, lower, spacing=12).resolve_scale(x="shared")


def _settling(along: BargainingRange, x: alt.X, bar: float) -> alt.Chart:
    """Share of the draws that settle at each point, as bars `bar` px wide."""
    share = np.mean(along.settles, axis=0)
    rows = [{"at": t, "value": v, "words": percent_words(v)} for t, v in zip(along.at, share, strict=True)]
    y = alt.Y(_Y, axis=_percent_axis(values=[0, 1]), scale=alt.Scale(domain=[0, 1]))
    tip = [alt.Tooltip("words:N", title="Draws that settle")]
    return Layer(records(rows)).mark_bar(color=PEACE, size=bar).encode(x=x, y=y, tooltip=tip)


def _unit_lines(text: str, width: int) -> alt.Title:
    """The unit of a chart above it, on as many lines as it needs."""
    title = unit_title("", width)
    title.text = wrap_text(text, width - 24, font_size(width))
    return title


def round_ticks(low: float, high: float, most: int, least: float = 0.0) -> list[float]:
    """Round values from low to high, at most so many and at least `least` apart."""
    span = max(high - low, 1e-12)
    step = 10.0 ** np.floor(np.log10(span / most))
    step = max(step * next(f for f in (1, 2, 5, 10) if span / (step * f) <= most), least)
    first, last = int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9))
    return [round(float(k * step), 10) for k in range(first, last + 1)]


def _percent_axis(**look: Any) -> alt.Axis:
    shown = {"tickCount": 5, "format": ".0%", **look}
    return alt.Axis(title=None, minExtent=46, maxExtent=46, domain=False, ticks=False, **shown)


def _band_and_line(at: np.ndarray, triple: np.ndarray, colors: tuple[str, str], opacity: float, name: str) -> list[Any]:
    """The range over draws as a band and the median as a line, with both in words for the pointer."""
    rows = []
    for t, lo, mid, hi in zip(at, *triple, strict=True):
        words = f"{percent_words(mid)} ({percent_words(lo)} to {percent_words(hi)})"
        rows.append({"at": t, "value": mid, "low": lo, "high": hi, "words": words})
    tip = [alt.Tooltip("at:Q", title="At"), alt.Tooltip("words:N", title=name)]
    table = Layer(records(rows))
    band = table.mark_area(color=colors[0], opacity=opacity).encode(x=_X, y="low:Q", y2="high:Q")
    return [band, table.mark_line(color=colors[1], strokeWidth=2).encode(x=_X, y=_Y, tooltip=tip)]


def zone_runs(at: np.ndarray, ask: np.ndarray, give: np.ndarray) -> list[dict[str, Any]]:
    """Corners of the areas between two lines, cut where the lines cross: a `run` each, with whether a deal is there."""
    rows: list[dict[str, Any]] = []
    run = 0
    for i, t in enumerate(at):
        deal = bool(give[i] > ask[i])
        if i and deal != (give[i - 1] > ask[i - 1]):
            before, after = give[i - 1] - ask[i - 1], give[i] - ask[i]
            part = before / (before - after)
            where, level = at[i - 1] + part * (t - at[i - 1]), ask[i - 1] + part * (ask[i] - ask[i - 1])
            cross = {"at": float(where), "value": float(level), "to": float(level)}
            rows.append({**cross, "run": run, "deal": not deal})
            run += 1
            rows.append({**cross, "run": run, "deal": deal})
        rows.append({"at": float(t), "value": float(ask[i]), "to": float(give[i]), "run": run, "deal": deal})
    return rows


def _zones(along: BargainingRange, ask: np.ndarray, give: np.ndarray, x: alt.X, y: alt.Y) -> alt.Chart:
    """The area between the medians."""
    color = alt.Color("deal:N", legend=None, scale=alt.Scale(domain=[True, False], range=[PEACE_PALE, APART_PALE]))
    area = Layer(records(zone_runs(along.at, ask, give))).mark_area(opacity=0.9)
    return area.encode(x=x, y=y, y2="to:Q", color=color, detail="run:N")


def _zone_words(
    along: BargainingRange, ask: np.ndarray, give: np.ndarray, space: tuple[float, float, float], room: str
) -> list[dict[str, Any]]:
    """Words in the widest place of each kind of area; `space` is the height in px, the span of the scale, the type."""
    height, span, size = space
    first, long = float(along.at[0]), float(along.at[-1] - along.at[0])
    rows, out = zone_runs(along.at, ask, give), []
    for deal, name, ink in ((True, room, PEACE_TEXT), (False, "gap", APART)):
        own = [r for r in rows if r["deal"] == deal and 0.12 * long <= r["at"] - first <= 0.88 * long]
        best = max(own, key=lambda r: abs(r["to"] - r["value"]), default=None)
        if best is not None and abs(best["to"] - best["value"]) / span * height >= 1.5 * size:
            out.append(_note(best["at"], (best["to"] + best["value"]) / 2, name, ink))
    return out


def _note(
    at: float, value: float, text: str, ink: str, align: str = "center", dx: float = 0.0, dy: float = 0.0
) -> dict[str, Any]:
    return {"at": at, "value": value, "text": text, "ink": ink, "align": align, "dx": dx, "dy": dy}


def _write(notes: Sequence[dict[str, Any]], size: float, weight: str = "bold") -> list[alt.Chart]:
    """Words at their places, each in its ink and beside its point, on a white edge that keeps lines out of them."""
    if not notes:
        return []
    look: dict[str, Any] = {key: alt.ExprRef(f"datum.{key}") for key in ("align", "dx", "dy")}
    table = Layer(records(notes)).encode(x=_X, y=_Y, text="text:N")
    look |= {"fontSize": size, "fontWeight": weight}
    halo = table.mark_text(**look, color="#FFFFFF", stroke="#FFFFFF", strokeWidth=3, strokeJoin="round")
    return [halo, table.mark_text(**look, color=alt.ExprRef("datum.ink"))]


def _now_notes(along: BargainingRange, ask: np.ndarray, give: np.ndarray) -> list[dict[str, Any]]:
    """Where the sides stand now: the number of each line, outside the zone."""
    i = _now(along)
    above = (ask[i] >= give[i], give[i] > ask[i])
    return [
        _note(along.at[i], own[i], percent_words(float(own[i])), SIDE_TEXT[side], "left", 5, -10 if up else 11)
        for side, own, up in zip("ab", (ask, give), above, strict=True)
    ]


def _dots(notes: Sequence[dict[str, Any]], size: float) -> alt.Chart:
    mark = Layer(records(notes)).mark_point(filled=True, size=size, color=alt.ExprRef("datum.ink"), opacity=1)
    return mark.encode(x=_X, y=_Y)


def _end_names(
    war: War, along: BargainingRange, lines: tuple[np.ndarray, ...], space: tuple[float, list[float], float, float]
) -> alt.Chart:
    """The three lines by name at their ends, kept apart."""
    height, domain, room, size = space
    a, b = war.side("a").name, war.side("b").name
    names = (f"{a} would demand at least", f"{b} would concede at most", f"held by {a}")
    told = [wrap_text(name, room - 10, size) for name in names]
    tall = max(len(t) for t in told) * (size + 2) + 6
    wide, half = domain[1] - domain[0], tall / 2
    at = spread([height * (domain[1] - float(line[-1])) / wide for line in lines], tall, half - 6, height - half + 6)
    inks = (SIDE_TEXT["a"], SIDE_TEXT["b"], MUTED)
    rows = [
        _note(along.at[-1], domain[1] - place / height * wide, "\n".join(words), ink)
        for words, place, ink in zip(told, at, inks, strict=True)
    ]
    look: dict[str, Any] = {"align": "left", "dx": 8, "fontSize": size, "lineHeight": size + 2, "lineBreak": "\n"}
    mark = Layer(records(rows)).mark_text(**look, baseline="middle", color=alt.ExprRef("datum.ink"))
    return mark.encode(x=_X, y=_Y, text="text:N")


def month_index(outlook: Outlook, month: int) -> int:
    """Position of the last month of an outlook that is not after the one asked for."""
    return max(int(np.searchsorted(outlook.months, month, side="right")) - 1, 0)


def draw_outlook(war: War, ending: Ending, *, width: int = 760) -> Figure:
    """Chance by month that the war has ended in a settlement or in victory, or goes on: small fans on one scale.

    Parameters
    ----------
    war : War
    ending : Ending
    width : int
        Of the picture, px.
    """
    outlook, narrow, n = ending.outlook, is_narrow(width), ending.draws
    a, b = war.side("a").name, war.side("b").name
    fans = (
        ("Settlement", outlook.p_settlement, PEACE, PEACE_TEXT),
        ("War goes on", outlook.p_ongoing, "#7A7F87", MUTED),
        (f"Victory of {a}", outlook.p_victory_a, SIDE["a"], SIDE_TEXT["a"]),
        (f"Victory of {b}", outlook.p_victory_b, SIDE["b"], SIDE_TEXT["b"]),
    )
    across = 2 if narrow else 4
    space = ((width - 2 - 12 * (across - 1)) / across - 40, 110.0 if narrow else 170.0)
    charts = [_chance_fan(outlook, fan, space, width) for fan in fans]
    spec = alt.concat(*charts, columns=across, spacing={"row": 16, "column": 12})
    marks = _marked_months(outlook)
    told = [
        f"by month {outlook.months[i]}: "
        + ", ".join(f"{name[:1].lower()}{name[1:]} {range_words(over_draws(p)[:, i], n)}" for name, p, _, _ in fans)
        for i in marks
    ]
    ends = "; ".join(told)
    caption = (
        f"Chance, per cent, that the war has ended in each way by months from {short_day(war.as_of)}, cumulative; a surrender counts as the other side's victory. "
        f"Lines: median of the draws; the four medians need not sum to 100. {ends[:1].upper()}{ends[1:]}. {engine_words(war, ending)}"
    )
    words = f"Four small charts of the chance of a settlement, of the war going on and of either side's victory. {ends[:1].upper()}{ends[1:]}."
    return Figure("outlook", "How the war may end, month by month", caption, words, (), finish(spec, width))


def _marked_months(outlook: Outlook) -> list[int]:
    """Positions of months 12 and 36, or of the last one where the outlook is shorter."""
    return list(dict.fromkeys(month_index(outlook, m) for m in (12, 36)))


def _chance_fan(
    outlook: Outlook, fan: tuple[str, np.ndarray, str, str], space: tuple[float, float], width: int
) -> Chart:
    """One small chart: median, band and numbers at the marked months."""
    name, chance, color, ink = fan
    size, triple = font_size(width), over_draws(chance)
    falls = bool(triple[1, -1] < triple[1, 0])
    last = max(float(outlook.months[-1]), 1.0)
    ticks = [m for m in (0, 12, 24, 36, 48, 60, 84, 120, 180, 240) if m <= last][:: 1 if last <= 36 else 2]
    x = alt.X(
        "at:Q",
        axis=alt.Axis(title=None, grid=False, values=ticks, labelExpr="datum.value == 0 ? 'now' : datum.label"),
        scale=alt.Scale(domain=[0, last], nice=False),
    )
    scale = alt.Scale(domain=[0, 1.0])
    axis = alt.Axis(title=None, values=[0, 0.5, 1], format=".0%", minExtent=36, maxExtent=36, domain=False, ticks=False)
    layers = _band_and_line(outlook.months, triple, (color, ink), 0.28, name)
    layers[1] = layers[1].encode(x=x, y=alt.Y(_Y, axis=axis, scale=scale))
    notes = []
    for i in _marked_months(outlook):
        month, value = int(outlook.months[i]), float(triple[1, i])
        place = ("right", 3, -11) if month > 0.8 * last else ("left", 6, -8) if falls else ("center", -3, -11)
        place = place if value < 0.85 else (*place[:2], 12)
        notes.append(_note(month, value, percent_words(value), ink, *place))
    layers += [_dots(notes, 34), *_write(notes, size)]
    heading = wrap_text(name, space[0] + 36, size, bold=True)
    title = alt.Title(heading, fontSize=size, color=ink, offset=6, frame="group")
    return alt.layer(*layers).properties(width=space[0], height=space[1], title=title)


def draw_terms(war: War, ending: Ending, *, width: int = 760) -> Figure:
    """Side A's share of the stake in the settlements that the game foresees, with the share it holds now.

    Parameters
    ----------
    war : War
    ending : Ending
    width : int
        Of the picture, px.
    """
    outlook, size, a, n = ending.outlook, font_size(width), war.side("a").name, ending.draws
    edges = np.asarray(outlook.net_share, float)
    chance = np.mean(outlook.p_net_share[:, -1, :], axis=0)
    total = float(chance.sum())
    share = chance / total if total > 0 else np.zeros_like(chance)
    held = float(ending.by_steps.held_a[_now(ending.by_steps)])
    top = max(float(share.max()), 0.05) * 1.22
    used = np.concatenate([edges[:-1][share > 0], edges[1:][share > 0], [0.0, held, 1.0]])
    bars = _terms_bars(edges, share, (float(used.min()), float(used.max())), top, width).encode(
        tooltip=[alt.Tooltip("words:N", title=f"Share of {a}"), alt.Tooltip("part:N", title="Of settlements")]
    )
    right, middle = held < (used.min() + used.max()) / 2, float(used.min() + used.max()) / 2
    place = ("left", 5, 8) if right else ("right", -5, 8)
    notes = [_note(held, top, f"held by {a} now: {percent_words(held)}", INK, *place)]
    if total <= 0:
        notes.append(_note(middle, top / 2, "no settlement in any draw", MUTED))
    rule = Layer(records(notes[:1])).mark_rule(color=INK, strokeWidth=1.4, strokeDash=[3, 3]).encode(x=_X)
    layers = [bars, rule, *_write(notes, size, "normal")]
    title = _unit_lines(f"Share of settlements, by the share of the stake that goes to {a}", width)
    spec = alt.layer(*layers).properties(width=width, height=280 if is_narrow(width) else 320, title=title)
    chances, last = over_draws(outlook.p_settlement[:, -1]), int(outlook.months[-1])
    without = over_draws(1 - outlook.p_settlement[:, -1])
    spread_words = _mixture_words(edges, share) if total > 0 else "No settlement is made in any draw"
    told = f"{spread_words}. Chance of a settlement by month {last}: {range_words(chances, n)}; of none by then: {range_words(without, n)}."
    caption = (
        f"Share of the stake, per cent, land and payments together, that {a} would have in the settlements made by month {last}: all draws pooled, each settlement "
        f"counted by its chance. {a} holds {percent_words(held)} now. {told} {engine_words(war, ending)}"
    )
    words = f"Histogram of the share of {a} in settlements; it holds {percent_words(held)} now. {told}"
    return Figure("terms", "Terms of the settlements that the game foresees", caption, words, (), finish(spec, width, 4, "fit"))  # fmt: skip


def _terms_bars(edges: np.ndarray, share: np.ndarray, ends: tuple[float, float], top: float, width: int) -> alt.Chart:
    rows = []
    for lo, hi, p in zip(edges[:-1], edges[1:], share, strict=True):
        words = {"words": f"{percent_words(lo)} to {percent_words(hi)}", "part": percent_words(p)}
        rows.append({"at": lo, "to": hi, "zero": 0.0, "value": p, **words})
    axis = alt.Axis(title=None, format=".0%", grid=False, tickCount=6 if is_narrow(width) else 11)
    return (
        Layer(records(rows))
        .mark_bar(color=PEACE, stroke="#FFFFFF", strokeWidth=1, clip=True)
        .encode(
            x=alt.X(_X, axis=axis, scale=alt.Scale(domain=ends, nice=False)),
            x2="to:Q",
            y=alt.Y(_Y, axis=_percent_axis(), scale=alt.Scale(domain=[0, top], nice=False)),
            y2="zero:Q",
        )
    )


def _mixture_words(edges: np.ndarray, share: np.ndarray) -> str:
    """Median and central four fifths of a histogram, in words."""
    low, middle, high = np.interp((0.1, 0.5, 0.9), np.concatenate([[0.0], np.cumsum(share)]), edges)
    return f"Half of the settlements give it less than {percent_words(middle)}, four in five between {percent_words(low)} and {percent_words(high)}"


def stacked(lines: Sequence[str], x: float, y: float, size: float, bold: bool = False) -> list[Label]:
    """Lines of text under each other from (x, y), px."""
    return [Label(line, x, y + k * (size + 3), "left", size, bold) for k, line in enumerate(lines)]


def draw_what_if(war: War, ending: Ending, *, width: int = 760) -> Figure:
    """Changes of the game beside the game as judged: chances of a settlement and of going on, and the terms.

    Parameters
    ----------
    war : War
    ending : Ending
    width : int
        Of the picture, px.
    """
    narrow, size = is_narrow(width), font_size(width)
    base = ending.what_if[0]
    n = len(base.equilibrium.gap)
    columns = _what_if_columns(war, base)
    left = 4.0 if narrow else 200.0
    each = (width - left - 4) / len(columns)
    heads = [wrap_text(title, each - 12, size) for title, _, _ in columns]
    y = max(len(h) for h in heads) * (size + 3) + 8.0
    labels = [label for i, head in enumerate(heads) for label in stacked(head, left + i * each + 4, size - 2.0, size)]
    texts = [_cell_words(over_draws(values(what)), n) for what in ending.what_if for _, values, _ in columns]
    tall = narrow or max(text_width(text, size) for text in texts) > each - 14
    layers, titles, numbers, start = [], [], [], y
    tracks: list[dict[str, Any]] = []
    cells: list[tuple[str, dict[str, Any]]] = []
    for what in ending.what_if:
        lines = wrap_text(what.title, width - 8 if narrow else left - 14, size, what is base)
        y += 6 + (len(lines) * (size + 3) if narrow else max(0, (len(lines) - 2) * (size + 3) / 2))
        first = y - (len(lines) - 0.5) * (size + 3) if narrow else y + 14 - (len(lines) - 1) * (size + 3) / 2
        titles += stacked(lines, 4.0, first, size, what is base)
        for i, (_, values, color) in enumerate(columns):
            x0, x1 = left + i * each + 6, left + (i + 1) * each - 12
            triple = over_draws(values(what))
            tracks.append({"x": x0, "x1": x1, "y": y + 8, "y1": y + 8})
            text = _cell_words(triple, n)
            numbers += stacked(text.rstrip(")").split(" (") if tall else [text], x0 - 2, y + 24, size)
            if np.isfinite(triple[1]):
                place = [x0 + (x1 - x0) * min(max(float(v), 0.0), 1.0) for v in triple]
                cells.append((color, {"x": place[0], "x1": place[2], "m": place[1], "y": y + 8, "y1": y + 8}))
        deep = 2 if tall else max(1, len(lines) - 1)
        y += 24 + deep * (size + 3) + 4
    layers += [_base_guides(columns, base, left, each, (start, y)), rules(tracks, GRID, 3)]
    for color in dict.fromkeys(c for c, _ in cells):
        own = [row for c, row in cells if c == color]
        layers.append(rules([{**r, "x": r["x"] - 1, "x1": r["x1"] + 1} for r in own], color, 5))
        look = {"fill": color, "stroke": "#FFFFFF", "size": 90, "strokeWidth": 1.4}
        layers.append(points([{"x": r["m"], "y": r["y"]} for r in own], look))
    layers += [*write(labels, MUTED), *write(titles, INK), *write(numbers, INK, "#FFFFFF")]
    spec = alt.layer(*layers).properties(width=width, height=y)
    return _what_if_figure(war, ending, columns, finish(spec, width, 0, "none"))


def _cell_words(triple: np.ndarray, draws: int) -> str:
    return range_words(triple, draws) if np.isfinite(triple[1]) else "no settlement"


def _what_if_columns(war: War, base: WhatIf) -> list[tuple[str, Any, str]]:
    """Title, values by draw and colour of each column; a short outlook has fewer."""
    last = int(base.outlook.months[-1])
    near, far = min(12, last), min(36, last)

    def settled(month: int) -> Any:
        return lambda what: what.outlook.p_settlement[:, month_index(what.outlook, month)]

    def going_on(what: WhatIf) -> np.ndarray:
        return what.outlook.p_ongoing[:, month_index(what.outlook, far)]

    def terms(what: WhatIf) -> np.ndarray:
        return what.outlook.expected_share_a[:, month_index(what.outlook, far)]

    columns = [(f"settled within {m} months", settled(m), "#2A9A84") for m in dict.fromkeys((near, far))]
    columns.append((f"still at war after {far} months", going_on, "#7A7F87"))
    columns.append((f"share of {war.side('a').name} if settled by then", terms, SIDE["a"]))
    return columns


def _base_guides(
    columns: list[tuple[str, Any, str]], base: WhatIf, left: float, each: float, ends: tuple[float, float]
) -> alt.Chart:
    """Thin upright lines at the medians of the game as judged."""
    rows = []
    for i, (_, values, _) in enumerate(columns):
        middle = float(over_draws(values(base))[1])
        if np.isfinite(middle):
            x0, x1 = left + i * each + 6, left + (i + 1) * each - 12
            x = x0 + (x1 - x0) * min(max(middle, 0.0), 1.0)
            rows.append({"x": x, "x1": x, "y": ends[0], "y1": ends[1] - 8})
    return rules(rows, "#C9CDD2", 1, (2, 2))


def _what_if_figure(war: War, ending: Ending, columns: list[tuple[str, Any, str]], spec: Chart) -> Figure:
    n = len(ending.what_if[0].equilibrium.gap)
    told = [
        f"{what.title}: "
        + ", ".join(f"{title} {_cell_words(over_draws(values(what)), n)}" for title, values, _ in columns)
        for what in ending.what_if
    ]
    caption = (
        f"Chances and shares of the stake, per cent, each from 0 at the left to 100 at the right of its track: dot, median; bar, 10 to 90 % of the draws; dotted line, "
        f"median of the game as judged. The share is land and payments together, expected over the settlements made. {engine_words(war, ending, draws=n)}"
    )
    words = f"Chart of {len(told)} versions of the game. " + "; ".join(told) + "."
    return Figure("what-if", "What if: changes of the game beside the game as judged", caption, words, (), spec)
