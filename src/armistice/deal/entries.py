"""How terms are declared in the lists of kinds, one short line each."""

from __future__ import annotations

from types import MappingProxyType

from armistice.core.settlement import Term, TermKind

_NONE: MappingProxyType[str, str] = MappingProxyType({})


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
    """A term without bounds: flag, text, texts, side, parties or regions."""
    return Term(name, kind, meaning, _NONE, required=required)
