"""The pack of the Korean War: it reads, agrees with well-known facts, and its front stays on the axis of the game."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from armistice.core.errors import QueryError
from armistice.data.estimate import estimate_panel, holdings
from armistice.data.pack import Pack, cut_pack, read_pack
from armistice.deal.check import check_settlement, ground_for
from armistice.deal.read import read_settlement
from armistice.deal.territory import moved_by, survey_ground
from armistice.history import deeds_of, past_of

KOREA = Path(__file__).parents[2] / "wars" / "korea"
HALVES = ("north-of-38", "south-of-38")


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read_pack(KOREA)


def share(pack: Pack, region: str, day: date) -> float:
    """Share of a region that side A holds by the one source."""
    (found,) = holdings(pack, region, day).values()
    return found.share_a


def test_the_parallel_is_the_line_before(pack: Pack) -> None:
    for day in (date(1950, 6, 24), pack.war.baseline):
        assert share(pack, "north-of-38", day) == 1
        assert share(pack, "south-of-38", day) == 0


def test_well_known_turns_of_the_front(pack: Pack) -> None:
    assert 0.87 < share(pack, "south-of-38", date(1950, 9, 10)) < 0.93, "the perimeter"
    assert share(pack, "south-of-38", date(1950, 10, 15)) == 0, "past the parallel"
    assert share(pack, "north-of-38", date(1950, 11, 24)) < 0.4, "near the Yalu"
    assert share(pack, "south-of-38", date(1951, 1, 20)) > 0.2, "near the 37th parallel"
    assert 0.02 < share(pack, "south-of-38", date(1953, 6, 30)) < 0.035, "Kaesong and Ongjin"


def test_net_gain_of_the_south_lies_in_the_range_of_the_lines(pack: Pack) -> None:
    (before,) = holdings(pack, "korea", date(1950, 6, 24)).values()
    (after,) = holdings(pack, "korea", pack.war.as_of).values()
    assert after.low_a_km2 - before.held_by_a_km2 <= -3_900 <= after.high_a_km2 - before.held_by_a_km2


def test_halves_and_steps_add_up(pack: Pack) -> None:
    rows = pack.observations
    rows = rows[(rows["quantity"] == "control") & (rows["belligerent"] == "north")]
    whole = rows[rows["region"] == "korea"].set_index("start")["value"]
    steps = [s.region for s in pack.war.axes[0].steps]
    for parts in (HALVES, steps):
        summed = rows[rows["region"].isin(parts)].groupby("start")["value"].sum()
        assert np.abs(summed - whole).max() <= 20
        assert sum(pack.war.regions[r].area_km2 for r in parts) == pytest.approx(219_000, abs=20)


def test_ranges_hold_their_centre_and_are_wider_while_armies_moved(pack: Pack) -> None:
    rows = pack.observations
    rows = rows[(rows["region"] == "korea") & (rows["start"] > "1950-06-25")]
    assert ((rows["low"] < rows["value"]) & (rows["value"] < rows["high"])).all()
    width = (rows["high"] - rows["low"]).groupby(rows["start"] < "1951-06-01").median()
    assert width[True] > 2 * width[False]


def test_the_front_stands_on_the_axis_in_every_month(pack: Pack) -> None:
    panel = estimate_panel(pack)
    past = past_of(panel, pack, "peninsula")
    assert past.days[0] <= date(1950, 6, 30)
    assert past.position.min() > 0.5
    assert past.position.max() < len(pack.war.axes[0].steps) - 0.5
    assert past.position[-1] == pytest.approx(9.8, abs=0.2)
    assert {d.event.kind for d in deeds_of(pack, past)} >= {"no settlement", "offered", "accepted", "refused"}


def test_what_came_later_is_not_known_before() -> None:
    whole = read_pack(KOREA)
    early = cut_pack(whole, date(1951, 7, 31))
    assert early.observations["published"].max().date() <= date(1951, 7, 31)
    assert share(early, "korea", date(1951, 7, 31)) == share(whole, "korea", date(1951, 7, 31))
    with pytest.raises(QueryError):
        cut_pack(whole, date(1953, 7, 27))


def test_drafts_are_read_and_contradict_nothing(pack: Pack) -> None:
    files = sorted((KOREA / "settlements").glob("*.toml"))
    assert len(files) == 8
    asked: dict[str, object] = {}
    issues = {i.id for i in pack.war.issues}
    for file in files:
        draft = read_settlement(file, pack.war)
        checked = check_settlement(draft, pack, ground_for([draft], pack))
        assert not checked.findings, file.stem
        assert {p.issue for p in draft.provisions if p.issue} <= issues
        for clause in draft.of("prisoners"):
            asked[draft.id] = clause.terms["rule"]
    assert asked["north-reply-1952-05"] == "all"
    assert asked["package-1952-04"] == "voluntary"
    assert {asked["indian-resolution-1952-12"], asked["armistice-1953-07"]} == {"heard"}


def test_opening_terms_lie_on_either_side_of_the_front(pack: Pack) -> None:
    ground = survey_ground(pack)
    before, front = (
        sum(m.km2.central for m in moved_by({"regions": HALVES, "line": line}, pack.war, ground))
        for line in ("before", "front")
    )
    draft = read_settlement(KOREA / "settlements" / "unc-opening-1951-07.toml", pack.war)
    drawn = ground_for([draft], pack).drawn["unc-1951-07.geojson"]
    assert sum(m.km2.central for m in drawn.values()) < front == 0 < before


def test_everything_is_marked_as_remembered_or_judged(pack: Pack) -> None:
    for table in ("events", "positions", "responses"):
        assert set(pack.tables[table]["basis"]) == {"memory"}
    claims = tomllib.loads((KOREA / "claims.toml").read_text(encoding="utf-8"))["claim"]
    assert {c["basis"] for c in claims} == {"memory"}
    assert set(pack.observations["source"]) == {"memory"}


def test_the_judged_numbers_are_those_of_all_past_wars() -> None:
    settings = tomllib.loads((KOREA / "game.toml").read_text(encoding="utf-8"))
    spans = [v for table in settings.values() for v in table.values() if isinstance(v, dict)]
    assert len(spans) == 20
    assert all("the same for all past wars" in span["source"] for span in spans)
