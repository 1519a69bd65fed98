"""An appraisal as plain values for JSON, and in sentences and rows for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from armistice.core.appraisal import SURVIVAL_YEARS, Appraisal
from armistice.core.settlement import Settlement
from armistice.core.war import War
from armistice.deal.compare import words_of_clause
from armistice.deal.kinds import KINDS
from armistice.deal.tables import totals_of

LEVELS = (0.1, 0.5, 0.9)
_ALL_OF_IT = 0.995
_CLAUSES = 12
"""Clauses that are told on a terminal: those that do most."""


def spread(values: np.ndarray) -> dict[str, float]:
    """Middle and central 80 % of draws."""
    low, central, high = (float(v) for v in np.quantile(values, LEVELS))
    return {"low": low, "central": central, "high": high}


def appraisal_record(found: Appraisal, settlement: Settlement) -> dict[str, Any]:
    """An appraisal as plain values: ranges are the 10th, 50th and 90th percentile of the draws.

    Utilities run from 0 to 1, and bundles come on top: `before` says whether today gives a side all the goods of one, `after` the
    mean share of its worth that the draft gives. `delta_*` is what would be lost if the clause alone were struck out (`delta_survival`: of
    the chance that peace holds after ten years), `shapley_*` what it adds on average over all orders.
    """
    clauses = {clause.number: clause for clause in settlement.provisions}
    return {
        "id": found.id,
        "title": found.title,
        "variant": found.variant,
        "as_of": found.as_of.isoformat(),
        "draws": len(found.hazard),
        "weighed_by_the_record": found.weighed,
        "sides": {
            side.upper(): {
                "utility": spread(one.utility),
                "fights": spread(one.fights),
                "value": spread(one.value),
                "surplus": spread(one.surplus),
                "p_accept": one.p_accept,
                "past_red_line": list(one.barred),
            }
            for side, one in found.sides.items()
        },
        "p_accept_both": found.p_accept_both,
        "survival": {str(years): spread(found.survival(years)) for years in SURVIVAL_YEARS},
        "hazard_of_first_year": spread(found.hazard),
        "lean": spread(found.lean),
        "power_shift_to_A": spread(found.power_shift),
        "clauses": [
            {
                "number": one.number, "kind": clauses[one.number].kind, "issue": clauses[one.number].issue,
                "delta_a": spread(one.without_a), "delta_b": spread(one.without_b),
                "delta_survival": spread(one.without_survival),
                "shapley_a": one.shapley_a, "shapley_b": one.shapley_b, "shapley_survival": one.shapley_survival,
            }
            for one in found.clauses
        ],
        "land": totals_of(found.moved),
        "silent": list(found.silent),
        "bundles": [
            {
                "id": one.id, "party": one.side.upper(), "worth": spread(one.worth),
                "before": one.before, "after": float(one.after.mean()), "lacking": list(one.lacking),
            }
            for one in found.bundles
        ],
    }  # fmt: skip


def bundles_in_words(found: Appraisal, war: War) -> Iterator[str]:
    """What a draft does to goods that are worth something to a side only together, a sentence for each bundle.

    Parameters
    ----------
    found : Appraisal
    war : War
    """
    titles = {bundle.id: bundle.title for bundle in war.bundles}
    for one in found.bundles:
        after = float(one.after.mean())
        gives = "leaves" if one.before else "gives"
        lacking = " and ".join(war.issue(issue).title for issue in one.lacking)
        if after >= _ALL_OF_IT:
            told = f"{gives} all of it"
        elif after <= 1 - _ALL_OF_IT:
            told = f"{'breaks it' if one.before else 'gives nothing of it'}, for want of {lacking}"
        else:
            told = f"{gives} part of it ({_percent(after)}), as its terms differ on {lacking}"
        worth = f"worth {_hundredths(one.worth)} to {war.side(one.side).name}, only together"
        yield f"{titles[one.id]}: {worth}; this draft {told}."


def appraisal_in_words(found: Appraisal, settlement: Settlement, war: War) -> Iterator[str | list[dict[str, Any]]]:
    """The same in sentences and rows for a terminal."""
    variant = settlement.variants.get(found.variant, "")
    weighed = "weighed by the negotiating record" if found.weighed else "as judged"
    yield (
        f"{found.title}{f' ({variant})' if variant else ''}, as of {found.as_of}: {len(found.hazard)} draws, the war "
        f"{weighed}. Shares of all that matters to a side, in hundredths, with the central 80 % of the draws."
    )
    yield [
        {
            "side": war.side(side).name, "worth of the draft": _hundredths(one.utility),
            "with its failure": _hundredths(one.value), "of fighting on": _hundredths(one.fights),
            "surplus": _hundredths(one.surplus), "accepts in": f"{_percent(one.p_accept)} of draws",
        }
        for side, one in found.sides.items()
    ]  # fmt: skip
    yield f"Both accept in {_percent(found.p_accept_both)} of the draws."
    for side, one in found.sides.items():
        for issue in one.barred:
            yield f"{war.side(side).name} cannot accept: past a hard red line on {war.issue(issue).title}."
    told = ", ".join(
        f"{_percent(s['central'])} ({_percent(s['low'])} to {_percent(s['high'])}) after {years} year{'s' * (years > 1)}"
        for years in SURVIVAL_YEARS
        for s in (spread(found.survival(years)),)
    )
    yield f"Peace would still hold with a chance of {told}, by judged coefficients."
    yield from bundles_in_words(found, war)
    clauses = {clause.number: clause for clause in settlement.provisions}
    largest = sorted(found.clauses, key=lambda c: -max(abs(c.shapley_a), abs(c.shapley_b), abs(c.shapley_survival)))
    a, b = war.side("a").name, war.side("b").name
    yield f"What clauses add on average over all orders, the {min(_CLAUSES, len(largest))} that do most:"
    yield [
        {
            "clause": f"{one.number}", "kind": KINDS[clauses[one.number].kind].title,
            "terms": words_of_clause(clauses[one.number], war), a: _signed(one.shapley_a), b: _signed(one.shapley_b),
            "peace after ten years, points": _signed(one.shapley_survival),
        }
        for one in largest[:_CLAUSES]
    ]  # fmt: skip
    if found.silent:
        names = ", ".join(war.issue(issue).title for issue in found.silent)
        yield f"Silent, and taken to stay as today: {names}."


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _hundredths(values: np.ndarray) -> str:
    low, central, high = (f"{round(100 * float(v))}".replace("-", "−") for v in np.quantile(values, LEVELS))
    return f"{central} ({low} to {high})"


def _signed(value: float) -> str:
    return f"{round(100 * value, 1) + 0.0:+.1f}".replace("-", "−")
