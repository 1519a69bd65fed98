"""The game at every month of the record: what it must equal, what counts as a deed, and that a run can be broken off."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

import armistice.history as history_module
from armistice.cli import main
from armistice.core.digest import Cache
from armistice.core.errors import QueryError
from armistice.core.matched import RecordEvent
from armistice.data.estimate import estimate_panel
from armistice.data.pack import Pack, read_pack
from armistice.ending import Drawn, draw_games
from armistice.game.form import WarGame
from armistice.game.levers import with_drift
from armistice.game.solve import solve
from armistice.game.terms import gap_of, p_settled_within
from armistice.history import (
    Deed,
    Months,
    Past,
    deeds_of,
    history_of,
    lengthened,
    levels_of,
    likelihood_of,
    past_of,
    record_of,
    solve_months,
)
from armistice.infer.match import log_acceptance, log_no_settlement, log_refusal
from armistice.infer.pace import FrontPace, front_pace

DRAWS = 10
DAYS = (date(2012, 1, 31), date(2012, 2, 29), date(2012, 3, 31))


@pytest.fixture(scope="module", autouse=True)
def quick() -> Any:
    """A short horizon and few levels: the same equations, sooner."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history_module, "HORIZON", 14)
        patch.setattr(history_module, "STATISTIC", 4.0)
        patch.setattr(history_module, "MONTHS", 14)
        patch.setattr(history_module, "CHUNK", 5)
        yield


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read_pack("wars/toy")


@pytest.fixture(scope="module")
def panel(pack: Pack) -> xr.Dataset:
    return estimate_panel(pack)


@pytest.fixture(scope="module")
def pace(pack: Pack, panel: xr.Dataset) -> FrontPace:
    assert pack.game is not None
    return front_pace(panel, pack.war, pack.game.axis)


@pytest.fixture(scope="module")
def drawn(pack: Pack, pace: FrontPace) -> Drawn:
    made = draw_games(pack, pace, 0, DRAWS)
    assert made is not None
    return made


@pytest.fixture(scope="module")
def games(drawn: Drawn) -> list[WarGame]:
    return list(drawn.games)


@pytest.fixture(scope="module")
def found(pack: Pack, panel: xr.Dataset, drawn: Drawn) -> Any:
    return history_of(pack, panel, drawn)


# --- the lengthened game ---------------------------------------------------------------------------------------


def test_a_lengthened_axis_keeps_what_every_piece_of_land_and_money_is_worth(games: list[WarGame]) -> None:
    game, extra = games[3], 5
    longer = lengthened(game, extra, 0.1)
    old, new = game.axes[0], longer.axes[0]
    assert (new.steps, new.start) == (old.steps + extra, old.start + extra)
    assert new.blocks == tuple((lo + extra, hi + extra) for lo, hi in old.blocks)
    assert len(new.barrier) == new.steps + 1
    for side, before, after in (("a", old.value_a, new.value_a), ("b", old.value_b, new.value_b)):
        assert sum(after) == pytest.approx(1)
        scale = after[extra] / before[0]
        np.testing.assert_allclose(after[extra:], np.array(before) * scale)
        np.testing.assert_allclose(after[:extra], np.mean(before[: old.start]) * scale)
        for key in (f"costs.{side}", f"defeat.{side}", f"domestic.penalty_{side}"):
            assert longer.number(key) == pytest.approx(game.number(key) * scale)
    # A red line stays at the same line on the ground: side A's counts from the low end, side B's from the high end.
    held = np.cumsum(new.value_a)[extra - 1] + game.domestic.red_line_a * (1 - np.cumsum(new.value_a)[extra - 1])
    assert longer.domestic.red_line_a == pytest.approx(held)
    assert longer.domestic.red_line_b == pytest.approx(game.domestic.red_line_b * (1 - sum(new.value_b[:extra])))
    # Beliefs are about what comes on top of the level of the drift.
    assert longer.learning.analyst.first == (0.0,)
    lead = game.learning.prior_a.first[0] - game.learning.analyst.first[0]
    assert longer.learning.prior_a.first[0] == pytest.approx(lead)


def test_the_last_month_is_the_game_of_the_day(games: list[WarGame], pace: FrontPace) -> None:
    """With no step to add and the drift of the day, what is read is what the game itself says."""
    start = float(games[0].axes[0].start)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history_module, "BEHIND", 0)
        months = solve_months(games, Past(DAYS, np.full(3, start), np.full(3, pace.mean)))
    grid = replace(games[0].grid, statistic_max=4.0, statistic_points=9)
    plain = [
        with_drift(replace(g, grid=grid, time=replace(g.time, horizon=14)), -pace.mean) for g in games
    ]  # beliefs about the surplus; the level enters as the drift of terrain
    level = [
        replace(g, axes=(replace(g.axes[0], barrier=tuple(b + pace.mean for b in g.axes[0].barrier)),)) for g in plain
    ]
    direct = solve(level, months=12, strict=False, within=history_module.AHEAD)
    for month in range(3):
        np.testing.assert_allclose(months.reserve[:, month], direct.asked.reserve[:, 0], atol=1e-4)
        np.testing.assert_allclose(np.maximum(months.need[:, month], 0), gap_of(direct)[:, 0], atol=1e-4)
        np.testing.assert_allclose(months.within[2][:, month], p_settled_within(direct, 12), atol=2e-3)


def test_the_chance_within_some_months_is_that_of_the_outlook(games: list[WarGame]) -> None:
    found = solve(games, months=12, strict=False, within=(3, 12))
    for row, months in enumerate((3, 12)):
        np.testing.assert_allclose(found.within[:, row, 0], p_settled_within(found, months), atol=1e-9)


def test_levels_hold_every_drift_between_two_neighbours() -> None:
    drift = np.array([0.4, -0.2, 0.1, 0.1, 0.35])
    at, below, weight = levels_of(drift, 4)
    assert (np.diff(at) > 0).all()
    np.testing.assert_allclose((1 - weight) * at[below] + weight * at[below + 1], drift, atol=1e-5)
    at, below, weight = levels_of(np.full(3, 0.2), 4)
    assert (np.diff(at) > 0).all()
    np.testing.assert_allclose((1 - weight) * at[below] + weight * at[below + 1], 0.2, atol=1e-5)


# --- the record --------------------------------------------------------------------------------------------------


def test_the_past_is_the_land_of_the_axis_in_steps(pack: Pack, panel: xr.Dataset, pace: FrontPace) -> None:
    past = past_of(panel, pack, "north", months=6)
    assert len(past.days) == len(past.position) == len(past.drift) == 7
    assert past.days[-1] == pack.war.as_of
    assert past.position[-1] == pytest.approx(pace.position)
    assert past.drift[-1] == pytest.approx(pace.mean, abs=0.05)  # fewer draws, the same rule
    earlier = past_of(panel, pack, "north", months=3)
    np.testing.assert_array_equal(earlier.drift, past.drift[3:])


def test_deeds_are_months_offers_and_answers_about_lines(pack: Pack, panel: xr.Dataset) -> None:
    past = past_of(panel, pack, "north", months=16)
    deeds = deeds_of(pack, past)
    kinds = [d.event.kind for d in deeds]
    assert kinds.count("no settlement") == len(past.days)
    told = {(d.event.date, d.event.kind, d.event.side, d.lines) for d in deeds if d.lines}
    assert (date(2013, 5, 29), "accepted", "b", ("front",)) in told
    assert (date(2013, 2, 18), "offered", "a", ("end", "front")) in told
    assert (date(2012, 5, 22), "refused", "a", ("front",)) in told  # a third party's text
    assert not any(d.event.document == "League's proposal" and d.event.side == "a" for d in deeds)  # conditional
    assert all(past.days[d.month] <= d.event.date for d in deeds)
    assert [d.event.date for d in deeds] == sorted(d.event.date for d in deeds)


def months_of(surplus_a: np.ndarray, surplus_b: np.ndarray, need: np.ndarray) -> Months:
    """One month of games in which the line of the day, the only one, is worth so much more than fighting on."""
    draws = len(need)
    worth = np.stack([surplus_a, surplus_b], axis=1)[:, None, :, None]
    return Months(
        np.array([1]), 0, np.zeros((draws, 1, 2)), worth, np.array([1]), np.array([False]), need[:, None],
        np.zeros((3, draws, 1)), np.ones(draws, bool),
    )  # fmt: skip


def test_the_likelihood_of_a_deed_is_that_of_its_kind() -> None:
    rng = np.random.default_rng(0)
    a, b, need = rng.normal(0, 0.1, (3, 8))
    months = months_of(a, b, need)

    def deed(kind: str, side: str = "") -> Deed:
        return Deed(RecordEvent(DAYS[0], kind, side, "", "", ""), 0, ("front",) if side else ())

    found = likelihood_of(
        months, [deed("no settlement"), deed("accepted", "a"), deed("refused", "b"), deed("offered", "b")]
    )
    half = history_module.ANSWER
    for column, value in enumerate(
        (log_no_settlement(need), half * log_acceptance(a), half * log_refusal(b), half * log_acceptance(b))
    ):
        np.testing.assert_allclose(found[:, column], value)


def test_a_text_of_two_lines_counts_as_their_mean(games: list[WarGame]) -> None:
    past = Past(DAYS[:2], np.array([3.0, 3.0]), np.array([0.1, 0.2]))
    months = solve_months(games[:3], past)
    event = RecordEvent(DAYS[0], "refused", "b", "text", "", "")
    both = likelihood_of(
        months, [Deed(event, 0, ("end", "front")), Deed(event, 0, ("end",)), Deed(event, 0, ("front",))]
    )
    np.testing.assert_allclose(both[:, 0], (both[:, 1] + both[:, 2]) / 2)
    # A line farther out is worth less to side B than one nearer in.
    assert (months.surplus("b", 0, "end") < months.surplus("b", 0, "start")).all()
    assert (months.surplus("a", 0, "end") > months.surplus("a", 0, "start")).all()


def test_a_fixed_line_stays_where_it_is_when_the_front_and_the_axis_move() -> None:
    """Lines 1 to 5 of an axis lengthened by two steps, worth as many tenths to side A; the front moves from 2 to 4."""
    line = np.array([4, 1, 2, 5, 3])
    worth = np.stack([line / 10, -line / 10])[None, None].repeat(2, axis=1)
    months = Months(
        np.array([2, 4]), 2, np.zeros((1, 2, 2)), worth, line, np.zeros(5, bool), np.zeros((1, 2)), np.zeros((3, 1, 2)),
        np.ones(1, bool),
    )  # fmt: skip
    for month, front in ((0, 0.2), (1, 0.4)):
        told = {name: months.surplus("a", month, name).item() for name in ("start", "front", "end", 1, 2)}
        assert told == pytest.approx({"start": 0.1, "front": front, "end": 0.5, 1: 0.3, 2: 0.4})
        assert months.surplus("b", month, 1).item() == pytest.approx(-0.3)
    # The ends of the pack's axis too stand for the last line short of them.
    assert months.surplus("a", 0, 9).item() == pytest.approx(0.5)
    assert replace(months, extra=0).surplus("a", 0, 0).item() == pytest.approx(0.1)


def test_a_front_inside_land_that_cannot_be_split_has_a_worth(games: list[WarGame]) -> None:
    front = games[0].axes[0]
    blocked = [replace(g, axes=(replace(g.axes[0], blocks=((1, 5),)),)) for g in games[:2]]
    months = solve_months(blocked, Past(DAYS[:2], np.full(2, float(front.start)), np.array([0.1, 0.2])))
    assert 1 < front.start < 5
    for side in "ab":
        np.testing.assert_array_equal(months.surplus(side, 1, "front"), months.surplus(side, 1, front.start))
        assert np.isfinite(months.surplus(side, 1, "front")).all()


# --- the whole --------------------------------------------------------------------------------------------------


def test_a_run_that_is_broken_off_goes_on_where_it_stopped(
    pack: Pack, panel: xr.Dataset, drawn: Drawn, found: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    real = history_module.solve_months

    def broken(games: Any, past: Any) -> Months:
        calls.append(len(games))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(games, past)

    monkeypatch.setattr(history_module, "solve_months", broken)
    with pytest.raises(KeyboardInterrupt):
        history_of(pack, panel, drawn, cache=Cache(tmp_path))
    again = history_of(pack, panel, drawn, cache=Cache(tmp_path))
    assert calls == [5, 5, 5]  # the first half was kept
    assert again is not None
    assert json.dumps(record_of(again)) == json.dumps(record_of(found))


def test_the_history_speaks_of_every_draw_and_month(found: Any) -> None:
    months = len(found.days)
    assert found.converged
    assert found.need.shape == found.reservation_a.shape == found.reservation_b.shape == (DRAWS, months)
    assert set(found.p_within) == {3, 6, 12}
    for p in found.p_within.values():
        assert p.shape == (DRAWS, months)
        assert ((p >= -1e-12) & (p <= 1 + 1e-12)).all()
    assert (found.p_within[3] <= found.p_within[12] + 1e-12).all()
    names = {x.name for x in found.matched.learnt}
    assert {"costs.a", "beliefs.lead_b", "commitment.guarantee"} <= names
    assert not any(name.startswith("record.") for name in names)


def test_beliefs_are_told_from_the_day_on_which_the_war_is_counted(pack: Pack, panel: xr.Dataset, found: Any) -> None:
    assert found.earlier[0] == pack.war.baseline
    days = found.all_days
    assert list(days) == sorted(set(days))
    assert len(found.earlier) == len(found.earlier_drift) == len(found.earlier_months)
    assert len(days) == len(found.all_drift)
    assert max((b - a).days for a, b in itertools.pairwise(days)) <= 31, "no month is left out"
    # The whole record, cut at the months with a game, and before its first movement nothing.
    whole = past_of(panel, pack, "north", None)
    blank = found.unrecorded
    assert blank >= 1
    assert not found.all_drift[:blank].any()
    recorded = len(days) - blank
    np.testing.assert_array_equal(found.all_drift[blank:], whole.drift[-recorded:])
    assert found.earlier_months[blank:].tolist() == list(range(1, len(found.earlier) - blank + 1))
    np.testing.assert_array_equal(past_of(panel, pack, "north", 6).drift, whole.last(6).drift)


def test_a_pack_without_a_game_or_with_its_front_elsewhere_says_so(toy_copy: Path) -> None:
    runner = CliRunner()
    (toy_copy / "game.toml").unlink()
    done = runner.invoke(main, ["match", str(toy_copy), "--draws", "10", "--no-cache"])
    assert done.exit_code == 2
    assert "no game.toml" in done.stderr
    early = runner.invoke(main, ["match", "wars/toy", "--draws", "10", "--as-of", "2011-06-30", "--no-cache"])
    assert early.exit_code == 2
    assert early.stderr.count("\n") == 1


def test_the_command_prints_what_the_record_is(found: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_module, "history_of", lambda *a, **k: found)
    runner = CliRunner()
    told = json.loads(runner.invoke(main, ["match", "wars/toy", "--no-cache", "--json"]).stdout)
    assert told["draws"] == DRAWS
    assert len(told["months"]) == len(found.days)
    weighed = told["months"][-1]["p_settlement"]["12"]["weighed"]
    assert weighed == pytest.approx(found.matched.weights.weight @ found.p_within[12][:, -1])
    words = runner.invoke(main, ["match", "wars/toy", "--no-cache"]).stdout
    assert found.matched.weights.status[1:] in " ".join(words.split())


def test_no_draw_that_explains_the_record_is_a_sentence(
    pack: Pack, panel: xr.Dataset, drawn: Drawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        history_module, "likelihood_of", lambda months, deeds: np.full((len(months.need), len(deeds)), -np.inf)
    )
    with pytest.raises(QueryError, match="none of 10 draws can explain the record"):
        history_of(pack, panel, drawn)
