"""Domestic politics: leaders and decision makers acted out on exact grids and by bisection, without the formulae."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armistice.core.errors import QueryError
from armistice.core.model import Solution
from armistice.theory.domestic import MODELS
from armistice.theory.models import solve_model
from models_table import check_own_rows

BY_NAME = {model.name: model for model in MODELS}


def solved(name: str, **inputs: Any) -> Solution:
    return solve_model(BY_NAME[name], inputs)


# --- independent answers -------------------------------------------------------------------------------------------


def leader(p: int, c_a: int, c_b: int, tau: int, penalty: int, penalty_total: int) -> tuple[float, bool]:
    """Least settlement that the leader accepts, and whether side B refuses all that it accepts.

    Inputs in hundredths, shares in ten-thousandths, so that whole numbers are exact: every share is tried.
    """
    x = np.arange(10_001)
    content = x - np.where(x < 100 * tau, 100 * penalty, 0)
    war = p * 100 - (100 - p) * penalty_total - 100 * c_a
    accepted = x[content >= war]
    other = (10_000 - accepted) >= (100 - p) * 100 - 100 * c_b
    return accepted[0] / 10_000, not other.any()


def indifferent_bias(w_i: float, w_j: float, p: float, gain: float, cost: float) -> float:
    """Bias at which a decision maker who holds a tenth of the wealth is as well off in war as in peace, by bisection."""

    def better_in_war(bias: float) -> bool:
        won = 0.1 * (1 - cost) * w_i + 0.1 * bias * gain * w_j
        lost = 0.1 * (1 - cost - gain) * w_i
        return p * won + (1 - p) * lost > 0.1 * w_i

    low, high = 0.0, 1.0
    while not better_in_war(high):
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (low, middle) if better_in_war(middle) else (middle, high)
    return high


def own(name: str, inputs: dict[str, Any], output: str) -> float | bool:
    """The value of an own row of the table."""
    if name == "jackson_morelli2007":
        return indifferent_bias(**inputs)
    found = leader(**{k: round(100 * v) for k, v in ({"penalty_total": inputs["penalty"]} | inputs).items()})
    return found[0 if output == "minimum" else 1]


# --- the table -----------------------------------------------------------------------------------------------------


def test_own_rows_of_the_table_come_from_a_second_way() -> None:
    check_own_rows(BY_NAME, own)


# --- more inputs ---------------------------------------------------------------------------------------------------


def test_leader_as_every_share_tried() -> None:
    rng = np.random.default_rng(7)
    kinds = set()
    for _ in range(400):
        p, tau = (int(v) for v in rng.integers(0, 101, 2))
        c_a, c_b = (int(v) for v in rng.integers(0, 31, 2))
        penalty, total = (int(v) for v in rng.integers(0, 151, 2))
        found = solved(
            "goemans2000", p=p / 100, c_a=c_a / 100, c_b=c_b / 100, tau=tau / 100, penalty=penalty / 100,
            penalty_total=total / 100,
        )  # fmt: skip
        least, empty = leader(p, c_a, c_b, tau, penalty, total)
        assert found["minimum"] == pytest.approx(least, abs=1e-12)
        assert found["empty"] == empty
        kinds.add(empty)
    assert kinds == {True, False}


def test_bias_as_by_bisection() -> None:
    rng = np.random.default_rng(8)
    for _ in range(100):
        w_i, w_j = rng.uniform(0.2, 5, 2)
        p, gain = rng.uniform(0.05, 1, 2)
        cost = rng.uniform(0.01, 1) * (1 - gain)
        found = solved("jackson_morelli2007", w_i=w_i, w_j=w_j, p=p, gain=gain, cost=cost)
        assert found["bias"] == pytest.approx(indifferent_bias(w_i, w_j, p, gain, cost), rel=1e-11)
        just = {"w_i": w_i, "w_j": w_j, "p": p, "gain": gain, "cost": cost}
        assert not solved("jackson_morelli2007", bias_i=found["bias"] * 0.999, **just)["wants_war_i"]
        assert solved("jackson_morelli2007", bias_i=found["bias"] * 1.001, **just)["wants_war_i"]
        mirrored = {"w_i": w_j, "w_j": w_i, "p": 1 - p, "gain": gain, "cost": cost}
        if p < 0.99:
            threshold = indifferent_bias(**mirrored)
            assert solved("jackson_morelli2007", bias_j=threshold * 1.001, **just)["wants_war_j"]
            assert not solved("jackson_morelli2007", bias_j=threshold * 0.999, **just)["wants_war_j"]


# --- comparative statics -------------------------------------------------------------------------------------------

unit = st.floats(0, 1)
positive = st.floats(0, 3)


@given(unit, positive, unit, positive, positive, st.floats(0, 1))
@settings(max_examples=200, deadline=None)
def test_minimum_rises_with_penalty_and_threshold_and_falls_with_that_for_a_lost_war(
    p: float, c: float, tau: float, penalty: float, total: float, more: float
) -> None:
    def least(**change: float) -> float:
        inputs = {"p": p, "c_a": c, "tau": tau, "penalty": penalty, "penalty_total": total} | change
        return solved("goemans2000", **inputs)["minimum"]

    base = least()
    assert least(penalty=penalty + more) >= base - 1e-12
    assert least(tau=min(1.0, tau + more)) >= base - 1e-12
    assert least(penalty_total=total + more) <= base + 1e-12


@given(st.floats(0.05, 0.6), st.floats(0.01, 0.15), st.floats(0.01, 0.15), st.floats(0.01, 1), st.floats(0.01, 0.2))
@settings(max_examples=200, deadline=None)
def test_range_empties_at_the_penalty_of_the_formula(
    p: float, c_a: float, c_b: float, beyond: float, nudge: float
) -> None:
    tau = min(1.0, p + c_b + beyond)
    limit = (c_a + c_b) / p
    inputs = {"p": p, "c_a": c_a, "c_b": c_b, "tau": tau}
    assert not solved("goemans2000", penalty=limit * (1 - nudge), **inputs)["empty"]
    assert solved("goemans2000", penalty=limit * (1 + nudge), **inputs)["empty"]


def test_without_penalty_the_leader_is_the_country_and_the_dictator_gives_more() -> None:
    p = np.linspace(0, 1, 21)
    plain = solved("goemans2000", p=p, tau=0.5, penalty=0.0)
    np.testing.assert_allclose(plain["minimum"], np.maximum(p - 0.1, 0), atol=1e-12)
    assert not plain["empty"].any()
    assert not plain["gambles"].any()
    dictator = solved("goemans2000", p=p, tau=0.5, penalty=0.0, penalty_total=0.5)
    assert (dictator["minimum"] <= plain["minimum"]).all()
    assert (dictator["minimum"] < plain["minimum"]).any()
    assert solved("goemans2000")["gambles"]


@given(st.floats(0.1, 10), st.floats(0.1, 10), st.floats(0.01, 0.99), st.floats(0.01, 0.9), unit, st.floats(0.01, 0.5))
@settings(max_examples=100, deadline=None)
def test_bias_threshold_moves_as_said_and_the_unbiased_never_both_want_war(
    w_i: float, w_j: float, p: float, gain: float, part: float, more: float
) -> None:
    cost = part * (1 - gain)
    inputs = {"w_i": w_i, "w_j": w_j, "p": p, "gain": gain, "cost": cost}

    def bias(**change: float) -> float:
        return solved("jackson_morelli2007", **(inputs | change))["bias"]

    base = solved("jackson_morelli2007", **inputs)
    assert bias(p=p + more * (1 - p)) < base["bias"]
    assert bias(w_j=w_j * (1 + more)) < base["bias"]
    assert bias(w_i=w_i * (1 + more)) > base["bias"]
    assert bias(cost=cost + more * (1 - gain - cost)) >= base["bias"]
    assert bias(gain=gain + more * (1 - gain - cost)) <= base["bias"] * (1 + 1e-12)
    assert not (base["wants_war_i"] and base["wants_war_j"])
    assert base["peace"] == (not base["wants_war_i"] and not base["wants_war_j"])


def test_two_biased_countries_both_want_war() -> None:
    both = solved("jackson_morelli2007", bias_i=1.5, bias_j=1.5)
    assert both["wants_war_i"]
    assert both["wants_war_j"]
    assert not both["peace"]


# --- inputs --------------------------------------------------------------------------------------------------------


def corners(name: str) -> st.SearchStrategy[dict[str, float]]:
    """Any inputs within their bounds, ends included."""
    return st.fixed_dictionaries(
        {
            i.name: st.one_of(st.sampled_from([i.low, i.high, 0.5, 1.0]), st.floats(i.low, i.high))
            for i in BY_NAME[name].inputs
        }
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_NAME)
@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_passes_has_a_finite_answer(name: str, data: st.DataObject) -> None:
    inputs = data.draw(corners(name))
    if inputs.get("cost", 0) + inputs.get("gain", 0) > 1 + 1e-12 and "cost" in inputs:
        with pytest.raises(QueryError, match="cost and gain"):
            solved(name, **inputs)
        return
    found = solved(name, **inputs)
    assert all(np.isfinite(float(v)) for v in found.values.values())


@pytest.mark.parametrize(
    ("name", "grids"),
    [
        ("goemans2000", {"p": np.linspace(0, 1, 5)[:, None], "penalty": np.linspace(0, 1.5, 7)}),
        ("jackson_morelli2007", {"p": np.linspace(0.1, 1, 5)[:, None], "bias_i": np.linspace(0, 4, 7)}),
    ],
)
def test_grids_are_as_single_numbers(name: str, grids: dict[str, np.ndarray]) -> None:
    found = solved(name, **grids)
    wide = dict(zip(grids, np.broadcast_arrays(*grids.values()), strict=True))
    for place in np.ndindex(5, 7):
        one = solved(name, **{k: v[place] for k, v in wide.items()})
        for output in found.values:
            assert np.broadcast_to(found[output], (5, 7))[place] == one[output], output


@pytest.mark.parametrize(
    ("name", "inputs", "said"),
    [
        ("goemans2000", {"p": 1.1}, "p"),
        ("goemans2000", {"tau": -0.1}, "tau"),
        ("goemans2000", {"penalty": -1}, "penalty"),
        ("goemans2000", {"penalty_total": float("nan")}, "penalty_total"),
        ("goemans2000", {"c_b": "much"}, "c_b"),
        ("jackson_morelli2007", {"w_j": 0}, "w_j"),
        ("jackson_morelli2007", {"gain": 0}, "gain"),
        ("jackson_morelli2007", {"gain": 0.7, "cost": 0.4}, "cost 0.4, gain 0.7"),
        ("jackson_morelli2007", {"bias": 2}, "bias"),
    ],
)
def test_impossible_inputs_are_refused_by_name(name: str, inputs: dict[str, Any], said: str) -> None:
    with pytest.raises(QueryError, match=f"{name}:? {said}"):
        solved(name, **inputs)
