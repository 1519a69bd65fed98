"""Charts of why there is no peace: the account of the gap, mechanisms, levers, and what one would have to believe.

The gap is the smallest outside payment with which some settlement suits both sides, as a share of the stake; peace opens
where it is zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import altair as alt
import numpy as np

from armistice.core.endings import MECHANISMS, BeliefMap, Blockers, Ending, Lever
from armistice.core.war import War
from armistice.show.bargaining import (
    APART,
    PEACE,
    PEACE_TEXT,
    axis_title,
    engine_words,
    over_draws,
    percent_words,
    range_words,
    round_ticks,
    stacked,
)
from armistice.show.canvas import (
    Key,
    Label,
    Layer,
    boxes,
    data,
    legend,
    overlaps,
    pixel,
    place_labels,
    points,
    rules,
    text_width,
    wrap_text,
    write,
)
from armistice.show.style import (
    GRID,
    INK,
    MUTED,
    SIDE_TEXT,
    Chart,
    Figure,
    finish,
    font_size,
    is_narrow,
    join_words,
    number_words,
    signed_words,
)

_SHADES = ("#F0EAF4", "#4A2360")
"""Smallest and largest gap."""
_TINY = 1e-9

_STEPS: tuple[tuple[str, str], ...] = (
    ("information", "disagreement about the next month"),
    ("cost", "cost of another month of war, to both"),
    ("wedge_now", "what the best terms would waste: they may not hold, or are punished at home"),
    ("future", "waste expected later in any case"),
    ("flow_adjustment", "land worth more or less to its holder in wartime than in terms"),
    ("tu_gap", "balance if any payment could be made"),
    ("transferability", "limits on payments and on dividing the land"),
    ("gap", "gap between the sides"),
)
"""Rows of the account, with words for readers."""


def account(blockers: Blockers) -> dict[str, np.ndarray]:
    """The identity as signed contributions to the gap, shares of the stake, one entry a draw.

    ``information + cost + wedge_now + future + flow_adjustment = tu_gap`` and
    ``max(0, tu_gap) + transferability = gap``; the future waste is what the balance leaves of the other terms.
    """
    terms = {key: np.asarray(value, float) for key, value in blockers.identity.items()}
    now = terms["information"] - terms["cost"] + terms["wedge_now"] + terms["flow_adjustment"]
    gap = np.maximum(terms["tu_gap"], 0.0) + terms["transferability"]
    return {**terms, "cost": -terms["cost"], "future": terms["tu_gap"] - now, "gap": gap}


def middle_draw(parts: dict[str, np.ndarray]) -> int:
    """The draw nearest to the medians in all rows: its farthest row counts, in units of the 10 to 90 % range."""
    far = np.zeros(len(parts["gap"]))
    for key, _ in _STEPS:
        low, middle, high = over_draws(parts[key])
        far = np.maximum(far, np.abs(parts[key] - middle) / max(high - low, _TINY))
    return int(np.argmin(far))


def draw_blockers(war: War, ending: Ending, *, width: int = 760) -> Figure:
    """The account of the gap as a waterfall: what widens it, what narrows it, and what is left.

    Parameters
    ----------
    war : War
    ending : Ending
        Its `blockers` are drawn.
    width : int
        Of the picture, px.
    """
    narrow, size = is_narrow(width), font_size(width)
    parts = account(ending.blockers)
    n = len(parts["gap"])
    draw = middle_draw(parts)
    bars, reach = waterfall(parts, draw)
    every = [v for pair in (*bars.values(), *reach.values()) for v in pair]
    left, right = (8.0, width - 8.0) if narrow else (268.0, width - 136.0)
    low, high = min(0.0, *every), max(0.0, *every)
    span = max(high - low, 1e-6)

    def x_of(value: float) -> float:
        return left + (right - left) * (value - low) / span

    keys = [Key("widens the gap", APART), Key("narrows it", PEACE), Key("balance and gap", "#5A616B")]
    layers, top = legend(keys, width, size)
    step = size + (31.0 if narrow else 27.0)
    places, y = {}, top + 4
    words, figures, joins = [], [], []
    for key, title in _STEPS:
        told = wrap_text(title, width - (88.0 if n == 1 else 146.0) if narrow else left - 22, size, key in _SUMS)
        y += len(told) * (size + 3) if narrow else 0.0
        middle = y + (10 if narrow else step / 2)
        places[key] = middle
        first = y - (len(told) - 0.5) * (size + 3) if narrow else middle - (len(told) - 1) * (size + 3) / 2
        words += stacked(told, 4.0, first, size, key in _SUMS)
        spot = (width - 6.0, first, "right") if narrow else (width - 6.0, middle, "right")
        figures.append(Label(_points_words(parts[key], parts[key][draw], n), *spot, size, key in _SUMS))
        y = middle + (15 if narrow else step / 2)
    order = [key for key, _ in _STEPS]
    for one, other in pairwise(order):
        if one == "tu_gap" and bars[one][1] < 0:
            continue
        joins.append({"x": x_of(bars[one][1]), "x1": x_of(bars[one][1]), "y": places[one], "y1": places[other]})
    whiskers = [{"x": x_of(reach[k][0]), "x1": x_of(reach[k][1]), "y": places[k], "y1": places[k]} for k in order]
    zero = _zero_rules(list(places.values()), x_of(0), 10.0 if narrow else step / 2)
    layers += [rules(joins, "#B4B9BF", 1), *_waterfall_bars(parts, bars, places, x_of, draw), rules(zero, INK, 1)]
    layers += [rules(whiskers, INK, 1.2)] if n > 1 else []
    plain, bold = ([label for label in words + figures if label.bold is flag] for flag in (False, True))
    layers += [*write(plain, INK, "#FFFFFF"), *write(bold, INK, "#FFFFFF")]
    spec = finish(alt.layer(*layers).properties(width=width, height=y + 4), width, 0, "none")
    return _blockers_figure(war, ending, parts, draw, spec)


_SUMS = ("tu_gap", "gap")


def waterfall(
    parts: dict[str, np.ndarray], draw: int
) -> tuple[dict[str, tuple[float, float]], dict[str, tuple[float, float]]]:
    """Start and end of each bar for one draw, and the 10 to 90 % range of each over draws, from the bar's start."""
    bars: dict[str, tuple[float, float]] = {}
    at = 0.0
    for key, _ in _STEPS:
        value = float(parts[key][draw])
        if key in _SUMS:
            bars[key], at = (0.0, value), value
        else:
            start = max(at, 0.0) if key == "transferability" else at
            bars[key], at = (start, start + value), start + value
    spans = {key: over_draws(parts[key]) for key in bars}
    return bars, {key: (bars[key][0] + float(spans[key][0]), bars[key][0] + float(spans[key][2])) for key in bars}


def _zero_rules(places: Sequence[float], x: float, half: float) -> list[dict[str, Any]]:
    """An upright line at zero beside each row, so that it does not run through words above the rows."""
    return [{"x": x, "x1": x, "y": at - half, "y1": at + half} for at in places]


def _waterfall_bars(
    parts: dict[str, np.ndarray], bars: dict[str, tuple[float, float]], places: dict[str, float], x_of: Any, draw: int
) -> list[alt.Chart]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for key, title in _STEPS:
        start, end = sorted(bars[key])
        color = "#5A616B" if key in _SUMS else APART if parts[key][draw] > 0 else PEACE
        row = {"x": x_of(start), "x1": max(x_of(end), x_of(start) + 1.5), "y": places[key] - 6, "y1": places[key] + 6}
        told = {"title": title, "value": _points_words(parts[key], parts[key][draw], 1)}
        groups.setdefault(color, []).append({**row, **told})
    tips = (("title", "Term"), ("value", "Share of the stake"))
    return [boxes(rows, color, 1, 0, tips) for color, rows in groups.items()]


def _points_words(values: np.ndarray, value: float, draws: int) -> str:
    """A signed share of the stake in per cent, one digit, with its range over draws."""
    told = f"{signed_words(100 * float(value), 1)} %"
    if draws == 1:
        return told
    low, _, high = over_draws(values)
    if number_words(100 * float(low), 1) == number_words(100 * float(high), 1):
        return told
    return f"{told} ({number_words(100 * float(low), 1)} to {number_words(100 * float(high), 1)})"


def _blockers_figure(war: War, ending: Ending, parts: dict[str, np.ndarray], draw: int, spec: Chart) -> Figure:
    n = len(parts["gap"])
    told = "; ".join(f"{title} {_points_words(parts[key], parts[key][draw], n)}" for key, title in _STEPS)
    middle = (
        f"of {n} draws, the one nearest to the medians in all rows, so that they add up; thin lines and brackets: 10 to 90 % of the draws, each from where its bar starts"
        if n > 1
        else "the only draw"
    )
    caption = (
        f"Account of the gap, per cent of the stake: the smallest outside payment with which some settlement would suit both. Bars: {middle}. The balance if any payment "
        f"could be made counts only where it is above zero; below zero a deal would exist with free payments. "
        f"The gap over draws: {range_words(over_draws(parts['gap']), n)}. {engine_words(war, ending, draws=n)}"
    )
    words = f"Waterfall chart of the gap between the sides. {told}."
    return Figure("blockers", "What makes up the gap between the sides", caption, words, (), spec)


def draw_mechanisms(war: War, ending: Ending, *, width: int = 760) -> Figure:
    """Each mechanism's share of the gap, with the sides' own beliefs and with one belief for both.

    Parameters
    ----------
    war : War
    ending : Ending
        Its `blockers` are bars, its `blockers_common` hollow marks.
    width : int
        Of the picture, px.
    """
    narrow, size = is_narrow(width), font_size(width)
    n = len(ending.blockers.gap_without[()])
    own = {key: over_draws(v) for key, v in ending.blockers.shapley_gap.items()}
    common = {key: float(over_draws(v)[1]) for key, v in ending.blockers_common.shapley_gap.items()}
    order = sorted(own, key=lambda key: (-np.nan_to_num(own[key][1]), key))
    every = [0.0, *(float(v) for t in own.values() for v in t), *common.values()]
    low, high = float(np.nanmin(every)), max(float(np.nanmax(every)), 1e-6)
    left, right = (8.0, width - 10.0) if narrow else (268.0, width - 136.0)

    def x_of(value: float) -> float:
        return left + (right - left) * (value - low) / (high - low)

    common_key = Key("with the analyst's belief for both", "#FFFFFF", "point", stroke=INK, shape="diamond")
    layers, y = legend([Key("with the sides' own beliefs", APART), common_key], width, size)
    y += 4
    words, figures, bars, whiskers, marks = [], [], [], [], []
    for key in order:
        name, clause = key.capitalize(), wrap_text(MECHANISMS.get(key, key), width - 12 if narrow else left - 22, size)
        y += (size + 3) * (1 + len(clause)) if narrow else 0.0
        middle = y + (12 if narrow else 24)
        first = y - (size + 3) * (len(clause) + 0.5) if narrow else middle - (size + 3) * len(clause) / 2
        words.append(Label(name, 4.0, first, "left", size, True))
        words += stacked(clause, 4.0, first + size + 3, size)
        told = _points_words(ending.blockers.shapley_gap[key], own[key][1], n)
        figures.append(Label(told, width - 6.0, first if narrow else middle, "right", size))
        y = middle + (18 if narrow else 24)
        start, end = sorted((x_of(0), x_of(float(own[key][1]))))
        bars.append({"x": start, "x1": max(end, start + 1.5), "y": middle - 7, "y1": middle + 7})
        whiskers.append({"x": x_of(float(own[key][0])), "x1": x_of(float(own[key][2])), "y": middle, "y1": middle})
        if key in common and np.isfinite(common[key]):
            marks.append({"x": x_of(common[key]), "y": middle})
    zero = _zero_rules([bar["y"] + 7 for bar in bars], x_of(0), 12.0 if narrow else 24.0)
    layers += [boxes(bars, APART), *([rules(whiskers, INK, 1.4)] if n > 1 else []), rules(zero, INK, 1)]
    layers.append(points(marks, {"shape": "diamond", "fill": "#FFFFFF", "stroke": INK, "size": 80, "strokeWidth": 1.5}))
    layers += [*write(words, INK), *write(figures, INK)]
    spec = finish(alt.layer(*layers).properties(width=width, height=y + 4), width, 0, "none")
    return _mechanisms_figure(war, ending, order, common, spec)


def _mechanisms_figure(war: War, ending: Ending, order: Sequence[str], common: dict[str, float], spec: Chart) -> Figure:
    blockers, n = ending.blockers, len(ending.blockers.gap_without[()])
    told = "; ".join(
        f"{key} {_points_words(blockers.shapley_gap[key], over_draws(blockers.shapley_gap[key])[1], n)}"
        + (f", with the analyst's belief for both {signed_words(100 * common[key], 1)} %" if key in common else "")
        for key in order
    )
    gap = range_words(over_draws(blockers.gap_without[()]), n)
    caption = (
        f"What each mechanism adds to the gap, per cent of the stake: its Shapley share, the mean of what its removal does over all orders of removal. Bars: "
        f"{'median; lines and brackets: 10 to 90 % of the draws; medians need not add up to the gap' if n > 1 else 'the only draw'}. "
        f"The gap: {gap}. {_sets_words(blockers)} {engine_words(war, ending, draws=n)}"
    )
    words = f"Bar chart of what each mechanism adds to the gap of {gap} of the stake: {told}. {_sets_words(blockers)}"
    return Figure("mechanisms", "What stands in the way of peace, mechanism by mechanism", caption, words, (), spec)


def _sets_words(blockers: Blockers) -> str:
    """The smallest sets of mechanisms without which peace opens, in a sentence."""
    if blockers.minimal_sets == ((),):
        return "With central inputs peace is open with all of them in place."
    if not blockers.minimal_sets:
        return "With central inputs peace does not open even without all of them."
    sets = "; or without ".join(join_words(s) for s in blockers.minimal_sets)
    return f"With central inputs peace opens without {sets}, and without no smaller set."


def shade(part: float) -> str:
    """Colour of a gap, from 0 (light) to 1 (dark); grey where there is no number."""
    if not np.isfinite(part):
        return GRID
    low, high = (np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)]) for c in _SHADES)
    mixed = low + (high - low) * min(max(part, 0.0), 1.0)
    return "#" + "".join(f"{round(float(v)):02X}" for v in mixed)


def _cells(rows: Sequence[dict[str, Any]], tips: Sequence[tuple[str, str]]) -> alt.Chart:
    """Filled boxes whose colour stands in the field `color`, px."""
    return Layer(data(rows)).mark_rect(stroke=None, strokeWidth=0).encode(
        x=alt.X(**pixel("x")), x2="x1", y=alt.Y(**pixel("y")), y2="y1", color=alt.Color("color:N", scale=None),
        tooltip=[alt.Tooltip(f"{field}:N", title=title) for field, title in tips],
    )  # fmt: skip


def _edges(values: np.ndarray) -> np.ndarray:
    """Edges of cells around points, shape (points + 1,): half-way between neighbours, the outer points at the outer edges."""
    inner = (values[:-1] + values[1:]) / 2
    return np.concatenate([values[:1], inner, values[-1:]])


def _shade_keys(most: float, now: Key) -> list[Key]:
    keys = [Key("peace opens", PEACE, stroke=PEACE_TEXT)]
    if most > _TINY:
        keys += [Key("small gap", shade(0.0), stroke="#B4B9BF"), Key(f"gap of {percent_words(most)}", shade(1.0))]
    return [*keys, now]


def draw_levers(war: War, ending: Ending, *, width: int = 760) -> Figure:
    """One lever a row, over its range: where it stands, where peace opens, and how wide the gap is elsewhere.

    Parameters
    ----------
    war : War
    ending : Ending
    width : int
        Of the picture, px.
    """
    narrow, size = is_narrow(width), font_size(width)
    most = max((float(np.nanmax([*lever.gap, *lever.gap_common])) for lever in ending.levers), default=0.0)
    layers, y = legend(_shade_keys(most, Key("where it stands now", INK, "point", shape="triangle-down")), width, size)
    y += 6
    left, right = (46.0, width - 46.0) if narrow else (266.0, width - 196.0)
    cells: list[dict[str, Any]] = []
    verdicts: dict[bool, list[Label]] = {True: [], False: []}
    opens, marks, words, quiet = [], [], [], []
    for lever in ending.levers:
        title = wrap_text(sides_words(war, lever.title), width - 12 if narrow else left - 68, size, True)
        unit = wrap_text(sides_words(war, lever.unit), width - 12 if narrow else left - 68, size) if lever.unit else []
        deep = (len(title) + len(unit)) * (size + 3)
        first = y + 8 if narrow else y + max(0.0, 30 - deep / 2) + 2
        strip = y + deep + 26 if narrow else y + 26.0
        words += stacked(title, 4.0, first, size, True)
        quiet += stacked(unit, 4.0, first + len(title) * (size + 3), size)
        scale = _lever_scale(lever, left, right)
        cells += _lever_cells(lever, scale, strip, most)
        opens += _lever_openings(lever, scale, strip)
        marks.append({"x": scale(lever.now), "y": strip - 5})
        half = text_width(value_words(lever.now), size) / 2
        at = min(max(scale(lever.now), 2 + half), width - 2 - half)
        words.append(Label(value_words(lever.now), at, strip - 17, "center", size))
        low, high = float(np.min(lever.values)), float(np.max(lever.values))
        quiet.append(Label(value_words(low), scale(low) - 5, strip + 8, "right", size))
        quiet.append(Label(value_words(high), scale(high) + 5, strip + 8, "left", size))
        told = wrap_text(lever_words(lever), right - left if narrow else 140.0, size)
        spot = (left, strip + 34) if narrow else (width - 146.0, strip + 9 - (len(told) - 1) * (size + 3) / 2)
        verdicts[bool(lever.intervals)] += stacked(told, *spot, size)
        y = max(strip + (34 + len(told) * (size + 3) if narrow else 36), first + deep + 6)
    layers += [_cells(cells, (("value", "Value"), ("gap", "Gap"), ("p12", "Settlement within 12 months")))]
    layers += [boxes(opens, PEACE, 1, 0, (("words", "Peace opens from"),)), _outline(opens)] if opens else []
    layers.append(points(marks, {"shape": "triangle-down", "fill": INK, "stroke": INK, "size": 46}))
    layers += [*write(words, INK), *write([*quiet, *verdicts[False]], MUTED), *write(verdicts[True], PEACE_TEXT)]
    spec = finish(alt.layer(*layers).properties(width=width, height=y + 4), width, 0, "none")
    return _levers_figure(war, ending, most, spec)


def sides_words(war: War, text: str) -> str:
    """The names of the sides in place of their letters."""
    return text.replace("side A", war.side("a").name).replace("side B", war.side("b").name)


def _lever_scale(lever: Lever, left: float, right: float) -> Any:
    low, high = min(float(np.min(lever.values)), lever.now), max(float(np.max(lever.values)), lever.now)
    span = high - low if high > low else 1.0
    return lambda value: left + (right - left) * (value - low) / span


def _lever_openings(lever: Lever, scale: Any, strip: float) -> list[dict[str, Any]]:
    """The stretches in which peace opens; one of a single value is drawn 3 px wide."""
    rows = []
    for low, high in lever.intervals:
        room, told = (1.5 if low == high else 0.0), f"{value_words(low)} to {value_words(high)}"
        rows.append({"x": scale(low) - room, "x1": scale(high) + room, "y": strip, "y1": strip + 13, "words": told})
    return rows


def _lever_cells(lever: Lever, scale: Any, strip: float, most: float) -> list[dict[str, Any]]:
    """The main strip with the sides' own beliefs, and a thin one below with the analyst's for both."""
    edges, rows = _edges(np.asarray(lever.values, float)), []
    for gaps, top, bottom in ((lever.gap, strip, strip + 13), (lever.gap_common, strip + 16, strip + 21)):
        for i, gap in enumerate(gaps):
            x, x1 = sorted((scale(edges[i]), scale(edges[i + 1])))
            main = top == strip
            color = PEACE if gap <= _TINY and not main else shade(gap / most) if most > _TINY else shade(0.0)
            tip = {"value": value_words(float(lever.values[i])), "gap": percent_words(max(float(gap), 0.0))}
            chance = percent_words(float(lever.p12[i])) if main else "not computed"
            rows.append({"x": x, "x1": x1, "y": top, "y1": bottom, "color": color, "p12": chance, **tip})
    return rows


def _outline(rows: Sequence[dict[str, Any]]) -> alt.Chart:
    chart = Layer(data(rows)).mark_rect(filled=False, stroke=PEACE_TEXT, strokeWidth=1)
    return chart.encode(x=alt.X(**pixel("x")), x2="x1", y=alt.Y(**pixel("y")), y2="y1")


def value_words(value: float) -> str:
    """A value of a lever to three significant digits."""
    if abs(value) >= 1000:
        return number_words(value)
    return (f"{value:.3g}" if abs(value) >= 1e-3 or value == 0 else f"{value:.1g}").replace("-", "−")


def lever_words(lever: Lever) -> str:
    """Where peace opens along a lever, in a few words."""
    if any(low <= lever.now <= high for low, high in lever.intervals):
        return "open where it stands"
    return "does not open alone" if lever.least is None else f"opens at {value_words(lever.least)}"


def _levers_figure(war: War, ending: Ending, most: float, spec: Chart) -> Figure:
    told = "; ".join(
        f"{sides_words(war, lever.title)}: now {value_words(lever.now)}, {lever_words(lever)}"
        for lever in ending.levers
    )
    titles = {lever.key: sides_words(war, lever.title) for lever in ending.levers}
    pair = min(ending.pairs, key=lambda p: p.effort, default=None)
    joint = (
        f"Least joint change of two: {titles.get(pair.first, pair.first)} to {value_words(pair.first_value)} with {titles.get(pair.second, pair.second)} to {value_words(pair.second_value)}. "
        if pair is not None
        else ""
    )
    caption = (
        f"Each strip runs over the range of one input, in its own unit, the others as judged. Filled: peace opens; shade: the gap, per cent of the stake, up to {percent_words(most)}. "
        f"The thin strip below it is the same with the analyst's belief for both sides, where no settlement rests on a bet. {joint}{engine_words(war, ending, one=True)}"
    )
    words = f"Chart of {len(ending.levers)} levers over their ranges. {told}. {joint}".strip()
    return Figure("levers", "What would open peace, one lever at a time", caption, words, (), spec)


def draw_belief_map(war: War, ending: Ending, *, width: int = 760) -> Figure:
    """For which pairs of beliefs about the movement of the front a settlement exists, and where the sides stand.

    Parameters
    ----------
    war : War
    ending : Ending
        Its `beliefs` are drawn.
    width : int
        Of the picture, px.
    """
    narrow, size, beliefs = is_narrow(width), font_size(width), ending.beliefs
    a, b = war.side("a").name, war.side("b").name
    most = max(float(np.nanmax(beliefs.gap)), 0.0)
    own = Key("the sides now", "#FFFFFF", "point", stroke=INK)
    analyst = Key("the analyst's belief for both", "#FFD84D", "point", stroke=INK, shape="diamond")
    keys = [*_shade_keys(most, own), analyst]
    keys[0] = Key("a settlement exists", PEACE, stroke=PEACE_TEXT)
    layers, top = legend(keys, width, size)
    y_title = wrap_text(f"Movement of the front that {b} expects, steps a month in favour of {a}", width - 8, size)
    layers += write(stacked(y_title, 2.0, top + size * 0.7, size), SIDE_TEXT["b"])
    top += len(y_title) * (size + 3) + 8
    frame = (46.0, top, width - 16.0, top + (270.0 if narrow else 400.0))
    sx, sy = _belief_scales(beliefs, frame)
    layers += _belief_cells(beliefs, sx, sy, most)
    layers += _belief_axes(sx, sy, frame, size)
    layers += _belief_marks(beliefs, sx, sy, frame, size)
    x_title = wrap_text(f"Movement that {a} expects, steps a month in its favour", width - 60, size)
    layers += write(stacked(x_title, frame[0], frame[3] + 32, size), SIDE_TEXT["a"])
    bottom = frame[3] + 36 + len(x_title) * (size + 3)
    spec = finish(alt.layer(*layers).properties(width=width, height=bottom), width, 0, "none")
    part = float(np.mean(beliefs.gap <= _TINY))
    here = _gap_at(beliefs, beliefs.now_a, beliefs.now_b)
    told = (
        f"Now {a} expects {signed_words(beliefs.now_a, 2)} and {b} {signed_words(beliefs.now_b, 2)} steps a month, positive towards {a}; the analyst {signed_words(beliefs.analyst, 2)}. "
        f"The pair nearest to the sides' beliefs {'has a settlement' if here <= _TINY else f'leaves a gap of {percent_words(here)} of the stake'}. "
        f"A settlement exists for {percent_words(part)} of the pairs on the map."
    )
    caption = (
        f"Gap between the sides, per cent of the stake, for pairs of beliefs about the movement on the axis {axis_title(war, ending)}; the diagonal is one belief for both, and "
        f"towards the lower right each side expects to do better than the other thinks. "
        f"{told} {engine_words(war, ending, one=True)}"
    )
    return Figure("belief-map", "What one would have to believe", caption, f"Map of pairs of beliefs. {told}", (), spec)


@dataclass(frozen=True)
class _Scale:
    """A linear scale onto pixels."""

    domain: tuple[float, float]
    pixels: tuple[float, float]

    def __call__(self, value: float) -> float:
        (low, high), (start, end) = self.domain, self.pixels
        return start + (end - start) * (float(value) - low) / (high - low)


def _belief_scales(beliefs: BeliefMap, frame: tuple[float, float, float, float]) -> tuple[_Scale, _Scale]:
    """Scales that hold the map and every mark, with white around marks that lie outside the map."""
    out = []
    for values, now, pixels in (
        (beliefs.mean_a, beliefs.now_a, (frame[0], frame[2])),
        (beliefs.mean_b, beliefs.now_b, (frame[3], frame[1])),
    ):
        low, high = min(float(np.min(values)), now, beliefs.analyst), max(float(np.max(values)), now, beliefs.analyst)
        pad = 0.04 * (high - low) if high > low else 0.5
        low = low if low == float(np.min(values)) and high > low else low - pad
        high = high if high == float(np.max(values)) and high > low else high + pad
        out.append(_Scale((low, high), pixels))
    return out[0], out[1]


def _belief_cells(beliefs: BeliefMap, sx: _Scale, sy: _Scale, most: float) -> list[alt.Chart]:
    """Cells by gap, with a line around those where a settlement exists."""
    xs, ys = (
        [s(v) for v in _edges(np.asarray(values, float))] for s, values in ((sx, beliefs.mean_a), (sy, beliefs.mean_b))
    )
    deal = np.asarray(beliefs.gap) <= _TINY
    rows, lines = [], []
    for i, mean_a in enumerate(beliefs.mean_a):
        for j, mean_b in enumerate(beliefs.mean_b):
            gap = float(beliefs.gap[i, j])
            color = PEACE if deal[i, j] else shade(gap / (most or 1.0))
            told = f"{signed_words(float(mean_a), 2)} and {signed_words(float(mean_b), 2)}"
            words = {"pair": told, "gap": percent_words(max(gap, 0.0))}
            rows.append({"x": xs[i], "x1": xs[i + 1], "y": ys[j + 1], "y1": ys[j], "color": color, **words})
            if i + 1 < len(xs) - 1 and deal[i, j] != deal[i + 1, j]:
                lines.append({"x": xs[i + 1], "x1": xs[i + 1], "y": ys[j], "y1": ys[j + 1]})
            if j + 1 < len(ys) - 1 and deal[i, j] != deal[i, j + 1]:
                lines.append({"x": xs[i], "x1": xs[i + 1], "y": ys[j + 1], "y1": ys[j + 1]})
    return [
        _cells(rows, (("pair", "Beliefs of the two sides"), ("gap", "Gap"))),
        *([rules(lines, PEACE_TEXT, 1.6, cap="square")] if lines else []),
    ]


def _belief_axes(sx: _Scale, sy: _Scale, frame: tuple[float, float, float, float], size: float) -> list[alt.Chart]:
    x_ticks, y_ticks = round_ticks(*sx.domain, 6 if frame[2] < 400 else 9), round_ticks(*sy.domain, 8)
    marks = [{"x": sx(t), "x1": sx(t), "y": frame[3], "y1": frame[3] + 4} for t in x_ticks]
    marks += [{"x": frame[0] - 4, "x1": frame[0], "y": sy(t), "y1": sy(t)} for t in y_ticks]
    labels = [Label(_signed(t), sx(t), frame[3] + 13, "center", size) for t in x_ticks]
    labels += [Label(_signed(t), frame[0] - 7, sy(t), "right", size) for t in y_ticks]
    return [rules(marks, "#B4B9BF"), *write(labels, MUTED)]


def _signed(value: float) -> str:
    return "0" if value == 0 else ("+" if value > 0 else "−") + f"{abs(value):g}"


def _belief_marks(
    beliefs: BeliefMap, sx: _Scale, sy: _Scale, frame: tuple[float, float, float, float], size: float
) -> list[alt.Chart]:
    """The diagonal with its name, and where the sides and the analyst stand."""
    low, high = max(sx.domain[0], sy.domain[0]), min(sx.domain[1], sy.domain[1])
    layers = []
    if low < high:
        layers.append(rules([{"x": sx(low), "y": sy(low), "x1": sx(high), "y1": sy(high)}], INK, 1.2, (4, 3)))
    sides, analyst = (sx(beliefs.now_a), sy(beliefs.now_b)), (sx(beliefs.analyst), sy(beliefs.analyst))
    taken = [(x - 8, y - 8, x + 8, y + 8) for x, y in (sides, analyst)]
    named = [("the sides now", *sides, True), ("the analyst", *analyst, False)]
    labels = place_labels(named, size, frame, taken, gap=10)
    if low < high:
        for part in (0.85, 0.15, 0.7, 0.3):
            at = low + part * (high - low)
            word = Label("one belief for both", sx(at) - 8, sy(at) - 2, "right", size)
            if word.box[0] >= frame[0] and not any(
                overlaps(word.box, box) for box in (*taken, *(n.box for n in labels))
            ):
                labels.append(word)
                break
    corners = (
        Label("both optimists", frame[2] - 6, frame[3] - 10, "right", size),
        Label("both pessimists", frame[0] + 6, frame[1] + 11, "left", size),
    )
    filled = [*taken, *(n.box for n in labels)]
    labels += [word for word in corners if not any(overlaps(word.box, box) for box in filled)]
    layers.append(
        points([{"x": sides[0], "y": sides[1]}], {"fill": "#FFFFFF", "stroke": INK, "size": 110, "strokeWidth": 2})
    )
    layers.append(
        points(
            [{"x": analyst[0], "y": analyst[1]}],
            {"shape": "diamond", "fill": "#FFD84D", "stroke": INK, "size": 110, "strokeWidth": 1.5},
        )
    )
    return [*layers, *write(labels, INK, "#FFFFFF")]


def _gap_at(beliefs: BeliefMap, mean_a: float, mean_b: float) -> float:
    i, j = int(np.argmin(np.abs(beliefs.mean_a - mean_a))), int(np.argmin(np.abs(beliefs.mean_b - mean_b)))
    return float(beliefs.gap[i, j])
