"""Coordinates in which the posterior of the fronts is nearly a standard normal, so that few steps cross it.

Given the parameters, the persistent part is smoothed from the reported log pace as if shocks and errors were normal;
what is sampled is how far it lies from that, in standard deviations. Fronts are turned so that their common movement is one coordinate and
the rest are alike, and months so that the smoothing is a shrinkage of each coordinate by itself: exactly so at middling
values of the parameters, nearly so elsewhere. This is a change of variables with its Jacobian, not an approximation:
the target stays the posterior of the model (Papaspiliopoulos, Roberts and Sköld 2007 on such parametrisations).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpyro.distributions import biject_to

from armistice.infer.observe import reported_pace
from armistice.infer.process import PARAMETERS, START_SPREAD, Evidence

OUTLIER = 2.0
"""Standard deviations beyond which a reported month pulls the smoothed persistent part no further."""
ROUNDS = 30
"""Rounds in which the outlying months are found."""


class Scales(NamedTuple):
    """The parameters that the coordinates depend on."""

    persistence: Any
    innovation: Any
    shock: Any
    common: Any
    error: Any


MIDDLING = Scales(0.9, 0.35, 0.3, 0.2, 0.25)
"""Where the turn of the months is exact."""


SPREAD = {
    "persistence": 0.5, "common": 0.6, "innovation": 0.1, "shock": 0.1, "error": 0.1, "season": 0.1, "offset": 0.3,
    "level_steps": 2.0, "long_run": 1.0, "lasting": 1.0,
}  # fmt: skip
"""Standard deviation from which the adaptation of each coordinate starts."""


class Guide(NamedTuple):
    """What was reported on the scale of the log pace, in turned months and fronts; months count from the long run."""

    fronts: jax.Array
    """[front, coordinate]: orthogonal."""
    months: jax.Array
    """[2, 1 + month, coordinate]: orthogonal; for the common coordinate of the fronts and for the others."""
    pull: jax.Array
    """[coordinate of months, of fronts]: the reports with outlying months drawn in."""
    stiff: jax.Array
    """[4, 2, coordinate of months]: what of the precision is fixed, and what goes with persistence to 0, 1, 2."""
    seen: jax.Array
    """[2, coordinate of months]: share of a coordinate that is months, not the long run."""


def guide_of(data: Evidence) -> Guide:
    """What was reported, as far as it guides the sampler."""
    known, told = np.asarray(data.known), np.asarray(reported_pace(data))
    weight = np.where(known, 1 / (np.asarray(data.drawing) + MIDDLING.error**2), 0.0)
    reported = (weight * told).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-9)
    count = known.sum(axis=0)
    months, fronts = reported.shape
    turn = _turn(fronts)
    fixed, now, before = _steps(months)
    base = fixed.T @ fixed
    variances = _variances(MIDDLING, fronts)
    noise = _noise(MIDDLING)
    months_only = np.diag(np.r_[0.0, np.ones(months)])
    step = now - MIDDLING.persistence * before
    basis = np.stack([np.linalg.eigh(base + step.T @ step / v + months_only / noise)[1] for v in variances])
    precision = base + step.T @ step / variances[1] + months_only / noise
    calm = np.where(count > 0, reported, 0.0)
    for _ in range(ROUNDS):
        smooth = np.linalg.solve(precision, np.vstack([np.zeros((1, fronts)), calm / noise]))[1:]
        width = OUTLIER * np.sqrt(noise)
        calm = smooth + np.where(count > 0, np.clip(reported - smooth, -width, width), 0.0)
    calm = np.vstack([np.zeros((1, fronts)), calm]) @ turn
    pull = np.concatenate([basis[0].T @ calm[:, :1], basis[1].T @ calm[:, 1:]], axis=1)
    forms = (base, now.T @ now, -(now.T @ before + before.T @ now), before.T @ before, months_only)
    *stiff, seen = (np.einsum("kic,ij,kjc->kc", basis, form, basis) for form in forms)
    parts = (turn, basis, pull, np.stack(stiff), seen)
    return Guide(*(jnp.asarray(x, dtype=float) for x in parts))


def start_of(data: Evidence, key: jax.Array) -> dict[str, jax.Array]:
    """Where a chain starts, in coordinates: near the middle of the priors, and the fronts near what was reported."""
    months, fronts = data.held.shape
    shapes: dict[str, tuple[int, ...]] = {"season": (4,), "level_steps": (fronts,), "long_run": (fronts,)}
    shapes |= {"lasting": (months, fronts)}
    keys = dict(zip(SPREAD, jax.random.split(key, len(SPREAD)), strict=True))
    start = {k: SPREAD[k] / 2 * jax.random.normal(keys[k], shapes.get(k, ())) for k in SPREAD}
    middle = MIDDLING._asdict() | {"offset": float(np.exp(PARAMETERS["offset"].first))}
    for name, value in middle.items():
        start[name] += biject_to(PARAMETERS[name].distribution().support).inv(value)
    return start


def placed(guide: Guide, at: dict[str, jax.Array]) -> tuple[dict[str, jax.Array], jax.Array]:
    """From coordinates to the unconstrained parameters of the model, and the log of the volume they stretch to.

    Parameters
    ----------
    at : dict of array
        All unconstrained parameters, but ``long_run`` and ``lasting`` in standard deviations.
    """
    scales = Scales(*(biject_to(PARAMETERS[k].distribution().support)(at[k]) for k in Scales._fields))
    beyond = jnp.concatenate([at["long_run"][None], at["lasting"]])
    fronts, noise = beyond.shape[1], _noise(scales)
    powers = jnp.stack([jnp.ones(()), scales.persistence, scales.persistence**2])
    free = jnp.einsum("p,pkc->kc", powers, guide.stiff[1:]) / jnp.stack(_variances(scales, fronts))[:, None]
    precision = guide.stiff[0] + free + guide.seen / noise
    wide = jnp.concatenate([precision[:1], jnp.broadcast_to(precision[1:], (fronts - 1, precision.shape[1]))]).T
    turned = guide.pull / noise / wide + beyond / jnp.sqrt(wide)
    states = (
        jnp.concatenate([guide.months[0] @ turned[:, :1], guide.months[1] @ turned[:, 1:]], axis=1) @ guide.fronts.T
    )
    volume = -0.5 * jnp.log(wide).sum()
    return {**at, "long_run": states[0], "lasting": states[1:]}, volume


def _noise(scales: Scales) -> Any:
    """Variance of a month's reported log pace about its persistent part."""
    return 1.5 * scales.shock**2 + scales.error**2 / 2 + 0.02


def _variances(scales: Scales, fronts: int) -> tuple[Any, Any]:
    """Variance of a step of the persistent part, in the common coordinate of the fronts and in the others."""
    alone = scales.innovation**2 * (1 - scales.common)
    return alone + scales.innovation**2 * scales.common * fronts, alone


def _turn(fronts: int) -> np.ndarray:
    """Orthogonal turn of the fronts whose first coordinate is their mean."""
    first = np.eye(fronts)
    first[:, 0] = 1.0
    turn = np.linalg.qr(first)[0]
    return np.asarray(turn * np.sign(turn[0, 0]))


def _steps(months: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows that make normal deviates of (long run, months): the start, this month, the month before."""
    apart = np.eye(months, months + 1, 1) - np.eye(1, months + 1)
    start = np.vstack([np.eye(1, months + 1) / PARAMETERS["long_run"].second, apart[:1] / START_SPREAD])
    return start, apart[1:], apart[:-1]
