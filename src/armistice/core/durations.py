"""What past wars say of how long wars last and how they end: curves, fits, chances, tails, analogues and written cases.

Plain records for the charts and the report; `armistice.past` makes them. Durations are in months of 30.4375 days, chances
from 0 to 1, deaths in persons. A range is the middle ``level`` of the draws or of the sampling distribution, and a war that
goes on at its source's last day is censored there: it has lasted at least so long.
"""

from __future__ import annotations

from dataclasses import dataclass

ENDINGS = ("settlement", "victory_a", "victory_b", "stalemate")
"""How a war may end: by an agreement, by victory of the side that began it (a) or of the other (b), or with neither. Where
it is not known who began, a is the side that the record lists first."""
LEVEL = 0.8
"""Share of the draws inside the ranges: four in five."""
ENDING_WORDS = {
    "settlement": "settlement", "victory_a": "victory of the side that began it", "victory_b": "victory of the other side",
    "stalemate": "stalemate",
}  # fmt: skip
"""Ending → words, where the record says who began."""
UNSIDED_WORDS = {"victory_a": "victory of the side listed first", "victory_b": "victory of the side listed second"}
"""Words where the record does not say who began."""
LAW_WORDS = {
    "exponential": "exponential", "weibull": "Weibull", "log_logistic": "log-logistic", "log_normal": "log-normal",
    "generalised_gamma": "generalised gamma",
}  # fmt: skip
"""Law of durations → its name."""
COLUMN_WORDS = {
    "deaths_per_month": "deaths by month", "capability_share_a": "balance of capabilities", "democracy_a": "regime of one side",
    "democracy_b": "regime of the other", "contiguous": "a common border", "rivals": "rivalry", "territory": "territory at issue",
    "battle_share_a": "battles won", "third_parties": "third parties", "front_km_per_month": "movement of the front",
}  # fmt: skip
"""Column of likeness → words."""


def duration_words(months: float) -> str:
    """A duration in words: tenths of a month below ten."""
    shown = f"{months:.0f}" if months >= 10 or float(months).is_integer() else f"{months:.1f}"
    return f"{shown} month{'' if shown == '1' else 's'}"


@dataclass(frozen=True)
class Estimate:
    """A number with its range."""

    central: float
    low: float
    high: float


@dataclass(frozen=True)
class Survival:
    """Share of wars that last longer, and the hazard summed up, at each duration at which a war ended.

    Attributes
    ----------
    months : tuple of float
        Rising, from 0.
    survival, survival_low, survival_high : tuple of float
        Kaplan and Meier (1958) with a band from the log of minus the log.
    hazard, hazard_low, hazard_high : tuple of float
        Nelson and Aalen: the cumulative hazard, with a band from its log.
    wars, ended : int
        Wars in the estimate, and those of which the end is known.
    """

    months: tuple[float, ...]
    survival: tuple[float, ...]
    survival_low: tuple[float, ...]
    survival_high: tuple[float, ...]
    hazard: tuple[float, ...]
    hazard_low: tuple[float, ...]
    hazard_high: tuple[float, ...]
    wars: int
    ended: int

    def at(self, months: float) -> float:
        """Share of wars that last longer than some months; the last known share beyond the longest."""
        reached = [s for m, s in zip(self.months, self.survival, strict=True) if m <= months]
        return reached[-1] if reached else 1.0

    @property
    def median(self) -> float:
        """Least duration by which half of the wars have ended; infinity where the curve stays above one half."""
        return next((m for m, s in zip(self.months, self.survival, strict=True) if s <= 0.5), float("inf"))


@dataclass(frozen=True)
class DurationFit:
    """An accelerated-failure model: the log of the duration is a line in the covariates plus scaled noise.

    Attributes
    ----------
    family : str
        ``exponential``, ``weibull``, ``log_logistic``, ``log_normal`` or ``generalised_gamma``.
    covariates : tuple of str
    slopes : tuple of float
        Change of the log duration by one unit of each covariate.
    intercept : float
        Log of months where all covariates are 0.
    scale : float
        Of the noise; 1 for the exponential. One over the shape of the Weibull and the log-logistic law.
    shape : float
        Of the generalised gamma law only (Prentice's): 1 is the Weibull law, 0 the log-normal; None for the others.
    log_likelihood : float
        Of the wars at hand, per month.
    aic : float
        Twice the number of parameters less twice the log likelihood: less is better.
    wars, ended : int
        Wars in the fit (those with every covariate known), and those of which the end is known.
    log_score : float or None
        Mean log density (log chance of lasting on, where censored) that fits on earlier wars gave to later ones: more is
        better. None without the days on which wars began, or where an earlier fit fails.
    scored : int
        Later wars so scored.
    """

    family: str
    covariates: tuple[str, ...]
    slopes: tuple[float, ...]
    intercept: float
    scale: float
    shape: float | None
    log_likelihood: float
    aic: float
    wars: int
    ended: int
    log_score: float | None = None
    scored: int = 0


@dataclass(frozen=True)
class Chance:
    """Chance that a war ends within some months, all in all and by the type of its ending.

    Attributes
    ----------
    within : float
        Months from now.
    total : Estimate
    by_ending : dict of str to Estimate
        By the names of `ENDINGS`; the central ones add up to that of the total.
    counted : float
        The same by counting past wars, without a law: by Kaplan and Meier's curve.
    """

    within: float
    total: Estimate
    by_ending: dict[str, Estimate]
    counted: float


@dataclass(frozen=True)
class GivenLasted:
    """Chances of ending for a war that has lasted some months.

    Attributes
    ----------
    lasted : float
        Months so far.
    fit : DurationFit
        The model chosen.
    among : tuple of str
        Families over which the central totals are a mean and the ranges go: its own, and those that the record does not
        rule out.
    chances : tuple of Chance
        By horizon, rising.
    at_risk : int
        Past wars that lasted longer, on which anything said of such a war rests.
    typed : int
        Those among them whose type of ending is known, from which the split by type comes.
    draws, seed : int
        Of the bootstrap over wars.
    """

    lasted: float
    fit: DurationFit
    among: tuple[str, ...]
    chances: tuple[Chance, ...]
    at_risk: int
    typed: int
    draws: int
    seed: int


@dataclass(frozen=True)
class Incidence:
    """Share of all wars that have ended in one way by each duration (Aalen and Johansen 1978).

    Attributes
    ----------
    ending : str
    months, share, low, high : tuple of float
    wars : int
        Wars that ended so.
    """

    ending: str
    months: tuple[float, ...]
    share: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    wars: int


@dataclass(frozen=True)
class SeverityTail:
    """A power law fitted to the upper tail of the deaths by war (Clauset, Shalizi and Newman 2009).

    Attributes
    ----------
    deaths : tuple of float
        All wars, rising, persons.
    least : float
        Deaths from which the tail begins: where the law lies nearest to the record.
    exponent : Estimate
        Of the density, above 1; its range by bootstrap over wars with the beginning of the tail chosen anew each time.
    in_tail : int
        Wars in the tail.
    distance : float
        Kolmogorov and Smirnov's distance between the law and the tail.
    p_value : float
        Share of records drawn from the law that lie farther from their own fit: below 0.1 the law is ruled out.
    draws, seed : int
    """

    deaths: tuple[float, ...]
    least: float
    exponent: Estimate
    in_tail: int
    distance: float
    p_value: float
    draws: int
    seed: int

    def p_larger(self, deaths: float) -> float:
        """Chance that a war has at least so many deaths: by the law in the tail, by counting below it."""
        if deaths < self.least:
            return sum(d >= deaths for d in self.deaths) / len(self.deaths)
        reaches: float = (deaths / self.least) ** (1 - self.exponent.central)
        return self.in_tail / len(self.deaths) * reaches


@dataclass(frozen=True)
class Analogue:
    """A past war that was like the one at hand when it had lasted as long.

    Attributes
    ----------
    war, title : str
    year : float
        In which it began.
    distance : float
        Root of the weighted mean square of the differences, in standard deviations: 0 is the same.
    rests_on : dict of str to float
        Column known of both wars → its part of the weight, adding up to 1.
    apart : dict of str to float
        The same columns → the signed difference, in standard deviations.
    months : float
        That it lasted in all, so far as known.
    months_more : float
        That it went on from the duration of the war at hand.
    ended : bool
    ending : str
        One of `ENDINGS`, or empty where unknown.
    note : str
        What a reader of the row must know, such as whose first day is counted.
    """

    war: str
    title: str
    year: float
    distance: float
    rests_on: dict[str, float]
    apart: dict[str, float]
    months: float
    months_more: float
    ended: bool
    ending: str
    note: str = ""


@dataclass(frozen=True)
class Skill:
    """How a forecast from analogues fares beside the base rate, each war left out in turn.

    Attributes
    ----------
    question : str
    brier, brier_base : float
        Mean Brier scores: less is better.
    skill : Estimate
        One less their ratio: 0 is no better than the base rate, 1 is perfect; its range by bootstrap over wars.
    wars, asked : int
        Wars, and questions put to them (one for each duration reached).
    """

    question: str
    brier: float
    brier_base: float
    skill: Estimate
    wars: int
    asked: int


@dataclass(frozen=True)
class Likeness:
    """Past wars nearest to the one at hand, and how far to trust them.

    Attributes
    ----------
    lasted : float
        Months so far of the war at hand.
    weights : dict of str to float
        Declared weight of each column of which the war at hand is known.
    unknown : tuple of str
        Columns of which it is not.
    among : int
        Past wars that lasted longer and share enough known columns.
    analogues : tuple of Analogue
        Nearest first.
    p_ends : float
        Share of them that ended within the next twelve months.
    skills : tuple of Skill
    """

    lasted: float
    weights: dict[str, float]
    unknown: tuple[str, ...]
    among: int
    analogues: tuple[Analogue, ...]
    p_ends: float
    skills: tuple[Skill, ...]


@dataclass(frozen=True)
class Case:
    """A past war as a written case.

    Attributes
    ----------
    id, title : str
    good : str
        The good that could not be divided, or was said to be.
    ended : str
        How the war over it ended.
    enabled : str
        What made that ending possible.
    began, stabilised, over : str
        Days (ISO) of the beginning, of the front's coming to rest, and of the end of the fighting.
    final_months : float
        From the front's coming to rest to the end.
    front : str
        What is meant by its coming to rest here.
    basis : str
        ``page`` where a source was read, ``memory`` where not.
    source : str
    """

    id: str
    title: str
    good: str
    ended: str
    enabled: str
    began: str
    stabilised: str
    over: str
    final_months: float
    front: str
    basis: str
    source: str


@dataclass(frozen=True)
class PastWars:
    """All that past wars say of the war at hand.

    Attributes
    ----------
    source : str
        The record, its years and its makers, for captions.
    initiators_known : bool
        Whether side a of every war that a side won is the one that began it; else a is whichever the record lists first.
    survival : Survival
    fits : tuple of DurationFit
        By AIC, least first.
    given : GivenLasted
    incidence : tuple of Incidence
    likeness : Likeness or None
        None where too little is known of the war at hand, or no past war lasted as long.
    tail : SeverityTail or None
        None where deaths are known of too few wars.
    cases : tuple of Case
    """

    source: str
    initiators_known: bool
    survival: Survival
    fits: tuple[DurationFit, ...]
    given: GivenLasted
    incidence: tuple[Incidence, ...]
    likeness: Likeness | None
    tail: SeverityTail | None
    cases: tuple[Case, ...]

    @property
    def words(self) -> dict[str, str]:
        """Ending → words, which say who began only where that is known."""
        return ENDING_WORDS if self.initiators_known else {**ENDING_WORDS, **UNSIDED_WORDS}
