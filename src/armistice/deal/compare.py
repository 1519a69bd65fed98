"""Drafts side by side: a row for each kind of provision and what it is about, a column for each draft.

A cell says the terms in words. What a draft does not speak of is "not mentioned": silence is never read as consent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from armistice.core.settlement import Either, Kind, Plain, Provision, Settlement, Value
from armistice.core.war import War
from armistice.deal.kinds import KINDS

SILENT = "not mentioned"
OF_THE_ALLIANCE = ("consent", "borders", "rules_source")
"""Terms that state an alliance's own rules: the draft does not say them, so that a comparison leaves them out."""


@dataclass(frozen=True)
class ComparedRow:
    """One row of a comparison.

    Attributes
    ----------
    kind, group, title : str
        Kind of provision, its group, and what the row is about in words.
    regions : tuple of str
        The region of the row, if it is about one.
    cells : tuple of str
        One for each draft, in their order.
    clauses : tuple of tuple of int
        Numbers of the provisions behind each cell; empty where a draft says nothing.
    """

    kind: str
    group: str
    title: str
    regions: tuple[str, ...]
    cells: tuple[str, ...]
    clauses: tuple[tuple[int, ...], ...]


def compare_settlements(settlements: Sequence[Settlement], war: War) -> tuple[ComparedRow, ...]:
    """Rows of a comparison, by kind as in the list of kinds and then by region as in the war."""
    places = {name: n for n, name in enumerate(KINDS)}
    order = {region: n for n, region in enumerate(war.regions)}
    cells: dict[tuple[str, str, str], dict[int, list[Provision]]] = {}
    for column, settlement in enumerate(settlements):
        for clause in settlement.provisions:
            for subject in _subjects(clause):
                cells.setdefault((clause.kind, subject, _side(clause)), {}).setdefault(column, []).append(clause)
    rows = []
    for key in sorted(cells, key=lambda k: (places[k[0]], order.get(k[1], -1), *k[1:])):
        (name, subject, side), found = key, cells[key]
        kind, region = KINDS[name], subject if subject in war.regions else ""
        title = f"{kind.title}: {war.regions[region].name if region else subject}" if subject else kind.title
        title += "".join(f" ({b.name})" for b in war.belligerents if b.id == side)
        texts = tuple(_cell(found.get(n, ()), settlement, war) for n, settlement in enumerate(settlements))
        clauses = tuple(tuple(p.number for p in found.get(n, ())) for n in range(len(settlements)))
        rows.append(ComparedRow(name, kind.group, title, (region,) if region else (), texts, clauses))
    return tuple(rows)


def compare_table(settlements: Sequence[Settlement], war: War) -> list[list[str]]:
    """Plain rows of a comparison, the first of them with the ids of the drafts."""
    head = ["clause", *(s.id for s in settlements)]
    return [head, *([row.title, *row.cells] for row in compare_settlements(settlements, war))]


def compare_record(settlements: Sequence[Settlement], war: War) -> dict[str, Any]:
    """A comparison as plain values for JSON."""
    return {
        "title": war.title,
        "as_of": war.as_of.isoformat(),
        "settlements": [
            {
                "id": s.id, "title": s.title, "date": s.date.isoformat(), "by": list(s.by), "status": s.status,
                "source": s.source, "provisions": len(s.provisions), "variants": dict(s.variants),
            }
            for s in settlements
        ],
        "rows": [
            {
                "kind": row.kind, "group": row.group, "title": row.title, "regions": list(row.regions),
                "cells": {
                    s.id: {"text": text, "clauses": list(clauses)}
                    for s, text, clauses in zip(settlements, row.cells, row.clauses, strict=True)
                },
            }
            for row in compare_settlements(settlements, war)
        ],
    }  # fmt: skip


def words_of_clause(clause: Provision, war: War) -> str:
    """The terms of a clause in words, without what it is about."""
    kind = KINDS[clause.kind]
    skipped = (*_about(kind), *OF_THE_ALLIANCE, _side_term(kind) if _side(clause) else "")
    parts = [_term(kind, name, value, war) for name, value in clause.terms.items() if name not in skipped]
    return "; ".join(p for p in parts if p) or kind.title.lower()


def _about(kind: Kind) -> tuple[str, ...]:
    """Terms that make the title of a row: the regions, or else an alliance, a union, a plant or a weapon by name."""
    return tuple(n for n in kind.subject if n in ("regions", "alliance", "union", "plant", "weapon"))


def _side_term(kind: Kind) -> str:
    """The term that says whose clause it is; nothing for a kind without one."""
    return next((t.name for t in kind.terms if t.kind == "side"), "")


def _side(clause: Provision) -> str:
    """The side that a clause is about, if it is certain."""
    value = clause.terms.get(_side_term(KINDS[clause.kind]))
    return value if isinstance(value, str) else ""


def _subjects(clause: Provision) -> list[str]:
    """What a clause is about, one row each: its regions, or a name, or nothing."""
    found: list[str] = []
    for name in _about(KINDS[clause.kind]):
        value = clause.terms.get(name)
        for plain in () if value is None else _values(value):
            found += list(plain) if isinstance(plain, tuple) else [str(plain)]
    return list(dict.fromkeys(found)) or [""]


def _cell(clauses: Iterable[Provision], settlement: Settlement, war: War) -> str:
    by_variant: dict[str, list[str]] = {}
    for clause in clauses:
        by_variant.setdefault(clause.variant, []).append(words_of_clause(clause, war))
    told = []
    for variant, words in by_variant.items():
        text = "; ".join(dict.fromkeys(words))
        told.append(f"{settlement.variants[variant]}: {text}" if variant else text)
    return " | ".join(told) or SILENT


def _values(value: Value) -> tuple[Plain, ...]:
    return value.options if isinstance(value, Either) else (value,)


def _term(kind: Kind, name: str, value: Value, war: War) -> str:
    """A term in words; reported texts that differ are joined by "or"."""
    term = kind.term(name)
    told = [_plain(term.kind, term.allowed, term.unit, term.meaning, v, war) for v in _values(value)]
    text = " or ".join(dict.fromkeys(t for t in told if t))
    if not text or term.kind in ("choice", "flag"):
        return text
    return text if name in ("by", "others", "with", "where") else f"{term.meaning}: {text}"


def _plain(kind: str, allowed: Mapping[str, str], unit: str, meaning: str, value: Plain, war: War) -> str:
    if kind == "choice":
        return allowed[str(value)].format(a=war.side("a").name, b=war.side("b").name)
    if kind == "flag":
        return meaning if value else f"not: {meaning}"
    if kind in ("number", "whole"):
        return f"{value:,g} {unit}" if isinstance(value, float) else f"{value:,} {unit}"
    if kind == "cells":
        return f"{len(value) if isinstance(value, tuple) else 1:,} hexagons"
    names = {b.id: b.name for b in war.belligerents} | war.third_parties
    if kind == "regions":
        names = {r.id: r.name for r in war.regions.values()}
    words = value if isinstance(value, tuple) else (str(value),)
    return ", ".join(names.get(w, w) if kind in ("regions", "parties", "side") else w for w in words)
