"""The chart of survival: the chance that a peace on the terms of each draft would still hold, year by year."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import altair as alt
import numpy as np

from armistice.core.appraisal import SURVIVAL_YEARS, Appraisal
from armistice.core.settlement import Settlement
from armistice.core.war import War
from armistice.show.appraisals import demand_some, draft_title, scale_of, source_of_worth, texts_words
from armistice.show.bargaining import PEACE_PALE, PEACE_TEXT, over_draws, percent_words
from armistice.show.canvas import (
    Label,
    Layer,
    cut_text,
    data,
    pixel,
    points,
    rules,
    spread,
    text_width,
    write,
)
from armistice.show.style import FAINT, GRID, MUTED, Chart, Figure, finish, font_size, is_narrow

HORIZON = 15
"""Years over which survival is drawn."""
_NAMED = 6
"""Drafts that the text alternative names."""


def draw_survival(
    war: War, drafts: Sequence[Settlement], appraisals: Sequence[Appraisal], chosen: Appraisal, *, width: int = 760
) -> Figure:
    """Chance that peace would still hold, year by year, for each draft; with its range for one of them.

    Parameters
    ----------
    war : War
    drafts : sequence of Settlement
    appraisals : sequence of Appraisal
    chosen : Appraisal
        The one whose range is drawn.
    width : int
        Of the picture, px.

    Raises
    ------
    QueryError
        If there is no appraisal.
    """
    demand_some(war, appraisals)
    narrow, size = is_narrow(width), font_size(width)
    years = np.linspace(0.0, HORIZON, 46)
    curves = [np.array([np.median(f.survival(t)) for t in years]) for f in appraisals]
    left, right = 42.0, width - (30.0 if narrow else 268.0)
    top, bottom = 26.0, 26.0 + (240.0 if narrow else max(240.0, len(curves) * (size + 4.0)))
    x_of, y_of = scale_of(0.0, HORIZON, left, right), scale_of(0.0, 1.0, bottom, top)
    layers = [*_survival_axes((left, right, top, bottom), x_of, y_of, size), _band(chosen, years, x_of, y_of)]
    order = [*(n for n, f in enumerate(appraisals) if f is not chosen), *(n for n, f in enumerate(appraisals) if f is chosen)]  # fmt: skip
    for n in order:
        mine = appraisals[n] is chosen
        path = [{"x": x_of(t), "y": y_of(v), "year": float(t)} for t, v in zip(years, curves[n], strict=True)]
        line = Layer(data(path)).mark_line(color=PEACE_TEXT if mine else FAINT, strokeWidth=2.6 if mine else 1.1)
        layers.append(line.encode(x=alt.X(**pixel("x")), y=alt.Y(**pixel("y")), order="year:Q"))
    layers.append(_survival_tips(drafts, appraisals, x_of, y_of))
    if narrow:
        named, deep = _survival_list(drafts, appraisals, chosen, curves, (right, top, bottom, width, size), y_of)
    else:
        named, deep = _survival_names(drafts, appraisals, chosen, curves, (right, top, bottom, width, size), y_of), 0.0
    spec = alt.layer(*layers, *named).properties(width=width, height=bottom + size * 3.4 + deep)
    return _survival_figure(war, drafts, appraisals, chosen, finish(spec, width, 0, "none"))


def _band(
    chosen: Appraisal, years: np.ndarray, x_of: Callable[[float], float], y_of: Callable[[float], float]
) -> alt.Chart:
    rows = []
    for t in years:
        low, _, high = (float(v) for v in over_draws(chosen.survival(float(t))))
        rows.append({"x": x_of(float(t)), "y": y_of(high), "y1": y_of(low)})
    area = Layer(data(rows)).mark_area(color=PEACE_PALE, opacity=0.6)
    return area.encode(x=alt.X(**pixel("x")), y=alt.Y(**pixel("y")), y2="y1")


def _survival_tips(
    drafts: Sequence[Settlement],
    appraisals: Sequence[Appraisal],
    x_of: Callable[[float], float],
    y_of: Callable[[float], float],
) -> alt.Chart:
    """Marks after some years that answer the pointer with the range of each draft."""
    rows = []
    for found in appraisals:
        for year in (*SURVIVAL_YEARS, HORIZON):
            low, middle, high = (float(v) for v in over_draws(found.survival(year)))
            told = f"{percent_words(middle)} ({percent_words(low)} to {percent_words(high)})"
            rows.append(
                {"x": x_of(year), "y": y_of(middle), "draft": draft_title(drafts, found), "years": year, "holds": told}
            )
    look = {"shape": "circle", "fill": "#FFFFFF", "stroke": FAINT, "strokeWidth": 0.8, "size": 12}
    return points(rows, look, (("draft", "Draft"), ("years", "Years after"), ("holds", "Peace holds")))


def _survival_axes(
    frame: tuple[float, float, float, float],
    x_of: Callable[[float], float],
    y_of: Callable[[float], float],
    size: float,
) -> list[alt.Chart]:
    left, right, _, bottom = frame
    shares, years = (0.0, 0.25, 0.5, 0.75, 1.0), (0, 1, 5, 10, 15)
    lines = [{"x": left, "x1": right, "y": y_of(s), "y1": y_of(s)} for s in shares]
    lines += [{"x": x_of(t), "x1": x_of(t), "y": y_of(1.0), "y1": bottom} for t in years]
    labels = [Label(f"{100 * s:.0f} %", left - 6, y_of(s), "right", size) for s in shares]
    labels += [Label(str(t), x_of(t), bottom + size, "center", size) for t in years]
    labels += [
        Label("chance that peace still holds", 2.0, size * 0.7, "left", size),
        Label("years after the settlement", (left + right) / 2, bottom + size * 2.5, "center", size),
    ]
    return [rules(lines, GRID), *write(labels, MUTED)]


def _survival_names(
    drafts: Sequence[Settlement],
    appraisals: Sequence[Appraisal],
    chosen: Appraisal,
    curves: Sequence[np.ndarray],
    space: tuple[float, float, float, int, int],
    y_of: Callable[[float], float],
) -> list[alt.Chart]:
    """Names at the ends of the curves, kept apart, each tied to its curve by a thin line and with its last value."""
    right, top, bottom, width, size = space
    ends = [y_of(float(curve[-1])) for curve in curves]
    places = spread(ends, size + 3.0, top + size * 0.5, bottom - size * 0.2)
    ties = [{"x": right, "x1": right + 14, "y": e, "y1": p} for e, p in zip(ends, places, strict=True)]
    plain: list[Label] = []
    bold: list[Label] = []
    for found, curve, y in zip(appraisals, curves, places, strict=True):
        mine = found is chosen
        share = percent_words(float(curve[-1]))
        room = width - right - 26 - text_width(share, size, mine)
        text = f"{share} {_cut_title(drafts, found, room, size, mine)}"
        (bold if mine else plain).append(Label(text, right + 18, y, "left", size, mine))
    return [rules(ties, FAINT, 0.7), *write(plain, "#3A4048"), *write(bold, PEACE_TEXT)]


def _survival_list(
    drafts: Sequence[Settlement],
    appraisals: Sequence[Appraisal],
    chosen: Appraisal,
    curves: Sequence[np.ndarray],
    space: tuple[float, float, float, int, int],
    y_of: Callable[[float], float],
) -> tuple[list[alt.Chart], float]:
    """Names in a list below the plot, from the highest end to the lowest, and its height: for a phone."""
    _, _, bottom, width, size = space
    order = sorted(range(len(curves)), key=lambda n: (-float(curves[n][-1]), n))
    y = bottom + size * 4.4
    plain = [Label(f"after {HORIZON} years", 4.0, y, "left", size)]
    bold: list[Label] = []
    for n in order:
        y += size + 4.0
        mine = appraisals[n] is chosen
        into = bold if mine else plain
        into.append(Label(percent_words(float(curves[n][-1])), 40.0, y, "right", size, mine))
        into.append(Label(_cut_title(drafts, appraisals[n], width - 54.0, size, mine), 48.0, y, "left", size, mine))
    return [*write(plain, "#3A4048"), *write(bold, PEACE_TEXT)], y - bottom - size * 2.4


def _cut_title(drafts: Sequence[Settlement], found: Appraisal, room: float, size: float, bold: bool) -> str:
    """A title cut to fit before its variant, by which two rows of one draft are told apart."""
    whole = draft_title(drafts, found)
    tail = whole.removeprefix(found.title)
    return cut_text(found.title, room - text_width(tail, size, bold), size, bold) + tail


def _survival_figure(
    war: War, drafts: Sequence[Settlement], appraisals: Sequence[Appraisal], chosen: Appraisal, spec: Chart
) -> Figure:
    title = draft_title(drafts, chosen)
    low, middle, high = over_draws(chosen.survival(10))
    caption = (
        f"Chance that peace would still hold if the draft were signed and took effect, by years since; medians over draws, with the 10 to 90 % range for {title} (band), after ten years "
        f"{percent_words(middle)} ({percent_words(low)} to {percent_words(high)}). How long a peace holds after what terms is judged, not estimated from data; the "
        f"drafts differ by less than their ranges where curves lie close. {source_of_worth(war, chosen)}"
    )
    order = sorted(appraisals, key=lambda f: -float(np.median(f.survival(10))))
    picked = order if len(order) <= _NAMED else [*order[: _NAMED // 2], *order[-_NAMED // 2 :]]
    told = "; ".join(f"{draft_title(drafts, f)} {percent_words(float(np.median(f.survival(10))))}" for f in picked)
    few = ", highest and lowest" if len(order) > _NAMED else ""
    words = f"Curves of {texts_words(len(appraisals))}. Median chance of peace after ten years{few}: {told}."
    return Figure("peace-survival", "How long the peace might hold, draft by draft", caption, words, (), spec)
