"""Convergence of positions: by hand on the toy war, against the charts' own rule, and what the shipped war's record says."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armistice.core.convergence import IssueConvergence, distance_between
from armistice.core.errors import QueryError
from armistice.data.convergence import convergence, convergence_rows
from armistice.data.pack import Pack, read_pack
from armistice.show.converge import draw_convergence
from armistice.show.positions import distance, latest_positions
from armistice.show.style import to_spec, to_svg

ROOT = Path(__file__).parents[2]
SPRING_2022, SUMMER_2024 = date(2022, 4, 15), date(2024, 6, 14)
TERRITORY = ("crimea", "luhansk", "donetsk", "kherson", "zaporizhzhia")


@pytest.fixture(scope="module")
def pack(toy: Path) -> Pack:
    return read_pack(toy)


@pytest.fixture(scope="module")
def ukraine() -> Pack:
    return read_pack(ROOT / "wars" / "ukraine")


def of(found: tuple[IssueConvergence, ...], issue: str) -> IssueConvergence:
    return next(c for c in found if c.issue == issue)


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_distances_and_moves_of_the_toy_war_by_hand(pack: Pack) -> None:
    """Options of Northreach: restored 0, line 0.45, line de facto 0.6, whole de facto 0.8, whole de jure 1."""
    found = of(convergence(pack, since=date(2012, 1, 1)), "northreach")
    assert [(str(d), round(left, 9)) for d, left in found.course] == [
        ("2012-09-20", 0.35),  # 0.8 − 0.45
        ("2013-02-18", 0.15),  # 0.6 − 0.45
        ("2013-06-03", 0.35),
    ]
    assert found.distance == pytest.approx(0.35)
    assert found.narrowed == pytest.approx(0.0)
    assert found.moves["a"].toward == pytest.approx(0.0)
    later = of(convergence(pack, since=date(2013, 3, 1)), "northreach")
    assert later.moves["a"].toward == pytest.approx(-0.2)  # back from 0.6 to 0.8
    assert later.course[0] == (date(2013, 3, 1), pytest.approx(0.15))
    assert later.narrowed == pytest.approx(-0.2)
    alliance = of(convergence(pack), "alliance")
    assert alliance.moves["b"].toward == pytest.approx(0.65 - 0.35)
    assert (alliance.moves["b"].start.document, alliance.moves["b"].now.document) == (
        "Answer to the eight points", "Second draft",
    )  # fmt: skip


def test_a_side_that_was_silent_has_no_distance(pack: Pack) -> None:
    found = of(convergence(pack, as_of=date(2013, 1, 1)), "tolls")
    assert (found.state, found.distance, found.course, set(found.moves)) == ("not stated", None, (), {"b"})
    assert of(convergence(pack), "tolls").distance == pytest.approx(0.5)


def test_open_issues_come_first_and_the_widest_first(ukraine: Pack) -> None:
    found = convergence(ukraine)
    assert len(found) == len(ukraine.war.issues)
    states = [c.state for c in found]
    order = ["open", "within reach", "closed", "not stated"]
    assert states == sorted(states, key=order.index)
    for state in order[:2]:
        left = [c.distance for c in found if c.state == state]
        assert left == sorted(left, reverse=True)


# --- against other means ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [date(2022, 3, 29), date(2023, 6, 1), date(2025, 6, 2), date(2025, 12, 31)])
def test_the_distance_is_that_of_the_charts(ukraine: Pack, day: date) -> None:
    for item in convergence(ukraine, day, date(2014, 1, 1)):
        latest = latest_positions(ukraine.war, ukraine.tables["positions"], item.issue, day)
        assert item.distance == distance(latest)
        assert {s: (m.now.low, m.now.high) for s, m in item.moves.items()} == latest


def test_the_course_is_what_was_left_on_each_day(ukraine: Pack) -> None:
    for item in convergence(ukraine, since=SPRING_2022):
        for day, left in item.course[-2:]:
            latest = latest_positions(ukraine.war, ukraine.tables["positions"], item.issue, day)
            assert left == distance(latest)


def test_nothing_stated_later_counts(ukraine: Pack, pack: Pack) -> None:
    day = date(2024, 12, 31)
    assert convergence(read_pack(ROOT / "wars" / "toy", date(2013, 1, 1))) == convergence(pack, date(2013, 1, 1))
    rows = ukraine.tables["positions"]
    cut = dataclasses.replace(
        ukraine, tables=ukraine.tables | {"positions": rows[rows["date"] <= np.datetime64(day, "s")]}
    )
    assert convergence(cut, day) == convergence(ukraine, day)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 900), st.booleans(), st.integers(0, 4), st.integers(0, 4)), max_size=8),
    st.integers(1, 900),
)
def test_what_both_sides_moved_is_what_the_distance_fell(
    pack: Pack, said: list[tuple[int, bool, int, int]], after: int
) -> None:
    """Before any overlap is counted as zero, the distance falls by the sum of the two moves."""
    options = [o.id for o in pack.war.issue("northreach").options]
    begin = date(2011, 1, 2)
    told = {
        "date": np.array([begin + timedelta(days=d) for d, *_ in said], dtype="datetime64[s]"),
        "party": ["aldmark" if a else "brelland" for _, a, *_ in said],
        "option_low": [options[min(i, j)] for *_, i, j in said],
        "option_high": [options[max(i, j)] for *_, i, j in said],
    }
    rows = pd.DataFrame(told).assign(issue="northreach", document="d", text="t", basis="page", source="s")
    made = dataclasses.replace(pack, tables=pack.tables | {"positions": rows})
    since = begin + timedelta(days=after)
    item = of(convergence(made, since=since), "northreach")
    assert (item.distance is None) == (len(item.moves) < 2)
    if item.distance is not None:
        a, b = item.moves["a"], item.moves["b"]
        before = a.start.low - b.start.high
        assert item.distance == pytest.approx(max(0.0, before - a.toward - b.toward))
        assert item.course[-1][1] == item.distance
        assert [d for d, _ in item.course] == sorted({d for d, _ in item.course})
        assert item.course[0][0] >= since or len(item.course) == 1
        assert (item.state == "closed") == (item.distance == 0)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_swapping_the_sides_and_the_scale_keeps_the_distance(p: float, q: float, r: float, s: float) -> None:
    a, b = (min(p, q), max(p, q)), (min(r, s), max(r, s))
    assert distance_between(a, b) == pytest.approx(distance_between((1 - b[1], 1 - b[0]), (1 - a[1], 1 - a[0])))


# --- the reading of the record ----------------------------------------------------------------------------------------


def test_the_attackers_minimum_rose_until_2024_and_fell_in_2025(ukraine: Pack) -> None:
    """From the east alone, to five regions whole, to the rest of one and a freeze elsewhere; and no further."""
    spring, summer, august, december = (
        {c.issue: c.moves["a"].now.low for c in convergence(ukraine, day) if "a" in c.moves}
        for day in (SPRING_2022, SUMMER_2024, date(2025, 8, 31), date(2025, 12, 31))
    )
    assert spring["donetsk"] == spring["luhansk"] == spring["crimea"] == 1
    assert spring["kherson"] == spring["zaporizhzhia"] == 0
    assert {summer[i] for i in TERRITORY} == {1.0}
    line, whole = ukraine.war.issue("kherson").value("line-unrecognised"), "whole-de-facto"
    for day in (august, december):
        assert day["kherson"] == day["zaporizhzhia"] == line
        assert day["donetsk"] == ukraine.war.issue("donetsk").value(whole)


def test_the_defenders_minimum_fell_from_old_borders_to_a_freeze_without_recognition(ukraine: Pack) -> None:
    for issue in ("luhansk", "donetsk", "kherson", "zaporizhzhia"):
        found = of(convergence(ukraine, since=date(2022, 11, 15)), issue)
        move = found.moves["b"]
        assert move.start.option_high == "restored"
        assert move.now.option_high == ("mirrored-zone" if issue == "donetsk" else "line-unrecognised")
        assert move.toward > 0.3
    assert of(convergence(ukraine, since=date(2022, 11, 15)), "crimea").moves["b"].now.option_high == "unrecognised"


def test_what_was_left_at_the_end_of_2025(ukraine: Pack) -> None:
    found = {c.issue: c for c in convergence(ukraine, date(2025, 12, 31))}
    for issue in ("donetsk", "nuclear_plant", "crimea", "luhansk", "foreign_troops", "frozen_assets"):
        assert found[issue].state == "open", issue
    for issue in ("kherson", "zaporizhzhia", "army_cap"):
        assert found[issue].state == "closed", issue
    assert found["eu"].state == "within reach"
    assert found["eu"].distance == min(c.distance for c in found.values() if c.distance and not c.minor)


def test_enforcement_moved_more_than_territory(ukraine: Pack) -> None:
    found = {c.issue: c for c in convergence(ukraine, since=SPRING_2022)}
    path = {i: sum(abs(m.toward) for m in c.moves.values()) for i, c in found.items() if not c.minor and c.course}
    assert max(path, key=lambda i: (path[i], i == "guarantees")) == "guarantees"
    assert found["guarantees"].moves["a"].start.option_low == "guarantors-veto"
    assert found["guarantees"].moves["a"].now.option_low == "article5-conditional"
    assert path["guarantees"] > max(path[i] for i in TERRITORY)


def test_the_order_of_steps_is_contested(ukraine: Pack) -> None:
    item = of(convergence(ukraine, since=date(2025, 4, 23)), "sequence")
    assert item.moves["b"].start.option_high == "ceasefire-first"
    assert item.moves["a"].now.option_low == "deal-first"
    assert item.state == "open"


# --- words, errors and the picture ------------------------------------------------------------------------------------


def test_rows_say_who_moved_since_when(pack: Pack) -> None:
    found = convergence(pack, since=date(2013, 3, 1))
    rows = {r["issue"]: r for r in convergence_rows(pack.war, found)}
    row = rows[pack.war.issue("northreach").title]
    assert row["distance"] == "0.35"
    assert row["change"] == "+0.20"
    assert row["Aldmark moved"] == "−0.20 since 2013-02-18"
    assert row["Brelland moved"] == "–"


def test_days_that_make_no_sense_are_refused(pack: Pack) -> None:
    for as_of, since in ((date(2014, 1, 1), None), (date(2000, 1, 1), None), (None, date(2013, 6, 30))):
        with pytest.raises(QueryError, match=r"; expected .*; choose one") as caught:
            convergence(pack, as_of, since)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("width", [760, 360])
def test_the_chart_writes_every_issue_and_its_distance(ukraine: Pack, width: int) -> None:
    found = convergence(ukraine)
    figure = draw_convergence(ukraine.war, found, width=width)
    svg = to_svg(figure)
    drawn = [c for c in found if c.course and not c.minor]
    assert len(drawn) >= 15
    for item in drawn:
        assert item.title in figure.alt
        assert item.title.split()[0].replace("'", "&apos;") in svg or item.title.split()[0] in svg
        assert item.course[-1][1] < 0.005 or f"{item.course[-1][1]:.2f}" in svg
    assert float(svg.split(' width="')[1].split('"')[0]) <= width + 1
    assert to_spec(figure) == to_spec(draw_convergence(ukraine.war, found, width=width))
    assert "judgements" in figure.caption


def test_a_war_without_positions_has_no_chart(pack: Pack) -> None:
    silent = dataclasses.replace(pack, tables=pack.tables | {"positions": pack.tables["positions"].iloc[:0]})
    with pytest.raises(QueryError, match="no issue on which both sides"):
        draw_convergence(silent.war, convergence(silent))
