"""The charts wing on a small made-up war: words, numbers, sizes and labels of every figure."""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
from collections.abc import Callable
from datetime import date

import altair as alt
import h3
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from armistice.core.errors import QueryError
from armistice.core.panel import check_panel
from armistice.core.results import Forecast, ForecastMonth, Verdict
from armistice.core.war import (
    Belligerent,
    Issue,
    Option,
    Preference,
    Range,
    RedLine,
    Region,
    Source,
    War,
)
from armistice.show import aid, canvas, deals, gallery, ground, losses, maps, markets, series, style, talks
from armistice.show.canvas import Label, Layer, overlaps
from armistice.show.gallery import GALLERY

WIDTHS = (760, 360)
ELSEWHERE = (
    "ending", "solution", "hindcast", "forecast", "axis forecast", "forecasts", "fans", "matched", "history", "terminations",
    "convergence", "line change", "appraisals", "past wars",
    "retrospect",
)  # fmt: skip
"""Records whose charts are tested with them."""
BESIDE_THE_GAME = [name for name, entry in GALLERY.items() if entry.needs[0] not in ELSEWHERE]
"""Charts that are not of the war-termination game, which test_show_bargaining draws."""
START, MIDDLE, END = date(2030, 1, 31), date(2030, 2, 28), date(2030, 12, 31)


def _issue(name: str, minor: bool) -> Issue:
    options = tuple(
        Option(f"o{i}", f"Option {i} of {name}, told in a few more words", v)
        for i, v in enumerate((0.0, 0.3, 0.6, 1.0))
    )
    want = {
        "a": Preference("o3", Range(0.5, 0.6, 0.7), ("o2", "o3"), "It says so."),
        "b": Preference("o0", Range(0.5, 0.6, 0.7), ("o0", "o1"), "It says so."),
    }
    return Issue(name, name.capitalize(), "What happens?", "territory", True, minor, options, want)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def war() -> War:
    regions = {
        "home": Region("home", "Home", "", 0, "b", 40000.0, 900000.0, 31.0, 49.0),
        "east": Region("east", "East region", "home", 1, "b", 20000.0, 500000.0, 32.0, 49.0),
        "west": Region("west", "West", "home", 1, "b", 20000.0, None, 30.0, 49.0),
        "over": Region("over", "Border region (Aland)", "", 1, "a", 9000.0, None, 33.4, 49.0),
    }
    names = {
        "m1": "Map One",
        "m2": "Map Two / Friends",
        "count": "Counters",
        "claim": "Staff of B",
        "fund": "Fund Watch",
        "earth": "Old Earth",
    }
    sources = {i: Source(i, n, n, "", "", "free", "", "", "") for i, n in names.items()}
    return War(
        "toy", "A toy war", date(2029, 6, 1), END, date(2030, 1, 1), "home",
        (Belligerent("aland", "Aland", "Alandish", "a", "Acity"), Belligerent("bland", "Bland", "Blandish", "b", "Bcity")),
        {"don": "Donorland", "far": "Farland", "un": "United Nations"}, (_issue("land", False), _issue("talks", False), _issue("flags", True)),
        (RedLine("a", "land", "o1", True, "law", "law"), RedLine("b", "land", "o3", False, "said", "said")),
        (), regions, sources, {"borders": "Held land is shown as Bland's."},
    )  # fmt: skip


@pytest.fixture(scope="module")
def land() -> ground.Ground:
    square = h3.LatLngPoly([(48.5, 29.0), (48.5, 33.0), (49.5, 33.0), (49.5, 29.0)])
    over = h3.LatLngPoly([(48.7, 33.05), (48.7, 33.5), (49.3, 33.5), (49.3, 33.05)])
    home, abroad = sorted(h3.h3shape_to_cells(square, 6)), sorted(h3.h3shape_to_cells(over, 6))
    rows, held = [], []
    for cell in [*home, *abroad]:
        _, lon = h3.cell_to_latlng(cell)
        region = "over" if cell in set(abroad) else "east" if lon > 31 else "west"
        number = h3.str_to_int(cell)
        rows.append(
            {
                "cell": number,
                "region": region,
                "area_km2": 35.0,
                "population": 300.0 if region == "west" else 4000.0 * (lon > 32.3) + 100,
                "axis": "",
                "step": np.nan,
            }
        )
        for source, day, edge in (
            ("m1", date(2029, 12, 31), 32.8),
            ("m1", START, 32.5),
            ("m1", MIDDLE, 32.3),
            ("m1", END, 31.9),
            ("m2", END, 31.8),
        ):
            share = round(float(np.clip((lon - edge) / 0.12, 0, 1)), 2)
            if region != "over" and share > 0:
                held.append({"source": source, "date": day, "cell": number, "belligerent": "aland", "share": share})
            if region == "over" and day == END and lon < 33.2:
                held.append({"source": source, "date": day, "cell": number, "belligerent": "bland", "share": 0.8})
    control = pd.DataFrame(held)
    control["date"] = pd.to_datetime(control["date"]).astype("datetime64[s]")
    places = [("Bcity", 30.5, 49.0, 9e5, 1), ("Easton", 32.0, 49.1, 2e5, 2), ("Weston", 29.5, 48.8, 2e5, 2)]
    places += [(f"Town number {i}", 29.3 + 0.07 * i, 48.6 + 0.011 * (i * 7 % 70), 900.0 + i, 0) for i in range(50)]
    assets = [
        (f"Mine {i}", "coal-mine" if i % 3 else "steel-plant", 31.2 + 0.06 * i, 48.8 + 0.05 * (i % 9))
        for i in range(25)
    ]
    outlines = [("region", 29.0, 31.0), ("region", 31.0, 33.0), ("land", 27.0, 36.0)]
    features = [
        {"type": "Feature", "properties": {"layer": layer, "name": "", "source": "earth"},
         "geometry": {"type": "Polygon", "coordinates": [[[x0, s], [x0, n], [x1, n], [x1, s], [x0, s]]]}}
        for layer, x0, x1 in outlines for s, n in [(48.5, 49.5) if layer == "region" else (47.0, 51.0)]
    ]  # fmt: skip
    return ground.Ground(
        pd.DataFrame(rows), control,
        pd.DataFrame(places, columns=["name", "lon", "lat", "people", "capital"]).assign(region="east", source="earth"),
        pd.DataFrame(assets, columns=["name", "kind", "lon", "lat"]).assign(region="east", capacity=1.0, unit="t", status="", source="earth"),
        {"type": "FeatureCollection", "features": features},
    )  # fmt: skip


@pytest.fixture(scope="module")
def panel(war: War) -> xr.Dataset:
    time = pd.date_range("2029-12-01", "2030-12-31")
    sources, regions, sides = ["claim", "count", "fund", "m1", "m2"], list(war.regions), ["aland", "bland"]
    area = np.array([war.regions[r].area_km2 for r in regions])
    held = np.full((len(time), len(sources), len(regions)), np.nan)
    ramp = np.linspace(0.2, 0.6, len(time))
    for s, lift in (("m1", 0.0), ("m2", 0.01)):
        for r, share in (("home", 0.5), ("east", 1.0), ("west", 0.0)):
            held[:, sources.index(s), regions.index(r)] = (ramp + lift) * share * area[regions.index(r)]
        held[:, sources.index(s), regions.index("over")] = area[regions.index("over")]
    control = np.stack([held, area - held], axis=-1)
    flow = np.full((len(time), len(sources), 3), np.nan)
    ends = np.flatnonzero(time.is_month_end)
    flow[ends, 2, :2] = np.array([900.0, 50.0])
    dead = np.full((len(time), len(sources), 2), np.nan)
    dead[:, 1, :] = np.linspace(0, [9000, 6000], len(time))
    claimed = dead.copy()
    claimed[:, 0, 0], claimed[:, 1, 1] = np.linspace(0, 40000, len(time)), np.nan
    received = np.full((len(time), len(sources), 2), np.nan)
    received[ends, 2, 1] = 950.0
    price = np.full((len(time), len(sources), 2), np.nan)
    price[:, 1, 0] = 90.0 - 2.0 * (time.month - 1) - 24.0 * (time.year - 2029)
    price[:, 1, 1] = np.where(time < "2030-06-01", 50.0, 10.0)
    four, three = ("time", "source", "region", "belligerent"), ("time", "source", "belligerent")
    data = {
        "area": ("region", area), "population": ("region", np.array([9e5, 5e5, np.nan, np.nan])),
        "control": (four, control), "control_low": (four, control), "control_high": (four, control),
        "aid_military": (three, received), "aid_given_military": (("time", "source", "donor"), flow),
        "market_price": (three, price), "losses_dead_named": (three, dead), "losses_personnel": (three, claimed),
    }  # fmt: skip
    attrs = {"slug": "toy", "as_of": "2030-12-31", "digest": "x", "root": "home", "side_a": "aland", "side_b": "bland"}
    coords = {"time": time, "source": sources, "region": regions, "belligerent": sides, "donor": ["don", "far", "un"]}
    return check_panel(xr.Dataset(data, coords, attrs))


@pytest.fixture(scope="module")
def positions() -> pd.DataFrame:
    rows = [
        ("2029-07-01", "aland", "d1", "First demand", "land", "o3", "o3"), ("2030-02-01", "bland", "d2", "Counter text", "land", "o0", "o0"),
        ("2030-05-01", "don", "d3", "Plan of a third party", "land", "o2", "o2"), ("2030-06-01", "aland", "d4", "Second demand", "land", "o2", "o3"),
        ("2030-09-01", "bland", "d5", "Last text of Bland", "land", "o0", "o1"), ("2030-09-01", "bland", "d5", "Last text of Bland", "talks", "o2", "o2"),
        ("2030-06-01", "aland", "d4", "Second demand", "talks", "o1", "o3"),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["date", "party", "doc", "document", "issue", "option_low", "option_high"])
    return table.assign(
        date=pd.to_datetime(table["date"]).astype("datetime64[s]"),
        text="In our words.",
        source="a paper",
        basis="page",
        status="offer",
    )


@pytest.fixture(scope="module")
def responses() -> pd.DataFrame:
    rows = [("2030-02-05", "aland", "d2", "Counter text", "refused"), ("2030-05-03", "bland", "d3", "Plan of a third party", "conditional"),
            ("2030-07-01", "un", "d4", "Second demand", "silent"), ("2030-08-01", "aland", "d9", "Truce", "accepted")]  # fmt: skip
    table = pd.DataFrame(rows, columns=["date", "party", "doc", "document", "response"])
    return table.assign(date=pd.to_datetime(table["date"]).astype("datetime64[s]"), text="So it said.")


@pytest.fixture(scope="module")
def forecast() -> Forecast:
    months = tuple(
        ForecastMonth(
            f"2031-{i:02d}", {"5": 50.0 * i, "25": 80.0 * i, "50": 100.0 * i, "75": 120.0 * i, "95": 150.0 * i}, i / 24
        )
        for i in range(1, 13)
    )
    return Forecast("east", END, "trend of the last year", 12000.0, 8000.0, {12: 100.0}, months, 24, {50: float("nan")})


@pytest.fixture(scope="module")
def countries() -> dict:
    shapes = [("bland", 29, 33), ("don", 20, 28), ("", 33, 40)]
    return {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"id": i, "name": i, "source": "earth"},
         "geometry": {"type": "Polygon", "coordinates": [[[x0, 45.0], [x0, 52.0], [x1, 52.0], [x1, 45.0], [x0, 45.0]]]}} for i, x0, x1 in shapes
    ]}  # fmt: skip


VERDICTS = (
    Verdict("c1", "More than 6,640 km² taken.", "A staff", END, "a paper", 6640.0, "km2", {"m1": 4300.0, "m2": 4450.0}, 4300.0, 4450.0, "contradicted", 2190.0, "Too much."),
    Verdict("c2", "Half have left.", "A talk", END, "a talk", 50.0, "percent", {}, None, None, "not checkable", None, "Nobody counts."),
)  # fmt: skip


def happened() -> pd.DataFrame:
    """Events of the made-up war: one outside the drawn months."""
    days = pd.to_datetime(["2030-06-11", "2030-06-02", "2030-08-01", "2035-01-01"])
    return pd.DataFrame({"date": days, "title": ["A truce", "A city falls", "Talks", "Later"]})


@pytest.fixture(scope="module")
def draw(war, land, panel, positions, responses, forecast, countries) -> dict[str, Callable[[int], style.Figure]]:
    return {
        "control-map": lambda w: maps.draw_control_map(war, land, END, width=w),
        "control-change": lambda w: maps.draw_control_change(war, land, START, END, "m1", width=w),
        "density-map": lambda w: maps.draw_density_map(war, land, END, region="east", width=w),
        "area-held": lambda w: series.draw_area_held(war, panel, "east", width=w),
        "area-by-region": lambda w: series.draw_area_by_region(war, panel, width=w),
        "monthly-gain": lambda w: series.draw_monthly_gain(war, panel, "home", width=w),
        "market-prices": lambda w: markets.draw_market_prices(war, panel, happened(), width=w),
        "losses": lambda w: losses.draw_losses(war, panel, width=w),
        "aid-by-donor": lambda w: aid.draw_aid_by_donor(war, panel, width=w),
        "aid-by-month": lambda w: aid.draw_aid_by_month(war, panel, width=w),
        "donor-map": lambda w: aid.draw_donor_map(war, panel, countries, width=w),
        "positions": lambda w: deals.draw_positions(war, positions, "land", width=w),
        "position-paths": lambda w: deals.draw_position_paths(war, positions, width=w),
        "distances": lambda w: deals.draw_distances(war, positions, width=w),
        "timeline": lambda w: talks.draw_timeline(war, positions, responses, width=w),
        "claims": lambda w: talks.draw_claims(war, VERDICTS, width=w),
    }


@pytest.fixture(scope="module")
def drawn(draw) -> dict[tuple[str, int], style.Figure]:
    return {(name, width): make(width) for name, make in draw.items() for width in WIDTHS}


def test_every_public_figure_function_is_in_the_gallery(draw):
    found = {
        function
        for module in (aid, deals, losses, maps, markets, series, talks)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if name.startswith("draw_") and function.__module__ == module.__name__
    }
    assert {entry.draw for entry in GALLERY.values() if entry.needs[0] not in ELSEWHERE} == found
    assert set(draw) == set(BESIDE_THE_GAME)
    assert all(entry.shows.endswith(".") for entry in gallery.GALLERY.values())


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", BESIDE_THE_GAME)
def test_a_figure_has_words_and_draws_at_its_width(drawn, war, name, width):
    figure = drawn[name, width]
    assert re.search(r"Sources?[ :]|Sources of", figure.caption)
    assert re.search(r"\d{4}", figure.caption)
    assert re.search(r"km²|per cent|EUR|persons|scale|from 0|Unit|own unit|%", figure.caption)
    assert figure.alt.endswith(".")
    assert len(figure.alt) > 40
    assert set(figure.credit) <= set(war.sources)
    assert len(json.dumps(style.to_spec(figure))) < 250_000
    svg = style.to_svg(figure)
    drawn_width = float(re.search(r' width="([\d.]+)"', svg).group(1))
    assert abs(drawn_width - width) <= 8
    assert "NaN" not in svg
    assert "undefined" not in svg


def test_the_same_inputs_give_the_same_bytes(draw):
    for name in ("control-map", "distances"):
        one, other = (json.dumps(style.to_spec(draw[name](760)), sort_keys=True) for _ in range(2))
        assert one == other


def test_a_framed_picture_carries_title_and_caption(drawn):
    figure = drawn["aid-by-donor", 360]
    svg = style.to_svg(figure, framed=True)
    assert figure.title.split()[0] in svg
    assert "Fund Watch" in svg
    assert style.to_png(figure, width=180, scale=1.0).startswith(b"\x89PNG")
    assert ' width="180"' in style.to_svg(figure, width=180)


def test_change_by_cell_sums_to_the_change_in_the_cells(war, land):
    change = ground.control_change(war, land, START, END, "m1")
    old, new = (ground.held_cells(war, land, day, "m1") for day in (START, END))
    held = [(f["held"].where(f["owner"] == "b", 1 - f["held"]) * f["area_km2"]).sum() for f in (old, new)]
    by_kind = change.groupby("kind")["change_km2"].sum()
    assert change["change_km2"].sum() == pytest.approx(held[1] - held[0])
    assert by_kind["taken"] + by_kind["lost"] == pytest.approx(held[1] - held[0])
    assert by_kind["taken"] > 0 > by_kind["lost"]
    assert by_kind.get("same", 0.0) == 0


def test_the_legend_of_the_change_map_states_these_sums(war, land, drawn):
    by_kind = ground.control_change(war, land, START, END, "m1").groupby("kind")["change_km2"].sum()
    text = json.dumps(style.to_spec(drawn["control-change", 760]), ensure_ascii=False)
    assert f"taken by Alandish forces, {by_kind['taken']:,.0f} km²" in text
    assert f"taken by Blandish forces, {-by_kind['lost']:,.0f} km²" in text


def test_the_front_line_runs_where_the_share_is_one_half(war, land):
    cells = ground.held_cells(war, land, END, "m1")
    view = ground.frame_view(land, *ground.focus(war, land, None), 760, 0, False)
    shape = ground.dissolve(land, view, land.cells["cell"][cells["owner"] == "b"], None)
    line = ground.fronts(land, view, cells, shape)
    inside = max((piece for part in line for piece in part.geoms), key=lambda n: n.length)
    xs = np.array(inside.coords)[3:-3, 0]
    want, _ = view.to_px(np.array([31.96, 31.96]), np.array([48.7, 49.3]))
    assert abs(np.median(xs) - want.mean()) < 4


def _words(figure: style.Figure) -> list[Label]:
    """Labels of a canvas, from the marks that write them in ink."""
    spec = style.to_spec(figure)
    out = []
    for layer in spec["layer"]:
        mark = layer["mark"]
        if isinstance(mark, dict) and mark["type"] == "text" and "stroke" not in mark and "align" in mark:
            rows = spec["datasets"][layer["data"]["name"]] if "name" in layer["data"] else layer["data"]["values"]
            out += [
                Label(r["text"], r["x"], r["y"], mark["align"], mark["fontSize"], mark["fontWeight"] == "bold")
                for r in rows
                if "x" in r
            ]
    return out


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "name",
    ["control-map", "control-change", "density-map", "donor-map", "positions", "distances", "timeline", "claims"],
)
def test_words_neither_overlap_nor_leave_the_picture(drawn, name, width):
    labels = _words(drawn[name, width])
    assert len(labels) > 4
    for i, one in enumerate(labels):
        left, top, right, _ = one.box
        assert min(left, top) >= -1, one
        assert right <= width + 4, one
        for other in labels[i + 1 :]:
            a, b = ((x0 + 1, y0 + 2, x1 - 1, y1 - 2) for x0, y0, x1, y1 in (one.box, other.box))
            assert not overlaps(a, b), (one, other)


def test_monthly_gain_adds_up_and_leaves_gaps(war, panel):
    gain = series.monthly_gain(war, panel, "home", 12)
    control = panel["control"].sel(region="home", belligerent="aland", source="m1")
    want = float(control.sel(time="2030-12-31") - control.sel(time="2029-12-31"))
    assert gain["m1"].sum() == pytest.approx(want)
    holed = panel.copy()
    holed["control"] = panel["control"].where(~((panel["time"].dt.month == 5) & (panel["time"].dt.day > 15)))
    assert np.isnan(series.monthly_gain(war, holed, "home", 12)["m1"].loc["2030-05"])


def test_the_largest_moves_of_a_price_are_marked_with_what_happened_then(war, panel):
    turns = markets.market_turns(war, panel, happened())
    assert [t.number for t in turns] == list(range(1, len(turns) + 1))
    (fall,) = [t for t in turns if t.month == pd.Timestamp(2030, 6, 30) and t.side == "b"]
    assert fall.change == pytest.approx(-80)
    assert fall.price == pytest.approx(10)
    assert fall.events == ("A city falls", "A truce")
    assert max(abs(t.change) for t in turns if t is not fall) < 50


def test_a_gap_in_a_price_is_not_a_move(war, panel):
    gone = panel.copy(deep=True)
    months = gone["time"].dt.month.isin([6, 7]).values
    gone["market_price"].values[months] = np.nan
    fell = [t for t in markets.market_turns(war, gone, happened()) if t.side == "b" and abs(t.change) > 1]
    assert fell == [], "July is not set beside May"
    short = panel.isel(time=slice(0, 120))
    assert markets.market_prices(war, short) == {}
    with pytest.raises(QueryError, match="no price of 6 months"):
        markets.draw_market_prices(war, short, happened())


def test_land_is_named_by_the_country_only_where_all_of_it_is_the_sides(war):
    own = [r for r in war.regions.values() if r.level == 1 and r.parent == war.root]
    assert {r.owner for r in own} == {"b"}
    assert ground.land_words(war, "b") == war.regions[war.root].name
    first = own[0]
    split = dataclasses.replace(war, regions={**war.regions, first.id: dataclasses.replace(first, owner="a")})
    assert ground.land_words(split, "a") == first.name
    assert first.name not in ground.land_words(split, "b")


def test_distance_runs_from_near_end_to_near_end(war, positions):
    latest = deals.latest_positions(war, positions, "land", END)
    assert latest == {"a": (0.6, 1.0), "b": (0.0, 0.3)}
    assert deals.distance(latest) == pytest.approx(0.3)
    assert deals.distance(deals.latest_positions(war, positions, "talks", END)) == 0.0
    assert deals.distance(deals.latest_positions(war, positions, "land", date(2029, 12, 1))) is None


def test_an_answer_after_the_last_day_is_not_shown(war, positions, responses):
    table = talks.proposals(war, positions, responses[responses["date"] <= "2030-04-01"])
    answers = table.set_index("doc")["answers"]
    assert set(answers["d2"]) == {"aland"}
    assert answers["d3"] == {}


def test_questions_that_cannot_be_answered_say_so(war, land, panel, positions):
    with pytest.raises(QueryError, match="no map"):
        maps.draw_control_map(war, land, date(2020, 1, 1))
    with pytest.raises(QueryError, match="one map"):
        maps.draw_control_change(war, land, START, START, "m1")
    with pytest.raises(QueryError, match="nowhere"):
        series.draw_area_held(war, panel, "nowhere")
    with pytest.raises(QueryError, match="no such"):
        deals.draw_positions(war, positions, "no such")
    with pytest.raises(QueryError, match="no aid"):
        aid.draw_aid_by_donor(war, panel.drop_vars("aid_given_military"))


def test_the_two_sides_differ_in_lightness_as_well_as_in_hue():
    def lightness(color: str) -> float:
        linear = [
            (c / 255 / 12.92) if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4
            for c in bytes.fromhex(color[1:])
        ]
        y = float(np.dot(linear, (0.2126, 0.7152, 0.0722)))
        return 116 * y ** (1 / 3) - 16

    assert abs(lightness(style.SIDE["a"]) - lightness(style.SIDE["b"])) > 15


def test_spread_keeps_labels_apart_and_in_order():
    places = canvas.spread([10.0, 11.0, 12.0, 95.0], 12.0, 0.0, 100.0)
    assert np.all(np.diff(places) >= 12.0 - 1e-9)
    assert max(places) <= 100.0
    assert min(places) >= 0.0


def test_a_layer_is_the_chart_that_altair_makes_and_its_copies_are_their_own() -> None:
    made = [
        kind(style.records([{"x": 1.5, "day": "2013-06-30", "told": "a"}]))
        .mark_text(color="red")
        .encode(x="x:Q", x2="x", y=alt.Y("day:T"), text="told:N", tooltip=alt.value(None), detail=["told:N"])
        for kind in (alt.Chart, Layer)
    ]
    chart, layer = made
    assert layer.to_dict() == chart.to_dict()
    assert alt.layer(layer, layer.encode(x="day:O")).to_dict() == alt.layer(chart, chart.encode(x="day:O")).to_dict()
    copy = layer.copy()
    copy.width = 99
    assert layer.to_dict() == chart.to_dict()
