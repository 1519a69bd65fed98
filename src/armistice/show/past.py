"""The charts of past wars: how long they lasted, how they ended, which were like the one at hand, and how deadly they were.

All are drawn from one record, `armistice.core.durations.PastWars`, with the war at hand marked where it stands.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from armistice.core.durations import COLUMN_WORDS, ENDINGS, LAW_WORDS, PastWars, SeverityTail, duration_words
from armistice.core.errors import QueryError
from armistice.show.appraisals import scale_of
from armistice.show.bargaining import PEACE, PEACE_PALE, PEACE_TEXT, percent_words
from armistice.show.canvas import (
    Key,
    Label,
    Layer,
    boxes,
    cut_text,
    data,
    legend,
    pixel,
    points,
    rules,
    spread,
    text_width,
    write,
)
from armistice.show.style import (
    FAINT,
    GRID,
    INK,
    MUTED,
    SIDE,
    SIDE_TEXT,
    Chart,
    Figure,
    finish,
    font_size,
    is_narrow,
    join_words,
    number_words,
)

_FILL = {"settlement": PEACE, "victory_a": SIDE["a"], "victory_b": SIDE["b"], "stalemate": FAINT}
_TEXT = {"settlement": PEACE_TEXT, "victory_a": SIDE_TEXT["a"], "victory_b": SIDE_TEXT["b"], "stalemate": MUTED}
_SHORT = {"settlement": "settlement", "victory_a": "victory", "victory_b": "victory", "stalemate": "stalemate"}


@dataclass(frozen=True)
class _Frame:
    """Where a plot stands, px, and the places of its values."""

    left: float
    right: float
    top: float
    bottom: float
    size: int
    x_of: Callable[[float], float]
    y_of: Callable[[float], float]


def draw_war_survival(past: PastWars, *, name: str = "this war", width: int = 760) -> Figure:
    """Share of past wars that lasted longer, by duration, with a mark where the war at hand stands.

    Parameters
    ----------
    past : PastWars
    name : str
        Of the war at hand, for its mark.
    width : int
        Of the picture, px.
    """
    curve, lasted = past.survival, past.given.lasted
    last = max(curve.months[-1], lasted * 1.1)
    frame = _frame(width, last, 1.0, 250.0)
    ends = [*curve.months[1:], last]
    rows = [
        {"x": frame.x_of(m), "y": frame.y_of(h), "y1": frame.y_of(lo), "s": frame.y_of(s)}
        for m, s, lo, h in zip(curve.months, curve.survival, curve.survival_low, curve.survival_high, strict=True)
    ]
    rows.append({**rows[-1], "x": frame.x_of(ends[-1])})
    share = curve.at(lasted)
    x, y = frame.x_of(lasted), frame.y_of(share)
    beside = lasted < 0.6 * last
    words = [f"{name}: {duration_words(lasted)}", f"{percent_words(share)} of past wars lasted longer"]
    at = x + 8 if beside else x - 8
    room = (frame.right - at) if beside else (at - frame.left)
    labels = [
        Label(cut_text(t, room, frame.size, n == 0), at, y - 34 + n * (frame.size + 4), "left" if beside else "right", frame.size, n == 0)
        for n, t in enumerate(words)
    ]  # fmt: skip
    layers = [
        *_axes(frame, _years(last), "share of past wars that lasted longer", "months since the war began"),
        _steps_area(rows, PEACE_PALE, 0.6), _steps_line(rows, "s", PEACE_TEXT, 2.2),
        rules([{"x": x, "x1": x, "y": frame.top, "y1": frame.bottom}], INK, 1.0, (3, 3)),
        points([{"x": x, "y": y, "tip": words[1]}], {"shape": "circle", "fill": INK, "stroke": "#FFFFFF", "size": 70}, (("tip", name),)),
        *write(labels, INK, "#FFFFFF"),
    ]  # fmt: skip
    median = f"Half were over after {duration_words(curve.median)}. " if curve.median < math.inf else ""
    caption = f"Kaplan and Meier's curve of {curve.wars} wars, {curve.ended} of them ended, with its range with four chances in five, in % by months. {median}{_source(past)}"
    told = f"Falling curve of how long {curve.wars} wars lasted. {median}{words[0]}; {words[1]}."
    spec = alt.layer(*layers).properties(width=width, height=frame.bottom + frame.size * 3.4)
    return Figure("past-survival", "How long past wars lasted", caption, told, (), finish(spec, width, 0, "none"))


def draw_chances_ahead(past: PastWars, *, width: int = 760) -> Figure:
    """Chance that a war which has lasted so long ends within some months, by type of ending.

    Parameters
    ----------
    past : PastWars
    width : int
        Of the picture, px.
    """
    given = past.given
    narrow, size = is_narrow(width), font_size(width)
    named = past.words
    keys = [Key(named[e], _FILL[e]) for e in ENDINGS]
    keys += [
        Key("range", INK, "line"),
        Key("by counting, without a law", "#FFFFFF", "point", stroke=INK),
    ]
    head, top = legend(keys, width, size)
    left, right = (78.0 if narrow else 130.0), width - (22.0 if narrow else 28.0)
    step, tall = 40.0, 18.0
    top += 8.0
    bottom = top + step * len(given.chances)
    frame = _Frame(left, right, top, bottom, size, scale_of(0.0, 1.0, left, right), scale_of(0.0, 1.0, bottom, top))
    layers: list[Any] = [*head, *_shares_below(frame)]
    labels, whiskers, spots, values = [], [], [], []
    bars: dict[str, list[dict[str, Any]]] = {e: [] for e in ENDINGS}
    for n, chance in enumerate(given.chances):
        y = top + n * step + step / 2
        labels.append(Label(duration_words(chance.within), left - 8, y, "right", size))
        at = 0.0
        for ending in ENDINGS:
            part = chance.by_ending[ending]
            told = f"{percent_words(part.central)} ({percent_words(part.low)} to {percent_words(part.high)})"
            bars[ending].append(
                {"x": frame.x_of(at), "x1": frame.x_of(at + part.central), "y": y - tall / 2, "y1": y + tall / 2, "kind": named[ending], "p": told}
            )  # fmt: skip
            at += part.central
        whiskers.append(
            {"x": frame.x_of(chance.total.low), "x1": frame.x_of(chance.total.high), "y": y + 13, "y1": y + 13}
        )
        spots.append({"x": frame.x_of(chance.counted), "y": y + 13, "p": percent_words(chance.counted)})
        words = percent_words(chance.total.central)
        wide = text_width(words, size, True) + 8
        inside = frame.x_of(at) + wide > right
        values.append(
            Label(words, frame.x_of(at) + (-6 if inside else 6), y, "right" if inside else "left", size, True)
        )
    layers += [boxes(bars[e], _FILL[e], tips=(("kind", "Ending"), ("p", "Chance"))) for e in ENDINGS]
    layers += [rules(whiskers, INK, 2.0), points(spots, {"shape": "circle", "fill": "#FFFFFF", "stroke": INK, "size": 36}, (("p", "By counting"),))]  # fmt: skip
    layers += [*write(labels, "#3A4048"), *write(values, INK, "#FFFFFF")]
    spec = alt.layer(*layers).properties(width=width, height=bottom + size * 2.4)
    return _chances_figure(past, finish(spec, width, 0, "none"))


def _chances_figure(past: PastWars, spec: Chart) -> Figure:
    given = past.given
    laws = join_words([LAW_WORDS[f] for f in given.among])
    mean = "mean over" if len(given.among) > 1 else "by"
    caption = (
        f"Chance in % that a war which has lasted {duration_words(given.lasted)} ends within further months; bars: {mean} the {laws} law{'s' if len(given.among) > 1 else ''} of durations; ranges (four chances "
        f"in five) by drawing wars anew, over the same laws. {given.at_risk} wars of the record lasted longer, and the endings of {given.typed} of them split "
        f"the bars; each type is given half a war more. The base rate knows nothing else of this war. {_source(past)}"
    )
    told = "; ".join(
        f"within {duration_words(c.within)} {percent_words(c.total.central)} ({percent_words(c.total.low)} to {percent_words(c.total.high)}), by settlement {percent_words(c.by_ending['settlement'].central)}"
        for c in given.chances
    )
    words = f"Bars of the chance that a war of {duration_words(given.lasted)} ends: {told}."
    return Figure("past-chances", "How soon a war that has lasted so long ends", caption, words, (), spec)


def draw_endings_by_type(past: PastWars, *, width: int = 760) -> Figure:
    """Share of past wars that had ended in each way, by duration.

    Parameters
    ----------
    past : PastWars
    width : int
        Of the picture, px.
    """
    found = [i for i in past.incidence if i.wars]
    narrow, named = is_narrow(width), past.words
    last = max(max(i.months[-1] for i in found), past.given.lasted)
    most = max(i.high[-1] for i in found)
    head, top = (
        legend([Key(named[i.ending], _FILL[i.ending]) for i in found], width, font_size(width)) if narrow else ([], 0)
    )
    frame = _frame(width, last, min(1.0, math.ceil(most * 10) / 10), 230.0, top, 36.0 if narrow else 218.0)
    layers: list[Any] = [
        *head,
        *_axes(frame, _years(last), "share of past wars that had ended so", "months since the war began"),
    ]
    lines, ends = [], []
    for one in found:
        rows = [
            {"x": frame.x_of(m), "y": frame.y_of(h), "y1": frame.y_of(lo), "s": frame.y_of(s)}
            for m, s, lo, h in zip(one.months, one.share, one.low, one.high, strict=True)
        ]
        rows.append({**rows[-1], "x": frame.x_of(last)})
        layers.append(_steps_area(rows, _FILL[one.ending], 0.16))
        lines.append(_steps_line(rows, "s", _TEXT[one.ending], 2.0))
        ends.append(rows[-1]["s"])
    x = frame.x_of(past.given.lasted)
    layers += [*lines, rules([{"x": x, "x1": x, "y": frame.top, "y1": frame.bottom}], INK, 1.0, (3, 3))]
    for one, y in zip(found, spread(ends, frame.size + 3, frame.top, frame.bottom), strict=True):
        words = percent_words(one.share[-1]) + ("" if narrow else f" {named[one.ending]}")
        layers += write([Label(words, frame.right + 5, y, "left", frame.size)], _TEXT[one.ending])
    told = join_words([f"{named[i.ending]} {percent_words(i.share[-1])} ({i.wars} wars)" for i in found])
    caption = (
        f"Share of wars in % that had ended in each way by so many months (Aalen and Johansen), with ranges (four chances in five) by drawing wars anew; the dashed line is the "
        f"{duration_words(past.given.lasted)} of the war at hand. {_source(past)}"
    )
    spec = alt.layer(*layers).properties(width=width, height=frame.bottom + frame.size * 3.4)
    return Figure("past-endings", "How past wars ended, and when", caption, f"Rising curves. At the end: {told}.", (), finish(spec, width, 0, "none"))  # fmt: skip


def draw_analogues(past: PastWars, *, width: int = 760) -> Figure:
    """The past wars most like the one at hand: how much longer each went on, and how it ended.

    Parameters
    ----------
    past : PastWars
    width : int
        Of the picture, px.

    Raises
    ------
    QueryError
        If no past war was comparable.
    """
    found = past.likeness
    if found is None:
        raise QueryError(
            "analogues: no past war was comparable; expected some; describe the war by columns of the record"
        )
    narrow, size = is_narrow(width), font_size(width)
    kinds = [e for e in ENDINGS if any(a.ending == e for a in found.analogues)]
    head, top = legend([Key(past.words[e], _FILL[e], "point") for e in kinds], width, size)
    left, right = (8.0, width - 58.0) if narrow else (250.0, width - 150.0)
    step = 42.0 if narrow else 26.0
    top += size * 2.0
    bottom = top + step * len(found.analogues)
    last = max(a.months_more for a in found.analogues)
    frame = _Frame(left, right, top, bottom, size, scale_of(0.0, last, left, right), scale_of(0.0, 1.0, bottom, top))
    layers: list[Any] = [*head, *_months_below(frame, last, "months more")]
    titles, values, lines = [], [], []
    for n, one in enumerate(found.analogues):
        y = top + n * step + (step - 10 if narrow else step / 2)
        title = one.title if f"{one.year:.0f}" in one.title else f"{one.title}, {one.year:.0f}"
        room = width - 60.0 if narrow else left - 14
        titles.append(Label(cut_text(title, room, size), 4.0 if narrow else left - 10, y - (size + 4 if narrow else 0), "left" if narrow else "right", size))  # fmt: skip
        lines.append({"x": left, "x1": frame.x_of(one.months_more), "y": y, "y1": y})
        values.append(Label(f"{one.distance:.2f}", width - 4.0, y, "right", size))
    layers += [rules(lines, "#B4B9BF", 2.0), *_ends_of(past, lines, frame, narrow)]
    layers += [
        *write(titles, "#3A4048"), *write(values, MUTED), *write([Label("distance", width - 4.0, top - size, "right", size)], MUTED),
    ]  # fmt: skip
    spec = alt.layer(*layers).properties(width=width, height=bottom + size * 3.4)
    return _analogues_figure(past, finish(spec, width, 0, "none"))


def _ends_of(past: PastWars, lines: Sequence[dict[str, Any]], frame: _Frame, narrow: bool) -> list[alt.Chart]:
    """Marks at the ends of the lines, with how each war ended in words where there is room."""
    layers: list[alt.Chart] = []
    named, analogues = past.words, past.likeness.analogues if past.likeness else ()
    for one, line in zip(analogues, lines, strict=True):
        fill = _FILL.get(one.ending, "#FFFFFF")
        told = named.get(one.ending, "how it ended is not known" if one.ended else "goes on")
        apart = ", ".join(f"{COLUMN_WORDS[n]} {z:+.1f}" for n, z in one.apart.items())
        look = {"shape": "circle", "fill": fill, "stroke": fill if one.ending else INK, "size": 60}
        layers.append(
            points([{"x": line["x1"], "y": line["y"], "how": told, "apart": apart}], look, (("how", "Ending"), ("apart", "Apart by (standard deviations)")))
        )  # fmt: skip
        if not narrow:
            words = _SHORT.get(one.ending, "not known" if one.ended else "goes on")
            layers += write(
                [Label(words, line["x1"] + 9, line["y"], "left", frame.size)], _TEXT.get(one.ending, MUTED), "#FFFFFF"
            )
    return layers


def _analogues_figure(past: PastWars, spec: Chart) -> Figure:
    found = past.likeness
    assert found is not None
    rests = join_words([COLUMN_WORDS[n] for n in found.weights])
    unknown = join_words([COLUMN_WORDS[n] for n in found.unknown])
    trust = ". ".join(
        f"Left out in turn, past wars are foretold from their nearest with skill {s.skill.central:+.2f} ({s.skill.low:+.2f} to {s.skill.high:+.2f}) over the base rate where asked “{s.question}”".replace("-", "−")
        for s in found.skills
    )  # fmt: skip
    caption = (
        f"The {len(found.analogues)} nearest of {found.among} wars that lasted longer than {duration_words(found.lasted)}, by {rests}; distance in standard deviations, lines in months from there to their end."
        f"{f' Not compared for want of data: {unknown}.' if found.unknown else ''} {trust}{'. ' if trust else ''}Skill 0 is no better than the base rate. {_source(past)}"
    )
    told = "; ".join(
        f"{a.title} {a.year:.0f}, {duration_words(a.months_more)} more, {past.words.get(a.ending, 'ending not known')}"
        for a in found.analogues
    )
    return Figure("past-analogues", "Past wars most like this one when they had lasted as long", caption, f"Rows of past wars, nearest first: {told}.", (), spec)  # fmt: skip


def draw_severity(past: PastWars, *, deaths: float | None = None, width: int = 760) -> Figure:
    """Share of past wars with at least so many battle deaths, and the power law of the upper tail.

    Parameters
    ----------
    past : PastWars
    deaths : float, optional
        Of the war at hand so far, persons, to mark.
    width : int
        Of the picture, px.

    Raises
    ------
    QueryError
        If deaths are known of too few wars.
    """
    tail = past.tail
    if tail is None:
        raise QueryError(
            "severity of wars: deaths are known of too few of them; expected 20 wars or more; use a record that has them"
        )
    size, count = font_size(width), len(tail.deaths)
    low, high = math.floor(math.log10(tail.deaths[0])), math.log10(max(tail.deaths[-1], deaths or 1.0)) + 0.2
    floor = math.floor(math.log10(1 / count))
    left, right, top, bottom = 50.0, width - 16.0, 28.0, 268.0
    frame = _Frame(left, right, top, bottom, size, scale_of(low, high, left, right), scale_of(floor, 0.0, bottom, top))

    def place(number: float, share: float) -> tuple[float, float]:
        return frame.x_of(math.log10(number)), frame.y_of(math.log10(share))

    dots = [dict(zip(("x", "y"), place(d, (count - n) / count), strict=True)) for n, d in enumerate(tail.deaths)]
    layers: list[Any] = [*_log_axes(frame, (low, high), floor), *_law(tail, 10.0**floor, place)]
    layers.append(points(dots, {"shape": "circle", "fill": "#FFFFFF", "stroke": MUTED, "size": 22}))
    marked = ""
    if deaths:
        share = tail.p_larger(deaths)
        x, y = place(deaths, max(share, 10.0**floor))
        layers.append(points([{"x": x, "y": y}], {"shape": "diamond", "fill": INK, "stroke": "#FFFFFF", "size": 110}))
        marked = f" The diamond is this war so far, {number_words(deaths)}: {percent_words(share)} of wars are as deadly by the law."
    e = tail.exponent
    verdict = "does not rule the law out" if tail.p_value >= 0.1 else "rules the law out"
    caption = (
        f"Battle deaths, persons, of {count} wars, both scales logarithmic. From {number_words(tail.least)} deaths ({tail.in_tail} wars) a power law with exponent {e.central:.2f} "
        f"({e.low:.2f} to {e.high:.2f}, four chances in five); the test (p = {tail.p_value:.2f}) {verdict}.{marked} {_source(past)}"
    )
    told = f"Falling dots and a straight line: the tail of {tail.in_tail} wars from {number_words(tail.least)} deaths has exponent {e.central:.2f}.{marked}"
    spec = alt.layer(*layers).properties(width=width, height=bottom + size * 3.4)
    return Figure("past-severity", "How deadly past wars were", caption, told, (), finish(spec, width, 0, "none"))


def _law(tail: SeverityTail, floor: float, place: Callable[[float, float], tuple[float, float]]) -> list[alt.Chart]:
    """The law over its tail down to a share, with the lines of its range."""
    share, last = tail.in_tail / len(tail.deaths), tail.deaths[-1]
    rows = []
    for exponent in (tail.exponent.low, tail.exponent.high, tail.exponent.central):
        end = max(share * (last / tail.least) ** (1 - exponent), floor)
        to = tail.least * (end / share) ** (1 / (1 - exponent))
        (x, y), (x1, y1) = place(tail.least, share), place(to, end)
        rows.append({"x": x, "y": y, "x1": x1, "y1": y1})
    return [rules(rows[:2], PEACE_TEXT, 1.0, (3, 3)), rules(rows[2:], PEACE_TEXT, 2.2)]


# --- frames, axes and words ----------------------------------------------------------------------------------


def _frame(width: int, last: float, most: float, tall: float, start: float = 0.0, margin: float = 16.0) -> _Frame:
    size, left, top = font_size(width), 46.0, start + 26.0
    right, bottom = width - margin, start + 26.0 + tall
    return _Frame(left, right, top, bottom, size, scale_of(0.0, last, left, right), scale_of(0.0, most, bottom, top))


def _years(last: float) -> list[float]:
    """Months at which an axis up to `last` is labelled."""
    step = next((s for s in (1, 3, 6, 12, 24, 36, 60) if last / s <= 7), 120)
    return [float(m) for m in range(0, int(last) + 1, step)]


def _axes(frame: _Frame, months: Sequence[float], above: str, below: str) -> list[alt.Chart]:
    shares = [s for s in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0) if frame.y_of(s) >= frame.top - 0.5]
    shares = shares if len(shares) <= 6 else shares[::2] if len(shares) < 11 else [0.0, 0.25, 0.5, 0.75, 1.0]
    lines = [{"x": frame.left, "x1": frame.right, "y": frame.y_of(s), "y1": frame.y_of(s)} for s in shares]
    labels = [Label(f"{100 * s:.0f} %", frame.left - 6, frame.y_of(s), "right", frame.size) for s in shares]
    labels += [Label(f"{m:.0f}", frame.x_of(m), frame.bottom + frame.size, "center", frame.size) for m in months]
    labels += [
        Label(above, 2.0, frame.top - 26.0 + frame.size * 0.7, "left", frame.size),
        Label(below, (frame.left + frame.right) / 2, frame.bottom + frame.size * 2.5, "center", frame.size),
    ]
    return [rules(lines, GRID), *write(labels, MUTED)]


def _shares_below(frame: _Frame) -> list[alt.Chart]:
    shares = (0.0, 0.25, 0.5, 0.75, 1.0)
    lines = [{"x": frame.x_of(s), "x1": frame.x_of(s), "y": frame.top, "y1": frame.bottom} for s in shares]
    labels = [Label(f"{100 * s:.0f} %", frame.x_of(s), frame.bottom + frame.size, "center", frame.size) for s in shares]
    return [rules(lines, GRID), *write(labels, MUTED)]


def _months_below(frame: _Frame, last: float, below: str) -> list[alt.Chart]:
    months = _years(last)
    lines = [{"x": frame.x_of(m), "x1": frame.x_of(m), "y": frame.top, "y1": frame.bottom} for m in months]
    labels = [Label(f"{m:.0f}", frame.x_of(m), frame.bottom + frame.size, "center", frame.size) for m in months]
    middle = (frame.left + frame.right) / 2
    labels.append(Label(below, middle, frame.bottom + frame.size * 2.5, "center", frame.size))
    return [rules(lines, GRID), *write(labels, MUTED)]


def _log_axes(frame: _Frame, span: tuple[float, float], floor: int) -> list[alt.Chart]:
    numbers, shares = range(math.floor(span[0]), math.floor(span[1]) + 1), range(floor, 1)
    lines = [{"x": frame.left, "x1": frame.right, "y": frame.y_of(s), "y1": frame.y_of(s)} for s in shares]
    lines += [{"x": frame.x_of(n), "x1": frame.x_of(n), "y": frame.top, "y1": frame.bottom} for n in numbers]
    labels = [Label(f"{100 * 10.0**s:g} %", frame.left - 6, frame.y_of(s), "right", frame.size) for s in shares]
    labels += [Label(_round(10**n), frame.x_of(n), frame.bottom + frame.size, "center", frame.size) for n in numbers]
    labels += [
        Label("share of wars with at least so many", 2.0, frame.size * 0.7, "left", frame.size),
        Label("battle deaths", (frame.left + frame.right) / 2, frame.bottom + frame.size * 2.5, "center", frame.size),
    ]
    return [rules(lines, GRID), *write(labels, MUTED)]


def _round(number: int) -> str:
    return f"{number // 1_000_000} m" if number >= 1_000_000 else number_words(number)


def _steps_area(rows: Sequence[dict[str, Any]], color: str, opacity: float) -> alt.Chart:
    area = Layer(data(rows)).mark_area(color=color, opacity=opacity, interpolate="step-after")
    return area.encode(x=alt.X(**pixel("x")), y=alt.Y(**pixel("y")), y2="y1")


def _steps_line(rows: Sequence[dict[str, Any]], field: str, color: str, size: float) -> alt.Chart:
    line = Layer(data(rows)).mark_line(color=color, strokeWidth=size, interpolate="step-after")
    return line.encode(x=alt.X(**pixel("x")), y=alt.Y(**pixel(field)), order="x:Q")


def _source(past: PastWars) -> str:
    return f"Source: {past.source}."
