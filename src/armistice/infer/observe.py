"""How sources report a line that nobody sees: each with its own error, redraws and offset.

Source s reports for month t and front f a change whose log pace (`armistice.infer.process.pace_of`) is

.. math:: y_{s,f,t} \\sim t_4\\left(a_{f,t} + u_{f,t}, \\sqrt{\\kappa^2 + d_{s,f,t}}\\right), \\qquad
          d_{s,f,t} = \\frac{2^2 + (0.1 (\\bar Y_{f,t} - \\bar Y_{f,t-1}))^2 + R_{s,f,t}^2}
          {c_f^2 + \\min_r Y_{r,f,t}^2},

which is an error in proportion for large changes and one in km² for small ones, at least that of a line drawn by hand
(2 km²) and of a map dated to three days, from the reported changes Y and their mean over sources. Errors are of one
size for all sources (two maps that differ do not say which of them errs), and R is the size of a redraw that the pack
lists for the month: a redraw is not a battle, and a redraw that nobody listed lies in the heavy tail. Shocks and errors
are summed over as mixtures of normals, so that neither is sampled: with S sources, a month has 4 · 3^S cases. On the last day
a source draws the line :math:`L_f + b_{s,f}`, where what it is not sure of
(the grey zone of width g, from the low to the high end of its range) widens the error:

.. math:: \\text{mid}_{s,f} \\sim t_4\\left(L_f, \\sqrt{\\omega^2 + g_{s,f}^2 / 12}\\right).

The posterior of L is the true line as far as the sources together can tell it; with one source its spread is that of
the prior of ω, since one map says nothing of its own bias.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
import xarray as xr
from numpyro.distributions import constraints

from armistice.core.errors import QueryError
from armistice.core.panel import on_day
from armistice.core.posterior import Posterior
from armistice.core.war import War
from armistice.infer.baseline import monthly_area
from armistice.infer.line import LEAST_MOVED_KM2, ROUNDING_KM2, TAIL, Redraw, is_inside
from armistice.infer.process import PARAMETERS, SHOCKS, Evidence, harmonics, moved_at, pace_of, season_of, unbounded

ERRORS = ((0.6632, 0.893), (0.3214, 1.826), (0.0154, 5.094))
"""Weights and scales of the three centred normals that stand for Student's t with four degrees of freedom in the fit:
those of least Kullback-Leibler divergence (0.0007)."""
MONTHS = 36
"""Months of record that are read."""
LEAST_MONTHS = 6
"""Months on record with which there is something to estimate; sources with maps of fewer are left out."""
RECENT = 36
"""Months in which a region must have moved to be a front."""
LEAST_UNIT_KM2 = 5.0
"""Smallest usual movement of a month: maps are no more exact."""
DATED_MONTHS = 0.1
"""Least error of the day of a map: three days, which matter where a quiet month follows a stormy one."""
LEVEL_STEPS = 20.0
"""Steps in which the prior spread of the level is sampled."""


@dataclass(frozen=True)
class Reported:
    """What the sources say of the fronts, month by month; km².

    Attributes
    ----------
    as_of : date
    digest, root : str
    fronts, sources, months : tuple of str
    inside_root : tuple of bool
    changes : array, shape (sources, months, fronts)
        NaN where a source has no map near both ends of the month.
    redrawn : array, shape (sources, months, fronts)
        Net size of the listed redraws.
    low, value, high : array, shape (sources, fronts)
        Land held by side A on the last day.
    whole : array, shape (fronts,)
    """

    as_of: date
    digest: str
    root: str
    fronts: tuple[str, ...]
    sources: tuple[str, ...]
    months: tuple[str, ...]
    inside_root: tuple[bool, ...]
    changes: np.ndarray
    redrawn: np.ndarray
    low: np.ndarray
    value: np.ndarray
    high: np.ndarray
    whole: np.ndarray

    @property
    def mean_changes(self) -> np.ndarray:
        """Mean over the sources, zero where none has a map; shape (months, fronts)."""
        return _mean(self.changes, 0.0)

    @property
    def centre(self) -> np.ndarray:
        """Mean over the sources of the line of the last day, shape (fronts,)."""
        return _mean((self.low + self.high) / 2, np.nan)

    @property
    def unit(self) -> np.ndarray:
        """Usual size of a month's movement: the median without sign of the recent months; shape (fronts,)."""
        return np.maximum(np.median(np.abs(self.mean_changes[-RECENT:]), axis=0), LEAST_UNIT_KM2)

    @property
    def drawing(self) -> np.ndarray:
        """Variance of rounding, dating and redraws on the scale of the log pace; shape (sources, months, fronts)."""
        known, mean = np.isfinite(self.changes), self.mean_changes
        least = np.min(np.where(known, np.abs(self.changes), np.inf), axis=0)
        least = np.where(np.isfinite(least), least, 0.0)
        dating = DATED_MONTHS * np.diff(mean, axis=0, prepend=mean[:1])
        return np.asarray((ROUNDING_KM2**2 + dating**2 + self.redrawn**2) / (self.unit**2 + least**2))

    def evidence(self) -> Evidence:
        """The record as the model reads it."""
        moved, unit, centre = self.mean_changes, self.unit, self.centre
        held = centre - np.cumsum(moved[::-1], axis=0)[::-1]
        known, told = np.isfinite(self.changes), (self.low + self.high) / 2 - centre
        return Evidence(
            changes=jnp.asarray(np.where(known, self.changes, 0.0)),
            known=jnp.asarray(known),
            drawing=jnp.asarray(self.drawing),
            told=jnp.asarray(np.nan_to_num(told)),
            told_known=jnp.asarray(np.isfinite(told)),
            grey=jnp.asarray(np.nan_to_num(self.high - self.low)),
            unit=jnp.asarray(unit),
            held=jnp.asarray(np.maximum(held, unit)),
            left=jnp.asarray(np.maximum(self.whole - held, unit)),
            season=harmonics(jnp.asarray([int(m[5:]) for m in self.months])),
        )


def _mean(values: np.ndarray, missing: float) -> np.ndarray:
    """Mean of the known values over the first dimension."""
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), missing)


def read_reports(panel: xr.Dataset, war: War, redraws: Iterable[Redraw] = (), months: int = MONTHS) -> Reported:
    """What the sources say of the fronts of a war, by equal steps of a month back from the as-of day.

    Parameters
    ----------
    panel : Dataset
        Cut at the as-of day.
    war : War
    redraws : iterable of Redraw
        Listed redraws; those after the as-of day and those outside the fronts are passed over.
    months : int
        Most months that are read.

    Raises
    ------
    QueryError
        If no source has a map near the as-of day, fewer than six months are on record, or no line moved.
    """
    as_of = np.datetime64(panel.attrs["as_of"], "D")
    days = monthly_area(panel, panel.attrs["root"])[0][-months - 1 :]
    regions = [str(r) for r in panel["region"].values if r != panel.attrs["root"]]
    held = {
        k: panel[k].sel(region=regions, belligerent=panel.attrs["side_a"])
        for k in ("control_low", "control", "control_high")
        if k in panel
    }
    told = np.stack([on_day(held["control"], day).values for day in days], axis=1)
    count = np.isfinite(told).any(axis=2).sum(axis=1)
    mapped = count > min(LEAST_MONTHS, count.max() - 1)
    if not np.isfinite(told[:, -1]).any():
        raise QueryError(f"as of {as_of}: no source has a map of this day or the six before; choose an earlier --as-of")
    sources, told = [str(s) for s in panel["source"].values[mapped]], told[mapped]
    changes = np.diff(told, axis=1)
    first = _first_month(panel, changes)
    changes, days = changes[:, first:], days[first:]
    fronts = _fronts(panel, regions, changes)
    ends = [on_day(held.get(k, held["control"]), as_of).values[mapped][:, fronts] for k in held]
    low, value, high = ends if len(ends) == 3 else ends * 3
    names = [regions[f] for f in fronts]
    return Reported(
        as_of=date.fromisoformat(panel.attrs["as_of"]),
        digest=panel.attrs["digest"],
        root=panel.attrs["root"],
        fronts=tuple(names),
        sources=tuple(sources),
        months=tuple(str(d.astype("datetime64[M]")) for d in days[1:]),
        inside_root=tuple(is_inside(war, name, panel.attrs["root"]) for name in names),
        changes=changes[:, :, fronts],
        redrawn=_redrawn(redraws, sources, names, days),
        low=low,
        value=value,
        high=high,
        whole=panel["area"].sel(region=names).values.astype(float),
    )


def _first_month(panel: xr.Dataset, changes: np.ndarray) -> int:
    """The first month from which on every month has a change from some source."""
    gaps = np.flatnonzero(~np.isfinite(changes).any(axis=(0, 2)))
    first = int(gaps[-1]) + 1 if len(gaps) else 0
    count = changes.shape[1] - first
    if count < LEAST_MONTHS:
        raise QueryError(
            f"as of {panel.attrs['as_of']}: {count} months on record; expected at least {LEAST_MONTHS}; "
            "choose a later --as-of"
        )
    return first


def _fronts(panel: xr.Dataset, regions: list[str], changes: np.ndarray) -> list[int]:
    """Places of the regions whose line moved in the recent months."""
    moved = np.abs(_mean(changes[:, -RECENT:], 0.0)).sum(axis=0)
    fronts = [int(f) for f in np.flatnonzero(moved >= LEAST_MOVED_KM2)]
    if not fronts:
        raise QueryError(
            f"as of {panel.attrs['as_of']}: no region moved by {LEAST_MOVED_KM2:g} km² in the last "
            f"{min(RECENT, changes.shape[1])} months; expected a front that moves; nothing is to be estimated"
        )
    return fronts


def _redrawn(redraws: Iterable[Redraw], sources: list[str], fronts: list[str], days: np.ndarray) -> np.ndarray:
    """Net redraw of each source, month and front, without sign."""
    out = np.zeros((len(sources), len(days) - 1, len(fronts)))
    for source, region, day, change in redraws:
        month = int(np.searchsorted(days, np.datetime64(day, "D"), side="left")) - 1
        if source in sources and region in fronts and 0 <= month < out.shape[1]:
            out[sources.index(source), month, fronts.index(region)] += change
    return np.abs(out)


def check_region(reported: Reported, region: str) -> None:
    """Refuse a region of which conditioning would say nothing, before it is done; the country as a whole passes.

    Raises
    ------
    QueryError
        If the line of the region does not move.
    """
    if region != reported.root and region not in reported.fronts:
        raise QueryError(
            f"region {region!r}: its line did not move in the months on record; expected one of {', '.join(reported.fronts)}"
        )


class _Cases(NamedTuple):
    """What each case of a month says: log weight, and mean and precision of the log pace; [case, month, front]."""

    log_weight: jax.Array
    mean: jax.Array
    precision: jax.Array


class Told(dist.Distribution):
    """Reported changes as ``arsinh`` of units, an event of shape (sources, months, fronts), shocks and errors summed over."""

    arg_constraints: ClassVar = {"lasting": constraints.real_matrix, "shock": constraints.positive, "error": constraints.positive}  # fmt: skip
    support = constraints.independent(constraints.real, 3)

    def __init__(
        self, data: Evidence, lasting: jax.Array, shock: jax.Array, error: jax.Array, season: jax.Array
    ) -> None:
        self.data, self.lasting, self.shock, self.error, self.season = data, lasting, shock, error, season
        super().__init__(event_shape=data.changes.shape)

    def sample(self, key: jax.Array, sample_shape: tuple[int, ...] = ()) -> jax.Array:
        """Draws of shape ``sample_shape + event_shape``."""
        shock_key, error_key = jax.random.split(key)
        shape = (*sample_shape, 1, *self.lasting.shape)
        pace = self.lasting + self.shock * _drawn(shock_key, SHOCKS, shape)
        return self.again(error_key, jnp.broadcast_to(pace, (*sample_shape, *self.event_shape)))

    def again(self, key: jax.Array, pace: jax.Array) -> jax.Array:
        """Reports of a log pace, shape of `pace` with sources."""
        told = pace + jnp.sqrt(self.error**2 + self.data.drawing) * _drawn(key, ERRORS, pace.shape)
        return jnp.arcsinh(jnp.sinh(told) * jnp.exp(season_of(self.data, self.season)))

    def log_prob(self, value: jax.Array) -> jax.Array:
        """Log density of the known reports."""
        late = season_of(self.data, self.season)
        still = 0.5 * jnp.log1p(jnp.sinh(value) ** 2) - late
        still = still - 0.5 * jnp.log1p(jnp.sinh(value) ** 2 * jnp.exp(-2 * late))
        months = jax.scipy.special.logsumexp(self._cases(value).log_weight, axis=0)
        return months.sum() + jnp.where(self.data.known, still, 0.0).sum()

    def pace(self, key: jax.Array, value: jax.Array) -> jax.Array:
        """Draw the log pace given what was reported of it, shape (months, fronts)."""
        case_key, pace_key = jax.random.split(key)
        cases = self._cases(value)
        at = jax.random.categorical(case_key, cases.log_weight, axis=0)[None]
        mean, precision = (jnp.take_along_axis(x, at, axis=0)[0] for x in (cases.mean, cases.precision))
        return mean + jax.random.normal(pace_key, mean.shape) / jnp.sqrt(precision)

    def _cases(self, value: jax.Array) -> _Cases:
        """Normal weights and moments of the log pace for each kind of shock and of each source's error."""
        data = self.data
        pace = jnp.arcsinh(jnp.sinh(value) * jnp.exp(-season_of(data, self.season)))
        apart = jnp.where(data.known, pace - self.lasting, 0.0)
        weights, scales = (x[:, None, None, None] for x in jnp.asarray(ERRORS).T)
        variance = scales**2 * (self.error**2 + data.drawing)
        told = jnp.where(data.known, 1 / variance, 0.0)
        normal = jnp.where(data.known, -0.5 * jnp.log(2 * math.pi * variance) - 0.5 * apart**2 * told, 0.0)
        told, pull, normal = _crossed(told), _crossed(told * apart), _crossed(normal + jnp.log(weights))
        shares, sizes = (x[:, None, None, None] for x in jnp.asarray(SHOCKS).T)
        own = 1 / (sizes * self.shock) ** 2
        whole = own + told
        log_weight = normal + jnp.log(shares) + 0.5 * (jnp.log(own) - jnp.log(whole) + pull**2 / whole)
        flat = (-1, *self.lasting.shape)
        return _Cases(log_weight.reshape(flat), (self.lasting + pull / whole).reshape(flat), whole.reshape(flat))


def _crossed(kinds: jax.Array) -> jax.Array:
    """Sums over sources for each combination of kinds: [kind, source, ...] to [combination, ...]."""
    total = kinds[:, 0]
    for source in range(1, kinds.shape[1]):
        total = (total[:, None] + kinds[:, source]).reshape(-1, *total.shape[1:])
    return total


def _drawn(key: jax.Array, mixture: tuple[tuple[float, float], ...], shape: tuple[int, ...]) -> jax.Array:
    """Draws from centred normals of given weights and scales."""
    kind, size = jax.random.split(key)
    weights, scales = jnp.asarray(mixture).T
    return scales[jax.random.categorical(kind, jnp.log(weights), shape=shape)] * jax.random.normal(size, shape)


def reported_pace(data: Evidence) -> jax.Array:
    """Reported changes on the scale of `Told`."""
    return jnp.arcsinh(unbounded(data.changes, data.held, data.left) / data.unit)


def changes_of(data: Evidence, told: jax.Array) -> jax.Array:
    """Changes in km² from the scale of `Told`."""
    return moved_at(data, told, jnp.zeros(4))


def told_again(data: Evidence, key: jax.Array, at: dict[str, jax.Array]) -> jax.Array:
    """Changes that the sources would report of a movement, km², shape (sources, months, fronts).

    Parameters
    ----------
    at : dict of array
        ``moved``, ``season`` and ``error`` of one draw.
    """
    pace = pace_of(data, at["moved"], at["season"])
    law = Told(data, pace, jnp.ones(()), at["error"], at["season"])
    return changes_of(data, law.again(key, jnp.broadcast_to(pace, data.changes.shape)))


def moved_given(data: Evidence, key: jax.Array, at: dict[str, jax.Array], told: jax.Array) -> jax.Array:
    """Draw the movement of each month given the parameters and the reports, km², shape (months, fronts)."""
    law = Told(data, *(at[k] for k in ("lasting", "shock", "error", "season")))
    return moved_at(data, law.pace(key, told), at["season"])


def reporting(data: Evidence, lasting: jax.Array, shock: jax.Array, season: jax.Array) -> None:
    """Sample what each source reports of the movement and of the line of the last day."""
    fronts = data.told.shape[1]
    error = numpyro.sample("error", PARAMETERS["error"].distribution())
    numpyro.sample("told_pace", Told(data, lasting, shock, error, season), obs=reported_pace(data))
    offset = numpyro.sample("offset", PARAMETERS["offset"].distribution())
    width = PARAMETERS["level"].second / LEVEL_STEPS  # sampled in steps near its own spread, which adapts sooner
    level = numpyro.deterministic(
        "level", width * numpyro.sample("level_steps", dist.Normal(0, LEVEL_STEPS).expand([fronts]))
    )
    spread = jnp.sqrt(offset**2 + data.grey**2 / 12)
    numpyro.sample("told", dist.StudentT(TAIL, level, spread).mask(data.told_known), obs=data.told)


@dataclass(frozen=True)
class Line:
    """The true line of one region on one day as far as the sources tell it; km² held by side A.

    Attributes
    ----------
    quantiles : dict
        Probability → km².
    bias_km2 : dict
        Source → median of what it draws beyond the true line, positive for more land of side A.
    """

    region: str
    quantiles: dict[str, float]
    bias_km2: dict[str, float]


def true_line(posterior: Posterior, region: str, quantiles: tuple[float, ...] = (0.1, 0.5, 0.9)) -> Line:
    """Posterior of the line of the last day in one region."""
    at = posterior.front(region)
    level = posterior.flat("level")[:, at]
    told = posterior.record["value"][:, at]
    bias = {
        s: float(v - np.median(level)) for s, v in zip(posterior.sources, told, strict=True) if np.isfinite(v)
    }  # fmt: skip
    return Line(region, {f"{q:g}": float(np.quantile(level, q)) for q in quantiles}, bias)
