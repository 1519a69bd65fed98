"""How sources report a line that nobody sees: each with its own lag, error, redraws and offset.

Source s reports for month t and front f the change

.. math:: y_{s,f,t} = (1 - \\ell_s) \\Delta_{f,t} + \\ell_s \\Delta_{f,t-1} + e, \\qquad
          e \\sim t_4\\left(0, \\sqrt{2^2 + (q c_f)^2 + (\\kappa \\Delta)^2 + R_{s,f,t}^2}\\right),

with lags that sum to zero (a lag that all share cannot be seen), errors of one size for all sources (two maps that
differ do not say which of them errs), and R the size of a redraw that the pack lists for the month: a redraw is not a
battle, and a redraw that nobody listed lies in the heavy tail. On the last day it draws the line :math:`L_f + b_{s,f}`, where what it is not sure of
(the grey zone of width g, from the low to the high end of its range) widens the error:

.. math:: \\text{mid}_{s,f} \\sim t_4\\left(L_f, \\sqrt{\\omega^2 + g_{s,f}^2 / 12}\\right).

The posterior of L is the true line as far as the sources together can tell it; with one source its spread is that of
the prior of ω, since one map says nothing of its own bias.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
import xarray as xr

from armistice.core.errors import QueryError
from armistice.core.panel import on_day
from armistice.core.posterior import Posterior
from armistice.core.war import War
from armistice.infer.baseline import monthly_area
from armistice.infer.process import PARAMETERS, Evidence, harmonics

TAIL = 4.0
"""Degrees of freedom of errors of reporting."""
MONTHS = 36
"""Months of record that are read."""
LEAST_MONTHS = 6
"""Months on record with which there is something to estimate; sources with maps of fewer are left out."""
RECENT = 36
"""Months in which a region must have moved to be a front."""
LEAST_MOVED_KM2 = 50.0
"""Movement in those months, summed without sign, that makes a region a front."""
LEAST_UNIT_KM2 = 5.0
"""Smallest usual movement of a month: maps are no more exact."""
ROUNDING_KM2 = 2.0
"""Least error of a reported change: a line is drawn by hand, and an exact zero is not measured exactly."""
LEVEL_STEPS = 20.0
"""Steps in which the prior spread of the level is sampled."""
Redraw = tuple[str, str, date, float]
"""Source, region, day, change in km²: a row of the pack's list of redraws."""


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

    def evidence(self) -> Evidence:
        """The record as the model reads it."""
        moved, unit, centre = self.mean_changes, self.unit, self.centre
        held = centre - np.cumsum(moved[::-1], axis=0)[::-1]
        known, told = np.isfinite(self.changes), (self.low + self.high) / 2 - centre
        return Evidence(
            changes=jnp.asarray(np.where(known, self.changes, 0.0)),
            known=jnp.asarray(known),
            redrawn=jnp.asarray(self.redrawn),
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
        inside_root=tuple(_inside(war, name, panel.attrs["root"]) for name in names),
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


def _inside(war: War, region: str, root: str) -> bool:
    """Whether a region is part of the country as a whole."""
    at = region
    while at in war.regions and war.regions[at].parent:
        at = war.regions[at].parent
    return at == root


def _redrawn(redraws: Iterable[Redraw], sources: list[str], fronts: list[str], days: np.ndarray) -> np.ndarray:
    """Net redraw of each source, month and front, without sign."""
    out = np.zeros((len(sources), len(days) - 1, len(fronts)))
    for source, region, day, change in redraws:
        month = int(np.searchsorted(days, np.datetime64(day, "D"), side="left")) - 1
        if source in sources and region in fronts and 0 <= month < out.shape[1]:
            out[sources.index(source), month, fronts.index(region)] += change
    return np.abs(out)


def reporting(data: Evidence, moved: object) -> None:
    """Sample what each source reports of the movement and of the line of the last day."""
    sources, _, fronts = data.changes.shape
    drawn = numpyro.sample("lag_drawn", PARAMETERS["lag"].distribution().expand([sources]))
    lag = numpyro.deterministic("lag", drawn - drawn.mean())[:, None, None]
    relative = numpyro.sample("relative", PARAMETERS["relative"].distribution())
    floor = numpyro.sample("floor", PARAMETERS["floor"].distribution())
    latent = jnp.asarray(moved)
    before = jnp.concatenate([latent[:1], latent[:-1]])
    shown = (1 - lag) * latent + lag * before
    error = jnp.sqrt(ROUNDING_KM2**2 + (floor * data.unit) ** 2 + (relative * shown) ** 2 + data.redrawn**2)
    numpyro.sample("changes", dist.StudentT(TAIL, shown, error).mask(data.known), obs=data.changes)
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
