"""What a check of a draft found and what its clauses do, as plain rows to print and as plain values for JSON."""

from __future__ import annotations

from typing import Any

from armistice.core.settlement import Checked, Effect, Ground, Moved, Settlement
from armistice.core.war import Range, War
from armistice.deal.compare import words_of_clause
from armistice.deal.kinds import KINDS, effect_of

UNCOUNTED = "not counted"


def land_table(settlement: Settlement, checked: Checked, war: War) -> list[list[str]]:
    """Land that a draft would move, a row for each region and a total for each variant; empty but for its head if none.

    Numbers are central values to side A, with the range of the sources and readings in brackets.
    """
    a = war.side("a").name
    rows = [["variant", "region", f"km² to {a}", f"people to {a}", f"assets to {a}"]]
    for variant, moved in checked.moved.items():
        title = settlement.variants.get(variant, "")
        for one in moved:
            amounts = (one.km2, one.people, one.assets)
            rows.append([title, war.regions[one.region].name, *map(_amount, amounts)])
        if len(moved) > 1:
            rows.append([title, "all", *map(_amount, _sums(moved))])
    return rows


def silence_table(checked: Checked, war: War) -> list[list[str]]:
    """Issues on which a draft says nothing, the main ones first."""
    rows = [["issue", "question"]]
    for name in (*checked.silent, *checked.silent_minor):
        issue = war.issue(name)
        rows.append([issue.title, issue.question])
    return rows


def findings_table(checked: Checked) -> list[list[str]]:
    """Contradictions, rules of alliances and differences from the record, with the numbers of the clauses."""
    rows = [["kind", "clauses", "finding"]]
    return rows + [[f.kind, ", ".join(map(str, f.clauses)), f.sentence] for f in checked.findings]


def effects_table(settlement: Settlement, war: War, ground: Ground) -> list[list[str]]:
    """What each clause does, a row each; payoffs in per cent of the stake, the shift of power in points."""
    names = [f"payoff of {war.side(side).name}, %" for side in ("a", "b")]
    rows = [
        ["clause", "kind", "terms", *names, f"power to {war.side('a').name}, points", "hazard of renewed war, times"]
    ]
    for clause in settlement.provisions:
        effect = effect_of(clause, war, ground)
        shares = (effect.payoff_a, effect.payoff_b, effect.power_shift)
        cells = [*(_digits(r, 100, 1) for r in shares), _digits(effect.hazard_factor, 1, 2)]
        rows.append([str(clause.number), KINDS[clause.kind].title, words_of_clause(clause, war), *cells])
    return rows


def check_record(settlement: Settlement, checked: Checked, war: War, ground: Ground) -> dict[str, Any]:
    """A check as plain values for JSON: findings, silences, land by variant and region, effects by clause."""
    return {
        "id": settlement.id,
        "title": settlement.title,
        "date": settlement.date.isoformat(),
        "as_of": ground.day.isoformat(),
        "findings": [{"kind": f.kind, "clauses": list(f.clauses), "sentence": f.sentence} for f in checked.findings],
        "silent": list(checked.silent),
        "silent_minor": list(checked.silent_minor),
        "land": {
            variant: {
                "regions": {m.region: _land(m.km2, m.people, m.assets) for m in moved},
                "all": totals_of(moved),
            }
            for variant, moved in checked.moved.items()
        },
        "clauses": [
            {
                "number": p.number, "kind": p.kind, "issue": p.issue, "options": list(p.options or ()),
                "variant": p.variant, "text": p.text, "source": p.source, "basis": p.basis,
                "effect": _effect(effect_of(p, war, ground)),
            }
            for p in settlement.provisions
        ],
    }  # fmt: skip


def totals_of(moved: tuple[Moved, ...]) -> dict[str, Any]:
    """Land that changes hands over all regions, as plain values: km², people and assets to side A, each with its ends."""
    return _land(*_sums(moved))


def _sums(moved: tuple[Moved, ...]) -> tuple[Range, Range | None, Range | None]:
    """Totals over regions; of people and assets, over those regions where they were counted."""
    km2 = _sum([m.km2 for m in moved]) or Range(0.0, 0.0, 0.0, "no land moves")
    return km2, _sum([m.people for m in moved]), _sum([m.assets for m in moved])


def _sum(ranges: list[Range] | list[Range | None]) -> Range | None:
    known = [r for r in ranges if r is not None]
    if not known:
        return None
    low, central, high = (sum(getattr(r, end) for r in known) for end in ("low", "central", "high"))
    return Range(low, central, high, known[0].source)


def _amount(value: Range | None) -> str:
    if value is None:
        return UNCOUNTED
    low, central, high = (f"{round(end):,}".replace("-", "−") for end in (value.low, value.central, value.high))
    return central if low == high else f"{central} ({low} to {high})"


def _digits(value: Range, factor: float, places: int) -> str:
    ends = (round(end * factor, places) + 0.0 for end in (value.low, value.central, value.high))
    low, central, high = (f"{end:.{places}f}".replace("-", "−") for end in ends)
    return central if low == high else f"{central} ({low} to {high})"


def _land(km2: Range, people: Range | None, assets: Range | None) -> dict[str, Any]:
    return {"km2": _ends(km2), "people": _ends(people), "assets": _ends(assets)}


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        name: _ends(value) | {"source": value.source}
        for name, value in vars(effect).items()
        if isinstance(value, Range)
    }


def _ends(value: Range | None) -> Any:
    return None if value is None else {"low": value.low, "central": value.central, "high": value.high}
