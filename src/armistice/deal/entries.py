"""How kinds are declared: terms in one short line each, judged numbers with their source, and effects put together.

A number says where it comes from: `judged` for a judgement with its reason, `remembered` for one whose direction follows a
study that was not at hand when it was written down, and whose size is a judgement all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from armistice.core.settlement import Effect, Plain, Term, TermKind
from armistice.core.war import Range, Side, War

_NONE: MappingProxyType[str, str] = MappingProxyType({})

NOTHING = Range(0.0, 0.0, 0.0, "no effect of this kind")
SAME = Range(1.0, 1.0, 1.0, "no effect of this kind")
ELSEWHERE = Range(0.0, 0.0, 0.0, "none of its own: its worth is in the sides' preferences on the issue that it answers")
"""Payoff of all that moves no land."""


def choice(name: str, meaning: str, required: bool = True, /, **allowed: str) -> Term:
    """A term that takes one of some values, each with its words."""
    return Term(name, "choice", meaning, MappingProxyType(allowed), required=required)


def number(name: str, meaning: str, unit: str, high: float, low: float = 0.0, required: bool = False) -> Term:
    """A number in a unit."""
    return Term(name, "number", meaning, _NONE, unit, low, high, required)


def whole(name: str, meaning: str, unit: str, high: float, low: float = 0.0, required: bool = False) -> Term:
    """A whole number in a unit."""
    return Term(name, "whole", meaning, _NONE, unit, low, high, required)


def plain(name: str, kind: TermKind, meaning: str, required: bool = False) -> Term:
    """A term without bounds: flag, text, texts, side, parties, regions or cells."""
    return Term(name, kind, meaning, _NONE, required=required)


def judged(low: float, central: float, high: float, why: str) -> Range:
    """A judged number with the mechanism that it stands for."""
    return Range(low, central, high, f"judgement: {why}")


def remembered(low: float, central: float, high: float, study: str) -> Range:
    """A number whose sign follows a study, by author, year and finding; its size does not."""
    return Range(low, central, high, f"from memory: {study}, direction only; size is a judgement")


def unmoved(why: str) -> Range:
    """No change in power, and why."""
    return Range(0.0, 0.0, 0.0, f"no effect on power: {why}")


def unchanged(why: str) -> Range:
    """No change in the hazard of renewed war, and why."""
    return Range(1.0, 1.0, 1.0, f"no effect on the hazard: {why}")


def lasting(shift: Range, hazard: Range) -> Effect:
    """An effect on power and on the hazard of renewed war alone."""
    return Effect(ELSEWHERE, ELSEWHERE, shift, hazard)


def side_of(terms: Mapping[str, Plain], name: str, war: War) -> Side:
    """The side that a term names."""
    return next(b.side for b in war.belligerents if b.id == terms[name])


def to_side(gain: Range, side: Side) -> Range:
    """A rise in a side's chance to prevail, as a change in that of side A."""
    return gain if side == "a" else Range(-gain.high, -gain.central, -gain.low, gain.source)


def from_side(loss: Range, side: Side) -> Range:
    """A fall in a side's chance to prevail, as a change in that of side A."""
    return to_side(loss, "b" if side == "a" else "a")


def product(one: Range, other: Range) -> Range:
    """Two factors on a hazard at work together; a factor of exactly 1 leaves no trace."""
    if other.low == other.high == 1.0:
        return one
    ends = (one.low * other.low, one.central * other.central, one.high * other.high)
    return Range(*ends, f"{one.source}; {other.source}")


def in_part(factor: Range, part: float) -> Range:
    """A factor for the whole, for a part of it: clauses on all parts multiply to the whole."""
    return Range(factor.low**part, factor.central**part, factor.high**part, factor.source)
