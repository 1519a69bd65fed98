"""Charts of the months ahead: a fan with the movement before it, the steps of an axis, what-ifs, and time to the end.

Chances and quantiles come with the records; nothing is forecast here. Colours are those of side A, whose advance counts
as positive, and grey for what is not told apart by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import xarray as xr

from armistice.core.errors import QueryError
from armistice.core.results import AxisForecast, Forecast, PlaceOnAxis, ScenarioFan, StepReach
from armistice.core.war import War
from armistice.show.canvas import Layer, cut_text, spread, text_width, wrap_text
from armistice.show.series import source_frame
from armistice.show.style import (
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
    region_words,
    short_day,
    signed_words,
    source_looks,
    source_name,
    source_words,
    unit_title,
)

NINE, HALF = "#F9DCC6", "#F0B083"
"""Bands of nine draws in ten, and of the central half."""
_AXIS_PX = 46
_MOST_STEPS = 24
_LEAST_CHANCE = 0.01


def chance_words(p: float) -> str:
    """A chance in per cent; its ends in words, since no forecast is certain."""
    if p < 0.01:
        return "under 1 %"
    return "over 99 %" if p > 0.99 else f"{100 * p:.0f} %"


def _month_words(month: str) -> str:
    return f"{pd.Period(month[:7], 'M').start_time:%B %Y}"


def _fan_rows(forecast: Forecast) -> list[dict[str, Any]]:
    """Quantiles by months ahead, from a start at zero."""
    start = dict.fromkeys(("q05", "q25", "q50", "q75", "q95"), 0.0)
    rows: list[dict[str, Any]] = [{"step": 0, "when": day_words(forecast.as_of), **start}]
    for step, month in enumerate(forecast.months, 1):
        known = {f"q{round(100 * float(key)):02d}": value for key, value in month.quantiles.items()}
        rows.append({"step": step, "when": _month_words(month.month), **known})
    for row in rows:
        row["half"] = f"{number_words(row['q25'])} to {number_words(row['q75'])} km²"
        row["range"] = f"{number_words(row['q05'])} to {number_words(row['q95'])} km²"
        row["middle"] = f"{number_words(row['q50'])} km²"
    return rows


_TIPS = [
    alt.Tooltip("when:N", title="By the end of"),
    alt.Tooltip("middle:N", title="Central"),
    alt.Tooltip("half:N", title="Central half"),
    alt.Tooltip("range:N", title="Nine in ten"),
]


def _calendar(as_of: Any, steps: Sequence[int], grid: bool = False) -> alt.Axis:
    """An axis of months from the as-of day, labelled with the calendar at some of them."""
    first = pd.Period(str(as_of)[:7], "M")
    names = ", ".join(f"['{(first + s).start_time:%b}', '{(first + s).start_time:%Y}']" for s in steps)
    expression = f"[{names}][indexof([{', '.join(map(str, steps))}], datum.value)]"
    return alt.Axis(
        title=None, grid=grid, values=list(steps), labelExpr=expression, labelFlush=False, labelOverlap=False
    )


def _value_axis(**look: Any) -> alt.Axis:
    return alt.Axis(title=None, domain=False, ticks=False, minExtent=_AXIS_PX, maxExtent=_AXIS_PX, **look)


# --- a fan with the movement before it --------------------------------------------------------------------------


def draw_front_ahead(war: War, panel: xr.Dataset, forecast: Forecast, past: int = 24, width: int = 760) -> Figure:
    """Net land taken in a region, before the as-of day by source and after it as a fan, km² from that day's line.

    Parameters
    ----------
    war : War
    panel : Dataset
        As `armistice.core.panel` promises.
    forecast : Forecast
    past : int
        Months shown before the as-of day.
    width : int
        Of the picture, px.
    """
    narrow, size = is_narrow(width), font_size(width)
    rows, a = _fan_rows(forecast), war.side("a")
    past = min(past, 12) if narrow else past
    before = _before(war, panel, forecast, past)
    end, plot, height = len(forecast.months), float(width - 8 - _AXIS_PX - 3), 260.0 if narrow else 320.0
    room = 12 + max(text_width(_end_words(rows[-1], q), size) for q, _ in _ENDS)
    most = (end + past) / (plot - room) * plot - past
    every = 6 if end + past <= 24 else 12
    ticks = list(range(-(past // every) * every, end + 1, every))
    x = alt.X("step:Q", axis=_calendar(forecast.as_of, ticks), scale=alt.Scale(domain=[-past, most], nice=False))
    top = max(row["q95"] for row in rows)
    cut = min(top, 2.0 * max(rows[-1]["q75"], 1.0))
    shown = forecast.left_km2 <= 1.25 * cut
    low = min([row["q05"] for row in rows] + [r["value"] for r in before["rows"] if np.isfinite(r["value"])] + [0.0])
    low = max(low, -2.0 * cut)
    scale = alt.Scale(domain=[low * 1.05, max(cut, forecast.left_km2 if shown else 0.0) * 1.08], nice=False, clamp=True)
    layers = [*_fan_layers(rows, x, scale), *_past_layers(before, (-past, end), x, scale, size)]
    if shown:
        layers += _rule_with_words(
            forecast.left_km2, f"all that is left: {number_words(forecast.left_km2)} km²", (-past, end), x, scale, size
        )
    layers.append(_ends(rows[-1], scale, height, x, size))
    title = unit_title(f"Net land taken, km², counted from {short_day(forecast.as_of)}", width)
    spec = alt.layer(*layers).properties(width=plot, height=height, title=title)
    last, place = rows[-1], region_words(war, forecast.region)
    cut_note = "" if top <= cut else " The upper edge of the outer band is cut off."
    caption = (
        f"Net land taken by {a.adjective} forces in {place}, km² from the line of {day_words(forecast.as_of)}: before it "
        f"by source, after it the central line, the central half and nine draws in ten.{cut_note} Held that day: "
        f"{number_words(forecast.held_km2)} km²; left: {number_words(forecast.left_km2)} km². Engine: {forecast.engine}; "
        f"{forecast.origins} months of record. Sources: {source_words(war, before['sources'])}; own computation."
    )
    words = (
        f"Line chart of past movement and fan of what may follow. By {last['when']}: central {last['middle']}, nine in ten "
        f"between {last['range']}; chance that all of {place} has been taken {chance_words(forecast.months[-1].p_complete)}."
    )
    return Figure(
        f"front-ahead-{forecast.region}", f"How the front may move: {place}", caption, words, tuple(before["sources"]),
        finish(spec, width),
    )  # fmt: skip


def _before(war: War, panel: xr.Dataset, forecast: Forecast, past: int) -> dict[str, Any]:
    """Weekly lines of the sources, km² from where each stood last, by months before the as-of day."""
    daily = source_frame(panel["control"].sel(region=forecast.region, belligerent=war.side("a").id))
    day = pd.Timestamp(forecast.as_of)
    daily = daily[(daily.index <= day) & (daily.index > day - pd.DateOffset(months=past))].dropna(axis=1, how="all")
    keep = np.zeros(len(daily), bool)
    keep[::-7] = True
    looks, rows = source_looks([str(s) for s in daily]), []
    for source in daily:
        line = daily[source] - daily[source].dropna().iloc[-1]
        rows += [
            {"step": (d - day).days / 30.4375, "value": v, "by": source_name(war, str(source)), "when": short_day(d)}
            for d, v in line[keep].loc[line.first_valid_index() : line.last_valid_index()].items()
        ]
    return {"rows": rows, "looks": looks, "sources": [str(s) for s in daily], "names": [source_name(war, str(s)) for s in looks]}  # fmt: skip


def _past_layers(
    before: dict[str, Any], span: tuple[float, float], x: alt.X, scale: alt.Scale, size: float
) -> list[alt.Chart]:
    looks = list(before["looks"].values())
    legend = alt.Legend(
        orient="top", title=None, labelFontSize=size, labelColor=INK, symbolType="stroke", symbolSize=300, offset=2
    )
    y = alt.Y("value:Q", axis=_value_axis(format=",.0f", tickCount=6), scale=scale)
    rows = [
        {**r, "words": f"{signed_words(r['value'])} km²" if np.isfinite(r["value"]) else "no map"}
        for r in before["rows"]
    ]
    tip = [alt.Tooltip("when:N", title="Day"), alt.Tooltip("by:N", title="Source"), alt.Tooltip("words:N", title="Against the last day")]  # fmt: skip
    line = Layer(records(rows)).mark_line(strokeWidth=1.8).encode(
        x=x, y=y, tooltip=tip,
        color=alt.Color("by:N", legend=legend, scale=alt.Scale(domain=before["names"], range=[c for c, _, _ in looks])),
        strokeDash=alt.StrokeDash("by:N", legend=legend, scale=alt.Scale(domain=before["names"], range=[d for _, d, _ in looks])),
    )  # fmt: skip
    today = Layer(records([{"step": 0}])).mark_rule(color=MUTED, strokeDash=[2, 3]).encode(x=x)
    zero = Layer(records([{"step": span[0], "end": span[1], "value": 0.0}])).mark_rule(color=INK, strokeWidth=1)
    zero = zero.encode(x=x, x2="end:Q", y=alt.Y("value:Q", scale=scale))
    return [today, zero, line] if before["rows"] else [today, zero]


def _fan_layers(rows: list[dict[str, Any]], x: alt.X, scale: alt.Scale, ticks: int = 6) -> list[alt.Chart]:
    table = records(rows)
    bands = [
        Layer(table).mark_area(color=color).encode(x=x, y=alt.Y(f"{start}:Q", scale=scale), y2=f"{end}:Q")
        for start, end, color in (("q05", "q95", NINE), ("q25", "q75", HALF))
    ]
    y = alt.Y("q50:Q", axis=_value_axis(format=",.0f", tickCount=ticks), scale=scale)
    middle = Layer(table).mark_line(color=SIDE_TEXT["a"], strokeWidth=2).encode(x=x, y=y, tooltip=_TIPS)
    # A wide line that nobody sees, so that the pointer finds a month without aiming.
    touch = Layer(table).mark_point(size=160, opacity=0).encode(x=x, y=y, tooltip=_TIPS)
    return [*bands, middle, touch]


def _rule_with_words(
    value: float, text: str, span: tuple[float, float], x: alt.X, scale: alt.Scale, size: float
) -> list[alt.Chart]:
    """A rule over a span of months, with words below its beginning."""
    base = Layer(records([{"step": span[0], "end": span[1], "value": value, "text": text}]))
    y = alt.Y("value:Q", scale=scale)
    look: dict[str, Any] = {"align": "left", "dx": 4, "dy": 10, "fontSize": size}
    return [
        base.mark_rule(color=MUTED, strokeDash=[3, 3]).encode(x=x, x2="end:Q", y=y),
        base.mark_text(**look, color="#FFFFFF", stroke="#FFFFFF", strokeWidth=4).encode(x=x, y=y, text="text:N"),
        base.mark_text(**look, color=MUTED).encode(x=x, y=y, text="text:N"),
    ]


_ENDS = (("q95", "95 %"), ("q75", "75 %"), ("q50", "50 %"), ("q25", "25 %"), ("q05", "5 %"))


def _end_words(last: dict[str, Any], quantile: str) -> str:
    return f"{dict(_ENDS)[quantile]}: {number_words(last[quantile])}"


def _ends(last: dict[str, Any], scale: alt.Scale, height: float, x: alt.X, size: float) -> alt.Chart:
    """The last month's quantiles, written at the end of the fan and kept apart."""
    low, high = scale["domain"]
    wanted = [height * (high - min(max(last[q], low), high)) / (high - low) for q, _ in _ENDS]
    at = spread(wanted, size + 2, 4, height - 4)
    rows = [
        {"step": last["step"], "value": high - p / height * (high - low), "text": _end_words(last, q)}
        for (q, _), p in zip(_ENDS, at, strict=True)
    ]
    y = alt.Y("value:Q", scale=scale)
    text = Layer(records(rows)).mark_text(align="left", dx=7, color=SIDE_TEXT["a"], fontSize=size)
    return text.encode(x=x, y=y, text="text:N")


# --- steps of an axis -------------------------------------------------------------------------------------------


def has_reach(forecast: AxisForecast) -> bool:
    """Whether a step lies ahead of the line to which it is at all likely to come."""
    steps = _steps_shown(forecast)
    return bool(steps and steps[0].reached)


def draw_axis_reach(war: War, forecast: AxisForecast, width: int = 760) -> Figure:
    """The chance that the line comes to each step of an axis within some months, with the places on the step.

    Parameters
    ----------
    war : War
    forecast : AxisForecast
    width : int
        Of the picture, px.

    Raises
    ------
    QueryError
        If no step lies ahead of the line.
    """
    narrow, size = is_narrow(width), font_size(width)
    steps = _steps_shown(forecast)
    if not has_reach(forecast):
        raise QueryError(f"axis {forecast.axis}: no step ahead of the line; expected one; choose another axis")
    marks, a = list(steps[0].reached), war.side("a")
    axis = next(x for x in war.axes if x.id == forecast.axis)
    column, row, left = (44.0, 19.0, 30.0) if narrow else (64.0, 20.0, 40.0)
    plot, height = column * len(marks), row * len(steps)
    names_px = width - 8 - left - plot - 10
    owners = {p.owner for s in steps for p in s.places}
    table = [
        {
            "step": s.step, "mark": _marks_words(m, narrow), "p": s.reached[m], "text": _short_chance(s.reached[m]), "ink": s.reached[m] > 0.55,
            "words": f"{chance_words(s.reached[m])} to its near end, {chance_words(s.passed[m])} past it",
            "places": _places_words(war, s.places, owners, False) or "none listed",
        }
        for s in steps for m in marks
    ]  # fmt: skip
    order = [_marks_words(m, narrow) for m in marks]
    x = alt.X("mark:O", sort=order, axis=alt.Axis(title=None, orient="top", labelAngle=0, domain=False, ticks=False, labelColor=INK), scale=alt.Scale(padding=0))  # fmt: skip
    y = alt.Y("step:O", axis=alt.Axis(title=None, domain=False, ticks=False, minExtent=left, maxExtent=left), scale=alt.Scale(padding=0))  # fmt: skip
    tip = [
        alt.Tooltip("step:N", title="Step"), alt.Tooltip("mark:N", title="Within"), alt.Tooltip("words:N", title="Chance that the line comes"),
        alt.Tooltip("places:N", title="Places"),
    ]  # fmt: skip
    color = alt.Color(
        "p:Q", legend=None, scale=alt.Scale(domain=[0, 0.5, 1], range=["#FFFFFF", HALF, SIDE["a"]], interpolate="rgb")
    )
    cells = Layer(records(table)).mark_rect(stroke="#FFFFFF", strokeWidth=1).encode(x=x, y=y, color=color, tooltip=tip)
    written = Layer(records(table)).mark_text(fontSize=size, color=INK).encode(x=x, y=y, text="text:N")
    texts = [
        {"step": s.step, "text": cut_text(_places_words(war, s.places, owners, narrow), names_px - 4, size)}
        for s in steps
    ]
    look: dict[str, Any] = {"align": "left", "fontSize": size}
    named = Layer(records(texts)).mark_text(**look, color=INK).encode(x=alt.value(plot + 10), y=y, text="text:N")
    head = Layer(records([{"text": _places_head(war, owners, names_px, size)}])).mark_text(**look, color=MUTED)
    head = head.encode(x=alt.value(plot + 10), y=alt.value(-10), text="text:N")
    unit = Layer(records([{"text": "step"}])).mark_text(align="right", fontSize=size, color=MUTED)
    unit = unit.encode(x=alt.value(-8), y=alt.value(-10), text="text:N")
    # A mark that nobody sees holds the picture to its width, however short the names are.
    edge = (
        Layer(records([{"y": 0}]))
        .mark_point(opacity=0, size=1)
        .encode(x=alt.value(plot + 10 + names_px), y=alt.value(0))
    )
    spec = alt.layer(cells, written, named, head, unit, edge).properties(width=plot, height=height)
    return Figure(
        f"axis-reach-{forecast.axis}", f"Where the line may come: {axis.title}", _reach_caption(war, forecast, steps, marks),
        _reach_alt(war, forecast, steps, a.adjective), (), finish(spec, width),
    )  # fmt: skip


def _steps_shown(forecast: AxisForecast) -> list[StepReach]:
    """Steps to which the line has not come, up to the last that it is at all likely to come to, within a bound."""
    told = [
        s
        for s in forecast.reach
        if s.step - 1 > forecast.position and max(s.reached.values(), default=0.0) >= _LEAST_CHANCE
    ]
    return told[:_MOST_STEPS]


def _marks_words(months: int, narrow: bool) -> str:
    return f"{months} mo." if narrow else f"{months} months"


def _short_chance(p: float) -> str:
    return "<1 %" if p < 0.01 else ">99 %" if p > 0.99 else f"{100 * p:.0f} %"


def _places_words(war: War, places: Sequence[PlaceOnAxis], owners: set[Any], names_only: bool) -> str:
    """Places with their people; with their country where they do not all belong to one."""

    def bracket(p: PlaceOnAxis) -> str:
        parts = [war.side(p.owner).name] if len(owners) > 1 else []
        parts += [] if names_only else [number_words(round(p.people, -3) or p.people)]
        return f" ({', '.join(parts)})" if parts else ""

    return ", ".join(p.name + bracket(p) for p in places)


def _places_head(war: War, owners: set[Any], room: float, size: float) -> str:
    if not owners:
        return ""
    one = next(iter(owners)) if len(owners) == 1 else None
    long = (
        f"places on the step, all in {war.side(one).name} (people)" if one else "places on the step (country, people)"
    )
    short = f"places, all in {war.side(one).name}" if one else "places (country, people)"
    return long if text_width(long, size) <= room else short


def _reach_caption(war: War, forecast: AxisForecast, steps: list[StepReach], marks: list[int]) -> str:
    a, shown = war.side("a"), {s.step for s in steps}
    left_out = [s for s in forecast.reach if s.step > max(shown)]
    parts = [
        f"Chance that the line comes to the near end of each step of about {number_words(forecast.step_km2)} km² within "
        f"{marks[0]} to {marks[-1]} months of {day_words(forecast.as_of)}, at any time up to then. {a.adjective} forces "
        f"held {forecast.position:.1f} steps of this axis that day."
    ]
    if left_out:
        most = max(max(s.reached.values(), default=0.0) for s in left_out)
        parts.append(
            f"Steps {left_out[0].step} to {left_out[-1].step}, each with at most {chance_words(most)}, are left out."
        )
    if forecast.barriers:
        parts.append(f"From step {forecast.barriers[0]} on a barrier slows the advance, as judged in the pack.")
    if any(s.places for s in steps):
        parts.append("A place on a step is reached between the step's own chance and that of the next.")
    parts.append(
        f"Engine: {forecast.engine}; {forecast.origins} months of record. Source: own computation from the maps of control."
    )
    return " ".join(parts)


def _reach_alt(war: War, forecast: AxisForecast, steps: list[StepReach], adjective: str) -> str:
    told = [s for s in steps if s.places] or steps[1:4]
    last = max(steps[0].reached)
    parts = [
        f"step {s.step}{' with ' + s.places[0].name if s.places else ''} {chance_words(s.reached[last])}"
        for s in told[:6]
    ]
    return f"Table of chances that {adjective} forces come to each step of the axis. Within {last} months: {'; '.join(parts)}."


# --- what-ifs side by side --------------------------------------------------------------------------------------


def draw_scenarios(war: War, fans: Sequence[ScenarioFan], width: int = 760) -> Figure:
    """The fan of a region as it is and under each scenario, on one scale, with the unchanged central line in each.

    Parameters
    ----------
    war : War
    fans : sequence of ScenarioFan
        The forecast as it is first.
    width : int
        Of the picture, px.

    Raises
    ------
    QueryError
        If there is no scenario beside the forecast as it is.
    """
    if len(fans) < 2 or fans[0].scenario is not None:
        raise QueryError(
            f"{war.title}: no scenario to draw; expected one beside the forecast as it is; add one to the pack"
        )
    narrow, size = is_narrow(width), font_size(width)
    across = min(1 if narrow else 3, len(fans))
    gap = 14
    # Half of the last month's name stands out at the right of each panel.
    plot = (width - 8 - gap * (across - 1)) / across - _AXIS_PX - 3 - 14
    height, base = 120.0 if narrow else 150.0, fans[0].forecast
    rows = [_fan_rows(f.forecast) for f in fans]
    top = 1.05 * min(max(r["q95"] for own in rows for r in own), 1.35 * max(r["q75"] for own in rows for r in own))
    low = max(min(min(r["q05"] for own in rows for r in own), 0.0), -top / 2)
    scale = alt.Scale(domain=[low, top], nice=False, clamp=True)
    lines = max(len(wrap_text(_scenario_title(f), plot + 20, size, bold=True)) for f in fans)
    charts = [
        _scenario_panel(f, own, rows[0], (plot, height), scale, width, lines) for f, own in zip(fans, rows, strict=True)
    ]
    spec = alt.concat(*charts, columns=across, spacing={"row": 18, "column": gap})
    a, place = war.side("a"), region_words(war, base.region)
    over = any(r["q95"] > top for own in rows for r in own)
    last = rows[0][-1]["when"]
    told = "; ".join(f"{_in_a_list(_scenario_title(f))} {own[-1]['middle']}" for f, own in zip(fans, rows, strict=True))
    caption = (
        f"Net land taken by {a.adjective} forces in {place} from {day_words(base.as_of)}, km², cumulative by month, as it is "
        f"and under each what-if: central line, central half, nine draws in ten{' (cut off above)' if over else ''}; "
        f"dashed: the central line as it is. By {last}, central: {told}. The same draws move in all panels. How much a "
        f"what-if changes the pace is judged in the pack, not found. Engine: {base.engine}. Source: own computation."
    )
    words = f"Small fan charts of the land taken in {place} under what-ifs. By {last}, central: {told}."
    return Figure(f"scenarios-{base.region}", f"What if: {place}", caption, words, (), finish(spec, width))


def _scenario_title(fan: ScenarioFan) -> str:
    return "As it is" if fan.scenario is None else fan.scenario.title


def _in_a_list(title: str) -> str:
    return title[:1].lower() + title[1:]


def _scenario_panel(
    fan: ScenarioFan, rows: list[dict[str, Any]], unchanged: list[dict[str, Any]], space: tuple[float, float],
    scale: alt.Scale, width: int, lines: int,
) -> Chart:  # fmt: skip
    """One small fan; `space` is its width and height, px, and `lines` the lines that every title takes."""
    size, end = font_size(width), len(rows) - 1
    every = 12 if end > 12 else 6
    ticks = [0, *range(every, end + 1, every)]
    x = alt.X("step:Q", axis=_calendar(fan.forecast.as_of, ticks), scale=alt.Scale(domain=[0, end], nice=False))
    layers = _fan_layers(rows, x, scale, 4)
    if fan.scenario is not None:
        y = alt.Y("q50:Q", scale=scale)
        layers.append(
            Layer(records(unchanged)).mark_line(color=INK, strokeWidth=1.3, strokeDash=[4, 3]).encode(x=x, y=y)
        )
    layers.append(
        Layer(records([{"q50": 0.0}])).mark_rule(color=INK, strokeWidth=1).encode(y=alt.Y("q50:Q", scale=scale))
    )
    own = wrap_text(_scenario_title(fan), space[0] + 20, size, bold=True)
    last = rows[-1]
    title = alt.Title(
        own, subtitle=[f"{last['middle']} ({number_words(last['q05'])} to {number_words(last['q95'])})", *[" "] * (lines - len(own))],
        fontSize=size, subtitleFontSize=size, subtitleColor=SIDE_TEXT["a"], anchor="start", frame="bounds", offset=6,
    )  # fmt: skip
    return alt.layer(*layers).properties(width=space[0], height=space[1], title=title)


# --- time to the end --------------------------------------------------------------------------------------------


def draw_time_to_complete(war: War, forecasts: Sequence[Forecast], width: int = 760) -> Figure:
    """When a region is taken whole, by quarter of a year, with the chance that it is not within the horizon.

    Parameters
    ----------
    war : War
    forecasts : sequence of Forecast
        One for each region, of one horizon.
    width : int
        Of the picture, px.

    Raises
    ------
    QueryError
        If there is no forecast.
    """
    if not forecasts:
        raise QueryError(f"{war.title}: no forecast to draw; expected one; choose a later --as-of")
    narrow = is_narrow(width)
    across = 1 if narrow else min(2, len(forecasts))
    plot = (width - 8 - 14 * (across - 1)) / across - _AXIS_PX - 3
    space, most = (plot, 120.0 if narrow else 150.0), max(r["p"] for f in forecasts for r in completion_rows(f))
    charts = [_time_panel(war, f, space, min(1.0, most * 1.1), width) for f in forecasts]
    spec = alt.concat(*charts, columns=across, spacing={"row": 18, "column": 14})
    first, a = forecasts[0], war.side("a")
    horizon = len(first.months)
    told = "; ".join(
        f"{region_words(war, f.region)} {chance_words(f.months[-1].p_complete)} within {horizon} months"
        for f in forecasts
    )
    caption = (
        f"Chance that {a.adjective} forces take a region whole (99.5 per cent of its land) in each three months from "
        f"{day_words(first.as_of)}, and, in grey, that they do not within {horizon} months: {told}. Engine: {first.engine}. "
        f"Source: own computation from the maps of control."
    )
    words = f"Bar charts of the time until a region is taken whole: {told}."
    ids = "-".join(f.region for f in forecasts)
    return Figure(f"time-to-complete-{ids}", "How long until a region is taken whole", caption, words, (), finish(spec, width))  # fmt: skip


def _time_panel(war: War, forecast: Forecast, space: tuple[float, float], top: float, width: int) -> Chart:
    size = font_size(width)
    rows = completion_rows(forecast)
    order = [r["label"] for r in rows]
    x = alt.X("label:N", sort=order, axis=alt.Axis(title="by month", titleAnchor="start", labelAngle=0, domain=True, ticks=False, grid=False, labelOverlap=False, labelExpr="split(datum.value, '|')"), scale=alt.Scale(paddingInner=0.25))  # fmt: skip
    y = alt.Y("p:Q", axis=_value_axis(format=".0%", tickCount=4), scale=alt.Scale(domain=[0, top], nice=False))
    tip = [alt.Tooltip("when:N", title="Months ahead"), alt.Tooltip("words:N", title="Chance")]
    color = alt.condition("datum.late", alt.value("#9AA0A8"), alt.value(HALF))
    bars = Layer(records(rows)).mark_bar().encode(x=x, y=y, color=color, tooltip=tip)
    text = Layer(records(rows)).mark_text(dy=-7, fontSize=size - 1, color=INK).encode(x=x, y=y, text="short:N")
    title = alt.Title(region_words(war, forecast.region), fontSize=size, anchor="start", frame="group", offset=14)
    return alt.layer(bars, text).properties(width=space[0], height=space[1], title=title)


def completion_rows(forecast: Forecast, every: int = 3) -> list[dict[str, Any]]:
    """The chance of completion in each `every` months, and of none within the horizon; they sum to 1."""
    horizon, before = len(forecast.months), 0.0
    rows: list[dict[str, Any]] = []
    for start in range(0, horizon, every):
        end = min(start + every, horizon)
        upto = forecast.months[end - 1].p_complete
        rows.append({"label": f"{end}", "when": f"{start + 1} to {end}", "p": upto - before, "late": False})
        before = upto
    rows.append({"label": "not|yet", "when": f"not within {horizon}", "p": 1.0 - before, "late": True})
    for row in rows:
        row["words"], row["short"] = chance_words(row["p"]), _short_chance(row["p"])
    return rows
