"""Laws of the war-termination game, on random small games."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

from armistice.core.errors import FaultCollector
from armistice.game.arrays import Method, State
from armistice.game.form import WarGame
from armistice.game.read import game_from_tables
from armistice.game.solve import TOLERANCE, Solution, solve

sys.path.insert(0, str(Path(__file__).parents[1] / "reference"))
from random_games import random_game

Tables = dict[str, Any]
STEPS, HORIZON = 6, 8
# Symmetric, so that a mirrored game can be looked at in the mirrored states; the first is its own mirror image.
STATES = [State(0, (3,))] + [State(t, (x,), y) for t in (0, 3, 6) for x in range(1, STEPS) for y in (-2.0, 0.0, 2.0)]
INSIDE = slice(1, STEPS)


def read(tables: Tables) -> WarGame:
    faults = FaultCollector()
    game = game_from_tables(tables, "random", faults)
    faults.raise_if_any()
    assert game is not None
    return game


def plain_games(number: int, seed: int) -> list[Tables]:
    """Of one regime, with settlements that hold: of the form of the games with everything, so that one program does."""
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(number):
        tables = random_game("plain", rng)
        tables["axis"]["barrier"] = list(rng.normal(0, 0.3, STEPS + 1))
        tables["commitment"] = {"arrival": 0.1, "guarantee": 1.0, "strategic_line": 3}
        out.append(tables | {"regimes": {"transition": [[1, 0], [0, 1]]}})
    return out


def full_games(number: int, seed: int) -> list[Tables]:
    """With everything at once: regimes, barriers, blocks, red lines, a shift of power and a strategic line."""
    rng = np.random.default_rng(seed)
    return [random_game("strategic", rng) | {"regimes": random_game("regimes", rng)["regimes"]} for _ in range(number)]


def solve_all(tables: list[Tables]) -> Solution:
    return solve([read(t) for t in tables], STATES, Method(2000), paths=True, strict=False)


# --- the bargaining range --------------------------------------------------------------------------------------------


def complete_information(tables: Tables, cap: float) -> Tables:
    """The same game between sides that know the same, value land alike, pay for war, and can divide everything."""
    out = copy.deepcopy(tables)
    out["axis"] |= {"value_b": out["axis"]["value_a"], "blocks": []}
    sure = {"mean": out["learning"]["prior_a"]["mean"], "sd": 1e-6}
    out["learning"] |= {"prior_a": sure, "prior_b": sure}
    out["costs"] |= {"a": out["costs"]["a"] + 0.1, "b": out["costs"]["b"] + 0.1}
    out["bargaining"]["transfer_cap"] = cap
    if np.isfinite(cap):
        out["defeat"] = {}
    out["domestic"] = {}
    return out


def test_range_is_never_empty_under_complete_information() -> None:
    tables = plain_games(20, 1)
    # Payments of .5 bridge neighbouring lines, and both ends, unless somebody would pay more than the land to survive.
    solved = solve_all([complete_information(t, cap) for t in tables for cap in (np.inf, 0.5)])
    assert solved.converged
    assert np.all(solved.asked.settle == 1)
    reserve = solved.paths[0][:, :, :, 0, INSIDE]
    assert np.all(reserve.sum(axis=2) < 1)


def test_own_cost_never_raises_own_reservation_value() -> None:
    """A theorem where payments are free; with capped payments and lines far apart it need not hold."""
    cheap, dear = [], []
    for tables in plain_games(40, 2):
        tables["bargaining"] |= {"transfer_cap": np.inf, "surrender": False}
        cheap.append(tables)
        dear.append(copy.deepcopy(tables))
        dear[-1]["costs"]["a"] += 0.7
    solved = solve_all(cheap + dear)
    assert solved.converged
    before, after = np.split(solved.paths[0], 2)
    assert np.all(after[:, :, 0] <= before[:, :, 0] + 1e-10)
    assert np.all(after[:, :, 1] >= before[:, :, 1] - 1e-10), "what weakens one side strengthens the other"
    assert np.all(after[:, :, 0, 0, INSIDE] < before[:, :, 0, 0, INSIDE])


def test_land_that_is_not_worth_one_is_refused() -> None:
    for side in "ab":
        tables = plain_games(1, 3)[0]
        tables["axis"][f"value_{side}"] = [2 * v for v in tables["axis"][f"value_{side}"]]
        faults = FaultCollector()
        assert game_from_tables(tables, "random", faults) is None
        assert [f"value_{side}" in str(fault) for fault in faults.faults] == [True]


# --- mirrors and sums ------------------------------------------------------------------------------------------------


def mirrored(tables: Tables) -> Tables:
    """The same war with the names of the sides exchanged."""
    out = copy.deepcopy(tables)
    axis, commitment, regimes = out["axis"], out["commitment"], out["regimes"]
    axis["start"] = STEPS - axis["start"]
    axis["value_a"], axis["value_b"] = axis["value_b"][::-1], axis["value_a"][::-1]
    axis["barrier"] = [-b for b in axis["barrier"][::-1]]
    axis["blocks"] = [[STEPS - hi, STEPS - lo] for lo, hi in axis["blocks"]]
    for table, names in (
        ("learning", ("prior_a", "prior_b")), ("costs", ("a", "b")), ("defeat", ("a", "b")), ("regimes", ("cost_a", "cost_b")),
        ("domestic", ("red_line_a", "red_line_b")), ("domestic", ("penalty_a", "penalty_b")),
    ):  # fmt: skip
        one, other = names
        out[table][one], out[table][other] = out[table][other], out[table][one]
    for who in ("prior_a", "prior_b", "analyst"):
        out["learning"][who] = {**out["learning"][who], "mean": -out["learning"][who]["mean"]}
    out["bargaining"]["proposer_a"] = 1 - out["bargaining"]["proposer_a"]
    commitment["shift"] = -commitment["shift"]
    commitment["strategic_line"] = STEPS - commitment["strategic_line"]
    regimes["drift"] = [-d for d in regimes["drift"]]
    return out


FULL = 80


@pytest.fixture(scope="module")
def full() -> Solution:
    """Games with everything at once, and then their mirror images."""
    tables = full_games(FULL, 4)
    return solve_all(tables + [mirrored(t) for t in tables])


def test_swapping_the_sides_swaps_the_answer(full: Solution) -> None:
    calm = np.flatnonzero((full.error[:FULL] < TOLERANCE) & (full.error[FULL:] < TOLERANCE))
    assert len(calm) > FULL / 2
    swapped = [STATES.index(State(s.month, (STEPS - s.steps[0],), -s.statistic, s.regime)) for s in STATES]
    for part in ("reserve", "value", "settle"):
        one, other = getattr(full.asked, part)[calm], getattr(full.asked, part)[FULL + calm][:, swapped]
        assert np.abs(one - (other if part == "settle" else other[..., ::-1])).max() < 1e-9, part
    assert 0.05 < full.asked.settle[calm].mean() < 0.95
    assert np.abs(full.ahead.settled[calm] - full.ahead.settled[FULL + calm]).max() < 1e-9
    assert np.abs(full.ahead.victory[calm] - full.ahead.victory[FULL + calm][..., ::-1]).max() < 1e-9
    assert np.abs(full.ahead.ongoing[calm] - full.ahead.ongoing[FULL + calm]).max() < 1e-9


def test_what_lies_ahead_sums_to_one_and_only_grows(full: Solution) -> None:
    ahead = full.ahead
    assert np.abs(ahead.settled + ahead.victory.sum(-1) + ahead.ongoing - 1).max() < 1e-12
    for part in (ahead.settled, ahead.lines, ahead.shares, ahead.victory, -ahead.ongoing):
        assert np.diff(part, axis=1).min() > -1e-14
    assert np.abs(ahead.lines.sum(-1) - ahead.settled).max() < 1e-12
    assert np.abs(ahead.shares.sum(-1) - ahead.settled).max() < 1e-12


def test_war_without_terms_ends_as_chance_has_it() -> None:
    """Victories ahead, against the front carried forward by hand for each drift that the analyst thinks possible."""
    tables = full_games(4, 5)
    for t in tables:
        t["axis"]["blocks"] = [[0, STEPS]]
        t["bargaining"]["surrender"] = False
    solved = solve_all(tables)
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    for n, t in enumerate(tables):
        learning, regimes = t["learning"], t["regimes"]
        victory = np.zeros((HORIZON, 2))
        for node, weight in zip(nodes, weights / weights.sum(), strict=True):
            drift = learning["analyst"]["mean"] + node * learning["analyst"]["sd"]
            at = np.zeros((2, STEPS + 1))
            at[0, 3] = weight
            for month in range(HORIZON):
                victory[month] += at[:, STEPS].sum(), at[:, 0].sum()
                after = at * np.isin(np.arange(STEPS + 1), (0, STEPS))
                for g in (0, 1):
                    for x in range(1, STEPS):
                        below = ndtr(
                            (np.array([-0.5, 0.5]) - drift - t["axis"]["barrier"][x] - regimes["drift"][g])
                            / learning["sigma"]
                        )
                        for step, p in zip((-1, 0, 1), np.diff([0, *below, 1]), strict=True):
                            after[:, x + step] += at[g, x] * p * np.array(regimes["transition"][g])
                at = after
        assert solved.ahead.settled[n, -1] == 0
        assert solved.ahead.victory[n] == pytest.approx(victory, abs=2e-4), "fifteen points for a normal belief"


# --- regret ----------------------------------------------------------------------------------------------------------


def fought(tables: Tables, y: np.ndarray, month: int, after: np.ndarray) -> np.ndarray:
    """What fighting on is worth to each side, [side, position, statistic], from next month's values."""
    learning, costs, delta = tables["learning"], tables["costs"], tables["time"]["discount"]
    held = np.concatenate([[0], np.cumsum(tables["axis"]["value_a"])])
    left = np.concatenate([np.cumsum(tables["axis"]["value_b"][::-1])[::-1], [0]])
    barrier = tables["axis"]["barrier"]
    out = np.zeros((2, STEPS + 1, len(y)))
    for side, (name, land) in enumerate((("a", held), ("b", left))):
        prior = learning[f"prior_{name}"]
        precision = 1 / prior["sd"] ** 2 + month / learning["sigma"] ** 2
        mean = (prior["mean"] / prior["sd"] ** 2 + y / learning["sigma"] ** 2) / precision
        spread = np.sqrt(1 / precision + learning["sigma"] ** 2)
        for x in range(1, STEPS):
            below = ndtr((np.array([[-0.5], [0.5]]) - mean - barrier[x]) / spread)
            chance = np.diff(np.concatenate([0 * below[:1], below, 0 * below[:1] + 1]), axis=0)
            surprised = [np.interp(y + d - barrier[x], y, after[side, x + d]) for d in (-1, 0, 1)]
            expected = sum(p * value for p, value in zip(chance, surprised, strict=True))
            flow = costs["land_flow"] * land[x] - costs[name] * (1 + costs["growth"] * month)
            out[side, x] = (1 - delta) * flow + delta * expected
    return out


def offers(tables: Tables) -> list[tuple[float, float]]:
    """What every term gives to both sides, with every payment of a fine grid."""
    axis, domestic, defeat = tables["axis"], tables["domestic"], tables["defeat"]
    out = []
    for x in range(1, STEPS):
        if any(lo < x < hi for lo, hi in axis["blocks"]):
            continue
        share = sum(axis["value_a"][:x]), sum(axis["value_b"][x:])
        worth = [
            u - domestic[f"penalty_{s}"] * (u < domestic[f"red_line_{s}"]) for u, s in zip(share, "ab", strict=True)
        ]
        cap = tables["bargaining"]["transfer_cap"]
        out += [(worth[0] - payment, worth[1] + payment) for payment in np.linspace(-cap, cap, 41)]
    if tables["bargaining"]["surrender"]:
        out += [(-defeat["a"], 1.0), (1.0, -defeat["b"])]
    return out


def test_nobody_regrets() -> None:
    """No proposer gains by another offer, no answerer by another answer; checked from next month's values."""
    games = plain_games(30, 6)
    for n, tables in enumerate(games):
        tables["bargaining"]["proposer_a"] = n % 2  # one side always proposes, so that its value is that of its offers
    solved = solve_all(games)
    y = np.linspace(-4, 4, 17)
    calm = [n for n in range(len(games)) if solved.error[n] < TOLERANCE]
    assert len(calm) >= 20
    peace = 0
    for n in calm:
        proposer = 0 if games[n]["bargaining"]["proposer_a"] else 1
        terms = np.array(offers(games[n]))[:, :, None, None, None]
        reserve, value = (path[n][:-1, :, 0, INSIDE].swapaxes(0, 1) for path in solved.paths)
        again = [fought(games[n], y, t, solved.paths[1][n][t + 1, :, 0])[:, INSIDE] for t in range(HORIZON - 1)]
        assert np.abs(np.stack(again, 1) - reserve).max() < 1e-12
        own, other = terms[:, proposer], terms[:, 1 - proposer]
        deviation = np.where(other >= reserve[1 - proposer], own, -np.inf).max(axis=0)
        regret = np.maximum(deviation, reserve[proposer]) - value[proposer]
        assert regret.max() < 1e-9
        assert (reserve[1 - proposer] - value[1 - proposer]).max() < 1e-9
        settled = np.abs(value - reserve).max(axis=0) > 1e-9
        # Where they settle, it is on something that is on offer: on the segment that payments draw through a term.
        distance = np.abs(terms - value[None]).max(axis=1).min(axis=0)
        assert distance[settled].max(initial=0) <= games[n]["bargaining"]["transfer_cap"] / 40 + 1e-12
        peace += settled.mean() / len(calm)
    assert 0.1 < peace < 0.9


# --- same game, same numbers -----------------------------------------------------------------------------------------


def test_same_game_same_bytes_whatever_its_neighbours() -> None:
    tables = plain_games(5, 7)
    first, again, backwards = solve_all(tables), solve_all(tables), solve_all(tables[::-1])
    alone = [solve_all([t]) for t in tables]
    for part in ("reserve", "value", "settle", "worth"):
        numbers = getattr(first.asked, part)
        assert numbers.tobytes() == getattr(again.asked, part).tobytes()
        assert np.abs(numbers - getattr(backwards.asked, part)[::-1]).max() < 1e-14
        assert np.abs(numbers - np.concatenate([getattr(s.asked, part) for s in alone])).max() < 1e-14
    assert first.paths[1].tobytes() == again.paths[1].tobytes()


@pytest.mark.slow
def test_acceleration_changes_no_number(full: Solution) -> None:
    slow = solve(full.games[:FULL], STATES, Method(accelerate=False), months=0, strict=False)
    calm = np.flatnonzero((slow.error < TOLERANCE) & (full.error[:FULL] < TOLERANCE))
    assert len(calm) >= 60
    for part in ("reserve", "value"):
        assert np.abs(getattr(slow.asked, part)[calm] - getattr(full.asked, part)[calm]).max() < 1e-9, part
    assert np.any(full.sweeps[calm] < slow.sweeps[calm] / 2)


@pytest.mark.slow
def test_numbers_do_not_depend_on_horizon_and_grid() -> None:
    found = {}
    for horizon, points in ((72, 25), (72, 49), (72, 97), (144, 49)):
        tables = {
            "axis": {"steps": 20, "start": 10},
            "learning": {"sigma": 0.8, "prior_a": {"mean": 0.15, "sd": 0.3}, "prior_b": {"mean": -0.15, "sd": 0.3}},
            "costs": {"a": 1.0, "b": 1.0},
            "time": {"horizon": horizon},
            "grid": {"statistic_points": points},
        }
        states = [State(0, (10,)), State(12, (10,))]
        found[horizon, points] = solve(read(tables), states, months=0).asked.reserve[0, :, 0]
    assert found[72, 25] == pytest.approx(found[72, 97], abs=1e-4)
    assert found[72, 49] == pytest.approx(found[72, 97], abs=1e-4)
    assert found[72, 49] == pytest.approx(found[144, 49], abs=0.001)
    assert found[72, 49][1] == pytest.approx(0.5014, abs=0.0005)
