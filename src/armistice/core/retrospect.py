"""The game on wars whose end is known: what it said month by month, what happened, and how the one fared against the other.

Records only, of plain values, so that a result can be kept as JSON and read again by whoever shows it.
"""

from __future__ import annotations

import json
import types
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from armistice.core.errors import QueryError

Call = Literal["raise", "hold", "lower"]
CALLS: tuple[Call, ...] = ("raise", "hold", "lower")
EXTENTS = ("short", "absolute")
RULES = ("period", "six months")
"""Windows over which demands are compared."""
HORIZONS = (6, 12)
"""Months within which the chance of a settlement is scored."""
LASTED_YEARS = (1, 5, 10)
"""Years for which texts that took effect are asked to have held."""
SLOW = "the game, talks take half a year"
"""Name of the forecaster that was added after the scores of the others had been seen."""
KEPT = "retrospect.json"
"""File of the kept result, in the folder of the record of past wars."""


@dataclass(frozen=True)
class Episode:
    """Fighting from its first to its last day.

    Attributes
    ----------
    war : str
        Name of the pack.
    title : str
    start : date
    end : date or None
        None where it goes on.
    ending : str
        ``settlement``, ``victory_a``, ``victory_b``, ``stalemate``, or empty where it goes on.
    line : float or None
        Steps of the pack's axis that side A held under what ended it.
    record : str
        The war in the record of past wars, which says nothing about itself; empty where it is not there.
    memory : bool
        Whether the front lines of the pack are from memory.
    note : str
    """

    war: str
    title: str
    start: date
    end: date | None
    ending: str
    line: float | None
    record: str
    memory: bool
    note: str = ""

    def holds(self, day: date) -> bool:
        """Whether the fighting goes on at the end of a day."""
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True)
class Decision:
    """A turning point: who decided, what the news was, and what became of the demands.

    Attributes
    ----------
    id : str
    war, side : str
        Pack and side, ``a`` or ``b``; empty where there is no pack.
    decider : str
    start, end : date
        Period of the decision.
    news : str
        ``good``, ``bad`` or ``flat``, from the decider's view.
    happened : str
        What became of the demands: one of `CALLS`.
    extent : str
        ``short`` or ``absolute``; empty where it cannot be said.
    puzzle, basis : str
        ``s`` where a source says that it is a case, and what happened; ``m`` for memory.
    text, note : str
    """

    id: str
    war: str
    side: str
    decider: str
    start: date
    end: date
    news: str
    happened: str
    extent: str
    puzzle: str
    basis: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class Month:
    """What was said at the end of a month of fighting.

    Attributes
    ----------
    war : str
    began : date
        First day of the episode.
    day : date
    lasted : float
        Months of the episode so far.
    game, slow, past : tuple of float
        Chance of a settlement within `HORIZONS`, by the game, by the game in which talks take time, and by past wars;
        `past` is empty where none lasted so long.
    came : tuple of (bool or None)
        Whether it came; None while nobody can know.
    line, front : float
        Line that comes nearest to suiting both, and the front of the day, steps of the pack's axis.
    demand_a, demand_b : float
        What each side demands, shares of the stake as it values them.
    absolute_a, absolute_b : float
        Weight of the draws in which no line short of its end is enough for it.
    """

    war: str
    began: date
    day: date
    lasted: float
    game: tuple[float, ...]
    slow: tuple[float, ...]
    past: tuple[float, ...]
    came: tuple[bool | None, ...]
    line: float
    front: float
    demand_a: float
    demand_b: float
    absolute_a: float
    absolute_b: float


@dataclass(frozen=True)
class ForecastScore:
    """Mean scores of one forecaster of a settlement; lower is better.

    Attributes
    ----------
    of : str
        A war, or a group of wars.
    memory : bool
    horizon : int
        Months.
    forecaster : str
    forecasts : int
    came, mean, brier, log : float
        Share that came true, mean chance given, scores.
    """

    of: str
    memory: bool
    horizon: int
    forecaster: str
    forecasts: int
    came: float
    mean: float
    brier: float
    log: float


@dataclass(frozen=True)
class TermsScore:
    """How far the expected line was from that of the settlement, on the mean of an episode's months, steps of the axis."""

    of: str
    memory: bool
    months: int
    settled: float
    expected: float
    game_error: float
    front_error: float


@dataclass(frozen=True)
class Called:
    """What the game called at a decision.

    Attributes
    ----------
    id : str
        Of the decision.
    rule : str
        ``period`` or ``six months``.
    first, last : date
        Ends of the months compared.
    change : float
        Of the demand, shares of the stake.
    call : str
        One of `CALLS`.
    absolute : float
        Weight of the draws in which no line short of the end is enough, at `last`.
    extent : str
    """

    id: str
    rule: str
    first: date
    last: date
    change: float
    call: str
    absolute: float
    extent: str


@dataclass(frozen=True)
class Tally:
    """How often a rule called rightly.

    Attributes
    ----------
    what : str
        ``direction`` or ``extent``.
    rule : str
        Window of the comparison.
    rows : str
        ``all``, or those of which what happened is from a ``source`` or from ``memory``.
    who : str
    right, of : int
    low, high : float
        Exact 95 % interval of the share.
    """

    what: str
    rule: str
    rows: str
    who: str
    right: int
    of: int
    low: float
    high: float


@dataclass(frozen=True)
class Lasted:
    """A text that took effect: the chances that the rule of durability gives it, and what came.

    Attributes
    ----------
    war, id, title : str
        Pack, and the text in it.
    since, until : date
        Day on which it took effect; day on which it broke or, if it did not, up to which it is known to have held.
    broke : bool
    chances, plain : tuple of float
        Chance that it holds `LASTED_YEARS`, mean over draws: by its clauses, and by the base rate alone.
    held : tuple of (bool or None)
        Whether it did; None while nobody can know.
    why, source : str
    """

    war: str
    id: str
    title: str
    since: date
    until: date
    broke: bool
    chances: tuple[float, ...]
    plain: tuple[float, ...]
    held: tuple[bool | None, ...]
    why: str
    source: str


def durability_scores(texts: Iterable[Lasted]) -> dict[str, float]:
    """Brier scores of the rule and of the base rate alone over all texts and years whose outcome is known; empty if none is."""
    known = [
        (chance, plain, float(held))
        for text in texts
        for chance, plain, held in zip(text.chances, text.plain, text.held, strict=True)
        if held is not None
    ]
    if not known:
        return {}
    rule, base = (sum((pair[n] - pair[2]) ** 2 for pair in known) / len(known) for n in (0, 1))
    return {"clauses": rule, "base rate": base}


@dataclass(frozen=True)
class Retrospect:
    """The game on past wars.

    Attributes
    ----------
    inputs : str
        Digest of the files that it was made from; `armistice retrospect --check` compares it with the files of today.
    draws, seed : int
        Draws of the game for each war.
    titles : dict of str
        Pack → title.
    episodes, decisions, months, scores, terms, called, tallies : tuple
    confusion : dict
        Rule → what happened → what was called → decisions.
    lasted : tuple
        Texts that took effect, of all these wars.
    """

    inputs: str
    draws: int
    seed: int
    titles: dict[str, str]
    episodes: tuple[Episode, ...]
    decisions: tuple[Decision, ...]
    months: tuple[Month, ...]
    scores: tuple[ForecastScore, ...]
    terms: tuple[TermsScore, ...]
    called: tuple[Called, ...]
    tallies: tuple[Tally, ...]
    confusion: dict[str, dict[str, dict[str, int]]]
    lasted: tuple[Lasted, ...] = ()

    def not_covered(self) -> tuple[Decision, ...]:
        """Decisions of which the game says nothing: there is no pack, or too few of its months."""
        known = {c.id for c in self.called}
        return tuple(d for d in self.decisions if d.id not in known)


# --- as JSON -----------------------------------------------------------------------------------------------------


def to_plain(found: Retrospect) -> dict[str, Any]:
    """A result as plain values for JSON, days as text."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(found), default=date.isoformat))
    return plain


def save_retrospect(found: Retrospect, path: Path) -> None:
    """Keep a result: one record a line, so that two versions can be compared; the same bytes for the same result."""
    parts = []
    for name, value in to_plain(found).items():
        if isinstance(value, list):
            rows = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in value)
            parts.append(f" {json.dumps(name)}: [\n{rows}\n ]")
        else:
            parts.append(f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def read_retrospect(path: Path) -> Retrospect | None:
    """A kept result; None where none is kept.

    Parameters
    ----------
    path : Path
        The file, or the folder of the record of past wars.

    Raises
    ------
    QueryError
        If the file is no such result.
    """
    file = path / KEPT if path.is_dir() else path
    if not file.exists():
        return None
    try:
        found: Retrospect = _made(Retrospect, json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError, KeyError, AttributeError, UnicodeDecodeError) as error:
        raise QueryError(
            f"{file}: {type(error).__name__} {str(error)[:80]}; expected a kept result; make it anew with armistice retrospect --keep"
        ) from error
    return found


def _made(kind: Any, value: Any) -> Any:
    """A value of plain JSON as a value of a type: records, days, tuples, dictionaries."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{f.name: _made(hints[f.name], value[f.name]) for f in fields(kind)})  # type: ignore[operator]
    origin, inner = get_origin(kind), get_args(kind)
    if origin is tuple:
        return tuple(_made(inner[0], v) for v in value)
    if origin in (dict, Mapping):
        return {k: _made(inner[1], v) for k, v in value.items()}
    if origin in (Union, types.UnionType):
        return None if value is None else _made(inner[0], value)
    if kind is date:
        return date.fromisoformat(value)
    if not isinstance(value, (kind, int) if kind is float else kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value
