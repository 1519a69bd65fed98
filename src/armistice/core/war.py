"""The nouns of a war: sides, issues, regions, axes and sources, as read from a pack.

Records only: they neither read files nor compute. Areas are in km², dates are calendar days (UTC).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Side = Literal["a", "b"]
"""The two sides of a war, as the theory names them."""
SIDES: tuple[Side, Side] = ("a", "b")


@dataclass(frozen=True)
class Belligerent:
    """One of the two sides.

    Attributes
    ----------
    id : str
        Identifier used in tables.
    name, adjective : str
        Names for readers.
    side : {"a", "b"}
        Which side of the theory it is. Side A is the one whose advance along an axis counts as positive.
    capital : str
        Name of its capital, drawn on maps.
    """

    id: str
    name: str
    adjective: str
    side: Side
    capital: str


@dataclass(frozen=True)
class Range:
    """A judged number: low, central, high, and where it comes from (``judgement`` is an honest source)."""

    low: float
    central: float
    high: float
    source: str = "judgement"


@dataclass(frozen=True)
class Option:
    """One option of an issue; `value` runs from 0 (what side B would like best) to 1 (what side A would)."""

    id: str
    label: str
    value: float


@dataclass(frozen=True)
class Preference:
    """What one party wants on one issue: its ideal option, how much it cares, what it could live with.

    Of a third party, `holds` says what of the issue is in its own hands, such as sanctions of its own; else it is empty.
    """

    ideal: str
    salience: Range
    acceptable: tuple[str, str]
    why: str
    holds: str = ""


@dataclass(frozen=True)
class Issue:
    """A question between the sides, with its possible answers in order.

    Attributes
    ----------
    id, title, question, kind : str
    divisible, minor : bool
    options : tuple of Option
        From what side B would like best to what side A would.
    preference : dict
        What each party wants: sides ``a`` and ``b``, and third parties by their ids where the pack says.
    now : str
        Option that holds, or comes nearest to what holds, while nothing is agreed and the fighting goes on; empty where
        the pack does not say.
    decided : Range or None
        How far the outcome of the fighting settles the issue, from 0 (not at all) to 1 (wholly); None where the general
        judgement stands.
    now_why : str
        Why `now` is that option; empty where it needs no word.
    """

    id: str
    title: str
    question: str
    kind: str
    divisible: bool
    minor: bool
    options: tuple[Option, ...]
    preference: dict[str, Preference]
    now: str = ""
    decided: Range | None = None
    now_why: str = ""

    def value(self, option: str) -> float:
        """Position of an option on the issue, between 0 (best for B) and 1 (best for A)."""
        return next(o.value for o in self.options if o.id == option)


@dataclass(frozen=True)
class RedLine:
    """The first option that a side says it will not accept; hard only where a source says so."""

    side: Side
    issue: str
    option: str
    hard: bool
    source: str
    why: str


@dataclass(frozen=True)
class Bundle:
    """Goods that are worth something more to a party when it has all of them: a canal and its reservoir.

    Attributes
    ----------
    id, title : str
    party : str
        A side, ``a`` or ``b``, or a third party's id.
    needs : tuple of (str, str)
        Issue and option: the party has the good where the outcome is this option or one that it likes better. Two or more, each on
        an issue of its own.
    worth : Range
        What having all of them adds to the worth of each by itself, above 0, in shares of all that matters to the party.
    why : str
    """

    id: str
    title: str
    party: str
    needs: tuple[tuple[str, str], ...]
    worth: Range
    why: str


@dataclass(frozen=True)
class AxisStep:
    """One step of an axis: a piece of land of about one month's movement."""

    number: int
    region: str
    area_km2: float
    people: float
    assets: float
    barrier: float
    block: str
    strategic: bool


@dataclass(frozen=True)
class Axis:
    """An ordered line of steps along which one front moves; side A holds the first `start` of them.

    Attributes
    ----------
    id, title : str
    start : int
        Steps held by side A on the pack's as-of date.
    low_end, high_end : str
        What lies behind either end, in plain words: the failure and the success of side A's aim.
    steps : tuple of AxisStep
        In the order in which side A would take them.
    """

    id: str
    title: str
    start: int
    low_end: str
    high_end: str
    steps: tuple[AxisStep, ...]


@dataclass(frozen=True)
class Region:
    """A piece of land in the record.

    Attributes
    ----------
    id, name : str
    parent : str
        The region it is part of; empty for a country.
    level : int
        0 country, 1 region, 2 district, 3 community, 9 a step of an axis.
    owner : {"a", "b"}
        The side to whose country it belongs under international law.
    area_km2 : float
    population : float or None
        People living there on `population_date`; None where nobody counted.
    """

    id: str
    name: str
    parent: str
    level: int
    owner: Side
    area_km2: float
    population: float | None
    lon: float
    lat: float


@dataclass(frozen=True)
class Source:
    """Where numbers come from, and on which terms they may be shown."""

    id: str
    producer: str
    title: str
    version: str
    url: str
    licence: str
    published: str
    accessed: str
    sha256: str


@dataclass(frozen=True)
class Pause:
    """Days on which a war rested, between two stretches of fighting: a peace, or a ceasefire that held.

    Attributes
    ----------
    start, end : date
        The first and the last day at whose end nobody fought, as far as known on the as-of day.
    why : str
    """

    start: date
    end: date
    why: str


@dataclass(frozen=True)
class War:
    """One war as of one day."""

    slug: str
    title: str
    start: date
    as_of: date
    baseline: date
    root: str
    belligerents: tuple[Belligerent, Belligerent]
    third_parties: dict[str, str]
    issues: tuple[Issue, ...]
    red_lines: tuple[RedLine, ...]
    axes: tuple[Axis, ...]
    regions: dict[str, Region]
    sources: dict[str, Source]
    notes: dict[str, str]
    bundles: tuple[Bundle, ...] = ()
    pauses: tuple[Pause, ...] = ()

    def rests(self, day: date) -> bool:
        """Whether a day lies in a pause."""
        return any(pause.start <= day <= pause.end for pause in self.pauses)

    def fighting_since(self, day: date) -> date:
        """First day of the stretch of fighting to which a day belongs: the day after the last pause that ended before it, or
        the day from which the war is counted."""
        ends = [pause.end for pause in self.pauses if pause.end < day]
        return max(ends) + timedelta(days=1) if ends else self.baseline

    def side(self, side: Side) -> Belligerent:
        """The belligerent on one side."""
        return next(b for b in self.belligerents if b.side == side)

    def issue(self, issue_id: str) -> Issue:
        """An issue by its identifier."""
        return next(i for i in self.issues if i.id == issue_id)

    def party_name(self, party: str) -> str:
        """Name of a side, ``a`` or ``b``, or of a third party."""
        return next((b.name for b in self.belligerents if b.side == party), "") or self.third_parties[party]

    def children(self, region_id: str) -> tuple[str, ...]:
        """Identifiers of the regions directly inside another."""
        return tuple(r.id for r in self.regions.values() if r.parent == region_id)
