"""The nouns of a settlement: kinds of provision with their terms, provisions, and drafts as read from a file.

Records only: they neither read files nor compute. A provision acts on the world through an `Effect`, which has three
channels because the theory has three: division (payoff), commitment (power shift) and durability (hazard factor).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from armistice.core.war import Range

TermKind = Literal["choice", "number", "whole", "flag", "text", "texts", "side", "parties", "regions", "cells"]
"""How a term is written; a side is the id of a belligerent, a party that of a belligerent or of a third party, a cell that of
a hexagon of the pack's grid."""
Plain = str | float | bool | tuple[str, ...]
Basis = Literal["page", "mixed", "memory", "judgement"]
BASES: tuple[Basis, ...] = ("page", "mixed", "memory", "judgement")
"""How a clause is known: read on a page, partly so, from memory, or judged."""


DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class Either:
    """A term that reported texts of one clause give differently: any of the options may be the true one."""

    options: tuple[Plain, ...]


Value = Plain | Either


@dataclass(frozen=True)
class Term:
    """What one term of a provision may say.

    Attributes
    ----------
    name, kind : str
    meaning : str
        In plain words, for the reference page.
    allowed : mapping of str to str
        For a choice: value → words, in which ``{a}`` and ``{b}`` stand for the two sides.
    unit : str
        For a number.
    low, high : float
        Bounds of a number, both allowed.
    required : bool
    """

    name: str
    kind: TermKind
    meaning: str
    allowed: Mapping[str, str]
    unit: str = ""
    low: float = 0.0
    high: float = 0.0
    required: bool = True


@dataclass(frozen=True)
class Kind:
    """One kind of provision.

    Attributes
    ----------
    name, title, group, meaning : str
        The group is territory, security, economy, order or society.
    issues : tuple of str
        Kinds of issue of a war that such a provision may answer.
    terms : tuple of Term
    subject : tuple of str
        Terms that say what a provision is about: a second one about the same contradicts the first if it differs.
    example : mapping
        Terms as in a file; ``{a}``, ``{b}``, ``{region}``, ``{other}`` and ``{third}`` stand for the sides, two regions and
        a third party of whatever war it is shown in.
    needs : tuple of (term, value, other term)
        Where a term has a value, the other term must be given.
    """

    name: str
    title: str
    group: str
    meaning: str
    issues: tuple[str, ...]
    terms: tuple[Term, ...]
    subject: tuple[str, ...]
    example: Mapping[str, object]
    needs: tuple[tuple[str, str, str], ...] = ()

    def term(self, name: str) -> Term:
        """A term by its name."""
        return next(t for t in self.terms if t.name == name)


@dataclass(frozen=True)
class Provision:
    """One clause of a draft.

    Attributes
    ----------
    number : int
        Place in the file, from 1.
    kind : str
    terms : mapping of str to Value
    text : str
        The clause in our own words.
    source : str
        Where its wording was reported, in words.
    basis : str
        One of `BASES`.
    issue : str
        Issue of the war that it answers; empty if none is named.
    options : (str, str) or None
        Least and most favourable option for side A that the clause allows; equal if it is plain.
    variant : str
        Variant of the draft to which the clause belongs; empty if it is in all of them.
    heading : str
        What it is about, for a table: the title of its kind, with the regions that it names.
    """

    number: int
    kind: str
    terms: Mapping[str, Value]
    text: str
    source: str
    basis: str
    issue: str = ""
    options: tuple[str, str] | None = None
    variant: str = ""
    heading: str = ""


@dataclass(frozen=True)
class Kept:
    """What became of a text that took effect.

    Attributes
    ----------
    since : date
        Day on which it took effect.
    until : date
        Day on which it broke or, if it did not, up to which it is known to have held.
    broke : bool
    why, source : str
        What that is taken from, in words, and where it is told.
    """

    since: date
    until: date
    broke: bool
    why: str
    source: str

    def held(self, years: float) -> bool | None:
        """Whether it held so many years; None where nobody can know yet."""
        lasted = (self.until - self.since).days / DAYS_PER_YEAR
        return True if lasted >= years else False if self.broke else None


@dataclass(frozen=True)
class Settlement:
    """A draft of a settlement.

    Attributes
    ----------
    id : str
        Name of the file without its ending.
    title, status, source, note : str
    date : date
    by : tuple of str
        Parties that put it forward.
    provisions : tuple of Provision
        In the order of the file; none for a draft that changes nothing.
    variants : mapping of str to str
        Id → title of the wordings or options of which one holds; empty if there is one text.
    positions : str
        Document of the negotiating record that this draft is; empty if it is not in it.
    drawings : mapping of str to str
        File that a line of control names → its content, GeoJSON.
    kept : Kept or None
        What became of it; None for a text that never took effect.
    """

    id: str
    title: str
    date: date
    by: tuple[str, ...]
    status: str
    source: str
    provisions: tuple[Provision, ...]
    variants: Mapping[str, str]
    positions: str = ""
    note: str = ""
    drawings: Mapping[str, str] = field(default_factory=dict)
    kept: Kept | None = None

    def of(self, kind: str) -> tuple[Provision, ...]:
        """Provisions of one kind."""
        return tuple(p for p in self.provisions if p.kind == kind)

    def issues(self) -> frozenset[str]:
        """Issues of the war on which the draft says something."""
        return frozenset(p.issue for p in self.provisions if p.issue)


@dataclass(frozen=True)
class Effect:
    """What a provision does.

    Attributes
    ----------
    payoff_a, payoff_b : Range
        Gain of each side against the state of the day, in shares of the stake, which is worth 1 to either side.
    power_shift : Range
        Change in side A's chance to prevail in a later war.
    hazard_factor : Range
        Factor on the hazard of renewed war; below 1 makes peace last longer.
    """

    payoff_a: Range
    payoff_b: Range
    power_shift: Range
    hazard_factor: Range


@dataclass(frozen=True)
class Land:
    """One region on one day.

    Attributes
    ----------
    region : str
    area_km2 : float
    a_km2 : Range
        Held by side A, between the lowest and the highest of the sources.
    people : float or None
        Of the population date; None where nobody counted.
    people_a : Range or None
        In the part held by side A.
    assets : float or None
    assets_a : Range or None
    """

    region: str
    area_km2: float
    a_km2: Range
    people: float | None
    people_a: Range | None
    assets: float | None
    assets_a: Range | None


@dataclass(frozen=True)
class Moved:
    """Land that a draft would move between the sides, in one region.

    Attributes
    ----------
    region : str
    km2 : Range
        To side A; negative if it goes to side B. Likewise the others.
    people : Range or None
        Of the population date; None where nobody counted.
    assets : Range or None
        Listed assets.
    """

    region: str
    km2: Range
    people: Range | None
    assets: Range | None


@dataclass(frozen=True)
class Ground:
    """The state of a war that provisions act on.

    Attributes
    ----------
    day : date
    now, before : mapping of str to Land
        Regions of level 1 on that day and on the baseline day; `before` is empty if no map covers it.
    contested : tuple of str
        Regions in part or whole held by the side that does not own them: together they are the stake.
    worth : mapping of str to mapping of str to Range
        Side → attribute (area, people, assets, or the id of a region) → weight of the attribute in the stake.
    drawn : mapping of str to mapping of str to Moved
        Line that a draft draws → region → what it would move there; regions that it does not touch are left out.
    """

    day: date
    now: Mapping[str, Land]
    before: Mapping[str, Land]
    contested: tuple[str, ...]
    worth: Mapping[str, Mapping[str, Range]]
    drawn: Mapping[str, Mapping[str, Moved]] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """One thing a reader of a draft should know.

    Attributes
    ----------
    kind : {"contradiction", "rule", "record", "line"}
        Clauses that cannot both hold; a promise that stands against the rules of an alliance; a difference from the
        negotiating record of the pack; a drawing that moves land of which its clause does not speak.
    clauses : tuple of int
        Numbers of the provisions concerned.
    sentence : str
    """

    kind: Literal["contradiction", "rule", "record", "line"]
    clauses: tuple[int, ...]
    sentence: str


@dataclass(frozen=True)
class Checked:
    """What a check of a draft found.

    Attributes
    ----------
    findings : tuple of Finding
    silent, silent_minor : tuple of str
        Issues of the war on which the draft says nothing; the minor ones apart.
    moved : mapping of str to tuple of Moved
        Variant → land that it would move, by region; under the empty name if there are no variants.
    """

    findings: tuple[Finding, ...]
    silent: tuple[str, ...]
    silent_minor: tuple[str, ...]
    moved: Mapping[str, tuple[Moved, ...]]
