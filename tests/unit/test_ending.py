"""The war as a game: what its land is worth, how its numbers are drawn, what is asked, and what comes back."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import triang

import armistice.ending as module
import armistice.game.levers as levers_module
from armistice.core.endings import Ending
from armistice.core.matched import Learnt, Matched, Weights
from armistice.core.parameters import JUDGED, Judgements
from armistice.core.war import Axis, Range
from armistice.data.estimate import estimate_panel
from armistice.data.pack import Pack, read_pack
from armistice.ending import (
    AS_JUDGED,
    CHANGES,
    Drawn,
    draw_games,
    game_of,
    ranges_of,
    sample,
    solve_war,
    solve_weighed,
    states_of,
    worth_of_steps,
)
from armistice.game.blockers import SUBSETS
from armistice.game.form import Grid
from armistice.game.solve import solve
from armistice.infer.match import resampled_rows
from armistice.infer.pace import FrontPace, front_pace

# --- what land is worth ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pack(toy: Path) -> Pack:
    return read_pack(toy)


@pytest.fixture(scope="module")
def judged(pack: Pack) -> Judgements:
    assert pack.game is not None
    return pack.game


@pytest.fixture(scope="module")
def pace(pack: Pack, judged: Judgements) -> FrontPace:
    return front_pace(estimate_panel(pack), pack.war, judged.axis)


@pytest.fixture(scope="module")
def axis(pack: Pack) -> Axis:
    return pack.war.axes[0]


def part(axis: Axis, of: str) -> np.ndarray:
    column = np.array([getattr(step, of) for step in axis.steps], float)
    return column / column.sum()


def test_attributes_are_weighed_each_by_its_share(axis: Axis) -> None:
    assert worth_of_steps(axis, {"area": 3.0}) == pytest.approx(part(axis, "area_km2"))
    assert worth_of_steps(axis, {"people": 0.1}) == pytest.approx(part(axis, "people"))
    assert worth_of_steps(axis, {"assets": 1.0}) == pytest.approx(part(axis, "assets"))
    mixed = worth_of_steps(axis, {"area": 1.0, "people": 2.0, "assets": 1.0})
    assert mixed == pytest.approx(part(axis, "area_km2") / 4 + part(axis, "people") / 2 + part(axis, "assets") / 4)
    doubled = worth_of_steps(axis, {"area": 2.0, "people": 4.0, "assets": 2.0})
    assert doubled == pytest.approx(mixed)
    assert sum(mixed) == pytest.approx(1, abs=1e-12)


def test_a_region_is_worth_something_where_it_lies(axis: Axis) -> None:
    worth = np.array(worth_of_steps(axis, {"northreach": 1.0}))
    inside = np.array([step.block == "northreach" for step in axis.steps])
    area = np.array([step.area_km2 for step in axis.steps]) * inside
    assert worth == pytest.approx(area / area.sum())
    half = np.array(worth_of_steps(axis, {"northreach": 1.0, "area": 1.0}))
    assert half == pytest.approx((worth + part(axis, "area_km2")) / 2)


def test_what_no_step_has_counts_for_nothing(axis: Axis) -> None:
    even = part(axis, "area_km2")
    bare = replace(axis, steps=tuple(replace(step, assets=0.0) for step in axis.steps))
    assert worth_of_steps(bare, {"assets": 5.0, "people": 1.0}) == pytest.approx(part(axis, "people"))
    for weights in ({}, {"assets": 1.0}, {"atlantis": 1.0}, {"area": 0.0}):
        assert worth_of_steps(bare, weights) == pytest.approx(even), weights


# --- draws -------------------------------------------------------------------------------------------------------------

RANGES = {
    "wide": Range(-1.0, 0.5, 3.0),
    "steep": Range(0.0, 0.0, 1.0),
    "rising": Range(2.0, 4.0, 4.0),
    "sure": Range(0.7, 0.7, 0.7),
}


def column(draws: list[dict[str, float]], name: str) -> np.ndarray:
    return np.array([draw[name] for draw in draws])


def test_draws_are_spread_evenly_over_a_triangle() -> None:
    number = 200
    draws = sample(RANGES, number, 5)
    assert [set(draw) for draw in draws] == [set(RANGES)] * number
    assert draws[0] == {name: spread.central for name, spread in RANGES.items()}
    for name in ("wide", "steep", "rising"):
        spread = RANGES[name]
        value = column(draws, name)
        assert spread.low <= value.min() <= value.max() <= spread.high
        width = spread.high - spread.low
        known = triang((spread.central - spread.low) / width, spread.low, width)
        strata = np.floor(known.cdf(value[1:]) * number).astype(int)
        assert len(set(strata)) == number - 1, "one in each of as many slices of equal chance, but for the central draw"
    assert np.all(column(draws, "sure") == 0.7)
    assert abs(np.corrcoef(column(draws, "wide"), column(draws, "steep"))[0, 1]) < 0.25


def test_same_seed_same_draws() -> None:
    assert sample(RANGES, 20, 1) == sample(RANGES, 20, 1)
    other = sample(RANGES, 20, 2)
    assert other[0] == sample(RANGES, 20, 1)[0]
    assert other[1] != sample(RANGES, 20, 1)[1]
    assert sample(RANGES, 1, 3) == [{name: spread.central for name, spread in RANGES.items()}]


def test_one_more_number_changes_no_draw_of_another() -> None:
    draws = sample(RANGES, 30, 4)
    more = sample({"another": Range(0, 1, 2), **RANGES, "last": Range(0, 1, 2)}, 30, 4)
    fewer = sample({name: RANGES[name] for name in ("rising", "wide")}, 30, 4)
    for name in ("wide", "rising"):
        assert np.array_equal(column(draws, name), column(more, name))
        assert np.array_equal(column(draws, name), column(fewer, name))
    assert not np.array_equal(np.argsort(column(more, "another")), np.argsort(column(more, "last")))


# --- the game of the toy war -------------------------------------------------------------------------------------------


def central(pack: Pack, judged: Judgements, pace: FrontPace) -> dict[str, float]:
    return {name: spread.central for name, spread in ranges_of(pack, judged, pace).items()}


def test_every_number_has_a_range_and_a_source(pack: Pack, judged: Judgements, pace: FrontPace) -> None:
    ranges = ranges_of(pack, judged, pace)
    assert {key for key in ranges if key in JUDGED} == set(judged.ranges)
    assert {key for key in ranges if key.startswith("value.")} == {
        f"value.{side}.{attribute}" for side in "ab" for attribute in ("people", "area", "assets", "northreach")
    }
    assert {"record.drift", "record.sigma"} <= set(ranges)
    assert all(r.low <= r.central <= r.high and r.source for r in ranges.values())
    assert ranges["record.drift"].central == pace.mean


def test_the_toy_war_as_a_game(pack: Pack, judged: Judgements, pace: FrontPace) -> None:
    numbers = central(pack, judged, pace)
    game = game_of(pack, judged, pace, numbers)
    front, learning = game.axes[0], game.learning
    assert (front.steps, front.start) == (12, round(pace.position))
    assert sum(front.value_a) == pytest.approx(1)
    assert sum(front.value_b) == pytest.approx(1)
    assert front.value_a != front.value_b
    assert sum(front.value_a[:6]) > sum(front.value_b[:6]), "the near region as such is worth more to side A"
    assert front.barrier == (0.0,) * 6 + (-0.25,) * 7
    assert front.blocks == ((6, 8),)
    assert game.commitment.strategic_line == judged.strategic_line == 4
    assert learning.analyst.first + learning.analyst.second == (pace.mean, pace.sd)
    assert learning.prior_a.first[0] == pytest.approx(pace.mean + 0.2)
    assert learning.prior_b.first[0] == pytest.approx(pace.mean - 0.2), "each leads in its own favour"
    assert learning.sigma == pace.sigma
    assert all(game.number(key) == value for key, value in numbers.items() if key in JUDGED and "beliefs" not in key)
    assert game.grid.statistic_points == 25
    led = game_of(pack, judged, pace, numbers | {"beliefs.lead_b": 0.5, "beliefs.sd_a": 0.7}).learning
    assert led.prior_b.first[0] < learning.prior_b.first[0]
    assert (led.prior_a.first, led.prior_a.second) == (learning.prior_a.first, (0.7,))
    # What was not judged stands at its default.
    few = {k: v for k, v in numbers.items() if not k.startswith("commitment.")}
    assert game_of(pack, judged, pace, few).commitment.arrival == 0
    for position, start in ((0.2, 1), (11.9, 11), (7.4, 7)):
        assert game_of(pack, judged, replace(pace, position=position), numbers).axes[0].start == start


@pytest.mark.parametrize("position", [1.0, 5.2, 11.0])
@pytest.mark.parametrize("mean", [-3.0, -0.4, 0.0, 0.6, 3.0])
def test_states_lie_in_the_game(pack: Pack, judged: Judgements, pace: FrontPace, mean: float, position: float) -> None:
    moved = replace(pace, mean=mean, position=position)
    game = game_of(pack, judged, moved, central(pack, judged, pace))
    states, steps, months = states_of(game, moved)
    start = game.axes[0].start
    assert len(states) == 1 + len(steps) + len(months)
    assert (states[0].month, states[0].steps) == (0, (start,))
    for state in states:
        assert 0 <= state.month < game.time.horizon
        assert 1 <= state.steps[0] <= 11
        assert abs(state.statistic) <= game.grid.statistic_max
    for k, state in zip(steps, states[1:], strict=False):
        assert (state.month, state.steps, state.statistic) == (abs(k), (start + k,), k)
    assert 0 in steps
    for month, state in zip(months, states[1 + len(steps) :], strict=True):
        assert state.month == month
        assert (state.steps[0] - start) * mean >= 0


# --- all of it ---------------------------------------------------------------------------------------------------------

SMALL = {"HORIZON": 14, "MONTHS": 6, "DRAWS_OF_CHANGES": 2, "DRAWS_OF_BLOCKERS": 2}
FEW = {"POINTS": 3, "INSIDE": 2, "PAIRED": 1, "MAPPED": 3}
DRAWS = 3


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few of everything, and a fight to the finish at the horizon, which takes no sweeps."""
    monkeypatch.setattr(module, "Grid", partial(Grid, terminal="fight"))
    for where, numbers in ((module, SMALL), (levers_module, FEW)):
        for name, number in numbers.items():
            monkeypatch.setattr(where, name, number)


def arrays(value: Any, place: str = "") -> dict[str, bytes]:
    """Every array and plain value of a record, by its place."""
    if dataclasses.is_dataclass(value):
        rows = [(f.name, getattr(value, f.name)) for f in dataclasses.fields(value)]
    elif isinstance(value, dict):
        rows = [(str(key), item) for key, item in value.items()]
    elif isinstance(value, tuple):
        rows = [(str(n), item) for n, item in enumerate(value)]
    else:
        return {place: value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode()}
    return {k: v for name, item in rows for k, v in arrays(item, f"{place}.{name}").items()}


def test_the_toy_war_solved(pack: Pack, judged: Judgements, pace: FrontPace, small: None) -> None:
    told: list[tuple[str, float]] = []
    drawn = draw_games(pack, pace, 1, DRAWS)
    assert drawn is not None
    found = solve_war(pack, pace, drawn, lambda what, share: told.append((what, share)))
    assert isinstance(found, Ending)
    check_shapes(found)
    assert all(0 < share <= 1 for _, share in told)
    assert len({what for what, _ in told}) == 7
    assert arrays(solve_war(pack, pace, drawn)) == arrays(found), "same seed, same bytes"
    other = [game_of(pack, judged, pace, numbers) for numbers in sample(found.parameters, DRAWS, 2)]
    alone = solve(other, states_of(other[0], pace)[0]).asked.reserve[:, 0, 0]
    assert alone[0] == pytest.approx(found.equilibrium.reservation_a[0], abs=1e-12), "the first draw is central"
    assert np.all(np.abs(alone[1:] - found.equilibrium.reservation_a[1:]) > 1e-6), "the others depend on the seed"


def matched_at(weight: np.ndarray, drawn: Drawn, key: str) -> Matched:
    """A record that gives the draws some weights, and so moves one number."""
    values = np.array([row[key] for row in drawn.numbers])
    learnt = Learnt(key, (0, 0, 0), (0, 0, 0), float(values.mean()), 1.0, float(weight @ values), 1.0, 0.0, 0.0, 0.0)
    weights = Weights(weight, 0.0, 0.7, float(1 / (weight**2).sum()), 1.0, 1.0, "made up")
    return Matched((), np.zeros((len(weight), 0)), weights, (learnt,), np.zeros(0), ())


def test_what_was_run_on_few_draws_is_run_again_by_weight(pack: Pack, pace: FrontPace, small: None) -> None:
    drawn = draw_games(pack, pace, 1, DRAWS)
    assert drawn is not None
    ending = solve_war(pack, pace, drawn)
    # All the weight on the last draw: everything is of it.
    weight = np.array([0.0, 0.0, 1.0])
    found = solve_weighed(pack, pace, drawn, ending, matched_at(weight, drawn, "costs.a"))
    assert found.order.tolist() == [2, 2]
    assert found.blockers.gap_without[()] == pytest.approx(np.full(2, ending.equilibrium.gap[2]), abs=1e-12)
    assert found.blockers.identity["gap"] == pytest.approx(found.blockers.gap_without[()], abs=1e-12)
    assert [x.title for x in found.what_if] == [x.title for x in ending.what_if]
    assert found.what_if[0].equilibrium.gap.tolist() == [ending.equilibrium.gap[2]] * 2
    assert np.array_equal(found.what_if[0].outlook.p_settlement, ending.outlook.p_settlement[[2, 2]])
    assert np.array_equal(found.what_if[0].outlook.months, ending.outlook.months)
    alone = solve_war(pack, pace, replace(drawn, numbers=drawn.numbers[2:], games=drawn.games[2:]))
    for one, other in zip(found.what_if, alone.what_if, strict=True):
        assert one.equilibrium.reservation_a[1] == pytest.approx(other.equilibrium.reservation_a[0], abs=1e-12)
        assert one.outlook.p_ongoing[0] == pytest.approx(other.outlook.p_ongoing[0], abs=1e-12)
    # The central value moves by as much as the mean of the draws, and the levers are those of the moved game.
    costs = np.array([row["costs.a"] for row in drawn.numbers])
    spread = drawn.ranges["costs.a"]
    moved = np.clip(spread.central + costs[2] - costs.mean(), spread.low, spread.high)
    assert found.central == drawn.numbers[0] | {"costs.a": pytest.approx(moved)}
    assert next(x for x in found.levers if x.key == "costs.a").now == pytest.approx(moved)
    assert any(abs(x.gap[0] - y.gap[0]) > 1e-9 for x, y in zip(found.levers, ending.levers, strict=True))
    # Equal weights leave the central values where they are, and the same seed gives the same bytes.
    even = matched_at(np.full(3, 1 / 3), drawn, "costs.a")
    again = solve_weighed(pack, pace, drawn, ending, even)
    assert again.central == pytest.approx(drawn.numbers[0])
    assert arrays(again) == arrays(solve_weighed(pack, pace, drawn, ending, even))


def test_draws_are_taken_in_proportion_to_their_weights() -> None:
    assert resampled_rows(np.full(6, 1 / 6), 6).tolist() == [0, 1, 2, 3, 4, 5]
    assert resampled_rows(np.array([0.0, 0.5, 0.25, 0.25]), 4).tolist() == [1, 1, 2, 3]
    rng = np.random.default_rng(0)
    weight = rng.dirichlet(np.ones(200))
    count = np.bincount(resampled_rows(weight, 24), minlength=200)
    assert count.sum() == 24
    assert np.all(np.abs(count - 24 * weight) < 1)


def check_shapes(found: Ending) -> None:
    at, ahead = found.equilibrium, found.outlook
    assert (found.axis, found.draws) == ("north", DRAWS)
    for name in ("reservation_a", "reservation_b", "value_a", "settles", "gap", "net_share_a", "line", "regret"):
        assert getattr(at, name).shape == (DRAWS,), name
    assert at.regret.max() < 1e-9
    assert ahead.months.tolist() == list(range(7))
    total = ahead.p_settlement + ahead.p_victory_a + ahead.p_victory_b + ahead.p_ongoing
    assert total == pytest.approx(np.ones((DRAWS, 7)), abs=1e-9)
    assert ahead.p_line.shape == (DRAWS, 7, 13)
    for row, along in ((found.by_steps, "steps"), (found.by_months, "months")):
        assert row.along == along
        for name in ("reservation_a", "reservation_b", "settles", "gap", "least_line_a", "most_line_b"):
            assert getattr(row, name).shape == (DRAWS, len(row.at)), name
        assert row.held_a.shape == row.at.shape
        here = row.at.tolist().index(0)
        assert np.array_equal(row.gap[:, here], at.gap), "now lies on both rows"
        assert np.array_equal(row.reservation_a[:, here], at.reservation_a)
    assert np.all(np.diff(found.by_steps.held_a) > 0)
    for why, common in ((found.blockers, False), (found.blockers_common, True)):
        assert why.common_prior == common
        assert tuple(why.gap_without) == SUBSETS
        assert all(
            row.shape == (2,) for table in (why.gap_without, why.opens, why.shapley_gap) for row in table.values()
        )
    assert found.blockers.gap_without[()] == pytest.approx(at.gap[:2], abs=1e-12)
    assert len(found.levers) == 10
    for lever in found.levers:
        assert lever.gap.shape == lever.gap_common.shape == lever.p12.shape == lever.values.shape
        assert lever.gap[np.argmin(np.abs(lever.values - lever.now))] == pytest.approx(at.gap[0], abs=1e-9)
    assert found.beliefs.gap.shape == (3, 3)
    assert found.beliefs.now_a > found.beliefs.analyst > found.beliefs.now_b
    assert [change.title for change in found.what_if] == [AS_JUDGED, *CHANGES]
    judged = found.what_if[0]
    assert judged.title == "as judged"
    assert judged.equilibrium.reservation_a == pytest.approx(at.reservation_a[:2], abs=1e-12)
    assert judged.outlook.p_ongoing == pytest.approx(ahead.p_ongoing[:2], abs=1e-12)
    assert all(change.equilibrium.gap.shape == (2,) for change in found.what_if)
    assert any(abs(change.equilibrium.reservation_a[0] - at.reservation_a[0]) > 1e-6 for change in found.what_if[1:])


def test_where_there_is_no_game_there_is_no_ending(pack: Pack, pace: FrontPace) -> None:
    assert draw_games(replace(pack, game=None), pace) is None
    for position in (0.4, 11.6, float("nan"), 0.0, 12.0):
        assert draw_games(pack, replace(pace, position=position)) is None, position
        assert draw_games(pack, replace(pace, position=position)) is None
