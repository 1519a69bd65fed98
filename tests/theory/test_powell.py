"""Powell 1999, 2004, 2006: every formula against the game itself, by search, grids of beliefs, or period by period."""

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

from armistice.core.errors import QueryError
from armistice.core.model import Input, Solution
from armistice.theory.models import check_inputs, solve_model
from armistice.theory.powell import MODELS
from belief_grid import offers_on_a_grid
from models_table import check_own_rows, completed

BY_NAME = {model.name: model for model in MODELS}
RNG_SEED = 2006


def solved(name: str, **inputs: Any) -> Solution:
    return solve_model(BY_NAME[name], inputs)


# --- the games themselves -----------------------------------------------------------------------------------------


def status_quo_by_search(q: float, p: float, s: float, low: float, high: float) -> dict[str, Any]:
    """All offers from q to 1 against the best answer of every type; tops of parabolas from three readings each."""

    def fought(x: float) -> float:
        return min(max(p - x - low, 0.0), high - low) / (high - low)

    def payoff(x: float) -> float:
        return fought(x) * (1 - p - s) + (1 - fought(x)) * (1 - x)

    breaks = sorted({q, 1.0, *(x for x in (p - low, p - high) if q < x < 1)})
    candidates = list(breaks)
    for left, right in itertools.pairwise(breaks):
        at = np.array([0.25, 0.5, 0.75]) * (right - left) + left
        before, middle, after = (payoff(x) for x in at)
        bend = before - 2 * middle + after
        if bend < -1e-15:
            candidates.append(float(np.clip(at[1] + (at[1] - at[0]) * (before - after) / (2 * bend), left, right)))
    value, offer = max((payoff(x), -x) for x in candidates)
    return {"offer": -offer, "p_war": fought(-offer), "value": value, "dissatisfied": fought(q) > 0}


def finish(a: float, b: float, own: float, other: float) -> tuple[float, float]:
    """A fight to the finish round by round: what it is worth to the side that wins with a, and to the other."""
    alive, mine, theirs = 1.0, 0.0, 0.0
    while alive > 1e-15:
        mine += alive * (a - own)
        theirs += alive * (b - other)
        alive *= 1 - a - b
    return mine, theirs


POINTS = 1501
BELIEFS = np.linspace(0, 1, POINTS)


def learning_on_a_grid(
    a_strong: float, b_strong: float, a_weak: float, b_weak: float, s: float, d: float, mu: float, rounds: int
) -> dict[str, Any]:
    """Backward induction on a grid of beliefs, which knows nothing of lines and steps."""
    (weak, to_s_weak), (strong, to_s_strong) = finish(a_weak, b_weak, d, s), finish(a_strong, b_strong, d, s)
    refuse, fight, held = np.full(POINTS, weak), (1 - BELIEFS) * to_s_weak + BELIEFS * to_s_strong, max(strong, 0.0)
    lasts_weak, lasts_strong = max(1 - a_weak - b_weak, 0), max(1 - a_strong - b_strong, 0)
    lasts = (1 - BELIEFS) * lasts_weak + BELIEFS * lasts_strong
    then = np.divide(BELIEFS * lasts_strong, lasts, out=np.ones(POINTS), where=lasts > 0)
    for _ in range(rounds - 1):
        after = offers_on_a_grid(BELIEFS, refuse, fight, held)
        refuse = a_weak - d + lasts_weak * after["offer"][np.floor(then * (POINTS - 1) + 1e-9).astype(int)]
        loses = (1 - BELIEFS) * b_weak + BELIEFS * b_strong
        fight = -s + loses + lasts * np.interp(then, BELIEFS, after["value"])
        held = max(a_strong - d + lasts_strong * held, 0.0)
    now = offers_on_a_grid(BELIEFS, refuse, fight, held)
    at = round(mu * (POINTS - 1))
    assert at == pytest.approx(mu * (POINTS - 1)), "the prior must be on the grid"
    return {output: float(values[at]) for output, values in now.items()}


def last_offer(
    a_strong: float, b_strong: float, a_weak: float, b_weak: float, s: float, d: float, mu: float, rounds: int
) -> dict[str, Any]:
    """One round: every offer of a grid and what just contents each type, against the answers; the cutoff by halving."""
    if rounds > 1:
        return learning_on_a_grid(a_strong, b_strong, a_weak, b_weak, s, d, mu, rounds)
    (weak, to_s_weak), (strong, to_s_strong) = finish(a_weak, b_weak, d, s), finish(a_strong, b_strong, d, s)
    offers = np.append(np.linspace(0, 1, 501), np.maximum([weak, strong], 0))
    takes = [offers >= worth - 1e-12 for worth in (weak, strong)]

    def search(belief: float) -> tuple[float, int]:
        earns = [np.where(yes, 1 - offers, war) for yes, war in zip(takes, (to_s_weak, to_s_strong), strict=True)]
        values = (1 - belief) * earns[0] + belief * earns[1]
        return float(values.max()), int(values.argmax())

    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if takes[1][search(middle)[1]] else (middle, high)
    value, at = search(mu)
    accepts = (1 - mu) * takes[0][at] + mu * takes[1][at]
    return {"value": value, "offer": float(offers[at]), "p_accept": float(accepts), "posterior": 1.0, "cutoff": high}


def flows(discount: float, first: float = 1.0) -> float:
    """A flow without end, added up until nothing more comes."""
    total, worth = 0.0, first
    while worth > 1e-17:
        total += worth
        worth *= discount
    return total


def halving(holds: Callable[[float], bool], high: float) -> float:
    """Where a condition that rises begins to hold on [0, high]; the end where it never does."""
    low = 0.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def preventive_by_periods(p: float, shift: float, destruction: float, discount: float) -> dict[str, Any]:
    """The game of offers, iterated to rest after the shift; side 2 gives what it must, or fights."""
    pie = flows(discount)

    def war(rise: float) -> bool:
        locked, value = (p + rise) * (1 - destruction) * pie, 0.0
        for _ in range(int(math.log(1e-14) / math.log(discount)) + 1):
            value = min(max(locked - discount * value, 0.0), 1.0) + discount * value
        now = p * (1 - destruction) * pie
        given = min(max(now - discount * value, 0.0), 1.0)
        return (1 - p) * (1 - destruction) * pie > 1 - given + discount * (pie - value) + 1e-12

    return {"war": war(shift), "threshold": halving(war, 1 - p)}


def first_strike_by_flows(p: float, advantage: float, destruction: float, discount: float) -> dict[str, Any]:
    """Attack against waiting, both as sums of flows; the general condition from what each can lock in."""
    pie, left = flows(discount), flows(discount, 1 - destruction)

    def ends(gain: float) -> tuple[float, float]:
        return (p + gain) * left / pie, 1 - (1 - (p - gain)) * left / pie

    def empty(gain: float) -> bool:
        low, high = ends(gain)
        return low > high + 1e-12

    struck, strikes, other = (p - advantage) * left, (p + advantage) * left, (1 - p + advantage) * left
    low, high = ends(advantage)
    return {
        "low": low,
        "high": high,
        "empty": empty(advantage),
        "threshold": halving(empty, min(p, 1 - p)),
        "general": discount * strikes - struck > pie - (struck + other) + 1e-12,
    }


def factions_by_cases(p: float, destruction: float, r: float, r_other: float, loss: float) -> dict[str, Any]:
    """Expected shares over victory and power, case by case."""

    def expected(in_power: dict[bool, float], pie: float) -> float:
        cases = itertools.product(((True, p), (False, 1 - p)), ((True, 1 - loss), (False, loss)))
        return sum(
            odds * (in_power[victory] if power else 1 - in_power[victory]) * share * pie
            for (victory, odds), (power, share) in cases
        )

    peace, hopeless = expected({True: r, False: r}, 1.0), expected({True: r, False: r}, 1 - destruction)
    war = expected({True: r_other, False: r}, 1 - destruction)
    return {"peace": peace >= war - 1e-12, "left": peace - hopeless, "right": war - hopeless}


ORACLES: dict[str, Callable[..., dict[str, Any]]] = {
    "powell1999.status_quo": status_quo_by_search,
    "powell2004.learning": last_offer,
    "powell2006.preventive": preventive_by_periods,
    "powell2006.first_strike": first_strike_by_flows,
    "powell2006.factions": factions_by_cases,
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
    p, q, r = rng.uniform(0.05, 0.95, 3)
    lower, upper = np.sort(rng.uniform(0, 0.6, 2)) + np.array([0, 0.01])
    loss = 0.6 * r**2
    a, b = rng.uniform(0.02, 0.3, 2)
    x, y = rng.uniform(0.01, 0.2, 2)
    return {
        "powell1999.status_quo": {"q": p * q, "p": p, "s": r / 5, "low": lower, "high": upper},
        "powell2004.learning": {
            "a_strong": a + x, "b_strong": b, "a_weak": a, "b_weak": b + y, "s": r / 10, "d": q / 10,
            "mu": round(p * 50) / 50, "rounds": int(rng.integers(1, 5)),
        },
        "powell2006.preventive": {"p": p / 2, "shift": q * (1 - p / 2), "destruction": loss, "discount": 0.4 + r / 2},
        "powell2006.first_strike": {
            "p": p, "advantage": q * min(p, 1 - p), "destruction": loss, "discount": 0.9 + r / 20,
        },
        "powell2006.factions": {"p": p, "destruction": loss, "r": q, "r_other": r, "loss": lower / 2},
    }[name]  # fmt: skip


@pytest.mark.parametrize("name", [name for name in ORACLES if name != "powell2004.learning"])
def test_against_the_game(name: str) -> None:
    rng = np.random.default_rng(RNG_SEED)
    flags: dict[str, set[bool]] = {}
    for _ in range(80):
        inputs = drawn(name, rng)
        answer, second = solved(name, **inputs), ORACLES[name](**inputs)
        for output, expected in second.items():
            assert answer[output] == pytest.approx(expected, abs=1e-8), (inputs, output)
            if isinstance(expected, bool):
                flags.setdefault(output, set()).add(expected)
    # Each truth value must have come up both ways, or the comparison proves little.
    assert all(seen == {True, False} for seen in flags.values())


@pytest.mark.slow
def test_learning_against_a_grid_of_beliefs() -> None:
    rng = np.random.default_rng(RNG_SEED)
    offers = 0
    for _ in range(10):
        inputs = drawn("powell2004.learning", rng)
        answer, second = solved("powell2004.learning", **inputs), learning_on_a_grid(**inputs)
        assert answer["value"] == pytest.approx(second["value"], abs=2e-3), inputs
        offers += (
            abs(answer["offer"] - second["offer"]) < 1e-9 and abs(answer["posterior"] - second["posterior"]) < 2e-3
        )
    # Beside an edge the grid may take the neighbouring offer; that must stay rare.
    assert offers >= 8


def test_learning_in_the_last_round_against_every_offer() -> None:
    rng = np.random.default_rng(RNG_SEED)
    for _ in range(60):
        inputs = drawn("powell2004.learning", rng) | {"rounds": 1}
        answer, second = solved("powell2004.learning", **inputs), last_offer(**inputs)
        for output, expected in second.items():
            assert answer[output] == pytest.approx(expected, abs=1e-9), (inputs, output)


def test_the_cutoff_of_the_last_round_in_closed_form() -> None:
    """mu* = (W_s - W_w) / (1 - W_w - W^S_s), as specified, while both types have something to fight for."""
    rng = np.random.default_rng(RNG_SEED)
    tried = 0
    for _ in range(60):
        v = drawn("powell2004.learning", rng) | {"rounds": 1}
        strong = (v["a_strong"] - v["d"]) / (v["a_strong"] + v["b_strong"])
        weak = (v["a_weak"] - v["d"]) / (v["a_weak"] + v["b_weak"])
        other = (v["b_strong"] - v["s"]) / (v["a_strong"] + v["b_strong"])
        if weak >= 0:
            tried += 1
            expected = (strong - weak) / (1 - weak - other)
            assert solved("powell2004.learning", **v)["cutoff"] == pytest.approx(expected, abs=1e-9)
    assert tried > 20


@pytest.mark.parametrize(
    ("name", "moved", "flag"),
    [("powell2006.preventive", "shift", "war"), ("powell2006.first_strike", "advantage", "empty")],
)
def test_thresholds_divide(name: str, moved: str, flag: str) -> None:
    rng = np.random.default_rng(RNG_SEED)
    cases = [drawn(name, rng) for _ in range(500)]
    grid = {key: np.array([case[key] for case in cases]) for key in cases[0]}
    answer = solved(name, **grid)
    np.testing.assert_array_equal(answer[flag], grid[moved] > answer["threshold"])
    most = 1 - grid["p"] if moved == "shift" else np.minimum(grid["p"], 1 - grid["p"])
    never = ~solved(name, **(grid | {moved: most}))[flag]
    np.testing.assert_allclose(answer["threshold"][never], most[never], atol=1e-12)
    assert 0 < never.mean() < 1


def test_the_general_condition_asks_for_more() -> None:
    rng = np.random.default_rng(RNG_SEED)
    cases = [drawn("powell2006.first_strike", rng) for _ in range(500)]
    answer = solved("powell2006.first_strike", **{key: np.array([case[key] for case in cases]) for key in cases[0]})
    assert not (answer["general"] & ~answer["empty"]).any()
    assert (answer["empty"] & ~answer["general"]).any()


# --- comparative statics ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "moved", "output", "sign"),
    [
        ("powell1999.status_quo", "q", "p_war", -1),
        ("powell1999.status_quo", "s", "p_war", -1),
        ("powell2006.preventive", "shift", "war", 1),
        ("powell2006.preventive", "discount", "war", 1),
        ("powell2006.preventive", "destruction", "war", -1),
        ("powell2006.preventive", "destruction", "threshold", 1),
        ("powell2006.first_strike", "advantage", "empty", 1),
        ("powell2006.first_strike", "destruction", "empty", -1),
        ("powell2006.first_strike", "p", "low", 1),
        ("powell2006.first_strike", "p", "high", 1),
        ("powell2006.factions", "p", "peace", -1),
        ("powell2006.factions", "r_other", "peace", -1),
        ("powell2006.factions", "destruction", "peace", 1),
        ("powell2006.factions", "loss", "peace", 1),
    ],
)
def test_comparative_statics(name: str, moved: str, output: str, sign: int) -> None:
    rng = np.random.default_rng(RNG_SEED)
    varied = 0
    for _ in range(60):
        inputs = drawn(name, rng)
        low, high = {
            "q": (0, inputs["p"]),
            "shift": (0, 1 - inputs["p"]),
            "advantage": (0, min(inputs["p"], 1 - inputs["p"])),
            "p": (inputs.get("advantage", 0), 1 - inputs.get("advantage", 0)),
            "loss": (0, 0.5),
            "discount": (0, 0.999),
        }.get(moved, (0, 1))
        answer = solved(name, **(inputs | {moved: np.linspace(low, high, 41)}))
        steps = sign * np.diff(np.asarray(answer[output]).astype(float))
        assert (steps >= -1e-12).all(), inputs
        varied += bool((steps > 1e-12).any())
    assert varied > 0


def test_no_war_where_benefits_match_power() -> None:
    p = np.linspace(0, 1, 101)
    assert (solved("powell1999.status_quo", q=p, p=p)["p_war"] == 0).all()
    risk = solved("powell1999.status_quo", q=0.3, p=0.3 + np.linspace(0, 0.7, 71))["p_war"]
    assert risk[0] == 0
    assert risk[-1] == risk[-20] > 0


def test_beliefs_move_the_first_offer() -> None:
    rng = np.random.default_rng(RNG_SEED)
    settled = 0
    for _ in range(20):
        inputs = drawn("powell2004.learning", rng) | {"mu": np.linspace(0, 1, 31)}
        answer = solved("powell2004.learning", **inputs)
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


def test_a_costlier_war_is_worth_less() -> None:
    rng = np.random.default_rng(RNG_SEED)
    fell = 0
    for _ in range(20):
        inputs = drawn("powell2004.learning", rng) | {"s": np.linspace(0, 0.15, 16)}
        steps = np.diff(solved("powell2004.learning", **inputs)["value"])
        assert (steps <= 1e-9).all()
        fell += bool((steps < -1e-9).any())
    assert fell > 10


# --- inputs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BY_NAME)
def test_grids_give_what_numbers_give(name: str) -> None:
    rng = np.random.default_rng(RNG_SEED)
    cases = [drawn(name, rng) for _ in range(12)]
    grid = {key: np.array([case[key] for case in cases]).reshape(3, 4) for key in cases[0]}
    whole = solved(name, **grid)
    for place, case in enumerate(cases):
        for output in BY_NAME[name].outputs:
            one = solved(name, **case)[output.name]
            np.testing.assert_allclose(np.reshape(whole[output.name], -1)[place], one, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "inputs", "words"),
    [
        ("powell1999.status_quo", {"q": 1.3}, "q: 1.3"),
        ("powell1999.status_quo", {"low": 0.4}, "low 0.4, high 0.35"),
        ("powell1999.status_quo", {"q": 0.9}, "q 0.9, p 0.4, s 0.05; expected q at most p"),
        ("powell2004.learning", {"a_strong": 0.95}, "a_strong 0.95, b_strong 0.1; expected a sum from 1e-6 to 1"),
        ("powell2004.learning", {"a_weak": 0, "b_weak": 0}, "a_weak 0, b_weak 0; expected a sum"),
        ("powell2004.learning", {"a_weak": 0.6}, "a fight to the finish"),
        ("powell2004.learning", {"mu": -0.1}, "mu: -0.1"),
        ("powell2004.learning", {"rounds": 0}, "rounds: 0"),
        ("powell2004.learning", {"s": -1}, "s: -1"),
        ("powell2006.preventive", {"shift": 0.8}, "p 0.3, shift 0.8"),
        ("powell2006.preventive", {"discount": 1}, "discount: 1"),
        ("powell2006.first_strike", {"advantage": 0.4}, "advantage 0.4, p 0.3"),
        ("powell2006.first_strike", {"destruction": 1.4}, "destruction: 1.4"),
        ("powell2006.factions", {"loss": 0.6}, "loss: 0.6"),
        ("powell2006.factions", {"r": math.inf}, "r: inf"),
    ],
)
def test_impossible_inputs(name: str, inputs: dict[str, Any], words: str) -> None:
    with pytest.raises(QueryError, match=words.replace(".", r"\.")):
        solved(name, **inputs)


def values_of(wanted: Input) -> st.SearchStrategy[Any]:
    """Anything within the bounds, the corners often."""
    if wanted.kind == "integer":
        return st.integers(int(wanted.low), 6)
    return st.floats(wanted.low, wanted.high, exclude_max=wanted.open_high) | st.sampled_from([0.0, 0.5, wanted.low])


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_NAME)
@settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_passes_has_an_answer(name: str, data: st.DataObject) -> None:
    model = BY_NAME[name]
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
