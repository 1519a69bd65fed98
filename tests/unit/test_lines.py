"""Drawn lines on the toy war: what they move against areas computed by other means, and what is refused."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from pathlib import Path
from typing import Any

import h3
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from armistice.core.errors import QueryError
from armistice.core.lines import LineChange, SourceLine
from armistice.data.drawing import MOST_POINTS, Drawing, drawing_of, read_drawing
from armistice.data.estimate import holdings
from armistice.data.lines import LEAST_PEOPLE, line_change
from armistice.data.pack import Pack, read_pack
from armistice.show.ground import Ground
from armistice.show.line import draw_line_change
from armistice.show.style import to_spec, to_svg

EXAMPLES = Path(__file__).parents[2] / "docs/examples"
PLANE = pyproj.Transformer.from_crs(4326, "+proj=cea +lat_ts=47 +lon_0=1.5 +ellps=WGS84 +units=m", always_xy=True)
EAST_OF = [[2.0, 48.3], [2.0, 45.5]]


@pytest.fixture(scope="module")
def pack(toy: Path) -> Pack:
    return read_pack(toy)


def with_control(pack: Pack, share: np.ndarray) -> Pack:
    """The pack with one map, on which side A holds these shares of the cells."""
    cells = pack.tables["cells"]
    rows = pd.DataFrame(
        {
            "source": "mapwatch", "date": np.datetime64("2013-06-30", "s"), "cell": cells["cell"].to_numpy(),
            "belligerent": "aldmark", "share": share,
        }
    )  # fmt: skip
    return dataclasses.replace(pack, tables=pack.tables | {"control_cells": rows[rows["share"] > 0]})


@pytest.fixture(scope="module")
def hexagons(pack: Pack) -> list[shapely.Polygon]:
    names = [h3.int_to_str(int(cell)) for cell in pack.tables["cells"]["cell"]]
    return [shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(name)]) for name in names]


def of_brelland(pack: Pack) -> np.ndarray:
    return (pack.tables["cells"]["region"] != "fenmark").to_numpy()


def polygon(*corners: tuple[float, float], side: str | None = None) -> dict[str, Any]:
    ring = [list(c) for c in (*corners, corners[0])]
    properties = {} if side is None else {"side": side}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def box(left: float, low: float, right: float, high: float, side: str | None = None) -> dict[str, Any]:
    return polygon((left, low), (right, low), (right, high), (left, high), side=side)


def line(*spots: Any, side: str | None = None) -> dict[str, Any]:
    properties = {} if side is None else {"side": side}
    geometry = {"type": "LineString", "coordinates": [list(s) for s in spots]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def drawn(content: Any) -> Drawing:
    return drawing_of(content, "drawn.geojson")


def by(change: LineChange, source: str = "mapwatch") -> SourceLine:
    return next(s for s in change.sources if s.source == source)


def km2(shape: Any) -> float:
    """Area in the pack's own equal-area projection."""
    fine = shapely.segmentize(shape, 0.01)
    return float(shapely.transform(fine, lambda xy: np.column_stack(PLANE.transform(xy[:, 0], xy[:, 1]))).area / 1e6)


# --- what is moved, against other means ------------------------------------------------------------------------------


def test_a_box_far_behind_the_line_gives_its_own_area_and_returns_all_that_was_held(pack: Pack) -> None:
    found = by(line_change(pack, drawn(box(0.25, 46.5, 1.0, 47.7))))
    assert found.to_a.km2 == pytest.approx(km2(shapely.box(0.25, 46.5, 1.0, 47.7)), rel=2e-3)
    assert found.to_a.high_km2 == pytest.approx(found.to_a.km2)
    assert [s.name for s in found.to_a.places] == ["Brellhaven", "Deepwater", "Harrow Cross"]  # read off places.csv
    assert [(s.name, s.kind, s.size, s.unit) for s in found.to_a.assets] == [
        ("Deepwater Works", "steel-plant", 2.4, "Mt/yr")
    ]
    assert found.to_b.km2 == pytest.approx(found.held_km2)
    assert found.after_km2 == pytest.approx(found.to_a.km2)
    assert {r.region for r in found.regions if r.to_a.km2 > 0} == {"westmoor"}


def test_people_of_a_box_are_those_of_its_communities(pack: Pack) -> None:
    """Harrow and Deeping, north and south, fill the west from 0 to 1.067 degrees: their people are in regions.csv."""
    found = by(line_change(pack, drawn(box(-0.5, 45.5, 16 / 15, 48.5))))
    listed = sum(pack.war.regions[r].population or 0 for r in ("harrow-district", "deeping-district"))
    assert found.to_a.people == pytest.approx(listed, rel=0.01)
    assert found.to_a.high_people is not None
    assert found.to_a.high_people >= found.to_a.people


def test_drawing_the_present_line_moves_nothing(pack: Pack, hexagons: list[shapely.Polygon]) -> None:
    rows = pack.tables["control_cells"]
    rows = rows[(rows["source"] == "mapwatch") & (rows["date"] == rows["date"].max())]
    share = rows.set_index("cell")["share"].reindex(pack.tables["cells"]["cell"]).fillna(0.0).to_numpy()
    held = (share >= 0.5) & of_brelland(pack)
    crisp = with_control(pack, held.astype(float))
    shape = shapely.union_all([h for h, mine in zip(hexagons, held, strict=True) if mine], grid_size=1e-9)
    found = by(line_change(crisp, drawn(shapely.geometry.mapping(shape))))
    assert found.held_km2 > 5000
    assert found.to_a.high_km2 + found.to_b.high_km2 < 0.5
    assert found.to_a.places == found.to_b.places == found.to_a.assets == found.to_b.assets == ()
    assert np.allclose(found.before, found.after, atol=1e-3)


def test_what_one_side_is_given_the_other_is_not(pack: Pack) -> None:
    """The same polygons for A and for B are complements: inland the shares add to one, and places are all named once."""
    one, other = (by(line_change(pack, drawn(box(1.2, 46.3, 2.2, 47.6, side=s)))) for s in ("a", "b"))
    inland = of_brelland(pack) & (one.after + other.after != 0)
    both = (one.after + other.after)[inland]
    assert (np.abs(both - 1) < 1e-9).mean() > 0.9  # all but cells on the border
    listed = pack.tables["places"]
    listed = set(listed[listed["people"] > LEAST_PEOPLE]["name"])
    gained = [{s.name for s in f.to_a.places} for f in (one, other)]
    lost = [{s.name for s in f.to_b.places} for f in (one, other)]
    assert gained[0] | gained[1] | lost[0] | lost[1] == listed
    assert not gained[0] & gained[1]
    assert not lost[0] & lost[1]


def test_a_line_is_the_polygon_to_its_one_side(pack: Pack) -> None:
    by_line = by(line_change(pack, drawn(line(*EAST_OF))))
    by_area = by(line_change(pack, drawn(box(2.0, 45.0, 2.9, 49.0))))
    for side in ("to_a", "to_b"):
        one, other = getattr(by_line, side), getattr(by_area, side)
        # On the shore a polygon says nothing of whether the sea that it covers counts.
        assert one.km2 == pytest.approx(other.km2, rel=0.015)
        assert one.people == pytest.approx(other.people, rel=0.015)
        assert (one.places, one.assets) == (other.places, other.assets)


def test_a_line_means_the_same_in_either_direction_unless_it_names_its_side(pack: Pack) -> None:
    there, back = (by(line_change(pack, drawn(line(*spots)))) for spots in (EAST_OF, EAST_OF[::-1]))
    assert np.array_equal(there.after, back.after)
    left = by(line_change(pack, drawn(line(*EAST_OF, side="left"))))
    right = by(line_change(pack, drawn(line(*EAST_OF, side="right"))))
    assert np.array_equal(left.after, there.after)  # southwards, east is to the left
    assert right.after_km2 == pytest.approx(km2(shapely.box(0, 46, 2.0, 48)), rel=0.02)


def test_land_apart_from_the_line_stays_as_it_is(pack: Pack, hexagons: list[shapely.Polygon]) -> None:
    lon = np.array([h.centroid.x for h in hexagons])
    keep = (lon < 0.5) | (lon > 0.8)
    share = np.where((lon < 0.2) & of_brelland(pack), 0.7, np.where(lon > 2.2, 1.0, 0.0)) * of_brelland(pack)
    cut = with_control(pack, share)
    cells, control = cut.tables["cells"][keep], cut.tables["control_cells"]
    known = control[control["cell"].isin(cells["cell"])]
    cut = dataclasses.replace(cut, tables=cut.tables | {"cells": cells, "control_cells": known})
    found = by(line_change(cut, drawn(line(*EAST_OF))))
    west = lon[keep] < 0.5
    assert np.array_equal(found.after[west], found.before[west])
    assert (found.before[west] > 0).any()
    assert found.to_a.km2 > 1000


def test_a_border_cell_of_which_part_lies_abroad_is_no_gain(pack: Pack, hexagons: list[shapely.Polygon]) -> None:
    names = [h3.int_to_str(int(cell)) for cell in pack.tables["cells"]["cell"]]
    own = {name for name, mine in zip(names, of_brelland(pack), strict=True) if mine}
    lon = np.array([h.centroid.x for h in hexagons])
    at_border = np.array([not own.issuperset(h3.grid_ring(name, 1)) for name in names]) & (lon > 2.4)
    share = np.where(of_brelland(pack) & (lon > 2.0), np.where(at_border, 0.6, 1.0), 0.0)
    crisp = with_control(pack, share)
    found = by(line_change(crisp, drawn(box(2.3, 45.0, 2.9, 49.0))))
    naive = float((pack.tables["cells"]["area_km2"] * 0.4)[share == 0.6].sum())
    assert naive > 300
    assert found.to_a.km2 < 0.1 * naive  # a cell at a corner has no neighbour further in


spot = st.floats(0.3, 2.3)


@settings(max_examples=6)
@given(spot, spot, spot, spot)
def test_the_truth_lies_between_the_least_and_the_most(
    pack: Pack, hexagons: list[shapely.Polygon], north: float, south: float, north2: float, south2: float
) -> None:
    """Two straight lines across the country: what lies between them is known without cells."""
    home = shapely.box(0, 46, 2.5, 48)
    held, after = (
        shapely.Polygon([(n, 48.2), (s, 45.8), (2.8, 45.8), (2.8, 48.2)]) for n, s in ((north, south), (north2, south2))
    )
    whole = np.array([shapely.area(h & home) for h in hexagons])
    inside = np.array([shapely.area(h & home & held) for h in hexagons])
    share = np.where(of_brelland(pack) & (whole > 1e-9), inside / np.maximum(whole, 1e-9), 0.0)
    spots = [list(c) for c in shapely.get_coordinates(after.exterior)]
    found = by(line_change(with_control(pack, share), drawn({"type": "Polygon", "coordinates": [spots]})))
    for moved, truth in ((found.to_a, km2((after - held) & home)), (found.to_b, km2((held - after) & home))):
        slack = 0.01 * truth + 30.0  # border cells belong whole to one country
        assert moved.km2 - slack <= truth <= moved.high_km2 + slack


def test_the_most_is_more_than_the_least_where_both_lines_cut_the_cells(
    pack: Pack, hexagons: list[shapely.Polygon]
) -> None:
    """Side A gives up all that it holds, east of a meridian, for all that lies west of it."""
    east = np.array([shapely.area(h & shapely.box(2.0, 45, 4, 49)) / h.area for h in hexagons])
    found = by(line_change(with_control(pack, east * of_brelland(pack)), drawn(box(-1.0, 45.0, 2.0, 49.0))))
    for moved, truth in ((found.to_a, shapely.box(0, 46, 2.0, 48)), (found.to_b, shapely.box(2.0, 46, 2.5, 48))):
        slack = 0.01 * km2(truth)
        assert moved.km2 < moved.high_km2 - 200
        assert moved.km2 - slack <= km2(truth) <= moved.high_km2 + slack


def test_the_record_beside_the_cells_is_the_record(pack: Pack) -> None:
    found = line_change(pack, drawn(box(0.25, 45.5, 2.2, 48.5)))
    for source in found.sources:
        told = holdings(pack, "brelland", source.map_day)[source.source].held_by_a_km2
        assert source.recorded_km2 == pytest.approx(told)
        assert source.held_km2 == pytest.approx(told, rel=0.015)
        for region in source.regions:
            told = holdings(pack, region.region, source.map_day)[source.source].held_by_a_km2
            assert region.recorded_km2 == pytest.approx(told)
    assert found.cell_km2 == pytest.approx(33.3, abs=0.5)


def test_a_source_without_a_map_of_the_last_month_is_left_out(pack: Pack) -> None:
    """Frontline drew no map from 10 April to 31 May 2012, Mapwatch one on 30 April."""
    found = line_change(pack, drawn(line(*EAST_OF)), date(2012, 5, 30))
    assert [(s.source, s.map_day) for s in found.sources] == [("mapwatch", date(2012, 4, 30))]


def test_places_of_more_than_five_hundred_people_are_listed(pack: Pack) -> None:
    for people, listed in ((500.0, False), (501.0, True)):
        places = pack.tables["places"].assign(people=people)
        made = dataclasses.replace(pack, tables=pack.tables | {"places": places})
        found = by(line_change(made, drawn(box(0.25, 46.5, 1.0, 47.7))))
        assert bool(found.to_a.places) == listed


def test_only_what_was_mapped_by_the_day_counts(pack: Pack, toy: Path) -> None:
    shape, day = drawn(line(*EAST_OF)), date(2012, 7, 10)
    then, now = line_change(read_pack(toy, day), shape), line_change(pack, shape, day)
    assert [s.map_day for s in now.sources] == [date(2012, 6, 30)] * 2
    for one, other in zip(then.sources, now.sources, strict=True):
        assert np.array_equal(one.after, other.after)
        assert (one.to_a, one.to_b, one.regions) == (other.to_a, other.to_b, other.regions)


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.floats(-0.5, 3.5), st.floats(45, 49)), min_size=3, max_size=7), st.sampled_from(["a", "b"])
)
def test_any_polygon_is_measured_or_refused_in_a_sentence(
    pack: Pack, corners: list[tuple[float, float]], side: str
) -> None:
    try:
        change = line_change(pack, drawn(polygon(*corners, side=side)))
    except QueryError as error:
        assert_sentence(str(error))
        return
    for found in change.sources:
        assert ((found.after >= 0) & (found.after <= 1)).all()
        own = [r for r in found.regions if r.region != "fenmark"]
        net = sum(r.to_a.km2 - r.to_b.km2 for r in own)
        assert found.after_km2 - found.held_km2 == pytest.approx(net, abs=0.05)
        for name in ("to_a", "to_b"):
            total, parts = getattr(found, name), [getattr(r, name) for r in found.regions]
            assert total.km2 <= total.high_km2 + 1e-9
            assert sum(p.km2 for p in parts) == pytest.approx(total.km2, abs=0.05)
            assert sum(len(p.places) for p in parts) == len(total.places)
        assert not {s.name for s in found.to_a.places} & {s.name for s in found.to_b.places}


@settings(max_examples=20)
@given(st.lists(st.tuples(st.floats(-0.5, 3.5), st.floats(45, 49)), min_size=1, max_size=6))
def test_any_line_is_measured_or_refused_in_a_sentence(pack: Pack, spots: list[tuple[float, float]]) -> None:
    try:
        assert line_change(pack, drawn(line(*spots))).sources
    except QueryError as error:
        assert_sentence(str(error))


# --- what is refused --------------------------------------------------------------------------------------------------

anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["type", "coordinates", "geometry", "properties", "features", "crs"]), inner)
    ),
    max_leaves=12,
)
kinds = st.sampled_from(["Polygon", "MultiPolygon", "LineString", "MultiLineString", "Feature", "Point"])


@settings(max_examples=60)
@given(st.one_of(anything, st.fixed_dictionaries({"type": kinds, "coordinates": anything, "geometry": anything})))
def test_any_content_is_read_or_refused_in_a_sentence(content: Any) -> None:
    try:
        assert drawn(content).shape.is_valid
    except QueryError as error:
        assert_sentence(str(error))


def assert_sentence(text: str) -> None:
    assert "\n" not in text
    assert "; expected " in text
    assert text.count(";") >= 2, text


GOOD = [[0.5, 46.5], [1.0, 46.5], [1.0, 47.0], [0.5, 46.5]]
BAD: dict[str, tuple[Any, str]] = {
    "not JSON": ("{", "not JSON"),
    "too deep": ("[" * 100_000, "not JSON that can be read"),
    "empty file": ("  \n", "an empty file"),
    "a list": ([1, 2], "no GeoJSON object"),
    "empty collection": ({"type": "FeatureCollection", "features": []}, "nothing is drawn"),
    "no geometry": ({"type": "Feature", "properties": {}, "geometry": None}, "a feature with no geometry"),
    "no coordinates": ({"type": "Polygon", "coordinates": []}, "no coordinates"),
    "wrong type": ({"type": "Point", "coordinates": [1, 47]}, "type 'Point'"),
    "mixed": (
        {
            "type": "GeometryCollection",
            "geometries": [{"type": "Polygon", "coordinates": [GOOD]}, {"type": "LineString", "coordinates": GOOD[:2]}],
        },
        "lines and polygons together",
    ),
    "heights": ({"type": "Polygon", "coordinates": [[[*c, 100.0] for c in GOOD]]}, "three-dimensional"),
    "words": ({"type": "Polygon", "coordinates": [[["x", "y"], *GOOD]]}, "for a position"),
    "one number": ({"type": "Polygon", "coordinates": [[[1.0], *GOOD]]}, "for a position"),
    "flat": ({"type": "Polygon", "coordinates": [1, 2, 3]}, "not nested"),
    "not a number": ('{"type": "Polygon", "coordinates": [[[NaN, 46], [1, 46], [1, 47], [NaN, 46]]]}', "for a position"),
    "too many": (
        {"type": "LineString", "coordinates": [[1 + n / 1e7, 47.0] for n in range(MOST_POINTS + 1)]},
        "more than 100,000 points",
    ),
    "open ring": ({"type": "Polygon", "coordinates": [GOOD[:3]]}, "does not close"),
    "bow tie": (polygon((0.5, 46.5), (1, 47), (1, 46.5), (0.5, 47)), "crosses itself at 0.75, 46.75"),
    "crossing line": (line((0.5, 45), (0.5, 49), (0.2, 47), (2, 47)), "the line crosses itself"),
    "one point": (line((1, 47), (1, 47)), "a line of one point"),
    "without area": ({"type": "Polygon", "coordinates": [[[1, 46], [1, 47], [1, 48], [1, 46]]]}, "expected"),
    "metres": (box(500_000, 5_000_000, 600_000, 5_100_000), "no degrees"),
    "elsewhere": (box(100, 10, 101, 11), "outside War of Aldmark and Brelland"),
    "swapped": (polygon((46.5, 0.5), (46.5, 1.0), (47.0, 1.0)), "latitude before longitude"),
    "own land": (box(2.58, 46.5, 2.62, 47.5), "covers no land of Brelland"),
    "no such side": (box(0.5, 46.5, 1, 47, side="corland"), "side 'corland'"),
    "no such hand": (line(*EAST_OF, side="a"), "expected \"left\" or \"right\""),
    "two sides": (
        {"type": "FeatureCollection", "features": [box(0.5, 46.5, 1, 47, side="a"), box(1.5, 46.5, 1.8, 47, side="b")]},
        "side is a and b",
    ),
    "half way": (line((2.0, 48.3), (2.0, 47.1)), "ends inside Brelland at 2, 47.1"),
    "along the border": (line((-0.5, 49), (-0.5, 45)), "outside"),
    "beside the country": (line((2.6, 46.2), (2.6, 47.8)), "does not divide Brelland"),
    "neither hand": (line((0.7, 48.5), (0.7, 47.5), (0.3, 47.5), (0.3, 48.5), side=""), "expected"),
    "other system": (
        box(0.5, 46.5, 1, 47) | {"crs": {"type": "name", "properties": {"name": "EPSG:3857"}}},
        "a coordinate system of its own",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", BAD)
def test_a_planted_fault_gets_a_sentence(pack: Pack, tmp_path: Path, fault: str) -> None:
    content, words = BAD[fault]
    file = tmp_path / "drawn.geojson"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    if fault == "neither hand":  # the land inside the loop is free, and so is most of that outside
        pack = with_control(pack, np.zeros(len(pack.tables["cells"])) + 0.5 * of_brelland(pack))
    with pytest.raises(QueryError) as caught:
        line_change(pack, file)
    assert words in str(caught.value)
    assert str(file) in str(caught.value)
    assert_sentence(str(caught.value))


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "no.geojson", "no such file"), (tmp_path, "a folder")):
        with pytest.raises(QueryError, match=words):
            read_drawing(path)
    (tmp_path / "latin.geojson").write_bytes(b'{"type": "\xe9"}')
    with pytest.raises(QueryError, match="not UTF-8"):
        read_drawing(tmp_path / "latin.geojson")


@pytest.mark.parametrize("day", [date(2010, 7, 1), date(2014, 1, 1), date(1990, 1, 1)])
def test_a_day_without_a_map_is_refused(pack: Pack, day: date) -> None:
    with pytest.raises(QueryError, match="no map by cells") as caught:
        line_change(pack, drawn(box(0.5, 46.5, 1, 47)), day)
    assert "frontline 2011-05-01 to 2013-06-30" in str(caught.value)
    assert_sentence(str(caught.value))


# --- examples and the picture -----------------------------------------------------------------------------------------


def test_the_example_of_the_toy_war_takes_the_river(pack: Pack) -> None:
    change = line_change(pack, EXAMPLES / "line-toy.geojson")
    found = by(change)
    assert change.name.endswith("(hypothetical)")
    assert {"Sillbridge", "Upper Sill", "Nether Sill"} <= {s.name for s in found.to_a.places}
    rivermark = next(r for r in found.regions if r.region == "rivermark")
    assert rivermark.after_km2 == pytest.approx(1855, rel=0.02)
    assert found.to_b.km2 < 10


def test_the_example_of_the_shipped_war_makes_two_regions_whole() -> None:
    pack = read_pack(EXAMPLES.parents[1] / "wars" / "ukraine")
    found = by(line_change(pack, EXAMPLES / "line-ukraine.geojson"), "deepstate")
    parts = {r.region: r for r in found.regions}
    for region in ("donetsk", "luhansk"):
        assert parts[region].after_km2 == pytest.approx(pack.war.regions[region].area_km2, rel=0.015)
    assert parts["kharkiv"].to_b.km2 > 1000 > parts["kharkiv"].to_a.km2
    assert {"Kramatorsk", "Slovyansk"} <= {s.name for s in found.to_a.places}
    assert "Vovchansk" in {s.name for s in found.to_b.places}


@pytest.fixture(scope="module")
def ground(pack: Pack, toy: Path) -> Ground:
    tables = pack.tables
    outlines = json.loads((toy / "outlines.geojson").read_text(encoding="utf-8"))
    return Ground(tables["cells"], tables["control_cells"], tables["places"], tables["assets"], outlines)


@pytest.mark.parametrize("width", [760, 360])
def test_the_map_says_what_moves_and_against_which_line(pack: Pack, ground: Ground, width: int) -> None:
    change = line_change(pack, EXAMPLES / "line-toy.geojson")
    figure = draw_line_change(pack.war, ground, change, "mapwatch", width)
    svg = to_svg(figure)
    found = by(change)
    assert f"{found.to_a.km2:,.0f} km²" in svg
    assert "30 June 2013" in figure.caption
    assert "hypothetical" in figure.caption.lower()
    assert "Sillbridge" in figure.alt
    assert "mapwatch" in figure.credit
    assert float(svg.split(' width="')[1].split('"')[0]) <= width + 1
    assert to_spec(draw_line_change(pack.war, ground, change, "mapwatch", width)) == to_spec(figure)


def test_a_map_of_another_pack_or_source_is_refused(pack: Pack, ground: Ground) -> None:
    change = line_change(pack, EXAMPLES / "line-toy.geojson")
    with pytest.raises(QueryError, match="nobody: no map by it"):
        draw_line_change(pack.war, ground, change, "nobody")
    with pytest.raises(QueryError, match="other cells"):
        draw_line_change(pack.war, dataclasses.replace(ground, cells=ground.cells[5:]), change)
