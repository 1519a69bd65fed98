"""What a hindcast hands on: how forecasts made as of past days fared. Records only; areas in km²."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Score:
    """One forecast beside what came true.

    Attributes
    ----------
    origin : date
        Day of knowledge on which it was made.
    region : str
    forecaster : str
    horizon : int
        Months ahead.
    truth_km2 : float
        Net area taken by side A between the origin and the horizon, by the newest record.
    median_km2 : float
        Of the draws.
    crps_km2 : float
        Continuous ranked probability score; lower is better.
    log_score : float
        Minus the natural logarithm of the density at the truth, per km²; lower is better.
    pit : float
        Share of the draws below the truth, ties counted half.
    inside : tuple of bool
        Whether the truth lies in the central 50, 80 and 90 % of the draws.
    """

    origin: date
    region: str
    forecaster: str
    horizon: int
    truth_km2: float
    median_km2: float
    crps_km2: float
    log_score: float
    pit: float
    inside: tuple[bool, bool, bool]


@dataclass(frozen=True)
class ScoreSummary:
    """Means of the scores of one forecaster over the origins of a period.

    Attributes
    ----------
    period : str
        ``tuning`` or ``later``.
    scope : str
        ``total`` for the country, ``regions`` for the mean of its contested regions, or the id of one region.
    forecaster : str
    horizon : int
        Months ahead.
    origins, forecasts : int
        Origins with a known outcome, and forecasts scored: as many, but for several regions more.
    crps_km2, log_score, bias_km2 : float
        Means; bias is the median forecast less the truth.
    coverage : tuple of float
        Share of truths in the central 50, 80 and 90 %.
    rival : str
        The single baseline with the lowest mean CRPS on the same forecasts.
    relative : float
        Mean CRPS divided by that of the rival.
    relative_low, relative_high : float or None
        Central 90 % of `relative` under the block bootstrap; None with fewer than four origins.
    block_months : int
        Length of its blocks, in origins.
    """

    period: str
    scope: str
    forecaster: str
    horizon: int
    origins: int
    forecasts: int
    crps_km2: float
    log_score: float
    bias_km2: float
    coverage: tuple[float, float, float]
    rival: str
    relative: float
    relative_low: float | None
    relative_high: float | None
    block_months: int


@dataclass(frozen=True)
class DriverScore:
    """How a rule with a driver fared beside the same rule without it, on the same forecasts.

    Attributes
    ----------
    driver : str
    lag : int
        Months from the driver to the month it is to tell of.
    scope : str
        ``total`` or ``regions``.
    horizon : int
        Months ahead.
    forecasts : int
    informed : int
        Of these, the ones in which the driver was published in time and had an effect.
    ratio : float
        Mean CRPS with the driver over mean CRPS without it; below 1 is better.
    """

    driver: str
    lag: int
    scope: str
    horizon: int
    forecasts: int
    informed: int
    ratio: float


@dataclass(frozen=True)
class Hindcast:
    """Forecasts made as of past days, scored.

    Attributes
    ----------
    slug : str
    as_of : date
        Day of knowledge of the record that the forecasts are held against.
    root : str
        The country.
    chosen : str
        The forecaster chosen on the tuning origins.
    tuned_to : date
        Last tuning origin; forecasters were chosen and tuned on those up to it.
    seed, draws : int
    origins : tuple of date
    waiting : dict
        Horizon → forecasts whose outcome is not on record yet.
    scores : tuple of Score
    summaries : tuple of ScoreSummary
    """

    slug: str
    as_of: date
    root: str
    chosen: str
    tuned_to: date
    seed: int
    draws: int
    origins: tuple[date, ...]
    waiting: dict[int, int]
    scores: tuple[Score, ...]
    summaries: tuple[ScoreSummary, ...]
