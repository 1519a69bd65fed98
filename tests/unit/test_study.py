"""The stages in order: what a study holds, as of which day, and which regions it asks about."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from armistice.core.errors import QueryError
from armistice.study import HORIZON, Study, contested_regions, run_study


@pytest.fixture(scope="module")
def study(toy: Path) -> Study:
    return run_study(toy, draws=0)


def test_stages_are_told_in_order(toy: Path) -> None:
    told: list[str] = []
    run_study(toy, progress=told.append, draws=0)
    assert told == ["reading the pack", "laying out the panel", "forecasting the front"]


def test_the_country_and_its_contested_regions_are_forecast(study: Study) -> None:
    assert list(study.forecasts) == ["brelland", *contested_regions(study.panel)]
    assert "northreach" in study.forecasts
    for region, forecast in study.forecasts.items():
        assert (forecast.region, forecast.as_of, len(forecast.months)) == (region, date(2013, 6, 30), HORIZON)


def test_contested_regions_are_crossed_by_the_front_and_ordered(study: Study) -> None:
    panel, regions = study.panel, contested_regions(study.panel)
    held = panel["control"].sel(belligerent="aldmark").isel(time=slice(-8, None)).to_numpy()
    last = pd.DataFrame({r: pd.DataFrame(held[:, :, n]).ffill().iloc[-1] for n, r in enumerate(panel["region"].values)})
    areas = [float(last[r].mean()) for r in regions]
    shares = [a / float(panel["area"].sel(region=r)) for a, r in zip(areas, regions, strict=True)]
    assert all(0.005 < s < 0.995 for s in shares)
    assert areas == sorted(areas, reverse=True)
    assert "brelland" not in regions


def test_a_study_as_of_a_day_holds_nothing_later(toy: Path, study: Study) -> None:
    day = date(2012, 12, 31)
    earlier = run_study(toy, day, draws=0)
    assert earlier.pack.war.as_of == day
    assert earlier.panel.attrs["as_of"] == "2012-12-31"
    assert earlier.panel["time"].values[-1] == np.datetime64("2012-12-31")
    assert (earlier.pack.observations["published"] <= np.datetime64(day, "s")).all()
    assert {f.as_of for f in earlier.forecasts.values()} == {day}
    assert earlier.pack.digest == study.pack.digest, "the same pack"


def test_the_seed_is_kept_and_used(toy: Path, study: Study) -> None:
    other = run_study(toy, seed=5, draws=0)
    assert (study.seed, other.seed) == (0, 5)
    assert other.forecasts["northreach"].months != study.forecasts["northreach"].months
    assert other.forecasts["northreach"].pace_km2_per_month == study.forecasts["northreach"].pace_km2_per_month


def test_a_pack_may_be_named(study: Study) -> None:
    assert repr(run_study("toy", draws=0).forecasts) == repr(study.forecasts)


def test_an_unknown_pack_is_refused() -> None:
    with pytest.raises(QueryError, match="did you mean toy"):
        run_study("toyy")


def test_a_study_without_a_game_says_why(toy: Path, study: Study, toy_copy: Path) -> None:
    assert study.ending is None
    assert "left out" in study.no_ending
    early = run_study(toy, date(2011, 6, 30), draws=1)
    assert early.ending is None
    assert "too short" in early.no_ending
    (toy_copy / "game.toml").unlink()
    for table in ("values.csv",):
        (toy_copy / table).unlink(missing_ok=True)
    bare = run_study(toy_copy, draws=1)
    assert bare.ending is None
    assert "no judgements" in bare.no_ending
