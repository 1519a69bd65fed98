"""Attrition: matrix exponentials, counted duels, exact chances and quadrature as independent answers."""

from __future__ import annotations

import math
import re
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp
from scipy.linalg import expm
from scipy.optimize import brentq

from armistice.core.errors import QueryError
from armistice.core.model import Solution
from armistice.theory.attrition import MODELS
from armistice.theory.models import solve_model
from models_table import check_own_rows

BY_NAME = {model.name: model for model in MODELS}


def solved(name: str, **inputs: Any) -> Solution:
    return solve_model(BY_NAME[name], inputs)


# --- independent answers -------------------------------------------------------------------------------------------


def square_by_exponential(a0: float, b0: float, a: float, b: float) -> dict[str, Any]:
    """The square law as a linear system: the first time at which one side has none left, by root finding."""
    system = np.array([[0.0, -b], [-a, 0.0]])

    def left(t: float) -> np.ndarray:
        return expm(system * t) @ np.array([a0, b0])

    step = 0.25 / math.sqrt(a * b)
    onward, forces, k = expm(system * step), np.array([a0, b0]), 0
    while forces.min() > 0:
        forces, k = onward @ forces, k + 1
    winner, loser = int(np.argmax(forces)), int(np.argmin(forces))
    time = brentq(lambda t: left(t)[loser], (k - 1) * step, k * step, xtol=1e-13, rtol=1e-15)
    return {"survivors": left(time)[winner], "time": time, "winner": "ab"[winner]}


def linear_by_duels(a0: int, b0: int, a: Fraction, b: Fraction) -> tuple[float, str]:
    """The linear law in small exchanges, counted exactly: each takes b / 64 from A and a / 64 from B."""
    left_a, left_b = Fraction(a0), Fraction(b0)
    while left_a > 0 and left_b > 0:
        # The last exchange ends where the loser has none left.
        part = min(Fraction(1, 64), left_a / b, left_b / a)
        left_a, left_b = left_a - b * part, left_b - a * part
    return float(left_a + left_b), "a" if left_a > 0 else "b" if left_b > 0 else "none"


def stochastic_forward(a0: int, b0: int, a: Fraction, b: Fraction) -> dict[str, float]:
    """Exact chances carried forward from the first state, loss by loss."""
    chance = {(a0, b0): Fraction(1)}
    ends: dict[tuple[int, int], Fraction] = {}
    while chance:
        after: dict[tuple[int, int], Fraction] = {}
        for (i, j), mass in chance.items():
            next_b = a * i / (a * i + b * j)
            for state, part in (((i, j - 1), next_b), ((i - 1, j), 1 - next_b)):
                into = ends if 0 in state else after
                into[state] = into.get(state, Fraction(0)) + mass * part
        chance = after
    return {
        "p_a": float(sum(m for (i, _), m in ends.items() if i > 0)),
        "survivors_a": float(sum(i * m for (i, _), m in ends.items())),
        "survivors_b": float(sum(j * m for (_, j), m in ends.items())),
    }


def waiting(hazard: float, v: float, give_in: float, cost: float, r: float, until: float) -> float:
    """Payoff of a side that waits until a time and then gives in, against a side that gives in at a rate."""
    flow = quad(lambda t: math.exp(-(r + hazard) * t) * (hazard * v - cost), 0, until, epsabs=1e-13, epsrel=1e-13)[0]
    return flow + math.exp(-(r + hazard) * until) * give_in


def attrition_by_indifference(v: float, l_1: float, l_2: float, c_1: float, c_2: float, r: float) -> dict[str, float]:
    """Rates at which the other side gains nothing from waiting three units of time; length and quitter by quadrature."""
    h_2 = brentq(lambda h: waiting(h, v, l_1, c_1, r, 3.0) - l_1, 0, 1e3, xtol=1e-15, rtol=1e-14)
    h_1 = brentq(lambda h: waiting(h, v, l_2, c_2, r, 3.0) - l_2, 0, 1e3, xtol=1e-15, rtol=1e-14)
    far = 60 / (h_1 + h_2)
    pieces = np.linspace(0, far, 31)

    def integral(density: Any) -> float:
        return sum(quad(density, x, y, epsrel=1e-13)[0] for x, y in pairwise(pieces))

    both = h_1 + h_2
    return {
        "h_1": h_1,
        "h_2": h_2,
        "mean": integral(lambda t: math.exp(-both * t)),
        "p_1_quits": integral(lambda t: h_1 * math.exp(-both * t)),
    }


def epstein_in_decimals(inputs: dict[str, Any], day: int) -> dict[str, float]:
    """State of a day, numbered from 1, from that of the day before, in 60 digits."""
    x = {k: Decimal(str(v)) for k, v in inputs.items()}

    def state(t: int) -> tuple[Decimal, Decimal, Decimal, Decimal, Decimal]:
        if t == 1:
            return x["attackers"], x["defenders"], Decimal(0), Decimal(0), x["ag_1"]
        force, defence, w, km, g = state(t - 1)
        a = g * (1 - w / x["w_max"])
        held = defence - a * force / x["rho"]
        lost = 1 - held / defence
        beyond = max(Decimal(0), (lost - x["alpha_dt"]) / (1 - x["alpha_dt"]))
        w_new = w * (1 - beyond) + x["w_max"] * beyond if beyond > 0 else Decimal(0)
        pull = (x["alpha_at"] - g) / x["alpha_at"]
        return force * (1 - a), held, w_new, km + w_new, g + pull * (x["alpha_at"] - a)

    with localcontext() as context:
        context.prec = 60
        found = [float(v) for v in state(day)]
    return dict(zip(("attackers", "defenders", "withdrawal", "ground_lost"), found, strict=False))


def own(name: str, inputs: dict[str, Any], output: str) -> Any:
    """The value of an own row of the table."""
    if name == "lanchester.square":
        return square_by_exponential(**inputs)[output]
    if name == "lanchester.linear":
        exact = (inputs["a0"], inputs["b0"], Fraction(str(inputs["a"])), Fraction(str(inputs["b"])))
        return linear_by_duels(*exact)[("survivors", "winner").index(output)]
    if name == "lanchester.stochastic":
        exact = (inputs["a0"], inputs["b0"], Fraction(str(inputs["a"])), Fraction(str(inputs["b"])))
        return stochastic_forward(*exact)[output]
    if name == "langlois2009":
        return attrition_by_indifference(**inputs)[output]
    vector, day = re.findall(r"\w+", output)
    return epstein_in_decimals(inputs, int(day) + 1)[vector]


# --- the table -----------------------------------------------------------------------------------------------------


def test_own_rows_of_the_table_come_from_a_second_way() -> None:
    check_own_rows(BY_NAME, own)


# --- Lanchester ----------------------------------------------------------------------------------------------------


def test_square_law_as_by_matrix_exponential() -> None:
    rng = np.random.default_rng(1)
    winners = set()
    for _ in range(60):
        a0, b0 = rng.uniform(10, 200, 2)
        a, b = rng.uniform(0.005, 0.05, 2)
        found, other = solved("lanchester.square", a0=a0, b0=b0, a=a, b=b), square_by_exponential(a0, b0, a, b)
        assert found["winner"] == other["winner"]
        assert found["survivors"] == pytest.approx(other["survivors"], rel=1e-7)
        assert found["time"] == pytest.approx(other["time"], rel=1e-9)
        winners.add(found["winner"])
    assert winners == {"a", "b"}


def test_linear_law_as_by_integration() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        a0, b0 = rng.uniform(50, 200, 2)
        a, b = rng.uniform(0.5, 2, 2)
        rates = (a / 1000, b / 1000)
        path = solve_ivp(
            lambda t, y, rates=rates: (-rates[1] * y[0] * y[1], -rates[0] * y[0] * y[1]),
            (0, 1e6), (a0, b0), method="LSODA", rtol=1e-10, atol=1e-9,
        )  # fmt: skip
        found = solved("lanchester.linear", a0=a0, b0=b0, a=rates[0], b=rates[1])
        last = path.y[:, -1]
        assert found["winner"] == "ab"[int(np.argmax(last))]
        assert found["survivors"] == pytest.approx(last.max(), abs=1e-3)


def test_linear_law_as_by_duels() -> None:
    for a0, b0, a, b in (
        (30, 20, "0.5", "0.25"),
        (20, 30, "0.5", "0.25"),
        (7, 40, "1", "0.5"),
        (10, 20, "0.5", "0.25"),
    ):
        survivors, winner = linear_by_duels(a0, b0, Fraction(a), Fraction(b))
        found = solved("lanchester.linear", a0=a0, b0=b0, a=float(a), b=float(b))
        assert (found["survivors"], found["winner"]) == (pytest.approx(survivors, abs=1e-12), winner)


def test_example_is_won_by_a() -> None:
    assert solved("lanchester.square")["winner"] == solved("lanchester.linear")["winner"] == "a"


def test_draws_and_sides_with_nothing() -> None:
    for law in ("lanchester.square", "lanchester.linear"):
        draw = solved(law, a0=50, b0=50)
        assert (draw["winner"], draw["survivors"]) == ("none", 0)
        assert solved(law, a0=0, b0=0)["winner"] == "none"
        alone = solved(law, a0=0, b0=5)
        assert (alone["winner"], alone["survivors"]) == ("b", 5)
    assert solved("lanchester.square", a0=50, b0=50)["time"] == math.inf
    assert solved("lanchester.square", a0=50, b0=100, a=0.04, b=0.01)["winner"] == "none"
    assert solved("lanchester.square", a0=0, b0=5)["time"] == 0


@given(st.floats(1, 100), st.floats(1, 100), st.floats(0.01, 1), st.floats(0.01, 1), st.floats(1.01, 2))
@settings(max_examples=200, deadline=None)
def test_winner_keeps_more_with_its_own_number_and_rate_and_numbers_count_squared(
    a0: float, b0: float, a: float, b: float, more: float
) -> None:
    for law, power in (("lanchester.square", 2), ("lanchester.linear", 1)):
        base = solved(law, a0=a0, b0=b0, a=a, b=b)
        if base["winner"] != "a":
            continue
        for change in ({"a0": a0 * more}, {"a": a * more}, {"b0": b0 / more}, {"b": b / more}):
            assert solved(law, **({"a0": a0, "b0": b0, "a": a, "b": b} | change))["survivors"] > base["survivors"]
        traded = solved(law, a0=a0 * more, b0=b0 * more, a=a, b=b)
        assert traded["survivors"] == pytest.approx(base["survivors"] * more, rel=1e-9)
        # A loser with twice the numbers is as one whose rate is twice, or four times under the square law, as high.
        numbers, rates = solved(law, a0=a0, b0=b0 / 2, a=a, b=b), solved(law, a0=a0, b0=b0, a=a, b=b / 2**power)
        assert numbers["survivors"] == pytest.approx(rates["survivors"], rel=1e-9)


def test_stochastic_law_as_by_exact_chances() -> None:
    for a0, b0, a, b in (
        (1, 1, "0.3", "0.7"),
        (6, 9, "2", "1"),
        (12, 5, "0.5", "1.25"),
        (1, 15, "4", "1"),
        (20, 1, "1", "7"),
    ):
        exact = stochastic_forward(a0, b0, Fraction(a), Fraction(b))
        found = solved("lanchester.stochastic", a0=a0, b0=b0, a=float(a), b=float(b))
        for output, value in exact.items():
            assert found[output] == pytest.approx(value, abs=1e-12), output


def test_stochastic_law_as_by_simulation() -> None:
    rng = np.random.default_rng(3)
    n = 40_000
    i, j = np.full(n, 14), np.full(n, 11)
    while ((i > 0) & (j > 0)).any():
        on = (i > 0) & (j > 0)
        hits_b = rng.random(n) < 0.8 * i / np.maximum(0.8 * i + 1.2 * j, 1e-9)
        i, j = i - (on & ~hits_b), j - (on & hits_b)
    found = solved("lanchester.stochastic", a0=14, b0=11, a=0.8, b=1.2)
    assert found["p_a"] == pytest.approx((i > 0).mean(), abs=0.01)
    assert found["survivors_a"] == pytest.approx(i.mean(), abs=0.05)


def test_stochastic_law_rises_with_numbers_and_rate_and_nears_the_square_law() -> None:
    n = np.arange(1, 13)
    chance = solved("lanchester.stochastic", a0=n[:, None], b0=n, a=1.0, b=1.0)["p_a"]
    assert (np.diff(chance, axis=0) > 0).all()
    assert (np.diff(chance, axis=1) < 0).all()
    np.testing.assert_allclose(chance + chance.T, 1, atol=1e-12)
    rates = solved("lanchester.stochastic", a=np.linspace(0.1, 3, 9), b=1.0)["p_a"]
    assert (np.diff(rates) > 0).all()
    scaled = solved("lanchester.stochastic", a=2.0, b=6.0)["p_a"]
    assert scaled == pytest.approx(solved("lanchester.stochastic", a=0.1, b=0.3)["p_a"], abs=1e-12)
    large = solved("lanchester.stochastic", a0=1000, b0=800)
    assert large["survivors_a"] == pytest.approx(600, rel=0.005)


# --- the war of attrition ------------------------------------------------------------------------------------------


def test_attrition_as_by_indifference() -> None:
    rng = np.random.default_rng(4)
    for _ in range(25):
        v = rng.uniform(0.5, 2)
        l_1, l_2 = rng.uniform(0, 0.8, 2) * v
        c_1, c_2 = rng.uniform(0.01, 0.3, 2)
        inputs = {"v": v, "l_1": l_1, "l_2": l_2, "c_1": c_1, "c_2": c_2, "r": rng.uniform(0, 0.2)}
        found = solved("langlois2009", **inputs)
        for output, value in attrition_by_indifference(**inputs).items():
            assert found[output] == pytest.approx(value, rel=1e-8), output


@given(
    st.floats(0, 0.9), st.floats(0, 0.9), st.floats(0.01, 1), st.floats(0.01, 1), st.floats(0, 0.5), st.floats(0.01, 0.09)
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_a_dearer_war_for_one_side_makes_the_other_give_in_sooner(
    l_1: float, l_2: float, c_1: float, c_2: float, r: float, more: float
) -> None:
    inputs = {"l_1": l_1, "l_2": l_2, "c_1": c_1, "c_2": c_2, "r": r}
    base = solved("langlois2009", **inputs)
    for change in ({"c_1": c_1 + more}, {"l_1": l_1 + more}):
        dearer = solved("langlois2009", **(inputs | change))
        assert dearer["h_2"] > base["h_2"]
        assert dearer["h_1"] == base["h_1"]
        assert dearer["mean"] < base["mean"]
        assert dearer["p_1_quits"] < base["p_1_quits"]


# --- Epstein -------------------------------------------------------------------------------------------------------

CAMPAIGN = {
    "attackers": st.floats(1, 1e6), "defenders": st.floats(1, 1e6), "alpha_at": st.floats(0.001, 0.3),
    "alpha_dt": st.floats(0, 0.3), "rho": st.floats(0.3, 5), "w_max": st.floats(1, 60), "part": st.floats(0, 1),
}  # fmt: skip


@given(st.fixed_dictionaries(CAMPAIGN))
@settings(max_examples=150, deadline=None)
def test_campaign_keeps_its_books(drawn: dict[str, float]) -> None:
    part = drawn.pop("part")
    inputs = {**drawn, "ag_1": part * drawn["alpha_at"], "days": 40}
    found = solved("epstein1985", **inputs)
    force, defence, w, km = (found[k] for k in ("attackers", "defenders", "withdrawal", "ground_lost"))
    assert len(force) == len(defence) == len(w) == len(km) == 40
    assert (np.diff(force) <= 0).all()
    assert (np.diff(defence) <= 0).all()
    assert (defence >= 0).all()
    assert ((w >= 0) & (w <= inputs["w_max"])).all()
    np.testing.assert_allclose(np.cumsum(w), km, rtol=1e-12, atol=1e-12)
    lasting = defence > 0
    np.testing.assert_allclose(
        (force[0] - force)[lasting], inputs["rho"] * (defence[0] - defence)[lasting], rtol=1e-6, atol=1e-6 * force[0]
    )
    assert (1 - force[1:] / force[:-1] <= inputs["alpha_at"] + 1e-9).all()
    defence_lost = 1 - defence[1:][lasting[:-1]] / defence[:-1][lasting[:-1]]
    assert (w[1:][lasting[:-1]][defence_lost < inputs["alpha_dt"] - 1e-9] == 0).all()


def test_campaign_as_in_decimals() -> None:
    rng = np.random.default_rng(5)
    withdrew = 0
    for _ in range(40):
        alpha = round(rng.uniform(0.02, 0.15), 4)
        inputs = {
            "attackers": round(rng.uniform(100, 400), 1), "defenders": round(rng.uniform(100, 400), 1),
            "alpha_at": alpha, "alpha_dt": round(rng.uniform(0.01, 0.08), 4), "ag_1": round(alpha * rng.uniform(), 4),
            "rho": round(rng.uniform(1, 3), 2), "w_max": round(rng.uniform(5, 40), 1),
        }  # fmt: skip
        found = solved("epstein1985", **inputs, days=12)
        if found["defenders"][-1] <= 0:
            continue
        for output, value in epstein_in_decimals(inputs, 12).items():
            assert found[output][-1] == pytest.approx(value, rel=1e-9, abs=1e-9), output
        withdrew += found["ground_lost"][-1] > 0
    assert withdrew > 10


def test_without_withdrawal_and_adaptation_the_attackers_fall_as_a_power() -> None:
    found = solved("epstein1985", alpha_dt=0.9, ag_1=0.075, days=30)
    np.testing.assert_allclose(found["attackers"], 330_000 * 0.925 ** np.arange(30), rtol=1e-12)
    assert found["ground_lost"][-1] == 0


def test_spent_defenders_stay_spent() -> None:
    found = solved("epstein1985", attackers=1e6, defenders=1e4, rho=0.5, days=6)
    assert found["defenders"][-1] == 0
    assert found["attackers"][-1] == found["attackers"][-2] > 0
    assert found["withdrawal"][-1] == 0


# --- inputs --------------------------------------------------------------------------------------------------------


def corners(name: str) -> st.SearchStrategy[dict[str, float]]:
    """Any inputs within their bounds, ends included; forces and days kept small enough to be quick."""
    drawn = {}
    for i in BY_NAME[name].inputs:
        if i.kind == "integer":
            drawn[i.name] = st.integers(int(i.low), 40)
        else:
            drawn[i.name] = st.one_of(st.sampled_from([i.low, i.high, i.default]), st.floats(i.low, i.high))
    return st.fixed_dictionaries(drawn)


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_NAME)
@given(data=st.data())
@settings(max_examples=250, deadline=None)
def test_whatever_passes_has_an_answer(name: str, data: st.DataObject) -> None:
    inputs = data.draw(corners(name))
    if name == "epstein1985":
        inputs["ag_1"] = min(inputs["ag_1"], inputs["alpha_at"])
    if name == "langlois2009":
        inputs["l_1"], inputs["l_2"] = (min(inputs[k], inputs["v"] / 2) for k in ("l_1", "l_2"))
        if min(inputs["c_1"] + inputs["r"] * inputs["l_1"], inputs["c_2"] + inputs["r"] * inputs["l_2"]) < 1e-9:
            with pytest.raises(QueryError, match="waiting to cost"):
                solved(name, **inputs)
            return
    found = solved(name, **inputs)
    for output, value in found.values.items():
        if output == "time" and found["winner"] == "none":
            assert value in (0, math.inf)
        elif output != "winner":
            assert np.isfinite(value).all(), output
            assert (np.asarray(value) >= 0).all(), output


@pytest.mark.parametrize(
    ("name", "grids"),
    [
        ("lanchester.square", {"a0": np.array([[0.0], [50], [80], [120]]), "b": np.array([0.0025, 0.01, 0.02])}),
        ("lanchester.linear", {"a0": np.array([[0.0], [50], [80], [120]]), "b": np.array([0.0025, 0.01, 0.02])}),
        ("lanchester.stochastic", {"a0": np.array([[1], [3], [8], [11]]), "b": np.array([0.0025, 0.01, 0.02])}),
        ("langlois2009", {"c_1": np.array([[0.01], [0.05], [0.2], [1]]), "r": np.array([0, 0.1, 1])}),
        ("epstein1985", {"rho": np.array([[1.0], [1.5], [2], [3]]), "alpha_dt": np.array([0, 0.05, 0.2])}),
    ],
)
def test_grids_are_as_single_numbers(name: str, grids: dict[str, np.ndarray]) -> None:
    found = solved(name, **grids)
    wide = dict(zip(grids, np.broadcast_arrays(*grids.values()), strict=True))
    for place in np.ndindex(4, 3):
        one = solved(name, **{k: v[place] for k, v in wide.items()})
        for output, value in found.values.items():
            whole = value if np.ndim(value) > 2 else np.broadcast_to(value, (4, 3))
            assert np.all(whole[place] == one[output]), output


@pytest.mark.parametrize(
    ("name", "inputs", "said"),
    [
        ("lanchester.square", {"a0": -1}, "a0"),
        ("lanchester.square", {"b": 0}, "b"),
        ("lanchester.linear", {"a": float("inf")}, "a"),
        ("lanchester.stochastic", {"a0": 2.5}, "a0"),
        ("lanchester.stochastic", {"b0": 0}, "b0"),
        ("langlois2009", {"l_1": 1.0}, "l_1 1"),
        ("langlois2009", {"l_2": 2.0}, "l_2 2"),
        ("langlois2009", {"c_1": 0.0}, "c_1 0"),
        ("langlois2009", {"c_2": -0.1}, "c_2"),
        ("epstein1985", {"ag_1": 0.1}, "ag_1 0.1"),
        ("epstein1985", {"days": 0}, "days"),
        ("epstein1985", {"alpha_dt": 1}, "alpha_dt"),
        ("epstein1985", {"rho": 0}, "rho"),
    ],
)
def test_impossible_inputs_are_refused_by_name(name: str, inputs: dict[str, Any], said: str) -> None:
    with pytest.raises(QueryError, match=f"{name}:? {said}"):
        solved(name, **inputs)
