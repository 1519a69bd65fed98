"""Raw files: which is taken, whether it is whole, and what is said when it is not."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from armistice.core.errors import BuildError, PackError
from armistice.data.raw import Input, Recipe, checksum, columns, days_of, locate, planar, read_recipe, read_shapes

PROJECTION = "+proj=cea +lat_ts=47 +lon_0=1.5 +ellps=WGS84 +units=m"


def recipe_for(pattern: str, sha256: str = "") -> Recipe:
    entry = Input("maps", pattern, sha256, "mapwatch", "", "ask Mapwatch")
    return Recipe(Path(), PROJECTION, 6, {"maps": entry}, ())


def test_the_pinned_file_is_taken_although_a_newer_one_is_there(tmp_path: Path) -> None:
    for year in (2011, 2012):
        (tmp_path / f"maps_{year}.csv").write_text(str(year), encoding="utf-8")
    old = tmp_path / "maps_2011.csv"
    recipe = recipe_for("maps_*.csv", checksum(old))
    assert locate(recipe, tmp_path, accept_new=False) == {"maps": (old, checksum(old))}
    new = tmp_path / "maps_2012.csv"
    assert locate(recipe, tmp_path, accept_new=True) == {"maps": (new, checksum(new))}


def test_without_a_pin_the_newest_file_is_taken(tmp_path: Path) -> None:
    for name in ("maps_20111231.csv", "maps_20120101.csv"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    assert locate(recipe_for("maps_*.csv"), tmp_path, accept_new=False)["maps"][0].name == "maps_20120101.csv"


def test_a_file_of_another_checksum_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "maps.csv").write_text("x", encoding="utf-8")
    with pytest.raises(BuildError, match=r"maps\.csv: checksum .* --accept-new"):
        locate(recipe_for("maps.csv", "0" * 64), tmp_path, accept_new=False)


def test_a_missing_file_is_refused_with_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"maps_\*\.csv: no such file.*ask Mapwatch"):
        locate(recipe_for("maps_*.csv"), tmp_path, accept_new=False)


def test_the_recipe_of_the_toy_war_is_read(toy: Path) -> None:
    recipe = read_recipe(toy)
    assert recipe.cell_resolution == 6
    assert len(recipe.inputs) == 15
    assert {step["kind"] for step in recipe.steps} == {
        "places", "regions", "people", "country", "assets", "control", "axis", "series", "outlines",
    }  # fmt: skip


def test_a_pack_without_recipe_is_written_by_hand(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="written by hand"):
        read_recipe(tmp_path)


@pytest.mark.parametrize("pattern", ["../x", "/etc/passwd", "a/../../b", "a\\\\b"])
def test_a_pattern_may_not_lead_out_of_the_raw_folder(toy_copy: Path, pattern: str) -> None:
    file = toy_copy / "build.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("land/regions.parquet", pattern), encoding="utf-8")
    with pytest.raises(PackError, match="a path inside the raw folder"):
        read_recipe(toy_copy)


def test_a_missing_column_is_named_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"no column b, c; .*found a"):
        columns(pd.DataFrame({"a": [1]}), tmp_path / "x.csv", "a", "b", "c")


def test_days_are_read_from_days_and_stamps(tmp_path: Path) -> None:
    days = days_of(pd.Series(["2012-01-31", "2012-02-01T06:00:00Z"]), tmp_path / "x.csv")
    assert days.tolist() == [pd.Timestamp(2012, 1, 31), pd.Timestamp(2012, 2, 1)]
    with pytest.raises(BuildError, match="expected days"):
        days_of(pd.Series(["31.1.2012"]), tmp_path / "x.csv")


def test_a_square_degree_has_the_area_of_the_ellipsoid(tmp_path: Path) -> None:
    gpd.GeoDataFrame(geometry=[shapely.box(1, 47, 2, 48)], crs=4326).to_parquet(tmp_path / "x.parquet")
    area = read_shapes(tmp_path / "x.parquet", PROJECTION).area.iloc[0] / 1e6
    assert area == pytest.approx(8376.6, abs=1.0)
    x, y = planar(np.array([1.0, 2.0]), np.array([47.0, 48.0]), PROJECTION)
    assert (x[1] - x[0]) * (y[1] - y[0]) / 1e6 == pytest.approx(area, rel=1e-12)


def test_a_broken_shape_is_repaired(tmp_path: Path) -> None:
    bow = shapely.Polygon([(1, 47), (2, 48), (2, 47), (1, 48)])
    gpd.GeoDataFrame(geometry=[bow], crs=4326).to_parquet(tmp_path / "x.parquet")
    shape = read_shapes(tmp_path / "x.parquet", PROJECTION).geometry.iloc[0]
    assert shape.is_valid
    assert shape.area > 0
