"""The pace of the front: its formulae by hand, what it finds of fronts whose law is known, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import make_toy
from armistice.core.errors import QueryError
from armistice.core.war import War
from armistice.data.estimate import estimate_panel
from armistice.data.pack import read_pack
from armistice.infer.baseline import MEMORY
from armistice.infer.forecasters import CHOICE, FORECASTERS
from armistice.infer.pace import DRAWS, LEAST, YEAR, FrontPace, axis_record, drift_of, front_pace, movement_sigma

REGIONS = ("northreach", "rivermark")


@pytest.fixture(scope="module")
def war(toy: Path) -> War:
    return read_pack(toy).war


def step_km2(war: War) -> float:
    return float(np.mean([s.area_km2 for s in war.axes[0].steps]))


def panel_of(war: War, steps: np.ndarray, noise: float = 0.0, sources: int = 2) -> xr.Dataset:
    """A panel whose maps, at the ends of months, show a front as told; all land beyond ten steps is in the second region."""
    time = pd.date_range(end="2020-12-31", periods=len(steps), freq="ME")
    rng = np.random.default_rng(len(steps))
    told = steps[:, None] + noise * rng.normal(size=(len(steps), sources))
    held = np.stack([np.minimum(told, 10.0), np.maximum(told - 10.0, 0.0)], axis=-1) * step_km2(war)
    return xr.Dataset(
        {
            "control": (("time", "source", "region", "belligerent"), np.stack([held, 9000 - held], axis=-1)),
            "front": (("time", "source", "axis"), np.clip(told, 0, 12)[:, :, None]),
            "area": ("region", [9000.0, 9000.0]),
        },
        coords={
            "time": time, "source": [f"s{n}" for n in range(sources)], "region": list(REGIONS),
            "belligerent": ["aldmark", "brelland"], "axis": ["north"],
        },
        attrs={"as_of": "2020-12-31", "side_a": "aldmark", "side_b": "brelland", "root": "brelland"},
    )  # fmt: skip


def wandering(seed: int, drift: float, sigma: float, months: int = MEMORY + 1) -> np.ndarray:
    return 2.0 + np.concatenate([[0.0], np.cumsum(np.random.default_rng(seed).normal(drift, sigma, months - 1))])


# --- the formulae -----------------------------------------------------------------------------------------------


def test_a_steady_front_goes_on_without_doubt(war: War) -> None:
    found = front_pace(panel_of(war, 2 + 0.25 * np.arange(40)), war, "north", rule="mean of 3 months")
    assert found.mean == pytest.approx(0.25)
    assert found.position == pytest.approx(2 + 0.25 * 39)
    assert (found.sd, found.sigma, found.months) == (LEAST, LEAST, MEMORY)


def test_the_numbers_are_the_formulae(war: War) -> None:
    x = wandering(5, 0.4, 0.3)
    strays = [x[t] - x[t - 1] - (x[t - 1] - x[t - 13]) / 12 for t in range(13, 37)]
    sigma2 = sum(s * s for s in strays) / len(strays) * 12 / 13
    size = step_km2(war)
    taken = FORECASTERS[CHOICE](x * size, 18_000.0, 12, DRAWS, 7)[:, 11]
    low, middle, high = np.quantile(taken / size / 12, [0.16, 0.5, 0.84])
    found = front_pace(panel_of(war, x), war, "north", seed=7)
    assert found.mean == pytest.approx(middle)
    assert found.sigma == pytest.approx(np.sqrt(sigma2))
    assert found.sd == pytest.approx(np.sqrt(((high - low) / 2) ** 2 - sigma2 / 12))


def test_the_drift_is_a_median_and_its_doubt_leaves_out_the_chance_of_months() -> None:
    """Draws of a normal drift, sd 0.5, to which twelve months of sigma 1.2 add 1.2²/12; one in twenty has collapsed."""
    rng = np.random.default_rng(0)
    draws = rng.normal(0.3, np.sqrt(0.5**2 + 1.2**2 / 12), 200_000)
    assert drift_of(draws, 1.2) == pytest.approx((0.3, 0.5), abs=0.01)
    draws[:10_000] = 40.0
    mean, sd = drift_of(draws, 1.2)
    assert mean == pytest.approx(0.3, abs=0.06)
    assert sd < 0.7 < np.std(draws)
    assert drift_of(np.full(10, 0.2), 1.0) == (0.2, LEAST)


def test_a_front_that_runs_the_other_way_is_as_sure(war: War) -> None:
    """Not to the bit: ranks are drawn, and both fronts take the same ones."""
    x = wandering(8, 0.2, 0.2)
    there, back = (front_pace(panel_of(war, 6 + s * (x - 2) / 4), war, "north") for s in (1, -1))
    assert back.mean == pytest.approx(-there.mean, abs=0.1 * there.sd)
    assert back.sd == pytest.approx(there.sd, rel=0.1)
    assert back.sigma == pytest.approx(there.sigma)


def test_the_seed_moves_it_less_than_it_is_unsure(war: War) -> None:
    panel = panel_of(war, wandering(8, 0.3, 0.3))
    found = [front_pace(panel, war, "north", seed) for seed in range(4)]
    assert front_pace(panel, war, "north", 1) == found[1]
    assert len({f.mean for f in found}) == 4
    assert np.std([f.mean for f in found]) < 0.1 * found[0].sd
    assert {f.sigma for f in found} == {found[0].sigma}


def test_an_axis_has_the_land_of_its_regions(war: War) -> None:
    record = axis_record(panel_of(war, 4 + 0.2 * np.arange(37)), war, "north", 14)
    assert record.area == pytest.approx((4 + 0.2 * np.arange(37)) * step_km2(war))
    assert (record.whole_km2, record.step_km2) == (18_000.0, step_km2(war))


def test_steps_twice_as_large_halve_the_pace(war: War) -> None:
    axis = war.axes[0]
    large = replace(axis, steps=tuple(replace(s, area_km2=2 * s.area_km2) for s in axis.steps))
    panel = panel_of(war, wandering(8, 0.2, 0.3))
    one, two = front_pace(panel, war, "north"), front_pace(panel, replace(war, axes=(large,)), "north")
    assert (2 * two.mean, 2 * two.sd, 2 * two.sigma) == pytest.approx((one.mean, one.sd, one.sigma))


def test_only_the_memory_counts_for_the_chance_of_single_months(war: War) -> None:
    x = wandering(9, 0.1, 0.2, 60)
    other = x.copy()
    other[: 60 - MEMORY - 1] -= 1.5
    one, two = (front_pace(panel_of(war, v), war, "north") for v in (x, other))
    assert (one.position, one.sigma, one.months) == pytest.approx((two.position, two.sigma, two.months))
    assert one.months == MEMORY


def test_land_of_all_regions_of_the_axis_counts(war: War) -> None:
    """The front crosses from one region into the other, and goes on."""
    found = front_pace(panel_of(war, 4 + 0.2 * np.arange(37)), war, "north", rule="last month")
    assert found.mean == pytest.approx(0.2)
    assert found.position > 10


# --- recovery ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("drift", "sigma"), [(0.5, 0.3), (-0.2, 0.1), (0.0, 1.0)])
def test_the_chance_of_single_months_is_found_on_average(drift: float, sigma: float) -> None:
    sigmas = np.array([movement_sigma(wandering(seed, drift, sigma)) for seed in range(600)])
    assert np.mean(sigmas**2) == pytest.approx(sigma**2, rel=0.05)


@pytest.mark.parametrize(("drift", "sigma"), [(0.5, 0.3), (-0.2, 0.1), (0.2, 0.6)])
def test_a_known_drift_lies_within_the_doubt(drift: float, sigma: float) -> None:
    """The rule is not made for a front whose drift never changes: it is wider than need be there, and never too narrow."""
    inside, means, sds = [], [], []
    for seed in range(80):
        steps = 200 + wandering(seed, drift, sigma)
        draws = FORECASTERS[CHOICE](steps * 350.0, 1e6, YEAR, 1000, seed)[:, -1] / 350.0 / YEAR
        mean, sd = drift_of(draws, movement_sigma(steps))
        means.append(mean)
        sds.append(sd)
        inside.append(abs(mean - drift) <= 2 * sd + 2 * sigma / np.sqrt(YEAR))
    assert np.mean(inside) > 0.9
    assert np.median(means) == pytest.approx(drift, abs=0.5 * float(np.median(sds)))


def test_maps_that_err_widen_what_is_found(war: War) -> None:
    x = wandering(3, 0.3, 0.2)
    plain, noisy = (front_pace(panel_of(war, x, noise), war, "north") for noise in (0.0, 0.4))
    assert noisy.sigma > plain.sigma


def test_twice_the_movement_is_twice_the_drift_and_twice_the_doubt(war: War) -> None:
    x = wandering(1, 0.2, 0.15)
    one, two = (front_pace(panel_of(war, 2 + k * (x - 2)), war, "north") for k in (1, 2))
    assert (two.mean, two.sd, two.sigma) == pytest.approx((2 * one.mean, 2 * one.sd, 2 * one.sigma))


def test_the_toy_war_is_read_back(toy: Path) -> None:
    pack = read_pack(toy)
    found = front_pace(estimate_panel(pack), pack.war, "north")
    scale = make_toy.STEP_KM2 / step_km2(pack.war)
    assert found.months == 29
    assert abs(found.mean - make_toy.DRIFT * scale) < 2 * found.sd
    # Maps of the middle of a month mix two months' movements, which hides up to three tenths of the spread.
    assert 0.5 < found.sigma / (make_toy.SIGMA * scale) < 1.2
    assert 2.5 < found.position < 3.5


def test_the_real_record_gives_a_front_of_the_size_that_is_told() -> None:
    pack = read_pack("ukraine")
    panel = estimate_panel(pack)
    found = front_pace(panel, pack.war, "donetsk")
    assert 3 < found.position < 5
    assert 0 < found.mean < 2
    assert 0.1 < found.sigma < 1
    assert 0.1 < found.sd < 1
    assert found.months == MEMORY
    other = front_pace(panel, pack.war, "south")
    assert 0 < other.mean < found.mean


# --- what it refuses ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("months", [1, 13, 24])
def test_too_short_a_record_is_refused(war: War, months: int) -> None:
    with pytest.raises(
        QueryError, match=f"axis north as of 2020-12-31: {months} months on record; expected at least 25"
    ):
        front_pace(panel_of(war, wandering(1, 0.1, 0.1, months)), war, "north")


def test_a_day_of_knowledge_early_in_the_war_is_refused(toy: Path) -> None:
    pack = read_pack(toy, date(2012, 6, 1))
    with pytest.raises(QueryError, match="months on record"):
        front_pace(estimate_panel(pack), pack.war, "north")


def test_twenty_five_months_are_enough(war: War) -> None:
    found = front_pace(panel_of(war, wandering(1, 0.1, 0.1, 25)), war, "north")
    assert isinstance(found, FrontPace)
    assert found.months == 24


def test_an_unknown_axis_is_refused(war: War) -> None:
    with pytest.raises(QueryError, match="did you mean north"):
        front_pace(panel_of(war, wandering(1, 0.1, 0.1)), war, "nort")


def test_a_record_that_ends_before_the_day_is_refused(war: War) -> None:
    panel = panel_of(war, wandering(1, 0.1, 0.1))
    panel["control"][-1] = np.nan
    with pytest.raises(QueryError, match="0 months on record"):
        front_pace(panel, war, "north")
