"""Chances of a settlement by a day, as the game would have given them with what was known when they were made.

At the end of each month on record the game says with what chance a settlement comes within some months. Draws are weighed
by the events up to the day of the forecast and by none after it (`Matched.after`), and the chance is their weighted mean.
For a horizon between those that were solved, the chance rises in a straight line from one to the next, from 0 now; between
two ends of months the earlier one stands. Beside the game stand the rate at which past wars that had lasted as long were
settled, which knows nothing else of the war, and the public forecasts of the pack. Where there is no record of past wars, a
placeholder stands in for their rate. A pause of the war is a settlement on its first day, and nothing is asked while it lasts. The rate is that of the months lasted on the day of the forecast, but the record of past
wars is that of today.

The numbers that are judged are judged once, today, by people who know that the war went on: what is weighed here with
past knowledge only is the record, not the judgements.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np

from armistice.core.history import History
from armistice.core.termination import (
    Asked,
    SettlementRate,
    TerminationForecast,
    TerminationScore,
    comparisons,
    placeholder_base_rate,
    score_terminations,
)
from armistice.core.war import War
from armistice.data.pack import Pack
from armistice.data.terminations import public_forecasts
from armistice.past.own import months_lasted

GAME, PAST, PLACEHOLDER = "the game", "past wars", "placeholder rate"
"""Names of the program's own forecasters."""
OWN = frozenset({GAME, PAST, PLACEHOLDER})
"""The same, to tell them from public ones."""
_MONTH = 365.25 / 12
"""Days."""


def weight_by(history: History, day: date) -> np.ndarray:
    """How much each draw counts by the events up to a day, shape (draws,); all alike before the first."""
    matched = history.matched
    known = sum(event.date <= day for event in matched.events)
    if known:
        return matched.after[known - 1].weight
    draws = len(matched.weights.weight)
    return np.full(draws, 1 / draws)


def chance_within(history: History, made: date, months: float) -> float | None:
    """The game's chance of a settlement within some months of a day, by what was known that day.

    Parameters
    ----------
    history : History
    made : date
    months : float
        Above 0.

    Returns
    -------
    float or None
        None for a day before the first month, and for more months than were solved.
    """
    known = sum(day <= made for day in history.days)
    horizons = sorted(history.p_within)
    if not known or not 0 < months <= horizons[-1]:
        return None
    weight = weight_by(history, made)
    chances = [float(weight @ history.p_within[h][:, known - 1]) for h in horizons]
    return float(np.interp(months, (0, *horizons), (0.0, *chances)))


def monthly_spans(history: History, horizon: int) -> tuple[Asked, ...]:
    """Ends of months of fighting paired with those a number of months later, as far as the record reaches."""
    last = history.days[-1]
    ends = {_month(day): day for day in history.days}
    out = []
    for day in history.days:
        month = _month(day) + horizon
        if month <= _month(last):  # one in a pause has no game, but it has a day
            out.append((day, ends.get(month) or _day_in(month, last.day)))
    return tuple(out)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _day_in(month: int, of_month: int) -> date:
    """A day of a month, or its last where it is shorter."""
    year, number = month // 12, month % 12 + 1
    return date(year, number, min(of_month, monthrange(year, number)[1]))


def _settled(war: War, made: date, by: date) -> bool | None:
    """Whether a settlement came after one day and by another: a pause began. None for a day beyond the record."""
    if any(made < pause.start <= by for pause in war.pauses):
        return True
    return False if by <= war.as_of else None


def termination_forecasts(
    pack: Pack, history: History, rate: SettlementRate | None = None
) -> tuple[TerminationForecast, ...]:
    """Forecasts of the game and of a base rate, with the public ones of the pack.

    The program's own are made at the end of each month, for the horizons that were solved and as far as the record
    reaches, since only these have an outcome; and on the days and for the days of public forecasts, where the game has a
    chance for them.

    Parameters
    ----------
    pack : Pack
    history : History
        Of this pack.
    rate : callable, optional
        Of past wars, as `armistice.past.own.base_rate_of` has it; the placeholder by default.

    Returns
    -------
    tuple of TerminationForecast
        Those of the game first, then the base rate, then the public ones.
    """
    public = public_forecasts(pack.tables["forecasts"])
    spans = {asked: float(h) for h in sorted(history.p_within) for asked in monthly_spans(history, h)}
    for forecast in public:
        if forecast.made < forecast.by:
            spans.setdefault(forecast.asked, (forecast.by - forecast.made).days / _MONTH)
    told = {f.asked: f.outcome for f in public if f.outcome is not None}
    base = PLACEHOLDER if rate is None else PAST
    own: dict[str, list[TerminationForecast]] = {GAME: [], base: []}
    for (made, by), months in sorted(spans.items()):
        chance = chance_within(history, made, months)
        if chance is None or pack.war.rests(made):
            continue
        outcome = told.get((made, by), _settled(pack.war, made, by))
        lasted = months_lasted(pack.war, made)
        other = placeholder_base_rate(months).central if rate is None else rate(lasted, months)
        for name, p in ((GAME, chance), (base, other)):
            own[name].append(TerminationForecast(name, made, by, p, outcome, name))
    return (*own[GAME], *own[base], *public)


def scores_by_horizon(
    history: History, forecasts: Sequence[TerminationForecast]
) -> dict[int, dict[str, TerminationScore]]:
    """Scores of the program's own forecasters at ends of months.

    Returns
    -------
    dict
        Months ahead → forecaster → score; no horizon for which the record is too short.
    """
    own = [f for f in forecasts if f.forecaster in OWN and f.outcome is not None]
    out = {}
    for horizon in sorted(history.p_within):
        spans = set(monthly_spans(history, horizon))
        rows = [f for f in own if f.asked in spans]
        if rows:
            out[horizon] = {score.forecaster: score for score in score_terminations(rows)}
    return out


def public_comparisons(forecasts: Sequence[TerminationForecast]) -> tuple[tuple[TerminationScore, ...], ...]:
    """Comparisons in which the game and a public forecaster share forecasts with a known outcome, as `comparisons` orders them.

    Raises
    ------
    QueryError
        As in `score_terminations`.
    """
    names = [(group, {score.forecaster for score in group}) for group in comparisons(forecasts)]
    return tuple(group for group, who in names if GAME in who and who - OWN)


def scores_record(history: History, forecasts: Sequence[TerminationForecast]) -> dict[str, Any]:
    """Forecasts and their scores as plain values for JSON."""
    return {
        "forecasts": [
            {
                "forecaster": f.forecaster, "made": f.made.isoformat(), "by": f.by.isoformat(),
                "probability": f.probability, "outcome": f.outcome,
            }
            for f in forecasts
        ],
        "scores": {
            str(h): {name: {"brier": s.brier, "log": s.log_score, "forecasts": s.dates} for name, s in scores.items()}
            for h, scores in scores_by_horizon(history, forecasts).items()
        },
    }  # fmt: skip


def scores_in_words(history: History, forecasts: Sequence[TerminationForecast]) -> Iterator[str | list[dict[str, Any]]]:
    """The same in sentences and rows for a terminal."""
    yield "Chances of a settlement as the game would have given them with the record up to each month, scored; lower is better."
    if any(f.forecaster == PAST for f in forecasts):
        yield (
            "Beside it, the rate at which past wars that had lasted as long were settled, itself left out; the record of past "
            "wars is that of today."
        )
    yield [
        {
            "months ahead": str(h), "forecaster": name, "forecasts": str(s.dates), "mean chance": f"{s.mean_probability:.2f}",
            "Brier": f"{s.brier:.3f}", "log": f"{s.log_score:.3f}",
        }
        for h, scores in scores_by_horizon(history, forecasts).items()
        for name, s in sorted(scores.items())
    ]  # fmt: skip
    for group in public_comparisons(forecasts):
        told = ", ".join(f"{s.forecaster} {s.brier:.3f}" for s in group)
        yield f"Brier scores on {group[0].dates} forecasts shared with public forecasters: {told}."
    yield (
        "A war that goes on rewards whoever says never, and the judgements were made by people who knew that it did: "
        "these scores rank nobody."
    )
