"""One tree of errors, and the collector that reports many faults at once.

A fault is a sentence with four parts: where it is, what was found there, what was expected, what to do.
Readers collect faults while they go on reading, and raise them together, so that a user mends a pack in
one round instead of ten.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


class ArmisticeError(Exception):
    """Anything the user can mend; the command line prints it as a sentence and exits with status 2."""


class QueryError(ArmisticeError):
    """A question that cannot be asked of this war: an unknown region, a date outside the record."""


class BuildError(ArmisticeError):
    """Raw files that cannot be turned into a pack: missing, corrupted or of another layout."""


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong with an input.

    Attributes
    ----------
    where : str
        File, relative to the pack, with the line where one is known: ``observations.csv line 41``.
    found : str
        What stands there.
    expected : str
        What should stand there.
    remedy : str
        What to do about it, as an imperative.
    """

    where: str
    found: str
    expected: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.found}; expected {self.expected}; {self.remedy}"


class PackError(ArmisticeError):
    """A pack with faults; carries all of them, in the order of their files and lines."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[PackError], tuple[tuple[Fault, ...]]]:
        return PackError, (self.faults,)


class FaultCollector:
    """Gathers faults while reading goes on, and raises them together.

    The same kind of fault on thousands of lines would bury the others, so that each file and finding is
    reported ``limit`` times and then counted.
    """

    def __init__(self, limit: int = 20) -> None:
        self.limit = limit
        self._faults: list[Fault] = []
        self._seen: dict[tuple[str, str], int] = {}

    def add(self, where: str, found: str, expected: str, remedy: str) -> None:
        """Record one fault."""
        kind = (self._file(where), expected)
        self._seen[kind] = self._seen.get(kind, 0) + 1
        if self._seen[kind] <= self.limit:
            self._faults.append(Fault(where, found, expected, remedy))

    def add_count(self, where: str, expected: str, count: int) -> None:
        """Count faults of a kind that was reported `limit` times already, without a message for each."""
        if count > 0:
            kind = (self._file(where), expected)
            self._seen[kind] = self._seen.get(kind, 0) + count

    @staticmethod
    def _file(where: str) -> str:
        return where.split(" line ")[0].split(" row ")[0]

    def __bool__(self) -> bool:
        return bool(self._faults)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All faults recorded so far, with a closing count for each kind that was cut short."""
        more = [
            Fault(where, f"{count - self.limit} further rows with the same fault", expected, "mend them likewise")
            for (where, expected), count in self._seen.items()
            if count > self.limit
        ]
        return (*self._faults, *more)

    def raise_if_any(self) -> None:
        """Raise all recorded faults as one `PackError`, if there are any."""
        if self._faults:
            raise PackError(self.faults)


def near(word: str, known: Iterable[str]) -> str:
    """Ending of a remedy that offers the nearest known words, or lists a few."""
    known = list(known)
    close = difflib.get_close_matches(word, known, n=3)
    if close:
        return "did you mean " + " or ".join(close) + "?"
    return "known: " + ", ".join(sorted(known)[:12]) + (", …" if len(known) > 12 else "")
