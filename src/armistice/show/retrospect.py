"""Charts of the game on past wars: its chances of a settlement scored, and its calls at decisions beside what happened."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from armistice.core.errors import QueryError
from armistice.core.retrospect import CALLS, HORIZONS, SLOW, ForecastScore, Retrospect, Tally
from armistice.show.appraisals import scale_of
from armistice.show.bargaining import PEACE_PALE, PEACE_TEXT, percent_words
from armistice.show.canvas import Key, Label, boxes, legend, points, rules, wrap_text, write
from armistice.show.style import (
    FAINT,
    GRID,
    INK,
    MUTED,
    SOURCE_INKS,
    Chart,
    Figure,
    finish,
    font_size,
    is_narrow,
    join_words,
)

_LOOKS = (
    {"shape": "circle", "fill": SOURCE_INKS[1], "stroke": SOURCE_INKS[1], "size": 64},
    {"shape": "triangle-up", "fill": "#FFFFFF", "stroke": SOURCE_INKS[1], "size": 64},
    {"shape": "diamond", "fill": SOURCE_INKS[2], "stroke": SOURCE_INKS[2], "size": 64},
    {"shape": "square", "fill": "#FFFFFF", "stroke": MUTED, "size": 50},
)
"""Marks of the forecasters, in the order of `_names`."""
_ADDED = f"“{SLOW}” was added after the scores of the others had been seen. "
_ROW = 30.0


def draw_retrospect_scores(found: Retrospect, *, width: int = 760) -> Figure:
    """Brier scores of the game with both paces of talks, of past wars and of never, by war and months ahead.

    Parameters
    ----------
    found : Retrospect
    width : int
        Of the picture, px.

    Raises
    ------
    QueryError
        If nothing was scored.
    """
    if not found.scores:
        raise QueryError("past wars: no forecast scored; expected months with a known outcome; run other wars")
    size, narrow = font_size(width), is_narrow(width)
    names = _names(found.scores)
    keys = [Key(n, str(k["fill"]), "point", stroke=str(k["stroke"]), shape=str(k["shape"])) for n, k in zip(names, _LOOKS, strict=False)]  # fmt: skip
    layers, top = legend(keys, width, size)
    label = 0.0 if narrow else 248.0
    panels, across = [h for h in HORIZONS if any(s.horizon == h for s in found.scores)], 1 if narrow else 2
    wide = (width - label - 20.0 - 24.0 * (across - 1)) / across
    bottom = top
    for at, horizon in enumerate(panels):
        left = label + 8.0 + (0 if narrow else at * (wide + 24.0))
        start = bottom if narrow else top
        more, end = _score_panel(
            [s for s in found.scores if s.horizon == horizon],
            names,
            (left, start, wide),
            (label, size, narrow or at == 0),
        )
        layers += more
        bottom = end
    spec = _canvas(layers, width, bottom + 4)
    told = "; ".join(_told(found.scores, of, names) for of in dict.fromkeys(s.of for s in found.scores))
    caption = (
        f"Mean Brier score, from 0 (right) to 1, of chances of a settlement within {join_words([str(h) for h in panels])} months, told at every end of a month of fighting with the record up "
        f"to it; lower is better. “{names[-1]}” gives 0 throughout. {_ADDED if SLOW in names else ''}Months overlap and the wars are few, so that no range is drawn. Front lines marked * are from memory. The record of past wars "
        f"is that of today, without the war itself. {found.draws} draws a war. Source: own computation from the packs and wars/record."
    )
    return Figure("retrospect-scores", "Chances of a settlement in past wars, scored", caption, f"Dot chart of Brier scores. {told}.", (), spec)  # fmt: skip


def _names(scores: Sequence[ForecastScore]) -> list[str]:
    """Forecasters, the game first and never last, whatever their scores."""
    order = {SLOW: 1, "past wars": 2, "never": 3}
    return sorted({s.forecaster for s in scores}, key=lambda n: (order.get(n, 0), n))


def _score_panel(
    scores: Sequence[ForecastScore], names: Sequence[str], place: tuple[float, float, float], look: tuple[float, float, bool]
) -> tuple[list[alt.Chart], float]:  # fmt: skip
    """One horizon: a row for each war; `place` is left, top and width, `look` width of labels, size of type, whether named."""
    (left, top, wide), (label, size, named) = place, look
    above = label == 0.0
    step = _ROW + (size + 4 if above else 0)
    wars = list(dict.fromkeys(s.of for s in scores))
    first, x_of = top + size + 14, scale_of(0.0, 1.0, left, left + wide - 8)
    bottom = first + step * len(wars)
    ticks = (0.0, 0.25, 0.5, 0.75, 1.0)
    lines = [{"x": x_of(t), "x1": x_of(t), "y": first, "y1": bottom} for t in ticks]
    grey = [Label(f"{t:g}", x_of(t), bottom + size * 0.9, "center", size) for t in ticks]
    bold = [Label(f"within {scores[0].horizon} months", left, top + size * 0.6, "left", size, True)]
    plain: list[Label] = []
    rows: dict[str, list[dict[str, float | str]]] = {name: [] for name in names}
    spans = []
    for at, war in enumerate(wars):
        here = [s for s in scores if s.of == war]
        y = first + step * (at + 1) - _ROW / 2
        if named:
            words = wrap_text(f"{war}{' *' if here[0].memory else ''}", wide if above else label - 6, size)
            for n, line in enumerate(words):
                where = y - _ROW / 2 - 1 if above else y + (n - (len(words) - 1) / 2) * (size + 1)
                plain.append(Label(line, left if above else 2.0, where, "left", size))
        spans.append({"x": x_of(min(s.brier for s in here)), "x1": x_of(max(s.brier for s in here)), "y": y, "y1": y})
        for s in here:
            tip = f"{s.forecaster}: {s.brier:.3f} (mean chance {percent_words(s.mean)}, came {percent_words(s.came)}, {s.forecasts} months)"
            rows[s.forecaster].append({"x": x_of(s.brier), "y": y, "tip": tip})
    marks = [
        points(rows[name], look, (("tip", "Brier score"),))
        for name, look in reversed(list(zip(names, _LOOKS, strict=False)))
    ]
    return [
        rules(lines, GRID),
        rules(spans, FAINT, 1.4),
        *marks,
        *write(grey, MUTED),
        *write([*bold, *plain], INK),
    ], bottom + size * 2


def _told(scores: Sequence[ForecastScore], of: str, names: Sequence[str]) -> str:
    rows = [s for s in scores if s.of == of]
    parts = [f"{n} {', '.join(f'{s.brier:.2f} within {s.horizon} months' for s in rows if s.forecaster == n)}" for n in names]  # fmt: skip
    return f"{of}: {', '.join(parts)}"


def draw_decisions(found: Retrospect, *, rule: str = "period", width: int = 760) -> Figure:
    """Decisions by what became of the demands and what the game called, and how often it and simple rules were right.

    Parameters
    ----------
    found : Retrospect
    rule : str
        Window of the comparison, one of those of the result.
    width : int
        Of the picture, px.

    Raises
    ------
    QueryError
        If there is no such rule, or no decision was covered.
    """
    if rule not in found.confusion:
        known = ", ".join(found.confusion) or "none"
        raise QueryError(f"rule {rule!r}: no decisions; expected one of {known}; choose another")
    table, tallies = found.confusion[rule], [t for t in found.tallies if t.rule == rule and t.rows == "all" and t.of]
    total = sum(sum(row.values()) for row in table.values())
    if not total:
        raise QueryError("decisions: none covered; expected some in the months of the packs; run other wars")
    size, narrow = font_size(width), is_narrow(width)
    grid, bottom = _matrix(table, (min(width - 84.0, 276.0) if narrow else 276.0, size))
    left, top = (0.0, bottom + 14.0) if narrow else (400.0, 0.0)
    shares, end = _shares(tallies, (left, top, width - left), size)
    right = next((t for t in tallies if t.what == "direction"), None)
    told = f"{right.who} {right.right} of {right.of} ({percent_words(right.low)} to {percent_words(right.high)})" if right else ""  # fmt: skip
    memory = sum(d.basis == "m" for d in found.decisions if any(c.id == d.id for c in found.called))
    caption = (
        f"Left: {total} decisions at turning points of past wars, by what became of the demands (rows) and what the game called from the change of what the side must have to be as well off as by "
        f"fighting on (columns; held within 0.02 of the stake; window: {rule}). Right: share called rightly in %, with exact ranges of 95 per cent. What happened rests on memory in {memory} of "
        f"them; {len(found.not_covered())} further decisions are not covered. Cases: after D. Reiter, How Wars End (2009), in own words. Source: own computation from wars/record/decisions.csv."
    )
    cells = "; ".join(f"{h}: called {', '.join(f'{c} {n}' for c, n in row.items())}" for h, row in table.items())
    words = f"Table of {total} decisions by what happened and what was called. {cells}. Direction: {told}."
    spec = _canvas([*grid, *shares], width, max(bottom, end) + 4)
    return Figure("retrospect-decisions", "Demands at turning points: called and happened", caption, words, (), spec)


def _matrix(table: dict[str, dict[str, int]], place: tuple[float, float]) -> tuple[list[alt.Chart], float]:
    """The table of what happened against what was called; `place` is the width of its cells together, and the size of type."""
    (wide, size), left = place, 70.0
    each, top, tall = wide / 3, size * 3.6, 56.0
    most = max(max(row.values()) for row in table.values())
    labels = [Label("called", left + wide / 2, size * 0.8, "center", size, True), Label("happened", 2.0, size * 2.4, "left", size, True)]  # fmt: skip
    layers: list[alt.Chart] = []
    frames, numbers = [], []
    for column, call in enumerate(CALLS):
        labels.append(Label(call, left + (column + 0.5) * each, size * 2.4, "center", size))
    for row, happened in enumerate(CALLS):
        y = top + row * tall
        labels.append(Label(happened, 2.0, y + tall / 2, "left", size))
        for column, call in enumerate(CALLS):
            count = table[happened][call]
            cell = {"x": left + column * each + 1, "x1": left + (column + 1) * each - 1, "y": y + 1, "y1": y + tall - 1}
            layers.append(boxes([cell], PEACE_PALE if row == column else FAINT, 0.15 + 0.6 * count / most if count else 0.06))  # fmt: skip
            numbers.append(Label(f"{count}", left + (column + 0.5) * each, y + tall / 2, "center", size + 5, row == column))  # fmt: skip
            if row == column:
                frames += _outline(cell)
    layers += [rules(frames, PEACE_TEXT, 1.4), *write(numbers, INK), *write(labels, "#3A4048")]
    return layers, top + 3 * tall


def _outline(cell: dict[str, float]) -> list[dict[str, float]]:
    x, x1, y, y1 = cell["x"], cell["x1"], cell["y"], cell["y1"]
    return [
        {"x": x, "x1": x1, "y": y, "y1": y}, {"x": x, "x1": x1, "y": y1, "y1": y1},
        {"x": x, "x1": x, "y": y, "y1": y1}, {"x": x1, "x1": x1, "y": y, "y1": y1},
    ]  # fmt: skip


def _shares(tallies: Sequence[Tally], place: tuple[float, float, float], size: float) -> tuple[list[alt.Chart], float]:
    """Share called rightly by each rule, with exact ranges; `place` is left, top and width."""
    left, top, wide = place
    x_of = scale_of(0.0, 1.0, left + 14, left + wide - 26)
    labels, spans, spots, y = [], [], [], top + size * 0.8
    for what in dict.fromkeys(t.what for t in tallies):
        labels.append(Label(f"{what} called rightly", left + 2, y, "left", size, True))
        y += size + 8
        for t in (t for t in tallies if t.what == what):
            labels.append(Label(f"{t.who}: {t.right} of {t.of}", left + 2, y, "left", size))
            y += size + 1
            spans.append({"x": x_of(t.low), "x1": x_of(t.high), "y": y, "y1": y})
            spots.append({"x": x_of(t.right / t.of), "y": y, "tip": f"{t.right} of {t.of}"})
            y += size + 5
    ticks = (0.0, 0.25, 0.5, 0.75, 1.0)
    lines = [{"x": x_of(t), "x1": x_of(t), "y": top + size * 1.8, "y1": y - 8} for t in ticks]
    grey = [Label(f"{100 * t:.0f} %", x_of(t), y, "center", size) for t in ticks]
    layers = [
        rules(lines, GRID), rules(spans, MUTED, 2.0),
        points(spots, {"shape": "circle", "fill": INK, "stroke": "#FFFFFF", "size": 70}, (("tip", "Right"),)),
        *write(labels, INK, "#FFFFFF"), *write(grey, MUTED),
    ]  # fmt: skip
    return layers, y + size


def _canvas(layers: Sequence[alt.Chart], width: int, height: float) -> Chart:
    return finish(alt.layer(*layers).properties(width=width, height=height), width, 0, "none")
