"""What lies ahead: the chosen rule told as a fan, the walk of the line over the steps of an axis, and what-ifs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from armistice.core.errors import QueryError
from armistice.core.results import PlaceOnAxis
from armistice.core.scenarios import Scenario
from armistice.core.war import Range
from armistice.data.estimate import estimate_panel
from armistice.data.pack import Pack, read_pack
from armistice.data.waypoints import places_on_axis
from armistice.infer import ahead
from armistice.infer.ahead import (
    DRAWS,
    WHOLE_SHARE,
    changed,
    engine_of,
    forecast_axis,
    forecast_front,
    front_ahead,
    scenario_fans,
    walk_line,
)
from armistice.infer.forecasters import CHOICE, FORECASTERS

WHOLE = 10_000.0
ONE = Range(1.0, 1.0, 1.0, "as it is")


def panel_of(held: np.ndarray, whole: float = WHOLE) -> xr.Dataset:
    """A panel of one region with a map at the end of each month, the last on 31 December 2020."""
    time = pd.date_range(end="2020-12-31", periods=len(held), freq="ME")
    control = np.stack([held, whole - held], axis=-1)[:, None, None, :]
    return xr.Dataset(
        {"control": (("time", "source", "region", "belligerent"), control), "area": ("region", [whole])},
        coords={"time": time, "source": ["map"], "region": ["land"], "belligerent": ["a", "b"]},
        attrs={"as_of": "2020-12-31", "side_a": "a", "side_b": "b", "root": "land"},
    )


def wandering(
    months: int = 40, seed: int = 3, pace: float = 60.0, spread: float = 40.0, start: float = 4000
) -> np.ndarray:
    return start + np.cumsum(np.random.default_rng(seed).normal(pace, spread, months))


def what_if(pace: Range, recapture: Range | None = None, start: int = 0, name: str = "x") -> Scenario:
    return Scenario(name, "X", "What if?", start, pace, recapture, ("aid",))


@pytest.fixture(scope="module")
def pack(toy: Path) -> Pack:
    return read_pack(toy)


@pytest.fixture(scope="module")
def panel(pack: Pack) -> xr.Dataset:
    return estimate_panel(pack)


# --- a region ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", ["ensemble", "mean of 3 months", CHOICE])
def test_the_fan_is_the_quantiles_of_the_rules_draws(rule: str) -> None:
    held = wandering()
    found = forecast_front(panel_of(held), "land", 12, seed=4, rule=rule)
    draws = FORECASTERS[rule](held, WHOLE, 12, DRAWS, 4)
    for h, month in enumerate(found.months):
        assert list(month.quantiles.values()) == pytest.approx(np.quantile(draws[:, h], [0.05, 0.25, 0.5, 0.75, 0.95]))
        assert month.p_complete == pytest.approx(
            np.mean((held[-1] + draws[:, : h + 1] >= WHOLE_SHARE * WHOLE).any(axis=1))
        )
    assert found.months[0].month == "2021-01"
    assert found.origins == len(held) - 1
    assert found.pace_km2_per_month[12] == pytest.approx((held[-1] - held[-13]) / 12)


def test_the_chosen_rule_is_the_default_and_is_named() -> None:
    panel = panel_of(wandering())
    assert forecast_front(panel, "land") == forecast_front(panel, "land", 24, 0, CHOICE)
    assert forecast_front(panel, "land").engine == engine_of(CHOICE)
    assert engine_of(CHOICE).endswith("chosen by the hindcast")
    assert engine_of("last month") == "last month"


@given(seed=st.integers(0, 10**6), pace=st.floats(-300, 300), horizon=st.integers(1, 36))
@settings(max_examples=20)
def test_paths_stay_in_the_region_and_chances_do_not_fall(seed: int, pace: float, horizon: int) -> None:
    held = np.clip(wandering(30, seed, pace, 150.0, 5000), 10.0, WHOLE - 10.0)
    found = forecast_front(panel_of(held), "land", horizon, seed)
    edges = [v for m in found.months for v in m.quantiles.values()]
    assert min(edges) >= -held[-1] - 1e-6
    assert max(edges) <= WHOLE - held[-1] + 1e-6
    chances = [m.p_complete for m in found.months]
    assert chances == sorted(chances)


def test_the_time_to_completion_agrees_with_the_chances() -> None:
    found = forecast_front(panel_of(wandering(start=6500)), "land", 24)
    chances = [m.p_complete for m in found.months]
    assert 0.2 < chances[-1] < 0.9
    for per_cent, months in found.months_to_complete.items():
        if months is None:
            assert chances[-1] < per_cent / 100 + 1 / DRAWS
        else:
            assert chances[int(months) - 1] >= per_cent / 100 - 1 / DRAWS
            assert months == 1 or chances[int(months) - 2] <= per_cent / 100 + 1 / DRAWS
    assert None in found.months_to_complete.values()


@pytest.mark.parametrize(("months", "horizon", "region", "words"), [
    (13, 12, "land", "13 months on record; expected at least 14"), (40, 0, "land", "horizon 0"), (40, 61, "land", "horizon 61"),
    (40, 12, "sea", "region 'sea'"),
])  # fmt: skip
def test_what_cannot_be_forecast_is_refused(months: int, horizon: int, region: str, words: str) -> None:
    with pytest.raises(QueryError, match=words):
        forecast_front(panel_of(wandering(months)), region, horizon)
    with pytest.raises(QueryError, match=words):
        scenario_fans(panel_of(wandering(months)), region, [], horizon)


# --- the line on an axis ----------------------------------------------------------------------------------------


def test_without_barriers_the_line_moves_by_the_movements() -> None:
    moves = np.random.default_rng(1).normal(0.2, 0.5, (50, 8))
    assert walk_line(moves, 20.3, np.zeros(40)) == pytest.approx(20.3 + np.cumsum(moves, axis=1))


def test_the_line_stays_on_its_axis() -> None:
    moves = np.array([[30.0, 1.0], [-30.0, -1.0], [100.0, -2.5]])
    assert walk_line(moves, 2.5, np.zeros(6)).tolist() == [[6.0, 6.0], [0.0, 0.0], [6.0, 3.5]]


def test_a_barrier_slows_by_the_month_from_its_edge_on() -> None:
    """At 1.5 steps a month from 1.0: the edge at 2.0 after a third of two months' time, then 0.5 steps a month less."""
    found = walk_line(np.full((1, 3), 1.5), 1.0, np.array([0.0, 0.0, -0.5, -0.5, -0.5]))
    assert found[0] == pytest.approx([2 + 1 / 3, 3 + 1 / 3, 4 + 1 / 3])


def test_a_barrier_stronger_than_the_advance_stops_it_and_does_not_push_it_back() -> None:
    assert walk_line(np.full((1, 4), 0.4), 1.0, np.array([0.0, 0.0, -0.9]))[0] == pytest.approx([1.4, 1.8, 2.0, 2.0])
    assert walk_line(np.full((1, 2), 0.4), 2.6, np.array([0.0, 0.0, -0.9]))[0] == pytest.approx([2.6, 2.6])


def test_a_barrier_against_one_side_leaves_the_other_alone_and_both_are_treated_alike() -> None:
    against_a, against_b = np.array([0.0, -100.0, 0.0, 0.0]), np.array([0.0, 0.0, 100.0, 0.0])
    assert walk_line(np.full((1, 1), -3.0), 3.5, against_a)[0] == pytest.approx([0.5])
    assert walk_line(np.full((1, 1), 3.0), 0.5, against_b)[0] == pytest.approx([3.5])
    there = walk_line(np.full((1, 1), 3.0), 0.5, against_a)[0]
    back = walk_line(np.full((1, 1), -3.0), 3.5, against_b)[0]
    assert there == pytest.approx(4 - back)
    assert there == pytest.approx([1.0])


@given(seed=st.integers(0, 10**6), at=st.integers(2, 9))
@settings(max_examples=25)
def test_a_barrier_that_stops_is_never_passed(seed: int, at: int) -> None:
    rng = np.random.default_rng(seed)
    barrier = np.where(np.arange(12) == at, -1e9, 0.0)
    found = walk_line(rng.standard_t(2, (60, 12)), 1.5, barrier)
    assert found.max() <= at
    assert found.min() >= 0


def test_the_forecast_of_an_axis_is_the_walk_of_the_rules_paths(pack: Pack, panel: xr.Dataset) -> None:
    war = pack.war
    found = forecast_axis(panel, war, "north", 12, seed=2)
    assert found.position == pytest.approx(3.0, abs=0.5)
    assert found.months[0].month == "2013-07"
    assert found.barriers == (7, 8, 9, 10, 11, 12)
    assert [s.step for s in found.reach] == [n for n in range(1, 13) if n > found.position]
    assert list(found.reach[0].reached) == [3, 6, 12]
    for step, following in zip(found.reach, found.reach[1:], strict=False):
        assert step.passed == following.reached
    for step in found.reach:
        chances = list(step.reached.values())
        assert chances == sorted(chances)
        assert all(step.passed[m] <= step.reached[m] for m in step.reached)
    assert 0 < found.p_lost[12] < 0.3


def test_a_barrier_lowers_the_chance_of_what_lies_behind_it(pack: Pack, panel: xr.Dataset) -> None:
    axis = pack.war.axes[0]
    wall = replace(axis, steps=tuple(replace(s, barrier=-1e6 if s.number == 7 else 0.0) for s in axis.steps))
    plain = replace(axis, steps=tuple(replace(s, barrier=0.0) for s in axis.steps))
    at = {}
    for name, one in (("wall", wall), ("judged", axis), ("plain", plain)):
        found = forecast_axis(panel, replace(pack.war, axes=(one,)), "north", 24)
        at[name] = {s.step: (s.reached[24], s.passed[24]) for s in found.reach}
        assert (found.months[-1].quantiles["0.95"] <= 6) == (name == "wall")
    assert at["wall"][7] == (at["plain"][7][0], 0.0)
    assert at["judged"][7][0] == at["plain"][7][0]
    assert 0 < at["judged"][8][1] < at["plain"][8][1]


def test_places_go_with_their_step(pack: Pack, panel: xr.Dataset) -> None:
    places = [
        PlaceOnAxis("Small", 5, 10.0, "b"),
        PlaceOnAxis("Large", 5, 90.0, "b"),
        PlaceOnAxis("Behind", 1, 5.0, "b"),
    ]
    found = forecast_axis(panel, pack.war, "north", 6, places=places)
    assert {s.step: [p.name for p in s.places] for s in found.reach if s.places} == {5: ["Large", "Small"]}


def test_an_axis_that_is_not_there_is_refused(pack: Pack, panel: xr.Dataset) -> None:
    with pytest.raises(QueryError, match="did you mean north"):
        forecast_axis(panel, pack.war, "nort")
    with pytest.raises(QueryError, match="horizon"):
        forecast_axis(panel, pack.war, "north", 61)


def test_places_are_found_on_their_steps_and_not_behind_the_line(pack: Pack) -> None:
    found = places_on_axis(pack, "north", 0.0)
    names = {p.name: p for p in found}
    assert {"Sillbridge", "Ashfold"} <= set(names)
    assert "Borderby" not in names, "held since the first days"
    assert names["Ashfold"].step < names["Sillbridge"].step, "this side of the river, and beyond it"
    assert all(p.owner == "b" for p in found)
    assert {p.name for p in places_on_axis(pack, "north", 80_000)} == {
        "Sillbridge",
        *(n for n, p in names.items() if p.people >= 80_000),
    }
    assert places_on_axis(pack, "south") == ()


# --- what-ifs ---------------------------------------------------------------------------------------------------


def test_a_factor_of_one_changes_nothing_to_the_bit() -> None:
    panel = panel_of(wandering(start=7000))
    as_is, same = scenario_fans(panel, "land", [what_if(ONE)], 24, seed=5)
    assert as_is.scenario is None
    assert as_is.forecast == forecast_front(panel, "land", 24, 5)
    assert replace(same.forecast, engine=as_is.forecast.engine) == as_is.forecast
    assert set(same.difference_km2.values()) == {0.0}
    assert same.p_lost == as_is.p_lost


def test_a_factor_of_nought_means_no_advance_from_then_on() -> None:
    paths = FORECASTERS["ensemble"](wandering(), WHOLE, 12, 500, 0)
    found = changed(paths, what_if(Range(0, 0, 0, ""), start=4), 50.0, 0)
    assert np.array_equal(found[:, :4], paths[:, :4])
    later = np.diff(found[:, 3:], axis=1)
    assert later.max() <= 1e-9
    retreat = np.minimum(np.diff(paths[:, 3:], axis=1), 0.0)
    assert later == pytest.approx(retreat, abs=1e-6)


def test_the_arithmetic_of_a_scenario() -> None:
    paths = np.array([[10.0, 30.0, 25.0, 45.0]])
    found = changed(paths, what_if(Range(0.5, 0.5, 0.5, ""), Range(0.1, 0.1, 0.1, ""), start=1), 40.0, 0)
    assert found[0] == pytest.approx([10.0, 10 + 10 - 4, 16 - 5 - 4, 7 + 10 - 4])


def test_what_is_retaken_pushes_the_line_back() -> None:
    panel = panel_of(wandering())
    scenario = what_if(Range(0, 0, 0, ""), Range(0.5, 0.8, 1.0, ""))
    as_is, pushed = scenario_fans(panel, "land", [scenario], 12)
    assert pushed.p_lost[12] == 1.0
    assert pushed.forecast.months[-1].quantiles["0.95"] < 0
    assert as_is.p_lost[12] < 0.5


def test_a_region_cannot_lose_more_than_is_held() -> None:
    held = wandering(start=-2200)
    found = scenario_fans(panel_of(held), "land", [what_if(Range(0, 0, 0, ""), Range(9, 9, 9, ""))], 24)[1]
    assert found.forecast.months[-1].quantiles["0.05"] == pytest.approx(-held[-1])


def test_half_the_pace_takes_twice_as_long_even_past_the_end_of_the_region() -> None:
    """950 of the last 1,000 km² make it whole: 10 months at 100 a month, 19 at half of that, though the fast paths are cut."""
    held = WHOLE - 10 * 100 + 100.0 * np.arange(-29.0, 1.0)
    half = scenario_fans(panel_of(held), "land", [what_if(Range(0.5, 0.5, 0.5, ""))], 24, rule="mean of 3 months")[1]
    assert half.forecast.months[-1].p_complete == 1.0
    assert half.forecast.months_to_complete[50] == 19.0


def test_judged_ranges_are_drawn_inside_their_ends_and_around_the_middle() -> None:
    paths = np.cumsum(np.ones((4000, 1)), axis=1)
    factor = changed(paths, what_if(Range(0.5, 1.0, 2.0, "")), 0.0, 0)[:, 0]
    assert 0.5 <= factor.min() < 0.53
    assert 1.9 < factor.max() <= 2.0
    assert np.median(factor) == pytest.approx(1.0, abs=0.02), "halving is as likely as doubling"


def test_scenarios_share_the_draws_and_do_not_disturb_one_another() -> None:
    panel = panel_of(wandering())
    one, two = what_if(Range(1, 1.5, 2, ""), name="one"), what_if(Range(0.2, 0.5, 1, ""), name="two")
    both = scenario_fans(panel, "land", [one, two], 12)
    alone = scenario_fans(panel, "land", [two], 12)
    assert both[2] == alone[1]
    assert both[0] == alone[0]
    assert both[2].difference_km2[12] < 0 < both[1].difference_km2[12]


def test_the_seed_alone_changes_the_draws() -> None:
    panel, scenario = panel_of(wandering()), what_if(Range(0.5, 1.0, 2.0, ""))
    assert scenario_fans(panel, "land", [scenario], 6, 1) == scenario_fans(panel, "land", [scenario], 6, 1)
    assert scenario_fans(panel, "land", [scenario], 6, 1) != scenario_fans(panel, "land", [scenario], 6, 2)


def test_a_rule_that_slows_down_of_itself_keeps_its_own_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    def slowing(area: np.ndarray, whole: float, horizon: int, draws: int, seed: int) -> np.ndarray:
        return np.tile((whole - area[-1]) * -np.expm1(-0.1 * np.arange(1.0, horizon + 1)), (draws, 1))

    monkeypatch.setitem(ahead.FORECASTERS, "slowing", slowing)
    as_is, same = scenario_fans(panel_of(wandering()), "land", [what_if(ONE)], 12, rule="slowing")
    assert same.forecast.months == as_is.forecast.months


# --- all of it --------------------------------------------------------------------------------------------------


def test_what_cannot_be_forecast_is_left_out(pack: Pack, panel: xr.Dataset) -> None:
    early = read_pack(pack.path, pd.Timestamp("2011-09-30").date())
    none = front_ahead(estimate_panel(early), early.war, [early.war.root], {}, early.scenarios)
    assert (none.fronts, none.axes, none.fans) == ({}, {}, {})
    found = front_ahead(panel, pack.war, ["brelland", "northreach"], {}, pack.scenarios, 12)
    assert set(found.fronts) == set(found.fans) == {"brelland", "northreach"}
    assert set(found.axes) == {"north"}
    assert [f.scenario and f.scenario.id for f in found.fans["brelland"]] == [None, *(s.id for s in pack.scenarios)]
    assert front_ahead(panel, pack.war, ["brelland"], {}, (), 6).fans == {}


def test_the_toys_what_ifs_go_the_way_they_are_judged(pack: Pack, panel: xr.Dataset) -> None:
    as_is, stops, grows = scenario_fans(panel, "brelland", pack.scenarios, 24)
    middle = [f.forecast.months[-1].quantiles["0.5"] for f in (grows, as_is, stops)]
    assert middle == sorted(middle)
    assert grows.p_lost[24] > 0.5 > as_is.p_lost[24]
