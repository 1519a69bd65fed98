"""The grid of the toy war: land and people are all there, and steps follow one another from behind the line."""

from __future__ import annotations

from pathlib import Path

import h3
import numpy as np
import pytest

from armistice.data.pack import Pack, read_pack


@pytest.fixture(scope="module")
def pack(toy: Path) -> Pack:
    return read_pack(toy)


def test_cells_cover_the_land_of_the_country_and_no_more(pack: Pack) -> None:
    cells = pack.tables["cells"]
    own = cells[cells["region"] != "fenmark"]
    # A cell on the border belongs to the region with most of it but counts the land on both sides.
    assert own["area_km2"].sum() == pytest.approx(pack.war.regions["brelland"].area_km2, rel=0.015)
    assert (cells["area_km2"] <= 45).all()


def test_people_of_the_cells_are_the_people_of_the_country(pack: Pack) -> None:
    assert pack.tables["cells"]["population"].sum() == pytest.approx(pack.war.regions["brelland"].population, rel=1e-3)


def test_cells_are_hexagons_of_the_resolution_asked_for(pack: Pack) -> None:
    names = [h3.int_to_str(int(cell)) for cell in pack.tables["cells"]["cell"]]
    assert all(h3.is_valid_cell(name) and h3.get_resolution(name) == 6 for name in names)


def test_steps_are_made_of_cells_of_about_a_month_of_movement(pack: Pack) -> None:
    cells, axis = pack.tables["cells"], pack.war.axes[0]
    on_axis = cells[cells["axis"] == "north"]
    assert sorted(on_axis["step"].unique()) == list(range(1, 13))
    by_step = on_axis.groupby("step")["area_km2"].sum()
    for step in axis.steps:
        assert step.area_km2 == pytest.approx(350, rel=0.4)
        assert step.area_km2 <= by_step[step.number] + 0.1
        assert pack.war.regions[step.region].area_km2 == pytest.approx(step.area_km2, abs=0.01)
    assert {s.block for s in axis.steps} == {"northreach", ""}
    assert [s.number for s in axis.steps if s.strategic] != []


def test_steps_ahead_of_the_line_are_free_and_steps_behind_it_held(pack: Pack) -> None:
    shares = pack.tables["control_cells"]
    last = shares[shares["date"] == shares["date"].max()]
    held = last.groupby(["cell"])["share"].mean()
    cells = pack.tables["cells"].set_index("cell")
    cells["held"] = held.reindex(cells.index).fillna(0.0)
    by_step = cells[cells["axis"] == "north"].groupby("step")["held"].mean()
    start = pack.war.axes[0].start
    assert (by_step.loc[: start - 1] > 0.5).all()
    assert (by_step.loc[start + 2 :] < 0.5).all()


def test_held_shares_of_cells_add_up_to_the_land_held(pack: Pack) -> None:
    shares, cells = pack.tables["control_cells"], pack.tables["cells"].set_index("cell")
    rows = pack.observations
    for source in ("mapwatch", "frontline"):
        day = shares[shares["source"] == source]["date"].max()
        own = shares[(shares["source"] == source) & (shares["date"] == day) & (shares["belligerent"] == "aldmark")]
        land = own["share"].to_numpy() @ cells["area_km2"].reindex(own["cell"]).to_numpy()
        control = rows[(rows["quantity"] == "control") & (rows["region"] == "brelland") & (rows["source"] == source)]
        drawn = control[(control["start"] <= day) & (control["end"] >= day)]["value"].iloc[0]
        assert land == pytest.approx(drawn, rel=0.01)
    assert np.isfinite(shares["share"]).all()
