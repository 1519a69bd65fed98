"""Charts of the record of talks: the run of proposals with their answers, and published claims beside the data.

Answers and verdicts are told apart by form and by lightness, never by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from armistice.core.errors import QueryError
from armistice.core.results import Verdict
from armistice.core.war import War
from armistice.show.canvas import (
    Key,
    Label,
    boxes,
    legend,
    points,
    rules,
    text_width,
    wrap_text,
    write,
)
from armistice.show.positions import SIDES, party_name
from armistice.show.style import (
    FAINT,
    GRID,
    INK,
    MUTED,
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
    source_words,
)

ANSWERS = {
    "accepted": {"shape": "circle", "fill": "#00796B", "stroke": "#00796B"},
    "conditional": {"shape": "diamond", "fill": "#8CCBC0", "stroke": "#00796B"},
    "countered": {"shape": "triangle-right", "fill": "#C9B37A", "stroke": "#7A6210"},
    "refused": {"shape": "cross", "fill": "#1F2328", "stroke": "#1F2328"},
    "silent": {"shape": "circle", "fill": "#FFFFFF", "stroke": "#8B929B"},
}
"""Marks of the answers: form and lightness both differ."""
VERDICTS = {
    "holds": ("#00796B", "circle"),
    "within the spread of sources": ("#8CCBC0", "diamond"),
    "contradicted": ("#1F2328", "cross"),
    "not checkable": ("#FFFFFF", "circle"),
}


def proposals(war: War, positions: pd.DataFrame, responses: pd.DataFrame) -> pd.DataFrame:
    """Documents of the record with their day, who put them forward, and the last answer of each party.

    Returns
    -------
    DataFrame
        `doc, date, document, by` (tuple of parties) and `answers` (party → (answer, day, sentence)), by date.
    """
    told = positions.groupby("doc").agg(
        date=("date", "min"), document=("document", "first"), by=("party", lambda p: tuple(sorted(set(p))))
    )
    only = (
        responses[~responses["doc"].isin(told.index)]
        .groupby("doc")
        .agg(date=("date", "min"), document=("document", "first"))
    )
    whole = pd.concat([told, only.assign(by=[()] * len(only))])
    answers: dict[str, dict[str, tuple[str, Any, str]]] = {}
    for row in responses.sort_values("date", kind="stable").itertuples():
        text = row.text if isinstance(row.text, str) else ""
        answers.setdefault(str(row.doc), {})[str(row.party)] = (str(row.response), row.date, text)
    whole["answers"] = [answers.get(str(doc), {}) for doc in whole.index]
    return whole.rename_axis("doc").reset_index().sort_values(["date", "doc"], kind="stable").reset_index(drop=True)


def draw_timeline(
    war: War,
    positions: pd.DataFrame,
    responses: pd.DataFrame,
    since: date | None = None,
    as_of: date | None = None,
    width: int = 760,
) -> Figure:
    """Proposals one below the other: day, title, who put it forward, and how each side answered.

    Parameters
    ----------
    war : War
    positions, responses : DataFrame
        Tables of a pack.
    since, as_of : date, optional
        First and last day; the war's baseline and as-of days if not given. Answers later than the last day are left out.
    width : int
        Of the picture, px.

    Raises
    ------
    QueryError
        If there is no proposal in that time.
    """
    narrow, size = is_narrow(width), font_size(width)
    first, last = since or war.baseline, as_of or war.as_of
    until = np.datetime64(last, "s")
    table = proposals(war, positions[positions["date"] <= until], responses[responses["date"] <= until])
    table = table[table["date"] >= np.datetime64(first, "s")]
    if table.empty:
        raise QueryError(
            f"{war.title}: no proposal between {first} and {last}; expected one; choose an earlier first day"
        )
    used = [a for a in ANSWERS if any(a == v[0] for answers in table["answers"] for v in answers.values())]
    keys = [
        Key(a, str(ANSWERS[a]["fill"]), "point", stroke=str(ANSWERS[a]["stroke"]), shape=str(ANSWERS[a]["shape"]))
        for a in used
    ]
    head, top = legend([*keys, Key("its own text", "#B4B9BF", "line")], width, size)
    columns = _answer_columns(war, width, size)
    rows, bottom = _timeline_rows(war, table, (top + 2 * size, float(width), columns["a"] - 36), size)
    layers = [*head, *_timeline_words(rows, narrow, size), *_timeline_answers(war, rows, columns)]
    heads = [Label(war.side(s).name, columns[s], top + size * 0.5, "center", size, True) for s in SIDES]
    layers += [
        *write(heads[:1], SIDE_TEXT["a"]),
        *write(heads[1:], SIDE_TEXT["b"]),
        *write([Label("others", columns["others"], top + size * 0.5, "center", size)], MUTED),
    ]
    spec = alt.layer(*layers).properties(width=width, height=bottom)
    count = {s: sum(war.side(s).id in a and a[war.side(s).id][0] == "refused" for a in table["answers"]) for s in SIDES}
    caption = (
        f"Proposals and decisions from {day_words(first)} to {day_words(last)}, and the last answer of each side until then, as coded from texts and reports; an empty "
        f"place means no answer in the record. Unit: one document. Sources: texts and reports named in the pack's positions and responses."
    )
    words = (
        f"Timeline of {len(table)} proposals from {day_words(table['date'].iloc[0])} to {day_words(table['date'].iloc[-1])}; "
        + "; ".join(f"{war.side(s).name} refused {count[s]}" for s in SIDES) + "."
    )  # fmt: skip
    return Figure("timeline", "Proposals and answers", caption, words, (), finish(spec, width, 0, "none"))


def _answer_columns(war: War, width: int, size: float) -> dict[str, float]:
    """Middles of the columns of answers, px."""
    wide = [max(text_width(war.side(s).name, size, True), 30.0) + 14 for s in SIDES]
    others = width - 26.0
    b = others - 26 - wide[1] / 2
    return {"others": others, "b": b, "a": b - wide[1] / 2 - wide[0] / 2}


def _timeline_rows(
    war: War, table: pd.DataFrame, place: tuple[float, float, float], size: float
) -> tuple[list[dict[str, Any]], float]:
    """Rows with their wrapped words and places; `place` is top, width and right end of the words, px."""
    y, width, words_end = place
    narrow = is_narrow(int(width))
    start = 4.0 if narrow else 92.0
    rows = []
    for item in table.itertuples():
        by = ", ".join(party_name(war, p) for p in item.by)
        lines = wrap_text(str(item.document), words_end - start, size)
        day = short_day(item.date)
        under = " · ".join(w for w in ((day if narrow else ""), by) if w)
        inline = not narrow and len(lines) == 1 and text_width(lines[0] + "  " + under, size) < words_end - start
        tall = (len(lines) + (0 if inline or not under else 1)) * (size + 3) + 9
        rows.append(
            {
                "y": y,
                "tall": tall,
                "day": day,
                "lines": lines,
                "under": under,
                "inline": inline,
                "start": start,
                "by": item.by,
                "answers": item.answers,
                "document": item.document,
            }
        )
        y += tall
    return rows, y + 4


def _timeline_words(rows: list[dict[str, Any]], narrow: bool, size: float) -> list[alt.Chart]:
    lines, titles, unders, days = [], [], [], []
    for row in rows:
        y = row["y"] + 4 + size * 0.6
        lines.append({"x": 0.0, "x1": 4000.0, "y": row["y"] - 1, "y1": row["y"] - 1})
        titles += [Label(line, row["start"], y + i * (size + 3), "left", size) for i, line in enumerate(row["lines"])]
        if row["inline"]:
            unders.append(
                Label(row["under"], row["start"] + text_width(row["lines"][0], size) + 9, y, "left", size - 1)
            )
        elif row["under"]:
            unders.append(Label(row["under"], row["start"], y + len(row["lines"]) * (size + 3), "left", size - 1))
        if not narrow:
            days.append(Label(row["day"], 4.0, y, "left", size - 1))
    return [rules(lines, GRID), *write(titles, INK), *write(unders, FAINT), *write(days, MUTED)]


def _timeline_answers(war: War, rows: list[dict[str, Any]], columns: dict[str, float]) -> list[alt.Chart]:
    """Marks of the answers; a short bar where the text is the side's own."""
    sides = {war.side(s).id: s for s in SIDES}
    marks: dict[str, list[dict[str, Any]]] = {a: [] for a in ANSWERS}
    own = []
    for row in rows:
        y = row["y"] + row["tall"] / 2
        others = [p for p in row["answers"] if p not in sides]
        for party, (answer, day, text) in row["answers"].items():
            x = (
                columns[sides[party]]
                if party in sides
                else columns["others"] + (others.index(party) - (len(others) - 1) / 2) * 14
            )
            marks.setdefault(answer, []).append(
                {
                    "x": x,
                    "y": y,
                    "party": party_name(war, party),
                    "answer": answer,
                    "when": short_day(day),
                    "text": text,
                    "document": row["document"],
                }
            )
        own += [
            {"x": columns[s] - 9, "x1": columns[s] + 9, "y": y, "y1": y}
            for p, s in sides.items()
            if p in row["by"] and p not in row["answers"]
        ]
    tips = (("document", "Text"), ("party", "Party"), ("answer", "Answer"), ("when", "Day"), ("text", "In a sentence"))
    layers = [rules(own, "#B4B9BF", 3)] if own else []
    for answer, spots in marks.items():
        if spots:
            layers.append(
                points(spots, {"size": 70, "strokeWidth": 1.2, **ANSWERS.get(answer, ANSWERS["silent"])}, tips)
            )
    return layers


def draw_claims(war: War, verdicts: Sequence[Verdict], width: int = 760) -> Figure:
    """Published claims beside what the sources show: each claim set to 100 per cent of itself, the sources around it.

    Parameters
    ----------
    war : War
    verdicts : sequence of Verdict
        In the order in which they are to stand.
    width : int
        Of the picture, px.
    """
    narrow, size = is_narrow(width), font_size(width)
    left = 4.0
    x0, x1 = (left + 6, width - 10.0) if narrow else (width * 0.55, width - 150.0)
    words_wide = width - 10 if narrow else x0 - 24
    shares = [v / c.claimed for c in verdicts if c.claimed for v in c.values.values()]
    low, high = max(0.0, min([0.8, *shares]) - 0.05), min(2.0, max([1.2, *shares]) + 0.05)

    def x_of(share: float) -> float:
        return x0 + (x1 - x0) * (min(max(share, low), high) - low) / (high - low)

    head, top = legend(
        [
            Key("the claim", INK, "line"),
            Key("each source", "#FFFFFF", "point", stroke=INK),
            Key("range of the sources", "#C9CDD2"),
        ],
        width,
        size,
    )
    labels: dict[str, list[Label]] = {"claim": [], "small": [], "verdict": []}
    marks: dict[str, list[dict[str, Any]]] = {"line": [], "range": [], "source": [], "claim": [], "verdict": []}
    y = top + 4
    for claim in verdicts:
        y = _claim_row(war, claim, (y, words_wide, float(width)), (x0, x1, x_of), size, labels, marks)
    layers = [*head, rules(marks["line"], GRID)]
    layers += [boxes(marks["range"], "#C9CDD2", 1, 3)] if marks["range"] else []
    layers += [rules(marks["claim"], INK, 2)] if marks["claim"] else []
    if marks["source"]:
        layers.append(
            points(
                marks["source"],
                {"shape": "circle", "fill": "#FFFFFF", "stroke": INK, "size": 46, "strokeWidth": 1.3},
                (("by", "Source"), ("words", "Shows")),
            )
        )
    for verdict, (fill, shape) in VERDICTS.items():
        spots = [m for m in marks["verdict"] if m["verdict"] == verdict]
        layers += (
            [
                points(
                    spots,
                    {"shape": shape, "fill": fill, "stroke": INK, "size": 60, "strokeWidth": 1},
                    (("why", "Why"),),
                )
            ]
            if spots
            else []
        )
    layers += [*write(labels["claim"], INK), *write(labels["small"], MUTED), *write(labels["verdict"], INK)]
    spec = alt.layer(*layers).properties(width=width, height=y)
    sources = sorted({s for c in verdicts for s in c.values})
    caption = (
        f"Each claim drawn as 100 % of itself, in its own unit; sources as a share of it, up to {day_words(war.as_of)}. A claim contradicted lies outside the range of all sources. "
        f"Sources of the figures: {source_words(war, sources) or 'none'}; of the claims: {join_words(sorted({c.source for c in verdicts}))}."
    )
    words = "Table of claims. " + " ".join(
        f"{c.claimant}, {short_day(c.published)}: {c.text} – {c.verdict}." for c in verdicts
    )
    return Figure("claims", "Claims beside the record", caption, words, tuple(sources), finish(spec, width, 0, "none"))


def _claim_row(
    war: War, claim: Verdict, place: tuple[float, float, float], scale: tuple[float, float, Any], size: float,
    labels: dict[str, list[Label]], marks: dict[str, list[dict[str, Any]]],
) -> float:  # fmt: skip
    """Lay out one claim; `place` is its top, the width of its words and the width of the picture; returns its bottom."""
    top, wide, width = place
    x0, x1, x_of = scale
    narrow = is_narrow(int(width))
    text = wrap_text(claim.text, wide, size)
    unit = "km²" if claim.unit == "km2" else "%" if claim.unit in ("percent", "per cent", "%") else claim.unit
    digits = 1 if abs(claim.claimed) < 100 else 0
    shown = (
        ""
        if claim.low is None or claim.high is None
        else f"; sources {number_words(claim.low, digits)} to {number_words(claim.high, digits)} {unit}"
    )
    outside = f" (outside by {signed_words(claim.by, digits)} {unit})" if claim.by is not None else ""
    small = wrap_text(
        f"{claim.claimant}, {short_day(claim.published)}: {number_words(claim.claimed, digits)} {unit}{shown}{outside}",
        wide,
        size - 1,
    )
    y = top + 6 + size * 0.6
    labels["claim"] += [Label(line, 4.0, y + i * (size + 3), "left", size) for i, line in enumerate(text)]
    y += len(text) * (size + 3)
    labels["small"] += [Label(line, 4.0, y + i * (size + 2), "left", size - 1) for i, line in enumerate(small)]
    y += len(small) * (size + 2)
    bottom = y + (34 if narrow else 4)
    middle = y + 10 if narrow else (top + bottom) / 2
    marks["line"].append({"x": 0.0, "x1": width, "y": bottom, "y1": bottom})
    spot = (14.0, y + 23) if narrow else (x1 + 24, middle)
    marks["verdict"].append({"x": spot[0], "y": spot[1], "verdict": claim.verdict, "why": claim.why})
    told = wrap_text(claim.verdict, width - spot[0] - 14, size, bold=True)
    labels["verdict"] += [
        Label(line, spot[0] + 11, spot[1] + (i - (len(told) - 1) / 2) * (size + 2), "left", size, True)
        for i, line in enumerate(told)
    ]
    if claim.claimed and claim.values:
        shares = {s: v / claim.claimed for s, v in claim.values.items()}
        marks["line"].append({"x": x0, "x1": x1, "y": middle, "y1": middle})
        marks["range"].append(
            {
                "x": x_of(min(shares.values())) - 3,
                "x1": x_of(max(shares.values())) + 3,
                "y": middle - 5,
                "y1": middle + 5,
            }
        )
        marks["claim"].append({"x": x_of(1.0), "x1": x_of(1.0), "y": middle - 10, "y1": middle + 10})
        marks["source"] += [
            {
                "x": x_of(v),
                "y": middle,
                "by": source_words(war, [s]),
                "words": f"{number_words(claim.values[s], digits)} {unit}",
            }
            for s, v in shares.items()
        ]
    return bottom + 2
