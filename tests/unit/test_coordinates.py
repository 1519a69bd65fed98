"""The densities of the movement are densities, and the coordinates of the sampler are a change of variables."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from test_process import WAR, panel_of, walk

from armistice.infer.coordinates import guide_of, placed, start_of
from armistice.infer.observe import ERRORS, TAIL, Told, read_reports, reported_pace
from armistice.infer.process import HEAVY, SHOCKS, START_SPREAD, Evidence, Lasting, moved_at, pace_of

import jax  # isort: skip  # after our own, which settles that numbers have 64 bits
import jax.numpy as jnp  # isort: skip
from jax.flatten_util import ravel_pytree  # isort: skip

MONTHS, FRONTS = 4, 3
LONG_RUN = jnp.array([0.5, -0.2, 1.0])
PERSISTENCE, INNOVATION, COMMON = 0.8, 0.4, 0.3


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    told = walk(8, 3, start=5000)
    told[3] = np.nan
    return read_reports(
        panel_of({"one": {"east": walk(8), "west": told}, "two": {"east": walk(8), "west": told}}), WAR
    ).evidence()


def lasting() -> Lasting:
    return Lasting(MONTHS, LONG_RUN, jnp.asarray(PERSISTENCE), jnp.asarray(INNOVATION), jnp.asarray(COMMON))


def test_the_persistent_part_is_the_normal_that_the_recursion_makes() -> None:
    between = INNOVATION**2 * ((1 - COMMON) * np.eye(FRONTS) + COMMON)
    carry = np.array([[PERSISTENCE ** (t - s) if t >= s else 0.0 for s in range(MONTHS)] for t in range(MONTHS)])
    first = np.diag([1.0] + [0.0] * (MONTHS - 1))
    covariance = np.kron(carry @ first @ carry.T, START_SPREAD**2 * np.eye(FRONTS))
    covariance += np.kron(carry @ (np.eye(MONTHS) - first) @ carry.T, between)
    value = np.random.default_rng(0).normal(size=(MONTHS, FRONTS))
    apart = (value - np.asarray(LONG_RUN)).ravel()
    expected = -0.5 * (apart @ np.linalg.solve(covariance, apart) + np.linalg.slogdet(2 * np.pi * covariance)[1])
    assert float(lasting().log_prob(jnp.asarray(value))) == pytest.approx(expected)
    drawn = np.asarray(lasting().sample(jax.random.key(0), (20_000,))).reshape(20_000, -1)
    assert np.cov(drawn.T) == pytest.approx(covariance, abs=0.15)
    assert drawn.mean(axis=0) == pytest.approx(np.tile(LONG_RUN, MONTHS), abs=0.1)


@pytest.mark.parametrize(
    ("mixture", "law"), [(SHOCKS, stats.johnsonsu(0, 1 / HEAVY, 0, 1 / HEAVY)), (ERRORS, stats.t(TAIL))]
)
def test_sums_of_normals_are_nearly_the_law_they_stand_for(mixture: tuple, law: stats.rv_continuous) -> None:
    weights, scales = np.array(mixture).T
    assert weights.sum() == pytest.approx(1, abs=2e-4)
    at = law.ppf([0.6, 0.75, 0.9, 0.95, 0.99, 0.999])[:, None]
    assert (weights * stats.norm.cdf(at / scales)).sum(axis=1) == pytest.approx(law.cdf(at[:, 0]), abs=0.002)


def test_months_are_summed_over_exactly(evidence: Evidence) -> None:
    """The closed form against integration over the log pace, month by month, and draws against its quantiles."""
    pace, shock, error = jnp.full(evidence.held.shape, 0.3), 0.3, 0.25
    told = Told(evidence, pace, jnp.asarray(shock), jnp.asarray(error), jnp.zeros(4))
    value = np.asarray(reported_pace(evidence))
    grid = np.linspace(-15, 15, 6_001)[:, None, None]
    density = of_mixture(SHOCKS, grid - 0.3, shock)
    for source, known in enumerate(np.asarray(evidence.known)):
        spread = np.sqrt(error**2 + np.asarray(evidence.drawing[source]))
        density = density * np.where(known, of_mixture(ERRORS, value[source] - grid, spread), 1.0)
    whole = np.trapezoid(density, grid[:, 0, 0], axis=0)
    assert float(jax.jit(told.log_prob)(jnp.asarray(value))) == pytest.approx(np.log(whole).sum(), rel=1e-8)
    keys = jax.random.split(jax.random.key(3), 1000)
    drawn = np.asarray(jax.jit(jax.vmap(told.pace, (0, None)))(keys, jnp.asarray(value)))
    mean = np.trapezoid(density * grid, grid[:, 0, 0], axis=0) / whole
    sd = np.sqrt(np.trapezoid(density * (grid - mean) ** 2, grid[:, 0, 0], axis=0) / whole)
    assert (drawn.mean(axis=0) - mean) / sd == pytest.approx(0, abs=5 / np.sqrt(1000))
    assert drawn.std(axis=0) == pytest.approx(sd, rel=0.2)


def test_the_season_scales_movement_and_keeps_the_density_one_of_the_report(evidence: Evidence) -> None:
    season = jnp.array([0.4, 0.0, 0.0, 0.0])
    lone = evidence._replace(known=evidence.known.at[:].set(False).at[0, 2, 0].set(True))
    told = Told(lone, jnp.full(lone.held.shape, 0.3), jnp.asarray(0.3), jnp.asarray(0.25), season)
    grid = np.linspace(-15, 15, 3001)
    values = jnp.zeros((len(grid), *lone.changes.shape)).at[:, 0, 2, 0].set(grid)
    density = np.exp(np.asarray(jax.jit(jax.vmap(told.log_prob))(values)))
    assert np.trapezoid(density, grid) == pytest.approx(1, abs=1e-3)
    pace = jnp.full(lone.held.shape, 0.7)
    assert np.asarray(pace_of(lone, moved_at(lone, pace, season), season)) == pytest.approx(0.7)


def of_mixture(mixture: tuple, value: np.ndarray, scale: float | np.ndarray) -> np.ndarray:
    return sum(w * stats.norm.pdf(value, scale=s * scale) for w, s in mixture)


def test_the_volume_is_that_of_the_change_of_variables(evidence: Evidence) -> None:
    guide = guide_of(evidence)
    flat, unravel = ravel_pytree(start_of(evidence, jax.random.key(2)))

    def position(at: jax.Array) -> jax.Array:
        return ravel_pytree(placed(guide, unravel(at))[0])[0]

    expected = np.linalg.slogdet(np.asarray(jax.jit(jax.jacfwd(position))(flat)))[1]
    assert float(placed(guide, unravel(flat))[1]) == pytest.approx(expected)


def test_a_chain_starts_near_what_was_reported(evidence: Evidence) -> None:
    at = start_of(evidence, jax.random.key(0))
    middle = {k: jnp.zeros_like(v) if k in ("long_run", "lasting") else v for k, v in at.items()}
    known, reported = np.asarray(evidence.known[0]), np.asarray(reported_pace(evidence)[0])
    for start, most in ((middle, 0.4), (at, 0.8)):
        lasting = np.asarray(placed(guide_of(evidence), start)[0]["lasting"])
        assert np.isfinite(lasting).all()
        assert np.median(np.abs(lasting - reported)[known]) < most
