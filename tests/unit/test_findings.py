"""What published models say of a war: the reduction to a lottery, and the conditions on draws of a game."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from armistice.findings import findings_of
from armistice.game.form import Belief, Commitment, Costs, Defeat, Domestic, Front, Learning, Time, WarGame
from armistice.theory import MODELS, solve

STEPS, START = 10, 4
EVEN = (1 / STEPS,) * STEPS


def game(
    mean_a: float = 0.3, mean_b: float = 0.1, analyst: float = 0.2, blocks: tuple[tuple[int, int], ...] = ((6, 9),), **more: object
) -> WarGame:  # fmt: skip
    beliefs = (Belief((m,), (0.2,)) for m in (mean_a, mean_b, analyst))
    base = WarGame(
        (Front(STEPS, START, EVEN, EVEN, (0.0,) * (STEPS + 1), blocks),), Learning(*beliefs, sigma=0.7),
        time=Time(0.99, 96), costs=Costs(0.5, 0.8), defeat=Defeat(0.2, 0.3), domestic=Domestic(0.5, 0.6, 0.2, 0.1),
        commitment=Commitment(0.05, 0.5, 0.3, 0.0),
    )  # fmt: skip
    return replace(base, **more)


def simulated(g: WarGame, mean: float, runs: int = 4000, seed: int = 3) -> tuple[float, float, float]:
    """Discounted share of side A and costs of both, month by month, with a drawn month of movement."""
    rng = np.random.default_rng(seed)
    spread, delta, last = math.hypot(0.2, 0.7), g.time.discount, STEPS
    position, share, costs = np.full(runs, START), np.zeros(runs), np.zeros((2, runs))
    weight, live = 1.0, np.ones(runs, bool)
    for _ in range(3000):
        held = position / last
        share += np.where(live, weight * (1 - delta) * held, 0.0)
        for n, k in enumerate((g.costs.a, g.costs.b)):
            costs[n] += np.where(live, weight * (1 - delta) * k, 0.0)
        moved = np.clip(np.rint(rng.normal(mean, spread, runs)), -2, 2).astype(int)
        weight *= delta
        position = np.where(live, np.clip(position + moved, 0, last), position)
        ended = live & ((position == 0) | (position == last))
        share += np.where(ended & (position == last), weight, 0.0)
        costs[0] += np.where(ended & (position == 0), weight * g.defeat.a, 0.0)
        costs[1] += np.where(ended & (position == last), weight * g.defeat.b, 0.0)
        live &= ~ended
        if not live.any():
            break
    return float(share.mean()), float(costs[0].mean()), float(costs[1].mean())


def test_the_lottery_is_what_a_simulated_war_to_the_finish_brings() -> None:
    g = game()
    inputs = findings_of([g])[0].solution.inputs
    share, cost_a, cost_b = simulated(g, 0.2)
    assert inputs["p"][0] == pytest.approx(share, abs=0.01)
    assert inputs["c_a"][0] == pytest.approx(cost_a, abs=0.01)
    assert inputs["c_b"][0] == pytest.approx(cost_b, abs=0.01)


def test_each_finding_is_its_model_solved_on_every_draw() -> None:
    games = [game(mean_b=m) for m in (0.3, 0.0, -0.6)]
    for finding in findings_of(games):
        model = MODELS[finding.solution.name]
        assert set(finding.numbers) <= {i.name for i in model.inputs}
        assert finding.holds.shape == (3,)
        for n in range(3):
            alone = solve(model.name, **{k: float(np.asarray(finding.solution.inputs[k])[n]) for k in finding.numbers})
            for output in model.outputs:
                assert np.asarray(finding.solution[output.name])[n] == pytest.approx(alone[output.name])


def held(games: list[WarGame], name: str) -> list[bool]:
    return next(f.holds.tolist() for f in findings_of(games) if f.solution.name == name)


def test_disagreement_empties_the_range_only_where_beliefs_lie_far_apart() -> None:
    assert held([game(0.3, 0.3), game(0.6, -0.6)], "fearon1995.disagreement") == [False, True]


def test_a_deal_is_always_there_with_costs() -> None:
    assert held([game(m, -m) for m in (0.1, 0.5)], "fearon1995.range") == [True, True]


def test_a_large_shift_that_comes_soon_is_a_reason_to_fight_and_a_guarantee_takes_it_away() -> None:
    cheap = Costs(0.02, 0.02)
    shift = [Commitment(0.9, 1.5, guarantee, 0.0) for guarantee in (0.0, 1.0)]
    games = [game(mean_b=-0.3, costs=cheap, defeat=Defeat(), commitment=c) for c in shift]
    assert held(games, "powell2006.preventive") == [True, False]


def test_swapping_the_sides_swaps_the_lottery() -> None:
    g = game(analyst=0.25)
    turned = game(analyst=-0.25, costs=Costs(0.8, 0.5), defeat=Defeat(0.3, 0.2))
    turned = replace(turned, axes=(replace(turned.axes[0], start=STEPS - START),))
    one, other = (findings_of([x])[0].solution.inputs for x in (g, turned))
    assert one["p"][0] == pytest.approx(1 - other["p"][0])
    assert one["c_a"][0] == pytest.approx(other["c_b"][0])


def test_without_land_that_cannot_be_split_the_question_is_not_asked() -> None:
    names = [f.solution.name for f in findings_of([game(blocks=())])]
    assert "fearon1995.indivisible" not in names
    assert names.count("goemans2000") == 2
