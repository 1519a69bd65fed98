"""Fearon 1995: every formula against the game itself, by enumeration, linear programs, or iteration of values."""

from __future__ import annotations

import functools
import itertools
import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from armistice.core.errors import QueryError
from armistice.core.model import Input, Solution
from armistice.theory.fearon import MODELS
from armistice.theory.models import check_inputs, solve_model
from models_table import check_own_rows, completed

BY_NAME = {model.name: model for model in MODELS}
RNG_SEED = 1995


def solved(name: str, **inputs: Any) -> Solution:
    return solve_model(BY_NAME[name], inputs)


# --- the games themselves -----------------------------------------------------------------------------------------


def between(rows: list[list[float]], bounds: list[float], objective: list[float]) -> tuple[float, float] | None:
    """Least and largest value of a linear objective on {v in [0, 1]^n: rows v <= bounds}; None where it is empty."""
    ends = []
    for sign in (1, -1):
        found = linprog(sign * np.array(objective), rows, bounds, bounds=(0, 1))
        if found.status == 2:
            return None
        ends.append(sign * found.fun)
    return ends[0], ends[1]


def range_by_program(p: float, c_a: float, c_b: float) -> dict[str, Any]:
    """The least and the largest x with x >= p - c_a and 1 - x >= 1 - p - c_b, by linear programs."""
    low, high = between([[-1.0], [1.0]], [-(p - c_a), 1 - (1 - p - c_b)], [1.0])
    return {"low": low, "high": high, "width": high - low}


def disagreement_by_program(p_a: float, p_b: float, c_a: float, c_b: float) -> dict[str, Any]:
    """Whether a program that wants x >= p_a - c_a and 1 - x >= p_b - c_b has no solution."""
    return {"empty": between([[-1.0], [1.0]], [-(p_a - c_a), 1 - (p_b - c_b)], [1.0]) is None}


def first_strike_by_program(p_first: float, p_second: float, c_a: float, c_b: float) -> dict[str, Any]:
    """Each side's worth of an attack of its own, taken alone (an end each) and together (whether empty)."""
    attack_a, attack_b = p_first - c_a, (1 - p_second) - c_b
    return {
        "low": between([[-1.0]], [-attack_a], [1.0])[0],
        "high": between([[1.0]], [1 - attack_b], [1.0])[1],
        "empty": between([[-1.0], [1.0]], [-attack_a, 1 - attack_b], [1.0]) is None,
    }


def best(payoff: Callable[[float], float], breaks: list[float]) -> tuple[float, float]:
    """Where a payoff made of parabolas is largest, and how large: ends of its pieces and the tops of parabolas.

    A top is found from three readings of the payoff within a piece; no derivative is worked out.
    """
    candidates = list(breaks)
    for left, right in itertools.pairwise(breaks):
        if right - left > 1e-9:
            at = np.array([0.25, 0.5, 0.75]) * (right - left) + left
            low, mid, high = (payoff(x) for x in at)
            bend = low - 2 * mid + high
            if bend < -1e-15:
                top = at[1] + (at[1] - at[0]) * (low - high) / (2 * bend)
                if left < top < right:
                    candidates.append(float(top))
    values = [payoff(x) for x in candidates]
    most = max(values)
    return min(x for x, v in zip(candidates, values, strict=True) if v >= most - 1e-12), most


def fighting(gain: float, low: float, high: float) -> float:
    """Mass of the types, uniform on [low, high], whose cost is below what they gain by fighting."""
    return min(max(gain - low, 0.0), high - low) / (high - low)


def screening_by_search(p: float, c_a: float, low: float, high: float) -> dict[str, Any]:
    """All demands from 0 to 1, each met by the best answer of every type."""

    def payoff(x: float) -> float:
        # B fights where 1 - p - c > 1 - x.
        war = fighting((1 - p) - (1 - x), low, high)
        return war * (p - c_a) + (1 - war) * x

    demand, value = best(payoff, sorted({0.0, min(p + low, 1.0), min(p + high, 1.0), 1.0}))
    return {"demand": demand, "p_war": fighting((1 - p) - (1 - demand), low, high), "value": value}


def two_types_by_search(p: float, c_a: float, c_tough: float, c_weak: float, mu: float) -> dict[str, Any]:
    """A grid of demands with the largest that each type accepts; the cutoff by halving on the belief."""
    demands = np.append(np.linspace(0, 1, 1001), [min(1.0, p + c_tough), min(1.0, p + c_weak)])

    def search(belief: float) -> tuple[float, float, float]:
        tough, weak = (1 - demands < 1 - p - c - 1e-12 for c in (c_tough, c_weak))
        war = belief * tough + (1 - belief) * weak
        values = war * (p - c_a) + (1 - war) * demands
        at = np.flatnonzero(values >= values.max() - 1e-13)
        chosen = at[np.argmin(war[at])]
        return float(demands[chosen]), float(war[chosen]), float(values[chosen])

    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if search(middle)[1] == 0 else (middle, high)
    demand, p_war, value = search(mu)
    return {"cutoff": high, "demand": demand, "p_war": p_war, "value": value}


def preventive_by_iteration(p1: float, p2: float, discount: float, c_b: float) -> dict[str, Any]:
    """B's values from the game period by period, the last ones iterated to rest; the threshold by halving on p2."""

    def war_value(p: float) -> float:
        return sum((1 - p) * discount**t for t in range(horizon)) - c_b

    horizon = int(math.log(1e-14) / math.log(discount)) + 1

    def accepting(later: float) -> float:
        outside, value = war_value(later), 0.0
        for _ in range(horizon):
            demand = min(1.0, 1.0 + discount * value - outside)  # the most that B accepts rather than fight
            value = max(1.0 - demand + discount * value, outside)
        return 1.0 + discount * value

    fight, accept = war_value(p1), accepting(p2)
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if fight > accepting(middle) + 1e-12 else (middle, high)
    return {"war": fight > accept, "value_fight": fight, "value_accept": accept, "threshold": high}


def indivisible_by_program(low: float, high: float, alpha: float, parts: int = 1) -> dict[str, Any]:
    """Every number of parts that A may get, one after another; the lottery by a program over chance and rest."""
    within = [
        (max(low, have), min(high, have + 1 - alpha))
        for have in (j * alpha / parts for j in range(parts + 1))
        if have <= high + 1e-12 and have + 1 - alpha >= low - 1e-12
    ]
    lottery = between([[-alpha, -(1 - alpha)], [alpha, 1 - alpha]], [-low, high], [1.0, 0.0])
    found = {"blocked": not within, "lottery_low": lottery[0], "lottery_high": lottery[1]}
    return found | ({"lowest": within[0][0], "highest": within[-1][1]} if within else {})


ORACLES: dict[str, Callable[..., dict[str, Any]]] = {
    "fearon1995.range": range_by_program,
    "fearon1995.disagreement": disagreement_by_program,
    "fearon1995.screening": screening_by_search,
    "fearon1995.two_types": two_types_by_search,
    "fearon1995.preventive": preventive_by_iteration,
    "fearon1995.first_strike": first_strike_by_program,
    "fearon1995.indivisible": indivisible_by_program,
}


# --- the table of answers -----------------------------------------------------------------------------------------


@functools.cache
def second(name: str, inputs: str) -> dict[str, Any]:
    return ORACLES[name](**completed(BY_NAME[name], json.loads(inputs)))


def test_own_rows_of_the_table_come_from_a_second_way() -> None:
    check_own_rows(BY_NAME, lambda name, inputs, output: second(name, json.dumps(inputs))[output])


# --- many more inputs ---------------------------------------------------------------------------------------------


def drawn(name: str, rng: np.random.Generator) -> dict[str, Any]:
    """Inputs away from knife edges, within the rules."""
    p, q, r = rng.uniform(0.02, 0.98, 3)
    c, k = rng.uniform(0.01, 0.6, 2)
    lower, upper = np.sort(rng.uniform(0, 0.8, 2)) + np.array([0, 0.01])
    return {
        "fearon1995.range": {"p": p, "c_a": c, "c_b": k},
        "fearon1995.disagreement": {"p_a": p, "p_b": q, "c_a": c / 2, "c_b": k / 2},
        "fearon1995.screening": {"p": p, "c_a": c, "low": lower, "high": upper},
        "fearon1995.two_types": {"p": p, "c_a": c, "c_tough": lower, "c_weak": upper, "mu": r},
        "fearon1995.preventive": {"p1": p / 2, "p2": q, "discount": 0.3 + 0.65 * r, "c_b": c},
        "fearon1995.first_strike": {"p_first": max(p, q), "p_second": min(p, q), "c_a": c / 2, "c_b": k / 2},
        "fearon1995.indivisible": {
            "low": lower / 1.1,
            "high": upper / 1.1,
            "alpha": r,
            "parts": int(rng.integers(1, 5)),
        },
    }[name]


@pytest.mark.parametrize("name", ORACLES)
def test_against_the_game(name: str) -> None:
    rng = np.random.default_rng(RNG_SEED)
    flags: dict[str, set[bool]] = {}
    for _ in range(60):
        inputs = drawn(name, rng)
        answer, second = solved(name, **inputs), ORACLES[name](**inputs)
        for output, expected in second.items():
            assert answer[output] == pytest.approx(expected, abs=1e-8), (inputs, output)
            if isinstance(expected, bool):
                flags.setdefault(output, set()).add(expected)
    # Each truth value must have come up both ways, or the comparison proves little.
    assert all(seen == {True, False} for seen in flags.values())


def test_threshold_divides_war_from_peace() -> None:
    rng = np.random.default_rng(RNG_SEED)
    p1, p2, discount, c_b = rng.uniform(0, 1, (4, 2000))
    answer = solved("fearon1995.preventive", p1=p1, p2=p2, discount=discount, c_b=c_b)
    np.testing.assert_array_equal(answer["war"], p2 > answer["threshold"])
    np.testing.assert_array_equal(answer["war"], answer["value_fight"] > answer["value_accept"])
    out_of_reach = answer["threshold"] == 1
    assert 0.1 < out_of_reach.mean() < 0.9
    certain = solved("fearon1995.preventive", p1=p1, p2=1.0, discount=discount, c_b=c_b)["war"]
    np.testing.assert_array_equal(certain, ~out_of_reach)


def test_a_demand_of_all_is_compared_by_the_sums() -> None:
    """With p2 + c_b (1 - discount) above 1 the short inequality would say war; side B still gets one period's flow."""
    p1, p2, discount, c_b = 0.1, 1.0, 0.7, 2.4
    answer = solved("fearon1995.preventive", p1=p1, p2=p2, discount=discount, c_b=c_b)
    assert discount * p2 - p1 > c_b * (1 - discount) ** 2
    assert (answer["war"], answer["threshold"]) == (False, 1.0)
    assert answer["value_accept"] == pytest.approx(1.0, abs=1e-12)


# --- comparative statics ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "moved", "output", "sign"),
    [
        ("fearon1995.range", "c_a", "width", 1),
        ("fearon1995.range", "c_b", "width", 1),
        ("fearon1995.range", "p", "low", 1),
        ("fearon1995.range", "p", "high", 1),
        ("fearon1995.disagreement", "p_a", "empty", 1),
        ("fearon1995.disagreement", "p_b", "empty", 1),
        ("fearon1995.disagreement", "c_a", "empty", -1),
        ("fearon1995.disagreement", "c_b", "empty", -1),
        ("fearon1995.screening", "c_a", "p_war", -1),
        ("fearon1995.two_types", "c_a", "cutoff", -1),
        ("fearon1995.two_types", "c_tough", "cutoff", -1),
        ("fearon1995.two_types", "c_weak", "cutoff", 1),
        ("fearon1995.preventive", "p1", "war", -1),
        ("fearon1995.preventive", "p2", "war", 1),
        ("fearon1995.preventive", "discount", "war", 1),
        ("fearon1995.preventive", "c_b", "war", -1),
        ("fearon1995.first_strike", "p_first", "empty", 1),
        ("fearon1995.first_strike", "p_second", "empty", -1),
        ("fearon1995.first_strike", "c_a", "empty", -1),
        ("fearon1995.first_strike", "c_b", "empty", -1),
        ("fearon1995.indivisible", "alpha", "blocked", 1),
        ("fearon1995.indivisible", "low", "blocked", 1),
        ("fearon1995.indivisible", "high", "blocked", -1),
    ],
)
def test_comparative_statics(name: str, moved: str, output: str, sign: int) -> None:
    rng = np.random.default_rng(RNG_SEED)
    ends = {"c_tough": "c_weak", "p_second": "p_first", "low": "high"}
    floors = {after: before for before, after in ends.items()}
    varied = 0
    for _ in range(60):
        inputs = drawn(name, rng)
        low, high = (0.0, 0.99) if moved[0] in "pad" else (0.0, 0.9)
        path = np.linspace(inputs.get(floors.get(moved, ""), low), inputs.get(ends.get(moved, ""), high), 41)
        steps = sign * np.diff(np.asarray(solved(name, **(inputs | {moved: path}))[output]).astype(float))
        assert (steps >= -1e-12).all(), inputs
        varied += bool((steps > 1e-12).any())
    assert varied > 0


def test_risk_of_war_rises_with_dispersion_and_ignores_power() -> None:
    spread = np.linspace(0.01, 0.3, 30)
    war = solved("fearon1995.screening", p=0.3, c_a=0.05, low=0.3 - spread, high=0.3 + spread)["p_war"]
    assert (np.diff(war) >= 0).all()
    assert war[-1] > war[0]
    power = np.linspace(0, 0.8, 30)
    war = solved("fearon1995.screening", p=power, c_a=0.1, low=0.0, high=0.4)["p_war"]
    np.testing.assert_allclose(war, 0.375, atol=1e-12)


def test_more_halves_never_block() -> None:
    rng = np.random.default_rng(RNG_SEED)
    for _ in range(200):
        inputs = drawn("fearon1995.indivisible", rng)
        coarse, fine = (
            solved("fearon1995.indivisible", **(inputs | {"parts": n * inputs["parts"]}))["blocked"] for n in (1, 2)
        )
        assert not fine or coarse


def test_one_type_alone_is_never_fought() -> None:
    """With one cost there is nothing to find out; rounding must not turn the safe demand into war."""
    c = np.linspace(0, 1, 1001)
    p = np.linspace(0, 1, 101)[:, None]
    answer = solved("fearon1995.screening", p=p, c_a=0.1, low=c, high=c)
    assert (answer["p_war"] == 0).all()


# --- inputs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BY_NAME)
def test_grids_give_what_numbers_give(name: str) -> None:
    rng = np.random.default_rng(RNG_SEED)
    cases = [drawn(name, rng) for _ in range(24)]
    grid = {key: np.array([case[key] for case in cases]).reshape(4, 6) for key in cases[0]}
    whole = solved(name, **grid)
    for place, case in enumerate(cases):
        for output in BY_NAME[name].outputs:
            one = solved(name, **case)[output.name]
            np.testing.assert_allclose(np.reshape(whole[output.name], -1)[place], one, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "inputs", "words"),
    [
        ("fearon1995.range", {"p": 1.2}, "fearon1995.range p: 1.2"),
        ("fearon1995.range", {"c_a": -0.1}, "c_a: -0.1"),
        ("fearon1995.disagreement", {"p_b": -0.2}, "p_b: -0.2"),
        ("fearon1995.disagreement", {"c_b": math.nan}, "c_b: nan"),
        ("fearon1995.screening", {"low": 0.5, "high": 0.4}, "low 0.5, high 0.4; expected low at most high"),
        ("fearon1995.two_types", {"c_tough": 0.4}, "c_tough 0.4, c_weak 0.3"),
        ("fearon1995.two_types", {"mu": 2}, "mu: 2"),
        ("fearon1995.preventive", {"discount": 1.0}, "discount: 1; expected from 0 and below 1"),
        ("fearon1995.preventive", {"p2": 1.1}, "p2: 1.1"),
        ("fearon1995.first_strike", {"p_first": 0.3}, "p_second 0.45, p_first 0.3"),
        ("fearon1995.indivisible", {"alpha": 1.5}, "alpha: 1.5"),
        ("fearon1995.indivisible", {"parts": 1.5}, "parts: 1.5"),
        ("fearon1995.indivisible", {"low": 0.7}, "low 0.7, high 0.6"),
    ],
)
def test_impossible_inputs(name: str, inputs: dict[str, Any], words: str) -> None:
    with pytest.raises(QueryError, match=words.replace(".", r"\.")):
        solved(name, **inputs)


def values_of(wanted: Input) -> st.SearchStrategy[Any]:
    """Anything within the bounds, the corners often."""
    if wanted.kind == "integer":
        return st.integers(int(wanted.low), int(wanted.high))
    return st.floats(wanted.low, wanted.high, exclude_max=wanted.open_high) | st.sampled_from([0.0, 0.5, wanted.low])


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_NAME)
@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_passes_has_an_answer(name: str, data: st.DataObject) -> None:
    model = BY_NAME[name]
    inputs = {i.name: data.draw(values_of(i), label=i.name) for i in model.inputs}
    try:
        check_inputs(model, inputs)
    except QueryError:
        assume(False)
    answer = solve_model(model, inputs)
    absent = {"lowest", "highest"} if answer.values.get("blocked") else set()
    for output in model.outputs:
        assert math.isfinite(answer[output.name]) or output.name in absent
        if output.unit == "probability" and output.name != "optimism":
            assert 0 <= answer[output.name] <= 1
