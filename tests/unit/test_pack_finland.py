"""The pack of Finland and the Soviet Union: it reads, agrees with well-known facts, and its axis holds."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from armistice.data.estimate import estimate_panel, holdings
from armistice.data.pack import Pack, cut_pack, read_pack
from armistice.deal.check import land_moved
from armistice.deal.kinds import KINDS
from armistice.deal.read import read_settlement, read_settlements
from armistice.deal.territory import moved_by, survey_ground
from armistice.history import deeds_of, past_of
from armistice.infer.pace import front_pace

FINLAND = Path(__file__).parents[2] / "wars" / "finland"
CEDED = ("karelian-isthmus", "ladoga-karelia", "salla-kuusamo", "petsamo")


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read_pack(FINLAND)


def held(pack: Pack, region: str, day: date) -> float:
    """Land that side A holds by the one source."""
    (found,) = holdings(pack, region, day).values()
    return found.held_by_a_km2


def test_ceded_land_of_1940(pack: Pack) -> None:
    assert held(pack, "finland", date(1939, 11, 30)) == 0
    assert sum(held(pack, r, date(1940, 6, 1)) for r in CEDED) == pytest.approx(35_084, rel=0.01)
    assert held(pack, "finland", date(1940, 6, 1)) / 382_800 == pytest.approx(0.092, abs=0.005)
    assert held(pack, "finland", date(1942, 6, 1)) < 500


def test_no_line_of_the_winter_war_reached_the_border_of_1940(pack: Pack) -> None:
    for region in CEDED[:2]:
        assert held(pack, region, date(1940, 3, 13)) < 0.8 * held(pack, region, date(1940, 6, 1))


def test_finland_held_land_of_the_other_side(pack: Pack) -> None:
    day = date(1943, 1, 1)
    for region in ("olonets-karelia", "maaselka-karelia"):
        area = pack.war.regions[region].area_km2
        assert held(pack, region, date(1941, 6, 30)) == area
        assert held(pack, region, day) < 0.2 * area


def test_steps_add_up_to_their_regions(pack: Pack) -> None:
    rows = pack.observations
    rows = rows[(rows["quantity"] == "control") & (rows["belligerent"] == "soviet-union")]
    for region in CEDED[:2]:
        inside = [s.region for s in pack.war.axes[0].steps if pack.war.regions[s.region].parent == region]
        assert sum(pack.war.regions[s].area_km2 for s in inside) == pack.war.regions[region].area_km2
        whole = rows[rows["region"] == region].groupby("start")["value"].sum()
        parts = rows[rows["region"].isin(inside)].groupby("start")["value"].sum()
        assert len(whole) > 10
        assert np.abs(whole - parts).max() <= len(inside)


def test_the_front_stands_on_the_axis_in_every_month(pack: Pack) -> None:
    panel = estimate_panel(pack)
    steps = len(pack.war.axes[0].steps)
    front = panel["front"].sel(axis="karelia", source="memory", time=slice("1939-11-30", None)).values
    assert np.isfinite(front).all()
    assert front.min() >= 0.5
    assert front.max() <= steps - 0.5
    pace = front_pace(panel, pack.war, "karelia")
    assert pace.position == pytest.approx(8, abs=0.5)
    assert pack.war.axes[0].start == round(pace.position)


def test_the_block_runs_from_border_to_border(pack: Pack) -> None:
    axis = pack.war.axes[0]
    assert pack.game is not None
    (block,) = pack.game.blocks
    assert axis.start == 8
    assert block.lo < axis.start < block.hi
    owners = [pack.war.regions[s.region].owner for s in axis.steps]
    assert owners == ["a"] * block.lo + ["b"] * (len(owners) - block.lo)
    parents = {pack.war.regions[s.region].parent for s in axis.steps[block.lo : block.hi]}
    assert parents == set(CEDED[:2])


def test_no_option_draws_a_line_inside_the_block(pack: Pack) -> None:
    assert pack.game is not None
    assert {line.line for line in pack.game.lines} == {1, 14} == set(pack.game.blocks[0][:2])
    deeds = deeds_of(pack, past_of(estimate_panel(pack), pack, "karelia"))
    done = [(d.event.side, d.event.kind, d.lines) for d in deeds if d.lines]
    assert ("b", "refused", (14,)) in done
    assert ("a", "offered", (14,)) in done


def test_the_outcome_is_hidden_on_the_day_of_the_pack(pack: Pack) -> None:
    assert pack.tables["events"]["date"].max() <= np.datetime64("1944-08-31")
    assert "armistice-1944" not in set(pack.tables["positions"]["doc"])
    assert pack.observations["end"].max() <= np.datetime64("1944-08-31")
    known = [s.id for s in read_settlements(pack)]
    assert known == ["soviet-1939-10", "moscow-1940-03", "soviet-1944-03", "soviet-1944-08"]
    assert [s.id for s in read_settlements(cut_pack(pack, date(1943, 1, 1)))] == known[:2]


def test_every_draft_reads_and_moves_land_as_it_says(pack: Pack) -> None:
    drafts = {p.stem: read_settlement(p, pack.war) for p in sorted((FINLAND / "settlements").glob("*.toml"))}
    assert len(drafts) == 5
    assert {p.kind for d in drafts.values() for p in d.provisions} <= set(KINDS)
    ground = survey_ground(pack, ["southwest-isthmus", "repola-porajarvi"])

    def moved(draft: str) -> dict[str, float]:
        lines = [p.terms for p in drafts[draft].provisions if p.kind == "control_line"]
        return {m.region: m.km2.central for terms in lines for m in moved_by(terms, pack.war, ground)}

    armistice = moved("armistice-1944-09")
    for region in ("karelian-isthmus", "ladoga-karelia"):
        left = pack.war.regions[region].area_km2 - held(pack, region, date(1944, 8, 31))
        assert armistice[region] == pytest.approx(left)
    assert moved("soviet-1939-10")["karelian-isthmus"] < 0
    assert moved("soviet-1944-08") == {}
    (hanko,) = (m for m in land_moved(drafts["moscow-1940-03"], pack.war, ground) if m.region == "hanko")
    assert hanko.km2.central == pytest.approx(pack.war.regions["hanko"].area_km2), "a lease moves what it leases"
    sums = {p.terms["amount"] for d in drafts.values() for p in d.of("reparations")}
    assert sums == {0.3, 0.6}


def test_judged_numbers_name_nobody(pack: Pack) -> None:
    told = tomllib.loads((FINLAND / "game.toml").read_text(encoding="utf-8"))
    told.pop("axis")
    sources = [item["source"] for table in told.values() for item in table.values()]
    assert sources
    assert all(s.startswith("judgement, the same for all past wars") for s in sources)
    assert told["costs"]["a"] == told["costs"]["b"]
    assert told["defeat"]["a"] == told["defeat"]["b"]
    assert told["commitment"]["shift"]["low"] == -told["commitment"]["shift"]["high"]
