"""Daily areas by region: the signed-edge ledger beside a plain overlay per day, same shapes, same run.

Two hundred consecutive days of one source and 27 unsimplified regions, projected beforehand. Run with
``make bench``; needs the raw files. The ratio is asserted, the seconds are not.
"""

from __future__ import annotations

import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from armistice.data.control import areas_by_map, coverage, ledger
from armistice.data.raw import read_recipe, read_shapes

DAYS = 200
LEAST_RATIO = 15.0
LARGEST_DIFFERENCE_KM2 = 0.01


@pytest.fixture(scope="module")
def shapes(raw_dir: Path) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    projection = read_recipe(Path(__file__).parents[1] / "wars" / "ukraine").projection
    maps = read_shapes(next(raw_dir.glob("deepstate/deepstate_occupied_*.parquet")), projection).iloc[:DAYS]
    regions = read_shapes(raw_dir / "admin" / "ukr_oblast_osm.parquet", projection)
    return maps.reset_index(drop=True), regions[["oblast_slug", "geometry"]]


def by_ledger(maps: gpd.GeoDataFrame, regions: gpd.GeoDataFrame) -> np.ndarray:
    book = ledger(maps.geometry.values)
    return areas_by_map(book, coverage(book.edges, list(regions.geometry.values)), len(regions))


def by_overlay(maps: gpd.GeoDataFrame, regions: gpd.GeoDataFrame) -> np.ndarray:
    out = np.zeros((len(maps), len(regions)))
    place = {name: i for i, name in enumerate(regions["oblast_slug"])}
    for day in range(len(maps)):
        pieces = gpd.overlay(regions, maps.iloc[[day]][["geometry"]], how="intersection", keep_geom_type=True)
        for name, area in zip(pieces["oblast_slug"], pieces.area, strict=True):
            out[day, place[name]] += area / 1e6
    return out


def test_ledger(benchmark, shapes) -> None:
    benchmark.group = "areas of 200 days by 27 regions"
    benchmark(by_ledger, *shapes)


def test_ledger_is_exact_and_at_least_fifteen_times_faster_than_overlay(benchmark, shapes) -> None:
    benchmark.group = "areas of 200 days by 27 regions"
    plain = benchmark.pedantic(by_overlay, args=shapes, rounds=1)
    slow = benchmark.stats.stats.mean
    best = min(_seconds(by_ledger, *shapes) for _ in range(5))
    ours = by_ledger(*shapes)
    ratio = slow / best
    worst = float(np.abs(ours - plain).max())
    benchmark.extra_info.update(ratio=round(ratio, 1), largest_difference_km2=worst)
    print(f"\noverlay {slow:.2f} s, ledger {best:.3f} s, ratio {ratio:.0f}, largest difference {worst:.1e} km²")
    assert worst < LARGEST_DIFFERENCE_KM2
    assert ratio >= LEAST_RATIO


def _seconds(function, *arguments) -> float:
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start
