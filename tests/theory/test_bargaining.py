"""Bargaining models: roots found by complex steps, loops over allocations and linear programmes as independent answers."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq, linprog

from armistice.core.errors import QueryError
from armistice.core.model import Solution
from armistice.theory.bargaining import MODELS
from armistice.theory.models import solve_model
from models_table import check_own_rows, element

BY_NAME = {model.name: model for model in MODELS}
SHARED = ("bargaining.nash", "bargaining.kalai_smorodinsky", "bargaining.egalitarian")
STAKE = {"power_a": 0.5, "power_b": 1.0, "disagreement_a": 0.0, "disagreement_b": 0.0, "weight_a": 0.5}


def solved(name: str, **inputs: Any) -> Solution:
    return solve_model(BY_NAME[name], inputs)


# --- independent ways -----------------------------------------------------------------------------------------


def stake_by_roots(name: str, inputs: dict[str, Any]) -> dict[str, float]:
    """The share at which the slope of the product vanishes, by a complex step, or gains have the ratio wanted."""
    i = STAKE | inputs
    a, b, d_a, d_b, w = (i[k] for k in STAKE)
    low = brentq(lambda x: x**a - d_a, 0, 1, xtol=1e-15) if d_a > 0 else 0.0
    high = brentq(lambda x: (1 - x) ** b - d_b, 0, 1, xtol=1e-15) if d_b > 0 else 1.0

    def worth(x: complex) -> complex:
        return w * np.log(x**a - d_a) + (1 - w) * np.log((1 - x) ** b - d_b)

    def slope(x: float) -> float:
        return float(np.imag(worth(x + 1e-150j))) / 1e-150

    def apart(x: float) -> float:
        hope_a, hope_b = (high**a - d_a, (1 - low) ** b - d_b) if name.endswith("smorodinsky") else (1.0, 1.0)
        return (x**a - d_a) / hope_a / w - ((1 - x) ** b - d_b) / hope_b / (1 - w)

    sought = slope if name.endswith("nash") else apart
    ends = (low + 1e-13, high - 1e-13)
    if sought(ends[0]) * sought(ends[1]) > 0:  # one side has its most before the ratio is reached
        rising = sought(ends[0]) < 0 if sought is apart else sought(ends[0]) > 0
        x = high if rising else low
    else:
        x = brentq(sought, *ends, xtol=1e-15)
    return {"share_a": x, "utility_a": x**a, "utility_b": (1 - x) ** b}


def offers_by_equations(discount_a: float, discount_b: float) -> dict[str, float]:
    """Both first movers' own shares from the two indifferences, and the limit from ever shorter periods."""

    def shares(length: float) -> tuple[float, float]:
        d_a, d_b = discount_a**length, discount_b**length
        own_a, own_b = np.linalg.solve([[1, d_b], [d_a, 1]], [1, 1])  # own_a = 1 - d_b own_b, own_b = 1 - d_a own_a
        return float(own_a), float(1 - own_b)

    (first, second), (one, two) = (sum(shares(h)) / 2 for h in (2e-2, 1e-2)), shares(1.0)
    return {"share_a": one, "share_b": 1 - one, "second_share_a": two, "limit_share_a": (4 * second - first) / 3}


def simulated_offers(d_a: float, d_b: float, periods: int = 2000) -> float:
    """The first offer where the last of many periods ends with nothing, backwards."""
    own = 1.0
    for period in reversed(range(periods)):
        own = 1 - (d_b if period % 2 == 0 else d_a) * own
    return own


def traded_by_loops(a: list[float], b: list[float], d: tuple[float, float], divisible: bool) -> dict[str, Any]:
    """Nash: all allocations, and for divisible issues all with one issue split where the slope of the product vanishes."""

    def gains(x: Any) -> tuple[Any, Any]:
        return sum(p * q for p, q in zip(a, x, strict=True)) - d[0], sum(
            p * (1 - q) for p, q in zip(b, x, strict=True)
        ) - d[1]

    tried = [tuple(map(float, x)) for x in itertools.product((0, 1), repeat=len(a))]
    for k, rest in itertools.product(range(len(a)), tried if divisible else ()):

        def slope(z: float, k: int = k, rest: tuple[float, ...] = rest) -> float:
            x = [*rest[:k], z + 1e-150j, *rest[k + 1 :]]
            one, two = gains(x)
            return float(np.imag(one * two)) / 1e-150

        if slope(0.0) * slope(1.0) < 0:
            z = brentq(slope, 0, 1, xtol=1e-15)
            tried.append((*rest[:k], z, *rest[k + 1 :]))
    allowed = [x for x in tried if min(gains(x)) >= 0]
    best = max(gains(x)[0] * gains(x)[1] for x in allowed)
    tied = {x for x in allowed if gains(x)[0] * gains(x)[1] > best - 1e-12}
    one, two = gains(min(tied, key=lambda x: x[::-1]))
    return {"nash_a": one + d[0], "nash_b": two + d[1], "ties": len(tied), "nash_ties": len(tied)}


def traded_by_programme(a: list[float], b: list[float], d: tuple[float, float], relative: bool) -> tuple[float, float]:
    """Divisible issues: equal gains, or equal shares of the largest ones, as large as can be, by linear programmes."""
    m, total = len(a), sum(b)
    hope = [1.0, 1.0]
    if relative:
        hope[0] = -linprog(-np.array(a), A_ub=[b], b_ub=[total - d[1]], bounds=[(0, 1)] * m).fun - d[0]
        hope[1] = total - linprog(b, A_ub=[-np.array(a)], b_ub=[-d[0]], bounds=[(0, 1)] * m).fun - d[1]
    rows = [[*(-np.array(a) / hope[0]), 1.0], [*(np.array(b) / hope[1]), 1.0]]
    right = [-d[0] / hope[0], (total - d[1]) / hope[1]]
    x = linprog([0.0] * m + [-1.0], A_ub=rows, b_ub=right, bounds=[(0, 1)] * m + [(None, None)]).x[:m]
    return float(np.dot(a, x)), float(total - np.dot(b, x))


def oracle(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    if name == "bargaining.rubinstein":
        return offers_by_equations(**inputs)
    if name == "bargaining.logroll":
        a, b = inputs["weights_a"], inputs["weights_b"]
        d = (inputs.get("disagreement_a", 0.0), inputs.get("disagreement_b", 0.0))
        divisible = inputs.get("divisible", "yes") == "yes"
        out = traded_by_loops(a, b, d, divisible)
        for relative, said in ((True, "kalai_smorodinsky"), (False, "egalitarian")) if divisible else ():
            out[f"{said}_a"], out[f"{said}_b"] = traded_by_programme(a, b, d, relative)
        return out
    return stake_by_roots(name, inputs)


# --- the table ------------------------------------------------------------------------------------------------


def test_own_rows_of_the_table_come_from_a_second_way() -> None:
    check_own_rows(BY_NAME, lambda name, inputs, output: element(oracle(name, inputs), output))


# --- many more inputs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHARED)
def test_a_divided_stake_against_roots(name: str) -> None:
    rng = np.random.default_rng(5)
    for _ in range(100):
        a, b, w = rng.uniform(0.2, 1), rng.uniform(0.2, 1), rng.uniform(0.1, 0.9)
        d_a, d_b = rng.uniform(-0.3, 0.45), rng.uniform(-0.3, 0.45)
        inputs = {"power_a": a, "power_b": b, "disagreement_a": d_a, "disagreement_b": d_b, "weight_a": w}
        found = solved(name, **inputs)
        for output, value in stake_by_roots(name, inputs).items():
            assert found[output] == pytest.approx(value, abs=2e-9), (inputs, output)


@pytest.mark.parametrize("name", SHARED)
def test_where_both_are_neutral_to_risk_the_surplus_is_split_by_weight(name: str) -> None:
    p, c_a, c_b, weight = np.meshgrid([0.2, 0.6], [0.05, 0.1], [0.1, 0.2], [0.25, 0.5, 0.75])
    found = solved(name, power_a=1, disagreement_a=p - c_a, disagreement_b=1 - p - c_b, weight_a=weight)
    assert found["share_a"] == pytest.approx(p - c_a + weight * (c_a + c_b))


def test_a_list_of_shares_tends_to_the_divided_stake() -> None:
    x = np.linspace(0, 1, 4001)
    for name in SHARED:
        whole = solved(name, disagreement_a=0.2, disagreement_b=0.1)
        listed = solved(name, utilities=np.column_stack([x**0.5, 1 - x]), disagreement_a=0.2, disagreement_b=0.1)
        assert x[listed["outcome"]] == pytest.approx(whole["share_a"], abs=3e-4)
        coarse = np.linspace(0, 1, 201)
        lots = solved(
            name, utilities=np.column_stack([coarse**0.5, 1 - coarse]), disagreement_a=0.2, disagreement_b=0.1,
            lotteries="yes",
        )  # fmt: skip
        assert lots["utility_a"] == pytest.approx(whole["utility_a"], abs=3e-4)
        assert lots["outcome"] is None


def test_alternating_offers_against_simulation() -> None:
    for d_a, d_b in ((0.9, 0.8), (0.5, 0.95), (0.1, 0.2), (0.98, 0.99)):
        found = solved("bargaining.rubinstein", discount_a=d_a, discount_b=d_b)
        assert found["share_a"] == pytest.approx(simulated_offers(d_a, d_b), abs=1e-8)
        for output, value in offers_by_equations(d_a, d_b).items():
            assert found[output] == pytest.approx(value, abs=1e-6)


def test_quick_offers_tend_to_the_nash_solution() -> None:
    found = solved("bargaining.rubinstein", discount_a=0.9, discount_b=0.8)
    asymmetric = solved("bargaining.nash", power_a=1, weight_a=found["limit_share_a"])
    quick = solved("bargaining.rubinstein", discount_a=0.9**1e-9, discount_b=0.8**1e-9)
    assert asymmetric["share_a"] == pytest.approx(quick["share_a"], abs=1e-6)


@pytest.mark.parametrize("divisible", ["yes", "no"])
def test_traded_issues_against_loops_and_programmes(divisible: str) -> None:
    rng = np.random.default_rng(6)
    for _ in range(15):
        a, b = rng.dirichlet([1] * 4), rng.dirichlet([1] * 4)
        d = tuple(rng.uniform(-0.2, 0.3, 2))
        found = solved("bargaining.logroll", weights_a=a, weights_b=b, disagreement_a=d[0], disagreement_b=d[1], divisible=divisible)  # fmt: skip
        wanted = traded_by_loops(list(a), list(b), d, divisible == "yes")
        assert (found["nash_a"], found["nash_b"]) == pytest.approx((wanted["nash_a"], wanted["nash_b"]), abs=1e-9)
        assert (a @ found["nash_x"], b @ (1 - found["nash_x"])) == pytest.approx((found["nash_a"], found["nash_b"]))
        if divisible == "yes":
            for relative, said in ((True, "kalai_smorodinsky"), (False, "egalitarian")):
                both = traded_by_programme(list(a), list(b), d, relative)
                assert (found[f"{said}_a"], found[f"{said}_b"]) == pytest.approx(both, abs=1e-8)
        halves = (found["split_a"] - d[0], found["split_b"] - d[1])
        if divisible == "yes" and min(halves) > 0:
            assert (found["nash_a"] - d[0]) * (found["nash_b"] - d[1]) >= halves[0] * halves[1] - 1e-12


# --- comparative statics --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHARED)
def test_a_better_fallback_and_more_weight_help(name: str) -> None:
    grid = np.linspace(-0.5, 0.6, 23)
    up, down = (solved(name, **{f"disagreement_{side}": grid})["share_a"] for side in "ab")
    assert (np.diff(up) >= -1e-12).all()
    assert (np.diff(down) <= 1e-12).all()
    assert (np.diff(solved(name, weight_a=np.linspace(0.05, 0.95, 19))["share_a"]) > 0).all()


def test_what_depends_on_units() -> None:
    u = np.random.default_rng(7).uniform(0, 1, (8, 2))
    rows = {name: solved(name, utilities=u, lotteries="yes") for name in SHARED}
    for name in SHARED:
        other = solved(name, utilities=u * [3, 1], lotteries="yes")
        same = np.isclose(other["utility_b"], rows[name]["utility_b"])
        assert same == (name != "bargaining.egalitarian"), name


def test_the_smaller_egalitarian_gain_never_falls_as_agreements_are_added() -> None:
    rng = np.random.default_rng(8)
    for _ in range(50):
        u = rng.uniform(0, 1, (6, 2))
        few, many = (solved("bargaining.egalitarian", utilities=v, lotteries="yes") for v in (u[:4], u))
        assert min(many["utility_a"], many["utility_b"]) >= min(few["utility_a"], few["utility_b"]) - 1e-12


def test_a_bargain_that_serves_nobody() -> None:
    for name in SHARED:
        found = solved(name, disagreement_a=[0.2, 0.9], disagreement_b=[0.3, 0.9])
        assert found["agreement"].tolist() == [True, False]
        assert np.isnan(found["share_a"]).tolist() == [False, True]
        assert found["utility_a"][1] == 0.9
        assert solved(name, utilities=[[0.5, 0.5]], disagreement_a=0.6)["outcome"] == -1
    found = solved("bargaining.logroll", disagreement_a=0.9, disagreement_b=0.9)
    assert (found["agreement"], found["nash_a"]) == (False, 0.9)
    assert np.isnan(found["nash_x"]).all()


# --- grids and impossible inputs ------------------------------------------------------------------------------


def test_grids_give_what_single_numbers_give() -> None:
    d, w = np.array([-0.2, 0.0, 0.3]), np.array([0.3, 0.6])[:, None]
    for name in SHARED:
        for more in ({}, {"utilities": [[0.2, 0.9], [0.6, 0.6], [0.9, 0.1]]}):
            grid = solved(name, disagreement_a=d, weight_a=w, **more)
            for i, j in np.ndindex(2, 3):
                one = solved(name, disagreement_a=d[j], weight_a=w[i, 0], **more)
                assert (grid["utility_a"][i, j], grid["utility_b"][i, j]) == (one["utility_a"], one["utility_b"])
    grid = solved("bargaining.logroll", disagreement_a=d)
    assert grid["nash_x"].shape == (3, 2)
    assert grid["nash_a"][2] == solved("bargaining.logroll", disagreement_a=0.3)["nash_a"]


@pytest.mark.parametrize(
    ("name", "inputs", "said"),
    [
        ("bargaining.nash", {"weight_a": 1}, "weight_a"),
        ("bargaining.nash", {"power_a": 1.5}, "power_a"),
        ("bargaining.egalitarian", {"utilities": [[1, 2, 3]]}, "utilities"),
        ("bargaining.nash", {"utilities": np.ones((501, 2)), "lotteries": "yes"}, "at most 500"),
        ("bargaining.kalai_smorodinsky", {"lotteries": "perhaps"}, "lotteries"),
        ("bargaining.rubinstein", {"discount_a": 1.0}, "discount_a"),
        ("bargaining.logroll", {"weights_a": [1, 2, 3]}, "weights_a"),
        ("bargaining.logroll", {"weights_a": [1] * 17, "weights_b": [1] * 17, "divisible": "no"}, "at most 16 issues"),
        ("bargaining.logroll", {"weights_a": [-1, 1]}, "weights_a"),
    ],
)
def test_impossible_inputs_get_a_sentence(name: str, inputs: dict[str, Any], said: str) -> None:
    with pytest.raises(QueryError, match=said):
        solved(name, **inputs)


CORNERS = st.sampled_from([0.01, 0.5, 1.0]) | st.floats(0.01, 1)
FALLBACKS = st.sampled_from([-1e9, -1.0, 0.0, 0.5, 1.0, 1e9]) | st.floats(-2, 2)
WEIGHTS = st.sampled_from([1e-12, 0.5, 1 - 1e-12]) | st.floats(1e-6, 1 - 1e-6)


@given(st.sampled_from(SHARED), CORNERS, CORNERS, FALLBACKS, FALLBACKS, WEIGHTS)
def test_every_possible_stake_has_an_answer(name: str, a: float, b: float, d_a: float, d_b: float, w: float) -> None:
    found = solved(name, power_a=a, power_b=b, disagreement_a=d_a, disagreement_b=d_b, weight_a=w)
    assert found["agreement"] == (not np.isnan(found["share_a"]))
    assert np.isfinite([found["utility_a"], found["utility_b"]]).all()


ISSUES = st.sampled_from([0.0, 1.0, 1e6, 1e-9]) | st.floats(0, 1)


@given(
    st.lists(st.tuples(ISSUES, ISSUES), min_size=1, max_size=5), FALLBACKS, FALLBACKS, st.sampled_from(["yes", "no"])
)
def test_every_possible_trade_has_an_answer(issues: list, d_a: float, d_b: float, divisible: str) -> None:
    a, b = zip(*issues, strict=True)
    found = solved("bargaining.logroll", weights_a=a, weights_b=b, disagreement_a=d_a, disagreement_b=d_b, divisible=divisible)  # fmt: skip
    assert np.isfinite([found["nash_a"], found["kalai_smorodinsky_b"], found["egalitarian_a"]]).all()
    if found["agreement"]:
        assert ((found["nash_x"] >= 0) & (found["nash_x"] <= 1)).all()


@given(st.floats(1e-300, 1 - 1e-16), st.floats(1e-300, 1 - 1e-16))
def test_every_patience_has_an_answer(d_a: float, d_b: float) -> None:
    found = solved("bargaining.rubinstein", discount_a=d_a, discount_b=d_b)
    assert 0 <= found["limit_share_a"] <= 1
    assert found["second_share_a"] <= found["share_a"] <= 1
    assert found["share_a"] + found["share_b"] == pytest.approx(1)
