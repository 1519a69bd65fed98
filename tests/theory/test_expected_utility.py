"""The expected-utility model of many actors against plain loops, on many more inputs, and its laws."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armistice.core.errors import QueryError
from armistice.core.model import Solution
from armistice.theory.expected_utility import MODELS, expected_utility, forecast
from armistice.theory.models import solve_model
from models_table import check_own_rows, element

REFERENCE = Path(__file__).parents[1] / "reference"
sys.path.insert(0, str(REFERENCE))
import plain_actors  # noqa: E402

(MODEL,) = MODELS
COMPARED = ("mean", "median", "votes", "p", "r", "rounds", "means", "medians")


def solved(**inputs: Any) -> Solution:
    return solve_model(MODEL, inputs)


def oracle(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    given = {k: list(map(float, v)) if isinstance(v, (list, tuple, np.ndarray)) else v for k, v in inputs.items()}
    return plain_actors.expected_utility(**given)


def drawn(rng: np.random.Generator, n: int, draws: tuple[int, ...] = ()) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return rng.uniform(-3, 8, (*draws, n)), rng.uniform(0, 1, (*draws, n)), rng.uniform(0, 2, (*draws, n))


def test_own_rows_of_the_table_come_from_a_second_way() -> None:
    check_own_rows((MODEL.name,), lambda name, inputs, output: element(oracle(name, inputs), output))


def test_random_actors_against_plain_loops() -> None:
    """Half of the trials have actors in the same place, which ties what the loops compare."""
    rng = np.random.default_rng(10)
    for trial in range(80):
        n = int(rng.integers(1, 11))
        x, s, c = drawn(rng, n)
        x = x if trial % 2 else np.rint(x / 2)
        q, t = float(rng.choice([1, 0.5, 0])), float(rng.choice([0, 0.5, 1]))
        risk = bool(trial % 3)
        found = expected_utility(x, s, c, 4, "yes" if risk else "no", q, t)
        wanted = plain_actors.expected_utility(list(x), list(s), list(c), 4, risk, q, t)
        for output in COMPARED:
            assert np.asarray(found[output]) == pytest.approx(np.asarray(wanted[output]), abs=1e-9), (trial, output)


def test_draws_are_solved_as_one_by_one() -> None:
    rng = np.random.default_rng(11)
    x, s, c = drawn(rng, 40, (150,))  # more pairs than one part holds
    many = forecast(x, s, c, 3)
    for k in (0, 7, 149):
        one = expected_utility(x[k], s[k], c[k], 3)
        for output in ("rounds", "means", "medians"):
            assert many[output][k] == pytest.approx(one[output], abs=1e-12)
    grid = expected_utility(x[:6].reshape(2, 3, 40), s[0], c[0], 2)
    assert grid["p"].shape == (2, 3, 40, 40)
    assert grid["r"][1, 2] == pytest.approx(expected_utility(x[5], s[0], c[0])["r"])


def test_threads_change_nothing() -> None:
    x, s, c = drawn(np.random.default_rng(12), 50, (120,))
    one, two = (forecast(x, s, c, 4, threads=k)["rounds"] for k in (1, 3))
    assert (one == two).all()


def test_units_do_not_matter() -> None:
    x, s, c = drawn(np.random.default_rng(13), 9)
    plain, scaled = expected_utility(x, s, c, 3), expected_utility(5 - 2 * x, s, 7 * c, 3)
    assert scaled["p"] == pytest.approx(plain["p"])
    assert scaled["r"] == pytest.approx(plain["r"])
    assert scaled["rounds"] == pytest.approx(5 - 2 * plain["rounds"])


def test_laws_of_votes_chances_and_exponents() -> None:
    rng = np.random.default_rng(14)
    for _ in range(20):
        x, s, c = drawn(rng, 12)
        found = expected_utility(x, s, c, 5)
        assert found["votes"] == pytest.approx(-found["votes"].T)
        assert found["p"] + found["p"].T == pytest.approx(np.ones((12, 12)))
        assert ((found["p"] > 0.5) == (found["votes"] > 1e-12)).all()
        assert found["r"].min() == pytest.approx(0.5)
        assert found["r"].max() == pytest.approx(2)
        assert (found["rounds"].min(1) >= x.min() - 1e-9).all()
        assert (found["rounds"].max(1) <= x.max() + 1e-9).all()
        winner = np.flatnonzero(x == found["median"])
        assert (found["votes"][winner] >= -1e-12).all(), "the weighted median loses to no position"


def test_the_mean_moves_toward_an_actor_that_weighs_more() -> None:
    x, s, c = drawn(np.random.default_rng(15), 6)
    more = c.copy()
    more[2] *= 2
    before, after = (expected_utility(x, s, v)["mean"] for v in (c, more))
    assert abs(after - x[2]) < abs(before - x[2])
    assert abs(expected_utility(x, np.minimum(s * np.eye(6)[2] + s, 1), c)["mean"] - x[2]) < abs(before - x[2])


def test_a_grid_of_single_numbers_gives_what_they_give() -> None:
    grid = solved(q=[1, 0.5], t=[[0.2], [0.8]], rounds=2)
    assert grid["rounds"].shape == (2, 2, 3, 10)
    assert grid["rounds"][1, 1] == pytest.approx(solved(q=0.5, t=0.8, rounds=2)["rounds"])
    assert solved(rounds=0)["rounds"].shape == (1, 10)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"positions": [1, 2]}, "positions"),
        ({"salience": [1.2] * 10}, "salience"),
        ({"capability": [0] * 10}, "capability"),
        ({"rounds": 1.5}, "rounds"),
        ({"q": 2}, "expected_utility q"),
        ({"risk": "maybe"}, "risk"),
        ({"positions": [[1, 2]]}, "positions"),
    ],
)
def test_impossible_inputs_get_a_sentence(inputs: dict[str, Any], said: str) -> None:
    with pytest.raises(QueryError, match=said):
        solved(**inputs)


ACTOR = st.tuples(
    st.sampled_from([0.0, 1.0, -1e9, 1e9, 1e-9]) | st.floats(-5, 5), st.sampled_from([0.0, 1.0]) | st.floats(0, 1),
    st.sampled_from([0.0, 1.0, 1e9]) | st.floats(0, 3),
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(ACTOR, min_size=1, max_size=7), st.floats(0, 1), st.floats(0, 1), st.sampled_from(["yes", "no"]))
def test_every_possible_group_has_an_answer(actors: list, q: float, t: float, risk: str) -> None:
    x, s, c = (np.array(v) for v in zip(*actors, strict=True))
    if (s * c).max() <= 1e-9:
        c[0] = s[0] = 1.0
    found = solved(positions=x, salience=s, capability=c, rounds=3, q=q, t=t, risk=risk)
    for output in COMPARED:
        assert np.isfinite(found[output]).all(), output
    assert ((found["p"] >= 0) & (found["p"] <= 1)).all()
