"""Maps of one source as its recipe describes them: which part counts, what is sure, what is unknown, what is late."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from armistice.core.errors import BuildError
from armistice.data.territory import before_rows, control_rows, daily_values, ledgers, measure, read_maps, run_lengths

PROJECTION = "+proj=cea +lat_ts=47 +lon_0=1.5 +ellps=WGS84 +units=m"
DEGREE = 8376.6
"""Area of the square from 1 to 2 degrees east and 47 to 48 degrees north, km²."""


def strip(west: float, east: float) -> shapely.Polygon:
    return shapely.box(1 + west, 47, 1 + east, 48)


def maps_file(path: Path, *rows: tuple[str, str, shapely.Geometry]) -> Path:
    frame = pd.DataFrame(rows, columns=["date", "status", "geometry"])
    gpd.GeoDataFrame(frame, geometry="geometry", crs=4326).to_parquet(path)
    return path


def part(name: str, *held: str, **more: object) -> dict[str, object]:
    return {"input": name, "date": "date", "column": "status", "held": list(held), **more}


def region() -> gpd.GeoDataFrame:
    frame = {
        "region": ["land", "east"],
        "parent": ["", "land"],
        "level": [0, 1],
        "area_km2": DEGREE,
        "population": np.nan,
    }
    whole = gpd.GeoSeries([strip(0, 1)] * 2, crs=4326)
    return gpd.GeoDataFrame(frame, geometry=whole, crs=4326).to_crs(PROJECTION)


def held(files: dict[str, Path], step: dict[str, object], until: date = date(2012, 12, 31)):
    series = read_maps(files, step, until)
    return series, measure(series, ledgers(series, PROJECTION), list(region().geometry.values)[1:])


def test_the_first_part_counts_where_two_have_a_map_of_the_day(tmp_path: Path) -> None:
    files = {
        "new": maps_file(tmp_path / "new.parquet", ("2012-01-02", "held", strip(0, 0.5))),
        "old": maps_file(
            tmp_path / "old.parquet", ("2012-01-01", "held", strip(0, 0.1)), ("2012-01-02", "held", strip(0, 0.2))
        ),
    }
    series, found = held(files, {"parts": [part("new", "held"), part("old", "held")]})
    assert series.days.astype(str).tolist() == ["2012-01-01", "2012-01-02"]
    np.testing.assert_allclose(found.value[:, 0], [0.1 * DEGREE, 0.5 * DEGREE], rtol=1e-4)


def test_what_two_statuses_draw_twice_counts_once(tmp_path: Path) -> None:
    files = {
        "m": maps_file(
            tmp_path / "m.parquet", ("2012-01-01", "held", strip(0, 0.5)), ("2012-01-01", "before", strip(0.4, 0.6))
        )
    }
    _, found = held(files, {"parts": [part("m", "held", "before")]})
    np.testing.assert_allclose(found.value[0, 0], 0.6 * DEGREE, rtol=1e-4)


def test_land_of_unknown_control_is_the_high_end_and_only_where_it_is_told(tmp_path: Path) -> None:
    files = {
        "m": maps_file(
            tmp_path / "m.parquet", ("2012-01-01", "held", strip(0, 0.5)), ("2012-01-01", "unknown", strip(0.5, 0.6)),
            ("2012-01-02", "held", strip(0, 0.5)),
        )
    }  # fmt: skip
    _, found = held(files, {"parts": [part("m", "held")], "unknown": [part("m", "unknown")]})
    np.testing.assert_allclose(found.value[:, 0], 0.5 * DEGREE, rtol=1e-4)
    np.testing.assert_allclose(found.high[:, 0], [0.6 * DEGREE, np.nan], rtol=1e-4)


def test_what_is_held_for_sure_is_the_low_end(tmp_path: Path) -> None:
    files = {
        "m": maps_file(
            tmp_path / "m.parquet", ("2012-01-01", "held", strip(0, 0.3)), ("2012-01-01", "claimed", strip(0.3, 0.5))
        )
    }
    _, found = held(files, {"parts": [part("m", "held", "claimed", sure=["held"])]})
    np.testing.assert_allclose([found.low[0, 0], found.value[0, 0]], [0.3 * DEGREE, 0.5 * DEGREE], rtol=1e-4)


def test_a_late_source_is_cut_earlier(tmp_path: Path) -> None:
    rows = [(f"2012-01-0{n}", "held", strip(0, n / 10)) for n in range(1, 8)]
    files = {"m": maps_file(tmp_path / "m.parquet", *rows)}
    step = {"parts": [part("m", "held")], "lag_days": 3}
    assert len(read_maps(files, step, date(2012, 1, 7)).days) == 4
    assert read_maps(files, step, date(2012, 1, 7), last_only=True).days.astype(str).tolist() == ["2012-01-04"]
    assert len(read_maps(files, step, date(2012, 1, 2)).days) == 0


def test_a_status_that_never_occurs_is_a_fault_of_recipe_or_file(tmp_path: Path) -> None:
    files = {"m": maps_file(tmp_path / "m.parquet", ("2012-01-01", "held", strip(0, 0.3)))}
    with pytest.raises(BuildError, match=r"m\.parquet: no \['occupied'\].*adapt build\.toml"):
        read_maps(files, {"parts": [part("m", "occupied")]}, date(2012, 1, 7))


def test_people_and_assets_follow_the_line(tmp_path: Path) -> None:
    files = {
        "m": maps_file(
            tmp_path / "m.parquet", ("2012-01-01", "held", strip(0, 0.25)), ("2012-01-02", "held", strip(0, 0.75))
        )
    }
    series = read_maps(files, {"parts": [part("m", "held")]}, date(2012, 1, 7))
    land = pd.concat(
        [region(), region().iloc[1:].assign(region=["town"], parent=["east"], level=[3])], ignore_index=True
    )
    land["population"] = [1000.0, 1000.0, 1000.0]
    x, y = gpd.GeoSeries.from_xy([1.5], [47.5], crs=4326).to_crs(PROJECTION).iloc[0].coords[0]
    places = pd.DataFrame({"name": ["a"], "community": ["town"], "people": [600.0], "x": [x], "y": [y]})
    assets = pd.DataFrame({"name": ["mine"], "region": ["east"], "x": [x], "y": [y]})
    rows = control_rows(series, land, {"belligerent": "us", "source": "m"}, places, assets)
    people = rows[(rows["quantity"] == "people") & (rows["region"] == "land")].sort_values("start")
    # A quarter of the land but not the only listed place; three quarters of the land, and the place.
    assert people[["low", "high"]].to_numpy().tolist() == [[0, 250], [750, 1000]]
    mines = rows[rows["quantity"] == "assets"]
    assert mines["value"].tolist() == [0, 1]


def test_land_held_before_the_war_is_told_for_its_day_and_known_with_the_first_map(tmp_path: Path) -> None:
    files = {"m": maps_file(tmp_path / "m.parquet", ("2012-01-05", "before", strip(0, 0.1)))}
    first = read_maps(files, {"parts": [part("m", "before")]}, date(2012, 1, 7))
    rows = before_rows(first, np.datetime64("2011-12-31"), region(), {"belligerent": "us", "source": "m"})
    assert rows["start"].unique().tolist() == rows["end"].unique().tolist() == [pd.Timestamp("2011-12-31")]
    assert rows["published"].unique().tolist() == [pd.Timestamp("2012-01-05")]


def test_a_missing_day_cuts_a_run_although_nothing_changed() -> None:
    days = np.array(["2012-01-01", "2012-01-02", "2012-01-04"], dtype="datetime64[D]")
    same = np.full((3, 1), 5.0)
    rows = run_lengths(
        days, np.array(["east"]), same, same, np.array([[6.0], [np.nan], [np.nan]]),
        quantity="control", unit="km2", belligerent="us", source="m", lag=0, note="",
    )  # fmt: skip
    assert rows[["start", "end"]].map(lambda d: d.day).to_numpy().tolist() == [[1, 1], [2, 2], [4, 4]]
    assert daily_values(rows)["east"].tolist() == [5.0, 5.0, 5.0]
