"""Bargaining solutions on arrays: loops, linear programmes and supporting lines as independent answers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from armistice.core.bargaining import ALIKE, SOLUTIONS, choose, draw, pareto

PLAIN = [(1.0, 0.0), (0.0, 1.0), (0.6, 0.6), (0.5, 0.8), (0.8, 0.5)]


def dominated(u: tuple[float, float], others: list[tuple[float, float]]) -> bool:
    return any(v[0] >= u[0] and v[1] >= u[1] and v != u for v in others)


def chosen_by_loops(solution: str, outcomes: list[tuple[float, float]], d: tuple[float, float], w: float) -> set[int]:
    """All outcomes that are best, by comparing each with each; empty where none is acceptable."""
    gains = {k: (u[0] - d[0], u[1] - d[1]) for k, u in enumerate(outcomes) if u[0] >= d[0] and u[1] >= d[1]}
    if not gains:
        return set()
    hope = [max(g[side] for g in gains.values()) or 1.0 for side in (0, 1)]

    def key(g: tuple[float, float]) -> tuple[float, float]:
        if solution == "nash":
            return round(g[0] ** w * g[1] ** (1 - w), 10), 0.0
        scale = hope if solution == "kalai_smorodinsky" else [1.0, 1.0]
        a, b = g[0] / scale[0] / w, g[1] / scale[1] / (1 - w)
        return round(min(a, b), 10), round(max(a, b), 10)

    best = max(key(g) for g in gains.values())
    tied = [k for k in gains if key(gains[k]) == best]
    return {k for k in tied if not dominated(outcomes[k], [outcomes[j] for j in tied])}


def lottery_by_programme(outcomes: np.ndarray, d: np.ndarray, w: float, relative: bool) -> np.ndarray | None:
    """Expected utilities with gains in the ratio w : 1 - w, or short of it for one side only, by linear programmes."""
    n = len(outcomes)
    gains = (outcomes - d).T
    simplex = {"A_eq": [[1.0] * n], "b_eq": [1.0]}
    hope = []
    for side in (0, 1):
        done = linprog(-gains[side], A_ub=-gains, b_ub=[0, 0], **simplex)
        if done.status == 2:
            return None
        hope.append(-done.fun if relative else 1.0)
    share = np.array([w * hope[0], (1 - w) * hope[1]])
    rows = np.column_stack([-gains / share[:, None], [1.0, 1.0]])
    first = linprog([0.0] * n + [-1.0], A_ub=rows, b_ub=[0, 0], A_eq=[[1.0] * n + [0.0]], b_eq=[1.0])
    # The other side then has the most that this leaves.
    rest = linprog(
        -(gains / share[:, None]).sum(0), A_ub=-gains / share[:, None], b_ub=[first.fun + 1e-11] * 2, **simplex
    )
    return outcomes.T @ rest.x


def test_the_frontier_is_what_nothing_dominates() -> None:
    rng = np.random.default_rng(0)
    for trial in range(100):
        outcomes = [tuple(row) for row in rng.integers(0, 6, (int(rng.integers(1, 12)), 2)).astype(float)]
        wanted = [not dominated(u, outcomes) for u in outcomes]
        assert pareto(np.array(outcomes)).tolist() == wanted, (trial, outcomes)


def test_the_frontier_leaves_out_what_is_not_eligible() -> None:
    u = np.array([(1.0, 1.0), (0.5, 0.5), (0.2, 0.6)])
    assert pareto(u, np.array([False, True, True])).tolist() == [False, True, True]
    assert pareto(u, np.array([False, False, False])).tolist() == [False, False, False]


@pytest.mark.parametrize("solution", SOLUTIONS)
def test_a_choice_from_a_list_against_loops(solution: str) -> None:
    rng = np.random.default_rng(1)
    seen = 0
    for trial in range(200):
        n = int(rng.integers(1, 10))
        u = rng.integers(0, 5, (n, 2)) / 4 if trial % 2 else rng.uniform(-1, 1, (n, 2))
        d, w = (rng.integers(0, 4, 2) / 4 if trial % 2 else rng.uniform(-1, 0.5, 2)), float(rng.choice([0.5, 0.3, 0.8]))
        wanted = chosen_by_loops(solution, [tuple(row) for row in u], tuple(d), w)
        found = choose(solution, u, d, w)
        assert int(found.ties) == len(wanted), (trial, u, d, w)
        assert int(found.index) == min(wanted, default=-1)
        assert found.utilities == pytest.approx(u[found.index] if wanted else d)
        seen += len(wanted) > 1
    assert seen > 3, "no ties among the trials"


def test_a_tie_is_reported() -> None:
    for solution in SOLUTIONS:
        found = choose(solution, [(0.5, 0.8), (0.8, 0.5)], (0, 0))
        assert (int(found.index), int(found.ties)) == (0, 2)
    assert draw("nash", [(0.5, 0.8), (0.8, 0.5)], (0, 0)).utilities == pytest.approx([0.65, 0.65])


@pytest.mark.parametrize("solution", ["kalai_smorodinsky", "egalitarian"])
def test_lots_against_linear_programmes(solution: str) -> None:
    rng = np.random.default_rng(2)
    refused = 0
    for trial in range(60):
        u = rng.integers(0, 5, (int(rng.integers(1, 7)), 2)) / 4 if trial % 3 == 0 else rng.uniform(-1, 1, (5, 2))
        d, w = rng.uniform(-1, 0.4, 2), float(rng.uniform(0.2, 0.8))
        wanted = lottery_by_programme(u, d, w, solution == "kalai_smorodinsky")
        found = draw(solution, u, d, w)
        if wanted is None:
            refused += 1
            assert int(found.first) == -1
            assert found.utilities == pytest.approx(d)
        else:
            assert found.utilities == pytest.approx(wanted, abs=1e-7), (trial, u, d, w)
    assert refused > 0


def test_no_outcome_lies_beyond_the_line_that_supports_the_nash_lottery() -> None:
    """A point maximises the weighted product exactly if no outcome lies beyond the level line's tangent there."""
    rng = np.random.default_rng(3)
    inside = 0
    for _ in range(200):
        u, d, w = rng.uniform(0, 1, (6, 2)), rng.uniform(-0.5, 0.4, 2), float(rng.uniform(0.1, 0.9))
        found = draw("nash", u, d, w)
        gain = found.utilities - d
        if int(found.first) < 0 or gain.min() < 1e-6:
            continue
        slope = np.array([w, 1 - w]) / gain
        assert ((u - d) @ slope).max() <= 1 + 1e-9
        mixed = (1 - found.chance) * u[found.first] + found.chance * u[found.second]
        assert found.utilities == pytest.approx(mixed)
        inside += 0 < found.chance < 1
    assert inside > 20


def test_neighbours_are_enough_on_a_concave_frontier() -> None:
    angles = np.linspace(0, np.pi / 2, 9)
    frontier = np.column_stack([np.sin(angles), np.cos(angles)])
    for solution in SOLUTIONS:
        for w in (0.2, 0.5, 0.7):
            short, long = (draw(solution, frontier, (0.1, -0.2), w, chain=c) for c in (True, False))
            assert short.utilities == pytest.approx(long.utilities)


@pytest.mark.parametrize("solution", SOLUTIONS)
def test_leading_axes_broadcast(solution: str) -> None:
    rng = np.random.default_rng(4)
    u, d, w = rng.uniform(0, 1, (3, 1, 6, 2)), rng.uniform(-0.2, 0.5, (4, 2)), rng.uniform(0.2, 0.8, (3, 4))
    for solve in (choose, draw):
        grid = solve(solution, u, d, w).utilities
        assert grid.shape == (3, 4, 2)
        for i in range(3):
            for j in range(4):
                assert grid[i, j] == pytest.approx(solve(solution, u[i, 0], d[j], w[i, j]).utilities)


def test_at_indifference_sides_agree() -> None:
    """Of a stake of 1, 0.1 + 0.2 and 0.7 leave nothing to share; rounding must not make it less than nothing."""
    d = np.array([0.1 + 0.2, 0.7])
    for solution in SOLUTIONS:
        assert int(draw(solution, [(1.0, 0.0), (0.0, 1.0)], d).first) == 0
        assert draw(solution, [(1.0, 0.0), (0.0, 1.0)], d).utilities == pytest.approx([0.3, 0.7], abs=ALIKE)
        assert int(choose(solution, [(0.3, 0.7)], d).index) == 0


@pytest.mark.parametrize("solution", SOLUTIONS)
def test_extreme_numbers_raise_no_warning(solution: str) -> None:
    for u in ([(0.0, 0.0)], [(1e-300, 1.0), (1.0, 1e-300)], [(1e9, -1e9), (-1e9, 1e9)], [(0.0, 1.0), (1e-310, 0.5)]):
        for d in ((0.0, 0.0), (1.0, 1.0), (-1e9, 0.0), (0.0, -1e-300)):
            for solve in (choose, draw):
                assert np.isfinite(solve(solution, u, d).utilities).all()


def test_the_solutions_differ_on_the_worked_list() -> None:
    picked = {solution: int(choose(solution, PLAIN, (0.2, 0.1)).index) for solution in SOLUTIONS}
    assert picked == {"nash": 4, "kalai_smorodinsky": 2, "egalitarian": 4}
