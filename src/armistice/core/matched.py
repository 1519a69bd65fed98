"""What the negotiating record says of a war's judged numbers: events, the weights they give the draws, what was learnt.

Records of arrays only; each says its shape and unit.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np

_ROUNDING = 1e-9


@dataclass(frozen=True)
class RecordEvent:
    """Something the two sides did, or left undone, that the game has a chance for.

    Attributes
    ----------
    date : date
    kind : str
        What was done, in a word: accepted, refused, no settlement, …
    side : str
        ``a``, ``b``, or empty where it takes both.
    document : str
        The document answered, in words; empty where there is none.
    text, source : str
        In a sentence, and in words.
    """

    date: datetime.date
    kind: str
    side: str
    document: str
    text: str
    source: str


@dataclass(frozen=True)
class Weights:
    """How much each draw counts once the record has been seen.

    Attributes
    ----------
    weight : array, shape (draws,)
        Of sum 1, with a smoothed tail.
    pareto_k : float
        Shape of the tail of these weights; above `k_limit` they rest on a few draws. Minus infinity where the tail is
        flat, infinity where too few draws are possible to tell.
    k_limit : float
    effective : float
        Draws that would say as much if all counted alike: 1 / Σ w².
    power : float
        Power to which the likelihood was raised; 1 where the record has its full weight.
    effective_full : float
        `effective` as it would be at power 1.
    status : str
        All of this in a sentence.
    """

    weight: np.ndarray
    pareto_k: float
    k_limit: float
    effective: float
    power: float
    effective_full: float
    status: str

    @property
    def reliable(self) -> bool:
        """Whether other draws would give much the same weights."""
        return self.pareto_k <= self.k_limit


@dataclass(frozen=True)
class Learnt:
    """One number of the game before and after the record; all in its own unit but for the last three.

    Attributes
    ----------
    name : str
        ``table.key``.
    prior, posterior : tuple of float
        10th, 50th and 90th percentile.
    prior_mean, prior_sd, mean, sd : float
    contraction : float
        1 - sd / prior_sd; 0 where the prior is a point, negative where the record widened the range.
    distance : float
        Largest distance between the two distribution functions (Kolmogorov and Smirnov), 0 to 1.
    by_chance : float
        Distance that the largest of all numbers would stay below in 95 of 100 cases if the weights had nothing to do
        with any of them.
    """

    name: str
    prior: tuple[float, float, float]
    posterior: tuple[float, float, float]
    prior_mean: float
    prior_sd: float
    mean: float
    sd: float
    contraction: float
    distance: float
    by_chance: float

    @property
    def taught(self) -> bool:
        """Whether the number moved farther than chance alone would move any."""
        return self.distance > self.by_chance + _ROUNDING


@dataclass(frozen=True)
class Matched:
    """Draws weighed by the negotiating record.

    Attributes
    ----------
    events : tuple of RecordEvent
        In order of their days.
    log_likelihood : array, shape (draws, events)
    weights : Weights
    learnt : tuple of Learnt
        What was taught most stands first.
    influence : array, shape (events,)
        Largest distance, over all numbers, between the posterior with and without the event, at the same power.
    after : tuple of Weights
        After each event.
    """

    events: tuple[RecordEvent, ...]
    log_likelihood: np.ndarray
    weights: Weights
    learnt: tuple[Learnt, ...]
    influence: np.ndarray
    after: tuple[Weights, ...]
