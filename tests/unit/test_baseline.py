"""The baseline forecast: its formula by hand, what it must do on simple fronts, and what it refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from armistice.core.errors import QueryError
from armistice.infer.baseline import MEMORY, QUANTILES, WINDOWS, forecast_area, monthly_area

WHOLE = 10_000.0


def panel_of(levels: dict[str, np.ndarray], whole: float = WHOLE) -> xr.Dataset:
    """A panel of one region with maps at the ends of months, the last on 31 December 2020; NaN where there is no map."""
    time = pd.date_range(end="2020-12-31", periods=len(next(iter(levels.values()))), freq="ME")
    held = np.array(list(levels.values())).T
    return xr.Dataset(
        {
            "control": (
                ("time", "source", "region", "belligerent"),
                np.stack([held, whole - held], axis=-1)[:, :, None],
            ),
            "area": ("region", [whole]),
        },
        coords={"time": time, "source": list(levels), "region": ["land"], "belligerent": ["a", "b"]},
        attrs={"as_of": "2020-12-31", "side_a": "a", "side_b": "b", "root": "land"},
    )


def steady(months: int, pace: float, start: float = 100.0) -> np.ndarray:
    return start + pace * np.arange(months)


def wandering(months: int = 48, seed: int = 3, pace: float = 60.0, spread: float = 40.0) -> np.ndarray:
    return 500 + np.cumsum(np.random.default_rng(seed).normal(pace, spread, months))


# --- the monthly record ---------------------------------------------------------------------------------------------


def test_months_end_on_the_same_day_of_the_month() -> None:
    days, area = monthly_area(panel_of({"one": steady(15, 10)}), "land")
    assert [str(d) for d in days[-4:]] == ["2020-09-30", "2020-10-31", "2020-11-30", "2020-12-31"]
    assert area[-15:] == pytest.approx(steady(15, 10))


def test_a_source_that_begins_late_makes_no_jump() -> None:
    old, new = steady(30, 10), steady(30, 10) + 400
    new[:20] = np.nan
    _, area = monthly_area(panel_of({"old": old, "new": new}), "land")
    assert np.diff(area[-30:]) == pytest.approx(np.full(29, 10.0))
    assert area[-1] == pytest.approx(np.mean([old[-1], new[-1]]))


def test_a_hole_in_all_sources_ends_the_record() -> None:
    level = steady(30, 10)
    level[8] = np.nan
    _, area = monthly_area(panel_of({"one": level}), "land")
    assert np.isfinite(area[-21:]).all()
    assert np.isnan(area[:-21]).all()


@pytest.mark.parametrize(("days", "known"), [(0, True), (6, True), (7, False)])
def test_a_map_stands_for_a_week(days: int, known: bool) -> None:
    panel = panel_of({"one": steady(15, 10)})
    time = panel["time"].to_index().to_series()
    time.iloc[-1] -= pd.Timedelta(days=days)
    _, area = monthly_area(panel.assign_coords(time=time.to_numpy()), "land")
    assert bool(np.isfinite(area[-1])) == known


# --- the forecast ---------------------------------------------------------------------------------------------------


def test_a_steady_front_goes_on_without_error() -> None:
    found = forecast_area(panel_of({"one": steady(40, 25)}), "land", 12)
    assert found.pace_km2_per_month == pytest.approx(dict.fromkeys(WINDOWS, 25.0))
    for h, month in enumerate(found.months, 1):
        assert list(month.quantiles.values()) == pytest.approx([25.0 * h] * 5)
        assert month.p_complete == 0
    assert found.held_km2 == pytest.approx(100 + 39 * 25)
    assert found.left_km2 == pytest.approx(WHOLE - found.held_km2)
    assert found.months[0].month == "2021-01"
    assert found.months[-1].month == "2021-12"


def test_a_steady_front_that_reaches_the_end_is_complete_on_time() -> None:
    whole = 100 + 39 * 25 + 25 * 5 - 1
    found = forecast_area(panel_of({"one": steady(40, 25)}, whole=whole), "land", 12)
    assert [m.p_complete for m in found.months] == [0.0] * 4 + [1.0] * 8
    assert set(found.months_to_complete.values()) == {5.0}
    assert found.months[-1].quantiles["0.95"] == pytest.approx(found.left_km2)


def test_the_band_is_the_formula() -> None:
    """One month ahead: the mixture over windows of h · pace ± past errors, by the definition."""
    level = wandering()
    area = level[-MEMORY - 1 :]
    parts, ranks = [], (np.arange(2000) + 0.5) / 2000
    for w in WINDOWS:
        errors = np.array([area[t + 1] - area[t] - (area[t] - area[t - w]) / w for t in range(w, len(area) - 1)])
        both = np.concatenate([errors, -errors])
        parts.append((area[-1] - area[-1 - w]) / w + np.quantile(both, ranks))
    expected = np.quantile(np.concatenate(parts), QUANTILES)
    found = forecast_area(panel_of({"one": level}), "land", 1)
    spread = expected[-1] - expected[0]
    assert list(found.months[0].quantiles.values()) == pytest.approx(list(expected), abs=0.03 * spread)


def test_only_the_memory_counts() -> None:
    level = wandering(60)
    other = level.copy()
    other[: 60 - MEMORY - 1] += 2000
    a, b = (forecast_area(panel_of({"one": x}), "land", 6) for x in (level, other))
    assert repr(a) == repr(b)


def test_nothing_but_the_seed_changes_the_draws() -> None:
    panel = panel_of({"one": wandering()})
    assert repr(forecast_area(panel, "land", 12, 7)) == repr(forecast_area(panel, "land", 12, 7))
    one, two = forecast_area(panel, "land", 12, 1), forecast_area(panel, "land", 12, 2)
    assert one.months != two.months
    assert one.months[5].quantiles["0.5"] == pytest.approx(two.months[5].quantiles["0.5"], rel=0.1)


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.floats(-80, 120), st.integers(1, 24), st.integers(14, 60))
def test_quantiles_rise_and_chances_do_not_fall(seed: int, pace: float, horizon: int, months: int) -> None:
    level = np.clip(wandering(months, seed, pace), 1, WHOLE - 1)
    found = forecast_area(panel_of({"one": level}), "land", horizon, seed)
    chances = [m.p_complete for m in found.months]
    assert len(found.months) == horizon
    assert all(0 <= a <= b <= 1 for a, b in zip(chances, [*chances[1:], 1.0], strict=True))
    for month in found.months:
        values = list(month.quantiles.values())
        assert values == sorted(values)
        assert -found.held_km2 - 1e-6 <= values[0]
        assert values[-1] <= found.left_km2 + 1e-6
    times = list(found.months_to_complete.values())
    known = [t for t in times if t is not None]
    assert known == sorted(known)
    assert all(t is None for t in times[len(known) :])


@settings(max_examples=15)
@given(st.integers(0, 1000), st.sampled_from([0.01, 0.5, 4.0, 1000.0]))
def test_another_unit_of_area_changes_nothing_but_the_unit(seed: int, k: float) -> None:
    level = np.clip(wandering(40, seed), 1, WHOLE - 1)
    one = forecast_area(panel_of({"one": level}), "land", 6)
    two = forecast_area(panel_of({"one": level * k}, whole=WHOLE * k), "land", 6)
    for a, b in zip(one.months, two.months, strict=True):
        assert list(b.quantiles.values()) == pytest.approx([k * v for v in a.quantiles.values()])
        assert a.p_complete == b.p_complete


def test_a_front_that_errs_more_has_a_wider_band() -> None:
    calm, wild = (forecast_area(panel_of({"one": wandering(spread=s)}), "land", 6) for s in (10.0, 90.0))
    for a, b in zip(calm.months, wild.months, strict=True):
        assert b.quantiles["0.95"] - b.quantiles["0.05"] > a.quantiles["0.95"] - a.quantiles["0.05"]


def test_about_nine_in_ten_outcomes_lie_in_the_band() -> None:
    """On fronts that go on as they did, the wide band deserves its name."""
    inside = []
    for seed in range(30):
        level = wandering(48, seed, spread=30)
        found = forecast_area(panel_of({"one": level[:45]}), "land", 3, seed)
        band = found.months[2].quantiles
        inside.append(band["0.05"] <= level[47] - level[44] <= band["0.95"])
    assert 0.8 <= np.mean(inside) <= 1.0


# --- what it refuses ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("horizon", [0, 61, -3])
def test_a_horizon_out_of_range_is_refused(horizon: int) -> None:
    with pytest.raises(QueryError, match="expected 1 to 60 months"):
        forecast_area(panel_of({"one": steady(40, 1)}), "land", horizon)


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(QueryError, match="no daily areas"):
        forecast_area(panel_of({"one": steady(40, 1)}), "sea", 3)


@pytest.mark.parametrize("months", [1, 13])
def test_too_short_a_record_is_refused(months: int) -> None:
    with pytest.raises(QueryError, match=f"{months} months on record; expected at least 14"):
        forecast_area(panel_of({"one": steady(months, 1)}), "land", 3)


def test_fourteen_months_are_enough() -> None:
    assert len(forecast_area(panel_of({"one": steady(14, 5)}), "land", 24).months) == 24


def test_a_record_that_ends_before_the_day_is_refused() -> None:
    level = steady(40, 5)
    level[-1] = np.nan
    with pytest.raises(QueryError, match="0 months on record"):
        forecast_area(panel_of({"one": level}), "land", 3)
