"""What the stages hand on: holdings, forecasts, verdicts. Records only; each number has a unit in its name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


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
        Past origins on which the error band rests.
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
