"""Offers that reveal: derived numbers, a coarse grid and a fine offer grid as independent answers, and the laws of the equilibrium."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from armistice.core.errors import QueryError
from armistice.theory.screening import (
    ENDS,
    ENGINE,
    STRONG,
    WEAK,
    Screening,
    ScreeningSolution,
    filson_werner,
    play,
    powell_power,
    solve_screening,
)

FW = filson_werner((3, 3), (0.7, 0.4), (0.05, 0.05))
P04 = powell_power(2, weak=(0.10, 0.25), strong=(0.25, 0.10), costs=(0.02, 0.02))
GAMES = {
    "units": FW,
    "cheap": filson_werner((4, 3), (0.6, 0.5), (0.005, 0.01)),
    "one-sided costs": filson_werner((2, 4), (0.9, 0.2), (0.0, 0.03)),
    "free": filson_werner((2, 2), (0.7, 0.4), (0.0, 0.0)),
    "hopeless": filson_werner((4, 2), (0.95, 0.8), (0.02, 0.15)),
    "certain": filson_werner((2, 3), (1.0, 0.3), (0.03, 0.03)),
    "rounds": powell_power(6, weak=(0.10, 0.25), strong=(0.25, 0.10), costs=(0.02, 0.02)),
    "survival is news": powell_power(5, weak=(0.05, 0.45), strong=(0.25, 0.05), costs=(0.01, 0.02)),
}
PRIORS = np.linspace(0, 1, 21)


@pytest.fixture(scope="module")
def solved() -> dict[str, ScreeningSolution]:
    return {name: solve_screening(game, 401) for name, game in GAMES.items()}


@pytest.fixture(params=GAMES)
def solution(request: pytest.FixtureRequest, solved: dict[str, ScreeningSolution]) -> ScreeningSolution:
    return solved[request.param]


# --- readings of a solution, written anew from the definition -----------------------------------------------------


def value_at(solution: ScreeningSolution, node: int, belief: float) -> float:
    """Value of the uninformed side."""
    policy = solution.policies[node]
    piece = np.searchsorted(policy.edges[1:-1], belief)
    return float(policy.level[piece] + policy.slope[piece] * belief)


def weak_at(solution: ScreeningSolution, node: int, belief: float, nudge: float) -> float:
    """Value of the weak type just beside a belief."""
    policy = solution.policies[node]
    return float(policy.offer[np.searchsorted(policy.edges[1:-1], belief + nudge)])


def after_battle(game: Screening, node: int, belief: float) -> list[tuple[int, float, float, float, float]]:
    """Outcomes of a battle: row, next node, chances by type, belief."""
    out = []
    for o, after in enumerate(game.successor[node]):
        p_weak, p_strong = game.p_outcome[node, o]
        total = belief * p_strong + (1 - belief) * p_weak
        out.append((o, int(after), p_weak, p_strong, belief * p_strong / total if total > 0 else 1.0))
    return out


def rejecting(solution: ScreeningSolution, node: int, belief: float, nudge: float) -> float:
    """R(m): what the weak type expects from the battle."""
    game = solution.problem
    value = -game.cost_informed[node, WEAK]
    for o, after, p_weak, _, then in after_battle(game, node, belief):
        if p_weak > 0:
            reward = game.end_informed[node, o, WEAK] if after == ENDS else weak_at(solution, after, then, nudge)
            value += p_weak * reward
    return float(value)


def fighting(solution: ScreeningSolution, node: int, belief: float) -> float:
    """C(m): what the uninformed side expects from the battle."""
    game = solution.problem
    weights = np.array([1 - belief, belief])
    value = -weights @ game.cost_uninformed[node]
    for o, after, p_weak, p_strong, then in after_battle(game, node, belief):
        chance = weights * (p_weak, p_strong)
        value += (
            chance @ game.end_uninformed[node, o] if after == ENDS else chance.sum() * value_at(solution, after, then)
        )
    return float(value)


# --- derived numbers ----------------------------------------------------------------------------------------------


def test_fw_1_fighting_to_the_finish() -> None:
    fight = solve_screening(FW, 3).fight.reshape(3, 3, 2)
    strong = [[0.55, 0.77, 0.858], [0.28, 0.524, 0.6744], [0.118, 0.3116, 0.47928]]
    weak = [[0.25, 0.425, 0.5475], [0.025, 0.095, 0.18075], [-0.0425, -0.05125, -0.03165]]
    np.testing.assert_allclose(fight[..., STRONG], strong, atol=1e-9)
    np.testing.assert_allclose(fight[..., WEAK], weak, atol=1e-9)


def test_fw_2_one_unit_each() -> None:
    solution = solve_screening(filson_werner((1, 1), (0.7, 0.4), (0.05, 0.05)))
    assert solution.cutoff[0] == pytest.approx(0.75, abs=1e-9)
    course = play(solution, (1, 1), 0.3)
    assert course.uninformed == pytest.approx(0.63, abs=1e-9)
    assert (course.p_next_battle, course.p_agreed) == (pytest.approx((0.3,)), pytest.approx(0.7))
    assert course.engine == solution.engine == ENGINE


@pytest.mark.parametrize("costs", [(0.05, 0.05), (0.01, 0.2), (0.3, 0.0)])
def test_one_unit_each_in_closed_form(costs: tuple[float, float]) -> None:
    """mu* = (p_w - p_s) / (p_w - p_s + k_A + k_D), while both types have something to fight for."""
    solution = solve_screening(filson_werner((1, 1), (0.7, 0.4), costs), 11)
    assert solution.cutoff[0] == pytest.approx(0.3 / (0.3 + sum(costs)), abs=1e-9)


def test_p04_one_round_before_the_last() -> None:
    solution = solve_screening(P04)
    np.testing.assert_allclose(solution.fight, [[8 / 35, 23 / 35]] * 2, atol=1e-9)
    to_uninformed = (0.10 - 0.02) / 0.35
    assert solution.cutoff[0] == pytest.approx((15 / 35) / (1 - 8 / 35 - to_uninformed), abs=1e-9)
    assert solution.cutoff[0] == pytest.approx(15 / 19, abs=1e-9)
    course = play(solution, (2,), 0.3)
    first, second = course.turns
    assert first.offer == pytest.approx(8 / 35, abs=1e-8)
    assert first.p_accept == pytest.approx(0.62, abs=1e-8)
    assert first.rejected == pytest.approx(15 / 19, abs=1e-8)
    assert course.uninformed == pytest.approx(0.605371, abs=5e-7)
    # Survival carries no news here: the belief reached by the rejection is the belief at the next offer.
    assert second.belief == pytest.approx(15 / 19, abs=1e-8)
    assert second.offer == pytest.approx(8 / 35, abs=1e-8)
    # 0.38 first battles; 0.38 · 0.65 · 15/19 second ones; of these 0.65 go on to a fight of 1/0.35 battles.
    later = 0.38 * 0.65 * 15 / 19
    assert course.expected_battles == pytest.approx(0.38 + later * (1 + 0.65 / 0.35), abs=1e-8)


# --- solved a second way ------------------------------------------------------------------------------------------


def test_one_unit_each_against_a_grid_of_offers() -> None:
    solution = solve_screening(filson_werner((1, 1), (0.7, 0.4), (0.05, 0.05)), 101)
    offers = np.linspace(0, 1, 20_001)[:, None]
    belief = solution.beliefs
    fight_weak, fight_strong = 0.7 - 0.05, 0.4 - 0.05
    weak = np.where(offers >= 0.25 - 1e-12, 1 - offers, fight_weak)
    strong = np.where(offers >= 0.55 - 1e-12, 1 - offers, fight_strong)
    np.testing.assert_allclose(solution.uninformed[0], ((1 - belief) * weak + belief * strong).max(0), atol=1e-9)


@pytest.mark.parametrize("name", ["units", "rounds", "survival is news"])
def test_against_a_coarse_grid(name: str, solved: dict[str, ScreeningSolution]) -> None:
    """The recursion of the specification, belief by belief on a grid, with nothing known of lines and steps."""
    game, exact = GAMES[name], solved[name]
    grid = np.linspace(0, 1, 401)
    u, w = np.zeros((len(game.nodes), len(grid))), np.zeros((len(game.nodes), len(grid)))
    share = np.divide(grid[:, None], grid[None, :], out=np.full((401, 401), np.inf), where=grid[None, :] > 0)
    share[0, 0] = 1.0
    for n in range(len(game.nodes)):
        r, c = np.full(401, -game.cost_informed[n, WEAK]), np.full(401, -game.cost_uninformed[n, WEAK])
        for o, after in enumerate(game.successor[n]):
            p_weak, p_strong = game.p_outcome[n, o]
            total = grid * p_strong + (1 - grid) * p_weak
            if after == ENDS:
                r += p_weak * game.end_informed[n, o, WEAK]
                end = game.end_uninformed[n, o]
                c += (1 - grid) * p_weak * end[WEAK] + grid * p_strong * end[STRONG]
            else:
                then = grid * p_strong / total
                r += p_weak * w[after][np.floor(then * 400 + 1e-9).astype(int)]
                c += total * np.interp(then, grid, u[after])
        within = np.minimum(share, 1)
        payoff = np.where(share <= 1, (1 - within) * (1 - np.maximum(r, 0)) + within * c, -np.inf)
        # Where R steps over zero the next node mixes so that fighting is worth nothing, as much as the offer.
        payoff[:, np.r_[r[1:], np.inf] < 0] = -np.inf
        best = payoff.argmax(1)
        pool = 1 - exact.strong[n]
        u[n] = np.maximum(payoff.max(1), pool)
        w[n] = np.where(payoff.max(1) >= pool, np.maximum(r, 0)[best], exact.strong[n])
    np.testing.assert_allclose(exact.uninformed, u, atol=5e-3)


# --- laws of the equilibrium --------------------------------------------------------------------------------------


def test_values_are_ordered(solution: ScreeningSolution) -> None:
    floor = np.maximum(solution.fight, 0)
    assert (solution.offer >= floor[:, [WEAK]] - 1e-12).all()
    assert (solution.offer <= solution.strong[:, None] + 1e-12).all()
    assert (solution.strong >= floor[:, STRONG] - 1e-12).all()
    assert (np.diff(solution.uninformed) <= 1e-12).all()
    assert (np.diff(solution.offer) >= -1e-12).all()
    assert ((solution.p_accept >= 0) & (solution.p_accept <= 1)).all()
    assert (solution.rejected >= solution.beliefs - 1e-12).all()


def test_the_corners_are_complete_information(solution: ScreeningSolution) -> None:
    game, n = solution.problem, len(solution.problem.nodes)
    value = np.zeros((n, 2))
    for row, after in enumerate(game.successor):
        for kind in (WEAK, STRONG):
            then = np.where(after == ENDS, game.end_informed[row, :, kind], value[after, kind])
            value[row, kind] = max(game.p_outcome[row, :, kind] @ then - game.cost_informed[row, kind], 0)
    np.testing.assert_allclose(solution.uninformed[:, [0, -1]], 1 - value, atol=1e-9)
    np.testing.assert_allclose(solution.offer[:, 0], value[:, WEAK], atol=1e-9)
    np.testing.assert_allclose(solution.strong, value[:, STRONG], atol=1e-9)
    assert (solution.p_accept[:, 0] == 1).all()


def test_at_least_as_good_as_contenting_all_and_as_fighting(solution: ScreeningSolution) -> None:
    for node in range(len(solution.problem.nodes)):
        assert (solution.uninformed[node] >= 1 - solution.strong[node] - 1e-12).all()
        for belief in PRIORS[1:]:
            assert value_at(solution, node, belief) >= fighting(solution, node, belief) - 1e-9


def test_no_offer_earns_more(solution: ScreeningSolution) -> None:
    """Regret by definition: against the answer of the informed side to any offer from 0 to 1."""
    worst = -np.inf
    for node in range(len(solution.problem.nodes)):
        # A rejection leaves m where the offer lies within the step of R at m: mixing at the next node makes up the rest.
        reach = np.unique(np.r_[solution.policies[node].rejected, np.linspace(0.005, 1, 200)])
        low, high = (np.array([rejecting(solution, node, m, nudge) for m in reach]) for nudge in (-1e-8, 1e-8))
        high[-1] = np.inf
        fight = np.array([fighting(solution, node, m) for m in reach])
        paid = np.maximum(low, 0)
        for belief in PRIORS:
            possible = (reach >= belief) & (high >= 0)
            payoff = (1 - belief / reach) * (1 - paid) + belief / reach * fight
            worst = max(worst, payoff[possible].max() - value_at(solution, node, belief))
            worst = max(worst, 1 - solution.strong[node] - value_at(solution, node, belief))
    assert worst < 1e-7


def test_the_offers_made_earn_the_value(solution: ScreeningSolution) -> None:
    for node, policy in enumerate(solution.policies):
        for i in np.flatnonzero(~policy.pooled):
            belief, m = (policy.edges[i] + policy.edges[i + 1]) / 2, policy.rejected[i]
            earned = (1 - belief / m) * (1 - policy.offer[i]) + belief / m * fighting(solution, node, m)
            assert earned == pytest.approx(value_at(solution, node, belief), abs=1e-9)


def test_the_weak_type_is_indifferent_where_it_mixes(solution: ScreeningSolution) -> None:
    for node, policy in enumerate(solution.policies):
        for i in np.flatnonzero(~policy.pooled & (policy.rejected < 1 - 1e-9)):
            low, high = (rejecting(solution, node, policy.rejected[i], nudge) for nudge in (-1e-8, 1e-8))
            expected = (1 - policy.mixing[i]) * low + policy.mixing[i] * high
            assert policy.offer[i] == pytest.approx(expected, abs=1e-9)
            assert (policy.mixing[i] > 0) == (low < -1e-12)


def test_the_next_node_is_indifferent_where_it_must_mix(solved: dict[str, ScreeningSolution]) -> None:
    solution = solved["units"]
    mixed = [(n, i) for n, p in enumerate(solution.policies) for i in np.flatnonzero(p.mixing > 0)]
    assert mixed
    for node, i in mixed:
        policy = solution.policies[node]
        for _, after, _, _, then in after_battle(solution.problem, node, policy.rejected[i]):
            edges = solution.policies[after].edges
            at = np.flatnonzero(np.abs(edges[1:-1] - then) < 1e-9)
            for k in at:
                level, slope = solution.policies[after].level, solution.policies[after].slope
                assert level[k] + slope[k] * then == pytest.approx(level[k + 1] + slope[k + 1] * then, abs=1e-9)


def test_values_are_without_jumps(solution: ScreeningSolution) -> None:
    for policy in solution.policies:
        inner = policy.edges[1:-1]
        left = policy.level[:-1] + policy.slope[:-1] * inner
        np.testing.assert_allclose(left, policy.level[1:] + policy.slope[1:] * inner, atol=1e-9)


# --- path of play -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prior", [0.0, 0.02, 0.1, 0.3, 0.55, 0.8, 1.0])
def test_the_path_earns_the_values(solution: ScreeningSolution, prior: float) -> None:
    """Played forward, offers and battles give the uninformed side what backward induction promised, and beliefs keep their mean."""
    game = solution.problem
    course = play(solution, game.nodes[-1], prior)
    earned, mean = 0.0, 0.0
    for turn in course.turns:
        node = game.nodes.index(turn.node)
        accepted, rejected = turn.p_reached * turn.p_accept, turn.p_reached * (1 - turn.p_accept)
        earned += accepted * (1 - turn.offer)
        strong, weak = rejected * turn.rejected, rejected * (1 - turn.rejected)
        earned -= weak * game.cost_uninformed[node, WEAK] + strong * game.cost_uninformed[node, STRONG]
        for o, after in enumerate(game.successor[node]):
            if after == ENDS:
                ended = np.array([weak, strong]) * game.p_outcome[node, o]
                earned += ended @ game.end_uninformed[node, o]
                mean += ended[STRONG]
        if rejected > 0:
            before = turn.p_reached * turn.belief
            mean += before - strong
        else:
            mean += accepted * turn.belief
    assert earned == pytest.approx(course.uninformed, abs=1e-7)
    assert mean == pytest.approx(prior, abs=1e-7)
    assert course.uninformed == pytest.approx(value_at(solution, len(game.nodes) - 1, prior), abs=1e-9)


@pytest.mark.parametrize("prior", [0.01, 0.1, 0.4, 0.7])
def test_beliefs_are_a_martingale(solution: ScreeningSolution, prior: float) -> None:
    for turn in play(solution, solution.problem.nodes[-1], prior).turns:
        accepted = 0.0 if turn.p_accept < 1 - 1e-12 else turn.belief
        after = turn.p_accept * accepted + (1 - turn.p_accept) * turn.rejected
        assert after == pytest.approx(turn.belief, abs=1e-9)


def test_the_course_of_a_war_adds_up(solution: ScreeningSolution) -> None:
    course = play(solution, solution.problem.nodes[-1], 0.25)
    counted = [sum(t.p_reached * (1 - t.p_accept) for t in course.turns if t.battles == k) for k in range(20)]
    assert course.p_next_battle[0] == pytest.approx(counted[0])
    if not solution.problem.end_battles.any():
        assert course.expected_battles == pytest.approx(sum(counted))
    assert 0 <= course.p_agreed <= 1


def test_more_war_where_the_other_side_is_thought_weak() -> None:
    solution = solve_screening(FW)
    war = [play(solution, (3, 3), prior).expected_battles for prior in (0.1, 0.9)]
    assert war[0] > war[1] == 0


def test_a_lost_battle_raises_the_offer_and_a_won_one_lowers_it() -> None:
    turns = play(solve_screening(FW), (2, 2), 0.3).turns
    first = turns[0].offer
    assert min(t.offer for t in turns if t.node == (1, 2)) > first
    assert min(t.offer for t in turns if t.node == (2, 1)) < first


def test_long_wars_stay_small() -> None:
    solution = solve_screening(filson_werner((10, 10), (0.7, 0.4), (0.01, 0.01)), 11)
    assert max(len(policy.offer) for policy in solution.policies) < 100
    assert len(play(solution, (10, 10), 0.3).turns) < 1000


def test_the_tables_read_the_policies(solved: dict[str, ScreeningSolution]) -> None:
    solution = solved["units"]
    fine = solve_screening(FW, 801)
    np.testing.assert_array_equal(fine.uninformed[:, ::2].round(12), solution.uninformed.round(12))
    np.testing.assert_array_equal(fine.cutoff, solution.cutoff)


# --- faults -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: filson_werner((1, 1), (1.2, 0.4), (0.05, 0.05)), "p_outcome: 1.2"),
        (lambda: filson_werner((1, 1), (0.4, 0.7), (0.05, 0.05)), "expected to fall"),
        (lambda: filson_werner((1, 1), (0.4, 0.4), (0.05, 0.05)), "expected to fall"),
        (lambda: filson_werner((1, 1), (0.7, 0.4), (-0.05, 0.05)), "cost: -0.05"),
        (lambda: filson_werner((0, 1), (0.7, 0.4), (0.05, 0.05)), "units_uninformed: 0; expected 1"),
        (lambda: powell_power(0, (0.1, 0.25), (0.25, 0.1), (0.02, 0.02)), "rounds: 0; expected 1"),
        (lambda: powell_power(2, (0.25, 0.1), (0.1, 0.25), (0.02, 0.02)), "expected to rise"),
        (lambda: powell_power(2, (0.0, 0.0), (0.25, 0.1), (0.02, 0.02)), "a_plus_b_weak: 0"),
        (lambda: powell_power(2, (0.1, 0.25), (0.25, 0.1), (0.02, math.nan)), "cost|expected"),
        (lambda: solve_screening(FW, 1), "points: 1; expected 2"),
        (lambda: play(solve_screening(FW, 3), (4, 3), 0.3), "no such node"),
        (lambda: play(solve_screening(FW, 3), (3, 3), 1.3), "prior: 1.3"),
        (lambda: play(solve_screening(FW, 3), (3, 3), math.nan), "prior: nan"),
    ],
)
def test_bad_numbers_are_told_apart(make, words: str) -> None:
    with pytest.raises(QueryError, match=words) as told:
        make()
    for sentence in str(told.value).splitlines():
        assert sentence.count(";") == 2


def test_all_faults_of_a_game_at_once() -> None:
    with pytest.raises(QueryError) as told:
        dataclasses.replace(FW, successor=FW.successor + 9, cost_uninformed=FW.cost_uninformed - 1)
    assert len(str(told.value).splitlines()) == 2


def test_a_fight_creates_nothing() -> None:
    with pytest.raises(QueryError, match="sum to the stake"):
        dataclasses.replace(FW, end_informed=FW.end_informed + 0.5)


def test_types_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(QueryError, match="swap types"):
        solve_screening(dataclasses.replace(FW, p_outcome=FW.p_outcome[:, :, ::-1]), 3)


def test_private_cost_can_be_written_too() -> None:
    """Types that differ in what fighting costs them: battles teach nothing, refusals do."""
    same = np.broadcast_to(np.array([0.5, 0.5])[:, None], (9, 2, 2))
    game = dataclasses.replace(
        FW, p_outcome=same, cost_informed=np.broadcast_to(np.array([0.1, 0.01]), (9, 2)), title="private cost"
    )
    course = play(solve_screening(game, 11), (3, 3), 0.2)
    beliefs = [turn.belief for turn in course.turns if turn.battles == 1]
    assert beliefs == pytest.approx([course.turns[0].rejected] * len(beliefs))
