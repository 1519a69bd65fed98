"""Raw files → the derived tables of a pack, reproducible to the byte.

The new pack is written aside, checked as any pack is, and only then put in the place of the old one, so that
an interruption at any moment leaves the old pack whole. What was finished before an interruption is kept, by
content, and used by the next build. Sources revise their past silently: the build compares the new pack with
the one before and writes down what changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tomllib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from datetime import date
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from armistice.core.errors import BuildError, FaultCollector, PackError
from armistice.core.packs import find_pack
from armistice.data import geography, grid, territory
from armistice.data.checks import read_table
from armistice.data.geography import Land
from armistice.data.pack import known_by, read_pack
from armistice.data.raw import Recipe, locate, read_recipe
from armistice.data.series import series_rows
from armistice.data.tables import TABLES

Progress = Callable[[str, float], None]
"""Called with what is being done and the share done, between 0 and 1."""

DERIVED = (
    "regions", "axis", "observations", "places", "assets", "redraws", "revisions", "cells", "control_cells",
)  # fmt: skip
_WORKERS = 2


def build(
    pack: str | Path,
    raw: Path,
    out: Path | None = None,
    *,
    accept_new: bool = False,
    as_of: date | None = None,
    progress: Progress = lambda what, share: None,
) -> tuple[Path, pd.DataFrame]:
    """Derive a pack's tables from raw files.

    Parameters
    ----------
    pack : path or slug
        The pack whose recipe and hand-written tables are used.
    raw : Path
        Folder of raw files.
    out : Path, optional
        Where the pack goes; in place by default.
    accept_new : bool
        Take the newest file of each series whatever its checksum, and pin the new checksums in the result.
    as_of : date, optional
        As-of day of the new pack; by default the pack's own.
    progress : callable

    Returns
    -------
    Path
        The folder of the pack.
    DataFrame
        What the sources changed about their past since the pack as it was.

    Raises
    ------
    BuildError
        If raw files are missing, damaged or of another layout. The pack is left as it was.
    PackError
        If what was derived fails the checks of a pack.
    """
    _mend(Path(pack))
    folder = find_pack(pack).resolve()
    target = (out or folder).resolve()
    _mend(target)
    if target.exists() and target != folder and any(target.iterdir()) and not (target / "war.toml").exists():
        raise BuildError(f"{target}: a folder that is no pack; expected a new folder or a pack; choose another --out")
    if as_of is not None and not accept_new and as_of > _own_as_of(folder):
        raise BuildError(f"--as-of {as_of} is later than the pinned raw files; add --accept-new to take newer ones")
    recipe = read_recipe(folder)
    progress("verifying raw files", 0.0)
    files = locate(recipe, raw, accept_new)
    day = as_of or _own_as_of(folder)
    aside = target.parent / f".{target.name}.building"
    stages = target.parent / f".{target.name}.stages"
    _fresh(aside)
    stages.mkdir(parents=True, exist_ok=True)
    _copy_by_hand(folder, aside)
    _pin(aside, recipe, files, day)
    _derive(aside, recipe, {k: f for k, (f, _) in files.items()}, files, day, stages, progress)
    progress("comparing with the pack before", 0.97)
    before = target if (target / "war.toml").exists() else folder
    log, changes = _revisions(before, aside, day)
    _write(aside, "revisions", log)
    try:
        read_pack(aside)
    except PackError as error:
        shutil.rmtree(aside)
        raise PackError(error.faults) from None
    _swap(aside, target)
    shutil.rmtree(stages, ignore_errors=True)
    progress("done", 1.0)
    return target, changes


def _own_as_of(folder: Path) -> date:
    with (folder / "war.toml").open("rb") as stream:
        value = tomllib.load(stream).get("as_of")
    if not isinstance(value, date):
        raise BuildError(f"{folder / 'war.toml'}: as_of is {value!r}; expected a day; mend it")
    return value


def _fresh(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)


def _copy_by_hand(source: Path, target: Path) -> None:
    derived = {f"{name}.{ending}" for name in DERIVED for ending in ("csv", "parquet")} | {"outlines.geojson"}
    for file in sorted(p for p in source.rglob("*") if p.is_file()):
        place = file.relative_to(source)
        if place.as_posix() in derived or place.parts[0] == "local":
            continue
        (target / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target / place)


def _pin(aside: Path, recipe: Recipe, files: dict[str, tuple[Path, str]], day: date) -> None:
    """Write checksums and as-of day into the new pack's own settings, leaving the rest of the text alone."""
    text = (aside / "build.toml").read_text(encoding="utf-8")
    for entry in recipe.inputs.values():
        block = re.compile(rf'(\[\[input\]\]\s+id = "{re.escape(entry.id)}"[^\[]*?sha256 = ")[^"]*(")', re.DOTALL)
        text, count = block.subn(rf"\g<1>{files[entry.id][1]}\g<2>", text)
        if not count:
            raise BuildError(
                f'build.toml input {entry.id!r}: no line sha256 = "…" after its id; add one, empty at first'
            )
    (aside / "build.toml").write_text(text, encoding="utf-8")
    war = (aside / "war.toml").read_text(encoding="utf-8")
    war = re.sub(r"(?m)^as_of = .*$", f"as_of = {day.isoformat()}", war, count=1)
    (aside / "war.toml").write_text(war, encoding="utf-8")


# --- the steps --------------------------------------------------------------------------------------------


def _derive(
    aside: Path, recipe: Recipe, files: dict[str, Path], sums: dict[str, tuple[Path, str]], day: date, stages: Path,
    progress: Progress,
) -> None:  # fmt: skip
    land = Land(recipe, files)
    single: dict[str, Callable[[Land, dict[str, Any]], None]] = {
        "places": geography.places_step, "regions": geography.regions_step, "people": geography.people_step,
        "country": geography.country_step, "assets": geography.assets_step,
    }  # fmt: skip
    control = [s for s in recipe.steps if s["kind"] == "control"]
    for step in recipe.steps:
        if step["kind"] in single:
            progress(f"land: {step.get('input', step['kind'])}", 0.01)
            single[step["kind"]](land, step)
    geography.place_points(land)
    progress("grid of hexagons", 0.06)
    beyond = {region for step in control for other in step.get("others", ()) for region in other["regions"]}
    cells = grid.make_grid(land, recipe.cell_resolution, beyond)
    series = {s["source"]: s for s in sorted(control, key=lambda s: s.get("ship", True))}
    shipped = [k for k, s in series.items() if s.get("ship", True)]
    progress("axes along the line", 0.13)
    axis_cells, axis_table = _axes(land, cells, [series[k] for k in shipped], day)
    progress("areas by day, hexagons by month", 0.16)
    results = _in_parallel(
        {k: (_source_tables, (land, s, cells, day)) for k, s in series.items()},
        {k: _digest(s, sums, day, recipe, axis_cells.to_csv()) for k, s in series.items()},
        stages, lambda n: progress("areas by day, hexagons by month", 0.16 + 0.74 * n),
    )  # fmt: skip
    daily, shares = ({k: v[i] for k, v in results.items()} for i in (0, 1))
    monthly = pd.concat([shares[k] for k in shipped], ignore_index=True)
    progress("series of losses, aid and people", 0.92)
    tables = [daily[k] for k in shipped]
    for step in (s for s in recipe.steps if s["kind"] == "series"):
        tables.append(series_rows(land.file(step), step))
    faults = FaultCollector()
    cited = read_table(aside, TABLES["cited"], faults)
    faults.raise_if_any()
    if cited is not None:
        tables.append(cited)
    known = pd.concat(tables, ignore_index=True)
    _write(aside, "observations", known[known["published"] <= np.datetime64(day, "s")])
    regions = geography.region_table(land)
    _write(aside, "regions", regions)
    _write(aside, "places", land.places[land.places["people"] >= 500])
    _write(aside, "assets", land.assets)
    _write(aside, "axis", axis_table)
    _write(aside, "redraws", territory.redraws(known_by(known[known["source"].isin(shipped)], day), regions))
    grid_table = cells.drop(columns="geometry").merge(axis_cells, on="cell", how="left")
    held_abroad = set(monthly["cell"])
    own = set(land.regions.loc[land.regions["parent"] != "", "region"])
    grid_table = grid_table[grid_table["region"].isin(own) | grid_table["cell"].isin(held_abroad)]
    _write(aside, "cells", grid_table)
    _write(aside, "control_cells", monthly)
    local = [daily[k] for k in series if k not in shipped]
    if local:
        (aside / "local").mkdir(exist_ok=True)
        _write(aside / "local", "observations", pd.concat(local, ignore_index=True))
        hidden = pd.concat([shares[k] for k in series if k not in shipped], ignore_index=True)
        _write(aside / "local", "control_cells", hidden[hidden["cell"].isin(set(grid_table["cell"]))])
    for step in (s for s in recipe.steps if s["kind"] == "outlines"):
        progress("outlines", 0.95)
        text = json.dumps(
            geography.outlines_step(land, step), ensure_ascii=False, separators=(",", ":"), sort_keys=True
        )
        (aside / "outlines.geojson").write_text(text + "\n", encoding="utf-8")


def _axes(
    land: Land, cells: gpd.GeoDataFrame, control: list[dict[str, Any]], day: date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cut the axes by the last maps of the shipped sources, and add their steps to the regions."""
    steps = [s for s in land.recipe.steps if s["kind"] == "axis"]
    assigned, tables = [pd.DataFrame({"cell": [], "axis": [], "step": []})], []
    held = np.zeros(len(cells))
    centre = shapely.get_coordinates(shapely.centroid(cells.geometry.values))
    for step in control if steps else ():
        last = territory.read_maps(land.files, step, day, last_only=True)
        if len(last.days):
            held += territory.points_held(territory.ledgers(last, land.recipe.projection), *centre.T)[-1] / len(control)
    for step in steps:
        part = grid.axis_steps(land, cells, held, step)
        regions, table = grid.axis_tables(land, cells, part, step)
        land.regions = gpd.GeoDataFrame(
            pd.concat([land.regions, regions], ignore_index=True), geometry="geometry", crs=land.regions.crs
        )
        assigned.append(part)
        tables.append(table)
    both = pd.concat([a for a in assigned if len(a)] or assigned, ignore_index=True)
    empty = pd.DataFrame(columns=list(TABLES["axis"].header))
    return both, pd.concat(tables, ignore_index=True) if tables else empty


def _source_tables(
    land: Land, step: dict[str, Any], cells: gpd.GeoDataFrame, day: date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All that is derived from one source of maps: observations by day, shares of hexagons by month."""
    maps = territory.read_maps(land.files, step, day)
    if not len(maps.days):
        raise BuildError(
            f"{step['source']}: no map on or before {day}; expected some; give newer raw files or a later --as-of"
        )
    rows = [territory.control_rows(maps, land.regions, step, land.places, land.assets)]
    shares = [_cell_shares(maps.only(_last_of_months(maps.days)), cells, step)]
    if "before" in step:
        before = np.datetime64(step["before"]["day"], "D")
        first = territory.read_maps(land.files, {"parts": [step["before"]]}, day).only(np.array([0]))
        rows.append(territory.before_rows(first, before, land.regions, step))
        shares.append(_cell_shares(first, cells, step).assign(date=before.astype("datetime64[s]")))
    for other in step.get("others", ()):
        maps = territory.read_maps(land.files, {**step, "unknown": [], **other}, day)
        if not len(maps.days):
            continue
        own = {**other, "source": step["source"]}
        part = land.regions[(land.regions["level"] == 0) | land.regions["region"].isin(other["regions"])]
        found = territory.control_rows(maps, part, own, land.places.iloc[:0], land.assets.iloc[:0])
        rows.append(found[found["region"].isin(other["regions"])])
        where = cells[cells["region"].isin(other["regions"])]
        shares.append(_cell_shares(maps.only(_last_of_months(maps.days)), where, own))
    return pd.concat(rows, ignore_index=True), pd.concat(shares, ignore_index=True)


def _last_of_months(days: np.ndarray) -> np.ndarray:
    """Positions of the first map and of the last map of each month."""
    month = days.astype("datetime64[M]")
    return np.flatnonzero(np.concatenate([month[1:] != month[:-1], [True]]) | (np.arange(len(days)) == 0))


def _cell_shares(maps: territory.MapSeries, cells: gpd.GeoDataFrame, step: dict[str, Any]) -> pd.DataFrame:
    """Share of each hexagon held on each map, in hundredths; cells of which nothing is held have no row."""
    books = territory.ledgers(maps, cells.crs.srs)
    edges = [b.edges for b in books.values() if len(b.edges)]
    corners = [[e.x0.min(), min(e.y0.min(), e.y1.min()), e.x1.max(), max(e.y0.max(), e.y1.max())] for e in edges]
    box = shapely.box(*np.min(corners, axis=0)[:2], *np.max(corners, axis=0)[2:])
    near = cells.iloc[np.sort(shapely.STRtree(cells.geometry.values).query(box))]
    held = territory.measure(maps, books, list(near.geometry.values)).value
    share = np.clip(held / near["area_km2"].to_numpy(), 0.0, 1.0).round(2)
    row, column = np.nonzero(share >= 0.01)
    return pd.DataFrame(
        {
            "source": step["source"], "date": maps.days[row].astype("datetime64[s]"),
            "cell": near["cell"].to_numpy()[column], "belligerent": step["belligerent"], "share": share[row, column],
        }
    )  # fmt: skip


# --- stages, parallel and resumable -----------------------------------------------------------------------


def _digest(*parts: Any) -> str:
    """Name of a stage: a digest of all that its result depends on, the code included."""
    total = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        total.update(file.read_bytes())
    for part in parts:
        if isinstance(part, Recipe):
            part = replace(part, folder=Path()).__repr__()
        elif isinstance(part, dict) and part and isinstance(next(iter(part.values())), tuple):
            part = sorted((k, v[1]) for k, v in part.items())
        total.update(repr(part).encode())
    return total.hexdigest()


Tables = tuple[pd.DataFrame, pd.DataFrame]


def _in_parallel(
    jobs: dict[str, tuple[Callable[..., Tables], tuple]], names: dict[str, str], stages: Path,
    report: Callable[[float], None],
) -> dict[str, Tables]:  # fmt: skip
    """Run jobs on both cores; results already kept by an interrupted build are read instead."""
    done: dict[str, Tables] = {}
    for key in jobs:
        kept = _kept(stages, names[key])
        if all(file.exists() for file in kept):
            done[key] = (pd.read_parquet(kept[0]), pd.read_parquet(kept[1]))
    left = {k: v for k, v in jobs.items() if k not in done}
    if left:
        with ProcessPoolExecutor(min(_WORKERS, len(left), os.cpu_count() or 1), _workers()) as pool:
            futures = {pool.submit(function, *arguments): key for key, (function, arguments) in left.items()}
            try:
                for future in as_completed(futures):
                    key = futures[future]
                    done[key] = future.result()
                    for table, file in zip(done[key], _kept(stages, names[key]), strict=True):
                        table.to_parquet(file.with_suffix(".part"), index=False)
                        os.replace(file.with_suffix(".part"), file)
                    report(len(done) / len(jobs))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    return {key: done[key] for key in jobs}


def _workers() -> BaseContext:
    """How workers are started: from a clean process, since one that runs threads (an array engine's) is not safely copied."""
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def _kept(stages: Path, name: str) -> tuple[Path, Path]:
    return stages / f"{name}.1.parquet", stages / f"{name}.2.parquet"


# --- writing ----------------------------------------------------------------------------------------------

_AS_TEXT = ("regions", "axis", "places", "assets", "redraws", "revisions")
_ORDER = {
    "regions": ["level", "region"], "places": ["region", "name", "lon"], "assets": ["kind", "name", "lon"],
    "axis": ["axis", "step"], "redraws": ["source", "date", "region"], "cells": ["cell"],
    "observations": ["quantity", "belligerent", "source", "region", "start"],
    "control_cells": ["source", "belligerent", "cell", "date"], "revisions": ["built", "source", "date"],
}  # fmt: skip


def _write(folder: Path, name: str, frame: pd.DataFrame) -> None:
    """Write one table in declared columns and a fixed order, as CSV or compact Parquet."""
    table = TABLES[name]
    frame = frame.copy()
    for column in table.columns:
        if column.name not in frame:
            frame[column.name] = np.nan if column.kind in ("number", "integer", "flag") else ""
    frame = frame[list(table.header)].sort_values(_ORDER[name], kind="stable").reset_index(drop=True)
    for column in table.columns:
        values = frame[column.name]
        if column.kind == "date":
            frame[column.name] = pd.to_datetime(values.replace("", None)).dt.strftime("%Y-%m-%d").fillna("")
        elif column.kind in ("integer", "flag") and not pd.api.types.is_unsigned_integer_dtype(values):
            frame[column.name] = values.astype("Int64")
    if name in _AS_TEXT:
        frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
        return
    arrays, fields = [], []
    for column in table.columns:
        values = frame[column.name]
        if column.kind == "date":
            array = pa.array(pd.to_datetime(values.replace("", None)).dt.date, pa.date32())
        elif column.kind == "number":
            array = pa.array(
                values.astype(float), pa.float64() if name == "observations" else pa.float32(), from_pandas=True
            )
        elif column.kind in ("integer", "flag"):
            array = pa.array(values, pa.uint64() if column.name == "cell" else pa.int32(), from_pandas=True)
        else:
            array = pa.array(values.fillna("").astype(str), pa.string())
        arrays.append(array)
        fields.append(pa.field(column.name, array.type))
    pq.write_table(
        pa.Table.from_arrays(arrays, schema=pa.schema(fields)), folder / f"{name}.parquet", compression="zstd",
        compression_level=19, row_group_size=1_000_000, store_schema=False,
    )  # fmt: skip


def _revisions(before: Path, after: Path, day: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The log of revisions with this build's added, and this build's alone: what differs on days both packs cover."""
    none = pd.DataFrame(columns=list(TABLES["revisions"].header))
    log = read_table(before, TABLES["revisions"], FaultCollector())
    log = none if log is None else log
    old, new = (read_table(folder, TABLES["observations"], FaultCollector()) for folder in (before, after))
    if old is None or new is None or old.empty:
        return log, none
    with (after / "war.toml").open("rb") as stream:
        settings = tomllib.load(stream)
    side_a = next(b["id"] for b in settings["belligerent"] if b["side"] == "a")
    rows = []
    for source in sorted(set(old["source"]) & set(new["source"])):
        pair = []
        for table in (old, new):
            own = (table["quantity"] == "control") & (table["region"] == settings["root"]) & (table["source"] == source)
            part = table[own & (table["belligerent"] == side_a)]
            pair.append(territory.daily_values(part)[settings["root"]] if len(part) else pd.Series(dtype=float))
        both = pd.concat(pair, axis=1, keys=["before_km2", "after_km2"]).dropna()
        both = both[(both["before_km2"] - both["after_km2"]).abs() > 0.05]
        for at, row in both.iterrows():
            rows.append((np.datetime64(day, "s"), source, at, row["before_km2"], row["after_km2"]))
    found = pd.DataFrame(rows, columns=list(TABLES["revisions"].header))
    if found.empty:
        return log, none
    return (found if log.empty else pd.concat([log, found], ignore_index=True)), found


def _swap(aside: Path, target: Path) -> None:
    """Put the new pack in the place of the old one by renaming; the old one is removed last."""
    if not target.exists():
        os.replace(aside, target)
        return
    old = _old(target)
    if old.exists():
        shutil.rmtree(old)
    os.replace(target, old)
    try:
        os.replace(aside, target)
    except BaseException:
        os.replace(old, target)
        raise
    shutil.rmtree(old)


def _mend(target: Path) -> None:
    """Put the old pack back if a build was killed between its two renames."""
    if not target.exists() and _old(target).exists():
        os.replace(_old(target), target)


def _old(target: Path) -> Path:
    return target.parent / f".{target.name}.old"
