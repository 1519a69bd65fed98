"""Charts of the months ahead: what they say, that they fit, and that their words hold their numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

from armistice.core.errors import QueryError
from armistice.core.results import FrontAhead
from armistice.data.estimate import estimate_panel
from armistice.data.pack import Pack, read_pack
from armistice.data.waypoints import places_on_axis
from armistice.infer.ahead import front_ahead
from armistice.show.ahead import (
    chance_words,
    completion_rows,
    draw_axis_reach,
    draw_front_ahead,
    draw_scenarios,
    draw_time_to_complete,
)
from armistice.show.style import Figure, to_spec, to_svg


@pytest.fixture(scope="module")
def pack(toy: Path) -> Pack:
    return read_pack(toy)


@pytest.fixture(scope="module")
def panel(pack: Pack) -> xr.Dataset:
    return estimate_panel(pack)


@pytest.fixture(scope="module")
def ahead(pack: Pack, panel: xr.Dataset) -> FrontAhead:
    return front_ahead(
        panel, pack.war, ["brelland", "northreach"], {"north": places_on_axis(pack, "north")}, pack.scenarios
    )


@pytest.fixture(scope="module", params=[760, 360])
def figures(
    request: pytest.FixtureRequest, pack: Pack, panel: xr.Dataset, ahead: FrontAhead
) -> tuple[int, list[Figure]]:
    w, war = request.param, pack.war
    return w, [
        draw_front_ahead(war, panel, ahead.fronts["brelland"], width=w),
        draw_front_ahead(war, panel, ahead.fronts["northreach"], width=w),
        draw_axis_reach(war, ahead.axes["north"], w),
        draw_scenarios(war, ahead.fans["northreach"], w),
        draw_time_to_complete(war, list(ahead.fronts.values()), w),
    ]


def texts(svg: str) -> str:
    return " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))


def test_every_chart_fits_its_width(figures: tuple[int, list[Figure]]) -> None:
    width, drawn = figures
    for figure in drawn:
        head = re.search(r' width="([\d.]+)"', to_svg(figure))
        assert head is not None
        assert 0.85 * width <= float(head.group(1)) <= width + 6, figure.id


def test_every_chart_says_what_made_it(figures: tuple[int, list[Figure]]) -> None:
    for figure in figures[1]:
        assert "chosen by the hindcast" in figure.caption
        assert "30 June 2013" in figure.caption
        assert figure.alt.endswith(".")


def test_the_same_record_gives_the_same_bytes(pack: Pack, panel: xr.Dataset, ahead: FrontAhead) -> None:
    one, two = (to_svg(draw_front_ahead(pack.war, panel, ahead.fronts["northreach"])) for _ in range(2))
    assert one == two


def test_the_past_ends_where_the_fan_begins(pack: Pack, panel: xr.Dataset, ahead: FrontAhead) -> None:
    spec: dict[str, Any] = to_spec(draw_front_ahead(pack.war, panel, ahead.fronts["northreach"]))
    rows = [r for data in spec["datasets"].values() for r in data if isinstance(r, dict)]
    last = {}
    for row in rows:
        if "by" in row and row["value"] is not None:
            last[row["by"]] = (row["step"], row["value"])
    assert len(last) == 2
    assert all(step <= 0 and value == 0 for step, value in last.values())
    assert min(r["step"] for r in rows if "by" in r) == pytest.approx(-24, abs=0.5)


def test_the_table_of_an_axis_tells_its_chances_and_places(pack: Pack, ahead: FrontAhead) -> None:
    found = ahead.axes["north"]
    said = texts(to_svg(draw_axis_reach(pack.war, found)))
    for place in (p for s in found.reach for p in s.places):
        assert place.name in said
    assert "all in Brelland" in said
    step = next(s for s in found.reach if s.places)
    assert f"{100 * step.reached[12]:.0f} %" in said
    assert "barrier" in draw_axis_reach(pack.war, found).caption


def test_places_of_two_countries_are_named_with_theirs(pack: Pack, ahead: FrontAhead) -> None:
    found = ahead.axes["north"]
    reach = tuple(
        replace(s, places=tuple(replace(p, owner="a") for p in s.places)) if n == 4 else s
        for n, s in enumerate(found.reach)
    )
    owners = {p.owner for s in reach for p in s.places}
    said = texts(to_svg(draw_axis_reach(pack.war, replace(found, reach=reach))))
    assert (("Aldmark" in said) and ("Brelland" in said)) == (len(owners) == 2)


def test_bars_of_time_sum_to_one(ahead: FrontAhead) -> None:
    for forecast in ahead.fronts.values():
        rows = completion_rows(forecast)
        assert sum(r["p"] for r in rows) == pytest.approx(1)
        assert min(r["p"] for r in rows) >= 0
        assert rows[-1]["p"] == pytest.approx(1 - forecast.months[-1].p_complete)
        assert [r["late"] for r in rows] == [False] * 8 + [True]


def test_what_ifs_are_drawn_beside_the_forecast_as_it_is(pack: Pack, ahead: FrontAhead) -> None:
    figure = draw_scenarios(pack.war, ahead.fans["brelland"])
    assert all(s.title in texts(to_svg(figure)) for s in pack.scenarios)
    assert "judged in the pack, not found" in figure.caption
    assert "aid to Brelland stops" in figure.caption


def test_what_cannot_be_drawn_is_refused(pack: Pack, ahead: FrontAhead) -> None:
    with pytest.raises(QueryError, match="no scenario to draw"):
        draw_scenarios(pack.war, ahead.fans["brelland"][:1])
    with pytest.raises(QueryError, match="no forecast to draw"):
        draw_time_to_complete(pack.war, [])
    with pytest.raises(QueryError, match="no step ahead"):
        draw_axis_reach(pack.war, replace(ahead.axes["north"], reach=()))


@pytest.mark.parametrize(("p", "words"), [(0.0, "under 1 %"), (0.5, "50 %"), (0.999, "over 99 %")])
def test_chances_are_never_certain(p: float, words: str) -> None:
    assert chance_words(p) == words
