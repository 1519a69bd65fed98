"""The outcome space: utilities, Pareto frontier and four points against NegMAS on the same domain, in the same process.

NegMAS is one of the programs of `make oracles`; without it the comparison is skipped and memory is still measured.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from armistice.deal.exchange import Negotiation, write_negmas
from armistice.deal.frontier import Frontier, enumerate_frontier, merge_frontier, space_of
from armistice.deal.preferences import GRID, Preferences, shares
from armistice.deal.solutions import Point, solution_points

LEAST_RATIO = 20.0
"""Times faster than NegMAS on 10^6 outcomes, at least."""
LARGEST_GIB = 2.0
"""Memory of a process that goes through 10^7 outcomes, at most."""
FIGHT = (0.375, 0.3125)


def drawn(issues: int, seed: int = 0) -> Negotiation:
    """Two opposed sides and so many issues of ten options."""
    rng = np.random.default_rng(seed)
    place = np.sort(rng.random((issues, 10)), axis=-1)
    held = Preferences(
        ("a", "b"), tuple(f"issue{k}" for k in range(issues)),
        (tuple(f"option{n}" for n in range(10)),) * issues, shares(rng.random((1, 2, issues))),
        tuple(np.round(np.stack([x, 1 - x**1.3])[None] / GRID) * GRID for x in place),
        (np.ones((2, 10), bool),) * issues,
    )  # fmt: skip
    return Negotiation("drawn", held, FIGHT)


def ours(talks: Negotiation) -> tuple[Frontier, dict[str, Point | None]]:
    found = enumerate_frontier(space_of(talks.preferences), talks.reservation)
    return found, solution_points(found, talks.reservation)


def seconds(work, *arguments) -> float:  # type: ignore[no-untyped-def]
    start = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - start


def test_a_million_outcomes_against_negmas(benchmark, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    why = "NegMAS is not installed; make oracles installs it apart"
    ops = pytest.importorskip("negmas.preferences.ops", reason=why)
    serialization = pytest.importorskip("negmas.serialization", reason=why)
    talks = drawn(6)
    whole = json.loads(write_negmas(talks, tmp_path / "talks.json").read_text(encoding="utf-8"))
    ufuns = tuple(serialization.deserialize(entry) for entry in whole["ufuns"])

    def theirs():  # type: ignore[no-untyped-def]
        utilities, _ = ops.pareto_frontier(ufuns, issues=ufuns[0].outcome_space.issues)
        ranges = [ufun.minmax(above_reserve=False) for ufun in ufuns]
        rules = (ops.nash_points, ops.ks_points, ops.kalai_points, ops.max_welfare_points)
        return utilities, [rule(ufuns, utilities, ranges=list(ranges)) for rule in rules]

    utilities, (nash, smorodinsky, kalai, welfare) = benchmark.pedantic(theirs, rounds=1)
    slow = benchmark.stats.stats.mean
    best = min(seconds(ours, talks) for _ in range(5))
    found, points = ours(talks)
    assert np.array_equal(np.unique(np.array(utilities), axis=0), np.unique(found.utilities, axis=0))
    # On this domain Kalai–Smorodinsky too, though NegMAS looks for the least difference between shares.
    for name, listed in (
        ("nash", nash), ("kalai_smorodinsky", smorodinsky), ("egalitarian", kalai), ("utilitarian", welfare),
    ):  # fmt: skip
        assert tuple(points[name].utilities) in {tuple(u) for u, _ in listed}, name
    ratio = slow / best
    benchmark.extra_info |= {"ratio": round(ratio, 1), "ms": round(1e3 * best, 1), "points": len(found)}
    print(
        f"\nNegMAS {slow:.1f} s, enumerated {best:.3f} s, ratio {ratio:.0f}; {len(found)} points, four solutions alike"
    )
    assert ratio >= LEAST_RATIO


def test_ten_million_outcomes(benchmark) -> None:  # type: ignore[no-untyped-def]
    talks = drawn(7)
    found, _ = benchmark.pedantic(ours, args=(talks,), rounds=2)
    merged = merge_frontier(space_of(talks.preferences), talks.reservation)
    assert np.array_equal(found.utilities, merged.utilities)
    assert np.array_equal(found.outcomes, merged.outcomes)
    program = (
        "import sys, resource; sys.path.insert(0, sys.argv[1]); import test_frontier as t; t.ours(t.drawn(7)); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(Path(__file__).parent)], capture_output=True, text=True, check=True
    )
    unit = 2**30 if sys.platform == "darwin" else 2**20
    gib = int(done.stdout) / unit
    benchmark.extra_info |= {"GiB": round(gib, 2)}
    print(f"\n10^7 outcomes: {benchmark.stats.stats.min:.2f} s, {len(found)} points, {gib:.2f} GiB at most")
    assert gib < LARGEST_GIB
