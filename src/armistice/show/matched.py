"""Charts of the game held against the past: what the record taught, which events weigh, and how forecasts of an end fared.

The record weighs draws of the judged numbers; it does not measure them. What chance alone would move stands beside what moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import altair as alt
import numpy as np

from armistice.core.errors import QueryError
from armistice.core.matched import Learnt, Matched
from armistice.core.parameters import BELIEFS, PARAMETERS
from armistice.core.termination import TerminationForecast, TerminationScore, comparisons
from armistice.core.war import War
from armistice.show.bargaining import percent_words, round_ticks, stacked
from armistice.show.beliefs import year_ticks
from armistice.show.canvas import (
    Key,
    Label,
    boxes,
    cut_text,
    legend,
    place_labels,
    points,
    rules,
    wrap_text,
    write,
)
from armistice.show.endings import sides_words, value_words
from armistice.show.style import (
    FAINT,
    GRID,
    INK,
    MUTED,
    SOURCE_INKS,
    SOURCE_SHAPES,
    Figure,
    day_words,
    finish,
    font_size,
    is_narrow,
    join_words,
    number_words,
    region_words,
    short_day,
)

BEFORE, TAUGHT, UNTAUGHT = "#D9DCE0", "#7B3F98", "#8B929B"
"""Ranges before the record, and after it where it taught something and where it did not."""
_SHAPES = (*SOURCE_SHAPES, "triangle-down", "triangle-right", "triangle-left")
_LISTED = 8
"""Events that are named."""
_LEAST = 0.01
"""Distance below which an event is not named."""
_ASKED = 24
"""Forecast days that are drawn."""
_GROUPS = 3
"""Comparisons whose scores are listed."""


# --- what was taught ----------------------------------------------------------------------------------------


def parameter_words(war: War, name: str) -> tuple[str, str]:
    """Title and unit of a number of the game, with the names of the sides; what is not declared keeps its own name."""
    known = {**PARAMETERS, **BELIEFS}.get(name)
    if known is not None:
        return sides_words(war, known.meaning), known.unit
    table, *rest = name.split(".")
    if table == "value" and len(rest) == 2:
        what = region_words(war, rest[1]) if rest[1] in war.regions else rest[1].replace("-", " ")
        return sides_words(war, f"weight of {what} in what land is worth to side {rest[0].upper()}"), "share"
    if name == "record.drift":
        return "movement of the front that the analyst expects", "steps per month"
    return name.replace(".", ", ").replace("_", " "), ""


def draw_lesson_ranges(war: War, matched: Matched, *, most: int = 12, width: int = 760) -> Figure:
    """Range of the judged numbers before and after the record, what was taught most first.

    Parameters
    ----------
    war : War
    matched : Matched
    most : int
        Numbers drawn, where not more were taught.
    width : int
        Of the picture, px.
    """
    narrow, size = is_narrow(width), font_size(width)
    keys = [
        Key("as judged", BEFORE), Key("after the record: taught", TAUGHT), Key("no more than chance", UNTAUGHT),
    ]  # fmt: skip
    layers, y = legend(keys, width, size)
    left, right = (4.0, width - 4.0) if narrow else (276.0, width - 178.0)
    bars: dict[str, list[dict[str, Any]]] = {BEFORE: [], TAUGHT: [], UNTAUGHT: []}
    ticks: list[dict[str, Any]] = []
    words: list[Label] = []
    told: list[Label] = []
    quiet: list[Label] = []
    y += 4
    for x in _drawn(matched, most):
        title, unit = parameter_words(war, x.name)
        room = width - 12.0 if narrow else left - 30
        lines, units = wrap_text(title, room, size, x.taught), wrap_text(unit, room, size) if unit else []
        deep = (len(lines) + len(units)) * (size + 3)
        first = y + size * 0.6
        strip = y + deep + 2 if narrow else y + max(0.0, (deep - 30) / 2) + 2
        (words if x.taught else told).extend(stacked(lines, 4.0, first, size, x.taught))
        quiet += stacked(units, 4.0, first + len(lines) * (size + 3), size)
        _lesson_bars(x, bars, ticks, (left, right), strip)
        spot = (4.0, strip + 37) if narrow else (width - 168.0, strip + 6)
        told += stacked(_lesson_words(x, narrow), *spot, size)
        y = max(strip + (54.0 if narrow else 38.0), first + deep) + (6 if narrow else 4)
    tips = (("name", "Number"), ("range", "10 to 90 % of draws"), ("moved", "Distance moved"))
    layers += [boxes(rows, color, 1, 0, tips) for color, rows in bars.items() if rows]
    layers += [rules(ticks, INK, 2), *write(words, INK), *write(told, INK), *write(quiet, MUTED)]
    spec = finish(alt.layer(*layers).properties(width=width, height=y + 2), width, 0, "none")
    return _lessons_figure(war, matched, len(_drawn(matched, most)), spec)


def _drawn(matched: Matched, most: int) -> tuple[Learnt, ...]:
    return matched.learnt[: max(most, sum(x.taught for x in matched.learnt))]


def _lesson_bars(
    x: Learnt, bars: dict[str, list[dict[str, Any]]], ticks: list[dict[str, Any]], ends: tuple[float, float], y: float
) -> None:
    """The range before above that after, on one scale of the number's own; a tick at each median."""
    low, high = min(x.prior[0], x.posterior[0]), max(x.prior[2], x.posterior[2])
    span = high - low

    def at(value: float) -> float:
        return ends[0] + (ends[1] - ends[0]) * ((value - low) / span if span > 0 else 0.5)

    pairs = ((x.prior, BEFORE, y), (x.posterior, TAUGHT if x.taught else UNTAUGHT, y + 14))
    for (start, middle, end), color, top in pairs:
        row = {"x": at(start) - 0.5, "x1": at(end) + 0.5, "y": top, "y1": top + 11, "name": x.name}
        told = {"range": f"{value_words(start)} to {value_words(end)}", "moved": f"{x.distance:.2f}"}
        bars[color].append({**row, **told})
        ticks.append({"x": at(middle), "x1": at(middle), "y": top - 1, "y1": top + 12})


def _lesson_words(x: Learnt, narrow: bool) -> list[str]:
    before, after = (
        f"{value_words(r[1])} ({value_words(r[0])} to {value_words(r[2])})" for r in (x.prior, x.posterior)
    )
    return [f"{before} → {after}"] if narrow else [before, f"→ {after}"]


def _lessons_figure(war: War, matched: Matched, drawn: int, spec: Any) -> Figure:
    taught = [x for x in matched.learnt if x.taught]
    draws = len(matched.weights.weight)
    told = (
        "Taught: "
        + "; ".join(
            f"{parameter_words(war, x.name)[0]}, median {value_words(x.prior[1])} before and {value_words(x.posterior[1])} after"
            for x in taught
        )
        + "."
        if taught
        else "Nothing was taught beyond what chance alone would move."
    )
    level = matched.learnt[0].by_chance if matched.learnt else 0.0
    rest = len(matched.learnt) - drawn
    told += f" Not drawn: {rest} that moved less." if rest else ""
    caption = (
        f"Range of each judged number over {draws} draws (bar: 10 to 90 %, tick: median), each in its own unit and on its own scale, as judged and after the "
        f"draws were weighed by {_events_words(matched)} up to {day_words(war.as_of)}. In order of the distance moved; taught is what moved farther than {level:.2f} (Kolmogorov–Smirnov), "
        f"which chance alone would exceed for any number in one record of twenty. {told} Status: {matched.weights.status}. "
        "Engine: the war-termination game at past months, logit answers. Source: own computation from the record of talks; ranges are judgements."
    )
    words = f"Bars of {len(matched.learnt)} judged numbers before and after the record. {told}"
    return Figure("lesson-ranges", "What the record taught about the judged numbers", caption, words, (), spec)


def _events_words(matched: Matched) -> str:
    n = len(matched.events)
    return "one event of the record" if n == 1 else f"{n} events of the record"


# --- which events weigh ---------------------------------------------------------------------------------------


def draw_evidence_timeline(war: War, matched: Matched, *, width: int = 760) -> Figure:
    """Draws that still count after each event, how far each event moved the ranges, and the events that moved them most.

    Parameters
    ----------
    war : War
    matched : Matched
    width : int
        Of the picture, px.
    """
    narrow, size = is_narrow(width), font_size(width)
    left, right = 46.0, width - 12.0
    days = np.array([np.datetime64(e.date, "D") for e in matched.events])
    first, last = days[0], max(days[-1], np.datetime64(war.as_of, "D"))
    span = max(float((last - first).astype(int)), 1.0)
    at = left + (right - left) * (days - first).astype(float) / span
    draws = len(matched.weights.weight)
    counted = np.array([w.effective for w in matched.after])
    parts: list[tuple[str, np.ndarray, float, bool]] = [
        ("Draws that count, of " + number_words(draws), counted, float(draws), True)
    ]
    powers = np.array([w.power for w in matched.after])
    if powers.min() < 1:
        parts.append(("Weight given to the record, 1 for all of it", powers, 1.0, True))
    parts.append(
        (
            "Distance that the event moves the ranges",
            matched.influence,
            max(float(matched.influence.max()), 1e-6),
            False,
        )
    )
    order = [int(i) for i in np.argsort(-matched.influence, kind="stable")[:_LISTED] if matched.influence[i] >= _LEAST]
    layers: list[alt.Chart] = []
    y = 4.0
    for title, values, most, steps in parts:
        top, bottom = y + 22, y + (86 if narrow else 96)
        layers += _panel(title, most, (left, right, top, bottom), size)
        scale = bottom - (bottom - top) * values / most
        layers += (
            _step_line(at, scale, right) if steps else _needles(at, scale, bottom, order, (left, right, top), size)
        )
        y = bottom + 12
    span = max(float((last - first).astype(int)), 1.0)
    layers += year_ticks(
        first.astype(date), last.astype(date),
        lambda day: left + (right - left) * float((np.datetime64(day, "D") - first).astype(int)) / span,
        (left, right, y - 12), size,
    )  # fmt: skip
    layers_list, y = _event_list(matched, order, y + 20, width, size)
    spec = finish(alt.layer(*layers, *layers_list).properties(width=width, height=y + 4), width, 0, "none")
    return _evidence_figure(war, matched, order, spec)


def _panel(title: str, most: float, frame: tuple[float, float, float, float], size: float) -> list[alt.Chart]:
    left, right, top, bottom = frame
    lines, labels = [], []
    for tick in round_ticks(0.0, most, 2):
        height = bottom - (bottom - top) * tick / most
        lines.append({"x": left, "x1": right, "y": height, "y1": height})
        labels.append(Label(f"{tick:g}", left - 6, height, "right", size))
    return [rules(lines, GRID), *write([Label(title, 2.0, top - 14, "left", size)], MUTED), *write(labels, MUTED)]


def _step_line(at: np.ndarray, y: np.ndarray, right: float) -> list[alt.Chart]:
    """A value that holds from its event to the next; of events on one day the last counts."""
    last = np.append(np.diff(at) > 0, True)
    at, y = at[last], y[last]
    ends = np.append(at[1:], right)
    flat = [{"x": a, "x1": b, "y": h, "y1": h} for a, b, h in zip(at, ends, y, strict=True)]
    falls = [{"x": b, "x1": b, "y": h, "y1": k} for b, h, k in zip(at[1:], y[:-1], y[1:], strict=True)]
    return [rules([*flat, *falls], INK, 1.6, cap="round")]


def _needles(
    at: np.ndarray, y: np.ndarray, bottom: float, order: Sequence[int], frame: tuple[float, float, float], size: float
) -> list[alt.Chart]:
    """A needle for each event; those that weigh most are numbered."""
    left, right, top = frame
    rows = [{"x": x, "x1": x, "y": bottom, "y1": h} for x, h in zip(at, y, strict=True)]
    strong = [rows[i] for i in order]
    numbers = [(str(n + 1), float(at[i]), float(y[i]), True) for n, i in enumerate(order)]
    dots = [{"x": r["x"], "y": r["y1"]} for r in strong]
    taken = [(d["x"] - 4, d["y"] - 4, d["x"] + 4, bottom) for d in dots]
    labels = place_labels(numbers, size, (left - 8, top - 14, right + 10, bottom), taken, gap=7)
    return [
        rules(rows, UNTAUGHT, 1.2), rules(strong, TAUGHT, 2.2),
        points(dots, {"fill": TAUGHT, "stroke": TAUGHT, "size": 26}), *write(labels, TAUGHT, "#FFFFFF"),
    ]  # fmt: skip


def _event_list(
    matched: Matched, order: Sequence[int], y: float, width: int, size: float
) -> tuple[list[alt.Chart], float]:
    """The numbered events in order of their weight, each with a bar of the distance that it moves."""
    if not order:
        return write([Label("No event moves the ranges by 0.01.", 4.0, y, "left", size)], INK), y + size
    narrow = is_narrow(width)
    bar = 60.0 if narrow else 110.0
    right = width - 34.0
    most = float(matched.influence[order[0]])
    words, quiet, numbers, rows = [], [], [], []
    for n, i in enumerate(order):
        event, moved = matched.events[i], float(matched.influence[i])
        room = right - bar - 40 - (0 if narrow else 92)
        lines = wrap_text(event.text, room, size)
        lines = [*lines[:2], cut_text(" ".join(lines[2:]), room, size)] if len(lines) > 3 else lines
        numbers.append(Label(str(n + 1), 10.0, y, "center", size, True))
        day = Label(short_day(event.date), 26.0, y, "left", size)
        quiet.append(day)
        words += stacked(lines, 26.0 if narrow else 118.0, y + (size + 3 if narrow else 0), size)
        rows.append({"x": right - bar, "x1": right - bar + bar * moved / most, "y": y - 5, "y1": y + 5})
        quiet.append(Label(f"{moved:.2f}", width - 4.0, y, "right", size))
        y += (len(lines) + narrow) * (size + 3) + 7
    layers = [boxes(rows, TAUGHT), *write(numbers, TAUGHT), *write(words, INK), *write(quiet, MUTED)]
    return layers, y - 10


def _evidence_figure(war: War, matched: Matched, order: Sequence[int], spec: Any) -> Figure:
    strongest = []
    for i in order[:3]:
        event = matched.events[i]
        what = f"{event.document}, {event.kind}" if event.document else event.text.rstrip(".")
        strongest.append(f"{what} ({short_day(event.date)}, {matched.influence[i]:.2f})")
    told = f"What weighs most: {'; '.join(strongest)}." if strongest else "No event moves the ranges by 0.01."
    draws = len(matched.weights.weight)
    end = (
        f"After {_events_words(matched)} up to {day_words(war.as_of)}, {number_words(matched.weights.effective)} of {number_words(draws)} draws count"
        + (
            f", with {matched.weights.power:.2g} of the record's weight."
            if matched.weights.power < 1
            else ", with all of the record's weight."
        )
    )
    caption = (
        "Draws of the judged numbers that would say as much if all counted alike, after each event in turn; below it, how far the ranges would move without the event "
        f"(largest Kolmogorov–Smirnov distance over all numbers, 0 to 1). {end} {told} Engine: the war-termination game at past months, logit answers; ranges are "
        "judgements. Source: own computation from the record of talks, whose sources the pack names event by event."
    )
    return Figure(
        "evidence-timeline", "Which events of the record weigh most", caption, f"Timeline. {end} {told}", (), spec
    )


# --- forecasts of an end ------------------------------------------------------------------------------------


def draw_termination_scores(war: War, rows: Sequence[TerminationForecast], *, width: int = 760) -> Figure:
    """Chances of an end by a day as several forecasters gave them, what came true, and their scores where they can be compared.

    Parameters
    ----------
    war : War
    rows : sequence of TerminationForecast
        Of all forecasters; days that only one of them spoke of are left out where others are shared.
    width : int
        Of the picture, px.

    Raises
    ------
    QueryError
        If there is no forecast.
    """
    shown = _shown(rows)
    if not shown:
        raise QueryError("forecasts: none of an end; expected at least one; add forecasts.csv to the pack")
    narrow, size = is_narrow(width), font_size(width)
    names = list(dict.fromkeys(f.forecaster for f in rows))
    looks = {n: (SOURCE_INKS[i % 5], _SHAPES[i % len(_SHAPES)]) for i, n in enumerate(names)}
    keys = [Key(n, looks[n][0], "point", shape=looks[n][1]) for n in names if any(n in g for g in shown.values())]
    layers, y = legend(keys, width, size)
    ends = (8.0, width - 12.0) if narrow else (206.0, width - 96.0)
    ticks = [
        Label(f"{t}", ends[0] + (ends[1] - ends[0]) * t / 100, y + 28, "center", size) for t in (0, 25, 50, 75, 100)
    ]
    unit = Label("Chance of a settlement or ceasefire by the day, per cent", 2.0, y + 8, "left", size)
    chances, y = _chances(shown, looks, ends, y + 40, width)
    layers += [*write([unit, *ticks], MUTED), *chances]
    groups = comparisons(rows)[:_GROUPS]
    tables, y = _score_tables(groups, looks, y + 24, width, size)
    spec = finish(alt.layer(*layers, *tables).properties(width=width, height=y + 4), width, 0, "none")
    return _scores_figure(war, rows, groups, shown, spec)


def _shown(rows: Sequence[TerminationForecast]) -> dict[tuple[date, date], dict[str, TerminationForecast]]:
    """Forecasts by the days they pair on, those shared by two or more where there are any, the newest if there are many."""
    found: dict[tuple[date, date], dict[str, TerminationForecast]] = {}
    for forecast in rows:
        if forecast.made < forecast.by:
            found.setdefault(forecast.asked, {})[forecast.forecaster] = forecast
    shared = {asked: group for asked, group in found.items() if len(group) > 1} or found
    return {asked: shared[asked] for asked in sorted(shared)[-_ASKED:]}


def _chances(
    shown: dict[tuple[date, date], dict[str, TerminationForecast]], looks: dict[str, tuple[str, str]],
    ends: tuple[float, float], y: float, width: int,
) -> tuple[list[alt.Chart], float]:  # fmt: skip
    """A strip for each pair of days, a lane of it for each forecaster, and what came true at the right."""
    narrow, size = is_narrow(width), font_size(width)
    marks: dict[str, list[dict[str, Any]]] = {}
    words, quiet, bold, uprights, made = [], [], [], [], None
    for (day, by), group in shown.items():
        if day != made:
            bold.append(Label(f"made {short_day(day)}", 4.0, y + 14, "left", size, True))
            made, y = day, y + 28
        tall, strip = 6.0 * max(len(group), 2) + 6, y + (16 if narrow else 0)
        outcome = next((f.outcome for f in group.values() if f.outcome is not None), None)
        line = y + 8 if narrow else y + tall / 2
        words.append(Label(f"by {short_day(by)}", 16.0, line, "left", size))
        verdict = "open" if outcome is None else "it came" if outcome else "it did not"
        quiet.append(Label(verdict, width - 4.0, line, "right", size))
        for k, (name, forecast) in enumerate(group.items()):
            x = ends[0] + (ends[1] - ends[0]) * forecast.probability
            tip = {
                "who": name,
                "chance": percent_words(forecast.probability),
                "made": short_day(day),
                "by": short_day(by),
            }
            marks.setdefault(name, []).append({"x": x, "y": strip + 6 + 6.0 * k, **tip})
        places = [ends[0] + (ends[1] - ends[0]) * t / 4 for t in range(5)]
        uprights += [{"x": x, "x1": x, "y": strip, "y1": strip + tall} for x in places]
        y = strip + tall + 4
    layers = [rules(uprights, GRID)]
    tips = (("who", "Forecaster"), ("chance", "Chance"), ("made", "Made"), ("by", "By"))
    for name, spots in marks.items():
        look = {"shape": looks[name][1], "fill": looks[name][0], "stroke": "#FFFFFF", "strokeWidth": 0.6, "size": 72}
        layers.append(points(spots, look, tips))
    return [*layers, *write(words, INK), *write(quiet, MUTED), *write(bold, INK)], y


def _score_tables(
    groups: Sequence[tuple[TerminationScore, ...]], looks: dict[str, tuple[str, str]], y: float, width: int, size: float
) -> tuple[list[alt.Chart], float]:
    """Brier score of each forecaster as a bar, one table for each set that can be compared."""
    if not groups:
        return write(
            [Label("No two forecasters share a forecast with a known outcome.", 4.0, y, "left", size)], INK
        ), y + 8
    narrow = is_narrow(width)
    left, right = (8.0, width - 12.0) if narrow else (206.0, width - 96.0)
    most = max(max(s.brier for group in groups for s in group), 1e-3)
    heads, words, bars, dots = [], [], [], []
    for group in groups:
        n = group[0].dates
        title = f"Brier score on the {f'{n} forecasts' if n > 1 else 'one forecast'} that these {len(group)} share (lower is better)"
        lines = wrap_text(title, width - 8, size, True)
        heads += stacked(lines, 4.0, y, size, True)
        y += len(lines) * (size + 3) + 4
        for s in group:
            words.append(Label(s.forecaster, 20.0, y, "left", size))
            dots.append((s.forecaster, {"x": 10.0, "y": y}))
            bar = y + size + 2 if narrow else y
            words.append(Label(f"{s.brier:.3f} · log {s.log_score:.2f}", width - 4.0, y, "right", size))
            bars.append({"x": left, "x1": left + 1 + (right - left - 1) * s.brier / most, "y": bar - 4, "y1": bar + 4})
            y += 2 * size + 8 if narrow else size + 8
        y += 10
    layers: list[alt.Chart] = [boxes(bars, FAINT), *write(heads, INK), *write(words, INK)]
    for name, spot in dots:
        ink, shape = looks[name]
        layers.append(points([spot], {"shape": shape, "fill": ink, "stroke": ink, "size": 44}))
    return layers, y - 14


def _scores_figure(
    war: War, rows: Sequence[TerminationForecast], groups: Sequence[tuple[TerminationScore, ...]],
    shown: dict[tuple[date, date], dict[str, TerminationForecast]], spec: Any,
) -> Figure:  # fmt: skip
    told = []
    for group in groups:
        scores = ", ".join(f"{s.forecaster} {s.brier:.3f}" for s in group)
        told.append(f"on {group[0].dates} shared: {scores}")
    scored = (
        f"Brier scores, lower is better: {'; '.join(told)}." if told else "No two forecasters share a known outcome."
    )
    drawn = [f for group in shown.values() for f in group.values()]
    # The same outcome on all days makes any low forecaster look good.
    outcomes = {f.outcome for f in drawn} - {None}
    less: dict[bool | None, str] = {
        False: " Nothing came true, so that whoever gave smaller chances scores better: few lessons.",
        True: " All came true, so that whoever gave larger chances scores better: few lessons.",
    }
    alike = less[outcomes.pop()] if len(outcomes) == 1 else ""
    questions = list(dict.fromkeys(f.question for f in drawn if f.question))
    asked = (
        f" Public forecasters were asked: {'; '.join(q[:1].lower() + q[1:] for q in questions)}." if questions else ""
    )
    ids = tuple(dict.fromkeys(f.source for f in drawn if f.source in war.sources))
    sources = join_words([war.sources[i].producer for i in ids])
    caption = (
        f"Chance that a settlement or ceasefire comes by a day, per cent, by the day on which it was given; days that two or more forecasters share. "
        f"Known outcomes as of {day_words(war.as_of)}. {scored} The logarithmic score keeps chances between 0.001 and 0.999.{alike}{asked} "
        f"Source: {f'public forecasts of {sources}; ' if sources else ''}own computation."
    )
    words = f"Dot chart of chances of an end on {len(shown)} pairs of days. {scored}"
    return Figure("termination-scores", "Forecasts of an end, and what came true", caption, words, ids, spec)
