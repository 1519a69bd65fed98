"""Convergence of positions: what is left between the sides on each issue, and who moved, from dated positions.

See `core.convergence` for what distance and movement mean. Nothing stated after the as-of day counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from armistice.core.convergence import IssueConvergence, Move, State, Stated, distance_between
from armistice.core.errors import QueryError
from armistice.core.war import Issue, Side, War
from armistice.data.pack import Pack

SIDES: tuple[Side, Side] = ("a", "b")
_ORDER: tuple[State, ...] = ("open", "within reach", "closed", "not stated")
_MEET = 1e-9


def convergence(pack: Pack, as_of: date | None = None, since: date | None = None) -> tuple[IssueConvergence, ...]:
    """What is left between the sides and who moved, on every issue of a pack.

    Parameters
    ----------
    pack : Pack
    as_of : date, optional
        Last day that counts; the pack's own by default.
    since : date, optional
        Day from which movement is reckoned; the war's baseline day by default.

    Returns
    -------
    tuple of IssueConvergence
        Open issues first, then those within reach, those closed and those on which a side is silent; the widest
        distance first, issues of the pack's order where it is equal.

    Raises
    ------
    QueryError
        If the last day lies outside the record, or the first does not come before it.
    """
    war = pack.war
    last, first = as_of or war.as_of, since or war.baseline
    if not war.start <= last <= war.as_of:
        raise QueryError(
            f"{last}: outside the record of {war.title}; expected a day from {war.start} to {war.as_of}; choose one"
        )
    if first >= last:
        raise QueryError(f"{first} to {last}: no time between; expected a first day before the last; choose one")
    stated = _stated(pack, last)
    found = [_issue(issue, {side: stated[issue.id, side] for side in SIDES}, first) for issue in war.issues]
    number = {issue.id: n for n, issue in enumerate(war.issues)}
    return tuple(sorted(found, key=lambda c: (_ORDER.index(c.state), -(c.distance or 0.0), number[c.issue])))


def _stated(pack: Pack, last: date) -> dict[tuple[str, Side], list[Stated]]:
    """Coded positions of the two sides by issue, one a day: several texts of one day span one range."""
    war, rows = pack.war, pack.tables["positions"]
    rows = rows[rows["date"] <= np.datetime64(last, "s")].sort_values("date", kind="stable")
    sides = {war.side(side).id: side for side in SIDES}
    out: dict[tuple[str, Side], list[Stated]] = {(i.id, side): [] for i in war.issues for side in SIDES}
    values = {i.id: {o.id: o.value for o in i.options} for i in war.issues}
    for row in rows[rows["party"].isin(list(sides))].itertuples():
        ends = [values.get(row.issue, {}).get(option) for option in (row.option_low, row.option_high)]
        if ends[0] is None or ends[1] is None:
            continue
        said = Stated(
            row.date.date(), ends[0], ends[1], row.option_low, row.option_high, row.document, row.text, row.basis,
            row.source,
        )  # fmt: skip
        course = out[row.issue, sides[row.party]]
        if course and course[-1].date == said.date:
            course[-1] = _spanned(course[-1], said)
        else:
            course.append(said)
    return out


def _spanned(one: Stated, other: Stated) -> Stated:
    """Two texts of one day as one range; words and source are those of the later row."""
    low, high = (one if one.low <= other.low else other), (one if one.high >= other.high else other)
    return Stated(
        one.date, low.low, high.high, low.option_low, high.option_high, other.document, other.text, other.basis,
        other.source,
    )  # fmt: skip


def _issue(issue: Issue, stated: dict[Side, list[Stated]], first: date) -> IssueConvergence:
    moves = {side: _move(side, said, first) for side, said in stated.items() if said}
    course = _course(stated, first)
    left = course[-1][1] if course else None
    return IssueConvergence(issue.id, issue.title, issue.minor, _state(issue, left), left, course, moves)


def _move(side: Side, said: Sequence[Stated], first: date) -> Move:
    by_then = [s for s in said if s.date <= first]
    start, now = (by_then[-1] if by_then else said[0]), said[-1]
    return Move(start, now, start.low - now.low if side == "a" else now.high - start.high)


def _course(stated: dict[Side, list[Stated]], first: date) -> tuple[tuple[date, float], ...]:
    if not (stated["a"] and stated["b"]):
        return ()
    begin = max(first, stated["a"][0].date, stated["b"][0].date)
    days = sorted({begin, *(s.date for side in SIDES for s in stated[side] if s.date > begin)})
    course = []
    for day in days:
        a, b = (next(s for s in reversed(stated[side]) if s.date <= day) for side in SIDES)
        course.append((day, distance_between((a.low, a.high), (b.low, b.high))))
    return tuple(course)


def _state(issue: Issue, left: float | None) -> State:
    if left is None:
        return "not stated"
    if left < _MEET:
        return "closed"
    if len(issue.preference) < 2:
        return "open"
    a, b = (sorted(issue.value(option) for option in issue.preference[side].acceptable) for side in SIDES)
    return "within reach" if distance_between((a[0], a[1]), (b[0], b[1])) < _MEET else "open"


def convergence_rows(war: War, found: Sequence[IssueConvergence]) -> list[dict[str, str]]:
    """The issues as rows of a table in words: state, distance, who moved by how much since when."""
    rows = []
    for item in found:
        row = {"issue": item.title, "state": item.state, "distance": _number(item.distance)}
        row["change"] = _number(None if item.narrowed is None else -item.narrowed, signed=True)
        for side in SIDES:
            move = item.moves.get(side)
            name = war.side(side).name
            row[f"{name} asks"] = _words(war, item.issue, move.now) if move else "–"
            still = move is not None and move.start == move.now
            row[f"{name} moved"] = (
                f"{_number(move.toward, signed=True)} since {move.start.date}" if move and not still else "–"
            )
        rows.append(row)
    return rows


def _words(war: War, issue: str, said: Stated) -> str:
    labels = {o.id: o.label for o in war.issue(issue).options}
    return " to ".join(dict.fromkeys(labels[option] for option in (said.option_low, said.option_high)))


def _number(value: float | None, signed: bool = False) -> str:
    if value is None:
        return "–"
    text = f"{value:+.2f}" if signed and abs(value) >= 0.005 else f"{abs(value):.2f}" if signed else f"{value:.2f}"
    return text.replace("-", "−")
