"""Filson and Werner 2002: fights to the finish by counting every sequence of battles, offers by a grid of beliefs."""

from __future__ import annotations

import functools
import itertools
import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from armistice.core.errors import QueryError
from armistice.core.model import Input, Solution
from armistice.theory.filson_werner import MODELS
from armistice.theory.models import check_inputs, solve_model
from belief_grid import offers_on_a_grid
from models_table import check_own_rows, completed

BY_NAME = {model.name: model for model in MODELS}
NAME = "filson_werner2002"
RNG_SEED = 2002


def solved(**inputs: Any) -> Solution:
    return solve_model(BY_NAME[NAME], inputs)


# --- the game itself ----------------------------------------------------------------------------------------------


def fought_out(n_a: int, n_d: int, p: float, k_a: float, k_d: float) -> tuple[float, float]:
    """What a fight to the finish is worth to D and to A: every sequence of battles, one after another."""
    to_d, to_a = 0.0, 0.0
    for wins in itertools.product((True, False), repeat=n_a + n_d - 1):
        lost_by_d = np.cumsum(wins)
        lost_by_a = np.arange(1, len(wins) + 1) - lost_by_d
        battles = int(np.argmax((lost_by_d == n_d) | (lost_by_a == n_a))) + 1
        chance = math.prod(p if won else 1 - p for won in wins)
        d_wins = lost_by_a[battles - 1] == n_a
        to_d += chance * (d_wins - battles * k_d)
        to_a += chance * (1 - d_wins - battles * k_a)
    return to_d, to_a


POINTS = 1001
BELIEFS = np.linspace(0, 1, POINTS)


def war_on_a_grid(
    n_a: int, n_d: int, p_weak: float, p_strong: float, k_a: float, k_d: float, mu: float
) -> dict[str, Any]:
    """Backward induction over units and a grid of beliefs, which knows nothing of lines and steps."""
    over = {True: {"value": np.ones(POINTS), "offer": np.zeros(POINTS)}}
    over[False] = {"value": np.zeros(POINTS), "offer": np.ones(POINTS)}
    held = {True: 0.0, False: 1.0}
    nodes: dict[tuple[int, int], tuple[dict[str, np.ndarray], float]] = {}

    def after(a: int, d: int) -> tuple[dict[str, np.ndarray], float]:
        return nodes[a, d] if a and d else (over[a > 0], held[a > 0])

    for a, d in itertools.product(range(1, n_a + 1), range(1, n_d + 1)):
        refuse, fight, strong = np.full(POINTS, -k_d), np.full(POINTS, -k_a), -k_d
        for (then, then_strong), weak, tough in (
            (after(a, d - 1), p_weak, p_strong),
            (after(a - 1, d), 1 - p_weak, 1 - p_strong),
        ):
            total = (1 - BELIEFS) * weak + BELIEFS * tough
            learnt = np.divide(BELIEFS * tough, total, out=np.ones(POINTS), where=total > 0)
            refuse += weak * then["offer"][np.floor(learnt * (POINTS - 1) + 1e-9).astype(int)]
            fight += total * np.interp(learnt, BELIEFS, then["value"])
            strong += tough * then_strong
        nodes[a, d] = offers_on_a_grid(BELIEFS, refuse, fight, max(strong, 0.0)), max(strong, 0.0)
    at = round(mu * (POINTS - 1))
    assert at == pytest.approx(mu * (POINTS - 1)), "the prior must be on the grid"
    found = {output: float(values[at]) for output, values in nodes[n_a, n_d][0].items()}
    return found | {
        "strong": fought_out(n_a, n_d, p_strong, k_a, k_d)[0],
        "weak": fought_out(n_a, n_d, p_weak, k_a, k_d)[0],
    }


def one_unit_each(
    n_a: int, n_d: int, p_weak: float, p_strong: float, k_a: float, k_d: float, mu: float
) -> dict[str, Any]:
    """One battle: offers of a grid and what just contents each type, against the answers; the cutoff by halving."""
    if (n_a, n_d) != (1, 1):
        return war_on_a_grid(n_a, n_d, p_weak, p_strong, k_a, k_d, mu)
    (weak, to_a_weak), (strong, to_a_strong) = (fought_out(1, 1, p, k_a, k_d) for p in (p_weak, p_strong))
    offers = np.append(np.linspace(0, 1, 501), np.maximum([weak, strong], 0))
    takes = [offers >= worth - 1e-12 for worth in (weak, strong)]

    def search(belief: float) -> tuple[float, int]:
        earns = [np.where(yes, 1 - offers, war) for yes, war in zip(takes, (to_a_weak, to_a_strong), strict=True)]
        values = (1 - belief) * earns[0] + belief * earns[1]
        return float(values.max()), int(values.argmax())

    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if takes[1][search(middle)[1]] else (middle, high)
    value, at = search(mu)
    accepts = (1 - mu) * takes[0][at] + mu * takes[1][at]
    found = {"value": value, "offer": float(offers[at]), "p_accept": float(accepts), "posterior": 1.0, "cutoff": high}
    return found | {"strong": strong, "weak": weak}


ORACLES = {NAME: one_unit_each}


# --- the table of answers -----------------------------------------------------------------------------------------


@functools.cache
def second(name: str, inputs: str) -> dict[str, Any]:
    return ORACLES[name](**completed(BY_NAME[name], json.loads(inputs)))


def test_own_rows_of_the_table_come_from_a_second_way() -> None:
    check_own_rows((NAME,), lambda name, inputs, output: second(name, json.dumps(inputs))[output])


# --- many more inputs ---------------------------------------------------------------------------------------------


def drawn(rng: np.random.Generator) -> dict[str, Any]:
    """Inputs away from knife edges, within the rules."""
    p_strong, gap, mu = rng.uniform(0.05, 0.6), rng.uniform(0.05, 0.35), rng.uniform(0.05, 0.95)
    n_a, n_d = (int(n) for n in rng.integers(1, 4, 2))
    k_a, k_d = rng.uniform(0.005, 0.1, 2)
    return {
        "n_a": n_a, "n_d": n_d, "p_weak": p_strong + gap, "p_strong": p_strong,
        "k_a": k_a, "k_d": k_d, "mu": round(mu * 50) / 50,
    }  # fmt: skip


def test_fights_to_the_finish() -> None:
    rng = np.random.default_rng(RNG_SEED)
    for _ in range(40):
        v = drawn(rng) | {"n_a": int(rng.integers(1, 5)), "n_d": int(rng.integers(1, 5))}
        answer = solved(**v)
        for kind in ("weak", "strong"):
            expected = fought_out(v["n_a"], v["n_d"], v[f"p_{kind}"], v["k_a"], v["k_d"])[0]
            assert answer[kind] == pytest.approx(expected, abs=1e-12), v


@pytest.mark.slow
def test_against_a_grid_of_beliefs() -> None:
    rng = np.random.default_rng(RNG_SEED)
    same = 0
    for _ in range(16):
        inputs = drawn(rng)
        answer, second = solved(**inputs), war_on_a_grid(**inputs)
        assert answer["value"] == pytest.approx(second["value"], abs=3e-3), inputs
        assert answer["cutoff"] == pytest.approx(second["cutoff"], abs=5e-3), inputs
        same += abs(answer["offer"] - second["offer"]) < 1e-9 and abs(answer["posterior"] - second["posterior"]) < 3e-3
    # Beside an edge the grid may take the neighbouring offer; that must stay rare.
    assert same >= 13


def test_one_unit_each_against_every_offer() -> None:
    rng = np.random.default_rng(RNG_SEED)
    for _ in range(60):
        inputs = drawn(rng) | {"n_a": 1, "n_d": 1}
        answer, second = solved(**inputs), one_unit_each(**inputs)
        for output, expected in second.items():
            assert answer[output] == pytest.approx(expected, abs=1e-9), (inputs, output)


def test_one_unit_each_in_closed_form() -> None:
    """mu* = (p_w - p_s) / (p_w - p_s + k_A + k_D), as specified, while both types have something to fight for."""
    rng = np.random.default_rng(RNG_SEED)
    tried = 0
    for _ in range(40):
        v = drawn(rng) | {"n_a": 1, "n_d": 1}
        if 1 - v["p_weak"] - v["k_d"] >= 0:
            gap, tried = v["p_weak"] - v["p_strong"], tried + 1
            assert solved(**v)["cutoff"] == pytest.approx(gap / (gap + v["k_a"] + v["k_d"]), abs=1e-9)
    assert tried > 20


def test_battles_of_one_unit_each() -> None:
    """With one unit each there is one battle at most, fought by whoever refuses."""
    answer = solved(n_a=1, n_d=1, mu=np.array([0.1, 0.3, 0.6, 0.9]))
    np.testing.assert_allclose(answer["battles"], 1 - answer["p_accept"], atol=1e-12)
    assert answer["battles"][-1] == 0 < answer["battles"][0]


# --- comparative statics ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_beliefs_move_the_first_offer() -> None:
    rng = np.random.default_rng(RNG_SEED)
    settled = 0
    for _ in range(20):
        inputs = drawn(rng) | {"mu": np.linspace(0, 1, 31)}
        answer = solved(**inputs)
        assert (np.diff(answer["value"]) <= 1e-9).all()
        assert (np.diff(answer["offer"]) >= -1e-9).all()
        above = inputs["mu"] > answer["cutoff"] + 1e-9
        assert (answer["p_accept"][above] == 1).all()
        below = (inputs["mu"] < answer["cutoff"] - 1e-9) & (inputs["mu"] > 0)
        assert (answer["p_accept"][below] < 1).all()
        # A refusal is never read as weakness, and the belief keeps its mean over acceptance and refusal.
        assert (answer["posterior"] >= inputs["mu"] - 1e-9).all()
        mean = (1 - answer["p_accept"]) * answer["posterior"]
        np.testing.assert_allclose(mean[below], inputs["mu"][below], atol=1e-9)
        settled += bool(above.any())
    assert settled > 0


def test_a_lost_battle_raises_the_offer() -> None:
    """Above what it was and what it is after a won one; that need not lower it, since a battle less is to be paid."""
    rng = np.random.default_rng(RNG_SEED)
    compared = 0
    for _ in range(60):
        v = drawn(rng) | {"n_a": 2, "n_d": 2}
        now = solved(**v)
        if now["p_accept"] == 1:
            continue
        m = now["posterior"]

        def learnt(weak: float, strong: float, m: float = m) -> float:
            return m * strong / (m * strong + (1 - m) * weak)

        lost = v | {"n_a": 1, "mu": learnt(1 - v["p_weak"], 1 - v["p_strong"])}
        won = v | {"n_d": 1, "mu": learnt(v["p_weak"], v["p_strong"])}
        assert solved(**lost)["offer"] >= now["offer"] - 1e-9
        assert solved(**won)["offer"] <= solved(**lost)["offer"] + 1e-9
        assert solved(**won)["offer"] <= now["offer"] + v["k_d"] + 1e-9
        compared += 1
    assert compared > 20


def test_units_and_strength_are_worth_having() -> None:
    """A stronger or larger side D has better terms whatever A believes; a larger side A has the worse ones to give."""
    base = {"p_weak": 0.6, "p_strong": 0.4, "k_a": 0.02, "k_d": 0.02}
    strong = solved(**base, n_a=2, n_d=np.arange(1, 5))["strong"]
    assert (np.diff(strong) > 0).all()
    assert (np.diff(solved(**base, n_a=np.arange(1, 5), n_d=2)["strong"]) < 0).all()
    answer = solved(**base, n_a=np.arange(1, 5), n_d=np.arange(1, 5)[:, None])
    assert (answer["strong"] > answer["weak"]).all()


# --- inputs -------------------------------------------------------------------------------------------------------


def test_grids_give_what_numbers_give() -> None:
    rng = np.random.default_rng(RNG_SEED)
    cases = [drawn(rng) for _ in range(12)]
    grid = {key: np.array([case[key] for case in cases]).reshape(3, 4) for key in cases[0]}
    whole = solved(**grid)
    for place, case in enumerate(cases):
        for output in BY_NAME[NAME].outputs:
            np.testing.assert_allclose(whole[output.name].flat[place], solved(**case)[output.name], atol=1e-12)


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"n_a": 0}, "n_a: 0"),
        ({"n_d": 1.5}, "n_d: 1.5"),
        ({"n_d": 100}, "n_d: 100"),
        ({"p_weak": 0.4}, "p_strong 0.4, p_weak 0.4; expected p_strong below p_weak"),
        ({"p_strong": 0.9}, "p_strong 0.9, p_weak 0.7"),
        ({"p_weak": 1.2}, "p_weak: 1.2"),
        ({"k_a": -0.1}, "k_a: -0.1"),
        ({"k_d": math.nan}, "k_d: nan"),
        ({"mu": 1.1}, "mu: 1.1"),
    ],
)
def test_impossible_inputs(inputs: dict[str, Any], words: str) -> None:
    with pytest.raises(QueryError, match=words.replace(".", r"\.")):
        solved(**inputs)


def values_of(wanted: Input) -> st.SearchStrategy[Any]:
    """Anything within the bounds, the corners often."""
    if wanted.kind == "integer":
        return st.integers(int(wanted.low), 5)
    return st.floats(wanted.low, wanted.high) | st.sampled_from([0.0, 0.5, 1.0])


@pytest.mark.slow
@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_passes_has_an_answer(data: st.DataObject) -> None:
    model = BY_NAME[NAME]
    inputs = {i.name: data.draw(values_of(i), label=i.name) for i in model.inputs}
    try:
        check_inputs(model, inputs)
    except QueryError:
        assume(False)
    answer = solve_model(model, inputs)
    for output in model.outputs:
        assert math.isfinite(answer[output.name])
        if output.unit == "probability":
            assert -1e-12 <= answer[output.name] <= 1 + 1e-12
