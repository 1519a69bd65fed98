"""The central position of competing coalitions against plain loops and eigenvectors, and its laws."""

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
from armistice.theory.ktab import MODELS, coalitions, smp
from armistice.theory.models import solve_model
from models_table import check_own_rows, element

REFERENCE = Path(__file__).parents[1] / "reference"
sys.path.insert(0, str(REFERENCE))
import plain_actors  # noqa: E402

(MODEL,) = MODELS


def solved(**inputs: Any) -> Solution:
    return solve_model(MODEL, inputs)


def rest_of(victory: list[list[float]], challenge: list[list[float]]) -> np.ndarray:
    """The eigenvector of the matrix of steps to the eigenvalue 1; of use where all options hang together."""
    size = len(victory)
    step = np.zeros((size, size))
    for a in range(size):
        for b in range(size):
            step[a, a] += victory[a][b] * challenge[b][a]
            step[a, b] += victory[a][b] * challenge[a][b]
    values, vectors = np.linalg.eig(step)
    vector = np.real(vectors[:, np.argmin(np.abs(values - 1))])
    return vector / vector.sum()


def oracle(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    given = dict(inputs)
    power = float(given.pop("n", 2))
    if "positions" in given:
        span = given.pop("span", None)
        coalition = plain_actors.coalitions(*(list(map(float, given[k])) for k in ("positions", "salience", "capability", "risk")), span)  # fmt: skip
    else:
        coalition = given["coalition"]
    victory = plain_actors.victories(coalition, power)
    return {
        "victory": victory,
        "p_uniform": rest_of(victory, plain_actors.challenges(coalition, victory, False)),
        "p_incentive": rest_of(victory, plain_actors.challenges(coalition, victory, True)),
    }


def test_own_rows_of_the_table_come_from_a_second_way() -> None:
    check_own_rows((MODEL.name,), lambda name, inputs, output: element(oracle(name, inputs), output))


def test_random_coalitions_against_repeated_steps_and_eigenvectors() -> None:
    rng = np.random.default_rng(20)
    for trial in range(12):
        n = int(rng.integers(2, 6))
        matrix, power = rng.uniform(0.5, 10, (n, n)), float(rng.choice([1, 2, 4]))
        found, loops = smp(matrix, power), plain_actors.smp(matrix.tolist(), power)
        vectors = oracle(MODEL.name, {"coalition": matrix.tolist(), "n": power})
        for output in ("p_uniform", "p_incentive", "victory"):
            assert found[output] == pytest.approx(np.asarray(loops[output]), abs=1e-10), trial
            assert found[output] == pytest.approx(np.asarray(vectors[output]), abs=1e-10), trial


def test_random_actors_against_plain_loops() -> None:
    rng = np.random.default_rng(21)
    for trial in range(100):
        n = int(rng.integers(1, 9))
        x = rng.uniform(-3, 3, n) if trial % 2 else rng.integers(0, 4, n).astype(float)
        s, c, r = rng.uniform(0, 1, n), rng.uniform(0, 2, n), rng.uniform(-1, 1, n)
        span = None if trial % 3 else 7.0
        wanted = plain_actors.coalitions(list(x), list(s), list(c), list(r), span)
        assert coalitions(x, s, c, r, span) == pytest.approx(np.array(wanted), abs=1e-12)


def test_draws_are_solved_as_one_by_one() -> None:
    rng = np.random.default_rng(22)
    x, s, c, r = (rng.uniform(0, 1, (5, 3, 12)) for _ in range(4))
    many = smp(None, np.full((5, 3), 2.0), x, s, c, r)
    for i, j in ((0, 0), (4, 2), (2, 1)):
        one = smp(None, 2.0, x[i, j], s[i, j], c[i, j], r[i, j])
        for output in ("p_uniform", "p_incentive", "coalitions", "mean_uniform"):
            assert many[output][i, j] == pytest.approx(one[output], abs=1e-12)


def test_with_two_options_both_rules_give_the_odds() -> None:
    for n in (1, 2, 4, 8):
        found = solved(coalition=[[0, 3], [2, 0]], n=n)
        odds = 3**n / (3**n + 2**n)
        assert found["p_uniform"][0] == pytest.approx(odds)
        assert found["p_incentive"][0] == pytest.approx(odds)


def test_laws_of_the_central_position() -> None:
    rng = np.random.default_rng(23)
    for _ in range(20):
        matrix = rng.uniform(1, 5, (5, 5))
        found, power = solved(coalition=matrix), solved(coalition=matrix * 9)
        assert found["p_uniform"].sum() == pytest.approx(1)
        assert found["p_incentive"].sum() == pytest.approx(1)
        assert found["victory"] + found["victory"].T == pytest.approx(np.ones((5, 5)))
        assert power["p_incentive"] == pytest.approx(found["p_incentive"])
        stronger = matrix.copy()
        stronger[2] *= 1.5
        assert solved(coalition=stronger)["p_uniform"][2] > found["p_uniform"][2]
        off = ~np.eye(5, dtype=bool)
        sure, even = (np.abs(solved(coalition=matrix, n=n)["victory"][off] - 0.5) for n in (8, 1))
        assert (sure >= even - 1e-12).all()


def test_what_nobody_wants_to_leave_stays() -> None:
    found = solved(coalition=[[0, 2, 3], [0, 0, 1], [0, 1, 0]])
    assert found["p_uniform"] == pytest.approx([1, 0, 0], abs=1e-9)
    assert found["p_incentive"] == pytest.approx([1, 0, 0], abs=1e-9)
    alike = solved(positions=[3, 3, 3])
    assert alike["p_incentive"] == pytest.approx([1 / 3] * 3)
    assert alike["mean_uniform"] == pytest.approx(3)


def test_a_grid_gives_what_single_numbers_give() -> None:
    grid = solved(n=[1, 2, 8])
    assert grid["p_incentive"].shape == (3, 3)
    assert grid["p_incentive"][2] == pytest.approx(solved(n=8)["p_incentive"])
    assert solved(n=2, positions=[0, 1, 2])["mean_uniform"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"coalition": [[0, 1, 2], [1, 0, 2]]}, "square"),
        ({"coalition": [[0, -1], [1, 0]]}, "coalition"),
        ({"n": 0.5}, "ktab.smp n"),
        ({"positions": [1, 2], "salience": [1]}, "salience"),
        ({"salience": [1, 0.5]}, "positions"),
        ({"positions": [0, 5], "span": 2}, "span"),
        ({"positions": [0, 5], "risk": [2, 0]}, "risk"),
    ],
)
def test_impossible_inputs_get_a_sentence(inputs: dict[str, Any], said: str) -> None:
    with pytest.raises(QueryError, match=said):
        solved(**inputs)


NUMBER = st.sampled_from([0.0, 1e-9, 1.0, 1e9]) | st.floats(0, 5)


@settings(max_examples=100)
@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(NUMBER, min_size=n, max_size=n), min_size=n, max_size=n)), st.floats(1, 16))  # fmt: skip
def test_every_possible_matrix_has_an_answer(matrix: list, n: float) -> None:
    found = solved(coalition=matrix, n=n)
    for output in ("p_uniform", "p_incentive"):
        assert found[output].sum() == pytest.approx(1)
        assert (found[output] >= 0).all()


ACTOR = st.tuples(
    st.sampled_from([0.0, -1e9, 1e9]) | st.floats(-5, 5), st.sampled_from([0.0, 1.0]) | st.floats(0, 1), NUMBER,
    st.sampled_from([-1.0, 0.0, 1.0]) | st.floats(-1, 1),
)  # fmt: skip


@settings(max_examples=100)
@given(st.lists(ACTOR, min_size=1, max_size=6), st.floats(1, 16))
def test_every_possible_group_has_an_answer(actors: list, n: float) -> None:
    x, s, c, r = zip(*actors, strict=True)
    found = solved(positions=x, salience=s, capability=c, risk=r, n=n)
    for output in ("p_uniform", "p_incentive"):
        assert found[output].sum() == pytest.approx(1)
    slack = 1e-9 * max(1.0, max(map(abs, x)))
    assert min(x) - slack <= found["mean_incentive"] <= max(x) + slack
