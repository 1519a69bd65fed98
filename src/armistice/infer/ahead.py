"""What lies ahead by the rule that the hindcast chose: land taken in a region, the line on an axis, and what-ifs.

The draws are those of a forecaster of `armistice.infer.forecasters`: one path a draw, of the land taken since the as-of
day, the same path at all horizons. A region counts as taken whole from 99.5 per cent of its area on: maps are no more
exact.

On an axis the paths of the land taken in its regions, divided by the mean area of a step, move the line from where it
stands. The pack's barrier b of a step, in steps per month, slows movement against its sign: on that step an advance of
v steps per month becomes :math:`\\max(v + \\min(b, 0), 0)` and a retreat :math:`\\min(v + \\max(b, 0), 0)`, so that a
barrier slows or stops and never turns a movement round. Within a month the speed is constant but for the barriers of
the steps that are crossed.

Under a scenario that begins in month m a path changes from then on by

.. math:: \\Delta'_t = f \\max(\\Delta_t, 0) + \\min(\\Delta_t, 0) - r u,

with the factor f on the pace and the share r of the usual movement u of a month that side B retakes, both drawn from the
judged ranges: r triangular, f triangular on the logarithm. All scenarios move the same paths, so that what differs
between them is the scenario and nothing else. How much a scenario would change the pace is a judgement, not a finding.
"""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import xarray as xr

from armistice.core.errors import QueryError
from armistice.core.results import AxisForecast, AxisMonth, Forecast, FrontAhead, PlaceOnAxis, ScenarioFan, StepReach
from armistice.core.scenarios import Scenario
from armistice.core.war import Axis, Range, War
from armistice.infer.baseline import QUANTILES, WINDOWS, fan_of, region_record, too_short
from armistice.infer.forecasters import CHOICE, ENSEMBLE, FORECASTERS, LEAST_MONTHS, usual_change
from armistice.infer.pace import axis_record

DRAWS = 4000
HORIZON = 24
WHOLE_SHARE = 0.995
"""Share of its area from which a region counts as taken whole."""
MARKS = (3, 6, 12, 24)
"""Months ahead for which chances are told."""
_BEYOND = 1000.0
"""Times its area that a region is taken to measure where a path is to run on past its end."""


def engine_of(rule: str = CHOICE) -> str:
    """A forecaster in words."""
    name = f"ensemble of {' and '.join(ENSEMBLE)}" if rule == "ensemble" else rule
    return f"{name}, chosen by the hindcast" if rule == CHOICE else name


def forecast_front(
    panel: xr.Dataset, region: str, horizon: int = HORIZON, seed: int = 0, rule: str = CHOICE
) -> Forecast:
    """Fan of the net area taken in a region in the months after the as-of day, and the time until it is taken whole.

    Parameters
    ----------
    panel : Dataset
        Cut at the as-of day.
    region : str
        A region of the panel; the country as a whole too.
    horizon : int
        Months ahead, 1 to 60.
    seed : int
    rule : str
        Name of a forecaster; the one that the hindcast chose by default.

    Returns
    -------
    Forecast

    Raises
    ------
    QueryError
        If the region is not in the panel, the horizon is out of range, or fewer than 14 months are on record.
    """
    area, whole = _record(panel, region, horizon)
    draws = FORECASTERS[rule](area, whole, horizon, DRAWS, seed)
    return _told(panel, region, area, draws, engine_of(rule))


def front_ahead(
    panel: xr.Dataset,
    war: War,
    regions: Sequence[str],
    places: Mapping[str, Sequence[PlaceOnAxis]],
    scenarios: Sequence[Scenario],
    horizon: int = HORIZON,
    seed: int = 0,
) -> FrontAhead:
    """All that is said of the months ahead: regions, axes and scenarios; what cannot be forecast is left out.

    Parameters
    ----------
    panel : Dataset
        Cut at the as-of day.
    war : War
    regions : sequence of str
    places : mapping
        Axis → towns and villages on it.
    scenarios : sequence of Scenario
    horizon : int
        Months ahead, 1 to 60.
    seed : int
    """
    fronts, axes, fans = {}, {}, {}
    for region in regions:
        with contextlib.suppress(QueryError):  # a record too short to forecast from
            fronts[region] = forecast_front(panel, region, horizon, seed)
            if scenarios:
                fans[region] = scenario_fans(panel, region, scenarios, horizon, seed)
    for axis in war.axes:
        with contextlib.suppress(QueryError):  # the same, or no map of the day
            axes[axis.id] = forecast_axis(panel, war, axis.id, horizon, seed, places.get(axis.id, ()))
    return FrontAhead(fronts, axes, fans)


def liveliest(war: War, ahead: FrontAhead) -> list[str]:
    """Regions in the order of what moved in them over twelve months, the most first; the country is not among them."""
    own = [k for k in ahead.fronts if k != war.root]
    return sorted(own, key=lambda k: (-abs(ahead.fronts[k].pace_km2_per_month[12]), k))


def _record(panel: xr.Dataset, region: str, horizon: int) -> tuple[np.ndarray, float]:
    """Area held at ends of months, oldest first, and area of the region, km²."""
    area = region_record(panel, region, horizon)
    if len(area) < LEAST_MONTHS:
        raise too_short(panel, region, len(area), LEAST_MONTHS)
    return area, float(panel["area"].sel(region=region))


def _told(panel: xr.Dataset, region: str, area: np.ndarray, draws: np.ndarray, engine: str) -> Forecast:
    whole = float(panel["area"].sel(region=region))
    bare = Forecast(
        region=region,
        as_of=date.fromisoformat(panel.attrs["as_of"]),
        engine=engine,
        held_km2=float(area[-1]),
        left_km2=max(whole - float(area[-1]), 0.0),
        pace_km2_per_month={w: float(area[-1] - area[-1 - w]) / w for w in WINDOWS},
        months=(),
        origins=len(area) - 1,
        months_to_complete={},
    )
    return fan_of(draws, area[-1] + draws >= WHOLE_SHARE * whole, bare)


def _marks(horizon: int) -> tuple[int, ...]:
    return tuple(m for m in MARKS if m <= horizon)


# --- along an axis ----------------------------------------------------------------------------------------------


def forecast_axis(
    panel: xr.Dataset,
    war: War,
    axis: str,
    horizon: int = HORIZON,
    seed: int = 0,
    places: Sequence[PlaceOnAxis] = (),
    rule: str = CHOICE,
) -> AxisForecast:
    """Fan of the position of the line on an axis, and the chance that it comes to each step.

    Parameters
    ----------
    panel : Dataset
        Cut at the as-of day.
    war : War
    axis : str
        Identifier of an axis of the war.
    horizon : int
        Months ahead, 1 to 60.
    seed : int
    places : sequence of PlaceOnAxis
        Towns and villages on the axis; without them steps alone are told.
    rule : str
        Name of a forecaster; the one that the hindcast chose by default.

    Returns
    -------
    AxisForecast

    Raises
    ------
    QueryError
        If there is no such axis, the horizon is out of range, fewer than 14 months are on record, or no source has a
        map of the as-of day or the six days before.
    """
    record = axis_record(panel, war, axis, LEAST_MONTHS)
    known = next(a for a in war.axes if a.id == axis)
    taken = FORECASTERS[rule](record.area, record.whole_km2, horizon, DRAWS, seed) / record.step_km2
    moves = np.diff(taken, axis=1, prepend=0.0)
    barrier = np.array([step.barrier for step in known.steps])
    line = walk_line(moves, record.position, barrier)
    last = np.datetime64(panel.attrs["as_of"], "M")
    months = tuple(
        AxisMonth(
            str(last + h + 1),
            {f"{q:g}": float(v) for q, v in zip(QUANTILES, np.quantile(line[:, h], QUANTILES), strict=True)},
        )
        for h in range(horizon)
    )
    lost = {m: float(np.mean(line[:, m - 1] < record.position)) for m in _marks(horizon)}
    return AxisForecast(
        axis, date.fromisoformat(panel.attrs["as_of"]), engine_of(rule), record.position, record.step_km2, months,
        _reach(known, line, record.position, places), lost,
        tuple(step.number for step in known.steps if step.barrier < 0), len(record.area) - 1,
    )  # fmt: skip


def walk_line(moves: np.ndarray, start: float, barrier: np.ndarray) -> np.ndarray:
    """Position of the line at the ends of months, steps held by side A, between none and all.

    Parameters
    ----------
    moves : array, shape (draws, months)
        Movement of each month where there is no barrier, steps; positive towards side A's aim.
    start : float
        Position on the as-of day.
    barrier : array, shape (steps,)
        Steps per month; below 0 slows an advance over that step, above 0 a retreat.

    Returns
    -------
    array, shape (draws, months)
    """
    steps = len(barrier)
    line, out = np.full(len(moves), min(max(start, 0.0), float(steps))), np.empty(moves.shape)
    for month in range(moves.shape[1]):
        speed, time = moves[:, month], np.ones(len(moves))
        onward = speed > 0
        # In a month the line crosses at most all steps, each at its own speed.
        for _ in range(steps):
            at = np.clip(np.where(onward, np.floor(line), np.ceil(line) - 1), 0, steps - 1).astype(int)
            slowed = np.where(
                onward,
                np.maximum(speed + np.minimum(barrier[at], 0), 0),
                np.minimum(speed + np.maximum(barrier[at], 0), 0),
            )
            edge = np.where(onward, at + 1.0, at.astype(float))
            with np.errstate(divide="ignore", invalid="ignore"):
                needed = np.where(slowed != 0, (edge - line) / slowed, np.inf)
            crossed = needed <= time
            line = np.where(crossed, edge, line + slowed * time)
            time = np.where(crossed, time - needed, 0.0)
            if not time.any():
                break
        out[:, month] = np.clip(line, 0.0, steps)
    return out


def _reach(axis: Axis, line: np.ndarray, position: float, places: Sequence[PlaceOnAxis]) -> tuple[StepReach, ...]:
    """For each step not wholly behind the line, the chances that the line has come to it and past it."""
    furthest = np.maximum.accumulate(np.maximum(line, position), axis=1)
    marks = _marks(line.shape[1])
    return tuple(
        StepReach(
            step.number,
            tuple(sorted((p for p in places if p.step == step.number), key=lambda p: (-p.people, p.name))),
            {m: float(np.mean(furthest[:, m - 1] >= step.number - 1)) for m in marks},
            {m: float(np.mean(furthest[:, m - 1] >= step.number)) for m in marks},
        )
        for step in axis.steps
        if step.number > position
    )


# --- what-ifs ---------------------------------------------------------------------------------------------------


def scenario_fans(
    panel: xr.Dataset,
    region: str,
    scenarios: Sequence[Scenario],
    horizon: int = HORIZON,
    seed: int = 0,
    rule: str = CHOICE,
) -> tuple[ScenarioFan, ...]:
    """The forecast of a region as it is and under each scenario, on the same paths.

    Parameters
    ----------
    panel : Dataset
        Cut at the as-of day.
    region : str
    scenarios : sequence of Scenario
    horizon : int
        Months ahead, 1 to 60.
    seed : int
        Of the paths and of the draws of what is judged; each judged number has a stream of its own.
    rule : str
        Name of a forecaster; the one that the hindcast chose by default.

    Returns
    -------
    tuple of ScenarioFan
        The forecast as it is first.

    Raises
    ------
    QueryError
        As `forecast_front`.
    """
    area, whole = _record(panel, region, horizon)
    as_is = FORECASTERS[rule](area, whole, horizon, DRAWS, seed)
    free = _running_on(area, whole, as_is, seed, rule)
    engine = engine_of(rule)
    marks = _marks(horizon)
    fans = [ScenarioFan(None, _told(panel, region, area, as_is, engine), dict.fromkeys(marks, 0.0), _lost(as_is))]
    for scenario in scenarios:
        draws = np.clip(changed(free, scenario, usual_change(area), seed), -area[-1], max(whole - area[-1], 0.0))
        more = {m: float(np.median(draws[:, m - 1] - as_is[:, m - 1])) for m in marks}
        forecast = _told(panel, region, area, draws, f"{engine}, changed as judged: {scenario.title}")
        fans.append(ScenarioFan(scenario, forecast, more, _lost(draws)))
    return tuple(fans)


def _running_on(area: np.ndarray, whole: float, as_is: np.ndarray, seed: int, rule: str) -> np.ndarray:
    """The same paths without the cut at what is left, so that a slower path does not inherit the end of a faster one.

    Where a rule slows down of itself as a region nears completion there are no such paths, and its own are handed back.
    """
    free = FORECASTERS[rule](area, whole * _BEYOND, as_is.shape[1], DRAWS, seed)
    cut = np.clip(free, -area[-1], max(whole - area[-1], 0.0))
    return free if np.array_equal(cut, as_is) else as_is


def changed(paths: np.ndarray, scenario: Scenario, usual_km2: float, seed: int) -> np.ndarray:
    """Paths of the land taken under a scenario, before any cut.

    Parameters
    ----------
    paths : array, shape (draws, horizon)
        Cumulative net area taken, km².
    scenario : Scenario
    usual_km2 : float
        Usual size of a month's movement, km².
    seed : int
    """
    draws, horizon = paths.shape
    factor = _spread(scenario.pace, draws, seed, f"{scenario.id}.pace", logarithmic=True)
    retaken = np.zeros(draws)
    if scenario.recapture is not None:
        retaken = _spread(scenario.recapture, draws, seed, f"{scenario.id}.recapture", logarithmic=False)
    onward = np.maximum(np.diff(paths, axis=1, prepend=0.0), 0.0)
    less = (1 - factor)[:, None] * onward + (retaken * usual_km2)[:, None]
    less[:, : min(scenario.from_month, horizon)] = 0.0
    # What is taken off is summed, rather than what remains: a factor of 1 then leaves the paths as they are, to the bit.
    return paths - np.cumsum(less, axis=1)


def _spread(judged: Range, draws: int, seed: int, name: str, logarithmic: bool) -> np.ndarray:
    """Draws of a judged number, evenly spread over its triangular distribution and in random order."""
    if judged.low == judged.high:
        return np.full(draws, judged.central)
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    u = (rng.permutation(draws) + rng.random(draws)) / draws
    low, mode, high = (np.log(v) if logarithmic else v for v in (judged.low, judged.central, judged.high))
    turn = (mode - low) / (high - low)
    value = np.where(
        u < turn,
        low + np.sqrt(u * (high - low) * (mode - low)),
        high - np.sqrt((1 - u) * (high - low) * (high - mode)),
    )
    return np.exp(value) if logarithmic else value


def _lost(draws: np.ndarray) -> dict[int, float]:
    return {m: float(np.mean(draws[:, m - 1] < 0)) for m in _marks(draws.shape[1])}
