"""Levers: every stretch in which peace opens is found, and its edges, and the least joint change of two."""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import armistice.game.levers as module
from armistice.core.endings import OPEN, Lever
from armistice.game.form import Belief, Front, Learning, WarGame
from armistice.game.levers import Handle, belief_map, handles, pairs, scan, with_drift, with_value
from armistice.game.solve import solve
from armistice.game.terms import gap_of, p_settled_within

sys.path.insert(0, str(Path(__file__).parents[1] / "reference"))
from small_games import STATES, small_games

EVEN = WarGame(
    (Front(6, 3, (1 / 6,) * 6, (1 / 6,) * 6, (0.0,) * 7),), Learning(*[Belief((m,), (0.3,)) for m in (0.2, -0.1, 0.0)])
)

# --- what a lever does -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["a", "b"])
@pytest.mark.parametrize("factor", [0.25, 1.0, 4.0])
def test_only_contested_land_is_valued_anew(side: str, factor: float) -> None:
    for game in small_games(6, 21):
        for blocks, contested in (((), (3, 4, 5)), (((0, 2), (3, 5)), (0, 1))):
            before = replace(game, axes=(replace(game.axes[0], blocks=blocks),))
            after = with_value(before, side, factor)
            own, other = f"value_{side}", f"value_{'b' if side == 'a' else 'a'}"
            old, new = np.array(getattr(before.axes[0], own)), np.array(getattr(after.axes[0], own))
            assert math.fsum(new) == pytest.approx(1, abs=1e-12)
            ratio = new / old
            rest = [n for n in range(6) if n not in contested]
            assert np.ptp(ratio[rest]) < 1e-12
            assert np.ptp(ratio[list(contested)]) < 1e-12
            assert ratio[contested[0]] / ratio[rest[0]] == pytest.approx(factor)
            assert replace(after, axes=(replace(after.axes[0], **{own: getattr(before.axes[0], own)}),)) == before
            assert getattr(after.axes[0], other) == getattr(before.axes[0], other)


def test_land_of_two_axes_sums_to_one_together() -> None:
    short = Front(2, 2, (0.2, 0.2), (0.3, 0.1), (0.0,) * 3)
    game = replace(EVEN, axes=(Front(3, 2, (0.2,) * 3, (0.2,) * 3, (0.0,) * 4), short))
    after = with_value(game, "b", 3.0)
    assert math.fsum(v for f in after.axes for v in f.value_b) == pytest.approx(1, abs=1e-12)
    assert after.axes[0].value_b == pytest.approx(np.array([0.2, 0.2, 0.6]) / 1.4)
    assert after.axes[1].value_b == pytest.approx(np.array([0.3, 0.1]) / 1.4)
    assert with_value(replace(game, axes=(short, game.axes[0])), "a", 9.0).axes[0] == short, "nothing lies ahead"


def test_drift_moves_for_everybody() -> None:
    moved = with_drift(EVEN, 0.25).learning
    assert [b.first[0] for b in (moved.prior_a, moved.prior_b, moved.analyst)] == pytest.approx([0.45, 0.15, 0.25])
    assert [b.second for b in (moved.prior_a, moved.prior_b, moved.analyst)] == [(0.3,)] * 3
    guess = [Belief((-0.3, 0.0, 0.3), w) for w in ((0.2, 0.3, 0.5), (0.5, 0.3, 0.2), (0.3, 0.4, 0.3))]
    shifted = with_drift(replace(EVEN, learning=Learning(*guess, "hypotheses")), -0.3).learning
    assert shifted.prior_a.first == shifted.prior_b.first == shifted.analyst.first == pytest.approx((-0.6, -0.3, 0.0))
    assert (shifted.kind, shifted.prior_b.second) == ("hypotheses", (0.5, 0.3, 0.2))
    assert with_drift(with_drift(EVEN, 0.5), -0.5).learning.prior_a.first == pytest.approx((0.2,))


EXTREMES: dict[str, dict[str, float]] = {
    "as it is": {},
    "at the top": {
        "commitment.guarantee": 1, "commitment.arrival": 1, "costs.a": 100, "bargaining.transfer_cap": math.inf,
        "domestic.red_line_a": 1, "domestic.red_line_b": 0.9,
    },
    "at the bottom": {"bargaining.transfer_cap": 0, "costs.a": 0},
    "a likely shift": {"commitment.arrival": 0.7},
}  # fmt: skip


@pytest.mark.parametrize("name", EXTREMES)
def test_every_range_holds_where_the_lever_stands_and_can_be_set(name: str) -> None:
    game = EVEN.with_numbers(EXTREMES[name])
    found = handles(game)
    assert len({h.key for h in found}) == len(found) == 10
    for handle in found:
        assert handle.low <= handle.now <= handle.high, handle.key
        assert handle.low < handle.high
        for value in (handle.low, handle.now, handle.high):
            assert isinstance(handle.at(value), WarGame)
        if handle.key in ("drift", "value_a", "value_b"):
            assert handle.at(handle.now).learning == game.learning
        elif handle.key != "bargaining.transfer_cap":
            assert handle.at(handle.now) == game
            assert handle.at(handle.high).number(handle.key) == handle.high


def test_levers_that_a_game_does_not_have() -> None:
    keys = {h.key for h in handles(small_games(1, 22)[0])}
    assert "drift" in keys
    assert not any(key.startswith("costs.") for key in keys), "the regimes hold the costs"
    beta = replace(EVEN, learning=Learning(*[Belief((3.0,), (2.0,))] * 3, "beta"))
    assert "drift" not in {h.key for h in handles(beta)}
    assert belief_map(beta) is None
    guess = replace(EVEN, learning=Learning(*[Belief((0.0, 0.1), (0.5, 0.5))] * 3, "hypotheses"))
    assert belief_map(guess) is None


# --- the scan, on levers made up ---------------------------------------------------------------------------------------


class Made:
    """A solver that only knows where peace opens: the value of the lever stands in the cost of side A."""

    def __init__(self, gap: Any, rests: Any = lambda game: True) -> None:
        self.gap, self.rests, self.solved = gap, rests, 0

    def solve(self, games: Sequence[WarGame], *_: Any, **__: Any) -> Any:
        self.solved += len(games)
        rest = np.array([self.rests(game) for game in games])
        return SimpleNamespace(games=games, at_rest=rest, converged=bool(rest.all()))

    def gap_of(self, found: Any) -> np.ndarray:
        return np.array([[self.gap(game)] for game in found.games])

    def install(self, monkeypatch: pytest.MonkeyPatch) -> Made:
        monkeypatch.setattr(module, "solve", self.solve)
        monkeypatch.setattr(module, "gap_of", self.gap_of)
        monkeypatch.setattr(module, "p_settled_within", lambda found, months: np.zeros(len(found.games)))
        return self


def scanned(monkeypatch: pytest.MonkeyPatch, *stretches: tuple[float, float], now: float = 0.0) -> Lever:
    """One lever from 0 to 12, scanned at whole numbers, open within some stretches."""

    def gap(game: WarGame) -> float:
        return 0.0 if any(lo <= game.costs.a <= hi for lo, hi in stretches) else 0.1

    Made(gap).install(monkeypatch)
    handle = Handle("costs.a", "Cost", "", now, 0.0, 12.0, lambda v: EVEN.with_numbers({"costs.a": v}))
    monkeypatch.setattr(module, "handles", lambda game: (handle,))
    (lever,) = scan(EVEN)
    assert lever.values.tolist() == sorted({*map(float, range(13)), now})
    assert lever.now == now
    return lever


def test_a_lever_says_where_a_value_did_not_come_to_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    for loose in (False, True):
        made = Made(lambda game: 1.0, lambda game, loose=loose: not (loose and game.costs.a > 5))
        made.install(monkeypatch)
        found = {lever.key: lever.converged for lever in scan(EVEN)}
        assert found["costs.a"] is not loose
        assert found["commitment.guarantee"]


@pytest.mark.parametrize(
    "stretches",
    [
        [],
        [(0, 12)],
        [(3.4, 7.7)],
        [(2.1, 4.05), (8.5, 10.9)],
        [(0, 2.5), (6.6, 12)],
        [(0, 0.9), (3.5, 4.4), (11.3, 12)],
        [(0, 0.05)],
        [(11.95, 12)],
        [(5, 5)],
        [(1.5, 2.2), (3.9, 4.4), (6, 6.9)],
    ],
    ids=str,
)
def test_every_stretch_is_found_and_its_edges(
    monkeypatch: pytest.MonkeyPatch, stretches: list[tuple[float, float]]
) -> None:
    found = scanned(monkeypatch, *stretches).intervals
    assert len(found) == len(stretches)
    for (low, high), (lo, hi) in zip(found, stretches, strict=True):
        assert lo - 1e-12 <= low <= lo + 1 / 6 + 1e-12, "an edge lies inside, by less than a sixth of its bracket"
        assert hi - 1 / 6 - 1e-12 <= high <= hi + 1e-12


@pytest.mark.parametrize(
    ("stretches", "now", "least"),
    [
        ([(3.4, 7.7)], 0.0, 3.5), ([(3.4, 7.7)], 5.25, 5.25), ([(3.4, 7.7)], 11.0, 7 + 2 / 3),
        ([(2.1, 4.05), (8.5, 10.9)], 6.0, 4.0), ([(2.1, 4.05), (8.5, 10.9)], 7.0, 8.5), ([], 4.0, None),
    ],
    ids=str,
)  # fmt: skip
def test_the_least_change_is_the_nearest_open_value(
    monkeypatch: pytest.MonkeyPatch, stretches: list[tuple[float, float]], now: float, least: float | None
) -> None:
    lever = scanned(monkeypatch, *stretches, now=now)
    assert lever.least == (None if least is None else pytest.approx(least))


# --- pairs, by trying every one ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("paired", [2, 3])
def test_the_least_joint_change_by_brute_force(monkeypatch: pytest.MonkeyPatch, paired: int) -> None:
    """Peace opens where what three levers add, in parts of their ranges, exceeds what no lever can add alone."""
    monkeypatch.setattr(module, "PAIRED", paired)
    keys, tops = ("costs.a", "costs.b", "defeat.a"), (10.0, 4.0, 2.0)
    weights = (0.6, 0.5, 0.9)
    start = EVEN.with_numbers({"costs.a": 2.0, "costs.b": 0.0, "defeat.a": 1.0})

    def gap(game: WarGame) -> float:
        added = sum(w * abs(game.number(k) - start.number(k)) / t for k, t, w in zip(keys, tops, weights, strict=True))
        return 0.0 if added >= 0.75 else 0.2

    def made(game: WarGame) -> tuple[Handle, ...]:
        return tuple(
            Handle(k, k, "", game.number(k), 0.0, t, lambda v, k=k: game.with_numbers({k: v}))
            for k, t in zip(keys, tops, strict=True)
        )

    Made(gap).install(monkeypatch)
    monkeypatch.setattr(module, "handles", made)
    levers = scan(start)
    assert all(lever.intervals == () for lever in levers)
    found = pairs(start, levers)
    best = {}
    for one, other in itertools.combinations(range(3), 2):
        for u, v in itertools.product(*(np.linspace(0, tops[n], paired + 1) for n in (one, other))):
            moved = [u - start.number(keys[one]), v - start.number(keys[other])]
            part = [m / tops[n] for m, n in zip(moved, (one, other), strict=True)]
            if min(map(abs, part)) > 0.05 and gap(start.with_numbers({keys[one]: u, keys[other]: v})) == 0:
                effort = math.hypot(*part)
                pair = (keys[one], keys[other])
                best[pair] = min(best.get(pair, math.inf), effort)
    assert {(p.first, p.second): p.effort for p in found} == pytest.approx(best)
    assert 0 < len(best) <= 3
    assert [p.effort for p in found] == sorted(p.effort for p in found)
    for pair in found:
        assert gap(start.with_numbers({pair.first: pair.first_value, pair.second: pair.second_value})) == 0
    # A lever that opens peace alone is in no pair.
    alone = replace(levers[0], intervals=((3.0, 4.0),))
    assert all(keys[0] not in (p.first, p.second) for p in pairs(start, (alone, *levers[1:])))
    assert pairs(start, (alone,)) == ()


# --- the same with the solver ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def game() -> WarGame:
    """One of those whose guarantee opens peace in the middle of its range, and not at its end; found by trying."""
    games = small_games(60, 23)
    tried = np.linspace(0, 1, 7)
    gap = gap_of(solve([g.with_numbers({"commitment.guarantee": v}) for g in games for v in tried], STATES))[:, 0]
    is_open = (gap < OPEN).reshape(len(games), len(tried))
    turns = np.abs(np.diff(is_open.astype(int), axis=1)).sum(1)
    assert turns.max() >= 2, "none of them turns twice"
    return games[int(np.argmax(turns))]


def test_a_lever_that_is_not_monotone(game: WarGame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POINTS", 7)
    found = {lever.key: lever for lever in scan(game, STATES)}
    assert set(found) == {h.key for h in handles(game)}
    lever = found["commitment.guarantee"]
    fine = np.linspace(0, 1, 241)
    dense = solve([game.with_numbers({"commitment.guarantee": v}) for v in fine], STATES)
    is_open = gap_of(dense)[:, 0] < OPEN
    inside = np.array([any(lo - 1e-12 <= v <= hi + 1e-12 for lo, hi in lever.intervals) for v in fine])
    near = np.zeros(len(fine), bool)
    for k in np.flatnonzero(np.diff(is_open)):
        near |= np.abs(fine - fine[k]) < 1 / 6 / 6 + 1 / 240
    assert np.array_equal(inside[~near], is_open[~near])
    assert np.mean(near) < 0.7
    assert len(lever.intervals) >= 1
    for one in found.values():
        edges = [v for stretch in one.intervals for v in stretch]
        assert edges == sorted(edges)
        handle = next(h for h in handles(game) if h.key == one.key)
        checked = solve([handle.at(v) for v in [*edges, *one.values]] + [game], STATES)
        assert np.all(gap_of(checked)[: len(edges), 0] < OPEN)
        assert one.gap == pytest.approx(gap_of(checked)[len(edges) : -1, 0], abs=1e-12)
        assert one.p12 == pytest.approx(p_settled_within(checked, 12)[len(edges) : -1], abs=1e-12)
        common = solve([handle.at(v).at_common_prior() for v in one.values] + [game], STATES)
        assert one.gap_common == pytest.approx(gap_of(common)[:-1, 0], abs=1e-12)
        assert one.least is None or any(one.least == pytest.approx(v) for v in [*edges, one.now])


def test_pairs_open_peace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POINTS", 3)
    monkeypatch.setattr(module, "PAIRED", 2)
    game = small_games(2, 24)[1]
    game = replace(game, bargaining=replace(game.bargaining, surrender=False))
    levers = scan(game, STATES)
    shut = {lever.key for lever in levers if not lever.intervals}
    known = {h.key: h for h in handles(game)}
    found = pairs(game, levers, STATES)
    assert len(shut) == 8
    assert found
    for pair in found:
        assert {pair.first, pair.second} <= shut
        moved = known[pair.first].at(pair.first_value)
        both = next(h for h in handles(moved) if h.key == pair.second).at(pair.second_value)
        assert gap_of(solve([both, game], STATES))[0, 0] < OPEN
        assert 0 < pair.effort <= math.sqrt(2)


def test_what_one_must_believe_by_direct_solving(game: WarGame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAPPED", 5)
    found = belief_map(game, STATES)
    assert found is not None
    assert found.gap.shape == (5, 5)
    learning = game.learning
    now = [b.first[0] for b in (learning.prior_a, learning.prior_b, learning.analyst)]
    assert [found.now_a, found.now_b, found.analyst] == now
    assert found.mean_a[0] < min(now) <= max(now) < found.mean_a[-1]
    for i, j in ((0, 4), (2, 2), (3, 1), (4, 0)):
        own = Belief((found.mean_a[i],), learning.prior_a.second), Belief((found.mean_b[j],), learning.prior_b.second)
        alone = solve(game.with_beliefs(*own), STATES)
        assert found.gap[i, j] == pytest.approx(gap_of(alone)[0, 0], abs=1e-12)
