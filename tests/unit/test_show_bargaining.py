"""The charts of the war-termination game on made-up endings: words, numbers, sizes and the cases without numbers."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest

from armistice.core.endings import (
    MECHANISMS,
    BargainingRange,
    BeliefMap,
    Blockers,
    Ending,
    Equilibrium,
    Lever,
    LeverPair,
    Outlook,
    WhatIf,
)
from armistice.core.war import War
from armistice.data.pack import read_pack
from armistice.show import bargaining, endings, style
from armistice.show.canvas import Label, overlaps

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
ENGINE = "war-termination game with public beliefs, solved backward from a horizon of 96 months"


def _equilibrium(rng: np.random.Generator, n: int, settles: np.ndarray) -> Equilibrium:
    ask = rng.uniform(0.5, 0.7, n)
    give = np.where(settles, ask + 0.05, ask - 0.1)
    missing = np.where(settles, 0.6, np.nan)
    gap = np.where(settles, 0.0, 0.1)
    return Equilibrium(
        ENGINE,
        "converged after 96 sweeps",
        True,
        ask,
        1 - give,
        ask,
        1 - give,
        settles,
        gap,
        missing,
        20 * missing,
        20 * ask,
        20 * give,
    )


def _outlook(rng: np.random.Generator, n: int, months: int, settled: float) -> Outlook:
    t = np.arange(months + 1)
    pace = rng.uniform(0.5, 1.5, (n, 1))
    settlement = settled * (1 - np.exp(-0.04 * pace * t)) if settled < 1 else np.ones((n, months + 1))
    rest = 1 - settlement
    win_a, win_b = rest * np.minimum(0.004 * pace * t, 0.5), rest * np.minimum(0.001 * t / pace, 0.4)
    edges = np.linspace(0, 1, 21)
    bins = np.exp(-(((edges[:-1] + 0.025 - rng.uniform(0.55, 0.75, (n, 1))) / 0.08) ** 2))
    bins /= bins.sum(axis=1, keepdims=True)
    share = np.where(settlement > 0, 0.65 + 0.1 * (pace - 1), np.nan)
    return Outlook(
        t, settlement, win_a, win_b, rest - win_a - win_b, share, np.zeros((n, months + 1, 21)), edges,
        settlement[:, :, None] * bins[:, None, :], rest.sum(axis=1),
    )  # fmt: skip


def _range(rng: np.random.Generator, n: int, along: str, case: str) -> BargainingRange:
    at = np.arange(0, 49, 2) if along == "months" else np.arange(-6, 7)
    noise = rng.normal(0, 0.03, (n, 1))
    if along == "months":
        held, ask, give = np.full(len(at), 0.62), 0.74 - 0.002 * at + noise, 0.60 + 0.002 * at - noise / 2
    else:
        held = 0.62 + 0.03 * at
        ask, give = held + 0.09 + 0.008 * at + noise, held - 0.02 - 0.004 * at + noise / 2
    give = ask + 0.04 if case == "all settle" else ask - 0.12 if case == "none settle" else give
    settles = give > ask
    line = np.where(settles, 20 * ask, np.nan)
    return BargainingRange(along, at, held, ask, 1 - give, settles, np.maximum(ask - give, 0), line, line)


def _blockers(rng: np.random.Generator, n: int, case: str, common: bool) -> Blockers:
    lift = {"all settle": -0.25, "none settle": 0.1}.get(case, 0.0)
    info = np.zeros(n) if common else rng.uniform(0.04, 0.12, n)
    cost, wedge, waste = rng.uniform(0.005, 0.02, n), rng.uniform(0.05, 0.35, n) + lift, rng.uniform(0.0, 0.15, n)
    flow, delta = rng.normal(0.0, 0.01, n), 0.995
    tu = info - cost + wedge - delta * waste + flow
    transfer = np.zeros(n) if case == "all settle" else rng.uniform(0.01, 0.05, n)
    tu = np.minimum(tu, -0.01) if case == "all settle" else tu
    flow = tu - (info - cost + wedge - delta * waste)
    gap = np.maximum(tu, 0) + transfer
    identity = {
        "information": info, "cost": cost, "wedge_now": wedge, "waste_future": waste, "flow_adjustment": flow, "transferability": transfer,
        "tu_gap": tu, "discount": np.full(n, delta),
    }  # fmt: skip
    sets = [s for k in range(5) for s in combinations(sorted(MECHANISMS), k)]
    parts = dict(zip(MECHANISMS, (0.15, 0.6, 0.05, 0.2), strict=True))
    minimal = {"all settle": ((),), "none settle": ()}.get(
        case, (("commitment", "information"), ("commitment", "domestic", "indivisibility"))
    )
    without = {s: gap * (1 - sum(parts[m] for m in s)) for s in sets}
    return Blockers(
        identity, without, {s: 1 - g for s, g in without.items()}, minimal, {s: g <= 0 for s, g in without.items()},
        {m: gap * p * (not common or m != "information") for m, p in parts.items()}, {m: np.full(n, p) for m, p in parts.items()}, common,
    )  # fmt: skip


def _levers(case: str) -> tuple[Lever, ...]:
    def lever(key: str, title: str, unit: str, now: float, values: np.ndarray, gap: np.ndarray) -> Lever:
        gap = {"all settle": np.zeros_like(gap), "none settle": gap + 0.05}.get(case, gap)
        runs = np.flatnonzero(np.diff(np.concatenate([[0], (gap <= 0).astype(int), [0]])))
        stretches = tuple((float(values[i]), float(values[j - 1])) for i, j in zip(runs[::2], runs[1::2], strict=True))
        ends = [e for s in stretches for e in s]
        least = min(ends, key=lambda v: abs(v - now)) if ends else None
        return Lever(key, title, unit, now, values, gap, np.maximum(gap - 0.03, 0), np.exp(-20 * gap), stretches, least)

    one = np.linspace(0, 1, 21)
    return (
        lever("commitment.guarantee", "Chance that a guarantor prevents a broken settlement", "probability", 0.25, one, np.maximum(0.3 - 0.4 * one, 0)),
        lever("costs.a", "What a month of fighting costs side A", "share of the stake’s monthly flow", 1.0, 8 * one, 0.3 - 0.15 * one),
        lever("bargaining.transfer_cap", "Largest payment", "share of the stake", 0.05, 0.5 * one, np.where((one > 0.3) & (one < 0.5) | (one > 0.9), 0.0, 0.2)),
        lever("commitment.shift", "Change of the drift after a settlement", "steps per month", -0.8, 2 * one - 1, np.maximum(0.2 - one / 4, 0.001)),
        lever("drift", "Drift that the sides expect", "steps per month", 1.4, one, np.where(one == 0.5, 0.0, 0.1)),
    )  # fmt: skip


def _beliefs(case: str) -> BeliefMap:
    mean_a, mean_b = np.linspace(-0.6, 0.9, 16), np.linspace(-0.8, 0.6, 15)
    gap = np.maximum(0.4 * (mean_a[:, None] - mean_b[None, :]) - 0.05, 0)
    gap = {"all settle": 0 * gap, "none settle": gap + 0.1}.get(case, gap)
    return BeliefMap(mean_a, mean_b, gap, 0.45, -0.2, 0.12)


def make_ending(case: str) -> Ending:
    """A made-up ending: `mixed` is the ordinary one, the others are edges."""
    rng = np.random.default_rng(7)
    n, months = (1 if case == "one draw" else 24), (10 if case == "short" else 60)
    settles = {"all settle": np.ones(n, bool), "none settle": np.zeros(n, bool)}.get(case, rng.random(n) < 0.3)
    settled = {"all settle": 1.0, "none settle": 0.0}.get(case, 0.8)
    equilibrium = _equilibrium(rng, n, settles)
    outlook = _outlook(rng, n, months, settled)
    titles = (
        "The game as judged",
        "A guarantee that prevents nine breaches in ten",
        "Aid to the defender stops and does not come back",
        "No red lines",
    )
    levels = (settled, min(settled * 1.2, 1.0), settled * 0.4, 0.0)
    what_if = [WhatIf(t, equilibrium, _outlook(rng, n, months, s)) for t, s in zip(titles, levels, strict=True)]
    what_if[0] = WhatIf(titles[0], equilibrium, outlook)
    pairs = (
        ()
        if case == "none settle"
        else (LeverPair("commitment.guarantee", "costs.a", 0.5, 2.0, 0.3), LeverPair("drift", "costs.a", 0.5, 2.0, 0.2))
    )
    return Ending(
        "north", {}, n, equilibrium, outlook, _range(rng, n, "steps", case), _range(rng, n, "months", case), _blockers(rng, n, case, False),
        _blockers(rng, n, case, True), _levers(case), pairs, _beliefs(case), tuple(what_if),
    )  # fmt: skip


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
