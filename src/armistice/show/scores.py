"""Charts of a hindcast: how forecasters fared beside the best single baseline, and whether ranges cover as they claim."""

from __future__ import annotations

from typing import Any

import altair as alt

from armistice.core.errors import QueryError
from armistice.core.scores import Hindcast, ScoreSummary
from armistice.core.war import War
from armistice.show.canvas import Layer
from armistice.show.style import (
    GRID,
    INK,
    MUTED,
    SIDE,
    Chart,
    Figure,
    day_words,
    finish,
    font_size,
    is_narrow,
    number_words,
    records,
    region_words,
)

PERIOD_INK = {"tuning": "#8B929B", "later": SIDE["b"]}
PERIOD_SHAPE = {"tuning": "circle", "later": "diamond"}
_LEVELS = (50, 80, 90)
_DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])
_INKS = (INK, "#7B3F98", "#00796B", "#946C00")


def _scope_words(war: War, hindcast: Hindcast, scope: str) -> str:
    if scope == "total":
        return region_words(war, hindcast.root)
    return "the contested regions" if scope == "regions" else region_words(war, scope)


def _rows(hindcast: Hindcast, scope: str) -> list[ScoreSummary]:
    found = [s for s in hindcast.summaries if s.scope == scope]
    if not found:
        scopes = ", ".join(dict.fromkeys(s.scope for s in hindcast.summaries))
        raise QueryError(f"scope {scope!r}: no scores; expected one of {scopes or 'none'}; choose another")
    return found


def _months(horizon: int) -> str:
    return f"{horizon} month" + ("s" if horizon > 1 else "")


def _period_words(hindcast: Hindcast) -> str:
    first, last, split = hindcast.origins[0], hindcast.origins[-1], hindcast.tuned_to
    if last <= split:
        return f"tuning origins {first:%B %Y} to {last:%B %Y}"
    if first > split:
        return f"later origins {first:%B %Y} to {last:%B %Y}"
    after = next(o for o in hindcast.origins if o > split)
    return f"tuning origins {first:%B %Y} to {split:%B %Y}, later ones {after:%B %Y} to {last:%B %Y}"


def draw_hindcast_scores(war: War, hindcast: Hindcast, scope: str = "total", width: int = 760) -> Figure:
    """Mean CRPS of each forecaster over that of the best single baseline, by horizon, tuning and later origins apart.

    Parameters
    ----------
    war : War
    hindcast : Hindcast
    scope : str
        ``total``, ``regions`` or the id of a region.
    width : int
        Of the picture, px.

    Raises
    ------
    QueryError
        If nothing was scored in the scope.
    """
    rows, narrow = _rows(hindcast, scope), is_narrow(width)
    horizons = sorted({s.horizon for s in rows})
    names = list(dict.fromkeys(s.forecaster for s in rows))
    across = 1 if narrow else len(horizons)
    labels = 138.0
    plot = (width - 8 - labels - 14 * (across - 1) - 12) / across
    values = [v for s in rows for v in (s.relative, s.relative_low, s.relative_high) if v]
    domain = [max(min(values) * 0.9, 0.1), min(max(values) * 1.1, 12.0)]
    charts = [
        _ratio_panel(
            [s for s in rows if s.horizon == h], names, (plot, 26.0 * len(names)), domain, named=narrow or h == horizons[0]
        ).properties(title=f"{_months(h)} ahead")
        for h in horizons
    ]  # fmt: skip
    spec = alt.concat(*charts, columns=across, spacing=14).resolve_scale(color="shared", shape="shared")
    told = _told(hindcast, rows)
    place = _scope_words(war, hindcast, scope)
    caption = (
        f"Mean error of forecasts of the net land taken in {place} (CRPS of cumulative km²), divided by that of the best single "
        f"baseline of the same period and horizon; below 1 is better; logarithmic scale. Lines: nine in ten resampled "
        f"periods (blocks of up to twelve origins; too narrow where there are few). Monthly {_period_words(hindcast)}, each from "
        f"what was published by then; held against the record of {day_words(hindcast.as_of)}. {told} "
        f"Engine: simple rules on the monthly record. Source: own computation from the maps of control."
    )
    words = f"Dot chart of forecast errors relative to the best single baseline, by forecaster and horizon. {told}"
    return Figure(
        f"hindcast-{scope}", f"How forecasts of the front have fared: {place}", caption, words, (), finish(spec, width)
    )


def _told(hindcast: Hindcast, rows: list[ScoreSummary]) -> str:
    """The chosen forecaster in figures, on the later origins where there are any."""
    period = "later" if any(s.period == "later" for s in rows) else "tuning"
    own = [s for s in rows if s.period == period and s.forecaster == hindcast.chosen]
    parts = [
        f"{_months(s.horizon)} {s.relative:.2f} ({number_words(s.crps_km2)} km², {s.origins} origins, against {s.rival})"
        for s in own
    ]
    return f"The chosen forecaster, “{hindcast.chosen}”, on the {period} origins: {'; '.join(parts)}."


def _ratio_panel(
    rows: list[ScoreSummary], names: list[str], space: tuple[float, float], domain: list[float], named: bool
) -> Chart:
    """One horizon: a mark and a range for each forecaster and period; `space` is width and height, px."""
    table = records(
        {
            "name": s.forecaster, "period": s.period, "ratio": min(max(s.relative, domain[0]), domain[1]),
            "low": None if s.relative_low is None else max(s.relative_low, domain[0]),
            "high": None if s.relative_high is None else min(s.relative_high, domain[1]),
            "words": f"{s.relative:.2f}", "crps": f"{number_words(s.crps_km2, 1)} km²", "log": f"{s.log_score:.2f}",
            "rival": s.rival, "count": s.origins,
        }
        for s in rows
    )  # fmt: skip
    periods = [p for p in PERIOD_INK if any(s.period == p for s in rows)] or list(PERIOD_INK)
    axis = alt.Axis(title=None, values=[0.5, 1, 2, 4, 8], format="~g", domain=False, ticks=False)
    x = alt.X("ratio:Q", axis=axis, scale=alt.Scale(type="log", domain=domain, nice=False, clamp=True))
    side = alt.Axis(
        title=None, domain=False, ticks=False, labels=named, labelColor=INK, labelLimit=150,
        minExtent=134 if named else 0, maxExtent=134 if named else 0,
    )  # fmt: skip
    y = alt.Y("name:N", sort=names, axis=side)
    shift = alt.YOffset("period:N", scale=alt.Scale(domain=list(PERIOD_INK)))
    legend = alt.Legend(orient="top", title=None, labelColor=INK, symbolSize=70, padding=0)
    ink = alt.Color("period:N", legend=legend, scale=alt.Scale(domain=periods, range=[PERIOD_INK[p] for p in periods]))
    shape = alt.Shape(
        "period:N", legend=legend, scale=alt.Scale(domain=periods, range=[PERIOD_SHAPE[p] for p in periods])
    )
    tip = [
        alt.Tooltip("name:N", title="Forecaster"), alt.Tooltip("period:N", title="Origins"),
        alt.Tooltip("count:Q", title="Number"), alt.Tooltip("words:N", title="Relative"),
        alt.Tooltip("crps:N", title="CRPS"), alt.Tooltip("log:N", title="Log score"),
        alt.Tooltip("rival:N", title="Best baseline"),
    ]  # fmt: skip
    one = Layer(records([{"ratio": 1.0}])).mark_rule(color=INK, strokeWidth=1).encode(x=x)
    reach = Layer(table).mark_rule(strokeWidth=1.4).encode(x=alt.X("low:Q"), x2="high:Q", y=y, yOffset=shift, color=ink)
    dots = Layer(table).mark_point(size=46, filled=True, opacity=1).encode(
        x=x, y=y, yOffset=shift, color=ink, shape=shape, tooltip=tip
    )  # fmt: skip
    return alt.layer(one, reach, dots).properties(width=space[0], height=space[1])


def draw_calibration(
    war: War, hindcast: Hindcast, forecaster: str = "", scope: str = "total", width: int = 760
) -> Figure:
    """Share of outcomes inside the central ranges of a forecaster against what the ranges claim, by horizon.

    Parameters
    ----------
    forecaster : str
        The chosen one by default.
    war, hindcast, scope, width
        As in `draw_hindcast_scores`.

    Raises
    ------
    QueryError
        If nothing was scored for the forecaster in the scope.
    """
    name = forecaster or hindcast.chosen
    rows = [s for s in _rows(hindcast, scope) if s.forecaster == name]
    if not rows:
        known = ", ".join(dict.fromkeys(s.forecaster for s in hindcast.summaries))
        raise QueryError(f"forecaster {name!r}: no scores; expected one of {known}; choose another")
    narrow = is_narrow(width)
    periods = [p for p in PERIOD_INK if any(s.period == p for s in rows)]
    across = 1 if narrow else len(periods)
    plot = min((width - 8 - 64 * across - 20 * (across - 1)) / across, 420.0)
    charts = [
        _coverage_panel([s for s in rows if s.period == p], sorted({s.horizon for s in rows}), (plot, 240.0), width)
        for p in periods
    ]
    spec = alt.concat(*charts, columns=across, spacing=20)
    place = _scope_words(war, hindcast, scope)
    last = periods[-1]
    told = "; ".join(
        f"{_months(s.horizon)}: {', '.join(f'{100 * c:.0f}' for c in s.coverage)} % of {s.forecasts}"
        for s in rows
        if s.period == last
    )
    caption = (
        f"Share of outcomes (net land taken in {place}, km², cumulative) that fell inside the central 50, 80 and 90 % of the draws, per cent, against "
        f"what the ranges claim; on the diagonal, ranges are worth their name; below it they are too narrow; grey: 72 to 88 % for the range of 80 %. Forecaster: “{name}”. Monthly {_period_words(hindcast)}; "
        f"held against the record of {day_words(hindcast.as_of)}. {last.capitalize()} origins: {told}; long horizons overlap. "
        "Source: own computation from the maps of control."
    )
    words = f"Line chart of observed against claimed coverage of “{name}”. {last.capitalize()} origins, 50, 80 and 90 % ranges: {told}."
    return Figure(
        f"calibration-{scope}", f"Do the ranges cover as they claim? {place[:1].upper()}{place[1:]}", caption, words, (),
        finish(spec, width),
    )  # fmt: skip


def _coverage_panel(rows: list[ScoreSummary], horizons: list[int], space: tuple[float, float], width: int) -> Chart:
    """One period: a line for each horizon; `space` is width and height, px."""
    table: list[dict[str, Any]] = [
        {
            "claimed": claimed, "observed": 100 * seen, "horizon": _months(s.horizon), "count": s.forecasts,
            "words": f"{100 * seen:.0f} %",
        }
        for s in rows for claimed, seen in zip(_LEVELS, s.coverage, strict=True)
    ]  # fmt: skip
    names = [_months(h) for h in horizons]
    at = alt.Axis(title="claimed, %", values=list(_LEVELS), grid=True, domain=False, ticks=False)
    up = alt.Axis(
        title="observed, %", values=[0, 25, 50, 75, 100], domain=False, ticks=False, minExtent=44, maxExtent=44
    )
    x = alt.X("claimed:Q", axis=at, scale=alt.Scale(domain=[45, 95], nice=False))
    y = alt.Y("observed:Q", axis=up, scale=alt.Scale(domain=[0, 104], nice=False))
    legend = alt.Legend(
        orient="top", title=None, labelColor=INK, symbolSize=200, symbolType="stroke", padding=0, columns=4
    )
    ink = alt.Color(
        "horizon:N", sort=names, legend=legend, scale=alt.Scale(domain=names, range=list(_INKS[: len(names)]))
    )
    dash = alt.StrokeDash("horizon:N", sort=names, legend=legend, scale=alt.Scale(domain=names, range=list(_DASHES[: len(names)])))  # fmt: skip
    tip = [
        alt.Tooltip("horizon:N", title="Ahead"), alt.Tooltip("claimed:Q", title="Claimed, %"),
        alt.Tooltip("words:N", title="Observed"), alt.Tooltip("count:Q", title="Forecasts"),
    ]  # fmt: skip
    ideal = records([{"claimed": v, "observed": v} for v in (45, 95)])
    band = records([{"claimed": 80, "low": 72, "high": 88}])
    straight = Layer(ideal).mark_line(color=MUTED, strokeWidth=1, strokeDash=[2, 3]).encode(x=x, y=y)
    goal = Layer(band).mark_rule(color=GRID, strokeWidth=12).encode(x=x, y=alt.Y("low:Q"), y2="high:Q")
    line = Layer(records(table)).mark_line(strokeWidth=1.8).encode(x=x, y=y, color=ink, strokeDash=dash)
    dots = Layer(records(table)).mark_point(size=40, filled=True, opacity=1).encode(x=x, y=y, color=ink, tooltip=tip)
    period = rows[0].period
    title = alt.Title(f"{period.capitalize()} origins", fontSize=font_size(width) + 1)
    return alt.layer(goal, straight, line, dots).properties(width=space[0], height=space[1], title=title)
