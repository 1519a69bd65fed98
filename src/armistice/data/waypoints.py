"""Which towns and villages lie ahead on which step of an axis, by the cell of the grid in which each is listed.

The steps of an axis may hold cells behind the line, such as slivers of a coast. A place is left out as behind the line
where side A holds half of its cell or nine tenths of its community, by the mean of the sources with a map of the last
days: a town on a shore holds most of its community's land but little of a cell that is mostly water.
"""

from __future__ import annotations

import h3
import numpy as np
import pandas as pd

from armistice.core.panel import MAP_REACH
from armistice.core.results import PlaceOnAxis
from armistice.data.pack import Pack

HELD_OF_CELL, HELD_OF_COMMUNITY = 0.5, 0.9
LEAST_PEOPLE = 15_000.0
"""Smaller places are left out: a cell is coarse beside a village, and on a shore it may be mostly water."""


def places_on_axis(pack: Pack, axis: str, least_people: float = LEAST_PEOPLE) -> tuple[PlaceOnAxis, ...]:
    """Listed places ahead of the line on the steps of an axis, in the order of the steps, the most people first.

    Parameters
    ----------
    pack : Pack
    axis : str
        Identifier of an axis.
    least_people : float
        Smaller places are left out.

    Returns
    -------
    tuple of PlaceOnAxis
        None of them where the pack has no grid, no places, or the grid no steps of that axis.
    """
    cells = pack.tables["cells"]
    own = cells[(cells["axis"] == axis) & cells["step"].notna()]
    step = {int(cell): int(number) for cell, number in zip(own["cell"], own["step"], strict=True)}
    finest = {h3.get_resolution(h3.int_to_str(cell)) for cell in step}
    behind_cells, behind_regions = _cells_held(pack), _regions_held(pack)
    found = []
    for row in pack.tables["places"].itertuples():
        if row.people < least_people or row.region in behind_regions:
            continue
        spots = [h3.str_to_int(h3.latlng_to_cell(row.lat, row.lon, resolution)) for resolution in finest]
        on = [step[spot] for spot in spots if spot in step and spot not in behind_cells]
        if on:
            found.append(PlaceOnAxis(row.name, on[0], float(row.people), pack.war.regions[row.region].owner))
    return tuple(sorted(found, key=lambda p: (p.step, -p.people, p.name)))


def _cells_held(pack: Pack) -> set[int]:
    """Cells behind the line on the last day with a map of cells."""
    control = pack.tables["control_cells"]
    last = control[(control["date"] == control["date"].max()) & (control["belligerent"] == pack.war.side("a").id)]
    # A source lists only cells of which something is held: where it says nothing of a cell it says nought.
    share = last.groupby("cell")["share"].sum() / max(last["source"].nunique(), 1)
    return {int(cell) for cell in share[share >= HELD_OF_CELL].index}


def _regions_held(pack: Pack) -> set[str]:
    """Regions of which side A holds nearly all, by the sources with a map of the last days."""
    rows, day = pack.observations, np.datetime64(pack.war.as_of, "s")
    recent = rows["end"] > day - np.timedelta64(MAP_REACH, "D")
    rows = rows[(rows["quantity"] == "control") & (rows["belligerent"] == pack.war.side("a").id) & recent]
    last: pd.Series = rows.sort_values("end").groupby(["region", "source"])["value"].last()
    mean = last.groupby("region").mean()
    regions = pack.war.regions
    return {str(r) for r, held in mean.items() if held >= HELD_OF_COMMUNITY * regions[str(r)].area_km2}
