"""The war-termination game at every month of the record, and its judged numbers weighed by what the two sides did.

The game as of an earlier day differs from that of today in two things: where the front stood, and what the record
then said of its movement. Both are read off the maps; everything else is judged once. All months are solved together:

- the axis is lengthened backwards, so that the front of the first month stands on it. A step before the axis is worth
  what the steps behind today's front are worth on average. Costs, payments and penalties are shares of the stake and
  shrink as the stake grows; red lines move with the land added;
- what the record said of the drift is solved at a few levels, and a month lies between two of them.

A month is read at the state of its front with nothing learnt since. The sides' leads and doubts are those judged today.

What the sides did is an event with a chance in each draw (`armistice.infer.match`): a month without a settlement; a side
that accepts or refuses a text which draws a line on the axis; and a side that puts forward such a text, which is taken to
prefer its own line to fighting on. A text is answered as a whole, and the line is only part of it: an answer counts by
`ANSWER`. A text that leaves a choice of lines counts as their mean. Conditions, silence and counter-offers that name no
line say nothing here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import xarray as xr

from armistice.core.digest import Cache, code_digest, digest_of
from armistice.core.history import History
from armistice.core.matched import RecordEvent
from armistice.data.pack import Pack
from armistice.ending import DRAWS, Drawn, draw_games_of_pack
from armistice.game.arrays import State, blocked
from armistice.game.form import Belief, Regimes, WarGame
from armistice.game.solve import solve
from armistice.game.terms import need_of
from armistice.infer.baseline import monthly_area
from armistice.infer.forecasters import CHOICE, FORECASTERS
from armistice.infer.forecasters import LEAST_MONTHS as LEAST_TO_FORECAST
from armistice.infer.match import CHANCE, log_acceptance, log_no_settlement, log_refusal, match_record
from armistice.infer.pace import YEAR, axis_record

MONTHS = 36
"""Months of record before the as-of day."""
BEHIND = 3
"""Steps of the lengthened axis behind the farthest that the front has been."""
HORIZON = 36
"""Months to a fight to the finish; shorter than in the main game, since every month is solved anew."""
STATISTIC = 16.0
"""Largest surprise on the grid, steps."""
LEVELS = 5
"""Levels of the drift that are solved, at its quantiles over the months; months lie between two of them."""
AHEAD = (3, 6, 12)
"""Months within which the chance of a settlement is told."""
ANSWER = 0.5
"""Weight of an answer or offer against a month without a settlement: a text is more than its line. A judgement."""
FEW = 6
"""Months of which the mean is taken where the record is too short for the forecast."""
CHUNK = 100
"""Draws that are solved and kept together."""
_DRAWS = 1000
_ANSWERS = {"accepted": "accepted", "refused": "refused", "countered": "refused"}
_SCALED = {
    "costs.a": "a", "costs.b": "b", "defeat.a": "a", "defeat.b": "b", "domestic.penalty_a": "a",
    "domestic.penalty_b": "b", "bargaining.transfer_cap": "", "commitment.penalty": "", "commitment.smoothing": "",
}  # fmt: skip
"""Numbers that are shares of the stake, and the side in whose eyes; empty for both."""


@dataclass(frozen=True)
class Past:
    """The front on an axis at the end of each month: day, steps held, and what the record then said of the drift."""

    days: tuple[date, ...]
    position: np.ndarray
    drift: np.ndarray

    def last(self, months: int) -> Past:
        """Its last months, and the day on which the first of them began."""
        return Past(self.days[-months - 1 :], self.position[-months - 1 :], self.drift[-months - 1 :])


# --- the record -------------------------------------------------------------------------------------------------


def past_of(panel: xr.Dataset, pack: Pack, axis: str, months: int | None = MONTHS, seed: int = 0) -> Past:
    """Where the front on an axis stood in past months, and what the record up to each said of its movement.

    The drift is the median of the chosen forecaster's draws for the year ahead, divided by twelve; with fewer months
    than it needs, the mean movement of the last months, and 0 before any. The record is that of today, cut at each month;
    all of its months are told where `months` is None. Months that end in a pause of the war are left out, though the record
    runs through them: a front that was not moved.

    Raises
    ------
    QueryError
        If fewer than two months are on record.
    """
    record = axis_record(panel, pack.war, axis, 2)
    days = [day.astype(date) for day in monthly_area(panel, panel.attrs["root"])[0][-len(record.area) :]]
    steps = record.position + (record.area - record.area[-1]) / record.step_km2
    fought = [at for at, day in enumerate(days) if not pack.war.rests(day)]
    fought = fought if months is None else fought[-months - 1 :]
    drift = []
    for at in fought:
        known = record.area[: at + 1]
        if len(known) >= LEAST_TO_FORECAST:
            taken = FORECASTERS[CHOICE](known, record.whole_km2, YEAR, _DRAWS, seed)[:, -1]
            drift.append(float(np.median(taken)) / YEAR / record.step_km2)
        else:
            drift.append(float(np.mean(np.diff(steps[max(at - FEW, 0) : at + 1]))) if at else 0.0)
    return Past(tuple(days[at] for at in fought), steps[fought], np.array(drift))


# --- the games -------------------------------------------------------------------------------------------------


def lengthened(game: WarGame, extra: int, drift: float) -> WarGame:
    """A game with its axis lengthened at the low end, and another drift on record.

    Parameters
    ----------
    game : WarGame
        Of one axis, whose analyst's belief stands at the present drift.
    extra : int
        Steps added before the first.
    drift : float
        Steps per month. It enters beside the beliefs, which are then about what comes on top of it, so that surprises
        stay small.
    """
    front, now, learning = game.axes[0], game.learning.analyst.first[0], game.learning
    added = {}
    values = {}
    for side, value in (("a", front.value_a), ("b", front.value_b)):
        each = sum(value[: front.start]) / front.start
        added[side] = extra * each
        total = 1 + added[side]
        values[side] = tuple(v / total for v in ((each,) * extra + value))
    share = {"a": 1 / (1 + added["a"]), "b": 1 / (1 + added["b"])}
    share[""] = (share["a"] + share["b"]) / 2
    numbers = {key: game.number(key) * share[side] for key, side in _SCALED.items()}
    domestic = game.domestic
    if domestic.red_line_a > 0:
        numbers["domestic.red_line_a"] = (domestic.red_line_a + added["a"]) * share["a"]
    numbers["domestic.red_line_b"] = domestic.red_line_b * share["b"]
    longer = replace(
        front, steps=front.steps + extra, start=front.start + extra, value_a=values["a"], value_b=values["b"],
        barrier=(0.0,) * extra + front.barrier, blocks=tuple((lo + extra, hi + extra) for lo, hi in front.blocks),
    )  # fmt: skip
    line = game.commitment.strategic_line
    made = replace(
        game, axes=(longer,), time=replace(game.time, horizon=HORIZON),
        commitment=replace(game.commitment, strategic_line=None if line is None else line + extra),
        grid=replace(game.grid, statistic_max=STATISTIC, statistic_points=2 * int(STATISTIC) + 1),
    ).with_numbers(numbers)  # fmt: skip

    def beyond(belief: Belief) -> Belief:
        return Belief((belief.first[0] - now,), belief.second)

    return replace(
        made,
        learning=replace(
            learning, prior_a=beyond(learning.prior_a), prior_b=beyond(learning.prior_b),
            analyst=beyond(learning.analyst),
        ),
        regimes=Regimes((drift,), (made.costs.a,), (made.costs.b,), ((1.0,),)),
    )  # fmt: skip


def levels_of(drift: np.ndarray, levels: int = LEVELS) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Levels at even quantiles of some drifts; for each drift the level below it, and the weight of the one above."""
    at = np.quantile(drift, np.linspace(0, 1, levels)) + 1e-6 * np.arange(levels)  # apart, where drifts are alike
    below = np.clip(np.searchsorted(at, drift, side="right") - 1, 0, levels - 2)
    return at, below, np.clip((drift - at[below]) / (at[below + 1] - at[below]), 0.0, 1.0)


@dataclass(frozen=True)
class Months:
    """What the solved games say in each month; arrays [draw, month, ...].

    Attributes
    ----------
    steps : array of int, shape (months,)
        Of the lengthened axis, held by side A.
    extra : int
        Steps of the lengthened axis before the first of the pack's.
    reserve : array, shape (draws, months, 2)
    worth : array, shape (draws, months, 2, terms)
    line : array of int, shape (terms,)
        Line of each term that is no surrender, steps of the lengthened axis.
    divides : array of bool, shape (terms,)
        Whether a term's line divides land that cannot be split, so that nobody can settle on it.
    need : array, shape (draws, months)
    within : array, shape (horizons, draws, months)
    at_rest : array of bool, shape (draws,)
    """

    steps: np.ndarray
    extra: int
    reserve: np.ndarray
    worth: np.ndarray
    line: np.ndarray
    divides: np.ndarray
    need: np.ndarray
    within: np.ndarray
    at_rest: np.ndarray

    def told(self) -> dict[str, list]:
        """All but what single terms are worth, as plain values with the draws first."""
        within = {f"within_{h}": row for h, row in zip(AHEAD, self.within, strict=True)}
        reserve = {"reservation_a": self.reserve[..., 0], "reservation_b": self.reserve[..., 1]}
        return {k: v.tolist() for k, v in {**reserve, "need": self.need, "at_rest": self.at_rest, **within}.items()}

    def surplus(self, side: str, month: int, line: str | int) -> np.ndarray:
        """Worth of a line to a side less that of fighting on, in a month, shape (draws,).

        The ends of the axis stand for all of the land: the last line short of them, since beyond it lies surrender. A
        fixed line is counted from the low end of the pack's axis. A line inside land that cannot be split is worth what
        it would be if it were drawn.
        """
        first, last = int(self.line.min()), int(self.line.max())
        known = {"start": first, "end": last, "front": int(self.steps[month])}
        wanted = known[line] if isinstance(line, str) else min(max(line + self.extra, first), last)
        term = int(np.flatnonzero(self.line == wanted)[0])
        i = "ab".index(side)
        found: np.ndarray = self.worth[:, month, i, term] - self.reserve[:, month, i]
        return found


def solve_months(games: Sequence[WarGame], past: Past) -> Months:
    """Solve games at the front and the drift of every month.

    Parameters
    ----------
    games : sequence of WarGame
        As of the last month, of one form.
    past : Past
    """
    start = games[0].axes[0].start
    steps = start + np.round(past.position - past.position[-1]).astype(int)
    extra = max(math.ceil(BEHIND - steps.min()), 0)
    at, below, weight = levels_of(past.drift)
    longer = [lengthened(game, extra, float(level)) for level in at for game in games]
    steps = np.clip(steps + extra, 1, longer[0].axes[0].steps - 1)
    states = [State(0, (int(s),)) for s in steps]
    found = solve(longer, states, months=max(AHEAD), strict=False, within=AHEAD)
    month = np.arange(len(steps))

    def between(values: np.ndarray) -> np.ndarray:
        """Values [level and draw, month, ...] of the level below and the level above each month, mixed."""
        by_level = values.reshape(len(at), len(games), *values.shape[1:])
        low, high = (np.moveaxis(by_level[below + up, :, month], 0, 1) for up in (0, 1))
        share = weight.reshape(-1, *([1] * (values.ndim - 2)))
        mixed: np.ndarray = (1 - share) * low + share * high
        return mixed

    asked, inside = found.asked, ~found.layout.final
    reserve, worth = between(asked.reserve), between(asked.worth)
    within = np.moveaxis(between(np.moveaxis(found.within, 1, 2)), 2, 0)
    return Months(
        steps, extra, reserve, worth[..., inside], found.layout.at[found.layout.landing[inside], 0],
        blocked(longer[0], found.layout)[inside], need_of(reserve, worth, np.asarray(found.draws.cap)[: len(games)]), within,
        np.asarray(found.at_rest.reshape(len(at), -1).all(0)),
    )  # fmt: skip


# --- what the sides did ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Deed:
    """An event of the record, the month in which it is read, and the lines it is about."""

    event: RecordEvent
    month: int
    lines: tuple[str | int, ...]


def deeds_of(pack: Pack, past: Past) -> list[Deed]:
    """What the two sides did in the months of the record, by day.

    Answers and offers are read in the last month that ended by their day; those made in a pause are left out, since no game is put in it. Where the other side and third parties put
    forward one document with different lines, the line of the other side is the one that is answered.
    """
    judged = pack.game
    assert judged is not None, "there is a record of deeds only where there is a game"
    lines = {(line.issue, line.option): line.line for line in judged.lines}
    sides = {b.id: b.side for b in pack.war.belligerents}
    out = [
        Deed(RecordEvent(day, "no settlement", "", "", "The month ends, and the war goes on.", "the record"), at, ())
        for at, day in enumerate(past.days)
    ]
    drawn: dict[str, dict[str, set[str | int]]] = {}
    texts: dict[tuple[str, str], tuple[date, str, str, str]] = {}
    for row in pack.tables["positions"].itertuples():
        found = {lines[row.issue, o] for o in (row.option_low, row.option_high) if (row.issue, o) in lines}
        if found:
            drawn.setdefault(row.doc, {}).setdefault(row.party, set()).update(found)
            texts[row.doc, row.party] = (row.date.date(), row.document, row.text, row.source)
    for (doc, party), (day, document, text, source) in texts.items():
        if party in sides:
            event = RecordEvent(day, "offered", sides[party], document, text, source)
            out += _read_at(event, past, drawn[doc][party])
    for row in pack.tables["responses"].itertuples():
        kind, others = _ANSWERS.get(row.response), {k: v for k, v in drawn.get(row.doc, {}).items() if k != row.party}
        if kind and row.party in sides and others:
            event = RecordEvent(row.date.date(), kind, sides[row.party], row.document, row.text, row.source)
            enemy = [v for k, v in others.items() if k in sides]
            out += _read_at(event, past, set().union(*(enemy or others.values())))
    out = [deed for deed in out if not pack.war.rests(deed.event.date)]
    return sorted(out, key=lambda deed: (deed.event.date, deed.event.kind, deed.event.side, deed.event.document))


def _read_at(event: RecordEvent, past: Past, lines: set[str | int]) -> list[Deed]:
    month = sum(day <= event.date for day in past.days) - 1
    return [Deed(event, month, tuple(sorted(lines, key=str)))] if month >= 0 and event.date <= past.days[-1] else []


def likelihood_of(months: Months, deeds: Sequence[Deed], talks: np.ndarray | float = CHANCE) -> np.ndarray:
    """Logarithm of the chance of each deed in each draw, shape (draws, deeds); `talks` as in `infer.match.CHANCE`, by draw."""
    out = np.empty((len(months.need), len(deeds)))
    for at, deed in enumerate(deeds):
        if deed.event.kind == "no settlement":
            out[:, at] = log_no_settlement(months.need[:, deed.month], chance=talks)
            continue
        rule = log_refusal if deed.event.kind == "refused" else log_acceptance
        told = [rule(months.surplus(deed.event.side, deed.month, line)) for line in deed.lines]
        out[:, at] = ANSWER * np.mean(told, axis=0)
    return out


# --- the whole --------------------------------------------------------------------------------------------------


def history_of(
    pack: Pack,
    panel: xr.Dataset,
    drawn: Drawn,
    seed: int = 0,
    progress: Callable[[str, float], None] = lambda what, share: None,
    cache: Cache | None = None,
) -> History:
    """The game in every month of the record on draws of its judged numbers, weighed by what the sides did.

    Parameters
    ----------
    pack : Pack
    panel : Dataset
    drawn : Drawn
        The draws of `armistice.ending.solve_war`.
    seed : int
    progress : callable
        Called with what is being done and the share of it that is.
    cache : Cache, optional
        Keeps every `CHUNK` of draws, so that an interrupted run goes on where it stopped.

    Raises
    ------
    QueryError
        If no draw can explain the record.
    """
    games, draws = drawn.games, len(drawn.games)
    assert pack.game is not None, "there are draws only where there is a game"
    whole = past_of(panel, pack, pack.game.axis, None, seed)
    past = whole.last(MONTHS)
    deeds = deeds_of(pack, past)
    kept = cache or Cache(None)
    parts = []
    for start in range(0, draws, CHUNK):
        some = games[start : start + CHUNK]

        def make(some: Sequence[WarGame] = some) -> str:
            found = solve_months(some, past)
            return json.dumps({**found.told(), "likelihood": likelihood_of(found, deeds).tolist()})

        digest = digest_of(code_digest() if cache else "", pack.digest, pack.war.as_of, seed, draws, start)
        parts.append(json.loads(kept.text("history", digest, make)))
        progress("the game in past months", min((start + CHUNK) / draws, 1.0))
    told = {key: np.concatenate([np.array(part[key]) for part in parts]) for key in parts[0]}
    names = [key for key in drawn.ranges if not key.startswith("record.")]
    judged = {key: np.array([row[key] for row in drawn.numbers]) for key in names}
    spread = {key: values for key, values in judged.items() if np.ptp(values) > 0}
    matched = match_record([deed.event for deed in deeds], told["likelihood"], spread, seed)
    return History(
        pack.game.axis, past.days, past.position, past.drift, told["reservation_a"], told["reservation_b"],
        told["need"], {h: told[f"within_{h}"] for h in AHEAD}, matched, bool(told["at_rest"].all()),
        *_earlier(panel, pack, whole),
    )  # fmt: skip


def _earlier(panel: xr.Dataset, pack: Pack, whole: Past) -> tuple[tuple[date, ...], np.ndarray, np.ndarray]:
    """The day from which the war is counted and the ends of months up to those with a game: drift, months on record."""
    begin, first = pack.war.baseline, max(len(whole.days) - MONTHS - 1, 0)
    ends = [day.astype(date) for day in monthly_area(panel, panel.attrs["root"])[0]]
    blank = [begin, *(day for day in ends if begin < day and not pack.war.rests(day))]
    blank = [day for day in dict.fromkeys(blank) if day < whole.days[0]]
    days = (*blank, *whole.days[:first])
    return (
        days,
        np.concatenate([np.zeros(len(blank)), whole.drift[:first]]),
        np.array([0] * len(blank) + list(range(first)), int),
    )


def history_of_pack(
    pack: Pack,
    seed: int = 0,
    draws: int = DRAWS,
    progress: Callable[[str, float], None] = lambda what, share: None,
    cache: Cache | None = None,
) -> History:
    """The same for a pack alone.

    Raises
    ------
    QueryError
        If the pack judges no game, its record is too short, or the front does not stand on the game's axis.
    """
    panel, drawn = draw_games_of_pack(pack, seed, draws)
    return history_of(pack, panel, drawn, seed, progress, cache)


# --- what is told of it -----------------------------------------------------------------------------------------


def record_of(history: History) -> dict[str, Any]:
    """A history as plain values for JSON: weights in sum, what was learnt, events, and the months."""
    matched, w = history.matched, history.matched.weights
    return {
        "axis": history.axis,
        "draws": len(w.weight),
        "effective": w.effective,
        "power": w.power,
        "pareto_k": w.pareto_k if math.isfinite(w.pareto_k) else None,
        "status": w.status,
        "learnt": [
            {
                "name": x.name, "prior": list(x.prior), "posterior": list(x.posterior), "distance": x.distance,
                "by_chance": x.by_chance, "taught": x.taught,
            }
            for x in matched.learnt
        ],
        "events": [
            {
                "date": e.date.isoformat(), "kind": e.kind, "side": e.side, "document": e.document, "source": e.source,
                "influence": float(i),
            }
            for e, i in zip(matched.events, matched.influence, strict=True)
        ],
        "months": [
            {
                "day": day.isoformat(), "position": float(history.position[n]), "drift": float(history.drift[n]),
                "p_settlement": {
                    str(h): {"as_judged": float(p[:, n].mean()), "weighed": float(w.weight @ p[:, n])}
                    for h, p in history.p_within.items()
                },
            }
            for n, day in enumerate(history.days)
        ],
    }  # fmt: skip


def in_words(history: History) -> Iterator[str | list[dict[str, Any]]]:
    """The same in sentences and rows for a terminal."""
    matched, w = history.matched, history.matched.weights
    deeds = [e for e in matched.events if e.kind != "no settlement"]
    yield (
        f"{len(w.weight)} draws of the judged numbers, {len(matched.events) - len(deeds)} months without a settlement and "
        f"{len(deeds)} answers and offers from {history.days[0]} to {history.days[-1]}. {w.status[:1].upper()}{w.status[1:]}."
    )
    yield [
        {
            "number": x.name, "10 to 90 %, as judged": f"{x.prior[0]:.3g} to {x.prior[2]:.3g}",
            "weighed": f"{x.posterior[0]:.3g} to {x.posterior[2]:.3g}", "moved": f"{x.distance:.2f}",
            "beyond chance": "yes" if x.taught else "no",
        }
        for x in matched.learnt
    ]  # fmt: skip
    yield [
        {
            "month": f"{day:%Y-%m}", "steps held": f"{history.position[n]:.1f}", "drift": f"{history.drift[n]:.2f}",
            **{
                f"settled in {h} months": f"{p[:, n].mean():.2f}, weighed {w.weight @ p[:, n]:.2f}"
                for h, p in history.p_within.items()
            },
        }
        for n, day in enumerate(history.days)
        if (len(history.days) - 1 - n) % 6 == 0
    ]  # fmt: skip
