"""The generated page of provisions: every kind with its terms, an example in the toy war, and what it does there."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from generate_models import NOTE, table

from armistice.core.settlement import Effect, Kind, Provision, Term
from armistice.core.war import Range
from armistice.data.pack import read_pack
from armistice.deal import security, territory
from armistice.deal.kinds import EFFECTS, KINDS, EffectOf, effect_of, example_terms
from armistice.deal.read import MOST_OPTIONS, MOST_PROVISIONS

GROUPS = {
    "territory": "Land", "security": "Safety", "economy": "Money", "order": "Order", "society": "People and law",
}  # fmt: skip
_FORMS = {
    "flag": "true or false", "text": "text", "texts": "list of text", "side": "a belligerent",
    "parties": "list of belligerents and third parties", "regions": "list of regions",
    "cells": "list of hexagons, as in `cells.parquet` or hexadecimal",
}  # fmt: skip


def provisions_page() -> str:
    """``reference/provisions.md``: the kinds of provision, from the list that the program reads files by."""
    pack = read_pack(Path(__file__).parents[1] / "wars" / "toy")
    ground = territory.survey_ground(pack)
    parts = [NOTE, "# Provisions\n", _opening()]
    for group, heading in GROUPS.items():
        kinds = [k for k in KINDS.values() if k.group == group]
        parts.append(f"## {heading}\n")
        parts.append(table(("kind", "what it settles"), ((f"[`{k.name}`](#{k.name})", k.meaning) for k in kinds)))
        for kind in kinds:
            # Only what the terms say matters here: the text and source of an example are empty.
            example = example_terms(kind, pack.war)
            terms: Any = {n: tuple(v) if isinstance(v, list) else v for n, v in example.items()}
            effect = effect_of(Provision(1, kind.name, terms, "", "", "page"), pack.war, ground)
            parts.append(_kind(kind, example, effect))
    return "\n".join(parts)


def _opening() -> str:
    return (
        "A draft of a settlement is a file with one `[[provision]]` for each clause; "
        "[Write a settlement](../how-to/write-a-settlement.md) shows one. A provision has a `kind`, `terms`, a `text` in your own "
        "words, and, where they differ from those of the file, a `source` and a `basis`. It may name the `issue` of the war that it "
        "answers and the `option` it takes, or the two ends of what it allows; that is how preferences value it.\n\n"
        f"Where reported texts differ, a term is written `{{either = [one, other]}}`, with 2 to {MOST_OPTIONS} values. A number "
        'stands alone, in the unit given here, or as `{value = 15, unit = "km"}`. A draft has at most '
        f"{MOST_PROVISIONS} provisions, and may have none: then it changes nothing.\n\n"
        "A provision may do three things: **payoff**, the gain of each side in shares of the stake, against the line of the day; "
        "**power**, the change in side A's chance to prevail in a later war; **hazard**, a factor on the hazard of renewed war, below 1 "
        "where peace lasts longer. Ranges are low, central, high. Only land, and recognition of land, has a payoff: what a side "
        "would pay for any other clause is in its preferences on the issue that the clause answers.\n\n"
        "All effects but those of land are judgements, with the reason in the last column; none is an estimate. *From memory* says "
        "that the sign follows a study, and nothing more. A range spans 1 (hazard) or 0 (power) where the sign is open. Both sides "
        "are treated alike: exchange them, and power shifts the other way by as much. Factors of several clauses multiply, which "
        "overstates what many clauses together do where they do the same thing twice.\n"
    )


def _kind(kind: Kind, example: Mapping[str, object], effect: Effect) -> str:
    issues = ", ".join(kind.issues)
    rows = [(f"`{t.name}`" + ("" if t.required else " (optional)"), _form(t), t.meaning) for t in kind.terms]
    parts = [f"### {kind.name}\n", f"**{kind.title}.** {kind.meaning} May answer issues of these kinds: {issues}.\n"]
    parts.append(table(("term", "form", "meaning"), rows))
    if kind.needs:
        parts.append(f"{'; '.join(f'`{n} = {v}` needs `{o}`' for n, v, o in kind.needs)}.\n")
    parts.append(f"Example: `kind = {_toml(kind.name)}`, `terms = {_toml(example)}`\n")
    told = re.sub(r"\s+", " ", inspect.getdoc(EFFECTS[kind.name]) or "")
    parts.append(f"What it does: {told}\n")
    named = (
        ("payoff of side A", effect.payoff_a), ("payoff of side B", effect.payoff_b),
        ("power", effect.power_shift), ("hazard", effect.hazard_factor),
    )  # fmt: skip
    parts.append(table(("in the example", "low", "central", "high", "source"), (_row(n, r) for n, r in named)))
    numbers = list(_declared(EFFECTS[kind.name]))
    if numbers:
        parts.append(table(("number", "low", "central", "high", "source"), numbers))
    return "\n".join(parts)


def _row(name: str, value: Range) -> tuple[str, ...]:
    ends = (f"{end + 0.0:.3f}".rstrip("0").rstrip(".") for end in (value.low, value.central, value.high))
    return (name, *("0" if e == "-0" else e.replace("-", "−") for e in ends), value.source)


def _form(term: Term) -> str:
    if term.kind == "choice":
        return "; ".join(f"`{v}` ({w.format(a='side A', b='side B')})" for v, w in term.allowed.items())
    if term.kind in ("number", "whole"):
        return f"{'whole ' if term.kind == 'whole' else ''}number, {term.low:g} to {term.high:,.10g} {term.unit}"
    return _FORMS[term.kind]


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{k} = {_toml(v)}' for k, v in value.items())}}}"
    return str(value)


def _declared(function: EffectOf) -> Iterator[tuple[str, ...]]:
    """The constants that the code of an effect names, in the order of their file."""
    named = function.__code__.co_names
    for name, value in function.__globals__.items():
        if name not in named or name in ("NOTHING", "SAME"):
            continue
        if isinstance(value, Range):
            yield _row(f"`{name}`", value)
        elif name == "WEAKENED":
            yield f"`{name}`", "", f"{security.WEAKENED:g}", "", "judgement: lost for each ground on which it lapses"
        elif isinstance(value, Mapping) and name.isupper():
            for key, each in value.items():
                yield _row(f"`{name} {key}`", each)
