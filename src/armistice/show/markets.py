"""The chart of what markets paid for the money or bonds of each side, and the months in which the price moved most.

A price moves with news of a war, and with much else: it is no chance of victory. Events of the same month stand beside a
move, not as its cause.
"""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd
import xarray as xr

from armistice.core.errors import QueryError
from armistice.core.war import Side, War
from armistice.show.canvas import Layer, spread, text_width
from armistice.show.series import source_frame, year_axis
from armistice.show.style import (
    GRID,
    PAPER,
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
    signed_words,
    source_words,
    unit_title,
)

PRICE = "market_price"
LEAST_MONTHS = 6
"""Shorter series are not drawn."""
TURNS = 3
"""Months marked in each series: those of the largest moves, up or down."""
_WIDE = 5.0
"""From this ratio of the highest to the lowest price on, the scale is logarithmic."""


@dataclass(frozen=True)
class Turn:
    """A month in which a price moved much.

    Attributes
    ----------
    number : int
        Place in time among those marked, from 1.
    side : {"a", "b"}
    source : str
    month : Timestamp
        Last day of the month.
    price : float
        Mean of the month, in per cent of par.
    change : float
        Against the month before, in per cent of the price then.
    events : tuple of str
        What the pack records of that month, in order.
    """

    number: int
    side: Side
    source: str
    month: pd.Timestamp
    price: float
    change: float
    events: tuple[str, ...]


def market_prices(war: War, panel: xr.Dataset) -> dict[tuple[Side, str], pd.Series]:
    """Mean price by month, per cent of par, by side and source; series of fewer than `LEAST_MONTHS` are left out."""
    out: dict[tuple[Side, str], pd.Series] = {}
    if PRICE not in panel:
        return out
    sides: tuple[Side, Side] = ("a", "b")
    for side in sides:
        frame = source_frame(panel[PRICE].sel(belligerent=war.side(side).id))
        for source in frame:
            months = frame[source].resample("ME").mean().dropna()
            if len(months) >= LEAST_MONTHS:
                out[side, str(source)] = months
    return out


def market_turns(war: War, panel: xr.Dataset, events: pd.DataFrame) -> tuple[Turn, ...]:
    """The months of the largest moves of each series against the month before, in order of time.

    Parameters
    ----------
    war : War
    panel : Dataset
    events : DataFrame
        As of the pack: date and title.
    """
    found: list[Turn] = []
    for (side, source), prices in market_prices(war, panel).items():
        apart = prices.index.to_period("M").astype("int64").to_series(index=prices.index).diff()
        change = np.log(prices).diff()[apart == 1]
        for month in change.abs().nlargest(TURNS).index:
            then = events[events["date"].dt.to_period("M") == month.to_period("M")].sort_values("date")
            told = 100 * float(np.expm1(change[month]))
            found.append(Turn(0, side, source, month, float(prices[month]), told, tuple(then["title"])))
    found.sort(key=lambda t: (t.month, t.side, t.source))
    return tuple(
        Turn(n, t.side, t.source, t.month, t.price, t.change, t.events) for n, t in enumerate(found, 1)
    )  # fmt: skip


def draw_market_prices(war: War, panel: xr.Dataset, events: pd.DataFrame, width: int = 760) -> Figure:
    """What markets paid for the money or bonds of each side, month by month, with the months of the largest moves.

    Parameters
    ----------
    war : War
    panel : Dataset
    events : DataFrame
        As of the pack; a tick below for each.
    width : int
        Of the picture, px.

    Raises
    ------
    QueryError
        If the panel has no series of `LEAST_MONTHS` months.
    """
    series = market_prices(war, panel)
    if not series:
        raise QueryError(
            f"{war.title}: no price of {LEAST_MONTHS} months in the panel; expected a quantity {PRICE}; add observations"
        )
    size, plot, height = font_size(width), float(width - 46), 200.0 if is_narrow(width) else 240.0
    ends = {key: f"{war.side(key[0]).adjective} {number_words(v.iloc[-1], 1)}" for key, v in series.items()}
    values = pd.concat(list(series.values()))
    log = bool(values.max() > _WIDE * values.min())
    low, high = (float(values.min()) * 0.7, float(values.max()) * 1.1) if log else (0.0, float(values.max()) * 1.08)
    frame = pd.DataFrame(index=pd.DatetimeIndex(sorted({d for v in series.values() for d in v.index})))
    x = year_axis(frame, is_narrow(width), 16 + max(text_width(t, size) for t in ends.values()), plot)
    scale = alt.Scale(type="log" if log else "linear", domain=[low, high], nice=False)
    y = alt.Y("value:Q", scale=scale, axis=alt.Axis(
        title=None, tickCount=4, minExtent=36, maxExtent=36, domain=False, ticks=False, format="~g"
    ))  # fmt: skip
    turns = market_turns(war, panel, events)
    layers = [_ticks(war, events, frame, x, height), *_lines(war, series, ends, (low, high, height, log), x, y, size)]
    layers += _marks(war, turns, x, y, size)
    spec: Chart = alt.layer(*layers).properties(
        width=plot, height=height, title=unit_title("per cent of par" + (", logarithmic scale" if log else ""), width)
    )
    seen = list(dict.fromkeys(source for _, source in series))
    what = "; ".join(
        f"{war.side(side).adjective}: {war.sources[source].title}" for side, source in series if source in war.sources
    )
    caption = (
        f"Mean of each month, per cent of par, to {day_words(frame.index[-1])}. {what}. Numbered: the {TURNS} months of each series with "
        "the largest move against the month before. Ticks below: events of the record. A price moves with news of the war, with how much "
        f"of the money was made, and with much else: it is no chance of victory. Sources: {source_words(war, seen)}."
    )
    told = "; ".join(
        f"{war.side(side).adjective} from {number_words(v.iloc[0], 1)} in {v.index[0]:%B %Y} to {number_words(v.iloc[-1], 1)} in {v.index[-1]:%B %Y}"
        for (side, _), v in series.items()
    )
    words = f"Line chart of market prices in per cent of par: {told}."
    return Figure("market-prices", "What markets paid", caption, words, tuple(seen), finish(spec, width))


def _lines(
    war: War,
    series: dict[tuple[Side, str], pd.Series],
    ends: dict[tuple[Side, str], str],
    box: tuple[float, float, float, bool],
    x: alt.X,
    y: alt.Y,
    size: int,
) -> list[alt.Chart]:
    """A line for each series with its last value at the right; `box` is low, high, height in px and whether it is a log scale."""
    low, high, height, log = box
    scaled = (np.log if log else np.asarray)([low, high])

    def down(value: float) -> float:
        return height * (1 - ((np.log(value) if log else value) - scaled[0]) / (scaled[1] - scaled[0]))

    places = spread([down(float(v.iloc[-1])) for v in series.values()], size + 3, 5, height - 5)
    layers: list[alt.Chart] = []
    seen: list[Side] = []
    for (key, values), place in zip(series.items(), places, strict=True):
        dash = [5, 3] if key[0] in seen else [1, 0]
        seen.append(key[0])
        rows = [{"day": d, "value": v} for d, v in values.items()]
        layers.append(
            Layer(records(rows)).mark_line(color=SIDE[key[0]], strokeWidth=2, strokeDash=dash).encode(x=x, y=y)
        )
        end = [{"day": values.index[-1], "text": ends[key]}]
        layers.append(
            Layer(records(end)).mark_text(align="left", dx=12, color=SIDE_TEXT[key[0]], fontSize=size)
            .encode(x=x, y=alt.value(place), text="text:N")
        )  # fmt: skip
    return layers


def _marks(war: War, turns: tuple[Turn, ...], x: alt.X, y: alt.Y, size: int) -> list[alt.Chart]:
    """The numbered months."""
    tip = [alt.Tooltip("when:N", title="Month"), alt.Tooltip("words:N", title="Move"), alt.Tooltip("events:N", title="Events of that month")]  # fmt: skip
    layers = []
    for turn in turns:
        row = {
            "day": turn.month, "value": turn.price, "number": str(turn.number), "when": f"{turn.month:%B %Y}",
            "words": f"{war.side(turn.side).adjective} {signed_words(turn.change)} %", "events": "; ".join(turn.events) or "none recorded",
        }  # fmt: skip
        base = Layer(records([row])).encode(x=x, y=y, tooltip=tip)
        layers.append(base.mark_circle(size=190, color=PAPER, stroke=SIDE[turn.side], strokeWidth=1.5, opacity=1))
        layers.append(base.mark_text(fontSize=size - 2, color=SIDE_TEXT[turn.side]).encode(text="number:N"))
    return layers


def _ticks(war: War, events: pd.DataFrame, frame: pd.DataFrame, x: alt.X, height: float) -> alt.Chart:
    """A tick at the bottom for each event within the drawn span."""
    inside = events[(events["date"] >= frame.index[0]) & (events["date"] <= frame.index[-1])]
    rows = [{"day": e.date, "when": short_day(e.date), "title": e.title} for e in inside.itertuples()]
    return (
        Layer(records(rows)).mark_rule(color=GRID if not rows else "#9AA1A9", strokeWidth=1)
        .encode(x=x, y=alt.value(height - 7), y2=alt.value(height), tooltip=[alt.Tooltip("when:N", title="Day"), alt.Tooltip("title:N", title="Event")])
    )  # fmt: skip
