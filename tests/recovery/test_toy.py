"""What the toy war was made with can be read back from its pack: the movement of the front, and how each map reports it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import make_toy
from armistice.data.estimate import estimate_panel
from armistice.data.pack import read_pack


@pytest.fixture(scope="module")
def truth(toy: Path) -> dict:
    return json.loads((toy / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def reported(toy: Path) -> xr.DataArray:
    """Land of Northreach held by side A, by day and source, km²."""
    return estimate_panel(read_pack(toy))["control"].sel(region="northreach", belligerent="aldmark")


@pytest.mark.parametrize("source", list(make_toy.SOURCES))
def test_each_map_reports_the_truth_with_its_delay_bias_and_noise(
    truth: dict, reported: xr.DataArray, source: str
) -> None:
    says, truly = truth["sources"][source], make_toy.held_on(truth)
    late = timedelta(says["delay_days"])
    errors = []
    for day in (date(2011, 1, 1) + timedelta(n) for n in range(912)):
        if day.day in make_toy.SOURCES[source]["update_days"]:
            value = float(reported.sel(source=source, time=np.datetime64(day)))
            errors.append(value - (1 + says["bias_share"]) * truly.get(day - late, truth["front"]["start_km2"]))
    errors = np.array([e for e in errors if np.isfinite(e)])
    assert len(errors) > 45
    assert abs(errors.mean()) < 3 * says["noise_km2"] / np.sqrt(len(errors))
    assert 0.7 * says["noise_km2"] < errors.std(ddof=1) < 1.4 * says["noise_km2"]


def test_the_drift_of_the_front_lies_in_the_interval_of_its_movements(truth: dict, reported: xr.DataArray) -> None:
    front = truth["front"]
    # Maps of the first of a month show the line of three days before: nearly the end of the month before.
    firsts = reported.sel(source="mapwatch", time=reported["time"].dt.day == 1).dropna("time").to_numpy()
    moved = np.diff(firsts) / truth["step_km2"]
    assert len(moved) == 28, "one of the thirty first days has no map"
    half = 2 * moved.std(ddof=1) / np.sqrt(len(moved))
    assert moved.mean() - half < front["drift_steps_per_month"] < moved.mean() + half
    assert moved.std(ddof=1) == pytest.approx(front["sigma_steps_per_month"], rel=0.35)


def test_the_bias_between_the_maps_is_the_one_put_in(truth: dict, reported: xr.DataArray) -> None:
    by_source = {s: reported.sel(source=s, time=slice("2012-01-01", None)) for s in make_toy.SOURCES}
    ratio = float((by_source["frontline"] / by_source["mapwatch"]).mean())
    # Six days more of delay at some five km² a day add about one part in a hundred.
    assert ratio - 1 == pytest.approx(truth["sources"]["frontline"]["bias_share"], abs=0.02)


def test_battle_and_incursion_are_in_the_record_of_both_maps(truth: dict, toy: Path) -> None:
    pack = read_pack(toy)
    panel = estimate_panel(pack)
    battle = truth["battle"]
    day = np.datetime64(battle["date"])
    for source in make_toy.SOURCES:
        south = panel["control"].sel(region=battle["region"], belligerent="aldmark", source=source)
        jump = float(south.sel(time=day + np.timedelta64(20, "D")) - south.sel(time=day - np.timedelta64(1, "D")))
        assert jump == pytest.approx(battle["change_km2"], abs=0.1)
        raid = panel["control"].sel(region="fenmark", belligerent="brelland", source=source).dropna("time")
        days = raid["time"][raid > 0]
        assert str(days[0].dt.date.item()) == truth["incursion"]["start"]
        assert str(days[-1].dt.date.item()) == truth["incursion"]["end"]


def test_claimed_and_named_losses_stand_beside_the_true_ones_as_they_were_put(truth: dict, toy: Path) -> None:
    panel = estimate_panel(read_pack(toy))
    for side, rule in truth["losses"].items():
        claimed = panel["losses_personnel"].sel(source="staffs", belligerent=side).dropna("time")
        named = panel["losses_dead_named"].sel(source="names", belligerent=side).dropna("time")
        both = xr.align(claimed, named)
        ratio = float((both[0] / both[1]).isel(time=-1))
        assert ratio == pytest.approx(rule["claimed_share"] / rule["named_share"], rel=0.01)
        assert float(named.max()) < truth["losses_true_at_end"][side] < float(claimed.max())
