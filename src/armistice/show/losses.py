"""Charts of losses: what each side has lost in people and equipment, as counted and as claimed.

Counts by name or by picture are lower bounds; a claim by one side about the other is drawn dashed.
"""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import xarray as xr

from armistice.core.errors import QueryError
from armistice.core.war import Side, War
from armistice.show.canvas import Layer, spread, text_width
from armistice.show.series import source_frame, year_axis
from armistice.show.style import (
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
    source_name,
    source_words,
)

_LOSSES = (
    ("losses_dead_named", "Soldiers confirmed dead, by name", "persons"),
    ("losses_personnel", "Killed and wounded, claimed or estimated", "persons"),
    ("losses_with_captured", "Killed, wounded, captured and missing", "persons"),
    ("losses_equipment", "Heavy equipment lost, all types", "items"),
    ("losses_tanks", "Tanks lost", "items"),
    ("losses_armour", "Armoured vehicles lost", "items"),
    ("losses_artillery", "Artillery lost", "items"),
)


def draw_losses(war: War, panel: xr.Dataset, width: int = 760) -> Figure:
    """Losses of both sides since the start of the record, small charts by kind, a line for each side and source.

    Kinds for which the panel has no series of at least two months are left out.

    Parameters
    ----------
    war, panel, width
        As in `draw_area_held`.

    Raises
    ------
    QueryError
        If the panel has no losses at all.
    """
    narrow = is_narrow(width)
    across = 1 if narrow else 2
    plot = (width - 8 - 18 * (across - 1)) / across - 42
    charts, seen, ends = [], [], []
    for quantity, title, unit in _LOSSES:
        series = _loss_series(war, panel, quantity)
        if series:
            charts.append(_small_losses(war, series, (title, unit), (plot, 120.0 if narrow else 132.0), width))
            seen += [source for _, source in series if source not in seen]
            ends += [
                f"{title.lower()}: {war.side(side).adjective} {number_words(v.iloc[-1])} by {short_day(v.index[-1])} ({source_name(war, source)})"
                for (side, source), v in series.items()
            ]
    if not charts:
        raise QueryError(
            f"{war.title}: no losses in the panel; expected a quantity that begins with losses; add observations"
        )
    spec = alt.concat(*charts, columns=across, spacing={"row": 18, "column": 18})
    until = str(panel["time"].values[-1])[:10]
    caption = (
        f"Cumulative counts, persons or items, to {day_words(until)} or the last report before it. Solid: a source that counts both sides; "
        f"dashed: one that speaks of one side only, as a claim by its enemy does. Counts by name and by picture are lower bounds. Sources: {source_words(war, seen)}."
    )
    words = "Line charts of cumulative losses. " + "; ".join(ends) + "."
    return Figure("losses", "Losses of both sides", caption, words, tuple(seen), finish(spec, width))


def has_losses(war: War, panel: xr.Dataset) -> bool:
    """Whether the panel has a series of losses that `draw_losses` can draw."""
    return any(_loss_series(war, panel, quantity) for quantity, _, _ in _LOSSES)


def _loss_series(war: War, panel: xr.Dataset, quantity: str) -> dict[tuple[Side, str], pd.Series]:
    """Series of one quantity by side and source, one point in four weeks; single figures are left out."""
    out: dict[tuple[Side, str], pd.Series] = {}
    if quantity not in panel:
        return out
    sides: tuple[Side, Side] = ("a", "b")
    for side in sides:
        frame = source_frame(panel[quantity].sel(belligerent=war.side(side).id))
        for source in frame:
            known = frame[source].dropna()
            if len(known) >= 8:
                fortnight = known.groupby((known.index - known.index[-1]).days // 28).last()
                days = known.groupby((known.index - known.index[-1]).days // 28).apply(lambda s: s.index[-1])
                out[side, str(source)] = pd.Series(fortnight.to_numpy(), index=pd.DatetimeIndex(days))
    return out


def _small_losses(
    war: War, series: dict[tuple[Side, str], pd.Series], words: tuple[str, str], space: tuple[float, float], width: int
) -> Chart:
    """One small chart of cumulative losses; `words` are its title and unit, `space` its width and height, px."""
    size = font_size(width)
    frame = pd.DataFrame(dict(series))
    top = float(np.nanmax(frame.to_numpy())) * 1.08
    told = {key: f"{war.side(key[0]).adjective}: {_short_number(v.iloc[-1])}" for key, v in series.items()}
    room = 10 + max(text_width(t, size) for t in told.values())
    x = year_axis(pd.DataFrame(index=pd.DatetimeIndex([war.baseline, war.as_of])), True, room, space[0])
    y = alt.Y("value:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=alt.Axis(
        title=None, tickCount=4, minExtent=42, maxExtent=42, domain=False, ticks=False,
        labelExpr="datum.value >= 1e6 ? format(datum.value / 1e6, '.1f') + ' m' : datum.value >= 1e4 ? format(datum.value / 1e3, ',.0f') + ' k' : format(datum.value, ',.0f')",
    ))  # fmt: skip
    layers: list[alt.Chart] = []
    keys = list(series)
    at = spread([space[1] * (1 - series[k].iloc[-1] / top) for k in keys], size + 3, 5, space[1] - 5)
    tip = [
        alt.Tooltip("when:N", title="Day"),
        alt.Tooltip("who:N", title="Forces"),
        alt.Tooltip("by:N", title="Source"),
        alt.Tooltip("words:N", title=words[1]),
    ]
    for key, place in zip(keys, at, strict=True):
        (side, source), values = key, series[key]
        both = len({s for s, src in keys if src == source}) == 2
        rows = [
            {
                "day": d,
                "value": v,
                "when": short_day(d),
                "who": war.side(side).adjective,
                "by": source_name(war, source),
                "words": number_words(v),
            }
            for d, v in values.items()
        ]
        layers.append(
            Layer(records(rows))
            .mark_line(color=SIDE[side], strokeWidth=2, strokeDash=[1, 0] if both else [5, 3])
            .encode(x=x, y=y, tooltip=tip)
        )
        end = [{"day": values.index[-1], "value": top * (1 - place / space[1]), "text": told[key]}]
        layers.append(
            Layer(records(end))
            .mark_text(align="left", dx=5, color=SIDE_TEXT[side], fontSize=size)
            .encode(x=x, y=y, text="text:N")
        )
    title = alt.Title(words[0], fontSize=size, frame="group", offset=8)
    return alt.layer(*layers).properties(width=space[0], height=space[1], title=title)


def _short_number(value: float) -> str:
    return f"{value / 1e6:.2f} m" if value >= 1e6 else number_words(value)
