"""How fronts move: the latent model, with every parameter declared once.

Month t, front f. The pace on a scale that is logarithmic for large movements and keeps its sign is the sum of a
persistent part a, which the fronts share in part, and a passing shock u with heavy tails:

.. math::

    a_{f,t} &= m_f + \\varphi (a_{f,t-1} - m_f) + \\sigma (\\sqrt{\\rho}\\, w_t + \\sqrt{1 - \\rho}\\, z_{f,t}), \\\\
    u_{f,t} &= \\tau \\sinh(h\\, j_{f,t}) / h, \\qquad v_{f,t} = c_f\\, e^{S_t} \\sinh(a_{f,t} + u_{f,t}),

with w, z and j standard normal (u has the S_U distribution of Johnson 1949), the unit c_f, the usual size of a month's movement (a fixed number of the record), and the season S_t, two
harmonics of the year that slow or hasten movement of either sign. What is left in the direction of movement bounds
it: with r km² left to take and h km² held,

.. math:: \\Delta = r (1 - e^{-v/r}) \\text{ for } v > 0, \\qquad \\Delta = -h (1 - e^{v/h}) \\text{ for } v < 0,

so that an advance slows as its region nears completion and no region is ever more than whole. Jumps (a collapse, a
counter-offensive) are draws far out in the tail of u; they pass, and are not carried into the months ahead.
The model is our own; its parts are usual ones of state-space models (Durbin and Koopman 2012, chapters 2 and 3).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpyro
import numpyro.distributions as dist

HEAVY = 0.9
"""Weight h of the tails of the passing shocks: one in fifty lies beyond four and a half scales, as of Student's t with
three degrees of freedom, but what is sampled is normal and so of a kinder shape."""
MOST_LOG_PACE = 12.0
"""The log pace is cut here: sinh 12 is 81 000 units a month, more than any region holds."""
START_SPREAD = 2.0
"""Spread of the persistent part around its mean in the first month."""


class Declared(NamedTuple):
    """One parameter: its symbol, unit, support and prior, and where the prior comes from."""

    symbol: str
    unit: str
    support: str
    family: str
    first: float
    second: float
    meaning: str
    reference: str

    @property
    def prior(self) -> str:
        """The prior in words: ``beta(8, 2)``."""
        return f"{self.family}({self.first:.4g}, {self.second:.4g})"

    def distribution(self) -> dist.Distribution:
        """The prior as a distribution."""
        return _FAMILIES[self.family](self.first, self.second)


_FAMILIES = {"normal": dist.Normal, "log-normal": dist.LogNormal, "beta": dist.Beta}
_OURS = "judgement"
_SLOW = "judgement; last month's pace tells most of the next (armistice.infer.forecasters)"

PARAMETERS: dict[str, Declared] = {
    "persistence": Declared("φ", "per month", "(0, 1)", "beta", 8, 2, "share of a deviation of the log pace that is left a month later", _SLOW),
    "long_run": Declared("m_f", "log pace", "real", "normal", 0, 1, "log pace to which a front returns, each front its own", _OURS),
    "innovation": Declared("σ", "log pace", "> 0", "log-normal", math.log(0.3), 0.35, "size of a month's lasting change of the log pace", _OURS),
    "shock": Declared("τ", "log pace", "> 0", "log-normal", math.log(0.3), 0.35, "scale of passing shocks", _OURS),
    "common": Declared("ρ", "share", "(0, 1)", "beta", 2, 4, "share of the variance of lasting changes that all fronts have in common", _OURS),
    "season": Declared("—", "log factor", "real", "normal", 0, 0.15, "four coefficients of the season: cosine and sine of the year and the half-year", "judgement; mud and winter slow movement, by tens of per cent at most"),
    "relative": Declared("κ", "share", "> 0", "log-normal", math.log(0.2), 0.5, "error of a source's monthly change, as a share of the change", _OURS),
    "floor": Declared("q", "units c_f", "> 0", "log-normal", math.log(0.2), 0.7, "error of a source's monthly change where nothing moves: rounding and small redraws", _OURS),
    "lag": Declared("ℓ_s", "months", "real", "normal", 0, 0.15, "how much later than the mean of the sources a source shows movement; less its mean over sources", _OURS),
    "offset": Declared("ω", "km²", "> 0", "log-normal", math.log(100), 1, "spread between the lines that sources draw on one day, beyond the grey zone", _OURS),
    "level": Declared("L_f", "km²", "real", "normal", 0, 1000, "the true line of the last day, less the mean of the sources", "so wide that the sources decide"),
}  # fmt: skip
"""Parameters of the latent movement and of its reporting, by the name under which they are sampled."""


class Evidence(NamedTuple):
    """The record in the form that the model reads; arrays [source, month, front] unless said otherwise.

    Missing values are zero where `known` is false.
    """

    changes: jax.Array
    known: jax.Array
    redrawn: jax.Array
    told: jax.Array
    """[source, front], km², less the mean of the sources."""
    told_known: jax.Array
    grey: jax.Array
    """[source, front], km²: width of the zone of unknown control of the last day."""
    unit: jax.Array
    """[front], km²."""
    held: jax.Array
    """[month, front], km² held before the month, at least one unit."""
    left: jax.Array
    """[month, front], km² left to take before the month, at least one unit."""
    season: jax.Array
    """[month, 4]: harmonics of the calendar month."""


def harmonics(month_of_year: jax.Array) -> jax.Array:
    """Cosine and sine of the year and of the half-year, shape (months, 4); January is month 1."""
    angle = 2 * jnp.pi * jnp.asarray(month_of_year) / 12
    return jnp.stack([jnp.cos(angle), jnp.sin(angle), jnp.cos(2 * angle), jnp.sin(2 * angle)], axis=-1)


def bounded(raw: jax.Array, held: jax.Array, left: jax.Array) -> jax.Array:
    """Movement that slows as nothing is left: `raw` for small steps, never beyond −held and left; km²."""
    ahead, back = jnp.maximum(raw, 0), jnp.minimum(raw, 0)
    return -left * jnp.expm1(-ahead / left) + held * jnp.expm1(back / held)


def _persistent(push: jax.Array, persistence: jax.Array) -> jax.Array:
    """Sum of past pushes, each worn down by persistence; a product with a triangle is faster than a loop."""
    at = jnp.arange(push.shape[0])
    apart = at[:, None] - at[None, :]
    weights = jnp.where(apart >= 0, jnp.exp(jnp.maximum(apart, 0) * jnp.log(persistence)), 0.0)
    return weights @ push


def movement(data: Evidence) -> jax.Array:
    """Sample the latent movement of each month and front, km², shape (months, fronts)."""
    months, fronts = data.held.shape
    persistence = numpyro.sample("persistence", PARAMETERS["persistence"].distribution())
    long_run = numpyro.sample("long_run", PARAMETERS["long_run"].distribution().expand([fronts]))
    common = numpyro.sample("common", PARAMETERS["common"].distribution())
    season = numpyro.sample("season", PARAMETERS["season"].distribution().expand([4]))
    innovation = numpyro.sample("innovation", PARAMETERS["innovation"].distribution())
    shock = numpyro.sample("shock", PARAMETERS["shock"].distribution())
    own = numpyro.sample("own", dist.Normal(0, 1).expand([months, fronts]))
    shared = numpyro.sample("shared", dist.Normal(0, 1).expand([months]))
    jump = numpyro.sample("jump", dist.Normal(0, 1).expand([months, fronts]))
    push = innovation * (jnp.sqrt(common) * shared[:, None] + jnp.sqrt(1 - common) * own)
    push = push.at[0].set(START_SPREAD * own[0])
    lasting = long_run + _persistent(push, persistence)
    numpyro.deterministic("log_pace", lasting[-1])
    passing = shock * jnp.sinh(HEAVY * jump) / HEAVY
    log_pace = jnp.clip(lasting + passing, -MOST_LOG_PACE, MOST_LOG_PACE)
    raw = data.unit * jnp.exp(data.season @ season)[:, None] * jnp.sinh(log_pace)
    return numpyro.deterministic("moved", bounded(raw, data.held, data.left))
