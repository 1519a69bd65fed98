"""The charts of the war-termination game on made-up endings: words, numbers, sizes and the cases without numbers."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from armistice.core.endings import Ending
from armistice.core.war import War
from armistice.data.pack import read_pack
from armistice.show import bargaining, endings, style
from armistice.show.canvas import Label, overlaps
from make_ending import ENGINE, make_ending

WIDTHS = (760, 360)
DRAW = {
    "bargaining-range": bargaining.draw_bargaining_range,
    "reservations": bargaining.draw_reservations,
    "outlook": bargaining.draw_outlook,
    "terms": bargaining.draw_terms,
    "what-if": bargaining.draw_what_if,
    "blockers": endings.draw_blockers,
    "mechanisms": endings.draw_mechanisms,
    "levers": endings.draw_levers,
    "belief-map": endings.draw_belief_map,
}
CANVASES = ("what-if", "blockers", "mechanisms", "levers", "belief-map")
OVER_TIME = {"bargaining-range": 760, "reservations": 360, "outlook": 760}
"""Charts that leave the placing to the drawing library, each with the width it is drawn at."""
WANTED = (
    [("mixed", name, width) for name in ("terms", *CANVASES) for width in WIDTHS]
    + [("mixed", name, width) for name, width in OVER_TIME.items()]
    + [("all settle", name, 360) for name in ("bargaining-range", "terms", "blockers", "mechanisms", "levers")]
    + [("none settle", name, 760) for name in ("terms", "what-if", "mechanisms", "levers", "belief-map")]
    + [("one draw", name, 360) for name in ("terms", "what-if", "blockers", "mechanisms")]
    + [("short", name, 360 if name == "outlook" else 760) for name in ("outlook", "what-if")]
)
"""Cases, charts and widths drawn: each edge where it matters, for time's sake."""
CASES = ("mixed", "all settle", "none settle", "one draw", "short")


@pytest.fixture(scope="module")
def war() -> War:
    return read_pack(Path(__file__).parents[2] / "wars" / "toy").war


@pytest.fixture(scope="module")
def made() -> dict[str, Ending]:
    return {case: make_ending(case) for case in CASES}


@pytest.fixture(scope="module")
def drawn(war: War, made: dict[str, Ending]) -> dict[tuple[str, str, int], style.Figure]:
    return {
        (name, case, width): DRAW[name](war, made[case], width=width)
        for case, name, width in WANTED
    }  # fmt: skip


@pytest.fixture(scope="module")
def specs(drawn: dict[tuple[str, str, int], style.Figure]) -> dict[tuple[str, str, int], dict]:
    return {key: style.to_spec(figure) for key, figure in drawn.items()}


def test_every_figure_says_what_its_numbers_are(war, drawn):
    for (name, case, _), figure in drawn.items():
        assert figure.id == name
        assert "judgements" in figure.caption
        assert "Source:" in figure.caption
        assert "30 June 2013" in figure.caption
        assert ENGINE in figure.caption
        assert re.search(r"%|per cent", figure.caption)
        assert figure.alt.endswith(".")
        assert len(figure.alt) > 40
        assert not re.search(r"\bnan\b|None|inf\b", figure.caption + figure.alt)
        if name in ("levers", "belief-map"):
            assert "one set of inputs" in figure.caption
        else:
            assert ("24 draws" in figure.caption) is (case != "one draw")


def test_every_figure_is_data_of_its_width_without_missing_numbers(specs):
    for (name, case, width), spec in specs.items():
        text = json.dumps(spec)
        assert len(text) < 250_000, (name, case)
        assert "NaN" not in text
        if name in (*CANVASES, "terms"):
            assert spec["width"] == width


@pytest.mark.parametrize("name", list(DRAW))
def test_a_figure_draws(drawn, name):
    width = OVER_TIME.get(name, WIDTHS[list(DRAW).index(name) % 2])
    svg = style.to_svg(drawn[name, "mixed", width])
    assert abs(float(re.search(r' width="([\d.]+)"', svg).group(1)) - width) <= 8
    assert "NaN" not in svg
    assert "undefined" not in svg


def test_both_sides_are_named_in_the_colours_of_their_sides(specs):
    text = json.dumps(specs["bargaining-range", "mixed", 760])
    for words in ("Aldmark would", "Brelland would", style.SIDE["a"], style.SIDE["b"]):
        assert words in text


def _words(spec: dict) -> list[Label]:
    """Labels of a canvas, from the marks that write them in ink."""
    out = []
    for layer in spec["layer"]:
        mark = layer["mark"]
        if isinstance(mark, dict) and mark["type"] == "text" and "stroke" not in mark:
            rows = spec["datasets"][layer["data"]["name"]] if "name" in layer["data"] else layer["data"]["values"]
            rows = json.loads(rows) if isinstance(rows, str) else rows
            bold = mark["fontWeight"] == "bold"
            out += [Label(r["text"], r["x"], r["y"], mark["align"], mark["fontSize"], bold) for r in rows]
    return out


@pytest.mark.parametrize("name", CANVASES)
def test_words_neither_overlap_nor_leave_the_picture(specs, name):
    for (chart, case, width), spec in specs.items():
        if chart != name:
            continue
        labels = _words(spec)
        assert len(labels) > 4
        for i, one in enumerate(labels):
            left, top, right, bottom = one.box
            assert min(left, top) >= -1, (case, width, one)
            assert right <= width + 2, (case, width, one)
            assert bottom <= spec["height"] + 1, (case, width, one)
            for other in labels[i + 1 :]:
                a, b = ((x0 + 1, y0 + 2, x1 - 1, y1 - 2) for x0, y0, x1, y1 in (one.box, other.box))
                assert not overlaps(a, b), (case, width, one, other)


@pytest.mark.parametrize("case", CASES)
def test_the_bars_of_the_account_sum_to_the_gap(made, case):
    parts = endings.account(made[case].blockers)
    identity = made[case].blockers.identity
    assert parts["future"] == pytest.approx(-identity["discount"] * identity["waste_future"])
    for draw in range(made[case].draws):
        bars, _ = endings.waterfall(parts, draw)
        size = {key: end - start for key, (start, end) in bars.items()}
        steps = ("information", "cost", "wedge_now", "future", "flow_adjustment")
        assert sum(size[key] for key in steps) == pytest.approx(size["tu_gap"])
        assert max(size["tu_gap"], 0) + size["transferability"] == pytest.approx(size["gap"])
        assert bars["transferability"][1] == pytest.approx(bars["gap"][1])
        ends = [bars[key] for key in steps]
        assert all(a[1] == b[0] for a, b in pairwise(ends))


def test_the_draw_shown_lies_inside_the_range_of_every_row(made):
    parts = endings.account(made["mixed"].blockers)
    draw = endings.middle_draw(parts)
    for values in parts.values():
        low, _, high = bargaining.over_draws(values)
        assert low - 1e-12 <= values[draw] <= high + 1e-12


def test_percentiles_leave_missing_draws_out():
    values = np.array([[1.0, np.nan], [3.0, np.nan], [np.nan, np.nan]])
    found = bargaining.over_draws(values)
    assert found.shape == (3, 2)
    assert found[1, 0] == 2.0
    assert np.isnan(found[:, 1]).all()


def test_a_range_is_told_unless_all_draws_agree():
    assert bargaining.range_words(np.array([0.2, 0.34, 0.51]), 24) == "34 % (20 to 51 %)"
    assert bargaining.range_words(np.array([0.2, 0.34, 0.51]), 1) == "34 %"
    assert bargaining.range_words(np.array([0.0, 0.0, 0.0]), 24) == "0 %"
    assert bargaining.percent_words(0.001) == "under 1 %"
    assert bargaining.percent_words(0.999) == "over 99 %"


def test_zones_are_cut_where_the_lines_cross():
    at, ask, give = np.array([0.0, 1.0, 2.0]), np.array([0.6, 0.5, 0.4]), np.array([0.5, 0.55, 0.6])
    rows = bargaining.zone_runs(at, ask, give)
    assert {r["run"] for r in rows} == {0, 1}
    cross = [r for r in rows if r["value"] == pytest.approx(r["to"])]
    assert [r["deal"] for r in cross] == [False, True]
    assert cross[0]["at"] == pytest.approx(2 / 3)
    assert all(r["deal"] == (r["to"] > r["value"]) for r in rows if abs(r["to"] - r["value"]) > 1e-9)


def test_no_settlement_is_said_and_not_drawn(drawn, specs):
    assert "No settlement is made in any draw" in drawn["terms", "none settle", 760].caption
    assert "no settlement in any draw" in json.dumps(specs["terms", "none settle", 760])
    assert "no settlement" in {label.text for label in _words(specs["what-if", "none settle", 760])}
    assert "does not open even without all of them" in drawn["mechanisms", "none settle", 760].caption


def test_a_game_that_settles_says_so(drawn):
    assert "24 of 24 draws settle" in drawn["bargaining-range", "all settle", 360].caption
    assert "of none by then: 0 %" in drawn["terms", "all settle", 360].caption
    assert "peace is open with all of them in place" in drawn["mechanisms", "all settle", 360].caption


def test_a_short_outlook_is_told_by_its_own_last_month(drawn):
    assert "settled within 10 months" in drawn["what-if", "short", 760].alt
    assert "12 months" not in drawn["what-if", "short", 760].alt
    assert "By month 10" in drawn["outlook", "short", 360].caption


def test_levers_say_where_peace_opens(made, drawn):
    told = [endings.lever_words(lever) for lever in made["mixed"].levers]
    assert told == ["opens at 0.75", "does not open alone", "opens at 0.15", "does not open alone", "opens at 0.5"]
    assert endings.lever_words(made["all settle"].levers[0]) == "open where it stands"
    assert "to 0.5 with What a month" in drawn["levers", "mixed", 760].caption


def test_the_same_ending_gives_the_same_bytes(war, made):
    for name in ("terms", "mechanisms"):
        one, other = (json.dumps(style.to_spec(DRAW[name](war, made["mixed"])), sort_keys=True) for _ in range(2))
        assert one == other


def test_a_map_of_beliefs_whose_marks_lie_outside_still_shows_them(war, made):
    beliefs = replace(made["mixed"].beliefs, now_a=1.6, now_b=-1.4)
    figure = endings.draw_belief_map(war, replace(made["mixed"], beliefs=beliefs), width=360)
    assert all(label.box[0] >= 0 and label.box[2] <= 362 for label in _words(style.to_spec(figure)))
    assert "+1.60" in figure.caption
