"""What a world was made with is found again: fronts drawn from the prior, reported by two maps, and conditioned on."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from armistice.core.posterior import Posterior
from armistice.infer.condition import condition_reports, prior_predictive
from armistice.infer.observe import Reported

import jax.numpy as jnp  # isort: skip  # after our own, which settles that numbers have 64 bits

MONTHS, FRONTS, SOURCES = 18, 3, 2
REPLICATIONS = 40
SIZE = {"chains": 2, "warmup": 150, "draws": 100}
CHECKED = ("persistence", "common", "innovation", "shock", "error", "offset", "log_pace")


def covered() -> Reported:
    """Two maps without gaps of three fronts in the middle of large regions; what they say is to be drawn."""
    shape = (SOURCES, MONTHS, FRONTS)
    changes = np.tile(np.array([10.0, 30.0, 100.0]), (SOURCES, MONTHS, 1))
    level = np.full((SOURCES, FRONTS), 100_000.0)
    return Reported(
        date(2020, 12, 31), "0", "land", ("x", "y", "z"), ("one", "two"),
        tuple(f"{2019 + (m + 6) // 12}-{(m + 6) % 12 + 1:02d}" for m in range(MONTHS)), (True,) * FRONTS,
        changes, np.zeros(shape), level, level, level, np.full(FRONTS, 200_000.0),
    )  # fmt: skip


def drawn(world: dict[str, np.ndarray], at: int, seed: int, **size: int) -> Posterior:
    """Condition on what the maps report of one drawn world."""
    reported = covered()
    seen = reported.evidence()._replace(changes=jnp.asarray(world["changes"][at]), told=jnp.asarray(world["told"][at]))
    return condition_reports(reported, seed, evidence=seen, **size)


def inside(world: dict[str, np.ndarray], at: int, found: Posterior) -> list[bool]:
    """Whether each truth lies inside its 80 % interval."""
    out = []
    for name in CHECKED:
        low, high = np.quantile(found.flat(name), (0.1, 0.9), axis=0)
        out += list(np.atleast_1d((low <= world[name][at]) & (world[name][at] <= high)))
    total = found.flat("moved").sum(axis=1)
    low, high = np.quantile(total, (0.1, 0.9), axis=0)
    truth = world["moved"][at].sum(axis=0)
    return [*out, *((low <= truth) & (truth <= high))]


@pytest.mark.slow
def test_one_world_is_found_again() -> None:
    world = prior_predictive(covered(), 1, seed=5)
    found = drawn(world, 0, 0, **SIZE)
    moved = np.median(found.flat("moved"), axis=0)
    assert np.corrcoef(np.arcsinh(moved.ravel() / 20), np.arcsinh(world["moved"][0].ravel() / 20))[0, 1] > 0.9
    assert np.mean(inside(world, 0, found)) > 0.5


@pytest.mark.slow
def test_truths_lie_inside_their_intervals() -> None:
    world = prior_predictive(covered(), REPLICATIONS, seed=11)
    hits = [inside(world, k, drawn(world, k, k, **SIZE)) for k in range(REPLICATIONS)]
    share = float(np.mean(hits))
    print(f"{share:.1%} of {np.size(hits)} truths inside their 80 % intervals; by quantity {np.mean(hits, axis=0)}")
    assert 0.7 <= share <= 0.9
