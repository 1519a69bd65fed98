"""What is said of past wars: by which definition a duration is taken, and a published figure beside the one computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Phases = Literal["first", "all", "span"]
Unit = Literal["war", "participant", "episode", "conflict"]

PHASES: tuple[Phases, ...] = ("first", "all", "span")
UNITS: tuple[Unit, ...] = ("war", "participant", "episode", "conflict")


@dataclass(frozen=True)
class Definition:
    """How the duration of a war is counted.

    Attributes
    ----------
    phases : {"first", "all", "span"}
        Of a war that paused: the first phase only, the sum of all phases, or from the first start to the last end.
    missing_day : int
        Day of the month taken where the source gives none.
    plus_one : bool
        Whether the last day counts, so that a war of one day lasted one day and not none.
    unit : {"war", "participant", "episode", "conflict"}
        What is measured: the whole war, each state in it, each episode of fighting from its own start, or each episode
        from the first start of its conflict, which counts the peace between two episodes as war.
    """

    phases: Phases = "first"
    missing_day: int = 15
    plus_one: bool = False
    unit: Unit = "war"

    @property
    def words(self) -> str:
        """The definition as a phrase."""
        phases = {"first": "first phase", "all": "all phases added", "span": "first start to last end"}[self.phases]
        unit = {
            "war": "one row a war", "participant": "one row a state in a war", "episode": "one row an episode of fighting",
            "conflict": "each episode from the first start of its conflict",
        }[self.unit]  # fmt: skip
        return f"{unit}, {phases}, last day {'counted' if self.plus_one else 'not counted'}"


OF_THE_RECORD = Definition(plus_one=True)
"""Definition of the shipped record: the last day counts, because a survival model takes the log of a duration."""


@dataclass(frozen=True)
class Durations:
    """Durations under one definition, in days.

    Attributes
    ----------
    count : int
        Wars that have ended and have both days.
    median, mean, longest, shortest : float
        Days; NaN where `count` is 0.
    longest_of, shortest_of : str
        Ids of those wars.
    """

    definition: Definition
    count: int
    median: float
    mean: float
    longest: float
    shortest: float
    longest_of: str
    shortest_of: str


@dataclass(frozen=True)
class Figure:
    """A published figure and what the same functions make of the raw file.

    Attributes
    ----------
    id : str
        Row of the list of published figures.
    says : str
        What was published, in words, with its unit.
    published, computed : tuple of float
        In the order of `says`; `published` is empty where the publication gives words only.
    how : str
        The definition behind `computed`.
    note : str
        What to beware of.
    """

    id: str
    says: str
    published: tuple[float, ...]
    computed: tuple[float, ...]
    how: str
    note: str = ""
