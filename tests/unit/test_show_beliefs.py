"""The chart of what both sides expect of the front: its paths, its words, its sizes, and the cases with little to draw."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from armistice.core.history import History
from armistice.core.war import Range, War
from armistice.data.pack import read_pack
from armistice.show import style
from armistice.show.beliefs import Lead, draw_belief_paths, expected, leads_of, offers_of
from armistice.show.canvas import Label, overlaps
from make_history import make_history

WANTED = (
    *((case, width) for case in ("taught", "crowded") for width in (760, 360)), ("no offers", 360), ("unreliable", 760),
    ("two months", 360), ("still", 760), ("from the start", 760), ("from the start", 360),
)  # fmt: skip
"""Cases and widths drawn."""


@pytest.fixture(scope="module")
def war() -> War:
    return read_pack(Path(__file__).parents[2] / "wars" / "toy").war


def crowded() -> History:
    """Fourteen texts within two weeks, with long words."""
    made = make_history("taught")
    event = next(e for e in made.matched.events if e.kind == "offered")
    events = tuple(
        replace(event, date=event.date.replace(day=8 + n), side="ab"[n % 2], document=f"paper {n}", text="The line of the day, " * 12)
        for n in range(14)
    )  # fmt: skip
    return replace(made, matched=replace(made.matched, events=events))


@pytest.fixture(scope="module")
def histories() -> dict[str, History]:
    out = {case: make_history(case) for case in ("taught", "no offers", "unreliable")}
    taught = out["taught"]
    short = replace(taught, days=taught.days[-2:], drift=taught.drift[-2:])
    return {
        **out,
        "crowded": crowded(),
        "two months": short,
        "still": replace(taught, drift=0 * taught.drift),
        "from the start": from_the_start(),
    }


@pytest.fixture(scope="module")
def drawn(war: War, histories: dict[str, History]) -> dict[tuple[str, int], style.Figure]:
    return {(c, w): draw_belief_paths(war, histories[c], leads_of(histories[c], {}), width=w) for c, w in WANTED}


def from_the_start() -> History:
    """The ordinary one with a first half-year before the games: nothing on record at first, then ten times the later pace."""
    taught = make_history("taught")
    days = tuple(date(2010, month, 28) for month in range(12, 6, -1))[::-1]
    fast = np.array([0.0, 0.0, 5.0, 6.0, 3.0, 1.0])
    return replace(taught, earlier=days, earlier_drift=fast, earlier_months=np.array([0, 0, 1, 2, 3, 4]))


def rows_of(layer: dict, spec: dict) -> list[dict]:
    rows = spec["datasets"][layer["data"]["name"]] if "name" in layer["data"] else layer["data"]["values"]
    return json.loads(rows) if isinstance(rows, str) else rows


def labels_of(figure: style.Figure) -> list[Label]:
    spec = style.to_spec(figure)
    out = []
    for layer in spec["layer"]:
        mark = layer["mark"]
        if isinstance(mark, dict) and mark["type"] == "text":
            bold = mark["fontWeight"] == "bold"
            out += [
                Label(r["text"], r["x"], r["y"], mark["align"], mark["fontSize"], bold) for r in rows_of(layer, spec)
            ]
    return out


def marks_of(figure: style.Figure, kind: str) -> list[list[dict]]:
    spec = style.to_spec(figure)
    return [
        rows_of(layer, spec)
        for layer in spec["layer"]
        if isinstance(layer["mark"], dict) and layer["mark"]["type"] == kind
    ]


def test_it_says_what_it_is_and_as_of_when(drawn: dict[tuple[str, int], style.Figure]) -> None:
    for key, figure in drawn.items():
        assert figure.id == "belief-paths"
        assert "30 June 2013" in figure.caption
        assert "judgements" in figure.caption
        assert "Source: " in figure.caption
        assert figure.caption.endswith(".")
        assert len(figure.alt) > 40
        assert not re.search(r"\bnan\b|None|\binf\b|  |side [AB]\b", figure.caption + figure.alt), (key, figure.caption)


def test_words_neither_overlap_nor_leave_the_picture(drawn: dict[tuple[str, int], style.Figure]) -> None:
    for (case, width), figure in drawn.items():
        spec = style.to_spec(figure)
        assert spec["width"] == width
        assert "NaN" not in json.dumps(spec)
        labels = labels_of(figure)
        assert len(labels) > 8
        for i, one in enumerate(labels):
            left, top, right, bottom = one.box
            assert min(left, top) >= -2, (case, width, one)
            assert right <= width + 2, (case, width, one)
            assert bottom <= spec["height"] + 1, (case, width, one)
            for other in labels[i + 1 :]:
                a, b = ((x0 + 1, y0 + 2, x1 - 1, y1 - 2) for x0, y0, x1, y1 in (one.box, other.box))
                assert not overlaps(a, b), (case, width, one, other)


def test_it_draws(drawn: dict[tuple[str, int], style.Figure]) -> None:
    for key in (("taught", 360), ("two months", 360)):
        svg = style.to_svg(drawn[key])
        assert "NaN" not in svg
        assert "undefined" not in svg


def test_a_side_expects_the_record_with_a_lead_in_its_own_favour(histories: dict[str, History]) -> None:
    history = histories["taught"]
    lead = (0.1, 0.2, 0.4)
    a, b = expected(history, "a", lead), expected(history, "b", lead)
    assert np.allclose(a - history.drift, np.array(lead)[:, None])
    assert np.allclose(b - history.drift, -np.array(lead[::-1])[:, None])
    assert (np.diff(b, axis=0) > 0).all()


def test_paths_stand_where_the_numbers_are(
    histories: dict[str, History], drawn: dict[tuple[str, int], style.Figure]
) -> None:
    """One line of the picture is the record; the medians lie apart from it by the leads, in its own scale."""
    history = histories["taught"]
    leads = leads_of(history, {})
    *medians, record = marks_of(drawn["taught", 760], "line")
    y = np.array([r["y"] for r in record])
    per_step = np.polyfit(history.drift, y, 1)[0]
    assert per_step < 0
    assert np.allclose((y - y[0]) / per_step, history.drift - history.drift[0], atol=2e-3)
    want = [
        sign * lead for side, sign in (("a", 1), ("b", -1)) for lead in (leads[side].prior[1], leads[side].posterior[1])
    ]
    for rows, lead in zip(medians, want, strict=True):
        assert np.allclose((np.array([r["y"] for r in rows]) - y) / per_step, lead, atol=2e-3)
    assert len(record) == len(history.days)
    bands = marks_of(drawn["taught", 760], "area")
    deep = [abs(rows[0]["y1"] - rows[0]["y"]) / -per_step for rows in bands]
    wide = [leads[s].prior[2] - leads[s].prior[0] for s in "ab"] + [
        leads[s].posterior[2] - leads[s].posterior[0] for s in "ab"
    ]
    assert np.allclose(deep, wide, atol=3e-3)


def test_a_lead_that_does_not_vary_is_taken_as_judged(histories: dict[str, History]) -> None:
    history = histories["taught"]
    kept = tuple(x for x in history.matched.learnt if x.name != "beliefs.lead_a")
    fixed = replace(history, matched=replace(history.matched, learnt=kept))
    assert leads_of(fixed, {"beliefs.lead_a": Range(0.3, 0.3, 0.3)})["a"] == Lead((0.3,) * 3, (0.3,) * 3)
    assert leads_of(fixed, {})["a"] == Lead((0.0,) * 3, (0.0,) * 3)
    assert leads_of(fixed, {})["b"] == leads_of(history, {})["b"] != Lead((0.0,) * 3, (0.0,) * 3)


def test_what_was_put_forward_is_numbered_by_day(
    histories: dict[str, History], drawn: dict[tuple[str, int], style.Figure]
) -> None:
    assert [e.document for e in offers_of(histories["taught"])] == [
        "Statement in the Herald",
        "Second draft",
        "Paper of Aldmark",
    ]
    labels = labels_of(drawn["taught", 760])
    for number, document in enumerate(("Statement in the Herald", "Second draft", "Paper of Aldmark"), start=1):
        (row,) = (n for n in labels if n.text.startswith(f"{document}: "))
        assert any(n.text == str(number) and n.bold and n.y == row.y for n in labels), document
    assert sum(n.text == "1" for n in labels) == 2, "once above its day and once in the list"
    assert "3 in all" in drawn["taught", 760].caption
    assert "Neither side put forward a line" in drawn["no offers", 360].caption
    assert any("Neither side put forward" in n.text for n in labels_of(drawn["no offers", 360]))


def test_of_many_texts_the_newest_are_listed(drawn: dict[tuple[str, int], style.Figure]) -> None:
    for width in (760, 360):
        figure = drawn["crowded", width]
        told = " ".join(n.text for n in labels_of(figure))
        assert "paper 13:" in told
        assert "paper 1:" not in told
        assert "14 in all" in figure.caption
        assert "Not listed: 2 earlier" in figure.caption
        assert "…" in told


def test_weights_that_rest_on_few_draws_say_so(drawn: dict[tuple[str, int], style.Figure]) -> None:
    assert "rests on a few of them" in drawn["unreliable", 760].caption
    assert "rests on a few of them" not in drawn["taught", 760].caption


def test_the_months_before_the_games_stand_on_a_scale_of_their_own(
    histories: dict[str, History], drawn: dict[tuple[str, int], style.Figure]
) -> None:
    history, figure = histories["from the start"], drawn["from the start", 760]
    assert history.unrecorded == 2
    *_, blank, record = marks_of(figure, "line")
    # Without a record the line stays where it is until the first day with one, and then leaps.
    assert [row["y"] for row in blank] == [blank[0]["y"]] * 3
    assert blank[-1]["x"] == record[0]["x"]
    assert len(record) == len(history.all_days) - history.unrecorded
    y = np.array([row["y"] for row in record])
    games = len(history.days)
    per_step = np.polyfit(history.drift, y[-games:], 1)[0]
    assert np.allclose((y[-games:] - y[-1]) / per_step, history.drift - history.drift[-1], atol=2e-3), (
        "linear with a game"
    )
    fast = (y[1] - y[-1]) / per_step
    assert np.abs(history.drift).max() < fast < history.all_drift.max() / 2, "squeezed beyond"
    assert (np.diff(y[np.argsort(history.all_drift[2:])]) <= 1e-9).all(), "but never out of order"
    texts = [label.text for label in labels_of(figure)]
    assert "games from here" in texts
    assert "+5" in texts
    for words in ("28 September 2010 (shaded)", "judged leads alone", "no game was solved", "logarithmic"):
        assert words in figure.caption, words
    plain = drawn["taught", 760]
    assert "games from here" not in [label.text for label in labels_of(plain)]
    assert "shaded" not in plain.caption
