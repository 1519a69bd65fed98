"""What the stages hand on: holdings, forecasts, verdicts. Records only; each number has a unit in its name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from armistice.core.scenarios import Scenario
from armistice.core.war import Side


@dataclass(frozen=True)
class Holding:
    """Who holds what of one region on one day, by one source.

    Attributes
    ----------
    held_by_a_km2, held_by_b_km2 : float
    low_a_km2, high_a_km2 : float
        Range of the land held by side A: land of unknown control belongs to the high end.
    share_a : float
        Of the region's area.
    people_b_low, people_b_high : float or None
        People (of the population date) in the part held by side B, between ways of splitting a community that
        the line cuts; None where nobody counted.
    """

    source: str
    held_by_a_km2: float
    held_by_b_km2: float
    low_a_km2: float
    high_a_km2: float
    share_a: float
    people_b_low: float | None
    people_b_high: float | None


@dataclass(frozen=True)
class ForecastMonth:
    """Cumulative net area taken by side A since the as-of day, at the end of one month ahead, km²."""

    month: str
    quantiles: dict[str, float]
    p_complete: float


@dataclass(frozen=True)
class Forecast:
    """A fan of the area taken in a region, and the chance that it is taken whole.

    Attributes
    ----------
    region : str
    as_of : date
    engine : str
        What made it, in words a reader understands.
    held_km2, left_km2 : float
        Held by side A on the as-of day (mean of the sources), and what is left of the region.
    pace_km2_per_month : dict
        Window in months → mean net area taken per month.
    months : tuple of ForecastMonth
    origins : int
        Months of record, or past origins, on which it rests.
    months_to_complete : dict
        Quantile (per cent) → months until the region is taken whole, None where it is not within the horizon.
    """

    region: str
    as_of: date
    engine: str
    held_km2: float
    left_km2: float
    pace_km2_per_month: dict[int, float]
    months: tuple[ForecastMonth, ...]
    origins: int
    months_to_complete: dict[int, float | None]


@dataclass(frozen=True)
class ScenarioFan:
    """The forecast of a region under one scenario; `scenario` is None for the forecast as it is.

    Attributes
    ----------
    scenario : Scenario or None
    forecast : Forecast
    difference_km2 : dict
        Months ahead → median over the draws of what the scenario adds to the land taken by then; 0 for the forecast as
        it is.
    p_lost : dict
        Months ahead → chance that side A then holds less than on the as-of day.
    """

    scenario: Scenario | None
    forecast: Forecast
    difference_km2: dict[int, float]
    p_lost: dict[int, float]


@dataclass(frozen=True)
class PlaceOnAxis:
    """A town or village, the step of an axis on which it lies, and the side to whose country it belongs."""

    name: str
    step: int
    people: float
    owner: Side


@dataclass(frozen=True)
class StepReach:
    """Whether the line comes to a step, and past it, by some months ahead.

    Attributes
    ----------
    step : int
        Number of the step, from 1.
    places : tuple of PlaceOnAxis
        On the step, the most people first.
    reached, passed : dict
        Months ahead → chance that the line has come to the near end, or to the far end, of the step by then.
    """

    step: int
    places: tuple[PlaceOnAxis, ...]
    reached: dict[int, float]
    passed: dict[int, float]


@dataclass(frozen=True)
class AxisMonth:
    """Quantiles of the position of the line at the end of one month ahead, steps held by side A."""

    month: str
    quantiles: dict[str, float]


@dataclass(frozen=True)
class AxisForecast:
    """Where the line may stand on an axis, month by month, and which steps it may come to.

    Attributes
    ----------
    axis : str
    as_of : date
    engine : str
    position : float
        Steps held by side A on the as-of day, parts of steps counted as parts.
    step_km2 : float
        Mean area of a step.
    months : tuple of AxisMonth
    reach : tuple of StepReach
        One for each step not wholly behind the line of the as-of day.
    p_lost : dict
        Months ahead → chance that the line then stands behind that of the as-of day.
    barriers : tuple of int
        Numbers of the steps on which a barrier slows the movement.
    origins : int
        Months of record.
    """

    axis: str
    as_of: date
    engine: str
    position: float
    step_km2: float
    months: tuple[AxisMonth, ...]
    reach: tuple[StepReach, ...]
    p_lost: dict[int, float]
    barriers: tuple[int, ...]
    origins: int


@dataclass(frozen=True)
class FrontAhead:
    """All that is said of the months ahead.

    Attributes
    ----------
    fronts : dict
        Region → forecast; a region whose record is too short has none.
    axes : dict
        Axis → forecast of the line on it; an axis without a map of the as-of day has none.
    fans : dict
        Region → the forecast as it is and under each scenario; none where there are no scenarios.
    """

    fronts: dict[str, Forecast]
    axes: dict[str, AxisForecast]
    fans: dict[str, tuple[ScenarioFan, ...]]


@dataclass(frozen=True)
class Verdict:
    """One published claim beside what the record says.

    Attributes
    ----------
    verdict : str
        holds, within the spread of sources, contradicted, or not checkable.
    values : dict
        Source → value, in the claim's unit.
    by : float or None
        How far the claim lies outside the sources' range; None unless contradicted.
    why : str
        The finding in a sentence.
    """

    id: str
    text: str
    claimant: str
    published: date
    source: str
    claimed: float
    unit: str
    values: dict[str, float]
    low: float | None
    high: float | None
    verdict: str
    by: float | None
    why: str
