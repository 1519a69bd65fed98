"""Models of many actors: ratios against plain loops on the same draws, in the same process.

The loops (tests/reference/plain_actors.py) are written for reading, one term of the formula a line. Absolute times are
printed, not asserted.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import numpy as np

from armistice.theory.expected_utility import forecast
from armistice.theory.ktab import coalitions, smp

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "reference"))
import plain_actors

LEAST = 150.0
"""Times faster per draw of 100 actors and one round than the loops, at least."""
LEAST_COALITIONS = 50.0
"""The same for coalitions of 60 actors."""
GIB = 2**30


def drawn(draws: int, actors: int, seed: int = 0) -> list[np.ndarray]:
    """Positions, salience, capability and attitude to risk."""
    rng = np.random.default_rng(seed)
    return [rng.uniform(low, 1, (draws, actors)) for low in (0, 0, 0, -1)]


def timed(work) -> float:  # type: ignore[no-untyped-def]
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def test_rounds_against_plain_loops(benchmark) -> None:  # type: ignore[no-untyped-def]
    x, s, c, _ = drawn(100, 100)
    benchmark.pedantic(lambda: forecast(x, s, c, 1), rounds=3, iterations=1, warmup_rounds=1)
    ours = benchmark.stats.stats.min / len(x)
    plain = []
    wanted = timed(lambda: plain.append(plain_actors.moved_once(list(x[0]), list(s[0]), list(c[0]))))
    assert np.abs(forecast(x[0], s[0], c[0], 1)["rounds"][1] - plain[0]).max() < 1e-9
    benchmark.extra_info |= {"ms per draw and round": round(1e3 * ours, 2), "ratio": round(wanted / ours)}
    print(f"\n{1e3 * ours:.2f} ms a draw and round of 100 actors; {wanted / ours:.0f} times the loops")
    assert wanted / ours >= LEAST


def test_coalitions_against_plain_loops(benchmark) -> None:  # type: ignore[no-untyped-def]
    x, s, c, r = drawn(100, 60)
    benchmark.pedantic(lambda: coalitions(x, s, c, r), rounds=3, iterations=1, warmup_rounds=1)
    ours = benchmark.stats.stats.min / len(x)
    plain = []
    wanted = timed(lambda: plain.append(plain_actors.coalitions(*(list(v[0]) for v in (x, s, c, r)))))
    assert np.abs(coalitions(x[0], s[0], c[0], r[0]) - np.array(plain[0])).max() < 1e-9
    benchmark.extra_info |= {"ms per draw": round(1e3 * ours, 2), "ratio": round(wanted / ours)}
    print(f"\n{1e3 * ours:.2f} ms a draw of 60 actors; {wanted / ours:.0f} times the loops")
    assert wanted / ours >= LEAST_COALITIONS


def test_a_thousand_draws_of_a_hundred_actors(benchmark) -> None:  # type: ignore[no-untyped-def]
    """The target: 20 rounds within a minute on two processors, in bounded memory."""
    x, s, c, r = drawn(1000, 100)
    cpu, wall = time.process_time(), time.perf_counter()
    benchmark.pedantic(lambda: forecast(x, s, c, 20), rounds=1, iterations=1)
    busy = (time.process_time() - cpu) / (time.perf_counter() - wall)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    central = timed(lambda: smp(None, 2.0, x[:100], s[:100], c[:100], r[:100]))
    print(
        f"\n{benchmark.stats.stats.min:.1f} s; {busy:.2f} processors busy; peak {peak / GIB:.2f} GiB; "
        f"central position {10 * central:.1f} ms a draw"
    )
    assert peak < GIB
