"""The land of a war: regions of three levels, people by community and place, assets, outlines for maps.

Each function is a step of a recipe: it takes raw files by name and adds tables to the pack under way.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from armistice.core.errors import BuildError
from armistice.data.raw import Recipe, columns, planar, read_rows, read_shapes


@dataclass
class Land:
    """What the steps of a build hand on: shapes and tables, in the planar projection.

    Attributes
    ----------
    recipe : Recipe
    files : dict
        Input id → file.
    regions : GeoDataFrame
        region, name, parent, level, owner, area_km2, population, code, geometry.
    places : DataFrame
        name, region, lon, lat, people, capital, x, y, source.
    assets : DataFrame
        name, kind, region, lon, lat, capacity, unit, status, x, y, source.
    """

    recipe: Recipe
    files: dict[str, Path]
    regions: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)
    places: pd.DataFrame = field(default_factory=pd.DataFrame)
    assets: pd.DataFrame = field(default_factory=pd.DataFrame)

    def file(self, step: dict[str, Any], key: str = "input") -> Path:
        """The raw file that a step names."""
        name = step.get(key)
        if name not in self.files:
            raise BuildError(
                f"build.toml step {step.get('kind')!r}: {key} is {name!r}; expected the id of an input; name one"
            )
        return self.files[name]

    def level(self, number: int) -> gpd.GeoDataFrame:
        """Regions of one level."""
        return self.regions[self.regions["level"] == number]


def slug(name: str) -> str:
    """A name as an identifier: plain lower-case letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")


def country_step(land: Land, step: dict[str, Any]) -> None:
    """The country itself, as the whole of its regions of level 1."""
    inside = land.level(1)
    inside = inside[inside["parent"] == step["region"]]
    whole = shapely.union_all(shapely.make_valid(shapely.simplify(inside.geometry.values, 500)))
    row = {
        "region": step["region"], "name": step["name"], "parent": "", "level": 0, "owner": step["owner"],
        "area_km2": float(inside["area_km2"].sum()), "code": "", "source": inside["source"].iloc[0],
        "population": _sum(inside["population"]), "geometry": whole,
    }  # fmt: skip
    top = gpd.GeoDataFrame([row], geometry="geometry", crs=land.regions.crs)
    land.regions = gpd.GeoDataFrame(pd.concat([top, land.regions], ignore_index=True), geometry="geometry", crs=top.crs)


def regions_step(land: Land, step: dict[str, Any]) -> None:
    """Regions of one level from a boundary file.

    Keys of the step: input, level, owner, parent (an id, or none), name_column, code_column, code_parent
    (number of leading characters of the code shared with the parent), rename (name → id), names (code → name), dissolve (merge rows
    of one name), suffix (added to ids), source.
    """
    path = land.file(step)
    shapes = read_shapes(path, land.recipe.projection)
    name_column, code_column = step["name_column"], step.get("code_column", step["name_column"])
    columns(shapes, path, name_column, code_column)
    if step.get("dissolve"):
        shapes = shapes.dissolve(name_column, sort=True).reset_index()
    names = shapes[name_column].fillna("").astype(str)
    codes = shapes[code_column].fillna("").astype(str).str.replace("-", "")
    if "centres" in step:
        names = _names_by_centre(land, codes, step)
    rename: dict[str, str] = step.get("rename", {})
    suffix = step.get("suffix", "")
    drop = step.get("drop_from_name", "")
    given: dict[str, str] = step.get("names", {})
    plain = [re.sub(drop, "", n, flags=re.IGNORECASE).strip() if drop else n for n in names]
    plain = [given.get(code, n) for n, code in zip(plain, codes, strict=True)]
    ids = [rename.get(n, (slug(n) or slug(code)) + suffix) for n, code in zip(plain, codes, strict=True)]
    rows = gpd.GeoDataFrame(
        {
            "region": ids, "name": [n + step.get("name_suffix", "") for n in plain], "parent": step.get("parent", ""),
            "level": int(step["level"]), "owner": step["owner"], "code": codes, "source": step["source"],
            "area_km2": shapes.geometry.area.to_numpy() / 1e6, "population": np.nan,
        },
        geometry=shapes.geometry.values, crs=land.recipe.projection,
    )  # fmt: skip
    if "code_parent" in step:
        length = int(step["code_parent"])
        above = land.level(int(step["level"]) - 1)
        by_code = dict(zip(above["code"].str[:length], above["region"], strict=True))
        if "parent_codes" in step:
            by_code = {**by_code, **step["parent_codes"]}
        rows["parent"] = rows["code"].str[:length].map(by_code)
        orphan = rows["parent"].isna()
        if orphan.any():
            inner = shapely.point_on_surface(rows.geometry.values[orphan])
            tree = shapely.STRtree(above.geometry.values)
            hit = dict(zip(*tree.query(inner, predicate="intersects"), strict=True))
            rows.loc[orphan, "parent"] = [above["region"].iloc[hit[i]] if i in hit else "" for i in range(len(inner))]
    rows["region"] = _unique(rows["region"], rows["parent"])
    rows = rows.sort_values("region", kind="stable")
    both = pd.concat([land.regions, rows], ignore_index=True) if len(land.regions) else rows.reset_index(drop=True)
    again = both["region"].duplicated()
    if again.any():
        raise BuildError(
            f"{path}: region ids repeat ({', '.join(both['region'][again].head(3))}); give the step a suffix"
        )
    land.regions = gpd.GeoDataFrame(both, geometry="geometry", crs=land.recipe.projection)


def _unique(ids: pd.Series, parents: pd.Series) -> pd.Series:
    """Make ids unique by adding the parent, then a number."""
    again = ids.duplicated(keep=False)
    out = ids.where(~again, ids + "-" + parents.str.replace("-raion", ""))
    count = out.groupby(out).cumcount()
    return out.where(count == 0, out + "-" + (count + 1).astype(str))


def _names_by_centre(land: Land, codes: pd.Series, step: dict[str, Any]) -> pd.Series:
    """Name each community after its centre, romanised by the table of the recipe; unknown ones stay unnamed."""
    table = read_rows(land.file(step, "centres"))
    columns(table, land.file(step, "centres"), step["centre_code"], step["centre_name"])
    centre = dict(zip(table[step["centre_code"]].astype(str), table[step["centre_name"]].astype(str), strict=True))
    return codes.map(lambda code: romanise(centre[code], step["romanisation"]) if code in centre else "")


def romanise(name: str, table: dict[str, str]) -> str:
    """A name in Latin letters, by a table of letters and groups of letters; ``^x`` is x at the start of a word."""
    words = []
    for word in re.split(r"([\s-]+)", name):
        out, at = "", 0
        while at < len(word):
            size = next((n for n in (2, 1) if word[at : at + n].lower() in table and len(word[at : at + n]) == n), 0)
            piece = word[at : at + max(size, 1)]
            latin = table.get(piece.lower(), piece) if size else piece
            latin = table.get("^" + piece.lower(), latin) if at == 0 else latin
            out += latin[:1].upper() + latin[1:] if piece[:1].isupper() else latin
            at += max(size, 1)
        words.append(out)
    return "".join(words)


def people_step(land: Land, step: dict[str, Any]) -> None:
    """Population of communities by code, summed upwards; extra figures for regions the file leaves out."""
    path = land.file(step)
    table = read_rows(path)
    columns(table, path, step["code_column"], step["people_column"])
    people = table.set_index(table[step["code_column"]].astype(str))[step["people_column"]].astype(float)
    regions = land.regions
    bottom = regions["level"] == int(step["level"])
    regions.loc[bottom, "population"] = regions.loc[bottom, "code"].map(people)
    lengths = {int(level): int(length) for level, length in step["prefix"].items()}
    for level, length in lengths.items():
        rows = regions["level"] == level
        total = people.groupby(people.index.str[:length]).sum(min_count=1)
        codes = step.get("codes", {}) if level == min(lengths) else {}
        key = [
            codes.get(r, c[:length])
            for r, c in zip(regions.loc[rows, "region"], regions.loc[rows, "code"], strict=True)
        ]
        regions.loc[rows, "population"] = [total.get(k, np.nan) for k in key]
    for region, value in step.get("extra", {}).items():
        regions.loc[regions["region"] == region, "population"] = float(value)
    regions["population_date"] = np.where(regions["population"].notna(), step["date"], "")


def places_step(land: Land, step: dict[str, Any]) -> None:
    """Towns and villages from a gazetteer; keys: input, name, lon, lat, people (columns), where, drop (names), capitals, seats."""
    path = land.file(step)
    table = read_rows(path)
    columns(table, path, step["name"], step["lon"], step["lat"], step["people"])
    for column, allowed in step.get("where", {}).items():
        table = table[table[column].isin(allowed)]
    table = table[~table[step["name"]].isin(step.get("drop", ()))]
    names = table[step["name"]].astype(str)
    rename = step.get("rename", {})
    capitals = set(step.get("capitals", ()))
    seats = set(step.get("seats", ()))
    names = names.map(lambda n: rename.get(n, n))
    x, y = planar(table[step["lon"]].to_numpy(), table[step["lat"]].to_numpy(), land.recipe.projection)
    land.places = pd.DataFrame(
        {
            "name": names.to_numpy(), "region": "", "lon": table[step["lon"]].round(4).to_numpy(),
            "lat": table[step["lat"]].round(4).to_numpy(), "people": table[step["people"]].astype(float).to_numpy(),
            "capital": [1 if n in capitals else 2 if n in seats else 0 for n in names], "source": step["source"],
            "x": x, "y": y,
        }
    )  # fmt: skip
    # A seat is the largest place of its name; smaller namesakes are villages.
    order = land.places.sort_values("people", ascending=False)
    namesake = order[order["capital"] > 0].duplicated("name")
    land.places.loc[namesake[namesake].index, "capital"] = 0


def assets_step(land: Land, step: dict[str, Any]) -> None:
    """Mines, plants and the like; keys: input, name, kind, lon, lat, capacity, unit, status (columns), drop_status."""
    path = land.file(step)
    table = read_rows(path)
    wanted = [step[k] for k in ("name", "asset_kind", "lon", "lat", "capacity", "unit", "status")]
    columns(table, path, *wanted)
    table = table[~table[step["status"]].isin(step.get("drop_status", ()))]
    x, y = planar(table[step["lon"]].to_numpy(), table[step["lat"]].to_numpy(), land.recipe.projection)
    land.assets = pd.DataFrame(
        {
            "name": table[step["name"]].astype(str).to_numpy(),
            "kind": table[step["asset_kind"]].astype(str).str.replace("_", "-").to_numpy(), "region": "",
            "lon": table[step["lon"]].round(4).to_numpy(), "lat": table[step["lat"]].round(4).to_numpy(),
            "capacity": table[step["capacity"]].astype(float).to_numpy(),
            "unit": table[step["unit"]].fillna("").astype(str).to_numpy(),
            "status": table[step["status"]].fillna("").astype(str).str.replace(r"[\[\]']", "", regex=True).to_numpy(), "source": step["source"], "x": x, "y": y,
        }
    )  # fmt: skip


def place_points(land: Land) -> None:
    """Put places into the finest region they lie in, assets into their region of level 1; drop what lies outside."""
    land.places["region"] = _inside(land, land.places, (3, 2, 1))
    land.places["community"] = _inside(land, land.places, (3,))
    land.places = land.places[land.places["region"] != ""].reset_index(drop=True)
    land.assets["region"] = _inside(land, land.assets, (1,))
    land.assets = land.assets[land.assets["region"] != ""].reset_index(drop=True)


def _inside(land: Land, points: pd.DataFrame, levels: tuple[int, ...]) -> list[str]:
    where = np.full(len(points), "", dtype=object)
    at = shapely.points(points["x"].to_numpy(), points["y"].to_numpy())
    for level in levels:
        regions = land.level(level)
        left = np.flatnonzero(where == "")
        if len(regions) and len(left):
            point, region = shapely.STRtree(regions.geometry.values).query(at[left], predicate="intersects")
            where[left[point]] = regions["region"].to_numpy()[region]
    return list(where)


def outlines_step(land: Land, step: dict[str, Any]) -> dict[str, Any]:
    """Coarse outlines for maps as GeoJSON; keys: layers, each with input, layer, where, tolerance_m, name."""
    features = []
    for layer in step["layers"]:
        path = land.file(layer)
        shapes = read_shapes(path, land.recipe.projection)
        for column, allowed in layer.get("where", {}).items():
            columns(shapes, path, column)
            shapes = shapes[shapes[column].isin(allowed)]
        frame = layer.get("box")
        lines = shapely.simplify(shapes.geometry.values, layer["tolerance_m"])
        shapes = shapes.set_geometry(lines).to_crs(4326)
        if frame:
            shapes = shapes.set_geometry(shapely.clip_by_rect(shapes.geometry.values, *frame))
        names = shapes[layer["name_column"]].fillna("") if "name_column" in layer else [""] * len(shapes)
        for geometry, name in zip(shapes.geometry.values, names, strict=True):
            if not geometry.is_empty:
                features.append(_feature(geometry, layer["layer"], str(name), layer["source"]))
    return {"type": "FeatureCollection", "features": features}


def _feature(geometry: shapely.Geometry, layer: str, name: str, source: str) -> dict[str, Any]:
    tidy = shapely.set_precision(geometry, 0.001)
    return {
        "type": "Feature",
        "properties": {"layer": layer, "name": name, "source": source},
        "geometry": shapely.geometry.mapping(tidy),
    }


def region_table(land: Land) -> pd.DataFrame:
    """The table of regions that the pack ships."""
    regions = land.regions
    inner = gpd.GeoSeries(shapely.point_on_surface(regions.geometry.values), crs=regions.crs).to_crs(4326)
    asset_counts = land.assets.groupby("region").size()
    return pd.DataFrame(
        {
            "region": regions["region"], "name": regions["name"], "parent": regions["parent"], "level": regions["level"],
            "owner": regions["owner"], "area_km2": regions["area_km2"].round(3), "population": regions["population"].round(0),
            "population_date": regions.get("population_date", pd.Series("", index=regions.index)),
            "assets": regions["region"].map(asset_counts), "lon": inner.x.round(4).to_numpy(),
            "lat": inner.y.round(4).to_numpy(), "source": regions["source"],
        }
    )  # fmt: skip


def _sum(values: pd.Series) -> float:
    return float(values.sum(min_count=1))
