"""What a solution says at a state, against brute force over terms and payments."""

from __future__ import annotations

import copy
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from armistice.core.endings import OPEN
from armistice.game.arrays import State
from armistice.game.solve import Solution, solve
from armistice.game.terms import (
    acceptable_lines,
    equilibrium_of,
    gap_of,
    outlook_of,
    p_settled_within,
    range_of,
    regret_of,
    settlements,
    total_gap,
)

sys.path.insert(0, str(Path(__file__).parents[1] / "reference"))
from small_games import HORIZON, STATES, STEPS, plain, small_games, with_lots

NUMBER = 60


@pytest.fixture(scope="module")
def found() -> Solution:
    """Games with everything; a third of them pay freely."""
    games = small_games(NUMBER, 1)
    games = [g.with_numbers({"bargaining.transfer_cap": np.inf}) if n % 3 == 0 else g for n, g in enumerate(games)]
    return solve(games, STATES)


# --- the gap ---------------------------------------------------------------------------------------------------------


def outside_payment(need: np.ndarray, cap: float) -> float:
    """Least outside payment for one term [2]: by trying every payment between the sides, of a fine grid."""
    most = min(cap, 3.0)
    payment = np.concatenate([np.linspace(-most, most, 4001), np.clip([need[0], -need[1]], -most, most)])
    to_a, to_b = need[0] - payment, need[1] + payment  # what is still missing, if B pays A
    return float((np.maximum(to_a, 0) + np.maximum(to_b, 0)).min())


def test_the_gap_is_the_least_outside_payment(found: Solution) -> None:
    gap, need = gap_of(found), found.asked.reserve[..., None] - found.asked.worth
    rng = np.random.default_rng(0)
    some = [(n, int(q)) for n in range(NUMBER) for q in rng.choice(len(STATES), 6, replace=False)]
    for n, q in some:
        caps = found.draws.cap[n]
        best = min(outside_payment(need[n, q, :, k], cap) for k, cap in enumerate(caps) if cap > -np.inf)
        assert gap[n, q] == pytest.approx(best, abs=1e-9)


def test_there_is_no_gap_exactly_where_they_settle(found: Solution) -> None:
    gap, settle = gap_of(found), found.asked.settle > 0.5
    assert np.all(gap >= 0)
    assert np.array_equal(gap < OPEN, settle)
    assert 0.05 < settle.mean() < 0.95
    assert not np.any((gap > 1e-11) & settle)


def test_free_payments_leave_the_total_gap(found: Solution) -> None:
    free = np.arange(NUMBER) % 3 == 0
    gap, total = gap_of(found), total_gap(found)
    # A surrender goes without payments, so that free payments do not reach every term.
    assert np.all(gap >= np.maximum(total, 0) - 1e-12)
    dry = np.array([not g.bargaining.surrender for g in found.games])
    assert np.abs(gap - np.maximum(total, 0))[free & dry].max() < 1e-12


@pytest.fixture(scope="module")
def drawn() -> Solution:
    """The same with lots; a third of them pay freely, and a third cannot surrender."""
    games = with_lots(small_games(30, 2))
    caps = [0.0, 0.05, np.inf]
    games = [g.with_numbers({"bargaining.transfer_cap": caps[n % 3]}) for n, g in enumerate(games)]
    games[-10:] = [replace(g, bargaining=replace(g.bargaining, surrender=False)) for g in games[-10:]]
    return solve(games, STATES)


def test_the_gap_with_lots_is_least_over_their_odds(drawn: Solution) -> None:
    gap, need = gap_of(drawn), drawn.asked.reserve[..., None] - drawn.asked.worth
    assert len(drawn.shape.pairs) == 4
    odds = np.linspace(0, 1, 2001)
    below = 0
    for n in range(len(drawn.games)):
        caps = drawn.draws.cap[n]
        for q in range(0, len(STATES), 4):
            pure = min(outside_payment(need[n, q, :, k], c) for k, c in enumerate(caps) if c > -np.inf)
            lots = [np.inf]
            for lo, hi in drawn.shape.pairs:
                least = min(caps[lo], caps[hi])
                a, b = (need[n, q, i, lo] + odds * (need[n, q, i, hi] - need[n, q, i, lo]) for i in (0, 1))
                if least > -np.inf:
                    short = [a + b, 0 * a] + ([a - least, b - least] if np.isfinite(least) else [])
                    lots.append(float(np.max(short, axis=0).min()))
            assert gap[n, q] <= min(pure, *lots) + 1e-9
            assert gap[n, q] == pytest.approx(min(pure, *lots), abs=1e-3)
            below += min(lots) < pure - 1e-3
    assert below > 10
    assert np.array_equal(gap < OPEN, drawn.asked.settle > 0.5)


def test_lots_that_are_drawn_lie_between_two_ends(drawn: Solution) -> None:
    share, line = settlements(drawn)
    settled = drawn.asked.settle > 0.5
    odds = drawn.asked.chosen.odds
    assert np.all((odds >= 0) & (odds <= 1))
    assert np.any((odds > 0.01) & (odds < 0.99) & settled[:, None])
    assert np.all(np.isfinite(share[settled]) & (line[settled] >= 0) & (line[settled] <= STEPS))
    assert np.all(np.isnan(share[~settled]) & np.isnan(line[~settled]))


# --- lines -----------------------------------------------------------------------------------------------------------


def test_acceptable_lines_by_trying_every_line(found: Solution) -> None:
    least, most = acceptable_lines(found)
    cap, worth, reserve = found.draws.cap, found.asked.worth, found.asked.reserve
    seen = 0
    for n in range(NUMBER):
        for q in range(0, len(STATES), 5):
            takes = [
                [
                    int(found.layout.at[found.layout.landing[k], 0])
                    for k in range(STEPS - 1)
                    if cap[n, k] > -np.inf and worth[n, q, i, k] + cap[n, k] >= reserve[n, q, i] - 1e-12
                ]
                for i in (0, 1)
            ]
            assert least[n, q] == min(takes[0]) if takes[0] else np.isnan(least[n, q])
            assert most[n, q] == max(takes[1]) if takes[1] else np.isnan(most[n, q])
            seen += len(takes[0]) > 0
    assert seen > 100


def test_the_range_along_states_repeats_what_stands_there(found: Solution) -> None:
    row = range_of(found, "steps", np.arange(5), 3)
    assert row.along == "steps"
    assert np.array_equal(row.gap, gap_of(found)[:, 3:8])
    assert np.array_equal(row.reservation_b, found.asked.reserve[:, 3:8, 1])
    value = np.concatenate([[0], np.cumsum(found.games[0].axes[0].value_a)])
    assert row.held_a == pytest.approx([value[s.steps[0]] for s in STATES[3:8]])
    assert np.array_equal(row.settles, row.gap < OPEN)


# --- settlements -----------------------------------------------------------------------------------------------------


def test_free_payments_share_what_war_would_waste() -> None:
    games = [plain(g).with_numbers({"bargaining.transfer_cap": np.inf}) for g in small_games(20, 3)]
    found = solve([g for game in games for g in (game, game.at_common_prior())], STATES)
    share, line = settlements(found)
    settled = found.asked.settle > 0.5
    reserve = found.asked.reserve
    assert settled.mean() > 0.3
    for lam, shares, kept, ok in zip(
        [g.bargaining.proposer_a for g in found.games], share, reserve, settled, strict=True
    ):
        low, high = kept[ok, 0], 1 - kept[ok, 1]
        # A surrender needs no payment, and only then may the sides have more or less than the whole between them.
        inside = (shares[ok] >= low - 1e-9) & (shares[ok] <= high + 1e-9)
        assert np.mean(inside) > 0.9
        even = np.abs(shares[ok] - (lam * high + (1 - lam) * low)) < 1e-9
        assert np.mean(even) > 0.9
    assert np.all(np.isnan(line[~settled]))


def test_a_record_holds_the_solution_at_its_state(found: Solution) -> None:
    at = equilibrium_of(found, 4)
    share, line = settlements(found)
    assert at.converged
    assert at.status == found.status
    assert at.reservation_a.tobytes() == found.asked.reserve[:, 4, 0].tobytes()
    assert at.value_b.tobytes() == found.asked.value[:, 4, 1].tobytes()
    assert np.array_equal(at.settles, gap_of(found)[:, 4] < OPEN)
    assert np.array_equal(at.net_share_a, share[:, 4], equal_nan=True)
    assert np.array_equal(at.line, line[:, 4], equal_nan=True)
    assert at.regret.max() < 1e-9
    assert at.net_share_a.shape == (NUMBER,)


# --- regret ----------------------------------------------------------------------------------------------------------


def test_nobody_regrets_and_a_planted_fault_is_found(found: Solution) -> None:
    regret = regret_of(found)
    assert 0 <= regret.min() <= regret.max() < 1e-9
    settled = found.asked.settle > 0.5
    for part, wrong in (
        ("best", found.asked.best - 0.01),
        ("answer", np.where(settled[..., None], found.asked.reserve - 0.01, found.asked.answer)),
    ):
        spoiled = replace(found, asked=found.asked._replace(**{part: wrong}))
        assert regret_of(spoiled)[settled].min() == pytest.approx(0.01, abs=1e-9), part
    war = replace(found, asked=found.asked._replace(opens=np.zeros_like(found.asked.opens)))
    gain = regret_of(war)[settled]
    assert gain.max() > 0.01
    assert np.mean(gain > 0) > 0.9, "where they could settle and do not, somebody gains by asking"


# --- what lies ahead -------------------------------------------------------------------------------------------------


def test_what_lies_ahead_sums_to_one_and_ends_at_the_horizon(found: Solution) -> None:
    ahead = outlook_of(found)
    assert ahead.months.tolist() == list(range(HORIZON))
    total = ahead.p_settlement + ahead.p_victory_a + ahead.p_victory_b + ahead.p_ongoing
    assert np.abs(total - 1).max() < 1e-12
    assert np.abs(ahead.p_line.sum(2) - ahead.p_settlement).max() < 1e-12
    assert np.abs(ahead.p_net_share.sum(2) - ahead.p_settlement).max() < 1e-12
    assert np.array_equal(np.isnan(ahead.expected_share_a), ahead.p_settlement <= 1e-15)
    settles = gap_of(found)[:, 0] < OPEN
    assert np.all(
        ahead.p_settlement[settles, 0] + ahead.p_victory_a[settles, 0] + ahead.p_victory_b[settles, 0] > 1 - 1e-9
    )
    assert np.all(ahead.p_settlement[~settles, 0] == 0)
    assert np.abs(ahead.expected_months - ahead.p_ongoing.sum(1)).max() < 1e-12
    for months, last in ((0, 0), (5, 5), (HORIZON - 1, HORIZON - 1), (600, HORIZON - 1)):
        part = outlook_of(found, months)
        assert part.months[-1] == last
        assert np.array_equal(part.p_ongoing, ahead.p_ongoing[:, : last + 1])
        assert np.array_equal(part.expected_months, ahead.expected_months)
        assert np.array_equal(p_settled_within(found, months), ahead.p_settlement[:, last])


def test_land_at_an_end_that_cannot_be_split_spoils_no_share() -> None:
    games = [replace(g, axes=(replace(g.axes[0], blocks=((0, 3),)),)) for g in small_games(12, 1)]
    found = solve(games, STATES)
    ahead = outlook_of(found)
    assert np.array_equal(np.isnan(ahead.expected_share_a), ahead.p_settlement <= 1e-15)
    share, _ = settlements(found)
    assert np.array_equal(np.isnan(share), found.asked.settle < 0.5)


def test_a_look_ahead_may_start_later() -> None:
    games = small_games(12, 4)
    states = copy.copy(STATES)
    states[0] = State(5, (3,), 1.0, 0)
    found = solve(games, states)
    ahead = outlook_of(found)
    assert ahead.months.tolist() == list(range(HORIZON - 5))
    total = ahead.p_settlement + ahead.p_victory_a + ahead.p_victory_b + ahead.p_ongoing
    assert np.abs(total - 1).max() < 1e-12
    settles = found.asked.settle[:, 0] > 0.5
    over = 1 - ahead.p_ongoing[:, 0]
    assert np.all(over[settles] > 1 - 1e-12)
    assert np.all(over[~settles] == 0)
    assert np.all(ahead.expected_months <= HORIZON - 5)
    assert np.all(ahead.expected_months[~settles] >= 1 - 1e-12)
    assert outlook_of(found, 3).months.tolist() == [0, 1, 2, 3]
