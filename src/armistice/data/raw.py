"""Raw files of a pack: which they are, whether they are whole, and how they are opened.

``build.toml`` names each input by a pattern and a checksum. A pattern matches a series whatever the dates in
its file name, so that a newer vintage is taken without an edit; the checksum says which vintage the pack was
made from.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from armistice.core.errors import BuildError, FaultCollector
from armistice.data.checks import TomlReader, read_toml, show


@dataclass(frozen=True)
class Input:
    """One raw file: a series with a pattern, the checksum of the vintage last built from, and its source."""

    id: str
    pattern: str
    sha256: str
    source: str
    fetch: str
    terms: str


@dataclass(frozen=True)
class Recipe:
    """What ``build.toml`` says: projection, inputs, and the steps in order."""

    folder: Path
    projection: str
    cell_resolution: int
    inputs: dict[str, Input]
    steps: tuple[dict[str, Any], ...]


def read_recipe(folder: Path) -> Recipe:
    """Read and check ``build.toml`` of a pack.

    Raises
    ------
    PackError
        With every fault of the file.
    BuildError
        If the pack has none, because it is written by hand.

    A recipe without a step lists raw files only, and needs no projection.
    """
    faults = FaultCollector()
    path = folder / "build.toml"
    if not path.exists():
        raise BuildError(f"{folder}: no build.toml; expected a recipe; this pack is written by hand, edit its tables")
    content = read_toml(path, folder, faults)
    faults.raise_if_any()
    top = TomlReader(content, "build.toml", faults)
    drawn = bool(top.table.get("step"))  # a recipe that only lists raw files draws nothing in a plane
    projection = top.text("projection", None if drawn else "")
    resolution = int(top.number("cell_resolution", 0, 9, None if drawn else 0))
    inputs: dict[str, Input] = {}
    for item in top.tables("input"):
        entry = Input(
            item.identifier("id"), item.text("pattern"), item.text("sha256", ""), item.identifier("source"),
            item.text("fetch", ""), item.text("terms", ""),
        )  # fmt: skip
        item.close()
        place = PurePosixPath(entry.pattern)
        if place.is_absolute() or ".." in place.parts or "\\" in entry.pattern:
            faults.add(
                item.where, f"pattern {show(entry.pattern)}", "a path inside the raw folder", "remove the way out"
            )
        if entry.id in inputs:
            faults.add(item.where, f"input {show(entry.id)} twice", "each input once", "rename one")
        inputs[entry.id] = entry
    steps = top.table.get("step", [])
    top.tables("step", required=False)
    for number, step in enumerate(steps, 1):
        if not isinstance(step, dict) or not isinstance(step.get("kind"), str):
            faults.add(f"build.toml [[step]] {number}", "no kind", "the kind of step", "name it")
    top.close()
    faults.raise_if_any()
    return Recipe(folder, projection, resolution, inputs, tuple(steps))


def locate(recipe: Recipe, raw: Path, accept_new: bool) -> dict[str, tuple[Path, str]]:
    """Find each input in the raw folder and verify its checksum.

    Returns
    -------
    dict
        Input id → (file, SHA-256). With `accept_new`, the newest file of each pattern by name, whatever its
        checksum.

    Raises
    ------
    BuildError
        Naming every input that is missing or differs, and what to do.
    """
    if not raw.is_dir():
        raise BuildError(f"{raw}: no such folder; expected the raw files; give their folder with --raw")
    found: dict[str, tuple[Path, str]] = {}
    wrong: list[str] = []
    for entry in recipe.inputs.values():
        files = sorted(p for p in raw.glob(entry.pattern) if p.is_file())
        if not files:
            wrong.append(
                f"{raw / entry.pattern}: no such file; expected the raw series {entry.id!r}; "
                f"{'run armistice fetch' if entry.fetch else 'get it from its publisher: ' + entry.terms}"
            )
            continue
        sums = {file: checksum(file) for file in (files[-1:] if accept_new else files)}
        match = [file for file, value in sums.items() if value == entry.sha256]
        if accept_new or not entry.sha256:
            found[entry.id] = (files[-1], sums.get(files[-1]) or checksum(files[-1]))
        elif match:
            found[entry.id] = (match[-1], entry.sha256)
        else:
            file, value = next(iter(sums.items()))
            wrong.append(
                f"{file}: checksum {value[:12]}…; expected {entry.sha256[:12]}… for {entry.id!r}; the file is damaged "
                "or of another vintage: restore it, or build with --accept-new to take it as it is"
            )
    if wrong:
        raise BuildError("\n".join(wrong))
    return found


def checksum(path: Path) -> str:
    """SHA-256 of a file, as 64 hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_shapes(path: Path, projection: str) -> gpd.GeoDataFrame:
    """Polygons or lines of a GeoParquet file, in the planar projection of the pack, repaired where broken."""
    frame = to_plane(open_shapes(path), projection)
    broken = ~shapely.is_valid(frame.geometry.values)
    if broken.any():
        frame.loc[broken, frame.geometry.name] = shapely.make_valid(frame.geometry.values[broken])
    return frame


def to_plane(frame: gpd.GeoDataFrame, projection: str) -> gpd.GeoDataFrame:
    """Shapes in the planar projection of the pack (a PROJ string: equal-area, in metres)."""
    return (frame if frame.crs else frame.set_crs(4326)).to_crs(projection)


def open_shapes(path: Path) -> gpd.GeoDataFrame:
    """A GeoParquet file as it is."""
    try:
        return gpd.read_parquet(path)
    except (pa.ArrowException, OSError, ValueError, KeyError, shapely.GEOSException) as error:
        raise BuildError(f"{path}: cannot be read ({_first(error)}); expected GeoParquet; restore the file") from error


def read_rows(path: Path) -> pd.DataFrame:
    """A raw table (CSV, gzipped CSV, JSON records or Parquet), all columns as they come."""
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        if path.suffix == ".json":
            return pd.read_json(path, convert_dates=False)
        return pd.read_csv(path, low_memory=False)
    except (pa.ArrowException, OSError, ValueError, EOFError, pd.errors.ParserError) as error:
        raise BuildError(f"{path}: cannot be read ({_first(error)}); expected a table; restore the file") from error


def columns(frame: pd.DataFrame, path: Path, *names: str) -> None:
    """Make sure that a raw table has the columns a step needs."""
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise BuildError(
            f"{path}: no column {', '.join(missing)}; expected the layout of the first vintage; "
            f"found {', '.join(map(str, frame.columns[:12]))}; adapt build.toml"
        )


def days_of(values: pd.Series, path: Path) -> pd.Series:
    """Calendar days of a raw date column."""
    try:
        return pd.to_datetime(values.astype(str).str[:10], format="%Y-%m-%d").astype("datetime64[s]")
    except ValueError as error:
        raise BuildError(f"{path}: {_first(error)}; expected days as YYYY-MM-DD; restore the file") from error


def planar(lon: np.ndarray, lat: np.ndarray, projection: str) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes in the planar projection, metres."""
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=4326).to_crs(projection)
    return points.x.to_numpy(), points.y.to_numpy()


def _first(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
