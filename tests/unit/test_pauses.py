"""Pauses of a war: read and checked, known only once they began, and what they mean to clocks, months and forecasts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from armistice.core.errors import PackError, QueryError
from armistice.core.retrospect import Episode
from armistice.core.war import Pause
from armistice.data.estimate import estimate_panel
from armistice.data.pack import Pack, cut_pack, read_pack
from armistice.ending import draw_games_of_pack
from armistice.forecasting import GAME, monthly_spans, termination_forecasts
from armistice.history import deeds_of, past_of
from armistice.past.own import base_rate_of, months_lasted
from armistice.retrospect import read_war
from make_history import make_history

TRUCE = Pause(date(2012, 3, 10), date(2012, 9, 4), "A truce")
INSIDE, AFTER = date(2012, 6, 30), date(2012, 9, 5)


def written(*spans: tuple[str, str]) -> str:
    return "".join(f'\n[[pause]]\nfrom = {begin}\nto = {end}\nwhy = "A truce"\n' for begin, end in spans)


@pytest.fixture(scope="module")
def pack(toy: Path) -> Pack:
    whole = read_pack(toy)
    return replace(whole, war=replace(whole.war, pauses=(TRUCE,)))


def test_a_pause_is_read_and_known_only_as_far_as_it_has_come(toy_copy: Path) -> None:
    file = toy_copy / "war.toml"
    file.write_text(file.read_text(encoding="utf-8") + written(("2012-03-10", "2012-09-04")), encoding="utf-8")
    whole = read_pack(toy_copy)
    assert whole.war.pauses == (TRUCE,)
    assert cut_pack(whole, date(2012, 3, 9)).war.pauses == ()
    assert cut_pack(whole, INSIDE).war.pauses == (replace(TRUCE, end=INSIDE),)


@pytest.mark.parametrize(
    "spans",
    [
        (("2010-12-01", "2011-02-01"),),  # before the war is counted
        (("2012-09-04", "2012-03-10"),),
        (("2013-01-01", "2013-06-30"),),  # no fighting after it
        (("2012-03-10", "2012-09-04"), ("2012-01-01", "2012-02-01")),
        (("2012-03-10", "2012-09-04"), ("2012-09-04", "2012-10-01")),
    ],
)
def test_a_pause_out_of_place_is_refused(toy_copy: Path, spans: tuple[tuple[str, str], ...]) -> None:
    file = toy_copy / "war.toml"
    file.write_text(file.read_text(encoding="utf-8") + written(*spans), encoding="utf-8")
    with pytest.raises(PackError) as told:
        read_pack(toy_copy)
    (fault,) = told.value.faults
    assert "[[pause]]" in fault.where
    assert f"a pause from {spans[-1][0]} to {spans[-1][1]}" in fault.found


def test_each_stretch_of_fighting_has_a_clock_of_its_own(pack: Pack) -> None:
    war = pack.war
    assert not war.rests(date(2012, 3, 9))
    assert war.rests(TRUCE.start)
    assert war.rests(TRUCE.end)
    assert war.fighting_since(date(2012, 3, 9)) == war.baseline
    assert war.fighting_since(AFTER) == AFTER
    assert months_lasted(war, INSIDE) == 0
    assert months_lasted(war, AFTER) == pytest.approx(1 / 30.4375)
    assert months_lasted(war, date(2012, 3, 9)) == months_lasted(replace(war, pauses=()), date(2012, 3, 9)) > 14


def test_no_game_is_put_in_a_pause(pack: Pack) -> None:
    panel = estimate_panel(pack)
    past, through = (
        past_of(panel, pack, "north", None),
        past_of(panel, replace(pack, war=unpaused(pack)), "north", None),
    )
    months = {f"{day:%Y-%m}" for day in through.days} - {f"{day:%Y-%m}" for day in past.days}
    assert months == {f"2012-{month:02}" for month in range(3, 9)}
    assert set(past.drift) < set(through.drift), "the record runs on through a pause"
    deeds = deeds_of(pack, past)
    assert not any(pack.war.rests(deed.event.date) for deed in deeds)
    assert any(pack.war.rests(deed.event.date) for deed in deeds_of(replace(pack, war=unpaused(pack)), through))


def unpaused(pack: Pack):
    return replace(pack.war, pauses=())


def test_a_pause_is_a_settlement_and_nothing_is_asked_in_it(pack: Pack) -> None:
    history = make_history()
    rows = {f.asked: f for f in termination_forecasts(pack, history) if f.forecaster == GAME}
    assert not any(pack.war.rests(made) for made, _ in rows)
    for (made, by), forecast in rows.items():
        assert forecast.outcome is (made < TRUCE.start <= by)
    assert {forecast.outcome for forecast in rows.values()} == {True, False}


def test_months_are_paired_by_the_calendar_where_some_are_left_out() -> None:
    whole = make_history()
    kept = [n for n, day in enumerate(whole.days) if not TRUCE.start <= day <= TRUCE.end]
    history = replace(whole, days=tuple(whole.days[n] for n in kept))
    spans = monthly_spans(history, 6)
    assert set(spans) <= {(a, b) for a, b in monthly_spans(whole, 6)} | {
        (a, b) for a, b in spans if b not in history.days
    }
    assert {(b.year * 12 + b.month) - (a.year * 12 + a.month) for a, b in spans} == {6}
    assert len(spans) == sum(day <= date(2012, 12, 31) for day in history.days)


def test_what_can_not_be_asked_in_a_pause_says_so(pack: Pack) -> None:
    resting = cut_pack(pack, INSIDE)
    for ask in (draw_games_of_pack, base_rate_of):
        with pytest.raises(QueryError, match="the fighting rests"):
            ask(resting)


def test_episodes_do_not_run_through_a_pause(pack: Pack) -> None:
    through = Episode("toy", "The war", pack.war.baseline, None, "", None, "", False)
    with pytest.raises(QueryError, match="has a pause"):
        read_war(pack, (through,))
