"""Forecasts of the day by which a war's fighting stops by agreement, and how they are scored.

A forecast is the chance that a settlement or ceasefire comes by the end of a day. What came true is 0 or 1, and two
proper scores are given, lower is better for both: that of Brier (Monthly Weather Review 78(1), 1950),

.. math:: B = (p - o)^2,

and the logarithmic one, :math:`-\\ln p` if it came and :math:`-\\ln(1 - p)` if not, with p kept between 0.001 and 0.999:
one forecast of the impossible would otherwise outweigh all others. Forecasters are compared on the same forecasts only:
those made on the same day for the same day. What is said of the day on which it is said is no forecast and is not scored.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from armistice.core.errors import QueryError
from armistice.core.war import Range

CLIP = 1e-3
"""Least chance, and least distance from 1, that the logarithmic score takes."""

Asked = tuple[date, date]
"""What pairs forecasts: the day on which they were made and the day that they speak of."""
SettlementRate = Callable[[float, float], float]
"""Chance of an agreement for a war that has lasted some months, the first number, within further ones, the second."""


@dataclass(frozen=True)
class TerminationForecast:
    """The chance that a settlement or ceasefire comes by a day.

    Attributes
    ----------
    forecaster : str
        Name for readers.
    made : date
        Day of knowledge.
    by : date
        Last day that counts.
    probability : float
    outcome : bool or None
        Whether it came; None while nobody can know.
    source : str
        Source id, or what made it.
    question : str
        What must have happened, in words, where a forecaster says so.
    """

    forecaster: str
    made: date
    by: date
    probability: float
    outcome: bool | None
    source: str
    question: str = ""

    @property
    def asked(self) -> Asked:
        """What pairs it with the forecasts of others."""
        return self.made, self.by

    @property
    def brier(self) -> float | None:
        """Squared error, from 0 to 1; None while the outcome is open."""
        return None if self.outcome is None else (self.probability - self.outcome) ** 2

    @property
    def log_score(self) -> float | None:
        """Minus the logarithm of the chance given to what came true, at most 6.9; None while the outcome is open."""
        if self.outcome is None:
            return None
        told = self.probability if self.outcome else 1 - self.probability
        return -math.log(min(max(told, CLIP), 1 - CLIP))


@dataclass(frozen=True)
class TerminationScore:
    """Mean scores of one forecaster on the forecasts that all compared share.

    Attributes
    ----------
    forecaster : str
    dates : int
        Forecasts shared, each one day on which it was made and one that it speaks of.
    brier, log_score : float
        Means; lower is better.
    mean_probability : float
    came : float
        Share of the forecasts that came true.
    """

    forecaster: str
    dates: int
    brier: float
    log_score: float
    mean_probability: float
    came: float


def score_terminations(
    forecasts: Iterable[TerminationForecast], among: Sequence[str] = ()
) -> tuple[TerminationScore, ...]:
    """Mean scores of forecasters on what all of them forecast and whose outcome is known, best Brier score first.

    Parameters
    ----------
    forecasts : iterable of TerminationForecast
        Those whose outcome is open are left out.
    among : sequence of str
        Forecasters to compare; all by default.

    Raises
    ------
    QueryError
        If the forecasters share no forecast with a known outcome, one said two things at once, or two disagree about
        what came true.
    """
    by_name = _resolved(forecasts)
    names = list(among) or list(by_name)
    shared = set.intersection(*(set(by_name.get(name, {})) for name in names)) if names else set()
    if not shared:
        raise QueryError(
            f"{', '.join(names) or 'no forecaster'}: no forecast in common with a known outcome; expected at least one "
            "made on the same day for the same day; compare fewer forecasters"
        )
    for asked in shared:
        if len({by_name[name][asked].outcome for name in names}) > 1:
            raise QueryError(
                f"forecasts made {asked[0]} for {asked[1]}: outcomes differ between {' and '.join(names)}; expected one "
                "outcome; compare forecasters of the same event"
            )
    found = (_score(name, [by_name[name][asked] for asked in sorted(shared)]) for name in names)
    return tuple(sorted(found, key=lambda s: (s.brier, s.log_score, s.forecaster)))


def _resolved(forecasts: Iterable[TerminationForecast]) -> dict[str, dict[Asked, TerminationForecast]]:
    out: dict[str, dict[Asked, TerminationForecast]] = {}
    for forecast in forecasts:
        rows = out.setdefault(forecast.forecaster, {})
        if forecast.asked in rows:
            raise QueryError(
                f"{forecast.forecaster}: two forecasts made {forecast.made} for {forecast.by}; expected one; leave one out"
            )
        if forecast.outcome is not None and forecast.made < forecast.by:
            rows[forecast.asked] = forecast
    return {name: rows for name, rows in out.items() if rows}


def _score(name: str, rows: Sequence[TerminationForecast]) -> TerminationScore:
    def mean(values: Iterable[float | None]) -> float:
        return math.fsum(float(v) for v in values if v is not None) / len(rows)

    return TerminationScore(
        name, len(rows), mean(r.brier for r in rows), mean(r.log_score for r in rows),
        mean(r.probability for r in rows), mean(float(bool(r.outcome)) for r in rows),
    )  # fmt: skip


def comparisons(forecasts: Iterable[TerminationForecast]) -> tuple[tuple[TerminationScore, ...], ...]:
    """Every set of forecasters that can be compared, on all that they share, the most forecasts of most forecasters first.

    Public forecasters answer on days of their own, so that no day may be shared by all. Each set listed cannot be
    enlarged without losing a forecast, and no set of a single forecaster is listed.

    Raises
    ------
    QueryError
        As in `score_terminations`.
    """
    rows = list(forecasts)
    asked = {name: frozenset(found) for name, found in _resolved(rows).items()}
    sets: set[frozenset[Asked]] = set()
    for found in asked.values():
        sets |= {found} | {found & other for other in sets}
    groups = [[name for name, found in asked.items() if found >= shared] for shared in sets if shared]
    scored = [score_terminations(rows, group) for group in groups if len(group) > 1]
    return tuple(sorted(scored, key=lambda g: (-len(g) * g[0].dates, -len(g), sorted(s.forecaster for s in g))))


YEARLY = Range(0.1, 0.25, 0.45, "judgement: a placeholder where there is no record of past wars")
"""Chance that a war that has lasted years ends by agreement within twelve months."""


def placeholder_base_rate(months: float) -> Range:
    """Chance that a war ends by agreement within some months, for want of a record of past wars.

    A stated placeholder and a judgement: a constant hazard, by which one war in four that has lasted years ends within
    twelve months (one in ten to nine in twenty). It knows nothing of the war at hand, and stands beside forecasts only to
    say what they add; where there is a record of past wars, their rate stands there instead.

    Parameters
    ----------
    months : float
        From now, not negative.

    Raises
    ------
    QueryError
        If the months are negative or no number.
    """
    if not 0 <= months < math.inf:
        raise QueryError(f"months {months:g}: not a span ahead; expected 0 or more; choose such a number")
    low, central, high = (1 - (1 - p) ** (months / 12) for p in (YEARLY.low, YEARLY.central, YEARLY.high))
    return Range(low, central, high, YEARLY.source)
