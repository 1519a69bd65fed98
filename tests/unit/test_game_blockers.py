"""Why there is no peace: the identity is exact, and every share and set of mechanisms is what it says."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, permutations
from pathlib import Path

import numpy as np
import pytest

from armistice.core.endings import MECHANISMS, Blockers
from armistice.game.blockers import SUBSETS, Subset, blockers, identity_of, minimal_sets, shapley, without
from armistice.game.form import WarGame
from armistice.game.solve import Solution, solve
from armistice.game.terms import gap_of, p_settled_within, total_gap

sys.path.insert(0, str(Path(__file__).parents[1] / "reference"))
from small_games import STATES, plain, small_games, with_lots

PLAYERS = sorted(MECHANISMS)


# --- the identity ----------------------------------------------------------------------------------------------------


def solved(games: list[WarGame]) -> Solution:
    return solve(games, STATES)


def solved_without(games: list[WarGame], subset: Subset) -> Solution:
    """Games without some mechanisms; one more in which power may shift keeps the form, so that one program does."""
    other = without(games[0], tuple(name for name in subset if name != "commitment"))
    return solved([*(without(game, subset) for game in games), other]).part(0, len(games))


def test_the_identity_is_exact_everywhere() -> None:
    games = small_games(40, 11)
    assert {g.costs.land_flow for g in games} == {0.5, 1.0}
    assert {g.costs.growth for g in games} == {0.0, 0.05}
    found = solved(games)
    gap = gap_of(found)
    for n in range(len(STATES)):
        part = identity_of(found, n)
        total = (
            part["information"] - part["cost"] + part["wedge_now"] - part["discount"] * part["waste_future"]
            + part["flow_adjustment"]
        )  # fmt: skip
        assert np.abs(part["tu_gap"] - total).max() < 1e-10
        assert np.abs(part["tu_gap"] - total_gap(found)[:, n]).max() == 0
        assert np.abs(np.maximum(part["tu_gap"], 0) + part["transferability"] - part["gap"]).max() < 1e-12
        assert np.array_equal(part["gap"], gap[:, n])
        assert np.all(part["transferability"] >= -1e-12)
    assert np.abs(part["flow_adjustment"]).max() > 1e-3


def test_terms_of_the_identity_vanish_with_their_cause() -> None:
    games = small_games(20, 12)
    same = solved([plain(g) for g in games])
    shared = solved([plain(g).at_common_prior() for g in games])
    for n in range(0, len(STATES), 3):
        part, common = identity_of(same, n), identity_of(shared, n)
        assert np.abs(part["flow_adjustment"]).max() < 1e-14, "land is worth the same to both, and enjoyed in war"
        assert np.abs(part["wedge_now"]).max() < 1e-12, "nothing is lost by a settlement"
        assert np.abs(common["information"]).max() < 1e-14, "they believe the same"
        assert np.abs(part["information"]).max() > 1e-3
        weight, month = 1 - part["discount"], STATES[n].month
        regime = STATES[n].regime
        cost = [(g.regimes.cost_a[regime] + g.regimes.cost_b[regime]) * (1 + g.costs.growth * month) for g in games]
        assert part["cost"] == pytest.approx(weight * np.array(cost), abs=1e-14)


# --- taking mechanisms out -------------------------------------------------------------------------------------------


def test_without_takes_out_what_it_says() -> None:
    for game in small_games(8, 13):
        game = replace(game, axes=(replace(game.axes[0], blocks=((1, 4),)),))
        for subset in SUBSETS:
            left = without(game, subset)
            assert (left.learning.prior_a == left.learning.prior_b == game.learning.analyst) == (
                "information" in subset
            )
            assert (left.commitment.arrival == 0) == ("commitment" in subset)
            assert (left.axes[0].blocks == ()) == ("indivisibility" in subset)
            gone = left.domestic.penalty_a == left.domestic.penalty_b == 0
            assert gone or "domestic" not in subset
            assert left.domestic == game.domestic or "domestic" in subset
            rest = replace(
                left, learning=game.learning, commitment=game.commitment, axes=game.axes, domestic=game.domestic
            )
            assert rest == game, "nothing else changes"
        assert without(game, ()) == game


@pytest.fixture(scope="module")
def told() -> tuple[list[WarGame], Blockers]:
    games = small_games(8, 14)
    return games, blockers(games, STATES)


def test_there_are_sixteen_sets(told: tuple[list[WarGame], Blockers]) -> None:
    _, found = told
    assert len(SUBSETS) == len(set(SUBSETS)) == 16
    assert all(list(s) == sorted(s) for s in SUBSETS)
    for table in (found.gap_without, found.p12_without, found.opens):
        assert tuple(table) == SUBSETS
        assert all(len(row) == 8 for row in table.values())
    assert set(found.shapley_gap) == set(found.shapley_p12) == set(MECHANISMS)
    assert not found.common_prior


def test_every_set_is_a_game_of_its_own(told: tuple[list[WarGame], Blockers]) -> None:
    games, found = told
    for subset in SUBSETS[::3]:
        alone = solved_without(games, subset)
        assert found.gap_without[subset] == pytest.approx(gap_of(alone)[:, 0], abs=1e-12)
        assert found.p12_without[subset] == pytest.approx(p_settled_within(alone, 12), abs=1e-12)
        assert np.array_equal(found.opens[subset], alone.asked.settle[:, 0] > 0.5)
    now = identity_of(solved(games))
    for name, value in found.identity.items():
        assert value == pytest.approx(now[name], abs=1e-12), name


def test_shares_sum_to_what_all_mechanisms_do(told: tuple[list[WarGame], Blockers]) -> None:
    _, found = told
    every = tuple(PLAYERS)
    gap, within = found.gap_without, found.p12_without
    assert sum(found.shapley_gap.values()) == pytest.approx(gap[()] - gap[every], abs=1e-12)
    assert sum(found.shapley_p12.values()) == pytest.approx(within[every] - within[()], abs=1e-12)
    assert np.abs(found.shapley_gap["information"]).max() > 0.01


def test_under_a_common_prior_information_is_no_cause() -> None:
    games = small_games(4, 15)
    found = blockers(games, STATES, common_prior=True)
    assert found.common_prior
    assert np.all(found.shapley_gap["information"] == 0)
    assert np.abs(found.identity["information"]).max() < 1e-14
    assert found.gap_without[()] == pytest.approx(gap_of(solved([g.at_common_prior() for g in games]))[:, 0], abs=1e-12)
    one = blockers(games[0], STATES, common_prior=True)
    assert one.gap_without[()] == pytest.approx(found.gap_without[()][:1], abs=1e-12)


def test_lots_go_with_the_blocks() -> None:
    """Games with and without blocks differ in form where lots are drawn between the ends of blocks."""
    games = with_lots(small_games(4, 16))
    seen: list[float] = []
    found = blockers(games, STATES, progress=seen.append)
    assert seen[-1] == 1
    assert tuple(found.gap_without) == tuple(found.p12_without) == SUBSETS
    for subset in ((), ("indivisibility",), ("commitment", "indivisibility"), ("domestic",)):
        alone = solved_without(games, subset)
        assert found.gap_without[subset] == pytest.approx(gap_of(alone)[:, 0], abs=1e-12)
        assert found.p12_without[subset] == pytest.approx(p_settled_within(alone, 12), abs=1e-12)
    assert sum(found.shapley_gap.values()) == pytest.approx(
        found.gap_without[()] - found.gap_without[tuple(PLAYERS)], abs=1e-12
    )


@pytest.mark.filterwarnings("error")
def test_a_game_without_terms_falls_short_by_infinity_and_says_so() -> None:
    game = small_games(1, 17)[0]
    game = replace(
        game, axes=(replace(game.axes[0], blocks=((0, 6),)),), bargaining=replace(game.bargaining, surrender=False)
    )
    found = blockers(game, STATES)
    assert np.isposinf(found.gap_without[()][0])
    assert np.isfinite(found.gap_without[("indivisibility",)][0])
    assert not found.opens[()][0]
    assert np.isposinf(found.identity["tu_gap"][0])
    assert np.isfinite(found.identity["information"][0])
    assert all("indivisibility" in subset for subset in found.minimal_sets)


# --- shares and sets on tables made up ---------------------------------------------------------------------------------


def table(worth: Callable[[set[str]], float]) -> dict[Subset, np.ndarray]:
    return {s: np.array([worth(set(s)), 2 * worth(set(s))]) for s in SUBSETS}


def test_shapley_by_the_orders_in_which_mechanisms_leave() -> None:
    rng = np.random.default_rng(3)
    worth = {s: rng.normal(size=3) for s in SUBSETS}
    shares = shapley(worth)
    orders = [list(p) for p in permutations(PLAYERS)]
    for one in PLAYERS:
        gains = [
            worth[tuple(sorted(order[: order.index(one) + 1]))] - worth[tuple(sorted(order[: order.index(one)]))]
            for order in orders
        ]
        assert shares[one] == pytest.approx(np.mean(gains, axis=0), abs=1e-14)
    assert sum(shares.values()) == pytest.approx(worth[tuple(PLAYERS)] - worth[()], abs=1e-14)


def test_shapley_treats_like_alike_and_gives_a_dummy_its_own() -> None:
    alike = shapley(table(lambda s: float({"commitment", "domestic"} <= s)))
    assert alike["commitment"] == pytest.approx([0.5, 1.0])
    assert alike["domestic"] == pytest.approx([0.5, 1.0])
    assert alike["information"] == pytest.approx([0, 0])
    assert alike["indivisibility"] == pytest.approx([0, 0])
    even = shapley(table(lambda s: float(len(s) ** 2)))
    assert all(share == pytest.approx([4, 8]) for share in even.values())
    dummy = shapley(table(lambda s: 0.3 * ("information" in s) + (len(s - {"information"}) >= 2)))
    assert dummy["information"] == pytest.approx([0.3, 0.6])
    assert dummy["commitment"] == pytest.approx([1 / 3, 2 / 3])


def opened(*sets: set[str], upward: bool = True) -> dict[Subset, bool]:
    return {s: any(set(s) >= o if upward else set(s) == o for o in sets) for s in SUBSETS}


def test_minimal_sets_are_those_of_which_no_part_opens() -> None:
    one, two, three, four = PLAYERS
    assert minimal_sets(opened({one})) == ((one,),)
    assert minimal_sets(opened({one, two}, {one, two, three})) == ((one, two),)
    assert minimal_sets(opened({one, two}, {three})) == ((three,), (one, two))
    assert minimal_sets(opened(set(PLAYERS))) == (tuple(PLAYERS),)
    assert minimal_sets(opened()) == ()
    assert minimal_sets(opened(set())) == ((),), "they settle as it is"
    assert minimal_sets(opened(*({a, b} for a, b in combinations(PLAYERS, 2)))) == tuple(combinations(PLAYERS, 2))
    # Taking out one more may shut what was open: a set above a set that opens is never minimal, open or not.
    assert minimal_sets(opened({one}, {two, three}, {one, four}, upward=False)) == ((one,), (two, three))
    assert minimal_sets(opened(set(), {one}, upward=False)) == ((),)
