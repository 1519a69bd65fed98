"""What the report says of the game run again by the weights of the record, beside what it says without them."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from armistice.core.endings import Ending, Weighed
from armistice.core.posterior import LineEstimate
from armistice.core.war import War
from armistice.report.bargain import tell_game
from armistice.report.figures import Records
from armistice.report.lessons import tell_lessons
from armistice.report.story import tell
from armistice.report.weighed import weighed_cells, weighed_changes, weighed_gap, weighed_lever, weighed_levers
from armistice.show.series import draw_area_held
from armistice.study import Study, run_study
from make_ending import make_ending
from make_history import make_history


@pytest.fixture(scope="module")
def bare(toy: Path) -> Study:
    return run_study(toy, draws=0)


@pytest.fixture(scope="module")
def ending() -> Ending:
    return make_ending("mixed")


@pytest.fixture(scope="module")
def weighed(ending: Ending) -> Weighed:
    """The made-up ending run again on its last draws, with one lever that opens and one number moved."""
    some = make_ending("all settle")
    first, *rest = ending.levers
    moved = replace(first, intervals=((first.now + 1, first.now + 2),))
    return Weighed(
        np.array([2, 2, 3, 5]), some.blockers, some.blockers_common, {"costs.a": 1.4, "record.drift": 0.5}, (moved, *rest),
        some.what_if,
    )  # fmt: skip


@pytest.fixture(scope="module")
def war(bare: Study) -> War:
    return bare.pack.war


def plain(text: object) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", str(text)))


def test_without_weights_nothing_is_added(war: War, ending: Ending) -> None:
    assert not weighed_gap(ending, None)
    assert not weighed_levers(war, ending, None)
    assert not weighed_lever(ending.levers[0].key, None)
    assert not weighed_changes(ending, None, 12)


def test_every_output_stands_beside_the_one_without_weights(war: War, ending: Ending, weighed: Weighed) -> None:
    gap = plain(weighed_gap(ending, weighed))
    draws = len(weighed.blockers.gap_without[()])
    assert f"run on {draws} draws" in gap
    assert "without weights, on as many draws" in gap
    assert f"of {draws} draws" in gap
    levers = plain(weighed_levers(war, ending, weighed))
    assert "from 1 to 1.4" in levers, "the central value that moved"
    assert "drift" not in levers.split(";")[0].lower(), "what stays is not named"
    first = weighed.levers[0]
    assert f"at {first.now + 1:g} to {first.now + 2:g}" in plain(weighed_lever(first.key, weighed))
    shut = next(x for x in weighed.levers[1:] if not x.intervals)
    assert "does not open one alone" in plain(weighed_lever(shut.key, weighed))
    changes = plain(weighed_changes(ending, weighed, 12))
    assert "on 4 draws" in changes
    assert "(3 of them different)" in changes
    settles, within = weighed_cells(weighed.what_if[0], 12)
    n = len(weighed.what_if[0].equilibrium.gap)
    assert plain(settles) == f"{int(weighed.what_if[0].equilibrium.settles.sum())} of {n} draws"
    assert "%" in plain(within)


def test_the_chapters_hold_both(bare: Study, ending: Ending, weighed: Weighed) -> None:
    judged = replace(bare, ending=ending, no_ending="", history=make_history("taught"))
    without, both = (tell_game(Records(replace(judged, weighed=w))) for w in (None, weighed))
    for one, other in zip(without[1:], both[1:], strict=True):
        assert "By the negotiating record" not in plain(one.paragraphs)
        assert "By the negotiating record" in plain(other.paragraphs)
        assert all(p for p in other.paragraphs)
    for chapter, column in ((1, "of the gap, weighed by the record"), (3, "settles at once, weighed by the record")):
        before, after = (chapters[chapter].tables[0] for chapters in (without, both))
        assert column in after.header
        assert column not in before.header
        assert all(len(row) == len(table.header) for table in (before, after) for row in table.rows)
    assert f"on {len(ending.what_if[0].equilibrium.gap)} draws each" in both[3].tables[0].caption
    for with_it, plain_ in zip(both[2].lists[0], without[2].lists[0], strict=True):
        assert str(with_it).startswith(str(plain_))


def test_beliefs_are_told_from_the_first_day(bare: Study, ending: Ending) -> None:
    made = make_history("taught")
    days = tuple(d.replace(year=d.year - 2, day=1) for d in made.days[:4])
    early = replace(
        made, earlier=days, earlier_drift=np.array([0.0, 0.0, 2.5, 1.5]), earlier_months=np.array([0, 0, 1, 2])
    )
    told = []
    for history in (made, early):
        (chapter,) = tell_lessons(Records(replace(bare, ending=ending, no_ending="", history=history)))
        told.append(plain(chapter.paragraphs) + plain([row for table in chapter.tables for row in table.rows]))
    assert "the record here begins" in told[0].lower()
    assert "no month of movement was on record" in told[1]
    assert "the day from which the war is counted" in told[1]
    assert "+2.50" in told[1]
    assert "nothing on record" in told[1]
    assert "nothing on record" not in told[0]


def test_the_true_line_stands_where_areas_stand(bare: Study) -> None:
    r = Records(replace(bare, no_ending="left out"))
    assert r.lines == Records(bare).lines, "the same bytes"
    words = {c.id: plain(c.paragraphs) + plain([row for t in c.tables for row in t.rows]) for c in tell(r)}
    country = r.lines[bare.pack.war.root]
    assert (
        f"{country.central:,.0f} km² (between {country.low:,.0f} and {country.high:,.0f} with four chances in five"
        in words["opening"]
    )
    for region in r.contested:
        line = r.lines[region]
        assert f"{line.central:,.0f} ({line.low:,.0f} to {line.high:,.0f})" in words["holdings"]
    weeks = r.line_by_week
    assert [x.day for x in weeks] == sorted({x.day for x in weeks})
    assert weeks[-1] == country
    figure = draw_area_held(bare.pack.war, bare.panel, bare.pack.war.root, lines=weeks)
    assert "The band is the true line" in figure.caption
    assert f"between {country.low:,.0f} and {country.high:,.0f}" in figure.caption
    assert "The band spans the sources" in draw_area_held(bare.pack.war, bare.panel, bare.pack.war.root).caption


def test_land_beyond_the_line_is_what_is_left() -> None:
    line = LineEstimate("east", make_history().days[0], 10.0, 20.0, 40.0, ("one",))
    left = line.beyond(100.0)
    assert (left.low, left.central, left.high, left.sources) == (60.0, 80.0, 90.0, ("one",))
