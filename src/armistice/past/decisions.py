"""What happened in past wars: how their fighting ended, what was decided at turning points, and how often a rule called it.

Two tables beside the record of past wars: ``endings.csv``, one row an episode of fighting of a pack, and ``decisions.csv``, one
row a decision. What is from memory is marked as such in both.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from scipy.stats import beta

from armistice.core.durations import ENDINGS
from armistice.core.errors import Fault, FaultCollector, PackError
from armistice.core.retrospect import CALLS, EXTENTS, Decision, Episode

ENDINGS_FILE, DECISIONS_FILE = "endings.csv", "decisions.csv"
NEWS = ("good", "bad", "flat")
BASES = ("s", "m")
LEVEL = 0.95
"""Of the exact interval of a share."""

_EPISODE = ("war", "title", "start", "end", "ending", "line", "record", "memory", "note")
_DECISION = (
    "id", "war", "side", "decider", "start", "end", "news", "happened", "extent", "puzzle", "basis", "text", "note",
)  # fmt: skip


def read_episodes(folder: Path) -> tuple[Episode, ...]:
    """Episodes of fighting of the packs, in the order of the table.

    Raises
    ------
    PackError
        With every fault found.
    """
    faults = FaultCollector()
    found = []
    for where, row in _rows(folder / ENDINGS_FILE, _EPISODE, faults):
        read = _Row(row, where, faults)
        start, end = read.day("start"), read.day("end", needed=False)
        ending = read.one_of("ending", (*ENDINGS, ""))
        if (end is None) != (ending == ""):
            faults.add(where, f"end {row['end']!r} and ending {ending!r}", "both or none", "mend the row")
        if start and end and end <= start:
            faults.add(where, f"end {end} not after start {start}", "a later day", "mend the days")
        line = read.number("line")
        memory = read.one_of("memory", ("0", "1")) == "1"
        if start:
            found.append(
                Episode(
                    read.text("war"), read.text("title"), start, end, ending, line, row["record"], memory, row["note"]
                )
            )
    faults.raise_if_any()
    return tuple(found)


def read_decisions(folder: Path) -> tuple[Decision, ...]:
    """Decisions at turning points, in the order of the table.

    Raises
    ------
    PackError
        With every fault found.
    """
    faults = FaultCollector()
    found = []
    for where, row in _rows(folder / DECISIONS_FILE, _DECISION, faults):
        read = _Row(row, where, faults)
        start, end = read.day("start"), read.day("end")
        if start and end and end < start:
            faults.add(where, f"end {end} before start {start}", "days in order", "mend the days")
        side = read.one_of("side", ("a", "b") if row["war"] else ("",))
        news, happened, extent, puzzle, basis = (
            read.one_of(name, allowed)
            for name, allowed in (
                ("news", NEWS), ("happened", CALLS), ("extent", (*EXTENTS, "")), ("puzzle", BASES), ("basis", BASES),
            )
        )  # fmt: skip
        if start and end:
            who, told = read.text("decider"), read.text("text")
            decision = Decision(
                read.text("id"), row["war"], side, who, start, end, news, happened, extent, puzzle, basis, told, row["note"]
            )  # fmt: skip
            found.append(decision)
    for twice in sorted({d.id for d in found if sum(e.id == d.id for e in found) > 1}):
        faults.add(DECISIONS_FILE, f"id {twice!r} twice", "an id for each row", "rename one")
    faults.raise_if_any()
    return tuple(found)


def _rows(file: Path, columns: tuple[str, ...], faults: FaultCollector) -> Iterable[tuple[str, dict[str, str]]]:
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            table = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError) as error:
        raise PackError([Fault(str(file), f"cannot be read ({error})", "a table", "mend it")]) from error
    missing = [name for name in columns if not table or name not in table[0]]
    if missing:
        faults.add(file.name, f"no column {missing[0]} or no row", ", ".join(columns), "add it")
        return
    for number, row in enumerate(table, 2):
        if None in row or None in row.values():
            faults.add(f"{file.name} line {number}", "too many or too few cells", f"{len(columns)}", "mend the row")
            continue
        yield f"{file.name} line {number}", row


class _Row:
    """A row whose faults are collected."""

    def __init__(self, row: dict[str, str], where: str, faults: FaultCollector) -> None:
        self.row, self.where, self.faults = row, where, faults

    def _read(self, name: str, kind: Callable[[str], Any], expected: str) -> Any:
        try:
            return kind(self.row[name])
        except ValueError:
            self.faults.add(self.where, f"{name} {self.row[name]!r}", expected, "mend the cell")
            return None

    def day(self, name: str, needed: bool = True) -> date | None:
        if not self.row[name] and not needed:
            return None
        found: date | None = self._read(name, date.fromisoformat, "a day as YYYY-MM-DD")
        return found

    def number(self, name: str) -> float | None:
        found: float | None = self._read(name, float, "a number or nothing") if self.row[name] else None
        return found

    def text(self, name: str) -> str:
        if not self.row[name].strip():
            self.faults.add(self.where, f"{name} empty", "a text", "write it")
        return self.row[name]

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        if self.row[name] not in allowed:
            told = ", ".join(a or "nothing" for a in allowed)
            self.faults.add(self.where, f"{name} {self.row[name]!r}", told, "choose one")
        return self.row[name]


def exact_interval(right: int, of: int, level: float = LEVEL) -> tuple[float, float]:
    """Clopper and Pearson's exact interval of a share.

    Parameters
    ----------
    right, of : int
        Hits and trials.
    level : float

    Returns
    -------
    tuple of float
        0 and 1 where there are no trials.

    Notes
    -----
    C. J. Clopper and E. S. Pearson, *Biometrika* 26 (1934).
    """
    tail = (1 - level) / 2
    low = float(beta.ppf(tail, right, of - right + 1)) if right else 0.0
    high = float(beta.ppf(1 - tail, right + 1, of - right)) if right < of else 1.0
    return low, high
