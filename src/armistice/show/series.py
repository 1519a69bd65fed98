"""Charts over time: land held, monthly gain, losses of both sides, and the fan of a forecast.

Lines are thinned to one point a week; bands between sources show how far they disagree. Missing stays missing: a week
without a map is a gap in the line.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import xarray as xr

from armistice.core.errors import QueryError
from armistice.core.posterior import LineEstimate
from armistice.core.war import Side, War
from armistice.show.canvas import Layer, spread, text_width, wrap_text
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
    join_words,
    line_sentence,
    number_words,
    records,
    region_words,
    short_day,
    signed_words,
    source_looks,
    source_name,
    source_words,
    time_axis,
    unit_title,
)

_DAY = np.timedelta64(1, "D")


def source_frame(values: xr.DataArray) -> pd.DataFrame:
    """An array (time, source) as a frame; sources that say nothing are left out."""
    return pd.DataFrame(values.to_pandas()).dropna(axis=1, how="all")


def _weekly(values: xr.DataArray, since: Any) -> pd.DataFrame:
    """A daily array (time, source) as a frame of weeks by source; the last day is always kept."""
    frame = source_frame(values.sel(time=slice(str(since), None)))
    keep = np.zeros(len(frame), bool)
    keep[::-7] = True
    return frame[keep]


def _foreign(war: War, region: str) -> Side:
    """The side that holds land of a region without owning it."""
    return "a" if war.regions[region].owner == "b" else "b"


def _checked(war: War, panel: xr.Dataset, region: str) -> str:
    if region not in panel["region"].values:
        raise QueryError(
            f"region {region!r}: not in the panel of {war.title}; expected a country or region; take one of its regions"
        )
    return region


def _held(war: War, panel: xr.Dataset, region: str, since: Any) -> pd.DataFrame:
    holder = war.side(_foreign(war, region)).id
    return _weekly(panel["control"].sel(region=region, belligerent=holder), since)


def _long(frame: pd.DataFrame, war: War, unit: str, digits: int = 0) -> list[dict[str, Any]]:
    """Rows of day, source and value, each line's gaps as nulls, with words for the pointer."""
    return [
        {
            "day": day, "source": source, "value": value, "when": short_day(day), "by": source_name(war, str(source)),
            "words": f"{number_words(value, digits)} {unit}" if np.isfinite(value) else "no figure",
        }
        for source in frame for day, value in frame[source].loc[frame[source].first_valid_index() : frame[source].last_valid_index()].items()
    ]  # fmt: skip


_TIP = [alt.Tooltip("when:N", title="Day"), alt.Tooltip("by:N", title="Source"), alt.Tooltip("words:N", title="Figure")]


def year_axis(frame: pd.DataFrame, narrow: bool, room: float = 0.0, plot: float = 1.0) -> alt.X:
    """A time axis over a frame's days, with `room` px at the right for labels out of `plot` px."""
    first, last = frame.index[0], frame.index[-1]
    end = last + (last - first) * (room / max(plot - room, 1.0))
    scale = alt.Scale(type="utc", domain=[first.isoformat()[:10], end.isoformat()[:10]], nice=False)
    return alt.X("day:T", axis=time_axis(first, last, narrow), scale=scale)


def _band(frame: pd.DataFrame, color: str, x: alt.X, y: alt.Y) -> alt.Chart:
    """The span between the lowest and the highest source, where at least two speak."""
    several = frame[frame.notna().sum(axis=1) >= 2]
    rows = [{"day": d, "low": r.min(), "high": r.max()} for d, r in several.iterrows()]
    return Layer(records(rows)).mark_area(color=color, opacity=0.28).encode(x=x, y=y, y2="high:Q")


def _last_points(frame: pd.DataFrame) -> dict[str, tuple[Any, float]]:
    return {str(s): (frame[s].last_valid_index(), float(frame[s].dropna().iloc[-1])) for s in frame}


def draw_area_held(
    war: War,
    panel: xr.Dataset,
    region: str,
    since: date | None = None,
    width: int = 760,
    lines: Sequence[LineEstimate] = (),
) -> Figure:
    """Land held in a region by the side that does not own it: one line a source, a band for the true line or between them.

    Parameters
    ----------
    war : War
    panel : Dataset
        As `armistice.core.panel` promises.
    region : str
        Id of a country or region of the panel.
    since : date, optional
        First day; the baseline day of the war if not given.
    width : int
        Of the picture, px.
    lines : sequence of LineEstimate
        The true line on days in order, drawn as the band; without them it spans the sources.

    Raises
    ------
    QueryError
        If the panel does not know the region.
    """
    narrow, size = is_narrow(width), font_size(width)
    side = _foreign(war, _checked(war, panel, region))
    frame = _held(war, panel, region, since or war.baseline)
    place, holder, area = region_words(war, region), war.side(side), war.regions[region].area_km2
    peak = float(np.nanmax(frame.to_numpy()))
    top = area * 1.06 if peak > 0.55 * area else peak * 1.12
    y = alt.Y("value:Q", axis=_value_axis(), scale=alt.Scale(domain=[0, top], nice=False))
    height = 230.0 if narrow else 310.0
    drawn, x = _source_lines(war, frame, "km²", y, (width, height, top))
    low = alt.Y("low:Q", scale=alt.Scale(domain=[0, top], nice=False))
    told = [line if side == "a" else line.beyond(area) for line in lines]
    band = _line_band(told, frame, SIDE[side], x, low) if told else _band(frame, SIDE[side], x, low)
    layers = [band, *drawn]
    if top > area:
        whole = Layer(
            records([{"day": frame.index[0], "value": area, "text": f"whole of {place}: {number_words(area)} km²"}])
        )
        layers.append(whole.mark_rule(color=MUTED, strokeDash=[2, 3]).encode(y=y))
        layers += _note(whole, size, x, y)
    spec = alt.layer(*layers).properties(width=width, height=height + 44, title=unit_title("km²", width))
    last = _last_points(frame)
    ends = "; ".join(
        f"{source_name(war, s)} {number_words(v)} km² on {short_day(d)} ({100 * v / area:.1f} %)"
        for s, (d, v) in last.items()
    )
    caption = (
        f"Land held by {holder.adjective} forces, km², weekly, {day_words(frame.index[0])} to {day_words(frame.index[-1])}. "
        f"{_band_words(told)} Latest: {ends}.{line_sentence(told[-1] if told else None)} Sources: {source_words(war, list(frame))}."
    )
    words = f"Line chart of the land in {place} held by {holder.adjective} forces, by source. Latest: {ends}."
    return Figure(
        f"area-{region}",
        f"Land held by {holder.adjective} forces: {place}",
        caption,
        words,
        tuple(frame),
        _fit(spec, width),
    )


def _line_band(lines: Sequence[LineEstimate], frame: pd.DataFrame, color: str, x: alt.X, y: alt.Y) -> alt.Chart:
    """Where the true line lies with four chances in five, over the days of a frame."""
    rows = [
        {"day": pd.Timestamp(line.day), "low": line.low, "high": line.high}
        for line in lines
        if frame.index[0] <= pd.Timestamp(line.day) <= frame.index[-1]
    ]
    return Layer(records(rows)).mark_area(color=color, opacity=0.28).encode(x=x, y=y, y2="high:Q")


def _band_words(lines: Sequence[LineEstimate]) -> str:
    if not lines:
        return "The band spans the sources."
    return (
        "The band is the true line, week by week, with four chances in five; where only one source has a map, or its grey "
        "zone is wide, so is the band."
    )


def _value_axis() -> alt.Axis:
    return alt.Axis(title=None, format=",.0f", tickCount=5, domain=False, ticks=False)


def _source_lines(
    war: War, frame: pd.DataFrame, unit: str, y: alt.Y, space: tuple[float, float, float]
) -> tuple[list[alt.Chart], alt.X]:
    """A line for each source, named at its end where there is room, in a legend above on a phone.

    `space` is width and height in px and the top of the scale.
    """
    width, height, top = space
    narrow, size = is_narrow(int(width)), font_size(int(width))
    looks, last = source_looks(list(frame)), _last_points(frame)
    ended = {s: (frame.index[-1] - d).days > 60 for s, (d, _) in last.items()}
    names = {s: source_name(war, s) + (f", to {d:%b %Y}" if ended[s] else "") for s, (d, _) in last.items()}
    told = {s: wrap_text(n, 118, size) + ([] if ended[s] else [number_words(last[s][1])]) for s, n in names.items()}
    room = 8.0 if narrow else 12 + max(text_width(line, size) for lines in told.values() for line in lines)
    x = year_axis(frame, narrow, room, width - 62.0)
    legend = alt.Legend(
        orient="top",
        title=None,
        columns=1,
        labelFontSize=size,
        labelLimit=300,
        symbolType="stroke",
        symbolSize=300,
        offset=4,
    )
    domain, shown = [names[s] for s in looks], legend if narrow else None
    rows = [{**row, "name": names[row["source"]]} for row in _long(frame, war, unit)]
    line = Layer(records(rows)).mark_line(strokeWidth=1.8).encode(
        x=x, y=y, tooltip=_TIP,
        color=alt.Color("name:N", legend=shown, scale=alt.Scale(domain=domain, range=[c for c, _, _ in looks.values()])),
        strokeDash=alt.StrokeDash("name:N", legend=shown, scale=alt.Scale(domain=domain, range=[d for _, d, _ in looks.values()])),
    )  # fmt: skip
    if narrow:
        return [line], x
    order = list(last)
    tall = [len(told[s]) * (size + 2) + 5 for s in order]
    at = spread([height * (1 - last[s][1] / top) for s in order], max(tall), 8, height - 8)
    ends = [
        {"day": frame.index[-1], "value": top * (1 - p / height), "text": "\n".join(told[s]), "name": names[s]}
        for s, p in zip(order, at, strict=True)
    ]
    labels = Layer(records(ends)).mark_text(align="left", baseline="middle", dx=6, fontSize=size, lineBreak="\n", lineHeight=size + 2).encode(
        x=x, y=y, text="text:N", color=alt.Color("name:N", legend=None, scale=alt.Scale(domain=domain, range=[c for c, _, _ in looks.values()]))
    )  # fmt: skip
    return [line, labels], x


def _note(chart: alt.Chart, size: float, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Words above a line, on a white edge that keeps the grid out of them."""
    look: dict[str, Any] = {"align": "left", "dx": 4, "dy": -8, "fontSize": size}
    halo = chart.mark_text(**look, color="#FFFFFF", stroke="#FFFFFF", strokeWidth=4).encode(x=x, y=y, text="text:N")
    return [halo, chart.mark_text(**look, color=MUTED).encode(x=x, y=y, text="text:N")]


def _fit(spec: Chart, width: int) -> Chart:
    return finish(spec, width, padding=4, autosize="fit")


def contested_regions(war: War, panel: xr.Dataset, least: float = 0.02) -> list[str]:
    """Regions whose share held by the side that does not own them has moved by more than `least`, most held first."""
    out = {}
    for region in (str(r) for r in panel["region"].values):
        if war.regions[region].level == 1:
            share = _held(war, panel, region, war.baseline).mean(axis=1).dropna() / war.regions[region].area_km2
            if len(share) and share.max() - share.min() >= least:
                out[region] = float(share.iloc[-1])
    return sorted(out, key=lambda r: (-out[r], r))


def draw_area_by_region(
    war: War, panel: xr.Dataset, regions: Sequence[str] = (), since: date | None = None, width: int = 760
) -> Figure:
    """Share of each region held by the side that does not own it: small charts on one scale, sources as a band.

    Parameters
    ----------
    regions : sequence of str
        Ids; the contested ones, most held first, if none is given.
    war, panel, since, width
        As in `draw_area_held`.
    """
    narrow = is_narrow(width)
    chosen = [_checked(war, panel, r) for r in (regions or contested_regions(war, panel)[: 8 if narrow else 12])]
    if not chosen:
        raise QueryError(
            f"{war.title}: no region changed hands by more than 2 %; expected one; name the regions to draw"
        )
    across = min(2 if narrow else 4, len(chosen))
    plot, height = (width - 8 - 10 * (across - 1)) / across - 41, 78.0 if narrow else 96.0
    charts, seen = [], []
    for region in chosen:
        frame = _held(war, panel, region, since or war.baseline) / war.regions[region].area_km2 * 100
        seen += [s for s in frame if s not in seen]
        charts.append(_small_share(war, frame.iloc[::-2].iloc[::-1], region, (plot, height), width))
    spec = alt.concat(*charts, columns=across, spacing={"row": 14, "column": 10})
    a, b = war.side("a"), war.side("b")
    until = str(panel["time"].values[-1])[:10]
    abroad = [war.regions[r].name for r in chosen if war.regions[r].owner == "a"]
    holders = f"{a.adjective} forces" + (f", and in {join_words(abroad)} {b.adjective} forces" if abroad else "")
    caption = (
        f"Share of each region's land, per cent, held by the side that does not own it: {holders}. "
        f"Mean of the sources, every second week, to {day_words(until)}; the band spans them; the figure above each chart is the latest. Sources: {source_words(war, seen)}."
    )
    words = "Small line charts of the share of each region held: " + "; ".join(
        f"{region_words(war, r)} {_latest_share(war, panel, r)}" for r in chosen
    )
    return Figure(
        "area-by-region", "Land held, region by region", caption, words + ".", tuple(seen), finish(spec, width)
    )


def _small_share(war: War, frame: pd.DataFrame, region: str, space: tuple[float, float], width: int) -> Chart:
    """One small chart of the share of a region held, per cent; `space` is its width and height, px."""
    side = _foreign(war, region)
    rows = records(
        {
            "day": d,
            "value": round(r.mean(), 2),
            "low": round(r.min(), 2),
            "high": round(r.max(), 2),
            "when": short_day(d),
        }
        for d, r in frame.iterrows()
    )
    axis = alt.Axis(
        values=[0, 50, 100], labelExpr="datum.value + (datum.value == 100 ? ' %' : '')", title=None, minExtent=36, maxExtent=36,
        domain=False, ticks=False,
    )  # fmt: skip
    x, scale = year_axis(frame, True), alt.Scale(domain=[0, 100])
    tip = [
        alt.Tooltip("when:N", title="Day"), alt.Tooltip("low:Q", title="Lowest source, %", format=".1f"),
        alt.Tooltip("high:Q", title="Highest source, %", format=".1f"),
    ]  # fmt: skip
    line = (
        Layer(rows)
        .mark_line(color=SIDE_TEXT[side], strokeWidth=1.8)
        .encode(x=x, y=alt.Y("value:Q", axis=axis, scale=scale), tooltip=tip)
    )
    band = (
        Layer(rows)
        .mark_area(color=SIDE[side], opacity=0.28)
        .encode(x=x, y=alt.Y("low:Q", axis=axis, scale=scale), y2="high:Q")
    )
    name = war.regions[region].name.replace(" region", "")
    name = name if text_width(name, font_size(width), bold=True) <= space[0] else region.replace("-", " ").title()
    title = alt.Title(
        name, subtitle=share_words(_latest_mean(frame)), fontSize=font_size(width), subtitleFontSize=font_size(width), subtitleColor=SIDE_TEXT[side],
        offset=6, frame="group",
    )  # fmt: skip
    return alt.layer(band, line).properties(width=space[0], height=space[1], title=title)


def share_words(per_cent: float) -> str:
    """A share for a title, without false precision at either end."""
    if 0 < per_cent < 0.5 or 99.5 <= per_cent < 100:
        return "under 1 %" if per_cent < 1 else "over 99 %"
    return f"{per_cent:.0f} %"


def _latest_mean(frame: pd.DataFrame) -> float:
    """Mean over the sources of the last week in which any of them has a map."""
    return float(frame.dropna(how="all").iloc[-1].mean())


def _latest_share(war: War, panel: xr.Dataset, region: str) -> str:
    return share_words(_latest_mean(_held(war, panel, region, war.baseline)) / war.regions[region].area_km2 * 100)


def monthly_gain(war: War, panel: xr.Dataset, region: str, months: int = 24) -> pd.DataFrame:
    """Net change, km², in the land of a region held by side A: calendar months by source.

    A month counts where its source has a map in the last ten days of it and of the month before; others are missing.
    """
    daily = source_frame(panel["control"].sel(region=region, belligerent=war.side("a").id))
    late = daily[daily.index.day > daily.index.days_in_month - 10]
    ends = late.groupby(late.index.to_period("M")).last()
    ends = ends.reindex(pd.period_range(ends.index[0], ends.index[-1], freq="M"))
    gain = ends.diff().iloc[-months:].dropna(axis=1, how="all")
    return gain.loc[gain.first_valid_index() : gain.last_valid_index()]


def draw_monthly_gain(
    war: War, panel: xr.Dataset, region: str, redraws: pd.DataFrame | None = None, months: int = 24, width: int = 760
) -> Figure:
    """Net land gained by side A, month by month: a bar for the mean of the sources, a mark for each source.

    Parameters
    ----------
    redraws : DataFrame, optional
        Table `redraws`; months in which a source redrew its map are marked hollow, the figures stay as drawn.
    months : int
        How many months back.
    war, panel, region, width
        As in `draw_area_held`.
    """
    narrow, size = is_narrow(width), font_size(width)
    months = min(months, 12) if narrow else months
    frame = monthly_gain(war, panel, _checked(war, panel, region), months)
    looks = source_looks(list(frame))
    a, place = war.side("a"), region_words(war, region)
    bars, rows = _gain_rows(war, frame, _redrawn_months(war, redraws, region))
    axis = alt.Axis(
        title=None, labelAngle=0, labelExpr=_MONTH_NAMES, grid=False, labelOverlap=False, ticks=False,
        labelFontSize=size - 2 if narrow else size - 1,
    )  # fmt: skip
    x = alt.X("month:O", axis=axis, scale=alt.Scale(domain=[str(m) for m in frame.index], paddingInner=0.3))
    y = alt.Y("value:Q", axis=_value_axis())
    tip = [
        alt.Tooltip("when:N", title="Month"),
        alt.Tooltip("by:N", title="Source"),
        alt.Tooltip("words:N", title="Net gain"),
    ]
    mean = Layer(records(bars)).mark_bar(color="#F6C9A5").encode(x=x, y=y, tooltip=tip)
    reach = Layer(records(bars)).mark_rule(color=MUTED, strokeWidth=1).encode(x=x, y=alt.Y("low:Q"), y2="high:Q")
    dots = Layer(records(rows)).mark_point(size=42 if not narrow else 34, opacity=1, strokeWidth=1.3).encode(
        x=x, y=y, tooltip=tip,
        shape=alt.Shape("by:N", legend=_top_legend(size), scale=alt.Scale(domain=[source_name(war, s) for s in looks], range=[f for _, _, f in looks.values()])),
        stroke=alt.Stroke("by:N", legend=_top_legend(size), scale=alt.Scale(domain=[source_name(war, s) for s in looks], range=[c for c, _, _ in looks.values()])),
        fill=alt.condition("datum.redrawn", alt.value("#FFFFFF"), alt.Fill("by:N", legend=_top_legend(size), scale=alt.Scale(domain=[source_name(war, s) for s in looks], range=[c for c, _, _ in looks.values()]))),
    )  # fmt: skip
    zero = Layer(records([{"zero": 0.0}])).mark_rule(color=INK, strokeWidth=1).encode(y=alt.Y("zero:Q"))
    spec = alt.layer(mean, zero, reach, dots).properties(
        width=width, height=290 if narrow else 340, title=unit_title("km² a month, net", width)
    )
    total = frame.iloc[-12:].sum(min_count=12).dropna()
    year = "; ".join(f"{source_name(war, str(s))} {signed_words(v)} km²" for s, v in total.items())
    span = f"{pd.Period(frame.index[0], 'M').start_time:%B %Y} to {pd.Period(frame.index[-1], 'M').start_time:%B %Y}"
    caption = (
        f"Net change in the land of {place} held by {a.adjective} forces, km² by calendar month, {span}. Bars: mean of the sources; marks: each source; "
        f"hollow: months in which that source redrew its map. Sum of the last twelve months: {year or 'incomplete'}. Sources: {source_words(war, list(frame))}."
    )
    words = f"Bar chart of the monthly net gain of {a.adjective} forces in {place}, {span}. Sum of the last twelve months: {year or 'incomplete'}."
    return Figure(
        f"gain-{region}",
        f"Land gained by {a.adjective} forces, month by month: {place}",
        caption,
        words,
        tuple(frame),
        _fit(spec, width),
    )


_MONTH_NAMES = (
    "substring(datum.value, 5, 7) == '01' || datum.index == 0"
    " ? [utcFormat(toDate(datum.value + '-01'), '%b'), substring(datum.value, 0, 4)]"
    " : utcFormat(toDate(datum.value + '-01'), '%b')"
)
"""Vega expression: the month's short name, with the year under each January and under the first month."""


def _gain_rows(
    war: War, frame: pd.DataFrame, redrawn: set[tuple[str, str]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of the bars (mean and range of the sources) and of the marks (each source); missing months have none."""
    bars, rows = [], []
    for month, row in frame.iterrows():
        known = row.dropna()
        stamp = str(month)
        when = f"{pd.Period(month, 'M').start_time:%B %Y}"
        if len(known):
            mean = float(known.mean())
            bar = {"value": mean, "low": known.min(), "high": known.max(), "by": "mean of the sources"}
            bars.append({"month": stamp, "when": when, "words": f"{signed_words(mean)} km²", **bar})
        for source, value in known.items():
            changed = (str(source), stamp) in redrawn
            words = f"{signed_words(value)} km²" + (" (map redrawn)" if changed else "")
            mark = {"value": value, "source": source, "by": source_name(war, str(source)), "redrawn": changed}
            rows.append({"month": stamp, "when": when, "words": words, **mark})
    return bars, rows


def _top_legend(size: float) -> alt.Legend:
    return alt.Legend(orient="top", title=None, labelFontSize=size, labelColor=INK, symbolSize=60, offset=6, padding=0)


def _redrawn_months(war: War, redraws: pd.DataFrame | None, region: str) -> set[tuple[str, str]]:
    """Sources and months in which a map of the region, or of a part of it, was redrawn."""
    if redraws is None or redraws.empty:
        return set()
    inside = redraws[
        redraws["region"].map(lambda r: r == region or (r in war.regions and war.regions[r].parent == region))
    ]
    return {(str(s), f"{d:%Y-%m}") for s, d in zip(inside["source"], inside["date"], strict=True)}
