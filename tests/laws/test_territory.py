"""Laws of territory: areas are those of the shapes, gaps stay gaps, redraws are told from battles, builds are safe."""

from __future__ import annotations

import filecmp
import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import make_toy
from armistice.core.errors import BuildError
from armistice.data import build as building
from armistice.data import territory
from armistice.data.build import build
from armistice.data.control import areas_by_map, coverage, ledger, points_by_map
from armistice.data.estimate import estimate_panel, holdings
from armistice.data.pack import Pack, cut_pack, read_pack
from armistice.data.raw import locate, open_shapes, read_recipe, read_shapes

METRES = 1e6
TOLERANCE_KM2 = 1e-6

# --- areas and points ----------------------------------------------------------------------------------------


@st.composite
def shapes(draw: st.DrawFn) -> shapely.Geometry:
    """Polygons with holes and several parts in a square of a thousand kilometres.

    Corners on a coarse grid make upright edges, shared edges and touching parts common; free corners make the rest.
    """
    coarse = draw(st.booleans())
    number = (
        st.integers(0, 8).map(lambda n: n * METRES / 8) if coarse else st.floats(0, METRES).map(lambda v: round(v, 3))
    )
    joins = st.sampled_from([shapely.union, shapely.difference, shapely.symmetric_difference])
    whole = shapely.MultiPolygon()
    for _ in range(draw(st.integers(1, 3))):
        corners = draw(st.lists(st.tuples(number, number), min_size=3, max_size=6, unique=True))
        piece = _areal(shapely.make_valid(shapely.Polygon(corners)))
        whole = piece if whole.is_empty else _areal(draw(joins)(whole, piece))
    return whole


def _areal(shape: shapely.Geometry) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([p for p in shapely.get_parts(shape) if p.geom_type == "Polygon" and p.area > 1.0])


@st.composite
def sequences(draw: st.DrawFn) -> list[shapely.Geometry | None]:
    """Maps of some days; maps stay as they are, come back, or are missing."""
    pool = [*draw(st.lists(shapes(), min_size=1, max_size=3)), None]
    return draw(st.lists(st.sampled_from(pool), min_size=1, max_size=6))


def _areas(maps: list, regions: list) -> np.ndarray:
    book = ledger(maps)
    return areas_by_map(book, coverage(book.edges, regions), len(regions))


@settings(max_examples=60)
@given(maps=sequences(), regions=st.lists(shapes(), min_size=1, max_size=3))
def test_areas_are_those_of_the_intersections(maps: list, regions: list) -> None:
    wanted = [[0.0 if m is None else shapely.intersection(m, r).area / 1e6 for r in regions] for m in maps]
    np.testing.assert_allclose(_areas(maps, regions), wanted, rtol=0, atol=TOLERANCE_KM2)


@settings(max_examples=40)
@given(maps=sequences(), seed=st.integers(0, 2**32 - 1))
def test_points_lie_where_shapes_say(maps: list, seed: int) -> None:
    x, y = np.random.default_rng(seed).uniform(-0.1 * METRES, 1.1 * METRES, (2, 60))
    points = shapely.points(x, y)
    got = points_by_map(ledger(maps), x, y)
    for day, shape in enumerate(maps):
        if shape is None or shape.is_empty:
            assert not got[day].any()
            continue
        clear = shapely.distance(shapely.boundary(shape), points) > 1e-3
        np.testing.assert_array_equal(got[day][clear], shapely.contains_xy(shape, x, y)[clear])


@settings(max_examples=25)
@given(shape=shapes(), days=st.integers(2, 5))
def test_identical_maps_produce_no_changes(shape: shapely.Geometry, days: int) -> None:
    book = ledger([shape] * days)
    assert (book.step == 0).all()
    assert book.n_steps == days


@settings(max_examples=25)
@given(maps=sequences(), regions=st.lists(shapes(), min_size=1, max_size=2))
def test_the_order_of_days_does_not_change_a_day(maps: list, regions: list) -> None:
    np.testing.assert_allclose(_areas(maps[::-1], regions)[::-1], _areas(maps, regions), rtol=0, atol=TOLERANCE_KM2)


@settings(max_examples=40)
@given(shape=shapes(), cut=st.floats(0.05, 0.95))
def test_a_region_cut_in_two_holds_what_the_whole_holds(shape: shapely.Geometry, cut: float) -> None:
    west, east = shapely.box(0, 0, cut * METRES, METRES), shapely.box(cut * METRES, 0, METRES, METRES)
    whole, *parts = _areas([shape], [shapely.box(0, 0, METRES, METRES), west, east])[0]
    assert whole == pytest.approx(sum(parts), abs=TOLERANCE_KM2)
    assert whole == pytest.approx(shape.area / 1e6, abs=TOLERANCE_KM2)


# --- runs of days --------------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(
    gaps=st.lists(st.integers(1, 4), min_size=1, max_size=30),
    values=st.lists(st.lists(st.integers(0, 2), min_size=2, max_size=2), min_size=31, max_size=31),
)
def test_runs_of_days_give_back_every_day_and_no_other(gaps: list[int], values: list[list[int]]) -> None:
    days = np.datetime64("2011-01-01", "D") + np.cumsum([0, *gaps]).astype("timedelta64[D]")
    table = np.array(values[: len(days)], dtype=float)
    rows = territory.run_lengths(
        days, np.array(["east", "west"]), table, table, table + 1,
        quantity="control", unit="km2", belligerent="aldmark", source="mapwatch", lag=2, note="",
    )  # fmt: skip
    back = territory.daily_values(rows)
    assert list(back.columns) == ["east", "west"]
    np.testing.assert_array_equal(back.index.to_numpy().astype("datetime64[D]"), days)
    np.testing.assert_array_equal(back.to_numpy(), table)
    assert ((rows["published"] - rows["start"]).dt.days == 2).all()
    for _, part in rows.groupby("region"):
        touching = part["start"].iloc[1:].to_numpy() == (part["end"].iloc[:-1] + pd.Timedelta(days=1)).to_numpy()
        same = part["value"].iloc[1:].to_numpy() == part["value"].iloc[:-1].to_numpy()
        assert not (touching & same).any(), "a run was cut without need"


# --- redraws -------------------------------------------------------------------------------------------------

REGIONS = pd.DataFrame({"region": ["north"], "level": [1]})


def _two_maps(one: np.ndarray, other: np.ndarray) -> pd.DataFrame:
    days = np.datetime64("2011-01-01", "D") + np.arange(len(one)).astype("timedelta64[D]")
    frames = [
        territory.run_lengths(
            days, np.array(["north"]), v[:, None], v[:, None], v[:, None],
            quantity="control", unit="km2", belligerent="aldmark", source=name, lag=0, note="",
        )
        for name, v in (("one", one), ("other", other))
    ]  # fmt: skip
    return pd.concat(frames, ignore_index=True)


@settings(max_examples=25)
@given(
    day=st.integers(40, 140),
    size=st.floats(45, 400),
    sign=st.sampled_from([-1, 1]),
    pace=st.floats(0, 3),
    late=st.integers(0, 20),
)
def test_a_jump_of_one_map_is_a_redraw_and_of_both_a_battle(
    day: int, size: float, sign: int, pace: float, late: int
) -> None:
    quiet = 1000 + pace * np.arange(200.0)
    jump = sign * max(size, 12 * pace + 45)
    # The other map must not, by its own slow movement, seem to confirm the jump.
    if pace * 60 > 0.3 * abs(jump):
        quiet = np.full(200, 1000.0)
    moved = quiet + jump * (np.arange(200) >= day)
    told = territory.redraws(_two_maps(moved, quiet), REGIONS)
    assert told["source"].tolist() == ["one"]
    assert told["date"].iloc[0] == pd.Timestamp("2011-01-01") + pd.Timedelta(days=day)
    assert told["change_km2"].iloc[0] == pytest.approx(jump + (quiet[1] - quiet[0]), abs=0.02)
    confirmed = quiet + jump * (np.arange(200) >= day + late)
    assert territory.redraws(_two_maps(moved, confirmed), REGIONS).empty


def test_a_jump_that_no_second_map_can_judge_is_left_alone() -> None:
    alone = _two_maps(1000 + 90.0 * (np.arange(200) >= 100), np.full(200, 1000.0))
    assert territory.redraws(alone[alone["source"] == "one"], REGIONS).empty


def test_the_planted_redraw_is_found_and_the_battle_is_not(toy: Path) -> None:
    truth = json.loads((toy / "truth.json").read_text(encoding="utf-8"))
    told = read_pack(toy).tables["redraws"]
    assert told[["source", "region"]].to_numpy().tolist() == [[truth["redraw"]["source"], truth["redraw"]["region"]]]
    assert str(told["date"].iloc[0])[:10] == truth["redraw"]["date"]
    assert told["change_km2"].iloc[0] == pytest.approx(truth["redraw"]["change_km2"], abs=0.5)


# --- the panel -----------------------------------------------------------------------------------------------

DAYS = st.dates(date(2011, 1, 1), date(2013, 6, 30))


@pytest.fixture(scope="module")
def whole(toy: Path) -> Pack:
    """The toy war as it is shipped; not to be written to."""
    return read_pack(toy)


def _bytes(panel: xr.Dataset) -> list[bytes]:
    names = sorted(map(str, panel.variables))
    return [name.encode() + panel[name].to_numpy().tobytes() for name in names]


@pytest.mark.parametrize("as_of", [date(2011, 2, 1), date(2012, 4, 15), date(2013, 6, 30)])
def test_shares_of_control_sum_to_one(whole: Pack, as_of: date) -> None:
    panel = estimate_panel(cut_pack(whole, as_of))
    for name in ("control", "people"):
        whole = panel[name].sum("belligerent", skipna=False) / panel["area" if name == "control" else "population"]
        known = whole.to_numpy()[np.isfinite(whole.to_numpy())]
        assert known.size
        np.testing.assert_allclose(known, 1.0, atol=1e-9)
    assert bool((panel["control"].min() >= 0) & (panel["people"].min() >= 0))


def test_a_day_without_a_map_is_a_gap_and_not_a_zero(whole: Pack) -> None:
    panel = estimate_panel(whole)
    for source, says in make_toy.SOURCES.items():
        held = panel["control"].sel(source=source, region="northreach", belligerent="aldmark")
        for start, end in says["gaps"]:
            assert bool(held.sel(time=slice(start, end)).isnull().all())
            around = [np.datetime64(start) - 1, np.datetime64(end) + 1]
            assert bool(held.sel(time=around).notnull().all())
        assert bool(held.sel(time=slice("2010-10-01", str(says["first"]))).isel(time=slice(0, -2)).isnull().all())


@settings(max_examples=4)
@given(as_of=DAYS)
def test_what_becomes_known_later_changes_no_byte(
    toy: Path, whole: Pack, tmp_path_factory: pytest.TempPathFactory, as_of: date
) -> None:
    folder = tmp_path_factory.mktemp("later") / "toy"
    shutil.copytree(toy, folder)
    rows = pd.read_csv(folder / "observations.csv", dtype=str, keep_default_na=False)
    later = rows["published"] > as_of.isoformat()
    # Everything not yet published is replaced: half of it goes, the rest says something else.
    rows.loc[later & rows["quantity"].isin(["control", "losses_personnel"]), ["low", "value", "high"]] = "1"
    rows[~later | (rows.index % 2 == 0)].to_csv(folder / "observations.csv", index=False)
    before, after = estimate_panel(cut_pack(whole, as_of)), estimate_panel(read_pack(folder, as_of))
    assert _bytes(before) == _bytes(after)
    assert np.datetime64(before["time"].to_numpy()[-1], "D") == np.datetime64(as_of)


def test_a_state_published_late_is_known_only_up_to_its_lag(toy_copy: Path) -> None:
    rows = pd.read_csv(toy_copy / "observations.csv", dtype=str, keep_default_na=False)
    late = (rows["source"] == "frontline") & rows["quantity"].isin(["control", "people", "assets"])
    start = pd.to_datetime(rows.loc[late, "start"])
    rows.loc[late, "published"] = (start + pd.Timedelta(days=10)).dt.strftime("%Y-%m-%d")
    rows.to_csv(toy_copy / "observations.csv", index=False)
    panel = estimate_panel(read_pack(toy_copy, date(2012, 3, 1)))
    held = panel["control"].sel(region="northreach", belligerent="aldmark")
    last = {
        s: held.sel(source=s).dropna("time")["time"].to_numpy()[-1].astype("datetime64[D]") for s in make_toy.SOURCES
    }
    assert last == {"mapwatch": np.datetime64("2012-03-01"), "frontline": np.datetime64("2012-02-20")}


# --- the build -----------------------------------------------------------------------------------------------


def _same(left: Path, right: Path, *, without: tuple[str, ...] = ()) -> list[str]:
    """Names of files that differ between two folders."""
    names = {p.relative_to(f).as_posix() for f in (left, right) for p in f.rglob("*") if p.is_file()}
    return sorted(
        name
        for name in names - set(without)
        if not (
            (left / name).is_file()
            and (right / name).is_file()
            and filecmp.cmp(left / name, right / name, shallow=False)
        )
    )


def _litter(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir() if p.name.startswith("."))


@dataclass(frozen=True)
class Site:
    """A pack as built, and the raw files it was built from; not to be written to."""

    pack: Path
    raw: Path

    def copy(self, to: Path) -> Site:
        return Site(Path(shutil.copytree(self.pack, to / "toy")), Path(shutil.copytree(self.raw, to / "raw")))


def _only_days(raw: Path, full: Path, first: str, last: str) -> None:
    """Replace the maps by those of some days, under the name that goes with them."""
    for source in make_toy.SOURCES:
        for old in (raw / "maps").glob(f"{source}_*"):
            old.unlink()
        maps = gpd.read_parquet(next((full / "maps").glob(f"{source}_*")))
        name = f"{source}_{first}_{last}.parquet".replace("-", "")
        maps[maps["date"].between(first, last)].to_parquet(raw / "maps" / name, index=False)


class AtOnce(Executor):
    """Works here and now: a worker process costs more to start than its part of a small build."""

    def __init__(self, *arguments: object) -> None:
        pass

    def submit(self, function: Callable[..., object], /, *arguments: object) -> Future:
        done: Future = Future()
        try:
            done.set_result(function(*arguments))
        except BaseException as error:
            done.set_exception(error)
        return done


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds without worker processes, for what does not depend on them."""
    monkeypatch.setattr(building, "ProcessPoolExecutor", AtOnce)


@pytest.fixture(scope="session")
def site(toy: Path, toy_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The toy war as of 29 February 2012, with four months of maps: a build of a second or two."""
    folder = tmp_path_factory.mktemp("site")
    raw = Path(shutil.copytree(toy_raw, folder / "raw"))
    _only_days(raw, toy_raw, "2011-11-01", "2012-02-29")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "ProcessPoolExecutor", AtOnce)
        return Site(build(toy, raw, folder / "toy", accept_new=True, as_of=date(2012, 2, 29))[0], raw)


@pytest.mark.xdist_group("generator")
def test_the_shipped_toy_war_is_what_its_generator_writes(toy: Path, tmp_path: Path) -> None:
    make_toy.write_pack(tmp_path / "toy", tmp_path / "raw")
    assert _same(toy, tmp_path / "toy") == []
    assert sum(p.stat().st_size for p in toy.rglob("*") if p.is_file()) < 400_000
    assert set(locate(read_recipe(toy), tmp_path / "raw", accept_new=False)) == set(read_recipe(toy).inputs)


@pytest.mark.xdist_group("build")
def test_the_order_in_which_workers_finish_changes_no_byte(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = building.as_completed
    monkeypatch.setattr(building, "as_completed", lambda futures: reversed(list(real(futures))))
    monkeypatch.setattr(building, "_WORKERS", 1)
    again, _ = build(site.pack, site.raw, tmp_path / "toy")
    assert _same(site.pack, again) == []


@pytest.mark.xdist_group("build")
@pytest.mark.parametrize("moment", ["redraws", "writing", "swapping"])
def test_an_interrupted_build_leaves_the_old_pack_and_the_next_one_succeeds(
    site: Site, at_once: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    folder = Path(shutil.copytree(site.pack, tmp_path / "toy"))
    real_replace, real_write = os.replace, building._write
    refused = []

    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    def write(place: Path, name: str, table: pd.DataFrame) -> None:
        if name == "cells":
            raise KeyboardInterrupt
        real_write(place, name, table)

    def replace(source: Path, target: Path) -> None:
        # The old pack has been put aside; the new one does not get into its place.
        if Path(target) == folder and not refused:
            refused.append(target)
            raise OSError("no space left on device")
        real_replace(source, target)

    with monkeypatch.context() as patch:
        if moment == "redraws":
            patch.setattr(territory, "redraws", interrupted)
        elif moment == "writing":
            patch.setattr(building, "_write", write)
        else:
            patch.setattr(building.os, "replace", replace)
        with pytest.raises((KeyboardInterrupt, OSError)):
            build(folder, site.raw)
    assert _same(site.pack, folder) == []

    # What was finished is not computed again, and nothing is left lying about.
    monkeypatch.setattr(building, "ProcessPoolExecutor", interrupted)
    again, _ = build(folder, site.raw)
    assert _same(site.pack, again) == []
    assert _litter(tmp_path) == []


MAPS = "maps/mapwatch_20111101_20120229.parquet"
DAMAGE: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "map cut short": (MAPS, lambda p: p.write_bytes(p.read_bytes()[:2000]), "restore"),
    "map gone": (MAPS, lambda p: p.unlink(), "get it from its publisher"),
    "map a folder": (MAPS, lambda p: (p.unlink(), p.mkdir()), "get it from its publisher"),
    "boundaries no Parquet": ("land/regions.parquet", lambda p: p.write_text("region"), "restore"),
    "boundaries without names": (
        "land/regions.parquet",
        lambda p: gpd.read_parquet(p).drop(columns="name").to_parquet(p),
        "adapt build.toml",
    ),
    "people without codes": ("series/people.csv", lambda p: p.write_text("a,b\n1,2\n"), "adapt build.toml"),
    "losses no text": ("series/losses.csv", lambda p: p.write_bytes(b"\xff\xfe\x00date\x80"), "restore"),
    "aid without days": (
        "series/aid.csv",
        lambda p: p.write_text(p.read_text(encoding="utf-8").replace("2012-", "in 2012 ")),
        "restore",
    ),
}


@pytest.mark.xdist_group("build")
@pytest.mark.parametrize("name", list(DAMAGE))
def test_a_damaged_or_missing_raw_file_is_named_with_what_to_do(
    site: Site, at_once: None, tmp_path: Path, name: str
) -> None:
    place, change, remedy = DAMAGE[name]
    copy = site.copy(tmp_path)
    change(copy.raw / place)
    for accept_new in (False, True):
        with pytest.raises(BuildError) as caught:
            build(copy.pack, copy.raw, accept_new=accept_new)
        message = str(caught.value)
        assert str(copy.raw / place).split("_2")[0] in message
        whole = (copy.raw / place).is_file()
        assert (remedy if accept_new or not whole else "checksum") in message
        assert _same(site.pack, copy.pack) == []


def test_every_missing_raw_file_is_named_at_once(toy: Path, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    with pytest.raises(BuildError) as caught:
        build(toy, tmp_path / "raw", tmp_path / "toy")
    assert len(str(caught.value).splitlines()) == len(read_recipe(toy).inputs)
    with pytest.raises(BuildError, match="no such folder"):
        build(toy, tmp_path / "nowhere", tmp_path / "toy")
    assert not (tmp_path / "toy").exists()


def test_a_folder_that_is_no_pack_is_not_built_over(toy: Path, toy_raw: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("dear diary", encoding="utf-8")
    with pytest.raises(BuildError, match="no pack"):
        build(toy, toy_raw, tmp_path / "mine")
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["diary.txt"]


@pytest.mark.xdist_group("build")
def test_newer_raw_files_are_taken_on_request_and_what_they_changed_is_logged(
    site: Site, at_once: None, toy_raw: Path, tmp_path: Path
) -> None:
    """A month more of both maps under other names; one publisher has moved its line of three past days."""
    folder, raw = (site.copy(tmp_path).pack, tmp_path / "newer")
    shutil.copytree(site.raw, raw)
    _only_days(raw, toy_raw, "2011-11-01", "2012-03-31")
    file = next((raw / "maps").glob("frontline_*"))
    maps = gpd.read_parquet(file)
    wrong = maps["date"].between("2012-01-10", "2012-01-12") & (maps["status"] == "control")
    patch = shapely.box(2.0, 46.9, 2.1, 47.0)
    maps.loc[wrong, "geometry"] = [shapely.union(g, patch) for g in maps.loc[wrong].geometry]
    maps.to_parquet(file, index=False)

    with pytest.raises(BuildError, match="--accept-new"):
        build(folder, raw)
    with pytest.raises(BuildError, match="--accept-new"):
        build(folder, site.raw, as_of=date(2012, 3, 31))
    _, revised = build(folder, raw, accept_new=True, as_of=date(2012, 3, 31))

    pack = read_pack(folder)
    assert pack.war.as_of == date(2012, 3, 31)
    assert set(holdings(pack, "northreach", date(2012, 3, 31))) == set(make_toy.SOURCES)
    old, new = ({k: i.sha256 for k, i in read_recipe(f).inputs.items()} for f in (site.pack, folder))
    assert {k for k in old if old[k] != new[k]} == set(make_toy.SOURCES)

    assert revised["source"].unique().tolist() == ["frontline"]
    assert revised["date"].dt.strftime("%Y-%m-%d").tolist() == ["2012-01-10", "2012-01-11", "2012-01-12"]
    patch_km2 = make_toy.km2_per_degree(46.9, 47.0) * 0.1
    np.testing.assert_allclose(revised["after_km2"] - revised["before_km2"], patch_km2, atol=0.05)
    logged_before = len(read_pack(site.pack).tables["revisions"])
    assert len(pack.tables["revisions"]) == logged_before + 3, "what was logged before is kept"
    # Pinned again, the same files build the same pack without being asked to accept anything.
    again, _ = build(folder, raw, tmp_path / "again")
    assert _same(folder, again) == []


@pytest.mark.xdist_group("build")
def test_a_pack_can_be_built_as_of_a_day_before_the_first_incursion(site: Site, at_once: None, tmp_path: Path) -> None:
    folder, _ = build(site.pack, site.raw, tmp_path / "toy", as_of=date(2011, 11, 3))
    assert read_pack(folder).war.as_of == date(2011, 11, 3)


@pytest.mark.xdist_group("build")
def test_a_build_as_of_a_day_holds_nothing_that_was_published_later(site: Site, at_once: None, tmp_path: Path) -> None:
    day = date(2012, 1, 20)
    pack = read_pack(build(site.pack, site.raw, tmp_path / "toy", as_of=day)[0])
    assert pack.observations["published"].max() <= pd.Timestamp(day)
    assert pack.tables["control_cells"]["date"].max() <= pd.Timestamp(day)
    early, late = (estimate_panel(p)["control"] for p in (pack, read_pack(site.pack, day)))
    np.testing.assert_allclose(early.to_numpy(), late.to_numpy(), atol=0.011)


# --- on the raw files of the real pack -----------------------------------------------------------------------

REAL = {
    "deepstate": ("deepstate-occupied", "occupied_incl_pre2022"),
    "uacontrolmap": ("uacontrolmap-areas", "ru_control"),
}


@pytest.fixture(scope="session")
def real(raw_dir: Path) -> tuple[gpd.GeoDataFrame, dict[str, gpd.GeoDataFrame], str]:
    """Regions and maps of three days and a year earlier, from the raw files of the real pack."""
    recipe = read_recipe(Path(__file__).parents[2] / "wars" / "ukraine")
    regions = read_shapes(raw_dir / recipe.inputs["regions"].pattern, recipe.projection)
    maps = {}
    for source, (name, status) in REAL.items():
        file = sorted(raw_dir.glob(recipe.inputs[name].pattern))[-1]
        shapes = open_shapes(file)
        days = shapes["date"].astype(str).str[:10]
        wanted = days.isin(["2024-12-04", "2025-06-15", "2025-12-04"]) & (shapes["status"] == status)
        chosen = shapes[wanted].assign(day=days[wanted])
        maps[source] = (chosen if chosen.crs else chosen.set_crs(4326)).to_crs(recipe.projection)
    return regions, maps, recipe.projection


@pytest.mark.raw
@pytest.mark.parametrize(
    ("source", "day", "share"),
    [("deepstate", "2025-12-04", 23.2), ("uacontrolmap", "2025-12-04", 22.3), ("deepstate", "2024-12-04", 33.7), ("uacontrolmap", "2024-12-04", 34.2)],
)  # fmt: skip
def test_the_share_of_donetsk_region_still_held_is_what_others_measured(
    real: tuple, source: str, day: str, share: float
) -> None:
    regions, maps, _ = real
    whole = regions[regions["name_en"].str.contains("Donetsk")].geometry
    drawn = maps[source][maps[source]["day"] == day].geometry
    held = _areas([shapely.union_all(drawn.values)], list(whole))[0, 0]
    assert 100 * (1 - held / (whole.area.sum() / 1e6)) == pytest.approx(share, abs=0.3)


@pytest.mark.raw
@pytest.mark.parametrize("source", list(REAL))
def test_areas_agree_with_an_overlay_of_shapes(real: tuple, source: str) -> None:
    regions, maps, _ = real
    days = sorted(maps[source]["day"].unique())
    assert len(days) == 3
    sheets = [maps[source][maps[source]["day"] == day] for day in days]
    ours = _areas([shapely.union_all(shapely.make_valid(s.geometry.values)) for s in sheets], list(regions.geometry))
    assert ours.shape == (3, 27)
    for row, sheet in zip(ours, sheets, strict=True):
        sheet = sheet.set_geometry(shapely.make_valid(sheet.geometry.values))
        cut = gpd.overlay(
            regions[["name_en", "geometry"]], sheet[["geometry"]], how="intersection", keep_geom_type=True
        )
        theirs = (cut.dissolve("name_en").area / 1e6).reindex(regions["name_en"]).fillna(0.0)
        np.testing.assert_allclose(row, theirs.to_numpy(), rtol=0, atol=0.01)
