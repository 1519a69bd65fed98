"""How fronts move: the latent model, with every parameter declared once.

Month t, front f. The pace on a scale that is logarithmic for large movements and keeps its sign is the sum of a
persistent part a, which the fronts share in part, and a passing shock u with heavy tails:

.. math::

    a_{f,t} &= m_f + \\varphi (a_{f,t-1} - m_f) + \\sigma (\\sqrt{\\rho}\\, w_t + \\sqrt{1 - \\rho}\\, z_{f,t}), \\\\
    u_{f,t} &= \\tau \\sinh(h\\, j_{f,t}) / h, \\qquad v_{f,t} = c_f\\, e^{S_t} \\sinh(a_{f,t} + u_{f,t}),

with w, z and j standard normal (u has the S_U distribution of Johnson 1949), the unit c_f, the usual size of a month's
movement (a fixed number of the record), and the season S_t, two harmonics of the year that slow or hasten movement of
either sign. What is left in the direction of movement bounds it: with r km² left to take and h km² held,

.. math:: \\Delta = r (1 - e^{-v/r}) \\text{ for } v > 0, \\qquad \\Delta = -h (1 - e^{v/h}) \\text{ for } v < 0,

so that an advance slows as its region nears completion and no region is ever more than whole. Jumps (a collapse, a
counter-offensive) are draws far out in the tail of u; they pass, and are not carried into the months ahead.
The model is our own; its parts are usual ones of state-space models (Durbin and Koopman 2012, chapters 2 and 3).
"""

from __future__ import annotations

import math
from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpyro
import numpyro.distributions as dist
from numpyro.distributions import constraints

from armistice.infer.line import OFFSET_KM2, OFFSET_LOG_SD

HEAVY = 0.9
"""Weight h of the tails of the passing shocks: one in fifty lies beyond four and a half scales, as of Student's t with
three degrees of freedom."""
SHOCKS = ((0.3919, 0.662), (0.4712, 1.346), (0.1284, 2.859), (0.0085, 7.126))
"""Weights and scales of the four centred normals that stand for a shock of scale 1 in the fit: those of least
Kullback-Leibler divergence (0.0002), with no quantile up to 99.9 per cent off by more than 0.1 per cent of probability.
Given the persistent part, a sum over normals leaves no shock to be sampled."""
MOST_LOG_PACE = 12.0
"""The log pace is cut here: sinh 12 is 81 000 units a month, more than any region holds."""
MOST_SHARE = 0.95
"""Share of what was held or left that a reported movement is taken to be at most."""
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
    "error": Declared("κ", "log pace", "> 0", "log-normal", math.log(0.2), 0.5, "error of a source's monthly change on the scale of the log pace: a share of large changes, a share of c_f of small ones", _OURS),
    "offset": Declared("ω", "km²", "> 0", "log-normal", math.log(OFFSET_KM2), OFFSET_LOG_SD, "spread between the lines that sources draw on one day, beyond the grey zone", _OURS),
    "level": Declared("L_f", "km²", "real", "normal", 0, 1000, "the true line of the last day, less the mean of the sources", "so wide that the sources decide"),
}  # fmt: skip
"""Parameters of the latent movement and of its reporting, by the name under which they are sampled."""


class Lasting(dist.Distribution):
    """The persistent part of all fronts, an event of shape (months, fronts)."""

    arg_constraints: ClassVar = {
        "long_run": constraints.real_vector, "persistence": constraints.unit_interval,
        "innovation": constraints.positive, "common": constraints.unit_interval,
    }  # fmt: skip
    support = constraints.independent(constraints.real, 2)
    reparametrized_params: ClassVar = ["long_run", "persistence", "innovation", "common"]

    def __init__(
        self, months: int, long_run: jax.Array, persistence: jax.Array, innovation: jax.Array, common: jax.Array
    ) -> None:
        self.long_run, self.persistence, self.innovation, self.common = long_run, persistence, innovation, common
        super().__init__(event_shape=(months, *long_run.shape))

    def sample(self, key: jax.Array, sample_shape: tuple[int, ...] = ()) -> jax.Array:
        """Draws of shape ``sample_shape + event_shape``."""
        months, fronts = self.event_shape
        first, own, shared = jax.random.split(key, 3)
        push = jnp.sqrt(1 - self.common) * jax.random.normal(own, (months - 1, *sample_shape, fronts))
        push = push + jnp.sqrt(self.common) * jax.random.normal(shared, (months - 1, *sample_shape, 1))
        start = START_SPREAD * jax.random.normal(first, (*sample_shape, fronts))

        def on(now: jax.Array, push: jax.Array) -> tuple[jax.Array, jax.Array]:
            now = self.persistence * now + self.innovation * push
            return now, now

        apart = jnp.concatenate([start[None], jax.lax.scan(on, start, push)[1]])
        return self.long_run + jnp.moveaxis(apart, 0, -2)

    def log_prob(self, value: jax.Array) -> jax.Array:
        """Log density: steps have equal variances and equal correlations between fronts."""
        months, fronts = self.event_shape
        apart = value - self.long_run
        step = (apart[..., 1:, :] - self.persistence * apart[..., :-1, :]) / self.innovation
        alone = 1 - self.common
        whole = alone + fronts * self.common
        together = step.sum(axis=-1) ** 2 / fronts
        square = ((step**2).sum(axis=-1) - together) / alone + together / whole
        scale = (fronts - 1) * jnp.log(alone) + jnp.log(whole) + 2 * fronts * jnp.log(self.innovation)
        start = (apart[..., 0, :] / START_SPREAD) ** 2
        total = square.sum(axis=-1) + (months - 1) * scale + start.sum(axis=-1)
        constant = fronts * (months * math.log(2 * math.pi) + 2 * math.log(START_SPREAD))
        return -0.5 * (total + constant)


class Evidence(NamedTuple):
    """The record in the form that the model reads; arrays [source, month, front] unless said otherwise.

    Missing values are zero where `known` is false.
    """

    changes: jax.Array
    known: jax.Array
    drawing: jax.Array
    """Variance of rounding, dating and redraws on the scale of the log pace."""
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


def unbounded(moved: jax.Array, held: jax.Array, left: jax.Array) -> jax.Array:
    """The inverse of `bounded`, as far as three times what was held or left; km²."""
    ahead, back = jnp.clip(moved / left, 0, MOST_SHARE), jnp.clip(-moved / held, 0, MOST_SHARE)
    return held * jnp.log1p(-back) - left * jnp.log1p(-ahead)


def season_of(data: Evidence, season: jax.Array) -> jax.Array:
    """Log factor of each month, shape (months, 1)."""
    return (data.season @ season)[:, None]


def pace_of(data: Evidence, moved: jax.Array, season: jax.Array) -> jax.Array:
    """Log pace of movement in km²; arrays [..., month, front]."""
    raw = unbounded(moved, data.held, data.left) / data.unit
    return jnp.arcsinh(raw * jnp.exp(-season_of(data, season)))


def moved_at(data: Evidence, pace: jax.Array, season: jax.Array) -> jax.Array:
    """Movement in km² at a log pace, the inverse of `pace_of`; arrays [..., month, front]."""
    raw = data.unit * jnp.exp(season_of(data, season)) * jnp.sinh(jnp.clip(pace, -MOST_LOG_PACE, MOST_LOG_PACE))
    return bounded(raw, data.held, data.left)


def movement(data: Evidence) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Sample the persistent part (months, fronts), the scale of the shocks about it, and the season."""
    months, fronts = data.held.shape
    persistence = numpyro.sample("persistence", PARAMETERS["persistence"].distribution())
    long_run = numpyro.sample("long_run", PARAMETERS["long_run"].distribution().expand([fronts]))
    common = numpyro.sample("common", PARAMETERS["common"].distribution())
    season = numpyro.sample("season", PARAMETERS["season"].distribution().expand([4]))
    innovation = numpyro.sample("innovation", PARAMETERS["innovation"].distribution())
    shock = numpyro.sample("shock", PARAMETERS["shock"].distribution())
    lasting = numpyro.sample("lasting", Lasting(months, long_run, persistence, innovation, common))
    numpyro.deterministic("log_pace", lasting[-1])
    return lasting, shock, season
