"""The game on wars whose end is known, month by month with the record up to each, scored against what happened.

For every end of a month of fighting the game is solved at the front of that day with the drift that the record then
showed (`armistice.history`), on draws weighed by what the sides had done by then. Three things are read off: the chance of
a settlement within some months; the line that comes nearest to suiting both; and what each side demands, which is the
land that it must keep or get to be as well off as by fighting on. With :math:`U(x)` what the line x is worth to a side,
:math:`V(x)` the worth of its land there and R what fighting on is worth, the demand is :math:`V(x^*)` where
:math:`U(x^*) = R`, between two lines by straight interpolation, and beyond the last line l

.. math:: D = V(l) + R - U(l).

The chances are also told by the same draws where talks take time: a deal that suits both is signed within the month with a
chance q, drawn for each draw, and the months without a settlement weigh the draws by the same q.

Forecasts are scored beside the base rate of past wars that lasted as long, without the war itself, and beside never.
Demands are held against decisions at turning points: the change from before a period to its end, with a band in which it
counts as none. Band, windows and judged numbers stood before the first run (`docs/explanation/retrospect.md`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from armistice.core.digest import Cache, code_digest, digest_of
from armistice.core.errors import QueryError
from armistice.core.matched import Matched, Weights
from armistice.core.packs import find_pack, find_record
from armistice.core.parameters import TALKS
from armistice.core.retrospect import (
    CALLS,
    EXTENTS,
    HORIZONS,
    RULES,
    SLOW,
    Called,
    Decision,
    Episode,
    ForecastScore,
    Lasted,
    Month,
    Retrospect,
    Tally,
    TermsScore,
)
from armistice.core.termination import SettlementRate, TerminationForecast, score_terminations
from armistice.data.estimate import estimate_panel
from armistice.data.pack import Pack, read_pack
from armistice.deal.kept import texts_in_effect
from armistice.deal.read import FOLDER
from armistice.ending import draw_games, sample
from armistice.forecasting import GAME
from armistice.game.form import WarGame
from armistice.history import AHEAD, Deed, Months, Past, deeds_of, lengthened, likelihood_of, past_of, solve_months
from armistice.infer.match import match_record, sequential
from armistice.infer.pace import front_pace
from armistice.past.chances import settlement_rate
from armistice.past.decisions import DECISIONS_FILE, ENDINGS_FILE, exact_interval, read_decisions, read_episodes
from armistice.past.record import DAYS_PER_MONTH, read_record

DRAWS = 40
CHUNK = 20
"""Draws that are solved and kept together."""
BAND = 0.02
"""Change of a demand, in shares of the stake, within which it counts as held."""
WINDOW = 6
"""Months of the second window."""
PAST, NEVER = "past wars", "never"
HOLD, NEWS, SHORT = "always hold", "follow the news", "always short"
MEMORY_GROUP, MAPS_GROUP = "all wars whose lines are from memory", "all wars whose lines are from maps"
_NEWS = {"good": "raise", "bad": "lower", "flat": "hold"}
_FILES = (
    "war.toml", "game.toml", "issues.toml", "axis.csv", "regions.csv", "observations.csv", "observations.parquet", "redraws.csv",
    "positions.csv", "responses.csv", "values.csv",
)  # fmt: skip
"""Files of a pack on which the game in past months rests, drafts aside."""

Progress = Callable[[str, float], None]


# --- one war -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Read:
    """What is read off the solved games of a war; arrays [draw, month].

    Attributes
    ----------
    days : tuple of date
    front : array, shape (months,)
    within : array, shape (horizons, draws, months)
    line : array
        Line that comes nearest to suiting both, steps of the pack's axis.
    demand : dict of array
        By side.
    absolute : dict of bool array
        By side: whether no line short of its end is worth as much as fighting on.
    matched : Matched
        Draws weighed by the events, oldest first.
    slow : array, shape (horizons, draws, months)
        As `within`, where talks take time.
    slow_after : tuple of Weights
        Of the same draws where talks take time, after each event.
    """

    days: tuple[date, ...]
    front: np.ndarray
    within: np.ndarray
    line: np.ndarray
    demand: dict[str, np.ndarray]
    absolute: dict[str, np.ndarray]
    matched: Matched
    slow: np.ndarray
    slow_after: tuple[Weights, ...]

    def weight(self, day: date) -> np.ndarray:
        """How much each draw counts by the events up to a day, shape (draws,)."""
        return self._after(self.matched.after, day)

    def slow_weight(self, day: date) -> np.ndarray:
        """The same where talks take time."""
        return self._after(self.slow_after, day)

    def _after(self, after: Sequence[Weights], day: date) -> np.ndarray:
        known = sum(event.date <= day for event in self.matched.events)
        if known:
            return after[known - 1].weight
        draws = self.line.shape[0]
        return np.full(draws, 1 / draws)


def demands_of(months: Months, held: np.ndarray, side: str) -> tuple[np.ndarray, np.ndarray]:
    """What a side demands in each draw and month, and whether no line short of its end is enough.

    Parameters
    ----------
    months : Months
    held : array, shape (draws, lines)
        Worth of the land that side A holds at each line of the lengthened axis, in the eyes of the side, from line 0 on.
    side : str
        ``a`` or ``b``.

    Returns
    -------
    demand : array, shape (draws, months)
        Shares of the stake.
    absolute : bool array, shape (draws, months)
    """
    i, order = "ab".index(side), np.argsort(months.line, kind="stable")
    order = order if side == "a" else order[::-1]  # from the least that it could get to the most
    land = held[:, months.line[order]]
    land = land if side == "a" else 1 - land
    short = months.worth[:, :, i][..., order] - months.reserve[..., i, None]
    enough = short >= 0
    first = np.where(enough.any(-1), enough.argmax(-1), short.shape[-1])
    draw, month = np.ogrid[: short.shape[0], : short.shape[1]]
    upper = np.minimum(first, short.shape[-1] - 1)
    lower = np.maximum(upper - 1, 0)
    above, below = short[draw, month, upper], short[draw, month, lower]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(above > below, -below / (above - below), 0.0)
    between = land[draw, lower] + share * (land[draw, upper] - land[draw, lower])
    ends = (first == 0) | (first == short.shape[-1])
    return np.where(ends, land[draw, upper] - above, between), first == short.shape[-1]


def nearest_line(months: Months) -> np.ndarray:
    """Line whose less content side gains most over fighting on, steps of the lengthened axis, shape (draws, months).

    Lines that divide land which cannot be split are left out.
    """
    gain = (months.worth - months.reserve[..., None])[..., ~months.divides]
    found: np.ndarray = months.line[~months.divides][gain.min(2).argmax(-1)]
    return found


def read_war(
    pack: Pack,
    episodes: Sequence[Episode],
    seed: int = 0,
    draws: int = DRAWS,
    progress: Progress = lambda what, share: None,
    cache: Cache | None = None,
) -> Read:
    """Solve a war's game in every month of its record and read off what is scored.

    Parameters
    ----------
    pack : Pack
    episodes : sequence of Episode
        Of this pack.
    seed, draws : int
    progress : callable
    cache : Cache, optional
        Keeps every `CHUNK` of draws.

    Raises
    ------
    QueryError
        If the pack judges no game, an episode runs through a pause of the war, the front does not stand on its axis, or the
        record is too short.
    """
    if pack.game is None:
        raise QueryError(f"{pack.war.title}: no game.toml; expected judged numbers; add them to the pack")
    for pause in pack.war.pauses:
        if any(e.holds(pause.start) or e.holds(pause.end) for e in episodes):
            raise QueryError(
                f"{pack.war.title}: {ENDINGS_FILE} has fighting from {pause.start} to {pause.end}, where war.toml has a pause; "
                "expected episodes between the pauses; mend one of them"
            )
    panel = estimate_panel(pack)
    drawn = draw_games(pack, front_pace(panel, pack.war, pack.game.axis, seed), seed, draws)
    if drawn is None:
        raise QueryError(f"{pack.war.title}: the front does not stand on {pack.game.axis}; expected it there; mend it")
    past = _since(past_of(panel, pack, pack.game.axis, None, seed), min(e.start for e in episodes))
    deeds = [
        d for d in deeds_of(pack, past) if d.event.kind != "no settlement" or any(e.holds(d.event.date) for e in episodes)
    ]  # fmt: skip
    slow = slowed(drawn.games, seed)
    kept, parts = cache or Cache(None), []
    for start in range(0, draws, CHUNK):
        some = drawn.games[start : start + CHUNK], slow[start : start + CHUNK]

        def make(some: tuple[Sequence[WarGame], Sequence[WarGame]] = some) -> str:
            return json.dumps(_told(*some, past, deeds))

        names = [(e.start, e.end) for e in episodes]
        digest = digest_of(code_digest() if cache else "", pack.digest, pack.war.as_of, names, seed, draws, start)
        parts.append(json.loads(kept.text("retrospect", digest, make)))
        progress(pack.war.title, min((start + CHUNK) / draws, 1.0))
    told = {k: np.concatenate([np.array(part[k]) for part in parts]) for k in parts[0]}
    judged = {k: np.array([row[k] for row in drawn.numbers]) for k in drawn.ranges if not k.startswith("record.")}
    spread = {k: v for k, v in judged.items() if np.ptp(v) > 0}
    return Read(
        past.days, past.position, np.moveaxis(told["within"], 1, 0), told["line"],
        {s: told[f"demand_{s}"] for s in "ab"}, {s: told[f"absolute_{s}"] for s in "ab"},
        match_record([d.event for d in deeds], told["likelihood"], spread, seed),
        np.moveaxis(told["slow"], 1, 0), sequential(told["slow_likelihood"]),
    )  # fmt: skip


def slowed(games: Sequence[WarGame], seed: int) -> tuple[WarGame, ...]:
    """The same games where talks take time: each with a chance of a signature from `TALKS`, by a stream of its own."""
    rows = sample({"bargaining.talks": TALKS}, len(games), seed)
    return tuple(game.with_numbers(row) for game, row in zip(games, rows, strict=True))


def _since(past: Past, day: date) -> Past:
    first = sum(d < day for d in past.days)
    if len(past.days) - first < 2:
        raise QueryError(f"the record from {day}: fewer than two months; expected more; choose an earlier day")
    return Past(past.days[first:], past.position[first:], past.drift[first:])


def _told(games: Sequence[WarGame], slow: Sequence[WarGame], past: Past, deeds: Sequence[Deed]) -> dict[str, list]:
    """What is kept of some draws, and of the same where talks take time, as plain values with the draws first."""
    months = solve_months(games, past)
    axes = [lengthened(game, months.extra, 0.0).axes[0] for game in games]
    told: dict[str, list] = {}
    for side in "ab":
        worth = np.array([axis.value_a if side == "a" else axis.value_b for axis in axes])
        held = np.concatenate([np.zeros((len(games), 1)), np.cumsum(worth, axis=1)], axis=1)
        demand, absolute = demands_of(months, held, side)
        told[f"demand_{side}"], told[f"absolute_{side}"] = demand.tolist(), absolute.tolist()
    told["line"] = (nearest_line(months) - months.extra).tolist()
    told["within"], told["likelihood"] = _within(months), likelihood_of(months, deeds).tolist()
    months, talks = solve_months(slow, past), np.array([game.bargaining.talks for game in slow])
    told["slow"], told["slow_likelihood"] = _within(months), likelihood_of(months, deeds, talks).tolist()
    return told


def _within(months: Months) -> list[Any]:
    """Chances of a settlement within each of `HORIZONS`, the draws first."""
    return np.moveaxis(months.within[[AHEAD.index(h) for h in HORIZONS]], 0, 1).tolist()


# --- what was said and what came --------------------------------------------------------------------------------------


def months_later(day: date, months: int) -> date:
    """The last day of the month that many months after an end of a month."""
    at = day.year * 12 + day.month - 1 + months + 1
    return date(at // 12, at % 12 + 1, 1) - timedelta(days=1)


def outcome(episode: Episode, day: date, months: int, as_of: date) -> bool | None:
    """Whether a settlement came within some months of an end of a month; None while nobody can know."""
    by = months_later(day, months)
    if episode.end is not None:
        return episode.ending == "settlement" and episode.end <= by
    return False if by <= as_of else None


def months_of(
    read: Read, pack: Pack, episodes: Sequence[Episode], base: Callable[[str], SettlementRate]
) -> tuple[Month, ...]:
    """What was said at every end of a month of fighting; `base` makes the base rate without a war of the record."""
    out = []
    for episode in episodes:
        rate = base(episode.record)
        for at, day in enumerate(read.days):
            if not episode.holds(day):
                continue
            lasted, w = ((day - episode.start).days + 1) / DAYS_PER_MONTH, read.weight(day)
            demand_a, demand_b = _mean(w, *(read.demand[s][:, at] for s in "ab"))
            absolute_a, absolute_b = _mean(w, *(read.absolute[s][:, at] for s in "ab"))
            month = Month(
                episode.war, episode.start, day, round(lasted, 3), _mean(w, *read.within[:, :, at]),
                _mean(read.slow_weight(day), *read.slow[:, :, at]), _said_by(rate, lasted),
                tuple(outcome(episode, day, h, pack.war.as_of) for h in HORIZONS), _mean(w, read.line[:, at])[0],
                round(float(read.front[at]), 3), demand_a, demand_b, absolute_a, absolute_b,
            )  # fmt: skip
            out.append(month)
    return tuple(out)


def _said_by(rate: SettlementRate, lasted: float) -> tuple[float, ...]:
    """The base rate within each horizon; empty where no past war lasted so long."""
    try:
        return tuple(round(rate(lasted, h), 6) for h in HORIZONS)
    except QueryError:
        return ()


def _mean(weight: np.ndarray, *values: np.ndarray) -> tuple[float, ...]:
    return tuple(round(float(weight @ v), 6) for v in values)


# --- scores ------------------------------------------------------------------------------------------------------


def scores_of(months: Sequence[Month], of: str, memory: bool) -> tuple[ForecastScore, ...]:
    """Scores of the game with both paces of talks, of past wars and of never, on the months of which all say something and
    the end is known."""
    out = []
    for at, horizon in enumerate(HORIZONS):
        forecasts = []
        for m in months:
            if m.past and m.came[at] is not None:
                asked = (m.day, months_later(m.day, horizon))
                told = ((GAME, m.game[at]), (SLOW, m.slow[at]), (PAST, m.past[at]), (NEVER, 0.0))
                forecasts += [TerminationForecast(name, *asked, p, m.came[at], name) for name, p in told]
        if forecasts:
            out += [
                ForecastScore(
                    of, memory, horizon, s.forecaster, s.dates, s.came, s.mean_probability, s.brier, s.log_score
                )
                for s in score_terminations(forecasts)
            ]
    return tuple(out)


def terms_of(months: Sequence[Month], episode: Episode) -> TermsScore | None:
    """How far the expected line and the front of the day were from the line of the settlement; None without one."""
    rows = [m for m in months if m.war == episode.war and m.began == episode.start]
    if episode.ending != "settlement" or episode.line is None or not rows:
        return None
    line, front = (np.array([getattr(m, name) for m in rows]) for name in ("line", "front"))
    return TermsScore(
        episode.title, episode.memory, len(rows), episode.line, float(line.mean()),
        float(np.abs(line - episode.line).mean()), float(np.abs(front - episode.line).mean()),
    )  # fmt: skip


# --- decisions ---------------------------------------------------------------------------------------------------


def call_of(change: float, band: float = BAND) -> str:
    """Raise, hold or lower, from the change of a demand."""
    return "raise" if change > band else "lower" if change < -band else "hold"


def called_at(read: Read, decision: Decision, episodes: Sequence[Episode], rule: str) -> Called | None:
    """What the game called at a decision; None where fewer than two months of the episode are on record by its end."""
    last = max((n for n, day in enumerate(read.days) if day <= decision.end), default=-1)
    within = [e for e in episodes if last >= 0 and e.holds(read.days[last])]
    if not within:
        return None
    begun = min(n for n, day in enumerate(read.days) if day >= within[0].start)
    if rule == RULES[0]:
        first = max((n for n, day in enumerate(read.days) if day < decision.start), default=begun)
    else:
        first = last - WINDOW
    first = max(first, begun)
    if first >= last:
        return None
    w, demand = read.weight(read.days[last]), read.demand[decision.side]
    (change,) = _mean(w, demand[:, last] - demand[:, first])
    (absolute,) = _mean(w, read.absolute[decision.side][:, last])
    return Called(
        decision.id, rule, read.days[first], read.days[last], change, call_of(change), absolute, EXTENTS[absolute > 0.5]
    )


def tallies_of(decisions: Sequence[Decision], called: Sequence[Called]) -> tuple[Tally, ...]:
    """How often the game and simple rules called rightly, with exact intervals; by what the rows rest on."""
    by_id = {d.id: d for d in decisions}
    out: list[Tally] = []

    def count(what: str, rule: str, rows: str, told: dict[str, list[bool]]) -> None:
        out.extend(
            Tally(what, rule, rows, who, sum(hits), len(hits), *exact_interval(sum(hits), len(hits)))
            for who, hits in told.items()
        )

    for rule in RULES:
        pairs = [(by_id[c.id], c) for c in called if c.rule == rule]
        for rows, basis in (("all", "sm"), ("source", "s"), ("memory", "m")):
            some = [(d, c) for d, c in pairs if d.basis in basis]
            game, news = [c.call == d.happened for d, c in some], [_NEWS[d.news] == d.happened for d, _ in some]
            count("direction", rule, rows, {GAME: game, HOLD: [d.happened == "hold" for d, _ in some], NEWS: news})
            clear = [(d, c) for d, c in some if d.extent]
            right, short = [c.extent == d.extent for d, c in clear], [d.extent == "short" for d, _ in clear]
            count("extent", rule, rows, {GAME: right, SHORT: short})
    return tuple(out)


def confusion_of(decisions: Sequence[Decision], called: Sequence[Called]) -> dict[str, dict[str, dict[str, int]]]:
    """Decisions by rule, what happened and what was called."""
    rows = {d.id: d for d in decisions}
    return {
        rule: {
            happened: {
                call: sum(c.rule == rule and c.call == call and rows[c.id].happened == happened for c in called)
                for call in CALLS
            }
            for happened in CALLS
        }
        for rule in RULES
    }


# --- the whole ---------------------------------------------------------------------------------------------------


def inputs_digest(folder: Path, packs: Iterable[Path]) -> str:
    """Digest of the files that a result is made from: those of the packs that the game reads, and the tables beside the record."""
    files = [folder / name for name in ("record.csv", ENDINGS_FILE, DECISIONS_FILE)]
    files += [pack / name for pack in packs for name in _FILES if (pack / name).exists()]
    files += [draft for pack in packs for draft in sorted((pack / FOLDER).glob("*.toml"))]
    return digest_of([(f.parent.name, f.name, digest_of(f.read_bytes())) for f in files])


def wars_of(folder: Path, names: Sequence[str] = ()) -> list[tuple[Path, tuple[Episode, ...]]]:
    """Packs with their episodes, in the order of the table.

    Parameters
    ----------
    folder : Path
        Of the record of past wars.
    names : sequence of str
        Packs, by path or name; all of the table by default.

    Raises
    ------
    QueryError
        If there is no such pack, or no episode of it.
    """
    episodes = read_episodes(folder)
    known = list(dict.fromkeys(e.war for e in episodes))
    out = []
    for name in names or known:
        pack = find_pack(name).resolve()
        found = tuple(e for e in episodes if e.war == pack.name)
        if not found:
            raise QueryError(
                f"{name}: no episode in {ENDINGS_FILE}; expected one of {', '.join(known)}; choose among them or add a row"
            )
        out.append((pack, found))
    return out


def run_retrospect(
    names: Sequence[str] = (),
    record: str | Path | None = None,
    seed: int = 0,
    draws: int = DRAWS,
    progress: Progress = lambda what, share: None,
    cache: Callable[[Path], Cache] = lambda pack: Cache(None),
) -> Retrospect:
    """Run the game on every month of some wars and score what it said.

    Parameters
    ----------
    names : sequence of str
        Packs; all that the table of endings names by default.
    record : path, optional
        Folder of the record of past wars; the shipped one by default.
    seed, draws : int
    progress : callable
        Called with the war and the share of it that is done.
    cache : callable
        From the folder of a pack to where its solved games are kept, so that an interrupted run goes on where it stopped.

    Raises
    ------
    QueryError
        If a pack is not there, has no episode or judges no game.
    """
    folder = find_record(record) if record is not None else find_record()
    wars, table, decisions = wars_of(folder, names), read_record(folder), read_decisions(folder)
    months: list[Month] = []
    called: list[Called] = []
    lasted: list[Lasted] = []
    titles = {}
    for path, episodes in wars:
        pack = read_pack(path)
        titles[path.name] = pack.war.title
        lasted += texts_in_effect(pack, seed)
        read = read_war(pack, episodes, seed, draws, progress, cache(path))
        months += months_of(read, pack, episodes, lambda war: settlement_rate(table, (war,)))
        for decision in (d for d in decisions if d.war == path.name):
            found = (called_at(read, decision, episodes, rule) for rule in RULES)
            called += [c for c in found if c is not None]
    every = tuple(e for _, some in wars for e in some)
    terms = (terms_of(months, e) for e in every)
    return Retrospect(
        inputs_digest(folder, [p for p, _ in wars]), draws, seed, titles, every, decisions, tuple(months),
        _all_scores(months, every, titles), tuple(t for t in terms if t is not None), tuple(called),
        tallies_of(decisions, called), confusion_of(decisions, called), tuple(lasted),
    )  # fmt: skip


def _all_scores(
    months: Sequence[Month], episodes: Sequence[Episode], titles: dict[str, str]
) -> tuple[ForecastScore, ...]:
    """Scores of each war, and of all that rest on memory and all that do not where there are several."""
    memory = {e.war: e.memory for e in episodes}
    out: list[ForecastScore] = []
    for war, title in titles.items():
        out += scores_of([m for m in months if m.war == war], title, memory[war])
    for rests, group in ((True, MEMORY_GROUP), (False, MAPS_GROUP)):
        if sum(memory[war] is rests for war in titles) > 1:
            out += scores_of([m for m in months if memory[m.war] is rests], group, rests)
    return tuple(out)
