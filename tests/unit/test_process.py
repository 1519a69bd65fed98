"""The latent movement and its reporting: what bounds it, what is a front, what a redraw does, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from armistice.core.errors import QueryError
from armistice.infer.baseline import time_to_complete
from armistice.infer.course import MOST_MONTHS
from armistice.infer.filtered import latent_forecast
from armistice.infer.observe import LEAST_UNIT_KM2, check_region, read_reports
from armistice.infer.process import PARAMETERS, bounded, harmonics

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "front-model.md"
WHOLE = 10_000.0
WAR = SimpleNamespace(
    regions={r: SimpleNamespace(parent=p) for r, p in {"land": "", "east": "land", "west": "land", "far": ""}.items()}
)


def panel_of(levels: dict[str, dict[str, np.ndarray]], last: str = "2020-12-31") -> xr.Dataset:
    """A panel from source → region → level at the ends of months."""
    sources = list(levels)
    regions = list(levels[sources[0]])
    held = np.array([[levels[s][r] for r in regions] for s in sources]).transpose(2, 0, 1)
    values = np.stack([held, WHOLE - held], axis=-1)
    regions, values = ["land", *regions], np.concatenate([values.sum(axis=2, keepdims=True), values], axis=2)
    four = ("time", "source", "region", "belligerent")
    return xr.Dataset(
        {
            "control_low": (four, values), "control": (four, values), "control_high": (four, values),
            "area": ("region", [WHOLE] * len(regions)),
        },
        coords={
            "time": pd.date_range(end=last, periods=len(held), freq="ME"),
            "source": sources, "region": regions, "belligerent": ["a", "b"],
        },
        attrs={"as_of": last, "side_a": "a", "side_b": "b", "root": "land", "digest": "0", "slug": "none"},
    )  # fmt: skip


def walk(months: int = 30, seed: int = 1, pace: float = 40.0, start: float = 2000.0) -> np.ndarray:
    return start + np.cumsum(np.random.default_rng(seed).normal(pace, 20, months))


# --- the movement ---------------------------------------------------------------------------------------------------


def test_small_steps_are_free_and_large_ones_stop_at_the_border() -> None:
    held, left = np.array([300.0, 300.0, 300.0, 300.0]), np.array([100.0, 100.0, 100.0, 100.0])
    found = np.asarray(bounded(np.array([0.1, 1e5, -1e5, -0.1]), held, left))
    assert found == pytest.approx([0.1, 100, -300, -0.1], rel=1e-3)
    steps = np.asarray(bounded(np.linspace(-500, 500, 101), np.full(101, 300.0), np.full(101, 100.0)))
    assert (np.diff(steps) > 0).all()


def test_the_season_repeats_after_a_year() -> None:
    assert np.asarray(harmonics(np.array([2]))) == pytest.approx(np.asarray(harmonics(np.array([14]))))


def test_every_parameter_stands_in_the_manual() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for key, p in PARAMETERS.items():
        assert f"| `{key}` | {p.symbol} | {p.unit} | {p.support} | {p.prior} |" in text


# --- the reports ----------------------------------------------------------------------------------------------------


def test_fronts_are_the_regions_that_move() -> None:
    panel = panel_of({"one": {"east": walk(), "west": np.full(30, 500.0), "far": walk(seed=2)}})
    found = read_reports(panel, WAR)
    assert found.fronts == ("east", "far")
    assert found.inside_root == (True, False)
    assert found.changes.shape == (1, 29, 2)
    assert found.months[-1] == "2020-12"
    assert found.unit[0] == pytest.approx(np.median(np.abs(np.diff(walk()))))
    assert (found.unit >= LEAST_UNIT_KM2).all()


def test_missing_days_are_missing_changes() -> None:
    told = walk()
    told[20] = np.nan
    found = read_reports(panel_of({"one": {"east": walk()}, "two": {"east": told}}), WAR)
    missing = ~np.isfinite(found.changes[:, :, 0])
    assert missing[0].sum() == 0
    assert list(np.flatnonzero(missing[1])) == [19, 20]


def test_a_redraw_widens_only_its_source_and_month() -> None:
    redraws = [("one", "east", date(2020, 11, 15), -80.0), ("one", "east", date(2020, 11, 20), 30.0),
               ("one", "east", date(2021, 2, 1), 500.0), ("three", "east", date(2020, 10, 1), 9.0)]  # fmt: skip
    found = read_reports(panel_of({"one": {"east": walk()}, "two": {"east": walk()}}), WAR, redraws)
    assert found.redrawn[0, -2, 0] == pytest.approx(50)
    assert found.redrawn.sum() == pytest.approx(50)


@pytest.mark.parametrize(
    ("level", "why"),
    [
        (np.full(30, 700.0), "no region moved by 50"),
        (np.array([700.0]), "0 months on record; expected at least 6"),
        (np.full(30, np.nan), "no source has a map of this day"),
        (np.where(np.arange(30) > 26, np.linspace(0, 900, 30), np.nan), "2 months on record"),
    ],
)
def test_a_record_without_movement_is_refused(level: np.ndarray, why: str) -> None:
    with pytest.raises(QueryError, match=why):
        read_reports(panel_of({"one": {"east": level}}), WAR)


def test_a_region_is_refused_before_it_is_conditioned_on() -> None:
    found = read_reports(panel_of({"one": {"east": walk(), "west": np.full(30, 500.0)}}), WAR)
    check_region(found, "east")
    check_region(found, "land")
    with pytest.raises(QueryError, match="'west': its line did not move in the months on record; expected one of east"):
        check_region(found, "west")


# --- one region without sampling ------------------------------------------------------------------------------------


def test_the_quick_forecast_follows_a_steady_front() -> None:
    area = walk(40, pace=60.0)
    found = latent_forecast(area, WHOLE, 12, 4000, 0)
    assert found.shape == (4000, 12)
    low, middle, high = np.quantile(found[:, 11], (0.1, 0.5, 0.9))
    assert low < 12 * 60 < high
    assert middle == pytest.approx(720, rel=0.3)
    assert np.array_equal(found, latent_forecast(area, WHOLE, 12, 4000, 0))


def test_the_quick_forecast_forgets_a_jump() -> None:
    level = walk(40, pace=20.0, start=5000)
    level[30:] -= 3000
    calm = latent_forecast(walk(40, pace=20.0, start=5000), WHOLE, 6, 4000, 0)
    found = latent_forecast(level, WHOLE, 6, 4000, 0)
    assert np.median(found[:, 5]) > 0
    assert np.quantile(found[:, 5], 0.05) < np.quantile(calm[:, 5], 0.05)


def test_the_quick_forecast_stays_inside_the_region() -> None:
    found = latent_forecast(WHOLE - 900 + 22 * np.arange(40), WHOLE, 24, 1000, 0)
    left = WHOLE - (WHOLE - 900 + 22 * 39)
    assert found.max() <= left + 1e-6


@pytest.mark.parametrize(
    ("area", "horizon", "draws", "why"),
    [
        (np.array([1.0, np.nan] * 8), 3, 10, "missing months"),
        (np.arange(6.0), 3, 10, "6 months on record; expected at least 7"),
        (np.arange(20.0), 0, 10, "expected 1 to 60"),
        (np.arange(20.0), MOST_MONTHS + 1, 10, "expected 1 to 60"),
        (np.arange(20.0), 3, 0, "draws 0"),
    ],
)
def test_the_quick_forecast_refuses(area: np.ndarray, horizon: int, draws: int, why: str) -> None:
    with pytest.raises(QueryError, match=why):
        latent_forecast(area, WHOLE, horizon, draws, 0)


def test_not_within_the_horizon_is_said() -> None:
    done = np.zeros((10, 5), dtype=bool)
    done[:4, 2:] = True
    assert time_to_complete(done) == {10: 3.0, 25: 3.0, 50: None, 75: None, 90: None}
