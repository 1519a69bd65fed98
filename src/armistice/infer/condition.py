"""Condition the latent movement of the fronts on what the sources report: sample, then judge the sampling.

NumPyro writes the model (`armistice.infer.process`, `armistice.infer.observe`), BlackJAX samples it with the
No-U-Turn sampler (Hoffman and Gelman 2014), warm-up and draws of a chain in one compiled program, chains spread over
the devices. A chain's draws do not depend on how many devices there are. Gates, after Vehtari et al. (2021) and
Betancourt (2016): rank-normalised split R-hat below 1.01, at least 400 effective draws in bulk and tail for every
reported number, no divergence, energy fraction (E-BFMI) of at least 0.3. They are stored with the result.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

import blackjax
import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jax.flatten_util import ravel_pytree
from jax.sharding import Mesh, PartitionSpec
from numpyro import handlers
from numpyro.diagnostics import effective_sample_size, split_gelman_rubin
from numpyro.infer import Predictive
from numpyro.infer.util import constrain_fn, potential_energy

from armistice.core.errors import QueryError
from armistice.core.posterior import Diagnostic, Gate, Posterior
from armistice.core.war import War
from armistice.infer.coordinates import SPREAD, Guide, guide_of, placed, start_of
from armistice.infer.observe import (
    MONTHS,
    Redraw,
    Reported,
    changes_of,
    moved_given,
    read_reports,
    reported_pace,
    reporting,
    told_again,
)
from armistice.infer.process import Evidence, movement

CHAINS, WARMUP, DRAWS = 4, 300, 500
BETWEEN = 4
"""Trajectories for each draw that is kept: what is kept must be stored, saved and carried into paths."""
FIRST_STEP = 0.1
TARGET_ACCEPTANCE = 0.8
MOST_DOUBLINGS = 7
"""Trajectories of at most 127 steps."""
MOST_RHAT, LEAST_ESS, LEAST_BFMI = 1.01, 400.0, 0.3
ENGINE = "latent model of the fronts, conditioned on all maps"
REPORTED = (
    "persistence", "common", "season", "innovation", "shock", "long_run", "log_pace", "error", "offset", "level",
)  # fmt: skip
"""Quantities that are reported, and so must be well sampled."""
_KEPT = (*REPORTED, "moved")


def model(data: Evidence) -> None:
    """The joint model: the latent movement, and what is reported of it."""
    reporting(data, *movement(data))


def condition(
    panel: xr.Dataset,
    war: War,
    seed: int = 0,
    chains: int = CHAINS,
    warmup: int = WARMUP,
    draws: int = DRAWS,
    redraws: Iterable[Redraw] = (),
    months: int = MONTHS,
) -> Posterior:
    """Draws of the movement of all fronts of a war, given what its sources report.

    Parameters
    ----------
    panel : Dataset
        Cut at the as-of day.
    war : War
    seed : int
    chains, warmup, draws : int
        Chains, and steps of each to adapt and to keep.
    redraws : iterable of (source, region, day, km²)
        Changes of a map that are not movement.
    months : int
        Most months of record that are read.

    Returns
    -------
    Posterior
        With its gates, passed or not.

    Raises
    ------
    QueryError
        If there is nothing to condition on: no map near the as-of day, too few months, no front that moves.
    """
    return condition_reports(read_reports(panel, war, redraws, months), seed, chains, warmup, draws)


def condition_reports(
    reported: Reported,
    seed: int = 0,
    chains: int = CHAINS,
    warmup: int = WARMUP,
    draws: int = DRAWS,
    evidence: Evidence | None = None,
) -> Posterior:
    """The same for reports that were read already.

    Parameters
    ----------
    evidence : Evidence, optional
        The reports as the model reads them, where they were drawn from the model itself.
    """
    for name, value, least in (("chains", chains, 1), ("warmup", warmup, 20), ("draws", draws, 4)):
        if value < least:
            raise QueryError(f"{name} {value}: out of range; expected at least {least}")
    evidence = reported.evidence() if evidence is None else evidence
    keys = jax.random.split(jax.random.key(seed), chains)
    run = _sampler(chains, warmup, draws)
    found, divergent, energy, steps = jax.tree.map(np.asarray, run(evidence, guide_of(evidence), keys))
    kept = {name: found[name] for name in _KEPT}
    kept["level"] = kept["level"] + reported.centre
    diagnostics = diagnose({k: kept[k] for k in REPORTED}, reported)
    return Posterior(
        engine=ENGINE,
        as_of=reported.as_of,
        seed=seed,
        panel_digest=reported.digest,
        root=reported.root,
        fronts=reported.fronts,
        inside_root=reported.inside_root,
        sources=reported.sources,
        months=reported.months,
        draws=kept,
        record={
            "changes": reported.changes, "low": reported.low, "value": reported.value, "high": reported.high,
            "whole": reported.whole, "unit": np.asarray(evidence.unit), "steps": steps,
        },
        diagnostics=diagnostics,
        gates=gates_of(diagnostics, divergent, energy),
    )  # fmt: skip


@functools.cache
def _sampler(chains: int, warmup: int, draws: int) -> Callable[..., Any]:
    """The compiled sampler: one chain after another on each device."""
    devices = jax.devices()
    devices = devices[: max(n for n in range(1, len(devices) + 1) if chains % n == 0)]

    def work(data: Evidence, guide: Guide, keys: jax.Array) -> Any:
        return jax.lax.map(lambda key: _chain(data, guide, key, warmup, draws), keys)

    whole, split = PartitionSpec(), PartitionSpec("chains")
    mesh = Mesh(np.array(devices), ("chains",))
    return jax.jit(jax.shard_map(work, mesh=mesh, in_specs=(whole, whole, split), out_specs=split, check_vma=False))


def _chain(data: Evidence, guide: Guide, key: jax.Array, warmup: int, draws: int) -> Any:
    """Adapt and sample one chain; draws of all quantities, divergences, energies and steps of every trajectory."""

    def log_density(at: Any) -> jax.Array:
        position, volume = placed(guide, at)
        return volume - potential_energy(model, (data,), {}, position)

    start_key, adapt_key, sample_key, moved_key = jax.random.split(key, 4)
    start = start_of(data, start_key)
    spread = {k: jnp.full_like(start[k], SPREAD[k] ** 2) for k in start}
    adaptation = blackjax.window_adaptation(
        blackjax.nuts, log_density, target_acceptance_rate=TARGET_ACCEPTANCE,
        max_num_doublings=MOST_DOUBLINGS, initial_step_size=FIRST_STEP,
        initial_inverse_mass_matrix=ravel_pytree(spread)[0],
        adaptation_info_fn=lambda state, info, adapted: None,
    )  # fmt: skip
    (state, tuned), _ = adaptation.run(adapt_key, start, warmup)
    kernel = blackjax.nuts(log_density, **tuned).step

    def step(state: Any, key: jax.Array) -> Any:
        state, info = kernel(key, state)
        return state, (info.is_divergent, info.energy, info.num_integration_steps)

    def draw(state: Any, keys: jax.Array) -> Any:
        state, infos = jax.lax.scan(step, state, keys)
        return state, (state.position, infos)

    _, (path, infos) = jax.lax.scan(draw, state, jax.random.split(sample_key, (draws, BETWEEN)))
    divergent, energy, steps = (x.reshape(-1) for x in infos)

    def quantities(key: jax.Array, at: Any) -> dict[str, jax.Array]:
        found = constrain_fn(model, (data,), {}, placed(guide, at)[0], return_deterministic=True)
        found["moved"] = moved_given(data, key, found, told)
        return {k: found[k] for k in _KEPT}

    told = reported_pace(data)
    return jax.lax.map(lambda x: quantities(*x), (jax.random.split(moved_key, draws), path)), divergent, energy, steps


def diagnose(draws: dict[str, np.ndarray], reported: Reported) -> dict[str, Diagnostic]:
    """R-hat and effective draws of every reported number, by name: ``log_pace[east]``."""
    out = {}
    for name, values in draws.items():
        flat = values.reshape(*values.shape[:2], -1)
        labels: tuple[str, ...] = ("",)
        if flat.shape[2] > 1 or values.ndim > 2:
            labels = {len(reported.fronts): reported.fronts, len(reported.sources): reported.sources}.get(
                flat.shape[2], tuple(map(str, range(flat.shape[2])))
            )
            if name == "season":
                labels = ("cos year", "sin year", "cos half-year", "sin half-year")
            labels = tuple(f"[{label}]" for label in labels)
        for at, label in enumerate(labels):
            out[name + label] = diagnostic(flat[:, :, at])
    return out


def diagnostic(values: np.ndarray) -> Diagnostic:
    """Rank-normalised split R-hat (the worse of bulk and folded), bulk and tail effective draws.

    Parameters
    ----------
    values : array, shape (chains, draws)
    """
    half = values.shape[1] // 2
    split = np.concatenate([values[:, :half], values[:, -half:]])
    if np.ptp(split) == 0:
        return Diagnostic(float("nan"), float("nan"), float("nan"))
    ranked, folded = _ranked(split), _ranked(np.abs(split - np.median(split)))
    rhat = max(float(split_gelman_rubin(x)) for x in (ranked, folded))
    tails = [split <= np.quantile(split, q) for q in (0.05, 0.95)]
    tail = min(float(effective_sample_size(t.astype(float))) for t in tails)
    return Diagnostic(rhat, float(effective_sample_size(ranked)), tail)


def _ranked(values: np.ndarray) -> np.ndarray:
    """Normal scores of the ranks over all chains."""
    rank = np.empty(values.size)
    rank[np.argsort(values, axis=None, kind="stable")] = np.arange(1, values.size + 1)
    share = (rank - 0.375) / (values.size + 0.25)
    return np.asarray(jax.scipy.special.ndtri(share)).reshape(values.shape)


def gates_of(diagnostics: dict[str, Diagnostic], divergent: np.ndarray, energy: np.ndarray) -> tuple[Gate, ...]:
    """What the sampling must pass: worst R-hat, fewest effective draws, divergences, energy fraction."""

    def worst(values: dict[str, float], most: bool) -> tuple[float, str]:
        bad = [k for k, v in values.items() if not np.isfinite(v)]
        at = bad[0] if bad else (max if most else min)(values, key=lambda k: values[k])
        return values[at], at

    rhat, at_rhat = worst({k: d.rhat for k, d in diagnostics.items()}, True)
    bulk, at_bulk = worst({k: d.ess_bulk for k, d in diagnostics.items()}, False)
    tail, at_tail = worst({k: d.ess_tail for k, d in diagnostics.items()}, False)
    fraction = np.mean(np.diff(energy, axis=1) ** 2, axis=1) / np.var(energy, axis=1)
    return (
        Gate("largest R-hat", rhat, MOST_RHAT, True, at_rhat),
        Gate("fewest effective draws, bulk", bulk, LEAST_ESS, False, at_bulk),
        Gate("fewest effective draws, tail", tail, LEAST_ESS, False, at_tail),
        Gate("divergent steps", float(divergent.sum()), 0, True),
        Gate("smallest energy fraction (E-BFMI)", float(fraction.min()), LEAST_BFMI, False),
    )


def prior_predictive(reported: Reported, draws: int = 400, seed: int = 0) -> dict[str, np.ndarray]:
    """Worlds drawn from the prior, with what sources of the same coverage would report of them.

    Returns
    -------
    dict of array
        All quantities of the model, each with the draws first; ``changes`` and ``told`` as reported.
    """
    data, (worlds, movements) = reported.evidence(), jax.random.split(jax.random.key(seed))

    def moved(key: jax.Array, at: dict[str, jax.Array]) -> dict[str, jax.Array]:
        return {"moved": moved_given(data, key, at, at["told_pace"]), "changes": changes_of(data, at["told_pace"])}

    found = jax.jit(Predictive(handlers.uncondition(model), num_samples=draws))(worlds, data)
    found |= jax.lax.map(lambda x: moved(*x), (jax.random.split(movements, draws), found))
    return {k: np.asarray(v) for k, v in found.items()}


def predicted_reports(posterior: Posterior, reported: Reported, seed: int = 0) -> np.ndarray:
    """Changes that the sources would report again, given the posterior; shape (draws, sources, months, fronts)."""
    kept = {k: jnp.asarray(posterior.flat(k)) for k in ("moved", "season", "error")}
    data = reported.evidence()
    keys = jax.random.split(jax.random.key(seed), len(kept["moved"]))
    return np.asarray(jax.lax.map(lambda x: told_again(data, *x), (keys, kept)))


def coverage(predicted: np.ndarray, reported: Reported, level: float = 0.8, among: np.ndarray | None = None) -> float:
    """Share of the reported changes that lie inside the central interval of what was predicted.

    Parameters
    ----------
    predicted : array, shape (draws, sources, months, fronts)
    level : float
    among : array of bool, shape (sources, months, fronts), optional
        Reports that are counted, such as those that were hidden from the fit; all by default. A fit has seen the
        reports that it was given, so that of those it covers more than `level`.
    """
    low, high = np.quantile(predicted, ((1 - level) / 2, (1 + level) / 2), axis=0)
    counted = np.isfinite(reported.changes) & (True if among is None else among)
    inside = (low <= reported.changes) & (reported.changes <= high)
    return float(inside[counted].mean())
