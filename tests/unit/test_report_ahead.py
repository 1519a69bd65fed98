"""The chapter on how the front moves: its numbers are those of the records, each with a note, and both sides alike."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from armistice.core.results import FrontAhead
from armistice.data.waypoints import places_on_axis
from armistice.infer.ahead import front_ahead
from armistice.report.ahead import liveliest, tell_ahead
from armistice.report.chapter import Chapter
from armistice.report.figures import Records
from armistice.study import contested_regions, run_study


@pytest.fixture(scope="module")
def records(toy: Path) -> Records:
    return Records(run_study(toy, draws=0))


@pytest.fixture(scope="module")
def ahead(records: Records) -> FrontAhead:
    pack, panel = records.study.pack, records.study.panel
    places = {a.id: places_on_axis(pack, a.id) for a in pack.war.axes}
    return front_ahead(panel, pack.war, [pack.war.root, *contested_regions(panel)], places, pack.scenarios)


@pytest.fixture(scope="module")
def chapter(records: Records, ahead: FrontAhead) -> Chapter:
    found = tell_ahead(records, ahead)
    assert found is not None
    return found


def plain(text: object) -> str:
    return html.unescape(re.sub("<[^>]+>", "", str(text)))


def test_the_numbers_are_those_of_the_forecast(chapter: Chapter, ahead: FrontAhead) -> None:
    text = " ".join(map(plain, chapter.paragraphs))
    country = ahead.fronts["brelland"]
    for months in (12, 24):
        found = country.months[months - 1].quantiles
        assert f"{found['0.5']:,.0f} km²" in text
        assert f"between {found['0.05']:,.0f} and {found['0.95']:,.0f} km²".replace("-", "−") in text
    assert f"{ahead.fronts['northreach'].left_km2:,.0f} km² are left" in text
    lost = ahead.fans["brelland"][0].p_lost[24]
    assert f"Brelland then holds more than today is {100 * lost:.0f} %" in text


def test_every_area_and_chance_has_a_note(chapter: Chapter) -> None:
    for paragraph in chapter.paragraphs:
        bare = html.unescape(re.sub(r'<span class="num"[^>]*>.*?</span>', "", str(paragraph)))
        assert not re.findall(r"[\d,.]+ (?:km²|%)", bare), bare
        assert all(re.findall(r'data-note="([^"]*)"', str(paragraph)))


def test_every_row_fits_its_header(chapter: Chapter, ahead: FrontAhead) -> None:
    assert len(chapter.tables) == 4
    for table in chapter.tables:
        assert {len(row) for row in table.rows} == {len(table.header)}
    assert len(chapter.tables[0].rows) == len(ahead.fronts)
    assert [plain(row[0]) for row in chapter.tables[2].rows] == [
        "as it is",
        "Aid to Brelland stops",
        "Aid to Brelland grows",
    ]


def test_judged_factors_are_told_with_their_reason(chapter: Chapter) -> None:
    assert 'data-note="made up"' in str(chapter.tables[2].rows[1][3])
    assert "1 – 1.5 – 2" in plain(chapter.tables[2].rows[1][3])
    assert "not what is likely" in " ".join(map(plain, chapter.paragraphs))


def test_places_lie_between_the_ends_of_their_step(chapter: Chapter, ahead: FrontAhead) -> None:
    row = next(r for r in chapter.tables[1].rows if r[0] == "Ashfold")
    step = next(s for s in ahead.axes["north"].reach if any(p.name == "Ashfold" for p in s.places))
    assert row[1] == "Brelland"
    assert plain(row[4]) == f"{100 * step.passed[3]:.0f} to {100 * step.reached[3]:.0f} %"


def test_the_liveliest_come_first_either_way(records: Records, ahead: FrontAhead) -> None:
    fronts = dict(ahead.fronts)
    fronts["southreach"] = replace(fronts["southreach"], pace_km2_per_month={1: 0.0, 3: 0.0, 6: 0.0, 12: -900.0})
    war = records.study.pack.war
    assert liveliest(war, replace(ahead, fronts=fronts)) == ["southreach", "northreach"]
    assert liveliest(war, ahead)[0] == "northreach"


def test_jumps_of_both_signs_are_told(records: Records, ahead: FrontAhead) -> None:
    panel = records.study.panel.copy(deep=True)
    early = panel["time"] < np.datetime64("2012-01-15")
    later = (panel["time"] >= np.datetime64("2012-01-15")) & (panel["time"] < np.datetime64("2012-06-15"))
    jump = early * 5000.0 + later * 9000.0
    held = panel["control"].sel(region="brelland", belligerent="aldmark")
    panel["control"].loc[{"region": "brelland", "belligerent": "aldmark"}] = held + jump.transpose("time")
    found = tell_ahead(Records(replace(records.study, panel=panel)), ahead)
    assert found is not None
    text = plain(found.paragraphs[0])
    assert "In 2 of 29 months on record the line jumped" in text
    assert re.search(r"\(\+4,\d\d\d km²\)", text)
    assert re.search(r"\(−8,\d\d\d km²\)", text)


def test_without_a_forecast_there_is_no_chapter_and_without_scenarios_no_what_ifs(
    records: Records, ahead: FrontAhead
) -> None:
    assert tell_ahead(records, FrontAhead({}, {}, {})) is None
    found = tell_ahead(records, replace(ahead, fans={}, axes={}))
    assert found is not None
    assert len(found.tables) == 1
    assert not {"scenarios", "axis-reach"} & set(found.figures)
    assert "What would change it" not in " ".join(map(plain, found.paragraphs))
