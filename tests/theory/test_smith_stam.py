"""Smith and Stam 2004: reference answers, two independent ways to each, and the laws of learning by fighting."""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from armistice.core.errors import QueryError
from armistice.core.model import Solution
from armistice.theory.models import solve_model
from armistice.theory.smith_stam import MODELS
from models_table import check_own_rows, element

BY_NAME = {model.name: model for model in MODELS}
GAME, LAW = "smith_stam2004", "smith_stam2004.duration"


def solved(model: str, /, **inputs: Any) -> Solution:
    return solve_model(BY_NAME[model], inputs)


# --- second ways --------------------------------------------------------------------------------------------------


def stage_games(
    n: int, start: int, priors: tuple[Any, Any], costs: tuple[float, float], first: float
) -> Callable[[int, int], tuple[float, float, float, float, bool]]:
    """The tree of counted victories and defeats, cut after 90 battles, when hardly a war on a short line goes on.

    At each node the answer to an offer is worked out: the proposer takes all but what the other would fight for, if that
    is better for it than to fight.
    """

    @functools.cache
    def node(wins: int, losses: int) -> tuple[float, float, float, float, bool]:
        line = start + wins - losses
        if line in (0, n):
            won = float(line == n)
            return won, 1 - won, won, 1 - won, False
        if wins + losses == 90:
            return 0.5, 0.5, 0.5, 0.5, False
        up, down = node(wins + 1, losses), node(wins, losses + 1)
        fight = []
        for side, (a, b) in enumerate(priors):
            mean = (a + wins) / (a + wins + b + losses)
            fight.append(mean * up[2 + side] + (1 - mean) * down[2 + side] - costs[side])
        by_a = (1 - fight[1], fight[1]) if 1 - fight[1] >= fight[0] - 1e-12 else tuple(fight)
        by_b = (fight[0], 1 - fight[0]) if 1 - fight[0] >= fight[1] - 1e-12 else tuple(fight)
        worth = [first * x + (1 - first) * y for x, y in zip(by_a, by_b, strict=True)]
        return fight[0], fight[1], worth[0], worth[1], abs(sum(worth) - 1) < 1e-9 and sum(fight) <= 1 + 1e-12

    return node


def ruin(n: int, x: int, p: float) -> tuple[float, float]:
    """The closed form of the gambler's ruin: chance of victory, expected battles."""
    if abs(p - 0.5) < 1e-5:
        return x / n, x * (n - x)
    if p < 0.5:
        other, battles = ruin(n, n - x, 1 - p)
        return 1 - other, battles
    r = (1 - p) / p
    won = (1 - r**x) / (1 - r**n)
    return won, (x - n * won) / (1 - 2 * p)


def averaged(n: int, x: int, a: float, b: float) -> tuple[float, float]:
    """The same under a Beta belief, by adaptive quadrature."""
    belief = stats.beta(a, b)

    def mean(part: int) -> float:
        whole = lambda p: ruin(n, x, p)[part] * belief.pdf(p)  # noqa: E731
        return integrate.quad(whole, 0, 1, points=[0.5], epsabs=1e-12, epsrel=1e-12, limit=400)[0]

    return mean(0), mean(1)


def by_tree(
    n: int,
    start: int,
    a_A: float,
    b_A: float,
    a_B: float,
    b_B: float,
    k: float,
    k_b: float | None = None,
    **odds: float,
) -> dict[str, Any]:
    first, other = odds["lambda"], k if k_b is None else k_b
    fight_a, fight_b, worth_a, worth_b, settles = stage_games(n, start, ((a_A, b_A), (a_B, b_B)), (k, other), first)(
        0, 0
    )
    (won_a, long_a), (won_b, long_b) = averaged(n, start, a_A, b_A), averaged(n, start, a_B, b_B)
    return {
        "reservation_a": fight_a, "reservation_b": fight_b, "surplus": 1 - fight_a - fight_b, "settles": settles,
        "value_a": worth_a, "value_b": worth_b, "fight_a": won_a - k * long_a, "fight_b": 1 - won_b - other * long_b,
        "p_victory_prior_mean": won_a, "p_victory_prior_mean_b": won_b, "expected_battles": long_a,
        "expected_battles_b": long_b,
    }  # fmt: skip


def by_sequences(
    n: int, start: int, a_A: float, b_A: float, a_B: float, b_B: float, k: float, p: float, battles: int,
    k_b: float | None = None, **odds: float,
) -> dict[str, Any]:  # fmt: skip
    """Every sequence of so many outcomes, each read until the war ends."""
    other = k if k_b is None else k_b
    node = stage_games(n, start, ((a_A, b_A), (a_B, b_B)), (k, other), odds["lambda"])
    settled, victory, fought, open_ = np.zeros(battles + 1), np.zeros(2), 0.0, 0.0
    for path in itertools.product((1, 0), repeat=battles):
        chance = np.prod([p if won else 1 - p for won in path])
        for m in range(battles + 1):
            wins = sum(path[:m])
            line = start + 2 * wins - m
            if line in (0, n):
                victory[int(line == 0)] += chance
                break
            if node(wins, m - wins)[4]:
                settled[m] += chance
                break
        else:
            open_ += chance
        fought += chance * m
    return {
        "p_settle_by": np.cumsum(settled), "p_victory_a": victory[0], "p_victory_b": victory[1],
        "p_still_fighting": open_, "battles_fought": fought,
    }  # fmt: skip


SECOND = {GAME: by_tree, LAW: by_sequences}


@functools.cache
def first(model: str, inputs: str) -> Solution:
    return solved(model, **json.loads(inputs))


def second(model: str, inputs: dict[str, Any], output: str) -> Any:
    return element(SECOND[model](**inputs), output)


# --- reference answers --------------------------------------------------------------------------------------------


def test_own_rows_of_the_table_come_from_a_second_way() -> None:
    check_own_rows(BY_NAME, second)


# --- many more inputs ---------------------------------------------------------------------------------------------


def beliefs(draw: np.random.Generator) -> dict[str, float]:
    return {name: float(draw.uniform(0.3, 8)) for name in ("a_A", "b_A", "a_B", "b_B")}


def test_against_the_tree() -> None:
    draw, seen = np.random.default_rng(4), set()
    for _ in range(10):
        n = int(draw.integers(2, 5))
        inputs = beliefs(draw) | {
            "n": n, "start": int(draw.integers(1, n)), "k": float(draw.choice([0.0, 0.02, 0.1])),
            "k_b": float(draw.uniform(0, 0.1)), "lambda": float(draw.choice([0.0, 0.3, 1.0])),
        }  # fmt: skip
        found, other = solved(GAME, **inputs), by_tree(**inputs)
        for name, value in other.items():
            assert found[name] == pytest.approx(value, abs=1e-7), name
        seen.add(found["settles"])
    assert seen == {True, False}


def test_the_law_of_duration_against_every_sequence() -> None:
    draw = np.random.default_rng(5)
    for _ in range(6):
        n = int(draw.integers(2, 5))
        inputs = beliefs(draw) | {
            "n": n, "start": int(draw.integers(1, n)), "k": 0.02, "lambda": float(draw.uniform()),
            "p": float(draw.choice([0.0, 0.3, 0.5, 1.0])), "battles": int(draw.integers(0, 9)),
        }  # fmt: skip
        found, other = solved(LAW, **inputs), by_sequences(**inputs)
        for name, value in other.items():
            np.testing.assert_allclose(found[name], value, atol=1e-12)


def test_the_law_of_duration_against_simulated_wars() -> None:
    """Wars of the worked example drawn with the true p, stopped where the table says that they settle."""
    found, draw, wars = solved(LAW, p=0.55, k=0.02), np.random.default_rng(6), 20_000
    steps = np.where(draw.random((wars, 15)) < 0.55, 1, -1)
    line = 5 + np.concatenate([np.zeros((wars, 1), int), np.cumsum(steps, axis=1)], axis=1)
    ends = np.isin(line, (0, 10)) | found["settles"][np.arange(16), np.clip(line, 0, 10)]
    last = np.where(ends.any(axis=1), ends.argmax(axis=1), 15)
    at = line[np.arange(wars), last]
    stopped = ends.any(axis=1)
    settled = stopped & ~np.isin(at, (0, 10))
    for m in (4, 8, 15):
        assert found["p_settle_by"][m] == pytest.approx((settled & (last <= m)).mean(), abs=0.015)
    assert found["p_victory_a"] == pytest.approx((stopped & (at == 10)).mean(), abs=0.01)
    assert found["battles_fought"] == pytest.approx(last.mean(), abs=0.1)


@pytest.mark.parametrize(("a", "b"), [(0.01, 0.01), (0.01, 50), (30, 2), (1e6, 1e6), (1, 1e6)])
@pytest.mark.parametrize(("n", "x"), [(2, 1), (14, 9)])
def test_beliefs_of_any_shape(a: float, b: float, n: int, x: int) -> None:
    """Averages over quantiles by plain midpoints: coarse, but blind to the shape of the density."""
    found = solved(GAME, n=n, start=x, a_A=a, b_A=b, a_B=a, b_B=b)
    points = stats.beta(a, b).ppf((np.arange(4000) + 0.5) / 4000)
    coarse = np.mean([ruin(n, x, p) for p in points], axis=0)
    assert found["p_victory_prior_mean"] == pytest.approx(coarse[0], abs=2e-4)
    assert found["expected_battles"] == pytest.approx(coarse[1], abs=0.03, rel=1e-3)
    assert found["settles"], "sides of one belief have nothing to fight about"


# --- laws ---------------------------------------------------------------------------------------------------------

SOME = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1))
WORTH = st.one_of(st.sampled_from([0.01, 1.0, 1e6]), st.floats(0.01, 30))
COST = st.one_of(st.sampled_from([0.0, 100.0]), st.floats(0, 0.2))


@settings(max_examples=15, deadline=None)
@given(
    n=st.integers(2, 6), a=st.lists(WORTH, min_size=4, max_size=4), k=COST, k_b=COST, first=SOME, p=SOME,
    battles=st.integers(0, 30), data=st.data(),
)  # fmt: skip
def test_laws_of_the_war(
    n: int, a: list[float], k: float, k_b: float, first: float, p: float, battles: int, data: Any
) -> None:
    x = data.draw(st.integers(1, n - 1))
    inputs = {
        "n": n,
        "start": x,
        "a_A": a[0],
        "b_A": a[1],
        "a_B": a[2],
        "b_B": a[3],
        "k": k,
        "k_b": k_b,
        "lambda": first,
    }
    mirror = {
        "n": n,
        "start": n - x,
        "a_A": a[3],
        "b_A": a[2],
        "a_B": a[1],
        "b_B": a[0],
        "k": k_b,
        "k_b": k,
        "lambda": 1 - first,
    }
    found, turned = solved(GAME, **inputs), solved(GAME, **mirror)
    scale = 1 + k + k_b
    assert found["reservation_a"] == pytest.approx(turned["reservation_b"], abs=1e-8 * scale)
    assert found["fight_b"] == pytest.approx(turned["fight_a"], abs=1e-8 * scale)
    assert 0 <= found["p_victory_prior_mean"] <= 1 + 1e-12
    assert found["expected_battles"] >= 1 - 1e-9
    assert found["settles"] == (found["surplus"] >= -1e-12)
    assert found["value_a"] + found["value_b"] >= 1 - 1e-9
    # A settlement can be had later too, so that fighting one more battle is worth no less than fighting to the finish.
    assert found["reservation_a"] >= found["fight_a"] - 1e-7 * scale
    war = solved(LAW, **inputs, p=p, battles=battles)
    assert war["p_settle_by"].shape == (battles + 1,)
    assert war["settles"].shape == war["terms"].shape == (battles + 1, n + 1)
    assert (np.diff(war["p_settle_by"]) >= -1e-12).all()
    total = war["p_settle_by"][-1] + war["p_victory_a"] + war["p_victory_b"] + war["p_still_fighting"]
    assert total == pytest.approx(1, abs=1e-9)
    assert (war["p_settle_by"][0] == 1) == found["settles"] == war["settles"][0, x]
    assert np.isfinite(war["terms"]).all()
    assert 0 <= war["battles_fought"] <= battles + 1e-9


@pytest.mark.parametrize("gap", [0.05, 0.2, 0.45])
@pytest.mark.parametrize("k", [0.0, 0.05, 0.15])
def test_one_decisive_battle_is_fearons_condition(gap: float, k: float) -> None:
    found = solved(GAME, n=2, start=1, a_A=50 * (0.5 + gap), b_A=50 * (0.5 - gap), a_B=25, b_B=25, k=k, k_b=k / 2)
    assert found["settles"] == (gap <= 1.5 * k)
    assert found["surplus"] == pytest.approx(1.5 * k - gap, abs=1e-12)


def test_dearer_battles_and_weaker_priors_bring_an_earlier_settlement() -> None:
    by_cost = solved(LAW, k=[0.005, 0.01, 0.02, 0.04])["p_settle_by"]
    assert (np.diff(by_cost, axis=0) >= -1e-12).all()
    assert by_cost[-1, 10] > by_cost[0, 10]
    by_strength = [
        solved(LAW, a_A=6 * s, b_A=4 * s, a_B=4 * s, b_B=6 * s)["p_settle_by"][-1] for s in (0.5, 1, 2)
    ]  # fmt: skip
    assert by_strength == sorted(by_strength, reverse=True)
    assert by_strength[0] > by_strength[-1]


def test_they_settle_first_near_the_ends_of_the_line() -> None:
    settles = solved(LAW)["settles"]
    first = np.array([settles[:, x].argmax() if settles[:, x].any() else 99 for x in range(1, 10)])
    np.testing.assert_array_equal(first, first[::-1])
    assert first[0] == 6
    assert first[0] < first[1] < first[4]


def test_a_long_line() -> None:
    found = solved(GAME, n=30, start=12, a_A=2, b_A=1, a_B=1, b_B=1, k=0.0001)
    assert found["p_victory_prior_mean"] == pytest.approx(averaged(30, 12, 2, 1)[0], abs=1e-8)
    assert not found["settles"]


def test_grids_give_what_single_numbers_give() -> None:
    grid = solved(GAME, k=[0.01, 0.05], start=[[3], [5]], n=8)
    assert grid["settles"].shape == (2, 2)
    assert grid["reservation_a"][0, 1] == solved(GAME, k=0.05, start=3, n=8)["reservation_a"]
    grid = solved(LAW, p=[0.3, 0.5], n=6, start=3)
    assert grid["p_settle_by"].shape == (2, 16)
    np.testing.assert_array_equal(grid["p_settle_by"][0], solved(LAW, p=0.3, n=6, start=3)["p_settle_by"])


@pytest.mark.parametrize(
    ("model", "inputs", "words"),
    [
        (GAME, {"n": 1}, "n: 1"),
        (GAME, {"start": 10}, "start 10"),
        (GAME, {"start": 0}, "start: 0"),
        (GAME, {"a_A": 0}, "a_A: 0"),
        (GAME, {"k": -0.1}, "k: -0.1"),
        (GAME, {"lambda": 1.1}, "lambda: 1.1"),
        (LAW, {"p": 1.1}, "p: 1.1"),
        (LAW, {"battles": 1.5}, "battles: 1.5"),
    ],
)
def test_impossible_inputs_are_named(model: str, inputs: dict[str, float], words: str) -> None:
    with pytest.raises(QueryError, match=words):
        solved(model, **inputs)
