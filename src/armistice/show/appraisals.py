"""Charts of drafts appraised: who prefers which to fighting on, and which clauses decide.

Worth is in hundredths of all that matters to a side: 100 is the best option on every issue in its eyes, 0 the worst.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np

from armistice.core.appraisal import Appraisal
from armistice.core.errors import QueryError
from armistice.core.settlement import Provision, Settlement
from armistice.core.war import Issue, Side, War
from armistice.show.bargaining import PEACE, PEACE_TEXT, over_draws, percent_words, round_ticks, stacked
from armistice.show.canvas import (
    Key,
    Label,
    boxes,
    cut_text,
    legend,
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
    SIDE,
    SIDE_PALE,
    SIDE_TEXT,
    Figure,
    day_words,
    finish,
    font_size,
    is_narrow,
    join_words,
    number_words,
    short_day,
    signed_words,
)

SIDES: tuple[Side, Side] = ("a", "b")
MOST_CLAUSES = 15
"""Clauses drawn one by one."""
_SHAPE = {"a": "circle", "b": "square"}
_NAMED = 6
"""Drafts that a text alternative names."""
_TITLE_LINES = 2


def draft_title(drafts: Sequence[Settlement], found: Appraisal) -> str:
    """Title of a draft as appraised, with that of its variant if it has one."""
    draft = next((d for d in drafts if d.id == found.id), None)
    variant = found.variant if draft is None else draft.variants.get(found.variant, found.variant)
    return f"{found.title}, {variant}" if variant else found.title


def in_order(appraisals: Sequence[Appraisal]) -> list[Appraisal]:
    """From what suits side A better, beside fighting on, to what suits side B better; of equal ones the later first."""

    def lean(found: Appraisal) -> float:
        gains = [float(np.median(found.sides[s].surplus)) for s in SIDES]
        return round(gains[1] - gains[0], 9)

    return sorted(appraisals, key=lambda found: (lean(found), -found.date.toordinal(), found.id, found.variant))


def nearest(appraisals: Sequence[Appraisal], most: int = 2) -> list[Appraisal]:
    """The drafts that both sides accept in the largest share of draws, of equal ones the latest; one variant of each.

    Drafts that both accept in no draw are left out, unless there is no other.
    """
    order = sorted(appraisals, key=lambda f: (-f.p_accept_both, -f.date.toordinal(), f.id, f.variant))
    best: dict[str, Appraisal] = {}
    for found in order:
        best.setdefault(found.id, found)
    return ([f for f in best.values() if f.p_accept_both > 0] or list(best.values()))[:most]


def source_of_worth(war: War, found: Appraisal) -> str:
    """What every caption says: the day, the draws, and that what drives them is judged."""
    weighed = (
        "weighed by the negotiating record" if found.weighed else "as judged, without the weights of the negotiating record"
    )  # fmt: skip
    sums = "worth adds up over issues" + (", but for goods that go together" if found.bundles else "")
    return (
        f"As of {day_words(found.as_of)}; {number_words(len(found.hazard))} draws of judged ranges, {weighed}. Source: own computation from the "
        f"pack's drafts, issues and judgements. Engine: appraisal of drafts against the war-termination game; {sums}."
    )


# --- who could accept what ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Row:
    """One draft in a list of rows: its lines of text, where they stand, and where its strip does, px."""

    found: Appraisal
    title: list[str]
    notes: list[str]
    y: float
    middle: float
    height: float


def draw_acceptance(
    war: War, drafts: Sequence[Settlement], appraisals: Sequence[Appraisal], *, width: int = 760
) -> Figure:
    """What each draft is worth to each side beside fighting on, and in how many draws each and both accept.

    Parameters
    ----------
    war : War
    drafts : sequence of Settlement
        For the titles of variants.
    appraisals : sequence of Appraisal
    width : int
        Of the picture, px.

    Raises
    ------
    QueryError
        If there is no appraisal.
    """
    demand_some(war, appraisals)
    narrow, size = is_narrow(width), font_size(width)
    a, b = war.side("a").name, war.side("b").name
    head, top = legend([Key(f"to {a}", SIDE["a"], "point"), Key(f"to {b}", SIDE["b"], "point", shape="square")], width, size)  # fmt: skip
    left, right = (12.0, width - 118.0) if narrow else (250.0, width - 158.0)
    columns = [width - x for x in ((82.0, 42.0, 2.0) if narrow else (104.0, 54.0, 4.0))]
    start = top + size * 4.8
    rows = _rows(war, drafts, in_order(appraisals), start, (width - 6.0 if narrow else left - 24.0), (size, narrow))
    bottom = rows[-1].y + rows[-1].height
    triples = [over_draws(100 * row.found.sides[s].surplus) for row in rows for s in SIDES]
    low, high = min(0.0, *(float(t[0]) for t in triples)), max(0.0, *(float(t[2]) for t in triples))
    x_of = scale_of(low, high, left, right)
    layers = [
        *head, *_value_axis(round_ticks(low, high, 4 if narrow else 7), x_of, _strips(rows, start, narrow), start - 14, size),
        *_zero_words(x_of(0.0), (left, right), start - size * 2.8, size, narrow), *_chance_heads(war, columns, start, size),
    ]  # fmt: skip
    layers.append(rules([{"x": 2.0, "x1": width - 2.0, "y": row.y, "y1": row.y} for row in rows[1:]], GRID))
    for side, shift in (("a", -5.0), ("b", 5.0)):
        layers += _surplus_marks(war, drafts, rows, side, shift, x_of)  # type: ignore[arg-type]
    layers += _row_words(rows, columns, size)
    spec = finish(alt.layer(*layers).properties(width=width, height=bottom + size * 1.8), width, 0, "none")
    caption = (
        "Worth of each draft less that of fighting on, in hundredths of all that matters to that side: median (mark) and 10 to 90 % of draws (bar). Right of 0 the side prefers the "
        "draft. At the right the share of draws in which each accepts, and both do: a share of judged draws, not a forecast. "
        f"In order of how much better a draft suits {a} than {b}. {source_of_worth(war, appraisals[0])}"
    )
    return Figure("acceptance", "Who prefers which draft to fighting on", caption, _acceptance_words(war, drafts, appraisals), (), spec)  # fmt: skip


def demand_some(war: War, appraisals: Sequence[Appraisal]) -> None:
    """Refuse to draw what there is none of.

    Raises
    ------
    QueryError
        If there is no appraisal.
    """
    if not appraisals:
        raise QueryError(f"{war.title}: no draft is appraised; expected one; add one to the pack's settlements")


def scale_of(low: float, high: float, left: float, right: float) -> Callable[[float], float]:
    """Places in px for values from low to high; the middle where there is but one value."""
    span = high - low
    return lambda value: left + (right - left) * ((value - low) / span if span > 0 else 0.5)


def _rows(
    war: War, drafts: Sequence[Settlement], found: Sequence[Appraisal], top: float, room: float, look: tuple[int, bool]
) -> list[_Row]:
    """Rows with their words; on a phone the strip stands below the words, else beside them."""
    size, narrow = look
    rows, y = [], top
    for one in found:
        title = wrap_text(draft_title(drafts, one), room, size, True)
        if len(title) > _TITLE_LINES:
            title = [*title[: _TITLE_LINES - 1], cut_text(" ".join(title[_TITLE_LINES - 1 :]), room, size, True)]
        notes = [
            line for text in (short_day(one.date), *_barred_words(war, one)) for line in wrap_text(text, room, size)
        ]
        deep = (len(title) + len(notes)) * (size + 3) + 8
        height = deep + 30 if narrow else max(deep, 36.0)
        rows.append(_Row(one, title, notes, y, y + (deep + 10 if narrow else height / 2), height))
        y += height
    return rows


def _barred_words(war: War, found: Appraisal) -> list[str]:
    """Which hard red lines a draft goes past, in words, by side."""
    out = []
    for side in SIDES:
        barred = found.sides[side].barred
        if barred:
            named = join_words([war.issue(issue).title for issue in barred])
            out.append(f"past hard red lines of {war.side(side).name}: {named}")
    return out


def _strips(rows: Sequence[_Row], start: float, narrow: bool) -> list[tuple[float, float]]:
    """Heights between which the lines of the scale are drawn: on a phone they leave the words alone."""
    if narrow:
        return [(row.middle - 12, row.middle + 12) for row in rows]
    return [(start - 6, rows[-1].y + rows[-1].height)]


def _value_axis(
    ticks: Sequence[float],
    x_of: Callable[[float], float],
    spans: Sequence[tuple[float, float]],
    top: float,
    size: float,
) -> list[alt.Chart]:
    lines = [{"x": x_of(t), "x1": x_of(t), "y": y, "y1": y1} for t in ticks if t for y, y1 in spans]
    zero = [{"x": x_of(0.0), "x1": x_of(0.0), "y": y, "y1": y1} for y, y1 in spans]
    ends = (top, spans[-1][1] + size * 0.9)
    labels = [Label(signed_words(t), x_of(t), y, "center", size) for t in ticks for y in ends]
    return [rules(lines, GRID), rules(zero, INK, 1.2), *write(labels, MUTED)]


def _zero_words(x: float, ends: tuple[float, float], y: float, size: float, narrow: bool) -> list[alt.Chart]:
    """Which way is which, on both sides of the zero line."""
    short = narrow or min(x - ends[0], ends[1] - x) < text_width("fighting on is worth more", size) + 8
    less, more = ("← fight on", "agree →") if short else ("fighting on is worth more", "the draft is worth more")
    return write([Label(less, x - 6, y, "right", size), Label(more, x + 6, y, "left", size)], MUTED)


def _chance_heads(war: War, columns: Sequence[float], start: float, size: float) -> list[alt.Chart]:
    y = start - size * 1.0
    layers = write([Label("accept, % of draws", columns[2], y - size * 1.5, "right", size)], MUTED)
    for x, side in zip(columns, SIDES, strict=False):
        layers += write([Label(_short_name(war, side, columns[1] - columns[0] - 4, size), x, y, "right", size)], SIDE_TEXT[side])  # fmt: skip
    return [*layers, *write([Label("both", columns[2], y, "right", size, True)], INK)]


def _short_name(war: War, side: Side, room: float, size: float) -> str:
    name = cut_text(war.side(side).name, room, size)
    return war.side(side).name[:4] + "." if name == "…" else name


def _surplus_marks(
    war: War,
    drafts: Sequence[Settlement],
    rows: Sequence[_Row],
    side: Side,
    shift: float,
    x_of: Callable[[float], float],
) -> list[alt.Chart]:
    bars, marks = [], []
    for row in rows:
        low, middle, high = (float(v) for v in over_draws(100 * row.found.sides[side].surplus))
        tip = {
            "draft": draft_title(drafts, row.found), "side": war.side(side).name,
            "worth": f"{signed_words(middle)} ({signed_words(low)} to {signed_words(high)})",
            "accepts": percent_words(row.found.sides[side].p_accept),
        }  # fmt: skip
        y = row.middle + shift
        bars.append({"x": x_of(low), "x1": x_of(high), "y": y - 3, "y1": y + 3, **tip})
        marks.append({"x": x_of(middle), "y": y, **tip})
    tips = (("draft", "Draft"), ("side", "Side"), ("worth", "Beside fighting on"), ("accepts", "Accepts, of draws"))
    look = {"shape": _SHAPE[side], "fill": SIDE[side], "stroke": "#FFFFFF", "strokeWidth": 1, "size": 60}
    return [boxes(bars, SIDE_PALE[side], tips=tips), points(marks, look, tips)]


def _row_words(rows: Sequence[_Row], columns: Sequence[float], size: float) -> list[alt.Chart]:
    titles, notes = [], []
    chances: dict[str, list[Label]] = {"a": [], "b": [], "both": []}
    for row in rows:
        y = row.y + 4 + size * 0.6
        titles += stacked(row.title, 4.0, y, size, True)
        notes += stacked(row.notes, 4.0, y + len(row.title) * (size + 3), size)
        told = [*(row.found.sides[s].p_accept for s in SIDES), row.found.p_accept_both]
        for key, x, share in zip(chances, columns, told, strict=True):
            text = percent_words(share).removesuffix(" %").replace("under ", "<").replace("over ", ">")
            chances[key].append(Label(text, x, row.middle, "right", size, key == "both"))
    return [
        *write(titles, INK), *write(notes, MUTED), *write(chances["a"], SIDE_TEXT["a"]), *write(chances["b"], SIDE_TEXT["b"]),
        *write(chances["both"], INK),
    ]  # fmt: skip


def _acceptance_words(war: War, drafts: Sequence[Settlement], appraisals: Sequence[Appraisal]) -> str:
    best = sorted(appraisals, key=lambda f: -f.p_accept_both)[:_NAMED]
    told = "; ".join(
        f"{draft_title(drafts, f)}: {war.side('a').name} {percent_words(f.sides['a'].p_accept)}, {war.side('b').name} "
        f"{percent_words(f.sides['b'].p_accept)}, both {percent_words(f.p_accept_both)}"
        for f in best
    )
    rest = len(appraisals) - len(best)
    more = f" {rest} more are drawn." if rest else ""
    return f"Chart of {texts_words(len(appraisals))} beside fighting on. Share of draws in which each side accepts: {told}.{more}"


def texts_words(count: int) -> str:
    """How many drafts and variants, in words."""
    return "one draft" if count == 1 else f"{count} drafts and variants"


# --- the clauses that decide -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClauseRow:
    """One bar of the clauses: its words, and what it gives side A, side B (hundredths) and peace (points)."""

    words: str
    values: tuple[float, float, float]


def option_words(issue: Issue, options: str) -> str:
    """Labels of an option, or of several between strokes, as a draft that leaves a choice has them."""
    labels = {o.id: o.label for o in issue.options}
    return " or ".join(f"“{labels.get(i, i)}”" for i in options.split(" / "))


def clause_words(war: War, clause: Provision) -> str:
    """A clause in words, after the issue that it answers, or else what it is about."""
    about = war.issue(clause.issue).title if clause.issue else clause.heading
    return f"{about}: {clause.text}"


def clause_rows(
    war: War, draft: Settlement, found: Appraisal, most: int = MOST_CLAUSES
) -> tuple[list[ClauseRow], ClauseRow | None]:
    """Clauses in order of how much they weigh in all three, and what the others add up to, if there are others.

    Clauses of another variant than the one appraised are left out: they add nothing.
    """
    texts = {p.number: p for p in draft.provisions}
    held = [c for c in found.clauses if texts[c.number].variant in ("", found.variant) or not found.variant]
    rows = [
        ClauseRow(
            clause_words(war, texts[c.number]),
            (100 * c.shapley_a, 100 * c.shapley_b, 100 * c.shapley_survival),
        )
        for c in held
    ]
    order = sorted(range(len(rows)), key=lambda n: (-round(sum(map(abs, rows[n].values)), 9), n))
    if len(order) <= most:
        return [rows[n] for n in order], None
    rest = [rows[n] for n in order[most:]]
    total = [sum(row.values[k] for row in rest) for k in range(3)]
    return [rows[n] for n in order[:most]], ClauseRow(f"All {len(rest)} others", (total[0], total[1], total[2]))


def draw_clauses(war: War, draft: Settlement, found: Appraisal, *, name: str = "clauses", width: int = 760) -> Figure:
    """What each clause of a draft gives side A, side B and the chance of peace after ten years, as bars.

    Parameters
    ----------
    war : War
    draft : Settlement
    found : Appraisal
        Of that draft.
    name : str
        Of the figure.
    width : int
        Of the picture, px.
    """
    narrow, size = is_narrow(width), font_size(width)
    shown, rest = clause_rows(war, draft, found)
    rows = [*shown, *([rest] if rest else [])]
    left, gap = (4.0, 10.0) if narrow else (272.0, 14.0)
    third = (width - left - 4.0 - 2 * gap) / 3
    panels = [(left + n * (third + gap), left + n * (third + gap) + third) for n in range(3)]
    heads = [f"gives {war.side('a').name}", f"gives {war.side('b').name}", "peace after 10 years"]
    y = size * 3.6
    places, lines, deep = [], [], size + 3
    for row in rows:
        wrapped = wrap_text(row.words, width - 8.0 if narrow else left - 22.0, size)
        wrapped = [*wrapped[:2], cut_text(" ".join(wrapped[2:]), width - 8.0 if narrow else left - 22.0, size)] if len(wrapped) > 3 else wrapped  # fmt: skip
        tall = len(wrapped) * deep + (26 if narrow else 6)
        lines.append((wrapped, y))
        places.append(y + (len(wrapped) * deep + 11 if narrow else tall / 2))
        y += max(tall, 24.0)
    scales = _clause_scales(rows, panels, size)
    layers = [*_clause_heads(heads, panels, size), *_clause_bars(rows, places, scales, size)]
    strips = [(at - 10, at + 10) for at in places] if narrow else [(size * 2.8, y)]
    zero = [{"x": s(0.0), "x1": s(0.0), "y": at, "y1": end} for s in scales for at, end in strips]
    layers.append(rules(zero, INK))
    labels = [label for wrapped, at in lines for label in stacked(wrapped, 4.0, at + size * 0.75, size)]
    layers += write(labels, INK)
    spec = finish(alt.layer(*layers).properties(width=width, height=y + 6), width, 0, "none")
    return _clauses_figure(war, draft, found, shown, rest, (name, spec))


def _clause_scales(
    rows: Sequence[ClauseRow], panels: Sequence[tuple[float, float]], size: float
) -> list[Callable[[float], float]]:
    """Value → px in each panel; the two sides share one scale, and words fit at the ends of the bars."""
    room = text_width("−00.0", size) + 6
    both = [v for row in rows for v in row.values[:2]]
    spans = [(min(0.0, *both), max(0.0, *both))] * 2
    peace = [row.values[2] for row in rows]
    spans.append((min(0.0, *peace, 0.0), max(0.0, *peace, 0.0)))
    out = []
    for (low, high), (start, end) in zip(spans, panels, strict=True):
        before, after = (room if low < 0 else 4.0), (room if high > 0 else 4.0)
        out.append(scale_of(low, high, start + before, end - after))
    return out


def _clause_heads(heads: Sequence[str], panels: Sequence[tuple[float, float]], size: float) -> list[alt.Chart]:
    layers = []
    for text, (start, end), ink, unit in zip(
        heads, panels, (SIDE_TEXT["a"], SIDE_TEXT["b"], PEACE_TEXT), ("hundredths", "hundredths", "points"), strict=True
    ):
        layers += write([Label(cut_text(text, end - start, size, True), start, size * 0.8, "left", size, True)], ink)
        layers += write([Label(unit, start, size * 2.1, "left", size)], MUTED)
    return layers


def _clause_bars(
    rows: Sequence[ClauseRow], places: Sequence[float], scales: Sequence[Callable[[float], float]], size: float
) -> list[alt.Chart]:
    layers = []
    for k, (fill, ink) in enumerate(((SIDE["a"], SIDE_TEXT["a"]), (SIDE["b"], SIDE_TEXT["b"]), (PEACE, PEACE_TEXT))):
        bars, labels = [], []
        for row, y in zip(rows, places, strict=True):
            value = row.values[k]
            x0, x1 = sorted((scales[k](0.0), scales[k](value)))
            told = signed_words(value, 1)
            bars.append({"x": x0, "x1": x1, "y": y - 6, "y1": y + 6, "clause": row.words, "gives": told})
            text, at = ("0", x1 + 3) if told.strip("+−0.") == "" else (told, x0 - 3 if value < 0 else x1 + 3)
            labels.append(Label(text, at, y, "right" if at < x0 else "left", size))
        layers += [boxes(bars, fill, tips=(("clause", "Clause"), ("gives", "Adds"))), *write(labels, ink)]
    return layers


def _clauses_figure(
    war: War,
    draft: Settlement,
    found: Appraisal,
    shown: Sequence[ClauseRow],
    rest: ClauseRow | None,
    made: tuple[str, Any],
) -> Figure:
    title = draft_title([draft], found)
    name, spec = made
    more = f" Clauses that weigh less are summed as {rest.words[:1].lower()}{rest.words[1:]}." if rest else ""
    caption = (
        f"{title}, {day_words(draft.date)}: what each clause adds to the worth of the draft to each side, in hundredths of all that matters to it, and to the chance that "
        f"peace still holds after ten years, in points of per cent. Mean over draws and over all orders in which the clauses could be agreed (Shapley), so that they add up to the "
        f"draft less a peace in which all stays as it is; the heaviest stand first.{more} {source_of_worth(war, found)}"
    )
    top = "; ".join(
        f"{row.words}: {war.side('a').name} {signed_words(row.values[0], 1)}, {war.side('b').name} {signed_words(row.values[1], 1)}, peace {signed_words(row.values[2], 1)}"
        for row in shown[:_NAMED]
    )
    return Figure(
        name, f"What the clauses weigh: {title}", caption, f"Bars of the clauses of {title}. {top}.", (), spec
    )
