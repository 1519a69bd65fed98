"""The panel and who holds what, on the toy war, beside the closed form that generated it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

import make_toy
from armistice.core.errors import QueryError
from armistice.data.estimate import estimate_panel, find_region, holdings
from armistice.data.pack import Pack, read_pack


@pytest.fixture(scope="module")
def pack(toy: Path) -> Pack:
    return read_pack(toy)


def test_land_held_is_the_land_drawn(pack: Pack) -> None:
    corner = make_toy.km2_per_degree(46, 47) * (2.5 - 2.2)
    held = holdings(pack, "southreach", date(2011, 6, 1))
    assert {source: h.held_by_a_km2 for source, h in held.items()} == pytest.approx(
        {"mapwatch": corner, "frontline": corner}, abs=0.02
    )


def test_what_one_side_holds_the_other_does_not(pack: Pack) -> None:
    for region in (
        "northreach",
        "southreach",
        "brelland",
        "midreach-district",
        "saltby-north",
        "north-step-03",
        "fenmark",
    ):
        for holding in holdings(pack, region, date(2012, 1, 5)).values():
            area = pack.war.regions[region].area_km2
            assert holding.held_by_a_km2 + holding.held_by_b_km2 == pytest.approx(area)
            assert holding.low_a_km2 <= holding.held_by_a_km2 <= holding.high_a_km2
            assert 0 <= holding.share_a <= 1


def test_land_of_unknown_control_widens_the_range_upwards(pack: Pack) -> None:
    told, after = (holdings(pack, "northreach", d)["mapwatch"] for d in (date(2012, 9, 1), date(2012, 11, 1)))
    strip = make_toy.km2_per_degree(47, 48) * make_toy.UNKNOWN_DEGREES
    assert told.high_a_km2 - told.held_by_a_km2 == pytest.approx(strip, abs=0.5)
    assert told.low_a_km2 == told.held_by_a_km2
    assert after.high_a_km2 == after.held_by_a_km2


def test_land_of_side_a_held_by_side_b_is_told_as_such(pack: Pack) -> None:
    west, east, south, north = make_toy.INCURSION["degrees"]
    raid = make_toy.km2_per_degree(south, north) * (east - west)
    during, after = (holdings(pack, "fenmark", d)["mapwatch"] for d in (date(2012, 1, 5), date(2012, 6, 1)))
    assert during.held_by_b_km2 == pytest.approx(raid, abs=0.02)
    assert after.held_by_b_km2 == 0


def test_a_source_without_a_map_that_day_is_left_out(pack: Pack) -> None:
    assert set(holdings(pack, "brelland", date(2012, 4, 20))) == {"mapwatch"}
    assert set(holdings(pack, "brelland", date(2012, 11, 25))) == {"frontline"}


def test_people_left_are_a_range_between_ways_of_splitting(pack: Pack) -> None:
    held = holdings(pack, "northreach", date(2012, 6, 1))["mapwatch"]
    assert held.people_b_low is not None
    assert held.people_b_high is not None
    assert 0 < held.people_b_low <= held.people_b_high < pack.war.regions["northreach"].population
    assert holdings(pack, "fenmark", date(2012, 6, 1))["mapwatch"].people_b_low is None


def test_the_panel_and_the_holdings_agree(pack: Pack) -> None:
    panel = estimate_panel(pack)
    for day in (date(2011, 2, 3), date(2012, 1, 5), date(2013, 6, 30)):
        for source, holding in holdings(pack, "northreach", day).items():
            at = panel["control"].sel(
                time=np.datetime64(day), source=source, region="northreach", belligerent="aldmark"
            )
            assert float(at) == pytest.approx(holding.held_by_a_km2)


def test_the_front_is_the_sum_of_the_shares_of_its_steps(pack: Pack) -> None:
    panel = estimate_panel(pack)
    day = date(2013, 6, 30)
    at = panel["front"].sel(time=np.datetime64(day), source="mapwatch", axis="north")
    shares = [holdings(pack, s.region, day)["mapwatch"].share_a for s in pack.war.axes[0].steps]
    assert float(at) == pytest.approx(sum(shares), abs=1e-3)
    assert bool((panel["front"].max() <= 12) & (panel["front"].min() >= 0))


def test_counts_stand_on_their_day_and_aid_has_its_donor(pack: Pack) -> None:
    panel = estimate_panel(pack)
    losses = panel["losses_personnel"].sel(source="staffs", belligerent="aldmark").dropna("time")
    assert bool((losses.diff("time") >= 0).all())
    assert losses.sizes["time"] == 29, "the count of the last day of June became known in July"
    given = panel["aid_given_military"].sel(source="donors").sum("donor").sum("time")
    received = panel["aid_military"].sel(source="donors", belligerent="brelland").sum("time")
    assert float(given) == pytest.approx(float(received), abs=0.1)


@pytest.mark.parametrize("name", ["northreach", "Northreach", " NORTHREACH "])
def test_a_region_is_found_by_id_or_name(pack: Pack, name: str) -> None:
    assert find_region(pack.war, name) == "northreach"


def test_questions_outside_the_record_are_refused_with_what_there_is(pack: Pack) -> None:
    with pytest.raises(QueryError, match="did you mean northreach"):
        holdings(pack, "nortreach", date(2012, 1, 1))
    with pytest.raises(QueryError, match="expected an earlier day"):
        holdings(pack, "northreach", date(2014, 1, 1))
    with pytest.raises(QueryError, match="frontline 2011-05-01 to 2013-06-30"):
        holdings(pack, "northreach", date(2010, 12, 1))
