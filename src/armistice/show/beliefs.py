"""The chart of what two sides expect of the front, month by month, beside what the record shows and what they put forward.

A side expects the movement on record with a judged lead in its own favour. The lead is judged once for all months, so that
a path bends only where the record does; the negotiating record moves it as a whole. Paths begin on the day from which the
war is counted: before any movement is on record they are the leads alone, and in the months before the first game nothing
was solved. The scale is linear as far as the months with a game reach, and logarithmic beyond, where the first months of a war
would flatten the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import altair as alt
import numpy as np

from armistice.core.history import History
from armistice.core.matched import RecordEvent
from armistice.core.war import Range, War
from armistice.show.bargaining import round_ticks, stacked
from armistice.show.canvas import (
    Key,
    Label,
    Layer,
    boxes,
    cut_text,
    data,
    legend,
    pixel,
    rules,
    spread,
    text_width,
    wrap_text,
    write,
)
from armistice.show.style import (
    FAINT,
    GRID,
    INK,
    MUTED,
    SIDE,
    SIDE_PALE,
    SIDE_TEXT,
    Figure,
    day_words,
    finish,
    font_size,
    is_narrow,
    short_day,
    signed_words,
)

Three = tuple[float, float, float]
"""10th, 50th and 90th percentile."""
_LISTED = 12
"""What was put forward, newest, that is listed."""
_MIXED = {"a": "#E99F6B", "b": "#6F98C1"}
"""Bands after the negotiating record, between the pale and the full colour of each side."""
_TOWARDS = {"a": 1.0, "b": -1.0}
"""The way in which a side's lead moves the front."""


def side_name(war: War, side: str) -> str:
    """Name of side ``a`` or ``b``."""
    return war.side("a" if side == "a" else "b").name


class Lead(NamedTuple):
    """How much faster than on record a side believes the front to move in its favour, steps per month, before the record and after."""

    prior: Three
    posterior: Three


def leads_of(history: History, judged: Mapping[str, Range]) -> dict[str, Lead]:
    """The leads of both sides by the draws of a history; one that does not vary over draws is taken as judged.

    Parameters
    ----------
    history : History
    judged : mapping
        ``table.key`` → range, as in `Judgements.ranges`; what was not judged is 0.

    Returns
    -------
    dict
        ``a`` and ``b``.
    """
    known = {x.name: Lead(x.prior, x.posterior) for x in history.matched.learnt}
    out = {}
    for side in "ab":
        name = f"beliefs.lead_{side}"
        fixed = judged[name].central if name in judged else 0.0
        out[side] = known.get(name, Lead((fixed,) * 3, (fixed,) * 3))
    return out


def expected(history: History, side: str, lead: Three) -> np.ndarray:
    """Movement that a side expects on each of `History.all_days`, steps per month towards side A, shape (3, days): low, median, high."""
    paths = np.array([history.all_drift + _TOWARDS[side] * value for value in lead])
    return np.sort(paths, axis=0)


def offers_of(history: History) -> tuple[RecordEvent, ...]:
    """What either side put forward that draws a line on the axis, by day."""
    return tuple(event for event in history.matched.events if event.kind == "offered")


def draw_belief_paths(war: War, history: History, leads: Mapping[str, Lead], *, width: int = 760) -> Figure:
    """Movement of the front on record and as each side expects it, month by month, with what each put forward below.

    Parameters
    ----------
    war : War
    history : History
    leads : mapping
        As made by `leads_of`.
    width : int
        Of the picture, px.
    """
    size = font_size(width)
    keys = [Key("on record", INK, "line")]
    for side in "ab":
        name = side_name(war, side)
        keys += [Key(f"{name} expects, as judged", SIDE_PALE[side]), Key(f"{name}, after the talks", _MIXED[side])]
    layers, y = legend(keys, width, size)
    unit = f"Movement a month towards {war.side('a').name}, steps of the axis"
    lines = wrap_text(unit, width - 4, size)
    layers += write(stacked(lines, 2.0, y + 6, size), MUTED)
    left, right, top = 40.0, width - 12.0, y + 10 + len(lines) * (size + 3)
    bottom = top + (190.0 if is_narrow(width) else 240.0)
    days = history.all_days
    first, last = days[0], days[-1]
    span = max((last - first).days, 1)

    def x_of(day: date) -> float:
        return left + (right - left) * min(max((day - first).days / span, 0.0), 1.0)

    at = np.array([x_of(day) for day in days])
    layers += _paths(history, leads, at, (left, right, top, bottom), size)
    layers += year_ticks(first, last, x_of, (left, right, bottom), size)
    offers = offers_of(history)[-_LISTED:]
    marks, y = _marks(war, offers, x_of, (left, right, bottom + 32), size)
    listed, y = _listed(offers, y + 8, width, size)
    spec = finish(alt.layer(*layers, *marks, *listed).properties(width=width, height=y + 4), width, 0, "none")
    return _figure(war, history, leads, len(offers), spec)


def _paths(
    history: History, leads: Mapping[str, Lead], at: np.ndarray, frame: tuple[float, float, float, float], size: float
) -> list[alt.Chart]:
    """Bands of both sides, their medians, and the record's own movement, over a grid."""
    left, right, top, bottom = frame
    bands = {(s, kind): expected(history, s, getattr(leads[s], kind)) for s in "ab" for kind in Lead._fields}
    blank = history.unrecorded
    places, at, drift = at, _held(at, blank, True), _held(history.all_drift, blank)
    every = np.concatenate([history.all_drift, [0.0], *(np.ravel(band) for band in bands.values())])
    bend = _bend(history, bands)
    low, high = float(_bent(every.min(), bend)), float(_bent(every.max(), bend))
    room = max(0.05 * (high - low), 0.01)
    low, high = low - room, high + room

    def y_of(value: np.ndarray) -> np.ndarray:
        return np.asarray(bottom - (bottom - top) * (_bent(value, bend) - low) / (high - low))

    ticks = [t for t in _ticks(every, bend) if low <= _bent(t, bend) <= high]
    grid = [{"x": left, "x1": right, "y": float(y_of(np.array(t))), "y1": float(y_of(np.array(t)))} for t in ticks]
    labels = [
        Label(signed_words(t, 2).rstrip("0").rstrip(".") if t else "0", left - 6, row["y"], "right", size)
        for t, row in zip(ticks, grid, strict=True)
    ]
    zero = [row for t, row in zip(ticks, grid, strict=True) if t == 0]
    layers = [
        *_before(history, places, (left, top, bottom), size),
        rules(grid, GRID),
        rules(zero, FAINT),
        *write(labels, MUTED),
    ]
    bands = {key: _held(band, blank) for key, band in bands.items()}
    layers += [_band(at, y_of(bands[s, "prior"]), SIDE_PALE[s], 0.65) for s in "ab"]
    layers += [_band(at, y_of(bands[s, "posterior"]), _MIXED[s], 0.85) for s in "ab"]
    for s in "ab":
        layers += [_line(at, y_of(bands[s, "prior"][1]), SIDE_TEXT[s], 1.2, (4, 3))]
        layers += [_line(at, y_of(bands[s, "posterior"][1]), SIDE_TEXT[s], 2.2)]
    if blank:
        layers.append(_line(at[: blank + 1], y_of(drift)[: blank + 1], INK, 1.2, (1, 3)))
        at, drift = at[blank + 1 :], drift[blank + 1 :]
    return [*layers, _line(at, y_of(drift), INK, 1.8)]


def _held(values: np.ndarray, blank: int, later: bool = False) -> np.ndarray:
    """Values over the days with that of the last day without a record held up to the first with one.

    A point is put in between the two: with the value of the day before it, or (for places in the chart) of the day after.
    """
    if not 0 < blank < values.shape[-1]:
        return values
    return np.insert(values, blank, values[..., blank if later else blank - 1], axis=-1)


def _bend(history: History, bands: Mapping[tuple[str, str], np.ndarray]) -> float:
    """Where the scale turns logarithmic: the farthest that anything reaches in the months with a game; infinite for nowhere."""
    later = slice(len(history.earlier), None)
    reach = float(max(np.abs(history.drift).max(), *(np.abs(band[:, later]).max() for band in bands.values()), 1e-6))
    whole = float(max(np.abs(history.all_drift).max(), *(np.abs(band).max() for band in bands.values())))
    return reach if whole > 1.5 * reach else np.inf


def _bent(value: np.ndarray | float, bend: float) -> np.ndarray:
    """A value on the scale of the chart: itself up to `bend`, beyond it logarithmic, without a step in slope."""
    size = np.abs(np.asarray(value, float))
    with np.errstate(divide="ignore", invalid="ignore"):
        far = bend * (1 + np.log(np.maximum(size, bend) / bend)) if np.isfinite(bend) else size
    return np.asarray(np.sign(value) * np.where(size <= bend, size, far))


def _ticks(every: np.ndarray, bend: float) -> list[float]:
    """Round values for the scale; beyond the bend 1, 2 and 5 of each power of ten."""
    low, high = float(every.min()), float(every.max())
    if not np.isfinite(bend):
        room = 0.05 * (high - low)
        return round_ticks(low - room, high + room, 6)
    near = round_ticks(max(low, -bend), min(high, bend), 4)
    far = [sign * digit * 10.0**power for sign in (-1, 1) for power in range(-2, 4) for digit in (1, 2, 5)]
    return sorted({*near, *(t for t in far if abs(t) > 1.5 * bend and low <= t <= high)})


def _before(history: History, at: np.ndarray, frame: tuple[float, float, float], size: float) -> list[alt.Chart]:
    """A shade over the days without a movement on record, and a rule where the months with a game begin."""
    left, top, bottom = frame
    layers: list[alt.Chart] = []
    blank, first = history.unrecorded, len(history.earlier)
    if not first:
        return layers
    if blank:
        end = at[min(blank, first)]
        layers.append(boxes([{"x": left, "x1": float(end), "y": top, "y1": bottom}], "#EFF0F2"))
    x = float(at[first])
    layers.append(rules([{"x": x, "x1": x, "y": top, "y1": bottom}], FAINT))
    words = "games from here"
    return [*layers, *write([Label(words, x + 4, top + size / 2 + 1, "left", size)], MUTED)]


def _band(at: np.ndarray, y: np.ndarray, color: str, opacity: float) -> alt.Chart:
    rows = [{"x": float(x), "y": float(a), "y1": float(b)} for x, a, b in zip(at, y[0], y[2], strict=True)]
    chart = Layer(data(rows)).mark_area(color=color, opacity=opacity)
    return chart.encode(x=alt.X(**pixel("x")), y=alt.Y(**pixel("y")), y2="y1")


def _line(at: np.ndarray, y: np.ndarray, color: str, size: float, dash: Sequence[int] = (1, 0)) -> alt.Chart:
    chart = Layer(data({"x": float(x), "y": float(v)} for x, v in zip(at, y, strict=True)))
    return chart.mark_line(color=color, strokeWidth=size, strokeDash=list(dash)).encode(
        x=alt.X(**pixel("x")), y=alt.Y(**pixel("y"))
    )


def year_ticks(first: date, last: date, x_of: Any, frame: tuple[float, float, float], size: float) -> list[alt.Chart]:
    """Beginnings of years below the paths; the first and the last day where fewer than two years begin between them."""
    left, right, bottom = frame
    begins = [(date(y, 1, 1), str(y)) for y in range(first.year + 1, last.year + 1)]
    told = begins if len(begins) > 1 else [(first, short_day(first)), (last, short_day(last))]
    ticks: list[dict[str, Any]] = []
    labels: list[Label] = []
    for day, text in told:
        x, half = x_of(day), text_width(text, size) / 2
        ticks.append({"x": x, "x1": x, "y": bottom, "y1": bottom + 5})
        label = Label(text, min(max(x, left + half), right - half), bottom + 14, "center", size)
        if not labels or label.box[0] > labels[-1].box[2] + 6:
            labels.append(label)
    base = [{"x": left, "x1": right, "y": bottom, "y1": bottom}]
    return [rules([*ticks, *base], "#B4B9BF"), *write(labels, MUTED)]


# --- what was put forward ---------------------------------------------------------------------------------------


def _marks(
    war: War, offers: Sequence[RecordEvent], x_of: Any, frame: tuple[float, float, float], size: float
) -> tuple[list[alt.Chart], float]:
    """A lane for each side with a number where it put something forward; a foot leads from the number to its day."""
    left, right, y = frame
    if not offers:
        return write([Label("Neither side put forward a line on the axis.", 4.0, y, "left", size)], INK), y + size
    layers = write([Label("Put forward on the line, numbered as below", 2.0, y, "left", size)], MUTED)
    for side in "ab":
        y += size + 8
        name = Label(side_name(war, side), 2.0, y, "left", size, True)
        layers += write([name], SIDE_TEXT[side])
        own = [(n, x_of(event.date)) for n, event in enumerate(offers) if event.side == side]
        y += size + 6
        track = [{"x": left, "x1": right, "y": y + 11, "y1": y + 11}]
        places = spread([x for _, x in own], 17.0, left, right)
        feet = [{"x": p, "x1": x, "y": y + 4, "y1": y + 11} for p, (_, x) in zip(places, own, strict=True)]
        spots = [{"x": x - 1.5, "x1": x + 1.5, "y": y + 8, "y1": y + 14} for _, x in own]
        numbers = [Label(str(n + 1), p, y - 2, "center", size, True) for p, (n, _) in zip(places, own, strict=True)]
        layers += [rules(track, GRID), rules(feet, SIDE[side]), boxes(spots, SIDE[side])]
        layers += write(numbers, SIDE_TEXT[side])
        y += 11
    return layers, y + size


def _listed(offers: Sequence[RecordEvent], y: float, width: int, size: float) -> tuple[list[alt.Chart], float]:
    """What was put forward, by day, in at most two lines each (three on a phone)."""
    narrow = is_narrow(width)
    start = 26.0 if narrow else 118.0
    words: list[Label] = []
    quiet: list[Label] = []
    numbers: dict[str, list[Label]] = {"a": [], "b": []}
    for n, event in enumerate(offers):
        lines = wrap_text(f"{event.document}: {event.text}" if event.document else event.text, width - start - 6, size)
        most = 3 if narrow else 2
        if len(lines) > most:
            lines = [*lines[: most - 1], cut_text(" ".join(lines[most - 1 :]), width - start - 6, size)]
        numbers[event.side].append(Label(str(n + 1), 18.0, y, "right", size, True))
        quiet.append(Label(short_day(event.date), 26.0, y, "left", size))
        words += stacked(lines, start, y + (size + 3 if narrow else 0), size)
        y += (len(lines) + narrow) * (size + 3) + 5
    layers = [layer for side in "ab" for layer in write(numbers[side], SIDE_TEXT[side])]
    return [*layers, *write(words, INK), *write(quiet, MUTED)], y - 8


def _figure(war: War, history: History, leads: Mapping[str, Lead], listed: int, spec: Any) -> Figure:
    drift, days = history.all_drift, history.all_days
    first = min(history.unrecorded, len(days) - 1)
    told = [
        f"on record {signed_words(float(drift[first]), 2)} on {short_day(days[first])} and {signed_words(float(drift[-1]), 2)} now"
    ]
    for side in "ab":
        before, after = (float(expected(history, side, lead)[1, -1]) for lead in leads[side])
        told.append(
            f"{side_name(war, side)} expects {signed_words(before, 2)} now as judged and {signed_words(after, 2)} after the negotiating record"
        )
    offers = len(offers_of(history))
    rest = f" Not listed: {offers - listed} earlier ones." if offers > listed else ""
    below = (
        f"Below: what either side put forward on the line, {offers} in all.{rest}"
        if offers
        else "Neither side put forward a line on the axis."
    )
    said = f"{'; '.join(told)} (medians, steps a month towards {war.side('a').name})"
    title = next((a.title for a in war.axes if a.id == history.axis), history.axis)
    caption = (
        f"Movement of the front a month on the axis {title}, in steps towards {war.side('a').name}, from {day_words(days[0])} to {day_words(days[-1])}: "
        f"what the record up to each day said of the year ahead (line), and what each side expects beyond it (bands: 10 to 90 % of {len(history.matched.weights.weight)} draws; dashed and full lines: "
        f"medians before and after the draws were weighed by the negotiating record). {said[:1].upper()}{said[1:]}. The leads over the record are judged once, for all months. {_early_words(history)}"
        f"{below} Status of the weights: {history.matched.weights.status}. "
        "Engine: the war-termination game at past months; its inputs are judgements. Source: own computation from the maps and the record of talks, whose sources the pack names row by row."
    )
    words = (
        f"Line chart with bands of what the two sides expect of the front over {len(days)} days a month apart: {said}."
    )
    return Figure(
        "belief-paths", "What each side expects of the front, and what it put forward", caption, words, (), spec
    )


def _early_words(history: History) -> str:
    """What stands before the months with a game, as sentences of the caption."""
    if not history.earlier:
        return ""
    blank = history.unrecorded
    shaded = (
        f"Up to {day_words(history.all_days[blank])} (shaded) no month of movement was on record, so that beliefs are the judged leads alone. "
        if blank
        else ""
    )
    return (
        f"{shaded}Before {day_words(history.days[0])} no game was solved, and weights come from the months after; where the record was younger than the forecast needs, it is the mean of its "
        "last months. The scale is logarithmic beyond what the months with a game reach. "
    )
