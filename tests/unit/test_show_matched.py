"""The charts of the game held against the past: words, numbers, sizes, and the cases in which there is little to draw."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from armistice.core.errors import QueryError
from armistice.core.matched import Matched, RecordEvent
from armistice.core.parameters import JUDGED, PARAMETERS
from armistice.core.termination import TerminationForecast
from armistice.core.war import War
from armistice.data.pack import read_pack
from armistice.infer import match
from armistice.show import matched as show
from armistice.show import style
from armistice.show.canvas import Label, overlaps

WANTED = (
    *((case, width) for case in ("taught", "sharp", "many") for width in (760, 360)),
    *((case, 760) for case in ("nothing", "alone", "open", "came")), ("one event", 360),
)  # fmt: skip
"""Cases and widths drawn."""


@pytest.fixture(scope="module")
def war() -> War:
    return read_pack(Path(__file__).parents[2] / "wars" / "toy").war


def record(strength: float, events: int = 12) -> Matched:
    """Answers that tell of what a month costs side A, the more the greater `strength`."""
    rng = np.random.default_rng(1)
    names = [*JUDGED, "value.a.people", "value.b.northreach", "record.drift", "beliefs.odd_one"]
    draws = {name: rng.random(120) for name in names} | {"grid.still": np.full(120, 2.0)}
    told = [0.02 * rng.standard_normal() + strength * (draws["costs.a"] - 0.5) * (n % 3 == 0) for n in range(events)]
    happened = [
        RecordEvent(
            date(2012, 1, 10) + timedelta(days=20 * (n // 2)), "refused", "ab"[n % 2], f"plan {n}",
            f"Side {'AB'[n % 2]} refuses plan {n}, since its line lies far from where a month of war would bring it, and says so", "made up",
        )
        for n in range(events)
    ]  # fmt: skip
    logs = np.array([match.log_acceptance(t) for t in told]).T
    if strength > 1:
        logs[:, 0] = -(((draws["costs.a"] - 0.7) / 0.02) ** 2)
    return match.match_record(happened, logs, draws)


MATCHED = {"taught": 0.2, "sharp": 3.0, "nothing": 0.0}


@pytest.fixture(scope="module")
def made() -> dict[str, Matched]:
    return {**{name: record(strength) for name, strength in MATCHED.items()}, "one event": record(0.2, 1)}


def forecast(name: str, made: date, by: date, probability: float, outcome: bool | None) -> TerminationForecast:
    return TerminationForecast(
        name, made, by, probability, outcome, "gazette", "A ceasefire" if name == "Crowd" else ""
    )


DAYS = (date(2012, 1, 10), date(2012, 9, 1))
ENDS = (date(2012, 12, 31), date(2013, 6, 30), date(2014, 12, 31))
ROWS = tuple(
    forecast(name, made, by, (0.1 + 0.15 * n + 0.2 * k) % 1.0, None if by.year == 2014 else False)
    for n, name in enumerate(("the game", "placeholder rate", "Crowd", "A market with a long name"))
    for made in DAYS
    for k, by in enumerate(ENDS)
    if name != "Crowd" or made == DAYS[0]
)
FORECASTS = {
    "many": ROWS,
    "alone": tuple(f for f in ROWS if f.forecaster == "the game"),
    "open": tuple(f for f in ROWS if f.outcome is None),
    "came": tuple(replace(f, outcome=True) for f in ROWS),
}


@pytest.fixture(scope="module")
def drawn(war: War, made: dict[str, Matched]) -> dict[tuple[str, str, int], style.Figure]:
    out = {}
    for case, width in WANTED:
        if case in FORECASTS:
            out["termination-scores", case, width] = show.draw_termination_scores(war, FORECASTS[case], width=width)
        else:
            out["lesson-ranges", case, width] = show.draw_lesson_ranges(war, made[case], width=width)
            out["evidence-timeline", case, width] = show.draw_evidence_timeline(war, made[case], width=width)
    return out


def test_every_figure_says_what_it_is_and_as_of_when(drawn):
    for (name, case, _), figure in drawn.items():
        assert figure.id == name
        assert "30 June 2013" in figure.caption, (name, case)
        assert "Source: " in figure.caption
        assert figure.caption.endswith(".")
        assert len(figure.alt) > 40
        assert not re.search(r"\bnan\b|None|\binf\b|  ", figure.caption + figure.alt), (name, case, figure.caption)
        if name != "termination-scores":
            assert "judgements" in figure.caption


def _words(spec: dict) -> list[Label]:
    out = []
    for layer in spec["layer"]:
        mark = layer["mark"]
        if isinstance(mark, dict) and mark["type"] == "text" and "stroke" not in mark:
            rows = spec["datasets"][layer["data"]["name"]] if "name" in layer["data"] else layer["data"]["values"]
            rows = json.loads(rows) if isinstance(rows, str) else rows
            bold = mark["fontWeight"] == "bold"
            out += [Label(r["text"], r["x"], r["y"], mark["align"], mark["fontSize"], bold) for r in rows]
    return out


def test_words_neither_overlap_nor_leave_the_picture(drawn):
    for (name, case, width), figure in drawn.items():
        spec = style.to_spec(figure)
        assert spec["width"] == width
        assert "NaN" not in json.dumps(spec)
        labels = _words(spec)
        assert len(labels) > 4
        for i, one in enumerate(labels):
            left, top, right, bottom = one.box
            assert min(left, top) >= -2, (name, case, width, one)
            assert right <= width + 2, (name, case, width, one)
            assert bottom <= spec["height"] + 1, (name, case, width, one)
            for other in labels[i + 1 :]:
                a, b = ((x0 + 1, y0 + 2, x1 - 1, y1 - 2) for x0, y0, x1, y1 in (one.box, other.box))
                assert not overlaps(a, b), (name, case, width, one, other)


@pytest.mark.parametrize("name", ["lesson-ranges", "evidence-timeline", "termination-scores"])
def test_a_figure_draws(drawn, name):
    case = "many" if name == "termination-scores" else "sharp"
    svg = style.to_svg(drawn[name, case, 360])
    assert "NaN" not in svg
    assert "undefined" not in svg


def texts(figure: style.Figure) -> list[str]:
    return [label.text for label in _words(style.to_spec(figure))]


def test_what_was_taught_stands_first_and_says_so(war, made, drawn):
    first = made["taught"].learnt[0]
    assert first.name == "costs.a"
    assert [x.name for x in made["taught"].learnt if x.taught] == ["costs.a"]
    words = _words(style.to_spec(drawn["lesson-ranges", "taught", 760]))
    bold = [label for label in words if label.bold]
    assert [label.text for label in bold] == ["what a month of fighting costs Aldmark"]
    assert bold[0].y == min(label.y for label in words if label.x == 4.0)
    assert "what a month of fighting costs Aldmark, median" in drawn["lesson-ranges", "taught", 760].caption
    assert "Nothing was taught" in drawn["lesson-ranges", "nothing", 760].caption
    assert (
        f"Not drawn: {len(made['taught'].learnt) - 12} that moved less" in drawn["lesson-ranges", "taught", 760].caption
    )
    assert "Not drawn" not in show.draw_lesson_ranges(war, made["taught"], most=99).caption


def test_bars_span_what_the_draws_do(made, drawn):
    spec = style.to_spec(drawn["lesson-ranges", "taught", 760])
    rows = [row for found in spec["datasets"].values() for row in found if row.get("name") == "costs.a"]
    x = made["taught"].learnt[0]
    low, high = min(x.prior[0], x.posterior[0]), max(x.prior[2], x.posterior[2])
    for row, (start, _, end) in zip(sorted(rows, key=lambda r: r["y"]), (x.prior, x.posterior), strict=True):
        for got, value in ((row["x"] + 0.5, start), (row["x1"] - 0.5, end)):
            assert got == pytest.approx(276 + (760 - 178 - 276) * (value - low) / (high - low), abs=0.2)


def test_numbers_have_titles_in_the_names_of_the_war(war):
    for key in PARAMETERS:
        title, unit = show.parameter_words(war, key)
        assert title
        assert "side A" not in title + unit
    assert show.parameter_words(war, "value.a.people")[0] == "weight of people in what land is worth to Aldmark"
    assert "Northreach" in show.parameter_words(war, "value.b.northreach")[0]
    assert show.parameter_words(war, "some.new_thing") == ("some, new thing", "")


def test_a_record_that_is_tempered_shows_its_weight(made, drawn):
    assert made["sharp"].weights.power < 1
    assert made["taught"].weights.power == 1
    for case, there in (("sharp", True), ("taught", False)):
        assert any("Weight given to the record" in t for t in texts(drawn["evidence-timeline", case, 760])) is there
    assert "of the record's weight" in drawn["evidence-timeline", "sharp", 760].caption


def test_the_heaviest_events_are_listed_in_order(made, drawn):
    matched = made["taught"]
    words = _words(style.to_spec(drawn["evidence-timeline", "taught", 760]))
    told = [label.text for label in sorted(words, key=lambda w: w.y) if re.search(r"plan \d+,", label.text)]
    best = np.argsort(-matched.influence, kind="stable")[: len(told)]
    assert [re.search(r"plan \d+", t)[0] for t in told] == [matched.events[i].document for i in best]
    assert len(told) == min(8, int(np.sum(matched.influence >= 0.01))) > 2


def test_scores_stand_beside_what_they_are_of(drawn):
    words = texts(drawn["termination-scores", "many", 760])
    assert any("that these 4 share" in t for t in words)
    assert sum(t.startswith("by ") for t in words) == 6
    assert words.count("open") == 2
    assert words.count("it did not") == 4
    figure = drawn["termination-scores", "many", 760]
    assert "Nothing came true" in figure.caption
    assert "a ceasefire" in figure.caption
    assert figure.credit == ("gazette",)
    assert "All came true" in drawn["termination-scores", "came", 760].caption
    for case in ("alone", "open"):
        assert "No two forecasters share" in " ".join(texts(drawn["termination-scores", case, 760]))
    assert "came true, so" not in drawn["termination-scores", "open", 760].caption


def test_no_forecast_is_refused(war):
    late = [forecast("x", DAYS[0], DAYS[0], 0.1, False)]
    for rows in ((), late):
        with pytest.raises(QueryError, match="none of an end"):
            show.draw_termination_scores(war, rows)
