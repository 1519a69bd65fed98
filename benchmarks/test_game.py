"""The war-termination game: ratios against the plain NumPy reference on the same games, in the same process.

The reference (tests/reference/war_game.py) is written for reading, with vectorised states; it sweeps to rest at the
horizon, where the compiled solver also solves an unchanged policy outright. Absolute times are printed, not asserted.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from armistice.core.errors import FaultCollector
from armistice.game.read import game_from_tables
from armistice.game.solve import solve

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "reference"))
from war_game import solve_reference

LEAST = 8.0
"""Times faster per game than the reference, at least."""
SAMPLE = 6
"""Games of the batch that the reference solves."""
GIB = 2**30


def drawn(count: int, seed: int = 0, **size: int) -> list[dict]:
    """Draws of one war: 20 steps, 49 points, horizon 96, with the ladder of commitment."""
    rng = np.random.default_rng(seed)
    steps, points, horizon = size.get("steps", 20), size.get("points", 49), size.get("horizon", 96)
    return [
        {
            "axis": {"steps": steps, "start": steps // 2},
            "learning": {
                "sigma": 0.8,
                "prior_a": {"mean": float(rng.uniform(0, 0.3)), "sd": 0.3},
                "prior_b": {"mean": float(rng.uniform(-0.3, 0)), "sd": 0.3},
            },
            "time": {"horizon": horizon},
            "costs": {"a": float(rng.uniform(0.5, 2)), "b": float(rng.uniform(0.5, 2))},
            "defeat": {"a": 0.3, "b": 0.3},
            "commitment": {
                "arrival": float(rng.uniform(0.01, 0.08)), "shift": float(rng.uniform(-1, 1)),
                "guarantee": float(rng.uniform(0, 0.9)),
            },
            "grid": {"statistic_points": points, "statistic_max": 12.0},
        }
        for _ in range(count)
    ]  # fmt: skip


def games_of(tables: list[dict]) -> list:
    faults = FaultCollector()
    out = [game_from_tables(t, "drawn", faults) for t in tables]
    faults.raise_if_any()
    return out


def timed(work) -> float:  # type: ignore[no-untyped-def]
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def test_a_batch_against_the_reference(benchmark) -> None:  # type: ignore[no-untyped-def]
    tables = drawn(200)
    games = games_of(tables)
    solve(games[:2], months=0, strict=False)  # compiled
    benchmark.pedantic(lambda: solve(games, months=0, strict=False), rounds=2, iterations=1)
    ours = benchmark.stats.stats.min / len(games)
    reference = np.mean([timed(lambda t=t: solve_reference(t, tolerance=1e-12)) for t in tables[:SAMPLE]])
    loose = np.mean([timed(lambda t=t: solve_reference(t, tolerance=1e-8)) for t in tables[:SAMPLE]])
    benchmark.extra_info |= {
        "ms per game": round(1e3 * ours, 1), "ratio": round(reference / ours, 1), "ratio to 1e-8": round(loose / ours, 1),
    }  # fmt: skip
    print(
        f"\n{1e3 * ours:.1f} ms a game; {reference / ours:.1f} times the reference, {loose / ours:.1f} where it stops at 1e-8"
    )
    assert reference / ours >= LEAST


def test_a_thousand_draws_cost_no_more_a_game(benchmark) -> None:  # type: ignore[no-untyped-def]
    games = games_of(drawn(1000))
    solve(games[:2], months=0, strict=False)
    small = min(timed(lambda: solve(games[:200], months=0, strict=False)) for _ in range(2)) / 200
    cpu, wall = time.process_time(), time.perf_counter()
    benchmark.pedantic(lambda: solve(games, months=0, strict=False), rounds=1, iterations=1)
    busy = (time.process_time() - cpu) / (time.perf_counter() - wall)
    many = benchmark.stats.stats.min / len(games)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"\n{1e3 * many:.1f} against {1e3 * small:.1f} ms a game; {busy:.2f} cores busy; peak {peak / GIB:.2f} GiB")
    assert many / small < 1.2
    assert peak < 2 * GIB


COLD = """
import time
start = time.perf_counter()
import sys
sys.path.insert(0, {folder!r})
from test_game import drawn, games_of
from armistice.game.solve import solve
solve(games_of(drawn(1)), strict=False)
print(time.perf_counter() - start)
"""


def test_a_first_solve_in_a_fresh_process(benchmark, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Imports, compiling and solving with the outlook; again with the programs kept from the first time."""
    command = [sys.executable, "-c", COLD.format(folder=str(Path(__file__).parent))]
    environment = {**os.environ, "JAX_COMPILATION_CACHE_DIR": str(tmp_path)}

    def run() -> float:
        return float(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)

    cold = run()
    kept = benchmark.pedantic(run, rounds=2, iterations=1)
    print(f"\ncold {cold:.1f} s, with kept programs {kept:.1f} s")
    assert kept < cold


@pytest.mark.parametrize(
    ("what", "size"),
    [
        ("as it stands", {}), ("twice the steps", {"steps": 40}), ("twice the points", {"points": 97}),
        ("half the horizon", {"horizon": 48}), ("twice the horizon", {"horizon": 192}),
    ],
)  # fmt: skip
def test_how_cost_grows(benchmark, what: str, size: dict[str, int]) -> None:  # type: ignore[no-untyped-def]
    games = games_of(drawn(40, **size))
    solve(games[:2], months=0, strict=False)
    benchmark.pedantic(lambda: solve(games, months=0, strict=False), rounds=2, iterations=1)
    print(f"\n{what}: {1e3 * benchmark.stats.stats.min / 40:.1f} ms a game")
