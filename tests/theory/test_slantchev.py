"""Slantchev 2003: reference answers, two independent ways to each, and the laws of offers made while fighting."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armistice.core.errors import QueryError
from armistice.core.model import Solution
from armistice.theory.models import solve_model
from armistice.theory.slantchev import MODELS
from models_table import check_own_rows, element

BY_NAME = {model.name: model for model in MODELS}


def solved(model: str, /, **inputs: Any) -> Solution:
    return solve_model(BY_NAME[model], inputs)


# --- second ways --------------------------------------------------------------------------------------------------


def backwards(n: int, p: float, discount: float, b1: float, b2: float) -> dict[str, np.ndarray]:
    """Offers by backward induction from a last day so far off that nobody cares; fights by the roots of their equation."""
    share = np.r_[np.zeros(n), 1.0]
    other = np.r_[1.0, np.zeros(n)]
    before = other
    while np.abs(share - before).max() > 1e-15:
        before = share
        keep_2 = (1 - discount) * b2 + discount * (p * other[2:] + (1 - p) * other[:-2])
        keep_1 = (1 - discount) * b1 + discount * (p * share[2:] + (1 - p) * share[:-2])
        share, other = np.r_[0.0, 1 - keep_2, 1.0], np.r_[1.0, 1 - keep_1, 0.0]
    roots = np.roots([discount * p, -1, discount * (1 - p)])
    ends = np.array([roots**0, roots**n])
    k = np.arange(n + 1)[:, None]
    to_n, to_0 = (roots**k @ np.linalg.solve(ends, end) for end in ([0, 1], [1, 0]))
    never = 1 - to_n - to_0
    return {"x": share, "y": other, "w1": b1 * never + to_n, "w2": b2 * never + to_0}


def told_apart(
    n: int, start: int, p_low: float, p_mid: float, p_high: float, q_weak: float, q_strong: float, b1: float, b2: float,
    discount: float,
) -> dict[str, Any]:  # fmt: skip
    """The play walked outcome by outcome, with streams of payoffs summed period by period, and deviations tried."""
    chance = {"weak": p_high, "moderate": p_mid, "strong": p_low}
    prior = {"weak": q_weak, "moderate": 1 - q_weak - q_strong, "strong": q_strong}
    known = backwards(n, p_low, discount, b1, b2)

    def stream(flow: float, battles: int, share: float) -> float:
        """Present worth of so many battles followed by a share of the flow for good."""
        return sum((1 - discount) * discount**j * flow for j in range(battles)) + discount**battles * share

    def battles(kind: str, count: int) -> list[tuple[float, tuple[int, ...]]]:
        odds = {1: chance[kind], -1: 1 - chance[kind]}
        return [(math.prod(odds[o] for o in path), path) for path in itertools.product((1, -1), repeat=count)]

    demand, belief = {}, {}
    for first in (1, -1):
        here = {kind: prior[kind] * {path[0]: q for q, path in battles(kind, 1)}[first] for kind in chance}
        total = here["moderate"] + here["strong"]
        belief[first] = here["strong"] / total
        waiting = sum(
            here[kind] / total * q * stream(b1, 1, known["x"][start + first + path[0]])
            for kind in ("moderate", "strong")
            for q, path in battles(kind, 1)
        )
        demand[first] = 1 - waiting
    x0 = 1 - sum(q * stream(b2, 1, demand[path[0]]) for q, path in battles("weak", 1))
    plan = {
        "weak": x0,
        "moderate": sum(q * stream(b1, 1, 1 - demand[path[0]]) for q, path in battles("moderate", 1)),
        "strong": sum(q * stream(b1, 2, known["x"][start + sum(path)]) for q, path in battles("strong", 2)),
    }
    settle = {
        kind: 1 - sum(q * stream(b2, 1, known["y"][start + path[0]]) for q, path in battles(kind, 1)) for kind in chance
    }
    fight = sum(q * stream(b1, 1, 1 - known["y"][start + path[0]]) for q, path in battles("strong", 1))
    screen = sum(prior[kind] * plan[kind] for kind in chance)
    two, everyone = (1 - q_strong) * settle["moderate"] + q_strong * fight, settle["strong"]
    gains = [
        *(
            sum(q * stream(b2, 1, 1 - known["x"][start + first + path[0]]) for q, path in battles("strong", 1)) - demand[first]
            for first in (1, -1)
        ),
        two - everyone, screen - two, screen - everyone,
    ]  # fmt: skip
    holds = all(gain > 0 for gain in gains)
    return {
        "q_win": belief[1], "q_loss": belief[-1], "x0": x0, "y_win": demand[1], "y_loss": demand[-1],
        "conditions": holds, "expected_battles": prior["moderate"] + 2 * prior["strong"] if holds else None,
        "gains": gains, "weak_share_known": 1 - backwards(n, p_high, discount, b1, b2)["x"][start],
    }  # fmt: skip


def iterated(s: float, b: float, discount: float) -> dict[str, float]:
    """The two least payoffs by iteration from nothing, the longest war by trying one period after another."""
    proposer = responder = 0.0
    for _ in range(int(50 / -math.log(discount)) + 2):
        proposer, responder = (
            1 - (1 - discount) * max(s, b) - discount * (1 - responder), (1 - discount) * b + discount * proposer,
        )  # fmt: skip
    war = 0
    while 2 * (1 - discount ** (war + 1)) * b + discount ** (war + 1) >= proposer + responder:
        war += 1
    return {
        "proposer_min": proposer, "responder_min": responder, "low": proposer, "high": 1 - responder, "longest_war": war,
    }  # fmt: skip


SECOND = {
    "slantchev2003.convergence": backwards,
    "slantchev2003.screening": told_apart,
    "slantchev2003.power_to_hurt": iterated,
}


def second(model: str, inputs: dict[str, Any], output: str) -> Any:
    return element(SECOND[model](**inputs), output)


# --- reference answers --------------------------------------------------------------------------------------------


def test_own_rows_of_the_table_come_from_a_second_way() -> None:
    check_own_rows(BY_NAME, second)


# --- many more inputs ---------------------------------------------------------------------------------------------

CHANCE = st.floats(0, 1)
SOME = st.one_of(st.sampled_from([0.0, 0.5, 1.0]), CHANCE)
PATIENCE = st.one_of(st.sampled_from([0.0, 0.5, 1 - 1e-15]), st.floats(0, 1, exclude_max=True))


@st.composite
def flows(draw: Any) -> tuple[float, float]:
    first = draw(SOME)
    return first, min(draw(SOME), 1 - first)


@settings(max_examples=60, deadline=None)
@given(n=st.integers(2, 12), p=st.floats(0.05, 0.95), discount=st.floats(0.05, 0.95), b=flows())
def test_convergence_against_backward_induction(n: int, p: float, discount: float, b: tuple[float, float]) -> None:
    given_ = {"n": n, "p": p, "discount": discount, "b1": b[0], "b2": b[1]}
    found = solved("slantchev2003.convergence", **given_)
    for name, value in backwards(**given_).items():
        np.testing.assert_allclose(found[name], value, atol=1e-8)


@settings(max_examples=80, deadline=None)
@given(n=st.integers(2, 15), p=SOME, discount=PATIENCE, b=flows(), more=st.floats(0.001, 0.3))
def test_laws_of_convergence(n: int, p: float, discount: float, b: tuple[float, float], more: float) -> None:
    def at(**changed: float) -> Solution:
        return solved(
            "slantchev2003.convergence", **{"n": n, "p": p, "discount": discount, "b1": b[0], "b2": b[1]} | changed
        )

    found = at()
    for name in ("x", "y", "w1", "w2"):
        assert found[name].shape == (n + 1,)
        assert (found[name] >= -1e-9).all()
        assert (found[name] <= 1 + 1e-9).all()
    assert (np.diff(found["x"]) >= -1e-9).all()
    assert (np.diff(found["y"]) <= 1e-9).all()
    assert (found["x"] >= found["w1"] - 1e-9).all()
    assert (found["x"] + found["y"] >= 1 - 1e-9).all()
    assert (at(p=min(p + more, 1))["x"] >= found["x"] - 1e-9).all()
    assert (at(b1=min(b[0] + more, 1 - b[1]))["x"] >= found["x"] - 1e-9).all()
    assert (at(b2=min(b[1] + more, 1 - b[0]))["x"] <= found["x"] + 1e-9).all()


def test_swapping_the_players_turns_the_line_round() -> None:
    one = solved("slantchev2003.convergence", n=7, p=0.35, discount=0.8, b1=0.1, b2=0.4)
    two = solved("slantchev2003.convergence", n=7, p=0.65, discount=0.8, b1=0.4, b2=0.1)
    np.testing.assert_allclose(one["x"], two["y"][::-1], atol=1e-12)
    np.testing.assert_allclose(one["w1"], two["w2"][::-1], atol=1e-12)


def test_screening_against_the_play_walked_through() -> None:
    draw = np.random.default_rng(3)
    seen = []
    for _ in range(40):
        n = int(draw.integers(4, 10))
        p = np.sort(draw.uniform(0.02, 0.98, 3))
        q = draw.dirichlet(np.ones(3))
        b = draw.dirichlet(np.ones(3))
        inputs = {
            "n": n, "start": int(draw.integers(2, n - 1)), "p_low": p[0], "p_mid": p[1], "p_high": p[2],
            "q_weak": q[0], "q_strong": q[2], "b1": b[0], "b2": b[1], "discount": draw.choice([0.7, 0.9, 0.97, 0.995]),
        }  # fmt: skip
        found, other = solved("slantchev2003.screening", **inputs), told_apart(**inputs)
        for name in ("q_win", "q_loss", "x0", "y_win", "y_loss", "weak_share_known"):
            assert found[name] == pytest.approx(other[name], abs=1e-9)
        np.testing.assert_array_equal(found["margins"] > 0, np.array(other["gains"]) > 0)
        np.testing.assert_allclose(found["margins"][3:], other["gains"][3:], atol=1e-9)
        assert found["conditions"] == other["conditions"]
        assert found["expected_battles"] == (
            None if not other["conditions"] else pytest.approx(other["expected_battles"])
        )
        seen.append(found["conditions"])
    assert True in seen
    assert False in seen


def test_least_gap_is_where_the_strong_type_is_indifferent() -> None:
    """With p_mid just the least gap above p_low, the strong type gains nothing by fighting on after it won a battle."""
    inputs = {"p_low": 0.3, "p_mid": 0.5, "p_high": 0.95, "discount": 0.97}
    for _ in range(40):
        inputs["p_mid"] = 0.3 + solved("slantchev2003.screening", **inputs)["gaps_needed"][1]
    other = told_apart(**solved("slantchev2003.screening", **inputs).inputs)
    assert other["gains"][1] == pytest.approx(0, abs=1e-9)


@st.composite
def three_types(draw: Any) -> dict[str, Any]:
    n = draw(st.integers(4, 12))
    low, mid, high = sorted(draw(st.lists(SOME, min_size=3, max_size=3)))
    low = min(low, 1 - 2e-6)
    mid = min(max(mid, low + 1e-6), 1 - 1e-6)
    weak = draw(st.floats(1e-9, 1 - 1e-6))
    b = draw(flows())
    return {
        "n": n, "start": draw(st.integers(2, n - 2)), "p_low": low, "p_mid": mid, "p_high": max(high, mid + 1e-6),
        "q_weak": weak, "q_strong": draw(st.floats(1e-3, 0.999)) * (1 - weak), "b1": b[0], "b2": b[1],
        "discount": draw(PATIENCE),
    }  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(inputs=three_types())
def test_screening_never_breaks(inputs: dict[str, Any]) -> None:
    found = solved("slantchev2003.screening", **inputs)
    for name in ("q_win", "q_loss", "x0", "y_win", "y_loss", "weak_share", "weak_share_known"):
        assert -1e-9 <= found[name] <= 1 + 1e-9
    assert found["q_loss"] >= found["q_win"] - 1e-12
    assert np.isfinite(found["margins"]).all()
    assert ((found["gaps_needed"] >= 0) & (found["gaps_needed"] <= 1)).all()
    assert found["conditions"] == (found["margins"] > 0).all() == (found["expected_battles"] is not None)


@settings(max_examples=60, deadline=None)
@given(s=st.floats(0, 0.5), b=st.floats(0, 0.499), discount=st.floats(0.05, 0.99))
def test_power_to_hurt_against_iteration(s: float, b: float, discount: float) -> None:
    found = solved("slantchev2003.power_to_hurt", s=s, b=b, discount=discount)
    other = iterated(s, b, discount)
    for name in ("proposer_min", "responder_min", "low", "high"):
        assert found[name] == pytest.approx(other[name], abs=1e-9)
    # Where a war is just bearable the loop may stop one period short by rounding.
    assert (
        0
        <= found["longest_war"] - other["longest_war"]
        <= (1 if hurts_just(s, b, discount, found["longest_war"]) else 0)
    )


def hurts_just(s: float, b: float, discount: float, war: float) -> bool:
    return abs(discount**war * (1 - 2 * b) - (1 - max(s, b) - b)) < 1e-8


@settings(max_examples=80, deadline=None)
@given(
    s=st.one_of(st.sampled_from([0.0, 0.5]), st.floats(0, 0.5)),
    b=st.one_of(st.sampled_from([0.0, 0.5 - 1e-16]), st.floats(0, 0.5, exclude_max=True)),
    discount=PATIENCE, more=st.floats(0, 0.2),
)  # fmt: skip
def test_laws_of_the_power_to_hurt(s: float, b: float, discount: float, more: float) -> None:
    at = lambda **new: solved("slantchev2003.power_to_hurt", **{"s": s, "b": b, "discount": discount} | new)  # noqa: E731
    found = at()
    assert found["high"] - found["low"] == pytest.approx(max(s, b) - b, abs=1e-12)
    assert 0 <= found["longest_war"] < math.inf
    assert at(s=min(s + more, 0.5))["longest_war"] >= found["longest_war"]
    assert at(discount=min(discount + more, 1 - 1e-15))["longest_war"] >= found["longest_war"]
    assert at(b=min(b + more, 0.499))["longest_war"] <= found["longest_war"] or b + more > 0.499


def test_grids_give_what_single_numbers_give() -> None:
    grid = solved("slantchev2003.convergence", p=[0.2, 0.5], discount=[[0.5], [0.9], [0.99]])
    assert grid["x"].shape == (3, 2, 7)
    np.testing.assert_array_equal(grid["x"][2, 0], solved("slantchev2003.convergence", p=0.2, discount=0.99)["x"])
    grid = solved("slantchev2003.screening", discount=[0.95, 0.99])
    assert grid["conditions"].tolist() == [False, True]
    assert grid["expected_battles"].tolist() == [None, pytest.approx(1.0)]
    grid = solved("slantchev2003.power_to_hurt", b=[0.0, 0.1], s=[[0.3], [0.5]])
    assert grid["longest_war"][1, 1] == solved("slantchev2003.power_to_hurt")["longest_war"]


@pytest.mark.parametrize(
    ("model", "inputs", "words"),
    [
        ("slantchev2003.convergence", {"n": 1}, "n: 1"),
        ("slantchev2003.convergence", {"p": 1.5}, "p: 1.5"),
        ("slantchev2003.convergence", {"discount": 1}, "discount: 1"),
        ("slantchev2003.convergence", {"b1": 0.6, "b2": 0.6}, "b1 0.6, b2 0.6"),
        ("slantchev2003.screening", {"start": 5}, "start 5"),
        ("slantchev2003.screening", {"start": 1}, "start: 1"),
        ("slantchev2003.screening", {"p_low": 0.6}, "p_low 0.6"),
        ("slantchev2003.screening", {"q_weak": 0.7}, "q_weak 0.7"),
        ("slantchev2003.power_to_hurt", {"s": 0.6}, "s: 0.6"),
        ("slantchev2003.power_to_hurt", {"b": 0.5}, "b: 0.5"),
    ],
)
def test_impossible_inputs_are_named(model: str, inputs: dict[str, float], words: str) -> None:
    with pytest.raises(QueryError, match=words):
        solved(model, **inputs)
