"""Lines that drafts draw: read beside the draft, surveyed on the grid of the pack, counted like any other line."""

from __future__ import annotations

import dataclasses
import json
import statistics
from pathlib import Path
from typing import Any

import h3
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from armistice.cli import main
from armistice.core.errors import PackError, QueryError
from armistice.core.settlement import Moved, Plain, Settlement
from armistice.data.lines import cell_name, line_change
from armistice.data.pack import Pack, read_pack
from armistice.deal.check import check_settlement, ground_for, land_moved
from armistice.deal.compare import compare_table
from armistice.deal.kinds import effect_of
from armistice.deal.read import read_settlement
from armistice.deal.territory import moved_by, survey_ground, worth_of

EXAMPLE = Path(__file__).parents[2] / "docs/examples/line-toy.geojson"
HEAD = 'title = "T"\ndate = 2013-01-01\nby = ["league"]\nstatus = "offer"\nsource = "S"\n'
ALL = '["northreach", "rivermark", "southreach", "westmoor"]'
EVERYTHING = {"type": "Polygon", "coordinates": [[[-1, 45], [4, 45], [4, 49], [-1, 49], [-1, 45]]]}


@pytest.fixture(scope="module")
def pack(toy: Path) -> Pack:
    return read_pack(toy)


@pytest.fixture(scope="module")
def home(pack: Pack) -> list[str]:
    """Hexagons of side B's country."""
    cells = pack.tables["cells"]
    owned = [pack.war.regions[r].owner == "b" for r in cells["region"]]
    return [h3.int_to_str(int(cell)) for cell in cells["cell"][owned]]


def clause(terms: str, regions: str = ALL) -> str:
    return f'[[provision]]\nkind = "control_line"\ntext = "x"\nterms = {{regions = {regions}, {terms}}}\n'


def drawn(folder: Path, pack: Pack, content: Any, regions: str = ALL) -> Settlement:
    """A draft with one line, drawn in a file beside it."""
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / "line.geojson").write_text(text, encoding="utf-8")
    return written(folder, pack, clause('line = "drawn", drawing = "line.geojson"', regions))


def written(folder: Path, pack: Pack, body: str, name: str = "draft") -> Settlement:
    (folder / f"{name}.toml").write_text(HEAD + body, encoding="utf-8")
    return read_settlement(folder / f"{name}.toml", pack.war)


def faults(folder: Path, pack: Pack, body: str) -> list[str]:
    with pytest.raises(PackError) as caught:
        written(folder, pack, body)
    return [str(f) for f in caught.value.faults]


def by_region(draft: Settlement, pack: Pack) -> dict[str, Moved]:
    return {m.region: m for m in land_moved(draft, pack.war, ground_for([draft], pack))}


# --- what is moved ---------------------------------------------------------------------------------------------------


def test_a_drawing_moves_what_a_drawn_line_moves_by_region(pack: Pack, tmp_path: Path) -> None:
    change = line_change(pack, EXAMPLE)
    moved = by_region(drawn(tmp_path, pack, EXAMPLE.read_text(encoding="utf-8")), pack)
    assert list(moved) == json.loads(ALL)
    assert len(change.sources) == 2
    for region, one in moved.items():
        found = [r for s in change.sources for r in s.regions if r.region == region]
        net = [r.to_a.km2 - r.to_b.km2 for r in found]
        assert one.km2.central == pytest.approx(statistics.median(net))
        assert one.km2.low <= min(net) <= max(net) <= one.km2.high
        assert one.people is not None
        assert one.people.high == pytest.approx(max((r.to_a.people or 0) - (r.to_b.people or 0) for r in found))
        assert one.assets is not None
        assert one.assets.central == statistics.median(len(r.to_a.assets) - len(r.to_b.assets) for r in found)
    whole = statistics.median(s.to_a.km2 - s.to_b.km2 for s in change.sources)
    assert sum(m.km2.central for m in moved.values()) == pytest.approx(whole, rel=1e-6)


def test_a_line_along_the_front_moves_nothing(pack: Pack, home: list[str], tmp_path: Path) -> None:
    """On a map without cut cells the hexagons that side A holds are the front itself."""
    rows = pack.tables["control_cells"]
    rows = rows[(rows["source"] == "mapwatch") & (rows["date"] == rows["date"].max()) & (rows["share"] >= 0.5)]
    rows = rows[[h3.int_to_str(int(cell)) in set(home) for cell in rows["cell"]]].assign(share=1.0)
    crisp = dataclasses.replace(pack, tables=pack.tables | {"control_cells": rows})
    held = [int(cell) for cell in rows["cell"]]
    assert len(held) > 100
    draft = written(tmp_path, crisp, clause(f'line = "cells", cells = {held}'))
    moved = by_region(draft, crisp)
    for one in moved.values():
        assert abs(one.km2.central) < 0.5
        assert one.people is None or abs(one.people.central) < 50
    fewer = by_region(written(tmp_path, crisp, clause(f'line = "cells", cells = {held[1:]}')), crisp)
    change = sum(fewer[r].km2.central - moved[r].km2.central for r in moved)
    assert change == pytest.approx(-pack.tables["cells"].set_index("cell")["area_km2"][held[0]], rel=0.02)


def test_all_of_it_to_side_a_moves_what_side_b_holds(pack: Pack, home: list[str], tmp_path: Path) -> None:
    draft = drawn(tmp_path, pack, EVERYTHING)
    by_name = written(tmp_path, pack, clause('line = "full_a"'), "whole")
    ground = ground_for([draft], pack)
    whole = land_moved(by_name, pack.war, ground)
    listed = by_region(written(tmp_path, pack, clause(f'line = "cells", cells = {json.dumps(home)}'), "listed"), pack)
    for one, other in zip(land_moved(draft, pack.war, ground), whole, strict=True):
        assert one.region == other.region
        # A cell on a border belongs whole to one region: what one is given too much, its neighbour lacks.
        assert one.km2.central == pytest.approx(other.km2.central, rel=0.1)
        assert one.km2.low <= one.km2.central <= one.km2.high
        assert listed[one.region].km2.central == pytest.approx(one.km2.central, rel=0.01)
    total = [sum(m.km2.central for m in land_moved(d, pack.war, ground)) for d in (draft, by_name)]
    assert total[0] == pytest.approx(total[1], rel=0.02)
    worth = [worth_of(m, ground, "a").central for m in (land_moved(draft, pack.war, ground), whole)]
    assert worth[0] == pytest.approx(worth[1], rel=0.05)


def test_a_region_that_the_line_does_not_touch_keeps_what_it_has(pack: Pack, tmp_path: Path) -> None:
    corner = {"type": "Polygon", "coordinates": [[[1.8, 47.0], [2.9, 47.0], [2.9, 48.9], [1.8, 48.9], [1.8, 47.0]]]}
    draft = drawn(tmp_path, pack, corner, '["northreach", "westmoor"]')
    ground = ground_for([draft], pack)
    moved = {m.region: m for m in land_moved(draft, pack.war, ground)}
    assert "westmoor" not in ground.drawn["line.geojson"]
    still = moved["westmoor"]
    for value in (still.km2, still.people, still.assets):
        assert value is not None
        assert (value.low, value.central, value.high) == (0, 0, 0)
    assert moved["northreach"].km2.central > 0


def test_reported_lines_that_differ_span_the_drawn_one_and_the_other(pack: Pack, tmp_path: Path) -> None:
    (tmp_path / "line.geojson").write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    either = 'line = {either = ["front", "drawn"]}, drawing = "line.geojson"'
    draft = written(tmp_path, pack, clause(either, '["northreach"]'))
    alone = drawn(tmp_path, pack, EXAMPLE.read_text(encoding="utf-8"), '["northreach"]')
    ground = ground_for([draft, alone], pack)
    effect, plain = (effect_of(d.provisions[0], pack.war, ground) for d in (draft, alone))
    assert plain.payoff_a.central > 0 > plain.payoff_b.central
    assert effect.payoff_a.central == pytest.approx(plain.payoff_a.central / 2)
    assert (effect.payoff_a.low, effect.payoff_a.high) == (0, plain.payoff_a.high)


def test_land_outside_the_regions_of_the_clause_is_reported_and_not_counted(pack: Pack, tmp_path: Path) -> None:
    draft = drawn(tmp_path, pack, EXAMPLE.read_text(encoding="utf-8"), '["northreach"]')
    checked = check_settlement(draft, pack)
    (finding,) = checked.findings
    assert (finding.kind, finding.clauses) == ("line", (1,))
    assert "also moves land in Rivermark, Southreach, Westmoor, which the clause does not name" in finding.sentence
    assert [m.region for m in checked.moved[""]] == ["northreach"]
    assert check_settlement(drawn(tmp_path, pack, EXAMPLE.read_text(encoding="utf-8")), pack).findings == ()


def test_a_draft_carries_its_drawing_and_not_its_place(pack: Pack, tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    one, two = (drawn(folder, pack, EXAMPLE.read_text(encoding="utf-8")) for folder in folders)
    assert one == two
    assert "Sill" in one.drawings["line.geojson"]
    (folders[0] / "line.geojson").unlink()
    assert by_region(one, pack) == by_region(two, pack)


# --- what is refused -------------------------------------------------------------------------------------------------

CROSSING = {"type": "Polygon", "coordinates": [[[1, 46], [2, 47], [2, 46], [1, 47], [1, 46]]]}
REFUSED = {
    'line = "drawn"': 'line is "drawn" and there is no "drawing"; expected "drawing" with it; add "drawing"',
    'line = "cells"': 'line is "cells" and there is no "cells"; expected "cells" with it; add "cells"',
    'line = "drawn", drawing = "none.geojson"': (
        'draft.toml clause 1 control_line: drawing "none.geojson": no such file; expected a GeoJSON file; name one'
    ),
    'line = "drawn", drawing = "crossing.geojson"': 'drawing "crossing.geojson": the outline crosses itself at 1.5, 46.5',
    'line = "drawn", drawing = "."': 'drawing ".": a folder',
    'line = "drawn", drawing = "/elsewhere/x.geojson"': "expected a path from the draft's own folder",
    f'line = "drawn", drawing = "{"x" * 300}"': "drawing",
    'line = "drawn", drawing = {either = ["crossing.geojson", "none.geojson"]}': "no such file",
    'line = "cells", cells = []': "cells as a list of hexagons, not empty; take their ids from cells.parquet",
    'line = "cells", cells = ["x"]': "cells as a list of hexagons",
    'line = "cells", cells = [-1, true]': "cells as a list of hexagons",
    'line = "cells", cells = "x"': "cells as a list of hexagons",
}


@pytest.mark.parametrize("terms", REFUSED)
def test_a_drawing_that_cannot_be_read_is_one_sentence(terms: str, pack: Pack, tmp_path: Path) -> None:
    (tmp_path / "crossing.geojson").write_text(json.dumps(CROSSING), encoding="utf-8")
    found = faults(tmp_path, pack, clause(terms))
    assert sum(REFUSED[terms] in f for f in found) == 1, found
    assert len(found) == (2 if "either" in terms else 1)
    assert all(f.count("; expected ") == 1 and str(tmp_path) not in f for f in found)


def test_a_drawn_line_is_about_regions_and_not_districts(pack: Pack, tmp_path: Path) -> None:
    terms = clause('line = "drawn", drawing = "line.geojson"', '["farreach-district", "northreach"]')
    (tmp_path / "line.geojson").write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    (found,) = faults(tmp_path, pack, terms)
    assert 'regions names "farreach-district", with a line that is drawn; expected regions of level 1' in found


def test_a_drawing_far_from_the_war_is_refused_with_its_clause(pack: Pack, tmp_path: Path) -> None:
    draft = drawn(tmp_path, pack, {"type": "LineString", "coordinates": [[60, 10], [61, 11]]})
    with pytest.raises(QueryError, match=r"^draft clause 1, line.geojson: outside .*expected longitude") as caught:
        ground_for([draft], pack)
    assert str(tmp_path) not in str(caught.value)


def test_hexagons_of_another_grid_are_refused(pack: Pack, home: list[str], tmp_path: Path) -> None:
    strange = h3.latlng_to_cell(10.0, 60.0, h3.get_resolution(home[0]))
    draft = written(tmp_path, pack, clause(f'line = "cells", cells = ["{home[0]}", "{strange}"]'))
    with pytest.raises(QueryError, match=rf"draft clause 1: 1 of 2 hexagons, such as {strange}, are none of"):
        ground_for([draft], pack)


def test_two_lines_of_one_name_are_refused(pack: Pack, tmp_path: Path) -> None:
    drafts = []
    for name, content in (("one", EVERYTHING), ("two", json.loads(EXAMPLE.read_text(encoding="utf-8")))):
        (tmp_path / name).mkdir()
        drafts.append(drawn(tmp_path / name, pack, content))
    with pytest.raises(QueryError, match="a name that another draft gives to another line"):
        ground_for(drafts, pack)


def test_a_line_that_was_not_surveyed_is_refused(pack: Pack) -> None:
    terms: dict[str, Plain] = {"regions": ("northreach",), "line": "drawn", "drawing": "line.geojson"}
    with pytest.raises(QueryError, match="not surveyed"):
        moved_by(terms, pack.war, survey_ground(pack))


# --- how it is shown -------------------------------------------------------------------------------------------------


def test_a_cell_is_named_by_its_number_or_in_letters(home: list[str]) -> None:
    name = home[0]
    assert {cell_name(name), cell_name(name.upper()), cell_name(h3.str_to_int(name))} == {name}
    assert {cell_name(v) for v in (True, 0, -5, 2**63, "z", 1.5, None, "")} == {""}


def test_hexagons_are_counted_and_drawings_named_in_a_comparison(pack: Pack, home: list[str], tmp_path: Path) -> None:
    by_cells = written(
        tmp_path, pack, clause(f'line = "cells", cells = {json.dumps(home[:3])}', '["northreach"]'), "cells"
    )
    by_file = drawn(tmp_path, pack, EVERYTHING, '["northreach"]')
    (_, row) = compare_table([by_cells, by_file], pack.war)
    assert "3 hexagons" in row[1]
    assert home[0] not in row[1]
    assert "line.geojson" in row[2]


def test_the_command_counts_a_drawn_line(toy: Path, pack: Pack, tmp_path: Path) -> None:
    draft = drawn(tmp_path, pack, EXAMPLE.read_text(encoding="utf-8"))
    told = CliRunner().invoke(main, ["draft", str(toy), str(tmp_path / "draft.toml"), "--json"], catch_exceptions=False)
    land = json.loads(told.output)["land"][""]["regions"]
    assert {r: v["km2"]["central"] for r, v in land.items()} == pytest.approx(
        {r: m.km2.central for r, m in by_region(draft, pack).items()}
    )


def test_a_source_of_which_the_record_is_missing_is_measured_by_cells_alone(pack: Pack, tmp_path: Path) -> None:
    draft = drawn(tmp_path, pack, EXAMPLE.read_text(encoding="utf-8"), '["northreach"]')
    control = pack.tables["control_cells"]
    renamed = pd.concat([control, control[control["source"] == "mapwatch"].assign(source="stranger")])
    more = dataclasses.replace(pack, tables=pack.tables | {"control_cells": renamed})
    change = line_change(more, EXAMPLE)
    assert {s.source: s.recorded_km2 is None for s in change.sources}["stranger"]
    net = [r.to_a.km2 - r.to_b.km2 for s in change.sources for r in s.regions if r.region == "northreach"]
    assert len(net) == 3
    assert by_region(draft, more)["northreach"].km2.central == pytest.approx(float(np.median(net)))
