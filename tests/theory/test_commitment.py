"""Promises that nobody believes: reference answers, two independent ways to each, and the laws of the five models."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from armistice.core.errors import QueryError
from armistice.core.model import Solution
from armistice.theory.commitment import MODELS
from armistice.theory.models import solve_model
from models_table import check_own_rows, element

BY_NAME = {model.name: model for model in MODELS}
PEACE, RIVAL, REBEL, ARMS, SHIFT = BY_NAME


def solved(model: str, /, **inputs: Any) -> Solution:
    return solve_model(BY_NAME[model], inputs)


# --- second ways --------------------------------------------------------------------------------------------------


def every_set(
    y0: float, harm: float, cost: float, p_first: float, p_second: float, l: float, discount: float,  # noqa: E741
    periods: int,
) -> dict[str, Any]:  # fmt: skip
    """Every set of peaceful periods before the stake is negligible is tried; its worth by a linear system."""
    last = next(t for t in itertools.count() if discount * y0 * (1 - harm) ** (t + 1) < (1 - discount) * cost)
    pie, paid = y0 * (1 - harm) ** np.arange(last + 2), (1 - discount) * cost
    consistent = []
    for peace in itertools.product((True, False), repeat=last):
        calm = np.array([*peace, True, True])
        system, right = np.eye(last + 2), np.where(calm, pie / 2, -paid)
        for t in np.flatnonzero(~calm):
            system[t, t + 1] -= discount * (1 - 2 * l)
            right[t] += discount * l * pie[t + 1]
        worth = np.linalg.solve(system, right)
        attack = -paid + discount * (p_first * pie[1:] + (1 - p_first - p_second) * worth[1:])
        if ((pie[:-1] / 2 >= attack) == calm[:-1]).all():
            consistent.append((calm, worth[0]))
    [(calm, value)] = consistent
    kept = [t for t in range(periods) if t >= len(calm) or calm[t]]
    return {"peace_periods": kept, "lasting_from": int(max(np.flatnonzero(~calm), default=-1)) + 1, "value": value}


def exactly(periods: int, **inputs: float) -> list[int]:
    """The recursion in fractions, from a last day of war far off instead of one of peace."""
    y0, harm, cost, p_first, p_second, chance, discount = (Fraction(str(v)) for v in inputs.values())
    worth, calm = Fraction(0), []
    for t in range(250, -1, -1):
        now, then = y0 * (1 - harm) ** t, y0 * (1 - harm) ** (t + 1)
        attack = discount * (p_first * then + (1 - p_first - p_second) * worth) - (1 - discount) * cost
        if now / 2 >= attack:
            worth = now / 2
            calm.append(t)
        else:
            worth = discount * (chance * then + (1 - 2 * chance) * worth) - (1 - discount) * cost
    return [t for t in reversed(calm) if t < periods]


def stages(p: float, c: float, k: float, alpha: float, beta: float, weight: float, shift: float) -> dict[str, Any]:
    """Both stages outcome by outcome; the best concession of B searched, the balancing shift by root finding."""

    def settled(fall: float) -> float:
        return max(first + weight * (1 - (1 - (p - fall + c))) for first in np.linspace(0, 1, 11))

    outcomes = [(alpha, 1 + weight), (beta, 0.0), (1 - alpha - beta, weight * (1 - (1 - (p + c))))]
    war = sum(chance * worth for chance, worth in outcomes) - k
    balance = brentq(lambda fall: settled(fall) - war, -1e3, 1e6, xtol=1e-13, rtol=1e-14)
    return {"threshold": balance, "war_value": war, "settled_value": settled(shift), "war": war > settled(shift)}


def along_beliefs(
    discount: float, c_g: float, c_r: float, win_strong: float, elim_strong: float, win_weak: float, elim_weak: float,
    mu: float,
) -> dict[str, Any]:  # fmt: skip
    """The choice to fight or concede at each of the beliefs that survival leads through, solved from a far end."""
    worth = 0.0
    for _ in range(20_000):
        worth = max(0.0, -(1 - discount) * c_r + discount * (win_strong + (1 - win_strong - elim_strong) * worth))

    def solve(belief: float) -> tuple[float, int | None]:
        course = [belief]
        for _ in range(1500):
            strong, weak = course[-1] * (1 - win_strong - elim_strong), (1 - course[-1]) * (1 - win_weak - elim_weak)
            course.append(strong / (strong + weak))
        value, stops = 0.0, []
        for m in reversed(course):
            eliminated = m * elim_strong + (1 - m) * elim_weak
            on = 1 - eliminated - m * win_strong - (1 - m) * win_weak
            fight = -(1 - discount) * c_g + discount * (eliminated + on * value)
            stops.append(1 - worth >= fight - 1e-13)
            value = max(1 - worth, fight)
        stops.reverse()
        return value, stops.index(True) if True in stops[:1200] else None

    low, high = 0.0, 1.0
    for _ in range(45):
        middle = (low + high) / 2
        low, high = (low, middle) if middle > 0 and solve(middle)[1] == 0 else (middle, high)
    value, rounds = solve(mu)
    return {"w_strong": worth, "cutoff": high, "rounds": rounds, "value": value}


def outcomes(z0: float, z1: float, w_d: float, w_t: float, k: float, sigma: float) -> dict[str, float]:
    """Each pair of strategies played through; mixtures from the indifference of the other side, by root finding."""

    def play(arm: float, strike: float) -> tuple[float, float, float, float]:
        """Payoffs of deterrer and target, chance of war, and of war on an unarmed target."""
        rows = []
        for armed, chance in ((True, arm), (False, 1 - arm)):
            for seen, of_it in ((True, sigma), (False, 1 - sigma)) if armed else ((False, 1.0),):
                for struck, odds in ((True, 1.0 if seen else strike), (False, 0.0 if seen else 1 - strike)):
                    share = z1 if armed else z0
                    target = (w_t if struck else 1 - share) - (k if armed else 0)
                    rows.append((chance * of_it * odds, w_d if struck else share, target, struck, struck and not armed))
        return tuple(float(sum(row[0] * row[i] for row in rows)) for i in (1, 2, 3, 4))  # type: ignore[return-value]

    lure = lambda strike: play(1, strike)[1] - play(0, strike)[1]  # noqa: E731
    fear = lambda arm: play(arm, 1)[0] - play(arm, 0)[0]  # noqa: E731
    if lure(0) <= 0:
        arm = strike = 0.0
    else:
        arm = brentq(fear, 0, 1, xtol=1e-15)
        strike = 1.0 if lure(1) >= 0 else brentq(lure, 0, 1, xtol=1e-15)  # at the edge rounding may leave no root
    return {"arm": arm, "strike": strike, "p_war": play(arm, strike)[2], "p_war_unarmed": play(arm, strike)[3]}


def induced(p: float, step: float, destruction: float, discount: float) -> dict[str, Any]:
    """Subgame perfect play by backward induction: each period the declining side offers a share of the flow or fights."""

    def war_at_once(rise: float) -> bool:
        days = int(min(1 / rise if rise > 0 else 0, 60 / -math.log(discount))) + 2
        chance = np.minimum(1, p + rise * np.arange(days + 1))
        rising, declining, fights = (1 - destruction) * chance[-1], 1 - (1 - destruction) * chance[-1], False
        for now in chance[-2::-1]:
            least = (1 - destruction) * now
            flow = max(0.0, least - discount * rising)
            peace = (1 - discount) - flow + discount * declining
            fights = bool(flow > 1 - discount + 1e-13 or peace < (1 - destruction) * (1 - now) - 1e-13)
            rising, declining = (least, (1 - destruction) * (1 - now)) if fights else (flow + discount * rising, peace)
        return fights

    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if war_at_once(middle) else (middle, high)
    return {"threshold": high, "war": war_at_once(step)}


SECOND = {PEACE: every_set, RIVAL: stages, REBEL: along_beliefs, ARMS: outcomes, SHIFT: induced}


def second(model: str, inputs: dict[str, Any], output: str) -> Any:
    return element(SECOND[model](**inputs), output)


# --- reference answers --------------------------------------------------------------------------------------------


def test_own_rows_of_the_table_come_from_a_second_way() -> None:
    check_own_rows(BY_NAME, second)


# --- many more inputs ---------------------------------------------------------------------------------------------


def test_armed_peace_in_fractions() -> None:
    draw = np.random.default_rng(7)
    broken = 0
    for _ in range(30):
        first = round(float(draw.uniform(0.5, 0.95)), 2)
        inputs = {
            "y0": 100, "harm": round(float(draw.uniform(0.02, 0.25)), 2), "cost": round(float(draw.uniform(1, 30)), 1),
            "p_first": first, "p_second": round((1 - first) * float(draw.uniform()) - 0.005, 2) if first < 0.9 else 0.0,
            "l": round(float(draw.uniform(0, 0.5)), 2), "discount": round(float(draw.uniform(0.8, 0.95)), 2),
        }  # fmt: skip
        inputs["p_second"] = max(inputs["p_second"], 0.0)
        found = solved(PEACE, **inputs, periods=60)["peace_periods"].tolist()
        assert found == exactly(60, **inputs)
        broken += found != list(range(60))
    assert broken > 5


def test_every_set_agrees_with_the_recursion() -> None:
    for harm, cost, first in itertools.product((0.3, 0.5), (5, 15), (0.6, 0.9)):
        inputs = {"y0": 60, "harm": harm, "cost": cost, "p_first": first, "p_second": 0.05, "l": 0.1, "discount": 0.8}
        found, other = solved(PEACE, **inputs, periods=12), every_set(**inputs, periods=12)
        assert found["peace_periods"].tolist() == other["peace_periods"]
        assert found["value"] == pytest.approx(other["value"], abs=1e-9)
        assert found["lasting_from"] == other["lasting_from"]


CORNER = st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(0, 1))
PATIENCE = st.one_of(st.sampled_from([0.0, 0.5]), st.floats(0, 0.999))


@settings(max_examples=60, deadline=None)
@given(
    y0=st.one_of(st.sampled_from([0.0, 1e9]), st.floats(0, 200)), harm=st.one_of(st.just(1.0), st.floats(0.02, 1)),
    cost=st.floats(0.01, 50), p_first=CORNER, other=CORNER, l=st.floats(0, 0.5), discount=PATIENCE,
)  # fmt: skip
def test_laws_of_the_armed_peace(y0, harm, cost, p_first, other, l, discount) -> None:  # type: ignore[no-untyped-def]  # noqa: E741
    inputs = {"y0": y0, "harm": harm, "cost": cost, "p_first": p_first, "p_second": other * (1 - p_first), "l": l}
    found = solved(PEACE, **inputs, discount=discount, periods=300)
    assert found["peace"][found["lasting_from"] :].all()
    np.testing.assert_array_equal(np.flatnonzero(found["peace"]), found["peace_periods"])
    assert found["value"] <= y0 + 1e-9
    assert found["first_peace"] <= found["lasting_from"]
    # With lasting peace ahead an attack pays while the stake is above a bound that is worked out by hand.
    lure = discount * (1 - harm) * (1 + p_first - inputs["p_second"]) - 1
    bound = 2 * (1 - discount) * cost / lure if lure > 0 else math.inf
    stake = y0
    lasting = 0
    while stake > bound:
        stake *= 1 - harm
        lasting += 1
    assume(abs(stake - bound) > 1e-9 * stake)
    assert found["lasting_from"] == lasting or abs(stake / (1 - harm if harm < 1 else 1) - bound) < 1e-9 * bound


def test_what_brings_the_armed_peace_sooner() -> None:
    for name, values, sign in (
        ("cost", [5, 10, 20, 40], -1), ("harm", [0.05, 0.1, 0.2, 0.3], -1), ("p_second", [0, 0.1, 0.3], -1),
        ("y0", [20, 60, 200], 1), ("p_first", [0.4, 0.6, 0.9], 1),
    ):  # fmt: skip
        lasting = [solved(PEACE, **{name: value})["lasting_from"] for value in values]
        assert lasting == sorted(lasting, reverse=sign < 0)
        assert lasting[0] != lasting[-1]


@settings(max_examples=80, deadline=None)
@given(
    p=CORNER, c=CORNER, k=st.one_of(st.sampled_from([0.0, 1000.0]), st.floats(0, 2)), alpha=CORNER, beta=CORNER,
    weight=st.one_of(st.sampled_from([0.001, 1e6]), st.floats(0.1, 10)), part=CORNER, more=st.floats(0, 0.5),
)  # fmt: skip
def test_laws_of_the_growing_rival(p, c, k, alpha, beta, weight, part, more) -> None:  # type: ignore[no-untyped-def]
    inputs = {
        "p": p, "c": c * (1 - p), "k": k, "alpha": alpha, "beta": beta * (1 - alpha), "weight": weight,
        "shift": part * p,
    }  # fmt: skip
    found = solved(RIVAL, **inputs)
    at = lambda **new: solved(RIVAL, **inputs | new)["threshold"]  # noqa: E731
    slack = 1e-9 * (1 + abs(found["threshold"]))
    if weight <= 10 and k <= 2:
        other = stages(**inputs)
        assert found["threshold"] == pytest.approx(other["threshold"], abs=1e-8, rel=1e-8)
        assert found["war_value"] == pytest.approx(other["war_value"], abs=1e-9)
        if abs(found["threshold"] - inputs["shift"]) > 1e-8:
            assert found["war"] == other["war"]
    assert at(k=min(k + more, 1000)) >= found["threshold"] - slack
    assert at(beta=min(inputs["beta"] + more, 1 - alpha)) >= found["threshold"] - slack
    assert at(alpha=min(alpha + more, 1 - inputs["beta"])) <= found["threshold"] + slack
    assert at(c=min(inputs["c"] + more, 1 - p)) >= found["threshold"] - slack
    assert at(weight=min(weight + more, 1e6)) <= found["threshold"] + slack


def test_fighting_as_a_screen_against_backward_induction() -> None:
    draw, seen = np.random.default_rng(8), set()
    for _ in range(6):
        inputs = {
            "discount": float(draw.uniform(0.9, 0.98)), "c_g": float(draw.uniform(0, 0.4)), "c_r": float(draw.uniform(0, 0.4)),
            "win_strong": float(draw.uniform(0.03, 0.2)), "elim_strong": float(draw.uniform(0, 0.03)),
            "win_weak": float(draw.uniform(0, 0.03)), "elim_weak": float(draw.uniform(0.15, 0.5)),
            "mu": float(draw.choice([0.02, 0.3, 0.6])),
        }  # fmt: skip
        found, other = solved(REBEL, **inputs), along_beliefs(**inputs)
        assert found["survival_teaches"] == (
            inputs["win_strong"] + inputs["elim_strong"] < inputs["win_weak"] + inputs["elim_weak"]
        )
        for name, value in other.items():
            assert found[name] == (value if value is None else pytest.approx(value, abs=1e-7)), name
        seen.add(found["rounds"])
    assert len(seen) > 2


def test_where_survival_is_alike_the_screen_never_works() -> None:
    found = solved(REBEL, elim_strong=0.06)
    assert (found["rounds"], found["screens"], found["survival_teaches"]) == (None, False, False)
    # Each period ends the war with chance .16 whatever the type: the worth of war without end, summed.
    lasts = 0.98 * 0.84
    elimination = 0.98 * (0.3 * 0.06 + 0.7 * 0.16)
    assert found["value"] == pytest.approx(sum(lasts**j * (elimination - 0.02 * 0.1) for j in range(400)), abs=1e-12)
    other = along_beliefs(0.98, 0.1, 0.05, 0.1, 0.06, 0.0, 0.16, 0.3)
    assert other["rounds"] is None
    assert found["value"] == pytest.approx(other["value"], abs=1e-9)
    assert found["cutoff"] == pytest.approx(other["cutoff"], abs=1e-9)
    above = solved(REBEL, elim_strong=0.06, mu=found["cutoff"] + 0.01)
    assert (above["rounds"], above["value"]) == (0, pytest.approx(1 - found["w_strong"]))


@settings(max_examples=100, deadline=None)
@given(
    discount=st.one_of(st.sampled_from([0.0, 0.999999]), st.floats(0, 0.999999)), c_g=CORNER,
    c_r=st.one_of(st.just(1000.0), CORNER), win=CORNER, part=CORNER, less=CORNER, more=CORNER, mu=CORNER,
)  # fmt: skip
def test_laws_of_fighting_as_a_screen(discount, c_g, c_r, win, part, less, more, mu) -> None:  # type: ignore[no-untyped-def]
    strong, weak = (win, part * (1 - win)), (win * less, 0.0)
    weak = (weak[0], strong[1] + more * (1 - weak[0] - strong[1]))
    assume(weak[0] + weak[1] <= 1)
    inputs = {
        "discount": discount, "c_g": c_g, "c_r": c_r, "win_strong": strong[0], "elim_strong": strong[1],
        "win_weak": weak[0], "elim_weak": weak[1], "mu": mu,
    }  # fmt: skip
    found = solved(REBEL, **inputs)
    assert 0 <= found["w_strong"] <= 1
    assert 0 <= found["cutoff"] <= 1
    assert found["value"] >= 1 - found["w_strong"] - 1e-9
    assert (found["rounds"] is None) == (not found["screens"])
    assert 0 <= found["p_concession"] <= 1 + 1e-9
    if mu >= found["cutoff"]:
        assert found["rounds"] == 0
    if not found["survival_teaches"]:
        assert found["rounds"] in (0, None)
    never = 10**30
    for name in ("mu", "c_g"):
        later = solved(REBEL, **inputs | {name: min(inputs[name] + 0.1, 1)})
        assert (never if later["rounds"] is None else later["rounds"]) <= (
            never if found["rounds"] is None else found["rounds"]
        )
        if name == "c_g":
            assert later["cutoff"] <= found["cutoff"] + 1e-9


@st.composite
def suspects(draw: Any) -> dict[str, float]:
    low, middle, high = sorted(draw(st.lists(st.floats(0, 1), min_size=3, max_size=3)))
    assume(middle - low > 1e-6 and high - middle > 1e-6)
    target = draw(st.one_of(st.just(1 - high), st.just(-100.0), st.floats(-1, 0).map(lambda x: x + 1 - high)))
    return {
        "z0": high, "z1": low, "w_d": middle, "w_t": target, "k": draw(st.one_of(st.just(100.0), CORNER)),
        "sigma": draw(CORNER),
    }  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(inputs=suspects(), more=st.floats(0, 0.3))
def test_secret_arming_against_every_outcome(inputs: dict[str, float], more: float) -> None:
    found, other = solved(ARMS, **inputs), outcomes(**inputs)
    lure = (1 - inputs["sigma"]) * (1 - inputs["z1"] - inputs["w_t"]) - (1 - inputs["z0"] - inputs["w_t"]) - inputs["k"]
    if abs(lure) > 1e-9:
        assert found["peace"] == (lure < 0) == (inputs["sigma"] >= found["sigma_peace"])
        for name, value in other.items():
            assert found[name] == pytest.approx(value, abs=1e-8), name
    for name in ("arm", "strike", "p_war", "p_war_unarmed"):
        assert 0 <= found[name] <= 1
    assert found["p_war_unarmed"] <= found["p_war"] + 1e-12
    assert (
        solved(ARMS, **inputs | {"k": inputs["k"] if inputs["k"] == 100 else inputs["k"] + more})["strike"]
        <= found["strike"]
    )
    assert solved(ARMS, **inputs | {"sigma": min(inputs["sigma"] + more, 1)})["strike"] <= found["strike"] + 1e-12


def test_long_shift_against_backward_induction() -> None:
    draw, seen = np.random.default_rng(9), set()
    for _ in range(25):
        p, destruction, discount = draw.uniform(0, 0.9), draw.uniform(0.01, 0.4), draw.uniform(0.6, 0.98)
        inputs = {
            "p": float(p),
            "step": float(draw.uniform(0, 0.1)),
            "destruction": float(destruction),
            "discount": float(discount),
        }
        found, other = solved(SHIFT, **inputs), induced(**inputs)
        assert found["threshold"] == pytest.approx(other["threshold"], abs=1e-8)
        if abs(inputs["step"] - found["threshold"]) > 1e-8:
            assert found["war"] == other["war"]
        seen.add((found["war"], found["any_step"]))
    assert len(seen) == 3


def test_best_horizon_by_search() -> None:
    draw, horizon = np.random.default_rng(10), np.arange(1, 3000)
    for _ in range(60):
        p, step, d, delta = (
            draw.uniform(),
            draw.choice([0.0, 0.001, 0.02, 0.4]),
            draw.uniform(0, 0.5),
            draw.uniform(0.5, 0.995),
        )
        gains = (1 - d) * (delta**horizon * np.minimum(1, p + step * horizon) - p)
        found = solved(SHIFT, p=p, step=step, destruction=d, discount=delta)
        assert found["left"] == pytest.approx(gains.max(), abs=1e-12)
        assert found["best_horizon"] == horizon[gains.argmax()]
        assert found["left_one"] == pytest.approx(gains[0], abs=1e-12)


@settings(max_examples=150, deadline=None)
@given(
    p=CORNER, step=st.one_of(st.sampled_from([1e-300, 1e-9]), CORNER), destruction=st.one_of(st.just(1 - 1e-16), st.floats(0, 0.999), st.just(0.0)),
    discount=st.one_of(st.sampled_from([0.001, 1 - 1e-16, 0.5]), st.floats(0.001, 0.9999)), more=st.floats(0, 0.5),
)  # fmt: skip
def test_laws_of_the_long_shift(p, step, destruction, discount, more) -> None:  # type: ignore[no-untyped-def]
    found = solved(SHIFT, p=p, step=step, destruction=destruction, discount=discount)
    assert 0 <= found["threshold"] <= 1
    assert found["best_horizon"] >= 1
    assert found["any_step"] or not found["war"]
    if abs(step - found["threshold"]) > 1e-6 and discount < 0.99999:
        assert found["war"] == (step > found["threshold"])
    greater = solved(SHIFT, p=p, step=min(step + more, 1), destruction=destruction, discount=discount)
    assert greater["left"] >= found["left"] - 1e-9
    dearer = solved(
        SHIFT, p=p, step=step, destruction=min(destruction + more, max(destruction, 0.99)), discount=discount
    )
    assert dearer["threshold"] >= found["threshold"] - 1e-9


def test_one_step_alone_would_not_bring_the_war() -> None:
    found = solved(SHIFT)
    assert found["left_one"] < found["right"] < found["left"]
    assert not solved(SHIFT, step=found["threshold"] - 1e-6)["war"]
    assert solved(SHIFT, step=found["threshold"] + 1e-6)["war"]


# --- grids and faults ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "grid"),
    [
        (RIVAL, {"shift": [0.0, 0.1, 0.2], "k": [[0.1], [0.4]]}),
        (ARMS, {"sigma": [0.1, 0.3, 0.6], "k": [[0.05], [0.1]]}),
        (SHIFT, {"step": [0.001, 0.01, 0.3], "discount": [[0.9], [0.99]]}),
        (REBEL, {"mu": [0.1, 0.3, 0.9], "c_g": [[0.1], [0.2]]}),
    ],
)
def test_grids_give_what_single_numbers_give(model: str, grid: dict[str, Any]) -> None:
    found = solved(model, **grid)
    full = {name: np.broadcast_to(values, (2, 3)) for name, values in grid.items()}
    for place in np.ndindex(2, 3):
        one = solved(model, **{name: float(values[place]) for name, values in full.items()})
        for name, value in one.values.items():
            whole = np.broadcast_to(found[name], (2, 3))
            assert whole[place] == (value if value is None else pytest.approx(value, abs=1e-12))


def test_a_grid_of_windows() -> None:
    grid = solved(PEACE, cost=[20, 20.01])
    np.testing.assert_array_equal(grid["peace_periods"][0], solved(PEACE)["peace_periods"])
    with pytest.raises(QueryError, match="peace_periods differs in length"):
        solved(PEACE, cost=[5, 20])


@pytest.mark.parametrize(
    ("model", "inputs", "words"),
    [
        (PEACE, {"harm": 0}, "harm: 0"),
        (PEACE, {"cost": 0}, "cost: 0"),
        (PEACE, {"p_first": 0.98}, "p_first 0.98"),
        (PEACE, {"l": 0.6}, "l: 0.6"),
        (RIVAL, {"weight": 0}, "weight: 0"),
        (RIVAL, {"c": 0.5}, "c 0.5"),
        (RIVAL, {"alpha": 0.95}, "alpha 0.95"),
        (RIVAL, {"shift": 0.7}, "shift 0.7"),
        (REBEL, {"discount": 1}, "discount: 1"),
        (REBEL, {"win_weak": 0.2}, "win_weak 0.2"),
        (REBEL, {"elim_strong": 0.2}, "elim_strong 0.2"),
        (REBEL, {"mu": 1.2}, "mu: 1.2"),
        (ARMS, {"w_d": 0.8}, "w_d 0.8"),
        (ARMS, {"w_t": 0.4}, "w_t 0.4"),
        (ARMS, {"sigma": -0.1}, "sigma: -0.1"),
        (SHIFT, {"destruction": 1}, "destruction: 1"),
        (SHIFT, {"step": -0.1}, "step: -0.1"),
        (SHIFT, {"discount": 1}, "discount: 1"),
    ],
)
def test_impossible_inputs_are_named(model: str, inputs: dict[str, float], words: str) -> None:
    with pytest.raises(QueryError, match=words):
        solved(model, **inputs)
