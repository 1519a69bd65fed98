"""A grid of hexagons over a war: land and people in each cell, shares held, and the steps of an axis.

Cells are H3 hexagons whose areas are measured in the pack's own equal-area projection: the areas that the
H3 library returns are spherical, and 0.2 to 0.4 % too small at middle latitudes.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import shapely

from armistice.core.errors import BuildError
from armistice.data.geography import Land


def make_grid(land: Land, resolution: int, beyond: set[str]) -> gpd.GeoDataFrame:
    """Cells that share land with a region of level 1 of the country, or with one named beyond its border.

    Returns
    -------
    GeoDataFrame
        cell (uint64), region (the one with the largest part), area_km2 (land inside all regions), population,
        geometry in the planar projection; sorted by cell.
    """
    regions = land.level(1)
    regions = regions[(regions["parent"] != "") | regions["region"].isin(beyond)]
    outline = gpd.GeoSeries(shapely.simplify(regions.geometry.values, 500), crs=regions.crs).buffer(6_000).to_crs(4326)
    names: set[str] = set()
    for shape in outline:
        names.update(h3.geo_to_cells(shape, resolution))
    cells = sorted(h3.str_to_int(name) for name in names)
    lonlat = [shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(h3.int_to_str(c))]) for c in cells]
    shapes = gpd.GeoSeries(lonlat, crs=4326).to_crs(land.recipe.projection).to_numpy()
    tree = shapely.STRtree(shapes)
    part = np.zeros((len(cells), len(regions)))
    for number, region in enumerate(regions.geometry.values):
        touched = tree.query(region, predicate="intersects")
        whole = np.isin(touched, tree.query(region, predicate="contains"))
        part[touched[whole], number] = shapely.area(shapes[touched[whole]])
        cut = touched[~whole]
        part[cut, number] = shapely.area(shapely.intersection(shapes[cut], region))
    keep = part.sum(axis=1) > 1e4
    grid = gpd.GeoDataFrame(
        {
            "cell": np.array(cells, dtype=np.uint64)[keep],
            "region": regions["region"].to_numpy()[part[keep].argmax(axis=1)],
            "area_km2": (part[keep].sum(axis=1) / 1e6).round(3),
        },
        geometry=shapes[keep],
        crs=land.recipe.projection,
    )
    grid["population"] = _people(land, grid)
    return grid


def _people(land: Land, grid: gpd.GeoDataFrame) -> np.ndarray:
    """People of each cell: listed places where they lie, the rest of each community spread over its land."""
    communities = _counted(land)
    places = land.places.copy()
    at = shapely.points(places["x"], places["y"])
    point, hit = shapely.STRtree(communities.geometry.values).query(at, predicate="intersects")
    places["community"] = ""
    places.loc[places.index[point], "community"] = communities["region"].to_numpy()[hit]
    places = places[places["community"] != ""]
    total = communities.set_index("region")["population"]
    listed = places.groupby("community")["people"].sum()
    scale = (total / listed.reindex(total.index)).clip(upper=1.0)
    weight = places["people"] * places["community"].map(scale)
    people = np.zeros(len(grid))
    tree = shapely.STRtree(grid.geometry.values)
    point, cell = tree.query(shapely.points(places["x"], places["y"]), predicate="intersects")
    np.add.at(people, cell, weight.fillna(0).to_numpy()[point])
    rest = (total - (listed.reindex(total.index) * scale).fillna(0.0)).clip(lower=0.0)
    # Sampling the cells' children is exact enough for a density map and far cheaper than cutting communities.
    resolution = land.recipe.cell_resolution
    names = [h3.int_to_str(int(c)) for c in grid["cell"]]
    children = [h3.cell_to_latlng(child) for name in names for child in h3.cell_to_children(name, resolution + 1)]
    owner = np.repeat(np.arange(len(grid)), [h3.cell_to_children_size(n, resolution + 1) for n in names])
    at = gpd.GeoSeries(gpd.points_from_xy([c[1] for c in children], [c[0] for c in children]), crs=4326)
    child, community = shapely.STRtree(communities.geometry.values).query(
        at.to_crs(land.recipe.projection).to_numpy(), predicate="intersects"
    )
    counted = np.bincount(community, minlength=len(communities))
    share = rest.to_numpy() / np.maximum(counted, 1)
    np.add.at(people, owner[child], share[community])
    return people.round(1)


def _counted(land: Land) -> gpd.GeoDataFrame:
    """Communities with a population, and regions of level 1 that have one but no communities (a city of its own)."""
    regions = land.regions
    communities = regions[(regions["level"] == 3) & regions["population"].notna()]
    parent = dict(zip(regions["region"], regions["parent"], strict=True))
    covered = {parent.get(parent.get(c, ""), "") for c in communities["region"]}
    covered |= {parent.get(c, "") for c in communities["region"]}
    alone = (regions["level"] == 1) & regions["population"].notna() & ~regions["region"].isin(covered)
    return gpd.GeoDataFrame(pd.concat([communities, regions[alone]], ignore_index=True), crs=regions.crs)


def axis_steps(land: Land, grid: gpd.GeoDataFrame, held: np.ndarray, step: dict[str, Any]) -> pd.DataFrame:
    """Cut the land ahead of a front, and a little behind it, into steps of about one month's movement.

    The order is by distance from the line of the as-of day, region after region as the recipe lists them: a
    front that moves evenly would take the steps in this order.

    Parameters
    ----------
    grid : GeoDataFrame
    held : array, shape (cells,)
        Share of the sources that put the cell's centre in land held by side A on the as-of day.
    step : dict
        axis, regions, step_km2, behind (steps), and optionally barriers (region → drift offset), block,
        strategic_places, max_steps.

    Returns
    -------
    DataFrame
        cell, axis, step; step numbers run from 1, the deepest step behind the line.
    """
    regions: list[str] = step["regions"]
    unknown = set(regions) - set(grid["region"])
    if unknown:
        raise BuildError(f"build.toml axis {step['axis']!r}: no region {sorted(unknown)}; expected regions of level 1")
    centre = shapely.centroid(grid.geometry.values)
    mine = held >= 0.5
    if not mine.any() or mine.all():
        raise BuildError(f"build.toml axis {step['axis']!r}: no front line on the as-of day; remove the axis")
    tree_held, tree_free = shapely.STRtree(centre[mine]), shapely.STRtree(centre[~mine])
    area = grid["area_km2"].to_numpy()
    target = float(step["step_km2"])
    order_ahead: list[np.ndarray] = []
    for region in regions:
        cells = np.flatnonzero(~mine & (grid["region"] == region).to_numpy())
        gap = shapely.distance(centre[cells], centre[mine][tree_held.nearest(centre[cells])]) if len(cells) else []
        order_ahead.append(cells[np.argsort(gap, kind="stable")])
    behind = np.flatnonzero(mine & grid["region"].isin(regions).to_numpy())
    gap = shapely.distance(centre[behind], centre[~mine][tree_free.nearest(centre[behind])])
    behind = behind[np.argsort(gap, kind="stable")]
    behind = behind[np.cumsum(area[behind]) <= target * step["behind"] * 1.05]
    pieces = [behind[::-1], *order_ahead]
    rows = []
    last = 0
    for cells in pieces:
        if not len(cells):
            continue
        done = np.cumsum(area[cells])
        count = max(1, round(done[-1] / target))
        number = np.minimum((done - area[cells] / 2) / (done[-1] / count), count - 1e-9).astype(int)
        number = np.unique(number, return_inverse=True)[1]  # steps smaller than a cell leave no gap in the numbers
        count = int(number[-1]) + 1
        rows.append(
            pd.DataFrame({"cell": grid["cell"].to_numpy()[cells], "axis": step["axis"], "step": last + 1 + number})
        )
        last += count
    return pd.concat(rows, ignore_index=True)


def axis_tables(
    land: Land, grid: gpd.GeoDataFrame, cells: pd.DataFrame, step: dict[str, Any]
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Steps of an axis as regions of level 9 and as the axis table."""
    axis = step["axis"]
    own = grid.merge(cells[cells["axis"] == axis], on="cell")
    tree = shapely.STRtree(grid.geometry.values)
    asset_point, asset_cell = tree.query(shapely.points(land.assets["x"], land.assets["y"]), predicate="intersects")
    asset_count = pd.Series(grid["cell"].to_numpy()[asset_cell[np.argsort(asset_point)]]).value_counts()
    strategic = land.places[land.places["name"].isin(step.get("strategic_places", ())) & (land.places["capital"] >= 0)]
    strategic = strategic.sort_values("people").drop_duplicates("name", keep="last")
    _, strategic_cell = tree.query(shapely.points(strategic["x"], strategic["y"]), predicate="intersects")
    strategic_cells = set(grid["cell"].to_numpy()[strategic_cell])
    land_shape = dict(zip(land.level(1)["region"], land.level(1).geometry, strict=True))
    barriers: dict[str, float] = step.get("barriers", {})
    blocks: dict[str, str] = step.get("blocks", {})
    regions, table = [], []
    for number, part in own.groupby("step", sort=True):
        parent = part.groupby("region")["area_km2"].sum().idxmax()
        whole = shapely.union_all([land_shape[r] for r in part["region"].unique()])
        shape = shapely.intersection(shapely.union_all(part.geometry.values, grid_size=1.0), whole)
        area = float(shapely.area(shape) / 1e6)
        name = f"{axis}-step-{number:02d}"
        regions.append(
            {
                "region": name, "name": f"{step['title']}, step {number}", "parent": parent, "level": 9, "owner": step["owner"],
                "area_km2": area, "population": float(part["population"].sum()), "code": "", "source": step["source"],
                "population_date": step["population_date"], "geometry": shape,
            }
        )  # fmt: skip
        table.append(
            {
                "axis": axis, "step": number, "region": name, "area_km2": round(area, 2),
                "people": round(float(part["population"].sum())), "assets": int(part["cell"].map(asset_count).fillna(0).sum()),
                "barrier": barriers.get(parent, 0.0), "block": blocks.get(parent, ""),
                "strategic": int(bool(set(part["cell"]) & strategic_cells)),
            }
        )  # fmt: skip
    return gpd.GeoDataFrame(regions, geometry="geometry", crs=grid.crs), pd.DataFrame(table)
